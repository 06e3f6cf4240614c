/* User agents run their programs over the real stack: stories act for act, behaviours, hold times, who hangs up,
 * cancelling, draining, and what is left. */
#include "check.h"

#include <string.h>

#include "small_world.h"

/* What happened to calls, as text: "0.010 alice PLACED" … one a line. */
typedef struct diary {
    const sn_cast *cast;
    char text[4096];
    ss_buffer b;
} diary;

static diary book;

static void put_time(ss_buffer *b, ss_time at)
{
    ss_put_u64(b, at / SS_MS(1));
    CHECK_EQ(at % SS_MS(1), 0);
    ss_put_char(b, ' ');
}

static void write_down(void *self, const sn_fact *f, ss_slice packet)
{
    diary *d = self;
    (void)packet;
    if (f->kind != SN_FACT_CALL && f->kind != SN_FACT_REGISTRATION) {
        return;
    }
    put_time(&d->b, f->key.at);
    ss_put_text(&d->b, d->cast->nodes[f->entity].name);
    ss_put_char(&d->b, ' ');
    ss_put_text(&d->b, sn_call_event_name((sn_call_event)f->call.event));
    if (f->call.status != 0) {
        ss_put_char(&d->b, ' ');
        ss_put_u64(&d->b, f->call.status);
    }
    ss_put_char(&d->b, '\n');
}

static small_run run_diary(sn_plan *plan)
{
    book.cast = &plan->cast;
    book.b = ss_buffer_on(book.text, sizeof book.text);
    const small_run run = small_run_plan(
        plan, &(small_options){ .partitions = 2, .self = &book, .each = write_down });
    CHECK(!book.b.overflow);
    return run;
}

/* alice and bob on 5 ms links each: 10 ms apart, no proxy. */
static sn_plan *two_phones(void)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    CHECK_EQ(small_uas(plan, "alice", 1, 0, wire), 1);
    CHECK_EQ(small_uas(plan, "bob", 1, 0, wire), 2);
    return plan;
}

static void act(sn_plan *plan, ss_time at, uint32_t group, sn_op op, uint16_t status)
{
    (void)sn_plan_add_act(plan, &(sn_act){ .at = at,
                                           .group = group,
                                           .call = 1,
                                           .row = { .op = op, .status = status, .target = 2 } });
}

static void check_nothing_left(const small_run *run)
{
    CHECK_EQ(run->state, SN_RUN_DONE);
    CHECK_EQ(run->left.transactions, 0);
    CHECK_EQ(run->left.dialogs, 0);
    CHECK_EQ(run->left.calls, 0);
    CHECK_EQ(run->left.timers, 0);
    CHECK_EQ(run->left.contexts, 0);
}

TEST(a_story_runs_act_for_act)
{
    sn_plan *plan = two_phones();
    act(plan, 0, 1, SN_OP_CALL, 0);
    act(plan, 0, 2, SN_OP_ANSWER, 0); /* there is no call yet */
    act(plan, SS_MS(10), 2, SN_OP_PROGRESS,
        180); /* at the instant of the INVITE: put off behind it */
    act(plan, SS_MS(50), 2, SN_OP_PROGRESS, 180);
    act(plan, SS_MS(100), 2, SN_OP_ANSWER, 0);
    act(plan, SS_MS(500), 1, SN_OP_HANGUP, 0);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "0 alice PLACED\n"
                                          "0 bob ACT_MISSED 481\n"
                                          "10 bob INCOMING\n"
                                          "10 bob RINGING 180\n"
                                          "20 alice PROGRESS 180\n"
                                          "50 bob RINGING 180\n"
                                          "60 alice PROGRESS 180\n"
                                          "100 bob ACCEPTED 200\n"
                                          "110 alice ANSWERED 200\n"
                                          "120 bob CONFIRMED\n"
                                          "500 alice HANGUP\n"
                                          "510 bob BYE 200\n"
                                          "520 alice ENDED 200\n");
    check_nothing_left(&run);
    sn_plan_free(plan);
}

TEST(an_act_of_a_node_that_crashed_is_missed)
{
    sn_plan *plan = two_phones();
    act(plan, 0, 1, SN_OP_CALL, 0);
    act(plan, SS_MS(100), 2, SN_OP_CRASH, 0);
    act(plan, SS_MS(100), 2, SN_OP_ANSWER, 0);
    act(plan, SS_MS(200), 2, SN_OP_REGISTER, 0);
    small_finish(plan);
    (void)run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "0 alice PLACED\n"
                                          "10 bob INCOMING\n"
                                          "100 bob CRASHED\n"
                                          "100 bob ACT_MISSED 481\n"
                                          "200 bob ACT_MISSED 481\n"
                                          "32000 alice REJECTED 408\n");
    sn_plan_free(plan);
}

/* A message to a proxy takes 10 ms. What happens while it is away is lost, and so is an act of its own. */
static sn_plan *phones_and_proxy(void)
{
    sn_plan *plan = two_phones();
    CHECK_EQ(small_proxy(plan, "p1", 0, 0), 3);
    for (uint32_t group = 1; group <= 2; group++) {
        sn_ua_spec *spec = &small_spec(plan, group)->ua;
        spec->outbound = 3;
        spec->expires_s = 3600;
    }
    return plan;
}

static void crash(sn_plan *plan, ss_time at, ss_span span, uint8_t flags)
{
    (void)sn_plan_add_act(plan,
                          &(sn_act){ .at = at,
                                     .group = 3,
                                     .row = { .op = SN_OP_CRASH,
                                              .flags = flags,
                                              .after = { .kind = SN_DIST_CONST, .a = span } } });
}

TEST(a_proxy_that_crashed_comes_back_without_its_bindings)
{
    sn_plan *plan = phones_and_proxy();
    crash(plan, SS_MS(100), SS_S(1), 0);
    crash(plan, SS_MS(200), SS_S(1), 0); /* it is dead already */
    act(plan, SS_MS(1050), 1, SN_OP_CALL, 0);
    small_finish(plan);
    (void)run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "20 alice REGISTERED 200\n"
                                          "20 bob REGISTERED 200\n"
                                          "100 p1 CRASHED\n"
                                          "200 p1 ACT_MISSED 481\n"
                                          "1050 alice PLACED\n"
                                          "1100 p1 RESTARTED\n"
                                          "1570 alice REJECTED 404\n"); /* Timer A's first copy */
    sn_plan_free(plan);
}

TEST(a_proxy_whose_memory_is_kept_knows_its_users_again)
{
    sn_plan *plan = phones_and_proxy();
    crash(plan, SS_MS(100), SS_S(1), SN_ROW_KEEPS);
    act(plan, SS_MS(1050), 1, SN_OP_CALL, 0);
    act(plan, SS_MS(1600), 2, SN_OP_REJECT, 486);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "20 alice REGISTERED 200\n"
                                          "20 bob REGISTERED 200\n"
                                          "100 p1 CRASHED\n"
                                          "1050 alice PLACED\n"
                                          "1100 p1 RESTARTED\n"
                                          "1570 bob INCOMING\n"
                                          "1600 bob REFUSED 486\n"
                                          "1620 alice REJECTED 486\n");
    CHECK_EQ(run.left.bindings, 2);
    CHECK_EQ(run.left.transactions, 0);
    sn_plan_free(plan);
}

TEST(a_proxy_that_crashed_for_ever_stays_away)
{
    sn_plan *plan = phones_and_proxy();
    crash(plan, SS_MS(100), 0, 0);
    act(plan, SS_MS(1050), 1, SN_OP_CALL, 0);
    small_finish(plan);
    (void)run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "20 alice REGISTERED 200\n"
                                          "20 bob REGISTERED 200\n"
                                          "100 p1 CRASHED\n"
                                          "1050 alice PLACED\n"
                                          "33050 alice REJECTED 408\n");
    sn_plan_free(plan);
}

/* Design 3.3: scripted events come first. Else Alice's BYE, which comes from a lower number, would. */
TEST(an_act_comes_before_what_arrives_at_its_instant)
{
    sn_plan *plan = two_phones();
    act(plan, 0, 1, SN_OP_CALL, 0);
    act(plan, SS_MS(100), 2, SN_OP_ANSWER, 0);
    act(plan, SS_MS(500), 1, SN_OP_HANGUP, 0);
    act(plan, SS_MS(510), 2, SN_OP_HANGUP, 0);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "0 alice PLACED\n"
                                          "10 bob INCOMING\n"
                                          "100 bob ACCEPTED 200\n"
                                          "110 alice ANSWERED 200\n"
                                          "120 bob CONFIRMED\n"
                                          "500 alice HANGUP\n"
                                          "510 bob HANGUP\n"
                                          "520 alice ENDED 200\n"
                                          "530 bob ENDED 200\n");
    check_nothing_left(&run);
    sn_plan_free(plan);
}

TEST(what_the_quota_of_a_user_agent_refuses_is_told)
{
    sn_plan *plan = two_phones();
    small_spec(plan, 2)->settings.txns_max = 0;
    act(plan, 0, 1, SN_OP_CALL, 0);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "0 alice PLACED\n"
                                          "10 bob OVERLOADED 503\n"
                                          "10 bob REFUSED 503\n"
                                          "20 alice REJECTED 503\n");
    check_nothing_left(&run);
    sn_plan_free(plan);
}

TEST(what_the_quota_of_a_proxy_refuses_is_told)
{
    sn_plan *plan = two_phones();
    const uint32_t proxy = small_proxy(plan, "p1", 0, 0);
    small_spec(plan, 1)->ua.outbound = proxy;
    small_spec(plan, proxy)->settings.txns_max = 0;
    act(plan, 0, 1, SN_OP_CALL, 0);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "0 alice PLACED\n"
                                          "10 p1 OVERLOADED 503\n"
                                          "20 alice REJECTED 503\n");
    check_nothing_left(&run);
    sn_plan_free(plan);
}

TEST(a_story_may_cancel)
{
    sn_plan *plan = two_phones();
    act(plan, 0, 1, SN_OP_CALL, 0);
    act(plan, SS_MS(50), 2, SN_OP_PROGRESS, 180);
    act(plan, SS_MS(80), 1, SN_OP_CANCEL, 0);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b), "0 alice PLACED\n"
                                          "10 bob INCOMING\n"
                                          "50 bob RINGING 180\n"
                                          "60 alice PROGRESS 180\n"
                                          "80 alice CANCELLING\n"
                                          "90 bob CANCELLED 487\n"
                                          "100 alice REJECTED 487\n");
    check_nothing_left(&run);
    sn_plan_free(plan);
}

static void add_calls(sn_plan *plan, ss_span hold, bool callee_hangs_up, ss_span no_answer)
{
    (void)sn_plan_add_calls(plan, &(sn_call_spec){ .name = "mix",
                                                   .from = 1,
                                                   .to = 2,
                                                   .interval = SS_S(1),
                                                   .end = SS_S(60),
                                                   .limit = 1,
                                                   .hold = { SN_DIST_CONST, hold, 0 },
                                                   .hangup_caller = !callee_hangs_up,
                                                   .hangup_callee = callee_hangs_up,
                                                   .no_answer = { SN_DIST_CONST, no_answer, 0 } });
}

TEST(the_planned_side_hangs_up_after_the_planned_time)
{
    for (unsigned callee = 0; callee < 2; callee++) {
        sn_plan *plan = two_phones();
        add_calls(plan, SS_S(2), callee != 0, 0);
        small_finish(plan);
        const small_run run = run_diary(plan);
        if (callee != 0) {
            CHECK_SLICE(ss_buffer_slice(&book.b),
                        "0 alice PLACED\n10 bob INCOMING\n10 bob ACCEPTED 200\n"
                        "20 alice ANSWERED 200\n30 bob CONFIRMED\n2030 bob HANGUP\n"
                        "2040 alice BYE 200\n2050 bob ENDED 200\n");
        } else {
            CHECK_SLICE(ss_buffer_slice(&book.b),
                        "0 alice PLACED\n10 bob INCOMING\n10 bob ACCEPTED 200\n"
                        "20 alice ANSWERED 200\n30 bob CONFIRMED\n2020 alice HANGUP\n"
                        "2030 bob BYE 200\n2040 alice ENDED 200\n");
        }
        check_nothing_left(&run);
        sn_plan_free(plan);
    }
}

TEST(a_behaviour_rings_then_answers_and_the_caller_may_lose_patience)
{
    for (unsigned patient = 0; patient < 2; patient++) {
        sn_plan *plan = two_phones();
        small_spec(plan, 2)->ua.behaviour = sn_plan_add_behaviour(plan, "slow");
        (void)sn_plan_add_choice(plan, 1);
        (void)sn_plan_add_row(
            plan, &(sn_row){ .op = SN_OP_PROGRESS, .status = 180, .after.a = SS_MS(100) });
        (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_ANSWER, .after.a = SS_S(10) });
        add_calls(plan, SS_S(1), false, patient ? SS_S(30) : SS_S(3));
        small_finish(plan);
        const small_run run = run_diary(plan);
        if (patient) {
            CHECK_SLICE(ss_buffer_slice(&book.b),
                        "0 alice PLACED\n10 bob INCOMING\n110 bob RINGING 180\n"
                        "120 alice PROGRESS 180\n10110 bob ACCEPTED 200\n"
                        "10120 alice ANSWERED 200\n10130 bob CONFIRMED\n11120 alice HANGUP\n"
                        "11130 bob BYE 200\n11140 alice ENDED 200\n");
        } else {
            CHECK_SLICE(ss_buffer_slice(&book.b),
                        "0 alice PLACED\n10 bob INCOMING\n110 bob RINGING 180\n"
                        "120 alice PROGRESS 180\n3000 alice CANCELLING\n"
                        "3010 bob CANCELLED 487\n3020 alice REJECTED 487\n");
        }
        check_nothing_left(&run);
        sn_plan_free(plan);
    }
}

TEST(a_behaviour_may_reject)
{
    sn_plan *plan = two_phones();
    small_spec(plan, 2)->ua.behaviour = sn_plan_add_behaviour(plan, "busy");
    (void)sn_plan_add_choice(plan, 1);
    (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_REJECT, .status = 486 });
    add_calls(plan, SS_S(1), false, 0);
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_SLICE(ss_buffer_slice(&book.b),
                "0 alice PLACED\n10 bob INCOMING\n10 bob REFUSED 486\n20 alice REJECTED 486\n");
    check_nothing_left(&run);
    sn_plan_free(plan);
}

/* RFC 3261 17.1.1.2 and the figure's Timer B, over a link that loses everything. */
typedef struct sendings {
    ss_time at[16];
    uint32_t count;
} sendings;

static void note_sending(void *self, const sn_fact *f, ss_slice packet)
{
    sendings *s = self;
    (void)packet;
    if (f->kind == SN_FACT_DATAGRAM_SENT && s->count < SS_COUNT(s->at)) {
        s->at[s->count++] = f->key.at;
    }
}

TEST(rfc3261_17_1_1_2_an_unanswered_invite_is_sent_seven_times_and_times_out_at_32_s)
{
    static const uint64_t sent_ms[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
    sn_plan *plan = two_phones();
    plan->links[0].up.loss.random.p = SN_ALWAYS;
    sn_link_settle(&plan->links[0].up);
    add_calls(plan, SS_S(1), false, 0);
    small_finish(plan);
    sendings s = { .count = 0 };
    const small_run run =
        small_run_plan(plan, &(small_options){ .self = &s, .each = note_sending });
    CHECK_EQ(s.count, SS_COUNT(sent_ms));
    for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(s.at[i], SS_MS(sent_ms[i]));
    }
    CHECK_EQ(run.calls[SN_CALL_REJECTED], 1);
    CHECK_EQ(run.end, SS_S(32));
    CHECK_EQ(run.causes[SN_CAUSE_LOSS], 7);
    check_nothing_left(&run);
    sn_plan_free(plan);
}

TEST(registrations_are_refreshed_while_the_run_lasts_and_not_while_it_drains)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    const uint32_t phone = small_uas(plan, "phone", 2, 0, wire);
    small_spec(plan, phone)->ua.outbound = small_proxy(plan, "p1", 0, wire);
    small_spec(plan, phone)->ua.expires_s = 100; /* refreshed every 90 s */
    plan->duration = SS_S(200);
    plan->drain = SS_S(1000);
    small_finish(plan);
    const small_run run = small_run_plan(plan, &(small_options){ .partitions = 1 });
    CHECK_EQ(run.calls[SN_CALL_REGISTERED], 2 * 3);
    CHECK(run.end >= SS_S(200) && run.end < SS_S(250));
    CHECK_EQ(run.left.bindings, 2);
    check_nothing_left(&run);
    sn_plan_free(plan);
}

TEST(many_calls_over_lossy_links_leave_nothing_behind)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        sn_plan *plan = small_quickstart(seed, 20);
        const small_run run = small_run_plan(plan, &(small_options){ .partitions = 1 });
        CHECK(run.calls[SN_CALL_ANSWERED] > 5);
        CHECK_EQ(run.calls[SN_CALL_PLACED] + run.calls[SN_CALL_BLOCKED], plan->call_count);
        check_nothing_left(&run);
        sn_plan_free(plan);
    }
}

/* What a node is planned to do at one instant is an event each, with a key of its own: law NET3. */
TEST(who_registers_and_subscribes_at_once_does_so_in_two_events)
{
    sn_plan *plan = two_phones();
    small_spec(plan, 1)->ua.expires_s = 60;
    small_spec(plan, 1)->ua.watch =
        (sn_watch_spec){ .event = "presence", .to = 2, .expires_s = 60 };
    small_finish(plan);
    const small_run run = run_diary(plan);
    CHECK_EQ(run.disorder, 0);
    CHECK(run.kinds[SN_FACT_DATAGRAM_SENT] > 1);
    sn_plan_free(plan);
}
