/* GRUUs of a domain (RFC 5627 3.1, 5.4, appendix A): URIs that lead to one instance of a user of ours.
 *
 * A public one is the address-of-record with a `gr` that says the instance and a code that nobody else can make, so that it stays
 * valid while nobody is bound to it, and nothing is stored. A temporary one hides both: its user part is a number that is
 * drawn for it, what the location service has of the instance, enciphered by that number, and a code over both. Whether it is
 * valid still is the location service's to say. The keys are the engine's: an engine that begins anew with others knows none of either.
 */
#include "context.h"

enum { WORDS = 3, DIGITS = 16, TOKEN_DIGITS = (1 + WORDS + 1) * DIGITS };

#define PUBLIC_KEY 0x7075626c6963u
#define CIPHER_KEY 0x636970686572u
#define CODE_KEY   0x636f6465u

/* Four words of a keyed function of the text: the host's HMAC where it lends one, else the engine's own keyed hash. */
static void derive(const ss_visit *v, uint64_t purpose, ss_slice text, uint64_t out[4])
{
    const ss_crypto *crypto = v->proxy->config->crypto;
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(v->core->entropy.key, 0x67727575u), purpose);
    char name[DIGITS];
    unsigned char mac[32];
    if (crypto == NULL) {
        for (unsigned i = 0; i < 4; i++) {
            out[i] = ss_mix_absorb(key + i, ss_hash64(key + i, text));
        }
        return;
    }
    ss_buffer b = ss_buffer_on(name, sizeof name);
    ss_put_hex(&b, key, DIGITS);
    crypto->hmac(crypto->self, ss_buffer_slice(&b), &text, 1, mac);
    for (unsigned i = 0; i < sizeof mac; i++) {
        out[i / 8] = out[i / 8] << 8 | mac[i];
    }
}

/* Every address-of-record as the location service is asked for it: RFC5630:5.2 sip and sips name one. */
static ss_slice canonical(const ss_visit *v, const ss_uri *uri)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_uri plain = *uri;
    plain.scheme = plain.scheme == SS_SCHEME_SIPS ? SS_SCHEME_SIP : plain.scheme;
    ss_uri_put_canonical_aor(&b, &plain);
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* ---- public ones --------------------------------------------------------------------------------------------- */

/* "<urn:…>" or "urn:…". */
static ss_slice bare(ss_slice instance)
{
    const bool has_brackets = instance.len >= 2 && instance.at[0] == '<';
    return has_brackets ? ss_slice_cut(instance, 1, instance.len - 1) : instance;
}

static uint64_t public_code(const ss_visit *v, ss_slice aor, ss_slice instance)
{
    uint64_t words[4] = { 0 };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, aor);
    ss_put_char(&b, ' ');
    for (size_t i = 0; i < instance.len; i++) {
        ss_put_char(&b, ss_lower(instance.at[i]));
    }
    v->turn->failed |= b.overflow;
    derive(v, PUBLIC_KEY, ss_buffer_slice(&b), words);
    return words[0];
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == ':';
}

/* RFC5627:5.1 The address-of-record with a `gr` that has a value: as in appendix A.1, with a code. */
static void put_gr(ss_buffer *b, ss_slice instance, uint64_t code)
{
    ss_put_text(b, ";gr=");
    for (size_t i = 0; i < instance.len; i++) {
        if (is_plain(instance.at[i])) {
            ss_put_char(b, instance.at[i]);
        } else {
            ss_put_char(b, '%');
            ss_put_hex(b, (unsigned char)instance.at[i], 2);
        }
    }
    ss_put_char(b, '~');
    ss_put_hex(b, code, DIGITS);
}

/* The instance that a `gr` of ours says, in the arena; SS_EMPTY: it is none of ours. */
static ss_slice read_public(const ss_visit *v, ss_slice aor, ss_slice gr)
{
    char code[DIGITS];
    ss_buffer right = ss_buffer_on(code, sizeof code);
    if (gr.len < DIGITS + 2 || gr.at[gr.len - DIGITS - 1] != '~') {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (size_t i = 0; i < gr.len - DIGITS - 1; i++) {
        const int octet = ss_slice_escape(gr, i);
        ss_put_char(&b, octet < 0 ? gr.at[i] : (char)octet);
        i += octet < 0 ? 0 : 2;
    }
    v->turn->failed |= b.overflow;
    const ss_slice instance = ss_buffer_keep(v->turn->arena, &b);
    ss_put_hex(&right, public_code(v, aor, instance), DIGITS);
    const ss_slice said = ss_slice_cut(gr, gr.len - DIGITS, gr.len);
    return ss_secret_eq(said, ss_buffer_slice(&right)) ? instance : SS_EMPTY;
}

/* ---- temporary ones ------------------------------------------------------------------------------------------ */

static void encipher(const ss_visit *v, ss_slice drawn, uint64_t words[WORDS])
{
    uint64_t stream[4] = { 0 };
    derive(v, CIPHER_KEY, drawn, stream);
    for (unsigned i = 0; i < WORDS; i++) {
        words[i] ^= stream[i];
    }
}

static uint64_t token_code(const ss_visit *v, ss_slice token)
{
    uint64_t words[4] = { 0 };
    derive(v, CODE_KEY, token, words);
    return words[0];
}

/* RFC5627:5.1 each one new, and no two can be told to be of one instance. RFC5627:5.4 nothing of it is stored. */
static void put_temporary(const ss_visit *v, ss_buffer *b, const ss_gruu *gruu)
{
    char memory[TOKEN_DIGITS];
    ss_buffer token = ss_buffer_on(memory, sizeof memory);
    uint64_t words[WORDS] = { gruu->aor, gruu->instance, gruu->since };
    ss_put_hex(&token, ss_entropy_next(&v->core->entropy), DIGITS);
    encipher(v, ss_buffer_slice(&token), words);
    for (unsigned i = 0; i < WORDS; i++) {
        ss_put_hex(&token, words[i], DIGITS);
    }
    ss_put_hex(&token, token_code(v, ss_buffer_slice(&token)), DIGITS);
    ss_put_text(b, "tgruu.");
    ss_put(b, ss_buffer_slice(&token));
}

static bool read_word(ss_slice digits, uint64_t *word)
{
    *word = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const int digit = ss_hex_digit(digits.at[i]);
        if (digit < 0) {
            return false;
        }
        *word = *word << 4 | (unsigned)digit;
    }
    return true;
}

static bool read_temporary(const ss_visit *v, ss_slice user, ss_gruu *gruu)
{
    uint64_t words[WORDS];
    char code[DIGITS];
    ss_buffer right = ss_buffer_on(code, sizeof code);
    if (user.len != 6 + TOKEN_DIGITS || !ss_slice_starts(user, SS_LIT("tgruu."))) {
        return false;
    }
    const ss_slice token = ss_slice_cut(user, 6, user.len);
    const size_t end = TOKEN_DIGITS - DIGITS;
    ss_put_hex(&right, token_code(v, ss_slice_cut(token, 0, end)), DIGITS);
    if (!ss_secret_eq(ss_slice_cut(token, end, token.len), ss_buffer_slice(&right))) {
        return false;
    }
    for (unsigned i = 0; i < WORDS; i++) {
        const size_t at = (1 + (size_t)i) * DIGITS;
        if (!read_word(ss_slice_cut(token, at, at + DIGITS), &words[i])) {
            return false;
        }
    }
    encipher(v, ss_slice_cut(token, 0, DIGITS), words);
    *gruu = (ss_gruu){ words[0], words[1], words[2] };
    return true;
}

/* ---- reading one --------------------------------------------------------------------------------------------- */

ss_gruu_name ss_gruu_read(const ss_visit *v, const ss_uri *uri)
{
    ss_slice gr;
    ss_gruu_name name = { .kind = SS_GRUU_NONE };
    if (ss_params_get(uri->params, SS_LIT("gr"), &gr) != SS_OK) {
        return name;
    }
    name.kind = SS_GRUU_WRONG;
    if (gr.len == 0) {
        name.kind = read_temporary(v, uri->user, &name.gruu) ? SS_GRUU_TEMPORARY : SS_GRUU_WRONG;
        return name;
    }
    const ss_slice aor = canonical(v, uri);
    name.instance = read_public(v, aor, gr);
    if (name.instance.len != 0) {
        name.kind = SS_GRUU_PUBLIC;
        name.gruu = ss_location_gruu(aor, SS_EMPTY);
    }
    return name;
}

/* RFC5627:5.4 To no contact of another instance. */
bool ss_gruu_leads_to(const ss_gruu_name *name, const ss_binding *binding)
{
    if (name->kind == SS_GRUU_PUBLIC) {
        return ss_slice_eq_nocase(bare(binding->instance), name->instance);
    }
    return binding->instance.len != 0 &&
           ss_location_gruu(SS_EMPTY, binding->instance).instance == name->gruu.instance;
}

bool ss_gruu_is_of(const ss_visit *v, const ss_gruu_name *name, const ss_uri *aor)
{
    return name->gruu.aor == ss_location_gruu(canonical(v, aor), SS_EMPTY).aor;
}

ss_gruu_name ss_gruu_of_contact(const ss_visit *v, const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    ss_uri uri;
    if (ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact) != SS_OK || contact.is_star ||
        ss_uri_parse(contact.uri, &uri) != SS_OK ||
        !(ss_proxy_is_our_domain(v->proxy, uri.host) || ss_proxy_is_us(v->proxy, &uri))) {
        return (ss_gruu_name){ .kind = SS_GRUU_NONE };
    }
    return ss_gruu_read(v, &uri);
}

/* ---- telling them -------------------------------------------------------------------------------------------- */

static void put_host(ss_buffer *b, const ss_uri *aor)
{
    ss_put(b, aor->host);
    if (aor->port != 0) {
        ss_put_char(b, ':');
        ss_put_u64(b, aor->port);
    }
}

/* RFC5627:5.2 The temporary one that was created last is the one that is told. RFC5630:5.2.1 by the scheme of the contact */
ss_slice ss_gruu_params(const ss_visit *v, const ss_uri *aor, const ss_binding *binding)
{
    const bool is_sips = ss_slice_starts(binding->contact, SS_LIT("sips:"));
    const ss_slice instance = bare(binding->instance);
    const uint64_t code = public_code(v, canonical(v, aor), instance);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_text(&b, is_sips ? ";pub-gruu=\"sips:" : ";pub-gruu=\"sip:");
    if (aor->user.at != NULL) {
        ss_put(&b, aor->user);
        ss_put_char(&b, '@');
    }
    put_host(&b, aor);
    put_gr(&b, instance, code);
    ss_put_text(&b, is_sips ? "\";temp-gruu=\"sips:" : "\";temp-gruu=\"sip:");
    put_temporary(v, &b, &binding->gruu);
    ss_put_char(&b, '@');
    put_host(&b, aor);
    ss_put_text(&b, ";gr\"");
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}
