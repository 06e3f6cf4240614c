/* The queue of a proxy that takes time: messages wait here before they are anything, so that a copy of a request costs what a first
 * one does, as it would behind a real socket, and what is refused leaves no state. decisions/0011.
 *
 * A message has a class (admission_class.c). Of what waits, the class that stands first is served first, and within one who came first.
 * But no message passes an earlier one of its dialog from the same neighbour: that one goes with it, to the end of its list, so that an
 * ACK never waits for a class below its own because a copy of its INVITE does. A
 * worker is busy for the service time of the class; when it has a message of a dialog of which another worker has one, it begins when
 * that is done, as with a lock.
 *
 * Invariants: no worker is idle while anything waits; the lists hold what waits and nothing else; a class never holds more than its
 * limit. A request that is more is refused, which has a class, a limit and a time of its own, or dropped; so it is with its copies,
 * while it is remembered, for a refusal without state (RFC 3261 8.2.7) must be the same each time. Responses and ACKs are never
 * refused, nor copies of a request that was let in: they are dropped. */
#include "context.h"

#include <string.h>

enum { REFUSED_SLOTS = 512 }; /* a power of two */

/** A message that waits or is being served; its bytes stand behind it. */
typedef struct waiting {
    ss_table_link link; /* by dialog; the table of transactions serves for this too */
    ss_ref next, prev;  /* in its list */
    uint32_t len;
    ss_time came, done; /* done: SS_TIME_NEVER before a worker has it */
    uint64_t branch, call_id;
    ss_path path;
    uint16_t status;
    uint8_t method, class;
    uint8_t list; /* of this class, or of a later one of its dialog */
    bool is_request, is_refused;
} waiting;

typedef struct worker {
    ss_ref at; /* waiting; 0: idle */
    uint64_t order;
} worker;

typedef struct queue {
    ss_ref first[SS_CLASS_COUNT], last[SS_CLASS_COUNT];
    uint32_t counts[SS_CLASS_COUNT]; /* by class, not by list */
    uint32_t bytes;
    uint64_t begun; /* messages that a worker had */
    worker workers[SS_WORKERS_MAX];
    ss_load load;
    uint64_t refused[REFUSED_SLOTS]; /* identities, each where its last bits say */
} queue;

static const ss_queue_config *config_of(const ss_visit *v)
{
    return v->proxy->config->queue;
}

static waiting *waiting_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(ss_visit_store(v), ref);
}

/* NULL at the quota. */
static queue *queue_of(const ss_visit *v)
{
    if (v->proxy->queue == 0) {
        v->proxy->queue = ss_core_take(v->core, sizeof(queue));
    }
    return v->proxy->queue == 0 ? NULL : ss_store_at(ss_visit_store(v), v->proxy->queue);
}

/* ---- what an onlooker is told ---- */

static void note(const ss_visit *v, const ss_arrival *a, ss_class class, ss_queue_step step,
                 uint64_t value)
{
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_QUEUE,
                                      .from = (uint8_t) class,
                                      .to = (uint8_t)step,
                                      .letter = SS_LETTER_COUNT,
                                      .method = (uint8_t)a->method,
                                      .status = (uint16_t)a->status,
                                      .branch = a->branch,
                                      .call_id = a->call_id,
                                      .value = value });
}

/* ---- who may wait ---- */

static uint64_t identity(const ss_arrival *a)
{
    return ss_mix_absorb(a->branch, a->method);
}

static bool was_refused(const queue *q, const ss_arrival *a)
{
    return a->is_request && a->is_message && q->refused[identity(a) % REFUSED_SLOTS] == identity(a);
}

static waiting *newest_of(const ss_visit *v, ss_key128 dialog)
{
    const ss_core *core = v->core;
    ss_table_link *found =
        ss_table_find(&core->pools->txns, &core->pools->store, core->engine, dialog);
    return found == NULL ? NULL : SS_OWNER(found, waiting, link);
}

static waiting *older_than(const ss_visit *v, const waiting *w)
{
    ss_table_link *found = ss_table_find_next(ss_visit_store(v), &w->link);
    return found == NULL ? NULL : SS_OWNER(found, waiting, link);
}

/* Of a request that was let in: its transaction lives, or it waits. */
static bool is_copy(const ss_visit *v, const ss_arrival *a)
{
    bool found = a->is_copy;
    const waiting *w = a->is_message ? newest_of(v, a->dialog) : NULL;
    for (; w != NULL && !found; w = older_than(v, w)) {
        found = w->branch == a->branch && w->method == a->method && w->is_request && !w->is_refused;
    }
    return found;
}

static bool fits(const ss_visit *v, const queue *q, ss_class class, size_t len)
{
    return q->counts[class] < config_of(v)->classes[class].limit &&
           len <= config_of(v)->bytes_max - q->bytes;
}

static ss_queue_step judge(const ss_visit *v, queue *q, const ss_arrival *a, size_t len)
{
    const bool may_wait = fits(v, q, a->class, len) && !ss_load_refuses(v, &q->load, a);
    if (may_wait && !was_refused(q, a)) {
        return SS_QUEUE_WAITS;
    }
    const bool is_refusable =
        a->is_request && a->method != SS_METHOD_ACK && !config_of(v)->classes[a->class].drops;
    return is_refusable && fits(v, q, SS_CLASS_REFUSAL, len) && !a->is_copy ? SS_QUEUE_REFUSED
                                                                            : SS_QUEUE_DROPPED;
}

/* ---- the lists ---- */

/* Before `mark`, or at the end when that is 0. */
static void insert(const ss_visit *v, queue *q, ss_class list, ss_ref ref, ss_ref mark)
{
    waiting *w = waiting_at(v, ref);
    w->list = (uint8_t)list;
    w->next = mark;
    w->prev = mark == 0 ? q->last[list] : waiting_at(v, mark)->prev;
    *(w->prev == 0 ? &q->first[list] : &waiting_at(v, w->prev)->next) = ref;
    *(mark == 0 ? &q->last[list] : &waiting_at(v, mark)->prev) = ref;
}

static void unlink_waiting(const ss_visit *v, queue *q, const waiting *w)
{
    *(w->prev == 0 ? &q->first[w->list] : &waiting_at(v, w->prev)->next) = w->next;
    *(w->next == 0 ? &q->last[w->list] : &waiting_at(v, w->next)->prev) = w->prev;
}

/* The earlier ones of its dialog that would come after it go before it. What a worker has is in nobody's way. */
static void insert_dialog(const ss_visit *v, queue *q, ss_class list, ss_ref ref)
{
    ss_ref mark = ref;
    insert(v, q, list, ref, 0);
    for (waiting *w = older_than(v, waiting_at(v, ref)); w != NULL && w->done == SS_TIME_NEVER;
         w = older_than(v, w)) {
        if (w->list > list) {
            const ss_ref earlier = ss_store_ref(ss_visit_store(v), w);
            unlink_waiting(v, q, w);
            insert(v, q, list, earlier, mark);
            mark = earlier;
        }
    }
}

static ss_class counted_as(const waiting *w)
{
    return w->is_refused ? SS_CLASS_REFUSAL : (ss_class)w->class;
}

/* 0: at the engine's quota. */
static ss_ref keep(const ss_visit *v, queue *q, const ss_arrival *a, const ss_path *path,
                   ss_slice bytes, bool is_refused)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(waiting) + bytes.len);
    if (ref == 0) {
        return 0;
    }
    waiting *w = waiting_at(v, ref);
    *w = (waiting){ .link = { .key = a->dialog, .engine = v->core->engine },
                    .len = (uint32_t)bytes.len,
                    .came = v->turn->now,
                    .done = SS_TIME_NEVER,
                    .branch = a->branch,
                    .call_id = a->call_id,
                    .path = *path,
                    .status = (uint16_t)a->status,
                    .method = (uint8_t)a->method,
                    .class = (uint8_t)a->class,
                    .is_request = a->is_request && a->is_message,
                    .is_refused = is_refused };
    memcpy(w + 1, bytes.at, bytes.len);
    ss_table_add(&v->core->pools->txns, ss_visit_store(v), &w->link);
    insert_dialog(v, q,
                  is_refused                 ? SS_CLASS_REFUSAL
                  : config_of(v)->by_arrival ? SS_CLASS_OTHER
                                             : a->class,
                  ref);
    q->counts[counted_as(w)]++;
    q->bytes += w->len;
    return ref;
}

static void give(const ss_visit *v, ss_ref ref)
{
    waiting *w = waiting_at(v, ref);
    ss_table_remove(&v->core->pools->txns, ss_visit_store(v), &w->link);
    ss_core_give(v->core, ref, sizeof *w + w->len);
}

/* ---- workers ---- */

/* Behind what other workers have of its dialog. */
static ss_time begins(const ss_visit *v, const waiting *w)
{
    ss_time at = v->turn->now;
    for (const waiting *other = older_than(v, w); other != NULL; other = older_than(v, other)) {
        at = other->done != SS_TIME_NEVER && other->done > at ? other->done : at;
    }
    return at;
}

static void begin(const ss_visit *v, queue *q, worker *k, ss_class list)
{
    const ss_ref ref = q->first[list];
    waiting *w = waiting_at(v, ref);
    const ss_class class = counted_as(w);
    unlink_waiting(v, q, w);
    q->counts[class]--;
    q->bytes -= w->len;
    w->done = ss_time_after(begins(v, w), config_of(v)->classes[class].service);
    *k = (worker){ .at = ref, .order = ++q->begun };
    const ss_arrival a = { .method = (ss_method)w->method,
                           .status = w->status,
                           .branch = w->branch,
                           .call_id = w->call_id };
    note(v, &a, class, SS_QUEUE_TAKEN, v->turn->now - w->came);
}

static ss_class first_list(const queue *q)
{
    ss_class list = 0;
    while (list < SS_CLASS_COUNT && q->first[list] == 0) {
        list++;
    }
    return list;
}

void ss_admission_resume(ss_proxy *proxy, ss_core *core, ss_turn *turn)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    queue *q = proxy->queue == 0 ? NULL : queue_of(&v);
    for (uint32_t i = 0; q != NULL && i < config_of(&v)->workers; i++) {
        const ss_class list = first_list(q);
        if (q->workers[i].at == 0 && list < SS_CLASS_COUNT) {
            begin(&v, q, &q->workers[i], list);
        }
    }
}

/* The one that is done first; of several, the one that began first. NULL: none is at work. */
static worker *next_done(const ss_store *store, queue *q)
{
    worker *next = NULL;
    ss_time least = SS_TIME_NEVER;
    for (size_t i = 0; i < SS_WORKERS_MAX; i++) {
        worker *k = &q->workers[i];
        const waiting *w = k->at == 0 ? NULL : ss_store_at(store, k->at);
        if (w != NULL &&
            (next == NULL || w->done < least || (w->done == least && k->order < next->order))) {
            next = k;
            least = w->done;
        }
    }
    return next;
}

ss_time ss_admission_deadline(const ss_proxy *proxy, const ss_core *core)
{
    const ss_store *store = &core->pools->store;
    const worker *k = proxy->queue == 0 ? NULL : next_done(store, ss_store_at(store, proxy->queue));
    return k == NULL ? SS_TIME_NEVER : ((const waiting *)ss_store_at(store, k->at))->done;
}

bool ss_admission_serve(ss_proxy *proxy, ss_core *core, ss_turn *turn, ss_served *out)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    if (ss_admission_deadline(proxy, core) > turn->now) {
        return false;
    }
    worker *k = next_done(&core->pools->store, queue_of(&v));
    const waiting *w = waiting_at(&v, k->at);
    const ss_slice bytes = { (const char *)(w + 1), w->len };
    *out = (ss_served){ .path = w->path,
                        .bytes = ss_arena_copy(turn->arena, bytes),
                        .is_refused = w->is_refused };
    give(&v, k->at);
    k->at = 0;
    turn->failed |= out->bytes.len == 0;
    ss_output *served = out->bytes.len == 0 ? NULL : ss_turn_add(turn, SS_OUT_SERVED);
    if (served != NULL) {
        served->path = out->path;
        served->bytes = out->bytes;
    }
    return served != NULL;
}

/* ---- the door ---- */

static ss_span backlog(const ss_visit *v, const queue *q)
{
    ss_span sum = 0;
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        sum += q->counts[i] * config_of(v)->classes[i].service;
    }
    return sum;
}

void ss_admission_offer(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *path,
                        ss_slice bytes)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    ss_arrival a = ss_arrival_read(&v, path, bytes);
    queue *q = queue_of(&v);
    a.is_copy = is_copy(&v, &a);
    if (q != NULL) {
        ss_load_came(&v, &q->load, path, &a, backlog(&v, q));
    }
    ss_queue_step step = q == NULL ? SS_QUEUE_DROPPED : judge(&v, q, &a, bytes.len);
    if (step != SS_QUEUE_DROPPED && keep(&v, q, &a, path, bytes, step == SS_QUEUE_REFUSED) == 0) {
        step = SS_QUEUE_DROPPED; /* at the engine's quota */
    }
    if (step != SS_QUEUE_DROPPED) {
        const bool is_refused = step == SS_QUEUE_REFUSED;
        const ss_class served_as = is_refused ? SS_CLASS_REFUSAL : a.class;
        ss_load_took(&q->load, &a, config_of(&v)->classes[served_as].service, is_refused);
    }
    note(&v, &a, a.class, step, step == SS_QUEUE_WAITS ? q->counts[a.class] : 0);
    if (step == SS_QUEUE_REFUSED) {
        q->refused[identity(&a) % REFUSED_SLOTS] = identity(&a);
    }
    ss_admission_resume(proxy, core, turn);
}

void ss_admission_refuse(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_msg *request,
                         const ss_path *came_by)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    ss_proxy_overloaded(&v, request, came_by);
}

size_t ss_admission_bytes(const ss_proxy *proxy)
{
    return proxy->queue == 0 ? 0 : ss_store_rounded(sizeof(queue));
}

void ss_admission_forget(const ss_visit *v)
{
    queue *q = v->proxy->queue == 0 ? NULL : queue_of(v);
    if (q == NULL) {
        return;
    }
    for (size_t i = 0; i < SS_WORKERS_MAX; i++) {
        if (q->workers[i].at != 0) {
            give(v, q->workers[i].at);
        }
    }
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        for (ss_ref at = q->first[i]; at != 0;) {
            const ss_ref next = waiting_at(v, at)->next;
            give(v, at);
            at = next;
        }
    }
    ss_core_give(v->core, v->proxy->queue, sizeof *q);
    v->proxy->queue = 0;
}
