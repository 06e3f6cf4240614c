/* ss/dialog.h: dialogs (RFC 3261 section 12): what two user agents remember of each other between requests.
 *
 * A dialog lives in the store; its strings stand in one block of exactly their size. It is found by its identifier in
 * pools->dialogs and counted against settings->dialogs_max. What it is for (a call, subscriptions) is its owner's business:
 * `owner` and `owner_kind` are told back and not looked at.
 */
#ifndef SS_DIALOG_H
#define SS_DIALOG_H

#include "ss/txn.h"

#define SS_MAX_FORWARDS_INITIAL 70u     /* 8.1.1.6 */
#define SS_CSEQ_INITIAL_MAX     0x8000u /* first numbers are 1..this: room for 2^31 - 2^15 requests */

/* ---- route sets: 12.1.1, 12.1.2, 12.2.1.1 ------------------------------------------------------------------------------- */

/** How a request travels: its Request-URI, its Route value and the URI whose address it is sent to (8.1.2). */
typedef struct ss_route {
    ss_slice request_uri;
    ss_slice routes; /* value of the Route header field, or empty: none is sent */
    ss_slice next_hop;
} ss_route;

/** The route set that the Record-Route values of a message make: "<uri>, <uri>" in the arena, empty when there are none.
 *  `reversed` for the UAC (12.1.2). SS_ERR_SYNTAX when a value cannot be read, SS_ERR_FULL. */
SS_MUST_USE ss_status ss_route_set_from(const ss_msg *msg, bool reversed, ss_arena *arena,
                                        ss_slice *routes);
/**
 * 12.2.1.1: loose routing when the first route has lr, else the strict router becomes the Request-URI and the remote
 * target the last route. Also for a pre-existing route set (8.1.1.1).
 * target, routes  borrowed by *out; what has to be made anew is in the arena.
 * SS_ERR_SYNTAX when a route cannot be read, SS_ERR_FULL.
 */
SS_MUST_USE ss_status ss_route_make(ss_slice target, ss_slice routes, ss_arena *arena,
                                    ss_route *out);

/** A URI as a Request-URI: without method parameter and headers (19.1.1, table 1); all else byte for byte. */
void ss_put_request_uri(ss_buffer *b, const ss_uri *uri);

/* ---- dialogs --------------------------------------------------------------------------------------------------------------- */

typedef enum ss_dialog_state {
    SS_DIALOG_NONE, /* made, but nothing was said of it yet */
    SS_DIALOG_EARLY,
    SS_DIALOG_CONFIRMED,
    SS_DIALOG_TERMINATED
} ss_dialog_state;

/** The strings of a dialog (12.1), borrowed. Tags may be empty: an RFC 2543 peer has none. */
typedef struct ss_dialog_text {
    ss_slice call_id, local_tag, remote_tag;
    ss_slice local_uri, remote_uri;
    ss_slice target; /* the remote target, a URI */
    ss_slice routes; /* as of ss_route_set_from */
} ss_dialog_text;

enum { SS_DIALOG_STRINGS = 7 };

typedef struct ss_dialog {
    ss_table_link link; /* key: ss_dialog_key */
    ss_ref owner;
    uint32_t local_cseq, remote_cseq;
    uint8_t state; /* ss_dialog_state */
    uint8_t owner_kind;
    bool has_local_cseq : 1, has_remote_cseq : 1; /* false: "empty" in the words of 12.1 */
    bool secure : 1;
    uint16_t
        lengths[SS_DIALOG_STRINGS]; /* of the strings in `text`, in the order of ss_dialog_text */
    ss_blob text;
} ss_dialog;

/** 12.1.2: from a 101..199 or 2xx response to our request. The remote target is the URI of its Contact, or of its To
 *  when it has none. SS_ERR_SYNTAX, SS_ERR_FULL (arena). */
SS_MUST_USE ss_status ss_dialog_text_uac(const ss_msg *response, ss_arena *arena,
                                         ss_dialog_text *out);
/** 12.1.1: from a request that we answer with `local_tag`. SS_ERR_SEMANTIC when it has no usable Contact. */
SS_MUST_USE ss_status ss_dialog_text_uas(const ss_msg *request, ss_slice local_tag, ss_arena *arena,
                                         ss_dialog_text *out);

/** 128 bits of Call-ID, local tag and remote tag. */
ss_key128 ss_dialog_key(ss_slice call_id, ss_slice local_tag, ss_slice remote_tag);

typedef struct ss_dialog_options {
    ss_dialog_text text; /* copied */
    ss_ref owner;
    uint8_t owner_kind;
    uint32_t local_cseq, remote_cseq;
    bool has_local_cseq, has_remote_cseq;
    bool secure; /* came by TLS with a SIPS Request-URI */
} ss_dialog_options;

/** A dialog in state NONE: ss_dialog_set_state says what it is. SS_ERR_FULL at a quota, and nothing changed. */
SS_MUST_USE ss_status ss_dialog_create(ss_core *core, const ss_dialog_options *options,
                                       ss_ref *dialog);
ss_dialog *ss_dialog_at(const ss_core *core, ss_ref dialog);
/** The strings as they stand; valid until the dialog changes. */
ss_dialog_text ss_dialog_text_of(const ss_core *core, const ss_dialog *d);
/** EARLY or CONFIRMED; a change is noted. */
void ss_dialog_set_state(const ss_core *core, ss_turn *turn, ss_dialog *d, ss_dialog_state state);
/** Terminated, noted and given back. */
void ss_dialog_end(ss_core *core, ss_turn *turn, ss_ref dialog);
/** Given back without a word, as a crash does. */
void ss_dialog_forget(ss_core *core, ss_ref dialog);

/** 0 when no dialog has this identifier. */
ss_ref ss_dialog_find(const ss_core *core, ss_key128 key);
/** 12.2.2: the dialog that a request with a To tag is for, 0 when there is none. */
ss_ref ss_dialog_find_request(const ss_core *core, const ss_msg *request);
/** 12.2.2: takes the CSeq number of a request in. SS_ERR_STATE when it is lower than the last: answer 500. */
SS_MUST_USE ss_status ss_dialog_take_cseq(ss_dialog *d, uint32_t number);
/** 12.2.1.1: the number of the next request that we send. */
uint32_t ss_dialog_next_cseq(ss_core *core, ss_dialog *d);
/** A first CSeq number (8.1.1.5): 1..SS_CSEQ_INITIAL_MAX from the engine's entropy. */
uint32_t ss_cseq_initial(ss_core *core);
/** 12.2.1.2, 12.2.2: a target refresh. SS_ERR_FULL, and nothing changed. */
SS_MUST_USE ss_status ss_dialog_set_target(ss_core *core, ss_dialog *d, ss_slice target);
/** 13.2.2.4: a 2xx makes the route set and the remote target anew. SS_ERR_FULL, and nothing changed. */
SS_MUST_USE ss_status ss_dialog_set_route(ss_core *core, ss_dialog *d, ss_slice target,
                                          ss_slice routes);

/* ---- reliable provisional responses: RFC 3262 ------------------------------------------------------------------------------ */

/** RSeq numbers within an INVITE of a dialog: those that we gave, and the last in order that came. Zeroed to begin with. */
typedef struct ss_rseq_given {
    uint32_t cseq, rseq;
} ss_rseq_given;
typedef struct ss_rseq_taken {
    uint32_t cseq, rseq;
} ss_rseq_taken;
/** 3: the number of the next reliable response to the INVITE. */
uint32_t ss_rseq_next(ss_core *core, ss_rseq_given *given, uint32_t cseq);
/** 4: false for a copy and for one out of order, which is to be dropped. */
bool ss_rseq_take(ss_rseq_taken *taken, uint32_t cseq, uint32_t rseq);
/** 7.2. */
typedef struct ss_rack {
    uint32_t rseq, cseq;
    ss_slice method;
} ss_rack;
SS_MUST_USE ss_status ss_rack_parse(ss_slice value, ss_rack *out);
void ss_rack_put(ss_buffer *b, uint32_t rseq, uint32_t cseq);

/** What a request inside a dialog has beside the dialog's own. */
typedef struct ss_dialog_request {
    ss_method method;
    uint32_t cseq;
    const ss_path *path; /* by which it leaves: for Via */
    ss_slice branch;
    ss_slice contact; /* value, or empty: none */
    bool is_relayed;  /* Max-Forwards is `hops`, not the usual one */
    uint8_t hops;
} ss_dialog_request;

/** 12.2.1.1: the head of a request: request line, Via, Route, Max-Forwards, From, To, Call-ID, CSeq, Contact. The caller
 *  goes on with more header fields and ends with ss_put_body. `route` is made from text's target and routes. */
void ss_dialog_put_request(ss_buffer *b, const ss_dialog_text *text, const ss_route *route,
                           const ss_dialog_request *request);

#endif
