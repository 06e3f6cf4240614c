/* How a link goes from one state to another: `ramp: {to: {delay: 300ms}, over: 10s, steps: 20}`, in equal steps; `walk: {from: {…}, to: {…},
 * levels: 9, every: 1s}`, up and down by chance; `flap: {up: exp 30s, down: exp 2s}`, how long it is as ever and how long it is down.
 *
 * Between two states lies what is between their numbers: delays, chances, rates, sizes. Everything else is the same in both.
 */
#include "model.h"

#include <string.h>

enum { OF_RAMP = 1, OF_WALK = 2 };
static const char *const way_words[] = { "a ramp", "a walk", NULL };

/* ---- reading ---- */

static void read_keys(sn_reading *r, const sn_item *value, void *at)
{
    if (value->kind != SN_ITEM_MAP || value->count == 0) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: keys of a link and what they are set to, as {delay: 300ms}");
        return;
    }
    *(const sn_item **)at = value; /* laid over the kind of the link once that is known */
}

static const sn_codec keys_codec = { read_keys, NULL };

#define WAY(member) .offset = offsetof(sn_way_entry, member)

static const sn_field way_fields[] = {
    { .key = "from", .kind = SN_VALUE_SPECIAL, WAY(from), .codec = &keys_codec },
    { .key = "to", .kind = SN_VALUE_SPECIAL, .flags = SN_REQUIRED, WAY(to), .codec = &keys_codec },
    { .key = "over",
      .kind = SN_VALUE_TIME,
      .flags = SN_REQUIRED,
      .who = OF_RAMP,
      WAY(step),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "steps",
      .kind = SN_VALUE_COUNT,
      .who = OF_RAMP,
      WAY(count),
      .min = 1,
      .max = SN_LEVELS_MAX - 1 },
    { .key = "every",
      .kind = SN_VALUE_TIME,
      .flags = SN_REQUIRED,
      .who = OF_WALK,
      WAY(step),
      .min = SS_MS(1),
      .max = SN_TIME_MAX },
    { .key = "levels",
      .kind = SN_VALUE_COUNT,
      .who = OF_WALK,
      WAY(count),
      .min = 2,
      .max = SN_LEVELS_MAX },
};
static const sn_fields way_table = { "an event", way_fields, SS_COUNT(way_fields), way_words };

static void read_way(sn_reading *r, const sn_item *value, unsigned who, sn_way_entry *way)
{
    sn_way_entry read = { .item = value, .count = who == OF_RAMP ? 10 : 9 };
    const uint64_t before = r->mistake_count;
    if (!sn_fields_read(r, &way_table, who, value, &read) || r->mistake_count != before) {
        return;
    }
    if (who == OF_RAMP && read.step < read.count) {
        sn_wrong(r, sn_item_place(value, "over"), NULL, "a step would take less than 1 ns");
    }
    *way = read;
}

static void read_ramp(sn_reading *r, const sn_item *value, void *at)
{
    read_way(r, value, OF_RAMP, at);
}

static void read_walk(sn_reading *r, const sn_item *value, void *at)
{
    read_way(r, value, OF_WALK, at);
}

/* ---- what lies between ---- */

#define NUMBER(member)                                                          \
    {                                                                           \
        offsetof(sn_link_params, member), sizeof(((sn_link_params *)0)->member) \
    }

/* Members that are numbers, of 4 or 8 bytes. */
static const struct {
    size_t at, size;
} numbers[] = {
    NUMBER(mtu),           NUMBER(hidden_mtu),       NUMBER(tunnel),
    NUMBER(duplicate.p),   NUMBER(duplicate.corr),   NUMBER(duplicate_delay),
    NUMBER(loss.random.p), NUMBER(loss.random.corr), NUMBER(loss.ge.p),
    NUMBER(loss.ge.r),     NUMBER(loss.ge.bad),      NUMBER(loss.ge.good),
    NUMBER(bad_delay),     NUMBER(bad_rate),         NUMBER(corrupt.chance.p),
    NUMBER(queue.packets), NUMBER(queue.bytes),      NUMBER(rate.bps),
    NUMBER(delay),         NUMBER(jitter.spread),    NUMBER(jitter.corr),
    NUMBER(delay_floor),   NUMBER(reorder.p),        NUMBER(reorder.corr),
};

static uint64_t number_of(const sn_link_params *p, size_t nth)
{
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (numbers[nth].size == sizeof narrow) {
        memcpy(&narrow, (const char *)p + numbers[nth].at, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, (const char *)p + numbers[nth].at, sizeof wide);
    return wide;
}

static void set_number(sn_link_params *p, size_t nth, uint64_t wide)
{
    const uint32_t narrow = (uint32_t)wide;
    if (numbers[nth].size == sizeof narrow) {
        memcpy((char *)p + numbers[nth].at, &narrow, sizeof narrow);
    } else {
        memcpy((char *)p + numbers[nth].at, &wide, sizeof wide);
    }
}

/* a + (b - a) * i / n, rounded toward a; n is small, so nothing overflows. */
static uint64_t between(uint64_t a, uint64_t b, uint32_t i, uint32_t n)
{
    const uint64_t off = a < b ? b - a : a - b;
    const uint64_t part = off / n * i + off % n * i / n;
    return a < b ? a + part : a - part;
}

static sn_link_params params_between(const sn_link_params *a, const sn_link_params *b, uint32_t i,
                                     uint32_t n)
{
    sn_link_params p = *b;
    for (size_t nth = 0; nth < SS_COUNT(numbers); nth++) {
        set_number(&p, nth, between(number_of(a, nth), number_of(b, nth), i, n));
    }
    return p;
}

static bool is_same_shape(const sn_jitter *a, const sn_jitter *b)
{
    return a->shape == b->shape && (a->shape != SN_SHAPE_TABLE || a->spread == b->spread);
}

/* Nothing waits without a limit, and no rate is no number: between that and some there is nothing. */
static const char *without_between(const sn_link_params *a, const sn_link_params *b)
{
    return (a->rate.bps == 0) != (b->rate.bps == 0)             ? "rate"
           : (a->bad_rate == 0) != (b->bad_rate == 0)           ? "bad_rate"
           : (a->hidden_mtu == 0) != (b->hidden_mtu == 0)       ? "hidden_mtu"
           : (a->queue.packets == 0) != (b->queue.packets == 0) ? "queue"
           : (a->queue.bytes == 0) != (b->queue.bytes == 0)     ? "queue"
           : !is_same_shape(&a->jitter, &b->jitter)             ? "jitter"
           : a->loss.kind != b->loss.kind                       ? "loss"
                                                                : NULL;
}

static void judge_between(sn_reading *r, const sn_way_entry *way, const sn_link_params *a,
                          const sn_link_params *b)
{
    const char *odd = without_between(a, b);
    const sn_link_params moved = params_between(a, b, 0, 1);
    sn_text t = { .hoard = &r->hoard };
    if (odd != NULL) {
        sn_wrong(r, way->item->place, NULL,
                 "'%s' has nothing between what it is in 'from' and in 'to'", odd);
    } else if (!sn_link_is_same(&t, a, &moved)) {
        sn_wrong(
            r, way->item->place, NULL,
            "only delays, chances, rates and sizes go step by step: what else 'to' sets, 'from' "
            "sets too");
    }
}

static void resolve_end(sn_reading *r, const sn_link_entry *kind, const sn_item *keys, unsigned dir,
                        sn_level *end)
{
    *end = (sn_level){ kind->up, kind->down };
    if (keys != NULL) {
        sn_link_set(r, keys, dir == SN_DIR_DOWN ? NULL : &end->up,
                    dir == SN_DIR_UP ? NULL : &end->down);
    }
}

void sn_way_resolve(sn_reading *r, const sn_link_entry *kind, unsigned dir, sn_way_entry *way)
{
    const uint64_t before = r->mistake_count;
    way->of_down = dir == SN_DIR_DOWN;
    resolve_end(r, kind, way->from, dir, &way->first);
    resolve_end(r, kind, way->to, dir, &way->last);
    if (r->mistake_count == before) {
        judge_between(r, way, &way->first.up, &way->last.up);
    }
    if (r->mistake_count == before) {
        judge_between(r, way, &way->first.down, &way->last.down);
    }
}

/* ---- to the plan ---- */

sn_course sn_way_course(sn_reading *r, const sn_way_entry *way, sn_course_kind kind)
{
    const uint32_t parts = kind == SN_COURSE_RAMP ? way->count : way->count - 1;
    sn_level *levels = sn_hoard_take(&r->hoard, (parts + 1u) * sizeof *levels);
    for (uint32_t i = 0; i <= parts; i++) {
        levels[i].up = params_between(&way->first.up, &way->last.up, i, parts);
        levels[i].down = params_between(&way->first.down, &way->last.down, i, parts);
    }
    return (sn_course){ .kind = kind,
                        .step = kind == SN_COURSE_RAMP ? way->step / way->count : way->step,
                        .levels = levels,
                        .level_count = parts + 1 };
}

/* ---- writing ---- */

static void write_keys(sn_text *t, const char *key, const sn_item *keys, const sn_way_entry *way,
                       const sn_level *end)
{
    if (keys != NULL) {
        sn_text_put_str(t, key);
        sn_link_write_keys(t, keys, way->of_down ? &end->down : &end->up);
    }
}

static bool write_way(sn_text *t, const sn_way_entry *way, const char *span, const char *count)
{
    if (way->item == NULL) {
        return false;
    }
    write_keys(t, "{to: ", way->to, way, &way->last);
    write_keys(t, ", from: ", way->from, way, &way->first);
    sn_text_put_str(t, span);
    sn_quantity_put_time(t, way->step);
    sn_text_put_str(t, count);
    sn_text_put_u64(t, way->count);
    sn_text_put_str(t, "}");
    return true;
}

static bool write_ramp(sn_text *t, const void *at)
{
    return write_way(t, at, ", over: ", ", steps: ");
}

static bool write_walk(sn_text *t, const void *at)
{
    return write_way(t, at, ", every: ", ", levels: ");
}

const sn_codec sn_codec_ramp = { read_ramp, write_ramp };
const sn_codec sn_codec_walk = { read_walk, write_walk };

/* ---- flaps ---- */

typedef struct sn_flap_entry flap_entry;

static const sn_field flap_fields[] = {
    { .key = "up",
      .kind = SN_VALUE_DIST,
      .flags = SN_REQUIRED,
      .offset = offsetof(flap_entry, up),
      .max = SN_TIME_MAX },
    { .key = "down",
      .kind = SN_VALUE_DIST,
      .flags = SN_REQUIRED,
      .offset = offsetof(flap_entry, down),
      .max = SN_TIME_MAX },
};
static const sn_fields flap_table = { "a flap", flap_fields, SS_COUNT(flap_fields), NULL };

static void read_flap(sn_reading *r, const sn_item *value, void *at)
{
    flap_entry read = { .is_set = true };
    const uint64_t before = r->mistake_count;
    if (!sn_fields_read(r, &flap_table, 0, value, &read) || r->mistake_count != before) {
        return;
    }
    static const char *const keys[] = { "up", "down" };
    const sn_dist *dists[] = { &read.up, &read.down };
    for (unsigned i = 0; i < 2; i++) {
        const bool is_nothing = dists[i]->a < SS_MS(1) &&
                                !(dists[i]->kind == SN_DIST_UNIFORM && dists[i]->b >= SS_MS(1));
        if (is_nothing) {
            sn_wrong(r, sn_item_place(value, keys[i]), NULL,
                     "out of range: 1ms at least on average");
        }
    }
    *(flap_entry *)at = read;
}

static bool write_flap(sn_text *t, const void *at)
{
    const flap_entry *flap = at;
    if (flap->is_set) {
        sn_fields_write(t, &flap_table, 0, flap);
    }
    return flap->is_set;
}

const sn_codec sn_codec_flap = { read_flap, write_flap };
