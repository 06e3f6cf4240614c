/* red.h: random early detection: a queue drops by chance what comes, the likelier the more wait on average. */
#ifndef RED_H
#define RED_H

#include "sn/link.h"

/** Zeroed at the start. */
typedef struct sn_red_memory {
    uint64_t average; /* times 2^weight */
    uint32_t
        since; /* packets since the last drop while the average is between the two, this one not counted */
} sn_red_memory;

/** A packet comes, `length` wait: is it dropped? `idle`: packets of its size that could have passed while nothing waited. */
bool sn_red_drops(const sn_red *red, sn_red_memory *memory, uint32_t length, uint64_t idle,
                  uint64_t draw);

#endif
