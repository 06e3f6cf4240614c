/* Registration (RFC 3261 10.2): one Contact, one Call-ID for the life of the engine, numbers that rise by one. What was
 * granted is read back from the response and refreshed when nine tenths of it have passed. 423 is followed once. After a
 * failure nothing is tried again by itself (10.2.7): the application decides.
 *
 * The Call-ID is made from the engine's key and the number is in ss_ua, so that both survive the removal of a binding
 * while nothing of it stays in the store. */
#include "usage.h"

typedef struct registration {
    ss_timer timer;   /* refresh */
    ss_span interval; /* that it runs */
    ss_ref txn;
    uint64_t cookie;
    uint32_t expires;      /* asked for in the current request */
    uint32_t next_expires; /* by a command that came meanwhile */
    bool is_busy;          /* a request is under way: 10.2 allows no second */
    bool again;            /* next_expires is to be asked for */
    bool retried;          /* a 423 was followed */
    uint8_t repeats;       /* of the current request: repeat.c */
} registration;

static registration *registration_of(const ss_visit *v)
{
    return v->ua->registration == 0 ? NULL
                                    : ss_store_at(&v->core->pools->store, v->ua->registration);
}

static void arm(const ss_visit *v, registration *reg, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &reg->timer, at);
}

void ss_ua_register_forget(const ss_visit *v)
{
    registration *reg = registration_of(v);
    if (reg != NULL) {
        arm(v, reg, SS_TIME_NEVER);
        ss_core_give(v->core, v->ua->registration, sizeof(registration));
        v->ua->registration = 0;
    }
}

/* ---- asking ---- */

/* RFC3261:10.2 The same for all registrations of a boot cycle. */
static ss_slice registration_call_id(const ss_visit *v)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_hex(&b, ss_mix_absorb(v->core->entropy.key, 0x7265676973746572u), 16);
    ss_put_char(&b, '@');
    ss_put_host(&b, &v->ua->identity->local.local);
    return ss_buffer_keep(v->turn->arena, &b);
}

static ss_slice print_register(const ss_visit *v, const ss_route *route, const ss_path *path,
                               uint32_t cseq, uint32_t expires)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_new_tag(v->core, &tag_text);
    ss_slice contact;
    const ss_slice call_id = registration_call_id(v);
    if (ss_ua_contact(v, &contact) != SS_OK || call_id.len == 0) {
        return SS_EMPTY;
    }
    const ss_new_request request = { .method = SS_METHOD_REGISTER,
                                     .to = v->ua->identity->aor,
                                     .call_id = call_id,
                                     .tag = ss_buffer_slice(&tag_text),
                                     .cseq = cseq };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_ua_put_request(v, &b, &request, route, path);
    ss_put_header(&b, SS_HDR_CONTACT, contact);
    ss_put_header_u64(&b, SS_HDR_EXPIRES, expires);
    ss_ua_put_tail(v, &b, SS_METHOD_REGISTER);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:10.2 RFC3261:10.2.1 RFC3261:10.2.2 */
static ss_status ask(const ss_visit *v, registration *reg)
{
    const ss_ua_identity *me = v->ua->identity;
    ss_route route;
    ss_hop hop;
    const ss_status status = ss_route_make(me->registrar, me->outbound, v->turn->arena, &route);
    if (status != SS_OK) {
        return status;
    }
    if (ss_transport_hop(route.next_hop, &hop) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    const ss_path path = ss_ua_path_to(v, &hop);
    const uint32_t cseq =
        v->ua->register_cseq == 0 ? ss_cseq_initial(v->core) : v->ua->register_cseq + 1;
    const ss_slice bytes = print_register(v, &route, &path, cseq, reg->expires);
    if (bytes.len == 0) {
        return SS_ERR_FULL;
    }
    const ss_status sent =
        ss_ua_send(v, (ss_errand){ .kind = SS_ERRAND_REGISTER }, &hop, &path, bytes);
    if (sent == SS_OK) {
        v->ua->register_cseq = cseq;
        reg->is_busy = true;
        reg->repeats = 0;
        arm(v, reg, SS_TIME_NEVER);
    }
    return sent;
}

void ss_ua_register_sent(const ss_visit *v, ss_ref txn)
{
    registration_of(v)->txn = txn;
}

/* RFC3261:10.2.7 */
ss_status ss_ua_register(const ss_visit *v, const ss_command *command)
{
    registration *reg = registration_of(v);
    const bool is_new = reg == NULL;
    if (is_new) {
        v->ua->registration = ss_core_take(v->core, sizeof(registration));
        reg = registration_of(v);
        if (reg == NULL) {
            return SS_ERR_FULL;
        }
        ss_timer_init(&reg->timer, SS_TIMER_OF_REGISTRATION);
    }
    if (reg->is_busy) { /* no second REGISTER before the first is answered: 10.2 */
        reg->cookie = command->cookie;
        reg->again = true;
        reg->next_expires = command->expires_s;
        return SS_OK;
    }
    const registration before = *reg;
    reg->cookie = command->cookie;
    reg->expires = command->expires_s;
    reg->retried = false;
    const ss_status status = ask(v, reg);
    if (status != SS_OK && is_new) {
        ss_ua_register_forget(v);
    } else if (status != SS_OK) { /* nothing changed: the refresh goes on asking what it asked */
        reg->cookie = before.cookie;
        reg->expires = before.expires;
        reg->retried = before.retried;
    }
    return status;
}

/* ---- what came of it ---- */

/* The binding that is ours among those of the response: 0 when it is not there. RFC3261:10.2.4 */
static uint32_t granted_by(const ss_visit *v, const ss_msg *response)
{
    ss_slice own;
    ss_name_addr mine;
    ss_uri own_uri;
    if (ss_ua_contact(v, &own) != SS_OK || ss_name_addr_parse(own, &mine) != SS_OK ||
        ss_uri_parse(mine.uri, &own_uri) != SS_OK) {
        return 0;
    }
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    while (ss_msg_next_addr(response, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        ss_uri uri;
        if (contact.is_star || ss_uri_parse(contact.uri, &uri) != SS_OK ||
            !ss_uri_equal(&uri, &own_uri)) {
            continue;
        }
        ss_slice text;
        uint32_t expires = 3600; /* what a malformed value means: 10.2.1.1 */
        if (ss_params_get(contact.params, SS_LIT("expires"), &text) == SS_OK) {
            uint64_t number;
            return ss_slice_to_u64(text, UINT32_MAX, &number) == SS_OK ? (uint32_t)number : expires;
        }
        if (ss_msg_number(response, SS_HDR_EXPIRES, &expires) != SS_OK) {
            expires = 3600;
        }
        return expires;
    }
    return 0;
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
    reg->again = false;
    reg->retried = false;
    reg->expires = reg->next_expires;
    if (ask(v, reg) != SS_OK) {
        tell(v, reg, SS_EVENT_REGISTER_FAILED, &(ss_outcome){ .status = 503, .synthetic = true },
             0);
        ss_ua_register_forget(v);
    }
    return true;
}

void ss_ua_register_failed(const ss_visit *v, const ss_outcome *outcome)
{
    registration *reg = registration_of(v);
    tell(v, reg, SS_EVENT_REGISTER_FAILED, outcome, 0);
    if (!go_on(v, reg)) {
        ss_ua_register_forget(v);
    }
}

static void granted(const ss_visit *v, registration *reg, const ss_msg *response)
{
    const uint32_t seconds = granted_by(v, response);
    tell(v, reg, SS_EVENT_REGISTERED, &(ss_outcome){ .status = response->status, .msg = response },
         seconds);
    if (go_on(v, reg)) {
        return;
    }
    if (seconds == 0 || v->ua->quiet) {
        ss_ua_register_forget(v);
        return;
    }
    reg->interval = SS_S(seconds) / 10 * 9; /* RFC3261:10.2.4 before it has elapsed */
    arm(v, reg, ss_time_after(v->turn->now, reg->interval));
}

/* RFC3261:10.2.8 */
static bool follow_423(const ss_visit *v, registration *reg, const ss_msg *response)
{
    uint32_t least;
    if (response->status != 423 || reg->retried || reg->again ||
        ss_msg_number(response, SS_HDR_MIN_EXPIRES, &least) != SS_OK || least <= reg->expires) {
        return false;
    }
    reg->retried = true;
    reg->expires = least;
    return ask(v, reg) == SS_OK;
}

void ss_ua_register_up(const ss_visit *v, const ss_up *up, const ss_msg *response)
{
    registration *reg = registration_of(v);
    switch (up->kind) {
    case SS_UP_RESPONSE:
        break;
    case SS_UP_TIMEOUT:
        ss_ua_register_failed(v, &(ss_outcome){ .status = 408, .synthetic = true });
        return;
    case SS_UP_TRANSPORT_ERROR:
        ss_ua_register_failed(v, &(ss_outcome){ .status = 503, .synthetic = true });
        return;
    default:
        return;
    }
    if (response->status < 200) {
        return;
    }
    const ss_errand errand = { .kind = SS_ERRAND_REGISTER };
    if (response->status >= 300 && ss_ua_repeat(v, errand, up, response, &reg->repeats)) {
        return;
    }
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn); /* Timer K is not our business */
    }
    reg->txn = 0;
    if (response->status < 300) {
        granted(v, reg, response);
    } else if (!follow_423(v, reg, response)) {
        ss_ua_register_failed(v, &(ss_outcome){ .status = response->status, .msg = response });
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
                                      .value = reg->interval });
    reg->retried = false;
    if (ask(v, reg) != SS_OK) {
        ss_ua_register_failed(v, &(ss_outcome){ .status = 503, .synthetic = true });
    }
}

void ss_ua_register_quiet(const ss_visit *v)
{
    const registration *reg = registration_of(v);
    v->ua->quiet = true;
    if (reg != NULL && !reg->is_busy) {
        ss_ua_register_forget(v);
    }
}
