/* Target `stream`: a line of chunk lengths, then the bytes of a stream.
 * Aims at: ss_stream_frame, and its agreement with ss_msg_parse on how long a message is (RFC 3261 18.3). */
#include "fuzz.h"

#include "ss/transport.h"

/* The messages of a stream, as a hash over their places and how it ended. */
typedef struct framing {
    uint64_t hash;
    size_t consumed;
    ss_framing next;
    ss_status end; /* SS_MORE, or the error that ends the stream */
} framing;

/* Every message that lies whole in the first `len` bytes and was not taken yet. */
static void take_messages(framing *f, ss_slice stream, size_t len)
{
    while (f->end == SS_MORE) {
        size_t skip = 0, length = 0;
        const ss_slice pending = ss_slice_cut(stream, f->consumed, len);
        const ss_status status = ss_stream_frame(&f->next, pending, &skip, &length);
        FZ_CHECK("S10", skip <= pending.len && length <= pending.len - skip,
                 "a frame is longer than its stream");
        f->consumed += skip;
        if (status != SS_OK) {
            f->end = status;
            return;
        }
        FZ_CHECK("S10", length > 0, "an empty frame");
        f->hash = ss_mix_absorb(f->hash, f->consumed);
        f->hash = ss_mix_absorb(f->hash, length);
        f->consumed += length;
    }
}

/* RFC3261:18.3 where the framer finds a message, the parser finds the same one, and the other way round. */
static void check_parser_agrees(ss_slice stream, const framing *f)
{
    size_t skip = 0, length = 0;
    const ss_slice rest = ss_slice_cut(stream, f->consumed, stream.len);
    ss_framing next = { .seen = 0 };
    const ss_status framed = ss_stream_frame(&next, rest, &skip, &length);
    ss_arena arena = fz_arena(0);
    ss_msg msg;
    ss_diag diag;
    if (framed == SS_OK &&
        ss_msg_parse(&msg, &arena, ss_slice_cut(rest, skip, skip + length), &diag) == SS_OK) {
        FZ_CHECK("S10", msg.bytes.len == length, "parser and framer disagree on a length");
    }
    arena = fz_arena(0);
    const size_t limit = rest.len < SS_MESSAGE_BYTES_MAX ? rest.len : SS_MESSAGE_BYTES_MAX;
    if (ss_msg_parse(&msg, &arena, ss_slice_cut(rest, 0, limit), &diag) == SS_OK &&
        ss_msg_count(&msg, SS_HDR_CONTENT_LENGTH) > 0) {
        FZ_CHECK("S10", framed == SS_OK && length == msg.bytes.len,
                 "the parser reads what the framer does not");
    }
}

static framing frame_in_chunks(ss_slice stream, fz_tape tape)
{
    framing f = { .end = SS_MORE };
    for (size_t len = 0; len < stream.len && f.end == SS_MORE;) {
        const size_t chunk = 1u + fz_tape_pick(&tape, 64);
        len = stream.len - len < chunk ? stream.len : len + chunk;
        take_messages(&f, stream, len);
    }
    return f;
}

static void check_same(const framing *whole, const framing *pieces)
{
    FZ_CHECK("S10", whole->hash == pieces->hash && whole->consumed == pieces->consumed,
             "other messages when the stream comes in pieces");
    FZ_CHECK("S10", whole->end == pieces->end, "the stream ends otherwise when it comes in pieces");
}

enum { STREAM_MAX = 1 << 17 };

int fz_target_stream(const uint8_t *data, size_t size)
{
    ss_slice stream;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &stream);
    framing whole = { .end = SS_MORE };
    if (stream.len > STREAM_MAX) {
        return 0;
    }
    take_messages(&whole, stream, stream.len);
    framing pieces = frame_in_chunks(stream, tape);
    check_same(&whole, &pieces);
    pieces = frame_in_chunks(stream, (fz_tape){ .choices = SS_EMPTY }); /* byte by byte */
    check_same(&whole, &pieces);
    const framing start = { .end = SS_MORE };
    check_parser_agrees(stream, &start);
    check_parser_agrees(stream, &whole);
    return 0;
}
