/* The app of a user agent: an engine in its user-agent role, and what its events mean to the simulator's calls. Who it is is
 * in app/ua_identity.c, what it does by itself in program.c. */
#include "app/ua.h"

/* ---- calls ---- */

#define CALL_NUMBERS 0x6170706300000001u /* beside the engine's own things in one table */

static ss_key128 key_of(uint32_t call)
{
    return (ss_key128){ call, CALL_NUMBERS };
}

/* Calls are in the store of the table that finds them. */
sn_ua_call *sn_ua_call_at(sn_host *host, ss_ref ref)
{
    return ss_store_at(&sn_host_pools(host)->store, ref);
}

void sn_ua_call_known(sn_host *host, sn_ua_call *c, uint32_t call)
{
    ss_pools *pools = sn_host_pools(host);
    SS_ASSERT(c->call == 0);
    c->call = call;
    if (call != 0) {
        c->by_call = (ss_table_link){ .key = key_of(call), .engine = sn_host_node(host) };
        ss_table_add(&pools->dialogs, &pools->store, &c->by_call);
    }
}

sn_ua_call *sn_ua_call_add(sn_ua_app *app, sn_host *host, uint32_t call, uint32_t number,
                           uint64_t call_id)
{
    const ss_ref ref = ss_store_take(&sn_host_pools(host)->store, sizeof(sn_ua_call));
    if (ref == 0) {
        sn_host_out_of_memory(host);
        return NULL;
    }
    sn_ua_call *c = sn_ua_call_at(host, ref);
    *c = (sn_ua_call){ .next = app->first_call, .number = number, .call_id = call_id };
    if (app->first_call != 0) {
        sn_ua_call_at(host, app->first_call)->prev = ref;
    }
    app->first_call = ref;
    sn_ua_call_known(host, c, call);
    return c;
}

ss_ref sn_ua_first_call(const sn_ua_app *app)
{
    return app->joins ? 0 : app->first_call;
}

sn_ua_call *sn_ua_call_find(const sn_ua_app *app, sn_host *host, uint32_t call)
{
    const ss_pools *pools = sn_host_pools(host);
    (void)app;
    return (sn_ua_call *)ss_table_find(&pools->dialogs, &pools->store, sn_host_node(host),
                                       key_of(call));
}

sn_ua_call *sn_ua_call_of_number(const sn_ua_app *app, sn_host *host, uint32_t number)
{
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = sn_ua_call_at(host, at);
        if (c->number == number) {
            return c;
        }
        at = c->next;
    }
    return NULL;
}

/* A call came back to who placed it, or that end of it is gone. Both ends say so. */
static void couple(sn_ua_app *app, sn_host *host, sn_ua_call *callee, bool is_there)
{
    callee->is_with_itself = is_there;
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = sn_ua_call_at(host, at);
        if (!c->is_callee && c->call_id == callee->call_id) {
            c->is_with_itself = is_there;
        }
        at = c->next;
    }
}

void sn_ua_call_remove(sn_ua_app *app, sn_host *host, sn_ua_call *c)
{
    ss_pools *pools = sn_host_pools(host);
    if (c->is_callee && c->is_with_itself) {
        couple(app, host, c, false);
    }
    if (c->call != 0) {
        ss_table_remove(&pools->dialogs, &pools->store, &c->by_call);
    }
    if (c->prev == 0) {
        app->first_call = c->next;
    } else {
        sn_ua_call_at(host, c->prev)->next = c->next;
    }
    if (c->next != 0) {
        sn_ua_call_at(host, c->next)->prev = c->prev;
    }
    sn_session_drop_all(sn_host_store(host), c);
    ss_store_give(&pools->store, ss_store_ref(&pools->store, c), sizeof *c);
}

void sn_ua_tell(sn_host *host, const sn_ua_call *call, sn_call_event event, unsigned status,
                bool synthetic)
{
    const bool is_planned = call->number != 0;
    const bool ends = event == SN_CALL_HANGUP || event == SN_CALL_BYE;
    const bool has_session = ends && call->is_up && call->session != 0;
    sn_host_call(
        host,
        &(sn_call_fact){
            .session =
                has_session ? sn_session_view(ss_store_at(sn_host_store(host), call->session)) : 0,
            .number = call->number,
            .source = is_planned ? sn_host_planned(host, call->number)->source : SN_NOBODY,
            .event = (uint16_t)event,
            .status = (uint16_t)status,
            .synthetic = synthetic,
            .call_id = call->call_id,
        });
}

/* ---- events ---- */

/* What the INVITE is answered with, or refused: RFC3261:13.3.1.3. Without an offer it is answered with one. */
static unsigned begin_answer(sn_host *host, sn_ua_call *c, const ss_event *event)
{
    sn_session *s = sn_session_add(host, c, 0);
    ss_slice answer = SS_EMPTY;
    if (s == NULL) {
        return 500;
    }
    sn_session_begin(host, s, c->call_id, sn_program_answer_media(host, c));
    s->is_asked = event->msg->body.len == 0;
    if (s->is_asked) {
        return 0;
    }
    const ss_status status = sn_session_answer(host, s, event->msg->body, &answer);
    if (status == SS_OK) {
        s->before = s->now;
        return sn_session_keep_text(host, s, answer) ? 0 : 500;
    }
    return status == SS_ERR_SEMANTIC ? 488 : 500;
}

/* The answer, or why there is none: RFC3261:13.3.1.3 */
static void on_incoming(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event)
{
    const ss_slice call_id = ss_msg_call_id(event->msg);
    const uint64_t hash = ss_hash64(0, call_id);
    sn_ua_call *c = sn_ua_call_add(app, host, event->call, sn_program_number(host, call_id), hash);
    if (c == NULL) {
        return;
    }
    c->is_callee = true;
    if (sn_program_placed(host, call_id)) {
        couple(app, host, c, true);
    }
    sn_ua_tell(host, c, SN_CALL_INCOMING, 0, false);
    const unsigned refusal = begin_answer(host, c, event);
    if (refusal != 0) {
        const sn_row reject = { .op = SN_OP_REJECT, .status = (uint16_t)refusal };
        sn_program_act(app, host, turn, c, &reject);
        return;
    }
    if (event->replaces != 0) { /* RFC3891:3 it takes the place of a call that was answered */
        const sn_row answer_row = { .op = SN_OP_ANSWER };
        sn_program_act(app, host, turn, c, &answer_row);
        return;
    }
    sn_program_incoming(app, host, turn, c);
}

static void on_registration(sn_ua_app *app, sn_host *host, const ss_event *event)
{
    (void)app;
    sn_host_registration(host,
                         &(sn_call_fact){
                             .source = SN_NOBODY,
                             .event = event->kind == SS_EVENT_REGISTERED ? SN_CALL_REGISTERED
                                                                         : SN_CALL_REGISTER_FAILED,
                             .status = (uint16_t)event->status,
                             .synthetic = event->synthetic,
                         });
}

/* A quota refused something: of an INVITE that never became a call. */
static void on_full(sn_host *host, const ss_event *event)
{
    sn_ua_call refused = { .is_callee = true };
    ss_name_addr to;
    if (event->msg == NULL || event->msg->method != SS_METHOD_INVITE ||
        (ss_msg_to(event->msg, &to) == SS_OK && ss_name_addr_tag(&to).len > 0)) {
        return; /* a change that found no room ends no call */
    }
    const ss_slice call_id = ss_msg_call_id(event->msg);
    refused.number = sn_program_number(host, call_id);
    refused.call_id = ss_hash64(0, call_id);
    sn_ua_tell(host, &refused, SN_CALL_REFUSED, event->status, false);
}

static void on_call_event(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *c,
                          const ss_event *event)
{
    static const struct {
        uint8_t fact;
        bool is_end;
    } meaning[] = {
        [SS_EVENT_PROVISIONAL] = { SN_CALL_PROGRESS, false },
        [SS_EVENT_ANSWERED] = { SN_CALL_ANSWERED, false },
        [SS_EVENT_CONFIRMED] = { SN_CALL_CONFIRMED, false },
        [SS_EVENT_REJECTED] = { SN_CALL_REJECTED, true },
        [SS_EVENT_CANCELLED] = { SN_CALL_CANCELLED, true },
        [SS_EVENT_NOT_ACKED] = { SN_CALL_NOT_ACKED, false },
        [SS_EVENT_BYE] = { SN_CALL_BYE, true },
        [SS_EVENT_ENDED] = { SN_CALL_ENDED, true },
    };
    if (event->kind >= SS_EVENT_OFFER || (event->kind == SS_EVENT_PROVISIONAL && c->is_answered)) {
        sn_change_told(app, host, turn, c, event);
        return;
    }
    if (event->kind == SS_EVENT_NOT_ACKED && event->method == SS_METHOD_INVITE) {
        return; /* of a re-INVITE: the BYE tells */
    }
    sn_ua_tell(host, c, (sn_call_event)meaning[event->kind].fact, event->status, event->synthetic);
    if (event->kind == SS_EVENT_REJECTED) {
        sn_program_refused(host, c, event);
    }
    if (meaning[event->kind].is_end) {
        sn_program_over(app, host, turn, c);
        sn_ua_call_remove(app, host, c);
        return;
    }
    const bool is_up = event->kind == SS_EVENT_ANSWERED || event->kind == SS_EVENT_CONFIRMED;
    if (is_up) {
        sn_program_established(host, c);
    }
    sn_change_told(app, host, turn, c, event);
    if (is_up) {
        sn_program_lasts(app, host, turn, event->call);
    }
}

static void on_event(void *self, sn_host *host, ss_turn *turn, const ss_event *event)
{
    sn_ua_app *app = self;
    if (app->joins) {
        sn_b2bua_on_event(app, host, turn, event);
        return;
    }
    switch (event->kind) {
    case SS_EVENT_INCOMING:
        on_incoming(app, host, turn, event);
        return;
    case SS_EVENT_REGISTERED:
    case SS_EVENT_REGISTER_FAILED:
        on_registration(app, host, event);
        return;
    case SS_EVENT_FULL:
        on_full(host, event);
        return;
    case SS_EVENT_REFERRED:
        sn_program_referred(app, host, turn, event);
        return;
    case SS_EVENT_NOTIFIED:
        sn_program_notified(app, host, turn, event);
        return;
    case SS_EVENT_SUBSCRIPTION_ENDED:
        sn_program_subscription_ended(host, event);
        return;
    case SS_EVENT_BINDINGS:
    case SS_EVENT_REQUEST:
    case SS_EVENT_RESPONSE:
    case SS_EVENT_SUBSCRIBED:
    case SS_EVENT_WATCHED:
    case SS_EVENT_PUBLISHED:
    case SS_EVENT_PUBLISH_FAILED:
        return;
    default:
        break;
    }
    sn_ua_call *c = sn_ua_call_find(app, host, event->call);
    if (c != NULL) {
        on_call_event(app, host, turn, c, event);
    }
}

/* ---- the class ---- */

/* It knows who the users of its domain are. */
static bool serve(void *self, sn_host *host, const ss_query *query, ss_answer *answer)
{
    const sn_plan *plan = sn_host_plan(host);
    (void)self;
    if (query->kind != SS_QUERY_CREDENTIAL) {
        return false;
    }
    sn_account_secret(host, plan->groups[plan->nodes[sn_host_node(host)].group].ua.door, query,
                      answer);
    return true;
}

const sn_engine_user sn_ua_user = { .event = on_event, .query = serve };

static ss_status start(void *self, sn_host *host)
{
    sn_ua_app *app = self;
    const sn_plan *plan = sn_host_plan(host);
    const ss_status status = sn_ua_identify(app, host);
    app->joins = plan->groups[plan->nodes[sn_host_node(host)].group].ua.joins;
    sn_engine_make(&app->engine, host, &app->identity, NULL);
    return status;
}

static void reset(void *self, sn_host *host)
{
    sn_ua_app *app = self;
    if (app->joins) {
        ss_b2bua_forget(&app->b2bua, &app->engine);
    }
    ss_engine_reset(&app->engine);
    while (app->first_call != 0) {
        sn_ua_call_remove(app, host, sn_ua_call_at(host, app->first_call));
    }
}

void sn_ua_crash(sn_ua_app *app, sn_host *host)
{
    reset(app, host);
    app->is_dead = true;
    sn_host_crash(host);
    sn_ua_tell(host, &(sn_ua_call){ 0 }, SN_CALL_CRASHED, 0, false);
}

static bool wake(void *self, sn_host *host, const sn_wake *what)
{
    return sn_program_wake(self, host, what);
}

static void left(const void *self, sn_left_fact *fact)
{
    const sn_ua_app *app = self;
    sn_engine_left(&app->engine, fact);
}

const sn_app_class sn_app_ua = {
    .name = "ua",
    .port = SN_SIP_PORT,
    .bytes = sizeof(sn_ua_app),
    .start = start,
    .input = sn_engine_input,
    .unreachable = sn_engine_unreachable,
    .path_mtu = sn_engine_path_mtu,
    .stream = sn_engine_stream,
    .stream_bytes = sn_engine_stream_bytes,
    .resolved = sn_engine_resolved,
    .deadline = sn_engine_deadline,
    .tick = sn_engine_tick,
    .wake = wake,
    .left = left,
    .reset = reset,
};
