/* The end of a run: nothing may be left that nothing explains (LEFT1), each call came to something (LIVE1), and both ends
 * of a call agree that it is over (DLG1) and on the session that it had (OFF5). Known from what the apps tell of the simulator's calls. */
#include "laws.h"

#include <stdlib.h>

enum { CALLER, CALLEE };

void sn_calls_begin(sn_judge *j)
{
    static const call_view unseen = { .caller = SN_NOBODY, .callee = SN_NOBODY };
    sn_shelf_begin(&j->calls, sizeof unseen, &unseen);
}

/* Nothing more is asked of a call that is over for whoever saw it. */
static bool has_settled(const call_view *c)
{
    const unsigned caller = c->flags[CALLER], callee = c->flags[CALLEE];
    return ((caller & CALL_SEEN) == 0 || (caller & CALL_OVER) != 0) &&
           ((callee & CALL_SEEN) == 0 || (callee & CALL_OVER) != 0);
}

static int end_of_call(const call_view *c, const sn_fact *f)
{
    switch (f->call.event) {
    case SN_CALL_INCOMING:
    case SN_CALL_RINGING:
    case SN_CALL_ACCEPTED:
    case SN_CALL_CONFIRMED:
    case SN_CALL_REFUSED:
    case SN_CALL_CANCELLED:
    case SN_CALL_NOT_ACKED:
        return CALLEE;
    case SN_CALL_HANGUP:
    case SN_CALL_BYE:
    case SN_CALL_ENDED:
        return f->entity == c->caller ? CALLER : CALLEE;
    default:
        return CALLER;
    }
}

/* The call of the caller is with whom its 2xx named, though others answered before. What that one told until now is not known but that it
 * answered. */
static void find_callee(const sn_judge *j, call_view *c)
{
    const uint32_t node = sn_answer_of(j, c->call_id, c->tags[CALLER]);
    if (node != SN_NOBODY && node != c->callee) {
        c->callee = node;
        c->tags[CALLEE] = c->tags[CALLER];
        c->sessions[CALLEE] = 0;
        c->flags[CALLEE] = CALL_SEEN | CALL_UP | CALL_OUTCOME;
    }
}

/* The callee is who answered first, whatever became of the others of a fork before. */
static void up(sn_judge *j, call_view *c, int end_of, uint32_t node)
{
    if ((c->flags[end_of] & CALL_UP) != 0) {
        return;
    }
    if (end_of == CALLEE) {
        c->callee = node;
        c->tags[CALLEE] = 0;
        c->flags[CALLEE] &= (uint8_t) ~(CALL_OVER | CALL_EXCUSED);
    }
    c->flags[end_of] |= CALL_UP | CALL_OUTCOME;
    j->calls_up[node]++;
}

/* Another phone of a fork. One that answers late has a call of its own with the caller (RFC 3261 13.2.2.4), which is ended. */
static bool is_another_callee(sn_judge *j, const sn_fact *f, call_view *c, int end_of)
{
    if (end_of != CALLEE || (c->flags[CALLEE] & CALL_UP) == 0 || c->callee == f->entity) {
        return false;
    }
    if (f->call.event == SN_CALL_ACCEPTED) {
        j->calls_up[f->entity]++;
        c->is_forked = true;
    } else if ((f->call.event == SN_CALL_BYE || f->call.event == SN_CALL_ENDED) &&
               j->calls_up[f->entity] > 0) {
        j->calls_up[f->entity]--;
    }
    return true;
}

/* Of a fork, and of a caller that answered itself, the callee may be another than the caller's. A B2BUA has a tag of its own on each side. */
static bool are_with_each_other(const sn_judge *j, const call_view *c)
{
    const bool are_known = c->tags[CALLER] != 0 && c->tags[CALLEE] != 0;
    return are_known && !sn_edited_is_joined(j, c->call_id) ? c->tags[CALLER] == c->tags[CALLEE]
                                                            : !c->is_forked;
}

static void over(sn_judge *j, call_view *c, int end_of, uint32_t node, unsigned why)
{
    if ((c->flags[end_of] & (CALL_UP | CALL_OVER)) == CALL_UP && j->calls_up[node] > 0) {
        j->calls_up[node]--;
    }
    c->flags[end_of] |= (uint8_t)(CALL_OVER | CALL_OUTCOME | why);
}

/* A B2BUA says each end's description to the other under an origin of its own. */
static bool is_the_same(const sn_judge *j, const call_view *c, uint64_t ours, uint64_t theirs)
{
    const uint64_t mask = (1u << SN_SESSION_BITS) - 1;
    return (ours >> 24 & mask) == (theirs & mask) && (theirs >> 24 & mask) == (ours & mask) &&
           (ours >> 48 == theirs >> 48 || sn_edited_is_joined(j, c->call_id));
}

/* RFC3264:4 What one end sees of it is what its peer should. One whose change was lost says that it has none. */
static void judge_session(sn_judge *j, const sn_fact *f, call_view *c, int end_of)
{
    const uint64_t ours = f->call.session;
    const uint64_t theirs = c->sessions[end_of == CALLER ? CALLEE : CALLER];
    const bool is_first = (c->flags[end_of] & CALL_PARTED) == 0;
    c->flags[end_of] |= CALL_PARTED;
    c->sessions[end_of] = is_first ? ours : c->sessions[end_of];
    const bool is_in_doubt = c->is_in_doubt || sn_edited_is_doubted(j, c->call_id);
    if (is_first && are_with_each_other(j, c) && !is_in_doubt && ours != 0 && theirs != 0 &&
        !is_the_same(j, c, ours, theirs)) {
        sn_judge_broken(j, LAW_OFF5, f->key.at, f->entity, c->call_id,
                        "a call ended, and its ends have different sessions");
    }
}

/* RFC3261:15.1.2 Who is told 487 as the call ends hears from a B2BUA's own side of it that nothing was changed. The far end may have
 * accepted, and its answer be lost. */
static void note_doubt(const sn_judge *j, const sn_fact *f, call_view *c)
{
    if (f->call.event == SN_CALL_CHANGING) {
        c->is_in_doubt = false;
    } else if (f->call.event == SN_CALL_CHANGE_REFUSED && f->call.status == 487) {
        c->is_in_doubt = sn_edited_is_joined(j, c->call_id);
    }
}

/* Who waited for an ACK in vain ends the call whatever the caller knows of it. */
static void note_answer(sn_judge *j, const sn_fact *f, int end_of)
{
    if (end_of != CALLEE) {
        return;
    }
    switch (f->call.event) {
    case SN_CALL_ACCEPTED:
        sn_answer_given(j, f);
        break;
    case SN_CALL_NOT_ACKED:
    case SN_CALL_CANCELLED:
    case SN_CALL_BYE:
    case SN_CALL_ENDED:
        sn_answer_over(j, f->call.call_id, f->entity);
        break;
    default:
        break;
    }
}

/* RFC6026:7.2 Behind the 2xx to its INVITE another final response is none of the caller's: in Accepted only 2xx are passed on. What is placed
 * again has another Call-ID. */
static void judge_rejection(sn_judge *j, const sn_fact *f, const call_view *c)
{
    if (!f->call.synthetic && f->call.call_id != 0 && f->call.call_id == c->answered &&
        f->entity == c->caller) {
        sn_judge_broken(j, LAW_LIVE1, f->key.at, f->entity, c->call_id,
                        "a call that was answered was rejected with %u", f->call.status);
    }
}

static void move_on(sn_judge *j, const sn_fact *f, call_view *c)
{
    note_doubt(j, f, c);
    const int end_of = end_of_call(c, f);
    note_answer(j, f, end_of);
    if (is_another_callee(j, f, c, end_of)) {
        return;
    }
    c->flags[end_of] |= CALL_SEEN;
    if (f->call.event == SN_CALL_HANGUP || f->call.event == SN_CALL_BYE) {
        judge_session(j, f, c, end_of);
    }
    switch (f->call.event) {
    case SN_CALL_PLACED:
        c->caller = f->entity;
        c->placed = f->key.at;
        break;
    case SN_CALL_INCOMING:
        c->callee = f->entity;
        break;
    case SN_CALL_ANSWERED:
        c->tags[CALLER] = sn_answer_taken(j, f);
        c->answered = f->call.call_id;
        up(j, c, end_of, f->entity);
        find_callee(j, c);
        break;
    case SN_CALL_ACCEPTED:
        up(j, c, end_of, f->entity);
        break;
    case SN_CALL_REJECTED:
        judge_rejection(j, f, c);
        over(j, c, end_of, f->entity,
             f->call.synthetic || f->call.status == 408 ? CALL_EXCUSED : 0);
        if (!f->call.synthetic && (c->flags[CALLEE] & CALL_HUNG_UP) != 0) {
            over(j, c, CALLEE, c->callee, 0); /* its 200 waited for a PRACK, and never left */
        }
        break;
    case SN_CALL_HANGUP:
        c->flags[end_of] |= CALL_HUNG_UP;
        break;
    case SN_CALL_BLOCKED:
    case SN_CALL_REFUSED:
        over(j, c, end_of, f->entity,
             f->call.synthetic || f->call.status == 408 ? CALL_EXCUSED : 0);
        break;
    case SN_CALL_NOT_ACKED:
        c->flags[end_of] |= CALL_EXCUSED;
        break;
    case SN_CALL_BYE:
    case SN_CALL_CANCELLED: /* after ACCEPTED too: its 200 waited for a PRACK. RFC3262:3 */
        over(j, c, end_of, f->entity, 0);
        break;
    case SN_CALL_ENDED:
        over(j, c, end_of, f->entity,
             f->call.synthetic || f->call.status >= 300 ? CALL_EXCUSED : 0);
        break;
    default:
        break;
    }
}

/* Of a node that crashed nothing more can be asked. */
static void excuse_all(sn_judge *j, uint32_t node)
{
    call_view *c = NULL;
    for (uint32_t i = 0; (c = sn_shelf_next(&j->calls, &i)) != NULL; i++) {
        if (c->caller == node || c->callee == node) {
            c->flags[c->caller == node ? CALLER : CALLEE] |= CALL_EXCUSED | CALL_OUTCOME;
        }
    }
    j->crashed[node] = 1;
    sn_answers_crash(j, node);
    sn_txns_crash(j, node);
    sn_queues_crash(j, node);
    sn_dialogs_crash(j, node);
}

/* A call that is none of the plan's: of a transfer, of a user agent that reached itself, and then has both ends of it. An end is up, or
 * over; which of two is over does not show. */
static void move_unplanned(sn_judge *j, const sn_fact *f)
{
    enum { AS_CALLER = 1, AS_CALLEE = 2 };
    const unsigned event = f->call.event;
    const uint64_t key = ss_mix_absorb(f->call.call_id, f->entity) | 1;
    const uint64_t *known = sn_map_find(&j->unplanned, key);
    const uint64_t were_up = known == NULL ? 0 : *known;
    uint64_t up = were_up;
    if (event == SN_CALL_ACCEPTED || event == SN_CALL_ANSWERED) {
        up |= event == SN_CALL_ACCEPTED ? AS_CALLEE : AS_CALLER;
        j->calls_up[f->entity] += up != were_up;
    } else if (up != 0 &&
               (event == SN_CALL_BYE || event == SN_CALL_ENDED || event == SN_CALL_CANCELLED)) {
        up = up == (AS_CALLER | AS_CALLEE) ? AS_CALLER : 0;
        j->calls_up[f->entity]--;
    }
    if (up == 0) {
        sn_map_remove(&j->unplanned, key);
    } else {
        j->out_of_memory = !sn_map_put(&j->unplanned, key, up) || j->out_of_memory;
    }
}

/* Who ends a call and hears no answer knows that it is over; whoever stands between may have heard nothing of it. */
static bool is_unheard_end(const sn_call_fact *call)
{
    return call->event == SN_CALL_NOT_ACKED ||
           (call->event == SN_CALL_ENDED && (call->synthetic || call->status >= 300));
}

/* RFC3261:8.1.3.1 What could not be sent is as if a 503 had come: there was no way to who said no place that anybody could find. */
static bool has_failed(const sn_call_fact *call)
{
    return call->event == SN_CALL_ENDED && call->synthetic && call->status == 503;
}

void sn_call_judge(sn_judge *j, const sn_fact *f)
{
    if (f->kind == SN_FACT_REGISTRATION) {
        j->registers[f->entity] = 1;
        return;
    }
    if (f->call.event == SN_CALL_OVERLOADED) {
        j->excused[f->entity] = 1; /* what got no connection ends as if it was refused one */
    }
    j->unheard_ends += is_unheard_end(&f->call);
    if (has_failed(&f->call)) {
        const uint64_t end = sn_failed_end(f->entity, f->call.call_id);
        j->out_of_memory = !sn_map_put(&j->failed_ends, end, 1) || j->out_of_memory;
    }
    if (f->call.event == SN_CALL_CRASHED) {
        excuse_all(j, f->entity);
    } else if (f->call.event == SN_CALL_RESTARTED) {
        j->crashed[f->entity] = 0;
    }
    if (f->call.number == 0) {
        move_unplanned(j, f);
        return;
    }
    if (f->call.event == SN_CALL_ACT_MISSED) {
        return; /* nothing happened to the call */
    }
    call_view *c = sn_shelf_open(&j->calls, f->call.number, f->key.at);
    if (c == NULL) {
        j->out_of_memory = true;
        return;
    }
    if (f->call.event == SN_CALL_SEVERED) {
        c->flags[CALLER] |= CALL_EXCUSED;
        c->flags[CALLEE] |= CALL_EXCUSED;
        return;
    }
    if (f->call.call_id != 0) {
        c->call_id = f->call.call_id;
    }
    if (f->call.event != SN_CALL_JOINED) {
        move_on(j, f, c);
    }
    if (has_settled(c) != c->has_settled) {
        c->has_settled = !c->has_settled;
        sn_shelf_settle(&j->calls, f->call.number, c->has_settled);
    }
}

/* ---- LEFT1 ---- */

/* A B2BUA has two of each call that goes through it, as many as both of its ends together, and of each that ended unheard. */
static uint32_t calls_anywhere(const sn_judge *j)
{
    uint32_t calls = 2 * j->unheard_ends;
    for (uint32_t i = 0; i < j->cast->node_count; i++) {
        calls += j->calls_up[i];
    }
    return calls;
}

/* Sessions of calls that nobody ended go on being refreshed, through whatever stands between: such a request is answered, or given up,
 * within 64*T1, and its copies are answered for as long again. RFC4028:7.4 RFC3261:17.1.2.2 RFC3261:17.2.2 */
static bool is_at_work(const sn_judge *j, const txn *t, const map *up)
{
    const ss_span longest = 128 * member(j, t->node)->spans->t1;
    const bool lives = t->key != 0 && t->noted != NOT_NOTED && t->noted != SS_TXN_TERMINATED;
    return lives && !t->is_initial && t->first <= j->now &&
           ss_time_after(t->first, longest) >= j->now && t->call_id != 0 &&
           sn_map_find(up, t->call_id) != NULL;
}

/* Facts of what is left come at the end, so those transactions are counted once. */
static void count_at_work(sn_judge *j)
{
    map up = { 0 };
    j->at_work = calloc((size_t)j->cast->node_count + 1, sizeof *j->at_work);
    if (j->at_work == NULL || !sn_dialogs_up(j, &up)) {
        j->out_of_memory = true;
    }
    for (uint32_t i = 0; i < j->txn_count && !j->out_of_memory; i++) {
        j->at_work[j->all[i].node] += is_at_work(j, &j->all[i], &up);
    }
    sn_map_free(&up);
}

static uint32_t transactions_at_work(sn_judge *j, uint32_t node)
{
    if (j->at_work == NULL) {
        count_at_work(j);
    }
    return j->out_of_memory ? 0 : j->at_work[node];
}

/* A registration keeps one refresh timer and one block; a call that nobody ended keeps what it has, and is kept up. */
void sn_left_judge(sn_judge *j, const sn_fact *f)
{
    const sn_left_fact *l = &f->left;
    const uint32_t node = f->entity;
    const uint32_t known = member(j, node)->joins ? calls_anywhere(j) : j->calls_up[node];
    const uint32_t calls = known + j->edited.invites[node];
    const uint32_t at_work = l->transactions == 0 ? 0 : transactions_at_work(j, node);
    const uint32_t timers = calls + j->registers[node] + 2 * at_work;
    const bool holds = calls > 0 || at_work > 0 || j->registers[node] != 0 || l->connections > 0;
    if (l->transactions <= at_work && l->contexts <= at_work && l->calls <= calls &&
        l->dialogs <= calls && l->timers <= timers && (l->store_bytes == 0 || holds)) {
        return;
    }
    void *lefts = j->lefts;
    const bool has_room = sn_grow_array(&lefts, j->left_count, &j->left_room, sizeof(sn_fact));
    j->lefts = lefts;
    if (!has_room) {
        j->out_of_memory = true;
        return;
    }
    j->lefts[j->left_count++] = *f;
}

/* Told only now: the last fact of the run says whether it was interrupted. */
void sn_lefts_finish(sn_judge *j)
{
    for (uint32_t i = 0; i < j->left_count; i++) {
        const sn_fact *f = &j->lefts[i];
        const sn_left_fact *l = &f->left;
        sn_judge_broken(j, LAW_LEFT1, f->key.at, f->entity, 0,
                        "left: %u transactions, %u contexts, %u calls, %u dialogs, %u timers, %llu "
                        "bytes; %u calls were never ended",
                        l->transactions, l->contexts, l->calls, l->dialogs, l->timers,
                        (unsigned long long)l->store_bytes, j->calls_up[f->entity]);
    }
}

/* ---- LIVE1, DLG1 ---- */

static void judge_agreement(sn_judge *j, const call_view *c, ss_time end)
{
    const unsigned caller = c->flags[CALLER], callee = c->flags[CALLEE];
    const bool explained = ((caller | callee) & CALL_EXCUSED) != 0 || !are_with_each_other(j, c);
    const bool met = (caller & CALL_SEEN) != 0 && (callee & CALL_UP) != 0;
    if (explained || !met || (caller & CALL_OVER) == (callee & CALL_OVER)) {
        return;
    }
    const bool caller_knows = (caller & CALL_OVER) != 0;
    if (!caller_knows && (caller & CALL_UP) == 0) {
        return; /* never answered on its side: LIVE1 */
    }
    sn_judge_broken(j, LAW_DLG1, end, caller_knows ? c->callee : c->caller, c->call_id,
                    caller_knows ? "the caller knows that the call ended, the callee does not"
                                 : "the callee knows that the call ended, the caller does not");
}

void sn_call_tagged(sn_judge *j, uint32_t number, uint32_t node, uint64_t tag)
{
    call_view *c = sn_shelf_open(&j->calls, number, j->now);
    if (c == NULL) {
        j->out_of_memory = true;
    } else if (c->callee == node) {
        c->tags[CALLEE] = tag;
    }
}

bool sn_call_is_with(const sn_judge *j, uint32_t number, uint32_t node)
{
    uint32_t at = number;
    const call_view *c = sn_shelf_next(&j->calls, &at);
    return c != NULL && at == number && c->callee == node && are_with_each_other(j, c);
}

void sn_calls_finish(sn_judge *j, ss_time end)
{
    sn_answers_finish(j, end);
    const call_view *c = NULL;
    for (uint32_t i = 0; (c = sn_shelf_next(&j->calls, &i)) != NULL; i++) {
        if (c->caller != SN_NOBODY && (c->flags[CALLER] & CALL_OUTCOME) == 0) {
            sn_judge_broken(j, LAW_LIVE1, end, c->caller, c->call_id,
                            "call c%u, placed at %s ms, came to nothing", i, sn_ms(c->placed).text);
        }
        judge_agreement(j, c, end);
    }
}
