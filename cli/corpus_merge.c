/* sipsim corpus merge: the fewest inputs that reach as much as all do, by what a fuzzing engine sees of its own program. */
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "engine.h"
#include "files.h"
#include "inputs.h"

enum { WORDS_MAX = 64 };

static rp_status run(char **words)
{
    const int status = cli_engine_wait(cli_engine_start(words, false));
    if (status == 127) {
        return RP_IO;
    }
    if (status != 0) {
        cli_say("%s ended with status %d", words[0], status);
        return RP_IO;
    }
    return RP_OK;
}

/* It takes any number of folders, and adds to the first. */
static rp_status merge_by_libfuzzer(const cli_args *args, char *program, char *out)
{
    char merge[] = "-merge=1";
    char *words[WORDS_MAX] = { program, merge, out };
    unsigned count = 3;
    for (uint32_t i = 1; i < args->file_count && count + 1 < WORDS_MAX; i++) {
        words[count++] = (char *)args->files[i];
    }
    return run(words);
}

/* ---- afl-cmin: of one folder ---- */

typedef struct gathering {
    const char *dir;
    bool is_well;
} gathering;

static void gather(void *context, const char *path, ss_slice input)
{
    gathering *g = context;
    char name[17];
    ss_buffer b = ss_buffer_on(name, sizeof name - 1);
    (void)path;
    ss_put_hex(&b, ss_hash64(0, input), 16);
    name[b.len] = '\0';
    g->is_well = g->is_well && (cli_exists(g->dir, name) || cli_write_input(g->dir, name, input));
}

static void forget(void *context, const char *path, ss_slice input)
{
    (void)context;
    (void)input;
    (void)remove(path);
}

static rp_status merge_by_afl(const cli_args *args, char *program, char *out)
{
    char all[RP_PATH_BYTES], name[] = "afl-cmin", from[] = "-i", to[] = "-o", end[] = "--";
    char *words[] = { name, from, all, to, out, end, program, NULL };
    const char *gathered = all;
    gathering g = { all, true };
    bool is_read = true;
    if (snprintf(all, sizeof all, "%s.all", out) >= (int)sizeof all || !cli_make_folder(all)) {
        return RP_IO;
    }
    (void)cli_each_input(args->files + 1, args->file_count - 1, gather, &g, &is_read);
    const rp_status status = g.is_well && is_read ? run(words) : RP_IO;
    (void)cli_each_input(&gathered, 1, forget, NULL, &is_read);
    (void)remove(all);
    return status;
}

rp_status cli_corpus_merge(const cli_args *args)
{
    char program[RP_PATH_BYTES], out[RP_PATH_BYTES];
    const fz_target *target = cli_target_of(args);
    const char *engine = args->given[CLI_ENGINE] ? args->value[CLI_ENGINE] : "libfuzzer";
    if (target == NULL) {
        return RP_USAGE;
    }
    if (!cli_engine_find(args, target, program)) {
        cli_say("no program %s_fuzzer here: build it with -DSIPSIM_FUZZ=ON, or name it by --with",
                target->name);
        return RP_UNSUPPORTED;
    }
    snprintf(out, sizeof out, "%s", args->value[CLI_OUT]);
    if (strcmp(engine, "afl") == 0) {
        cli_engine_ready_afl(target, program, false);
        return merge_by_afl(args, program, out);
    }
    return cli_make_folder(out) ? merge_by_libfuzzer(args, program, out) : RP_IO;
}
