/* A back-to-back user agent: how pairs of calls begin and end (RFC 3261 sections 6, 13 and 15).
 *
 * It is two user agents, so each side has the timers, reliable responses, session timer and transport that its own peer asks
 * for. What passes is meaning: statuses, session descriptions, the end. A request that leaves because another came
 * has one hop less to go, and at none it is refused with 483, so that B2BUAs that lead to each other come to an end (RFC 7332,
 * whose text was not at hand: by RFC 3261 16.3 step 3 and 16.6 step 3, as a proxy).
 *
 * Invariant: a pair lives until the engine told the end of both its calls, or can tell nothing more of them and of a REFER that it
 * passed on. */
#include "b2bua_pair.h"

static pair *at(const ss_engine *e, ss_ref ref)
{
    return ss_store_at(&e->core.pools->store, ref);
}

/* ---- commands ---- */

ss_status ss_b2bua_say(work *w, ss_command *c)
{
    const ss_status status = ss_engine_command(w->e, w->turn, c);
    w->has_no_memory |= status == SS_ERR_MEMORY;
    return status;
}

ss_status ss_b2bua_describe(work *w, pair *p, unsigned side, ss_command *c)
{
    ss_origin next = p->origins[side];
    if (c->body.len > 0) {
        c->body = ss_b2bua_own_origin(w, &next, c->body);
        if (c->body.len == 0) {
            return SS_ERR_FULL; /* the arena */
        }
    } else if (c->kind == SS_CMD_REINVITE) {
        c->origin = ss_b2bua_last_origin(w, &next);
    }
    const ss_status status = ss_b2bua_say(w, c);
    if (status == SS_OK) {
        p->origins[side] = next; /* it was said */
    }
    return status;
}

/* RFC3261:16.3 RFC3261:8.1.1.6 who says none has begun with as many as we would. */
static uint32_t hops_of(const ss_msg *request)
{
    uint32_t hops;
    return ss_msg_number(request, SS_HDR_MAX_FORWARDS, &hops) == SS_OK ? hops
                                                                       : SS_MAX_FORWARDS_INITIAL;
}

bool ss_b2bua_is_spent(const ss_msg *request)
{
    return hops_of(request) == 0;
}

/* RFC3261:16.6 one hop less. What ends a call is said however far its cause came. */
ss_command ss_b2bua_command(const pair *p, unsigned side, ss_command_kind kind, const ss_msg *cause)
{
    const bool passes = cause != NULL && cause->is_request && !ss_b2bua_is_spent(cause);
    return (ss_command){ .kind = kind,
                         .call = p->calls[side],
                         .is_relayed = passes,
                         .hops = passes ? (uint8_t)(hops_of(cause) - 1) : 0 };
}

void ss_b2bua_put_session(ss_command *c, const ss_msg *msg)
{
    const ss_slice type = ss_value_head(ss_msg_value(msg, SS_HDR_CONTENT_TYPE, 0), NULL);
    if (msg->body.len > 0 && ss_slice_eq_nocase(type, SS_LIT("application/sdp"))) {
        c->body = msg->body;
        c->body_type = type;
    }
}

/* ---- the end ---- */

/* Nothing more is told of a call that was refused. */
static void reject(work *w, pair *p, ss_command *c)
{
    c->kind = SS_CMD_REJECT;
    c->call = p->calls[CAME];
    if (ss_b2bua_say(w, c) != SS_ERR_FULL) { /* without room its ring limit ends it */
        p->is_over[CAME] = true;
    }
}

/* Of one that came and has no answer yet nothing more is told: 480 went. Nor of one whose end was told in an arena that was full. */
void ss_b2bua_hang_up(work *w, pair *p, unsigned side, const ss_msg *cause)
{
    ss_command c = ss_b2bua_command(p, side, SS_CMD_HANGUP, cause);
    if (p->is_over[side]) {
        return;
    }
    const ss_status status = ss_b2bua_say(w, &c); /* one that is ending already says so */
    const bool is_gone = !ss_ua_has_call(&w->e->core, p->calls[side]);
    p->is_over[side] = is_gone && (side == CAME || status != SS_OK || w->turn->failed);
}

void ss_b2bua_part(work *w, pair *p)
{
    ss_b2bua_hang_up(w, p, CAME, NULL);
    ss_b2bua_hang_up(w, p, MADE, NULL);
}

/* What a call that was refused means for who waits. RFC3261:16.7 a 503 is ours to know, and credentials were asked of us. */
static unsigned status_for(unsigned status)
{
    switch (status) {
    case 401:
    case 407:
        return 403;
    case 503:
        return 500;
    default:
        return status >= 300 && status <= 699 ? status : 500;
    }
}

static ss_slice contact_of(const ss_msg *response)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    return ss_msg_next_addr(response, SS_HDR_CONTACT, &it, &contact) == SS_OK && !contact.is_star
               ? contact.uri
               : SS_EMPTY;
}

/* The call made was refused: so is the one that came, unless that has ended or was answered. */
static void refused(work *w, pair *p, const ss_event *event)
{
    ss_command c = { .status = status_for(event->status) };
    if (p->is_over[CAME] || p->is_answered) {
        ss_b2bua_hang_up(w, p, CAME, NULL);
        return;
    }
    if (event->msg != NULL && c.status < 400) { /* RFC3261:8.1.3.4 */
        c.target = contact_of(event->msg);
    }
    if (event->msg != NULL && c.status >= 400 &&
        ss_msg_number(event->msg, SS_HDR_RETRY_AFTER, &c.retry_after_s) != SS_OK) {
        c.retry_after_s = 0;
    }
    reject(w, p, &c);
}

static void over(work *w, pair *p, unsigned side, const ss_event *event)
{
    p->is_over[side] = true;
    if (event->kind == SS_EVENT_REJECTED) {
        refused(w, p, event);
    } else {
        ss_b2bua_hang_up(w, p, 1 - side, event->msg);
    }
}

/* ---- pairs ---- */

static pair *find(const ss_b2bua *b, const ss_engine *e, uint32_t call, unsigned *side)
{
    for (ss_ref ref = b->first; ref != 0 && call != 0; ref = at(e, ref)->next) {
        pair *p = at(e, ref);
        if (p->calls[CAME] == call || p->calls[MADE] == call) {
            *side = p->calls[CAME] == call ? CAME : MADE;
            return p;
        }
    }
    return NULL;
}

static pair *find_reference(const work *w, uint32_t subscription)
{
    for (ss_ref ref = w->b->first; ref != 0 && subscription != 0; ref = at(w->e, ref)->next) {
        pair *p = at(w->e, ref);
        if (p->refer_made == subscription) {
            return p;
        }
    }
    return NULL;
}

static void settle(work *w)
{
    ss_ref *link = &w->b->first;
    while (*link != 0) {
        const ss_ref ref = *link;
        pair *p = at(w->e, ref);
        if (p->is_over[CAME] && p->is_over[MADE] && p->refer_made == 0) {
            *link = p->next;
            ss_core_give(&w->e->core, ref, sizeof(pair));
        } else {
            link = &p->next;
        }
    }
}

/* ---- the beginning ---- */

/* Without a way of ours, a request for ourselves would come back. */
static bool leads_here(const ss_engine *e, const ss_msg *invite)
{
    const ss_ua_identity *me = e->ua.identity;
    ss_hop hop;
    return me->outbound.len == 0 && ss_transport_hop(invite->request_uri, &hop) == SS_OK &&
           hop.is_numeric &&
           (ss_address_equal(&hop.address, &me->local.local) ||
            (me->profile != NULL && ss_address_equal(&hop.address, &me->profile->other)));
}

static unsigned refusal_of(const ss_engine *e, const ss_msg *invite)
{
    return ss_b2bua_is_spent(invite) ? 483 : leads_here(e, invite) ? 404 : 0;
}

static bool says_reliable(const ss_msg *invite, ss_hdr id)
{
    return ss_msg_lists_token(invite, id, SS_LIT("100rel"));
}

/* RFC3261:13.2.1 The same offer, to whom the Request-URI names, in the name of who calls. Reliable responses are asked for when
 * they can be passed on: RFC 3262 3. */
static ss_status make(work *w, pair *p, const ss_msg *invite, ss_slice call_id)
{
    ss_command c = ss_b2bua_command(p, CAME, SS_CMD_CALL, invite);
    c.call = 0;
    c.target = invite->request_uri;
    c.from = invite->from.uri;
    c.call_id = call_id;
    c.reliable = says_reliable(invite, SS_HDR_REQUIRE);
    c.is_unreliable = !c.reliable && !says_reliable(invite, SS_HDR_SUPPORTED);
    ss_b2bua_put_session(&c, invite);
    const ss_status status = ss_b2bua_describe(w, p, MADE, &c);
    p->calls[MADE] = c.call;
    return status;
}

static void incoming(work *w, const ss_event *event, const ss_joining *joining)
{
    ss_command c = { .kind = SS_CMD_REJECT,
                     .call = event->call,
                     .status = refusal_of(w->e, event->msg) };
    const ss_ref ref = c.status != 0 ? 0 : ss_core_take(&w->e->core, sizeof(pair));
    if (ref == 0) {
        c.status = c.status == 0 ? 503 : c.status;
        (void)ss_b2bua_say(w, &c);
        return;
    }
    pair *p = at(w->e, ref);
    *p = (pair){ .next = w->b->first,
                 .calls = { event->call, 0 },
                 .cookie = joining == NULL ? 0 : joining->cookie };
    w->b->first = ref;
    const ss_status made = make(w, p, event->msg, joining == NULL ? SS_EMPTY : joining->call_id);
    if (made != SS_OK) {
        p->is_over[MADE] = true;
        c.status = made == SS_ERR_FULL ? 503 : made == SS_ERR_SYNTAX ? 416 : 500;
        reject(w, p, &c);
    }
}

/* ---- the answer ---- */

/* RFC3261:13.3.1.4 The answer to the INVITE, when no reliable response had it, or an offer that the ACK answers. What another dialog
 * answered before has to be said anew. */
static void answered(work *w, pair *p, const ss_event *event)
{
    ss_command c = ss_b2bua_command(p, CAME, SS_CMD_ANSWER, NULL);
    if (!p->has_answer) {
        ss_b2bua_put_session(&c, event->msg);
    }
    p->is_split = p->has_answer && p->leg != event->leg;
    p->leg = event->leg;
    p->ack_owed = event->asks == SS_ASKS_ACK ? 1 + MADE : 0;
    if (p->is_over[CAME] || ss_b2bua_describe(w, p, CAME, &c) != SS_OK) {
        ss_b2bua_part(w, p);
    } else {
        p->is_answered = true;
    }
}

/* ---- events ---- */

static void of_pair(work *w, pair *p, unsigned side, const ss_event *event)
{
    switch (event->kind) {
    case SS_EVENT_PROVISIONAL:
        ss_b2bua_provisional(w, p, side, event);
        break;
    case SS_EVENT_ANSWERED:
        answered(w, p, event);
        break;
    case SS_EVENT_CONFIRMED:
        ss_b2bua_confirmed(w, p, event);
        break;
    case SS_EVENT_REJECTED:
    case SS_EVENT_CANCELLED:
    case SS_EVENT_BYE:
    case SS_EVENT_ENDED:
        over(w, p, side, event);
        break;
    case SS_EVENT_OFFER:
        ss_b2bua_offer(w, p, side, event);
        break;
    case SS_EVENT_PRACKED:
        ss_b2bua_pracked(w, p, side, event);
        break;
    case SS_EVENT_CHANGED:
        ss_b2bua_changed(w, p, side, event);
        break;
    case SS_EVENT_REFUSED:
        ss_b2bua_refused(w, p, side, event);
        break;
    case SS_EVENT_REFRESH:
        ss_b2bua_refresh(w, p, side);
        break;
    case SS_EVENT_EXPIRED: /* our BYE is on its way: the other side need not wait for its answer */
    case SS_EVENT_NOT_ACKED:
        ss_b2bua_hang_up(w, p, 1 - side, NULL);
        break;
    case SS_EVENT_REQUEST:
        ss_b2bua_request(w, p, side, event);
        break;
    default:
        break;
    }
}

uint64_t ss_b2bua_cookie(const ss_b2bua *b, const ss_engine *e, uint32_t call)
{
    unsigned side;
    const pair *p = find(b, e, call, &side);
    return p == NULL ? 0 : p->cookie;
}

ss_status ss_b2bua_event(ss_b2bua *b, ss_engine *e, ss_turn *turn, const ss_event *event,
                         const ss_joining *joining)
{
    work w = { .b = b, .e = e, .turn = turn };
    unsigned side = CAME;
    pair *p = find(b, e, event->call, &side);
    if (event->kind == SS_EVENT_INCOMING) {
        incoming(&w, event, joining);
    } else if (event->kind == SS_EVENT_REFERRED) {
        ss_b2bua_referred(&w, p, side, event);
    } else if (event->kind == SS_EVENT_NOTIFIED || event->kind == SS_EVENT_SUBSCRIPTION_ENDED) {
        ss_b2bua_notified(&w, find_reference(&w, event->subscription), event);
    } else if (p != NULL) {
        of_pair(&w, p, side, event);
    }
    settle(&w);
    return w.has_no_memory ? SS_ERR_MEMORY : SS_OK;
}

void ss_b2bua_forget(ss_b2bua *b, ss_engine *e)
{
    while (b->first != 0) {
        const ss_ref ref = b->first;
        b->first = at(e, ref)->next;
        ss_core_give(&e->core, ref, sizeof(pair));
    }
}
