/* Reproducers: written when a run failed, and run again. What is written is recorded in a run of its own, so that a run that holds pays
 * nothing for it. */
#include "repro.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "mistakes.h"
#include "observers.h"
#include "sn/scenario.h"

enum { REPROS_MAX = 8, PER_LAW = 2 };

static const char prefix[] = "repro-", suffix[] = ".sipr";

/* ---- written ---- */

static void put_part(void *self, ss_slice part)
{
    rp_put(self, part);
}

bool cli_repro_put(const char *dir, const char *name, const fz_repro *repro, const sn_cast *cast)
{
    int error = 0;
    rp_file *out = rp_file_open(dir, name, &error);
    if (out != NULL) {
        fz_repro_put(repro, cast, out, put_part);
        error = rp_file_close(out);
    }
    if (error != 0) {
        cli_say_unwritten(dir, name, error);
    }
    return error == 0;
}

/* "TX12 ua a 2xx came…" is repro-TX12-0123abcd.sipr. */
static void name_of(char *name, size_t cap, const char *key)
{
    snprintf(name, cap, "%s%.*s-%08llx%s", prefix, (int)strcspn(key, " "), key,
             (unsigned long long)(ss_hash64(0, ss_slice_from(key)) >> 32), suffix);
}

static size_t law_length(const char *key)
{
    return strcspn(key, " ");
}

/* How many before this one are of its law. */
static unsigned count_before(const fz_repro_run *run, uint32_t at)
{
    unsigned count = 0;
    const size_t len = law_length(run->keys[at]);
    for (uint32_t i = 0; i < at; i++) {
        count += law_length(run->keys[i]) == len && strncmp(run->keys[i], run->keys[at], len) == 0;
    }
    return count;
}

static void set_key(fz_repro *repro, const char *key)
{
    snprintf(repro->key, sizeof repro->key, "%s", key);
}

bool cli_repros_write(const char *dir, const sn_plan *plan, ss_slice effective, uint64_t digest)
{
    sn_decisions *decisions = sn_decisions_new(plan->seed);
    fz_repro_run *run = calloc(1, sizeof *run);
    fz_repro repro = { .digest = digest, .scenario = effective };
    bool is_well = decisions != NULL && run != NULL;
    if (is_well) {
        sn_decisions_record(decisions);
        is_well = fz_repro_run_plan(plan, decisions, run);
    }
    if (!is_well) {
        cli_say("out of memory: no reproducer");
    } else {
        repro.decisions = sn_decisions_recorded(decisions, &repro.decision_count);
    }
    for (uint32_t i = 0, written = 0; is_well && i < run->key_count && written < REPROS_MAX; i++) {
        char name[96];
        if (count_before(run, i) < PER_LAW) {
            set_key(&repro, run->keys[i]);
            name_of(name, sizeof name, repro.key);
            is_well = cli_repro_put(dir, name, &repro, &plan->cast);
            written++;
        }
    }
    free(run);
    sn_decisions_free(decisions);
    return is_well;
}

bool cli_repro_write(const char *dir, const char *name, const sn_plan *plan, ss_slice effective,
                     const char *key)
{
    sn_decisions *decisions = sn_decisions_new(plan->seed);
    fz_repro_run *run = calloc(1, sizeof *run);
    fz_repro repro = { .scenario = effective };
    bool is_well = decisions != NULL && run != NULL;
    if (is_well) {
        sn_decisions_record(decisions);
        is_well = fz_repro_run_plan(plan, decisions, run);
    }
    if (is_well) {
        repro.digest = run->digest;
        repro.decisions = sn_decisions_recorded(decisions, &repro.decision_count);
        set_key(&repro, key != NULL ? key : run->key_count > 0 ? run->keys[0] : "");
        is_well = cli_repro_put(dir, name, &repro, &plan->cast);
    } else {
        cli_say("out of memory: no reproducer");
    }
    free(run);
    sn_decisions_free(decisions);
    return is_well;
}

/* ---- those of before ---- */

static bool is_name(const char *name)
{
    const size_t len = strlen(name), end = sizeof suffix - 1;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 && len > end &&
           strcmp(name + len - end, suffix) == 0;
}

static int is_entry(const struct dirent *entry)
{
    return is_name(entry->d_name);
}

/* False when one could not be removed. */
static bool each(const char *dir, bool removes, int *count)
{
    struct dirent **entries = NULL;
    bool is_well = true;
    *count = scandir(dir, &entries, is_entry, NULL);
    for (int i = 0; i < *count; i++) {
        is_well = (!removes || cli_remove(dir, entries[i]->d_name)) && is_well;
        free(entries[i]);
    }
    free(entries);
    return is_well;
}

bool cli_repros_are_there(const char *dir)
{
    int count = 0;
    return each(dir, false, &count) && count > 0;
}

bool cli_repros_remove(const char *dir)
{
    int count = 0;
    return each(dir, true, &count);
}

/* ---- run again ---- */

bool cli_is_repro(const char *path, ss_slice text)
{
    static const char ending[] = ".sipr";
    const size_t len = strlen(path), tail = sizeof ending - 1;
    return ss_slice_starts(text, SS_LIT("sipsim-reproducer:")) ||
           (len > tail && strcmp(path + len - tail, ending) == 0);
}

typedef struct outcome {
    const char *path;
    const fz_repro *repro;
    fz_repro_run run;
    sn_tape_report tape;
} outcome;

static void put_count(rp_file *out, uint64_t count, const char *what)
{
    rp_put_u64(out, count);
    rp_put_text(out, what);
}

static void say_text(rp_file *out, const outcome *o, const cli_replayed *r)
{
    const bool same = o->run.digest == o->repro->digest;
    rp_put_text(out, o->path);
    rp_put_text(out, r->is_reproduced ? ": reproduced: " : ": not reproduced: ");
    rp_put_plain(out, o->repro->key[0] == '\0' ? "nothing fails" : o->repro->key);
    rp_put_text(out, same ? "\n  digest as recorded, " : "\n  another digest, ");
    rp_put_hex64(out, o->run.digest);
    rp_put_text(out, "\n  decisions: ");
    put_count(out, o->tape.exact, " exact, ");
    put_count(out, o->tape.moved, " moved, ");
    put_count(out, o->tape.unmatched, " unmatched\n");
    for (uint32_t i = 0; i < o->run.key_count; i++) {
        if (strcmp(o->run.keys[i], o->repro->key) != 0) {
            rp_put_text(out, "  also: ");
            rp_put_plain(out, o->run.keys[i]);
            rp_put_char(out, '\n');
        }
    }
}

static void say_json(rp_json *j, const outcome *o, const cli_replayed *r)
{
    char digest[17];
    ss_buffer b = ss_buffer_on(digest, sizeof digest - 1);
    ss_put_hex(&b, o->run.digest, 16);
    digest[b.len] = '\0';
    rp_json_open(j, '{');
    rp_json_key_text(j, "file", o->path);
    rp_json_key_text(j, "key", o->repro->key);
    rp_json_key_bool(j, "reproduced", r->is_reproduced);
    rp_json_key_text(j, "digest", digest);
    rp_json_key_bool(j, "digest_as_recorded", o->run.digest == o->repro->digest);
    rp_json_key_open(j, "decisions", '{');
    rp_json_key_u64(j, "exact", o->tape.exact);
    rp_json_key_u64(j, "moved", o->tape.moved);
    rp_json_key_u64(j, "unmatched", o->tape.unmatched);
    rp_json_close(j);
    rp_json_key_open(j, "keys", '[');
    for (uint32_t i = 0; i < o->run.key_count; i++) {
        rp_json_text(j, o->run.keys[i]);
    }
    rp_json_close(j);
    rp_json_close(j);
}

static bool play(const sn_plan *plan, outcome *o)
{
    sn_decisions *decisions = sn_decisions_new(plan->seed);
    const bool is_run =
        decisions != NULL &&
        sn_decisions_play(decisions, o->repro->decisions, o->repro->decision_count) == SS_OK &&
        fz_repro_run_plan(plan, decisions, &o->run);
    if (is_run) {
        o->tape = sn_decisions_report(decisions);
    }
    sn_decisions_free(decisions);
    return is_run;
}

static rp_status replay_scenario(const char *path, const fz_repro *repro, rp_file *out,
                                 rp_json *json, cli_replayed *r)
{
    const sn_scenario_file file = { path, repro->scenario };
    const sn_scenario_options options = { .files = &file,
                                          .file_count = 1,
                                          .reader = &cli_scenario_reader };
    sn_scenario *scenario = sn_scenario_load(&options);
    outcome *o = calloc(1, sizeof *o);
    rp_status status = RP_IO;
    if (scenario != NULL && o != NULL && sn_scenario_mistake_count(scenario) != 0) {
        cli_print_mistakes(scenario);
        status = RP_SCENARIO;
    } else if (scenario != NULL && o != NULL) {
        o->path = path;
        o->repro = repro;
        status = play(sn_scenario_plan(scenario), o) ? RP_OK : RP_IO;
    }
    if (status == RP_OK) {
        r->has_failed = o->run.key_count > 0;
        r->is_reproduced =
            repro->key[0] == '\0' ? !r->has_failed : fz_repro_fails(&o->run, repro->key);
        if (json == NULL) {
            say_text(out, o, r);
        } else {
            say_json(json, o, r);
        }
    } else if (status == RP_IO) {
        cli_say("%s: out of memory", path);
    }
    free(o);
    sn_scenario_free(scenario);
    return status;
}

rp_status cli_repro_read(fz_repro *repro, const char *path, ss_slice text)
{
    unsigned line = 0;
    const char *why = "";
    const ss_status status = fz_repro_read(repro, text, &line, &why);
    if (status == SS_ERR_MEMORY) {
        cli_say("%s: out of memory", path);
        return RP_IO;
    }
    if (status != SS_OK) {
        cli_say("%s:%u: %s", path, line, why);
        return RP_SCENARIO;
    }
    return RP_OK;
}

rp_status cli_repro_replay(const char *path, ss_slice text, rp_file *out, rp_json *json,
                           cli_replayed *replayed)
{
    fz_repro repro;
    *replayed = (cli_replayed){ .is_reproduced = false };
    const rp_status status = cli_repro_read(&repro, path, text);
    if (status != RP_OK) {
        return status;
    }
    const rp_status said = replay_scenario(path, &repro, out, json, replayed);
    free(repro.memory);
    return said;
}
