/* A site made and freed: its memory, the apps of its nodes, their sockets, and what they begin with. */
#include "site.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define SITE_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SITE_POISONS 1
#endif
#endif
#ifdef SITE_POISONS
void __asan_unpoison_memory_region(void const volatile *at, size_t size);
#endif

enum { ARENA_BYTES = 4 << 20 };

/* ---- making ---- */

static ss_status take_memory(sl_site *s)
{
    const size_t pools = (size_t)(s->limits.memory / 4096 * 4096);
    const size_t store = pools / 2;
    s->region_bytes = pools + store + ARENA_BYTES;
    s->region = mmap(NULL, s->region_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    s->buffer = malloc(SL_BUFFER_BYTES);
    s->peers = calloc(s->options->peer_count + 1, sizeof *s->peers);
    s->elements = calloc(SL_LISTENS_MAX, sizeof *s->elements);
    if (s->region == MAP_FAILED || s->buffer == NULL || s->peers == NULL || s->elements == NULL) {
        s->region = s->region == MAP_FAILED ? NULL : s->region;
        return SS_ERR_MEMORY;
    }
    unsigned char *at = s->region;
    s->arena = (ss_arena){ at + pools + store, ARENA_BYTES, 0 };
    ss_store_init(&s->store, at + pools, store);
    return ss_pools_init(&s->pools, at, pools, 65536, 65536);
}

static ss_status take_hosting(sl_site *s)
{
    const sn_plan *plan = s->options->plan;
    sn_decisions *decisions = sn_decisions_new(plan->seed);
    s->openssl = ss_openssl_new();
    if (decisions == NULL || s->openssl == NULL) {
        sn_decisions_free(decisions);
        return SS_ERR_MEMORY;
    }
    s->crypto = ss_openssl_crypto(s->openssl);
    s->hosting = (sn_hosting){ .class = &sl_host_class,
                               .self = s,
                               .plan = plan,
                               .calls = plan->calls,
                               .call_count = plan->call_count,
                               .now = &s->now,
                               .arena = &s->arena,
                               .pools = &s->pools,
                               .store = &s->store,
                               .decisions = decisions,
                               .crypto = &s->crypto };
    return SS_OK;
}

static const sn_app_class *class_of(const sn_plan *plan, uint32_t node)
{
    static const sn_app_class *const classes[SN_ROLE_COUNT] = {
        [SN_ROLE_UA] = &sn_app_ua, [SN_ROLE_PROXY] = &sn_app_proxy
    };
    return classes[plan->cast.nodes[node].role];
}

static ss_status add_elements(sl_site *s)
{
    const sl_options *o = s->options;
    for (uint32_t i = 0; i < o->listen_count; i++) {
        if (sl_element_of(s, o->listens[i].node) != SN_NOBODY) {
            continue;
        }
        sl_element *e = &s->elements[s->element_count++];
        e->node = o->listens[i].node;
        e->class = class_of(o->plan, e->node);
        SS_ASSERT(e->class != NULL);
        e->app = calloc(1, (e->class->bytes + 15) / 16 * 16);
        if (e->app == NULL) {
            return SS_ERR_MEMORY;
        }
    }
    return SS_OK;
}

static void say(sl_error *why, const char *what, const char *where, int error)
{
    ss_buffer b = ss_buffer_on(why->text, sizeof why->text - 1);
    ss_put_text(&b, what);
    ss_put_text(&b, where);
    if (error != 0) {
        ss_put_text(&b, ": ");
        ss_put_text(&b, uv_strerror(error));
    }
    why->text[b.len] = '\0';
}

static bool open_one(sl_site *s, uint32_t nth, sl_error *why)
{
    char text[100];
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    int error = 0;
    const bool is_open = s->listens[nth].transport == SS_TRANSPORT_TCP
                             ? sl_tcp_open(s, nth, &error)
                             : sl_udp_open(s, nth, &error);
    if (!is_open) {
        sl_put_listen(&b, &s->listens[nth]);
        text[b.len] = '\0';
        say(why, "cannot listen at ", text, error);
    }
    return is_open;
}

/* A node that leaves its port to us has the same one everywhere: its Via and its Contact name one. */
static bool open_all(sl_site *s, sl_error *why)
{
    const sl_options *o = s->options;
    for (uint32_t i = 0; i < o->listen_count; i++) {
        s->listens[i] = o->listens[i];
        for (uint32_t k = 0; k < i && s->listens[i].address.port == 0; k++) {
            if (s->listens[k].node == s->listens[i].node && o->listens[k].address.port == 0) {
                s->listens[i].address.port = s->listens[k].address.port;
            }
        }
        if (s->listens[i].address.port == 0) {
            s->listens[i].address.port = sl_free_port(o, s->listens[i].node);
        }
        s->listen_count = i + 1;
        if (!open_one(s, i, why)) {
            return false;
        }
    }
    for (uint32_t i = o->listen_count; i-- > 0;) { /* the first of a node is where it is */
        s->elements[sl_element_of(s, s->listens[i].node)].path =
            (ss_path){ .transport = s->listens[i].transport, .local = s->listens[i].address };
    }
    return true;
}

static ss_status start_elements(sl_site *s)
{
    const sn_plan *plan = s->options->plan;
    for (uint32_t i = 0; i < s->element_count; i++) {
        const sl_element *e = &s->elements[i];
        static const sn_wake enrol = { .kind = SN_WAKE_REGISTER },
                             subscribe = { .kind = SN_WAKE_SUBSCRIBE },
                             quiet = { .kind = SN_WAKE_QUIET };
        sn_host host = sl_host_of(s, i);
        sl_event_begin_at(s, i, 0);
        const ss_status status = e->class->start == NULL ? SS_OK : e->class->start(e->app, &host);
        sl_event_end(s);
        const ss_time registers = sn_host_registers_at(&host),
                      subscribes = sn_host_subscribes_at(&host);
        const bool has_room =
            (registers == SS_TIME_NEVER || sl_wakes_add(&s->wakes, registers, i, &enrol)) &&
            (subscribes == SS_TIME_NEVER || sl_wakes_add(&s->wakes, subscribes, i, &subscribe)) &&
            sl_wakes_add(&s->wakes, plan->duration, i, &quiet);
        if (status != SS_OK || !has_room) {
            return SS_ERR_MEMORY;
        }
    }
    return SS_OK;
}

static void fill_limits(sl_site *s)
{
    sl_limits *l = &s->limits;
    *l = s->options->limits;
    l->connections = l->connections == 0 ? 4096 : l->connections;
    l->silence = l->silence == 0 ? SS_S(30) : l->silence;
    l->idle = l->idle == 0 ? SS_S(600) : l->idle;
    l->memory = l->memory == 0 ? UINT64_C(1) << 30 : l->memory;
    l->lookups = l->lookups == 0 ? 1024 : l->lookups;
}

static bool open_services(sl_site *s, sl_error *why)
{
    const sl_options *o = s->options;
    if (o->bindings != NULL && (s->bindings = sl_bindings_open(s, o->bindings, why)) == NULL) {
        return false;
    }
    return o->metrics.family == 0 || sl_metrics_open(s, &o->metrics, why) != NULL;
}

static bool restore(sl_site *s)
{
    for (uint32_t i = 0; s->bindings != NULL && i < s->element_count; i++) {
        if (s->elements[i].class->restore != NULL && !sl_bindings_restore(s, i)) {
            return false;
        }
    }
    return !s->out_of_memory;
}

sl_site *sl_site_new(const sl_options *options, sl_error *why)
{
    sl_site *s = calloc(1, sizeof *s);
    if (s == NULL || uv_loop_init(&s->loop) != 0) {
        free(s);
        say(why, "out of memory", "", 0);
        return NULL;
    }
    (void)uv_loop_configure(&s->loop, UV_METRICS_IDLE_TIME);
    s->options = options;
    s->next_number = 1;
    s->done_since = SS_TIME_NEVER;
    fill_limits(s);
    sl_loop_open(s);
    if (take_memory(s) != SS_OK || take_hosting(s) != SS_OK || add_elements(s) != SS_OK) {
        say(why, "out of memory", "", 0);
        sl_site_free(s);
        return NULL;
    }
    s->users = options->users;
    if (!sl_names_open(s, options->dns, why) || !open_all(s, why) || !open_services(s, why)) {
        sl_site_free(s);
        return NULL;
    }
    s->others_act = options->is_scenario && sl_others_act(s);
    s->started_ns = uv_hrtime();
    if (start_elements(s) != SS_OK || !restore(s)) {
        say(why, s->out_of_memory ? "out of memory" : "cannot read the bindings of ",
            s->out_of_memory            ? ""
            : options->bindings == NULL ? ""
                                        : options->bindings,
            0);
        sl_site_free(s);
        return NULL;
    }
    return s;
}

/* ---- closing ---- */

static void close_handles(sl_site *s)
{
    sl_udp_close(s);
    sl_tcp_close(s);
    sl_names_close(s);
    sl_metrics_close(s->metrics);
    uv_close((uv_handle_t *)&s->reload, NULL);
    uv_close((uv_handle_t *)&s->timer, NULL);
    uv_close((uv_handle_t *)&s->end_timer, NULL);
    uv_close((uv_handle_t *)&s->prepare, NULL);
    uv_close((uv_handle_t *)&s->interrupt, NULL);
    uv_close((uv_handle_t *)&s->terminate, NULL);
    (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    const int closed = uv_loop_close(&s->loop);
    SS_ASSERT(closed == 0);
}

void sl_site_free(sl_site *s)
{
    if (s == NULL) {
        return;
    }
    s->is_over = true;
    close_handles(s);
    for (uint32_t i = 0; s->elements != NULL && i < s->element_count; i++) {
        free(s->elements[i].app);
    }
    sl_names_free(s);
    sl_bindings_free(s->bindings);
    sl_metrics_free(s->metrics);
    sn_decisions_free(s->hosting.decisions);
    ss_openssl_free(s->openssl);
    sl_wakes_free(&s->wakes);
    if (s->region != NULL) {
#ifdef SITE_POISONS
        __asan_unpoison_memory_region(s->region, s->region_bytes);
#endif
        (void)munmap(s->region, s->region_bytes);
    }
    free(s->buffer);
    free(s->peers);
    free(s->elements);
    free(s);
}

/* ---- looking ---- */

bool sl_site_was_interrupted(const sl_site *s)
{
    return s->was_interrupted;
}

const sl_listen *sl_site_listens(const sl_site *s, uint32_t *count)
{
    *count = s->listen_count;
    return s->listens;
}

const sl_counts *sl_site_counts(const sl_site *s)
{
    return &s->counts;
}

ss_time sl_site_now(const sl_site *s)
{
    return s->now;
}
