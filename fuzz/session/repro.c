/* Reproducers: text to parts and back, and the run that is recorded or played. */
#include "fz/repro.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1024 };

static const ss_slice first_line = SS_LIT_INIT("sipsim-reproducer: 1");
static const ss_slice decisions_line = SS_LIT_INIT("--- decisions");
static const ss_slice scenario_line = SS_LIT_INIT("--- scenario");

/* ---- text ---- */

static void put_line(ss_buffer *b, void *self, fz_repro_out *put)
{
    SS_ASSERT(!b->overflow);
    ss_put_char(b, '\n');
    put(self, ss_buffer_slice(b));
    b->len = 0;
}

void fz_repro_put(const fz_repro *repro, const sn_cast *cast, void *self, fz_repro_out *put)
{
    char text[LINE_BYTES];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put(&b, first_line);
    put_line(&b, self, put);
    ss_put_text(&b, "key: ");
    ss_put_text(&b, repro->key);
    put_line(&b, self, put);
    ss_put_text(&b, "digest: ");
    ss_put_hex(&b, repro->digest, 16);
    put_line(&b, self, put);
    ss_put(&b, decisions_line);
    put_line(&b, self, put);
    for (size_t i = 0; i < repro->decision_count; i++) {
        sn_decision_put(&b, &repro->decisions[i], cast);
        put_line(&b, self, put);
    }
    ss_put(&b, scenario_line);
    put_line(&b, self, put);
    put(self, repro->scenario);
}

/* ---- reading ---- */

typedef struct reading {
    ss_slice rest;
    unsigned line;
    const char *why;
} reading;

static ss_slice next_line(reading *r)
{
    const size_t end = ss_slice_find(r->rest, '\n');
    ss_slice line = ss_slice_cut(r->rest, 0, end);
    r->rest = ss_slice_cut(r->rest, end < r->rest.len ? end + 1 : end, r->rest.len);
    r->line++;
    if (line.len > 0 && line.at[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

static bool starts(ss_slice line, ss_slice word)
{
    return line.len >= word.len && ss_slice_eq(ss_slice_cut(line, 0, word.len), word);
}

static bool read_key(reading *r, fz_repro *repro)
{
    const ss_slice line = next_line(r), word = SS_LIT("key:");
    r->why = "the second line is `key: ` and what failed";
    if (!starts(line, word)) {
        return false;
    }
    const ss_slice key = ss_slice_trim(ss_slice_cut(line, word.len, line.len));
    if (key.len >= sizeof repro->key) {
        return false;
    }
    if (key.len > 0) {
        memcpy(repro->key, key.at, key.len);
    }
    repro->key[key.len] = '\0';
    return true;
}

static bool read_digest(reading *r, fz_repro *repro)
{
    const ss_slice line = next_line(r), word = SS_LIT("digest: ");
    r->why = "the third line is `digest: ` and 16 hexadecimal digits";
    if (!starts(line, word) || line.len != word.len + 16) {
        return false;
    }
    for (size_t i = word.len; i < line.len; i++) {
        const char c = ss_lower(line.at[i]);
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
            return false;
        }
        repro->digest = repro->digest << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static bool read_head(reading *r, fz_repro *repro)
{
    r->why = "the first line of a reproducer is `sipsim-reproducer: 1`";
    if (!ss_slice_eq(next_line(r), first_line) || !read_key(r, repro) || !read_digest(r, repro)) {
        return false;
    }
    r->why = "the fourth line is `--- decisions`";
    return ss_slice_eq(next_line(r), decisions_line);
}

/* Up to the line of the scenario. */
static ss_status read_decisions(reading *r, fz_repro *repro)
{
    sn_decision *all = NULL;
    size_t cap = 0;
    for (;;) {
        const bool is_over = r->rest.len == 0;
        const ss_slice line = next_line(r);
        if (ss_slice_eq(line, scenario_line)) {
            return SS_OK;
        }
        r->why = is_over ? "there is no `--- scenario`" : "this is no decision";
        if (repro->decision_count == cap) {
            cap = cap == 0 ? 64 : 2 * cap;
            all = realloc(repro->memory, cap * sizeof *all);
            if (all == NULL) {
                return SS_ERR_MEMORY;
            }
            repro->memory = all;
            repro->decisions = all;
        }
        if (is_over || sn_decision_parse(line, &all[repro->decision_count]) != SS_OK) {
            return SS_ERR_SYNTAX;
        }
        repro->decision_count++;
    }
}

ss_status fz_repro_read(fz_repro *repro, ss_slice text, unsigned *line, const char **why)
{
    reading r = { .rest = text };
    *repro = (fz_repro){ .digest = 0 };
    ss_status status = read_head(&r, repro) ? read_decisions(&r, repro) : SS_ERR_SYNTAX;
    if (status == SS_OK) {
        repro->scenario = r.rest;
    } else {
        free(repro->memory);
        *repro = (fz_repro){ .digest = 0 };
    }
    *line = r.line;
    *why = r.why;
    return status;
}

/* ---- running ---- */

typedef struct watching {
    sn_judge *judge;
    sn_digest digest;
    ss_time end;
} watching;

static void watch(void *self, const sn_fact *fact, ss_slice packet)
{
    watching *w = self;
    sn_digest_fact(&w->digest, fact);
    sn_judge_fact(w->judge, fact, packet);
    w->end = fact->key.at;
}

static bool is_known(const fz_repro_run *run, const char *key)
{
    for (uint32_t i = 0; i < run->key_count; i++) {
        if (strcmp(run->keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void add_key(fz_repro_run *run, const fz_verdict *verdict, const sn_plan *plan)
{
    char key[FZ_REPRO_KEY_BYTES];
    ss_buffer b = ss_buffer_on(key, sizeof key - 1);
    fz_verdict_put_key(&b, verdict, plan);
    key[b.len] = '\0';
    if (run->key_count < FZ_REPRO_KEYS_MAX && key[0] != '\0' && !is_known(run, key)) {
        memcpy(run->keys[run->key_count++], key, sizeof key);
    }
}

/* The first of each law, then of the violations that are kept one key a cause; else what stood in the way. */
static void add_keys(fz_repro_run *run, const sn_judge *judge, const sn_plan *plan,
                     sn_run_state state, uint32_t culprit)
{
    const sn_violation *v;
    for (unsigned law = 0; law < sn_law_count; law++) {
        v = sn_judge_first_of(judge, law);
        if (v != NULL) {
            add_key(run, &(fz_verdict){ .violations = 1, .first = *v, .oracle = sn_laws[law].name },
                    plan);
        }
    }
    for (uint32_t i = 0; (v = sn_judge_violation(judge, i)) != NULL; i++) {
        add_key(run, &(fz_verdict){ .violations = 1, .first = *v, .oracle = sn_laws[v->law].name },
                plan);
    }
    if (state == SN_RUN_ZENO || state == SN_RUN_BUDGET) {
        add_key(run,
                &(fz_verdict){ .oracle = "liveness",
                               .culprit = culprit,
                               .sentence = state == SN_RUN_ZENO
                                               ? "too many events without time moving on"
                                               : "the budget of events is spent" },
                plan);
    }
}

static bool run_world(const sn_plan *plan, sn_decisions *decisions, watching *w, fz_repro_run *run)
{
    const sn_sink sink = { w, watch };
    sn_world *world = sn_world_new(
        plan, &(sn_world_options){ .sinks = &sink, .sink_count = 1, .decisions = decisions });
    if (world == NULL) {
        return false;
    }
    const sn_run_state state = sn_world_run(world, UINT64_MAX);
    sn_judge_finish(w->judge, w->end, state != SN_RUN_DONE);
    run->digest = sn_digest_sum(&w->digest);
    run->events = sn_world_events(world);
    add_keys(run, w->judge, plan, state, sn_world_culprit(world));
    sn_world_free(world);
    return state != SN_RUN_MEMORY && !sn_judge_out_of_memory(w->judge) &&
           (decisions == NULL || !sn_decisions_failed(decisions));
}

bool fz_repro_run_plan(const sn_plan *plan, sn_decisions *decisions, fz_repro_run *run)
{
    watching w = { .judge = sn_judge_new(&plan->cast, SN_ALL_LAWS) };
    uint64_t *chains = calloc((size_t)plan->cast.node_count * 3, sizeof *chains);
    bool is_run = false;
    *run = (fz_repro_run){ .key_count = 0 };
    if (w.judge != NULL && chains != NULL) {
        sn_digest_init(&w.digest, &plan->cast, chains);
        is_run = run_world(plan, decisions, &w, run);
    }
    sn_judge_free(w.judge);
    free(chains);
    return is_run;
}

bool fz_repro_fails(const fz_repro_run *run, const char *key)
{
    return is_known(run, key);
}
