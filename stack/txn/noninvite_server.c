/* The non-INVITE server transaction: RFC 3261 17.2.2, Figure 8, with RFC 6026 8.8 for transport errors and RFC 4320.
 *
 * RFC 4320 adds two edges that the figure lacks: a 100 when the TU has been silent for as long as a Timer E takes to reach T2
 * (4.1), and an end without a final response, since a 408 is forbidden (4.2). */
#include "machine.h"

/* RFC4320:4.1 it was printed when the transaction was made. */
static void send_100(ss_txn_step *s)
{
    s->txn->has_message = true;
    s->txn->status = 100;
    ss_txn_send(s, ss_txn_message(s->core, s->txn));
}

static void send_response(ss_txn_step *s)
{
    ss_txn_send(s, s->response);
}

static void send_response_start_j(ss_txn_step *s)
{
    ss_txn_send(s, s->response);
    ss_txn_start_expire(s, SS_TIMER_J);
}

static void resend_response(ss_txn_step *s)
{
    ss_txn_resend(s, SS_LETTER_COUNT);
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
static const ss_txn_edge edges[SS_TXN_STATE_COUNT][NIST_EVENTS] = {
    [SS_TXN_TRYING] = {
        [NIST_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(send_response) },
        [NIST_200_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(send_response_start_j) },
        [NIST_TIMER_TRYING]  = { SS_TXN_PROCEEDING, SS_TXN_ACT(send_100) },
        [NIST_ABANDON]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
    },
    [SS_TXN_PROCEEDING] = {
        [NIST_REQUEST]       = { SS_TXN_PROCEEDING, SS_TXN_ACT(resend_response) },
        [NIST_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(send_response) },
        [NIST_200_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(send_response_start_j) },
        [NIST_TRANSPORT_ERR] = { SS_TXN_PROCEEDING, SS_TXN_ACT(report_transport_error) },
        [NIST_ABANDON]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
    },
    [SS_TXN_COMPLETED] = {
        [NIST_REQUEST]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(resend_response) },
        [NIST_TIMER_J]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
        [NIST_TRANSPORT_ERR] = { SS_TXN_COMPLETED,  SS_TXN_ACT(report_transport_error) },
    },
};
/* clang-format on */

static const uint8_t timer_events[SS_LETTER_COUNT] = { SS_TXN_TIMER(TRYING, NIST_TIMER_TRYING),
                                                       SS_TXN_TIMER(J, NIST_TIMER_J) };
static const char *const event_names[] = { NIST_EVENT_LIST(SS_TXN_EVENT_TEXT) };

const ss_txn_machine_table ss_txn_nist = { .event_names = event_names,
                                           .edges = &edges[0][0],
                                           .event_count = NIST_EVENTS,
                                           .timer_events = timer_events };
