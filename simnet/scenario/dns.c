/* dns: the zones and how hosts ask for them; records: of a server of its own, and of events. Records are in master-file form, where A may also name a node. */
#include "model.h"

#include <string.h>

/* ---- records ---- */

enum { RECORD_BYTES = 2048 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The last word of a line: where it begins. */
static size_t last_word(ss_slice line)
{
    size_t at = line.len;
    while (at > 0 && !is_blank(line.at[at - 1])) {
        at--;
    }
    return at;
}

/* No address: an IPv6 one may begin with a letter, and has a colon. */
static bool names_a_node(ss_slice word)
{
    return word.len > 0 && word.at[0] >= 'a' && word.at[0] <= 'z' &&
           ss_slice_find(word, ':') == word.len;
}

/* "… A node" or "… AAAA node[3]": the node; the line then has an address in its place. */
static bool take_host(sn_reading *r, const sn_item *item, sn_record_entry *e, ss_slice *line)
{
    const size_t at = last_word(*line);
    const ss_slice before = ss_slice_trim(ss_slice_cut(*line, 0, at));
    const size_t type_at = last_word(before);
    const ss_slice type = ss_slice_cut(before, type_at, before.len);
    const bool is_v6 = ss_slice_eq_nocase(type, SS_LIT("AAAA"));
    const bool names_node = type_at > 0 && (is_v6 || ss_slice_eq_nocase(type, SS_LIT("A"))) &&
                            names_a_node(ss_slice_cut(*line, at, line->len));
    if (!names_node) {
        return true;
    }
    sn_item word = *item;
    word.text = ss_slice_cut(*line, at, line->len);
    word.place = sn_item_part(item, at, line->len - at);
    word.exact = false;
    if (!sn_selector_read(r, &word, &e->host)) {
        return false;
    }
    sn_text t = { .hoard = &r->hoard };
    sn_text_put(&t, ss_slice_cut(*line, 0, at));
    sn_text_put_str(&t, is_v6 ? "::" : "0.0.0.0");
    *line = (ss_slice){ t.at, t.len };
    return true;
}

static void read_record(sn_reading *r, const sn_item *item, sn_records_entry *list)
{
    sn_record_entry e = { .item = item };
    ss_slice line = item->text;
    ss_arena arena = { sn_hoard_take(&r->hoard, RECORD_BYTES), RECORD_BYTES, 0 };
    sn_dns_flaw flaw;
    if (!sn_value_is_scalar(r, item, "a record in quotes") || !take_host(r, item, &e, &line)) {
        return;
    }
    if (!sn_dns_record_from(line, &arena, &e.record, &flaw)) {
        sn_wrong(r, sn_item_part(item, flaw.from, flaw.length), NULL, "'%s' is no record: %s",
                 sn_shown(r, item->text), flaw.message);
        return;
    }
    list->list = sn_hoard_grow(&r->hoard, list->list, list->count, sizeof(*list->list));
    list->list[list->count++] = e;
}

static bool is_list(sn_reading *r, const sn_item *value)
{
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: a list of records in quotes is wanted here");
    }
    return value->kind == SN_ITEM_LIST;
}

static void read_records(sn_reading *r, const sn_item *value, void *at)
{
    for (uint32_t i = 0; is_list(r, value) && i < value->count; i++) {
        read_record(r, value->pairs[i].value, at);
    }
}

/* With quotes inside as they were: in single ones, which YAML leaves as they are. */
static void put_record(sn_text *t, const sn_record_entry *e)
{
    char text[2048];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    sn_dns_put_record(&b, &e->record);
    ss_slice line = ss_buffer_slice(&b);
    if (e->host.group.text != NULL) {
        line = ss_slice_cut(line, 0, last_word(line));
    }
    sn_text_put_str(t, "'");
    sn_text_put(t, line);
    if (e->host.group.text != NULL) {
        sn_text_put_str(t, e->host.group.text);
        if (e->host.indexed) {
            sn_text_put_str(t, "[");
            sn_text_put_u64(t, e->host.from);
            sn_text_put_str(t, "]");
        }
    }
    sn_text_put_str(t, "'");
}

static bool write_records(sn_text *t, const void *at)
{
    const sn_records_entry *list = at;
    sn_text_put_str(t, "[");
    for (uint32_t i = 0; i < list->count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        put_record(t, &list->list[i]);
    }
    sn_text_put_str(t, "]");
    return list->count > 0;
}

const sn_codec sn_records_codec = { read_records, write_records };

/* ---- what is removed: "name TYPE" ---- */

static void read_removed(sn_reading *r, const sn_item *value, void *at)
{
    static const char zeros[] = " 0 ";
    sn_records_entry *list = at;
    for (uint32_t i = 0; is_list(r, value) && i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        sn_record_entry e = { .item = item };
        if (!sn_value_is_scalar(r, item, "a name and a type")) {
            continue;
        }
        const ss_slice line = ss_slice_trim(item->text);
        const size_t word = last_word(line);
        ss_arena arena = { sn_hoard_take(&r->hoard, RECORD_BYTES), RECORD_BYTES, 0 };
        sn_text t = { .hoard = &r->hoard };
        sn_dns_flaw flaw;
        sn_text_put(&t, ss_slice_trim(ss_slice_cut(line, 0, word)));
        sn_text_put_str(&t, zeros);
        sn_text_put(&t, ss_slice_cut(line, word, line.len));
        /* The data is missing: only what stands before it has to be right. */
        (void)sn_dns_record_from((ss_slice){ t.at, t.len }, &arena, &e.record, &flaw);
        if (word == 0 || e.record.type == 0 || e.record.name.len == 0) {
            sn_wrong(r, item->place, NULL, "'%s' is no name and type, as in \"p1.example.com A\"",
                     sn_shown(r, item->text));
            continue;
        }
        list->list = sn_hoard_grow(&r->hoard, list->list, list->count, sizeof(*list->list));
        list->list[list->count++] = e;
    }
}

static bool write_removed(sn_text *t, const void *at)
{
    const sn_records_entry *list = at;
    sn_text_put_str(t, "[");
    for (uint32_t i = 0; i < list->count; i++) {
        char text[1100];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        sn_dns_put_name(&b, list->list[i].record.name);
        sn_text_put_str(t, i == 0 ? "\"" : ", \"");
        sn_text_put(t, ss_buffer_slice(&b));
        sn_text_put_str(t, " ");
        sn_text_put_str(t, sn_dns_type_name(list->list[i].record.type));
        sn_text_put_str(t, "\"");
    }
    sn_text_put_str(t, "]");
    return list->count > 0;
}

const sn_codec sn_removed_codec = { read_removed, write_removed };

/* ---- dns ---- */

static const sn_field dns_fields[] = {
    { .key = "records",
      .kind = SN_VALUE_SPECIAL,
      .offset = offsetof(struct sn_dns_entry_of_model, records),
      .codec = &sn_records_codec },
    { .key = "timeout",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(struct sn_dns_entry_of_model, timeout),
      .min = SS_MS(1),
      .max = SS_S(3600) },
    { .key = "attempts",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(struct sn_dns_entry_of_model, attempts),
      .min = 1,
      .max = 100 },
    { .key = "avoid",
      .kind = SN_VALUE_TIME,
      .offset = offsetof(struct sn_dns_entry_of_model, avoid),
      .max = SS_S(3600) },
};
static const sn_fields dns_table = { "dns", dns_fields, SS_COUNT(dns_fields), NULL };

void sn_dns_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_model *m = model;
    m->dns.is_set = sn_fields_read(r, &dns_table, 0, value, &m->dns);
}

void sn_dns_write(sn_text *t, const sn_model *m)
{
    if (m->dns.is_set) {
        sn_text_put_str(t, "dns: ");
        sn_fields_write(t, &dns_table, 0, &m->dns);
        sn_text_put_str(t, "\n");
    }
}

/* ---- what names mean ---- */

void sn_judge_single(sn_reading *r, sn_model *m, sn_selector *s, unsigned role, const char *what)
{
    const sn_group_entry *g = sn_group_find(r, m, &s->group, "node");
    if (g == NULL) {
        return;
    }
    if (role != 0 && sn_group_lacks(g, role)) {
        sn_wrong(r, s->group.place, NULL, "'%s' %s", g->name.text, what);
    } else if (s->all || s->from != s->to || (!s->indexed && sn_group_size(g) > 1)) {
        sn_wrong(r, s->group.place, NULL, "one node is wanted here, as in \"%s[0]\"", g->name.text);
    } else {
        (void)sn_selector_fits(r, s, g);
    }
}

static void resolve_records(sn_reading *r, sn_model *m, const sn_records_entry *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->list[i].host.group.text != NULL) {
            sn_judge_single(r, m, &list->list[i].host, 0, "");
        }
    }
}

static bool has_servers(const sn_model *m)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        if ((m->groups[i].roles & SN_IS_DNS) != 0) {
            return true;
        }
    }
    return false;
}

void sn_dns_resolve(sn_reading *r, sn_model *m)
{
    resolve_records(r, m, &m->dns.records);
    for (uint32_t i = 0; i < m->group_count; i++) {
        resolve_records(r, m, &m->groups[i].records);
    }
    for (uint32_t i = 0; i < m->event_count; i++) {
        resolve_records(r, m, &m->events[i].added);
    }
    if (m->dns.is_set && !has_servers(m)) {
        sn_wrong(r, sn_item_place(m->item, "dns"), NULL,
                 "nobody answers: dns needs a node with the role dns");
    }
}

/* A zone has the name, or one that ends in it. */
bool sn_dns_knows(const sn_model *m, const char *host)
{
    char wire[300];
    ss_buffer b = ss_buffer_on(wire, sizeof wire);
    if (!has_servers(m) || sn_dns_name_from(ss_slice_from(host), &b) != SS_OK || b.overflow) {
        return false;
    }
    const ss_slice name = ss_buffer_slice(&b);
    for (uint32_t i = 0; i < m->dns.records.count; i++) {
        const ss_slice owner = m->dns.records.list[i].record.name;
        if (owner.len >= name.len &&
            ss_slice_eq(ss_slice_cut(owner, owner.len - name.len, owner.len), name)) {
            return true;
        }
    }
    return false;
}

/* ---- to the plan ---- */

static bool is_same(const sn_record *r, const sn_record_entry *e)
{
    return r->entry.record.type == e->record.type &&
           ss_slice_eq(r->entry.record.name, e->record.name);
}

static sn_record *append(sn_reading *r, sn_record *all, uint32_t *count,
                         const sn_records_entry *list, ss_time from, uint32_t server)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const sn_record_entry *e = &list->list[i];
        all = sn_hoard_grow(&r->hoard, all, *count, sizeof(*all));
        all[(*count)++] = (sn_record){
            .entry = { .record = e->record, .from = from, .until = SS_TIME_NEVER },
            .server = server,
            .host_group = e->host.group.text == NULL ? SN_NOBODY : e->host.group.index,
            .host_index = e->host.from,
        };
    }
    return all;
}

/* The zones' records from the beginning, then event by event: first what goes, then what comes. */
static void remove_records(sn_reading *r, const sn_event_entry *e, sn_record *all, uint32_t count)
{
    for (uint32_t k = 0; k < e->removed.count; k++) {
        bool found = false;
        for (uint32_t i = 0; i < count; i++) {
            if (all[i].server == SN_NOBODY && all[i].entry.until == SS_TIME_NEVER &&
                is_same(&all[i], &e->removed.list[k])) {
                all[i].entry.until = e->at;
                found = true;
            }
        }
        if (!found) {
            sn_wrong(r, e->removed.list[k].item->place, NULL, "there is no such record then");
        }
    }
}

void sn_dns_build(sn_reading *r, const sn_model *m)
{
    uint32_t count = 0;
    sn_record *all = append(r, NULL, &count, &m->dns.records, 0, SN_NOBODY);
    for (uint32_t i = 0; i < m->group_count; i++) {
        all = append(r, all, &count, &m->groups[i].records, 0, i);
    }
    for (uint32_t i = 0; i < m->event_count; i++) {
        remove_records(r, &m->events[i], all, count);
        all = append(r, all, &count, &m->events[i].added, m->events[i].at, SN_NOBODY);
    }
    for (uint32_t i = 0; i < count; i++) {
        sn_added(r, sn_plan_add_record(r->plan, &all[i]));
    }
    r->plan->dns.timeout = m->dns.timeout;
    r->plan->dns.attempts = m->dns.attempts;
    r->plan->dns.avoid = m->dns.avoid;
}

const sn_fields *sn_dns_fields(void)
{
    return &dns_table;
}
