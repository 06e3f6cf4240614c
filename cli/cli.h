/* What the verbs share: their table, the command line taken apart, words to the user. One file per verb, and no logic
 * in any of them: a run is made in session.c.
 */
#ifndef CLI_H
#define CLI_H

#include <stdio.h>

#include "ss/base.h"

#include "rp/file.h"
#include "rp/status.h"

/* ---- the command line ---- */

enum { CLI_FILES_MAX = 4096, CLI_OVERRIDES_MAX = 1024, CLI_SWEEPS_MAX = 8, CLI_REPEATS_MAX = 64 };

typedef enum cli_option_id {
    CLI_HELP,
    CLI_QUIET,
    CLI_VERBOSE,
    CLI_JSON,
    CLI_SEED,
    CLI_ORDER,
    CLI_ORDER_SEED,
    CLI_SET,
    CLI_OUT,
    CLI_FORCE,
    CLI_VERIFY,
    CLI_PARTITIONS,
    CLI_PCAP,
    CLI_EVENTS,
    CLI_HEP,
    CLI_TARGET,
    CLI_LIST,
    CLI_STREAM,
    CLI_TOLERANT,
    CLI_ROLE,
    CLI_PACKETS,
    CLI_SEEDS,
    CLI_SWEEP,
    CLI_JOBS,
    CLI_KEEP,
    CLI_RESUME,
    CLI_SHARD,
    CLI_LISTEN,
    CLI_SCENARIO,
    CLI_NODE,
    CLI_AOR,
    CLI_REGISTER,
    CLI_EXPIRES,
    CLI_USER,
    CLI_PASSWORD_FILE,
    CLI_REALM,
    CLI_PROXY,
    CLI_DNS,
    CLI_FORMAT,
    CLI_CALL,
    CLI_COUNT,
    CLI_RATE,
    CLI_HOLD,
    CLI_CANCEL,
    CLI_HANGUP,
    CLI_ANSWER,
    CLI_REJECT,
    CLI_DOMAIN,
    CLI_USERS,
    CLI_BINDINGS,
    CLI_METRICS,
    CLI_SOURCE_RATE,
    CLI_CAPACITY,
    CLI_CONNECTIONS,
    CLI_MEMORY,
    CLI_TRANSACTIONS,
    CLI_OFFENCES,
    CLI_BLOCK,
    CLI_OVERLOAD,
    CLI_LOG,
    CLI_LADDER,
    CLI_TWICE,
    CLI_AS,
    CLI_EXPECT,
    CLI_TIME,
    CLI_RUNS,
    CLI_CORPUS,
    CLI_ENGINE,
    CLI_WITH,
    CLI_FIRST,
    CLI_CALL_ID,
    CLI_VIOLATION,
    CLI_WIDE,
    CLI_MERMAID,
    CLI_SVG,
    CLI_ONLY,
    CLI_UNTIL,
    CLI_EXPLAIN,
    CLI_OPTION_COUNT
} cli_option_id;

typedef struct cli_option {
    cli_option_id id;
    char letter;       /* '\0': long only */
    const char *name;  /* without its dashes */
    const char *value; /* what is wanted, "N"; NULL: none */
    const char *help;
} cli_option;

typedef struct cli_args {
    const char *program; /* argv[0] */
    bool given[CLI_OPTION_COUNT];
    const char *value[CLI_OPTION_COUNT]; /* the last one; NULL when the option takes none */
    const char *files[CLI_FILES_MAX];    /* what is no option */
    uint32_t file_count;
    const char *overrides[CLI_OVERRIDES_MAX]; /* each --set */
    uint32_t override_count;
    const char *sweeps[CLI_SWEEPS_MAX]; /* each --sweep */
    uint32_t sweep_count;
    /* each of an option that may be given several times but --set, in order */
    struct {
        cli_option_id id;
        const char *value;
    } repeats[CLI_REPEATS_MAX];
    uint32_t repeat_count;
} cli_args;

typedef struct cli_verb {
    const char *name, *operands, *summary;
    const char *details;    /* for its --help; may be NULL */
    const uint8_t *options; /* CLI_TAKES: each a cli_option_id */
    rp_status (*run)(const cli_args *args);
} cli_verb;

#define CLI_TAKES(...) ((const uint8_t[]){ __VA_ARGS__, CLI_OPTION_COUNT })
_Static_assert(CLI_OPTION_COUNT <= UINT8_MAX, "an option is a byte");
/** Whether the verb knows the option. */
bool cli_takes(const cli_verb *verb, cli_option_id id);

/** What follows the verb. RP_OK, or RP_USAGE or RP_UNSUPPORTED when it said on stderr what is wrong. */
rp_status cli_args_parse(const cli_verb *verb, int argc, char **argv, cli_args *args);
/** The nth value of an option that may be given several times; NULL past the last. */
const char *cli_nth_value(const cli_args *args, cli_option_id id, uint32_t nth);
/** A length of time after an option, as 500ms, 5s, 2min, 1h; *value stays when it was not given. False when it said what is wrong. */
SS_MUST_USE bool cli_span(const cli_args *args, cli_option_id id, ss_span *value);
/** A number of bytes after an option, as 64MiB or 2GB; likewise. */
SS_MUST_USE bool cli_bytes(const cli_args *args, cli_option_id id, uint64_t *value);
/** The option of an id; every one has exactly one. */
const cli_option *cli_option_of(cli_option_id id);
/** The whole number after an option, at most `max`; false when it said what is wrong. */
SS_MUST_USE bool cli_number(const cli_args *args, cli_option_id id, uint64_t max, uint64_t *value);

/* ---- the verbs ---- */

extern const cli_verb cli_verb_run, cli_verb_check, cli_verb_parse, cli_verb_replay, cli_verb_fuzz,
    cli_verb_shrink, cli_verb_triage, cli_verb_pack, cli_verb_corpus, cli_verb_list, cli_verb_live,
    cli_verb_merge, cli_verb_ladder, cli_verb_explain, cli_verb_diff, cli_verb_report, cli_verb_schema,
    cli_verb_bench, cli_verb_selftest, cli_verb_version, cli_verb_help;
/** All of them; NULL at the end. */
extern const cli_verb *const cli_verbs[];
/** NULL when there is none of that name. */
const cli_verb *cli_verb_find(const char *name);
/** Says that there is no such verb, and which was probably meant. */
rp_status cli_verb_unknown(const char *name);
/** help --format: man pages and completions, from the same tables. */
rp_status cli_manual(const cli_args *args);
void cli_help_verb(FILE *to, const cli_verb *verb);
void cli_help_all(FILE *to);

/** The whole program but the assert hook. Returns the exit status. */
int cli_main(int argc, char **argv);

/** --list of the verbs about fuzz targets. */
rp_status cli_list_targets(const cli_args *args);

/* ---- words ---- */

/** The candidate nearest to what was typed, by edits, if it is near; else NULL. `candidates` ends with NULL. */
const char *cli_nearest(const char *typed, const char *const *candidates);

/** "sipsim: …" and a new line, on stderr. */
void cli_say(const char *format, ...) SS_PRINTF(1, 2);
/** stderr, stdout: a terminal that may be coloured. */
bool cli_is_colourful(FILE *stream);
bool cli_is_terminal(FILE *stream);
/** Flush stdout; RP_OK, or RP_IO when it said that stdout failed. */
rp_status cli_flush_stdout(void);
/** Close a file over stdout: RP_OK, or RP_IO when it said that stdout failed. */
rp_status cli_close_stdout(rp_file *out);

/* ---- what main.c says when an assertion fails ---- */

/** Kept for the assert hook: the line that runs the current scenario again. Copied. */
/** argv[0]; "sipsim" before it was told. */
void cli_remember_program(const char *path);
const char *cli_program(void);
void cli_remember_replay(const char *line);
const char *cli_replay(void);

#endif
