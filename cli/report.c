/* sipsim report: the files of a run once more, or those that it was told not to write. */
#include "rebuild.h"

static rp_status run_report(const cli_args *args)
{
    if (args->file_count != 1) {
        cli_say("report takes one run: sipsim report RUN");
        return RP_USAGE;
    }
    return cli_rebuild(args);
}

const cli_verb cli_verb_report = {
    .name = "report",
    .operands = "RUN|SWEEP|FILE.sipr [options]",
    .summary = "rebuild the files of a run, or those that it did not write",
    .details =
        "RUN is the folder of a run. Its scenario.effective.yaml is run again, and when the digest "
        "is the\n"
        "one in its results.json, the files that it lacks are written: packets of a run with "
        "--pcap "
        "off,\n"
        "pages of one that a sweep kept. --only says which files, -o DIR writes all of them "
        "elsewhere,\n"
        "--force replaces those that are there. A run that was interrupted is made again up to "
        "there.\n"
        "Of a sweep the pages are made anew from its runs.jsonl. A reproducer (.sipr) is run with "
        "the\n"
        "decisions that are in it, into sipsim-out/NAME-OF-FILE or -o DIR.\n"
        "\n"
        "  sipsim report sipsim-out/quickstart                        # what it lacks\n"
        "  sipsim report big --pcap call:c17 --only trace.pcapng      # the packets of one call\n"
        "  sipsim report big --only report.html --force               # the page of this version\n"
        "  sipsim report out/repro-TX12-0b5fc94f.sipr -o failure      # all about a failure\n"
        "  sipsim report loss/run-000007                              # of a sweep with --keep\n"
        "\n"
        "Exit status 0 when the files are there, whatever the run found; 6 when it comes out "
        "otherwise\n"
        "than it did: another version of sipsim made it, or a file of it was edited. Then nothing "
        "is\n"
        "written.\n",
    .options = CLI_TAKES(CLI_HELP, CLI_QUIET, CLI_VERBOSE, CLI_JSON, CLI_OUT, CLI_FORCE, CLI_ONLY,
                         CLI_PCAP, CLI_EVENTS, CLI_HEP),
    .run = run_report
};
