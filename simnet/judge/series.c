/* Series over virtual time. Of a count the running total at the end of each bucket is kept, as the meter has it: so what the
 * buckets say adds up to what the results say, and two buckets become one by forgetting the first's total.
 */
#include "sn/series.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 2 };

/* Words of sn_metrics that are added up. */
typedef struct part {
    size_t offset, words;
} part;

typedef struct row {
    sn_series_info info;
    part parts[PARTS];
} row;

#define ONE(field)                     \
    {                                  \
        offsetof(sn_metrics, field), 1 \
    }
#define RANGE(field, many)                \
    {                                     \
        offsetof(sn_metrics, field), many \
    }
#define COUNTED(name, sentence, ...)         \
    {                                        \
        { name, SN_SERIES_COUNT, sentence }, \
        {                                    \
            __VA_ARGS__                      \
        }                                    \
    }
#define PEAK(name, sentence)                \
    {                                       \
        { name, SN_SERIES_PEAK, sentence }, \
        {                                   \
            {                               \
                0, 0                        \
            }                               \
        }                                   \
    }

/* clang-format off */
static const row rows[] = {
    COUNTED("calls_placed", "calls placed: the load that is offered", ONE(attempts)),
    COUNTED("calls_answered", "calls answered with a 2xx", ONE(established)),
    COUNTED("calls_ended", "answered calls that ended by an answered BYE", ONE(completed)),
    COUNTED("calls_rejected", "calls refused or redirected by the other end", RANGE(redirected, 3)),
    COUNTED("calls_failed", "calls that ended for want of an answer", ONE(failed)),
    COUNTED("calls_cancelled", "calls given up by the caller before an answer", ONE(cancelled)),
    COUNTED("calls_blocked", "calls that could not even start", ONE(blocked)),
    COUNTED("registrations", "registrations and refreshes that were accepted", ONE(registrations)),
    COUNTED("registrations_failed", "registrations and refreshes that were not", ONE(registrations_failed)),
    COUNTED("messages_sent", "SIP messages sent, copies included", ONE(datagrams_sent), ONE(stream_messages_sent)),
    COUNTED("messages_received", "SIP messages received: the goodput", ONE(datagrams_received), ONE(stream_messages_received)),
    COUNTED("retransmits", "messages sent again, by a timer or as a copy came",
            RANGE(retransmits, SS_LETTER_COUNT), ONE(retransmits_answering)),
    COUNTED("refused", "requests refused or dropped by a quota or by the queue of a proxy",
            ONE(overloads), RANGE(queue_refused, 2 * SS_CLASS_COUNT)),
    COUNTED("packets", "IP packets and fragments that left their origin", ONE(packets)),
    COUNTED("lost", "packets lost on links", ONE(dropped[SN_CAUSE_LOSS])),
    COUNTED("queue_full", "packets dropped by the full queue of a link", ONE(dropped[SN_CAUSE_QUEUE])),
    COUNTED("dropped_otherwise", "packets dropped for any other cause",
            RANGE(dropped[SN_CAUSE_MTU], SN_CAUSE_COUNT - SN_CAUSE_MTU)),
    PEAK("transactions", "the most transactions alive at once"),
    PEAK("dialogs", "the most dialogs alive at once"),
    PEAK("packets_under_way", "the most packets on links at once, queues included"),
    PEAK("queue_length", "the most messages of one class that waited at one proxy"),
};
/* clang-format on */

_Static_assert(offsetof(sn_metrics, rejected_other) ==
                   offsetof(sn_metrics, redirected) + 2 * sizeof(uint64_t),
               "redirected, rejected_busy, rejected_other");
_Static_assert(offsetof(sn_metrics, queue_dropped) ==
                   offsetof(sn_metrics, queue_refused) + SS_CLASS_COUNT * sizeof(uint64_t),
               "queue_refused, queue_dropped");

/* The last columns, in this order. */
enum peak { TRANSACTIONS, DIALOGS, UNDER_WAY, QUEUE, PEAKS };
enum { COLUMNS = sizeof rows / sizeof rows[0], COUNTS = COLUMNS - PEAKS };

typedef struct bucket {
    uint64_t totals[COUNTS]; /* at its end */
    uint64_t peaks[PEAKS];
} bucket;

struct sn_series {
    const sn_metrics *now;
    ss_span width;
    unsigned at;  /* the bucket that is open */
    ss_time next; /* when it is over */
    uint64_t under_way;
    bool has_moved; /* by the last fact: what is alive or under way */
    bucket buckets[SN_SERIES_BUCKETS];
};

/* ---- names ---- */

bool sn_series_info_at(unsigned nth, sn_series_info *out)
{
    if (nth >= COLUMNS) {
        return false;
    }
    *out = rows[nth].info;
    return true;
}

unsigned sn_series_column(const char *name)
{
    unsigned nth = 0;
    while (nth < COLUMNS && strcmp(rows[nth].info.name, name) != 0) {
        nth++;
    }
    SS_ASSERT(nth < COLUMNS);
    return nth;
}

/* ---- buckets ---- */

static uint64_t total_of(const sn_metrics *m, const part *p)
{
    uint64_t total = 0;
    const uint64_t *words = (const uint64_t *)(const void *)((const char *)m + p->offset);
    for (size_t i = 0; i < p->words; i++) {
        total += words[i];
    }
    return total;
}

static void take_totals(sn_series *s)
{
    for (unsigned nth = 0; nth < COUNTS; nth++) {
        uint64_t total = 0;
        for (unsigned i = 0; i < PARTS; i++) {
            total += total_of(s->now, &rows[nth].parts[i]);
        }
        s->buckets[s->at].totals[nth] = total;
    }
}

static void raise_peak(sn_series *s, enum peak which, uint64_t value)
{
    uint64_t *peak = &s->buckets[s->at].peaks[which];
    *peak = value > *peak ? value : *peak;
}

/* What holds before the next fact still is of the open bucket. */
static void raise_peaks(sn_series *s)
{
    raise_peak(s, TRANSACTIONS, s->now->transactions_live);
    raise_peak(s, DIALOGS, s->now->dialogs_live);
    raise_peak(s, UNDER_WAY, s->under_way);
}

static void set_next(sn_series *s)
{
    const uint64_t nth = s->at + 1u;
    s->next = s->width > SS_TIME_NEVER / nth ? SS_TIME_NEVER : s->width * nth;
}

/* Two become one; the last may stand alone. */
static void double_width(sn_series *s)
{
    for (unsigned i = 0; i <= s->at / 2; i++) {
        const bucket *first = &s->buckets[2 * i];
        bucket both = 2 * i + 1 <= s->at ? s->buckets[2 * i + 1] : *first;
        for (unsigned p = 0; p < PEAKS; p++) {
            both.peaks[p] = first->peaks[p] > both.peaks[p] ? first->peaks[p] : both.peaks[p];
        }
        s->buckets[i] = both;
    }
    s->at /= 2;
    s->width *= 2;
}

/* On to the bucket of `now`; those between saw nothing happen. */
static void go_on(sn_series *s, ss_time now)
{
    take_totals(s);
    while (now / s->width >= SN_SERIES_BUCKETS) {
        double_width(s);
    }
    while (s->at < now / s->width) {
        s->at++;
        s->buckets[s->at] = s->buckets[s->at - 1];
        memset(s->buckets[s->at].peaks, 0, sizeof s->buckets[s->at].peaks);
        raise_peaks(s);
    }
    set_next(s);
}

sn_series *sn_series_new(const sn_meter *meter)
{
    sn_series *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->now = sn_meter_read(meter, 0);
        s->width = SN_SERIES_WIDTH;
        set_next(s);
    }
    return s;
}

void sn_series_free(sn_series *s)
{
    free(s);
}

void sn_series_fact(sn_series *s, const sn_fact *fact)
{
    if (s->has_moved) {
        raise_peaks(s);
    }
    if (fact->key.at >= s->next) {
        go_on(s, fact->key.at);
    }
    s->has_moved = false;
    switch (fact->kind) {
    case SN_FACT_LINK_SENT:
        s->under_way += fact->value;
        s->has_moved = true;
        break;
    case SN_FACT_LINK_DUPLICATED:
        s->under_way += fact->due != 0;
        s->has_moved = fact->due != 0;
        break;
    case SN_FACT_LINK_ARRIVED:
        s->under_way -= s->under_way > 0;
        break;
    case SN_FACT_NOTE:
        s->has_moved = fact->note.kind == SS_NOTE_TXN || fact->note.kind == SS_NOTE_DIALOG;
        if (fact->note.kind == SS_NOTE_QUEUE && fact->note.to == SS_QUEUE_WAITS) {
            raise_peak(s, QUEUE, fact->note.value);
        }
        break;
    default:
        break;
    }
}

void sn_series_finish(sn_series *s)
{
    raise_peaks(s);
    take_totals(s);
}

unsigned sn_series_count(const sn_series *s)
{
    return s->at + 1;
}

ss_span sn_series_width(const sn_series *s)
{
    return s->width;
}

int64_t sn_series_value(const sn_series *s, unsigned nth, unsigned column)
{
    SS_ASSERT(nth <= s->at);
    SS_ASSERT(column < COLUMNS);
    if (column >= COUNTS) {
        return (int64_t)s->buckets[nth].peaks[column - COUNTS];
    }
    const uint64_t before = nth == 0 ? 0 : s->buckets[nth - 1].totals[column];
    return (int64_t)(s->buckets[nth].totals[column] - before);
}
