/* site.h: the state of a site, shared by its files: the loop and its time (site.c), what it is made of (making.c), what a host does for its app (host.c), sockets
 * (udp.c, tcp.c), names (names.c), facts (facts.c).
 *
 * Everything happens in the loop's one thread. An event is: sl_event_begin, one call of an app, sl_event_end. */
#ifndef SITE_H
#define SITE_H

#include <uv.h>

#include "sl/site.h"
#include "sn/host.h"
#include "ss/engine.h"
#include "ss/locate.h"
#include "ss/openssl.h"
#include "wakes.h"

enum {
    SL_BUFFER_BYTES = 20 * 65536, /* what one call of recvmmsg fills */
    SL_CONNECTION_BUCKETS = 4096,
    SL_STREAM_LIKED = 64 << 10, /* bytes that a connection keeps before it is stuck */
    SL_STREAM_KEPT_MAX = 1 << 20
};

typedef struct sl_element {
    uint32_t node;
    const sn_app_class *class;
    void *app;
    ss_path path;     /* of its SIP */
    uint64_t ordinal; /* datagrams sent */
    bool is_dead, is_registered;
} sl_element;

typedef struct sl_udp {
    uv_udp_t handle;
    struct sl_site *site;
    uint32_t element;
    ss_address local;
    bool is_open;
} sl_udp;

/** A datagram that is to leave. */
typedef struct sl_leaving {
    sl_udp *by;
    struct sockaddr_storage to;
    size_t at, len; /* in the bytes of the outbox */
} sl_leaving;

enum { SL_OUTBOX = 64 };

/** Those of this turn of the loop. */
typedef struct sl_outbox {
    uint32_t count;
    size_t used;
    sl_leaving leaving[SL_OUTBOX];
    char bytes[2 * 65536];
} sl_outbox;

typedef struct sl_listener {
    uv_tcp_t handle;
    struct sl_site *site;
    uint32_t element;
    ss_address local;
    bool is_open;
} sl_listener;

typedef struct sl_connection {
    uv_tcp_t handle;
    uv_connect_t asking;
    uv_shutdown_t ending;
    struct sl_site *site;
    struct sl_connection *next, *before; /* of all, the one used last at the end */
    struct sl_connection *in_bucket;
    uint32_t element;
    ss_path path;
    bool is_told; /* the app knows it by its number */
    bool is_open, is_stuck, is_ending, is_closed;
    bool has_spoken; /* a whole message came by it */
    uint64_t written, taken, call_id;
    ss_time used;
    char *unread;
    size_t unread_len, unread_cap;
} sl_connection;

typedef struct sl_peer {
    ss_address address;
    uint32_t node;
} sl_peer;

/** A datagram between two of our own nodes, on its way. */
typedef struct sl_under_way {
    uint64_t hash, ordinal;
    uint32_t from, to; /* nodes */
    bool is_there;
} sl_under_way;

enum { SL_UNDER_WAY = 256 };

struct sl_names;
struct sl_bindings;
struct sl_metrics;

struct sl_site {
    const sl_options *options;
    const struct sl_users *users;
    sl_limits limits;
    uv_loop_t loop;
    uv_timer_t timer, end_timer;
    uv_prepare_t prepare;
    uv_signal_t interrupt, terminate;
    uint64_t started_ns;
    ss_time now; /* of the event under way */
    uint64_t events;
    sn_key key;
    uint32_t index; /* facts of the event */

    sn_hosting hosting;
    ss_arena arena;
    ss_store store;
    ss_pools pools;
    ss_openssl *openssl;
    ss_crypto crypto;
    void *region;
    size_t region_bytes;

    sl_element *elements;
    uint32_t element_count;
    sl_listen listens[SL_LISTENS_MAX];
    sl_udp udp[SL_LISTENS_MAX];
    sl_listener listeners[SL_LISTENS_MAX];
    uint32_t listen_count;

    sl_outbox outbox;

    sl_connection *first, *last;
    sl_connection *buckets[SL_CONNECTION_BUCKETS];
    uint32_t next_number;
    char *buffer;

    sl_wakes wakes;
    uint32_t next_call, next_act;
    sl_peer *peers; /* who turned up, in order */
    uint32_t peer_count;
    sl_under_way under_way[SL_UNDER_WAY];
    uint32_t next_under_way;
    uint64_t peers_ordinal; /* datagrams of others */
    struct sl_names *names;
    struct sl_bindings *bindings; /* NULL: they are in memory alone */
    struct sl_metrics *metrics;   /* NULL: none are asked for */
    uv_signal_t reload;

    sl_counts counts;
    bool others_act; /* nodes of the scenario that are not here */
    bool is_ending, is_over, was_interrupted, out_of_memory, has_signals;
    ss_time done_since; /* nothing is left to do; SS_TIME_NEVER: something is */
};

/* ---- time and events: site.c */

ss_time sl_real_now(const sl_site *s);
/** What came just now is the event: everything that was due before it is done first. */
void sl_event_begin(sl_site *s, uint32_t element);
void sl_event_end(sl_site *s);
/** An event at an instant: not before the one before. */
void sl_event_begin_at(sl_site *s, uint32_t element, ss_time at);
/** Its timers and signals. */
void sl_loop_open(sl_site *s);
/** Of a scenario some of whose nodes run elsewhere: what they do may concern ours until its `duration` is over. */
bool sl_others_act(const sl_site *s);
/** What all nodes hold now. */
sn_left_fact sl_left(const sl_site *s);
sn_host sl_host_of(sl_site *s, uint32_t element);
/** SN_NOBODY: not one of ours. */
uint32_t sl_element_of(const sl_site *s, uint32_t node);

/* ---- what a host does: host.c */

extern const sn_host_class sl_host_class;

/* ---- sockets */

SS_MUST_USE bool sl_udp_open(sl_site *s, uint32_t nth, int *error);
void sl_udp_send(sl_site *s, uint32_t element, const ss_path *path, ss_slice bytes);
/** What is in the outbox leaves. */
void sl_udp_flush(sl_site *s);
/** Datagrams that the system dropped, as nobody read them in time; 0 where it does not tell. */
uint64_t sl_udp_dropped(const sl_site *s);
void sl_udp_close(sl_site *s);
SS_MUST_USE bool sl_tcp_open(sl_site *s, uint32_t nth, int *error);
SS_MUST_USE ss_status sl_tcp_connect(sl_site *s, uint32_t element, const ss_path *path);
SS_MUST_USE ss_status sl_tcp_write(sl_site *s, uint32_t element, const ss_path *path,
                                   ss_slice bytes);
void sl_tcp_end(sl_site *s, uint32_t element, const ss_path *path);
void sl_tcp_reset(sl_site *s, uint32_t element, const ss_path *path);
bool sl_tcp_find(sl_site *s, uint32_t element, uint32_t peer, ss_path *path);
void sl_tcp_cut(sl_site *s, uint32_t element, const ss_path *path, size_t at, ss_slice message);
/** Connections that were silent, or idle, for too long. */
void sl_tcp_sweep(sl_site *s);
/** All of them, and the listeners: their handles close. */
void sl_tcp_close(sl_site *s);
void sl_tcp_forget_all(sl_site *s, uint32_t element);

/** A port for all listens of a node that leave theirs to us; 0: there is one such at most, or the kernel has none, or says why not when
 *  it is asked for the first. */
uint16_t sl_free_port(const sl_options *options, uint32_t node);

/** Between libuv's addresses and ours. */
ss_address sl_address_from(const struct sockaddr *from);
void sl_address_to(const ss_address *a, struct sockaddr_storage *to);

/* ---- bindings on a disk, of a registrar */

struct sl_bindings *sl_bindings_open(sl_site *s, const char *path, sl_error *why);
/** What is there, to the app of an element: before its first event. */
SS_MUST_USE bool sl_bindings_restore(sl_site *s, uint32_t element);
/** As sn_host_keep. */
bool sl_bindings_keep(sl_site *s, uint32_t element, const ss_query *query, const ss_answer *answer);
void sl_bindings_free(struct sl_bindings *b);

/* ---- metrics over HTTP */

struct sl_metrics *sl_metrics_open(sl_site *s, const ss_address *at, sl_error *why);
void sl_metrics_close(struct sl_metrics *m);
void sl_metrics_free(struct sl_metrics *m);

/* ---- names */

SS_MUST_USE bool sl_names_open(sl_site *s, const char *servers, sl_error *why);
/** As sn_host_resolve. */
bool sl_names_ask(sl_site *s, uint32_t element, const ss_query *query, ss_answer *answer);
void sl_names_avoid(sl_site *s, const ss_output *out);
void sl_names_close(sl_site *s);
void sl_names_free(sl_site *s);

/* ---- facts */

void sl_emit(sl_site *s, sn_fact *fact, ss_slice packet);
uint32_t sl_who(sl_site *s, const ss_address *address);
/** A datagram came or goes. */
void sl_tell_datagram(sl_site *s, uint32_t element, bool is_sent, const ss_path *path,
                      ss_slice bytes, const ss_msg *read);
void sl_tell_message(sl_site *s, const sl_connection *c, bool is_sent, uint64_t place,
                     ss_slice message);
void sl_tell_connection(sl_site *s, const sl_connection *c, sn_connection_event event);

#endif
