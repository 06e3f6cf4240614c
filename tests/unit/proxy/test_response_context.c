/* A response context with several branches: what 16.7 chooses from. */
#include "proxy_rig.h"

#include <string.h>

enum { BRANCHES = 3 };

typedef struct fork_rig {
    proxy_rig *rig;
    const px_sent *sent[BRANCHES]; /* to .3, .4, .5 */
} fork_rig;

static const char *const hosts[BRANCHES] = { BOB, CAROL, "10.0.0.5" };

static fork_rig fork_request(const char *start)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:b@10.0.0.5");
    px_bind(rig, "sip:bob@example.com", "sip:b@10.0.0.4");
    px_bind(rig, "sip:bob@example.com", "sip:b@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, start, "a1", ""));
    if (strncmp(start, "INVITE", 6) == 0) {
        px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    }
    fork_rig f = { .rig = rig };
    for (unsigned i = 0; i < BRANCHES; i++) {
        f.sent[i] = px_take(rig);
        CHECK_NOT_NULL(f.sent[i]);
        CHECK_EQ(f.sent[i]->to.ip[3], 3 + i);
    }
    px_expect_nothing(rig);
    return f;
}

static void reply(const fork_rig *f, unsigned branch, unsigned status)
{
    px_send(f->rig, hosts[branch], px_reply(f->rig, f->sent[branch], status, ""));
}

/* What Alice gets when the three branches answer; only then. */
static void check_best(const unsigned statuses[BRANCHES], const char *expected)
{
    const fork_rig f = fork_request("MESSAGE sip:bob@example.com");
    for (unsigned i = 0; i < BRANCHES; i++) {
        px_expect_nothing(f.rig);
        reply(&f, i, statuses[i]);
    }
    px_expect(f.rig, ALICE, expected);
    px_stop(f.rig);
}

TEST(response_context_chooses_the_lowest_class_but_6xx_first)
{
    check_best((const unsigned[]){ 500, 302, 404 }, "SIP/2.0 302 Moved Temporarily");
    check_best((const unsigned[]){ 500, 503, 404 }, "SIP/2.0 404 Not Found");
    check_best((const unsigned[]){ 302, 606, 404 }, "SIP/2.0 606 Not Acceptable");
}

TEST(response_context_prefers_inside_4xx_what_says_how_to_try_again)
{
    check_best((const unsigned[]){ 404, 407, 486 }, "SIP/2.0 407 Proxy Authentication Required");
    check_best((const unsigned[]){ 404, 486, 484 }, "SIP/2.0 484 Address Incomplete");
    check_best((const unsigned[]){ 404, 486, 480 }, "SIP/2.0 404 Not Found");
}

TEST(response_context_takes_a_503_only_when_nothing_else_came)
{
    check_best((const unsigned[]){ 503, 501, 503 }, "SIP/2.0 501 Not Implemented");
    check_best((const unsigned[]){ 503, 503, 503 }, "SIP/2.0 500 Server Internal Error");
}

TEST(response_context_forwards_the_first_2xx_to_a_non_invite_and_no_more)
{
    const fork_rig f = fork_request("MESSAGE sip:bob@example.com");
    reply(&f, 1, 404);
    reply(&f, 0, 200);
    px_expect(f.rig, ALICE, "SIP/2.0 200 OK");
    reply(&f, 2, 200);
    px_expect_nothing(f.rig);
    px_stop(f.rig);
}

TEST(response_context_cancels_the_other_branches_at_a_2xx_and_forwards_a_second_one)
{
    const fork_rig f = fork_request("INVITE sip:bob@example.com");
    for (unsigned i = 0; i < 2; i++) {
        reply(&f, i, 180);
        px_expect(f.rig, ALICE, "SIP/2.0 180 Ringing");
    }
    reply(&f, 0, 200);
    px_expect(f.rig, ALICE, "SIP/2.0 200 OK");
    px_expect(f.rig, CAROL, "CANCEL sip:b@10.0.0.4 SIP/2.0");
    px_expect_nothing(f.rig); /* the third has had no 1xx yet */
    reply(&f, 2, 180);
    px_expect(f.rig, "10.0.0.5", "CANCEL sip:b@10.0.0.5 SIP/2.0");
    px_expect_nothing(f.rig);
    reply(&f, 1, 200); /* it crossed the CANCEL */
    px_expect(f.rig, ALICE, "SIP/2.0 200 OK");
    reply(&f, 2, 487);
    px_expect(f.rig, "10.0.0.5", "ACK sip:b@10.0.0.5 SIP/2.0");
    px_expect_nothing(f.rig);
    px_stop(f.rig);
}

TEST(response_context_cancels_the_other_branches_at_a_6xx_and_waits_for_them)
{
    const fork_rig f = fork_request("INVITE sip:bob@example.com");
    for (unsigned i = 0; i < BRANCHES; i++) {
        reply(&f, i, 180);
        px_expect(f.rig, ALICE, "SIP/2.0 180 Ringing");
    }
    reply(&f, 1, 603);
    px_expect(f.rig, CAROL, "ACK sip:b@10.0.0.4 SIP/2.0");
    px_expect(f.rig, BOB, "CANCEL sip:b@10.0.0.3 SIP/2.0");
    px_expect(f.rig, "10.0.0.5", "CANCEL sip:b@10.0.0.5 SIP/2.0");
    reply(&f, 0, 487);
    px_expect(f.rig, BOB, "ACK sip:b@10.0.0.3 SIP/2.0");
    px_expect_nothing(f.rig);
    reply(&f, 2, 487);
    px_expect(f.rig, "10.0.0.5", "ACK sip:b@10.0.0.5 SIP/2.0");
    px_expect(f.rig, ALICE, "SIP/2.0 603 Decline");
    px_stop(f.rig);
}

TEST(response_context_counts_a_branch_that_timed_out_as_408)
{
    const fork_rig f = fork_request("INVITE sip:bob@example.com");
    reply(&f, 0, 486);
    reply(&f, 1, 500);
    px_run_to(f.rig, SS_S(32) - 1);
    while (px_take(f.rig) != NULL) {
    }
    px_run_to(f.rig, SS_S(32));
    px_expect(f.rig, ALICE, "SIP/2.0 486 Busy Here"); /* first of its class */
    px_stop(f.rig);
}
