/* OFF1 to OFF4, DLG4: offers and answers, as one end of a dialog sends and gets them. RFC3264:4, 6, 8; RFC3261:13.2.1, 14.1;
 * RFC3262:5; RFC3311:5.1, 5.2; RFC6337:2.2. */
#include "check.h"
#include "court.h"
#include "simnet/judge/laws.h"

#include <stdio.h>
#include <string.h>

static char text[512];

/* "v" stands for video, "a" for audio, "x" for a message stream. */
static void put_session(ss_summary *m, unsigned version, const char *streams, const char *more)
{
    int length =
        snprintf(text, sizeof text, "v=0\r\no=- 7 %u IN IP4 10.0.0.1\r\ns=-\r\n%s", version, more);
    for (; *streams != '\0'; streams++) {
        length += snprintf(text + length, sizeof text - (size_t)length, "m=%s 4000 RTP/AVP 0\r\n",
                           *streams == 'v'   ? "video"
                           : *streams == 'a' ? "audio"
                                             : "message");
    }
    m->body_bytes = (uint32_t)length;
    m->says |= SS_SAYS_SESSION;
}

/* What Bob sends or gets, at an instant of its own, with a session description unless streams is NULL. */
typedef struct step {
    bool gets;
    ss_summary message;
    unsigned version;
    const char *streams;
} step;

static void take_step(court *rig, ss_time at, const step *s)
{
    ss_summary m = s->message;
    rig->payload = SS_EMPTY;
    if (s->streams != NULL) {
        put_session(&m, s->version, s->streams, "");
        rig->payload = ss_slice_from(text);
    }
    court_at(rig, at);
    if (!s->gets) {
        court_sends(rig, COURT_BOB, m);
        return;
    }
    court_gets(rig, COURT_BOB, m);
    if (m.is_request && m.method != SS_METHOD_ACK) {
        const bool is_invite = m.method == SS_METHOD_INVITE;
        court_notes_txn(rig, COURT_BOB, is_invite ? SS_IST : SS_NIST, (ss_method)m.method, m.branch,
                        is_invite ? SS_TXN_PROCEEDING : SS_TXN_TRYING,
                        is_invite ? SS_TXN_PROCEEDING : SS_TXN_TRYING);
    }
}

#define STEPS(rig, ...)                                   \
    do {                                                  \
        const step steps[] = { __VA_ARGS__ };             \
        court_open(rig);                                  \
        for (size_t i_ = 0; i_ < SS_COUNT(steps); i_++) { \
            take_step(rig, SS_MS(10 * i_), &steps[i_]);   \
        }                                                 \
    } while (0)

/* Alice calls Bob: she is From of what she asks. */
static ss_summary invite(void)
{
    ss_summary m = court_request(SS_METHOD_INVITE, COURT_THEIRS);
    m.says = SS_SAYS_100REL;
    return m;
}

static ss_summary answered(unsigned status, uint32_t rseq)
{
    ss_summary m = court_response(status, SS_METHOD_INVITE, COURT_THEIRS);
    m.rseq = rseq;
    m.says = rseq == 0 ? 0 : SS_SAYS_100REL;
    return m;
}

static ss_summary theirs(ss_method method, uint64_t branch, uint32_t cseq)
{
    ss_summary m = court_request(method, branch);
    m.says = 0;
    m.to_tag = COURT_TO_TAG;
    m.cseq = cseq;
    if (method == SS_METHOD_PRACK) {
        m.rseq = 5;
        m.rack_cseq = 1;
    }
    return m;
}

static ss_summary to_theirs(unsigned status, ss_method method, uint64_t branch, uint32_t cseq)
{
    ss_summary m = court_response(status, method, branch);
    m.says = 0;
    m.cseq = cseq;
    return m;
}

static ss_summary ours(ss_method method, uint64_t branch, uint32_t cseq)
{
    ss_summary m = court_request(method, branch);
    m.says = 0;
    m.from_tag = COURT_TO_TAG;
    m.to_tag = COURT_FROM_TAG;
    m.cseq = cseq;
    return m;
}

static ss_summary to_ours(unsigned status, ss_method method, uint64_t branch, uint32_t cseq)
{
    ss_summary m = court_response(status, method, branch);
    m.says = 0;
    m.from_tag = COURT_TO_TAG;
    m.to_tag = COURT_FROM_TAG;
    m.cseq = cseq;
    return m;
}

static ss_summary ack(void)
{
    return theirs(SS_METHOD_ACK, COURT_THEIRS + 9, 1);
}

/* What the steps leave out, other laws may miss. */
static uint64_t broken_here(const court *rig)
{
    static const char *const laws[] = { "OFF1", "OFF2", "OFF3", "OFF4", "DLG4" };
    uint64_t count = 0;
    for (size_t i = 0; i < SS_COUNT(laws); i++) {
        count += court_broken(rig, laws[i]);
    }
    return count;
}

/* The six patterns of RFC 6337 table 1, as the callee has them, one after the other. */
TEST(off_laws_let_every_pattern_of_rfc_6337_pass)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(183, 0), 1, "a" },
          { false, answered(183, 5), 1, "a" }, { true, theirs(SS_METHOD_PRACK, 0x21, 2), 2, "av" },
          { false, to_theirs(200, SS_METHOD_PRACK, 0x21, 2), 2, "av" },
          { false, ours(SS_METHOD_UPDATE, 0x31, 1), 3, "av" },
          { true, to_ours(200, SS_METHOD_UPDATE, 0x31, 1), 3, "av" },
          { false, answered(200, 0), 0, NULL }, { true, ack(), 0, NULL });
    CHECK_EQ(broken_here(&rig), 0);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 0, NULL }, { false, answered(180, 0), 0, NULL },
          { false, answered(183, 5), 1, "a" }, { true, theirs(SS_METHOD_PRACK, 0x21, 2), 1, "a" },
          { false, to_theirs(200, SS_METHOD_PRACK, 0x21, 2), 0, NULL },
          { false, answered(200, 0), 0, NULL }, { true, ack(), 0, NULL },
          { true, theirs(SS_METHOD_UPDATE, 0x22, 3), 2, "a" },
          { false, to_theirs(488, SS_METHOD_UPDATE, 0x22, 3), 0, NULL },
          { true, theirs(SS_METHOD_UPDATE, 0x23, 4), 0, NULL },
          { false, to_theirs(200, SS_METHOD_UPDATE, 0x23, 4), 0, NULL });
    CHECK_EQ(broken_here(&rig), 0);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 0, NULL }, { false, answered(200, 0), 1, "ax" },
          { true, ack(), 1, "ax" }, { false, ours(SS_METHOD_INVITE, 0x31, 1), 2, "ax" },
          { true, to_ours(200, SS_METHOD_INVITE, 0x31, 1), 2, "ax" },
          { false, ours(SS_METHOD_ACK, 0x32, 1), 0, NULL });
    CHECK_EQ(broken_here(&rig), 0);
    court_close(&rig);
}

/* A 2xx and the ACK of it. */
static void take_both(court *rig, ss_time at, const step *both)
{
    take_step(rig, at, &both[0]);
    take_step(rig, at, &both[1]);
}

/* RFC3261:13.2.2.4 A 2xx comes again after the next change; its ACK says the answer that it said, which is of an older version by now. */
TEST(off2_and_off4_know_the_copy_of_an_ack_that_is_older_than_the_last)
{
    const step first[] = { { true, to_ours(200, SS_METHOD_INVITE, 0x31, 1), 2, "a" },
                           { false, ours(SS_METHOD_ACK, 0x32, 1), 2, "a" } };
    const step second[] = { { true, to_ours(200, SS_METHOD_INVITE, 0x33, 2), 3, "av" },
                            { false, ours(SS_METHOD_ACK, 0x34, 2), 0, NULL } };
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { false, ours(SS_METHOD_INVITE, 0x31, 1), 0, NULL });
    take_both(&rig, SS_MS(100), first);
    take_step(&rig, SS_MS(200), &(step){ false, ours(SS_METHOD_INVITE, 0x33, 2), 3, "av" });
    take_both(&rig, SS_MS(300), second);
    take_both(&rig, SS_MS(400), first);
    CHECK_EQ(broken_here(&rig), 0);
    court_close(&rig);
}

/* RFC3264:4 */
TEST(off1_sees_an_offer_while_another_is_under_way)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, "a" },
          { false, ours(SS_METHOD_INVITE, 0x32, 2), 3, "a" });
    CHECK_EQ(court_broken(&rig, "OFF1"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { true, theirs(SS_METHOD_UPDATE, 0x22, 3), 2, "a" },
          { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, "a" });
    CHECK_EQ(court_broken(&rig, "OFF1"), 1);
    court_close(&rig);
}

/* RFC3311:5.1 the callee has to have the PRACK of its answer. */
TEST(off1_sees_an_update_before_the_invites_own_exchange_is_done)
{
    court rig;
    STEPS(&rig, { true, invite(), 0, NULL }, { false, answered(180, 0), 0, NULL },
          { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, "a" });
    CHECK_EQ(court_broken(&rig, "OFF1"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(183, 5), 1, "a" },
          { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, "a" });
    CHECK_EQ(court_broken(&rig, "OFF1"), 1);
    court_close(&rig);
}

TEST(off1_lets_the_next_offer_follow_a_rejection_and_its_silence)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, "a" },
          { true, to_ours(491, SS_METHOD_UPDATE, 0x31, 1), 0, NULL },
          { true, theirs(SS_METHOD_UPDATE, 0x22, 3), 2, "a" },
          { false, to_theirs(488, SS_METHOD_UPDATE, 0x22, 3), 0, NULL },
          { false, ours(SS_METHOD_UPDATE, 0x32, 2), 3, "a" });
    court_notes_timer(&rig, COURT_BOB, SS_NICT, SS_METHOD_UPDATE, 0x32, SS_TIMER_F);
    const step again = { false, ours(SS_METHOD_UPDATE, 0x33, 3), 4, "a" };
    take_step(&rig, SS_MS(100), &again);
    CHECK_EQ(court_broken(&rig, "OFF1"), 0);
    court_close(&rig);
}

/* Both ask at once: each refuses the other's, and nobody is wrong. RFC3311:5.2 */
TEST(off1_lets_offers_cross)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, "a" },
          { true, theirs(SS_METHOD_UPDATE, 0x22, 3), 2, "a" },
          { false, to_theirs(491, SS_METHOD_UPDATE, 0x22, 3), 0, NULL },
          { true, to_ours(491, SS_METHOD_UPDATE, 0x31, 1), 0, NULL },
          { false, ours(SS_METHOD_UPDATE, 0x32, 2), 2, "a" });
    CHECK_EQ(broken_here(&rig), 0);
    court_close(&rig);
}

TEST(off2_sees_offers_without_an_answer)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 0, NULL });
    CHECK_EQ(court_broken(&rig, "OFF2"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 0, NULL }, { false, answered(183, 5), 0, NULL });
    CHECK_EQ(court_broken(&rig, "OFF2"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { true, theirs(SS_METHOD_UPDATE, 0x22, 3), 2, "a" },
          { false, to_theirs(200, SS_METHOD_UPDATE, 0x22, 3), 0, NULL });
    CHECK_EQ(court_broken(&rig, "OFF2"), 1);
    court_close(&rig);
}

TEST(off2_sees_descriptions_where_none_belongs)
{
    court rig;
    STEPS(&rig, { true, invite(), 0, NULL }, { false, answered(183, 0), 1, "a" });
    CHECK_EQ(court_broken(&rig, "OFF2"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { true, theirs(SS_METHOD_UPDATE, 0x22, 3), 0, NULL },
          { false, to_theirs(200, SS_METHOD_UPDATE, 0x22, 3), 1, "a" });
    CHECK_EQ(court_broken(&rig, "OFF2"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(183, 0), 1, "a" },
          { false, answered(200, 0), 2, "a" });
    CHECK_EQ(court_broken(&rig, "OFF2"), 1);
    court_close(&rig);
}

/* Alice's end: the answers in PRACK and ACK are hers to send. */
TEST(off2_sees_a_prack_and_an_ack_without_the_answer)
{
    for (int with = 0; with < 2; with++) {
        for (int late = 0; late < 2; late++) {
            court rig;
            ss_summary call = court_request(SS_METHOD_INVITE, COURT_OURS);
            ss_summary tells = court_response(late ? 200 : 183, SS_METHOD_INVITE, COURT_OURS);
            tells.rseq = late ? 0 : 5;
            tells.says = SS_SAYS_100REL;
            call.says = 0;
            court_open(&rig);
            court_at(&rig, 0);
            court_sends(&rig, COURT_ALICE, call);
            put_session(&tells, 1, "a", "");
            rig.payload = ss_slice_from(text);
            court_at(&rig, SS_MS(10));
            court_gets(&rig, COURT_ALICE, tells);
            ss_summary said = theirs(late ? SS_METHOD_ACK : SS_METHOD_PRACK, 0x41, late ? 1 : 2);
            if (with) {
                put_session(&said, 1, "a", "");
                rig.payload = ss_slice_from(text);
            }
            court_sends(&rig, COURT_ALICE, said);
            CHECK_EQ(court_broken(&rig, "OFF2"), with ? 0 : 1);
            if (late) { /* a copy of the 2xx has the ACK sent again */
                court_gets(&rig, COURT_ALICE, tells);
                court_sends(&rig, COURT_ALICE, said);
                CHECK_EQ(court_broken(&rig, "OFF2"), with ? 0 : 1);
            }
            court_close(&rig);
        }
    }
}

/* RFC3264:6 */
TEST(off3_sees_answers_whose_streams_are_not_the_offers)
{
    static const char *const answers[] = { "a", "avx", "va", "ax" };
    for (size_t i = 0; i < SS_COUNT(answers); i++) {
        court rig;
        STEPS(&rig, { true, invite(), 1, "av" }, { false, answered(200, 0), 1, answers[i] });
        CHECK_EQ(court_broken(&rig, "OFF3"), 1);
        court_close(&rig);
    }
}

/* RFC3264:8 */
TEST(off3_sees_an_offer_with_fewer_streams_than_were_agreed)
{
    static const char *const offers[] = { "a", "av", "avx" };
    for (size_t i = 0; i < SS_COUNT(offers); i++) {
        court rig;
        STEPS(&rig, { true, invite(), 1, "av" }, { false, answered(200, 0), 1, "av" },
              { true, ack(), 0, NULL }, { false, ours(SS_METHOD_UPDATE, 0x31, 1), 2, offers[i] });
        CHECK_EQ(court_broken(&rig, "OFF3"), i == 0 ? 1 : 0);
        court_close(&rig);
    }
}

/* RFC3264:8 RFC6337:5.2.5 */
TEST(off4_sees_versions_that_stand_or_jump)
{
    static const struct {
        unsigned version;
        const char *streams;
        unsigned broken;
    } rows[] = { { 4, "av", 0 }, { 3, "a", 0 }, { 3, "av", 1 }, { 5, "av", 1 }, { 2, "av", 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 3, "a" },
              { true, ack(), 0, NULL },
              { false, ours(SS_METHOD_UPDATE, 0x31, 1), rows[i].version, rows[i].streams });
        CHECK_EQ(court_broken(&rig, "OFF4"), rows[i].broken);
        court_close(&rig);
    }
}

TEST(off4_sees_another_origin)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 3, "a" },
          { true, ack(), 0, NULL });
    ss_summary update = ours(SS_METHOD_UPDATE, 0x31, 1);
    put_session(&update, 4, "a", "");
    text[strlen("v=0\r\no=- ")] = '8';
    rig.payload = ss_slice_from(text);
    court_at(&rig, SS_MS(100));
    court_sends(&rig, COURT_BOB, update);
    CHECK_EQ(court_broken(&rig, "OFF4"), 1);
    court_close(&rig);
}

/* RFC3261:14.1 */
TEST(dlg4_sees_an_invite_while_another_is_under_way)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { false, ours(SS_METHOD_INVITE, 0x31, 1), 0, NULL },
          { false, ours(SS_METHOD_INVITE, 0x32, 2), 0, NULL });
    CHECK_EQ(court_broken(&rig, "DLG4"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { true, theirs(SS_METHOD_INVITE, 0x22, 3), 0, NULL },
          { false, ours(SS_METHOD_INVITE, 0x31, 1), 0, NULL });
    CHECK_EQ(court_broken(&rig, "DLG4"), 1);
    court_close(&rig);
    STEPS(&rig, { true, invite(), 0, NULL }, { false, answered(180, 0), 0, NULL },
          { false, ours(SS_METHOD_INVITE, 0x31, 1), 0, NULL });
    CHECK_EQ(court_broken(&rig, "DLG4"), 1);
    court_close(&rig);
}

TEST(dlg4_lets_invites_cross_and_follow_each_other)
{
    court rig;
    STEPS(&rig, { true, invite(), 1, "a" }, { false, answered(200, 0), 1, "a" },
          { true, ack(), 0, NULL }, { false, ours(SS_METHOD_INVITE, 0x31, 1), 2, "a" },
          { true, theirs(SS_METHOD_INVITE, 0x22, 3), 2, "a" },
          { false, to_theirs(491, SS_METHOD_INVITE, 0x22, 3), 0, NULL },
          { true, theirs(SS_METHOD_ACK, 0x22, 3), 0, NULL },
          { true, to_ours(491, SS_METHOD_INVITE, 0x31, 1), 0, NULL },
          { false, ours(SS_METHOD_ACK, 0x31, 1), 0, NULL },
          { false, ours(SS_METHOD_INVITE, 0x32, 2), 2, "a" });
    CHECK_EQ(broken_here(&rig), 0);
    court_close(&rig);
}

/* Whatever stands in a body, it is read or it is not. */
TEST(descriptions_that_cannot_be_read_are_judged_by_no_law)
{
    static const char *const bodies[] = {
        "",          "v",           "o=",      "o=- 1\r\n", "m=",
        "\n\n=\n==", "o=- 1 x y\n", "m=audio", "o=\nm=\n",  "vvvvvvvv\nm=audio 1 RTP/AVP 0\n"
    };
    court rig;
    court_open(&rig);
    for (size_t i = 0; i < SS_COUNT(bodies); i++) {
        const ss_slice body = ss_slice_from(bodies[i]);
        ss_summary m = { .is_sip = 1, .says = SS_SAYS_SESSION, .body_bytes = (uint32_t)body.len };
        rig.judge->payload = body;
        CHECK(!sn_session_read(rig.judge, &m).is_read);
        m.body_bytes++;
        CHECK_EQ(sn_session_read(rig.judge, &m).whole, 0);
    }
    court_close(&rig);
}
