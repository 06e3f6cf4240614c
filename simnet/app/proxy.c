/* The app of a proxy: an engine in its proxy role (RFC 3261 section 16) and the location service it asks (10.1), which
 * lives in the same host, so that its answers come within the same event. */
#include "app/engine.h"

#include <string.h>

typedef struct proxy_app {
    ss_engine engine; /* first: app/engine.h */
    ss_proxy_config config;
    ss_location location;
    bool is_dead; /* it crashed, and is not back yet */
} proxy_app;

/* Where what is bound is written down, what is not bound any more is too: RFC 5626 7. */
static void keep_unbound(proxy_app *app, sn_host *host, const ss_answer *answer)
{
    for (uint16_t i = 0; i < answer->aor_count; i++) {
        const ss_query query = { .kind = SS_QUERY_LOCATE, .name = answer->aors[i] };
        ss_answer left;
        if (ss_location_serve(&app->location, sn_host_now(host), &query, sn_host_arena(host),
                              &left) == SS_OK) {
            (void)sn_host_keep(host, &query, &left);
        }
    }
}

static bool serve(void *self, sn_host *host, const ss_query *query, ss_answer *answer)
{
    proxy_app *app = self;
    if (query->kind == SS_QUERY_CREDENTIAL) {
        const sn_plan *plan = sn_host_plan(host);
        const sn_group_spec *group = &plan->groups[plan->nodes[sn_host_node(host)].group];
        if (!sn_host_secret(host, query, answer)) {
            sn_account_secret(host, sn_plan_guard(&group->proxy, query->realm), query, answer);
        }
        return true;
    }
    const ss_status status =
        ss_location_serve(&app->location, sn_host_now(host), query, sn_host_arena(host), answer);
    sn_engine_status(host, status);
    if (status == SS_ERR_FULL) {
        *answer = (ss_answer){ .token = query->token, .status = SS_ERR_FULL };
        return true;
    }
    if (status == SS_OK && query->kind == SS_QUERY_PERSIST && answer->status == SS_OK &&
        !sn_host_keep(host, query, answer)) {
        answer->status = SS_MORE; /* RFC3261:10.3 nobody is told that it is bound before it is */
    }
    if (status == SS_OK && query->kind == SS_QUERY_UNBIND) {
        keep_unbound(app, host, answer);
    }
    return status == SS_OK;
}

const sn_engine_user sn_proxy_user = { .query = serve };

_Static_assert(SN_DOMAINS_MAX * sizeof(ss_slice) <= SS_STORE_BLOCK_MAX &&
                   SN_DOMAINS_MAX * sizeof(ss_protection) <= SS_STORE_BLOCK_MAX,
               "what a proxy knows of its domains is a block each");

/* Domains as slices, in memory that lives as long as the world. */
static ss_status take_domains(proxy_app *app, sn_host *host, const sn_proxy_spec *spec)
{
    if (spec->domain_count == 0) {
        return SS_OK;
    }
    ss_store *store = sn_host_store(host);
    const ss_ref ref = ss_store_take(store, spec->domain_count * sizeof(ss_slice));
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    ss_slice *domains = ss_store_at(store, ref);
    for (uint32_t i = 0; i < spec->domain_count; i++) {
        domains[i] = ss_slice_from(spec->domains[i]);
    }
    app->config.domains = domains;
    app->config.domain_count = (uint16_t)spec->domain_count;
    return SS_OK;
}

/* Addresses-of-record to expect: one for each user agent of the plan. */
static uint64_t expected_aors(const sn_plan *plan, uint32_t users_expected)
{
    uint64_t count = 16;
    if (users_expected != 0) {
        return users_expected;
    }
    for (uint32_t i = 0; i < plan->group_count; i++) {
        count += plan->groups[i].role == SN_ROLE_UA ? plan->groups[i].count : 0;
    }
    return count;
}

enum { NONCE_SLOTS = 1024 };

/* Protections as the engine wants them, in memory that lives as long as the world. */
static ss_status take_guards(proxy_app *app, sn_host *host, const sn_proxy_spec *spec)
{
    if (spec->guard_count == 0) {
        return SS_OK;
    }
    ss_store *store = sn_host_store(host);
    const ss_ref ref = ss_store_take(store, spec->guard_count * sizeof(ss_protection));
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    ss_protection *protections = ss_store_at(store, ref);
    for (uint32_t i = 0; i < spec->guard_count; i++) {
        protections[i] = sn_account_protection(&spec->guards[i]);
    }
    app->config.crypto = sn_host_crypto(host);
    app->config.protections = protections;
    app->config.protection_count = (uint16_t)spec->guard_count;
    app->config.nonce_slots = NONCE_SLOTS;
    const uint64_t users = expected_aors(sn_host_plan(host), 0);
    app->config.secret_slots = users < SS_SECRETS_MAX ? (uint32_t)users : SS_SECRETS_MAX;
    if (spec->users_expected !=
        0) { /* its host knows them as fast, and forgets them when it should */
        app->config.secret_slots = 0;
        app->config.nonce_slots = SS_NONCE_SLOTS_MAX;
    }
    return SS_OK;
}

/* The Route value of the next proxy of a chain, in memory that lives as long as the world. */
static ss_status take_outbound(proxy_app *app, sn_host *host, const sn_proxy_spec *spec)
{
    char text[256];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    if (spec->outbound == 0 && spec->outbound_host == NULL) {
        return SS_OK;
    }
    ss_put_text(&b, "<sip:");
    if (spec->outbound_host != NULL) {
        ss_put_text(&b, spec->outbound_host);
    } else {
        const sn_plan *plan = sn_host_plan(host);
        const uint32_t node = plan->group_first[spec->outbound - 1];
        const ss_address address = sn_address_with_port(
            sn_member_address_for(&plan->cast.nodes[node], &plan->cast.nodes[sn_host_node(host)]),
            0);
        ss_put_host(&b, &address);
    }
    ss_put_text(&b, ";lr>");
    const ss_ref ref = ss_store_take(sn_host_store(host), b.len);
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    char *kept = ss_store_at(sn_host_store(host), ref);
    memcpy(kept, text, b.len);
    app->config.outbound = (ss_slice){ kept, b.len };
    return SS_OK;
}

static ss_status start(void *self, sn_host *host)
{
    proxy_app *app = self;
    const sn_plan *plan = sn_host_plan(host);
    const sn_proxy_spec *spec = &plan->groups[plan->nodes[sn_host_node(host)].group].proxy;
    app->config = (ss_proxy_config){
        .local = sn_host_path(host),
        .other = sn_host_other_address(host),
        .transports = 1u << SS_TRANSPORT_UDP | 1u << SS_TRANSPORT_TCP,
        .host = spec->host == NULL ? SS_EMPTY : ss_slice_from(spec->host),
        .sent_by_host = spec->sent_by_host,
        .record_route = spec->record_route,
        .registrar = spec->registrar,
        .edge = spec->edge,
        .flow_timer_s = spec->flow_timer_s,
        .services = spec->services,
        .mode = spec->mode,
        .fork = spec->fork,
        .hunt = spec->hunt,
        .recurses = spec->recurses,
        .breadth_max = spec->breadth_max,
        .breadth_rejects = spec->breadth_rejects,
        .lets_loop = spec->lets_loop,
        .hides_users = spec->hides_users,
        .defence = spec->has_defence ? &spec->defence : NULL,
        .queue = spec->has_queue ? &spec->queue : NULL,
        .expires_default_s = 3600,
        .expires_min_s = 60,
        .expires_max_s = 86400,
    };
    ss_status status = take_domains(app, host, spec);
    if (status == SS_OK) {
        status = take_outbound(app, host, spec);
    }
    if (status == SS_OK) {
        status = take_guards(app, host, spec);
    }
    if (status == SS_OK) {
        status = ss_location_init(&app->location, &sn_host_pools(host)->store, sn_host_node(host),
                                  expected_aors(plan, spec->users_expected));
    }
    sn_engine_make(&app->engine, host, NULL, &app->config);
    return status;
}

static void restore(void *self, sn_host *host, const ss_query *query)
{
    proxy_app *app = self;
    ss_answer answer;
    sn_engine_status(host, ss_location_serve(&app->location, sn_host_now(host), query,
                                             sn_host_arena(host), &answer));
}

static void left(const void *self, sn_left_fact *fact)
{
    const proxy_app *app = self;
    sn_engine_left(&app->engine, fact);
    fact->bindings = app->location.bindings;
}

static void reset(void *self, sn_host *host)
{
    proxy_app *app = self;
    (void)host;
    ss_engine_reset(&app->engine);
    ss_location_forget_all(&app->location);
}

/* ---- crashes ---- */

static void tell(sn_host *host, sn_call_event event, uint16_t status)
{
    sn_host_call(
        host, &(sn_call_fact){ .source = SN_NOBODY, .event = (uint16_t)event, .status = status });
}

/* Branches, tags and nonces of the next life are others: the engine's counters go on, as a clock would. */
static void crash(proxy_app *app, sn_host *host, const sn_row *row)
{
    ss_engine_reset(&app->engine);
    if ((row->flags & SN_ROW_KEEPS) == 0) {
        ss_location_forget_all(&app->location);
    }
    app->is_dead = true;
    sn_host_crash(host);
    tell(host, SN_CALL_CRASHED, 0);
    if (row->after.a != 0) {
        sn_host_wake(host, ss_time_after(sn_host_now(host), row->after.a), 0, 0, 0);
    }
}

static bool wake(void *self, sn_host *host, const sn_wake *what)
{
    proxy_app *app = self;
    if (what->kind == SN_WAKE_OWN) {
        app->is_dead = false;
        sn_host_restart(host);
        tell(host, SN_CALL_RESTARTED, 0);
        return true;
    }
    if (what->kind == SN_WAKE_QUIET && !app->is_dead) {
        ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
        return ss_engine_quiet(&app->engine, &turn);
    }
    if (what->kind != SN_WAKE_ACT) {
        return false;
    }
    if (app->is_dead) {
        tell(host, SN_CALL_ACT_MISSED, 481);
    } else {
        crash(app, host, &sn_host_plan(host)->acts[what->arg].row);
    }
    return true;
}

const sn_app_class sn_app_proxy = {
    .name = "proxy",
    .port = SN_SIP_PORT,
    .bytes = sizeof(proxy_app),
    .start = start,
    .input = sn_engine_input,
    .unreachable = sn_engine_unreachable,
    .path_mtu = sn_engine_path_mtu,
    .stream = sn_engine_stream,
    .stream_bytes = sn_engine_stream_bytes,
    .resolved = sn_engine_resolved,
    .restore = restore,
    .deadline = sn_engine_deadline,
    .tick = sn_engine_tick,
    .wake = wake,
    .left = left,
    .reset = reset,
};
