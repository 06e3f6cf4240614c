/* a=key-mgmt (RFC 4567 section 3.1): a key management protocol and its message in base64. */
#include "scan.h"

ss_status ss_sdp_read_key_mgmt(ss_slice value, ss_sdp_key_mgmt *out)
{
    size_t at = value.len > 0 && value.at[0] == ' '; /* RFC4567:3.1 0*1SP */
    out->protocol = ss_sdp_word(value, &at);
    const bool has_data = at <= value.len;
    out->data = ss_sdp_rest(value, at);
    const bool is_whole = ss_sdp_some(out->protocol, ss_sdp_is_alpha_numeric) && has_data &&
                          ss_sdp_is_base64(out->data);
    return is_whole ? SS_OK : SS_ERR_SYNTAX;
}

void ss_sdp_put_key_mgmt(ss_buffer *b, const ss_sdp_key_mgmt *key_mgmt)
{
    ss_put(b, SS_LIT("a=key-mgmt:"));
    ss_put(b, key_mgmt->protocol);
    ss_put_char(b, ' ');
    ss_put(b, key_mgmt->data);
    ss_put(b, SS_LIT("\r\n"));
}
