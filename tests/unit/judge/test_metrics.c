/* The meter: RFC 6076 by the cases of its own figures, and the plain counts. RFC6076:4.1 to RFC6076:4.9. */
#include "check.h"
#include "court.h"

static void begin(court *rig)
{
    court_open(rig);
    rig->meter = sn_meter_new(&rig->cast);
    CHECK_NOT_NULL(rig->meter);
}

static const sn_metrics *all(court *rig)
{
    sn_meter_finish(rig->meter);
    return sn_meter_read(rig->meter, 0);
}

static void place(court *rig, ss_time at, uint32_t number)
{
    court_at(rig, at);
    court_call(rig, COURT_ALICE, SN_CALL_PLACED, number, 0);
    court_call(rig, COURT_BOB, SN_CALL_INCOMING, number, 0);
}

static void reject(court *rig, uint32_t number, unsigned status)
{
    place(rig, SS_S(number), number);
    court_at(rig, SS_S(number) + SS_MS(100));
    court_call(rig, COURT_ALICE, SN_CALL_REJECTED, number, status);
}

/* Rings after 100 ms, answered after 400, hung up by Alice after 1400; the BYE is answered 60 ms later. */
static void complete(court *rig, ss_time at, uint32_t number)
{
    place(rig, at, number);
    court_at(rig, at + SS_MS(100));
    court_call(rig, COURT_ALICE, SN_CALL_PROGRESS, number, 180);
    court_at(rig, at + SS_MS(380));
    court_call(rig, COURT_BOB, SN_CALL_ACCEPTED, number, 200);
    court_at(rig, at + SS_MS(400));
    court_call(rig, COURT_ALICE, SN_CALL_ANSWERED, number, 200);
    court_at(rig, at + SS_MS(420));
    court_call(rig, COURT_BOB, SN_CALL_CONFIRMED, number, 0);
    court_at(rig, at + SS_MS(1400));
    court_call(rig, COURT_ALICE, SN_CALL_HANGUP, number, 0);
    court_at(rig, at + SS_MS(1430));
    court_call(rig, COURT_BOB, SN_CALL_BYE, number, 0);
    court_at(rig, at + SS_MS(1460));
    court_call(rig, COURT_ALICE, SN_CALL_ENDED, number, 200);
}

/* RFC6076:4.4, RFC6076:4.5 */
TEST(rfc6076_a_completed_call_has_each_delay_once)
{
    court rig;
    begin(&rig);
    complete(&rig, SS_S(1), 1);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->attempts, 1);
    CHECK_EQ(m->established, 1);
    CHECK_EQ(m->completed, 1);
    CHECK_EQ(m->failed, 0);
    CHECK_EQ(m->srd_ok.count, 1);
    CHECK_EQ(m->srd_ok.sum, SS_MS(100));
    CHECK_EQ(m->pdd.sum, SS_MS(100));
    CHECK_EQ(m->setup_to_ack.sum, SS_MS(420));
    CHECK_EQ(m->sdd_ok.sum, SS_MS(60));
    CHECK_EQ(m->sdd_ok.count, 1);
    CHECK_EQ(m->sdt_ok.sum, SS_S(1));
    CHECK_EQ(m->sdt_ok.count, 1);
    CHECK_EQ(m->scr.num, 1);
    CHECK_EQ(m->scr.den, 1);
    court_close(&rig);
}

TEST(what_quotas_refuse_is_counted_though_it_belongs_to_no_call)
{
    court rig;
    begin(&rig);
    court_at(&rig, SS_S(1));
    court_call(&rig, COURT_BOB, SN_CALL_OVERLOADED, 0, 503);
    court_call(&rig, COURT_BOB, SN_CALL_OVERLOADED, 0, 0);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->overloads, 2);
    CHECK_EQ(m->attempts + m->failed, 0);
    court_close(&rig);
}

/* RFC6076:4.3.2, RFC6076:4.6, RFC6076:4.7, RFC6076:4.8 */
TEST(rfc6076_ratios_leave_redirected_calls_out_and_count_the_users_answers)
{
    static const unsigned statuses[] = { 302, 480, 486, 600, 603, 404, 408, 500, 503, 504 };
    court rig;
    begin(&rig);
    for (uint32_t i = 0; i < SS_COUNT(statuses); i++) {
        reject(&rig, i + 1, statuses[i]);
    }
    complete(&rig, SS_S(20), 11);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->attempts, 11);
    CHECK_EQ(m->ser.num, 1);
    CHECK_EQ(m->ser.den, 10);
    CHECK_EQ(m->seer.num, 5);
    CHECK_EQ(m->seer.den, 10);
    CHECK_EQ(m->isa.num, 4);
    CHECK_EQ(m->isa.den, 11);
    CHECK_EQ(m->redirected, 1);
    CHECK_EQ(m->rejected_busy, 2);
    CHECK_EQ(m->timed_out, 1);
    CHECK_EQ(m->rejected_other, 6);
    CHECK_EQ(m->srd_fail.count, 9);
    court_close(&rig);
}

TEST(rfc6076_srd_of_an_answer_without_ringing_is_the_answers)
{
    court rig;
    begin(&rig);
    place(&rig, 0, 1);
    court_at(&rig, SS_MS(70));
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->srd_ok.sum, SS_MS(70));
    CHECK_EQ(m->pdd.count, 0);
    court_close(&rig);
}

TEST(a_timeout_without_any_response_has_no_srd_but_counts)
{
    court rig;
    begin(&rig);
    place(&rig, 0, 1);
    court_at(&rig, SS_S(32));
    court_call_synthetic(&rig, COURT_ALICE, SN_CALL_REJECTED, 1, 408);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->srd_fail.count, 0);
    CHECK_EQ(m->timed_out, 1);
    CHECK_EQ(m->failed, 1);
    CHECK_EQ(m->isa.num, 1);
    court_close(&rig);
}

TEST(rfc6076_a_bye_that_times_out_is_no_completion)
{
    court rig;
    begin(&rig);
    place(&rig, 0, 1);
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    court_at(&rig, SS_S(1));
    court_call(&rig, COURT_ALICE, SN_CALL_HANGUP, 1, 0);
    court_at(&rig, SS_S(33));
    court_call_synthetic(&rig, COURT_ALICE, SN_CALL_ENDED, 1, 408);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->completed, 0);
    CHECK_EQ(m->failed, 1);
    CHECK_EQ(m->sdd_fail.sum, SS_S(32));
    CHECK_EQ(m->sdt_fail.sum, SS_S(33));
    CHECK_EQ(m->sdd_ok.count + m->sdt_ok.count, 0);
    court_close(&rig);
}

/* RFC6076:4.4 is from the BYE to Timer F: without a BYE there is nothing to measure. */
TEST(rfc6076_4_4_a_bye_that_never_went_out_has_no_disconnect_delay)
{
    court rig;
    begin(&rig);
    place(&rig, 0, 1);
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    court_at(&rig, SS_S(1));
    court_call(&rig, COURT_ALICE, SN_CALL_HANGUP, 1, 0);
    court_call_synthetic(&rig, COURT_ALICE, SN_CALL_ENDED, 1, 503);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->failed, 1);
    CHECK_EQ(m->sdd_fail.count + m->sdd_ok.count, 0);
    CHECK_EQ(m->sdt_fail.sum, SS_S(1));
    court_close(&rig);
}

TEST(a_blocked_call_is_no_attempt)
{
    court rig;
    begin(&rig);
    court_at(&rig, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_BLOCKED, 1, 503);
    court_call(&rig, COURT_ALICE, SN_CALL_BLOCKED, 2, 503);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->attempts, 0);
    CHECK_EQ(m->blocked, 2);
    court_close(&rig);
}

TEST(a_window_has_the_calls_placed_in_it_however_long_they_last)
{
    court rig;
    begin(&rig);
    const uint32_t window = sn_meter_window(rig.meter, SN_NOBODY, SS_S(1), SS_S(2));
    CHECK_EQ(sn_meter_window(rig.meter, SN_NOBODY, SS_S(1), SS_S(2)), window);
    complete(&rig, 0, 1);
    complete(&rig, SS_MS(1999), 2);
    complete(&rig, SS_S(10), 3);
    CHECK_EQ(all(&rig)->attempts, 3);
    CHECK_EQ(sn_meter_read(rig.meter, window)->attempts, 1);
    CHECK_EQ(sn_meter_read(rig.meter, window)->completed, 1);
    CHECK_EQ(sn_meter_read(rig.meter, window)->ser.den, 1);
    CHECK_NULL(sn_meter_read(rig.meter, 9));
    court_close(&rig);
}

TEST(rfc6076_rrd_runs_from_the_first_register_to_the_200)
{
    court rig;
    begin(&rig);
    court_at(&rig, SS_MS(100));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_REGISTER, 1));
    court_at(&rig, SS_MS(140));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_REGISTER, 2));
    court_at(&rig, SS_MS(180));
    court_call(&rig, COURT_ALICE, SN_CALL_REGISTERED, 0, 200);
    court_at(&rig, SS_S(5));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_REGISTER, 3));
    court_at(&rig, SS_S(37));
    court_call_synthetic(&rig, COURT_ALICE, SN_CALL_REGISTER_FAILED, 0, 408);
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->registrations, 1);
    CHECK_EQ(m->registrations_failed, 1);
    CHECK_EQ(m->rrd.sum, SS_MS(80));
    CHECK_EQ(m->rrd.count, 1);
    CHECK_EQ(m->ira.num, 1);
    CHECK_EQ(m->ira.den, 2);
    court_close(&rig);
}

TEST(the_stack_and_the_network_are_counted)
{
    court rig;
    begin(&rig);
    court_at(&rig, 0);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS, SS_TXN_CALLING,
                    SS_TXN_CALLING);
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_RESEND, .letter = SS_TIMER_A });
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_RESEND, .letter = SS_LETTER_COUNT });
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_TIMER, .letter = SS_TIMER_A });
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_DIALOG, .from = 0, .to = 1 });
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_DIALOG, .from = 1, .to = 3 });
    court_give(&rig,
               (sn_fact){ .kind = SN_FACT_LINK_DROPPED, .cause = SN_CAUSE_LOSS, .entity = 2 });
    const sn_metrics *m = all(&rig);
    CHECK_EQ(m->retransmits[SS_TIMER_A], 1);
    CHECK_EQ(m->retransmits_answering, 1);
    CHECK_EQ(m->timer_fired[SS_TIMER_A], 1);
    CHECK_EQ(m->transactions_live, 1);
    CHECK_EQ(m->dialogs_live, 0);
    CHECK_EQ(m->dialogs_peak, 1);
    CHECK_EQ(m->requests_sent[SS_METHOD_INVITE], 1);
    CHECK_EQ(m->dropped[SN_CAUSE_LOSS], 1);
    CHECK_EQ(m->facts, 8);
    court_close(&rig);
}
