/* sipsim selftest impairments: the models of links against their closed forms; sn/trial.h says how. */
#include "cli.h"

#include <inttypes.h>
#include <string.h>

#include "rp/json.h"
#include "sn/trial.h"

#define PACKETS_BY_DEFAULT UINT64_C(10000000)

typedef struct report {
    rp_file *out;
    rp_json json;
    bool is_json;
} report;

static void put_json(report *r, const sn_trial_row *row)
{
    rp_json_open(&r->json, '{');
    rp_json_key_text(&r->json, "model", row->model);
    rp_json_key_text(&r->json, "what", row->what);
    rp_json_key_u64(&r->json, "counted", row->counted);
    rp_json_key_u64(&r->json, "expected", row->expected);
    rp_json_key_u64(&r->json, "milli_sigma", row->milli_sigma);
    rp_json_key_bool(&r->json, "judged", row->is_judged);
    rp_json_key_bool(&r->json, "holds", row->holds);
    rp_json_close(&r->json);
}

static void put_row(void *self, const sn_trial_row *row)
{
    report *r = self;
    char line[160];
    if (r->is_json) {
        put_json(r, row);
        return;
    }
    snprintf(line, sizeof line, "%-36s %-15s counted %9" PRIu64 "  expected %9" PRIu64 "  ",
             row->model, row->what, row->counted, row->expected);
    rp_put_text(r->out, line);
    if (row->is_judged) {
        snprintf(line, sizeof line, "%" PRIu64 ".%03" PRIu64 " sigma", row->milli_sigma / 1000,
                 row->milli_sigma % 1000);
        rp_put_text(r->out, line);
        rp_put_text(r->out, row->holds ? "\n" : ": WRONG\n");
    } else {
        rp_put_text(r->out, "too few to judge\n");
    }
}

static rp_status run_trials(const cli_args *args, uint64_t packets)
{
    report r = { .out = rp_file_over(stdout), .is_json = args->given[CLI_JSON] };
    if (r.out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    r.json = rp_json_on(r.out, false);
    if (r.is_json) {
        rp_json_open(&r.json, '[');
    }
    const sn_trial_sink sink = { .self = &r, .row = put_row };
    const bool holds = sn_trials(packets, &sink);
    if (r.is_json) {
        rp_json_close(&r.json);
        rp_json_end(&r.json);
    }
    const rp_status written = cli_close_stdout(r.out);
    return written != RP_OK ? written : holds ? RP_OK : RP_VIOLATION;
}

static rp_status run_selftest(const cli_args *args)
{
    uint64_t packets = PACKETS_BY_DEFAULT;
    if (args->file_count != 1 || strcmp(args->files[0], "impairments") != 0) {
        cli_say("selftest takes one word: impairments");
        return RP_USAGE;
    }
    if (args->given[CLI_PACKETS] &&
        !cli_number(args, CLI_PACKETS, SN_TRIAL_PACKETS_MAX, &packets)) {
        return RP_USAGE;
    }
    if (packets < SN_TRIAL_PACKETS_MIN) {
        cli_say("--packets: at least %" PRIu64 ", or nothing can be told", SN_TRIAL_PACKETS_MIN);
        return RP_USAGE;
    }
    return run_trials(args, packets);
}

const cli_verb cli_verb_selftest = {
    .name = "selftest",
    .operands = "impairments",
    .summary = "the models of links, counted against their closed forms",
    .details = "Each model gets a train of packets. What it did is counted, once, twice in a row "
               "and in runs,\n"
               "and must be within 5 sigma of what the model promises. Status 1 when it is not.\n"
               "\n"
               "  sipsim selftest impairments --packets 100000\n",
    .options = CLI_TAKES(CLI_HELP, CLI_JSON, CLI_PACKETS),
    .run = run_selftest
};
