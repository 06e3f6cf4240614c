/* sipsim help, --help of every verb, and the way from the command line to the verb. */
#include "cli.h"

#include <string.h>

#include "build_facts.h"

enum { LEFT_WIDTH = 28 };

/* An option and what it does, in two columns; what is too long for the first has a line of its own. */
static void put_option(FILE *to, const cli_option *o)
{
    char left[96];
    const int len = snprintf(left, sizeof left, "%c%c%s --%s %s", o->letter == '\0' ? ' ' : '-',
                             o->letter == '\0' ? ' ' : o->letter, o->letter == '\0' ? " " : ",",
                             o->name, o->value == NULL ? "" : o->value);
    int width = 0;
    for (int i = 0; i < len; i++) {
        width += ((unsigned char)left[i] & 0xc0u) != 0x80u; /* of UTF-8 */
    }
    if (width > LEFT_WIDTH) {
        fprintf(to, "  %s\n  %*s %s\n", left, LEFT_WIDTH, "", o->help);
    } else {
        fprintf(to, "  %s%*s %s\n", left, LEFT_WIDTH - width, "", o->help);
    }
}

void cli_help_verb(FILE *to, const cli_verb *verb)
{
    fprintf(to, "usage: sipsim %s%s%s\n\n%s\n", verb->name, verb->operands[0] == '\0' ? "" : " ",
            verb->operands, verb->summary);
    if (verb->details != NULL) {
        fprintf(to, "\n%s", verb->details);
    }
    fputs("\noptions:\n", to);
    for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        if (cli_takes(verb, id)) {
            put_option(to, cli_option_of(id));
        }
    }
}

void cli_help_all(FILE *to)
{
    fputs("usage: sipsim VERB [options] [FILE]\n\n"
          "Runs SIP networks in virtual time: real messages over lossy links, the same bytes every "
          "run.\n\n",
          to);
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        fprintf(to, "  %-10s %s\n", cli_verbs[i]->name, cli_verbs[i]->summary);
    }
    fputs("\n`sipsim VERB --help` says more; `sipsim -V` prints the version. Exit status:\n"
          "  0 all held            1 an invariant violated   2 bad command line   3 bad scenario\n"
          "  4 crash               5 stuck or over budget    6 not deterministic  7 I/O or memory\n"
          "  8 an expect missed    9 a reached never was    10 not reproduced    11 interrupted\n"
          " 75 not in this version\n",
          to);
}

static rp_status run_help(const cli_args *args)
{
    if (args->given[CLI_FORMAT]) {
        return cli_manual(args);
    }
    if (args->file_count == 0) {
        cli_help_all(stdout);
        return cli_flush_stdout();
    }
    const cli_verb *verb = cli_verb_find(args->files[0]);
    if (verb == NULL) {
        return cli_verb_unknown(args->files[0]);
    }
    cli_help_verb(stdout, verb);
    return cli_flush_stdout();
}

const cli_verb cli_verb_help = { .name = "help",
                                 .operands = "[VERB]",
                                 .summary = "what there is, or what one verb does",
                                 .details = "  sipsim help run\n"
                                            "  sipsim help run --format man | man -l -\n"
                                            "  source <(sipsim help --format bash)\n",
                                 .options = CLI_TAKES(CLI_HELP, CLI_FORMAT),
                                 .run = run_help };

static rp_status run_verb(const cli_verb *verb, int argc, char **argv)
{
    static cli_args args; /* 40 KB; one command line per process */
    args = (cli_args){ .program = argv[0] };
    const rp_status status = cli_args_parse(verb, argc - 2, argv + 2, &args);
    if (status != RP_OK) {
        return status;
    }
    if (args.given[CLI_HELP]) {
        cli_help_verb(stdout, verb);
        return cli_flush_stdout();
    }
    return verb->run(&args);
}

static rp_status print_version_line(void)
{
    printf("sipsim %s\n", BUILD_VERSION);
    return cli_flush_stdout();
}

int cli_main(int argc, char **argv)
{
    if (argc > 0) {
        cli_remember_program(argv[0]);
    }
    if (argc < 2) {
        cli_help_all(stderr);
        return rp_status_exit(RP_USAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0) {
        name = "help";
    }
    if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0) {
        return rp_status_exit(print_version_line());
    }
    if (name[0] == '-') {
        cli_say("a verb comes first: sipsim run FILE; `sipsim help` lists them");
        return rp_status_exit(RP_USAGE);
    }
    const cli_verb *verb = cli_verb_find(name);
    return rp_status_exit(verb == NULL ? cli_verb_unknown(name) : run_verb(verb, argc, argv));
}
