/* The app of a user agent: an engine in its user-agent role, who it is, and what its events mean to the simulator's
 * calls. What it does by itself is in program.c. */
#include "app_ua.h"

#include <string.h>

/* ---- names ---- */

static void put_address(ss_buffer *b, sn_address address)
{
    const ss_address a = sn_address_with_port(address, 0);
    ss_put_host(b, &a);
}

void sn_ua_put_aor(ss_buffer *b, const sn_plan *plan, uint32_t node)
{
    const sn_node *n = &plan->nodes[node];
    const sn_group_spec *g = &plan->groups[n->group];
    if (g->ua.aor != NULL) {
        sn_put_template(b, g->ua.aor, n->index);
        return;
    }
    ss_put_text(b, "sip:");
    ss_put_text(b, g->name);
    if (g->count > 1 || g->indexed) {
        ss_put_u64(b, n->index);
    }
    ss_put_char(b, '@');
    put_address(b, sn_member_address(&plan->cast.nodes[node]));
}

void sn_ua_put_target(ss_buffer *b, const sn_plan *plan, uint32_t node)
{
    char text[512];
    ss_buffer aor = ss_buffer_on(text, sizeof text);
    ss_address numeric;
    ss_uri uri;
    sn_ua_put_aor(&aor, plan, node);
    if (ss_uri_parse(ss_buffer_slice(&aor), &uri) != SS_OK ||
        ss_address_from(uri.host, 0, &numeric) == SS_OK ||
        plan->groups[plan->nodes[node].group].ua.is_found_by_dns ||
        sn_resolve(plan, uri.host) != SN_NOBODY) {
        ss_put(b, ss_buffer_slice(&aor));
        return;
    }
    ss_put_text(b, "sip:");
    ss_put(b, uri.user);
    ss_put_text(b, uri.user.len > 0 ? "@" : "");
    put_address(b, sn_member_address(&plan->cast.nodes[node]));
}

void sn_ua_put_resource(ss_buffer *b, const sn_plan *plan, uint32_t node)
{
    char text[512];
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    ss_buffer aor = ss_buffer_on(text, sizeof text);
    ss_uri uri;
    sn_ua_put_aor(&aor, plan, node);
    if (spec->compositor == 0 || ss_uri_parse(ss_buffer_slice(&aor), &uri) != SS_OK) {
        sn_ua_put_target(b, plan, node);
        return;
    }
    ss_put_text(b, "sip:");
    ss_put(b, uri.user);
    ss_put_text(b, uri.user.len > 0 ? "@" : "");
    put_address(b, sn_member_address(&plan->cast.nodes[plan->group_first[spec->compositor - 1]]));
}

/* The texts of an identity follow each other in one block; where each ends is kept while they are printed. */
static ss_slice take_text(ss_buffer *b, size_t from)
{
    return (ss_slice){ b->at + from, b->len - from };
}

void sn_ua_put_registrar(ss_buffer *b, ss_slice aor)
{
    ss_uri uri;
    if (ss_uri_parse(aor, &uri) == SS_OK) {
        ss_put_text(b, uri.scheme == SS_SCHEME_SIPS ? "sips:" : "sip:");
        ss_put(b, uri.host);
        if (uri.port != 0) {
            ss_put_char(b, ':');
            ss_put_u64(b, uri.port);
        }
    }
}

/* An outbound proxy of members of `group`, by an address of a version that they have. */
static void put_route(ss_buffer *b, const sn_plan *plan, uint32_t group, uint32_t outbound)
{
    ss_put_text(b, "sip:");
    put_address(b, sn_member_address_for(&plan->cast.nodes[plan->group_first[outbound]],
                                         &plan->cast.nodes[plan->group_first[group]]));
    ss_put_text(b, ";lr");
}

void sn_ua_put_other_outbound(ss_buffer *b, const sn_plan *plan, uint32_t group, uint8_t nth)
{
    put_route(b, plan, group, plan->groups[group].ua.other_outbounds[nth]);
}

void sn_ua_put_outbound(ss_buffer *b, const sn_plan *plan, uint32_t group)
{
    const sn_ua_spec *spec = &plan->groups[group].ua;
    const uint32_t outbound = sn_plan_outbound(plan, spec);
    if (spec->outbound_host != NULL) {
        ss_put_text(b, "sip:");
        ss_put_text(b, spec->outbound_host);
        ss_put_text(b, ";lr");
    } else if (outbound != SN_NOBODY) {
        put_route(b, plan, group, outbound);
    }
}

static ss_slice moved(ss_slice s, const char *from, const char *to)
{
    return s.at == NULL ? s : (ss_slice){ to + (s.at - from), s.len };
}

/* What an identity points to beside its texts, for a node that has a password. */
typedef struct login_block {
    ss_ua_profile profile;
    ss_ua_auth auth;
    ss_credential credentials[1 + SN_GUESTS_MAX]; /* its own, and those of a guest */
    ss_slice hosts[5];
} login_block;

/** The texts of an identity, one behind the other. */
typedef struct texts {
    ss_slice aor, registrar;
    ss_slice user, password, realm, domain, proxy_host, proxy_address, outbound_address;
    ss_slice outbound_host;
    ss_slice guest_realms[SN_GUESTS_MAX], guest_passwords[SN_GUESTS_MAX];
} texts;

static ss_slice put_text(ss_buffer *b, const char *text)
{
    const size_t from = b->len;
    ss_put_text(b, text);
    return take_text(b, from);
}

static ss_slice put_template(ss_buffer *b, const char *template, uint32_t index)
{
    const size_t from = b->len;
    sn_put_template(b, template, index);
    return take_text(b, from);
}

static ss_slice put_address_of(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t group)
{
    const size_t from = b->len;
    if (group != SN_NOBODY) {
        put_address(b, sn_member_address_for(&plan->cast.nodes[plan->group_first[group]],
                                             &plan->cast.nodes[node]));
    }
    return take_text(b, from);
}

/* Where the port begins, if there is one. */
static size_t host_end(ss_slice host)
{
    const size_t bracket = ss_slice_find(host, ']');
    return bracket == host.len ? ss_slice_find(host, ':') : bracket + 1;
}

static void put_login(ss_buffer *b, const sn_plan *plan, uint32_t node, texts *t)
{
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    const sn_login_spec *login = &spec->login;
    const uint32_t index = plan->nodes[node].index;
    t->user = put_template(b, login->user, index);
    t->password = put_template(b, login->password, index);
    t->realm = put_text(b, login->realm);
    t->domain = put_text(b, login->domain);
    if (login->proxy != SN_NOBODY && plan->groups[login->proxy].proxy.host != NULL) {
        t->proxy_host = put_text(b, plan->groups[login->proxy].proxy.host);
    }
    t->proxy_address = put_address_of(b, plan, node, login->proxy);
    t->outbound_address = put_address_of(b, plan, node, sn_plan_outbound(plan, spec));
    if (spec->outbound_host != NULL) {
        const ss_slice host = ss_slice_from(spec->outbound_host);
        const size_t from = b->len;
        ss_put(b, ss_slice_cut(host, 0, host_end(host)));
        t->outbound_host = take_text(b, from);
    }
    for (uint32_t i = 0; i < login->guest_count; i++) {
        t->guest_realms[i] = put_text(b, login->guests[i].realm);
        t->guest_passwords[i] = put_template(b, login->guests[i].password, index);
    }
}

static void put_texts(ss_buffer *b, const sn_plan *plan, uint32_t node, texts *t)
{
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    sn_ua_put_aor(b, plan, node);
    t->aor = take_text(b, 0);
    const size_t registrar_at = b->len;
    if (spec->registrar.len == 0) { /* without an address-of-record of its own it is alone */
        sn_ua_put_registrar(b, t->aor);
    }
    t->registrar = take_text(b, registrar_at);
    if (spec->login.password != NULL) {
        put_login(b, plan, node, t);
    }
}

/* Toward whom: the domain, its proxy by name and address, and the proxy that everything goes to. */
static void fill_login(login_block *block, sn_host *host, const sn_login_spec *spec, const texts *t)
{
    const ss_slice hosts[] = { t->domain, t->proxy_address, t->outbound_address, t->proxy_host,
                               t->outbound_host };
    uint16_t count = 0;
    for (size_t i = 0; i < SS_COUNT(hosts); i++) {
        if (hosts[i].len > 0) {
            block->hosts[count++] = hosts[i];
        }
    }
    block->credentials[0] = (ss_credential){ .realm = t->realm,
                                             .username = t->user,
                                             .password = t->password,
                                             .hosts = block->hosts,
                                             .host_count = count,
                                             .for_users = spec->for_users };
    for (uint32_t i = 0; i < spec->guest_count; i++) {
        block->credentials[1 + i] =
            (ss_credential){ .realm = t->guest_realms[i],
                             .username = ss_slice_cut(t->aor, 4, t->aor.len), /* behind sip: */
                             .password = t->guest_passwords[i],
                             .hosts = block->hosts,
                             .host_count = count };
    }
    block->auth = (ss_ua_auth){ .crypto = sn_host_crypto(host),
                                .credentials = block->credentials,
                                .credential_count = (uint16_t)(1 + spec->guest_count),
                                .minimum = (ss_hash)spec->minimum,
                                .prefers_strongest = spec->prefers_strongest,
                                .wants_proof = spec->wants_proof };
    block->profile.auth = &block->auth;
}

static ss_status make_login(sn_ua_app *app, sn_host *host, const sn_login_spec *spec,
                            const texts *t)
{
    if (spec->password == NULL) {
        return SS_OK;
    }
    const ss_ref ref = ss_store_take(sn_host_store(host), sizeof(login_block));
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    login_block *block = ss_store_at(sn_host_store(host), ref);
    if (app->identity.profile != NULL) {
        block->profile = *app->identity.profile;
    }
    fill_login(block, host, spec, t);
    app->identity.profile = &block->profile;
    return SS_OK;
}

/* For whoever asks others for credentials: its profile again, with the protection behind it. */
typedef struct door_block {
    ss_ua_profile profile;
    ss_protection protection;
} door_block;

static ss_status make_door(sn_ua_app *app, sn_host *host, const sn_guard_spec *door)
{
    if (door == NULL) {
        return SS_OK;
    }
    const ss_ref ref = ss_store_take(sn_host_store(host), sizeof(door_block));
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    door_block *block = ss_store_at(sn_host_store(host), ref);
    block->profile = *app->identity.profile;
    block->protection = sn_account_protection(door);
    block->profile.protection = &block->protection;
    block->profile.crypto = sn_host_crypto(host);
    app->identity.profile = &block->profile;
    return SS_OK;
}

static void move_texts(texts *t, const char *from, const char *to)
{
    ss_slice *const all[] = { &t->aor,          &t->registrar,     &t->user,
                              &t->password,     &t->realm,         &t->domain,
                              &t->proxy_host,   &t->proxy_address, &t->outbound_address,
                              &t->outbound_host };
    for (size_t i = 0; i < SS_COUNT(all); i++) {
        *all[i] = all[i]->len == 0 ? SS_EMPTY : moved(*all[i], from, to);
    }
    for (size_t i = 0; i < SN_GUESTS_MAX; i++) {
        t->guest_realms[i] = moved(t->guest_realms[i], from, to);
        t->guest_passwords[i] = moved(t->guest_passwords[i], from, to);
    }
}

/* ";q=0.7". RFC3261:20.10 */
static void put_contact_params(ss_buffer *b, const sn_ua_spec *spec, uint32_t index)
{
    const unsigned q = 1000u - spec->q_less;
    if (spec->q_less != 0) {
        ss_put_text(b, ";q=0.");
        ss_put_char(b, (char)('0' + q / 100));
        ss_put_char(b, (char)('0' + q / 10 % 10));
        ss_put_char(b, (char)('0' + q % 10));
    }
    if (spec->instance != NULL) { /* RFC5626:4.1 */
        ss_put_text(b, ";+sip.instance=\"<");
        sn_put_template(b, spec->instance, index);
        ss_put_text(b, ">\"");
    }
}

/* Only for who has more to register than itself, or says more of itself: its profile again, and behind it the text of that. */
static ss_status make_profile(sn_ua_app *app, sn_host *host, const sn_ua_spec *spec)
{
    if (spec->contacts == NULL && spec->q_less == 0 && spec->instance == NULL) {
        return SS_OK;
    }
    const uint32_t index = sn_host_plan(host)->nodes[sn_host_node(host)].index;
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    put_contact_params(&b, spec, index);
    const size_t params = b.len;
    if (spec->contacts != NULL) {
        sn_put_template(&b, spec->contacts, index);
    }
    SS_ASSERT(!b.overflow);
    const ss_ref ref = ss_store_take(sn_host_store(host), sizeof(ss_ua_profile) + b.len);
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    ss_ua_profile *profile = ss_store_at(sn_host_store(host), ref);
    char *text = (char *)(profile + 1);
    memcpy(text, b.at, b.len);
    *profile = *app->identity.profile;
    profile->contact_params = (ss_slice){ text, params };
    profile->contacts = (ss_slice){ text + params, b.len - params };
    app->identity.profile = profile;
    return SS_OK;
}

static ss_status make_identity(sn_ua_app *app, sn_host *host)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t node = sn_host_node(host);
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    const ss_path path = sn_host_path(host);
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    texts t = { 0 };
    ss_uri uri;
    put_texts(&b, plan, node, &t);
    SS_ASSERT(!b.overflow);
    const ss_ref ref = ss_store_take(sn_host_store(host), b.len);
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    char *text = ss_store_at(sn_host_store(host), ref);
    memcpy(text, b.at, b.len);
    move_texts(&t, b.at, text);
    app->identity = (ss_ua_identity){
        .aor = t.aor,
        .user = ss_uri_parse(t.aor, &uri) == SS_OK ? uri.user : SS_EMPTY,
        .registrar = t.registrar.len == 0 ? spec->registrar : t.registrar,
        .local = { .transport = path.transport, .local = path.local },
        .outbound = spec->route,
        .lines = spec->lines,
        .profile = &spec->profile,
        .reliable = spec->reliable,
        .session_timers = { spec->session_min_s, spec->session_s, spec->refresher },
    };
    ss_status status = make_login(app, host, &spec->login, &t);
    if (status == SS_OK) {
        status = make_profile(app, host, spec);
    }
    return status == SS_OK ? make_door(app, host, spec->door) : status;
}

/* ---- calls ---- */

sn_ua_call *sn_ua_call_add(sn_ua_app *app, sn_host *host, uint32_t call, uint32_t number,
                           uint64_t call_id)
{
    ss_store *store = sn_host_store(host);
    const ss_ref ref = ss_store_take(store, sizeof(sn_ua_call));
    if (ref == 0) {
        sn_host_out_of_memory(host);
        return NULL;
    }
    sn_ua_call *c = ss_store_at(store, ref);
    *c =
        (sn_ua_call){ .next = app->first_call, .call = call, .number = number, .call_id = call_id };
    app->first_call = ref;
    return c;
}

ss_ref sn_ua_first_call(const sn_ua_app *app)
{
    return app->joins ? 0 : app->first_call;
}

sn_ua_call *sn_ua_call_find(const sn_ua_app *app, sn_host *host, uint32_t call)
{
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = ss_store_at(sn_host_store(host), at);
        if (c->call == call) {
            return c;
        }
        at = c->next;
    }
    return NULL;
}

sn_ua_call *sn_ua_call_of_number(const sn_ua_app *app, sn_host *host, uint32_t number)
{
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = ss_store_at(sn_host_store(host), at);
        if (c->number == number) {
            return c;
        }
        at = c->next;
    }
    return NULL;
}

static void drop_call(ss_store *store, ss_ref *link)
{
    const ss_ref ref = *link;
    const sn_ua_call *c = ss_store_at(store, ref);
    *link = c->next;
    sn_session_drop_all(store, ss_store_at(store, ref));
    ss_store_give(store, ref, sizeof *c);
}

void sn_ua_call_remove(sn_ua_app *app, sn_host *host, uint32_t call)
{
    ss_store *store = sn_host_store(host);
    ss_ref *link = &app->first_call;
    while (*link != 0) {
        sn_ua_call *c = ss_store_at(store, *link);
        if (c->call == call) {
            drop_call(store, link);
            return;
        }
        link = &c->next;
    }
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
        sn_ua_call_remove(app, host, event->call);
        return;
    }
    const bool is_up = event->kind == SS_EVENT_ANSWERED || event->kind == SS_EVENT_CONFIRMED;
    if (is_up) {
        sn_program_established(app, host, c);
    }
    sn_change_told(app, host, turn, c, event);
    if (is_up) {
        sn_program_lasts(app, host, turn, event->call);
    }
}

void sn_ua_on_event(void *self, sn_host *host, ss_turn *turn, const ss_event *event)
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

sn_engine_user sn_ua_user(sn_ua_app *app)
{
    return (sn_engine_user){ .self = app, .event = sn_ua_on_event, .query = serve };
}

static ss_status start(void *self, sn_host *host)
{
    sn_ua_app *app = self;
    const sn_plan *plan = sn_host_plan(host);
    const ss_status status = make_identity(app, host);
    app->joins = plan->groups[plan->nodes[sn_host_node(host)].group].ua.joins;
    sn_engine_make(&app->engine, host, &app->identity, NULL);
    return status;
}

static void input(void *self, sn_host *host, const ss_path *path, ss_slice datagram)
{
    sn_ua_app *app = self;
    const sn_engine_user user = sn_ua_user(app);
    if (app->is_dead) {
        return;
    }
    sn_engine_input(&app->engine, host, &user, path, datagram);
}

static void unreachable(void *self, sn_host *host, const ss_path *path, const ss_quote *quote)
{
    sn_ua_app *app = self;
    const sn_engine_user user = sn_ua_user(app);
    if (!app->is_dead) {
        sn_engine_unreachable(&app->engine, host, &user, path, quote);
    }
}

static void path_mtu(void *self, sn_host *host, const ss_address *to, uint32_t mtu, ss_time until)
{
    sn_ua_app *app = self;
    (void)host;
    if (!app->is_dead) {
        ss_engine_path_mtu(&app->engine, to, mtu, until);
    }
}

static bool stream(void *self, sn_host *host, const ss_path *path, sn_stream_event event)
{
    sn_ua_app *app = self;
    const sn_engine_user user = sn_ua_user(app);
    return sn_engine_stream(&app->engine, host, &user, path, event);
}

static size_t stream_bytes(void *self, sn_host *host, const ss_path *path, ss_slice bytes)
{
    sn_ua_app *app = self;
    const sn_engine_user user = sn_ua_user(app);
    return sn_engine_bytes(&app->engine, host, &user, path, bytes);
}

static void resolved(void *self, sn_host *host, const ss_answer *answer)
{
    sn_ua_app *app = self;
    const sn_engine_user user = sn_ua_user(app);
    sn_engine_resolved(&app->engine, host, &user, answer);
}

static void reset(void *self, sn_host *host)
{
    sn_ua_app *app = self;
    if (app->joins) {
        ss_b2bua_forget(&app->b2bua, &app->engine);
    }
    ss_engine_reset(&app->engine);
    while (app->first_call != 0) {
        drop_call(sn_host_store(host), &app->first_call);
    }
}

void sn_ua_crash(sn_ua_app *app, sn_host *host)
{
    reset(app, host);
    app->is_dead = true;
    sn_host_crash(host);
    sn_ua_tell(host, &(sn_ua_call){ 0 }, SN_CALL_CRASHED, 0, false);
}

static ss_time deadline(const void *self)
{
    const sn_ua_app *app = self;
    return ss_engine_deadline(&app->engine);
}

static void tick(void *self, sn_host *host)
{
    sn_ua_app *app = self;
    const sn_engine_user user = sn_ua_user(app);
    sn_engine_tick(&app->engine, host, &user);
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
    .input = input,
    .unreachable = unreachable,
    .path_mtu = path_mtu,
    .stream = stream,
    .stream_bytes = stream_bytes,
    .resolved = resolved,
    .deadline = deadline,
    .tick = tick,
    .wake = wake,
    .left = left,
    .reset = reset,
};
