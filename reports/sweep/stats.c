/* What came of a sweep, in numbers: totals, and the spread of a metric over the runs of a cell. Integers only: quantiles by
 * nearest rank, means rounded down.
 */
#include <stdlib.h>

#include "sweep/sweep.h"

/* ---- totals ---- */

static void count_run(rp_sweep_totals *t, const rp_sweep *s, uint32_t number)
{
    const rp_sweep_run *run = &s->runs[number];
    if (!rp_sweep_is_asked(s, number)) {
        return;
    }
    t->asked++;
    if (run->line == NULL) {
        t->statuses |= rp_status_bit(RP_INTERRUPTED);
        return;
    }
    t->done++;
    t->failed += run->statuses != 0;
    t->statuses |= run->statuses;
    for (rp_status status = 0; status < RP_OK; status++) {
        t->by_status[status] += rp_status_holds(run->statuses, status);
    }
}

rp_sweep_totals rp_sweep_total(const rp_sweep *s)
{
    rp_sweep_totals t = { 0 };
    for (uint32_t i = 0; i < s->run_count; i++) {
        count_run(&t, s, i);
    }
    return t;
}

rp_sweep_totals rp_sweep_total_of(const rp_sweep *s, uint32_t cell)
{
    rp_sweep_totals t = { 0 };
    for (uint32_t i = 0; i < s->seed_count; i++) {
        count_run(&t, s, cell * s->seed_count + i);
    }
    return t;
}

/* ---- spread ---- */

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t at_rank(const uint64_t *sorted, uint32_t count, unsigned percent)
{
    const uint64_t rank = ((uint64_t)count * percent + 99) / 100;
    return sorted[rank == 0 ? 0 : rank - 1];
}

/* The sum of 100,000 values of 64 bits has no room in 64: quotients and remainders are summed apart. */
static uint64_t mean_of(const uint64_t *values, uint32_t count)
{
    uint64_t whole = 0, rest = 0;
    for (uint32_t i = 0; i < count; i++) {
        whole += values[i] / count;
        rest += values[i] % count;
    }
    return whole + rest / count;
}

rp_spread rp_sweep_spread(const rp_sweep *s, uint32_t cell, unsigned metric)
{
    rp_spread spread = { 0 };
    uint64_t *values = malloc(s->seed_count * sizeof *values);
    for (uint32_t i = 0; values != NULL && i < s->seed_count; i++) {
        const rp_sweep_run *run = &s->runs[(size_t)cell * s->seed_count + i];
        if (run->line != NULL && !run->readings[metric].is_null) {
            values[spread.count++] = run->readings[metric].value;
        }
    }
    if (spread.count != 0) {
        qsort(values, spread.count, sizeof *values, by_value);
        spread.min = values[0];
        spread.p25 = at_rank(values, spread.count, 25);
        spread.median = at_rank(values, spread.count, 50);
        spread.p75 = at_rank(values, spread.count, 75);
        spread.max = values[spread.count - 1];
        spread.mean = mean_of(values, spread.count);
    }
    free(values);
    return spread;
}

/* ---- which metrics are worth a look ---- */

bool rp_sweep_has(const rp_sweep *s, unsigned metric)
{
    for (uint32_t i = 0; i < s->run_count; i++) {
        const rp_sweep_run *run = &s->runs[i];
        if (run->line != NULL && !run->readings[metric].is_null &&
            run->readings[metric].value != 0) {
            return true;
        }
    }
    return false;
}

bool rp_sweep_moves(const rp_sweep *s, unsigned metric)
{
    const rp_spread first = rp_sweep_spread(s, 0, metric);
    for (uint32_t cell = 1; cell < s->cell_count; cell++) {
        const rp_spread other = rp_sweep_spread(s, cell, metric);
        if (other.median != first.median || other.min != first.min || other.max != first.max) {
            return true;
        }
    }
    return false;
}

unsigned rp_sweep_headlines(const rp_sweep *s, unsigned metrics[RP_HEADLINES_MAX])
{
    static const char *const names[] = { "seer",         "ser",           "srd.p50",
                                         "srd.p99",      "pdd.p50",       "rrd.p99",
                                         "failed",       "retransmits.a", "retransmits.e",
                                         "dropped.loss", "established",   "registrations_failed" };
    unsigned count = 0;
    for (size_t i = 0; i < SS_COUNT(names) && count < RP_HEADLINES_MAX; i++) {
        unsigned metric = 0;
        const bool known = sn_metric_find(ss_slice_from(names[i]), &metric);
        SS_ASSERT(known);
        if (rp_sweep_has(s, metric)) {
            metrics[count++] = metric;
        }
    }
    return count;
}

/* ---- words ---- */

void rp_sweep_put_cell(ss_buffer *b, const rp_sweep *s, uint32_t cell)
{
    for (uint32_t i = 0; i < s->axis_count; i++) {
        ss_put_text(b, i == 0 ? "" : ", ");
        ss_put_text(b, s->axes[i].path);
        ss_put_text(b, " = ");
        ss_put_text(b, s->axes[i].values[rp_sweep_place(s, cell, i)]);
    }
    if (s->axis_count == 0) {
        ss_put_text(b, "the scenario");
    }
}

static void put_decimals(ss_buffer *b, uint64_t value, unsigned digits)
{
    uint64_t weight = 1;
    for (unsigned i = 1; i < digits; i++) {
        weight *= 10;
    }
    for (; weight != 0; weight /= 10) {
        ss_put_char(b, (char)('0' + value / weight % 10));
    }
}

void rp_sweep_put_value(ss_buffer *b, sn_unit unit, uint64_t value)
{
    if (unit == SN_UNIT_RATIO) {
        ss_put_u64(b, value / 10000);
        ss_put_char(b, '.');
        put_decimals(b, value / 100 % 100, 2);
        ss_put_text(b, " %");
    } else if (unit == SN_UNIT_TIME) {
        ss_put_u64(b, value / 1000000);
        ss_put_char(b, '.');
        put_decimals(b, value / 1000 % 1000, 3);
        ss_put_text(b, " ms");
    } else {
        ss_put_u64(b, value);
    }
}
