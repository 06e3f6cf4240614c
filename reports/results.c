/* results.json, schema sipsim.results/1: what a run found, with nothing in it that may differ between equal runs: no
 * wall time, no path, no compiler. Keys come in a fixed order. A time ends in _ns; a ratio is {num, den, ppm} with ppm
 * null over nothing; what was never measured is null, not 0.
 */
#include "rp/results.h"

#include <stddef.h>

/* ---- metrics ---- */

typedef struct histogram_row {
    const char *name;
    size_t offset; /* of the sn_histogram in sn_metrics */
} histogram_row;

static const histogram_row histograms[] = {
    { "rrd", offsetof(sn_metrics, rrd) },
    { "srd_ok", offsetof(sn_metrics, srd_ok) },
    { "srd_fail", offsetof(sn_metrics, srd_fail) },
    { "sdd_ok", offsetof(sn_metrics, sdd_ok) },
    { "sdd_fail", offsetof(sn_metrics, sdd_fail) },
    { "sdt_ok", offsetof(sn_metrics, sdt_ok) },
    { "sdt_fail", offsetof(sn_metrics, sdt_fail) },
    { "pdd", offsetof(sn_metrics, pdd) },
    { "setup_to_ack", offsetof(sn_metrics, setup_to_ack) },
    { "resend_after", offsetof(sn_metrics, resend_after) },
};

static void write_value(rp_json *j, bool is_null, uint64_t value)
{
    if (is_null) {
        rp_json_null(j);
    } else {
        rp_json_u64(j, value);
    }
}

static void key_in_ns(rp_json *j, const char *name)
{
    char key[96];
    ss_buffer b = ss_buffer_on(key, sizeof key - 1);
    ss_put_text(&b, name);
    ss_put_text(&b, "_ns");
    key[b.len] = '\0';
    rp_json_key(j, key);
}

static void write_ratio(rp_json *j, const sn_ratio *ratio, bool is_null, uint64_t ppm)
{
    rp_json_open(j, '{');
    rp_json_key_u64(j, "num", ratio->num);
    rp_json_key_u64(j, "den", ratio->den);
    rp_json_key(j, "ppm");
    write_value(j, is_null, ppm);
    rp_json_close(j);
}

static void write_metrics(rp_json *j, const sn_metrics *m)
{
    rp_json_key_open(j, "metrics", '{');
    sn_metric_info info;
    for (unsigned nth = 0; sn_metric_info_at(nth, &info); nth++) {
        uint64_t value = 0;
        sn_ratio ratio = { 0 };
        const bool is_null = !sn_metric_value(m, nth, &value);
        if (info.unit == SN_UNIT_TIME) {
            key_in_ns(j, info.name);
            write_value(j, is_null, value);
        } else if (sn_metric_ratio(m, nth, &ratio)) {
            rp_json_key(j, info.name);
            write_ratio(j, &ratio, is_null, value);
        } else {
            rp_json_key(j, info.name);
            write_value(j, is_null, value);
        }
    }
    rp_json_close(j);
}

static void write_histogram(rp_json *j, const char *name, const sn_histogram *h)
{
    static const struct {
        const char *key;
        uint32_t ppm;
    } quantiles[] = { { "p50_ns", 500000 }, { "p90_ns", 900000 }, { "p99_ns", 990000 } };
    const bool is_empty = h->count == 0;
    rp_json_key_open(j, name, '{');
    rp_json_key_u64(j, "count", h->count);
    rp_json_key_u64(j, "sum_ns", h->sum);
    rp_json_key(j, "min_ns");
    write_value(j, is_empty, h->min);
    for (size_t i = 0; i < SS_COUNT(quantiles); i++) {
        rp_json_key(j, quantiles[i].key);
        write_value(j, is_empty, sn_histogram_quantile(h, quantiles[i].ppm));
    }
    rp_json_key(j, "max_ns");
    write_value(j, is_empty, h->max);
    rp_json_close(j);
}

static void write_histograms(rp_json *j, const sn_metrics *m)
{
    rp_json_key_open(j, "histograms", '{');
    for (size_t i = 0; i < SS_COUNT(histograms); i++) {
        write_histogram(
            j, histograms[i].name,
            (const sn_histogram *)(const void *)((const char *)m + histograms[i].offset));
    }
    rp_json_close(j);
}

/* ---- verdict ---- */

void rp_results_write_verdict(rp_json *j, rp_status_set set)
{
    const rp_status worst = rp_status_worst(set);
    rp_json_key_text(j, "verdict", worst == RP_OK ? "pass" : "fail");
    rp_json_key_u64(j, "exit_status", (uint64_t)rp_status_exit(worst));
    rp_json_key_open(j, "statuses", '[');
    for (rp_status status = 0; status < RP_OK; status++) {
        if (rp_status_holds(set, status)) {
            rp_json_open(j, '{');
            rp_json_key_u64(j, "status", (uint64_t)rp_status_exit(status));
            rp_json_key_text(j, "name", rp_status_word(status));
            rp_json_key_text(j, "sentence", rp_status_sentence(status));
            rp_json_close(j);
        }
    }
    rp_json_close(j);
}

static void write_input(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "scenario", '{');
    rp_json_key_text(j, "name", run->name);
    rp_json_key_hex64(j, "hash", run->scenario_hash);
    rp_json_key_u64(j, "seed", run->seed);
    rp_json_key_text(j, "order", run->seeded ? "seeded" : "fifo");
    rp_json_key_u64(j, "order_seed", run->order_seed);
    rp_json_key_u64(j, "epoch_s", run->epoch_s);
    rp_json_key_u64(j, "duration_ns", run->duration);
    rp_json_key_u64(j, "drain_ns", run->drain);
    rp_json_key_u64(j, "nodes", run->cast->node_count);
    rp_json_close(j);
}

static void write_course(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "run", '{');
    rp_json_key_u64(j, "end_ns", run->end);
    rp_json_key_u64(j, "events", run->events);
    rp_json_key_text(j, "stopped", run->stopped);
    rp_json_key_bool(j, "interrupted", rp_status_holds(run->statuses, RP_INTERRUPTED));
    rp_json_key_hex64(j, "digest", run->digest);
    rp_json_close(j);
}

/* ---- laws, expects, reached, checks ---- */

static void write_violation(rp_json *j, const rp_run *run, const sn_violation *v)
{
    const sn_law *law = &sn_laws[v->law];
    rp_json_open(j, '{');
    rp_json_key_text(j, "law", law->name);
    rp_json_key_text(j, "section", law->section);
    rp_json_key_text(j, "sentence", law->sentence);
    rp_json_key_u64(j, "at_ns", v->at);
    rp_json_key_text(j, "node",
                     v->node < run->cast->node_count ? run->cast->nodes[v->node].name : NULL);
    rp_json_key(j, "call_id");
    if (v->call_id == 0) {
        rp_json_null(j);
    } else {
        rp_json_hex64(j, v->call_id);
    }
    rp_json_key_text(j, "text", v->text);
    rp_json_close(j);
}

static void write_violations(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "violations", '{');
    rp_json_key_u64(j, "count", sn_judge_violation_count(run->judge));
    rp_json_key_open(j, "by_law", '{');
    for (unsigned law = 0; law < sn_law_count; law++) {
        rp_json_key_u64(j, sn_laws[law].name, sn_judge_count_of(run->judge, law));
    }
    rp_json_close(j);
    rp_json_key_open(j, "first", '[');
    const sn_violation *v = NULL;
    for (unsigned nth = 0; (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        write_violation(j, run, v);
    }
    rp_json_close(j);
    rp_json_close(j);
}

static void write_expects(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "expects", '[');
    for (uint32_t i = 0; i < run->expect_count; i++) {
        const sn_expect *e = &run->expects[i];
        sn_metric_info info = { 0 };
        bool is_null = false;
        uint64_t value = 0;
        const bool holds =
            sn_expect_holds(e, sn_meter_read(run->meter, e->window), &is_null, &value);
        const bool known = sn_metric_info_at(e->metric, &info);
        rp_json_open(j, '{');
        rp_json_key_text(j, "metric", known ? info.name : NULL);
        rp_json_key_text(j, "text", e->text);
        rp_json_key_u64(j, "line", e->line);
        rp_json_key(j, info.unit == SN_UNIT_TIME    ? "value_ns"
                       : info.unit == SN_UNIT_RATIO ? "value_ppm"
                                                    : "value");
        write_value(j, is_null, value);
        rp_json_key_bool(j, "holds", holds);
        rp_json_close(j);
    }
    rp_json_close(j);
}

static void write_reached(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "reached", '[');
    for (uint32_t i = 0; i < run->reached_count; i++) {
        rp_json_open(j, '{');
        rp_json_key_text(j, "name", sn_reach_name(run->reached[i].reach));
        rp_json_key_u64(j, "line", run->reached[i].line);
        rp_json_key_bool(j, "holds", sn_meter_reached(run->meter, run->reached[i].reach));
        rp_json_close(j);
    }
    rp_json_close(j);
}

bool rp_check_holds(const sn_check *check)
{
    return check->never ? check->seen == 0 : check->seen != 0;
}

static void write_checks(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "checks", '[');
    for (uint32_t i = 0; i < run->check_count; i++) {
        const sn_check *c = &run->checks[i];
        rp_json_open(j, '{');
        rp_json_key_text(j, "text", c->text);
        rp_json_key_u64(j, "line", c->line);
        rp_json_key(j, "at_ns");
        write_value(j, !c->has_at, c->at);
        rp_json_key_bool(j, "act", c->is_act);
        rp_json_key_bool(j, "never", c->never);
        rp_json_key_u64(j, "seen", c->seen);
        rp_json_key(j, "nearest_ns");
        write_value(j, c->nearest == SS_TIME_NEVER, c->nearest);
        rp_json_key_bool(j, "holds", rp_check_holds(c));
        rp_json_close(j);
    }
    rp_json_close(j);
}

static void write_reach(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "happened", '{');
    const char *name = NULL;
    for (unsigned nth = 0; (name = sn_reach_name(nth)) != NULL; nth++) {
        rp_json_key_bool(j, name, sn_meter_reached(run->meter, nth));
    }
    rp_json_close(j);
}

void rp_results_write(rp_json *j, const rp_run *run)
{
    const sn_metrics *all = sn_meter_read(run->meter, 0);
    rp_json_open(j, '{');
    rp_json_key_text(j, "schema", "sipsim.results/1");
    rp_json_key_text(j, "version", run->version);
    rp_results_write_verdict(j, run->statuses);
    write_input(j, run);
    write_course(j, run);
    write_metrics(j, all);
    write_histograms(j, all);
    write_violations(j, run);
    write_expects(j, run);
    write_reached(j, run);
    write_checks(j, run);
    write_reach(j, run);
    rp_json_close(j);
}
