/* Responses without a transaction (RFC 3261 8.2.7, 16.3): sent where 18.2.2 says, and forgotten. */
#include "machine.h"

ss_status ss_txn_respond_stateless(ss_turn *turn, const ss_msg *request, const ss_path *came_by,
                                   ss_slice response)
{
    ss_path path;
    const ss_status status = ss_transport_response_path(request, came_by, &path);
    if (status != SS_OK) {
        return status;
    }
    const ss_slice lasting = ss_arena_copy(turn->arena, response);
    if (lasting.len == 0 || lasting.len > SS_MESSAGE_BYTES_MAX) {
        return SS_ERR_FULL;
    }
    ss_turn_send(turn, &path, lasting);
    return SS_OK;
}
