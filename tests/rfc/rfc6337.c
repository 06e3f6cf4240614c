/* The offer/answer model of SIP (RFC 6337 table 1): the six patterns, message by message, at both ends; then every cell of the
 * machine, state by message, with and without a description: what it is, and what becomes of the exchange. */
#include "check.h"

#include "ss/sdp.h"

#include <stdio.h>
#include <string.h>

/* ---- patterns: a word for each message ---- */

typedef struct step {
    ss_oa_message message;
    bool has_sdp, by_client;
    ss_oa_verdict verdict;
    ss_oa_state then;
} step;

#define SDP  true
#define BARE false
#define UAC  true
#define UAS  false

/* Both ends see the same. */
static void walk(const step *steps, size_t count)
{
    ss_oa client = { 0 }, server = { 0 };
    for (size_t i = 0; i < count; i++) {
        const step *s = &steps[i];
        CHECK_EQ(ss_oa_judge(&client, s->message, s->has_sdp, s->by_client), s->verdict);
        CHECK_EQ(ss_oa_step(&client, s->message, s->has_sdp, s->by_client), s->verdict);
        CHECK_EQ(ss_oa_step(&server, s->message, s->has_sdp, !s->by_client), s->verdict);
        CHECK_STR(ss_oa_state_name(client.state), ss_oa_state_name(s->then));
        CHECK_EQ(server.state, client.state);
        CHECK_EQ(server.client_is_us, !client.client_is_us);
    }
}
#define WALK(...)                                    \
    do {                                             \
        static const step steps[] = { __VA_ARGS__ }; \
        walk(steps, SS_COUNT(steps));                \
    } while (0)

/* RFC3261:13.2.1 */
TEST(rfc6337_2_2_pattern_1_offer_in_invite_answer_in_2xx)
{
    WALK({ SS_OA_INVITE, SDP, UAC, SS_OA_IS_OFFER, SS_OA_OFFERED },
         { SS_OA_PREVIEW, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_OFFERED },
         { SS_OA_PREVIEW, SDP, UAS, SS_OA_IS_PREVIEW, SS_OA_OFFERED },
         { SS_OA_2XX, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_STABLE },
         { SS_OA_ACK, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_INVITE, SDP, UAC, SS_OA_IS_OFFER, SS_OA_OFFERED }, /* re-INVITE likewise */
         { SS_OA_2XX, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_STABLE });
}

TEST(rfc6337_2_2_pattern_2_offer_in_2xx_answer_in_ack)
{
    WALK({ SS_OA_INVITE, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_BARE },
         { SS_OA_PREVIEW, SDP, UAS, SS_OA_IS_IGNORED, SS_OA_BARE },
         { SS_OA_2XX, SDP, UAS, SS_OA_IS_OFFER, SS_OA_FINAL_OFFER },
         { SS_OA_ACK, SDP, UAC, SS_OA_IS_ANSWER, SS_OA_STABLE });
}

/* RFC3262:5 */
TEST(rfc6337_2_2_pattern_3_answer_in_a_reliable_1xx)
{
    WALK({ SS_OA_INVITE, SDP, UAC, SS_OA_IS_OFFER, SS_OA_OFFERED },
         { SS_OA_PREVIEW, SDP, UAS, SS_OA_IS_PREVIEW, SS_OA_OFFERED }, /* figure 1 of 3.1.1 */
         { SS_OA_RELIABLE, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_OFFERED },
         { SS_OA_PRACK, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_OFFERED },
         { SS_OA_PRACK_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_OFFERED },
         { SS_OA_RELIABLE, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_REL_ANSWER },
         { SS_OA_PRACK, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_PRACK_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_RELIABLE, SDP, UAS, SS_OA_IS_IGNORED, SS_OA_STABLE },
         { SS_OA_PRACK, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_ACK, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_STABLE });
}

TEST(rfc6337_2_2_pattern_4_offer_in_a_reliable_1xx_answer_in_prack)
{
    WALK({ SS_OA_INVITE, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_BARE },
         { SS_OA_RELIABLE, SDP, UAS, SS_OA_IS_OFFER, SS_OA_REL_OFFER },
         { SS_OA_PRACK, SDP, UAC, SS_OA_IS_ANSWER, SS_OA_STABLE },
         { SS_OA_PRACK_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_STABLE });
}

TEST(rfc6337_2_2_pattern_5_offer_in_prack_answer_in_its_2xx)
{
    WALK({ SS_OA_INVITE, SDP, UAC, SS_OA_IS_OFFER, SS_OA_OFFERED },
         { SS_OA_RELIABLE, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_REL_ANSWER },
         { SS_OA_PRACK, SDP, UAC, SS_OA_IS_OFFER, SS_OA_PRACK_OFFER },
         { SS_OA_PRACK_2XX, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_STABLE },
         { SS_OA_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_STABLE });
}

/* RFC3311:5.1 from both sides, early and confirmed */
TEST(rfc6337_2_2_pattern_6_offer_in_update_answer_in_its_2xx)
{
    WALK({ SS_OA_INVITE, SDP, UAC, SS_OA_IS_OFFER, SS_OA_OFFERED },
         { SS_OA_RELIABLE, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_REL_ANSWER },
         { SS_OA_PRACK, BARE, UAC, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_UPDATE, SDP, UAC, SS_OA_IS_OFFER, SS_OA_UPDATE_OFFER },
         { SS_OA_UPDATE_2XX, SDP, UAS, SS_OA_IS_ANSWER, SS_OA_STABLE },
         { SS_OA_UPDATE, SDP, UAS, SS_OA_IS_OFFER, SS_OA_UPDATE_OFFER },
         { SS_OA_UPDATE_2XX, SDP, UAC, SS_OA_IS_ANSWER, SS_OA_STABLE },
         { SS_OA_2XX, BARE, UAS, SS_OA_IS_NOTHING, SS_OA_STABLE },
         { SS_OA_UPDATE, SDP, UAS, SS_OA_IS_OFFER, SS_OA_UPDATE_OFFER },
         { SS_OA_UPDATE_FAILED, BARE, UAC, SS_OA_IS_REJECTED, SS_OA_STABLE });
}

/* ---- what refuses what: RFC3311:5.2 RFC3261:14.2 ---- */

static ss_oa oa_at(ss_oa_state state, bool client_is_us, bool offer_is_ours)
{
    return (ss_oa){ .state = (uint8_t)state,
                    .client_is_us = client_is_us,
                    .offer_is_ours = offer_is_ours };
}

TEST(rfc3311_5_2_an_update_meets_our_offer_491_or_its_senders_own_500)
{
    static const ss_oa_state states[] = {
        SS_OA_OFFERED,     SS_OA_BARE,        SS_OA_REL_OFFER,
        SS_OA_PRACK_OFFER, SS_OA_FINAL_OFFER, SS_OA_UPDATE_OFFER
    };
    for (size_t i = 0; i < SS_COUNT(states); i++) {
        for (unsigned bits = 0; bits < 4; bits++) {
            ss_oa oa = oa_at(states[i], bits & 1, bits >> 1);
            CHECK_EQ(ss_oa_step(&oa, SS_OA_UPDATE, SDP, false),
                     bits >> 1 ? SS_OA_IS_GLARE : SS_OA_IS_TOO_SOON);
            CHECK_EQ(oa.state, states[i]);
            CHECK(!ss_oa_may_send(ss_oa_judge(&oa, SS_OA_UPDATE, SDP, true)));
            CHECK_EQ(ss_oa_step(&oa, SS_OA_UPDATE, BARE, false), SS_OA_IS_NOTHING);
        }
    }
}

TEST(rfc3261_14_2_an_invite_meets_our_own_491_or_its_senders_500)
{
    for (unsigned state = SS_OA_OFFERED; state < SS_OA_STATES; state++) {
        for (unsigned sdp = 0; sdp < 2; sdp++) {
            ss_oa ours = oa_at((ss_oa_state)state, true, true);
            ss_oa theirs = oa_at((ss_oa_state)state, false, false);
            CHECK_EQ(ss_oa_step(&ours, SS_OA_INVITE, sdp, false), SS_OA_IS_GLARE);
            CHECK_EQ(ss_oa_step(&theirs, SS_OA_INVITE, sdp, false), SS_OA_IS_TOO_SOON);
            CHECK_EQ(ours.state, state);
        }
    }
}

/* An INVITE before the answer to an offer: of an UPDATE of its sender's (figure 4), of a 2xx of ours (RFC 5407 3.1.5). */
TEST(rfc6337_4_1_an_invite_that_overtakes_an_answer_is_refused)
{
    ss_oa update = oa_at(SS_OA_UPDATE_OFFER, true, false);
    CHECK_EQ(ss_oa_step(&update, SS_OA_INVITE, BARE, false), SS_OA_IS_TOO_SOON);
    ss_oa final = oa_at(SS_OA_FINAL_OFFER, false, true);
    CHECK_EQ(ss_oa_step(&final, SS_OA_INVITE, SDP, false), SS_OA_IS_GLARE);
}

/* RFC3311:5.1 the callee waits for the PRACK, the caller does not. */
TEST(rfc3311_5_1_the_callee_offers_only_when_its_answer_was_acknowledged)
{
    ss_oa callee = oa_at(SS_OA_REL_ANSWER, false, false);
    CHECK(!ss_oa_may_send(ss_oa_judge(&callee, SS_OA_UPDATE, SDP, true)));
    CHECK_EQ(ss_oa_judge(&callee, SS_OA_UPDATE, SDP, false), SS_OA_IS_OFFER);
    ss_oa caller = oa_at(SS_OA_REL_ANSWER, true, true);
    CHECK_EQ(ss_oa_step(&caller, SS_OA_UPDATE, SDP, true), SS_OA_IS_OFFER);
    CHECK(caller.offer_is_ours);
}

TEST(rfc6337_2_2_a_prack_offers_only_when_it_acknowledges_an_answer)
{
    for (unsigned state = 0; state < SS_OA_STATES; state++) {
        ss_oa oa = oa_at((ss_oa_state)state, false, false);
        const ss_oa_verdict verdict = ss_oa_step(&oa, SS_OA_PRACK, SDP, false);
        CHECK_EQ(verdict, state == SS_OA_REL_ANSWER  ? SS_OA_IS_OFFER
                          : state == SS_OA_REL_OFFER ? SS_OA_IS_ANSWER
                                                     : SS_OA_IS_REFUSED);
    }
}

/* ---- every cell ---- */

/* Per state and message, without and with a description: the verdict (n nothing, O offer, A answer, P preview, R rejected, i
 * ignored, m missing, g glare, r refused) and the state after it by its number when it is another one. The INVITE's client
 * and the offer are the sender's peer's: what comes from the other end, and is a request, is glare. */
static const char *const cells[SS_OA_STATES][SS_OA_MESSAGES] = {
    /*              INVITE     PREVIEW  RELIABLE   PRACK      PR2XX      PRFAIL     2XX        FAILED     ACK        UPDATE     UP2XX      UPFAIL */
    /* NONE    */ { "n3 O2", "n i", "n i", "n r", "n i", "n i", "n i", "n i", "n i", "n g", "n i",
                    "n i" },
    /* STABLE  */
    { "n3 O2", "n i", "n i", "n r", "n i", "n n", "n i", "n n", "n i", "n O8", "n i", "n n" },
    /* OFFERED */
    { "g g", "n P", "n A4", "n r", "n i", "n n", "m1 A1", "R1 R1", "n i", "n g", "n i", "n n" },
    /* BARE    */
    { "g g", "n i", "m O5", "n r", "n i", "n n", "m1 O7", "n1 n1", "n i", "n g", "n i", "n n" },
    /* REL_ANS */
    { "g g", "n i", "n i", "n1 O6", "n i", "n i", "n i", "n1 n1", "n i", "n g", "n i", "n n" },
    /* REL_OFF */
    { "g g", "n i", "n i", "m A1", "n i", "n i", "n i", "R1 R1", "n i", "n g", "n i", "n n" },
    /* PR_OFF  */
    { "g g", "n i", "n i", "n r", "m1 A1", "R1 R1", "n i", "R1 R1", "n i", "n g", "n i", "n n" },
    /* FIN_OFF */
    { "g g", "n i", "n i", "n r", "n i", "n i", "n i", "n i", "m1 A1", "n g", "n i", "n n" },
    /* UPDATE  */
    { "g g", "n i", "n i", "n r", "n i", "n n", "n i", "n n", "n i", "n g", "m1 A1", "R1 R1" },
};

static ss_oa_verdict verdict_of(char letter)
{
    static const char letters[] = "?nOAPRim gr";
    const char *at = strchr(letters, letter);
    CHECK_NOT_NULL(at);
    return (ss_oa_verdict)(at - letters);
}

TEST(rfc6337_2_2_every_cell_of_the_machine)
{
    for (unsigned state = 0; state < SS_OA_STATES; state++) {
        for (unsigned message = 0; message < SS_OA_MESSAGES; message++) {
            const char *cell = cells[state][message];
            for (unsigned sdp = 0; sdp < 2; sdp++) {
                ss_oa oa = oa_at((ss_oa_state)state, true, true);
                const char *part = sdp == 0 ? cell : strchr(cell, ' ') + 1;
                const bool moves = part[1] >= '0' && part[1] <= '9';
                const ss_oa_verdict verdict = ss_oa_step(&oa, (ss_oa_message)message, sdp, false);
                if (verdict != verdict_of(part[0]) ||
                    oa.state != (moves ? (unsigned)(part[1] - '0') : state)) {
                    fprintf(stderr, "cell %s %u %u\n", ss_oa_state_name((ss_oa_state)state),
                            message, sdp);
                }
                CHECK_EQ(verdict, verdict_of(part[0]));
                CHECK_EQ(oa.state, moves ? (unsigned)(part[1] - '0') : state);
            }
        }
    }
}
