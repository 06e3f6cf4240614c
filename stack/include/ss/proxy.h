/* ss/proxy.h: the proxy core (RFC 3261 section 16), the registrar (10.3) and a location service to answer their
 * queries with.
 */
#ifndef SS_PROXY_H
#define SS_PROXY_H

#include "ss/auth.h"
#include "ss/txn.h"

/** In what order the targets of a request are tried: RFC 3261 16.6. */
typedef enum ss_fork {
    SS_FORK_BY_Q,       /* those of the highest q in parallel, then those of the next */
    SS_FORK_PARALLEL,   /* all at once */
    SS_FORK_SEQUENTIAL, /* one after the other, by q */
    SS_FORK_NEVER       /* only the first of those */
} ss_fork;

/** What becomes of a request that is no REGISTER of its domains. */
typedef enum ss_proxy_mode {
    SS_PROXY_STATEFUL,
    SS_PROXY_STATELESS, /* 16.11; it asks nobody for credentials but in a REGISTER */
    SS_PROXY_REDIRECTS, /* 8.3: a redirect server */
    SS_PROXY_REGISTERS  /* 405: a registrar, no more */
} ss_proxy_mode;

enum { SS_WORKERS_MAX = 64 };

/** A proxy that takes time: what comes waits, by classes, for a worker. See proxy/admission.c. */
typedef struct ss_queue_config {
    uint32_t workers;   /* 1 to SS_WORKERS_MAX */
    bool by_arrival;    /* no class goes before another but SS_CLASS_REFUSAL */
    bool ignores_marks; /* no request is of SS_CLASS_PRIORITY */
    struct {
        ss_span service; /* what a worker needs for one; of SS_CLASS_REFUSAL: for a 503 */
        uint32_t limit;  /* so many may wait; at least 1 */
        bool drops;      /* what is more is dropped; else a request is refused */
    } classes[SS_CLASS_COUNT];
    uint32_t bytes_max;     /* of all that waits */
    uint32_t retry_after_s; /* of the 503; 0: it says none */
    /* what it asks of its clients, when the settings know of overload control (RFC 7339): that its workers be busy for so much of
     * their time, of 1,000,000; as often as this; for so long */
    uint32_t target;
    ss_span interval, validity;
} ss_queue_config;

#define SS_SOURCES_MAX 131072u

/** What a source is blocked for, when it does it too often. */
typedef enum ss_offence {
    SS_OFFENCE_MALFORMED,   /* bytes that are no message */
    SS_OFFENCE_REFUSED,     /* 400, 403, 404, 405, 416, 420 of the proxy's own */
    SS_OFFENCE_CREDENTIALS, /* wrong ones, or used before */
    SS_OFFENCE_COUNT
} ss_offence;

/** Who is heard, and how often: see proxy/defence.c. */
typedef struct ss_defence_config {
    ss_rate source;    /* requests of one address */
    ss_rate strangers; /* of all addresses that are not proved */
    ss_rate aor;      /* of those, to or of one address-of-record, as far as they would be served */
    ss_rate offences; /* of one address that are forgiven; interval 0: all are */
    ss_span block;    /* then it is blocked for so long */
    ss_span proof;    /* an address stays proved for so long */
    uint32_t counts;  /* offences: bits 1 << ss_offence */
    uint32_t slots;   /* addresses that are told apart: 8 to SS_SOURCES_MAX */
} ss_defence_config;

/** Immutable; borrowed for the engine's life. */
typedef struct ss_proxy_config {
    /* Local address; and the transport that it prefers where a URI names none (RFC 3263 4.1), which its Record-Route names. */
    ss_path local;
    ss_address other;    /* its address of the other version of IP; family 0: it has one only */
    uint32_t transports; /* bits 1 << ss_transport beside that of `local` that it can send by */
    ss_slice host;       /* its name, as Route and Request-URI may give it; or empty */
    bool
        sent_by_host; /* its Via says that name and no port, so that RFC 3263 5 finds others of it */
    const ss_slice *domains; /* domains it is responsible for (16.5); lower case */
    uint16_t domain_count;
    ss_slice
        outbound; /* a Route value, "<sip:10.0.0.9;lr>": the proxy that what leads elsewhere goes to; or empty */
    bool record_route;
    bool registrar;
    ss_proxy_mode mode;
    ss_fork fork;
    bool
        recurses; /* Contacts of a 3xx become targets (16.7 step 4), where it is responsible for the URI */
    ss_span
        hunt; /* INVITE: the next group is tried after it, though nobody answered; 0: Timer C decides */
    uint16_t breadth_max; /* RFC 5393 5.3.3, 60; 0: Max-Breadth is none of its business */
    bool breadth_rejects; /* what is wider gets 440; else it is tried in pieces */
    bool
        edge; /* it puts itself into Path (RFC 3327), with a flow token for who comes directly (RFC 5626) */
    uint32_t
        flow_timer_s; /* Flow-Timer of an edge, RFC 5626 5.4: who says nothing for longer is gone; 0: none */
    bool services;           /* its registrar puts it into Service-Route (RFC 3608) */
    bool lets_loop;          /* 16.3 step 4 is not done: for networks that show what then happens */
    const ss_crypto *crypto; /* NULL: no protection */
    const ss_protection *protections; /* of domains, by From, for a REGISTER by To: 22.2, 22.3 */
    uint16_t protection_count;
    uint32_t
        nonce_slots; /* nonces in use that are told apart: SS_NONCE_BUCKET to SS_NONCE_SLOTS_MAX */
    uint32_t
        secret_slots; /* users let in of late whose secrets are kept: SS_SECRETS_MAX at most; 0: none */
    uint32_t expires_default_s, expires_min_s, expires_max_s; /* 10.3 step 7: 3600, 60, 86400 */
    bool
        hides_users; /* who shows no credentials is told 480 of a user that there is not, as of one who is bound nowhere */
    const ss_defence_config *defence; /* NULL: everybody is heard */
    const ss_queue_config *queue;     /* NULL: everything is served when it comes */
} ss_proxy_config;

/** State beside the core: response contexts and pending REGISTERs live in the store. */
typedef struct ss_proxy {
    const ss_proxy_config *config;
    ss_ref first_context, last_context; /* in order of creation */
    ss_ref first_pending, last_pending; /* requests that wait for a query's answer */
    ss_ref nonces;                      /* ss_nonces; 0 before the first challenge */
    ss_ref secrets;                     /* ss_secrets; 0 before the first user was let in */
    ss_ref
        queue; /* what waits, and the workers; 0 before the first message of a proxy that has one */
    ss_ref defence; /* 0 before the first message of a proxy that has one */
    ss_ref refused; /* requests of dialogs that were refused of late; 0: none was */
    uint32_t contexts, next_token;
    ss_ref desk; /* a registrar's notifier, while it is watched: the engine's */
    /* the address-of-record whose bindings this turn changed, in the arena; NULL: none, or nobody watches */
    const ss_slice *changed;
} ss_proxy;

/** A registrar that anybody may ask, and the URI is of a domain of its own, or its own. One that wants credentials tells nobody
 *  of registrations: what is watched without them would be open. */
bool ss_proxy_registers(const ss_proxy *proxy, ss_slice request_uri);

/** A request that came up: 16.3 to 16.6, 10.3 for REGISTER of a domain of ours, 16.10 for CANCEL. */
void ss_proxy_request(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_up *up,
                      const ss_msg *request, const ss_path *came_by);
/** Anything else that came up for an owner of the proxy's: 16.7, 16.8, 16.9. */
void ss_proxy_up(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_up *up,
                 const ss_msg *response);
/** The Via names this element: by its address, or by its host name where it writes that (18.1.2). */
bool ss_proxy_is_our_via(const ss_proxy *proxy, const ss_via *via, const ss_address *local);
/** Timers of kind SS_TIMER_OF_BRANCH: Timer C (16.8). */
void ss_proxy_timer(ss_proxy *proxy, ss_core *core, ss_turn *turn, ss_timer *timer);
/** 16.11: a response that comes to a stateless proxy goes where the next Via says. False: this proxy is none. */
bool ss_proxy_pass_response(const ss_proxy *proxy, ss_turn *turn, const ss_msg *response);
/** A flow is no more: what is bound by it here is asked to be unbound (SS_QUERY_UNBIND, without a token). RFC 5626 7 */
void ss_proxy_flow_lost(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *flow);
/** The answer to a query. True when the token was the proxy's. */
bool ss_proxy_answer(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_answer *answer);
/** Store bytes that nonces, secrets, the memory of refusals and an empty queue take: they stay when nothing is under way. */
size_t ss_proxy_kept_bytes(const ss_proxy *proxy, const ss_core *core);
/** Frees contexts, pending requests, nonces, secrets and what waits, as a crash does. */
void ss_proxy_forget_all(ss_proxy *proxy, ss_core *core);

/* ---- the defence of a proxy that has one: defence.c ------------------------------------------------------------------------- */

/** A message came, of which nothing was looked at. False: it is dropped, and noted. */
bool ss_defence_hears(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *came_by,
                      ss_slice bytes);
/** It could not be read. */
void ss_defence_unread(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *came_by);
/** It answers a request of ours: who sent it is where he says. */
void ss_defence_answered(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *came_by);

/* ---- the queue of a proxy that has one: admission.c ------------------------------------------------------------------------ */

/** A message came: it waits, as it is or to be refused, or it is dropped; each is noted. Nothing of it was looked at before. */
void ss_admission_offer(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *path,
                        ss_slice bytes);
/** When a worker is done next; SS_TIME_NEVER: none is at work. */
ss_time ss_admission_deadline(const ss_proxy *proxy, const ss_core *core);

/** A message whose time has come; in the arena. */
typedef struct ss_served {
    ss_path path;
    ss_slice bytes;
    bool is_refused; /* it gets a 503, without any state */
} ss_served;
/** The message that a worker is done with, put out as SS_OUT_SERVED: it is to be processed now, and then the worker goes on with
 *  ss_admission_resume. False: there is none, or the arena is too small for it, and it is lost (turn->failed). */
bool ss_admission_serve(ss_proxy *proxy, ss_core *core, ss_turn *turn, ss_served *out);
/** Workers without work take what waits. */
void ss_admission_resume(ss_proxy *proxy, ss_core *core, ss_turn *turn);
/** The 503 of a request that is refused: no transaction is made of it. */
void ss_admission_refuse(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_msg *request,
                         const ss_path *came_by);

/* ---- a location service: an abstract service that the host runs (10.1), here in memory ----------------------------------- */

#define SS_LOCATION_CONTACTS_MAX 32u /* of one address-of-record; in one REGISTER: 403 beyond */

typedef struct ss_location {
    ss_store *store; /* borrowed; may be a pool's */
    ss_table aors;
    uint32_t owner;             /* part of the table key, so that many may share a store */
    uint32_t bindings;          /* live, expired ones counted until they are seen */
    ss_ref first_aor, last_aor; /* in order of first registration */
    uint64_t gruus;             /* so many times an instance got GRUUs, or lost those it had */
} ss_location;

/** `expected` addresses-of-record. */
SS_MUST_USE ss_status ss_location_init(ss_location *l, ss_store *store, uint32_t owner,
                                       uint64_t expected);
/**
 * Answer SS_QUERY_LOCATE, SS_QUERY_UNBIND or SS_QUERY_PERSIST (10.3 step 7: all changes or none; CSeq order per Call-ID). The answer
 * lives in the arena, with the query's token; bindings in order of registration, the last refreshed last.
 *
 * SS_OK            answered; answer->status: SS_OK, SS_NONE (LOCATE: never registered), SS_ERR_SEMANTIC (a CSeq out of
 *                  order), SS_ERR_FULL (more than SS_LOCATION_CONTACTS_MAX); nothing changed but for SS_OK.
 * SS_ERR_FULL      the arena; SS_ERR_MEMORY the store: nothing changed. SS_ERR_SEMANTIC: not a query for it.
 */
SS_MUST_USE ss_status ss_location_serve(ss_location *l, ss_time now, const ss_query *query,
                                        ss_arena *arena, ss_answer *answer);
/** The hashes that stand for an address-of-record and an instance of it, as their texts are kept; since 0. */
ss_gruu ss_location_gruu(ss_slice aor, ss_slice instance);
/** Every binding and address-of-record is given back, as when memory is lost. The table stays. */
void ss_location_forget_all(ss_location *l);

#endif
