/* Mistakes between the parts of a scenario: names that dangle or clash, a network that does not join up, nodes without
 * what their role needs, calls and stories that cannot be. */
#include "rig.h"

#include <string.h>

#define HEAD     "sipsim: 1\nduration: 60s\nlinks: {wire: {delay: 5ms}, dsl: {}}\n"
#define ONE_LINK "sipsim: 1\nduration: 60s\nlinks: {wire: {delay: 5ms}}\n"
#define PARTS(from, to)                                                          \
    "sipsim: 1\nlinks: {w: {}}\nnodes: {caller: {role: ua, count: 5}}\ncalls:\n" \
    "  - name: m\n    rate: 1/s\n    from: " from "\n    to: " to "\n"
#define CALLS(inside) TWO "calls:\n  - {name: mix, from: alice, to: bob, rate: 1/s" inside "}\n"
#define EXPECT(line)  CALLS("") "expect:\n  - " line "\n"
#define STORY(line)   TWO "story:\n  - {at: 1s, alice: {call: bob, as: c1}}\n  - " line "\n"
#define PROXY         "domains: {example.com: {registrar: p}}\n"

TEST(names_are_lower_case_and_mean_one_thing)
{
    static const rig_mistake rows[] = {
        { "sipsim: 1\nlinks: {«Wire-1»: {}, w: {}}\nnodes: {a: {role: ua}}\n", "is no name",
          "wire_1" },
        { "sipsim: 1\nlinks: {«1st»: {}, w: {}}\nnodes: {a: {role: ua}}\n", "is no name", NULL },
        { ONE_LINK "nodes: {«none»: {role: ua}}\n", "a word of its own", NULL },
        { ONE_LINK "nodes: {«never»: {role: ua}}\n", "a word of its own", NULL },
        { ONE_LINK "nodes: {«abcdefghijklmnopqrstuvwxyz0123456789»: {role: ua}}\n", "too long: 32",
          NULL },
        { ONE_LINK "routers: {a: {}}\nnodes: {«a»: {role: ua}}\n", "has the name of a", NULL },
        { ONE_LINK "nodes: {«core»: {role: proxy}, a: {role: ua, outbound: core}}\n",
          "'core' is what the router is called", NULL },
        { ONE_LINK "behaviours: {h: [{redirect: «\"a[*]\"»}]}\n"
                   "nodes: {a: {role: ua}, b: {role: ua, behaviour: h}}\n",
          "'a[*]' is no name", NULL },
        { ONE_LINK "nodes: {a: {role: ua}, b: {role: ua, aor: «\"sip:a@sipsim.invalid\"»}}\n",
          "the same address of record", NULL },
        { CALLS("") "  - {name: «mix», from: alice, to: bob, rate: 1/s}\n",
          "two entries of calls are named 'mix'", NULL },
    };
    RIG_CHECK(rows);
}

TEST(names_refer_to_something)
{
    static const rig_mistake rows[] = {
        { HEAD "nodes: {a: {role: ua, link: «wir»}}\n", "unknown link 'wir'", "wire" },
        { ONE_LINK "nodes: {a: {role: ua, via: «cor»}}\n", "unknown router 'cor'", "core" },
        { ONE_LINK "nodes: {a: {role: ua, via: «b»}, b: {role: ua}}\n", "'b' is no router", NULL },
        { ONE_LINK
          "nodes: {a: {role: ua, behaviour: «humann»}}\nbehaviours: {human: {answer: 1s}}\n",
          "unknown behaviour", "human" },
        { ONE_LINK "nodes: {a: {role: ua, outbound: «proxi»}, proxy: {role: proxy}}\n",
          "unknown node 'proxi'", "proxy" },
        { ONE_LINK "nodes: {a: {role: proxy, outbound: «b»}, b: {role: ua}}\n", "'b' is no proxy",
          NULL },
        { ONE_LINK "nodes: {a: {role: proxy, outbound: «a»}}\n", "cannot send to itself", NULL },
        { ONE_LINK "nodes: {a: {role: b2bua, outbound: «a»}}\n", "cannot send to itself", NULL },
        { ONE_LINK "nodes: {a: {role: proxy, outbound: «dns»}}\n", "where the URI leads", "none" },
        { ONE_LINK "nodes: {a: {role: b2bua, «behaviour»: b}}\n", "behaviour", NULL },
        { ONE_LINK "nodes: {a: {role: ua, outbound: «b»}, b: {role: ua}}\n", "'b' is no proxy",
          NULL },
        { TWO "domains: {example.com: {registrar: «alise»}}\n", "unknown node 'alise'", "alice" },
        { TWO "sites: {s: {holds: {«alicee»: 3}}}\n", "unknown node 'alicee'", "alice" },
        { TWO "calls: [{name: m, from: «alica», to: bob, rate: 1/s}]\n", "unknown node 'alica'",
          "alice" },
        { EXPECT("{metric: seer, calls: «mixx», is: \"> 1%\"}"), "unknown calls 'mixx'", "mix" },
        { EXPECT("{metric: «seeer», is: \"> 1%\"}"), "unknown metric 'seeer'", "seer" },
        { EXPECT("{reached: [timer_a, «timer_bb»]}"), "'timer_bb'", "timer_b" },
        { STORY("{at: 2s, «bobb»: {answer: c1}}"), "unknown node 'bobb'", "bob" },
        { STORY("{at: 2s, bob: {answer: «c2»}}"), "unknown call 'c2'", "c1" },
    };
    RIG_CHECK(rows);
}

#define SERVER "links: {w: {}}\nduration: 60s\ndomains: {x.org: {registrar: p}}\n"

TEST(proxies_do_what_their_mode_allows)
{
    static const rig_mistake rows[] = {
        { "sipsim: 1\n" SERVER "nodes: {p: {roles: [proxy, registrar], mode: «statefull»}}\n",
          "statefull", "stateful" },
        { "sipsim: 1\n" SERVER
          "nodes: {p: {role: registrar}, q: {role: proxy, mode: «register»}}\n",
          "'q' is no registrar", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nduration: 60s\n"
          "domains: {x.org: {registrar: p, password: pw}}\n"
          "nodes: {p: {roles: [proxy, registrar], mode: «stateless»}}\n",
          "in a REGISTER only", NULL },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar, fork: «byq»}}\n", "byq", "by_q" },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar, max_breadth: «0»}}\n", "1 to 65535",
          NULL },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar, hunt: «10»}}\n", "unit", NULL },
        { "sipsim: 1\n" SERVER
          "nodes: {p: {role: registrar}, «a»: {role: ua, aor: \"sip:a@x.org\", "
          "outbound: p, register: {}}, b: {role: ua, aor: «\"sip:a@x.org\"», outbound: p}}\n",
          "the same address of record", NULL },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}, a: {role: ua, aor: \"sip:a@x.org\", "
          "outbound: p, register: {q: «1.5»}}}\n",
          "is no q", "0.5" },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}, a: {role: ua, aor: \"sip:a@x.org\", "
          "outbound: p, register: {q: «0.1234»}}}\n",
          "is no q", "0.5" },
    };
    RIG_CHECK(rows);
}

TEST(only_a_proxy_comes_back_after_a_crash)
{
    static const rig_mistake rows[] = {
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}}\n"
          "story: [{at: 1s, p: {crash: «never»}}]\n",
          "'forever'", "forever" },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}}\n"
          "story: [{at: 1s, p: {crash: «{»}}}]\n",
          "missing key 'for'", NULL },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}}\n"
          "story: [{at: 1s, p: {crash: {for: 5s, memory: «gone»}}}]\n",
          "gone", NULL },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}, a: {role: ua}}\n"
          "story: [{at: 1s, a: «{»crash: {for: 5s}}}]\n",
          "not in this version", "crash: forever" },
        { "sipsim: 1\n" SERVER "nodes: {p: {role: registrar}}\n"
          "story: [{at: 1s, «core»: {crash: forever}}]\n",
          "neither", NULL },
    };
    RIG_CHECK(rows);
}

TEST(the_network_is_one_tree)
{
    static const rig_mistake rows[] = {
        { ONE_LINK "routers: {r: {}, «s»: {}}\nnodes: {x: {role: ua}}\n",
          "unreachable: router 's' and router 'r'", NULL },
        { HEAD "nodes: {«x»: {role: ua}}\n", "missing key 'link'", NULL },
        { "sipsim: 1\nnodes: {«x»: {role: ua}}\n", "missing key 'link'", NULL },
        { ONE_LINK "routers: {r: {link: «wire»}}\nnodes: {x: {role: ua}}\n", "a link and no via",
          NULL },
        { "«s»ipsim: 1\n", "no nodes", NULL },
        { ONE_LINK "routers: {r: {}, a: {via: r}, b: {via: a}, c: {via: b}, d: {via: c}, e: {via: "
                   "d}, f: {via: e}, g: {via: f},"
                   " h: {via: g}, «i»: {via: h}}\nnodes: {x: {role: ua}, z: {role: ua, via: i}}\n",
          "routers deep", NULL },
    };
    RIG_CHECK(rows);
}

TEST(a_cycle_of_routers_is_told_at_each_of_them)
{
    sn_scenario *s = rig_load(
        SS_LIT(ONE_LINK "routers: {r: {}, a: {via: b}, b: {via: a}}\nnodes: {x: {role: ua}}\n"),
        NULL);
    CHECK_EQ(sn_scenario_mistake_count(s), 2);
    CHECK_NOT_NULL(
        strstr(sn_scenario_mistake(s, 0)->message, "a cycle of routers: 'a' is via itself"));
    CHECK_NOT_NULL(
        strstr(sn_scenario_mistake(s, 1)->message, "a cycle of routers: 'b' is via itself"));
    sn_scenario_free(s);
}

TEST(a_pair_in_two_networks_is_unreachable)
{
    sn_scenario *s = rig_load(
        SS_LIT(ONE_LINK
               "routers: {r: {}, s: {}}\nnodes: {x: {role: ua, via: r}, z: {role: ua, via: s}}\n"
               "calls: [{name: c, from: x, to: z, rate: 1/s}]\n"),
        NULL);
    CHECK_EQ(sn_scenario_mistake_count(s), 2);
    CHECK_NOT_NULL(strstr(sn_scenario_mistake(s, 1)->message,
                          "unreachable pair: 'x' is under router 'r', 'z' under"));
    CHECK_EQ(sn_scenario_mistake(s, 1)->line, 6);
    CHECK_EQ(sn_scenario_mistake(s, 1)->column, 32);
    sn_scenario_free(s);
}

TEST(sites_hold_what_they_say)
{
    static const rig_mistake rows[] = {
        { ONE_LINK
          "sites: {s: {count: 50, holds: {p: 20}}}\nnodes: {p: {role: ua, count: «900»}}\n",
          "count is 900, but site 's' holds 50 times 20: 1000", NULL },
        { ONE_LINK "sites: {s: {count: 5, holds: «{»}}}\nnodes: {p: {role: ua}}\n",
          "an empty group", NULL },
        { ONE_LINK "sites: {s: {holds: {p: «0»}}}\nnodes: {p: {role: ua}}\n", "out of range",
          NULL },
        { ONE_LINK "sites: {s: {holds: {«t»: 2}}, t: {holds: {p: 2}}}\nnodes: {p: {role: ua}}\n",
          "'t' is no node", NULL },
        { ONE_LINK "sites: {s: {holds: {p: 2}}, t: {holds: {«p»: 2}}}\nnodes: {p: {role: ua}}\n",
          "held by site 's' already", NULL },
        { ONE_LINK
          "routers: {r: {}}\nsites: {s: {holds: {p: 2}}}\nnodes: {p: {role: ua, via: «r»}}\n",
          "no via of its own", NULL },
        { ONE_LINK "sites: {s: {count: 3, holds: {p: 2}}}\nnodes: {p: {role: ua}, q: {role: ua, "
                   "via: «s»}}\n",
          "'s' is 3 routers", NULL },
        { ONE_LINK "sites: {s: {count: 9000000, holds: {p: «20»}}}\nnodes: {p: {role: ua}}\n",
          "more than 10000000", NULL },
        { ONE_LINK "nodes: «{»a: {role: ua, count: 9000000}, b: {role: ua, count: 9000000}}\n",
          "more than 10000000", NULL },
        { ONE_LINK "nodes: {a: {role: ua, count: «0»}}\n", "out of range: 1 to", NULL },
        { ONE_LINK "nodes: {a: {role: ua, count: «1.5»}}\n", "not a whole number", NULL },
    };
    RIG_CHECK(rows);
}

TEST(queues_and_overload_control_have_what_they_need)
{
    static const rig_mistake rows[] = {
        { ONE_LINK "nodes: {p: {role: proxy, queue: «{»workers: 2}}}\n", "service", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: «0us»}}}\n", "out of range", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, workers: «65»}}}\n",
          "out of range", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, order: «arival»}}}\n", "arival",
          "arrival" },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, full: «refus»}}}\n", "refus",
          "refuse" },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, classes: {«invit»: {}}}}}\n",
          "invit", "invite" },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, classes: {invite: {limit: "
                   "«0»}}}}}\n",
          "out of range", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, retry_after: «1500ms»}}}\n",
          "whole seconds", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, target: «0%»}}}\n", "1% to 100%",
          "90%" },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, validity: «100ms»}}}\n",
          "below 'interval'", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, queue: {service: 1ms, validity: «1000.5ms»}}}\n",
          "whole milliseconds", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, overload_control: [loss], queue: {service: 1ms, "
                   "retry_after: «5s»}}}\n",
          "RFC 7339 5.10.2", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, overload_control: «loss»}}\n", "a list", "[loss]" },
        { ONE_LINK "nodes: {p: {role: proxy, overload_control: [loss, «loss»]}}\n", "twice", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, overload_control: «[»rate]}}\n", "must know loss",
          "[rate, loss]" },
        { ONE_LINK "nodes: {p: {role: proxy, overload_control: «[»]}}\n", "empty list", "none" },
    };
    RIG_CHECK(rows);
}

TEST(roles_have_what_they_need)
{
    static const rig_mistake rows[] = {
        { ONE_LINK "nodes: {a: {role: «uas»}}\n",
          "unknown word 'uas': ua, proxy, router, registrar, tap, dns or b2bua", "ua" },
        { ONE_LINK "nodes: {«a»: {}}\n", "missing key 'role'", NULL },
        { ONE_LINK "nodes: {a: «ua»}\n", "wrong type: a mapping of keys of node", NULL },
        { ONE_LINK "nodes: {a: {role: ua, «roles»: [ua]}}\n", "write one of them", NULL },
        { ONE_LINK "nodes: {a: {roles: «[»ua, proxy]}}\n", "only one of them", NULL },
        { ONE_LINK "nodes: {a: {roles: [ua, «ua»]}}\n", "given twice", NULL },
        { ONE_LINK "nodes: {a: {roles: «ua»}}\n", "a list of roles is wanted", NULL },
        { ONE_LINK "nodes: {a: {roles: «[»]}}\n", "a node needs a role", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, «lines»: 1}}\n", "'lines' is for role ua", NULL },
        { ONE_LINK "nodes: {a: {role: ua, «record_route»: true}}\n",
          "'record_route' is for role proxy", NULL },
        { ONE_LINK "nodes: {«p»: {roles: [proxy, registrar]}}\n", "registrar 'p' has no domain",
          NULL },
        { ONE_LINK "nodes: {p: {role: proxy}}\ndomains: {example.com: {registrar: «p»}}\n",
          "has not the role registrar", NULL },
        { ONE_LINK "nodes: {a: {role: ua, register: «{»expires: 60s}}}\n", "no registrar", NULL },
        { ONE_LINK "nodes: {p: {roles: [proxy, registrar]}, a: {role: ua, register: «{»expires: "
                   "60s}}}\n" PROXY,
          "register needs 'outbound'", "p" },
        { ONE_LINK "nodes: {p: {roles: [proxy, registrar]}, q: {role: proxy}, a: {role: ua, "
                   "outbound: «q», register: {}}}\n" PROXY,
          "'q' is not the registrar of example.com", "p" },
        { ONE_LINK "nodes: {p: {roles: [proxy, registrar]}, a: {role: ua, outbound: p, register: "
                   "{expires: «90500ms»}}}\n" PROXY,
          "whole seconds", NULL },
        { ONE_LINK "nodes: {p: {roles: [proxy, registrar], count: 2}}\ndomains: {example.com: "
                   "{registrar: «p»}}\n",
          "a domain has one registrar", NULL },
        { ONE_LINK "nodes: {a: {role: ua, outbound: «p»}, p: {role: proxy, count: 2}}\n",
          "one outbound proxy", NULL },
        { ONE_LINK "nodes: {p: {roles: [proxy, registrar]}}\n" PROXY
                   "routers: {r: {}}\nname: «[»x]\n",
          "a text is wanted", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, sent_by: «host»}}\n", "no 'host'", "address" },
        { ONE_LINK "nodes: {p: {role: proxy, host: «\"P_1\"»}}\n", "no host name", NULL },
        { ONE_LINK "nodes: {p: {roles: [proxy, registrar]}}\ndomains: {example.com: {registrar: "
                   "p}, «Ex_ample»: {registrar: p}}\n",
          "is no domain", NULL },
        { ONE_LINK "nodes: {a: {role: ua, aor: «\"alice@example.com\"»}}\n", "no address of record",
          NULL },
        { ONE_LINK "nodes: {a: {role: ua, count: 2, aor: «\"sip:a@example.com\"»}}\n",
          "put {n} into it", NULL },
        { ONE_LINK "nodes: {a: {role: ua, t1: «5s»}}\n", "T2 is below T1", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, timer_c: «180s»}}\n", "out of range", NULL },
        { ONE_LINK "nodes: {a: {role: ua, lines: «0»}}\n", "out of range: 1 to 65535", NULL },
        { ONE_LINK "nodes: {a: {role: ua, quota: {bytes: «1B»}}}\n", "out of range", NULL },
    };
    RIG_CHECK(rows);
}

TEST(behaviours_can_be_chosen)
{
    static const rig_mistake rows[] = {
        { TWO "behaviours: {b: «[»{weight: 0, answer: 1s}]}\n",
          "the weights of behaviour 'b' sum to 0", NULL },
        { TWO "behaviours: {b: «[»]}\n", "an empty behaviour", NULL },
        { TWO "behaviours: {b: «x»}\n", "a list of choices is wanted", NULL },
        { TWO "behaviours: {b: {answer: 1s, reject: «486»}}\n", "answers or rejects, not both",
          NULL },
        { TWO "behaviours: {b: {reject: «200»}}\n", "out of range: 300 to 699", NULL },
        { TWO "behaviours: {b: {answer: 1s, redirect: «bob»}}\n", "redirects, or it answers",
          NULL },
        { TWO "behaviours: {b: {reject: 486, redirect: «bob»}}\n", "redirects, or it answers",
          NULL },
        { TWO "behaviours: {b: {redirect: «bop»}}\n", "unknown node 'bop'", "bob" },
        { TWO "behaviours: {b: {redirect: «core»}}\n", "'core' is no ua", NULL },
        { TWO "behaviours: {b: {weight: «-1»}}\n", "negative", NULL },
        { TWO "behaviours: {b: [«x»]}\n", "wrong type", NULL },
        { TWO "behaviours: «[»]\n", "behaviours is a mapping of names", NULL },
    };
    RIG_CHECK(rows);
}

TEST(calls_are_between_two_and_inside_the_run)
{
    static const rig_mistake rows[] = {
        { TWO "calls: [{name: m, from: alice, to: «alice», rate: 1/s}]\n", "cannot call itself",
          NULL },
        { TWO "calls: [{name: m, from: \"«alice»[0..1]\", to: bob, rate: 1/s}]\n",
          "'alice' has 1 node", NULL },
        { PARTS("caller[0..2]", "«caller»[1]"), "cannot call itself", NULL },
        { PARTS("caller[0..2]", "«caller»[2..5]"), "'caller' has 5 nodes", NULL },
        { PARTS("caller", "caller«[2»"), "without its ]", NULL },
        { TWO "calls: «{»name: m}\n", "calls is a list", NULL },
        { TWO "calls: [{name: m, from: alice, to: «core», rate: 1/s}]\n", "'core' is no ua", NULL },
        { TWO "calls: [{name: m, from: alice, to: bob, rate: 10/«fortnight»}]\n",
          "wrong unit: /ms, /s", NULL },
        { TWO "calls: [{name: m, from: alice, to: bob, rate: «10»}]\n",
          "missing unit: calls per time", NULL },
        { TWO "calls: [{name: m, from: alice, to: bob, rate: «poison» 10/s}]\n", "bad rate",
          "poisson" },
        { TWO "calls: [{name: m, from: alice, to: bob, rate: «0»/s}]\n", "no calls at all", NULL },
        { TWO "calls: [{name: m, from: alice, to: bob, rate: «every 1ns»}]\n", "more than 20000000",
          NULL },
        { CALLS(", during: «10s..61s»"), "after the duration", NULL },
        { CALLS(", during: «10s..5s»"), "ends before it begins", NULL },
        { CALLS(", during: «5s..5s»"), "an empty range", NULL },
        { CALLS(", during: «5s»"), "not a range", NULL },
        { CALLS(", pick: «nxt»"), "unknown word 'nxt': any or next", "next" },
        { CALLS(", hangup: «{»caller: 60%, callee: 50%}"), "do not add up to 100 %", NULL },
        { CALLS(", hangup: «{»}"), "hangup says nothing", NULL },
        { CALLS(", hangup: {caller: «60»}"), "missing unit", NULL },
        { CALLS(", limit: «0»"), "out of range", NULL },
        { TWO "calls: [{name: m, from: «Alice», to: bob, rate: 1/s}]\n", "is no name", "alice" },
        { TWO "calls: [{name: m, from: alice «->» bob, to: bob, rate: 1/s}]\n", "bad selector",
          NULL },
        { TWO "calls: [{name: m, from: \"alice«[0»\", to: bob, rate: 1/s}]\n", "a [ without its ]",
          NULL },
        { TWO "calls: [{name: m, from: \"alice[«x»]\", to: bob, rate: 1/s}]\n", "bad selector",
          NULL },
        { TWO "calls: [{name: m, from: \"alice[«3..1»]\", to: bob, rate: 1/s}]\n",
          "ends before it begins", NULL },
    };
    RIG_CHECK(rows);
}

TEST(expects_compare_in_the_unit_of_the_metric)
{
    static const rig_mistake rows[] = {
        { EXPECT("{metric: seer, is: \">= 99«ms»\"}"), "'seer' is a percentage", NULL },
        { EXPECT("{metric: attempts, is: \">= «99%»\"}"), "'attempts' is a count", NULL },
        { EXPECT("{metric: srd.p99, is: \"<= «200»\"}"), "'srd.p99' is a time: missing unit",
          NULL },
        { EXPECT("{metric: seer, is: \"«=>» 99%\"}"), "a bound begins with", NULL },
        { EXPECT("{metric: seer, is: \"«=» 99%\"}"), "a bound begins with", "==" },
        { EXPECT("{metric: seer, is: «99%»}"), "a bound begins with", NULL },
        { EXPECT("{metric: seer, is: \"> «0.00001%»\"}"), "finer than 0.0001 %", NULL },
        { EXPECT("«{»metric: seer}"), "missing key 'is'", NULL },
        { EXPECT("{metric: seer, is: \"> 1%\", window: «1s..99s»}"), "after the duration", NULL },
        { EXPECT("{reached: «timer_a»}"), "a list is wanted", NULL },
        { EXPECT("{reached: [timer_a], «is»: x}"), "beside 'reached'", NULL },
        { TWO "expect: «{»}\n", "expect is a list", NULL },
    };
    RIG_CHECK(rows);
}

TEST(lines_of_a_story_are_acts_or_checks_of_single_nodes)
{
    static const rig_mistake rows[] = {
        { TWO "story: «{»}\n", "story is a list", NULL },
        { STORY("«x»"), "a line of a story is a mapping", NULL },
        { STORY("«{»at: 2s}"), "names a node and what it does", NULL },
        { STORY("{at: 2s, bob: «x»}"), "an act or a check is wanted", NULL },
        { STORY("{at: 2s, bob: {answer: c1}, «alice»: {hangup: c1}}"), "'alice' is a second",
          NULL },
        { STORY("{at: 2s, bob: {«anser»: c1}}"), "unknown key 'anser'", "answer" },
        { STORY("{at: 2s, bob: {answer: c1, «hangup»: c1}}"), "one verb in a line", NULL },
        { STORY("{at: 2s, bob: «{»in: c1}}"), "no verb", NULL },
        { STORY("{at: 2s, bob: {answer: c1, «in»: c1}}"), "'in' does not go with 'answer'", NULL },
        { STORY("{at: 2s, bob: «{»send: 180}}"), "missing key 'in' beside 'send'", NULL },
        { STORY("«{»bob: {answer: c1}}"), "missing key 'at'", NULL },
        { STORY("{at: «2», bob: {answer: c1}}"), "missing unit", NULL },
        { STORY("{at: «500ms», bob: {answer: c1}}"), "c1 is not made yet", NULL },
        { STORY("{at: «60s», bob: {answer: c1}}"), "after the duration", NULL },
        { STORY("{at: «361s», bob: {sends: 200}}"), "after the end of the run", NULL },
        { STORY("{at: 2s, bob: {send: «200», in: c1}}"), "bad status code '200': 101 to 199",
          "answer" },
        { STORY("{at: 2s, bob: {send: «486», in: c1}}"), "bad status code", "reject" },
        { STORY("{at: 2s, bob: {reject: «180», in: c1}}"), "bad status code '180': 300 to 699",
          NULL },
        { STORY("{at: 2s, bob: {sends: «700»}}"), "bad status code '700': 100 to 699", NULL },
        { STORY("{at: 2s, bob: {sends: [ACK, «INVIT»]}}"), "unknown method 'INVIT'", "INVITE" },
        { STORY("{at: 2s, bob: {sends: «[»]}}"), "an empty list", NULL },
        { STORY("{at: 2s, bob: {sends: 200, cseq: «BYEE»}}"), "unknown method", "BYE" },
        { STORY("{at: 2s, alice: {call: bob, as: «c1»}}"), "the call 'c1' is made twice", NULL },
        { STORY("{at: 2s, alice: {call: «alice», as: c2}}"), "cannot call itself", NULL },
        { STORY("{at: 2s, «alice»: {answer: c1}}"), "'alice' is not the callee of c1", NULL },
        { STORY("{at: 2s, «bob»: {cancel: c1}}"), "'bob' is not the caller of c1", NULL },
        { STORY("{at: 2s, bob: {redirect: «bob», in: c1}}"), "cannot redirect itself", NULL },
        { STORY("{at: 2s, bob: {redirect: «carol», in: c1}}"), "unknown node 'carol'", NULL },
        { STORY("{at: 2s, bob: {redirect: «core», in: c1}}"), "only a ua acts", NULL },
        { STORY("{at: 2s, «alice»: {redirect: bob, in: c1}}"), "not the callee of c1", NULL },
        { STORY("{at: 2s, bob: «{»redirect: alice}}"), "missing key 'in' beside 'redirect'", NULL },
        { STORY("{at: 2s, bob: {unregister: «al»}}"), "'al'", "all" },
        { STORY("{at: 2s, «core»: {register: 60s}}"), "only a ua acts", NULL },
        { STORY("{at: 2s, \"«bob»[1]\": {answer: c1}}"), "index out of range: bob has 1 node",
          NULL },
        { STORY("{never: «{»answer: c1}}"), "never holds a check", NULL },
        { STORY("{at: «1s», never: {sends: 487}}"), "never has no 'at'", NULL },
        { STORY("{never: {sends: 487, node: «carol»}}"), "unknown node 'carol'", NULL },
        { STORY("{at: 2s, bob: {sends: 487, «node»: bob}}"), "'node' does not go with 'sends'",
          NULL },
        { ONE_LINK "nodes: {a: {role: ua, count: 3}, b: {role: ua}}\nstory: [{at: 1s, «a»: {call: "
                   "b, as: c}}]\n",
          "a story is about single nodes: 'a' is 3 of them", NULL },
        { ONE_LINK "nodes: {a: {role: ua, count: 3}, b: {role: ua}}\nstory: [{at: 1s, \"«a»[*]\": "
                   "{call: b, as: c}}]\n",
          "a story is about single nodes", NULL },
        { TWO "story: [{at: 1s, alice: {register: «1500ms»}}]\n", "whole seconds", NULL },
    };
    RIG_CHECK(rows);
}

/* RFC6665, RFC3515, RFC3903 in the words of a story and of a node */
TEST(events_and_references_of_a_story_fit_each_other)
{
    static const rig_mistake rows[] = {
        { STORY("{at: 2s, alice: «{»subscribe: bob}}"), "missing key 'event' beside 'subscribe'",
          NULL },
        { STORY("{at: 2s, alice: {subscribe: bob, event: «presense»}}"), "presense", "presence" },
        { STORY("{at: 2s, alice: {subscribe: «alice», event: presence}}"),
          "'alice' cannot subscribe itself", NULL },
        { STORY("{at: 2s, alice: {subscribe: bob, event: presence, expires: «1500ms»}}"),
          "expires is in whole seconds", NULL },
        { STORY("{at: 2s, alice: {unsubscribe: «s9»}}"), "unknown subscription 's9'", NULL },
        { STORY("{at: 2s, alice: {unsubscribe: «c1»}}"), "'c1' is a call, not a subscription",
          NULL },
        { STORY("{at: 2s, alice: {subscribe: bob, event: presence, as: s1}}\n  - {at: 3s, "
                "«bob»: {unsubscribe: s1}}"),
          "'bob' is not the subscriber of s1", NULL },
        { STORY("{at: 2s, alice: {subscribe: bob, event: presence, as: s1}}\n  - {at: 3s, "
                "alice: {hangup: «s1»}}"),
          "'s1' is a subscription, not a call", NULL },
        { STORY("{at: 2s, alice: {subscribe: bob, event: presence, in: «c9»}}"),
          "unknown call 'c9'", "c1" },
        { STORY("{at: 2s, alice: {subscribe: bob, event: presence, as: s1}}\n  - {at: 3s, "
                "alice: {subscribe: bob, event: presence, in: «s1»}}"),
          "'s1' is a subscription, not a call", NULL },
        { ONE_LINK "nodes: {alice: {role: ua}, bob: {role: ua}, carol: {role: ua}}\nstory:\n"
                   "  - {at: 1s, alice: {call: bob, as: c1}}\n"
                   "  - {at: 2s, bob: {subscribe: «carol», event: presence, in: c1}}\n",
          "'carol' is not the other end of c1", NULL },
        { STORY("{at: 2s, alice: {subscribe: bob, event: presence, as: «c1»}}"),
          "the subscription 'c1' is made twice", NULL },
        { STORY("{at: 2s, alice: «{»publish: presence}}"), "'alice' has no 'compositor'", NULL },
        { STORY("{at: 2s, alice: {notify: «dialog»}}"), "says of itself its presence", "presence" },
        { STORY("{at: 2s, alice: {notify: presence, state: «opne»}}"), "opne", "open" },
        { STORY("{at: 2s, alice: «{»message: bob}}"), "missing key 'text' beside 'message'", NULL },
        { STORY("{at: 2s, alice: «{»refer: c1}}"), "missing key 'to' beside 'refer'", NULL },
        { STORY("{at: 2s, alice: {refer: c1, to: «bop»}}"), "bop", "bob" },
        { STORY("{at: 2s, alice: {transfer: c1, to: «c7»}}"), "unknown call 'c7'", "c1" },
        { STORY("{at: 2s, alice: {options: bob, «text»: x}}"), "'text' does not go with 'options'",
          NULL },
    };
    RIG_CHECK(rows);
}

TEST(event_keys_of_a_node_name_what_there_is)
{
    static const rig_mistake rows[] = {
        { ONE_LINK "nodes: {a: {role: ua, events: [presence, «tides»]}}\n", "tides", NULL },
        { ONE_LINK "nodes: {a: {role: ua, events: [presence, «presence»]}}\n",
          "'presence' is there twice", NULL },
        { ONE_LINK "nodes: {a: {role: ua, min_expires: «1500ms»}}\n", "whole seconds", NULL },
        { ONE_LINK "nodes: {a: {role: ua, compositor: «a»}}\n", "cannot be its own compositor",
          NULL },
        { ONE_LINK "nodes: {a: {role: ua, compositor: «p»}, p: {role: proxy}}\n",
          "'p' is no ua, which a compositor is", NULL },
        { ONE_LINK "nodes: {a: {role: ua, compositor: «b»}, b: {role: ua, count: 2}}\n",
          "one compositor, please", NULL },
        { ONE_LINK "nodes: {a: {role: ua, info: [dtmf, «\"a b\"»]}}\n",
          "no name of an info package", NULL },
        { ONE_LINK "nodes: {a: {role: ua, subscribe: {to: «p»}}, p: {role: proxy}}\n",
          "'p' is no ua: nothing to subscribe to", NULL },
        { ONE_LINK "nodes: {a: {role: ua, subscribe: «{»event: dialog}}, b: {role: ua}}\n",
          "missing key 'to'", NULL },
        { ONE_LINK "nodes: {a: {role: ua, subscribe: {to: b, expires: «1500ms»}}, b: {role: ua}}\n",
          "whole seconds", NULL },
    };
    RIG_CHECK(rows);
}

#define GUARDED(inside) \
    ONE_LINK            \
    "nodes: {p: {roles: [proxy, registrar]}}\ndomains: {example.com: {registrar: p" inside "}}\n"
#define PHONE(domain, phone)                                                                   \
    ONE_LINK                                                                                   \
    "nodes: {p: {roles: [proxy, registrar]}, a: {role: ua, aor: \"sip:a@example.com\", " phone \
    "}}\ndomains: {example.com: {registrar: p" domain "}}\n"

TEST(credentials_are_asked_for_in_words_that_exist_and_of_those_who_have_a_password)
{
    static const rig_mistake rows[] = {
        { GUARDED(", algorithms: [«SHA256»]"), "SHA256", "SHA-256" },
        { GUARDED(", algorithms: [MD5, «MD5»]"), "given twice", NULL },
        { GUARDED(", algorithms: «[»]"), "an empty list", NULL },
        { GUARDED(", qop: [auth, «auth_int»]"), "auth_int", "auth-int" },
        { GUARDED(", challenge: [«cancel»]"), "cancel", NULL },
        { GUARDED(", challenge: [register, «ack»]"), "ack", "prack" },
        { GUARDED(", nonce: «30»"), "missing unit", NULL },
        { GUARDED(", «pasword»: x"), "pasword", "password" },
        { PHONE("", "password: «secret»"), "a password for nobody", NULL },
        { PHONE(", password: x", "guest_of: «example.org»"), "a list of domains", NULL },
        { PHONE(", password: x", "guest_of: [«example.org»]"), "nobody has an account there",
          NULL },
        { PHONE(", password: x", "guest_of: [«example.com»]"), "of another domain", NULL },
        { PHONE(", password: x", "auth: {minimum: «SHA-1»}"), "SHA-1", NULL },
        { PHONE(", password: x", "auth: {prefer: «strong»}"), "strong", "strongest" },
        { PHONE(", password: x", "auth: {«mutal»: true}"), "mutal", "mutual" },
        { PHONE(", password: x", "auth: {mutual: «maybe»}"), "false or true", NULL },
        { ONE_LINK "nodes: {p: {role: proxy, «password»: x}}\n", "password", NULL },
    };
    RIG_CHECK(rows);
}

#define REGISTER(inside)                                                                         \
    ONE_LINK "domains: {d.example: {registrar: p}}\nnodes: {p: {roles: [proxy, registrar]}, a: " \
             "{role: ua, outbound: p, aor: \"sip:a@d.example\", register: {" inside "}}}\n"

TEST(registrations_say_what_can_be_registered)
{
    static const rig_mistake rows[] = {
        { REGISTER("contacts: «x»"), "a list of URIs is wanted", NULL },
        { REGISTER("contacts: [«\"tel:+1555\"»]"), "no contact: sip:user@host", NULL },
        { REGISTER("contacts: [«\"sip:\"»]"), "no contact", NULL },
        { REGISTER("contacts: [«\"sip:a@x>;q=1\"»]"), "no contact", NULL },
        { REGISTER("contacts: [«\"sip:a@x, <sip:b@y>\"»]"), "no contact", NULL },
        { REGISTER("contacts: [«\"sip:a b@x\"»]"), "no contact", NULL },
        { REGISTER("contacts: [\"sip:a@x\", «[»]]"), "a text is wanted", NULL },
        { REGISTER("retry: «1ms»"), "out of range", NULL },
        { REGISTER("retry_max: «none»"), "'none'", NULL },
        { REGISTER("keep_alive: «20s»"), "only a 'flow' is kept alive", NULL },
        { REGISTER("instance: \"urn:b\", flow: 1, keep_alive: «1500ms»"), "whole seconds", NULL },
        { REGISTER("instance: \"urn:b\", flow: 1, keep_alive: «999ms»"), "out of range", NULL },
        { REGISTER("«keepalive»: 1s"), "unknown key 'keepalive' in register", "keep_alive" },
        { REGISTER("at_end: «removed»"), "'removed'", "remove" },
        { REGISTER("«retries»: 1s"), "unknown key 'retries' in register", "retry" },
        { ONE_LINK "nodes: {a: {role: ua, redirects: «0»}}\n", "out of range: 1 to 255", NULL },
        { ONE_LINK "nodes: {a: {role: proxy, «redirects»: 1}}\n", "redirects", NULL },
    };
    RIG_CHECK(rows);
}

TEST(a_scenario_has_a_thousand_domains_at_most)
{
    static char text[1 << 16];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, ONE_LINK "nodes: {p: {roles: [proxy, registrar]}}\ndomains:\n");
    for (unsigned i = 0; i < SN_DOMAINS_MAX + 1; i++) {
        ss_put_text(&b, "  d");
        ss_put_u64(&b, i);
        ss_put_text(&b, ".example: {registrar: p}\n");
    }
    CHECK(!b.overflow);
    const sn_scenario_file file = { "many.yaml", ss_buffer_slice(&b) };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){ .files = &file, .file_count = 1 });
    CHECK_NOT_NULL(s);
    CHECK_EQ(sn_scenario_mistake_count(s), 1);
    CHECK_EQ(sn_scenario_mistake(s, 0)->line, 5 + SN_DOMAINS_MAX + 1);
    CHECK_STR(sn_scenario_mistake(s, 0)->message, "more than 1000 domains");
    sn_scenario_free(s);
}
