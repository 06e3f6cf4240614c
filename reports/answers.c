/* The lines of expect:, reached: and the story as one list, for the files that other programs read. */
#include "rp/machine.h"

#include "figures.h"

static bool expect_at(const rp_run *run, uint32_t nth, rp_answer *out)
{
    const sn_expect *e = &run->expects[nth];
    bool is_null = false;
    uint64_t value = 0;
    *out = (rp_answer){ .kind = "expect",
                        .asked = e->text,
                        .line = e->line,
                        .holds = sn_expect_holds(e, sn_meter_read(run->meter, e->window), &is_null,
                                                 &value) };
    return true;
}

bool rp_answer_at(const rp_run *run, uint32_t nth, rp_answer *out)
{
    if (nth < run->expect_count) {
        return expect_at(run, nth, out);
    }
    nth -= run->expect_count;
    if (nth < run->reached_count) {
        *out = (rp_answer){ .kind = "reached",
                            .asked = sn_reach_name(run->reached[nth].reach),
                            .line = run->reached[nth].line,
                            .holds = sn_meter_reached(run->meter, run->reached[nth].reach) };
        return true;
    }
    nth -= run->reached_count;
    if (nth < run->check_count) {
        const sn_check *c = &run->checks[nth];
        *out = (rp_answer){
            .kind = "story", .asked = c->text, .line = c->line, .holds = rp_check_holds(c)
        };
        return true;
    }
    return false;
}

static void put_expect(rp_file *out, const rp_run *run, const sn_expect *e)
{
    const sn_metrics *m = sn_meter_read(run->meter, e->window);
    uint64_t value = 0;
    if (!sn_metric_value(m, e->metric, &value)) {
        rp_put_text(out, "nothing was counted");
        return;
    }
    rp_put_text(out, "it is ");
    rp_put_metric(out, m, e->metric);
}

static void put_check(rp_file *out, const sn_check *c)
{
    if (c->is_act) {
        rp_put_text(out, c->seen != 0 ? "done" : "it could not be done then");
    } else if (c->seen != 0) {
        rp_put_text(out, "seen, times: ");
        rp_put_u64(out, c->seen);
    } else if (c->nearest != SS_TIME_NEVER && !c->never) {
        rp_put_text(out, "seen at ");
        rp_put_ms(out, c->nearest);
        rp_put_text(out, " ms instead");
    } else {
        rp_put_text(out, "never seen");
    }
}

void rp_answer_put(rp_file *out, const rp_run *run, uint32_t nth)
{
    if (nth < run->expect_count) {
        put_expect(out, run, &run->expects[nth]);
        return;
    }
    nth -= run->expect_count;
    if (nth < run->reached_count) {
        rp_put_text(out, sn_meter_reached(run->meter, run->reached[nth].reach)
                             ? "it happened"
                             : "it never happened");
        return;
    }
    put_check(out, &run->checks[nth - run->reached_count]);
}
