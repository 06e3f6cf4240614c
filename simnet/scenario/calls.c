/* calls: traffic: who calls whom, how often, for how long, and who hangs up. */
#include "model.h"

static const char *const pick_words[] = { "any", "next", NULL };

static const uint64_t all_of_it = UINT64_C(100000000000);

static void read_rate(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_rate_entry *rate = at;
    sn_flaw flaw;
    if (sn_value_is_scalar(r, value, "a rate of calls") &&
        !sn_quantity_arrivals(value->text, &rate->poisson, &rate->interval, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    }
}

static bool write_rate(sn_text *t, const void *at)
{
    const struct sn_rate_entry *rate = at;
    sn_text_put_str(t, rate->poisson ? "poisson every " : "every ");
    sn_quantity_put_time(t, rate->interval);
    return true;
}

static const sn_codec rate_codec = { read_rate, write_rate };

/* ---- hangup ---- */

typedef struct hangup_record {
    uint64_t caller, callee;
} hangup_record;

static void read_percent(sn_reading *r, const sn_item *value, void *at)
{
    sn_flaw flaw;
    if (!sn_value_is_scalar(r, value, "a percentage")) {
        return;
    }
    if (!sn_quantity_percent(value->text, at, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    } else if (*(uint64_t *)at % 100000 != 0) {
        sn_wrong(r, value->place, NULL, "'%s': finer than 0.0001 %%", sn_shown(r, value->text));
    }
}

static bool write_percent(sn_text *t, const void *at)
{
    sn_quantity_put_percent(t, *(const uint64_t *)at);
    return true;
}

static const sn_codec percent_codec = { read_percent, write_percent };

static const sn_field hangup_fields[] = {
    { .key = "caller",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(hangup_record, caller),
      .codec = &percent_codec },
    { .key = "callee",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(hangup_record, callee),
      .codec = &percent_codec },
};
static const sn_fields hangup_table = { "hangup", hangup_fields, SS_COUNT(hangup_fields), NULL };

static void read_hangup(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_hangup_entry *hangup = at;
    const uint64_t not_said = UINT64_MAX;
    hangup_record read = { not_said, not_said };
    const uint64_t before = r->mistake_count;
    if (!sn_fields_read(r, &hangup_table, 0, value, &read) || r->mistake_count != before) {
        return;
    }
    if (read.caller == not_said && read.callee == not_said) {
        sn_wrong(r, value->place, NULL,
                 "hangup says nothing: caller, callee or both, with a percentage");
    } else if (read.caller != not_said && read.callee != not_said &&
               read.caller + read.callee != all_of_it) {
        sn_wrong(r, value->place, NULL, "caller and callee do not add up to 100 %%");
    } else {
        hangup->caller = read.caller != not_said ? read.caller : all_of_it - read.callee;
    }
}

static bool write_hangup(sn_text *t, const void *at)
{
    const struct sn_hangup_entry *hangup = at;
    const hangup_record record = { hangup->caller, all_of_it - hangup->caller };
    sn_fields_write(t, &hangup_table, 0, &record);
    return true;
}

static const sn_codec hangup_codec = { read_hangup, write_hangup };

/* ---- entries ---- */

#define AT(member) .offset = offsetof(sn_calls_entry, member)

static const char *const offer_words[] = { "invite", "late", NULL };

static const sn_field calls_fields[] = {
    { .key = "name", .kind = SN_VALUE_NAME, .flags = SN_REQUIRED, AT(name) },
    { .key = "from",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(from),
      .codec = &sn_selector_codec },
    { .key = "to",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(to),
      .codec = &sn_selector_codec },
    { .key = "pick", .kind = SN_VALUE_WORD, AT(pick), .words = pick_words },
    { .key = "rate",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(rate),
      .codec = &rate_codec },
    { .key = "during", .kind = SN_VALUE_SPECIAL, AT(during), .codec = &sn_window_codec },
    { .key = "limit",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      AT(limit),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "hold", .kind = SN_VALUE_DIST, AT(hold), .max = SN_TIME_MAX },
    { .key = "hangup", .kind = SN_VALUE_SPECIAL, AT(hangup), .codec = &hangup_codec },
    { .key = "no_answer", .kind = SN_VALUE_SPECIAL, AT(no_answer), .codec = &sn_wait_codec },
    { .key = "media", .kind = SN_VALUE_SPECIAL, AT(media), .codec = &sn_media_codec },
    { .key = "offer", .kind = SN_VALUE_WORD, AT(offer), .words = offer_words },
    { .key = "retries",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      AT(retries),
      .min = 1,
      .max = 7 },
    { .key = "reliable", .kind = SN_VALUE_BOOL, AT(reliable) },
    { .key = "session_timer",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      AT(session),
      .min = SS_S(90),
      .max = UINT64_C(2147483647) * SS_S(1) },
    { .key = "credentials", .kind = SN_VALUE_SPECIAL, AT(login), .codec = &sn_call_login_codec },
    { .key = "after", .kind = SN_VALUE_SPECIAL, AT(after), .codec = &sn_after_codec },
    { .key = "update", .kind = SN_VALUE_SPECIAL, AT(update), .codec = &sn_wait_codec },
};
static const sn_fields calls_table = { "an entry of calls", calls_fields, SS_COUNT(calls_fields),
                                       NULL };

void sn_calls_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_model *m = model;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: calls is a list, each line beginning with -");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        sn_calls_entry entry = {
            .item = item,
            .hold = { SN_DIST_EXP, SS_S(60), 0 },
            .hangup = { all_of_it },
        };
        if (sn_fields_read(r, &calls_table, 0, item, &entry)) {
            if (entry.no_answer.is_set && entry.no_answer.dist.kind == SN_DIST_CONST &&
                entry.no_answer.dist.a == 0) {
                sn_wrong(r, sn_item_place(item, "no_answer"), NULL,
                         "out of range: nobody gives up before he has called");
            }
            if (entry.update.is_set && entry.after.count > 0) {
                sn_wrong(r, sn_item_place(item, "update"), NULL,
                         "'update' beside 'after': write it into that, as in [{update: 10s}]");
            }
            m->calls = sn_hoard_grow(&r->hoard, m->calls, m->calls_count, sizeof(*m->calls));
            m->calls[m->calls_count++] = entry;
        }
    }
}

void sn_calls_write(sn_text *t, const sn_model *m)
{
    for (uint32_t i = 0; i < m->calls_count; i++) {
        sn_text_put_str(t, i == 0 ? "calls:\n  - " : "  - ");
        sn_fields_write(t, &calls_table, 0, &m->calls[i]);
        sn_text_put_str(t, "\n");
    }
}

const sn_fields *sn_calls_fields(void)
{
    return &calls_table;
}
