/* A server's side of digest (RFC 3261 22.2, 22.3, RFC 8760 2.3, 2.6): which credentials of a request are for its realm, whether
 * they are right, and what it asks for. Who the user is, and what his secret is, the host says. */
#include "ss/auth.h"

enum { LINES_MAX = 16 }; /* looked at of one field: a request for many realms has a few */

static bool asks_for(const ss_protection *p, ss_algorithm algorithm)
{
    for (uint8_t i = 0; i < p->algorithm_count; i++) {
        if (p->algorithms[i] == algorithm) {
            return true;
        }
    }
    return false;
}

/* Without qop they are of a client of RFC 2069, which knows MD5 only; it may have it where auth is offered. RFC3261:22.4 */
static bool would_ask_for(const ss_protection *p, const ss_credentials *c)
{
    if (c->algorithm == SS_ALGORITHM_UNKNOWN || !asks_for(p, c->algorithm)) {
        return false;
    }
    if (c->qop == SS_QOP_NONE) {
        return c->algorithm == SS_ALGORITHM_MD5 && (p->offers & SS_OFFERS_AUTH) != 0;
    }
    return (p->offers & 1u << c->qop) != 0;
}

/* RFC8760:2.6 The URI that was hashed is the Request-URI, or names a user of the domain, as a proxy on the way may have changed the
 * former. */
static bool is_uri_allowed(const ss_protection *p, const ss_credentials *c, const ss_msg *request)
{
    ss_uri uri;
    if (ss_slice_eq(c->uri, request->request_uri)) {
        return true;
    }
    if (ss_uri_parse(c->uri, &uri) != SS_OK) {
        return false;
    }
    return ss_uri_equal(&uri, &request->target) || ss_slice_eq_nocase(uri.host, p->domain);
}

/* RFC3261:22.3 Those for other realms are for others. RFC3261:22 RFC3261:22.1 Basic is none. */
ss_status ss_protection_find(const ss_protection *p, const ss_msg *request, ss_hdr field,
                             ss_arena *arena, ss_credentials *out)
{
    for (unsigned nth = 0; nth < LINES_MAX; nth++) {
        const ss_slice value = ss_msg_value(request, field, nth);
        if (value.at == NULL) {
            return SS_NONE;
        }
        const ss_status status = ss_credentials_parse(value, arena, out);
        if (status == SS_ERR_SYNTAX || status == SS_ERR_FULL) {
            return status;
        }
        if (status == SS_OK && ss_slice_eq(out->realm, p->realm) && would_ask_for(p, out)) {
            return is_uri_allowed(p, out, request) ? SS_OK : SS_ERR_SYNTAX; /* RFC7616:3.4.6 400 */
        }
    }
    return SS_NONE;
}

bool ss_protection_verify(const ss_crypto *crypto, const ss_credentials *c, const ss_msg *request,
                          ss_slice ha1)
{
    static const char nobody[SS_HASH_HEX_MAX] = { 0 };
    const size_t hex = 2 * ss_hash_bytes(ss_algorithm_hash(c->algorithm));
    const bool is_known = ha1.len == hex;
    const ss_digest_request what = { .method = request->method_name, .body = request->body };
    const ss_digest_hex right =
        ss_digest_response(crypto, c, is_known ? ha1 : (ss_slice){ nobody, hex }, &what);
    const bool is_equal = ss_secret_eq(ss_digest_hex_slice(&right), c->response);
    return is_equal & is_known;
}

/* RFC8760:2.3 RFC7616:3.7 RFC3261:22.4 always with qop. */
void ss_put_challenges(ss_buffer *b, const ss_protection *p, ss_hdr field, ss_slice nonce,
                       bool is_stale)
{
    for (uint8_t i = 0; i < p->algorithm_count; i++) {
        const ss_algorithm algorithm = (ss_algorithm)p->algorithms[i];
        const ss_challenge challenge = { .realm = p->realm,
                                         .nonce = nonce,
                                         .algorithm = algorithm,
                                         .algorithm_name = ss_algorithm_name(algorithm),
                                         .is_stale = is_stale,
                                         .has_qop = true,
                                         .offers = p->offers };
        ss_put(b, ss_hdr_name(field));
        ss_put_text(b, ": ");
        ss_put_challenge(b, &challenge);
        ss_put_text(b, "\r\n");
    }
}
