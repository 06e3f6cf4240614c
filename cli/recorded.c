/* results.json and engine.json of a run, read back for those who make the run again. */
#include "recorded.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "files.h"
#include "rp/json_read.h"

enum { RESULTS_BYTES_MAX = 64 << 20, LINES_MAX = 1 << 24 };

/* A file of JSON, and what is left of it when it was read. */
typedef struct document {
    char *text;
    rp_doc *doc;
} document;

static void close_document(document *d)
{
    rp_doc_free(d->doc);
    free(d->text);
}

static rp_status open_document(document *d, const char *dir, const char *name)
{
    char path[RP_PATH_BYTES];
    size_t len = 0, offset = 0;
    *d = (document){ .text = NULL };
    if (!rp_path_join(path, dir, name)) {
        cli_say("%.60s…: a path of more than %u bytes", dir, RP_PATH_BYTES - 1);
        return RP_USAGE;
    }
    d->text = cli_read_file(path, RESULTS_BYTES_MAX, &len);
    if (d->text == NULL) {
        return RP_IO;
    }
    d->doc = rp_doc_read((ss_slice){ d->text, len });
    if (d->doc == NULL) {
        cli_say("out of memory: %s", path);
        return RP_IO;
    }
    const char *why = rp_doc_error(d->doc, &offset);
    if (why != NULL) {
        cli_say("%s: byte %zu: %s", path, offset, why);
        return RP_IO;
    }
    return RP_OK;
}

/* A text of the document as a string, cut where it does not fit or a NUL is in it. */
static void copy(char *to, size_t cap, ss_slice text)
{
    const char *nul = text.len == 0 ? NULL : memchr(text.at, '\0', text.len);
    size_t len = nul == NULL ? text.len : (size_t)(nul - text.at);
    len = len < cap ? len : cap - 1;
    if (len != 0) {
        memcpy(to, text.at, len);
    }
    to[len] = '\0';
}

/* Likewise, for a terminal. */
static void copy_plain(char *to, size_t cap, ss_slice text)
{
    copy(to, cap, text);
    for (; *to != '\0'; to++) {
        *to = (unsigned char)*to < 0x20 || (unsigned char)*to > 0x7e ? '?' : *to;
    }
}

static uint32_t count_of(const rp_value *list)
{
    return list != NULL && list->kind == RP_VALUE_LIST && list->count < LINES_MAX ? list->count : 0;
}

static void put_lines(const rp_doc *d, const rp_value *list, uint32_t *lines, uint32_t count)
{
    const rp_value *v = rp_value_first(d, list);
    for (uint32_t i = 0; i < count && v != NULL; i++, v = rp_value_next(d, v)) {
        const uint64_t line = rp_value_u64(d, v, "line", 0);
        lines[i] = line <= UINT32_MAX ? (uint32_t)line : 0;
    }
}

static rp_status read_lines(cli_recorded *r, const rp_doc *d)
{
    static const char *const names[] = { "expects", "reached", "checks" };
    uint32_t *const counts[] = { &r->run.expect_count, &r->run.reached_count, &r->run.check_count };
    const rp_value *root = rp_doc_root(d);
    size_t all = 1;
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        *counts[i] = count_of(rp_value_at(d, root, names[i]));
        all += *counts[i];
    }
    r->lines = calloc(all, sizeof *r->lines);
    if (r->lines == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    uint32_t *at = r->lines;
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        put_lines(d, rp_value_at(d, root, names[i]), at, *counts[i]);
        at += *counts[i];
    }
    r->run.lines = r->lines;
    return RP_OK;
}

/* Whether it can be made again at all. */
static rp_status read_course(cli_recorded *r, const char *dir, const rp_doc *d)
{
    const rp_value *root = rp_doc_root(d), *run = rp_value_at(d, root, "run");
    r->run.digest = rp_value_hex64(d, run, "digest");
    r->scenario_hash = rp_value_hex64(d, rp_value_at(d, root, "scenario"), "hash");
    copy_plain(r->version, sizeof r->version, rp_value_text(d, root, "version"));
    copy_plain(r->stopped, sizeof r->stopped, rp_value_text(d, run, "stopped"));
    if (rp_value_truth(d, run, "interrupted")) {
        r->run.events = rp_value_u64(d, run, "events", 0);
    } else if (strncmp(r->stopped, "ended early", 11) == 0) {
        cli_say(
            "%s: the run could not go on to its end, and has no outcome to report; run it again: "
            "sipsim run %s/scenario.effective.yaml -o DIR",
            dir, dir);
        return RP_IO;
    }
    if (r->run.digest == 0) {
        cli_say(
            "%s/results.json has no digest: it cannot be told whether the run comes out as it was",
            dir);
        return RP_USAGE;
    }
    return RP_OK;
}

static bool has_status(const rp_doc *d, uint64_t wanted)
{
    const rp_value *list = rp_value_at(d, rp_doc_root(d), "statuses");
    const rp_value *v = rp_value_first(d, list);
    while (v != NULL && rp_value_u64(d, v, "status", UINT64_MAX) != wanted) {
        v = rp_value_next(d, v);
    }
    return v != NULL;
}

static bool leaves_repros(const rp_doc *d)
{
    const rp_value *run = rp_value_at(d, rp_doc_root(d), "run");
    const bool has_failed = has_status(d, (uint64_t)rp_status_exit(RP_VIOLATION)) ||
                            has_status(d, (uint64_t)rp_status_exit(RP_LIVENESS));
    return has_failed && !rp_value_truth(d, run, "interrupted") &&
           rp_value_u64(d, run, "events", UINT64_MAX) <= FZ_REPRO_EVENTS_MAX;
}

static rp_status read_results(cli_recorded *r, const char *dir, const rp_doc *d)
{
    char schema[64];
    copy_plain(schema, sizeof schema, rp_value_text(d, rp_doc_root(d), "schema"));
    if (strcmp(schema, "sipsim.results/1") != 0) {
        cli_say("%s/results.json is of schema %s; this version reads sipsim.results/1", dir,
                schema[0] == '\0' ? "(none)" : schema);
        return schema[0] == '\0' ? RP_USAGE : RP_UNSUPPORTED;
    }
    const rp_status status = read_course(r, dir, d);
    r->has_repros = leaves_repros(d);
    return status == RP_OK ? read_lines(r, d) : status;
}

/* What it says is welcome, and not needed. */
static void read_engine(cli_recorded *r, const char *dir)
{
    document d = { .text = NULL };
    if (cli_exists(dir, "engine.json") && open_document(&d, dir, "engine.json") == RP_OK) {
        const rp_value *root = rp_doc_root(d.doc);
        copy_plain(r->commit, sizeof r->commit, rp_value_text(d.doc, root, "commit"));
        copy(r->file, sizeof r->file, rp_value_text(d.doc, root, "file"));
        r->run.file = r->file[0] == '\0' ? NULL : r->file;
    }
    close_document(&d);
}

rp_status cli_recorded_read(cli_recorded *r, const char *dir)
{
    document d;
    *r = (cli_recorded){ .lines = NULL };
    rp_status status = open_document(&d, dir, "results.json");
    if (status == RP_OK) {
        status = read_results(r, dir, d.doc);
    }
    close_document(&d);
    if (status == RP_OK) {
        read_engine(r, dir);
    }
    return status;
}

void cli_recorded_free(cli_recorded *r)
{
    free(r->lines);
}
