/* The proxy core from inside: what a request is served with while it is on its way (RFC 3261 16.2).
 *
 * A response context holds one server transaction and a branch for each place the request was sent to. What waits
 * for a query's answer is parked. Invariant: a context lives while it has a server transaction, a branch or something
 * parked, and no longer; the request's bytes live until a final response went upstream.
 */
#ifndef SS_PROXY_CONTEXT_H
#define SS_PROXY_CONTEXT_H

#include "ss/proxy.h"

/** What one visit to the proxy works with. */
typedef struct ss_visit {
    ss_proxy *proxy;
    ss_core *core;
    ss_turn *turn;
} ss_visit;

/** Its own address toward one of that family. */
static inline const ss_address *ss_proxy_local(const ss_proxy *proxy, uint8_t family)
{
    const ss_proxy_config *config = proxy->config;
    const bool is_other = config->other.family != 0 && config->other.family == family;
    return is_other ? &config->other : &config->local.local;
}

/** Where a request came from, for who counts: defence.c. */
typedef struct ss_origin {
    uint32_t
        name; /* under the engine's key: two that share one are taken for one; 0: nobody counts */
    bool is_sure; /* it came by a connection */
} ss_origin;

typedef struct ss_context {
    ss_ref next, prev; /* in order of creation */
    ss_ref server;     /* server transaction; 0: none, or done with */
    ss_ref first_branch;
    ss_ref first_candidate; /* the target set (16.5) */
    ss_blob request;        /* as received and stamped; until the final response */
    ss_blob best; /* best final response so far, our Via gone (16.7 step 6); a registrar's lines */
    ss_blob came_by;       /* ss_path: of an edge proxy; of a stateless one, for its answer */
    ss_blob cancel_reason; /* Reason lines of the CANCEL that came from upstream (RFC 3326 2) */
    uint32_t source;       /* of the request: ss_origin */
    uint16_t cancel_cause; /* status that a losing branch is told as the reason; 0: none */
    uint16_t best_status;  /* 0: none; without `best` it is the proxy's own */
    uint16_t parked;       /* queries whose answer is awaited */
    uint16_t group;        /* of candidates: under way */
    uint16_t groups;       /* so many groups were made */
    uint16_t breadth;      /* Incoming Max-Breadth, at most ours; 0: nobody counts (RFC 5393) */
    uint16_t breadth_used; /* Outgoing Max-Breadth */
    uint8_t method;        /* ss_method */
    bool is_stateless;     /* ACK, or a CANCEL of nothing we know: 16.10, 16.11 */
    bool says_way;         /* REGISTER: its Path goes into the 2xx */
    bool by_flow;          /* and Require: outbound */
    bool own_flow;         /* it came directly, over the flow that it is bound to */
    bool is_sure;          /* … likewise */
    bool is_known;         /* its credentials were accepted */
    bool is_sips;          /* its Request-URI is a SIPS URI, and of ours */
    bool is_ours;          /* the location service was asked: targets may be added (16.5) */
    bool is_gruu;          /* its Request-URI leads to one instance of a user of ours: RFC 5627 */
    bool final_sent;
    bool closed;    /* no new branches: it was cancelled, or a 6xx came (16.7 step 5) */
    bool held;      /* branches are being started: it stays, and is not settled */
    bool held_back; /* overload control kept a branch from being sent: RFC 7339 5.10 */
} ss_context;

static inline ss_origin ss_context_origin(const ss_context *c)
{
    return (ss_origin){ c->source, c->is_sure };
}

/** Somewhere a request may go: 16.5. */
typedef struct ss_target {
    ss_slice uri;
    ss_slice path;    /* routes to go by first, "<uri>,<uri>", or empty: RFC 3327 5.4 */
    bool is_recorded; /* the dialog is to come by here whatever the settings say: RFC 5627 6.2 */
    ss_ref candidate; /* of the context's target set; 0: the request's only one, in nobody's list */
} ss_target;

/** A target that is kept: one of several, or one whose next hop is a name. Its URI and path stand behind the struct. */
typedef struct ss_candidate {
    ss_ref next;
    uint32_t instance; /* of a user agent with several flows, a hash; 0: it has one */
    uint16_t uri_len, path_len;
    uint16_t group; /* those of a group are tried in parallel, and groups one after the other */
    bool taken : 1; /* a branch was made for it */
    bool
        spare : 1; /* another flow of its user agent is tried, and it when that failed: RFC 5626 7 */
    bool is_recorded : 1; /* as of ss_target */
} ss_candidate;

typedef struct ss_branch {
    ss_timer timer_c; /* after CANCEL went out: the 64*T1 of 9.1 */
    ss_time hunt_at;  /* then the next group is tried; SS_TIME_NEVER: only when Timer C fires */
    ss_ref context, next;
    ss_ref txn;            /* client transaction; 0 before it starts, when it ended */
    ss_ref candidate;      /* its target, where that is kept */
    ss_blob addresses;     /* of ss_address: tried in order (16.6 step 7) */
    uint16_t next_address; /* index in `addresses` */
    uint16_t breadth;      /* its share of the context's */
    uint8_t transport;     /* of `addresses`: ss_transport + 1; 0: as the URI says */
    bool proceeding;       /* a provisional response came */
    bool final;            /* its result is in the context */
    bool by_flow;          /* RFC 5626 5.3.1: when it breaks, that is 430 */
    bool overdue;          /* nothing came in time: others are tried, though it may answer yet */
    bool cancel_wanted, cancel_sent;
} ss_branch;

typedef enum ss_stage {
    SS_STAGE_LOCATE,    /* 16.5: where is the address-of-record bound? */
    SS_STAGE_RESOLVE,   /* 16.6 step 7: what address has the next hop? */
    SS_STAGE_BINDINGS,  /* 10.3 steps 7, 8: are the bindings changed? */
    SS_STAGE_CREDENTIAL /* 22.3, 10.3 step 3: what is the user's secret? */
} ss_stage;

typedef struct ss_parked {
    ss_ref next, prev;
    uint32_t token;
    ss_ref context, branch; /* branch: SS_STAGE_RESOLVE of a stateful context */
    uint8_t stage;
} ss_parked;

/** 16.4's outcome. The request is not edited yet: what is to be changed is written down here. */
typedef struct ss_routing {
    ss_slice request_uri;
    ss_uri uri;       /* parsed request_uri */
    ss_slice *routes; /* every Route value as received; in the arena */
    uint32_t count;
    uint32_t first, last; /* those that remain are [first, last) */
    bool has_flow; /* its first Route was ours and named a flow: it goes there (RFC 5626 5.3.1) */
    ss_path flow;
} ss_routing;

/** A final response of the proxy's own, with at most one field of its own, and whole header lines; status 0: none, go on. */
typedef struct ss_proxy_verdict {
    unsigned status;
    ss_hdr header;
    ss_slice value; /* at == NULL: no such field */
    ss_slice lines; /* with their line ends, or empty */
} ss_proxy_verdict;

/* ---- context.c ----------------------------------------------------------------------------------------------- */

static inline ss_store *ss_visit_store(const ss_visit *v)
{
    return &v->core->pools->store;
}
ss_context *ss_context_at(const ss_visit *v, ss_ref ref);
ss_branch *ss_branch_at(const ss_visit *v, ss_ref ref);
ss_ref ss_context_ref(const ss_visit *v, const ss_context *c);
/** NULL at the quota; nothing is kept then. */
ss_context *ss_context_new(const ss_visit *v, const ss_msg *request);
ss_branch *ss_branch_new(const ss_visit *v, ss_context *c);
/** Its client transaction, if any, goes on alone. */
void ss_branch_free(const ss_visit *v, ss_branch *b);
/** Frees the context when nothing keeps it any more; it must not be used afterwards. */
void ss_context_release(const ss_visit *v, ss_context *c);
/** Nothing of it waits for an answer any more. */
void ss_parked_forget(const ss_visit *v, const ss_context *c);
/** Ends everything of it without a word. */
void ss_context_drop(const ss_visit *v, ss_context *c);
/** Index the kept request again. SS_ERR_FULL: the arena is too small. */
SS_MUST_USE ss_status ss_context_request(const ss_visit *v, const ss_context *c, ss_msg *request);
/** That, and where it is routed (16.4). False: the arena is too small, and `c` is gone. */
bool ss_context_reread(const ss_visit *v, ss_context *c, ss_msg *request, ss_routing *routing);

/** Ask; the answer finds `c` (and `b`, or NULL) again by the token. False when it cannot be asked. */
bool ss_park(const ss_visit *v, ss_context *c, ss_branch *b, ss_stage stage, const ss_query *query);
ss_parked *ss_parked_find(const ss_visit *v, uint32_t token);
void ss_parked_free(const ss_visit *v, ss_parked *p);

/* ---- respond.c: the proxy as a user agent server (8.2.6, 16.3) ----------------------------------------------- */

/** Answer through a server transaction. False when the arena was too small. */
bool ss_proxy_respond(const ss_visit *v, ss_ref *server, const ss_msg *request,
                      ss_proxy_verdict verdict);
/** Serve and answer in one, without a context. */
void ss_proxy_reply(const ss_visit *v, const ss_msg *request, const ss_path *came_by,
                    ss_proxy_verdict verdict);
/** Answer without a transaction (8.2.7): copies get the same response, and its ACK is known. */
void ss_proxy_refuse_alone(const ss_visit *v, const ss_msg *request, const ss_path *came_by,
                           ss_proxy_verdict verdict);
/** The same for a request that has a context and was not answered yet, not even with 100; else through its transaction. Owns `c`. */
void ss_context_refuse(const ss_visit *v, ss_context *c, ss_proxy_verdict verdict);
/** 16.2, 8.2.6.1: the proxy's own 100 to an INVITE that goes on, once. False when the arena was too small. */
bool ss_proxy_say_trying(const ss_visit *v, ss_context *c, const ss_msg *request);
/** At the quota: 503 without a transaction, told to the application. */
void ss_proxy_overloaded(const ss_visit *v, const ss_msg *request, const ss_path *came_by);
/** An ACK to a response that ss_proxy_refuse_alone sent: it goes no further. */
bool ss_proxy_is_ack_of_refusal(const ss_visit *v, const ss_msg *ack);
size_t ss_proxy_refused_bytes(const ss_proxy *proxy);
void ss_proxy_forget_refused(const ss_visit *v);

/* ---- defence.c --------------------------------------------------------------------------------------------------- */

ss_origin ss_defence_origin(const ss_visit *v, const ss_path *came_by);
/** The user of the address is known by his credentials. */
void ss_defence_let_in(const ss_visit *v, ss_origin origin);
void ss_defence_offended(const ss_visit *v, ss_origin origin, ss_offence offence);
/** A request was refused with a status of our own, which may be an offence. */
void ss_defence_refused(const ss_visit *v, ss_origin origin, unsigned status);
/** A request that would be served now. False: too many were for its address-of-record, and it is dropped, and noted. */
bool ss_defence_serves(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                       ss_origin origin);
size_t ss_defence_bytes(const ss_proxy *proxy, const ss_store *store);
void ss_defence_forget(const ss_visit *v);

/* ---- admission.c, admission_class.c ---------------------------------------------------------------------------- */

/** What is looked at before a message waits. */
typedef struct ss_arrival {
    ss_class class;
    bool is_message; /* else bytes that will be refused or dropped once their turn comes */
    bool is_request;
    ss_method method;
    unsigned status;
    uint64_t branch, call_id; /* as of notes */
    ss_key128 dialog;         /* the Call-ID, and the neighbour that it comes from */
    bool is_copy;             /* of a request whose transaction lives */
    bool takes_part;          /* its client knows of overload control (RFC 7339), as we do */
    bool is_in_dialog;
} ss_arrival;
/** Nothing of the arena is kept. */
ss_arrival ss_arrival_read(const ss_visit *v, const ss_path *path, ss_slice bytes);
/** Bytes of the store that an empty queue takes. */
size_t ss_admission_bytes(const ss_proxy *proxy);
void ss_admission_forget(const ss_visit *v);

/* ---- overload.c (RFC 7339, RFC 7415) --------------------------------------------------------------------------- */

/** What our clients said of overload control goes no further; what servers said of it in Vias that are not ours neither. */
void ss_overload_strip_request(const ss_visit *v, ss_splice *s);
void ss_overload_strip_response(const ss_visit *v, ss_splice *s);

/** What came in an interval, and what is made of it. */
typedef struct ss_load {
    ss_time since;           /* the interval began */
    ss_span work;            /* of what came in it and was not dropped */
    ss_span served;          /* of it, without the refusals */
    uint32_t requests;       /* in it, likewise */
    ss_span work_of_request; /* with all that follows from one; of late */
    uint32_t share;          /* of what clients send, that they may send; of 1,000,000 */
    uint32_t debt;           /* of clients that know nothing of this, as of ss_oc_server */
    uint32_t calm;           /* intervals in a row in which nothing had to be asked */
    uint32_t client_count;
    struct {
        uint32_t host; /* hash */
        ss_time seen;
    } clients[64];
} ss_load;
/** A message came. `backlog`: the time that those need that wait. */
void ss_load_came(const ss_visit *v, ss_load *load, const ss_path *path, const ss_arrival *a,
                  ss_span backlog);
/** A worker will need so long for it, or for refusing it. */
void ss_load_took(ss_load *load, const ss_arrival *a, ss_span service, bool is_refused);
/** RFC 7339 5.10.2: a request of a client that does not take part is to be refused. */
bool ss_load_refuses(const ss_visit *v, ss_load *load, const ss_arrival *a);

/* ---- guard.c (16.3 step 6, 22.2, 22.3) ------------------------------------------------------------------------- */

/** The credentials that are to be judged; hash SS_HASH_COUNT: none are. Texts of the request. */
typedef struct ss_needed {
    ss_credentials credentials;
    ss_hash hash;
} ss_needed;
/** Whether credentials are needed: refused, or open, or *needed says what is to be asked for. */
ss_proxy_verdict ss_proxy_guard(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                                ss_needed *needed);
/** Judges them by a secret that is known already. False: it is to be asked for; else owns `c`. */
bool ss_proxy_admit_known(const ss_visit *v, ss_context *c, const ss_msg *request,
                          const ss_routing *routing, const ss_needed *needed);
/** Ask the host for the user's secret. Owns `c` from here on, as ss_proxy_credential_known does with the answer. */
void ss_proxy_ask_credential(const ss_visit *v, ss_context *c, const ss_needed *needed);
void ss_proxy_credential_known(const ss_visit *v, ss_context *c, const ss_answer *answer);
void ss_proxy_forget_nonces(const ss_visit *v);

/* ---- validate.c (16.3), preroute.c (16.4), targets.c (16.5) -------------------------------------------------- */

ss_proxy_verdict ss_proxy_validate(const ss_visit *v, const ss_msg *request);
/** Every value of a list, joined with commas, in the arena; empty and turn->failed when it is full. */
ss_slice ss_proxy_join_values(ss_turn *turn, const ss_msg *request, ss_hdr id);
/** The second part of our branch parameters (RFC 5393 4.2.1): what decides where a request goes. */
uint64_t ss_proxy_loop_hash(const ss_msg *request);
ss_proxy_verdict ss_proxy_preroute(const ss_visit *v, const ss_msg *request, ss_routing *out);
/** The URI names this element itself: its address, or its host name. */
bool ss_proxy_is_us(const ss_proxy *proxy, const ss_uri *uri);
bool ss_proxy_is_our_domain(const ss_proxy *proxy, ss_slice host);
/** The URI without what `drop` names: parameters; and its header part when `keep_headers` is false. */
void ss_put_uri_without(ss_buffer *b, const ss_uri *uri, const ss_slice *drop, size_t drop_count,
                        bool keep_headers);

/** 16.5: the target of the request is its Request-URI, as it stands after 16.4. */
bool ss_proxy_is_predetermined(const ss_proxy *proxy, const ss_routing *routing);
/** An OPTIONS about this element itself: section 11. */
bool ss_proxy_asks_us(const ss_msg *request, const ss_routing *routing);
/** Find the targets of a request and send it there, or ask. Owns `c` from here on. */
void ss_proxy_target(const ss_visit *v, ss_context *c, const ss_msg *request,
                     const ss_routing *routing);
/** Ask for the targets of a Request-URI of ours. Owns `c` from here on. */
void ss_proxy_locate(const ss_visit *v, ss_context *c, const ss_routing *routing);
void ss_proxy_located(const ss_visit *v, ss_context *c, const ss_answer *answer);
/** Ask for the bindings of a URI of ours, or to change them, indexed as 10.3 step 5 says. Owns `c` from here on. */
void ss_proxy_ask_bindings(const ss_visit *v, ss_context *c, const ss_uri *aor, ss_stage stage,
                           ss_query query);

/* ---- target_set.c (16.5), fork.c (16.6), recurse.c (16.7 step 4) ---------------------------------------------- */

#define SS_CANDIDATES_MAX 64u /* of one request, 3xx included */

/** A group of its own, or that of `like`, for targets that are added now. */
uint16_t ss_candidate_group(ss_context *c);
/** Keep a target: in the group, before all that are not taken yet, or last. The candidate, 0 at the quota. */
ss_ref ss_candidate_add(const ss_visit *v, ss_context *c, const ss_target *target, uint16_t group,
                        bool first);
ss_candidate *ss_candidate_at(const ss_visit *v, ss_ref ref);
ss_slice ss_candidate_uri(const ss_candidate *candidate);
/** What a branch to it works with; of the store, while the context lives. */
ss_target ss_candidate_target(const ss_visit *v, ss_ref ref);
/** RFC 5626 7: the flow to a user agent failed; another of its flows takes its place. */
void ss_candidate_replace(const ss_visit *v, ss_context *c, ss_ref failed);
/** 16.5: a URI that is in the set already, taken or not, is not added again. */
bool ss_candidates_have(const ss_visit *v, const ss_context *c, const ss_uri *uri);
/** The next that no branch was made for, or NULL. */
ss_candidate *ss_candidate_next(const ss_visit *v, const ss_context *c);
void ss_candidates_forget(const ss_visit *v, ss_context *c);
/** No new branches; what was not sent yet never is. */
void ss_context_close(const ss_visit *v, ss_context *c);

/** RFC 5393 5.3.3: the Max-Breadth that a request came with, at most ours; ours when it came with none. */
uint16_t ss_proxy_breadth(const ss_proxy *proxy, const ss_msg *request);
/** There is a target that may be tried now. */
bool ss_fork_may_start(const ss_visit *v, const ss_context *c);
/** Start every branch that may start now. False when `c` is gone, or over. */
bool ss_fork_start(const ss_visit *v, ss_context *c);

/** Take Contacts of a 3xx as targets. True when any was taken: *rest is the response without them, or empty when it had no
 *  other. */
bool ss_recurse(const ss_visit *v, ss_context *c, const ss_msg *response, ss_slice bytes,
                ss_slice *rest);

/* ---- flow.c (RFC 5626) ---------------------------------------------------------------------------------------- */

void ss_put_flow_token(const ss_visit *v, ss_buffer *b, const ss_path *flow);
/** False: it is none of ours. */
bool ss_flow_from_token(const ss_visit *v, ss_slice token, ss_path *flow);
/** The flow that a Route of ours names, if any: 403 when somebody made it up. */
ss_proxy_verdict ss_proxy_read_flow(const ss_visit *v, const ss_msg *request, const ss_uri *route,
                                    ss_routing *r);
/** "<uri>,<uri>": the next one, without brackets. False at the end. */
bool ss_path_next(ss_slice *path, ss_slice *uri);

/* ---- gruu.c (RFC 5627) ---------------------------------------------------------------------------------------- */

typedef enum ss_gruu_kind {
    SS_GRUU_NONE,
    SS_GRUU_PUBLIC,
    SS_GRUU_TEMPORARY,
    SS_GRUU_WRONG /* a `gr` that this domain did not give */
} ss_gruu_kind;

/** What a URI of a domain of ours says. */
typedef struct ss_gruu_name {
    ss_gruu_kind kind;
    ss_slice instance; /* PUBLIC: without brackets; in the arena */
    ss_gruu gruu;      /* PUBLIC: its aor alone */
} ss_gruu_name;
ss_gruu_name ss_gruu_read(const ss_visit *v, const ss_uri *uri);
/** Of the bindings of its address-of-record. */
bool ss_gruu_leads_to(const ss_gruu_name *name, const ss_binding *binding);
bool ss_gruu_is_of(const ss_visit *v, const ss_gruu_name *name, const ss_uri *aor);
/** Contact parameters of a binding whose instance has GRUUs; in the arena. */
ss_slice ss_gruu_params(const ss_visit *v, const ss_uri *aor, const ss_binding *binding);
/** The first Contact is a GRUU of a domain of ours, valid or not any more. */
ss_gruu_name ss_gruu_of_contact(const ss_visit *v, const ss_msg *request);

/* ---- forward.c (16.6) ---------------------------------------------------------------------------------------- */

/** A copy of a request on its way to one target: what steps 2, 6 and 7 decide. */
typedef struct ss_outgoing {
    const ss_msg *request;
    const ss_routing *routing;
    ss_slice request_uri;    /* of the copy */
    ss_slice appended_route; /* strict routing: the target, else at == NULL */
    const ss_slice *routes;  /* what remains of them, those of a path first */
    uint32_t route_count;
    bool is_path;     /* they are not the received ones alone: of a Path, or our outbound proxy */
    bool is_recorded; /* as of ss_target, or of who sent it */
    const ss_path *flow;    /* over which it goes, or NULL */
    const ss_path *came_by; /* of an edge proxy: the flow that the request came over, or NULL */
    uint16_t breadth;       /* Max-Breadth of the copy; 0: as received */
    ss_hop hop;
} ss_outgoing;

/** SS_ERR_SYNTAX, SS_ERR_SEMANTIC: nothing can be sent there; SS_ERR_FULL: the arena. */
SS_MUST_USE ss_status ss_outgoing_plan(const ss_visit *v, const ss_msg *request,
                                       const ss_routing *routing, const ss_target *target,
                                       ss_outgoing *out);
/** The bytes of the copy, in the arena; empty and turn->failed when it is full. */
ss_slice ss_outgoing_print(const ss_visit *v, const ss_outgoing *out, const ss_path *path,
                           ss_slice branch);
ss_path ss_proxy_path_to(const ss_proxy *proxy, const ss_outgoing *out, const ss_address *remote);
/** The question where the next hop is (RFC 3263). */
ss_query ss_outgoing_query(const ss_outgoing *out);
/** By the transport of the answer, when it has one; false when we have not. */
bool ss_outgoing_by(const ss_visit *v, ss_outgoing *out, const ss_answer *answer);

/** Send the request to one target, or ask for its next hop's address; `breadth` is the branch's share. Owns `c` from here on. */
void ss_proxy_forward(const ss_visit *v, ss_context *c, const ss_msg *request,
                      const ss_routing *routing, const ss_target *target, uint16_t breadth);
/** Timer C of a branch (16.6 step 11, 16.7 step 2), and no later than the next group is to be tried. */
void ss_branch_start_timer_c(const ss_visit *v, ss_branch *b);
/** Where the next hop of a branch is. Owns `c` from here on. */
void ss_branch_resolved(const ss_visit *v, ss_context *c, ss_branch *b, const ss_answer *answer);
/** The branch failed: true when another address of its next hop is being tried, or `c` is gone by that. */
bool ss_branch_retry(const ss_visit *v, ss_context *c, ss_branch *b);

/* ---- response_context.c (16.7) ------------------------------------------------------------------------------- */

/** A branch whose result is awaited. */
bool ss_context_has_pending(const ss_visit *v, const ss_context *c);
/** Start what may start; when all came to its end, the best response goes up (16.7 step 6). Owns `c` from here on. */
void ss_context_settle(const ss_visit *v, ss_context *c);
/** A branch came to its end without a response from downstream: as if `status` had come. */
void ss_branch_fail(const ss_visit *v, ss_context *c, ss_branch *b, unsigned status);
/** Nothing came from a branch in time: the others are tried, and it is cancelled as soon as it may be. Owns `c` from here on. */
void ss_branch_overdue(const ss_visit *v, ss_context *c, ss_branch *b);
/** The final response is the proxy's own. Owns `c` from here on. */
void ss_context_finish(const ss_visit *v, ss_context *c, ss_proxy_verdict verdict);
/** What serving it needs cannot be had: at the quota 503, told to the application; else it is dropped. Owns `c`. */
void ss_context_overloaded(const ss_visit *v, ss_context *c);
void ss_proxy_branch_up(const ss_visit *v, const ss_up *up, const ss_msg *response);
void ss_proxy_server_up(const ss_visit *v, const ss_up *up);

/* ---- cancel.c (16.10), ack.c, stateless.c (16.11), timer_c.c (16.8), registrar.c (10.3) ---------------------- */

void ss_proxy_cancel(const ss_visit *v, const ss_msg *cancel, const ss_path *came_by);
/** CANCEL every pending client transaction (16.7 step 10); those without a 1xx when it comes. */
void ss_context_cancel(const ss_visit *v, ss_context *c);
void ss_branch_cancel(const ss_visit *v, ss_branch *b);

void ss_proxy_ack(const ss_visit *v, const ss_msg *ack);
/** 16.11: forward a request without a transaction; or drop it, or refuse it when `came_by` says whom to tell. */
void ss_proxy_stateless(const ss_visit *v, const ss_msg *request, const ss_path *came_by);
/** What a stateless request that goes nowhere is answered with, if at all. */
void ss_stateless_refuse(const ss_visit *v, const ss_context *c, ss_proxy_verdict verdict);
/** Send it to a target, or ask where that is. `c` NULL, or owned from here on. */
void ss_stateless_send(const ss_visit *v, ss_context *c, const ss_msg *request,
                       const ss_routing *routing, const ss_target *target);
void ss_stateless_resolved(const ss_visit *v, ss_context *c, const ss_answer *answer);
/** The branch parameter of a request forwarded without a transaction: the same for its copies. */
void ss_put_stateless_branch(const ss_core *core, ss_buffer *b, const ss_msg *request);

/** 8.3: what is known of the target is the answer. Owns `c` from here on. */
void ss_redirect_located(const ss_visit *v, ss_context *c, const ss_answer *answer);
/** ";q=0.700", or nothing for 1. */
void ss_proxy_put_q(ss_buffer *b, uint16_t q);

/* ---- outbound.c (RFC 3327, 3608, 5626 at the registrar) -------------------------------------------------------- */

/** By which way a REGISTER came. */
typedef struct ss_way {
    ss_slice path;    /* of Path, as it is stored */
    ss_slice flow;    /* of who came directly */
    bool keeps_flows; /* reg-id counts */
    bool asks;        /* Supported: outbound */
    bool is_insecure; /* some value of Path is no SIPS URI */
} ss_way;
ss_proxy_verdict ss_registrar_read_way(const ss_visit *v, ss_context *c, const ss_msg *request,
                                       ss_way *way);
ss_proxy_verdict ss_registrar_read_flow(ss_context *c, const ss_way *way,
                                        const ss_name_addr *contact, ss_binding *change);
bool ss_registrar_is_one_flow(const ss_binding *changes, uint32_t count);
/** Header lines of the 2xx, or empty. */
ss_slice ss_registrar_put_way(const ss_visit *v, const ss_context *c);
void ss_put_flow_params(ss_buffer *b, const ss_binding *bound);
/** Who registered by the flow is told, by Flow-Timer, to be heard on it: from then on the engine waits for that. False: he is not. */
bool ss_proxy_watch_flow(const ss_visit *v, const ss_path *flow);

/** A REGISTER for a domain of ours. Owns `c` from here on. */
void ss_registrar_serve(const ss_visit *v, ss_context *c, const ss_msg *request,
                        const ss_routing *routing);
void ss_registrar_answered(const ss_visit *v, ss_context *c, const ss_answer *answer);

#endif
