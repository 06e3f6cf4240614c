/* sn/decisions.h: the one interface that every choice of a run goes through (design 3.5, 3.9).
 *
 * A choice is made at a point: somewhere, about some message or call, for the nth time. What is chosen comes from a
 * keyed draw, or from a tape of recorded decisions; a recorder keeps whatever deviates from benign. Benign is: nothing
 * lost, doubled or reordered, the plain delay, the mean wait, the first choice; calls evenly spaced, to callees in turn,
 * held for the mean time and ended by the caller; registrations at the mean instant. Numbers that only have to differ
 * (Call-IDs, sessions, engines' keys) are benign when they are those of seed 0.
 */
#ifndef SN_DECISIONS_H
#define SN_DECISIONS_H

#include "sn/draw.h"
#include "sn/facts.h"

/** Kind, word, purpose of its draw, what its place is: a direction of a link, a node, or an entry of `calls`. */
#define SN_DECISION_LIST(X)                                                                        \
    X(DROP, "drop", LOSS, LINK)                /* outcome 1 */                                     \
    X(DUPLICATE, "duplicate", DUPLICATE, LINK) /* outcome 1: one more copy */                      \
    X(DELAY, "delay", DELAY, LINK)             /* outcome: ns added to the link's delay */         \
    X(REORDER, "reorder", REORDER, LINK)       /* outcome 1: jumps the queue */                    \
    X(CHOICE, "choice", BEHAVIOUR, NODE)       /* outcome: index of the choice */                  \
    X(WAIT, "wait", WAIT, NODE)                /* outcome: ns added to the mean */                 \
    X(ARRIVAL, "arrival", ARRIVAL,                                                                 \
      CALLS) /* outcome: ns added to the mean time since the call before */                        \
    X(CALLEE, "callee", CALLEE,                                                                    \
      CALLS)                     /* outcome: how many past the callee whose turn it is, around */  \
    X(HOLD, "hold", HOLD, CALLS) /* outcome: ns added to the mean */                               \
    X(HANGUP, "hangup", HANGUP, CALLS)         /* outcome 1: the callee */                         \
    X(REGISTER, "register", REGISTER_AT, NODE) /* outcome: ns added to the mean */                 \
    X(ENTROPY, "entropy", ENTROPY,                                                                 \
      NODE) /* outcome: added, modulo 2^64, to the number of seed 0; an engine's */                \
    X(CALL_ID, "call-id", CALL_ID, NODE)    /* the same; row: number of the call */                \
    X(SESSION, "session", SESSION, NODE)    /* the same */                                         \
    X(SEQUENCE, "sequence", SEQUENCE, NODE) /* the same; of a connection; row: its number */       \
    X(SEGMENT, "segment", SEGMENT,                                                                 \
      NODE) /* outcome: how many bytes fewer than it could carry; row: as before */                \
    X(QUERY, "query", QUERY, NODE) /* as ENTROPY; number and port of a DNS query; row: which */    \
    X(SERVER, "server", SERVER,                                                                    \
      NODE) /* outcome: RFC 2782's number; row: of the name looked up; fragment: nth draw of it */ \
    X(CORRUPT, "corrupt", CORRUPT, LINK) /* outcome: 1 + the number of the damage */               \
    X(SLOT, "slot", SLOT, LINK)    /* outcome: ns added to the least time to the next slot */      \
    X(EARLY, "early", EARLY, LINK) /* outcome 1: a queue that is not full drops it */              \
    X(WALK, "walk", WALK, LINK) /* outcome: levels that the link goes up; row: the step, from 1 */ \
    X(FLAP, "flap", FLAP, LINK) /* outcome: ns added to the mean; row: which span, from 1 */       \
    X(PATIENCE, "patience", PATIENCE, CALLS) /* outcome: ns added to the mean */
#define SN_DECISION_ID(name, word, purpose, place) SN_DECISION_##name,
typedef enum sn_decision_kind {
    SN_DECISION_LIST(SN_DECISION_ID) SN_DECISION_KINDS
} sn_decision_kind;

#define SN_POINT_KEY_MAX 5u

/** Where and about what a choice is made. */
typedef struct sn_point {
    /* the selector, in the words of faults: */
    /* stable id of the link direction or node, or hash of the name of the calls */
    uint64_t place;
    uint64_t call; /* hash of the Call-ID, 0 for none */
    /* recorded or played, after sn_decide_at: 1 is the first number of this call that went this way in a request, or in a response */
    uint32_t cseq;
    uint16_t status; /* of a response, else 0 */
    uint8_t method;  /* ss_method; of CSeq for a response */
    uint8_t is_sip;
    uint16_t fragment, copy;
    uint32_t row; /* WAIT: of the program; of CALLS: the call, from 1 */
    /* from 1: visits to this point; filled by sn_decide_at; 0 where only one is possible */
    uint32_t nth;
    /* the hint and the fingerprint */
    ss_time at;
    uint64_t print; /* hash of the datagram, 0 for none */
    /* dense link direction or node, or index of the calls: for the name only */
    uint32_t entity;
    /* the key of a draw, behind seed and purpose */
    uint64_t key[SN_POINT_KEY_MAX];
    uint32_t key_words;
} sn_point;

/** What was decided. */
typedef struct sn_decision {
    uint32_t kind;  /* sn_decision_kind */
    sn_point point; /* key unused */
    int64_t outcome;
} sn_decision;

/** How many decisions of a tape were met, at the end of a run. */
typedef struct sn_tape_report {
    uint64_t exact;     /* selector and bytes as recorded */
    uint64_t moved;     /* selector as recorded, other bytes */
    uint64_t unmatched; /* never met */
} sn_tape_report;

/** Made by the host of a world and lent to it; one world at a time. */
typedef struct sn_decisions sn_decisions;

/** Keyed draws of a seed. NULL without memory. */
sn_decisions *sn_decisions_new(uint64_t seed);
void sn_decisions_free(sn_decisions *d);
/** From now on every deviation is kept. */
void sn_decisions_record(sn_decisions *d);
/** From now on nothing is drawn: what the tape holds happens, all else is benign. The tape is copied. SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_decisions_play(sn_decisions *d, const sn_decision *tape, size_t count);
/** What was kept, in an order that does not depend on how the world was split; borrowed until the next record, free. */
const sn_decision *sn_decisions_recorded(sn_decisions *d, size_t *count);
sn_tape_report sn_decisions_report(const sn_decisions *d);
/** True when the recorder or the tape could not grow: the run is void (exit 7). */
bool sn_decisions_failed(const sn_decisions *d);

/** How often the heap was asked for more: never by plain draws. */
uint64_t sn_decisions_growths(const sn_decisions *d);

/** One line of text without its line end: kind, outcome, then selector, hint and fingerprint as word=value. */
void sn_decision_put(ss_buffer *b, const sn_decision *decision, const sn_cast *cast);
/** Read such a line back. The cast is not needed: ids come from names. */
SS_MUST_USE ss_status sn_decision_parse(ss_slice line, sn_decision *decision);

/* ---- for the world and its apps ---------------------------------------------------------------------------------------- */

/** A visit to a point: counts it. Once per visit, before the choices made there; costs nothing for plain draws. */
void sn_decide_at(sn_decisions *d, sn_point *point);
/** DROP, DUPLICATE, REORDER: does it happen? */
bool sn_decide_happens(sn_decisions *d, sn_decision_kind kind, const sn_point *point, sn_prob p);
/** DROP, DELAY, where a model draws for itself: its outcome, or what the tape says. */
int64_t sn_decide_settled(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                          int64_t outcome);
/** What such a model draws: a function of the purpose and the point's key. A kind has a purpose of its own. */
sn_purpose sn_decision_purpose(sn_decision_kind kind);
uint64_t sn_decide_draw(const sn_decisions *d, sn_purpose purpose, const sn_point *point);
/** A tape decides: models need not draw. */
bool sn_decisions_are_played(const sn_decisions *d);
/** Neither recorded nor played: a point where nothing can be decided need not be made. */
bool sn_decisions_are_plain(const sn_decisions *d);
/** WAIT, ARRIVAL, HOLD, REGISTER: a span. */
ss_span sn_decide_wait(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                       const sn_dist *dist);
/** CHOICE, HANGUP: an index below `count`, by weight; the first when all weights are 0. */
uint32_t sn_decide_choice(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                          const struct sn_choice_rows *choices, uint32_t count,
                          uint64_t weight_sum);
/** CALLEE, SERVER: an index below `count`, each as likely. */
uint32_t sn_decide_index(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                         uint32_t count, uint32_t benign);
/** SEGMENT: 1 to `whole` bytes; `whole` unless drawn. */
uint32_t sn_decide_size(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                        uint32_t whole, bool drawn);
/** ENTROPY, CALL_ID, SESSION, SEQUENCE, QUERY: any number. */
uint64_t sn_decide_bits(sn_decisions *d, sn_decision_kind kind, const sn_point *point);

#endif
