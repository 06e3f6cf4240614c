/* TCP headers, their one option and their checksum. */
#include "check.h"

#include <string.h>

#include "sn/ip.h"

static const sn_ip between = { .source = SN_ADDRESS_V4(0x98010129),
                               .destination = SN_ADDRESS_V4(0x98010150),
                               .protocol = SN_PROTOCOL_TCP };

static char payload[300];

static sn_tcp segment(size_t len)
{
    return (sn_tcp){ .source_port = 49152,
                     .destination_port = 5060,
                     .sequence = 0xfffffff0,
                     .acknowledged = 7,
                     .flags = SN_TCP_PSH | SN_TCP_ACK,
                     .window = 65535,
                     .payload = { payload, len } };
}

TEST(rfc9293_3_1_what_is_written_is_read)
{
    unsigned char bytes[24 + 300];
    sn_tcp read;
    for (size_t len = 0; len <= 300; len++) {
        sn_tcp tcp = segment(len);
        memset(payload, (int)len, sizeof payload);
        tcp.mss = len % 2 == 0 ? 1460 : 0;
        const size_t header = tcp.mss == 0 ? 20 : 24;
        CHECK_EQ(sn_tcp_header_bytes(&tcp), header);
        sn_tcp_put(bytes, &between, &tcp);
        CHECK_OK(sn_tcp_parse(&between, (ss_slice){ (char *)bytes, header + len }, &read));
        CHECK_EQ(read.source_port, 49152);
        CHECK_EQ(read.destination_port, 5060);
        CHECK_EQ(read.sequence, 0xfffffff0);
        CHECK_EQ(read.acknowledged, 7);
        CHECK_EQ(read.flags, SN_TCP_PSH | SN_TCP_ACK);
        CHECK_EQ(read.window, 65535);
        CHECK_EQ(read.mss, tcp.mss);
        CHECK_SLICE_EQ(read.payload, ((ss_slice){ payload, len }));
    }
}

TEST(rfc9293_3_1_any_bit_that_turns_over_is_seen)
{
    unsigned char bytes[20 + 40];
    sn_tcp read;
    const sn_tcp tcp = segment(40);
    sn_tcp_put(bytes, &between, &tcp);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        CHECK(sn_tcp_parse(&between, (ss_slice){ (char *)bytes, sizeof bytes }, &read) != SS_OK);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    const sn_ip other = { .source = SN_ADDRESS_V4(0x98010128),
                          .destination = SN_ADDRESS_V4(0x98010150) };
    CHECK_STATUS(sn_tcp_parse(&other, (ss_slice){ (char *)bytes, sizeof bytes }, &read),
                 SS_ERR_SEMANTIC);
}

TEST(rfc9293_3_1_cut_off_anywhere_it_is_no_segment)
{
    unsigned char bytes[24];
    sn_tcp read;
    sn_tcp tcp = segment(0);
    tcp.mss = 536;
    sn_tcp_put(bytes, &between, &tcp);
    for (size_t len = 0; len < sizeof bytes; len++) {
        unsigned char exact[24];
        memcpy(exact, bytes, len);
        CHECK(sn_tcp_parse(&between, (ss_slice){ (char *)exact, len }, &read) != SS_OK);
    }
}

/* A header of 60 bytes, its options as given, with a right checksum. */
static ss_status parse_options(const unsigned char *options, size_t len, sn_tcp *read)
{
    unsigned char bytes[60] = { 0 };
    const sn_tcp tcp = segment(0);
    sn_tcp_put(bytes, &between, &tcp);
    bytes[12] = 15 << 4;
    memcpy(bytes + 20, options, len);
    bytes[16] = bytes[17] = 0;
    const uint32_t pseudo = 0x9801 + 0x0129 + 0x9801 + 0x0150 + 6 + 60;
    const uint16_t sum = sn_checksum(pseudo, bytes, sizeof bytes);
    bytes[16] = (unsigned char)(sum >> 8);
    bytes[17] = (unsigned char)sum;
    return sn_tcp_parse(&between, (ss_slice){ (char *)bytes, sizeof bytes }, read);
}

TEST(rfc9293_3_2_unknown_options_are_passed_over_and_none_reaches_past_the_header)
{
    sn_tcp read;
    static const unsigned char others[] = { 1, 1, 3, 3, 7,  4, 2, 8, 4, 1,
                                            2, 2, 4, 2, 24, 0, 2, 4, 9, 9 };
    CHECK_OK(parse_options(others, sizeof others, &read));
    CHECK_EQ(read.mss, 2 << 8 | 24); /* what stands behind the end counts no more */
    static const unsigned char endless[] = { 3, 0 }, long_one[] = { 3, 41 }, short_one[] = { 3, 1 };
    CHECK_STATUS(parse_options(endless, sizeof endless, &read), SS_ERR_SYNTAX);
    CHECK_STATUS(parse_options(long_one, sizeof long_one, &read), SS_ERR_SYNTAX);
    CHECK_STATUS(parse_options(short_one, sizeof short_one, &read), SS_ERR_SYNTAX);
}
