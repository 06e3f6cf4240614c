/* Events that are far off: a radix tree of instants, flat. Where an event stands says only how far it is from the base; it is moved
 * nearer when its slot is the earliest and too full to be sorted at once. A million parked timers are touched once a level, and a
 * slot with few events is taken whole from any level, so that sparse times cost no more than dense ones. */
#include "event/slots.h"

#include <string.h>

uint64_t sn_event_chunks_for(uint64_t cap, unsigned sets)
{
    const uint64_t begun =
        sets * SN_SLOT_LEVELS * SN_SLOTS + 1; /* one more while a slot is spread */
    return cap / SN_CHUNK_EVENTS + (cap < begun ? cap + 1 : begun);
}

/* ---- chunks ---- */

static sn_event_chunk *chunk_at(const sn_event_chunks *chunks, uint32_t chunk)
{
    return &chunks->all[chunk - 1];
}

/* The first of a slot, before `next`. */
static uint32_t chunk_take(sn_event_chunks *chunks, uint32_t next)
{
    const uint32_t chunk = chunks->free != 0 ? chunks->free : ++chunks->carved;
    sn_event_chunk *c = chunk_at(chunks, chunk);
    if (chunk == chunks->free) {
        chunks->free = c->next;
    }
    c->next = next;
    c->count = 0;
    return chunk;
}

uint32_t sn_event_chunk_give(sn_event_chunks *chunks, uint32_t chunk)
{
    sn_event_chunk *c = chunk_at(chunks, chunk);
    const uint32_t next = c->next;
    c->count = 0;
    c->next = chunks->free;
    chunks->free = chunk;
    return next;
}

/* ---- slots ---- */

static unsigned digit_of(ss_time at, unsigned level)
{
    return (unsigned)(at >> (SN_SLOT_BITS * level)) % SN_SLOTS;
}

static unsigned highest_bit(uint64_t word)
{
    return 63 - (unsigned)__builtin_clzll(word);
}

void sn_event_slots_put(sn_event_slots *s, sn_event_chunks *chunks, const sn_event *e)
{
    SS_ASSERT(e->at >= s->base);
    const uint64_t differs = e->at ^ s->base;
    const unsigned level = differs == 0 ? 0 : highest_bit(differs) / SN_SLOT_BITS;
    const unsigned digit = digit_of(e->at, level);
    uint32_t *first = &s->slot[level][digit].first;
    if (*first == 0 || chunk_at(chunks, *first)->count == SN_CHUNK_EVENTS) {
        *first = chunk_take(chunks, *first);
    }
    sn_event_chunk *c = chunk_at(chunks, *first);
    c->events[c->count++] = *e;
    s->slot[level][digit].count++;
    s->occupied[level] |= UINT64_C(1) << digit;
    s->count++;
}

/* The instant at which a slot begins becomes the base: its events then differ from that at lower levels only, and all others in
 * the digits they differed in before. */
static void begin_at(sn_event_slots *s, unsigned level, unsigned digit)
{
    const unsigned above = SN_SLOT_BITS * (level + 1);
    const uint64_t kept = above < 64 ? s->base >> above << above : 0;
    s->base = kept | (uint64_t)digit << (SN_SLOT_BITS * level);
}

/* The slot's first chunk; it is empty then. */
static uint32_t empty_slot(sn_event_slots *s, unsigned level, unsigned digit)
{
    const uint32_t chunk = s->slot[level][digit].first;
    s->count -= s->slot[level][digit].count;
    s->occupied[level] &= ~(UINT64_C(1) << digit);
    memset(&s->slot[level][digit], 0, sizeof s->slot[level][digit]);
    return chunk;
}

static void spread(sn_event_slots *s, sn_event_chunks *chunks, uint32_t chunk)
{
    while (chunk != 0) {
        const sn_event_chunk *c = chunk_at(chunks, chunk);
        for (uint32_t i = 0; i < c->count; i++) {
            sn_event_slots_put(s, chunks, &c->events[i]);
        }
        chunk = sn_event_chunk_give(chunks, chunk);
    }
}

uint32_t sn_event_slots_open(sn_event_slots *s, sn_event_chunks *chunks, uint32_t most)
{
    SS_ASSERT(s->count > 0);
    for (;;) {
        unsigned level = 0;
        while (s->occupied[level] == 0) {
            level++;
        }
        const unsigned digit = (unsigned)__builtin_ctzll(s->occupied[level]);
        const bool is_small = level == 0 || s->slot[level][digit].count <= most;
        const uint32_t chunk = empty_slot(s, level, digit);
        begin_at(s, level, digit);
        if (is_small) {
            return chunk;
        }
        spread(s, chunks, chunk);
    }
}
