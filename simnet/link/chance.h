/* chance.h: what happens to a packet with a probability, and with a correlation to the packet before. */
#ifndef CHANCE_H
#define CHANCE_H

#include "sn/draw.h"
#include "sn/link.h"

typedef enum sn_chance_memory { SN_CHANCE_NEW, SN_CHANCE_NO, SN_CHANCE_YES } sn_chance_memory;

static inline bool sn_chance_remembers(const sn_chance *chance)
{
    return chance->corr != 0;
}

/** `memory` is not looked at where nothing is remembered. */
bool sn_chance_happens(const sn_chance *chance, sn_chance_memory *memory, uint64_t draw);

#endif
