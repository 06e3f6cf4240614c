/* sipsim bench fuzz: what a campaign costs on one core: executions per second of each target over a corpus, of a proxied call, what lies between
 * two inputs, and a day of virtual time. Figures are printed and judged by nobody: machines differ. */
#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build_facts.h"
#include "fz/session.h"
#include "inputs.h"
#include "progress.h"
#include "rp/json.h"
#include "sn/scenario.h"

enum { INPUTS_MAX = 512 };

/* Sixteen user agents, a call a minute, all day. */
static const char day[] = "sipsim: 1\n"
                          "name: a day\n"
                          "duration: 24h\n"
                          "links: {wire: {delay: 10ms}}\n"
                          "nodes:\n"
                          "  caller: {role: ua, count: 8, link: wire}\n"
                          "  callee: {role: ua, count: 8, link: wire}\n"
                          "calls:\n"
                          "  - {name: mix, from: caller, to: callee, rate: every 60s, during: "
                          "0s..86400s, hold: 30s}\n";

/* A call through a record-routing proxy, all timers drained. */
static const char *const call[] = { "head profile=2", "call hold=64" };

typedef struct inputs {
    ss_slice at[INPUTS_MAX]; /* owned */
    size_t count;
} inputs;

static void take(void *context, const char *path, ss_slice input)
{
    inputs *in = context;
    char *copy = in->count == INPUTS_MAX ? NULL : malloc(input.len + 1);
    (void)path;
    if (copy != NULL) {
        if (input.len > 0) {
            memcpy(copy, input.at, input.len);
        }
        in->at[in->count++] = (ss_slice){ copy, input.len };
    }
}

static void forget(inputs *in)
{
    for (size_t i = 0; i < in->count; i++) {
        free((char *)(uintptr_t)in->at[i].at);
    }
    in->count = 0;
}

/* ---- what is measured ---- */

/* Round and round, for so long; 0 when an input fails. */
static uint64_t per_second(const fz_target *target, const inputs *in, ss_span span)
{
    const uint64_t from = cli_wall_ns();
    uint64_t runs = 0, now = from;
    while (in->count > 0 && now - from < span) {
        for (size_t i = 0; i < in->count; i++) {
            fz_finding finding;
            if (!fz_try(target, in->at[i], &finding)) {
                return 0;
            }
            runs++;
        }
        now = cli_wall_ns();
    }
    return now == from ? 0 : runs * SS_S(1) / (now - from);
}

static uint64_t calls_per_second(ss_span span)
{
    static char bytes[64];
    inputs in = { .count = 1 };
    const char *why = "";
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    for (size_t i = 0; i < SS_COUNT(call); i++) {
        const ss_status status = sn_input_record_parse_text(ss_slice_from(call[i]), &b, &why);
        SS_ASSERT(status == SS_OK);
    }
    in.at[0] = ss_buffer_slice(&b);
    return per_second(fz_target_find("session"), &in, span);
}

/* A world that is made and taken away on a ground that others stood on, in ns. */
static uint64_t reset_ns(void)
{
    enum { ROUNDS = 2000 };
    sn_plan *plan = sn_input_plan(SS_EMPTY);
    sn_ground *ground = sn_ground_new();
    const sn_world_options options = { .ground = ground };
    uint64_t from = cli_wall_ns(), made = 0;
    for (unsigned i = 0; plan != NULL && ground != NULL && i <= ROUNDS; i++) {
        sn_world *world = sn_world_new(plan, &options);
        made += world != NULL;
        sn_world_free(world);
        from = i == 0 ? cli_wall_ns() : from; /* the first one makes the ground */
    }
    const uint64_t took = cli_wall_ns() - from;
    sn_ground_free(ground);
    sn_plan_free(plan);
    return made <= ROUNDS ? 0 : took / ROUNDS;
}

/* In µs; 0 when it did not run. */
static uint64_t day_us(void)
{
    const sn_scenario_file file = { "day", ss_slice_from(day) };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){ .files = &file, .file_count = 1 });
    fz_verdict verdict;
    const bool is_sound = s != NULL && sn_scenario_mistake_count(s) == 0;
    const uint64_t from = cli_wall_ns();
    const bool is_run = is_sound && fz_session_run(sn_scenario_plan(s), NULL, 0, &verdict) &&
                        verdict.oracle == NULL;
    const uint64_t took = cli_wall_ns() - from;
    sn_scenario_free(s);
    return is_run ? took / 1000 : 0;
}

/* ---- said ---- */

typedef struct report {
    rp_file *out;
    rp_json *json; /* NULL: for humans */
    bool is_whole;
} report;

/* What must be, of a build without sanitizers and of one with; 0: nothing. */
typedef struct budget {
    const char *what;
    uint64_t plain, sanitized;
} budget;

static const budget budgets[] = { { "message", 200000, 50000 }, { "proxied_call", 10000, 3000 } };

static uint64_t budget_of(const char *what)
{
    for (size_t i = 0; i < SS_COUNT(budgets); i++) {
        if (strcmp(budgets[i].what, what) == 0) {
            return BUILD_SANITIZED ? budgets[i].sanitized : budgets[i].plain;
        }
    }
    return 0;
}

static void say(report *r, const char *what, const char *unit, uint64_t figure, uint64_t wanted)
{
    r->is_whole = r->is_whole && figure != 0;
    if (r->json != NULL) {
        rp_json_key_u64(r->json, what, figure);
        return;
    }
    rp_put_left(r->out, what, 16);
    rp_put_u64(r->out, figure);
    rp_put_text(r->out, unit);
    if (wanted != 0) {
        rp_put_text(r->out, " (budget ");
        rp_put_u64(r->out, wanted);
        rp_put_char(r->out, ')');
    }
    rp_put_char(r->out, '\n');
    rp_file_flush(r->out);
}

/* The inputs of a target, below the folder; the canary sings, and is none. */
static bool say_target(report *r, const char *corpus, const fz_target *target, ss_span span)
{
    static inputs in;
    char path[RP_PATH_BYTES];
    const char *const paths[] = { path };
    struct stat about;
    bool is_well = true;
    if (target->run == fz_target_canary || !rp_path_join(path, corpus, target->name) ||
        stat(path, &about) != 0) {
        return true;
    }
    (void)cli_each_input(paths, 1, take, &in, &is_well);
    say(r, target->name, "/s", per_second(target, &in, span), budget_of(target->name));
    forget(&in);
    return is_well;
}

static bool measure(report *r, const char *corpus, ss_span span)
{
    bool is_well = true;
    if (r->json != NULL) {
        rp_json_key_text(r->json, "schema", "sipsim.bench/1");
        rp_json_key_bool(r->json, "sanitized", BUILD_SANITIZED);
        rp_json_key_open(r->json, "per_second", '{');
    }
    for (size_t i = 0; i < fz_target_count; i++) {
        is_well = say_target(r, corpus, &fz_targets[i], span) && is_well;
    }
    say(r, "proxied_call", "/s", calls_per_second(span), budget_of("proxied_call"));
    if (r->json != NULL) {
        rp_json_close(r->json);
    }
    say(r, r->json != NULL ? "reset_ns" : "reset", " ns", reset_ns(), 5000);
    say(r, r->json != NULL ? "virtual_day_us" : "a virtual day", " us", day_us(), 1000000);
    return is_well;
}

static rp_status bench_fuzz(const char *corpus, ss_span span, bool as_json)
{
    report r = { .out = rp_file_over(stdout), .is_whole = true };
    if (r.out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_json j = rp_json_on(r.out, false);
    if (as_json) {
        r.json = &j;
        rp_json_open(&j, '{');
    }
    const bool is_well = measure(&r, corpus, span);
    if (as_json) {
        rp_json_close(&j);
        rp_json_end(&j);
    }
    const rp_status written = cli_close_stdout(r.out);
    if (!r.is_whole) {
        cli_say("a figure is 0: inputs are missing, or one of them fails");
    }
    return written != RP_OK ? written : is_well && r.is_whole ? RP_OK : RP_VIOLATION;
}

static rp_status run_bench(const cli_args *args)
{
    ss_span span = SS_S(1);
    struct stat about;
    const char *corpus = args->given[CLI_CORPUS] ? args->value[CLI_CORPUS] : "corpus/seeds";
    if (args->file_count != 1 || strcmp(args->files[0], "fuzz") != 0) {
        cli_say("bench takes one word: fuzz");
        return RP_USAGE;
    }
    if (args->given[CLI_TIME] && !cli_span(args, CLI_TIME, &span)) {
        return RP_USAGE;
    }
    if (stat(corpus, &about) != 0) {
        cli_say("%s: no such folder; --corpus DIR names one with a folder for each target", corpus);
        return RP_IO;
    }
    return bench_fuzz(corpus, span, args->given[CLI_JSON]);
}

const cli_verb cli_verb_bench = {
    .name = "bench",
    .operands = "fuzz",
    .summary = "executions per second of the fuzz targets, on one core",
    .details = "Runs the inputs of each target, DIR/TARGET of --corpus (corpus/seeds), round and "
               "round for --time (1s),\n"
               "then a call through a proxy, worlds that are made and taken away, and a day of "
               "virtual time. Budgets stand\n"
               "beside the figures; status 1 when one could not be had at all.\n"
               "\n"
               "  sipsim bench fuzz --time 5s\n",
    .options = CLI_TAKES(CLI_HELP, CLI_JSON, CLI_CORPUS, CLI_TIME),
    .run = run_bench
};
