/* Where a response goes: RFC 3261 18.2.2 with the step that RFC 3581 section 4 puts between its bullets. The request was
 * stamped on arrival, so `received` is the true source. */
#include "port.h"

static ss_address datagram_target(const ss_via *via)
{
    ss_address target;
    const uint16_t sent_by_port = port_or_default(via->port, SS_TRANSPORT_UDP);
    ss_slice host = via->host; /* RFC3261:18.2.2 bullet 4: not receiver-tagged */
    uint16_t port = sent_by_port;
    if (via->maddr.at != NULL) {
        host = via->maddr; /* bullet 2 */
    } else if (via->received.at != NULL) {
        host = via->received; /* bullet 3; RFC3581:4 before it */
        port = via->rport != 0 ? via->rport : sent_by_port;
    }
    if (ss_address_from(host, port, &target) != SS_OK) {
        target = (ss_address){ .family = 0 }; /* a name: RFC3263:5 */
    }
    return target;
}

ss_status ss_transport_response_path(const ss_msg *request, const ss_path *came_by, ss_path *out)
{
    ss_via via;
    *out = *came_by; /* RFC3581:4 from where the request was received */
    if (ss_transport_is_reliable(came_by->transport)) {
        return SS_OK; /* bullet 1: the connection of the request */
    }
    if (ss_msg_top_via(request, &via) != SS_OK) {
        return SS_ERR_SEMANTIC;
    }
    out->remote = datagram_target(&via);
    return SS_OK;
}

/* RFC3261:18.2.2 bullet 1, the second half; `received` is absent when it would say the same as sent-by (18.2.1). */
ss_status ss_transport_response_address(const ss_msg *response, ss_transport transport,
                                        ss_address *out)
{
    ss_via via;
    if (ss_msg_top_via(response, &via) != SS_OK) {
        return SS_ERR_SEMANTIC;
    }
    const ss_slice host = via.received.at != NULL ? via.received : via.host;
    return ss_address_from(host, port_or_default(via.port, transport), out) == SS_OK
               ? SS_OK
               : SS_ERR_SEMANTIC;
}
