/* What a description in a message is (RFC 6337 table 1; RFC 3261 13.2.1, RFC 3262 5, RFC 3311 5, RFC 3264 4): an offer, an
 * answer, or neither. One machine per dialog; the same at both ends, as what one sends the other receives.
 *
 * A row is a state, a cell what a message does in it. What no cell draws is not allowed there: a request with an offer is
 * refused, by whose offer is under way; a description in another message is not looked at. Whether an INVITE may be sent
 * while another is under way (14.1) is the business of whoever sends it; here it is refused as its offer would be.
 */
#include "ss/sdp.h"

enum { BY_ANY, BY_CLIENT }; /* who may: of the INVITE that is under way, or was the last */

typedef struct oa_edge {
    uint8_t next, verdict, by;
} oa_edge;

#define TO(state, verdict)                        \
    {                                             \
        SS_OA_##state, SS_OA_IS_##verdict, BY_ANY \
    }
#define BY(state, verdict)                           \
    {                                                \
        SS_OA_##state, SS_OA_IS_##verdict, BY_CLIENT \
    }

/* [state][message][has a description]. RFC6337:2.2 RFC3261:13.2.1 RFC3262:5 RFC3311:5.1 */
static const oa_edge edges[SS_OA_STATES][SS_OA_MESSAGES][2] = {
    [SS_OA_NONE] = {
        [SS_OA_INVITE]        = { TO(BARE, NOTHING),          TO(OFFERED, OFFER) },
    },
    [SS_OA_STABLE] = {
        [SS_OA_INVITE]        = { TO(BARE, NOTHING),          TO(OFFERED, OFFER) },
        [SS_OA_PREVIEW]       = { TO(STABLE, NOTHING),        TO(STABLE, IGNORED) },
        [SS_OA_RELIABLE]      = { TO(STABLE, NOTHING),        TO(STABLE, IGNORED) },
        [SS_OA_PRACK]         = { TO(STABLE, NOTHING) },
        [SS_OA_PRACK_2XX]     = { TO(STABLE, NOTHING),        TO(STABLE, IGNORED) },
        [SS_OA_PRACK_FAILED]  = { TO(STABLE, NOTHING),        TO(STABLE, NOTHING) },
        [SS_OA_2XX]           = { TO(STABLE, NOTHING),        TO(STABLE, IGNORED) },
        [SS_OA_FAILED]        = { TO(STABLE, NOTHING),        TO(STABLE, NOTHING) },
        [SS_OA_ACK]           = { TO(STABLE, NOTHING),        TO(STABLE, IGNORED) },
        [SS_OA_UPDATE]        = { TO(STABLE, NOTHING),        TO(UPDATE_OFFER, OFFER) },
        [SS_OA_UPDATE_2XX]    = { TO(STABLE, NOTHING),        TO(STABLE, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(STABLE, NOTHING),        TO(STABLE, NOTHING) },
    },
    [SS_OA_OFFERED] = {
        [SS_OA_PREVIEW]       = { TO(OFFERED, NOTHING),       TO(OFFERED, PREVIEW) },
        [SS_OA_RELIABLE]      = { TO(OFFERED, NOTHING),       TO(REL_ANSWER, ANSWER) },
        [SS_OA_PRACK]         = { TO(OFFERED, NOTHING) },
        [SS_OA_PRACK_2XX]     = { TO(OFFERED, NOTHING),       TO(OFFERED, IGNORED) },
        [SS_OA_PRACK_FAILED]  = { TO(OFFERED, NOTHING),       TO(OFFERED, NOTHING) },
        [SS_OA_2XX]           = { TO(STABLE, MISSING),        TO(STABLE, ANSWER) },
        [SS_OA_FAILED]        = { TO(STABLE, REJECTED),       TO(STABLE, REJECTED) },
        [SS_OA_UPDATE]        = { TO(OFFERED, NOTHING) },
        [SS_OA_UPDATE_2XX]    = { TO(OFFERED, NOTHING),       TO(OFFERED, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(OFFERED, NOTHING),       TO(OFFERED, NOTHING) },
    },
    [SS_OA_BARE] = {
        [SS_OA_PREVIEW]       = { TO(BARE, NOTHING),          TO(BARE, IGNORED) },
        [SS_OA_RELIABLE]      = { TO(BARE, MISSING),          TO(REL_OFFER, OFFER) },
        [SS_OA_PRACK]         = { TO(BARE, NOTHING) },
        [SS_OA_PRACK_2XX]     = { TO(BARE, NOTHING),          TO(BARE, IGNORED) },
        [SS_OA_PRACK_FAILED]  = { TO(BARE, NOTHING),          TO(BARE, NOTHING) },
        [SS_OA_2XX]           = { TO(STABLE, MISSING),        TO(FINAL_OFFER, OFFER) },
        [SS_OA_FAILED]        = { TO(STABLE, NOTHING),        TO(STABLE, NOTHING) },
        [SS_OA_UPDATE]        = { TO(BARE, NOTHING) },
        [SS_OA_UPDATE_2XX]    = { TO(BARE, NOTHING),          TO(BARE, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(BARE, NOTHING),          TO(BARE, NOTHING) },
    },
    [SS_OA_REL_ANSWER] = {                                    /* the PRACK may carry the next offer, or an UPDATE overtake it */
        [SS_OA_PREVIEW]       = { TO(REL_ANSWER, NOTHING),    TO(REL_ANSWER, IGNORED) },
        [SS_OA_RELIABLE]      = { TO(REL_ANSWER, NOTHING),    TO(REL_ANSWER, IGNORED) },
        [SS_OA_PRACK]         = { TO(STABLE, NOTHING),        TO(PRACK_OFFER, OFFER) },
        [SS_OA_FAILED]        = { TO(STABLE, NOTHING),        TO(STABLE, NOTHING) },
        [SS_OA_UPDATE]        = { TO(REL_ANSWER, NOTHING),    BY(UPDATE_OFFER, OFFER) },
        [SS_OA_UPDATE_2XX]    = { TO(REL_ANSWER, NOTHING),    TO(REL_ANSWER, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(REL_ANSWER, NOTHING),    TO(REL_ANSWER, NOTHING) },
    },
    [SS_OA_REL_OFFER] = {
        [SS_OA_PREVIEW]       = { TO(REL_OFFER, NOTHING),     TO(REL_OFFER, IGNORED) },
        [SS_OA_RELIABLE]      = { TO(REL_OFFER, NOTHING),     TO(REL_OFFER, IGNORED) },
        [SS_OA_PRACK]         = { TO(REL_OFFER, MISSING),     TO(STABLE, ANSWER) },
        [SS_OA_FAILED]        = { TO(STABLE, REJECTED),       TO(STABLE, REJECTED) },
        [SS_OA_UPDATE]        = { TO(REL_OFFER, NOTHING) },
        [SS_OA_UPDATE_2XX]    = { TO(REL_OFFER, NOTHING),     TO(REL_OFFER, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(REL_OFFER, NOTHING),     TO(REL_OFFER, NOTHING) },
    },
    [SS_OA_PRACK_OFFER] = {                                   /* the INVITE's responses may cross the PRACK's */
        [SS_OA_PREVIEW]       = { TO(PRACK_OFFER, NOTHING),   TO(PRACK_OFFER, IGNORED) },
        [SS_OA_RELIABLE]      = { TO(PRACK_OFFER, NOTHING),   TO(PRACK_OFFER, IGNORED) },
        [SS_OA_PRACK]         = { TO(PRACK_OFFER, NOTHING) },
        [SS_OA_PRACK_2XX]     = { TO(STABLE, MISSING),        TO(STABLE, ANSWER) },
        [SS_OA_PRACK_FAILED]  = { TO(STABLE, REJECTED),       TO(STABLE, REJECTED) },
        [SS_OA_2XX]           = { TO(PRACK_OFFER, NOTHING),   TO(PRACK_OFFER, IGNORED) },
        [SS_OA_FAILED]        = { TO(STABLE, REJECTED),       TO(STABLE, REJECTED) },
        [SS_OA_ACK]           = { TO(PRACK_OFFER, NOTHING),   TO(PRACK_OFFER, IGNORED) },
        [SS_OA_UPDATE]        = { TO(PRACK_OFFER, NOTHING) },
        [SS_OA_UPDATE_2XX]    = { TO(PRACK_OFFER, NOTHING),   TO(PRACK_OFFER, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(PRACK_OFFER, NOTHING),   TO(PRACK_OFFER, NOTHING) },
    },
    [SS_OA_FINAL_OFFER] = {
        [SS_OA_2XX]           = { TO(FINAL_OFFER, NOTHING),   TO(FINAL_OFFER, IGNORED) },
        [SS_OA_ACK]           = { TO(STABLE, MISSING),        TO(STABLE, ANSWER) },
        [SS_OA_UPDATE]        = { TO(FINAL_OFFER, NOTHING) },
        [SS_OA_UPDATE_2XX]    = { TO(FINAL_OFFER, NOTHING),   TO(FINAL_OFFER, IGNORED) },
        [SS_OA_UPDATE_FAILED] = { TO(FINAL_OFFER, NOTHING),   TO(FINAL_OFFER, NOTHING) },
    },
    [SS_OA_UPDATE_OFFER] = {                                  /* an INVITE that is answered already goes on beside it */
        [SS_OA_PREVIEW]       = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, IGNORED) },
        [SS_OA_RELIABLE]      = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, IGNORED) },
        [SS_OA_PRACK]         = { TO(UPDATE_OFFER, NOTHING) },
        [SS_OA_PRACK_2XX]     = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, IGNORED) },
        [SS_OA_PRACK_FAILED]  = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, NOTHING) },
        [SS_OA_2XX]           = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, IGNORED) },
        [SS_OA_FAILED]        = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, NOTHING) },
        [SS_OA_ACK]           = { TO(UPDATE_OFFER, NOTHING),  TO(UPDATE_OFFER, IGNORED) },
        [SS_OA_UPDATE]        = { TO(UPDATE_OFFER, NOTHING) },
        [SS_OA_UPDATE_2XX]    = { TO(STABLE, MISSING),        TO(STABLE, ANSWER) },
        [SS_OA_UPDATE_FAILED] = { TO(STABLE, REJECTED),       TO(STABLE, REJECTED) },
    },
};

const char *ss_oa_state_name(ss_oa_state state)
{
#define NAME(name) [SS_OA_##name] = #name,
    static const char *const names[] = { SS_OA_STATE_LIST(NAME) };
#undef NAME
    return names[state];
}

/* While an INVITE is not finally answered, who sent it stands for its offer, which may still be to come. */
static bool waits_for_ours(const ss_oa *oa, ss_oa_message message)
{
    const bool in_invite = oa->state != SS_OA_FINAL_OFFER && oa->state != SS_OA_UPDATE_OFFER;
    return message == SS_OA_INVITE && in_invite ? oa->client_is_us : oa->offer_is_ours;
}

/* RFC3311:5.2 RFC3261:14.2: our own offer is under way: 491; the sender's is: 500 and Retry-After. RFC6337:4.1 */
static ss_oa_verdict refuse(const ss_oa *oa, ss_oa_message message, bool has_sdp, bool by_us)
{
    if (message == SS_OA_INVITE || (message == SS_OA_UPDATE && has_sdp)) {
        return waits_for_ours(oa, message) == by_us ? SS_OA_IS_TOO_SOON : SS_OA_IS_GLARE;
    }
    if (message == SS_OA_PRACK && has_sdp) {
        return SS_OA_IS_REFUSED;
    }
    return has_sdp ? SS_OA_IS_IGNORED : SS_OA_IS_NOTHING;
}

ss_oa_verdict ss_oa_judge(const ss_oa *oa, ss_oa_message message, bool has_sdp, bool by_us)
{
    SS_ASSERT(oa->state < SS_OA_STATES);
    SS_ASSERT(message < SS_OA_MESSAGES);
    const oa_edge *edge = &edges[oa->state][message][has_sdp];
    const bool may = edge->by == BY_ANY || by_us == oa->client_is_us;
    return edge->verdict != SS_OA_IS_UNDRAWN && may ? (ss_oa_verdict)edge->verdict
                                                    : refuse(oa, message, has_sdp, by_us);
}

ss_oa_verdict ss_oa_step(ss_oa *oa, ss_oa_message message, bool has_sdp, bool by_us)
{
    const ss_oa_verdict verdict = ss_oa_judge(oa, message, has_sdp, by_us);
    const oa_edge *edge = &edges[oa->state][message][has_sdp];
    if (edge->verdict != verdict) {
        return verdict;
    }
    if (message == SS_OA_INVITE) {
        oa->client_is_us = by_us;
        oa->offer_is_ours = by_us; /* or is to come: then by the other */
        oa->is_executed = false;
    }
    if (verdict == SS_OA_IS_ANSWER && message != SS_OA_2XX && message != SS_OA_ACK) {
        oa->is_executed = true; /* RFC6141:3.3 */
    }
    if (verdict == SS_OA_IS_OFFER) {
        oa->offer_is_ours = by_us;
    }
    oa->state = edge->next;
    return verdict;
}
