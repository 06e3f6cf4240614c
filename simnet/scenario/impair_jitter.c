/* jitter: "5ms", which is uniform, or {dist: normal, sd: 5ms, corr: 25%}; a uniform one has `by` in place of `sd`. */
#include "impairments.h"

static const char *const shape_words[] = {
#define SHAPE_WORD(name, word) word,
    SN_SHAPE_LIST(SHAPE_WORD) NULL
};

typedef struct jitter_record {
    unsigned shape;
    ss_span sd, by;
    sn_prob corr;
} jitter_record;

static const sn_field jitter_fields[] = {
    { .key = "dist",
      .kind = SN_VALUE_WORD,
      .flags = SN_REQUIRED,
      .offset = offsetof(jitter_record, shape),
      .words = shape_words },
    { .key = "sd",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(jitter_record, sd),
      .max = SN_TIME_MAX },
    { .key = "by",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(jitter_record, by),
      .max = SN_TIME_MAX },
    { .key = "corr", .kind = SN_VALUE_PROB, .offset = offsetof(jitter_record, corr) },
};
static const sn_fields jitter_table = { "jitter", jitter_fields, SS_COUNT(jitter_fields), NULL };

static void read_map(sn_reading *r, const sn_item *value, sn_jitter *jitter)
{
    jitter_record read = { 0 };
    const uint64_t before = r->mistake_count;
    sn_fields_read(r, &jitter_table, 0, value, &read);
    if (r->mistake_count != before) {
        return;
    }
    const bool uniform = read.shape == SN_SHAPE_UNIFORM;
    const char *wanted = uniform ? "by" : "sd", *other = uniform ? "sd" : "by";
    const sn_pair *wrong = sn_item_pair(value, other);
    if (wrong != NULL) {
        sn_wrong(r, wrong->key->place, wanted, "bad distribution: %s jitter has no '%s'",
                 shape_words[read.shape], other);
    } else if (sn_item_pair(value, wanted) == NULL) {
        sn_wrong(r, value->place, NULL, "bad distribution: %s jitter needs '%s', a time",
                 shape_words[read.shape], wanted);
    }
    *jitter = (sn_jitter){ read.shape, uniform ? read.by : read.sd, read.corr };
}

static void read_jitter(sn_reading *r, const sn_item *value, void *at)
{
    sn_jitter *jitter = at;
    ss_span by = 0;
    if (value->kind == SN_ITEM_MAP) {
        read_map(r, value, jitter);
    } else if (sn_value_time(r, value, 0, SN_TIME_MAX, &by)) {
        *jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM, .spread = by };
    }
    if (jitter->spread == 0) {
        *jitter = (sn_jitter){ 0 };
    }
}

static bool write_jitter(sn_text *t, const void *at)
{
    const sn_jitter *jitter = at;
    if (jitter->spread == 0) {
        sn_text_put_str(t, "0s");
        return true;
    }
    sn_text_put_str(t, "{dist: ");
    sn_text_put_str(t, shape_words[jitter->shape]);
    sn_text_put_str(t, jitter->shape == SN_SHAPE_UNIFORM ? ", by: " : ", sd: ");
    sn_quantity_put_time(t, jitter->spread);
    if (jitter->corr != 0) {
        sn_text_put_str(t, ", corr: ");
        sn_quantity_put_prob(t, jitter->corr);
    }
    sn_text_put_str(t, "}");
    return true;
}

const sn_codec sn_codec_jitter = { read_jitter, write_jitter };
