/* What a user agent notifies of, takes, publishes at and subscribes to: `events`, `info`, `compositor`, `subscribe` of a node. */
#include "model.h"

#include <string.h>

/* ---- events: [presence, dialog] ---- */

static const char *const of_user_agents[] = { "presence", "dialog", NULL };

static void read_event(sn_reading *r, const sn_item *value, unsigned *events)
{
    unsigned word = 0;
    if (sn_value_word(r, value, of_user_agents, &word)) {
        if ((*events & 1u << word) != 0) {
            sn_wrong(r, value->place, NULL, "'%s' is there twice", of_user_agents[word]);
        }
        *events |= 1u << word;
    }
}

static void read_events(sn_reading *r, const sn_item *value, void *at)
{
    unsigned *events = at;
    *events = 0;
    if (sn_value_is_none(value)) {
        return;
    }
    if (value->kind != SN_ITEM_LIST) {
        read_event(r, value, events);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_event(r, value->pairs[i].value, events);
    }
}

static bool write_events(sn_text *t, const void *at)
{
    const unsigned events = *(const unsigned *)at;
    bool any = false;
    sn_text_put_str(t, events == 0 ? "none" : "[");
    for (unsigned i = 0; of_user_agents[i] != NULL; i++) {
        if ((events & 1u << i) != 0) {
            sn_text_put_str(t, any ? ", " : "");
            sn_text_put_str(t, of_user_agents[i]);
            any = true;
        }
    }
    sn_text_put_str(t, events == 0 ? "" : "]");
    return true;
}

const sn_codec sn_events_codec = { read_events, write_events };

/* ---- info: [dtmf] ---- */

/* A token, as Recv-Info has them. */
static bool is_token(const char *text)
{
    static const char marks[] = "-.!%*_+`'~";
    for (const char *c = text; *c != '\0'; c++) {
        const bool is_letter =
            (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (!is_letter && strchr(marks, *c) == NULL) {
            return false;
        }
    }
    return *text != '\0';
}

static void read_package(sn_reading *r, const sn_item *value, sn_group_entry *g)
{
    const char *name = NULL;
    if (!sn_value_text(r, value, 64, &name)) {
        return;
    }
    if (!is_token(name)) {
        sn_wrong(r, value->place, NULL, "'%s' is no name of an info package: a token",
                 sn_shown(r, ss_slice_from(name)));
        return;
    }
    g->info = sn_hoard_grow(&r->hoard, g->info, g->info_count, sizeof(*g->info));
    g->info[g->info_count++] = name;
}

static void read_info(sn_reading *r, const sn_item *value, void *at)
{
    sn_group_entry *g = at;
    g->knows_info = !sn_value_is_none(value);
    if (!g->knows_info) {
        return;
    }
    if (value->kind != SN_ITEM_LIST) {
        read_package(r, value, at);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_package(r, value->pairs[i].value, at);
    }
}

static bool write_info(sn_text *t, const void *at)
{
    const sn_group_entry *g = at;
    sn_text_put_str(t, g->knows_info ? "[" : "none");
    for (uint32_t i = 0; i < g->info_count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        sn_put_quoted(t, g->info[i]);
    }
    sn_text_put_str(t, g->knows_info ? "]" : "");
    return true;
}

const sn_codec sn_info_codec = { read_info, write_info };

/* ---- subscribe: {to: bob, event: presence, expires: 60s, at: 0s} ---- */

#define AT(member) .offset = offsetof(struct sn_watch_entry, member)

static const sn_field watch_fields[] = {
    { .key = "to",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(to),
      .codec = &sn_whole_group_codec },
    { .key = "event", .kind = SN_VALUE_WORD, AT(event), .words = sn_event_words },
    { .key = "expires",
      .kind = SN_VALUE_TIME,
      AT(expires),
      .min = SS_S(1),
      .max = UINT64_C(4294967295) * SS_S(1) },
    { .key = "at", .kind = SN_VALUE_DIST, AT(at), .max = SN_TIME_MAX },
};
static const sn_fields watch_table = { "subscribe", watch_fields, SS_COUNT(watch_fields), NULL };

static void read_watch(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_watch_entry *watch = at;
    if (sn_value_is_none(value)) {
        return;
    }
    watch->expires = SS_S(3600);
    if (sn_fields_read(r, &watch_table, 0, value, watch) && watch->expires % SS_S(1) != 0) {
        sn_wrong(r, sn_item_place(value, "expires"), NULL,
                 "expires is in whole seconds: RFC 3261 20.19");
    }
}

static bool write_watch(sn_text *t, const void *at)
{
    const struct sn_watch_entry *watch = at;
    if (watch->to.text == NULL) {
        sn_text_put_str(t, "none");
    } else {
        sn_fields_write(t, &watch_table, 0, watch);
    }
    return true;
}

const sn_codec sn_watch_codec = { read_watch, write_watch };

/* ---- what needs the whole model ---- */

static void resolve_compositor(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    sn_group_entry *at = sn_group_find(r, m, &g->compositor, "node");
    if (at == NULL) {
        g->compositor.text = NULL;
    } else if (sn_group_lacks(at, SN_IS_UA)) {
        sn_wrong(r, g->compositor.place, NULL, "'%s' is no ua, which a compositor is",
                 at->name.text);
    } else if (sn_group_size(at) > 1) {
        sn_wrong(r, g->compositor.place, NULL, "'%s' is %u nodes: one compositor, please",
                 at->name.text, (unsigned)at->count);
    } else if (at == g) {
        sn_wrong(r, g->compositor.place, NULL, "'%s' cannot be its own compositor", g->name.text);
    } else {
        at->is_compositor = true;
    }
}

void sn_events_resolve(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    if (g->min_expires % SS_S(1) != 0) {
        sn_wrong(r, sn_item_place(g->item, "min_expires"), NULL,
                 "min_expires is in whole seconds: RFC 3261 20.23");
    }
    if (g->compositor.text != NULL) {
        resolve_compositor(r, m, g);
    }
    if (g->watch.to.text == NULL) {
        return;
    }
    const sn_group_entry *to = sn_group_find(r, m, &g->watch.to, "node");
    if (to != NULL && sn_group_lacks(to, SN_IS_UA)) {
        sn_wrong(r, g->watch.to.place, NULL, "'%s' is no ua: nothing to subscribe to",
                 to->name.text);
    }
}
