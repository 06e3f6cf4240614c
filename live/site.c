/* A site: its loop, its time, and what it begins and ends with.
 *
 * One clock for all of it. Whatever comes from outside is an event at the instant at which the loop took it up; before that, wakes and
 * deadlines that were due are done in their order, each at its own instant. So the stack sees exact timers and instants that only
 * grow, whatever the machine is busy with. */
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

enum { ARENA_BYTES = 4 << 20, SWEEP_MS = 1000, END_MS = 1500, DUE_AT_ONCE = 100000 };
#define GRACE SS_MS(300) /* after the last call: what its peer still says is heard */

/* ---- time ---- */

ss_time sl_real_now(const sl_site *s)
{
    return uv_hrtime() - s->started_ns;
}

uint32_t sl_element_of(const sl_site *s, uint32_t node)
{
    for (uint32_t i = 0; i < s->element_count; i++) {
        if (s->elements[i].node == node) {
            return i;
        }
    }
    return SN_NOBODY;
}

sn_host sl_host_of(sl_site *s, uint32_t element)
{
    return (sn_host){ &s->hosting, s->elements[element].node };
}

/* An event at an instant: not before the one before. */
static void begin_at(sl_site *s, uint32_t element, ss_time at)
{
    const uint32_t node = s->elements[element].node;
    const bool is_later = at > s->now || s->events == 0;
    s->now = is_later ? at : s->now;
    s->key = (sn_key){ .at = s->now,
                       .step = is_later ? 1 : s->key.step + 1,
                       .receiver = node,
                       .sender = node,
                       .counter = ++s->events };
    s->index = 0;
    s->arena.used = 0;
}

void sl_event_end(sl_site *s)
{
    s->arena.used = 0;
}

/* ---- what is due ---- */

static ss_time deadline_of(const sl_element *e)
{
    return e->class->deadline == NULL || e->is_dead ? SS_TIME_NEVER : e->class->deadline(e->app);
}

static void wake(sl_site *s, uint32_t element, ss_time at, const sn_wake *what)
{
    const sl_element *e = &s->elements[element];
    begin_at(s, element, at);
    sn_host host = sl_host_of(s, element);
    if (e->class->wake != NULL) {
        (void)e->class->wake(e->app, &host, what);
    }
    sl_event_end(s);
}

static void tick(sl_site *s, uint32_t element, ss_time at)
{
    const sl_element *e = &s->elements[element];
    begin_at(s, element, at);
    sn_host host = sl_host_of(s, element);
    e->class->tick(e->app, &host);
    sl_event_end(s);
}

/* Calls and acts of nodes that are not here are somebody else's. */
static void skip_others(sl_site *s)
{
    const sn_plan *plan = s->options->plan;
    while (s->next_call < plan->call_count &&
           (plan->calls[s->next_call].scripted ||
            sl_element_of(s, plan->calls[s->next_call].caller) == SN_NOBODY)) {
        s->next_call++;
    }
    while (s->next_act < plan->act_count &&
           sl_element_of(s, plan->acts[s->next_act].node) == SN_NOBODY) {
        s->next_act++;
    }
}

static ss_time next_planned(sl_site *s)
{
    const sn_plan *plan = s->options->plan;
    ss_time at = SS_TIME_NEVER;
    if (s->is_ending) {
        return at;
    }
    skip_others(s);
    if (s->next_call < plan->call_count) {
        at = plan->calls[s->next_call].at;
    }
    return s->next_act < plan->act_count ? ss_time_earlier(at, plan->acts[s->next_act].at) : at;
}

static void do_planned(sl_site *s, ss_time at)
{
    const sn_plan *plan = s->options->plan;
    if (s->next_act < plan->act_count && plan->acts[s->next_act].at == at) {
        const uint32_t act = s->next_act++;
        const sn_wake what = { .kind = SN_WAKE_ACT, .arg = act };
        wake(s, sl_element_of(s, plan->acts[act].node), at, &what);
        return;
    }
    const uint32_t call = s->next_call++;
    const sn_wake what = { .kind = SN_WAKE_CALL, .arg = call };
    wake(s, sl_element_of(s, plan->calls[call].caller), at, &what);
}

typedef struct due {
    ss_time at;
    enum { DUE_PLANNED, DUE_WAKE, DUE_TICK } what;
    uint32_t element;
} due;

static due next_due(sl_site *s)
{
    due d = { .at = next_planned(s), .what = DUE_PLANNED };
    const ss_time woken = sl_wakes_next(&s->wakes);
    if (woken < d.at) {
        d = (due){ .at = woken, .what = DUE_WAKE };
    }
    for (uint32_t i = 0; i < s->element_count; i++) {
        const ss_time at = deadline_of(&s->elements[i]);
        if (at < d.at) {
            d = (due){ .at = at, .what = DUE_TICK, .element = i };
        }
    }
    return d;
}

static void do_due(sl_site *s, const due *d)
{
    switch (d->what) {
    case DUE_PLANNED:
        do_planned(s, d->at);
        return;
    case DUE_WAKE: {
        const sl_wake w = sl_wakes_take(&s->wakes);
        wake(s, w.element, w.at, &w.wake);
        return;
    }
    case DUE_TICK:
        tick(s, d->element, d->at);
        return;
    }
}

/* Everything that was due until then; not more than so much in one go, as the sockets wait. */
static void catch_up(sl_site *s, ss_time until)
{
    for (unsigned i = 0; i < DUE_AT_ONCE && !s->out_of_memory; i++) {
        const due d = next_due(s);
        if (d.at > until || d.at == SS_TIME_NEVER) {
            return;
        }
        const ss_span late = d.at < until ? until - d.at : 0;
        s->counts.latest = late > s->counts.latest ? late : s->counts.latest;
        do_due(s, &d);
    }
}

void sl_event_begin(sl_site *s, uint32_t element)
{
    const ss_time now = sl_real_now(s);
    catch_up(s, now);
    begin_at(s, element, now);
}

/* ---- the end ---- */

sn_left_fact sl_left(const sl_site *s)
{
    sn_left_fact all = { 0 };
    for (uint32_t i = 0; i < s->element_count; i++) {
        const sl_element *e = &s->elements[i];
        sn_left_fact left = { 0 };
        if (e->class->left != NULL && !e->is_dead) {
            e->class->left(e->app, &left);
        }
        all.calls += left.calls;
        all.contexts += left.contexts;
        all.transactions += left.transactions;
        all.dialogs += left.dialogs;
        all.bindings += left.bindings;
        all.store_bytes += left.store_bytes;
    }
    return all;
}

static void stop(sl_site *s)
{
    s->is_over = true;
    uv_stop(&s->loop);
}

static void on_end_timer(uv_timer_t *timer)
{
    stop(timer->data);
}

static void begin_end(sl_site *s)
{
    static const sn_wake end = { .kind = SN_WAKE_END };
    s->is_ending = true;
    (void)uv_timer_start(&s->end_timer, on_end_timer, END_MS, 0);
    for (uint32_t i = 0; i < s->element_count; i++) {
        if (!s->elements[i].is_dead) {
            wake(s, i, sl_real_now(s), &end);
        }
    }
}

void sl_site_end(sl_site *s)
{
    s->was_interrupted = true;
    if (s->is_ending) {
        stop(s);
    } else {
        begin_end(s);
    }
}

/* Registrations that nobody removed hold nothing up. */
static bool is_at_rest(const sl_site *s)
{
    const sn_left_fact left = sl_left(s);
    for (uint32_t i = 0; i < s->element_count; i++) {
        const sn_plan *plan = s->options->plan;
        const sn_group_spec *g = &plan->groups[plan->nodes[s->elements[i].node].group];
        if (s->elements[i].is_registered && g->role == SN_ROLE_UA && g->ua.unregisters) {
            return false;
        }
    }
    return left.calls == 0;
}

/* Of a scenario some of whose nodes run elsewhere: what they do may concern ours until its `duration` is over. */
static bool others_act(const sl_site *s)
{
    const sn_plan *plan = s->options->plan;
    bool do_act = false;
    for (uint32_t i = 0; i < plan->call_count && !do_act; i++) {
        do_act = sl_element_of(s, plan->calls[i].caller) == SN_NOBODY;
    }
    for (uint32_t i = 0; i < plan->act_count && !do_act; i++) {
        do_act = sl_element_of(s, plan->acts[i].node) == SN_NOBODY;
    }
    return do_act;
}

static bool is_done(sl_site *s)
{
    const ss_time until = s->others_act ? s->options->plan->duration : 0;
    return next_planned(s) == SS_TIME_NEVER && sl_left(s).calls == 0 && sl_real_now(s) >= until;
}

/* Before the loop sleeps. */
static void look_at_end(sl_site *s)
{
    if (s->is_ending) {
        if (is_at_rest(s)) {
            stop(s);
        }
        return;
    }
    if (!s->options->ends_when_done || !is_done(s)) {
        s->done_since = SS_TIME_NEVER;
        return;
    }
    const ss_time now = sl_real_now(s);
    s->done_since = ss_time_earlier(s->done_since, now);
    if (now - s->done_since >= GRACE) {
        begin_end(s);
    }
}

/* ---- the loop ---- */

static void on_timer(uv_timer_t *timer)
{
    sl_site *s = timer->data;
    catch_up(s, sl_real_now(s));
}

static uint64_t ms_until(const sl_site *s, ss_time at)
{
    const ss_time now = sl_real_now(s);
    return at <= now ? 0 : (at - now + SS_MS(1) - 1) / SS_MS(1);
}

static void on_prepare(uv_prepare_t *prepare)
{
    sl_site *s = prepare->data;
    catch_up(s, sl_real_now(s));
    look_at_end(s);
    sl_udp_flush(s);
    if (s->out_of_memory) {
        stop(s);
        return;
    }
    const ss_time grace = s->done_since == SS_TIME_NEVER ? SS_TIME_NEVER : s->done_since + GRACE;
    const ss_time next = ss_time_earlier(next_due(s).at, grace);
    uint64_t wait = SWEEP_MS;
    if (next != SS_TIME_NEVER && ms_until(s, next) < wait) {
        wait = ms_until(s, next);
    }
    uv_update_time(&s->loop);
    (void)uv_timer_start(&s->timer, on_timer, wait, 0);
    if (s->events % 64 == 0 || wait == SWEEP_MS) {
        sl_tcp_sweep(s);
    }
}

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    sl_site_end(signal->data);
}

static void on_reload(uv_signal_t *signal, int number)
{
    sl_site *s = signal->data;
    (void)number;
    if (s->options->reload != NULL) {
        s->options->reload(s->options->reload_self, s);
    }
}

void sl_site_set_users(sl_site *s, const struct sl_users *users)
{
    s->users = users;
}

ss_status sl_site_run(sl_site *s)
{
    (void)uv_prepare_start(&s->prepare, on_prepare);
    while (!s->is_over) {
        (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    }
    return s->out_of_memory ? SS_ERR_MEMORY : SS_OK;
}

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
        begin_at(s, i, 0);
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

static void open_loop(sl_site *s)
{
    (void)uv_timer_init(&s->loop, &s->timer);
    (void)uv_timer_init(&s->loop, &s->end_timer);
    (void)uv_prepare_init(&s->loop, &s->prepare);
    s->timer.data = s->end_timer.data = s->prepare.data = s;
    s->has_signals = uv_signal_init(&s->loop, &s->interrupt) == 0 &&
                     uv_signal_init(&s->loop, &s->terminate) == 0;
    (void)uv_signal_init(&s->loop, &s->reload);
    s->interrupt.data = s->terminate.data = s->reload.data = s;
    if (s->options->reload != NULL) {
        (void)uv_signal_start(&s->reload, on_reload, SIGHUP);
    }
    if (s->has_signals) {
        (void)uv_signal_start(&s->interrupt, on_signal, SIGINT);
        (void)uv_signal_start(&s->terminate, on_signal, SIGTERM);
    }
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
    s->options = options;
    s->next_number = 1;
    s->done_since = SS_TIME_NEVER;
    fill_limits(s);
    open_loop(s);
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
    s->others_act = options->is_scenario && others_act(s);
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
