/* chance.h: what happens to a packet with a probability, and with a correlation to the packet before. */
#ifndef CHANCE_H
#define CHANCE_H

#include "sn/draw.h"
#include "sn/link.h"

/** What became of the packet before. Zeroed at the start. */
typedef struct sn_chance_memory {
    uint32_t number; /* netem's recurrence: the one before */
    uint8_t was;     /* 0 there was none, 1 it did not happen, 2 it did */
} sn_chance_memory;

static inline bool sn_chance_remembers(const sn_chance *chance)
{
    return chance->corr != 0;
}

/** `memory` is not looked at where nothing is remembered. */
bool sn_chance_happens(const sn_chance *chance, sn_chance_memory *memory, uint64_t draw);
/** The same by netem's recurrence: each number is averaged with the one before. */
bool sn_chance_as_netem(const sn_chance *chance, sn_chance_memory *memory, uint64_t draw);

#endif
