/* The files of a sweep, written and read again. */
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "observers.h"
#include "sweep.h"
#include "wanted.h"

static const char runs_name[] = "runs.jsonl", journal_name[] = ".runs.journal";
#define RUNS_BYTES_MAX ((size_t)4 << 30)

/* ---- writing ---- */

static void write_json(const rp_sweep *s, rp_file *out)
{
    rp_json j = rp_json_on(out, false);
    rp_sweep_write_json(s, &j);
    rp_json_end(&j);
}

static rp_status write_file(const rp_sweep *s, const char *dir, const char *name,
                            void (*write)(const rp_sweep *, rp_file *))
{
    int error = 0;
    rp_file *out = rp_file_open(dir, name, &error);
    if (out != NULL) {
        write(s, out);
        error = rp_file_close(out);
    }
    if (error != 0) {
        cli_say_unwritten(dir, name, error);
        return RP_IO;
    }
    return RP_OK;
}

static const struct {
    const char *name;
    void (*write)(const rp_sweep *, rp_file *);
} rows[] = { { runs_name, rp_sweep_write_runs },
             { "sweep.json", write_json },
             { "sweep.csv", rp_sweep_write_csv },
             { "report.html", rp_sweep_write_html } };

static rp_status_set write_files(const rp_sweep *s, const char *dir, uint32_t files)
{
    rp_status_set set = 0;
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        if ((files & UINT32_C(1) << i) != 0) {
            set |= rp_status_bit(write_file(s, dir, rows[i].name, rows[i].write));
        }
    }
    return set;
}

rp_status_set cli_sweep_write(const rp_sweep *s, const char *dir)
{
    return write_files(s, dir, UINT32_MAX);
}

rp_status cli_sweep_print(const rp_sweep *s, const char *dir, const cli_args *args)
{
    if (args->given[CLI_QUIET] && !args->given[CLI_JSON]) {
        return RP_OK;
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    if (args->given[CLI_JSON]) {
        write_json(s, out);
    } else {
        rp_sweep_summary(s, out, dir, cli_is_colourful(stdout));
    }
    return cli_close_stdout(out);
}

/* ---- reading ---- */

static rp_sweep *read_one(const char *dir, const char *name, rp_status_set *set)
{
    char path[RP_PATH_BYTES];
    size_t len = 0;
    if (!rp_path_join(path, dir, name)) {
        cli_say("%.60s…: a path of more than %u bytes", dir, RP_PATH_BYTES - 1);
        *set |= rp_status_bit(RP_IO);
        return NULL;
    }
    char *text = cli_read_file(path, RUNS_BYTES_MAX, &len);
    if (text == NULL) {
        *set |= rp_status_bit(RP_IO);
        return NULL;
    }
    rp_sweep_trouble trouble = { 0 };
    rp_sweep *s = rp_sweep_read((ss_slice){ text, len }, &trouble);
    if (s == NULL) {
        cli_say("%s:%u: %s", path, trouble.line, trouble.why);
        *set |= rp_status_bit(RP_IO);
    }
    free(text);
    return s;
}

static void join(rp_sweep *to, rp_sweep *from, const char *dir, rp_status_set *set)
{
    rp_sweep_trouble trouble = { 0 };
    const rp_sweep_error error = rp_sweep_join(to, from, &trouble);
    if (error == RP_SWEEP_DIFFERS) {
        cli_say("%s: run %u is there twice and found two things", dir, trouble.run);
        *set |= rp_status_bit(RP_NONDETERMINISM);
    } else if (error == RP_SWEEP_OTHER) {
        cli_say("%s: %s is %s than %s", dir, journal_name, trouble.why, runs_name);
        *set |= rp_status_bit(RP_USAGE);
    }
}

rp_sweep *cli_sweep_read(const char *dir, rp_status_set *set)
{
    rp_sweep *s = cli_exists(dir, runs_name) ? read_one(dir, runs_name, set) : NULL;
    if (*set != 0 || !cli_exists(dir, journal_name)) {
        return s;
    }
    rp_sweep *journal = read_one(dir, journal_name, set);
    if (s != NULL && journal != NULL) {
        join(s, journal, dir, set);
        rp_sweep_free(journal);
        return s;
    }
    return s == NULL ? journal : s;
}

/* ---- once more ---- */

static const char *name_of(uint32_t nth)
{
    return rows[nth].name;
}

static bool has_file(const char *dir, uint32_t nth)
{
    return cli_exists(dir, rows[nth].name);
}

static rp_status say_files(const cli_args *args, const rp_sweep *s, const char *dir, uint32_t files)
{
    if (args->given[CLI_JSON] || args->given[CLI_QUIET]) {
        return cli_sweep_print(s, dir, args);
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_put_text(out, dir);
    rp_put_text(out, files == 0 ? ": nothing is wanting; --force writes all of it anew" : ":");
    for (uint32_t i = 0; i < SS_COUNT(rows); i++) {
        if ((files & UINT32_C(1) << i) != 0) {
            rp_put_char(out, ' ');
            rp_put_text(out, rows[i].name);
        }
    }
    rp_put_char(out, '\n');
    return cli_close_stdout(out);
}

rp_status cli_sweep_rebuild(const cli_args *args, const char *from, const char *dir,
                            bool is_in_place)
{
    const cli_wanted w = { .args = args,
                           .dir = dir,
                           .is_in_place = is_in_place,
                           .count = SS_COUNT(rows),
                           .name = name_of,
                           .has = has_file };
    uint32_t files = 0;
    rp_status_set set = rp_status_bit(cli_wanted_choose(&w, &files));
    rp_sweep *s = set == 0 ? cli_sweep_read(from, &set) : NULL;
    if (s == NULL || set != 0) {
        rp_sweep_free(s);
        return rp_status_worst(set);
    }
    if (is_in_place || args->given[CLI_ONLY]) {
        set |= cli_make_folder(dir) ? 0 : rp_status_bit(RP_IO);
    } else {
        set |= rp_status_bit(session_prepare_folder(dir, args->given[CLI_FORCE]));
    }
    if (set == 0) {
        set |= write_files(s, dir, files) | rp_status_bit(say_files(args, s, dir, files));
    }
    rp_sweep_free(s);
    return rp_status_worst(set);
}
