/* jitter: "5ms", which is uniform, or {dist: normal, sd: 5ms, corr: 25%}; a uniform one has `by` in place of `sd`, one by table `values` or a
 * `file`. */
#include "impairments.h"

enum { TABLE_NAME_MAX = 1000 };

static const char *const shape_words[] = {
#define SHAPE_WORD(name, word) word,
    SN_SHAPE_LIST(SHAPE_WORD) NULL
};

typedef struct jitter_record {
    unsigned shape;
    ss_span sd, by;
    sn_prob corr;
    const char *file;
    sn_table_entry values;
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
    { .key = "file",
      .kind = SN_VALUE_TEXT,
      .offset = offsetof(jitter_record, file),
      .max = TABLE_NAME_MAX },
    { .key = "values",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(jitter_record, values),
      .codec = &sn_codec_values },
};
static const sn_fields jitter_table = { "jitter", jitter_fields, SS_COUNT(jitter_fields), NULL };

static void read_table(sn_reading *r, const sn_item *value, jitter_record *read, sn_jitter *jitter)
{
    const sn_pair *file = sn_item_pair(value, "file"), *values = sn_item_pair(value, "values");
    const sn_pair *by = sn_item_pair(value, "by"), *sd = sn_item_pair(value, "sd");
    const uint64_t before = r->mistake_count;
    if ((file == NULL) == (values == NULL)) {
        sn_wrong(r, value->place, NULL, "a table has either 'file' or 'values'");
        return;
    }
    if (file != NULL) {
        sn_table_read_file(r, file->value->text, file->value->place, &read->values);
    }
    if (r->mistake_count != before) {
        return;
    }
    if (by != NULL) {
        sn_wrong(r, by->key->place, "sd", "bad distribution: a table has no 'by'");
    } else if (read->values.is_in_units && sd == NULL) {
        sn_wrong(r, value->place, NULL, "a table of whole numbers, as netem's, needs 'sd', a time");
    } else if (!read->values.is_in_units && sd != NULL) {
        sn_wrong(r, sd->key->place, NULL, "a table of times has no 'sd'");
    } else {
        sn_table_settle(r, &read->values, read->sd, jitter);
        jitter->corr = read->corr;
    }
}

static void read_map(sn_reading *r, const sn_item *value, sn_jitter *jitter)
{
    jitter_record read = { 0 };
    const uint64_t before = r->mistake_count;
    sn_fields_read(r, &jitter_table, 0, value, &read);
    if (r->mistake_count != before) {
        return;
    }
    if (read.shape == SN_SHAPE_TABLE) {
        read_table(r, value, &read, jitter);
        return;
    }
    const char *const of_table[] = { "file", "values" };
    for (unsigned i = 0; i < SS_COUNT(of_table); i++) {
        const sn_pair *odd = sn_item_pair(value, of_table[i]);
        if (odd != NULL) {
            sn_wrong(r, odd->key->place, NULL, "bad distribution: only a table has '%s'",
                     of_table[i]);
            return;
        }
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
    *jitter = (sn_jitter){ .shape = read.shape,
                           .spread = uniform ? read.by : read.sd,
                           .corr = read.corr };
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
        *jitter = (sn_jitter){ .spread = 0 };
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
    if (jitter->shape == SN_SHAPE_TABLE) {
        sn_text_put_str(t, ", ");
        sn_table_write(t, jitter);
    } else {
        sn_text_put_str(t, jitter->shape == SN_SHAPE_UNIFORM ? ", by: " : ", sd: ");
        sn_quantity_put_time(t, jitter->spread);
    }
    if (jitter->corr != 0) {
        sn_text_put_str(t, ", corr: ");
        sn_quantity_put_prob(t, jitter->corr);
    }
    sn_text_put_str(t, "}");
    return true;
}

const sn_codec sn_codec_jitter = { read_jitter, write_jitter };
