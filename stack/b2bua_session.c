/* What passes between the two calls of a B2BUA while both live: provisional responses and their PRACKs, offers and answers in
 * whatever carries them (RFC 3262, 3264, 3311, 6141; the exchanges of RFC 6337 table 1, early or late), and what becomes of them.
 *
 * A reliable response waits for its PRACK until the one that it became has its own, so that an answer, or another offer, in that
 * goes along, and no second response overtakes. Whenever the two sides may think differently of the session, both are asked
 * anew: one for an offer, the other for the answer to it. */
#include "b2bua_pair.h"

#include "ss/sdp.h"

/* ---- provisional responses: RFC 3262 ---- */

/* Only one dialog of the call made can have the exchange: RFC3261:13.2.1 */
static bool may_describe(const pair *p, const ss_event *event)
{
    return p->is_answered || p->leg == 0 || p->leg == event->leg;
}

static void prack(work *w, pair *p, unsigned side, const ss_msg *from)
{
    ss_command c = ss_b2bua_command(p, side, SS_CMD_PRACK, from);
    c.leg = p->prack_leg;
    if (from != NULL) {
        ss_b2bua_put_session(&c, from);
    }
    (void)ss_b2bua_describe(w, p, side, &c); /* one that is not owed any more is none */
}

/* One of which the other side is told nothing is acknowledged all the same, if it wants no answer: RFC3262:4 */
static void acknowledge_alone(work *w, pair *p, unsigned side, const ss_event *event)
{
    if (event->asks == SS_ASKS_PRACK && event->verdict != SS_OA_IS_OFFER) {
        prack(w, p, side, NULL);
    }
}

void ss_b2bua_provisional(work *w, pair *p, unsigned side, const ss_event *event)
{
    ss_command c = ss_b2bua_command(p, 1 - side, SS_CMD_PROGRESS, NULL);
    const bool is_reliable = event->asks == SS_ASKS_PRACK;
    c.status = event->status;
    c.reliable = is_reliable;
    p->prack_leg = is_reliable ? event->leg : p->prack_leg;
    if (may_describe(p, event)) {
        ss_b2bua_put_session(&c, event->msg);
    }
    const bool describes = c.body.len > 0;
    ss_status status = p->is_over[1 - side] ? SS_ERR_STATE : ss_b2bua_describe(w, p, 1 - side, &c);
    if (status != SS_OK && describes && !is_reliable) { /* what was said before stands */
        c.body = SS_EMPTY;
        status = ss_b2bua_say(w, &c);
    }
    if (status != SS_OK) {
        acknowledge_alone(w, p, side, event);
        return;
    }
    if (describes && is_reliable && !p->is_answered) {
        p->leg = event->leg;
        p->has_answer = true;
    }
}

/* RFC3262:5 The PRACK may have an answer, or one more offer: it goes along, or by an UPDATE when none is owed there. */
void ss_b2bua_pracked(work *w, pair *p, unsigned side, const ss_event *event)
{
    const unsigned other = 1 - side;
    if (event->asks != SS_ASKS_RESPONSE) {
        prack(w, p, other, event->msg);
        return;
    }
    ss_command c = ss_b2bua_command(p, other, SS_CMD_PRACK, event->msg);
    c.leg = p->prack_leg;
    ss_b2bua_put_session(&c, event->msg);
    ss_status status = ss_b2bua_describe(w, p, other, &c);
    if (status != SS_OK) {
        c.kind = SS_CMD_UPDATE;
        status = ss_b2bua_describe(w, p, other, &c);
    }
    p->is_asked[other] = status == SS_OK;
    if (status != SS_OK) {
        ss_command no = ss_b2bua_command(p, side, SS_CMD_RESPOND, NULL);
        no.status = 488;
        (void)ss_b2bua_say(w, &no);
    }
}

/* ---- both sides anew ---- */

/* RFC3261:14.1 an INVITE without an offer asks for one: what comes goes to the other side, and its answer into the ACK. */
static bool ask_for_offer(work *w, pair *p, unsigned side)
{
    ss_command c = ss_b2bua_command(p, side, SS_CMD_REINVITE, NULL);
    if (ss_b2bua_describe(w, p, side, &c) != SS_OK) {
        return false;
    }
    p->is_own[side] = true;
    return true;
}

static void make_agree(work *w, pair *p, unsigned side)
{
    if (!ask_for_offer(w, p, side)) {
        ss_b2bua_part(w, p);
    }
}

/* RFC4028:7.4 the session of this side alone, by an UPDATE that changes nothing; who takes none is asked with the other. */
void ss_b2bua_refresh(work *w, pair *p, unsigned side)
{
    ss_command c = ss_b2bua_command(p, side, SS_CMD_UPDATE, NULL);
    if (ss_b2bua_say(w, &c) == SS_OK) {
        p->is_own[side] = true;
    } else {
        (void)ask_for_offer(w, p, side); /* whatever is under way refreshes as well */
    }
}

/* ---- requests of one side: RFC 3261 14, RFC 3311 ---- */

static void refuse(work *w, const pair *p, unsigned side, unsigned status)
{
    ss_command c = ss_b2bua_command(p, side, SS_CMD_RESPOND, NULL);
    c.status = status;
    (void)ss_b2bua_say(w, &c); /* it may be cancelled meanwhile */
}

/* By UPDATE as it came, or by a re-INVITE to who takes none. */
static ss_status ask(work *w, pair *p, unsigned side, const ss_event *event)
{
    ss_command c = ss_b2bua_command(p, side, SS_CMD_REINVITE, event->msg);
    ss_b2bua_put_session(&c, event->msg);
    if (event->method == SS_METHOD_UPDATE) {
        c.kind = SS_CMD_UPDATE;
        const ss_status status = ss_b2bua_describe(w, p, side, &c);
        if (status != SS_ERR_SEMANTIC) {
            return status;
        }
        c.kind = SS_CMD_REINVITE;
    }
    return ss_b2bua_describe(w, p, side, &c);
}

/* RFC3261:14.1 what cannot be asked now may be later: 491. */
void ss_b2bua_offer(work *w, pair *p, unsigned side, const ss_event *event)
{
    const unsigned other = 1 - side;
    if (ss_b2bua_is_spent(event->msg)) {
        refuse(w, p, side, 483);
        return;
    }
    const ss_status status = p->is_over[other] ? SS_ERR_STATE : ask(w, p, other, event);
    p->is_asked[other] |= status == SS_OK;
    if (status != SS_OK) {
        refuse(w, p, side, status == SS_ERR_FULL ? 500 : 491);
    }
}

/* ---- what became of them ---- */

/* RFC3264:5 The answer to the offer in a 2xx of the other side's. Without one, the stack's own refuses every stream. */
static void acknowledge(work *w, pair *p, const ss_msg *from)
{
    const unsigned side = p->ack_owed - 1u;
    ss_command c = ss_b2bua_command(p, side, SS_CMD_ACK, NULL);
    ss_b2bua_put_session(&c, from);
    p->ack_owed = 0;
    p->is_own[side] = false;
    if (c.body.len == 0 || ss_b2bua_describe(w, p, side, &c) != SS_OK) {
        ss_b2bua_part(w, p);
    }
}

/* The offer that was asked for came: who asked gets it, be it the other side or we for it. */
static void pass_offer(work *w, pair *p, unsigned side, const ss_event *event)
{
    const bool is_own = p->is_own[side];
    ss_command c = ss_b2bua_command(p, 1 - side, is_own ? SS_CMD_REINVITE : SS_CMD_RESPOND, NULL);
    ss_b2bua_put_session(&c, event->msg);
    p->ack_owed = (uint8_t)(1 + side);
    p->is_asked[side] = false;
    if (p->is_over[1 - side] || ss_b2bua_describe(w, p, 1 - side, &c) != SS_OK) {
        ss_b2bua_part(w, p);
    }
}

/* A 2xx to what we asked here. Nobody may be waiting for it any more: then both are asked anew. */
static void pass_answer(work *w, pair *p, unsigned side, const ss_event *event)
{
    const bool was_asked = p->is_asked[side];
    ss_command c = ss_b2bua_command(p, 1 - side, SS_CMD_RESPOND, NULL);
    p->is_asked[side] = false;
    if (p->is_own[side] || !was_asked) {
        p->is_own[side] = false; /* a refresh */
        return;
    }
    ss_b2bua_put_session(&c, event->msg);
    if (!p->is_over[1 - side] && ss_b2bua_describe(w, p, 1 - side, &c) != SS_OK) {
        make_agree(w, p, 1 - side);
    }
}

void ss_b2bua_changed(work *w, pair *p, unsigned side, const ss_event *event)
{
    const bool is_owed_there = p->ack_owed == 1 + (1 - side);
    if (is_owed_there && (event->method == SS_METHOD_ACK || p->is_own[1 - side])) {
        acknowledge(w, p, event->msg);
    } else if (event->method == SS_METHOD_ACK) {
        return;
    } else if (event->asks == SS_ASKS_ACK) {
        pass_offer(w, p, side, event);
    } else {
        pass_answer(w, p, side, event);
    }
}

void ss_b2bua_confirmed(work *w, pair *p, const ss_event *event)
{
    if (p->ack_owed == 1 + MADE) {
        acknowledge(w, p, event->msg);
    } else if (p->is_split) {
        p->is_split = false;
        make_agree(w, p, CAME);
    }
}

/* RFC6141:3.8 RFC3261:14.1 Ours here came to nothing, or the peer's here, which it cancelled. */
void ss_b2bua_refused(work *w, pair *p, unsigned side, const ss_event *event)
{
    const unsigned other = 1 - side;
    if (p->is_asked[side]) {
        p->is_asked[side] = false;
        refuse(w, p, other, event->status);
    } else if (p->ack_owed ==
               1 + other) { /* the offer of the other side's was refused: there is no answer */
        ss_b2bua_part(w, p);
    } else if (p->is_own[side]) {
        p->is_own[side] = false;
    } else if (p->is_asked[other] && event->method == SS_METHOD_INVITE) {
        ss_command c = ss_b2bua_command(p, other, SS_CMD_CANCEL, NULL);
        (void)ss_b2bua_say(w, &c);
    }
}
