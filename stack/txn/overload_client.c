/* A client of overload control: what servers ask for is kept (RFC 7339 5.4, 5.7), and requests to them are held back accordingly: by the
 * share of RFC 7339 7.2, or by the bucket of RFC 7415 3.5.2.
 *
 * Requests inside a dialog, and those that go before all others (RFC 4412, emergency services), are of the second category: only when
 * all of the first are held back, some of them are. ACK and CANCEL, which end what is under way, always go. What is drawn by lot in the RFC is
 * counted here: the share is added up, from a beginning that is another one for each client and server, and a request is held back
 * whenever a whole one is owed. So clients that send one request each hold back as many of them as the server asked for.
 *
 * A server is believed only in a response to a request that was sent to it, and that came from there (RFC 7339 11). */
#include "overload.h"

enum {
    WHOLE = 1000000,
    DEFAULT_SHARE = 800000,    /* RFC7339:7.2 "a reasonable default" */
    SAMPLE_LEAST = 10,         /* requests */
    VALIDITY_DEFAULT_MS = 500, /* RFC7339:4.3 */
    VALIDITY_MAX_MS = 60000,   /* a server that wants more says so again */
};
static const ss_span sample_span = SS_S(5); /* RFC7339:7.2 "every 5-10 seconds" */
static const uint64_t overflow_gap =
    UINT64_C(1000000) * 100000; /* RFC7339:4.4 "significantly less" */

/* ---- the requests say so ---- */

static void put_algorithms(ss_buffer *b, const ss_core *core)
{
    const uint8_t *known = core->settings->overload_control;
    bool has_loss = false;
    ss_put_text(b, ";oc;oc-algo=\"");
    for (size_t i = 0; i < SS_COUNT(core->settings->overload_control); i++) {
        if (known[i] != SS_OC_NONE) {
            ss_put_text(b, i == 0 ? "" : ",");
            ss_put_text(b, known[i] == SS_OC_LOSS ? "loss" : "rate");
            has_loss = has_loss || known[i] == SS_OC_LOSS;
        }
    }
    ss_put_text(b, has_loss ? "\"" : ",loss\""); /* RFC7339:4.2 MUST */
}

/* RFC7339:4.1 RFC7339:5.1 without a value; no oc-validity and no oc-seq (4.3, 4.4). */
ss_status ss_overload_offer(const ss_core *core, ss_arena *arena, ss_msg *request)
{
    ss_via via;
    if (core->settings->overload_control[0] == SS_OC_NONE ||
        ss_msg_top_via(request, &via) != SS_OK) {
        return SS_OK;
    }
    ss_buffer b = ss_buffer_open(arena);
    ss_put_via_without_oc(&b, &via);
    put_algorithms(&b, core);
    return b.overflow ? SS_ERR_FULL
                      : ss_msg_replace_top_via(request, arena, ss_buffer_keep(arena, &b));
}

/* ---- what servers ask for ---- */

static ss_oc_server *server_at(ss_overload *o, const ss_address *at)
{
    for (size_t i = 0; o != NULL && i < SS_OC_SERVERS_MAX; i++) {
        if (o->servers[i].algorithm != SS_OC_NONE && ss_address_equal(&o->servers[i].at, at)) {
            return &o->servers[i];
        }
    }
    return NULL;
}

/* Another one's place, if there is no free one: his whose time is over first. */
static ss_oc_server *new_server(const ss_core *core, ss_overload *o, const ss_address *at)
{
    ss_oc_server *s = &o->servers[0];
    for (size_t i = 0; i < SS_OC_SERVERS_MAX && s->algorithm != SS_OC_NONE; i++) {
        const ss_oc_server *other = &o->servers[i];
        s = other->algorithm == SS_OC_NONE || other->until < s->until ? &o->servers[i] : s;
    }
    const uint64_t lot = ss_mix_absorb(core->entropy.key, ss_address_hash(at));
    *s = (ss_oc_server){ .at = *at,
                         .first_share = DEFAULT_SHARE,
                         .debts = { (uint32_t)(lot % WHOLE), (uint32_t)(lot / WHOLE % WHOLE) } };
    return s;
}

/* RFC7339:5.4 a larger number is newer; the same one says nothing new; RFC7339:4.4 a far lesser one began anew. */
static bool is_news(const ss_oc_server *s, ss_time now, const ss_oc *oc)
{
    return now >= s->until || !oc->has_seq || oc->seq > s->seq || s->seq - oc->seq > overflow_gap;
}

/* RFC7415:3.5.3 The bucket begins filled to a half of T more or less, so that clients do not go in step. */
static void set_rate(const ss_core *core, ss_oc_server *s, ss_time now)
{
    const ss_span t = s->value == 0 ? 0 : SS_S(1) / s->value;
    const uint64_t lot =
        ss_mix_absorb(ss_mix_absorb(core->entropy.key, ss_address_hash(&s->at)), s->seq);
    s->empty_at = ss_time_after(now, t == 0 ? 0 : lot % t / 2);
}

static void obey(ss_core *core, ss_time now, const ss_address *at, const ss_oc *oc)
{
    const uint32_t validity = oc->has_validity ? oc->validity_ms : VALIDITY_DEFAULT_MS;
    ss_overload *o = validity == 0 ? ss_overload_of(core) : ss_overload_obtain(core);
    ss_oc_server *s = server_at(o, at);
    if (o == NULL || (s == NULL && validity == 0)) {
        return; /* without room it is as if nothing had been asked; our Timer A backs off then */
    }
    s = s == NULL ? new_server(core, o, at) : s;
    if (s->algorithm != SS_OC_NONE && !is_news(s, now, oc)) {
        return;
    }
    const bool begins = s->algorithm != oc->algorithms[0] || now >= s->until;
    s->algorithm = oc->algorithms[0];
    s->value = oc->value;
    s->seq = oc->seq;
    s->until = ss_time_after(
        now, SS_MS(validity > VALIDITY_MAX_MS ? (uint32_t)VALIDITY_MAX_MS : validity));
    if (begins && s->algorithm == SS_OC_RATE) {
        set_rate(core, s, now);
    }
}

/* RFC7339:5.2 one algorithm, and a value. RFC7339:7.1 a loss of 0 to 100. RFC7339:4.3 a validity alone is discarded. */
static bool is_sound(const ss_oc *oc)
{
    return oc->is_there && oc->has_value && oc->algorithms[0] != SS_OC_NONE &&
           oc->algorithms[1] == SS_OC_NONE && (oc->algorithms[0] != SS_OC_LOSS || oc->value <= 100);
}

static bool knows(const ss_core *core, unsigned algorithm)
{
    const uint8_t *known = core->settings->overload_control;
    return algorithm == SS_OC_LOSS || known[0] == algorithm || known[1] == algorithm;
}

void ss_overload_heard(ss_core *core, ss_time now, const ss_path *path, const ss_msg *response,
                       const ss_path *came_by)
{
    ss_via via;
    ss_oc oc;
    const bool is_from_there = ss_transport_is_reliable(path->transport)
                                   ? path->connection == came_by->connection
                                   : ss_address_equal(&path->remote, &came_by->remote);
    if (core->settings->overload_control[0] == SS_OC_NONE || !is_from_there ||
        ss_msg_top_via(response, &via) != SS_OK || ss_oc_read(&via, &oc) != SS_OK ||
        !is_sound(&oc) || !knows(core, oc.algorithms[0])) {
        return;
    }
    obey(core, now, &path->remote, &oc);
}

/* ---- what may go ---- */

/* RFC7339:5.10.1 0: a candidate for reduction. */
static unsigned category_of(const ss_msg *request)
{
    ss_name_addr to;
    const bool is_in_dialog = ss_msg_to(request, &to) == SS_OK && ss_name_addr_tag(&to).len > 0;
    return is_in_dialog || ss_msg_is_urgent(request) ? 1 : 0;
}

/* RFC7339:7.2 the mix of the last seconds. */
static void sample(ss_oc_server *s, ss_time now, unsigned category)
{
    const uint64_t all = (uint64_t)s->counts[0] + s->counts[1];
    if (now - s->sampled >= sample_span && all >= SAMPLE_LEAST) {
        s->first_share = (uint32_t)(s->counts[0] * (uint64_t)WHOLE / all);
        s->counts[0] = s->counts[1] = 0;
        s->sampled = now;
    }
    s->counts[category]++;
}

/* RFC7339:7.2 */
static bool passes_loss(ss_oc_server *s, unsigned category)
{
    const uint64_t wanted = (uint64_t)s->value * (WHOLE / 100);
    const uint64_t first = s->first_share, second = WHOLE - first;
    uint64_t share = 0;
    if (category == 0) {
        share = first == 0 || wanted >= first ? WHOLE : wanted * WHOLE / first;
    } else if (wanted > first) {
        share = (wanted - first) * WHOLE / second;
    }
    s->debts[category] += (uint32_t)share;
    if (s->debts[category] < WHOLE) {
        return true;
    }
    s->debts[category] -= WHOLE;
    return false;
}

/* RFC7415:3.5.2 TAU1 = 5 T, TAU2 = 10 T; RFC7415:3.5.1 with a rate of 0 nothing goes. */
static bool passes_rate(ss_oc_server *s, ss_time now, unsigned category)
{
    if (s->value == 0) {
        return false;
    }
    const ss_span t = SS_S(1) / s->value;
    const ss_span filled = s->empty_at > now ? s->empty_at - now : 0;
    if (filled > t * (category == 0 ? 5 : 10)) {
        return false;
    }
    s->empty_at = ss_time_after(now, filled + t);
    return true;
}

bool ss_overload_admits(ss_core *core, ss_time now, const ss_address *to, const ss_msg *request)
{
    ss_oc_server *s = server_at(ss_overload_of(core), to);
    if (request->method == SS_METHOD_CANCEL || request->method == SS_METHOD_ACK) {
        return true;
    }
    if (!ss_self_limit_admits(core, now, to)) {
        return false;
    }
    if (s == NULL) {
        return true;
    }
    const unsigned category = category_of(request);
    sample(s, now, category);
    if (now >= s->until) { /* RFC7339:5.7 */
        return true;
    }
    return s->algorithm == SS_OC_RATE ? passes_rate(s, now, category) : passes_loss(s, category);
}
