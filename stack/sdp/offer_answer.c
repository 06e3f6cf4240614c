/* Offer and answer (RFC 3264 sections 5 and 6). An answer mirrors the offer line by line: the same number of m= lines in
 * the same order, each accepted with the codecs in common or rejected with port 0. */
#include "ss/sdp.h"

static const ss_sdp_codec usual_codecs[] = {
    { 0, SS_LIT_INIT("PCMU"), 8000, 1, { NULL, 0 } },
    { 8, SS_LIT_INIT("PCMA"), 8000, 1, { NULL, 0 } },
    { 101, SS_LIT_INIT("telephone-event"), 8000, 1, SS_LIT_INIT("0-15") },
};

static const ss_sdp_codec *codecs_of(const ss_sdp_local *local, size_t *count)
{
    *count = local->codecs == NULL ? SS_COUNT(usual_codecs) : local->codec_count;
    return local->codecs == NULL ? usual_codecs : local->codecs;
}

static void put_crlf(ss_buffer *b)
{
    ss_put(b, SS_LIT("\r\n"));
}

/* v= to t=. RFC3264:5 the subject of a call is "-". */
static void put_session(ss_buffer *b, const ss_sdp_local *local, ss_slice start, ss_slice stop)
{
    ss_put(b, SS_LIT("v=0\r\no="));
    ss_put(b, local->user.len == 0 ? SS_LIT("-") : local->user);
    ss_put_char(b, ' ');
    ss_put_u64(b, local->session_id);
    ss_put_char(b, ' ');
    ss_put_u64(b, local->version);
    ss_put(b, SS_LIT(" IN "));
    ss_put(b, local->address);
    ss_put(b, SS_LIT("\r\ns=-\r\nc=IN "));
    ss_put(b, local->address);
    ss_put(b, SS_LIT("\r\nt="));
    ss_put(b, start);
    ss_put_char(b, ' ');
    ss_put(b, stop);
    put_crlf(b);
}

static void put_codec_lines(ss_buffer *b, const ss_sdp_codec *codec)
{
    const ss_sdp_rtpmap map = { codec->payload_type, codec->encoding, codec->rate_hz,
                                codec->channels };
    ss_sdp_put_rtpmap(b, &map);
    if (codec->fmtp.len > 0) {
        ss_put(b, SS_LIT("a=fmtp:"));
        ss_put_u64(b, codec->payload_type);
        ss_put_char(b, ' ');
        ss_put(b, codec->fmtp);
        put_crlf(b);
    }
}

static void put_direction(ss_buffer *b, ss_sdp_direction direction)
{
    ss_put(b, SS_LIT("a="));
    ss_put(b, ss_sdp_direction_name(direction));
    put_crlf(b);
}

void ss_sdp_put_offer(ss_buffer *b, const ss_sdp_local *local)
{
    size_t count = 0;
    const ss_sdp_codec *codecs = codecs_of(local, &count);
    put_session(b, local, SS_LIT("0"), SS_LIT("0"));
    ss_put(b, SS_LIT("m=audio "));
    ss_put_u64(b, local->port);
    ss_put(b, SS_LIT(" RTP/AVP"));
    for (size_t i = 0; i < count; i++) {
        ss_put_char(b, ' ');
        ss_put_u64(b, codecs[i].payload_type);
    }
    put_crlf(b);
    for (size_t i = 0; i < count; i++) {
        put_codec_lines(b, &codecs[i]);
    }
    put_direction(b, local->direction);
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

/* Tones and comfort noise go beside a codec; alone they are no stream. */
static bool carries_voice(const ss_sdp_codec *codec)
{
    return !ss_slice_eq_nocase(codec->encoding, SS_LIT("telephone-event")) &&
           !ss_slice_eq_nocase(codec->encoding, SS_LIT("CN"));
}

static const ss_sdp_codec *find_ours(const ss_sdp_local *local, const ss_sdp_codec *theirs)
{
    size_t count = 0;
    const ss_sdp_codec *codecs = codecs_of(local, &count);
    for (size_t i = 0; i < count; i++) {
        if (ss_slice_eq_nocase(codecs[i].encoding, theirs->encoding) &&
            codecs[i].rate_hz == theirs->rate_hz && codecs[i].channels == theirs->channels) {
            return &codecs[i];
        }
    }
    return NULL;
}

/* Formats that begin beyond this byte of an m= line are not looked at, so that a long list costs no long search. */
enum { FORMATS_BYTES_MAX = 512 };

/* The next format of the offer that we have too, under the offer's number and with our parameters. */
static bool next_common(const ss_sdp *offer, const ss_sdp_media *m, const ss_sdp_local *local,
                        size_t *at, ss_sdp_codec *common)
{
    ss_slice format;
    while (*at < FORMATS_BYTES_MAX && ss_sdp_next_format(m, at, &format) == SS_OK) {
        ss_sdp_codec theirs;
        const ss_sdp_codec *ours =
            ss_sdp_codec_of(offer, m, format, &theirs) == SS_OK ? find_ours(local, &theirs) : NULL;
        if (ours != NULL) {
            *common = *ours;
            common->payload_type = theirs.payload_type;
            return true;
        }
    }
    return false;
}

/* RFC3264:6.1 an answer to a unicast stream is unicast; multicast is not joined. */
static bool is_multicast(const ss_sdp_address *c)
{
    uint64_t first = 0;
    if (ss_slice_eq(c->addrtype, SS_LIT("IP6"))) {
        return c->address.len >= 2 &&
               ss_slice_eq_nocase(ss_slice_cut(c->address, 0, 2), SS_LIT("ff"));
    }
    const ss_slice head = ss_slice_cut(c->address, 0, ss_slice_find(c->address, '.'));
    return ss_slice_to_u64(head, 255, &first) == SS_OK && first >= 224 && first <= 239;
}

static bool is_acceptable(const ss_sdp *offer, const ss_sdp_media *m, const ss_sdp_local *local)
{
    ss_sdp_codec common;
    size_t at = 0;
    if (m->port == 0 || !ss_slice_eq(m->media, SS_LIT("audio")) ||
        !ss_slice_eq(m->proto, SS_LIT("RTP/AVP")) || is_multicast(&m->connection)) {
        return false;
    }
    while (next_common(offer, m, local, &at, &common)) {
        if (carries_voice(&common)) {
            return true;
        }
    }
    return false;
}

/* RFC3264:6 the medium stands where it stood, port 0, its formats as they came. */
static void put_rejected(ss_buffer *b, const ss_sdp_media *m)
{
    ss_put(b, SS_LIT("m="));
    ss_put(b, m->media);
    ss_put(b, SS_LIT(" 0 "));
    ss_put(b, m->proto);
    ss_put_char(b, ' ');
    ss_put(b, m->formats);
    put_crlf(b);
}

/* RFC3264:6.1 we send what they receive and we want to send; and the other way round. */
static ss_sdp_direction answer_direction(ss_sdp_direction offered, ss_sdp_direction wanted)
{
    const unsigned mirrored = ((unsigned)offered & 1u) << 1 | (unsigned)offered >> 1;
    return (ss_sdp_direction)(mirrored & (unsigned)wanted);
}

static void put_accepted(ss_buffer *b, const ss_sdp *offer, const ss_sdp_media *m,
                         const ss_sdp_local *local, uint16_t port)
{
    ss_sdp_codec common;
    ss_put(b, SS_LIT("m=audio "));
    ss_put_u64(b, port);
    ss_put(b, SS_LIT(" RTP/AVP"));
    for (size_t at = 0; next_common(offer, m, local, &at, &common);) {
        ss_put_char(b, ' ');
        ss_put_u64(b, common.payload_type);
    }
    put_crlf(b);
    for (size_t at = 0; next_common(offer, m, local, &at, &common);) {
        put_codec_lines(b, &common);
    }
    put_direction(b, answer_direction(m->direction, local->direction));
}

ss_status ss_sdp_answer(const ss_sdp *offer, const ss_sdp_local *local, ss_buffer *b)
{
    uint32_t accepted = 0;
    put_session(b, local, offer->start, offer->stop); /* RFC3264:6 t= equals the offer's */
    for (uint32_t i = 0; i < offer->media_count; i++) {
        const ss_sdp_media *m = &offer->media[i];
        const uint32_t port = local->port + 2 * accepted;
        if (port > UINT16_MAX || !is_acceptable(offer, m, local)) {
            put_rejected(b, m);
            continue;
        }
        put_accepted(b, offer, m, local, (uint16_t)port);
        accepted++;
    }
    if (b->overflow) {
        return SS_ERR_FULL;
    }
    return accepted == 0 && offer->media_count > 0 ? SS_ERR_SEMANTIC : SS_OK;
}
