/* Fragmentation: every size over many MTUs, and pieces of pieces. */
#include "check.h"

#include <string.h>

#include "sn/ip.h"

static unsigned char packet[SN_IP_BYTES_MAX];

static sn_ip packet_of(uint32_t total)
{
    const sn_ip ip = { .source = SN_ADDRESS_V4(1),
                       .destination = SN_ADDRESS_V4(2),
                       .total = (uint16_t)total,
                       .header = SN_IP_HEADER_BYTES,
                       .id = 7,
                       .ttl = 64,
                       .protocol = SN_PROTOCOL_UDP };
    for (uint32_t i = 0; i < total; i++) {
        packet[i] = (unsigned char)(i * 31 + i / 256);
    }
    sn_ip_put(packet, &ip);
    return ip;
}

/* Cut, and put the pieces' payloads where their headers say. */
static void check_cut(const sn_ip *ip, uint32_t mtu)
{
    static unsigned char whole[SN_IP_BYTES_MAX], piece[SN_IP_BYTES_MAX];
    const unsigned count = sn_fragment_count(ip, mtu);
    const uint32_t payload = ip->total - (uint32_t)ip->header;
    uint32_t covered = 0;
    for (unsigned i = 0; i < count; i++) {
        sn_ip of_piece;
        const uint32_t len = sn_fragment_cut(packet, ip, mtu, i, piece);
        CHECK(len <= mtu);
        CHECK_OK(sn_ip_parse(piece, len, &of_piece));
        CHECK_EQ(of_piece.total, len);
        CHECK_EQ(of_piece.id, ip->id);
        CHECK_EQ(of_piece.more, i + 1 < count || ip->more);
        CHECK_EQ((of_piece.fragment - ip->fragment) * 8u, covered);
        CHECK(i + 1 == count || (len - SN_IP_HEADER_BYTES) % 8 == 0);
        memcpy(whole + covered, piece + SN_IP_HEADER_BYTES, len - SN_IP_HEADER_BYTES);
        covered += len - SN_IP_HEADER_BYTES;
    }
    CHECK_EQ(covered, payload);
    CHECK_EQ(memcmp(whole, packet + SN_IP_HEADER_BYTES, payload), 0);
}

TEST(rfc791_3_2_every_size_over_every_small_mtu)
{
    for (uint32_t mtu = 68; mtu < 120; mtu++) {
        for (uint32_t total = 21; total < 400; total++) {
            const sn_ip ip = packet_of(total);
            CHECK_EQ(sn_fragment_count(&ip, mtu) == 1, total <= mtu);
            check_cut(&ip, mtu);
        }
    }
}

TEST(rfc791_3_2_large_packets_over_common_mtus)
{
    static const uint32_t mtus[] = { 68, 576, 1280, 1492, 1500, 9000 };
    for (size_t i = 0; i < SS_COUNT(mtus); i++) {
        for (uint32_t total = SN_IP_BYTES_MAX - 9; total <= SN_IP_BYTES_MAX; total++) {
            const sn_ip ip = packet_of(total);
            check_cut(&ip, mtus[i]);
        }
    }
    const sn_ip ip = packet_of(1501);
    CHECK_EQ(sn_fragment_count(&ip, 1500), 2);
}

TEST(rfc791_3_2_a_fragment_is_cut_again)
{
    sn_ip ip = packet_of(1476);
    ip.fragment = 185;
    ip.more = true; /* not the last one: nor is its last piece */
    sn_ip_put(packet, &ip);
    check_cut(&ip, 576);
    ip.more = false;
    sn_ip_put(packet, &ip);
    check_cut(&ip, 576);
}
