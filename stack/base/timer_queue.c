/* The engine's timers: a pairing heap whose nodes live inside the objects they wake. The order is total (instant, then
 * order of arming), so the shape of the heap reaches nothing. */
#include "ss/base.h"

static ss_timer *timer_at(const ss_store *s, ss_ref ref)
{
    return ss_store_at(s, ref);
}

static bool before(const ss_timer *a, const ss_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->armed < b->armed;
}

/* Two heaps become one; either may be none. */
static ss_ref meld(const ss_store *s, ss_ref x, ss_ref y)
{
    if (x == 0 || y == 0) {
        return x == 0 ? y : x;
    }
    if (before(timer_at(s, y), timer_at(s, x))) {
        const ss_ref swap = x;
        x = y;
        y = swap;
    }
    ss_timer *parent = timer_at(s, x);
    ss_timer *child = timer_at(s, y);
    child->next = parent->child;
    child->prev = x;
    if (parent->child != 0) {
        timer_at(s, parent->child)->prev = y;
    }
    parent->child = y;
    return x;
}

/* The children of a node that is leaving: melded in pairs left to right, then the pairs right to left. */
static ss_ref meld_children(const ss_store *s, ss_ref first)
{
    ss_ref pairs = 0; /* chained through prev, newest first */
    while (first != 0) {
        const ss_ref second = timer_at(s, first)->next;
        const ss_ref rest = second == 0 ? 0 : timer_at(s, second)->next;
        timer_at(s, first)->next = 0;
        if (second != 0) {
            timer_at(s, second)->next = 0;
        }
        const ss_ref pair = meld(s, first, second);
        timer_at(s, pair)->prev = pairs;
        pairs = pair;
        first = rest;
    }
    ss_ref root = 0;
    while (pairs != 0) {
        const ss_ref rest = timer_at(s, pairs)->prev;
        timer_at(s, pairs)->prev = 0;
        root = meld(s, root, pairs);
        pairs = rest;
    }
    return root;
}

static void unlink_timer(ss_timer_queue *q, ss_store *s, ss_timer *t)
{
    const ss_ref self = ss_store_ref(s, t);
    if (q->root == self) {
        q->root = meld_children(s, t->child);
    } else {
        ss_timer *left = timer_at(s, t->prev);
        if (left->child == self) {
            left->child = t->next;
        } else {
            left->next = t->next;
        }
        if (t->next != 0) {
            timer_at(s, t->next)->prev = t->prev;
        }
        q->root = meld(s, q->root, meld_children(s, t->child));
    }
    t->child = t->next = t->prev = 0;
    t->at = SS_TIME_NEVER;
    q->count--;
}

void ss_timer_set(ss_timer_queue *q, ss_store *s, ss_timer *t, ss_time at)
{
    if (t->at != SS_TIME_NEVER) {
        unlink_timer(q, s, t);
    }
    if (at == SS_TIME_NEVER) {
        return;
    }
    t->at = at;
    t->armed = q->armed++;
    q->root = meld(s, q->root, ss_store_ref(s, t));
    q->count++;
}

ss_time ss_timer_next(const ss_timer_queue *q, const ss_store *s)
{
    return q->root == 0 ? SS_TIME_NEVER : timer_at(s, q->root)->at;
}

ss_timer *ss_timer_pop(ss_timer_queue *q, ss_store *s, ss_time now)
{
    if (ss_timer_next(q, s) > now) {
        return NULL;
    }
    ss_timer *t = timer_at(s, q->root);
    unlink_timer(q, s, t);
    return t;
}
