/* duplicate and reorder: "2%", or {p: 2%, corr: 25%}; duplicate with a delay, reorder with a gap as well. */
#include "impairments.h"

/* ---- duplicate ---- */

typedef struct duplicate_record {
    sn_chance chance;
    ss_span delay;
} duplicate_record;

static const sn_field duplicate_fields[] = {
    { .key = "p",
      .kind = SN_VALUE_PROB,
      .flags = SN_REQUIRED,
      .offset = offsetof(duplicate_record, chance.p) },
    { .key = "corr", .kind = SN_VALUE_PROB, .offset = offsetof(duplicate_record, chance.corr) },
    { .key = "delay",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(duplicate_record, delay),
      .max = SN_TIME_MAX },
};
static const sn_fields duplicate_table = { "duplicate", duplicate_fields,
                                           SS_COUNT(duplicate_fields), NULL };

static void read_duplicate(sn_reading *r, const sn_item *value, void *at)
{
    sn_link_params *link = at;
    duplicate_record read = { .delay = 0 };
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &duplicate_table, 0, value, &read);
    } else {
        sn_value_prob(r, value, &read.chance.p);
    }
    link->duplicate = read.chance;
    link->duplicate_delay = read.delay;
}

static bool write_duplicate(sn_text *t, const void *at)
{
    const sn_link_params *link = at;
    const duplicate_record written = { link->duplicate, link->duplicate_delay };
    const sn_fields table = { "duplicate", duplicate_fields, written.delay == 0 ? 2 : 3, NULL };
    if (written.chance.corr == 0 && written.delay == 0) {
        sn_quantity_put_prob(t, written.chance.p);
    } else {
        sn_fields_write(t, &table, 0, &written);
    }
    return true;
}

const sn_codec sn_codec_duplicate = { read_duplicate, write_duplicate };

/* ---- reorder ---- */

typedef struct reorder_record {
    sn_chance chance;
    uint32_t gap;
    sn_jump jump;
} reorder_record;

static void read_by(sn_reading *r, const sn_item *value, void *at)
{
    sn_jump *jump = at;
    ss_slice number;
    uint64_t packets = 0;
    sn_flaw flaw;
    if (!sn_value_is_scalar(r, value, "a number of packets, or a time")) {
        return;
    }
    if (sn_value_is_none(value)) {
        *jump = (sn_jump){ 0 };
    } else if (sn_quantity_count(value->text, &packets, &flaw)) {
        sn_wrong(r, value->place, NULL, "'%s': missing unit: write 5ms or 2 packets",
                 sn_shown(r, value->text));
    } else if (!sn_count_of_packets(value->text, &number)) {
        (void)sn_value_time(r, value, 1, SN_TIME_MAX, &jump->time);
    } else if (!sn_quantity_count(number, &packets, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    } else if (packets == 0 || packets > SN_REORDER_PACKETS_MAX) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: 1 to %d packets",
                 sn_shown(r, value->text), SN_REORDER_PACKETS_MAX);
    } else {
        jump->packets = (uint32_t)packets;
    }
}

static bool write_by(sn_text *t, const void *at)
{
    const sn_jump *jump = at;
    if (jump->packets != 0) {
        sn_text_put_u64(t, jump->packets);
        sn_text_put_str(t, jump->packets == 1 ? " packet" : " packets");
    } else if (jump->time != 0) {
        sn_quantity_put_time(t, jump->time);
    }
    return jump->packets != 0 || jump->time != 0;
}

static const sn_codec by_codec = { read_by, write_by };

static const sn_field reorder_fields[] = {
    { .key = "p", .kind = SN_VALUE_PROB, .offset = offsetof(reorder_record, chance.p) },
    { .key = "corr", .kind = SN_VALUE_PROB, .offset = offsetof(reorder_record, chance.corr) },
    { .key = "gap",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(reorder_record, gap),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "by",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(reorder_record, jump),
      .codec = &by_codec },
};
static const sn_fields reorder_table = { "reorder", reorder_fields, SS_COUNT(reorder_fields),
                                         NULL };

static void read_reorder(sn_reading *r, const sn_item *value, void *at)
{
    sn_link_params *link = at;
    reorder_record read = { .gap = 1 };
    if (value->kind == SN_ITEM_MAP) {
        const bool is_said = sn_item_pair(value, "p") != NULL;
        sn_fields_read(r, &reorder_table, 0, value, &read);
        if (!is_said && sn_item_pair(value, "gap") == NULL) {
            sn_wrong(r, value->place, NULL, "missing key 'p' in reorder, or 'gap' alone");
        }
        read.chance.p = is_said ? read.chance.p : SN_ALWAYS; /* every gap-th packet */
    } else {
        sn_value_prob(r, value, &read.chance.p);
    }
    link->reorder = read.chance;
    link->reorder_gap = read.gap;
    link->jump = read.jump;
}

static bool write_reorder(sn_text *t, const void *at)
{
    const sn_link_params *link = at;
    const reorder_record record = { link->reorder, link->reorder_gap, link->jump };
    const bool is_whole = record.gap > 1 || record.jump.packets != 0 || record.jump.time != 0;
    const sn_fields of_chance = { "reorder", reorder_fields, 2, NULL };
    if (record.chance.corr == 0 && !is_whole) {
        sn_quantity_put_prob(t, record.chance.p);
    } else {
        sn_fields_write(t, is_whole ? &reorder_table : &of_chance, 0, &record);
    }
    return true;
}

const sn_codec sn_codec_reorder = { read_reorder, write_reorder };
