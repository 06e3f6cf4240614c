/* The app of a DNS server: it answers from the plan's records, or from its own, as they are at the instant (RFC 1035, RFC 2782).
 * It keeps no state. What it makes of a query is the plan's to say: it may be silent, or fail. */
#include "sn/dns.h"
#include "sn/app.h"

static bool has_spell(const sn_host *host, sn_spell_kind kind)
{
    return sn_plan_has_spell(sn_host_plan(host), sn_host_node(host), kind, sn_host_now(host));
}

/* RFC 1035 2.3.4; what cannot be read but for its number is answered with FORMERR by others, and dropped here. */
static void input(void *self, sn_host *host, const ss_path *path, ss_slice datagram)
{
    const sn_plan *plan = sn_host_plan(host);
    const sn_dns_zone *zone = &plan->groups[plan->nodes[sn_host_node(host)].group].dns.zone;
    ss_arena *arena = sn_host_arena(host);
    sn_dns_message query, response;
    (void)self;
    if (sn_dns_parse(&query, arena, datagram) != SS_OK || query.is_response ||
        has_spell(host, SN_SPELL_SILENT)) {
        return;
    }
    if (sn_dns_answer(zone, sn_host_now(host), &query, arena, &response) != SS_OK) {
        sn_host_out_of_memory(host);
        return;
    }
    if (has_spell(host, SN_SPELL_FAILING)) {
        response.code = SN_DNS_FAILURE;
        response.answers = response.authorities = response.additionals = 0;
    }
    char bytes[SN_DNS_BYTES_MAX];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    sn_dns_put_datagram(&b, &response);
    sn_host_send(host, path, ss_buffer_slice(&b), NULL);
}

const sn_app_class sn_app_dns = { .name = "dns", .port = SN_DNS_PORT, .bytes = 16, .input = input };
