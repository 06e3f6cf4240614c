/* A node's network: what it sends, forwards and receives, as real packets (RFC 791, RFC 8200, RFC 768, RFC 1812).
 *
 * Hosts have one uplink; routers form a tree and know who is below them. A packet that fits a link's MTU goes onto it;
 * a larger one is cut, at its origin and, of IPv4, at routers alike.
 */
#include "fault.h"
#include "world_state.h"

#include <string.h>

/* ---- facts about packets ---- */

sn_fact sn_packet_fact(sn_fact_kind kind, uint32_t entity, const sn_about *about, uint32_t peer,
                       uint64_t value)
{
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = entity,
                      .peer = peer,
                      .packet = about->id,
                      .hash = about->hash,
                      .value = value };
}

/* Which call a segment or an ICMP message is of, its bytes do not say by themselves. */
static void say_call(sn_fact *fact, const sn_about *about)
{
    if (about->is_stream || about->is_icmp) {
        fact->sip.call_id = about->sip.call_id;
    }
}

void sn_node_drop(sn_partition *p, uint32_t node, const sn_about *about, uint64_t bytes,
                  sn_cause cause)
{
    sn_fact fact = sn_packet_fact(SN_FACT_NODE_DROPPED, node, about, about->target, bytes);
    fact.cause = (uint16_t)cause;
    sn_emit(p, &fact, SS_EMPTY);
}

static void emit_datagram(sn_partition *p, sn_fact_kind kind, uint32_t node, const sn_about *about,
                          const ss_path *path, uint32_t peer, ss_slice payload)
{
    const size_t header = path->remote.family == 6 ? SN_IP6_HEADER_BYTES : SN_IP_HEADER_BYTES;
    sn_fact fact =
        sn_packet_fact(kind, node, about, peer, header + SN_UDP_HEADER_BYTES + payload.len);
    fact.local_port = path->local.port;
    fact.peer_port = path->remote.port;
    fact.is_probe = about->is_probe;
    fact.sip = about->sip;
    sn_emit(p, &fact, payload);
}

/* ---- routes ---- */

/* The direction toward a node: down to the child it is behind, else up; SN_NOBODY from the root to nowhere. */
static uint32_t next_link(const sn_plan *plan, uint32_t router, uint32_t target)
{
    const uint32_t depth = plan->nodes[router].depth;
    if (target != SN_NOBODY) {
        while (plan->nodes[target].depth > depth + 1) {
            target = plan->cast.nodes[target].router;
        }
        if (plan->cast.nodes[target].router == router && plan->nodes[target].depth == depth + 1) {
            return SN_DOWN(target);
        }
    }
    return plan->cast.nodes[router].router == SN_NOBODY ? SN_NOBODY : SN_UP(router);
}

static void emit_origin(sn_partition *p, uint32_t node, ss_ref ref)
{
    const sn_packet *packet = sn_packet_at(p, ref);
    if (packet->about.hops == 0) {
        sn_fact fact =
            sn_packet_fact(SN_FACT_PACKET, node, &packet->about, packet->about.target, packet->len);
        say_call(&fact, &packet->about);
        sn_emit(p, &fact, sn_packet_slice(packet));
    }
}

/* It ends here, and its source is told why. */
static void refuse(sn_partition *p, uint32_t node, ss_ref ref, const sn_ip *ip, sn_cause cause,
                   const sn_why *why)
{
    const sn_packet *packet = sn_packet_at(p, ref);
    sn_node_drop(p, node, &packet->about, packet->len, cause);
    sn_icmp_tell(p, node, &packet->about, ip,
                 ss_slice_cut(sn_packet_slice(packet), ip->header, ip->total), why);
    sn_packet_give(p, ref);
}

/* ---- what is too large ---- */

/* A place that carries no more than so much, and what becomes of more. */
typedef struct place {
    uint32_t mtu; /* 0: it carries all */
    sn_mtu_policy policy;
} place;

/* The places that a packet meets in one node, in order: what the link that it came by carries really, the MTU of the next link, and
 * what that carries really. The router at the upper end of a link is the one that knows of the second: it is above the node. */
enum { PLACES = 3 };
typedef struct way {
    uint32_t node, link;
    place places[PLACES];
} way;

/* RFC9293:3.7.1 a SYN says no more than what the link carries, as routers at narrow places see to. It is never in pieces; those of
 * other segments may have no header of TCP, nor as many bytes. */
static void clamp(sn_partition *p, uint32_t link, sn_packet *packet, bool is_piece)
{
    sn_ip ip;
    sn_tcp tcp;
    const bool is_v6 = packet->bytes[0] >> 4 == 6;
    const uint32_t header = is_v6 ? SN_IP6_HEADER_BYTES : SN_IP_HEADER_BYTES;
    if (!packet->about.is_stream || is_piece || (packet->bytes[header + 13] & SN_TCP_SYN) == 0) {
        return;
    }
    const sn_link_params *up = sn_link_now(p->world, SN_UP(link / 2), p->key.at);
    const sn_link_params *down = sn_link_now(p->world, SN_DOWN(link / 2), p->key.at);
    const uint32_t limits[] = { up->mtu, up->narrow, down->mtu, down->narrow };
    const ss_status status = sn_ip_parse(packet->bytes, packet->len, &ip);
    SS_ASSERT(status == SS_OK);
    const ss_slice segment = ss_slice_cut(sn_packet_slice(packet), ip.header, ip.total);
    if (sn_tcp_parse(&ip, segment, &tcp) != SS_OK || tcp.mss == 0) {
        return;
    }
    for (unsigned i = 0; i < SS_COUNT(limits); i++) {
        const uint32_t most = limits[i] - header - SN_TCP_HEADER_BYTES;
        tcp.mss = limits[i] != 0 && most < tcp.mss ? (uint16_t)most : tcp.mss;
    }
    sn_tcp_put(packet->bytes + ip.header, &ip, &tcp);
}

static void squeeze(sn_partition *p, const way *w, unsigned next, ss_ref ref, const sn_ip *ip);

/* RFC791:3.2 each piece goes on by itself. */
static void cut(sn_partition *p, const way *w, unsigned at, ss_ref ref, const sn_ip *ip)
{
    const uint32_t mtu = w->places[at].mtu;
    const unsigned count = sn_fragment_count(ip, mtu);
    const sn_about about = sn_packet_at(p, ref)->about;
    sn_fact fact = sn_packet_fact(SN_FACT_FRAGMENTED, w->node, &about, about.target, count);
    fact.cause = w->places[at].policy == SN_MTU_FRAGMENT ? SN_CAUSE_MTU : SN_CAUSE_NONE;
    sn_emit(p, &fact, sn_packet_slice(sn_packet_at(p, ref)));
    const size_t mark = p->world->arena.used;
    unsigned char *bytes = ss_arena_take(&p->world->arena, mtu, 1);
    p->out_of_memory |= bytes == NULL;
    for (unsigned i = 0; bytes != NULL && i < count; i++) {
        const uint32_t len = sn_fragment_cut(sn_packet_at(p, ref)->bytes, ip, mtu, i, bytes);
        const ss_ref piece = sn_packet_take(p, len, &about);
        if (piece == 0) {
            break;
        }
        sn_packet *packet = sn_packet_at(p, piece);
        sn_ip own;
        memcpy(packet->bytes, bytes, len);
        const ss_status status = sn_ip_parse_header(packet->bytes, len, &own);
        SS_ASSERT(status == SS_OK);
        packet->about.id.fragment = own.fragment;
        squeeze(p, w, at + 1, piece, &own);
    }
    p->world->arena.used = mark;
    sn_packet_give(p, ref);
}

/* RFC8200:5 a link that carries less than 1280 bytes cuts and joins by itself, below IPv6: what a tunnel does that takes no notice,
 * and what happens to a segment, as streams lose nothing. */
static bool goes_whole(const way *w, const sn_packet *packet, const sn_ip *ip, const place *at)
{
    return ip->is_v6 && packet->about.id.origin != w->node &&
           (packet->about.is_stream || at->policy == SN_MTU_FRAGMENT);
}

/* RFC791:3.2 RFC8200:4.5 of IPv6 the source alone */
static bool may_cut(const way *w, const sn_packet *packet, const sn_ip *ip, const place *at)
{
    const bool is_own = packet->about.id.origin == w->node && !ip->has_fragment;
    return is_own || (!ip->is_v6 && (packet->about.is_stream || at->policy == SN_MTU_FRAGMENT ||
                                     !ip->dont_fragment || packet->about.id.origin == w->node));
}

/* Ours to pass on, cut or drop. What belongs to streams is never lost (decisions/0009): it is cut where it does not fit. */
static void squeeze(sn_partition *p, const way *w, unsigned next, ss_ref ref, const sn_ip *ip)
{
    sn_packet *packet = sn_packet_at(p, ref);
    while (next < PLACES && (w->places[next].mtu == 0 || ip->total <= w->places[next].mtu)) {
        next++;
    }
    if (next == PLACES) {
        clamp(p, w->link, packet, ip->more || ip->fragment != 0);
        emit_origin(p, w->node, ref);
        sn_link_take(p, w->link, ref);
        return;
    }
    const place *at = &w->places[next];
    if (at->policy == SN_MTU_BLACKHOLE && !packet->about.is_stream) {
        sn_node_drop(p, w->node, &packet->about, packet->len, SN_CAUSE_BLACK_HOLE);
        sn_packet_give(p, ref);
    } else if (goes_whole(w, packet, ip, at)) {
        squeeze(p, w, next + 1, ref, ip);
    } else if (may_cut(w, packet, ip, at)) {
        cut(p, w, next, ref, ip);
    } else { /* RFC1191:4 */
        refuse(p, w->node, ref, ip, SN_CAUSE_MTU, &(sn_why){ SN_ICMP_TOO_BIG, at->mtu });
    }
}

/* What a host sends itself is no larger than what it knows the way to carry: RFC1191:3. */
static uint32_t known_mtu(const sn_partition *p, uint32_t node, const sn_packet *packet,
                          const sn_ip *ip, uint32_t mtu)
{
    const bool is_own = packet->about.id.origin == node && !packet->about.is_stream &&
                        !packet->about.is_probe && (ip->dont_fragment || ip->is_v6);
    const uint32_t known = is_own ? sn_path_mtu_of(p, node, ip->destination) : 0;
    return known != 0 && (mtu == 0 || known < mtu) ? known : mtu;
}

/* Ours; by which link it came up, or SN_NOBODY. */
static void transmit(sn_partition *p, uint32_t node, uint32_t link, ss_ref ref, const sn_ip *ip,
                     uint32_t came_by)
{
    const sn_link_params *on = sn_link_now(p->world, link, p->key.at);
    way w = { .node = node, .link = link };
    if (came_by != SN_NOBODY) {
        const sn_link_params *came = sn_link_now(p->world, came_by, p->key.at);
        w.places[0] = (place){ came->narrow, came->mtu_policy };
    }
    w.places[1] = (place){ known_mtu(p, node, sn_packet_at(p, ref), ip, on->mtu), SN_MTU_ICMP };
    if (link == SN_DOWN(link / 2)) {
        w.places[2] = (place){ on->narrow, on->mtu_policy };
    }
    squeeze(p, &w, 0, ref, ip);
}

/* ---- sending ---- */

static sn_about describe(sn_partition *p, uint32_t node, sn_address destination)
{
    return (sn_about){
        .id = { .origin = node, .ordinal = p->world->nodes[node].ordinal++ },
        .target = sn_plan_find_address(p->world->plan, destination),
        .intact = true,
    };
}

/* Are its datagrams, of IPv4, for nobody to cut? RFC8899:4.5 those of who probes are when something is known. */
static bool is_for_nobody_to_cut(const sn_partition *p, uint32_t node, sn_address destination,
                                 const sn_about *about)
{
    const sn_plan *plan = p->world->plan;
    const sn_group_spec *g = &plan->groups[plan->nodes[node].group];
    return g->path_mtu_age != 0 || (g->probing.timer != 0 &&
                                    (about->is_probe || sn_path_probed(p, node, destination) != 0));
}

static sn_ip header_of(const sn_partition *p, uint32_t node, sn_address destination,
                       const sn_about *about, size_t total, uint8_t protocol)
{
    const bool is_v6 = !sn_address_is_v4(destination);
    const bool looks =
        protocol == SN_PROTOCOL_UDP && !is_v6 && is_for_nobody_to_cut(p, node, destination, about);
    return (sn_ip){ .source = sn_member_address_of(&p->world->plan->cast.nodes[node], is_v6),
                    .destination = destination,
                    .total = (uint32_t)total,
                    .header = sn_ip_header_to(destination),
                    .id = (uint32_t)(is_v6 ? about->id.ordinal : about->id.ordinal & 0xffff),
                    .is_v6 = is_v6,
                    .ttl = SN_IP_TTL,
                    .dont_fragment = looks,
                    .protocol = protocol };
}

/* A packet with its payload there goes out, or, to the node itself, comes at once. */
static void put_out(sn_partition *p, uint32_t node, ss_ref ref, const sn_ip *ip)
{
    const sn_packet *packet = sn_packet_at(p, ref);
    const uint32_t target = packet->about.target;
    sn_ip_put(sn_packet_at(p, ref)->bytes, ip);
    if (target == node) {
        const sn_event event = { .kind = SN_EVENT_PACKET, .arg = ref };
        sn_post_self(p, node, p->key.at, event);
        return;
    }
    const bool is_host = p->world->plan->cast.nodes[node].role != SN_ROLE_ROUTER;
    const uint32_t link = is_host ? SN_UP(node) : next_link(p->world->plan, node, target);
    if (link == SN_NOBODY) {
        sn_node_drop(p, node, &packet->about, packet->len, SN_CAUSE_NO_ROUTE);
        sn_packet_give(p, ref);
    } else {
        transmit(p, node, link, ref, ip, SN_NOBODY);
    }
}

/* It leaves later. */
static void hold(sn_partition *p, uint32_t node, ss_ref ref, const sn_ip *ip, ss_span delay)
{
    const sn_event event = { .kind = SN_EVENT_RELEASE, .arg = ref };
    sn_ip_put(sn_packet_at(p, ref)->bytes, ip);
    sn_post_self(p, node, ss_time_after(p->key.at, delay), event);
}

void sn_node_release(sn_partition *p, const sn_event *event)
{
    const sn_packet *packet = sn_packet_at(p, event->arg);
    sn_ip ip;
    const ss_status status = sn_ip_parse(packet->bytes, packet->len, &ip);
    SS_ASSERT(status == SS_OK); /* we wrote it */
    put_out(p, event->receiver, event->arg, &ip);
}

/* Both of one version of IP. */
bool sn_node_can_reach(const sn_partition *p, uint32_t node, sn_address destination)
{
    const sn_member *member = &p->world->plan->cast.nodes[node];
    return !sn_address_is_none(destination) &&
           !sn_address_is_none(sn_member_address_of(member, !sn_address_is_v4(destination)));
}

static void send_datagram(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload,
                          const ss_msg *read, bool is_probe)
{
    const sn_address destination = sn_address_from(&path->remote);
    sn_about about = describe(p, node, destination);
    about.is_probe = is_probe;
    const uint16_t header = sn_ip_header_to(destination);
    size_t total = (size_t)header + SN_UDP_HEADER_BYTES + payload.len;
    const size_t mark = p->world->arena.used;
    if (p->world->plan->spelling != 0 && sn_respell(p, &payload)) {
        total = (size_t)header + SN_UDP_HEADER_BYTES + payload.len;
        read = NULL;
    }
    read = sn_packet_read(p, &about, payload, read);
    emit_datagram(p, SN_FACT_DATAGRAM_SENT, node, &about, path, about.target, payload);
    if (path->transport != SS_TRANSPORT_UDP || !sn_node_can_reach(p, node, destination)) {
        sn_node_drop(p, node, &about, total, SN_CAUSE_NO_ROUTE);
        return;
    }
    if (total > SN_IP_BYTES_MAX + (size_t)(path->remote.family == 6 ? SN_IP6_HEADER_BYTES : 0)) {
        sn_node_drop(p, node, &about, total, SN_CAUSE_MTU);
        return;
    }
    const sn_fault *fault = sn_fault_of(p, node, &about, read);
    if (fault != NULL && fault->act == SN_FAULT_DROP) {
        sn_node_drop(p, node, &about, total, SN_CAUSE_FAULT);
        return;
    }
    if (fault != NULL && fault->act == SN_FAULT_EDIT) {
        payload = sn_edit_message(p, node, &about, &fault->edit, payload, &read);
        total = (size_t)header + SN_UDP_HEADER_BYTES + payload.len;
    }
    about.is_doubled = fault != NULL && fault->act == SN_FAULT_DUPLICATE;
    about.is_damaged = fault != NULL && fault->act == SN_FAULT_CORRUPT;
    const ss_ref ref = sn_packet_take(p, (uint32_t)total, &about);
    if (ref == 0) {
        return;
    }
    sn_ip ip = header_of(p, node, destination, &about, total, SN_PROTOCOL_UDP);
    if (path->local.family == path->remote.family) {
        ip.source = sn_address_from(&path->local); /* its own, or one that it makes up */
    }
    unsigned char *udp = sn_packet_at(p, ref)->bytes + header;
    if (payload.len != 0) {
        memcpy(udp + SN_UDP_HEADER_BYTES, payload.at, payload.len);
    }
    if (read != NULL) {
        sn_reading_keep(p, sn_packet_at(p, ref), udp + SN_UDP_HEADER_BYTES, payload, read);
    }
    p->world->arena.used = mark; /* an event may send to many */
    sn_udp_put(udp, &ip, path->local.port, path->remote.port, payload.len);
    if (about.is_damaged) { /* behind the sum: in the checksum itself, as every datagram has one */
        udp[SN_UDP_HEADER_BYTES - 1] ^= 1;
        sn_reading_give(p, sn_packet_at(p, ref));
    }
    if (fault != NULL && fault->act == SN_FAULT_DELAY) {
        hold(p, node, ref, &ip, fault->delay);
    } else {
        put_out(p, node, ref, &ip);
    }
}

static bool probes(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return plan->groups[plan->nodes[node].group].probing.timer != 0;
}

void sn_node_send(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload,
                  const ss_msg *read)
{
    send_datagram(p, node, path, payload, read, false);
    if (probes(p, node) && path->local.port == SN_SIP_PORT && path->remote.port == SN_SIP_PORT) {
        sn_path_used(p, node, sn_address_from(&path->remote), payload);
    }
}

void sn_node_send_probe(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload)
{
    send_datagram(p, node, path, payload, NULL, true);
}

void sn_node_send_segment(sn_partition *p, uint32_t node, sn_address destination, const sn_tcp *tcp,
                          uint64_t call_id)
{
    sn_about about = describe(p, node, destination);
    about.hash = ss_hash64(0, tcp->payload);
    const uint16_t header = sn_ip_header_to(destination);
    const size_t total = header + sn_tcp_header_bytes(tcp) + tcp->payload.len;
    about.is_stream = true;
    about.sip.call_id = call_id;
    const ss_ref ref = sn_packet_take(p, (uint32_t)total, &about);
    if (ref == 0) {
        return;
    }
    const sn_ip ip = header_of(p, node, destination, &about, total, SN_PROTOCOL_TCP);
    sn_tcp_put(sn_packet_at(p, ref)->bytes + header, &ip, tcp);
    put_out(p, node, ref, &ip);
}

void sn_node_send_icmp(sn_partition *p, sn_address destination, ss_slice message, sn_fact *sent,
                       ss_span delay)
{
    const uint32_t node = sent->entity;
    sn_about about = describe(p, node, destination);
    const uint16_t header = sn_ip_header_to(destination);
    const size_t total = header + message.len;
    about.hash = ss_hash64(0, message);
    about.is_icmp = true;
    about.sip.call_id = sent->sip.call_id;
    sent->peer = about.target;
    sent->packet = about.id;
    sent->hash = about.hash;
    sn_emit(p, sent, SS_EMPTY);
    const ss_ref ref = sn_packet_take(p, (uint32_t)total, &about);
    if (ref == 0) {
        return;
    }
    const sn_ip ip =
        header_of(p, node, destination, &about, total,
                  header == SN_IP6_HEADER_BYTES ? SN_PROTOCOL_ICMP6 : SN_PROTOCOL_ICMP);
    memcpy(sn_packet_at(p, ref)->bytes + header, message.at, message.len);
    if (delay > 0) {
        hold(p, node, ref, &ip, delay);
    } else {
        put_out(p, node, ref, &ip);
    }
}

/* ---- receiving ---- */

static uint16_t port_of(const sn_node_state *n)
{
    return n->class == NULL ? 0 : n->class->port;
}

/* Of one of its own probes, that nobody else is to hear of. */
static bool is_of_probe(sn_partition *p, uint32_t node, const sn_about *about, const ss_path *path,
                        ss_slice payload)
{
    ss_diag diag;
    const size_t mark = p->world->arena.used;
    if (!about->sip.is_sip || about->sip.is_request || about->sip.method != SS_METHOD_OPTIONS) {
        return false;
    }
    ss_msg *msg = SS_ARENA_NEW(&p->world->arena, ss_msg);
    const bool is_read =
        msg != NULL && ss_msg_parse(msg, &p->world->arena, payload, &diag) == SS_OK;
    const bool is_of = is_read && sn_path_probe_hears(p, node, path, msg);
    p->world->arena.used = mark;
    return is_of;
}

/* RFC768 */
static void receive_datagram(sn_partition *p, uint32_t node, sn_about *about, const sn_ip *ip,
                             const sn_udp *udp, ss_slice bytes)
{
    const sn_plan *plan = p->world->plan;
    const sn_node_state *n = &p->world->nodes[node];
    const bool is_for_resolver =
        plan->dns.server_count > 0 && sn_resolver_takes(udp->source_port, udp->destination_port);
    const bool is_heard = port_of(n) == 0 || port_of(n) == udp->destination_port || is_for_resolver;
    if (n->class == NULL || !is_heard ||
        (plan->groups[plan->nodes[node].group].refuses_udp && !is_for_resolver)) {
        sn_node_drop(p, node, about, SN_UDP_HEADER_BYTES + udp->payload.len, SN_CAUSE_NO_PORT);
        sn_icmp_tell(p, node, about, ip, bytes, &(sn_why){ SN_ICMP_PORT, 0 });
        return;
    }
    if (!about->intact) {
        (void)sn_packet_read(p, about, udp->payload, NULL);
        p->hosting.read = NULL;
    }
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local = sn_address_with_port(ip->destination, udp->destination_port),
                           .remote = sn_address_with_port(ip->source, udp->source_port) };
    const uint32_t peer = sn_plan_find_address(plan, ip->source);
    emit_datagram(p, SN_FACT_DATAGRAM_RECEIVED, node, about, &path, peer, udp->payload);
    if (is_for_resolver) {
        (void)sn_resolver_input(p, node, &path, udp->payload);
    } else if (!probes(p, node) || !is_of_probe(p, node, about, &path, udp->payload)) {
        sn_app_input(p, node, &path, udp->payload);
    }
}

/* RFC792 what it says of itself cannot be read, or nobody here speaks it. */
static void receive_nothing(sn_partition *p, uint32_t node, sn_about *about, const sn_ip *ip,
                            ss_slice bytes, ss_status status)
{
    sn_node_drop(p, node, about, bytes.len,
                 status == SS_ERR_SEMANTIC ? SN_CAUSE_CHECKSUM : SN_CAUSE_MALFORMED);
    if (status == SS_NONE) {
        sn_icmp_tell(p, node, about, ip, bytes, &(sn_why){ SN_ICMP_PROTOCOL, 0 });
    }
}

/* RFC4443:3.4 nothing guards the header of IPv6 but the checksum of what is in it, which is looked at by who knows what that is. */
static bool is_known_to_nobody(const sn_ip *ip)
{
    const bool is_known = ip->protocol == SN_PROTOCOL_UDP || ip->protocol == SN_PROTOCOL_TCP;
    const bool is_whole = !ip->more && ip->fragment == 0;
    return ip->is_v6 && is_whole && !is_known && !sn_ip_is_icmp(ip);
}

/* An IP payload is here, whole. */
static void receive(sn_partition *p, uint32_t node, sn_about *about, const sn_ip *ip,
                    ss_slice bytes)
{
    sn_udp udp;
    sn_tcp tcp;
    sn_icmp icmp;
    ss_status status = SS_NONE;
    if (ip->protocol == SN_PROTOCOL_UDP) {
        status = sn_udp_parse(ip, bytes, &udp);
    } else if (ip->protocol == SN_PROTOCOL_TCP) {
        status = sn_tcp_parse(ip, bytes, &tcp);
    } else if (sn_ip_is_icmp(ip)) {
        status = sn_icmp_parse(ip, bytes, &icmp);
    }
    if (status != SS_OK) {
        receive_nothing(p, node, about, ip, bytes, status);
    } else if (ip->protocol == SN_PROTOCOL_UDP) {
        receive_datagram(p, node, about, ip, &udp, bytes);
    } else if (ip->protocol == SN_PROTOCOL_TCP) {
        sn_stream_segment(p, node, ip->source, &tcp);
    } else {
        sn_icmp_hear(p, node, about, ip, &icmp);
    }
}

static const sn_reassembly_rules *rules_of(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return &plan->groups[plan->nodes[node].group].reassembly;
}

static void start_pieces_timer(sn_partition *p, uint32_t node, uint32_t number, bool is_v6)
{
    const sn_event event = { .kind = SN_EVENT_PIECES, .arg = number };
    const ss_span usual = is_v6 ? SN_REASSEMBLY6_SPAN : SN_REASSEMBLY_SPAN;
    const ss_span span = is_v6 ? rules_of(p, node)->span6 : rules_of(p, node)->span;
    sn_post_self(p, node, ss_time_after(p->key.at, span == 0 ? usual : span), event);
}

/* RFC8200:4.5 of IPv6 the source hears which field of a piece cannot be: its length, which is no multiple of 8 though more follows, or
 * its place, behind which no packet reaches. */
static void tell_of_piece(sn_partition *p, uint32_t node, const sn_packet *packet, const sn_ip *ip)
{
    enum { PAYLOAD_LENGTH = 4, FRAGMENT_OFFSET = 2 };
    const bool is_odd = ip->more && (ip->total - ip->header) % 8 != 0;
    const uint32_t offset = ip->header - SN_IP6_FRAGMENT_BYTES + FRAGMENT_OFFSET;
    if (ip->is_v6) {
        sn_icmp_tell(p, node, &packet->about, ip,
                     ss_slice_cut(sn_packet_slice(packet), ip->header, ip->total),
                     &(sn_why){ SN_ICMP_HEADER, is_odd ? PAYLOAD_LENGTH : offset });
    }
}

/* A piece that leads nowhere: why. */
static void drop_piece(sn_partition *p, uint32_t node, const sn_packet *packet, const sn_ip *ip,
                       ss_status status)
{
    sn_node_drop(p, node, &packet->about, packet->len,
                 status == SS_ERR_FULL       ? SN_CAUSE_REASSEMBLY_FULL
                 : status == SS_ERR_SEMANTIC ? SN_CAUSE_OVERLAP
                                             : SN_CAUSE_MALFORMED);
    if (status == SS_ERR_SYNTAX) {
        tell_of_piece(p, node, packet, ip);
    }
}

static void receive_piece(sn_partition *p, uint32_t node, const sn_packet *packet, const sn_ip *ip)
{
    sn_whole whole;
    uint32_t started;
    const ss_status status =
        sn_reassembly_add(&p->world->nodes[node].reassembly, rules_of(p, node), &p->store,
                          &p->world->arena, ip, packet, &started, &whole);
    if (started != 0) {
        start_pieces_timer(p, node, started, ip->is_v6);
    }
    if (status == SS_ERR_MEMORY) {
        p->out_of_memory = true;
    } else if (status != SS_OK && status != SS_MORE) {
        drop_piece(p, node, packet, ip, status);
    } else if (status == SS_OK) {
        sn_fact fact = sn_packet_fact(SN_FACT_REASSEMBLED, node, &whole.about,
                                      packet->about.id.origin, whole.pieces);
        sn_emit(p, &fact, SS_EMPTY);
        if (whole.payload.len >=
            SN_UDP_HEADER_BYTES) { /* pieces of two datagrams may have met: RFC 6864 */
            const ss_slice payload =
                ss_slice_cut(whole.payload, SN_UDP_HEADER_BYTES, whole.payload.len);
            whole.about.intact = whole.about.intact && ss_hash64(0, payload) == whole.about.hash;
        }
        receive(p, node, &whole.about, &whole.ip, whole.payload);
    }
}

bool sn_node_pieces(sn_partition *p, const sn_event *event)
{
    sn_given_up g;
    const uint32_t node = event->receiver;
    sn_node_state *n = &p->world->nodes[node];
    if (!sn_reassembly_expire(&n->reassembly, &p->store, &p->world->arena, event->arg, &g)) {
        return false;
    }
    sn_node_drop(p, node, &g.about, 0, SN_CAUSE_REASSEMBLY_TIMEOUT);
    if (g.begins.len >= SN_UDP_HEADER_BYTES) { /* RFC792 */
        sn_icmp_tell(p, node, &g.about, &g.ip, g.begins, &(sn_why){ SN_ICMP_PIECES, 0 });
    }
    return true;
}

/* ---- forwarding ---- */

/* Whoever sits at the router sees what comes by in one piece. */
static void show_passing(sn_partition *p, uint32_t router, const sn_packet *packet, const sn_ip *ip)
{
    sn_udp udp;
    sn_tcp tcp;
    const ss_slice bytes = { (const char *)packet->bytes + ip->header,
                             (size_t)ip->total - ip->header };
    ss_path path = { .local = sn_address_with_port(ip->source, 0),
                     .remote = sn_address_with_port(ip->destination, 0) };
    if (ip->more || ip->fragment != 0 || packet->about.is_damaged) {
        return;
    }
    if (ip->protocol == SN_PROTOCOL_UDP && sn_udp_parse(ip, bytes, &udp) == SS_OK) {
        path.local.port = udp.source_port;
        path.remote.port = udp.destination_port;
        sn_app_passing(p, router, &path, udp.payload, sn_reading_of(p, packet));
    } else if (ip->protocol == SN_PROTOCOL_TCP && sn_tcp_parse(ip, bytes, &tcp) == SS_OK &&
               tcp.payload.len > 0) {
        path.transport = SS_TRANSPORT_TCP;
        path.local.port = tcp.source_port;
        path.remote.port = tcp.destination_port;
        sn_app_passing(p, router, &path, tcp.payload, NULL);
    }
}

/* RFC1812:5.2.1; from a node below it, or SN_NOBODY. */
static void forward(sn_partition *p, uint32_t router, ss_ref ref, sn_ip *ip, uint32_t from)
{
    sn_packet *packet = sn_packet_at(p, ref);
    const bool knows =
        !sn_address_is_none(sn_member_address_of(&p->world->plan->cast.nodes[router], ip->is_v6));
    const uint32_t link =
        knows ? next_link(p->world->plan, router, packet->about.target) : SN_NOBODY;
    if (link == SN_NOBODY) {
        const sn_icmp_kind kind =
            sn_plan_has_net(p->world->plan, ip->destination) ? SN_ICMP_HOST : SN_ICMP_NET;
        refuse(p, router, ref, ip, SN_CAUSE_NO_ROUTE, &(sn_why){ kind, 0 });
        return;
    }
    if (sn_ip_is_icmp(ip) && sn_icmp_is_stopped(p, router, packet)) {
        sn_node_drop(p, router, &packet->about, packet->len, SN_CAUSE_FILTERED);
        sn_packet_give(p, ref);
        return;
    }
    if (!sn_ip_hop(packet->bytes)) {
        refuse(p, router, ref, ip, SN_CAUSE_TTL, &(sn_why){ SN_ICMP_TTL, 0 });
        return;
    }
    ip->ttl--;
    transmit(p, router, link, ref, ip, from == SN_NOBODY ? SN_NOBODY : SN_UP(from));
}

static void emit_arrival(sn_partition *p, const sn_event *event, const sn_packet *packet)
{
    if (event->sender == event->receiver) {
        return; /* a node's packet to itself crossed no link */
    }
    const bool came_up = p->world->plan->cast.nodes[event->sender].router == event->receiver;
    const uint32_t link = came_up ? SN_UP(event->sender) : SN_DOWN(event->receiver);
    sn_fact fact =
        sn_packet_fact(SN_FACT_LINK_ARRIVED, link, &packet->about, event->sender, packet->len);
    sn_emit(p, &fact, sn_packet_slice(packet));
}

void sn_node_packet(sn_partition *p, const sn_event *event)
{
    const uint32_t node = event->receiver;
    const sn_member *member = &p->world->plan->cast.nodes[node];
    sn_packet *packet = sn_packet_at(p, event->arg);
    sn_ip ip;
    emit_arrival(p, event, packet);
    const ss_status status = sn_ip_parse(packet->bytes, packet->len, &ip);
    const bool is_ours =
        status == SS_OK && sn_address_equal(ip.destination, sn_member_address_of(member, ip.is_v6));
    if (status == SS_OK && !is_ours && member->role == SN_ROLE_ROUTER) {
        if (p->world->nodes[node].class != NULL) {
            show_passing(p, node, packet, &ip);
        }
        const bool is_from_below = p->world->plan->cast.nodes[event->sender].router == node;
        forward(p, node, event->arg, &ip, is_from_below ? event->sender : SN_NOBODY);
        return;
    }
    if (status != SS_OK) {
        sn_node_drop(p, node, &packet->about, packet->len,
                     status == SS_ERR_SEMANTIC ? SN_CAUSE_CHECKSUM : SN_CAUSE_MALFORMED);
    } else if (!is_ours) {
        sn_node_drop(p, node, &packet->about, packet->len, SN_CAUSE_NO_ROUTE);
    } else if (packet->about.is_damaged &&
               !is_known_to_nobody(&ip)) { /* in the simulator no damage is missed */
        sn_node_drop(p, node, &packet->about, packet->len, SN_CAUSE_CHECKSUM);
    } else if (ip.more || ip.fragment != 0) {
        receive_piece(p, node, packet, &ip);
    } else {
        p->hosting.read = sn_reading_of(p, packet);
        receive(
            p, node, &packet->about, &ip,
            (ss_slice){ (const char *)packet->bytes + ip.header, (size_t)ip.total - ip.header });
    }
    p->hosting.read = NULL;
    sn_packet_give(p, event->arg);
}
