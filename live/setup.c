/* Plans for sites. A plan is made for a network, so that one node alone has the network it needs around it: a router, which nothing
 * goes by, and those who are called, or turn up, as nodes that are never run. */
#include "sl/setup.h"

#include <string.h>

#define FOREVER SS_S(UINT64_C(315360000)) /* ten years: a plan ends, a server does not */

static sn_group_spec blank(const char *name, sn_role role, const ss_settings *settings)
{
    return (sn_group_spec){
        .name = name,
        .role = role,
        .count = 1,
        .settings = *settings,
        .ua = { .outbound = SN_NOBODY, .behaviour = SN_NOBODY, .login = { .proxy = SN_NOBODY } }
    };
}

/* What a busy server keeps at once, and no more: quotas answer 503, where the end of memory would end the run. */
static ss_settings settings_of(void)
{
    ss_settings s = ss_settings_default();
    s.product = SS_LIT("sipsim");
    s.txns_max = 200000;
    s.dialogs_max = 100000;
    s.txns_ending = 1000;
    s.bytes_max = 500u << 20;
    return s;
}

/* Of the memory two thirds are for transactions and the like, one for what a quota of bytes counts. */
static void fit_into(ss_settings *s, uint64_t memory, uint32_t transactions)
{
    const uint64_t store = memory / 3, bytes = store - store / 32;
    s->txns_max = transactions;
    s->dialogs_max = transactions / 2;
    s->txns_ending = transactions / 200;
    s->bytes_max = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

/* The router, and those who turn up. */
static bool add_surroundings(sn_plan *plan, const ss_settings *settings, uint32_t *peers)
{
    const sn_link_kind link = { .name = "wire",
                                .up = sn_link_params_default(),
                                .down = sn_link_params_default() };
    sn_group_spec net = blank("net", SN_ROLE_ROUTER, settings);
    sn_group_spec peer = blank("peer", SN_ROLE_UA, settings);
    net.via = SN_NOBODY;
    peer.count = SL_PEERS;
    peer.indexed = true;
    if (sn_plan_add_link(plan, &link) != 0 || sn_plan_add_group(plan, &net) != 0) {
        return false;
    }
    *peers = sn_plan_add_group(plan, &peer);
    return *peers != UINT32_MAX;
}

/* ---- what is done with a call ---- */

static bool add_row(sn_plan *plan, sn_op op, uint16_t status, ss_span after)
{
    const sn_row row = { .op = op,
                         .status = status,
                         .after = { .kind = SN_DIST_CONST, .a = after } };
    return sn_plan_add_row(plan, &row) != UINT32_MAX;
}

static bool add_behaviour(sn_plan *plan, const sl_ua_setup *setup, uint32_t *behaviour)
{
    const bool rings = setup->answer != 0;
    *behaviour = sn_plan_add_behaviour(plan, "answers");
    bool done = *behaviour != UINT32_MAX && sn_plan_add_choice(plan, 1) != UINT32_MAX;
    if (rings) {
        done = done && add_row(plan, SN_OP_PROGRESS, 180, 0);
    }
    if (setup->reject != 0) {
        return done && add_row(plan, SN_OP_REJECT, setup->reject,
                               rings && setup->answer != SS_TIME_NEVER ? setup->answer : 0);
    }
    if (setup->answer != SS_TIME_NEVER) {
        done = done && add_row(plan, SN_OP_ANSWER, 0, setup->answer);
        if (setup->callee_hangs_up) {
            done = done && add_row(plan, SN_OP_HANGUP, 0, setup->hold);
        }
    }
    return done;
}

static bool add_calls(sn_plan *plan, const sl_ua_setup *setup, uint32_t me,
                      const ss_settings *settings)
{
    sn_group_spec to = blank("callee", SN_ROLE_UA, settings);
    to.ua.aor = setup->call;
    to.ua.is_found_by_dns = true;
    const uint32_t callee = sn_plan_add_group(plan, &to);
    const sn_call_spec calls = { .name = "calls",
                                 .from = me,
                                 .to = callee,
                                 .pick = SN_PICK_NEXT,
                                 .interval = setup->interval,
                                 .end = FOREVER,
                                 .start = setup->registrar == NULL ? 0 : SS_S(1),
                                 .limit = setup->count,
                                 .hold = { .kind = SN_DIST_CONST, .a = setup->hold },
                                 .hangup_caller = setup->callee_hangs_up ? 0 : 1,
                                 .hangup_callee = setup->callee_hangs_up ? 1 : 0,
                                 .no_answer = { .kind = SN_DIST_CONST, .a = setup->cancel } };
    return callee != UINT32_MAX && sn_plan_add_calls(plan, &calls) != UINT32_MAX;
}

/* ---- the user agent ---- */

static const char *without_scheme(const char *uri)
{
    return uri == NULL || strncmp(uri, "sip:", 4) != 0 ? uri : uri + 4;
}

/* The host of a URI, kept by the plan. */
static const char *host_of(sn_plan *plan, const char *uri)
{
    ss_uri parsed;
    return ss_uri_parse(ss_slice_from(uri), &parsed) == SS_OK ? sn_plan_text(plan, parsed.host)
                                                              : "";
}

static void fill_login(sn_plan *plan, const sl_ua_setup *setup, sn_login_spec *login)
{
    const char *at = setup->registrar != NULL ? setup->registrar : setup->aor;
    ss_uri aor;
    login->password = setup->password;
    login->domain = host_of(plan, at);
    login->realm = setup->realm != NULL ? setup->realm : host_of(plan, setup->aor);
    login->user = setup->user;
    login->for_users = true;
    login->prefers_strongest = true;
    if (setup->user == NULL && ss_uri_parse(ss_slice_from(setup->aor), &aor) == SS_OK) {
        login->user = sn_plan_text(plan, aor.user);
    }
}

static uint32_t add_me(sn_plan *plan, const sl_ua_setup *setup, const ss_settings *settings)
{
    sn_group_spec me = blank("ua", SN_ROLE_UA, settings);
    me.transport = setup->transport;
    me.ua.aor = setup->aor;
    me.ua.outbound_host = without_scheme(setup->outbound);
    me.ua.takes_any_call = true;
    me.ua.origin = "sipsim"; /* of real peers some look for letters in o= */
    me.ua.expires_s = setup->registrar == NULL ? 0 : setup->expires_s;
    me.ua.unregisters = true;
    if (setup->password != NULL) {
        fill_login(plan, setup, &me.ua.login);
    }
    if (!add_behaviour(plan, setup, &me.ua.behaviour)) {
        return UINT32_MAX;
    }
    return sn_plan_add_group(plan, &me);
}

static bool fill(sn_plan *plan, const sl_ua_setup *setup, uint32_t *me, uint32_t *peers)
{
    const ss_settings settings = settings_of();
    plan->seed = setup->seed;
    plan->epoch_s = setup->epoch_s;
    plan->duration = FOREVER;
    plan->drain = 0;
    sn_plan_set_name(plan, "live ua");
    if (!add_surroundings(plan, &settings, peers)) {
        return false;
    }
    *me = add_me(plan, setup, &settings);
    return *me != UINT32_MAX && (setup->call == NULL || add_calls(plan, setup, *me, &settings));
}

sn_plan *sl_ua_plan(const sl_ua_setup *setup, uint32_t *node, uint32_t *first_peer,
                    const char **why)
{
    sn_plan *plan = sn_plan_new();
    uint32_t me = 0, peers = 0;
    *why = "out of memory";
    if (plan == NULL || !fill(plan, setup, &me, &peers) || sn_plan_finish(plan, why) != SS_OK) {
        sn_plan_free(plan);
        return NULL;
    }
    if (setup->registrar != NULL) {
        const char *uri = sn_plan_text(plan, ss_slice_from(setup->registrar));
        if (uri == NULL) {
            sn_plan_free(plan);
            return NULL;
        }
        plan->groups[me].ua.registrar = ss_slice_from(uri);
    }
    *node = sn_plan_node(plan, me, 0);
    *first_peer = sn_plan_node(plan, peers, 0);
    return plan;
}

/* ---- the proxy ---- */

enum {
    USERS_EXPECTED = 100000,
    SOURCES = 65536,
    QUEUE_LEAST = 20, /* messages of a class that may wait */
    QUEUE_BYTES = 16 << 20,
    RETRY_AFTER_S = 5
};

/* Everybody else pays for who sends garbage, or guesses passwords: he is not heard for a while. */
static ss_defence_config defence_of(const sl_proxy_setup *setup)
{
    ss_defence_config d = { .offences = { setup->offences == 0 ? 0 : SS_MS(100), setup->offences },
                            .block = setup->block,
                            .proof = SS_S(600),
                            .counts = 1u << SS_OFFENCE_MALFORMED | 1u << SS_OFFENCE_CREDENTIALS,
                            .slots = SOURCES };
    if (setup->rate != 0) {
        d.source = (ss_rate){ SS_S(1) / setup->rate, setup->rate };
    }
    return d;
}

/* RFC8760:2.3 the stronger one first. */
static sn_guard_spec guard_of(const sl_proxy_setup *setup, uint32_t domain)
{
    static const uint8_t preferred[] = { SS_ALGORITHM_SHA_256, SS_ALGORITHM_MD5 };
    sn_guard_spec guard = { .domain = setup->domains[domain],
                            .realm = setup->realm,
                            .password = "", /* its host knows its users */
                            .offers = SS_OFFERS_AUTH,
                            .methods = 1u << SS_METHOD_REGISTER | 1u << SS_METHOD_INVITE,
                            .nonce_lifetime = SS_S(300) };
    for (size_t i = 0; i < SS_COUNT(preferred); i++) {
        if (setup->algorithms == 0 || (setup->algorithms & 1u << preferred[i]) != 0) {
            guard.algorithms[guard.algorithm_count++] = preferred[i];
        }
    }
    return guard;
}

/* It works through so many messages a second and no more: a quarter of a second's worth of each class waits, what is more is refused.
 * RFC7339:5.10.2 who takes part in overload control is told by its parameters, and by no Retry-After. */
static ss_queue_config queue_of(const sl_proxy_setup *setup)
{
    const ss_span service = SS_S(1) / setup->capacity;
    ss_queue_config q = { .workers = 1,
                          .bytes_max = QUEUE_BYTES,
                          .retry_after_s = setup->has_overload_control ? 0 : RETRY_AFTER_S,
                          .target = 900000,
                          .interval = SS_MS(200),
                          .validity = SS_S(1) };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        q.classes[i].service = service;
        q.classes[i].limit = setup->capacity / 4 < QUEUE_LEAST ? QUEUE_LEAST : setup->capacity / 4;
    }
    q.classes[SS_CLASS_REFUSAL].service = service / 10;
    return q;
}

static bool add_proxy(sn_plan *plan, const sl_proxy_setup *setup, ss_settings *settings,
                      uint32_t *proxy)
{
    sn_guard_spec guards[SL_DOMAINS_MAX];
    sn_group_spec p = blank("proxy", SN_ROLE_PROXY, settings);
    for (uint32_t i = 0; i < setup->domain_count; i++) {
        guards[i] = guard_of(setup, i);
    }
    p.transport = setup->transport;
    p.proxy = (sn_proxy_spec){ .domains = setup->domains,
                               .domain_count = setup->domain_count,
                               .outbound_host = without_scheme(setup->outbound),
                               .record_route = true,
                               .registrar = true,
                               .breadth_max = 60,
                               .guards = guards,
                               .guard_count = setup->realm == NULL ? 0 : setup->domain_count,
                               .users_expected = USERS_EXPECTED,
                               .has_defence = true,
                               .defence = defence_of(setup) };
    if (setup->capacity != 0) {
        p.proxy.has_queue = true;
        p.proxy.queue = queue_of(setup);
    }
    *proxy = sn_plan_add_group(plan, &p);
    return *proxy != UINT32_MAX;
}

static bool fill_proxy(sn_plan *plan, const sl_proxy_setup *setup, uint32_t *proxy, uint32_t *peers)
{
    ss_settings settings = settings_of();
    plan->seed = setup->seed;
    plan->epoch_s = setup->epoch_s;
    plan->duration = FOREVER;
    plan->drain = 0;
    settings.by_size = true;
    fit_into(&settings, setup->memory, setup->transactions);
    if (setup->has_overload_control) {
        settings.overload_control[0] = SS_OC_RATE;
        settings.overload_control[1] = SS_OC_LOSS;
    }
    sn_plan_set_name(plan, "live proxy");
    return add_surroundings(plan, &settings, peers) && add_proxy(plan, setup, &settings, proxy);
}

sn_plan *sl_proxy_plan(const sl_proxy_setup *setup, uint32_t *node, uint32_t *first_peer,
                       const char **why)
{
    sn_plan *plan = sn_plan_new();
    uint32_t proxy = 0, peers = 0;
    *why = "out of memory";
    SS_ASSERT(setup->domain_count <= SL_DOMAINS_MAX);
    if (plan == NULL || !fill_proxy(plan, setup, &proxy, &peers) ||
        sn_plan_finish(plan, why) != SS_OK) {
        sn_plan_free(plan);
        return NULL;
    }
    *node = sn_plan_node(plan, proxy, 0);
    *first_peer = sn_plan_node(plan, peers, 0);
    return plan;
}
