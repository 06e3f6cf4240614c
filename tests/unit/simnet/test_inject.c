/* What a tap makes up: templates filled in, addresses in turn, and what it overheard. */
#include "check.h"
#include "simnet/inject.h"

static ss_slice print(const char *template, const sn_injection *what)
{
    static char text[4096];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    sn_put_injection(&b, template, what);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

TEST(an_injected_message_has_its_words_filled_in_and_whole_line_ends)
{
    const sn_overheard nothing = { 0 };
    const sn_injection what = { .ordinal = 7,
                                .from = ss_address_v4(0x0a000005, 5060),
                                .target = ss_address_v4(0x0a000001, 5060),
                                .overheard = &nothing };
    CHECK_SLICE(print("A sip:u{k}@{target}\nV: {address};b={k}\n\n", &what),
                "A sip:u7@10.0.0.1\r\nV: 10.0.0.5;b=7\r\n\r\n");
    CHECK_SLICE(print("{call_id}{from}{to}{uri}", &what), "");
    CHECK_SLICE(print("{what}{k", &what), "{what}{k");
    CHECK_SLICE(print("", &what), "");
}

TEST(a_tap_overhears_the_dialog_of_an_ack)
{
    static unsigned char memory[8192];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_msg msg;
    ss_diag diag;
    sn_overheard o = { 0 };
    CHECK_OK(ss_msg_parse(&msg, &arena,
                          SS_LIT("ACK sip:bob@10.0.0.3 SIP/2.0\r\nVia: SIP/2.0/UDP "
                                 "10.0.0.2;branch=z9hG4bKa\r\nFrom: <sip:a@x>;tag=1\r\nTo: "
                                 "<sip:b@x>;tag=2\r\nCall-ID: c1\r\nCSeq: 1 ACK\r\n"
                                 "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"),
                          &diag));
    sn_inject_overhear(&o, &msg);
    const sn_injection what = { .overheard = &o };
    CHECK_SLICE(print("{uri}|{from}|{to}|{call_id}", &what),
                "sip:bob@10.0.0.3|<sip:a@x>;tag=1|<sip:b@x>;tag=2|c1");
}

TEST(made_up_addresses_come_in_turn_and_stay_in_their_block)
{
    const sn_inject_spec own = { 0 }, block = { .net = 0x0af00000, .net_bits = 30 };
    CHECK_EQ(sn_inject_source(&own, sn_address_v4(0x0a000005), 9).ip[3], 5);
    for (uint64_t i = 0; i < 9; i++) {
        const ss_address a = sn_inject_source(&block, sn_address_v4(0x0a000005), i);
        CHECK_EQ(a.ip[1], 0xf0);
        CHECK_EQ(a.ip[3], i % 4);
    }
}
