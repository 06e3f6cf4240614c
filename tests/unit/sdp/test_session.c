/* Session descriptions: what is read, what is refused, and that printing loses nothing. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <string.h>

#define N    "\r\n"
#define HEAD "v=0" N "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1" N "s=Call to John" N
static const char full[] = HEAD
    "i=SDP Offer #1" N "u=http://www.jdoe.example/home.html" N "e=Jane <jane@jdoe.example>" N
    "p=+1 617 555-6011" N "c=IN IP4 198.51.100.1" N "b=CT:128" N "t=0 0" N
    "t=3724394400 3724398000" N "r=7d 1h 0 25h" N "z=3730928400 -1h 3749680800 0" N "k=prompt" N
    "a=recvonly" N "a=group:BUNDLE a v" N "m=audio 49170 RTP/AVP 0 8 97" N "i=voice" N "b=AS:64" N
    "a=rtpmap:97 iLBC/8000" N "a=fmtp:97 mode=20" N "a=ptime:20" N "a=x-odd:\x01 any bytes \xff" N
    "a=sendrecv" N "m=video 51372/2 RTP/AVP 99 31" N "c=IN IP6 ff15::db8:2" N
    "c=IN IP6 ff15::db8:3" N "a=rtpmap:99 h263-1998/90000" N "m=message 0 TCP/MSRP *" N;

static ss_status parse(ss_slice bytes, ss_sdp *sdp)
{
    ss_diag diag;
    test_arena()->used = 0;
    const ss_status status = ss_sdp_parse(sdp, test_arena(), bytes, &diag);
    CHECK_EQ(status == SS_OK, diag.sentence[0] == '\0');
    CHECK(diag.offset <= bytes.len);
    return status;
}

TEST(session_every_part_is_read)
{
    ss_sdp sdp;
    CHECK_OK(parse(SS_LIT(full), &sdp));
    CHECK_SLICE(sdp.user, "jdoe");
    CHECK_EQ(sdp.session_id, 3724394400u);
    CHECK_EQ(sdp.version, 3724394405u);
    CHECK_SLICE(sdp.origin.address, "198.51.100.1");
    CHECK_SLICE(sdp.name, "Call to John");
    CHECK_SLICE(sdp.connection.addrtype, "IP4");
    CHECK_SLICE(sdp.start, "0");
    CHECK_SLICE(sdp.stop, "0");
    CHECK_EQ(sdp.direction, SS_SDP_RECVONLY);
    CHECK_EQ(sdp.media_count, 3);
    const ss_sdp_media *audio = &sdp.media[0];
    CHECK_SLICE(audio->media, "audio");
    CHECK_EQ(audio->port, 49170);
    CHECK_EQ(audio->port_count, 1);
    CHECK_SLICE(audio->proto, "RTP/AVP");
    CHECK_SLICE(audio->formats, "0 8 97");
    CHECK_SLICE(audio->connection.address, "198.51.100.1");
    CHECK_EQ(audio->direction, SS_SDP_SENDRECV);
    CHECK_EQ(audio->ptime_ms, 20);
    const ss_sdp_media *video = &sdp.media[1];
    CHECK_EQ(video->port_count, 2);
    CHECK_SLICE(video->connection.address, "ff15::db8:2");
    CHECK_EQ(video->direction, SS_SDP_RECVONLY);
    CHECK_EQ(video->ptime_ms, 0);
    CHECK_EQ(sdp.media[2].port, 0);
}

TEST(session_attributes_are_found_at_their_level)
{
    ss_sdp sdp;
    ss_slice value;
    CHECK_OK(parse(SS_LIT(full), &sdp));
    CHECK_OK(ss_sdp_attribute(&sdp, NULL, SS_LIT("group"), 0, &value));
    CHECK_SLICE(value, "BUNDLE a v");
    CHECK_STATUS(ss_sdp_attribute(&sdp, NULL, SS_LIT("ptime"), 0, &value), SS_NONE);
    CHECK_OK(ss_sdp_attribute(&sdp, &sdp.media[0], SS_LIT("x-odd"), 0, &value));
    CHECK_SLICE(value, "\x01 any bytes \xff");
    CHECK_OK(ss_sdp_attribute(&sdp, &sdp.media[0], SS_LIT("sendrecv"), 0, &value));
    CHECK_EQ(value.len, 0);
    CHECK_STATUS(ss_sdp_attribute(&sdp, &sdp.media[0], SS_LIT("sendrecv"), 1, &value), SS_NONE);
    CHECK_STATUS(ss_sdp_attribute(&sdp, &sdp.media[2], SS_LIT("rtpmap"), 0, &value), SS_NONE);
}

TEST(session_codecs_come_from_rtpmap_or_the_static_table)
{
    ss_sdp sdp;
    ss_sdp_codec codec;
    CHECK_OK(parse(SS_LIT(full), &sdp));
    CHECK_OK(ss_sdp_codec_of(&sdp, &sdp.media[0], SS_LIT("8"), &codec));
    CHECK_SLICE(codec.encoding, "PCMA");
    CHECK_EQ(codec.rate_hz, 8000);
    CHECK_OK(ss_sdp_codec_of(&sdp, &sdp.media[0], SS_LIT("97"), &codec));
    CHECK_SLICE(codec.encoding, "iLBC");
    CHECK_SLICE(codec.fmtp, "mode=20");
    CHECK_EQ(codec.payload_type, 97);
    CHECK_EQ(codec.channels, 1);
    CHECK_STATUS(ss_sdp_codec_of(&sdp, &sdp.media[0], SS_LIT("98"), &codec), SS_NONE);
    CHECK_STATUS(ss_sdp_codec_of(&sdp, &sdp.media[2], SS_LIT("*"), &codec), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_sdp_codec_of(&sdp, &sdp.media[0], SS_LIT("128"), &codec), SS_ERR_SYNTAX);
}

TEST(session_malformed_rtpmaps_are_refused_when_asked_for)
{
    static const char *const maps[] = { "x", "/8000", "x/", "x/0", "x/8000/0", "x/8k", "x/8000/" };
    for (size_t i = 0; i < SS_COUNT(maps); i++) {
        char memory[256];
        ss_sdp sdp;
        ss_sdp_codec codec;
        ss_buffer b = ss_buffer_on(memory, sizeof memory);
        ss_put(&b, SS_LIT("v=0\no=- 1 1 IN IP4 a\ns=-\nc=IN IP4 a\nt=0 0\nm=audio 4 RTP/AVP "
                          "96\na=rtpmap:96 "));
        ss_put_text(&b, maps[i]);
        ss_put(&b, SS_LIT("\n"));
        CHECK_OK(parse(ss_buffer_slice(&b), &sdp));
        CHECK_STATUS(ss_sdp_codec_of(&sdp, &sdp.media[0], SS_LIT("96"), &codec), SS_ERR_SYNTAX);
    }
}

TEST(session_printing_gives_back_every_line)
{
    char memory[2048];
    ss_sdp sdp;
    CHECK_OK(parse(SS_LIT(full), &sdp));
    for (size_t cap = 0; cap <= sizeof full - 1; cap++) {
        ss_buffer b = ss_buffer_on(memory, cap);
        ss_sdp_put(&b, &sdp);
        CHECK_EQ(b.overflow, cap < sizeof full - 1);
        CHECK_EQ(memcmp(memory, full, b.len), 0);
    }
}

TEST(rfc8866_5_bare_line_feeds_are_tolerated)
{
    char memory[2048];
    size_t len = 0;
    for (size_t i = 0; i < sizeof full - 1; i++) {
        if (full[i] != '\r') {
            memory[len++] = full[i];
        }
    }
    ss_sdp sdp;
    CHECK_OK(parse((ss_slice){ memory, len }, &sdp)); /* RFC8866:5 */
    char again[2048];
    ss_buffer b = ss_buffer_on(again, sizeof again);
    ss_sdp_put(&b, &sdp);
    CHECK_SLICE_EQ(ss_buffer_slice(&b), SS_LIT(full));
}

#define TAIL "c=IN IP4 1.2.3.4" N "t=0 0" N
TEST(rfc8866_5_lines_stand_in_their_order_once_and_known)
{
    static const char *const bad[] = {
        "",
        "v=0" N,
        "v=0" N "o=- 1 1 IN IP4 a" N "s=-" N,
        "o=- 1 1 IN IP4 a" N "v=0" N "s=-" N TAIL,
        "v=0" N "s=-" N "o=- 1 1 IN IP4 a" N TAIL,
        "v=0" N "o=- 1 1 IN IP4 a" N TAIL,
        HEAD "c=IN IP4 1.2.3.4" N,
        HEAD "s=-" N TAIL,
        HEAD TAIL "c=IN IP4 1.2.3.4" N,
        HEAD "c=IN IP4 1.2.3.4" N TAIL,
        HEAD TAIL "v=0" N,
        HEAD TAIL "q=1" N,
        HEAD TAIL "z=1 1" N,
        HEAD "a=x" N TAIL,
        HEAD "c=IN IP4 1.2.3.4" N "a=x" N,
        HEAD "c=IN IP4 1.2.3.4" N "m=audio 1 RTP/AVP 0" N,
        HEAD TAIL "m=audio 1 RTP/AVP 0" N "a=x" N "c=IN IP4 1.2.3.4" N,
        HEAD TAIL "m=audio 1 RTP/AVP 0" N "t=0 0" N,
        HEAD TAIL "a=sendonly" N "a=inactive" N, /* RFC8866:6.7 */
        HEAD TAIL N,
        HEAD TAIL "a=x",
        HEAD TAIL "a" N,
        HEAD TAIL "a=" N,
        HEAD TAIL "a =x" N,
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_sdp sdp;
        CHECK_STATUS(parse(ss_slice_from(bad[i]), &sdp), SS_ERR_SYNTAX);
    }
}

TEST(rfc8866_9_a_line_that_breaks_its_grammar_is_refused)
{
    static const char *const bad[] = {
        "v=1" N "o=- 1 1 IN IP4 a" N "s=-" N TAIL,
        "v=0" N "o=- 1 IN IP4 a" N "s=-" N TAIL,
        "v=0" N "o=- x 1 IN IP4 a" N "s=-" N TAIL,
        "v=0" N "o=- 9223372036854775808 1 IN IP4 a" N "s=-" N TAIL,
        "v=0" N "o=- 1 1 IN IP4 a b" N "s=-" N TAIL,
        "v=0" N "o=-  1 1 IN IP4 a" N "s=-" N TAIL,
        HEAD "c=IN IP4" N "t=0 0" N,
        HEAD "c=IN IP4 1.2.3.4 " N "t=0 0" N,
        HEAD "t=0" N,
        HEAD "t=0 x" N,
        HEAD "t=0 0 0" N,
        HEAD "b=AS" N "t=0 0" N,
        HEAD "b=AS:x" N "t=0 0" N,
        HEAD TAIL "a=:x" N,
        HEAD TAIL "a=x:" N,
        HEAD TAIL "a=x y" N,
        HEAD TAIL "m=audio 65536 RTP/AVP 0" N,
        HEAD TAIL "m=audio 1/0 RTP/AVP 0" N,
        HEAD TAIL "m=audio 1/ RTP/AVP 0" N,
        HEAD TAIL "m=audio 1 RTP/ 0" N,
        HEAD TAIL "m=audio 1 RTP/AVP" N,
        HEAD TAIL "m=audio 1 RTP/AVP " N,
        HEAD TAIL "m=audio 1 RTP/AVP 0  8" N,
        HEAD TAIL "m=au dio 1 RTP/AVP 0" N,
        HEAD TAIL "m=audio 1 RTP/AVP 0" N "a=ptime:0" N,
        HEAD TAIL "m=audio 1 RTP/AVP 0" N "a=ptime:x" N,
        HEAD "i=a\rb" N TAIL,
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_sdp sdp;
        CHECK_STATUS(parse(ss_slice_from(bad[i]), &sdp), SS_ERR_SYNTAX);
    }
}

TEST(rfc8866_5_7_every_medium_has_connection_data)
{
    ss_sdp sdp;
    CHECK_STATUS(parse(SS_LIT(HEAD "t=0 0" N "m=audio 1 RTP/AVP 0" N), &sdp), SS_ERR_SEMANTIC);
    CHECK_OK(parse(SS_LIT(HEAD "t=0 0" N "m=audio 1 RTP/AVP 0" N "c=IN IP4 1.2.3.4" N), &sdp));
    CHECK_OK(parse(SS_LIT(HEAD "t=0 0" N), &sdp));
}

static void ask_everything(const ss_sdp *sdp)
{
    char memory[4096];
    const ss_sdp_local local = { .address = SS_LIT("IP4 10.0.0.1"), .port = 4000 };
    ss_session session;
    ss_session_start(&session, 1, 1, SS_MEDIA_BIT(SS_MEDIA_AUDIO));
    for (uint32_t i = 0; i < sdp->media_count; i++) {
        ss_slice format;
        ss_sdp_codec codec;
        for (size_t at = 0; ss_sdp_next_format(&sdp->media[i], &at, &format) == SS_OK;) {
            CHECK(ss_sdp_codec_of(sdp, &sdp->media[i], format, &codec) != SS_ERR_FULL);
        }
    }
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    const ss_status status = ss_session_answer(&session, sdp, &local, &b);
    CHECK(status == SS_OK || status == SS_ERR_SEMANTIC);
    ss_sdp answer;
    CHECK_OK(parse(ss_buffer_slice(&b), &answer));
}

TEST(session_every_truncation_and_every_changed_byte_is_survived)
{
    static const char others[] = { 0,   '\t', '\n', '\r', ' ', '/',    ':',   '=',
                                   '0', '9',  'a',  'm',  'z', '\x7f', '\xff' };
    static char copy[sizeof full];
    for (size_t len = 0; len < sizeof full; len++) {
        ss_sdp sdp;
        if (parse(test_exact((ss_slice){ full, len }), &sdp) == SS_OK) {
            ask_everything(&sdp);
        }
    }
    for (size_t at = 0; at < sizeof full - 1; at++) {
        memcpy(copy, full, sizeof full);
        for (size_t c = 0; c < sizeof others; c++) {
            ss_sdp sdp;
            copy[at] = others[c];
            if (parse((ss_slice){ copy, sizeof full - 1 }, &sdp) == SS_OK) {
                ask_everything(&sdp);
            }
        }
    }
    (void)test_exact(SS_EMPTY);
}

TEST(session_every_arena_size_is_survived)
{
    static _Alignas(16) unsigned char memory[4096];
    bool fitted = false;
    for (size_t cap = 0; cap <= sizeof memory; cap += 8) {
        ss_arena arena = { memory, cap, 0 };
        ss_sdp sdp;
        ss_diag diag;
        const ss_status status = ss_sdp_parse(&sdp, &arena, SS_LIT(full), &diag);
        CHECK(status == SS_OK || (status == SS_ERR_FULL && !fitted));
        fitted = fitted || status == SS_OK;
    }
    CHECK(fitted);
}
