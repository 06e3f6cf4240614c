/* The files of a run: their names, who writes each, and what is done with those of before. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli.h"
#include "files.h"
#include "progress.h"
#include "repro.h"
#include "rp/csv.h"
#include "rp/html.h"
#include "rp/machine.h"
#include "rp/results.h"
#include "session_state.h"
#include "step_summary.h"

/* ---- each of them ---- */

static void write_ladder(const session *s, rp_file *out)
{
    rp_ladder_write(s->observers.ladder, out, s->plan->name, s->state != SN_RUN_DONE);
}

static void write_effective(const session *s, rp_file *out)
{
    rp_put(out, sn_scenario_effective(s->scenario));
}

static void write_results(const session *s, rp_file *out)
{
    rp_json j = rp_json_on(out, false);
    rp_results_write(&j, &s->run);
    rp_json_end(&j);
}

static void write_html(const session *s, rp_file *out)
{
    rp_html_write(out, &s->run, s->observers.ladder);
}

static void write_csv(const session *s, rp_file *out)
{
    rp_csv_write(out, &s->run);
}

static void write_prom(const session *s, rp_file *out)
{
    rp_prom_write(out, &s->run);
}

static void write_junit(const session *s, rp_file *out)
{
    rp_junit_write(out, &s->run);
}

static void write_sarif(const session *s, rp_file *out)
{
    rp_sarif_write(out, &s->run);
}

static void write_mermaid(const session *s, rp_file *out)
{
    rp_ladder_mermaid(s->observers.ladder, s->run.cast, out);
}

static void write_picture(const session *s, rp_file *out)
{
    rp_ladder_picture(s->observers.ladder, s->run.cast, out);
}

static void write_engine(const session *s, rp_file *out)
{
    rp_json j = rp_json_on(out, false);
    rp_engine_write(&j, &s->run, &s->engine);
    rp_json_end(&j);
}

static uint64_t peak_rss(void)
{
    struct rusage usage = { 0 };
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024u;
}

/* ---- all of them ---- */

typedef struct file_row {
    const char *name;
    void (*write)(const session *,
                  rp_file *); /* NULL: while the run goes, or in a way of its own */
} file_row;

static const file_row rows[SESSION_FILES] = {
    [SESSION_LADDER] = { "ladder.txt", write_ladder },
    [SESSION_EFFECTIVE] = { "scenario.effective.yaml", write_effective },
    [SESSION_RESULTS] = { "results.json", write_results },
    [SESSION_PAGE] = { "report.html", write_html },
    [SESSION_CSV] = { "metrics.csv", write_csv },
    [SESSION_PROM] = { "metrics.prom", write_prom },
    [SESSION_JUNIT] = { "junit.xml", write_junit },
    [SESSION_SARIF] = { "results.sarif", write_sarif },
    [SESSION_MERMAID] = { "ladder.mmd", write_mermaid },
    [SESSION_PICTURE] = { "ladder.svg", write_picture },
    [SESSION_TRACE] = { "trace.pcapng", NULL },
    [SESSION_EVENTS] = { "events.jsonl", NULL },
    [SESSION_SPANS] = { "trace.json", NULL },
    [SESSION_HEP] = { "trace.hep", NULL },
    [SESSION_REPROS] = { "repro-*.sipr", NULL },
    [SESSION_ENGINE] = { "engine.json", write_engine },
};

const char *session_file_name(session_file file)
{
    return rows[file].name;
}

bool session_has_file(const char *dir, session_file file)
{
    return file == SESSION_REPROS ? cli_repros_are_there(dir) : cli_exists(dir, rows[file].name);
}

static bool is_wanted(const session *s, session_file file)
{
    return (s->options->without & UINT32_C(1) << file) == 0;
}

static void write_file(session *s, session_file file)
{
    const char *name = rows[file].name;
    int error = 0;
    if (rows[file].write == NULL || !is_wanted(s, file)) {
        return;
    }
    rp_file *out = rp_file_open(s->options->dir, name, &error);
    if (out != NULL) {
        rows[file].write(s, out);
        error = rp_file_close(out);
    }
    if (error != 0) {
        cli_say_unwritten(s->options->dir, name, error);
        s->run.statuses |= rp_status_bit(RP_IO);
    }
}

/* Of a run whose decisions are not more than anybody can hold. */
static void write_repros(session *s)
{
    const rp_status_set failures = rp_status_bit(RP_VIOLATION) | rp_status_bit(RP_LIVENESS);
    if ((s->run.statuses & failures) == 0 || s->run.events > FZ_REPRO_EVENTS_MAX ||
        rp_status_holds(s->run.statuses, RP_INTERRUPTED) || !is_wanted(s, SESSION_REPROS)) {
        return;
    }
    if (!cli_repros_write(s->options->dir, s->plan, sn_scenario_effective(s->scenario),
                          s->run.digest)) {
        s->run.statuses |= rp_status_bit(RP_IO);
    }
}

void session_write_files(session *s)
{
    write_repros(s);
    cli_observers_conclude(&s->observers, &s->run);
    s->run.statuses |= rp_status_bit(cli_observers_close(&s->observers, s->options->dir));
    for (session_file file = 0; file < SESSION_ENGINE; file++) {
        write_file(s, file);
    }
    if (s->options->recorded == NULL) {
        s->run.statuses |= rp_status_bit(cli_step_summary(&s->run));
    }
    s->engine.wall_ns = cli_wall_ns() - s->started_ns;
    s->engine.peak_rss_bytes = peak_rss();
    write_file(s, SESSION_ENGINE);
}

/* ---- those of before ---- */

static const char *const sweep_names[] = { "sweep.json", "sweep.csv", "runs.jsonl",
                                           ".runs.journal" };

/* One name after the other; NULL at the end. */
static const char *name_at(size_t nth)
{
    size_t at = 0;
    for (session_file file = 0; file < SESSION_FILES; file++) {
        if (file != SESSION_REPROS && at++ == nth) {
            return rows[file].name;
        }
    }
    return nth - at < SS_COUNT(sweep_names) ? sweep_names[nth - at] : NULL;
}

/* Results of before are kept, or all of them go: a folder never holds files of two runs. */
rp_status session_prepare_folder(const char *dir, bool force)
{
    if (!cli_make_folder(dir)) {
        return RP_IO;
    }
    const char *name = NULL;
    for (size_t i = 0; (name = name_at(i)) != NULL; i++) {
        if (!cli_exists(dir, name)) {
            continue;
        }
        if (!force) {
            cli_say("%s/%s is there already; --force replaces it, -o DIR writes elsewhere", dir,
                    name);
            return RP_IO;
        }
        if (!cli_remove(dir, name)) {
            return RP_IO;
        }
    }
    if (cli_repros_are_there(dir) && !force) {
        cli_say("%s holds reproducers of an earlier run; --force replaces them, -o DIR writes "
                "elsewhere",
                dir);
        return RP_IO;
    }
    return cli_repros_remove(dir) ? RP_OK : RP_IO;
}
