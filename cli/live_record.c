/* The files of a live run. The laws are told what its own nodes did; ladders, the capture and the metrics also what can be known of
 * the other end. It is judged as a run that was interrupted: what is still under way when it ends is no fault. */
#include "live_record.h"

#include <string.h>

#include "build_facts.h"
#include "files.h"
#include "rp/html.h"
#include "rp/results.h"
#include "rp/summary.h"
#include "session.h"

/* From here on it only waits for copies: RFC 3261 17, RFC 6026 7. */
static bool has_outcome(unsigned state)
{
    return state == SS_TXN_COMPLETED || state == SS_TXN_CONFIRMED || state == SS_TXN_ACCEPTED ||
           state == SS_TXN_TERMINATED;
}

/* One line for each transaction, once it has its outcome: who, of what call, and which; nothing that a message says. */
static void log_transaction(void *self, const sn_fact *fact, ss_slice packet)
{
    const sn_plan *plan = self;
    char line[RP_EVENT_BYTES];
    ss_buffer b = ss_buffer_on(line, sizeof line);
    (void)packet;
    if (fact->kind == SN_FACT_NOTE && fact->note.kind == SS_NOTE_TXN &&
        has_outcome(fact->note.to) && !has_outcome(fact->note.from)) {
        rp_event_put(&b, &plan->cast, fact);
        fwrite(b.at, 1, b.len, stdout);
        fflush(stdout);
    }
}

/* Laws of the network are for who sees both ends of it. */
static sn_law_mask laws_of_one_end(void)
{
    static const char *const of_both[] = { "NET1", "NET2", "NET4", "NET5" };
    sn_law_mask mask = SN_ALL_LAWS;
    for (unsigned law = 0; law < sn_law_count; law++) {
        for (size_t i = 0; i < SS_COUNT(of_both); i++) {
            if (strcmp(sn_laws[law].name, of_both[i]) == 0) {
                mask.words[law / 64] &= ~(UINT64_C(1) << law % 64);
            }
        }
    }
    return mask;
}

static rp_status begin(live_record *r, sl_options *options)
{
    const cli_tapes all = { .pcap = { .kind = SN_CAPTURE_ALL },
                            .events = { .kind = SN_CAPTURE_ALL },
                            .spans = { .kind = SN_CAPTURE_ALL } };
    rp_status status = cli_observers_init(&r->observers, r->plan, r->dir, &all, laws_of_one_end());
    if (status != RP_OK) {
        return status;
    }
    const cli_observers *o = &r->observers;
    for (uint32_t i = 0; i < o->sink_count; i++) {
        if (i == o->judge_sink) {
            r->judges[options->judge_count++] = o->sinks[i];
        } else {
            r->sinks[options->sink_count++] = o->sinks[i];
        }
    }
    options->sinks = r->sinks;
    return RP_OK;
}

rp_status live_record_begin(live_record *r, const cli_args *args, sn_plan *plan, sn_sink own,
                            sl_options *options)
{
    *r = (live_record){ .dir = args->value[CLI_OUT], .plan = plan };
    plan->cast.has_outsiders = true;
    r->judges[0] = own;
    options->judges = r->judges;
    options->judge_count = 1;
    if (args->given[CLI_LOG]) {
        r->judges[options->judge_count++] = (sn_sink){ plan, log_transaction };
    }
    if (r->dir == NULL) {
        return RP_OK;
    }
    const rp_status status = session_prepare_folder(r->dir, args->given[CLI_FORCE]);
    return status == RP_OK ? begin(r, options) : status;
}

/* ---- the end ---- */

static rp_run describe(const live_record *r)
{
    const cli_observers *o = &r->observers;
    return (rp_run){ .version = BUILD_VERSION,
                     .name = r->plan->name,
                     .file = "",
                     .seed = r->plan->seed,
                     .epoch_s = r->plan->epoch_s,
                     .duration = o->end,
                     .cast = &r->plan->cast,
                     .judge = o->judge,
                     .meter = o->meter,
                     .series = o->series,
                     .tally = o->tally,
                     .digest = sn_digest_sum(&o->digest),
                     .end = o->end,
                     .replay = "" };
}

static void write_results(const live_record *r, const rp_run *run, rp_file *out)
{
    rp_json j = rp_json_on(out, false);
    (void)r;
    rp_results_write(&j, run);
    rp_json_end(&j);
}

static void write_ladder(const live_record *r, const rp_run *run, rp_file *out)
{
    rp_ladder_write(r->observers.ladder, out, run->name, run->stopped != NULL);
}

static void write_html(const live_record *r, const rp_run *run, rp_file *out)
{
    rp_html_write(out, run, r->observers.ladder);
}

static void write_file(const live_record *r, rp_run *run, const char *name,
                       void (*write)(const live_record *, const rp_run *, rp_file *))
{
    int error = 0;
    rp_file *out = rp_file_open(r->dir, name, &error);
    if (out != NULL) {
        write(r, run, out);
        error = rp_file_close(out);
    }
    if (error != 0) {
        cli_say_unwritten(r->dir, name, error);
        run->statuses |= rp_status_bit(RP_IO);
    }
}

static void say_failures(const rp_run *run)
{
    rp_file *out = run->statuses == 0 ? NULL : rp_file_over(stderr);
    if (out != NULL) {
        rp_summary_failures(out, run, cli_is_colourful(stderr));
        (void)!rp_file_close(out);
    }
}

rp_status live_record_end(live_record *r, const cli_args *args, bool was_cut_short)
{
    if (r->dir == NULL) {
        return RP_OK;
    }
    (void)cli_observers_finish(&r->observers, true);
    rp_run run = describe(r);
    run.stopped = was_cut_short ? "interrupted" : NULL;
    if (sn_judge_violation_count(r->observers.judge) != 0) {
        run.statuses |= rp_status_bit(RP_VIOLATION);
    }
    run.statuses |= rp_status_bit(cli_observers_close(&r->observers, r->dir));
    write_file(r, &run, "ladder.txt", write_ladder);
    write_file(r, &run, "results.json", write_results);
    write_file(r, &run, "report.html", write_html);
    say_failures(&run);
    if (!args->given[CLI_QUIET] && run.statuses == 0) {
        cli_say("%s: results.json, ladder.txt, trace.pcapng, events.jsonl, report.html", r->dir);
    }
    cli_observers_free(&r->observers);
    return rp_status_worst(run.statuses);
}
