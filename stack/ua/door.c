/* Who may send a request to a user agent (RFC 3261 22.2): a profile with a protection asks for credentials of whoever comes from an
 * address of its realm, outside dialogs; who made a dialog is known in it. The host says the user's secret; until then the request
 * waits here as it came, among those that wait for an address, and copies of it are dropped. Nothing else was done with it: it has
 * no transaction, and is served as if it came just then. */
#include "events.h"

#define NONCE_KEY 0x646f6f72u /* the engine's key is for many things */

enum { NONCE_SLOTS = SS_NONCE_BUCKET };

static const ss_protection *protection_of(const ss_visit *v, const ss_msg *request)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const ss_protection *p = profile == NULL ? NULL : profile->protection;
    const bool is_protected = p != NULL && ss_protects(p, request->method) &&
                              ss_slice_eq_nocase(request->from_uri.host, p->domain);
    return is_protected ? p : NULL;
}

static const ss_crypto *crypto_of(const ss_visit *v)
{
    return v->ua->identity->profile->crypto;
}

/* ---- nonces ---- */

/* Made with the first challenge; NULL at the quota. */
static ss_nonces *nonces_of(const ss_visit *v)
{
    ss_store *store = &v->core->pools->store;
    if (v->ua->nonces == 0) {
        v->ua->nonces = ss_core_take(v->core, ss_nonces_size(NONCE_SLOTS));
        if (v->ua->nonces == 0) {
            return NULL;
        }
        ss_nonces_init(ss_store_at(store, v->ua->nonces), NONCE_SLOTS,
                       ss_mix_absorb(v->core->entropy.key, NONCE_KEY));
    }
    return ss_store_at(store, v->ua->nonces);
}

size_t ss_ua_nonce_bytes(const ss_ua *ua)
{
    return ua->nonces == 0 ? 0 : ss_store_rounded(ss_nonces_size(NONCE_SLOTS));
}

void ss_ua_forget_nonces(const ss_visit *v)
{
    if (v->ua->nonces != 0) {
        ss_core_give(v->core, v->ua->nonces, ss_nonces_size(NONCE_SLOTS));
        v->ua->nonces = 0;
    }
}

static ss_slice new_nonce(const ss_visit *v, const ss_nonces *nonces, const ss_protection *p)
{
    char text[SS_NONCE_BYTES];
    ss_buffer nonce = ss_buffer_on(text, sizeof text);
    ss_put_nonce(&nonce, nonces, crypto_of(v), p->realm, v->turn->now,
                 ss_entropy_next(&v->core->entropy));
    return ss_arena_copy(v->turn->arena, ss_buffer_slice(&nonce));
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

/* Once for each copy of the request, without a transaction: RFC3261:22.1 RFC3261:22.2 RFC3261:26.3.2.4 */
static void challenge(const ss_visit *v, const ss_incoming *in, const ss_protection *p,
                      bool is_stale)
{
    const ss_nonces *nonces = nonces_of(v);
    if (nonces == NULL) {
        ss_ua_refuse_full(v, in);
        return;
    }
    const ss_slice nonce = new_nonce(v, nonces, p);
    if (nonce.len == 0) {
        return; /* the arena: as if lost */
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_challenges(&b, p, SS_HDR_WWW_AUTHENTICATE, nonce, is_stale);
    v->turn->failed |= b.overflow;
    const ss_slice lines = ss_buffer_keep(v->turn->arena, &b);
    if (lines.len > 0) {
        (void)ss_ua_refuse_alone(v, in, 401, lines);
    }
}

/* ---- what waits for its user's secret ---- */

static ss_status ask(const ss_visit *v, uint32_t token, const ss_credentials *c)
{
    const ss_algorithm plain =
        (ss_algorithm)(2u * ss_algorithm_hash(c->algorithm)); /* never -sess */
    ss_output *out = ss_turn_add(v->turn, SS_OUT_QUERY);
    if (out == NULL) {
        return SS_ERR_FULL;
    }
    out->query = (ss_query){ .kind = SS_QUERY_CREDENTIAL,
                             .token = token,
                             .name = c->username,
                             .realm = c->realm,
                             .algorithm = ss_algorithm_name(plain) };
    return SS_OK;
}

/* RFC7616:3.6 */
static void hold(const ss_visit *v, const ss_incoming *in, const ss_credentials *c)
{
    uint32_t token = 0;
    if (ss_ua_is_waiting(v, in->msg->bytes)) {
        return; /* a copy */
    }
    ss_status status = ss_ua_keep_guest(v, in, &token);
    if (status == SS_OK) {
        status = ask(v, token, c);
        if (status != SS_OK) {
            ss_ua_drop_guest(v, token);
        }
    }
    if (status == SS_ERR_FULL && !v->turn->failed) {
        ss_ua_refuse_full(v, in);
    }
}

/* RFC7616:3.3 as a proxy's: a nonce that was never given out here costs a hash, and nobody waits for anything. */
static void weigh_nonce(const ss_visit *v, const ss_incoming *in, const ss_protection *p,
                        const ss_credentials *c)
{
    const ss_nonces *nonces = nonces_of(v);
    if (nonces != NULL && !ss_nonce_is_ours(nonces, crypto_of(v), c)) {
        note(v, in->msg, SS_AUTH_FOREIGN);
        challenge(v, in, p, true);
    } else {
        hold(v, in, c);
    }
}

/* ---- the two doors ---- */

bool ss_ua_stops(const ss_visit *v, const ss_incoming *in)
{
    const ss_protection *p = protection_of(v, in->msg);
    ss_credentials c;
    if (p == NULL) {
        return false;
    }
    switch (ss_protection_find(p, in->msg, SS_HDR_AUTHORIZATION, v->turn->arena, &c)) {
    case SS_OK:
        weigh_nonce(v, in, p, &c);
        break;
    case SS_NONE:
        note(v, in->msg, SS_AUTH_CHALLENGED);
        challenge(v, in, p, false);
        break;
    case SS_ERR_FULL:
        break; /* the arena: as if lost */
    default:
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY); /* RFC7616:3.4 */
        break;
    }
    return true;
}

static void admit(const ss_visit *v, const ss_incoming *in, const ss_claim *claim,
                  const ss_nonces *nonces, ss_slice ha1)
{
    ss_proof proof = { .crypto = claim->crypto,
                       .credentials = claim->credentials,
                       .ha1 = ha1,
                       .proves = claim->protection->proves };
    if (ss_claim_wants_nonce(claim)) {
        proof.next_nonce = new_nonce(v, nonces, claim->protection);
    }
    ss_uas_admit(v, &(ss_incoming){ in->msg, in->came_by, &proof });
}

static void decide(const ss_visit *v, const ss_incoming *in, const ss_claim *claim, ss_slice ha1)
{
    ss_nonces *nonces = nonces_of(v);
    if (nonces == NULL) {
        ss_ua_refuse_full(v, in);
        return;
    }
    const ss_auth_outcome outcome = ss_claim_weigh(claim, nonces, ha1);
    note(v, in->msg, outcome);
    if (outcome == SS_AUTH_ACCEPTED) {
        admit(v, in, claim, nonces, ha1);
    } else if (outcome == SS_AUTH_FORBIDDEN) {
        ss_ua_refuse(v, in, 403, SS_HDR_OTHER, SS_EMPTY);
    } else {
        challenge(v, in, claim->protection, outcome != SS_AUTH_WRONG);
    }
}

void ss_ua_guest_known(const ss_visit *v, ss_slice bytes, const ss_path *came_by,
                       const ss_answer *answer)
{
    ss_msg *request = SS_ARENA_NEW(v->turn->arena, ss_msg);
    ss_diag diag;
    ss_credentials c;
    if (request == NULL || ss_msg_parse(request, v->turn->arena, bytes, &diag) != SS_OK) {
        return; /* it was read before: the arena */
    }
    const ss_incoming in = { request, came_by, NULL };
    const ss_protection *p = protection_of(v, request);
    if (p == NULL ||
        ss_protection_find(p, request, SS_HDR_AUTHORIZATION, v->turn->arena, &c) != SS_OK) {
        return;
    }
    const ss_claim claim = { .crypto = crypto_of(v),
                             .protection = p,
                             .request = request,
                             .credentials = &c,
                             .owner = &request->from_uri,
                             .now = v->turn->now };
    decide(v, &in, &claim, answer->status == SS_OK ? answer->ha1 : SS_EMPTY);
}
