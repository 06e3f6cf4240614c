/* defence: who a proxy hears at all, and how often: {source: 20/s, strangers: {rate: 50/s, burst: 100}, block: {after: 10, for: 5min}}. */
#include "model.h"

static const char *const offence_words[] = { "malformed", "refused", "credentials", NULL };
_Static_assert(SS_COUNT(offence_words) == SS_OFFENCE_COUNT + 1, "a word for each offence");

/* ---- limits: a rate, with as many at once as come in a second, or {rate: 10/s, burst: 5} ---- */

static void read_interval(sn_reading *r, const sn_item *value, void *at)
{
    sn_flaw flaw;
    bool is_poisson = false;
    if (!sn_value_is_scalar(r, value, "a rate of requests")) {
        return;
    }
    if (!sn_quantity_arrivals(value->text, &is_poisson, at, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    } else if (is_poisson) {
        sn_wrong(r, value->place, NULL, "a limit is even: 10/s, or every 100ms");
    }
}

static bool write_interval(sn_text *t, const void *at)
{
    sn_text_put_str(t, "every ");
    sn_quantity_put_time(t, *(const ss_span *)at);
    return true;
}

static const sn_codec interval_codec = { read_interval, write_interval };

static const sn_field limit_fields[] = {
    { .key = "rate",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      .offset = offsetof(sn_limit_entry, interval),
      .codec = &interval_codec },
    { .key = "burst",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(sn_limit_entry, burst),
      .min = 1,
      .max = 1000000 },
};
static const sn_fields limit_table = { "a limit", limit_fields, SS_COUNT(limit_fields), NULL };

static void read_limit(sn_reading *r, const sn_item *value, void *at)
{
    sn_limit_entry *limit = at;
    *limit = (sn_limit_entry){ 0 };
    if (sn_value_is_none(value)) {
        return;
    }
    if (value->kind == SN_ITEM_MAP) {
        (void)sn_fields_read(r, &limit_table, 0, value, limit);
    } else {
        read_interval(r, value, &limit->interval);
    }
    if (limit->interval != 0 && limit->burst == 0) {
        const uint64_t in_a_second = SS_S(1) / limit->interval;
        limit->burst = in_a_second > 1000000 ? 1000000u
                       : in_a_second == 0    ? 1u
                                             : (uint32_t)in_a_second;
    }
}

static bool write_limit(sn_text *t, const void *at)
{
    const sn_limit_entry *limit = at;
    if (limit->interval == 0) {
        sn_text_put_str(t, "none");
    } else {
        sn_fields_write(t, &limit_table, 0, limit);
    }
    return true;
}

static const sn_codec limit_codec = { read_limit, write_limit };

/* ---- block ---- */

static void read_counts(sn_reading *r, const sn_item *value, void *at)
{
    unsigned counts = 0, word = 0;
    if (value->kind != SN_ITEM_LIST || value->count == 0) {
        sn_wrong(r, value->place, "[malformed, refused, credentials]",
                 "wrong type: a list of offences is wanted here, as in [malformed]");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        if (sn_value_word(r, item, offence_words, &word)) {
            if ((counts >> word & 1u) != 0) {
                sn_wrong(r, item->place, NULL, "%s is given twice", offence_words[word]);
            }
            counts |= 1u << word;
        }
    }
    *(unsigned *)at = counts;
}

static bool write_counts(sn_text *t, const void *at)
{
    const unsigned counts = *(const unsigned *)at;
    bool first = true;
    sn_text_put_str(t, "[");
    for (unsigned i = 0; offence_words[i] != NULL; i++) {
        if ((counts >> i & 1u) != 0) {
            sn_text_put_str(t, first ? "" : ", ");
            sn_text_put_str(t, offence_words[i]);
            first = false;
        }
    }
    sn_text_put_str(t, "]");
    return true;
}

static const sn_codec counts_codec = { read_counts, write_counts };

static const sn_field block_fields[] = {
    { .key = "after",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(sn_block_entry, after),
      .min = 1,
      .max = 1000000 },
    { .key = "within",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(sn_block_entry, within),
      .min = SS_MS(1),
      .max = SN_TIME_MAX },
    { .key = "for",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(sn_block_entry, span),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "counts",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(sn_block_entry, counts),
      .codec = &counts_codec },
};
static const sn_fields block_table = { "block", block_fields, SS_COUNT(block_fields), NULL };

static void read_block(sn_reading *r, const sn_item *value, void *at)
{
    sn_block_entry *block = at;
    *block = (sn_block_entry){
        .after = 10, .within = SS_S(60), .span = SS_S(300), .counts = (1u << SS_OFFENCE_COUNT) - 1u
    };
    block->is_set = !sn_value_is_none(value) && sn_fields_read(r, &block_table, 0, value, block);
}

static bool write_block(sn_text *t, const void *at)
{
    const sn_block_entry *block = at;
    if (block->is_set) {
        sn_fields_write(t, &block_table, 0, block);
    } else {
        sn_text_put_str(t, "none");
    }
    return true;
}

static const sn_codec block_codec = { read_block, write_block };

/* ---- all of it ---- */

#define AT(member) .offset = offsetof(sn_defence_entry, member)
static const sn_field fields[] = {
    { .key = "source", .kind = SN_VALUE_SPECIAL, AT(source), .codec = &limit_codec },
    { .key = "strangers", .kind = SN_VALUE_SPECIAL, AT(strangers), .codec = &limit_codec },
    { .key = "aor", .kind = SN_VALUE_SPECIAL, AT(aor), .codec = &limit_codec },
    { .key = "block", .kind = SN_VALUE_SPECIAL, AT(block), .codec = &block_codec },
    { .key = "proof", .kind = SN_VALUE_TIME, AT(proof), .min = 1, .max = SN_TIME_MAX },
    { .key = "slots", .kind = SN_VALUE_COUNT, AT(slots), .min = 8, .max = SS_SOURCES_MAX },
};
#undef AT
static const sn_fields table = { "defence", fields, SS_COUNT(fields), NULL };

static void read_defence(sn_reading *r, const sn_item *value, void *at)
{
    sn_defence_entry *entry = at;
    if (sn_value_is_none(value)) {
        return;
    }
    *entry = (sn_defence_entry){ .proof = SS_S(3600), .slots = 4096 };
    entry->is_set = sn_fields_read(r, &table, 0, value, entry);
}

static bool write_defence(sn_text *t, const void *at)
{
    const sn_defence_entry *entry = at;
    if (entry->is_set) {
        sn_fields_write(t, &table, 0, entry);
    } else {
        sn_text_put_str(t, "none");
    }
    return true;
}

const sn_codec sn_defence_codec = { read_defence, write_defence };

static ss_rate rate_of(const sn_limit_entry *limit)
{
    return (ss_rate){ limit->interval, limit->burst };
}

/* Offences are forgiven evenly: as many in `within` as lead to a block. */
ss_defence_config sn_defence_config(const sn_defence_entry *entry)
{
    ss_defence_config config = { .source = rate_of(&entry->source),
                                 .strangers = rate_of(&entry->strangers),
                                 .aor = rate_of(&entry->aor),
                                 .proof = entry->proof,
                                 .slots = entry->slots };
    if (entry->block.is_set) {
        const ss_span each = entry->block.within / entry->block.after;
        config.offences = (ss_rate){ each == 0 ? 1 : each, entry->block.after - 1 };
        config.block = entry->block.span;
        config.counts = entry->block.counts;
    }
    return config;
}
