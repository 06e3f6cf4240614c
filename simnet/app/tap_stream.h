/* Connections of a tap: each that a user agent opens is one of two, and another leads on. */
#ifndef SN_TAP_STREAM_H
#define SN_TAP_STREAM_H

#include "sn/app.h"

enum { SN_RELAYS_MAX = 32 };

/** Its two connections: of who came, 0 for a replay, and toward whom the tap stands before. */
typedef struct sn_relay {
    uint32_t client, server; /* numbers; server 0: free */
    ss_framing from_client, from_server;
    bool client_is_lost,
        server_is_lost; /* no message can be found in what comes from there any more */
} sn_relay;

typedef struct sn_relays {
    sn_relay all[SN_RELAYS_MAX];
    uint32_t last; /* number of the last connection that the tap opened */
} sn_relays;

/** What the sn_app_class says of `stream`. */
bool sn_relay_event(sn_relays *relays, sn_host *host, const ss_path *path, const ss_address *target,
                    sn_stream_event event);
/** Of `stream_bytes`: at most one message, or what stands before one. *message: one of a client's, or empty. */
size_t sn_relay_bytes(sn_relays *relays, sn_host *host, const ss_path *path, ss_slice bytes,
                      ss_slice *message);
/** By a connection of its own, whose answer goes no further. False: there is none to be had. */
bool sn_relay_replay(sn_relays *relays, sn_host *host, const ss_address *target, ss_slice bytes);

#endif
