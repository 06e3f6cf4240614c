/* sipsim check: scenarios read and checked, nothing run. */
#include "cli.h"

#include <stdlib.h>

#include "files.h"
#include "mistakes.h"

/* The scenario, or NULL when it said what is wrong. */
static sn_scenario *load(const cli_args *args, const char *path)
{
    size_t len = 0;
    char *text = cli_read_file(path, SN_SCENARIO_BYTES_MAX, &len);
    if (text == NULL) {
        return NULL;
    }
    const sn_scenario_file file = { path, { text, len } };
    const sn_scenario_options options = { .files = &file,
                                          .file_count = 1,
                                          .reader = &cli_scenario_reader,
                                          .overrides = args->overrides,
                                          .override_count = args->override_count };
    sn_scenario *scenario = sn_scenario_load(&options);
    if (scenario == NULL) {
        cli_say("out of memory: %s", path);
    }
    free(text);
    return scenario;
}

static void write_json(rp_json *j, const char *path, const sn_scenario *scenario)
{
    rp_json_open(j, '{');
    rp_json_key_text(j, "file", path);
    rp_json_key_bool(j, "ok", scenario != NULL && sn_scenario_mistake_count(scenario) == 0);
    if (scenario != NULL) {
        rp_json_key_u64(j, "count", sn_scenario_mistake_count(scenario));
        rp_json_key(j, "mistakes");
        cli_write_mistakes(j, scenario);
    }
    rp_json_close(j);
}

static void print(const cli_args *args, const char *path, const sn_scenario *scenario)
{
    if (sn_scenario_mistake_count(scenario) != 0) {
        cli_print_mistakes(scenario);
    } else if (!args->given[CLI_QUIET]) {
        const sn_plan *plan = sn_scenario_plan(scenario);
        const uint32_t nodes = plan->cast.node_count, calls = plan->call_count;
        printf("%s: ok, %u %s, %u %s\n", path, nodes, nodes == 1 ? "node" : "nodes", calls,
               calls == 1 ? "call" : "calls");
    }
}

/* `j`: NULL for humans. */
static rp_status check_file(const cli_args *args, const char *path, rp_json *j)
{
    sn_scenario *scenario = load(args, path);
    if (j != NULL) {
        write_json(j, path, scenario);
    }
    if (scenario == NULL) {
        return RP_IO;
    }
    if (j == NULL) {
        print(args, path, scenario);
    }
    const rp_status status = sn_scenario_mistake_count(scenario) == 0 ? RP_OK : RP_SCENARIO;
    sn_scenario_free(scenario);
    return status;
}

static rp_status_set check_files(const cli_args *args, rp_json *j)
{
    rp_status_set set = 0;
    for (uint32_t i = 0; i < args->file_count; i++) {
        set |= rp_status_bit(check_file(args, args->files[i], j));
    }
    return set;
}

static rp_status_set check_as_json(const cli_args *args)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return rp_status_bit(RP_IO);
    }
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.check/1");
    rp_json_key_open(&j, "files", '[');
    const rp_status_set set = check_files(args, &j);
    rp_json_close(&j);
    rp_json_close(&j);
    rp_json_end(&j);
    return set | rp_status_bit(cli_close_stdout(out));
}

static rp_status run_check(const cli_args *args)
{
    if (args->file_count == 0) {
        cli_say("check needs a scenario: sipsim check FILE");
        return RP_USAGE;
    }
    const rp_status_set set = args->given[CLI_JSON] ? check_as_json(args) : check_files(args, NULL);
    return rp_status_worst(set | rp_status_bit(cli_flush_stdout()));
}

const cli_verb cli_verb_check = {
    .name = "check",
    .operands = "FILE… [options]",
    .summary = "read scenarios and say every mistake, run nothing",
    .details =
        "Every mistake of a FILE in one go, with its line, a caret and what was probably meant.\n"
        "Exit status 3 when there is one.\n"
        "\n"
        "  sipsim check scenarios/*.yaml\n"
        "  sipsim check a.yaml --set links.access.loss=5% --json\n",
    .options = CLI_TAKES(CLI_HELP, CLI_QUIET, CLI_JSON, CLI_SET),
    .run = run_check
};
