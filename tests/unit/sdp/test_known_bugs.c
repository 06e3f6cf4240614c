/* Shapes of session descriptions that broke SIP stacks, one test for each kind. Descriptions lie at a guard page. */
#include "check.h"
#include "guard.h"
#include "messages.h"

#include "ss/sdp.h"

#include <string.h>

#define HEAD "v=0\no=- 1 1 IN IP4 a\ns=-\nc=IN IP4 a\nt=0 0\n"

static char text[1 << 16];

/* The status of a description and, when it is one, of its attributes; its answer is made too. */
static ss_status read(ss_slice bytes)
{
    static const ss_sdp_local local = { .address = SS_LIT_INIT("IP4 192.0.2.1"), .port = 4000 };
    ss_sdp sdp;
    ss_diag diag;
    test_arena()->used = 0;
    const ss_status status = ss_sdp_parse(&sdp, test_arena(), guard_at_end(bytes), &diag);
    CHECK(diag.offset <= bytes.len);
    if (status != SS_OK) {
        return status;
    }
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_session session;
    ss_session_start(&session, 1, 1, SS_MEDIA_BIT(SS_MEDIA_AUDIO) | SS_MEDIA_BIT(SS_MEDIA_VIDEO));
    CHECK(ss_session_answer(&session, &sdp, &local, &b) != SS_ERR_FULL);
    return ss_sdp_check_attributes(&sdp, &diag);
}

static ss_status read_repeated(const char *line, unsigned times, const char *after)
{
    static char memory[1 << 16];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_text(&b, HEAD);
    for (unsigned i = 0; i < times; i++) {
        ss_put_text(&b, line);
    }
    ss_put_text(&b, after);
    CHECK(!b.overflow);
    return read(ss_buffer_slice(&b));
}

/* A number where a payload type stands that 32 bits cannot hold: it was a count of bytes to copy. */
TEST(known_bug_of_payload_types_beyond_any_range)
{
    static const char *const bad[] = {
        "128", "256", "2147483648", "4294967296", "18446744073709551616", "-1"
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_buffer b = ss_buffer_on(text, sizeof text);
        char offer[256];
        ss_put_text(&b, HEAD "m=audio 17000 RTP/AVP ");
        ss_put_text(&b, bad[i]);
        ss_put_text(&b, "\na=rtpmap:");
        ss_put_text(&b, bad[i]);
        ss_put_text(&b, " X/8000\n");
        memcpy(offer, b.at, b.len);
        CHECK(read((ss_slice){ offer, b.len }) != SS_OK);
    }
}

/* NUL within the name of an attribute, and at every other byte. */
TEST(known_bug_of_fmtp_a_nul_at_every_byte)
{
    static const char whole[] = HEAD "m=audio 4 RTP/AVP 96\na=rtpmap:96 x/8000\na=fmtp:96 a=b\n";
    char spoiled[sizeof whole + 1];
    for (size_t at = 0; at < sizeof whole; at++) {
        memcpy(spoiled, whole, at);
        spoiled[at] = '\0';
        memcpy(spoiled + at + 1, whole + at, sizeof whole - 1 - at);
        CHECK(read((ss_slice){ spoiled, sizeof whole }) != SS_OK);
    }
}

/* A hundred keys where an array had room for 64; a hundred times the same number. */
TEST(known_bug_of_crypto_lines_more_than_any_array)
{
    CHECK_OK(read_repeated("", 0, "m=audio 4 RTP/SAVP 0\na=crypto:1 X inline:YQ==\n"));
    CHECK_OK(read_repeated("m=audio 4 RTP/SAVP 0\na=crypto:1 X inline:YQ==\n", 300, ""));
    static char lines[20000];
    ss_buffer b = ss_buffer_on(lines, sizeof lines - 1);
    ss_put_text(&b, "m=audio 4 RTP/SAVP 0\n");
    for (unsigned i = 1; i <= 300; i++) {
        ss_put_text(&b, "a=crypto:");
        ss_put_u64(&b, i);
        ss_put_text(&b, " AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7\n");
    }
    lines[b.len] = '\0';
    CHECK(read_repeated("", 0, lines) != SS_ERR_FULL);
}

/* A dynamic payload type that no rtpmap explains, in an offer that has nothing else, or redundancy first. */
TEST(known_bug_of_answers_a_dynamic_type_without_rtpmap)
{
    CHECK_OK(read_repeated("", 0, "m=audio 4 RTP/AVP 96\n"));
    CHECK_OK(read_repeated("", 0, "m=audio 4 RTP/AVP 121 0\na=fmtp:121 0/0\n"));
    CHECK_OK(read_repeated("", 0, "m=audio 4 RTP/AVP 127 126 125\na=rtpmap:126 red/8000\n"));
}

/* A line of a single byte at the end of the body. */
TEST(known_bug_of_lines_a_single_byte_at_the_end)
{
    for (char c = 'a'; c <= 'z'; c++) {
        const char line[] = { c, '\0' };
        CHECK(read((ss_slice){ line, 1 }) != SS_OK);
        CHECK(read_repeated("", 0, line) != SS_OK);
    }
    CHECK(read(SS_LIT("v")) != SS_OK);
    CHECK(read(SS_LIT("v=")) != SS_OK);
    CHECK(read(SS_EMPTY) != SS_OK);
}

/* Very many c= lines each took memory for good; here the description takes what its bytes allow. */
TEST(known_bug_of_connection_lines_very_many_take_bounded_memory)
{
    CHECK(read_repeated("c=IN IP4 192.0.2.1\n", 2000, "") != SS_OK);
    CHECK_OK(read_repeated("", 0, "m=audio 4 RTP/AVP 0\nc=IN IP4 192.0.2.1\n"));
    static char lines[40000];
    ss_buffer b = ss_buffer_on(lines, sizeof lines - 1);
    ss_put_text(&b, "m=audio 4 RTP/AVP 0\n");
    for (unsigned i = 0; i < 1500; i++) {
        ss_put_text(&b, "c=IN IP4 192.0.2.1\n");
    }
    lines[b.len] = '\0';
    (void)read_repeated("", 0, lines);
    CHECK(test_arena()->used <= 128 * b.len);
}

/* An address of a connection longer than any address. */
TEST(known_bug_of_connection_addresses_longer_than_any)
{
    static char line[6000];
    ss_buffer b = ss_buffer_on(line, sizeof line - 1);
    ss_put_text(&b, "m=audio 4 RTP/AVP 0\nc=IN IP6 ");
    for (unsigned i = 0; i < 1000; i++) {
        ss_put_text(&b, "1234:");
    }
    ss_put_text(&b, "\n");
    line[b.len] = '\0';
    CHECK(read_repeated("", 0, line) != SS_OK);
}
