/* The model of oa_model.h: what is open, and for each message the rule that says what its description is. */
#include "oa_model.h"

static bool offer_went_in(const fz_oa *m, ss_oa_message message)
{
    return m->has_offer && m->offer_in == message;
}

/* RFC 3261 14.2, RFC 3311 5.2: whose turn it is says how what comes out of turn is refused. */
static ss_oa_verdict out_of_turn(bool turn_is_ours, bool by_us)
{
    return turn_is_ours == by_us ? SS_OA_IS_TOO_SOON : SS_OA_IS_GLARE;
}

/* It is due in this message, or a description means nothing here. */
static ss_oa_verdict due(ss_oa_verdict what, bool is_due, bool has_sdp)
{
    if (is_due) {
        return has_sdp ? what : SS_OA_IS_MISSING;
    }
    return has_sdp ? SS_OA_IS_IGNORED : SS_OA_IS_NOTHING;
}

static ss_oa_verdict judge_request(const fz_oa *m, ss_oa_message message, bool has_sdp, bool by_us)
{
    const ss_oa_verdict offered = has_sdp ? SS_OA_IS_OFFER : SS_OA_IS_NOTHING;
    switch (message) {
    case SS_OA_INVITE:
        if (m->is_open && !offer_went_in(m, SS_OA_UPDATE)) {
            return out_of_turn(m->client_is_us, by_us);
        }
        return m->has_offer ? out_of_turn(m->offer_is_ours, by_us) : offered;
    case SS_OA_UPDATE:
        if (!has_sdp) {
            return SS_OA_IS_NOTHING;
        }
        if (m->has_offer) {
            return out_of_turn(m->offer_is_ours, by_us);
        }
        if (m->is_open && (m->is_bare || (m->is_fresh && by_us != m->client_is_us))) {
            return out_of_turn(m->client_is_us, by_us); /* RFC 3311 5.1 */
        }
        return SS_OA_IS_OFFER;
    case SS_OA_PRACK:
        if (offer_went_in(m, SS_OA_RELIABLE)) {
            return due(SS_OA_IS_ANSWER, true, has_sdp);
        }
        return !has_sdp || m->is_fresh ? offered : SS_OA_IS_REFUSED; /* RFC 3262 5 */
    default:                                                         /* ACK */
        return due(SS_OA_IS_ANSWER, offer_went_in(m, SS_OA_2XX), has_sdp);
    }
}

static ss_oa_verdict judge_response(const fz_oa *m, ss_oa_message message, bool has_sdp)
{
    const bool asked = offer_went_in(m, SS_OA_INVITE);
    switch (message) {
    case SS_OA_PREVIEW:
        return has_sdp && asked ? SS_OA_IS_PREVIEW : due(SS_OA_IS_ANSWER, false, has_sdp);
    case SS_OA_RELIABLE:
        if (asked && !has_sdp) {
            return SS_OA_IS_NOTHING; /* a later one may have it, or the 2xx */
        }
        return due(m->is_bare ? SS_OA_IS_OFFER : SS_OA_IS_ANSWER, m->is_bare || asked, has_sdp);
    case SS_OA_2XX:
        return due(m->is_bare ? SS_OA_IS_OFFER : SS_OA_IS_ANSWER, m->is_bare || asked, has_sdp);
    case SS_OA_FAILED:
        return asked || offer_went_in(m, SS_OA_RELIABLE) || offer_went_in(m, SS_OA_PRACK)
                   ? SS_OA_IS_REJECTED
                   : SS_OA_IS_NOTHING;
    case SS_OA_PRACK_2XX:
        return due(SS_OA_IS_ANSWER, offer_went_in(m, SS_OA_PRACK), has_sdp);
    case SS_OA_UPDATE_2XX:
        return due(SS_OA_IS_ANSWER, offer_went_in(m, SS_OA_UPDATE), has_sdp);
    case SS_OA_PRACK_FAILED:
        return offer_went_in(m, SS_OA_PRACK) ? SS_OA_IS_REJECTED : SS_OA_IS_NOTHING;
    default: /* UPDATE_FAILED */
        return offer_went_in(m, SS_OA_UPDATE) ? SS_OA_IS_REJECTED : SS_OA_IS_NOTHING;
    }
}

static bool is_request(ss_oa_message message)
{
    return message == SS_OA_INVITE || message == SS_OA_PRACK || message == SS_OA_ACK ||
           message == SS_OA_UPDATE;
}

/* What the INVITE, and the PRACK of a 1xx that had the answer, begin and end. */
static void follow_invite(fz_oa *m, ss_oa_message message, bool by_us)
{
    if (message == SS_OA_INVITE) {
        m->is_open = true;
        m->is_bare = true; /* until an offer is seen */
        m->client_is_us = by_us;
        m->is_fresh = m->is_executed = false;
    } else if (message == SS_OA_2XX || message == SS_OA_FAILED) {
        m->is_open = m->is_bare = m->is_fresh = false;
    } else if (message == SS_OA_PRACK) {
        m->is_fresh = false;
    }
}

ss_oa_verdict fz_oa_step(fz_oa *m, ss_oa_message message, bool has_sdp, bool by_us)
{
    const ss_oa_verdict verdict = is_request(message) ? judge_request(m, message, has_sdp, by_us)
                                                      : judge_response(m, message, has_sdp);
    if (verdict == SS_OA_IS_TOO_SOON || verdict == SS_OA_IS_GLARE || verdict == SS_OA_IS_REFUSED) {
        return verdict;
    }
    const bool owes_answer = offer_went_in(m, SS_OA_RELIABLE) && message == SS_OA_PRACK;
    follow_invite(m, message, by_us);
    if (verdict == SS_OA_IS_OFFER) {
        m->has_offer = true;
        m->offer_is_ours = by_us;
        m->offer_in = (uint8_t)message;
        m->is_bare = m->is_fresh = false; /* an UPDATE that overtakes a PRACK leaves it nothing */
    } else if (verdict == SS_OA_IS_ANSWER || verdict == SS_OA_IS_REJECTED) {
        m->has_offer = false;
        m->is_fresh = verdict == SS_OA_IS_ANSWER && message == SS_OA_RELIABLE;
        m->is_executed = m->is_executed || (verdict == SS_OA_IS_ANSWER && message != SS_OA_2XX &&
                                            message != SS_OA_ACK);
    } else if (verdict == SS_OA_IS_MISSING && message != SS_OA_RELIABLE && !owes_answer) {
        m->has_offer = false; /* it will never come */
    }
    return verdict;
}
