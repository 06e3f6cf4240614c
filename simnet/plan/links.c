/* Links of a plan as they are at an instant: their kind, and what events make of it for a while. */
#include "plan/private.h"

/* The level of a change that sets; one that goes step by step has many. */
static sn_level level_of(const sn_link_change *c, uint32_t i)
{
    return c->course.kind == SN_COURSE_STEADY ? (sn_level){ c->up, c->down } : c->course.levels[i];
}

static uint32_t levels_of(const sn_link_change *c)
{
    return c->course.kind == SN_COURSE_STEADY ? 1 : c->course.level_count;
}

static bool sets_mtu(const sn_plan *plan, const sn_link_change *c)
{
    const sn_link_kind *kind = &plan->links[plan->groups[c->of.group].link];
    bool sets = false;
    for (uint32_t i = 0; i < levels_of(c); i++) {
        const sn_level level = level_of(c, i);
        sets = sets || level.up.mtu != kind->up.mtu || level.down.mtu != kind->down.mtu;
    }
    return sets;
}

static uint32_t most_mtu(const sn_link_change *c)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < levels_of(c); i++) {
        const sn_level level = level_of(c, i);
        most = level.up.mtu > most ? level.up.mtu : most;
        most = level.down.mtu > most ? level.down.mtu : most;
    }
    return most;
}

/* RFC3261:18.1.1 From what size on the law TRN1 may say that a request had to go by TCP: the largest MTU that the link ever has. */
static void let_off(sn_plan *plan, const sn_link_change *c)
{
    const uint32_t most = most_mtu(c);
    for (uint32_t node = c->of.first; node <= c->of.last; node++) {
        const uint32_t group = plan->nodes[node].group;
        ss_settings settings = plan->groups[group].settings;
        settings.path_mtu = sn_plan_size_mtu(plan, group);
        sn_member *m = (sn_member *)&plan->cast.nodes[node];
        if (settings.path_mtu != 0 && settings.path_mtu < most) {
            settings.path_mtu = most;
            const uint16_t from = sn_plan_tcp_from(&settings);
            m->tcp_from = from > m->tcp_from ? from : m->tcp_from;
        }
    }
}

ss_status sn_plan_finish_changes(sn_plan *plan, const char **why)
{
    uint64_t steps = 0;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        sn_link_change *c = &plan->changes[i];
        if (c->of.group == SN_NOBODY || !sn_plan_bind_range(plan, &c->of)) {
            *why = "an event names no link";
            return SS_ERR_SEMANTIC;
        }
        if (c->kind == SN_CHANGE_SET && sets_mtu(plan, c)) {
            plan->mtu_varies = true;
            let_off(plan, c);
        }
        const uint64_t more = sn_course_steps(plan, c);
        steps = more > SN_COURSE_STEPS_MAX ? UINT64_MAX / 2 : steps + more;
        if (steps > SN_COURSE_STEPS_MAX) {
            *why = "the walks of links have more than 16777216 steps together";
            return SS_ERR_FULL;
        }
    }
    return SS_OK;
}

static bool is_of(const sn_link_change *c, uint32_t link, ss_time now)
{
    const uint32_t node = link / 2;
    return c->since <= now && now < c->until && node >= c->of.first && node <= c->of.last &&
           (c->dirs >> (link & 1u) & 1u) != 0;
}

const sn_link_params *sn_plan_link_set(const sn_plan *plan, const sn_courses *courses,
                                       uint32_t link, ss_time now)
{
    const sn_link_kind *kind = &plan->links[plan->groups[plan->nodes[link / 2].group].link];
    const sn_link_params *params = (link & 1) == 0 ? &kind->up : &kind->down;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const sn_link_change *c = &plan->changes[i];
        if (c->kind != SN_CHANGE_SET || !is_of(c, link, now)) {
            continue;
        }
        if (c->course.kind == SN_COURSE_STEADY) {
            params = (link & 1) == 0 ? &c->up : &c->down;
        } else {
            const uint32_t at = sn_course_level(plan, courses, i, link / 2, now);
            params = (link & 1) == 0 ? &c->course.levels[at].up : &c->course.levels[at].down;
        }
    }
    return params;
}

bool sn_plan_link_is(const sn_plan *plan, const sn_courses *courses, uint32_t link,
                     sn_change_kind kind, ss_time now, ss_time *until)
{
    bool is_so = false;
    *until = now;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const sn_link_change *c = &plan->changes[i];
        ss_time end = c->until;
        if (c->kind == kind && is_of(c, link, now) &&
            (c->course.kind != SN_COURSE_FLAP || sn_course_has(courses, i, link / 2, now, &end))) {
            is_so = true;
            *until = end > *until ? end : *until;
        }
    }
    return is_so;
}

uint32_t sn_plan_own_mtu(const sn_plan *plan, const sn_courses *courses, uint32_t node, ss_time now)
{
    const uint32_t up = sn_plan_link_set(plan, courses, SN_UP(node), now)->mtu;
    const uint32_t down = sn_plan_link_set(plan, courses, SN_DOWN(node), now)->mtu;
    const uint32_t mtu = up == 0 || (down != 0 && down < up) ? down : up;
    const sn_group_spec *g = &plan->groups[plan->nodes[node].group];
    const bool is_least = g->lacks_v4 && g->path_mtu_age == 0;
    return is_least && (mtu == 0 || mtu > SN_IP6_MTU_MIN) ? SN_IP6_MTU_MIN : mtu; /* RFC8201:1 */
}
