/* A site at work: its loop, its time, what is due in it, and how it comes to its end.
 *
 * One clock for all of it. Whatever comes from outside is an event at the instant at which the loop took it up; before that, wakes and
 * deadlines that were due are done in their order, each at its own instant. So the stack sees exact timers and instants that only
 * grow, whatever the machine is busy with. */
#include "site.h"

enum { SWEEP_MS = 1000, END_MS = 1500, DUE_AT_ONCE = 100000 };
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

void sl_event_begin_at(sl_site *s, uint32_t element, ss_time at)
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
    sl_event_begin_at(s, element, at);
    sn_host host = sl_host_of(s, element);
    if (e->class->wake != NULL) {
        (void)e->class->wake(e->app, &host, what);
    }
    sl_event_end(s);
}

static void tick(sl_site *s, uint32_t element, ss_time at)
{
    const sl_element *e = &s->elements[element];
    sl_event_begin_at(s, element, at);
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
    sl_event_begin_at(s, element, now);
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

bool sl_others_act(const sl_site *s)
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

void sl_loop_open(sl_site *s)
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
