/* What the parts of the traffic reader share: frames out of a file, packets out of frames. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "sn/traffic.h"

/** One frame of a file. */
typedef struct sn_frame {
    uint64_t at_ns;
    uint32_t link_type;
    ss_slice bytes;
} sn_frame;

enum { SN_FILE_INTERFACES_MAX = 256 };
typedef struct sn_file_interface {
    uint32_t link_type;
    uint8_t resolution; /* pcapng if_tsresol: a power of ten, or with 128 of two */
} sn_file_interface;

/** A file of frames. */
typedef struct sn_frames {
    ss_slice file;
    size_t at;
    bool is_ng, is_big, in_ns; /* in_ns: pcap */
    uint32_t link_type;        /* pcap */
    sn_file_interface interfaces[SN_FILE_INTERFACES_MAX];
    uint32_t interface_count;
    const char *why;
    uint64_t why_at;
} sn_frames;
void sn_frames_begin(sn_frames *f, ss_slice file);
/** SS_OK, SS_NONE, SS_ERR_SYNTAX. */
SS_MUST_USE ss_status sn_frames_next(sn_frames *f, sn_frame *frame);

/** The IP packet in a frame; empty: none. */
ss_slice sn_frame_packet(const sn_frame *frame);

typedef enum sn_wire_kind { SN_WIRE_NONE, SN_WIRE_WHOLE, SN_WIRE_FRAGMENT } sn_wire_kind;
/** An IP packet's header, as it came. */
typedef struct sn_wire {
    sn_endpoint from, to; /* ports 0 */
    uint8_t protocol;
    uint32_t id;     /* of a fragment */
    uint32_t offset; /* of its payload, in bytes */
    bool more;
    ss_slice payload;
} sn_wire;
sn_wire_kind sn_wire_read(ss_slice packet, sn_wire *wire);

/** traffic_pieces.c: fragments of IPv4 put together (RFC 815). */
typedef struct sn_pieces sn_pieces;
sn_pieces *sn_pieces_new(void);
void sn_pieces_free(sn_pieces *p);
/** SS_OK: wire's payload is whole, until the next call; SS_MORE; SS_ERR_SYNTAX: no such fragment; SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_pieces_add(sn_pieces *p, sn_wire *wire);

/** traffic_streams.c: the directions of TCP connections, each put in order. */
typedef struct sn_flows sn_flows;
typedef struct sn_segment {
    sn_endpoint from, to;
    uint32_t sequence;
    bool syn, fin;
    ss_slice bytes;
} sn_segment;
sn_flows *sn_flows_new(void);
void sn_flows_free(sn_flows *f);
/** The bytes that this segment makes ready, until the next call: maybe none. False without memory. */
SS_MUST_USE bool sn_flows_add(sn_flows *f, const sn_segment *s, ss_slice *ready, bool *begins);

#endif
