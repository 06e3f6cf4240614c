/* Splicing: what no edit names goes out byte for byte; edits compose in any order; every size is survived. */
#include "check.h"
#include "messages.h"

#include <string.h>

static char printed[1 << 17];

static ss_slice print(const ss_splice *s)
{
    ss_buffer b = ss_buffer_on(printed, sizeof printed);
    CHECK_OK(ss_splice_print(s, &b));
    return ss_buffer_slice(&b);
}

static ss_splice begin(ss_slice bytes, ss_msg *msg)
{
    test_parse_ok(bytes, msg);
    return ss_splice_begin(msg, test_arena());
}

static const char lists[] =
    "INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1 , SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n"
    "f: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n";
#define REST "f: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
#define LINE "INVITE sip:x SIP/2.0\r\n"

TEST(splice_without_edits_gives_back_the_message)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        const ss_splice s = begin(test_messages[i].bytes, &msg);
        CHECK_SLICE_EQ(print(&s), msg.bytes);
    }
}

TEST(splice_pushed_lines_stand_before_the_first_and_the_last_pushed_is_first)
{
    ss_msg msg;
    ss_splice s = begin(SS_LIT(lists), &msg);
    ss_splice_push(&s, SS_HDR_VIA, SS_LIT("1"));
    ss_splice_push(&s, SS_HDR_VIA, SS_LIT("2"));
    ss_splice_push(&s, SS_HDR_TO, SS_LIT("3"));
    ss_splice_append(&s, SS_HDR_ROUTE, SS_LIT("4"));
    ss_splice_append(&s, SS_HDR_ROUTE, SS_LIT("5"));
    CHECK_SLICE(
        print(&s), LINE
        "Via: 2\r\nVia: 1\r\nVia: SIP/2.0/UDP a;branch=1 , SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n"
        "f: <sip:a>;tag=1\r\nTo: 3\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
        "Route: 4\r\nRoute: 5\r\n\r\n");
}

TEST(splice_a_pushed_line_that_is_the_first_of_its_id_stands_after_the_vias)
{
    static const char no_via[] = "SIP/2.0 200 OK\r\nf: <sip:a>;tag=1\r\n\r\n";
    ss_msg msg;
    ss_diag diag;
    ss_splice s = begin(SS_LIT(lists), &msg);
    ss_splice_push(&s, SS_HDR_RECORD_ROUTE, SS_LIT("1"));
    ss_splice_push(&s, SS_HDR_RECORD_ROUTE, SS_LIT("2"));
    ss_splice_push(&s, SS_HDR_VIA, SS_LIT("3"));
    CHECK_SLICE(print(&s),
                LINE "Via: 3\r\nVia: SIP/2.0/UDP a;branch=1 , SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n"
                     "Record-Route: 2\r\nRecord-Route: 1\r\n" REST "\r\n");
    for (unsigned i = 0; i < 3; i++) {
        ss_splice_pop(&s, SS_HDR_VIA);
    }
    CHECK_SLICE(print(&s), LINE "Via: 3\r\nRecord-Route: 2\r\nRecord-Route: 1\r\n" REST "\r\n");
    CHECK_STATUS(test_parse(SS_LIT(no_via), &msg, &diag), SS_ERR_SEMANTIC);
    s = ss_splice_begin(&msg, test_arena());
    ss_splice_push(&s, SS_HDR_ROUTE, SS_LIT("4"));
    CHECK_SLICE(print(&s), "SIP/2.0 200 OK\r\nRoute: 4\r\nf: <sip:a>;tag=1\r\n\r\n");
}

TEST(splice_version_is_made_upper_case)
{
    ss_msg msg;
    ss_splice s = begin(test_request("^INVITE sip:x@y sIp/2.0"), &msg);
    CHECK(ss_slice_starts(print(&s), SS_LIT("INVITE sip:x@y sIp/2.0\r\n")));
    ss_splice_version(&s);
    ss_splice_request_uri(&s, SS_LIT("sip:z"));
    CHECK(ss_slice_starts(print(&s), SS_LIT("INVITE sip:z SIP/2.0\r\nVia: ")));
    s = begin(test_message_named("ringing"), &msg);
    ss_splice_version(&s);
    CHECK_NULL(s.first);
}

TEST(splice_pops_take_one_value_after_the_other_with_its_line_at_the_end)
{
    ss_msg msg;
    ss_splice s = begin(SS_LIT(lists), &msg);
    ss_splice_pop(&s, SS_HDR_VIA);
    CHECK_SLICE(print(&s), LINE "Via: SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n" REST "\r\n");
    ss_splice_pop(&s, SS_HDR_VIA);
    CHECK_SLICE(print(&s), LINE "v: SIP/2.0/UDP c\r\n" REST "\r\n");
    ss_splice_pop(&s, SS_HDR_VIA);
    CHECK_SLICE(print(&s), LINE REST "\r\n");
    ss_splice_pop(&s, SS_HDR_VIA);
    ss_splice_push(&s, SS_HDR_VIA, SS_LIT("new"));
    CHECK_SLICE(print(&s), LINE "Via: new\r\n" REST "\r\n");
}

TEST(splice_replaced_values_can_still_be_replaced_and_popped)
{
    ss_msg msg;
    ss_via via;
    ss_splice s = begin(SS_LIT(lists), &msg);
    CHECK_OK(ss_msg_top_via(&msg, &via));
    ss_splice_replace(&s, via.whole, SS_LIT("one"));
    ss_splice_replace(&s, via.whole, SS_LIT("two"));
    ss_splice_replace(&s, via.branch, SS_LIT("lost"));
    CHECK_SLICE(print(&s), LINE "Via: two , SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n" REST "\r\n");
    ss_splice_pop(&s, SS_HDR_VIA);
    CHECK_SLICE(print(&s), LINE "Via: SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n" REST "\r\n");
    ss_splice_replace(&s, via.whole, SS_LIT("gone"));
    CHECK_SLICE(print(&s), LINE "Via: SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n" REST "\r\n");
}

TEST(splice_remove_takes_every_spelling_and_set_puts_one_back)
{
    ss_msg msg;
    ss_splice s = begin(SS_LIT(lists), &msg);
    ss_splice_remove(&s, SS_HDR_VIA);
    CHECK_SLICE(print(&s), LINE REST "\r\n");
    ss_splice_set(&s, SS_HDR_VIA, SS_LIT("x"));
    ss_splice_set(&s, SS_HDR_VIA, SS_LIT("y"));
    CHECK_SLICE(print(&s), LINE REST "Via: y\r\n\r\n");
}

TEST(splice_set_replaces_a_value_in_place_or_adds_the_line)
{
    ss_msg msg;
    ss_splice s = begin(SS_LIT(lists), &msg);
    ss_splice_set(&s, SS_HDR_FROM, SS_LIT("<sip:z>;tag=2"));
    ss_splice_set(&s, SS_HDR_FROM, SS_LIT("<sip:y>;tag=3"));
    ss_splice_set_u64(&s, SS_HDR_MAX_FORWARDS, 70);
    ss_splice_set_u64(&s, SS_HDR_MAX_FORWARDS, 69);
    ss_splice_request_uri(&s, SS_LIT("sip:first"));
    ss_splice_request_uri(&s, SS_LIT("sip:next"));
    CHECK_SLICE(print(&s), "INVITE sip:next SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1 , SIP/2.0/UDP "
                           "b\r\nv: SIP/2.0/UDP c\r\n"
                           "f: <sip:y>;tag=3\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 "
                           "INVITE\r\nMax-Forwards: 69\r\n\r\n");
}

TEST(splice_an_empty_value_is_filled)
{
    ss_msg msg;
    ss_splice s = begin(test_request("+Subject:"), &msg);
    ss_splice_set(&s, SS_HDR_SUBJECT, SS_LIT(" a"));
    ss_splice_set(&s, SS_HDR_SUBJECT, SS_LIT(" lunch"));
    test_parse_ok(test_exact(print(&s)), &msg);
    CHECK_SLICE(ss_msg_value(&msg, SS_HDR_SUBJECT, 0), "lunch");
    CHECK_EQ(ss_msg_count(&msg, SS_HDR_SUBJECT), 1);
}

/* What a record-routing proxy does (16.6), on a message that is printed and parsed again. */
static void forward(ss_splice *s, const ss_msg *msg)
{
    ss_splice_request_uri(s, SS_LIT("sip:next@hop.example"));
    ss_splice_set_u64(s, SS_HDR_MAX_FORWARDS, 69);
    ss_splice_push(s, SS_HDR_RECORD_ROUTE, SS_LIT("<sip:p.example;lr>"));
    if (ss_msg_count(msg, SS_HDR_ROUTE) > 0) {
        ss_splice_pop(s, SS_HDR_ROUTE);
    }
    ss_splice_push(s, SS_HDR_VIA, SS_LIT("SIP/2.0/UDP p.example;branch=z9hG4bKp"));
}

TEST(splice_a_forwarded_request_parses_to_what_was_meant_and_the_way_back_restores_it)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        ss_splice s = begin(test_messages[i].bytes, &msg);
        if (!msg.is_request) {
            continue;
        }
        const ss_slice original = msg.bytes;
        const ss_slice uri = msg.request_uri;
        forward(&s, &msg);
        const ss_slice out = test_exact(print(&s));
        test_parse_ok(out, &msg);
        CHECK_SLICE(msg.request_uri, "sip:next@hop.example");
        uint32_t hops = 0;
        ss_via via;
        CHECK_OK(ss_msg_number(&msg, SS_HDR_MAX_FORWARDS, &hops));
        CHECK_EQ(hops, 69);
        CHECK_OK(ss_msg_top_via(&msg, &via));
        CHECK_SLICE(via.branch, "z9hG4bKp");
        s = ss_splice_begin(&msg, test_arena());
        ss_splice_pop(&s, SS_HDR_VIA);
        ss_splice_remove(&s, SS_HDR_RECORD_ROUTE);
        ss_splice_request_uri(&s, uri);
        if (i == 0) {
            ss_splice_set_u64(&s, SS_HDR_MAX_FORWARDS, 70);
            CHECK_SLICE_EQ(print(&s), original);
        }
        test_parse_ok(test_exact(print(&s)), &msg);
    }
}

TEST(splice_every_arena_and_buffer_size_is_survived)
{
    static _Alignas(16) unsigned char memory[2048];
    ss_msg msg;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    bool fitted = false;
    for (size_t cap = 0; cap <= sizeof memory; cap++) {
        ss_arena arena = { memory, cap, 0 };
        ss_splice s = ss_splice_begin(&msg, &arena);
        forward(&s, &msg);
        ss_buffer b = ss_buffer_on(printed, sizeof printed);
        const ss_status status = ss_splice_print(&s, &b);
        CHECK_EQ(status == SS_OK, !s.failed);
        CHECK(!fitted || status == SS_OK);
        fitted = fitted || status == SS_OK;
    }
    CHECK(fitted);
    ss_splice s = ss_splice_begin(&msg, test_arena());
    forward(&s, &msg);
    const size_t whole = print(&s).len;
    for (size_t cap = 0; cap <= whole; cap++) {
        const ss_slice exact = test_exact((ss_slice){ printed, cap });
        ss_buffer b = ss_buffer_on((void *)(uintptr_t)exact.at, cap);
        CHECK_STATUS(ss_splice_print(&s, &b), cap < whole ? SS_ERR_FULL : SS_OK);
    }
    (void)test_exact(SS_EMPTY);
}
