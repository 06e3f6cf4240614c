/* Random early detection (Floyd and Jacobson, 1993), in integers: the average length moves 2^-weight of the way to the real one with each
 * packet that comes; between `min` and `max` a packet is dropped with a probability that grows evenly to `p`, and with each packet
 * since the last drop, so that drops are spread: from one to the next it is 1 to 1/p packets, evenly.
 */
#include "link/red.h"

#include "sn/draw.h"

/* (1 - 2^-weight)^times, 32 bits behind the point, rounded down. */
static uint64_t decay(uint32_t weight, uint64_t times)
{
    uint64_t factor = SN_ALWAYS - (SN_ALWAYS >> weight), product = SN_ALWAYS;
    for (; times != 0 && product != 0; times >>= 1) {
        if ((times & 1) != 0) {
            product = product * factor >> 32;
        }
        factor = factor * factor >> 32;
    }
    return product;
}

static void move_average(const sn_red *red, sn_red_memory *m, uint32_t length, uint64_t idle)
{
    if (idle != 0) {
        const uint64_t left = decay(red->weight, idle);
        m->average = (m->average >> 32) * left + ((m->average & UINT32_MAX) * left >> 32);
    }
    m->average += length - (m->average >> red->weight);
}

/* Each packet that is let through makes the next drop likelier. */
static bool is_hit(sn_prob p, uint32_t since, uint64_t draw)
{
    const uint64_t spent = p * since; /* since is below 2^32 / p, or the one before was dropped */
    return spent + p >= SN_ALWAYS || draw >> 32 < (p << 32) / (SN_ALWAYS - spent);
}

bool sn_red_drops(const sn_red *red, sn_red_memory *m, uint32_t length, uint64_t idle,
                  uint64_t draw)
{
    SS_ASSERT(red->min < red->max);
    SS_ASSERT(red->weight <= SN_RED_WEIGHT_MAX);
    move_average(red, m, length, idle);
    const uint64_t average = m->average >> red->weight;
    bool drops = average >= red->max;
    if (!drops && average >= red->min) {
        const sn_prob p = red->p * (average - red->min) / (red->max - red->min);
        drops = is_hit(p, m->since, draw);
    }
    m->since = drops || average < red->min ? 0 : m->since + 1;
    return drops;
}
