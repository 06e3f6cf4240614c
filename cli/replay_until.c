/* sipsim replay --until, --explain: a run stopped where somebody wants to look, and what is live there; or what failed first in it, told
 * cause by cause. */
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "inputs.h"
#include "observers.h"
#include "replay.h"
#include "rp/json.h"
#include "rp/ladder.h"
#include "rp/state.h"
#include "sn/judge.h"
#include "stage.h"

typedef struct looking {
    const cli_args *args;
    cli_until until;
    rp_file *out;
    rp_json *json; /* NULL: for humans */
    rp_status_set statuses;
} looking;

/* ---- who looks on ---- */

typedef struct onlookers {
    sn_judge *judge;
    rp_ladder *ladder;
    rp_state *state; /* NULL: of a run to its end */
    ss_time end;
} onlookers;

static void look(void *self, const sn_fact *fact, ss_slice packet)
{
    onlookers *o = self;
    sn_judge_fact(o->judge, fact, packet);
    rp_ladder_fact(o->ladder, fact);
    if (o->state != NULL) {
        rp_state_fact(o->state, fact);
    }
    o->end = fact->key.at;
}

static bool open_onlookers(onlookers *o, const sn_plan *plan, bool has_state)
{
    *o = (onlookers){ .judge = sn_judge_new(&plan->cast, SN_ALL_LAWS),
                      .ladder = rp_ladder_new(&plan->cast),
                      .state = has_state ? rp_state_new(&plan->cast) : NULL };
    return o->judge != NULL && o->ladder != NULL && (o->state != NULL || !has_state);
}

static void close_onlookers(onlookers *o)
{
    sn_judge_free(o->judge);
    rp_ladder_free(o->ladder);
    rp_state_free(o->state);
}

static bool run(const cli_stage *s, onlookers *o, const cli_until *until, cli_stage_end *end)
{
    const sn_sink sink = { o, look };
    if (!cli_stage_run(s, &sink, 1, until, end)) {
        return false;
    }
    sn_judge_finish(o->judge, o->end, end->state != SN_RUN_DONE);
    return !sn_judge_out_of_memory(o->judge);
}

/* ---- --until ---- */

static void put_violations(rp_file *out, const onlookers *o)
{
    const sn_violation *v = sn_judge_violation(o->judge, 0);
    if (v != NULL) {
        rp_put_text(out, "violations so far: ");
        rp_put_u64(out, sn_judge_violation_count(o->judge));
        rp_put_text(out, "; the first, at ");
        rp_put_ms(out, v->at);
        rp_put_text(out, " ms: ");
        rp_put_text(out, sn_laws[v->law].name);
        rp_put_text(out, ": ");
        rp_put_plain(out, v->text);
        rp_put_char(out, '\n');
    }
}

static bool say_text(const looking *l, const char *path, const cli_stage *s, const onlookers *o,
                     const cli_stage_end *end)
{
    rp_put_text(l->out, path);
    rp_put_text(l->out, end->was_met ? ": stopped after " : ": it ends before that, after ");
    rp_put_u64(l->out, end->events);
    rp_put_text(l->out, " events\n");
    const bool is_whole = rp_state_write(o->state, l->out);
    put_violations(l->out, o);
    if (l->args->given[CLI_LADDER]) {
        rp_ladder_write(o->ladder, l->out, s->plan->name, end->state != SN_RUN_DONE);
    }
    return is_whole;
}

static bool say_json(const looking *l, const char *path, const onlookers *o,
                     const cli_stage_end *end)
{
    rp_json *j = l->json;
    rp_json_open(j, '{');
    rp_json_key_text(j, "file", path);
    rp_json_key_bool(j, "stopped", end->was_met);
    rp_json_key_u64(j, "t_ns", end->now);
    rp_json_key_u64(j, "events", end->events);
    rp_json_key_u64(j, "violations", sn_judge_violation_count(o->judge));
    const bool is_whole = rp_state_write_json(o->state, j);
    rp_json_close(j);
    return is_whole;
}

static rp_status stop(looking *l, const char *path, const cli_stage *s)
{
    onlookers o;
    cli_stage_end end;
    rp_status status = RP_IO;
    if (open_onlookers(&o, s->plan, true) && run(s, &o, &l->until, &end)) {
        const bool is_whole =
            l->json != NULL ? say_json(l, path, &o, &end) : say_text(l, path, s, &o, &end);
        status = is_whole ? RP_OK : RP_IO;
    }
    if (status == RP_IO) {
        cli_say("%s: out of memory", path);
    }
    close_onlookers(&o);
    return status;
}

/* ---- --explain ---- */

/* That of which a reproducer tells, else of a call, else the first. */
static const sn_violation *choose(const onlookers *o, const char *key, unsigned *nth)
{
    const sn_violation *chosen = NULL, *v = NULL;
    unsigned best = 0;
    for (unsigned i = 0; (v = sn_judge_violation(o->judge, i)) != NULL; i++) {
        const char *name = sn_laws[v->law].name;
        const size_t len = strlen(name);
        const bool is_its = strncmp(key, name, len) == 0 && (key[len] == ' ' || key[len] == '\0');
        const unsigned worth = 1u + (v->call_id != 0 ? 1u : 0u) + (is_its ? 2u : 0u);
        if (worth > best) {
            best = worth;
            chosen = v;
            *nth = i + 1;
        }
    }
    return chosen;
}

static void put_violation(rp_file *out, const sn_violation *v, unsigned nth, uint64_t count,
                          const sn_cast *cast)
{
    rp_put_text(out, sn_laws[v->law].name);
    rp_put_text(out, " at ");
    rp_put_ms(out, v->at);
    rp_put_text(out, " ms");
    rp_put_text(out, v->node < cast->node_count ? " in " : "");
    rp_put_plain(out, v->node < cast->node_count ? cast->nodes[v->node].name : "");
    rp_put_text(out, ", violation ");
    rp_put_u64(out, nth);
    rp_put_text(out, " of ");
    rp_put_u64(out, count);
    rp_put_text(out, "\n  seen:  ");
    rp_put_plain(out, v->text);
    rp_put_text(out, "\n  asked: ");
    rp_put_text(out, sn_laws[v->law].sentence);
    rp_put_text(out, sn_laws[v->law].section[0] == '\0' ? "" : "\n  by:    ");
    rp_put_text(out, sn_laws[v->law].section);
    rp_put_char(out, '\n');
}

/* The second time that call alone is followed, with its states. */
static bool put_call(looking *l, const cli_stage *s, uint64_t call_id, rp_file *out)
{
    onlookers o;
    cli_stage_end end;
    bool is_told = open_onlookers(&o, s->plan, false);
    if (is_told) {
        rp_ladder_select(o.ladder, call_id, 0);
        is_told =
            run(s, &o, &l->until, &end) && rp_ladder_write_one(o.ladder, out, RP_LADDER_WORDS);
    }
    close_onlookers(&o);
    return is_told;
}

static rp_status tell(looking *l, const char *path, const cli_stage *s, const onlookers *o)
{
    unsigned nth = 0;
    const sn_violation *v = choose(o, s->repro.key, &nth);
    const uint64_t call_id = v != NULL ? v->call_id : rp_ladder_chosen(o->ladder);
    l->statuses |= v == NULL ? 0 : rp_status_bit(RP_VIOLATION);
    rp_put_text(l->out, path);
    rp_put_text(l->out, ": ");
    if (v != NULL) {
        put_violation(l->out, v, nth, sn_judge_violation_count(o->judge), &s->plan->cast);
    } else {
        rp_put_text(l->out, "no law is broken\n");
    }
    if (call_id == 0) {
        rp_put_text(l->out, v != NULL ? "It is about no call.\n" : "Nothing was said in it.\n");
        return RP_OK;
    }
    rp_put_text(l->out, v != NULL ? "Its call, cause by cause:\n\n"
                                  : "What failed first, or came first, cause by cause:\n\n");
    if (!put_call(l, s, call_id, l->out)) {
        cli_say("%s: out of memory, or that call cannot be told", path);
        return RP_IO;
    }
    return RP_OK;
}

static rp_status explain(looking *l, const char *path, const cli_stage *s)
{
    onlookers o;
    cli_stage_end end;
    rp_status status = RP_IO;
    if (open_onlookers(&o, s->plan, false) && run(s, &o, &l->until, &end)) {
        status = tell(l, path, s, &o);
    } else {
        cli_say("%s: out of memory", path);
    }
    close_onlookers(&o);
    return status;
}

/* ---- the inputs ---- */

static void take(void *context, const char *path, ss_slice text)
{
    looking *l = context;
    cli_stage s;
    rp_status status = cli_stage_open(&s, path, text);
    if (status == RP_OK && l->args->given[CLI_UNTIL]) {
        status = stop(l, path, &s);
    }
    if (status == RP_OK && l->args->given[CLI_EXPLAIN]) {
        status = explain(l, path, &s);
    }
    l->statuses |= rp_status_bit(status);
    cli_stage_close(&s);
}

static void take_all(looking *l)
{
    bool is_well = true;
    (void)cli_each_input(l->args->files, l->args->file_count, take, l, &is_well);
    l->statuses |= is_well ? 0 : rp_status_bit(RP_IO);
}

static rp_status check(const cli_args *args, cli_until *until)
{
    static const cli_option_id others[] = { CLI_TARGET, CLI_AS, CLI_TWICE, CLI_PCAP, CLI_EXPECT };
    const char *name = args->given[CLI_UNTIL] ? "until" : "explain";
    for (size_t i = 0; i < SS_COUNT(others); i++) {
        if (args->given[others[i]]) {
            cli_say("--%s and --%s: one of them", name, cli_option_of(others[i])->name);
            return RP_USAGE;
        }
    }
    if (args->given[CLI_EXPLAIN] && args->given[CLI_JSON]) {
        cli_say("--explain has no --json; `sipsim explain FILE.sipr --json` has");
        return RP_USAGE;
    }
    *until = (cli_until){ .kind = CLI_UNTIL_END };
    if (args->given[CLI_UNTIL] && !cli_until_parse(args->value[CLI_UNTIL], until)) {
        cli_say("--until %.60s: an instant is wanted, as 1.5s or 200ms, a number of events, or an "
                "event "
                "as events.jsonl has it, 500000000/1/0/0/0/3",
                args->value[CLI_UNTIL]);
        return RP_USAGE;
    }
    return RP_OK;
}

rp_status cli_replay_until(const cli_args *args)
{
    looking l = { .args = args };
    const rp_status status = check(args, &l.until);
    if (status != RP_OK) {
        return status;
    }
    l.out = rp_file_over(stdout);
    if (l.out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_json j = rp_json_on(l.out, false);
    if (args->given[CLI_JSON]) {
        l.json = &j;
        rp_json_open(&j, '{');
        rp_json_key_text(&j, "schema", "sipsim.state/1");
        rp_json_key_open(&j, "runs", '[');
        take_all(&l);
        rp_json_close(&j);
        rp_json_close(&j);
        rp_json_end(&j);
    } else {
        take_all(&l);
    }
    l.statuses |= rp_status_bit(cli_close_stdout(l.out));
    return rp_status_worst(l.statuses);
}
