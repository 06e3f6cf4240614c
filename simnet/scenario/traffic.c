/* Calls and expects against the rest: who they are between, when, and how many they can become. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 20000000u
enum { ENTRIES_MAX = 1000, ROUTERS_UP = 64 };

static const sn_group_entry *top_of(const sn_model *m, const sn_group_entry *g)
{
    for (unsigned i = 0; i < ROUTERS_UP && g->via.text != NULL && g->via.index < m->group_count;
         i++) {
        g = &m->groups[g->via.index];
    }
    return g;
}

static const sn_group_entry *find_end(sn_reading *r, sn_model *m, sn_selector *s)
{
    const sn_group_entry *g = sn_group_find(r, m, &s->group, "node");
    return g != NULL && sn_selector_fits(r, s, g) ? g : NULL;
}

/* One that is called alone, by itself in its turn. */
static bool calls_itself(const sn_model *m, const sn_calls_entry *c)
{
    const sn_node_range from = sn_selector_range(m, &c->from), to = sn_selector_range(m, &c->to);
    return from.group == to.group && to.first == to.last && to.first >= from.first &&
           to.first <= from.last;
}

/* By nobody's help: to the address of whom it calls. */
static bool goes_straight(const sn_group_entry *g)
{
    return g->outbound.text == NULL && g->outbound_host == NULL && !g->by_dns;
}

static void judge_ends(sn_reading *r, sn_model *m, sn_calls_entry *c)
{
    const sn_group_entry *from = find_end(r, m, &c->from), *to = find_end(r, m, &c->to);
    if (from != NULL && sn_group_lacks(from, SN_IS_UA)) {
        sn_wrong(r, c->from.group.place, NULL, "'%s' is no ua: it makes no calls", from->name.text);
    }
    if (to != NULL && sn_group_lacks(to, SN_IS_UA)) {
        sn_wrong(r, c->to.group.place, NULL, "'%s' is no ua: it takes no calls", to->name.text);
    }
    if (from == NULL || to == NULL) {
        return;
    }
    sn_session_judge(r, from, c->item, c->reliable, c->session);
    sn_call_login_resolve(r, &m->groups[c->from.group.index], c->item, &c->login);
    if (calls_itself(m, c)) {
        sn_wrong(r, c->to.group.place, NULL, "'%s' is one node, and cannot call itself",
                 to->name.text);
    } else if (goes_straight(from) && !sn_ip_shares(from, to)) {
        sn_wrong(r, c->to.group.place, NULL,
                 "unreachable pair: '%s' and '%s' speak different versions of IP", from->name.text,
                 to->name.text);
    } else if (top_of(m, from) != top_of(m, to)) {
        sn_wrong(r, c->to.group.place, NULL,
                 "unreachable pair: '%s' is under router '%s', '%s' under router '%s'",
                 from->name.text, top_of(m, from)->name.text, to->name.text,
                 top_of(m, to)->name.text);
    }
}

static void judge_calls(sn_reading *r, sn_model *m, sn_calls_entry *c)
{
    judge_ends(r, m, c);
    if (c->during.to == 0) {
        c->during.to = m->duration;
    }
    if (c->during.to > m->duration) {
        sn_wrong(r, sn_item_place(c->item, "during"), NULL,
                 "during ends after the duration of the run");
        return;
    }
    if (c->during.to > SN_TIME_MAX) {
        return; /* the duration is wrong, and said to be */
    }
    const uint64_t most =
        c->rate.interval == 0 ? 0 : (c->during.to - c->during.from) / c->rate.interval;
    if (most > CALLS_MAX && (c->limit == 0 || c->limit > CALLS_MAX)) {
        sn_wrong(r, sn_item_place(c->item, "rate"), NULL, "out of range: %llu calls, more than %u",
                 (unsigned long long)most, CALLS_MAX);
    }
}

static void judge_names(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->calls_count; i++) {
        const sn_name *name = &m->calls[i].name;
        for (uint32_t k = 0; name->text != NULL && k < i; k++) {
            if (m->calls[k].name.text != NULL && strcmp(m->calls[k].name.text, name->text) == 0) {
                sn_wrong(r, name->place, NULL, "two entries of calls are named '%s'", name->text);
                break;
            }
        }
    }
}

static void judge_expect(sn_reading *r, sn_model *m, sn_expect_entry *e)
{
    if (e->window.to > m->duration) {
        sn_wrong(r, sn_item_place(e->item, "window"), NULL,
                 "the window ends after the duration of the run");
    }
    const char *known[ENTRIES_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; e->calls.text != NULL && i < m->calls_count; i++) {
        if (m->calls[i].name.text == NULL) {
            continue;
        }
        if (strcmp(m->calls[i].name.text, e->calls.text) == 0) {
            e->calls.index = i;
            return;
        }
        known[count++] = m->calls[i].name.text;
    }
    if (e->calls.text != NULL) {
        sn_wrong(r, e->calls.place, sn_nearest(r, ss_slice_from(e->calls.text), known, count),
                 "unknown calls '%s'", e->calls.text);
    }
}

static int by_reach(const void *left, const void *right)
{
    const sn_reached_entry *a = left, *b = right;
    if (a->reach != b->reach) {
        return a->reach < b->reach ? -1 : 1;
    }
    return a->line < b->line ? -1 : a->line > b->line;
}

static void sort_reached(sn_model *m)
{
    uint32_t kept = 0;
    if (m->reached_count > 1) {
        qsort(m->reached, m->reached_count, sizeof(*m->reached), by_reach);
    }
    for (uint32_t i = 0; i < m->reached_count; i++) {
        if (kept == 0 || m->reached[kept - 1].reach != m->reached[i].reach) {
            m->reached[kept++] = m->reached[i];
        }
    }
    m->reached_count = kept;
}

static void judge_redirects(sn_reading *r, sn_model *m, const sn_behaviour_entry *b)
{
    for (uint32_t i = 0; i < b->choice_count; i++) {
        sn_name *to = &b->choices[i].redirect;
        const sn_group_entry *g = to->text == NULL ? NULL : sn_group_find(r, m, to, "node");
        if (g != NULL && sn_group_lacks(g, SN_IS_UA)) {
            sn_wrong(r, to->place, NULL, "'%s' is no ua: nobody is called there", g->name.text);
        }
        sn_after_resolve(r, m, &b->choices[i].after);
    }
}

void sn_traffic_resolve(sn_reading *r, sn_model *m)
{
    if (m->calls_count > ENTRIES_MAX || m->expect_count > ENTRIES_MAX) {
        const char *section = m->calls_count > ENTRIES_MAX ? "calls" : "expect";
        sn_wrong(r, sn_item_place(m->item, section), NULL,
                 "out of range: more than %d entries of %s", ENTRIES_MAX, section);
        return;
    }
    for (uint32_t i = 0; i < m->calls_count; i++) {
        judge_calls(r, m, &m->calls[i]);
        sn_after_resolve(r, m, &m->calls[i].after);
    }
    judge_names(r, m);
    for (uint32_t i = 0; i < m->behaviour_count; i++) {
        judge_redirects(r, m, &m->behaviours[i]);
    }
    for (uint32_t i = 0; i < m->expect_count; i++) {
        judge_expect(r, m, &m->expects[i]);
    }
    sort_reached(m);
}
