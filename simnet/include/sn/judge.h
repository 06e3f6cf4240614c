/* sn/judge.h: the laws, the metrics, and the checks of a scenario: observers over the merged stream of facts.
 *
 * They know what RFC 3261 and its amendments ask for, and judge what was seen on the wire and what the stacks noted;
 * they share no code with the stack, so that one mistake is not made twice. Nothing here feeds back into the world.
 */
#ifndef SN_JUDGE_H
#define SN_JUDGE_H

#include "sn/facts.h"

/* ---- laws ----------------------------------------------------------------------------------------------------------- */

/** One row per law: name, group mask bit, RFC section, the sentence it holds the world to. Lists itself in `sipsim list`. */
typedef struct sn_law {
    const char *name;    /* "TX1" */
    const char *section; /* "RFC3261:17.1.1.2" */
    const char *sentence;
} sn_law;
extern const sn_law sn_laws[];
extern const unsigned sn_law_count;

/** A law broken: where, when, and the fact at which it was seen. */
typedef struct sn_violation {
    unsigned law; /* index into sn_laws */
    ss_time at;
    uint32_t node;    /* SN_NOBODY when it concerns no node */
    uint64_t call_id; /* hash, 0 when no call is concerned */
    sn_key key;       /* of the fact */
    char text[200];   /* what was seen and what the law asks */
} sn_violation;

#define SN_VIOLATIONS_KEPT 64u /* the first ones, in order; all are counted */

typedef struct sn_judge sn_judge;
/** Bit i % 64 of word i / 64 on: sn_laws[i] is judged. */
typedef struct sn_law_mask {
    uint64_t words[2];
} sn_law_mask;
#define SN_ALL_LAWS ((sn_law_mask){ .words = { UINT64_MAX, UINT64_MAX } })
/** Watches a run. NULL when there is no memory. */
sn_judge *sn_judge_new(const sn_cast *cast, sn_law_mask mask);
void sn_judge_free(sn_judge *j);
/** `packet`: as a sink gets it. */
void sn_judge_fact(sn_judge *j, const sn_fact *fact, ss_slice packet);
/** After the last fact: laws about what must have happened by now. `interrupted` judges no liveness or leftovers. */
void sn_judge_finish(sn_judge *j, ss_time end, bool interrupted);
/** The judge ran out of memory, and judged nothing from then on: the run must end, as for any other want of memory. */
bool sn_judge_out_of_memory(const sn_judge *j);
uint64_t sn_judge_violation_count(const sn_judge *j);
/** By law. */
uint64_t sn_judge_count_of(const sn_judge *j, unsigned law);
/** The nth kept violation, NULL past the last. */
const sn_violation *sn_judge_violation(const sn_judge *j, unsigned nth);
/** The first of a law, NULL when there is none. */
const sn_violation *sn_judge_first_of(const sn_judge *j, unsigned law);

/* ---- metrics (RFC 6076 and ours) ----------------------------------------------------------------------------------------- */

/** Log-linear histogram of nanoseconds or counts: 16 buckets per doubling; merges by addition. */
#define SN_HISTOGRAM_BUCKETS 976u
typedef struct sn_histogram {
    uint64_t count, sum, min, max;
    uint64_t buckets[SN_HISTOGRAM_BUCKETS];
} sn_histogram;
void sn_histogram_add(sn_histogram *h, uint64_t value);
/** The greatest value of a bucket. */
uint64_t sn_histogram_end(unsigned bucket);
/** As if all of the other's values had been added. */
void sn_histogram_merge(sn_histogram *h, const sn_histogram *other);
/** The upper bound of the bucket that holds the given quantile (parts per million), or the greatest value when that is
 *  less; 0 when empty. */
uint64_t sn_histogram_quantile(const sn_histogram *h, uint32_t ppm);

/** A ratio kept as its parts: never a float. */
typedef struct sn_ratio {
    uint64_t num, den;
} sn_ratio;

/** Counts of one window of time and one calls: entry (or all). */
typedef struct sn_metrics {
    /* calls */
    uint64_t attempts, established, redirected, rejected_busy, rejected_other, timed_out, cancelled,
        blocked, completed, failed;
    sn_ratio ira, ser, seer, isa, scr; /* RFC 6076 4.2, 4.6 to 4.9 */
    sn_histogram rrd, srd_ok, srd_fail, sdd_ok, sdd_fail, sdt_ok,
        sdt_fail;                   /* 4.1, 4.3 to 4.5, ns */
    sn_histogram pdd, setup_to_ack; /* INVITE to first 18x; to the ACK's arrival, ns */
    sn_histogram resend_after;      /* how long a timer ran until a message went again, ns */
    uint64_t registrations, registrations_failed;
    /* the stack */
    uint64_t retransmits[SS_LETTER_COUNT]; /* by timer letter */
    uint64_t retransmits_answering;        /* a copy came, so the answer went again */
    uint64_t timer_fired[SS_LETTER_COUNT];
    uint64_t transactions_live, transactions_peak, dialogs_live, dialogs_peak, strays, parse_errors,
        overloads;
    uint64_t requests_sent[SS_METHOD_COUNT], responses_sent[7]; /* by class; [0] unused */
    uint64_t defence[SS_DEFENCE_STEPS]; /* messages that proxies did not hear, and blocks */
    /* the queues of proxies, by ss_class: messages that came, and of these; the most that waited at one */
    uint64_t queue_came[SS_CLASS_COUNT], queue_refused[SS_CLASS_COUNT],
        queue_dropped[SS_CLASS_COUNT], queue_longest[SS_CLASS_COUNT];
    sn_histogram queue_wait[SS_CLASS_COUNT]; /* until a worker took them, ns */
    uint64_t held_back; /* requests not sent, as their server asked: RFC 7339 */
    /* the network */
    uint64_t stream_messages_sent, stream_messages_received, connections_opened,
        connections_refused, connections_lost, udp_to_tcp, tcp_to_udp;
    uint64_t icmp_sent, icmp_received, datagrams_sent, datagrams_received, packets, fragmented,
        reassembled;
    uint64_t link_sent, link_arrived, link_duplicated, link_reordered, edited;
    uint64_t link_queue;    /* the most packets that waited at one link */
    sn_histogram link_wait; /* of what a link with a rate took, until it took it up, ns */
    uint64_t dropped[SN_CAUSE_COUNT];
    uint64_t facts;
} sn_metrics;

/** A member of sn_metrics: one count, an array of them, or of histograms. */
typedef enum sn_field_kind { SN_FIELD_COUNT, SN_FIELD_PEAK, SN_FIELD_HISTOGRAM } sn_field_kind;
typedef struct sn_metrics_field {
    const char *name;
    sn_field_kind kind;
    uint32_t offset, length; /* of the member; how many counts or histograms it is */
} sn_metrics_field;
extern const sn_metrics_field sn_metrics_fields[];
extern const unsigned sn_metrics_field_count;
uint64_t *sn_metrics_counts(sn_metrics *m, const sn_metrics_field *field);
sn_histogram *sn_metrics_histograms(sn_metrics *m, const sn_metrics_field *field);
/** Add the counts of another run: peaks are the greater one. `from` is only read. */
void sn_metrics_add(sn_metrics *to, sn_metrics *from);

typedef struct sn_meter sn_meter;
sn_meter *sn_meter_new(const sn_cast *cast);
void sn_meter_free(sn_meter *m);
/** Ask, before the run, for a window of its own: calls placed in [from, to) of one source (SN_NOBODY: all). Returns its
 *  number, or UINT32_MAX when there is no memory. Number 0, everything, is always there. */
uint32_t sn_meter_window(sn_meter *m, uint32_t source, ss_time from, ss_time to);
void sn_meter_fact(sn_meter *m, const sn_fact *fact);
void sn_meter_finish(sn_meter *m);
/** NULL for a window that was not asked for. */
const sn_metrics *sn_meter_read(const sn_meter *m, uint32_t window);
/** Counts are incomplete: the run must end, as for any other want of memory. */
bool sn_meter_out_of_memory(const sn_meter *m);

/* ---- expect: and reached: -------------------------------------------------------------------------------------------------- */

typedef enum sn_compare { SN_LT, SN_LE, SN_EQ, SN_NE, SN_GE, SN_GT } sn_compare;

/** What a metric's value is, so that a scenario's "99%" or "200ms" can be checked against it. */
typedef enum sn_unit { SN_UNIT_COUNT, SN_UNIT_TIME, SN_UNIT_RATIO } sn_unit;

/** Names users write in expect: and see in results: "ser", "srd.p99", "retransmits.a", "dropped.loss" … */
typedef struct sn_metric_info {
    const char *name;
    sn_unit unit;
    const char *sentence;
} sn_metric_info;
/** The nth metric name, false past the last. */
bool sn_metric_info_at(unsigned nth, sn_metric_info *out);
bool sn_metric_find(ss_slice name, unsigned *nth);
/** The parts of one that is a ratio; false for any other. */
bool sn_metric_ratio(const sn_metrics *m, unsigned nth, sn_ratio *out);
/** The histogram that one is a measure of; NULL for any other. */
const sn_histogram *sn_metric_histogram(const sn_metrics *m, unsigned nth);
/** Its value: count, ns, or parts per million of a ratio. False when it is null (a ratio over nothing, an empty histogram). */
bool sn_metric_value(const sn_metrics *m, unsigned nth, uint64_t *value);

typedef struct sn_expect {
    unsigned metric;
    uint32_t source; /* SN_NOBODY: all */
    ss_time from, to;
    sn_compare compare;
    uint64_t bound;   /* count, ns or ppm */
    uint32_t window;  /* filled by the runner from sn_meter_window */
    const char *text; /* as written; for the report */
    uint32_t line;    /* of the scenario */
} sn_expect;
bool sn_expect_holds(const sn_expect *e, const sn_metrics *m, bool *is_null, uint64_t *value);

/** "reached": things that must have happened at least once: "timer_b", "cancel_after_1xx" … */
typedef struct sn_reached {
    unsigned reach;
    uint32_t line; /* of the scenario */
} sn_reached;
bool sn_reach_find(ss_slice name, unsigned *nth);
const char *sn_reach_name(unsigned nth);     /* NULL past the last */
const char *sn_reach_sentence(unsigned nth); /* what it means; NULL past the last */
bool sn_meter_reached(const sn_meter *m, unsigned nth);

/* ---- story checks: what a node must send or get, and when, to the nanosecond -------------------------------------------------- */

typedef struct sn_check {
    bool is_act; /* an act, not a message: holds unless the node missed it */
    bool never;  /* must not happen at any time; `at` unused */
    bool has_at;
    ss_time at;
    uint32_t node; /* SN_NOBODY: any */
    bool receives; /* else sends */
    bool is_request;
    uint8_t method; /* of the request, or of CSeq when has_cseq */
    bool has_cseq;
    uint16_t status; /* responses */
    uint32_t call;   /* k + 1 of the story's call, 0: any */
    uint32_t line;   /* of the scenario */
    char text[80];   /* as written */
    /* result */
    uint32_t seen;   /* how often it was seen (at the instant, when has_at) */
    ss_time nearest; /* another instant at which it was seen; SS_TIME_NEVER */
} sn_check;
/** Checks of one (at, node, direction) must each be met by a message of their own. */
typedef struct sn_checker sn_checker;
/** `checks` are borrowed and their results filled in. */
sn_checker *sn_checker_new(const sn_cast *cast, sn_check *checks, uint32_t count);
void sn_checker_free(sn_checker *c);
void sn_checker_fact(sn_checker *c, const sn_fact *fact);
/** The number of checks that failed. */
uint32_t sn_checker_finish(sn_checker *c);

#endif
