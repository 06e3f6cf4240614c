/* rate: "512kbit", none, or {bits: 512kbit, overhead: 18, cell: 48B, cell_overhead: 5B}; slot: {min: 5ms, max: 8ms, packets: 4},
 * or {mean: 5ms, jitter: {dist: normal, sd: 1ms}}. */
#include "impairments.h"

/* ---- rate ---- */

enum { OVERHEAD_MAX = 65535 };

static bool is_negative(const sn_item *value)
{
    return value->kind == SN_ITEM_SCALAR && value->text.len > 1 && value->text.at[0] == '-';
}

/* A size that may be below zero: what is counted less than it is. */
static void read_overhead(sn_reading *r, const sn_item *value, void *at)
{
    sn_flaw flaw;
    uint64_t size = 0;
    if (!sn_value_is_scalar(r, value, "a size")) {
        return;
    }
    const size_t from = is_negative(value) ? 1 : 0;
    if (!sn_quantity_bytes(ss_slice_cut(value->text, from, value->text.len), &size, &flaw)) {
        flaw.from += from;
        sn_value_flaw(r, value, &flaw);
    } else if (size > OVERHEAD_MAX) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: -%dB to %dB", sn_shown(r, value->text),
                 OVERHEAD_MAX, OVERHEAD_MAX);
    } else {
        *(int32_t *)at = from == 1 ? -(int32_t)size : (int32_t)size;
    }
}

static bool write_overhead(sn_text *t, const void *at)
{
    const int32_t overhead = *(const int32_t *)at;
    sn_text_put_str(t, overhead < 0 ? "-" : "");
    sn_text_put_u64(t, (uint64_t)(overhead < 0 ? -(int64_t)overhead : overhead));
    sn_text_put_str(t, "B");
    return true;
}

static const sn_codec overhead_codec = { read_overhead, write_overhead };

#define RATE_AT(member) .offset = offsetof(sn_rate, member)

static const sn_field rate_fields[] = {
    { .key = "bits",
      .kind = SN_VALUE_RATE,
      .flags = SN_REQUIRED,
      RATE_AT(bps),
      .min = 1,
      .max = UINT64_C(1000000000000) },
    { .key = "overhead", .kind = SN_VALUE_SPECIAL, RATE_AT(overhead), .codec = &overhead_codec },
    { .key = "cell", .kind = SN_VALUE_BYTES, RATE_AT(cell), .min = 1, .max = 65535 },
    { .key = "cell_overhead", .kind = SN_VALUE_BYTES, RATE_AT(cell_overhead), .max = 65535 },
};
static const sn_fields rate_table = { "rate", rate_fields, SS_COUNT(rate_fields), NULL };
/* "512kbit" or none: its first field alone. */
static const sn_field plain_field = { .key = "rate",
                                      .kind = SN_VALUE_RATE,
                                      .flags = SN_OR_NONE,
                                      .min = 1,
                                      .max = UINT64_C(1000000000000) };

static void read_rate(sn_reading *r, const sn_item *value, void *at)
{
    sn_rate read = { 0 };
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &rate_table, 0, value, &read);
        const sn_pair *cell_overhead = sn_item_pair(value, "cell_overhead");
        if (cell_overhead != NULL && read.cell == 0) {
            sn_wrong(r, cell_overhead->key->place, NULL, "'cell_overhead' goes with 'cell'");
        }
    } else {
        sn_field_read(r, &plain_field, value, &read.bps);
    }
    *(sn_rate *)at = read;
}

static bool write_rate(sn_text *t, const void *at)
{
    const sn_rate *rate = at;
    const sn_fields table = { "rate", rate_fields, rate->cell == 0 ? 2 : 4, NULL };
    if (rate->bps == 0) {
        sn_text_put_str(t, "none");
    } else if (rate->overhead == 0 && rate->cell == 0) {
        sn_quantity_put_rate(t, rate->bps);
    } else {
        sn_fields_write(t, &table, 0, rate);
    }
    return true;
}

const sn_codec sn_codec_rate = { read_rate, write_rate };

/* ---- slot ---- */

/* Who may have a field: a slot between two bounds, or one about a mean. */
enum { BOUNDED = 1, ABOUT_A_MEAN = 2 };
static const char *const slot_sorts[] = { "a slot with 'min'", "a slot with 'mean'", NULL };

static const sn_field slot_fields[] = {
    { .key = "min",
      .kind = SN_VALUE_TIME,
      .flags = SN_REQUIRED,
      .who = BOUNDED,
      .offset = offsetof(sn_slot, min),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "max",
      .kind = SN_VALUE_TIME,
      .who = BOUNDED,
      .offset = offsetof(sn_slot, max),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "mean",
      .kind = SN_VALUE_TIME,
      .flags = SN_REQUIRED,
      .who = ABOUT_A_MEAN,
      .offset = offsetof(sn_slot, min),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "jitter",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      .who = ABOUT_A_MEAN,
      .offset = offsetof(sn_slot, jitter),
      .codec = &sn_codec_jitter },
    { .key = "packets",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_slot, packets),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "bytes",
      .kind = SN_VALUE_BYTES,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_slot, bytes),
      .min = 1,
      .max = UINT32_MAX - 1 },
};
static const sn_fields slot_table = { "slot", slot_fields, SS_COUNT(slot_fields), slot_sorts };

static void read_slot(sn_reading *r, const sn_item *value, void *at)
{
    sn_slot read = { 0 };
    const bool has_mean = sn_item_pair(value, "mean") != NULL;
    const sn_pair *jitter = sn_item_pair(value, "jitter");
    if (sn_value_is_none(value)) {
        *(sn_slot *)at = read;
        return;
    }
    if (!sn_fields_read(r, &slot_table, has_mean ? ABOUT_A_MEAN : BOUNDED, value, &read)) {
        return;
    }
    if (has_mean || sn_item_pair(value, "max") == NULL) {
        read.max = read.min;
    } else if (read.max < read.min) {
        sn_wrong(r, sn_item_place(value, "max"), NULL, "'max' is less than 'min'");
    }
    if (has_mean && jitter != NULL && read.jitter.corr != 0) {
        sn_wrong(r, jitter->value->place, NULL, "the jitter of slots has no 'corr'");
    }
    *(sn_slot *)at = read;
}

static bool write_slot(sn_text *t, const void *at)
{
    const sn_slot *slot = at;
    if (slot->max == 0) {
        sn_text_put_str(t, "none");
    } else {
        sn_fields_write(t, &slot_table, slot->jitter.spread != 0 ? ABOUT_A_MEAN : BOUNDED, slot);
    }
    return true;
}

const sn_codec sn_codec_slot = { read_slot, write_slot };
