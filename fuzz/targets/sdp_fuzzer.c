/* Target `sdp`: a session description.
 * Aims at: ss_sdp_parse, ss_sdp_put, ss_sdp_attribute, ss_sdp_next_format, ss_sdp_codec_of, ss_session_answer,
 * ss_session_take_answer, ss_sdp_check_attributes, and each ss_sdp_read_… and ss_sdp_put_… of an attribute. */
#include "fuzz.h"

#include "ss/sdp.h"

static void check_inside(ss_slice bytes, ss_slice part)
{
    FZ_CHECK("S8", fz_is_inside(part, bytes), "a typed value lies outside its description");
}

static void walk_lines(ss_slice bytes, const ss_sdp_line *lines, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        check_inside(bytes, lines[i].value);
    }
}

static void walk_attributes(const ss_sdp *sdp, const ss_sdp_media *media)
{
    static const char *const names[] = { "rtpmap", "fmtp", "ptime", "sendrecv" };
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        ss_slice value;
        unsigned nth = 0;
        while (nth < 64 &&
               ss_sdp_attribute(sdp, media, ss_slice_from(names[i]), nth, &value) == SS_OK) {
            nth++;
        }
    }
}

enum { FORMATS_MAX = 64 }; /* looked up: each is a walk over the lines of its medium */

static void walk_medium(const ss_sdp *sdp, const ss_sdp_media *media, ss_slice bytes)
{
    size_t at = 0, count = 0;
    ss_slice format;
    walk_lines(bytes, media->lines, media->line_count);
    walk_attributes(sdp, media);
    check_inside(bytes, media->media);
    check_inside(bytes, media->proto);
    check_inside(bytes, media->connection.address);
    while (ss_sdp_next_format(media, &at, &format) == SS_OK) {
        ss_sdp_codec codec;
        check_inside(bytes, format);
        FZ_CHECK("S1", ++count <= bytes.len, "a medium has more formats than bytes");
        if (count <= FORMATS_MAX && ss_sdp_codec_of(sdp, media, format, &codec) == SS_OK) {
            FZ_CHECK("S2", codec.payload_type <= 127, "a payload type above 127");
        }
    }
    FZ_CHECK("S2", count > 0, "an accepted medium has no format");
}

static void put_whole(ss_buffer *b, const void *what)
{
    ss_sdp_put(b, what);
}

static void check_round_trip(const ss_sdp *sdp)
{
    ss_arena one = fz_arena(3), two = fz_arena(4), three = fz_arena(5);
    ss_buffer printed = ss_buffer_on(one.base, one.cap),
              reprinted = ss_buffer_on(three.base, three.cap);
    ss_sdp_put(&printed, sdp);
    ss_sdp again;
    ss_diag diag;
    FZ_CHECK("S2",
             !printed.overflow &&
                 ss_sdp_parse(&again, &two, ss_buffer_slice(&printed), &diag) == SS_OK,
             "what an accepted description prints to is refused");
    ss_sdp_put(&reprinted, &again);
    FZ_CHECK("S2", ss_slice_eq(ss_buffer_slice(&printed), ss_buffer_slice(&reprinted)),
             "printing a second time gives other bytes");
    bool same = again.line_count == sdp->line_count && again.media_count == sdp->media_count &&
                again.session_id == sdp->session_id && again.version == sdp->version &&
                again.direction == sdp->direction && ss_slice_eq(again.name, sdp->name);
    for (uint32_t i = 0; same && i < sdp->media_count; i++) {
        const ss_sdp_media *a = &sdp->media[i], *b = &again.media[i];
        same = a->port == b->port && a->port_count == b->port_count &&
               a->direction == b->direction && a->ptime_ms == b->ptime_ms &&
               a->line_count == b->line_count && ss_slice_eq(a->media, b->media) &&
               ss_slice_eq(a->formats, b->formats) &&
               ss_slice_eq(a->connection.address, b->connection.address);
    }
    FZ_CHECK("S2", same, "what was printed parses to another description");
}

static const ss_sdp_local ours = { .address = SS_LIT_INIT("IP4 192.0.2.1"), .port = 4000 };

/* RFC3264:6 the answer has one m= line for each of the offer's, and is itself a description. */
static void check_same_lines(const ss_sdp *offer, const ss_sdp *answer)
{
    FZ_CHECK("S2", answer->media_count == offer->media_count,
             "the answer has another number of media");
    for (uint32_t i = 0; i < offer->media_count; i++) {
        FZ_CHECK("S2", offer->media[i].port != 0 || answer->media[i].port == 0,
                 "a medium that was not offered is accepted");
        FZ_CHECK("S2", ss_slice_eq(offer->media[i].media, answer->media[i].media),
                 "the answer's media are in another order");
    }
}

static void check_answer(const ss_sdp *offer)
{
    ss_arena one = fz_arena(3), two = fz_arena(4);
    ss_session session;
    ss_session_start(&session, 1, 1, SS_MEDIA_BIT(SS_MEDIA_AUDIO) | SS_MEDIA_BIT(SS_MEDIA_MESSAGE));
    ss_buffer b = ss_buffer_on(one.base, one.cap);
    const ss_status status = ss_session_answer(&session, offer, &ours, &b);
    FZ_CHECK("S1", status != SS_ERR_FULL, "an answer prints without bound");
    if (b.len == 0) {
        FZ_CHECK("S2", offer->media_count > SS_SESSION_LINES_MAX, "no answer to an offer");
        return;
    }
    ss_sdp answer;
    ss_diag diag;
    FZ_CHECK("S2", ss_sdp_parse(&answer, &two, ss_buffer_slice(&b), &diag) == SS_OK,
             "our own answer is refused");
    check_same_lines(offer, &answer);
}

/* What is taken for an answer to our offer is one: as many lines, and no stream that was not offered. RFC3264:6 */
static void check_taken(const ss_sdp *answer)
{
    ss_arena one = fz_arena(3);
    ss_session session;
    ss_session_start(&session, 1, 1, SS_MEDIA_BIT(SS_MEDIA_AUDIO) | SS_MEDIA_BIT(SS_MEDIA_VIDEO));
    ss_session_add_all(&session);
    ss_buffer b = ss_buffer_on(one.base, one.cap);
    ss_session_offer(&session, &ours, &b);
    const ss_session before = session;
    if (ss_session_take_answer(&session, answer, &ours) == SS_OK) {
        FZ_CHECK("S2", answer->media_count == before.lines, "an answer with other lines is taken");
    }
}

int fz_target_sdp(const uint8_t *data, size_t size)
{
    const ss_slice bytes = { (const char *)data, size };
    ss_arena arena = fz_arena(0);
    ss_sdp sdp;
    ss_diag diag;
    if (size > SS_MESSAGE_BYTES_MAX) {
        return 0;
    }
    const ss_status status = ss_sdp_parse(&sdp, &arena, bytes, &diag);
    FZ_CHECK("S1", arena.used <= 128 * size + 4096,
             "parsing took more memory than its input allows");
    if (status != SS_OK) {
        FZ_CHECK("S8", diag.offset <= size, "the verdict points outside the description");
        return 0;
    }
    walk_lines(bytes, sdp.lines, sdp.line_count);
    walk_attributes(&sdp, NULL);
    for (uint32_t i = 0; i < sdp.media_count; i++) {
        walk_medium(&sdp, &sdp.media[i], bytes);
    }
    fz_check_buffers(put_whole, &sdp);
    check_round_trip(&sdp);
    check_answer(&sdp);
    check_taken(&sdp);
    fz_check_attributes(&sdp);
    return 0;
}
