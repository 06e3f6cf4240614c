/* Frames of trace.hep, of packets made by hand: what fits into 16 bits, what is no SIP, what is damaged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/hep.h"
#include "sn/ip.h"

enum { PACKET_MAX = 65575 };

typedef struct rig {
    FILE *stream;
    rp_file *out;
    rp_hep *hep;
    unsigned char packet[PACKET_MAX + 8];
    unsigned char text[2 * RP_HEP_BYTES_MAX];
    size_t len; /* of what was written */
    uint64_t counter;
} rig;

static rig *rig_new(void)
{
    static const sn_capture_filter all = { .kind = SN_CAPTURE_ALL };
    static sn_cast cast;
    rig *r = calloc(1, sizeof *r);
    cast = facts_cast();
    r->stream = tmpfile();
    r->out = rp_file_over(r->stream);
    r->hep = rp_hep_new(r->out, &cast, &all, 1893456000);
    CHECK_NOT_NULL(r->hep);
    return r;
}

static void tell(rig *r, size_t len)
{
    const sn_fact fact = facts_fact(SS_MS(1), r->counter++, SN_FACT_PACKET, FACTS_ALICE);
    rp_hep_fact(r->hep, &fact, (ss_slice){ (const char *)r->packet, len });
}

static void tell_datagram(rig *r, bool is_v6, const char *payload, size_t len)
{
    const uint16_t header = is_v6 ? SN_IP6_HEADER_BYTES : SN_IP_HEADER_BYTES;
    const sn_ip ip = {
        .source = is_v6 ? (sn_address){ UINT64_C(0xfd) << 56, 1 } : sn_address_v4(0x0a000001),
        .destination = is_v6 ? (sn_address){ UINT64_C(0xfd) << 56, 2 } : sn_address_v4(0x0a000002),
        .total = (uint32_t)(header + SN_UDP_HEADER_BYTES + len),
        .header = header,
        .is_v6 = is_v6,
        .ttl = 64,
        .protocol = SN_PROTOCOL_UDP
    };
    CHECK(ip.total <= PACKET_MAX);
    memcpy(r->packet + header + SN_UDP_HEADER_BYTES, payload, len);
    sn_ip_put(r->packet, &ip);
    sn_udp_put(r->packet + header, &ip, 5060, 5070, len);
    tell(r, ip.total);
}

static void finish(rig *r)
{
    rp_hep_finish(r->hep);
    CHECK(rp_hep_is_whole(r->hep));
    CHECK_EQ(rp_file_close(r->out), 0);
    rewind(r->stream);
    r->len = fread(r->text, 1, sizeof r->text, r->stream);
}

static void rig_free(rig *r)
{
    rp_hep_free(r->hep);
    fclose(r->stream);
    free(r);
}

/* The value of the only chunk of a type in the first frame; its length. */
static const unsigned char *chunk(const rig *r, unsigned type, size_t *len)
{
    const size_t end = (size_t)r->text[4] << 8 | r->text[5];
    const unsigned char *found = NULL;
    CHECK(end <= r->len);
    for (size_t at = 6; at < end;) {
        const size_t size = (size_t)r->text[at + 4] << 8 | r->text[at + 5];
        CHECK(size >= 6 && size <= end - at);
        if (((unsigned)r->text[at + 2] << 8 | r->text[at + 3]) == type) {
            CHECK(found == NULL);
            found = r->text + at + 6;
            *len = size - 6;
        }
        at += size;
    }
    return found;
}

TEST(hep_frame_of_a_message_that_a_parser_refuses_has_its_bytes)
{
    static const char text[] = "INVITE sip:b SIP/2.0\r\ni : a@b \r\nnonsense";
    rig *r = rig_new();
    size_t len = 0;
    tell_datagram(r, false, text, sizeof text - 1);
    finish(r);
    CHECK_EQ(memcmp(r->text, "HEP3", 4), 0);
    CHECK_EQ((size_t)r->text[4] << 8 | r->text[5], r->len);
    CHECK_EQ(memcmp(chunk(r, 3, &len), "\x0a\0\0\x01", 4), 0);
    CHECK_EQ(memcmp(chunk(r, 8, &len), "\x13\xce", 2), 0);
    CHECK_EQ(memcmp(chunk(r, 9, &len), "\x70\xdb\xd8\x80", 4), 0); /* 1893456000 */
    CHECK_EQ(memcmp(chunk(r, 10, &len), "\0\0\x03\xe8", 4), 0);    /* 1000 us */
    CHECK_EQ(memcmp(chunk(r, 17, &len), "a@b", 3), 0);
    CHECK_EQ(len, 3);
    CHECK_EQ(memcmp(chunk(r, 15, &len), text, sizeof text - 1), 0);
    CHECK_EQ(len, sizeof text - 1);
    rig_free(r);
}

TEST(hep_frame_is_cut_where_its_length_ends)
{
    enum { LEN = SS_DATAGRAM_BYTES_MAX - 8 };
    static const char head[] = "INVITE sip:b SIP/2.0\r\nCall-ID: a\r\n\r\n";
    rig *r = rig_new();
    char *text = malloc(LEN);
    size_t len = 0;
    memset(text, 'x', LEN);
    memcpy(text, head, sizeof head - 1);
    tell_datagram(r, true, text, LEN);
    finish(r);
    CHECK_EQ(r->len, RP_HEP_BYTES_MAX);
    CHECK_EQ((size_t)r->text[4] << 8 | r->text[5], RP_HEP_BYTES_MAX);
    CHECK_EQ(memcmp(chunk(r, 15, &len), text, len), 0);
    CHECK(len > LEN - 200);
    free(text);
    rig_free(r);
}

TEST(hep_correlation_of_a_long_call_id_is_its_beginning)
{
    enum { LEN = 4000 };
    static const char head[] = "SIP/2.0 200 OK\r\nCall-ID: ";
    rig *r = rig_new();
    char *text = malloc(LEN);
    size_t len = 0;
    memset(text, 'y', LEN);
    memcpy(text, head, sizeof head - 1);
    tell_datagram(r, false, text, LEN);
    finish(r);
    const unsigned char *id = chunk(r, 17, &len);
    CHECK_EQ(len, 1024);
    CHECK_EQ(id[0], 'y');
    CHECK_NOT_NULL(chunk(r, 15, &len));
    CHECK_EQ(len, LEN);
    free(text);
    rig_free(r);
}

TEST(hep_frame_without_a_call_id_has_no_correlation)
{
    static const char text[] = "SIP/2.0 200 OK\r\nVia: x\r\n\r\nCall-ID: of the body\r\n";
    rig *r = rig_new();
    size_t len = 0;
    tell_datagram(r, false, text, sizeof text - 1);
    finish(r);
    CHECK(r->len != 0);
    CHECK(chunk(r, 17, &len) == NULL);
    rig_free(r);
}

TEST(hep_has_no_frame_of_what_is_no_sip)
{
    static const char *const texts[] = {
        "", "\r\n\r\n", "\r\n", "x", "SIP/2.0", "GET / HTTP/1.1\r\n\r\n", "\0\1\0\0\x21\x12\xa4\x42"
    };
    rig *r = rig_new();
    for (size_t i = 0; i < SS_COUNT(texts); i++) {
        tell_datagram(r, i % 2 == 0, texts[i], i == 6 ? 8 : strlen(texts[i]));
    }
    finish(r);
    CHECK_EQ(r->len, 0);
    rig_free(r);
}

/* A packet of a run is never so; a reader of packets believes none. */
TEST(hep_survives_every_damage_to_a_packet)
{
    static const char text[] = "BYE sip:b SIP/2.0\r\nCall-ID: a\r\n\r\n";
    rig *r = rig_new();
    for (unsigned is_v6 = 0; is_v6 < 2; is_v6++) {
        const size_t header = is_v6 != 0 ? SN_IP6_HEADER_BYTES : SN_IP_HEADER_BYTES;
        const size_t total = header + SN_UDP_HEADER_BYTES + sizeof text - 1;
        tell_datagram(r, is_v6 != 0, text, sizeof text - 1);
        for (size_t len = 0; len < total; len++) {
            tell(r, len);
        }
        for (size_t at = 0; at < total; at++) {
            for (unsigned value = 0; value < 256; value += 15) {
                const unsigned char was = r->packet[at];
                r->packet[at] = (unsigned char)value;
                tell(r, total);
                r->packet[at] = was;
            }
        }
        r->packet[is_v6 != 0 ? 6 : 9] = SN_PROTOCOL_TCP;
        for (size_t len = header; len <= total; len++) {
            tell(r, len);
        }
    }
    rp_hep_finish(r->hep);
    CHECK(rp_hep_is_whole(r->hep));
    CHECK_EQ(rp_file_close(r->out), 0);
    rig_free(r);
}
