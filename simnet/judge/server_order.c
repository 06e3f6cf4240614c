/* LOC2: the servers of a name are tried by their priority (RFC 3263 4.2, 4.3; RFC 2782). A request leaves for a server only when each
 * of a better priority failed it, or had failed its sender a short while before it began; each try is a transaction of its own,
 * which LOC1 sees to. What cannot be said from outside is not judged: a request whose next hop has a port or an address, a
 * name about which the node was told otherwise lately, a server whose address was not told. */
#include "servers.h"

#define GENERATION SS_S(600)

enum { NAME_MAX = 253, AVOID_MAX_S = 3600 };
enum { FAILED = 1, OPENING, BEGAN, TRIED, HELD };

/* ---- tries and failures, for two generations ---- */

static uint64_t place_key(uint64_t what, uint32_t node, uint32_t peer, uint16_t port)
{
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(what, node), (uint64_t)peer << 16 | port);
    return key == 0 ? 1 : key;
}

static uint64_t request_of(uint64_t what, uint64_t call_id, uint8_t method)
{
    return ss_mix_absorb(ss_mix_absorb(what, call_id), method);
}

static void remember(sn_judge *j, ss_time now, uint64_t key, uint64_t value)
{
    names_view *v = &j->names;
    if (now >= v->tries_until) {
        sn_map_free(&v->tries[1]);
        v->tries[1] = v->tries[0];
        v->tries[0] = (map){ 0 };
        v->tries_until = ss_time_after(now, GENERATION);
    }
    j->out_of_memory = !sn_map_put(&v->tries[0], key, value) || j->out_of_memory;
}

/* `otherwise` when nothing is. */
static uint64_t recall(const sn_judge *j, uint64_t key, uint64_t otherwise)
{
    const uint64_t *found = sn_map_find(&j->names.tries[0], key);
    found = found != NULL ? found : sn_map_find(&j->names.tries[1], key);
    return found != NULL ? *found : otherwise;
}

static bool knows_servers(const sn_judge *j, uint32_t node)
{
    return j->names.has_servers != NULL && j->names.has_servers[node] != 0;
}

static void fail(sn_judge *j, ss_time now, uint32_t node, uint32_t peer, uint16_t port,
                 ss_span avoided)
{
    remember(j, now, place_key(FAILED, node, peer, port), ss_time_after(now, avoided));
}

/* ---- what the message says: a scanner of the judge's own ---- */

static bool starts_as(ss_slice s, ss_slice with)
{
    return s.len >= with.len && ss_slice_eq_nocase(ss_slice_cut(s, 0, with.len), with);
}

static ss_slice line_of(ss_slice *rest)
{
    const size_t end = ss_slice_find(*rest, '\n');
    const ss_slice line = ss_slice_cut(*rest, 0, end);
    *rest = end < rest->len ? ss_slice_cut(*rest, end + 1, rest->len) : SS_EMPTY;
    return line;
}

/* The first header field of that name, without it; `name` has its colon. SS_EMPTY: there is none. */
static ss_slice field_of(ss_slice message, ss_slice name)
{
    while (message.len > 0) {
        const ss_slice line = line_of(&message);
        if (line.len <= 1) {
            break;
        }
        if (starts_as(line, name)) {
            return ss_slice_cut(line, name.len, line.len);
        }
    }
    return SS_EMPTY;
}

static bool has_text(ss_slice s, ss_slice text)
{
    for (size_t i = 0; i + text.len <= s.len; i++) {
        if (starts_as(ss_slice_cut(s, i, s.len), text)) {
            return true;
        }
    }
    return false;
}

/* Of a URI that names neither port nor address, and no other place by maddr; else SS_EMPTY. */
static ss_slice name_in(ss_slice uri)
{
    if (!starts_as(uri, SS_LIT("sip:")) && !starts_as(uri, SS_LIT("sips:"))) {
        return SS_EMPTY;
    }
    ss_slice rest = ss_slice_cut(uri, ss_slice_find(uri, ':') + 1, uri.len);
    const size_t at = ss_slice_find(rest, '@');
    rest = at < rest.len ? ss_slice_cut(rest, at + 1, rest.len) : rest;
    size_t end = 0;
    while (end < rest.len && rest.at[end] != ';' && rest.at[end] != '?' && rest.at[end] != ':') {
        end++;
    }
    const bool is_plain =
        (end == rest.len || rest.at[end] != ':') && !has_text(rest, SS_LIT(";maddr="));
    return is_plain ? ss_slice_cut(rest, 0, end) : SS_EMPTY;
}

/* RFC3261:8.1.2 the topmost Route, else the Request-URI; behind a strict router nobody can tell. */
static ss_slice next_hop(ss_slice request)
{
    const ss_slice route = field_of(request, SS_LIT("Route:"));
    const size_t from = ss_slice_find(route, '<'), to = ss_slice_find(route, '>');
    if (route.len > 0) {
        const ss_slice uri = from < to ? ss_slice_cut(route, from + 1, to) : SS_EMPTY;
        return has_text(uri, SS_LIT(";lr")) ? name_in(uri) : SS_EMPTY;
    }
    ss_slice line = line_of(&request);
    const size_t word = ss_slice_find(line, ' ');
    line = word < line.len ? ss_slice_cut(line, word + 1, line.len) : SS_EMPTY;
    return name_in(ss_slice_cut(line, 0, ss_slice_find(line, ' ')));
}

/* ---- the law ---- */

/* A message that left there for the request came to nothing. */
static bool was_tried(const sn_judge *j, const txn *t, uint32_t peer, uint16_t port)
{
    const uint64_t branch =
        recall(j, place_key(request_of(TRIED, t->call_id, t->method), t->node, peer, port), 0);
    const uint64_t *at =
        branch == 0 ? NULL : sn_map_find(&j->txns, sn_txn_key(t->node, CLIENT, branch, t->method));
    const txn *tried = at == NULL ? NULL : &j->all[*at];
    return branch != 0 && (tried == NULL || tried->phase == PHASE_OVER ||
                           (tried->final_at != SS_TIME_NEVER && tried->status == 503));
}

/* RFC3263:4.3 for this request, for another a short while before it began, or while a connection was being opened. */
static bool has_failed(const sn_judge *j, const txn *t, uint32_t peer, uint16_t port)
{
    const ss_time now = t->first;
    const ss_time began =
        recall(j, place_key(request_of(BEGAN, t->call_id, t->method), t->node, 0, 0), now);
    const ss_time opening = recall(j, place_key(OPENING, t->node, peer, port), SS_TIME_NEVER);
    const ss_time avoided = recall(j, place_key(FAILED, t->node, peer, port), 0);
    const ss_span patience = 64 * member(j, t->node)->spans->t1;
    return (avoided != 0 && avoided >= began) ||
           (opening != SS_TIME_NEVER && now >= ss_time_after(opening, patience)) ||
           was_tried(j, t, peer, port);
}

/* Addresses of a server that count: it is known that the node can use them. */
static const told_list *addresses_of(const sn_judge *j, const txn *t, uint64_t server,
                                     uint16_t type)
{
    const sn_member *m = member(j, t->node);
    const told_list *l = (type == SN_DNS_A ? !m->lacks_v4 : m->has_v6)
                             ? sn_told_find(j, t->node, server, type)
                             : NULL;
    const bool is_held = l != NULL && (t->first < l->until || t->first == l->got);
    return is_held && t->first >= l->unsettled ? l : NULL;
}

static const uint16_t address_types[] = { SN_DNS_A, SN_DNS_AAAA };

static bool has_server_at(const sn_judge *j, const txn *t, const told_item *server)
{
    for (size_t type = 0; type < SS_COUNT(address_types); type++) {
        const told_list *l = sn_told_find(j, t->node, server->name, address_types[type]);
        for (uint32_t i = 0; l != NULL && server->port == t->to_port && i < l->count; i++) {
            if (told_items(j, l)[i].node == t->to) {
                return true;
            }
        }
    }
    return false;
}

static bool waits(const sn_judge *j, const txn *t, const told_item *server)
{
    for (size_t type = 0; type < SS_COUNT(address_types); type++) {
        const told_list *l = addresses_of(j, t, server->name, address_types[type]);
        for (uint32_t i = 0; l != NULL && i < l->count; i++) {
            const uint32_t node = told_items(j, l)[i].node;
            if (node != SN_NOBODY && !has_failed(j, t, node, server->port)) {
                return true;
            }
        }
    }
    return false;
}

typedef enum verdict { NO_SERVER, IN_ORDER, OUT_OF_ORDER } verdict;

/* By the servers that a name has: is it one, and did those before it fail? */
static verdict verdict_by(const sn_judge *j, const txn *t, uint64_t owner)
{
    const told_list *l = sn_told_find(j, t->node, owner, SN_DNS_SRV);
    uint32_t priority = UINT32_MAX;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        const told_item *server = &told_items(j, l)[i];
        if (server->priority < priority && has_server_at(j, t, server)) {
            priority = server->priority;
        }
    }
    if (priority == UINT32_MAX) {
        return NO_SERVER;
    }
    for (uint32_t i = 0; i < l->count && t->first >= l->unsettled; i++) {
        const told_item *server = &told_items(j, l)[i];
        if (server->priority < priority && waits(j, t, server)) {
            return OUT_OF_ORDER;
        }
    }
    return IN_ORDER;
}

static uint64_t owner_of(const char *service, ss_slice host)
{
    char wire[SN_DNS_NAME_MAX + 1], text[NAME_MAX + 16];
    ss_buffer t = ss_buffer_on(text, sizeof text), b = ss_buffer_on(wire, sizeof wire);
    ss_put_text(&t, service);
    ss_put(&t, host);
    const bool is_name =
        !t.overflow && sn_dns_name_from(ss_buffer_slice(&t), &b) == SS_OK && !b.overflow;
    return is_name ? name_hash(ss_buffer_slice(&b)) : 0;
}

/* RFC3263:4.1 the names that a host's servers may stand under. One by which the request is in order is enough. */
static verdict verdict_of(const sn_judge *j, const txn *t, ss_slice host)
{
    static const char *const services[] = { "_sip._udp.", "_sip._tcp.", "_sips._tcp.",
                                            "_sip._sctp." };
    const told_list *l = sn_told_find(j, t->node, owner_of("", host), SN_DNS_NAPTR);
    const uint32_t count = SS_COUNT(services) + (l == NULL ? 0 : l->count);
    verdict worst = NO_SERVER;
    for (uint32_t i = 0; i < count; i++) {
        const verdict by =
            verdict_by(j, t,
                       i < SS_COUNT(services) ? owner_of(services[i], host)
                                              : told_items(j, l)[i - SS_COUNT(services)].name);
        if (by == IN_ORDER) {
            return IN_ORDER;
        }
        worst = by == OUT_OF_ORDER ? by : worst;
    }
    return worst;
}

/* RFC7339:5.10 Some went elsewhere than to a server that asked for less. */
void sn_servers_held(sn_judge *j, const sn_fact *f)
{
    if (j->names.has_servers != NULL) {
        const uint64_t what = request_of(HELD, f->note.call_id, f->note.method);
        remember(j, f->key.at, place_key(what, f->entity, 0, 0), 1);
    }
}

static bool was_held(const sn_judge *j, const txn *t)
{
    const uint64_t what = request_of(HELD, t->call_id, t->method);
    return recall(j, place_key(what, t->node, 0, 0), 0) != 0;
}

/* RFC5626:4.3 requests of who registered go by the connections that he has. */
static bool goes_by_flow(const sn_judge *j, const txn *t)
{
    return t->reliable && j->registers[t->node] != 0;
}

void sn_servers_judge(sn_judge *j, const sn_fact *f, const txn *t)
{
    if (!knows_servers(j, t->node) || t->to == SN_NOBODY || t->method == SS_METHOD_CANCEL) {
        return;
    }
    const ss_slice host = next_hop(j->payload);
    const bool is_name = host.len > 0 && host.len <= NAME_MAX;
    if (is_name && !goes_by_flow(j, t) && !was_held(j, t) &&
        verdict_of(j, t, host) == OUT_OF_ORDER) {
        sn_judge_broken(j, LAW_LOC2, f->key.at, t->node, t->call_id,
                        "a request left for a server while one of a better priority had not "
                        "failed it");
    }
    const uint64_t began = place_key(request_of(BEGAN, t->call_id, t->method), t->node, 0, 0);
    remember(j, f->key.at, began, recall(j, began, f->key.at));
    remember(j, f->key.at,
             place_key(request_of(TRIED, t->call_id, t->method), t->node, t->to, t->to_port),
             f->sip.branch);
}

/* ---- what fails ---- */

void sn_servers_gave_nothing(sn_judge *j, const txn *t)
{
    if (j->names.has_servers != NULL && t->first != SS_TIME_NEVER && t->phase == PHASE_WAITING) {
        fail(j, j->now, t->node, t->to, t->to_port, j->cast->avoid);
    }
}

/* RFC3261:21.5.4 */
void sn_servers_refused(sn_judge *j, const txn *t)
{
    uint64_t seconds = 0;
    if (j->names.has_servers == NULL) {
        return;
    }
    ss_slice value = field_of(j->payload, SS_LIT("Retry-After:"));
    while (value.len > 0 && value.at[0] == ' ') {
        value = ss_slice_cut(value, 1, value.len);
    }
    size_t digits = 0;
    while (digits < value.len && value.at[digits] >= '0' && value.at[digits] <= '9') {
        digits++;
    }
    if (ss_slice_to_u64(ss_slice_cut(value, 0, digits), UINT32_MAX, &seconds) == SS_OK) {
        seconds = seconds < AVOID_MAX_S ? seconds : AVOID_MAX_S;
        fail(j, j->now, t->node, t->to, t->to_port, SS_S(seconds));
    }
}

void sn_servers_connection(sn_judge *j, const sn_fact *f)
{
    const ss_time now = f->key.at;
    const uint64_t opening = place_key(OPENING, f->entity, f->peer, f->peer_port);
    if (j->names.has_servers == NULL) {
        return;
    }
    switch (f->connection.event) {
    case SN_CONNECTION_OPENING:
        remember(j, now, opening, now);
        break;
    case SN_CONNECTION_OPEN:
        remember(j, now, opening, SS_TIME_NEVER);
        break;
    case SN_CONNECTION_REFUSED:
    case SN_CONNECTION_UNREACHABLE:
    case SN_CONNECTION_CLOSED:
    case SN_CONNECTION_RESET:
    case SN_CONNECTION_LOST:
    case SN_CONNECTION_MUTE:
        remember(j, now, opening, SS_TIME_NEVER);
        fail(j, now, f->entity, f->peer, f->peer_port, j->cast->avoid);
        break;
    default:
        break;
    }
}
