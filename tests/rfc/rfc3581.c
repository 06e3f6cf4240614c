/* RFC 3581: symmetric response routing with rport. */
#include "check.h"

#include "ss/transport.h"

#include <stdio.h>

static unsigned char memory[1 << 16];

typedef struct stamped {
    ss_arena arena;
    ss_path path;
    ss_msg msg;
    ss_via via;
} stamped;

static stamped stamp(const char *via, ss_transport transport, ss_address source)
{
    static char text[1024];
    stamped s = { .arena = { .base = memory, .cap = sizeof memory } };
    ss_diag diag;
    snprintf(text, sizeof text,
             "OPTIONS sip:user@example.com SIP/2.0\r\nVia: %s\r\nFrom: <sip:a@b>;tag=1\r\nTo: "
             "<sip:c@d>\r\n"
             "Call-ID: x\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\r\n",
             via);
    s.path = (ss_path){ .transport = transport,
                        .local = ss_address_v4(0xc0000202, 5060),
                        .remote = source };
    CHECK_OK(ss_msg_parse(&s.msg, &s.arena, ss_slice_from(text), &diag));
    CHECK_OK(ss_transport_stamp(&s.msg, &s.path, &s.arena));
    CHECK_OK(ss_msg_top_via(&s.msg, &s.via));
    return s;
}

static const ss_address nat = { .family = 4, .ip = { 192, 0, 2, 1 }, .port = 9988 };

TEST(rfc3581_3_the_rport_of_a_request_has_no_value)
{
    char text[128];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local = ss_address_v4(0x0a010101, 4540) };
    ss_put_via(&b, &path, SS_LIT("z9hG4bKkjshdyff"));
    CHECK_SLICE(ss_buffer_slice(&b),
                "SIP/2.0/UDP 10.1.1.1:4540;branch=z9hG4bKkjshdyff;rport"); /* RFC3581:3 */
}

TEST(rfc3581_4_the_server_fills_rport_in_and_adds_received)
{
    const stamped s =
        stamp("SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff", SS_TRANSPORT_UDP, nat);
    CHECK_SLICE(s.via.whole,
                "SIP/2.0/UDP 10.1.1.1:4540;rport=9988;branch=z9hG4bKkjshdyff;received=192.0.2.1");
}

TEST(rfc3581_4_received_is_added_even_when_it_equals_sent_by)
{
    const ss_address same = ss_address_v4(0x0a010101, 4540);
    const stamped s =
        stamp("SIP/2.0/UDP 10.1.1.1:4540;branch=z9hG4bKa;rport", SS_TRANSPORT_UDP, same);
    CHECK_SLICE(s.via.received, "10.1.1.1");
    CHECK_EQ(s.via.rport, 4540);
}

TEST(rfc3581_4_rport_is_filled_in_on_any_transport)
{
    const stamped s =
        stamp("SIP/2.0/TCP 10.1.1.1:4540;branch=z9hG4bKa;rport", SS_TRANSPORT_TCP, nat);
    CHECK_EQ(s.via.rport, 9988);
}

TEST(rfc3581_4_a_parameter_that_only_looks_like_rport_is_left_alone)
{
    const stamped s =
        stamp("SIP/2.0/UDP 10.1.1.1;x=\";rport\";branch=z9hG4bKa ; RPORT", SS_TRANSPORT_UDP, nat);
    CHECK_SLICE(s.via.whole,
                "SIP/2.0/UDP 10.1.1.1;x=\";rport\";branch=z9hG4bKa ;rport=9988;received=192.0.2.1");
}

TEST(rfc3581_4_the_response_goes_to_received_and_rport_from_where_the_request_came_in)
{
    const stamped s =
        stamp("SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff", SS_TRANSPORT_UDP, nat);
    ss_path out;
    CHECK_OK(ss_transport_response_path(&s.msg, &s.path, &out));
    CHECK(ss_address_equal(&out.remote, &nat));
    CHECK(ss_address_equal(&out.local, &s.path.local));
}

TEST(rfc3581_4_maddr_goes_before_rport)
{
    const stamped s = stamp("SIP/2.0/UDP 10.1.1.1:4540;maddr=10.9.9.9;rport;branch=z9hG4bKa",
                            SS_TRANSPORT_UDP, nat);
    const ss_address expected = ss_address_v4(0x0a090909, 4540);
    ss_path out;
    CHECK_OK(ss_transport_response_path(&s.msg, &s.path, &out));
    CHECK(ss_address_equal(&out.remote, &expected));
}
