/* events: what changes at an instant: nodes that are down or silent for a while, links that are otherwise, records of the DNS that
 * come and go. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* ---- is: down, silent, failing, clogged ---- */

enum { IS_NOTHING, IS_DOWN, IS_SILENT, IS_FAILING, IS_CLOGGED };
static const char *const is_words[] = { "down", "silent", "failing", "clogged", NULL };

static void read_is(sn_reading *r, const sn_item *value, void *at)
{
    unsigned word = 0;
    if (sn_value_word(r, value, is_words, &word)) {
        *(unsigned *)at = word + 1;
    }
}

static bool write_is(sn_text *t, const void *at)
{
    const unsigned is = *(const unsigned *)at;
    if (is != IS_NOTHING) {
        sn_text_put_str(t, is_words[is - 1]);
    }
    return is != IS_NOTHING;
}

static const sn_codec is_codec = { read_is, write_is };

/* ---- dir: both, up, down; set: {delay: 300ms, loss: 20%} ---- */

static const char *const dir_words[] = { "both", "up", "down", NULL };

static void read_set(sn_reading *r, const sn_item *value, void *at)
{
    if (value->kind != SN_ITEM_MAP || value->count == 0) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: keys of a link and what they are set to, as {loss: 20%%}");
        return;
    }
    ((sn_set_entry *)at)->item = value; /* laid over the kind of the link once that is known */
}

static bool write_set(sn_text *t, const void *at)
{
    const sn_set_entry *set = at;
    if (set->item != NULL) {
        sn_link_write_keys(t, set->item, set->of_down ? &set->down : &set->up);
    }
    return set->item != NULL;
}

static const sn_codec set_codec = { read_set, write_set };

/* ---- partition: "phone[0..4] -> p1"; ways: both, one ---- */

static const char *const ways_words[] = { "both", "one", NULL };

static void read_partition(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_partition_entry *partition = at;
    partition->is_set = true;
    sn_path_codec.read(r, value, &partition->path);
}

static bool write_partition(sn_text *t, const void *at)
{
    const struct sn_partition_entry *partition = at;
    return partition->is_set && sn_path_codec.write(t, &partition->path);
}

static const sn_codec rift_codec = { read_partition, write_partition };

/* ---- an event ---- */

#define EVENT(member) .offset = offsetof(sn_event_entry, member)

static const sn_field event_fields[] = {
    { .key = "at", .kind = SN_VALUE_TIME, .flags = SN_REQUIRED, EVENT(at), .max = SN_TIME_MAX },
    { .key = "for",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      EVENT(span),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "every",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      EVENT(every),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "times", .kind = SN_VALUE_COUNT, EVENT(times), .min = 1, .max = SN_EVENT_TIMES_MAX },
    { .key = "node", .kind = SN_VALUE_SPECIAL, EVENT(node), .codec = &sn_selector_codec },
    { .key = "link", .kind = SN_VALUE_SPECIAL, EVENT(link), .codec = &sn_selector_codec },
    { .key = "dir", .kind = SN_VALUE_WORD, EVENT(dir), .words = dir_words },
    { .key = "partition", .kind = SN_VALUE_SPECIAL, EVENT(partition), .codec = &rift_codec },
    { .key = "ways", .kind = SN_VALUE_WORD, EVENT(ways), .words = ways_words },
    { .key = "is", .kind = SN_VALUE_SPECIAL, EVENT(is), .codec = &is_codec },
    { .key = "set", .kind = SN_VALUE_SPECIAL, EVENT(set), .codec = &set_codec },
    { .key = "ramp", .kind = SN_VALUE_SPECIAL, EVENT(ramp), .codec = &sn_codec_ramp },
    { .key = "walk", .kind = SN_VALUE_SPECIAL, EVENT(walk), .codec = &sn_codec_walk },
    { .key = "flap", .kind = SN_VALUE_SPECIAL, EVENT(flap), .codec = &sn_codec_flap },
    { .key = "remove", .kind = SN_VALUE_SPECIAL, EVENT(removed), .codec = &sn_removed_codec },
    { .key = "add", .kind = SN_VALUE_SPECIAL, EVENT(added), .codec = &sn_records_codec },
};
static const sn_fields event_table = { "an event", event_fields, SS_COUNT(event_fields), NULL };

/* Keys that say what an event is of, so that others are out of place. */
typedef enum event_of { OF_NOTHING, OF_NODE, OF_LINK, OF_ZONE, OF_PARTITION } event_of;

static event_of what_of(const sn_event_entry *e)
{
    return e->node.group.text != NULL                   ? OF_NODE
           : e->link.group.text != NULL                 ? OF_LINK
           : e->partition.is_set                        ? OF_PARTITION
           : e->removed.count > 0 || e->added.count > 0 ? OF_ZONE
                                                        : OF_NOTHING;
}

/* The first key of the list that is there. */
static const sn_pair *first_of(const sn_item *item, const char *const *keys)
{
    const sn_pair *pair = NULL;
    for (unsigned i = 0; keys[i] != NULL && pair == NULL; i++) {
        pair = sn_item_pair(item, keys[i]);
    }
    return pair;
}

static void judge_keys(sn_reading *r, const sn_event_entry *e, event_of of)
{
    static const char *const odd[][14] = {
        [OF_NODE] = { "link", "dir", "set", "ramp", "walk", "flap", "every", "times", "remove",
                      "add", "partition", "ways", NULL },
        [OF_LINK] = { "node", "remove", "add", "partition", "ways", NULL },
        [OF_ZONE] = { "node", "link", "dir", "is", "set", "ramp", "walk", "flap", "for", "every",
                      "times", "ways", NULL },
        [OF_PARTITION] = { "node", "link", "dir", "is", "set", "ramp", "walk", "flap", "remove",
                           "add", NULL },
    };
    static const char *const words[] = { [OF_NODE] = "a node",
                                         [OF_LINK] = "a link",
                                         [OF_ZONE] = "records",
                                         [OF_PARTITION] = "a partition" };
    const sn_pair *pair = first_of(e->item, odd[of]);
    if (pair != NULL) {
        sn_wrong(r, pair->key->place, NULL, "'%s' does not go with an event of %s",
                 sn_shown(r, pair->key->text), words[of]);
    }
}

static void judge_times(sn_reading *r, const sn_event_entry *e)
{
    if (e->every != 0 && (e->span == 0 || e->span > e->every)) {
        sn_wrong(r, sn_item_place(e->item, "every"), NULL, "'every' is at least as long as 'for'");
    } else if (e->times != 1 && e->every == 0) {
        sn_wrong(r, sn_item_place(e->item, "times"), NULL, "'times' goes with 'every'");
    }
}

static void judge_link_event(sn_reading *r, const sn_event_entry *e)
{
    const int sets = (e->set.item != NULL) + (e->ramp.item != NULL) + (e->walk.item != NULL);
    if (sets + (e->is != IS_NOTHING) != 1) {
        sn_wrong(r, e->item->place, NULL,
                 "an event of a link has one of 'is', 'set', 'ramp' and 'walk'");
    } else if (e->flap.is_set && e->is == IS_NOTHING) {
        sn_wrong(r, sn_item_place(e->item, "flap"), NULL,
                 "'flap' goes with what the link 'is' meanwhile: down or clogged");
    } else if (e->is == IS_SILENT || e->is == IS_FAILING) {
        sn_wrong(r, sn_item_place(e->item, "is"), NULL, "a link is down or clogged, not %s",
                 is_words[e->is - 1]);
    } else if (e->is == IS_CLOGGED && e->span == 0 && !e->flap.is_set) {
        sn_wrong(r, e->item->place, NULL,
                 "what waits for a clogged link must leave some time: 'for' is missing");
    } else {
        judge_times(r, e);
    }
}

static void judge_event(sn_reading *r, const sn_event_entry *e)
{
    const event_of of = what_of(e);
    if (of == OF_NOTHING) {
        sn_wrong(
            r, e->item->place, NULL,
            "what happens is missing: an event is of a 'node', of a 'link', a 'partition', or has "
            "'add' and 'remove'");
        return;
    }
    judge_keys(r, e, of);
    if (of == OF_NODE && (e->is == IS_NOTHING || e->is == IS_CLOGGED)) {
        sn_wrong(r, e->item->place, NULL,
                 "an event of a node says what it 'is': down, silent or failing");
    } else if (of == OF_LINK) {
        judge_link_event(r, e);
    } else if (of == OF_PARTITION) {
        judge_times(r, e);
    }
}

void sn_events_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_model *m = model;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: events is a list");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        const uint64_t before = r->mistake_count;
        sn_event_entry e = { .item = item, .times = 1 };
        if (sn_fields_read(r, &event_table, 0, item, &e) && r->mistake_count == before) {
            judge_event(r, &e);
        }
        m->events = sn_hoard_grow(&r->hoard, m->events, m->event_count, sizeof(*m->events));
        m->events[m->event_count++] = e;
    }
}

/* Only what an event of its kind may say. */
void sn_events_write(sn_text *t, const sn_model *m)
{
    static const unsigned of_link = 1u << 6, of_ways = 1u << 8, of_times = 1u << 2 | 1u << 3;
    for (uint32_t i = 0; i < m->event_count; i++) {
        const sn_event_entry *e = &m->events[i];
        const event_of of = what_of(e);
        sn_field fields[SS_COUNT(event_fields)];
        size_t count = 0;
        for (unsigned f = 0; f < SS_COUNT(event_fields); f++) {
            const unsigned out = (of != OF_LINK ? of_link : 0u) |
                                 (of != OF_PARTITION ? of_ways : 0u) |
                                 (of != OF_LINK && of != OF_PARTITION ? of_times : 0u);
            const bool left_out = (out >> f & 1u) != 0 || (of == OF_ZONE && f == 1);
            if (!left_out) {
                fields[count++] = event_fields[f];
            }
        }
        const sn_fields table = { "an event", fields, count, NULL };
        sn_text_put_str(t, i == 0 ? "events:\n  - " : "  - ");
        sn_fields_write(t, &table, 0, e);
        sn_text_put_str(t, "\n");
    }
}

/* ---- what names mean ---- */

static int by_time(const void *left, const void *right)
{
    const sn_event_entry *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return a->item->place.offset < b->item->place.offset ? -1 : 1;
}

/* The uplinks of nodes and routers; the parameters are those of their kind with the new ones over them. */
static void resolve_link(sn_reading *r, sn_model *m, sn_event_entry *e)
{
    const sn_group_entry *g = sn_group_find(r, m, &e->link.group, "node, site or router");
    if (g == NULL) {
        return;
    }
    if (g->link.text == NULL) {
        sn_wrong(r, e->link.group.place, NULL, "'%s' is the root: it has no link upwards",
                 g->name.text);
    } else if (!sn_selector_fits(r, &e->link, g) || g->link.index >= m->link_count) {
        return; /* that was said */
    } else if (e->ramp.item != NULL || e->walk.item != NULL) {
        sn_way_resolve(r, &m->links[g->link.index], e->dir,
                       e->ramp.item != NULL ? &e->ramp : &e->walk);
    } else if (e->set.item != NULL) {
        e->set.of_down = e->dir == SN_DIR_DOWN;
        e->set.up = m->links[g->link.index].up;
        e->set.down = m->links[g->link.index].down;
        sn_link_set(r, e->set.item, e->dir == SN_DIR_DOWN ? NULL : &e->set.up,
                    e->dir == SN_DIR_UP ? NULL : &e->set.down);
    }
}

void sn_events_resolve_all(sn_reading *r, sn_model *m)
{
    if (m->event_count > 1) {
        qsort(m->events, m->event_count, sizeof(*m->events), by_time);
    }
    for (uint32_t i = 0; i < m->event_count; i++) {
        sn_event_entry *e = &m->events[i];
        if (e->link.group.text != NULL) {
            resolve_link(r, m, e);
        } else if (e->partition.is_set) {
            sn_path_resolve(r, m, &e->partition.path);
        } else if (e->node.group.text != NULL && e->is != IS_NOTHING && e->is != IS_CLOGGED) {
            sn_judge_single(r, m, &e->node,
                            e->is == IS_DOWN ? SN_IS_UA | SN_IS_PROXY | SN_IS_DNS : SN_IS_DNS,
                            e->is == IS_DOWN ? "is a router: its nodes go down one by one"
                                             : "is no DNS server");
        }
    }
}

/* ---- to the plan ---- */

static ss_time end_of(ss_time from, ss_span span)
{
    return span == 0 ? SS_TIME_NEVER : ss_time_after(from, span);
}

static void add_spell(sn_reading *r, const sn_event_entry *e)
{
    static const sn_spell_kind kinds[] = { SN_SPELL_DOWN, SN_SPELL_DOWN, SN_SPELL_SILENT,
                                           SN_SPELL_FAILING, SN_SPELL_DOWN };
    const sn_spell spell = { .kind = kinds[e->is],
                             .group = e->node.group.index,
                             .index = e->node.from,
                             .from = e->at,
                             .until = end_of(e->at, e->span) };
    sn_added(r, sn_plan_add_spell(r->plan, &spell));
}

static void add_changes(sn_reading *r, const sn_model *m, const sn_event_entry *e)
{
    static const unsigned dirs[] = { SN_LINK_UP | SN_LINK_DOWN, SN_LINK_UP, SN_LINK_DOWN };
    sn_link_change change = { .of = sn_selector_range(m, &e->link),
                              .dirs = dirs[e->dir],
                              .kind = e->is == IS_DOWN      ? SN_CHANGE_DOWN
                                      : e->is == IS_CLOGGED ? SN_CHANGE_CLOGGED
                                                            : SN_CHANGE_SET,
                              .up = e->set.up,
                              .down = e->set.down };
    if (e->ramp.item != NULL) {
        change.course = sn_way_course(r, &e->ramp, SN_COURSE_RAMP);
    } else if (e->walk.item != NULL) {
        change.course = sn_way_course(r, &e->walk, SN_COURSE_WALK);
    } else if (e->flap.is_set) {
        change.course =
            (sn_course){ .kind = SN_COURSE_FLAP, .rest = e->flap.up, .spell = e->flap.down };
    }
    for (uint32_t k = 0; k < e->times; k++) {
        change.since = e->at + k * e->every;
        change.until = end_of(change.since, e->span);
        sn_added(r, sn_plan_add_change(r->plan, &change));
    }
}

static void add_rifts(sn_reading *r, const sn_model *m, const sn_event_entry *e)
{
    sn_rift rift = { .from = sn_selector_range(m, &e->partition.path.from),
                     .to = sn_selector_range(m, &e->partition.path.to),
                     .is_mutual = e->ways == 0 };
    for (uint32_t k = 0; k < e->times; k++) {
        rift.since = e->at + k * e->every;
        rift.until = end_of(rift.since, e->span);
        sn_added(r, sn_plan_add_rift(r->plan, &rift));
    }
}

void sn_events_build(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->event_count; i++) {
        const sn_event_entry *e = &m->events[i];
        if (e->node.group.text != NULL) {
            add_spell(r, e);
        } else if (e->link.group.text != NULL) {
            add_changes(r, m, e);
        } else if (e->partition.is_set) {
            add_rifts(r, m, e);
        }
    }
}

const sn_fields *sn_events_fields(void)
{
    return &event_table;
}
