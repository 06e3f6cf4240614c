/* Payload types: what a number of an RTP medium stands for (RFC 8866 6.6, RFC 3551 section 6). */
#include "ss/sdp.h"

/* RFC3551:6 the static audio types that are still met. */
static const ss_sdp_codec static_types[] = {
    { 0, SS_LIT_INIT("PCMU"), 8000, 1, { NULL, 0 } },   { 3, SS_LIT_INIT("GSM"), 8000, 1, { NULL, 0 } },
    { 4, SS_LIT_INIT("G723"), 8000, 1, { NULL, 0 } },   { 8, SS_LIT_INIT("PCMA"), 8000, 1, { NULL, 0 } },
    { 9, SS_LIT_INIT("G722"), 8000, 1, { NULL, 0 } },   { 10, SS_LIT_INIT("L16"), 44100, 2, { NULL, 0 } },
    { 11, SS_LIT_INIT("L16"), 44100, 1, { NULL, 0 } },  { 13, SS_LIT_INIT("CN"), 8000, 1, { NULL, 0 } },
    { 15, SS_LIT_INIT("G728"), 8000, 1, { NULL, 0 } },  { 18, SS_LIT_INIT("G729"), 8000, 1, { NULL, 0 } },
    { 26, SS_LIT_INIT("JPEG"), 90000, 1, { NULL, 0 } }, { 31, SS_LIT_INIT("H261"), 90000, 1, { NULL, 0 } },
    { 34, SS_LIT_INIT("H263"), 90000, 1, { NULL, 0 } },
};

/* The value of the attribute `name` that begins with the format and a space; SS_EMPTY when there is none. */
static ss_slice mapped(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name, ss_slice format)
{
    ss_slice value;
    for (unsigned nth = 0; ss_sdp_attribute(sdp, media, name, nth, &value) == SS_OK; nth++) {
        const size_t space = ss_slice_find(value, ' ');
        if (space < value.len && ss_slice_eq(ss_slice_cut(value, 0, space), format)) {
            return ss_slice_cut(value, space + 1, value.len);
        }
    }
    return SS_EMPTY;
}

/* encoding "/" rate [ "/" channels ] */
static ss_status read_rtpmap(ss_slice map, ss_sdp_codec *codec)
{
    const size_t slash = ss_slice_find(map, '/');
    if (slash == 0 || slash == map.len) {
        return SS_ERR_SYNTAX;
    }
    codec->encoding = ss_slice_cut(map, 0, slash);
    const ss_slice rest = ss_slice_cut(map, slash + 1, map.len);
    const size_t second = ss_slice_find(rest, '/');
    uint64_t rate = 0;
    uint64_t channels = 1;
    if (ss_slice_to_u64(ss_slice_cut(rest, 0, second), UINT32_MAX, &rate) != SS_OK || rate == 0) {
        return SS_ERR_SYNTAX;
    }
    if (second < rest.len &&
        (ss_slice_to_u64(ss_slice_cut(rest, second + 1, rest.len), UINT32_MAX, &channels) != SS_OK || channels == 0)) {
        return SS_ERR_SYNTAX;
    }
    codec->rate_hz = (uint32_t)rate;
    codec->channels = (uint32_t)channels;
    return SS_OK;
}

ss_status ss_sdp_codec_of(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice format, ss_sdp_codec *codec)
{
    uint64_t type = 0;
    *codec = (ss_sdp_codec){ .channels = 1 };
    if (ss_slice_to_u64(format, 127, &type) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    const ss_slice map = mapped(sdp, media, SS_LIT("rtpmap"), format);
    ss_status status = SS_NONE;
    if (map.len > 0) {
        status = read_rtpmap(map, codec);
    }
    for (size_t i = 0; i < SS_COUNT(static_types) && map.len == 0; i++) {
        if (static_types[i].payload_type == type) {
            *codec = static_types[i];
            status = SS_OK;
        }
    }
    codec->payload_type = (uint8_t)type;
    codec->fmtp = mapped(sdp, media, SS_LIT("fmtp"), format);
    return status;
}
