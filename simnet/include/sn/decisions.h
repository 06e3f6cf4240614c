/* sn/decisions.h: the one interface that every choice of a run goes through (design 3.5, 3.9).
 */
#ifndef SN_DECISIONS_H
#define SN_DECISIONS_H

#include "sn/facts.h"
#include "sn/program.h"

/** What a draw is for: part of its key. Append only; the numbers are frozen with rng/1. */
#define SN_PURPOSE_LIST(X)                                                                                           \
    X(LOSS, 1) X(DUPLICATE, 2) X(DELAY, 3) X(REORDER, 4) X(ARRIVAL, 5) X(CALLEE, 6) X(HOLD, 7) X(HANGUP, 8)          \
    X(BEHAVIOUR, 9) X(WAIT, 10) X(REGISTER_AT, 11) X(ENTROPY, 12) X(TIE, 13) X(CALL_ID, 14) X(SESSION, 15)
#define SN_PURPOSE_ID(name, number) SN_PURPOSE_##name = number,
typedef enum sn_purpose { SN_PURPOSE_LIST(SN_PURPOSE_ID) SN_PURPOSE_END } sn_purpose;

typedef struct sn_decisions sn_decisions;

#endif
