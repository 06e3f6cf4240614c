/* streams.h: the connections of hosts, as byte streams that lose nothing (docs/decisions/0009).
 *
 * Hosts open, accept, refuse, close and reset them in segments that look like TCP's (RFC 9293): sequence numbers, SYN, FIN,
 * RST, acknowledgements. Links hand segments on after their delay, one after the other, none lost; so nothing is ever sent
 * again here, and there are no timers but those of a connection that nobody answers, or
 * uses. Each end is a host's own: what it knows
 * of the other came in a segment.
 */
#ifndef STREAMS_H
#define STREAMS_H

#include "event/queue.h"
#include "sn/ip.h"
#include "ss/transport.h"

struct sn_partition;
struct sn_world;

enum {
    SN_STREAM_WINDOW = 65535,         /* bytes sent and not acknowledged */
    SN_STREAM_LIKED = 256 * 1024,     /* bytes kept, before the app is asked to wait */
    SN_STREAM_KEPT_MAX = 1024 * 1024, /* bytes kept, before it is told that there is no room */
    SN_STREAM_FIRST_PORT = 49152
};
/** A connection that was asked for and not answered has failed after this. */
#define SN_STREAM_CONNECT_SPAN SS_S(30)

/** The connections of one host. */
typedef struct sn_streams {
    ss_ref first, last; /* in order of making */
    uint32_t count;
    uint32_t ordinal;  /* made */
    uint32_t accepted; /* numbered for the app */
    uint32_t ports;    /* taken for connections of ours */
} sn_streams;

/* ---- inside an event of `node` ---- */

/** A segment arrived from an address. */
void sn_stream_segment(struct sn_partition *p, uint32_t node, sn_address source, const sn_tcp *tcp);
/** The time to answer a connection is over, or to use it; false when it was, or is gone. */
bool sn_stream_overdue(struct sn_partition *p, const sn_event *event);
/** As a crash of what runs on the host: every peer gets a reset, the app hears nothing. */
void sn_streams_reset_all(struct sn_partition *p, uint32_t node);

/** The host is gone: connections are forgotten, and no peer is told. */
void sn_streams_forget_all(struct sn_partition *p, uint32_t node);

/* For the app: see sn/app.h. */
SS_MUST_USE ss_status sn_stream_connect(struct sn_partition *p, uint32_t node, const ss_path *path);
SS_MUST_USE ss_status sn_stream_write(struct sn_partition *p, uint32_t node, const ss_path *path,
                                      ss_slice bytes);
void sn_stream_close(struct sn_partition *p, uint32_t node, const ss_path *path);
void sn_stream_reset(struct sn_partition *p, uint32_t node, const ss_path *path);
/** A NAT or a firewall on the way has forgotten the connections with a node: no segment of theirs passes any more. It lasts longer than
 *  they do, so that nobody learns of their end. False: there is none. */
bool sn_stream_mute(struct sn_partition *p, uint32_t node, uint32_t peer);
bool sn_stream_find(const struct sn_partition *p, uint32_t node, uint32_t peer, ss_path *path);
void sn_stream_cut(struct sn_partition *p, uint32_t node, const ss_path *path, size_t at,
                   ss_slice message);

/* ---- at any time ---- */

/** Connections of a node. */
uint32_t sn_streams_count(const struct sn_world *w, uint32_t node);
/** Does the event, still in the queue, mean anything? */
bool sn_stream_is_waiting(const struct sn_partition *p, const sn_event *event);

#endif
