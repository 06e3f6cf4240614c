/* The loader's tables shown to others: sections, their keys, what a value is. What a table does not say, as it is read by code
 * of its own, is any value here: a schema made of this refuses nothing that the loader takes. How such a value is written is in forms.c.
 */
#include "field.h"
#include "forms.h"
#include "model.h"
#include "sn/scenario.h"

typedef struct section {
    const char *key;
    sn_scenario_shape shape;
    const sn_fields *(*fields)(void);
    const char *or_only;
} section;

static const section sections[] = {
    { "", SN_SHAPE_ONE, sn_scenario_fields, NULL },
    { "links", SN_SHAPE_NAMED, sn_links_fields, NULL },
    { "routers", SN_SHAPE_NAMED, sn_routers_fields, NULL },
    { "sites", SN_SHAPE_NAMED, sn_sites_fields, NULL },
    { "domains", SN_SHAPE_NAMED, sn_domains_fields, NULL },
    { "dns", SN_SHAPE_ONE, sn_dns_fields, NULL },
    { "nodes", SN_SHAPE_NAMED, sn_nodes_fields, NULL },
    { "behaviours", SN_SHAPE_NAMED_LIST, sn_behaviours_fields, NULL },
    { "calls", SN_SHAPE_LIST, sn_calls_fields, NULL },
    { "events", SN_SHAPE_LIST, sn_events_fields, NULL },
    { "faults", SN_SHAPE_LIST, sn_faults_fields, NULL },
    { "expect", SN_SHAPE_LIST, sn_expects_fields, "reached" },
};

bool sn_scenario_section_at(unsigned nth, sn_scenario_section *out)
{
    if (nth >= SS_COUNT(sections)) {
        return false;
    }
    *out = (sn_scenario_section){ sections[nth].key, sections[nth].fields()->what,
                                  sections[nth].shape, sections[nth].or_only };
    return true;
}

static const struct {
    sn_scenario_type type;
    const char *quantity;
} types[] = {
    [SN_VALUE_COUNT] = { SN_TYPE_WHOLE, NULL },
    [SN_VALUE_NUMBER] = { SN_TYPE_WHOLE, NULL },
    [SN_VALUE_BOOL] = { SN_TYPE_TRUTH, NULL },
    [SN_VALUE_TIME] = { SN_TYPE_QUANTITY, "a time, as 20ms" },
    [SN_VALUE_BYTES] = { SN_TYPE_QUANTITY, "a size, as 1500B" },
    [SN_VALUE_RATE] = { SN_TYPE_QUANTITY, "a rate, as 2mbit" },
    [SN_VALUE_PROB] = { SN_TYPE_QUANTITY, "a probability, as 2%" },
    [SN_VALUE_DIST] = { SN_TYPE_QUANTITY, "a time or a distribution, as exp 3s" },
    [SN_VALUE_WORD] = { SN_TYPE_WORD, NULL },
    [SN_VALUE_NAME] = { SN_TYPE_TEXT, NULL },
    [SN_VALUE_TEXT] = { SN_TYPE_TEXT, NULL },
    [SN_VALUE_SPECIAL] = { SN_TYPE_ANY, NULL },
};

/* Words of later versions are no keys. */
static const sn_field *field_at(const sn_fields *table, unsigned nth)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].kind != SN_VALUE_LATER && nth-- == 0) {
            return &table->fields[i];
        }
    }
    return NULL;
}

bool sn_scenario_key_at(unsigned nth_section, unsigned nth, sn_scenario_key *out)
{
    SS_ASSERT(nth_section < SS_COUNT(sections));
    const sn_fields *table = sections[nth_section].fields();
    const sn_field *f = field_at(table, nth);
    if (f == NULL) {
        return false;
    }
    *out = (sn_scenario_key){ .name = f->key,
                              .type = types[f->kind].type,
                              .quantity = types[f->kind].quantity,
                              .form = f->kind == SN_VALUE_SPECIAL
                                          ? sn_form_of(sections[nth_section].key, f->key)
                                          : NULL,
                              .who = f->who == 0 ? NULL : table->who,
                              .who_bits = f->who,
                              .words = f->words,
                              .min = f->min,
                              .max = f->max,
                              .is_required = (f->flags & SN_REQUIRED) != 0,
                              .or_none = (f->flags & SN_OR_NONE) != 0 };
    return true;
}
