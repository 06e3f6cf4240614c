/* sn/app.h: what runs on a host (design 2): started, given datagrams, woken at its deadline and at instants it asked for.
 *
 * An app sees nothing but its own host: what it knows of others came in a datagram, or stands in the plan. All its
 * functions run inside one event of its node; what they do gets that event's key.
 */
#ifndef SN_APP_H
#define SN_APP_H

#include "sn/decisions.h"
#include "sn/facts.h"
#include "sn/plan.h"

/** The host, during one event: lent to the app for the call. */
typedef struct sn_host sn_host;

typedef enum sn_wake_kind {
    SN_WAKE_REGISTER,  /* the plan's instant to register */
    SN_WAKE_CALL,      /* arg: call of the plan, its index */
    SN_WAKE_ACT,       /* arg: act of the plan's story */
    SN_WAKE_QUIET,     /* the run drains: nothing new is begun */
    SN_WAKE_SUBSCRIBE, /* the plan's instant to subscribe */
    SN_WAKE_END,       /* its host ends: calls are hung up, then as QUIET */
    SN_WAKE_OWN        /* what sn_host_wake asked for */
} sn_wake_kind;

typedef struct sn_wake {
    sn_wake_kind kind;
    uint16_t what; /* OWN: the app's */
    uint32_t arg, arg2;
} sn_wake;

/** What becomes of a connection of the app's. */
typedef enum sn_stream_event {
    SN_STREAM_OPENED, /* one that a peer asked for, or ours */
    SN_STREAM_CLOSED, /* the peer ended it in order; our end is closed too, once what is kept went out */
    SN_STREAM_FAILED,  /* reset, or nobody answered */
    SN_STREAM_REFUSED, /* one of ours that was not open yet */
    SN_STREAM_FLOWING  /* what sn_host_write said SS_MORE about takes bytes again */
} sn_stream_event;

/** A kind of app. All functions but `input` may be NULL. */
typedef struct sn_app_class {
    const char *name;
    uint16_t port; /* UDP port it listens at; 0: every port */
    size_t bytes;  /* of its state: zeroed, 16-byte aligned, in the world's region */
    /** Before the first event. It may ask for wakes, and send nothing. SS_ERR_MEMORY ends the run. */
    ss_status (*start)(void *app, sn_host *host);
    /** `datagram` is borrowed for the call. */
    void (*input)(void *app, sn_host *host, const ss_path *path, ss_slice datagram);
    /** Of a router: a payload that it passes on, of UDP or of a segment, when it is whole. `read` is what it says; NULL: read it. */
    void (*passing)(void *app, sn_host *host, const ss_path *path, ss_slice payload,
                    const ss_msg *read);
    /** Connections, known by path->connection: numbered from 1 those that a peer asked for, by the app those that it asked for.
     *  After CLOSED, FAILED and REFUSED the number means nothing any more. False to OPENED: there is no room, it is reset. NULL: none
     *  is ever accepted. */
    bool (*stream)(void *app, sn_host *host, const ss_path *path, sn_stream_event event);
    /** Bytes of a connection, in order; how many were taken. Called again as long as any are; what is left then comes again
     *  before what follows. Borrowed for the event. */
    size_t (*stream_bytes)(void *app, sn_host *host, const ss_path *path, ss_slice bytes);
    /** ICMP says that a datagram to path->remote, which the host did send lately, did not reach it. Borrowed. */
    void (*unreachable)(void *app, sn_host *host, const ss_path *path, const ss_quote *quote);
    /** What the way to an address carries, until then: the host found out by ICMP. */
    void (*path_mtu)(void *app, sn_host *host, const ss_address *to, uint32_t mtu, ss_time until);
    /** What sn_host_resolve could not say at once. */
    void (*resolved)(void *app, sn_host *host, const ss_answer *answer);
    /** Bindings that the host kept from a life before this one, as a query that PERSISTs them: before the first event. */
    void (*restore)(void *app, sn_host *host, const ss_query *query);
    /** Asked after every other function: when `tick` is next due; SS_TIME_NEVER when idle. */
    ss_time (*deadline)(const void *app);
    void (*tick)(void *app, sn_host *host);
    /** False when nothing came of it: the event does not count. */
    bool (*wake)(void *app, sn_host *host, const sn_wake *wake);
    /** At the end of the run: what is still there. */
    void (*left)(const void *app, sn_left_fact *left);
    /** As a crash: everything held in pools and stores is given back. */
    void (*reset)(void *app, sn_host *host);
} sn_app_class;

/* ---- what a host does for its app ------------------------------------------------------------------------------------------- */

const sn_plan *sn_host_plan(const sn_host *host);
uint32_t sn_host_node(const sn_host *host);
ss_time sn_host_now(const sn_host *host);
/** Where its SIP comes and goes. */
ss_path sn_host_path(const sn_host *host);
/** The other address there, of a node with both versions of IP; of any other family 0. */
ss_address sn_host_other_address(const sn_host *host);
/** Scratch: what was taken during an event is taken back at its end. */
ss_arena *sn_host_arena(sn_host *host);
/** During `input`: what its datagram says, when that was read already; the app's until then. NULL: read it. */
ss_msg *sn_host_reading(sn_host *host);
/** Of the partition, shared by its engines. */
ss_pools *sn_host_pools(sn_host *host);
/** Of the partition: for what an app keeps beside its state. */
ss_store *sn_host_store(sn_host *host);
sn_decisions *sn_host_decisions(sn_host *host);
/** What hashes for the host's engine; NULL when the plan needs no hashes. */
const ss_crypto *sn_host_crypto(const sn_host *host);
/** How many calls are planned; and the call of a number, from 1. */
uint32_t sn_host_calls(const sn_host *host);
const sn_call *sn_host_planned(const sn_host *host, uint32_t number);
/** SS_QUERY_RESOLVE, by the host's resolver. True with the answer, in the arena; false: `resolved` brings it. */
bool sn_host_resolve(sn_host *host, const ss_query *query, ss_answer *answer);
/** SS_QUERY_CREDENTIAL, where the host knows users itself; false: the plan's are asked. */
bool sn_host_secret(sn_host *host, const ss_query *query, ss_answer *answer);
/** Bindings changed by a PERSIST: `answer` says what is bound now. True: they are safe, or need not be; false: `resolved` brings the
 *  answer once they are. */
bool sn_host_keep(sn_host *host, const ss_query *query, const ss_answer *answer);
/** SS_OUT_AVOID. */
void sn_host_avoid(sn_host *host, const ss_output *out);
/** Send one UDP datagram from path->local, which need not be the host's own address (family 0 is), to path->remote. `bytes` is copied. */
/** `read`: the bytes as they were read already, or NULL. */
void sn_host_send(sn_host *host, const ss_path *path, ss_slice bytes, const ss_msg *read);
/** Open a connection from path->local to path->remote, under a number that the app made: path->connection. SS_ERR_STATE: no
 *  such transport, or no address to go to. */
SS_MUST_USE ss_status sn_host_connect(sn_host *host, const ss_path *path);
/**
 * Write on path->connection, as one message; what cannot go out yet is kept.
 * SS_OK. SS_MORE: written, but as many bytes are kept as the host likes to: wait for SN_STREAM_FLOWING. SS_ERR_FULL: far more
 * are kept, nothing was written. SS_ERR_STATE: no such connection.
 */
SS_MUST_USE ss_status sn_host_write(sn_host *host, const ss_path *path, ss_slice bytes);
/** In order, once what is kept went out; or at once. The number means nothing afterwards. */
void sn_host_close(sn_host *host, const ss_path *path);
void sn_host_reset(sn_host *host, const ss_path *path);
/** Connections are gone without a word, and what comes is heard by nobody. The app forgets its own. */
void sn_host_crash(sn_host *host);
/** What comes is heard again. */
void sn_host_restart(sn_host *host);
/** What goes by the connections with a node, either way, is lost from now on without a word. False: there is none, or no network that
 *  would do so. */
bool sn_host_mute(sn_host *host, uint32_t peer);
/** The oldest connection with a node that the app knows of; false: there is none. */
bool sn_host_find_stream(const sn_host *host, uint32_t peer, ss_path *path);
/** Inside `stream_bytes`: a message is found `at` bytes from the first. For the record. */
void sn_host_cut(sn_host *host, const ss_path *path, size_t at, ss_slice message);
/** A wake of kind OWN at an instant, not before now. It cannot be taken back: the app sees whether it still means anything. */
void sn_host_wake(sn_host *host, ss_time at, uint16_t what, uint32_t arg, uint32_t arg2);
/** Facts of kind NOTE, CALL, REGISTRATION. */
void sn_host_note(sn_host *host, const ss_note *note);
/** SS_OUT_SERVED. */
void sn_host_served(sn_host *host, const ss_output *out);
void sn_host_call(sn_host *host, const sn_call_fact *call);
void sn_host_registration(sn_host *host, const sn_call_fact *call);
/** The machine's memory is exhausted: the run ends with SN_RUN_MEMORY. */
void sn_host_out_of_memory(sn_host *host);

/* ---- the apps of the plan's roles --------------------------------------------------------------------------------------------- */

extern const sn_app_class sn_app_ua;    /* a user agent running its program */
extern const sn_app_class sn_app_proxy; /* a proxy and registrar with its location service */
extern const sn_app_class sn_app_tap;   /* somebody on the path, who overhears and replays */
extern const sn_app_class
    sn_app_core; /* who sits at the root router, when the plan has messages for it to say */
extern const sn_app_class sn_app_dns; /* a DNS server with the plan's records */

#endif
