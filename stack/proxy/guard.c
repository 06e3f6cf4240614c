/* Who may send a request here: RFC 3261 16.3 step 6, 22.3 for what a proxy passes on, 10.3 steps 3 and 4, 22.2 for what its
 * registrar serves.
 *
 * A request needs credentials when its method is protected in the domain it comes from, that of From, or of To for a REGISTER. Without
 * them, or with a nonce that was never given out, it is challenged at once and without state; with them it gets a context, and the
 * host is asked for the user's secret. What comes of that is decided in one place: right, of the user whose address is used, and
 * never seen before. What is not leaves nothing: its 100 waits until the secret is known. */
#include "context.h"

#define NONCE_KEY  0x6e6f6e636573u /* the engine's key is for many things */
#define SECRET_KEY 0x736563726574u

/* ---- what protects a request ---- */

static const ss_protection *protection_of(const ss_proxy_config *config, ss_slice domain)
{
    for (uint16_t i = 0; i < config->protection_count; i++) {
        if (ss_slice_eq_nocase(config->protections[i].domain, domain)) {
            return &config->protections[i];
        }
    }
    return NULL;
}

/* Who comes from elsewhere to an address of a domain that asks its guests. RFC3261:22.3 */
static const ss_protection *protection_from_guests(const ss_proxy_config *config,
                                                   const ss_routing *routing)
{
    const ss_protection *p = protection_of(config, routing->uri.host);
    return p != NULL && p->asks_guests ? p : NULL;
}

/** How a request is guarded: 401 by the registrar, 407 by the proxy (22.1). */
typedef struct guard {
    const ss_protection *protection; /* NULL: nothing does */
    const ss_uri *address;           /* that the user must own */
    unsigned status;
    ss_hdr challenge, credentials;
} guard;

static guard guard_of(const ss_visit *v, const ss_msg *request, const ss_routing *routing)
{
    const ss_proxy_config *config = v->proxy->config;
    const bool is_registrar = request->method == SS_METHOD_REGISTER && config->registrar &&
                              !ss_proxy_is_predetermined(v->proxy, routing);
    const ss_uri *address = is_registrar ? &request->to_uri : &request->from_uri;
    const ss_protection *p = protection_of(config, address->host);
    if (p == NULL && config->protection_count > 0 && ss_proxy_is_us(v->proxy, address)) {
        p = &config->protections[0]; /* our own name stands for our domains */
    }
    if (p == NULL && !is_registrar) {
        p = protection_from_guests(config, routing);
    }
    if (p == NULL || !ss_protects(p, request->method)) {
        return (guard){ .protection = NULL };
    }
    return (guard){ .protection = p,
                    .address = address,
                    .status = is_registrar ? 401 : 407, /* RFC3261:22.1 */
                    .challenge = is_registrar ? SS_HDR_WWW_AUTHENTICATE : SS_HDR_PROXY_AUTHENTICATE,
                    .credentials =
                        is_registrar ? SS_HDR_AUTHORIZATION : SS_HDR_PROXY_AUTHORIZATION };
}

/* ---- what is remembered: nonces in use, secrets of late ---- */

static uint32_t slots_of(const ss_visit *v)
{
    return v->proxy->config->nonce_slots == 0 ? SS_NONCE_BUCKET : v->proxy->config->nonce_slots;
}

/* Made with the first challenge; NULL at the quota. */
static ss_nonces *nonces_of(const ss_visit *v)
{
    if (v->proxy->nonces == 0) {
        v->proxy->nonces = ss_core_take(v->core, ss_nonces_size(slots_of(v)));
        if (v->proxy->nonces == 0) {
            return NULL;
        }
        ss_nonces_init(ss_store_at(ss_visit_store(v), v->proxy->nonces), slots_of(v),
                       ss_mix_absorb(v->core->entropy.key, NONCE_KEY));
    }
    return ss_store_at(ss_visit_store(v), v->proxy->nonces);
}

/* NULL: none are kept, or there is no room for them. */
static ss_secrets *secrets_of(const ss_visit *v)
{
    const uint32_t count = v->proxy->config->secret_slots;
    if (v->proxy->secrets == 0 && count > 0) {
        v->proxy->secrets = ss_core_take(v->core, ss_secrets_size(count));
        if (v->proxy->secrets != 0) {
            ss_secrets_init(ss_store_at(ss_visit_store(v), v->proxy->secrets), count,
                            ss_mix_absorb(v->core->entropy.key, SECRET_KEY));
        }
    }
    return v->proxy->secrets == 0 ? NULL : ss_store_at(ss_visit_store(v), v->proxy->secrets);
}

size_t ss_proxy_kept_bytes(const ss_proxy *proxy, const ss_core *core)
{
    const ss_proxy_config *config = proxy->config;
    const uint32_t slots = config->nonce_slots == 0 ? SS_NONCE_BUCKET : config->nonce_slots;
    return (proxy->nonces == 0 ? 0 : ss_store_rounded(ss_nonces_size(slots))) +
           (proxy->secrets == 0 ? 0 : ss_store_rounded(ss_secrets_size(config->secret_slots))) +
           ss_admission_bytes(proxy) + ss_proxy_refused_bytes(proxy) +
           ss_defence_bytes(proxy, &core->pools->store);
}

void ss_proxy_forget_nonces(const ss_visit *v)
{
    if (v->proxy->nonces != 0) {
        ss_core_give(v->core, v->proxy->nonces, ss_nonces_size(slots_of(v)));
        v->proxy->nonces = 0;
    }
    if (v->proxy->secrets != 0) {
        ss_core_give(v->core, v->proxy->secrets, ss_secrets_size(v->proxy->config->secret_slots));
        v->proxy->secrets = 0;
    }
}

/* ---- verdicts ---- */

static void note(const ss_visit *v, const ss_msg *request, ss_auth_outcome outcome)
{
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_AUTH,
                                      .from = (uint8_t)outcome,
                                      .letter = SS_LETTER_COUNT,
                                      .method = (uint8_t)request->method,
                                      .branch = ss_via_identity(&request->top_via),
                                      .call_id = ss_hash64(0, ss_msg_call_id(request)) });
}

/* RFC3261:22.2 RFC3261:22.3 One nonce for the challenges of all algorithms. 503 when there is no room to tell replays by. */
static ss_proxy_verdict challenge(const ss_visit *v, const guard *g, bool is_stale)
{
    char memory[SS_NONCE_BYTES];
    ss_buffer nonce = ss_buffer_on(memory, sizeof memory);
    const ss_nonces *nonces = nonces_of(v);
    if (nonces == NULL) {
        return (ss_proxy_verdict){ .status = 503 };
    }
    ss_put_nonce(&nonce, nonces, v->proxy->config->crypto, g->protection->realm, v->turn->now,
                 ss_entropy_next(&v->core->entropy));
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_challenges(&b, g->protection, g->challenge, ss_buffer_slice(&nonce), is_stale);
    v->turn->failed |= b.overflow;
    return (ss_proxy_verdict){ .status = g->status, .lines = ss_buffer_keep(v->turn->arena, &b) };
}

/* RFC7616:3.3 stale when all but the nonce was right: a client that repeated a count may try again with another nonce. */
static ss_proxy_verdict verdict_of(const ss_visit *v, const guard *g, ss_auth_outcome outcome)
{
    switch (outcome) {
    case SS_AUTH_ACCEPTED:
        return (ss_proxy_verdict){ .status = 0 };
    case SS_AUTH_FORBIDDEN:
        return (ss_proxy_verdict){ .status = 403 };
    default:
        return challenge(v, g, outcome != SS_AUTH_WRONG);
    }
}

/* RFC7616:3.5 What the registrar says of itself waits in the place of a best response, of which it has none. Without room it says
 * nothing. */
static void keep_proof(const ss_visit *v, ss_context *c, const ss_claim *claim, ss_slice ha1)
{
    char nonce[SS_NONCE_BYTES];
    ss_buffer next = ss_buffer_on(nonce, sizeof nonce);
    if (ss_claim_wants_nonce(claim)) {
        ss_put_nonce(&next, nonces_of(v), claim->crypto, claim->protection->realm, claim->now,
                     ss_entropy_next(&v->core->entropy));
    }
    const ss_proof proof = { .crypto = claim->crypto,
                             .credentials = claim->credentials,
                             .ha1 = ha1,
                             .next_nonce = ss_buffer_slice(&next),
                             .proves = claim->protection->proves };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_proof(&b, &proof, SS_EMPTY);
    const ss_slice line = ss_buffer_keep(v->turn->arena, &b);
    if (line.len > 0 && ss_core_keep(v->core, line, &c->best) != SS_OK) {
        c->best = (ss_blob){ 0 };
    }
}

/* What comes of a claim that was weighed. Owns `c`. */
static void decide(const ss_visit *v, ss_context *c, const guard *g, const ss_claim *claim,
                   const ss_routing *routing, ss_slice ha1, ss_auth_outcome outcome)
{
    note(v, claim->request, outcome);
    if (outcome == SS_AUTH_ACCEPTED) {
        c->is_known = true;
        ss_defence_let_in(v, ss_context_origin(c));
    } else if (outcome == SS_AUTH_WRONG || outcome == SS_AUTH_REPLAYED) {
        ss_defence_offended(v, ss_context_origin(c), SS_OFFENCE_CREDENTIALS);
    }
    const ss_proxy_verdict verdict = verdict_of(v, g, outcome);
    if (outcome == SS_AUTH_ACCEPTED && g->status == 401) {
        keep_proof(v, c, claim, ha1);
    }
    if (v->turn->failed) {
        ss_context_drop(v, c);
    } else if (verdict.status != 0) {
        ss_context_refuse(v, c, verdict);
    } else {
        ss_proxy_target(v, c, claim->request, routing);
    }
}

static ss_claim claim_of(const ss_visit *v, const guard *g, const ss_msg *request,
                         const ss_credentials *c)
{
    return (ss_claim){ .crypto = v->proxy->config->crypto,
                       .protection = g->protection,
                       .request = request,
                       .credentials = c,
                       .owner = g->address,
                       .now = v->turn->now };
}

/* RFC7616:3.3 stale: nobody was asked yet whether the rest is right, and nobody is. What came with a nonce that was never given out
 * here costs a hash, and no state. */
static ss_proxy_verdict weigh_nonce(const ss_visit *v, const ss_msg *request, const guard *g,
                                    ss_needed *needed)
{
    const ss_nonces *nonces = nonces_of(v);
    if (nonces != NULL &&
        !ss_nonce_is_ours(nonces, v->proxy->config->crypto, &needed->credentials)) {
        note(v, request, SS_AUTH_FOREIGN);
        return challenge(v, g, true);
    }
    needed->hash = ss_algorithm_hash(needed->credentials.algorithm);
    return (ss_proxy_verdict){ .status = 0 };
}

/* ---- the two doors ---- */

ss_proxy_verdict ss_proxy_guard(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                                ss_needed *needed)
{
    const guard g = guard_of(v, request, routing);
    *needed = (ss_needed){ .hash = SS_HASH_COUNT };
    if (g.protection == NULL) {
        return (ss_proxy_verdict){ .status = 0 };
    }
    switch (ss_protection_find(g.protection, request, g.credentials, v->turn->arena,
                               &needed->credentials)) {
    case SS_OK:
        return weigh_nonce(v, request, &g, needed);
    case SS_NONE:
        note(v, request, SS_AUTH_CHALLENGED);
        return challenge(v, &g, false);
    case SS_ERR_FULL:
        v->turn->failed = true;
        return (ss_proxy_verdict){ .status = 0 };
    default:
        return (ss_proxy_verdict){ .status = 400 }; /* RFC7616:3.4 */
    }
}

/* RFC7616:3.6 The host need not know the password. */
void ss_proxy_ask_credential(const ss_visit *v, ss_context *c, const ss_needed *needed)
{
    const ss_algorithm plain = (ss_algorithm)(2u * (unsigned)needed->hash); /* never -sess */
    const ss_query query = { .kind = SS_QUERY_CREDENTIAL,
                             .name = needed->credentials.username,
                             .realm = needed->credentials.realm,
                             .algorithm = ss_algorithm_name(plain) };
    if (!ss_park(v, c, NULL, SS_STAGE_CREDENTIAL, &query)) {
        ss_context_overloaded(v, c);
    }
}

void ss_proxy_credential_known(const ss_visit *v, ss_context *c, const ss_answer *answer)
{
    ss_msg request;
    ss_routing routing;
    ss_credentials found;
    guard g = { 0 };
    bool is_read = ss_context_request(v, c, &request) == SS_OK &&
                   ss_proxy_preroute(v, &request, &routing).status == 0;
    if (is_read) {
        g = guard_of(v, &request, &routing);
        is_read = ss_protection_find(g.protection, &request, g.credentials, v->turn->arena,
                                     &found) == SS_OK;
    }
    if (!is_read) { /* it passed before: only the arena can be the reason */
        v->turn->failed = true;
        ss_context_drop(v, c);
        return;
    }
    ss_nonces *nonces = nonces_of(v);
    if (nonces == NULL) {
        ss_context_overloaded(v, c);
        return;
    }
    const ss_slice ha1 = answer->status == SS_OK ? answer->ha1 : SS_EMPTY;
    const ss_claim claim = claim_of(v, &g, &request, &found);
    const ss_auth_outcome outcome = ss_claim_weigh(&claim, nonces, ha1);
    ss_secrets *secrets =
        outcome == SS_AUTH_ACCEPTED && g.protection->secret_lifetime > 0 ? secrets_of(v) : NULL;
    if (secrets != NULL) {
        ss_secrets_keep(secrets, &found, ha1,
                        ss_time_after(v->turn->now, g.protection->secret_lifetime));
    }
    decide(v, c, &g, &claim, &routing, ha1, outcome);
}

/* Who was let in of late is known, until his password changes: what does not fit any more is asked for. */
bool ss_proxy_admit_known(const ss_visit *v, ss_context *c, const ss_msg *request,
                          const ss_routing *routing, const ss_needed *needed)
{
    ss_secrets *secrets = v->proxy->secrets == 0 ? NULL : secrets_of(v);
    ss_nonces *nonces = v->proxy->nonces == 0 ? NULL : nonces_of(v);
    if (secrets == NULL || nonces == NULL) {
        return false;
    }
    const ss_slice ha1 = ss_secrets_find(secrets, &needed->credentials, v->turn->now);
    if (ha1.len == 0) {
        return false;
    }
    const guard g = guard_of(v, request, routing);
    const ss_claim claim = claim_of(v, &g, request, &needed->credentials);
    const ss_auth_outcome outcome = ss_claim_weigh(&claim, nonces, ha1);
    if (outcome == SS_AUTH_WRONG) {
        return false;
    }
    decide(v, c, &g, &claim, routing, ha1, outcome);
    return true;
}
