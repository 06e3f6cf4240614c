/* domains: who keeps the bindings of a domain's users, and what those users are called. */
#include "model.h"

enum { DOMAIN_BYTES_MAX = 200 };

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
    { .key = "password",
      .kind = SN_VALUE_TEXT,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_domain_entry, password),
      .max = 64 },
    { .key = "realm",
      .kind = SN_VALUE_TEXT,
      .offset = offsetof(sn_domain_entry, realm),
      .max = DOMAIN_BYTES_MAX }, /* it is the domain where none is said */
    { .key = "algorithms",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(sn_domain_entry, algorithms),
      .codec = &sn_algorithms_codec },
    { .key = "qop",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(sn_domain_entry, qop),
      .codec = &sn_qop_codec },
    { .key = "challenge",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(sn_domain_entry, methods),
      .codec = &sn_challenge_codec },
    { .key = "guests", .kind = SN_VALUE_BOOL, .offset = offsetof(sn_domain_entry, guests) },
    { .key = "nonce",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(sn_domain_entry, nonce),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "mutual", .kind = SN_VALUE_BOOL, .offset = offsetof(sn_domain_entry, is_mutual) },
    { .key = "next_nonce",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_domain_entry, renew),
      .max = SN_TIME_MAX,
      .none = UINT64_MAX },
};
static const sn_fields domain_table = { "domain", domain_fields, SS_COUNT(domain_fields), NULL };

static bool is_host(ss_slice s)
{
    bool fits = s.len != 0 && s.len <= DOMAIN_BYTES_MAX && s.at[0] != '.' && s.at[0] != '-';
    for (size_t i = 0; fits && i < s.len; i++) {
        const char c = s.at[i];
        fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
               (c == '.' && s.at[i - 1] != '.');
    }
    return fits;
}

static void read_domain(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    sn_domain_entry entry = { .item = pair->value,
                              .algorithms = { .count = 2,
                                              .list = { SS_ALGORITHM_SHA_256, SS_ALGORITHM_MD5 } },
                              .qop = SS_OFFERS_AUTH,
                              .methods = 1u << SS_METHOD_REGISTER | 1u << SS_METHOD_INVITE,
                              .nonce = SS_S(300),
                              .renew = UINT64_MAX };
    entry.name =
        (sn_name){ .text = sn_hoard_text(&r->hoard, pair->key->text), .place = pair->key->place };
    entry.realm = entry.name.text;
    sn_fields_read(r, &domain_table, 0, pair->value, &entry);
    if (!is_host(pair->key->text)) {
        sn_wrong(r, pair->key->place, NULL,
                 "'%s' is no domain: lower-case letters, digits, - and .",
                 sn_shown(r, pair->key->text));
    } else if (m->domain_count == SN_DOMAINS_MAX) {
        sn_wrong(r, pair->key->place, NULL, "more than %u domains", SN_DOMAINS_MAX);
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

const sn_fields *sn_domains_fields(void)
{
    return &domain_table;
}
