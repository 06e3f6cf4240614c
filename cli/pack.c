/* sipsim pack SCENARIO: a scenario with a `session` to the session input that it is; any other to a reproducer of what its run decided. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "inputs.h"
#include "mistakes.h"
#include "repro.h"
#include "sn/scenario.h"

static rp_status pack(const cli_args *args, const char *path, const sn_scenario *scenario)
{
    char name[RP_PATH_BYTES];
    ss_slice input;
    if (sn_scenario_mistake_count(scenario) != 0) {
        cli_print_mistakes(scenario);
        return RP_SCENARIO;
    }
    cli_base_name(name, path);
    const char *dir = args->given[CLI_OUT] ? args->value[CLI_OUT] : ".";
    if (strlen(name) + 6 > sizeof name || !cli_make_folder(dir)) {
        return RP_IO;
    }
    if (sn_scenario_session(scenario, &input)) {
        strcat(name, ".sfz");
        return cli_write_input(dir, name, input) ? RP_OK : RP_IO;
    }
    strcat(name, ".sipr");
    return cli_repro_write(dir, name, sn_scenario_plan(scenario), sn_scenario_effective(scenario),
                           NULL)
               ? RP_OK
               : RP_IO;
}

static rp_status run_pack(const cli_args *args)
{
    rp_status_set all = 0;
    if (args->file_count == 0) {
        cli_say("pack needs a scenario: sipsim pack FILE");
        return RP_USAGE;
    }
    for (uint32_t i = 0; i < args->file_count; i++) {
        size_t len = 0;
        char *text = cli_read_file(args->files[i], SN_SCENARIO_BYTES_MAX, &len);
        const sn_scenario_file file = { args->files[i], { text, len } };
        const sn_scenario_options options = { .files = &file,
                                              .file_count = 1,
                                              .reader = &cli_scenario_reader };
        sn_scenario *scenario = text == NULL ? NULL : sn_scenario_load(&options);
        all |= rp_status_bit(scenario == NULL ? RP_IO : pack(args, args->files[i], scenario));
        sn_scenario_free(scenario);
        free(text);
    }
    return rp_status_worst(all);
}

const cli_verb cli_verb_pack = {
    .name = "pack",
    .operands = "FILE…",
    .summary = "a session to the input that it is, any other scenario to a reproducer",
    .details = "Writes NAME.sfz here, or into the folder of -o: the inverse of `sipsim replay --as "
               "yaml`. A\n"
               "scenario that is no session is run, and NAME.sipr holds it with what was decided "
               "and what failed.\n"
               "\n"
               "  sipsim replay finding.sfz --as yaml >it.yaml\n"
               "  sipsim pack it.yaml                             # writes it.sfz\n"
               "  sipsim pack scenarios/hold_resume_lossy.yaml    # writes hold_resume_lossy.sipr\n",
    .options = CLI_TAKES(CLI_HELP, CLI_OUT),
    .run = run_pack
};
