/* Every kind of mistake: found alone, under the marked word, with the word that was probably meant. */
#include "rig.h"

#define LINKS(inside) "sipsim: 1\nlinks: {wire: {" inside "}}\nnodes: {a: {role: ua}}\n"
#define CALLS(inside) TWO "calls:\n  - {name: mix, from: alice, to: bob, rate: 1/s" inside "}\n"
#define EXPECT(line)  CALLS("") "expect:\n  - " line "\n"
#define ALICE(inside) "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, " inside "}}\n"
#define STORY(line)   TWO "story:\n  - {at: 1s, alice: {call: bob, as: c1}}\n  - " line "\n"

TEST(what_is_no_scenario_at_all_is_refused_where_it_goes_wrong)
{
    static const rig_mistake rows[] = {
        { "«»", "empty: a scenario begins with", NULL },
        { "# nothing\n", "empty", NULL },
        { "«-» a\n", "not a mapping", NULL },
        { "«hello»\n", "not a mapping", NULL },
        { "sipsim: 1\nlinks: «[»1, 2", "YAML: flow sequence without a closing bracket", NULL },
        { "sipsim: 1\nlinks: {a: \"«b»}\n", "YAML: double-quoted scalar without closing quote",
          NULL },
        { "sipsim: 1\nname: «@»x\n", "YAML: plain scalar cannot start with '@'", NULL },
        { "sipsim: 1\nname: a«:» b\n", "YAML: invalid nested block mapping", NULL },
        { "sipsim: 1\nname: caf«\xe9»\n", "not UTF-8: byte 0xe9", NULL },
        { "sipsim: 1\nname: «\xc0»\xaf\n", "not UTF-8: byte 0xc0", NULL },
        { "sipsim: 1\nname: «\xed»\xa0\x80\n", "not UTF-8: byte 0xed", NULL },
        { "sipsim: 1\nname: a«\x01»b\n", "control character 0x01", NULL },
        { TWO "«---»\nsipsim: 1\n", "a second document", NULL },
    };
    RIG_CHECK(rows);
}

TEST(yaml_that_a_scenario_does_not_need_is_refused)
{
    static const rig_mistake rows[] = {
        { "sipsim: 1\nname: &«here» x\nnodes: {a: {role: ua}}\nlinks: {w: {}}\n",
          "anchors are not accepted", NULL },
        { "sipsim: 1\nname: «!!str» x\nnodes: {a: {role: ua}}\nlinks: {w: {}}\n",
          "tags are not accepted", NULL },
        { TWO "name: *«x»\n", "aliases are not accepted", NULL },
        { TWO "«<<»: {name: x}\n", "merge keys are not accepted", NULL },
        { TWO "«[»a, b]: c\n", "a key must be a word, not a list", NULL },
        { TWO "? «{»a: b}\n: c\n", "a key must be a word, not a mapping", NULL },
        { TWO "«\"\"»: c\n", "an empty key", NULL },
        { TWO "«yes»: c\n", "YAML 1.1 takes it for a boolean", NULL },
        { TWO "«Off»: c\n", "YAML 1.1 takes it for a boolean", NULL },
        { TWO "«n»: c\n", "YAML 1.1 takes it for a boolean", NULL },
        { TWO "«\"on\"»: c\n", "YAML 1.1 takes it for a boolean", NULL },
    };
    RIG_CHECK(rows);
}

TEST(keys_are_known_once_and_all_there)
{
    static const rig_mistake rows[] = {
        { TWO "«nodez»: {}\n", "unknown key 'nodez' in a scenario", "nodes" },
        { TWO "«quite_another_word»: {}\n", "unknown key", NULL },
        { TWO "name: a\n«name»: b\n", "duplicate key 'name'", NULL },
        { LINKS("delay: 1ms, «delay»: 2ms"), "duplicate key 'delay'", NULL },
        { LINKS("«dealy»: 1ms"), "unknown key 'dealy' in link", "delay" },
        { LINKS("up: {«ratte»: 1mbit}"), "unknown key 'ratte' in a direction of a link", "rate" },
        { LINKS("up: {«up»: {}}"), "unknown key 'up' in a direction of a link", NULL },
        { "«n»odes: {a: {role: ua}}\nlinks: {w: {}}\n", "missing key 'sipsim'", NULL },
        { "sipsim: «2»\nnodes: {a: {role: ua}}\nlinks: {w: {}}\n", "version '2' of the format",
          "1" },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, «behavior»: none}}\n", "unknown key",
          "behaviour" },
        { TWO "calls:\n  - «{»name: mix, from: alice, to: bob}\n", "missing key 'rate'", NULL },
        { TWO "routers: {core: {«vai»: x}}\n", "unknown key 'vai' in router", "via" },
        { TWO "sites: {s: {«hold»: {alice: 1}, holds: {alice: 1}}}\n", "unknown key 'hold' in site",
          "holds" },
        { TWO "behaviours: {b: [{«rign»: 1s}]}\n", "unknown key 'rign' in a choice of a behaviour",
          "ring" },
        { TWO "order: {mode: fifo, «sed»: 1}\n", "unknown key 'sed' in order", "seed" },
    };
    RIG_CHECK(rows);
}

TEST(a_key_that_has_another_name_or_another_place_here_is_told_which)
{
    static const rig_mistake rows[] = {
        { LINKS("«latency»: 1ms"), "unknown key 'latency' in link", "delay" },
        { LINKS("«Packet_Loss»: 1%"), "unknown key 'Packet_Loss' in link", "loss" },
        { TWO "calls:\n  - {name: mix, from: alice, to: bob, rate: 1/s, «talk»: 3s}\n",
          "unknown key 'talk' in an entry of calls", "hold" },
        { LINKS("«talk»: 3s"), "unknown key 'talk' in link", NULL }, /* a link has no hold */
        { LINKS("«registrar»: a"), "unknown key 'registrar' in link; it is a key of domains.NAME",
          NULL },
        { LINKS("«drain»: 3s"), "unknown key 'drain' in link; it is a key of the scenario itself",
          NULL },
        { TWO "order: {mode: fifo, «limit»: 1}\n",
          "unknown key 'limit' in order; it is a key of an entry of calls", NULL },
    };
    RIG_CHECK(rows);
}

TEST(what_the_design_has_and_this_version_has_not_is_said_so)
{
    static const rig_mistake rows[] = {
        { TWO "«include»: x\n", "not in this version", NULL },
        { TWO "«defaults»: {}\n", "not in this version", NULL },
        { TWO "sites: {s: {«nat»: {}, holds: {alice: 1}}}\n", "not in this version", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, count: 3}, b: {role: ua, subscribe: "
          "{to: «\"a[0..1]\"»}}}\n",
          "not in this version", "a" },
    };
    RIG_CHECK(rows);
}

TEST(what_a_link_carries_really_is_said_in_bytes_and_one_of_three_words)
{
    static const rig_mistake rows[] = {
        { LINKS("hidden_mtu: «67B»"), "out of range", NULL },
        { LINKS("hidden_mtu: «576»"), "missing unit", NULL },
        { LINKS("hidden_mtu: 576B, mtu_policy: «black_hole»"), "icmp, blackhole or fragment",
          "blackhole" },
        { LINKS("mtu_policy: «drop»"), "icmp, blackhole or fragment", NULL },
        { LINKS("mtu: 100B, tunnel: «40B»"), "leaves less than 68 bytes of the 100", NULL },
        { LINKS("mtu: 1500B, hidden_mtu: 90B, tunnel: «40B»"), "of the 90", NULL },
        { ALICE("path_mtu: «find»"), "link, unknown, discover or probe", "link" },
        { ALICE("path_mtu: probe, probing: {timer: «999ms»}"), "out of range", NULL },
        { ALICE("probing: {probes: «0»}"), "out of range", NULL },
        { ALICE("probing: {base: «575B»}"), "out of range", NULL },
        { ALICE("probing: {confirm: «10min»}"), "confirm is not below raise", NULL },
        { ALICE("path_mtu_age: «4min»"), "out of range", NULL },
        { ALICE("reassembly: {overlap: «newest»}"), "first, last or drop", NULL },
        { ALICE("reassembly: {bytes: «4000B»}"), "out of range", NULL },
        { ALICE("reassembly: {«time»: 5s}"), "unknown key 'time' in reassembly", NULL },
    };
    RIG_CHECK(rows);
}

TEST(a_gruu_is_of_an_instance)
{
#define BOUND(register)                                                        \
    "sipsim: 1\nlinks: {w: {}}\ndomains: {example.com: {registrar: p}}\n"      \
    "nodes: {p: {roles: [proxy, registrar]}, a: {role: ua, outbound: p, aor: " \
    "\"sip:a@example.com\", "                                                  \
    "register: " register "}}\n"
    static const rig_mistake rows[] = {
        { BOUND("{gruu: «public»}"), "a GRUU is of an 'instance'", NULL },
        { BOUND("{instance: \"urn:uuid:a\", gruu: «pubic»}"), "none, public or temporary",
          "public" },
    };
    RIG_CHECK(rows);
}

#define V6(links, alice, bob)                                                 \
    "sipsim: 1\nlinks: {wire: {" links "}}\nnodes: {alice: {role: ua, " alice \
    "}, bob: {role: ua, " bob "}}\n"

TEST(versions_of_ip_are_one_word_or_both_and_links_must_do_for_them)
{
    static const rig_mistake rows[] = {
        { V6("", "ip: «v5»", "ip: v4"), "v4 or v6", "v4" },
        { V6("", "ip: «[»v6]", "ip: v4"), "v4, v6 or a list of both", "[v6, v4]" },
        { V6("", "ip: [v6, «v6»]", "ip: v4"), "v6 is given twice", NULL },
        { V6("carries: «ipv6»", "ip: v4", "ip: v4"), "both, v4 or v6", NULL },
        { V6("carries: v4, up: {carries: «[»v6]}", "ip: v4", "ip: v4"), "a word is wanted here",
          NULL },
        { V6("mtu: 1279B", "ip: «v6»", "ip: v4"), "less than the 1280 bytes", NULL },
        { V6("hidden_mtu: 1300B, tunnel: 21B", "ip: «v6»", "ip: v4"), "'wire' carries less", NULL },
        { V6("", "ip: v6", "ip: v4") "calls:\n  - {name: c, from: alice, to: «bob», rate: 1/s}\n",
          "unreachable pair: 'alice' and 'bob' speak different versions of IP", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {p: {role: proxy, ip: v4}, a: {role: ua, ip: v6, "
          "outbound: «p»}}\n",
          "unreachable pair: 'a' and 'p'", NULL },
    };
    RIG_CHECK(rows);
}

TEST(a_link_too_narrow_for_ipv6_may_be_meant)
{
    sn_scenario *s = rig_load_fine(V6("mtu: 600B, illegal: true", "ip: v6", "ip: v6"));
    CHECK(rig_group(s, "alice")->has_v6 && rig_group(s, "alice")->lacks_v4);
    sn_scenario_free(s);
}

TEST(damage_rates_and_slots_have_words_of_their_own)
{
    static const rig_mistake rows[] = {
        { LINKS("corrupt: {p: 1%, mode: «word»}"), "bit, byte, burst, truncate or sip", NULL },
        { LINKS("corrupt: {p: 1%, mode: sip, checksum: «verify»}"), "is always right", "ignore" },
        { LINKS("corrupt: {p: 1%, checksum: «maybe»}"), "verify or ignore", NULL },
        { LINKS("corrupt: {p: 1%, «bits»: 4}"), "'bits' is the length of a burst", NULL },
        { LINKS("corrupt: {p: 1%, mode: burst, bits: «99»}"), "out of range", NULL },
        { LINKS("rate: {bits: 1mbit, overhead: -«9»}"), "missing unit", NULL },
        { LINKS("rate: {bits: 1mbit, overhead: «-70000B»}"), "out of range", NULL },
        { LINKS("rate: {bits: 1mbit, «cell_overhead»: 5B}"), "'cell_overhead' goes with 'cell'",
          NULL },
        { LINKS("rate: «{»cell: 48B}"), "missing key 'bits' in rate", NULL },
        { LINKS("rate: «fast»"), "", NULL },
        { LINKS("slot: «{»packets: 4}"), "missing key 'min' in slot", NULL },
        { LINKS("slot: {min: 5ms, max: «4ms»}"), "'max' is less than 'min'", NULL },
        { LINKS("slot: «5ms»"), "wrong type", NULL },
        { LINKS("bad_delay: «5ms»"), "'bad_delay' needs loss by gemodel or state", NULL },
    };
    RIG_CHECK(rows);
}

TEST(loss_has_one_model_with_its_own_words)
{
    static const rig_mistake rows[] = {
        { LINKS("loss: {«prob»: 1%}"), "unknown key 'prob' in loss", NULL },
        { LINKS("loss: «{»cap: 2}"), "loss needs one of p, state, gemodel, mask and index", NULL },
        { LINKS("loss: {p: 1%, «mask»: 0b1}"), "'mask' beside 'p': loss has one model", NULL },
        { LINKS("loss: {mask: 0b1, «corr»: 1%}"), "'corr' goes with 'p', not with 'mask'", NULL },
        { LINKS("loss: {p: 1%, cap: «0»}"), "out of range", NULL },
        { LINKS("loss: {p: «101%»}"), "", NULL },
        { LINKS("loss: {state: «{»p31: 5%}}"), "missing key 'p13' in loss by state", NULL },
        { LINKS("loss: {state: {p13: 60%, p14: «50%»}}"), "p14 and p13 are more than 100% together",
          NULL },
        { LINKS("loss: {state: {p13: 20%, p32: «30%»}}"), "p32 and p31 are more than 100% together",
          NULL },
        { LINKS("loss: {state: «5%»}"), "wrong type", NULL },
        { LINKS("loss: {gemodel: {p: 1%, «h»: 5%}}"), "unknown key 'h' in loss by gemodel", NULL },
        { LINKS("loss: {mask: «0b»}"), "is no mask: write 0b and up to 64 digits", NULL },
        { LINKS("loss: {mask: 0b01«2»}"), "a mask is made of 0 and 1", NULL },
        { LINKS("loss: {index: «3»}"), "a list of 1 to 4096 numbers", NULL },
        { LINKS("loss: {index: «[»]}"), "a list of 1 to 4096 numbers", NULL },
        { LINKS("loss: {index: [1, 3, «3»]}"), "must grow", NULL },
        { LINKS("loss: {index: [«0»]}"), "out of range", NULL },
        { LINKS("duplicate: «{»corr: 5%}"), "missing key 'p' in duplicate", NULL },
        { LINKS("delay: 1ms, reorder: {p: 1%, gap: «0»}"), "out of range", NULL },
        { LINKS("delay: 1ms, reorder: «{»corr: 1%}"), "missing key 'p' in reorder", NULL },
        { LINKS("reorder: «1%»"), "nothing can jump ahead on a link without 'delay'", NULL },
        { LINKS("netem: «\"reorder 5%\"»"), "nothing can jump ahead", NULL },
        { LINKS("delay: 1ms, reorder: 1%, up: {delay: 0s, reorder: «5%»}"), "jump ahead", NULL },
    };
    RIG_CHECK(rows);
}

#define HAPPENS(line) TWO "events:\n  - " line "\n"

TEST(an_event_is_of_a_node_a_link_or_the_zones)
{
    static const rig_mistake rows[] = {
        { HAPPENS("«{»at: 1s}"), "what happens is missing", NULL },
        { HAPPENS("{at: 1s, partition: «alice»}"), "'alice' is no path", NULL },
        { HAPPENS("{at: 1s, partition: \"alice -> any\", «dir»: up}"),
          "'dir' does not go with an event of a partition", NULL },
        { HAPPENS("{at: 1s, partition: \"alice -> any\", ways: «up»}"), "both or one", NULL },
        { HAPPENS("{at: 1s, partition: \"alice -> any\", times: «2»}"), "goes with 'every'", NULL },
        { HAPPENS("{at: 1s, link: alice, «ways»: one, is: down}"),
          "'ways' does not go with an event of a link", NULL },
        { HAPPENS("{at: 1s, «link»: alice, is: down, node: bob}"),
          "'link' does not go with an event of a node", NULL },
        { HAPPENS("«{»at: 1s, link: alice}"),
          "an event of a link has one of 'is', 'set', 'ramp' and 'walk'", NULL },
        { HAPPENS("«{»at: 1s, link: alice, is: down, set: {loss: 5%}}"),
          "an event of a link has one of 'is', 'set', 'ramp' and 'walk'", NULL },
        { HAPPENS("{at: 1s, link: alice, is: «silent»}"), "a link is down or clogged, not silent",
          NULL },
        { HAPPENS("{at: 1s, link: alice, is: «broken»}"), "down, silent, failing or clogged",
          NULL },
        { HAPPENS("«{»at: 1s, link: alice, is: clogged}"), "'for' is missing", NULL },
        { HAPPENS("{at: 1s, link: alice, is: down, for: 2s, every: «1s»}"),
          "'every' is at least as long as 'for'", NULL },
        { HAPPENS("{at: 1s, link: alice, is: down, for: 2s, times: «3»}"),
          "'times' goes with 'every'", NULL },
        { HAPPENS("{at: 1s, link: alice, dir: «sideways», is: down}"), "both, up or down", NULL },
        { HAPPENS("{at: 1s, link: «alise», is: down}"), "", "alice" },
        { HAPPENS("{at: 1s, link: «core», is: down}"), "'core' is the root", NULL },
        { HAPPENS("{at: 1s, link: \"«alice»[4]\", is: down}"), "'alice' has 1 node", NULL },
        { HAPPENS("{at: 1s, link: alice, set: «5%»}"), "keys of a link", NULL },
        { HAPPENS("{at: 1s, link: alice, set: {«los»: 5%}}"), "unknown key 'los'", "loss" },
        { HAPPENS("{at: 1s, link: alice, set: {delay: 1ms, delay_floor: «2ms»}}"),
          "delay_floor is above the delay", NULL },
        { HAPPENS("{at: 1s, node: alice, is: down, «every»: 2s}"),
          "'every' does not go with an event of a node", NULL },
        { HAPPENS("«{»at: 1s, node: alice, is: clogged}"), "down, silent or failing", NULL },
        { HAPPENS("{at: 1s, link: alice, «down»: 5s}"), "unknown key 'down'", "is: down" },
        { HAPPENS("{at: 1s, link: alice, «clog»: 5s}"), "unknown key 'clog'", "is: clogged" },
        { HAPPENS("{at: 1s, link: alice, is: down, «duration»: 5s}"), "unknown key", NULL },
        { HAPPENS("{at: 1s, link: alice, is: down, «until»: 5s}"), "unknown key", "for" },
        { HAPPENS("{at: 1s, link: alice, set: {«down»: true}, for: 2s}"),
          "'down' is nothing that is set: it stands beside 'link'", "is: down" },
        { HAPPENS("{at: 1s, link: alice, set: {«clogged»: true}, for: 2s}"), "beside 'link'",
          "is: clogged" },
        { HAPPENS("{at: 1s, link: alice, set: {«is»: down}, for: 2s}"), "beside 'link'",
          "is: down" },
        { HAPPENS("{at: 1s, link: alice, set: {queue: «3 packets»}}"),
          "nothing waits on a link without 'rate'", NULL },
    };
    RIG_CHECK(rows);
}

#define FAULT(line) TWO "faults:\n  - {" line "}\n"

TEST(a_fault_has_a_path_a_meaning_and_an_act)
{
    static const rig_mistake rows[] = {
        { TWO "faults: «{»}\n", "faults is a list", NULL },
        { TWO "faults:\n  - «{»path: \"alice -> bob\"}\n", "missing key 'do' in a fault", NULL },
        { FAULT("path: any -> bob, do: «{»delay: 1ms, edit: tag}"), "delayed or edited", NULL },
        { FAULT("path: any -> bob, do: {edit: «tags»}"), "unknown", "tag" },
        { FAULT("path: any -> bob, do: {edit: «set_field»}"), "needs 'field' and 'value'", NULL },
        { FAULT("path: any -> bob, do: {edit: tag, «value»: x}"), "set_field", NULL },
        { FAULT("path: any -> bob, do: {delay: 1ms, «choice»: 3}"), "goes with 'edit'", NULL },
        { FAULT("«pth»: x, path: any -> bob, do: drop"), "unknown key 'pth' in a fault", "path" },
        { FAULT("path: «alice», do: drop"), "'alice' is no path: from -> to", NULL },
        { FAULT("path: alice -> «bobb», do: drop"), "", "bob" },
        { FAULT("path: alice -> «core», do: drop"), "'core' is a router", NULL },
        { FAULT("path: \"alice -> «bob»[7]\", do: drop"), "'bob' has 1 node", NULL },
        { FAULT("path: \"alice«[3» -> bob\", do: drop"), "", NULL },
        { FAULT("path: any -> any, do: «lose»"), "unknown word 'lose': drop, duplicate or corrupt",
          NULL },
        { FAULT("path: any -> any, do: «{»}"), "delayed or edited", NULL },
        { FAULT("path: any -> any, do: {delay: «0s»}"), "out of range", NULL },
        { FAULT("path: any -> any, do: drop, match: {method: «INVIT»}"), "unknown method 'INVIT'",
          "INVITE" },
        { FAULT("path: any -> any, do: drop, match: {status: «7xx»}"),
          "bad status code '7xx': 100 to 699, or a class", NULL },
        { FAULT("path: any -> any, do: drop, match: {«method»: BYE, status: 200}"),
          "'method' is of requests, 'cseq' of responses", "cseq" },
        { FAULT("path: any -> any, do: drop, match: {«per»: call}"), "'per' goes with 'nth'",
          NULL },
        { FAULT("path: any -> any, do: drop, match: {nth: 1, per: «dialogue»}"),
          "unknown word 'dialogue': call, dialog, path or node", "dialog" },
    };
    RIG_CHECK(rows);
}

#define OF_CALL(call)                                                                        \
    TWO "calls:\n  - {name: mix, from: alice, to: bob, rate: 1/s, during: "                  \
        "0s..20s}\n  - {name: few, from: alice, to: bob, rate: poisson 1/s, limit: 3}\n"     \
        "  - {name: any_of, from: alice, to: bob, rate: poisson 1/s}\n"                      \
        "story:\n  - {at: 1s, alice: {call: bob, as: c1}}\n  - {at: 1s, alice: {call: bob, " \
        "as: few}}\nfaults:\n  - {path: any -> any, do: drop, match: {call: " call "}}\n"

TEST(a_fault_is_of_calls_that_there_are)
{
    static const rig_mistake rows[] = {
        { OF_CALL("«mixx»"), "unknown call 'mixx': it is the 'name' of a line", "mix" },
        { OF_CALL("«c2»"), "unknown call 'c2'", "c1" },
        { OF_CALL("\"«mix»[20]\""), "index out of range: 'mix' has 20 calls, from 0", NULL },
        { OF_CALL("\"«mix»[19..20]\""), "index out of range", NULL },
        { OF_CALL("\"«c1»[0]\""), "'c1' is one call: it has no index", "c1" },
        { OF_CALL("\"«few»[1]\""), "'few' is a line of calls, and a call of the story", NULL },
        { OF_CALL("\"mix[«»]\""), "an index is a whole number, *, or a range i..j", NULL },
        { OF_CALL("\"mix[«5..3»]\""), "the range ends before it begins", NULL },
        { OF_CALL("\"mix«[3»\""), "a [ without its ]", NULL },
        { OF_CALL("«[»mix]"), "a call, as c1 or", NULL },
        { FAULT("path: any -> any, do: drop, match: {call: «c1»}"),
          "unknown call 'c1': there are no calls", NULL },
        { FAULT("path: any -> any, do: drop, match: {«cal»: c1}"), "unknown key 'cal'", "call" },
    };
    RIG_CHECK(rows);
}

TEST(connections_are_ended_with_another_node_at_an_instant)
{
    static const rig_mistake rows[] = {
        { STORY("{at: 1s, alice: {reset: «alice»}}"), "'alice' cannot reset itself", NULL },
        { STORY("{at: 1s, alice: {close: «bobb»}}"), "", "bob" },
        { STORY("{at: 1s, alice: {reset: bob, «in»: c1}}"), "'in' does not go with 'reset'", NULL },
        { STORY("«{»alice: {reset: bob}}"), "an act has its instant", NULL },
    };
    RIG_CHECK(rows);
}

TEST(transports_are_named_and_listed_once)
{
    static const rig_mistake rows[] = {
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, transport: «tls»}}\n",
          "udp, tcp or auto", "tcp" },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, listen: «udp»}}\n",
          "list of transports", "[udp, tcp]" },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, listen: [udp, «udp»]}}\n",
          "udp is given twice", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, listen: [«sctp»]}}\n", "udp or tcp",
          "tcp" },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, segments: «hole»}}\n", "", "whole" },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {r: {role: router, «transport»: tcp}}\n", "", NULL },
    };
    RIG_CHECK(rows);
}

TEST(quantities_carry_their_unit)
{
    static const rig_mistake rows[] = {
        { LINKS("delay: «20»"), "missing unit: ns, us, ms, s, min or h", NULL },
        { LINKS("delay: 20«sec»"), "wrong unit", "s" },
        { LINKS("delay: 20«m»"), "wrong unit", "min" },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, link: w}, b: {role: ua, link: w}}\n"
          "duration: 2«m»\ncalls: [{name: x, from: a, to: b, rate: 1/s, during: 0s..100s}, {name: "
          "y, from: b, to: a, "
          "rate: 1/s}]\n",
          "wrong unit", "min" },
        { LINKS("delay: 20«MS»"), "wrong unit", "ms" },
        { LINKS("delay: 20«B»"), "wrong unit", NULL },
        { LINKS("delay: «fast»"), "not a time", NULL },
        { LINKS("delay: «-5ms»"), "negative", NULL },
        { LINKS("delay: «0.5ns»"), "finer than a nanosecond", NULL },
        { LINKS("delay: «1.ms»"), "not a time", NULL },
        { LINKS("delay: «99999999999999999999h»"), "out of range", NULL },
        { LINKS("delay: «300000h»"), "out of range", NULL },
        { LINKS("delay: «[»1ms]"), "wrong type: a time is wanted here, not a list", NULL },
        { LINKS("«delay»: "), "no value: a time is wanted here", NULL },
        { LINKS("mtu: «1500»"), "missing unit: B, KB", NULL },
        { LINKS("mtu: 1500«b»"), "wrong unit", "B" },
        { LINKS("mtu: «67B»"), "out of range: 68B to 65535B", NULL },
        { LINKS("mtu: «65536B»"), "out of range", NULL },
        { LINKS("rate: «512»"), "missing unit: bit, kbit", NULL },
        { LINKS("rate: 512«kbps»"), "wrong unit", "kbit" },
        { LINKS("rate: «0bit»"), "out of range", NULL },
        { LINKS("queue: «100»"), "missing unit: write 100 packets or 64KB", NULL },
        { LINKS("queue: «0 packets»"), "out of range", NULL },
        { LINKS("queue: «5 packets»"), "nothing waits on a link without 'rate'", NULL },
        { LINKS("up: {queue: «5 packets»}, down: {rate: 1mbit, queue: 5 packets}"),
          "nothing waits on a link without 'rate'", NULL },
        { LINKS("rate: 1mbit, queue: {policy: «codell»}"), "codell", "codel" },
        { LINKS("rate: 1mbit, queue: «{»policy: head}"), "needs a 'limit'", NULL },
        { LINKS("rate: 1mbit, queue: «{»policy: red, min: 5 packets}"), "needs 'min' and 'max'",
          NULL },
        { LINKS("rate: 1mbit, queue: {policy: red, min: 5 packets, max: «10KB»}"), "both", NULL },
        { LINKS("rate: 1mbit, queue: {policy: red, min: 5KB, max: «5KB»}"), "not more", NULL },
        { LINKS("rate: 1mbit, queue: {policy: red, min: 1KB, max: 5KB, weight: «17»}"),
          "out of range", NULL },
        { LINKS("rate: 1mbit, queue: {«min»: 5KB}"), "red", NULL },
        { LINKS("rate: 1mbit, queue: {policy: codel, «p»: 5%}"), "red", NULL },
        { LINKS("rate: 1mbit, queue: {policy: codel, limit: «5»}"), "missing unit", NULL },
        { LINKS("rate: 1mbit, queue: {policy: codel, target: «100ms»}"), "not less than", NULL },
        { LINKS("rate: 1mbit, queue: {policy: codel, interval: «5s»}"), "out of range", NULL },
        { LINKS("queue: «{»policy: codel}"), "without 'rate'", NULL },
        { LINKS("loss: «0.02»"), "missing unit: write 2%", NULL },
        { LINKS("loss: 2«percent»"), "wrong unit: a percentage ends with %", "%" },
        { LINKS("loss: «101%»"), "more than 100 %", NULL },
        { LINKS("loss: «-1%»"), "negative", NULL },
        { LINKS("loss: «some»"), "not a percentage", NULL },
        { LINKS("delay: 1ms, reorder: {p: 1%, gap: «0»}"), "out of range: 1 to", NULL },
        { LINKS("keep_order: «yes»"), "true or false", "true" },
        { LINKS("keep_order: «\"true\"»"), "not a text in quotes", NULL },
        { TWO "seed: «x»\n", "not a whole number", NULL },
        { TWO "seed: «18446744073709551616»\n", "out of range: too large", NULL },
        { TWO "epoch: «2030-02-30T00:00:00Z»\n", "no such date", NULL },
        { TWO "epoch: «tomorrow»\n", "not a date", NULL },
        { TWO "order: «sorted»\n", "unknown word 'sorted': fifo or seeded", "seeded" },
        { TWO "order: «seded»\n", "unknown word 'seded'", "seeded" },
        { "sipsim: 1\nduration: «0s»\nlinks: {w: {}}\nnodes: {a: {role: ua}}\n",
          "out of range: 1ns", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, net: «10.1.0.0»}}\n",
          "ends with its length", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, net: «10.1.0.1/16»}}\n",
          "zeros after its length", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, net: «10.1/16»}}\n",
          "not an address block", NULL },
    };
    RIG_CHECK(rows);
}

TEST(distributions_are_whole)
{
    static const rig_mistake rows[] = {
        { TWO "behaviours: {b: {ring: «gauss» 3s}}\n", "bad distribution", "normal" },
        { TWO "behaviours: {b: {ring: «poisson» 3s}}\n", "bad distribution", "exp" },
        { TWO "behaviours: {b: {ring: «normal 3s»}}\n",
          "bad distribution: a mean and a standard deviation", NULL },
        { TWO "behaviours: {b: {ring: exp «3»}}\n", "missing unit", NULL },
        { TWO "behaviours: {b: {ring: uniform «5s..1s»}}\n", "ends before it begins", NULL },
        { TWO "behaviours: {b: {ring: uniform «5s»}}\n", "not a range", NULL },
        { TWO "behaviours: {b: {ring: uniform 1s..9«x»}}\n", "wrong unit", NULL },
        { LINKS("jitter: {dist: normal, «by»: 5ms}"), "normal jitter has no 'by'", "sd" },
        { LINKS("jitter: «{»dist: normal}"), "normal jitter needs 'sd'", NULL },
        { LINKS("jitter: {dist: «gauss», sd: 5ms}"),
          "unknown word 'gauss': uniform, normal, pareto, paretonormal, exp or table", NULL },
        { LINKS("jitter: {dist: exp, sd: 5ms, corr: «0.25»}"), "missing unit", NULL },
        { LINKS("jitter: «{»sd: 5ms}"), "missing key 'dist'", NULL },
        { LINKS("delay: 5ms, delay_floor: «6ms»"), "delay_floor is above the delay", NULL },
        { LINKS("delay: 5ms, delay_floor: «2ms», up: {delay: 1ms}"),
          "delay_floor is above the delay", NULL },
    };
    RIG_CHECK(rows);
}
