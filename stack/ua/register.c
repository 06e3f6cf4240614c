/* Registration (RFC 3261 10.2): our Contact and those of the identity, one Call-ID for the life of the engine, numbers that rise by
 * one. What was granted is read back from the response and refreshed when nine tenths of it have passed. 423 is followed once,
 * 3xx as in redirect.c. After a failure that may pass it is tried again, not before RFC 5626 4.5 or the Retry-After allow it; with
 * a base of 0 the application decides (10.2.7). A query of what is bound goes between, and the refresh stays due when it was.
 *
 * The Call-ID is made from the engine's key and the number is in ss_ua, so that both survive the removal of a binding
 * while nothing of it stays in the store. */
#include "usage.h"

/* As long as the user agent is registered: small, for there may be a million of them. */
typedef struct registration {
    ss_timer timer; /* refresh, or the next try */
    uint64_t cookie;
    ss_blob targets;       /* of the current request, redirected: redirect.c */
    uint32_t tenths;       /* that the timer runs */
    uint32_t expires;      /* asked for in the current request */
    uint32_t next_expires; /* by a command that came meanwhile */
    uint8_t repeats;       /* of the current request: repeat.c */
    uint8_t failures;      /* consecutive, up to FAILURES_MAX */
    bool is_busy : 1;      /* a request is under way: 10.2 allows no second */
    bool again : 1;        /* next_expires is to be asked for */
    bool retried : 1;      /* a 423 was followed */
    bool all : 1;          /* the current request removes all bindings: Contact: * (10.2.2) */
    bool next_all : 1;
    bool is_query : 1; /* the current request asks what is bound, no more: 10.2.3 */
    bool next_query : 1;
    bool has_extra : 1; /* the current request binds what is not ours to keep */
} registration;
_Static_assert(sizeof(registration) <= 64, "one class of the store");

/* The same of who asks for GRUUs: gruu.c */
typedef struct gruu_registration {
    registration common;
    ss_blob gruus;
} gruu_registration;

enum { FAILURES_MAX = 20 }; /* the bound of the wait is reached long before */

static registration *registration_at(const ss_visit *v, ss_ref ref)
{
    return ref == 0 ? NULL : ss_store_at(&v->core->pools->store, ref);
}

static ss_ref ref_of(const ss_visit *v, const registration *reg)
{
    return ss_store_ref(&v->core->pools->store, reg);
}

/* NULL: of who has none. */
static ss_flow *flow_of(const ss_visit *v, const registration *reg)
{
    return ss_flow_count(v->ua) == 0 ? NULL : ss_flow_of(v, ref_of(v, reg));
}

/* Where the registration by a flow is written down; NULL: flows are not there yet. */
static ss_ref *place_of(const ss_visit *v, uint8_t number)
{
    if (ss_flow_count(v->ua) == 0) {
        return &v->ua->registration;
    }
    ss_flow *flow = ss_flow_at(v, number);
    return flow == NULL ? NULL : &flow->registration;
}

/* The nth of them, or NULL at the end of all. `*reg` NULL: there is none by this flow. */
static ss_ref *next_place(const ss_visit *v, uint8_t *number, registration **reg)
{
    const uint8_t count = ss_flow_count(v->ua);
    ss_ref *place = *number >= (count == 0 ? 1 : count) ? NULL : place_of(v, *number);
    *reg = place == NULL ? NULL : registration_at(v, *place);
    ++*number;
    return place;
}

static void arm(const ss_visit *v, registration *reg, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &reg->timer, at);
}

static bool asks_for_gruus(const ss_visit *v)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    return profile != NULL && profile->gruu != SS_GRUU_USE_NONE;
}

static size_t size_of_one(const ss_visit *v)
{
    return asks_for_gruus(v) ? sizeof(gruu_registration) : sizeof(registration);
}

static void forget(const ss_visit *v, registration *reg)
{
    const ss_ref ref = ref_of(v, reg);
    ss_flow *flow = flow_of(v, reg);
    arm(v, reg, SS_TIME_NEVER);
    ss_core_drop(v->core, &reg->targets);
    if (asks_for_gruus(v)) {
        ss_core_drop(v->core, &((gruu_registration *)(void *)reg)->gruus);
    }
    ss_core_give(v->core, ref, size_of_one(v));
    if (flow == NULL || !ss_flow_another_is_up(v, flow)) {
        ss_ua_services_forget(v);
    }
    if (flow == NULL) {
        v->ua->registration = 0;
        return;
    }
    ss_flow_down(v, flow);
    flow->registration = 0;
    if (v->ua->quiet) {
        ss_flows_end(v);
    }
}

void ss_ua_register_forget(const ss_visit *v)
{
    registration *reg;
    if (v->ua->registration == 0) {
        return;
    }
    for (uint8_t i = 0; next_place(v, &i, &reg) != NULL;) {
        if (reg != NULL) {
            forget(v, reg);
        }
    }
    if (ss_flow_count(v->ua) != 0) {
        ss_flows_end(v);
    }
}

ss_blob *ss_ua_register_gruus(const ss_visit *v, uint8_t nth)
{
    registration *reg = NULL;
    for (uint8_t i = 0; asks_for_gruus(v) && next_place(v, &i, &reg) != NULL;) {
        if (reg != NULL && nth-- == 0) {
            return &((gruu_registration *)(void *)reg)->gruus;
        }
    }
    return NULL;
}

ss_blob *ss_ua_register_targets(const ss_visit *v, ss_ref ref)
{
    return &registration_at(v, ref)->targets;
}

/* RFC3261:10.2 of each Call-ID one after the other; each flow has its own. */
uint32_t *ss_ua_register_cseq(const ss_visit *v, ss_ref ref)
{
    ss_flow *flow = flow_of(v, registration_at(v, ref));
    return flow == NULL || flow->number == 0 ? &v->ua->register_cseq : &flow->cseq;
}

/* ---- asking ---- */

/* RFC3261:10.2 The same for all registrations of a boot cycle; RFC5626:4.2.1 another for each flow. */
static ss_slice registration_call_id(const ss_visit *v, const ss_flow *flow)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    const uint64_t of_flow = flow == NULL ? 0 : flow->number;
    ss_put_hex(&b, ss_mix_absorb(v->core->entropy.key, 0x7265676973746572u + of_flow), 16);
    ss_put_char(&b, '@');
    ss_put_host(&b, &v->ua->identity->local.local);
    return ss_buffer_keep(v->turn->arena, &b);
}

static ss_slice other_contacts(const ss_visit *v)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    return profile == NULL ? SS_EMPTY : profile->contacts;
}

/* RFC3261:10.2.3 none, RFC3261:10.2.2 all bindings, or RFC3261:10.2.1 our Contact, those of the identity, and what is bound once. */
static void put_contacts(const ss_visit *v, ss_buffer *b, const registration *reg, ss_slice own,
                         ss_slice extra)
{
    const ss_slice others = other_contacts(v);
    const ss_flow *flow = flow_of(v, reg);
    if (reg->is_query) {
        return;
    }
    if (reg->all) {
        ss_put_header(b, SS_HDR_CONTACT, SS_LIT("*"));
        return;
    }
    ss_put_header(b, SS_HDR_CONTACT, own);
    if (v->ua->identity->profile != NULL) {
        b->len -= 2; /* before its line end */
        ss_put(b, v->ua->identity->profile->contact_params);
        if (flow != NULL) { /* RFC5626:4.2.1 */
            ss_put_text(b, ";reg-id=");
            ss_put_u64(b, v->ua->identity->profile->reg_id + flow->number);
        }
        ss_put_text(b, "\r\n");
    }
    if (others.len > 0) {
        ss_put_header(b, SS_HDR_CONTACT, others);
    }
    if (extra.len > 0) {
        ss_put_header(b, SS_HDR_CONTACT, extra);
    }
}

static ss_slice print_register(const ss_visit *v, const ss_route *route, const ss_path *path,
                               uint32_t cseq, const registration *reg, ss_slice extra)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_new_tag(v->core, &tag_text);
    ss_slice contact;
    const ss_slice call_id = registration_call_id(v, flow_of(v, reg));
    if (ss_ua_place_contact(v, &v->ua->identity->local.local, &contact) != SS_OK ||
        call_id.len == 0) {
        return SS_EMPTY;
    }
    const ss_new_request request = { .method = SS_METHOD_REGISTER,
                                     .to = v->ua->identity->aor,
                                     .call_id = call_id,
                                     .tag = ss_buffer_slice(&tag_text),
                                     .cseq = cseq };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_ua_put_request(v, &b, &request, route, path);
    put_contacts(v, &b, reg, contact, extra);
    if (v->ua->identity->profile != NULL && v->ua->identity->profile->register_supported.len != 0) {
        ss_put_header(&b, SS_HDR_SUPPORTED, v->ua->identity->profile->register_supported);
    }
    if (!reg->is_query) {
        ss_put_header_u64(&b, SS_HDR_EXPIRES, reg->expires);
    }
    ss_ua_put_tail(v, &b, SS_METHOD_REGISTER);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:10.2 RFC3261:10.2.1 RFC3261:10.2.2 */
static ss_status ask_with(const ss_visit *v, registration *reg, ss_slice extra)
{
    const ss_ua_identity *me = v->ua->identity;
    ss_route route;
    ss_hop hop;
    const ss_flow *flow = flow_of(v, reg);
    const ss_slice outbound = ss_flow_route(v->ua, flow == NULL ? 0 : flow->number);
    const ss_status status = ss_route_make(me->registrar, outbound, v->turn->arena, &route);
    if (status != SS_OK) {
        return status;
    }
    if (ss_transport_hop(route.next_hop, &hop) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    const ss_path path = ss_ua_path_to(v, &hop);
    uint32_t *last = ss_ua_register_cseq(v, ref_of(v, reg));
    const uint32_t cseq = *last == 0 ? ss_cseq_initial(v->core) : *last + 1;
    const ss_slice bytes = print_register(v, &route, &path, cseq, reg, extra);
    if (bytes.len == 0) {
        return SS_ERR_FULL;
    }
    const ss_status sent =
        ss_ua_send(v, (ss_errand){ SS_ERRAND_REGISTER, ref_of(v, reg) }, &hop, &path, bytes);
    if (sent == SS_OK) {
        *last = cseq;
        reg->is_busy = true;
        reg->repeats = 0;
        reg->has_extra = extra.len > 0;
        ss_core_drop(v->core, &reg->targets);
        if (!reg->is_query) {
            arm(v, reg, SS_TIME_NEVER);
        }
    }
    return sent;
}

static ss_status ask(const ss_visit *v, registration *reg)
{
    return ask_with(v, reg, SS_EMPTY);
}

/* What a command asks for. */
static void want(registration *reg, const ss_command *command)
{
    reg->cookie = command->cookie;
    reg->is_query = command->query;
    reg->retried = false;
    if (!command->query) {
        reg->expires = command->all ? 0 : command->expires_s;
        reg->all = command->all;
        reg->failures = 0;
    }
}

static registration *registration_new(const ss_visit *v, ss_ref *place)
{
    *place = ss_core_take(v->core, size_of_one(v));
    registration *reg = registration_at(v, *place);
    if (reg != NULL) {
        ss_timer_init(&reg->timer, SS_TIMER_OF_REGISTRATION);
    }
    return reg;
}

/* RFC3261:10.2.7 */
static ss_status command_one(const ss_visit *v, const ss_command *command, ss_ref *place)
{
    registration *reg = registration_at(v, *place);
    const bool is_new = reg == NULL;
    reg = is_new ? registration_new(v, place) : reg;
    if (reg == NULL) {
        return SS_ERR_FULL;
    }
    if (reg->is_busy && command->target.len > 0) {
        return SS_ERR_STATE;
    }
    if (reg->is_busy) { /* no second REGISTER before the first is answered: 10.2 */
        reg->cookie = command->cookie;
        reg->again = true;
        reg->next_expires = command->query ? reg->expires : command->expires_s;
        reg->next_all = command->all;
        reg->next_query = command->query;
        return SS_OK;
    }
    const registration before = *reg;
    want(reg, command);
    const ss_status status = ask_with(v, reg, command->target);
    if (status != SS_OK && is_new) {
        forget(v, reg);
    } else if (status != SS_OK) { /* nothing changed: the refresh goes on asking what it asked */
        reg->cookie = before.cookie;
        reg->expires = before.expires;
        reg->all = before.all;
        reg->is_query = before.is_query;
        reg->retried = before.retried;
        reg->failures = before.failures;
    }
    return status;
}

/* By a flow but the first: what is bound beside, asked or removed as a whole is the first one's. RFC5626:4.2.1 */
static void command_flow(const ss_visit *v, const ss_command *command, uint8_t number)
{
    ss_ref *place = place_of(v, number);
    registration *reg = registration_at(v, *place);
    if (command->query || command->target.len > 0) {
        return;
    }
    if (command->all) {
        if (reg != NULL && !reg->is_busy) {
            forget(v, reg);
        }
        return;
    }
    if (command_one(v, command, place) != SS_OK && *place != 0) {
        ss_ua_register_failed(v, *place, &(ss_outcome){ .status = 503, .synthetic = true });
    }
}

ss_status ss_ua_register(const ss_visit *v, const ss_command *command)
{
    const uint8_t flows = ss_flow_count(v->ua);
    ss_status status = flows == 0 ? SS_OK : ss_flows_begin(v);
    if (status == SS_OK) {
        status = command_one(v, command, place_of(v, 0));
    }
    for (uint8_t i = 1; i < flows && status == SS_OK; i++) {
        command_flow(v, command, i);
    }
    if (flows != 0 && status != SS_OK && v->ua->registration != 0) {
        ss_flows_end(v);
    }
    return status;
}

/* ---- what came of it ---- */

/* How long a Contact of the response lives: the parameter, the field, an hour; what is malformed means an hour as well
 * (10.2.1.1). */
static uint32_t lifetime(const ss_msg *response, const ss_name_addr *contact)
{
    ss_slice text;
    uint64_t number;
    uint32_t expires = 3600;
    if (ss_params_get(contact->params, SS_LIT("expires"), &text) == SS_OK) {
        return ss_slice_to_u64(text, UINT32_MAX, &number) == SS_OK ? (uint32_t)number : expires;
    }
    return ss_msg_number(response, SS_HDR_EXPIRES, &expires) == SS_OK ? expires : 3600;
}

/* The next value of the identity's own list, "<uri>;params, <uri>". */
static bool next_of_list(ss_slice *rest, ss_name_addr *out)
{
    const size_t end = ss_slice_find(*rest, '>');
    const size_t comma = end + ss_slice_find(ss_slice_cut(*rest, end, rest->len), ',');
    const ss_slice value = ss_slice_trim(ss_slice_cut(*rest, 0, comma));
    *rest = comma < rest->len ? ss_slice_cut(*rest, comma + 1, rest->len) : SS_EMPTY;
    return value.len > 0 && ss_name_addr_parse(value, out) == SS_OK;
}

static bool is_of_list(ss_slice list, const ss_uri *uri)
{
    ss_name_addr contact;
    ss_uri ours;
    while (next_of_list(&list, &contact)) {
        if (ss_uri_parse(contact.uri, &ours) == SS_OK && ss_uri_equal(&ours, uri)) {
            return true;
        }
    }
    return false;
}

typedef struct grant {
    uint32_t own;         /* seconds of our Contact, 0 when it is not there */
    uint32_t first;       /* of the one of ours that ends first */
    ss_name_addr contact; /* ours, when it is there */
} grant;

/* Each of several flows has bound the same Contact. RFC5626:6 */
static bool is_of_flow(const ss_visit *v, const ss_flow *flow, const ss_name_addr *contact)
{
    ss_slice text;
    uint64_t number = 0;
    if (flow == NULL || ss_params_get(contact->params, SS_LIT("reg-id"), &text) != SS_OK) {
        return true; /* who knows nothing of flows names none */
    }
    return ss_slice_to_u64(text, UINT32_MAX, &number) == SS_OK &&
           number == v->ua->identity->profile->reg_id + flow->number;
}

/* Our Contact as the request had it: with the address that its Via has. */
static bool own_contact(const ss_visit *v, const ss_msg *response, ss_uri *own)
{
    ss_slice text;
    ss_name_addr mine;
    ss_via via;
    ss_address said = { .family = 0 };
    if (ss_msg_top_via(response, &via) == SS_OK) {
        (void)!ss_address_from(via.host, 0, &said); /* ours, and numeric */
    }
    return ss_ua_place_contact(v, ss_ua_address_for(v, said.family), &text) == SS_OK &&
           ss_name_addr_parse(text, &mine) == SS_OK && ss_uri_parse(mine.uri, own) == SS_OK;
}

/* RFC3261:10.2.4 The bindings that are ours among those of the response. */
static grant granted_by(const ss_visit *v, const ss_flow *flow, const ss_msg *response)
{
    ss_name_addr contact;
    ss_uri own, uri;
    grant g = { .own = 0, .first = UINT32_MAX };
    if (!own_contact(v, response, &own)) {
        return (grant){ .own = 0 };
    }
    ss_value_iter it = { 0 };
    while (ss_msg_next_addr(response, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        if (contact.is_star || ss_uri_parse(contact.uri, &uri) != SS_OK) {
            continue;
        }
        const bool is_own = g.own == 0 && ss_uri_equal(&uri, &own) && is_of_flow(v, flow, &contact);
        if (is_own || is_of_list(other_contacts(v), &uri)) {
            const uint32_t seconds = lifetime(response, &contact);
            g.own = is_own ? seconds : g.own;
            g.contact = is_own ? contact : g.contact;
            g.first = seconds < g.first ? seconds : g.first;
        }
    }
    return g;
}

static void tell(const ss_visit *v, const registration *reg, ss_event_kind kind,
                 const ss_outcome *outcome, uint32_t granted)
{
    ss_turn_event(v->turn, &(ss_event){ .kind = kind,
                                        .cookie = reg->cookie,
                                        .status = outcome->status,
                                        .expires_s = granted,
                                        .synthetic = outcome->synthetic,
                                        .msg = outcome->msg });
}

/* The request is done: what was commanded meanwhile comes next. False when nothing did. */
static bool go_on(const ss_visit *v, registration *reg)
{
    reg->is_busy = false;
    if (!reg->again) {
        return false;
    }
    const ss_command next = { .cookie = reg->cookie,
                              .expires_s = reg->next_expires,
                              .all = reg->next_all,
                              .query = reg->next_query };
    reg->again = false;
    want(reg, &next);
    if (ask(v, reg) != SS_OK) {
        tell(v, reg, SS_EVENT_REGISTER_FAILED, &(ss_outcome){ .status = 503, .synthetic = true },
             0);
        forget(v, reg);
    }
    return true;
}

/* ---- after a failure ---- */

/* Seconds that a Retry-After asks for; 0 when there is none. A comment and parameters may follow. */
static uint32_t retry_after(const ss_msg *response)
{
    const ss_slice value = ss_msg_value(response, SS_HDR_RETRY_AFTER, 0);
    size_t digits = 0;
    uint64_t seconds = 0;
    while (digits < value.len && value.at[digits] >= '0' && value.at[digits] <= '9') {
        digits++;
    }
    const ss_status status = ss_slice_to_u64(ss_slice_cut(value, 0, digits), UINT32_MAX, &seconds);
    return status == SS_OK ? (uint32_t)seconds : 0;
}

/* What another try may cure: nothing that was said about the request itself, unless it was said for how long. */
static bool may_pass(const ss_outcome *outcome)
{
    return outcome->status == 408 || (outcome->status >= 500 && outcome->status < 600) ||
           (outcome->msg != NULL && retry_after(outcome->msg) > 0);
}

/* The wait starts; in tenths of a second, which the note of its end tells. */
static void begin_wait(const ss_visit *v, registration *reg, uint64_t tenths)
{
    reg->tenths = tenths < UINT32_MAX ? (uint32_t)tenths : UINT32_MAX;
    arm(v, reg, ss_time_after(v->turn->now, SS_MS(100) * reg->tenths));
}

/* RFC5626:4.5 Half to the whole of the bound, which doubles with each failure in a row; the draw is of this request alone. */
static ss_span back_off(const ss_visit *v, const registration *reg)
{
    const ss_settings *s = v->core->settings;
    const ss_flow *flow = flow_of(v, reg);
    const bool others = flow != NULL && ss_flow_another_is_up(v, flow);
    ss_span bound = s->register_base * (others ? 3 : 1); /* 90 s for 30 s */
    for (unsigned i = 0; i < reg->failures && bound < s->register_max; i++) {
        bound *= 2;
    }
    bound = bound < s->register_max ? bound : s->register_max;
    const uint64_t draw = ss_mix_absorb(ss_mix_absorb(v->core->entropy.key, 0x6261636b6f6666u),
                                        *ss_ua_register_cseq(v, ref_of(v, reg)));
    return bound / 2 + draw % (bound - bound / 2 + 1);
}

static bool tries_again(const ss_visit *v, registration *reg, const ss_outcome *outcome)
{
    if (v->core->settings->register_base == 0 || v->ua->quiet || reg->expires == 0 ||
        !may_pass(outcome)) {
        return false;
    }
    reg->failures = (uint8_t)(reg->failures < FAILURES_MAX ? reg->failures + 1 : FAILURES_MAX);
    const uint64_t drawn = (back_off(v, reg) + SS_MS(100) - 1) / SS_MS(100);
    const uint64_t asked = outcome->msg == NULL ? 0 : 10 * (uint64_t)retry_after(outcome->msg);
    begin_wait(v, reg, asked > drawn ? asked : drawn);
    return true;
}

/* RFC3261:10.2.3 Nothing changed: what was to be refreshed still is. */
static void query_done(const ss_visit *v, registration *reg, const ss_outcome *outcome)
{
    tell(v, reg, SS_EVENT_BINDINGS, outcome, 0);
    reg->is_query = false;
    ss_core_drop(v->core, &reg->targets);
    if (!go_on(v, reg) && (reg->timer.at == SS_TIME_NEVER || v->ua->quiet)) {
        forget(v, reg);
    }
}

void ss_ua_register_failed(const ss_visit *v, ss_ref ref, const ss_outcome *outcome)
{
    registration *reg = registration_at(v, ref);
    ss_flow *flow = flow_of(v, reg);
    if (reg->is_query) {
        query_done(v, reg, outcome);
        return;
    }
    if (!outcome->synthetic && (flow == NULL || !ss_flow_another_is_up(v, flow))) {
        ss_ua_services_forget(v); /* RFC3608:6.1 it was refused */
    }
    if (flow != NULL && may_pass(outcome)) { /* RFC5626:4.2.2 it is kept alive all the same */
        flow->is_up = false;
    } else if (flow != NULL) {
        ss_flow_down(v, flow);
    }
    tell(v, reg, SS_EVENT_REGISTER_FAILED, outcome, 0);
    ss_core_drop(v->core, &reg->targets);
    if (!go_on(v, reg) && !tries_again(v, reg, outcome)) {
        forget(v, reg);
    }
}

void ss_ua_register_proved(const ss_visit *v, ss_ref ref)
{
    registration_at(v, ref)->failures = 0;
}

/* RFC5626:4.5; one that is under way fails by itself, or goes by another connection already. */
void ss_ua_register_anew(const ss_visit *v, ss_ref ref, bool at_once)
{
    registration *reg = registration_at(v, ref);
    if (reg == NULL || reg->is_busy || v->ua->quiet || reg->expires == 0) {
        return;
    }
    if (at_once && ask(v, reg) == SS_OK) {
        return;
    }
    if (!tries_again(v, reg, &(ss_outcome){ .status = 503, .synthetic = true })) {
        forget(v, reg);
    }
}

/* RFC3261:10.2.4 before it has elapsed. With GRUUs it may not lapse while a request for more is under way: RFC5627:4.2 */
static uint64_t tenths_of(const ss_visit *v, uint32_t seconds)
{
    const uint64_t usual = 9 * (uint64_t)seconds;
    const uint64_t life = 64 * v->core->settings->t1 / SS_MS(100);
    if (!asks_for_gruus(v)) {
        return usual;
    }
    const uint64_t early =
        10 * (uint64_t)seconds > 2 * life ? 10 * (uint64_t)seconds - life : 5 * (uint64_t)seconds;
    return early < usual ? early : usual;
}

static void granted(const ss_visit *v, registration *reg, const ss_path *path,
                    const ss_msg *response)
{
    ss_flow *flow = flow_of(v, reg);
    if (reg->is_query) {
        query_done(v, reg, &(ss_outcome){ .status = response->status, .msg = response });
        return;
    }
    const grant g = granted_by(v, flow, response);
    ss_ua_services_learn(v, response);
    tell(v, reg, SS_EVENT_REGISTERED, &(ss_outcome){ .status = response->status, .msg = response },
         reg->all ? 0 : g.own);
    if (asks_for_gruus(v) && g.own != 0 && !reg->all) {
        ss_ua_learn_gruus(v, &((gruu_registration *)(void *)reg)->gruus, &g.contact, g.own);
    }
    if (flow != NULL && g.own != 0 && !reg->all) {
        ss_flow_up(v, flow, path, response);
    }
    if (flow == NULL ||
        !flow->is_kept) { /* RFC5626:4.5 else it is no success before it was answered */
        reg->failures = 0;
    }
    ss_core_drop(v->core, &reg->targets);
    if (go_on(v, reg)) {
        return;
    }
    if (reg->all || g.own == 0 || v->ua->quiet) {
        forget(v, reg);
        return;
    }
    begin_wait(v, reg, tenths_of(v, g.first));
}

/* RFC3261:10.2.8 */
static bool follow_423(const ss_visit *v, registration *reg, const ss_msg *response)
{
    uint32_t least;
    if (response->status != 423 || reg->retried || reg->again || reg->is_query || reg->has_extra ||
        ss_msg_number(response, SS_HDR_MIN_EXPIRES, &least) != SS_OK || least <= reg->expires) {
        return false;
    }
    reg->retried = true;
    reg->expires = least;
    return ask(v, reg) == SS_OK;
}

void ss_ua_register_up(const ss_visit *v, const ss_up *up, const ss_msg *response)
{
    const ss_ref ref = up->owner.ref;
    registration *reg = registration_at(v, ref);
    const ss_errand errand = { SS_ERRAND_REGISTER, ref };
    ss_path path = { 0 };
    switch (up->kind) {
    case SS_UP_RESPONSE:
        break;
    case SS_UP_TIMEOUT:
    case SS_UP_TRANSPORT_ERROR:
        if (!ss_ua_repeat(v, errand, up, NULL, &reg->repeats)) {
            const unsigned status = up->kind == SS_UP_TIMEOUT ? 408 : 503;
            if (!up->ended && up->txn != 0) {
                ss_txn_disown(v->core, up->txn);
            }
            ss_ua_register_failed(v, ref, &(ss_outcome){ .status = status, .synthetic = true });
        }
        return;
    default:
        return;
    }
    if (response->status < 200) {
        return;
    }
    if (response->status >= 300 && ss_ua_repeat(v, errand, up, response, &reg->repeats)) {
        return;
    }
    if (up->sent != NULL) {
        path = up->sent->path;
    }
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn); /* Timer K is not our business */
    }
    if (response->status < 300) {
        granted(v, reg, &path, response);
    } else if (!follow_423(v, reg, response)) {
        ss_ua_register_failed(v, ref, &(ss_outcome){ .status = response->status, .msg = response });
    }
}

/* ---- refresh ---- */

void ss_ua_register_timer(const ss_visit *v, ss_timer *timer)
{
    registration *reg = SS_OWNER(timer, registration, timer);
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_TIMER,
                                      .machine = SS_NICT,
                                      .letter = SS_TIMER_REFRESH,
                                      .method = SS_METHOD_REGISTER,
                                      .value = SS_MS(100) * reg->tenths });
    if (reg->is_busy) { /* with a query: the refresh comes next, and a command instead of it */
        reg->next_expires = reg->again && !reg->next_query ? reg->next_expires : reg->expires;
        reg->next_all = reg->next_all && reg->again && !reg->next_query;
        reg->next_query = false;
        reg->again = true;
        return;
    }
    reg->retried = false;
    if (ask(v, reg) != SS_OK) {
        ss_ua_register_failed(v, ref_of(v, reg), &(ss_outcome){ .status = 503, .synthetic = true });
    }
}

/* RFC3261:10.2.2 What is bound may be removed at the end: by the last REGISTER. */
static void quiet(const ss_visit *v, registration *reg, bool removes)
{
    if (reg->is_busy) {
        reg->again = reg->again || removes;
        reg->next_expires = removes ? 0 : reg->next_expires;
        reg->next_query = reg->next_query && !removes;
        return;
    }
    reg->expires = 0;
    if (!removes || reg->failures > 0 || ask(v, reg) != SS_OK) {
        forget(v, reg);
    }
}

void ss_ua_register_quiet(const ss_visit *v)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const bool removes = profile != NULL && profile->unregisters;
    registration *reg;
    v->ua->quiet = true;
    for (uint8_t i = 0; next_place(v, &i, &reg) != NULL;) {
        if (reg != NULL) {
            quiet(v, reg, removes);
        }
    }
    if (ss_flow_count(v->ua) != 0) {
        ss_flows_end(v);
    }
}
