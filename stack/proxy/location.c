/* A location service in memory: RFC 3261 10.3 steps 6 and 7, seen from the data. The registrar of a domain writes what its
 * proxy reads, RFC3261:10.1.
 *
 * An address-of-record, once seen, stays known, so that a user who is bound nowhere (480) is told from one that never
 * was (404). Its bindings are a list in order of registration; a refresh puts a binding at the end. They expire by their
 * instant and are given back when their address-of-record is next looked at. Changes are judged against what is bound,
 * then everything they need is taken, and only then is anything changed: all or nothing.
 *
 * An instance that asked for GRUUs (RFC 5627) has an entry of its own while any of its bindings lasts. A temporary GRUU names the
 * entry and since when it is what it is: nothing is kept of the single ones, and all of them end together (5.1, 5.3).
 */
#include "ss/proxy.h"

#include <string.h>

/* Its texts stand behind the struct, in this order. */
enum { CONTACT, CALL_ID, PATH, INSTANCE, TEXTS };

typedef struct bound {
    ss_ref next;
    uint32_t cseq;
    ss_time expires_at;
    uint16_t len[TEXTS];
    uint32_t reg_id;
    uint16_t q;
    bool is_by_flow; /* a flow_entry leads to it */
    bool has_gruu;   /* it is counted in a gruu_entry */
} bound;

/* One of the bindings that a flow which ends here has made. RFC 5626 7 */
typedef struct flow_entry {
    ss_table_link link; /* first: the table finds it */
    ss_ref aor, bound;
} flow_entry;

/** An instance of an address-of-record that has GRUUs. RFC 5627 5.4 */
typedef struct gruu_entry {
    ss_table_link link; /* first: the table finds it */
    uint64_t since;
    ss_ref aor;
    uint32_t bindings;
} gruu_entry;

typedef struct aor_record {
    ss_table_link link; /* first: the table finds it */
    ss_ref next_aor, prev_aor, first;
    ss_blob name;
} aor_record;

ss_status ss_location_init(ss_location *l, ss_store *store, uint32_t owner, uint64_t expected)
{
    *l = (ss_location){ .store = store, .owner = owner };
    return ss_table_init(&l->aors, store, expected);
}

/* ---- bindings as blocks -------------------------------------------------------------------------------------- */

static bound *bound_at(const ss_location *l, ss_ref ref)
{
    return ss_store_at(l->store, ref);
}

static size_t text_bytes(const bound *b)
{
    size_t bytes = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        bytes += b->len[i];
    }
    return bytes;
}

static ss_slice text_of(const bound *b, unsigned which)
{
    const char *at = (const char *)(b + 1);
    for (unsigned i = 0; i < which; i++) {
        at += b->len[i];
    }
    return (ss_slice){ at, b->len[which] };
}

/* Of a change; none is longer than the message that it came in. */
static void texts_of(const ss_binding *change, ss_slice texts[TEXTS])
{
    texts[CONTACT] = change->contact;
    texts[CALL_ID] = change->call_id;
    texts[PATH] = change->path;
    texts[INSTANCE] = change->instance;
}

static size_t change_bytes(const ss_binding *change)
{
    return change->contact.len + change->call_id.len + change->path.len + change->instance.len;
}

static ss_key128 flow_key(ss_slice path)
{
    return (ss_key128){ .lo = ss_hash64(3, path), .hi = ss_hash64(4, path) };
}

static flow_entry *flow_find(const ss_location *l, ss_slice path)
{
    return (flow_entry *)(void *)ss_table_find(&l->aors, l->store, l->owner, flow_key(path));
}

static bool flow_add(ss_location *l, const aor_record *a, ss_ref ref)
{
    const ss_ref at = ss_store_take(l->store, sizeof(flow_entry));
    if (at == 0) {
        return false;
    }
    flow_entry *f = ss_store_at(l->store, at);
    f->aor = ss_store_ref(l->store, a);
    f->bound = ref;
    f->link.key = flow_key(text_of(bound_at(l, ref), PATH));
    f->link.engine = l->owner;
    ss_table_add(&l->aors, l->store, &f->link);
    return true;
}

static void flow_remove(ss_location *l, ss_ref ref)
{
    flow_entry *f = flow_find(l, text_of(bound_at(l, ref), PATH));
    while (f->bound != ref) {
        f = (flow_entry *)(void *)ss_table_find_next(l->store, &f->link);
    }
    ss_table_remove(&l->aors, l->store, &f->link);
    ss_store_give(l->store, ss_store_ref(l->store, f), sizeof *f);
}

/* ---- instances with GRUUs -------------------------------------------------------------------------------------- */

ss_gruu ss_location_gruu(ss_slice aor, ss_slice instance)
{
    return (ss_gruu){ .aor = ss_hash64(7, aor), .instance = ss_hash64(8, instance) };
}

static gruu_entry *gruu_find(const ss_location *l, const ss_gruu *gruu)
{
    const ss_key128 key = { .lo = gruu->aor, .hi = gruu->instance };
    return (gruu_entry *)(void *)ss_table_find(&l->aors, l->store, l->owner, key);
}

static gruu_entry *gruu_of(const ss_location *l, const aor_record *a, ss_slice instance)
{
    const ss_gruu gruu = ss_location_gruu(ss_blob_slice(l->store, a->name), instance);
    return gruu_find(l, &gruu);
}

/* Never the same again, in another life of the host neither. */
static uint64_t gruu_anew(ss_location *l, ss_time now)
{
    l->gruus++;
    return ss_mix_absorb(ss_mix_absorb(now, l->gruus), l->owner) | 1;
}

static gruu_entry *gruu_add(ss_location *l, const aor_record *a, ss_time now, ss_slice instance)
{
    const ss_ref at = ss_store_take(l->store, sizeof(gruu_entry));
    if (at == 0) {
        return NULL;
    }
    const ss_gruu gruu = ss_location_gruu(ss_blob_slice(l->store, a->name), instance);
    gruu_entry *g = ss_store_at(l->store, at);
    g->aor = ss_store_ref(l->store, a);
    g->since = gruu_anew(l, now);
    g->link.key = (ss_key128){ .lo = gruu.aor, .hi = gruu.instance };
    g->link.engine = l->owner;
    ss_table_add(&l->aors, l->store, &g->link);
    return g;
}

/* Once an instance has GRUUs, each of its bindings counts: RFC5627:5.4 whether its REGISTER asked or not. False
 * when there is no room. */
static bool gruu_take(ss_location *l, const aor_record *a, ss_time now, bound *b, bool wanted)
{
    const ss_slice instance = text_of(b, INSTANCE);
    gruu_entry *g = instance.len == 0 ? NULL : gruu_of(l, a, instance);
    if (g == NULL && instance.len != 0 && wanted) {
        g = gruu_add(l, a, now, instance);
        if (g == NULL) {
            return false;
        }
    }
    b->has_gruu = g != NULL;
    if (g != NULL) {
        g->bindings++;
    }
    return true;
}

/* With the last contact of the instance its temporary GRUUs end. RFC5627:5.3 */
static void gruu_give(ss_location *l, const aor_record *a, const bound *b)
{
    gruu_entry *g = gruu_of(l, a, text_of(b, INSTANCE));
    g->bindings--;
    if (g->bindings == 0) {
        ss_table_remove(&l->aors, l->store, &g->link);
        ss_store_give(l->store, ss_store_ref(l->store, g), sizeof *g);
    }
}

/* ---- a binding and what leads to it ---------------------------------------------------------------------------- */

static void bound_end(ss_location *l, const aor_record *a, ss_ref ref)
{
    const bound *b = bound_at(l, ref);
    if (b->is_by_flow) {
        flow_remove(l, ref);
    }
    if (b->has_gruu) {
        gruu_give(l, a, b);
    }
    ss_store_give(l->store, ref, sizeof(bound) + text_bytes(b));
}

static ss_ref bound_new(ss_location *l, const aor_record *a, ss_time now, const ss_binding *change)
{
    ss_slice texts[TEXTS];
    const ss_ref ref = ss_store_take(l->store, sizeof(bound) + change_bytes(change));
    if (ref == 0) {
        return 0;
    }
    texts_of(change, texts);
    bound *b = bound_at(l, ref);
    b->cseq = change->cseq;
    b->q = change->q;
    b->expires_at = ss_time_after(now, SS_S(change->expires_s));
    b->reg_id = change->reg_id;
    char *text = (char *)(b + 1);
    for (size_t i = 0; i < TEXTS; i++) {
        SS_ASSERT(texts[i].len <= UINT16_MAX);
        b->len[i] = (uint16_t)texts[i].len;
        if (texts[i].len != 0) {
            memcpy(text, texts[i].at, texts[i].len);
        }
        text += texts[i].len;
    }
    b->is_by_flow = change->is_by_flow;
    if (!gruu_take(l, a, now, b, change->wants_gruu)) {
        ss_store_give(l->store, ref, sizeof(bound) + change_bytes(change));
        return 0;
    }
    if (b->is_by_flow && !flow_add(l, a, ref)) {
        b->is_by_flow = false;
        bound_end(l, a, ref);
        return 0;
    }
    l->bindings++;
    return ref;
}

static void bound_free(ss_location *l, const aor_record *a, ss_ref ref)
{
    bound_end(l, a, ref);
    l->bindings--;
}

static void bound_append(const ss_location *l, ss_ref *list, ss_ref ref)
{
    while (*list != 0) {
        list = &bound_at(l, *list)->next;
    }
    *list = ref;
}

static void bound_free_list(ss_location *l, const aor_record *a, ss_ref at)
{
    while (at != 0) {
        const ss_ref next = bound_at(l, at)->next;
        bound_free(l, a, at);
        at = next;
    }
}

/* ---- addresses-of-record ------------------------------------------------------------------------------------- */

static ss_key128 key_of(ss_slice name)
{
    return (ss_key128){ .lo = ss_hash64(1, name), .hi = ss_hash64(2, name) };
}

static aor_record *aor_find(const ss_location *l, ss_slice name)
{
    return (aor_record *)(void *)ss_table_find(&l->aors, l->store, l->owner, key_of(name));
}

static aor_record *aor_new(ss_location *l, ss_slice name)
{
    const ss_ref ref = ss_store_take(l->store, sizeof(aor_record));
    if (ref == 0) {
        return NULL;
    }
    aor_record *a = ss_store_at(l->store, ref);
    a->name = (ss_blob){ .ref = ss_store_take(l->store, name.len), .len = (uint32_t)name.len };
    if (a->name.ref == 0) {
        ss_store_give(l->store, ref, sizeof(aor_record));
        return NULL;
    }
    memcpy(ss_store_at(l->store, a->name.ref), name.at, name.len);
    a->link.key = key_of(name);
    a->link.engine = l->owner;
    ss_table_add(&l->aors, l->store, &a->link);
    if (l->last_aor == 0) {
        l->first_aor = ref;
    } else {
        ((aor_record *)ss_store_at(l->store, l->last_aor))->next_aor = ref;
    }
    a->prev_aor = l->last_aor;
    l->last_aor = ref;
    return a;
}

static void aor_give(ss_location *l, aor_record *a)
{
    ss_table_remove(&l->aors, l->store, &a->link);
    ss_store_give(l->store, a->name.ref, a->name.len);
    ss_store_give(l->store, ss_store_ref(l->store, a), sizeof(aor_record));
}

static void expire(ss_location *l, aor_record *a, ss_time now)
{
    ss_ref *at = &a->first;
    while (*at != 0) {
        bound *b = bound_at(l, *at);
        if (b->expires_at > now) {
            at = &b->next;
            continue;
        }
        const ss_ref gone = *at;
        *at = b->next;
        bound_free(l, a, gone);
    }
}

void ss_location_forget_all(ss_location *l)
{
    ss_ref at = l->first_aor;
    while (at != 0) {
        aor_record *a = ss_store_at(l->store, at);
        const ss_ref next = a->next_aor;
        bound_free_list(l, a, a->first);
        aor_give(l, a);
        at = next;
    }
    l->first_aor = 0;
    l->last_aor = 0;
}

/* ---- answering ----------------------------------------------------------------------------------------------- */

/* Seconds left, rounded up: what was granted a moment ago is told as granted. */
static uint32_t seconds_left(ss_time at, ss_time now)
{
    const uint64_t left = (at - now + SS_S(1) - 1) / SS_S(1);
    return left > UINT32_MAX ? UINT32_MAX : (uint32_t)left;
}

/* Room for `count` bindings with `bytes` of text, taken before anything is changed. */
typedef struct room {
    ss_binding *bindings;
    char *text;
} room;

static ss_status take_room(ss_arena *arena, size_t count, size_t bytes, room *out)
{
    *out = (room){ 0 };
    if (count == 0) {
        return SS_OK;
    }
    out->bindings = SS_ARENA_ARRAY(arena, ss_binding, count);
    out->text = ss_arena_take(arena, bytes, 1);
    return out->bindings == NULL || out->text == NULL ? SS_ERR_FULL : SS_OK;
}

static ss_slice copy_text(char **text, ss_slice from)
{
    const ss_slice copy = { *text, from.len };
    if (from.len != 0) {
        memcpy(*text, from.at, from.len);
    }
    *text += from.len;
    return copy;
}

static ss_gruu gruu_told(const ss_location *l, const aor_record *a, const bound *b)
{
    const gruu_entry *g = b->has_gruu ? gruu_of(l, a, text_of(b, INSTANCE)) : NULL;
    return g == NULL ? (ss_gruu){ 0 } : (ss_gruu){ g->link.key.lo, g->link.key.hi, g->since };
}

static void tell(const ss_location *l, const aor_record *a, ss_time now, room where,
                 ss_answer *answer)
{
    uint16_t count = 0;
    for (ss_ref at = a->first; at != 0; at = bound_at(l, at)->next) {
        const bound *b = bound_at(l, at);
        where.bindings[count] =
            (ss_binding){ .contact = copy_text(&where.text, text_of(b, CONTACT)),
                          .call_id = copy_text(&where.text, text_of(b, CALL_ID)),
                          .path = copy_text(&where.text, text_of(b, PATH)),
                          .instance = copy_text(&where.text, text_of(b, INSTANCE)),
                          .reg_id = b->reg_id,
                          .is_by_flow = b->is_by_flow,
                          .gruu = gruu_told(l, a, b),
                          .cseq = b->cseq,
                          .q = b->q,
                          .expires_s = seconds_left(b->expires_at, now) };
        count++;
    }
    answer->bindings = where.bindings;
    answer->binding_count = count;
}

static void measure(const ss_location *l, const aor_record *a, size_t *count, size_t *bytes)
{
    *count = 0;
    *bytes = 0;
    for (ss_ref at = a->first; at != 0; at = bound_at(l, at)->next) {
        ++*count;
        *bytes += text_bytes(bound_at(l, at));
    }
}

/* Whose temporary GRUU it is, as long as it is valid. RFC5627:5.4; NULL: nobody's, or nobody's any more */
static aor_record *aor_of_gruu(const ss_location *l, const ss_gruu *gruu)
{
    const gruu_entry *g = gruu_find(l, gruu);
    return g == NULL || g->since != gruu->since ? NULL : ss_store_at(l->store, g->aor);
}

/* The bindings that are no more are gone. NULL: nobody has that name. */
static aor_record *aor_asked(ss_location *l, ss_time now, const ss_query *query)
{
    const bool by_gruu = query->gruu.since != 0;
    aor_record *a = by_gruu ? aor_of_gruu(l, &query->gruu) : aor_find(l, query->name);
    if (a != NULL) {
        expire(l, a, now);
    }
    return by_gruu ? aor_of_gruu(l, &query->gruu) : a;
}

static ss_status locate(ss_location *l, ss_time now, const ss_query *query, ss_arena *arena,
                        ss_answer *answer)
{
    const aor_record *a = aor_asked(l, now, query);
    if (a == NULL) {
        answer->status = SS_NONE;
        return SS_OK;
    }
    size_t count, bytes;
    measure(l, a, &count, &bytes);
    room where;
    const ss_status status = take_room(arena, count, bytes, &where);
    if (status == SS_OK) {
        tell(l, a, now, where, answer);
    }
    return status;
}

/* ---- changing ------------------------------------------------------------------------------------------------ */

/* Equal by 19.1.4 when both are SIP URIs; else by their bytes. */
static bool same_contact(ss_slice a, ss_slice b)
{
    if (ss_slice_eq(a, b)) {
        return true;
    }
    ss_uri left, right;
    return ss_uri_parse(a, &left) == SS_OK && ss_uri_parse(b, &right) == SS_OK &&
           ss_uri_equal(&left, &right);
}

/* With a flow "the corresponding binding is between an AOR and the combination of the instance-id … and the value of reg-id".
 * RFC5626:6 */
static bool is_same(const bound *b, const ss_binding *change)
{
    if (change->reg_id != 0 || b->reg_id != 0) {
        return b->reg_id == change->reg_id && ss_slice_eq(text_of(b, INSTANCE), change->instance);
    }
    return same_contact(text_of(b, CONTACT), change->contact);
}

static ss_ref *find_bound(const ss_location *l, aor_record *a, const ss_binding *change)
{
    ss_ref *at = &a->first;
    while (*at != 0 && !is_same(bound_at(l, *at), change)) {
        at = &bound_at(l, *at)->next;
    }
    return at;
}

/* Of one Call-ID the CSeq number decides. RFC3261:10.3 */
static bool is_in_order(const bound *b, const ss_binding *change)
{
    return !ss_slice_eq(text_of(b, CALL_ID), change->call_id) || change->cseq > b->cseq;
}

/* Step 6 for the star, step 7 for the others. RFC3261:10.3 */
static bool are_in_order(const ss_location *l, aor_record *a, const ss_query *query)
{
    if (query->remove_all) {
        for (ss_ref at = a->first; at != 0; at = bound_at(l, at)->next) {
            if (!is_in_order(bound_at(l, at), &query->changes[0])) {
                return false;
            }
        }
        return true;
    }
    for (uint16_t i = 0; i < query->change_count; i++) {
        const ss_ref at = *find_bound(l, a, &query->changes[i]);
        if (at != 0 && !is_in_order(bound_at(l, at), &query->changes[i])) {
            return false;
        }
    }
    return true;
}

static bool fits(const ss_location *l, aor_record *a, const ss_query *query)
{
    size_t count, bytes;
    measure(l, a, &count, &bytes);
    for (uint16_t i = 0; !query->remove_all && i < query->change_count; i++) {
        const ss_binding *wanted = &query->changes[i];
        if (wanted->expires_s != 0 && *find_bound(l, a, wanted) == 0) {
            count++;
        }
    }
    return count <= SS_LOCATION_CONTACTS_MAX;
}

/* The tentative new bindings, one for each change that adds or updates. */
static ss_status make_new(ss_location *l, const aor_record *a, ss_time now, const ss_query *query,
                          ss_ref *list)
{
    *list = 0;
    for (uint16_t i = 0; !query->remove_all && i < query->change_count; i++) {
        if (query->changes[i].expires_s == 0) {
            continue;
        }
        const ss_ref ref = bound_new(l, a, now, &query->changes[i]);
        if (ref == 0) {
            bound_free_list(l, a, *list);
            return SS_ERR_MEMORY;
        }
        bound_append(l, list, ref);
    }
    return SS_OK;
}

static void remove_bound(ss_location *l, const aor_record *a, ss_ref *at)
{
    const ss_ref gone = *at;
    if (gone != 0) {
        *at = bound_at(l, gone)->next;
        bound_free(l, a, gone);
    }
}

static bool is_of_instance(const bound *b, const ss_binding *change)
{
    return ss_slice_eq(text_of(b, INSTANCE), change->instance) &&
           (change->reg_id == 0 || b->reg_id == change->reg_id);
}

/* "If it differs from the one in the REGISTER request, the registrar MUST invalidate all previously generated temporary GRUUs": the
 * Call-ID of the contact of the instance, and of the flow, that was registered last. RFC5627:5.1 */
static void gruu_renew(ss_location *l, const aor_record *a, ss_time now, const ss_binding *change)
{
    gruu_entry *g = change->instance.len == 0 || change->expires_s == 0
                        ? NULL
                        : gruu_of(l, a, change->instance);
    const bound *last = NULL;
    for (ss_ref at = g == NULL ? 0 : a->first; at != 0; at = bound_at(l, at)->next) {
        last = is_of_instance(bound_at(l, at), change) ? bound_at(l, at) : last;
    }
    if (last != NULL && !ss_slice_eq(text_of(last, CALL_ID), change->call_id)) {
        g->since = gruu_anew(l, now);
    }
}

/* Nothing can fail from here on. Each change in turn: a contact named twice is what it was named last. */
static void commit(ss_location *l, aor_record *a, ss_time now, const ss_query *query, ss_ref list)
{
    if (query->remove_all) {
        bound_free_list(l, a, a->first);
        a->first = 0;
        return;
    }
    for (uint16_t i = 0; i < query->change_count; i++) {
        gruu_renew(l, a, now, &query->changes[i]);
        remove_bound(l, a, find_bound(l, a, &query->changes[i]));
        if (query->changes[i].expires_s == 0) {
            continue;
        }
        SS_ASSERT(list != 0);
        const ss_ref ref = list;
        list = bound_at(l, ref)->next;
        bound_at(l, ref)->next = 0;
        bound_append(l, &a->first, ref);
    }
}

static ss_status reserve_for(const ss_location *l, const aor_record *a, const ss_query *query,
                             ss_arena *arena, room *where)
{
    size_t count, bytes;
    measure(l, a, &count, &bytes);
    for (uint16_t i = 0; i < query->change_count; i++) {
        count++;
        bytes += change_bytes(&query->changes[i]);
    }
    return take_room(arena, count, bytes, where);
}

static ss_status change(ss_location *l, aor_record *a, ss_time now, const ss_query *query,
                        ss_arena *arena, ss_answer *answer)
{
    room where;
    ss_ref list;
    ss_status status = reserve_for(l, a, query, arena, &where);
    if (status != SS_OK) {
        return status;
    }
    if (!are_in_order(l, a, query)) {
        answer->status = SS_ERR_SEMANTIC;
        return SS_OK;
    }
    if (!fits(l, a, query)) {
        answer->status = SS_ERR_FULL;
        return SS_OK;
    }
    status = make_new(l, a, now, query, &list);
    if (status == SS_OK) {
        commit(l, a, now, query, list);
        tell(l, a, now, where, answer);
    }
    return status;
}

/* The newest one, whose first registration failed: it stays unknown. */
static void aor_take_back(ss_location *l, aor_record *a)
{
    SS_ASSERT(ss_store_ref(l->store, a) == l->last_aor);
    l->last_aor = a->prev_aor;
    if (l->last_aor == 0) {
        l->first_aor = 0;
    } else {
        ((aor_record *)ss_store_at(l->store, l->last_aor))->next_aor = 0;
    }
    aor_give(l, a);
}

/* 10.3 step 7: all changes are made, or none. RFC3261:10.3 */
static ss_status persist(ss_location *l, ss_time now, const ss_query *query, ss_arena *arena,
                         ss_answer *answer)
{
    if (query->change_count == 0 || query->name.len == 0) {
        return SS_ERR_SEMANTIC;
    }
    aor_record *a = aor_find(l, query->name);
    const bool is_new = a == NULL;
    if (is_new) {
        a = aor_new(l, query->name);
    }
    if (a == NULL) {
        return SS_ERR_MEMORY;
    }
    expire(l, a, now);
    const ss_status status = change(l, a, now, query, arena, answer);
    if (is_new && (status != SS_OK || answer->status != SS_OK)) {
        aor_take_back(l, a);
    }
    return status;
}

/* ---- flows that are gone --------------------------------------------------------------------------------------- */

/* Names of addresses-of-record, each once: entries of one stand together, as a flow registers one after the other. */
static ss_status take_names(const ss_location *l, ss_slice path, ss_arena *arena, ss_slice **names)
{
    size_t count = 0;
    for (const flow_entry *f = flow_find(l, path); f != NULL && count < UINT16_MAX; count++) {
        f = (const flow_entry *)(const void *)ss_table_find_next(l->store, &f->link);
    }
    *names = count == 0 ? NULL : SS_ARENA_ARRAY(arena, ss_slice, count);
    return count != 0 && *names == NULL ? SS_ERR_FULL : SS_OK;
}

static void unlink_bound(ss_location *l, aor_record *a, ss_ref ref)
{
    ss_ref *at = &a->first;
    while (*at != ref) {
        at = &bound_at(l, *at)->next;
    }
    remove_bound(l, a, at);
}

/* Whatever is bound by the flow is gone, of every address-of-record. RFC5626:7 */
static ss_status unbind(ss_location *l, const ss_query *query, ss_arena *arena, ss_answer *answer)
{
    ss_slice *names;
    const flow_entry *f = flow_find(l, query->name);
    answer->status = f == NULL ? SS_NONE : SS_OK;
    if (take_names(l, query->name, arena, &names) != SS_OK) {
        return SS_ERR_FULL;
    }
    answer->aors = names;
    while (f != NULL && answer->aor_count < UINT16_MAX) {
        aor_record *a = ss_store_at(l->store, f->aor);
        const ss_slice name = ss_blob_slice(l->store, a->name);
        if (answer->aor_count == 0 || names[answer->aor_count - 1].at != name.at) {
            names[answer->aor_count++] = name;
        }
        unlink_bound(l, a, f->bound);
        f = flow_find(l, query->name);
    }
    return SS_OK;
}

ss_status ss_location_serve(ss_location *l, ss_time now, const ss_query *query, ss_arena *arena,
                            ss_answer *answer)
{
    *answer = (ss_answer){ .token = query->token, .status = SS_OK };
    switch (query->kind) {
    case SS_QUERY_LOCATE:
        return locate(l, now, query, arena, answer);
    case SS_QUERY_PERSIST:
        return persist(l, now, query, arena, answer);
    case SS_QUERY_UNBIND:
        return unbind(l, query, arena, answer);
    default:
        return SS_ERR_SEMANTIC;
    }
}
