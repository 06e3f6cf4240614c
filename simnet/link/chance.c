/* A chance with memory: the chain of two states that is asked for by its rate p and its lag-1 correlation c.
 *
 * After a packet that it happened to it happens with p + c(1 - p), after another with p(1 - c). The share of packets is then
 * p and the correlation c, both exactly: a threshold of 2^64 holds the product of two thresholds of 2^32, so nothing is
 * rounded. (netem averages each number with the one before instead, which narrows them: it keeps neither.)
 */
#include "link/chance.h"

static uint64_t threshold(const sn_chance *chance, sn_chance_memory before)
{
    const uint64_t fresh = chance->p * (SN_ALWAYS - chance->corr);
    return before == SN_CHANCE_YES ? fresh + (chance->corr << 32) : fresh;
}

static bool happens_again(const sn_chance *chance, sn_chance_memory before, uint64_t draw)
{
    if (chance->p == 0 || chance->p >= SN_ALWAYS) {
        return chance->p != 0;
    }
    if (chance->corr >= SN_ALWAYS) {
        return before == SN_CHANCE_YES; /* the first one decides for all */
    }
    return draw < threshold(chance, before);
}

bool sn_chance_happens(const sn_chance *chance, sn_chance_memory *memory, uint64_t draw)
{
    if (!sn_chance_remembers(chance)) {
        return sn_prob_hit(chance->p, draw);
    }
    const bool happens = *memory == SN_CHANCE_NEW ? sn_prob_hit(chance->p, draw)
                                                  : happens_again(chance, *memory, draw);
    *memory = happens ? SN_CHANCE_YES : SN_CHANCE_NO;
    return happens;
}
