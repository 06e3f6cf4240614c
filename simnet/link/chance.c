/* A chance with memory: the chain of two states that is asked for by its rate p and its lag-1 correlation c.
 *
 * After a packet that it happened to it happens with p + c(1 - p), after another with p(1 - c). The share of packets is then
 * p and the correlation c, both exactly: a threshold of 2^64 holds the product of two thresholds of 2^32, so nothing is
 * rounded. (netem averages each number with the one before instead, which narrows them: it keeps neither.)
 */
#include "link/chance.h"

enum { NEW, NO, YES };

static uint64_t threshold(const sn_chance *chance, uint8_t before)
{
    const uint64_t fresh = chance->p * (SN_ALWAYS - chance->corr);
    return before == YES ? fresh + (chance->corr << 32) : fresh;
}

static bool happens_again(const sn_chance *chance, uint8_t before, uint64_t draw)
{
    if (chance->p == 0 || chance->p >= SN_ALWAYS) {
        return chance->p != 0;
    }
    if (chance->corr >= SN_ALWAYS) {
        return before == YES; /* the first one decides for all */
    }
    return draw < threshold(chance, before);
}

bool sn_chance_happens(const sn_chance *chance, sn_chance_memory *memory, uint64_t draw)
{
    if (!sn_chance_remembers(chance)) {
        return sn_prob_hit(chance->p, draw);
    }
    const bool happens = memory->was == NEW ? sn_prob_hit(chance->p, draw)
                                            : happens_again(chance, memory->was, draw);
    memory->was = happens ? YES : NO;
    return happens;
}

/* As in the kernel, in 32 bits; the first number has none before it. */
bool sn_chance_as_netem(const sn_chance *chance, sn_chance_memory *memory, uint64_t draw)
{
    const uint64_t fresh = draw >> 32;
    if (!sn_chance_remembers(chance)) {
        return fresh < chance->p;
    }
    const uint64_t before = memory->was == NEW ? fresh : memory->number;
    /* each product is below 2^64, and so is their sum: the weights add up to 2^32 */
    const uint64_t mixed = (fresh * (SN_ALWAYS - chance->corr) + before * chance->corr) >> 32;
    memory->number = (uint32_t)mixed;
    memory->was = YES;
    return mixed < chance->p;
}
