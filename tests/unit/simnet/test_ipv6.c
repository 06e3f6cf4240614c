/* IPv6 as bytes: headers and extension headers (RFC 8200), pieces, checksums over its pseudo header, ICMPv6 (RFC 4443). */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "sn/ip.h"

#define ALICE                                    \
    {                                            \
        UINT64_C(0xfd00000000000000), 0x0a570001 \
    }
#define BOB                                      \
    {                                            \
        UINT64_C(0xfd00000000000000), 0x0a030001 \
    }

static const sn_ip between = { .source = ALICE,
                               .destination = BOB,
                               .total = 40 + 1600,
                               .header = SN_IP6_HEADER_BYTES,
                               .id = 0x12345678,
                               .is_v6 = true,
                               .ttl = 64,
                               .protocol = SN_PROTOCOL_UDP };

TEST(rfc8200_3_the_header_has_forty_bytes_and_no_checksum)
{
    unsigned char bytes[40];
    static const unsigned char wanted[40] = { 0x60, 0,    0, 0, 0x06, 0x40, 17, 64, 0xfd, 0,
                                              0,    0,    0, 0, 0,    0,    0,  0,  0,    0,
                                              10,   0x57, 0, 1, 0xfd, 0,    0,  0,  0,    0,
                                              0,    0,    0, 0, 0,    0,    10, 3,  0,    1 };
    sn_ip ip;
    sn_ip_put(bytes, &between);
    CHECK_EQ(memcmp(bytes, wanted, sizeof wanted), 0);
    CHECK_OK(sn_ip_parse_header(bytes, sizeof bytes, &ip));
    CHECK(ip.is_v6 && !ip.has_fragment && !ip.more);
    CHECK(sn_address_equal(ip.source, between.source));
    CHECK(sn_address_equal(ip.destination, between.destination));
    CHECK_EQ(ip.total, 1640);
    CHECK_EQ(ip.header, 40);
    CHECK_EQ(ip.ttl, 64);
    CHECK_EQ(ip.protocol, SN_PROTOCOL_UDP);
    CHECK_STATUS(sn_ip_parse(bytes, sizeof bytes, &ip),
                 SS_ERR_SYNTAX); /* its payload is not there */
}

TEST(rfc8200_3_a_hop_lowers_the_limit_and_nothing_else)
{
    unsigned char bytes[40], before[40];
    sn_ip ip = between;
    ip.ttl = 2;
    sn_ip_put(bytes, &ip);
    memcpy(before, bytes, sizeof before);
    CHECK(sn_ip_hop(bytes));
    before[7] = 1;
    CHECK_EQ(memcmp(bytes, before, sizeof before), 0);
    CHECK(!sn_ip_hop(bytes));
}

/* Headers of so many units behind the first; the last of them leads to UDP. */
static size_t chain(unsigned char *at, const uint8_t *kinds, const uint8_t *units, size_t count)
{
    size_t end = 40;
    sn_ip ip = between;
    for (size_t i = 0; i < count; i++) {
        memset(at + end, 0, (units[i] + (size_t)1) * 8);
        at[end] = i + 1 < count ? kinds[i + 1] : SN_PROTOCOL_UDP;
        at[end + 1] = units[i];
        end += (units[i] + (size_t)1) * 8;
    }
    ip.total = (uint32_t)end + 8;
    ip.protocol = kinds[0];
    sn_ip_put(at, &ip);
    memset(at + end, 0, 8);
    return end;
}

TEST(rfc8200_4_extension_headers_are_passed_over_by_their_lengths)
{
    static const uint8_t kinds[] = { 0, 60, 43, 60 }, units[] = { 1, 0, 2, 3 };
    unsigned char bytes[256];
    sn_ip ip;
    const size_t end = chain(bytes, kinds, units, 4);
    CHECK_OK(sn_ip_parse(bytes, end + 8, &ip));
    CHECK_EQ(ip.header, end);
    CHECK_EQ(ip.protocol, SN_PROTOCOL_UDP);
    CHECK_EQ(ip.total, end + 8);
}

/* Hop-by-hop options stand first or not at all: what is elsewhere is nothing that anybody knows. */
TEST(rfc8200_4_1_hop_by_hop_options_come_first_or_not_at_all)
{
    static const uint8_t kinds[] = { 60, 0 }, units[] = { 0, 0 };
    unsigned char bytes[256];
    sn_ip ip;
    CHECK_EQ(chain(bytes, kinds, units, 2), 56);
    CHECK_OK(sn_ip_parse(bytes, 64, &ip));
    CHECK_EQ(ip.header, 48);
    CHECK_EQ(ip.protocol, 0);
}

/* Cut anywhere, and with any byte anything: refused, or all that is said is there. */
TEST(hostile_headers_are_refused_or_lie_inside_their_packet)
{
    static const uint8_t kinds[] = { 0, 43, 44, 60 }, units[] = { 0, 1, 0, 0 };
    unsigned char whole[256];
    sn_ip ip;
    const size_t end = chain(whole, kinds, units, 4) + 8;
    for (size_t length = 0; length <= end; length++) {
        for (size_t at = 0; at < end; at++) {
            for (unsigned value = 0; value < 256; value += 3) {
                unsigned char *bytes = malloc(length + 1);
                CHECK_NOT_NULL(bytes);
                memcpy(bytes, whole, length);
                if (at < length) {
                    bytes[at] = (unsigned char)value;
                }
                if (sn_ip_parse(bytes, length, &ip) == SS_OK) {
                    CHECK(ip.header >= 20 && ip.header <= ip.total);
                    CHECK(ip.total <= length);
                }
                free(bytes);
            }
        }
    }
}

/* ---- pieces ---- */

static unsigned char packet[40 + 65535], memory[1 << 20], scratch[1 << 18];

static sn_ip prepare(uint32_t payload)
{
    sn_ip ip = between;
    ip.total = 40 + payload;
    sn_ip_put(packet, &ip);
    for (uint32_t i = 0; i < payload; i++) {
        packet[40 + i] = (unsigned char)(i * 7 + i / 256);
    }
    return ip;
}

TEST(rfc8200_4_5_a_source_cuts_into_pieces_that_fit_and_have_a_header_of_their_own)
{
    static const uint32_t payloads[] = { 1241, 1440, 1600, 2464, 9000, 65535 };
    for (size_t k = 0; k < SS_COUNT(payloads); k++) {
        const sn_ip ip = prepare(payloads[k]);
        const unsigned count = sn_fragment_count(&ip, 1280);
        uint32_t there = 0;
        for (unsigned i = 0; i < count; i++) {
            unsigned char piece[1280];
            sn_ip own;
            const uint32_t len = sn_fragment_cut(packet, &ip, 1280, i, piece);
            CHECK(len <= 1280);
            CHECK_OK(sn_ip_parse(piece, len, &own));
            CHECK(own.has_fragment && own.id == 0x12345678 && own.protocol == SN_PROTOCOL_UDP);
            CHECK_EQ(own.header, 48);
            CHECK_EQ(own.fragment * 8u, there);
            CHECK_EQ(own.more, i + 1 < count);
            CHECK(!own.more || (len - 48) % 8 == 0);
            CHECK_EQ(memcmp(piece + 48, packet + 40 + there, len - 48), 0);
            there += len - 48;
        }
        CHECK_EQ(there, payloads[k]);
    }
}

typedef struct rig {
    ss_store store;
    ss_arena arena;
    sn_reassembly r;
    sn_reassembly_rules rules;
    sn_whole whole;
} rig;

static rig rig_start(void)
{
    rig g = { .arena = { scratch, sizeof scratch, 0 } };
    ss_store_init(&g.store, memory, sizeof memory);
    return g;
}

static ss_status add(rig *g, const sn_ip *ip, const unsigned char *bytes)
{
    uint32_t started;
    sn_packet *p = calloc(1, sn_packet_size(ip->total));
    CHECK_NOT_NULL(p);
    p->len = ip->total;
    memcpy(p->bytes, bytes, ip->total);
    const ss_status status =
        sn_reassembly_add(&g->r, &g->rules, &g->store, &g->arena, ip, p, &started, &g->whole);
    free(p);
    return status;
}

static ss_status add_nth(rig *g, const sn_ip *ip, uint32_t mtu, unsigned nth, uint8_t next)
{
    unsigned char piece[1500];
    sn_ip own;
    const uint32_t len = sn_fragment_cut(packet, ip, mtu, nth, piece);
    piece[40] = next;
    CHECK_OK(sn_ip_parse(piece, len, &own));
    return add(g, &own, piece);
}

/* The Next Header of the first piece counts: the others may say anything. */
TEST(rfc8200_4_5_pieces_come_together_as_one_packet_without_a_fragment_header)
{
    rig g = rig_start();
    const sn_ip ip = prepare(3000);
    CHECK_STATUS(add_nth(&g, &ip, 1280, 2, 99), SS_MORE);
    CHECK_STATUS(add_nth(&g, &ip, 1280, 0, SN_PROTOCOL_UDP), SS_MORE);
    CHECK_OK(add_nth(&g, &ip, 1280, 1, 6));
    CHECK_EQ(g.whole.payload.len, 3000);
    CHECK_EQ(memcmp(g.whole.payload.at, packet + 40, 3000), 0);
    CHECK_EQ(g.whole.ip.protocol, SN_PROTOCOL_UDP);
    CHECK_EQ(g.whole.ip.header, 40);
    CHECK_EQ(g.whole.ip.total, 3040);
    CHECK(!g.whole.ip.has_fragment && !g.whole.ip.more);
}

TEST(rfc8200_4_5_pieces_that_overlap_come_to_nothing_whatever_the_rules)
{
    for (unsigned overlap = 0; overlap <= SN_OVERLAP_DROP; overlap++) {
        rig g = rig_start();
        sn_given_up given_up;
        g.rules.overlap = (sn_overlap)overlap;
        const sn_ip ip = prepare(3000);
        CHECK_STATUS(add_nth(&g, &ip, 1280, 0, SN_PROTOCOL_UDP), SS_MORE);
        CHECK_STATUS(add_nth(&g, &ip, 1280, 0, SN_PROTOCOL_UDP), SS_MORE); /* a copy */
        CHECK_STATUS(add_nth(&g, &ip, 1400, 1, SN_PROTOCOL_UDP), SS_MORE); /* leaves a gap */
        CHECK_STATUS(add_nth(&g, &ip, 1280, 1, SN_PROTOCOL_UDP), SS_ERR_SEMANTIC);
        CHECK_STATUS(add_nth(&g, &ip, 1280, 2, SN_PROTOCOL_UDP), SS_ERR_SEMANTIC);
        CHECK(sn_reassembly_expire(&g.r, &g.store, &g.arena, 1, &given_up));
        CHECK_EQ(given_up.begins.len, 0);
    }
}

TEST(rfc8200_4_5_a_piece_past_65535_bytes_of_payload_is_refused)
{
    rig g = rig_start();
    sn_ip ip = between;
    ip.has_fragment = true;
    ip.header = 48;
    ip.fragment = 8191;
    ip.total = 48 + 8;
    sn_ip_put(packet, &ip);
    CHECK_STATUS(add(&g, &ip, packet), SS_ERR_SYNTAX);
    ip.total = 48 + 7;
    CHECK_STATUS(add(&g, &ip, packet), SS_MORE);
}

/* ---- UDP, TCP, ICMPv6 ---- */

/* RFC8200:8.1 by hand: 16 bits after 16 bits. */
static uint16_t sum_by_hand(const sn_ip *ip, uint8_t next, const unsigned char *bytes, size_t len)
{
    unsigned char header[40];
    uint32_t sum = next + (uint32_t)(len >> 16) + (uint32_t)(len & 0xffff);
    sn_ip_put(header, ip);
    for (size_t i = 8; i < 40; i += 2) {
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    }
    for (size_t i = 0; i < len; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

TEST(rfc8200_8_1_udp_has_a_checksum_over_the_pseudo_header_and_may_not_do_without)
{
    for (size_t len = 0; len < 70; len++) {
        unsigned char bytes[128];
        sn_udp udp;
        memset(bytes, (int)len * 3, sizeof bytes);
        sn_udp_put(bytes, &between, 5060, 5062, len);
        const ss_slice all = { (char *)bytes, 8 + len };
        CHECK_EQ(sum_by_hand(&between, SN_PROTOCOL_UDP, bytes, 8 + len), 0xffff);
        CHECK_OK(sn_udp_parse(&between, all, &udp));
        CHECK_EQ(udp.destination_port, 5062);
        bytes[6] = bytes[7] = 0;
        CHECK_STATUS(sn_udp_parse(&between, all, &udp), SS_ERR_SEMANTIC);
    }
}

TEST(rfc8200_8_1_tcp_has_a_checksum_over_the_pseudo_header)
{
    unsigned char bytes[128];
    sn_tcp tcp = { .source_port = 5060,
                   .destination_port = 5061,
                   .sequence = 7,
                   .flags = SN_TCP_ACK,
                   .payload = SS_LIT_INIT("an odd number") };
    sn_tcp_put(bytes, &between, &tcp);
    CHECK_EQ(sum_by_hand(&between, SN_PROTOCOL_TCP, bytes, 33), 0xffff);
    CHECK_OK(sn_tcp_parse(&between, (ss_slice){ (char *)bytes, 33 }, &tcp));
    bytes[32] ^= 1;
    CHECK_STATUS(sn_tcp_parse(&between, (ss_slice){ (char *)bytes, 33 }, &tcp), SS_ERR_SEMANTIC);
}

TEST(rfc4443_3_each_kind_has_its_type_and_code_and_quotes_as_much_as_fits_into_1280_bytes)
{
    static const uint8_t wanted[SN_ICMP_KINDS][2] = {
        [SN_ICMP_NET] = { 1, 0 },     [SN_ICMP_HOST] = { 1, 3 },   [SN_ICMP_PROTOCOL] = { 4, 1 },
        [SN_ICMP_PORT] = { 1, 4 },    [SN_ICMP_TTL] = { 3, 0 },    [SN_ICMP_PIECES] = { 3, 1 },
        [SN_ICMP_TOO_BIG] = { 2, 0 }, [SN_ICMP_HEADER] = { 4, 0 },
    };
    static unsigned char quoted[1600];
    for (unsigned kind = 0; kind < SN_ICMP_KINDS; kind++) {
        unsigned char bytes[SN_ICMP_BYTES_MAX];
        sn_icmp icmp = { .kind = (sn_icmp_kind)kind,
                         .mtu = 1280,
                         .about = between,
                         .quoted = { (char *)quoted, sizeof quoted } };
        const size_t length = sn_icmp_put(bytes, &between, &icmp);
        CHECK_EQ(length, 1280 - 40);
        CHECK_EQ(bytes[0], wanted[kind][0]);
        CHECK_EQ(bytes[1], wanted[kind][1]);
        CHECK_EQ(sum_by_hand(&between, SN_PROTOCOL_ICMP6, bytes, length), 0xffff);
        /* RFC4443:3.2 the MTU; RFC4443:3.4 a pointer to Next Header */
        CHECK_EQ(bytes[6] << 8 | bytes[7], kind == SN_ICMP_PROTOCOL ? 6 : 1280);
        CHECK_OK(sn_icmp_parse(&between, (ss_slice){ (char *)bytes, length }, &icmp));
        CHECK_EQ(icmp.kind, kind);
        CHECK_EQ(icmp.quoted.len, length - 8 - 40);
        CHECK(icmp.about.is_v6 && icmp.about.total == 1640);
        bytes[100] ^= 4;
        CHECK_STATUS(sn_icmp_parse(&between, (ss_slice){ (char *)bytes, length }, &icmp),
                     SS_ERR_SEMANTIC);
    }
}

TEST(rfc4291_2_5_5_2_an_ipv4_address_is_one_value_with_the_rest)
{
    const ss_address four = ss_address_v4(0x0a570001, 5060);
    const sn_address a = sn_address_from(&four), b = { 0, UINT64_C(0xffff0a570001) };
    CHECK(sn_address_equal(a, b) && sn_address_is_v4(a));
    const ss_address back = sn_address_with_port(a, 5060);
    CHECK(ss_address_equal(&back, &four));
    const ss_address six = sn_address_with_port(between.source, 5060);
    CHECK_EQ(six.family, 6);
    CHECK(sn_address_equal(sn_address_from(&six), between.source));
    CHECK(sn_address_compare(a, between.source) < 0 && sn_address_compare(a, a) == 0);
    CHECK_EQ(sn_address_with_port((sn_address){ 0, 0 }, 1).family, 0);
}
