/* The INVITE server transaction: RFC 3261 17.2.1, Figure 7 as replaced by RFC 6026 8.6, with 8.8 for transport errors.
 *
 * RFC6026:8.7 copies of an accepted INVITE stay here. It repeats 300-699 over UDP until the ACK comes, and 2xx never: those are the transaction user's, on every transport. */
#include "machine.h"

/* RFC3261:17.2.1 the 100 of who has heard nothing for 200 ms: it was printed when the transaction was made. */
static void send_100(ss_txn_step *s)
{
    s->txn->has_message = true;
    s->txn->status = 100;
    ss_txn_send(s, ss_txn_message(s->core, s->txn));
}

static void send_response(ss_txn_step *s)
{
    s->txn->resend_at = SS_TIME_NEVER; /* the 200 ms: something went out */
    ss_txn_send(s, s->response);
}

static void send_response_start_g_h(ss_txn_step *s)
{
    ss_txn_send(s, s->response);
    ss_txn_start_expire(s, SS_TIMER_H);
    if (!s->txn->is_reliable) {
        ss_txn_start_resend(s, 0);
    }
}

/* RFC6026:6 RFC6026:7.1 */
static void send_response_start_l(ss_txn_step *s)
{
    ss_txn_send(s, s->response);
    ss_txn_start_expire(s, SS_TIMER_L);
}

static void resend_response(ss_txn_step *s)
{
    ss_txn_resend(s, SS_LETTER_COUNT);
}

/* RFC3261:17.2.1 MIN(2*interval, T2). */
static void resend_response_double_g(ss_txn_step *s)
{
    ss_txn_resend(s, SS_TIMER_G);
    ss_txn_start_resend(s, s->txn->doublings + 1u);
}

static void start_i(ss_txn_step *s)
{
    ss_txn_start_expire(s, SS_TIMER_I);
    if (!s->ends) {
        ss_txn_forget_message(s);
    }
}

/* RFC3261:17.2.1 the text: the TU must learn that no ACK came; the figure has no word for it. */
static void report_no_ack(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_TIMEOUT);
}

static void pass_ack(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_ACK);
}

/* RFC6026:8.8 informs the TU and stays. */
static void report_transport_error(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_TRANSPORT_ERROR);
}

static void do_nothing(ss_txn_step *s)
{
    (void)s;
}

/* clang-format off */
static const ss_txn_edge edges[SS_TXN_STATE_COUNT][IST_EVENTS] = {
    [SS_TXN_PROCEEDING] = {
        [IST_INVITE]        = { SS_TXN_PROCEEDING, SS_TXN_ACT(resend_response) },
        [IST_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(send_response) },
        [IST_2XX]           = { SS_TXN_ACCEPTED,   SS_TXN_ACT(send_response_start_l) },
        [IST_300_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(send_response_start_g_h) },
        [IST_TIMER_TRYING]  = { SS_TXN_PROCEEDING, SS_TXN_ACT(send_100) },
        [IST_TRANSPORT_ERR] = { SS_TXN_PROCEEDING, SS_TXN_ACT(report_transport_error) },
        [IST_ABANDON]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },      /* not in the figure: no room to answer */
    },
    [SS_TXN_COMPLETED] = {
        [IST_INVITE]        = { SS_TXN_COMPLETED,  SS_TXN_ACT(resend_response) },
        [IST_ACK]           = { SS_TXN_CONFIRMED,  SS_TXN_ACT(start_i) },
        [IST_TIMER_G]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(resend_response_double_g) },
        [IST_TIMER_H]       = { SS_TXN_TERMINATED, SS_TXN_ACT(report_no_ack) },
        [IST_TRANSPORT_ERR] = { SS_TXN_COMPLETED,  SS_TXN_ACT(report_transport_error) },
    },
    [SS_TXN_CONFIRMED] = {
        [IST_TIMER_I]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
    },
    [SS_TXN_ACCEPTED] = {
        [IST_INVITE]        = { SS_TXN_ACCEPTED,   SS_TXN_ACT(do_nothing) },
        [IST_ACK]           = { SS_TXN_ACCEPTED,   SS_TXN_ACT(pass_ack) },
        [IST_2XX]           = { SS_TXN_ACCEPTED,   SS_TXN_ACT(send_response) },
        [IST_TIMER_L]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
        [IST_TRANSPORT_ERR] = { SS_TXN_ACCEPTED,   SS_TXN_ACT(report_transport_error) },
    },
};
/* clang-format on */

static const uint8_t timer_events[SS_LETTER_COUNT] = {
    SS_TXN_TIMER(TRYING, IST_TIMER_TRYING), SS_TXN_TIMER(G, IST_TIMER_G),
    SS_TXN_TIMER(H, IST_TIMER_H), SS_TXN_TIMER(I, IST_TIMER_I), SS_TXN_TIMER(L, IST_TIMER_L)
};
static const char *const event_names[] = { IST_EVENT_LIST(SS_TXN_EVENT_TEXT) };

const ss_txn_machine_table ss_txn_ist = { .event_names = event_names,
                                          .edges = &edges[0][0],
                                          .event_count = IST_EVENTS,
                                          .timer_events = timer_events };
