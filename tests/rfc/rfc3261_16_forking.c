/* RFC 3261 16.5 to 16.8 with more than one target: forking, the best response, challenges in one, hunting, recursion; and what
 * RFC 3326 says of the CANCELs. */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

#define DAVE   "10.0.0.5"
#define RECORD "sip:bob@example.com"

/* Bob has three phones, of descending q as given. */
typedef struct three {
    uint16_t b, c, d;
} three;

static proxy_rig *px_forking(ss_fork fork, three q)
{
    proxy_rig *rig = px_new();
    rig->config.fork = fork;
    px_go(rig);
    px_bind_q(rig, RECORD, "sip:b@" DAVE, q.d);
    px_bind_q(rig, RECORD, "sip:b@" CAROL, q.c);
    px_bind_q(rig, RECORD, "sip:b@" BOB, q.b);
    return rig;
}

static const three same = { 1000, 1000, 1000 };
static const three falling = { 900, 500, 100 };

static void invite(proxy_rig *rig)
{
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
}

static px_sent *reaches(proxy_rig *rig, const char *host)
{
    char line[64] = "INVITE sip:b@";
    strcat(line, host);
    strcat(line, " SIP/2.0");
    return px_expect(rig, host, line);
}

static void is_cancelled(proxy_rig *rig, const char *host)
{
    char line[64] = "CANCEL sip:b@";
    strcat(line, host);
    strcat(line, " SIP/2.0");
    px_send(rig, host, px_reply(rig, px_expect(rig, host, line), 200, ""));
}

/* A rejection, and the ACK that it gets. */
static void rejects(proxy_rig *rig, const char *host, const px_sent *request, unsigned status,
                    const char *lines)
{
    char line[64] = "ACK sip:b@";
    strcat(line, host);
    strcat(line, " SIP/2.0");
    px_send(rig, host, px_reply(rig, request, status, lines));
    px_expect(rig, host, line);
}

static void rings(proxy_rig *rig, const char *host, const px_sent *request)
{
    px_send(rig, host, px_reply(rig, request, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
}

static ss_slice cancel(proxy_rig *rig, const char *lines)
{
    return px_printf(rig,
                     "CANCEL sip:bob@example.com SIP/2.0\n"
                     "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                     "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
                     "Call-ID: call\nCSeq: 1 CANCEL\n%sContent-Length: 0\n\n",
                     lines);
}

/* ---- RFC3261:16.6: the order ---------------------------------------------------------------------------------- */

TEST(rfc3261_16_6_targets_of_one_q_are_tried_in_parallel)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    px_expect_nothing(rig);
    rejects(rig, BOB, b, 486, "");
    rejects(rig, CAROL, c, 480, "");
    px_expect_nothing(rig);
    rejects(rig, DAVE, d, 404, "");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

TEST(rfc3261_16_6_groups_of_falling_q_are_tried_one_after_the_other)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, (three){ 500, 1000, 500 });
    invite(rig);
    const px_sent *c = reaches(rig, CAROL);
    px_expect_nothing(rig);
    rejects(rig, CAROL, c, 486, "");
    px_sent *b = reaches(rig, BOB), *d = reaches(rig, DAVE);
    px_send(rig, DAVE, px_reply(rig, d, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, BOB, px_reply(rig, b, 180, ""));
    is_cancelled(rig, BOB);
    px_stop(rig);
}

TEST(rfc3261_16_6_sequentially_one_is_tried_at_a_time_whatever_the_q)
{
    proxy_rig *rig = px_forking(SS_FORK_SEQUENTIAL, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB);
    rejects(rig, BOB, b, 486, "");
    px_sent *c = reaches(rig, CAROL);
    px_expect_nothing(rig);
    rejects(rig, CAROL, c, 486, "");
    px_send(rig, DAVE, px_reply(rig, reaches(rig, DAVE), 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_6_in_parallel_all_are_tried_whatever_the_q)
{
    proxy_rig *rig = px_forking(SS_FORK_PARALLEL, falling);
    invite(rig);
    reaches(rig, BOB);
    reaches(rig, CAROL);
    reaches(rig, DAVE);
    px_stop(rig);
}

TEST(rfc3261_16_6_a_proxy_that_never_forks_tries_the_best_only)
{
    proxy_rig *rig = px_forking(SS_FORK_NEVER, falling);
    invite(rig);
    rejects(rig, BOB, reaches(rig, BOB), 486, "");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

TEST(rfc3261_16_6_step_8_each_branch_has_its_own_branch_parameter)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    const ss_slice b = px_field(rig, reaches(rig, BOB), SS_HDR_VIA, 0);
    char kept[160];
    CHECK(b.len < sizeof kept);
    memcpy(kept, b.at, b.len);
    const ss_slice c = px_field(rig, reaches(rig, CAROL), SS_HDR_VIA, 0);
    CHECK(!ss_slice_eq((ss_slice){ kept, b.len }, c));
    px_stop(rig);
}

TEST(rfc3261_16_6_names_of_several_targets_are_all_asked_for)
{
    proxy_rig *rig = px_start();
    rig->names[0] = ss_address_v4(0x0a000003, 5060);
    rig->name_count = 1;
    px_bind(rig, RECORD, "sip:b@one.example.net");
    px_bind(rig, RECORD, "sip:b@two.example.net");
    invite(rig);
    px_expect(rig, BOB, "INVITE sip:b@two.example.net SIP/2.0");
    px_expect(rig, BOB, "INVITE sip:b@one.example.net SIP/2.0");
    CHECK_EQ(rig->queries, 3);
    px_stop(rig);
}

TEST(rfc3261_16_9_a_branch_that_cannot_be_sent_is_as_if_503_and_the_others_go_on)
{
    proxy_rig *rig = px_start();
    px_bind(rig, RECORD, "sip:b@" BOB);
    px_bind(rig, RECORD, "sip:b@" CAROL ";transport=sctp");
    invite(rig);
    px_send(rig, BOB, px_reply(rig, reaches(rig, BOB), 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_9_when_no_branch_can_be_sent_it_is_500)
{
    proxy_rig *rig = px_start();
    px_bind(rig, RECORD, "sip:b@" BOB ";transport=sctp");
    px_bind_q(rig, RECORD, "sip:b@" CAROL ";transport=sctp", 500);
    px_bind_q(rig, RECORD, "sip:b@nowhere.example.net", 500);
    invite(rig);
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_stop(rig);
}

/* ---- RFC3261:16.7: responses ---------------------------------------------------------------------------------- */

TEST(rfc3261_16_7_step_5_every_2xx_of_every_branch_is_forwarded)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    px_send(rig, BOB, px_reply(rig, b, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, CAROL, px_reply(rig, c, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    rejects(rig, DAVE, d, 486, "");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_5_a_6xx_cancels_the_rest_and_goes_up_when_they_ended)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, (three){ 1000, 1000, 100 });
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL);
    rings(rig, BOB, b);
    rejects(rig, CAROL, c, 603, "");
    is_cancelled(rig, BOB);
    px_expect_nothing(rig);
    rejects(rig, BOB, b, 487, "");
    px_expect(rig, ALICE, "SIP/2.0 603 Decline");
    px_expect_nothing(rig); /* the third is not tried: no new branches */
    px_stop(rig);
}

TEST(rfc3261_16_7_step_5_a_2xx_that_crosses_the_6xx_wins)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, (three){ 1000, 1000, 100 });
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL);
    rings(rig, BOB, b);
    rejects(rig, CAROL, c, 603, "");
    is_cancelled(rig, BOB);
    px_send(rig, BOB, px_reply(rig, b, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_5_a_6xx_to_a_non_invite_waits_for_the_others_and_cancels_nothing)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, (three){ 1000, 1000, 100 });
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *b = px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    px_sent *c = px_expect(rig, CAROL, "MESSAGE sip:b@10.0.0.4 SIP/2.0");
    px_send(rig, CAROL, px_reply(rig, c, 600, ""));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, b, 404, ""));
    px_expect(rig, ALICE, "SIP/2.0 600 Busy Everywhere");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_7_challenges_of_all_branches_go_up_in_one_response)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    rejects(rig, BOB, b, 401, "WWW-Authenticate: Digest realm=\"b\", nonce=\"1\"\n");
    rejects(rig, CAROL, c, 486, "");
    rejects(rig, DAVE, d, 407,
            "Proxy-Authenticate: Digest realm=\"d\", nonce=\"2\"\n"
            "Proxy-Authenticate: Digest realm=\"d\", nonce=\"3\"\n"
            "WWW-Authenticate: Digest realm=\"e\", nonce=\"4\"\n");
    px_sent *up = px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized");
    CHECK_EQ(px_field_count(rig, up, SS_HDR_WWW_AUTHENTICATE), 2);
    CHECK_EQ(px_field_count(rig, up, SS_HDR_PROXY_AUTHENTICATE), 2);
    CHECK_SLICE(px_field(rig, up, SS_HDR_WWW_AUTHENTICATE, 0), "Digest realm=\"b\", nonce=\"1\"");
    CHECK_SLICE(px_field(rig, up, SS_HDR_WWW_AUTHENTICATE, 1), "Digest realm=\"e\", nonce=\"4\"");
    CHECK_SLICE(px_field(rig, up, SS_HDR_PROXY_AUTHENTICATE, 1), "Digest realm=\"d\", nonce=\"3\"");
    CHECK_EQ(px_field_count(rig, up, SS_HDR_VIA), 1);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_6_a_challenge_is_preferred_and_487_and_408_say_least)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    rejects(rig, BOB, b, 487, "");
    rejects(rig, CAROL, c, 408, "");
    rejects(rig, DAVE, d, 410, "");
    px_expect(rig, ALICE, "SIP/2.0 410 Gone");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_10_pending_branches_are_cancelled_when_a_2xx_goes_up)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    rings(rig, BOB, b);
    rings(rig, CAROL, c);
    px_send(rig, BOB, px_reply(rig, b, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    is_cancelled(rig, CAROL);
    px_expect_nothing(rig);
    px_send(rig, DAVE, px_reply(rig, d, 180, "")); /* it could not be cancelled before */
    is_cancelled(rig, DAVE);
    px_stop(rig);
}

/* ---- RFC3326:2 ------------------------------------------------------------------------------------------------- */

TEST(rfc3326_2_who_lost_hears_that_the_call_was_completed_elsewhere)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    rings(rig, CAROL, c);
    px_send(rig, BOB, px_reply(rig, b, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_sent *gone = px_expect(rig, CAROL, "CANCEL sip:b@10.0.0.4 SIP/2.0");
    CHECK_SLICE(px_field(rig, gone, SS_HDR_REASON, 0),
                "SIP ;cause=200 ;text=\"Call completed elsewhere\"");
    px_send(rig, DAVE, px_reply(rig, d, 100, ""));
    gone = px_expect(rig, DAVE, "CANCEL sip:b@10.0.0.5 SIP/2.0");
    CHECK_SLICE(px_field(rig, gone, SS_HDR_REASON, 0),
                "SIP ;cause=200 ;text=\"Call completed elsewhere\"");
    px_stop(rig);
}

TEST(rfc3326_2_a_reason_from_upstream_is_copied_into_every_cancel)
{
    proxy_rig *rig = px_forking(SS_FORK_BY_Q, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB), *c = reaches(rig, CAROL), *d = reaches(rig, DAVE);
    rings(rig, BOB, b);
    px_send(rig, ALICE,
            cancel(rig, "Reason: Q.850 ;cause=16 ;text=\"Terminated\"\nReason: SIP;cause=200\n"));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_sent *gone = px_expect(rig, BOB, "CANCEL sip:b@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, gone, SS_HDR_REASON, 0), "Q.850 ;cause=16 ;text=\"Terminated\"");
    CHECK_SLICE(px_field(rig, gone, SS_HDR_REASON, 1), "SIP;cause=200");
    px_send(rig, CAROL, px_reply(rig, c, 180, "")); /* later, and so does its CANCEL say */
    gone = px_expect(rig, CAROL, "CANCEL sip:b@10.0.0.4 SIP/2.0");
    CHECK_SLICE(px_field(rig, gone, SS_HDR_REASON, 0), "Q.850 ;cause=16 ;text=\"Terminated\"");
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    rejects(rig, BOB, b, 487, "");
    rejects(rig, CAROL, c, 487, "");
    rejects(rig, DAVE, d, 480, "");
    px_expect(rig, ALICE, "SIP/2.0 480 Temporarily Unavailable");
    px_stop(rig);
}

TEST(rfc3326_2_a_cancel_without_a_reason_gets_none)
{
    proxy_rig *rig = px_forking(SS_FORK_NEVER, same);
    invite(rig);
    rings(rig, BOB, reaches(rig, BOB));
    px_send(rig, ALICE, cancel(rig, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_sent *gone = px_expect(rig, BOB, "CANCEL sip:b@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, gone, SS_HDR_REASON), 0);
    px_stop(rig);
}

/* ---- RFC3261:16.10 --------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_10_a_cancel_ends_the_search_too)
{
    proxy_rig *rig = px_forking(SS_FORK_SEQUENTIAL, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB);
    rings(rig, BOB, b);
    px_send(rig, ALICE, cancel(rig, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    is_cancelled(rig, BOB);
    rejects(rig, BOB, b, 487, "");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_10_a_branch_whose_name_is_still_being_resolved_ends_with_the_cancel)
{
    proxy_rig *rig = px_start();
    px_bind(rig, RECORD, "sip:b@one.example.net");
    px_bind(rig, RECORD, "sip:b@" BOB);
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect_nothing(rig);
    static _Alignas(16) unsigned char memory[1 << 12];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_answer bound;
    CHECK_OK(ss_location_serve(&rig->location, rig->now, &rig->held, &arena, &bound));
    px_answer(rig, &bound);
    px_expect(rig, ALICE, "SIP/2.0 100 Trying"); /* now that it is known where to */
    px_sent *b = reaches(rig, BOB);
    rings(rig, BOB, b);
    const uint32_t asked = rig->held.token;
    px_send(rig, ALICE, cancel(rig, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    is_cancelled(rig, BOB);
    rejects(rig, BOB, b, 487, "");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    px_answer(rig, &(ss_answer){ .token = asked, .status = SS_NONE });
    px_expect_nothing(rig);
    px_stop(rig);
}

/* ---- RFC3261:16.8: hunting ------------------------------------------------------------------------------------- */

static proxy_rig *px_hunting(void)
{
    proxy_rig *rig = px_forking(SS_FORK_SEQUENTIAL, same);
    rig->config.hunt = SS_S(10);
    return rig;
}

TEST(rfc3261_16_8_timer_c_of_a_branch_that_rang_leads_to_the_next_target)
{
    proxy_rig *rig = px_forking(SS_FORK_SEQUENTIAL, same);
    invite(rig);
    px_sent *b = reaches(rig, BOB);
    rings(rig, BOB, b);
    px_run_to(rig, rig->settings.timer_c);
    is_cancelled(rig, BOB);
    rejects(rig, BOB, b, 487, "");
    px_send(rig, CAROL, px_reply(rig, reaches(rig, CAROL), 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_10_a_hunting_proxy_cancels_who_rings_for_too_long)
{
    proxy_rig *rig = px_hunting();
    invite(rig);
    px_sent *b = reaches(rig, BOB);
    px_run_to(rig, SS_MS(100));
    rings(rig, BOB, b);
    px_run_to(rig, SS_S(10) - 1);
    px_expect_nothing(rig);
    px_run_to(rig, SS_S(10));
    is_cancelled(rig, BOB);
    rejects(rig, BOB, b, 487, "");
    px_sent *c = reaches(rig, CAROL);
    px_run_to(rig, SS_MS(10100));
    rings(rig, CAROL, c);
    px_run_to(rig, SS_S(20));
    is_cancelled(rig, CAROL);
    rejects(rig, CAROL, c, 487, "");
    px_sent *d = reaches(rig, DAVE); /* the last is given all of Timer C */
    px_run_to(rig, SS_S(20) + SS_MS(100));
    rings(rig, DAVE, d);
    px_run_to(rig, SS_S(100));
    px_send(rig, DAVE, px_reply(rig, d, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

/* RFC3261:9.1 64*T1 after the CANCEL the INVITE is given up: no response of its is known any more */
TEST(rfc3261_9_1_a_hunting_proxy_gives_up_who_was_cancelled_and_never_said_487)
{
    proxy_rig *rig = px_hunting();
    invite(rig);
    px_sent *b = reaches(rig, BOB);
    rings(rig, BOB, b);
    px_run_to(rig, SS_S(10));
    is_cancelled(rig, BOB);
    px_run_to(rig, SS_S(42) - 1);
    px_expect_nothing(rig);
    px_run_to(rig, SS_S(42));
    (void)reaches(rig, CAROL);
    px_send(rig, BOB, px_reply(rig, b, 180, ""));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_10_a_hunting_proxy_passes_over_who_says_nothing_and_takes_a_late_2xx_yet)
{
    proxy_rig *rig = px_hunting();
    invite(rig);
    px_sent *b = reaches(rig, BOB);
    px_run_to(rig, SS_S(10) - 1);
    while (px_take(rig) != NULL) { /* copies */
    }
    px_run_to(rig, SS_S(10));
    px_sent *c = reaches(rig, CAROL);
    px_send(rig, CAROL, px_reply(rig, c, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(rig, BOB, px_reply(rig, b, 180, ""));
    is_cancelled(rig, BOB);
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(rig, BOB, px_reply(rig, b, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    is_cancelled(rig, CAROL);
    px_stop(rig);
}

TEST(rfc3261_16_8_when_the_last_of_a_hunt_fails_nobody_waits_for_the_silent_ones)
{
    proxy_rig *rig = px_hunting();
    invite(rig);
    reaches(rig, BOB);
    px_run_to(rig, SS_S(20));
    while (px_take(rig) != NULL) {
    }
    px_run_to(rig, SS_S(20) + SS_MS(1));
    px_sent *d = NULL;
    for (size_t i = 0; i < rig->sent_count; i++) {
        d = rig->sent[i].to.ip[3] == 5 ? &rig->sent[i] : d;
    }
    CHECK_NOT_NULL(d);
    rejects(rig, DAVE, d, 486, "");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

/* ---- RFC3261:16.7 step 4: recursion ---------------------------------------------------------------------------- */

static proxy_rig *px_recursing(ss_fork fork)
{
    proxy_rig *rig = px_new();
    rig->config.fork = fork;
    rig->config.recurses = true;
    px_go(rig);
    px_bind(rig, RECORD, "sip:b@" BOB);
    return rig;
}

TEST(rfc3261_16_7_step_4_a_3xx_is_followed_and_not_passed_on)
{
    proxy_rig *rig = px_recursing(SS_FORK_BY_Q);
    invite(rig);
    rejects(rig, BOB, reaches(rig, BOB), 302,
            "Contact: <sip:b@" DAVE ">;q=0.2, <sip:b@" CAROL ">;q=0.7\n");
    px_sent *c = reaches(rig, CAROL);
    px_expect_nothing(rig);
    rejects(rig, CAROL, c, 486, "");
    rejects(rig, DAVE, reaches(rig, DAVE), 480, "");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_4_300_and_301_are_followed_as_302_is)
{
    static const unsigned statuses[] = { 300, 301, 302 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        proxy_rig *rig = px_recursing(SS_FORK_BY_Q);
        invite(rig);
        rejects(rig, BOB, reaches(rig, BOB), statuses[i],
                "Contact: <sip:b@" CAROL ">, <sip:b@" CAROL ">\n"); /* once */
        rejects(rig, CAROL, reaches(rig, CAROL), 486, "");
        px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
        px_stop(rig);
    }
}

TEST(rfc3261_16_7_step_4_contacts_that_are_no_place_are_left_to_the_caller)
{
    static const char *const contacts[] = { "<tel:+1-201-555-0123>", "<sip:>",
                                            "<sip:b@" CAROL ">;q=7", "<sips:b@" CAROL ">" };
    for (size_t i = 0; i < SS_COUNT(contacts); i++) {
        proxy_rig *rig = px_recursing(SS_FORK_PARALLEL);
        char line[80];
        (void)snprintf(line, sizeof line, "Contact: %s\n", contacts[i]);
        invite(rig);
        rejects(rig, BOB, reaches(rig, BOB), 302, line);
        px_expect(rig, ALICE, "SIP/2.0 302 Moved Temporarily");
        px_expect_nothing(rig);
        px_stop(rig);
    }
}

TEST(rfc3261_16_5_a_target_is_tried_once_whoever_names_it_again)
{
    proxy_rig *rig = px_recursing(SS_FORK_BY_Q);
    invite(rig);
    rejects(rig, BOB, reaches(rig, BOB), 302, "Contact: <sip:b@" CAROL ">, <SIP:b@" BOB ">\n");
    rejects(rig, CAROL, reaches(rig, CAROL), 302, "Contact: <sip:b@" BOB ">\n");
    px_expect(rig, ALICE, "SIP/2.0 302 Moved Temporarily");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_4_what_it_cannot_follow_goes_up_without_what_it_did)
{
    proxy_rig *rig = px_recursing(SS_FORK_BY_Q);
    invite(rig);
    rejects(rig, BOB, reaches(rig, BOB), 300,
            "Contact: <mailto:b@example.com>, <sip:b@" CAROL ">\nContact: <tel:+4930>\n");
    rejects(rig, CAROL, reaches(rig, CAROL), 486, "");
    px_sent *up = px_expect(rig, ALICE, "SIP/2.0 300 Multiple Choices");
    CHECK_EQ(px_field_count(rig, up, SS_HDR_CONTACT), 2);
    CHECK_SLICE(px_field(rig, up, SS_HDR_CONTACT, 0), "<mailto:b@example.com>");
    CHECK_SLICE(px_field(rig, up, SS_HDR_CONTACT, 1), "<tel:+4930>");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_4_a_305_and_a_3xx_of_a_foreign_domain_are_not_followed)
{
    proxy_rig *rig = px_recursing(SS_FORK_BY_Q);
    invite(rig);
    rejects(rig, BOB, reaches(rig, BOB), 305, "Contact: <sip:" CAROL ">\n");
    px_expect(rig, ALICE, "SIP/2.0 305 Use Proxy");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@" BOB, "a2", ""));
    px_sent *x = px_expect(rig, BOB, "MESSAGE sip:x@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, x, 302, "Contact: <sip:b@" CAROL ">\n"));
    px_expect(rig, ALICE, "SIP/2.0 302 Moved Temporarily");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_4_what_a_phone_was_forwarded_to_rings_beside_its_fellows)
{
    proxy_rig *rig = px_recursing(SS_FORK_BY_Q);
    px_bind(rig, RECORD, "sip:b@" CAROL);
    invite(rig);
    px_sent *c = reaches(rig, CAROL), *b = reaches(rig, BOB);
    rejects(rig, BOB, b, 302, "Contact: <sip:b@" DAVE ">\n");
    px_sent *d = reaches(rig, DAVE);
    rejects(rig, DAVE, d, 486, "");
    px_expect_nothing(rig);
    rejects(rig, CAROL, c, 480, "");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_4_more_contacts_than_anybody_has_are_followed_as_far_as_they_fit)
{
    proxy_rig *rig = px_recursing(SS_FORK_SEQUENTIAL);
    char lines[8192] = "";
    for (unsigned i = 0; i < 100; i++) {
        const size_t used = strlen(lines);
        snprintf(lines + used, sizeof lines - used, "Contact: <sip:b@10.0.1.%u>\n", i);
    }
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:b@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, sent, 302, lines));
    unsigned tried = 0;
    while ((sent = px_take(rig)) != NULL && sent->to.ip[2] == 1) {
        char host[32];
        snprintf(host, sizeof host, "10.0.1.%u", sent->to.ip[3]);
        px_send(rig, host, px_reply(rig, sent, 404, ""));
        tried++;
    }
    CHECK_EQ(tried, 63);
    CHECK_NOT_NULL(sent);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_CONTACT), 37);
    px_stop(rig);
}
