/* One side's session (RFC 3264 sections 6 to 8): which streams there are, which we want, and what the answer to our offer
 * made of them. Invariant: lines never go down but when a failed exchange is rolled back; no version is used twice. */
#include "streams.h"

void ss_session_start(ss_session *s, uint64_t id, uint64_t version, unsigned kinds)
{
    *s = (ss_session){
        .id = id, .version = version, .kinds = (uint8_t)kinds, .direction = SS_SDP_SENDRECV
    };
}

static ss_stream *wanted_of(ss_session *s, ss_media_kind kind)
{
    for (uint32_t i = 0; i < s->lines && i < SS_SESSION_STREAMS; i++) {
        if (s->streams[i].is_wanted && s->streams[i].kind == kind) {
            return &s->streams[i];
        }
    }
    return NULL;
}

/* The place of one of the same kind first. RFC3264:8.1 */
static ss_stream *place_for(ss_session *s, ss_media_kind kind)
{
    ss_stream *place = NULL;
    for (uint32_t i = 0; i < s->lines && i < SS_SESSION_STREAMS; i++) {
        ss_stream *stream = &s->streams[i];
        if (!stream->is_wanted && (place == NULL || stream->kind == kind)) {
            place = stream;
        }
    }
    if (place == NULL && s->lines < SS_SESSION_STREAMS) {
        place = &s->streams[s->lines++];
    }
    return place;
}

ss_status ss_session_add(ss_session *s, ss_media_kind kind)
{
    SS_ASSERT(kind < SS_MEDIA_KINDS);
    if (wanted_of(s, kind) != NULL) {
        return SS_ERR_STATE;
    }
    ss_stream *place = place_for(s, kind);
    if (place == NULL) {
        return SS_ERR_FULL;
    }
    *place = (ss_stream){ .kind = (uint8_t)kind, .is_wanted = true };
    return SS_OK;
}

void ss_session_add_all(ss_session *s)
{
    for (unsigned kind = 0; kind < SS_MEDIA_KINDS; kind++) {
        if ((s->kinds & SS_MEDIA_BIT(kind)) != 0 &&
            ss_session_add(s, (ss_media_kind)kind) == SS_ERR_FULL) {
            return; /* what finds no place is not offered */
        }
    }
}

ss_status ss_session_remove(ss_session *s, ss_media_kind kind)
{
    ss_stream *stream = wanted_of(s, kind);
    if (stream == NULL) {
        return SS_ERR_STATE;
    }
    stream->is_wanted = false;
    return SS_OK;
}

void ss_session_roll_back(ss_session *s, const ss_session *before)
{
    const uint64_t version = s->version;
    const uint64_t said = s->said;
    *s = *before;
    s->version = version;
    s->said = said;
}

/* RFC3264:6 RFC3264:6.1 RFC3264:8.2 */
static bool fits(const ss_stream *ours, const ss_sdp *answer, const ss_sdp_media *m,
                 const ss_sdp_local *local)
{
    const unsigned allowed = ss_direction_mirrored(ours->offered);
    if (m->port == 0) {
        return true;
    }
    return ours->is_wanted && ss_media_kind_of(m) == ours->kind &&
           ((unsigned)m->direction & ~allowed) == 0 && ss_sdp_meets(answer, m, local);
}

ss_status ss_session_take_answer(ss_session *s, const ss_sdp *answer, const ss_sdp_local *local)
{
    if (answer->media_count != s->lines) {
        return SS_ERR_SEMANTIC;
    }
    for (uint32_t i = 0; i < answer->media_count; i++) {
        const ss_sdp_media *m = &answer->media[i];
        if (i < SS_SESSION_STREAMS ? !fits(&s->streams[i], answer, m, local) : m->port != 0) {
            return SS_ERR_SEMANTIC;
        }
    }
    uint64_t formats = 0;
    for (uint32_t i = 0; i < answer->media_count && i < SS_SESSION_STREAMS; i++) {
        ss_stream *stream = &s->streams[i];
        stream->is_on = answer->media[i].port != 0;
        stream->is_wanted = stream->is_on;
        stream->agreed = (uint8_t)(stream->is_on ? ss_direction_mirrored(answer->media[i].direction)
                                                 : SS_SDP_INACTIVE);
        if (stream->is_on) {
            formats = ss_mix_absorb(formats, ss_sdp_common(answer, &answer->media[i], local));
        }
    }
    ss_session_settle(s, (uint64_t[]){ s->id, s->version },
                      (uint64_t[]){ answer->session_id, answer->version }, formats);
    return SS_OK;
}
