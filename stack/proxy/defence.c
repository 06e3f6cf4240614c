/* Who is heard at all (RFC 3261 26.3.2.4): before a message is read, before it waits and before anything is kept of it.
 *
 * Each address may send so many requests; all strangers together so many; and for one address-of-record strangers may make so many
 * requests be served. What is more is dropped as if it were lost, and nothing is said to anybody: an answer would go to whoever the
 * sender says he is. Who offends too often is blocked for a while.
 *
 * An address is a stranger's until it is proved: by a connection, by a response to a request that was sent there, or by credentials that
 * were accepted. Over UDP anybody may write down anybody's address. So who proved his is not blocked for what comes in his name, only
 * limited, and what strangers send takes nothing away from him but what is sent as from him. */
#include "defence.h"

#define SOURCE_KEY 0x736f75726365u /* the engine's key is for many things */
#define AOR_KEY    0x616f72u

typedef struct defence {
    ss_bucket strangers;
    ss_ref sources, aors; /* ss_sources; 0 before the first, or at the quota */
} defence;

static const ss_defence_config *config_of(const ss_visit *v)
{
    return v->proxy->config->defence;
}

/* NULL: there is none, or at the quota. */
static defence *defence_of(const ss_visit *v)
{
    if (config_of(v) == NULL) {
        return NULL;
    }
    if (v->proxy->defence == 0) {
        v->proxy->defence = ss_core_take(v->core, sizeof(defence));
    }
    return v->proxy->defence == 0 ? NULL : ss_store_at(ss_visit_store(v), v->proxy->defence);
}

static ss_sources *table_of(const ss_visit *v, ss_ref *table, uint64_t key)
{
    if (*table == 0) {
        *table =
            ss_sources_new(v->core, config_of(v)->slots, ss_mix_absorb(v->core->entropy.key, key));
    }
    return *table == 0 ? NULL : ss_store_at(ss_visit_store(v), *table);
}

static ss_source_rates rates_of(const ss_visit *v)
{
    return (ss_source_rates){ config_of(v)->source, config_of(v)->offences };
}

size_t ss_defence_bytes(const ss_proxy *proxy, const ss_store *store)
{
    if (proxy->defence == 0) {
        return 0;
    }
    const defence *d = ss_store_at(store, proxy->defence);
    return ss_store_rounded(sizeof *d) +
           (d->sources == 0 ? 0 : ss_sources_bytes(ss_store_at(store, d->sources))) +
           (d->aors == 0 ? 0 : ss_sources_bytes(ss_store_at(store, d->aors)));
}

void ss_defence_forget(const ss_visit *v)
{
    if (v->proxy->defence == 0) {
        return;
    }
    const defence *d = ss_store_at(ss_visit_store(v), v->proxy->defence);
    if (d->sources != 0) {
        ss_sources_free(v->core, d->sources);
    }
    if (d->aors != 0) {
        ss_sources_free(v->core, d->aors);
    }
    ss_core_give(v->core, v->proxy->defence, sizeof(defence));
    v->proxy->defence = 0;
}

/* ---- what an onlooker is told ---- */

static void note(const ss_visit *v, ss_defence_step step, uint64_t value)
{
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_DEFENCE,
                                      .from = (uint8_t)step,
                                      .letter = SS_LETTER_COUNT,
                                      .value = value });
}

/* ---- addresses ---- */

/* Of the host alone: who can forge an address can forge a port. */
ss_origin ss_defence_origin(const ss_visit *v, const ss_path *came_by)
{
    if (config_of(v) == NULL) {
        return (ss_origin){ 0 };
    }
    const ss_address *from = &came_by->remote;
    const ss_slice ip = { (const char *)from->ip, from->family == 4 ? 4 : sizeof from->ip };
    const uint64_t name = ss_mix_absorb(ss_hash64(v->core->entropy.key, ip), from->family);
    return (ss_origin){ (uint32_t)name | 1, ss_transport_is_reliable(came_by->transport) };
}

static void prove(const ss_visit *v, ss_origin origin, ss_proof_rank rank)
{
    defence *d = defence_of(v);
    ss_sources *sources = d == NULL ? NULL : table_of(v, &d->sources, SOURCE_KEY);
    if (sources != NULL && origin.name != 0) {
        ss_sources_prove(v->core, sources, origin.name, rank, v->turn->now,
                         ss_time_after(v->turn->now, config_of(v)->proof));
    }
}

void ss_defence_let_in(const ss_visit *v, ss_origin origin)
{
    prove(v, origin, SS_PROOF_USER);
}

void ss_defence_answered(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *came_by)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    prove(&v, ss_defence_origin(&v, came_by), SS_PROOF_ROUTE);
}

static bool is_response(ss_slice bytes)
{
    return ss_slice_starts(bytes, SS_LIT("SIP/2.0 "));
}

static ss_defence_step judge(const ss_visit *v, defence *d, uint64_t name, bool is_response)
{
    const ss_source_rates rates = rates_of(v);
    const ss_time now = v->turn->now;
    ss_sources *sources = table_of(v, &d->sources, SOURCE_KEY);
    ss_source *source = NULL;
    if (sources == NULL) {
        return SS_DEFENCE_STEPS; /* at the quota, at which nothing is kept of anybody */
    }
    ss_bucket *bucket = ss_sources_find(v->core, sources, name, &rates, now, &source);
    const bool is_stranger = source == NULL || source->rank == SS_PROOF_NONE;
    if (source != NULL && is_stranger && source->until > now) {
        return SS_DEFENCE_BLOCKED;
    }
    if (is_response) {
        return SS_DEFENCE_STEPS;
    }
    if (!ss_bucket_take(bucket, rates.rate, now)) {
        return SS_DEFENCE_SOURCE;
    }
    if (is_stranger && !ss_bucket_take(&d->strangers, config_of(v)->strangers, now)) {
        return SS_DEFENCE_STRANGERS;
    }
    return SS_DEFENCE_STEPS;
}

bool ss_defence_hears(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *came_by,
                      ss_slice bytes)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    defence *d = defence_of(&v);
    if (d == NULL) {
        return true;
    }
    const ss_origin origin = ss_defence_origin(&v, came_by);
    if (origin.is_sure) {
        prove(&v, origin, SS_PROOF_ROUTE);
    }
    const ss_defence_step step = judge(&v, d, origin.name, is_response(bytes));
    if (step != SS_DEFENCE_STEPS) {
        note(&v, step, 0);
    }
    return step == SS_DEFENCE_STEPS;
}

/* ---- offences ---- */

/* Over UDP only strangers are blocked. */
void ss_defence_offended(const ss_visit *v, ss_origin origin, ss_offence offence)
{
    defence *d = defence_of(v);
    ss_source *source = NULL;
    if (d == NULL || origin.name == 0 || (config_of(v)->counts >> offence & 1u) == 0) {
        return;
    }
    const ss_source_rates rates = rates_of(v);
    const ss_time now = v->turn->now;
    ss_sources *sources = table_of(v, &d->sources, SOURCE_KEY);
    if (sources != NULL) {
        (void)ss_sources_find(v->core, sources, origin.name, &rates, now, &source);
    }
    const bool is_proved = source != NULL && source->rank != SS_PROOF_NONE;
    if (source == NULL || (is_proved ? !origin.is_sure : source->until > now) ||
        ss_bucket_take(&source->offences, rates.offences, now)) {
        return;
    }
    if (ss_sources_block(v->core, sources, origin.name, &rates, now,
                         ss_time_after(now, config_of(v)->block))) {
        note(v, SS_DEFENCE_BLOCKS, config_of(v)->block);
    }
}

void ss_defence_unread(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *came_by)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    ss_defence_offended(&v, ss_defence_origin(&v, came_by), SS_OFFENCE_MALFORMED);
}

/* What the sender can know to be wrong; not what is asked of him, what may pass, nor what others sent round in circles. */
void ss_defence_refused(const ss_visit *v, ss_origin origin, unsigned status)
{
    static const uint16_t wrong[] = { 400, 403, 404, 405, 416, 420 };
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        if (wrong[i] == status) {
            ss_defence_offended(v, origin, SS_OFFENCE_REFUSED);
        }
    }
}

/* ---- addresses-of-record ---- */

/* To that user, whether there is one or not: so it tells nobody. */
bool ss_defence_serves(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                       ss_origin origin)
{
    defence *d = defence_of(v);
    if (d == NULL || config_of(v)->aor.interval == 0) {
        return true;
    }
    const ss_source_rates rates = rates_of(v), of_aor = { config_of(v)->aor, { 0 } };
    const ss_time now = v->turn->now;
    ss_sources *sources = table_of(v, &d->sources, SOURCE_KEY);
    ss_sources *aors = table_of(v, &d->aors, AOR_KEY);
    ss_source *found = NULL;
    if (sources != NULL) {
        (void)ss_sources_find(v->core, sources, origin.name, &rates, now, &found);
    }
    if (aors == NULL || (found != NULL && found->rank != SS_PROOF_NONE)) {
        return true;
    }
    const bool is_register = request->method == SS_METHOD_REGISTER;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_uri_put_canonical_aor(&b, is_register ? &request->to_uri : &routing->uri);
    const uint64_t name = ss_hash64(v->core->entropy.key, ss_buffer_slice(&b)) | 1;
    ss_bucket *bucket = ss_sources_find(v->core, aors, name, &of_aor, now, &found);
    if (ss_bucket_take(bucket, of_aor.rate, now)) {
        return true;
    }
    note(v, SS_DEFENCE_AOR, 0);
    return false;
}
