/* What an authority answers: the records of the name and type asked for, those that its aliases lead to, addresses of the servers
 * that SRV records name (RFC 2782), or that there is nothing, with the SOA that says for how long (RFC 2308 3). */
#include "sn/dns.h"

typedef struct search {
    const sn_dns_zone *zone;
    ss_time now;
    sn_dns_record *found; /* room for every record of the zone */
    bool *is_taken;       /* of each entry */
    uint16_t count;
} search;

static bool is_there(const search *s, const sn_dns_entry *e)
{
    return e->from <= s->now && s->now < e->until;
}

/* `name` is `parent`, or ends in it at a label. */
static bool is_below(ss_slice name, ss_slice parent)
{
    while (name.len > parent.len) {
        const size_t label = (unsigned char)name.at[0] + 1u;
        name = ss_slice_cut(name, label, name.len);
    }
    return ss_slice_eq(name, parent);
}

/* Once each. */
static void add(search *s, const sn_dns_entry *e)
{
    bool *is_taken = &s->is_taken[e - s->zone->entries];
    if (!*is_taken) {
        s->found[s->count++] = e->record;
        *is_taken = true;
    }
}

static unsigned add_all(search *s, ss_slice name, uint16_t type)
{
    unsigned added = 0;
    for (uint32_t i = 0; i < s->zone->count; i++) {
        const sn_dns_entry *e = &s->zone->entries[i];
        if (is_there(s, e) && e->record.type == type && ss_slice_eq(e->record.name, name)) {
            add(s, e);
            added++;
        }
    }
    return added;
}

static const sn_dns_entry *alias_of(const search *s, ss_slice name)
{
    for (uint32_t i = 0; i < s->zone->count; i++) {
        const sn_dns_entry *e = &s->zone->entries[i];
        if (is_there(s, e) && e->record.type == SN_DNS_CNAME && ss_slice_eq(e->record.name, name)) {
            return e;
        }
    }
    return NULL;
}

/* RFC 1034 4.3.2 step 3 a name that others end in is there too. */
static bool has_name(const search *s, ss_slice name)
{
    for (uint32_t i = 0; i < s->zone->count; i++) {
        const sn_dns_entry *e = &s->zone->entries[i];
        if (is_there(s, e) && is_below(e->record.name, name)) {
            return true;
        }
    }
    return false;
}

/* The SOA of the zone that the name is in: the longest that it ends in. */
static void add_soa(search *s, ss_slice name)
{
    const sn_dns_entry *best = NULL;
    for (uint32_t i = 0; i < s->zone->count; i++) {
        const sn_dns_entry *e = &s->zone->entries[i];
        if (is_there(s, e) && e->record.type == SN_DNS_SOA && is_below(name, e->record.name) &&
            (best == NULL || e->record.name.len > best->record.name.len)) {
            best = e;
        }
    }
    if (best != NULL) {
        add(s, best);
    }
}

static void find(search *s, const sn_dns_question *q, sn_dns_message *response)
{
    ss_slice name = q->name;
    for (unsigned chain = 0; chain < SN_DNS_CHAIN_MAX; chain++) {
        const sn_dns_entry *alias = q->type == SN_DNS_CNAME ? NULL : alias_of(s, name);
        if (alias == NULL) {
            break;
        }
        add(s, alias);
        name = alias->record.target;
    }
    const unsigned found = add_all(s, name, q->type);
    response->answers = s->count;
    if (found == 0) {
        response->code = has_name(s, name) ? SN_DNS_OK : SN_DNS_NO_NAME;
        add_soa(s, name);
        response->authorities = (uint16_t)(s->count - response->answers);
        return;
    }
    for (uint16_t i = 0; i < response->answers; i++) {
        if (s->found[i].type == SN_DNS_SRV) {
            add_all(s, s->found[i].srv.target, SN_DNS_A);
            add_all(s, s->found[i].srv.target, SN_DNS_AAAA);
        }
    }
    response->additionals = (uint16_t)(s->count - response->answers);
}

ss_status sn_dns_answer(const sn_dns_zone *zone, ss_time now, const sn_dns_message *query,
                        ss_arena *arena, sn_dns_message *response)
{
    *response = (sn_dns_message){ .id = query->id,
                                  .is_response = true,
                                  .opcode = query->opcode,
                                  .wants_recursion = query->wants_recursion,
                                  .has_question = query->has_question,
                                  .question = query->question };
    if (query->opcode != 0) {
        response->code = SN_DNS_NOT_IMPLEMENTED;
        return SS_OK;
    }
    if (!query->has_question || query->question.class != SN_DNS_CLASS_IN) {
        response->code = SN_DNS_FORMAT;
        return SS_OK;
    }
    search s = { .zone = zone, .now = now };
    SS_ASSERT(zone->count <= SN_DNS_RECORDS_MAX);
    s.found = ss_arena_take(arena, (zone->count + 1u) * sizeof *s.found, _Alignof(sn_dns_record));
    s.is_taken = ss_arena_take(arena, zone->count + 1u, 1);
    if (s.found == NULL || s.is_taken == NULL) {
        return SS_ERR_FULL;
    }
    response->is_authoritative = true;
    response->records = s.found;
    find(&s, &query->question, response);
    return SS_OK;
}
