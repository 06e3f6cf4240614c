/* The observers of a run, made, fed, finished and freed together. */
#include "observers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char trace_name[] = "trace.pcapng", events_name[] = "events.jsonl",
                  spans_name[] = "trace.json", hep_name[] = "trace.hep";

void cli_say_unwritten(const char *dir, const char *name, int error)
{
    cli_say("cannot write %s/%s: %s", dir, name, strerror(error));
}

/* ---- sinks ---- */

/* All that every run has, but for the judge, in two: a call for each of them and each fact would cost as much as most do with it.
 * Those before the judge: he tells the ladder of violations. */
static void to_first(void *self, const sn_fact *fact, ss_slice packet)
{
    cli_observers *o = self;
    sn_digest_fact(&o->digest, fact);
    o->end = fact->key.at;
    rp_ladder_fact(o->ladder, fact);
    if (sn_fact_is_sent(fact)) {
        rp_ladder_text(o->ladder, fact, packet);
    }
}

static void tell_ladder(cli_observers *o)
{
    for (; o->violations < sn_judge_violation_count(o->judge); o->violations++) {
        const sn_violation *v = o->violations < SN_VIOLATIONS_KEPT
                                    ? sn_judge_violation(o->judge, (unsigned)o->violations)
                                    : NULL;
        if (v != NULL) {
            rp_ladder_violation(o->ladder, v->call_id, v->at, sn_laws[v->law].name, v->text);
        }
    }
}

static void to_judge(void *self, const sn_fact *fact, ss_slice packet)
{
    cli_observers *o = self;
    sn_judge_fact(o->judge, fact, packet);
    if (sn_judge_violation_count(o->judge) != o->violations) {
        tell_ladder(o);
    }
}

/* Behind the judge; the series before the meter, of which it takes what was before this fact. */
static void to_counts(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    cli_observers *o = self;
    sn_series_fact(o->series, fact);
    sn_meter_fact(o->meter, fact);
    sn_tally_fact(o->tally, fact);
}

static void to_checker(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    sn_checker_fact(self, fact);
}

static void to_capture(void *self, const sn_fact *fact, ss_slice packet)
{
    sn_capture_fact(self, fact, packet);
}

static void to_events(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    rp_events_fact(self, fact);
}

static void to_spans(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    rp_trace_fact(self, fact);
}

static void to_hep(void *self, const sn_fact *fact, ss_slice packet)
{
    rp_hep_fact(self, fact, packet);
}

static void add_sink(cli_observers *o, void *self, void (*fact)(void *, const sn_fact *, ss_slice))
{
    SS_ASSERT(o->sink_count < CLI_SINKS);
    o->sinks[o->sink_count++] = (sn_sink){ self, fact };
}

void cli_observers_add(cli_observers *o, sn_sink sink)
{
    add_sink(o, sink.self, sink.fact);
}

/* ---- making ---- */

static rp_status no_memory(void)
{
    cli_say("out of memory");
    return RP_IO;
}

static void write_trace(void *self, ss_slice bytes)
{
    rp_put(self, bytes);
}

static rp_status open_file(rp_file **file, const char *dir, const char *name)
{
    int error = 0;
    *file = rp_file_open(dir, name, &error);
    if (*file == NULL) {
        cli_say_unwritten(dir, name, error);
        return RP_IO;
    }
    return RP_OK;
}

static rp_status open_capture(cli_observers *o, const sn_plan *plan, const char *dir,
                              const sn_capture_filter *pcap)
{
    if (pcap->kind == SN_CAPTURE_OFF) {
        return RP_OK;
    }
    const rp_status status = open_file(&o->trace_file, dir, trace_name);
    if (status != RP_OK) {
        return status;
    }
    const sn_capture_options options = {
        .filter = *pcap, .epoch_s = plan->epoch_s, .self = o->trace_file, .write = write_trace
    };
    o->capture = sn_capture_new(&plan->cast, &options);
    if (o->capture == NULL) {
        return no_memory();
    }
    add_sink(o, o->capture, to_capture);
    return RP_OK;
}

static rp_status open_events(cli_observers *o, const sn_plan *plan, const char *dir,
                             const sn_capture_filter *events)
{
    if (events->kind == SN_CAPTURE_OFF) {
        return RP_OK;
    }
    const rp_status status = open_file(&o->events_file, dir, events_name);
    if (status != RP_OK) {
        return status;
    }
    o->events = rp_events_new(o->events_file, &plan->cast, events);
    if (o->events == NULL) {
        return no_memory();
    }
    add_sink(o, o->events, to_events);
    return RP_OK;
}

static rp_status open_spans(cli_observers *o, const sn_plan *plan, const char *dir,
                            const sn_capture_filter *spans)
{
    if (spans->kind == SN_CAPTURE_OFF) {
        return RP_OK;
    }
    const rp_status status = open_file(&o->spans_file, dir, spans_name);
    if (status != RP_OK) {
        return status;
    }
    o->spans = rp_trace_new(o->spans_file, &plan->cast);
    if (o->spans == NULL) {
        return no_memory();
    }
    add_sink(o, o->spans, to_spans);
    return RP_OK;
}

static rp_status open_hep(cli_observers *o, const sn_plan *plan, const char *dir,
                          const sn_capture_filter *hep)
{
    if (hep->kind == SN_CAPTURE_OFF) {
        return RP_OK;
    }
    const rp_status status = open_file(&o->hep_file, dir, hep_name);
    if (status != RP_OK) {
        return status;
    }
    o->hep = rp_hep_new(o->hep_file, &plan->cast, hep, plan->epoch_s);
    if (o->hep == NULL) {
        return no_memory();
    }
    add_sink(o, o->hep, to_hep);
    return RP_OK;
}

/* Each expect: reads a window of its own, unless it is about everything. */
static bool ask_windows(cli_observers *o, sn_plan *plan)
{
    for (uint32_t i = 0; i < plan->expect_count; i++) {
        sn_expect *e = &plan->expects[i];
        const bool everything = e->source == SN_NOBODY && e->from == 0 && e->to == SS_TIME_NEVER;
        e->window = everything ? 0 : sn_meter_window(o->meter, e->source, e->from, e->to);
        if (e->window == UINT32_MAX) {
            return false;
        }
    }
    return true;
}

static bool make_judges(cli_observers *o, sn_plan *plan, sn_law_mask laws)
{
    const sn_cast *cast = &plan->cast;
    o->chains = calloc((size_t)cast->node_count * 3 + 1, sizeof *o->chains);
    o->judge = sn_judge_new(cast, laws);
    o->meter = sn_meter_new(cast);
    o->series = o->meter == NULL ? NULL : sn_series_new(o->meter);
    o->tally = sn_tally_new(cast);
    o->checker = sn_checker_new(cast, plan->checks, plan->check_count);
    o->ladder = rp_ladder_new(cast);
    if (o->chains == NULL || o->judge == NULL || o->series == NULL || o->tally == NULL ||
        o->checker == NULL || o->ladder == NULL) {
        return false;
    }
    sn_digest_init(&o->digest, cast, o->chains);
    add_sink(o, o, to_first);
    o->judge_sink = o->sink_count;
    add_sink(o, o, to_judge);
    add_sink(o, o, to_counts);
    if (plan->check_count > 0) {
        add_sink(o, o->checker, to_checker);
    }
    return ask_windows(o, plan);
}

rp_status cli_observers_init(cli_observers *o, sn_plan *plan, const char *dir,
                             const cli_tapes *tapes, sn_law_mask laws)
{
    *o = (cli_observers){ 0 };
    if (!make_judges(o, plan, laws)) {
        return no_memory();
    }
    rp_status status = open_capture(o, plan, dir, &tapes->pcap);
    if (status == RP_OK) {
        status = open_events(o, plan, dir, &tapes->events);
    }
    if (status == RP_OK) {
        status = open_spans(o, plan, dir, &tapes->spans);
    }
    return status != RP_OK ? status : open_hep(o, plan, dir, &tapes->hep);
}

/* ---- the end ---- */

static bool is_judged(const cli_observers *o)
{
    return !sn_judge_out_of_memory(o->judge) && !sn_meter_out_of_memory(o->meter);
}

static bool has_failed(const rp_file *file)
{
    return file != NULL && file->error != 0;
}

bool cli_observers_failed(const cli_observers *o)
{
    return !is_judged(o) || has_failed(o->trace_file) || has_failed(o->events_file) ||
           has_failed(o->spans_file) || has_failed(o->hep_file);
}

uint32_t cli_observers_finish(cli_observers *o, bool cut_short)
{
    sn_judge_finish(o->judge, o->end, cut_short);
    tell_ladder(o);
    sn_series_finish(o->series);
    sn_meter_finish(o->meter);
    if (o->capture != NULL) {
        sn_capture_finish(o->capture, o->end, cut_short);
    }
    if (o->hep != NULL) {
        rp_hep_finish(o->hep);
    }
    return sn_checker_finish(o->checker);
}

void cli_observers_conclude(cli_observers *o, const rp_run *run)
{
    if (o->spans != NULL) {
        rp_trace_finish(o->spans, run);
    }
}

static rp_status close_file(rp_file **file, const char *dir, const char *name)
{
    if (*file == NULL) {
        return RP_OK;
    }
    const int error = rp_file_close(*file);
    *file = NULL;
    if (error != 0) {
        cli_say_unwritten(dir, name, error);
        return RP_IO;
    }
    return RP_OK;
}

/* A tape that lacks something says so. */
static bool are_whole(const cli_observers *o, const char *dir)
{
    const bool trace = o->capture == NULL || sn_capture_is_whole(o->capture);
    const bool hep = o->hep == NULL || rp_hep_is_whole(o->hep);
    if (!trace) {
        cli_say("out of memory: %s/%s lacks packets", dir, trace_name);
    }
    if (!hep) {
        cli_say("out of memory: %s/%s lacks frames", dir, hep_name);
    }
    return trace && hep;
}

rp_status cli_observers_close(cli_observers *o, const char *dir)
{
    const bool judged = is_judged(o);
    if (!judged) {
        cli_say("out of memory: the laws were not judged, or the metrics not kept, to the end");
    }
    const bool whole = are_whole(o, dir);
    const rp_status trace = close_file(&o->trace_file, dir, trace_name);
    const rp_status events = close_file(&o->events_file, dir, events_name);
    const rp_status spans = close_file(&o->spans_file, dir, spans_name);
    const rp_status hep = close_file(&o->hep_file, dir, hep_name);
    return judged && whole && trace == RP_OK && events == RP_OK && spans == RP_OK && hep == RP_OK
               ? RP_OK
               : RP_IO;
}

void cli_observers_free(cli_observers *o)
{
    rp_file_discard(o->trace_file);
    rp_file_discard(o->events_file);
    rp_file_discard(o->spans_file);
    rp_file_discard(o->hep_file);
    sn_capture_free(o->capture);
    rp_events_free(o->events);
    rp_trace_free(o->spans);
    rp_hep_free(o->hep);
    rp_ladder_free(o->ladder);
    sn_checker_free(o->checker);
    sn_tally_free(o->tally);
    sn_series_free(o->series);
    sn_meter_free(o->meter);
    sn_judge_free(o->judge);
    free(o->chains);
}
