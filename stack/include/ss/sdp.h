/* ss/sdp.h: session descriptions (RFC 8866) and the offer/answer model (RFC 3264).
 *
 * A description borrows the bytes it was parsed from and puts its index in the caller's arena; both die together. Every
 * line is kept, known or not, so that what is printed again has lost nothing. Descriptions of our own are printed
 * straight into a buffer from a few facts: an offer, or the answer to one.
 */
#ifndef SS_SDP_H
#define SS_SDP_H

#include "ss/base.h"
#include "ss/msg.h"

/** Seen from whoever wrote the description (RFC 8866 6.7). Bit 0: sends, bit 1: receives. */
typedef enum ss_sdp_direction {
    SS_SDP_INACTIVE = 0,
    SS_SDP_SENDONLY = 1,
    SS_SDP_RECVONLY = 2,
    SS_SDP_SENDRECV = 3
} ss_sdp_direction;

/** "sendrecv" …; static. */
ss_slice ss_sdp_direction_name(ss_sdp_direction direction);

/** One line, "type=value"; the value without its line end. */
typedef struct ss_sdp_line {
    char type;
    ss_slice value;
} ss_sdp_line;

/** c=, and the end of o= (5.7, 5.2). nettype.at == NULL when absent. */
typedef struct ss_sdp_address {
    ss_slice nettype, addrtype, address;
} ss_sdp_address;

/** One media description (5.14). */
typedef struct ss_sdp_media {
    ss_slice media;                                       /* "audio" … */
    uint16_t port;                                        /* 0: not used, or rejected */
    uint32_t port_count;                                  /* after '/'; 1 when absent */
    ss_slice proto;                                       /* "RTP/AVP" … */
    ss_slice formats;                                     /* one or more, separated by single spaces */
    ss_sdp_address connection;                            /* its first own, or the session's */
    ss_sdp_direction direction;                           /* its own, or the session's, or sendrecv */
    uint32_t ptime_ms;                                    /* 0 when absent */
    const ss_sdp_line *lines;                             /* what follows the m= line, in order */
    uint32_t line_count;
} ss_sdp_media;

/** A session description. Read only: print it with ss_sdp_put. */
typedef struct ss_sdp {
    ss_slice user;                                        /* o= (5.2); "-" when there is none */
    uint64_t session_id, version;                         /* at most 2^63-1: RFC 3264 5 */
    ss_sdp_address origin;
    ss_slice name;                                        /* s= */
    ss_slice start, stop;                                 /* of the first t=: digits, of any length */
    ss_sdp_address connection;                            /* of the session level */
    ss_sdp_direction direction;                           /* of the session level, sendrecv when absent */
    const ss_sdp_line *lines;                             /* of the session level, v= first */
    uint32_t line_count;
    const ss_sdp_media *media;
    uint32_t media_count;
} ss_sdp;

/**
 * Parse one description. Lines end in CRLF or, tolerated as 5 asks, LF.
 *
 * bytes  borrowed as long as *sdp is used.
 *
 * SS_OK            *sdp is whole.
 * SS_ERR_SYNTAX    a line or the order of lines breaks the grammar of section 9; *diag says where, its offset into bytes.
 * SS_ERR_SEMANTIC  a medium has no connection data at either level (5.7).
 * SS_ERR_FULL      the arena is full.
 */
SS_MUST_USE ss_status ss_sdp_parse(ss_sdp *sdp, ss_arena *arena, ss_slice bytes, ss_diag *diag);

/** Every line as it was read, each with a CRLF. */
void ss_sdp_put(ss_buffer *b, const ss_sdp *sdp);

/** The nth (0..) attribute of a name at a media description's level, or at session level when `media` is NULL. A property
 *  (a=name) has the value SS_EMPTY. Names compare with case (6). SS_NONE when absent. */
SS_MUST_USE ss_status ss_sdp_attribute(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name, unsigned nth,
                                       ss_slice *value);

/** Walk the formats of a media description: start with *at 0; SS_NONE at the end. */
SS_MUST_USE ss_status ss_sdp_next_format(const ss_sdp_media *media, size_t *at, ss_slice *format);

/** A format of RTP: what a payload type number stands for. */
typedef struct ss_sdp_codec {
    uint8_t payload_type;                                 /* 0..127 */
    ss_slice encoding;                                    /* "PCMU" …; compares without case (6.6) */
    uint32_t rate_hz;
    uint32_t channels;                                    /* 1 when absent */
    ss_slice fmtp;                                        /* its a=fmtp, without the number; or empty */
} ss_sdp_codec;

/** What a format of an RTP medium stands for: by its rtpmap, else by the static table of RFC 3551. SS_NONE when neither
 *  says; SS_ERR_SYNTAX when it is no payload type, or its rtpmap is malformed. */
SS_MUST_USE ss_status ss_sdp_codec_of(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice format, ss_sdp_codec *codec);

/** What our side puts into an offer or an answer. Slices are borrowed for the call. */
typedef struct ss_sdp_local {
    ss_slice user;                                        /* empty prints "-" */
    uint64_t session_id, version;                         /* below 2^62 */
    ss_slice address;                                     /* "IP4 10.0.0.1" */
    uint16_t port;                                        /* of the first stream, even; each further one is 2 higher */
    ss_sdp_direction direction;                           /* what we want; an answer narrows it to what was offered */
    const ss_sdp_codec *codecs;                           /* in order of preference; NULL: PCMU, PCMA, telephone-event */
    size_t codec_count;
} ss_sdp_local;

/** One audio stream over RTP/AVP. Judge b->overflow at the end. */
void ss_sdp_put_offer(ss_buffer *b, const ss_sdp_local *local);

/**
 * The answer to an offer (RFC 3264 section 6): one m= line for each of the offer's, in order. Audio over RTP/AVP with a
 * codec in common is accepted, in the offer's order and with its numbers; anything else is rejected with port 0.
 *
 * SS_OK            printed; at least one stream was accepted, or none was offered.
 * SS_ERR_SEMANTIC  printed, but no stream was accepted: the offer as a whole is refused with 488 (RFC 3261 13.3.1.3).
 * SS_ERR_FULL      the buffer is too small.
 */
SS_MUST_USE ss_status ss_sdp_answer(const ss_sdp *offer, const ss_sdp_local *local, ss_buffer *b);

#endif
