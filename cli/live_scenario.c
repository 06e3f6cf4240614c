/* sipsim live ua --scenario FILE --node NAME: nodes of a scenario on real sockets, at the addresses that the scenario gives them: a
 * group of it has those of its `net`, which on one machine may be of 127.0.0.0/8. Acts and calls happen at their instants, counted
 * from the start. */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "live_record.h"
#include "mistakes.h"
#include "sn/scenario.h"

static rp_status load(const cli_args *args, sn_scenario **scenario)
{
    const char *path = args->value[CLI_SCENARIO];
    size_t len = 0;
    char *text = cli_read_file(path, SN_SCENARIO_BYTES_MAX, &len);
    if (text == NULL) {
        return RP_IO;
    }
    const sn_scenario_file file = { path, { text, len } };
    *scenario = sn_scenario_load(&(sn_scenario_options){ .files = &file,
                                                         .file_count = 1,
                                                         .reader = &cli_scenario_reader,
                                                         .overrides = args->overrides,
                                                         .override_count = args->override_count });
    free(text);
    if (*scenario == NULL) {
        cli_say("out of memory: %s", path);
        return RP_IO;
    }
    if (sn_scenario_mistake_count(*scenario) != 0) {
        cli_print_mistakes(*scenario);
        return RP_SCENARIO;
    }
    return RP_OK;
}

static uint32_t find_node(const sn_plan *plan, const char *name)
{
    const char *names[64] = { NULL };
    for (uint32_t i = 0; i < plan->cast.node_count; i++) {
        const sn_member *m = &plan->cast.nodes[i];
        if (strcmp(m->name, name) == 0 && (m->role == SN_ROLE_UA || m->role == SN_ROLE_PROXY)) {
            return i;
        }
        if (i + 1 < SS_COUNT(names)) {
            names[i] = m->name;
        }
    }
    const char *meant = cli_nearest(name, names);
    cli_say("--node %.60s: no user agent or proxy of the scenario%s%s%s", name,
            meant == NULL ? "" : "; did you mean ", meant == NULL ? "" : meant,
            meant == NULL ? "" : "?");
    return SN_NOBODY;
}

/* Everywhere the node listens in the simulation. */
static bool add_listens(const sn_plan *plan, uint32_t node, sl_listen *listens, uint32_t *count)
{
    const sn_group_spec *g = &plan->groups[plan->nodes[node].group];
    const ss_address at =
        sn_address_with_port(sn_member_address(&plan->cast.nodes[node]), SN_SIP_PORT);
    const ss_transport first = g->transport;
    const ss_transport both[] = { first,
                                  first == SS_TRANSPORT_UDP ? SS_TRANSPORT_TCP : SS_TRANSPORT_UDP };
    for (size_t i = 0; i < SS_COUNT(both); i++) {
        if (both[i] == SS_TRANSPORT_UDP ? g->refuses_udp : g->refuses_tcp) {
            continue;
        }
        if (*count == SL_LISTENS_MAX) {
            cli_say("more than %u places to listen at", SL_LISTENS_MAX);
            return false;
        }
        listens[(*count)++] = (sl_listen){ node, both[i], at };
    }
    return true;
}

static rp_status read_nodes(const cli_args *args, const sn_plan *plan, sl_listen *listens,
                            uint32_t *count)
{
    const char *name;
    for (uint32_t i = 0; (name = cli_nth_value(args, CLI_NODE, i)) != NULL; i++) {
        const uint32_t node = find_node(plan, name);
        if (node == SN_NOBODY || !add_listens(plan, node, listens, count)) {
            return RP_USAGE;
        }
    }
    if (*count == 0) {
        cli_say("--scenario needs --node NAME: which of its nodes this is; it may be repeated");
        return RP_USAGE;
    }
    return RP_OK;
}

static rp_status run(const cli_args *args, sn_plan *plan)
{
    sl_listen listens[SL_LISTENS_MAX];
    live_record record;
    live_tally tally = live_tally_of(args, plan);
    sl_options options = { .plan = plan,
                           .listens = listens,
                           .is_scenario = true,
                           .dns = args->value[CLI_DNS],
                           .ends_when_done = true };
    rp_status status = read_nodes(args, plan, listens, &options.listen_count);
    if (status == RP_OK) {
        status = live_record_begin(&record, args, plan, (sn_sink){ &tally, live_count }, &options);
    }
    if (status == RP_OK) {
        status = live_run(args, &options);
    }
    if (status == RP_OK) {
        status = live_record_end(&record, args, false);
    }
    return status == RP_OK ? live_tell(args, &tally, 0) : status;
}

rp_status live_scenario(const cli_args *args)
{
    sn_scenario *scenario = NULL;
    rp_status status = load(args, &scenario);
    if (status == RP_OK) {
        status = run(args, sn_scenario_plan(scenario));
    }
    sn_scenario_free(scenario);
    return status;
}
