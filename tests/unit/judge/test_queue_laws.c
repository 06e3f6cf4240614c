/* QUE1, RFC4412:4.5.2: what waits at a proxy is served in the order of its classes, of its coming, and of its dialog. */
#include "check.h"
#include "court.h"

static ss_summary message(ss_method method, uint64_t branch, uint64_t call_id)
{
    ss_summary m = court_request(method, branch);
    m.call_id = call_id;
    return m;
}

static void open_with_queue(court *rig, bool by_arrival)
{
    court_open(rig);
    rig->nodes[COURT_PROXY].has_queue = true;
    rig->nodes[COURT_PROXY].by_arrival = by_arrival;
    court_at(rig, SS_MS(1));
}

static void step(court *rig, const ss_summary *m, ss_class class, ss_queue_step step)
{
    court_notes(rig, COURT_PROXY,
                (ss_note){ .kind = SS_NOTE_QUEUE,
                           .from = (uint8_t) class,
                           .to = (uint8_t)step,
                           .letter = SS_LETTER_COUNT,
                           .method = m->method,
                           .status = m->status,
                           .branch = m->branch,
                           .call_id = m->call_id });
}

static void comes(court *rig, ss_summary m, ss_class class, ss_queue_step what)
{
    court_at(rig, rig->key.at + 1);
    court_gets(rig, COURT_PROXY, m);
    step(rig, &m, class, what);
}

static void taken(court *rig, ss_summary m, ss_class class)
{
    court_at(rig, rig->key.at + 1);
    step(rig, &m, class, SS_QUEUE_TAKEN);
}

static void served(court *rig, ss_summary m)
{
    court_at(rig, rig->key.at + 1);
    court_give(rig, (sn_fact){ .kind = SN_FACT_SERVED,
                               .entity = COURT_PROXY,
                               .peer = SN_NOBODY,
                               .packet.origin = SN_NOBODY,
                               .sip = m });
}

static uint64_t verdict(court *rig)
{
    const uint64_t broken = court_broken(rig, "QUE1");
    court_close(rig);
    return broken;
}

static const ss_class I = SS_CLASS_INVITE, F = SS_CLASS_FOLLOW_UP;

/* An INVITE, then a BYE of another call; which of them is taken first. */
static uint64_t bye_is_taken(bool first, bool by_arrival)
{
    court rig;
    const ss_summary invite = message(SS_METHOD_INVITE, 1, 10), bye = message(SS_METHOD_BYE, 2, 20);
    open_with_queue(&rig, by_arrival);
    comes(&rig, invite, I, SS_QUEUE_WAITS);
    comes(&rig, bye, F, SS_QUEUE_WAITS);
    taken(&rig, first ? bye : invite, first ? F : I);
    return verdict(&rig);
}

TEST(que1_sees_a_class_that_goes_before_a_higher_one)
{
    CHECK_EQ(bye_is_taken(false, false), 1);
    CHECK_EQ(bye_is_taken(true, false), 0);
}

TEST(que1_by_arrival_sees_a_message_that_passes_an_earlier_one)
{
    CHECK_EQ(bye_is_taken(true, true), 1);
    CHECK_EQ(bye_is_taken(false, true), 0);
}

/* Two of a class. */
TEST(que1_sees_a_message_that_passes_one_of_its_class)
{
    for (unsigned late = 0; late < 2; late++) {
        court rig;
        open_with_queue(&rig, false);
        comes(&rig, message(SS_METHOD_INVITE, 1, 10), I, SS_QUEUE_WAITS);
        comes(&rig, message(SS_METHOD_INVITE, 2, 20), I, SS_QUEUE_WAITS);
        taken(&rig, message(SS_METHOD_INVITE, 1 + late, 10 + 10 * late), I);
        CHECK_EQ(verdict(&rig), late);
    }
}

/* The INVITE of the dialog goes with its CANCEL: before one that came earlier, of another dialog. */
TEST(que1_sees_a_message_that_passes_an_earlier_one_of_its_dialog)
{
    for (unsigned passes = 0; passes < 2; passes++) {
        court rig;
        open_with_queue(&rig, false);
        comes(&rig, message(SS_METHOD_INVITE, 9, 90), I, SS_QUEUE_WAITS);
        comes(&rig, message(SS_METHOD_INVITE, 1, 10), I, SS_QUEUE_WAITS);
        comes(&rig, message(SS_METHOD_CANCEL, 1, 10), F, SS_QUEUE_WAITS);
        taken(&rig, message(passes ? SS_METHOD_CANCEL : SS_METHOD_INVITE, 1, 10), passes ? F : I);
        CHECK_EQ(verdict(&rig), passes);
    }
}

/* Two workers have two messages of a dialog; the later one must not be done first. */
TEST(que1_sees_workers_that_change_the_order_of_a_dialog)
{
    for (unsigned late = 0; late < 2; late++) {
        court rig;
        const ss_summary invite = message(SS_METHOD_INVITE, 1, 10),
                         bye = message(SS_METHOD_BYE, 2, 10);
        open_with_queue(&rig, false);
        comes(&rig, invite, I, SS_QUEUE_WAITS);
        taken(&rig, invite, I);
        comes(&rig, bye, F, SS_QUEUE_WAITS);
        taken(&rig, bye, F);
        served(&rig, late ? bye : invite);
        CHECK_EQ(verdict(&rig), late);
    }
}

TEST(que1_sees_a_message_in_a_class_that_is_not_its_own)
{
    court rig;
    open_with_queue(&rig, false);
    comes(&rig, message(SS_METHOD_INVITE, 1, 10), F, SS_QUEUE_WAITS);
    CHECK_EQ(verdict(&rig), 1);
    open_with_queue(&rig, false);
    comes(&rig, message(SS_METHOD_INVITE, 1, 10), SS_CLASS_PRIORITY, SS_QUEUE_WAITS);
    CHECK_EQ(verdict(&rig), 1);
    open_with_queue(&rig, false);
    rig.payload = SS_LIT("INVITE sip:a@b SIP/2.0\r\nresource-Priority: ets.0\r\n");
    comes(&rig, message(SS_METHOD_INVITE, 1, 10), SS_CLASS_PRIORITY, SS_QUEUE_WAITS);
    rig.payload = SS_LIT("INVITE urn:service:SOS SIP/2.0\r\nVia: x\r\n");
    comes(&rig, message(SS_METHOD_INVITE, 2, 20), SS_CLASS_PRIORITY, SS_QUEUE_WAITS);
    CHECK_EQ(verdict(&rig), 0);
}

TEST(que1_a_refusal_goes_before_an_invite_and_what_is_dropped_waits_for_nobody)
{
    court rig;
    open_with_queue(&rig, false);
    comes(&rig, message(SS_METHOD_INVITE, 1, 10), I, SS_QUEUE_WAITS);
    comes(&rig, message(SS_METHOD_BYE, 3, 30), F, SS_QUEUE_DROPPED);
    comes(&rig, message(SS_METHOD_INVITE, 2, 20), I, SS_QUEUE_REFUSED);
    taken(&rig, message(SS_METHOD_INVITE, 2, 20), SS_CLASS_REFUSAL);
    taken(&rig, message(SS_METHOD_INVITE, 1, 10), I);
    CHECK_EQ(verdict(&rig), 0);
}

TEST(que1_forgets_what_waited_at_a_crash)
{
    court rig;
    open_with_queue(&rig, false);
    comes(&rig, message(SS_METHOD_BYE, 1, 10), F, SS_QUEUE_WAITS);
    comes(&rig, message(SS_METHOD_BYE, 4, 40), F, SS_QUEUE_WAITS);
    taken(&rig, message(SS_METHOD_BYE, 1, 10), F);
    court_call(&rig, COURT_PROXY, SN_CALL_CRASHED, 0, 0);
    court_call(&rig, COURT_PROXY, SN_CALL_RESTARTED, 0, 0);
    comes(&rig, message(SS_METHOD_INVITE, 2, 20), I, SS_QUEUE_WAITS);
    taken(&rig, message(SS_METHOD_INVITE, 2, 20), I);
    CHECK_EQ(verdict(&rig), 0);
}
