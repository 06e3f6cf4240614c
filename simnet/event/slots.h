/* event/slots.h: events that are far off, in slots by their instant: a slot's events come before those of a later slot, and have no
 * order among each other. Private to the event queue. */
#ifndef EVENT_SLOTS_H
#define EVENT_SLOTS_H

#include "event/event.h"

enum { SN_SLOT_BITS = 6, SN_SLOTS = 1 << SN_SLOT_BITS, SN_SLOT_LEVELS = 11, SN_CHUNK_EVENTS = 15 };
_Static_assert(SN_SLOT_LEVELS *SN_SLOT_BITS >= 64, "every instant has its level");

/** A slot's events stand in chunks, so that they are written and read in order; only its first chunk is not full. */
typedef struct sn_event_chunk {
    uint32_t next; /* index + 1 of the slot's next, or of the next free one; 0 is none */
    uint32_t count;
    sn_event events[SN_CHUNK_EVENTS];
} sn_event_chunk;

typedef struct sn_event_chunks {
    sn_event_chunk *all;   /* borrowed */
    uint32_t carved, free; /* ever used; index + 1 of the first that is free again */
} sn_event_chunks;

/**
 * Instants are numbers of eleven digits to the base of 64. An event is at the level of the highest digit in which it differs from
 * `base`, in the slot of that digit of its own. As no event is before `base`, all of one level come before all of the next, and
 * within a level those of a lower digit before those of a higher one.
 */
typedef struct sn_event_slots {
    ss_time base;
    ss_time end; /* all of its events come before; SS_TIME_NEVER: whatever comes */
    uint64_t count;
    uint64_t occupied[SN_SLOT_LEVELS]; /* a bit for each slot that has any */
    struct {
        uint32_t first, count; /* chunk: index + 1; events */
    } slot[SN_SLOT_LEVELS][SN_SLOTS];
} sn_event_slots;

/** The most chunks that `cap` events in so many sets of slots may stand in. */
uint64_t sn_event_chunks_for(uint64_t cap, unsigned sets);
static inline const sn_event_chunk *sn_event_chunk_at(const sn_event_chunks *chunks, uint32_t chunk)
{
    return &chunks->all[chunk - 1];
}
/** A chunk becomes empty and free; the next of its slot's. */
uint32_t sn_event_chunk_give(sn_event_chunks *chunks, uint32_t chunk);

/** An event that is not before slots->base. */
void sn_event_slots_put(sn_event_slots *slots, sn_event_chunks *chunks, const sn_event *e);
/** The earliest slot's chunks, no longer of the slots, whose base is where it began. Slots with more than `most` events are spread over
 *  lower levels before, down to single instants. There is an event. */
uint32_t sn_event_slots_open(sn_event_slots *slots, sn_event_chunks *chunks, uint32_t most);

#endif
