/* sn/plan.h: what is to be run: immutable once finished, shared by any number of worlds.
 *
 * Built in two steps: specs are added in any order, then sn_plan_finish derives nodes, ids and addresses from names
 * (never from the order of adding), sorts nodes by (group name, index) and decides every call as its seed alone does.
 */
#ifndef SN_PLAN_H
#define SN_PLAN_H

#include "sn/decisions.h"
#include "sn/dns.h"
#include "sn/draw.h"
#include "sn/facts.h"
#include "sn/fault.h"
#include "sn/ip.h"
#include "sn/judge.h"
#include "sn/link.h"
#include "sn/program.h"
#include "ss/proxy.h"
#include "ss/ua.h"

enum { SN_SIP_PORT = 5060 }; /* of every node */

/* ---- specs: what a scenario says -------------------------------------------------------------------------------------- */

typedef struct sn_link_kind {
    const char *name;
    sn_link_params up, down; /* up: from the node toward its router */
} sn_link_kind;

/** A subscription that a user agent keeps as long as it can. */
typedef struct sn_watch_spec {
    uint32_t to;        /* group: the node of the same index, around and around */
    uint32_t expires_s; /* 0: none */
    const char *event;
    sn_dist at;
} sn_watch_spec;

/** An account in a domain of others: it is called as the user agent's own address. */
typedef struct sn_guest_spec {
    const char *domain, *realm, *password; /* template */
} sn_guest_spec;
#define SN_GUESTS_MAX  4u
#define SN_DOMAINS_MAX 1000u /* that a proxy serves or guards */

/** As whom some calls of a user agent prove themselves instead, to the servers of its own domain; templates. */
typedef struct sn_account_spec {
    const char *user, *password;
} sn_account_spec;
#define SN_ACCOUNTS_MAX 8u

/** As whom a user agent may log in. */
typedef struct sn_login_spec {
    const char *password; /* template, as aor; NULL: it has no credentials */
    const char *user;     /* template */
    const char *realm, *domain;
    uint32_t proxy;         /* group of the domain's proxy; SN_NOBODY: none */
    uint8_t minimum;        /* ss_hash */
    bool prefers_strongest; /* of several challenges; else the topmost */
    bool for_users;         /* also toward other users of the domain */
    bool wants_proof;       /* a 2xx that does not prove the server is refused */
    sn_guest_spec guests[SN_GUESTS_MAX];
    uint32_t guest_count;
    sn_account_spec accounts[SN_ACCOUNTS_MAX];
    uint32_t account_count;
} sn_login_spec;

/** A domain whose proxy asks for credentials. Its users are the user agents with an aor of the domain; the password of each is the
 *  template with the index of the node. */
typedef struct sn_guard_spec {
    const char *domain, *realm, *password;
    uint8_t algorithms[SS_ALGORITHM_COUNT];
    uint8_t algorithm_count;
    uint8_t offers;   /* SS_OFFERS_… */
    uint32_t methods; /* bit 1 << ss_method */
    ss_span nonce_lifetime;
    bool asks_guests; /* of requests from other domains too */
    bool proves;      /* its 2xx prove that it knows the password: RFC 7616 3.5 */
    bool renews;      /* … and give another nonce, when the one used is older than that */
    ss_span renew_after;
} sn_guard_spec;

typedef struct sn_ua_spec {
    const char *aor;           /* template: {n} the index in the group; "sip:u{n}@example.com" */
    uint32_t outbound;         /* group of the proxy it sends to; SN_NOBODY: by Request-URI */
    const char *outbound_host; /* or the name of such proxies, to be found by DNS; NULL */
    bool is_found_by_dns;      /* others call it by its address-of-record, wherever that leads */
    uint32_t expires_s;        /* 0: does not register */
    sn_dist register_at;
    /* template: registered beside its own; "<sip:desk{n}@10.0.0.7>, <…>", or NULL */
    const char *contacts;
    bool says_path;       /* it supports Path (RFC 3327); with a reg-id also outbound (5626) */
    const char *instance; /* template: +sip.instance of its own Contact, or NULL */
    uint32_t reg_id;
    uint8_t gruu;                               /* ss_gruu_use; it has an instance then */
    uint32_t keep_alive_s;                      /* 0: as RFC 5626 says */
    uint32_t other_outbounds[SS_FLOWS_MAX - 1]; /* groups of the proxies of its other flows */
    uint8_t other_outbound_count;
    ss_slice other_routes[SS_FLOWS_MAX - 1]; /* by finish */
    uint16_t q_less;           /* thousandths that the q of its own Contact is below 1 */
    bool unregisters;          /* what is bound is removed when the run drains */
    uint32_t behaviour;        /* index; SN_NOBODY: answers at once */
    uint16_t lines;            /* 0: no limit */
    const char *origin;        /* who o= of its sessions names (RFC 8866 5.2), or NULL: "-" */
    ss_slice registrar, route; /* of all of the group; by finish, empty where there is none */
    unsigned events;           /* sn_event_package, a sum: what it notifies of */
    uint32_t min_expires_s;
    bool is_compositor;
    bool joins;          /* a B2BUA: what comes goes on as calls of its own */
    bool takes_any_call; /* INVITEs need not be for its own address-of-record */
    uint32_t compositor; /* group of one, + 1: where its event state is kept; 0: itself */
    const char *const *info_packages; /* borrowed until added, copied */
    uint32_t info_package_count;
    bool knows_info;
    uint8_t replaces, refers; /* ss_replaces_policy, ss_refer_policy */
    sn_watch_spec watch;
    ss_ua_profile profile; /* made when it is added */
    sn_login_spec login;
    const sn_guard_spec *
        door; /* of whom it asks for credentials itself, and for what methods; NULL: nobody; copied */
    uint8_t media;                     /* SS_MEDIA_BIT of what it offers and accepts; 0: voice */
    uint8_t reliable;                  /* ss_reliable_policy */
    uint8_t refresher;                 /* ss_refresher */
    uint32_t session_s, session_min_s; /* RFC 4028: asked for; the least. 0: none; unknown */
} sn_ua_spec;

/** What a tap sends by itself: message 0 at `start`, the next each `interval`, until `end`. */
typedef struct sn_inject_spec {
    const char *message; /* template, lines end in \n; NULL: nothing. See app/tap.c */
    ss_time start, end;
    ss_span interval;
    uint32_t limit;         /* at most so many; 0: no limit */
    uint32_t net, net_bits; /* addresses that it says are its own, in turn; 0, 0: its own */
} sn_inject_spec;

typedef struct sn_proxy_spec {
    const char *const *domains; /* borrowed until finish, copied */
    uint32_t domain_count;
    const char *host;          /* its name in URIs, or NULL */
    bool sent_by_host;         /* and in its Vias */
    uint32_t outbound;         /* group of the proxy that it sends to, + 1; 0: none */
    const char *outbound_host; /* or its name; NULL */
    bool record_route, registrar;
    uint32_t flow_timer_s;
    bool edge, services;
    ss_proxy_mode mode;
    ss_fork fork; /* these as in ss_proxy_config */
    ss_span hunt;
    bool recurses, breadth_rejects, lets_loop;
    uint16_t breadth_max;
    const sn_guard_spec *guards; /* as domains */
    uint32_t guard_count;
    uint32_t
        users_expected; /* how many will register, where the plan does not know; 0: its user agents */
    bool hides_users, has_defence;
    ss_defence_config defence;
    bool has_queue;
    ss_queue_config queue;
} sn_proxy_spec;

/** A DNS server's records; those of the plan when it has none of its own. */
typedef struct sn_dns_spec {
    bool has_own;     /* records are added to it */
    sn_dns_zone zone; /* by finish */
} sn_dns_spec;

/** What ICMP is about, as filters know it: bits. */
enum {
    SN_ICMP_OF_UNREACHABLE = 1,
    SN_ICMP_OF_TOO_BIG = 2,
    SN_ICMP_OF_EXPIRED = 4,
    SN_ICMP_OF_ALL = 7
};

/** What a node does about ICMP. */
typedef struct sn_icmp_spec {
    unsigned withholds; /* SN_ICMP_OF_…: what it does not send */
    unsigned stops;     /* what a router does not pass on, and a host does not hear */
    ss_span delay;      /* until it sends one */
} sn_icmp_spec;

/** The least size that is ever tried, of IPv4: probes are requests, and what carries less is of little use to SIP. */
enum { SN_PLPMTU_MIN = 576 };

/** How a host finds out by itself what ways carry: RFC 8899 5.1. */
typedef struct sn_probing_spec {
    ss_span timer;       /* PROBE_TIMER, 1 s at least; 0: it does not */
    ss_span confirm;     /* CONFIRMATION_TIMER */
    ss_span raise;       /* PMTU_RAISE_TIMER */
    uint32_t base;       /* BASE_PLPMTU, as the size of a packet */
    uint32_t probes_max; /* MAX_PROBES */
} sn_probing_spec;

/** A group of like nodes: name[0] … name[count-1]; just `name` when count is 1 and not `indexed`. */
typedef struct sn_group_spec {
    const char *name;
    sn_role role;
    uint32_t count;
    bool indexed; /* names carry [n] even for a count of 1 */
    uint32_t via; /* group of routers; SN_NOBODY only for the root router */
    /* via has many routers: this many nodes behind each, in order; 0: all behind router [0] */
    uint32_t per_router;
    uint32_t link; /* kind of its uplink; unused for the root */
    ss_settings settings;
    ss_transport transport;        /* where a URI names none */
    bool refuses_udp, refuses_tcp; /* it does not listen there */
    ss_span idle;           /* it closes a connection that nobody used for so long; 0: never */
    bool cuts_streams;      /* its bytes are cut into segments anywhere */
    sn_ua_spec ua;          /* SN_ROLE_UA */
    sn_proxy_spec proxy;    /* SN_ROLE_PROXY */
    uint32_t toward;        /* SN_ROLE_TAP: group of one; what comes from elsewhere goes there */
    sn_inject_spec injects; /* SN_ROLE_TAP: what it sends there beside that */
    sn_dns_spec dns;        /* SN_ROLE_DNS */
    uint32_t net, net_bits; /* IPv4 block chosen by hand; 0, 0: from the name */
    bool lacks_v4, has_v6;  /* versions of IP */
    bool prefers_v4;        /* of both */
    sn_icmp_spec icmp;
    sn_reassembly_rules reassembly;
    ss_span path_mtu_age; /* it looks for the MTU of ways, and keeps it so long; 0: it does not */
    sn_probing_spec probing; /* or finds it out by itself */
} sn_group_spec;

/** Members of a group; of none: all. */
typedef struct sn_part {
    uint32_t first, count;
} sn_part;

/** The caller of call k is the k-th of those who call, around and around. */
typedef enum sn_pick { SN_PICK_ANY, SN_PICK_NEXT } sn_pick;

/** Traffic: open loop, call k decided from the plan and the draws of k. */
typedef struct sn_call_spec {
    const char *name;
    uint32_t from, to;          /* groups */
    sn_part from_part, to_part; /* which of them */
    sn_pick pick;               /* ANY: callee drawn; NEXT: callee index = caller's, in turn */
    bool poisson;               /* else evenly spaced */
    ss_span interval;           /* mean time between calls, ns; at least 1 */
    ss_time start, end;         /* calls are placed in [start, end) */
    uint32_t limit;             /* at most this many; 0: no limit */
    sn_dist hold;               /* from the caller's ACK, or the callee's getting it */
    uint32_t hangup_caller, hangup_callee; /* weights */
    sn_dist no_answer;                     /* the caller cancels after this; always 0: never */
    uint8_t media;                         /* of its offer; 0: as the caller has it */
    bool is_late;                          /* the INVITE has no offer */
    uint8_t retries;                       /* after a Retry-After; 7 at most */
    bool is_reliable;                      /* it requires 100rel */
    uint8_t account;                       /* of the caller's, + 1; 0: none in particular */
    uint32_t session_s;                    /* RFC 4028: asked for; 0: as the caller does */
    uint32_t behaviour; /* index + 1: what the caller does while it lasts; 0: nothing */
} sn_call_spec;

/** A scripted act of a story: comes first at its instant. */
typedef struct sn_act {
    ss_time at;
    uint32_t group, index; /* the actor; sn_plan_finish makes node of them */
    uint32_t node;
    sn_row row;            /* after is unused; target is a group … */
    uint32_t target_index; /* … and index until finish, then row.target is the node */
    uint32_t other_index;  /* SAY: likewise of row.other */
    uint32_t call;         /* k + 1: CALL makes it, the others act in it */
    uint32_t line;         /* of the scenario */
} sn_act;

/** What a node is for a while. */
typedef enum sn_spell_kind {
    SN_SPELL_DOWN,   /* no datagram crosses its link, either way; connections are not touched */
    SN_SPELL_SILENT, /* a DNS server that never answers */
    SN_SPELL_FAILING /* a DNS server that answers SERVFAIL */
} sn_spell_kind;

typedef struct sn_spell {
    sn_spell_kind kind;
    uint32_t group, index; /* sn_plan_finish makes node of them */
    uint32_t node;
    ss_time from, until;
} sn_spell;

/** A partition: for a while no datagram of some nodes reaches some others. Connections are not touched. */
typedef struct sn_rift {
    sn_node_range from, to; /* group SN_NOBODY: any */
    bool is_mutual;         /* nor the other way */
    ss_time since, until;
} sn_rift;

/** A record, of the plan's zones or of one server's own. */
typedef struct sn_record {
    sn_dns_entry entry;
    uint32_t server;                 /* group; SN_NOBODY: the plan's */
    uint32_t host_group, host_index; /* A: the address is that of a node; SN_NOBODY: as it stands */
} sn_record;

/** How hosts use the DNS; without servers names lead where the plan says. */
typedef struct sn_dns_plan {
    uint32_t *
        servers; /* dense nodes, in the order in which they are asked; by finish: every one of the role */
    uint32_t server_count;
    ss_span timeout;   /* of a query */
    uint32_t attempts; /* queries to each server */
    ss_span avoid;     /* how long a SIP server that did not answer is tried last; 0: not */
} sn_dns_plan;

typedef enum sn_order { SN_ORDER_FIFO, SN_ORDER_SEEDED } sn_order;

/* ---- the plan ------------------------------------------------------------------------------------------------------------- */

/** A node, after finish. */
typedef struct sn_node {
    uint32_t group, index;
    uint32_t depth; /* routers above it */
} sn_node;

/** A call, after finish: whoever takes part knows it from here. */
typedef struct sn_call {
    ss_time at;
    uint32_t source;         /* calls: entry; SN_NOBODY for a story's */
    uint32_t ordinal;        /* of its source, from 0 */
    uint32_t caller, callee; /* dense nodes */
    ss_span hold;
    ss_span no_answer;
    bool callee_hangs_up;
    bool scripted;      /* of a story: nothing happens by itself */
    bool is_late;       /* the INVITE has no offer */
    bool is_reliable;   /* it requires 100rel */
    uint8_t media;      /* of the offer; 0: as the caller has it */
    uint8_t retries;    /* it is placed again so often, after a Retry-After */
    uint8_t account;    /* of the caller's, + 1; 0: none in particular */
    uint32_t session_s; /* RFC 4028: asked for; 0: as the caller does */
} sn_call;

#define SN_PLAN_NODES_MAX 16000000u /* what 10.0.0.0/8 holds, nearly */
#define SN_PLAN_CALLS_MAX 100000000u

typedef struct sn_plan {
    const char *name;
    uint64_t seed, order_seed;
    sn_order order;
    uint64_t epoch_s; /* seconds since 1970 of instant 0 */
    ss_span duration, drain;
    uint32_t nodes_max,
        calls_max;      /* sn_plan_finish refuses more; sn_plan_new sets the most there may be */
    uint32_t step_max;  /* Zeno bound: zero-delay events in a row at one instant */
    uint64_t event_max; /* events of a run; 0: no bound */
    /* every message leaves its node spelled otherwise (edit `rewrite`), as this number says; 0: none does */
    uint32_t spelling;

    sn_link_kind *links;
    uint32_t link_count;
    sn_group_spec *groups; /* in order of adding */
    uint32_t group_count;
    sn_row *rows;
    uint32_t row_count;
    sn_choice_rows *choices;
    uint32_t choice_count;
    sn_behaviour *behaviours;
    uint32_t behaviour_count;
    sn_call_spec *call_specs;
    uint32_t call_spec_count;
    sn_act *acts; /* by (at, order of adding) after finish */
    uint32_t act_count;
    sn_check *checks;
    uint32_t check_count;
    sn_expect *expects;
    uint32_t expect_count;
    sn_reached *reached;
    uint32_t reached_count;
    sn_record *records;
    uint32_t record_count;
    sn_spell *spells;
    uint32_t spell_count;
    sn_rift *rifts;
    uint32_t rift_count;
    sn_fault *faults; /* the first that means a datagram is done to it */
    uint32_t fault_count;
    sn_link_change *changes;
    bool mtu_varies; /* one of them sets another MTU than a link has */
    uint32_t change_count;
    ss_slice *messages; /* that the root router says: sn/say.h */
    uint32_t message_count;
    sn_dns_plan dns;

    /* after finish */
    sn_cast cast;
    sn_node *nodes;        /* parallel to cast.nodes */
    uint32_t *group_first; /* dense node of index 0 of each group */
    /* by (at, source, ordinal); stories' calls first: as the seed alone decides them. A world
     * that is lent decisions has its own */
    sn_call *calls;
    uint32_t call_count;
    uint32_t root;                 /* dense node */
    struct sn_plan_memory *memory; /* owns everything above */
} sn_plan;

/** An empty plan with defaults, or NULL without memory. */
sn_plan *sn_plan_new(void);
void sn_plan_free(sn_plan *plan);
/* Adding copies the spec and every string and array in it. Each returns the new index, or UINT32_MAX without memory. */
uint32_t sn_plan_add_link(sn_plan *plan, const sn_link_kind *kind);
uint32_t sn_plan_add_group(sn_plan *plan, const sn_group_spec *spec);
uint32_t sn_plan_add_behaviour(sn_plan *plan, const char *name);
/** A choice of the behaviour added last; its rows follow by sn_plan_add_row. */
uint32_t sn_plan_add_choice(sn_plan *plan, uint32_t weight);
uint32_t sn_plan_add_row(sn_plan *plan, const sn_row *row);
uint32_t sn_plan_add_calls(sn_plan *plan, const sn_call_spec *spec);
uint32_t sn_plan_add_act(sn_plan *plan, const sn_act *act);
uint32_t sn_plan_add_check(sn_plan *plan, const sn_check *check, uint32_t group,
                           uint32_t index); /* SN_NOBODY: any */
uint32_t sn_plan_add_expect(sn_plan *plan, const sn_expect *expect);
uint32_t sn_plan_add_reached(sn_plan *plan, sn_reached reached);
/** The record's slices are copied. */
uint32_t sn_plan_add_record(sn_plan *plan, const sn_record *record);
uint32_t sn_plan_add_spell(sn_plan *plan, const sn_spell *spell);
uint32_t sn_plan_add_rift(sn_plan *plan, const sn_rift *rift);
uint32_t sn_plan_add_fault(sn_plan *plan, const sn_fault *fault);
uint32_t sn_plan_add_change(sn_plan *plan, const sn_link_change *change);
/** The bytes are copied. */
uint32_t sn_plan_add_message(sn_plan *plan, ss_slice bytes);
void sn_plan_set_name(sn_plan *plan, const char *name);
/** A string kept as long as the plan. */
const char *sn_plan_text(sn_plan *plan, ss_slice text);

/** Derive nodes, ids, addresses, calls. SS_OK, SS_ERR_FULL (too many nodes, no address left; *why says which, static),
 *  SS_ERR_SEMANTIC (no root router, a cycle of routers …), SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_plan_finish(sn_plan *plan, const char **why);
/** The calls as `decisions` decide them: *count of them in *calls, which is the caller's to free. SS_ERR_MEMORY, or
 *  SS_ERR_FULL (more than 100 million). */
SS_MUST_USE ss_status sn_plan_decide_calls(const sn_plan *plan, sn_decisions *decisions,
                                           sn_call **calls, uint32_t *count);
/** The call of `count` that a Call-ID names, from 1, whoever made it so: a caller, or a B2BUA. 0: none. */
uint32_t sn_call_number(ss_slice call_id, uint32_t count);
/** The dense node of a group's index. */
uint32_t sn_plan_node(const sn_plan *plan, uint32_t group, uint32_t index);
/** The tap that a user agent has for its outbound proxy, or SN_NOBODY. */
uint32_t sn_plan_tap(const sn_plan *plan, uint32_t node);
/** The group of its outbound proxy, the one behind a tap; or SN_NOBODY. */
uint32_t sn_plan_outbound(const sn_plan *plan, const sn_ua_spec *spec);
/** How links walk and flap: what decisions make of the plan's changes. */
typedef struct sn_courses sn_courses;
/** SS_OK, and NULL where the plan has none; SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_courses_new(const sn_plan *plan, sn_decisions *decisions,
                                     sn_courses **courses);
void sn_courses_free(sn_courses *c);
/** What holds for a link direction at this instant. */
const sn_link_params *sn_plan_link_set(const sn_plan *plan, const sn_courses *courses,
                                       uint32_t link, ss_time now);
/** What the link of a node to its router carries at an instant: the smaller MTU of both directions; 0: anything. */
uint32_t sn_plan_own_mtu(const sn_plan *plan, const sn_courses *courses, uint32_t node,
                         ss_time now);
/** Is it down or clogged then, and until when? */
bool sn_plan_link_is(const sn_plan *plan, const sn_courses *courses, uint32_t link,
                     sn_change_kind kind, ss_time now, ss_time *until);
/** Is what one node sends to another lost for a partition? Either may be SN_NOBODY. */
bool sn_plan_is_parted(const sn_plan *plan, uint32_t from, uint32_t to, ss_time now);
/** Is the node so at this instant? */
bool sn_plan_has_spell(const sn_plan *plan, uint32_t node, sn_spell_kind kind, ss_time now);
/** Its number in its choice, from 1: rows of others do not count. */
uint32_t sn_plan_row_number(const sn_plan *plan, uint32_t row);
/** The guard of a realm at a proxy, or NULL. */
const sn_guard_spec *sn_plan_guard(const sn_proxy_spec *spec, ss_slice realm);
/** The password of a user of a guarded domain, printed; false when there is no such user. */
bool sn_plan_password(const sn_plan *plan, const sn_guard_spec *guard, ss_slice user,
                      ss_buffer *password);
/** The words that the message of a tap may have in braces, NULL at the end; and which one a text is. */
extern const char *const sn_inject_words[];
bool sn_inject_word(ss_slice text, unsigned *word);
/** A template with an index for each {n}. */
void sn_put_template(ss_buffer *b, const char *template, uint32_t index);
/** Somebody hashes: a guard or a login is in the plan. */
bool sn_plan_needs_crypto(const sn_plan *plan);
/** Is the address of the block of a group? Nobody need have it. */
bool sn_plan_has_net(const sn_plan *plan, sn_address address);
/** The node that a host name, a domain or a node's own name leads to, as a DNS that knows the plan would answer; SN_NOBODY when
 *  nobody has it. */
uint32_t sn_resolve(const sn_plan *plan, ss_slice name);
/** The node that has an address, or SN_NOBODY. */
uint32_t sn_plan_find_address(const sn_plan *plan, sn_address address);

#endif
