/* Captures of any bytes: every one is read or refused, with an offset inside it, and nothing is read outside it. Three small good ones,
 * cut and damaged in many ways.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "rp/traffic.h"
#include "sn/traffic.h"

enum { FILE_MAX = 8192, ROUNDS = 4000 };

typedef struct bytes {
    unsigned char at[FILE_MAX];
    size_t len;
} bytes;

static void put(bytes *b, const void *from, size_t len)
{
    CHECK(b->len + len <= FILE_MAX);
    memcpy(b->at + b->len, from, len);
    b->len += len;
}

static void put_u(bytes *b, uint64_t value, unsigned size, bool big)
{
    for (unsigned i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)(value >> 8 * (big ? size - 1 - i : i));
        put(b, &c, 1);
    }
}

static const char invite[] =
    "INVITE sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
    "From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
    "Max-Forwards: 70\r\nContent-Length: 4\r\n\r\nbody";

static void put_ip(bytes *b, unsigned protocol, size_t len, unsigned fragment)
{
    put_u(b, 0x45, 1, true);
    put_u(b, 0, 1, true);
    put_u(b, 20 + len, 2, true);
    put_u(b, 7, 2, true);
    put_u(b, fragment, 2, true);
    put_u(b, 64, 1, true);
    put_u(b, protocol, 1, true);
    put_u(b, 0, 2, true);
    put_u(b, 0xc0000201, 4, true);
    put_u(b, 0xc0000202, 4, true);
}

static void put_udp(bytes *b)
{
    put_u(b, 5060, 2, true);
    put_u(b, 5060, 2, true);
    put_u(b, 8 + sizeof invite - 1, 2, true);
    put_u(b, 0, 2, true);
    put(b, invite, sizeof invite - 1);
}

/* One datagram whole, one in two pieces, one message in two segments of TCP. */
static unsigned put_packet(bytes *b, unsigned nth)
{
    const size_t half = 96, whole = 8 + sizeof invite - 1;
    bytes udp = { .len = 0 };
    put_udp(&udp);
    switch (nth) {
    case 0:
        put_ip(b, 17, whole, 0);
        put(b, udp.at, udp.len);
        break;
    case 1:
        put_ip(b, 17, half, 0x2000);
        put(b, udp.at, half);
        break;
    case 2:
        put_ip(b, 17, whole - half, (unsigned)half / 8);
        put(b, udp.at + half, whole - half);
        break;
    default:
        put_ip(b, 6, 20 + (nth == 3 ? half : sizeof invite - 1 - half), 0);
        put_u(b, 5060, 2, true);
        put_u(b, 40000, 2, true);
        put_u(b, nth == 3 ? 100 : 100 + half, 4, true);
        put_u(b, 0, 4, true);
        put_u(b, 0x5010, 2, true);
        put_u(b, 0, 6, true);
        put(b, invite + (nth == 3 ? 0 : half), nth == 3 ? half : sizeof invite - 1 - half);
        break;
    }
    return nth + 1;
}

static void make_pcap(bytes *b, bool big)
{
    put_u(b, 0xa1b2c3d4, 4, big);
    put_u(b, big ? 0x00020004 : 0x00040002, 4, big);
    put_u(b, 0, 8, big);
    put_u(b, 65535, 4, big);
    put_u(b, 101, 4, big);
    for (unsigned i = 0; i < 5; i++) {
        bytes packet = { .len = 0 };
        put_packet(&packet, i);
        put_u(b, i, 4, big);
        put_u(b, 0, 4, big);
        put_u(b, packet.len, 4, big);
        put_u(b, packet.len, 4, big);
        put(b, packet.at, packet.len);
    }
}

static void make_pcapng(bytes *b)
{
    put_u(b, 0x0a0d0d0a, 4, false);
    put_u(b, 28, 4, false);
    put_u(b, 0x1a2b3c4d, 4, false);
    put_u(b, 1, 4, false);
    put_u(b, UINT64_MAX, 8, false);
    put_u(b, 28, 4, false);
    put_u(b, 1, 4, false);
    put_u(b, 32, 4, false);
    put_u(b, 101, 4, false);
    put_u(b, 0, 4, false);
    put_u(b, 0x00010009, 4, false); /* if_tsresol */
    put_u(b, 9, 4, false);
    put_u(b, 0, 4, false);
    put_u(b, 32, 4, false);
    for (unsigned i = 0; i < 5; i++) {
        bytes packet = { .len = 0 };
        put_packet(&packet, i);
        const size_t padded = (packet.len + 3) & ~(size_t)3;
        put_u(b, 6, 4, false);
        put_u(b, 32 + padded, 4, false);
        put_u(b, 0, 8, false);
        put_u(b, i, 4, false);
        put_u(b, packet.len, 4, false);
        put_u(b, packet.len, 4, false);
        put(b, packet.at, packet.len);
        put_u(b, 0, (unsigned)(padded - packet.len), false);
        put_u(b, 32 + padded, 4, false);
    }
}

/* In memory of its own size, so that a sanitizer sees what is read behind it. */
static uint32_t read_copy(const unsigned char *at, size_t len)
{
    char *copy = malloc(len + (len == 0));
    CHECK_NOT_NULL(copy);
    memcpy(copy, at, len);
    rp_traffic *t = rp_traffic_read((ss_slice){ copy, len });
    free(copy);
    CHECK_NOT_NULL(t);
    uint64_t offset = 0;
    const char *error = rp_traffic_error(t, &offset);
    CHECK(error == NULL || offset <= len);
    const uint32_t calls = rp_traffic_call_count(t);
    uint32_t messages = 0;
    for (uint32_t i = 0; i < calls; i++) {
        messages += rp_traffic_call_at(t, i)->messages;
    }
    if (calls != 0) {
        rp_ladder *l = rp_traffic_ladder(t, 0);
        CHECK_NOT_NULL(l);
        rp_ladder_free(l);
    }
    rp_traffic_free(t);
    return messages;
}

static void damage(const bytes *good)
{
    CHECK_EQ(read_copy(good->at, good->len), 3);
    for (size_t len = 0; len < good->len; len++) {
        CHECK(read_copy(good->at, len) <= 3);
    }
    uint64_t x = 42;
    for (unsigned round = 0; round < ROUNDS; round++) {
        bytes bad = *good;
        for (unsigned k = 0; k < 1 + round % 5; k++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            bad.at[(x >> 33) % bad.len] = round % 2 == 0 ? (unsigned char)(x >> 20) : 0xff;
        }
        read_copy(bad.at, bad.len);
    }
}

TEST(traffic_pcap_of_any_bytes_is_read_or_refused)
{
    bytes b = { .len = 0 };
    make_pcap(&b, false);
    damage(&b);
}

TEST(traffic_pcap_of_the_other_byte_order_is_read_or_refused)
{
    bytes b = { .len = 0 };
    make_pcap(&b, true);
    damage(&b);
}

TEST(traffic_pcapng_of_any_bytes_is_read_or_refused)
{
    bytes b = { .len = 0 };
    make_pcapng(&b);
    damage(&b);
}

TEST(traffic_endpoints_are_written_as_rfc_5952_says)
{
    static const struct {
        uint8_t address[16];
        const char *text;
    } rows[] = {
        { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, "[2001:db8::1]:5060" },
        { { [15] = 1 }, "[::1]:5060" },
        { { 0 }, "[::]:5060" },
        { { 0xfe, 0x80 }, "[fe80::]:5060" },
        { { 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3 }, "[1:0:0:2::3]:5060" },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_endpoint e = { .is_v6 = true, .port = 5060 };
        memcpy(e.address, rows[i].address, 16);
        char text[64];
        ss_buffer b = ss_buffer_on(text, sizeof text - 1);
        sn_endpoint_put(&b, &e);
        text[b.len] = '\0';
        CHECK_STR(text, rows[i].text);
    }
}
