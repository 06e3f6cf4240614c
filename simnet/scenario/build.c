/* A model without mistakes to a plan. Groups go in sorted by name, so an index of the model is an index of the plan. */
#include "model.h"

#include <stdio.h>
#include <string.h>

uint32_t sn_added(sn_reading *r, uint32_t index)
{
    if (index == UINT32_MAX) {
        longjmp(*r->hoard.full, 1);
    }
    return index;
}

static void add_links(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->link_count; i++) {
        const sn_link_kind kind = { m->links[i].name.text, m->links[i].up, m->links[i].down };
        sn_added(r, sn_plan_add_link(r->plan, &kind));
    }
}

const char *sn_kept_text(sn_reading *r, const char *text)
{
    const char *kept = text == NULL ? NULL : sn_plan_text(r->plan, ss_slice_from(text));
    sn_added(r, text != NULL && kept == NULL ? UINT32_MAX : 0);
    return kept;
}

static void add_after(sn_reading *r, const sn_after_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const sn_row row = sn_after_row(r, &list->entries[i]);
        sn_added(r, sn_plan_add_row(r->plan, &row));
    }
}

static void add_behaviours(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->behaviour_count; i++) {
        const sn_behaviour_entry *b = &m->behaviours[i];
        sn_added(r, sn_plan_add_behaviour(r->plan, b->name.text));
        for (uint32_t k = 0; k < b->choice_count; k++) {
            const sn_choice_entry *c = &b->choices[k];
            const sn_row ring = { .op = SN_OP_PROGRESS,
                                  .after = c->ring.dist,
                                  .status = c->early_media ? 183 : 180,
                                  .flags = c->early_media ? SN_ROW_ANSWER : 0 };
            const sn_row answer = { .op = SN_OP_ANSWER, .after = c->answer.dist, .status = 200 };
            const sn_row reject = { .op = SN_OP_REJECT,
                                    .status = (uint16_t)c->reject,
                                    .value = (uint32_t)(c->retry_after / SS_S(1)) };
            const sn_row redirect = { .op = SN_OP_REDIRECT,
                                      .status = 302,
                                      .flags = SN_ROW_GROUP,
                                      .target = c->redirect.index };
            sn_added(r, sn_plan_add_choice(r->plan, c->weight));
            if (c->ring.is_set) {
                sn_added(r, sn_plan_add_row(r->plan, &ring));
            }
            if (c->answer.is_set) {
                sn_added(r, sn_plan_add_row(r->plan, &answer));
            }
            if (c->reject != 0) {
                sn_added(r, sn_plan_add_row(r->plan, &reject));
            }
            if (c->redirect.text != NULL) {
                sn_added(r, sn_plan_add_row(r->plan, &redirect));
            }
            add_after(r, &c->after);
        }
    }
}

static sn_guard_spec guard_of(const sn_domain_entry *d)
{
    sn_guard_spec guard = { .domain = d->name.text,
                            .realm = d->realm,
                            .password = d->password,
                            .algorithm_count = (uint8_t)d->algorithms.count,
                            .offers = (uint8_t)d->qop,
                            .methods = d->methods,
                            .asks_guests = d->guests,
                            .nonce_lifetime = d->nonce,
                            .proves = d->is_mutual,
                            .renews = d->renew != UINT64_MAX,
                            .renew_after = d->renew };
    memcpy(guard.algorithms, d->algorithms.list, sizeof guard.algorithms);
    return guard;
}

/* Of a user agent: its domain's, for methods of its own. NULL: it asks nobody. */
static const sn_guard_spec *door_of(sn_reading *r, const sn_group_entry *g)
{
    if (g->door == 0 || g->login_domain == NULL) {
        return NULL;
    }
    sn_guard_spec *door = sn_hoard_take(&r->hoard, sizeof *door);
    *door = guard_of(g->login_domain);
    door->methods = g->door;
    return door;
}

static sn_login_spec login_of(const sn_group_entry *g)
{
    if (g->login == NULL) {
        return (sn_login_spec){ .proxy = SN_NOBODY };
    }
    sn_login_spec login = { .password = g->password,
                            .user = g->user,
                            .realm = g->login->realm,
                            .domain = g->login->name.text,
                            .proxy = g->login->registrar.index,
                            .minimum = (uint8_t)g->auth.minimum,
                            .prefers_strongest = g->auth.prefer == 1,
                            .for_users = g->auth.users,
                            .wants_proof = g->auth.is_mutual,
                            .guest_count = g->guest_of.count };
    for (uint32_t i = 0; i < g->guest_of.count; i++) {
        const sn_domain_entry *d = g->guest_of.domains[i];
        login.guests[i] = (sn_guest_spec){ d->name.text, d->realm, d->password };
    }
    login.account_count = g->accounts.count;
    for (uint32_t i = 0; i < g->accounts.count; i++) {
        login.accounts[i] = g->accounts.list[i];
    }
    return login;
}

static sn_proxy_spec proxy_of(sn_reading *r, const sn_model *m, const sn_group_entry *g)
{
    const char **domains = sn_hoard_take(&r->hoard, (m->domain_count + 1u) * sizeof(*domains));
    sn_guard_spec *guards = sn_hoard_take(&r->hoard, (m->domain_count + 1u) * sizeof(*guards));
    sn_proxy_spec spec = {
        .domains = domains,
        .guards = guards,
        .host = g->host,
        .sent_by_host = g->sent_by == 1,
        .outbound = g->outbound.text == NULL ? 0 : g->outbound.index + 1,
        .outbound_host = g->outbound_host,
        .record_route = g->record_route,
        .edge = g->path,
        .flow_timer_s = (uint32_t)(g->flow_timer / SS_S(1)),
        .services = g->service_route,
        .mode = (ss_proxy_mode)g->mode,
        .fork = (ss_fork)g->fork.order,
        .hunt = g->fork.hunt,
        .recurses = g->fork.recurse,
        .breadth_max = (uint16_t)g->fork.max_breadth,
        .breadth_rejects = g->fork.too_wide == 1,
        .lets_loop = !g->fork.loop_detection,
        .registrar = (g->roles & SN_IS_REGISTRAR) != 0,
        .hides_users = g->hides_users,
        .has_defence = g->defence.is_set,
        .defence = sn_defence_config(&g->defence),
        .has_queue = g->queue.is_set,
        .queue = sn_queue_config(&g->queue),
    };
    for (uint32_t i = 0; i < m->domain_count; i++) {
        if (strcmp(m->domains[i].registrar.text, g->name.text) == 0) {
            domains[spec.domain_count++] = m->domains[i].name.text;
            if (m->domains[i].password != NULL) {
                guards[spec.guard_count++] = guard_of(&m->domains[i]);
            }
        }
    }
    return spec;
}

/* Of the way to a peer an element knows its own link, which has the smaller MTU of both directions: RFC 3261 18.1.1. */
static uint32_t known_mtu(const sn_model *m, const sn_group_entry *g)
{
    if (g->via.text == NULL) {
        return 0;
    }
    const sn_link_entry *link = &m->links[g->link.index];
    const uint32_t up = link->up.mtu, down = link->down.mtu;
    const uint32_t mtu = up == 0 || (down != 0 && down < up) ? down : up;
    const bool is_least = g->ip == SN_IP_V6 && g->path_mtu == SN_PATH_MTU_LINK;
    return is_least && (mtu == 0 || mtu > SN_IP6_MTU_MIN) ? SN_IP6_MTU_MIN : mtu; /* RFC8201:1 */
}

static ss_settings settings_of(const sn_model *m, const sn_group_entry *g)
{
    ss_settings settings = g->settings;
    settings.by_size = g->transport == SN_BY_SIZE;
    const bool is_unknown = g->path_mtu == SN_PATH_MTU_UNKNOWN || g->path_mtu == SN_PATH_MTU_PROBE;
    settings.path_mtu = is_unknown ? 0 : known_mtu(m, g);
    return settings;
}

static sn_role role_of(const sn_group_entry *g)
{
    return (g->roles & (SN_IS_UA | SN_IS_B2BUA)) != 0 ? SN_ROLE_UA
           : (g->roles & SN_IS_PROXY) != 0            ? SN_ROLE_PROXY
           : (g->roles & SN_IS_TAP) != 0              ? SN_ROLE_TAP
           : (g->roles & SN_IS_DNS) != 0              ? SN_ROLE_DNS
                                                      : SN_ROLE_ROUTER;
}

static void set_ua_settings(ss_settings *settings, const sn_group_entry *g)
{
    settings->redirects_max = (uint8_t)g->redirects;
    settings->register_base = g->registering.retry;
    settings->register_max = g->registering.retry_max;
}

static void set_tap(sn_group_spec *spec, const sn_model *m, const sn_group_entry *g)
{
    spec->toward = g->toward.index;
    spec->injects = sn_inject_of(&g->injects, m->duration);
}

static sn_watch_spec watch_of(const sn_group_entry *g)
{
    const bool is_none = g->watch.to.text == NULL;
    return (sn_watch_spec){ .to = g->watch.to.index,
                            .expires_s = is_none ? 0 : (uint32_t)(g->watch.expires / SS_S(1)),
                            .event = sn_event_words[g->watch.event],
                            .at = g->watch.at };
}

static sn_icmp_spec icmp_of(const sn_group_entry *g)
{
    return (sn_icmp_spec){ .withholds = SN_ICMP_OF_ALL & ~g->icmp.sends,
                           .stops = SN_ICMP_OF_ALL & ~g->icmp.passes,
                           .delay = g->icmp.delay };
}

static void set_registering(sn_ua_spec *ua, const sn_register_entry *registering)
{
    ua->expires_s = (uint32_t)(registering->expires / SS_S(1));
    ua->register_at = registering->at;
    ua->contacts = registering->contacts;
    ua->q_less = (uint16_t)registering->q_less;
    ua->says_path = registering->path;
    ua->instance = registering->instance;
    ua->reg_id = registering->flow;
    ua->gruu = (uint8_t)registering->gruu;
    ua->unregisters = registering->at_end == 1;
    ua->keep_alive_s = (uint32_t)(registering->keep_alive / SS_S(1));
    ua->other_outbound_count = (uint8_t)registering->other_count;
    for (uint32_t i = 0; i < registering->other_count; i++) {
        ua->other_outbounds[i] = registering->others[i].index;
    }
}

static void set_ip(sn_group_spec *spec, const sn_group_entry *g)
{
    spec->lacks_v4 = g->ip == SN_IP_V6;
    spec->has_v6 = g->ip != SN_IP_V4 || spec->role == SN_ROLE_ROUTER;
    spec->prefers_v4 = g->ip == SN_IP_V4 || g->ip == SN_IP_V4_V6;
}

static void set_path_mtu(sn_group_spec *spec, const sn_group_entry *g)
{
    if (g->path_mtu == SN_PATH_MTU_DISCOVER) {
        spec->path_mtu_age = g->path_mtu_age;
    } else if (g->path_mtu == SN_PATH_MTU_PROBE) {
        spec->probing = g->probing;
    }
}

static void add_groups(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        const sn_group_entry *g = &m->groups[i];
        sn_group_spec spec = {
            .name = g->name.text,
            .role = role_of(g),
            .count = sn_group_size(g),
            .indexed = g->count != 0,
            .via = g->via.text == NULL ? SN_NOBODY : g->via.index,
            .per_router = g->per_router,
            .link = g->via.text == NULL ? 0 : g->link.index,
            .settings = settings_of(m, g),
            .transport = g->transport == SN_BY_TCP ? SS_TRANSPORT_TCP : SS_TRANSPORT_UDP,
            .refuses_udp = (g->listens & SN_LISTENS_UDP) == 0,
            .refuses_tcp = (g->listens & SN_LISTENS_TCP) == 0,
            .cuts_streams = g->segments == SN_SEGMENTS_CUT,
            .idle = g->idle,
            .net = g->net.address,
            .net_bits = g->net.bits,
            .icmp = icmp_of(g),
            .reassembly = sn_reassembly_of(&g->reassembly),
        };
        set_path_mtu(&spec, g);
        set_ip(&spec, g);
        if (spec.role == SN_ROLE_UA) {
            set_ua_settings(&spec.settings, g);
            spec.ua = (sn_ua_spec){
                .aor = g->aor,
                .outbound = g->outbound.text == NULL ? SN_NOBODY : g->outbound.index,
                .outbound_host = g->outbound_host,
                .is_found_by_dns = g->aor != NULL && sn_dns_knows(m, strchr(g->aor, '@') + 1),
                .behaviour = g->behaviour.text == NULL ? SN_NOBODY : g->behaviour.index,
                .lines = (uint16_t)g->lines,
                .events = g->events | (g->is_compositor ? SN_EVENTS_PRESENCE : 0u),
                .min_expires_s = (uint32_t)(g->min_expires / SS_S(1)),
                .is_compositor = g->is_compositor,
                .joins = (g->roles & SN_IS_B2BUA) != 0,
                .compositor = g->compositor.text == NULL ? 0 : g->compositor.index + 1,
                .info_packages = g->info,
                .info_package_count = g->info_count,
                .knows_info = g->knows_info,
                .replaces = (uint8_t)g->replaces,
                .refers = (uint8_t)g->refers,
                .watch = watch_of(g),
                .login = login_of(g),
                .door = door_of(r, g),
                .media = (uint8_t)g->media,
                .reliable = (uint8_t)g->prack,
                .refresher = (uint8_t)g->session_timer.refresher,
                .session_s = (uint32_t)(g->session_timer.expires / SS_S(1)),
                .session_min_s =
                    g->session_timer.is_set ? (uint32_t)(g->session_timer.min / SS_S(1)) : 0,
            };
            set_registering(&spec.ua, &g->registering);
        } else if (spec.role == SN_ROLE_PROXY) {
            spec.proxy = proxy_of(r, m, g);
        } else if (spec.role == SN_ROLE_TAP) {
            set_tap(&spec, m, g);
        } else if (spec.role == SN_ROLE_DNS) {
            spec.dns.has_own = g->records.count > 0;
        }
        sn_added(r, sn_plan_add_group(r->plan, &spec));
    }
}

/* What the callers of an entry do while a call lasts is a behaviour of theirs, with one choice: its index + 1; 0: nothing. */
static uint32_t add_callers(sn_reading *r, const sn_calls_entry *c)
{
    const sn_row update = { .op = SN_OP_UPDATE, .after = c->update.dist };
    if (c->after.count == 0 && !c->update.is_set) {
        return 0;
    }
    const uint32_t behaviour = sn_added(r, sn_plan_add_behaviour(r->plan, c->name.text));
    sn_added(r, sn_plan_add_choice(r->plan, 1));
    add_after(r, &c->after);
    if (c->update.is_set) {
        sn_added(r, sn_plan_add_row(r->plan, &update));
    }
    return behaviour + 1;
}

static sn_part part_of(const sn_selector *s)
{
    return s->indexed && !s->all ? (sn_part){ s->from, s->to - s->from + 1 } : (sn_part){ 0 };
}

static void add_calls(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->calls_count; i++) {
        const sn_calls_entry *c = &m->calls[i];
        const sn_call_spec spec = {
            .name = c->name.text,
            .from = c->from.group.index,
            .to = c->to.group.index,
            .from_part = part_of(&c->from),
            .to_part = part_of(&c->to),
            .pick = (sn_pick)c->pick,
            .poisson = c->rate.poisson,
            .interval = c->rate.interval,
            .start = c->during.from,
            .end = c->during.to,
            .limit = c->limit,
            .hold = c->hold,
            .hangup_caller = (uint32_t)(c->hangup.caller / 100000),
            .hangup_callee = 1000000u - (uint32_t)(c->hangup.caller / 100000),
            .no_answer =
                c->no_answer.is_set ? c->no_answer.dist : (sn_dist){ .kind = SN_DIST_CONST },
            .retries = (uint8_t)c->retries,
            .media = (uint8_t)c->media,
            .is_late = c->offer == 1,
            .is_reliable = c->reliable,
            .session_s = (uint32_t)(c->session / SS_S(1)),
            .account = (uint8_t)c->login.account,
            .behaviour = add_callers(r, c),
        };
        sn_added(r, sn_plan_add_calls(r->plan, &spec));
    }
}

/* ---- expects ---- */

static void add_expects(sn_reading *r, const sn_model *m)
{
    static const char *const compares[] = { "<", "<=", "==", "!=", ">=", ">" };
    for (uint32_t i = 0; i < m->expect_count; i++) {
        const sn_expect_entry *e = &m->expects[i];
        sn_metric_info info = { 0 };
        sn_text t = { .hoard = &r->hoard };
        sn_metric_info_at(e->metric, &info);
        sn_text_put_str(&t, info.name);
        sn_text_put_str(&t, " ");
        sn_text_put_str(&t, compares[e->compare]);
        sn_text_put_str(&t, " ");
        if (info.unit == SN_UNIT_TIME) {
            sn_quantity_put_time(&t, e->bound);
        } else if (info.unit == SN_UNIT_RATIO) {
            sn_quantity_put_percent(&t, e->bound * 100000);
        } else {
            sn_text_put_u64(&t, e->bound);
        }
        const sn_expect expect = {
            .metric = e->metric,
            .source = e->calls.text == NULL ? SN_NOBODY : e->calls.index,
            .from = e->window.from,
            .to = e->window.to == 0 ? SS_TIME_NEVER : e->window.to,
            .compare = e->compare,
            .bound = e->bound,
            .text = sn_hoard_text(&r->hoard, (ss_slice){ t.at, t.len }),
            .line = sn_place_line(r, e->item->place),
        };
        sn_added(r, sn_plan_add_expect(r->plan, &expect));
    }
    for (uint32_t i = 0; i < m->reached_count; i++) {
        sn_added(r, sn_plan_add_reached(r->plan,
                                        (sn_reached){ m->reached[i].reach, m->reached[i].line }));
    }
}

/* ---- the story ---- */

static const sn_op op_of[] = {
    [SN_VERB_CALL] = SN_OP_CALL,
    [SN_VERB_SEND] = SN_OP_PROGRESS,
    [SN_VERB_ANSWER] = SN_OP_ANSWER,
    [SN_VERB_REJECT] = SN_OP_REJECT,
    [SN_VERB_CANCEL] = SN_OP_CANCEL,
    [SN_VERB_BYE] = SN_OP_BYE,
    [SN_VERB_HANGUP] = SN_OP_HANGUP,
    [SN_VERB_REGISTER] = SN_OP_REGISTER,
    [SN_VERB_UNREGISTER] = SN_OP_UNREGISTER,
    [SN_VERB_QUERY] = SN_OP_QUERY,
    [SN_VERB_REPLAY] = SN_OP_REPLAY,
    [SN_VERB_REDIRECT] = SN_OP_REDIRECT,
    [SN_VERB_SUBSCRIBE] = SN_OP_SUBSCRIBE,
    [SN_VERB_UNSUBSCRIBE] = SN_OP_UNSUBSCRIBE,
    [SN_VERB_NOTIFY] = SN_OP_NOTIFY,
    [SN_VERB_PUBLISH] = SN_OP_PUBLISH,
    [SN_VERB_MESSAGE] = SN_OP_MESSAGE,
    [SN_VERB_INFO] = SN_OP_INFO,
    [SN_VERB_REFER] = SN_OP_REFER,
    [SN_VERB_TRANSFER] = SN_OP_TRANSFER,
    [SN_VERB_OPTIONS] = SN_OP_OPTIONS,
    [SN_VERB_RESET] = SN_OP_RESET,
    [SN_VERB_CLOSE] = SN_OP_CLOSE,
    [SN_VERB_MUTE] = SN_OP_MUTE,
    [SN_VERB_HOLD] = SN_OP_HOLD,
    [SN_VERB_RESUME] = SN_OP_RESUME,
    [SN_VERB_UPDATE] = SN_OP_UPDATE,
    [SN_VERB_REINVITE] = SN_OP_REINVITE,
    [SN_VERB_PRACK] = SN_OP_PRACK,
    [SN_VERB_CRASH] = SN_OP_CRASH,
};

/* In the order of their words in story.c, from 1. */
static uint8_t flags_of(const sn_story_entry *e)
{
    static const uint8_t bodies[] = { 0, SN_ROW_OFFER, SN_ROW_ANSWER };
    return (uint8_t)(bodies[e->says] | (e->reliable ? SN_ROW_RELIABLE : 0) |
                     (e->offer != 0 ? SN_ROW_NO_OFFER : 0) | (e->by == 1 ? SN_ROW_BY_UPDATE : 0));
}

static bool ends_connections(const sn_story_entry *e)
{
    return e->verb == SN_VERB_RESET || e->verb == SN_VERB_CLOSE || e->verb == SN_VERB_MUTE;
}

/* An act is a check too: that it could be done. */
static void add_act_check(sn_reading *r, const sn_story_entry *e, const sn_act *act)
{
    sn_check check = { .is_act = true,
                       .has_at = true,
                       .at = act->at,
                       .call = act->call,
                       .line = act->line,
                       .nearest = SS_TIME_NEVER };
    char status[8] = "";
    if (act->row.op == SN_OP_PROGRESS || act->row.op == SN_OP_REJECT) {
        snprintf(status, sizeof status, " %u", (unsigned)act->row.status);
    }
    const bool ends = ends_connections(e);
    const char *label = ends ? e->target.group.text : e->label.text == NULL ? "" : e->label.text;
    snprintf(check.text, sizeof check.text, "%.32s: %s%s%s%.32s", e->who.group.text,
             sn_verb_word(e->verb), status,
             ends             ? " "
             : *label == '\0' ? ""
                              : " in ",
             label);
    sn_added(r, sn_plan_add_check(r->plan, &check, act->group, act->index));
}

static void add_event_row(sn_reading *r, const sn_story_entry *e, sn_act *act)
{
    const bool has_event =
        e->verb == SN_VERB_SUBSCRIBE || e->verb == SN_VERB_NOTIFY || e->verb == SN_VERB_PUBLISH;
    act->row.target = e->target.group.index;
    act->target_index = e->target.from;
    act->row.value = (uint32_t)(e->expires / SS_S(1));
    act->row.status = e->closed ? 0 : 1;
    act->row.other = e->other;
    act->row.name = has_event ? sn_event_words[e->event] : sn_kept_text(r, e->package);
    act->row.text = sn_kept_text(r, e->text);
}

static void add_act(sn_reading *r, const sn_story_entry *e)
{
    sn_act act = {
        .at = e->at,
        .group = e->who.group.index,
        .index = e->who.from,
        .call = e->call,
        .line = sn_place_line(r, e->item->place),
        .row = { .op = op_of[e->verb], .flags = flags_of(e), .media = (uint8_t)e->media },
    };
    if (e->verb == SN_VERB_CALL || e->verb == SN_VERB_REDIRECT || ends_connections(e)) {
        act.row.status = e->verb == SN_VERB_REDIRECT ? 302 : 0;
        act.row.value = (uint32_t)(e->session / SS_S(1));
        act.row.other = e->login.account;
        act.row.target = e->target.group.index;
        act.target_index = e->target.from;
    } else if (e->verb == SN_VERB_UNREGISTER) {
        act.row.value = 1; /* all */
    } else if (e->verb == SN_VERB_SEND || e->verb == SN_VERB_REJECT) {
        act.row.status = (uint16_t)e->status;
        act.row.value = (uint32_t)(e->retry_after / SS_S(1));
    } else if (e->verb == SN_VERB_ANSWER) {
        act.row.status = 200;
    } else if (e->verb == SN_VERB_REGISTER && e->expires == 0) {
        act.row.op = SN_OP_UNREGISTER;
    } else if (e->verb == SN_VERB_REGISTER) {
        act.row.value = (uint32_t)(e->expires / SS_S(1));
        act.row.text = sn_kept_text(r, e->contacts);
    } else if (e->verb == SN_VERB_REPLAY) {
        act.row.value = (uint32_t)e->method;
    }
    if (e->verb >= SN_VERB_SUBSCRIBE) {
        add_event_row(r, e, &act);
    }
    if (e->verb == SN_VERB_CRASH) {
        act.row.after = (sn_dist){ .kind = SN_DIST_CONST, .a = e->crash.span };
        act.row.flags |= e->crash.memory == 1 ? SN_ROW_KEEPS : 0;
    }
    sn_added(r, sn_plan_add_act(r->plan, &act));
    if (act.call != 0 || ends_connections(e) || e->contacts != NULL || e->verb == SN_VERB_QUERY ||
        e->verb >= SN_VERB_REPLAY) {
        add_act_check(r, e, &act);
    }
}

static const char *method_name(unsigned method)
{
    static const char *const names[SS_METHOD_COUNT] = { "a method",
#define METHOD_NAME(name) #name,
                                                        SS_METHOD_LIST(METHOD_NAME) };
    return names[method];
}

static void check_text(const sn_story_entry *e, const sn_message_entry *message, char *text,
                       size_t size)
{
    char status[8];
    const char *label = e->label.text == NULL ? "" : e->label.text;
    snprintf(status, sizeof status, "%u", (unsigned)message->status);
    snprintf(text, size, "%s%.32s %s %s%s%s%s%.20s", e->never ? "never: " : "",
             e->has_who ? e->who.group.text : "any node", sn_verb_word(e->verb),
             message->status != 0 ? status : method_name(message->method),
             e->cseq != SS_METHOD_COUNT ? " to " : "",
             e->cseq != SS_METHOD_COUNT ? method_name(e->cseq) : "", *label == '\0' ? "" : " in ",
             label);
}

static void add_checks(sn_reading *r, const sn_story_entry *e)
{
    for (uint32_t i = 0; i < e->message_count; i++) {
        const sn_message_entry *message = &e->messages[i];
        const bool has_cseq = e->cseq != SS_METHOD_COUNT;
        sn_check check = {
            .never = e->never,
            .has_at = e->has_at,
            .at = e->at,
            .node = SN_NOBODY,
            .receives = e->verb == SN_VERB_RECEIVES,
            .is_request = message->status == 0,
            .method = (uint8_t)(message->status == 0 ? (unsigned)message->method
                                : has_cseq           ? e->cseq
                                                     : 0),
            .has_cseq = has_cseq,
            .status = (uint16_t)message->status,
            .call = e->call,
            .line = sn_place_line(r, e->item->place),
            .nearest = SS_TIME_NEVER,
        };
        check_text(e, message, check.text, sizeof check.text);
        sn_added(r, sn_plan_add_check(r->plan, &check, e->has_who ? e->who.group.index : SN_NOBODY,
                                      e->who.from));
    }
}

static void add_story(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->story_count; i++) {
        const sn_story_entry *e = &m->story[i];
        if (e->verb < SN_VERB_SENDS) {
            add_act(r, e);
        } else {
            add_checks(r, e);
        }
    }
}

sn_plan *sn_model_plan(sn_reading *r, const sn_model *m)
{
    const char *why = NULL;
    sn_plan *plan = sn_plan_new();
    r->plan = plan;
    sn_added(r, plan == NULL ? UINT32_MAX : 0);
    plan->nodes_max = r->nodes_max != 0 ? r->nodes_max : plan->nodes_max;
    plan->calls_max = r->calls_max != 0 ? r->calls_max : plan->calls_max;
    sn_plan_set_name(plan, m->name);
    plan->seed = m->seed;
    plan->order = (sn_order)m->order.mode;
    plan->order_seed = m->order.seed;
    plan->epoch_s = m->epoch_s;
    plan->duration = m->duration;
    plan->drain = m->drain;
    add_links(r, m);
    add_behaviours(r, m);
    add_groups(r, m);
    sn_dns_build(r, m);
    sn_events_build(r, m);
    sn_faults_build(r, m);
    add_calls(r, m);
    add_expects(r, m);
    add_story(r, m);
    if (r->mistake_count > 0) {
        return NULL;
    }
    const ss_status status = sn_plan_finish(plan, &why);
    sn_added(r, status == SS_ERR_MEMORY ? UINT32_MAX : 0);
    if (status != SS_OK) {
        sn_wrong(r, m->item->place, NULL, "the scenario cannot be run: %s",
                 why == NULL ? ss_status_text(status) : why);
        return NULL;
    }
    return plan;
}
