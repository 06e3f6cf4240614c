/* What afl-fuzz asks of our library, as it asks it. */
#include <string.h>

#include "check.h"

typedef struct mutator mutator;
mutator *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(mutator *m);
size_t afl_custom_fuzz(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                       unsigned char *other, size_t other_size, size_t max_size);
size_t afl_custom_havoc_mutation(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                                 size_t max_size);
unsigned char afl_custom_havoc_mutation_probability(mutator *m);
int32_t afl_custom_init_trim(mutator *m, unsigned char *data, size_t size);
size_t afl_custom_trim(mutator *m, unsigned char **out);
int32_t afl_custom_post_trim(mutator *m, unsigned char success);

static unsigned char *bytes_of(const char *text)
{
    return (unsigned char *)(uintptr_t)text;
}

/* As afl-fuzz trims: a trial is taken when it has these lines. */
static size_t trimmed(const char *text, const char *needed, char *least)
{
    mutator *m = afl_custom_init(NULL, 1);
    unsigned char *trial = NULL;
    const int32_t steps = afl_custom_init_trim(m, bytes_of(text), strlen(text));
    size_t len = strlen(text);
    memcpy(least, text, len);
    for (int32_t step = 0; step < steps;) {
        const size_t size = afl_custom_trim(m, &trial);
        CHECK(size <= len);
        CHECK(size > 0);
        char copy[256];
        memcpy(copy, trial, size);
        copy[size] = '\0';
        const bool is_taken = strstr(copy, needed) != NULL && size < len;
        if (is_taken) {
            memcpy(least, copy, size);
            len = size;
        }
        step = afl_custom_post_trim(m, is_taken);
    }
    least[len] = '\0';
    afl_custom_deinit(m);
    return len;
}

TEST(afl_trims_line_by_line_and_keeps_what_is_needed)
{
    static const char text[] = "OPTIONS sip:a SIP/2.0\r\nVia: x\r\nTo: y\r\n\r\nbody";
    char least[256];
    trimmed(text, "Via: x\r\n", least);
    CHECK_SLICE_EQ(ss_slice_from(least), SS_LIT("Via: x\r\n"));
    trimmed(text, "body", least);
    CHECK_SLICE_EQ(ss_slice_from(least), SS_LIT("body"));
    trimmed(text, "OPTIONS sip:a SIP/2.0\r\nVia: x", least);
    CHECK_SLICE_EQ(ss_slice_from(least), SS_LIT("OPTIONS sip:a SIP/2.0\r\nVia: x\r\n"));
    CHECK_EQ(trimmed(text, "nowhere", least), sizeof text - 1);
    CHECK_EQ(trimmed("one", "", least), 3); /* nothing is left out of one line */
}

/* Lengths stay within what is allowed, the input stays as it is, the same seed makes the same, and what is too long is left alone. */
TEST(afl_mutates_within_bounds_and_by_its_seed)
{
    static const char text[] =
        "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK1\r\n\r\n";
    static unsigned char huge[70000];
    mutator *one = afl_custom_init(NULL, 7), *same = afl_custom_init(NULL, 7);
    char kept[sizeof text];
    unsigned char *out = NULL, *out_too = NULL;
    memcpy(kept, text, sizeof text);
    for (unsigned round = 0; round < 500; round++) {
        const size_t max = 100 + round;
        const size_t len =
            round % 2 == 0
                ? afl_custom_havoc_mutation(one, (unsigned char *)kept, sizeof text - 1, &out, max)
                : afl_custom_fuzz(one, (unsigned char *)kept, sizeof text - 1, &out, huge, round,
                                  max);
        const size_t again = round % 2 == 0
                                 ? afl_custom_havoc_mutation(same, (unsigned char *)kept,
                                                             sizeof text - 1, &out_too, max)
                                 : afl_custom_fuzz(same, (unsigned char *)kept, sizeof text - 1,
                                                   &out_too, huge, round, max);
        CHECK(len <= max);
        CHECK_EQ(len, again);
        CHECK(memcmp(out, out_too, len) == 0);
        CHECK(memcmp(kept, text, sizeof text) == 0);
    }
    CHECK_EQ(afl_custom_havoc_mutation(one, huge, sizeof huge, &out, 1 << 20), sizeof huge);
    CHECK(out == huge);
    CHECK_EQ(afl_custom_init_trim(one, huge, sizeof huge), 0);
    CHECK_EQ(afl_custom_init_trim(one, huge, 0), 0);
    CHECK(afl_custom_havoc_mutation_probability(one) <= 100);
    afl_custom_deinit(one);
    afl_custom_deinit(same);
}
