/* A request with credentials at a server's door (RFC 3261 22.1, 10.3 step 4; RFC 7616 3.4, 3.5): what is right with it, in one place
 * for registrars, proxies and user agents, and what the server says of itself when it lets it in. */
#include "ss/auth.h"

/* RFC3261:10.3 step 4, and who sends a request is who it is From: the user part of the address is the user's name, or the whole
 * address is. */
static bool owns(const ss_credentials *c, const ss_uri *address)
{
    const ss_slice user = address->user, host = address->host;
    if (ss_slice_eq(c->username, user)) {
        return true;
    }
    return c->username.len == user.len + 1 + host.len && ss_slice_starts(c->username, user) &&
           c->username.at[user.len] == '@' &&
           ss_slice_eq_nocase(ss_slice_cut(c->username, user.len + 1, c->username.len), host);
}

ss_auth_outcome ss_claim_weigh(const ss_claim *claim, ss_nonces *nonces, ss_slice ha1)
{
    const ss_credentials *c = claim->credentials;
    if (!ss_protection_verify(claim->crypto, c, claim->request, ha1)) {
        return SS_AUTH_WRONG;
    }
    if (!owns(c, claim->owner)) {
        return SS_AUTH_FORBIDDEN;
    }
    switch (
        ss_nonce_take(nonces, claim->crypto, c, claim->now, claim->protection->nonce_lifetime)) {
    case SS_NONCE_GOOD:
        return SS_AUTH_ACCEPTED;
    case SS_NONCE_REPLAY:
        return SS_AUTH_REPLAYED;
    default:
        return SS_AUTH_STALE;
    }
}

bool ss_claim_wants_nonce(const ss_claim *claim)
{
    const ss_protection *p = claim->protection;
    const ss_time made = ss_nonce_made(claim->credentials->nonce);
    return p->renews && made < claim->now && claim->now - made >= p->renew_after;
}

/* RFC7616:3.5 As the credentials, but without a method. Whoever sent no qop is of RFC 2069 and would not know the field:
 * RFC3261:22.4 */
void ss_put_proof(ss_buffer *b, const ss_proof *proof, ss_slice body)
{
    const ss_credentials *c = proof->credentials;
    const ss_digest_request what = { .method = SS_EMPTY, .body = body };
    ss_authentication_info info = { .nextnonce = proof->next_nonce };
    ss_digest_hex right;
    if (c->qop == SS_QOP_NONE) {
        return;
    }
    if (proof->proves) {
        right = ss_digest_response(proof->crypto, c, proof->ha1, &what);
        info.rspauth = ss_digest_hex_slice(&right);
        info.cnonce = c->cnonce;
        info.nc_text = c->nc_text;
        info.nc = c->nc;
        info.qop = c->qop;
    }
    if (proof->proves || proof->next_nonce.len > 0) {
        ss_put(b, ss_hdr_name(SS_HDR_AUTHENTICATION_INFO));
        ss_put_text(b, ": ");
        ss_put_authentication_info(b, &info);
        ss_put_text(b, "\r\n");
    }
}
