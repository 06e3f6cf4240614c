/* Slices: comparison, cutting, numbers; the empty slice with at == NULL is a slice like any other. */
#include "check.h"

#include <string.h>

TEST(slice_empty_slices_are_equal_whatever_they_point_to)
{
    CHECK(ss_slice_eq(SS_EMPTY, SS_LIT("")));
    CHECK(ss_slice_eq_nocase(SS_LIT(""), SS_EMPTY));
    CHECK_EQ(ss_slice_compare(SS_EMPTY, SS_LIT("")), 0);
    CHECK(ss_slice_starts(SS_EMPTY, SS_EMPTY));
    CHECK_EQ(ss_slice_find(SS_EMPTY, 'a'), 0);
    CHECK_EQ(ss_slice_trim(SS_EMPTY).len, 0);
    CHECK_EQ(ss_slice_cut(SS_EMPTY, 0, 0).len, 0);
}

TEST(slice_case_is_folded_for_ascii_letters_only)
{
    CHECK(ss_slice_eq_nocase(SS_LIT("Call-ID"), SS_LIT("cALL-id")));
    CHECK(!ss_slice_eq_nocase(SS_LIT("@"), SS_LIT("`")));
    CHECK(!ss_slice_eq_nocase(SS_LIT("\xc0"), SS_LIT("\xe0")));
    CHECK(!ss_slice_eq(SS_LIT("a"), SS_LIT("A")));
}

TEST(slice_order_is_that_of_bytes_and_a_prefix_comes_first)
{
    CHECK(ss_slice_compare(SS_LIT("ab"), SS_LIT("abc")) < 0);
    CHECK(ss_slice_compare(SS_LIT("b"), SS_LIT("abc")) > 0);
    CHECK(ss_slice_compare(SS_LIT("\x80"), SS_LIT("\x7f")) > 0);
    CHECK_EQ(ss_slice_compare(SS_LIT("abc"), SS_LIT("abc")), 0);
}

TEST(slice_trim_takes_blanks_and_line_ends_from_both_sides)
{
    CHECK_SLICE(ss_slice_trim(SS_LIT("\r\n\t a b \t\r\n")), "a b");
    CHECK_SLICE(ss_slice_trim(SS_LIT(" \t ")), "");
    CHECK_SLICE(ss_slice_cut(SS_LIT("abcdef"), 2, 4), "cd");
    CHECK_ASSERTS((void)ss_slice_cut(SS_LIT("abc"), 2, 4));
    CHECK_ASSERTS((void)ss_slice_cut(SS_LIT("abc"), 3, 2));
}

TEST(slice_number_is_digits_only_and_never_more_than_its_bound)
{
    static const struct {
        const char *text;
        uint64_t max, value;
        ss_status status;
    } rows[] = {
        { "0", 0, 0, SS_OK },
        { "00070", 255, 70, SS_OK },
        { "255", 255, 255, SS_OK },
        { "256", 255, 0, SS_ERR_SYNTAX },
        { "1", 0, 0, SS_ERR_SYNTAX },
        { "9", 8, 0, SS_ERR_SYNTAX },
        { "18446744073709551615", UINT64_MAX, UINT64_MAX, SS_OK },
        { "18446744073709551616", UINT64_MAX, 0, SS_ERR_SYNTAX },
        { "99999999999999999999999999", UINT64_MAX, 0, SS_ERR_SYNTAX },
        { "", 10, 0, SS_ERR_SYNTAX },
        { "-1", 10, 0, SS_ERR_SYNTAX },
        { "+1", 10, 0, SS_ERR_SYNTAX },
        { "1 ", 10, 0, SS_ERR_SYNTAX },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        uint64_t value = 0;
        CHECK_STATUS(ss_slice_to_u64(ss_slice_from(rows[i].text), rows[i].max, &value),
                     rows[i].status);
        CHECK_EQ(value, rows[i].value);
    }
}

TEST(slice_every_status_has_a_name_and_a_sentence)
{
    CHECK_STR(ss_status_name(SS_ERR_FULL), "SS_ERR_FULL");
    for (unsigned s = 0; s < SS_STATUS_COUNT; s++) {
        CHECK(strlen(ss_status_text((ss_status)s)) > 0);
    }
}

TEST(slice_time_after_stops_at_never)
{
    CHECK_EQ(ss_time_after(5, SS_MS(1)), 1000005);
    CHECK_EQ(ss_time_after(SS_TIME_NEVER, 0), SS_TIME_NEVER);
    CHECK_EQ(ss_time_after(SS_TIME_NEVER - 1, 2), SS_TIME_NEVER);
    CHECK_EQ(ss_time_earlier(3, SS_TIME_NEVER), 3);
}

TEST(slice_a_hexadecimal_digit_has_its_value_in_either_case)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    for (int c = -128; c < 128; c++) {
        const char *at = c == 0 ? NULL : strchr(digits, c);
        const int place = at == NULL ? -1 : (int)(at - digits);
        CHECK_EQ(ss_hex_digit((char)c), place < 16 ? place : place - 6);
    }
}

TEST(slice_an_escape_is_a_per_cent_sign_and_two_hexadecimal_digits)
{
    static const char *const none[] = { "", "%", "%4", "%4g", "%g4", "441", "%%4", "% 4" };
    CHECK_EQ(ss_slice_escape(SS_LIT("a%fFz"), 1), 0xff);
    CHECK_EQ(ss_slice_escape(SS_LIT("%00"), 0), 0);
    CHECK_EQ(ss_slice_escape(SS_LIT("%41"), 0), 'A');
    CHECK_EQ(ss_slice_escape(SS_LIT("%41"), 3), -1);
    for (size_t i = 0; i < SS_COUNT(none); i++) {
        CHECK_EQ(ss_slice_escape(ss_slice_from(none[i]), 0), -1);
    }
}
