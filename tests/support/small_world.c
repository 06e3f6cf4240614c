/* Small worlds for tests. */
#include "small_world.h"

#include <string.h>

#include "check.h"

/* ---- plans ---- */

sn_link_kind small_link(const char *name, ss_span delay)
{
    sn_link_kind kind = { .name = name, .up = sn_link_params_default() };
    kind.up.delay = delay;
    kind.up.delay_floor = delay / 4 == 0 ? 1 : delay / 4;
    kind.down = kind.up;
    return kind;
}

sn_plan *small_plan(uint64_t seed)
{
    sn_plan *plan = sn_plan_new();
    CHECK_NOT_NULL(plan);
    plan->seed = seed;
    const sn_group_spec core = { .name = "core",
                                 .role = SN_ROLE_ROUTER,
                                 .count = 1,
                                 .via = SN_NOBODY,
                                 .settings = ss_settings_default() };
    CHECK_EQ(sn_plan_add_group(plan, &core), 0);
    return plan;
}

static uint32_t add_group(sn_plan *plan, const sn_group_spec *spec)
{
    const uint32_t group = sn_plan_add_group(plan, spec);
    CHECK(group != UINT32_MAX);
    return group;
}

uint32_t small_router(sn_plan *plan, const char *name, uint32_t via, uint32_t link)
{
    return add_group(plan, &(sn_group_spec){ .name = name,
                                             .role = SN_ROLE_ROUTER,
                                             .count = 1,
                                             .via = via,
                                             .link = link,
                                             .settings = ss_settings_default() });
}

uint32_t small_proxy(sn_plan *plan, const char *name, uint32_t via, uint32_t link)
{
    static const char *const domain = "example.com";
    return add_group(plan, &(sn_group_spec){ .name = name,
                                             .role = SN_ROLE_PROXY,
                                             .count = 1,
                                             .via = via,
                                             .link = link,
                                             .settings = ss_settings_default(),
                                             .proxy = { .domains = &domain,
                                                        .domain_count = 1,
                                                        .host = "p1.example.com",
                                                        .record_route = true,
                                                        .registrar = true } });
}

uint32_t small_uas(sn_plan *plan, const char *name, uint32_t count, uint32_t via, uint32_t link)
{
    char aor[100];
    ss_buffer b = ss_buffer_on(aor, sizeof aor - 1);
    ss_put_text(&b, "sip:");
    ss_put_text(&b, name);
    ss_put_text(&b, "{n}@example.com");
    aor[b.len] = '\0';
    return add_group(
        plan,
        &(sn_group_spec){ .name = name,
                          .role = SN_ROLE_UA,
                          .count = count,
                          .via = via,
                          .link = link,
                          .settings = ss_settings_default(),
                          .ua = { .aor = aor, .outbound = SN_NOBODY, .behaviour = SN_NOBODY } });
}

sn_group_spec *small_spec(sn_plan *plan, uint32_t group)
{
    return &plan->groups[group];
}

void small_finish(sn_plan *plan)
{
    const char *why;
    CHECK_OK(sn_plan_finish(plan, &why));
    CHECK(plan->cast.node_count <= SMALL_NODES_MAX);
}

static uint32_t human(sn_plan *plan)
{
    const uint32_t behaviour = sn_plan_add_behaviour(plan, "human");
    (void)sn_plan_add_choice(plan, 90);
    (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_PROGRESS,
                                           .status = 180,
                                           .after = { SN_DIST_CONST, SS_MS(200), 0 } });
    (void)sn_plan_add_row(plan,
                          &(sn_row){ .op = SN_OP_ANSWER, .after = { SN_DIST_EXP, SS_S(2), 0 } });
    (void)sn_plan_add_choice(plan, 10);
    (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_REJECT, .status = 486 });
    return behaviour;
}

static void enrol(sn_plan *plan, uint32_t group, uint32_t proxy, uint32_t behaviour)
{
    sn_ua_spec *ua = &small_spec(plan, group)->ua;
    ua->outbound = proxy;
    ua->behaviour = behaviour;
    ua->expires_s = 3600;
    ua->register_at = (sn_dist){ SN_DIST_UNIFORM, 0, SS_S(3) };
}

sn_plan *small_quickstart(uint64_t seed, uint32_t phones)
{
    sn_plan *plan = small_plan(seed);
    sn_link_kind dsl = small_link("dsl", SS_MS(20)), metro = small_link("metro", SS_MS(1));
    dsl.up.jitter = (sn_jitter){ .shape = SN_SHAPE_NORMAL, .spread = SS_MS(5) };
    dsl.up.loss.random.p = SN_ALWAYS / 20;
    dsl.up.duplicate.p = SN_ALWAYS / 50;
    dsl.up.reorder.p = SN_ALWAYS / 50;
    dsl.up.mtu = 576; /* an INVITE is in pieces */
    dsl.down = dsl.up;
    dsl.up.rate.bps = 512000;
    dsl.up.queue.packets = 4;
    const uint32_t access = sn_plan_add_link(plan, &dsl), core = sn_plan_add_link(plan, &metro);
    const uint32_t proxy = small_proxy(plan, "p1", 0, core);
    const uint32_t behaviour = human(plan);
    const uint32_t from = small_uas(plan, "caller", phones, 0, access),
                   to = small_uas(plan, "callee", phones, 0, access);
    enrol(plan, from, proxy, behaviour);
    enrol(plan, to, proxy, behaviour);
    plan->duration = SS_S(20);
    (void)sn_plan_add_calls(plan, &(sn_call_spec){ .name = "mix",
                                                   .from = from,
                                                   .to = to,
                                                   .poisson = true,
                                                   .interval = SS_MS(400),
                                                   .start = SS_S(4),
                                                   .end = SS_S(20),
                                                   .hold = { SN_DIST_EXP, SS_S(8), 0 },
                                                   .hangup_caller = 1,
                                                   .hangup_callee = 1,
                                                   .no_answer = { .a = SS_S(5) } });
    small_finish(plan);
    return plan;
}

/* ---- runs ---- */

typedef struct onlooker {
    small_run *run;
    sn_digest digest;
    sn_key key;
    uint32_t index;
} onlooker;

static uint64_t fold_key(uint64_t h, const sn_key *k)
{
    h = ss_mix_absorb(ss_mix_absorb(h, k->at), k->tie);
    h = ss_mix_absorb(ss_mix_absorb(h, k->counter), k->step);
    return ss_mix_absorb(ss_mix_absorb(h, k->receiver), k->sender);
}

static uint64_t fold_fact(uint64_t h, const sn_fact *f)
{
    h = ss_mix_absorb(fold_key(h, &f->key),
                      (uint64_t)f->index << 32 | (uint64_t)f->kind << 16 | f->cause);
    h = ss_mix_absorb(ss_mix_absorb(h, f->entity), f->peer);
    h = ss_mix_absorb(ss_mix_absorb(h, f->packet.ordinal), f->packet.origin);
    h = ss_mix_absorb(ss_mix_absorb(h, f->packet.fragment), f->packet.copy);
    h = ss_mix_absorb(ss_mix_absorb(h, f->hash), f->value);
    h = ss_mix_absorb(ss_mix_absorb(h, f->due), (uint64_t)f->local_port << 16 | f->peer_port);
    if (f->kind == SN_FACT_CALL || f->kind == SN_FACT_REGISTRATION) {
        h = ss_mix_absorb(ss_mix_absorb(h, f->call.number),
                          (uint64_t)f->call.event << 16 | f->call.status);
    } else if (f->kind == SN_FACT_NOTE) {
        h = ss_mix_absorb(ss_mix_absorb(h, f->note.value),
                          (uint64_t)f->note.kind << 8 | f->note.to);
    } else if (f->kind == SN_FACT_DATAGRAM_RECEIVED) {
        h = ss_mix_absorb(ss_mix_absorb(h, f->sip.branch), f->sip.call_id);
    }
    return h;
}

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    onlooker *o = self;
    small_run *run = o->run;
    const int order = run->facts == 0 ? -1 : sn_key_compare(&o->key, &f->key);
    run->disorder += order > 0 || (order == 0 && f->index != o->index + 1);
    o->key = f->key;
    o->index = f->index;
    run->facts++;
    run->kinds[f->kind]++;
    run->causes[f->cause]++;
    if (f->kind == SN_FACT_CALL || f->kind == SN_FACT_REGISTRATION) {
        run->calls[f->call.event]++;
    }
    if (f->kind == SN_FACT_LEFT) {
        run->left.transactions += f->left.transactions;
        run->left.dialogs += f->left.dialogs;
        run->left.calls += f->left.calls;
        run->left.timers += f->left.timers;
        run->left.bindings += f->left.bindings;
        run->left.contexts += f->left.contexts;
        run->left.store_bytes += f->left.store_bytes;
    }
    run->stream = ss_hash64(fold_fact(run->stream, f), packet);
    if (f->kind == SN_FACT_PACKET) {
        run->bytes = ss_hash64(run->bytes, packet);
    }
    sn_digest_fact(&o->digest, f);
    if (run->each != NULL) {
        run->each(run->self, f, packet);
    }
}

small_run small_run_plan(const sn_plan *plan, const small_options *options)
{
    small_run run = { .self = options->self, .each = options->each };
    onlooker o = { .run = &run };
    const sn_sink sink = { &o, see };
    const sn_app_class *apps[SN_ROLE_COUNT] = { [SN_ROLE_UA] = options->app,
                                                [SN_ROLE_PROXY] = options->proxy != NULL
                                                                      ? options->proxy
                                                                      : options->app };
    CHECK(plan->cast.node_count <= SMALL_NODES_MAX);
    sn_digest_init(&o.digest, &plan->cast, run.chains);
    sn_world *w = sn_world_new(plan, &(sn_world_options){ .partitions = options->partitions,
                                                          .sinks = &sink,
                                                          .sink_count = 1,
                                                          .decisions = options->decisions,
                                                          .ground = options->ground,
                                                          .apps = apps });
    CHECK_NOT_NULL(w);
    run.state = sn_world_run(w, UINT64_MAX);
    run.events = sn_world_events(w);
    run.end = sn_world_now(w);
    run.culprit = sn_world_culprit(w);
    run.digest = sn_digest_sum(&o.digest);
    sn_world_free(w);
    return run;
}

/* ---- hosts that chatter ---- */

enum { SAY = 1, PORT = 5060, TALK_MAX = 3000 };

typedef struct chatter {
    uint64_t heard; /* everything so far, folded */
    uint64_t said;
    ss_time deadline;
    uint32_t pending; /* how often what it says at its deadline is passed on */
} chatter;

static uint64_t draw(const sn_host *host, const chatter *c)
{
    const sn_plan *plan = sn_host_plan(host);
    return SN_DRAW(plan->seed, SN_PURPOSE_WAIT, plan->cast.nodes[sn_host_node(host)].id, c->heard,
                   c->said);
}

/* To a node drawn from all of the hosts; now and then to itself, or to nobody. */
static void say(chatter *c, sn_host *host, uint32_t passes)
{
    static const char text[TALK_MAX] = { 'x' };
    const sn_plan *plan = sn_host_plan(host);
    const uint64_t r = draw(host, c);
    const sn_member *to = &plan->cast.nodes[r % plan->cast.node_count];
    const size_t len = 1 + (r >> 20) % ((r >> 52) % 4 == 0 ? TALK_MAX : 100);
    char bytes[TALK_MAX];
    memcpy(bytes, text, len);
    bytes[0] = (char)passes;
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local.port = PORT,
                           .remote = (r >> 56) % 16 == 0
                                         ? ss_address_v4(1, PORT)
                                         : sn_address_with_port(sn_member_address(to), PORT) };
    c->said++;
    sn_host_send(host, &path, (ss_slice){ bytes, len }, NULL);
}

static ss_status chatter_start(void *app, sn_host *host)
{
    chatter *c = app;
    c->deadline = SS_TIME_NEVER;
    for (uint32_t i = 0; i < 4; i++) {
        c->said++;
        sn_host_wake(host, SS_MS(draw(host, c) % 3), SAY, 4, 0);
    }
    return SS_OK;
}

/* What was heard is answered at once, after a timer of no length, at a deadline of now, or later. */
static void chatter_input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    chatter *c = app;
    (void)path;
    c->heard = ss_hash64(c->heard, datagram);
    sn_host_note(host, &(ss_note){ .kind = SS_NOTE_STRAY, .value = c->heard });
    const uint32_t passes = (uint32_t)(unsigned char)datagram.at[0];
    if (passes == 0) {
        return;
    }
    switch (draw(host, c) >> 40 & 3) {
    case 0:
        say(c, host, passes - 1);
        break;
    case 1:
        sn_host_wake(host, sn_host_now(host), SAY, passes - 1, 0);
        break;
    case 2:
        c->deadline = sn_host_now(host);
        c->pending = passes - 1;
        break;
    default:
        sn_host_wake(host, sn_host_now(host) + draw(host, c) % 5, SAY, passes - 1, 0);
        break;
    }
}

static ss_time chatter_deadline(const void *app)
{
    const chatter *c = app;
    return c->deadline;
}

/* Twice in a row at one instant, the second time for nothing. */
static void chatter_tick(void *app, sn_host *host)
{
    chatter *c = app;
    const bool is_first = c->pending != 0;
    if (is_first) {
        say(c, host, c->pending);
        c->pending = 0;
    }
    c->deadline = is_first ? sn_host_now(host) : SS_TIME_NEVER;
}

static bool chatter_wake(void *app, sn_host *host, const sn_wake *wake)
{
    if (wake->kind != SN_WAKE_OWN) {
        return false;
    }
    say(app, host, wake->arg);
    return true;
}

const sn_app_class small_chatter = {
    .name = "chatter",
    .port = PORT,
    .bytes = sizeof(chatter),
    .start = chatter_start,
    .input = chatter_input,
    .deadline = chatter_deadline,
    .tick = chatter_tick,
    .wake = chatter_wake,
};
