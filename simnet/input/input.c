/* A session input to a plan: records in two rounds. The first says what the network is, the second what happens in it. Whatever a
 * record names is there: numbers go around the nodes, calls and choices that there are. */
#include "forge.h"
#include "network.h"
#include "ss/sdp.h"

#include <stdlib.h>
#include <string.h>

#define QUEUED_MAX  256u /* packets that wait for a link with a rate, where no number is said */
#define QUEUED_BITS UINT64_C(4000000) /* more than such a queue has */
enum { PASSES = 32 };                 /* messages that follow from one another, at most */
enum { CALLS_MAX = 16, BEHAVIOUR_ROWS_MAX = 12, NUMBERED_MAX = 64, MESSAGE_MAX = 8192 };
#define FIRST_CALL SS_S(1) /* by then everybody has registered */

typedef struct making {
    sn_input_records records;
    network net;
    sn_plan *plan;
    const sn_input_variation *variation;
    bool failed;  /* no memory */
    ss_time now;  /* by which records of kind "time" moved on */
    ss_time end;  /* when the last thing begins */
    ss_span slow; /* what links and decisions hold one message up, all of them together */
    ss_time call_at[CALLS_MAX];
    uint32_t calls; /* placed */
    uint32_t call_number[CALLS_MAX];
    uint32_t lost[1 + NETWORK_ACTORS_MAX][2]
                 [NUMBERED_MAX]; /* numbers of packets, by link and direction */
} making;

static void keep(making *m, uint32_t index)
{
    m->failed |= index == UINT32_MAX;
}

static bool is(const sn_input_record *r, char letter)
{
    return r->kind < sn_input_kind_count && sn_input_kinds[r->kind].letter == letter;
}

static ss_span span_of(const making *m, uint8_t code, uint8_t fine)
{
    return sn_input_span(code, fine) * (1 + m->variation->scale);
}

/* ---- who ---- */

static uint32_t actor(const making *m, uint8_t number)
{
    return 1 + number % (m->net.count - 1);
}

static uint32_t ua(const making *m, uint8_t number)
{
    return m->net.uas[number % m->net.ua_count];
}

static ss_time at_of(making *m, const sn_input_record *r)
{
    const ss_time at = ss_time_after(m->now, span_of(m, r->args[0], r->args[1]));
    m->end = at > m->end ? at : m->end;
    return at;
}

/* ---- what the network is ---- */

static void set_link(making *m, const sn_input_record *r)
{
    enum { NODE, DELAY, MTU, RATE, QUEUE, MASK };
    sn_link_params *up = &m->net.links[actor(m, r->args[NODE])].up;
    const ss_span delay = sn_input_span(r->args[DELAY], 0);
    up->delay += delay;
    up->mtu = r->args[MTU] == 0 ? up->mtu : 296u + 8u * r->args[MTU];
    up->rate.bps = r->args[RATE] == 0 ? 0 : UINT64_C(8000) << r->args[RATE] % 12;
    up->queue.packets = r->args[QUEUE] == 0 && up->rate.bps != 0 ? QUEUED_MAX : r->args[QUEUE];
    if (r->args[MASK] != 0) {
        up->loss.kind = SN_LOSS_MASK;
        up->loss.mask = (sn_loss_mask){ r->args[MASK], 8 };
    }
    m->net.links[actor(m, r->args[NODE])].down = *up;
    m->slow += 2 * delay * (1 + m->variation->scale) +
               (up->rate.bps == 0 ? 0 : QUEUED_BITS * SS_S(1) / up->rate.bps);
}

static void set_numbered(making *m, const sn_input_record *r)
{
    enum { NODE, DIR };
    const uint32_t group = actor(m, r->args[NODE]);
    const unsigned dir = r->args[DIR] % 2u;
    sn_link_params *params = dir == 0 ? &m->net.links[group].up : &m->net.links[group].down;
    uint32_t *at = m->lost[group][dir];
    uint32_t number = 0, count = 0;
    for (size_t i = 0; i < r->bytes.len && count < NUMBERED_MAX; i++) {
        number += 1u + (uint8_t)r->bytes.at[i];
        at[count++] = number;
    }
    if (count > 0) {
        params->loss.kind = SN_LOSS_INDEX;
        params->loss.index = (sn_loss_index){ at, count };
    }
}

static void set_quota(making *m, const sn_input_record *r)
{
    enum { NODE, TXNS, DIALOGS, BYTES };
    ss_settings *s = &m->net.groups[actor(m, r->args[NODE])].settings;
    s->txns_max = r->args[TXNS] == 0 ? s->txns_max : r->args[TXNS];
    s->dialogs_max = r->args[DIALOGS] == 0 ? s->dialogs_max : r->args[DIALOGS];
    s->bytes_max = r->args[BYTES] == 0 ? s->bytes_max : 256u * r->args[BYTES];
}

static void set_user(making *m, const sn_input_record *r)
{
    enum { NODE, RELIABLE, TIMER, LINES, REFRESHER, EXPIRES, LISTENS };
    sn_group_spec *g = &m->net.groups[ua(m, r->args[NODE])];
    g->ua.reliable = r->args[RELIABLE] % 3;
    g->ua.session_s = r->args[TIMER] == 0 ? 0 : 90u + r->args[TIMER];
    g->ua.session_min_s = r->args[TIMER] == 0 ? 0 : 90;
    g->ua.lines = r->args[LINES];
    g->ua.refresher = r->args[REFRESHER] % 3;
    if (g->ua.expires_s != 0 && r->args[EXPIRES] != 0) {
        g->ua.expires_s = 60u + r->args[EXPIRES];
    }
    g->refuses_tcp = (r->args[LISTENS] & 1) != 0;
    g->ua.media = (r->args[LISTENS] & 2) != 0
                      ? SS_MEDIA_BIT(SS_MEDIA_AUDIO) | SS_MEDIA_BIT(SS_MEDIA_VIDEO)
                      : 0;
    g->cuts_streams = false;
}

static uint16_t status_of(uint8_t value)
{
    static const uint16_t statuses[] = { 486, 180, 183, 199, 301, 302, 400, 401, 404, 408, 480,
                                         481, 482, 488, 491, 500, 503, 600, 603, 606, 699, 101 };
    return statuses[value % SS_COUNT(statuses)];
}

static uint16_t ringing_of(uint8_t value)
{
    static const uint16_t statuses[] = { 180, 183, 181, 199, 101 };
    return statuses[value % SS_COUNT(statuses)];
}

static uint16_t rejection_of(uint8_t value)
{
    const uint16_t status = status_of(value);
    return status < 300 ? 486 : status;
}

/* What a row or an act of an op says beside it. */
static void fill_row(sn_row *row, uint8_t value, uint8_t how)
{
    switch (row->op) {
    case SN_OP_PROGRESS:
        row->status = ringing_of(value);
        row->flags = (uint8_t)((how & 1 ? SN_ROW_RELIABLE : 0) | (how & 2 ? SN_ROW_ANSWER : 0) |
                               (how & 4 ? SN_ROW_OFFER : 0));
        return;
    case SN_OP_ANSWER:
        row->status = 200;
        return;
    case SN_OP_REJECT:
        row->status = rejection_of(value);
        row->value = how;
        return;
    case SN_OP_REDIRECT:
        row->status = 302;
        return;
    case SN_OP_HOLD:
    case SN_OP_RESUME:
        row->flags = how & 1 ? SN_ROW_BY_UPDATE : 0;
        return;
    case SN_OP_UPDATE:
    case SN_OP_REINVITE:
        row->flags = how & 1 ? SN_ROW_NO_OFFER : 0;
        row->media = value % 4;
        return;
    case SN_OP_PRACK:
        row->flags = how & 1 ? SN_ROW_OFFER : 0;
        return;
    case SN_OP_INFO:
    case SN_OP_MESSAGE:
        row->text = "said";
        return;
    case SN_OP_SUBSCRIBE:
    case SN_OP_PUBLISH:
    case SN_OP_NOTIFY:
        row->name = (how & 1) != 0 && row->op == SN_OP_SUBSCRIBE ? "dialog" : "presence";
        row->text = row->op == SN_OP_SUBSCRIBE ? NULL : "away";
        row->value = row->op == SN_OP_NOTIFY ? 0 : 60u + value;
        row->status = how & 2 ? 0 : 1;
        return;
    case SN_OP_REGISTER:
        row->value = 60u + value;
        return;
    case SN_OP_UNREGISTER:
        row->value = 1;
        return;
    default:
        return;
    }
}

/* Rows of three bytes: op, wait, value. What waits for the session stands behind the answer in any order that makes sense to
 * the engine: it refuses the rest. */
static void add_behaviour(making *m, const sn_input_record *r)
{
    static const sn_op ops[] = { SN_OP_PROGRESS, SN_OP_ANSWER,   SN_OP_REJECT, SN_OP_HOLD,
                                 SN_OP_RESUME,   SN_OP_REINVITE, SN_OP_UPDATE, SN_OP_HANGUP };
    char name[] = "behaviour_a";
    sn_group_spec *g = &m->net.groups[ua(m, r->args[0])];
    if (m->plan->behaviour_count == 26 || g->ua.behaviour != SN_NOBODY || r->bytes.len == 0) {
        return;
    }
    name[sizeof name - 2] = (char)('a' + m->plan->behaviour_count);
    g->ua.behaviour = sn_plan_add_behaviour(m->plan, name);
    keep(m, g->ua.behaviour);
    keep(m, m->failed ? 0 : sn_plan_add_choice(m->plan, 1));
    for (size_t i = 0; i < r->bytes.len && i < 3 * BEHAVIOUR_ROWS_MAX && !m->failed; i += 3) {
        const uint8_t op = (uint8_t)r->bytes.at[i];
        const uint8_t wait = i + 1 < r->bytes.len ? (uint8_t)r->bytes.at[i + 1] : 0;
        const uint8_t value = i + 2 < r->bytes.len ? (uint8_t)r->bytes.at[i + 2] : 0;
        sn_row row = { .op = ops[op % SS_COUNT(ops)],
                       .after = { .kind = SN_DIST_CONST, .a = span_of(m, wait, 0) } };
        fill_row(&row, value & 15u, value >> 4);
        keep(m, sn_plan_add_row(m->plan, &row));
    }
}

static void set_head(making *m, const sn_input_record *r)
{
    enum { PROFILE, ORDER, DRAIN };
    m->plan->order = r->args[ORDER] == 0 ? SN_ORDER_FIFO : SN_ORDER_SEEDED;
    m->plan->order_seed = r->args[ORDER];
    m->plan->drain += span_of(m, r->args[DRAIN], 0);
}

static void vary_network(making *m)
{
    const sn_input_variation *v = m->variation;
    const unsigned times = 1 + v->scale;
    for (uint32_t i = 0; i < m->net.count; i++) {
        sn_group_spec *g = &m->net.groups[i];
        g->settings.t1 *= times;
        g->settings.t2 *= times;
        g->settings.t4 *= times;
        g->settings.timer_c *= times;
        g->settings.ring_limit *= times;
        g->transport = v->by_connections ? SS_TRANSPORT_TCP : g->transport;
        m->net.links[i].up.delay *= times;
        m->net.links[i].down.delay *= times;
    }
}

static void begin(making *m)
{
    const sn_input_records *r = &m->records;
    uint8_t number = 0;
    for (unsigned i = r->count; i-- > 0;) {
        if (is(&r->at[i], 'H')) {
            number = r->at[i].args[0];
            set_head(m, &r->at[i]);
        }
    }
    sn_input_network_begin(&m->net, number);
    for (unsigned i = 0; i < r->count && !m->failed; i++) {
        const sn_input_record *record = &r->at[i];
        if (is(record, 'L')) {
            set_link(m, record);
        } else if (is(record, 'N')) {
            set_numbered(m, record);
        } else if (is(record, 'Q')) {
            set_quota(m, record);
        } else if (is(record, 'U')) {
            set_user(m, record);
        } else if (is(record, 'B')) {
            add_behaviour(m, record);
        }
    }
    vary_network(m);
    m->failed |= !m->failed && !sn_input_network_add(&m->net);
}

/* ---- what happens ---- */

/* Who calls an address that it answers for may get its own call, which has two ends in one place then. */
static bool is_own(const making *m, uint32_t from, uint32_t to)
{
    const char *one = m->net.groups[from].ua.aor, *two = m->net.groups[to].ua.aor;
    return from == to || (one != NULL && two != NULL && strcmp(one, two) == 0);
}

/* Whom it calls: who was asked for, else the next one who is somebody else. False: there is nobody. */
static bool find_callee(const making *m, uint32_t from, uint8_t asked, uint32_t *to)
{
    for (unsigned i = 0; i < m->net.ua_count; i++) {
        *to = m->net.uas[(asked + 1 + i) % m->net.ua_count];
        if (!is_own(m, from, *to)) {
            return true;
        }
    }
    return false;
}

static void add_call(making *m, const sn_input_record *r)
{
    enum { AT, FINE, FROM, TO, HOLD, HOW, PATIENCE, MEDIA, TIMER };
    const uint8_t how = r->args[HOW];
    const ss_time at = at_of(m, r);
    const uint32_t from = ua(m, r->args[FROM]);
    uint32_t to;
    char name[] = "call_a";
    if (m->calls == CALLS_MAX || !find_callee(m, from, r->args[TO], &to)) {
        return;
    }
    name[sizeof name - 2] = (char)('a' + m->calls);
    m->call_at[m->calls++] = at;
    const ss_span hold = span_of(m, r->args[HOLD], 0);
    m->end = m->end > at + hold ? m->end : at + hold;
    const sn_call_spec spec = { .name = name,
                                .from = from,
                                .to = to,
                                .pick = SN_PICK_NEXT,
                                .interval = 1,
                                .start = at,
                                .end = SS_TIME_NEVER,
                                .limit = 1,
                                .hold = { .kind = SN_DIST_CONST, .a = hold },
                                .hangup_caller = how & 1 ? 0 : 1,
                                .hangup_callee = how & 1 ? 1 : 0,
                                .no_answer = { .kind = SN_DIST_CONST,
                                               .a = span_of(m, r->args[PATIENCE], 0) },
                                .media = r->args[MEDIA] % 4,
                                .is_late = (how & 2) != 0,
                                .is_reliable = (how & 4) != 0,
                                .retries = how >> 3 & 3,
                                .session_s = r->args[TIMER] == 0 ? 0 : 90u + r->args[TIMER] };
    keep(m, sn_plan_add_calls(m->plan, &spec));
}

/* The number that the plan will give to a call of the input: by instant, then by place. */
static void number_calls(making *m)
{
    for (uint32_t i = 0; i < m->calls; i++) {
        m->call_number[i] = 1;
        for (uint32_t k = 0; k < m->calls; k++) {
            m->call_number[i] +=
                m->call_at[k] < m->call_at[i] || (m->call_at[k] == m->call_at[i] && k < i);
        }
    }
}

static bool is_in_call(sn_op op)
{
    switch (op) {
    case SN_OP_OPTIONS:
    case SN_OP_MESSAGE:
    case SN_OP_SUBSCRIBE:
    case SN_OP_UNSUBSCRIBE:
    case SN_OP_NOTIFY:
    case SN_OP_PUBLISH:
    case SN_OP_REGISTER:
    case SN_OP_UNREGISTER:
    case SN_OP_QUERY:
    case SN_OP_RESET:
    case SN_OP_CLOSE:
    case SN_OP_MUTE:
        return false;
    default:
        return true;
    }
}

static void add_act(making *m, const sn_input_record *r)
{
    enum { AT, FINE, NODE, OP, CALL, VALUE, OTHER, HOW };
    static const sn_op ops[] = { SN_OP_HANGUP,  SN_OP_CANCEL,    SN_OP_ANSWER,      SN_OP_PROGRESS,
                                 SN_OP_REJECT,  SN_OP_BYE,       SN_OP_HOLD,        SN_OP_RESUME,
                                 SN_OP_UPDATE,  SN_OP_REINVITE,  SN_OP_PRACK,       SN_OP_INFO,
                                 SN_OP_REFER,   SN_OP_TRANSFER,  SN_OP_REDIRECT,    SN_OP_MESSAGE,
                                 SN_OP_OPTIONS, SN_OP_SUBSCRIBE, SN_OP_UNSUBSCRIBE, SN_OP_NOTIFY,
                                 SN_OP_PUBLISH, SN_OP_REGISTER,  SN_OP_UNREGISTER,  SN_OP_QUERY,
                                 SN_OP_RESET,   SN_OP_CLOSE };
    const sn_op op = ops[r->args[OP] % SS_COUNT(ops)];
    sn_act act = { .at = at_of(m, r),
                   .group = ua(m, r->args[NODE]),
                   .row = { .op = op, .target = ua(m, r->args[OTHER]) } };
    if (is_in_call(op) && m->calls == 0) {
        return;
    }
    if (is_in_call(op)) {
        act.call = m->call_number[r->args[CALL] % m->calls];
    }
    if (op == SN_OP_TRANSFER) {
        act.row.other = m->call_number[r->args[OTHER] % m->calls];
    } else if (op == SN_OP_SUBSCRIBE || op == SN_OP_UNSUBSCRIBE) {
        act.row.other = 1u + r->args[CALL] % 4u;
    }
    fill_row(&act.row, r->args[VALUE], r->args[HOW]);
    keep(m, sn_plan_add_act(m->plan, &act));
}

static void say(making *m, const sn_input_record *r, ss_slice bytes)
{
    enum { AT, FINE, AS, TO };
    const uint32_t message = sn_plan_add_message(m->plan, bytes);
    const sn_act act = { .at = at_of(m, r),
                         .row = { .op = SN_OP_SAY,
                                  .value = message,
                                  .target = actor(m, r->args[TO]),
                                  .other = actor(m, r->args[AS]) } };
    keep(m, message);
    keep(m, sn_plan_add_act(m->plan, &act));
}

static void add_forged(making *m, const sn_input_record *r)
{
    char bytes[MESSAGE_MAX];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    sn_forge_put(&b, r);
    SS_ASSERT(!b.overflow);
    say(m, r, ss_buffer_slice(&b));
}

/* 0 is anybody. */
static sn_node_range range(const making *m, uint8_t number)
{
    return (sn_node_range){ .group = number == 0 ? SN_NOBODY : actor(m, (uint8_t)(number - 1)) };
}

static void add_decision(making *m, const sn_input_record *r)
{
    enum { FROM, TO, METHOD, STATUS, NTH, TIMES, ACT, DELAY };
    static const uint16_t classes[][2] = { { 100, 100 }, { 101, 199 }, { 200, 299 }, { 300, 399 },
                                           { 400, 499 }, { 500, 599 }, { 600, 699 } };
    const uint8_t status = r->args[STATUS];
    sn_fault fault = { .from = range(m, r->args[FROM]),
                       .to = range(m, r->args[TO]),
                       .method = r->args[METHOD] % SS_METHOD_COUNT,
                       .is_of_requests = status % 8 == 0,
                       .is_of_responses = status % 8 != 0,
                       .until = SS_TIME_NEVER,
                       .nth = 1u + r->args[NTH],
                       .times = 1u + r->args[TIMES],
                       .per = (sn_fault_per)(status / 8 % SN_FAULT_PERS),
                       .act = (sn_fault_act)(r->args[ACT] % 3),
                       .delay = span_of(m, r->args[DELAY], 0) };
    if (status % 8 != 0) {
        fault.status_min = classes[status % 8 - 1][0];
        fault.status_max = classes[status % 8 - 1][1];
    }
    m->slow += fault.delay;
    keep(m, sn_plan_add_fault(m->plan, &fault));
}

static void add_weather(making *m, const sn_input_record *r)
{
    enum { AT, FINE, NODE, KIND, DIR, LASTS, VALUE };
    const uint32_t group = actor(m, r->args[NODE]);
    const sn_link_kind *link = &m->net.links[group];
    const ss_time at = at_of(m, r);
    sn_link_change change = { .of = { .group = group },
                              .dirs = r->args[DIR] % 3 == 0 ? SN_LINK_UP | SN_LINK_DOWN
                                                            : r->args[DIR] % 3u,
                              .kind = (sn_change_kind)(r->args[KIND] % 3),
                              .up = link->up,
                              .down = link->down,
                              .since = at,
                              .until = at + span_of(m, r->args[LASTS], 0) };
    if (r->args[LASTS] == 0) {
        return;
    }
    change.up.mtu = change.down.mtu = 296u + 8u * r->args[VALUE];
    m->end = m->end > change.until ? m->end : change.until;
    keep(m, sn_plan_add_change(m->plan, &change));
}

static void add_crash(making *m, const sn_input_record *r)
{
    enum { AT, FINE, NODE, LASTS, KEEPS };
    const uint32_t group = actor(m, r->args[NODE]);
    const sn_act act = { .at = at_of(m, r),
                         .group = group,
                         .row = { .op = SN_OP_CRASH,
                                  .flags = r->args[KEEPS] != 0 ? SN_ROW_KEEPS : 0,
                                  .after = { .kind = SN_DIST_CONST,
                                             .a = span_of(m, r->args[LASTS], 0) } } };
    if (m->net.groups[group].ua.joins) {
        return;
    }
    const ss_time back = ss_time_after(act.at, act.row.after.a);
    m->end = m->end > back ? m->end : back;
    keep(m, sn_plan_add_act(m->plan, &act));
}

static void happen(making *m, const sn_input_record *r)
{
    if (is(r, 'A')) {
        add_act(m, r);
    } else if (is(r, 'M')) {
        say(m, r,
            (ss_slice){ r->bytes.at, r->bytes.len < MESSAGE_MAX ? r->bytes.len : MESSAGE_MAX });
    } else if (is(r, 'F')) {
        add_forged(m, r);
    } else if (is(r, 'D')) {
        add_decision(m, r);
    } else if (is(r, 'W')) {
        add_weather(m, r);
    } else if (is(r, 'K')) {
        add_crash(m, r);
    }
}

/* Time moves on from record to record, in either round alike. */
static void walk(making *m, bool of_calls)
{
    m->now = FIRST_CALL * (1 + m->variation->scale);
    for (unsigned i = 0; i < m->records.count && !m->failed; i++) {
        const sn_input_record *r = &m->records.at[i];
        if (is(r, 'T')) {
            m->now = ss_time_after(m->now, span_of(m, r->args[0], r->args[1]));
        } else if (of_calls && is(r, 'C')) {
            add_call(m, r);
        } else if (!of_calls) {
            happen(m, r);
        }
    }
}

/* The arrays are filled as far as they are counted, and not cleared: they are large, and a plan is made for each input. */
static bool start(making *m)
{
    m->plan = m->net.plan = sn_plan_new();
    m->failed = false;
    m->now = m->end = 0;
    m->slow = 0;
    m->calls = 0;
    return m->plan != NULL;
}

/* ---- otherwise ---- */

/* Its name stands before those of phones and behind those of some others: ids and addresses are of names. */
static void add_idler(making *m)
{
    sn_link_kind link = m->net.links[1];
    sn_group_spec spec = {
        .name = "gus",
        .role = SN_ROLE_UA,
        .count = 1,
        .settings = ss_settings_default(),
        .ua = { .outbound = SN_NOBODY, .behaviour = SN_NOBODY, .login = { .proxy = SN_NOBODY } }
    };
    link.name = "gus";
    spec.link = m->failed ? 0 : sn_plan_add_link(m->plan, &link);
    keep(m, spec.link);
    keep(m, m->failed ? 0 : sn_plan_add_group(m->plan, &spec));
}

/* RFC3261:17.2.3 RFC3261:17.2.2 whoever gets one twice has a transaction that takes the second. */
static void double_requests(making *m)
{
    for (uint8_t method = 0; method < SS_METHOD_COUNT && !m->failed; method++) {
        const sn_fault twice = { .from = { .group = SN_NOBODY },
                                 .to = { .group = SN_NOBODY },
                                 .is_of_requests = true,
                                 .method = method,
                                 .until = SS_TIME_NEVER,
                                 .act = SN_FAULT_DUPLICATE };
        if (method != SS_METHOD_ACK && method != SS_METHOD_OTHER) {
            keep(m, sn_plan_add_fault(m->plan, &twice));
        }
    }
}

static void add_noise(making *m)
{
    enum { SPACING_MS = 370, MESSAGES = 40 };
    for (unsigned i = 0; i < MESSAGES && !m->failed; i++) {
        const uint32_t message = sn_plan_add_message(m->plan, sn_forge_noise(i));
        const uint32_t to = actor(m, (uint8_t)i), as = actor(m, (uint8_t)(i / 3));
        const sn_act act = { .at = FIRST_CALL + SS_MS(SPACING_MS) * i + 1,
                             .row = {
                                 .op = SN_OP_SAY, .value = message, .target = to, .other = as } };
        keep(m, message);
        keep(m, m->failed ? 0 : sn_plan_add_act(m->plan, &act));
    }
}

static void vary(making *m)
{
    const sn_input_variation *v = m->variation;
    m->plan->spelling = v->spelling;
    if (v->has_idler) {
        add_idler(m);
    }
    if (v->doubles) {
        double_requests(m);
    }
    if (v->has_noise) {
        add_noise(m);
    }
}

static sn_plan *make(making *m, ss_slice input)
{
    const char *why = "";
    if (!start(m)) {
        return NULL;
    }
    sn_plan_set_name(m->plan, "session");
    m->plan->event_max = SN_INPUT_EVENTS_MAX;
    sn_input_records_read(&m->records, input);
    begin(m);
    walk(m, true);
    number_calls(m);
    walk(m, false);
    vary(m);
    m->plan->duration = ss_time_after(m->end, SS_S(1));
    m->plan->drain += SS_S(300) * (1 + m->variation->scale) +
                      PASSES * m->slow; /* everything comes to rest in it */
    const ss_status status = m->failed ? SS_ERR_MEMORY : sn_plan_finish(m->plan, &why);
    SS_ASSERT(status == SS_OK || status == SS_ERR_MEMORY); /* every input has a plan */
    if (status != SS_OK) {
        sn_plan_free(m->plan);
        return NULL;
    }
    return m->plan;
}

sn_plan *sn_input_plan_varied(ss_slice input, const sn_input_variation *variation)
{
    making *m = malloc(sizeof *m);
    sn_plan *plan = NULL;
    if (m != NULL) {
        m->variation = variation;
        plan = make(m, input);
    }
    free(m);
    return plan;
}

sn_plan *sn_input_plan(ss_slice input)
{
    static const sn_input_variation none = { .spelling = 0 };
    return sn_input_plan_varied(input, &none);
}
