/* ACKs: one for each copy of a final response to an INVITE, by the transaction for 300 to 699 (RFC 3261 17.1.1.3), by the
 * core for 2xx (13.2.2.4); and what waits for them. Also the list of what must leave at the instant of its cause: a debt
 * that stands when time passes its instant is a broken law. Debts are paid within their event as a rule, so the list is
 * short and searched from its end. */
#include "laws.h"

/* ---- what is owed ---- */

void sn_owed_add(sn_judge *j, owed what)
{
    void *all = j->owed;
    const bool has_room = sn_grow_array(&all, j->owed_count, &j->owed_room, sizeof(owed));
    j->owed = all;
    if (!has_room) {
        j->out_of_memory = true;
        return;
    }
    what.at = j->now;
    what.event = j->event;
    j->owed[j->owed_count++] = what;
}

/* The newest such debt; `owed_count`: there is none. */
static uint32_t find_owed(const sn_judge *j, uint32_t node, law l, uint64_t a, uint64_t b)
{
    for (uint32_t i = j->owed_count; i-- > 0;) {
        const owed *o = &j->owed[i];
        if (o->law == l && o->node == node && o->a == a && o->b == b) {
            return i;
        }
    }
    return j->owed_count;
}

bool sn_owed_has(const sn_judge *j, uint32_t node, law l, uint64_t a, uint64_t b)
{
    return find_owed(j, node, l, a, b) < j->owed_count;
}

bool sn_owed_pay(sn_judge *j, uint32_t node, law l, uint64_t a, uint64_t b)
{
    const uint32_t i = find_owed(j, node, l, a, b);
    if (i == j->owed_count) {
        return false;
    }
    for (uint32_t k = i; k + 1 < j->owed_count; k++) {
        j->owed[k] = j->owed[k + 1];
    }
    j->owed_count--;
    return true;
}

static const char *what_is_owed(law l)
{
    switch (l) {
    case LAW_TX11:
        return "a final response to the INVITE came, but no ACK with its branch left";
    case LAW_TX12:
        return "a 2xx came, but no ACK left";
    case LAW_TX17:
        return "a copy of the request came, but the last response did not leave again";
    case LAW_PRX8:
        return "a final response went upstream, but no CANCEL to a branch that rings";
    case LAW_PRX5:
        return "a 2xx came and was not passed on";
    default:
        return "a provisional response came and was not passed on";
    }
}

void sn_owed_pass(sn_judge *j, ss_time now)
{
    if (j->owed_count == 0 || j->owed[0].at >= now) {
        return;
    }
    for (uint32_t i = 0; i < j->owed_count; i++) {
        const owed *o = &j->owed[i];
        /* at its quota a node has no room for a CANCEL, nor for the dialog of a 2xx */
        const bool is_excused =
            (o->law == LAW_PRX8 || o->law == LAW_TX12) && j->excused[o->node] != 0;
        if (!o->optional && !is_excused) {
            sn_judge_broken(j, (law)o->law, o->at, o->node, o->call_id, "%s",
                            what_is_owed((law)o->law));
        }
    }
    j->owed_count = 0;
}

/* The stack refused the message of this event: nothing follows from it. */
void sn_owed_forgive(sn_judge *j, uint32_t node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < j->owed_count; i++) {
        if (j->owed[i].event != j->event || j->owed[i].node != node) {
            j->owed[kept++] = j->owed[i];
        }
    }
    j->owed_count = kept;
}

/* ---- ACKs that leave ---- */

static void hop_ack(sn_judge *j, const sn_fact *f, const txn *invite)
{
    sn_transport_followed(j, f, invite);
    if (invite->phase == PHASE_ACCEPTED) {
        sn_judge_broken(j, LAW_TX12, f->key.at, f->entity, f->sip.call_id,
                        "the INVITE was answered with a 2xx, but the ACK has the INVITE's branch");
    } else if (!sn_owed_pay(j, f->entity, LAW_TX11, f->sip.branch, 0) &&
               invite->phase != PHASE_OVER) {
        sn_judge_broken(j, LAW_TX11, f->key.at, f->entity, f->sip.call_id,
                        "an ACK left, but no final response of 300 to 699 came at this instant");
    }
}

void sn_ack_sent(sn_judge *j, const sn_fact *f)
{
    const txn *invite = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, SS_METHOD_INVITE);
    if (invite != NULL) {
        hop_ack(j, f, invite);
    } else if (member(j, f->entity)->role == SN_ROLE_PROXY) {
        sn_proxy_request_sent(j, f);
    } else if (sn_owed_pay(j, f->entity, LAW_TX12, f->sip.call_id, f->sip.cseq) ||
               sn_joined_ack(j, f)) {
        sn_dialogs_ack_seen(j, f);
    } else {
        sn_judge_broken(j, LAW_TX12, f->key.at, f->entity, f->sip.call_id,
                        "an ACK left, but no 2xx came at this instant");
    }
}

/* ---- ACKs and BYEs that come ---- */

/* RFC3261:13.3.1.4 the ACK to a 2xx has a branch of its own: the dialog and the CSeq number tell what it is for. Two INVITEs of one dialog
 * may have one number, as a forger's has, or one that a proxy forwarded again after it forgot all: the ACK is for the 2xx of each. */
static void ack_to_success(sn_judge *j, const sn_fact *f)
{
    for (txn *t = sn_accepted_of(j, f->entity, f->sip.call_id); t != NULL;
         t = sn_accepted_next(j, t)) {
        if (t->cseq == f->sip.cseq && t->to_tag == f->sip.to_tag) {
            t->lenient = !sn_txn_remember(j, t) || t->lenient;
            t->acked = true;
            t->due = SS_TIME_NEVER;
            sn_txn_schedule(j, t);
        }
    }
}

/* RFC3261:17.2.3 Without the cookie a branch does not tell whose ACK it is: one of another call, or number, is none of this INVITE's. */
static txn *acknowledged_by(sn_judge *j, const sn_fact *f)
{
    txn *t = sn_txn_find(j, f->entity, SERVER, f->sip.branch, SS_METHOD_INVITE);
    const bool is_told_by_branch = (f->sip.says & SS_SAYS_NO_COOKIE) == 0;
    const bool is_its = t != NULL && (is_told_by_branch ||
                                      (t->call_id == f->sip.call_id && t->cseq == f->sip.cseq));
    return is_its ? t : NULL;
}

void sn_ack_received(sn_judge *j, const sn_fact *f)
{
    txn *invite = acknowledged_by(j, f);
    if (invite != NULL && (invite->phase == PHASE_COMPLETED || invite->phase == PHASE_CONFIRMED)) {
        (void)sn_txn_remember(j, invite);
        invite->phase = PHASE_CONFIRMED;
        invite->due = SS_TIME_NEVER;
        if (invite->noted != NOT_NOTED || member(j, f->entity)->role != SN_ROLE_PROXY) {
            return;
        }
    } /* a proxy that refused a re-INVITE without a transaction cannot tell its ACK from that of a 2xx: it may go on */
    if (member(j, f->entity)->role == SN_ROLE_PROXY) {
        sn_server_request_received(j, f);
        return;
    }
    if (invite != NULL && invite->phase == PHASE_ACCEPTED) {
        invite->lenient =
            true; /* for a refusal, or from who knows no cookie: its 2xx may go on, or not */
    }
    sn_dialogs_ack_seen(j, f);
    ack_to_success(j, f);
}

static bool ends_dialog(unsigned status)
{
    static const uint16_t statuses[] = { 404, 410, 416, 481, 482, 483, 484, 485, 502, 604 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        if (statuses[i] == status) {
            return true;
        }
    }
    return false;
}

/* RFC5057:5.1 Who hears that there is no such dialog, or no way to it, has no more 2xx to repeat for it. */
void sn_dialog_lost_seen(sn_judge *j, const sn_fact *f)
{
    if (f->sip.to_tag == 0 || !ends_dialog(f->sip.status) ||
        member(j, f->entity)->role != SN_ROLE_UA) {
        return;
    }
    for (txn *t = sn_accepted_of(j, f->entity, f->sip.call_id); t != NULL;
         t = sn_accepted_next(j, t)) {
        if (t->to_tag == f->sip.from_tag) {
            t->lenient = true;
            t->due = SS_TIME_NEVER;
        }
    }
}

/* RFC3261:15. A BYE of either side ends the copies of the 2xx, or not: the RFC does not say. */
static void bye_ends(sn_judge *j, const sn_fact *f, txn *t, bool sent)
{
    if (sent && t->is_initial && !t->acked &&
        f->key.at < ss_time_after(t->final_at, 64 * member(j, t->node)->spans->t1)) {
        sn_judge_broken(j, LAW_DLG2, f->key.at, t->node, t->call_id,
                        "the callee's BYE left %s ms after its 2xx, and no ACK had come",
                        sn_ms(f->key.at - t->final_at).text);
    }
    t->lenient = true;
    t->due = SS_TIME_NEVER;
}

void sn_bye_seen(sn_judge *j, const sn_fact *f, bool sent)
{
    if (member(j, f->entity)->role != SN_ROLE_UA) {
        return;
    }
    const uint64_t our_tag = sent ? f->sip.from_tag : f->sip.to_tag;
    for (txn *t = sn_accepted_of(j, f->entity, f->sip.call_id); t != NULL;
         t = sn_accepted_next(j, t)) {
        if (t->to_tag == our_tag && !t->lenient) { /* else of another dialog, or a copy */
            bye_ends(j, f, t, sent);
        }
    }
}
