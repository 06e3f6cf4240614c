/* Finishing a plan's faults: the nodes that their paths name. */
#include "plan_private.h"

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
    }
    return SS_OK;
}
