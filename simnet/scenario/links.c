/* links: kinds of links, each direction with what it does to packets, in netem's words where it has one. */
#include "model.h"

#include <string.h>

static const char *const jitter_words[] = { "uniform", "normal", NULL };

/* ---- a probability: "2%", or {p: 2%} ---- */

static const sn_field p_fields[] = {
    { .key = "p", .kind = SN_VALUE_PROB, .flags = SN_REQUIRED },
    { .key = "corr", .kind = SN_VALUE_LATER },
    { .key = "burst", .kind = SN_VALUE_LATER },
};
static const sn_fields p_table = { "loss", p_fields, SS_COUNT(p_fields), NULL };

static void read_p(sn_reading *r, const sn_item *value, void *at)
{
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &p_table, 0, value, at);
    } else {
        sn_value_prob(r, value, at);
    }
}

static bool write_p(sn_text *t, const void *at)
{
    sn_quantity_put_prob(t, *(const sn_prob *)at);
    return true;
}

static const sn_codec p_codec = { read_p, write_p };

/* ---- reorder: "2%", or {p: 2%, gap: 5} ---- */

typedef struct reorder_record {
    sn_prob p;
    uint32_t gap;
} reorder_record;

static const sn_field reorder_fields[] = {
    { .key = "p",
      .kind = SN_VALUE_PROB,
      .flags = SN_REQUIRED,
      .offset = offsetof(reorder_record, p) },
    { .key = "gap",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(reorder_record, gap),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "corr", .kind = SN_VALUE_LATER },
};
static const sn_fields reorder_table = { "reorder", reorder_fields, SS_COUNT(reorder_fields),
                                         NULL };

static void read_reorder(sn_reading *r, const sn_item *value, void *at)
{
    sn_link_params *link = at;
    reorder_record read = { link->reorder, 1 };
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &reorder_table, 0, value, &read);
    } else {
        sn_value_prob(r, value, &read.p);
    }
    link->reorder = read.p;
    link->reorder_gap = read.gap;
}

static bool write_reorder(sn_text *t, const void *at)
{
    const sn_link_params *link = at;
    const reorder_record record = { link->reorder, link->reorder_gap };
    if (record.gap > 1) {
        sn_fields_write(t, &reorder_table, 0, &record);
    } else {
        sn_quantity_put_prob(t, record.p);
    }
    return true;
}

static const sn_codec reorder_codec = { read_reorder, write_reorder };

/* ---- jitter: "5ms" (uniform), {dist: normal, sd: 5ms}, {dist: uniform, by: 5ms} ---- */

typedef struct jitter_record {
    unsigned dist;
    ss_span sd, by;
} jitter_record;

static const sn_field jitter_fields[] = {
    { .key = "dist",
      .kind = SN_VALUE_WORD,
      .flags = SN_REQUIRED,
      .offset = offsetof(jitter_record, dist),
      .words = jitter_words },
    { .key = "sd",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(jitter_record, sd),
      .max = SN_TIME_MAX },
    { .key = "by",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(jitter_record, by),
      .max = SN_TIME_MAX },
    { .key = "corr", .kind = SN_VALUE_LATER },
};
static const sn_fields jitter_table = { "jitter", jitter_fields, SS_COUNT(jitter_fields), NULL };

static void read_jitter_map(sn_reading *r, const sn_item *value, sn_dist *jitter)
{
    jitter_record read = { 0 };
    const uint64_t before = r->mistake_count;
    sn_fields_read(r, &jitter_table, 0, value, &read);
    if (r->mistake_count != before) {
        return;
    }
    const bool normal = read.dist == 1;
    const sn_pair *wanted = sn_item_pair(value, normal ? "sd" : "by"),
                  *other = sn_item_pair(value, normal ? "by" : "sd");
    if (other != NULL) {
        sn_wrong(r, other->key->place, normal ? "sd" : "by",
                 "bad distribution: %s jitter has no '%s'", jitter_words[read.dist],
                 normal ? "by" : "sd");
    } else if (wanted == NULL) {
        sn_wrong(r, value->place, NULL, "bad distribution: %s jitter needs '%s', a time",
                 jitter_words[read.dist], normal ? "sd" : "by");
    }
    *jitter = (sn_dist){ normal ? SN_DIST_NORMAL : SN_DIST_UNIFORM, 0, normal ? read.sd : read.by };
}

static void read_jitter(sn_reading *r, const sn_item *value, void *at)
{
    sn_dist *jitter = at;
    ss_span by = 0;
    if (value->kind == SN_ITEM_MAP) {
        read_jitter_map(r, value, jitter);
    } else if (sn_value_time(r, value, 0, SN_TIME_MAX, &by)) {
        *jitter = (sn_dist){ SN_DIST_UNIFORM, 0, by };
    } else {
        return;
    }
    if (jitter->b == 0) {
        *jitter = (sn_dist){ SN_DIST_CONST, 0, 0 };
    }
}

static bool write_jitter(sn_text *t, const void *at)
{
    const sn_dist *jitter = at;
    if (jitter->kind == SN_DIST_CONST) {
        sn_text_put_str(t, "0s");
        return true;
    }
    sn_text_put_str(t, jitter->kind == SN_DIST_NORMAL ? "{dist: normal, sd: "
                                                      : "{dist: uniform, by: ");
    sn_quantity_put_time(t, jitter->b);
    sn_text_put_str(t, "}");
    return true;
}

static const sn_codec jitter_codec = { read_jitter, write_jitter };

/* ---- queue: "100 packets", "64KB", none ---- */

static bool count_of_packets(ss_slice text, ss_slice *number)
{
    static const char *const units[] = { "packets", "packet" };
    for (size_t i = 0; i < SS_COUNT(units); i++) {
        const ss_slice u = ss_slice_from(units[i]);
        if (text.len > u.len && ss_slice_eq(ss_slice_cut(text, text.len - u.len, text.len), u)) {
            *number = ss_slice_trim(ss_slice_cut(text, 0, text.len - u.len));
            return true;
        }
    }
    return false;
}

static void read_queue(sn_reading *r, const sn_item *value, void *at)
{
    sn_link_params *link = at;
    sn_flaw flaw;
    ss_slice number = SS_EMPTY;
    uint64_t read = 0;
    if (!sn_value_is_scalar(r, value, "a number of packets, or a size")) {
        return;
    }
    if (sn_value_is_none(value)) {
        link->queue_packets = 0;
        link->queue_bytes = 0;
        return;
    }
    const bool packets = count_of_packets(value->text, &number);
    if (!(packets ? sn_quantity_count(number, &read, &flaw)
                  : sn_quantity_bytes(value->text, &read, &flaw))) {
        if (!packets && flaw.length == value->text.len && flaw.suggestion == NULL &&
            value->text.at[0] != '-') {
            flaw.message = "missing unit: write 100 packets or 64KB";
        }
        sn_value_flaw(r, value, &flaw);
    } else if (read == 0 || read > UINT32_MAX) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: 1 to %u", sn_shown(r, value->text),
                 UINT32_MAX);
    } else {
        link->queue_packets = packets ? (uint32_t)read : 0;
        link->queue_bytes = packets ? 0 : (uint32_t)read;
    }
}

static bool write_queue(sn_text *t, const void *at)
{
    const sn_link_params *link = at;
    if (link->queue_packets == 0 && link->queue_bytes == 0) {
        sn_text_put_str(t, "none");
        return true;
    }
    sn_text_put_u64(t, link->queue_packets != 0 ? link->queue_packets : link->queue_bytes);
    sn_text_put_str(t, link->queue_packets != 0 ? " packets" : "B");
    return true;
}

static const sn_codec queue_codec = { read_queue, write_queue };

/* ---- a direction, and a kind ---- */

static void read_direction(sn_reading *r, const sn_item *value, void *at)
{
    (void)r;
    (void)value;
    (void)at; /* after the keys that hold for both, whatever their order */
}

static const sn_codec direction_codec = { read_direction, NULL };

#define AT(member) .offset = offsetof(sn_link_params, member)
#define LATER(name)                         \
    {                                       \
        .key = name, .kind = SN_VALUE_LATER \
    }

/* The last two hold in a kind only. */
static const sn_field link_fields[] = {
    { .key = "delay", .kind = SN_VALUE_TIME, AT(delay), .max = SN_TIME_MAX },
    { .key = "jitter", .kind = SN_VALUE_SPECIAL, AT(jitter), .codec = &jitter_codec },
    { .key = "delay_floor", .kind = SN_VALUE_TIME, AT(delay_floor), .min = 1, .max = SN_TIME_MAX },
    { .key = "keep_order", .kind = SN_VALUE_BOOL, AT(keep_order) },
    { .key = "loss", .kind = SN_VALUE_SPECIAL, AT(loss), .codec = &p_codec },
    { .key = "duplicate", .kind = SN_VALUE_SPECIAL, AT(duplicate), .codec = &p_codec },
    { .key = "reorder", .kind = SN_VALUE_SPECIAL, .codec = &reorder_codec },
    { .key = "rate",
      .kind = SN_VALUE_RATE,
      .flags = SN_OR_NONE,
      AT(rate_bps),
      .min = 1,
      .max = UINT64_C(1000000000000) },
    { .key = "queue", .kind = SN_VALUE_SPECIAL, .codec = &queue_codec },
    { .key = "mtu", .kind = SN_VALUE_BYTES, AT(mtu), .min = 68, .max = 65535 },
    LATER("netem"),
    LATER("corrupt"),
    LATER("hidden_mtu"),
    LATER("mtu_policy"),
    LATER("slot"),
    LATER("compat"),
    LATER("illegal"),
    { .key = "up", .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &direction_codec },
    { .key = "down", .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &direction_codec },
};
static const sn_fields link_table = { "link", link_fields, SS_COUNT(link_fields), NULL };
static const sn_fields direction_table = { "a direction of a link", link_fields,
                                           SS_COUNT(link_fields) - 2, NULL };

static void settle_floor(sn_reading *r, sn_link_params *p, const sn_item *own, const sn_item *both)
{
    if (p->delay_floor == SS_TIME_NEVER) {
        p->delay_floor = p->delay / 4 == 0 ? 1 : p->delay / 4;
    } else if (p->delay_floor > p->delay && p->delay_floor > 1) {
        const bool in_own =
            sn_item_pair(own, "delay_floor") != NULL || sn_item_pair(both, "delay_floor") == NULL;
        const sn_item *map = in_own ? own : both;
        sn_wrong(r, sn_item_place(map, "delay_floor"), NULL,
                 "delay_floor is above the delay: nothing may arrive that soon");
    }
}

static void read_link(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    sn_link_params both = sn_link_params_default();
    both.delay_floor = SS_TIME_NEVER;
    both.reorder_gap = 1;
    both.mtu = both.mtu == 0 ? 65535 : both.mtu;
    sn_link_entry entry = { .item = pair->value };
    const bool named = sn_key_name(r, pair->key, &entry.name);
    sn_fields_read(r, &link_table, 0, pair->value, &both);
    const sn_pair *up = sn_item_pair(pair->value, "up"), *down = sn_item_pair(pair->value, "down");
    entry.up = both;
    entry.down = both;
    if (up != NULL) {
        sn_fields_read(r, &direction_table, 0, up->value, &entry.up);
    }
    if (down != NULL) {
        sn_fields_read(r, &direction_table, 0, down->value, &entry.down);
    }
    const uint64_t before = r->mistake_count;
    settle_floor(r, &entry.up, up == NULL ? pair->value : up->value, pair->value);
    if (r->mistake_count == before) {
        settle_floor(r, &entry.down, down == NULL ? pair->value : down->value, pair->value);
    }
    if (!named) {
        return;
    }
    m->links = sn_hoard_grow(&r->hoard, m->links, m->link_count, sizeof(*m->links));
    m->links[m->link_count++] = entry;
}

void sn_links_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "links", model, read_link);
}

static bool same_params(const sn_link_params *a, const sn_link_params *b)
{
    return a->mtu == b->mtu && a->duplicate == b->duplicate && a->loss == b->loss &&
           a->queue_packets == b->queue_packets && a->queue_bytes == b->queue_bytes &&
           a->delay == b->delay && a->jitter.kind == b->jitter.kind && a->jitter.b == b->jitter.b &&
           a->delay_floor == b->delay_floor && a->keep_order == b->keep_order &&
           a->reorder == b->reorder && a->reorder_gap == b->reorder_gap &&
           a->rate_bps == b->rate_bps;
}

void sn_links_write(sn_text *t, const sn_model *m)
{
    sn_text_put_str(t, m->link_count == 0 ? "links: {}\n" : "links:\n");
    for (uint32_t i = 0; i < m->link_count; i++) {
        const sn_link_entry *link = &m->links[i];
        sn_text_put_str(t, "  ");
        sn_put_key(t, link->name.text);
        if (same_params(&link->up, &link->down)) {
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
