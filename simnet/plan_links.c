/* Links of a plan as they are at an instant: their kind, and what events make of it for a while. */
#include "plan_private.h"

ss_status sn_plan_finish_changes(sn_plan *plan, const char **why)
{
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const bool is_any = plan->changes[i].of.group == SN_NOBODY;
        if (is_any || !sn_plan_bind_range(plan, &plan->changes[i].of)) {
            *why = "an event names no link";
            return SS_ERR_SEMANTIC;
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

const sn_link_params *sn_plan_link_set(const sn_plan *plan, uint32_t link, ss_time now)
{
    const sn_link_kind *kind = &plan->links[plan->groups[plan->nodes[link / 2].group].link];
    const sn_link_params *params = (link & 1) == 0 ? &kind->up : &kind->down;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const sn_link_change *c = &plan->changes[i];
        if (c->kind == SN_CHANGE_SET && is_of(c, link, now)) {
            params = (link & 1) == 0 ? &c->up : &c->down;
        }
    }
    return params;
}

bool sn_plan_link_is(const sn_plan *plan, uint32_t link, sn_change_kind kind, ss_time now,
                     ss_time *until)
{
    bool is_so = false;
    *until = now;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const sn_link_change *c = &plan->changes[i];
        if (c->kind == kind && is_of(c, link, now)) {
            is_so = true;
            *until = c->until > *until ? c->until : *until;
        }
    }
    return is_so;
}
