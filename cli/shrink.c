/* sipsim shrink FILE: which of its two ways FILE goes. */
#include "shrink.h"

#include <stdlib.h>

#include "files.h"
#include "inputs.h"
#include "repro.h"

static rp_status run_shrink(const cli_args *args)
{
    const fz_target *target = cli_target_of(args);
    size_t len = 0;
    if (target == NULL || args->file_count != 1) {
        if (target != NULL) {
            cli_say("shrink needs one input: sipsim shrink [--target NAME] FILE");
        }
        return RP_USAGE;
    }
    char *text = cli_read_file(args->files[0], CLI_INPUT_BYTES_MAX, &len);
    if (text == NULL) {
        return RP_IO;
    }
    const ss_slice input = { text, len };
    const rp_status status = !args->given[CLI_TARGET] && cli_is_repro(args->files[0], input)
                                 ? cli_shrink_repro(args, input)
                                 : cli_shrink_input(args, target, input);
    free(text);
    return status;
}

const cli_verb cli_verb_shrink = {
    .name = "shrink",
    .operands = "[--target NAME] FILE",
    .summary = "the smallest input that fails as FILE does, and what of it is needed",
    .details =
        "Writes FILE.least, or FILE into the folder of -o. The failure stays the same one: "
        "its law and what\n"
        "is said of it, or the assertion, or the report of a sanitizer. Ctrl-C keeps the "
        "best so far (11).\n"
        "Of a reproducer, decisions and scenario, or the session that it is; what is left is "
        "another\n"
        "reproducer, FILE.least.sipr. Exit status 10 when FILE does not fail.\n"
        "\n"
        "  sipsim shrink finding.sfz                       # writes finding.sfz.least\n"
        "  sipsim shrink --target message crash.bin -o small\n",
    .options = CLI_TAKES(CLI_HELP, CLI_TARGET, CLI_OUT),
    .run = run_shrink
};
