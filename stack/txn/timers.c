/* The timers of the four machines (RFC 3261 17 and table 4, RFC 6026 L and M): which run in which state, how long, and the one
 * ss_timer that wakes for the earlier of a transaction's two deadlines.
 *
 * When both fall on one instant the ending one wins: an INVITE that nothing answers goes out at 0 … 31.5 s and times out at
 * 64*T1 = 32 s. A span of 0 is no timer: the transaction ends in the step that would start it. */
#include "machine.h"

/* RFC3261:17.1.1.2, 17.1.2.2, 17.2.1, 17.2.2; RFC6026:7.1, 7.2. */
static const ss_txn_letters no_letters = { SS_LETTER_COUNT, SS_LETTER_COUNT };
static const ss_txn_letters letters[SS_MACHINE_COUNT][SS_TXN_STATE_COUNT] = {
    [SS_ICT] = {
        [SS_TXN_CALLING]    = { SS_TIMER_A,      SS_TIMER_B },
        [SS_TXN_PROCEEDING] = { SS_LETTER_COUNT, SS_LETTER_COUNT },
        [SS_TXN_COMPLETED]  = { SS_LETTER_COUNT, SS_TIMER_D },
        [SS_TXN_ACCEPTED]   = { SS_LETTER_COUNT, SS_TIMER_M },
    },
    [SS_NICT] = {
        [SS_TXN_TRYING]     = { SS_TIMER_E,      SS_TIMER_F },
        [SS_TXN_PROCEEDING] = { SS_TIMER_E,      SS_TIMER_F },
        [SS_TXN_COMPLETED]  = { SS_LETTER_COUNT, SS_TIMER_K },
    },
    [SS_IST] = {
        [SS_TXN_PROCEEDING] = { SS_TIMER_TRYING, SS_LETTER_COUNT },
        [SS_TXN_COMPLETED]  = { SS_TIMER_G,      SS_TIMER_H },
        [SS_TXN_CONFIRMED]  = { SS_LETTER_COUNT, SS_TIMER_I },
        [SS_TXN_ACCEPTED]   = { SS_LETTER_COUNT, SS_TIMER_L },
    },
    [SS_NIST] = {
        [SS_TXN_TRYING]     = { SS_TIMER_TRYING, SS_LETTER_COUNT },
        [SS_TXN_PROCEEDING] = { SS_LETTER_COUNT, SS_LETTER_COUNT },
        [SS_TXN_COMPLETED]  = { SS_LETTER_COUNT, SS_TIMER_J },
    },
};

ss_txn_letters ss_txn_letters_of(ss_machine machine, ss_txn_state state)
{
    return state == SS_TXN_TERMINATED ? no_letters : letters[machine][state];
}

/* RFC4320:4.1 how long a client's Timer E takes to be reset to T2: 0.5 + 1 + 2 s. */
static ss_span until_e_reaches_t2(const ss_settings *s)
{
    ss_span sum = 0;
    for (ss_span interval = s->t1; interval < s->t2 && interval != 0; interval *= 2) {
        sum += interval;
    }
    return sum != 0 ? sum : s->t1;
}

/* RFC6026:8.4 at least 32 s, and no shorter than a peer with our T1 waits. */
static ss_span timer_d(const ss_settings *s)
{
    return 64 * s->t1 > SS_S(32) ? 64 * s->t1 : SS_S(32);
}

ss_span ss_txn_silence_before_100(const ss_settings *s, ss_machine machine)
{
    return machine == SS_IST ? SS_MS(200) : until_e_reaches_t2(s);
}

ss_span ss_txn_span(const ss_core *core, const ss_txn *t, ss_letter letter)
{
    const ss_settings *s = core->settings;
    switch (letter) {
    case SS_TIMER_D:
        return t->is_reliable ? 0 : timer_d(s);
    case SS_TIMER_I:
    case SS_TIMER_K:
        return t->is_reliable ? 0 : s->t4;
    case SS_TIMER_J:
        return t->is_reliable ? 0 : 64 * s->t1;
    case SS_TIMER_TRYING:
        return ss_txn_silence_before_100(s, ss_txn_machine(t));
    case SS_TIMER_A:
    case SS_TIMER_E:
    case SS_TIMER_G:
        return s->t1;
    default: /* B, F, H, L, M */
        return 64 * s->t1;
    }
}

/* RFC3261:17.1.1.2, 17.1.2.2, 17.2.1 A doubles uncapped; E and G are MIN(2*interval, T2). */
ss_span ss_txn_interval(const ss_core *core, const ss_txn *t, ss_letter letter)
{
    const ss_span first = ss_txn_span(core, t, letter);
    const ss_span doubled = first << t->doublings;
    const ss_span t2 = core->settings->t2;
    if (t->doublings == 0) {
        return first;
    }
    return letter == SS_TIMER_A || doubled < t2 ? doubled : t2;
}

void ss_txn_start_resend(ss_txn_step *step, unsigned doublings)
{
    ss_txn *t = step->txn;
    const ss_letter letter = ss_txn_letters_of(ss_txn_machine(t), ss_txn_state_of(t)).resend;
    t->doublings = (uint8_t)(doublings < SS_TXN_DOUBLINGS_MAX ? doublings : SS_TXN_DOUBLINGS_MAX);
    t->resend_at = ss_time_after(step->turn->now, ss_txn_interval(step->core, t, letter));
}

void ss_txn_start_expire(ss_txn_step *step, ss_letter letter)
{
    ss_txn *t = step->txn;
    const ss_span span = ss_txn_span(step->core, t, letter);
    if (span == 0) {
        step->ends = true;
        return;
    }
    t->expire_at = ss_time_after(step->turn->now, span);
}

void ss_txn_arm(ss_core *core, ss_txn *t)
{
    const ss_time at = ss_time_earlier(t->resend_at, t->expire_at);
    if (at != t->timer.at) {
        ss_timer_set(&core->timers, &core->pools->store, &t->timer, at);
    }
}

static void note_fired(ss_txn_step *step, ss_letter letter, ss_span span)
{
    ss_txn_note(step, SS_NOTE_TIMER,
                (ss_note){ .from = step->txn->state,
                           .to = step->txn->state,
                           .letter = (uint8_t)letter,
                           .value = span });
}

ss_up ss_txn_timer(ss_core *core, ss_turn *turn, ss_timer *timer)
{
    ss_txn *t = SS_OWNER(timer, ss_txn, timer);
    ss_txn_step step = { .core = core, .turn = turn, .txn = t };
    const ss_txn_letters of_state = ss_txn_letters_of(ss_txn_machine(t), ss_txn_state_of(t));
    ss_letter letter = SS_LETTER_COUNT;
    if (t->expire_at <= turn->now) {
        letter = of_state.expire;
        t->expire_at = SS_TIME_NEVER;
        note_fired(&step, letter, ss_txn_span(core, t, letter));
    } else if (t->resend_at <= turn->now) {
        letter = of_state.resend;
        t->resend_at = SS_TIME_NEVER;
        note_fired(&step, letter, ss_txn_interval(core, t, letter));
    }
    SS_ASSERT(letter != SS_LETTER_COUNT); /* popped timers are due */
    const bool gives_up = letter == SS_TIMER_B || letter == SS_TIMER_F;
    ss_sent *sent = gives_up ? ss_txn_sent(core, turn, t) : NULL;
    if (gives_up && t->state != SS_TXN_PROCEEDING) {
        ss_txn_avoid(core, turn, t, NULL);
    } else if (sent != NULL) { /* RFC3263:4.3 nothing was ever heard from there */
        sent->other_count = 0;
    }
    ss_txn_take_timer_step(&step, letter);
    step.up.sent = sent;
    return step.up;
}
