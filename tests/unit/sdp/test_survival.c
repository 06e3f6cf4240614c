/* Hostile descriptions: truncated, with bytes changed, very long. Whatever is accepted prints back as it came, and every
 * reader can be asked about it. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <string.h>

#define N "\r\n"
static const char rich[] =
    "v=0" N "o=jdoe 7 8 IN IP6 2001:db8::1" N "s=-" N "i=x" N "u=http://[::1]:80/a%20b?c#d" N
    "e=Jane <j.d@[192.0.2.1]>" N "e=\"j\"@d (x)" N "p=+1 2-3 (x)" N "p=x <12>" N
    "c=IN IP4 233.252.0.1/127" N "b=CT:128" N "t=3724394400 3754123200" N "r=7d 1h 0 25h" N
    "z=3730928400 -1h" N "t=0 0" N "k=base64:YQ==" N "a=group:BUNDLE 1" N "a=ice-lite" N
    "a=ice-options:a b" N "m=audio 40/2 RTP/SAVP 0 96" N "c=IN IP6 ff15::1/2" N
    "a=rtpmap:96 L16/44100/2" N "a=fmtp:96 x=1" N "a=ptime:2.5" N "a=mid:1" N
    "a=rtcp:41 IN IP4 192.0.2.1" N
    "a=candidate:2 1 UDP 9 192.0.2.3 4 typ srflx raddr ::1 rport 8 g 0" N
    "a=remote-candidates:1 a 2" N "a=ice-ufrag:8hhY" N "a=ice-pwd:asd88fgpdd777uzjYhagZg" N
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^9|1:4 "
    "KDR=1" N "a=key-mgmt:mikey YWJj" N "a=fingerprint:x 4A:AD" N "a=setup:active" N;

/* True when accepted. */
static bool survive(ss_slice bytes)
{
    static char memory[sizeof rich + 64];
    ss_sdp sdp;
    ss_diag diag;
    test_arena()->used = 0;
    const ss_status status = ss_sdp_parse(&sdp, test_arena(), bytes, &diag);
    CHECK(diag.offset <= bytes.len);
    CHECK_EQ(status == SS_OK, diag.section[0] == '\0');
    CHECK(ss_sdp_line_number(bytes, diag.offset) >= 1);
    if (status != SS_OK) {
        return false;
    }
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_sdp_put(&b, &sdp);
    const bool has_bare_lf = b.len != bytes.len;
    CHECK(has_bare_lf || memcmp(memory, bytes.at, b.len) == 0);
    const ss_status judged = ss_sdp_check_attributes(&sdp, &diag);
    CHECK(diag.offset < bytes.len);
    CHECK_EQ(judged == SS_OK, diag.section[0] == '\0');
    return true;
}

TEST(survival_of_every_truncation)
{
    unsigned accepted = 0;
    for (size_t len = 0; len < sizeof rich; len++) {
        accepted += survive(test_exact((ss_slice){ rich, len }));
    }
    (void)test_exact(SS_EMPTY);
    CHECK(accepted > 10);
}

TEST(survival_of_every_changed_byte)
{
    static const char others[] = { 0,   '\t', '\n', '\r', ' ', '/', ':', '=', '0',    '9',
                                   'a', 'm',  ';',  '|',  '<', '(', '[', '%', '\x7f', '\xff' };
    static char copy[sizeof rich];
    for (size_t at = 0; at < sizeof rich - 1; at++) {
        memcpy(copy, rich, sizeof rich);
        for (size_t c = 0; c < sizeof others; c++) {
            copy[at] = others[c];
            (void)survive(test_exact((ss_slice){ copy, sizeof rich - 1 }));
        }
    }
    (void)test_exact(SS_EMPTY);
}

TEST(survival_of_every_byte_left_out_or_doubled)
{
    static char copy[sizeof rich + 1];
    for (size_t at = 0; at < sizeof rich - 1; at++) {
        memcpy(copy, rich, at);
        memcpy(copy + at, rich + at + 1, sizeof rich - 2 - at);
        (void)survive(test_exact((ss_slice){ copy, sizeof rich - 2 }));
        memcpy(copy, rich, at + 1);
        memcpy(copy + at + 1, rich + at, sizeof rich - 1 - at);
        (void)survive(test_exact((ss_slice){ copy, sizeof rich }));
    }
    (void)test_exact(SS_EMPTY);
}

/* ---- long ones --------------------------------------------------------------------------------------------------- */

static char long_text[1 << 20];
static _Alignas(16) unsigned char long_arena[1 << 23];

/* A description with a piece in it so many times. */
static ss_slice repeated(const char *before, const char *piece, size_t times, const char *after)
{
    ss_buffer b = ss_buffer_on(long_text, sizeof long_text);
    ss_put_text(&b, before);
    for (size_t i = 0; i < times; i++) {
        ss_put_text(&b, piece);
    }
    ss_put_text(&b, after);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

#define HEAD "v=0\no=- 1 1 IN IP4 a\ns=-\n"
#define TAIL "c=IN IP4 a\nt=0 0\n"

TEST(survival_of_a_thousand_media)
{
    ss_arena arena = { long_arena, sizeof long_arena, 0 };
    ss_sdp sdp;
    ss_diag diag;
    const ss_slice bytes =
        repeated(HEAD TAIL, "m=audio 4 RTP/AVP 0 96\na=rtpmap:96 x/8000\na=mid:1\n", 1000, "");
    CHECK_OK(ss_sdp_parse(&sdp, &arena, bytes, &diag));
    CHECK_EQ(sdp.media_count, 1000);
    CHECK_EQ(sdp.media[999].line_count, 2);
    CHECK_OK(ss_sdp_check_attributes(&sdp, &diag));
    ss_sdp_codec codec;
    CHECK_OK(ss_sdp_codec_of(&sdp, &sdp.media[999], SS_LIT("96"), &codec));
    CHECK_SLICE(codec.encoding, "x");
}

/* Shapes that would cost the square of their length if anything were walked again for each piece. */
static const struct {
    const char *before, *piece, *after;
} shapes[] = {
    { HEAD TAIL, "m=audio 4 RTP/AVP 0\na=mid:1\n", "" },
    { HEAD TAIL, "a=rtpmap:0 PCMU/8000\n", "" },
    { HEAD TAIL "m=audio 4 RTP/AVP 0\n", "a=rtpmap:0 PCMU/8000\n", "" },
    { HEAD TAIL "m=audio 4 RTP/AVP", " 0 96 97 98 99 100", "\n" },
    { HEAD TAIL "a=x:", "aaaaaaaaaaaaaaaaaaaa", "\n" },
    { HEAD TAIL "r=7d 1h 0", " 25h 25h 25h 25h", "\n" },
    { HEAD TAIL "r=7d 1h 0\nz=3730928400 1", " 3730928400 -1h", "\n" },
    { HEAD "u=a", "%20?/:@aaaaaaaa[", "\n" TAIL },
    { HEAD "e=", "((((<<<<@@@@\\\\\\\\", "\n" TAIL },
    { HEAD "p=", "1 1 1 1 1 1(<", "\n" TAIL },
    { HEAD "c=IN IP6 ", "1:1:1:1:1:1:", "\nt=0 0\n" },
    { HEAD TAIL "m=audio 4 RTP/AVP 0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:a",
      ";inline:a|1|1:2 \t", "\n" },
    { HEAD TAIL "m=audio 4 RTP/AVP 0\na=candidate:1 1 UDP 1 h 9 typ host", " raddr rport a b",
      "\n" },
};

static void read_shapes(unsigned pieces)
{
    for (size_t i = 0; i < SS_COUNT(shapes); i++) {
        ss_arena arena = { long_arena, sizeof long_arena, 0 };
        ss_sdp sdp;
        ss_diag diag = { .sentence = NULL };
        const ss_slice bytes = repeated(shapes[i].before, shapes[i].piece, pieces, shapes[i].after);
        ss_status status = ss_sdp_parse(&sdp, &arena, bytes, &diag);
        if (status == SS_OK) {
            status = ss_sdp_check_attributes(&sdp, &diag);
        }
        CHECK(status == SS_OK || status == SS_ERR_FULL || diag.sentence != NULL);
        CHECK(diag.offset <= bytes.len);
    }
}

/* tests/bench/sdp_work_is_linear.sh counts the instructions of these two against each other. */
TEST(survival_of_shapes_of_300_pieces)
{
    read_shapes(300);
}

TEST(survival_of_shapes_of_9600_pieces)
{
    read_shapes(9600);
}
