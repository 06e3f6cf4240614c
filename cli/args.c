/* The command line taken apart: --name, --name VALUE, --name=VALUE, -o DIR, -oDIR, -- for the end of options. Options and
 * files may be mixed. Nothing is abbreviated; what is nearly right is suggested. A value that the table has as words, "fifo|seeded",
 * is one of them.
 */
#include "cli.h"

#include <string.h>

static const cli_option options[] = {
    { CLI_SEED, '\0', "seed", "N", "seed of every draw, instead of the scenario's" },
    { CLI_ORDER, '\0', "order", "fifo|seeded",
      "order of events at one instant, instead of the scenario's" },
    { CLI_ORDER_SEED, '\0', "order-seed", "N", "seed of that order; implies --order seeded" },
    { CLI_SEEDS, '\0', "seeds", "A..B", "run once with each seed from A to B, into one sweep" },
    { CLI_SWEEP, '\0', "sweep", "PATH=V1,V2,…",
      "run once with each value, as links.access.loss=0%,2%; several give a grid" },
    { CLI_JOBS, '\0', "jobs", "N",
      "how many at once, by default one per processor; of a sweep it changes no byte" },
    { CLI_KEEP, '\0', "keep", "none|failed|all",
      "files of single runs of a sweep, in DIR/run-NUMBER (none)" },
    { CLI_RESUME, '\0', "resume", NULL, "go on with a sweep that was interrupted" },
    { CLI_SHARD, '\0', "shard", "I/N", "only each Nth run of a sweep; sipsim merge joins them" },
    { CLI_SET, '\0', "set", "PATH=VALUE",
      "change one value of the scenario, as links.access.loss=5%; may be repeated" },
    { CLI_OUT, 'o', "out", "DIR", "where the files go" },
    { CLI_ONLY, '\0', "only", "FILE,…", "only these files, as report.html,trace.pcapng" },
    { CLI_FORCE, '\0', "force", NULL, "replace results that are there already" },
    { CLI_VERIFY, '\0', "verify", NULL,
      "run a second world in step and name the first event that differs" },
    { CLI_PARTITIONS, '\0', "partitions", "N",
      "run the world in N parts, one after another; changes no byte of a result" },
    { CLI_PCAP, '\0', "pcap", "WHICH",
      "off, all (default), first:N, calls:N, call:ID, node:NAME, link:NAME[,at:tx|rx|both]" },
    { CLI_EVENTS, '\0', "events", "WHICH",
      "all (default), off, or as --pcap, and [,]kind:KIND,from:10s,to:20s: what events.jsonl has" },
    { CLI_HEP, '\0', "hep", "WHICH",
      "trace.hep, HEP3 frames for a collector: off (default), all, or as --pcap" },
    { CLI_TARGET, '\0', "target", "NAME",
      "the fuzz target that reads the inputs; --list names them" },
    { CLI_LIST, '\0', "list", NULL, "name what there is: the targets, the calls of a run or of a capture" },
    { CLI_STREAM, '\0', "stream", NULL,
      "a FILE is what a connection carried: any number of messages" },
    { CLI_TOLERANT, '\0', "tolerant", NULL,
      "accept what RFC 4475 lets an element be generous about" },
    { CLI_ROLE, '\0', "role", "uas|proxy|registrar", "who judges (uas)" },
    { CLI_PACKETS, '\0', "packets", "N",
      "how many each model gets, 10000 to 100000000; by default 10000000" },
    { CLI_LISTEN, '\0', "listen", "WHERE",
      "udp:ADDRESS:PORT or tcp:ADDRESS:PORT (udp:127.0.0.1:5060); may be repeated; port 0: a free "
      "one" },
    { CLI_SCENARIO, '\0', "scenario", "FILE",
      "be a node of a scenario, at the address that it has there" },
    { CLI_NODE, '\0', "node", "NAME", "which; may be repeated" },
    { CLI_AOR, '\0', "aor", "URI", "who it is: sip:alice@example.com" },
    { CLI_REGISTER, '\0', "register", "URI", "register there, and unregister at the end" },
    { CLI_EXPIRES, '\0', "expires", "TIME", "for how long it registers (1h)" },
    { CLI_USER, '\0', "user", "NAME", "user name for digest, when it is not that of --aor" },
    { CLI_PASSWORD_FILE, '\0', "password-file", "FILE", "its password, the first line of a file" },
    { CLI_REALM, '\0', "realm", "REALM",
      "the one realm that the password is for (the host of --aor)" },
    { CLI_PROXY, '\0', "proxy", "URI", "what all requests go to first: sip:127.0.0.1:5060" },
    { CLI_DNS, '\0', "dns", "SERVERS", "name servers, as 127.0.0.1:5353 (the system's)" },
    { CLI_CALL, '\0', "call", "URI", "call there, and end when all calls are over" },
    { CLI_COUNT, '\0', "count", "N", "so many calls (1)" },
    { CLI_RATE, '\0', "rate", "N", "so many calls a second (1); N/m: a minute" },
    { CLI_HOLD, '\0', "hold", "TIME", "how long a call lasts (5s)" },
    { CLI_CANCEL, '\0', "cancel", "TIME", "give up a call that was not answered for so long" },
    { CLI_HANGUP, '\0', "hangup", "caller|callee", "who ends calls after --hold (caller)" },
    { CLI_ANSWER, '\0', "answer", "TIME",
      "ring for so long, then answer (0s: at once); never: ring on" },
    { CLI_REJECT, '\0', "reject", "STATUS", "refuse calls with it: 486" },
    { CLI_DOMAIN, '\0', "domain", "NAME", "a domain that it is the registrar of; may be repeated" },
    { CLI_USERS, '\0', "users", "FILE",
      "who may register and call, with hashed secrets; SIGHUP reads it again" },
    { CLI_BINDINGS, '\0', "bindings", "FILE", "keep bindings there (SQLite), safe from kill -9" },
    { CLI_METRICS, '\0', "metrics", "ADDRESS:PORT", "OpenMetrics over HTTP: 127.0.0.1:9090" },
    { CLI_SOURCE_RATE, '\0', "source-rate", "N", "requests a second that one address may send" },
    { CLI_CAPACITY, '\0', "capacity", "N",
      "messages a second that it takes on; of more a few wait, the rest get 503" },
    { CLI_CONNECTIONS, '\0', "connections", "N", "connections open at once (4096)" },
    { CLI_MEMORY, '\0', "memory", "SIZE", "what it may keep in memory at most (1536MiB)" },
    { CLI_TRANSACTIONS, '\0', "transactions", "N",
      "requests under way at once, then 503 (one for each 7.5 KiB of --memory: 209715)" },
    { CLI_OFFENCES, '\0', "offences", "N",
      "unreadable messages and wrong credentials forgiven to one address (200); 0: all are" },
    { CLI_BLOCK, '\0', "block", "TIME", "then it is not heard for so long (60s)" },
    { CLI_OVERLOAD, '\0', "overload", NULL,
      "hold requests back as the servers behind it ask, and with --capacity ask so "
      "(RFC 7339, 7415)" },
    { CLI_LOG, '\0', "log", NULL, "a line of JSON on stdout for each transaction, once it has its outcome" },
    { CLI_LADDER, '\0', "ladder", NULL, "draw what was said to whom" },
    { CLI_TWICE, '\0', "twice", NULL, "run each once more: another digest is exit status 6" },
    { CLI_UNTIL, '\0', "until", "WHEN",
      "stop there and show what is live: 1.5s, 20 (events), or an event of events.jsonl" },
    { CLI_EXPLAIN, '\0', "explain", NULL, "tell of what failed first, cause by cause" },
    { CLI_AS, '\0', "as", "FORM", "do not run it, write it on stdout as yaml" },
    { CLI_EXPECT, '\0', "expect", "fail|pass",
      "fail: exit status 0 when every input fails, 10 when one does not" },
    { CLI_TIME, '\0', "time", "SPAN", "for how long, as 60s (the default), 5min or 2h" },
    { CLI_RUNS, '\0', "runs", "N", "executions of each job at most" },
    { CLI_CORPUS, '\0', "corpus", "DIR", "the inputs to begin with" },
    { CLI_ENGINE, '\0', "engine", "builtin|libfuzzer|afl", "what searches (builtin)" },
    { CLI_WITH, '\0', "with", "PROGRAM", "the fuzzer's program of that engine" },
    { CLI_FIRST, '\0', "stop-at-first", NULL, "the first finding ends it" },
    { CLI_CALL_ID, '\0', "call", "ID", "a call: c17 of the scenario or capture, or its Call-ID" },
    { CLI_FORMAT, '\0', "format", "man|bash|zsh|fish|verbs",
      "a man page; completions of a shell; the verbs, one a line" },
    { CLI_VIOLATION, '\0', "violation", "N", "the Nth violation, from 1" },
    { CLI_WIDE, '\0', "wide", NULL, "as wide as it needs to be, with remarks, as in ladder.txt" },
    { CLI_MERMAID, '\0', "mermaid", NULL, "as a Mermaid sequence diagram" },
    { CLI_SVG, '\0', "svg", NULL, "as a picture" },
    { CLI_JSON, '\0', "json", NULL, "the result as JSON on stdout" },
    { CLI_QUIET, 'q', "quiet", NULL, "say nothing but what failed" },
    { CLI_VERBOSE, 'v', "verbose", NULL, "say on stderr what is being done" },
    { CLI_HELP, 'h', "help", NULL, "this text" },
};

const cli_option *cli_option_of(cli_option_id id)
{
    size_t i = 0;
    while (i < SS_COUNT(options) && options[i].id != id) {
        i++;
    }
    SS_ASSERT(i < SS_COUNT(options));
    return &options[i];
}

bool cli_takes(const cli_verb *verb, cli_option_id id)
{
    const uint8_t *at = verb->options;
    while (*at != CLI_OPTION_COUNT && *at != id) {
        at++;
    }
    return *at == id;
}

static const cli_option *find_long(const cli_verb *verb, ss_slice name)
{
    for (size_t i = 0; i < SS_COUNT(options); i++) {
        if (cli_takes(verb, options[i].id) && ss_slice_eq(name, ss_slice_from(options[i].name))) {
            return &options[i];
        }
    }
    return NULL;
}

static const cli_option *find_letter(const cli_verb *verb, char letter)
{
    for (size_t i = 0; i < SS_COUNT(options); i++) {
        if (cli_takes(verb, options[i].id) && options[i].letter == letter) {
            return &options[i];
        }
    }
    return NULL;
}

static rp_status unknown_long(const cli_verb *verb, ss_slice name)
{
    const char *candidates[SS_COUNT(options) + 1] = { NULL };
    size_t count = 0;
    for (size_t i = 0; i < SS_COUNT(options); i++) {
        if (cli_takes(verb, options[i].id)) {
            candidates[count++] = options[i].name;
        }
    }
    char typed[64] = "";
    if (name.len < sizeof typed && name.len != 0) {
        memcpy(typed, name.at, name.len);
        typed[name.len] = '\0';
    }
    const char *meant = cli_nearest(typed, candidates);
    const int shown = name.len < 60 ? (int)name.len : 60;
    if (meant != NULL) {
        cli_say("%s has no option --%.*s; did you mean --%s?", verb->name, shown, name.at, meant);
    } else {
        cli_say("%s has no option --%.*s; `sipsim %s --help` lists them", verb->name, shown,
                name.at, verb->name);
    }
    return RP_USAGE;
}

/* ---- one option ---- */

typedef struct cursor {
    int argc, at;
    char **argv;
} cursor;

/* Of an option that may be repeated. */
static rp_status keep_one(const char **list, uint32_t *count, uint32_t max,
                          const cli_option *option, const char *value)
{
    if (*count == max) {
        cli_say("more than %u times --%s", max, option->name);
        return RP_USAGE;
    }
    list[(*count)++] = value;
    return RP_OK;
}

static rp_status keep(cli_args *args, const cli_option *option, const char *value)
{
    args->given[option->id] = true;
    args->value[option->id] = value;
    if (option->id == CLI_LISTEN || option->id == CLI_DOMAIN || option->id == CLI_NODE) {
        if (args->repeat_count == CLI_REPEATS_MAX) {
            cli_say("more than %d times --%s", CLI_REPEATS_MAX, option->name);
            return RP_USAGE;
        }
        args->repeats[args->repeat_count].id = option->id;
        args->repeats[args->repeat_count++].value = value;
    }
    if (option->id == CLI_SET) {
        return keep_one(args->overrides, &args->override_count, CLI_OVERRIDES_MAX, option, value);
    }
    if (option->id == CLI_SWEEP) {
        return keep_one(args->sweeps, &args->sweep_count, CLI_SWEEPS_MAX, option, value);
    }
    return RP_OK;
}

enum { WORDS_MAX = 8, WORDS_BYTES = 80 };

/* "a, b or c" */
static void put_choice(ss_buffer *b, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        ss_put_text(b, i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ");
        ss_put_text(b, words[i]);
    }
}

/* Whether it is one of the words that the option takes; any other option takes anything. */
static rp_status check_word(const cli_option *option, const char *given)
{
    char text[WORDS_BYTES], choice[2 * WORDS_BYTES];
    const char *words[WORDS_MAX + 1] = { NULL };
    size_t count = 0;
    if (strchr(option->value, '|') == NULL) {
        return RP_OK;
    }
    SS_ASSERT(strlen(option->value) < sizeof text);
    strcpy(text, option->value);
    for (char *at = text; at != NULL; count++) {
        SS_ASSERT(count < WORDS_MAX);
        char *bar = strchr(at, '|');
        words[count] = at;
        at = bar == NULL ? NULL : bar + 1;
        if (bar != NULL) {
            *bar = '\0';
        }
        if (strcmp(words[count], given) == 0) {
            return RP_OK;
        }
    }
    ss_buffer b = ss_buffer_on(choice, sizeof choice - 1);
    put_choice(&b, words);
    choice[b.len] = '\0';
    const char *meant = cli_nearest(given, words);
    cli_say("--%s %.40s: %s is wanted%s%s%s", option->name, given, choice,
            meant == NULL ? "" : "; did you mean ", meant == NULL ? "" : meant,
            meant == NULL ? "" : "?");
    return RP_USAGE;
}

/* `given`: what stood after = or right after the letter; NULL when nothing did. */
static rp_status take(cli_args *args, const cli_option *option, const char *given, cursor *c)
{
    if (option->value == NULL) {
        if (given != NULL) {
            cli_say("--%s takes no value", option->name);
            return RP_USAGE;
        }
        return keep(args, option, NULL);
    }
    if (given == NULL) {
        if (c->at == c->argc) {
            cli_say("--%s needs a value: --%s %s", option->name, option->name, option->value);
            return RP_USAGE;
        }
        given = c->argv[c->at++];
    }
    const rp_status status = check_word(option, given);
    return status == RP_OK ? keep(args, option, given) : status;
}

static rp_status take_long(const cli_verb *verb, cli_args *args, const char *text, cursor *c)
{
    const char *equals = strchr(text, '=');
    const ss_slice name = { text, equals == NULL ? strlen(text) : (size_t)(equals - text) };
    const cli_option *option = find_long(verb, name);
    if (option == NULL) {
        return unknown_long(verb, name);
    }
    return take(args, option, equals == NULL ? NULL : equals + 1, c);
}

/* "-qv", "-o DIR", "-oDIR". */
static rp_status take_letters(const cli_verb *verb, cli_args *args, const char *text, cursor *c)
{
    for (; *text != '\0'; text++) {
        const cli_option *option = find_letter(verb, *text);
        if (option == NULL) {
            cli_say("%s has no option -%c; `sipsim %s --help` lists them", verb->name, *text,
                    verb->name);
            return RP_USAGE;
        }
        const bool rest = option->value != NULL && text[1] != '\0';
        const rp_status status = take(args, option, rest ? text + 1 : NULL, c);
        if (status != RP_OK || rest) {
            return status;
        }
    }
    return RP_OK;
}

static rp_status keep_file(cli_args *args, const char *file)
{
    if (args->file_count == CLI_FILES_MAX) {
        cli_say("more than %d files", CLI_FILES_MAX);
        return RP_USAGE;
    }
    args->files[args->file_count++] = file;
    return RP_OK;
}

rp_status cli_args_parse(const cli_verb *verb, int argc, char **argv, cli_args *args)
{
    cursor c = { argc, 0, argv };
    bool only_files = false;
    while (c.at < argc) {
        const char *text = argv[c.at++];
        rp_status status = RP_OK;
        if (only_files || text[0] != '-' || text[1] == '\0') {
            status = keep_file(args, text);
        } else if (strcmp(text, "--") == 0) {
            only_files = true;
        } else if (text[1] == '-') {
            status = take_long(verb, args, text + 2, &c);
        } else {
            status = take_letters(verb, args, text + 1, &c);
        }
        if (status != RP_OK) {
            return status;
        }
    }
    return RP_OK;
}

bool cli_number(const cli_args *args, cli_option_id id, uint64_t max, uint64_t *value)
{
    if (!args->given[id]) {
        return true;
    }
    if (ss_slice_to_u64(ss_slice_from(args->value[id]), max, value) == SS_OK) {
        return true;
    }
    cli_say("--%s %.40s: a whole number from 0 to %llu is wanted", cli_option_of(id)->name,
            args->value[id], (unsigned long long)max);
    return false;
}

const char *cli_nth_value(const cli_args *args, cli_option_id id, uint32_t nth)
{
    for (uint32_t i = 0; i < args->repeat_count; i++) {
        if (args->repeats[i].id == id && nth-- == 0) {
            return args->repeats[i].value;
        }
    }
    return NULL;
}

typedef struct unit {
    const char *word;
    uint64_t is;
} unit;

/* A whole number and one of the units: `most` in all. */
static bool in_units(const char *text, const unit *units, size_t count, uint64_t most,
                     uint64_t *value)
{
    uint64_t number = 0;
    const size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text + digits, units[i].word) == 0 &&
            ss_slice_to_u64((ss_slice){ text, digits }, most / units[i].is, &number) == SS_OK) {
            *value = number * units[i].is;
            return true;
        }
    }
    return false;
}

bool cli_bytes(const cli_args *args, cli_option_id id, uint64_t *value)
{
    static const unit units[] = { { "MiB", UINT64_C(1) << 20 },
                                  { "GiB", UINT64_C(1) << 30 },
                                  { "MB", 1000000 },
                                  { "GB", 1000000000 } };
    const char *text = args->value[id];
    if (!args->given[id] || in_units(text, units, SS_COUNT(units), UINT64_C(1) << 50, value)) {
        return true;
    }
    cli_say("--%s %.40s: a size is wanted, as 512MiB or 2GB", cli_option_of(id)->name, text);
    return false;
}

bool cli_span(const cli_args *args, cli_option_id id, ss_span *value)
{
    static const unit units[] = {
        { "ms", SS_MS(1) }, { "s", SS_S(1) }, { "min", SS_S(60) }, { "h", SS_S(3600) }
    };
    const char *text = args->value[id];
    if (!args->given[id] || in_units(text, units, SS_COUNT(units), SS_S(1000000000), value)) {
        return true;
    }
    cli_say("--%s %.40s: a length of time is wanted, as 500ms, 5s, 2min or 1h",
            cli_option_of(id)->name, text);
    return false;
}
