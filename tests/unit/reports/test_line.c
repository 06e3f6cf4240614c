/* Numbers in lines that are put together by hand. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "reports/line.h"

static void check_number(uint64_t value)
{
    char expected[32], text[48];
    (void)snprintf(expected, sizeof expected, "%" PRIu64, value);
    char *end = line_u64(text, value);
    *end = '\0';
    CHECK_STR(text, expected);
}

TEST(line_a_number_is_written_as_the_library_writes_it)
{
    uint64_t power = 1;
    for (unsigned digits = 1; digits <= 20; digits++) {
        check_number(power - 1);
        check_number(power);
        check_number(power + 1);
        check_number(power * 7 + power / 3);
        power = digits < 20 ? power * 10 : power;
    }
    check_number(UINT64_MAX);
}

TEST(line_sixteen_digits_are_the_same_at_once_and_by_pairs)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 4096; i++) {
        char at_once[17] = { 0 }, by_pairs[17] = { 0 }, expected[17];
        (void)snprintf(expected, sizeof expected, "%016" PRIx64, value);
        CHECK(line_hex64(at_once, value) == at_once + 16);
        CHECK(line_hex64_by_pairs(by_pairs, value) == by_pairs + 16);
        CHECK_STR(at_once, expected);
        CHECK_STR(by_pairs, expected);
        value = i < 64 ? UINT64_MAX >> i : ss_mix64(i);
    }
}
