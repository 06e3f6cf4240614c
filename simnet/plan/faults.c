/* Finishing a plan's faults and partitions: the nodes that their paths name; and who is parted from whom. */
#include "plan/private.h"

bool sn_plan_bind_range(const sn_plan *plan, sn_node_range *range)
{
    if (range->group == SN_NOBODY) {
        return true;
    }
    if (range->group >= plan->group_count || range->first > range->last ||
        range->last >= plan->groups[range->group].count) {
        return false;
    }
    range->first += plan->group_first[range->group];
    range->last += plan->group_first[range->group];
    return true;
}

ss_status sn_plan_finish_faults(sn_plan *plan, const char **why)
{
    for (uint32_t i = 0; i < plan->fault_count; i++) {
        if (!sn_plan_bind_range(plan, &plan->faults[i].from) ||
            !sn_plan_bind_range(plan, &plan->faults[i].to)) {
            *why = "a fault names no node";
            return SS_ERR_SEMANTIC;
        }
        const sn_fault_calls *calls = &plan->faults[i].calls;
        if (calls->asked &&
            (calls->first > calls->last ||
             (calls->source != SN_NOBODY && calls->source >= plan->call_spec_count))) {
            *why = "a fault names no calls";
            return SS_ERR_SEMANTIC;
        }
    }
    for (uint32_t i = 0; i < plan->rift_count; i++) {
        if (!sn_plan_bind_range(plan, &plan->rifts[i].from) ||
            !sn_plan_bind_range(plan, &plan->rifts[i].to)) {
            *why = "a partition names no node";
            return SS_ERR_SEMANTIC;
        }
    }
    return SS_OK;
}

static bool has(const sn_node_range *range, uint32_t node)
{
    return range->group == SN_NOBODY || (node >= range->first && node <= range->last);
}

bool sn_plan_is_parted(const sn_plan *plan, uint32_t from, uint32_t to, ss_time now)
{
    for (uint32_t i = 0; i < plan->rift_count; i++) {
        const sn_rift *r = &plan->rifts[i];
        const bool is_there = has(&r->from, from) && has(&r->to, to);
        const bool is_back = r->is_mutual && has(&r->from, to) && has(&r->to, from);
        if (now >= r->since && now < r->until && (is_there || is_back)) {
            return true;
        }
    }
    return false;
}
