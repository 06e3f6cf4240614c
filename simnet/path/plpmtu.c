/* Packetisation layer path MTU discovery, the machine (RFC 8899 5.2, Figure 5).
 *
 * DISABLED asks with a probe of the least size whether anybody is there: 6.1.4. BASE, SEARCHING, SEARCH_COMPLETE and ERROR are those of
 * the figure. What the way carries is raised by acknowledged probes alone, and lowered when MAX_PROBES of one size in a row are not
 * acknowledged; a router's word may only hurry that (4.6.2).
 *
 * Nothing is confirmed or raised while nobody uses the way (5.1.1): so that what is idle comes to rest. A copy of what was sent before
 * is the sign of 4.3 that the way may have narrowed, and has the size confirmed at once. */
#include "path/plpmtu.h"

#include "sn/ip.h"

/* 5.3.2: the sizes worth a probe are those that links have. */
static const uint16_t steps[] = { 1280, 1400, 1492, 1500, 2002, 4352, 8166, 9000, 17914, 32000 };

/* PROBE_COUNT counts probes of one size, or of a search; each starts PROBE_TIMER. */
static void probe(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now, uint32_t size)
{
    m->is_repeated = m->is_out && m->probed == size;
    m->probed = m->now = size;
    m->is_out = true;
    m->is_used = m->rests = false;
    m->due = ss_time_after(now, spec->timer);
}

static void probe_anew(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now, uint32_t size)
{
    m->count = 0;
    m->is_out = false;
    probe(m, spec, now, size);
}

static void wait(sn_plpmtu *m, ss_time until)
{
    m->is_out = false;
    m->count = 0;
    m->due = until;
}

/* ---- states ---- */

/* RFC8899:5.2 */
static void enter_base(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    m->state = SN_PLPMTU_BASE;
    m->size = m->base;
    probe_anew(m, spec, now, m->base);
}

/* RFC8899:5.4 the way goes on to be used with the least size, and is asked whether it carries that. */
static void enter_error(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    m->state = SN_PLPMTU_ERROR;
    m->size = m->min;
    m->raise_at = ss_time_after(now, spec->raise);
    probe_anew(m, spec, now, m->min);
}

static void enter_disabled(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    m->state = SN_PLPMTU_DISABLED;
    m->size = 0;
    wait(m, ss_time_after(now, spec->confirm));
    m->rests = true;
}

static void complete(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    m->state = SN_PLPMTU_COMPLETE;
    m->raise_at = ss_time_after(now, spec->raise);
    wait(m, ss_time_after(now, spec->confirm));
}

static uint32_t next_size(const sn_plpmtu *m)
{
    for (unsigned i = 0; i < SS_COUNT(steps); i++) {
        if (steps[i] > m->size) {
            return steps[i] < m->max ? steps[i] : m->max;
        }
    }
    return m->max;
}

/* RFC8899:5.3.1 upward, until what the own link carries was acknowledged or a size was not. */
static void search(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    m->state = SN_PLPMTU_SEARCHING;
    if (m->size >= m->max) {
        complete(m, spec, now);
    } else {
        probe_anew(m, spec, now, next_size(m));
    }
}

/* ---- events ---- */

void sn_plpmtu_begin(sn_plpmtu *m, const sn_probing_spec *spec, bool is_v6, uint32_t max)
{
    *m = (sn_plpmtu){ .rests = true };
    sn_plpmtu_limit(m, spec, is_v6, max);
}

void sn_plpmtu_limit(sn_plpmtu *m, const sn_probing_spec *spec, bool is_v6, uint32_t max)
{
    const uint32_t min = is_v6 ? SN_IP6_MTU_MIN : SN_PLPMTU_MIN;
    const uint32_t base = spec->base < min ? min : spec->base;
    m->max = max;
    m->base = base < max ? base : max;
    m->min = min < max ? min : max;
    m->size = m->size > max ? max : m->size;
}

/* RFC8899:4.3 what would have been due while nobody used the way is done when somebody does. */
void sn_plpmtu_sent(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now, uint32_t size,
                    bool is_copy)
{
    m->is_used = true;
    if (m->rests && now >= m->due) {
        m->rests = false;
        sn_plpmtu_expired(m, spec, now);
    } else if (is_copy && m->state == SN_PLPMTU_COMPLETE && !m->is_out && size > m->min) {
        probe_anew(m, spec, now, m->size);
    }
}

void sn_plpmtu_acked(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    const bool is_more = m->probed > m->size;
    SS_ASSERT(m->is_out);
    switch (m->state) {
    case SN_PLPMTU_DISABLED:
        enter_base(m, spec, now);
        break;
    case SN_PLPMTU_ERROR: /* RFC8899:5.2 left when BASE_PLPMTU is acknowledged */
        if (is_more || m->base == m->min) {
            m->size = m->probed;
            search(m, spec, now);
        } else {
            wait(m, m->raise_at);
        }
        break;
    case SN_PLPMTU_COMPLETE:
        wait(m, ss_time_after(now, spec->confirm));
        break;
    default:
        m->size = is_more ? m->probed : m->size;
        search(m, spec, now);
        break;
    }
}

/* MAX_PROBES were sent, and none of them was acknowledged. */
static void give_up(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    switch (m->state) {
    case SN_PLPMTU_DISABLED:
        enter_disabled(m, spec, now);
        break;
    case SN_PLPMTU_BASE:
        enter_error(m, spec, now);
        break;
    case SN_PLPMTU_SEARCHING:
        complete(m, spec, now);
        break;
    case SN_PLPMTU_COMPLETE: /* RFC8899:4.3 a black hole */
        enter_base(m, spec, now);
        break;
    default:
        if (m->probed == m->min) {
            enter_disabled(m, spec, now);
        } else {
            m->raise_at = ss_time_after(now, spec->raise);
            wait(m, m->raise_at);
        }
        break;
    }
}

/* CONFIRMATION_TIMER or PMTU_RAISE_TIMER. */
static void look_again(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    const bool may_raise = now >= m->raise_at && m->size < m->max;
    if (m->state == SN_PLPMTU_COMPLETE && may_raise) {
        search(m, spec, now);
    } else if (m->state == SN_PLPMTU_COMPLETE) {
        probe_anew(m, spec, now, m->size);
    } else {
        probe_anew(m, spec, now, m->state == SN_PLPMTU_ERROR ? m->base : m->min);
    }
}

void sn_plpmtu_expired(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now)
{
    const bool still_fits = m->probed <= m->max; /* the own link may have become narrower */
    if (m->is_out && still_fits && ++m->count < spec->probes_max) {
        probe(m, spec, now, m->probed);
    } else if (m->is_out) {
        give_up(m, spec, now);
    } else if (m->is_used) {
        look_again(m, spec, now);
    } else {
        m->rests = true;
    }
}

/* RFC8899:4.6.2 Never below the base size by a router's word alone (8): that enters BASE first, whose own probe says more. */
void sn_plpmtu_too_big(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now, uint32_t said)
{
    const uint32_t sent = m->is_out && m->probed > m->size ? m->probed : m->size;
    if (said < m->min || said >= sent || m->state == SN_PLPMTU_DISABLED ||
        m->state == SN_PLPMTU_ERROR) {
        return;
    }
    if (m->state == SN_PLPMTU_BASE) {
        enter_error(m, spec, now);
    } else if (said < m->size) {
        enter_base(m, spec, now);
    } else if (said == m->size) {
        complete(m, spec, now);
    } else {
        probe_anew(m, spec, now, said);
    }
}
