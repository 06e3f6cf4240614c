/* sipsim merge: the shards of a sweep, or what several machines did of it, joined to what one would have written. */
#include <string.h>

#include "build_facts.h"
#include "files.h"
#include "sweep.h"

static rp_status join(rp_sweep *all, rp_sweep *part, const char *dir, const char *first)
{
    rp_sweep_trouble trouble = { 0 };
    switch (rp_sweep_join(all, part, &trouble)) {
    case RP_SWEEP_OK:
        return RP_OK;
    case RP_SWEEP_DIFFERS:
        cli_say("run %u of %s found something else than elsewhere", trouble.run, dir);
        return RP_NONDETERMINISM;
    default:
        cli_say("%s is no part of the sweep in %s: it is %s", dir, first, trouble.why);
        return RP_USAGE;
    }
}

static rp_sweep *read_part(const char *dir, rp_status_set *set)
{
    rp_sweep *s = cli_sweep_read(dir, set);
    if (s == NULL && *set == 0) {
        cli_say("%s has no runs.jsonl", dir);
        *set |= rp_status_bit(RP_IO);
    }
    return s;
}

static rp_sweep *join_all(const cli_args *args, rp_status_set *set)
{
    rp_sweep *all = read_part(args->files[0], set);
    for (uint32_t i = 1; i < args->file_count && *set == 0; i++) {
        rp_sweep *part = read_part(args->files[i], set);
        if (part != NULL && *set == 0) {
            *set |= rp_status_bit(join(all, part, args->files[i], args->files[0]));
        }
        rp_sweep_free(part);
    }
    return all;
}

static rp_status run_merge(const cli_args *args)
{
    if (args->file_count == 0 || !args->given[CLI_OUT]) {
        cli_say("merge needs folders and where to: sipsim merge DIR… -o DIR");
        return RP_USAGE;
    }
    rp_status_set set = 0;
    rp_sweep *all = join_all(args, &set);
    const char *dir = args->value[CLI_OUT];
    if (set == 0) {
        all->shard = all->shards = 1;
        set |= rp_status_bit(session_prepare_folder(dir, args->given[CLI_FORCE]));
    }
    if (set == 0) {
        set |= cli_sweep_write(all, dir) | rp_sweep_total(all).statuses;
        set |= rp_status_bit(cli_sweep_print(all, dir, args));
    }
    rp_sweep_free(all);
    return rp_status_worst(set);
}

const cli_verb cli_verb_merge = {
    .name = "merge",
    .operands = "DIR… -o DIR",
    .summary = "join the shards of a sweep",
    .details =
        "What each machine did with `sipsim run --shard I/N` gives the bytes that one would\n"
        "have written. Runs that are wanting end it with status 11, and it writes what is\n"
        "there; a run that is there twice must have found the same twice, else status 6.\n"
        "\n"
        "  sipsim run loss.yaml --seeds 1..1000 --shard 1/2 -o a     # here\n"
        "  sipsim run loss.yaml --seeds 1..1000 --shard 2/2 -o b     # there\n"
        "  sipsim merge a b -o all\n",
    .options = CLI_TAKES(CLI_HELP, CLI_QUIET, CLI_JSON, CLI_OUT, CLI_FORCE),
    .run = run_merge
};
