/* The summary of a run for a human: what was asked, what came of it, where the files are, how to run it again. What did
 * not hold comes last, next to the reader's cursor.
 */
#include "rp/summary.h"

#include <string.h>

#include "figures.h"
#include "rp/results.h"
#include "words.h"

enum { LABEL = 15, FAILURES_SHOWN = 5, MEGABYTE = 1000000, LARGE_FILE = 100 * MEGABYTE };

static const char red[] = "\x1b[31m", green[] = "\x1b[32m", plain[] = "\x1b[0m";

static void label(rp_file *out, const char *text)
{
    rp_put_text(out, "  ");
    rp_put_left(out, text, LABEL);
}

static void end_line(rp_file *out)
{
    rp_put_char(out, '\n');
}

static void counted(rp_file *out, const char *before, uint64_t count, const char *what)
{
    rp_put_text(out, before);
    rp_put_u64(out, count);
    rp_put_char(out, ' ');
    rp_put_text(out, what);
}

static void put_ratio(rp_file *out, const char *name, sn_ratio r)
{
    rp_put_text(out, name);
    rp_put_char(out, ' ');
    rp_put_percent(out, r);
    if (r.den != 0) {
        rp_put_text(out, " (");
        rp_put_u64(out, r.num);
        rp_put_char(out, '/');
        rp_put_u64(out, r.den);
        rp_put_char(out, ')');
    }
}

static void put_quantiles(rp_file *out, const char *name, const sn_histogram *h)
{
    rp_put_text(out, name);
    if (h->count == 0) {
        rp_put_text(out, " -");
        return;
    }
    rp_put_text(out, " p50 ");
    rp_put_about_ms(out, sn_histogram_quantile(h, 500000));
    rp_put_text(out, ", p99 ");
    rp_put_about_ms(out, sn_histogram_quantile(h, 990000));
}

static void put_calls(rp_file *out, const sn_metrics *m)
{
    label(out, "calls");
    counted(out, "", m->attempts, "attempted");
    counted(out, ", ", m->established, "established");
    counted(out, ", ", m->completed, "completed");
    counted(out, ", ", m->failed, "failed");
    end_line(out);
    label(out, "");
    counted(out, "", m->rejected_busy, "busy");
    counted(out, ", ", m->rejected_other, "otherwise rejected");
    counted(out, ", ", m->timed_out, "timed out");
    counted(out, ", ", m->cancelled, "cancelled");
    if (m->blocked != 0) {
        counted(out, ", ", m->blocked, "blocked");
    }
    end_line(out);
    label(out, "registrations");
    counted(out, "", m->registrations, "done");
    counted(out, ", ", m->registrations_failed, "failed");
    end_line(out);
    label(out, "ratios");
    put_ratio(out, "SER", m->ser);
    put_ratio(out, ", SEER", m->seer);
    end_line(out);
    label(out, "set-up");
    put_quantiles(out, "SRD", &m->srd_ok);
    end_line(out);
}

static void put_retransmits(rp_file *out, const sn_metrics *m)
{
    label(out, "sent again");
    bool some = false;
    for (unsigned letter = 0; letter < SS_LETTER_COUNT; letter++) {
        if (m->retransmits[letter] != 0) {
            rp_put_text(out, some ? ", " : "by timer ");
            rp_put_text(out, letter == SS_TIMER_TWOXX ? "of the 2xx" : rp_letter_name(letter));
            rp_put_char(out, ' ');
            rp_put_u64(out, m->retransmits[letter]);
            some = true;
        }
    }
    if (m->retransmits_answering != 0) {
        rp_put_text(out, some ? ", answering copies " : "answering copies ");
        rp_put_u64(out, m->retransmits_answering);
        some = true;
    }
    rp_put_text(out, some ? "" : "nothing");
    end_line(out);
}

static void put_network(rp_file *out, const sn_metrics *m)
{
    label(out, "network");
    counted(out, "", m->datagrams_sent, "datagrams");
    counted(out, " in ", m->packets, "packets");
    end_line(out);
    label(out, "lost");
    bool some = false;
    for (unsigned cause = SN_CAUSE_NONE + 1; cause < SN_CAUSE_COUNT; cause++) {
        if (m->dropped[cause] != 0) {
            rp_put_text(out, some ? ", " : "");
            rp_put_u64(out, m->dropped[cause]);
            rp_put_text(out, " (");
            rp_put_text(out, sn_cause_text((sn_cause)cause));
            rp_put_char(out, ')');
            some = true;
        }
    }
    rp_put_text(out, some ? "" : "nothing");
    end_line(out);
}

static void put_time(rp_file *out, const rp_run *run, const rp_engine *engine)
{
    label(out, "time");
    rp_put_seconds(out, run->end);
    rp_put_text(out, " virtual, ");
    rp_put_seconds(out, engine->wall_ns);
    counted(out, " wall, ", engine->events, "events");
    counted(out, ", ", rp_per_second(engine->events, engine->run_ns), "events/s");
    end_line(out);
    label(out, "digest");
    rp_put_hex64(out, run->digest);
    end_line(out);
}

/* ---- what did not hold ---- */

static void bad(rp_file *out, bool colour, const char *what)
{
    rp_put_text(out, colour ? red : "");
    rp_put_text(out, what);
    rp_put_text(out, colour ? plain : "");
}

static void more(rp_file *out, uint64_t count)
{
    if (count > FAILURES_SHOWN) {
        counted(out, "  … and ", count - FAILURES_SHOWN, "more, in results.json\n");
    }
}

/* A drain shorter than what was under way breaks the law as a leak does, and only a longer one tells them apart. */
static void hint_at_drain(rp_file *out, const rp_run *run)
{
    const sn_violation *v = NULL;
    for (unsigned nth = 0; (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        if (strcmp(sn_laws[v->law].name, "LEFT1") == 0) {
            rp_put_text(out, "  hint: was the drain too short? It was ");
            rp_put_ms(out, run->drain);
            rp_put_text(out, " ms; what is left after --set drain=1h was left for good\n");
            return;
        }
    }
}

static void failed_laws(rp_file *out, const rp_run *run, bool colour)
{
    const sn_violation *v = NULL;
    for (unsigned nth = 0;
         nth < FAILURES_SHOWN && (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        bad(out, colour, "violation ");
        rp_put_text(out, sn_laws[v->law].name);
        if (sn_laws[v->law].section[0] != '\0') {
            rp_put_text(out, " (");
            rp_put_text(out, sn_laws[v->law].section);
            rp_put_char(out, ')');
        }
        rp_put_text(out, " at ");
        rp_put_ms(out, v->at);
        rp_put_text(out, " ms");
        if (v->node < run->cast->node_count) {
            rp_put_text(out, " in ");
            rp_put_text(out, run->cast->nodes[v->node].name);
        }
        rp_put_text(out, ": ");
        rp_put_text(out, v->text);
        end_line(out);
    }
    more(out, sn_judge_violation_count(run->judge));
    hint_at_drain(out, run);
}

static void failed_expects(rp_file *out, const rp_run *run, bool colour)
{
    for (uint32_t i = 0; i < run->expect_count; i++) {
        const sn_expect *e = &run->expects[i];
        sn_metric_info info = { 0 };
        bool is_null = false;
        uint64_t value = 0;
        if (sn_expect_holds(e, sn_meter_read(run->meter, e->window), &is_null, &value) ||
            !sn_metric_info_at(e->metric, &info)) {
            continue;
        }
        bad(out, colour, "missed ");
        counted(out, "line ", e->line, "");
        rp_put_text(out, "expects ");
        rp_put_plain(out, e->text);
        rp_put_text(out, ", it is ");
        if (is_null) {
            rp_put_text(out, "not known: nothing was counted");
        } else {
            rp_put_metric(out, sn_meter_read(run->meter, e->window), e->metric);
        }
        end_line(out);
    }
}

static void failed_checks(rp_file *out, const rp_run *run, bool colour)
{
    for (uint32_t i = 0; i < run->check_count; i++) {
        const sn_check *c = &run->checks[i];
        if (rp_check_holds(c)) {
            continue;
        }
        bad(out, colour, "missed ");
        counted(out, "line ", c->line, "");
        rp_put_plain(out, c->text);
        if (c->is_act) {
            rp_put_text(out, ": it could not be done then: no such call, or not in that state");
        } else if (c->never) {
            counted(out, ": seen ", c->seen, "times");
        } else if (c->nearest != SS_TIME_NEVER) {
            rp_put_text(out, ": seen at ");
            rp_put_ms(out, c->nearest);
            rp_put_text(out, " ms instead");
        } else {
            rp_put_text(out, ": never seen");
        }
        end_line(out);
    }
}

static void failed_reached(rp_file *out, const rp_run *run, bool colour)
{
    for (uint32_t i = 0; i < run->reached_count; i++) {
        if (!sn_meter_reached(run->meter, run->reached[i].reach)) {
            bad(out, colour, "not reached ");
            counted(out, "line ", run->reached[i].line, "");
            rp_put_text(out, sn_reach_name(run->reached[i].reach));
            end_line(out);
        }
    }
}

void rp_summary_failures(rp_file *out, const rp_run *run, bool colour)
{
    if (run->stopped != NULL) {
        bad(out, colour, "stopped: ");
        rp_put_text(out, run->stopped);
        end_line(out);
    }
    failed_laws(out, run, colour);
    failed_expects(out, run, colour);
    failed_checks(out, run, colour);
    failed_reached(out, run, colour);
}

static void put_verdict(rp_file *out, const rp_run *run, bool colour)
{
    const rp_status worst = rp_status_worst(run->statuses);
    label(out, "verdict");
    rp_put_text(out, !colour ? "" : worst == RP_OK ? green : red);
    rp_put_text(out, worst == RP_OK ? "pass" : "fail");
    rp_put_text(out, colour ? plain : "");
    if (worst != RP_OK) {
        rp_put_text(out, ": ");
        rp_put_text(out, rp_status_sentence(worst));
        rp_put_text(out, " (exit status ");
        rp_put_u64(out, (uint64_t)rp_status_exit(worst));
        rp_put_char(out, ')');
    }
    end_line(out);
}

static void put_megabytes(rp_file *out, const char *option, uint64_t bytes)
{
    rp_put_text(out, "; ");
    rp_put_text(out, option);
    rp_put_text(out, " wrote ");
    rp_put_u64(out, bytes / MEGABYTE);
    rp_put_text(out, " MB");
}

/* What few ask for, and fills disks, is told of with the option that leaves it out. */
static void put_files(rp_file *out, const rp_written *written)
{
    label(out, "files");
    rp_put_text(out, written->dir);
    if (written->events_bytes >= LARGE_FILE) {
        put_megabytes(out, "--events", written->events_bytes);
    }
    if (written->capture_bytes >= LARGE_FILE) {
        put_megabytes(out, "--pcap", written->capture_bytes);
    }
    end_line(out);
}

void rp_summary_write(rp_file *out, const rp_run *run, const rp_engine *engine,
                      const rp_written *written, bool colour)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_put_plain(out, run->name);
    end_line(out);
    put_calls(out, m);
    put_retransmits(out, m);
    put_network(out, m);
    label(out, "invariants");
    counted(out, "", sn_judge_violation_count(run->judge), "violations");
    counted(out, " of ", sn_law_count, "laws");
    end_line(out);
    put_time(out, run, engine);
    if (written->dir != NULL) {
        put_files(out, written);
    }
    label(out, "again");
    rp_put_text(out, run->replay);
    end_line(out);
    put_verdict(out, run, colour);
    rp_summary_failures(out, run, colour);
}
