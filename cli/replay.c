/* sipsim replay: inputs of a fuzz target, without a fuzzing engine. One line on stdout for each finding. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "fz/replay.h"
#include "inputs.h"
#include "replay.h"
#include "rp/json.h"

/* ---- --list ---- */

static rp_status list_as_json(void)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '[');
    for (size_t i = 0; i < fz_target_count; i++) {
        rp_json_open(&j, '{');
        rp_json_key_text(&j, "name", fz_targets[i].name);
        rp_json_key_text(&j, "sentence", fz_targets[i].sentence);
        rp_json_close(&j);
    }
    rp_json_close(&j);
    rp_json_end(&j);
    return cli_close_stdout(out);
}

rp_status cli_list_targets(const cli_args *args)
{
    if (args->given[CLI_JSON]) {
        return list_as_json();
    }
    for (size_t i = 0; i < fz_target_count; i++) {
        printf("%-10s %s\n", fz_targets[i].name, fz_targets[i].sentence);
    }
    return cli_flush_stdout();
}

/* ---- what happens on the way ---- */

typedef struct way {
    const cli_args *args;
    const fz_target *target;
    rp_json *json; /* NULL for humans */
} way;

/* As a shell takes it: in single quotes, and a quote inside as '\''. */
static void quote(char *to, size_t cap, const char *path)
{
    size_t len = 0;
    to[len++] = '\'';
    for (; *path != '\0' && len + 6 < cap; path++) {
        const char *piece = *path == '\'' ? "'\\''" : NULL;
        if (piece == NULL) {
            to[len++] = *path;
            continue;
        }
        memcpy(to + len, piece, 4);
        len += 4;
    }
    to[len++] = '\'';
    to[len] = '\0';
}

/* Should this input crash us, the line that main.c prints runs it again alone. */
static void remember(void *context, const char *path)
{
    const way *w = context;
    char quoted[5000], program[1100], line[8192];
    quote(quoted, sizeof quoted, path);
    quote(program, sizeof program, cli_program());
    snprintf(line, sizeof line, "%s replay --target %s -- %s", program, w->target->name, quoted);
    cli_remember_replay(line);
}

static void print_finding(void *context, const char *path, const fz_finding *finding)
{
    const way *w = context;
    if (w->json == NULL) {
        printf("%s: %s: %s\n", path, finding->oracle, finding->sentence);
        return;
    }
    rp_json_open(w->json, '{');
    rp_json_key_text(w->json, "file", path);
    rp_json_key_text(w->json, "oracle", finding->oracle);
    rp_json_key_text(w->json, "sentence", finding->sentence);
    rp_json_close(w->json);
}

static void say_trouble(void *context, const char *path, const char *why)
{
    (void)context;
    cli_say("%s: %s", path, why);
}

static fz_replay_counts replay(way *w)
{
    const fz_replay_events events = { w, remember, print_finding, say_trouble };
    return fz_replay(w->target, w->args->files, w->args->file_count, &events);
}

static rp_status_set statuses_of(const fz_replay_counts *counts)
{
    return (counts->findings == 0 ? 0 : rp_status_bit(RP_VIOLATION)) |
           (counts->troubles == 0 ? 0 : rp_status_bit(RP_IO));
}

/* ---- the verb ---- */

static rp_status replay_as_json(way *w)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_json j = rp_json_on(out, false);
    w->json = &j;
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.replay/1");
    rp_json_key_text(&j, "target", w->target->name);
    rp_json_key_open(&j, "findings", '[');
    const fz_replay_counts counts = replay(w);
    rp_json_close(&j);
    rp_json_key_u64(&j, "inputs", counts.inputs);
    rp_json_close(&j);
    rp_json_end(&j);
    return rp_status_worst(statuses_of(&counts) | rp_status_bit(cli_close_stdout(out)));
}

static rp_status replay_as_text(way *w)
{
    const fz_replay_counts counts = replay(w);
    if (!w->args->given[CLI_QUIET]) {
        printf("%s: %llu %s, %llu %s\n", w->target->name, (unsigned long long)counts.inputs,
               counts.inputs == 1 ? "input" : "inputs", (unsigned long long)counts.findings,
               counts.findings == 1 ? "finding" : "findings");
    }
    return rp_status_worst(statuses_of(&counts) | rp_status_bit(cli_flush_stdout()));
}

static rp_status run_replay(const cli_args *args)
{
    if (args->given[CLI_LIST]) {
        return cli_list_targets(args);
    }
    if (!args->given[CLI_TARGET] && args->file_count == 0) {
        cli_say("replay needs inputs: sipsim replay FILE, or sipsim replay --target NAME FILE");
        return RP_USAGE;
    }
    if (args->given[CLI_UNTIL] || args->given[CLI_EXPLAIN]) {
        return cli_replay_until(args);
    }
    if (!args->given[CLI_TARGET]) {
        return cli_replay_sessions(args);
    }
    way w = { .args = args, .target = cli_target_of(args) };
    if (w.target == NULL) {
        return RP_USAGE;
    }
    if (args->file_count == 0) {
        cli_say("replay needs inputs: sipsim replay --target %s FILE", w.target->name);
        return RP_USAGE;
    }
    return args->given[CLI_JSON] ? replay_as_json(&w) : replay_as_text(&w);
}

const cli_verb cli_verb_replay = {
    .name = "replay",
    .operands = "[--target NAME] FILE|DIR…",
    .summary = "inputs of a fuzz target again; of sessions, with verdict and digest",
    .details =
        "Without --target, each FILE is a session input: a line with its verdict and digest, and "
        "what\n"
        "failed first. Folders are walked whole. Exit status 1 or 5 when something did not hold, 6 "
        "when\n"
        "--twice gave another digest, 7 when an input could not be read or a folder holds none.\n"
        "--until stops the run and shows what is live there: calls, transactions, dialogs, packets "
        "under\n"
        "way, what each host counts. --explain tells of the first law that was broken, cause by "
        "cause.\n"
        "Both take reproducers and scenarios (.yaml), too.\n"
        "\n"
        "  sipsim replay finding.sfz --ladder              # what was said to whom, and what "
        "failed\n"
        "  sipsim replay finding.sfz --explain             # why it failed\n"
        "  sipsim replay repro-TX12-0b5f.sipr --until 1.5s # what is live then\n"
        "  sipsim replay a.yaml --until 20 --ladder        # after 20 events, and the ladder so far\n"
        "  sipsim replay corpus/seeds/session --twice      # each twice: the digests must be "
        "equal\n"
        "  sipsim replay finding.sfz --as yaml >it.yaml    # the scenario that it is\n"
        "  sipsim replay --target message corpus/seeds/message\n",
    .options = CLI_TAKES(CLI_HELP, CLI_QUIET, CLI_JSON, CLI_TARGET, CLI_LIST, CLI_LADDER, CLI_TWICE, CLI_UNTIL, CLI_EXPLAIN,
                         CLI_AS, CLI_EXPECT, CLI_PCAP, CLI_OUT),
    .run = run_replay
};
