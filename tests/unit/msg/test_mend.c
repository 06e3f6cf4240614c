/* What a liberal element reads into a malformed message, byte for byte (RFC 4475 3.1.2), and what it leaves alone because there is
 * more than one way to read it. */
#include "check.h"
#include "guard.h"
#include "messages.h"

#include "ss/grammar.h"
#include "stack/msg/mend.h"

#include <string.h>

#define N "\r\n"

static _Alignas(16) unsigned char memory[1 << 17];

static ss_slice mend(ss_slice bytes)
{
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_slice mended = SS_EMPTY;
    const ss_status status = ss_mend(guard_at_end(bytes), &arena, &mended);
    CHECK(status == SS_OK || status == SS_NONE);
    return status == SS_OK ? mended : SS_EMPTY;
}

/* The line of the mended request that begins with the name; SS_EMPTY when nothing was mended, or the line is gone. */
static ss_slice line_of(const char *edit, const char *name)
{
    const ss_slice mended = mend(test_request(edit));
    for (size_t at = 0; at < mended.len;) {
        const ss_slice rest = ss_slice_cut(mended, at, mended.len);
        const size_t end = ss_slice_find(rest, '\r');
        if (ss_slice_starts(rest, ss_slice_from(name))) {
            return ss_slice_cut(rest, 0, end);
        }
        at += end + 2 < rest.len ? end + 2 : rest.len;
    }
    return SS_EMPTY;
}

TEST(mend_leaves_what_is_good_alone)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        test_parse_ok(test_messages[i].bytes, &msg);
        const ss_slice mended = mend(msg.bytes);
        CHECK(mended.len == 0);
    }
}

/* RFC4475:3.1.2.7 to RFC4475:3.1.2.10 */
TEST(mend_start_lines_have_single_blanks_and_a_bare_uri)
{
    static const char *const lines[] = {
        "^INVITE  sip:b@c  SIP/2.0", "^INVITE sip:b@c SIP/2.0   ",
        "^INVITE <sip:b@c> SIP/2.0", "^INVITE < sip:b@c > SIP/2.0",
        "^INVITE sip:b @ c SIP/2.0", "^  INVITE   <sip:b@c>   SIP/2.0  ",
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        const ss_slice line = line_of(lines[i], "INVITE");
        CHECK_SLICE(line, "INVITE sip:b@c SIP/2.0");
    }
    CHECK_SLICE(line_of("^INVITE  urn:a b SIP/2.0", "INVITE"), "INVITE urn:a b SIP/2.0");
    CHECK_EQ(line_of("^INVITE SIP/2.0", "INVITE").len, 0);
    CHECK_EQ(line_of("^INVITE", "INVITE").len, 0);
    CHECK_EQ(line_of("^", "").len, 0);
}

/* RFC4475:3.1.1.13 */
TEST(mend_status_lines_have_a_blank_behind_the_code)
{
    const ss_slice mended = mend(SS_LIT("SIP/2.0 200\r\nx:y\r\n\r\n"));
    CHECK_SLICE(mended, "SIP/2.0 200 \r\nx:y\r\n\r\n");
    CHECK_EQ(mend(SS_LIT("SIP/2.0 20\r\nx:y\r\n\r\n")).len, 0);
    CHECK_EQ(mend(SS_LIT("SIP/2.0 2x0\r\nx:y\r\n\r\n")).len, 0);
}

/* RFC4475:3.1.2.6, RFC4475:3.1.2.14 and RFC4475:3.1.2.15 */
TEST(mend_display_names_get_quotes_and_addresses_lose_blanks)
{
    CHECK_SLICE(line_of("To: Bell, A. (x) <sip:a@b>;tag=1", "To"),
                "To: \"Bell, A. (x)\" <sip:a@b>;tag=1");
    CHECK_SLICE(line_of("To: a \"b\\ <sip:a@b>", "To"), "To: \"a \\\"b\\\\\" <sip:a@b>");
    CHECK_SLICE(line_of("To: \"never closed <sip:a@b>", "To"), "To: \"never closed\" <sip:a@b>");
    CHECK_SLICE(line_of("To: \"a\" < sip:a@b\t>;x", "To"), "To: \"a\"<sip:a@b>;x");
    CHECK_SLICE(line_of("To: <sips: a@b >", "To"), "To: <sips:a@b>");
    CHECK_EQ(line_of("To: <urn: a>", "To").len, 0);
    CHECK_SLICE(line_of("To: a\xc3\xa9 <sip:a@b>", "To"), "To: \"a\xc3\xa9\" <sip:a@b>");
}

/* RFC4475:3.1.2.13 whose the headers are cannot be told beside parameters; without them it can. */
TEST(mend_a_lone_address_with_headers_gets_brackets)
{
    CHECK_SLICE(line_of("+Contact: sip:a@b?c=d", "Contact"), "Contact: <sip:a@b?c=d>");
    CHECK_EQ(line_of("+Contact: sip:a@b?c=d;expires=1", "Contact").len, 0);
    CHECK_SLICE(line_of("+Contact: <sip:z>, sip:a@b?c=d ,\r\n sip:e", "Contact"),
                "Contact: <sip:z>, <sip:a@b?c=d> ,");
}

/* RFC4475:3.1.2.4 */
TEST(mend_numbers_beyond_their_range_are_absent_or_the_default)
{
    CHECK_EQ(line_of("Max-Forwards: 256", "Max-Forwards").len, 0);
    CHECK(mend(test_request("Max-Forwards: 256")).len > 0);
    CHECK_EQ(mend(test_request("Max-Forwards: x")).len, 0);
    CHECK_SLICE(line_of("+Expires: 4294967296", "Expires"), "Expires: 3600");
    CHECK_SLICE(line_of("+Contact: <sip:a>;expires=4294967296;q=1", "Contact"),
                "Contact: <sip:a>;expires=3600;q=1");
    CHECK_EQ(mend(test_request("CSeq: 4294967296 INVITE")).len, 0);
}

/* Whatever the arena, nothing is written past it. */
TEST(mend_into_an_arena_of_every_size)
{
    const ss_slice bytes = guard_at_end(test_request("To: a, b <sip:a@b>"));
    bool fits = false;
    for (size_t cap = 0; cap < 4096; cap += 8) {
        const ss_buffer exact = guard_buffer(cap);
        ss_arena arena = { .base = (unsigned char *)exact.at, .cap = cap };
        ss_slice mended;
        const ss_status status = ss_mend(bytes, &arena, &mended);
        CHECK(status == SS_OK || (status == SS_ERR_FULL && !fits));
        fits = fits || status == SS_OK;
        CHECK(arena.used <= cap);
    }
    CHECK(fits);
}
