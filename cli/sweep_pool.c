/* The runs of a sweep, several at once: each thread takes the next run that is not done, simulates it as a world of its own,
 * and keeps what it found by its number; so that what is written afterwards does not depend on who did what when.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "progress.h"
#include "sweep.h"

typedef struct crew {
    const cli_pool *pool;
    pthread_mutex_t lock; /* over all below, and stderr's progress line */
    uint32_t next;
    uint32_t done, todo, failed;
    rp_status_set set; /* what stops the sweep */
    uint64_t started_ns, shown_ns;
    bool shows, is_shown;
} crew;

/* One run. */
typedef struct errand {
    crew *crew;
    uint32_t number;
    rp_status_set set;
} errand;

/* ---- progress ---- */

static void put_progress(crew *c, uint64_t now)
{
    const uint64_t spent = now - c->started_ns;
    fprintf(stderr, "\r%" PRIu32 " of %" PRIu32 " runs, %" PRIu32 " failed", c->done, c->todo,
            c->failed);
    if (c->done != 0) {
        const uint64_t left_s = spent / c->done * (c->todo - c->done) / 1000000000u;
        fprintf(stderr, ", %" PRIu64 ":%02u left", left_s / 60, (unsigned)(left_s % 60));
    }
    fputs("\x1b[K", stderr);
    fflush(stderr);
}

static void show(crew *c)
{
    const uint64_t now = cli_wall_ns();
    if (c->shows && now - c->started_ns > UINT64_C(1000000000) &&
        now - c->shown_ns > UINT64_C(200000000)) {
        put_progress(c, now);
        c->shown_ns = now;
        c->is_shown = true;
    }
}

/* ---- one run ---- */

/* It is in the journal before anybody can be told that it is done. */
static void keep(void *self, const rp_run *run)
{
    errand *e = self;
    crew *c = e->crew;
    const rp_status_set halts = rp_status_bit(RP_IO) | rp_status_bit(RP_INTERRUPTED);
    rp_sweep *s = c->pool->sweep;
    if ((run->statuses & halts) != 0 || s->runs[e->number].line != NULL) {
        return;
    }
    const bool taken = rp_sweep_take(s, e->number, run);
    pthread_mutex_lock(&c->lock);
    if (taken) {
        rp_put(c->pool->journal, (ss_slice){ s->runs[e->number].line, s->runs[e->number].len });
        rp_file_flush(c->pool->journal);
    } else {
        cli_say("out of memory");
        c->set |= rp_status_bit(RP_IO);
    }
    pthread_mutex_unlock(&c->lock);
}

static bool folder_of(const errand *e, char *folder)
{
    char name[32];
    snprintf(name, sizeof name, "run-%06" PRIu32, e->number);
    return rp_path_join(folder, e->crew->pool->dir, name);
}

/* The scenario of this run: what all have, then its values. */
static rp_status_set simulate(errand *e, const char *dir)
{
    const cli_pool *pool = e->crew->pool;
    const rp_sweep *s = pool->sweep;
    const uint64_t seed = rp_sweep_seed(s, e->number);
    const session_taker taker = { e, keep };
    session_options o = *pool->base;
    const char **overrides = calloc(o.override_count + s->axis_count + 1, sizeof *overrides);
    char *texts[RP_AXES_MAX] = { NULL };
    bool ok = overrides != NULL;
    if (ok && o.override_count != 0) {
        memcpy(overrides, o.overrides, o.override_count * sizeof *overrides);
    }
    for (uint32_t i = 0; i < s->axis_count && ok; i++) {
        const rp_axis *axis = &s->axes[i];
        const char *value = axis->values[rp_sweep_place(s, rp_sweep_cell(s, e->number), i)];
        const size_t size = strlen(axis->path) + strlen(value) + 2;
        texts[i] = malloc(size);
        ok = texts[i] != NULL;
        if (ok) {
            snprintf(texts[i], size, "%s=%s", axis->path, value);
            overrides[o.override_count++] = texts[i];
        }
    }
    o.overrides = overrides;
    o.seed = &seed;
    o.taker = &taker;
    o.dir = dir;
    o.dir_is_given = dir != NULL;
    o.force = true;
    if (dir == NULL) {
        o.tapes = (cli_tapes){ 0 };
    }
    const rp_status_set set = ok ? session_run(&o) : rp_status_bit(RP_IO);
    for (uint32_t i = 0; i < s->axis_count; i++) {
        free(texts[i]);
    }
    free(overrides);
    return set;
}

static void run_errand(errand *e)
{
    char folder[RP_PATH_BYTES];
    const cli_pool *pool = e->crew->pool;
    if (!folder_of(e, folder)) {
        cli_say("%.60s…: a path of more than %u bytes", pool->dir, RP_PATH_BYTES - 1);
        e->set = rp_status_bit(RP_IO);
        return;
    }
    e->set = simulate(e, pool->keep_all ? folder : NULL);
    if (pool->keep_failed && e->set != 0 && !cli_interrupted()) {
        e->set |= simulate(e, folder); /* the same run again, with its files */
    }
}

/* ---- all of them ---- */

/* The next number to do; false when there is none, or no use in going on. */
static bool next_of(crew *c, uint32_t *number)
{
    const rp_sweep *s = c->pool->sweep;
    while (c->next < s->run_count &&
           (s->runs[c->next].line != NULL || !rp_sweep_is_asked(s, c->next))) {
        c->next++;
    }
    if (c->next == s->run_count || c->set != 0 || cli_interrupted()) {
        return false;
    }
    *number = c->next++;
    return true;
}

static void *work(void *self)
{
    crew *c = self;
    errand e = { .crew = c };
    pthread_mutex_lock(&c->lock);
    while (next_of(c, &e.number)) {
        pthread_mutex_unlock(&c->lock);
        run_errand(&e);
        pthread_mutex_lock(&c->lock);
        const rp_status_set halts = rp_status_bit(RP_IO) | rp_status_bit(RP_SCENARIO) |
                                    rp_status_bit(RP_USAGE) | rp_status_bit(RP_INTERRUPTED);
        c->set |= e.set & halts;
        c->done++;
        c->failed += e.set != 0;
        show(c);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static uint32_t count_todo(const rp_sweep *s)
{
    uint32_t todo = 0;
    for (uint32_t i = 0; i < s->run_count; i++) {
        todo += rp_sweep_is_asked(s, i) && s->runs[i].line == NULL;
    }
    return todo;
}

rp_status_set cli_pool_run(const cli_pool *pool)
{
    crew c = { .pool = pool,
               .lock = PTHREAD_MUTEX_INITIALIZER,
               .todo = count_todo(pool->sweep),
               .started_ns = cli_wall_ns(),
               .shows = !pool->base->quiet_progress && cli_is_colourful(stderr) };
    pthread_t *threads = calloc(pool->jobs, sizeof *threads);
    uint32_t started = 0;
    const uint32_t wanted = pool->jobs < c.todo ? pool->jobs : c.todo;
    while (threads != NULL && started + 1 < wanted &&
           pthread_create(&threads[started], NULL, work, &c) == 0) {
        started++;
    }
    work(&c); /* this thread is one of them, and enough when no other is to be had */
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    if (c.is_shown) {
        fputs("\r\x1b[K", stderr);
    }
    pthread_mutex_destroy(&c.lock);
    return c.set;
}
