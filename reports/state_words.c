/* What is live, for people and for programs: the hosts that have something, then each thing by the instant at which it came to be. */
#include <stdlib.h>
#include <string.h>

#include "sn/capture.h"
#include "ss/msg.h"
#include "state.h"
#include "words.h"

enum { SHOWN_MAX = 200 };

/* ---- words ---- */

static const char *const titles[STATE_KINDS] = { [STATE_CALL] = "calls",
                                                 [STATE_TRANSACTION] = "transactions",
                                                 [STATE_DIALOG] = "dialogs",
                                                 [STATE_SUBSCRIPTION] = "subscriptions",
                                                 [STATE_CONNECTION] = "connections",
                                                 [STATE_PACKET] = "packets_under_way" };

static const char *state_word(const state_thing *t)
{
    switch (t->kind) {
    case STATE_CALL:
        return sn_call_event_name((sn_call_event)t->state);
    case STATE_TRANSACTION:
        return rp_txn_state_name(t->state);
    case STATE_DIALOG:
        return rp_dialog_state_name(t->state);
    case STATE_SUBSCRIPTION:
        return rp_subscription_name(t->state);
    case STATE_CONNECTION:
        return sn_connection_event_name((sn_connection_event)t->state);
    default:
        return "";
    }
}

static void put_end(ss_buffer *b, const rp_state *s, uint32_t node, uint16_t port)
{
    ss_put_text(b, node == SN_NOBODY ? "somebody" : sn_capture_name(s->cast, node));
    ss_put_char(b, ':');
    ss_put_u64(b, port);
}

static void put_message(ss_buffer *b, uint32_t packed)
{
    if (packed == SN_NOBODY || (packed & 1u) == 0) {
        ss_put_text(b, packed == SN_NOBODY ? "part of a stream, or of none" : "no SIP");
        return;
    }
    if ((packed & 2u) == 0) {
        ss_put_u64(b, packed >> 7 & 1023u);
        ss_put_char(b, ' ');
    }
    ss_put(b, ss_method_name((ss_method)(packed >> 2 & 31u)));
}

/* "INVITE client", "alice:5060 to bob:40000", "100 INVITE on core -> bob". */
static void put_what(ss_buffer *b, const rp_state *s, const state_thing *t)
{
    switch (t->kind) {
    case STATE_TRANSACTION:
        ss_put(b, ss_method_name((ss_method)t->method));
        ss_put_text(b, t->machine == SS_ICT || t->machine == SS_NICT ? " client" : " server");
        break;
    case STATE_SUBSCRIPTION:
        ss_put(b, ss_method_name((ss_method)t->method));
        ss_put_text(b, t->machine == 0 ? " subscriber" : " notifier");
        break;
    case STATE_CONNECTION:
        put_end(b, s, t->node, t->local_port);
        ss_put_text(b, " to ");
        put_end(b, s, t->peer, t->peer_port);
        break;
    case STATE_PACKET:
        put_message(b, t->message);
        ss_put_text(b, " on ");
        sn_capture_put_link(b, s->cast, t->link);
        break;
    default:
        break;
    }
}

/* "c17", or the hash as events.jsonl has it. */
static void put_call(ss_buffer *b, const rp_state *s, uint64_t call_id)
{
    const uint32_t number = sn_index_get(&s->numbers, call_id);
    if (call_id == 0) {
        return;
    }
    if (number != SN_NOBODY) {
        ss_put_char(b, 'c');
        ss_put_u64(b, number);
    } else {
        ss_put_hex(b, call_id, 16);
    }
}

/* ---- in order ---- */

static int by_birth(const void *left, const void *right)
{
    const state_thing *const *a = left, *const *b = right;
    return (*a)->born < (*b)->born ? -1 : (*a)->born > (*b)->born;
}

/* Those that are live, the oldest first; owned by the caller. NULL without memory. */
static const state_thing **in_order(const rp_state *s, uint32_t *count)
{
    const state_thing **live = calloc((size_t)s->count + 1, sizeof(*live));
    *count = 0;
    for (uint32_t i = 0; i < s->count && live != NULL; i++) {
        if (s->things[i].is_live) {
            live[(*count)++] = &s->things[i];
        }
    }
    if (live != NULL) {
        qsort(live, *count, sizeof(*live), by_birth);
    }
    return live;
}

/* ---- text ---- */

/* Filled to the width, never cut. */
static void put_padded(rp_file *out, const char *text, size_t width)
{
    rp_put_left(out, text, strlen(text) < width ? width : strlen(text));
    rp_put_char(out, ' ');
}

static void put_count(rp_file *out, const state_thing *t)
{
    const char *counted = t->kind == STATE_TRANSACTION  ? ", sent again: "
                          : t->kind == STATE_CONNECTION ? ", bytes kept: "
                                                        : ", copies: ";
    if (t->count > (t->kind == STATE_PACKET ? 1u : 0u)) {
        rp_put_text(out, counted);
        rp_put_u64(out, t->count);
    }
}

static void put_thing(rp_file *out, const rp_state *s, const state_thing *t)
{
    char what[200], call[24];
    ss_buffer w = ss_buffer_on(what, sizeof what - 1), c = ss_buffer_on(call, sizeof call);
    put_what(&w, s, t);
    what[w.len] = '\0';
    put_call(&c, s, t->call_id);
    rp_put_text(out, "  ");
    if (t->kind != STATE_PACKET && t->kind != STATE_CONNECTION) {
        put_padded(out, sn_capture_name(s->cast, t->node), 12);
    }
    if (w.len != 0) {
        put_padded(out, what, 18);
    }
    if (t->kind != STATE_PACKET) {
        put_padded(out, state_word(t), 11);
    }
    rp_put_text(out, "since ");
    rp_put_ms(out, t->since);
    rp_put_text(out, " ms");
    if (t->kind == STATE_PACKET) {
        rp_put_text(out, ", arrives at ");
        rp_put_ms(out, t->due);
        rp_put_text(out, " ms");
    }
    put_count(out, t);
    if (c.len != 0) {
        rp_put_text(out, ", ");
        rp_put(out, ss_buffer_slice(&c));
    }
    rp_put_char(out, '\n');
}

static void put_kind(rp_file *out, const rp_state *s, state_kind kind,
                     const state_thing *const *live, uint32_t count)
{
    uint32_t shown = 0, all = 0;
    for (uint32_t i = 0; i < count; i++) {
        all += live[i]->kind == kind;
    }
    if (all == 0) {
        return;
    }
    rp_put_text(out, kind == STATE_PACKET ? "packets under way" : titles[kind]);
    rp_put_text(out, ", ");
    rp_put_u64(out, all);
    rp_put_text(out, all > SHOWN_MAX ? ", the oldest:\n" : ":\n");
    for (uint32_t i = 0; i < count && shown < SHOWN_MAX; i++) {
        if (live[i]->kind == kind) {
            put_thing(out, s, live[i]);
            shown++;
        }
    }
}

typedef struct counted {
    const char *name;
    uint64_t value;
} counted;

enum { COUNTS = 9 };

static void count_of(const rp_state *s, uint32_t node, counted counts[COUNTS])
{
    const sn_left_fact *l = &s->left[node];
    const counted all[COUNTS] = { { "calls", l->calls },
                                  { "transactions", l->transactions },
                                  { "dialogs", l->dialogs },
                                  { "timers", l->timers },
                                  { "bindings", l->bindings },
                                  { "contexts", l->contexts },
                                  { "connections", l->connections },
                                  { "messages_waiting", s->waiting[node] },
                                  { "store_bytes", l->store_bytes } };
    memcpy(counts, all, sizeof all);
}

static bool has_anything(const counted counts[COUNTS])
{
    uint64_t sum = 0;
    for (size_t i = 0; i < COUNTS; i++) {
        sum |= counts[i].value;
    }
    return sum != 0;
}

static void put_hosts(rp_file *out, const rp_state *s)
{
    uint32_t shown = 0, all = 0;
    for (uint32_t node = 0; node < s->cast->node_count; node++) {
        counted counts[COUNTS];
        count_of(s, node, counts);
        if (!has_anything(counts)) {
            continue;
        }
        all++;
        if (shown == SHOWN_MAX) {
            continue;
        }
        rp_put_text(out, shown++ == 0 ? "hosts:\n  " : "  ");
        put_padded(out, sn_capture_name(s->cast, node), 12);
        for (size_t i = 0, n = 0; i < COUNTS; i++) {
            if (counts[i].value != 0) {
                rp_put_text(out, n++ == 0 ? "" : ", ");
                rp_put_text(out, counts[i].name);
                rp_put_char(out, ' ');
                rp_put_u64(out, counts[i].value);
            }
        }
        rp_put_char(out, '\n');
    }
    if (all > shown) {
        rp_put_text(out, "  and more hosts: ");
        rp_put_u64(out, all - shown);
        rp_put_char(out, '\n');
    }
    if (all == 0) {
        rp_put_text(out, "nothing is live\n");
    }
}

static void put_last(rp_file *out, const rp_state *s)
{
    char text[160];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    rp_put_text(out, "last event: ");
    if (s->has_last) {
        sn_capture_put_event(&b, &s->last);
        rp_put(out, ss_buffer_slice(&b));
        rp_put_text(out, " at ");
        rp_put_ms(out, s->last.at);
        rp_put_text(out, " ms\n");
    } else {
        rp_put_text(out, "none\n");
    }
}

bool rp_state_write(const rp_state *s, rp_file *out)
{
    uint32_t count = 0;
    const state_thing **live = in_order(s, &count);
    put_last(out, s);
    put_hosts(out, s);
    for (state_kind kind = 0; kind < STATE_KINDS && live != NULL; kind++) {
        put_kind(out, s, kind, live, count);
    }
    const bool is_whole = live != NULL && !s->out_of_memory;
    free(live);
    return is_whole;
}

/* ---- JSON ---- */

static void key_buffer(rp_json *j, const char *key, const ss_buffer *b)
{
    if (b->len != 0) {
        rp_json_key(j, key);
        rp_json_slice(j, ss_buffer_slice(b));
    }
}

static void json_thing(rp_json *j, const rp_state *s, const state_thing *t)
{
    char what[200], call[24];
    ss_buffer w = ss_buffer_on(what, sizeof what), c = ss_buffer_on(call, sizeof call);
    put_what(&w, s, t);
    put_call(&c, s, t->call_id);
    rp_json_open(j, '{');
    rp_json_key_text(j, "node", sn_capture_name(s->cast, t->node));
    key_buffer(j, "what", &w);
    key_buffer(j, "call", &c);
    if (t->kind == STATE_PACKET) {
        rp_json_key_u64(j, "arrives_ns", t->due);
    } else {
        rp_json_key_text(j, "state", state_word(t));
    }
    rp_json_key_u64(j, "made_ns", t->made);
    rp_json_key_u64(j, "since_ns", t->since);
    if (t->kind == STATE_PACKET || t->kind == STATE_TRANSACTION || t->kind == STATE_CONNECTION) {
        rp_json_key_u64(j,
                        t->kind == STATE_PACKET        ? "copies"
                        : t->kind == STATE_TRANSACTION ? "sent_again"
                                                       : "kept_bytes",
                        t->count);
    }
    rp_json_close(j);
}

static void json_hosts(rp_json *j, const rp_state *s)
{
    rp_json_key_open(j, "hosts", '[');
    for (uint32_t node = 0; node < s->cast->node_count; node++) {
        counted counts[COUNTS];
        count_of(s, node, counts);
        if (has_anything(counts)) {
            rp_json_open(j, '{');
            rp_json_key_text(j, "node", sn_capture_name(s->cast, node));
            for (size_t i = 0; i < COUNTS; i++) {
                rp_json_key_u64(j, counts[i].name, counts[i].value);
            }
            rp_json_close(j);
        }
    }
    rp_json_close(j);
}

bool rp_state_write_json(const rp_state *s, rp_json *j)
{
    char text[160];
    uint32_t count = 0;
    const state_thing **live = in_order(s, &count);
    ss_buffer b = ss_buffer_on(text, sizeof text);
    sn_capture_put_event(&b, &s->last);
    rp_json_key(j, "last_event");
    if (s->has_last) {
        rp_json_slice(j, ss_buffer_slice(&b));
    } else {
        rp_json_null(j);
    }
    json_hosts(j, s);
    for (state_kind kind = 0; kind < STATE_KINDS; kind++) {
        rp_json_key_open(j, titles[kind], '[');
        for (uint32_t i = 0; i < count && live != NULL; i++) {
            if (live[i]->kind == kind) {
                json_thing(j, s, live[i]);
            }
        }
        rp_json_close(j);
    }
    const bool is_whole = live != NULL && !s->out_of_memory;
    free(live);
    return is_whole;
}
