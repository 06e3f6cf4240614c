/* The next hop that a URI names: RFC 3263 4.1 and 4.2 as far as no DNS is needed. A numeric host is a whole answer; a name
 * gives the question that the engine asks its host. */
#include "port.h"

/* RFC3261:26.2.2 a SIPS URI is reached over TLS, whatever runs below it. */
static ss_status secured(ss_transport *transport)
{
    switch (*transport) {
    case SS_TRANSPORT_TCP:
    case SS_TRANSPORT_TLS:
        *transport = SS_TRANSPORT_TLS;
        return SS_OK;
    case SS_TRANSPORT_WS:
    case SS_TRANSPORT_WSS:
        *transport = SS_TRANSPORT_WSS;
        return SS_OK;
    default:
        return SS_ERR_SEMANTIC; /* RFC3263:4.1 there is no TLS over UDP */
    }
}

/* RFC3263:4.1 the transport parameter; else UDP for SIP and TCP, that is TLS over it, for SIPS. */
static ss_status select_transport(const ss_uri *uri, ss_hop *hop)
{
    ss_slice name;
    const bool is_sips = uri->scheme == SS_SCHEME_SIPS;
    hop->is_sips = is_sips;
    const ss_status status = ss_params_get(uri->params, SS_LIT("transport"), &name);
    if (status == SS_NONE) {
        hop->transport = is_sips ? SS_TRANSPORT_TLS : SS_TRANSPORT_UDP;
        hop->is_chosen = !is_sips;
        hop->is_open = uri->port == 0;
        return SS_OK;
    }
    if (status != SS_OK || ss_transport_from(name, &hop->transport) != SS_OK) {
        return SS_ERR_SEMANTIC;
    }
    return is_sips ? secured(&hop->transport) : SS_OK;
}

ss_transport ss_hop_transport(const ss_hop *hop, ss_transport preferred)
{
    return hop->is_chosen ? preferred : hop->transport;
}

ss_status ss_transport_hop(ss_slice text, ss_hop *hop)
{
    ss_uri uri;
    *hop = (ss_hop){ .port = 0 };
    if (ss_uri_parse(text, &uri) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    if (uri.scheme != SS_SCHEME_SIP && uri.scheme != SS_SCHEME_SIPS) {
        return SS_ERR_SEMANTIC;
    }
    const ss_status status = select_transport(&uri, hop);
    if (status != SS_OK) {
        return status;
    }
    hop->port = uri.port;
    if (ss_params_get(uri.params, SS_LIT("maddr"), &hop->host) != SS_OK || hop->host.len == 0) {
        hop->host = uri.host; /* RFC3263:4 TARGET is maddr if there is one */
    }
    const uint16_t port = port_or_default(uri.port, hop->transport);
    hop->is_numeric = ss_address_from(hop->host, port, &hop->address) == SS_OK;
    return SS_OK;
}
