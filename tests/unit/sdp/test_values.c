/* Values of lines in their typed form, and descriptions of our own: what is printed from them reads back the same. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <string.h>

#define N "\r\n"

TEST(value_of_a_connection_tells_group_scope_and_count)
{
    ss_sdp_connection c;
    const ss_slice in = SS_LIT("IN");
    CHECK_OK(ss_sdp_read_connection(
        &(ss_sdp_address){ in, SS_LIT("IP4"), SS_LIT("233.252.0.1/127/3") }, &c));
    CHECK(c.is_multicast);
    CHECK_SLICE(c.base, "233.252.0.1");
    CHECK_EQ(c.ttl, 127);
    CHECK_EQ(c.count, 3);
    CHECK_OK(ss_sdp_read_connection(
        &(ss_sdp_address){ in, SS_LIT("IP6"), SS_LIT("FF00::db8:0:101/4294967295") }, &c));
    CHECK(c.is_multicast);
    CHECK_SLICE(c.base, "FF00::db8:0:101");
    CHECK_EQ(c.ttl, 0);
    CHECK_EQ(c.count, UINT32_MAX);
    CHECK_OK(ss_sdp_read_connection(&(ss_sdp_address){ in, SS_LIT("IP6"), SS_LIT("ff::1") }, &c));
    CHECK(!c.is_multicast);
    CHECK_OK(ss_sdp_read_connection(&(ss_sdp_address){ in, SS_LIT("IP4"), SS_LIT("host") }, &c));
    CHECK(!c.is_multicast);
    CHECK_EQ(c.count, 1);
    CHECK_OK(ss_sdp_read_connection(&(ss_sdp_address){ in, SS_LIT("X"), SS_LIT("a/b") }, &c));
    CHECK_SLICE(c.base, "a/b");
}

TEST(value_of_a_contact_is_its_address_and_its_name)
{
    ss_sdp_contact c;
    CHECK_OK(ss_sdp_read_email(SS_LIT("j.doe@example.com  (Jane Doe)"), &c));
    CHECK_SLICE(c.address, "j.doe@example.com");
    CHECK_SLICE(c.name, "Jane Doe");
    CHECK_OK(ss_sdp_read_email(SS_LIT("Jane Doe  <j.doe@example.com>"), &c));
    CHECK_SLICE(c.address, "j.doe@example.com");
    CHECK_SLICE(c.name, "Jane Doe");
    CHECK_OK(ss_sdp_read_phone(SS_LIT("+1 617 555-6011 (Jane)"), &c));
    CHECK_SLICE(c.address, "+1 617 555-6011");
    CHECK_SLICE(c.name, "Jane");
    CHECK_OK(ss_sdp_read_phone(SS_LIT("12"), &c));
    CHECK_EQ(c.name.len, 0);
    CHECK_STATUS(ss_sdp_read_email(SS_EMPTY, &c), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_sdp_read_phone(SS_EMPTY, &c), SS_ERR_SYNTAX);
}

TEST(value_of_a_bandwidth_beyond_64_bits_is_the_most_they_hold)
{
    ss_sdp_bandwidth b;
    CHECK_OK(ss_sdp_read_bandwidth(SS_LIT("AS:64"), &b));
    CHECK_SLICE(b.type, "AS");
    CHECK_EQ(b.amount, 64);
    CHECK_OK(ss_sdp_read_bandwidth(SS_LIT("AS:18446744073709551616"), &b));
    CHECK_EQ(b.amount, UINT64_MAX);
}

TEST(value_of_a_span_has_units_and_saturates)
{
    ss_sdp_repeat r;
    size_t at = 0;
    uint64_t offset = 0;
    CHECK_OK(ss_sdp_read_repeat(SS_LIT("7d 1h 0 25h 2m 3s 4"), &r));
    CHECK_EQ(r.interval_s, 604800);
    CHECK_EQ(r.duration_s, 3600);
    static const uint64_t offsets[] = { 0, 90000, 120, 3, 4 };
    for (size_t i = 0; i < SS_COUNT(offsets); i++) {
        CHECK_OK(ss_sdp_next_offset(&r, &at, &offset));
        CHECK_EQ(offset, offsets[i]);
    }
    CHECK_STATUS(ss_sdp_next_offset(&r, &at, &offset), SS_NONE);
    CHECK_OK(ss_sdp_read_repeat(SS_LIT("106751991167301d 99999999999999999999 0"), &r));
    CHECK_EQ(r.interval_s, INT64_MAX);
    CHECK_EQ(r.duration_s, INT64_MAX);
}

static const char weekly[] =
    "v=0" N "o=- 1 1 IN IP4 a" N "s=-" N "c=IN IP4 a" N "t=3724394400 3754123200" N
    "r=604800 3600 0 90000" N "r=1d 1h 0" N "z=3730928400 -1h 3749680800 0" N "t=0 0" N "a=x" N;

TEST(value_of_each_time_has_its_repetitions_and_zones)
{
    ss_sdp sdp;
    ss_diag diag;
    ss_sdp_time t;
    uint32_t at = 0;
    test_arena()->used = 0;
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), SS_LIT(weekly), &diag));
    CHECK_OK(ss_sdp_next_time(&sdp, &at, &t));
    CHECK_SLICE(t.start, "3724394400");
    CHECK_SLICE(t.stop, "3754123200");
    CHECK_EQ(t.repeat_count, 2);
    CHECK_SLICE(t.repeats[1].value, "1d 1h 0");
    size_t zone = 0;
    ss_slice when;
    int64_t offset = 0;
    CHECK_OK(ss_sdp_next_zone(t.zones, &zone, &when, &offset));
    CHECK_SLICE(when, "3730928400");
    CHECK_EQ(offset, -3600);
    CHECK_OK(ss_sdp_next_zone(t.zones, &zone, &when, &offset));
    CHECK_EQ(offset, 0);
    CHECK_STATUS(ss_sdp_next_zone(t.zones, &zone, &when, &offset), SS_NONE);
    CHECK_OK(ss_sdp_next_time(&sdp, &at, &t));
    CHECK_EQ(t.repeat_count, 0);
    CHECK_EQ(t.zones.len, 0);
    CHECK_STATUS(ss_sdp_next_time(&sdp, &at, &t), SS_NONE);
}

/* ---- descriptions of our own ------------------------------------------------------------------------------------- */

static const char authored[] =
    "v=0" N "o=jdoe 7 8 IN IP6 2001:db8::1" N "s=-" N "i=x" N "c=IN IP4 233.252.0.1/127" N
    "b=CT:128" N "t=3724394400 3754123200" N "r=604800 3600 0 90000" N "r=1d 1h 0" N
    "z=3730928400 -1h 3749680800 0" N "a=group:BUNDLE 1" N "a=group:LS" N
    "m=audio 4000/2 RTP/SAVP 0 96" N "a=rtpmap:0 PCMU/8000" N "a=rtpmap:96 L16/44100/2" N
    "a=fmtp:96 x=1" N "a=mid:1" N "a=rtcp-mux" N "a=rtcp:4001" N "a=rtcp:4001 IN IP4 192.0.2.1" N
    "a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host" N
    "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998 generation "
    "0" N
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz KDR=1" N
    "a=key-mgmt:mikey YWJj" N
    "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB" N
    "a=setup:active" N "m=video 0 RTP/AVP 31" N;

/* One line of a medium again, from its typed form where it has one. */
static void put_attribute(ss_buffer *b, ss_slice line)
{
    union {
        ss_sdp_rtpmap rtpmap;
        ss_sdp_fmtp fmtp;
        ss_sdp_rtcp rtcp;
        ss_sdp_crypto crypto;
        ss_sdp_key_mgmt key_mgmt;
        ss_sdp_candidate candidate;
        ss_sdp_fingerprint fingerprint;
        ss_sdp_group group;
    } u;
    const size_t colon = ss_slice_find(line, ':');
    const ss_slice name = ss_slice_cut(line, 0, colon);
    const ss_slice value = colon == line.len ? SS_EMPTY : ss_slice_cut(line, colon + 1, line.len);
#define AGAIN(text, member)                               \
    if (ss_slice_eq(name, SS_LIT(text))) {                \
        CHECK_OK(ss_sdp_read_##member(value, &u.member)); \
        ss_sdp_put_##member(b, &u.member);                \
        return;                                           \
    }
    AGAIN("rtpmap", rtpmap)
    AGAIN("fmtp", fmtp)
    AGAIN("rtcp", rtcp)
    AGAIN("crypto", crypto)
    AGAIN("key-mgmt", key_mgmt)
    AGAIN("candidate", candidate)
    AGAIN("fingerprint", fingerprint)
    AGAIN("group", group)
    ss_sdp_put_attribute(b, name, value);
}

static void put_all(ss_buffer *b, const ss_sdp *sdp)
{
    ss_sdp_time time;
    uint32_t at = 0;
    ss_sdp_put_head(b, sdp);
    ss_sdp_put_line(b, 'i', SS_LIT("x"));
    ss_sdp_put_connection(b, &sdp->connection);
    ss_sdp_put_bandwidth(b, &(ss_sdp_bandwidth){ SS_LIT("CT"), 128 });
    while (ss_sdp_next_time(sdp, &at, &time) == SS_OK) {
        ss_sdp_put_time(b, &time);
    }
    for (uint32_t i = 0; i < sdp->line_count; i++) {
        if (sdp->lines[i].type == 'a') {
            put_attribute(b, sdp->lines[i].value);
        }
    }
    for (uint32_t m = 0; m < sdp->media_count; m++) {
        ss_sdp_put_media(b, &sdp->media[m]);
        for (uint32_t i = 0; i < sdp->media[m].line_count; i++) {
            put_attribute(b, sdp->media[m].lines[i].value);
        }
    }
}

TEST(value_printed_again_is_the_same_bytes_in_every_buffer)
{
    static char memory[sizeof authored];
    ss_sdp sdp;
    ss_diag diag;
    const size_t whole = sizeof authored - 1;
    test_arena()->used = 0;
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), SS_LIT(authored), &diag));
    CHECK_OK(ss_sdp_check_attributes(&sdp, &diag));
    for (size_t cap = 0; cap <= whole; cap++) {
        memset(memory, '!', sizeof memory);
        ss_buffer b = ss_buffer_on(memory, cap);
        put_all(&b, &sdp);
        CHECK_EQ(b.overflow, cap < whole);
        CHECK(b.len <= cap);
        CHECK_EQ(memory[cap], '!');
        CHECK_EQ(memcmp(memory, authored, b.len), 0);
    }
}

TEST(value_of_a_head_with_nothing_said_is_dashes)
{
    char memory[64];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    const ss_sdp sdp = { .origin = { SS_LIT("IN"), SS_LIT("IP4"), SS_LIT("a") } };
    ss_sdp_put_head(&b, &sdp);
    CHECK_SLICE(ss_buffer_slice(&b), "v=0" N "o=- 0 0 IN IP4 a" N "s=-" N);
}
