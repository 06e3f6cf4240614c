/* sipsim shrink of a reproducer: decisions, scenario, or the session input that it is. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "files.h"
#include "fz/shrink_repro.h"
#include "interrupt.h"
#include "mistakes.h"
#include "repro.h"
#include "shrink.h"
#include "sn/scenario.h"

enum { LINES_SHOWN = 60, LINE_BYTES = 1024 };

static sn_scenario *load(const char *path, ss_slice text)
{
    const sn_scenario_file file = { path, text };
    return sn_scenario_load(
        &(sn_scenario_options){ .files = &file, .file_count = 1, .reader = &cli_scenario_reader });
}

/* ---- a session, whose draws are those of its bytes ---- */

/* Whether it fails so without the tape: then its bytes say all, and they shrink as any session's. */
static bool is_its_bytes(const fz_repro *repro, const sn_scenario *scenario, ss_slice *input)
{
    fz_repro_run *run = calloc(1, sizeof *run);
    const bool is_it = run != NULL && sn_scenario_mistake_count(scenario) == 0 &&
                       sn_scenario_session(scenario, input) &&
                       fz_repro_run_plan(sn_scenario_plan(scenario), NULL, run) &&
                       fz_repro_fails(run, repro->key);
    free(run);
    return is_it;
}

/* ---- any other ---- */

static bool must_stop(void *context)
{
    (void)context;
    return cli_interrupted();
}

static void show(void *context, size_t bytes, size_t decisions, uint64_t runs)
{
    bool *is_shown = context;
    if (cli_is_terminal(stderr)) {
        fprintf(stderr, "\r%zu bytes, %zu decisions after %llu runs\x1b[K", bytes, decisions,
                (unsigned long long)runs);
        fflush(stderr);
        *is_shown = true;
    }
}

/* Both parts, as they stand in the file. */
static void print_needed(const fz_repro_shrunk *shrunk, const sn_cast *cast)
{
    char line[LINE_BYTES];
    ss_slice rest = shrunk->repro.scenario;
    printf(shrunk->is_least ? "needed, each of them:\n" : "left, when it was stopped:\n");
    for (size_t i = 0; i < shrunk->repro.decision_count && i < LINES_SHOWN; i++) {
        ss_buffer b = ss_buffer_on(line, sizeof line);
        sn_decision_put(&b, &shrunk->repro.decisions[i], cast);
        printf("  %.*s\n", (int)b.len, b.at);
    }
    for (unsigned i = 0; rest.len > 0 && i < LINES_SHOWN; i++) {
        const size_t end = ss_slice_find(rest, '\n');
        printf("  %.*s\n", (int)end, rest.at);
        rest = ss_slice_cut(rest, end < rest.len ? end + 1 : end, rest.len);
    }
    if (rest.len > 0 || shrunk->repro.decision_count > LINES_SHOWN) {
        printf("  …\n");
    }
}

static rp_status finish(const cli_args *args, const fz_repro *before, fz_repro_shrunk *shrunk)
{
    char dir[RP_PATH_BYTES], name[RP_PATH_BYTES], path[RP_PATH_BYTES];
    sn_scenario *scenario = load(args->files[0], shrunk->repro.scenario);
    cli_shrink_name(args, dir, name);
    bool is_written = scenario != NULL && sn_scenario_mistake_count(scenario) == 0 &&
                      cli_make_folder(dir) && rp_path_join(path, dir, name);
    const sn_cast *cast = is_written ? &sn_scenario_plan(scenario)->cast : NULL;
    is_written = is_written && cli_repro_put(dir, name, &shrunk->repro, cast);
    if (is_written) {
        printf("%s: %s\n%zu bytes of scenario, were %zu; %zu decisions, were %zu; %llu runs\n",
               path, shrunk->repro.key, shrunk->repro.scenario.len, before->scenario.len,
               shrunk->repro.decision_count, before->decision_count,
               (unsigned long long)shrunk->runs);
        print_needed(shrunk, cast);
        printf("again: sipsim replay %s\n", path);
    }
    sn_scenario_free(scenario);
    const rp_status flushed = cli_flush_stdout();
    return !is_written || flushed != RP_OK ? RP_IO : shrunk->is_least ? RP_OK : RP_INTERRUPTED;
}

static rp_status shrink_both(const cli_args *args, const fz_repro *repro)
{
    bool is_shown = false;
    fz_repro_shrunk shrunk;
    const fz_repro_shrinking how = { args->files[0], &is_shown, must_stop, show };
    cli_interrupt_arm();
    const ss_status status = fz_shrink_repro(&how, repro, &shrunk);
    rp_status outcome = RP_IO;
    if (is_shown) {
        fputs("\r\x1b[K", stderr);
    }
    if (status == SS_OK) {
        outcome = finish(args, repro, &shrunk);
        fz_repro_shrunk_free(&shrunk);
    } else if (status == SS_NONE) {
        cli_say("%s does not fail as it says", args->files[0]);
        outcome = RP_NOT_REPRODUCED;
    } else {
        cli_say("out of memory");
    }
    return outcome;
}

static rp_status shrink_read(const cli_args *args, const fz_repro *repro)
{
    sn_scenario *scenario = load(args->files[0], repro->scenario);
    ss_slice input;
    rp_status status = RP_IO;
    if (scenario == NULL) {
        cli_say("out of memory");
    } else if (sn_scenario_mistake_count(scenario) != 0) {
        cli_print_mistakes(scenario);
        status = RP_SCENARIO;
    } else if (is_its_bytes(repro, scenario, &input)) {
        status = cli_shrink_input(args, fz_target_find("session"), input);
    } else {
        status = shrink_both(args, repro);
    }
    sn_scenario_free(scenario);
    return status;
}

rp_status cli_shrink_repro(const cli_args *args, ss_slice text)
{
    fz_repro repro;
    unsigned line = 0;
    const char *why = "";
    const ss_status status = fz_repro_read(&repro, text, &line, &why);
    if (status == SS_ERR_MEMORY) {
        cli_say("out of memory");
        return RP_IO;
    }
    if (status != SS_OK) {
        cli_say("%s:%u: %s", args->files[0], line, why);
        return RP_SCENARIO;
    }
    const rp_status outcome = shrink_read(args, &repro);
    free(repro.memory);
    return outcome;
}
