/* Facts of a site: what its own nodes do, as in the simulated world, and for those who draw it what can be known of the other end:
 * that what came was sent, and what went arrived, at the same instant; and the packets, as a capture would have them. */
#include "site.h"

#include <string.h>

/* ---- who is who ---- */

static uint32_t of_plan(const sl_site *s, const ss_address *a)
{
    for (uint32_t i = 0; i < s->listen_count; i++) {
        if (ss_address_same_host(&s->listens[i].address, a) &&
            s->listens[i].address.port == a->port) {
            return s->listens[i].node;
        }
    }
    if (!s->options->is_scenario) {
        return SN_NOBODY;
    }
    return sn_plan_find_address(s->options->plan, sn_address_from(a));
}

/* Whoever turns up first is the first peer; of more than there is room for nothing is told. A peer's connections come from other
 * ports than it listens at, so that those of a host that is known already are taken to be of that peer. */
uint32_t sl_who(sl_site *s, const ss_address *address)
{
    const uint32_t node = of_plan(s, address);
    uint32_t same_host = SN_NOBODY;
    if (node != SN_NOBODY) {
        return node;
    }
    for (uint32_t i = 0; i < s->peer_count; i++) {
        if (ss_address_equal(&s->peers[i].address, address)) {
            return s->peers[i].node;
        }
        if (ss_address_same_host(&s->peers[i].address, address)) {
            same_host = s->peers[i].node;
        }
    }
    if (s->peer_count == s->options->peer_count) {
        return same_host;
    }
    sl_peer *peer = &s->peers[s->peer_count];
    *peer = (sl_peer){ *address, s->options->first_peer + s->peer_count++ };
    return peer->node;
}

/* ---- giving ---- */

static void give(const sn_sink *sinks, uint32_t count, const sn_fact *fact, ss_slice packet)
{
    for (uint32_t i = 0; i < count; i++) {
        sinks[i].fact(sinks[i].self, fact, packet);
    }
}

static void give_all(sl_site *s, sn_fact *fact, ss_slice packet)
{
    fact->key = s->key;
    fact->index = s->index++;
    give(s->options->sinks, s->options->sink_count, fact, packet);
}

void sl_emit(sl_site *s, sn_fact *fact, ss_slice packet)
{
    give_all(s, fact, packet);
    give(s->options->judges, s->options->judge_count, fact, packet);
}

static bool is_watched(const sl_site *s)
{
    return s->options->sink_count + s->options->judge_count != 0;
}

/* The same, as the other end would tell it. */
static void emit_of_peer(sl_site *s, const sn_fact *own, sn_fact_kind kind, ss_slice bytes)
{
    if (own->peer == SN_NOBODY || sl_element_of(s, own->peer) != SN_NOBODY) {
        return; /* nobody, or one who tells for himself */
    }
    sn_fact fact = *own;
    fact.kind = (uint16_t)kind;
    fact.entity = own->peer;
    fact.peer = own->entity;
    fact.local_port = own->peer_port;
    fact.peer_port = own->local_port;
    give_all(s, &fact, bytes);
}

/* ---- packets: RFC 791, RFC 8200, RFC 768, RFC 9293 ---- */

enum {
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    UDP_BYTES = 8,
    TCP_BYTES = 20,
    HEADERS_MAX = IPV6_BYTES + TCP_BYTES,
    HOPS = 64,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    TCP_PSH_ACK = 0x18
};

static uint32_t sum(uint32_t so_far, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        so_far += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    }
    return len % 2 == 0 ? so_far : so_far + ((uint32_t)bytes[len - 1] << 8);
}

static uint16_t folded(uint32_t value)
{
    while (value >> 16 != 0) {
        value = (value & 0xffff) + (value >> 16);
    }
    return (uint16_t)~value;
}

static void put_u16(unsigned char *at, size_t value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void put_u32(unsigned char *at, uint32_t value)
{
    put_u16(at, value >> 16);
    put_u16(at + 2, value & 0xffff);
}

/* The IP header; the sum of its pseudo-header. */
static uint32_t put_ip(unsigned char *at, const ss_address *from, const ss_address *to,
                       uint8_t protocol, size_t payload)
{
    unsigned char length[4] = { 0, 0, (unsigned char)(payload >> 8), (unsigned char)payload };
    uint32_t pseudo = sum(protocol, length, sizeof length);
    if (from->family == 6) {
        at[0] = 0x60;
        put_u16(at + 4, payload);
        at[6] = protocol;
        at[7] = HOPS;
        memcpy(at + 8, from->ip, 16);
        memcpy(at + 24, to->ip, 16);
        return sum(pseudo, at + 8, 32);
    }
    at[0] = 0x45;
    put_u16(at + 2, IPV4_BYTES + payload);
    at[6] = 0x40; /* not to be cut: what was, is whole again here */
    at[8] = HOPS;
    at[9] = protocol;
    memcpy(at + 12, from->ip, 4);
    memcpy(at + 16, to->ip, 4);
    put_u16(at + 10, folded(sum(0, at, IPV4_BYTES)));
    return sum(pseudo, at + 12, 8);
}

/* `place`: of the bytes in the stream; what it acknowledges is not known, and not said. */
static void emit_packet(sl_site *s, const sn_fact *message, const ss_address *from,
                        const ss_address *to, uint64_t place, ss_slice bytes)
{
    const bool is_tcp = message->transport == SS_TRANSPORT_TCP;
    const size_t ip = from->family == 6 ? IPV6_BYTES : IPV4_BYTES;
    const size_t own = is_tcp ? TCP_BYTES : UDP_BYTES;
    ss_arena *arena = &s->arena;
    const size_t used = arena->used;
    if (s->options->sink_count == 0 || ip + own + bytes.len > UINT16_MAX ||
        from->family != to->family) {
        return;
    }
    unsigned char *packet = ss_arena_take(arena, ip + own + bytes.len, 1);
    if (packet == NULL) {
        return;
    }
    unsigned char *header = packet + ip;
    const uint32_t pseudo =
        put_ip(packet, from, to, is_tcp ? PROTOCOL_TCP : PROTOCOL_UDP, own + bytes.len);
    put_u16(header, from->port);
    put_u16(header + 2, to->port);
    if (is_tcp) {
        put_u32(header + 4, (uint32_t)place);
        header[12] = TCP_BYTES / 4 << 4;
        header[13] = TCP_PSH_ACK;
        put_u16(header + 14, UINT16_MAX);
    } else {
        put_u16(header + 4, own + bytes.len);
    }
    memcpy(header + own, bytes.at, bytes.len);
    put_u16(header + (is_tcp ? 16 : 6), folded(sum(pseudo, header, own + bytes.len)));
    sn_fact fact = *message;
    fact.kind = SN_FACT_PACKET;
    fact.value = ip + own + bytes.len;
    give_all(s, &fact, (ss_slice){ (const char *)packet, ip + own + bytes.len });
    arena->used = used;
}

/* ---- datagrams ---- */

static void remember(sl_site *s, const sn_fact *sent)
{
    s->under_way[s->next_under_way++ % SL_UNDER_WAY] =
        (sl_under_way){ sent->hash, sent->packet.ordinal, sent->entity, sent->peer, true };
}

/* What one of ours sent, to another of ours: the oldest first. */
static uint64_t ordinal_of(sl_site *s, const sn_fact *received)
{
    for (uint32_t i = 0; i < SL_UNDER_WAY; i++) {
        sl_under_way *u = &s->under_way[(s->next_under_way + i) % SL_UNDER_WAY];
        if (u->is_there && u->hash == received->hash && u->from == received->peer &&
            u->to == received->entity) {
            u->is_there = false;
            return u->ordinal;
        }
    }
    return UINT64_C(1) << 63 | s->peers_ordinal++;
}

void sl_tell_datagram(sl_site *s, uint32_t element, bool is_sent, const ss_path *path,
                      ss_slice bytes, const ss_msg *read)
{
    sl_element *e = &s->elements[element];
    if (!is_watched(s)) {
        return;
    }
    sn_fact fact = { .kind = is_sent ? SN_FACT_DATAGRAM_SENT : SN_FACT_DATAGRAM_RECEIVED,
                     .entity = e->node,
                     .peer = sl_who(s, &path->remote),
                     .packet.origin = e->node,
                     .hash = ss_hash64(0, bytes),
                     .value = IPV4_BYTES + UDP_BYTES + bytes.len,
                     .local_port = path->local.port,
                     .peer_port = path->remote.port,
                     .transport = SS_TRANSPORT_UDP };
    if (read != NULL) {
        ss_msg_summarise(read, &fact.sip);
    } else {
        ss_summarise_bytes(bytes, &s->arena, &fact.sip);
    }
    if (is_sent) {
        fact.packet.ordinal = e->ordinal++;
        remember(s, &fact);
        sl_emit(s, &fact, bytes);
        emit_of_peer(s, &fact, SN_FACT_DATAGRAM_RECEIVED, bytes);
        emit_packet(s, &fact, &path->local, &path->remote, 0, bytes);
        return;
    }
    fact.packet.origin = fact.peer;
    fact.packet.ordinal = ordinal_of(s, &fact);
    emit_of_peer(s, &fact, SN_FACT_DATAGRAM_SENT, bytes);
    sl_emit(s, &fact, bytes);
    if (fact.peer != SN_NOBODY && sl_element_of(s, fact.peer) == SN_NOBODY) {
        fact.entity = fact.peer;
        fact.peer = e->node;
        emit_packet(s, &fact, &path->remote, &path->local, 0, bytes);
    }
}

/* ---- streams ---- */

static sn_fact stream_fact(sl_site *s, sn_fact_kind kind, const sl_connection *c)
{
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = s->elements[c->element].node,
                      .peer = sl_who(s, &c->path.remote),
                      .packet.origin = SN_NOBODY,
                      .local_port = c->path.local.port,
                      .peer_port = c->path.remote.port,
                      .transport = SS_TRANSPORT_TCP };
}

void sl_tell_message(sl_site *s, const sl_connection *c, bool is_sent, uint64_t place,
                     ss_slice message)
{
    if (!is_watched(s)) {
        return;
    }
    sn_fact fact = stream_fact(s, is_sent ? SN_FACT_STREAM_SENT : SN_FACT_STREAM_RECEIVED, c);
    fact.packet.origin = is_sent ? fact.entity : fact.peer;
    fact.packet.ordinal = place;
    fact.hash = ss_hash64(0, message);
    fact.value = message.len;
    ss_summarise_bytes(message, &s->arena, &fact.sip);
    if (is_sent) {
        sl_emit(s, &fact, message);
        emit_of_peer(s, &fact, SN_FACT_STREAM_RECEIVED, message);
        emit_packet(s, &fact, &c->path.local, &c->path.remote, place, message);
        return;
    }
    emit_of_peer(s, &fact, SN_FACT_STREAM_SENT, message);
    sl_emit(s, &fact, message);
    if (fact.peer != SN_NOBODY && sl_element_of(s, fact.peer) == SN_NOBODY) {
        const uint32_t own = fact.entity;
        fact.entity = fact.peer;
        fact.peer = own;
        emit_packet(s, &fact, &c->path.remote, &c->path.local, place, message);
    }
}

void sl_tell_connection(sl_site *s, const sl_connection *c, sn_connection_event event)
{
    if (!is_watched(s)) {
        return;
    }
    sn_fact fact = stream_fact(s, SN_FACT_CONNECTION, c);
    fact.value = uv_stream_get_write_queue_size((const uv_stream_t *)&c->handle);
    fact.connection = (sn_connection_fact){ .event = (uint16_t)event,
                                            .number = c->path.connection,
                                            .call_id = c->call_id };
    sl_emit(s, &fact, SS_EMPTY);
}
