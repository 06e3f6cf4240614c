/* Controlled delay (RFC 8289), in integers. While every packet waits longer than the target, for an interval at least, one is dropped, and
 * then one more after the interval divided by the root of how many there were: so the rate of drops grows until the queue gets short.
 *
 * What this follows: the published algorithm of K. Nichols and V. Jacobson in the form that RFC 8289 gave it, and that Linux has as
 * sch_codel: a first drop after an interval above the target, the control law interval / sqrt(count), a count that goes on where it was when
 * dropping begins again within 16 intervals, and no drop when no more than a packet's worth waits. It was written from that
 * description and checked by hand-made queues (test_codel.c), not against the text of the RFC, section by section.
 *
 * There packets are taken from the queue in a loop; here each that comes to its head is asked about, and `before` says where in that
 * loop we are.
 */
#include "link/codel.h"

enum { NOTHING, FIRST_DROP, MORE_DROPS };
enum {
    SOON_INTERVALS = 16
}; /* when it begins again so soon, it goes on where it was */

static uint64_t root(uint64_t n)
{
    uint64_t found = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
        const uint64_t tried = found | bit;
        found = tried <= n / tried ? tried : found;
    }
    return found;
}

/* RFC8289:5 the interval divided by the root, rounded down. */
static ss_time after(const sn_codel *codel, ss_time from, uint32_t count)
{
    return ss_time_after(from, root(codel->interval * codel->interval / count));
}

/* Has it been above for an interval? One packet more than what waits is no queue. */
static bool is_above(const sn_codel *codel, sn_codel_memory *m, ss_time now, ss_span waited,
                     uint32_t behind, uint32_t mtu)
{
    if (waited < codel->target || behind <= mtu) {
        m->above = 0;
        return false;
    }
    if (m->above == 0) {
        m->above = ss_time_after(now, codel->interval);
        return false;
    }
    return now >= m->above;
}

static void begin(const sn_codel *codel, sn_codel_memory *m, ss_time now)
{
    const uint32_t more = m->count - m->last;
    const bool is_soon = now < ss_time_after(m->next, SOON_INTERVALS * codel->interval);
    m->drops = true;
    m->count = more > 1 && is_soon ? more : 1;
    m->last = m->count;
    m->next = after(codel, now, m->count);
}

bool sn_codel_drops(const sn_codel *codel, sn_codel_memory *m, ss_time now, ss_span waited,
                    uint32_t behind, uint32_t mtu)
{
    const bool above = is_above(codel, m, now, waited, behind, mtu);
    const unsigned before = m->before;
    m->before = NOTHING;
    if (before == FIRST_DROP) {
        return false; /* one is enough to begin with */
    }
    if (!m->drops) {
        if (above) {
            begin(codel, m, now);
            m->before = FIRST_DROP;
        }
        return above;
    }
    m->drops = above;
    if (above && before == MORE_DROPS) {
        m->next = after(codel, m->next, m->count);
    }
    if (!above || now < m->next) {
        return false;
    }
    m->count++;
    m->before = MORE_DROPS;
    return true;
}

void sn_codel_is_empty(sn_codel_memory *m)
{
    m->drops = m->drops && m->before == FIRST_DROP;
    m->above = 0;
    m->before = NOTHING;
}
