/* Finishing a plan: nodes from groups, in the order of (group name, index); ids from names; the tree of routers; acts
 * and checks bound to nodes. Nothing here depends on the order in which specs were added, but for acts of one instant. */
#include "app/ua.h"
#include "plan/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* routers above a node: 16 links at most cross a run's longest path, one bit of
     * sn_packet_id.copy each */
    DEPTH_MAX = 8,
    NAME_MAX = 36 /* of a group, so that a node's name fits sn_member */
};

static ss_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SS_ERR_SEMANTIC;
}

/* ---- groups ---- */

static bool is_name(const char *name)
{
    if (name == NULL || name[0] < 'a' || name[0] > 'z' || strlen(name) > NAME_MAX) {
        return false;
    }
    for (const char *c = name; *c != '\0'; c++) {
        if ((*c < 'a' || *c > 'z') && (*c < '0' || *c > '9') && *c != '_') {
            return false;
        }
    }
    return true;
}

static ss_status check_group(const sn_plan *plan, const sn_group_spec *g, const char **why)
{
    if (!is_name(g->name)) {
        return refuse(why, "a group's name is not [a-z][a-z0-9_]*, at most 36 long");
    }
    if (g->count == 0) {
        return refuse(why, "a group has no nodes");
    }
    if (g->role >= SN_ROLE_COUNT) {
        return refuse(why, "a group has no role");
    }
    if (g->via == SN_NOBODY) {
        return g->role == SN_ROLE_ROUTER && g->count == 1
                   ? SS_OK
                   : refuse(why, "only one router may stand without an uplink");
    }
    if (g->via >= plan->group_count || plan->groups[g->via].role != SN_ROLE_ROUTER) {
        return refuse(why, "a group's uplink leads to no router");
    }
    if (g->link >= plan->link_count) {
        return refuse(why, "a group's link is of no kind");
    }
    if (g->per_router != 0 && (g->count - 1) / g->per_router >= plan->groups[g->via].count) {
        return refuse(why, "a group has more nodes than its routers take");
    }
    if (g->role == SN_ROLE_UA && g->ua.outbound != SN_NOBODY &&
        (g->ua.outbound >= plan->group_count ||
         (plan->groups[g->ua.outbound].role != SN_ROLE_PROXY &&
          plan->groups[g->ua.outbound].role != SN_ROLE_TAP &&
          !plan->groups[g->ua.outbound].ua.joins))) {
        return refuse(why, "a user agent's outbound proxy is no proxy");
    }
    for (uint8_t i = 0; g->role == SN_ROLE_UA && i < g->ua.other_outbound_count; i++) {
        if (i >= SS_FLOWS_MAX - 1 || g->ua.other_outbounds[i] >= plan->group_count ||
            plan->groups[g->ua.other_outbounds[i]].role != SN_ROLE_PROXY) {
            return refuse(why, "the outbound proxy of another flow is no proxy");
        }
    }
    if (g->role == SN_ROLE_PROXY && g->proxy.outbound != 0 &&
        (g->proxy.outbound > plan->group_count ||
         (plan->groups[g->proxy.outbound - 1].role != SN_ROLE_PROXY &&
          !plan->groups[g->proxy.outbound - 1].ua.joins))) {
        return refuse(why, "a proxy's outbound proxy is no proxy");
    }
    if (g->role == SN_ROLE_TAP &&
        (g->toward >= plan->group_count || plan->groups[g->toward].role == SN_ROLE_ROUTER ||
         plan->groups[g->toward].role == SN_ROLE_TAP)) {
        return refuse(why, "a tap leads to nobody");
    }
    if (g->role == SN_ROLE_TAP && g->injects.message != NULL && g->injects.interval == 0) {
        return refuse(why, "a tap injects without a rate");
    }
    if (g->role == SN_ROLE_UA && g->ua.behaviour != SN_NOBODY &&
        g->ua.behaviour >= plan->behaviour_count) {
        return refuse(why, "a user agent's behaviour does not exist");
    }
    return SS_OK;
}

static ss_status check_groups(const sn_plan *plan, const char **why)
{
    uint64_t nodes = 0;
    uint32_t roots = 0;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const ss_status status = check_group(plan, &plan->groups[i], why);
        if (status != SS_OK) {
            return status;
        }
        nodes += plan->groups[i].count;
        roots += plan->groups[i].via == SN_NOBODY;
    }
    if (roots != 1) {
        return refuse(why,
                      roots == 0 ? "no router is the root" : "more than one router is the root");
    }
    if (nodes > plan->nodes_max) {
        *why = "too many nodes";
        return SS_ERR_FULL;
    }
    for (uint32_t i = 0; i < plan->link_count; i++) {
        const uint32_t up = plan->links[i].up.mtu, down = plan->links[i].down.mtu;
        if ((up != 0 && up < 68) || (down != 0 && down < 68)) {
            return refuse(why, "an MTU is below 68 bytes, the least of RFC 791");
        }
    }
    return SS_OK;
}

/* ---- nodes ---- */

typedef struct named {
    const char *name;
    uint32_t group;
} named;

static int by_name(const void *left, const void *right)
{
    const named *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* RFC3261:18.1.1 */
uint16_t sn_plan_tcp_from(const ss_settings *s)
{
    const uint32_t most = s->path_mtu == 0 ? 1300 : s->path_mtu < 200 ? 0 : s->path_mtu - 200;
    return s->by_size ? (uint16_t)(most < UINT16_MAX ? most + 1 : UINT16_MAX) : 0;
}

/* RFC8899:5.3.1 who probes never finds more than its own link carries. */
uint32_t sn_plan_size_mtu(const sn_plan *plan, uint32_t group)
{
    const sn_group_spec *g = &plan->groups[group];
    if (g->probing.timer == 0 || g->via == SN_NOBODY) {
        return g->settings.path_mtu;
    }
    const uint32_t mtu = plan->links[g->link].up.mtu;
    return mtu == 0 ? SN_IP_BYTES_MAX : mtu < 1500 ? 1500 : mtu; /* unknown: 1300 bytes */
}

static void fill_member(const sn_plan *plan, const sn_spans *spans, uint32_t group, uint32_t index,
                        sn_member *m)
{
    const sn_group_spec *g = &plan->groups[group];
    if (g->count == 1 && !g->indexed) {
        snprintf(m->name, sizeof m->name, "%s", g->name);
    } else {
        snprintf(m->name, sizeof m->name, "%s[%u]", g->name, (unsigned)index);
    }
    m->id = sn_name_id(ss_slice_from(g->name), index);
    m->role = (uint8_t)g->role;
    m->router = SN_NOBODY;
    m->outbound = SN_NOBODY;
    m->spans = &spans[group];
    m->is_stateless = g->role == SN_ROLE_PROXY && g->proxy.mode == SS_PROXY_STATELESS;
    m->has_queue = g->role == SN_ROLE_PROXY && g->proxy.has_queue;
    m->by_arrival = m->has_queue && g->proxy.queue.by_arrival;
    m->joins = g->role == SN_ROLE_UA && g->ua.joins;
    ss_settings settings = g->settings;
    settings.path_mtu = sn_plan_size_mtu(plan, group);
    m->tcp_from = sn_plan_tcp_from(&settings);
}

static ss_status make_nodes(sn_plan *plan, const char **why)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        total += plan->groups[i].count;
    }
    named *order = sn_plan_take(plan, plan->group_count, sizeof *order);
    sn_spans *spans = sn_plan_take(plan, plan->group_count, sizeof *spans);
    sn_member *members = sn_plan_take(plan, total, sizeof *members);
    plan->nodes = sn_plan_take(plan, total, sizeof *plan->nodes);
    plan->group_first = sn_plan_take(plan, plan->group_count, sizeof *plan->group_first);
    if (order == NULL || spans == NULL || members == NULL || plan->nodes == NULL ||
        plan->group_first == NULL) {
        return SS_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const ss_settings *s = &plan->groups[i].settings;
        order[i] = (named){ plan->groups[i].name, i };
        const sn_probing_spec *probing = &plan->groups[i].probing;
        spans[i] = (sn_spans){ s->t1, s->t2, s->t4, probing->timer, probing->probes_max };
    }
    qsort(order, plan->group_count, sizeof *order, by_name);
    uint32_t node = 0;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const uint32_t group = order[i].group;
        if (i > 0 && strcmp(order[i - 1].name, order[i].name) == 0) {
            return refuse(why, "two groups have one name");
        }
        plan->group_first[group] = node;
        for (uint32_t index = 0; index < plan->groups[group].count; index++, node++) {
            plan->nodes[node] = (sn_node){ .group = group, .index = index };
            fill_member(plan, spans, group, index, &members[node]);
        }
    }
    plan->cast.nodes = members;
    plan->cast.node_count = total;
    return SS_OK;
}

/* ---- the tree of routers ---- */

static uint32_t router_of(const sn_plan *plan, uint32_t node)
{
    const sn_node *n = &plan->nodes[node];
    const sn_group_spec *g = &plan->groups[n->group];
    if (g->via == SN_NOBODY) {
        return SN_NOBODY;
    }
    return plan->group_first[g->via] + (g->per_router == 0 ? 0 : n->index / g->per_router);
}

/* Routers are groups of groups: a group's depth is that of the group above and one more. */
static ss_status group_depth(const sn_plan *plan, uint32_t group, uint32_t *depth, const char **why)
{
    *depth = 0;
    for (uint32_t at = plan->groups[group].via; at != SN_NOBODY; at = plan->groups[at].via) {
        if (++*depth > DEPTH_MAX) {
            return refuse(why, "routers form a circle, or stand more than 8 deep");
        }
    }
    return SS_OK;
}

static ss_status join_nodes(sn_plan *plan, sn_member *members, const char **why)
{
    for (uint32_t group = 0; group < plan->group_count; group++) {
        uint32_t depth;
        const ss_status status = group_depth(plan, group, &depth, why);
        if (status != SS_OK) {
            return status;
        }
        const sn_range *range = plan->memory->ranges;
        while (range->group != group) {
            range++;
        }
        for (uint32_t i = 0; i < plan->groups[group].count; i++) {
            const uint32_t node = plan->group_first[group] + i;
            plan->nodes[node].depth = depth;
            members[node].router = router_of(plan, node);
            members[node].number = sn_range_address(range, i);
            members[node].lacks_v4 = plan->groups[group].lacks_v4;
            members[node].has_v6 = plan->groups[group].has_v6;
            members[node].prefers_v4 = plan->groups[group].prefers_v4;
        }
        if (plan->groups[group].via == SN_NOBODY) {
            plan->root = plan->group_first[group];
        }
    }
    return SS_OK;
}

/* ---- acts and checks ---- */

typedef struct ordered_act {
    sn_act act;
    uint32_t order;
} ordered_act;

static int by_time(const void *left, const void *right)
{
    const ordered_act *a = left, *b = right;
    if (a->act.at != b->act.at) {
        return a->act.at < b->act.at ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

static bool has_node(const sn_plan *plan, uint32_t group, uint32_t index)
{
    return group < plan->group_count && index < plan->groups[group].count;
}

static bool may_act(const sn_group_spec *g, const sn_act *act)
{
    if (act->row.op == SN_OP_SAY) {
        return g->role == SN_ROLE_ROUTER && g->via == SN_NOBODY;
    }
    const bool is_crash = act->row.op == SN_OP_CRASH;
    const sn_role role = act->row.op == SN_OP_REPLAY ? SN_ROLE_TAP : SN_ROLE_UA;
    return (g->role == role && (is_crash || role != SN_ROLE_UA || !g->ua.joins)) ||
           (g->role == SN_ROLE_PROXY && is_crash);
}

static ss_status bind_acts(sn_plan *plan, const char **why)
{
    ordered_act *sorted = sn_plan_take(plan, plan->act_count + 1u, sizeof *sorted);
    if (sorted == NULL) {
        return SS_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < plan->act_count; i++) {
        sn_act act = plan->acts[i];
        const bool calls =
            sn_op_has_target(act.row.op) || (act.row.op == SN_OP_MESSAGE && act.call == 0);
        const bool says = act.row.op == SN_OP_SAY;
        const bool aims = calls || says || act.row.op == SN_OP_RESET || act.row.op == SN_OP_CLOSE ||
                          act.row.op == SN_OP_MUTE;
        if (!has_node(plan, act.group, act.index) || !may_act(&plan->groups[act.group], &act) ||
            (aims && !has_node(plan, act.row.target, act.target_index)) ||
            (calls && plan->groups[act.row.target].role != SN_ROLE_UA) ||
            (says && (act.row.value >= plan->message_count ||
                      !has_node(plan, act.row.other, act.other_index)))) {
            return refuse(why, "an act of the story names nobody who can do it");
        }
        act.node = sn_plan_node(plan, act.group, act.index);
        if (aims) {
            act.row.target = sn_plan_node(plan, act.row.target, act.target_index);
        }
        if (says) {
            act.row.other = sn_plan_node(plan, act.row.other, act.other_index);
        }
        sorted[i] = (ordered_act){ act, i };
    }
    if (plan->act_count > 0) {
        qsort(sorted, plan->act_count, sizeof *sorted, by_time);
    }
    for (uint32_t i = 0; i < plan->act_count; i++) {
        plan->acts[i] = sorted[i].act;
    }
    return SS_OK;
}

static ss_status bind_checks(sn_plan *plan, const char **why)
{
    for (uint32_t i = 0; i < plan->check_count; i++) {
        const sn_place place = plan->memory->check_places[i];
        if (place.group == SN_NOBODY) {
            plan->checks[i].node = SN_NOBODY;
            continue;
        }
        if (!has_node(plan, place.group, place.index)) {
            return refuse(why, "a check of the story names no node");
        }
        plan->checks[i].node = sn_plan_node(plan, place.group, place.index);
    }
    return SS_OK;
}

/* ---- texts that the user agents of a group share ---- */

static ss_status keep_text(sn_plan *plan, ss_buffer *b, ss_slice *out)
{
    const char *kept = b->len == 0 ? NULL : sn_plan_text(plan, ss_buffer_slice(b));
    *out = (ss_slice){ kept, kept == NULL ? 0 : b->len };
    return b->len != 0 && kept == NULL ? SS_ERR_MEMORY : SS_OK;
}

static ss_status share_texts(sn_plan *plan)
{
    ss_status status = SS_OK;
    for (uint32_t i = 0; i < plan->group_count && status == SS_OK; i++) {
        sn_ua_spec *ua = &plan->groups[i].ua;
        char aor_text[512], text[512];
        ss_buffer aor = ss_buffer_on(aor_text, sizeof aor_text);
        ss_buffer b = ss_buffer_on(text, sizeof text);
        if (plan->groups[i].role != SN_ROLE_UA) {
            continue;
        }
        if (ua->aor != NULL) { /* {n} stands in its user part alone */
            sn_ua_put_aor(&aor, plan, plan->group_first[i]);
            sn_ua_put_registrar(&b, ss_buffer_slice(&aor));
        }
        status = keep_text(plan, &b, &ua->registrar);
        b.len = 0;
        sn_ua_put_outbound(&b, plan, i);
        status = status == SS_OK ? keep_text(plan, &b, &ua->route) : status;
        for (uint8_t k = 0; k < ua->other_outbound_count && status == SS_OK; k++) {
            b.len = 0;
            sn_ua_put_other_outbound(&b, plan, i, k);
            status = keep_text(plan, &b, &ua->other_routes[k]);
        }
        ua->profile.more_routes = ua->other_routes;
    }
    return status;
}

ss_status sn_plan_finish(sn_plan *plan, const char **why)
{
    SS_ASSERT(!plan->memory->finished);
    *why = "";
    ss_status status = check_groups(plan, why);
    if (status == SS_OK) {
        status = make_nodes(plan, why);
    }
    if (status == SS_OK) {
        status = sn_plan_place_groups(plan, why);
    }
    if (status == SS_OK) {
        status = join_nodes(plan, (sn_member *)plan->cast.nodes, why);
    }
    if (status == SS_OK) {
        status = sn_plan_finish_dns(plan, why);
    }
    if (status == SS_OK) {
        status = sn_plan_finish_faults(plan, why);
    }
    if (status == SS_OK) {
        status = sn_plan_finish_changes(plan, why);
    }
    if (status == SS_OK) {
        status = sn_plan_cast_logins(plan);
    }
    if (status == SS_OK) {
        status = share_texts(plan);
    }
    plan->memory->finished = status == SS_OK;
    if (status == SS_OK) {
        status = bind_acts(plan, why);
    }
    if (status == SS_OK) {
        status = bind_checks(plan, why);
    }
    if (status == SS_OK) {
        status = sn_plan_make_calls(plan, why);
    }
    if (status == SS_ERR_MEMORY) {
        *why = "no memory";
    }
    return status;
}
