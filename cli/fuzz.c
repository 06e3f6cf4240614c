/* sipsim fuzz: a search for inputs that fail: by the engine that is built in, or by a fuzzer's program, libFuzzer's or AFL++'s, which is
 * found beside this one or named by --with. Findings are files of the folder of -o; each is said with the line that replays it. */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "files.h"
#include "fz/campaign.h"
#include "inputs.h"
#include "interrupt.h"
#include "progress.h"
#include "rp/json.h"

enum { SEEDS_MAX = 16384, INPUT_MAX = 8192, WORDS_MAX = 32, SECONDS = 20 };

typedef struct hunt {
    const cli_args *args;
    const fz_target *target;
    const char *out; /* folder of findings */
    uint64_t seconds, jobs, runs, seed;
    ss_slice seeds[SEEDS_MAX];
    size_t seed_count;
    fz_progress last;
    bool is_shown, is_well;
    uint64_t next_ns;
    uint32_t findings;
} hunt;

/* ---- findings ---- */

/* Their names are the causes': the smaller one takes the place of the larger. */
static void report(hunt *h, const char *path, const char *key)
{
    char line[2 * RP_PATH_BYTES];
    ss_buffer b = ss_buffer_on(line, sizeof line);
    cli_put_replay(&b, h->target, path);
    if (h->is_shown) {
        fputs("\r\x1b[K", stderr);
        h->is_shown = false;
    }
    h->findings++;
    /* with --json stdout is one document */
    FILE *const to = h->args->given[CLI_JSON] ? stderr : stdout;
    fprintf(to, "found: %s\n  again: %.*s\n", key, (int)b.len, b.at);
    fflush(to);
}

static void found(void *context, ss_slice input, const fz_outcome *outcome)
{
    hunt *h = context;
    char name[80], path[RP_PATH_BYTES];
    snprintf(name, sizeof name, "%s-%08llx", h->target->name,
             (unsigned long long)(ss_hash64(0, ss_slice_from(outcome->key)) >> 32));
    h->is_well = cli_write_input(h->out, name, input) && h->is_well;
    if (rp_path_join(path, h->out, name)) {
        report(h, path, outcome->key);
    }
}

/* ---- the built-in engine ---- */

static bool must_stop(void *context)
{
    const hunt *h = context;
    return cli_interrupted() || (h->args->given[CLI_FIRST] && h->findings > 0);
}

static void show(void *context, const fz_progress *p)
{
    hunt *h = context;
    const uint64_t now = cli_wall_ns();
    const uint64_t ms = p->elapsed_ns / 1000000 + 1;
    h->last = *p;
    if (h->args->given[CLI_QUIET] || !cli_is_terminal(stderr) || now < h->next_ns) {
        return;
    }
    h->next_ns = now + 200000000;
    h->is_shown = true;
    fprintf(stderr, "\r%llu s, %llu executions, %llu/s, corpus %u, reached %u, findings %u\x1b[K",
            (unsigned long long)(ms / 1000), (unsigned long long)p->executions,
            (unsigned long long)(p->executions * 1000 / ms), p->corpus, p->reached, p->findings);
    fflush(stderr);
}

static void take_seed(void *context, const char *path, ss_slice input)
{
    hunt *h = context;
    char *copy = h->seed_count == SEEDS_MAX ? NULL : malloc(input.len + 1);
    (void)path;
    if (copy != NULL) {
        if (input.len > 0) {
            memcpy(copy, input.at, input.len);
        }
        h->seeds[h->seed_count++] = (ss_slice){ copy, input.len };
    }
}

static rp_status summarise(const hunt *h)
{
    const uint64_t ms = h->last.elapsed_ns / 1000000 + 1;
    if (h->args->given[CLI_JSON]) {
        rp_file *out = rp_file_over(stdout);
        if (out == NULL) {
            return RP_IO;
        }
        rp_json j = rp_json_on(out, false);
        rp_json_open(&j, '{');
        rp_json_key_text(&j, "schema", "sipsim.fuzz/1");
        rp_json_key_text(&j, "target", h->target->name);
        rp_json_key_u64(&j, "executions", h->last.executions);
        rp_json_key_u64(&j, "elapsed_ms", ms);
        rp_json_key_u64(&j, "corpus", h->last.corpus);
        rp_json_key_u64(&j, "reached", h->last.reached);
        rp_json_key_u64(&j, "findings", h->last.findings);
        rp_json_close(&j);
        rp_json_end(&j);
        return cli_close_stdout(out);
    }
    if (!h->args->given[CLI_QUIET]) {
        printf("%s: %llu executions in %llu s, %llu/s; corpus %u, reached %u, %u findings\n",
               h->target->name, (unsigned long long)h->last.executions,
               (unsigned long long)(ms / 1000),
               (unsigned long long)(h->last.executions * 1000 / ms), h->last.corpus,
               h->last.reached, h->last.findings);
    }
    return cli_flush_stdout();
}

static rp_status outcome_of(const hunt *h, rp_status said)
{
    return rp_status_worst(rp_status_bit(said) | (h->is_well ? 0 : rp_status_bit(RP_IO)) |
                           (h->findings == 0 ? 0 : rp_status_bit(RP_VIOLATION)) |
                           (cli_interrupted() ? rp_status_bit(RP_INTERRUPTED) : 0));
}

static rp_status hunt_built_in(hunt *h)
{
    bool is_read = true;
    if (h->args->given[CLI_CORPUS]) {
        (void)cli_each_input(&h->args->value[CLI_CORPUS], 1, take_seed, h, &is_read);
    }
    const fz_campaign campaign = { .target = h->target,
                                   .seeds = h->seeds,
                                   .seed_count = h->seed_count,
                                   .seed = h->seed,
                                   .jobs = (unsigned)h->jobs,
                                   .time_ns = h->seconds * 1000000000u,
                                   .executions_max = h->runs,
                                   .input_max = INPUT_MAX,
                                   .context = h,
                                   .stop = must_stop,
                                   .progress = show,
                                   .found = found };
    h->is_well = is_read;
    const ss_status status = is_read ? fz_campaign_run(&campaign) : SS_OK;
    if (h->is_shown) {
        fputs("\r\x1b[K", stderr);
    }
    if (status != SS_OK) {
        cli_say("no memory, or no process to be had");
        h->is_well = false;
    }
    for (size_t i = 0; i < h->seed_count; i++) {
        free((char *)h->seeds[i].at);
    }
    return outcome_of(h, summarise(h));
}

/* ---- engines of others ---- */

/* What the engine left: libFuzzer's are named by what they are, AFL++'s stand in folders named crashes. */
static void take_artifact(void *context, const char *path, ss_slice input)
{
    hunt *h = context;
    fz_outcome outcome;
    if (strstr(path, "/crash-") == NULL && strstr(path, "/crashes/id:") == NULL &&
        strstr(path, "/timeout-") == NULL && strstr(path, "/oom-") == NULL &&
        strstr(path, "/leak-") == NULL) {
        return;
    }
    if (!fz_outcome_apart(h->target, input, SECONDS, &outcome)) {
        h->is_well = false;
        return;
    }
    report(h, path, outcome.has_failed ? outcome.key : "in the fuzzer's own build only");
}

static void put_word(char words[][RP_PATH_BYTES], char **list, unsigned *count, const char *format,
                     const char *text)
{
    SS_ASSERT(*count + 1 < WORDS_MAX);
    snprintf(words[*count], RP_PATH_BYTES, "%s%s", format, text);
    list[*count] = words[*count];
    list[++*count] = NULL;
}

static void put_number(char words[][RP_PATH_BYTES], char **list, unsigned *count,
                       const char *format, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    put_word(words, list, count, format, text);
}

static void words_of_libfuzzer(const hunt *h, const char *program, const char *queue,
                               char words[][RP_PATH_BYTES], char **list)
{
    char prefix[RP_PATH_BYTES];
    unsigned count = 0;
    snprintf(prefix, sizeof prefix, "%s/", h->out);
    put_word(words, list, &count, "", program);
    put_number(words, list, &count, "-max_total_time=", h->seconds);
    put_number(words, list, &count, "-fork=", h->jobs);
    put_number(words, list, &count, "-max_len=", INPUT_MAX);
    put_word(words, list, &count, "-ignore_crashes=1", "");
    put_word(words, list, &count, "-entropic=0", "");
    put_word(words, list, &count, "-artifact_prefix=", prefix);
    if (h->seed != 0) {
        put_number(words, list, &count, "-seed=", h->seed);
    }
    put_word(words, list, &count, "", queue);
    if (h->args->given[CLI_CORPUS]) {
        put_word(words, list, &count, "", h->args->value[CLI_CORPUS]);
    }
}

/* Of several, number 0 is the main one, and the others share its folder. */
static void words_of_afl(const hunt *h, const char *program, unsigned number,
                         char words[][RP_PATH_BYTES], char **list)
{
    unsigned count = 0;
    put_word(words, list, &count, "afl-fuzz", "");
    if (h->jobs > 1) {
        put_word(words, list, &count, number == 0 ? "-M" : "-S", "");
        put_number(words, list, &count, "job", number);
    }
    put_word(words, list, &count, "-i", "");
    put_word(words, list, &count, "",
             h->args->given[CLI_CORPUS] ? h->args->value[CLI_CORPUS] : "-");
    put_word(words, list, &count, "-o", "");
    put_word(words, list, &count, "", h->out);
    put_word(words, list, &count, "-V", "");
    put_number(words, list, &count, "", h->seconds);
    put_word(words, list, &count, "--", "");
    put_word(words, list, &count, "", program);
}

/* libFuzzer makes its own jobs; of AFL++ there is a program for each. */
static bool run_engine(const hunt *h, bool is_afl, const char *program, const char *queue)
{
    static char words[WORDS_MAX][RP_PATH_BYTES];
    char *list[WORDS_MAX] = { NULL };
    pid_t children[FZ_JOBS_MAX];
    const unsigned count = is_afl ? (unsigned)h->jobs : 1;
    bool is_well = true;
    for (unsigned i = 0; i < count; i++) {
        if (is_afl) {
            words_of_afl(h, program, i, words, list);
        } else {
            words_of_libfuzzer(h, program, queue, words, list);
        }
        children[i] = cli_engine_start(list, i > 0);
    }
    for (unsigned i = 0; i < count; i++) {
        is_well = cli_engine_wait(children[i]) != 127 && is_well;
    }
    return is_well;
}

static rp_status hunt_with(hunt *h, bool is_afl)
{
    char program[RP_PATH_BYTES], queue[RP_PATH_BYTES];
    bool is_read = true;
    if (!cli_engine_find(h->args, h->target, program)) {
        cli_say(
            "no program %s_fuzzer here: build it with -DSIPSIM_FUZZ=ON, name it by --with, or use "
            "--engine builtin",
            h->target->name);
        return RP_UNSUPPORTED;
    }
    if (!rp_path_join(queue, h->out, "corpus") || !cli_make_folder(queue)) {
        return RP_IO;
    }
    if (is_afl) {
        cli_engine_ready_afl(h->target, program, h->args->given[CLI_FIRST]);
    }
    if (!run_engine(h, is_afl, program, queue)) {
        return RP_IO;
    }
    h->is_well = true;
    (void)cli_each_input(&h->out, 1, take_artifact, h, &is_read);
    return outcome_of(h, cli_flush_stdout());
}

/* ---- the verb ---- */

static bool read_numbers(const cli_args *args, hunt *h)
{
    ss_span span = SS_S(60);
    h->jobs = 1;
    if (!cli_number(args, CLI_JOBS, FZ_JOBS_MAX, &h->jobs) ||
        !cli_number(args, CLI_RUNS, UINT64_MAX, &h->runs) ||
        !cli_number(args, CLI_SEED, UINT32_MAX, &h->seed) || !cli_span(args, CLI_TIME, &span)) {
        return false;
    }
    h->seconds = span / SS_S(1) + (span % SS_S(1) != 0);
    return true;
}

/* Its name alone does, without --target. */
static const fz_target *target_of(const cli_args *args)
{
    if (args->file_count == 0) {
        return cli_target_of(args);
    }
    if (args->file_count > 1 || args->given[CLI_TARGET]) {
        cli_say("fuzz takes one target: sipsim fuzz [TARGET]");
        return NULL;
    }
    return cli_target_named(args->files[0]);
}

static rp_status run_fuzz(const cli_args *args)
{
    static hunt h; /* a list of seeds; one command line per process */
    if (args->given[CLI_LIST]) {
        return cli_list_targets(args);
    }
    h = (hunt){ .args = args, .target = target_of(args), .is_well = true };
    if (h.target == NULL || !read_numbers(args, &h)) {
        return RP_USAGE;
    }
    h.jobs = h.jobs == 0 ? 1 : h.jobs;
    h.out = args->given[CLI_OUT] ? args->value[CLI_OUT] : "sipsim-findings";
    if (!cli_make_folder(h.out)) {
        return RP_IO;
    }
    cli_interrupt_arm();
    const char *engine = args->given[CLI_ENGINE] ? args->value[CLI_ENGINE] : "builtin";
    if (strcmp(engine, "builtin") == 0) {
        return hunt_built_in(&h);
    }
    return hunt_with(&h, strcmp(engine, "afl") == 0);
}

const cli_verb cli_verb_fuzz = {
    .name = "fuzz",
    .operands = "[TARGET] [--time 60s]",
    .summary = "search for inputs that fail",
    .details =
        "Findings become files of the folder of -o (sipsim-findings), one for each cause, "
        "and are said with the\n"
        "line that replays them. Engines: builtin, which mutates and is led by what "
        "sessions reach;\n"
        "libfuzzer and afl run NAME_fuzzer, found beside this program or named by --with. "
        "Ctrl-C ends\n"
        "it in order (11). Exit status 1 when something was found.\n"
        "\n"
        "  sipsim fuzz --list                              # the targets\n"
        "  sipsim fuzz --time 60s --jobs 2                 # sessions, by the engine built in\n"
        "  sipsim fuzz message --runs 100000 --corpus corpus/seeds/message -o found\n",
    .options =
        CLI_TAKES(CLI_HELP, CLI_TARGET, CLI_OUT, CLI_TIME, CLI_JOBS, CLI_RUNS, CLI_SEED, CLI_CORPUS,
                  CLI_ENGINE, CLI_WITH, CLI_LIST, CLI_JSON, CLI_QUIET, CLI_FIRST),
    .run = run_fuzz
};
