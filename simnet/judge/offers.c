/* OFF1 to OFF4: offers and answers (RFC 3264; RFC 3261 13.2.1, RFC 3262 5, RFC 3311 5, RFC 6337 2.2), as one end of a dialog sent
 * and got them. One exchange is under way at most. An offer stands in a request, or, when the INVITE had none, in its first
 * reliable non-failure response; the answer in the first reliable response to that request that has a description, in the PRACK or
 * the ACK. An offer whose transaction ended without an answer is void: it was rejected, or nobody heard of it. */
#include "laws.h"

static uint64_t has_session(const sn_fact *f)
{
    return (f->sip.says & SS_SAYS_SESSION) != 0;
}

static bool is_reliable(const sn_fact *f)
{
    return f->sip.status >= 200 || (f->sip.rseq != 0 && (f->sip.says & SS_SAYS_100REL) != 0);
}

static void broken(sn_judge *j, law l, const sn_fact *f, const char *what)
{
    sn_judge_broken(j, l, f->key.at, f->entity, f->sip.call_id, "%s", what);
}

/* ---- what is under way ---- */

static bool is_open(sn_judge *j, const dialog_end *d)
{
    const offer_view *o = &d->offer;
    if (o->by == OFFER_NONE) {
        return false;
    }
    const side s = (o->by == OFFER_OURS) == (o->in == OFFER_IN_REQUEST) ? CLIENT : SERVER;
    const txn *t = sn_txn_find(j, d->node, s, o->branch, o->method);
    if (t == NULL || (s == SERVER && t->noted == NOT_NOTED)) {
        return false; /* the stack took no notice of it */
    }
    return o->in == OFFER_IN_SUCCESS ? t->phase == PHASE_ACCEPTED && !t->lenient
                                     : t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING;
}

static bool is_theirs(const dialog_end *d, offer_place in)
{
    return d->offer.by == OFFER_THEIRS && d->offer.in == in;
}

static bool is_ours(const dialog_end *d, offer_place in)
{
    return d->offer.by == OFFER_OURS && d->offer.in == in;
}

static offer_view make_offer(const sn_fact *f, const session_facts *s, offer_side by,
                             offer_place in)
{
    return (offer_view){ .branch = f->sip.branch,
                         .media = s->is_read ? s->media : 0,
                         .lines = s->is_read ? s->lines : 0,
                         .cseq = f->sip.cseq,
                         .rseq = f->sip.rseq,
                         .by = (uint8_t)by,
                         .in = (uint8_t)in,
                         .method = f->sip.method };
}

static void agree(dialog_end *d, const session_facts *s)
{
    d->offer.by = OFFER_NONE;
    d->lines = s->is_read ? s->lines : d->lines;
}

/* ---- what this end sends ---- */

/* OFF4. RFC3264:8 */
static session_facts say(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    const session_facts s = sn_session_read(j, &f->sip);
    const session_facts last = d->said;
    if (!s.is_read) {
        return s;
    }
    d->said = s;
    if (!last.is_read || s.whole == last.whole) {
        return s;
    }
    if (s.origin != last.origin) {
        broken(j, LAW_OFF4, f, "a description left whose o= line differs by more than its version");
    } else if (s.version != last.version + 1) {
        sn_judge_broken(j, LAW_OFF4, f->key.at, f->entity, f->sip.call_id,
                        "another description left with version %llu after version %llu",
                        (unsigned long long)s.version, (unsigned long long)last.version);
    }
    return s;
}

/* OFF1. RFC3264:4 RFC3311:5.1 RFC6337:2.2 */
static void offer(sn_judge *j, const sn_fact *f, dialog_end *d, const session_facts *s,
                  offer_place in)
{
    if (is_open(j, d)) {
        broken(j, LAW_OFF1, f,
               d->offer.by == OFFER_OURS
                   ? "an offer left while one of the sender's waits for its answer"
                   : "an offer left while the peer's waits for its answer");
    }
    if (s->is_read && s->lines < d->lines) {
        sn_judge_broken(j, LAW_OFF3, f->key.at, f->entity, f->sip.call_id,
                        "an offer left with %u m= lines, and the session has %u",
                        (unsigned)s->lines, (unsigned)d->lines);
    }
    d->offer = make_offer(f, s, OFFER_OURS, in);
}

/* OFF3. RFC3264:6 */
static void judge_streams(sn_judge *j, const sn_fact *f, const dialog_end *d,
                          const session_facts *s)
{
    const offer_view *o = &d->offer;
    if (s->is_read && o->lines != 0 && (s->lines != o->lines || s->media != o->media)) {
        sn_judge_broken(j, LAW_OFF3, f->key.at, f->entity, f->sip.call_id,
                        s->lines == o->lines
                            ? "the %u m= lines of an answer are of other kinds than the offer's"
                            : "an answer left with %u m= lines to an offer with %u",
                        (unsigned)s->lines, (unsigned)o->lines);
    }
}

static void answer(sn_judge *j, const sn_fact *f, dialog_end *d, const session_facts *s)
{
    judge_streams(j, f, d, s);
    agree(d, s);
}

/* ---- requests ---- */

/* RFC3311:5.1 before the first INVITE is answered: not before its own exchange is done, and the callee had the PRACK. */
static bool is_too_early(sn_judge *j, const dialog_end *d)
{
    const side s = d->is_uac ? CLIENT : SERVER;
    const txn *t = sn_txn_find(j, d->node, s, d->made_by, SS_METHOD_INVITE);
    const bool in_progress =
        t != NULL && (t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING);
    return in_progress &&
           (d->settled != d->made_by || (d->given.state == RELIABLE_WAITS && d->given.has_session));
}

/* RFC3262:5 the answer to what the reliable response offered. */
static bool prack_answers(const dialog_end *d, const sn_fact *f)
{
    return f->sip.method == SS_METHOD_PRACK && d->offer.in == OFFER_IN_RELIABLE &&
           d->offer.rseq == f->sip.rseq && d->offer.cseq == f->sip.rack_cseq;
}

void sn_offer_request_sent(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    const bool answers = prack_answers(d, f) && d->offer.by == OFFER_THEIRS;
    if (!has_session(f)) {
        if (answers) {
            broken(j, LAW_OFF2, f, "a PRACK left without the answer to what it acknowledges");
        }
        return;
    }
    const uint64_t last = d->said.whole;
    const session_facts s = say(j, f, d);
    const bool is_again = f->sip.method == SS_METHOD_PRACK && d->taken.prack != 0 &&
                          d->taken.acknowledged == f->sip.rseq && s.whole == last;
    if (answers) {
        answer(j, f, d, &s);
    } else if (!is_again) { /* with credentials, say */
        if (f->sip.method == SS_METHOD_UPDATE && is_too_early(j, d)) {
            broken(j, LAW_OFF1, f,
                   "an UPDATE with an offer left before the exchange of the INVITE was done");
        }
        offer(j, f, d, &s, OFFER_IN_REQUEST);
    }
}

/* A second offer, which is going to be refused, changes nothing. RFC3261:14.2 RFC3311:5.2 */
void sn_offer_request_received(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    if (!has_session(f)) {
        return;
    }
    if (prack_answers(d, f) && d->offer.by == OFFER_OURS) {
        d->offer.answered_by = f->sip.branch; /* if it is accepted */
    } else if (!is_open(j, d)) {
        const session_facts s = sn_session_read(j, &f->sip);
        d->offer = make_offer(f, &s, OFFER_THEIRS, OFFER_IN_REQUEST);
    }
}

/** What is said of a message that lacks an answer, and of one that has what nothing asked for. */
typedef struct wrong_answer {
    const char *missing, *unasked;
} wrong_answer;

/* A message that may carry the answer to an offer of theirs, and nothing else. OFF2 */
static void say_answer(sn_judge *j, const sn_fact *f, dialog_end *d, bool is_asked,
                       wrong_answer wrong)
{
    if (is_asked && !has_session(f)) {
        broken(j, LAW_OFF2, f, wrong.missing);
        d->offer.by = OFFER_NONE;
    } else if (has_session(f)) {
        const session_facts s = say(j, f, d);
        if (is_asked) {
            answer(j, f, d, &s);
        } else {
            broken(j, LAW_OFF2, f, wrong.unasked);
        }
    }
}

/* A 2xx to a PRACK or UPDATE. OFF2. RFC3262:5 RFC3311:5.2 */
void sn_offer_success_sent(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    const bool is_asked = is_theirs(d, OFFER_IN_REQUEST) && d->offer.branch == f->sip.branch;
    if (is_ours(d, OFFER_IN_RELIABLE) && d->offer.answered_by == f->sip.branch) {
        d->offer.by = OFFER_NONE;
    }
    say_answer(j, f, d, is_asked,
               (wrong_answer){ "a 2xx left without the answer to the offer in its request",
                               "a 2xx left with a description that nothing asked for" });
}

void sn_offer_success_received(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    if (is_ours(d, OFFER_IN_REQUEST) && d->offer.branch == f->sip.branch) {
        const session_facts s = sn_session_read(j, &f->sip);
        agree(d, &s);
    }
}

/* ---- responses to INVITE ---- */

/* The offer in the INVITE outside a dialog is one in each dialog that it makes. RFC6337:2.2 */
void sn_offer_begin(dialog_end *d, const sn_fact *f, const txn *invite)
{
    d->is_uac = invite->side == CLIENT;
    d->made_by = f->sip.branch;
    d->said = d->is_uac ? invite->session : d->said;
    if ((invite->says & SS_SAYS_SESSION) != 0) {
        d->offer = make_offer(f, &invite->session, d->is_uac ? OFFER_OURS : OFFER_THEIRS,
                              OFFER_IN_REQUEST);
    }
}

/* RFC3261:13.2.1 all descriptions in the responses to one INVITE are the same. */
static void judge_sameness(sn_judge *j, const sn_fact *f, dialog_end *d, uint64_t whole)
{
    if (d->responded_to == f->sip.branch && d->responded != whole) {
        broken(j, LAW_OFF2, f, "the descriptions in two responses to one INVITE differ");
    }
    d->responded_to = f->sip.branch;
    d->responded = whole;
}

/* The first reliable one that tells: with the answer, or, when the INVITE had no offer, with one. RFC3261:13.2.1 RFC3262:5 */
static void settle_sent(sn_judge *j, const sn_fact *f, dialog_end *d, bool was_offered,
                        const session_facts *s)
{
    if (!has_session(f)) {
        if (f->sip.status >= 200 || !was_offered) {
            broken(j, LAW_OFF2, f,
                   was_offered
                       ? "a 2xx left without the answer to the offer in its INVITE"
                       : "the first reliable response to an INVITE without an offer has none");
        }
        return;
    }
    d->settled = f->sip.branch;
    if (!was_offered) {
        offer(j, f, d, s, f->sip.status >= 200 ? OFFER_IN_SUCCESS : OFFER_IN_RELIABLE);
    } else if (is_theirs(d, OFFER_IN_REQUEST) && d->offer.branch == f->sip.branch) {
        answer(j, f, d, s);
    }
}

void sn_offer_response_sent(sn_judge *j, const sn_fact *f, const txn *invite, dialog_end *d)
{
    const bool was_offered = (invite->says & SS_SAYS_SESSION) != 0;
    session_facts s = { 0 };
    if (has_session(f)) {
        s = say(j, f, d);
        judge_sameness(j, f, d, s.whole);
    }
    if (!is_reliable(f)) {
        if (has_session(f) && !was_offered) {
            broken(j, LAW_OFF2, f, "an unreliable response to an INVITE without an offer has one");
        } else if (has_session(f) && is_theirs(d, OFFER_IN_REQUEST) &&
                   d->offer.branch == f->sip.branch) {
            judge_streams(j, f, d, &s);
        }
    } else if (d->settled != f->sip.branch) {
        settle_sent(j, f, d, was_offered, &s);
    }
}

/* A reliable one in order, or the first 2xx. */
void sn_offer_response_received(sn_judge *j, const sn_fact *f, const txn *invite, dialog_end *d)
{
    const bool was_offered = (invite->says & SS_SAYS_SESSION) != 0;
    if (d->settled == f->sip.branch || (!has_session(f) && f->sip.status < 200)) {
        return;
    }
    const session_facts s = sn_session_read(j, &f->sip);
    d->settled = f->sip.branch;
    if (was_offered) {
        if (is_ours(d, OFFER_IN_REQUEST) && d->offer.branch == f->sip.branch) {
            agree(d, &s);
        }
    } else if (has_session(f)) {
        d->offer = make_offer(f, &s, OFFER_THEIRS,
                              f->sip.status >= 200 ? OFFER_IN_SUCCESS : OFFER_IN_RELIABLE);
    }
}

/* ---- ACK of a 2xx ---- */

/* OFF2. RFC3261:13.2.2.4 its copies say the same again, also when the next INVITE of the dialog was acknowledged meanwhile. */
void sn_offer_ack_sent(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    const bool is_asked = is_theirs(d, OFFER_IN_SUCCESS) && d->offer.cseq == f->sip.cseq;
    if (d->has_acked && f->sip.cseq <= d->acked) {
        return;
    }
    d->has_acked = true;
    d->acked = f->sip.cseq;
    say_answer(j, f, d, is_asked,
               (wrong_answer){ "an ACK left without the answer to the offer in the 2xx",
                               "an ACK left with a description, and its 2xx had no offer" });
}

/* RFC3261:13.2.2.4 The ACK of its 2xx with an offer was to have the answer. A B2BUA that never got it answers the other end itself, as the
 * call ends: who sent the ACK knows of nothing but its own answer. */
void sn_offer_dialog_ended(sn_judge *j, const dialog_end *d)
{
    if (member(j, d->node)->joins && is_ours(d, OFFER_IN_SUCCESS)) {
        sn_edited_doubt(j, d->call_id);
    }
}

void sn_offer_ack_received(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    if (is_ours(d, OFFER_IN_SUCCESS) && d->offer.cseq == f->sip.cseq) {
        const session_facts s = sn_session_read(j, &f->sip);
        agree(d, &s);
    }
}
