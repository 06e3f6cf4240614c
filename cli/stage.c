/* Whatever can be replayed, as a plan; and the plan run, event by event where it is to be stopped. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "mistakes.h"
#include "repro.h"
#include "sn/input.h"

/* ---- until ---- */

/* "1.5" in units of `unit` nanoseconds; every digit counts. */
static bool in_unit(ss_slice text, uint64_t unit, ss_time *at)
{
    uint64_t whole = 0, part = 0, scale = unit;
    const size_t dot = ss_slice_find(text, '.');
    if (ss_slice_to_u64(ss_slice_cut(text, 0, dot), UINT64_MAX / unit - 1, &whole) != SS_OK) {
        return false;
    }
    for (size_t i = dot + 1; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || scale % 10 != 0) {
            return false;
        }
        scale /= 10;
        part += (uint64_t)(text.at[i] - '0') * scale;
    }
    *at = whole * unit + part;
    return dot + 1 != text.len;
}

static bool parse_time(ss_slice text, ss_time *at)
{
    static const struct {
        const char *word;
        uint64_t is;
    } units[] = { { "ns", 1 },         { "us", 1000 },   { "ms", SS_MS(1) },
                  { "min", SS_S(60) }, { "s", SS_S(1) }, { "h", SS_S(3600) } };
    for (size_t i = 0; i < SS_COUNT(units); i++) {
        const ss_slice word = ss_slice_from(units[i].word);
        if (text.len > word.len &&
            ss_slice_eq(ss_slice_cut(text, text.len - word.len, text.len), word)) {
            return in_unit(ss_slice_cut(text, 0, text.len - word.len), units[i].is, at);
        }
    }
    return false;
}

static bool parse_key(ss_slice text, sn_key *key)
{
    uint64_t parts[6];
    for (size_t i = 0; i < SS_COUNT(parts); i++) {
        const size_t end = ss_slice_find(text, '/');
        const bool is_last = i + 1 == SS_COUNT(parts), is_small = i == 1 || i == 3 || i == 4;
        if ((end == text.len) != is_last ||
            ss_slice_to_u64(ss_slice_cut(text, 0, end), is_small ? UINT32_MAX : UINT64_MAX,
                            &parts[i]) != SS_OK) {
            return false;
        }
        text = is_last ? SS_EMPTY : ss_slice_cut(text, end + 1, text.len);
    }
    *key = (sn_key){ .at = parts[0],
                     .step = (uint32_t)parts[1],
                     .tie = parts[2],
                     .receiver = (uint32_t)parts[3],
                     .sender = (uint32_t)parts[4],
                     .counter = parts[5] };
    return true;
}

bool cli_until_parse(const char *text, cli_until *until)
{
    const ss_slice word = ss_slice_from(text);
    *until = (cli_until){ .kind = CLI_UNTIL_EVENTS };
    if (ss_slice_to_u64(word, UINT64_MAX, &until->events) == SS_OK) {
        return true;
    }
    until->kind = CLI_UNTIL_TIME;
    if (parse_time(word, &until->at)) {
        return true;
    }
    until->kind = CLI_UNTIL_EVENT;
    return parse_key(word, &until->key);
}

/* ---- what is run ---- */

static bool is_scenario(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static rp_status open_scenario(cli_stage *s, const char *path, ss_slice text)
{
    const sn_scenario_file file = { path, text };
    const sn_scenario_options options = { .files = &file,
                                          .file_count = 1,
                                          .reader = &cli_scenario_reader };
    s->scenario = sn_scenario_load(&options);
    if (s->scenario == NULL) {
        cli_say("out of memory: %s", path);
        return RP_IO;
    }
    if (sn_scenario_mistake_count(s->scenario) != 0) {
        cli_print_mistakes(s->scenario);
        return RP_SCENARIO;
    }
    s->plan = sn_scenario_plan(s->scenario);
    return RP_OK;
}

rp_status cli_stage_open(cli_stage *s, const char *path, ss_slice text)
{
    *s = (cli_stage){ .plan = NULL };
    if (cli_is_repro(path, text)) {
        const rp_status status = cli_repro_read(&s->repro, path, text);
        if (status != RP_OK) {
            s->repro.memory = NULL;
            return status;
        }
        return open_scenario(s, path, s->repro.scenario);
    }
    if (is_scenario(path)) {
        return open_scenario(s, path, text);
    }
    s->plan = s->input = sn_input_plan(text);
    if (s->plan == NULL) {
        cli_say("out of memory: %s", path);
    }
    return s->plan == NULL ? RP_IO : RP_OK;
}

void cli_stage_close(cli_stage *s)
{
    sn_plan_free(s->input);
    sn_scenario_free(s->scenario);
    free(s->repro.memory);
    *s = (cli_stage){ .plan = NULL };
}

/* ---- running ---- */

typedef struct waiting {
    const cli_until *until;
    bool was_met;
} waiting;

static void wait_for(void *self, const sn_fact *fact, ss_slice packet)
{
    waiting *w = self;
    (void)packet;
    if (w->until->kind == CLI_UNTIL_EVENT && sn_key_compare(&fact->key, &w->until->key) == 0) {
        w->was_met = true;
    }
}

static bool is_there(sn_world *world, const waiting *w)
{
    switch (w->until->kind) {
    case CLI_UNTIL_TIME:
        return sn_world_next(world) > w->until->at && sn_world_next(world) != SS_TIME_NEVER;
    case CLI_UNTIL_EVENTS:
        return sn_world_events(world) >= w->until->events;
    case CLI_UNTIL_EVENT:
        return w->was_met;
    default:
        return false;
    }
}

/* Step by step: a step is one event. */
static void run_world(sn_world *world, waiting *w, cli_stage_end *end)
{
    end->state = SN_RUN_GOING;
    while (end->state == SN_RUN_GOING) {
        if (is_there(world, w)) {
            end->was_met = true;
            end->now = sn_world_now(world);
            sn_world_stop(world);
        }
        end->state = sn_world_run(world, w->until->kind == CLI_UNTIL_END ? UINT64_MAX : 1);
    }
    end->now = end->was_met ? end->now : sn_world_now(world);
    end->events = sn_world_events(world);
}

bool cli_stage_run(const cli_stage *s, const sn_sink *sinks, uint32_t count, const cli_until *until,
                   cli_stage_end *end)
{
    waiting w = { .until = until };
    sn_sink all[CLI_STAGE_SINKS + 1] = { { &w, wait_for } };
    SS_ASSERT(count <= CLI_STAGE_SINKS);
    for (uint32_t i = 0; i < count; i++) {
        all[i + 1] = sinks[i];
    }
    *end = (cli_stage_end){ .state = SN_RUN_MEMORY };
    sn_decisions *decisions = s->repro.memory == NULL ? NULL : sn_decisions_new(s->plan->seed);
    bool is_run = s->repro.memory == NULL ||
                  (decisions != NULL && sn_decisions_play(decisions, s->repro.decisions,
                                                          s->repro.decision_count) == SS_OK);
    sn_world *world = is_run ? sn_world_new(s->plan, &(sn_world_options){ .sinks = all,
                                                                          .sink_count = count + 1,
                                                                          .decisions = decisions })
                             : NULL;
    if (world != NULL) {
        run_world(world, &w, end);
    }
    is_run = world != NULL && end->state != SN_RUN_MEMORY;
    sn_world_free(world);
    sn_decisions_free(decisions);
    return is_run;
}
