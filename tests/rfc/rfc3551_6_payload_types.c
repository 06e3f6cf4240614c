/* RFC 3551 section 6: what a payload type is that no rtpmap explains. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <stdio.h>

static const struct {
    unsigned type;
    const char *encoding;
    uint32_t rate_hz;
    unsigned channels;
} assigned[] = {
    { 0, "PCMU", 8000, 1 },   { 3, "GSM", 8000, 1 },    { 4, "G723", 8000, 1 },
    { 5, "DVI4", 8000, 1 },   { 6, "DVI4", 16000, 1 },  { 7, "LPC", 8000, 1 },
    { 8, "PCMA", 8000, 1 },   { 9, "G722", 8000, 1 },   { 10, "L16", 44100, 2 },
    { 11, "L16", 44100, 1 },  { 12, "QCELP", 8000, 1 }, { 13, "CN", 8000, 1 },
    { 14, "MPA", 90000, 1 },  { 15, "G728", 8000, 1 },  { 16, "DVI4", 11025, 1 },
    { 17, "DVI4", 22050, 1 }, { 18, "G729", 8000, 1 },  { 25, "CelB", 90000, 1 },
    { 26, "JPEG", 90000, 1 }, { 28, "nv", 90000, 1 },   { 31, "H261", 90000, 1 },
    { 32, "MPV", 90000, 1 },  { 33, "MP2T", 90000, 1 }, { 34, "H263", 90000, 1 },
};

TEST(rfc3551_6_static_payload_types_need_no_rtpmap)
{
    char text[256];
    ss_sdp sdp;
    ss_diag diag;
    size_t known = 0;
    for (unsigned type = 0; type < 128; type++) {
        char format[8];
        ss_sdp_codec codec;
        snprintf(format, sizeof format, "%u", type);
        snprintf(text, sizeof text,
                 "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
                 "m=audio 4000 RTP/AVP %u\r\n",
                 type);
        test_arena()->used = 0;
        CHECK_OK(ss_sdp_parse(&sdp, test_arena(), ss_slice_from(text), &diag));
        const ss_status status =
            ss_sdp_codec_of(&sdp, &sdp.media[0], ss_slice_from(format), &codec);
        if (known == SS_COUNT(assigned) || assigned[known].type != type) {
            CHECK_STATUS(status, SS_NONE); /* unassigned, reserved, or dynamic */
            continue;
        }
        CHECK_OK(status);
        CHECK_SLICE_EQ(codec.encoding, ss_slice_from(assigned[known].encoding));
        CHECK_EQ(codec.rate_hz, assigned[known].rate_hz);
        CHECK_EQ(codec.channels, assigned[known].channels);
        known++;
    }
    CHECK_EQ(known, SS_COUNT(assigned));
}
