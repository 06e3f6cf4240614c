/* Requests that are neither INVITE nor its ACK and CANCEL: their head, outside a dialog (RFC 3261 8.1.1) or inside one
 * (12.2.1.1), then whatever their method puts, then the way that 8.1.2 gives. */
#include "events.h"

ss_status ss_draft_outside(const ss_visit *v, ss_slice target, const ss_new_request *request,
                           ss_slice contact, ss_draft *d)
{
    ss_new_request full = *request;
    const ss_status status = ss_ua_plan_journey(v, target, &d->journey);
    if (status != SS_OK) {
        return status;
    }
    full.to = request->to.len > 0 ? request->to : ss_ua_logical_uri(v, &d->journey.target);
    if (full.to.len == 0) {
        return SS_ERR_FULL;
    }
    d->method = request->method;
    d->b = ss_buffer_open(v->turn->arena);
    ss_ua_put_request(v, &d->b, &full, &d->journey.route, &d->journey.path);
    if (contact.len > 0) {
        ss_put_header(&d->b, SS_HDR_CONTACT, contact);
    }
    return SS_OK;
}

ss_status ss_draft_inside(const ss_visit *v, ss_dialog *dialog, ss_method method, ss_slice contact,
                          ss_draft *d)
{
    const ss_dialog_text text = ss_dialog_text_of(v->core, dialog);
    char branch[32];
    ss_status status = ss_route_make(text.target, text.routes, v->turn->arena, &d->journey.route);
    if (status == SS_OK) {
        status = ss_transport_hop(d->journey.route.next_hop, &d->journey.hop);
    }
    if (status != SS_OK) {
        return status;
    }
    d->journey.path = ss_ua_path_to(v, &d->journey.hop);
    d->method = method;
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    const ss_dialog_request head = { .method = method,
                                     .cseq = ss_dialog_next_cseq(v->core, dialog),
                                     .path = &d->journey.path,
                                     .branch = ss_buffer_slice(&branch_text),
                                     .contact = contact,
                                     .is_relayed = v->is_relaying,
                                     .hops = v->hops };
    d->b = ss_buffer_open(v->turn->arena);
    ss_dialog_put_request(&d->b, &text, &d->journey.route, &head);
    return SS_OK;
}

ss_status ss_draft_send(const ss_visit *v, ss_draft *d, ss_errand errand, ss_slice type,
                        ss_slice body)
{
    ss_ua_put_tail(v, &d->b, d->method);
    ss_put_body(&d->b, type, body);
    const ss_slice bytes = ss_buffer_keep(v->turn->arena, &d->b);
    if (bytes.len == 0) {
        return SS_ERR_FULL;
    }
    return ss_ua_send(v, errand, &d->journey.hop, &d->journey.path, bytes);
}
