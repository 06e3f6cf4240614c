/* pcapng blocks, byte by byte, and the strict reader against every way to spoil them. */
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "sn/capture.h"

static char file[8192];

static ss_slice small_file(void)
{
    ss_buffer b = ss_buffer_on(file, sizeof file);
    sn_pcapng_put_section(&b);
    sn_pcapng_put_interface(&b, SS_LIT("alice"));
    sn_pcapng_put_packet(&b, 0, UINT64_C(0x0102030405060708), facts_ip(1, 2, "abc"),
                         SS_LIT("event 1"));
    sn_pcapng_put_statistics(&b, 0, 9, SS_LIT("interrupted"));
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

TEST(pcapng_section_and_interface_are_these_bytes)
{
    static const unsigned char expected[] = {
        0x0a, 0x0d, 0x0d, 0x0a, 44,   0,    0,    0,    0x4d, 0x3c, 0x2b, 0x1a, 1, 0,   0,
        0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 4,    0,    6,    0, 's', 'i',
        'p',  's',  'i',  'm',  0,    0,    0,    0,    0,    0,    44,   0,    0, 0,   1,
        0,    0,    0,    44,   0,    0,    0,    101,  0,    0,    0,    0,    0, 0,   0,
        2,    0,    5,    0,    'a',  'l',  'i',  'c',  'e',  0,    0,    0,    9, 0,   1,
        0,    9,    0,    0,    0,    0,    0,    0,    0,    44,   0,    0,    0,
    };
    const ss_slice all = small_file();
    CHECK_SLICE_EQ(ss_slice_cut(all, 0, sizeof expected),
                   ((ss_slice){ (const char *)expected, sizeof expected }));
}

TEST(pcapng_what_is_written_is_read_back)
{
    sn_pcapng_reader r = sn_pcapng_reader_on(small_file());
    sn_pcapng_packet p;
    CHECK_OK(sn_pcapng_next(&r, &p));
    CHECK_EQ(p.interface, 0);
    CHECK_EQ(p.at_ns, UINT64_C(0x0102030405060708));
    CHECK_SLICE_EQ(p.bytes, facts_ip(1, 2, "abc"));
    CHECK_SLICE(p.comment, "event 1");
    CHECK_SLICE(r.names[0], "alice");
    CHECK_STATUS(sn_pcapng_next(&r, &p), SS_NONE);
    CHECK_SLICE(r.last_comment, "interrupted");
}

static ss_status read_all(ss_slice bytes)
{
    sn_pcapng_reader r = sn_pcapng_reader_on(bytes);
    sn_pcapng_packet p;
    ss_status status = SS_OK;
    while (status == SS_OK) {
        status = sn_pcapng_next(&r, &p);
    }
    CHECK_EQ(status == SS_ERR_SYNTAX, r.why != NULL);
    return status;
}

TEST(pcapng_a_file_cut_anywhere_but_between_blocks_is_refused)
{
    const ss_slice all = small_file();
    unsigned whole = 0;
    for (size_t len = 0; len <= all.len; len++) {
        whole += read_all(ss_slice_cut(all, 0, len)) == SS_NONE;
    }
    CHECK_EQ(whole, 4);
}

TEST(pcapng_every_changed_byte_is_refused_or_read_without_harm)
{
    const ss_slice all = small_file();
    for (size_t i = 0; i < all.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            file[i] = (char)(file[i] ^ (char)(1u << bit));
            const ss_status status = read_all(all);
            CHECK(status == SS_NONE || status == SS_ERR_SYNTAX);
            file[i] = (char)(file[i] ^ (char)(1u << bit));
        }
    }
    CHECK_STATUS(read_all(all), SS_NONE);
}
