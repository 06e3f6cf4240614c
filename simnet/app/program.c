/* What a user agent does by itself: it registers when the plan says so, places the plan's calls, does the rows of its
 * behaviour when it is called, and the acts of a story.
 *
 * A call of the plan is known on both sides by its Call-ID, "c<k+1>-<16 hexadecimal digits>@<host>": the caller makes it
 * so, and the callee finds in the plan how long the call holds and who ends it, without asking anybody.
 */
#include "app/ua.h"

/* Own wakes: arg is the engine's number of the call, arg2 of ROW the row. ACT: the act, and how often it was put off. */
enum { WAKE_ROW = 1, WAKE_HOLD, WAKE_NO_ANSWER, WAKE_ACT, WAKE_WATCH, WAKE_RETRY, WAKE_LEAVE };

/* A story's acts come first at their instant, so what they act on may arrive after them at that very instant. Arrivals
 * have step 1: an act that is not possible yet is tried again at steps 1 and 2. */
enum { PUT_OFF_MAX = 2 };

static const sn_call *plan_call(const sn_host *host, const sn_ua_call *call)
{
    return call->number == 0 ? NULL : sn_host_planned(host, call->number);
}

bool sn_program_placed(const sn_host *host, ss_slice call_id)
{
    const uint32_t number = sn_call_number(call_id, sn_host_calls(host));
    return number != 0 && sn_host_planned(host, number)->caller == sn_host_node(host);
}

uint32_t sn_program_number(const sn_host *host, ss_slice call_id)
{
    return sn_program_placed(host, call_id) ? 0 /* or redirected here */
                                            : sn_call_number(call_id, sn_host_calls(host));
}

unsigned sn_program_media(const sn_host *host)
{
    const sn_plan *plan = sn_host_plan(host);
    const sn_ua_spec *spec = &plan->groups[plan->nodes[sn_host_node(host)].group].ua;
    return spec->media == 0 ? SS_MEDIA_BIT(SS_MEDIA_AUDIO) : spec->media;
}

unsigned sn_program_answer_media(const sn_host *host, const sn_ua_call *call)
{
    const sn_plan *plan = sn_host_plan(host);
    for (uint32_t i = 0; call->number != 0 && i < plan->act_count; i++) {
        const sn_act *act = &plan->acts[i];
        if (act->call == call->number && act->node == sn_host_node(host) &&
            act->row.op == SN_OP_ANSWER && act->row.media != 0) {
            return act->row.media;
        }
    }
    return sn_program_media(host);
}

/* ---- ops in a call ---- */

static ss_status command(sn_ua_app *app, sn_host *host, ss_turn *turn, ss_command *c)
{
    const ss_status status = ss_engine_command(&app->engine, turn, c);
    sn_engine_status(host, status);
    return status;
}

typedef struct op_meaning {
    ss_command_kind command;
    sn_call_event fact;
} op_meaning;

static bool meaning_of(sn_op op, op_meaning *m)
{
    switch (op) {
    case SN_OP_REJECT:
    case SN_OP_REDIRECT:
        *m = (op_meaning){ SS_CMD_REJECT, SN_CALL_REFUSED };
        return true;
    case SN_OP_CANCEL:
        *m = (op_meaning){ SS_CMD_CANCEL, SN_CALL_CANCELLING };
        return true;
    case SN_OP_BYE:
        *m = (op_meaning){ SS_CMD_BYE, SN_CALL_HANGUP };
        return true;
    case SN_OP_HANGUP:
        *m = (op_meaning){ SS_CMD_HANGUP, SN_CALL_HANGUP };
        return true;
    default:
        return false;
    }
}

static ss_slice put_target(sn_host *host, uint32_t callee)
{
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    sn_ua_put_target(&b, sn_host_plan(host), callee, sn_host_node(host));
    return ss_buffer_keep(sn_host_arena(host), &b);
}

/* Rows of a behaviour name a group, as their nodes are many: its node of the same index, around. */
static uint32_t node_of_row(const sn_host *host, const sn_row *row, uint32_t on)
{
    const sn_plan *plan = sn_host_plan(host);
    if ((row->flags & SN_ROW_GROUP) == 0) {
        return row->target;
    }
    const uint32_t index = plan->nodes[sn_host_node(host)].index + on;
    return plan->group_first[row->target] + index % plan->groups[row->target].count;
}

uint32_t sn_program_other(const sn_host *host, const sn_ua_call *call, const sn_row *row)
{
    const sn_plan *plan = sn_host_plan(host);
    const sn_call *planned = plan_call(host, call);
    if ((row->flags & SN_ROW_GROUP) == 0) {
        return planned == NULL ? SN_NOBODY : call->is_callee ? planned->caller : planned->callee;
    }
    for (uint32_t on = 0; on < 3 && on < plan->groups[row->target].count; on++) {
        const uint32_t target = node_of_row(host, row, on);
        const bool is_end =
            target == sn_host_node(host) ||
            (planned != NULL && (target == planned->caller || target == planned->callee));
        if (!is_end) {
            return target;
        }
    }
    return SN_NOBODY;
}

/* A 1xx or 200 to the first INVITE, or to a re-INVITE that the story answers. */
static bool say_to_invite(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                          const sn_row *row)
{
    const bool is_answer = row->op == SN_OP_ANSWER;
    ss_command c = { .kind = is_answer ? SS_CMD_ANSWER : SS_CMD_PROGRESS,
                     .call = call->call,
                     .status = row->status,
                     .reliable = (row->flags & SN_ROW_RELIABLE) != 0 };
    sn_session *s = NULL;
    if (!sn_change_body(host, call, row, &c.body, &s)) {
        return false;
    }
    c.body_type = c.body.len > 0 ? SS_LIT("application/sdp") : SS_EMPTY;
    if (command(app, host, turn, &c) != SS_OK) {
        return false; /* too late: the call went another way meanwhile */
    }
    sn_change_said(host, s, row, c.body.len > 0);
    if (call->is_answered) {
        call->is_asked = call->is_asked && !is_answer;
        return true; /* a re-INVITE: its ACK says that it is done */
    }
    call->is_answered = is_answer;
    sn_ua_tell(host, call, is_answer ? SN_CALL_ACCEPTED : SN_CALL_RINGING,
               is_answer ? 200 : row->status, false);
    return true;
}

bool sn_program_act(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                    const sn_row *row)
{
    op_meaning m;
    switch (row->op) {
    case SN_OP_HOLD:
    case SN_OP_RESUME:
    case SN_OP_UPDATE:
    case SN_OP_REINVITE:
        return sn_change_ask(app, host, turn, call, row);
    case SN_OP_PRACK:
        return sn_change_prack(app, host, turn, call, row);
    case SN_OP_REFER:
    case SN_OP_SUBSCRIBE:
    case SN_OP_UNSUBSCRIBE:
    case SN_OP_MESSAGE:
    case SN_OP_INFO:
        return sn_program_beside(app, host, turn, call, row);
    case SN_OP_PROGRESS:
    case SN_OP_ANSWER:
        return say_to_invite(app, host, turn, call, row);
    default:
        break;
    }
    if (!meaning_of(row->op, &m)) {
        return false;
    }
    ss_command c = { .kind = m.command, .call = call->call, .status = row->status };
    if (row->op == SN_OP_REJECT) {
        c.retry_after_s = row->value;
    } else if (row->op == SN_OP_REDIRECT) {
        c.target = put_target(host, node_of_row(host, row, 0));
    }
    if (command(app, host, turn, &c) != SS_OK) {
        return false; /* too late: the call went another way meanwhile */
    }
    const bool is_reinvite = call->is_asked;
    sn_session *s = is_reinvite ? sn_session_of(host, call, 0) : NULL;
    if (s != NULL && m.command == SS_CMD_REJECT) {
        sn_change_undo(host, s);
    }
    call->is_asked = false;
    sn_ua_tell(host, call, is_reinvite ? SN_CALL_CHANGE_REFUSED : m.fact, row->status, false);
    if (m.command == SS_CMD_REJECT && !is_reinvite) { /* the engine tells no more of it */
        sn_ua_call_remove(app, host, call);
    }
    return true;
}

/* ---- behaviours ---- */

static sn_point point_of(const sn_host *host, const sn_ua_call *call, uint32_t row)
{
    const uint64_t id = sn_host_plan(host)->cast.nodes[sn_host_node(host)].id;
    return (sn_point){ .place = id,
                       .call = call->call_id,
                       .row = row,
                       .at = sn_host_now(host),
                       .entity = sn_host_node(host),
                       .key = { id, call->call_id, row },
                       .key_words = 3 };
}

static bool needs_session(sn_op op)
{
    return op == SN_OP_HOLD || op == SN_OP_RESUME || op == SN_OP_REINVITE || op == SN_OP_UPDATE ||
           op == SN_OP_HANGUP || sn_op_is_beside(op);
}

/* Rows without a wait are done at once; the first with one asks to be woken; those that change a session begin when it is up. */
static void go_on(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call, bool has_waited)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t engine_call = call->call;
    while (call != NULL && call->row < call->row_end) {
        const sn_row *row = &plan->rows[call->row];
        if (needs_session(row->op) && !call->is_up) {
            return;
        }
        if (!has_waited) {
            sn_point point = point_of(host, call, sn_plan_row_number(plan, call->row));
            sn_decide_at(sn_host_decisions(host), &point);
            const ss_span wait =
                sn_decide_wait(sn_host_decisions(host), SN_DECISION_WAIT, &point, &row->after);
            if (wait > 0) {
                sn_host_wake(host, ss_time_after(sn_host_now(host), wait), WAKE_ROW, call->call,
                             call->row);
                return;
            }
        }
        has_waited = false;
        call->row++;
        sn_program_act(app, host, turn, call, row);
        call = sn_ua_call_find(app, host, engine_call); /* the act may have ended it */
    }
}

void sn_program_incoming(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call)
{
    static const sn_row answer = { .op = SN_OP_ANSWER };
    const sn_plan *plan = sn_host_plan(host);
    const sn_ua_spec *spec = &plan->groups[plan->nodes[sn_host_node(host)].group].ua;
    if (call->number != 0 && plan_call(host, call)->scripted) {
        return; /* the story says what happens */
    }
    if (spec->behaviour == SN_NOBODY || plan->behaviours[spec->behaviour].choice_count == 0) {
        sn_program_act(app, host, turn, call, &answer);
        return;
    }
    const sn_behaviour *b = &plan->behaviours[spec->behaviour];
    const sn_choice_rows *choices = &plan->choices[b->first_choice];
    sn_point point = point_of(host, call, 0);
    sn_decide_at(sn_host_decisions(host), &point);
    const uint32_t choice = sn_decide_choice(sn_host_decisions(host), SN_DECISION_CHOICE, &point,
                                             choices, b->choice_count, b->weight_sum);
    call->row = choices[choice].first_row;
    call->row_end = (call->row + choices[choice].row_count) & 0x7fffffff;
    go_on(app, host, turn, call, false);
}

void sn_program_established(sn_host *host, sn_ua_call *call)
{
    const sn_call *planned = plan_call(host, call);
    call->is_answered = true;
    call->is_up = true;
    const bool is_ours = planned != NULL && !planned->scripted &&
                         (planned->callee_hangs_up == call->is_callee || call->is_with_itself);
    if (is_ours || (call->from != 0 && !call->is_consulted)) {
        const ss_span hold = sn_host_planned(host, is_ours ? call->number : call->from)->hold;
        sn_host_wake(host, ss_time_after(sn_host_now(host), hold), WAKE_HOLD, call->call, 0);
    }
}

void sn_program_lasts(sn_ua_app *app, sn_host *host, ss_turn *turn, uint32_t number)
{
    sn_ua_call *call = sn_ua_call_find(app, host, number);
    if (call != NULL && call->is_consulted) {
        sn_program_consulted(app, host, turn, call);
    } else if (call != NULL && call->row < call->row_end) {
        go_on(app, host, turn, call, false);
    }
}

/* ---- placing calls ---- */

/* A number names one call; what it is placed for again is another one to everybody else. */
static ss_slice put_call_id(sn_host *host, uint32_t number, uint32_t tries)
{
    const ss_path path = sn_host_path(host);
    const uint64_t id = sn_host_plan(host)->cast.nodes[sn_host_node(host)].id;
    const sn_point point = { .place = id,
                             .row = number,
                             .at = sn_host_now(host),
                             .entity = sn_host_node(host),
                             .key = { id, number, tries },
                             .key_words = tries == 0 ? 2 : 3 };
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_put_char(&b, 'c');
    ss_put_u64(&b, number);
    ss_put_char(&b, '-');
    ss_put_hex(&b, sn_decide_bits(sn_host_decisions(host), SN_DECISION_CALL_ID, &point), 16);
    ss_put_char(&b, '@');
    ss_put_host(&b, &path.local);
    return ss_buffer_keep(sn_host_arena(host), &b);
}

/* What the caller does while it lasts: the rows of its line of traffic. */
static void take_rows(sn_host *host, sn_ua_call *call, const sn_call *planned)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t behaviour =
        planned->source == SN_NOBODY ? 0 : plan->call_specs[planned->source].behaviour;
    if (behaviour != 0) {
        const sn_choice_rows *rows = &plan->choices[plan->behaviours[behaviour - 1].first_choice];
        call->row = rows->first_row;
        call->row_end = (rows->first_row + rows->row_count) & 0x7fffffff;
    }
}

/* The streams that the call is about; the node may take others later. */
static void begin_session(sn_host *host, sn_session *s, const sn_call *planned, uint64_t hash)
{
    const unsigned all = sn_program_media(host);
    const unsigned media = planned->media == 0 ? all : planned->media;
    sn_session_begin(host, s, hash, all | media);
    for (unsigned kind = 0; kind < SS_MEDIA_KINDS && !planned->is_late; kind++) {
        if ((media & SS_MEDIA_BIT(kind)) != 0) {
            const ss_status added = ss_session_add(&s->now, (ss_media_kind)kind);
            SS_ASSERT(added == SS_OK);
        }
    }
    s->before = s->now;
}

static void place(sn_ua_app *app, sn_host *host, ss_turn *turn, uint32_t number, uint32_t tries)
{
    const sn_call *planned = sn_host_planned(host, number);
    const ss_slice call_id = put_call_id(host, number, tries);
    const uint64_t hash = ss_hash64(0, call_id);
    ss_command c = {
        .kind = SS_CMD_CALL,
        .cookie = number,
        .call_id = call_id,
        .target = put_target(host, planned->callee),
        .reliable = planned->is_reliable,
        .expires_s = planned->session_s,
        .credential = sn_ua_credential(host, planned),
    };
    sn_ua_call *call = sn_ua_call_add(app, host, 0, number, hash);
    sn_session *s = call == NULL ? NULL : sn_session_add(host, call, 0);
    if (s == NULL) {
        return;
    }
    call->tries = tries & 7u;
    begin_session(host, s, planned, hash);
    if (!planned->is_late) {
        c.body_type = SS_LIT("application/sdp");
        c.body = sn_session_offer(host, s);
        s->is_offered = true;
        s->before = s->now; /* the dialogs of a fork begin with what was offered: RFC3261:13.2.1 */
    }
    if (command(app, host, turn, &c) != SS_OK) {
        sn_ua_tell(host, call, SN_CALL_BLOCKED, 503, true);
        sn_ua_call_remove(app, host, call);
        return;
    }
    sn_ua_call_known(host, call, c.call);
    take_rows(host, call, planned);
    sn_ua_tell(host, call, SN_CALL_PLACED, 0, false);
    if (!planned->scripted && planned->no_answer != 0) {
        sn_host_wake(host, ss_time_after(sn_host_now(host), planned->no_answer), WAKE_NO_ANSWER,
                     c.call, 0);
    }
}

/* RFC3261:20.33 Whoever says when it is worth to try again is believed, as often as the line of traffic says. */
void sn_program_refused(sn_host *host, const sn_ua_call *call, const ss_event *event)
{
    const sn_call *planned = plan_call(host, call);
    uint32_t seconds = 0;
    if (planned == NULL || call->is_callee || call->tries >= planned->retries ||
        event->msg == NULL || ss_msg_number(event->msg, SS_HDR_RETRY_AFTER, &seconds) != SS_OK) {
        return;
    }
    const ss_time at = ss_time_after(sn_host_now(host), SS_S(seconds));
    if (at < sn_host_plan(host)->duration) { /* no call is placed as it drains */
        sn_host_wake(host, at, WAKE_RETRY, call->number, call->tries + 1u);
    }
}

/* ---- registrations ---- */

/* False: not while another is under way. */
static bool enrol(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_command *how)
{
    ss_command c = *how;
    c.kind = SS_CMD_REGISTER;
    const ss_status status = command(app, host, turn, &c);
    if (status != SS_OK && status != SS_ERR_STATE) {
        sn_host_registration(host, &(sn_call_fact){ .source = SN_NOBODY,
                                                    .event = SN_CALL_REGISTER_FAILED,
                                                    .status = 503,
                                                    .synthetic = 1 });
    }
    return status != SS_ERR_STATE;
}

static bool enrol_by(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_row *row)
{
    const ss_command how = {
        .expires_s = row->op == SN_OP_REGISTER ? row->value : 0,
        .all = row->op == SN_OP_UNREGISTER && row->value != 0,
        .query = row->op == SN_OP_QUERY,
        .target = row->text == NULL ? SS_EMPTY : ss_slice_from(row->text),
    };
    return enrol(app, host, turn, &how);
}

/* ---- connections ---- */

/* All with that node; false when there is none. What comes of it is done when the turn is drained. */
static bool end_connections(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_row *row)
{
    ss_path path;
    bool is_any = false;
    while (sn_host_find_stream(host, row->target, &path)) {
        is_any = true;
        if (row->op == SN_OP_RESET) {
            sn_host_reset(host, &path);
        } else {
            sn_host_close(host, &path);
        }
        sn_engine_status(host,
                         ss_engine_path_lost(&app->engine, turn, &path, row->op == SN_OP_RESET));
    }
    return is_any;
}

/* ---- wakes ---- */

void sn_program_watch_at(sn_host *host, ss_time at)
{
    sn_host_wake(host, at, WAKE_WATCH, 0, 0);
}

static void miss(sn_host *host, const sn_act *act)
{
    const sn_ua_call missed = { .number = act->call };
    sn_ua_tell(host, &missed, SN_CALL_ACT_MISSED, 481, true);
}

static void do_act(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_wake *wake)
{
    const sn_act *act = &sn_host_plan(host)->acts[wake->arg];
    const uint32_t put_off = wake->kind == SN_WAKE_ACT ? 0 : wake->arg2;
    switch (act->row.op) {
    case SN_OP_REGISTER:
    case SN_OP_UNREGISTER:
    case SN_OP_QUERY:
        if (!enrol_by(app, host, turn, &act->row)) {
            miss(host, act);
        }
        return;
    case SN_OP_CALL:
        place(app, host, turn, act->call, 0);
        return;
    case SN_OP_RESET:
    case SN_OP_CLOSE:
        if (!end_connections(app, host, turn, &act->row)) {
            miss(host, act);
        }
        return;
    case SN_OP_MUTE:
        if (!sn_host_mute(host, act->row.target)) {
            miss(host, act);
        }
        return;
    case SN_OP_CRASH:
        sn_ua_crash(app, host);
        return;
    default:
        break;
    }
    sn_ua_call *call = sn_ua_call_of_number(app, host, act->call);
    if (act->row.op >= SN_OP_SUBSCRIBE && act->row.op <= SN_OP_OPTIONS
            ? sn_program_event_act(app, host, turn, act)
            : call != NULL && sn_program_act(app, host, turn, call, &act->row)) {
        return;
    }
    if (put_off < PUT_OFF_MAX) {
        sn_host_wake(host, sn_host_now(host), WAKE_ACT, wake->arg, put_off + 1);
        return;
    }
    miss(host, act);
}

/* Calls that are not answered yet are cancelled, or refused. Of very many those for which this turn has no room are in the next. */
static void hang_up_all(sn_ua_app *app, sn_host *host, ss_turn *turn)
{
    static const sn_row hangup = { .op = SN_OP_HANGUP };
    for (ss_ref at = sn_ua_first_call(app); at != 0;) {
        sn_ua_call *c = sn_ua_call_at(host, at);
        if (!ss_turn_has_room(turn)) {
            sn_host_wake(host, sn_host_now(host), WAKE_LEAVE, 0, 0);
            return;
        }
        at = c->next;
        if (!c->is_left) {
            c->is_left = true;
            sn_program_act(app, host, turn, c, &hangup);
        }
    }
}

static bool do_own(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_wake *wake)
{
    static const sn_row cancel = { .op = SN_OP_CANCEL }, hangup = { .op = SN_OP_HANGUP };
    if (wake->what == WAKE_ACT) {
        do_act(app, host, turn, wake);
        return true;
    }
    if (wake->what == WAKE_RETRY) {
        place(app, host, turn, wake->arg, wake->arg2);
        return true;
    }
    if (wake->what == WAKE_WATCH) {
        sn_program_subscribe(app, host, turn);
        return true;
    }
    if (wake->what == WAKE_LEAVE) {
        hang_up_all(app, host, turn);
        return true;
    }
    sn_ua_call *call = sn_ua_call_find(app, host, wake->arg);
    if (call == NULL) {
        return false;
    }
    switch (wake->what) {
    case WAKE_ROW:
        if (call->row != wake->arg2 || call->row == call->row_end) {
            return false;
        }
        go_on(app, host, turn, call, true);
        return true;
    case WAKE_HOLD:
        sn_program_act(app, host, turn, call, &hangup);
        return true;
    case WAKE_NO_ANSWER:
        if (call->is_answered) {
            return false;
        }
        sn_program_act(app, host, turn, call, &cancel);
        return true;
    default:
        return false;
    }
}

static bool fall_quiet(sn_ua_app *app, sn_host *host, ss_turn *turn)
{
    const ss_ua *ua = &app->engine.ua;
    const bool has_work = ua->registration != 0 || ua->first_subscription != 0 ||
                          ua->first_publication != 0 || ua->first_published != 0;
    ss_command c = { .kind = SS_CMD_QUIET };
    (void)command(app, host, turn, &c);
    return sn_program_end_references(app, host, turn) || has_work;
}

static bool do_wake(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_wake *wake)
{
    const sn_plan *plan = sn_host_plan(host);
    switch (wake->kind) {
    case SN_WAKE_REGISTER: {
        const sn_group_spec *me = &plan->groups[plan->nodes[sn_host_node(host)].group];
        (void)enrol(app, host, turn, &(ss_command){ .expires_s = me->ua.expires_s });
        return true;
    }
    case SN_WAKE_CALL:
        place(app, host, turn, wake->arg + 1, 0);
        return true;
    case SN_WAKE_ACT:
        do_act(app, host, turn, wake);
        return true;
    case SN_WAKE_SUBSCRIBE:
        sn_program_subscribe(app, host, turn);
        return true;
    case SN_WAKE_END:
        hang_up_all(app, host, turn);
        return fall_quiet(app, host, turn);
    case SN_WAKE_QUIET:
        return fall_quiet(app, host, turn);
    case SN_WAKE_OWN:
        return do_own(app, host, turn, wake);
    }
    return false;
}

bool sn_program_wake(sn_ua_app *app, sn_host *host, const sn_wake *wake)
{
    if (app->is_dead) {
        const bool is_missed =
            wake->kind == SN_WAKE_ACT || (wake->kind == SN_WAKE_OWN && wake->what == WAKE_ACT);
        if (is_missed) {
            miss(host, &sn_host_plan(host)->acts[wake->arg]);
        }
        return is_missed;
    }
    ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
    const bool had_effect = do_wake(app, host, &turn, wake);
    sn_engine_drain(&app->engine, host, &turn);
    return had_effect;
}
