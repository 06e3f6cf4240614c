/* A run is a function of its scenario, so what it did not write can be written later: it is made again, and its digest says whether it
 * is the same one. Of a sweep, whose scenario is not kept, the files are made of what its runs.jsonl says.
 */
#include "rebuild.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build_facts.h"
#include "files.h"
#include "filters.h"
#include "interrupt.h"
#include "recorded.h"
#include "repro.h"
#include "rp/json.h"
#include "session.h"
#include "sweep.h"
#include "wanted.h"

typedef struct rebuilding {
    const cli_args *args;
    const char *run;
    char dir[RP_PATH_BYTES];
    bool is_in_place; /* dir is the run's own */
    uint32_t files;   /* to be written: a bit for each session_file */
    bool has_repros;  /* it failed in a way that reproducers tell of */
    uint64_t digest;
    const char *version; /* of who made it */
} rebuilding;

/* ---- where to ---- */

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_same(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static rp_status put_dir(rebuilding *b, const char *dir)
{
    if (strlen(dir) >= sizeof b->dir) {
        cli_say("%.60s…: a path of more than %u bytes", dir, RP_PATH_BYTES - 1);
        return RP_USAGE;
    }
    strcpy(b->dir, dir);
    b->is_in_place = is_same(dir, b->run);
    return RP_OK;
}

/* ---- which files ---- */

static const char *run_name(uint32_t nth)
{
    return session_file_name((session_file)nth);
}

static bool run_has(const char *dir, uint32_t nth)
{
    return session_has_file(dir, (session_file)nth);
}

/* With --pcap it is packets that are wanted, and so on: 1 when it was said, -1 when it says that they are not. */
static int asked_of(const rebuilding *b, const cli_tapes *tapes, session_file file)
{
    static const struct {
        session_file file;
        cli_option_id option;
    } options[] = { { SESSION_TRACE, CLI_PCAP },
                    { SESSION_EVENTS, CLI_EVENTS },
                    { SESSION_SPANS, CLI_EVENTS },
                    { SESSION_HEP, CLI_HEP } };
    const sn_capture_filter *filters[] = { &tapes->pcap, &tapes->events, &tapes->spans,
                                           &tapes->hep };
    for (size_t i = 0; i < SS_COUNT(options); i++) {
        if (options[i].file == file && b->args->given[options[i].option]) {
            return filters[i]->kind == SN_CAPTURE_OFF ? -1 : 1;
        }
    }
    return 0;
}

static rp_status choose_files(rebuilding *b, const cli_tapes *tapes)
{
    cli_wanted w = { .args = b->args,
                     .dir = b->dir,
                     .is_in_place = b->is_in_place,
                     .count = SESSION_FILES,
                     .name = run_name,
                     .has = run_has,
                     .rare = UINT32_C(1) << SESSION_HEP };
    w.rare |= b->has_repros ? 0 : UINT32_C(1) << SESSION_REPROS;
    for (session_file file = 0; file < SESSION_FILES; file++) {
        const int asked = asked_of(b, tapes, file);
        w.asked |= asked > 0 ? UINT32_C(1) << file : 0;
        w.refused |= asked < 0 ? UINT32_C(1) << file : 0;
    }
    return cli_wanted_choose(&w, &b->files);
}

/* ---- words ---- */

static void put_names(rp_file *out, const rebuilding *b)
{
    for (session_file file = 0; file < SESSION_FILES; file++) {
        if ((b->files & UINT32_C(1) << file) != 0 && session_has_file(b->dir, file)) {
            rp_put_char(out, ' ');
            rp_put_text(out, session_file_name(file));
        }
    }
}

static void say_text(rp_file *out, const rebuilding *b)
{
    rp_put_text(out, b->dir);
    rp_put_text(out, b->files == 0 ? ": nothing is wanting; --force writes all of it anew\n" : ":");
    if (b->files != 0) {
        put_names(out, b);
        rp_put_text(out, "\nthe run came out as it was recorded");
        if (b->version != NULL && strcmp(b->version, BUILD_VERSION) != 0) {
            rp_put_text(out, " by version ");
            rp_put_text(out, b->version);
        }
        rp_put_text(out, ": digest ");
        rp_put_hex64(out, b->digest);
        rp_put_char(out, '\n');
    }
}

static void say_json(rp_file *out, const rebuilding *b)
{
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.report/1");
    rp_json_key_text(&j, "run", b->run);
    rp_json_key_text(&j, "dir", b->dir);
    rp_json_key_hex64(&j, "digest", b->digest);
    rp_json_key_open(&j, "files", '[');
    for (session_file file = 0; file < SESSION_FILES; file++) {
        if ((b->files & UINT32_C(1) << file) != 0 && session_has_file(b->dir, file)) {
            rp_json_text(&j, session_file_name(file));
        }
    }
    rp_json_close(&j);
    rp_json_close(&j);
    rp_json_end(&j);
}

static rp_status say(const rebuilding *b)
{
    if (b->args->given[CLI_QUIET] && !b->args->given[CLI_JSON]) {
        return RP_OK;
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    if (b->args->given[CLI_JSON]) {
        say_json(out, b);
    } else {
        say_text(out, b);
    }
    return cli_close_stdout(out);
}

/* ---- again ---- */

/* What the run found is no concern of ours; what hindered it is. */
static rp_status outcome(rp_status_set set, const char **differs)
{
    static const rp_status hindrances[] = { RP_IO, RP_SCENARIO, RP_USAGE };
    *differs = NULL;
    for (size_t i = 0; i < SS_COUNT(hindrances); i++) {
        if (rp_status_holds(set, hindrances[i])) {
            return hindrances[i];
        }
    }
    if (cli_interrupted()) {
        cli_say("interrupted; nothing was written");
        return RP_INTERRUPTED;
    }
    if (rp_status_holds(set, RP_NONDETERMINISM)) {
        *differs = "it comes out otherwise than it did";
        return RP_NONDETERMINISM;
    }
    return RP_OK;
}

static void fill_options(const rebuilding *b, const cli_tapes *tapes, session_options *o)
{
    o->dir = b->dir;
    o->dir_is_given = true;
    o->partitions = 1;
    o->tapes = *tapes;
    o->without = ~b->files;
    o->force = b->args->given[CLI_FORCE];
    o->is_in_place = b->is_in_place || b->args->given[CLI_ONLY];
    o->quiet = b->args->given[CLI_QUIET];
    o->verbose = b->args->given[CLI_VERBOSE];
    o->silent = true;
    o->pcap_word = b->args->value[CLI_PCAP];
    o->events_word = b->args->value[CLI_EVENTS];
    o->hep_word = b->args->value[CLI_HEP];
    sn_capture_filter *filters[] = { &o->tapes.pcap, &o->tapes.events, &o->tapes.spans,
                                     &o->tapes.hep };
    for (size_t i = 0; i < SS_COUNT(filters); i++) {
        if ((b->files & UINT32_C(1) << (SESSION_TRACE + i)) == 0) {
            filters[i]->kind = SN_CAPTURE_OFF;
        }
    }
}

static rp_status run_again(rebuilding *b, session_options *o, const char **differs)
{
    *differs = NULL;
    if (b->files == 0) {
        return say(b);
    }
    if (o->is_in_place && !cli_make_folder(b->dir)) {
        return RP_IO;
    }
    cli_interrupt_arm();
    const rp_status status = outcome(session_run(o), differs);
    return status == RP_OK ? say(b) : status;
}

/* ---- of a run ---- */

static void say_why_otherwise(const cli_recorded *r, const char *run, const char *what)
{
    if (strcmp(r->version, BUILD_VERSION) != 0) {
        cli_say("%s: %s: version %s made it, this is %s; that version can report it", run, what,
                r->version[0] == '\0' ? "(unknown)" : r->version, BUILD_VERSION);
    } else if (r->commit[0] != '\0' && strcmp(r->commit, BUILD_COMMIT) != 0) {
        cli_say("%s: %s: commit %s made it, this is %s; nothing was written", run, what, r->commit,
                BUILD_COMMIT);
    } else {
        cli_say("%s: %s: its results.json was changed since, or another build made it; nothing was "
                "written",
                run, what);
    }
}

/* A scenario that was edited is another one, and the reason is plain before it is run. */
static rp_status check_scenario(const cli_recorded *r, const char *run, ss_slice text)
{
    if (r->scenario_hash == 0 || r->scenario_hash == ss_hash64(0, text)) {
        return RP_OK;
    }
    cli_say("%s/scenario.effective.yaml is not the one that was run: it was edited since; as a "
            "scenario of its own: sipsim run %s/scenario.effective.yaml -o DIR",
            run, run);
    return RP_NONDETERMINISM;
}

static rp_status run_recorded(rebuilding *b, const cli_recorded *r, const cli_tapes *tapes)
{
    char path[RP_PATH_BYTES];
    size_t len = 0;
    const char *differs = NULL;
    if (!rp_path_join(path, b->run, "scenario.effective.yaml")) {
        cli_say("%.60s…: a path of more than %u bytes", b->run, RP_PATH_BYTES - 1);
        return RP_USAGE;
    }
    char *text = cli_read_file(path, SN_SCENARIO_BYTES_MAX, &len);
    if (text == NULL) {
        return RP_IO;
    }
    session_options o = { .file = path, .text = { text, len }, .recorded = &r->run };
    fill_options(b, tapes, &o);
    rp_status status = check_scenario(r, b->run, o.text);
    if (status == RP_OK) {
        status = run_again(b, &o, &differs);
    }
    if (differs != NULL) {
        say_why_otherwise(r, b->run, differs);
    }
    free(text);
    return status;
}

static rp_status of_run(rebuilding *b, const cli_tapes *tapes)
{
    cli_recorded r = { .lines = NULL };
    rp_status status = put_dir(b, b->args->given[CLI_OUT] ? b->args->value[CLI_OUT] : b->run);
    if (status == RP_OK) {
        status = cli_recorded_read(&r, b->run);
    }
    if (status == RP_OK) {
        b->digest = r.run.digest;
        b->version = r.version;
        b->has_repros = r.has_repros;
        status = choose_files(b, tapes);
    }
    if (status == RP_OK) {
        status = run_recorded(b, &r, tapes);
    }
    cli_recorded_free(&r);
    return status;
}

/* ---- of a reproducer ---- */

static rp_status dir_of_repro(rebuilding *b)
{
    char name[RP_PATH_BYTES], dir[RP_PATH_BYTES];
    if (b->args->given[CLI_OUT]) {
        return put_dir(b, b->args->value[CLI_OUT]);
    }
    cli_base_name(name, b->run);
    char *end = strrchr(name, '.');
    if (end != NULL && end != name && strcmp(end, ".sipr") == 0) {
        *end = '\0';
    }
    if (!rp_path_join(dir, "sipsim-out", name)) {
        cli_say("%.60s…: a path of more than %u bytes", b->run, RP_PATH_BYTES - 1);
        return RP_USAGE;
    }
    return put_dir(b, dir);
}

static rp_status run_repro(rebuilding *b, const fz_repro *repro, const cli_tapes *tapes)
{
    const char *differs = NULL;
    const session_recorded recorded = { .digest = repro->digest, .file = b->run };
    session_options o = {
        .file = b->run, .text = repro->scenario, .repro = repro, .recorded = &recorded
    };
    b->digest = repro->digest;
    fill_options(b, tapes, &o);
    o.without |= UINT32_C(1) << SESSION_REPROS; /* it is one */
    const rp_status status = run_again(b, &o, &differs);
    if (differs != NULL) {
        cli_say(
            "%s: %s: another version made it, or it was edited; `sipsim replay` says what still "
            "happens, `sipsim shrink` writes it anew",
            b->run, differs);
    }
    return status;
}

static rp_status of_repro(rebuilding *b, ss_slice text, const cli_tapes *tapes)
{
    fz_repro repro;
    rp_status status = dir_of_repro(b);
    if (status == RP_OK) {
        status = choose_files(b, tapes);
    }
    if (status == RP_OK) {
        status = cli_repro_read(&repro, b->run, text);
    }
    if (status == RP_OK) {
        status = run_repro(b, &repro, tapes);
        free(repro.memory);
    }
    return status;
}

static rp_status of_file(rebuilding *b, const cli_tapes *tapes)
{
    size_t len = 0;
    char *text = cli_read_file(b->run, SN_SCENARIO_BYTES_MAX, &len);
    rp_status status = RP_USAGE;
    if (text == NULL) {
        return RP_IO;
    }
    if (cli_is_repro(b->run, (ss_slice){ text, len })) {
        status = of_repro(b, (ss_slice){ text, len }, tapes);
    } else {
        cli_say("%s is no run: the folder of one is wanted, or a reproducer (.sipr); `sipsim run` "
                "runs a scenario, `sipsim replay FILE --as yaml` makes one of a session input",
                b->run);
    }
    free(text);
    return status;
}

/* ---- of a sweep ---- */

static rp_status of_sweep(rebuilding *b)
{
    static const cli_option_id of_runs[] = { CLI_PCAP, CLI_EVENTS, CLI_HEP };
    for (size_t i = 0; i < SS_COUNT(of_runs); i++) {
        if (b->args->given[of_runs[i]]) {
            cli_say(
                "--%s: %s is a sweep, whose runs are not kept; run one of them by itself with the "
                "words that its report.html has for it, or the sweep with --keep all and then: "
                "sipsim report %s/run-000001",
                cli_option_of(of_runs[i])->name, b->run, b->run);
            return RP_USAGE;
        }
    }
    const rp_status status = put_dir(b, b->args->given[CLI_OUT] ? b->args->value[CLI_OUT] : b->run);
    return status == RP_OK ? cli_sweep_rebuild(b->args, b->run, b->dir, b->is_in_place) : status;
}

/* ---- what it is ---- */

static rp_status no_run(const char *run)
{
    const bool has_results = cli_exists(run, "results.json");
    if (has_results) {
        cli_say(
            "%s has no scenario.effective.yaml, without which it cannot be run again; what `sipsim "
            "live` wrote cannot be, either",
            run);
    } else if (cli_exists(run, "scenario.effective.yaml")) {
        cli_say("%s has no results.json: the run did not end; run it again: sipsim run "
                "%s/scenario.effective.yaml -o DIR",
                run, run);
    } else {
        cli_say("%s is no run: it has neither results.json nor runs.jsonl", run);
    }
    return RP_USAGE;
}

rp_status cli_rebuild(const cli_args *args)
{
    rebuilding b = { .args = args, .run = args->files[0] };
    cli_tapes tapes = { .pcap = { .kind = SN_CAPTURE_OFF } };
    const rp_status status = cli_tapes_parse(args, &tapes);
    if (status != RP_OK) {
        return status;
    }
    tapes.hep.kind = args->given[CLI_HEP] ? tapes.hep.kind : SN_CAPTURE_ALL; /* once it is named */
    if (!is_folder(b.run)) {
        return of_file(&b, &tapes);
    }
    if (cli_exists(b.run, "runs.jsonl") || cli_exists(b.run, ".runs.journal")) {
        return of_sweep(&b);
    }
    if (!cli_exists(b.run, "results.json") || !cli_exists(b.run, "scenario.effective.yaml")) {
        return no_run(b.run);
    }
    return of_run(&b, &tapes);
}
