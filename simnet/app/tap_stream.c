/* A tap on connections. Whoever means the node that it stands before is answered by the tap, which opens a connection of its own to that
 * node: two streams of which each message of one goes out on the other, byte for byte, as soon as its end is there. Neither end has to
 * know; what ends one ends the other in the same way. Bytes of which no message can be made go on as they come. A replay has a
 * connection of its own, so that nothing comes back to somebody who did not ask. */
#include "app/tap_stream.h"

#include "ss/engine.h"

static ss_path path_of(const sn_host *host, uint32_t number)
{
    ss_path path = sn_host_path(host);
    path.transport = SS_TRANSPORT_TCP;
    path.connection = number;
    return path;
}

/* By either of its numbers. */
static sn_relay *find(sn_relays *relays, uint32_t number)
{
    for (unsigned i = 0; i < SN_RELAYS_MAX; i++) {
        sn_relay *r = &relays->all[i];
        if (r->server != 0 && (r->client == number || r->server == number)) {
            return r;
        }
    }
    return NULL;
}

static sn_relay *find_free(sn_relays *relays)
{
    for (unsigned i = 0; i < SN_RELAYS_MAX; i++) {
        if (relays->all[i].server == 0) {
            return &relays->all[i];
        }
    }
    return NULL;
}

/* NULL: no room, or no way. */
static sn_relay *open_relay(sn_relays *relays, sn_host *host, const ss_address *target,
                            uint32_t client)
{
    sn_relay *r = find_free(relays);
    if (r == NULL) {
        return NULL;
    }
    const uint32_t number = SS_CONNECTION_OURS | (relays->last + 1);
    ss_path path = path_of(host, number);
    path.remote = *target;
    if (sn_host_connect(host, &path) != SS_OK) {
        return NULL;
    }
    relays->last++;
    *r = (sn_relay){ .client = client, .server = number };
    return r;
}

static void end_other(sn_host *host, const sn_relay *r, uint32_t number, bool in_order)
{
    const uint32_t other = number == r->client ? r->server : r->client;
    const ss_path path = path_of(host, other);
    if (other != 0 && in_order) {
        sn_host_close(host, &path);
    } else if (other != 0) {
        sn_host_reset(host, &path);
    }
}

bool sn_relay_event(sn_relays *relays, sn_host *host, const ss_path *path, const ss_address *target,
                    sn_stream_event event)
{
    const uint32_t number = path->connection;
    sn_relay *r = find(relays, number);
    switch (event) {
    case SN_STREAM_OPENED:
        return number >= SS_CONNECTION_OURS ? r != NULL
                                            : open_relay(relays, host, target, number) != NULL;
    case SN_STREAM_FLOWING:
        return true;
    default:
        if (r != NULL) {
            const sn_relay gone = *r;
            *r = (sn_relay){ 0 };
            end_other(host, &gone, number, event == SN_STREAM_CLOSED);
        }
        return true;
    }
}

/* Who takes nothing any more for too long has lost both. */
static void pass_on(sn_host *host, sn_relay *r, uint32_t to, ss_slice bytes)
{
    const ss_path path = path_of(host, to);
    if (bytes.len == 0 || sn_host_write(host, &path, bytes) != SS_ERR_FULL) {
        return;
    }
    const sn_relay gone = *r;
    const ss_path client = path_of(host, gone.client), server = path_of(host, gone.server);
    *r = (sn_relay){ 0 };
    sn_host_reset(host, &server);
    if (gone.client != 0) {
        sn_host_reset(host, &client);
    }
}

/* The answer to a replay was heard: nobody else is to have it. */
static void end_replay(sn_host *host, sn_relay *r)
{
    const ss_path path = path_of(host, r->server);
    *r = (sn_relay){ 0 };
    sn_host_close(host, &path);
}

size_t sn_relay_bytes(sn_relays *relays, sn_host *host, const ss_path *path, ss_slice bytes,
                      ss_slice *message)
{
    sn_relay *r = find(relays, path->connection);
    size_t skip = 0, length = 0;
    *message = SS_EMPTY;
    if (r == NULL) {
        return bytes.len;
    }
    const bool is_client = path->connection == r->client;
    ss_framing *framing = is_client ? &r->from_client : &r->from_server;
    const uint32_t to = is_client ? r->server : r->client;
    bool *is_lost = is_client ? &r->client_is_lost : &r->server_is_lost;
    const ss_status status =
        *is_lost ? SS_ERR_SYNTAX : ss_stream_frame(framing, bytes, &skip, &length);
    if (status != SS_OK && status != SS_MORE) {
        *is_lost = true;
        skip = bytes.len < SS_MESSAGE_BYTES_MAX ? bytes.len : SS_MESSAGE_BYTES_MAX;
        length = 0;
    }
    if (skip != 0 && to != 0) {
        pass_on(host, r, to, ss_slice_cut(bytes, 0, skip));
    }
    const ss_slice whole = ss_slice_cut(bytes, skip, skip + length);
    if (length == 0 || r->server == 0) {
        return skip + length;
    }
    sn_host_cut(host, path, skip, whole);
    *message = is_client ? whole : SS_EMPTY;
    if (to != 0) {
        pass_on(host, r, to, whole);
    } else {
        end_replay(host, r);
    }
    return skip + length;
}

bool sn_relay_replay(sn_relays *relays, sn_host *host, const ss_address *target, ss_slice bytes)
{
    const sn_relay *r = open_relay(relays, host, target, 0);
    if (r == NULL) {
        return false;
    }
    const ss_path path = path_of(host, r->server);
    return sn_host_write(host, &path, bytes) != SS_ERR_FULL;
}
