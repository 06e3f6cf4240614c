/* UDP headers and their checksum. */
#include "check.h"

#include <string.h>

#include "sn/ip.h"

static const sn_ip between = { .source = SN_ADDRESS_V4(0x98010129),
                               .destination = SN_ADDRESS_V4(0x98010150),
                               .protocol = SN_PROTOCOL_UDP };

TEST(rfc768_what_is_written_is_read)
{
    unsigned char bytes[8 + 300];
    sn_udp udp;
    for (size_t len = 0; len <= 300; len++) {
        memset(bytes, (int)len, sizeof bytes);
        sn_udp_put(bytes, &between, 5060, 15060, len);
        CHECK_OK(sn_udp_parse(&between, (ss_slice){ (char *)bytes, 8 + len }, &udp));
        CHECK_EQ(udp.source_port, 5060);
        CHECK_EQ(udp.destination_port, 15060);
        CHECK_EQ(udp.payload.len, len);
    }
}

TEST(rfc768_a_known_checksum)
{
    /* 152.1.1.41:1087 to 152.1.1.80:13, "TESTING"; the words of pseudo header, header and data, written out */
    unsigned char bytes[15] = { 0, 0, 0, 0, 0, 0, 0, 0, 'T', 'E', 'S', 'T', 'I', 'N', 'G' };
    sn_udp_put(bytes, &between, 1087, 13, 7);
    uint32_t sum = 0x9801 + 0x0129 + 0x9801 + 0x0150 + 17 + 15 + 1087 + 13 + 15 + 0x5445 + 0x5354 +
                   0x494e + 0x4700;
    sum = (sum & 0xffff) + (sum >> 16);
    CHECK_EQ(bytes[6] << 8 | bytes[7], (uint16_t)~sum);
}

TEST(any_changed_bit_is_found)
{
    unsigned char bytes[8 + 40];
    sn_udp udp;
    memset(bytes, 'x', sizeof bytes);
    sn_udp_put(bytes, &between, 5060, 5060, 40);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        CHECK(sn_udp_parse(&between, (ss_slice){ (char *)bytes, sizeof bytes }, &udp) != SS_OK);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    const sn_ip other = { .source = SN_ADDRESS_V4(0x98010129),
                          .destination = SN_ADDRESS_V4(0x98010151),
                          .protocol = SN_PROTOCOL_UDP };
    CHECK_STATUS(sn_udp_parse(&other, (ss_slice){ (char *)bytes, sizeof bytes }, &udp),
                 SS_ERR_SEMANTIC);
}

TEST(rfc768_a_checksum_of_zero_is_sent_as_ones_and_zero_means_none)
{
    unsigned char bytes[10] = { 0 };
    sn_udp udp;
    const sn_ip none = { .protocol = SN_PROTOCOL_UDP };
    /* ports and payload such that the sum is 0xffff: 17 + 10 + 10 + port + payload */
    const uint16_t port = 0xffff - 17 - 10 - 10;
    sn_udp_put(bytes, &none, port, 0, 2);
    CHECK_EQ(bytes[6] << 8 | bytes[7], 0xffff);
    CHECK_OK(sn_udp_parse(&none, (ss_slice){ (char *)bytes, sizeof bytes }, &udp));
    bytes[6] = bytes[7] = 0;
    bytes[9] = 77;
    CHECK_OK(sn_udp_parse(&none, (ss_slice){ (char *)bytes, sizeof bytes }, &udp));
}

TEST(impossible_lengths_are_refused)
{
    unsigned char bytes[12] = { 0 };
    sn_udp udp;
    for (size_t len = 0; len < 8; len++) {
        CHECK_STATUS(sn_udp_parse(&between, (ss_slice){ (char *)bytes, len }, &udp), SS_ERR_SYNTAX);
    }
    bytes[5] = 7;
    CHECK_STATUS(sn_udp_parse(&between, (ss_slice){ (char *)bytes, 12 }, &udp), SS_ERR_SYNTAX);
    bytes[5] = 13;
    CHECK_STATUS(sn_udp_parse(&between, (ss_slice){ (char *)bytes, 12 }, &udp), SS_ERR_SYNTAX);
}
