/* Locating SIP servers: RFC 3263 4.1, 4.2 and 5, with the order of RFC 2782 and the NAPTR rules of RFC 3403.
 *
 * The stages follow the sections: a transport by NAPTR (4.1), or by the first SRV of ours that there is; servers by SRV, else the
 * host itself (4.2); their order, each number drawn by the host (RFC 2782); their addresses, server by server. What fails later is
 * 4.3 and belongs to the transaction users. Invariant: each step takes the machine forward, so it ends, whatever a zone says. */
#include "ss/locate.h"

#include "port.h"

#include <string.h>

static ss_slice host_of(const ss_locate *l)
{
    return (ss_slice){ l->host, l->host_len };
}

static ss_slice without_last_dot(ss_slice name)
{
    return name.len > 0 && name.at[name.len - 1] == '.' ? ss_slice_cut(name, 0, name.len - 1)
                                                        : name;
}

static void finish(ss_locate *l, ss_status status)
{
    l->stage = SS_LOCATE_DONE;
    l->status = status;
}

/* ---- addresses ---- */

/* Of each server both types are asked for, where both are of use, those of the preferred one first. */
static bool first_is_ipv6(const ss_locate *l)
{
    return !l->has_ipv4 || (l->has_ipv6 && l->prefers_ipv6);
}

static void look_for_hosts(ss_locate *l)
{
    l->stage = SS_LOCATE_HOSTS;
    l->next_server = 0;
    l->is_ipv6 = first_is_ipv6(l);
}

/* RFC3263:4.2 the host itself, at the port that was given or the transport's own. */
static void use_host(ss_locate *l)
{
    l->server_count = 1;
    l->text_used = l->host_len;
    memcpy(l->texts, l->host, l->host_len);
    l->servers[0] =
        (ss_locate_server){ .port = port_or_default(l->port, l->transport), .len = l->host_len };
    look_for_hosts(l);
}

static void next_lookup(ss_locate *l)
{
    if (l->is_ipv6 == first_is_ipv6(l) && l->has_ipv4 && l->has_ipv6) {
        l->is_ipv6 = !l->is_ipv6;
        return;
    }
    l->next_server++;
    l->is_ipv6 = first_is_ipv6(l);
    if (l->next_server >= l->server_count || l->address_count == SS_LOCATE_ADDRESSES_MAX) {
        finish(l, l->address_count > 0 ? SS_OK : l->status);
    }
}

/* RFC2782 every address is tried; one server that cannot be looked up is passed over. */
static void take_addresses(ss_locate *l, ss_status status, const ss_records *records)
{
    const uint8_t family = l->is_ipv6 ? 6 : 4;
    const uint16_t port = l->servers[l->next_server].port;
    for (uint16_t i = 0; status == SS_OK && i < records->count; i++) {
        if (records->addresses[i].family == family && l->address_count < SS_LOCATE_ADDRESSES_MAX) {
            l->addresses[l->address_count] = records->addresses[i];
            l->addresses[l->address_count++].port = port;
        }
    }
    if (status != SS_OK && status != SS_NONE) {
        l->status = SS_ERR_STATE;
    }
    next_lookup(l);
}

/* ---- the order of servers: RFC 2782, "Weight" ---- */

static ss_slice name_of(const ss_locate *l, const ss_locate_server *s)
{
    return (ss_slice){ l->texts + s->at, s->len };
}

static void move_server(ss_locate *l, uint16_t from, uint16_t to)
{
    const ss_locate_server s = l->servers[from];
    SS_ASSERT(to <= from);
    memmove(&l->servers[to + 1], &l->servers[to], (size_t)(from - to) * sizeof s);
    l->servers[to] = s;
}

static int compare_names(ss_slice a, ss_slice b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* RFC3263:4.4 the heaviest first, then by name: nothing is drawn. */
static bool stands_before_fixed(const ss_locate *l, const ss_locate_server *a,
                                const ss_locate_server *b)
{
    if (a->weight != b->weight) {
        return a->weight > b->weight;
    }
    const int names = compare_names(name_of(l, a), name_of(l, b));
    return names != 0 ? names < 0 : a->port < b->port;
}

/* RFC2782 the lowest priority first; of one priority those of weight 0 first, the others as they came. */
static bool stands_before(const ss_locate *l, const ss_locate_server *a, const ss_locate_server *b)
{
    if (a->priority != b->priority) {
        return a->priority < b->priority;
    }
    return l->is_fixed ? stands_before_fixed(l, a, b) : a->weight == 0 && b->weight != 0;
}

static void sort_servers(ss_locate *l)
{
    for (uint16_t i = 1; i < l->server_count; i++) {
        uint16_t to = i;
        while (to > 0 && stands_before(l, &l->servers[i], &l->servers[to - 1])) {
            to--;
        }
        move_server(l, i, to);
    }
}

static uint32_t weight_left(const ss_locate *l)
{
    uint32_t sum = 0;
    for (uint16_t i = l->placed; i < l->group_end; i++) {
        sum += l->servers[i].weight;
    }
    return sum;
}

/* Goes to the next choice that is one: two servers or more of one priority, not all of weight 0. */
static void order_on(ss_locate *l)
{
    l->stage = SS_LOCATE_ORDER;
    while (l->placed < l->server_count) {
        l->group_end = l->placed;
        while (l->group_end < l->server_count &&
               l->servers[l->group_end].priority == l->servers[l->placed].priority) {
            l->group_end++;
        }
        if (!l->is_fixed && l->group_end - l->placed > 1 && weight_left(l) > 0) {
            return;
        }
        l->placed = l->is_fixed ? l->group_end : (uint16_t)(l->placed + 1);
    }
    look_for_hosts(l);
}

/* RFC2782 "select the RR whose running sum value is the first in the selected order which is greater than or equal to the random
 * number selected". */
void ss_locate_drawn(ss_locate *l, uint32_t number)
{
    SS_ASSERT(l->stage == SS_LOCATE_ORDER);
    SS_ASSERT(number <= weight_left(l));
    uint32_t sum = 0;
    uint16_t chosen = l->placed;
    for (uint16_t i = l->placed; i < l->group_end; i++) {
        sum += l->servers[i].weight;
        chosen = i;
        if (sum >= number) {
            break;
        }
    }
    move_server(l, chosen, l->placed);
    l->placed++;
    order_on(l);
}

/* ---- SRV ---- */

static const char *protocol_of(ss_transport transport)
{
    switch (transport) {
    case SS_TRANSPORT_UDP:
        return "._udp.";
    case SS_TRANSPORT_TCP:
    case SS_TRANSPORT_TLS:
        return "._tcp.";
    case SS_TRANSPORT_SCTP:
        return "._sctp.";
    default:
        return NULL; /* nobody wrote down one for WebSocket */
    }
}

/* RFC3263:4.2 "_sips" for SIPS URIs, and for who wishes TLS. False when no such name can be. */
static bool make_owner(ss_locate *l)
{
    const char *protocol = protocol_of(l->transport);
    const bool is_secure = l->is_sips || l->transport == SS_TRANSPORT_TLS;
    ss_buffer b = ss_buffer_on(l->owner, sizeof l->owner);
    if (protocol == NULL) {
        return false;
    }
    ss_put_text(&b, is_secure ? "_sips" : "_sip");
    ss_put_text(&b, protocol);
    ss_put(&b, host_of(l));
    l->owner_len = (uint16_t)b.len;
    return !b.overflow;
}

/* RFC3263:4.1 a question for each transport that we have: what we prefer first, the next when there is
 * none. Then the host itself, over UDP for SIP, TLS for SIPS, or what we prefer. */
static void ask_next_srv(ss_locate *l)
{
    static const ss_transport plain[] = { SS_TRANSPORT_UDP, SS_TRANSPORT_TCP, SS_TRANSPORT_SCTP };
    const uint32_t secure = 1u << SS_TRANSPORT_TLS; /* to a SIP URI by NAPTR alone */
    l->stage = SS_LOCATE_SRV;
    l->left &= l->is_sips ? secure : ~secure;
    if ((l->left >> l->preferred & 1) != 0) {
        l->transport = (ss_transport)l->preferred;
        l->left &= ~(1u << l->preferred);
        if (make_owner(l)) {
            return;
        }
    }
    for (size_t i = 0; i < SS_COUNT(plain); i++) {
        l->transport = plain[i];
        if ((l->left >> plain[i] & 1) != 0 && make_owner(l)) {
            l->left &= ~(1u << plain[i]);
            return;
        }
    }
    l->transport = (ss_transport)l->preferred;
    if (l->is_refused) {
        finish(l, SS_NONE);
    } else {
        use_host(l);
    }
}

static void add_server(ss_locate *l, const ss_srv *srv)
{
    const ss_slice target = without_last_dot(srv->target);
    const bool fits = target.len <= SS_LOCATE_NAME_MAX &&
                      target.len <= (size_t)(SS_LOCATE_TEXT_BYTES - l->text_used) &&
                      l->server_count < SS_LOCATE_SERVERS_MAX;
    if (target.len == 0 || !fits) {
        return;
    }
    memcpy(l->texts + l->text_used, target.at, target.len);
    l->servers[l->server_count++] = (ss_locate_server){ .priority = srv->priority,
                                                        .weight = srv->weight,
                                                        .port = srv->port,
                                                        .at = l->text_used,
                                                        .len = (uint16_t)target.len };
    l->text_used = (uint16_t)(l->text_used + target.len);
}

/* One priority after the other: what is left out, where there are too many, is the worst. */
static void add_servers(ss_locate *l, const ss_records *records)
{
    uint32_t priority = 0, next = 0;
    while (next <= UINT16_MAX && l->server_count < SS_LOCATE_SERVERS_MAX) {
        priority = next;
        next = UINT32_MAX;
        for (uint16_t i = 0; i < records->count; i++) {
            const uint32_t its = records->srvs[i].priority;
            if (its == priority) {
                add_server(l, &records->srvs[i]);
            } else if (its > priority && its < next) {
                next = its;
            }
        }
    }
}

static void no_such_srv(ss_locate *l)
{
    if (l->is_open && !l->from_naptr) {
        ask_next_srv(l);
    } else if (l->is_refused) {
        finish(l, SS_NONE);
    } else {
        use_host(l);
    }
}

/* RFC2782 one record alone that names the root: the service is decidedly not there. */
static void take_servers(ss_locate *l, ss_status status, const ss_records *records)
{
    if (status != SS_OK && status != SS_NONE) {
        finish(l, SS_ERR_STATE);
        return;
    }
    if (status == SS_NONE || records->count == 0) {
        no_such_srv(l);
        return;
    }
    add_servers(l, records);
    if (l->server_count == 0) {
        l->is_refused = true;
        no_such_srv(l);
    } else {
        sort_servers(l);
        order_on(l);
    }
}

/* ---- NAPTR ---- */

/* RFC3263:4.1, 9: the transports of a service; those of a SIPS URI are secure ones alone. */
static bool is_for_us(const ss_locate *l, const ss_naptr *naptr, ss_transport *transport)
{
    static const struct {
        const char *name;
        ss_transport transport;
        bool is_sips;
    } services[] = { { "SIP+D2U", SS_TRANSPORT_UDP, false },
                     { "SIP+D2T", SS_TRANSPORT_TCP, false },
                     { "SIP+D2S", SS_TRANSPORT_SCTP, false },
                     { "SIPS+D2T", SS_TRANSPORT_TLS, true } };
    for (size_t i = 0; i < SS_COUNT(services); i++) {
        if (ss_slice_eq_nocase(naptr->service, ss_slice_from(services[i].name)) &&
            (services[i].is_sips || !l->is_sips)) {
            *transport = services[i].transport;
            return (l->left >> services[i].transport & 1) != 0;
        }
    }
    return false;
}

/* RFC3263:4.1 RFC3403:4.1 terminal by "s", a replacement and no expression. */
static bool is_usable(const ss_naptr *naptr)
{
    return ss_slice_eq_nocase(naptr->flags, SS_LIT("s")) && naptr->regexp.len == 0 &&
           without_last_dot(naptr->replacement).len > 0 &&
           naptr->replacement.len <= SS_LOCATE_NAME_MAX;
}

/* RFC3403:4.1 the lowest order, then the lowest preference; with a match no other is looked at. */
static const ss_naptr *best_naptr(const ss_locate *l, const ss_records *records,
                                  ss_transport *transport)
{
    const ss_naptr *best = NULL;
    for (uint16_t i = 0; i < records->count; i++) {
        const ss_naptr *n = &records->naptrs[i];
        ss_transport its;
        if (is_usable(n) && is_for_us(l, n, &its) &&
            (best == NULL || n->order < best->order ||
             (n->order == best->order && n->preference < best->preference))) {
            best = n;
            *transport = its;
        }
    }
    return best;
}

static void take_naptrs(ss_locate *l, ss_status status, const ss_records *records)
{
    ss_transport transport = SS_TRANSPORT_UDP;
    if (status != SS_OK && status != SS_NONE) {
        finish(l, SS_ERR_STATE);
        return;
    }
    const ss_naptr *best = status == SS_OK ? best_naptr(l, records, &transport) : NULL;
    if (best == NULL) {
        ask_next_srv(l); /* RFC3263:4.1 no NAPTR records */
        return;
    }
    const ss_slice owner = without_last_dot(best->replacement);
    memcpy(l->owner, owner.at, owner.len);
    l->owner_len = (uint16_t)owner.len;
    l->transport = transport;
    l->left = 0; /* RFC 3403 8: what a rewrite led to is not gone back on */
    l->from_naptr = true;
    l->stage = SS_LOCATE_SRV;
}

/* ---- the doors ---- */

static bool starts_at_host(ss_locate *l)
{
    ss_address numeric;
    if (ss_address_from(host_of(l), port_or_default(l->port, l->transport), &numeric) == SS_OK) {
        l->addresses[0] = numeric; /* RFC3263:4.2 */
        l->address_count = 1;
        finish(l, SS_OK);
        return true;
    }
    if (l->port != 0) { /* RFC3263:4.1, 4.2 a port was said */
        use_host(l);
        return true;
    }
    return false;
}

void ss_locate_begin(ss_locate *l, const ss_locate_options *o)
{
    const ss_slice host = without_last_dot(o->host);
    memset(l, 0, sizeof *l);
    l->status = SS_NONE;
    l->is_open = o->is_open;
    l->is_sips = o->is_sips;
    l->is_fixed = o->is_fixed;
    l->has_ipv4 = o->has_ipv4;
    l->has_ipv6 = o->has_ipv6;
    l->prefers_ipv6 = o->prefers_ipv6;
    l->port = o->port;
    l->transport = o->is_open && o->is_sips ? SS_TRANSPORT_TLS : o->transport;
    l->preferred = (uint8_t)l->transport;
    if (host.len == 0 || host.len > SS_LOCATE_NAME_MAX || (!o->has_ipv4 && !o->has_ipv6)) {
        return;
    }
    memcpy(l->host, host.at, host.len);
    l->host_len = (uint16_t)host.len;
    if (starts_at_host(l)) {
        return;
    }
    if (o->is_open) {
        l->left = o->transports;
        l->stage = SS_LOCATE_NAPTR;
    } else if (make_owner(l)) {
        l->stage = SS_LOCATE_SRV; /* RFC3263:4.2 a transport was said */
    } else {
        use_host(l);
    }
}

/* RFC3263:5 */
void ss_locate_begin_response(ss_locate *l, const ss_via *via, ss_transport transport,
                              const ss_locate_options *families)
{
    ss_locate_begin(l, &(ss_locate_options){ .host = via->host,
                                             .port = via->port,
                                             .transport = transport,
                                             .is_sips = transport == SS_TRANSPORT_TLS,
                                             .has_ipv4 = families->has_ipv4,
                                             .has_ipv6 = families->has_ipv6,
                                             .prefers_ipv6 = families->prefers_ipv6 });
}

ss_locate_need ss_locate_needs(const ss_locate *l)
{
    const ss_slice owner = { l->owner, l->owner_len };
    switch ((ss_locate_stage)l->stage) {
    case SS_LOCATE_DONE:
        break;
    case SS_LOCATE_NAPTR:
        return (ss_locate_need){ SS_LOCATE_ASK, SS_RECORD_NAPTR, host_of(l), 0 };
    case SS_LOCATE_SRV:
        return (ss_locate_need){ SS_LOCATE_ASK, SS_RECORD_SRV, owner, 0 };
    case SS_LOCATE_ORDER:
        return (ss_locate_need){ .kind = SS_LOCATE_DRAW, .below = weight_left(l) + 1 };
    case SS_LOCATE_HOSTS:
        return (ss_locate_need){ SS_LOCATE_ASK, l->is_ipv6 ? SS_RECORD_AAAA : SS_RECORD_A,
                                 name_of(l, &l->servers[l->next_server]), 0 };
    }
    return (ss_locate_need){ .kind = SS_LOCATE_NOTHING };
}

void ss_locate_answer(ss_locate *l, ss_status status, const ss_records *records)
{
    if (l->stage == SS_LOCATE_NAPTR) {
        take_naptrs(l, status, records);
    } else if (l->stage == SS_LOCATE_SRV) {
        take_servers(l, status, records);
    } else if (l->stage == SS_LOCATE_HOSTS) {
        take_addresses(l, status, records);
    }
}
