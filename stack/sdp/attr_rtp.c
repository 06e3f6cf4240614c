/* Attributes of RTP streams (RFC 8866 sections 6.4 to 6.6 and 6.15, RFC 3605): rtpmap, fmtp, ptime and maxptime, rtcp. */
#include "scan.h"

/* RFC8866:6.6 payload type, encoding, rate and, for audio, channels. */
ss_status ss_sdp_read_rtpmap(ss_slice value, ss_sdp_rtpmap *out)
{
    size_t at = 0;
    uint64_t type = 0;
    uint64_t rate = 0;
    uint64_t channels = 1;
    *out = (ss_sdp_rtpmap){ .channels = 1 };
    const bool has_type = ss_sdp_zero_based(ss_sdp_word(value, &at), 127, &type);
    const ss_slice map = ss_sdp_rest(value, at);
    const size_t slash = ss_slice_find(map, '/');
    const ss_slice rest = ss_sdp_rest(map, slash + 1);
    const size_t second = ss_slice_find(rest, '/');
    out->encoding = ss_slice_cut(map, 0, slash);
    if (!has_type || !ss_sdp_is_token(out->encoding) ||
        !ss_sdp_integer(ss_slice_cut(rest, 0, second), UINT32_MAX, &rate)) {
        return SS_ERR_SYNTAX;
    }
    if (second < rest.len &&
        !ss_sdp_integer(ss_slice_cut(rest, second + 1, rest.len), UINT32_MAX, &channels)) {
        return SS_ERR_SYNTAX;
    }
    out->payload_type = (uint8_t)type;
    out->rate_hz = (uint32_t)rate;
    out->channels = (uint32_t)channels;
    return SS_OK;
}

/* RFC8866:6.15 a format of the m= line, one space, and bytes that only that format knows. */
ss_status ss_sdp_read_fmtp(ss_slice value, ss_sdp_fmtp *out)
{
    size_t at = 0;
    out->format = ss_sdp_word(value, &at);
    out->params = ss_sdp_rest(value, at);
    return ss_sdp_is_token(out->format) && out->params.len > 0 ? SS_OK : SS_ERR_SYNTAX;
}

/* RFC8866:6.4 milliseconds above zero, whole or with a fraction that does not end in zero. */
ss_status ss_sdp_read_ptime(ss_slice value, uint32_t *micros)
{
    const size_t dot = ss_slice_find(value, '.');
    const ss_slice fraction = ss_sdp_rest(value, dot + 1);
    uint64_t whole = 0;
    if (!ss_sdp_zero_based(ss_slice_cut(value, 0, dot), UINT32_MAX / 1000 - 1, &whole)) {
        return SS_ERR_SYNTAX;
    }
    *micros = (uint32_t)whole * 1000;
    if (dot == value.len) {
        return whole > 0 ? SS_OK : SS_ERR_SYNTAX;
    }
    if (!ss_sdp_some(fraction, ss_sdp_is_digit) || fraction.at[fraction.len - 1] == '0') {
        return SS_ERR_SYNTAX;
    }
    uint32_t unit = 100;
    for (size_t i = 0; i < fraction.len && unit > 0; i++, unit /= 10) {
        *micros += (uint32_t)(fraction.at[i] - '0') * unit;
    }
    return SS_OK;
}

/* RFC3605:2.1 a port, and an address when it is not that of the medium. */
ss_status ss_sdp_read_rtcp(ss_slice value, ss_sdp_rtcp *out)
{
    size_t at = 0;
    uint64_t port = 0;
    *out = (ss_sdp_rtcp){ 0 };
    if (ss_slice_to_u64(ss_sdp_word(value, &at), UINT16_MAX, &port) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    out->port = (uint16_t)port;
    if (at > value.len) {
        return SS_OK;
    }
    ss_sdp_connection found;
    if (ss_sdp_read_triple(value, &at, &out->address) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    return ss_sdp_read_connection(&out->address, &found);
}

void ss_sdp_put_rtpmap(ss_buffer *b, const ss_sdp_rtpmap *rtpmap)
{
    ss_put(b, SS_LIT("a=rtpmap:"));
    ss_put_u64(b, rtpmap->payload_type);
    ss_put_char(b, ' ');
    ss_put(b, rtpmap->encoding);
    ss_put_char(b, '/');
    ss_put_u64(b, rtpmap->rate_hz);
    if (rtpmap->channels > 1) {
        ss_put_char(b, '/');
        ss_put_u64(b, rtpmap->channels);
    }
    ss_put(b, SS_LIT("\r\n"));
}

void ss_sdp_put_fmtp(ss_buffer *b, const ss_sdp_fmtp *fmtp)
{
    ss_put(b, SS_LIT("a=fmtp:"));
    ss_put(b, fmtp->format);
    ss_put_char(b, ' ');
    ss_put(b, fmtp->params);
    ss_put(b, SS_LIT("\r\n"));
}

void ss_sdp_put_rtcp(ss_buffer *b, const ss_sdp_rtcp *rtcp)
{
    ss_put(b, SS_LIT("a=rtcp:"));
    ss_put_u64(b, rtcp->port);
    if (rtcp->address.nettype.len > 0) {
        ss_put_char(b, ' ');
        ss_sdp_put_address(b, &rtcp->address);
    }
    ss_put(b, SS_LIT("\r\n"));
}
