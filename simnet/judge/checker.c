/* A story's checks: what a node must send or get, at an instant to the nanosecond or at any time, or never; and its acts, which
 * must have been possible. Each message
 * meets one check only, the most particular one that it fits and that is still open. The messages of one event wait for
 * its end, as the app tells which call a message belongs to only after it was sent. */
#include "sn/judge.h"

#include "containers.h"

#include <stdlib.h>

typedef struct call_name {
    uint64_t call_id;
    uint32_t number;
} call_name;

typedef struct seen_message {
    ss_time at;
    uint32_t node;
    bool receives;
    ss_summary sip;
} seen_message;

struct sn_checker {
    sn_check *checks;
    uint32_t count;
    call_name *calls;
    uint32_t call_count, call_room;
    seen_message *waiting;
    uint32_t waiting_count, waiting_room;
    sn_key key;
    bool out_of_memory;
};

sn_checker *sn_checker_new(const sn_cast *cast, sn_check *checks, uint32_t count)
{
    (void)cast;
    sn_checker *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->checks = checks;
    c->count = count;
    for (uint32_t i = 0; i < count; i++) {
        checks[i].seen = checks[i].is_act;
        checks[i].nearest = SS_TIME_NEVER;
    }
    return c;
}

void sn_checker_free(sn_checker *c)
{
    if (c == NULL) {
        return;
    }
    free(c->calls);
    free(c->waiting);
    free(c);
}

/* ---- which check a message meets ---- */

static uint32_t call_of(const sn_checker *c, uint64_t call_id)
{
    for (uint32_t i = 0; i < c->call_count; i++) {
        if (c->calls[i].call_id == call_id) {
            return c->calls[i].number;
        }
    }
    return 0;
}

/* Whether it is such a message, whatever the instant. */
static bool fits(const sn_check *check, const seen_message *m, uint32_t call)
{
    const bool whose = (check->node == SN_NOBODY || check->node == m->node) &&
                       check->receives == m->receives && (check->call == 0 || check->call == call);
    if (!whose || check->is_request != (m->sip.is_request != 0)) {
        return false;
    }
    if (check->is_request) {
        return check->method == m->sip.method;
    }
    return check->status == m->sip.status && (!check->has_cseq || check->method == m->sip.method);
}

static unsigned particulars(const sn_check *check)
{
    return (check->has_at ? 8u : 0u) + (check->call != 0 ? 4u : 0u) + (check->has_cseq ? 2u : 0u) +
           (check->node != SN_NOBODY ? 1u : 0u);
}

static ss_span distance(ss_time a, ss_time b)
{
    return a < b ? b - a : a - b;
}

static void judge_message(sn_checker *c, const seen_message *m)
{
    const uint32_t call = call_of(c, m->sip.call_id);
    sn_check *best = NULL;
    for (uint32_t i = 0; i < c->count; i++) {
        sn_check *check = &c->checks[i];
        if (check->is_act || !fits(check, m, call)) {
            continue;
        }
        if (check->never) {
            check->seen++;
            check->nearest = ss_time_earlier(check->nearest, m->at);
        } else if (check->has_at && check->at != m->at) {
            if (check->nearest == SS_TIME_NEVER ||
                distance(m->at, check->at) < distance(check->nearest, check->at)) {
                check->nearest = m->at;
            }
        } else if (check->seen == 0 && (best == NULL || particulars(check) > particulars(best))) {
            best = check;
        }
    }
    if (best != NULL) {
        best->seen++;
    }
}

static void judge_waiting(sn_checker *c)
{
    for (uint32_t i = 0; i < c->waiting_count; i++) {
        judge_message(c, &c->waiting[i]);
    }
    c->waiting_count = 0;
}

/* ---- facts ---- */

static bool is_asked_for(const sn_checker *c, uint32_t number)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->checks[i].call == number) {
            return true;
        }
    }
    return false;
}

static void learn_call(sn_checker *c, const sn_call_fact *call)
{
    if (call->number == 0 || call->call_id == 0 || call_of(c, call->call_id) != 0 ||
        !is_asked_for(c, call->number)) {
        return;
    }
    void *calls = c->calls;
    const bool has_room = sn_grow_array(&calls, c->call_count, &c->call_room, sizeof(call_name));
    c->calls = calls;
    if (!has_room) {
        c->out_of_memory = true;
        return;
    }
    c->calls[c->call_count++] = (call_name){ call->call_id, call->number };
}

/* The first act of the node in that call at that instant which has not been missed yet. */
static void miss_act(sn_checker *c, const sn_fact *f)
{
    for (uint32_t i = 0; i < c->count; i++) {
        sn_check *check = &c->checks[i];
        if (check->is_act && check->seen != 0 && check->at == f->key.at &&
            check->node == f->entity && check->call == f->call.number) {
            check->seen = 0;
            return;
        }
    }
}

static void keep_message(sn_checker *c, const sn_fact *f)
{
    void *waiting = c->waiting;
    const bool has_room =
        sn_grow_array(&waiting, c->waiting_count, &c->waiting_room, sizeof(seen_message));
    c->waiting = waiting;
    if (!has_room) {
        c->out_of_memory = true;
        return;
    }
    c->waiting[c->waiting_count++] =
        (seen_message){ f->key.at, f->entity, sn_fact_is_received(f), f->sip };
}

void sn_checker_fact(sn_checker *c, const sn_fact *f)
{
    if (c->count == 0) {
        return;
    }
    if (c->waiting_count > 0 && sn_key_compare(&c->key, &f->key) != 0) {
        judge_waiting(c);
    }
    c->key = f->key;
    if (f->kind == SN_FACT_CALL && f->call.event == SN_CALL_ACT_MISSED) {
        miss_act(c, f);
    } else if (f->kind == SN_FACT_CALL) {
        learn_call(c, &f->call);
    } else if ((sn_fact_is_sent(f) || sn_fact_is_received(f)) && f->sip.is_sip) {
        keep_message(c, f);
    }
}

uint32_t sn_checker_finish(sn_checker *c)
{
    judge_waiting(c);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        failed += c->checks[i].never ? c->checks[i].seen != 0 : c->checks[i].seen == 0;
    }
    return failed;
}
