/* expect: what must hold at the end: bounds of metrics, and things that must have been reached. */
#include "model.h"

#include <string.h>

enum { METRICS_MAX = 512, REACHES_MAX = 256 };

/* ---- metrics ---- */

typedef struct metric_record {
    unsigned metric;
    bool known;
    const sn_item *is;
    sn_expect_entry *entry;
} metric_record;

static const char *nearest_metric(sn_reading *r, ss_slice word)
{
    const char *names[METRICS_MAX];
    size_t count = 0;
    sn_metric_info info;
    for (unsigned i = 0; count < METRICS_MAX && sn_metric_info_at(i, &info); i++) {
        names[count++] = info.name;
    }
    return sn_nearest(r, word, names, count);
}

static void read_metric(sn_reading *r, const sn_item *value, void *at)
{
    unsigned *metric = at;
    if (sn_value_is_scalar(r, value, "the name of a metric") &&
        !sn_metric_find(value->text, metric)) {
        sn_wrong(r, value->place, nearest_metric(r, value->text), "unknown metric '%s'",
                 sn_shown(r, value->text));
        *metric = UINT32_MAX;
    }
}

static bool write_metric(sn_text *t, const void *at)
{
    sn_metric_info info = { 0 };
    if (!sn_metric_info_at(*(const unsigned *)at, &info)) {
        return false;
    }
    sn_text_put_str(t, info.name);
    return true;
}

static const sn_codec metric_codec = { read_metric, write_metric };

static void read_calls_name(sn_reading *r, const sn_item *value, void *at)
{
    if (!(value->kind == SN_ITEM_SCALAR && ss_slice_eq(value->text, SS_LIT("all")))) {
        sn_value_name(r, value, at);
    }
}

static bool write_calls_name(sn_text *t, const void *at)
{
    const sn_name *name = at;
    sn_text_put_str(t, name->text == NULL ? "all" : name->text);
    return true;
}

static const sn_codec calls_name_codec = { read_calls_name, write_calls_name };

/* ---- bounds: ">= 99%" ---- */

static const char *const compare_words[] = { "<", "<=", "==", "!=", ">=", ">" };

static bool read_ppm(ss_slice word, uint64_t *ppm, sn_flaw *flaw)
{
    uint64_t nano_percent = 0;
    if (!sn_quantity_percent(word, &nano_percent, flaw)) {
        return false;
    }
    if (nano_percent % 100000 != 0) {
        *flaw = (sn_flaw){ 0, word.len, "finer than 0.0001 %, one in a million", NULL };
        return false;
    }
    *ppm = nano_percent / 100000;
    return true;
}

static void read_bound(sn_reading *r, sn_expect_entry *e, const sn_item *is)
{
    const size_t sign_end =
        ss_slice_find(is->text, ' ') < is->text.len ? ss_slice_find(is->text, ' ') : 0;
    size_t end = 0;
    while (end < is->text.len && strchr("<>=!", is->text.at[end]) != NULL) {
        end++;
    }
    const ss_slice sign =
        ss_slice_cut(is->text, 0, end > sign_end && sign_end != 0 ? sign_end : end);
    const ss_slice bound = ss_slice_trim(ss_slice_cut(is->text, sign.len, is->text.len));
    unsigned compare = 0;
    while (compare < SS_COUNT(compare_words) &&
           !ss_slice_eq(sign, ss_slice_from(compare_words[compare]))) {
        compare++;
    }
    if (compare == SS_COUNT(compare_words)) {
        sn_wrong(r, sn_item_part(is, 0, sign.len == 0 ? is->text.len : sign.len),
                 ss_slice_eq(sign, SS_LIT("=")) ? "==" : NULL,
                 "'%s': a bound begins with <, <=, ==, !=, >= or >", sn_shown(r, is->text));
        return;
    }
    sn_metric_info info = { 0 };
    sn_flaw flaw;
    e->compare = (sn_compare)compare;
    if (!sn_metric_info_at(e->metric, &info)) {
        return;
    }
    const bool fine = info.unit == SN_UNIT_TIME    ? sn_quantity_time(bound, &e->bound, &flaw)
                      : info.unit == SN_UNIT_RATIO ? read_ppm(bound, &e->bound, &flaw)
                                                   : sn_quantity_count(bound, &e->bound, &flaw);
    if (!fine) {
        flaw.from += (size_t)(bound.at - is->text.at);
        static const char *const units[] = { "a count", "a time", "a percentage" };
        sn_wrong(r, sn_item_part(is, flaw.from, flaw.length), flaw.suggestion, "'%s' is %s: %s",
                 info.name, units[info.unit], flaw.message);
    }
}

static void read_is(sn_reading *r, const sn_item *value, void *at)
{
    (void)at; /* when the metric is known, by read_one */
    sn_value_is_scalar(r, value, "a bound");
}

static bool write_is(sn_text *t, const void *at)
{
    const sn_expect_entry *e = at;
    sn_metric_info info = { 0 };
    if (!sn_metric_info_at(e->metric, &info)) {
        return false;
    }
    sn_text_put_str(t, "\"");
    sn_text_put_str(t, compare_words[e->compare]);
    sn_text_put_str(t, " ");
    if (info.unit == SN_UNIT_TIME) {
        sn_quantity_put_time(t, e->bound);
    } else if (info.unit == SN_UNIT_RATIO) {
        sn_quantity_put_percent(t, e->bound * 100000);
    } else {
        sn_text_put_u64(t, e->bound);
    }
    sn_text_put_str(t, "\"");
    return true;
}

static const sn_codec is_codec = { read_is, write_is };

#define AT(member) .offset = offsetof(sn_expect_entry, member)

static const sn_field expect_fields[] = {
    { .key = "metric",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(metric),
      .codec = &metric_codec },
    { .key = "calls", .kind = SN_VALUE_SPECIAL, AT(calls), .codec = &calls_name_codec },
    { .key = "window", .kind = SN_VALUE_SPECIAL, AT(window), .codec = &sn_window_codec },
    { .key = "is", .kind = SN_VALUE_SPECIAL, .flags = SN_REQUIRED, .codec = &is_codec },
};
static const sn_fields expect_table = { "expect", expect_fields, SS_COUNT(expect_fields), NULL };

static void read_one(sn_reading *r, sn_model *m, const sn_item *item)
{
    sn_expect_entry e = { .item = item, .metric = UINT32_MAX };
    if (!sn_fields_read(r, &expect_table, 0, item, &e)) {
        return;
    }
    const sn_pair *is = sn_item_pair(item, "is");
    if (is != NULL && is->value->kind == SN_ITEM_SCALAR && is->value->text.len != 0) {
        read_bound(r, &e, is->value);
    }
    m->expects = sn_hoard_grow(&r->hoard, m->expects, m->expect_count, sizeof(*m->expects));
    m->expects[m->expect_count++] = e;
}

/* ---- reached ---- */

static const char *nearest_reach(sn_reading *r, ss_slice word)
{
    const char *names[REACHES_MAX];
    size_t count = 0;
    for (const char *name = NULL;
         count < REACHES_MAX && (name = sn_reach_name((unsigned)count)) != NULL; count++) {
        names[count] = name;
    }
    return sn_nearest(r, word, names, count);
}

static void read_reached_word(sn_reading *r, sn_model *m, const sn_item *value)
{
    unsigned reach = 0;
    if (!sn_value_is_scalar(r, value, "something to be reached")) {
        return;
    }
    if (!sn_reach_find(value->text, &reach)) {
        sn_wrong(r, value->place, nearest_reach(r, value->text), "unknown word of 'reached': '%s'",
                 sn_shown(r, value->text));
        return;
    }
    m->reached = sn_hoard_grow(&r->hoard, m->reached, m->reached_count, sizeof(*m->reached));
    m->reached[m->reached_count++] = (sn_reached_entry){ reach, sn_place_line(r, value->place) };
}

static void read_reached(sn_reading *r, sn_model *m, const sn_item *item, const sn_item *list)
{
    for (uint32_t i = 0; i < item->count; i++) {
        if (!ss_slice_eq(item->pairs[i].key->text, SS_LIT("reached"))) {
            sn_wrong(r, item->pairs[i].key->place, NULL, "unknown key '%s' beside 'reached'",
                     sn_shown(r, item->pairs[i].key->text));
        }
    }
    if (list->kind != SN_ITEM_LIST) {
        sn_wrong(r, list->place, NULL, "wrong type: a list is wanted here, as in [timer_b]");
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        read_reached_word(r, m, list->pairs[i].value);
    }
}

void sn_expects_read(sn_reading *r, const sn_item *value, void *model)
{
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: expect is a list, each line beginning with -");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        const sn_pair *reached = sn_item_pair(item, "reached");
        if (reached != NULL) {
            read_reached(r, model, item, reached->value);
        } else {
            read_one(r, model, item);
        }
    }
}

void sn_expects_write(sn_text *t, const sn_model *m)
{
    sn_text_put_str(t, m->expect_count + m->reached_count == 0 ? "" : "expect:\n");
    for (uint32_t i = 0; i < m->expect_count; i++) {
        sn_text_put_str(t, "  - ");
        sn_fields_write(t, &expect_table, 0, &m->expects[i]);
        sn_text_put_str(t, "\n");
    }
    for (uint32_t i = 0; i < m->reached_count; i++) {
        sn_text_put_str(t, i == 0 ? "  - {reached: [" : ", ");
        sn_text_put_str(t, sn_reach_name(m->reached[i].reach));
    }
    sn_text_put_str(t, m->reached_count == 0 ? "" : "]}\n");
}

const sn_fields *sn_expects_fields(void)
{
    return &expect_table;
}
