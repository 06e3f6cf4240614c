/* The basic rules: classes against the grammar's own lists, hosts, addresses, quoted strings, control characters. */
#include "check.h"

#include "stack/msg/lex.h"

#include <string.h>

/* Exactly the bytes of `members`, letters and digits are in the class. */
static void check_class(unsigned class, const char *members)
{
    for (int c = 0; c < 128; c++) {
        const bool is_alnum =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        CHECK_EQ(lex_is((char)c, class), is_alnum || (c != 0 && strchr(members, c) != NULL));
    }
}

TEST(lex_classes_are_those_of_section_25_1)
{
    check_class(LEX_TOKEN, "-.!%*_+`'~");
    check_class(LEX_WORD, "-.!%*_+`'~()<>:\\\"/[]?{}");
    check_class(LEX_UNRESERVED, "-_.!~*'()");
    check_class(LEX_USER, "-_.!~*'()&=+$,;?/");
    check_class(LEX_PASSWORD, "-_.!~*'()&=+$,");
    check_class(LEX_PARAM, "-_.!~*'()[]/:&+$");
    check_class(LEX_HNV, "-_.!~*'()[]/?:+$");
    check_class(LEX_URIC, "-_.!~*'();/?:@&=+$,");
    check_class(LEX_REASON, "-_.!~*'();/?:@&=+$, \t");
    check_class(LEX_LABEL, "-");
    for (int c = 128; c < 256; c++) {
        CHECK_EQ(ss_lex_classes[c], LEX_REASON | LEX_QDTEXT);
    }
}

static bool is_host(const char *text)
{
    const ss_slice s = ss_slice_from(text);
    return ss_lex_host(s, 0) == s.len;
}

TEST(lex_hosts_are_names_addresses_and_references)
{
    static const char *const good[] = { "a",
                                        "a.",
                                        "example.com",
                                        "EX-1.x",
                                        "1a.com",
                                        "a--b.c",
                                        "1.2.3.4",
                                        "255.0.0.255",
                                        "[::1]",
                                        "[2001:db8::9]",
                                        "[1:2:3:4:5:6:7:8]",
                                        "[::ffff:1.2.3.4]",
                                        "[::]" };
    static const char *const bad[] = { "",
                                       "-a",
                                       "a-",
                                       "a..b",
                                       ".a",
                                       "a.-b",
                                       "1.2.3",
                                       "1.2.3.256",
                                       "1.2.3.4.",
                                       "1.2.3.4.5",
                                       "a_b",
                                       "a.1",
                                       "1.2.3.0004",
                                       "[::1",
                                       "[]",
                                       "[1:2]",
                                       "[:::]",
                                       "[1::2::3]",
                                       "[12345::]",
                                       "[::1.2.3]",
                                       "[g::]",
                                       "[1:2:3:4:5:6:7:8:9]",
                                       "[1:]",
                                       "[:1]",
                                       "[1:2:3:4:5:6:7::8]",
                                       "[1.2.3.4]",
                                       "a b" };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        CHECK(is_host(good[i]));
    }
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK(!is_host(bad[i]));
    }
}

TEST(lex_ports_are_1_to_65535)
{
    uint16_t port = 0;
    CHECK_OK(ss_lex_port(SS_LIT("65535"), &port));
    CHECK_EQ(port, 65535);
    CHECK_OK(ss_lex_port(SS_LIT("005060"), &port));
    CHECK_EQ(port, 5060);
    CHECK_STATUS(ss_lex_port(SS_LIT("0"), &port), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_lex_port(SS_LIT("65536"), &port), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_lex_port(SS_EMPTY, &port), SS_ERR_SYNTAX);
}

TEST(lex_quoted_strings_end_at_their_own_quote)
{
    static const struct {
        const char *text;
        size_t end;
    } rows[] = {
        { "\"\"", 2 },
        { "\"a\"b", 3 },
        { "\"a\\\"b\"", 6 },
        { "\"a\\\\\"", 5 },
        { "\"\r\n x\"", 6 },
        { "\"\xc3\xa9\"", 4 },
        { "\"", SS_LEX_BAD },
        { "\"a\\", SS_LEX_BAD },
        { "\"a\\\r\n \"", SS_LEX_BAD },
        { "\"\r\nx\"", SS_LEX_BAD },
        { "\"\x01\"", SS_LEX_BAD },
        { "\"\\\x01\"", 4 },
        { "\"\\\xc3\"", SS_LEX_BAD },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        CHECK_EQ(ss_lex_quoted(ss_slice_from(rows[i].text), 0), rows[i].end);
    }
}

TEST(lex_control_finds_the_first_one_at_every_place_and_length)
{
    char memory[40];
    for (size_t len = 0; len <= sizeof memory; len++) {
        memset(memory, 'x', sizeof memory);
        memset(memory, '\t', len / 2);
        CHECK_EQ(ss_lex_control((ss_slice){ memory, len }, 0), len);
        for (size_t at = 0; at < len; at++) {
            for (int c = 0; c < 256; c++) {
                const char before = memory[at];
                memory[at] = (char)c;
                const bool is_control = (c < 0x20 && c != '\t') || c == 0x7f;
                CHECK_EQ(ss_lex_control((ss_slice){ memory, len }, 0), is_control ? at : len);
                CHECK_EQ(ss_lex_control((ss_slice){ memory, len }, at + 1), len);
                memory[at] = before;
            }
        }
    }
}
