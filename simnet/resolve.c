/* Names of a plan, as a DNS that knows it would answer: hosts and domains of proxies, and nodes by their own names. */
#include "world_state.h"

static bool is_named(const sn_group_spec *g, ss_slice name)
{
    if (g->role == SN_ROLE_PROXY) {
        if (g->proxy.host != NULL && ss_slice_eq_nocase(name, ss_slice_from(g->proxy.host))) {
            return true;
        }
        for (uint32_t i = 0; i < g->proxy.domain_count; i++) {
            if (ss_slice_eq_nocase(name, ss_slice_from(g->proxy.domains[i]))) {
                return true;
            }
        }
    }
    return g->count == 1 && !g->indexed && ss_slice_eq_nocase(name, ss_slice_from(g->name));
}

uint32_t sn_resolve(const sn_plan *plan, ss_slice name)
{
    uint32_t found = SN_NOBODY; /* of several the first by name, not by order of adding */
    for (uint32_t i = 0; i < plan->group_count; i++) {
        if (is_named(&plan->groups[i], name) && plan->group_first[i] < found) {
            found = plan->group_first[i];
        }
    }
    return found;
}
