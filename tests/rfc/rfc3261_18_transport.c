/* RFC 3261 section 18: who stamps a Via and how, where responses go, how messages are cut out of a stream. */
#include "check.h"

#include "ss/transport.h"

#include <stdio.h>
#include <string.h>

static unsigned char memory[1 << 16];

static const ss_path from_bob = { .transport = SS_TRANSPORT_UDP,
                                  .local = { .family = 4, .ip = { 192, 0, 2, 9 }, .port = 5060 },
                                  .remote = { .family = 4, .ip = { 192, 0, 2, 4 }, .port = 7777 } };

typedef struct fixture {
    ss_arena arena;
    ss_msg msg;
    ss_via via;
} fixture;

static fixture receive(const char *vias, const ss_path *path)
{
    static char text[1024];
    fixture f = { .arena = { .base = memory, .cap = sizeof memory } };
    ss_diag diag;
    snprintf(text, sizeof text,
             "INVITE sip:bob@Biloxi.com SIP/2.0\r\n%s\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"
             "Call-ID: x\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 4\r\n\r\nbody",
             vias);
    CHECK_OK(ss_msg_parse(&f.msg, &f.arena, ss_slice_from(text), &diag));
    CHECK_OK(ss_transport_stamp(&f.msg, path, &f.arena));
    CHECK_OK(ss_msg_top_via(&f.msg, &f.via));
    return f;
}

static fixture receive_via(const char *value)
{
    char line[256];
    snprintf(line, sizeof line, "Via: %s", value);
    return receive(line, &from_bob);
}

/* ---- RFC3261:18.1.1, RFC3261:18.1.2 ---- */

TEST(rfc3261_18_1_1_sent_by_is_our_address_and_the_transport_is_the_path_s)
{
    char text[128];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_path path = { .transport = SS_TRANSPORT_TCP };
    CHECK_OK(ss_address_from(SS_LIT("2001:db8::9:1"), 5060, &path.local));
    ss_put_via(&b, &path, SS_LIT("z9hG4bK1"));
    CHECK_SLICE(ss_buffer_slice(&b), "SIP/2.0/TCP [2001:db8::9:1]:5060;branch=z9hG4bK1;rport");
}

TEST(rfc3261_18_1_2_a_via_is_ours_when_sent_by_is)
{
    static const struct {
        const char *value;
        bool is_ours;
    } cases[] = {
        { "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1", true },
        { "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1", true },
        { "SIP/2.0/UDP 10.0.0.1:5061;branch=z9hG4bK1", false },
        { "SIP/2.0/TLS 10.0.0.1;branch=z9hG4bK1", false },
        { "SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1", false },
        { "SIP/2.0/UDP host.example.com;branch=z9hG4bK1", false },
    };
    const ss_address local = ss_address_v4(0x0a000001, 5060);
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        ss_via via;
        CHECK_OK(ss_via_parse(ss_slice_from(cases[i].value), &via));
        CHECK_EQ(ss_transport_is_our_via(&via, &local), cases[i].is_ours);
    }
}

/* ---- 18.2.1 ---- */

TEST(rfc3261_18_2_1_received_is_added_to_a_name)
{
    const fixture f = receive_via("SIP/2.0/UDP bobspc.biloxi.com:5060");
    CHECK_SLICE(f.via.whole,
                "SIP/2.0/UDP bobspc.biloxi.com:5060;received=192.0.2.4"); /* RFC3261:18.2.1 */
    CHECK_SLICE(f.msg.body, "body");
}

TEST(rfc3261_18_2_1_received_is_added_to_another_address)
{
    const fixture f = receive_via("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1");
    CHECK_SLICE(f.via.received, "192.0.2.4");
    CHECK_SLICE(f.via.branch, "z9hG4bK1");
}

TEST(rfc3261_18_2_1_nothing_is_added_to_the_source_s_own_address)
{
    const fixture f = receive_via("SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK1");
    CHECK_SLICE(f.via.whole, "SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK1");
}

TEST(rfc3261_18_2_1_a_received_that_the_sender_wrote_is_not_believed)
{
    const fixture f = receive_via("SIP/2.0/UDP 192.0.2.4;received=203.0.113.5;branch=z9hG4bK1");
    CHECK_SLICE(f.via.whole, "SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1;received=192.0.2.4");
}

TEST(rfc3261_18_2_1_only_the_top_via_is_stamped)
{
    const fixture f = receive(
        "Via: SIP/2.0/UDP a.example.com, SIP/2.0/UDP b.example.com\r\nv: SIP/2.0/TCP c.example.com",
        &from_bob);
    CHECK_SLICE(ss_msg_value(&f.msg, SS_HDR_VIA, 0),
                "SIP/2.0/UDP a.example.com;received=192.0.2.4, SIP/2.0/UDP b.example.com");
    CHECK_SLICE(ss_msg_value(&f.msg, SS_HDR_VIA, 1), "SIP/2.0/TCP c.example.com");
}

TEST(rfc3261_18_2_1_an_ipv6_source_is_written_without_brackets)
{
    ss_path path = from_bob;
    CHECK_OK(ss_address_from(SS_LIT("2001:db8::4"), 5060, &path.remote));
    const fixture f = receive("Via: SIP/2.0/UDP host.example.com:5070;branch=z9hG4bK1", &path);
    ss_path out;
    CHECK_SLICE(f.via.received, "2001:db8::4");
    CHECK_OK(ss_transport_response_path(&f.msg, &path, &out));
    CHECK(ss_address_same_host(&out.remote, &path.remote));
    CHECK_EQ(out.remote.port, 5070);
}

TEST(rfc3261_18_2_1_stamping_in_every_smaller_arena_is_full_or_right)
{
    static const char text[] =
        "INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP h.example.com;rport\r\nFrom: "
        "<sip:a@b>;tag=1\r\n"
        "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n\r\n";
    bool was_right = false;
    for (size_t cap = 0; cap < 8192 && !was_right; cap += 16) {
        ss_msg msg;
        ss_diag diag;
        ss_arena index = { .base = memory, .cap = 8192 };
        ss_arena arena = { .base = memory + 8192, .cap = cap };
        CHECK_OK(ss_msg_parse(&msg, &index, ss_slice_from(text), &diag));
        const ss_status status = ss_transport_stamp(&msg, &from_bob, &arena);
        was_right = status == SS_OK;
        CHECK(was_right || status == SS_ERR_FULL);
        if (was_right) {
            CHECK_SLICE(ss_msg_value(&msg, SS_HDR_VIA, 0),
                        "SIP/2.0/UDP h.example.com;rport=7777;received=192.0.2.4");
        }
    }
    CHECK(was_right);
}

/* ---- 18.2.2 ---- */

static ss_address response_target(const char *via, ss_transport transport)
{
    ss_path path = from_bob;
    ss_path out;
    char line[256];
    path.transport = transport;
    path.connection = transport == SS_TRANSPORT_UDP ? 0 : 9;
    snprintf(line, sizeof line, "Via: %s", via);
    const fixture f = receive(line, &path);
    CHECK_OK(ss_transport_response_path(&f.msg, &path, &out));
    CHECK_EQ(out.connection, path.connection);
    return out.remote;
}

TEST(rfc3261_18_2_2_a_response_goes_back_on_the_connection_of_its_request)
{
    const ss_address to = response_target("SIP/2.0/TCP host.example.com:5999", SS_TRANSPORT_TCP);
    CHECK(ss_address_equal(&to, &from_bob.remote)); /* RFC3261:18.2.2 */
}

TEST(rfc3261_18_2_2_over_udp_to_received_and_the_port_of_sent_by)
{
    const ss_address to = response_target("SIP/2.0/UDP host.example.com:5999", SS_TRANSPORT_UDP);
    const ss_address expected = ss_address_v4(0xc0000204, 5999);
    CHECK(ss_address_equal(&to, &expected));
}

TEST(rfc3261_18_2_2_the_port_is_5060_when_sent_by_has_none)
{
    CHECK_EQ(response_target("SIP/2.0/UDP host.example.com", SS_TRANSPORT_UDP).port, 5060);
    CHECK_EQ(response_target("SIP/2.0/UDP 192.0.2.4", SS_TRANSPORT_UDP).port, 5060);
}

TEST(rfc3261_18_2_2_over_udp_to_maddr_before_all_else)
{
    const ss_address to =
        response_target("SIP/2.0/UDP host.example.com:5999;maddr=239.1.2.3", SS_TRANSPORT_UDP);
    const ss_address expected = ss_address_v4(0xef010203, 5999);
    CHECK(ss_address_equal(&to, &expected));
}

/* What becomes of it then is in rfc3263_5_responses.c. */
TEST(rfc3261_18_2_2_a_maddr_that_is_a_name_gives_no_address)
{
    const fixture f = receive_via("SIP/2.0/UDP 192.0.2.4;maddr=group.example.com");
    ss_path out;
    CHECK_OK(ss_transport_response_path(&f.msg, &from_bob, &out));
    CHECK_EQ(out.remote.family, 0);
}

/* ---- RFC3261:18.3 ---- */

static ss_status frame_slice(ss_slice bytes, size_t *skip, size_t *length)
{
    ss_framing framing = { .seen = 0 };
    return ss_stream_frame(&framing, bytes, skip, length);
}

static ss_status frame(const char *bytes, size_t *skip, size_t *length)
{
    return frame_slice(ss_slice_from(bytes), skip, length);
}

TEST(rfc3261_18_3_content_length_says_where_a_message_ends)
{
    size_t skip, length;
    CHECK_OK(
        frame("\r\n\r\nOPTIONS x SIP/2.0\r\nContent-Length: 3\r\n\r\nabcREGISTER", &skip, &length));
    CHECK_EQ(skip, 4);
    CHECK_EQ(length, strlen("OPTIONS x SIP/2.0\r\nContent-Length: 3\r\n\r\nabc"));
}

TEST(rfc3261_18_3_content_length_in_every_spelling)
{
    static const char *const lines[] = { "Content-Length: 3",
                                         "content-length:3",
                                         "l: 3",
                                         "L : 3",
                                         "Content-Length  :\r\n\t 3 ",
                                         "X: y\r\n z\r\nl: 003\r\nContent-Length: 3" };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        char text[256];
        size_t skip, length;
        const int head = snprintf(text, sizeof text, "OPTIONS x SIP/2.0\r\n%s\r\n\r\n", lines[i]);
        snprintf(text + head, sizeof text - (size_t)head, "abcdef");
        CHECK_OK(frame(text, &skip, &length));
        CHECK_EQ(length, (size_t)head + 3);
    }
}

TEST(rfc3261_18_3_every_shorter_prefix_needs_more)
{
    static const char text[] = "\r\nOPTIONS x SIP/2.0\r\nl: 3\r\n\r\nabc";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        size_t skip, length;
        CHECK_STATUS(frame_slice((ss_slice){ text, n }, &skip, &length), SS_MORE);
        CHECK_EQ(skip, n < 2 ? 0 : 2);
        CHECK_EQ(length, 0);
    }
}

/* Makes ends of messages of a stream's bytes [from, to); but a message does not begin with CRLF. */
static void deface(char *stream, size_t from, size_t to)
{
    for (size_t i = from < 2 ? 2 : from; i < to; i++) {
        stream[i] = i % 2 == 0 ? '\r' : '\n';
    }
}

/* 64 KB of lines and a body that come byte by byte. What the framer has seen is defaced behind its back, all but the four last bytes:
 * shown again is the header section once, when its empty line comes, and then never. */
TEST(rfc3261_18_3_what_was_looked_at_is_not_looked_at_again)
{
    enum { HEADERS = 35533, BODY = 30002 };
    static const char head[] = "OPTIONS x SIP/2.0\r\nl: 30002\r\n";
    static char stream[HEADERS + BODY], shown[HEADERS + BODY];
    memset(stream, 'x', sizeof stream);
    for (size_t at = 0; at < HEADERS; at += 4) {
        memcpy(stream + at, "y:\r\n", 4);
    }
    memcpy(stream, head, sizeof head - 1);
    memcpy(stream + HEADERS - 7, "z:z\r\n\r\n", 7);
    ss_framing framing = { .seen = 0 };
    size_t skip = 0, length = 0;
    for (size_t n = 1; n < sizeof stream; n++) {
        shown[n - 1] = stream[n - 1];
        if (n == HEADERS) {
            memcpy(shown, stream, n);
        } else {
            deface(shown, n == HEADERS + 1 || n < 5 ? 0 : n - 5, n < 8 ? 0 : n - 4);
        }
        CHECK_STATUS(ss_stream_frame(&framing, (ss_slice){ shown, n }, &skip, &length), SS_MORE);
        CHECK_EQ(skip + length, 0);
    }
    CHECK_OK(ss_stream_frame(&framing, (ss_slice){ shown, sizeof shown }, &skip, &length));
    CHECK_EQ(length, sizeof stream);
    CHECK_OK(frame_slice((ss_slice){ stream, sizeof stream }, &skip, &length));
    CHECK_EQ(length, sizeof stream);
}

TEST(rfc3261_18_3_the_next_message_is_framed_anew)
{
    static const char text[] =
        "\r\nA x SIP/2.0\r\nl: 3\r\n\r\nabc\r\n\r\nB y SIP/2.0\r\nl:0\r\n\r\n";
    ss_framing framing = { .seen = 0 };
    size_t at = 0, messages = 0;
    for (size_t n = 1; n < sizeof text; n++) {
        size_t skip, length;
        const ss_slice bytes = { text + at, n - at };
        const ss_status status = ss_stream_frame(&framing, bytes, &skip, &length);
        CHECK(status == SS_OK || status == SS_MORE);
        messages += status == SS_OK;
        at += skip + length;
    }
    CHECK_EQ(messages, 2);
    CHECK_EQ(at, sizeof text - 1);
}

TEST(rfc3261_18_3_without_a_usable_content_length_a_stream_is_lost)
{
    static const char *const heads[] = { "OPTIONS x SIP/2.0\r\nFrom: a\r\n\r\n",
                                         "OPTIONS x SIP/2.0\r\nl: x\r\n\r\n",
                                         "OPTIONS x SIP/2.0\r\nl: -1\r\n\r\n",
                                         "OPTIONS x SIP/2.0\r\nl:\r\n\r\n",
                                         "OPTIONS x SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n",
                                         "OPTIONS x SIP/2.0\r\nX: y\r\n l: 3\r\n\r\n",
                                         "Content-Length: 3\r\n\r\nabc" };
    for (size_t i = 0; i < SS_COUNT(heads); i++) {
        size_t skip, length;
        CHECK_STATUS(frame(heads[i], &skip, &length), SS_ERR_SYNTAX);
    }
}

TEST(rfc3261_18_3_a_message_beyond_the_limit_is_refused_as_soon_as_that_is_known)
{
    static char big[SS_MESSAGE_BYTES_MAX + 8];
    size_t skip, length;
    CHECK_STATUS(frame("OPTIONS x SIP/2.0\r\nl: 65535\r\n\r\n", &skip, &length), SS_ERR_FULL);
    CHECK_STATUS(frame("OPTIONS x SIP/2.0\r\nl: 99999999999\r\n\r\n", &skip, &length),
                 SS_ERR_SYNTAX);
    memset(big, 'x', sizeof big);
    CHECK_STATUS(frame_slice((ss_slice){ big, SS_MESSAGE_BYTES_MAX - 1 }, &skip, &length), SS_MORE);
    CHECK_STATUS(frame_slice((ss_slice){ big, sizeof big }, &skip, &length), SS_ERR_FULL);
    static const char head[] =
        "OPTIONS x SIP/2.0\r\nl: 65504\r\n\r\n"; /* 31 bytes: exactly the limit */
    memcpy(big, head, sizeof head - 1);
    CHECK_EQ(sizeof head - 1 + 65504, SS_MESSAGE_BYTES_MAX + 0u);
    CHECK_OK(frame_slice((ss_slice){ big, sizeof big }, &skip, &length));
    CHECK_EQ(length, SS_MESSAGE_BYTES_MAX);
}
