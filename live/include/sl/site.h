/* sl/site.h: nodes of a plan on real sockets: the apps that the simulated world runs, hosted by an event loop (libuv) instead.
 *
 *     sl_site *s = sl_site_new(&options, &why);
 *     status = sl_site_run(s);                               until it is told to end, or all that was planned is done
 *     sl_site_free(s);
 *
 * Time is the monotonic clock, in nanoseconds since the start. A timer is handled at the instant it was due: what the event loop is
 * late by is measured (sl_counts.latest) and not told to the stack, so that its timers can be judged to the nanosecond here too.
 */
#ifndef SL_SITE_H
#define SL_SITE_H

#include "sn/app.h"

#define SL_LISTENS_MAX 16u

/** Where a node is reached: "udp:127.0.0.1:5060". */
typedef struct sl_listen {
    uint32_t node; /* dense */
    ss_transport transport;
    ss_address address; /* port 0: one that is free; of all listens of a node the same */
} sl_listen;

/** Read "udp:ADDRESS:PORT", "tcp:[::1]:5060". False: *why says what is wrong, static. */
SS_MUST_USE bool sl_listen_parse(ss_slice text, sl_listen *out, const char **why);
/** The same, printed. */
void sl_put_listen(ss_buffer *b, const sl_listen *listen);

/** What the world out there may take of us. 0: the default. */
typedef struct sl_limits {
    uint32_t connections; /* open at once, both ways: 4096 */
    ss_span silence;      /* that a connection which said nothing yet is kept: 30 s */
    ss_span idle;         /* … and one that nothing went by since: 10 min */
    uint64_t memory;  /* bytes of the stack's pools: 1 GiB, reserved but not used until needed */
    uint32_t lookups; /* of names, at once: 1024 */
} sl_limits;

typedef struct sl_site sl_site;

typedef struct sl_options {
    const sn_plan *plan; /* finished; borrowed, as all below */
    const sl_listen *listens;
    uint32_t listen_count; /* every node that is to run listens somewhere */
    /* Those of `judges` are told what our own nodes do. The others also what can be known of whoever is at the other end: what
     * came was sent, what went arrived; and the packets that it all went in. */
    const sn_sink *sinks, *judges;
    uint32_t sink_count, judge_count;
    sl_limits limits;
    const char *dns;                 /* "127.0.0.1:5353", servers to ask; NULL: the system's */
    uint32_t first_peer, peer_count; /* nodes of the plan that stand for whoever turns up */
    bool is_scenario;                /* addresses and names are those of the plan */
    const char *bindings;            /* file to keep them in; NULL: memory alone */
    const struct sl_users
        *users;         /* of registrars and proxies that ask for credentials; NULL: the plan's */
    ss_address metrics; /* OpenMetrics over HTTP there; family 0: nowhere */
    /** SIGHUP; NULL: it is ignored. May call sl_site_set_users. */
    void (*reload)(void *self, sl_site *s);
    void *reload_self;
    bool ends_when_done; /* once what was planned is over: calls, and acts of a story */
} sl_options;

/** What is wrong with the machine, not with the request: a sentence. */
typedef struct sl_error {
    char text[200];
} sl_error;

/** Opens the sockets. NULL when it said why not. */
sl_site *sl_site_new(const sl_options *options, sl_error *why);
/** Until it is over. SS_OK; SS_ERR_MEMORY. */
SS_MUST_USE ss_status sl_site_run(sl_site *s);
/** Calls end, registrations too, and then the run does, within 2 s. Again: at once. What Ctrl-C does. */
void sl_site_end(sl_site *s);
/** Somebody asked for the end before all was done. */
bool sl_site_was_interrupted(const sl_site *s);
void sl_site_free(sl_site *s);
/** From now on these are asked; borrowed. */
void sl_site_set_users(sl_site *s, const struct sl_users *users);
/** Where it listens in fact. */
const sl_listen *sl_site_listens(const sl_site *s, uint32_t *count);

typedef struct sl_counts {
    uint64_t datagrams_in, datagrams_out, bytes_in, bytes_out, unsent;
    uint64_t kept, unkept; /* changes of bindings that are on the disk, or could not be written */
    uint64_t accepted, connected, refused, lost, evicted;
    uint64_t names_asked, names_known; /* lookups of the DNS; those that it had answered before */
    uint32_t connections;
    ss_span latest; /* the most that a timer was late by */
} sl_counts;
const sl_counts *sl_site_counts(const sl_site *s);
ss_time sl_site_now(const sl_site *s);

#endif
