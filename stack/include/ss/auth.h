/* ss/auth.h: digest access authentication (RFC 3261 section 22, RFC 7616, RFC 8760): challenges, credentials, nonces.
 *
 * Hashes are the host's: ss_crypto is two pure functions, shipped over OpenSSL in a library of its own (ss/openssl.h). The
 * secret of a user comes in as H(A1), in hexadecimal: who serves need not know passwords (RFC 7616 3.6).
 */
#ifndef SS_AUTH_H
#define SS_AUTH_H

#include "ss/msg.h"

/* ---- what the host computes ------------------------------------------------------------------------------------------- */

typedef enum ss_hash { SS_HASH_MD5, SS_HASH_SHA_256, SS_HASH_SHA_512_256, SS_HASH_COUNT } ss_hash;

enum { SS_HASH_BYTES_MAX = 32, SS_HASH_HEX_MAX = 2 * SS_HASH_BYTES_MAX };

/** 16 for MD5, 32 for the others. */
static inline size_t ss_hash_bytes(ss_hash hash)
{
    return hash == SS_HASH_MD5 ? 16 : 32;
}

/** Pure functions of their arguments; `self` is scratch memory of the host's, of one thread at a time. */
typedef struct ss_crypto {
    void *self;
    /** The hash of the parts one after the other: ss_hash_bytes(hash) bytes into `out`. */
    void (*hash)(void *self, ss_hash hash, const ss_slice *parts, size_t count, unsigned char *out);
    /** HMAC-SHA-256 (RFC 2104) of the parts one after the other: 32 bytes into `out`. */
    void (*hmac)(void *self, ss_slice key, const ss_slice *parts, size_t count, unsigned char *out);
} ss_crypto;

/* ---- algorithms: RFC 7616 3.3, RFC 8760 2.1 ----------------------------------------------------------------------------- */

#define SS_ALGORITHM_LIST(X)        \
    X(MD5, "MD5")                   \
    X(MD5_SESS, "MD5-sess")         \
    X(SHA_256, "SHA-256")           \
    X(SHA_256_SESS, "SHA-256-sess") \
    X(SHA_512_256, "SHA-512-256")   \
    X(SHA_512_256_SESS, "SHA-512-256-sess")
#define SS_ALGORITHM_ID(id, text) SS_ALGORITHM_##id,
typedef enum ss_algorithm {
    SS_ALGORITHM_LIST(SS_ALGORITHM_ID) SS_ALGORITHM_UNKNOWN,
    SS_ALGORITHM_COUNT = SS_ALGORITHM_UNKNOWN
} ss_algorithm;

/** "SHA-256" …; static. Of a known one. */
ss_slice ss_algorithm_name(ss_algorithm algorithm);
/** In any case of letters; SS_ALGORITHM_UNKNOWN. */
ss_algorithm ss_algorithm_from(ss_slice name);
static inline ss_hash ss_algorithm_hash(ss_algorithm algorithm)
{
    return (ss_hash)((unsigned)algorithm / 2u);
}
static inline bool ss_algorithm_is_session(ss_algorithm algorithm)
{
    return (unsigned)algorithm % 2u == 1u;
}

typedef enum ss_qop { SS_QOP_NONE, SS_QOP_AUTH, SS_QOP_AUTH_INT } ss_qop;
enum { SS_OFFERS_AUTH = 1u << SS_QOP_AUTH, SS_OFFERS_AUTH_INT = 1u << SS_QOP_AUTH_INT };

/* ---- header fields, typed ------------------------------------------------------------------------------------------------
 * Texts are without their quotes and quoting slashes (RFC 7616 3.4.5): what is hashed and compared. They borrow from the value,
 * or are in the arena where a slash was taken out. */

/** WWW-Authenticate, Proxy-Authenticate: 20.44, RFC 7616 3.3. */
typedef struct ss_challenge {
    ss_slice realm, nonce;
    ss_slice opaque;         /* at == NULL: absent */
    ss_slice algorithm_name; /* as written; at == NULL: absent, which is MD5 */
    ss_algorithm algorithm;
    bool is_stale;
    bool has_qop;
    uint8_t offers; /* SS_OFFERS_…; options that are not known are left out */
} ss_challenge;

/** Authorization, Proxy-Authorization: 20.7, RFC 7616 3.4. */
typedef struct ss_credentials {
    ss_slice username, realm, nonce, uri, response;
    ss_slice cnonce, opaque; /* at == NULL: absent */
    ss_slice nc_text;        /* as written: eight digits; empty without qop */
    ss_slice algorithm_name; /* as of a challenge */
    uint32_t nc;
    ss_algorithm algorithm;
    ss_qop qop;
} ss_credentials;

/** Authentication-Info: 20.6, RFC 7616 3.5. */
typedef struct ss_authentication_info {
    ss_slice nextnonce, rspauth, cnonce; /* at == NULL: absent */
    ss_slice nc_text;
    uint32_t nc;
    ss_qop qop;
} ss_authentication_info;

/* One value of the field. SS_NONE: another scheme than Digest. SS_ERR_SYNTAX: not as the grammar has it, a parameter that must be
 * there is missing, or one stands twice. SS_ERR_FULL: the arena. An algorithm that is not known is no mistake. */
SS_MUST_USE ss_status ss_challenge_parse(ss_slice value, ss_arena *arena, ss_challenge *out);
SS_MUST_USE ss_status ss_credentials_parse(ss_slice value, ss_arena *arena, ss_credentials *out);
SS_MUST_USE ss_status ss_authentication_info_parse(ss_slice value, ss_arena *arena,
                                                   ss_authentication_info *out);

/** The values, without name and line end. Parsing gives the same again. */
void ss_put_challenge(ss_buffer *b, const ss_challenge *challenge);
void ss_put_credentials(ss_buffer *b, const ss_credentials *credentials);
void ss_put_authentication_info(ss_buffer *b, const ss_authentication_info *info);

/* ---- the computation: RFC 7616 3.4.1 to 3.4.3 -------------------------------------------------------------------------------- */

/** A digest in lower-case hexadecimal. */
typedef struct ss_digest_hex {
    char text[SS_HASH_HEX_MAX];
    uint8_t len;
} ss_digest_hex;

static inline ss_slice ss_digest_hex_slice(const ss_digest_hex *d)
{
    return (ss_slice){ d->text, d->len };
}

/** H(A1) of an algorithm without -sess: what a server keeps of a user. */
ss_digest_hex ss_digest_ha1(const ss_crypto *crypto, ss_hash hash, ss_slice username,
                            ss_slice realm, ss_slice password);
/** H(A1) of an algorithm with -sess, from that. */
ss_digest_hex ss_digest_session_ha1(const ss_crypto *crypto, ss_hash hash, ss_slice ha1,
                                    ss_slice nonce, ss_slice cnonce);

/** Of what a response is made. */
typedef struct ss_digest_request {
    ss_slice method; /* empty: of a server, rspauth (3.5) */
    ss_slice body;   /* counts with auth-int */
} ss_digest_request;

/** The response that belongs to the credentials' other parameters. `ha1`: of the user, as ss_digest_ha1 gives it; a session's
 *  key is made from it here. The credentials' algorithm is known. */
ss_digest_hex ss_digest_response(const ss_crypto *crypto, const ss_credentials *credentials,
                                 ss_slice ha1, const ss_digest_request *request);
/** Equal, in a time that depends on the lengths alone. */
bool ss_secret_eq(ss_slice a, ss_slice b);

/* ---- nonces of a server ---------------------------------------------------------------------------------------------------------
 * A nonce says when it was made, is unlike any other, and carries a MAC over both and the realm: so nothing is remembered of it
 * until credentials with it were found right. Then a slot holds which counts were seen. The slots are few: the one of the nonce
 * made first gives way, and from then on nonces as old as that one are stale in its bucket. So memory is bounded and no count is
 * ever accepted twice. */

enum {
    SS_NONCE_BYTES = 64, /* of its text */
    SS_NONCE_BUCKET = 8, /* slots of a bucket */
    SS_NONCE_WINDOW =
        64, /* so far behind the highest count a lower one is still told from a replay */
    SS_NONCE_SLOTS_MAX = 2048
};

typedef struct ss_nonce_slot {
    ss_time made;          /* SS_TIME_NEVER: free */
    uint64_t unique, seen; /* seen: bit i is count highest - i */
    uint32_t highest;
} ss_nonce_slot;

typedef struct ss_nonces {
    uint64_t secret[4];
    uint32_t buckets; /* a power of two */
    /* per bucket its floor, an ss_time, then its slots: behind this struct */
} ss_nonces;

/** Bytes for so many slots (rounded up to a power of two of at least SS_NONCE_BUCKET). */
size_t ss_nonces_size(uint32_t slots);
/** In zeroed memory of that size, 8-byte aligned. `key`: the server's secret; another after a restart, so that nonces from
 *  before are stale. */
void ss_nonces_init(ss_nonces *n, uint32_t slots, uint64_t key);
/** A new nonce. `unique` is drawn for it. */
void ss_put_nonce(ss_buffer *b, const ss_nonces *n, const ss_crypto *crypto, ss_slice realm,
                  ss_time now, uint64_t unique);

typedef enum ss_nonce_verdict {
    SS_NONCE_GOOD,
    SS_NONCE_STALE, /* too old, of another boot, not ours, or no room to tell replays by */
    SS_NONCE_REPLAY /* this count was seen, or is too far behind to know */
} ss_nonce_verdict;
/** Of credentials that were found right: nobody else may take a slot. Takes the count in when good. Without qop a nonce serves
 *  once. From `lifetime` on a nonce is stale. */
ss_nonce_verdict ss_nonce_take(ss_nonces *n, const ss_crypto *crypto,
                               const ss_credentials *credentials, ss_time now, ss_span lifetime);

/** It was given out for that realm, since the server started: who has it got something that was sent to him. */
bool ss_nonce_is_ours(const ss_nonces *n, const ss_crypto *crypto, const ss_credentials *c);
/** When a nonce says that it was made; 0 for what is none. */
ss_time ss_nonce_made(ss_slice nonce);

/* ---- secrets of users who were let in of late: secrets.c ------------------------------------------------------------------------ */

enum { SS_SECRETS_MAX = 1024 }; /* what a block of the store holds */

typedef struct ss_secrets {
    uint64_t key[2];
    uint32_t sets; /* a power of two; they are behind this struct */
} ss_secrets;

/** Bytes for so many users (rounded up to a power of two of at least 4). */
size_t ss_secrets_size(uint32_t count);
/** In zeroed memory of that size, 8-byte aligned. */
void ss_secrets_init(ss_secrets *s, uint32_t count, uint64_t key);
/** H(A1) of the user whom the credentials name, for their algorithm's hash; SS_EMPTY: not known. Valid until the next is kept. */
ss_slice ss_secrets_find(ss_secrets *s, const ss_credentials *credentials, ss_time now);
/** Of credentials that were found right with it. */
void ss_secrets_keep(ss_secrets *s, const ss_credentials *credentials, ss_slice ha1, ss_time until);

/* ---- a server's protection of a realm ------------------------------------------------------------------------------------------- */

/** Immutable; borrowed. */
typedef struct ss_protection {
    ss_slice realm;
    ss_slice domain; /* host of the addresses that its users have; lower case */
    bool
        asks_guests; /* a proxy's: requests to it from other domains need credentials too, of a user called as their From */
    uint8_t algorithms[SS_ALGORITHM_COUNT]; /* in order of preference: RFC 8760 2.3 */
    uint8_t algorithm_count;
    uint8_t offers;   /* SS_OFFERS_… */
    uint32_t methods; /* bit 1 << ss_method: requests that need credentials; never ACK, CANCEL */
    ss_span nonce_lifetime;
    ss_span
        secret_lifetime; /* for so long the host is not asked again for a secret; 0: each time */
    bool proves;         /* its 2xx prove that it knows the secret too: rspauth, RFC 7616 3.5 */
    bool renews;         /* … and give another nonce, once the one used is older than that */
    ss_span renew_after;
} ss_protection;

static inline bool ss_protects(const ss_protection *p, ss_method method)
{
    return method != SS_METHOD_ACK && method != SS_METHOD_CANCEL &&
           (p->methods & (1u << (unsigned)method)) != 0;
}

/** The credentials of the realm among the request's lines of `field`. SS_NONE: none that the protection would have asked for;
 *  SS_ERR_SYNTAX: answer 400; SS_ERR_FULL. */
SS_MUST_USE ss_status ss_protection_find(const ss_protection *p, const ss_msg *request,
                                         ss_hdr field, ss_arena *arena, ss_credentials *out);
/** Whether the credentials are right. `ha1` empty: nobody knows the user; it takes as long and is never right. */
bool ss_protection_verify(const ss_crypto *crypto, const ss_credentials *credentials,
                          const ss_msg *request, ss_slice ha1);
/** A line of `field` for each algorithm, in order of preference. */
void ss_put_challenges(ss_buffer *b, const ss_protection *p, ss_hdr field, ss_slice nonce,
                       bool is_stale);

/* ---- credentials at its door: claim.c -------------------------------------------------------------------------------------------- */

/** What is to be judged. Borrowed. */
typedef struct ss_claim {
    const ss_crypto *crypto;
    const ss_protection *protection;
    const ss_msg *request;
    const ss_credentials *credentials; /* of the request, for the realm */
    const ss_uri *owner;               /* an address of who may send it */
    ss_time now;
} ss_claim;

/** SS_AUTH_ACCEPTED: right, of the owner, and never seen before, which is remembered; SS_AUTH_WRONG, FORBIDDEN, REPLAYED, STALE. */
ss_auth_outcome ss_claim_weigh(const ss_claim *claim, ss_nonces *nonces, ss_slice ha1);
/** The 2xx to one that was accepted should give another nonce. */
bool ss_claim_wants_nonce(const ss_claim *claim);

/** Of what Authentication-Info is made. Borrowed. */
typedef struct ss_proof {
    const ss_crypto *crypto;
    const ss_credentials *credentials; /* that were accepted */
    ss_slice ha1;
    ss_slice next_nonce; /* or empty */
    bool proves;
} ss_proof;
/** The header line of a 2xx that has this body; nothing when there is nothing to say. */
void ss_put_proof(ss_buffer *b, const ss_proof *proof, ss_slice body);

#endif
