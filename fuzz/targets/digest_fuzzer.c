/* Target `digest`: a line of choices, then the value of a challenge, of credentials or of Authentication-Info.
 * Aims at: ss_challenge_parse, ss_credentials_parse, ss_authentication_info_parse and their printers, ss_protection_find,
 * ss_protection_verify, ss_nonce_take. Hashes are mixed, not cryptographic: the stack takes them from its host. */
#include "fuzz.h"

#include "ss/auth.h"

#include <string.h>

/* ---- hashes that are pure and quick ---- */

static void mix(uint64_t seed, const ss_slice *parts, size_t count, unsigned char *out, size_t len)
{
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < parts[i].len; k++) { /* as one string, wherever it is cut */
            state = ss_mix_absorb(state, (unsigned char)parts[i].at[k]);
        }
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (unsigned char)(ss_mix_absorb(state, i / 8) >> 8 * (i % 8));
    }
}

static void hash(void *self, ss_hash which, const ss_slice *parts, size_t count, unsigned char *out)
{
    (void)self;
    mix(1u + (unsigned)which, parts, count, out, ss_hash_bytes(which));
}

static void hmac(void *self, ss_slice key, const ss_slice *parts, size_t count, unsigned char *out)
{
    (void)self;
    mix(ss_hash64(9, key), parts, count, out, SS_HASH_BYTES_MAX);
}

static const ss_crypto crypto = { NULL, hash, hmac };

/* ---- S2: what was read prints, and reads as it was ---- */

static bool same(ss_slice a, ss_slice b)
{
    return (a.at == NULL) == (b.at == NULL) && ss_slice_eq(a, b);
}

static void check_challenge(ss_slice value)
{
    ss_arena arena = fz_arena(0), text = fz_arena(1), again_arena = fz_arena(2);
    ss_challenge c, again;
    if (ss_challenge_parse(value, &arena, &c) != SS_OK) {
        return;
    }
    ss_buffer b = ss_buffer_open(&text);
    ss_put_challenge(&b, &c);
    FZ_CHECK("S2", ss_challenge_parse(ss_buffer_slice(&b), &again_arena, &again) == SS_OK,
             "a printed challenge is refused");
    FZ_CHECK("S2",
             same(c.realm, again.realm) && same(c.nonce, again.nonce) &&
                 same(c.opaque, again.opaque) && c.algorithm == again.algorithm &&
                 same(c.algorithm_name, again.algorithm_name) && c.is_stale == again.is_stale &&
                 c.has_qop == again.has_qop && c.offers == again.offers,
             "a printed challenge reads otherwise");
}

static bool same_credentials(const ss_credentials *a, const ss_credentials *b)
{
    return same(a->username, b->username) && same(a->realm, b->realm) && same(a->nonce, b->nonce) &&
           same(a->uri, b->uri) && same(a->response, b->response) && same(a->cnonce, b->cnonce) &&
           same(a->opaque, b->opaque) && ss_slice_eq(a->nc_text, b->nc_text) && a->nc == b->nc &&
           a->algorithm == b->algorithm && same(a->algorithm_name, b->algorithm_name) &&
           a->qop == b->qop;
}

static bool check_credentials(ss_slice value, ss_arena *arena, ss_credentials *c)
{
    ss_arena text = fz_arena(1), again_arena = fz_arena(2);
    ss_credentials again;
    if (ss_credentials_parse(value, arena, c) != SS_OK) {
        return false;
    }
    ss_buffer b = ss_buffer_open(&text);
    ss_put_credentials(&b, c);
    FZ_CHECK("S2", ss_credentials_parse(ss_buffer_slice(&b), &again_arena, &again) == SS_OK,
             "printed credentials are refused");
    FZ_CHECK("S2", same_credentials(c, &again), "printed credentials read otherwise");
    return true;
}

static void check_info(ss_slice value)
{
    ss_arena arena = fz_arena(0), text = fz_arena(1), again_arena = fz_arena(2);
    ss_authentication_info a, b;
    if (ss_authentication_info_parse(value, &arena, &a) != SS_OK) {
        return;
    }
    ss_buffer out = ss_buffer_open(&text);
    ss_put_authentication_info(&out, &a);
    FZ_CHECK("S2", ss_authentication_info_parse(ss_buffer_slice(&out), &again_arena, &b) == SS_OK,
             "a printed Authentication-Info is refused");
    FZ_CHECK("S2",
             same(a.nextnonce, b.nextnonce) && same(a.rspauth, b.rspauth) &&
                 same(a.cnonce, b.cnonce) && a.nc == b.nc && a.qop == b.qop,
             "a printed Authentication-Info reads otherwise");
}

/* ---- auth: nothing is right but what was made with the secret ---- */

static ss_digest_hex right_response(const ss_credentials *c, const ss_msg *request, ss_slice ha1)
{
    const ss_digest_request what = { .method = request->method_name, .body = request->body };
    return ss_digest_response(&crypto, c, ha1, &what);
}

/* One byte of what the response depends on is another now. */
static bool damage(ss_credentials *c, fz_tape *tape, ss_arena *arena)
{
    ss_slice *const texts[] = { &c->nonce, &c->uri, &c->response, &c->cnonce, &c->nc_text };
    ss_slice *text = texts[fz_tape_pick(tape, c->qop == SS_QOP_NONE ? 3 : SS_COUNT(texts))];
    if (text->len == 0) {
        return false;
    }
    const ss_slice copy = ss_arena_copy(arena, *text);
    ((char *)arena
         ->base)[copy.at - (const char *)arena->base + fz_tape_pick(tape, (unsigned)copy.len)] ^= 1;
    *text = copy;
    return true;
}

static void check_verify(ss_credentials c, fz_tape *tape)
{
    static const char text[] =
        "REGISTER sip:r.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n"
        "From: <sip:b@r.example>;tag=a\r\nTo: <sip:b@r.example>\r\nCall-ID: c\r\n"
        "CSeq: 1 REGISTER\r\nMax-Forwards: 70\r\nContent-Length: 2\r\n\r\nhi";
    ss_arena arena = fz_arena(3), copies = fz_arena(4);
    ss_msg request;
    ss_diag diag;
    if (c.algorithm == SS_ALGORITHM_UNKNOWN ||
        ss_msg_parse(&request, &arena, SS_LIT(text), &diag) != SS_OK) {
        return;
    }
    const ss_hash which = ss_algorithm_hash(c.algorithm);
    const ss_digest_hex ha1 = ss_digest_ha1(&crypto, which, c.username, c.realm, SS_LIT("secret"));
    const ss_slice secret = ss_digest_hex_slice(&ha1);
    const ss_digest_hex right = right_response(&c, &request, secret);
    FZ_CHECK("auth",
             ss_protection_verify(&crypto, &c, &request, secret) ==
                 ss_slice_eq(c.response, ss_digest_hex_slice(&right)),
             "a response is right that was not made with the secret, or wrong that was");
    c.response = ss_digest_hex_slice(&right);
    FZ_CHECK("auth", ss_protection_verify(&crypto, &c, &request, secret),
             "a right response is refused");
    FZ_CHECK("auth", !ss_protection_verify(&crypto, &c, &request, SS_EMPTY),
             "a response of nobody's is right");
    FZ_CHECK("auth",
             !damage(&c, tape, &copies) || !ss_protection_verify(&crypto, &c, &request, secret),
             "a response is right for something else");
}

/* ---- auth: no count is taken twice, whatever came between ---- */

enum { COUNTS = 48, NONCES = 12, STEPS = 64 };

static void check_counts(fz_tape *tape)
{
    static _Alignas(16) unsigned char memory[4096];
    char texts[NONCES][SS_NONCE_BYTES];
    bool taken[NONCES][COUNTS] = { { false } };
    ss_nonces *n = (ss_nonces *)(void *)memory;
    memset(memory, 0, sizeof memory);
    ss_nonces_init(n, SS_NONCE_BUCKET, 1);
    for (unsigned i = 0; i < NONCES; i++) {
        ss_buffer b = ss_buffer_on(texts[i], SS_NONCE_BYTES);
        ss_put_nonce(&b, n, &crypto, SS_LIT("r"), i, i);
    }
    for (unsigned step = 0; step < STEPS && tape->choices.len > 0; step++) {
        const unsigned which = fz_tape_pick(tape, NONCES), count = fz_tape_pick(tape, COUNTS);
        const ss_credentials c = { .realm = SS_LIT("r"),
                                   .nonce = { texts[which], SS_NONCE_BYTES },
                                   .nc = count + 1,
                                   .qop = SS_QOP_AUTH };
        const bool is_good = ss_nonce_take(n, &crypto, &c, STEPS + step, SS_S(1)) == SS_NONCE_GOOD;
        FZ_CHECK("auth", !is_good || !taken[which][count], "a count is taken twice");
        taken[which][count] = taken[which][count] || is_good;
    }
}

int fz_target_digest(const uint8_t *data, size_t size)
{
    ss_slice value;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &value);
    ss_arena arena = fz_arena(0);
    ss_credentials c;
    if (size > SS_MESSAGE_BYTES_MAX) {
        return 0;
    }
    check_challenge(value);
    check_info(value);
    if (check_credentials(value, &arena, &c)) {
        check_verify(c, &tape);
    }
    check_counts(&tape);
    return 0;
}
