/* sipsim run: simulate each FILE. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "filters.h"
#include "interrupt.h"
#include "session.h"
#include "sweep.h"

enum { PARTITIONS_MAX = 4096 };

typedef struct seeds {
    uint64_t seed, order_seed;
    sn_order order;
} seeds;

static rp_status parse_order(const cli_args *args, session_options *o, seeds *s)
{
    s->order = SN_ORDER_SEEDED; /* what --order-seed alone means */
    if (args->given[CLI_ORDER]) {
        const bool is_fifo = strcmp(args->value[CLI_ORDER], "fifo") == 0;
        s->order = is_fifo ? SN_ORDER_FIFO : SN_ORDER_SEEDED;
    }
    if (s->order == SN_ORDER_FIFO && args->given[CLI_ORDER_SEED]) {
        cli_say("--order fifo has no seed; leave out --order-seed or say --order seeded");
        return RP_USAGE;
    }
    o->order = args->given[CLI_ORDER] || args->given[CLI_ORDER_SEED] ? &s->order : NULL;
    return RP_OK;
}

static rp_status parse(const cli_args *args, session_options *o, seeds *s)
{
    uint64_t partitions = 1;
    if (!cli_number(args, CLI_SEED, UINT64_MAX, &s->seed) ||
        !cli_number(args, CLI_ORDER_SEED, UINT64_MAX, &s->order_seed) ||
        !cli_number(args, CLI_PARTITIONS, PARTITIONS_MAX, &partitions)) {
        return RP_USAGE;
    }
    const rp_status status = parse_order(args, o, s);
    if (status != RP_OK) {
        return status;
    }
    o->seed = args->given[CLI_SEED] ? &s->seed : NULL;
    o->order_seed = args->given[CLI_ORDER_SEED] ? &s->order_seed : NULL;
    o->partitions = (uint32_t)partitions;
    o->overrides = args->overrides;
    o->override_count = args->override_count;
    o->force = args->given[CLI_FORCE];
    o->quiet = args->given[CLI_QUIET];
    o->verbose = args->given[CLI_VERBOSE];
    o->verify = args->given[CLI_VERIFY];
    o->pcap_word = args->given[CLI_PCAP] ? args->value[CLI_PCAP] : NULL;
    o->events_word = args->given[CLI_EVENTS] ? args->value[CLI_EVENTS] : NULL;
    o->hep_word = args->given[CLI_HEP] ? args->value[CLI_HEP] : NULL;
    return cli_tapes_parse(args, &o->tapes);
}

/* ---- folders ---- */

static const char *root_of(const cli_args *args)
{
    return args->given[CLI_OUT] ? args->value[CLI_OUT] : "sipsim-out";
}

/* One FILE writes into -o DIR itself; several, or none given, into a folder with the file's name. */
static bool folder_of(const cli_args *args, const char *file, char *folder)
{
    char name[RP_PATH_BYTES];
    if (args->given[CLI_OUT] && args->file_count == 1) {
        if (strlen(args->value[CLI_OUT]) >= RP_PATH_BYTES) {
            cli_say("-o: a path of more than %u bytes", RP_PATH_BYTES - 1);
            return false;
        }
        strcpy(folder, args->value[CLI_OUT]);
        return true;
    }
    cli_base_name(name, file);
    if (!rp_path_join(folder, root_of(args), name)) {
        cli_say("%.60s…: a path of more than %u bytes", file, RP_PATH_BYTES - 1);
        return false;
    }
    return true;
}

/* Two files of one name would write into one folder. */
static bool folders_differ(const cli_args *args)
{
    char a[RP_PATH_BYTES], b[RP_PATH_BYTES];
    for (uint32_t i = 0; i < args->file_count; i++) {
        for (uint32_t k = i + 1; k < args->file_count; k++) {
            cli_base_name(a, args->files[i]);
            cli_base_name(b, args->files[k]);
            if (strcmp(a, b) == 0) {
                cli_say("%s and %s would write into the same folder", args->files[i],
                        args->files[k]);
                return false;
            }
        }
    }
    return true;
}

/* ---- the verb ---- */

static rp_status_set run_files(const cli_args *args, session_options *o)
{
    rp_status_set set = 0;
    char folder[RP_PATH_BYTES];
    for (uint32_t i = 0; i < args->file_count && !cli_interrupted(); i++) {
        if (!folder_of(args, args->files[i], folder)) {
            return set | rp_status_bit(RP_USAGE);
        }
        o->file = args->files[i];
        o->dir = folder;
        o->dir_is_given = args->given[CLI_OUT];
        set |= cli_wants_sweep(args) ? cli_sweep_run(args, o) : session_run(o);
    }
    return cli_interrupted() ? set | rp_status_bit(RP_INTERRUPTED) : set;
}

/* One FILE gives one object, several a list of them. */
static rp_status_set run_as_json(const cli_args *args, session_options *o)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return rp_status_bit(RP_IO);
    }
    rp_json j = rp_json_on(out, false);
    o->json = &j;
    if (args->file_count > 1) {
        rp_json_open(&j, '[');
    }
    const rp_status_set set = run_files(args, o);
    if (args->file_count > 1) {
        rp_json_close(&j);
    }
    rp_json_end(&j);
    return set | rp_status_bit(cli_close_stdout(out));
}

static rp_status run_run(const cli_args *args)
{
    session_options o = { 0 };
    seeds s = { 0 };
    if (args->file_count == 0) {
        cli_say("run needs a scenario: sipsim run FILE");
        return RP_USAGE;
    }
    rp_status status = cli_sweep_check(args);
    if (status == RP_OK) {
        status = parse(args, &o, &s);
    }
    if (status != RP_OK) {
        return status;
    }
    if (!folders_differ(args)) {
        return RP_USAGE;
    }
    cli_interrupt_arm();
    const bool as_json =
        args->given[CLI_JSON] && !cli_wants_sweep(args); /* a sweep has JSON of its own */
    return rp_status_worst(as_json ? run_as_json(args, &o) : run_files(args, &o));
}

const cli_verb cli_verb_run = {
    .name = "run",
    .operands = "FILE… [options]",
    .summary = "simulate scenarios",
    .details =
        "Writes report.html, results.json, engine.json, trace.pcapng, trace.json, events.jsonl,\n"
        "ladder.txt, ladder.svg, ladder.mmd, metrics.csv, metrics.prom, junit.xml, results.sarif\n"
        "and scenario.effective.yaml, with --hep also trace.hep, and prints a summary. They go "
        "into\n"
        "sipsim-out/NAME-OF-FILE, or -o DIR, in which several FILEs each get a folder. Equal\n"
        "scenario, seeds and version give equal bytes in every file but engine.json.\n"
        "\n"
        "  sipsim run scenarios/quickstart.yaml                        # into "
        "sipsim-out/quickstart\n"
        "  sipsim run a.yaml --set links.access.loss=5% --seed 7 -o out\n"
        "  sipsim run a.yaml --seeds 1..64 --jobs 8                    # one scenario, many seeds\n"
        "  sipsim run a.yaml --sweep links.access.loss=0%,1%,2%,5% --seeds 1..8\n"
        "\n"
        "Many runs write report.html with a plot for each value that was swept, sweep.json,\n"
        "sweep.csv and runs.jsonl. The exit status is the worst of them.\n",
    .options =
        CLI_TAKES(CLI_HELP, CLI_QUIET, CLI_VERBOSE, CLI_JSON, CLI_SEED, CLI_ORDER, CLI_ORDER_SEED,
                  CLI_SET, CLI_OUT, CLI_FORCE, CLI_VERIFY, CLI_PARTITIONS, CLI_PCAP, CLI_EVENTS,
                  CLI_HEP, CLI_SEEDS, CLI_SWEEP, CLI_JOBS, CLI_KEEP, CLI_RESUME, CLI_SHARD),
    .run = run_run
};
