/* sipsim corpus stat|min|add: what a corpus of sessions reaches; the few inputs that reach it all; and those of others that reach more. */
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "fz/session.h"
#include "inputs.h"

enum { INPUTS_MAX = 65536 };

typedef struct entry {
    char *bytes;
    size_t len;
} entry;

typedef struct corpus {
    entry *at;
    uint32_t count, failing, kept;
    uint64_t bytes, kept_bytes;
    uint32_t reached;
    uint8_t seen[FZ_FEATURES];
    bool is_well;
} corpus;

static void take(void *context, const char *path, ss_slice input)
{
    corpus *c = context;
    (void)path;
    char *copy = c->count == INPUTS_MAX ? NULL : malloc(input.len + 1);
    if (copy == NULL) {
        c->is_well = false;
        return;
    }
    entry *e = &c->at[c->count++];
    if (input.len > 0) {
        memcpy(copy, input.at, input.len);
    }
    e->bytes = copy;
    e->len = input.len;
    c->bytes += input.len;
}

/* The smallest first; of one size by their bytes, not by their names. */
static int by_size(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    return a->len != b->len ? (a->len < b->len ? -1 : 1) : memcmp(a->bytes, b->bytes, a->len);
}

/* Does it reach what none before it did? */
static bool adds(corpus *c, const entry *e)
{
    static uint8_t counts[FZ_FEATURES];
    fz_verdict v;
    bool news = false;
    memset(counts, 0, sizeof counts);
    if (!fz_session_input((ss_slice){ e->bytes, e->len }, counts, &v, NULL)) {
        c->is_well = false;
        return false;
    }
    c->failing += v.oracle != NULL;
    for (size_t i = 0; i < FZ_FEATURES; i++) {
        if (counts[i] != 0 && c->seen[i] == 0) {
            c->seen[i] = 1;
            c->reached++;
            news = true;
        }
    }
    c->kept += news;
    c->kept_bytes += news ? e->len : 0;
    return news;
}

static rp_status print(const corpus *c, const char *what)
{
    printf("%u inputs, %llu bytes, %u fail; reached %u; %u inputs, %llu bytes %s\n", c->count,
           (unsigned long long)c->bytes, c->failing, c->reached, c->kept,
           (unsigned long long)c->kept_bytes, what);
    return cli_flush_stdout();
}

static bool write_kept(const char *dir, const entry *e)
{
    char name[32];
    snprintf(name, sizeof name, "%016llx",
             (unsigned long long)ss_hash64(0, (ss_slice){ e->bytes, e->len }));
    return cli_write_input(dir, name, (ss_slice){ e->bytes, e->len });
}

/* stat: counts. min: those that add something go to `out`. */
static rp_status measure(corpus *c, const char *out)
{
    qsort(c->at, c->count, sizeof *c->at, by_size);
    for (uint32_t i = 0; i < c->count; i++) {
        if (adds(c, &c->at[i]) && out != NULL && !write_kept(out, &c->at[i])) {
            c->is_well = false;
        }
    }
    return print(c, out == NULL ? "would reach as much" : "written");
}

/* What the first folder does not reach goes into it. */
static rp_status extend(corpus *c, const char *dir, uint32_t own)
{
    for (uint32_t i = 0; i < own; i++) {
        (void)adds(c, &c->at[i]);
    }
    c->kept = 0;
    c->kept_bytes = 0;
    qsort(c->at + own, c->count - own, sizeof *c->at, by_size);
    for (uint32_t i = own; i < c->count; i++) {
        if (adds(c, &c->at[i]) && !write_kept(dir, &c->at[i])) {
            c->is_well = false;
        }
    }
    return print(c, "added");
}

static rp_status work(const cli_args *args, corpus *c)
{
    const char *what = args->files[0];
    bool is_read = true, is_read_too = true;
    const uint32_t dirs = args->file_count - 1;
    (void)cli_each_input(args->files + 1, strcmp(what, "add") == 0 ? 1 : dirs, take, c, &is_read);
    const uint32_t own = c->count;
    rp_status said = RP_OK;
    if (strcmp(what, "add") == 0) {
        (void)cli_each_input(args->files + 2, dirs - 1, take, c, &is_read_too);
        said = extend(c, args->files[1], own);
    } else if (strcmp(what, "min") == 0) {
        said = cli_make_folder(args->value[CLI_OUT]) ? measure(c, args->value[CLI_OUT]) : RP_IO;
    } else {
        said = measure(c, NULL);
    }
    return said == RP_OK && c->is_well && is_read && is_read_too ? RP_OK : RP_IO;
}

static rp_status run_corpus(const cli_args *args)
{
    const char *what = args->file_count == 0 ? "" : args->files[0];
    const bool is_add = strcmp(what, "add") == 0, is_min = strcmp(what, "min") == 0,
               is_merge = strcmp(what, "merge") == 0;
    if ((!is_add && !is_min && !is_merge && strcmp(what, "stat") != 0) ||
        args->file_count < (is_add ? 3u : 2u) || ((is_min || is_merge) && !args->given[CLI_OUT])) {
        cli_say(
            "corpus stat DIR…, corpus min -o OUT DIR…, corpus add DIR FILE…, or corpus merge -o "
            "OUT DIR…");
        return RP_USAGE;
    }
    if (is_merge) {
        return cli_corpus_merge(args);
    }
    corpus *c = calloc(1, sizeof *c);
    entry *entries = c == NULL ? NULL : calloc(INPUTS_MAX, sizeof *entries);
    rp_status status = RP_IO;
    if (entries == NULL) {
        cli_say("out of memory");
    } else {
        c->at = entries;
        c->is_well = true;
        status = work(args, c);
        for (uint32_t i = 0; i < c->count; i++) {
            free(entries[i].bytes);
        }
    }
    free(entries);
    free(c);
    return status;
}

const cli_verb cli_verb_corpus = {
    .name = "corpus",
    .operands = "stat|min|add|merge DIR…",
    .summary = "a corpus of sessions: what it reaches, the least that does, what others add",
    .details = "stat DIR…          how many inputs, how many fail, what they reach\n"
               "min -o OUT DIR…    the smallest inputs that reach all of it\n"
               "add DIR FILE…      those FILEs and folders' files that reach more go into DIR\n"
               "merge -o OUT DIR…  the inputs of any --target that reach all that its program of "
               "--engine libfuzzer\n"
               "                   or afl sees\n"
               "\n"
               "  sipsim corpus stat corpus/seeds/session\n"
               "  sipsim corpus min -o least corpus/seeds/session\n"
               "  sipsim corpus add corpus/seeds/session sipsim-findings\n",
    .options = CLI_TAKES(CLI_HELP, CLI_OUT, CLI_TARGET, CLI_ENGINE, CLI_WITH),
    .run = run_corpus
};
