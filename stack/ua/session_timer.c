/* Session timers (RFC 4028), both roles: what a request and a 2xx say of them, who refreshes and when, and the BYE of a session
 * that nobody refreshed. A refresh is an UPDATE when the peer takes one, else a re-INVITE of the application's.
 *
 * The state belongs to the dialog, is set anew by every 2xx to a re-INVITE or UPDATE (7.2, 9), and is made when it is first needed.
 */
#include "changes.h"

enum { SS_MIN_SE_FLOOR = 90 }; /* 4, 5: no interval is shorter, and none said is the same */

typedef struct asked_for {
    uint32_t interval, min_se; /* seconds; interval 0: none */
    bool has_refresher, refresher_is_uac;
} asked_for;

static bool supports(const ss_msg *msg)
{
    return ss_msg_lists_token(msg, SS_HDR_SUPPORTED, SS_LIT("timer")) ||
           ss_msg_lists_token(msg, SS_HDR_REQUIRE, SS_LIT("timer"));
}

/* RFC4028:4 seconds, then parameters. */
static void read_expires(const ss_msg *msg, asked_for *out)
{
    ss_params params;
    const ss_slice digits = ss_value_head(ss_msg_value(msg, SS_HDR_SESSION_EXPIRES, 0), &params);
    uint64_t seconds = 0;
    ss_slice word;
    if (ss_slice_to_u64(digits, INT32_MAX, &seconds) == SS_OK) {
        out->interval = (uint32_t)seconds;
    }
    if (ss_params_get(params, SS_LIT("refresher"), &word) == SS_OK) {
        out->refresher_is_uac = ss_slice_eq_nocase(word, SS_LIT("uac"));
        out->has_refresher = out->refresher_is_uac || ss_slice_eq_nocase(word, SS_LIT("uas"));
    }
}

static asked_for read_all(const ss_msg *msg)
{
    asked_for a = { 0 };
    const ss_slice min = ss_value_head(ss_msg_value(msg, SS_HDR_MIN_SE, 0), NULL);
    uint64_t seconds = 0;
    read_expires(msg, &a);
    if (ss_slice_to_u64(min, INT32_MAX, &seconds) == SS_OK) {
        a.min_se = (uint32_t)seconds;
    }
    a.min_se = a.min_se < SS_MIN_SE_FLOOR ? SS_MIN_SE_FLOOR : a.min_se;
    return a;
}

static void put_expires(ss_buffer *b, uint32_t seconds, const char *refresher)
{
    ss_put(b, ss_hdr_name(SS_HDR_SESSION_EXPIRES));
    ss_put_text(b, ": ");
    ss_put_u64(b, seconds);
    if (refresher != NULL) {
        ss_put_text(b, ";refresher=");
        ss_put_text(b, refresher);
    }
    ss_put_text(b, "\r\n");
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* ---- the state of a dialog ---- */

static ss_session_timer *timer_of(const ss_visit *v, const ss_leg *leg)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    return more == NULL || more->session_timer == 0
               ? NULL
               : ss_store_at(&v->core->pools->store, more->session_timer);
}

static void set(const ss_visit *v, ss_session_timer *t, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &t->timer, at);
}

void ss_session_timer_give(const ss_visit *v, const ss_leg *leg)
{
    ss_session_timer *t = timer_of(v, leg);
    if (t != NULL) {
        ss_leg_more *more = ss_leg_more_of(v->core, leg);
        set(v, t, SS_TIME_NEVER);
        ss_core_give(v->core, more->session_timer, sizeof(ss_session_timer));
        more->session_timer = 0;
    }
}

/* RFC4028:10 slightly before the end, for who only waits: 32 s or a third of the interval. */
static ss_time end_of(const ss_session_timer *t)
{
    const ss_span third = SS_S(t->interval) / 3;
    return t->expiry - (third < SS_S(32) ? third : SS_S(32));
}

static ss_session_timer *need_timer(const ss_visit *v, ss_leg *leg)
{
    ss_session_timer *t = timer_of(v, leg);
    ss_leg_more *more = ss_leg_need_more(v, leg);
    if (t != NULL || more == NULL) {
        return t;
    }
    more->session_timer = ss_core_take(v->core, sizeof(ss_session_timer));
    t = timer_of(v, leg);
    if (t != NULL) {
        ss_timer_init(&t->timer, SS_TIMER_OF_SESSION);
        t->leg = ss_leg_ref(v->core, leg);
    }
    return t;
}

/* RFC4028:7.2 RFC4028:9 from the 2xx that came or went. Interval 0: there is none any more. */
static void start(const ss_visit *v, ss_leg *leg, uint32_t interval, uint32_t min_se, bool is_ours)
{
    if (interval == 0) {
        ss_session_timer_give(v, leg);
        return;
    }
    ss_session_timer *t = need_timer(v, leg);
    if (t == NULL) {
        ss_call_tell_full(v, ss_call_at(v->core, leg->call)); /* a session without an end */
        return;
    }
    t->interval = larger(interval, SS_MIN_SE_FLOOR); /* RFC4028:4 RFC4028:11.1 */
    t->min_se = larger(t->min_se, min_se);
    t->is_ours = is_ours;
    t->expiry = ss_time_after(v->turn->now, SS_S(t->interval));
    t->span = is_ours ? SS_S(t->interval) / 2 : end_of(t) - v->turn->now;
    set(v, t, ss_time_after(v->turn->now, t->span));
}

/* ---- client: 7 ---- */

/* RFC4028:4 */
bool ss_session_timer_may_ask(const ss_visit *v, uint32_t asked_s)
{
    const ss_session_timers *mine = &v->ua->identity->session_timers;
    return asked_s == 0 || (mine->min_s != 0 && asked_s >= larger(mine->min_s, SS_MIN_SE_FLOOR) &&
                            asked_s <= INT32_MAX);
}

/* RFC4028:7.1 in an INVITE that begins a dialog: what the call asks for, or else the identity. */
void ss_session_timer_put_first(const ss_visit *v, ss_buffer *b, uint32_t asked_s)
{
    const ss_session_timers *mine = &v->ua->identity->session_timers;
    const uint32_t expires_s = asked_s == 0 ? mine->expires_s : asked_s;
    if (mine->min_s == 0 || expires_s == 0) {
        return;
    }
    put_expires(b, larger(expires_s, mine->min_s),
                mine->refresher == SS_REFRESHER_UAC   ? "uac"
                : mine->refresher == SS_REFRESHER_UAS ? "uas"
                                                      : NULL);
    if (mine->min_s > SS_MIN_SE_FLOOR) {
        ss_put_header_u64(b, SS_HDR_MIN_SE, mine->min_s);
    }
}

/* RFC4028:7.4 inside one: the interval as it stands, and who refreshes now. */
void ss_session_timer_put_again(const ss_visit *v, const ss_leg *leg, ss_buffer *b)
{
    const ss_session_timer *t = timer_of(v, leg);
    if (t == NULL) {
        return;
    }
    put_expires(b, larger(t->interval, t->min_se), t->is_ours ? "uac" : "uas");
    if (t->min_se > SS_MIN_SE_FLOOR) {
        ss_put_header_u64(b, SS_HDR_MIN_SE, t->min_se);
    }
}

/* RFC4028:7.2 a UAS that does not know of it leaves the work to us, if we asked for it. */
void ss_session_timer_2xx(const ss_visit *v, ss_leg *leg, const ss_msg *response)
{
    const ss_session_timers *mine = &v->ua->identity->session_timers;
    const ss_session_timer *t = timer_of(v, leg);
    const ss_call *call = ss_call_at(v->core, leg->call);
    const uint32_t first = call->is_uac && call->session_s != 0 ? call->session_s : mine->expires_s;
    const asked_for said = read_all(response);
    if (mine->min_s == 0) {
        return;
    }
    if (said.interval != 0) {
        start(v, leg, said.interval, 0, !said.has_refresher || said.refresher_is_uac);
    } else if (!supports(response)) {
        const uint32_t asked =
            t != NULL ? larger(t->interval, t->min_se) : larger(first, mine->min_s);
        start(v, leg, first == 0 && t == NULL ? 0 : asked, 0, true);
    } else {
        start(v, leg, 0, 0, false);
    }
}

/* RFC4028:7.4 the largest Min-SE of its dialog is said in every later refresh; before there is one, in the request alone. */
static void remember_min_se(const ss_visit *v, ss_errand errand, uint32_t min_se)
{
    if (errand.kind == SS_ERRAND_ASKED) {
        ss_session_timer *t =
            timer_of(v, ss_leg_at(v->core, ss_asked_at(v->core, errand.who)->leg));
        if (t != NULL) {
            t->min_se = larger(t->min_se, min_se);
        }
    }
}

/* RFC4028:7.3 RFC4028:7.4 the request again, with what its refusal asks for. */
bool ss_ua_raise_interval(const ss_visit *v, const ss_msg *response, ss_repeat *r)
{
    asked_for before = read_all(&r->request);
    const asked_for wanted = read_all(response);
    const uint32_t min_se = larger(before.min_se, wanted.min_se);
    char text[48];
    if (before.interval == 0 || ss_msg_count(response, SS_HDR_MIN_SE) == 0 ||
        before.interval >= wanted.min_se) {
        return false; /* it asks for nothing that was not so */
    }
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_u64(&b, larger(before.interval, min_se));
    if (before.has_refresher) {
        ss_put_text(&b, before.refresher_is_uac ? ";refresher=uac" : ";refresher=uas");
    }
    ss_splice_set(&r->edits, SS_HDR_SESSION_EXPIRES,
                  ss_arena_copy(v->turn->arena, ss_buffer_slice(&b)));
    ss_splice_set_u64(&r->edits, SS_HDR_MIN_SE, min_se);
    remember_min_se(v, r->errand, min_se);
    return true;
}

/* ---- server: 9 ---- */

/* RFC4028:9 True when the request was refused: its interval is below ours. */
bool ss_session_timer_refuses(const ss_visit *v, const ss_incoming *in)
{
    char text[16];
    const uint32_t min = v->ua->identity->session_timers.min_s;
    const asked_for asked = read_all(in->msg);
    if (min == 0 || asked.interval == 0 || asked.interval >= min || !supports(in->msg)) {
        return false;
    }
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_u64(&b, min);
    ss_ua_refuse(v, in, 422, SS_HDR_MIN_SE, ss_buffer_slice(&b));
    return true;
}

/* RFC4028:9 table 2 */
static bool refresher_is_uac(const ss_visit *v, const ss_msg *request, const asked_for *asked)
{
    const uint8_t mine = v->ua->identity->session_timers.refresher;
    if (!supports(request)) {
        return false;
    }
    return asked->has_refresher ? asked->refresher_is_uac : mine != SS_REFRESHER_UAS;
}

/* What the 2xx says: the interval asked for, or ours when none was; never more, and never below the least. */
static uint32_t interval_for(const ss_visit *v, const asked_for *asked)
{
    const ss_session_timers *mine = &v->ua->identity->session_timers;
    if (mine->min_s == 0) {
        return 0;
    }
    if (asked->interval == 0) {
        return mine->expires_s == 0 ? 0
                                    : larger(larger(mine->expires_s, mine->min_s), asked->min_se);
    }
    return larger(asked->interval, SS_MIN_SE_FLOOR);
}

void ss_session_timer_put_2xx(const ss_visit *v, const ss_msg *request, ss_buffer *b)
{
    const asked_for asked = read_all(request);
    const uint32_t interval = interval_for(v, &asked);
    if (interval != 0) {
        put_expires(b, interval, refresher_is_uac(v, request, &asked) ? "uac" : "uas");
        if (supports(request)) {
            ss_put_header(b, SS_HDR_REQUIRE, SS_LIT("timer"));
        }
    }
}

/* It went out. */
void ss_session_timer_served(const ss_visit *v, ss_leg *leg, const ss_msg *request)
{
    const asked_for asked = read_all(request);
    const uint32_t interval = interval_for(v, &asked);
    if (v->ua->identity->session_timers.min_s != 0) {
        start(v, leg, interval, asked.min_se, !refresher_is_uac(v, request, &asked));
    }
}

/* ---- time: 10 ---- */

static void note(const ss_visit *v, const ss_session_timer *t)
{
    const ss_leg *leg = ss_leg_at(v->core, t->leg);
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_TIMER,
                                      .machine = SS_NICT,
                                      .letter = SS_TIMER_SESSION,
                                      .method = SS_METHOD_UPDATE,
                                      .call_id = ss_call_at(v->core, leg->call)->call_id,
                                      .value = t->span });
}

/* What cannot be sent now is tried again half way to the end. */
static void refresh(const ss_visit *v, ss_leg *leg, ss_session_timer *t)
{
    static const ss_command nothing = { .kind = SS_CMD_UPDATE };
    const ss_time left = end_of(t) - v->turn->now;
    t->span = left / 2 < SS_S(1) ? left : left / 2;
    set(v, t, ss_time_after(v->turn->now, t->span));
    if (!leg->peer_updates) {
        ss_leg_tell(v, leg, (ss_event){ .kind = SS_EVENT_REFRESH, .method = SS_METHOD_INVITE });
    } else if (ss_leg_update(v, leg, &nothing) == SS_ERR_FULL) {
        ss_call_tell_full(v, ss_call_at(v->core, leg->call));
    }
}

void ss_session_timer_fired(const ss_visit *v, ss_session_timer *t)
{
    ss_leg *leg = ss_leg_at(v->core, t->leg);
    note(v, t);
    if (t->is_ours && v->turn->now < end_of(t)) {
        refresh(v, leg, t);
        return;
    }
    ss_session_timer_give(v, leg);
    if (leg->state == SS_LEG_UP) {
        ss_leg_tell(v, leg, (ss_event){ .kind = SS_EVENT_EXPIRED });
        ss_leg_bye_in_time(v, leg);
    }
}
