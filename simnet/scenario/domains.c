/* domains: who keeps the bindings of a domain's users, and what those users are called. */
#include "model.h"

#define LATER(name)                         \
    {                                       \
        .key = name, .kind = SN_VALUE_LATER \
    }

static const sn_field domain_fields[] = {
    { .key = "registrar",
      .kind = SN_VALUE_NAME,
      .flags = SN_REQUIRED,
      .offset = offsetof(sn_domain_entry, registrar) },
    { .key = "users",
      .kind = SN_VALUE_TEXT,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_domain_entry, users),
      .max = 64 },
    LATER("password"),
    LATER("realm"),
};
static const sn_fields domain_table = { "domain", domain_fields, SS_COUNT(domain_fields), NULL };

static bool is_host(ss_slice s)
{
    bool fits = s.len != 0 && s.len <= 200 && s.at[0] != '.' && s.at[0] != '-';
    for (size_t i = 0; fits && i < s.len; i++) {
        const char c = s.at[i];
        fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
               (c == '.' && s.at[i - 1] != '.');
    }
    return fits;
}

static void read_domain(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    sn_domain_entry entry = { .item = pair->value };
    entry.name =
        (sn_name){ .text = sn_hoard_text(&r->hoard, pair->key->text), .place = pair->key->place };
    sn_fields_read(r, &domain_table, 0, pair->value, &entry);
    if (!is_host(pair->key->text)) {
        sn_wrong(r, pair->key->place, NULL,
                 "'%s' is no domain: lower-case letters, digits, - and .",
                 sn_shown(r, pair->key->text));
    } else {
        m->domains = sn_hoard_grow(&r->hoard, m->domains, m->domain_count, sizeof(*m->domains));
        m->domains[m->domain_count++] = entry;
    }
}

void sn_domains_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "domains", model, read_domain);
}

void sn_domains_write(sn_text *t, const sn_model *m)
{
    for (uint32_t i = 0; i < m->domain_count; i++) {
        sn_text_put_str(t, i == 0 ? "domains:\n  " : "  ");
        sn_put_quoted(t, m->domains[i].name.text);
        sn_text_put_str(t, ": ");
        sn_fields_write(t, &domain_table, 0, &m->domains[i]);
        sn_text_put_str(t, "\n");
    }
}
