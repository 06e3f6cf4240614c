/* Default ports, private to stack/transport (RFC 3261 18.1.1, 19.1.2; RFC 7118 section 7 for WebSocket). */
#ifndef SS_TRANSPORT_PORT_H
#define SS_TRANSPORT_PORT_H

#include "ss/transport.h"

/** RFC3261:18.1.1 5060 for UDP, TCP and SCTP, 5061 for TLS; the web's ports for WebSocket. */
static inline uint16_t port_or_default(uint16_t port, ss_transport transport)
{
    if (port != 0) {
        return port;
    }
    switch (transport) {
    case SS_TRANSPORT_TLS:
        return 5061;
    case SS_TRANSPORT_WS:
        return 80;
    case SS_TRANSPORT_WSS:
        return 443;
    default:
        return 5060;
    }
}

#endif
