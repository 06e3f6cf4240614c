/* Closed forms of Markov chains: the stationary distribution, then products of matrices. None of this is the code that a link
 * runs: it is the arithmetic that the code is held to.
 */
#include "link/chain.h"

#include "sn/draw.h"

enum { SETTLING = 4000 }; /* steps after which no chain on trial remembers where it began */

#define ONE_Q60 (UINT64_C(1) << 60)

typedef struct vector {
    uint64_t q60[SN_CHAIN_STATES];
} vector;

static uint64_t part(uint64_t q60, sn_prob p)
{
    return sn_multiply_high(q60, p << 31) << 1;
}

static vector step(const sn_chain *c, const vector *v)
{
    vector next = { { 0 } };
    for (unsigned from = 0; from < c->states; from++) {
        for (unsigned to = 0; to < c->states; to++) {
            next.q60[to] += part(v->q60[from], c->step[from][to]);
        }
    }
    return next;
}

/* The part of v to which it happens, or does not. */
static vector sift(const sn_chain *c, const vector *v, bool happens)
{
    vector sifted = { { 0 } };
    for (unsigned s = 0; s < c->states; s++) {
        sifted.q60[s] = part(v->q60[s], happens ? c->happens[s] : SN_ALWAYS - c->happens[s]);
    }
    return sifted;
}

static uint64_t sum(const sn_chain *c, const vector *v)
{
    uint64_t all = 0;
    for (unsigned s = 0; s < c->states; s++) {
        all += v->q60[s];
    }
    return all;
}

static vector step_and_sift(const sn_chain *c, const vector *v, bool happens)
{
    const vector next = step(c, v);
    return sift(c, &next, happens);
}

sn_closed_form sn_chain_solve(const sn_chain *c)
{
    vector all = { { 0 } };
    sn_closed_form form = { 0 };
    for (unsigned s = 0; s < c->states; s++) {
        all.q60[s] = ONE_Q60 / c->states;
    }
    for (unsigned i = 0; i < SETTLING; i++) {
        all = step(c, &all);
    }
    const vector hit = sift(c, &all, true), hit_again = step_and_sift(c, &hit, true);
    form.happens = sum(c, &hit);
    form.twice = sum(c, &hit_again);
    vector run = sift(c, &all, false);
    for (unsigned i = 0; i < SN_CHAIN_RUNS; i++) {
        run = step_and_sift(c, &run, true);
        const vector over = step_and_sift(c, &run, false);
        form.runs[i] = sum(c, &over);
    }
    return form;
}

/* ---- the chains of models ---- */

sn_chain sn_chain_of_chance(const sn_chance *chance)
{
    const sn_prob after_not = chance->p * (SN_ALWAYS - chance->corr) >> 32;
    const sn_prob after_hit = after_not + chance->corr;
    return (sn_chain){ .states = 2,
                       .step = { { SN_ALWAYS - after_not, after_not },
                                 { SN_ALWAYS - after_hit, after_hit } },
                       .happens = { 0, SN_ALWAYS } };
}

sn_chain sn_chain_of_gap(const sn_chance *chance, uint32_t gap)
{
    sn_chain c = { .states = gap };
    SS_ASSERT(gap <= SN_CHAIN_STATES);
    SS_ASSERT(chance->corr == 0);
    for (unsigned s = 0; s < c.states; s++) {
        c.step[s][(s + 1) % c.states] = SN_ALWAYS;
    }
    c.happens[0] = chance->p;
    return c;
}

/* The states are how many were lost in a row; behind the last one nothing is. */
static sn_chain of_cap(const sn_loss *loss)
{
    sn_chain c = { .states = loss->cap + 1 };
    SS_ASSERT(c.states <= SN_CHAIN_STATES);
    SS_ASSERT(loss->kind == SN_LOSS_RANDOM && loss->random.corr == 0);
    for (unsigned s = 0; s < c.states; s++) {
        const bool is_last = s + 1 == c.states;
        c.step[s][0] = is_last ? SN_ALWAYS : SN_ALWAYS - loss->random.p;
        if (!is_last) {
            c.step[s][s + 1] = loss->random.p;
        }
        c.happens[s] = s > 0 ? SN_ALWAYS : 0;
    }
    return c;
}

/* After a drop the next packet is dropped with 1/4, then with 1/3, 1/2 and for certain: each state is a packet, the first the one that was
 * dropped. */
sn_chain sn_chain_of_fourths(void)
{
    const sn_prob third = SN_ALWAYS / 3, half = SN_ALWAYS / 2, fourth = SN_ALWAYS / 4;
    return (sn_chain){ .states = 4,
                       .step = { { fourth, SN_ALWAYS - fourth, 0, 0 },
                                 { third, 0, SN_ALWAYS - third, 0 },
                                 { half, 0, 0, half },
                                 { SN_ALWAYS, 0, 0, 0 } },
                       .happens = { SN_ALWAYS, 0, 0, 0 } };
}

static sn_chain of_ge(const sn_loss_ge *ge)
{
    return (sn_chain){ .states = 2,
                       .step = { { SN_ALWAYS - ge->p, ge->p }, { ge->r, SN_ALWAYS - ge->r } },
                       .happens = { ge->good, ge->bad } };
}

/* A gap, passed in a burst, lost in a burst, lost in a gap. */
static sn_chain of_state(const sn_loss_chain *s)
{
    return (sn_chain){ .states = 4,
                       .step = { { SN_ALWAYS - s->p13 - s->p14, 0, s->p13, s->p14 },
                                 { 0, SN_ALWAYS - s->p23, s->p23, 0 },
                                 { s->p31, s->p32, SN_ALWAYS - s->p31 - s->p32, 0 },
                                 { SN_ALWAYS, 0, 0, 0 } },
                       .happens = { 0, 0, SN_ALWAYS, SN_ALWAYS } };
}

static sn_chain of_mask(const sn_loss_mask *mask)
{
    sn_chain c = { .states = mask->count };
    SS_ASSERT(mask->count <= SN_CHAIN_STATES);
    for (unsigned s = 0; s < c.states; s++) {
        c.step[s][(s + 1) % c.states] = SN_ALWAYS;
        c.happens[s] = (mask->bits >> s & 1u) != 0 ? SN_ALWAYS : 0;
    }
    return c;
}

sn_chain sn_chain_of_loss(const sn_loss *loss)
{
    SS_ASSERT(loss->kind != SN_LOSS_INDEX);
    if (loss->cap != 0) {
        return of_cap(loss);
    }
    switch (loss->kind) {
    case SN_LOSS_STATE:
        return of_state(&loss->state);
    case SN_LOSS_GEMODEL:
        return of_ge(&loss->ge);
    case SN_LOSS_MASK:
        return of_mask(&loss->mask);
    default:
        return sn_chain_of_chance(&loss->random);
    }
}
