/* IPv4 headers and the Internet checksum. */
#include "check.h"

#include <string.h>

#include "sn/ip.h"

/* A header as captured: 192.168.0.1 to 192.168.0.199, UDP, do not fragment, TTL 64. */
static const unsigned char captured[115] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40,
                                             0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8,
                                             0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 };

TEST(rfc1071_the_checksum_of_its_example)
{
    static const unsigned char bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
    CHECK_EQ(sn_checksum(0, bytes, 8), (uint16_t)~0xddf2); /* RFC1071:3 */
    CHECK_EQ(sn_checksum(0, bytes, 0), 0xffff);
}

/* By RFC 1071 section 1, two bytes at a time. */
static uint16_t slow_sum(const unsigned char *bytes, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

/* RFC1071:4.1 */
TEST(the_checksum_is_right_for_every_length_and_partial_sum)
{
    unsigned char bytes[70];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 73 + 200);
    }
    for (size_t len = 0; len <= sizeof bytes; len++) {
        CHECK_EQ(sn_checksum(0, bytes, len), slow_sum(bytes, len));
    }
    CHECK_EQ(sn_checksum(0xffff, bytes, 70), slow_sum(bytes, 70));
}

TEST(rfc791_3_1_a_captured_header_is_read_and_written_back)
{
    sn_ip ip;
    unsigned char again[SN_IP_HEADER_BYTES];
    CHECK_OK(sn_ip_parse(captured, sizeof captured, &ip));
    CHECK_EQ(sn_address_number(ip.source), 0xc0a80001u);
    CHECK_EQ(sn_address_number(ip.destination), 0xc0a800c7u);
    CHECK_EQ(ip.total, 115);
    CHECK_EQ(ip.header, 20);
    CHECK_EQ(ip.ttl, 64);
    CHECK_EQ(ip.protocol, SN_PROTOCOL_UDP);
    CHECK(ip.dont_fragment && !ip.more);
    CHECK_EQ(ip.fragment, 0);
    sn_ip_put(again, &ip);
    CHECK_EQ(memcmp(again, captured, SN_IP_HEADER_BYTES), 0);
}

TEST(rfc791_3_1_flags_and_offset_share_a_word)
{
    sn_ip ip = { .source = SN_ADDRESS_V4(1),
                 .destination = SN_ADDRESS_V4(2),
                 .total = 28,
                 .header = 20,
                 .id = 0xbeef,
                 .fragment = 0x1fff,
                 .more = true,
                 .ttl = 9,
                 .protocol = 17 };
    unsigned char bytes[28] = { 0 };
    sn_ip_put(bytes, &ip);
    sn_ip read;
    CHECK_OK(sn_ip_parse(bytes, sizeof bytes, &read));
    CHECK_EQ(read.fragment, 0x1fff);
    CHECK(read.more && !read.dont_fragment);
    CHECK_EQ(read.id, 0xbeef);
}

TEST(broken_headers_are_refused)
{
    sn_ip ip;
    unsigned char bytes[115];
    for (size_t len = 0; len < sizeof captured; len++) {
        CHECK_STATUS(sn_ip_parse(captured, len, &ip), SS_ERR_SYNTAX);
    }
    for (size_t at = 0; at < SN_IP_HEADER_BYTES; at++) { /* any single changed byte is found */
        memcpy(bytes, captured, sizeof bytes);
        bytes[at] ^= 1;
        CHECK(sn_ip_parse(bytes, sizeof bytes, &ip) != SS_OK);
    }
    memcpy(bytes, captured, sizeof bytes);
    bytes[0] = 0x44; /* a header of 16 bytes */
    CHECK_STATUS(sn_ip_parse(bytes, sizeof bytes, &ip), SS_ERR_SYNTAX);
}

/* RFC1624:3, RFC1812:5.3.1 */
TEST(rfc1624_a_hop_keeps_the_checksum_right_for_every_ttl)
{
    sn_ip ip;
    unsigned char bytes[115];
    for (unsigned id = 0; id < 65536; id += 97) {
        memcpy(bytes, captured, sizeof bytes);
        CHECK_OK(sn_ip_parse(captured, sizeof captured, &ip));
        ip.id = (uint16_t)id;
        ip.ttl = 255;
        sn_ip_put(bytes, &ip);
        for (unsigned ttl = 254; ttl > 0; ttl--) {
            CHECK(sn_ip_hop(bytes));
            CHECK_OK(sn_ip_parse(bytes, sizeof bytes, &ip));
            CHECK_EQ(ip.ttl, ttl);
        }
        CHECK(!sn_ip_hop(bytes));
    }
}
