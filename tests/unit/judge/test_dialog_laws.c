/* DLG3: CSeq numbers rise in each direction of a dialog. RFC3261:12.2.1.1. DLG7: what its ends know of it. RFC3261:12.1 */
#include "check.h"
#include "court.h"

static void sends(court *rig, uint32_t node, ss_method method, uint64_t branch, uint32_t cseq)
{
    ss_summary request = court_request(method, branch);
    request.to_tag = COURT_TO_TAG;
    request.from_tag = COURT_FROM_TAG;
    request.cseq = cseq;
    court_sends(rig, node, request);
}

TEST(dlg3_sees_a_number_that_comes_back_and_one_that_is_used_twice)
{
    static const uint32_t second[] = { 7, 6, 1 };
    for (size_t i = 0; i < SS_COUNT(second); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        sends(&rig, COURT_ALICE, SS_METHOD_UPDATE, 0x11, 7);
        court_at(&rig, SS_MS(10));
        sends(&rig, COURT_ALICE, SS_METHOD_INFO, 0x12, second[i]);
        CHECK_EQ(court_broken(&rig, "DLG3"), 1);
        court_close(&rig);
    }
}

TEST(dlg3_lets_numbers_rise_copies_repeat_and_the_other_side_count_by_itself)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    sends(&rig, COURT_ALICE, SS_METHOD_UPDATE, 0x11, 7);
    sends(&rig, COURT_BOB, SS_METHOD_UPDATE, 0x21, 3);
    court_at(&rig, SS_MS(500));
    sends(&rig, COURT_ALICE, SS_METHOD_UPDATE, 0x11, 7); /* Timer E */
    court_at(&rig, SS_MS(600));
    sends(&rig, COURT_ALICE, SS_METHOD_INFO, 0x12, 9); /* 8 was for what could not be sent */
    sends(&rig, COURT_PROXY, SS_METHOD_INFO, 0x13, 1); /* it passes on what others count */
    CHECK_EQ(court_broken(&rig, "DLG3"), 0);
    court_close(&rig);
}

/* RFC3263:4.3 */
TEST(dlg3_lets_a_request_go_to_another_server_with_its_number)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    for (uint32_t i = 0; i < 2; i++) {
        sn_fact f = { .kind = SN_FACT_DATAGRAM_SENT,
                      .entity = COURT_ALICE,
                      .peer = i == 0 ? COURT_BOB : COURT_PROXY,
                      .packet = { .origin = COURT_ALICE, .ordinal = 100 + i },
                      .hash = 0x77 + i,
                      .peer_port = 5060,
                      .sip = court_request(SS_METHOD_INFO, 0x31 + i) };
        f.sip.to_tag = COURT_TO_TAG;
        f.sip.from_tag = COURT_FROM_TAG;
        f.sip.cseq = 7;
        court_give(&rig, f);
    }
    CHECK_EQ(court_broken(&rig, "DLG3"), 0);
    court_close(&rig);
}

TEST(dlg3_asks_nothing_outside_dialogs)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 0x11));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 0x12));
    CHECK_EQ(court_broken(&rig, "DLG3"), 0);
    court_close(&rig);
}

/* ---- DLG7 ---- */

/* Bob took INVITE 1 and UPDATE 5, refused INFO 7, and sent INFO 3; then he says how the dialog stands. */
static void says_at_the_end(court *rig, ss_note note)
{
    static const ss_method methods[] = { SS_METHOD_INVITE, SS_METHOD_UPDATE, SS_METHOD_INFO };
    static const uint32_t numbers[] = { 1, 5, 7 };
    court_open(rig);
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        const uint64_t branch = COURT_THEIRS + i;
        ss_summary request = court_request(methods[i], branch);
        ss_summary response = court_response(i == 2 ? 469 : 200, methods[i], branch);
        request.to_tag = i == 0 ? 0 : COURT_TO_TAG;
        request.cseq = response.cseq = numbers[i];
        court_at(rig, SS_MS(10 * i));
        court_gets(rig, COURT_BOB, request);
        court_sends(rig, COURT_BOB, response);
    }
    ss_summary info = court_request(SS_METHOD_INFO, COURT_OURS);
    info.from_tag = COURT_TO_TAG;
    info.to_tag = COURT_FROM_TAG;
    info.cseq = 3;
    court_sends(rig, COURT_BOB, info);
    note.kind = SS_NOTE_DIALOG;
    note.to = 3;
    note.call_id = COURT_CALL_ID;
    note.identity = ss_mix_absorb(ss_mix_absorb(COURT_CALL_ID, COURT_TO_TAG), COURT_FROM_TAG);
    court_notes(rig, COURT_BOB, note);
}

/* RFC3261:12.2.1.1 RFC3261:12.2.2 */
TEST(dlg7_sees_numbers_that_the_messages_do_not_show)
{
    static const struct {
        uint32_t local, remote;
        bool secure;
        unsigned broken;
    } rows[] = {
        { 3, 5, false, 0 }, { 3, 7, false, 0 }, { 4, 6, false, 0 }, { 2, 5, false, 1 },
        { 0, 5, false, 1 }, { 3, 1, false, 1 }, { 3, 8, false, 1 }, { 3, 5, true, 1 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        says_at_the_end(&rig, (ss_note){ .local_cseq = rows[i].local,
                                         .remote_cseq = rows[i].remote,
                                         .secure = rows[i].secure });
        CHECK_EQ(court_broken(&rig, "DLG7"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC3261:17.2.3 Which transaction it is of does not show, but its dialog has taken its number. */
TEST(dlg7_knows_the_number_of_a_request_without_a_cookie)
{
    for (uint32_t more = 0; more < 2; more++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        ss_summary request = court_request(SS_METHOD_INVITE, COURT_THEIRS);
        request.says |= SS_SAYS_NO_COOKIE;
        request.to_tag = 0;
        court_gets(&rig, COURT_BOB, request);
        court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_MS(10));
        request.to_tag = COURT_TO_TAG;
        request.cseq++;
        court_gets(&rig, COURT_BOB, request);
        court_notes(&rig, COURT_BOB,
                    (ss_note){ .kind = SS_NOTE_DIALOG,
                               .to = 3,
                               .call_id = COURT_CALL_ID,
                               .identity = ss_mix_absorb(ss_mix_absorb(COURT_CALL_ID, COURT_TO_TAG),
                                                         COURT_FROM_TAG),
                               .remote_cseq = request.cseq + more });
        CHECK_EQ(court_broken(&rig, "DLG7"), more);
        court_close(&rig);
    }
}

TEST(dlg7_asks_nothing_of_dialogs_that_no_message_made)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_notes(&rig, COURT_BOB,
                (ss_note){ .kind = SS_NOTE_DIALOG, .to = 3, .identity = 9, .local_cseq = 1 });
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* A dialog is over and forgotten before its INVITE's transaction, and a late copy of the 2xx makes it anew: the judge comes to an end. */
TEST(a_dialog_that_is_forgotten_before_its_invite_may_come_again)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    ss_summary invite = court_request(SS_METHOD_INVITE, 0x11);
    ss_summary ok = court_response(200, SS_METHOD_INVITE, 0x11);
    invite.from_tag = ok.from_tag = COURT_FROM_TAG;
    ok.to_tag = COURT_TO_TAG;
    court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, 0x11, SS_TXN_CALLING,
                    SS_TXN_CALLING);
    court_sends(&rig, COURT_ALICE, invite);
    for (unsigned i = 0; i < 4; i++) {
        court_at(&rig, SS_S(1 + 100 * i));
        court_gets(&rig, COURT_ALICE, ok);
        court_at(&rig, SS_S(2 + 100 * i));
        sends(&rig, COURT_ALICE, SS_METHOD_BYE, 0x21 + i, 2 + i);
    }
    court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, 0x11, SS_TXN_CALLING,
                    SS_TXN_TERMINATED);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 0x31));
    CHECK_EQ(court_broken(&rig, "DLG3"), 0);
    court_close(&rig);
}
