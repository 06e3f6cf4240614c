/* DLG5, DLG7 of dialogs that a SUBSCRIBE or REFER makes: RFC6665:4.4.1, RFC3261:12.1, 12.2.1.1. */
#include "check.h"
#include "court.h"

enum { ROUTES = 77, TARGET = 5, OTHER = 6 };

static ss_summary with_routes(ss_summary m, uint32_t routes)
{
    m.routes = routes;
    m.route_count = routes == 0 ? 0 : 2;
    m.says = 0;
    return m;
}

/* Bob takes a SUBSCRIBE, or REFER, that came by two routes. */
static void notifier(court *rig, ss_method method)
{
    ss_summary ask = with_routes(court_request(method, COURT_THEIRS), ROUTES);
    ask.contact = TARGET;
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, ask);
    court_sends(rig, COURT_BOB, court_response(200, method, COURT_THEIRS));
}

static ss_summary notify(uint64_t branch, uint32_t cseq, uint32_t routes, uint32_t target)
{
    ss_summary m = with_routes(court_request(SS_METHOD_NOTIFY, branch), routes);
    m.cseq = cseq;
    m.from_tag = COURT_TO_TAG;
    m.to_tag = COURT_FROM_TAG;
    m.target = target;
    return m;
}

TEST(dlg5_sees_a_notify_that_leaves_the_routes_or_the_target)
{
    static const struct {
        uint32_t routes, target;
        unsigned broken;
    } rows[] = {
        { ROUTES, TARGET, 0 }, { 0, TARGET, 1 }, { ROUTES + 1, TARGET, 1 }, { ROUTES, OTHER, 1 }
    };
    static const ss_method methods[] = { SS_METHOD_SUBSCRIBE, SS_METHOD_REFER };
    for (size_t i = 0; i < 2 * SS_COUNT(rows); i++) {
        court rig;
        notifier(&rig, methods[i % 2]);
        court_sends(&rig, COURT_BOB, notify(0x31, 1, rows[i / 2].routes, rows[i / 2].target));
        CHECK_EQ(court_broken(&rig, "DLG5"), rows[i / 2].broken);
        court_close(&rig);
    }
}

/* RFC3261:12.2.2 a SUBSCRIBE in the dialog, and a 2xx to a NOTIFY, are target refreshes. */
TEST(dlg5_follows_the_targets_of_watchers)
{
    static const uint32_t targets[] = { OTHER, OTHER + 1, OTHER + 2 };
    for (size_t i = 0; i < SS_COUNT(targets); i++) {
        court rig;
        notifier(&rig, SS_METHOD_SUBSCRIBE);
        ss_summary again = with_routes(court_request(SS_METHOD_SUBSCRIBE, COURT_THEIRS + 1), 0);
        again.to_tag = COURT_TO_TAG;
        again.contact = OTHER;
        again.cseq = 2;
        court_gets(&rig, COURT_BOB, again);
        court_sends(&rig, COURT_BOB, notify(0x31, 1, ROUTES, OTHER));
        ss_summary ok = court_response(200, SS_METHOD_NOTIFY, 0x31);
        ok.from_tag = COURT_TO_TAG;
        ok.to_tag = COURT_FROM_TAG;
        ok.contact = OTHER + 1;
        court_gets(&rig, COURT_BOB, ok);
        court_sends(&rig, COURT_BOB, notify(0x32, 2, ROUTES, targets[i]));
        CHECK_EQ(court_broken(&rig, "DLG5"), i == 2 ? 1 : 0);
        court_close(&rig);
    }
}

/* Alice subscribes; the NOTIFY that she takes makes the dialog, with its route set. */
static void subscriber(court *rig, bool asks, uint8_t says, uint32_t record_routes)
{
    ss_summary said = with_routes(court_request(SS_METHOD_NOTIFY, COURT_THEIRS), 0);
    ss_summary ok = court_response(200, SS_METHOD_NOTIFY, COURT_THEIRS);
    ss_summary ask = with_routes(court_request(SS_METHOD_SUBSCRIBE, COURT_OURS), 0);
    said.from_tag = ok.from_tag = COURT_TO_TAG;
    said.to_tag = ok.to_tag = COURT_FROM_TAG;
    said.cseq = ok.cseq = 4;
    said.contact = TARGET;
    said.record_routes = record_routes;
    said.says = says;
    court_open(rig);
    court_at(rig, 0);
    if (asks) {
        court_sends(rig, COURT_ALICE, ask);
    }
    court_at(rig, SS_MS(10));
    court_gets(rig, COURT_ALICE, said);
    court_sends(rig, COURT_ALICE, ok);
}

static ss_summary refresh(uint32_t routes, uint32_t target)
{
    ss_summary m = with_routes(court_request(SS_METHOD_SUBSCRIBE, 0x41), routes);
    m.to_tag = COURT_TO_TAG;
    m.cseq = 2;
    m.target = target;
    return m;
}

TEST(dlg5_sees_a_refresh_that_leaves_the_routes_of_the_notify)
{
    static const struct {
        uint32_t routes, target;
        unsigned broken;
    } rows[] = { { ROUTES, TARGET, 0 }, { 0, TARGET, 1 }, { ROUTES, OTHER, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        subscriber(&rig, true, 0, ROUTES);
        court_sends(&rig, COURT_ALICE, refresh(rows[i].routes, rows[i].target));
        CHECK_EQ(court_broken(&rig, "DLG5"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC6665:4.4.1 A NOTIFY that says "terminated", or that nobody asked for, makes no dialog; of strict routers too little is known. */
TEST(dlg5_asks_nothing_where_no_dialog_was_made)
{
    for (unsigned i = 0; i < 3; i++) {
        court rig;
        subscriber(&rig, i != 1, i == 0 ? SS_SAYS_TERMINATED : 0,
                   i == 2 ? SS_ROUTES_STRICT : ROUTES);
        court_sends(&rig, COURT_ALICE, refresh(ROUTES + 1, OTHER));
        CHECK_EQ(court_broken(&rig, "DLG5"), 0);
        court_close(&rig);
    }
}

/* ---- DLG7 ---- */

static ss_note terminated(uint64_t own, uint64_t other, uint32_t local, uint32_t remote)
{
    return (ss_note){ .kind = SS_NOTE_DIALOG,
                      .to = 3,
                      .call_id = COURT_CALL_ID,
                      .identity = ss_mix_absorb(ss_mix_absorb(COURT_CALL_ID, own), other),
                      .local_cseq = local,
                      .remote_cseq = remote };
}

TEST(dlg7_knows_the_numbers_of_event_dialogs)
{
    static const struct {
        uint32_t local, remote;
        unsigned broken;
    } rows[] = { { 3, 1, 0 }, { 2, 1, 1 }, { 3, 0, 1 }, { 3, 2, 1 }, { 4, 1, 0 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        notifier(&rig, SS_METHOD_SUBSCRIBE);
        court_sends(&rig, COURT_BOB, notify(0x31, 3, ROUTES, TARGET));
        court_notes(&rig, COURT_BOB,
                    terminated(COURT_TO_TAG, COURT_FROM_TAG, rows[i].local, rows[i].remote));
        CHECK_EQ(court_broken(&rig, "DLG7"), rows[i].broken);
        court_close(&rig);
    }
}

TEST(dlg7_begins_with_the_subscribe_and_the_notify)
{
    static const struct {
        uint32_t local, remote;
        unsigned broken;
    } rows[] = { { 1, 4, 0 }, { 0, 4, 1 }, { 1, 3, 1 }, { 1, 5, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        subscriber(&rig, true, 0, ROUTES);
        court_notes(&rig, COURT_ALICE,
                    terminated(COURT_FROM_TAG, COURT_TO_TAG, rows[i].local, rows[i].remote));
        CHECK_EQ(court_broken(&rig, "DLG7"), rows[i].broken);
        court_close(&rig);
    }
}
