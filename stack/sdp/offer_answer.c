/* Offers and answers as text (RFC 3264 sections 5, 6 and 8). An answer mirrors the offer line by line: the same number of m=
 * lines in the same order, each accepted with the formats in common or rejected with port 0. A description that says
 * something else than the last one has the next version in o=, any other the same. */
#include "streams.h"

static const ss_sdp_codec usual_audio[] = {
    { 0, SS_LIT_INIT("PCMU"), 8000, 1, { NULL, 0 } },
    { 8, SS_LIT_INIT("PCMA"), 8000, 1, { NULL, 0 } },
    { 101, SS_LIT_INIT("telephone-event"), 8000, 1, SS_LIT_INIT("0-15") },
};
static const ss_sdp_codec usual_video[] = {
    { 34, SS_LIT_INIT("H263"), 90000, 1, { NULL, 0 } },
    { 31, SS_LIT_INIT("H261"), 90000, 1, { NULL, 0 } },
};

static const ss_sdp_codec *codecs_of(const ss_sdp_local *local, ss_media_kind kind, size_t *count)
{
    if (kind == SS_MEDIA_VIDEO) {
        *count = SS_COUNT(usual_video);
        return usual_video;
    }
    *count = local->codecs == NULL ? SS_COUNT(usual_audio) : local->codec_count;
    return local->codecs == NULL ? usual_audio : local->codecs;
}

/* The kinds, as their m= lines name them. */
static const struct {
    ss_slice media, proto;
} words[SS_MEDIA_KINDS] = {
    [SS_MEDIA_AUDIO] = { SS_LIT_INIT("audio"), SS_LIT_INIT("RTP/AVP") },
    [SS_MEDIA_VIDEO] = { SS_LIT_INIT("video"), SS_LIT_INIT("RTP/AVP") },
    [SS_MEDIA_MESSAGE] = { SS_LIT_INIT("message"), SS_LIT_INIT("TCP/MSRP") },
};

ss_media_kind ss_media_kind_of(const ss_sdp_media *m)
{
    unsigned kind = 0;
    while (kind < SS_MEDIA_KINDS && !(ss_slice_eq(m->media, words[kind].media) &&
                                      ss_slice_eq(m->proto, words[kind].proto))) {
        kind++;
    }
    return (ss_media_kind)kind;
}

static void put_crlf(ss_buffer *b)
{
    ss_put(b, SS_LIT("\r\n"));
}

/* ---- what a description begins with; its version comes last ---- */

typedef struct draft {
    size_t start, version,
        rest; /* where it begins, where the version is, where what follows it does */
} draft;

static void put_origin(ss_buffer *b, const ss_session *s, const ss_sdp_local *local, draft *d)
{
    d->start = b->len;
    ss_put(b, SS_LIT("v=0\r\no="));
    ss_put(b, local->user.len == 0 ? SS_LIT("-") : local->user);
    ss_put_char(b, ' ');
    ss_put_u64(b, s->id);
    ss_put_char(b, ' ');
    d->version = b->len;
    ss_put_u64(b, s->version);
    d->rest = b->len;
    ss_put(b, SS_LIT(" IN "));
    ss_put(b, local->address);
    put_crlf(b);
}

/* RFC3264:5 the subject of a call is "-". */
static void put_session(ss_buffer *b, const ss_session *s, const ss_sdp_local *local,
                        const ss_sdp *offer, draft *d)
{
    put_origin(b, s, local, d);
    ss_put(b, SS_LIT("s=-\r\nc=IN "));
    ss_put(b, local->address);
    ss_put(b, SS_LIT("\r\nt="));
    ss_put(b, offer == NULL ? SS_LIT("0") : offer->start);
    ss_put_char(b, ' ');
    ss_put(b, offer == NULL ? SS_LIT("0") : offer->stop);
    put_crlf(b);
}

/* True when it says what the last one said. RFC3264:8 */
static bool close_draft(ss_session *s, const ss_buffer *b, const draft *d)
{
    const ss_slice text = ss_buffer_slice(b);
    if (b->overflow) {
        return true;
    }
    uint64_t said = ss_hash64(ss_hash64(1, ss_slice_cut(text, d->start, d->version)),
                              ss_slice_cut(text, d->rest, text.len));
    said += said == 0;
    const bool is_same = s->said == 0 || s->said == said;
    s->said = said;
    s->version += !is_same;
    return is_same;
}

/* ---- streams ---- */

static uint32_t port_of(const ss_sdp_local *local, uint32_t line)
{
    return local->port + 2 * line;
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

static void put_direction(ss_buffer *b, unsigned direction)
{
    ss_put(b, SS_LIT("a="));
    ss_put(b, ss_sdp_direction_name((ss_sdp_direction)direction));
    put_crlf(b);
}

static void put_m(ss_buffer *b, ss_media_kind kind, uint32_t port)
{
    ss_put(b, SS_LIT("m="));
    ss_put(b, words[kind].media);
    ss_put_char(b, ' ');
    ss_put_u64(b, port);
    ss_put_char(b, ' ');
    ss_put(b, words[kind].proto);
}

/* In the shape of MSRP: any format, the types in an attribute, and a path to the port. */
static void put_message(ss_buffer *b, const ss_session *s, const ss_sdp_local *local, uint32_t port)
{
    put_m(b, SS_MEDIA_MESSAGE, port);
    ss_put(b, SS_LIT(" *\r\na=accept-types:text/plain\r\na=path:msrp://"));
    const size_t space = ss_slice_find(local->address, ' ');
    const ss_slice host = ss_slice_trim(ss_slice_cut(local->address, space, local->address.len));
    const bool is_ip6 = ss_slice_find(host, ':') < host.len; /* in a URI it has brackets */
    ss_put_text(b, is_ip6 ? "[" : "");
    ss_put(b, host);
    ss_put_text(b, is_ip6 ? "]:" : ":");
    ss_put_u64(b, port);
    ss_put(b, SS_LIT("/s"));
    ss_put_u64(b, s->id);
    ss_put(b, SS_LIT(";tcp\r\n"));
}

static void put_offered(ss_buffer *b, const ss_session *s, const ss_sdp_local *local, uint32_t line)
{
    const ss_stream *stream = &s->streams[line];
    const uint32_t port = port_of(local, line);
    size_t count = 0;
    if (stream->kind == SS_MEDIA_MESSAGE) {
        put_message(b, s, local, port);
    } else {
        const ss_sdp_codec *codecs = codecs_of(local, stream->kind, &count);
        put_m(b, stream->kind, port);
        for (size_t i = 0; i < count; i++) {
            ss_put_char(b, ' ');
            ss_put_u64(b, codecs[i].payload_type);
        }
        put_crlf(b);
        for (size_t i = 0; i < count; i++) {
            put_codec_lines(b, &codecs[i]);
        }
    }
    put_direction(b, stream->offered);
}

/* RFC3264:8.2 a stream that is off keeps its place; one format is enough. */
static void put_off(ss_buffer *b, ss_media_kind kind)
{
    put_m(b, kind == SS_MEDIA_KINDS ? SS_MEDIA_AUDIO : kind, 0);
    ss_put(b, kind == SS_MEDIA_MESSAGE ? SS_LIT(" *\r\n")
              : kind == SS_MEDIA_VIDEO ? SS_LIT(" 34\r\n")
                                       : SS_LIT(" 0\r\n"));
}

/* RFC3264:8.4 who is held and holds in turn goes from recvonly to inactive. */
static unsigned direction_to_offer(const ss_session *s, const ss_stream *stream)
{
    const bool is_held_by_peer = stream->is_on && (stream->agreed & SS_SDP_SENDONLY) == 0;
    if (!s->is_held) {
        return s->direction;
    }
    return is_held_by_peer ? SS_SDP_INACTIVE : s->direction & SS_SDP_SENDONLY;
}

/* RFC3264:5.1 RFC3264:8 */
void ss_session_offer(ss_session *s, const ss_sdp_local *local, ss_buffer *b)
{
    for (uint32_t i = 0; i < s->lines && i < SS_SESSION_STREAMS; i++) {
        s->streams[i].offered = (uint8_t)direction_to_offer(s, &s->streams[i]);
    }
    for (bool is_done = false; !is_done;) {
        draft d;
        const size_t start = b->len;
        put_session(b, s, local, NULL, &d);
        for (uint32_t i = 0; i < s->lines; i++) {
            const bool fits = i < SS_SESSION_STREAMS && port_of(local, i) <= UINT16_MAX;
            if (fits && s->streams[i].is_wanted) {
                put_offered(b, s, local, i);
            } else {
                put_off(b, i < SS_SESSION_STREAMS ? s->streams[i].kind : SS_MEDIA_KINDS);
            }
        }
        is_done = close_draft(s, b, &d);
        b->len = is_done ? b->len : start;
    }
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

/* Tones and comfort noise go beside a codec; alone they are no stream. */
static bool carries_media(const ss_sdp_codec *codec)
{
    return !ss_slice_eq_nocase(codec->encoding, SS_LIT("telephone-event")) &&
           !ss_slice_eq_nocase(codec->encoding, SS_LIT("CN"));
}

static const ss_sdp_codec *find_ours(const ss_sdp_local *local, ss_media_kind kind,
                                     const ss_sdp_codec *theirs)
{
    size_t count = 0;
    const ss_sdp_codec *codecs = codecs_of(local, kind, &count);
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

typedef struct meeting {
    const ss_sdp *theirs;
    const ss_sdp_media *m;
    const ss_sdp_local *local;
    ss_media_kind kind;
} meeting;

/* The next format of theirs that we have too, under their number and with our parameters. */
static bool next_common(const meeting *w, size_t *at, ss_sdp_codec *common)
{
    ss_slice format;
    while (*at < FORMATS_BYTES_MAX && ss_sdp_next_format(w->m, at, &format) == SS_OK) {
        ss_sdp_codec theirs;
        const ss_sdp_codec *ours = ss_sdp_encoding_of(w->theirs, w->m, format, &theirs) == SS_OK
                                       ? find_ours(w->local, w->kind, &theirs)
                                       : NULL;
        if (ours != NULL) {
            *common = *ours;
            common->payload_type = theirs.payload_type;
            return true;
        }
    }
    return false;
}

/* ---- what both sides know of an exchange ---- */

static uint64_t absorb_codec(uint64_t hash, const ss_sdp_codec *codec)
{
    const uint64_t numbers = (uint64_t)codec->rate_hz << 16 | codec->channels << 8;
    return ss_mix_absorb(ss_hash64(hash, codec->encoding), numbers | codec->payload_type);
}

uint64_t ss_sdp_common(const ss_sdp *answer, const ss_sdp_media *m, const ss_sdp_local *local)
{
    const meeting w = { answer, m, local, ss_media_kind_of(m) };
    ss_sdp_codec common;
    uint64_t hash = 0;
    if (w.kind != SS_MEDIA_MESSAGE) {
        for (size_t at = 0; next_common(&w, &at, &common);) {
            hash = absorb_codec(hash, &common);
        }
    }
    return hash;
}

void ss_session_settle(ss_session *s, const uint64_t offer_origin[2],
                       const uint64_t answer_origin[2], uint64_t formats)
{
    uint64_t versions = ss_mix_absorb(offer_origin[0], offer_origin[1]);
    versions = ss_mix_absorb(versions, answer_origin[0]);
    s->versions = (uint16_t)ss_mix_absorb(versions, answer_origin[1]);
    s->formats = (uint16_t)formats;
}

bool ss_sdp_meets(const ss_sdp *theirs, const ss_sdp_media *m, const ss_sdp_local *local)
{
    const meeting w = { theirs, m, local, ss_media_kind_of(m) };
    ss_sdp_codec common;
    size_t at = 0;
    if (w.kind == SS_MEDIA_KINDS || w.kind == SS_MEDIA_MESSAGE) {
        return w.kind == SS_MEDIA_MESSAGE;
    }
    while (next_common(&w, &at, &common)) {
        if (carries_media(&common)) {
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

static bool is_acceptable(const ss_session *s, const ss_sdp *offer, uint32_t line,
                          const ss_sdp_local *local)
{
    const ss_sdp_media *m = &offer->media[line];
    const ss_media_kind kind = ss_media_kind_of(m);
    return m->port != 0 && line < SS_SESSION_STREAMS && port_of(local, line) <= UINT16_MAX &&
           kind != SS_MEDIA_KINDS && (s->kinds & SS_MEDIA_BIT(kind)) != 0 &&
           !is_multicast(&m->connection) && ss_sdp_meets(offer, m, local);
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

enum { COMMON_KEPT = 8 };

/* What it says of the stream's formats, as ss_sdp_common reads it. */
static uint64_t put_accepted(ss_buffer *b, const ss_session *s, const meeting *w, uint32_t line)
{
    ss_sdp_codec common;
    uint64_t said = 0;
    if (w->kind == SS_MEDIA_MESSAGE) {
        put_message(b, s, w->local, port_of(w->local, line));
        put_direction(b, s->streams[line].agreed);
        return said;
    }
    ss_sdp_codec kept[COMMON_KEPT]; /* what is found for the m= line is not looked for again */
    size_t count = 0, behind = 0;
    put_m(b, w->kind, port_of(w->local, line));
    for (size_t at = 0; next_common(w, &at, &common);) {
        ss_put_char(b, ' ');
        ss_put_u64(b, common.payload_type);
        said = absorb_codec(said, &common);
        if (count < COMMON_KEPT) {
            kept[count++] = common;
            behind = at;
        }
    }
    put_crlf(b);
    for (size_t i = 0; i < count; i++) {
        put_codec_lines(b, &kept[i]);
    }
    while (count == COMMON_KEPT && next_common(w, &behind, &common)) {
        put_codec_lines(b, &common);
    }
    put_direction(b, s->streams[line].agreed);
    return said;
}

/* Its formats. */
static uint64_t put_answer(ss_session *s, const ss_sdp *offer, const ss_sdp_local *local,
                           ss_buffer *b)
{
    uint64_t formats = 0;
    for (bool is_done = false; !is_done;) {
        draft d;
        const size_t start = b->len;
        formats = 0;
        put_session(b, s, local, offer, &d); /* RFC3264:6 t= equals the offer's */
        for (uint32_t i = 0; i < offer->media_count; i++) {
            const ss_sdp_media *m = &offer->media[i];
            const meeting w = { offer, m, local, ss_media_kind_of(m) };
            if (i < SS_SESSION_STREAMS && s->streams[i].is_on) {
                formats = ss_mix_absorb(formats, put_accepted(b, s, &w, i));
            } else {
                put_rejected(b, m);
            }
        }
        is_done = close_draft(s, b, &d);
        b->len = is_done ? b->len : start;
    }
    return formats;
}

/* RFC3264:6.1 we send what they receive and we want to send; and the other way round. */
static unsigned answer_direction(const ss_session *s, unsigned offered)
{
    const unsigned wanted = s->is_held ? s->direction & SS_SDP_SENDONLY : s->direction;
    return ss_direction_mirrored(offered) & wanted;
}

ss_status ss_session_answer(ss_session *s, const ss_sdp *offer, const ss_sdp_local *local,
                            ss_buffer *b)
{
    uint32_t offered = 0;
    uint32_t accepted = 0;
    if (offer->media_count < s->lines || offer->media_count > SS_SESSION_LINES_MAX) {
        return SS_ERR_SEMANTIC; /* RFC3264:8 lines are never fewer */
    }
    for (uint32_t i = 0; i < offer->media_count; i++) {
        const ss_sdp_media *m = &offer->media[i];
        const bool is_on = is_acceptable(s, offer, i, local);
        offered += m->port != 0;
        accepted += is_on;
        if (i < SS_SESSION_STREAMS) {
            s->streams[i] = (ss_stream){
                .kind = (uint8_t)ss_media_kind_of(m),
                .is_wanted = is_on,
                .is_on = is_on,
                .agreed = (uint8_t)(is_on ? answer_direction(s, m->direction) : SS_SDP_INACTIVE),
            };
        }
    }
    s->lines = (uint8_t)offer->media_count;
    const uint64_t formats = put_answer(s, offer, local, b);
    if (b->overflow) {
        return SS_ERR_FULL;
    }
    ss_session_settle(s, (uint64_t[]){ offer->session_id, offer->version },
                      (uint64_t[]){ s->id, s->version }, formats);
    return accepted == 0 && offered > 0 ? SS_ERR_SEMANTIC : SS_OK;
}

void ss_session_reject(ss_session *s, const ss_sdp *offer, const ss_sdp_local *local, ss_buffer *b)
{
    for (size_t i = 0; i < SS_SESSION_STREAMS; i++) {
        s->streams[i] = (ss_stream){ .agreed = SS_SDP_INACTIVE };
        if (i < offer->media_count) {
            s->streams[i].kind = (uint8_t)ss_media_kind_of(&offer->media[i]);
        }
    }
    s->lines = (uint8_t)(offer->media_count > SS_SESSION_LINES_MAX ? SS_SESSION_LINES_MAX
                                                                   : offer->media_count);
    const uint64_t formats = put_answer(s, offer, local, b);
    if (!b->overflow) {
        ss_session_settle(s, (uint64_t[]){ offer->session_id, offer->version },
                          (uint64_t[]){ s->id, s->version }, formats);
    }
}
