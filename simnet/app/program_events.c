/* What a user agent does by itself about events, messages and references: the acts of a story, the subscription that the plan
 * gives it, and what follows from a REFER: who gets one places the call, who sent one hangs up when it succeeded. */
#include "app/ua.h"

#include <string.h>

static bool command(sn_ua_app *app, sn_host *host, ss_turn *turn, ss_command *c)
{
    const ss_status status = ss_engine_command(&app->engine, turn, c);
    sn_engine_status(host, status);
    return status == SS_OK;
}

static ss_slice text_of(const char *text)
{
    return text == NULL ? SS_EMPTY : ss_slice_from(text);
}

typedef void put_uri_of(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker);

static ss_slice put_uri(sn_host *host, uint32_t node, put_uri_of *put)
{
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    put(&b, sn_host_plan(host), node, sn_host_node(host));
    return ss_buffer_keep(sn_host_arena(host), &b);
}

enum { FROM_MASK = 0x1ffffff }; /* of sn_ua_call.from */
#define CONSULTED 0x40000000u /* Call-IDs by the number of a call, not by that of a subscription */

/* A drawn Call-ID, which no call of the plan has. */
static ss_slice put_call_id(sn_host *host, uint32_t reference)
{
    const ss_path path = sn_host_path(host);
    const uint64_t id = sn_host_plan(host)->cast.nodes[sn_host_node(host)].id;
    const uint32_t row = UINT32_C(0x80000000) | reference;
    const sn_point point = { .place = id,
                             .row = row,
                             .at = sn_host_now(host),
                             .entity = sn_host_node(host),
                             .key = { id, row },
                             .key_words = 2 };
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_put_text(&b, "r-");
    ss_put_hex(&b, sn_decide_bits(sn_host_decisions(host), SN_DECISION_CALL_ID, &point), 16);
    ss_put_char(&b, '@');
    ss_put_host(&b, &path.local);
    return ss_buffer_keep(sn_host_arena(host), &b);
}

/* ---- acts ---- */

/* The engine's number of a call of the story's: false when it is not there. */
static bool engine_call(const sn_ua_app *app, sn_host *host, uint32_t number, uint32_t *call)
{
    const sn_ua_call *c = sn_ua_call_of_number(app, host, number);
    *call = c == NULL ? 0 : c->call;
    return c != NULL;
}

/* What MESSAGE, INFO and OPTIONS say. */
static ss_command request_of(const sn_row *row)
{
    const ss_method method = row->op == SN_OP_MESSAGE ? SS_METHOD_MESSAGE
                             : row->op == SN_OP_INFO  ? SS_METHOD_INFO
                                                      : SS_METHOD_OPTIONS;
    const ss_slice body = text_of(row->text);
    return (ss_command){ .kind = SS_CMD_REQUEST,
                         .method = (uint8_t)method,
                         .event = text_of(row->name),
                         .body_type = body.len > 0 ? SS_LIT("text/plain") : SS_EMPTY,
                         .body = body };
}

static bool ask(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_act *act)
{
    ss_command c = request_of(&act->row);
    if (act->call != 0) {
        return engine_call(app, host, act->call, &c.call) && command(app, host, turn, &c);
    }
    c.target = put_uri(host, act->row.target, sn_ua_put_target);
    return command(app, host, turn, &c);
}

static void put_aor(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker)
{
    (void)asker;
    sn_ua_put_aor(b, plan, node);
}

/* A registrar is asked for the address-of-record itself. */
static put_uri_of *place_of(const char *event)
{
    return strcmp(event, "presence") == 0 ? sn_ua_put_resource
           : strcmp(event, "reg") == 0    ? put_aor
                                          : sn_ua_put_target;
}

/* `call`: the engine's number of one in whose dialog it is, 0: in a dialog of its own (RFC 5057). */
static bool subscribe(sn_ua_app *app, sn_host *host, ss_turn *turn, uint32_t call, uint32_t to,
                      const char *event, uint32_t expires_s, uint64_t cookie)
{
    ss_command c = { .kind = SS_CMD_SUBSCRIBE,
                     .cookie = cookie,
                     .call = call,
                     .target = put_uri(host, to, place_of(event)),
                     .event = ss_slice_from(event),
                     .expires_s = expires_s };
    return command(app, host, turn, &c);
}

static bool refer(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_act *act)
{
    ss_command c = { .kind = SS_CMD_REFER };
    if (!engine_call(app, host, act->call, &c.call)) {
        return false;
    }
    if (act->row.op == SN_OP_REFER) {
        c.refer_to = put_uri(host, act->row.target, sn_ua_put_target);
    } else if (!engine_call(app, host, act->row.other, &c.refer_call)) {
        return false;
    }
    return command(app, host, turn, &c);
}

static bool say(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_row *row)
{
    const bool is_own = row->op == SN_OP_NOTIFY;
    ss_command c = { .kind = is_own ? SS_CMD_STATE : SS_CMD_PUBLISH,
                     .target =
                         is_own ? SS_EMPTY : put_uri(host, sn_host_node(host), sn_ua_put_resource),
                     .event = text_of(row->name),
                     .status = row->status,
                     .body = text_of(row->text),
                     .expires_s = row->value };
    return command(app, host, turn, &c);
}

bool sn_program_event_act(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_act *act)
{
    const sn_row *row = &act->row;
    uint32_t call = 0;
    switch (row->op) {
    case SN_OP_SUBSCRIBE:
        return (act->call == 0 || engine_call(app, host, act->call, &call)) &&
               subscribe(app, host, turn, call, row->target, row->name, row->value, row->other);
    case SN_OP_UNSUBSCRIBE: {
        ss_command c = { .kind = SS_CMD_UNSUBSCRIBE, .cookie = row->other };
        return command(app, host, turn, &c);
    }
    case SN_OP_NOTIFY:
    case SN_OP_PUBLISH:
        return say(app, host, turn, row);
    case SN_OP_MESSAGE:
    case SN_OP_INFO:
    case SN_OP_OPTIONS:
        return ask(app, host, turn, act);
    default:
        return refer(app, host, turn, act);
    }
}

/* ---- what is done beside a call, by a behaviour or a line of traffic ---- */

/* The subscriptions that a call made: the engine's number of it is never used again. */
static uint64_t cookie_of(const sn_ua_call *call)
{
    return UINT64_C(1) << 32 | call->call;
}

static bool end_watching(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_ua_call *call)
{
    ss_command c = { .kind = SS_CMD_UNSUBSCRIBE, .cookie = cookie_of(call) };
    return command(app, host, turn, &c);
}

/* None is made as the run drains. */
static bool watch(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call, const sn_row *row)
{
    const uint32_t to = sn_program_other(host, call, row);
    if (to == SN_NOBODY || to == sn_host_node(host) ||
        sn_host_now(host) >= sn_host_plan(host)->duration) {
        return false;
    }
    call->watches = true;
    const uint32_t inside = (row->flags & SN_ROW_INSIDE) != 0 ? call->call : 0;
    return subscribe(app, host, turn, inside, to, row->name, row->value, cookie_of(call));
}

/* The second call of a transfer that is attended (RFC 3891). */
static bool consult(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call, uint32_t to)
{
    const ss_slice call_id = put_call_id(host, CONSULTED | call->call);
    const uint64_t hash = ss_hash64(0, call_id);
    sn_ua_call *second = sn_ua_call_add(app, host, 0, 0, hash);
    sn_session *s = second == NULL ? NULL : sn_session_add(host, second, 0);
    if (s == NULL) {
        return false;
    }
    second->is_consulted = true;
    second->from = call->call & FROM_MASK;
    sn_session_begin(host, s, hash, sn_program_media(host));
    ss_command c = { .kind = SS_CMD_CALL,
                     .call_id = call_id,
                     .target = put_uri(host, to, sn_ua_put_target),
                     .body_type = SS_LIT("application/sdp"),
                     .body = sn_session_offer_all(host, s) };
    s->is_offered = true;
    s->before = s->now;
    if (!command(app, host, turn, &c)) {
        sn_ua_call_remove(app, host, second);
        return false;
    }
    call->consults = true;
    sn_ua_call_known(host, second, c.call);
    sn_ua_tell(host, second, SN_CALL_PLACED, 0, false);
    return true;
}

/* The second call stands, or the first is over meanwhile (RFC 3891). */
void sn_program_consulted(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *second)
{
    static const sn_row hangup = { .op = SN_OP_HANGUP };
    const sn_ua_call *first = sn_ua_call_find(app, host, second->from);
    ss_command c = { .kind = SS_CMD_REFER, .call = second->from, .refer_call = second->call };
    if (first == NULL || !command(app, host, turn, &c)) {
        sn_program_act(app, host, turn, second, &hangup);
    }
}

/* Nobody is to be transferred to it any more. */
static void end_consulting(sn_ua_app *app, sn_host *host, ss_turn *turn, uint32_t first)
{
    static const sn_row hangup = { .op = SN_OP_HANGUP };
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = sn_ua_call_at(host, at);
        at = c->next;
        if (c->is_consulted && c->from == (first & FROM_MASK)) {
            sn_program_act(app, host, turn, c, &hangup);
        }
    }
}

/* RFC3515:2.4.1 */
static bool send_away(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                      const sn_row *row)
{
    const uint32_t to = sn_program_other(host, call, row);
    if (to == SN_NOBODY) {
        return false;
    }
    if ((row->flags & SN_ROW_ATTENDED) != 0) {
        return consult(app, host, turn, call, to);
    }
    ss_command c = { .kind = SS_CMD_REFER,
                     .cookie = (row->flags & SN_ROW_STAYS) != 0 ? SN_STAYS_COOKIE : 0,
                     .call = call->call,
                     .refer_to = put_uri(host, to, sn_ua_put_target) };
    return command(app, host, turn, &c);
}

/* In the call, or a MESSAGE to somebody else. */
static bool say_something(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_ua_call *call,
                          const sn_row *row)
{
    ss_command c = request_of(row);
    if ((row->flags & SN_ROW_GROUP) == 0) {
        c.call = call->call;
        return command(app, host, turn, &c);
    }
    const uint32_t to = sn_program_other(host, call, row);
    if (to == SN_NOBODY) {
        return false;
    }
    c.target = put_uri(host, to, sn_ua_put_target);
    return command(app, host, turn, &c);
}

bool sn_program_beside(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                       const sn_row *row)
{
    switch (row->op) {
    case SN_OP_SUBSCRIBE:
        return watch(app, host, turn, call, row);
    case SN_OP_UNSUBSCRIBE:
        return end_watching(app, host, turn, call);
    case SN_OP_REFER:
        return send_away(app, host, turn, call, row);
    default:
        return say_something(app, host, turn, call, row);
    }
}

void sn_program_over(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_ua_call *call)
{
    if (call->watches) {
        (void)end_watching(app, host, turn, call);
    }
    if (call->consults) {
        end_consulting(app, host, turn, call->call);
    }
}

/* ---- by itself ---- */

void sn_program_subscribe(sn_ua_app *app, sn_host *host, ss_turn *turn)
{
    const sn_plan *plan = sn_host_plan(host);
    const sn_node *me = &plan->nodes[sn_host_node(host)];
    const sn_watch_spec *watch = &plan->groups[me->group].ua.watch;
    const uint32_t to = sn_plan_node(plan, watch->to, me->index % plan->groups[watch->to].count);
    (void)subscribe(app, host, turn, 0, to, watch->event, watch->expires_s, SN_WATCH_COOKIE);
}

/* False: never again. RFC6665:4.1.3 */
static bool wait_after(const ss_msg *notify, ss_span *wait)
{
    const ss_slice value = ss_msg_value(notify, SS_HDR_SUBSCRIPTION_STATE, 0);
    const size_t semicolon = ss_slice_find(value, ';');
    const ss_params params = { ss_slice_cut(value, semicolon, value.len) };
    ss_slice reason = SS_EMPTY;
    ss_slice text;
    uint64_t seconds = 0;
    if (ss_params_get(params, SS_LIT("reason"), &reason) != SS_OK) {
        reason = SS_EMPTY;
    }
    if (ss_slice_eq_nocase(reason, SS_LIT("rejected")) ||
        ss_slice_eq_nocase(reason, SS_LIT("noresource")) ||
        ss_slice_eq_nocase(reason, SS_LIT("invariant"))) {
        return false;
    }
    if (!ss_slice_eq_nocase(reason, SS_LIT("deactivated")) &&
        !ss_slice_eq_nocase(reason, SS_LIT("timeout")) &&
        ss_params_get(params, SS_LIT("retry-after"), &text) == SS_OK &&
        ss_slice_to_u64(text, UINT32_MAX, &seconds) != SS_OK) {
        seconds = 0;
    }
    *wait = SS_S(seconds);
    return true;
}

/* A notifier that is not there is asked again after as long as it was waited for; one that forgot us, at once; one that refuses,
 * not again. RFC6665:4.1.3 RFC6665:4.1.2.2 */
void sn_program_subscription_ended(sn_host *host, const ss_event *event)
{
    const sn_plan *plan = sn_host_plan(host);
    ss_span wait = 64 * plan->groups[plan->nodes[sn_host_node(host)].group].settings.t1;
    if (event->cookie != SN_WATCH_COOKIE) {
        return;
    }
    if (event->msg != NULL && event->msg->is_request && !wait_after(event->msg, &wait)) {
        return;
    }
    if (event->msg != NULL && !event->msg->is_request) {
        if (event->status != 481) {
            return;
        }
        wait = 0;
    }
    const ss_time at = ss_time_after(sn_host_now(host), wait);
    if (at < plan->duration) {
        sn_program_watch_at(host, at);
    }
}

static void decline(sn_ua_app *app, sn_host *host, ss_turn *turn, uint32_t subscription)
{
    ss_command c = { .kind = SS_CMD_NOTIFY,
                     .subscription = subscription,
                     .status = 603,
                     .state = SS_SUB_TERMINATED,
                     .reason = SS_LIT("noresource") };
    (void)command(app, host, turn, &c);
}

/* The call of the traffic's that a call is, or was transferred from: k + 1, or 0. */
static uint32_t origin_of(const sn_ua_app *app, sn_host *host, uint32_t call)
{
    const sn_ua_call *c = call == 0 ? NULL : sn_ua_call_find(app, host, call);
    if (c == NULL || c->number == 0) {
        return c == NULL || c->is_consulted ? 0 : c->from;
    }
    return sn_host_planned(host, c->number)->scripted ? 0 : c->number;
}

/* A reference that cannot be followed is told as such; in the drain no call begins, as nobody would end it. */
void sn_program_referred(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event)
{
    if (sn_host_now(host) >= sn_host_plan(host)->duration) {
        decline(app, host, turn, event->subscription);
        return;
    }
    const ss_slice call_id = put_call_id(host, event->subscription);
    const uint64_t hash = ss_hash64(0, call_id);
    ss_command c = { .kind = SS_CMD_CALL,
                     .subscription = event->subscription,
                     .call_id = call_id,
                     .body_type = SS_LIT("application/sdp") };
    sn_ua_call *call = sn_ua_call_add(app, host, 0, 0, hash);
    sn_session *s = call == NULL ? NULL : sn_session_add(host, call, 0);
    if (s == NULL) {
        return;
    }
    call->from = origin_of(app, host, event->call) & FROM_MASK;
    sn_session_begin(host, s, hash, sn_program_media(host));
    c.body = sn_session_offer_all(host, s);
    s->is_offered = true;
    if (!command(app, host, turn, &c)) {
        decline(app, host, turn, event->subscription);
        sn_ua_call_remove(app, host, call);
        return;
    }
    sn_ua_call_known(host, call, c.call);
    sn_ua_tell(host, call, SN_CALL_PLACED, 0, false);
}

static bool is_success(const ss_msg *notify)
{
    return ss_slice_starts(notify->body, SS_LIT("SIP/2.0 2"));
}

void sn_program_notified(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event)
{
    static const sn_row hangup = { .op = SN_OP_HANGUP };
    sn_ua_call *call = event->call == 0 ? NULL : sn_ua_call_find(app, host, event->call);
    if (call != NULL && event->cookie != SN_STAYS_COOKIE && is_success(event->msg)) {
        sn_program_act(app, host, turn, call, &hangup);
    }
}

bool sn_program_end_references(sn_ua_app *app, sn_host *host, ss_turn *turn)
{
    static const sn_row hangup = { .op = SN_OP_HANGUP };
    bool any = false;
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = sn_ua_call_at(host, at);
        at = c->next;
        if (c->number == 0 && !c->is_callee) {
            any |= sn_program_act(app, host, turn, c, &hangup);
        }
    }
    return any;
}
