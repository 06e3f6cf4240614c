/* jitter.h: what is added to a delay: distributions of mean 0, and their correlation. */
#ifndef JITTER_H
#define JITTER_H

#include "sn/draw.h"
#include "sn/link.h"

/** The draw that the packet before was delayed by. */
typedef struct sn_jitter_memory {
    uint64_t draw;
    bool is_set;
} sn_jitter_memory;

/** What a draw adds: within +-SN_SPAN_MAX. */
int64_t sn_jitter_offset(const sn_jitter *jitter, uint64_t draw);
/** Of a packet: the offset of the one before again, with the probability of the correlation, else that of the fresh draw.
 *  So the distribution is kept, and the lag-1 correlation is exact. */
int64_t sn_jitter_next(const sn_jitter *jitter, sn_jitter_memory *memory, uint64_t again,
                       uint64_t draw);

#endif
