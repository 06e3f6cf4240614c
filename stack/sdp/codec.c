/* Payload types: what a number of an RTP medium stands for (RFC 8866 6.6, RFC 3551 section 6). */
#include "scan.h"
#include "streams.h"

/* RFC3551:6 the static types, audio (table 4) and video (table 5). */
static const ss_sdp_codec static_types[] = {
    { 0, SS_LIT_INIT("PCMU"), 8000, 1, { NULL, 0 } },
    { 3, SS_LIT_INIT("GSM"), 8000, 1, { NULL, 0 } },
    { 4, SS_LIT_INIT("G723"), 8000, 1, { NULL, 0 } },
    { 5, SS_LIT_INIT("DVI4"), 8000, 1, { NULL, 0 } },
    { 6, SS_LIT_INIT("DVI4"), 16000, 1, { NULL, 0 } },
    { 7, SS_LIT_INIT("LPC"), 8000, 1, { NULL, 0 } },
    { 8, SS_LIT_INIT("PCMA"), 8000, 1, { NULL, 0 } },
    { 9, SS_LIT_INIT("G722"), 8000, 1, { NULL, 0 } },
    { 10, SS_LIT_INIT("L16"), 44100, 2, { NULL, 0 } },
    { 11, SS_LIT_INIT("L16"), 44100, 1, { NULL, 0 } },
    { 12, SS_LIT_INIT("QCELP"), 8000, 1, { NULL, 0 } },
    { 13, SS_LIT_INIT("CN"), 8000, 1, { NULL, 0 } },
    { 14, SS_LIT_INIT("MPA"), 90000, 1, { NULL, 0 } },
    { 15, SS_LIT_INIT("G728"), 8000, 1, { NULL, 0 } },
    { 16, SS_LIT_INIT("DVI4"), 11025, 1, { NULL, 0 } },
    { 17, SS_LIT_INIT("DVI4"), 22050, 1, { NULL, 0 } },
    { 18, SS_LIT_INIT("G729"), 8000, 1, { NULL, 0 } },
    { 25, SS_LIT_INIT("CelB"), 90000, 1, { NULL, 0 } },
    { 26, SS_LIT_INIT("JPEG"), 90000, 1, { NULL, 0 } },
    { 28, SS_LIT_INIT("nv"), 90000, 1, { NULL, 0 } },
    { 31, SS_LIT_INIT("H261"), 90000, 1, { NULL, 0 } },
    { 32, SS_LIT_INIT("MPV"), 90000, 1, { NULL, 0 } },
    { 33, SS_LIT_INIT("MP2T"), 90000, 1, { NULL, 0 } },
    { 34, SS_LIT_INIT("H263"), 90000, 1, { NULL, 0 } },
};

/* The value of the attribute `name` that begins with the format and a space; SS_EMPTY when there is none. */
static ss_slice mapped(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice name, ss_slice format)
{
    ss_slice value;
    for (uint32_t at = 0; ss_sdp_next_attribute(sdp, media, name, &at, &value) == SS_OK;) {
        if (value.len > format.len && value.at[format.len] == ' ' &&
            ss_slice_starts(value, format)) {
            return value;
        }
    }
    return SS_EMPTY;
}

static ss_status read_map(ss_slice value, ss_sdp_codec *codec)
{
    ss_sdp_rtpmap map;
    const ss_status status = ss_sdp_read_rtpmap(value, &map);
    codec->encoding = map.encoding;
    codec->rate_hz = map.rate_hz;
    codec->channels = map.channels;
    return status;
}

ss_status ss_sdp_encoding_of(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice format,
                             ss_sdp_codec *codec)
{
    uint64_t type = 0;
    *codec = (ss_sdp_codec){ .channels = 1 };
    if (ss_slice_to_u64(format, 127, &type) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    const ss_slice map = mapped(sdp, media, SS_LIT("rtpmap"), format);
    ss_status status = SS_NONE;
    if (map.len > 0) {
        status = read_map(map, codec);
    }
    for (size_t i = 0; i < SS_COUNT(static_types) && map.len == 0; i++) {
        if (static_types[i].payload_type == type) {
            *codec = static_types[i];
            status = SS_OK;
        }
    }
    codec->payload_type = (uint8_t)type;
    return status;
}

ss_status ss_sdp_codec_of(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice format,
                          ss_sdp_codec *codec)
{
    const ss_status status = ss_sdp_encoding_of(sdp, media, format, codec);
    if (status == SS_ERR_SYNTAX) {
        return status;
    }
    const ss_slice fmtp = mapped(sdp, media, SS_LIT("fmtp"), format);
    size_t past_format = 0;
    (void)ss_sdp_word(fmtp, &past_format);
    codec->fmtp = ss_sdp_rest(fmtp, past_format);
    return status;
}
