/* What a B2BUA passes on beside the session: INFO and MESSAGE inside a call (RFC 6086, 3428), and REFER with the NOTIFYs about it
 * (RFC 3515), where the profile lets it. Each is answered on its own side before it is passed on. */
#include "b2bua_pair.h"

void ss_b2bua_request(work *w, const pair *p, unsigned side, const ss_event *event)
{
    ss_command c = ss_b2bua_command(p, 1 - side, SS_CMD_REQUEST, event->msg);
    c.method = (uint8_t)event->msg->method;
    c.event = ss_value_head(ss_msg_value(event->msg, SS_HDR_INFO_PACKAGE, 0), NULL);
    c.body = event->msg->body;
    c.body_type = ss_msg_value(event->msg, SS_HDR_CONTENT_TYPE, 0);
    if (!p->is_over[1 - side] && !ss_b2bua_is_spent(event->msg)) {
        (void)ss_b2bua_say(w, &c); /* what the other end does not take is not sent */
    }
}

/* RFC3515:2.4.5 The reference is over, with this status. */
static void notify(work *w, uint32_t subscription, unsigned status, bool is_over)
{
    ss_command c = { .kind = SS_CMD_NOTIFY,
                     .subscription = subscription,
                     .status = status,
                     .state = is_over ? SS_SUB_TERMINATED : SS_SUB_ACTIVE,
                     .reason = is_over ? SS_LIT("noresource") : SS_EMPTY };
    (void)ss_b2bua_say(w, &c);
}

void ss_b2bua_referred(work *w, pair *p, unsigned side, const ss_event *event)
{
    ss_name_addr to;
    const bool can_pass =
        p != NULL && !p->is_over[1 - side] && p->refer_made == 0 &&
        !ss_b2bua_is_spent(event->msg) &&
        ss_name_addr_parse(ss_msg_value(event->msg, SS_HDR_REFER_TO, 0), &to) == SS_OK;
    if (can_pass) {
        ss_command c = ss_b2bua_command(p, 1 - side, SS_CMD_REFER, event->msg);
        c.refer_to = to.uri;
        if (ss_b2bua_say(w, &c) == SS_OK) {
            p->refer_came = event->subscription;
            p->refer_made = c.subscription;
            return;
        }
    }
    notify(w, event->subscription, 603, true);
}

/* The status in a message/sipfrag; 0 when there is none. RFC3515:2.4.5 */
static unsigned status_in(const ss_msg *notify_msg)
{
    uint64_t status;
    const ss_slice body = notify_msg->body;
    if (!ss_slice_starts(body, SS_LIT("SIP/2.0 ")) ||
        ss_slice_to_u64(ss_slice_cut(body, 8, 11), 699, &status) != SS_OK) {
        return 0;
    }
    return (unsigned)status;
}

void ss_b2bua_notified(work *w, pair *p, const ss_event *event)
{
    if (p == NULL) {
        return;
    }
    const bool is_over = event->kind == SS_EVENT_SUBSCRIPTION_ENDED;
    const bool is_notify = event->msg != NULL && event->msg->is_request;
    const unsigned said = is_notify ? status_in(event->msg) : event->status;
    if (said >= 100) {
        notify(w, p->refer_came, said, is_over);
    } else if (is_over) {
        notify(w, p->refer_came, 603, true);
    }
    if (is_over) {
        p->refer_came = p->refer_made = 0;
    }
}
