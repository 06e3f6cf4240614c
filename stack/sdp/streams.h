/* streams.h: what offer_answer.c, media_session.c and codec.c share: which kind an m= line is, what its formats stand for, and
 * whether they meet ours. */
#ifndef SS_SDP_STREAMS_H
#define SS_SDP_STREAMS_H

#include "ss/sdp.h"

/** SS_MEDIA_KINDS when it is none that we know, or over another transport. */
ss_media_kind ss_media_kind_of(const ss_sdp_media *m);
/** Some format of theirs that carries a medium is ours too. */
bool ss_sdp_meets(const ss_sdp *theirs, const ss_sdp_media *m, const ss_sdp_local *local);

/** The formats of an answer's m= line that are ours too, as a hash. */
uint64_t ss_sdp_common(const ss_sdp *answer, const ss_sdp_media *m, const ss_sdp_local *local);
/** What both sides of an exchange know of it is kept. */
void ss_session_settle(ss_session *s, const uint64_t offer_origin[2],
                       const uint64_t answer_origin[2], uint64_t formats);

/** ss_sdp_codec_of without its fmtp. */
SS_MUST_USE ss_status ss_sdp_encoding_of(const ss_sdp *sdp, const ss_sdp_media *media,
                                         ss_slice format, ss_sdp_codec *codec);

/** As the other side sees it. */
static inline unsigned ss_direction_mirrored(unsigned direction)
{
    return (direction & 1u) << 1 | direction >> 1;
}

#endif
