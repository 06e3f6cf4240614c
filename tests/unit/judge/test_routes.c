/* DLG5, DLG6: where the requests of a dialog go, and how long its session may last. RFC3261:12.1.1, 12.1.2, 12.2.1.1, 13.2.2.4;
 * RFC4028:7.2, 9, 10. */
#include "check.h"
#include "court.h"

enum { ROUTES = 77, TARGET = 5, OTHER = 6 };

/* Alice's call is answered: by a 180 first, with other routes, when she is early. */
static void is_answered(court *rig, unsigned routes, unsigned says)
{
    ss_summary ringing = court_response(180, SS_METHOD_INVITE, COURT_OURS);
    ss_summary ok = court_response(200, SS_METHOD_INVITE, COURT_OURS);
    ringing.routes = 99;
    ringing.route_count = 1;
    ringing.contact = TARGET;
    ok.routes = routes;
    ok.route_count = routes == 0 ? 0 : 2;
    ok.contact = TARGET;
    ok.says |= (uint8_t)says;
    court_open(rig);
    court_at(rig, 0);
    court_sends(rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_at(rig, SS_MS(10));
    court_gets(rig, COURT_ALICE, ringing);
    court_at(rig, SS_MS(20));
    court_gets(rig, COURT_ALICE, ok);
}

static ss_summary inside(ss_method method, uint64_t branch, uint32_t routes, uint32_t target)
{
    ss_summary m = court_request(method, branch);
    m.to_tag = COURT_TO_TAG;
    m.cseq = method == SS_METHOD_ACK ? 1 : 2;
    m.says = 0;
    m.routes = routes;
    m.route_count = routes == 0 ? 0 : 2;
    m.target = target;
    return m;
}

TEST(dlg5_sees_other_routes_and_another_target)
{
    static const struct {
        ss_method method;
        uint32_t routes, target;
        unsigned broken;
    } rows[] = {
        { SS_METHOD_BYE, ROUTES, TARGET, 0 }, { SS_METHOD_ACK, ROUTES, TARGET, 0 },
        { SS_METHOD_BYE, 0, TARGET, 1 },      { SS_METHOD_ACK, 99, TARGET, 1 },
        { SS_METHOD_BYE, ROUTES, OTHER, 1 },  { SS_METHOD_INFO, ROUTES + 1, TARGET, 1 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        is_answered(&rig, ROUTES, 0);
        court_sends(&rig, COURT_ALICE,
                    inside(rows[i].method, 0x31, rows[i].routes, rows[i].target));
        CHECK_EQ(court_broken(&rig, "DLG5"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC3261:12.1.2 an empty route set overrides what stood before. */
TEST(dlg5_sees_routes_where_there_are_none)
{
    for (uint32_t routes = 0; routes < 2; routes++) {
        court rig;
        is_answered(&rig, 0, 0);
        court_sends(&rig, COURT_ALICE, inside(SS_METHOD_BYE, 0x31, routes, TARGET));
        CHECK_EQ(court_broken(&rig, "DLG5"), routes);
        court_close(&rig);
    }
}

/* RFC3261:12.2.1.1 routes 3 and 4, the first strict: it is the Request-URI, and the target goes last. */
TEST(dlg5_knows_strict_routers)
{
    const uint32_t k = SS_ROUTES_PRIME;
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        court rig;
        is_answered(&rig, 3 + 4 * k, SS_SAYS_STRICT);
        court_sends(&rig, COURT_ALICE, inside(SS_METHOD_BYE, 0x31, 4 + (TARGET + wrong) * k, 3));
        CHECK_EQ(court_broken(&rig, "DLG5"), wrong);
        court_close(&rig);
    }
}

/* RFC3261:12.2.2 Bob's UPDATE names another target; the old one may still be meant by what crossed it. */
TEST(dlg5_follows_target_refreshes)
{
    static const uint32_t targets[] = { TARGET, OTHER, OTHER + 1 };
    for (size_t i = 0; i < SS_COUNT(targets); i++) {
        court rig;
        is_answered(&rig, ROUTES, 0);
        ss_summary update = court_request(SS_METHOD_UPDATE, COURT_THEIRS);
        update.from_tag = COURT_TO_TAG;
        update.to_tag = COURT_FROM_TAG;
        update.contact = OTHER;
        court_gets(&rig, COURT_ALICE, update);
        court_sends(&rig, COURT_ALICE, inside(SS_METHOD_INFO, 0x31, ROUTES, targets[i]));
        CHECK_EQ(court_broken(&rig, "DLG5"), i == 2 ? 1 : 0);
        court_close(&rig);
    }
}

/* RFC3261:12.1.1 */
TEST(dlg5_holds_for_the_callee)
{
    for (uint32_t wrong = 0; wrong < 2; wrong++) {
        court rig;
        ss_summary invite = court_request(SS_METHOD_INVITE, COURT_THEIRS);
        invite.contact = TARGET;
        invite.routes = ROUTES;
        invite.route_count = 2;
        court_open(&rig);
        court_at(&rig, 0);
        court_gets(&rig, COURT_BOB, invite);
        court_sends(&rig, COURT_BOB, court_response(180, SS_METHOD_INVITE, COURT_THEIRS));
        ss_summary update = inside(SS_METHOD_UPDATE, 0x31, ROUTES + wrong, TARGET);
        update.from_tag = COURT_TO_TAG;
        update.to_tag = COURT_FROM_TAG;
        court_sends(&rig, COURT_BOB, update);
        CHECK_EQ(court_broken(&rig, "DLG5"), wrong);
        court_close(&rig);
    }
}

/* RFC3261:8.1.3.4 */
TEST(dlg5_lets_a_redirect_lead_on)
{
    court rig;
    is_answered(&rig, ROUTES, 0);
    court_sends(&rig, COURT_ALICE, inside(SS_METHOD_INFO, 0x31, ROUTES, TARGET));
    ss_summary moved = court_response(302, SS_METHOD_INFO, 0x31);
    moved.cseq = 2;
    court_gets(&rig, COURT_ALICE, moved);
    ss_summary again = inside(SS_METHOD_INFO, 0x32, ROUTES, OTHER);
    again.cseq = 3;
    court_sends(&rig, COURT_ALICE, again);
    CHECK_EQ(court_broken(&rig, "DLG5"), 0);
    court_close(&rig);
}

/* ---- DLG6 ---- */

/* Bob's 2xx says 90 s at 0. */
static void agrees(court *rig)
{
    ss_summary ok = court_response(200, SS_METHOD_INVITE, COURT_THEIRS);
    ok.session_expires = 90;
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(rig, COURT_BOB, ok);
}

static void refreshes(court *rig, ss_time at, uint32_t seconds)
{
    ss_summary update = court_request(SS_METHOD_UPDATE, COURT_THEIRS + at);
    ss_summary ok = court_response(200, SS_METHOD_UPDATE, COURT_THEIRS + at);
    update.to_tag = COURT_TO_TAG;
    ok.session_expires = seconds;
    court_at(rig, at);
    court_gets(rig, COURT_BOB, update);
    court_sends(rig, COURT_BOB, ok);
}

static void ends(court *rig, ss_time at)
{
    ss_summary bye = court_request(SS_METHOD_BYE, COURT_THEIRS + 1);
    bye.to_tag = COURT_TO_TAG;
    bye.cseq = 9;
    court_at(rig, at);
    court_gets(rig, COURT_BOB, bye);
}

TEST(dlg6_sees_a_session_that_runs_out)
{
    static const struct {
        uint64_t refresh_s, bye_s;
        unsigned broken;
    } rows[] = { { 0, 0, 1 },    { 0, 91, 1 },   { 0, 90, 0 },
                 { 45, 135, 0 }, { 45, 136, 1 }, { 91, 92, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        agrees(&rig);
        if (rows[i].refresh_s != 0) {
            refreshes(&rig, SS_S(rows[i].refresh_s), 90);
        }
        if (rows[i].bye_s != 0) {
            ends(&rig, SS_S(rows[i].bye_s));
        }
        court_finish(&rig, SS_S(200));
        CHECK_EQ(court_broken(&rig, "DLG6"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC4028:9 */
TEST(dlg6_asks_nothing_when_a_2xx_says_no_interval_or_the_node_crashed)
{
    for (int crashes = 0; crashes < 2; crashes++) {
        court rig;
        agrees(&rig);
        if (crashes) {
            court_call(&rig, COURT_BOB, SN_CALL_CRASHED, 0, 0);
        } else {
            refreshes(&rig, SS_S(45), 0);
        }
        court_finish(&rig, SS_S(200));
        CHECK_EQ(court_broken(&rig, "DLG6"), 0);
        court_close(&rig);
    }
}

/* RFC3261:12.1.1 A peer without a tag: neither has the BYE one. */
TEST(dlg6_knows_the_bye_to_who_gave_no_tag)
{
    for (int ends = 0; ends < 2; ends++) {
        court rig;
        ss_summary invite = court_request(SS_METHOD_INVITE, COURT_THEIRS);
        ss_summary ok = court_response(200, SS_METHOD_INVITE, COURT_THEIRS);
        ss_summary bye = court_request(SS_METHOD_BYE, COURT_OURS);
        invite.from_tag = ok.from_tag = bye.to_tag = 0;
        bye.from_tag = ok.to_tag;
        ok.session_expires = 90;
        court_open(&rig);
        court_at(&rig, 0);
        court_gets(&rig, COURT_BOB, invite);
        court_sends(&rig, COURT_BOB, ok);
        court_at(&rig, SS_S(32));
        if (ends) {
            court_sends(&rig, COURT_BOB, bye);
        }
        court_finish(&rig, SS_S(200));
        CHECK_EQ(court_broken(&rig, "DLG6"), ends ? 0 : 1);
        court_close(&rig);
    }
}

/* RFC3261:8.1.3.1 The BYE found no way: a 503 that nobody sent. After a timeout there was a BYE, or should have been. */
TEST(dlg6_asks_nothing_of_who_could_send_no_bye)
{
    static const struct {
        uint16_t status;
        bool synthetic;
        unsigned broken;
    } rows[] = { { 503, true, 0 }, { 408, true, 1 }, { 503, false, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        agrees(&rig);
        court_at(&rig, SS_S(32));
        court_give(&rig, (sn_fact){ .kind = SN_FACT_CALL,
                                    .entity = COURT_BOB,
                                    .call = { .source = SN_NOBODY,
                                              .event = SN_CALL_ENDED,
                                              .status = rows[i].status,
                                              .synthetic = rows[i].synthetic,
                                              .call_id = COURT_CALL_ID } });
        court_finish(&rig, SS_S(200));
        CHECK_EQ(court_broken(&rig, "DLG6"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC4028:7.2 an interval that the caller did not ask for is the callee's to keep. */
TEST(dlg6_holds_the_caller_to_what_it_asked_for)
{
    for (int asked = 0; asked < 2; asked++) {
        court rig;
        ss_summary invite = court_request(SS_METHOD_INVITE, COURT_OURS);
        ss_summary ok = court_response(200, SS_METHOD_INVITE, COURT_OURS);
        invite.session_expires = asked ? 90 : 0;
        ok.session_expires = 90;
        court_open(&rig);
        court_at(&rig, 0);
        court_sends(&rig, COURT_ALICE, invite);
        court_at(&rig, SS_MS(10));
        court_gets(&rig, COURT_ALICE, ok);
        court_finish(&rig, SS_S(200));
        CHECK_EQ(court_broken(&rig, "DLG6"), asked ? 1 : 0);
        court_close(&rig);
    }
}
