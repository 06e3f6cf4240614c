/* dns, events and what nodes say of them: every mistake at its place, and what is written reads the same. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

#define DNS(records)                                                                  \
    "sipsim: 1\nduration: 60s\nlinks: {wire: {delay: 5ms}}\ndns: {records: [" records \
    "]}\nnodes:\n  ns: {role: dns}\n  alice: {role: ua}\n  bob: {role: ua, count: 3}\n"
#define EVENT(line) DNS("\"p.example.com 60 A alice\"") "events:\n  - " line "\n"

TEST(records_are_refused_where_they_go_wrong)
{
    static const rig_mistake rows[] = {
        { DNS("\"p.example.com 60 A «10.0.0.300»\""), "an IPv4 address is wanted here", NULL },
        { DNS("\"p.example.com «soon» A 10.0.0.1\""), "in seconds", NULL },
        { DNS("\"p.example.com 60 «MX» 10 x\""), "a type is wanted here", NULL },
        { DNS("\"p.example.com 60 SRV 1 2 «x» y\""), "a number of 0 to 65535", NULL },
        { DNS("\"«p..com» 60 A 10.0.0.1\""), "a whole name is wanted here", NULL },
        { DNS("\"p.example.com 60 A 10.0.0.1 «and more»\""), "nothing more is wanted here", NULL },
        { DNS("\"p.example.com 60 A «alise»\""), "unknown node 'alise'", "alice" },
        { DNS("\"p.example.com 60 A «bob»\""), "one node is wanted here", NULL },
        { DNS("\"p.example.com 60 A «bob[x]»\""), "an index is a whole number", NULL },
        { DNS("«{»a: b}"), "wrong type", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua}}\ndns: «{»}\n", "nobody answers",
          NULL },
        { DNS("") "  carol: {role: ua, «records»: []}\n", "'records' is for role dns", NULL },
        { DNS("") "  carol: {role: ua, outbound: «edge.example.com»}\n", "no record in 'dns'",
          NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, outbound: «dns»}}\n",
          "needs a 'dns' with records", NULL },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        rig_check_mistakes(&rows[i], 1);
    }
}

TEST(events_are_refused_where_they_go_wrong)
{
    static const rig_mistake rows[] = {
        { EVENT("{at: 1s, node: alice, is: «up»}"), "unknown", NULL },
        { EVENT("«{»at: 1s, node: alice}"), "says what it 'is'", NULL },
        { EVENT("«{»at: 1s, is: down}"), "what happens is missing", NULL },
        { EVENT("«{»at: 1s}"), "what happens is missing", NULL },
        { EVENT("{at: 1s, node: «alise», is: down}"), "unknown node 'alise'", "alice" },
        { EVENT("{at: 1s, node: «alice», is: silent}"), "is no DNS server", NULL },
        { EVENT("{at: 1s, node: «bob», is: down}"), "one node is wanted here", NULL },
        { EVENT("{at: 1s, node: \"«bob»[3]\", is: down}"), "'bob' has 3 nodes", NULL },
        { EVENT("{at: 1s, remove: [«\"q.example.com A\"»]}"), "there is no such record then",
          NULL },
        { EVENT("{at: 1s, remove: [«\"p.example.com\"»]}"), "is no name and type", NULL },
        { EVENT("{at: 1s, «for»: 2s, remove: [\"p.example.com A\"]}"),
          "'for' does not go with an event of records", NULL },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        rig_check_mistakes(&rows[i], 1);
    }
}

TEST(what_is_written_of_dns_and_events_reads_the_same)
{
    static const char text[] =
        DNS("\"p.example.com 60 A bob[1]\", 'e.com. 1 NAPTR 1 2 \"s\" \"SIP+D2U\" \"\" "
            "_sip._udp.e.com.'") "  carol: {role: ua, outbound: dns}\n  dan: {role: ua, outbound: "
                                 "p.example.com}\n"
                                 "  liar: {role: dns, records: [\"p.example.com 5 AAAA "
                                 "2001:db8::1\"]}\n"
                                 "events:\n  - {at: 5s, remove: [\"p.example.com A\"], add: "
                                 "[\"p.example.com 7 A 10.0.0.9\"]}\n"
                                 "  - {at: 1s, for: 2s, node: \"bob[2]\", is: down}\n  - {at: 3s, "
                                 "node: liar, is: failing}\n";
    sn_scenario *one = rig_load_fine(text);
    const ss_slice effective = sn_scenario_effective(one);
    sn_scenario *two = rig_load(effective, NULL);
    const sn_mistake *mistake = sn_scenario_mistake(two, 0);
    CHECK_STR(mistake == NULL ? NULL : mistake->message, NULL);
    CHECK_SLICE_EQ(effective, sn_scenario_effective(two));
    const sn_plan *plan = sn_scenario_plan(two);
    CHECK_EQ(plan->record_count, 4);
    CHECK_EQ(plan->records[0].entry.until, SS_S(5));
    CHECK_EQ(plan->spell_count, 2);
    CHECK_EQ(plan->spells[0].until, SS_S(3));
    CHECK_EQ(plan->dns.server_count, 2);
    sn_scenario_free(one);
    sn_scenario_free(two);
}
