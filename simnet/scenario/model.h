/* model.h: a scenario as read, with every default filled in, before it becomes a plan. Things with names are sorted by
 * them, so that the order in which a file lists them reaches nothing; calls, expects and the story keep their order.
 */
#ifndef MODEL_H
#define MODEL_H

#include "field.h"

/* A record of a section begins with its name, and the item that it was read from. */

typedef struct sn_link_entry {
    sn_name name;
    const sn_item *item;
    sn_link_params up, down;
} sn_link_entry;

typedef enum sn_section { SN_SECTION_ROUTERS, SN_SECTION_SITES, SN_SECTION_NODES } sn_section;

enum {
    SN_IS_UA = 1,
    SN_IS_PROXY = 2,
    SN_IS_ROUTER = 4,
    SN_IS_REGISTRAR = 8,
    SN_IS_TAP = 16,
    SN_IS_DNS = 32,
    SN_IS_B2BUA = 64,
    SN_IS_ALONE = 128 /* while roles are read: a registrar that is no proxy */
};
#define SN_WHO_MASK \
    (7u | SN_IS_TAP | SN_IS_DNS | SN_IS_B2BUA) /* the bits that tables of fields know */

enum { SN_BY_UDP, SN_BY_TCP, SN_BY_SIZE };
enum { SN_IP_V4, SN_IP_V6, SN_IP_V4_V6, SN_IP_V6_V4 }; /* of both the preferred one first */
enum { SN_PATH_MTU_LINK, SN_PATH_MTU_UNKNOWN, SN_PATH_MTU_DISCOVER, SN_PATH_MTU_PROBE };
enum { SN_LISTENS_UDP = 1, SN_LISTENS_TCP = 2 };
enum { SN_SEGMENTS_WHOLE, SN_SEGMENTS_CUT };

/** `name`, `name[i]`, `name[i..j]`, `name[*]`. */
typedef struct sn_selector {
    sn_name group;
    bool indexed, all;
    uint32_t from, to;
} sn_selector;

/** A record of the DNS. */
typedef struct sn_record_entry {
    const sn_item *item;
    sn_dns_record record;
    sn_selector host; /* A: the node whose address it is; group.text NULL: as it stands */
} sn_record_entry;

typedef struct sn_records_entry {
    sn_record_entry *list;
    uint32_t count;
} sn_records_entry;

typedef struct sn_hold_entry {
    sn_name group;
    uint32_t per_site;
    sn_place place;
} sn_hold_entry;

typedef struct sn_register_entry {
    ss_span expires; /* whole seconds; 0: does not register */
    sn_dist at;
    const char *contacts;     /* "<uri>, <uri>", or NULL */
    ss_span retry, retry_max; /* RFC 5626 4.5's base and limit; 0: not again by itself */
    unsigned at_end;          /* 0 keep, 1 remove */
    bool path;                /* Supported: path */
    uint32_t flow;            /* its reg-id; 0: none. RFC 5626 */
    sn_name others[3];        /* proxies of its other flows */
    uint32_t other_count;
    unsigned gruu;        /* ss_gruu_use */
    ss_span keep_alive;   /* whole seconds; 0: as RFC 5626 says */
    const char *instance; /* a URN, with {n}; NULL: none */
    unsigned q_less;      /* thousandths that its q is below 1 */
} sn_register_entry;

/** As whom a user agent logs in, and with what it is content. */
typedef struct sn_auth_entry {
    unsigned minimum; /* ss_hash */
    unsigned prefer;  /* 1: the strongest */
    bool users;
    bool is_mutual; /* servers must prove that they know the password */
} sn_auth_entry;

typedef struct sn_window_entry {
    ss_time from, to; /* to is 0 when nothing was said */
} sn_window_entry;

struct sn_net_entry {
    uint32_t address, bits; /* 0, 0: none */
};

typedef struct sn_injects_entry {
    const char *message; /* NULL: nothing */
    ss_span interval;
    sn_window_entry during;
    uint32_t limit; /* 0: none */
    struct sn_net_entry net;
} sn_injects_entry;

/** A rate of requests; interval 0: there is no limit. */
typedef struct sn_limit_entry {
    ss_span interval;
    uint32_t burst;
} sn_limit_entry;

typedef struct sn_block_entry {
    bool is_set;
    uint32_t after;
    ss_span within, span;
    unsigned counts; /* bits 1 << ss_offence */
} sn_block_entry;

typedef struct sn_defence_entry {
    bool is_set;
    sn_limit_entry source, strangers, aor;
    sn_block_entry block;
    ss_span proof;
    uint32_t slots;
} sn_defence_entry;

typedef struct sn_queue_class_entry {
    ss_span service;
    uint32_t limit;
    unsigned full; /* 1: what is more is dropped */
} sn_queue_class_entry;

typedef struct sn_queue_entry {
    bool is_set;
    uint32_t workers;
    ss_span refusal;
    unsigned order; /* 1: by arrival */
    bool marks;
    uint32_t bytes;
    ss_span retry_after; /* whole seconds; 0: none */
    sn_prob target;
    ss_span interval, validity;
    sn_queue_class_entry all, classes[SS_CLASS_COUNT];
} sn_queue_entry;

typedef struct sn_group_entry {
    sn_name name;
    const sn_item *item;
    sn_section section;
    unsigned roles; /* SN_IS_… */
    uint32_t count; /* 0: one, without an index */
    sn_name via, link;
    uint32_t per_router;
    const struct sn_group_entry *held_by; /* a site */
    sn_hold_entry *holds;
    uint32_t hold_count;
    ss_settings settings;
    const char *aor;
    sn_name outbound, behaviour;
    const char *proxy;         /* whom outbound leads to: through a tap */
    sn_name toward;            /* of a tap */
    bool by_dns;               /* outbound: dns */
    const char *outbound_host; /* or a name that it finds */
    sn_records_entry records;  /* SN_IS_DNS */
    uint32_t lines;
    unsigned media; /* SS_MEDIA_BIT */
    unsigned prack; /* of its words: none, supported, required */
    struct sn_session_entry {
        bool is_set;
        ss_span expires, min; /* whole seconds; expires 0: none is asked for */
        unsigned refresher;   /* ss_refresher */
    } session_timer;
    sn_register_entry registering;
    unsigned events; /* sn_event_package, a sum */
    ss_span min_expires;
    sn_name compositor;
    bool is_compositor;
    const char **info;
    uint32_t info_count;
    bool knows_info;           /* a list of its packages was given, even an empty one */
    unsigned replaces, refers; /* ss_replaces_policy, ss_refer_policy */
    struct sn_watch_entry {
        sn_name to;
        unsigned event; /* of sn_event_words */
        ss_span expires;
        sn_dist at;
    } watch; /* to.text NULL: none */
    const char *user, *password;
    sn_auth_entry auth;
    struct sn_guest_entry {
        uint32_t count;
        sn_name names[SN_GUESTS_MAX];
        const struct sn_domain_entry *domains[SN_GUESTS_MAX]; /* once found */
    } guest_of;
    struct sn_accounts_entry { /* of calls of its */
        uint32_t count;
        sn_account_spec list[SN_ACCOUNTS_MAX];
    } accounts;
    const struct sn_domain_entry *login; /* the domain that its password is of, once found */
    unsigned door;                       /* bits 1 << ss_method: it asks for credentials itself */
    const struct sn_domain_entry
        *login_domain;  /* whose users have passwords, which is its own; or NULL */
    uint32_t redirects; /* Contacts of 3xx that a call goes to */
    bool record_route;
    unsigned mode; /* ss_proxy_mode */
    bool path, service_route;
    ss_span flow_timer; /* whole seconds; 0: none */
    struct sn_fork_entry {
        unsigned order; /* ss_fork */
        bool recurse;
        ss_span hunt;         /* 0: Timer C decides */
        uint32_t max_breadth; /* 0: none */
        unsigned too_wide;    /* 1: 440 */
        bool loop_detection;
    } fork;
    sn_queue_entry queue;
    sn_defence_entry defence;
    bool hides_users;
    const char *host;
    unsigned sent_by;   /* 1: its host */
    unsigned transport; /* SN_BY_… */
    unsigned listens;   /* SN_LISTENS_… */
    unsigned segments;  /* SN_SEGMENTS_… */
    unsigned path_mtu;  /* SN_PATH_MTU_… */
    ss_span path_mtu_age;
    sn_probing_spec probing;
    ss_span idle; /* 0: never */
    struct sn_net_entry net;
    unsigned ip; /* SN_IP_… */
    sn_injects_entry injects;
    struct sn_icmp_entry {
        unsigned sends, passes; /* SN_ICMP_OF_… */
        ss_span delay;
    } icmp;
    struct sn_reassembly_entry {
        ss_span span, span6;
        unsigned overlap; /* sn_overlap */
        uint32_t datagrams, bytes;
    } reassembly;
} sn_group_entry;

typedef struct sn_domain_entry {
    sn_name name;
    const sn_item *item;
    sn_name registrar;
    const char *users;
    const char *password, *realm;
    struct sn_algorithms_entry {
        uint32_t count;
        uint8_t list[SS_ALGORITHM_COUNT];
    } algorithms;
    unsigned qop;     /* SS_OFFERS_… */
    unsigned methods; /* bit 1 << ss_method */
    bool guests;      /* of who comes from elsewhere too */
    ss_span nonce;
    bool is_mutual; /* its servers prove that they know the password */
    ss_span renew;  /* age of a nonce from which on another is given; UINT64_MAX: none is */
} sn_domain_entry;

/** As whom a call proves itself: `credentials` of a line of calls or of a call of a story. */
typedef struct sn_call_login_entry {
    const char *user, *password; /* password NULL: as its caller always does */
    uint32_t account;            /* of the caller's, + 1, once it is found */
} sn_call_login_entry;

typedef struct sn_wait_entry {
    bool is_set;
    sn_dist dist;
} sn_wait_entry;

/** An act of an end of a call while it lasts: after.c. */
typedef struct sn_after_entry {
    unsigned verb; /* of after.c's words */
    sn_dist wait;
    sn_name to;
    unsigned media, by;
    unsigned event; /* of sn_event_words */
    unsigned in;    /* 1: the call */
    bool attended;
    ss_span expires;
    const char *text, *package; /* NULL: none */
} sn_after_entry;

typedef struct sn_after_list {
    sn_after_entry *entries;
    uint32_t count;
} sn_after_list;

typedef struct sn_choice_entry {
    uint32_t weight;
    sn_wait_entry ring, answer;
    uint32_t reject;  /* a status; 0: does not */
    sn_name redirect; /* a group of user agents: index for index, around */
    bool early_media;
    sn_after_list after;
    ss_span retry_after; /* of a reject, whole seconds; 0: none */
} sn_choice_entry;

typedef struct sn_behaviour_entry {
    sn_name name;
    const sn_item *item;
    sn_choice_entry *choices;
    uint32_t choice_count;
} sn_behaviour_entry;

typedef struct sn_calls_entry {
    sn_name name;
    const sn_item *item;
    sn_selector from, to;
    unsigned pick;
    struct sn_rate_entry {
        uint64_t interval;
        bool poisson;
    } rate;
    sn_window_entry during;
    uint32_t limit;
    sn_dist hold;
    struct sn_hangup_entry {
        uint64_t caller; /* in 10^-9 percent; the callee has the rest */
    } hangup;
    sn_wait_entry no_answer;
    unsigned media; /* SS_MEDIA_BIT; 0: as the caller has it */
    unsigned offer; /* 1: late */
    uint32_t retries;
    bool reliable;
    ss_span session; /* whole seconds; 0: as the caller */
    sn_after_list after;
    sn_wait_entry update;
    sn_call_login_entry login;
} sn_calls_entry;

typedef struct sn_expect_entry {
    const sn_item *item;
    unsigned metric;
    sn_name calls;
    sn_window_entry window;
    sn_compare compare;
    uint64_t bound;
} sn_expect_entry;

typedef struct sn_reached_entry {
    unsigned reach;
    uint32_t line;
} sn_reached_entry;

typedef struct sn_message_entry { /* what a check waits for */
    uint32_t status;              /* 0: a request */
    ss_method method;
} sn_message_entry;

typedef enum sn_verb {
    SN_VERB_CALL,
    SN_VERB_SEND,
    SN_VERB_ANSWER,
    SN_VERB_REJECT,
    SN_VERB_REDIRECT,
    SN_VERB_CANCEL,
    SN_VERB_BYE,
    SN_VERB_HANGUP,
    SN_VERB_REGISTER,
    SN_VERB_UNREGISTER,
    SN_VERB_QUERY,
    SN_VERB_REPLAY,
    SN_VERB_RESET,
    SN_VERB_CLOSE,
    SN_VERB_MUTE,
    SN_VERB_SUBSCRIBE,
    SN_VERB_UNSUBSCRIBE,
    SN_VERB_NOTIFY,
    SN_VERB_PUBLISH,
    SN_VERB_MESSAGE,
    SN_VERB_INFO,
    SN_VERB_REFER,
    SN_VERB_TRANSFER,
    SN_VERB_OPTIONS,
    SN_VERB_HOLD,
    SN_VERB_RESUME,
    SN_VERB_UPDATE,
    SN_VERB_REINVITE,
    SN_VERB_PRACK,
    SN_VERB_CRASH,
    SN_VERB_SENDS,
    SN_VERB_RECEIVES,
    SN_VERB_COUNT
} sn_verb;

typedef struct sn_story_entry {
    const sn_item *item; /* the line */
    const sn_item *body;
    struct sn_crash_entry {
        ss_span span;    /* 0: for ever */
        unsigned memory; /* 1: kept */
    } crash;
    bool never, has_at, has_who;
    ss_time at;
    sn_selector who;
    sn_verb verb;
    sn_selector target; /* of call and redirect */
    sn_name label;      /* as, in, or the call that answer, cancel, hangup name */
    uint32_t call;      /* k + 1 of it; 0: none */
    uint32_t other;     /* k + 1 of a subscription, or of a transfer's second call */
    sn_name second;     /* `to` of transfer */
    unsigned event;     /* of sn_event_words */
    bool closed;        /* notify, publish */
    const char *text, *package, *contacts;
    uint32_t status;
    ss_method method; /* replay */
    ss_span expires;
    sn_message_entry *messages;
    uint32_t message_count;
    unsigned cseq;             /* a method; SS_METHOD_COUNT: not said */
    bool reliable;             /* send, call */
    ss_span session;           /* call: whole seconds; 0: as the caller */
    ss_span retry_after;       /* reject: likewise; 0: none */
    unsigned says;             /* send, prack (`body`): an index of its words, from 1; 0: none */
    unsigned media;            /* SS_MEDIA_BIT; 0: not said */
    unsigned offer;            /* call, update, reinvite: likewise */
    unsigned by;               /* hold, resume: likewise */
    sn_call_login_entry login; /* call */
} sn_story_entry;

enum { SN_DIR_BOTH, SN_DIR_UP, SN_DIR_DOWN };
enum { SN_EVENT_TIMES_MAX = 10000 };

/** What a link is set to for a while. */
typedef struct sn_set_entry {
    const sn_item *item; /* NULL: nothing */
    bool of_down;        /* up is as it was */
    sn_link_params up, down;
} sn_set_entry;

/** How a link goes from one to another: by a ramp or a walk. */
typedef struct sn_way_entry {
    const sn_item *item, *from, *to; /* item NULL: it does not; `from` NULL: from its kind */
    ss_span step;                    /* RAMP: over; WALK: every */
    uint32_t count;                  /* RAMP: steps; WALK: levels */
    bool of_down;                    /* up is as it was */
    sn_level first, last;
} sn_way_entry;

/** From whom to whom. */
typedef struct sn_path_entry {
    sn_selector from, to; /* group.text NULL: any node */
} sn_path_entry;

/** What happens at an instant: to a node or links for a while, or to the zones. */
typedef struct sn_event_entry {
    const sn_item *item;
    ss_time at;
    ss_span span;  /* 0: for ever */
    ss_span every; /* it happens again; 0: it does not */
    uint32_t times;
    sn_selector node, link;
    unsigned dir;
    struct sn_partition_entry {
        bool is_set;
        sn_path_entry path;
    } partition;
    unsigned ways; /* 1: one */
    unsigned is;   /* of its words, from 1; 0: nothing */
    sn_set_entry set;
    sn_way_entry ramp, walk;
    struct sn_flap_entry {
        bool is_set;
        sn_dist up, down;
    } flap;
    sn_records_entry removed, added;
} sn_event_entry;

/** Of a fault: what it means, and what becomes of that. */
typedef struct sn_status_range {
    uint32_t min, max; /* 0, 0: none is asked for */
} sn_status_range;

typedef struct sn_match_entry {
    unsigned method, cseq; /* ss_method */
    sn_status_range status;
    uint32_t nth, times; /* 0: every one; all after it */
    unsigned per;        /* sn_fault_per */
    unsigned by;         /* sn_fault_by */
    sn_selector call;    /* group: of calls, or a call of the story; text NULL: any */
    bool is_of_story;    /* once found: the index of its name is the story's line */
} sn_match_entry;

typedef struct sn_do_entry {
    unsigned act; /* sn_fault_act */
    ss_span delay;
    unsigned edit;            /* sn_edit */
    const char *field, *text; /* NULL: none */
    uint32_t choice;
    bool repair;
} sn_do_entry;

typedef struct sn_fault_entry {
    sn_path_entry path;
    sn_match_entry match;
    sn_window_entry during;
    sn_do_entry act;
} sn_fault_entry;

typedef struct sn_model {
    const sn_item *item;
    const char *name;
    uint64_t seed;
    struct sn_order_entry {
        unsigned mode; /* sn_order */
        uint64_t seed;
    } order;
    uint64_t epoch_s;
    ss_span duration, drain;
    sn_link_entry *links;
    uint32_t link_count;
    sn_group_entry *groups; /* routers, sites and nodes: one space of names */
    uint32_t group_count;
    sn_domain_entry *domains;
    uint32_t domain_count;
    struct sn_dns_entry_of_model {
        bool is_set;
        sn_records_entry records;
        ss_span timeout, avoid;
        uint32_t attempts;
    } dns;
    sn_event_entry *events;
    uint32_t event_count;
    sn_fault_entry *faults;
    uint32_t fault_count;
    sn_behaviour_entry *behaviours;
    uint32_t behaviour_count;
    sn_calls_entry *calls;
    uint32_t calls_count;
    sn_expect_entry *expects;
    uint32_t expect_count;
    sn_reached_entry *reached;
    uint32_t reached_count;
    sn_story_entry *story;
    uint32_t story_count;
    uint32_t story_calls, story_subscriptions;
    const sn_item *session; /* NULL: there is none */
    ss_slice session_bytes;
} sn_model;

/* ---- sections: each reads its part of the file, settles what can be said without the others, and writes it ---------- */

void sn_links_read(sn_reading *r, const sn_item *value, void *model);
void sn_links_write(sn_text *t, const sn_model *m);
void sn_session_block_read(sn_reading *r, const sn_item *value, void *model);
void sn_session_block_settle(sn_reading *r, const sn_model *m);
void sn_session_block_plan(sn_reading *r, const sn_model *m);
void sn_session_block_write(sn_text *t, const sn_model *m);
void sn_routers_read(sn_reading *r, const sn_item *value, void *model);
void sn_sites_read(sn_reading *r, const sn_item *value, void *model);
void sn_nodes_read(sn_reading *r, const sn_item *value, void *model);
void sn_groups_write(sn_text *t, const sn_model *m);
void sn_domains_read(sn_reading *r, const sn_item *value, void *model);
void sn_domains_write(sn_text *t, const sn_model *m);
void sn_dns_read(sn_reading *r, const sn_item *value, void *model);
void sn_dns_write(sn_text *t, const sn_model *m);
void sn_events_read(sn_reading *r, const sn_item *value, void *model);
void sn_events_write(sn_text *t, const sn_model *m);
void sn_faults_read(sn_reading *r, const sn_item *value, void *model);
void sn_faults_write(sn_text *t, const sn_model *m);
void sn_behaviours_read(sn_reading *r, const sn_item *value, void *model);
void sn_behaviours_write(sn_text *t, const sn_model *m);
void sn_calls_read(sn_reading *r, const sn_item *value, void *model);
void sn_calls_write(sn_text *t, const sn_model *m);
void sn_expects_read(sn_reading *r, const sn_item *value, void *model);
void sn_expects_write(sn_text *t, const sn_model *m);
void sn_story_read(sn_reading *r, const sn_item *value, void *model);
void sn_story_write(sn_text *t, const sn_model *m);

/* The tables of the sections, for schema.c. */
const sn_fields *sn_scenario_fields(void);
const sn_fields *sn_links_fields(void);
const sn_fields *sn_routers_fields(void);
const sn_fields *sn_sites_fields(void);
const sn_fields *sn_nodes_fields(void);
const sn_fields *sn_domains_fields(void);
const sn_fields *sn_dns_fields(void);
const sn_fields *sn_behaviours_fields(void);
const sn_fields *sn_calls_fields(void);
const sn_fields *sn_events_fields(void);
const sn_fields *sn_faults_fields(void);
const sn_fields *sn_expects_fields(void);

/** The whole file into a model with its defaults. */
sn_model *sn_model_read(sn_reading *r, const sn_item *root);
void sn_model_write(sn_text *t, const sn_model *m);

/* ---- what needs the whole model ----------------------------------------------------------------------------------- */

/** Find what names refer to, and settle defaults that depend on it. */
void sn_model_resolve(sn_reading *r, sn_model *m);
void sn_groups_resolve(sn_reading *r, sn_model *m);
void sn_roles_resolve(sn_reading *r, sn_model *m);
void sn_dns_resolve(sn_reading *r, sn_model *m);
/** Sorts them: before the DNS looks at them. */
void sn_events_resolve_all(sn_reading *r, sn_model *m);
/** Queues that mean nothing, whatever the events do, are mistakes, or none. */
void sn_links_judge(sn_reading *r, sn_model *m);
void sn_events_build(sn_reading *r, const sn_model *m);
/** Ways of events between two states of a link: at is their sn_way_entry; a flap's likewise. */
extern const sn_codec sn_codec_ramp, sn_codec_walk, sn_codec_flap;
/** Both ends, now that the kind of the link is known. */
void sn_way_resolve(sn_reading *r, const sn_link_entry *kind, unsigned dir, sn_way_entry *way);
sn_course sn_way_course(sn_reading *r, const sn_way_entry *way, sn_course_kind kind);
/** Two directions are written the same; `t` is as it was then. */
bool sn_link_is_same(sn_text *t, const sn_link_params *a, const sn_link_params *b);
/** Lay keys of a link over its directions; NULL: not over that one. */
void sn_link_set(sn_reading *r, const sn_item *keys, sn_link_params *up, sn_link_params *down);
/** "{loss: 20%}": what the keys of a mapping came to. */
void sn_link_write_keys(sn_text *t, const sn_item *keys, const sn_link_params *params);
/** Must be one node, of a role if that is not 0; `what` it is else. */
void sn_judge_single(sn_reading *r, sn_model *m, sn_selector *s, unsigned role, const char *what);
/** The nodes of a selector whose group was found; any node where it names none. */
sn_node_range sn_selector_range(const sn_model *m, const sn_selector *s);
void sn_path_resolve(sn_reading *r, sn_model *m, sn_path_entry *path);
void sn_faults_resolve(sn_reading *r, sn_model *m);
void sn_faults_build(sn_reading *r, const sn_model *m);
/** Of which calls a fault is: once those of traffic and story are known. */
void sn_fault_calls_resolve(sn_reading *r, sn_model *m);
sn_fault_calls sn_fault_calls_of(const sn_model *m, const sn_match_entry *match);
void sn_traffic_resolve(sn_reading *r, sn_model *m);
void sn_story_resolve(sn_reading *r, sn_model *m);
/** The index of a name among records sorted by name, or a mistake: `what` ("link", "node"). */
bool sn_name_find(sn_reading *r, sn_name *name, const char *what, const void *records,
                  uint32_t count, size_t size);
/** A group that a name means. NULL: none, or a mistake was noted. */
sn_group_entry *sn_group_find(sn_reading *r, sn_model *m, sn_name *name, const char *what);
/** A group without the role; not when its role is not known, for a mistake in it. */
static inline bool sn_group_lacks(const sn_group_entry *g, unsigned role)
{
    return g->roles != 0 && (g->roles & role) == 0;
}
/** The number of nodes of a group. */
static inline uint32_t sn_group_size(const sn_group_entry *g)
{
    return g->count == 0 ? 1 : g->count;
}
/** Sort records by name. */
void sn_names_sort(void *records, uint32_t count, size_t size);

/** "presence", "dialog", and what only a registrar notifies of: "reg"; NULL. */
extern const char *const sn_event_words[];
enum { SN_EVENT_WORD_REG = 2 };
/** The word of a verb, in a line of a story. */
const char *sn_verb_word(sn_verb verb);
/** Node keys about events: groups_events.c. */
/** A call asks for what its caller must know: session_timer.c. */
void sn_session_judge(sn_reading *r, const sn_group_entry *caller, const sn_item *call,
                      bool is_reliable, ss_span session);
extern const sn_codec sn_wait_codec;  /* at: sn_wait_entry; behaviours.c */
extern const sn_codec sn_after_codec; /* at: sn_after_list; after.c */
void sn_after_resolve(sn_reading *r, sn_model *m, sn_after_list *list);
sn_row sn_after_row(sn_reading *r, const sn_after_entry *e);
extern const sn_codec
    sn_contacts_codec; /* at: const char *, "<uri>, <uri>" or NULL: registering.c */
extern const sn_codec sn_register_codec; /* sn_register_entry */
extern const sn_codec sn_events_codec, sn_info_codec,
    sn_watch_codec; /* at: sn_group_entry; sn_watch_entry */
void sn_events_resolve(sn_reading *r, sn_model *m, sn_group_entry *g);

/** The zones have the host, or a name that ends in it. */
bool sn_dns_knows(const sn_model *m, const char *host);
/** An index of the plan, or out of the reading: there is no memory. */
uint32_t sn_added(sn_reading *r, uint32_t index);
/** A text that lives as long as the plan; NULL: none. */
const char *sn_kept_text(sn_reading *r, const char *text);
/** Records, events and settings into the plan. */
void sn_dns_build(sn_reading *r, const sn_model *m);
/** A finished plan, or NULL with mistakes noted; leaves through the hoard without memory. */
sn_plan *sn_model_plan(sn_reading *r, const sn_model *m);

/* ---- readers of values that several sections share ------------------------------------------------------------------ */

/** `name`, `name[i]`, `name[i..j]` or `name[*]`; `a -> b` is a path, refused here. */
bool sn_selector_read(sn_reading *r, const sn_item *value, sn_selector *s);
/** Whether the group has the members that it names; a mistake otherwise. */
bool sn_selector_fits(sn_reading *r, const sn_selector *s, const sn_group_entry *g);
void sn_selector_write(sn_text *t, const sn_selector *s);
/** The same, without quotes. */
void sn_selector_put(sn_text *t, const sn_selector *s);
/** A method of the table; what is none is noted. */
bool sn_method_read(sn_reading *r, const sn_item *value, ss_method *method);
const char *sn_method_word(ss_method method);
extern const sn_codec sn_removed_codec; /* sn_records_entry, names and types: dns.c */
extern const sn_codec sn_records_codec; /* sn_records_entry: dns.c */
extern const sn_codec
    sn_selector_codec; /* sn_selector; nothing is written of one without a group */
extern const sn_codec sn_whole_group_codec; /* sn_name: a selector that means a whole group */
extern const sn_codec sn_algorithms_codec;  /* sn_algorithms_entry: digest_keys.c */
extern const sn_codec sn_qop_codec;         /* unsigned */
extern const sn_codec sn_challenge_codec;   /* unsigned */
extern const sn_codec sn_retry_after_codec; /* ss_span */
extern const sn_codec sn_auth_codec;        /* sn_auth_entry */
extern const sn_codec sn_call_login_codec;  /* sn_call_login_entry */
/** An account of the caller's for the call. */
void sn_call_login_resolve(sn_reading *r, sn_group_entry *caller, const sn_item *call,
                           sn_call_login_entry *login);
extern const sn_codec sn_guest_codec;   /* sn_guest_entry */
extern const sn_codec sn_door_codec;    /* unsigned: bits 1 << ss_method, or 0 */
extern const sn_codec sn_window_codec;  /* sn_window_entry */
extern const sn_codec sn_net_codec;     /* struct sn_net_entry: groups.c */
extern const sn_codec sn_injects_codec; /* sn_injects_entry: injects.c */
sn_inject_spec sn_inject_of(const sn_injects_entry *entry, ss_span duration);
extern const sn_codec sn_defence_codec; /* sn_defence_entry: defence.c */
ss_defence_config sn_defence_config(const sn_defence_entry *entry);
extern const sn_codec sn_ip_codec; /* unsigned, SN_IP_…: ip_keys.c */
void sn_ip_judge(sn_reading *r, const sn_model *m);
/** Is there a version of IP that both speak? */
bool sn_ip_shares(const sn_group_entry *a, const sn_group_entry *b);
extern const sn_codec sn_icmp_codec;       /* struct sn_icmp_entry */
extern const sn_codec sn_path_codec;       /* sn_path_entry */
extern const sn_codec sn_fault_call_codec; /* sn_selector */
extern const sn_codec sn_probing_codec;    /* sn_probing_spec */
sn_probing_spec sn_probing_default(void);
extern const sn_codec sn_reassembly_codec; /* struct sn_reassembly_entry */
struct sn_reassembly_entry sn_reassembly_default(void);
sn_reassembly_rules sn_reassembly_of(const struct sn_reassembly_entry *entry);
extern const sn_codec sn_queue_codec;   /* sn_queue_entry */
extern const sn_codec sn_control_codec; /* ss_settings.overload_control */
void sn_queue_judge(sn_reading *r, const sn_group_entry *g);
ss_queue_config sn_queue_config(const sn_queue_entry *entry);
extern const sn_codec sn_crash_codec; /* struct sn_crash_entry */
extern const sn_codec sn_q_codec;     /* unsigned: thousandths below 1 */
extern const sn_codec sn_media_codec; /* unsigned: SS_MEDIA_BIT of the streams; 0 is not written */
extern const sn_codec sn_session_timer_codec; /* struct sn_session_entry */
void sn_media_read(sn_reading *r, const sn_item *value, unsigned *kinds);
void sn_media_write(sn_text *t, unsigned kinds);
/** Bodies of a section: each name and its mapping. */
typedef void sn_entry_reader(sn_reading *r, sn_model *m, const sn_pair *pair);
void sn_section_read(sn_reading *r, const sn_item *section, const char *what, sn_model *m,
                     sn_entry_reader *read);

#endif
