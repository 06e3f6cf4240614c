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
    ss_slice media;             /* "audio" … */
    uint16_t port;              /* 0: not used, or rejected */
    uint32_t port_count;        /* after '/'; 1 when absent */
    ss_slice proto;             /* "RTP/AVP" … */
    ss_slice formats;           /* one or more, separated by single spaces */
    ss_sdp_address connection;  /* its first own, or the session's */
    ss_sdp_direction direction; /* its own, or the session's, or sendrecv */
    uint32_t ptime_ms;          /* rounded down; 0 when absent */
    const ss_sdp_line *lines;   /* what follows the m= line, in order */
    uint32_t line_count;
} ss_sdp_media;

/** A session description. Read only: print it with ss_sdp_put. */
typedef struct ss_sdp {
    ss_slice user;                /* o= (5.2); "-" when there is none */
    uint64_t session_id, version; /* at most 2^63-1: RFC 3264 5 */
    ss_sdp_address origin;
    ss_slice name;              /* s= */
    ss_slice start, stop;       /* of the first t=: digits, of any length */
    ss_sdp_address connection;  /* of the session level */
    ss_sdp_direction direction; /* of the session level, sendrecv when absent */
    const ss_sdp_line *lines;   /* of the session level, v= first */
    uint32_t line_count;
    const ss_sdp_media *media;
    uint32_t media_count;
    ss_slice bytes; /* what was parsed: offsets count from here */
} ss_sdp;

/**
 * Parse one description. Lines end in CRLF or, tolerated as 5 asks, LF.
 *
 * bytes  borrowed as long as *sdp is used.
 *
 * SS_OK            *sdp is whole.
 * SS_ERR_SYNTAX    a line or the order of lines breaks the grammar of section 9; *diag says where, its offset into bytes.
 * SS_ERR_SEMANTIC  a medium has no connection data at either level, or several that are not multicast (5.7).
 * SS_ERR_FULL      the arena is full.
 */
SS_MUST_USE ss_status ss_sdp_parse(ss_sdp *sdp, ss_arena *arena, ss_slice bytes, ss_diag *diag);

/** The number, 1 and up, of the line that an offset into the bytes falls in. */
uint32_t ss_sdp_line_number(ss_slice bytes, uint32_t offset);

/** Every line as it was read, each with a CRLF: the bytes that were parsed, when each of their lines ended in one. */
void ss_sdp_put(ss_buffer *b, const ss_sdp *sdp);

/** The nth (0..) attribute of a name at a media description's level, or at session level when `media` is NULL. A property
 *  (a=name) has the value SS_EMPTY. Names compare with case (6). SS_NONE when absent. */
SS_MUST_USE ss_status ss_sdp_attribute(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name,
                                       unsigned nth, ss_slice *value);

/** Walk all of a name, in one pass: start with *at 0; SS_NONE at the end. A property has the value SS_EMPTY. */
SS_MUST_USE ss_status ss_sdp_next_attribute(const ss_sdp *sdp, const ss_sdp_media *media,
                                            ss_slice name, uint32_t *at, ss_slice *value);

/** Judge every attribute that has a reader below, at its level; the first that is wrong is said in *diag. A description is
 *  whole without this: who does not use an attribute ignores it. SS_OK, SS_ERR_SYNTAX, SS_ERR_SEMANTIC. */
SS_MUST_USE ss_status ss_sdp_check_attributes(const ss_sdp *sdp, ss_diag *diag);

/** Walk the formats of a media description: start with *at 0; SS_NONE at the end. */
SS_MUST_USE ss_status ss_sdp_next_format(const ss_sdp_media *media, size_t *at, ss_slice *format);

/** A format of RTP: what a payload type number stands for. */
typedef struct ss_sdp_codec {
    uint8_t payload_type; /* 0..127 */
    ss_slice encoding;    /* "PCMU" …; compares without case (6.6) */
    uint32_t rate_hz;
    uint32_t channels; /* 1 when absent */
    ss_slice fmtp;     /* its a=fmtp, without the number; or empty */
} ss_sdp_codec;

/** What a format of an RTP medium stands for: by its rtpmap, else by the static table of RFC 3551. SS_NONE when neither
 *  says; SS_ERR_SYNTAX when it is no payload type, or its rtpmap is malformed. */
SS_MUST_USE ss_status ss_sdp_codec_of(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice format,
                                      ss_sdp_codec *codec);

/* ---- values of lines ----------------------------------------------------------------------------------------------
 * Readers of single values. The results borrow the value; SS_ERR_SYNTAX: it breaks its grammar, SS_ERR_SEMANTIC: it is
 * well formed, but out of the range that the text gives it. ss_sdp_parse has applied those of lines already. */

/** What an address of c= is (5.7). Of network and address types other than IN, IP4 and IP6 only `base` is told. */
typedef struct ss_sdp_connection {
    ss_slice base; /* IPv4, IPv6 or a name, without '/' */
    bool is_multicast;
    uint8_t ttl;    /* IPv4 groups; else 0 */
    uint32_t count; /* contiguous groups from base on; 1 when absent */
} ss_sdp_connection;
SS_MUST_USE ss_status ss_sdp_read_connection(const ss_sdp_address *address, ss_sdp_connection *out);

/** e= and p= (5.6). */
typedef struct ss_sdp_contact {
    ss_slice address; /* "jane@example.com", "+1 617 555-6011" */
    ss_slice name;    /* in round brackets after it, or before angle ones; or empty */
} ss_sdp_contact;
SS_MUST_USE ss_status ss_sdp_read_email(ss_slice value, ss_sdp_contact *out);
SS_MUST_USE ss_status ss_sdp_read_phone(ss_slice value, ss_sdp_contact *out);

/** b= (5.8): kbit/s for CT and AS. More than 64 bits hold reads as the most they do. */
typedef struct ss_sdp_bandwidth {
    ss_slice type;
    uint64_t amount;
} ss_sdp_bandwidth;
SS_MUST_USE ss_status ss_sdp_read_bandwidth(ss_slice value, ss_sdp_bandwidth *out);

/** One t= with the r= and z= that follow it (5.9 to 5.11). */
typedef struct ss_sdp_time {
    ss_slice start, stop;       /* "0", or ten digits and more: seconds since 1900 */
    const ss_sdp_line *repeats; /* r= lines */
    uint32_t repeat_count;
    ss_slice zones; /* of z=; empty when absent */
} ss_sdp_time;
/** Walk the t= of a description: start with *at 0; SS_NONE at the end. */
SS_MUST_USE ss_status ss_sdp_next_time(const ss_sdp *sdp, uint32_t *at, ss_sdp_time *out);

/** r= (5.10). Spans are in seconds; one beyond INT64_MAX reads as that. */
typedef struct ss_sdp_repeat {
    uint64_t interval_s, duration_s;
    ss_slice offsets;
} ss_sdp_repeat;
SS_MUST_USE ss_status ss_sdp_read_repeat(ss_slice value, ss_sdp_repeat *out);
/** Walk offsets, adjustments of z=: start with *at 0; SS_NONE at the end. */
SS_MUST_USE ss_status ss_sdp_next_offset(const ss_sdp_repeat *repeat, size_t *at,
                                         uint64_t *offset_s);
SS_MUST_USE ss_status ss_sdp_next_zone(ss_slice zones, size_t *at, ss_slice *when,
                                       int64_t *offset_s);

/* ---- values of attributes ----------------------------------------------------------------------------------------- */

/** RFC 8866 6.6. */
typedef struct ss_sdp_rtpmap {
    uint8_t payload_type; /* 0..127 */
    ss_slice encoding;
    uint32_t rate_hz, channels; /* channels is 1 when absent */
} ss_sdp_rtpmap;
SS_MUST_USE ss_status ss_sdp_read_rtpmap(ss_slice value, ss_sdp_rtpmap *out);

/** RFC 8866 6.15. */
typedef struct ss_sdp_fmtp {
    ss_slice format, params;
} ss_sdp_fmtp;
SS_MUST_USE ss_status ss_sdp_read_fmtp(ss_slice value, ss_sdp_fmtp *out);

/** ptime and maxptime (RFC 8866 6.4, 6.5): microseconds, since milliseconds may have a fraction. */
SS_MUST_USE ss_status ss_sdp_read_ptime(ss_slice value, uint32_t *micros);

/** RFC 3605. address.nettype.at is NULL when the address is the medium's. */
typedef struct ss_sdp_rtcp {
    uint16_t port;
    ss_sdp_address address;
} ss_sdp_rtcp;
SS_MUST_USE ss_status ss_sdp_read_rtcp(ss_slice value, ss_sdp_rtcp *out);

/** RFC 4568 9.1. The keys of the SRTP suites that it defines are read one by one; those of others stay text. */
typedef struct ss_sdp_crypto {
    uint32_t tag;
    ss_slice suite, keys;
    ss_slice session; /* parameters with blanks between; or empty */
} ss_sdp_crypto;
SS_MUST_USE ss_status ss_sdp_read_crypto(ss_slice value, ss_sdp_crypto *out);

typedef struct ss_sdp_srtp_key {
    ss_slice key_salt; /* base64 */
    uint64_t lifetime; /* packets; 0 when absent */
    ss_slice mki;      /* digits; or empty */
    uint8_t mki_bytes; /* 1..128; 0 without mki */
} ss_sdp_srtp_key;
/** Walk the keys: start with *at 0; SS_NONE at the end. */
SS_MUST_USE ss_status ss_sdp_next_srtp_key(const ss_sdp_crypto *crypto, size_t *at,
                                           ss_sdp_srtp_key *out);

/** RFC 4567 3.1. */
typedef struct ss_sdp_key_mgmt {
    ss_slice protocol, data; /* "mikey"; base64 */
} ss_sdp_key_mgmt;
SS_MUST_USE ss_status ss_sdp_read_key_mgmt(ss_slice value, ss_sdp_key_mgmt *out);

/** RFC 8839 5.1. */
typedef struct ss_sdp_candidate {
    ss_slice foundation, transport, address, type;
    uint32_t priority;  /* 1..2^31-1 */
    uint16_t component; /* 1..256 */
    uint16_t port, related_port;
    bool has_related_port;
    ss_slice related;    /* of raddr; or empty */
    ss_slice extensions; /* names and values in turn, single spaces between; or empty */
} ss_sdp_candidate;
SS_MUST_USE ss_status ss_sdp_read_candidate(ss_slice value, ss_sdp_candidate *out);

/** RFC 8839 5.2. Walk them: start with *at 0; SS_NONE at the end. */
typedef struct ss_sdp_remote_candidate {
    uint16_t component, port;
    ss_slice address;
} ss_sdp_remote_candidate;
SS_MUST_USE ss_status ss_sdp_next_remote_candidate(ss_slice value, size_t *at,
                                                   ss_sdp_remote_candidate *out);

/** RFC 8839 5.4 to 5.6. The first two judge a value that is its own typed form. */
SS_MUST_USE ss_status ss_sdp_read_ice_ufrag(ss_slice value);
SS_MUST_USE ss_status ss_sdp_read_ice_pwd(ss_slice value);
SS_MUST_USE ss_status ss_sdp_read_ice_pacing(ss_slice value, uint64_t *ms);
SS_MUST_USE ss_status ss_sdp_next_ice_option(ss_slice value, size_t *at, ss_slice *tag);

/** RFC 8122, as RFC 5763 5 uses it: the digest has the length of its hash, when that is known. */
typedef struct ss_sdp_fingerprint {
    ss_slice hash, digest; /* "sha-256"; upper-case pairs with colons */
} ss_sdp_fingerprint;
SS_MUST_USE ss_status ss_sdp_read_fingerprint(ss_slice value, ss_sdp_fingerprint *out);

/** RFC 4145, as RFC 5763 5 uses it. */
typedef enum ss_sdp_setup {
    SS_SDP_SETUP_ACTIVE,
    SS_SDP_SETUP_PASSIVE,
    SS_SDP_SETUP_ACTPASS,
    SS_SDP_SETUP_HOLDCONN
} ss_sdp_setup;
SS_MUST_USE ss_status ss_sdp_read_setup(ss_slice value, ss_sdp_setup *out);
/** "active" …; static. */
ss_slice ss_sdp_setup_name(ss_sdp_setup setup);

/** RFC 5888. */
typedef struct ss_sdp_group {
    ss_slice semantics, tags; /* "BUNDLE"; values of a=mid, single spaces between; or empty */
} ss_sdp_group;
SS_MUST_USE ss_status ss_sdp_read_mid(ss_slice value);
SS_MUST_USE ss_status ss_sdp_read_group(ss_slice value, ss_sdp_group *out);
/** Walk the tags: start with *at 0; SS_NONE at the end. */
SS_MUST_USE ss_status ss_sdp_next_tag(const ss_sdp_group *group, size_t *at, ss_slice *tag);

/* ---- descriptions of our own --------------------------------------------------------------------------------------
 * Each prints whole lines. What is printed is not judged: values are free of CR, LF and NUL, and the caller keeps the order
 * of section 5. Judge b->overflow at the end. */

void ss_sdp_put_line(ss_buffer *b, char type, ss_slice value);
/** "a=name:value", or "a=name" when the value is empty. */
void ss_sdp_put_attribute(ss_buffer *b, ss_slice name, ss_slice value);
/** "IN IP4 10.0.0.1": no line, its words. */
void ss_sdp_put_address(ss_buffer *b, const ss_sdp_address *address);
/** v=, o= and s=, from user, session_id, version, origin and name; "-" for what is empty. */
void ss_sdp_put_head(ss_buffer *b, const ss_sdp *sdp);
void ss_sdp_put_connection(ss_buffer *b, const ss_sdp_address *address);
void ss_sdp_put_bandwidth(ss_buffer *b, const ss_sdp_bandwidth *bandwidth);
/** t=, its r= and its z=. */
void ss_sdp_put_time(ss_buffer *b, const ss_sdp_time *time);
/** The m= line: media, port, port_count, proto, formats. */
void ss_sdp_put_media(ss_buffer *b, const ss_sdp_media *media);
void ss_sdp_put_rtpmap(ss_buffer *b, const ss_sdp_rtpmap *rtpmap);
void ss_sdp_put_fmtp(ss_buffer *b, const ss_sdp_fmtp *fmtp);
void ss_sdp_put_rtcp(ss_buffer *b, const ss_sdp_rtcp *rtcp);
void ss_sdp_put_crypto(ss_buffer *b, const ss_sdp_crypto *crypto);
void ss_sdp_put_key_mgmt(ss_buffer *b, const ss_sdp_key_mgmt *key_mgmt);
void ss_sdp_put_candidate(ss_buffer *b, const ss_sdp_candidate *candidate);
void ss_sdp_put_fingerprint(ss_buffer *b, const ss_sdp_fingerprint *fingerprint);
void ss_sdp_put_group(ss_buffer *b, const ss_sdp_group *group);

/* ---- what a description in a message is: RFC 6337 ------------------------------------------------------------------------ */

#define SS_OA_STATE_LIST(X)                                                                 \
    X(NONE)         /* no exchange yet: only an INVITE begins one */                        \
    X(STABLE)       /* nothing is under way */                                              \
    X(OFFERED)      /* INVITE with an offer */                                              \
    X(BARE)         /* INVITE without: the first reliable response is to have it */         \
    X(REL_ANSWER)   /* the answer went in a reliable 1xx, whose PRACK is to come */         \
    X(REL_OFFER)    /* the offer went in a reliable 1xx, its PRACK is to have the answer */ \
    X(PRACK_OFFER)  /* the offer went in a PRACK, its 2xx is to have the answer */          \
    X(FINAL_OFFER)  /* the offer went in a 2xx to INVITE, the ACK is to have the answer */  \
    X(UPDATE_OFFER) /* the offer went in an UPDATE, its 2xx is to have the answer */
#define SS_OA_STATE_ID(name) SS_OA_##name,
typedef enum ss_oa_state { SS_OA_STATE_LIST(SS_OA_STATE_ID) SS_OA_STATES } ss_oa_state;
/** "NONE" …; static. */
const char *ss_oa_state_name(ss_oa_state state);

typedef enum ss_oa_message {
    SS_OA_INVITE,
    SS_OA_PREVIEW,  /* a 1xx that is not reliable */
    SS_OA_RELIABLE, /* 1xx */
    SS_OA_PRACK,
    SS_OA_PRACK_2XX,
    SS_OA_PRACK_FAILED, /* any other final response, or none */
    SS_OA_2XX,          /* to INVITE */
    SS_OA_FAILED,       /* INVITE */
    SS_OA_ACK,          /* of a 2xx */
    SS_OA_UPDATE,
    SS_OA_UPDATE_2XX,
    SS_OA_UPDATE_FAILED,
    SS_OA_MESSAGES
} ss_oa_message;

typedef enum ss_oa_verdict {
    SS_OA_IS_UNDRAWN, /* never told */
    SS_OA_IS_NOTHING, /* no description, and none was due */
    SS_OA_IS_OFFER,
    SS_OA_IS_ANSWER,
    SS_OA_IS_PREVIEW,  /* of an answer that a reliable message is to bring (6337 3.1.1) */
    SS_OA_IS_REJECTED, /* the offer under way is, and the session as before */
    SS_OA_IS_IGNORED,  /* a description where none has a meaning; may not be sent */
    SS_OA_IS_MISSING,  /* none, where the model asks for one; may not be sent */
    SS_OA_IS_TOO_SOON, /* refuse with 500 and Retry-After: the sender's own exchange is under way */
    SS_OA_IS_GLARE,    /* refuse with 491: ours is */
    SS_OA_IS_REFUSED   /* refuse with 488: no offer is allowed here */
} ss_oa_verdict;

/** Of one dialog; zeroed to begin with. */
typedef struct ss_oa {
    uint8_t state;         /* ss_oa_state */
    bool client_is_us : 1; /* of the last INVITE */
    bool offer_is_ours : 1;
    bool is_executed : 1; /* since it began, before its final response, an exchange was completed */
} ss_oa;

/** What the description in a message, or its absence, is. `by_us`: we send it. */
ss_oa_verdict ss_oa_judge(const ss_oa *oa, ss_oa_message message, bool has_sdp, bool by_us);
/** The same, and the exchange moves on, unless the message is refused. */
ss_oa_verdict ss_oa_step(ss_oa *oa, ss_oa_message message, bool has_sdp, bool by_us);
/** A message of ours may be sent so. */
static inline bool ss_oa_may_send(ss_oa_verdict verdict)
{
    return verdict < SS_OA_IS_IGNORED;
}

/* ---- the session: RFC 3264 ------------------------------------------------------------------------------------------- */

typedef enum ss_media_kind {
    SS_MEDIA_AUDIO,   /* RTP/AVP */
    SS_MEDIA_VIDEO,   /* RTP/AVP */
    SS_MEDIA_MESSAGE, /* TCP/MSRP */
    SS_MEDIA_KINDS    /* and of a stream: none that we know */
} ss_media_kind;
#define SS_MEDIA_BIT(kind) (1u << (kind))

#define SS_SESSION_STREAMS   8u  /* that can be ours; what is offered beyond them is rejected */
#define SS_SESSION_LINES_MAX 64u /* m= lines; an offer of more is refused */

typedef struct ss_stream {
    uint8_t kind;    /* ss_media_kind */
    bool is_wanted;  /* by us: offered, or accepted */
    bool is_on;      /* both want it */
    uint8_t offered; /* ss_sdp_direction, in our last offer */
    uint8_t agreed;  /* as we have it: bit 0 we send, bit 1 we receive */
} ss_stream;

/** What one side knows of a session: its streams, and what it said last. Of fixed size: copied to be rolled back. */
typedef struct ss_session {
    uint64_t id, version; /* of our o=; the version below 2^62 to begin with */
    uint64_t said;        /* hash of our last description, its version apart; 0 before the first */
    uint8_t kinds;        /* SS_MEDIA_BIT of what we accept */
    uint8_t direction;    /* ss_sdp_direction that we want for every stream */
    uint8_t lines;        /* m= lines that there are; never fewer (8) */
    bool is_held;         /* by us: we do not want to receive (8.4) */
    /* Of the last exchange, hashes that both sides have: of its two o= lines, and of the formats of the answer. */
    uint16_t versions, formats;
    ss_stream streams[SS_SESSION_STREAMS];
} ss_session;

/** What else our side puts into a description. Slices are borrowed for the call. */
typedef struct ss_sdp_local {
    ss_slice user;              /* empty prints "-" */
    ss_slice address;           /* "IP4 10.0.0.1" */
    uint16_t port;              /* of the first line, even; each further one is 2 higher */
    const ss_sdp_codec *codecs; /* of audio, in order of preference; NULL: PCMU, PCMA, events */
    size_t codec_count;
} ss_sdp_local;

/** A session before its first offer, without streams; we accept the kinds. */
void ss_session_start(ss_session *s, uint64_t id, uint64_t version, unsigned kinds);
/** The next offer has one more stream of the kind, in the place of one that is off, or at the end (8.1). SS_ERR_STATE: there
 *  is one; SS_ERR_FULL: no place for one more of ours. */
SS_MUST_USE ss_status ss_session_add(ss_session *s, ss_media_kind kind);
/** The same for every kind that we accept and that has none: for a first offer, and where none was asked for in particular
 *  (RFC 3261 14.2). */
void ss_session_add_all(ss_session *s);
/** The next offer has the stream with port 0 (8.2). SS_ERR_STATE: there is none. */
SS_MUST_USE ss_status ss_session_remove(ss_session *s, ss_media_kind kind);
/** As if what was said since had not been; but no version is used twice. RFC 3261 14.1. */
void ss_session_roll_back(ss_session *s, const ss_session *before);

/** An offer of what we want, in the same lines as ever; its version is the last one plus 1 when it says something else
 *  (8). Judge b->overflow: the session is to be rolled back then. */
void ss_session_offer(ss_session *s, const ss_sdp_local *local, ss_buffer *b);

/**
 * The answer to an offer (section 6): one m= line for each of the offer's, in order. A stream of a kind that we accept with a
 * format in common is accepted, in the offer's order and with its numbers; anything else is rejected with port 0.
 *
 * SS_OK            printed.
 * SS_ERR_SEMANTIC  streams were offered and none was accepted, or the offer has fewer lines than the session or too many: it
 *                  is refused as a whole with 488 (RFC 3261 13.3.1.3), and the session is to be rolled back.
 * SS_ERR_FULL      the buffer is too small; likewise.
 */
SS_MUST_USE ss_status ss_session_answer(ss_session *s, const ss_sdp *offer,
                                        const ss_sdp_local *local, ss_buffer *b);

/** An answer that rejects every stream, with our next version: to an offer in a 2xx that cannot be answered otherwise, as an ACK
 *  refuses nothing (RFC 3261 13.2.2.4). The session has no stream any more. Judge b->overflow. */
void ss_session_reject(ss_session *s, const ss_sdp *offer, const ss_sdp_local *local, ss_buffer *b);

/** The answer to our last offer. SS_ERR_SEMANTIC when it is none: another number of lines, another kind in one, a stream on
 *  that was offered off, a direction that was not offered, no format of ours (6, 6.1). The session is as before then. */
SS_MUST_USE ss_status ss_session_take_answer(ss_session *s, const ss_sdp *answer,
                                             const ss_sdp_local *local);

#endif
