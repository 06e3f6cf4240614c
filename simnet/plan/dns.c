/* Finishing a plan's DNS: its servers, the zones that each answers from, addresses of nodes in records, and who is down or silent
 * when. */
#include "plan/private.h"

#include <string.h>

static bool has_node(const sn_plan *plan, uint32_t group, uint32_t index)
{
    return group < plan->group_count && index < plan->groups[group].count;
}

static ss_status fail(const char **why, const char *reason)
{
    *why = reason;
    return SS_ERR_SEMANTIC;
}

static ss_status bind_spells(sn_plan *plan, const char **why)
{
    for (uint32_t i = 0; i < plan->spell_count; i++) {
        sn_spell *s = &plan->spells[i];
        if (!has_node(plan, s->group, s->index)) {
            return fail(why, "an event names no node");
        }
        s->node = plan->group_first[s->group] + s->index;
    }
    return SS_OK;
}

static ss_status fill_addresses(sn_plan *plan, const char **why)
{
    for (uint32_t i = 0; i < plan->record_count; i++) {
        sn_record *r = &plan->records[i];
        if (r->host_group == SN_NOBODY) {
            continue;
        }
        if (!has_node(plan, r->host_group, r->host_index)) {
            return fail(why, "a record of the DNS names no node");
        }
        const uint32_t node = plan->group_first[r->host_group] + r->host_index;
        const bool is_v6 = r->entry.record.type == SN_DNS_AAAA;
        const ss_address a =
            sn_address_with_port(sn_member_address_of(&plan->cast.nodes[node], is_v6), 0);
        if (a.family == 0) {
            return fail(why, "a record of the DNS names a node that has no address of its type");
        }
        memcpy(is_v6 ? r->entry.record.aaaa : r->entry.record.a, a.ip, is_v6 ? 16 : 4);
    }
    return SS_OK;
}

static ss_status make_zone(sn_plan *plan, uint32_t group)
{
    sn_dns_spec *spec = &plan->groups[group].dns;
    const uint32_t of = spec->has_own ? group : SN_NOBODY;
    sn_dns_entry *entries = sn_plan_take(plan, plan->record_count + 1u, sizeof *entries);
    uint32_t count = 0;
    if (entries == NULL) {
        return SS_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < plan->record_count; i++) {
        if (plan->records[i].server == of) {
            entries[count++] = plan->records[i].entry;
        }
    }
    spec->zone = (sn_dns_zone){ entries, count };
    return SS_OK;
}

/* In the order of nodes, so of names. */
static ss_status find_servers(sn_plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        count += plan->groups[i].role == SN_ROLE_DNS ? plan->groups[i].count : 0;
    }
    plan->dns.servers = sn_plan_take(plan, count + 1u, sizeof *plan->dns.servers);
    if (plan->dns.servers == NULL) {
        return SS_ERR_MEMORY;
    }
    plan->dns.server_count = 0;
    for (uint32_t node = 0; node < plan->cast.node_count; node++) {
        if (plan->cast.nodes[node].role == SN_ROLE_DNS) {
            plan->dns.servers[plan->dns.server_count++] = node;
        }
    }
    return SS_OK;
}

ss_status sn_plan_finish_dns(sn_plan *plan, const char **why)
{
    if (plan->record_count > SN_DNS_RECORDS_MAX) {
        *why = "too many records of the DNS";
        return SS_ERR_FULL;
    }
    plan->cast.avoid = plan->dns.avoid;
    plan->cast.query_wait = plan->dns.timeout;
    ss_status status = bind_spells(plan, why);
    if (status == SS_OK) {
        status = fill_addresses(plan, why);
    }
    for (uint32_t i = 0; i < plan->group_count && status == SS_OK; i++) {
        status = plan->groups[i].role == SN_ROLE_DNS ? make_zone(plan, i) : SS_OK;
    }
    return status == SS_OK ? find_servers(plan) : status;
}

bool sn_plan_has_spell(const sn_plan *plan, uint32_t node, sn_spell_kind kind, ss_time now)
{
    for (uint32_t i = 0; i < plan->spell_count; i++) {
        const sn_spell *s = &plan->spells[i];
        if (s->node == node && s->kind == kind && s->from <= now && now < s->until) {
            return true;
        }
    }
    return false;
}
