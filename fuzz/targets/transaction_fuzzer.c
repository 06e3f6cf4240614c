/* Target `transaction`: a line of choices, then what happens to four client and four server transactions, an event being a letter and its
 * digits (0-9, then a-z; any other byte counts too, and what is no event is passed over):
 *
 *     qKM   the user sends a request of method M (INVITE, OPTIONS, BYE, INFO) by client K
 *     aKS   a response comes to it: S of 100 180 183 199 200 202 299 300 401 486 503 600 699; A: with another To tag
 *     wKS   one with the branch of the request before, v of another method: neither is its
 *     pKM   a request comes to server K, or its copy; server 3 has a peer of RFC 2543
 *     kK    its ACK; l: with another To tag
 *     tKS   the user responds
 *     gN    the user gives up transaction N of eight: 0-3 clients, 4-7 servers
 *     cK    a CANCEL is made of client K; xK: one comes to server K
 *     eN    the path of transaction N fails
 *     dN    N + 1 timers fire, one after the other
 *     sN    time goes by; up to which a timer fires
 *
 * Aims at: ss_txn_request, ss_txn_serve, ss_txn_respond, ss_txn_receive, ss_txn_timer, ss_txn_transport_error, ss_txn_abandon,
 * ss_txn_put_cancel. After each event each transaction must have done what the model does that was written from RFC 3261 17. */
#include "transaction_bench.h"

#include <string.h>

typedef fz_txn_text text;
typedef fz_txn_slot slot;
typedef fz_txn_bench bench;

enum { EVENTS_MAX = 400, POOL_BYTES = 1 << 18, RUN_OUT_MAX = 4000 };

static const char *const methods[] = { "INVITE", "OPTIONS", "BYE", "INFO" };
static const unsigned statuses[] = { 100, 180, 183, 199, 200, 202, 299,
                                     300, 401, 486, 503, 600, 699, 408 };

static unsigned status_of(unsigned code)
{
    return statuses[code % SS_COUNT(statuses)];
}

static _Alignas(16) unsigned char pool_memory[POOL_BYTES];
static bench the_bench;

/* ---- events ---- */

static void start_model(bench *b, slot *s, ss_machine machine)
{
    s->is_live = true;
    s->born = b->born++;
    s->last.len = 0;
    s->model = (fz_txn_model){ .machine = machine,
                               .is_reliable = s->path.transport != SS_TRANSPORT_UDP,
                               .t1 = b->settings.t1,
                               .t2 = b->settings.t2,
                               .t4 = b->settings.t4 };
    fz_txn_model_begin(&s->model, b->now);
}

static void user_sends(bench *b, slot *s, unsigned which)
{
    if (s->is_live) {
        return;
    }
    s->generation++;
    s->method = methods[which % SS_COUNT(methods)];
    s->acked = NULL;
    fz_txn_put_request(&s->request, s, s->method, NULL);
    const ss_owner owner = { .kind = SS_OWNER_CALL, .ref = s->number + 1 };
    FZ_CHECK("txn",
             ss_txn_request(&b->core, &b->turn, &s->path, fz_txn_slice_of(&s->request), owner,
                            &s->txn) == SS_OK,
             "a request is refused");
    start_model(b, s, which % SS_COUNT(methods) == 0 ? SS_ICT : SS_NICT);
    fz_txn_check_sent(b, s, FZ_SENDS_REQUEST, NULL);
}

static ss_up receive(bench *b, const slot *s, const text *t)
{
    ss_msg *msg = fz_txn_parse(&b->arena, ss_arena_copy(&b->arena, fz_txn_slice_of(t)));
    FZ_CHECK("txn", !msg->is_request || ss_transport_stamp(msg, &s->path, &b->arena) == SS_OK,
             "there is no room for a stamp");
    return ss_txn_receive(&b->core, &b->turn, msg, &s->path);
}

static fz_txn_event event_of(unsigned status)
{
    return status < 200 ? FZ_TXN_1XX : status < 300 ? FZ_TXN_2XX : FZ_TXN_300_699;
}

static void answer(bench *b, slot *s, unsigned status, const char *to_tag)
{
    text t;
    if (s->method == NULL) {
        return;
    }
    fz_txn_put_response(&t, s, status, to_tag);
    s->acked = s->acked == NULL && status >= 300 ? to_tag : s->acked;
    const ss_up up = receive(b, s, &t);
    if (s->is_live) {
        fz_txn_compare(b, s, event_of(status), &up);
    } else {
        fz_txn_compare_none(b, &up, SS_UP_NOTHING);
    }
}

static void response_comes(bench *b, slot *s, unsigned m)
{
    answer(b, s, status_of(m), "t");
}

static void fork_answers(bench *b, slot *s, unsigned m)
{
    answer(b, s, status_of(m), "u");
}

/* 17.1.3: branch and method must both be those of the request. */
static void stray(bench *b, const slot *s, unsigned status, bool is_old)
{
    text t;
    slot other = *s;
    if (s->method == NULL) {
        return;
    }
    other.generation -= is_old;
    other.method = is_old ? s->method : strcmp(s->method, "BYE") == 0 ? "INVITE" : "BYE";
    fz_txn_put_response(&t, &other, status, "t");
    const ss_up up = receive(b, s, &t);
    fz_txn_compare_none(b, &up, SS_UP_NOTHING);
}

static void late_response_comes(bench *b, slot *s, unsigned m)
{
    stray(b, s, status_of(m), true);
}

static void stray_comes(bench *b, slot *s, unsigned m)
{
    stray(b, s, status_of(m), false);
}

static void peer_sends(bench *b, slot *s, unsigned which)
{
    text t;
    const char *method = methods[which % SS_COUNT(methods)];
    const bool is_copy = s->is_live && strcmp(method, s->method) == 0;
    s->generation += !s->is_live;
    fz_txn_put_request(&t, s, method, NULL);
    const ss_up up = receive(b, s, &t);
    if (is_copy) {
        fz_txn_compare(b, s, FZ_TXN_REQUEST, &up);
        return;
    }
    fz_txn_compare_none(b, &up, SS_UP_REQUEST);
    if (s->is_live) {
        return; /* another request with the same branch: the user may refuse it */
    }
    s->method = method;
    s->request = t;
    ss_msg *msg = fz_txn_parse(&b->arena, fz_txn_slice_of(&s->request));
    const ss_owner owner = { .kind = SS_OWNER_CONTEXT, .ref = s->number + 1 };
    FZ_CHECK("txn", ss_txn_serve(&b->core, &b->turn, msg, &s->path, owner, &s->txn) == SS_OK,
             "a request is not served");
    start_model(b, s, which % SS_COUNT(methods) == 0 ? SS_IST : SS_NIST);
    FZ_CHECK("txn", fz_txn_sent(b) == NULL, "a request is answered before the user does");
}

/* RFC 2543's peers are known by their To tag, which is that of the response: 17.2.3. */
static void acknowledge(bench *b, slot *s, bool is_other)
{
    text t;
    if (s->method == NULL || (is_other && s->number != FZ_TXN_OLD_SLOT)) {
        return;
    }
    fz_txn_put_request(&t, s, "ACK", is_other ? "other" : "t");
    const bool is_unsaid =
        s->number == FZ_TXN_OLD_SLOT && (s->model.state == SS_TXN_PROCEEDING || is_other);
    const bool is_its = s->is_live && s->model.machine == SS_IST && !is_unsaid;
    if (is_other && s->is_live && s->model.state == SS_TXN_CONFIRMED) {
        return; /* its tag is forgotten by then, and nothing depends on it */
    }
    const ss_up up = receive(b, s, &t);
    if (is_its) {
        fz_txn_compare(b, s, FZ_TXN_ACK, &up);
    } else if (s->is_live && s->model.machine == SS_IST && up.txn != 0) {
        fz_txn_compare(b, s, FZ_TXN_ACK,
                       &up); /* in Proceeding: it is dropped there, or by the user */
    } else {
        fz_txn_compare_none(b, &up, SS_UP_ACK);
    }
}

static void ack_comes(bench *b, slot *s, unsigned m)
{
    (void)m;
    acknowledge(b, s, false);
}

static void other_ack_comes(bench *b, slot *s, unsigned m)
{
    (void)m;
    acknowledge(b, s, true);
}

static void user_responds(bench *b, slot *s, unsigned m)
{
    text t;
    bool ended = false;
    const unsigned status = status_of(m);
    if (!s->is_live) {
        return;
    }
    fz_txn_put_response(&t, s, status, "t");
    const ss_status may = fz_txn_model_may_respond(&s->model, status);
    FZ_CHECK("txn", ss_txn_respond(&b->core, &b->turn, s->txn, fz_txn_slice_of(&t), &ended) == may,
             "the user may respond, or may not, against the figures");
    if (may != SS_OK) {
        FZ_CHECK("txn", fz_txn_sent(b) == NULL && !ended, "a response that is refused goes out");
        return;
    }
    const fz_txn_effect effect = fz_txn_model_step(&s->model, event_of(status), b->now);
    FZ_CHECK("txn", ended == effect.ends, "a response ends its transaction, or does not, wrongly");
    fz_txn_check_sent(b, s, effect.sends, &t);
    fz_txn_settle(b, s, &effect);
}

static void user_gives_up(bench *b, slot *s, unsigned m)
{
    (void)m;
    if (s->is_live && s->model.machine != SS_NICT) { /* Timer F and K see to it */
        const ss_up up = ss_txn_abandon(&b->core, &b->turn, s->txn);
        fz_txn_compare(b, s, FZ_TXN_GIVE_UP, &up);
    }
}

/* 9.1: once a 1xx came and before a final response did; for INVITE. */
static void make_cancel(bench *b, slot *s, unsigned m)
{
    (void)m;
    if (!s->is_live) {
        return;
    }
    const ss_txn *t = ss_txn_at(&b->core, s->txn);
    ss_buffer out = ss_buffer_open(&b->arena);
    const ss_status status = ss_txn_put_cancel(&b->core, t, &b->arena, &out);
    const bool may = s->model.machine == SS_ICT && s->model.state == SS_TXN_PROCEEDING;
    FZ_CHECK("txn", status == (may ? SS_OK : SS_ERR_STATE), "a CANCEL is made against 9.1");
    if (may) {
        const ss_slice made = ss_buffer_keep(&b->arena, &out);
        fz_txn_check_made_of(s, made, "CANCEL", NULL);
    }
}

static void cancel_comes(bench *b, slot *s, unsigned m)
{
    text t;
    (void)m;
    if (s->method == NULL) {
        return;
    }
    fz_txn_put_request(&t, s, "CANCEL", NULL);
    const ss_up up = receive(b, s, &t);
    fz_txn_compare_none(b, &up, SS_UP_REQUEST); /* 9.2: a transaction of its own */
    const ss_msg *msg = fz_txn_parse(&b->arena, fz_txn_slice_of(&t));
    FZ_CHECK("txn", ss_txn_find_cancelled(&b->core, msg) == (s->is_live ? s->txn : 0),
             "a CANCEL finds another transaction");
}

/* The oldest of those on the path that have something to tell, younger than `after`. */
static slot *next_on_path(bench *b, const ss_path *path, unsigned after)
{
    slot *oldest = NULL;
    for (size_t i = 0; i < FZ_TXN_SLOTS; i++) {
        slot *s = &b->slots[i];
        fz_txn_model trial = s->model;
        if (s->is_live && s->born + 1 > after && s->path.remote.port == path->remote.port &&
            (oldest == NULL || s->born < oldest->born) &&
            fz_txn_model_step(&trial, FZ_TXN_ERROR, b->now).is_drawn) {
            oldest = s;
        }
    }
    return oldest;
}

static void path_fails(bench *b, slot *on_it, unsigned m)
{
    const ss_path path = on_it->path;
    uint32_t cursor = 0;
    unsigned after = 0;
    (void)m;
    for (slot *s; (s = next_on_path(b, &path, after)) != NULL;) {
        const ss_up up = ss_txn_transport_error(&b->core, &b->turn, &path, NULL, &cursor);
        after = s->born + 1;
        fz_txn_compare(b, s, FZ_TXN_ERROR, &up);
    }
    FZ_CHECK("txn",
             ss_txn_transport_error(&b->core, &b->turn, &path, NULL, &cursor).kind == SS_UP_NOTHING,
             "somebody else hears of an error of the transport");
}

/* ---- time ---- */

static void fire(bench *b, ss_time at)
{
    b->now = at;
    fz_txn_begin(b);
    ss_timer *timer = ss_timer_pop(&b->core.timers, &b->pools.store, at);
    FZ_CHECK("txn", timer != NULL && timer->kind == SS_TIMER_OF_TXN, "a timer is not to be had");
    const ss_up up = ss_txn_timer(&b->core, &b->turn, timer);
    FZ_CHECK("txn", up.owner.ref >= 1 && up.owner.ref <= FZ_TXN_SLOTS, "a timer of nobody fires");
    slot *s = &b->slots[up.owner.ref - 1];
    FZ_CHECK("txn", s->is_live && fz_txn_model_next(&s->model) == at,
             "a timer fires early or late");
    fz_txn_compare(b, s, s->model.end_at <= at ? FZ_TXN_END : FZ_TXN_REPEAT, &up);
}

static void sleep_until(bench *b, ss_time until)
{
    ss_time next;
    while ((next = fz_txn_next_deadline(b)) <= until) {
        fire(b, next);
    }
    b->now = until;
}

static ss_span span_of(const bench *b, unsigned code)
{
    const ss_span t1 = b->settings.t1;
    const ss_span spans[] = { 1,       SS_MS(1),    SS_MS(199),     SS_MS(200),     t1 / 2, t1,
                              t1 + 1,  2 * t1,      b->settings.t2, b->settings.t4, 7 * t1, 32 * t1,
                              63 * t1, 64 * t1 - 1, 64 * t1,        SS_S(32) };
    return spans[code % SS_COUNT(spans)];
}

/* ---- the input ---- */

/* What a letter does, to whom, and whether it has a second digit. */
typedef enum whom { CLIENT, SERVER, EITHER } whom;
typedef struct verb {
    char letter;
    whom whose;
    bool has_two;
    void (*act)(bench *b, slot *s, unsigned m);
} verb;

static const verb verbs[] = {
    { 'q', CLIENT, true, user_sends },       { 'a', CLIENT, true, response_comes },
    { 'A', CLIENT, true, fork_answers },     { 'w', CLIENT, true, late_response_comes },
    { 'v', CLIENT, true, stray_comes },      { 'c', CLIENT, false, make_cancel },
    { 'p', SERVER, true, peer_sends },       { 'k', SERVER, false, ack_comes },
    { 'l', SERVER, false, other_ack_comes }, { 't', SERVER, true, user_responds },
    { 'x', SERVER, false, cancel_comes },    { 'g', EITHER, false, user_gives_up },
    { 'e', EITHER, false, path_fails },
};

static const verb *verb_of(char letter)
{
    for (size_t i = 0; i < SS_COUNT(verbs); i++) {
        if (verbs[i].letter == letter) {
            return &verbs[i];
        }
    }
    return NULL;
}

static slot *slot_of(bench *b, whom whose, unsigned n)
{
    switch (whose) {
    case CLIENT:
        return &b->slots[n % FZ_TXN_CLIENTS];
    case SERVER:
        return &b->slots[FZ_TXN_CLIENTS + n % FZ_TXN_CLIENTS];
    default:
        return &b->slots[n % FZ_TXN_SLOTS];
    }
}

static void fire_some(bench *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const ss_time next = fz_txn_next_deadline(b);
        if (next == SS_TIME_NEVER) {
            return;
        }
        fire(b, next);
    }
}

static void play(bench *b, ss_slice rest)
{
    for (unsigned count = 0; rest.len > 0 && count < EVENTS_MAX; count++) {
        const char letter = rest.at[0];
        const verb *v = verb_of(letter);
        rest = ss_slice_cut(rest, 1, rest.len);
        if (letter == 'd') {
            fire_some(b, fz_next_digit(&rest) % 64 + 1);
        } else if (letter == 's') {
            sleep_until(b, b->now + span_of(b, fz_next_digit(&rest)));
        } else if (v != NULL) {
            slot *s = slot_of(b, v->whose, fz_next_digit(&rest));
            fz_txn_begin(b);
            v->act(b, s, v->has_two ? fz_next_digit(&rest) : 0);
        }
        (void)fz_txn_next_deadline(b);
    }
}

static void set_up(bench *b, fz_tape *tape)
{
    static const ss_span t1s[] = { SS_MS(500), SS_MS(100), SS_S(1) };
    const unsigned pace = fz_tape_pick(tape, SS_COUNT(t1s));
    memset(b, 0, sizeof *b);
    b->settings = ss_settings_default();
    b->settings.t1 = t1s[pace];
    b->settings.t2 = (pace == 1 ? 16 : 8) * t1s[pace];
    FZ_CHECK("txn", ss_pools_init(&b->pools, pool_memory, POOL_BYTES, 16, 4) == SS_OK,
             "there is no room for the tables");
    b->core = (ss_core){ .pools = &b->pools, .settings = &b->settings, .engine = 1 };
    b->core.entropy.key = 42;
    for (unsigned i = 0; i < FZ_TXN_SLOTS; i++) {
        const bool is_reliable = fz_tape_pick(tape, 2) != 0;
        b->slots[i].number = i;
        b->slots[i].generation = 1;
        b->slots[i].path = (ss_path){
            .transport = is_reliable ? SS_TRANSPORT_TCP : SS_TRANSPORT_UDP,
            .connection = is_reliable ? 3 + i % 2 : 0,
            .local = ss_address_v4(0x0a000001, 5060),
            .remote = ss_address_v4(0x0a000002, (uint16_t)(5062 + 2 * (i % 2) + is_reliable)),
        };
    }
}

/* All that ends by itself does; the rest is given up, as its user must. */
static void run_out(bench *b)
{
    unsigned fired = 0;
    for (size_t i = 0; i < FZ_TXN_SLOTS; i++) {
        const slot *s = &b->slots[i];
        const bool waits = s->model.machine == SS_ICT ? s->model.state == SS_TXN_PROCEEDING
                                                      : s->model.state == SS_TXN_PROCEEDING ||
                                                            s->model.state == SS_TXN_TRYING;
        if (s->is_live && waits) {
            fz_txn_begin(b);
            user_gives_up(b, &b->slots[i], 0);
        }
    }
    for (ss_time next; (next = fz_txn_next_deadline(b)) != SS_TIME_NEVER; fired++) {
        FZ_CHECK("txn", fired < RUN_OUT_MAX, "timers fire without end");
        fire(b, next);
    }
    for (size_t i = 0; i < FZ_TXN_SLOTS; i++) {
        FZ_CHECK("txn", !b->slots[i].is_live, "a transaction never ends");
    }
    FZ_CHECK("txn",
             b->core.txns == 0 && b->core.bytes == 0 && b->core.timers.count == 0 &&
                 b->pools.store.live_blocks == 0,
             "a transaction that is over leaves something behind");
}

int fz_target_transaction(const uint8_t *data, size_t size)
{
    ss_slice events;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &events);
    bench *b = &the_bench;
    set_up(b, &tape);
    play(b, events);
    run_out(b);
    return 0;
}
