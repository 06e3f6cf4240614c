/* Attributes of DTLS (RFC 5763 section 5, whose forms are those of RFC 8122 and RFC 4145): the hash of a certificate, and who connects. */
#include "scan.h"

/* Bytes of the hashes that are known by name; of others any length is taken. */
static const struct {
    ss_slice name;
    size_t bytes;
} hashes[] = {
    { SS_LIT_INIT("md2"), 16 },     { SS_LIT_INIT("md5"), 16 },     { SS_LIT_INIT("sha-1"), 20 },
    { SS_LIT_INIT("sha-224"), 28 }, { SS_LIT_INIT("sha-256"), 32 }, { SS_LIT_INIT("sha-384"), 48 },
    { SS_LIT_INIT("sha-512"), 64 },
};

static bool is_upper_hex(char c)
{
    return ss_sdp_is_digit(c) || (c >= 'A' && c <= 'F');
}

/* Pairs of upper-case digits with colons between. */
static bool are_pairs(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (i % 3 == 2 ? s.at[i] != ':' : !is_upper_hex(s.at[i])) {
            return false;
        }
    }
    return s.len % 3 == 2;
}

/* RFC5763:5 a hash and its value; its examples have a space before, which is taken. */
ss_status ss_sdp_read_fingerprint(ss_slice value, ss_sdp_fingerprint *out)
{
    size_t at = value.len > 0 && value.at[0] == ' ';
    out->hash = ss_sdp_word(value, &at);
    out->digest = ss_sdp_rest(value, at);
    if (!ss_sdp_is_token(out->hash) || !are_pairs(out->digest)) {
        return SS_ERR_SYNTAX;
    }
    for (size_t i = 0; i < SS_COUNT(hashes); i++) {
        if (ss_slice_eq_nocase(hashes[i].name, out->hash)) {
            return (out->digest.len + 1) / 3 == hashes[i].bytes ? SS_OK : SS_ERR_SEMANTIC;
        }
    }
    return SS_OK;
}

static const ss_slice setups[] = { SS_LIT_INIT("active"), SS_LIT_INIT("passive"),
                                   SS_LIT_INIT("actpass"), SS_LIT_INIT("holdconn") };

ss_slice ss_sdp_setup_name(ss_sdp_setup setup)
{
    SS_ASSERT((unsigned)setup < SS_COUNT(setups));
    return setups[setup];
}

ss_status ss_sdp_read_setup(ss_slice value, ss_sdp_setup *out)
{
    for (unsigned i = 0; i < SS_COUNT(setups); i++) {
        if (ss_slice_eq_nocase(setups[i], value)) {
            *out = (ss_sdp_setup)i;
            return SS_OK;
        }
    }
    return SS_ERR_SYNTAX;
}

void ss_sdp_put_fingerprint(ss_buffer *b, const ss_sdp_fingerprint *fingerprint)
{
    ss_put(b, SS_LIT("a=fingerprint:"));
    ss_put(b, fingerprint->hash);
    ss_put_char(b, ' ');
    ss_put(b, fingerprint->digest);
    ss_put(b, SS_LIT("\r\n"));
}
