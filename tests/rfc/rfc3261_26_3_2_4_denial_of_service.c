/* RFC 3261 section 26.3.2.4, and 8.2.7 and 22.1 for what it asks of: what a proxy and its registrar spend on requests of nobody whom
 * they know, and what an address gets that somebody else gave as his. */
#include "proxy_rig.h"

#include <stdio.h>

#define REGISTER "REGISTER sip:example.com"
#define INVITE   "INVITE sip:bob@example.com"

static proxy_rig *protected(void)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

static const px_login alice_registers = { "alice", "secret", REGISTER, SS_ALGORITHM_SHA_256, 1 };
static const px_login alice_invites = { "alice", "secret", INVITE, SS_ALGORITHM_SHA_256, 1 };

static ss_slice reg(proxy_rig *rig, const char *user, const char *branch, const char *lines)
{
    return px_printf(rig,
                     REGISTER " SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK%s\n"
                              "Max-Forwards: 70\nFrom: <sip:%s@example.com>;tag=alice\n"
                              "To: <sip:%s@example.com>\nCall-ID: call\nCSeq: 1 REGISTER\n"
                              "Contact: <sip:%s@" ALICE ">\n%sContent-Length: 0\n\n",
                     branch, user, user, user, lines);
}

static const px_sent *asked(proxy_rig *rig, ss_slice request, unsigned status)
{
    px_send(rig, ALICE, request);
    return px_expect(rig, ALICE,
                     status == 401 ? "SIP/2.0 401 Unauthorized"
                                   : "SIP/2.0 407 Proxy Authentication Required");
}

/* Nothing of it is there, nothing follows. */
static void leaves_nothing(proxy_rig *rig)
{
    px_expect_nothing(rig);
    px_check_empty(rig);
    px_run_to(rig, rig->now + SS_S(40));
    px_expect_nothing(rig);
}

/* ---- one answer, no state ---- */

/* RFC3261:26.3.2.4 RFC3261:8.2.7 */
TEST(rfc3261_26_3_2_4_a_challenge_is_sent_once_and_leaves_nothing)
{
    proxy_rig *rig = protected();
    asked(rig, px_request(rig, INVITE, "i1", ""), 407);
    leaves_nothing(rig);
    asked(rig, reg(rig, "alice", "r1", ""), 401);
    leaves_nothing(rig);
    CHECK_EQ(rig->queries, 0);
    px_stop(rig);
}

/* RFC3261:8.2.7 the tag is the same for each copy; there is no 100 */
TEST(rfc3261_8_2_7_each_copy_of_a_challenged_invite_gets_one_answer_with_the_same_tag)
{
    proxy_rig *rig = protected();
    const ss_slice invite = px_request(rig, INVITE, "i1", "");
    const px_sent *first = asked(rig, invite, 407);
    for (unsigned i = 0; i < 3; i++) {
        const px_sent *copy = asked(rig, invite, 407);
        CHECK_EQ(copy->bytes.len, first->bytes.len);
        CHECK_SLICE_EQ(px_field(rig, copy, SS_HDR_TO, 0), px_field(rig, first, SS_HDR_TO, 0));
    }
    leaves_nothing(rig);
    px_stop(rig);
}

/* RFC3261:26.3.2.4 whatever is wrong with them */
TEST(rfc3261_26_3_2_4_wrong_credentials_leave_nothing_either)
{
    proxy_rig *rig = protected();
    const px_sent *challenge = asked(rig, px_request(rig, INVITE, "i1", ""), 407);
    px_login wrong = alice_invites, nobody = alice_invites, bob = alice_invites;
    wrong.password = "Secret";
    nobody.user = "mallory";
    bob.user = "bob";
    asked(rig, px_request(rig, INVITE, "i2", px_login_line(challenge, &wrong)), 407);
    leaves_nothing(rig);
    asked(rig, px_request(rig, INVITE, "i3", px_login_line(challenge, &nobody)), 407);
    leaves_nothing(rig);
    px_send(rig, ALICE, px_request(rig, INVITE, "i4", px_login_line(challenge, &bob)));
    px_expect(rig, ALICE, "SIP/2.0 403 Forbidden");
    leaves_nothing(rig);
    px_stop(rig);
}

/* RFC7616:3.3 nobody is asked about what came with a nonce that was never given out; who has right credentials tries again */
TEST(rfc7616_3_3_a_nonce_that_was_not_given_out_costs_no_question)
{
    proxy_rig *rig = protected(), *elsewhere = protected();
    elsewhere->engine.core.entropy.key++; /* of before a restart, say */
    const px_sent *foreign = asked(elsewhere, reg(elsewhere, "alice", "r0", ""), 401);
    px_login login = alice_registers;
    asked(rig, reg(rig, "alice", "r1", px_login_line(foreign, &login)), 401);
    leaves_nothing(rig);
    const px_sent *stale = asked(rig, reg(rig, "alice", "r2", px_login_line(foreign, &login)), 401);
    static unsigned char memory[1024];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_challenge challenge;
    CHECK_OK(
        ss_challenge_parse(px_field(rig, stale, SS_HDR_WWW_AUTHENTICATE, 0), &arena, &challenge));
    CHECK(challenge.is_stale);
    CHECK_EQ(rig->queries, 0);
    px_send(rig, ALICE, reg(rig, "alice", "r3", px_login_line(stale, &login)));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
    px_stop(elsewhere);
}

/* RFC3261:10.3 steps 2, 5, 6, 7 come before anything is kept. RFC3261:26.3.2.4 */
TEST(rfc3261_10_3_a_refused_register_leaves_nothing)
{
    static const struct {
        const char *lines, *answer;
    } rows[] = {
        { "Require: foo\n", "SIP/2.0 420 Bad Extension" },
        { "Expires: 1\n", "SIP/2.0 423 Interval Too Brief" },
        { "Contact: *\n", "SIP/2.0 400 Bad Request" },
    };
    proxy_rig *rig = px_start();
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        px_send(rig, ALICE, reg(rig, "alice", "r", rows[i].lines));
        px_expect(rig, ALICE, rows[i].answer);
        leaves_nothing(rig);
    }
    px_stop(rig);
}

/* RFC3261:16.3 16.5 */
TEST(rfc3261_26_3_2_4_what_a_proxy_refuses_by_itself_leaves_nothing)
{
    static const struct {
        const char *start, *lines, *answer;
    } rows[] = {
        { "MESSAGE tel:5551234", "", "SIP/2.0 416 Unsupported URI Scheme" },
        { "INVITE tel:5551234", "", "SIP/2.0 416 Unsupported URI Scheme" },
        { "INVITE sip:bob@example.com", "Proxy-Require: foo\n", "SIP/2.0 420 Bad Extension" },
        { "MESSAGE sip:nobody@example.com", "", "SIP/2.0 404 Not Found" },
        { "INVITE sip:nobody@example.com", "", "SIP/2.0 404 Not Found" }, /* before a 100 */
    };
    proxy_rig *rig = px_start();
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        px_send(rig, ALICE, px_request(rig, rows[i].start, "a", rows[i].lines));
        px_expect(rig, ALICE, rows[i].answer);
        leaves_nothing(rig);
    }
    px_stop(rig);
}

/* RFC3261:8.2.7 the ACK is ignored, though its To tag is that of a dialog; that of another INVITE goes on */
TEST(rfc3261_8_2_7_the_ack_of_a_refused_reinvite_goes_no_further)
{
    proxy_rig *rig = px_start();
    const char *const lines = "Route: <sip:10.0.0.1;lr>\n";
    for (unsigned i = 0; i < 2; i++) {
        const ss_slice request = px_printf(
            rig,
            "%s sip:bob@10.0.0.3 SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKr1\n"
            "Max-Forwards: %u\n%sFrom: <sip:alice@example.com>;tag=a\n"
            "To: <sip:bob@example.com>;tag=b\nCall-ID: call\nCSeq: 2 %s\n"
            "Content-Length: 0\n\n",
            i == 0 ? "INVITE" : "ACK", i == 0 ? 0 : 70, lines, i == 0 ? "INVITE" : "ACK");
        px_send(rig, ALICE, request);
        if (i == 0) {
            px_expect(rig, ALICE, "SIP/2.0 483 Too Many Hops");
        }
        px_expect_nothing(rig);
    }
    px_send(rig, ALICE,
            px_request(rig, "ACK sip:bob@10.0.0.3", "a2", "Route: <sip:10.0.0.1;lr>\n"));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_stop(rig);
}

/* ---- amplification ---- */

/* RFC3261:26.3.2.4 "amplifies the problem of an attacker using a falsified header field value (such as Via) to direct traffic to a
 * third party": one message for each that came, wherever Via sends it, and its length is that of the request and of the challenges
 * at most. */
TEST(rfc3261_26_3_2_4_a_third_party_gets_one_challenge_for_each_request)
{
    proxy_rig *rig = protected();
    size_t in = 0, out = 0;
    for (unsigned i = 0; i < 100; i++) {
        char branch[16], via[64];
        snprintf(branch, sizeof branch, "x%u", i);
        snprintf(via, sizeof via, "X-Filler: %.*s\n", (int)(i % 40),
                 "0123456789012345678901234567890123456789");
        const ss_slice request = px_request(rig, INVITE, branch, via);
        px_send(rig, CAROL, request);
        const px_sent *answer = px_take(rig);
        CHECK_NOT_NULL(answer);
        in += request.len;
        out += answer->bytes.len;
        CHECK(answer->bytes.len < request.len + 600);
    }
    px_run_to(rig, rig->now + SS_S(64));
    px_expect_nothing(rig);
    CHECK(out < 3 * in);
    px_stop(rig);
}

/* ---- who is a user is nobody's business ---- */

static ss_slice names_of(proxy_rig *rig, const px_sent *sent)
{
    ss_buffer b = ss_buffer_on(rig->text_memory + rig->text_used, 2048);
    rig->text_used += 2048;
    ss_slice rest = sent->bytes;
    while (rest.len > 0) {
        const size_t end = ss_slice_find(rest, '\n');
        const ss_slice line = ss_slice_cut(rest, 0, end);
        ss_put(&b, ss_slice_cut(line, 0, ss_slice_find(line, ':')));
        ss_put_char(&b, '|');
        rest = ss_slice_cut(rest, end < rest.len ? end + 1 : end, rest.len);
    }
    return ss_buffer_slice(&b);
}

static void answered_alike(proxy_rig *rig, const px_sent *a, const px_sent *b)
{
    CHECK_EQ(a->bytes.len, b->bytes.len);
    CHECK_SLICE_EQ(names_of(rig, a), names_of(rig, b));
}

/* RFC3261:22.1 RFC3261:10.3 with and without credentials: the same lines, the same length, the same questions, the same instant */
TEST(rfc3261_10_3_a_register_for_nobody_is_answered_as_one_for_a_user)
{
    proxy_rig *rig = protected();
    const px_sent *user = asked(rig, reg(rig, "alice", "r1", ""), 401);
    const px_sent *nobody = asked(rig, reg(rig, "alicf", "r2", ""), 401);
    answered_alike(rig, user, nobody);
    px_login wrong = alice_registers, unknown = alice_registers;
    wrong.password = "guess";
    unknown.user = "alicf";
    unknown.password = "guess";
    const unsigned before = rig->queries;
    user = asked(rig, reg(rig, "alice", "r3", px_login_line(user, &wrong)), 401);
    const unsigned for_user = rig->queries - before;
    nobody = asked(rig, reg(rig, "alicf", "r4", px_login_line(nobody, &unknown)), 401);
    answered_alike(rig, user, nobody);
    CHECK_EQ(rig->queries - before, 2 * for_user);
    CHECK_EQ(user->at, nobody->at);
    px_stop(rig);
}

/* RFC3261:22.3 who is called is not looked for before it is known who calls */
TEST(rfc3261_22_3_who_shows_no_credentials_is_not_told_who_is_a_user)
{
    proxy_rig *rig = protected();
    const px_sent *user = asked(rig, px_request(rig, INVITE, "i1", ""), 407);
    const px_sent *nobody =
        asked(rig, px_request(rig, "INVITE sip:boc@example.com", "i2", ""), 407);
    answered_alike(rig, user, nobody);
    CHECK_EQ(rig->queries, 0);
    px_stop(rig);
}
