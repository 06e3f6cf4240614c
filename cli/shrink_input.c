/* The smallest input of a target that fails as this one does, and what of it is needed. */
#include "shrink.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "fz/shrink.h"
#include "inputs.h"
#include "interrupt.h"
#include "repro.h"
#include "sn/input.h"
#include "sn/scenario.h"

typedef struct shrinking {
    size_t bytes;
    uint64_t runs;
    bool is_shown;
} shrinking;

static bool must_stop(void *context)
{
    (void)context;
    return cli_interrupted();
}

static void show(void *context, size_t bytes, uint64_t runs)
{
    shrinking *s = context;
    s->bytes = bytes;
    s->runs = runs;
    if (cli_is_terminal(stderr)) {
        fprintf(stderr, "\r%zu bytes after %llu runs\x1b[K", bytes, (unsigned long long)runs);
        fflush(stderr);
        s->is_shown = true;
    }
}

/* What each record does: without any of them it does not fail so. */
static void print_needed(const fz_target *target, const fz_shrunk *shrunk)
{
    sn_input_records *records = calloc(1, sizeof *records);
    char *line = malloc(4 * SN_INPUT_BYTES_MAX);
    if (records != NULL && line != NULL && fz_target_is_of_sessions(target)) {
        sn_input_records_read(records, (ss_slice){ shrunk->bytes, shrunk->len });
        printf(shrunk->is_least ? "needed, each of them:\n" : "left, when it was stopped:\n");
        for (unsigned i = 0; i < records->count; i++) {
            ss_buffer b = ss_buffer_on(line, 4 * SN_INPUT_BYTES_MAX);
            sn_input_record_put_text(&b, &records->at[i]);
            printf("  %.*s\n", (int)b.len, b.at);
        }
    }
    free(records);
    free(line);
}

static const char ending[] = ".sipr";

/* Its length without the ending of a reproducer. */
static size_t stem_of(const char *name)
{
    const size_t len = strlen(name), tail = sizeof ending - 1;
    return len > tail && strcmp(name + len - tail, ending) == 0 ? len - tail : len;
}

/* A reproducer's name goes on ending as one. */
static void put_least(char *name, const char *base)
{
    const int stem = (int)stem_of(base);
    snprintf(name, RP_PATH_BYTES, "%.*s.least%s", stem, base, base + stem);
}

void cli_shrink_name(const cli_args *args, char *dir, char *name)
{
    const char *path = args->files[0], *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    const size_t folder = slash == NULL ? 0 : (size_t)(slash - path);
    snprintf(dir, RP_PATH_BYTES, "%.*s", folder == 0 ? 1 : (int)folder,
             slash == NULL   ? "."
             : slash == path ? "/"
                             : path);
    put_least(name, base);
    if (args->given[CLI_OUT]) {
        snprintf(dir, RP_PATH_BYTES, "%s", args->value[CLI_OUT]);
        snprintf(name, RP_PATH_BYTES, "%s", base);
    }
}

/* A session that broke a law has a reproducer beside it. */
static bool write_repro(const char *dir, const char *name, const fz_shrunk *shrunk)
{
    char file_name[RP_PATH_BYTES];
    size_t len = 0;
    char *text = cli_session_yaml("shrunk", (ss_slice){ shrunk->bytes, shrunk->len }, &len);
    const sn_scenario_file file = { name, { text, len } };
    const sn_scenario_options options = { .files = &file, .file_count = 1 };
    sn_scenario *scenario = text == NULL ? NULL : sn_scenario_load(&options);
    bool is_written = false;
    if (scenario != NULL && sn_scenario_mistake_count(scenario) == 0 &&
        snprintf(file_name, sizeof file_name, "%s.sipr", name) < (int)sizeof file_name) {
        is_written = cli_repro_write(dir, file_name, sn_scenario_plan(scenario),
                                     sn_scenario_effective(scenario), shrunk->outcome.key);
    }
    sn_scenario_free(scenario);
    free(text);
    return is_written;
}

static rp_status finish(const cli_args *args, const fz_target *target, size_t before,
                        const fz_shrunk *shrunk)
{
    char dir[RP_PATH_BYTES], name[RP_PATH_BYTES], path[RP_PATH_BYTES], line[2 * RP_PATH_BYTES];
    ss_buffer b = ss_buffer_on(line, sizeof line);
    cli_shrink_name(args, dir, name);
    name[stem_of(name)] = '\0'; /* of a session that stood in a reproducer */
    if (!cli_make_folder(dir) || !rp_path_join(path, dir, name) ||
        !cli_write_input(dir, name, (ss_slice){ shrunk->bytes, shrunk->len })) {
        return RP_IO;
    }
    if (target->run == fz_target_session && !shrunk->outcome.has_crashed &&
        !write_repro(dir, name, shrunk)) {
        return RP_IO;
    }
    printf("%s: %s\n%zu bytes, were %zu; %llu runs\n", path, shrunk->outcome.key, shrunk->len,
           before, (unsigned long long)shrunk->runs);
    print_needed(target, shrunk);
    cli_put_replay(&b, target, path);
    printf("again: %.*s\n", (int)b.len, b.at);
    const rp_status flushed = cli_flush_stdout();
    return flushed != RP_OK ? flushed : shrunk->is_least ? RP_OK : RP_INTERRUPTED;
}

rp_status cli_shrink_input(const cli_args *args, const fz_target *target, ss_slice input)
{
    shrinking progress = { .bytes = 0 };
    fz_shrunk shrunk;
    cli_interrupt_arm();
    const fz_shrinking how = { target, &progress, must_stop, show };
    const ss_status status = fz_shrink(&how, input, &shrunk);
    if (progress.is_shown) {
        fputs("\r\x1b[K", stderr);
    }
    rp_status outcome = RP_IO;
    if (status == SS_OK) {
        outcome = finish(args, target, input.len, &shrunk);
        free(shrunk.bytes);
    } else if (status == SS_NONE) {
        cli_say("%s does not fail", args->files[0]);
        outcome = RP_NOT_REPRODUCED;
    } else {
        cli_say("out of memory");
    }
    return outcome;
}
