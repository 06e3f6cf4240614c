/* The non-INVITE client transaction: RFC 3261 17.1.2, Figure 6.
 *
 * Over UDP it goes on repeating the request in Proceeding, since only a copy of the request makes the server repeat a lost
 * final response. */
#include "machine.h"

/* RFC3261:17.1.2.2 MIN(2*interval, T2). */
static void resend_request_double_e(ss_txn_step *s)
{
    ss_txn_resend(s, SS_TIMER_E);
    ss_txn_start_resend(s, s->txn->doublings + 1u);
}

/* RFC3261:17.1.2.2 in Proceeding Timer E is reset with T2. */
static void resend_request_e_t2(ss_txn_step *s)
{
    ss_txn_resend(s, SS_TIMER_E);
    ss_txn_start_resend(s, SS_TXN_DOUBLINGS_MAX);
}

static void report_timeout(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_TIMEOUT);
}

static void report_transport_error(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_TRANSPORT_ERROR); /* RFC3261:17.1.4 */
}

static void pass_response(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_RESPONSE);
}

static void pass_response_start_k(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_RESPONSE);
    ss_txn_start_expire(s, SS_TIMER_K);
    if (!s->ends) {
        ss_txn_forget_message(s);
    }
}

static void do_nothing(ss_txn_step *s)
{
    (void)s;
}

/* clang-format off */
static const ss_txn_edge edges[SS_TXN_STATE_COUNT][NICT_EVENTS] = {
    [SS_TXN_TRYING] = {
        [NICT_TIMER_E]       = { SS_TXN_TRYING,     SS_TXN_ACT(resend_request_double_e) },
        [NICT_TIMER_F]       = { SS_TXN_TERMINATED, SS_TXN_ACT(report_timeout) },
        [NICT_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(pass_response) },
        [NICT_200_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(pass_response_start_k) },
        [NICT_TRANSPORT_ERR] = { SS_TXN_TERMINATED, SS_TXN_ACT(report_transport_error) },
    },
    [SS_TXN_PROCEEDING] = {
        [NICT_TIMER_E]       = { SS_TXN_PROCEEDING, SS_TXN_ACT(resend_request_e_t2) },
        [NICT_TIMER_F]       = { SS_TXN_TERMINATED, SS_TXN_ACT(report_timeout) },
        [NICT_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(pass_response) },
        [NICT_200_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(pass_response_start_k) },
        [NICT_TRANSPORT_ERR] = { SS_TXN_TERMINATED, SS_TXN_ACT(report_transport_error) },
    },
    [SS_TXN_COMPLETED] = {
        [NICT_TIMER_K]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
    },
};
/* clang-format on */

static const uint8_t timer_events[SS_LETTER_COUNT] = { SS_TXN_TIMER(E, NICT_TIMER_E),
                                                       SS_TXN_TIMER(F, NICT_TIMER_F),
                                                       SS_TXN_TIMER(K, NICT_TIMER_K) };
static const char *const event_names[] = { NICT_EVENT_LIST(SS_TXN_EVENT_TEXT) };

const ss_txn_machine_table ss_txn_nict = { .event_names = event_names,
                                           .edges = &edges[0][0],
                                           .event_count = NICT_EVENTS,
                                           .timer_events = timer_events };
