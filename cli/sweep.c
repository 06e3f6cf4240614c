/* run --seeds A..B, --sweep PATH=V1,V2: what is to be run, where the results of before are taken from, and what is written at the
 * end. While it goes, .runs.journal has a line for each run that is done, so that nothing but the runs under way is lost when the
 * process dies.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_facts.h"
#include "files.h"
#include "interrupt.h"
#include "mistakes.h"
#include "observers.h"
#include "replay_line.h"
#include "sn/scenario.h"

enum { JOBS_MAX = 1024 };

bool cli_wants_sweep(const cli_args *args)
{
    return args->given[CLI_SEEDS] || args->given[CLI_SWEEP];
}

/* ---- options ---- */

/* "A..B" or "A/B". */
static bool two_numbers(const char *text, const char *between, uint64_t *a, uint64_t *b)
{
    const char *middle = strstr(text, between);
    return middle != NULL &&
           ss_slice_to_u64((ss_slice){ text, (size_t)(middle - text) }, UINT64_MAX, a) == SS_OK &&
           ss_slice_to_u64(ss_slice_from(middle + strlen(between)), UINT64_MAX, b) == SS_OK;
}

static rp_status check_seeds(const cli_args *args)
{
    uint64_t from = 0, to = 0;
    if (!args->given[CLI_SEEDS]) {
        return RP_OK;
    }
    if (!two_numbers(args->value[CLI_SEEDS], "..", &from, &to) || to < from) {
        cli_say("--seeds %.60s: A..B is wanted, as in 1..16", args->value[CLI_SEEDS]);
        return RP_USAGE;
    }
    if (to - from >= RP_SWEEP_RUNS_MAX) {
        cli_say("--seeds %.60s: more than %u runs", args->value[CLI_SEEDS], RP_SWEEP_RUNS_MAX);
        return RP_USAGE;
    }
    if (args->given[CLI_SEED]) {
        cli_say("--seed and --seeds: one of them");
        return RP_USAGE;
    }
    return RP_OK;
}

static rp_status check_words(const cli_args *args)
{
    uint64_t shard = 0, shards = 0, jobs = 1;
    if (args->given[CLI_SHARD] && (!two_numbers(args->value[CLI_SHARD], "/", &shard, &shards) ||
                                   shard == 0 || shard > shards || shards > RP_SWEEP_RUNS_MAX)) {
        cli_say("--shard %.60s: I/N is wanted, from 1/N to N/N", args->value[CLI_SHARD]);
        return RP_USAGE;
    }
    if (!cli_number(args, CLI_JOBS, JOBS_MAX, &jobs)) {
        return RP_USAGE;
    }
    if (jobs == 0) {
        cli_say("--jobs 0: at least 1 is wanted");
        return RP_USAGE;
    }
    if (args->given[CLI_RESUME] && args->given[CLI_FORCE]) {
        cli_say("--resume and --force: one of them");
        return RP_USAGE;
    }
    return RP_OK;
}

rp_status cli_sweep_check(const cli_args *args)
{
    static const cli_option_id sweeps_only[] = { CLI_JOBS, CLI_KEEP, CLI_RESUME, CLI_SHARD };
    for (size_t i = 0; i < SS_COUNT(sweeps_only) && !cli_wants_sweep(args); i++) {
        if (args->given[sweeps_only[i]]) {
            cli_say("--%s is for many runs: --seeds A..B or --sweep PATH=V1,V2 says which",
                    cli_option_of(sweeps_only[i])->name);
            return RP_USAGE;
        }
    }
    if (args->given[CLI_JSON] && cli_wants_sweep(args) && args->file_count != 1) {
        cli_say("--json with --seeds or --sweep: one FILE at a time");
        return RP_USAGE;
    }
    const rp_status status = check_seeds(args);
    return status == RP_OK ? check_words(args) : status;
}

/* ---- the question ---- */

/* Words that each run of the sweep has, beside its own. */
static void common_words(const session_options *base, char *text, size_t cap)
{
    ss_buffer b = ss_buffer_on(text, cap - 1);
    const char *order = base->order == NULL             ? NULL
                        : *base->order == SN_ORDER_FIFO ? "fifo"
                                                        : "seeded";
    if (order != NULL) {
        ss_put_text(&b, " --order ");
        ss_put_text(&b, order);
    }
    if (base->order_seed != NULL) {
        ss_put_text(&b, " --order-seed ");
        ss_put_u64(&b, *base->order_seed);
    }
    for (uint32_t i = 0; i < base->override_count; i++) {
        ss_put_text(&b, " --set ");
        cli_put_quoted(&b, base->overrides[i]);
    }
    text[b.len] = '\0';
}

/* The scenario with these overrides, checked; NULL when it said what is wrong. */
static sn_scenario *load(const session_options *base, const char *const *overrides, uint32_t count,
                         rp_status *status)
{
    const sn_scenario_file file = { base->file, base->text };
    const sn_scenario_options options = { .files = &file,
                                          .file_count = 1,
                                          .reader = &cli_scenario_reader,
                                          .overrides = overrides,
                                          .override_count = count,
                                          .seed = base->seed,
                                          .order = base->order,
                                          .order_seed = base->order_seed };
    sn_scenario *scenario = sn_scenario_load(&options);
    if (scenario == NULL) {
        cli_say("out of memory: %s", base->file);
        *status = RP_IO;
    } else if (sn_scenario_mistake_count(scenario) != 0) {
        cli_print_mistakes(scenario);
        *status = RP_SCENARIO;
        sn_scenario_free(scenario);
        scenario = NULL;
    }
    return scenario;
}

/* Each value once, with the first of the other axes: what is wrong with it is said before anything runs. */
static rp_status try_values(const session_options *base, const rp_sweep *s)
{
    rp_status status = RP_OK;
    const char *overrides[CLI_OVERRIDES_MAX + RP_AXES_MAX];
    if (base->override_count != 0) {
        memcpy(overrides, base->overrides, base->override_count * sizeof *overrides);
    }
    for (uint32_t axis = 0; axis < s->axis_count; axis++) {
        for (uint32_t value = 0; value < s->axes[axis].count && status == RP_OK; value++) {
            char texts[RP_AXES_MAX][1024];
            uint32_t count = base->override_count;
            for (uint32_t i = 0; i < s->axis_count; i++) {
                snprintf(texts[i], sizeof texts[i], "%s=%s", s->axes[i].path,
                         s->axes[i].values[i == axis ? value : 0]);
                overrides[count++] = texts[i];
            }
            sn_scenario_free(load(base, overrides, count, &status));
        }
    }
    return status;
}

static const char *fill_axes(const cli_args *args, rp_sweep *s, const char **about)
{
    for (uint32_t i = 0; i < args->sweep_count; i++) {
        const char *why = rp_sweep_add_axis(s, args->sweeps[i]);
        if (why != NULL) {
            *about = args->sweeps[i];
            return why;
        }
    }
    *about = args->given[CLI_SEEDS] ? args->value[CLI_SEEDS] : args->sweeps[0];
    return rp_sweep_finish(s);
}

/* The seeds of the command line, or the scenario's own. */
static void fill_numbers(const cli_args *args, const sn_scenario *scenario, rp_sweep *s)
{
    uint64_t to = 0, shard = 1, shards = 1;
    s->seed_from = sn_scenario_plan(scenario)->seed;
    if (args->given[CLI_SEEDS] && two_numbers(args->value[CLI_SEEDS], "..", &s->seed_from, &to)) {
        s->seed_count = (uint32_t)(to - s->seed_from + 1);
    }
    if (args->given[CLI_SHARD] && two_numbers(args->value[CLI_SHARD], "/", &shard, &shards)) {
        s->shard = (uint32_t)shard;
        s->shards = (uint32_t)shards;
    }
}

static rp_sweep *new_sweep(const cli_args *args, const session_options *base, rp_status *status)
{
    char words[8192];
    sn_scenario *scenario = load(base, base->overrides, base->override_count, status);
    if (scenario == NULL) {
        return NULL;
    }
    common_words(base, words, sizeof words);
    rp_sweep *s = rp_sweep_new(BUILD_VERSION, sn_scenario_plan(scenario)->name, words);
    const char *why = "out of memory", *about = base->file;
    if (s != NULL) {
        s->text_hash = ss_hash64(0, base->text);
        fill_numbers(args, scenario, s);
        why = fill_axes(args, s, &about);
    }
    sn_scenario_free(scenario);
    *status = why == NULL ? try_values(base, s) : RP_USAGE;
    if (why != NULL) {
        cli_say("%.200s: %s", about, why);
    }
    if (*status != RP_OK) {
        rp_sweep_free(s);
        return NULL;
    }
    return s;
}

/* ---- going on ---- */

static rp_status take_old(rp_sweep *s, const char *dir)
{
    rp_status_set set = 0;
    rp_sweep *old = cli_sweep_read(dir, &set);
    if (old == NULL) {
        if (set == 0) {
            cli_say("--resume: %s has no sweep", dir);
        }
        return set == 0 ? RP_USAGE : rp_status_worst(set);
    }
    rp_sweep_trouble trouble = { 0 };
    if (set == 0 && (rp_sweep_join(s, old, &trouble) != RP_SWEEP_OK || s->shard != old->shard ||
                     s->shards != old->shards)) {
        cli_say("--resume: the sweep in %s is %s", dir,
                trouble.why == NULL ? "another shard" : trouble.why);
        set |= rp_status_bit(RP_USAGE);
    }
    rp_sweep_free(old);
    return rp_status_worst(set);
}

/* A file that keeps its name while it is written: what is in it counts though its writer died. */
static rp_file *open_journal(const rp_sweep *s, const char *dir, FILE **stream)
{
    char path[RP_PATH_BYTES];
    *stream = rp_path_join(path, dir, ".runs.journal") ? fopen(path, "wb") : NULL;
    rp_file *journal = *stream == NULL ? NULL : rp_file_over(*stream);
    if (journal == NULL) {
        cli_say("cannot write %s/.runs.journal", dir);
        return NULL;
    }
    rp_sweep_write_runs(s, journal);
    rp_file_flush(journal);
    return journal;
}

static uint32_t jobs_of(const cli_args *args)
{
    uint64_t jobs = 0;
    if (args->given[CLI_JOBS] && cli_number(args, CLI_JOBS, JOBS_MAX, &jobs)) {
        return (uint32_t)jobs;
    }
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (uint32_t)processors;
}

static rp_status_set run_all(const cli_args *args, const session_options *base, rp_sweep *s)
{
    FILE *stream = NULL;
    const char *dir = base->dir, *keep = args->given[CLI_KEEP] ? args->value[CLI_KEEP] : "none";
    rp_file *journal = open_journal(s, dir, &stream);
    if (journal == NULL) {
        return rp_status_bit(RP_IO);
    }
    const cli_pool pool = { .sweep = s,
                            .base = base,
                            .dir = dir,
                            .journal = journal,
                            .jobs = jobs_of(args),
                            .keep_all = strcmp(keep, "all") == 0,
                            .keep_failed = strcmp(keep, "failed") == 0 };
    rp_status_set set = cli_pool_run(&pool);
    const bool kept = rp_file_close(journal) == 0;
    set |= fclose(stream) == 0 && kept ? 0 : rp_status_bit(RP_IO);
    set |= cli_sweep_write(s, dir);
    set |= rp_sweep_total(s).statuses;
    if (!rp_status_holds(set, RP_IO) && !cli_remove(dir, ".runs.journal")) {
        set |= rp_status_bit(RP_IO);
    }
    set |= rp_status_bit(cli_sweep_print(s, dir, args));
    return set;
}

/* Said by themselves, the words of the whole sweep are worth nothing when the one run that failed is wanted. */
static void say_again(const rp_sweep *s, const session_options *base)
{
    for (uint32_t i = 0; i < s->run_count; i++) {
        if (s->runs[i].line != NULL && s->runs[i].statuses != 0) {
            char text[8192];
            ss_buffer b = ss_buffer_on(text, sizeof text - 1);
            cli_put_quoted(&b, cli_program());
            ss_put_text(&b, " run ");
            cli_put_quoted(&b, base->file);
            ss_put_text(&b, s->options);
            rp_sweep_put_words(&b, s, i);
            text[b.len] = '\0';
            cli_say("%s; again: %s", rp_status_sentence(rp_status_worst(s->runs[i].statuses)),
                    text);
            return;
        }
    }
}

rp_status_set cli_sweep_run(const cli_args *args, const session_options *options)
{
    size_t len = 0;
    session_options base = *options;
    char *text = cli_read_file(base.file, SN_SCENARIO_BYTES_MAX, &len);
    if (text == NULL) {
        return rp_status_bit(RP_IO);
    }
    base.text = (ss_slice){ text, len };
    base.quiet = base.silent = true;
    base.quiet_progress = options->quiet;
    base.json = NULL;
    rp_status status = RP_OK;
    rp_sweep *s = new_sweep(args, &base, &status);
    rp_status_set set = rp_status_bit(status);
    if (s != NULL) {
        status = args->given[CLI_RESUME] ? take_old(s, base.dir)
                                         : session_prepare_folder(base.dir, base.force);
        set = status == RP_OK ? run_all(args, &base, s) : rp_status_bit(status);
        if (status == RP_OK) {
            say_again(s, &base);
        }
    }
    rp_sweep_free(s);
    free(text);
    return set;
}
