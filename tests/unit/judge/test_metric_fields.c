/* The table of sn_metrics, and adding two runs up. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sn/judge.h"

static size_t size_of(const sn_metrics_field *f)
{
    return f->length * (f->kind == SN_FIELD_HISTOGRAM ? sizeof(sn_histogram) : sizeof(uint64_t));
}

TEST(metric_fields_name_every_byte_of_the_struct_once)
{
    unsigned char *seen = calloc(1, sizeof(sn_metrics));
    CHECK_NOT_NULL(seen);
    for (unsigned i = 0; i < sn_metrics_field_count; i++) {
        const sn_metrics_field *f = &sn_metrics_fields[i];
        for (size_t at = f->offset; at < f->offset + size_of(f); at++) {
            CHECK(at < sizeof(sn_metrics));
            CHECK_EQ(seen[at]++, 0);
        }
    }
    /* a member that is new in sn_metrics wants a row in sn_metrics_fields */
    CHECK(memchr(seen, 0, sizeof(sn_metrics)) == NULL);
    free(seen);
}

TEST(metric_fields_of_two_runs_add_up_and_peaks_are_the_greater)
{
    sn_metrics *m = calloc(2, sizeof *m);
    CHECK_NOT_NULL(m);
    m[0].attempts = 3;
    m[1].attempts = 4;
    m[0].transactions_peak = 9;
    m[1].transactions_peak = 5;
    m[0].ser = (sn_ratio){ 1, 2 };
    m[1].ser = (sn_ratio){ 2, 2 };
    m[0].retransmits[1] = 1;
    m[1].retransmits[1] = 6;
    sn_histogram_add(&m[0].srd_ok, 100);
    sn_histogram_add(&m[1].srd_ok, 7);
    sn_metrics_add(&m[0], &m[1]);
    CHECK_EQ(m[0].attempts, 7);
    CHECK_EQ(m[0].transactions_peak, 9);
    CHECK_EQ(m[0].ser.num, 3);
    CHECK_EQ(m[0].ser.den, 4);
    CHECK_EQ(m[0].retransmits[1], 7);
    CHECK_EQ(m[0].srd_ok.count, 2);
    CHECK_EQ(m[0].srd_ok.min, 7);
    CHECK_EQ(m[0].srd_ok.max, 100);
    free(m);
}

TEST(metric_fields_a_merged_histogram_is_that_of_all_values)
{
    sn_histogram *h = calloc(3, sizeof *h);
    CHECK_NOT_NULL(h);
    uint64_t x = 1;
    for (unsigned i = 0; i < 500; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        sn_histogram_add(&h[0], x >> (i % 64));
        sn_histogram_add(&h[1 + i % 2], x >> (i % 64));
    }
    sn_histogram *none = calloc(1, sizeof *none);
    CHECK_NOT_NULL(none);
    sn_histogram_merge(&h[1], none);
    sn_histogram_merge(&h[1], &h[2]);
    CHECK(memcmp(&h[0], &h[1], sizeof h[0]) == 0);
    sn_histogram_merge(none, &h[0]);
    CHECK(memcmp(&h[0], none, sizeof h[0]) == 0);
    free(none);
    free(h);
}
