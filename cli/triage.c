/* sipsim triage DIR: findings by cause: the key of the failure, how many have it, the smallest of them. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "fz/outcome.h"
#include "inputs.h"
#include "rp/json.h"

enum { GROUPS_MAX = 4096, SECONDS = 20 };

typedef struct group {
    char key[FZ_KEY_BYTES], smallest[RP_PATH_BYTES];
    size_t len;
    uint64_t count;
} group;

typedef struct triage {
    const fz_target *target;
    group *groups;
    uint32_t count;
    uint64_t inputs, clean;
    bool is_well;
} triage;

static void take(void *context, const char *path, ss_slice input)
{
    triage *t = context;
    fz_outcome outcome;
    uint32_t at = 0;
    t->inputs++;
    if (!fz_outcome_apart(t->target, input, SECONDS, &outcome)) {
        cli_say("%s: no process to run it in", path);
        t->is_well = false;
        return;
    }
    if (!outcome.has_failed) {
        t->clean++;
        return;
    }
    while (at < t->count && strcmp(t->groups[at].key, outcome.key) != 0) {
        at++;
    }
    if (at == GROUPS_MAX) {
        return;
    }
    group *g = &t->groups[at];
    if (at == t->count) {
        memcpy(g->key, outcome.key, sizeof g->key);
        t->count++;
    }
    if (g->count++ == 0 || input.len < g->len) {
        g->len = input.len;
        snprintf(g->smallest, sizeof g->smallest, "%s", path);
    }
}

static int by_key(const void *left, const void *right)
{
    return strcmp(((const group *)left)->key, ((const group *)right)->key);
}

static rp_status say_json(const triage *t)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        return RP_IO;
    }
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.triage/1");
    rp_json_key_text(&j, "target", t->target->name);
    rp_json_key_u64(&j, "inputs", t->inputs);
    rp_json_key_u64(&j, "clean", t->clean);
    rp_json_key_open(&j, "causes", '[');
    for (uint32_t i = 0; i < t->count; i++) {
        rp_json_open(&j, '{');
        rp_json_key_text(&j, "key", t->groups[i].key);
        rp_json_key_u64(&j, "count", t->groups[i].count);
        rp_json_key_text(&j, "smallest", t->groups[i].smallest);
        rp_json_key_u64(&j, "bytes", t->groups[i].len);
        rp_json_close(&j);
    }
    rp_json_close(&j);
    rp_json_close(&j);
    rp_json_end(&j);
    return cli_close_stdout(out);
}

static rp_status say_text(const triage *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const group *g = &t->groups[i];
        printf("%6llu  %s\n        %s, %zu bytes\n", (unsigned long long)g->count, g->key,
               g->smallest, g->len);
    }
    printf("%s: %llu inputs, %llu clean, %u causes\n", t->target->name,
           (unsigned long long)t->inputs, (unsigned long long)t->clean, t->count);
    return cli_flush_stdout();
}

static rp_status run_triage(const cli_args *args)
{
    bool is_read = true;
    triage t = { .target = cli_target_of(args), .is_well = true };
    if (t.target == NULL || args->file_count == 0) {
        if (t.target != NULL) {
            cli_say("triage needs findings: sipsim triage [--target NAME] DIR");
        }
        return RP_USAGE;
    }
    t.groups = calloc(GROUPS_MAX, sizeof *t.groups);
    if (t.groups == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    (void)cli_each_input(args->files, args->file_count, take, &t, &is_read);
    qsort(t.groups, t.count, sizeof *t.groups, by_key);
    const rp_status said = args->given[CLI_JSON] ? say_json(&t) : say_text(&t);
    const rp_status_set all = rp_status_bit(said) |
                              (is_read && t.is_well ? 0 : rp_status_bit(RP_IO)) |
                              (t.count == 0 ? 0 : rp_status_bit(RP_VIOLATION));
    free(t.groups);
    return rp_status_worst(all);
}

const cli_verb cli_verb_triage = {
    .name = "triage",
    .operands = "[--target NAME] FILE|DIR…",
    .summary = "findings by cause: how many have it, and the smallest of them",
    .details =
        "A cause is a law and what is said of its violation without numbers, an assertion, or the "
        "kind of a\n"
        "sanitizer's report and the topmost functions of ours. Exit status 1 when there is any.\n"
        "\n"
        "  sipsim triage sipsim-findings                   # how many of each cause\n"
        "  sipsim triage --target message crashes --json\n",
    .options = CLI_TAKES(CLI_HELP, CLI_TARGET, CLI_JSON),
    .run = run_triage
};
