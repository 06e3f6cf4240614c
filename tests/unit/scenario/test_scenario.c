/* What a right scenario becomes: the plan, and the effective text that loads to the same plan. */
#include "rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the effective text ---- */

static void check_same_plans(const sn_plan *a, const sn_plan *b)
{
    CHECK_STR(a->name, b->name);
    CHECK_EQ(a->seed, b->seed);
    CHECK_EQ(a->order, b->order);
    CHECK_EQ(a->order_seed, b->order_seed);
    CHECK_EQ(a->epoch_s, b->epoch_s);
    CHECK_EQ(a->duration, b->duration);
    CHECK_EQ(a->drain, b->drain);
    CHECK_EQ(a->link_count, b->link_count);
    CHECK_EQ(a->group_count, b->group_count);
    CHECK_EQ(a->row_count, b->row_count);
    CHECK_EQ(a->behaviour_count, b->behaviour_count);
    CHECK_EQ(a->act_count, b->act_count);
    CHECK_EQ(a->check_count, b->check_count);
    CHECK_EQ(a->expect_count, b->expect_count);
    CHECK_EQ(a->reached_count, b->reached_count);
    CHECK_EQ(a->call_count, b->call_count);
    CHECK_EQ(a->cast.node_count, b->cast.node_count);
    for (uint32_t i = 0; i < a->cast.node_count; i++) {
        CHECK_STR(a->cast.nodes[i].name, b->cast.nodes[i].name);
        CHECK_EQ(a->cast.nodes[i].id, b->cast.nodes[i].id);
        CHECK(sn_address_equal(sn_member_address(&a->cast.nodes[i]),
                               sn_member_address(&b->cast.nodes[i])));
        CHECK_EQ(a->cast.nodes[i].router, b->cast.nodes[i].router);
    }
    for (uint32_t i = 0; i < a->call_count; i++) {
        CHECK_EQ(a->calls[i].at, b->calls[i].at);
        CHECK_EQ(a->calls[i].caller, b->calls[i].caller);
        CHECK_EQ(a->calls[i].callee, b->calls[i].callee);
        CHECK_EQ(a->calls[i].hold, b->calls[i].hold);
        CHECK_EQ(a->calls[i].no_answer, b->calls[i].no_answer);
        CHECK_EQ(a->calls[i].callee_hangs_up, b->calls[i].callee_hangs_up);
    }
    for (uint32_t i = 0; i < a->group_count; i++) {
        const sn_group_spec *g = &a->groups[i], *h = &b->groups[i];
        CHECK_STR(g->name, h->name);
        CHECK_EQ(g->role, h->role);
        CHECK_EQ(g->count, h->count);
        CHECK_EQ(g->indexed, h->indexed);
        CHECK_EQ(g->via, h->via);
        CHECK_EQ(g->per_router, h->per_router);
        CHECK_EQ(g->link, h->link);
    }
    for (uint32_t i = 0; i < a->link_count; i++) {
        CHECK_STR(a->links[i].name, b->links[i].name);
        CHECK_EQ(a->links[i].up.loss.random.p, b->links[i].up.loss.random.p);
        CHECK_EQ(a->links[i].down.delay_floor, b->links[i].down.delay_floor);
        CHECK_EQ(a->links[i].up.queue.packets, b->links[i].up.queue.packets);
        CHECK_EQ(a->links[i].down.reorder_gap, b->links[i].down.reorder_gap);
    }
    for (uint32_t i = 0; i < a->act_count; i++) {
        CHECK_EQ(a->acts[i].at, b->acts[i].at);
        CHECK_EQ(a->acts[i].node, b->acts[i].node);
        CHECK_EQ(a->acts[i].call, b->acts[i].call);
        CHECK_EQ(a->acts[i].row.op, b->acts[i].row.op);
    }
    for (uint32_t i = 0; i < a->check_count; i++) {
        CHECK_STR(a->checks[i].text, b->checks[i].text);
        CHECK_EQ(a->checks[i].at, b->checks[i].at);
        CHECK_EQ(a->checks[i].node, b->checks[i].node);
    }
}

static void check_round_trip(ss_slice text)
{
    sn_scenario *first = rig_load(text, NULL);
    CHECK_EQ(sn_scenario_mistake_count(first), 0);
    const ss_slice effective = sn_scenario_effective(first);
    CHECK(effective.len > 0);
    sn_scenario *second = rig_load(effective, NULL);
    CHECK_EQ(sn_scenario_mistake_count(second), 0);
    CHECK_SLICE_EQ(sn_scenario_effective(second), effective);
    check_same_plans(sn_scenario_plan(first), sn_scenario_plan(second));
    sn_scenario_free(second);
    sn_scenario_free(first);
}

TEST(the_effective_text_of_every_shipped_scenario_loads_to_the_same_plan)
{
    DIR *folder = opendir(SIPSIM_SOURCE_DIR "/scenarios");
    unsigned count = 0;
    CHECK_NOT_NULL(folder);
    for (const struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;) {
        char path[512];
        if (strstr(entry->d_name, ".yaml") == NULL) {
            continue;
        }
        snprintf(path, sizeof path, "scenarios/%.400s", entry->d_name);
        const ss_slice text = rig_file(path);
        check_round_trip(text);
        free((void *)(uintptr_t)text.at);
        count++;
    }
    closedir(folder);
    CHECK(count >= 10);
}

/* Every key once, with values that are not the defaults. */
static const char everything[] =
    "sipsim: 1\nname: \"a \\\"name\\\" of \\\\ its own: with 'quotes', [brackets] and é\"\nseed: "
    "18446744073709551615\n"
    "order: {mode: seeded, seed: 9}\nepoch: 2031-12-31T23:59:59Z\nduration: 90s\ndrain: 1500ms\n"
    "links:\n"
    "  z: {delay: 7ms, jitter: 2ms, delay_floor: 1ms, keep_order: true, loss: {p: 0.123456789%}, "
    "duplicate: 1%,\n"
    "      reorder: {p: 3.3%, gap: 5}, rate: 1.5mbit, queue: 64KB, mtu: 576B, up: {delay: 9ms, "
    "queue: none}, down: {loss: 0%}}\n"
    "  y0: {}\n"
    "  x3: {corrupt: {p: 1%, corr: 5%, mode: burst, bits: 12}, rate: {bits: 1mbit, overhead: -4B, "
    "cell: 48B, "
    "cell_overhead: 5B},\n"
    "      slot: {min: 5ms, max: 8ms, packets: 4}, up: {corrupt: 0.5%, rate: none, slot: none},\n"
    "      down: {loss: {gemodel: {p: 1%}}, bad_delay: 5ms, rate: {bits: 9kbit, overhead: 18B}}}\n"
    "  x5: {rate: 1mbit, queue: {policy: codel, limit: 64KB, target: 6ms, ecn: true},\n"
    "      up: {queue: {policy: red, min: 4 packets, max: 30 packets, p: 12.5%}},\n"
    "      down: {queue: {policy: head, limit: 7 packets}}}\n"
    "  x6: {rate: 2mbit, queue: {policy: codel, limit: 64KB, target: 6ms, ecn: true}}\n"
    "  x4: {profile: wifi_bad, compat: netem, up: {netem: \"loss 1% 25% rate 1mbit 18\"}}\n"
    "  x1: {delay: 9ms, jitter: {dist: paretonormal, sd: 2ms, corr: 25%}, duplicate: {p: 1%, corr: "
    "50%}, reorder: {p: 1%, corr: 5%},\n"
    "      loss: {p: 2%, corr: 30%, cap: 4}, up: {loss: {state: {p13: 1%, p31: 90%, p32: 5%, p14: "
    "0.5%}}},\n"
    "      down: {loss: {gemodel: {p: 1%, r: 20%, bad: 70%, good: 0.1%}, cap: 2}}}\n"
    "  x2: {delay: 9ms, jitter: {dist: exp, sd: 2ms}, up: {loss: {mask: 0b0010}}, down: {loss: "
    "{index: [1, 3, 15]}, "
    "bad_delay: 0s}}\n"
    "routers: {top: {}, low: {via: top, link: z}}\n"
    "sites: {office: {count: 3, via: low, uplink: y0, holds: {desk: 2, hall: 1}}}\n"
    "domains: {b.example: {registrar: px, users: \"u{n}\"}, a.example: {registrar: px}}\n"
    "nodes:\n"
    "  px: {roles: [registrar, proxy], link: y0, host: px.example, record_route: true, t1: 250ms, "
    "t2: 2s, t4: 0s, timer_c: 4min,\n"
    "       quota: {transactions: 5, dialogs: 6, bytes: 64KB}, net: 10.9.0.0/16}\n"
    "  desk: {role: ua, link: z, outbound: px, lines: 2, register: {expires: 2min, at: normal 3s "
    "1s, contacts: [\"sip:lab{n}@10.1.1.1\", \"sips:b@x\"], retry: none, retry_max: 1h, at_end: "
    "remove}, behaviour: b2, ring_limit: 9s, redirects: 3}\n"
    "  hall: {role: ua, link: z, aor: \"sip:hall{n}@a.example\"}\n"
    "  solo: {role: ua, link: z, via: low}\n"
    "  one: {role: ua, count: 1, link: y0}\n"
    "behaviours:\n"
    "  b2: [{weight: 3, ring: uniform 1s..2s, answer: exp 1.5s}, {reject: 603}, {ring: 0s}, "
    "{ring: 1s, redirect: hall}]\n"
    "calls:\n"
    "  - {name: c1, from: desk, to: \"hall[*]\", pick: next, rate: 7/min, during: 1s..80s, limit: "
    "4, hold: normal 5s 1s,\n"
    "     hangup: {callee: 12.5%}, no_answer: 1min}\n"
    "  - {name: c0, from: solo, to: desk, rate: poisson 0.5/s, no_answer: uniform 5s..9s}\n"
    "events:\n"
    "  - {at: 3s, link: \"desk[0..3]\", dir: up, set: {loss: {gemodel: {p: 1%}}, mtu: 576B, delay: "
    "8ms}, for: "
    "2s, every: 3s, times: 4}\n"
    "  - {at: 2s, link: office, is: clogged, for: 1s}\n"
    "  - {at: 1s, link: solo, is: down}\n"
    "  - {at: 4s, node: solo, is: down, for: 1s}\n"
    "faults:\n"
    "  - {path: \"px -> desk[*]\", match: {status: 2xx, cseq: INVITE, nth: 2, times: none, per: "
    "path}, "
    "during: 1s..9s, do: drop}\n"
    "  - {path: \"hall[0..1] -> any\", match: {method: BYE}, do: {delay: 1500us}}\n"
    "  - {path: any->any, do: duplicate}\n"
    "expect:\n"
    "  - {metric: srd.p99, calls: c0, window: 1s..9s, is: \"<= 200ms\"}\n"
    "  - {metric: seer, is: \"!= 12.3456%\"}\n"
    "  - {metric: attempts, calls: all, window: all, is: \"> 0\"}\n"
    "  - {reached: [timer_b, timer_a, timer_b]}\n"
    "story:\n"
    "  - {at: 1s, solo: {call: \"desk[5]\", as: x}}\n"
    "  - {at: 2s, \"desk[5]\": {send: 183, in: x}}\n"
    "  - {at: 3s, \"desk[5]\": {reject: 603, in: x, retry_after: 30s}}\n"
    "  - {at: 1s, solo: {call: \"desk[5]\", as: y}}\n"
    "  - {at: 2s, \"desk[5]\": {redirect: \"hall[1]\", in: y}}\n"
    "  - {at: 3s, \"hall[1]\": {answer: y}}\n"
    "  - {at: 5s, \"one[0]\": {unregister: all}}\n"
    "  - {at: 3s, \"one[0]\": {register: 60s}}\n"
    "  - {at: 4s, \"one[0]\": {register: 0s}}\n"
    "  - {solo: {receives: [183, 603], cseq: INVITE, in: x}}\n"
    "  - {at: 3s, solo: {sends: ACK}}\n"
    "  - {never: {receives: [487, PRACK], node: solo}}\n";

TEST(the_effective_text_holds_every_key_and_loads_to_the_same_plan)
{
    check_round_trip(ss_slice_from(everything));
}

TEST(the_order_in_which_things_with_names_are_listed_reaches_nothing)
{
    sn_scenario *a = rig_load_fine("sipsim: 1\nlinks: {w: {delay: 5ms}, v: {}}\nnodes: {a: {role: "
                                   "ua, link: w}, b: {role: ua, link: v}}\n");
    sn_scenario *b = rig_load_fine("nodes: {b: {link: v, role: ua}, a: {link: w, role: "
                                   "ua}}\nlinks: {v: {}, w: {delay: 5ms}}\nsipsim: 1\n");
    CHECK_SLICE_EQ(sn_scenario_effective(a), sn_scenario_effective(b));
    sn_scenario_free(a);
    sn_scenario_free(b);
}

/* ---- the plan ---- */

TEST(links_have_directions_and_defaults)
{
    sn_scenario *s = rig_load_fine(everything);
    const sn_link_kind *z = &sn_scenario_plan(s)->links[7];
    CHECK_STR(z->name, "z");
    CHECK_EQ(z->up.delay, SS_MS(9));
    CHECK_EQ(z->down.delay, SS_MS(7));
    CHECK_EQ(z->up.jitter.shape, SN_SHAPE_UNIFORM);
    CHECK_EQ(z->up.jitter.spread, SS_MS(2));
    CHECK_EQ(z->up.delay_floor, SS_MS(1));
    CHECK_EQ(z->up.loss.random.p, 5302429); /* 0.00123456789 * 2^32 = 5302428.7… */
    CHECK_EQ(z->down.loss.random.p, 0);
    CHECK_EQ(z->up.queue.bytes, 0);
    CHECK_EQ(z->down.queue.bytes, 64000);
    CHECK_EQ(z->down.rate.bps, 1500000);
    CHECK_EQ(z->down.reorder_gap, 5);
    CHECK_EQ(z->down.mtu, 576);
    CHECK(z->down.keep_order);
    const sn_link_kind *y0 = &sn_scenario_plan(s)->links[6];
    CHECK_EQ(y0->up.mtu, 1500);
    CHECK_EQ(y0->up.delay_floor, 1);
    sn_scenario_free(s);
}

TEST(links_have_models_with_netem_s_defaults)
{
    sn_scenario *s = rig_load_fine(everything);
    const sn_link_kind *x1 = &sn_scenario_plan(s)->links[0], *x2 = x1 + 1;
    CHECK_EQ(x1->up.jitter.shape, SN_SHAPE_PARETONORMAL);
    CHECK_EQ(x1->up.jitter.corr, SN_ALWAYS / 4);
    CHECK_EQ(x1->up.duplicate.corr, SN_ALWAYS / 2);
    CHECK(x1->up.reorder.corr != 0);
    CHECK_EQ(x1->up.loss.kind, SN_LOSS_STATE);
    CHECK_EQ(x1->up.loss.cap, 0);
    CHECK(x1->up.loss.state.p31 > SN_ALWAYS / 2);
    CHECK_EQ(x1->up.loss.state.p23, SN_ALWAYS);
    CHECK_EQ(x1->down.loss.kind, SN_LOSS_GEMODEL);
    CHECK_EQ(x1->down.loss.cap, 2);
    CHECK_EQ(x2->up.loss.mask.bits, 4);
    CHECK_EQ(x2->up.loss.mask.count, 4);
    CHECK_EQ(x2->down.loss.index.count, 3);
    CHECK_EQ(x2->down.loss.index.at[2], 15);
    const sn_link_kind *x3 = x1 + 2;
    CHECK_EQ(x3->up.rate.bps, 0);
    CHECK_EQ(x3->down.rate.overhead, 18);
    CHECK_EQ(x3->down.corrupt.kind, SN_DAMAGE_BURST);
    CHECK_EQ(x3->down.corrupt.burst, 12);
    CHECK_EQ(x3->down.slot.max, SS_MS(8));
    CHECK_EQ(x3->up.slot.max, 0);
    CHECK_EQ(x3->down.bad_delay, SS_MS(5));
    sn_scenario_free(s);
}

TEST(queues_have_a_policy_with_its_own_keys)
{
    sn_scenario *s = rig_load_fine(everything);
    const sn_link_kind *x5 = &sn_scenario_plan(s)->links[4], *x6 = x5 + 1;
    CHECK_STR(x5->name, "x5");
    CHECK_EQ(x5->up.queue.policy, SN_QUEUE_RED);
    CHECK_EQ(x5->up.queue.red.min, 4);
    CHECK_EQ(x5->up.queue.red.max, 30);
    CHECK(!x5->up.queue.red.in_bytes);
    CHECK_EQ(x5->up.queue.red.p, SN_ALWAYS / 8);
    CHECK_EQ(x5->up.queue.red.weight, 9);
    CHECK_EQ(x5->up.queue.bytes, 0);
    CHECK_EQ(x5->down.queue.policy, SN_QUEUE_HEAD);
    CHECK_EQ(x5->down.queue.packets, 7);
    CHECK_EQ(x6->up.queue.policy, SN_QUEUE_CODEL);
    CHECK_EQ(x6->up.queue.bytes, 64000);
    CHECK_EQ(x6->up.queue.codel.target, SS_MS(6));
    CHECK_EQ(x6->up.queue.codel.interval, SS_MS(100));
    CHECK(x6->up.queue.ecn);
    sn_scenario_free(s);
}

TEST(the_floor_is_a_quarter_of_each_direction_s_delay)
{
    sn_scenario *s = rig_load_fine(
        "sipsim: 1\nlinks: {w: {delay: 20ms, down: {delay: 8ms}}}\nnodes: {a: {role: ua}}\n");
    CHECK_EQ(sn_scenario_plan(s)->links[0].up.delay_floor, SS_MS(5));
    CHECK_EQ(sn_scenario_plan(s)->links[0].down.delay_floor, SS_MS(2));
    sn_scenario_free(s);
}

TEST(nodes_get_what_they_did_not_say)
{
    sn_scenario *s = rig_load_fine(everything);
    const sn_group_spec *desk = rig_group(s, "desk");
    CHECK_EQ(desk->count, 6);
    CHECK(desk->indexed);
    CHECK_EQ(desk->per_router, 2);
    CHECK_STR(sn_scenario_plan(s)->groups[desk->via].name, "office");
    CHECK_STR(desk->ua.aor,
              "sip:desk{n}@a.example"); /* the first of the registrar's domains says no users */
    CHECK_EQ(desk->ua.expires_s, 120);
    CHECK_EQ(desk->ua.register_at.kind, SN_DIST_NORMAL);
    CHECK_EQ(desk->ua.lines, 2);
    CHECK_EQ(desk->settings.ring_limit, SS_S(9));
    const sn_group_spec *solo = rig_group(s, "solo");
    CHECK(!solo->indexed);
    CHECK_EQ(solo->ua.outbound, SN_NOBODY);
    CHECK_STR(solo->ua.aor, "sip:solo@a.example");
    CHECK(rig_group(s, "one")->indexed);
    const sn_group_spec *px = rig_group(s, "px");
    CHECK_EQ(px->proxy.domain_count, 2);
    CHECK(px->proxy.registrar);
    CHECK_STR(sn_scenario_plan(s)->groups[px->via].name, "top");
    CHECK_EQ(px->settings.timer_c, SS_S(240));
    CHECK_EQ(px->net, 0x0a090000);
    sn_scenario_free(s);
}

TEST(traffic_and_expects_are_as_written)
{
    sn_scenario *s = rig_load_fine(everything);
    const sn_plan *plan = sn_scenario_plan(s);
    const sn_call_spec *c = &plan->call_specs[0];
    CHECK_STR(c->name, "c1");
    CHECK_EQ(c->interval, UINT64_C(8571428571)); /* 60 s / 7, rounded */
    CHECK(!c->poisson);
    CHECK_EQ(c->hangup_caller, 875000);
    CHECK_EQ(c->hangup_callee, 125000);
    CHECK_EQ(c->no_answer.a, SS_S(60));
    CHECK_EQ(plan->call_specs[1].no_answer.kind, SN_DIST_UNIFORM);
    bool differs = false;
    for (uint32_t i = 0, last = 0; i < plan->call_count; i++) {
        const sn_call *call = &plan->calls[i];
        if (call->source == 1 && !call->scripted) {
            CHECK(call->no_answer >= SS_S(5) && call->no_answer <= SS_S(9));
            differs = differs || call->no_answer != plan->calls[last == 0 ? i : last].no_answer;
            last = i;
        }
    }
    CHECK(differs);
    CHECK_EQ(plan->call_specs[1].interval, SS_S(2));
    CHECK_EQ(plan->call_specs[1].end, SS_S(90));
    CHECK_EQ(plan->expects[0].source, 1);
    CHECK_EQ(plan->expects[0].bound, SS_MS(200));
    CHECK_EQ(plan->expects[0].line, 50);
    CHECK_EQ(plan->expects[1].bound, 123456);
    CHECK_EQ(plan->expects[1].from, 0);
    CHECK_EQ(plan->expects[1].to, SS_TIME_NEVER);
    CHECK_EQ(plan->reached_count, 2);
    CHECK_EQ(plan->reached[0].line, 53); /* each where it stands first */
    CHECK_EQ(plan->reached[1].line, 53);
    sn_scenario_free(s);
}

TEST(a_story_is_acts_and_checks)
{
    sn_scenario *s = rig_load_fine(everything);
    const sn_plan *plan = sn_scenario_plan(s);
    CHECK_EQ(plan->act_count, 9);
    CHECK_EQ(plan->acts[0].row.op, SN_OP_CALL);
    CHECK_EQ(plan->acts[0].call, 1);
    CHECK_STR(plan->cast.nodes[plan->acts[0].row.target].name, "desk[5]");
    CHECK_EQ(plan->acts[2].row.status, 183);
    CHECK_EQ(plan->acts[3].row.op, SN_OP_REDIRECT);
    CHECK_STR(plan->cast.nodes[plan->acts[3].row.target].name, "hall[1]");
    CHECK_EQ(plan->acts[7].row.op, SN_OP_UNREGISTER);
    CHECK_EQ(plan->acts[7].row.value, 0);
    CHECK_EQ(plan->acts[8].row.value, 1);
    const sn_check *messages[8];
    uint32_t message_count = 0, act_checks = 0;
    for (uint32_t i = 0; i < plan->check_count; i++) {
        if (plan->checks[i].is_act) {
            act_checks++;
        } else if (message_count < SS_COUNT(messages)) {
            messages[message_count++] = &plan->checks[i];
        }
    }
    CHECK_EQ(act_checks, 6); /* what is done in a call must have been possible */
    CHECK_EQ(message_count, 5);
    CHECK_STR(messages[0]->text, "solo receives 183 to INVITE in x");
    CHECK(!messages[0]->has_at);
    CHECK_EQ(messages[0]->call, 1);
    CHECK(messages[3]->never);
    CHECK_EQ(messages[4]->method, SS_METHOD_PRACK);
    CHECK(plan->calls[0].scripted);
    sn_scenario_free(s);
}

/* ---- options ---- */

TEST(the_options_of_a_run_win_over_the_file)
{
    const uint64_t seed = 77, order_seed = 5;
    const sn_order order = SN_ORDER_SEEDED;
    const sn_scenario_file file = { "a.yaml", SS_LIT(TWO) };
    const sn_scenario_options options = {
        .files = &file, .file_count = 1, .seed = &seed, .order = &order, .order_seed = &order_seed
    };
    sn_scenario *s = sn_scenario_load(&options);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    CHECK_EQ(sn_scenario_plan(s)->seed, 77);
    CHECK_EQ(sn_scenario_plan(s)->order, SN_ORDER_SEEDED);
    CHECK_EQ(sn_scenario_plan(s)->order_seed, 5);
    sn_scenario_free(s);
}

TEST(later_files_are_laid_over_earlier_ones)
{
    const sn_scenario_file files[] = {
        { "a.yaml", SS_LIT(TWO) }, { "b.yaml", SS_LIT("links: {wire: {loss: 3%}}\nduration: 7s\n") }
    };
    const sn_scenario_options options = { .files = files, .file_count = 2 };
    sn_scenario *s = sn_scenario_load(&options);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    CHECK_EQ(sn_scenario_plan(s)->duration, SS_S(7));
    CHECK_EQ(sn_scenario_plan(s)->links[0].up.delay, SS_MS(5));
    CHECK(sn_scenario_plan(s)->links[0].up.loss.random.p != 0);
    sn_scenario_free(s);
}

TEST(a_mistake_in_a_later_file_names_that_file)
{
    const sn_scenario_file files[] = { { "a.yaml", SS_LIT(TWO) },
                                       { "b.yaml", SS_LIT("links:\n  wire: {loss: 3}\n") } };
    const sn_scenario_options options = { .files = files, .file_count = 2 };
    sn_scenario *s = sn_scenario_load(&options);
    CHECK_EQ(sn_scenario_mistake_count(s), 1);
    CHECK_STR(sn_scenario_mistake(s, 0)->file, "b.yaml");
    CHECK_EQ(sn_scenario_mistake(s, 0)->line, 2);
    CHECK_STR(sn_scenario_mistake(s, 0)->source, "  wire: {loss: 3}");
    sn_scenario_free(s);
}
