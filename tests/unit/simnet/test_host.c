/* Hosts: deadlines that move, wakes, steps within one instant, order by key; with an app that writes down when it was
 * called. */
#include "check.h"

#include <string.h>

#include "small_world.h"

/* What the app does is set per test; what was seen is in the notes: value = 1000 * what + argument. */
typedef struct script {
    ss_time deadline;
    uint32_t ticks;
} script;

static struct {
    ss_time first_deadline;
    ss_time moves[8]; /* at each wake or tick the deadline goes there */
    uint32_t move_count;
    ss_time wakes[8];
    uint32_t wake_count;
    bool forever; /* a tick asks for a tick now */
    struct {
        ss_time at;
        uint64_t value;
        uint32_t step;
    } seen[32];
    uint32_t seen_count;
} act;

static void note(sn_host *host, uint64_t value)
{
    sn_host_note(host, &(ss_note){ .value = value });
}

static ss_status start(void *app, sn_host *host)
{
    script *s = app;
    s->deadline = act.first_deadline;
    for (uint32_t i = 0; i < act.wake_count; i++) {
        sn_host_wake(host, act.wakes[i], 2, i, 0);
    }
    return SS_OK;
}

static void move(script *s)
{
    s->deadline = s->ticks < act.move_count ? act.moves[s->ticks] : SS_TIME_NEVER;
    s->ticks++;
}

static void tick(void *app, sn_host *host)
{
    script *s = app;
    note(host, 1000);
    move(s);
    s->deadline = act.forever ? sn_host_now(host) : s->deadline;
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    if (w->kind != SN_WAKE_OWN) {
        return false;
    }
    note(host, 2000 + w->arg);
    move(app);
    return true;
}

static ss_time deadline(const void *app)
{
    const script *s = app;
    return s->deadline;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)path;
    note(host, 3000 + datagram.len);
}

static const sn_app_class scripted = { .name = "scripted",
                                       .port = 5060,
                                       .bytes = sizeof(script),
                                       .start = start,
                                       .input = input,
                                       .deadline = deadline,
                                       .tick = tick,
                                       .wake = wake };

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    if (f->kind == SN_FACT_NOTE) {
        CHECK(act.seen_count < SS_COUNT(act.seen));
        act.seen[act.seen_count].at = f->key.at;
        act.seen[act.seen_count].step = f->key.step;
        act.seen[act.seen_count++].value = f->note.value;
    }
}

static sn_plan *one_host(void)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    (void)small_uas(plan, "host", 1, 0, sn_plan_add_link(plan, &kind));
    small_finish(plan);
    return plan;
}

static small_run run_script(sn_plan *plan)
{
    act.seen_count = 0;
    return small_run_plan(plan, &(small_options){ .app = &scripted, .each = see });
}

static void check_seen(const uint64_t (*expected)[3], size_t count)
{
    CHECK_EQ(act.seen_count, count);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(act.seen[i].at, expected[i][0]);
        CHECK_EQ(act.seen[i].step, expected[i][1]);
        CHECK_EQ(act.seen[i].value, expected[i][2]);
    }
}

TEST(a_deadline_that_moves_is_met_where_it_last_was)
{
    sn_plan *plan = one_host();
    memset(&act, 0, sizeof act);
    act.first_deadline = 500; /* at 100 it moves to 900, at 200 back to 300 */
    act.wakes[0] = 100;
    act.wakes[1] = 200;
    act.wake_count = 2;
    act.moves[0] = 900;
    act.moves[1] = 300;
    act.moves[2] = 1000;
    act.move_count = 3;
    const small_run run = run_script(plan);
    static const uint64_t expected[][3] = {
        { 100, 1, 2000 }, { 200, 1, 2001 }, { 300, 1, 1000 }, { 1000, 1, 1000 }
    };
    check_seen(expected, 4);
    CHECK_EQ(run.events, 4); /* ticks that meant nothing do not count */
    CHECK_EQ(run.end, 1000);
    sn_plan_free(plan);
}

TEST(a_deadline_of_now_comes_one_step_later)
{
    sn_plan *plan = one_host();
    memset(&act, 0, sizeof act);
    act.first_deadline = 50;
    act.moves[0] = 50; /* again, */
    act.moves[1] = 20; /* and even one that has passed */
    act.move_count = 2;
    (void)run_script(plan);
    static const uint64_t expected[][3] = { { 50, 1, 1000 }, { 50, 2, 1000 }, { 50, 3, 1000 } };
    check_seen(expected, 3);
    sn_plan_free(plan);
}

TEST(a_leftover_tick_does_not_serve_a_new_deadline_early)
{
    sn_plan *plan = one_host();
    memset(&act, 0, sizeof act);
    act.first_deadline = 200; /* gone at 100; a tick for 200 lies in the queue */
    act.wakes[0] = 100;
    act.wakes[1] = 200;
    act.wake_count = 2;
    act.moves[0] = SS_TIME_NEVER;
    act.moves[1] = 200; /* set anew at 200: a step later, as if it had not been there */
    act.move_count = 2;
    (void)run_script(plan);
    static const uint64_t expected[][3] = { { 100, 1, 2000 }, { 200, 1, 2001 }, { 200, 2, 1000 } };
    check_seen(expected, 3);
    sn_plan_free(plan);
}

TEST(wakes_of_one_instant_keep_their_order_in_both_orders)
{
    for (unsigned i = 0; i < 2; i++) {
        sn_plan *plan = one_host();
        plan->order = i == 0 ? SN_ORDER_FIFO : SN_ORDER_SEEDED;
        memset(&act, 0, sizeof act);
        act.first_deadline = SS_TIME_NEVER;
        act.wakes[0] = act.wakes[1] = act.wakes[2] = 7;
        act.wake_count = 3;
        (void)run_script(plan);
        static const uint64_t expected[][3] = { { 7, 1, 2000 }, { 7, 1, 2001 }, { 7, 1, 2002 } };
        check_seen(expected, 3);
        sn_plan_free(plan);
    }
}

TEST(standing_still_in_time_is_stopped_at_the_step_bound)
{
    sn_plan *plan = one_host();
    plan->step_max = 20;
    memset(&act, 0, sizeof act);
    act.first_deadline = 5;
    act.forever = true;
    const small_run run = run_script(plan);
    CHECK_EQ(run.state, SN_RUN_ZENO);
    CHECK_EQ(run.culprit, sn_plan_node(plan, 1, 0));
    CHECK_EQ(act.seen_count, 20);
    CHECK_EQ(run.end, 5);
    CHECK_EQ(run.kinds[SN_FACT_LEFT], 0);
    CHECK_EQ(run.kinds[SN_FACT_END], 1);
    sn_plan_free(plan);
}

TEST(what_waits_beyond_the_drain_ends_the_run_there)
{
    sn_plan *plan = one_host();
    plan->duration = 1000;
    plan->drain = 500;
    memset(&act, 0, sizeof act);
    act.first_deadline = 2000;
    const small_run waits = run_script(plan);
    CHECK_EQ(waits.state, SN_RUN_DONE);
    CHECK_EQ(waits.end, 1500);
    act.wakes[0] = 100; /* the deadline is taken back: only a leftover tick waits */
    act.wake_count = 1;
    const small_run rests = run_script(plan);
    CHECK_EQ(rests.end, 100);
    sn_plan_free(plan);
}
