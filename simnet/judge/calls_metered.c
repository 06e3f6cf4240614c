/* Calls and registrations by RFC 6076, from what the apps tell and what left and came on the wire. All is measured at the
 * originating user agent unless said otherwise. An INVITE that was challenged and repeated is one attempt, as the app asked
 * for one call; so is a REGISTER, from its first message on. */
#include "meter.h"

#include "containers.h"

void sn_meter_calls_begin(sn_meter *m)
{
    static const metered_call unseen = { .placed = SS_TIME_NEVER,
                                         .indicated = SS_TIME_NEVER,
                                         .answered = SS_TIME_NEVER,
                                         .accepted = SS_TIME_NEVER,
                                         .hangup = { SS_TIME_NEVER, SS_TIME_NEVER },
                                         .source = SN_NOBODY,
                                         .caller = SN_NOBODY };
    sn_shelf_begin(&m->calls, sizeof unseen, &unseen);
}

/* ---- set-up ---- */

static bool is_challenge(unsigned status)
{
    return status == 401 || status == 402 || status == 407;
}

/* RFC6076:4.7 the answers that speak of the user, not of the network. */
static bool is_users_answer(unsigned status)
{
    return status == 480 || status == 486 || status == 600 || status == 603;
}

/* RFC6076:4.8. */
static bool is_ineffective(unsigned status)
{
    return status == 408 || status == 500 || status == 503 || status == 504;
}

static void blocked(sn_metrics *to, const metered_call *c)
{
    to->blocked++;
    to->attempts -= c->placed != SS_TIME_NEVER && to->attempts > 0;
}

static void answered(sn_metrics *to, const metered_call *c, ss_time now)
{
    to->established++;
    to->ser.num++;
    to->seer.num++;
    sn_histogram_add(&to->srd_ok, ss_time_earlier(c->indicated, now) - c->placed);
}

static void count_rejection(sn_metrics *to, const metered_call *c, unsigned status)
{
    to->seer.num += is_users_answer(status);
    to->isa.num += is_ineffective(status);
    if (status < 400) {
        to->redirected++;
    } else if (c->cancelling || status == 487) {
        to->cancelled++;
    } else if (status == 408) {
        to->timed_out++;
    } else if (status == 486 || status == 600) {
        to->rejected_busy++;
    } else {
        to->rejected_other++;
    }
}

/* RFC6076:4.3.2 to the first provisional response, or to the failure: a timeout is neither. */
static void rejected(sn_metrics *to, const metered_call *c, const sn_fact *f)
{
    const unsigned status = f->call.status;
    count_rejection(to, c, status);
    to->failed += status == 408 || f->call.synthetic != 0;
    const bool was_told = c->indicated != SS_TIME_NEVER || !f->call.synthetic;
    if (status >= 400 && !is_challenge(status) && was_told) {
        sn_histogram_add(&to->srd_fail, ss_time_earlier(c->indicated, f->key.at) - c->placed);
    }
}

/* ---- the end ---- */

/* Nothing else makes a 408 of its own after an answer: a BYE that found no room or no way never went out. */
static bool is_bye_timeout(const sn_fact *f)
{
    return f->call.synthetic && f->call.status == 408;
}

/* RFC6076:4.4: a 2xx, or Timer F; any other answer is no end of the measure. */
static void disconnect_delay(sn_metrics *to, const sn_fact *f, ss_time hangup)
{
    if (hangup == SS_TIME_NEVER) {
        return;
    }
    if (is_bye_timeout(f)) {
        sn_histogram_add(&to->sdd_fail, f->key.at - hangup);
    } else if (!f->call.synthetic && f->call.status / 100 == 2) {
        sn_histogram_add(&to->sdd_ok, f->key.at - hangup);
    }
}

/* RFC6076:4.5, at the caller: from the 200 to the BYE, or to Timer F. */
static void duration(sn_metrics *to, const metered_call *c, const sn_fact *f)
{
    if (c->answered == SS_TIME_NEVER || f->entity != c->caller || c->ended) {
        return;
    }
    if (f->call.event == SN_CALL_BYE) {
        sn_histogram_add(&to->sdt_ok, f->key.at - c->answered);
    } else if (f->call.synthetic) {
        sn_histogram_add(&to->sdt_fail, f->key.at - c->answered);
    } else if (c->hangup[0] != SS_TIME_NEVER) {
        sn_histogram_add(&to->sdt_ok, c->hangup[0] - c->answered);
    }
}

/* RFC6076:4.9: ended, and not for want of an answer. */
static void completion(sn_metrics *to, const metered_call *c, const sn_fact *f)
{
    if (c->answered == SS_TIME_NEVER) {
        return;
    }
    if (f->call.synthetic && !c->failed) {
        to->failed++;
        to->completed -= c->completed;
    } else if (!f->call.synthetic && !c->failed && !c->completed) {
        to->completed++;
    }
}

/* RFC3261:9.1 the 2xx crossed the CANCEL: acknowledged and released at once, never up for the caller. */
static bool crossed(const metered_call *c, const sn_fact *f)
{
    return f->entity == c->caller && c->cancelling && c->answered == SS_TIME_NEVER;
}

static void ended(sn_metrics *to, const metered_call *c, const sn_fact *f)
{
    const bool at_caller = f->entity == c->caller;
    const bool was_up = at_caller ? c->answered != SS_TIME_NEVER : c->accepted != SS_TIME_NEVER;
    to->cancelled += f->call.event == SN_CALL_ENDED && crossed(c, f);
    if (f->call.event == SN_CALL_ENDED && was_up) {
        disconnect_delay(to, f, c->hangup[at_caller ? 0 : 1]);
    }
    duration(to, c, f);
    completion(to, c, f);
}

/* ---- one fact ---- */

static void count(sn_metrics *to, const metered_call *c, const sn_fact *f)
{
    switch (f->call.event) {
    case SN_CALL_PLACED:
        to->attempts++;
        break;
    case SN_CALL_BLOCKED:
        blocked(to, c);
        break;
    case SN_CALL_PROGRESS:
        if (c->indicated == SS_TIME_NEVER && f->call.status / 10 == 18) {
            sn_histogram_add(&to->pdd, f->key.at - c->placed);
        }
        break;
    case SN_CALL_ANSWERED:
        if (c->answered == SS_TIME_NEVER) {
            answered(to, c, f->key.at);
        }
        break;
    case SN_CALL_REJECTED:
        rejected(to, c, f);
        break;
    case SN_CALL_CONFIRMED:
        if (!c->confirmed && c->placed != SS_TIME_NEVER) {
            sn_histogram_add(&to->setup_to_ack, f->key.at - c->placed);
        }
        break;
    case SN_CALL_BYE:
    case SN_CALL_ENDED:
        ended(to, c, f);
        break;
    default:
        break;
    }
}

/* Whether this was the last of it for the caller; for the callee, when no caller is known, as of a user agent on real sockets. */
static bool is_last(const metered_call *c, const sn_fact *f)
{
    switch (f->call.event) {
    case SN_CALL_BLOCKED:
    case SN_CALL_REJECTED:
    case SN_CALL_BYE:
    case SN_CALL_ENDED:
        return c->caller == SN_NOBODY || f->entity == c->caller;
    case SN_CALL_REFUSED:
    case SN_CALL_CANCELLED:
        return c->caller == SN_NOBODY;
    default:
        return false;
    }
}

/* After it was counted, so that counting sees what was before. */
static void follow(sn_meter *m, metered_call *c, const sn_fact *f)
{
    const ss_time now = f->key.at;
    const bool at_caller = f->entity == c->caller;
    switch (f->call.event) {
    case SN_CALL_BLOCKED:
        m->reached[REACH_CALL_BLOCKED] = true;
        break;
    case SN_CALL_PROGRESS:
        m->reached[REACH_PROGRESS] = true;
        c->indicated = ss_time_earlier(c->indicated, now);
        break;
    case SN_CALL_ANSWERED:
        m->reached[REACH_CALL_ESTABLISHED] = true;
        c->answered = ss_time_earlier(c->answered, now);
        break;
    case SN_CALL_ACCEPTED:
        c->accepted = ss_time_earlier(c->accepted, now);
        break;
    case SN_CALL_CONFIRMED:
        c->confirmed = m->reached[REACH_CALL_CONFIRMED] = true;
        break;
    case SN_CALL_REJECTED:
        m->reached[REACH_CALL_REJECTED] |= !f->call.synthetic;
        m->reached[REACH_CALL_REDIRECTED] |= f->call.status / 100 == 3;
        m->reached[REACH_BUSY] |= f->call.status == 486 || f->call.status == 600;
        m->reached[REACH_TIMEOUT_408] |= f->call.status == 408;
        break;
    case SN_CALL_CANCELLING:
        c->cancelling = true;
        break;
    case SN_CALL_CANCELLED:
        m->reached[REACH_CALL_CANCELLED] = true;
        break;
    case SN_CALL_NOT_ACKED:
        m->reached[REACH_NOT_ACKED] = true;
        break;
    case SN_CALL_HANGUP: /* an end that heard of the other's BYE has no call to end */
        m->reached[REACH_BYES_CROSS] |=
            c->answered != SS_TIME_NEVER && c->hangup[at_caller ? 1 : 0] != SS_TIME_NEVER;
        c->hangup[at_caller ? 0 : 1] = ss_time_earlier(c->hangup[at_caller ? 0 : 1], now);
        break;
    case SN_CALL_BYE:
    case SN_CALL_ENDED:
        m->reached[REACH_CANCEL_CROSSES_200] |= f->call.event == SN_CALL_ENDED && crossed(c, f);
        m->reached[REACH_BYE_TIMEOUT] |= is_bye_timeout(f);
        if (c->answered != SS_TIME_NEVER) {
            c->completed = !f->call.synthetic && !c->failed;
            c->failed |= f->call.synthetic != 0;
            m->reached[REACH_CALL_COMPLETED] |= c->completed;
        }
        c->ended |= at_caller;
        break;
    default:
        break;
    }
}

void sn_meter_call(sn_meter *m, const sn_fact *f)
{
    m->reached[REACH_OVERLOAD] |= f->call.event == SN_CALL_OVERLOADED;
    if (f->call.number == 0 || f->call.event == SN_CALL_ACT_MISSED) {
        return; /* nothing happened to a call of the plan */
    }
    metered_call *c = sn_shelf_open(&m->calls, f->call.number, f->key.at);
    if (c == NULL) {
        m->out_of_memory = true;
        return;
    }
    if (f->call.event == SN_CALL_PLACED) {
        c->placed = f->key.at;
        c->source = f->call.source;
        c->caller = f->entity;
    } else if (f->call.event == SN_CALL_BLOCKED && c->placed == SS_TIME_NEVER) {
        c->source = f->call.source;
        c->caller = f->entity;
    }
    const ss_time when = c->placed == SS_TIME_NEVER ? f->key.at : c->placed;
    const bool is_callers = f->call.event == SN_CALL_BLOCKED || c->placed != SS_TIME_NEVER;
    for (uint32_t i = 0; is_callers && i < m->window_count; i++) {
        const window *w = &m->windows[i];
        if (window_has(w, when) && (w->source == SN_NOBODY || w->source == c->source)) {
            count(w->metrics, c, f);
        }
    }
    follow(m, c, f);
    if (!c->is_over && is_last(c, f)) {
        c->is_over = true;
        sn_shelf_settle(&m->calls, f->call.number, true);
    }
}

/* ---- registrations: RFC6076:4.1, 4.2 ---- */

void sn_meter_registration(sn_meter *m, const sn_fact *f)
{
    const bool failed = f->call.event == SN_CALL_REGISTER_FAILED;
    const ss_time began = m->registering[f->entity];
    m->registering[f->entity] = SS_TIME_NEVER;
    m->reached[failed ? REACH_REGISTRATION_FAILED : REACH_REGISTRATION] = true;
    for (uint32_t i = 0; i < m->window_count; i++) {
        const window *w = &m->windows[i];
        if (!window_has(w, began == SS_TIME_NEVER ? f->key.at : began)) {
            continue;
        }
        w->metrics->registrations += !failed;
        w->metrics->registrations_failed += failed;
        if (!failed && began != SS_TIME_NEVER) {
            sn_histogram_add(&w->metrics->rrd, f->key.at - began);
        }
    }
}
