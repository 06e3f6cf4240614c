/* ss/msg.h: SIP messages as bytes with an index (RFC 3261 sections 7, 19, 20, 25).
 *
 * Parsing finds the start line, every header field and the body, and types nothing else: what a field means is asked
 * for when it is needed. A message borrows the bytes it was parsed from and puts its index in the caller's arena; both
 * die together. Sending is printing: from scratch into an ss_buffer, or by splicing the received bytes with edits.
 */
#ifndef SS_MSG_H
#define SS_MSG_H

#include "ss/base.h"
#include "ss/words.h"

/* ---- words ------------------------------------------------------------------------------------------------------- */

/** "INVITE"; "?" for SS_METHOD_OTHER. Static. */
ss_slice ss_method_name(ss_method method);
/** Methods compare with case (7.1). */
ss_method ss_method_from(ss_slice name);

typedef enum ss_hdr {
#define HEADER(id, name, compact, repetition, grammar, methods, section) SS_HDR_##id,
#include "ss/headers.def"
#undef HEADER
    SS_HDR_OTHER, /* a field the stack does not know; passed on untouched */
    SS_HDR_COUNT
} ss_hdr;

/** Long name ("Call-ID"), static; SS_EMPTY for SS_HDR_OTHER. */
ss_slice ss_hdr_name(ss_hdr id);
/** From a long or compact name in any case (7.3.1, 7.3.3). */
ss_hdr ss_hdr_from(ss_slice name);
/** The default reason phrase of a status code (section 21), static; "Unknown" when there is none. */
ss_slice ss_reason_phrase(unsigned status);

/** Why a message was refused. */
typedef struct ss_diag {
    uint32_t offset;      /* byte in the message */
    ss_hdr header;        /* SS_HDR_COUNT when it is the start line or the whole */
    const char *section;  /* "RFC3261:25.1"; static */
    const char *sentence; /* plain words; static */
    unsigned response;    /* what the RFC asks a UAS to answer, 0 is drop */
} ss_diag;

/* ---- the index ----------------------------------------------------------------------------------------------------- */

/** ;name=value pairs, kept as bytes: RFC 3261 25.1 generic-param. */
typedef struct ss_params {
    ss_slice bytes; /* from the first ';' to the end, or empty */
} ss_params;

/** One Via value (20.42). */
typedef struct ss_via {
    ss_slice whole;
    ss_slice transport; /* token as written */
    ss_slice sent_by;   /* host[:port] as written */
    ss_slice host;
    ss_params params;
    ss_slice branch, received, maddr; /* at == NULL when absent */
    uint16_t port;                    /* 0 when absent */
    uint16_t rport;                   /* 0 when present without a value */
    bool has_rport;
} ss_via;

typedef enum ss_scheme { SS_SCHEME_SIP, SS_SCHEME_SIPS, SS_SCHEME_TEL, SS_SCHEME_OTHER } ss_scheme;

/** A SIP or SIPS URI (19.1), or any absolute URI kept whole. */
typedef struct ss_uri {
    ss_slice whole;
    ss_scheme scheme;
    uint16_t port; /* 0 when absent */
    ss_slice host; /* an IPv6 reference keeps its brackets */
    ss_params params;
    ss_slice user,
        password;     /* still escaped; at == NULL when there is no '@', or no ':' before it */
    ss_slice headers; /* after '?', or empty */
} ss_uri;

/** From, To, Contact, Route, Record-Route: name-addr or addr-spec with header parameters (20.10). */
typedef struct ss_name_addr {
    ss_slice whole;
    ss_slice uri;     /* without angle brackets */
    ss_slice display; /* quotes kept */
    ss_params params; /* header parameters */
    ss_slice
        tag; /* the first one's value; at == NULL when there is none, len 0 when it has no value */
    bool is_star;     /* Contact: * */
    bool has_odd_tag; /* its tag is no token */
} ss_name_addr;

typedef struct ss_cseq {
    uint32_t number; /* below 2^31 (8.1.1.5) */
    ss_method method;
    ss_slice method_name;
} ss_cseq;

#define SS_FIELDS_MAX 1024u /* header fields of one message; 400 beyond */

/** One header field line, folding included. Offsets are into msg->bytes. */
typedef struct ss_field {
    uint32_t at;                  /* first byte of the name */
    uint32_t end;                 /* one past the CRLF */
    uint32_t value_at, value_len; /* trimmed; folds are still inside */
    uint16_t name_len;
    uint8_t id;    /* ss_hdr */
    uint16_t next; /* index + 1 of the next field of the same id, 0 is none */
} ss_field;

typedef struct ss_msg {
    ss_slice bytes; /* the whole message, borrowed; ends with the body */
    bool is_request;
    ss_method method; /* of the request; for a response, of its CSeq */
    ss_slice method_name;
    ss_slice request_uri; /* requests */
    unsigned status;      /* responses: 100..699 */
    ss_slice reason;
    ss_field *fields; /* in the arena, in order */
    uint16_t field_count;
    uint16_t first[SS_HDR_COUNT]; /* index + 1 of the first field of each id, 0 is none */
    uint32_t headers_end;         /* offset of the empty line's CRLF */
    ss_slice body;
    /* Read once, as every layer asks. A status is of no meaning when the field is missing: ask ss_msg_top_via and its kin. */
    ss_uri target; /* the Request-URI, of an accepted request */
    ss_via top_via;
    ss_name_addr from, to;
    ss_uri from_uri, to_uri; /* of an accepted message */
    ss_cseq cseq;
    uint32_t max_forwards, content_length;
    uint32_t top_via_end;   /* where a walk goes on behind it: ss_msg_after_top_via */
    uint16_t top_via_field; /* index + 1 of its line */
    ss_status top_via_status, from_status, to_status, cseq_status, max_forwards_status,
        content_length_status; /* of these two, SS_NONE when the field is missing */
} ss_msg;

/**
 * Index one datagram (18.3: the body is Content-Length bytes, the rest is ignored; the datagram's end when absent).
 *
 * Checks the start line, the shape of each line and the single-value grammar of the fields that every element needs
 * (Via, From, To, Call-ID, CSeq, Max-Forwards, Content-Length): 8.1.1, 16.3.
 * bytes  borrowed as long as the message is used. Leading CRLFs are skipped (7.5).
 *
 * SS_OK            *msg is whole.
 * SS_ERR_SYNTAX    *diag says where and why; *msg holds what could be read, enough to build a response from when
 *                  diag->response is not 0.
 * SS_ERR_SEMANTIC  well formed, but a rule is broken (version 505, CSeq method and request method differ 400, …).
 * SS_ERR_FULL      the arena is full, or a limit was passed (diag->response is 513 or 400).
 */
SS_MUST_USE ss_status ss_msg_parse(ss_msg *msg, ss_arena *arena, ss_slice bytes, ss_diag *diag);

/**
 * The message with `value` for its topmost Via (18.2.1), its bytes anew in the arena: everything else that was read stays read.
 * Of a message whose topmost Via could be read; what was asked of it before is of the old bytes.
 *
 * SS_ERR_FULL  the arena, or longer than SS_MESSAGE_BYTES_MAX; *msg is as it was.
 */
SS_MUST_USE ss_status ss_msg_replace_top_via(ss_msg *msg, ss_arena *arena, ss_slice value);

/** A copy of what was read, as of the equal bytes that begin at `bytes` (msg->bytes.len of them, borrowed as those of *msg were).
 *  Its index goes to `fields`, room for msg->field_count; nothing of it points at the old bytes or into their arena. */
void ss_msg_relocate(ss_msg *copy, ss_field *fields, const ss_msg *msg, const char *bytes);

/** The raw value of the nth field line (0..) of an id; SS_EMPTY with at == NULL when absent. */
ss_slice ss_msg_value(const ss_msg *msg, ss_hdr id, unsigned nth);
/** Count of field lines of an id (not of comma-separated values). */
unsigned ss_msg_count(const ss_msg *msg, ss_hdr id);
/** Walk the values of a list header across its lines and commas (7.3.1). Start with *it zeroed. */
typedef struct ss_value_iter {
    uint16_t field; /* index + 1 of the line being read, 0 before the first */
    uint32_t at;    /* offset into msg->bytes where the next value begins */
    bool started;
} ss_value_iter;
/** SS_OK with a trimmed value; SS_NONE at the end; SS_ERR_SYNTAX on an unbalanced quote or angle bracket. */
SS_MUST_USE ss_status ss_msg_next_value(const ss_msg *msg, ss_hdr id, ss_value_iter *it,
                                        ss_slice *value);
/** True when a comma list of tokens (Require, Supported, Allow …) names the token; case as RFC 3261 7.3.1 says. */
bool ss_msg_lists_token(const ss_msg *msg, ss_hdr id, ss_slice token);

/* ---- typed values: each parses one value on demand; slices borrow from it ------------------------------------------- */

/** The value of a parameter by name (no case); quoted strings keep their quotes. SS_NONE when absent; a parameter
 *  without '=' has the empty value. */
SS_MUST_USE ss_status ss_params_get(ss_params p, ss_slice name, ss_slice *value);
/** The parameter at offset *at (0 at first), as it stands from its ';' on, and its name; false at the end. */
bool ss_params_next(ss_params p, size_t *at, ss_slice *piece, ss_slice *name);
/** What stands before the first ';' of a value, trimmed; the rest is *params, or of no concern when NULL. */
ss_slice ss_value_head(ss_slice value, ss_params *params);

SS_MUST_USE ss_status ss_uri_parse(ss_slice text, ss_uri *uri);
/** Equality by 19.1.4. */
bool ss_uri_equal(const ss_uri *a, const ss_uri *b);
/** The address-of-record that 10.3 step 5 uses as an index: scheme, unescaped user, lower-case host, port, no params.
 *  Printed into `b`. */
void ss_uri_put_canonical_aor(ss_buffer *b, const ss_uri *uri);

SS_MUST_USE ss_status ss_name_addr_parse(ss_slice value, ss_name_addr *out);
/** The same with its URI typed, which checking it has done anyway; a star leaves *uri as it was. */
SS_MUST_USE ss_status ss_name_addr_parse_uri(ss_slice value, ss_name_addr *out, ss_uri *uri);
/** SS_OK or SS_NONE when the field is missing, SS_ERR_SYNTAX. */
SS_MUST_USE ss_status ss_msg_from(const ss_msg *msg, ss_name_addr *out);
SS_MUST_USE ss_status ss_msg_to(const ss_msg *msg, ss_name_addr *out);
/** The tag parameter; SS_EMPTY when there is none. */
ss_slice ss_name_addr_tag(const ss_name_addr *na);
/** The q of a Contact in thousandths, 1000 when there is none (20.10). SS_ERR_SYNTAX. */
SS_MUST_USE ss_status ss_name_addr_q(const ss_name_addr *contact, uint16_t *q);
/** Walk Contact, Route, Record-Route, Path …: SS_NONE at the end. */
SS_MUST_USE ss_status ss_msg_next_addr(const ss_msg *msg, ss_hdr id, ss_value_iter *it,
                                       ss_name_addr *out);
/** The same with each URI typed: ss_name_addr_parse_uri. */
SS_MUST_USE ss_status ss_msg_next_addr_uri(const ss_msg *msg, ss_hdr id, ss_value_iter *it,
                                           ss_name_addr *out, ss_uri *uri);

/** Walk the Vias, each typed. */
SS_MUST_USE ss_status ss_msg_next_via(const ss_msg *msg, ss_value_iter *it, ss_via *out);
/** A walk that begins behind the topmost Via, of a message that ss_msg_parse accepted. */
ss_value_iter ss_msg_after_top_via(const ss_msg *msg);

/** "UDP" …; and from a token in any case, SS_NONE when unknown. */
ss_slice ss_transport_name(ss_transport t);
SS_MUST_USE ss_status ss_transport_from(ss_slice name, ss_transport *t);
static inline bool ss_transport_is_reliable(ss_transport t)
{
    return t != SS_TRANSPORT_UDP;
}

SS_MUST_USE ss_status ss_via_parse(ss_slice value, ss_via *via);
/** The topmost Via (ss_via is said above, with the index). SS_NONE when there is none. */
SS_MUST_USE ss_status ss_msg_top_via(const ss_msg *msg, ss_via *via);
/** True when the branch begins with the magic cookie z9hG4bK (17.2.3; with case, as every implementation does) and an identifier follows
 *  it; else the request is told apart as one of RFC 2543, by everybody here. */
bool ss_via_has_cookie(const ss_via *via);
/** What facts know a transaction by (ss_summary.branch, ss_note.branch): ss_mix_absorb(ss_hash64(0, branch), ss_hash64(0,
 *  sent_by)), both as written. */
uint64_t ss_via_identity(const ss_via *via);

SS_MUST_USE ss_status ss_msg_cseq(const ss_msg *msg, ss_cseq *out);
/** The Call-ID value; byte for byte with case (20.8). SS_EMPTY when missing. */
ss_slice ss_msg_call_id(const ss_msg *msg);
/** Fields that are one number: Max-Forwards, Expires, Min-Expires, Content-Length, RSeq …  SS_NONE when missing.
 *  Values over 2^32-1 are given as 2^32-1 for the delta-seconds fields (20.19) and refused for the others. */
SS_MUST_USE ss_status ss_msg_number(const ss_msg *msg, ss_hdr id, uint32_t *value);

/** A request to an emergency service, or with a Resource-Priority that is known and not the lowest (RFC 4412): urgent.c. */
bool ss_msg_is_urgent(const ss_msg *request);
/** It has no Resource-Priority, or one that is known; and all of those: "dsn.routine, …", for Accept-Resource-Priority. RFC 4412 3.2 */
bool ss_msg_knows_priority(const ss_msg *request);
void ss_put_priorities(ss_buffer *b);

/* ---- printing from scratch --------------------------------------------------------------------------------------------
 * Each puts one line with its CRLF. Judge b->overflow once at the end. */

void ss_put_request_line(ss_buffer *b, ss_slice method, ss_slice uri);
/** `reason` empty: the default phrase. */
void ss_put_status_line(ss_buffer *b, unsigned status, ss_slice reason);
void ss_put_header(ss_buffer *b, ss_hdr id, ss_slice value);
void ss_put_header_u64(ss_buffer *b, ss_hdr id, uint64_t value);
/** Every field line of an id, byte for byte, in order. */
void ss_put_header_from(ss_buffer *b, const ss_msg *msg, ss_hdr id);
/** Content-Type (unless the body is empty), Content-Length, the empty line, the body. */
void ss_put_body(ss_buffer *b, ss_slice type, ss_slice body);
/**
 * The lines every response starts with (8.2.6.2): status line, all Vias, From, To (with `to_tag` when the request's To
 * has none and status is not 100; empty adds nothing), Call-ID, CSeq; and Timestamp into a 100 (8.2.6.1). The caller
 * goes on with more headers and ends with ss_put_body. Works on a message that was only partly read.
 */
void ss_put_response_head(ss_buffer *b, const ss_msg *request, unsigned status, ss_slice reason,
                          ss_slice to_tag);
/** The head of a 100 that goes out so long after its request came, which Timestamp says (RFC 3261 8.2.6.1). */
void ss_put_late_100_head(ss_buffer *b, const ss_msg *request, ss_span delay);

/* ---- splicing: the received bytes with edits ------------------------------------------------------------------------------
 * A list of edits in the arena, kept in order of place. What no edit names goes out byte for byte (16.6). */

typedef struct ss_edit ss_edit; /* one replacement; private */
typedef struct ss_splice {
    const ss_msg *msg; /* borrowed */
    ss_arena *arena;
    ss_edit *first;
    bool failed; /* the arena was full: printing says SS_ERR_FULL */
} ss_splice;

ss_splice ss_splice_begin(const ss_msg *msg, ss_arena *arena);
/** Values are copied into the arena. */
void ss_splice_request_uri(ss_splice *s, ss_slice uri);
/** The version in upper case (7.1), whatever was received. Of a message that ss_msg_parse accepted. */
void ss_splice_version(ss_splice *s);
/** A new field line before the first of its id; when there is none after the last Via, or before the first field when
 *  there is no Via either. The order of several calls: the last call comes first on the wire (as pushing does). */
void ss_splice_push(ss_splice *s, ss_hdr id, ss_slice value);
/** A new field line after all others. Several calls keep their order. */
void ss_splice_append(ss_splice *s, ss_hdr id, ss_slice value);
/** Remove the first value of a list header: its line when it was alone, else its bytes and the comma. */
void ss_splice_pop(ss_splice *s, ss_hdr id);
/** Replace one value: `old` is a slice inside msg->bytes (a parsed value's `whole`, say). */
void ss_splice_replace(ss_splice *s, ss_slice old, ss_slice value);
/** Remove every field line of an id, under any of its spellings. */
void ss_splice_remove(ss_splice *s, ss_hdr id);
/** Replace the value of a single header, or append it when missing. */
void ss_splice_set(ss_splice *s, ss_hdr id, ss_slice value);
void ss_splice_set_u64(ss_splice *s, ss_hdr id, uint64_t value);
/** SS_OK or SS_ERR_FULL (buffer or arena). Never writes past the buffer's end. */
SS_MUST_USE ss_status ss_splice_print(const ss_splice *s, ss_buffer *out);

/* ---- the summary (ss/words.h) */

void ss_msg_summarise(const ss_msg *msg, ss_summary *out);
/** Parse in the arena's free space and summarise; the arena is left as it was. */
void ss_summarise_bytes(ss_slice bytes, ss_arena *scratch, ss_summary *out);

#endif
