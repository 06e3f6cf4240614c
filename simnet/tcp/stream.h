/* stream.h: one end of a connection. Private to simnet/tcp. */
#ifndef STREAM_H
#define STREAM_H

#include "world_state.h"

typedef enum sn_stream_state {
    SN_STREAM_ASKED,  /* SYN sent */
    SN_STREAM_ASKING, /* SYN received, and answered */
    SN_STREAM_OPEN    /* both knows of both; the ends that were said are flags */
} sn_stream_state;

typedef struct sn_stream {
    ss_table_link by_ends;   /* first: the table asks for it; local port, remote address and port */
    ss_table_link by_number; /* in the table while is_told */
    ss_table_link by_ordinal;
    ss_ref next, prev; /* of the host */
    uint32_t ordinal;  /* of the host: names it in draws and events */
    uint32_t number;   /* the app's */
    sn_address remote;
    uint16_t local_port, remote_port;
    uint16_t mss;
    uint8_t state;                  /* sn_stream_state */
    bool is_told;                   /* the app knows it */
    bool is_mute;                   /* no segment passes, either way */
    bool is_stuck;                  /* and was asked to wait */
    bool owes_ack;                  /* something came that was not acknowledged yet */
    bool wants_end;                 /* we say no more than what is kept */
    bool sent_end;                  /* and said so */
    bool end_is_known;              /* and the peer knows */
    bool heard_end;                 /* the peer says no more */
    uint32_t own_first, peer_first; /* sequence numbers of the SYNs */
    uint64_t written, sent, acked;  /* bytes: by the app, onto the network, acknowledged */
    uint64_t heard, taken;          /* bytes: from the network, by the app */
    ss_time used;                   /* when it last carried bytes */
    uint64_t call_id;               /* hash, of the message written last */
    ss_ref first_piece, last_piece; /* what is kept: [sent, written) */
    ss_ref unread;                  /* block of bytes that the app left, [taken, heard) */
    uint32_t unread_len;
} sn_stream;

/* ---- table.c: which connections there are, and what they keep ---- */

/** The connections of a host; NULL when it never had one. */
sn_streams *sn_streams_of(const sn_partition *p, uint32_t node);
/** NULL when there is none. */
sn_stream *sn_stream_by_ends(const sn_partition *p, uint32_t node, uint16_t local_port,
                             sn_address remote, uint16_t remote_port);
sn_stream *sn_stream_by_number(const sn_partition *p, uint32_t node, uint32_t number);
sn_stream *sn_stream_by_ordinal(const sn_partition *p, uint32_t node, uint32_t ordinal);
/** NULL and out_of_memory without memory. */
sn_stream *sn_stream_new(sn_partition *p, uint32_t node, uint16_t local_port, sn_address remote,
                         uint16_t remote_port);
void sn_stream_free(sn_partition *p, uint32_t node, sn_stream *s);
/** The app knows it by a number from now on; or not any more, and what it left unread is nobody's. */
void sn_stream_tell_number(sn_partition *p, uint32_t node, sn_stream *s, uint32_t number);
void sn_stream_forget_number(sn_partition *p, sn_stream *s);
/** One from a port of ours that no connection to the address has; NULL when all are taken, or without memory. */
sn_stream *sn_stream_new_from_any_port(sn_partition *p, uint32_t node, sn_address remote,
                                       uint16_t remote_port);

/** Bytes written by the app, at the end of what is kept, that do not go out before an instant. False without memory. */
SS_MUST_USE bool sn_stream_keep(sn_partition *p, sn_stream *s, ss_slice bytes, ss_time release);
/** How many of the bytes that are kept may go out now, at most so many. */
size_t sn_stream_released(const sn_partition *p, const sn_stream *s, size_t most);
/** The first `len` bytes kept, in the arena; they are not kept any more. SS_EMPTY without memory. */
ss_slice sn_stream_take(sn_partition *p, sn_stream *s, size_t len);
/** What the app left unread and `more` behind it, in the arena; SS_EMPTY without memory. */
ss_slice sn_stream_unread_and(sn_partition *p, const sn_stream *s, ss_slice more);
/** What it leaves now. False without memory. */
SS_MUST_USE bool sn_stream_leave(sn_partition *p, sn_stream *s, ss_slice rest);

#endif
