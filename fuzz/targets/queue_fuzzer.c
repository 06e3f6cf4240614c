/* Target `queue`: a line of choices (the link, the room), then what happens, an event being a letter and its digits (0-9, then a-z; any
 * other byte counts too, and what is no event is passed over):
 *
 *     +WK   something is to happen after a wait of W (0, 1, 2, 4 ns …), its key otherwise K
 *     -N    N + 1 of what is to happen does
 *     >B    a packet of some bytes is transmitted on the link; its arrival is to happen; }B: two copies of it
 *     wW    time goes by, but not past what happens next
 *     =     all that is to happen is looked at
 *
 * Aims at: sn_event_push, sn_event_pop, sn_event_first, sn_event_each; sn_impair with a rate, a queue, cells and kept order. The queue is an
 * array that is searched, and the link a list of all that it ever carried: naive, and the same to the nanosecond. */
#include "fuzz.h"

#include "event/queue.h"
#include "link/impair.h"

#include <string.h>

enum { EVENTS_MAX = 300, STEPS_MAX = 600, LINK_BYTES = 1 << 16 };
enum { QUEUE_BYTES = 1 << 21 };

static _Alignas(16) unsigned char queue_memory[QUEUE_BYTES], link_memory[LINK_BYTES];

/** A packet that the link took, as the model has it. */
typedef struct carried {
    ss_time starts, leaves;
    uint32_t bytes;
} carried;

typedef struct play {
    sn_event_queue queue;
    sn_event model[EVENTS_MAX];
    size_t count, cap;
    uint64_t made;
    ss_time now;
    ss_store store;
    sn_link_params params;
    sn_link_state link;
    sn_decisions *decisions;
    carried carried[2 * STEPS_MAX];
    size_t carried_count;
    ss_time last_arrival;
    uint64_t sent, dropped, arrived, under_way;
} play;

static play the_play; /* too large for a stack */

static ss_span wait_of(unsigned code)
{
    return code % 64 == 0 ? 0 : UINT64_C(1) << (code % 64 - 1);
}

/* ---- events ---- */

/* The design, 3.3: time, step, tie, receiver, sender, the sender's counter. Written out, not by sn_key_compare. */
static bool is_before(const sn_event *a, const sn_event *b)
{
    const uint64_t left[] = { a->at, a->step, a->tie, a->receiver, a->sender, a->counter };
    const uint64_t right[] = { b->at, b->step, b->tie, b->receiver, b->sender, b->counter };
    for (size_t i = 0; i < SS_COUNT(left); i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i];
        }
    }
    return false;
}

static void push(play *p, ss_time at, unsigned key, uint16_t kind)
{
    const sn_event e = { .at = at,
                         .step = key & 1,
                         .tie = key >> 1 & 1,
                         .receiver = key >> 2 & 3,
                         .sender = key >> 4 & 3,
                         .counter = p->made,
                         .kind = kind,
                         .arg = (uint32_t)p->made };
    p->made++;
    const bool has_room = p->count < p->cap;
    FZ_CHECK("queue", sn_event_push(&p->queue, &e) == has_room,
             "an event is refused with room, or taken without");
    if (has_room) {
        p->model[p->count++] = e;
        p->under_way += kind == SN_EVENT_PACKET;
    }
}

static const sn_event *least(const play *p)
{
    const sn_event *first = NULL;
    for (size_t i = 0; i < p->count; i++) {
        first = first == NULL || is_before(&p->model[i], first) ? &p->model[i] : first;
    }
    return first;
}

static void pop(play *p)
{
    const sn_event *want = least(p), *first = sn_event_first(&p->queue);
    FZ_CHECK("queue", (want == NULL) == (first == NULL), "the queue is empty, or is not, wrongly");
    if (want == NULL) {
        return;
    }
    FZ_CHECK("queue", first->arg == want->arg, "another event is first");
    const sn_event got = sn_event_pop(&p->queue);
    FZ_CHECK("queue", got.arg == want->arg && got.at == want->at && got.kind == want->kind,
             "another event comes out");
    FZ_CHECK("queue", got.at >= p->now, "time goes backwards");
    p->now = got.at;
    p->arrived += got.kind == SN_EVENT_PACKET;
    p->under_way -= got.kind == SN_EVENT_PACKET;
    p->model[want - p->model] = p->model[--p->count];
    FZ_CHECK("queue", p->queue.count == p->count, "the queue has lost count");
}

static void look(const play *p)
{
    uint64_t nth = 0, seen = 0, sum = 0, want = 0;
    const sn_event *e;
    while ((e = sn_event_each(&p->queue, &nth)) != NULL) {
        FZ_CHECK("queue", seen < p->count, "an event is seen twice");
        sum += ss_mix64(e->arg + UINT64_C(1));
        seen++;
    }
    for (size_t i = 0; i < p->count; i++) {
        want += ss_mix64(p->model[i].arg + UINT64_C(1));
    }
    FZ_CHECK("queue", seen == p->count && sum == want, "not every event is seen once");
}

/* ---- the link ---- */

/* Each bit takes its time, a cell is whole, and no part of a nanosecond is given away. */
static ss_span bits_span(const sn_rate *rate, uint32_t bytes)
{
    const int64_t with_header = (int64_t)bytes + rate->overhead;
    uint64_t whole = with_header < 0 ? 0 : (uint64_t)with_header;
    if (rate->cell != 0) {
        uint64_t cells = whole / rate->cell;
        cells += cells * rate->cell < whole;
        whole = cells * (rate->cell + rate->cell_overhead);
    }
    ss_span span = whole * 8 * SS_S(1) / rate->bps;
    span += span * rate->bps < whole * 8 * SS_S(1);
    return span;
}

/* What waits for the rate now: it was taken, and its first bit has not left. */
static bool is_full(const play *p, uint32_t bytes)
{
    uint64_t packets = 0, waiting = 0;
    for (size_t i = 0; i < p->carried_count; i++) {
        if (p->carried[i].starts > p->now) {
            packets++;
            waiting += p->carried[i].bytes;
        }
    }
    return (p->params.queue.packets != 0 && packets >= p->params.queue.packets) ||
           (p->params.queue.bytes != 0 && waiting + bytes > p->params.queue.bytes);
}

/* When it must arrive; false: there is no room for it. What would be past the end of time is at its end. */
static bool carry(play *p, uint32_t bytes, ss_time *arrives)
{
    ss_time leaves = p->now;
    if (p->params.rate.bps != 0) {
        const ss_time before = p->carried_count == 0 ? 0 : p->carried[p->carried_count - 1].leaves;
        const ss_time starts = before > p->now ? before : p->now;
        if (is_full(p, bytes)) {
            return false;
        }
        leaves = ss_time_after(starts, bits_span(&p->params.rate, bytes));
        p->carried[p->carried_count++] = (carried){ starts, leaves, bytes };
    }
    const ss_span floor = p->params.delay_floor == 0 ? 1 : p->params.delay_floor;
    *arrives = ss_time_after(leaves, p->params.delay > floor ? p->params.delay : floor);
    if (p->params.keep_order && *arrives < p->last_arrival) {
        *arrives = p->last_arrival;
    }
    p->last_arrival = *arrives;
    return true;
}

static void transmit(play *p, unsigned size, bool doubled)
{
    const uint32_t bytes = 28 + 61 * (size % 64);
    const sn_transmission t = { .params = &p->params,
                                .link = &p->link,
                                .store = &p->store,
                                .decisions = p->decisions,
                                .now = p->now,
                                .bytes = bytes,
                                .doubled = doubled };
    sn_point point = { .place = 1, .key = { 1, 2, p->sent, 0, 0 }, .key_words = SN_POINT_KEY_MAX };
    const sn_passage passage = sn_impair(&t, &point);
    FZ_CHECK("queue", passage.copies == (doubled ? 2u : 1u) && !passage.out_of_memory,
             "a packet is copied, or not, wrongly");
    for (unsigned i = 0; i < passage.copies; i++) {
        ss_time want;
        const bool is_carried = carry(p, bytes, &want);
        const sn_copy *copy = &passage.copy[i];
        p->sent++;
        FZ_CHECK("queue", copy->cause == (is_carried ? SN_CAUSE_NONE : SN_CAUSE_QUEUE),
                 "a packet is dropped with room, or carried without");
        if (!is_carried) {
            p->dropped++;
            continue;
        }
        FZ_CHECK("queue", copy->arrives == want, "a packet arrives at another instant");
        p->dropped += p->count == p->cap; /* by the room of this target, and not by the link */
        push(p, copy->arrives, size, SN_EVENT_PACKET);
    }
}

static void wait(play *p, unsigned code)
{
    const sn_event *first = least(p);
    const ss_time then = ss_time_after(p->now, wait_of(code % 48));
    p->now = first != NULL && first->at < then ? first->at : then;
}

/* ---- the input ---- */

static void set_up(play *p, fz_tape *tape)
{
    static const uint64_t rates[] = { 0, 64000, 8000, 1000000, 999999937, 1 };
    static const ss_span delays[] = { SS_MS(20), 0, 1, SS_S(3) };
    static const uint32_t caps[] = { EVENTS_MAX, 1, 16, 100 };
    memset(p, 0, offsetof(play, carried));
    p->carried_count = 0;
    p->last_arrival = p->sent = p->dropped = p->arrived = p->under_way = 0;
    p->params = sn_link_params_default();
    p->params.rate.bps = rates[fz_tape_pick(tape, SS_COUNT(rates))];
    p->params.delay = delays[fz_tape_pick(tape, SS_COUNT(delays))];
    p->params.queue.packets = fz_tape_pick(tape, 5);
    p->params.queue.bytes = 1500 * fz_tape_pick(tape, 4);
    p->params.rate.overhead =
        14 * (int32_t)fz_tape_pick(tape, 3) - 14 * 2 * (int32_t)fz_tape_pick(tape, 2);
    p->params.rate.cell = 48 * fz_tape_pick(tape, 2);
    p->params.rate.cell_overhead = 5;
    p->params.keep_order = fz_tape_pick(tape, 2) != 0;
    p->params.delay_floor = SS_MS(5) * fz_tape_pick(tape, 2);
    p->cap = caps[fz_tape_pick(tape, SS_COUNT(caps))];
    sn_link_settle(&p->params);
    ss_store_init(&p->store, link_memory, sizeof link_memory);
    FZ_CHECK("queue", sn_event_queue_bytes(p->cap) <= sizeof queue_memory,
             "a small queue needs much memory");
    sn_event_queue_init(&p->queue, queue_memory, p->cap);
}

static void step(play *p, char letter, ss_slice *rest)
{
    const unsigned n = letter == '=' ? 0 : fz_next_digit(rest);
    switch (letter) {
    case '+':
        push(p, ss_time_after(p->now, wait_of(n)), fz_next_digit(rest), SN_EVENT_WAKE);
        break;
    case '-':
        for (unsigned i = 0; i <= n % 64; i++) {
            pop(p);
        }
        break;
    case '>':
    case '}':
        transmit(p, n, letter == '}');
        break;
    case 'w':
        wait(p, n);
        break;
    default:
        look(p);
        break;
    }
}

static void run(play *p, ss_slice rest)
{
    for (unsigned steps = 0; rest.len > 0 && steps < STEPS_MAX;) {
        const char letter = rest.at[0];
        rest = ss_slice_cut(rest, 1, rest.len);
        if (letter != '\0' && strchr("+->}w=", letter) != NULL) {
            step(p, letter, &rest);
            steps++;
        }
    }
    look(p);
    while (p->count > 0) {
        pop(p);
    }
    pop(p); /* of nothing */
    FZ_CHECK("queue", p->sent == p->arrived + p->dropped && p->under_way == 0,
             "packets are lost on the way");
}

int fz_target_queue(const uint8_t *data, size_t size)
{
    ss_slice rest;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &rest);
    play *p = &the_play;
    set_up(p, &tape);
    p->decisions = sn_decisions_new(1);
    if (p->decisions != NULL) {
        run(p, rest);
        sn_decisions_free(p->decisions);
    }
    return 0;
}
