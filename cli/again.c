/* Running again: the scenario of a folder with nothing written, and somebody looking on. */
#include "again.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "repro.h"
#include "rp/json_read.h"
#include "session.h"
#include "sn/scenario.h"

enum { RESULTS_BYTES_MAX = 64 << 20 };

typedef struct looking {
    const cli_watcher *watcher;
    uint64_t digest;
    bool ran;
} looking;

static void take(void *self, const rp_run *run)
{
    looking *l = self;
    l->digest = run->digest;
    l->ran = true;
    l->watcher->finish(l->watcher->self, run);
}

/* 0: there are no results, or they do not say. */
static uint64_t digest_of(const char *dir)
{
    char path[RP_PATH_BYTES];
    size_t len = 0;
    uint64_t digest = 0;
    if (!cli_exists(dir, "results.json") || !rp_path_join(path, dir, "results.json")) {
        return 0;
    }
    char *text = cli_read_file(path, RESULTS_BYTES_MAX, &len);
    rp_doc *d = text == NULL ? NULL : rp_doc_read((ss_slice){ text, len });
    if (d != NULL) {
        digest = rp_value_hex64(d, rp_value_at(d, rp_doc_root(d), "run"), "digest");
    }
    rp_doc_free(d);
    free(text);
    return digest;
}

static rp_status look_on(const char *file, const fz_repro *repro, looking *l)
{
    const session_taker taker = { l, take };
    const session_options options = { .file = file,
                                      .text = repro == NULL ? SS_EMPTY : repro->scenario,
                                      .repro = repro,
                                      .partitions = 1,
                                      .quiet = true,
                                      .silent = true,
                                      .watcher = l->watcher,
                                      .taker = &taker };
    const rp_status_set set = session_run(&options);
    if (!l->ran) {
        return rp_status_worst(set);
    }
    return rp_status_holds(set, RP_IO) ? RP_IO : RP_OK;
}

static rp_status of_folder(const char *path, looking *l)
{
    char file[RP_PATH_BYTES];
    if (!cli_exists(path, "scenario.effective.yaml")) {
        cli_say("%s is no run: it has no scenario.effective.yaml", path);
        return RP_USAGE;
    }
    if (!rp_path_join(file, path, "scenario.effective.yaml")) {
        cli_say("%.60s…: a path of more than %u bytes", path, RP_PATH_BYTES - 1);
        return RP_USAGE;
    }
    const rp_status status = look_on(file, NULL, l);
    const uint64_t recorded = l->ran ? digest_of(path) : 0;
    if (recorded != 0 && recorded != l->digest) {
        cli_say("%s was made by another version, or was changed: run again it has another digest",
                path);
    }
    return status;
}

static rp_status of_repro(const char *path, ss_slice text, looking *l)
{
    fz_repro repro;
    const rp_status status = cli_repro_read(&repro, path, text);
    if (status != RP_OK) {
        return status;
    }
    const rp_status looked = look_on(path, &repro, l);
    if (l->ran && repro.digest != l->digest) {
        cli_say("%s was made by another version, or was changed: run again it has another digest",
                path);
    }
    free(repro.memory);
    return looked;
}

rp_status cli_run_again(const char *path, const cli_watcher *watcher)
{
    struct stat about;
    looking l = { .watcher = watcher };
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        return of_folder(path, &l);
    }
    size_t len = 0;
    char *text = cli_read_file(path, SN_SCENARIO_BYTES_MAX, &len);
    if (text == NULL) {
        return RP_IO;
    }
    const ss_slice all = { text, len };
    const rp_status status =
        cli_is_repro(path, all) ? of_repro(path, all, &l) : look_on(path, NULL, &l);
    free(text);
    return status;
}

static bool is_hash(ss_slice text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(digits, text.at[i]) == NULL) {
            return false;
        }
    }
    return text.len == 16;
}

rp_status cli_call_parse(const cli_args *args, cli_call_name *name)
{
    *name = (cli_call_name){ .is_given = args->given[CLI_CALL_ID] };
    if (!name->is_given) {
        return RP_OK;
    }
    const ss_slice word = ss_slice_from(args->value[CLI_CALL_ID]);
    uint64_t number = 0;
    if (word.len == 0) {
        cli_say("--call: c17, or a Call-ID is wanted");
        return RP_USAGE;
    }
    if (word.at[0] == 'c' &&
        ss_slice_to_u64(ss_slice_cut(word, 1, word.len), UINT32_MAX, &number) == SS_OK) {
        name->number = (uint32_t)number;
    } else if (is_hash(word)) {
        name->hash = strtoull(args->value[CLI_CALL_ID], NULL, 16);
    } else {
        name->hash = ss_hash64(0, word);
    }
    return RP_OK;
}

/* ---- the ladder of a run ---- */

typedef struct drawing {
    cli_call_name *name;
    rp_ladder_form form;
    rp_file *out; /* NULL: the call is only chosen */
    rp_ladder *ladder;
    bool found;
} drawing;

static void begin_drawing(void *self, const sn_plan *plan)
{
    drawing *d = self;
    d->ladder = rp_ladder_new(&plan->cast);
    if (d->ladder != NULL && d->name->is_given) {
        rp_ladder_select(d->ladder, d->name->hash, d->name->number);
    }
}

static void draw_fact(void *self, const sn_fact *fact, ss_slice packet)
{
    drawing *d = self;
    (void)packet;
    if (d->ladder != NULL) {
        rp_ladder_fact(d->ladder, fact);
    }
}

static void choose(drawing *d, const rp_run *run)
{
    const sn_violation *v = NULL;
    for (unsigned nth = 0; d->name->hash == 0 && (v = sn_judge_violation(run->judge, nth)) != NULL;
         nth++) {
        d->name->hash = v->call_id;
    }
    if (d->name->hash == 0) {
        d->name->hash = rp_ladder_chosen(d->ladder);
    }
    d->found = d->name->hash != 0;
}

static void finish_drawing(void *self, const rp_run *run)
{
    drawing *d = self;
    if (d->ladder != NULL && d->out == NULL) {
        choose(d, run);
    } else if (d->ladder != NULL) {
        d->found = rp_ladder_write_one(d->ladder, d->out, d->form);
    }
    rp_ladder_free(d->ladder);
    d->ladder = NULL;
}

static rp_status run_drawing(const char *path, drawing *d)
{
    const cli_watcher watcher = { d, begin_drawing, draw_fact, finish_drawing };
    const rp_status status = cli_run_again(path, &watcher);
    rp_ladder_free(d->ladder);
    return status != RP_OK ? status : d->found ? RP_OK : RP_USAGE;
}

rp_status cli_call_choose(const char *path, cli_call_name *name)
{
    drawing d = { .name = name };
    *name = (cli_call_name){ 0 };
    const rp_status status = run_drawing(path, &d);
    name->is_given = d.found;
    if (status == RP_USAGE && !d.found) {
        cli_say("%s: there is nothing to draw", path);
    }
    return status;
}

rp_status cli_call_draw(const char *path, const cli_call_name *name, rp_ladder_form form,
                        rp_file *out)
{
    cli_call_name wanted = *name;
    drawing d = { .name = &wanted, .form = form, .out = out };
    return run_drawing(path, &d);
}
