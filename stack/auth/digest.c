/* The digest itself (RFC 7616 3.4.1 to 3.4.3, RFC 8760 2.2, 2.6): names of algorithms, A1, A2, the response, and the
 * comparison that tells a guesser nothing.
 *
 * Every hash is of a list of slices, so that nothing is put together in memory first. */
#include "ss/auth.h"

/* ---- algorithms ---- */

ss_slice ss_algorithm_name(ss_algorithm algorithm)
{
#define ALGORITHM_NAME(id, text) SS_LIT_INIT(text),
    static const ss_slice names[SS_ALGORITHM_COUNT] = { SS_ALGORITHM_LIST(ALGORITHM_NAME) };
    SS_ASSERT(algorithm < SS_ALGORITHM_COUNT);
    return names[algorithm];
}

ss_algorithm ss_algorithm_from(ss_slice name)
{
    for (unsigned i = 0; i < SS_ALGORITHM_COUNT; i++) {
        if (ss_slice_eq_nocase(name, ss_algorithm_name((ss_algorithm)i))) {
            return (ss_algorithm)i;
        }
    }
    return SS_ALGORITHM_UNKNOWN;
}

/* ---- hashes ---- */

/* RFC8760:2.2 Most significant four bits first, in lower case. */
static ss_digest_hex in_hex(const unsigned char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    ss_digest_hex hex = { .len = (uint8_t)(2 * count) };
    for (size_t i = 0; i < count; i++) {
        hex.text[2 * i] = digits[bytes[i] >> 4];
        hex.text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return hex;
}

static ss_digest_hex hash_of(const ss_crypto *crypto, ss_hash hash, const ss_slice *parts,
                             size_t count)
{
    unsigned char bytes[SS_HASH_BYTES_MAX];
    crypto->hash(crypto->self, hash, parts, count, bytes);
    return in_hex(bytes, ss_hash_bytes(hash));
}

#define COLON SS_LIT_INIT(":")

/* RFC7616:3.4.2 */
ss_digest_hex ss_digest_ha1(const ss_crypto *crypto, ss_hash hash, ss_slice username,
                            ss_slice realm, ss_slice password)
{
    const ss_slice parts[] = { username, COLON, realm, COLON, password };
    return hash_of(crypto, hash, parts, SS_COUNT(parts));
}

/* RFC7616:3.4.2 */
ss_digest_hex ss_digest_session_ha1(const ss_crypto *crypto, ss_hash hash, ss_slice ha1,
                                    ss_slice nonce, ss_slice cnonce)
{
    const ss_slice parts[] = { ha1, COLON, nonce, COLON, cnonce };
    return hash_of(crypto, hash, parts, SS_COUNT(parts));
}

/* RFC7616:3.4.3 RFC8760:2.6 H of an empty body is the hash of nothing. */
static ss_digest_hex ha2_of(const ss_crypto *crypto, const ss_credentials *c,
                            const ss_digest_request *request)
{
    const ss_hash hash = ss_algorithm_hash(c->algorithm);
    if (c->qop != SS_QOP_AUTH_INT) {
        const ss_slice parts[] = { request->method, COLON, c->uri };
        return hash_of(crypto, hash, parts, SS_COUNT(parts));
    }
    const ss_digest_hex body = hash_of(crypto, hash, &request->body, 1);
    const ss_slice parts[] = { request->method, COLON, c->uri, COLON, ss_digest_hex_slice(&body) };
    return hash_of(crypto, hash, parts, SS_COUNT(parts));
}

/* RFC7616:3.4.1; without qop as RFC 2617 3.2.2.1 has it for clients of RFC 2069. RFC3261:22.4 */
ss_digest_hex ss_digest_response(const ss_crypto *crypto, const ss_credentials *c, ss_slice ha1,
                                 const ss_digest_request *request)
{
    SS_ASSERT(c->algorithm < SS_ALGORITHM_COUNT);
    const ss_hash hash = ss_algorithm_hash(c->algorithm);
    const ss_digest_hex ha2 = ha2_of(crypto, c, request);
    ss_digest_hex session;
    if (ss_algorithm_is_session(c->algorithm)) {
        session = ss_digest_session_ha1(crypto, hash, ha1, c->nonce, c->cnonce);
        ha1 = ss_digest_hex_slice(&session);
    }
    if (c->qop == SS_QOP_NONE) {
        const ss_slice parts[] = { ha1, COLON, c->nonce, COLON, ss_digest_hex_slice(&ha2) };
        return hash_of(crypto, hash, parts, SS_COUNT(parts));
    }
    const ss_slice qop = c->qop == SS_QOP_AUTH ? SS_LIT("auth") : SS_LIT("auth-int");
    const ss_slice parts[] = { ha1,
                               COLON,
                               c->nonce,
                               COLON,
                               c->nc_text,
                               COLON,
                               c->cnonce,
                               COLON,
                               qop,
                               COLON,
                               ss_digest_hex_slice(&ha2) };
    return hash_of(crypto, hash, parts, SS_COUNT(parts));
}

bool ss_secret_eq(ss_slice a, ss_slice b)
{
    if (a.len != b.len) {
        return false; /* a length is no secret: the algorithm says it */
    }
    unsigned differ = 0;
    for (size_t i = 0; i < a.len; i++) {
        differ |= (unsigned char)(a.at[i] ^ b.at[i]);
    }
    return differ == 0;
}
