/* Log-linear histograms of integers: values below 16 have a bucket each, above it each doubling has 16. Exact in count,
 * sum, least and greatest; a quantile is off by a sixteenth at most. They merge by adding. */
#include "sn/judge.h"

static unsigned top_bit(uint64_t value)
{
    unsigned bit = 0;
    for (unsigned step = 32; step != 0; step /= 2) {
        if (value >> step != 0) {
            value >>= step;
            bit += step;
        }
    }
    return bit;
}

static unsigned bucket_of(uint64_t value)
{
    if (value < 16) {
        return (unsigned)value;
    }
    const unsigned top = top_bit(value);
    return (top - 3) * 16 + (unsigned)(value >> (top - 4) & 15);
}

uint64_t sn_histogram_end(unsigned bucket)
{
    if (bucket < 16) {
        return bucket;
    }
    const unsigned shift = bucket / 16 - 1;
    return ((uint64_t)(16 + bucket % 16) << shift) + (((uint64_t)1 << shift) - 1);
}

_Static_assert(SN_HISTOGRAM_BUCKETS == (63 - 3) * 16 + 16, "the last bucket holds UINT64_MAX");

void sn_histogram_add(sn_histogram *h, uint64_t value)
{
    h->min = h->count == 0 || value < h->min ? value : h->min;
    h->max = value > h->max ? value : h->max;
    h->count++;
    h->sum += value;
    h->buckets[bucket_of(value)]++;
}

void sn_histogram_merge(sn_histogram *h, const sn_histogram *other)
{
    if (other->count == 0) {
        return;
    }
    h->min = h->count == 0 || other->min < h->min ? other->min : h->min;
    h->max = other->max > h->max ? other->max : h->max;
    h->count += other->count;
    h->sum += other->sum;
    for (unsigned i = 0; i < SN_HISTOGRAM_BUCKETS; i++) {
        h->buckets[i] += other->buckets[i];
    }
}

/* count * ppm / 10^6, rounded up, without overflow for any count below 2^64. */
static uint64_t rank_of(uint64_t count, uint32_t ppm)
{
    const uint64_t whole = count / 1000000 * ppm;
    const uint64_t rest = (count % 1000000 * ppm + 999999) / 1000000;
    return whole + rest == 0 ? 1 : whole + rest;
}

uint64_t sn_histogram_quantile(const sn_histogram *h, uint32_t ppm)
{
    SS_ASSERT(ppm <= 1000000);
    if (h->count == 0) {
        return 0;
    }
    const uint64_t rank = rank_of(h->count, ppm);
    uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < SN_HISTOGRAM_BUCKETS; bucket++) {
        seen += h->buckets[bucket];
        if (seen >= rank) {
            const uint64_t end = sn_histogram_end(bucket);
            return end < h->max ? end : h->max;
        }
    }
    return h->max;
}
