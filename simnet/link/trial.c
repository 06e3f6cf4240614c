/* Trials: every model through sn_impair, packet after packet, against the closed form that it must keep.
 *
 * Whatever a model decides becomes a question with two answers, of which a chain of a few states is the closed form: lost or
 * not, two copies or one; and for jitter, whether a packet came before a quantile of its distribution.
 */
#include "sn/trial.h"

#include "link/chain.h"
#include "link/impair.h"
#include "link/red.h"

enum { PARTS = 1000, WORTH_JUDGING = 200, SIGMAS = 5 };
enum { ONCE, TWICE, RUNS, STATISTICS = RUNS + SN_CHAIN_RUNS };

#define PERCENT(n)  (SN_ALWAYS * (n) / 100)
#define TRIAL_SEED  UINT64_C(1)
#define TRIAL_DELAY SS_S(100) /* no jitter reaches the floor */

typedef enum asks { LOST, DUPLICATED, REORDERED, CORRUPTED, EARLY, DROPPED_BY_RED } asks;

typedef struct trial {
    const char *name;
    asks asks;
    sn_link_params params;
    uint64_t known; /* billionths: there is no chain, only this share */
    sn_prob share;  /* EARLY: of packets that come … */
    int64_t before; /* … sooner than so many billionths of the spread, or ns, past the delay */
} trial;

#define JITTER(words, shape_, corr_, share_, z)                                     \
    {                                                                               \
        .name = words, .asks = EARLY, .share = (share_), .before = (z), .params = { \
            .delay = TRIAL_DELAY,                                                   \
            .jitter = { .shape = (shape_), .spread = SS_S(1), .corr = (corr_) }     \
        }                                                                           \
    }
#define TABLE(words, corr_, share_, before_)                                              \
    {                                                                                     \
        .name = words, .asks = EARLY, .share = (share_), .before = (before_), .params = { \
            .delay = TRIAL_DELAY,                                                         \
            .jitter = { .shape = SN_SHAPE_TABLE,                                          \
                        .spread = SS_S(3),                                                \
                        .corr = (corr_),                                                  \
                        .table = values,                                                  \
                        .table_count = SS_COUNT(values) }                                 \
        }                                                                                 \
    }
#define NETEM(words, p_, corr_, known_)                             \
    {                                                               \
        .name = words, .asks = LOST, .known = (known_), .params = { \
            .loss = { .random = { (p_), (corr_) } },                \
            .compat = SN_COMPAT_NETEM                               \
        }                                                           \
    }
#define LOSS(words, ...)                                                  \
    {                                                                     \
        .name = words, .asks = LOST, .params = {.loss = { __VA_ARGS__ } } \
    }

static const int64_t values[] = { -(int64_t)SS_S(1), 0, 0, (int64_t)SS_S(3) };

/* clang-format off */
static const trial trials[] = {
    LOSS("loss 1%", .random = { PERCENT(1), 0 }),
    LOSS("loss 10%, corr 25%", .random = { PERCENT(10), PERCENT(25) }),
    LOSS("loss 10%, corr 75%", .random = { PERCENT(10), PERCENT(75) }),
    LOSS("gemodel 1%, 20%", .kind = SN_LOSS_GEMODEL, .ge = { PERCENT(1), PERCENT(20), SN_ALWAYS, 0 }),
    LOSS("gemodel 2%, 10%, 70%, 1%", .kind = SN_LOSS_GEMODEL, .ge = { PERCENT(2), PERCENT(10), PERCENT(70), PERCENT(1) }),
    LOSS("state 2%, 30%, 20%, 50%, 1%", .kind = SN_LOSS_STATE,
         .state = { PERCENT(2), PERCENT(30), PERCENT(20), PERCENT(50), PERCENT(1) }),
    LOSS("loss 30%, cap 2", .random = { PERCENT(30), 0 }, .cap = 2),
    LOSS("mask 0010", .kind = SN_LOSS_MASK, .mask = { 4, 4 }),
    /* Its recurrence loses less than it is asked to: shares by iterating the equation of its distribution. */
    NETEM("netem loss 10%", PERCENT(10), 0, 100000000),
    NETEM("netem loss 5% 25%", PERCENT(5), PERCENT(25), 1937495),
    NETEM("netem loss 10% 25%", PERCENT(10), PERCENT(25), 17500000),
    NETEM("netem loss 10% 50%", PERCENT(10), PERCENT(50), 1083436),
    NETEM("netem loss 25% 25%", PERCENT(25), PERCENT(25), 166666667),
    NETEM("netem loss 25% 50%", PERCENT(25), PERCENT(50), 69444445),
    NETEM("netem loss 25% 75%", PERCENT(25), PERCENT(75), 8049188),
    { "duplicate 5%", DUPLICATED, { .duplicate = { PERCENT(5), 0 } }, 0, 0, 0 },
    { "duplicate 5%, corr 50%", DUPLICATED, { .duplicate = { PERCENT(5), PERCENT(50) } }, 0, 0, 0 },
    { "reorder 5%", REORDERED, { .delay = TRIAL_DELAY, .reorder = { PERCENT(5), 0 } }, 0, 0, 0 },
    { "reorder 5%, corr 50%", REORDERED, { .delay = TRIAL_DELAY, .reorder = { PERCENT(5), PERCENT(50) } }, 0, 0, 0 },
    { "reorder 50%, gap 3", REORDERED, { .delay = TRIAL_DELAY, .reorder = { PERCENT(50), 0 }, .reorder_gap = 3 }, 0, 0, 0 },
    { "corrupt 5%", CORRUPTED, { .corrupt = { { PERCENT(5), 0 }, SN_DAMAGE_BIT, 0 } }, 0, 0, 0 },
    { "corrupt 5%, corr 50%", CORRUPTED, { .corrupt = { { PERCENT(5), PERCENT(50) }, SN_DAMAGE_BIT, 0 } }, 0, 0, 0 },
    { "red, one in four at most", DROPPED_BY_RED, { .queue = { .red = { 0, 8, false, PERCENT(50), 0 } } }, 0, 0, 0 },
    /* Quantiles worked out apart; those of paretonormal by integrating over its Pareto part. */
    JITTER("uniform, first tenth", SN_SHAPE_UNIFORM, 0, PERCENT(10), -800000000),
    JITTER("uniform, first half, corr 25%", SN_SHAPE_UNIFORM, PERCENT(25), PERCENT(50), 0),
    JITTER("normal, first tenth", SN_SHAPE_NORMAL, 0, PERCENT(10), -1281551566),
    JITTER("normal, first half, corr 25%", SN_SHAPE_NORMAL, PERCENT(25), PERCENT(50), 0),
    JITTER("normal, all but a hundredth", SN_SHAPE_NORMAL, 0, PERCENT(99), 2326347874),
    JITTER("pareto, first tenth", SN_SHAPE_PARETO, 0, PERCENT(10), -536076458),
    JITTER("pareto, first half, corr 25%", SN_SHAPE_PARETO, PERCENT(25), PERCENT(50), -277219293),
    JITTER("pareto, all but a hundredth", SN_SHAPE_PARETO, 0, PERCENT(99), 3627594318),
    JITTER("paretonormal, first tenth", SN_SHAPE_PARETONORMAL, 0, PERCENT(10), -721883669),
    JITTER("paretonormal, first half, corr 25%", SN_SHAPE_PARETONORMAL, PERCENT(25), PERCENT(50), -183920680),
    JITTER("paretonormal, all but a hundredth", SN_SHAPE_PARETONORMAL, 0, PERCENT(99), 3481006097),
    JITTER("exp, first tenth", SN_SHAPE_EXP, 0, PERCENT(10), -894639484),
    JITTER("exp, first half, corr 25%", SN_SHAPE_EXP, PERCENT(25), PERCENT(50), -306852819),
    JITTER("exp, all but a hundredth", SN_SHAPE_EXP, 0, PERCENT(99), 3605170186),
    TABLE("table, one of four", 0, PERCENT(25), 0),
    TABLE("table, three of four, corr 25%", PERCENT(25), PERCENT(75), 1),
};
/* clang-format on */

static sn_chain chain_of_reorder(const sn_link_params *p)
{
    return p->reorder_gap > 1 ? sn_chain_of_gap(&p->reorder, p->reorder_gap)
                              : sn_chain_of_chance(&p->reorder);
}

static sn_closed_form closed_form(const trial *t)
{
    const sn_link_params *p = &t->params;
    const sn_chance early = { t->share, p->jitter.corr };
    const sn_chain chain = t->asks == LOST             ? sn_chain_of_loss(&p->loss)
                           : t->asks == DUPLICATED     ? sn_chain_of_chance(&p->duplicate)
                           : t->asks == REORDERED      ? chain_of_reorder(p)
                           : t->asks == CORRUPTED      ? sn_chain_of_chance(&p->corrupt.chance)
                           : t->asks == DROPPED_BY_RED ? sn_chain_of_fourths()
                                                       : sn_chain_of_chance(&early);
    return sn_chain_solve(&chain);
}

static bool answer(const trial *t, const sn_passage *passage)
{
    switch (t->asks) {
    case LOST:
        return passage->copy[0].cause == SN_CAUSE_LOSS;
    case DUPLICATED:
        return passage->copies == 2;
    case REORDERED:
        return passage->copy[0].reordered;
    case CORRUPTED:
        return passage->copy[0].corrupted;
    default:
        return (int64_t)passage->copy[0].arrives < (int64_t)TRIAL_DELAY + t->before;
    }
}

/* ---- a train of packets ---- */

typedef struct train {
    uint64_t here[STATISTICS];    /* in this part */
    uint64_t sum[STATISTICS];     /* over the parts */
    uint64_t squares[STATISTICS]; /* of the parts' counts */
    uint64_t run;                 /* the answer was yes so often, just now */
} train;

static void count(train *c, bool yes)
{
    if (yes) {
        c->here[ONCE]++;
        c->here[TWICE] += c->run > 0;
        c->run++;
        return;
    }
    if (c->run > 0 && c->run <= SN_CHAIN_RUNS) {
        c->here[RUNS + c->run - 1]++;
    }
    c->run = 0;
}

static void end_part(train *c)
{
    for (unsigned s = 0; s < STATISTICS; s++) {
        c->sum[s] += c->here[s];
        c->squares[s] += c->here[s] * c->here[s];
        c->here[s] = 0;
    }
}

static bool passes(const trial *t, const sn_transmission *transmission, sn_point *point)
{
    const sn_passage passage = sn_impair(transmission, point);
    return answer(t, &passage);
}

/* Always four wait, half of what RED takes for the most. */
static bool red_drops(const trial *t, sn_red_memory *memory, const sn_decisions *decisions,
                      const sn_point *point)
{
    return sn_red_drops(&t->params.queue.red, memory, 4, 0,
                        sn_decide_draw(decisions, SN_PURPOSE_EARLY, point));
}

static train run(const trial *t, uint64_t packets, sn_decisions *decisions, ss_store *store)
{
    train c = { 0 };
    sn_link_state link = { 0 };
    sn_red_memory red = { 0 };
    sn_link_params params = t->params;
    sn_link_settle(&params);
    const sn_transmission transmission = {
        .params = &params, .link = &link, .store = store, .decisions = decisions, .bytes = 800
    };
    for (uint64_t i = 0; i < packets; i++) {
        sn_point point = { .place = 1, .key = { 1, 2, i }, .key_words = SN_POINT_KEY_MAX };
        count(&c, t->asks == DROPPED_BY_RED ? red_drops(t, &red, decisions, &point)
                                            : passes(t, &transmission, &point));
        if ((i + 1) % (packets / PARTS) == 0) {
            end_part(&c);
        }
    }
    return c;
}

/* ---- judging ---- */

static uint64_t root(uint64_t n)
{
    uint64_t low = 0, high = UINT32_MAX;
    while (low < high) {
        const uint64_t middle = (low + high + 1) / 2;
        low = middle * middle <= n ? middle : low;
        high = middle * middle <= n ? high : middle - 1;
    }
    return low;
}

/* What differs by no more than the ends of the train and of its pattern can make differ is right. */
static void judge(sn_trial_row *row, uint64_t sum, uint64_t squares)
{
    const uint64_t off =
        row->counted > row->expected ? row->counted - row->expected : row->expected - row->counted;
    const uint64_t variance = (PARTS * squares - sum * sum) / (PARTS - 1);
    const uint64_t sigma = root(variance);
    row->milli_sigma = off <= 2 ? 0 : sigma == 0 ? UINT64_MAX : off * 1000 / sigma;
    row->is_judged = row->expected >= WORTH_JUDGING;
    row->holds = !row->is_judged || row->milli_sigma <= SIGMAS * 1000;
}

static bool tell_one(const trial *t, const train *c, unsigned s, uint64_t expected,
                     const sn_trial_sink *sink)
{
    char runs[] = "runs of 1";
    runs[sizeof runs - 2] = (char)('1' + (s < RUNS ? 0 : s - RUNS));
    sn_trial_row row = { .model = t->name,
                         .what = s == ONCE    ? "once"
                                 : s == TWICE ? "twice in a row"
                                              : runs,
                         .counted = c->sum[s],
                         .expected = expected };
    judge(&row, c->sum[s], c->squares[s]);
    sink->row(sink->self, &row);
    return row.holds;
}

static bool tell(const trial *t, const train *c, uint64_t packets, const sn_trial_sink *sink)
{
    bool all = true;
    if (t->known != 0) {
        return tell_one(t, c, ONCE, (packets * t->known + 500000000) / 1000000000, sink);
    }
    const sn_closed_form form = closed_form(t);
    for (unsigned s = 0; s < STATISTICS; s++) {
        const uint64_t share_q60 = s == ONCE    ? form.happens
                                   : s == TWICE ? form.twice
                                                : form.runs[s - RUNS];
        const uint64_t expected = (sn_multiply_high(packets << 20, share_q60) + (1 << 15)) >> 16;
        all = tell_one(t, c, s, expected, sink) && all;
    }
    return all;
}

bool sn_trials(uint64_t packets, const sn_trial_sink *sink)
{
    _Alignas(16) unsigned char memory[1 << 14];
    sn_decisions *decisions = sn_decisions_new(TRIAL_SEED);
    bool all = decisions != NULL;
    SS_ASSERT(packets >= SN_TRIAL_PACKETS_MIN && packets <= SN_TRIAL_PACKETS_MAX);
    packets -= packets % PARTS;
    for (size_t i = 0; decisions != NULL && i < SS_COUNT(trials); i++) {
        ss_store store;
        ss_store_init(&store, memory, sizeof memory);
        const train c = run(&trials[i], packets, decisions, &store);
        all = tell(&trials[i], &c, packets, sink) && all;
    }
    sn_decisions_free(decisions);
    return all;
}
