/* One run: load, plan, world, observers, files. Statuses are gathered as they arise; the files say all of them.
 *
 * Trace and events are written while the run goes; results.json comes after them, so that it can tell of their failure,
 * and engine.json last.
 */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "build_facts.h"
#include "cli.h"
#include "files.h"
#include "interrupt.h"
#include "mistakes.h"
#include "progress.h"
#include "replay_line.h"
#include "rp/results.h"
#include "rp/summary.h"
#include "session_state.h"
#include "verify.h"

enum { STEPS_AT_ONCE = 1024 };

/* ---- before the run ---- */

static rp_status load(session *s)
{
    const session_options *o = s->options;
    size_t len = 0;
    char *text = o->text.at != NULL ? NULL : cli_read_file(o->file, SN_SCENARIO_BYTES_MAX, &len);
    if (text == NULL && o->text.at == NULL) {
        return RP_IO;
    }
    const sn_scenario_file file = { o->file, text == NULL ? o->text : (ss_slice){ text, len } };
    const sn_scenario_options options = { .files = &file,
                                          .file_count = 1,
                                          .reader = &cli_scenario_reader,
                                          .overrides = o->overrides,
                                          .override_count = o->override_count,
                                          .seed = o->seed,
                                          .order = o->order,
                                          .order_seed = o->order_seed };
    s->scenario = sn_scenario_load(&options);
    free(text);
    if (s->scenario == NULL) {
        cli_say("out of memory: %s", o->file);
        return RP_IO;
    }
    if (sn_scenario_mistake_count(s->scenario) != 0) {
        cli_print_mistakes(s->scenario);
        return RP_SCENARIO;
    }
    s->plan = sn_scenario_plan(s->scenario);
    return RP_OK;
}

/* ---- the run ---- */

static sn_world *make_world(const session *s, const sn_sink *sinks, uint32_t count,
                            uint32_t partitions)
{
    const sn_world_options options = {
        .partitions = partitions, .sinks = sinks, .sink_count = count, .decisions = s->decisions
    };
    sn_world *world = sn_world_new(s->plan, &options);
    if (world == NULL) {
        cli_say("out of memory: a world of %u nodes", s->plan->cast.node_count);
    }
    return world;
}

static bool must_stop(const session *s)
{
    return cli_interrupted() || cli_observers_failed(&s->observers);
}

/* One that was interrupted is made again up to there. */
static bool is_at_its_end(const session *s)
{
    const session_recorded *recorded = s->options->recorded;
    return recorded != NULL && recorded->events != 0 &&
           sn_world_events(s->world) >= recorded->events;
}

static uint64_t steps_of(const session *s)
{
    const session_recorded *recorded = s->options->recorded;
    if (recorded == NULL || recorded->events == 0) {
        return STEPS_AT_ONCE;
    }
    const uint64_t left = is_at_its_end(s) ? 1 : recorded->events - sn_world_events(s->world);
    return left < STEPS_AT_ONCE ? left : STEPS_AT_ONCE;
}

static rp_status run_one(session *s)
{
    s->world = make_world(s, s->observers.sinks, s->observers.sink_count, s->options->partitions);
    if (s->world == NULL) {
        return RP_IO;
    }
    cli_progress progress = cli_progress_begin(!s->options->quiet);
    while ((s->state = sn_world_run(s->world, steps_of(s))) == SN_RUN_GOING) {
        if (must_stop(s) || is_at_its_end(s)) {
            sn_world_stop(s->world);
        }
        cli_progress_show(&progress, sn_world_now(s->world), sn_world_events(s->world),
                          sn_meter_read(s->observers.meter, 0)->attempts);
    }
    cli_progress_end(&progress);
    return RP_OK;
}

static void tell_difference(const cli_verify *v)
{
    cli_say("not deterministic: the first fact that differs is");
    for (unsigned side = 0; side < 2; side++) {
        fprintf(stderr, "  world %u: %s\n", side + 1,
                v->first[side] == NULL ? "(nothing more)" : v->first[side]);
    }
}

/* The world that has shown less goes on, so that little is kept. */
static void run_in_step(session *s, sn_world *worlds[2], cli_verify *v)
{
    sn_run_state states[2] = { SN_RUN_GOING, SN_RUN_GOING };
    cli_progress progress = cli_progress_begin(!s->options->quiet);
    while ((states[0] == SN_RUN_GOING || states[1] == SN_RUN_GOING) && !cli_verify_failed(v)) {
        unsigned next = v->side[0].len <= v->side[1].len ? 0u : 1u;
        next = states[next] == SN_RUN_GOING ? next : 1u - next;
        states[next] = sn_world_run(worlds[next], STEPS_AT_ONCE);
        const bool is_over = states[0] != SN_RUN_GOING && states[1] != SN_RUN_GOING;
        const bool stops = must_stop(s) || v->differs;
        if (!stops && !cli_verify_compare(v, is_over)) {
            tell_difference(v);
        }
        if (stops || v->differs) {
            sn_world_stop(worlds[0]);
            sn_world_stop(worlds[1]);
        }
        cli_progress_show(&progress, sn_world_now(worlds[0]), sn_world_events(worlds[0]),
                          sn_meter_read(s->observers.meter, 0)->attempts);
    }
    cli_progress_end(&progress);
    s->state = states[0];
}

static rp_status run_two(session *s)
{
    cli_verify v;
    cli_verify_init(&v, &s->plan->cast);
    sn_sink first[CLI_SINKS + 1];
    memcpy(first, s->observers.sinks, sizeof s->observers.sinks);
    first[s->observers.sink_count] = cli_verify_sink(&v, 0);
    const sn_sink second = cli_verify_sink(&v, 1);

    rp_status status = RP_IO;
    s->world = make_world(s, first, s->observers.sink_count + 1, 1);
    sn_world *other = s->world == NULL ? NULL : make_world(s, &second, 1, s->options->partitions);
    if (other != NULL) {
        run_in_step(s, (sn_world *[2]){ s->world, other }, &v);
        status = cli_verify_failed(&v) ? RP_IO : v.differs ? RP_NONDETERMINISM : RP_OK;
    }
    if (cli_verify_failed(&v)) {
        cli_say("out of memory: --verify keeps what one world is ahead by");
    }
    sn_world_free(other);
    cli_verify_free(&v);
    return status;
}

/* ---- after the run ---- */

static bool was_interrupted(const session *s)
{
    return cli_interrupted() || (s->options->recorded != NULL && s->options->recorded->events != 0);
}

static rp_status status_of_state(session *s)
{
    ss_buffer b = ss_buffer_on(s->stopped, sizeof s->stopped - 1);
    const uint32_t culprit = sn_world_culprit(s->world);
    rp_status status = RP_OK;
    switch (s->state) {
    case SN_RUN_GOING:
    case SN_RUN_DONE:
        return RP_OK;
    case SN_RUN_STOPPED:
        ss_put_text(&b, was_interrupted(s) ? "interrupted" : "ended early, see the other statuses");
        status = was_interrupted(s) ? RP_INTERRUPTED : RP_OK;
        break;
    case SN_RUN_ZENO:
        ss_put_text(&b, "too many events without time moving on, at ");
        ss_put_text(&b, sn_capture_name(&s->plan->cast, culprit));
        status = RP_LIVENESS;
        break;
    case SN_RUN_BUDGET:
        ss_put_text(&b, "the budget of events is spent");
        status = RP_LIVENESS;
        break;
    case SN_RUN_MEMORY:
        ss_put_text(&b, "out of memory");
        status = RP_IO;
        break;
    }
    s->stopped[b.len] = '\0';
    s->run.stopped = s->stopped;
    return status;
}

static rp_status_set judge_expects(const session *s, uint32_t missed)
{
    const sn_plan *plan = s->plan;
    rp_status_set set = missed == 0 ? 0 : rp_status_bit(RP_MISSED);
    for (uint32_t i = 0; i < plan->expect_count; i++) {
        bool is_null = false;
        uint64_t value = 0;
        const sn_expect *e = &plan->expects[i];
        if (!sn_expect_holds(e, sn_meter_read(s->observers.meter, e->window), &is_null, &value)) {
            set |= rp_status_bit(RP_MISSED);
        }
    }
    for (uint32_t i = 0; i < plan->reached_count; i++) {
        if (!sn_meter_reached(s->observers.meter, plan->reached[i].reach)) {
            set |= rp_status_bit(RP_NOT_REACHED);
        }
    }
    return set;
}

/* A run that was cut short is not asked for what it had no time to do. */
static void judge(session *s)
{
    const bool cut_short = s->state != SN_RUN_DONE;
    const uint32_t missed = cli_observers_finish(&s->observers, cut_short);
    rp_status_set *set = &s->run.statuses;
    *set |= rp_status_bit(status_of_state(s));
    if (sn_judge_violation_count(s->observers.judge) != 0) {
        *set |= rp_status_bit(RP_VIOLATION);
    }
    if (!cut_short) {
        *set |= judge_expects(s, missed);
    }
}

static void fill_run(session *s)
{
    cli_marks_collect(&s->marks, s->plan);
    const sn_plan *plan = s->plan;
    const cli_observers *o = &s->observers;
    rp_run *r = &s->run;
    r->version = BUILD_VERSION;
    r->name = plan->name;
    r->file = s->options->file;
    if (s->options->recorded != NULL && s->options->recorded->file != NULL) {
        r->file = s->options->recorded->file;
    }
    r->effective = sn_scenario_effective(s->scenario);
    r->scenario_hash = ss_hash64(0, r->effective);
    r->seed = plan->seed;
    r->order_seed = plan->order_seed;
    r->epoch_s = plan->epoch_s;
    r->seeded = plan->order == SN_ORDER_SEEDED;
    r->duration = plan->duration;
    r->drain = plan->drain;
    r->cast = &plan->cast;
    r->judge = o->judge;
    r->meter = o->meter;
    r->series = o->series;
    r->tally = o->tally;
    r->marks = s->marks.marks;
    r->mark_count = s->marks.count;
    r->expects = plan->expects;
    r->expect_count = plan->expect_count;
    r->checks = plan->checks;
    r->check_count = plan->check_count;
    r->reached = plan->reached;
    r->reached_count = plan->reached_count;
    r->replay = s->replay;
}

static void fill_outcome(session *s)
{
    s->run.digest = sn_digest_sum(&s->observers.digest);
    s->run.events = sn_world_events(s->world);
    s->run.end = s->observers.end;
    s->engine.commit = BUILD_COMMIT;
    s->engine.compiler = BUILD_COMPILER;
    s->engine.build = BUILD_TYPE;
    s->engine.sanitized = BUILD_SANITIZED;
    s->engine.partitions = s->options->partitions == 0 ? 1 : s->options->partitions;
    s->engine.world_bytes = sn_world_bytes(s->world);
    s->engine.growths = sn_world_growths(s->world);
    s->engine.events = sn_world_events(s->world);
}

/* ---- talk ---- */

static void print_summary(session *s)
{
    rp_file *out = rp_file_over(stdout);
    if (out != NULL) {
        const char *dir = s->options->dir;
        const rp_written written = { .dir = dir,
                                     .events_bytes = cli_file_bytes(dir, "events.jsonl"),
                                     .capture_bytes = cli_file_bytes(dir, "trace.pcapng") };
        rp_summary_write(out, &s->run, &s->engine, &written, cli_is_colourful(stdout));
        s->run.statuses |= rp_status_bit(cli_close_stdout(out));
    }
}

/* What failed and the line that replays it: on stderr, unless a summary on stdout has said it. */
static void print_failure(const session *s)
{
    rp_file *out = s->run.statuses == 0 ? NULL : rp_file_over(stderr);
    if (out == NULL) {
        return;
    }
    rp_summary_failures(out, &s->run, cli_is_colourful(stderr));
    rp_put_text(out, "sipsim: ");
    rp_put_text(out, rp_status_sentence(rp_status_worst(s->run.statuses)));
    rp_put_text(out, "; again: ");
    rp_put_text(out, s->replay);
    rp_put_char(out, '\n');
    (void)!rp_file_close(out);
}

static void talk(session *s)
{
    if (s->options->json != NULL) {
        rp_results_write(s->options->json, &s->run);
    }
    if (s->options->silent) {
        return;
    }
    if (s->options->json == NULL && !s->options->quiet) {
        print_summary(s);
    } else {
        print_failure(s);
    }
}

/* In the place of results when there was no run. */
static void write_why_not(const session *s)
{
    rp_json *j = s->options->json;
    rp_json_open(j, '{');
    rp_json_key_text(j, "schema", "sipsim.results/1");
    rp_json_key_text(j, "version", BUILD_VERSION);
    rp_results_write_verdict(j, s->run.statuses);
    rp_json_key_text(j, "file", s->options->file);
    rp_json_key(j, "mistakes");
    if (s->scenario == NULL) {
        rp_json_null(j);
    } else {
        cli_write_mistakes(j, s->scenario);
    }
    rp_json_close(j);
}

/* ---- all of it ---- */

static bool is_as_recorded(const session *s)
{
    return s->options->recorded == NULL || s->options->recorded->digest == s->run.digest;
}

static void run_planned(session *s)
{
    fill_run(s);
    const uint64_t from = cli_wall_ns();
    const rp_status status = s->options->verify ? run_two(s) : run_one(s);
    s->run.statuses |= rp_status_bit(status);
    s->engine.run_ns = cli_wall_ns() - from;
    if (s->world == NULL) {
        return;
    }
    judge(s);
    fill_outcome(s);
    if (!is_as_recorded(s)) {
        s->run.statuses |= rp_status_bit(RP_NONDETERMINISM);
    } else if (s->options->dir != NULL) {
        session_write_files(s);
    } else {
        s->run.statuses |= rp_status_bit(cli_observers_close(&s->observers, ""));
    }
    if (s->options->taker != NULL) {
        s->options->taker->take(s->options->taker->self, &s->run);
    }
    talk(s);
}

/* The node of a filter, or its link. */
static bool is_there(const session *s, const char *option, const sn_capture_filter *filter)
{
    const bool is_link = filter->kind == SN_CAPTURE_LINK;
    if (filter->kind != SN_CAPTURE_NODE && !is_link) {
        return true;
    }
    const sn_cast *cast = &s->plan->cast;
    const uint32_t node = sn_capture_node(cast, filter->node);
    const bool has_link = node != SN_NOBODY && cast->nodes[node].router != SN_NOBODY;
    if (is_link ? has_link : node != SN_NOBODY) {
        return true;
    }
    cli_say("--%s %s:%s: %s has no such %s", option, is_link ? "link" : "node", filter->node,
            s->options->file, is_link ? "link; a link has the name of the node below it" : "node");
    return false;
}

/* Where the lines stood that the run was asked for; in the effective scenario they stand elsewhere. */
static void put_lines(sn_plan *plan, const session_recorded *r)
{
    if (r->lines == NULL || r->expect_count != plan->expect_count ||
        r->reached_count != plan->reached_count || r->check_count != plan->check_count) {
        return;
    }
    for (uint32_t i = 0; i < r->expect_count; i++) {
        plan->expects[i].line = r->lines[i];
    }
    for (uint32_t i = 0; i < r->reached_count; i++) {
        plan->reached[i].line = r->lines[r->expect_count + i];
    }
    for (uint32_t i = 0; i < r->check_count; i++) {
        plan->checks[i].line = r->lines[r->expect_count + r->reached_count + i];
    }
}

/* What the reproducer recorded is decided as it was. */
static rp_status play(session *s, const fz_repro *repro)
{
    s->decisions = sn_decisions_new(s->plan->seed);
    if (s->decisions == NULL ||
        sn_decisions_play(s->decisions, repro->decisions, repro->decision_count) != SS_OK) {
        cli_say("out of memory: %s", s->options->file);
        return RP_IO;
    }
    return RP_OK;
}

static rp_status prepare(session *s)
{
    const session_options *o = s->options;
    rp_status status = load(s);
    if (status == RP_OK && o->repro != NULL) {
        status = play(s, o->repro);
    }
    if (status != RP_OK) {
        return status;
    }
    if (o->recorded != NULL) {
        put_lines(s->plan, o->recorded);
    }
    cli_replay_line(s->replay, sizeof s->replay, o, s->plan);
    cli_remember_replay(s->replay);
    if (!is_there(s, "pcap", &o->tapes.pcap) || !is_there(s, "hep", &o->tapes.hep) ||
        !is_there(s, "events", &o->tapes.events)) {
        return RP_USAGE;
    }
    status = o->dir == NULL || o->is_in_place ? RP_OK : session_prepare_folder(o->dir, o->force);
    if (status != RP_OK) {
        return status;
    }
    if (o->verbose) {
        cli_say("%s: %u nodes, %u calls, seed %llu", o->file, s->plan->cast.node_count,
                s->plan->call_count, (unsigned long long)s->plan->seed);
    }
    status = cli_observers_init(&s->observers, s->plan, o->dir, &o->tapes, SN_ALL_LAWS);
    if (o->watcher != NULL && status == RP_OK) {
        o->watcher->begin(o->watcher->self, s->plan);
        cli_observers_add(&s->observers, (sn_sink){ o->watcher->self, o->watcher->fact });
    }
    return status;
}

rp_status_set session_run(const session_options *options)
{
    session s = { .options = options, .started_ns = cli_wall_ns() };
    const rp_status status = prepare(&s);
    s.run.statuses |= rp_status_bit(status);
    if (status == RP_OK) {
        run_planned(&s);
    }
    if (s.world == NULL && options->json != NULL) {
        write_why_not(&s);
    }
    cli_observers_free(&s.observers);
    sn_world_free(s.world);
    sn_decisions_free(s.decisions);
    sn_scenario_free(s.scenario);
    cli_remember_replay("");
    return s.run.statuses;
}
