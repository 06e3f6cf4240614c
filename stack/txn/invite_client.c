/* The INVITE client transaction: RFC 3261 17.1.1, Figure 5 as replaced by RFC 6026 8.4.
 *
 * It repeats the INVITE until anything answers, acknowledges 300-699 by itself and hands every 2xx up, whose ACK is the
 * transaction user's. */
#include "machine.h"

/* RFC3261:17.1.1.2 Timer A doubles, and has no cap. */
static void resend_request_double_a(ss_txn_step *s)
{
    ss_txn_resend(s, SS_TIMER_A);
    ss_txn_start_resend(s, s->txn->doublings + 1u);
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

/* RFC6026:7.2 */
static void pass_response_start_m(ss_txn_step *s)
{
    ss_txn_tell(s, SS_UP_RESPONSE);
    ss_txn_forget_message(s);
    ss_txn_start_expire(s, SS_TIMER_M);
}

/* RFC3261:17.1.1.3 The ACK goes where the INVITE went. On a reliable transport no copy of it can be asked for. */
static void send_ack_pass_response_start_d(ss_txn_step *s)
{
    ss_txn *t = s->txn;
    const ss_path path = ss_txn_path(s->core, t);
    const ss_slice ack = ss_txn_put_ack(s->core, t, s->msg, s->turn->arena);
    ss_txn_tell(s, SS_UP_RESPONSE);
    ss_txn_send(s, ack);
    ss_txn_start_expire(s, SS_TIMER_D);
    t->has_message = !s->ends && ack.len > 0 && ss_txn_keep(s->core, t, &path, ack) == SS_OK;
}

static void send_ack(ss_txn_step *s)
{
    ss_txn_resend(s, SS_LETTER_COUNT);
}

static void do_nothing(ss_txn_step *s)
{
    (void)s;
}

/* clang-format off */
static const ss_txn_edge edges[SS_TXN_STATE_COUNT][ICT_EVENTS] = {
    [SS_TXN_CALLING] = {
        [ICT_TIMER_A]       = { SS_TXN_CALLING,    SS_TXN_ACT(resend_request_double_a) },
        [ICT_TIMER_B]       = { SS_TXN_TERMINATED, SS_TXN_ACT(report_timeout) },
        [ICT_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(pass_response) },
        [ICT_2XX]           = { SS_TXN_ACCEPTED,   SS_TXN_ACT(pass_response_start_m) },
        [ICT_300_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(send_ack_pass_response_start_d) },
        [ICT_TRANSPORT_ERR] = { SS_TXN_TERMINATED, SS_TXN_ACT(report_transport_error) },
    },
    [SS_TXN_PROCEEDING] = {
        [ICT_1XX]           = { SS_TXN_PROCEEDING, SS_TXN_ACT(pass_response) },
        [ICT_2XX]           = { SS_TXN_ACCEPTED,   SS_TXN_ACT(pass_response_start_m) },
        [ICT_300_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(send_ack_pass_response_start_d) },
        [ICT_ABANDON]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },      /* RFC3261:9.1, not in the figure */
    },
    [SS_TXN_COMPLETED] = {
        [ICT_300_699]       = { SS_TXN_COMPLETED,  SS_TXN_ACT(send_ack) },
        [ICT_TIMER_D]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
        [ICT_TRANSPORT_ERR] = { SS_TXN_TERMINATED, SS_TXN_ACT(report_transport_error) },
    },
    [SS_TXN_ACCEPTED] = {
        [ICT_2XX]           = { SS_TXN_ACCEPTED,   SS_TXN_ACT(pass_response) },
        [ICT_TIMER_M]       = { SS_TXN_TERMINATED, SS_TXN_ACT(do_nothing) },
    },
};
/* clang-format on */

static const uint8_t timer_events[SS_LETTER_COUNT] = { SS_TXN_TIMER(A, ICT_TIMER_A),
                                                       SS_TXN_TIMER(B, ICT_TIMER_B),
                                                       SS_TXN_TIMER(D, ICT_TIMER_D),
                                                       SS_TXN_TIMER(M, ICT_TIMER_M) };
static const char *const event_names[] = { ICT_EVENT_LIST(SS_TXN_EVENT_TEXT) };

const ss_txn_machine_table ss_txn_ict = { .event_names = event_names,
                                          .edges = &edges[0][0],
                                          .event_count = ICT_EVENTS,
                                          .timer_events = timer_events };
