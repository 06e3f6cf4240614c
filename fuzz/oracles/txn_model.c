/* The model of txn_model.h. Rows are edges of the figures: 5 and 7 as RFC 6026 has them (8.4, 8.6, 8.8), 6, 8; what the text
 * says besides stands at its row. A state that is entered anew starts its timers, by the second table. */
#include "txn_model.h"

typedef struct edge {
    ss_machine machine;
    ss_txn_state from;
    fz_txn_event event;
    ss_txn_state to;
    fz_txn_sends sends;
    ss_up_kind tells;
} edge;

/* clang-format off */
static const edge edges[] = {
    { SS_ICT, SS_TXN_CALLING,    FZ_TXN_REPEAT,  SS_TXN_CALLING,    FZ_SENDS_REQUEST, SS_UP_NOTHING },
    { SS_ICT, SS_TXN_CALLING,    FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TIMEOUT },
    { SS_ICT, SS_TXN_CALLING,    FZ_TXN_ERROR,   SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_ICT, SS_TXN_CALLING,    FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_CALLING,    FZ_TXN_2XX,     SS_TXN_ACCEPTED,   FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_CALLING,    FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_ACK,     SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_PROCEEDING, FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_PROCEEDING, FZ_TXN_2XX,     SS_TXN_ACCEPTED,   FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_PROCEEDING, FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_ACK,     SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_PROCEEDING, FZ_TXN_GIVE_UP, SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },   /* 9.1 */
    { SS_ICT, SS_TXN_COMPLETED,  FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_ACK,     SS_UP_NOTHING },
    { SS_ICT, SS_TXN_COMPLETED,  FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },
    { SS_ICT, SS_TXN_COMPLETED,  FZ_TXN_ERROR,   SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_ICT, SS_TXN_ACCEPTED,   FZ_TXN_2XX,     SS_TXN_ACCEPTED,   FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_ICT, SS_TXN_ACCEPTED,   FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },

    { SS_NICT, SS_TXN_TRYING,     FZ_TXN_REPEAT,  SS_TXN_TRYING,     FZ_SENDS_REQUEST, SS_UP_NOTHING },
    { SS_NICT, SS_TXN_TRYING,     FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TIMEOUT },
    { SS_NICT, SS_TXN_TRYING,     FZ_TXN_ERROR,   SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_NICT, SS_TXN_TRYING,     FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_NICT, SS_TXN_TRYING,     FZ_TXN_2XX,     SS_TXN_COMPLETED,  FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_NICT, SS_TXN_TRYING,     FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_NICT, SS_TXN_PROCEEDING, FZ_TXN_REPEAT,  SS_TXN_PROCEEDING, FZ_SENDS_REQUEST, SS_UP_NOTHING },
    { SS_NICT, SS_TXN_PROCEEDING, FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TIMEOUT },
    { SS_NICT, SS_TXN_PROCEEDING, FZ_TXN_ERROR,   SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_NICT, SS_TXN_PROCEEDING, FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_NICT, SS_TXN_PROCEEDING, FZ_TXN_2XX,     SS_TXN_COMPLETED,  FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_NICT, SS_TXN_PROCEEDING, FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_NOTHING, SS_UP_RESPONSE },
    { SS_NICT, SS_TXN_COMPLETED,  FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },

    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_REQUEST, SS_TXN_PROCEEDING, FZ_SENDS_LAST,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_REPEAT,  SS_TXN_PROCEEDING, FZ_SENDS_100,     SS_UP_NOTHING }, /* 200 ms, 17.2.1 */
    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_2XX,     SS_TXN_ACCEPTED,   FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_ERROR,   SS_TXN_PROCEEDING, FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_IST, SS_TXN_PROCEEDING, FZ_TXN_GIVE_UP, SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },
    { SS_IST, SS_TXN_COMPLETED,  FZ_TXN_REQUEST, SS_TXN_COMPLETED,  FZ_SENDS_LAST,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_COMPLETED,  FZ_TXN_REPEAT,  SS_TXN_COMPLETED,  FZ_SENDS_LAST,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_COMPLETED,  FZ_TXN_ACK,     SS_TXN_CONFIRMED,  FZ_SENDS_NOTHING, SS_UP_NOTHING },
    { SS_IST, SS_TXN_COMPLETED,  FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_TIMEOUT },
    { SS_IST, SS_TXN_COMPLETED,  FZ_TXN_ERROR,   SS_TXN_COMPLETED,  FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_IST, SS_TXN_CONFIRMED,  FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },
    { SS_IST, SS_TXN_ACCEPTED,   FZ_TXN_REQUEST, SS_TXN_ACCEPTED,   FZ_SENDS_NOTHING, SS_UP_NOTHING },
    { SS_IST, SS_TXN_ACCEPTED,   FZ_TXN_ACK,     SS_TXN_ACCEPTED,   FZ_SENDS_NOTHING, SS_UP_ACK },
    { SS_IST, SS_TXN_ACCEPTED,   FZ_TXN_2XX,     SS_TXN_ACCEPTED,   FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_IST, SS_TXN_ACCEPTED,   FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },
    { SS_IST, SS_TXN_ACCEPTED,   FZ_TXN_ERROR,   SS_TXN_ACCEPTED,   FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },

    { SS_NIST, SS_TXN_TRYING,     FZ_TXN_REPEAT,  SS_TXN_PROCEEDING, FZ_SENDS_100,     SS_UP_NOTHING }, /* RFC 4320 4.1 */
    { SS_NIST, SS_TXN_TRYING,     FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_TRYING,     FZ_TXN_2XX,     SS_TXN_COMPLETED,  FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_TRYING,     FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_TRYING,     FZ_TXN_GIVE_UP, SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },   /* RFC 4320 4.2 */
    { SS_NIST, SS_TXN_PROCEEDING, FZ_TXN_REQUEST, SS_TXN_PROCEEDING, FZ_SENDS_LAST,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_PROCEEDING, FZ_TXN_1XX,     SS_TXN_PROCEEDING, FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_PROCEEDING, FZ_TXN_2XX,     SS_TXN_COMPLETED,  FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_PROCEEDING, FZ_TXN_300_699, SS_TXN_COMPLETED,  FZ_SENDS_THIS,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_PROCEEDING, FZ_TXN_ERROR,   SS_TXN_PROCEEDING, FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
    { SS_NIST, SS_TXN_PROCEEDING, FZ_TXN_GIVE_UP, SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },
    { SS_NIST, SS_TXN_COMPLETED,  FZ_TXN_REQUEST, SS_TXN_COMPLETED,  FZ_SENDS_LAST,    SS_UP_NOTHING },
    { SS_NIST, SS_TXN_COMPLETED,  FZ_TXN_END,     SS_TXN_TERMINATED, FZ_SENDS_NOTHING, SS_UP_ENDED },
    { SS_NIST, SS_TXN_COMPLETED,  FZ_TXN_ERROR,   SS_TXN_COMPLETED,  FZ_SENDS_NOTHING, SS_UP_TRANSPORT_ERROR },
};
/* clang-format on */

/* How long: of 64*T1 and the like; those that are 0 on reliable transports (17, table 4). */
typedef enum span {
    NO_TIMER,
    T1,          /* A, E, G: on unreliable transports only */
    MS_200,      /* 17.2.1 */
    E_AT_T2,     /* RFC 4320 4.1 */
    T1_64,       /* B, F, H, L, M */
    SHORT_T1_64, /* J: 0 on reliable ones */
    SHORT_32_S,  /* D: at least 32 s; 64*T1 when that is longer */
    SHORT_T4     /* I, K */
} span;

typedef struct timers {
    ss_machine machine;
    ss_txn_state state;
    span repeats, ends;
} timers;

static const timers timers_of[] = {
    { SS_ICT, SS_TXN_CALLING, T1, T1_64 },
    { SS_ICT, SS_TXN_COMPLETED, NO_TIMER, SHORT_32_S },
    { SS_ICT, SS_TXN_ACCEPTED, NO_TIMER, T1_64 },
    { SS_NICT, SS_TXN_TRYING, T1, T1_64 },
    { SS_NICT, SS_TXN_COMPLETED, NO_TIMER, SHORT_T4 },
    { SS_IST, SS_TXN_COMPLETED, T1, T1_64 },
    { SS_IST, SS_TXN_CONFIRMED, NO_TIMER, SHORT_T4 },
    { SS_IST, SS_TXN_ACCEPTED, NO_TIMER, T1_64 },
    { SS_NIST, SS_TXN_COMPLETED, NO_TIMER, SHORT_T1_64 },
};

static ss_span span_of(const fz_txn_model *m, span which)
{
    const ss_span long_wait = 64 * m->t1;
    ss_span sum = 0;
    switch (which) {
    case T1:
        return m->t1;
    case MS_200:
        return SS_MS(200);
    case T1_64:
        return long_wait;
    case SHORT_T1_64:
        return m->is_reliable ? 0 : long_wait;
    case SHORT_32_S:
        return m->is_reliable ? 0 : long_wait < SS_S(32) ? SS_S(32) : long_wait;
    case SHORT_T4:
        return m->is_reliable ? 0 : m->t4;
    case E_AT_T2:
        for (ss_span wait = m->t1; wait < m->t2; wait *= 2) {
            sum += wait;
        }
        return sum;
    default:
        return 0;
    }
}

/* False: a timer of no length was started, and the transaction is over. */
static bool start(fz_txn_model *m, ss_time now)
{
    for (size_t i = 0; i < SS_COUNT(timers_of); i++) {
        const timers *t = &timers_of[i];
        if (t->machine != m->machine || t->state != m->state) {
            continue;
        }
        const ss_span ends = span_of(m, t->ends);
        if (ends == 0) {
            return false;
        }
        m->end_at = now + ends;
        if (t->repeats != NO_TIMER && !m->is_reliable) {
            m->interval = span_of(m, t->repeats);
            m->repeat_at = now + m->interval;
        }
    }
    return true;
}

void fz_txn_model_begin(fz_txn_model *m, ss_time now)
{
    static const ss_txn_state first[] = { [SS_ICT] = SS_TXN_CALLING,
                                          [SS_NICT] = SS_TXN_TRYING,
                                          [SS_IST] = SS_TXN_PROCEEDING,
                                          [SS_NIST] = SS_TXN_TRYING };
    m->state = first[m->machine];
    m->repeat_at = m->end_at = SS_TIME_NEVER;
    (void)start(m, now);
    if (m->machine == SS_IST || m->machine == SS_NIST) { /* the 100, when the TU is silent */
        m->repeat_at = now + span_of(m, m->machine == SS_IST ? MS_200 : E_AT_T2);
    }
}

ss_time fz_txn_model_next(const fz_txn_model *m)
{
    return m->repeat_at < m->end_at ? m->repeat_at : m->end_at;
}

/* A doubles for ever; E and G double up to T2; in Proceeding E is T2. A 100 is sent once. */
static void repeat_later(fz_txn_model *m, ss_time now)
{
    const ss_span doubled = 2 * m->interval;
    if (m->machine == SS_ICT) {
        m->interval = doubled;
    } else {
        m->interval = doubled < m->t2 && m->state != SS_TXN_PROCEEDING ? doubled : m->t2;
    }
    m->repeat_at = now + m->interval;
}

static const edge *find(const fz_txn_model *m, fz_txn_event event)
{
    for (size_t i = 0; i < SS_COUNT(edges); i++) {
        if (edges[i].machine == m->machine && edges[i].from == m->state &&
            edges[i].event == event) {
            return &edges[i];
        }
    }
    return NULL;
}

/* The state is another one: what ran in the last ends, but for E and F, which run on into Proceeding. */
static bool enter(fz_txn_model *m, ss_txn_state to, ss_time now)
{
    const bool runs_on = m->machine == SS_NICT && to == SS_TXN_PROCEEDING;
    m->state = to;
    if (runs_on) {
        return true;
    }
    m->repeat_at = m->end_at = SS_TIME_NEVER;
    return start(m, now);
}

fz_txn_effect fz_txn_model_step(fz_txn_model *m, fz_txn_event event, ss_time now)
{
    const edge *e = find(m, event);
    if (e == NULL) {
        return (fz_txn_effect){ .is_drawn = false };
    }
    fz_txn_effect effect = { .is_drawn = true, .sends = e->sends, .tells = e->tells };
    if (e->sends == FZ_SENDS_100 || e->sends == FZ_SENDS_THIS) {
        m->repeat_at = SS_TIME_NEVER; /* no 100 is due any more; G starts with its state */
    } else if (event == FZ_TXN_REPEAT) {
        repeat_later(m, now);
    }
    if (m->state != e->to && !enter(m, e->to, now)) {
        m->state = SS_TXN_TERMINATED;
    }
    effect.ends = m->state == SS_TXN_TERMINATED;
    if (effect.ends && effect.tells == SS_UP_NOTHING) {
        effect.tells = SS_UP_ENDED;
    }
    return effect;
}

ss_status fz_txn_model_may_respond(const fz_txn_model *m, unsigned status)
{
    const bool is_early = m->state == SS_TXN_TRYING && !m->is_reliable;
    if (m->machine == SS_NIST &&
        (status == 408 || (status > 100 && status < 200) || (status == 100 && is_early))) {
        return SS_ERR_SEMANTIC;
    }
    const fz_txn_event event = status < 200   ? FZ_TXN_1XX
                               : status < 300 ? FZ_TXN_2XX
                                              : FZ_TXN_300_699;
    return find(m, event) == NULL ? SS_ERR_STATE : SS_OK;
}
