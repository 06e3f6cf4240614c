/* The bench of transaction_bench.h. */
#include "transaction_bench.h"

#include <stdio.h>
#include <string.h>

typedef fz_txn_text text;
typedef fz_txn_slot slot;
typedef fz_txn_bench bench;

ss_slice fz_txn_slice_of(const text *t)
{
    return (ss_slice){ t->at, t->len };
}

static void set_text(text *t, ss_slice bytes)
{
    FZ_CHECK("txn", bytes.len <= sizeof t->at, "a message is longer than what it was made of");
    memcpy(t->at, bytes.at, bytes.len);
    t->len = bytes.len;
}

/* ---- turns ---- */

void fz_txn_begin(bench *b)
{
    b->arena = fz_arena(0);
    b->turn = ss_turn_begin(b->now, &b->arena);
}

/* The one message of this turn; empty when there is none. */
const ss_output *fz_txn_sent(const bench *b)
{
    const ss_output *found = NULL;
    for (const ss_output *out = b->turn.first; out != NULL; out = out->next) {
        if (out->kind == SS_OUT_DATAGRAM || out->kind == SS_OUT_STREAM) {
            FZ_CHECK("txn", found == NULL, "two messages go out for one event");
            found = out;
        }
    }
    FZ_CHECK("txn", !b->turn.failed, "a turn has no room");
    return found;
}

ss_msg *fz_txn_parse(ss_arena *arena, ss_slice bytes)
{
    ss_msg *msg = SS_ARENA_NEW(arena, ss_msg);
    ss_diag diag;
    FZ_CHECK("txn", ss_msg_parse(msg, arena, bytes, &diag) == SS_OK,
             "what a transaction makes cannot be read");
    return msg;
}

/* ---- messages ---- */

static const char *transport_name(const slot *s)
{
    return s->path.transport == SS_TRANSPORT_UDP ? "UDP" : "TCP";
}

/* Clients' Vias are ours, servers' the peer's. */
static void put_common(text *t, const slot *s, unsigned generation, const char *to_tag,
                       const char *cseq_method)
{
    const bool is_client = s->number < FZ_TXN_CLIENTS;
    t->len += (size_t)snprintf(
        t->at + t->len, sizeof t->at - t->len,
        "Via: SIP/2.0/%s 10.0.0.%u:%u;branch=%s%u.%u\r\n"
        "From: Alice <sip:alice@atlanta.example>;tag=f%u\r\n"
        "To: Bob <sip:bob@biloxi.example>%s%s\r\n"
        "Call-ID: c%u.%u\r\nCSeq: %u %s\r\n",
        transport_name(s), is_client ? 1u : 2u, is_client ? 5060u : (unsigned)s->path.remote.port,
        s->number == FZ_TXN_OLD_SLOT ? "old" : "z9hG4bK", s->number, generation, s->number,
        to_tag == NULL ? "" : ";tag=", to_tag == NULL ? "" : to_tag, s->number, generation,
        generation, cseq_method);
}

void fz_txn_put_request(text *t, const slot *s, const char *method, const char *to_tag)
{
    t->len = (size_t)snprintf(t->at, sizeof t->at, "%s sip:bob@biloxi.example SIP/2.0\r\n", method);
    put_common(t, s, s->generation, to_tag, method);
    t->len += (size_t)snprintf(t->at + t->len, sizeof t->at - t->len,
                               "Max-Forwards: 70\r\nRoute: <sip:p%u.example;lr>\r\n"
                               "Content-Length: 0\r\n\r\n",
                               s->number);
}

void fz_txn_put_response(text *t, const slot *s, unsigned status, const char *to_tag)
{
    t->len = (size_t)snprintf(t->at, sizeof t->at, "SIP/2.0 %u Said\r\n", status);
    put_common(t, s, s->generation, status == 100 ? NULL : to_tag, s->method);
    t->len += (size_t)snprintf(t->at + t->len, sizeof t->at - t->len, "Content-Length: 0\r\n\r\n");
}

/* ---- what must go out ---- */

static bool same_value(const ss_msg *a, const ss_msg *b, ss_hdr id)
{
    return ss_msg_count(a, id) == ss_msg_count(b, id) &&
           ss_slice_eq(ss_msg_value(a, id, 0), ss_msg_value(b, id, 0));
}

/* 17.1.1.3, and 9.1 for CANCEL: made of the request, but for its method, and the To of an ACK. */
void fz_txn_check_made_of(const slot *s, ss_slice bytes, const char *method, const char *to_tag)
{
    static const ss_hdr kept[] = { SS_HDR_VIA, SS_HDR_FROM, SS_HDR_CALL_ID, SS_HDR_ROUTE };
    ss_arena arena = fz_arena(1);
    text to_text;
    fz_txn_put_request(&to_text, s, s->method, to_tag);
    const ss_msg *made = fz_txn_parse(&arena, bytes),
                 *request = fz_txn_parse(&arena, fz_txn_slice_of(&s->request)),
                 *to = fz_txn_parse(&arena, fz_txn_slice_of(&to_text));
    ss_cseq a, b;
    FZ_CHECK("txn",
             ss_slice_eq(made->method_name, ss_slice_from(method)) &&
                 ss_slice_eq(made->request_uri, request->request_uri),
             "an ACK or CANCEL has another line");
    for (size_t i = 0; i < SS_COUNT(kept); i++) {
        FZ_CHECK("txn", same_value(made, request, kept[i]),
                 "an ACK or CANCEL has another field than its request");
    }
    FZ_CHECK("txn", same_value(made, to, SS_HDR_TO), "an ACK or CANCEL has another To");
    FZ_CHECK("txn",
             ss_msg_cseq(made, &a) == SS_OK && ss_msg_cseq(request, &b) == SS_OK &&
                 a.number == b.number && ss_slice_eq(a.method_name, ss_slice_from(method)),
             "an ACK or CANCEL has another CSeq");
}

static void check_100(const slot *s, ss_slice bytes)
{
    static const ss_hdr kept[] = { SS_HDR_VIA, SS_HDR_FROM, SS_HDR_CALL_ID, SS_HDR_CSEQ,
                                   SS_HDR_TO };
    ss_arena arena = fz_arena(1);
    const ss_msg *made = fz_txn_parse(&arena, bytes),
                 *request = fz_txn_parse(&arena, fz_txn_slice_of(&s->request));
    FZ_CHECK("txn", !made->is_request && made->status == 100, "it is no 100 that goes out");
    for (size_t i = 0; i < SS_COUNT(kept); i++) {
        FZ_CHECK("txn", same_value(made, request, kept[i]),
                 "a 100 has another field than its request");
    }
}

static void check_ack(slot *s, ss_slice bytes)
{
    if (s->last.len == 0) {
        fz_txn_check_made_of(s, bytes, "ACK", s->acked);
        set_text(&s->last, bytes);
    }
    FZ_CHECK("txn", ss_slice_eq(bytes, fz_txn_slice_of(&s->last)), "a copy of an ACK is another");
}

void fz_txn_check_sent(bench *b, slot *s, fz_txn_sends sends, const text *passed)
{
    const ss_output *out = fz_txn_sent(b);
    if (sends == FZ_SENDS_NOTHING || (sends == FZ_SENDS_LAST && s->last.len == 0)) {
        FZ_CHECK("txn", out == NULL, "something goes out where nothing may");
        return;
    }
    FZ_CHECK("txn", out != NULL, "nothing goes out where something must");
    FZ_CHECK("txn",
             out->path.transport == s->path.transport &&
                 ss_address_equal(&out->path.remote, &s->path.remote),
             "a message goes elsewhere");
    switch (sends) {
    case FZ_SENDS_REQUEST:
        FZ_CHECK("txn", ss_slice_eq(out->bytes, fz_txn_slice_of(&s->request)), "a copy is another");
        break;
    case FZ_SENDS_ACK:
        check_ack(s, out->bytes);
        break;
    case FZ_SENDS_100:
        check_100(s, out->bytes);
        set_text(&s->last, out->bytes);
        break;
    case FZ_SENDS_THIS:
        FZ_CHECK("txn", ss_slice_eq(out->bytes, fz_txn_slice_of(passed)),
                 "another response goes out");
        s->last = *passed;
        break;
    default:
        FZ_CHECK("txn", ss_slice_eq(out->bytes, fz_txn_slice_of(&s->last)),
                 "a copy of a response is another");
        break;
    }
}

static void check_up(const slot *s, const fz_txn_effect *effect, const ss_up *up)
{
    FZ_CHECK("txn", up->kind == (effect->is_drawn ? effect->tells : SS_UP_NOTHING),
             "the user is told something else");
    FZ_CHECK("txn", up->ended == effect->ends, "a transaction ends or lives on wrongly");
    FZ_CHECK("txn", up->txn == (effect->ends ? 0 : s->txn), "the user is told of another one");
    FZ_CHECK("txn", up->owner.ref == s->number + 1, "another user is told");
}

void fz_txn_settle(bench *b, slot *s, const fz_txn_effect *effect)
{
    s->is_live = !effect->ends;
    if (s->is_live) {
        FZ_CHECK("txn", ss_txn_state_of(ss_txn_at(&b->core, s->txn)) == s->model.state,
                 "a transaction is in another state");
    }
}

/* The stack said `up`, and put out this turn; the model takes the same event. */
void fz_txn_compare(bench *b, slot *s, fz_txn_event event, const ss_up *up)
{
    const fz_txn_effect effect = fz_txn_model_step(&s->model, event, b->now);
    check_up(s, &effect, up);
    fz_txn_check_sent(b, s, effect.is_drawn ? effect.sends : FZ_SENDS_NOTHING, NULL);
    fz_txn_settle(b, s, &effect);
}

/* The model knows of nobody whom this concerns. */
void fz_txn_compare_none(const bench *b, const ss_up *up, ss_up_kind kind)
{
    FZ_CHECK("txn", up->kind == kind && up->txn == 0, "a message finds a transaction not its own");
    FZ_CHECK("txn", fz_txn_sent(b) == NULL, "a message of no transaction is answered");
}

ss_time fz_txn_next_deadline(const bench *b)
{
    ss_time next = SS_TIME_NEVER;
    for (size_t i = 0; i < FZ_TXN_SLOTS; i++) {
        const slot *s = &b->slots[i];
        const ss_time at = s->is_live ? fz_txn_model_next(&s->model) : SS_TIME_NEVER;
        next = at < next ? at : next;
    }
    FZ_CHECK("txn", ss_timer_next(&b->core.timers, &b->pools.store) == next,
             "a timer is set to another instant");
    return next;
}
