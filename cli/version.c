/* sipsim version: what this build is. */
#include "cli.h"

#include "build_facts.h"
#include "rp/json.h"

static rp_status print_json(void)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        return RP_IO;
    }
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.version/1");
    rp_json_key_text(&j, "version", BUILD_VERSION);
    rp_json_key_text(&j, "commit", BUILD_COMMIT);
    rp_json_key_text(&j, "compiler", BUILD_COMPILER);
    rp_json_key_text(&j, "build", BUILD_TYPE);
    rp_json_key_bool(&j, "sanitized", BUILD_SANITIZED);
    rp_json_key_text(&j, "rng", "rng/1");
    rp_json_close(&j);
    rp_json_end(&j);
    return cli_close_stdout(out);
}

static rp_status run_version(const cli_args *args)
{
    if (args->file_count != 0) {
        cli_say("version takes no FILE");
        return RP_USAGE;
    }
    if (args->given[CLI_JSON]) {
        return print_json();
    }
    printf("sipsim %s (%s), %s, %s%s, rng/1\n", BUILD_VERSION, BUILD_COMMIT, BUILD_COMPILER,
           BUILD_TYPE, BUILD_SANITIZED ? ", sanitized" : "");
    return cli_flush_stdout();
}

const cli_verb cli_verb_version = { .name = "version",
                                    .operands = "",
                                    .summary = "what this build is",
                                    .details = "  sipsim version --json\n",
                                    .options = CLI_TAKES(CLI_HELP, CLI_JSON),
                                    .run = run_version };
