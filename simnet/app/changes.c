/* What becomes of a session after the INVITE (RFC 3261 14, RFC 3262, RFC 3311): the changes that a story asks for, and what a
 * user agent does by itself with offers, answers and reliable responses: it answers at once, takes what it is told, hangs up
 * on what is no answer, and asks once more when a 491 was waited out. What the story says it will do itself is left to it. */
#include "app/ua.h"

static const ss_slice sdp_type = SS_LIT_INIT("application/sdp");

static bool say(sn_ua_app *app, sn_host *host, ss_turn *turn, ss_command *c, ss_slice body)
{
    c->body = body;
    c->body_type = body.len > 0 ? sdp_type : SS_EMPTY;
    const ss_status status = ss_engine_command(&app->engine, turn, c);
    sn_engine_status(host, status);
    return status == SS_OK;
}

static void hang_up(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call)
{
    static const sn_row hangup = { .op = SN_OP_HANGUP };
    (void)sn_program_act(app, host, turn, call, &hangup);
}

/* ---- what is gone back to ---- */

static void drop_outer(sn_host *host, sn_session *s)
{
    if (s->outer != 0) {
        ss_store_give(sn_host_store(host), s->outer, sizeof(ss_session));
        s->outer = 0;
    }
}

/* An exchange begins. One inside a re-INVITE may fail alone, or be undone with it (RFC 6141 3.1). */
static void begin(sn_host *host, sn_session *s, const ss_session *before, bool is_invite)
{
    if (s->in_invite && s->outer == 0) {
        s->outer = ss_store_take(sn_host_store(host), sizeof(ss_session));
        if (s->outer == 0) {
            sn_host_out_of_memory(host);
        } else {
            *(ss_session *)ss_store_at(sn_host_store(host), s->outer) = s->before;
        }
    }
    s->before = *before;
    s->in_invite = s->in_invite || is_invite;
}

void sn_change_undo(sn_host *host, sn_session *s)
{
    if (s->outer != 0) {
        s->before = *(const ss_session *)ss_store_at(sn_host_store(host), s->outer);
    }
    if (s->text.ref != 0 && !s->is_shown && s->outer == 0) {
        s->now = s->before; /* its answer was never said, so that no version was: RFC3264:8 */
        (void)sn_session_keep_text(host, s, SS_EMPTY);
    } else {
        ss_session_roll_back(&s->now, &s->before);
    }
    drop_outer(host, s);
    s->in_invite = false;
    s->is_offered = false;
    s->previewed = 0;
}

/* ---- changes of our own ---- */

/* The streams that are wanted from now on. Only an offer can say so: without one, which there are is the peer's to offer. */
static bool want(ss_session *s, unsigned media)
{
    for (unsigned kind = 0; kind < SS_MEDIA_KINDS; kind++) {
        const bool is_wanted = (media & SS_MEDIA_BIT(kind)) != 0;
        const ss_status status = is_wanted ? ss_session_add(s, (ss_media_kind)kind)
                                           : ss_session_remove(s, (ss_media_kind)kind);
        if (status == SS_ERR_FULL) {
            return false;
        }
    }
    return true;
}

static bool prepare(ss_session *s, const sn_row *row)
{
    const bool holds = row->op == SN_OP_HOLD;
    if (holds || row->op == SN_OP_RESUME) {
        const bool is_news = s->is_held != holds;
        s->is_held = holds;
        return is_news;
    }
    return row->media == 0 || (row->flags & SN_ROW_NO_OFFER) != 0 || want(s, row->media);
}

bool sn_change_ask(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                   const sn_row *row)
{
    sn_session *s = sn_session_of(host, call, 0);
    const bool by_update = row->op == SN_OP_UPDATE || (row->flags & SN_ROW_BY_UPDATE) != 0;
    ss_command c = { .kind = by_update ? SS_CMD_UPDATE : SS_CMD_REINVITE, .call = call->call };
    if (s == NULL || s->is_offered) {
        return false;
    }
    const ss_session before = s->now;
    const bool has_offer = (row->flags & SN_ROW_NO_OFFER) == 0;
    c.origin = has_offer ? SS_EMPTY : sn_session_origin(host, s);
    if (!prepare(&s->now, row) ||
        !say(app, host, turn, &c, has_offer ? sn_session_offer(host, s) : SS_EMPTY)) {
        s->now = before; /* nothing was said */
        return false;
    }
    begin(host, s, &before, !by_update);
    s->is_offered = has_offer;
    s->change = *row;
    s->is_changing = true;
    sn_ua_tell(host, call, SN_CALL_CHANGING, 0, false);
    return true;
}

/* ---- what the story keeps for itself ---- */

/* An act of this node in the call, at this instant or later. Those before it are done, or missed. */
static const sn_act *next_act(const sn_host *host, const sn_ua_call *call, unsigned ops)
{
    const sn_plan *plan = sn_host_plan(host);
    for (uint32_t i = 0; call->number != 0 && i < plan->act_count; i++) {
        const sn_act *act = &plan->acts[i];
        if (act->call == call->number && act->node == sn_host_node(host) &&
            act->at >= sn_host_now(host) && (ops >> act->row.op & 1u) != 0) {
            return act;
        }
    }
    return NULL;
}

static bool is_story_s(const sn_host *host, const sn_ua_call *call, unsigned ops)
{
    return call->number != 0 && sn_host_planned(host, call->number)->scripted &&
           next_act(host, call, ops) != NULL;
}

/* ---- what is owed at once ---- */

static void prack(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                  const ss_event *event)
{
    sn_session *s = sn_session_of(host, call, event->leg);
    ss_command c = { .kind = SS_CMD_PRACK, .call = event->call, .leg = event->leg };
    ss_slice answer = SS_EMPTY;
    if (s == NULL) {
        return;
    }
    if (event->verdict == SS_OA_IS_OFFER &&
        sn_session_answer(host, s, event->msg->body, &answer) != SS_OK) {
        return; /* no answer: the callee gives up */
    }
    if (!is_story_s(host, call, 1u << SN_OP_PRACK)) {
        (void)say(app, host, turn, &c, answer);
        return;
    }
    call->prack_leg = event->leg;
    (void)sn_session_keep_text(host, s, answer);
}

bool sn_change_prack(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                     const sn_row *row)
{
    ss_command c = { .kind = SS_CMD_PRACK, .call = call->call, .leg = call->prack_leg };
    sn_session *s = sn_session_of(host, call, call->prack_leg);
    if (s == NULL) {
        return false;
    }
    const ss_session before = s->now;
    const bool is_offer = (row->flags & SN_ROW_OFFER) != 0;
    ss_slice body =
        is_offer ? sn_session_offer(host, s) : ss_blob_slice(sn_host_store(host), s->text);
    if (!say(app, host, turn, &c, body)) {
        s->now = before;
        return false;
    }
    if (is_offer) {
        begin(host, s, &before, false);
    }
    s->is_offered = s->is_offered || is_offer;
    (void)sn_session_keep_text(host, s, SS_EMPTY);
    return true;
}

/* A 2xx that has the offer: the ACK has the answer, also when that rejects everything, which ends the session.
 * RFC3261:13.2.2.4 */
static void acknowledge(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                        const ss_event *event)
{
    sn_session *s = sn_session_of(host, call, event->leg);
    ss_command c = { .kind = SS_CMD_ACK, .call = event->call, .leg = event->leg };
    ss_slice answer = SS_EMPTY;
    const bool is_fine =
        s != NULL && sn_session_answer(host, s, event->msg->body, &answer) == SS_OK;
    if (s != NULL && !is_fine) {
        answer = sn_session_reject(host, s, event->msg->body);
    }
    const bool is_said = answer.len > 0 && say(app, host, turn, &c, answer);
    if (s != NULL) {
        /* RFC3261:8.1.3.5: an offer of ours was taken out, for who could not read it */
        s->is_offered = false;
        s->is_doubtful =
            s->is_doubtful || !is_said; /* without room: the stack's ACK says something else */
    }
    if (!is_fine || !is_said) {
        hang_up(app, host, turn, call);
    }
}

/* A request with an offer, or a re-INVITE that asks for one. RFC6337:2.3 what cannot be had is refused with 488. */
static void respond(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                    const ss_event *event)
{
    const bool is_invite = event->method == SS_METHOD_INVITE;
    const unsigned theirs = 1u << SN_OP_ANSWER | 1u << SN_OP_REJECT | 1u << SN_OP_PROGRESS;
    sn_session *s = sn_session_of(host, call, event->leg);
    ss_command c = { .kind = is_invite ? SS_CMD_ANSWER : SS_CMD_RESPOND,
                     .call = event->call,
                     .leg = event->leg };
    ss_slice body = SS_EMPTY;
    if (s == NULL) {
        return;
    }
    const ss_session before = s->now;
    begin(host, s, &before, is_invite);
    const ss_status status = event->verdict == SS_OA_IS_OFFER
                                 ? sn_session_answer(host, s, event->msg->body, &body)
                                 : SS_OK;
    if (status != SS_OK) {
        c.kind = is_invite ? SS_CMD_REJECT : SS_CMD_RESPOND;
        c.status = status == SS_ERR_SEMANTIC ? 488 : 500;
        (void)say(app, host, turn, &c, SS_EMPTY);
        if (is_invite) {
            sn_change_undo(host, s);
        }
        sn_ua_tell(host, call, SN_CALL_CHANGE_REFUSED, c.status, false);
        return;
    }
    s->is_asked = event->verdict != SS_OA_IS_OFFER;
    s->is_said = s->is_shown = false;
    if (is_invite && is_story_s(host, call, theirs)) {
        call->is_asked = true;
        (void)sn_session_keep_text(host, s, body);
        return;
    }
    if (s->is_asked) {
        body = sn_session_offer_all(host, s);
        s->is_offered = true;
    }
    (void)say(app, host, turn, &c, body);
}

/* ---- what comes of offers ---- */

/* The UAS of a response, by its To tag; never 0. */
static uint32_t speaker_of(const ss_msg *response)
{
    ss_name_addr to;
    const ss_slice tag = ss_msg_to(response, &to) == SS_OK ? ss_name_addr_tag(&to) : SS_EMPTY;
    return (uint32_t)ss_hash64(0, tag) | 1;
}

/* An answer, wherever it came; what is none ends the session. RFC3264:6 */
static void take(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                 const ss_event *event)
{
    if (event->verdict == SS_OA_IS_NOTHING || event->verdict == SS_OA_IS_IGNORED) {
        return;
    }
    sn_session *s = sn_session_of(host, call, event->leg);
    if (s == NULL) {
        return;
    }
    const bool is_known = s->previewed != 0 && event->verdict == SS_OA_IS_ANSWER &&
                          s->previewed == speaker_of(event->msg);
    s->previewed = 0;
    if (is_known) {
        s->is_offered = false;
        return;
    }
    if (event->verdict != SS_OA_IS_ANSWER || !sn_session_take(host, s, event->msg->body)) {
        hang_up(app, host, turn, call);
    }
}

/* The first description is the answer, and later ones are not looked at: RFC3261:13.2.1. What a response that may be lost has
 * is the answer as well, though no offer may follow it yet: RFC6337:3.1.1. What is none is not. */
static void preview(sn_host *host, sn_ua_call *call, const ss_event *event)
{
    sn_session *s = sn_session_of(host, call, event->leg);
    const uint32_t speaker = speaker_of(event->msg);
    if (s == NULL || s->previewed == speaker) {
        return;
    }
    const sn_session before = *s;
    if (sn_session_take(host, s, event->msg->body)) {
        s->previewed = speaker;
    } else {
        *s = before;
    }
    s->is_offered = true;
}

/* RFC3261:14.1 RFC6141:3.4 the session is as before. */
static void refused(sn_host *host, sn_ua_call *call, const ss_event *event)
{
    sn_session *s = sn_session_of(host, call, event->leg);
    if (s == NULL) {
        return;
    }
    if (event->method == SS_METHOD_INVITE) {
        sn_change_undo(host, s);
        call->is_asked = false;
    } else { /* what it is inside of goes on */
        ss_session_roll_back(&s->now, &s->before);
        s->is_offered = false;
    }
    s->is_changing = s->is_changing && event->status == 491;
    s->is_doubtful = s->is_doubtful || event->synthetic || event->status == 408 ||
                     event->status == 481 || event->status >= 500;
    sn_ua_tell(host, call, SN_CALL_CHANGE_REFUSED, event->status, event->synthetic);
}

static void again(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                  const ss_event *event)
{
    sn_session *s = sn_session_of(host, call, event->leg);
    if (s != NULL && s->is_changing) {
        const sn_row row = s->change;
        s->is_changing = false;
        (void)sn_change_ask(app, host, turn, call, &row);
    }
}

static void changed(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                    const ss_event *event)
{
    sn_session *s = sn_session_of(host, call, event->leg);
    sn_ua_tell(host, call, SN_CALL_CHANGED, event->status, false);
    if (s != NULL && event->method != SS_METHOD_ACK) { /* the peer's may go first */
        s->is_changing = false;
    }
    if (s != NULL && (event->method == SS_METHOD_ACK || event->method == SS_METHOD_INVITE)) {
        s->in_invite = false;
        drop_outer(host, s);
        call->is_asked = false;
    }
    if (event->asks == SS_ASKS_ACK) {
        acknowledge(app, host, turn, call, event);
    } else {
        take(app, host, turn, call, event);
    }
}

void sn_change_told(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                    const ss_event *event)
{
    switch (event->kind) {
    case SS_EVENT_PROVISIONAL:
        if (event->verdict == SS_OA_IS_ANSWER) {
            take(app, host, turn, call, event);
        } else if (event->verdict == SS_OA_IS_PREVIEW) {
            preview(host, call, event);
        }
        if (event->asks == SS_ASKS_PRACK) {
            prack(app, host, turn, call, event);
        }
        break;
    case SS_EVENT_ANSWERED:
        sn_session_choose(host, call, event->leg);
        if (event->asks == SS_ASKS_ACK) {
            acknowledge(app, host, turn, call, event);
            break;
        }
        take(app, host, turn, call, event);
        break;
    case SS_EVENT_CONFIRMED:
        take(app, host, turn, call, event);
        break;
    case SS_EVENT_PRACKED:
        if (event->asks == SS_ASKS_RESPONSE) {
            respond(app, host, turn, call, event);
        } else {
            take(app, host, turn, call, event);
        }
        break;
    case SS_EVENT_OFFER:
        respond(app, host, turn, call, event);
        break;
    case SS_EVENT_CHANGED:
        changed(app, host, turn, call, event);
        break;
    case SS_EVENT_REFUSED:
        refused(host, call, event);
        break;
    case SS_EVENT_REFRESH: /* RFC4028:7.4 RFC6141:3.4 the session as it stands */
        (void)sn_change_ask(app, host, turn, call, &(sn_row){ .op = SN_OP_REINVITE });
        break;
    case SS_EVENT_AGAIN:
        again(app, host, turn, call, event);
        break;
    default:
        break;
    }
}

/* ---- what the callee says to an INVITE ---- */

/* The description of a response: what was kept of the answer, or an offer when the INVITE had none; nothing once it was said in
 * a message that cannot be lost. False: the story wants what is not possible. */
bool sn_change_body(sn_host *host, sn_ua_call *call, const sn_row *row, ss_slice *body,
                    sn_session **session)
{
    sn_session *s = sn_session_of(host, call, 0);
    const bool is_final = row->op == SN_OP_ANSWER;
    *session = s;
    *body = SS_EMPTY;
    if (s == NULL) {
        return false;
    }
    if ((row->flags & SN_ROW_OFFER) != 0 ? !s->is_asked
                                         : (row->flags & SN_ROW_ANSWER) != 0 && s->is_asked) {
        return false;
    }
    if (s->is_said || (!is_final && (row->flags & (SN_ROW_OFFER | SN_ROW_ANSWER)) == 0)) {
        return true;
    }
    *body =
        s->is_asked ? sn_session_offer_all(host, s) : ss_blob_slice(sn_host_store(host), s->text);
    return true;
}

/* It was said. */
void sn_change_said(sn_host *host, sn_session *s, const sn_row *row, bool has_body)
{
    const bool is_for_good = row->op == SN_OP_ANSWER || (row->flags & SN_ROW_RELIABLE) != 0;
    s->is_shown = s->is_shown || has_body;
    if (!has_body || !is_for_good) {
        return;
    }
    s->is_said = true;
    s->is_offered = s->is_asked;
    (void)sn_session_keep_text(host, s, SS_EMPTY);
}
