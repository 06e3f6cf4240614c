/* One measured reading of each shape of message in each size, for tests/bench/message_work_is_linear.sh: callgrind writes its
 * counts down before and after each call of read_measured. A shape is a small message in which one piece is repeated until the
 * message has its size; the one with a single piece is measured too, so that what every message costs can be taken off. What is
 * named stream_ is found in a stream that comes byte by byte. Prints "name pieces bytes" for each call, in their order. */
#include "ss/grammar.h"
#include "ss/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST "OPTIONS sip:a SIP/2.0\r\n"
#define VIA     "v:SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
#define FROM    "f:<sip:a>;tag=1\r\n"
#define REST    "t:<sip:a>\r\ni:1\r\nCSeq:1 OPTIONS\r\n"
#define LONG \
    "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h" /* longer than a word of marks */
#define NEST(outer, inner) "--" outer "\r\nContent-Type: multipart/mixed;boundary=" inner "\r\n\r\n"
#define ALL                REQUEST VIA FROM REST

/* A limited shape passes a limit, behind which it is read no further. `%` in a piece is a number of four letters that is different in each. */
typedef struct shape {
    const char *name, *before, *piece, *after;
} shape;

static const shape shapes[] = {
    /* as messages are */
    { "contacts", ALL "m:<sip:z@h>",
      ", \"Alice\" <sip:alice@192.0.2.1:5060;transport=udp>;q=0.5;expires=60", "\r\n\r\n" },
    { "routes", ALL "Route: <sip:z;lr>", ", <sip:p%.example.com;lr>", "\r\n\r\n" },
    { "vias", REQUEST "v:SIP/2.0/UDP h;branch=z9hG4bK1",
      ", SIP/2.0/UDP h%.example.com:5060;branch=z9hG4bK%;received=192.0.2.1;rport=5060",
      "\r\n" FROM REST "\r\n" },
    { "via_lines", REQUEST VIA,
      "Via: SIP/2.0/UDP h%.example.com:5060;branch=z9hG4bK%;received=192.0.2.1\r\n",
      FROM REST "\r\n" },
    { "record_route_lines", ALL,
      "Record-Route: <sip:p%.example.com:5060;transport=tcp;lr;x=abcdefghijk>\r\n", "\r\n" },
    { "tokens", ALL "k:z", ", 100rel", "\r\n\r\n" },
    { "unknown_lines", ALL, "X-Some-Header-%: a value of some words, as long as it takes it\r\n",
      "\r\n" },
    { "warnings", ALL "Warning: 399 h \"\"", ", 399 host.example.com \"some words of warning\"",
      "\r\n\r\n" },
    { "credentials", ALL,
      "Authorization: Digest "
      "username=\"a\",realm=\"b\",nonce=\"%\",uri=\"sip:a\",response="
      "\"0123456789abcdef0123456789abcdef\"\r\n",
      "\r\n" },
    { "text", ALL "s:z", " a subject in words", "\r\n\r\n" },
    { "body", ALL "c:text/plain\r\n\r\n", "some text in a body\r\n", "" },
    { "products", ALL "User-Agent: z", " Phone/1.0 (some comment)", "\r\n\r\n" },
    /* as they are not */
    { "tiny_vias", REQUEST "v:SIP/2.0/UDP h", ",a/a/a a", "\r\n" FROM REST "\r\n" },
    { "parameters", REQUEST VIA "f:<sip:a>;tag=1", ";p%", "\r\n" REST "\r\n" },
    { "via_parameters", REQUEST "v:SIP/2.0/UDP h;branch=z9hG4bK1", ";p%=x",
      "\r\n" FROM REST "\r\n" },
    { "contact_parameters", ALL "m:<sip:a>", ";p%=\"x\"", "\r\n\r\n" },
    { "quoted_string", REQUEST VIA "f:\"", "abcdefghijklmnop", "\" <sip:a>;tag=1\r\n" REST "\r\n" },
    { "quoted_pairs", REQUEST VIA "f:\"", "\\\\\\\"", "\" <sip:a>;tag=1\r\n" REST "\r\n" },
    { "quoted_commas", ALL "m:\"", ",,;<>", "\" <sip:a>\r\n\r\n" },
    { "display_tokens", REQUEST VIA "f:z", " a b c", " <sip:a>;tag=1\r\n" REST "\r\n" },
    { "folds", ALL "s:z", "\r\n abcdefgh", "\r\n\r\n" },
    { "empty_folds", ALL "k:z,", "\r\n \r\n\t", "z\r\n\r\n" },
    { "white_space", ALL "k:z,", "  \t   \t ", "z\r\n\r\n" },
    { "long_user", "OPTIONS sip:z", "abcdefgh%41", "@h SIP/2.0\r\n" VIA FROM REST "\r\n" },
    { "long_host", "OPTIONS sip:a@" LONG, ".abcdefghijk", " SIP/2.0\r\n" VIA FROM REST "\r\n" },
    { "uri_parameters", REQUEST VIA FROM "t:<sip:a@h", ";p%=x",
      ">\r\ni:1\r\nCSeq:1 OPTIONS\r\n\r\n" },
    { "uri_headers", ALL "m:<sip:a@h?z=z", "&h%=x", ">\r\n\r\n" },
    { "other_uri", ALL "m:<urn:z", ":abcdef%2c", ">\r\n\r\n" },
    { "limited_short_lines", ALL, "x:\r\n", "\r\n" },
    { "long_name", ALL "x", "abcdefgh", ":\r\n\r\n" },
    { "commas_of_empty_routes", ALL "Route: <sip:a>", ",<a:b>", "\r\n\r\n" },
    { "comments", ALL "User-Agent: (", "((((a))))", ")\r\n\r\n" },
    { "open_comments", ALL "User-Agent: (", "((((((((", "\r\n\r\n" },
    { "open_brackets", ALL "m:<sip:a>", ",<<<<<<<", "\r\n\r\n" },
    { "open_quote", ALL "m:\"", "abc,<def>", "\r\n\r\n" },
    { "keep_alives", "", "\r\n\r\n\r\n\r\n", ALL "\r\n" },
    { "call_id", REQUEST VIA FROM "t:<sip:a>\r\nCSeq:1 OPTIONS\r\ni:z", "abcdefgh<>?", "\r\n\r\n" },
    { "credential_parameters",
      ALL "Authorization: Digest username=\"a\",realm=\"b\",nonce=\"c\",uri=\"d\",response=\"0a\"",
      ",p%=x", "\r\n\r\n" },
    { "parts", ALL "c:multipart/mixed;boundary=b\r\n\r\n",
      "--b\r\nContent-Type: text/plain\r\n\r\nabcdefgh\r\n", "--b--\r\n" },
    { "deep_parts",
      ALL "c:multipart/mixed;boundary=b1\r\n\r\n" NEST("b1", "b2") NEST("b2", "b3") NEST("b3", "b4")
          NEST("b4", "b5") NEST("b5", "b6") NEST("b6", "b7") "--b7\r\n\r\n",
      "--b8\r\n--x\r\n--b1x\r\n",
      "--b7--\r\n--b6--\r\n--b5--\r\n--b4--\r\n--b3--\r\n--b2--\r\n--b1--\r\n" },
    { "no_parts", ALL "c:multipart/mixed;boundary=b\r\n\r\n", "--c--c--\r\n",
      "--b\r\n\r\n\r\n--b--\r\n" },
    { "stream_lines", ALL, "X-Some-Header-%: a value\r\n", "l:0\r\n\r\n" },
    { "stream_one_line", ALL "s:z", "abcdefgh", "\r\nl:0\r\n\r\n" },
    { "stream_line_ends", ALL, "\n\n\r\r", "l:0\r\n\r\n" },
    { "stream_body", ALL "l:65000\r\n\r\n", "some text in a body\r\n\r\n", "" },
    { "stream_keep_alives", "", "\r\n\r\n", ALL "l:0\r\n\r\n" },
    { "part_fields", ALL "c:multipart/mixed;boundary=b\r\n\r\n--b\r\n", "X-%: y\r\n z\r\n",
      "\r\n\r\n--b--\r\n" },
};

enum { TEXT_MAX = 1 << 18 };

static char text[TEXT_MAX], out[2 * TEXT_MAX];
static _Alignas(16) unsigned char memory[1 << 21];

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

static void put_piece(ss_buffer *b, const char *piece, unsigned number)
{
    for (; *piece != '\0'; piece++) {
        if (*piece != '%' || (piece[1] >= '0' && piece[1] <= '9')) {
            ss_put_char(b, *piece);
            continue;
        }
        for (unsigned i = 0, rest = number; i < 4; i++, rest /= 26) {
            ss_put_char(b, (char)('a' + rest % 26));
        }
    }
}

static unsigned put_shape(ss_buffer *b, const shape *s, size_t size)
{
    unsigned count = 0;
    ss_put_text(b, s->before);
    const size_t end = size > strlen(s->after) ? size - strlen(s->after) : 0;
    while (count == 0 || b->len + strlen(s->piece) <= end) {
        put_piece(b, s->piece, count++);
    }
    ss_put_text(b, s->after);
    if (b->overflow) {
        abort();
    }
    return count;
}

/* All that a hop and an endpoint do with a message: verdict with every value typed, lists walked, a copy spliced, an answer. */
static void read_all(ss_slice bytes)
{
    ss_judge_options options = { .element = SS_ELEMENT_UAS, .limits = ss_limits_default() };
    options.limits.uri_bytes = SS_MESSAGE_BYTES_MAX; /* else a long one is not read any further */
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_msg msg;
    ss_diag diag;
    (void)ss_msg_judge(&msg, &arena, bytes, &options, &diag);
    (void)ss_msg_lists_token(&msg, SS_HDR_SUPPORTED, SS_LIT("x"));
    if (msg.top_via_status != SS_OK || msg.headers_end == 0) {
        return;
    }
    ss_buffer b = ss_buffer_on(out, sizeof out);
    ss_splice splice = ss_splice_begin(&msg, &arena);
    ss_splice_push(&splice, SS_HDR_VIA, SS_LIT("SIP/2.0/UDP p;branch=z9hG4bK2"));
    ss_splice_push(&splice, SS_HDR_RECORD_ROUTE, SS_LIT("<sip:p;lr>"));
    ss_splice_pop(&splice, SS_HDR_ROUTE);
    ss_splice_set_u64(&splice, SS_HDR_MAX_FORWARDS, 69);
    if (ss_splice_print(&splice, &b) != SS_OK) {
        abort();
    }
    b.len = 0;
    ss_put_response_head(&b, &msg, 200, SS_EMPTY, SS_LIT("t"));
    ss_summary summary;
    ss_msg_summarise(&msg, &summary);
}

/* RFC3261:18.3 */
static void frame_bytes(ss_slice bytes)
{
    ss_framing framing = { .seen = 0 };
    size_t taken = 0;
    for (size_t n = 1; n <= bytes.len; n++) {
        size_t skip, length;
        if (ss_stream_frame(&framing, ss_slice_cut(bytes, taken, n), &skip, &length) != SS_MORE) {
            return;
        }
        taken += skip;
    }
}

__attribute__((noinline)) void read_measured(const shape *s, ss_slice bytes);
__attribute__((noinline)) void read_measured(const shape *s, ss_slice bytes)
{
    if (strncmp(s->name, "stream_", 7) == 0) {
        frame_bytes(bytes);
    } else {
        read_all(bytes);
    }
}

int main(void)
{
    static const size_t sizes[] = { 0, 300, 1200, 4800, 19200, 64000 };
    for (size_t i = 0; i < SS_COUNT(shapes); i++) {
        for (size_t k = 0; k < SS_COUNT(sizes); k++) {
            ss_buffer b = ss_buffer_on(text, sizeof text);
            const unsigned pieces = put_shape(&b, &shapes[i], sizes[k]);
            read_measured(&shapes[i], ss_buffer_slice(&b));
            printf("%s %u %zu\n", shapes[i].name, pieces, b.len);
        }
    }
    return 0;
}
