/* b= and k= (RFC 8866 sections 5.8 and 5.12). A bandwidth of a type that nobody knows is kept and ignored; a key is read
 * for its form only: 5.12 has it discarded. */
#include "scan.h"

/* RFC8866:5.8 kilobits per second where the type does not say otherwise. */
ss_status ss_sdp_read_bandwidth(ss_slice value, ss_sdp_bandwidth *out)
{
    const size_t colon = ss_slice_find(value, ':');
    *out = (ss_sdp_bandwidth){ .type = ss_slice_cut(value, 0, colon) };
    const ss_slice number = ss_sdp_rest(value, colon + 1);
    if (!ss_sdp_is_token(out->type) || !ss_sdp_some(number, ss_sdp_is_digit)) {
        return SS_ERR_SYNTAX;
    }
    if (ss_slice_to_u64(number, UINT64_MAX, &out->amount) != SS_OK) {
        out->amount = UINT64_MAX;
    }
    return SS_OK;
}

/* RFC8866:5.12 */
ss_status ss_sdp_check_key(ss_slice value)
{
    const size_t colon = ss_slice_find(value, ':');
    const ss_slice method = ss_slice_cut(value, 0, colon);
    const ss_slice key = ss_sdp_rest(value, colon + 1);
    if (colon == value.len) {
        return ss_slice_eq(method, SS_LIT("prompt")) ? SS_OK : SS_ERR_SYNTAX;
    }
    const bool is_good = (ss_slice_eq(method, SS_LIT("clear")) && key.len > 0) ||
                         (ss_slice_eq(method, SS_LIT("base64")) && ss_sdp_is_base64(key)) ||
                         (ss_slice_eq(method, SS_LIT("uri")) && ss_sdp_is_uri(key));
    return is_good ? SS_OK : SS_ERR_SYNTAX;
}
