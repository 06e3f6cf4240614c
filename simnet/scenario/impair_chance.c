/* duplicate and reorder: "2%", or {p: 2%, corr: 25%}; reorder with a gap as well. */
#include "impairments.h"

/* ---- a chance ---- */

static const sn_field chance_fields[] = {
    { .key = "p", .kind = SN_VALUE_PROB, .flags = SN_REQUIRED, .offset = offsetof(sn_chance, p) },
    { .key = "corr", .kind = SN_VALUE_PROB, .offset = offsetof(sn_chance, corr) },
};
static const sn_fields chance_table = { "duplicate", chance_fields, SS_COUNT(chance_fields), NULL };

static void read_chance(sn_reading *r, const sn_item *value, void *at)
{
    sn_chance read = { 0 };
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &chance_table, 0, value, &read);
    } else {
        sn_value_prob(r, value, &read.p);
    }
    *(sn_chance *)at = read;
}

static bool write_chance(sn_text *t, const void *at)
{
    const sn_chance *chance = at;
    if (chance->corr == 0) {
        sn_quantity_put_prob(t, chance->p);
    } else {
        sn_fields_write(t, &chance_table, 0, chance);
    }
    return true;
}

const sn_codec sn_codec_chance = { read_chance, write_chance };

/* ---- reorder ---- */

typedef struct reorder_record {
    sn_chance chance;
    uint32_t gap;
} reorder_record;

static const sn_field reorder_fields[] = {
    { .key = "p",
      .kind = SN_VALUE_PROB,
      .flags = SN_REQUIRED,
      .offset = offsetof(reorder_record, chance.p) },
    { .key = "corr", .kind = SN_VALUE_PROB, .offset = offsetof(reorder_record, chance.corr) },
    { .key = "gap",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(reorder_record, gap),
      .min = 1,
      .max = UINT32_MAX - 1 },
};
static const sn_fields reorder_table = { "reorder", reorder_fields, SS_COUNT(reorder_fields),
                                         NULL };

static void read_reorder(sn_reading *r, const sn_item *value, void *at)
{
    sn_link_params *link = at;
    reorder_record read = { .gap = 1 };
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &reorder_table, 0, value, &read);
    } else {
        sn_value_prob(r, value, &read.chance.p);
    }
    link->reorder = read.chance;
    link->reorder_gap = read.gap;
}

static bool write_reorder(sn_text *t, const void *at)
{
    const sn_link_params *link = at;
    const reorder_record record = { link->reorder, link->reorder_gap };
    if (record.gap > 1) {
        sn_fields_write(t, &reorder_table, 0, &record);
        return true;
    }
    return write_chance(t, &record.chance);
}

const sn_codec sn_codec_reorder = { read_reorder, write_reorder };
