/* The plan: its builder. Specs are copied as they are added; what is derived from them is in plan/finish.c,
 * plan/address.c and plan/calls.c. */
#include "plan/private.h"

#include <stdlib.h>
#include <string.h>

#include "region.h"

typedef struct sn_chunk {
    struct sn_chunk *next;
    size_t used, cap; /* bytes behind the head */
} sn_chunk;

#define ALIGNED     ((size_t)16) /* for any type */
#define CHUNK_HEAD  ((size_t)32)
#define CHUNK_BYTES ((size_t)2000) /* of a chunk for many small things, most of which are texts */
_Static_assert(sizeof(sn_chunk) <= CHUNK_HEAD, "the head holds the struct");

static unsigned char *bytes_of(sn_chunk *chunk)
{
    return (unsigned char *)chunk + CHUNK_HEAD;
}

/* In front of the others, or, when it is for one large thing alone, behind the first, which goes on filling. */
static sn_chunk *add_chunk(sn_plan *plan, size_t cap, bool is_for_one)
{
    sn_chunk **first = &plan->memory->chunks;
    sn_chunk **at = is_for_one && *first != NULL ? &(*first)->next : first;
    sn_chunk *chunk = calloc(1, CHUNK_HEAD + cap);
    if (chunk != NULL) {
        *chunk = (sn_chunk){ .next = *at, .cap = cap };
        *at = chunk;
        sn_region_hide(bytes_of(chunk), cap);
    }
    return chunk;
}

/* Between two things stay some bytes that AddressSanitizer knows to be nobody's. */
void *sn_plan_take(sn_plan *plan, size_t count, size_t size)
{
    if (count > (SIZE_MAX - CHUNK_HEAD - 2 * ALIGNED) / size) {
        return NULL;
    }
    const size_t bytes = count * size;
    const size_t whole = bytes / ALIGNED * ALIGNED + 2 * ALIGNED;
    sn_chunk *chunk = plan->memory->chunks;
    if (whole > CHUNK_BYTES / 4) {
        chunk = add_chunk(plan, whole, true);
    } else if (chunk == NULL || whole > chunk->cap - chunk->used) {
        chunk = add_chunk(plan, CHUNK_BYTES, false);
    }
    if (chunk == NULL) {
        return NULL;
    }
    void *taken = bytes_of(chunk) + chunk->used;
    chunk->used += whole;
    sn_region_show(taken, bytes);
    return taken;
}

const char *sn_plan_text(sn_plan *plan, ss_slice text)
{
    char *copy = sn_plan_take(plan, text.len + 1, 1);
    if (copy != NULL && text.len > 0) {
        memcpy(copy, text.at, text.len);
    }
    return copy;
}

sn_plan *sn_plan_new(void)
{
    sn_plan *plan = calloc(1, sizeof *plan);
    sn_plan_memory *memory = calloc(1, sizeof *memory);
    if (plan == NULL || memory == NULL) {
        free(plan);
        free(memory);
        return NULL;
    }
    plan->memory = memory;
    plan->name = "";
    plan->nodes_max = SN_PLAN_NODES_MAX;
    plan->calls_max = SN_PLAN_CALLS_MAX;
    plan->seed = 1;
    plan->epoch_s = 1893456000; /* 2030-01-01 */
    plan->duration = SS_S(60);
    plan->drain = SS_S(300);
    plan->step_max = 1000;
    plan->dns = (sn_dns_plan){ .timeout = SS_S(2), .attempts = 3, .avoid = SS_S(30) };
    plan->root = SN_NOBODY;
    return plan;
}

void sn_plan_free(sn_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    sn_chunk *chunk = plan->memory->chunks;
    while (chunk != NULL) {
        sn_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(plan->links);
    free(plan->groups);
    free(plan->rows);
    free(plan->choices);
    free(plan->behaviours);
    free(plan->call_specs);
    free(plan->acts);
    free(plan->checks);
    free(plan->expects);
    free(plan->reached);
    free(plan->records);
    free(plan->spells);
    free(plan->rifts);
    free(plan->faults);
    free(plan->changes);
    free(plan->messages);
    free(plan->memory->check_places);
    free(plan->memory);
    free(plan);
}

/* Room for one more of `size` bytes behind *array, and a copy of `item` in it. Its index, or UINT32_MAX. */
static uint32_t append(void **array, uint32_t *count, uint32_t *cap, size_t size, const void *item)
{
    if (*count == UINT32_MAX - 1) {
        return UINT32_MAX;
    }
    if (*count == *cap) {
        const uint32_t bigger = *cap == 0 ? 8 : *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2;
        void *moved = realloc(*array, bigger * size);
        if (moved == NULL) {
            return UINT32_MAX;
        }
        *array = moved;
        *cap = bigger;
    }
    memcpy((unsigned char *)*array + *count * size, item, size);
    return (*count)++;
}

/* The pointer types differ, so the array goes through a void pointer of its own. */
#define APPEND(plan, array, count, cap, item)                                                     \
    do {                                                                                          \
        void *moved_ = (plan)->array;                                                             \
        index =                                                                                   \
            append(&moved_, &(plan)->count, &(plan)->memory->cap, sizeof *(plan)->array, (item)); \
        (plan)->array = moved_;                                                                   \
    } while (0)

static const char *copy_text(sn_plan *plan, const char *text, bool *failed)
{
    if (text == NULL) {
        return NULL;
    }
    const char *copy = sn_plan_text(plan, ss_slice_from(text));
    *failed |= copy == NULL;
    return copy;
}

static void copy_table(sn_plan *plan, sn_jitter *jitter, bool *failed)
{
    if (jitter->shape == SN_SHAPE_TABLE && jitter->spread != 0) {
        int64_t *at = sn_plan_take(plan, jitter->table_count, sizeof *at);
        *failed |= at == NULL;
        if (at != NULL) {
            memcpy(at, jitter->table, jitter->table_count * sizeof *at);
        }
        jitter->table = at;
    }
}

/* What a direction points to is the plan's from now on. */
static void copy_link(sn_plan *plan, sn_link_params *params, bool *failed)
{
    if (params->loss.kind == SN_LOSS_INDEX) {
        const sn_loss_index *index = &params->loss.index;
        uint32_t *at = sn_plan_take(plan, index->count + 1u, sizeof *at);
        *failed |= at == NULL;
        if (at != NULL && index->count > 0) {
            memcpy(at, index->at, index->count * sizeof *at);
        }
        params->loss.index.at = at;
    }
    copy_table(plan, &params->jitter, failed);
    copy_table(plan, &params->slot.jitter, failed);
    sn_link_settle(params);
}

uint32_t sn_plan_add_link(sn_plan *plan, const sn_link_kind *kind)
{
    bool failed = false;
    uint32_t index;
    sn_link_kind copy = *kind;
    copy.name = copy_text(plan, kind->name, &failed);
    copy_link(plan, &copy.up, &failed);
    copy_link(plan, &copy.down, &failed);
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, links, link_count, link_cap, &copy);
    return index;
}

static const char *const *copy_domains(sn_plan *plan, const sn_proxy_spec *spec, bool *failed)
{
    const char **copy = sn_plan_take(plan, spec->domain_count + 1u, sizeof *copy);
    *failed |= copy == NULL;
    for (uint32_t i = 0; copy != NULL && i < spec->domain_count; i++) {
        copy[i] = copy_text(plan, spec->domains[i], failed);
    }
    return copy;
}

static const ss_slice *copy_slices(sn_plan *plan, const char *const *texts, uint32_t count,
                                   bool *failed)
{
    ss_slice *copy = sn_plan_take(plan, count + 1u, sizeof *copy);
    *failed |= copy == NULL;
    for (uint32_t i = 0; copy != NULL && i < count; i++) {
        const char *text = copy_text(plan, texts[i], failed);
        copy[i] = text == NULL ? SS_EMPTY : ss_slice_from(text);
    }
    return copy;
}

/* What its engine understands, from what the scenario says. */
static ss_ua_profile profile_of(sn_plan *plan, const sn_ua_spec *ua, bool *failed)
{
    static const ss_slice packages[][2] = {
        [SN_EVENTS_PRESENCE] = { SS_LIT_INIT("presence") },
        [SN_EVENTS_DIALOG] = { SS_LIT_INIT("dialog") },
        [SN_EVENTS_PRESENCE |
            SN_EVENTS_DIALOG] = { SS_LIT_INIT("presence"), SS_LIT_INIT("dialog") },
    };
    static const ss_slice ways[][2] = { { SS_LIT_INIT(""), SS_LIT_INIT("gruu") },
                                        { SS_LIT_INIT("path"), SS_LIT_INIT("path, gruu") },
                                        { SS_LIT_INIT("path, outbound"),
                                          SS_LIT_INIT("path, outbound, gruu") } };
    static const ss_slice options[] = { SS_LIT_INIT("gruu") };
    const bool asks = ua->gruu != SS_GRUU_USE_NONE;
    return (ss_ua_profile){
        .register_supported = ways[!ua->says_path    ? 0
                                   : ua->reg_id == 0 ? 1
                                                     : 2][asks],
        .gruu = ua->gruu,
        .options = options, /* RFC5627:4.4 */
        .option_count = asks,
        .reg_id = ua->reg_id,
        .keep_alive_s = ua->keep_alive_s,
        .more_route_count = ua->other_outbound_count,
        .unregisters = ua->unregisters,
        .methods = ua->is_compositor ? SS_METHOD_BIT(PUBLISH) : 0,
        .packages = packages[ua->events],
        .package_count = (uint16_t)((ua->events & 1u) + (ua->events >> 1 & 1u)),
        .info_packages = copy_slices(plan, ua->info_packages, ua->info_package_count, failed),
        .info_package_count = (uint16_t)ua->info_package_count,
        .knows_info = ua->knows_info,
        .replaces = ua->joins ? SS_REPLACES_NOBODY : ua->replaces,
        .refers = ua->refers,
        .is_compositor = ua->is_compositor,
        .takes_any_call = ua->joins || ua->takes_any_call,
        .min_expires_s = ua->min_expires_s,
    };
}

static const sn_guard_spec *copy_guards(sn_plan *plan, const sn_guard_spec *guards, uint32_t count,
                                        bool *failed)
{
    sn_guard_spec *copy = sn_plan_take(plan, count + 1u, sizeof *copy);
    *failed |= copy == NULL;
    for (uint32_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = guards[i];
        copy[i].domain = copy_text(plan, guards[i].domain, failed);
        copy[i].realm = copy_text(plan, guards[i].realm, failed);
        copy[i].password = copy_text(plan, guards[i].password, failed);
    }
    return copy;
}

static void copy_login(sn_plan *plan, sn_login_spec *login, bool *failed)
{
    login->password = copy_text(plan, login->password, failed);
    login->user = copy_text(plan, login->user, failed);
    login->realm = copy_text(plan, login->realm, failed);
    login->domain = copy_text(plan, login->domain, failed);
    for (uint32_t i = 0; i < login->guest_count; i++) {
        sn_guest_spec *guest = &login->guests[i];
        guest->domain = copy_text(plan, guest->domain, failed);
        guest->realm = copy_text(plan, guest->realm, failed);
        guest->password = copy_text(plan, guest->password, failed);
    }
    for (uint32_t i = 0; i < login->account_count; i++) {
        sn_account_spec *account = &login->accounts[i];
        account->user = copy_text(plan, account->user, failed);
        account->password = copy_text(plan, account->password, failed);
    }
}

uint32_t sn_plan_add_group(sn_plan *plan, const sn_group_spec *spec)
{
    bool failed = false;
    uint32_t index;
    sn_group_spec copy = *spec;
    SS_ASSERT(!plan->memory->finished);
    copy.name = copy_text(plan, spec->name, &failed);
    copy.ua.aor = copy_text(plan, spec->ua.aor, &failed);
    copy.ua.outbound_host = copy_text(plan, spec->ua.outbound_host, &failed);
    copy.ua.origin = copy_text(plan, spec->ua.origin, &failed);
    copy.ua.profile = profile_of(plan, &spec->ua, &failed);
    copy.ua.watch.event = copy_text(plan, spec->ua.watch.event, &failed);
    copy.ua.contacts = copy_text(plan, spec->ua.contacts, &failed);
    copy.ua.instance = copy_text(plan, spec->ua.instance, &failed);
    copy.injects.message = copy_text(plan, spec->injects.message, &failed);
    copy.proxy.host = copy_text(plan, spec->proxy.host, &failed);
    copy.proxy.outbound_host = copy_text(plan, spec->proxy.outbound_host, &failed);
    copy_login(plan, &copy.ua.login, &failed);
    copy.proxy.domains = copy_domains(plan, &spec->proxy, &failed);
    copy.proxy.guards = copy_guards(plan, spec->proxy.guards, spec->proxy.guard_count, &failed);
    copy.ua.door = spec->ua.door == NULL ? NULL : copy_guards(plan, spec->ua.door, 1, &failed);
    if (spec->settings.product.len > 0) {
        copy.settings.product.at = sn_plan_text(plan, spec->settings.product);
        failed |= copy.settings.product.at == NULL;
    }
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, groups, group_count, group_cap, &copy);
    return index;
}

static void copy_slice(sn_plan *plan, ss_slice *text, bool *failed)
{
    const char *copy = text->len == 0 ? NULL : sn_plan_text(plan, *text);
    *failed |= text->len > 0 && copy == NULL;
    *text = (ss_slice){ copy, copy == NULL ? 0 : text->len };
}

static void copy_data(sn_plan *plan, sn_dns_record *r, bool *failed)
{
    switch (r->type) {
    case SN_DNS_A:
    case SN_DNS_AAAA:
        break;
    case SN_DNS_SRV:
        copy_slice(plan, &r->srv.target, failed);
        break;
    case SN_DNS_NAPTR:
        copy_slice(plan, &r->naptr.flags, failed);
        copy_slice(plan, &r->naptr.service, failed);
        copy_slice(plan, &r->naptr.regexp, failed);
        copy_slice(plan, &r->naptr.replacement, failed);
        break;
    case SN_DNS_SOA:
        copy_slice(plan, &r->soa.server, failed);
        copy_slice(plan, &r->soa.mailbox, failed);
        break;
    default:
        copy_slice(plan, &r->target, failed);
        break;
    }
}

uint32_t sn_plan_add_record(sn_plan *plan, const sn_record *record)
{
    bool failed = false;
    uint32_t index;
    sn_record copy = *record;
    copy_slice(plan, &copy.entry.record.name, &failed);
    copy_data(plan, &copy.entry.record, &failed);
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, records, record_count, record_cap, &copy);
    return index;
}

uint32_t sn_plan_add_spell(sn_plan *plan, const sn_spell *spell)
{
    uint32_t index;
    APPEND(plan, spells, spell_count, spell_cap, spell);
    return index;
}

uint32_t sn_plan_add_rift(sn_plan *plan, const sn_rift *rift)
{
    uint32_t index;
    APPEND(plan, rifts, rift_count, rift_cap, rift);
    return index;
}

static void copy_course(sn_plan *plan, sn_course *course, bool *failed)
{
    sn_level *levels = sn_plan_take(plan, course->level_count + 1u, sizeof *levels);
    *failed |= levels == NULL;
    for (uint32_t i = 0; levels != NULL && i < course->level_count; i++) {
        levels[i] = course->levels[i];
        copy_link(plan, &levels[i].up, failed);
        copy_link(plan, &levels[i].down, failed);
    }
    course->levels = levels;
}

uint32_t sn_plan_add_change(sn_plan *plan, const sn_link_change *change)
{
    bool failed = false;
    uint32_t index;
    sn_link_change copy = *change;
    copy_link(plan, &copy.up, &failed);
    copy_link(plan, &copy.down, &failed);
    copy_course(plan, &copy.course, &failed);
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, changes, change_count, change_cap, &copy);
    return index;
}

uint32_t sn_plan_add_message(sn_plan *plan, ss_slice bytes)
{
    uint32_t index;
    const char *copy = sn_plan_text(plan, bytes);
    if (copy == NULL) {
        return UINT32_MAX;
    }
    const ss_slice kept = { copy, bytes.len };
    APPEND(plan, messages, message_count, message_cap, &kept);
    return index;
}

uint32_t sn_plan_add_fault(sn_plan *plan, const sn_fault *fault)
{
    bool failed = false;
    uint32_t index;
    sn_fault own = *fault;
    own.edit.field = fault->edit.field == NULL ? NULL : copy_text(plan, own.edit.field, &failed);
    own.edit.value = fault->edit.value == NULL ? NULL : copy_text(plan, own.edit.value, &failed);
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, faults, fault_count, fault_cap, &own);
    return index;
}

uint32_t sn_plan_add_behaviour(sn_plan *plan, const char *name)
{
    bool failed = false;
    uint32_t index;
    const sn_behaviour behaviour = { .name = copy_text(plan, name, &failed),
                                     .first_choice = plan->choice_count };
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, behaviours, behaviour_count, behaviour_cap, &behaviour);
    return index;
}

uint32_t sn_plan_add_choice(sn_plan *plan, uint32_t weight)
{
    uint32_t index;
    SS_ASSERT(plan->behaviour_count > 0);
    const sn_choice_rows choice = { .weight = weight, .first_row = plan->row_count };
    APPEND(plan, choices, choice_count, choice_cap, &choice);
    if (index != UINT32_MAX) {
        sn_behaviour *of = &plan->behaviours[plan->behaviour_count - 1];
        of->choice_count++;
        of->weight_sum += weight;
    }
    return index;
}

uint32_t sn_plan_add_row(sn_plan *plan, const sn_row *row)
{
    uint32_t index;
    SS_ASSERT(plan->choice_count > 0);
    APPEND(plan, rows, row_count, row_cap, row);
    if (index != UINT32_MAX) {
        plan->choices[plan->choice_count - 1].row_count++;
    }
    return index;
}

uint32_t sn_plan_row_number(const sn_plan *plan, uint32_t row)
{
    uint32_t first = 0,
             end = plan->choice_count; /* the last choice that begins no later is in [first, end) */
    SS_ASSERT(row < plan->row_count);
    while (end - first > 1) {
        const uint32_t middle = first + (end - first) / 2;
        *(plan->choices[middle].first_row <= row ? &first : &end) = middle;
    }
    return row - plan->choices[first].first_row + 1;
}

uint32_t sn_plan_add_calls(sn_plan *plan, const sn_call_spec *spec)
{
    bool failed = false;
    uint32_t index;
    sn_call_spec copy = *spec;
    copy.name = copy_text(plan, spec->name, &failed);
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, call_specs, call_spec_count, call_spec_cap, &copy);
    return index;
}

uint32_t sn_plan_add_act(sn_plan *plan, const sn_act *act)
{
    uint32_t index;
    APPEND(plan, acts, act_count, act_cap, act);
    return index;
}

uint32_t sn_plan_add_check(sn_plan *plan, const sn_check *check, uint32_t group,
                           uint32_t node_index)
{
    uint32_t index;
    const sn_place place = { group, node_index };
    void *places = plan->memory->check_places;
    index = append(&places, &plan->memory->check_place_count, &plan->memory->check_place_cap,
                   sizeof place, &place);
    plan->memory->check_places = places;
    if (index == UINT32_MAX) {
        return index;
    }
    APPEND(plan, checks, check_count, check_cap, check);
    return index;
}

uint32_t sn_plan_add_expect(sn_plan *plan, const sn_expect *expect)
{
    bool failed = false;
    uint32_t index;
    sn_expect copy = *expect;
    copy.text = copy_text(plan, expect->text, &failed);
    if (failed) {
        return UINT32_MAX;
    }
    APPEND(plan, expects, expect_count, expect_cap, &copy);
    return index;
}

uint32_t sn_plan_add_reached(sn_plan *plan, sn_reached reached)
{
    uint32_t index;
    APPEND(plan, reached, reached_count, reached_cap, &reached);
    return index;
}

void sn_plan_set_name(sn_plan *plan, const char *name)
{
    const char *copy = sn_plan_text(plan, ss_slice_from(name));
    plan->name = copy == NULL ? "" : copy;
}

uint32_t sn_plan_node(const sn_plan *plan, uint32_t group, uint32_t index)
{
    SS_ASSERT(plan->memory->finished);
    SS_ASSERT(group < plan->group_count);
    SS_ASSERT(index < plan->groups[group].count);
    return plan->group_first[group] + index;
}

uint32_t sn_plan_tap(const sn_plan *plan, uint32_t node)
{
    const sn_group_spec *g = &plan->groups[plan->nodes[node].group];
    return g->role == SN_ROLE_UA && g->ua.outbound != SN_NOBODY &&
                   plan->groups[g->ua.outbound].role == SN_ROLE_TAP
               ? plan->group_first[g->ua.outbound]
               : SN_NOBODY;
}

uint32_t sn_plan_outbound(const sn_plan *plan, const sn_ua_spec *spec)
{
    return spec->outbound != SN_NOBODY && plan->groups[spec->outbound].role == SN_ROLE_TAP
               ? plan->groups[spec->outbound].toward
               : spec->outbound;
}
