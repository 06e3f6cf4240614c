/* Target `ip`: a line of choices, then records of packets in pieces: what a host makes of them must be what a model makes of them that
 * keeps every byte by itself; and what is cut, and cut again, must come together in any order.
 * Aims at: sn_reassembly_add, sn_reassembly_expire, sn_reassembly_clear, sn_fragment_cut, sn_ip_parse, sn_udp_parse, sn_tcp_parse,
 * sn_icmp_parse and what prints them. */
#include "fuzz.h"

#include <string.h>

#include "sn/ip.h"

/* A record: which datagram, or what happens; offset in units of 8 bytes; length; flags. Its bytes follow from its place. */
enum {
    RECORD_BYTES = 6,
    RECORDS_MAX = 512,
    DATAGRAMS = 4,
    PAYLOAD_MAX = SN_IP_BYTES_MAX - SN_IP_HEADER_BYTES
};
enum { IS_MORE = 1, IS_FIXED = 2, IS_TIMER = 4, IS_RAW = 8 };

/* ---- the model: a byte at a time ---- */

typedef struct model {
    bool is_there; /* in pieces */
    bool is_void;
    bool knows_end;
    uint32_t end, furthest;
    uint32_t number; /* of its timer */
    unsigned char there[PAYLOAD_MAX], bytes[PAYLOAD_MAX];
} model;

static model models[DATAGRAMS];

static void model_forget(model *m)
{
    memset(m->there, 0, m->furthest);
    m->is_there = m->is_void = m->knows_end = false;
    m->end = m->furthest = m->number = 0;
}

static uint32_t model_block(uint32_t furthest)
{
    uint32_t block = 4096;
    while (block < furthest) {
        block += block;
    }
    return block;
}

static bool model_is_full(const sn_reassembly_rules *rules, const model *of, uint32_t end)
{
    uint32_t datagrams = 0, bytes = 0;
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        datagrams += models[i].is_there && &models[i] != of;
        bytes += models[i].is_there && &models[i] != of ? model_block(models[i].furthest) : 0;
    }
    const uint32_t before = of->is_there ? model_block(of->furthest) : 0;
    const uint32_t after = model_block(end);
    return (!of->is_there && datagrams >= rules->datagrams) ||
           (after > before && bytes + after > rules->bytes);
}

/* What is of the datagram already: none of it, some, or all and the same. */
static bool model_overlaps(const model *m, uint32_t from, ss_slice piece)
{
    size_t there = 0, same = 0;
    for (size_t i = 0; i < piece.len; i++) {
        there += m->there[from + i];
        same += m->there[from + i] && m->bytes[from + i] == (unsigned char)piece.at[i];
    }
    return there != 0 && same < piece.len;
}

static bool model_is_whole(const model *m)
{
    size_t there = 0;
    for (uint32_t i = 0; m->knows_end && i < m->end; i++) {
        there += m->there[i];
    }
    return m->knows_end && there == m->end;
}

static ss_status model_add(model *m, const sn_reassembly_rules *rules, uint32_t from,
                           ss_slice piece, bool more)
{
    const size_t end = from + piece.len;
    const bool is_odd = piece.len == 0 || end > PAYLOAD_MAX || (more && piece.len % 8 != 0);
    if (is_odd || (m->knows_end && (more ? end > m->end : end != m->end)) ||
        (!more && end < m->furthest)) {
        return SS_ERR_SYNTAX;
    }
    if (rules->overlap == SN_OVERLAP_DROP && (m->is_void || model_overlaps(m, from, piece))) {
        m->is_void = true;
        return SS_ERR_SEMANTIC;
    }
    if (model_is_full(rules, m, (uint32_t)end)) {
        return SS_ERR_FULL;
    }
    m->is_there = true;
    for (size_t i = 0; i < piece.len; i++) {
        if (!m->there[from + i] || rules->overlap == SN_OVERLAP_LAST) {
            m->bytes[from + i] = (unsigned char)piece.at[i];
        }
        m->there[from + i] = 1;
    }
    m->furthest = end > m->furthest ? (uint32_t)end : m->furthest;
    m->knows_end = m->knows_end || !more;
    m->end = more ? m->end : (uint32_t)end;
    return model_is_whole(m) ? SS_OK : SS_MORE;
}

/* ---- the host ---- */

enum { STORE_BYTES = 1 << 20, PACKET_BYTES = sizeof(sn_packet) + SN_IP_BYTES_MAX };

typedef struct play {
    sn_reassembly r;
    sn_reassembly_rules rules;
    ss_store store;
    uint64_t blocks; /* live at the start */
    sn_packet *packet;
} play;

static _Alignas(16) unsigned char memory[STORE_BYTES];
static _Alignas(16) unsigned char packet_memory[PACKET_BYTES];

static play begin(fz_tape *tape)
{
    play p = { .packet = (sn_packet *)packet_memory };
    p.rules.overlap = (sn_overlap)fz_tape_pick(tape, 3);
    p.rules.datagrams = 1 + fz_tape_pick(tape, DATAGRAMS);
    p.rules.bytes = 4096u * (1 + fz_tape_pick(tape, 40));
    ss_store_init(&p.store, memory, sizeof memory);
    p.blocks = p.store.live_blocks;
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        model_forget(&models[i]);
    }
    return p;
}

/* A header that says what it is told, and reads as it was written. */
static sn_ip header(const sn_ip *wanted, unsigned char *at, size_t room)
{
    sn_ip ip;
    sn_ip_put(at, wanted);
    FZ_CHECK("S2", sn_ip_parse(at, room, &ip) == SS_OK, "a header that was written is refused");
    FZ_CHECK("S2",
             ip.total == wanted->total && (ip.is_v6 || ip.id == wanted->id) &&
                 ip.fragment == wanted->fragment && ip.more == wanted->more &&
                 ip.dont_fragment == wanted->dont_fragment && ip.ttl == wanted->ttl &&
                 ip.protocol == wanted->protocol,
             "a header reads otherwise than it was written");
    return ip;
}

/* Bytes of a place are the same in every piece, or its own. */
static void fill(unsigned char *at, uint32_t from, uint32_t len, unsigned seed)
{
    for (uint32_t i = 0; i < len; i++) {
        at[i] = (unsigned char)((from + i) * 7 + seed);
    }
}

static void check_whole(const model *m, const sn_whole *whole)
{
    FZ_CHECK("ip", whole->payload.len == m->end, "a datagram came together with another length");
    FZ_CHECK("ip", memcmp(whole->payload.at, m->bytes, m->end) == 0,
             "a datagram came together with other bytes");
}

static void add_piece(play *p, unsigned which, const sn_ip *ip, ss_slice piece)
{
    sn_whole whole;
    uint32_t started;
    model *m = &models[which];
    ss_arena arena = fz_arena(0);
    const bool began = m->is_there;
    const ss_status expected = model_add(m, &p->rules, ip->fragment * 8u, piece, ip->more);
    const ss_status status =
        sn_reassembly_add(&p->r, &p->rules, &p->store, &arena, ip, p->packet, &started, &whole);
    FZ_CHECK("ip", status == expected, "a piece was taken otherwise than a model takes it");
    FZ_CHECK("ip", (started != 0) == (!began && m->is_there), "a timer began, or did not");
    m->number = started == 0 ? m->number : started;
    if (status == SS_OK) {
        check_whole(m, &whole);
        model_forget(m);
    }
}

static void play_piece(play *p, const unsigned char *record, unsigned flags)
{
    const unsigned which = record[0] % DATAGRAMS;
    const uint32_t room = SN_IP_BYTES_MAX - SN_IP_HEADER_BYTES;
    const uint32_t len = ((unsigned)record[3] << 8 | record[4]) % (room + 1);
    const sn_ip wanted = { .source = SN_ADDRESS_V4(1),
                           .destination = SN_ADDRESS_V4(2),
                           .total = (uint16_t)(SN_IP_HEADER_BYTES + len),
                           .id = (uint16_t)which,
                           .fragment = (uint16_t)(((unsigned)record[1] << 8 | record[2]) & 0x1fff),
                           .more = (flags & IS_MORE) != 0,
                           .ttl = 64,
                           .protocol = SN_PROTOCOL_UDP };
    unsigned char *payload = p->packet->bytes + SN_IP_HEADER_BYTES;
    fill(payload, wanted.fragment * 8u, len, (flags & IS_FIXED) != 0 ? 0 : record[5]);
    const sn_ip ip = header(&wanted, p->packet->bytes, wanted.total);
    p->packet->len = wanted.total;
    add_piece(p, which, &ip, (ss_slice){ (char *)payload, len });
}

static void play_timer(play *p, unsigned which)
{
    sn_given_up g;
    model *m = &models[which];
    ss_arena arena = fz_arena(0);
    const bool is_over = sn_reassembly_expire(&p->r, &p->store, &arena, m->number, &g);
    FZ_CHECK("ip", is_over == m->is_there, "a timer met a datagram that was whole, or missed one");
    if (is_over) {
        uint32_t len = 0;
        while (len < m->furthest && m->there[len] && !m->is_void && len < g.begins.len) {
            len++;
        }
        FZ_CHECK("ip", len == g.begins.len, "what is quoted never came");
        FZ_CHECK("ip", len == 0 || memcmp(g.begins.at, m->bytes, len) == 0,
                 "what is quoted came otherwise");
        model_forget(m);
    }
}

/* ---- packets as they are ---- */

static void read_inside(const sn_ip *ip, ss_slice payload)
{
    sn_udp udp;
    sn_tcp tcp;
    sn_icmp icmp;
    if (sn_udp_parse(ip, payload, &udp) == SS_OK) {
        FZ_CHECK("S8", fz_is_inside(udp.payload, payload), "a datagram lies outside its packet");
    }
    if (sn_tcp_parse(ip, payload, &tcp) == SS_OK) {
        FZ_CHECK("S8", fz_is_inside(tcp.payload, payload), "a segment lies outside its packet");
    }
    if (sn_icmp_parse(ip, payload, &icmp) == SS_OK) {
        FZ_CHECK("S8", fz_is_inside(icmp.quoted, payload), "a quote lies outside its message");
        FZ_CHECK("S2", icmp.quoted.len >= 8, "a quote is shorter than RFC 792 has it");
    }
}

static void set_sum(unsigned char *at, size_t len, size_t where, uint32_t before)
{
    at[where] = at[where + 1] = 0;
    const uint16_t sum = sn_checksum(before, at, len);
    at[where] = (unsigned char)(sum >> 8);
    at[where + 1] = (unsigned char)sum;
}

/* With right checksums, so that what is behind them is met. */
static void play_raw(play *p, ss_slice bytes)
{
    sn_ip ip;
    unsigned char *at = p->packet->bytes;
    const size_t len = bytes.len < SN_IP_BYTES_MAX ? bytes.len : SN_IP_BYTES_MAX;
    memcpy(at, bytes.at, len);
    if (sn_ip_parse_header(at, len, &ip) != SS_OK) {
        FZ_CHECK("S2", sn_ip_parse(at, len, &ip) != SS_OK, "a packet without a header is accepted");
        return;
    }
    if (!ip.is_v6) {
        set_sum(at, ip.header, 10, 0);
    }
    if (sn_ip_parse(at, len, &ip) != SS_OK) {
        return;
    }
    const size_t inside = (size_t)ip.total - ip.header;
    if (sn_ip_is_icmp(&ip) && inside >= 4) {
        set_sum(at + ip.header, inside, 2,
                ip.is_v6 ? sn_ip_pseudo_sum(&ip, SN_PROTOCOL_ICMP6, inside) : 0);
    }
    read_inside(&ip, (ss_slice){ (char *)at + ip.header, inside });
    const unsigned ttl = ip.ttl;
    FZ_CHECK("ip", sn_ip_hop(at) == (ttl > 1), "a hop passed a packet that is over, or none");
    FZ_CHECK("ip", sn_ip_parse(at, len, &ip) == SS_OK, "a hop left a wrong checksum");
}

/* ---- cut, cut again, and together ---- */

/* Of `cut` the pieces that a smaller MTU makes; the last that comes makes it whole. */
static void cut_again(play *p, const unsigned char *piece, uint32_t mtu, sn_whole *whole,
                      ss_arena *arena, ss_status *status)
{
    sn_ip ip, own;
    uint32_t started;
    FZ_CHECK("ip", sn_ip_parse(piece, SN_IP_BYTES_MAX, &ip) == SS_OK, "a piece is no packet");
    const unsigned count = sn_fragment_count(&ip, mtu);
    for (unsigned i = count; i > 0; i--) { /* backwards */
        p->packet->len = sn_fragment_cut(piece, &ip, mtu, i - 1, p->packet->bytes);
        FZ_CHECK("ip", p->packet->len <= mtu, "a piece is larger than the MTU");
        FZ_CHECK("ip", sn_ip_parse(p->packet->bytes, p->packet->len, &own) == SS_OK,
                 "a piece is no packet");
        *status =
            sn_reassembly_add(&p->r, &p->rules, &p->store, arena, &own, p->packet, &started, whole);
    }
}

static void cut_and_join(play *p, const unsigned char *record)
{
    static unsigned char packet[SN_IP_BYTES_MAX], piece[SN_IP_BYTES_MAX];
    ss_arena arena = fz_arena(0);
    ss_status status = SS_MORE;
    sn_whole whole;
    const uint32_t len = 1 + ((unsigned)record[1] << 8 | record[2]) % 4000;
    const uint32_t first = 68 + record[3] * 8u, second = 68 + record[4];
    const bool is_v6 = (record[0] & 2) != 0;
    const sn_address from = is_v6 ? (sn_address){ 1, 1 } : sn_address_v4(1);
    const uint32_t head = sn_ip_header_to(from);
    const sn_ip wanted = { .source = from,
                           .destination = is_v6 ? (sn_address){ 1, 2 } : sn_address_v4(2),
                           .total = head + len,
                           .header = (uint16_t)head,
                           .id = 99,
                           .is_v6 = is_v6,
                           .ttl = 9,
                           .protocol = SN_PROTOCOL_UDP };
    fill(packet + head, 0, len, record[5]);
    const sn_ip ip = header(&wanted, packet, wanted.total);
    const sn_reassembly_rules rules = p->rules;
    p->rules = (sn_reassembly_rules){ .overlap = rules.overlap };
    const unsigned count = sn_fragment_count(&ip, first);
    for (unsigned i = 0; i < count && first < len; i++) {
        (void)sn_fragment_cut(packet, &ip, first, (i + record[0]) % count, piece);
        FZ_CHECK("ip", status == SS_MORE, "a datagram was whole before all of it was there");
        cut_again(p, piece, is_v6 ? first : second, &whole, &arena, &status);
    }
    p->rules = rules;
    FZ_CHECK("ip",
             first >= len || (status == SS_OK && whole.payload.len == len &&
                              memcmp(whole.payload.at, packet + head, len) == 0),
             "what was cut did not come together as it was");
}

int fz_target_ip(const uint8_t *data, size_t size)
{
    ss_slice rest;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &rest);
    play p = begin(&tape);
    for (unsigned i = 0; i < RECORDS_MAX && rest.len >= RECORD_BYTES; i++) {
        const unsigned char *record = (const unsigned char *)rest.at;
        const unsigned flags = record[0] >> 2;
        rest = ss_slice_cut(rest, RECORD_BYTES, rest.len);
        if ((flags & (IS_RAW | IS_TIMER)) == (IS_RAW | IS_TIMER)) {
            cut_and_join(&p, record);
        } else if ((flags & IS_RAW) != 0) {
            const ss_slice raw = ss_slice_cut(rest, 0, record[1] < rest.len ? record[1] : rest.len);
            rest = ss_slice_cut(rest, raw.len, rest.len);
            play_raw(&p, raw);
        } else if ((flags & IS_TIMER) != 0) {
            play_timer(&p, record[0] % DATAGRAMS);
        } else {
            play_piece(&p, record, flags);
        }
    }
    sn_reassembly_clear(&p.r, &p.store);
    FZ_CHECK("ip", p.store.live_blocks == p.blocks && p.r.count == 0 && p.r.blocks == 0,
             "pieces are left when all was forgotten");
    return 0;
}
