/* chain.h: what follows from a Markov chain whose states decide, each with a probability, whether something happens: how
 * often it does, how often twice in a row, and in runs of what length. In integers; for trials, not for runs.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include "sn/link.h"

enum { SN_CHAIN_STATES = 4, SN_CHAIN_RUNS = 8 };

typedef struct sn_chain {
    unsigned states;
    sn_prob step[SN_CHAIN_STATES][SN_CHAIN_STATES]; /* from, to */
    sn_prob happens[SN_CHAIN_STATES];
} sn_chain;

/** Shares of all packets, 60 bits behind the point. */
typedef struct sn_closed_form {
    uint64_t happens, twice;      /* to a packet; to it and the next */
    uint64_t runs[SN_CHAIN_RUNS]; /* begins a run of exactly 1, 2, … */
} sn_closed_form;

sn_chain sn_chain_of_chance(const sn_chance *chance);
/** The same for one packet of so many, as it is with reordering; 4 at most. */
sn_chain sn_chain_of_gap(const sn_chance *chance, uint32_t gap);
sn_chain sn_chain_of_fourths(void); /* RED's drops, where one packet in four is dropped first */
sn_chain sn_chain_of_loss(
    const sn_loss *loss); /* no list of numbers, a mask of 4; a cap of 3, of chance alone */
sn_closed_form sn_chain_solve(const sn_chain *chain);

#endif
