/* RFC 5393: loops are found before a request is forked, and Max-Breadth bounds how many branches it has at once. */
#include "proxy_rig.h"

#include <string.h>

#define DAVE   "10.0.0.5"
#define RECORD "sip:bob@example.com"

static proxy_rig *px_wide(bool rejects)
{
    proxy_rig *rig = px_new();
    rig->config.breadth_max = 60;
    rig->config.breadth_rejects = rejects;
    px_go(rig);
    px_bind(rig, RECORD, "sip:b@" DAVE);
    px_bind(rig, RECORD, "sip:b@" CAROL);
    px_bind(rig, RECORD, "sip:b@" BOB);
    return rig;
}

static px_sent *reaches(proxy_rig *rig, const char *host, const char *breadth)
{
    char line[64] = "MESSAGE sip:b@";
    strcat(line, host);
    strcat(line, " SIP/2.0");
    px_sent *sent = px_expect(rig, host, line);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_MAX_BREADTH), 1);
    CHECK_SLICE_EQ(px_field(rig, sent, SS_HDR_MAX_BREADTH, 0), ss_slice_from(breadth));
    return sent;
}

static void message_bob(proxy_rig *rig, const char *lines)
{
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", lines));
}

/* What one numeric target's copy says. */
static void check_copy(const char *lines, const char *breadth)
{
    proxy_rig *rig = px_wide(false);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:b@10.0.0.3", "a1", lines));
    px_sent *sent = reaches(rig, BOB, breadth);
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc5393_5_3_3_a_request_without_max_breadth_gets_one)
{
    check_copy("", "60");
}

TEST(rfc5393_5_3_3_it_is_not_decremented_for_a_hop)
{
    check_copy("Max-Breadth: 7\n", "7");
    check_copy("Max-Breadth: 60\n", "60");
}

TEST(rfc5393_5_3_3_more_than_its_own_maximum_is_overwritten)
{
    check_copy("Max-Breadth: 61\n", "60");
    check_copy("Max-Breadth: 4294967296\n", "60");
}

TEST(rfc5393_5_3_3_one_that_is_none_is_replaced_and_two_become_one)
{
    check_copy("Max-Breadth: many\n", "60");
    check_copy("Max-Breadth: 9\nMax-Breadth: 8\n", "9");
}

TEST(rfc5393_5_3_3_an_ack_has_one_too_and_a_cancel_none)
{
    proxy_rig *rig = px_wide(false);
    px_send(rig, ALICE, px_request(rig, "ACK sip:b@10.0.0.3", "a1", ""));
    px_sent *ack = px_expect(rig, BOB, "ACK sip:b@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, ack, SS_HDR_MAX_BREADTH, 0), "60");
    px_send(rig, ALICE, px_request(rig, "CANCEL sip:b@10.0.0.3", "a1", ""));
    px_sent *cancel = px_expect(rig, BOB, "CANCEL sip:b@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, cancel, SS_HDR_MAX_BREADTH), 0); /* RFC5393:5.4.1 */
    px_stop(rig);
}

TEST(rfc5393_5_3_3_branches_share_it)
{
    proxy_rig *rig = px_wide(false);
    message_bob(rig, "Max-Breadth: 8\n");
    reaches(rig, BOB, "3");
    reaches(rig, CAROL, "3");
    reaches(rig, DAVE, "2");
    px_stop(rig);
}

TEST(rfc5393_5_3_3_1_what_a_branch_had_is_used_again)
{
    proxy_rig *rig = px_wide(false);
    message_bob(rig, "Max-Breadth: 2\n");
    px_sent *b = reaches(rig, BOB, "1"), *c = reaches(rig, CAROL, "1");
    px_expect_nothing(rig);
    px_send(rig, CAROL, px_reply(rig, c, 404, ""));
    px_sent *d = reaches(rig, DAVE, "1");
    px_send(rig, BOB, px_reply(rig, b, 404, ""));
    px_expect_nothing(rig);
    px_send(rig, DAVE, px_reply(rig, d, 404, ""));
    px_expect(rig, ALICE, "SIP/2.0 404 Not Found");
    px_stop(rig);
}

TEST(rfc5393_5_1_of_1_it_forks_sequentially)
{
    proxy_rig *rig = px_wide(false);
    message_bob(rig, "Max-Breadth: 1\n");
    px_send(rig, BOB, px_reply(rig, reaches(rig, BOB, "1"), 404, ""));
    px_send(rig, CAROL, px_reply(rig, reaches(rig, CAROL, "1"), 404, ""));
    px_send(rig, DAVE, px_reply(rig, reaches(rig, DAVE, "1"), 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc5393_5_3_3_a_proxy_that_would_not_fork_in_pieces_says_440)
{
    proxy_rig *rig = px_wide(true);
    message_bob(rig, "Max-Breadth: 2\n");
    px_expect(rig, ALICE, "SIP/2.0 440 Max-Breadth Exceeded");
    px_expect_nothing(rig);
    px_stop(rig);
    rig = px_wide(true);
    message_bob(rig, "Max-Breadth: 3\n");
    reaches(rig, BOB, "1");
    reaches(rig, CAROL, "1");
    reaches(rig, DAVE, "1");
    px_stop(rig);
}

TEST(rfc5393_5_3_3_with_none_left_it_goes_to_nobody)
{
    proxy_rig *rig = px_wide(false);
    message_bob(rig, "Max-Breadth: 0\n");
    px_expect(rig, ALICE, "SIP/2.0 440 Max-Breadth Exceeded");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc5393_5_6_targets_tried_one_after_the_other_have_all_of_it)
{
    proxy_rig *rig = px_new();
    rig->config.breadth_max = 60;
    rig->config.fork = SS_FORK_SEQUENTIAL;
    px_go(rig);
    px_bind(rig, RECORD, "sip:b@" CAROL);
    px_bind(rig, RECORD, "sip:b@" BOB);
    message_bob(rig, "");
    px_send(rig, BOB, px_reply(rig, reaches(rig, BOB, "60"), 404, ""));
    reaches(rig, CAROL, "60");
    px_stop(rig);
}

TEST(rfc5393_5_3_3_who_is_passed_over_by_a_hunt_keeps_its_share_and_others_have_theirs)
{
    proxy_rig *rig = px_new();
    rig->config.breadth_max = 60;
    rig->config.fork = SS_FORK_SEQUENTIAL;
    rig->config.hunt = SS_MS(400);
    px_go(rig);
    px_bind(rig, RECORD, "sip:b@" CAROL);
    px_bind(rig, RECORD, "sip:b@" BOB);
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *b = px_expect(rig, BOB, "INVITE sip:b@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, b, SS_HDR_MAX_BREADTH, 0), "59");
    px_run_to(rig, SS_MS(400));
    px_sent *c = px_expect(rig, CAROL, "INVITE sip:b@10.0.0.4 SIP/2.0");
    CHECK_SLICE(px_field(rig, c, SS_HDR_MAX_BREADTH, 0), "1");
    px_stop(rig);
}

/* Bob is bound at this proxy itself, beside a phone: what comes back is the request that left. */
static proxy_rig *px_looping(bool lets_loop)
{
    proxy_rig *rig = px_new();
    rig->config.lets_loop = lets_loop;
    px_go(rig);
    px_bind(rig, RECORD, "sip:b@" BOB);
    px_bind(rig, RECORD, "sip:bob@example.com");
    return rig;
}

TEST(rfc5393_4_1_a_request_that_is_forked_in_a_loop_is_refused)
{
    proxy_rig *rig = px_looping(false);
    rig->names[0] = ss_address_v4(0x0a000001, 5060);
    rig->name_count = 1;
    message_bob(rig, "");
    px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    px_sent *back = px_expect(rig, "10.0.0.1", "MESSAGE sip:bob@example.com SIP/2.0");
    px_send(rig, "10.0.0.1", back->bytes);
    px_expect(rig, "10.0.0.1", "SIP/2.0 482 Loop Detected");
    px_expect_nothing(rig);
    px_stop(rig);
}

/* What one copy of an INVITE for Bob carries behind the dot of its branch; in static memory. */
static ss_slice second_part(proxy_rig *rig, const char *start, const char *lines)
{
    static char kept[8][16];
    static unsigned at;
    char *const memory = kept[at++ % SS_COUNT(kept)];
    px_send(rig, ALICE, px_request(rig, start, "a1", lines));
    ss_via via;
    px_sent *copy = px_take(rig);
    CHECK_NOT_NULL(copy);
    CHECK_OK(ss_via_parse(px_field(rig, copy, SS_HDR_VIA, 0), &via));
    const size_t dot = ss_slice_find(via.branch, '.');
    CHECK_EQ(via.branch.len - dot, 17);
    memcpy(memory, via.branch.at + dot + 1, 16);
    return (ss_slice){ memory, 16 };
}

static proxy_rig *px_alone(void)
{
    proxy_rig *rig = px_new();
    rig->config.mode = SS_PROXY_STATELESS; /* keeps nothing, so that each request is the first */
    px_go(rig);
    px_bind(rig, RECORD, "sip:b@" BOB);
    return rig;
}

TEST(rfc5393_4_2_1_the_second_part_varies_with_what_decides_the_way_and_not_with_the_method)
{
    proxy_rig *rig = px_alone();
    const ss_slice one = second_part(rig, "INVITE sip:bob@example.com", "");
    CHECK_SLICE_EQ(second_part(rig, "INVITE sip:bob@example.com", "X-Other: 1\n"), one);
    CHECK_SLICE_EQ(second_part(rig, "CANCEL sip:bob@example.com", ""), one);
    CHECK_SLICE_EQ(second_part(rig, "ACK sip:bob@example.com", ""), one);
    CHECK(!ss_slice_eq(second_part(rig, "INVITE sip:b@10.0.0.3", ""), one));
    CHECK(!ss_slice_eq(second_part(rig, "INVITE sip:bob@example.com", "Route: <sip:10.0.0.1;lr>\n"),
                       one));
    px_stop(rig);
}

/* Something that differs from transaction to transaction goes into the hash. */
TEST(rfc5393_4_2_4_the_second_part_varies_between_transactions)
{
    proxy_rig *rig = px_alone();
    const ss_slice one = second_part(rig, "MESSAGE sip:bob@example.com", "");
    px_send(rig, ALICE,
            px_printf(rig, "MESSAGE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                           ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                           "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
                           "Call-ID: call\nCSeq: 2 MESSAGE\nContent-Length: 0\n\n"));
    ss_via via;
    CHECK_OK(ss_via_parse(px_field(rig, px_take(rig), SS_HDR_VIA, 0), &via));
    CHECK(via.branch.len > 16);
    CHECK(!ss_slice_eq(ss_slice_cut(via.branch, via.branch.len - 16, via.branch.len), one));
    px_stop(rig);
}

/* A Via of this proxy's name with `end` at the end of its branch lies under another, in a request for Bob. */
static void comes_again(proxy_rig *rig, const char *foreign, const char *host, ss_slice end,
                        unsigned nth)
{
    px_send(rig, ALICE,
            px_printf(rig,
                      "MESSAGE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bKa%u\n%sVia: SIP/2.0/UDP %s:5060;branch=z9hG4bKx.%.*s\n"
                      "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\n"
                      "To: <sip:bob@example.com>\n"
                      "Call-ID: call\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n",
                      nth, foreign, host, (int)end.len, end.at));
}

TEST(rfc5393_4_2_2_each_via_of_ours_is_compared_and_no_other)
{
    proxy_rig *rig = px_alone();
    const ss_slice same = second_part(rig, "MESSAGE sip:bob@example.com", "");
    comes_again(rig, "", "10.0.0.1", same, 2);
    px_expect(rig, ALICE, "SIP/2.0 482 Loop Detected");
    comes_again(rig, "", "10.0.0.9", same, 3); /* somebody else's */
    px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    comes_again(rig, "", "10.0.0.1", SS_LIT("0123456789abcdef"), 4); /* a spiral */
    px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    comes_again(rig, "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKfeed\n", "10.0.0.1", same, 5);
    px_expect(rig, ALICE, "SIP/2.0 482 Loop Detected");
    px_stop(rig);
}

/* "parsing a header field value with unknown parameter names, parameters with no values, or parameter values with or without quoted
 * strings must not cause an implementation to fail" */
TEST(rfc5393_4_2_4_what_others_write_into_their_vias_fails_nothing)
{
    static const char *const foreign[] = {
        "Via: SIP / 2.0 / UDP far ;x;y=\"a;,b\";z=tok;branch=z9hG4bKq\n",
        "Via: SIP/2.0/PIGEON [2001:db8::1]:9;branch=\n",
        "Via: what is this\n",
        "Via: SIP/2.0/UDP 10.0.0.1\n",
    };
    proxy_rig *rig = px_alone();
    const ss_slice same = second_part(rig, "MESSAGE sip:bob@example.com", "");
    for (unsigned i = 0; i < SS_COUNT(foreign); i++) {
        comes_again(rig, foreign[i], "10.0.0.9", same, 10 + 2 * i);
        px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
        comes_again(rig, foreign[i], "10.0.0.1", same, 11 + 2 * i);
        px_expect(rig, ALICE, "SIP/2.0 482 Loop Detected");
    }
    px_stop(rig);
}

/* RFC5393:4.2.1 RFC5393:4.2.4 */
TEST(rfc5393_3_without_loop_detection_each_round_forks_again)
{
    proxy_rig *rig = px_looping(true);
    rig->names[0] = ss_address_v4(0x0a000001, 5060);
    rig->name_count = 1;
    message_bob(rig, "");
    px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    px_sent *back = px_expect(rig, "10.0.0.1", "MESSAGE sip:bob@example.com SIP/2.0");
    px_send(rig, "10.0.0.1", back->bytes);
    px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    px_expect(rig, "10.0.0.1", "MESSAGE sip:bob@example.com SIP/2.0");
    px_stop(rig);
}
