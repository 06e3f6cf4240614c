/* The top of a scenario: its own few keys, and the sections in their order. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

static const char *const order_words[] = { "fifo", "seeded", NULL };

static const sn_field order_fields[] = {
    { .key = "mode",
      .kind = SN_VALUE_WORD,
      .flags = SN_REQUIRED,
      .offset = offsetof(struct sn_order_entry, mode),
      .words = order_words },
    { .key = "seed",
      .kind = SN_VALUE_NUMBER,
      .offset = offsetof(struct sn_order_entry, seed),
      .max = UINT64_MAX },
};
static const sn_fields order_table = { "order", order_fields, SS_COUNT(order_fields), NULL };

static void read_order(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_order_entry *order = at;
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &order_table, 0, value, order);
    } else {
        sn_value_word(r, value, order_words, &order->mode);
    }
}

static bool write_order(sn_text *t, const void *at)
{
    sn_fields_write(t, &order_table, 0, at);
    return true;
}

static void read_version(sn_reading *r, const sn_item *value, void *at)
{
    (void)at;
    if (sn_value_is_scalar(r, value, "the version of the format") &&
        !ss_slice_eq(value->text, SS_LIT("1"))) {
        sn_wrong(r, value->place, "1", "version '%s' of the format: this program reads version 1",
                 sn_shown(r, value->text));
    }
}

static bool write_version(sn_text *t, const void *at)
{
    (void)at;
    sn_text_put_str(t, "1");
    return true;
}

static void read_epoch(sn_reading *r, const sn_item *value, void *at)
{
    sn_flaw flaw;
    if (sn_value_is_scalar(r, value, "a date") && !sn_quantity_date(value->text, at, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    }
}

static bool write_epoch(sn_text *t, const void *at)
{
    sn_quantity_put_date(t, *(const uint64_t *)at);
    return true;
}

static const sn_codec order_codec = { read_order, write_order };
static const sn_codec version_codec = { read_version, write_version };
static const sn_codec epoch_codec = { read_epoch, write_epoch };
static const sn_codec links_codec = { sn_links_read, NULL };
static const sn_codec routers_codec = { sn_routers_read, NULL };
static const sn_codec sites_codec = { sn_sites_read, NULL };
static const sn_codec domains_codec = { sn_domains_read, NULL };
static const sn_codec dns_codec = { sn_dns_read, NULL };
static const sn_codec events_codec = { sn_events_read, NULL };
static const sn_codec faults_codec = { sn_faults_read, NULL };
static const sn_codec nodes_codec = { sn_nodes_read, NULL };
static const sn_codec behaviours_codec = { sn_behaviours_read, NULL };
static const sn_codec calls_codec = { sn_calls_read, NULL };
static const sn_codec expects_codec = { sn_expects_read, NULL };
static const sn_codec session_codec = { sn_session_block_read, NULL };
static const sn_codec story_codec = { sn_story_read, NULL };

#define AT(member) .offset = offsetof(sn_model, member)
#define SECTION(name, its_codec)                                                         \
    {                                                                                    \
        .key = name, .kind = SN_VALUE_SPECIAL, .flags = SN_SILENT, .codec = &(its_codec) \
    }
#define LATER(name)                         \
    {                                       \
        .key = name, .kind = SN_VALUE_LATER \
    }

static const sn_field scenario_fields[] = {
    { .key = "sipsim", .kind = SN_VALUE_SPECIAL, .flags = SN_REQUIRED, .codec = &version_codec },
    { .key = "name", .kind = SN_VALUE_TEXT, AT(name), .max = 200 },
    { .key = "seed", .kind = SN_VALUE_NUMBER, AT(seed), .max = UINT64_MAX },
    { .key = "order", .kind = SN_VALUE_SPECIAL, AT(order), .codec = &order_codec },
    { .key = "epoch", .kind = SN_VALUE_SPECIAL, AT(epoch_s), .codec = &epoch_codec },
    { .key = "duration", .kind = SN_VALUE_TIME, AT(duration), .min = 1, .max = SN_TIME_MAX },
    { .key = "drain", .kind = SN_VALUE_TIME, AT(drain), .max = SN_TIME_MAX },
    SECTION("links", links_codec),
    SECTION("routers", routers_codec),
    SECTION("sites", sites_codec),
    SECTION("domains", domains_codec),
    SECTION("dns", dns_codec),
    SECTION("nodes", nodes_codec),
    SECTION("behaviours", behaviours_codec),
    SECTION("calls", calls_codec),
    SECTION("events", events_codec),
    SECTION("faults", faults_codec),
    SECTION("expect", expects_codec),
    SECTION("story", story_codec),
    SECTION("session", session_codec),
    LATER("include"),
    LATER("defaults"),
};
static const sn_fields scenario_table = { "a scenario", scenario_fields, SS_COUNT(scenario_fields),
                                          NULL };

void sn_section_read(sn_reading *r, const sn_item *section, const char *what, sn_model *m,
                     sn_entry_reader *read)
{
    if (section->kind != SN_ITEM_MAP) {
        sn_wrong(r, section->place, NULL, "wrong type: %s is a mapping of names", what);
        return;
    }
    for (uint32_t i = 0; i < section->count; i++) {
        read(r, m, &section->pairs[i]);
    }
}

sn_model *sn_model_read(sn_reading *r, const sn_item *root)
{
    sn_model *m = sn_hoard_take(&r->hoard, sizeof(*m));
    m->item = root;
    m->name = "unnamed";
    m->seed = 1;
    m->order.seed = 1;
    m->epoch_s = UINT64_C(1893456000); /* 2030-01-01 */
    /* one that is wrong bounds nothing, or each thing that has a time would be called wrong too */
    m->duration = sn_item_pair(root, "duration") == NULL ? SS_S(60) : SN_TIME_MAX + 1;
    m->drain = SS_S(300);
    m->dns.timeout = SS_S(2);
    m->dns.attempts = 3;
    m->dns.avoid = SS_S(30);
    if (root->kind != SN_ITEM_MAP) {
        sn_wrong(r, root->place, NULL, "not a mapping: a scenario begins with 'sipsim: 1'");
    } else {
        sn_fields_read(r, &scenario_table, 0, root, m);
    }
    return m;
}

void sn_model_write(sn_text *t, const sn_model *m)
{
    for (size_t i = 0; i < SS_COUNT(scenario_fields); i++) {
        const sn_fields one = { "", &scenario_fields[i], 1, NULL };
        const size_t before = t->len;
        sn_fields_write(t, &one, 0, m);
        if (t->len - before == 2) {
            t->len = before; /* "{}" */
            continue;
        }
        memmove(t->at + before, t->at + before + 1, t->len - before - 1);
        t->len -= 2;
        sn_text_put_str(t, "\n");
    }
    sn_links_write(t, m);
    sn_groups_write(t, m);
    sn_domains_write(t, m);
    sn_dns_write(t, m);
    sn_behaviours_write(t, m);
    sn_calls_write(t, m);
    sn_events_write(t, m);
    sn_faults_write(t, m);
    sn_expects_write(t, m);
    sn_story_write(t, m);
}

const sn_fields *sn_scenario_fields(void)
{
    return &scenario_table;
}
