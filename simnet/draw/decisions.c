/* Decisions (design 3.9): keyed draws, a tape, a recorder.
 *
 * Plain draws touch nothing but their key. Recording and playing count the visits to each point, in a table that is
 * the host's memory, not the world's. A point belongs to one transmitter or one node, so the counts do not depend on
 * how the world is split; the recorded list is sorted before anybody sees it. Points and kinds are known by 64-bit
 * hashes: two of one run's million colliding is taken for impossible (one in 10^7 runs).
 */
#include "sn/decisions.h"

#include <stdlib.h>
#include <string.h>

/* ---- a map from hashes to numbers: open addressing, never walked ---- */

typedef struct map_slot {
    uint64_t hash; /* 0 is empty */
    uint64_t value;
} map_slot;

typedef struct map {
    map_slot *slots;
    size_t mask, count;
} map;

static map_slot *map_find(const map *m, uint64_t hash)
{
    size_t at = ss_mix64(hash) & m->mask;
    while (m->slots[at].hash != 0 && m->slots[at].hash != hash) {
        at = (at + 1) & m->mask;
    }
    return &m->slots[at];
}

static bool map_grow(map *m)
{
    const size_t size = m->slots == NULL ? 1024 : 2 * (m->mask + 1);
    map bigger = { calloc(size, sizeof(map_slot)), size - 1, m->count };
    if (bigger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; m->slots != NULL && i <= m->mask; i++) {
        if (m->slots[i].hash != 0) {
            *map_find(&bigger, m->slots[i].hash) = m->slots[i];
        }
    }
    free(m->slots);
    *m = bigger;
    return true;
}

/* The slot of a hash, made with value 0 when it is new; NULL without memory. */
static map_slot *map_touch(map *m, uint64_t hash)
{
    hash |= hash == 0;
    if ((m->slots == NULL || 4 * m->count >= 3 * m->mask) && !map_grow(m)) {
        return NULL;
    }
    map_slot *slot = map_find(m, hash);
    if (slot->hash == 0) {
        slot->hash = hash;
        m->count++;
    }
    return slot;
}

/* ---- the object ---- */

struct sn_decisions {
    uint64_t seed;
    bool recording, playing, failed;
    map visits;  /* point -> how often it was visited */
    map firsts;  /* a call's requests, or responses, on a way -> 1 + the number of the first */
    map on_tape; /* kind, point and nth -> 1 + place on the tape */
    sn_decision *tape;
    size_t tape_count;
    unsigned char *met; /* of the tape: 0, 1 exact, 2 moved */
    sn_decision *kept;
    size_t kept_count, kept_cap;
    bool sorted;
    uint64_t growths;
};

sn_decisions *sn_decisions_new(uint64_t seed)
{
    sn_decisions *d = calloc(1, sizeof *d);
    if (d != NULL) {
        d->seed = seed;
    }
    return d;
}

void sn_decisions_free(sn_decisions *d)
{
    if (d == NULL) {
        return;
    }
    free(d->visits.slots);
    free(d->firsts.slots);
    free(d->on_tape.slots);
    free(d->tape);
    free(d->met);
    free(d->kept);
    free(d);
}

static uint64_t point_hash(const sn_point *p)
{
    uint64_t h = ss_mix_absorb(p->place, p->call);
    h = ss_mix_absorb(h, (uint64_t)p->cseq << 32 | (uint64_t)p->status << 16 |
                             (uint64_t)p->method << 8 | p->is_sip);
    return ss_mix_absorb(h, (uint64_t)p->row << 32 | (uint64_t)p->fragment << 16 | p->copy);
}

static uint64_t decision_hash(uint32_t kind, const sn_point *p)
{
    return ss_mix_absorb(ss_mix_absorb(point_hash(p), kind), p->nth);
}

void sn_decisions_record(sn_decisions *d)
{
    d->recording = true;
}

ss_status sn_decisions_play(sn_decisions *d, const sn_decision *tape, size_t count)
{
    SS_ASSERT(d->tape == NULL);
    d->playing = true;
    d->tape = calloc(count + 1, sizeof *d->tape);
    d->met = calloc(count + 1, 1);
    if (d->tape == NULL || d->met == NULL) {
        return SS_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        d->tape[i] = tape[i];
        map_slot *slot = map_touch(&d->on_tape, decision_hash(tape[i].kind, &tape[i].point));
        if (slot == NULL) {
            return SS_ERR_MEMORY;
        }
        slot->value = slot->value == 0 ? i + 1 : slot->value; /* of two alike the first holds */
    }
    d->tape_count = count;
    return SS_OK;
}

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* By instant, then by everything that tells two decisions apart. */
static int compare_decisions(const void *left, const void *right)
{
    const sn_decision *a = left, *b = right;
    const uint64_t words[][2] = {
        { a->point.at, b->point.at },
        { a->point.place, b->point.place },
        { a->point.call, b->point.call },
        { a->point.cseq, b->point.cseq },
        { a->point.status, b->point.status },
        { a->point.method, b->point.method },
        { a->point.nth, b->point.nth },
        { a->point.fragment, b->point.fragment },
        { a->point.copy, b->point.copy },
        { a->point.row, b->point.row },
        { a->kind, b->kind },
    };
    for (size_t i = 0; i < SS_COUNT(words); i++) {
        if (words[i][0] != words[i][1]) {
            return compare(words[i][0], words[i][1]);
        }
    }
    return 0;
}

const sn_decision *sn_decisions_recorded(sn_decisions *d, size_t *count)
{
    if (!d->sorted && d->kept_count > 0) {
        qsort(d->kept, d->kept_count, sizeof *d->kept, compare_decisions);
        d->sorted = true;
    }
    *count = d->kept_count;
    return d->kept;
}

sn_tape_report sn_decisions_report(const sn_decisions *d)
{
    sn_tape_report report = { 0 };
    for (size_t i = 0; i < d->tape_count; i++) {
        report.exact += d->met[i] == 1;
        report.moved += d->met[i] == 2;
        report.unmatched += d->met[i] == 0;
    }
    return report;
}

bool sn_decisions_failed(const sn_decisions *d)
{
    return d->failed;
}

uint64_t sn_decisions_growths(const sn_decisions *d)
{
    return d->growths;
}

/* ---- choosing ---- */

static const uint64_t purposes[SN_DECISION_KINDS] = {
#define DECISION_PURPOSE(name, word, purpose, place) [SN_DECISION_##name] = SN_PURPOSE_##purpose,
    SN_DECISION_LIST(DECISION_PURPOSE)
};

static uint64_t draw_for(const sn_decisions *d, sn_decision_kind kind, const sn_point *p)
{
    return sn_draw(d->seed, (sn_purpose)purposes[kind], p->key, p->key_words);
}

/* The number of CSeq that a caller begins with is drawn by its engine, so a draw more there would move every decision about its calls:
 * numbers count from the first that went that way. */
static bool count_from_first(sn_decisions *d, sn_point *point)
{
    if (point->is_sip == 0 || point->call == 0) {
        return true;
    }
    const uint64_t way =
        ss_mix_absorb(ss_mix_absorb(point->place, point->call), point->status != 0);
    const size_t mask = d->firsts.mask;
    map_slot *slot = map_touch(&d->firsts, way);
    d->growths += d->firsts.mask != mask;
    if (slot == NULL) {
        return false;
    }
    slot->value = slot->value == 0 ? 1 + (uint64_t)point->cseq : slot->value;
    point->cseq = point->cseq - (uint32_t)(slot->value - 1) + 1;
    return true;
}

void sn_decide_at(sn_decisions *d, sn_point *point)
{
    if (!d->recording && !d->playing) {
        return;
    }
    const size_t mask = d->visits.mask;
    map_slot *slot = count_from_first(d, point) ? map_touch(&d->visits, point_hash(point)) : NULL;
    d->growths += d->visits.mask != mask;
    if (slot == NULL) {
        d->failed = true;
        return;
    }
    point->nth = (uint32_t)++slot->value;
}

static void keep(sn_decisions *d, sn_decision_kind kind, const sn_point *point, int64_t outcome)
{
    if (!d->recording || outcome == 0) {
        return;
    }
    if (d->kept_count == d->kept_cap) {
        const size_t cap = d->kept_cap == 0 ? 256 : 2 * d->kept_cap;
        sn_decision *bigger = realloc(d->kept, cap * sizeof *bigger);
        if (bigger == NULL) {
            d->failed = true;
            return;
        }
        d->kept = bigger;
        d->kept_cap = cap;
        d->growths++;
    }
    d->kept[d->kept_count] = (sn_decision){ .kind = kind, .point = *point, .outcome = outcome };
    d->kept[d->kept_count].point.key_words = 0;
    d->kept_count++;
    d->sorted = false;
}

/* What the tape says, 0 (benign) when it says nothing. */
static int64_t from_tape(sn_decisions *d, sn_decision_kind kind, const sn_point *point)
{
    if (d->on_tape.slots == NULL) {
        return 0;
    }
    uint64_t hash = decision_hash(kind, point);
    hash |= hash == 0;
    const map_slot *slot = map_find(&d->on_tape, hash);
    if (slot->hash == 0) {
        return 0;
    }
    const size_t at = (size_t)slot->value - 1;
    d->met[at] = d->tape[at].point.print == point->print ? 1 : 2;
    return d->tape[at].outcome;
}

bool sn_decide_happens(sn_decisions *d, sn_decision_kind kind, const sn_point *point, sn_prob p)
{
    const bool happens = d->playing ? from_tape(d, kind, point) != 0
                                    : p != 0 && sn_prob_hit(p, draw_for(d, kind, point));
    keep(d, kind, point, happens);
    return happens;
}

int64_t sn_decide_settled(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                          int64_t outcome)
{
    const int64_t settled = d->playing ? from_tape(d, kind, point) : outcome;
    keep(d, kind, point, settled);
    return settled;
}

sn_purpose sn_decision_purpose(sn_decision_kind kind)
{
    return (sn_purpose)purposes[kind];
}

uint64_t sn_decide_draw(const sn_decisions *d, sn_purpose purpose, const sn_point *point)
{
    return sn_draw(d->seed, purpose, point->key, point->key_words);
}

bool sn_decisions_are_played(const sn_decisions *d)
{
    return d->playing;
}

bool sn_decisions_are_plain(const sn_decisions *d)
{
    return !d->playing && !d->recording;
}

static ss_span mean_of(const sn_dist *dist)
{
    if (dist->kind == SN_DIST_UNIFORM && dist->b > dist->a) {
        return dist->a + (dist->b - dist->a) / 2;
    }
    return dist->a;
}

ss_span sn_decide_wait(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                       const sn_dist *dist)
{
    const ss_span mean = mean_of(dist);
    ss_span wait;
    if (d->playing) {
        const int64_t off = from_tape(d, kind, point);
        wait = off < 0 && (uint64_t)-off > mean ? 0 : mean + (uint64_t)off;
    } else {
        wait = dist->kind == SN_DIST_CONST ? dist->a : sn_dist_span(dist, draw_for(d, kind, point));
    }
    keep(d, kind, point, (int64_t)(wait - mean));
    return wait;
}

uint32_t sn_decide_choice(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                          const sn_choice_rows *choices, uint32_t count, uint64_t weight_sum)
{
    SS_ASSERT(count > 0);
    uint32_t choice = 0;
    if (d->playing) {
        const int64_t taped = from_tape(d, kind, point);
        choice = taped > 0 && taped < count ? (uint32_t)taped : 0;
    } else if (count > 1 && weight_sum > 0) {
        uint64_t left = sn_draw_below(draw_for(d, kind, point), weight_sum);
        while (choice + 1 < count && left >= choices[choice].weight) {
            left -= choices[choice++].weight;
        }
    }
    keep(d, kind, point, choice);
    return choice;
}

uint32_t sn_decide_index(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                         uint32_t count, uint32_t benign)
{
    SS_ASSERT(benign < count);
    uint64_t past;
    if (d->playing) {
        const int64_t taped = from_tape(d, kind, point);
        past = taped > 0 && taped < count ? (uint64_t)taped : 0;
    } else {
        past = (sn_draw_below(draw_for(d, kind, point), count) + count - benign) % count;
    }
    keep(d, kind, point, (int64_t)past);
    return (uint32_t)((benign + past) % count);
}

uint32_t sn_decide_size(sn_decisions *d, sn_decision_kind kind, const sn_point *point,
                        uint32_t whole, bool drawn)
{
    SS_ASSERT(whole > 0);
    uint64_t fewer = 0;
    if (d->playing) {
        const int64_t taped = from_tape(d, kind, point);
        fewer = taped > 0 && taped < whole ? (uint64_t)taped : 0;
    } else if (drawn) {
        fewer = sn_draw_below(draw_for(d, kind, point), whole);
    }
    keep(d, kind, point, (int64_t)fewer);
    return whole - (uint32_t)fewer;
}

uint64_t sn_decide_bits(sn_decisions *d, sn_decision_kind kind, const sn_point *point)
{
    const uint64_t benign = sn_draw(0, (sn_purpose)purposes[kind], point->key, point->key_words);
    const uint64_t bits =
        d->playing ? benign + (uint64_t)from_tape(d, kind, point) : draw_for(d, kind, point);
    keep(d, kind, point, (int64_t)(bits - benign));
    return bits;
}
