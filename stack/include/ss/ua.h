/* ss/ua.h: the user-agent core: registrations and calls (RFC 3261 sections 8 to 15).
 *
 * The application speaks in commands and is told events. A call is known by the engine's number of it (1, 2, …), never
 * reused, so that a late command about a call that is over is refused, not misdirected.
 */
#ifndef SS_UA_H
#define SS_UA_H

#include "ss/auth.h"
#include "ss/dialog.h"
#include "ss/stun.h"
#include "ss/txn.h"

/* ---- what user agents of one kind understand beside what all do: the extension points ---- */

/** A method that the stack has no code for. It is answered 200 and told as SS_EVENT_REQUEST. */
typedef struct ss_extra_method {
    ss_slice name;
    bool outside, inside; /* of dialogs: 481 and 405 otherwise */
    bool refreshes_target;
} ss_extra_method;

/** A header field, of any name, that goes into the requests of some methods. */
typedef struct ss_extra_header {
    ss_slice name, value;
    uint32_t methods; /* a sum of SS_METHOD_BIT */
} ss_extra_header;

#define SS_METHOD_BIT(method) (1u << SS_METHOD_##method)

/** A user of a realm, as whom a user agent may prove itself. */
typedef struct ss_credential {
    ss_slice realm, username, password;
    /* Hosts that a digest of it may be shown to: a proxy that is the next hop; the Request-URI's of a
     * REGISTER. Lower case */
    const ss_slice *hosts;
    uint16_t host_count;
    bool for_users; /* also to a user agent of those hosts, for its 401 to any other request */
} ss_credential;

/** How a user agent authenticates itself (22.2, 22.3). Immutable; borrowed for the engine's life. */
typedef struct ss_ua_auth {
    const ss_crypto *crypto;
    const ss_credential *credentials;
    uint16_t credential_count;
    ss_hash minimum;        /* weaker challenges are not answered; in the order of ss_hash */
    bool prefers_strongest; /* else the topmost challenge that will do (RFC 8760 2.4) */
    /* A 2xx to credentials, and any to a REGISTER at a host of theirs, that does not prove that the server knows the password
     * (RFC 7616 3.5) is no answer: of an INVITE it is acknowledged, and a BYE follows; of another request it is a 503 */
    bool wants_proof;
} ss_ua_auth;

#define SS_FLOWS_MAX 4u

/** Immutable, shared by any number of identities that are alike. Each array is one registration a row. */
typedef struct ss_ua_profile {
    uint32_t
        methods; /* of the stack's, those that are not on without being asked for: a sum of SS_METHOD_BIT */
    uint16_t extra_method_count, extra_header_count, option_count, package_count;
    const ss_extra_method *extra_methods;
    const ss_extra_header *extra_headers;
    ss_slice register_supported; /* Supported of a REGISTER: "path, outbound", or empty */
    ss_slice contact_params;     /* of its own Contact in a REGISTER: ";q=0.5", or empty */
    /* RFC 5626 4.2.1: of its first flow, by identity->outbound; the others go by these routes and have the next numbers. 0: outbound is
     * not its way */
    uint32_t reg_id;
    uint32_t
        keep_alive_s; /* the longest time between keep-alives when no Flow-Timer says it; 0: RFC 5626 4.4 */
    uint8_t more_route_count; /* at most SS_FLOWS_MAX - 1 */
    const ss_slice *more_routes;
    ss_slice contacts; /* registered beside the identity's own: "<uri>;params, <uri>", or empty */
    bool unregisters;  /* SS_CMD_QUIET removes the binding */
    ss_address other;  /* its address of the other version of IP, with the same port, or none */
    uint8_t
        gruu; /* ss_gruu_use; register_supported and options then say gruu, and contact_params an instance */
    const ss_ua_auth *auth; /* NULL: without credentials; its own for each identity that has some */
    const ss_protection *protection; /* NULL: nobody is asked for credentials, 22.2 */
    const ss_crypto *crypto;         /* of the protection */
    const ss_slice *options; /* option tags: Supported says them, Require may ask for them */
    /* event packages that we notify of: the stack's presence, dialog, and those whose documents the application says */
    const ss_slice *packages;
    const ss_slice *info_packages; /* Recv-Info, RFC 6086 */
    uint16_t info_package_count;
    bool knows_info;        /* Recv-Info is said even when it is empty: RFC 6086 5.2.3 */
    uint8_t watchers;       /* ss_watchers: what a SUBSCRIBE gets */
    bool refuses_forks;     /* RFC 6665 4.1.2.4: a NOTIFY of another fork gets 481 */
    uint8_t replaces;       /* ss_replaces_policy */
    uint8_t refers;         /* ss_refer_policy */
    bool is_compositor;     /* RFC 3903: requests are for any resource, not for us alone */
    bool takes_any_call;    /* a B2BUA: INVITEs are for anybody */
    uint32_t min_expires_s; /* of SUBSCRIBE and PUBLISH: 423 below */
} ss_ua_profile;

/** What a user agent has in its Contact: RFC 5627 4.4. */
typedef enum ss_gruu_use {
    SS_GRUU_USE_NONE, /* its address: it asks for no GRUU */
    SS_GRUU_USE_PUBLIC,
    SS_GRUU_USE_TEMPORARY
} ss_gruu_use;

/** Who may take the place of a dialog: RFC 3891 3. Whose place it is proves it, or sent who comes. */
typedef enum ss_replaces_policy {
    SS_REPLACES_ANYBODY,
    SS_REPLACES_RELATED, /* credentials of the same user (22.2), or a Referred-By of the one who is replaced; else 403 */
    SS_REPLACES_NOBODY
} ss_replaces_policy;

/** Whose REFERs are followed: RFC 3515 2.4.2, RFC 3892 5. */
typedef enum ss_refer_policy {
    SS_REFERS_ANYBODY,
    SS_REFERS_IN_CALL, /* 603 to others */
    SS_REFERS_NAMED,   /* 429 without a Referred-By */
    SS_REFERS_NOBODY
} ss_refer_policy;

/** RFC 6665 4.2.1.3. */
typedef enum ss_watchers {
    SS_WATCHERS_ACTIVE,
    SS_WATCHERS_PENDING,
    SS_WATCHERS_REFUSED
} ss_watchers;
/** Who refreshes a session, seen from whoever sent the INVITE. */
typedef enum ss_refresher { SS_REFRESHER_ANY, SS_REFRESHER_UAC, SS_REFRESHER_UAS } ss_refresher;

/** Session timers (RFC 4028). */
typedef struct ss_session_timers {
    uint32_t min_s; /* the least interval that is taken, at least 90; 0: the extension is unknown */
    uint32_t expires_s; /* asked for; 0: none, but the peer's is kept to */
    uint8_t refresher;  /* ss_refresher, when it is ours to say */
} ss_session_timers;

/** Reliable provisional responses (RFC 3262). */
typedef enum ss_reliable_policy {
    SS_RELIABLE_SUPPORTED,
    SS_RELIABLE_NONE,    /* as if the extension were unknown */
    SS_RELIABLE_REQUIRED /* our INVITEs require it */
} ss_reliable_policy;

/** Where a user agent is. */
typedef struct ss_ua_place {
    ss_transport transport;
    ss_address local;
} ss_ua_place;

/** Who a user agent is. Immutable; borrowed for the engine's life. */
typedef struct ss_ua_identity {
    ss_slice aor;       /* "sip:u17@example.com": From and To of its requests */
    ss_slice user;      /* user part of its Contact */
    ss_slice registrar; /* Request-URI of REGISTER: "sip:example.com" (10.2) */
    /* Local address; and the transport that it prefers where a URI names none (RFC 3263 4.1), which its Contact names. */
    ss_ua_place local;
    ss_slice outbound; /* a pre-loaded route: "sip:10.0.0.1;lr", or empty (8.1.2) */
    uint16_t lines;    /* calls at once; more get 486; 0 is no limit */
    uint8_t reliable;  /* ss_reliable_policy */
    ss_session_timers session_timers;
    const ss_ua_profile *profile; /* NULL: what all user agents understand, no more */
} ss_ua_identity;

typedef enum ss_command_kind {
    /* expires_s; 0 removes the binding; refreshed by itself, 9/10 of the granted time after the
     * answer that granted it. `all`: every binding of the address-of-record is removed. `query`: what is bound is asked, and
     * nothing changes: SS_EVENT_BINDINGS. target, or empty: "<uri>, <uri>", bound beside by this request alone; SS_ERR_STATE
     * while one is under way */
    SS_CMD_REGISTER,
    /* target, body; gives `call` back. reliable: its INVITE requires 100rel, whatever the identity says; expires_s, or 0: the
     * session interval that it asks for (RFC 4028). SS_ERR_SEMANTIC: the identity has not the extension, or it is too short */
    SS_CMD_CALL,
    /* Of an INVITE that waits for us, the first or a re-INVITE: */
    SS_CMD_PROGRESS, /* call, status 101..199, reliable or not, body may be empty */
    SS_CMD_ANSWER,   /* call, body: 200; waits for the PRACK of a 1xx that had one (RFC 3262 3) */
    SS_CMD_REJECT, /* call, status 300..699, target is a 3xx's Contact URI; retry_after_s of a call, or 0 */
    /* Of ours, likewise: CANCEL at once, or as soon as a 1xx comes (9.1) */
    SS_CMD_CANCEL,
    /* call: BYE (15.1), by the callee once the ACK came or 64*T1 are over (15); before an answer
     * CANCEL or 480 as fits */
    SS_CMD_HANGUP,
    /* call, leg or 0 for the first: BYE in an early dialog of our INVITE (15). The call goes on: other dialogs may come of
     * its INVITE, and the response to that ends it; a 2xx of the same dialog is acknowledged and ends it too: ENDED */
    SS_CMD_BYE,
    SS_CMD_QUIET, /* stop refreshing: the run drains; subscriptions and publications of ours end */
    /* target, or call: in its dialog; event, expires_s (0 fetches); gives `subscription` back. With `subscription`: again */
    SS_CMD_SUBSCRIBE,
    SS_CMD_UNSUBSCRIBE, /* subscription, or 0 and cookie: it and its forks */
    /* subscription of a watcher: state (NONE: as it is), reason, retry_after_s, body_type and body; status of a reference */
    SS_CMD_NOTIFY,
    SS_CMD_STATE, /* event: what we say of ourselves: presence, status 1 open or 0 closed, body a note */
    /* target, or call: in its dialog; refer_to, or refer_call: the call that the referred one shall replace; gives
     * `subscription` back */
    SS_CMD_REFER,
    SS_CMD_REQUEST, /* method MESSAGE, OPTIONS, INFO; target, or call; event: INFO's package; gives `request` back */
    SS_CMD_PUBLISH,  /* target, event, status and body as of STATE, expires_s (0 removes) */
    SS_CMD_REINVITE, /* call, body: the offer, or empty: the 2xx is to have it (14.1) */
    /* call, leg, body: an offer, or empty (RFC 3311). SS_ERR_SEMANTIC when the peer takes none */
    SS_CMD_UPDATE,
    SS_CMD_PRACK,  /* call, leg, body: what SS_ASKS_PRACK asks for, or an offer of our own */
    SS_CMD_ACK,    /* call, leg, body: what SS_ASKS_ACK asks for */
    SS_CMD_RESPOND /* call, leg, status, 0 for 200, body: what SS_ASKS_RESPONSE asks for */
} ss_command_kind;

/* The end of a call is told once: REJECTED, CANCELLED, BYE or ENDED. ENDED is also the end of an incoming call that nobody
 * answered (480 at the ring limit, 487 at its Expires) and of one that was hung up before its answer came: status is what
 * went out or came last, `synthetic` when it is no answer to a BYE. After SS_CMD_REJECT, and a SS_CMD_HANGUP answered with
 * 480, nothing more is told. A call that was cancelled but answered meanwhile is acknowledged and released: ENDED. */

typedef struct ss_command {
    ss_command_kind kind;
    uint32_t call;    /* in; for SS_CMD_CALL out: the new call's number */
    uint32_t leg;     /* of the event that asks; 0: the call's one, or first */
    bool reliable;    /* SS_CMD_PROGRESS: SS_ERR_SEMANTIC when the peer takes none */
    uint64_t cookie;  /* SS_CMD_CALL, REGISTER: told back in events */
    ss_slice target;  /* SS_CMD_CALL: Request-URI */
    ss_slice call_id; /* SS_CMD_CALL: the Call-ID, or empty for one of the engine's */
    unsigned status;
    uint32_t expires_s;
    bool all, query;          /* SS_CMD_REGISTER: Contact: * (10.2.2); none (10.2.3) */
    ss_slice body_type, body; /* copied */
    uint32_t subscription;    /* in or out; CALL: the reference that it is placed for */
    uint32_t request;         /* out */
    uint32_t refer_call, retry_after_s;
    uint8_t method; /* ss_method */
    uint8_t state;  /* ss_sub_state */
    ss_slice event, reason, refer_to;
    ss_slice replaces; /* CALL: value of Replaces, RFC 3891, or empty */
    /* What a call or a request inside one is sent because of: a request of another's, whose Max-Forwards was hops + 1. Nothing
     * that a B2BUA passes on begins anew with 70 (RFC 7332) */
    bool is_relayed;
    uint8_t hops;
    bool is_unreliable; /* CALL: its INVITE does not say 100rel, whatever the identity does */
    ss_slice from;      /* CALL: the URI of its From, or empty: the identity's */
    /* CALL: of the identity's credentials the one, from 1, that its INVITE and all requests in its dialogs have for its realm; 0: the
     * first of the realm, as everything else has */
    uint8_t credential;
    /* REINVITE without an offer: the value of o= of our last description. When the engine itself has to answer the offer of the 2xx, since the
     * call is being ended, it says the next version of that: RFC 3264 8 */
    ss_slice origin;
} ss_command;

/** The state of a user agent beside its core. Part of the engine; calls and registration live in the store. */
typedef struct ss_ua {
    const ss_ua_identity *identity;
    ss_ref first_call, last_call; /* in order of number; some linger when they are over */
    ss_ref registration;          /* or its flows, of who has them: flow.c */
    ss_blob services;             /* Route values that its registrar asked for: service_route.c */
    ss_ref first_pending;         /* requests that wait for an address, the newest first */
    ss_ref first_login;           /* nonces to make credentials from, the oldest first */
    ss_ref first_targets;         /* target sets of redirected requests: targets.c */
    uint32_t calls : 30;          /* not over: each takes one of identity->lines */
    uint32_t quiet : 1;
    uint32_t calls_changed : 1; /* since watchers were told */
    uint32_t next_call;
    uint32_t next_token;
    uint32_t register_cseq;                       /* of the last REGISTER; 0 before the first */
    ss_ref first_subscription, last_subscription; /* ours and our watchers', in order of number */
    ss_ref first_publication;                     /* ours */
    ss_ref
        first_published; /* what was published here, and what we say of ourselves; the newest is first */
    uint32_t next_usage; /* the last number of a subscription or a request */
    ss_ref nonces;       /* ss_nonces; 0 before the first challenge of ours */
} ss_ua;

/** SS_OK; SS_ERR_STATE no such call or not possible now, by the model of offer and answer (RFC 6337) too; SS_ERR_FULL quota or arena, nothing changed; SS_ERR_SYNTAX bad
 *  target; SS_ERR_SEMANTIC a status that the command cannot send. */
SS_MUST_USE ss_status ss_ua_command(ss_ua *ua, ss_core *core, ss_turn *turn, ss_command *command);
/** A call that is not over: its end will be told. */
bool ss_ua_has_call(const ss_core *core, uint32_t call);
/** A request that came up (SS_UP_REQUEST or SS_UP_ACK). Stamped, in the arena: events borrow it. */
void ss_ua_request(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_up *up, const ss_msg *request,
                   const ss_path *came_by);
/** Anything else that came up for an owner of the user agent's; `response` NULL unless SS_UP_RESPONSE, in the arena. */
void ss_ua_up(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_up *up, const ss_msg *response);
/** A keep-alive was answered on a connection of ours; or a connection is no more. RFC 5626 4.4.1, 4.5 */
void ss_ua_flow_answers(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path);
void ss_ua_flow_lost(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path);
/** A response of STUN: false when it answers no keep-alive of ours. And ICMP about a datagram of ours, perhaps one. RFC 5626 4.4.2 */
bool ss_ua_flow_stun(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path,
                     const ss_stun *response);
void ss_ua_flow_unreachable(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path,
                            const ss_quote *quote);
/** Timers of every kind but SS_TIMER_OF_TXN and SS_TIMER_OF_BRANCH. */
void ss_ua_timer(ss_ua *ua, ss_core *core, ss_turn *turn, ss_timer *timer);
/** The answer to a query of the user agent's (a name resolved). True when the token was the user agent's. */
bool ss_ua_answer(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_answer *answer);
/** Store bytes that the nonces of later credentials take: they stay when nothing is under way. */
size_t ss_ua_login_bytes(const ss_ua *ua, const ss_core *core);
/** The same of nonces that we gave. */
size_t ss_ua_nonce_bytes(const ss_ua *ua);
/** A notifier of registrations (RFC 3680): the bindings of a canonical address-of-record changed. */
void ss_ua_registration_changed(ss_ua *ua, ss_core *core, ss_turn *turn, ss_slice aor);
/** Frees calls and registration, as a crash does. */
void ss_ua_forget_all(ss_ua *ua, ss_core *core);

#endif
