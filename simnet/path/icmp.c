/* Who tells whom by ICMP that a packet came to nothing, and what a host believes of it (RFC 792, RFC 1191 4, RFC 4443, RFC 3261 18.4).
 *
 * Nobody tells of an ICMP message, nor of a fragment but the first (RFC 792). A message travels as any other packet does: links
 * delay and lose it, and a router may be told not to let it through.
 *
 * Whoever can send a packet can send this one, so a host believes only what quotes a datagram of its own: its address and a port
 * that it sends from, and a number that is among the last SN_ICMP_RECENT that it gave. What SIP makes of it is up to the engine,
 * which asks for a transaction with that very message: so many bytes, beginning with those that are quoted. */
#include "app/engine.h"
#include "world_state.h"

enum { SN_ICMP_RECENT = 1024 };

static const sn_icmp_spec *spec_of(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return &plan->groups[plan->nodes[node].group].icmp;
}

static unsigned class_of(sn_icmp_kind kind)
{
    const bool is_too_big = kind == SN_ICMP_TOO_BIG;
    const bool is_expired = kind == SN_ICMP_TTL || kind == SN_ICMP_PIECES;
    return is_too_big   ? SN_ICMP_OF_TOO_BIG
           : is_expired ? SN_ICMP_OF_EXPIRED
                        : SN_ICMP_OF_UNREACHABLE;
}

static uint16_t get16(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* UDP and TCP both begin with their ports. */
static void say_ports(sn_fact *fact, ss_slice payload)
{
    if (payload.len >= 4) {
        fact->local_port = get16(payload.at);
        fact->peer_port = get16(payload.at + 2);
    }
}

/* RFC792 nothing is told of what is ICMP itself, nor of a piece but the first; RFC8200:4.5 but for what is wrong with the piece. */
static bool may_tell(const sn_partition *p, uint32_t node, const sn_ip *ip, sn_icmp_kind kind)
{
    const sn_world *w = p->world;
    const sn_address own = sn_member_address_of(&w->plan->cast.nodes[node], ip->is_v6);
    const bool is_its_own = kind == SN_ICMP_HEADER && ip->is_v6;
    return !sn_ip_is_icmp(ip) && (ip->fragment == 0 || is_its_own) && !w->nodes[node].is_dead &&
           !sn_address_is_none(own) && !sn_address_equal(ip->source, own);
}

/* RFC4443:2.4 errors of ICMPv6 have a limit: ten at once, ten a second. `told` is when a bucket that is
 * emptied by one each time would be full. */
static bool takes_turn(sn_partition *p, uint32_t node)
{
    const ss_span each = SS_MS(100), burst = SS_MS(900);
    ss_time *told = sn_path_told(p, node);
    const ss_time from = told == NULL || *told < p->key.at ? p->key.at : *told;
    if (told == NULL || from - p->key.at > burst) {
        return false;
    }
    *told = from + each;
    return true;
}

void sn_icmp_tell(sn_partition *p, uint32_t node, const sn_about *about, const sn_ip *ip,
                  ss_slice payload, const sn_why *why)
{
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    const sn_icmp_spec *spec = spec_of(p, node);
    if (!may_tell(p, node, ip, why->kind) || (spec->withholds & class_of(why->kind)) != 0 ||
        (ip->is_v6 && !takes_turn(p, node))) {
        return;
    }
    const uint16_t mtu = (uint16_t)why->mtu;
    const sn_icmp icmp = { .kind = why->kind, .mtu = mtu, .about = *ip, .quoted = payload };
    sn_fact fact = { .kind = SN_FACT_ICMP_SENT,
                     .entity = node,
                     .value = sn_icmp_value(why->kind, mtu),
                     .transport = SS_TRANSPORT_UDP };
    fact.sip.call_id = about->sip.call_id;
    say_ports(&fact, payload);
    const sn_ip by = { .source = sn_member_address_of(&p->world->plan->cast.nodes[node], ip->is_v6),
                       .destination = ip->source,
                       .is_v6 = ip->is_v6 };
    const size_t length = sn_icmp_put(bytes, &by, &icmp);
    sn_node_send_icmp(p, ip->source, (ss_slice){ (const char *)bytes, length }, &fact, spec->delay);
}

bool sn_icmp_is_stopped(const sn_partition *p, uint32_t router, const sn_packet *packet)
{
    sn_ip ip;
    sn_icmp icmp;
    const unsigned stops = spec_of(p, router)->stops;
    if (stops == 0 || sn_ip_parse(packet->bytes, packet->len, &ip) != SS_OK) {
        return false;
    }
    const ss_slice payload = ss_slice_cut(sn_packet_slice(packet), ip.header, ip.total);
    return sn_icmp_parse(&ip, payload, &icmp) == SS_OK && (stops & class_of(icmp.kind)) != 0;
}

/* ---- a host hears of it ---- */

/* Numbers are the ordinals of datagrams, cut to 16 bits; of IPv6 to 32, and only pieces have one. */
static bool is_recent(uint64_t given, const sn_ip *about)
{
    const uint32_t cut = about->is_v6 ? UINT32_MAX : UINT16_MAX;
    const uint32_t age = (uint32_t)(given - 1 - about->id) & cut;
    return (about->is_v6 && !about->has_fragment) || (age < given && age < SN_ICMP_RECENT);
}

static bool was_sent(const sn_partition *p, uint32_t node, const sn_icmp *icmp)
{
    const sn_world *w = p->world;
    const uint16_t from = get16(icmp->quoted.at), to = get16(icmp->quoted.at + 2);
    const sn_address own = sn_member_address_of(&w->plan->cast.nodes[node], icmp->about.is_v6);
    const bool is_ours = sn_address_equal(icmp->about.source, own) &&
                         is_recent(w->nodes[node].ordinal, &icmp->about);
    const bool is_of_udp = icmp->about.protocol == SN_PROTOCOL_UDP &&
                           (from == SN_SIP_PORT || sn_resolver_takes(to, from));
    return is_ours && (is_of_udp || icmp->about.protocol == SN_PROTOCOL_TCP);
}

/* RFC3261:18.4 what says that something is unreachable; time exceeded is ignored. */
static void tell_app(sn_partition *p, uint32_t node, const sn_icmp *icmp)
{
    const size_t length = get16(icmp->quoted.at + 4);
    const ss_quote quote = {
        .bytes = ss_slice_cut(icmp->quoted, SN_UDP_HEADER_BYTES, icmp->quoted.len),
        .whole = length < SN_UDP_HEADER_BYTES ? 0 : length - SN_UDP_HEADER_BYTES,
    };
    const ss_path path = {
        .transport = SS_TRANSPORT_UDP,
        .local = sn_address_with_port(icmp->about.source, get16(icmp->quoted.at)),
        .remote = sn_address_with_port(icmp->about.destination, get16(icmp->quoted.at + 2)),
    };
    sn_app_unreachable(p, node, &path, &quote);
}

void sn_icmp_hear(sn_partition *p, uint32_t node, const sn_about *about, const sn_ip *ip,
                  const sn_icmp *icmp)
{
    const bool is_stopped = (spec_of(p, node)->stops & class_of(icmp->kind)) != 0;
    if (is_stopped || !was_sent(p, node, icmp)) {
        sn_node_drop(p, node, about, ip->total, is_stopped ? SN_CAUSE_FILTERED : SN_CAUSE_FORGED);
        return;
    }
    sn_fact fact = { .kind = SN_FACT_ICMP_RECEIVED,
                     .entity = node,
                     .peer = about->id.origin,
                     .packet = about->id,
                     .hash = about->hash,
                     .value = sn_icmp_value(icmp->kind, icmp->mtu),
                     .transport = SS_TRANSPORT_UDP };
    fact.sip.call_id = about->sip.call_id;
    say_ports(&fact, icmp->quoted);
    sn_emit(p, &fact, SS_EMPTY);
    if (icmp->kind == SN_ICMP_TOO_BIG) {
        sn_path_mtu_hear(p, node, icmp);
    } else if (icmp->about.protocol == SN_PROTOCOL_UDP &&
               class_of(icmp->kind) == SN_ICMP_OF_UNREACHABLE) {
        tell_app(p, node, icmp);
    }
}
