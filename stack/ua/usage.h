/* usage.h: what the files of the user agent share: calls, their legs, what is sent and how.
 *
 * A call is one INVITE transaction of ours or of a peer's and all dialogs that came of it (RFC 3261 section 13). A leg is
 * one such dialog with what its usage needs: a fork makes several legs of one call. The application knows calls only.
 * A call that is over for the application lingers while a transaction can still bring a 2xx that must be acknowledged
 * (13.2.2.4) or while a BYE of it waits for its answer.
 */
#ifndef SS_UA_USAGE_H
#define SS_UA_USAGE_H

#include "ss/sdp.h"
#include "ss/ua.h"

/** What bodies may be written in (RFC 3261 20.3, 20.13). */
#define SS_UA_LANGUAGE SS_LIT("en")

/* ---- the state of things ---- */

/** One visit to a user agent: what every function needs. */
typedef struct ss_visit {
    ss_ua *ua;
    ss_core *core;
    ss_turn *turn; /* NULL when everything is forgotten without a word */
    /* What this visit sends, it sends because of another's request: Max-Forwards is `hops`. RFC 7332 */
    bool is_relaying;
    uint8_t hops;
    bool is_unreliable; /* its INVITE does not say 100rel */
    bool is_unproved;   /* the 2xx to an INVITE that came is to be refused: RFC 7616 3.5 */
} ss_visit;

typedef enum ss_call_state {
    SS_CALL_RESOLVING, /* UAC: the INVITE waits for an address */
    SS_CALL_INVITING,  /* UAC: the INVITE is out, no final response came */
    SS_CALL_INCOMING,  /* UAS: no final response was sent */
    SS_CALL_ANSWERED,  /* UAS: 2xx sent, its ACK has not come */
    SS_CALL_UP,
    SS_CALL_ENDING, /* our BYE waits for its answer */
    SS_CALL_OVER    /* the application knows it; lingering */
} ss_call_state;

enum { SS_TAG_BYTES = 16 };

typedef struct ss_call {
    ss_timer
        timer; /* UAS: ring limit, then 2xx copies; UAC: its own limit after a 1xx, then 64*T1 after CANCEL */
    ss_ref next, prev; /* in order of number */
    ss_ref invite;     /* its transaction, 0 once gone or disowned */
    ss_ref first_leg;
    ss_ref wanted; /* the leg that the application talks on, 0 before an answer */
    uint32_t number;
    uint64_t cookie;
    uint8_t state;       /* ss_call_state */
    uint8_t repeats;     /* UAC: of the INVITE: repeat.c */
    uint8_t bye_repeats; /* of our BYEs */
    uint8_t credential;  /* UAC: that it has for its realm: login.c */
    uint16_t end_status; /* UAS: 480 or 487, when `end` comes unanswered */
    bool is_uac : 1, secure : 1;
    bool wants_cancel : 1, cancel_sent : 1; /* UAC */
    bool wants_bye : 1;                     /* UAS: hung up before the ACK came (15) */
    bool full_told : 1;                     /* SS_EVENT_FULL was put out for its responses */
    bool progressed : 1;                    /* UAS: the application sent a 101..199 */
    bool offered : 1;                       /* the INVITE had an offer */
    bool was_reliable : 1;                  /* UAS: the last 1xx that left was */
    bool is_referred : 1;   /* UAC: a REFER asked for it, and who sent that is told */
    char tag[SS_TAG_BYTES]; /* our tag */
    uint32_t cseq;          /* of the INVITE */
    union {
        uint32_t replaces;  /* UAS: the call that ends when this one is answered */
        uint32_t session_s; /* UAC: the interval that this one asked for, 0: as the identity */
    };
    uint64_t call_id; /* hash, for notes */
    ss_table_link by_number;
    ss_blob
        kept; /* UAS: what responses repeat of the INVITE, until the final one; UAC: header lines of
                          * the INVITE that its ACK repeats (22.1) */
    union {
        ss_blob answer;  /* UAS: the 2xx, until its ACK */
        ss_blob targets; /* UAC: the target set of a redirected call: redirect.c */
    };
    ss_time end;      /* UAS: of the ring limit or of the 2xx copies */
    ss_span interval; /* that the timer runs */
} ss_call;

/** The ACK of a 2xx: the same bytes for every copy. */
typedef struct ss_ack {
    ss_blob bytes; /* while it waits: the answer that it has when the application says none */
    ss_path path;  /* once it is known */
    bool path_known : 1;
    bool unsent : 1; /* no address was found: a copy asks again */
    bool waits : 1;  /* the application is to say the answer in it */
} ss_ack;

typedef enum ss_leg_state {
    SS_LEG_EARLY,
    SS_LEG_UP,
    SS_LEG_ENDING, /* our BYE waits for its answer */
    SS_LEG_FADING, /* UAS: rejected, but a PRACK may still come (RFC 3262 3) */
    SS_LEG_OVER    /* its dialog is gone; UAC: copies of its 2xx are still ACKed */
} ss_leg_state;

typedef struct ss_leg {
    ss_ref next, call;
    ss_ref dialog;             /* 0 when over */
    ss_ref more;               /* what only some legs have: changes.h */
    ss_ref first_subscription; /* that shares its dialog: usages.c */
    uint64_t key;              /* half of the dialog's: enough among those of one call */
    ss_ack ack;                /* UAC: of the first INVITE's 2xx */
    uint8_t state;             /* ss_leg_state */
    ss_oa oa;
    bool peer_updates : 1; /* it said that it takes UPDATE (RFC 3311 4) */
    bool is_sips : 1;      /* our Contact in it */
    bool is_resyncing : 1; /* the application was asked to make both sides agree: reinvite_uac.c */
} ss_leg;

/** A request as it came, for those who answer it. */
typedef struct ss_incoming {
    const ss_msg *msg;
    const ss_path *came_by;
    const ss_proof *proof; /* of one that came with credentials; NULL */
} ss_incoming;

/** How a call or a leg ends. */
typedef struct ss_outcome {
    unsigned status;
    bool synthetic;
    const ss_msg *msg; /* or NULL */
} ss_outcome;

/* ---- call.c ---- */

ss_call *ss_call_at(const ss_core *core, ss_ref call);
ss_leg *ss_leg_at(const ss_core *core, ss_ref leg);
ss_ref ss_call_ref(const ss_core *core, const ss_call *call);
ss_ref ss_leg_ref(const ss_core *core, const ss_leg *leg);
/** NULL: no such call, or it is over. */
ss_call *ss_call_find(const ss_visit *v, uint32_t number);
/** A new call at the end of the list, counted and numbered; NULL at a quota. */
ss_call *ss_call_new(const ss_visit *v, ss_call_state state);
/** Takes a call away that came to nothing in the turn that made it: its number is used again. */
void ss_call_undo(const ss_visit *v, ss_call *call);
void ss_call_forget_all(const ss_visit *v);
ss_slice ss_call_tag(const ss_call *call);
void ss_call_arm(const ss_visit *v, ss_call *call, ss_span span);
void ss_call_disarm(const ss_visit *v, ss_call *call);
/** A timer of the call fired: its span is call->interval. */
void ss_call_note_timer(const ss_visit *v, const ss_call *call, ss_letter letter);
void ss_call_tell(const ss_visit *v, ss_call *call, ss_event_kind kind, const ss_outcome *outcome);
/** SS_EVENT_FULL, once per call. */
void ss_call_tell_full(const ss_visit *v, ss_call *call);
/** The end for the application, who was told: dialogs without a BYE under way end. */
void ss_call_over(const ss_visit *v, ss_call *call);
/** Gives an over call back when nothing of it is under way any more; the pointer is dead then. Only the functions at which
 *  a visit enters do this, last of all. */
void ss_call_settle(const ss_visit *v, ss_call *call);
/** A leg around a new dialog. SS_ERR_FULL at a quota. */
SS_MUST_USE ss_status ss_leg_new(const ss_visit *v, ss_call *call, const ss_dialog_options *options,
                                 ss_leg **leg);
ss_leg *ss_leg_find(const ss_visit *v, const ss_call *call, ss_key128 key);
/** The leg's use of its dialog ends; the leg stays for copies of its 2xx. */
void ss_leg_over(const ss_visit *v, ss_leg *leg);
/** The same for the dialog alone, which ends unless subscriptions use it too. */
void ss_leg_leave_dialog(const ss_visit *v, ss_leg *leg);
/** The peer does not know the dialog any more: the leg is over without a BYE, and its call if it was the call's. */
void ss_leg_lost(const ss_visit *v, ss_leg *leg, const ss_outcome *outcome);
/** Takes a leg and its dialog away. */
void ss_leg_free(const ss_visit *v, ss_call *call, ss_leg *leg);
void ss_leg_end_early(const ss_visit *v, ss_call *call);
/** What the application says of a leg: by its number, else the one that it talks on, else the first. NULL: none. */
ss_leg *ss_call_leg(const ss_visit *v, const ss_call *call, uint32_t number);
/** An event of a leg's, while the application knows its call. */
void ss_leg_tell(const ss_visit *v, const ss_leg *leg, ss_event event);
/** The peer said that it takes INFOs of the package: RFC 6086 5.2.2. */
bool ss_leg_takes_info(const ss_visit *v, const ss_leg *leg, ss_slice package);
/** What a message of the peer's tells of it: Allow. */
void ss_leg_learn(ss_leg *leg, const ss_msg *msg);
/** The body is a session description, for an offer or an answer: RFC 3261 13.2.1. */
bool ss_ua_has_session(const ss_msg *msg);

/** How a request inside a leg travels. */
typedef struct ss_leg_journey {
    ss_dialog_text text;
    ss_route route;
    ss_hop hop;
    ss_path path;
} ss_leg_journey;
SS_MUST_USE ss_status ss_leg_plan(const ss_visit *v, const ss_leg *leg, ss_leg_journey *j);

/* ---- command.c ---- */

/** The end of every visit from outside. */
void ss_ua_leave(const ss_visit *v);

/* ---- uac.c: requests outside dialogs, and what all requests have ---- */

/** "<sip:user@host:port>", or a GRUU, in the arena: SS_ERR_FULL. */
SS_MUST_USE ss_status ss_ua_contact(const ss_visit *v, ss_slice *contact);
/** The same, sips when `is_secure`. */
SS_MUST_USE ss_status ss_ua_contact_for(const ss_visit *v, bool is_secure, ss_slice *contact);
/** One of its addresses, and never a GRUU: what a REGISTER binds. */
SS_MUST_USE ss_status ss_ua_place_contact(const ss_visit *v, const ss_address *at,
                                          ss_slice *contact);
bool ss_ua_is_sips(ss_slice uri);
/** What is put behind the head of a request that we make: the profile's header fields for its method, User-Agent. */
void ss_ua_put_tail(const ss_visit *v, ss_buffer *b, ss_method method);
/** SS_CMD_CALL. */
SS_MUST_USE ss_status ss_ua_call(const ss_visit *v, ss_command *command);

typedef struct ss_new_request {
    ss_method method;
    ss_slice request_uri, to; /* URIs */
    ss_slice call_id, tag;
    uint32_t cseq;
    ss_slice from; /* URI; empty: the identity's */
} ss_new_request;
/** 8.1.1: the head of a request outside a dialog, by the pre-existing route set. */
void ss_ua_put_request(const ss_visit *v, ss_buffer *b, const ss_new_request *request,
                       const ss_route *route, const ss_path *path);

/** Where a request goes, and how. */
typedef struct ss_journey {
    ss_uri target; /* of a request outside dialogs */
    ss_route route;
    ss_hop hop;
    ss_path path;
} ss_journey;
/** 8.1.1.1, 8.1.2. SS_ERR_SYNTAX: a target that no request can go to. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_ua_plan_journey(const ss_visit *v, ss_slice target, ss_journey *j);
/** The target as a To has it, in the arena; SS_EMPTY when that is full. */
ss_slice ss_ua_logical_uri(const ss_visit *v, const ss_uri *uri);
ss_slice ss_ua_new_call_id(const ss_visit *v);

/* ---- two_addresses.c ---- */

/** Its own address toward one of that family. */
const ss_address *ss_ua_address_for(const ss_visit *v, uint8_t family);
/** The request as it leaves by the path, whose remote address is known: path->local becomes ours of that version. In the arena when it
 *  changes; SS_EMPTY when that is full. */
ss_slice ss_ua_from_here(const ss_visit *v, ss_slice request, ss_path *path);
/** The same of a response, which goes where its request came from. */
ss_slice ss_ua_back_from_here(const ss_visit *v, ss_slice response);

/* ---- resolve.c: 8.1.2 ---- */

typedef enum ss_errand_kind {
    SS_ERRAND_INVITE,
    SS_ERRAND_ACK,
    SS_ERRAND_BYE,
    SS_ERRAND_REGISTER,
    SS_ERRAND_SUBSCRIPTION, /* SUBSCRIBE, REFER, NOTIFY */
    SS_ERRAND_PUBLICATION,
    SS_ERRAND_REQUEST,
    SS_ERRAND_ASKED,
    SS_ERRAND_ASKED_ACK,
    SS_ERRAND_GUEST /* a peer's request, which waits for what the host knows of its user */
} ss_errand_kind;

/** What a request is for: who is told when it cannot be sent. */
typedef struct ss_errand {
    ss_errand_kind kind;
    /* call (INVITE), leg (ACK, BYE), ss_asked (ASKED, ASKED_ACK), subscription, publication; a
     * request's number */
    ss_ref who;
} ss_errand;

/** The path by which a request to the hop leaves; the remote address is known when the hop is numeric. */
ss_path ss_ua_path_to(const ss_visit *v, const ss_hop *hop);
/** Sends, or asks where the hop is and keeps the request until the answer comes. SS_ERR_FULL: neither. */
SS_MUST_USE ss_status ss_ua_send(const ss_visit *v, ss_errand errand, const ss_hop *hop,
                                 const ss_path *path, ss_slice bytes);
/** Addresses of one host or service, in the order in which they are tried. */
typedef struct ss_places {
    const ss_address *at;
    uint16_t count;
} ss_places;
/** Sends on a path whose remote address is known; the others are tried when that fails, RFC 3263 4.3. */
SS_MUST_USE ss_status ss_ua_send_by(const ss_visit *v, ss_errand errand, const ss_path *path,
                                    ss_slice bytes, ss_places others);
/** Keeps a request of a peer's until the host's answer with the token comes: ss_ua_guest_known. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_ua_keep_guest(const ss_visit *v, const ss_incoming *in, uint32_t *token);
void ss_ua_drop_guest(const ss_visit *v, uint32_t token);
/** The very same bytes wait already. */
bool ss_ua_is_waiting(const ss_visit *v, ss_slice bytes);
/** Forgets the requests that wait for someone: not those of SS_ERRAND_REQUEST, who have nobody. */
void ss_ua_drop_pending(const ss_visit *v, ss_ref who);
void ss_ua_drop_all_pending(const ss_visit *v);

/* ---- registry.c: what we understand, as tables ---- */

typedef void ss_serve_outside(const ss_visit *v, const ss_incoming *in);
/** The request is in order (12.2.2); `dialog` is its. */
typedef void ss_serve_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);

/** A method that we serve: one row is all there is to add. */
typedef struct ss_method_row {
    ss_method method;
    bool on_request;           /* off unless the profile asks for it */
    bool creates_dialog;       /* outside one it needs a Contact: 8.1.1.8 */
    bool refreshes_target;     /* 12.2: ss_ua_refresh_target */
    bool any_usage;            /* inside any dialog; else only in one of a call: 481 */
    uint8_t event;             /* ss_event_rule */
    ss_slice accepts;          /* content types, by commas; at == NULL: any */
    ss_serve_outside *outside; /* NULL: 481 */
    ss_serve_inside *inside;   /* NULL: 405 */
    ss_serve_outside *unknown; /* with a To tag, in a dialog that we do not have; NULL: 481 */
} ss_method_row;

/** What a method's Event must name, or 489. */
typedef enum ss_event_rule { SS_EVENT_ANY, SS_EVENT_KNOWN, SS_EVENT_SERVED } ss_event_rule;

/** How a request is served by us. False: not at all; `known` says whether the stack has such a method. */
bool ss_ua_find_method(const ss_ua *ua, const ss_msg *request, ss_method_row *row, bool *known);
bool ss_ua_has_option(const ss_ua *ua, ss_slice tag);
/** A list by commas names the item, without case. */
bool ss_ua_lists(ss_slice list, ss_slice item);
/** Allow, Supported, Accept, Allow-Events, Recv-Info as one header field, printed from the tables. Recv-Info is left out when
 *  there is no package. */
void ss_ua_put_ability(const ss_visit *v, ss_buffer *b, ss_hdr which);
/** Those of them that a request or response which begins a dialog says. */
void ss_ua_put_abilities(const ss_visit *v, ss_buffer *b);
/** 12.2.2: the Contact of a target refresh request that we accept. Others, and one without, change nothing. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_ua_refresh_target(const ss_visit *v, const ss_incoming *in,
                                           ss_dialog *dialog);

/* ---- repeat.c: a response that asks for another request: 8.1.3.4, 8.1.3.5, 22.2, 22.3 ---- */

enum { SS_REPEATS_MAX = 5 }; /* of one request: whoever asks for more is not worth it */

/** How a request is to be sent again. What its answer asks for is written down by a rule; CSeq, branch and credentials come by
 *  themselves. Call-ID, From tag, To and body stay. */
typedef struct ss_repeat {
    ss_errand errand;
    ss_msg request;  /* as it was sent; in the arena */
    ss_splice edits; /* of it */
    ss_slice uri; /* at != NULL: another Request-URI, and it goes where that leads; in the arena */
} ss_repeat;

/** The URI that a repeated request is sent to (8.1.2): its first route, or its Request-URI. */
ss_slice ss_ua_next_hop(const ss_repeat *repeat);

/** False: this response asks for nothing that can be done. */
typedef bool ss_repeat_rule(const ss_visit *v, const ss_msg *response, ss_repeat *repeat);

/**
 * A final response of 300 and more came for an errand, or none (NULL): when a rule of repeat.c knows what it asks for, the request is sent again,
 * or waits for its address, as the same errand; the transaction is not the owner's any more, and an INVITE's early dialogs are
 * over. `repeats`: counted in the owner, for each request anew.
 * False: the response is the answer, or there was none.
 */
SS_MUST_USE bool ss_ua_repeat(const ss_visit *v, ss_errand errand, const ss_up *up,
                              const ss_msg *response, uint8_t *repeats);

/** What was sent failed by a timeout, the transport or a 503: the same request goes to the next place that its host's name led
 *  to, RFC 3263 4.3. ss_ua_repeat begins with this. False: there is none. */
SS_MUST_USE bool ss_ua_fail_over(const ss_visit *v, ss_errand errand, const ss_up *up);

/** The rule of 416, tel.c: 19.1.6. */
bool ss_ua_use_sip_uri(const ss_visit *v, const ss_msg *response, ss_repeat *repeat);

/* ---- redirect.c: 8.1.3.4, 19.1.5 ---- */

/** The rule of 3xx: its Contacts join the target set of the errand, and the best one that was not tried is next. */
bool ss_ua_follow_redirect(const ss_visit *v, const ss_msg *response, ss_repeat *repeat);
/** The rule of what failed: the next of the target set, which only a 3xx makes. */
bool ss_ua_try_next_target(const ss_visit *v, ss_repeat *repeat);

/* ---- targets.c: 8.1.3.4 ---- */

/** The target set of an errand; NULL: it has none yet, or may have none. */
ss_blob *ss_targets_of(const ss_visit *v, ss_errand errand);
/** A place for one. NULL: at the quota, or nothing that may be redirected. */
ss_blob *ss_targets_need(const ss_visit *v, ss_errand errand);
/** The errand is done; of those that have a place of their own nothing happens. */
void ss_targets_drop(const ss_visit *v, ss_errand errand);
void ss_targets_forget_all(const ss_visit *v);
/** The errand as if it was not sent again yet: another target's count of repeats is its own. */
ss_errand ss_errand_anew(ss_errand errand);

/* ---- login.c: credentials: 22.1, 22.2, 22.3 ---- */

/** The rule of 401 and 407: takes the nonces of its challenges in. */
bool ss_ua_answer_challenge(const ss_visit *v, const ss_msg *response, ss_repeat *repeat);
/** The request with credentials for all who are known to want them and may have them; *lines are their header lines. In the
 *  arena; the bytes themselves when there are none. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_ua_log_in(const ss_visit *v, ss_errand errand, ss_slice next_hop,
                                   ss_slice *bytes, ss_slice *lines);
/** Authentication-Info of a response below 300: RFC 7616 3.5. False: one is wanted that proves the server, and this 2xx has none. */
SS_MUST_USE bool ss_ua_logged_in(const ss_visit *v, const ss_up *up, const ss_msg *response);
/** Who answers has to prove that he knows the password: RFC 7616 3.5. */
bool ss_ua_wants_proof(const ss_visit *v);
void ss_ua_forget_logins(const ss_visit *v);

/* ---- door.c: credentials of others: 22.2 ---- */

/** True when it was refused, or waits. */
bool ss_ua_stops(const ss_visit *v, const ss_incoming *in);
/** The host has said the secret of the user whose credentials a waiting request has. `bytes`: in the arena. */
void ss_ua_guest_known(const ss_visit *v, ss_slice bytes, const ss_path *came_by,
                       const ss_answer *answer);
void ss_ua_forget_nonces(const ss_visit *v);

/* ---- uas.c: 8.2 ---- */

/** A request outside dialogs that may come in. */
void ss_uas_admit(const ss_visit *v, const ss_incoming *in);

/** The head of a response in the arena's free space; more header fields may follow. Close it with ss_ua_reply_end. */
ss_buffer ss_ua_reply_begin(const ss_visit *v, const ss_msg *request, unsigned status,
                            ss_slice to_tag);
/** SS_EMPTY when the arena is full. */
ss_slice ss_ua_reply_end(const ss_visit *v, ss_buffer *b, ss_slice type, ss_slice body);
/** Answers a request at once with a transaction of its own. At the quota the answer is 503 without one. True when the
 *  answer was this one. */
bool ss_ua_reply(const ss_visit *v, const ss_incoming *in, ss_slice response);
/** The same for a request that ends something: at the quota the same answer goes out without a transaction, as ending is
 *  what makes room. False when nothing could be said: as if the request was lost. */
SS_MUST_USE bool ss_ua_reply_ending(const ss_visit *v, const ss_incoming *in, ss_slice response);
/** A final response with no more than one header field beside the usual ones (SS_HDR_OTHER: none; without a
 *  value: ss_ua_put_ability). */
void ss_ua_refuse(const ss_visit *v, const ss_incoming *in, unsigned status, ss_hdr extra,
                  ss_slice value);
/** 500: out of order (12.2.2), or an INVITE before the answer to another (14.2), which has a Retry-After of 0..10 s. */
void ss_ua_refuse_order(const ss_visit *v, const ss_incoming *in);
/** Without a transaction, with these header lines. False: the arena, or a Via that no response can follow. RFC 3261 8.2.7 */
bool ss_ua_refuse_alone(const ss_visit *v, const ss_incoming *in, unsigned status, ss_slice lines);
/** 503 without state: the quota leaves no room for the request. */
void ss_ua_refuse_full(const ss_visit *v, const ss_incoming *in);
/** All lines are taken. */
bool ss_ua_is_busy(const ss_ua *ua);
void ss_ua_note_stray(const ss_visit *v, const ss_msg *msg);

/* ---- invite_uac.c: 13.2 ---- */

void ss_uac_invite_up(const ss_visit *v, ss_call *call, const ss_up *up, const ss_msg *response);
/** The limit of patience after a 1xx, then 64*T1 after the CANCEL. */
void ss_uac_timer(const ss_visit *v, ss_call *call);
/** The INVITE failed, or a failure response came: the call is over. */
void ss_uac_refused(const ss_visit *v, ss_call *call, const ss_outcome *outcome);

/* ---- invite_uas.c: 13.3 ---- */

void ss_uas_invite(const ss_visit *v, const ss_incoming *in);
void ss_uas_ack(const ss_visit *v, const ss_msg *ack);
SS_MUST_USE ss_status ss_uas_progress(const ss_visit *v, ss_call *call, const ss_command *command);
SS_MUST_USE ss_status ss_uas_answer(const ss_visit *v, ss_call *call, const ss_command *command);
/** A failure response to an unanswered call, which is over then; nothing is told. SS_ERR_FULL when it could not be said. */
SS_MUST_USE ss_status ss_uas_reject(const ss_visit *v, ss_call *call, unsigned status,
                                    ss_slice contact);
/** The same, and when it is worth to try again; 0: nothing is said of that. */
SS_MUST_USE ss_status ss_uas_reject_until(const ss_visit *v, ss_call *call, unsigned status,
                                          ss_slice contact, uint32_t retry_after_s);
void ss_uas_ring_timer(const ss_visit *v, ss_call *call);
/** What responses repeat of an INVITE, as a message of its own without body; and that message again, in the arena. */
SS_MUST_USE ss_status ss_uas_keep_request(const ss_visit *v, const ss_incoming *in, ss_blob *kept);
ss_msg *ss_uas_kept_request(const ss_visit *v, ss_blob kept);

/* ---- replaces.c: RFC 3891 ---- */

/** 0 and the number of the call that an INVITE replaces (0: none), or what it is answered. */
unsigned ss_uas_replaces(const ss_visit *v, const ss_incoming *in, uint32_t *replaced);
/** The call that was answered takes the place of the one it replaces, which ends. */
void ss_uas_replaced(const ss_visit *v, const ss_call *call);

/* ---- refer.c: RFC 3515 ---- */

/** What became of a call that a REFER asked for goes to who asked. */
void ss_refer_progress(const ss_visit *v, ss_call *call, ss_event_kind kind,
                       const ss_outcome *outcome);

/* ---- twoxx.c: 13.2.2.4, 13.3.1.4 ---- */

void ss_uac_twoxx(const ss_visit *v, ss_call *call, const ss_msg *response);
/** Which ACK: of the leg's first INVITE, or of a re-INVITE. */
typedef struct ss_ack_of {
    const ss_leg *leg;
    ss_ack *ack;
    ss_errand errand;
    uint32_t cseq;
    ss_blob kept; /* credentials of its INVITE (22.1) */
} ss_ack_of;
ss_ack_of ss_leg_ack_of(const ss_visit *v, ss_leg *leg);
/** The 2xx has an offer: the ACK waits for the application, and an answer that rejects everything is kept for the case that it
 *  says none; `origin`: as ss_command.origin, or empty. */
void ss_ack_wait(const ss_visit *v, ss_ack *ack, const ss_msg *response, ss_slice origin);
void ss_ack_forget(const ss_visit *v, ss_ack *ack);
/** Prints, keeps and sends it; without a body, one that waits has the answer that was kept. */
SS_MUST_USE ss_status ss_ack_say(const ss_visit *v, const ss_ack_of *of, ss_slice type,
                                 ss_slice body);
/** Prints and keeps it, to be sent when a 2xx comes: there will be no dialog then. False: no room, or no address. */
bool ss_ack_write(const ss_visit *v, const ss_ack_of *of);
/** A copy of the 2xx came. */
void ss_ack_repeat(const ss_visit *v, const ss_ack_of *of);
/** Sends what is kept, by the path that is known now. */
void ss_ack_send(const ss_visit *v, const ss_ack *ack);
void ss_uas_twoxx_start(const ss_visit *v, ss_call *call);
void ss_uas_twoxx_timer(const ss_visit *v, ss_call *call);
/** The next interval of 2xx copies: twice the last, T2 at most, not past the end. */
ss_span ss_twoxx_interval(const ss_visit *v, ss_span last, ss_time end);
/** A copy goes out by the server transaction. */
void ss_uas_repeat_twoxx(const ss_visit *v, ss_ref invite, ss_slice copy, uint64_t call_id);

/* ---- cancel.c: 9 ---- */

SS_MUST_USE ss_status ss_uac_cancel(const ss_visit *v, ss_call *call);
/** After a 1xx: the CANCEL that was asked for. */
void ss_uac_send_cancel(const ss_visit *v, ss_call *call);
void ss_uac_cancel_timer(const ss_visit *v, ss_call *call);
/** The CANCEL of an INVITE in Proceeding. */
SS_MUST_USE ss_status ss_uac_start_cancel(const ss_visit *v, ss_ref invite);
void ss_uas_cancel(const ss_visit *v, const ss_incoming *in);

/* ---- bye.c: 15 ---- */

void ss_leg_bye(const ss_visit *v, ss_leg *leg);
/** The same, but the callee's waits for the ACK of its 2xx, or for the time in which that must come. */
void ss_leg_bye_in_time(const ss_visit *v, ss_leg *leg);
/** SS_CMD_BYE, in an early dialog of our INVITE. SS_ERR_FULL, SS_ERR_SYNTAX: nothing changed but the CSeq number. */
SS_MUST_USE ss_status ss_leg_bye_early(const ss_visit *v, ss_leg *leg);
/** The 2xx of such a dialog came and is acknowledged: the end of the call. */
void ss_leg_left_early(const ss_visit *v, ss_leg *leg);
void ss_leg_bye_up(const ss_visit *v, ss_leg *leg, const ss_up *up, const ss_msg *response);
/** Our BYE is done, one way or the other. */
void ss_leg_bye_done(const ss_visit *v, ss_leg *leg, const ss_outcome *outcome);
void ss_uas_bye(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);

/* ---- options.c: 11.2 ---- */

void ss_uas_options(const ss_visit *v, const ss_incoming *in);
void ss_uas_options_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);

/* ---- register.c: 10.2 ---- */

SS_MUST_USE ss_status ss_ua_register(const ss_visit *v, const ss_command *command);
void ss_ua_register_quiet(const ss_visit *v);
void ss_ua_register_up(const ss_visit *v, const ss_up *up, const ss_msg *response);
void ss_ua_register_timer(const ss_visit *v, ss_timer *timer);
/** The target set of the REGISTER under way, and its number. */
ss_blob *ss_ua_register_targets(const ss_visit *v, ss_ref registration);
uint32_t *ss_ua_register_cseq(const ss_visit *v, ss_ref registration);
/** The REGISTER came to nothing: no address, or the quota. */
void ss_ua_register_failed(const ss_visit *v, ss_ref registration, const ss_outcome *outcome);
/** Its flow is lost and asks for another: at once, or as after a failure. 0: it has none. */
void ss_ua_register_anew(const ss_visit *v, ss_ref registration, bool at_once);
/** Its flow has shown that it works. */
void ss_ua_register_proved(const ss_visit *v, ss_ref registration);
void ss_ua_register_forget(const ss_visit *v);
/** Where the GRUUs of its nth registration are kept; NULL: it has so many none, or asks for none. */
ss_blob *ss_ua_register_gruus(const ss_visit *v, uint8_t nth);

/* ---- gruu.c: RFC 5627 ---- */

/** What a 2xx says of our Contact takes the place of what is kept. */
void ss_ua_learn_gruus(const ss_visit *v, ss_blob *place, const ss_name_addr *contact,
                       uint32_t lasts_s);
/** "<uri>" of a GRUU that may be used now. False: there is none. */
bool ss_ua_put_gruu(const ss_visit *v, ss_buffer *b, bool is_sips);

/* ---- flow.c: RFC 5626 ---- */

/** What a user agent with a reg-id has of each of its flows. */
typedef struct ss_flow {
    ss_timer timer;      /* the next keep-alive, or the limit of its answer */
    ss_ref registration; /* by it; 0: none */
    uint32_t cseq;       /* of the last REGISTER by it, but the first flow's is the user agent's */
    uint32_t interval_s; /* between keep-alives, at most */
    uint32_t pings;
    ss_path path; /* that is kept alive */
    ss_address seen_as; /* over UDP, by whoever answers; family 0: not known yet */
    uint8_t number;
    uint8_t tries; /* over UDP: copies of the keep-alive that were sent */
    bool is_up : 1;     /* it is registered by this flow */
    bool is_kept : 1;   /* keep-alives go over `path` */
    bool waits : 1;     /* for the answer to one */
    bool was_alive : 1; /* one was answered: 4.5 */
} ss_flow;

/** 0: outbound is not its way. */
uint8_t ss_flow_count(const ss_ua *ua);
/** Of who has flows: their block is there from now on. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_flows_begin(const ss_visit *v);
/** It is given back when no flow has a registration any more. */
void ss_flows_end(const ss_visit *v);
/** NULL: no such flow, or none at all. */
ss_flow *ss_flow_at(const ss_visit *v, uint8_t number);
ss_flow *ss_flow_of(const ss_visit *v, ss_ref registration);
ss_slice ss_flow_route(const ss_ua *ua, uint8_t number);
/** The route that requests go by. */
ss_slice ss_ua_outbound(const ss_visit *v);
/** The same and behind it the service route: of requests outside dialogs but REGISTER. Borrowed from the identity or the store, or in the
 *  arena: SS_ERR_FULL. RFC 3608 6.1 */
SS_MUST_USE ss_status ss_ua_preloaded(const ss_visit *v, ss_slice *routes);
/** What a 2xx to REGISTER says of it, or does not say. */
void ss_ua_services_learn(const ss_visit *v, const ss_msg *response);
void ss_ua_services_forget(const ss_visit *v);
bool ss_flow_another_is_up(const ss_visit *v, const ss_flow *flow);
/** It is registered by a path; it is not any more. */
void ss_flow_up(const ss_visit *v, ss_flow *f, const ss_path *path, const ss_msg *response);
void ss_flow_down(const ss_visit *v, ss_flow *f);
void ss_flow_timer(const ss_visit *v, ss_flow *f);

#endif
