/* The bench of the transaction tests. */
#include "txn_rig.h"

#include <stdio.h>
#include <string.h>

enum { STORE_BYTES = 1 << 20, ARENA_BYTES = 1 << 18, TABLE_SLOTS = 16 };

static _Alignas(16) unsigned char store_memory[STORE_BYTES];
static _Alignas(16) unsigned char arena_memory[ARENA_BYTES];
static txn_rig the_rig;

/* Whatever happened: as after a crash, nothing of the transactions is left. */
static void end(void)
{
    ss_txn_forget_all(&the_rig.core);
    ss_overload_forget(&the_rig.core);
    CHECK_EQ(the_rig.core.bytes, 0);
    CHECK_EQ(the_rig.core.timers.count, 0);
    CHECK_EQ(the_rig.pools.store.live_blocks, 0);
}

txn_rig *rig_start_small(ss_transport transport, uint64_t store_bytes)
{
    txn_rig *rig = &the_rig;
    memset(rig, 0, sizeof *rig);
    rig->settings = ss_settings_default();
    ss_store_init(&rig->pools.store, store_memory, STORE_BYTES);
    CHECK_OK(ss_table_init(&rig->pools.txns, &rig->pools.store, TABLE_SLOTS));
    CHECK_OK(ss_table_init(&rig->pools.dialogs, &rig->pools.store, TABLE_SLOTS));
    if (rig->pools.store.used + store_bytes < rig->pools.store.cap) {
        rig->pools.store.cap = rig->pools.store.used + store_bytes;
    }
    rig->core = (ss_core){ .pools = &rig->pools, .settings = &rig->settings, .engine = 7 };
    rig->core.entropy.key = 42;
    rig->arena = (ss_arena){ .base = arena_memory, .cap = ARENA_BYTES };
    rig->path = (ss_path){ .transport = transport,
                           .connection = ss_transport_is_reliable(transport) ? 3 : 0,
                           .local = ss_address_v4(0x0a000001, 5060),
                           .remote = ss_address_v4(0x0a000002, 5060) };
    rig_at(rig, 0);
    test_at_end(end);
    return rig;
}

txn_rig *rig_start(ss_transport transport)
{
    return rig_start_small(transport, STORE_BYTES);
}

void rig_at(txn_rig *rig, ss_time now)
{
    CHECK(now >= rig->turn.now);
    rig->arena.used = 0;
    rig->turn = (ss_turn){ .now = now, .arena = &rig->arena };
    rig->unread = NULL;
}

bool rig_tick(txn_rig *rig)
{
    const ss_time at = ss_timer_next(&rig->core.timers, &rig->pools.store);
    if (at == SS_TIME_NEVER) {
        return false;
    }
    rig_at(rig, at);
    ss_timer *timer = ss_timer_pop(&rig->core.timers, &rig->pools.store, at);
    CHECK_EQ(timer->kind, SS_TIMER_OF_TXN);
    rig->up = ss_txn_timer(&rig->core, &rig->turn, timer);
    rig_rewind(rig);
    return true;
}

ss_time rig_next_send(txn_rig *rig)
{
    while (rig_tick(rig)) {
        if (rig_sends(rig) > 0) {
            return rig->turn.now;
        }
    }
    return SS_TIME_NEVER;
}

ss_time rig_next_up(txn_rig *rig, ss_up_kind kind)
{
    while (rig_tick(rig)) {
        if (rig->up.kind == kind) {
            return rig->turn.now;
        }
    }
    return SS_TIME_NEVER;
}

ss_time rig_next_timer(txn_rig *rig, ss_letter letter)
{
    while (rig_tick(rig)) {
        const ss_note *fired = rig_note(rig, SS_NOTE_TIMER);
        if (fired != NULL && fired->letter == letter) {
            return rig->turn.now;
        }
    }
    return SS_TIME_NEVER;
}

unsigned rig_run_until(txn_rig *rig, ss_time end)
{
    unsigned sends = 0;
    while (ss_timer_next(&rig->core.timers, &rig->pools.store) <= end && rig_tick(rig)) {
        sends += rig_sends(rig);
    }
    rig_at(rig, end);
    return sends;
}

/* ---- messages ---- */

const char *rig_request_text(txn_rig *rig, const char *method, const char *branch)
{
    snprintf(rig->text, sizeof rig->text,
             "%s sip:bob@biloxi.com SIP/2.0\r\n"
             "Via: SIP/2.0/%s 10.0.0.%s:5060;branch=%s\r\n"
             "Max-Forwards: 70\r\n"
             "Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n"
             "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
             "To: Bob <sip:bob@biloxi.com>\r\n"
             "Call-ID: 987asjd97y7atg\r\n"
             "CSeq: 986759 %s\r\n"
             "Content-Length: 0\r\n\r\n",
             method, rig->path.transport == SS_TRANSPORT_UDP ? "UDP" : "TCP",
             strstr(branch, "ours") ? "1" : "2", branch, method);
    return rig->text;
}

const char *rig_response_text(txn_rig *rig, const char *method, unsigned status, const char *branch)
{
    snprintf(rig->text, sizeof rig->text,
             "SIP/2.0 %u Whatever\r\n"
             "Via: SIP/2.0/%s 10.0.0.%s:5060;branch=%s\r\n"
             "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
             "To: Bob <sip:bob@biloxi.com>%s\r\n"
             "Call-ID: 987asjd97y7atg\r\n"
             "CSeq: 986759 %s\r\n"
             "Content-Length: 0\r\n\r\n",
             status, rig->path.transport == SS_TRANSPORT_UDP ? "UDP" : "TCP",
             strstr(branch, "ours") ? "1" : "2", branch, status == 100 ? "" : ";tag=99sa0xk",
             method);
    return rig->text;
}

ss_ref rig_request(txn_rig *rig, const char *method)
{
    ss_ref txn = 0;
    const ss_slice request = ss_slice_from(rig_request_text(rig, method, "z9hG4bKours"));
    const ss_owner owner = { .kind = SS_OWNER_CALL, .ref = 11 };
    const ss_status status =
        ss_txn_request(&rig->core, &rig->turn, &rig->path, request, owner, &txn);
    CHECK_EQ(status == SS_OK, txn != 0);
    rig_rewind(rig);
    if (txn == 0) {
        (void)test_nothing();
    }
    return txn;
}

static ss_msg *rig_parse(txn_rig *rig, const char *text)
{
    ss_msg *msg = SS_ARENA_NEW(&rig->arena, ss_msg);
    ss_diag diag;
    CHECK_OK(
        ss_msg_parse(msg, &rig->arena, ss_arena_copy(&rig->arena, ss_slice_from(text)), &diag));
    if (msg->is_request) {
        CHECK_OK(ss_transport_stamp(msg, &rig->path, &rig->arena));
    }
    return msg;
}

ss_up rig_receive(txn_rig *rig, const char *text)
{
    const ss_msg *msg = rig_parse(rig, text);
    rig->up = ss_txn_receive(&rig->core, &rig->turn, msg, &rig->path);
    rig_rewind(rig);
    return rig->up;
}

ss_up rig_answer(txn_rig *rig, const char *method, unsigned status)
{
    rig_at(rig, rig->turn.now);
    return rig_receive(rig, rig_response_text(rig, method, status, "z9hG4bKours"));
}

ss_up rig_peer_sends(txn_rig *rig, const char *method)
{
    rig_at(rig, rig->turn.now);
    return rig_receive(rig, rig_request_text(rig, method, "z9hG4bKtheirs"));
}

ss_ref rig_serve(txn_rig *rig, const char *method)
{
    ss_ref txn = 0;
    rig_at(rig, rig->turn.now);
    const ss_msg *msg = rig_parse(rig, rig_request_text(rig, method, "z9hG4bKtheirs"));
    const ss_owner owner = { .kind = SS_OWNER_CONTEXT, .ref = 12 };
    const ss_status status = ss_txn_serve(&rig->core, &rig->turn, msg, &rig->path, owner, &txn);
    CHECK_EQ(status == SS_OK, txn != 0);
    rig_rewind(rig);
    if (txn == 0) {
        (void)test_nothing();
    }
    return txn;
}

ss_status rig_respond(txn_rig *rig, ss_ref txn, unsigned status, bool *ended)
{
    bool is_over = false;
    rig_at(rig, rig->turn.now);
    const char *method = ss_method_name(ss_txn_method(ss_txn_at(&rig->core, txn))).at;
    const ss_slice response =
        ss_slice_from(rig_response_text(rig, method, status, "z9hG4bKtheirs"));
    const ss_status result = ss_txn_respond(&rig->core, &rig->turn, txn, response, &is_over);
    if (ended != NULL) {
        *ended = is_over;
    }
    rig_rewind(rig);
    return result;
}

ss_up rig_break_path(txn_rig *rig, uint32_t *cursor)
{
    rig_at(rig, rig->turn.now);
    rig->up = ss_txn_transport_error(&rig->core, &rig->turn, &rig->path, NULL, cursor);
    rig_rewind(rig);
    return rig->up;
}

/* ---- what a turn put out ---- */

static bool is_send(const ss_output *out)
{
    return out->kind == SS_OUT_DATAGRAM || out->kind == SS_OUT_STREAM;
}

unsigned rig_sends(const txn_rig *rig)
{
    unsigned count = 0;
    for (const ss_output *out = rig->turn.first; out != NULL; out = out->next) {
        count += is_send(out);
    }
    return count;
}

ss_slice rig_sent(const txn_rig *rig, unsigned nth)
{
    for (const ss_output *out = rig->turn.first; out != NULL; out = out->next) {
        if (is_send(out) && nth-- == 0) {
            return out->bytes;
        }
    }
    return SS_EMPTY;
}

void rig_rewind(txn_rig *rig)
{
    rig->unread = rig->turn.first;
}

const ss_note *rig_note(txn_rig *rig, ss_note_kind kind)
{
    while (rig->unread != NULL) {
        const ss_output *out = rig->unread;
        rig->unread = out->next;
        if (out->kind == SS_OUT_NOTE && out->note.kind == kind) {
            return &out->note;
        }
    }
    return NULL;
}

ss_txn_state rig_state(const txn_rig *rig, ss_ref txn)
{
    return ss_txn_state_of(ss_txn_at(&rig->core, txn));
}
