/* Client transactions by what leaves and what comes: the copies of Timers A and E and the ends of Timers B and F
 * (RFC 3261 17.1.1.2, 17.1.2.2), and CANCEL (9.1). One missing copy is told once: after it the transaction's copies are
 * judged no more. */
#include "laws.h"

static bool is_invite(const txn *t)
{
    return t->method == SS_METHOD_INVITE;
}

static law copies_law(const txn *t)
{
    return is_invite(t) ? LAW_TX1 : LAW_TX3;
}

/* ---- requests ---- */

/* RFC3261:17.1.1.2, 17.1.2.2 a reliable transport needs no copies. */
static void set_due(txn *t, ss_time after)
{
    t->due = t->reliable ? SS_TIME_NEVER : ss_time_after(after, t->interval);
    if (t->due >= t->end) {
        t->due = SS_TIME_NEVER; /* at the same instant the end wins */
    }
}

static void begin(sn_judge *j, const sn_fact *f, txn *t)
{
    const sn_member *m = member(j, t->node);
    t->first = f->key.at;
    t->hash = f->hash;
    t->to = f->peer;
    t->to_port = f->peer_port;
    t->call_id = f->sip.call_id;
    t->is_initial = f->sip.to_tag == 0;
    t->says = f->sip.says;
    t->session_expires = f->sip.session_expires;
    t->cseq = f->sip.cseq;
    t->via_count = f->sip.via_count;
    t->phase = PHASE_WAITING;
    t->transport = f->transport;
    t->reliable = f->transport != SS_TRANSPORT_UDP;
    t->is_probe = f->is_probe != 0;
    if (has_timers(j, t->node)) {
        t->interval = t->is_probe ? m->spans->probe : m->spans->t1;
        t->end = ss_time_after(t->first, t->is_probe ? m->spans->probes_max * m->spans->probe
                                                     : 64 * m->spans->t1);
        set_due(t, t->first);
    }
    sn_txn_schedule(j, t);
}

/* RFC3261:9.1, the last but one paragraph: not before a provisional response. */
static void cancel_begins(sn_judge *j, const sn_fact *f)
{
    txn *invite = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, SS_METHOD_INVITE);
    if (invite == NULL || invite->phase == PHASE_WAITING || invite->phase == PHASE_NONE) {
        sn_judge_broken(j, LAW_TX14, f->key.at, f->entity, f->sip.call_id,
                        invite == NULL
                            ? "a CANCEL left, but no INVITE with its branch did"
                            : "a CANCEL left, but no provisional response to its INVITE had come");
        return;
    }
    sn_transport_followed(j, f, invite);
    sn_proxy_cancel_sent(j, invite);
    sn_place_judge(j, f, invite);
    if (invite->phase == PHASE_PROCEEDING && has_timers(j, invite->node)) {
        invite->cancel_end = ss_time_after(f->key.at, 64 * member(j, invite->node)->spans->t1);
        sn_txn_schedule(j, invite);
    }
}

/* RFC3261:17.1.1.2 doubled without a cap; RFC3261:17.1.2.2 capped at T2, T2 in Proceeding. */
static ss_span next_interval(const sn_judge *j, const txn *t)
{
    if (is_invite(t)) {
        return 2 * t->interval;
    }
    if (t->is_probe) {
        return t->interval; /* RFC8899:5.1.1 its T1 is its T2 */
    }
    const ss_span t2 = member(j, t->node)->spans->t2;
    return t->phase == PHASE_PROCEEDING || 2 * t->interval > t2 ? t2 : 2 * t->interval;
}

/* RFC3261:18.1.1 the connection was refused: over UDP, under another Via, as if it left for the first time; but its end stays. */
static bool goes_by_udp_now(const sn_judge *j, const sn_fact *f, const txn *t)
{
    return t->reliable && f->transport == SS_TRANSPORT_UDP && t->phase == PHASE_WAITING &&
           sn_has_been_refused(j, t->node, f->peer);
}

static void begin_by_udp(sn_judge *j, const sn_fact *f, txn *t)
{
    t->hash = f->hash;
    t->transport = f->transport;
    t->reliable = false;
    if (has_timers(j, t->node)) {
        t->interval = member(j, t->node)->spans->t1;
        set_due(t, f->key.at);
    }
    sn_txn_schedule(j, t);
}

static void copy(sn_judge *j, const sn_fact *f, txn *t)
{
    const ss_time at = f->key.at;
    sn_place_judge(j, f, t);
    if (goes_by_udp_now(j, f, t)) {
        begin_by_udp(j, f, t);
        return;
    }
    if (f->hash != t->hash) {
        sn_judge_broken(j, copies_law(t), at, t->node, t->call_id,
                        "a copy of the request differs from the first");
    }
    if (!has_timers(j, t->node) || t->lenient) {
        return;
    }
    if (t->due != at) {
        if (at == t->end && t->phase == PHASE_WAITING) {
            return;
        }
        const bool is_over = t->due == SS_TIME_NEVER;
        sn_judge_broken(
            j, copies_law(t), at, t->node, t->call_id,
            is_over ? "a copy left %s ms after the first, when none was to leave any more"
                    : "a copy left %s ms after the first, not at the instant at which it was due",
            sn_ms(at - t->first).text);
        t->lenient = true;
        t->due = SS_TIME_NEVER;
        return;
    }
    t->interval = next_interval(j, t);
    set_due(t, at);
    sn_txn_schedule(j, t);
}

/* RFC3261:16.10 a CANCEL for a request that the proxy knows nothing of goes on without state. */
static bool is_passed_on(const sn_judge *j, const sn_fact *f)
{
    return f->sip.method == SS_METHOD_CANCEL && f->sip.via_count > 1 &&
           member(j, f->entity)->role == SN_ROLE_PROXY;
}

void sn_client_request_sent(sn_judge *j, const sn_fact *f)
{
    if (is_passed_on(j, f)) {
        sn_proxy_request_sent(j, f);
        return;
    }
    txn *t = sn_txn_obtain(j, f->entity, CLIENT, f->sip.branch, f->sip.method);
    if (t == NULL) {
        return;
    }
    if (t->first != SS_TIME_NEVER) {
        copy(j, f, t);
        return;
    }
    begin(j, f, t);
    if (t->is_probe) { /* of the host, whatever that is */
        return;
    }
    sn_servers_judge(j, f, t);
    sn_dialog_request_sent(j, f);
    sn_dialogs_request_sent(j, f, t);
    if (f->sip.method == SS_METHOD_CANCEL) {
        cancel_begins(j, f);
    } else if (member(j, f->entity)->role == SN_ROLE_PROXY) {
        sn_proxy_request_sent(j, f);
    }
}

void sn_client_due_passed(sn_judge *j, txn *t)
{
    if (t->is_probe) { /* RFC8899:4.6.2 a router said that it is too large: it is given up */
        t->due = SS_TIME_NEVER;
        return;
    }
    sn_judge_broken(j, copies_law(t), t->due, t->node, t->call_id,
                    "the copy due %s ms after the first did not leave",
                    sn_ms(t->due - t->first).text);
    t->due = SS_TIME_NEVER;
    t->lenient = true;
}

/* ---- responses ---- */

static void stop_copies(txn *t, phase next, ss_time end)
{
    t->phase = (uint8_t)next;
    t->due = SS_TIME_NEVER;
    t->end = end;
}

/* A client transaction that the stack notes ends by a note; another one when the RFC's time is up. */
static ss_time completed_until(const sn_judge *j, const txn *t, ss_time now)
{
    if (t->reliable) { /* RFC3261:17.1.1.2, 17.1.2.2 */
        return now;
    }
    if (!is_invite(t)) {
        return ss_time_after(now, member(j, t->node)->spans->t4);
    }
    return ss_time_after(now, SS_S(32));
}

static void final_to_invite(sn_judge *j, const sn_fact *f, txn *t)
{
    const ss_time now = f->key.at;
    const bool is_first = t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING;
    if (f->sip.status >= 300) {
        if (is_first) {
            t->final_at = now;
            stop_copies(t, PHASE_COMPLETED, completed_until(j, t, now));
        }
        /* a copy that comes as Timer D fires is first or second, as it happens */
        if (t->phase == PHASE_COMPLETED && (is_first || now <= t->end)) {
            sn_owed_add(j, (owed){ .law = LAW_TX11,
                                   .node = t->node,
                                   .a = f->sip.branch,
                                   .call_id = f->sip.call_id,
                                   .optional = !is_first && now == t->end });
        }
        return;
    }
    if (is_first) {
        t->final_at = now;
        stop_copies(t, PHASE_ACCEPTED, ss_time_after(now, 64 * member(j, t->node)->spans->t1));
    }
    /* RFC3261:13.3.1.4 one without a Contact says no place for its ACK to go to */
    if (t->phase == PHASE_ACCEPTED && member(j, t->node)->role == SN_ROLE_UA) {
        sn_owed_add(j, (owed){ .law = LAW_TX12,
                               .node = t->node,
                               .a = f->sip.call_id,
                               .b = t->cseq, /* whatever number the response has */
                               .call_id = f->sip.call_id,
                               .optional = now >= t->end || f->sip.contact == 0 ||
                                           sn_joined_waits(j, f, t) });
    }
}

static void response_to(sn_judge *j, const sn_fact *f, txn *t)
{
    const ss_time now = f->key.at;
    if (f->sip.status < 200) {
        if (t->phase == PHASE_WAITING) {
            t->phase = PHASE_PROCEEDING;
            if (is_invite(t)) {
                stop_copies(t, PHASE_PROCEEDING, SS_TIME_NEVER);
            }
        }
        return;
    }
    t->cancel_end = SS_TIME_NEVER;
    if (t->final_at == SS_TIME_NEVER) {
        t->status = f->sip.status;
        if (t->status == 503) {
            sn_servers_refused(j, t);
        }
    }
    if (is_invite(t)) {
        final_to_invite(j, f, t);
    } else if (t->phase != PHASE_COMPLETED) {
        t->final_at = now;
        stop_copies(t, PHASE_COMPLETED, completed_until(j, t, now));
    }
}

/* RFC3261:8.1.3.3 One with another Via below is for somebody behind it, and a user agent has nobody there. */
static bool is_misrouted(const sn_judge *j, const sn_fact *f)
{
    return f->sip.via_count > 1 && member(j, f->entity)->role == SN_ROLE_UA;
}

void sn_client_response_received(sn_judge *j, const sn_fact *f)
{
    if (is_misrouted(j, f)) {
        return;
    }
    txn *t = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, f->sip.method);
    if (t == NULL || t->phase == PHASE_OVER || t->phase == PHASE_NONE) {
        if (f->sip.method == SS_METHOD_INVITE && f->sip.status / 100 == 2) {
            sn_owed_add(j, (owed){ .law = LAW_TX12,
                                   .node = f->entity,
                                   .a = f->sip.call_id,
                                   .b = f->sip.cseq,
                                   .optional = true });
        }
        return;
    }
    (void)sn_txn_remember(j, t);
    if (!t->is_probe && member(j, f->entity)->role == SN_ROLE_PROXY) {
        sn_proxy_response_received(j, f, t);
    }
    sn_dialogs_response_received(j, f, t);
    response_to(j, f, t);
    sn_txn_schedule(j, t);
}

/* ---- ends ---- */

void sn_client_end_passed(sn_judge *j, txn *t)
{
    t->end = SS_TIME_NEVER;
    if (t->final_at != SS_TIME_NEVER) {
        if (t->noted == NOT_NOTED) {
            sn_txn_forget(j, t);
        }
        return; /* a noted one is forgotten when its end is noted */
    }
    const law l = is_invite(t) ? LAW_TX2 : LAW_TX4;
    if (t->noted != NOT_NOTED) {
        sn_judge_broken(j, l, ss_time_after(t->first, 64 * member(j, t->node)->spans->t1), t->node,
                        t->call_id,
                        "64*T1 passed without a final response, and the transaction is not over");
    }
    sn_txn_over(j, t, 64 * member(j, t->node)->spans->t1);
}

void sn_client_timer_noted(sn_judge *j, const sn_fact *f, txn *t)
{
    if (f->note.letter != SS_TIMER_B && f->note.letter != SS_TIMER_F) {
        return;
    }
    const law l = f->note.letter == SS_TIMER_B ? LAW_TX2 : LAW_TX4;
    if (t->first == SS_TIME_NEVER) {
        return;
    }
    if (f->key.at != ss_time_after(t->first, 64 * member(j, t->node)->spans->t1)) {
        sn_judge_broken(j, l, f->key.at, t->node, t->call_id,
                        "the timer fired %s ms after the request left, not at 64*T1",
                        sn_ms(f->key.at - t->first).text);
    } else if (t->final_at != SS_TIME_NEVER || (is_invite(t) && t->phase == PHASE_PROCEEDING)) {
        sn_judge_broken(j, l, f->key.at, t->node, t->call_id,
                        "the timer fired although status %u had come", t->status);
    }
    if (t->phase != PHASE_OVER) {
        sn_servers_gave_nothing(j, t);
        sn_txn_over(j, t, 64 * member(j, t->node)->spans->t1);
    }
}

void sn_client_cancel_passed(sn_judge *j, txn *t)
{
    const ss_time until = t->cancel_end;
    t->cancel_end = SS_TIME_NEVER;
    if (t->noted != NOT_NOTED && t->final_at == SS_TIME_NEVER) {
        sn_judge_broken(j, LAW_TX16, until, t->node, t->call_id,
                        "64*T1 after its CANCEL the INVITE had no final response, and its "
                        "transaction still lives");
    }
}
