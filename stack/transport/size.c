/* A request that is too large for a datagram goes by a congestion-controlled transport (RFC 3261 18.1.1), and its top Via says
 * so. UDP and TCP are words of one length: nothing moves, and the request stays as large as it was judged to be. */
#include "port.h"

#include <string.h>

enum { UNKNOWN_MTU_BYTES_MAX = 1300, RESERVE_BYTES = 200 };

/* RFC3261:18.1.1 the 200 bytes are room for a response that is larger than its request. */
bool ss_transport_is_too_large(size_t request_bytes, uint32_t path_mtu)
{
    if (path_mtu == 0) {
        return request_bytes > UNKNOWN_MTU_BYTES_MAX;
    }
    return path_mtu <= RESERVE_BYTES || request_bytes > path_mtu - RESERVE_BYTES;
}

/* RFC3261:18.1.1 the top Via names the transport that it goes by. */
ss_slice ss_transport_rename_via(ss_turn *turn, ss_slice request, ss_transport to)
{
    ss_arena scratch = *turn->arena; /* the index is needed here only */
    const ss_slice copy = ss_arena_copy(&scratch, request);
    const size_t used = scratch.used;
    const ss_slice name = ss_transport_name(to);
    ss_msg msg;
    ss_diag diag;
    ss_via via;
    if (copy.len == 0 || ss_msg_parse(&msg, &scratch, copy, &diag) != SS_OK ||
        ss_msg_top_via(&msg, &via) != SS_OK || via.transport.len != name.len) {
        turn->failed = true;
        return SS_EMPTY;
    }
    memcpy(turn->arena->base + ((const unsigned char *)via.transport.at - turn->arena->base),
           name.at, name.len);
    turn->arena->used = used;
    return copy;
}
