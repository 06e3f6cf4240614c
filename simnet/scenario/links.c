/* links: kinds of links, each direction with what it does to packets, in netem's words where it has one. */
#include "impairments.h"

#include <string.h>

/* What has its place in the order of precedence, whatever the order of the file: see lay_over. */
static void read_elsewhere(sn_reading *r, const sn_item *value, void *at)
{
    (void)r;
    (void)value;
    (void)at;
}

static const sn_codec elsewhere_codec = { read_elsewhere, NULL };
/* In the order of sn_mtu_policy. */
static const char *const policy_words[] = { "icmp", "blackhole", "fragment", NULL };
_Static_assert(SN_MTU_FRAGMENT == 2, "a word for each");
/* In the order of sn_carries. */
static const char *const carries_words[] = { "both", "v4", "v6", NULL };
_Static_assert(SN_CARRIES_V6 == 2, "a word for each");
static const char *const compat_words[] = { "native", "netem", NULL };

#define AT(member) .offset = offsetof(sn_link_params, member)

/* The last two hold in a kind only. */
static const sn_field link_fields[] = {
    { .key = "delay", .kind = SN_VALUE_TIME, AT(delay), .max = SN_TIME_MAX },
    { .key = "jitter", .kind = SN_VALUE_SPECIAL, AT(jitter), .codec = &sn_codec_jitter },
    { .key = "delay_floor", .kind = SN_VALUE_TIME, AT(delay_floor), .min = 1, .max = SN_TIME_MAX },
    { .key = "keep_order", .kind = SN_VALUE_BOOL, AT(keep_order) },
    { .key = "loss", .kind = SN_VALUE_SPECIAL, AT(loss), .codec = &sn_codec_loss },
    { .key = "bad_delay", .kind = SN_VALUE_TIME, AT(bad_delay), .max = SN_TIME_MAX },
    { .key = "bad_rate",
      .kind = SN_VALUE_RATE,
      .flags = SN_OR_NONE,
      AT(bad_rate),
      .min = 1,
      .max = UINT64_C(1000000000000) },
    { .key = "corrupt", .kind = SN_VALUE_SPECIAL, AT(corrupt), .codec = &sn_codec_corrupt },
    { .key = "duplicate", .kind = SN_VALUE_SPECIAL, .codec = &sn_codec_duplicate },
    { .key = "reorder", .kind = SN_VALUE_SPECIAL, .codec = &sn_codec_reorder },
    { .key = "rate", .kind = SN_VALUE_SPECIAL, AT(rate), .codec = &sn_codec_rate },
    { .key = "queue", .kind = SN_VALUE_SPECIAL, AT(queue), .codec = &sn_codec_queue },
    { .key = "slot", .kind = SN_VALUE_SPECIAL, AT(slot), .codec = &sn_codec_slot },
    { .key = "mtu", .kind = SN_VALUE_BYTES, AT(mtu), .min = 68, .max = 65535 },
    { .key = "hidden_mtu",
      .kind = SN_VALUE_BYTES,
      .flags = SN_OR_NONE,
      AT(hidden_mtu),
      .min = SN_MTU_LEAST_BYTES,
      .max = 65535 },
    { .key = "mtu_policy", .kind = SN_VALUE_WORD, AT(mtu_policy), .words = policy_words },
    { .key = "tunnel", .kind = SN_VALUE_BYTES, AT(tunnel), .max = 1000 },
    { .key = "illegal", .kind = SN_VALUE_BOOL, AT(illegal) },
    { .key = "carries", .kind = SN_VALUE_WORD, AT(carries), .words = carries_words },
    { .key = "compat", .kind = SN_VALUE_WORD, AT(compat), .words = compat_words },
    { .key = "profile", .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &elsewhere_codec },
    { .key = "netem", .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &elsewhere_codec },
    { .key = "up", .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &elsewhere_codec },
    { .key = "down", .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &elsewhere_codec },
};
static const sn_fields link_table = { "link", link_fields, SS_COUNT(link_fields), NULL };
static const sn_fields direction_table = { "a direction of a link", link_fields,
                                           SS_COUNT(link_fields) - 2, NULL };

static void settle_floor(sn_reading *r, sn_link_params *p, const sn_item *own, const sn_item *both)
{
    if (p->delay_floor == SS_TIME_NEVER) {
        const ss_span quarter = p->compat == SN_COMPAT_NETEM ? 0 : p->delay / 4;
        p->delay_floor = quarter == 0 ? 1 : quarter;
    } else if (p->delay_floor > p->delay && p->delay_floor > 1) {
        const bool in_own =
            sn_item_pair(own, "delay_floor") != NULL || sn_item_pair(both, "delay_floor") == NULL;
        const sn_item *map = in_own ? own : both;
        sn_wrong(r, sn_item_place(map, "delay_floor"), NULL,
                 "delay_floor is above the delay: nothing may arrive that soon");
    }
}

static void settle_tunnel(sn_reading *r, const sn_link_params *p, const sn_item *own,
                          const sn_item *both)
{
    const uint32_t real = p->hidden_mtu == 0 ? p->mtu : p->hidden_mtu;
    if (p->tunnel != 0 && real < p->tunnel + SN_MTU_LEAST_BYTES) {
        const sn_item *map = sn_item_pair(own, "tunnel") != NULL ? own : both;
        sn_wrong(r, sn_item_place(map, "tunnel"), NULL,
                 "the tunnel leaves less than 68 bytes of the %u that the link carries",
                 (unsigned)real);
    }
}

/* netem has it so too. */
static void settle_reorder(sn_reading *r, const sn_link_params *p, const sn_item *own,
                           const sn_item *both)
{
    static const char *const said_by[] = { "reorder", "netem" };
    for (unsigned i = 0; i < 4 && p->reorder.p != 0 && p->delay == 0; i++) {
        const sn_item *map = i % 2 == 0 ? own : both;
        if (sn_item_pair(map, said_by[i / 2]) != NULL) {
            sn_wrong(r, sn_item_place(map, said_by[i / 2]), NULL,
                     "nothing can jump ahead on a link without 'delay'");
            return;
        }
    }
}

/* What one key of a direction wants of another. */
static void settle(sn_reading *r, sn_link_params *p, const sn_item *own, const sn_item *both)
{
    settle_floor(r, p, own, both);
    settle_tunnel(r, p, own, both);
    settle_reorder(r, p, own, both);
    const bool has_states = p->loss.kind == SN_LOSS_GEMODEL || p->loss.kind == SN_LOSS_STATE;
    const char *odd = has_states          ? NULL
                      : p->bad_delay != 0 ? "bad_delay"
                      : p->bad_rate != 0  ? "bad_rate"
                                          : NULL;
    if (odd != NULL) {
        const sn_item *map = sn_item_pair(own, odd) != NULL ? own : both;
        sn_wrong(r, sn_item_place(map, odd), NULL, "'%s' needs loss by gemodel or state", odd);
    }
}

/* The profile, over it the string of netem, over that the keys by themselves. Either direction may be NULL. */
static void lay_over(sn_reading *r, const sn_fields *table, const sn_item *map, sn_link_params *up,
                     sn_link_params *down)
{
    sn_link_params nowhere = { 0 };
    const sn_pair *profile = sn_item_pair(map, "profile"), *netem = sn_item_pair(map, "netem");
    const uint64_t before = r->mistake_count;
    if (profile != NULL) {
        sn_profile_read(r, profile->value, up == NULL ? &nowhere : up,
                        down == NULL ? &nowhere : down);
    }
    sn_link_params *const directions[] = { up, down };
    for (unsigned i = 0; i < 2; i++) { /* what is wrong is wrong in both: said once */
        if (directions[i] != NULL && r->mistake_count == before) {
            if (netem != NULL) {
                sn_netem_read(r, netem->value, directions[i]);
            }
            sn_fields_read(r, table, 0, map, directions[i]);
        }
    }
}

static void read_link(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    sn_link_params both = sn_link_params_default();
    both.delay_floor = SS_TIME_NEVER;
    both.reorder_gap = 1;
    both.mtu = both.mtu == 0 ? 65535 : both.mtu;
    sn_link_entry entry = { .item = pair->value, .up = both, .down = both };
    const bool named = sn_key_name(r, pair->key, &entry.name);
    lay_over(r, &link_table, pair->value, &entry.up, &entry.down);
    const sn_pair *up = sn_item_pair(pair->value, "up"), *down = sn_item_pair(pair->value, "down");
    if (up != NULL) {
        lay_over(r, &direction_table, up->value, &entry.up, NULL);
    }
    if (down != NULL) {
        lay_over(r, &direction_table, down->value, NULL, &entry.down);
    }
    const uint64_t before = r->mistake_count;
    const sn_item *of_up = up == NULL ? pair->value : up->value;
    const sn_item *of_down = down == NULL ? pair->value : down->value;
    settle(r, &entry.up, of_up, pair->value);
    if (r->mistake_count == before) {
        settle(r, &entry.down, of_down, pair->value);
    }
    if (!named) {
        return;
    }
    m->links = sn_hoard_grow(&r->hoard, m->links, m->link_count, sizeof(*m->links));
    m->links[m->link_count++] = entry;
}

/* ---- what waits, and for what ---- */

static bool waits(const sn_link_params *p)
{
    const sn_link_queue *q = &p->queue;
    return q->policy != SN_QUEUE_TAIL || q->packets != 0 || q->bytes != 0;
}

/* Some event gives that direction a rate. */
static bool has_rate_later(const sn_model *m, uint32_t kind, bool is_down)
{
    for (uint32_t i = 0; i < m->event_count; i++) {
        const sn_event_entry *e = &m->events[i];
        const bool is_of_kind = e->link.group.text != NULL &&
                                e->link.group.index < m->group_count &&
                                m->groups[e->link.group.index].link.index == kind;
        const sn_level levels[] = {
            { e->set.up, e->set.down }, e->ramp.first, e->ramp.last, e->walk.first, e->walk.last
        };
        for (size_t k = 0; is_of_kind && k < SS_COUNT(levels); k++) {
            if ((is_down ? levels[k].down : levels[k].up).rate.bps != 0) {
                return true;
            }
        }
    }
    return false;
}

/* Its queue means nothing there, whatever the events do: of other policies than the common one they make none. */
static bool waits_for_nothing(const sn_model *m, uint32_t kind, bool is_down)
{
    const sn_link_params *p = is_down ? &m->links[kind].down : &m->links[kind].up;
    return waits(p) && p->rate.bps == 0 &&
           (p->queue.policy != SN_QUEUE_TAIL || !has_rate_later(m, kind, is_down));
}

/* Said of both directions at once, a queue may be for one that has a rate, and the limit in a string of netem of anything: then there
 * is none. */
static void judge_queue(sn_reading *r, sn_link_entry *link, bool is_down, bool is_idle_both_ways)
{
    sn_link_queue *q = is_down ? &link->down.queue : &link->up.queue;
    const sn_pair *way = sn_item_pair(link->item, is_down ? "down" : "up");
    const sn_pair *own = way == NULL ? NULL : sn_item_pair(way->value, "queue");
    const sn_pair *queue = own != NULL ? own : sn_item_pair(link->item, "queue");
    const bool is_meant = own != NULL || is_idle_both_ways || q->policy != SN_QUEUE_TAIL;
    if (queue != NULL && is_meant) {
        sn_wrong(r, queue->value->place, NULL, "nothing waits on a link without 'rate'");
    } else {
        *q = (sn_link_queue){ .policy = SN_QUEUE_TAIL };
    }
}

void sn_links_judge(sn_reading *r, sn_model *m)
{
    for (uint32_t i = 0; i < m->link_count; i++) {
        const bool up = waits_for_nothing(m, i, false), down = waits_for_nothing(m, i, true);
        const uint64_t before = r->mistake_count;
        if (up) {
            judge_queue(r, &m->links[i], false, down);
        }
        if (down && r->mistake_count == before) { /* what is wrong either way is said once */
            judge_queue(r, &m->links[i], true, up);
        }
    }
}

/* ---- a link that is otherwise for a while ---- */

/* How it is, and not what a link has: beside 'link'. */
static bool is_of_event(sn_reading *r, const sn_item *keys)
{
    static const char *const of_events[][2] = {
        { "is", "is: down" },      { "down", "is: down" },       { "outage", "is: down" },
        { "clog", "is: clogged" }, { "clogged", "is: clogged" }, { "flap", "flap" }
    };
    for (size_t i = 0; i < SS_COUNT(of_events); i++) {
        const sn_pair *pair = sn_item_pair(keys, of_events[i][0]);
        if (pair != NULL) {
            sn_wrong(r, pair->key->place, of_events[i][1],
                     "'%s' is nothing that is set: it stands beside 'link'", of_events[i][0]);
            return true;
        }
    }
    return false;
}

static void move_floor(const sn_item *keys, sn_link_params *params)
{
    const bool moves =
        sn_item_pair(keys, "delay") != NULL && sn_item_pair(keys, "delay_floor") == NULL;
    params->delay_floor = moves ? SS_TIME_NEVER : params->delay_floor;
}

void sn_link_set(sn_reading *r, const sn_item *keys, sn_link_params *up, sn_link_params *down)
{
    static const char *const of_kinds[] = { "profile", "netem" };
    const uint64_t before = r->mistake_count;
    sn_link_params *const directions[] = { up, down };
    if (is_of_event(r, keys)) {
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        const sn_pair *pair = sn_item_pair(keys, of_kinds[i]);
        if (pair != NULL) {
            sn_wrong(r, pair->key->place, NULL, "'%s' is of kinds of links: set their keys here",
                     of_kinds[i]);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        if (directions[i] != NULL && r->mistake_count == before) {
            move_floor(keys, directions[i]);
            sn_fields_read(r, &direction_table, 0, keys, directions[i]);
            settle(r, directions[i], keys, keys);
            const sn_pair *queue = sn_item_pair(keys, "queue");
            if (queue != NULL && waits(directions[i]) && directions[i]->rate.bps == 0) {
                sn_wrong(r, queue->value->place, NULL, "nothing waits on a link without 'rate'");
            }
        }
    }
}

void sn_link_write_keys(sn_text *t, const sn_item *keys, const sn_link_params *params)
{
    sn_field fields[SS_COUNT(link_fields)];
    size_t count = 0;
    for (size_t i = 0; i < direction_table.count; i++) {
        if (sn_item_pair(keys, link_fields[i].key) != NULL) {
            fields[count++] = link_fields[i];
        }
    }
    const sn_fields table = { "a link", fields, count, NULL };
    sn_fields_write(t, &table, 0, params);
}

/* ---- the section ---- */

void sn_links_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "links", model, read_link);
}

/* By what is written of them: so nothing that a direction may say can be forgotten here. */
bool sn_link_is_same(sn_text *t, const sn_link_params *a, const sn_link_params *b)
{
    const size_t start = t->len;
    sn_fields_write(t, &direction_table, 0, a);
    const size_t between = t->len;
    sn_fields_write(t, &direction_table, 0, b);
    const bool same = between - start == t->len - between &&
                      memcmp(t->at + start, t->at + between, between - start) == 0;
    t->len = start;
    return same;
}

void sn_links_write(sn_text *t, const sn_model *m)
{
    sn_text_put_str(t, m->link_count == 0 ? "links: {}\n" : "links:\n");
    for (uint32_t i = 0; i < m->link_count; i++) {
        const sn_link_entry *link = &m->links[i];
        sn_text_put_str(t, "  ");
        sn_put_key(t, link->name.text);
        if (sn_link_is_same(t, &link->up, &link->down)) {
            sn_fields_write(t, &direction_table, 0, &link->up);
        } else {
            sn_text_put_str(t, "{up: ");
            sn_fields_write(t, &direction_table, 0, &link->up);
            sn_text_put_str(t, ", down: ");
            sn_fields_write(t, &direction_table, 0, &link->down);
            sn_text_put_str(t, "}");
        }
        sn_text_put_str(t, "\n");
    }
}

const sn_fields *sn_links_fields(void)
{
    return &link_table;
}
