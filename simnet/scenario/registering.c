/* `register` of a user agent: what it binds, how often, by which flows (RFC 3261 10.2, RFC 5626), and the lists of Contacts that
 * stories have too. */
#include "model.h"

#include <string.h>

/* What a Contact may hold, so that nothing can break out of its brackets: "sip:" or "sips:", then no space, quote, comma or
 * bracket. */
static bool is_contact(ss_slice text)
{
    const bool is_sips = ss_slice_starts(text, SS_LIT("sips:"));
    bool fine = is_sips || ss_slice_starts(text, SS_LIT("sip:"));
    for (size_t i = 0; i < text.len; i++) {
        fine =
            fine && text.at[i] > ' ' && text.at[i] < 127 && strchr("<>\",;?", text.at[i]) == NULL;
    }
    return fine && text.len > (is_sips ? 5u : 4u);
}

static void read_contacts(sn_reading *r, const sn_item *value, void *at)
{
    const char **contacts = at;
    sn_text t = { .hoard = &r->hoard };
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: a list of URIs is wanted here");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        const char *text = NULL;
        if (!sn_value_text(r, item, 200, &text)) {
            return;
        }
        if (!is_contact(ss_slice_from(text))) {
            sn_wrong(r, item->place, NULL, "'%s' is no contact: sip:user@host, without parameters",
                     sn_shown(r, ss_slice_from(text)));
            return;
        }
        sn_text_put_str(&t, i == 0 ? "<" : ", <");
        sn_text_put_str(&t, text);
        sn_text_put_str(&t, ">");
    }
    *contacts = value->count == 0 ? NULL : sn_hoard_text(&r->hoard, (ss_slice){ t.at, t.len });
}

static bool write_contacts(sn_text *t, const void *at)
{
    const char *rest = *(const char *const *)at;
    sn_text_put_str(t, "[");
    while (rest != NULL && *rest == '<') {
        const char *end = strchr(rest, '>');
        sn_text_put_str(t, "\"");
        sn_text_put(t, (ss_slice){ rest + 1, (size_t)(end - rest) - 1 });
        sn_text_put_str(t, end[1] == ',' ? "\", " : "\"");
        rest = end[1] == ',' ? end + 3 : end + 1;
    }
    sn_text_put_str(t, "]");
    return true;
}

const sn_codec sn_contacts_codec = { read_contacts, write_contacts };
/* Proxies, each once. */
static void read_other_flows(sn_reading *r, const sn_item *value, void *at)
{
    sn_register_entry *record = at;
    if (value->kind != SN_ITEM_LIST || value->count == 0 ||
        value->count > SS_COUNT(record->others)) {
        sn_wrong(r, value->place, NULL,
                 "a list of 1 to %u outbound proxies is wanted here, as in [west]",
                 (unsigned)SS_COUNT(record->others));
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        if (sn_value_name(r, value->pairs[i].value, &record->others[record->other_count])) {
            record->other_count++;
        }
    }
}

static bool write_other_flows(sn_text *t, const void *at)
{
    const sn_register_entry *record = at;
    if (record->other_count == 0) {
        return false;
    }
    sn_text_put_str(t, "[");
    for (uint32_t i = 0; i < record->other_count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        sn_text_put_str(t, record->others[i].text);
    }
    sn_text_put_str(t, "]");
    return true;
}

static const sn_codec other_flows_codec = { read_other_flows, write_other_flows };

static const char *const gruu_words[] = { "none", "public", "temporary", NULL };
static const char *const end_words[] = { "keep", "remove", NULL };

static const sn_field register_fields[] = {
    { .key = "expires",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(sn_register_entry, expires),
      .min = SS_S(1),
      .max = UINT64_C(4294967295) * SS_S(1) },
    { .key = "at",
      .kind = SN_VALUE_DIST,
      .offset = offsetof(sn_register_entry, at),
      .max = SN_TIME_MAX },
    { .key = "contacts",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(sn_register_entry, contacts),
      .codec = &sn_contacts_codec },
    { .key = "retry",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_register_entry, retry),
      .min = SS_S(1),
      .max = SS_S(86400) },
    { .key = "retry_max",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(sn_register_entry, retry_max),
      .min = SS_S(1),
      .max = SS_S(86400) },
    { .key = "at_end",
      .kind = SN_VALUE_WORD,
      .offset = offsetof(sn_register_entry, at_end),
      .words = end_words },
    { .key = "q",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(sn_register_entry, q_less),
      .codec = &sn_q_codec },
    { .key = "path", .kind = SN_VALUE_BOOL, .offset = offsetof(sn_register_entry, path) },
    { .key = "instance",
      .kind = SN_VALUE_TEXT,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_register_entry, instance),
      .max = 100 },
    { .key = "gruu",
      .kind = SN_VALUE_WORD,
      .offset = offsetof(sn_register_entry, gruu),
      .words = gruu_words },
    { .key = "flow",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_register_entry, flow),
      .min = 1,
      .max = INT32_MAX - 3 },
    { .key = "other_flows", .kind = SN_VALUE_SPECIAL, .offset = 0, .codec = &other_flows_codec },
    { .key = "keep_alive",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_register_entry, keep_alive),
      .min = SS_S(1),
      .max = SS_S(86400) },
};
static const sn_fields register_table = { "register", register_fields, SS_COUNT(register_fields),
                                          NULL };

/* What needs no quoting in +sip.instance="<…>". */
static bool is_urn(const char *text)
{
    bool fits = strncmp(text, "urn:", 4) == 0;
    for (const char *c = text; fits && *c != '\0'; c++) {
        fits = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || strchr("-:{}.", *c) != NULL;
    }
    return fits;
}

static void read_register(sn_reading *r, const sn_item *value, void *at)
{
    sn_register_entry *record = at;
    if (sn_value_is_none(value)) {
        record->expires = 0;
        return;
    }
    *record =
        (sn_register_entry){ .expires = SS_S(3600), .retry = SS_S(30), .retry_max = SS_S(1800) };
    if (sn_fields_read(r, &register_table, 0, value, record) && record->expires % SS_S(1) != 0) {
        sn_wrong(r, sn_item_place(value, "expires"), NULL,
                 "expires is in whole seconds: RFC 3261 20.19");
    }
    if (record->instance != NULL && !is_urn(record->instance)) {
        sn_wrong(r, sn_item_place(value, "instance"), "urn:uuid:…",
                 "'%s' is no URN: letters, digits, - and : behind urn:",
                 sn_shown(r, ss_slice_from(record->instance)));
    }
    if (record->flow != 0 && record->instance == NULL) {
        sn_wrong(r, sn_item_place(value, "flow"), NULL,
                 "a flow is of an 'instance': RFC 5626 4.2.1");
    }
    if (record->gruu != 0 && record->instance == NULL) {
        sn_wrong(r, sn_item_place(value, "gruu"), NULL, "a GRUU is of an 'instance': RFC 5627 4.1");
    }
    if (record->other_count != 0 && record->flow == 0) {
        sn_wrong(r, sn_item_place(value, "other_flows"), NULL,
                 "other flows are beside a 'flow', whose number they count on from");
    }
    if (record->keep_alive != 0 && (record->flow == 0 || record->keep_alive % SS_S(1) != 0)) {
        sn_wrong(r, sn_item_place(value, "keep_alive"), NULL,
                 record->flow == 0 ? "only a 'flow' is kept alive: RFC 5626 4.4"
                                   : "keep_alive is in whole seconds, as a Flow-Timer is");
    }
}

static bool write_register(sn_text *t, const void *at)
{
    const sn_register_entry *record = at;
    if (record->expires == 0) {
        sn_text_put_str(t, "none");
    } else {
        sn_fields_write(t, &register_table, 0, record);
    }
    return true;
}

const sn_codec sn_register_codec = { read_register, write_register };
