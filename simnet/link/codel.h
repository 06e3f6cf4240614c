/* codel.h: controlled delay, RFC 8289: a queue drops from its head while all of it waits too long. */
#ifndef CODEL_H
#define CODEL_H

#include "sn/link.h"

/** Zeroed at the start. */
typedef struct sn_codel_memory {
    ss_time above; /* when it will have been above the target for an interval; 0: it is below */
    ss_time next;  /* of the drops */
    uint32_t count, last; /* drops since it began to drop; when it began last */
    bool drops;           /* it is at it */
    uint8_t before;       /* of one taking up: what became of the packet before this one */
} sn_codel_memory;

/** The head of the queue, which waited so long; so many bytes wait behind it, a packet has `mtu` at most. Is it dropped? Then the next one is
 *  asked about. */
bool sn_codel_drops(const sn_codel *codel, sn_codel_memory *memory, ss_time now, ss_span waited,
                    uint32_t behind, uint32_t mtu);
/** There is no head. */
void sn_codel_is_empty(sn_codel_memory *memory);

#endif
