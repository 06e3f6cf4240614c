/* Metamorphic relations: an input, and the same input otherwise. */
#include "fz/metamorphic.h"

#include <stdlib.h>
#include <string.h>

const fz_relation_row fz_relations[FZ_RELATIONS] = {
#define ROW(id, name, section, sentence) [FZ_RELATION_##id] = { name, section, sentence },
    FZ_RELATION_LIST(ROW)
#undef ROW
};

/* ---- what is said of whom ---- */

/* What an input has, by its records. */
enum {
    HAS_NUMBERED = 1u,    /* packets lost by their number: one more shifts them all */
    HAS_NARROW = 1u << 1, /* an MTU, a rate, a queue: what is longer is late or lost */
    HAS_DELAYS = 1u << 2,
    HAS_QUOTA = 1u << 3,     /* copies and longer messages count */
    HAS_DECISIONS = 1u << 4, /* by the how-manieth copy */
    HAS_SAID = 1u << 5, /* bytes and forged messages, of which the stack may make what it likes */
    HAS_WEATHER = 1u << 6,
    HAS_CRASH = 1u << 7,
    HAS_ACTS = 1u << 8,   /* at instants of their own */
    HAS_USERS = 1u << 9,  /* session timers, lines, expiries: seconds that no T1 scales */
    HAS_HURRY = 1u << 10, /* who gives up, or tries again: races with what comes */
    HAS_CHANGES =
        1u << 11, /* callees that hold, change and hang up by themselves: they cross others */
    HAS_ORDER = 1u << 12,
    HAS_BEHAVIOUR = 1u << 13,
    HAS_MANY_CALLS = 1u << 14 /* whose instants may cross */
};

typedef struct traits {
    unsigned has;
    ss_span delay; /* that links have more, all together */
    uint8_t profile;
} traits;

enum { LINK_NODE, LINK_DELAY, LINK_MTU, LINK_RATE, LINK_QUEUE, LINK_MASK };

static unsigned of_link(const sn_input_record *r)
{
    const bool is_narrow =
        r->args[LINK_MTU] != 0 || r->args[LINK_RATE] != 0 || r->args[LINK_QUEUE] != 0;
    return (r->args[LINK_DELAY] != 0 ? HAS_DELAYS : 0) | (is_narrow ? HAS_NARROW : 0) |
           (r->args[LINK_MASK] != 0 ? HAS_NUMBERED : 0);
}

static unsigned of_call(const sn_input_record *r)
{
    enum { AT, FINE, FROM, TO, HOLD, HOW, PATIENCE, MEDIA, TIMER };
    const bool hurries = r->args[PATIENCE] != 0 || (r->args[HOW] >> 3 & 3) != 0;
    return (hurries ? HAS_HURRY : 0) | (r->args[TIMER] != 0 ? HAS_USERS : 0);
}

static unsigned of_behaviour(const sn_input_record *r)
{
    unsigned has = HAS_BEHAVIOUR;
    for (size_t i = 0; i < r->bytes.len; i += 3) {
        has |= (uint8_t)r->bytes.at[i] % 8 > 2 ? HAS_CHANGES : 0;
    }
    return has;
}

static unsigned of_record(const sn_input_record *r)
{
    switch (sn_input_kinds[r->kind].letter) {
    case 'L':
        return of_link(r);
    case 'N':
        return HAS_NUMBERED;
    case 'Q':
        return HAS_QUOTA;
    case 'D':
        return HAS_DECISIONS;
    case 'M':
    case 'F':
        return HAS_SAID;
    case 'W':
        return HAS_WEATHER;
    case 'K':
        return HAS_CRASH;
    case 'A':
        return HAS_ACTS;
    case 'U':
        return HAS_USERS;
    case 'B':
        return of_behaviour(r);
    case 'C':
        return of_call(r);
    case 'H':
        return r->args[1] != 0 ? HAS_ORDER : 0;
    default:
        return 0;
    }
}

static bool read_traits(ss_slice input, traits *t)
{
    sn_input_records *records = malloc(sizeof *records);
    unsigned calls = 0;
    bool has_head = false;
    *t = (traits){ 0 };
    if (records == NULL) {
        return false;
    }
    sn_input_records_read(records, input);
    for (unsigned i = 0; i < records->count; i++) {
        const sn_input_record *r = &records->at[i];
        if (r->kind == sn_input_kind_count) {
            continue;
        }
        t->has |= of_record(r);
        if (sn_input_kinds[r->kind].letter == 'L') {
            t->delay = ss_time_after(t->delay, sn_input_span(r->args[LINK_DELAY], 0));
        }
        calls += sn_input_kinds[r->kind].letter == 'C';
        if (sn_input_kinds[r->kind].letter == 'H' && !has_head) {
            t->profile = r->args[0] % 16;
            has_head = true;
        }
    }
    t->has |= calls > 1 ? HAS_MANY_CALLS : 0;
    free(records);
    return true;
}

#define PROFILE(n) (1u << (n))

/* A relation says nothing of an input that has one of these. */
static const struct {
    unsigned has, profiles;
} exempt[FZ_RELATIONS] = {
    [FZ_RELATION_AGAIN] = { 0, 0 },
    /* what is longer is cut, late or lost; and keeps more */
    [FZ_RELATION_SPELLING] = { HAS_NUMBERED | HAS_NARROW | HAS_QUOTA, 0 },
    /* copies count; a copy of what somebody forged may be what makes it count; one before and one behind a crash are two */
    [FZ_RELATION_DOUBLED] = { HAS_NUMBERED | HAS_NARROW | HAS_QUOTA | HAS_DECISIONS | HAS_SAID |
                                  HAS_WEATHER | HAS_CRASH,
                              0 },
    /* what no T1 scales: TCP's own seconds (1, 3, 11, 15), hunting (7), nonces (8), Retry-After, glare */
    [FZ_RELATION_SCALED] = { HAS_NUMBERED | HAS_NARROW | HAS_DECISIONS | HAS_SAID | HAS_WEATHER |
                                 HAS_CRASH | HAS_ACTS | HAS_USERS | HAS_HURRY | HAS_CHANGES |
                                 HAS_QUOTA | HAS_DELAYS | HAS_ORDER,
                             PROFILE(1) | PROFILE(3) | PROFILE(7) | PROFILE(8) | PROFILE(11) |
                                 PROFILE(15) },
    [FZ_RELATION_IDLER] = { 0, 0 },
    /* noise has its place in queues, numbers, quotas and among the calls that came by */
    [FZ_RELATION_NOISE] = { HAS_NUMBERED | HAS_NARROW | HAS_QUOTA | HAS_DECISIONS | HAS_SAID |
                                HAS_ORDER,
                            0 },
    /* a connection takes a round trip first, and loses nothing: no race may hang on that, nor who of many is first (6, 9, 15) */
    [FZ_RELATION_CONNECTIONS] = { ~(unsigned)(HAS_BEHAVIOUR | HAS_DELAYS),
                                  PROFILE(1) | PROFILE(3) | PROFILE(6) | PROFILE(9) | PROFILE(11) |
                                      PROFILE(15) },
};

/* From INVITE to ACK a call by connections may cross each link eight times: there, back and there for each of two connections, and
 * back once. Timers B and F, and who waits for an ACK, give up after 64*T1: RFC3261:17.1.1.2, RFC3261:13.3.1.4. */
static bool connects_in_time(const traits *t)
{
    return t->delay < SS_S(32) / 8;
}

/* A B2BUA and who rings behind it have the same patience: which of them gives up first is a race, which an earlier INVITE decides. */
static bool both_may_give_up(const traits *t)
{
    return t->profile == 12 && (t->has & HAS_BEHAVIOUR) != 0;
}

unsigned fz_relations_of(ss_slice input)
{
    traits t;
    unsigned mask = 0;
    if (!read_traits(input, &t)) {
        return 0;
    }
    for (unsigned i = 0; i < FZ_RELATIONS; i++) {
        const bool is_exempt =
            (t.has & exempt[i].has) != 0 || (exempt[i].profiles & PROFILE(t.profile)) != 0;
        mask |= is_exempt ? 0 : 1u << i;
    }
    return connects_in_time(&t) && !both_may_give_up(&t) ? mask
                                                         : mask & ~(1u << FZ_RELATION_CONNECTIONS);
}

sn_input_variation fz_relation_variation(fz_relation relation)
{
    return (sn_input_variation){ .spelling = relation == FZ_RELATION_SPELLING,
                                 .scale = relation == FZ_RELATION_SCALED,
                                 .doubles = relation == FZ_RELATION_DOUBLED,
                                 .has_idler = relation == FZ_RELATION_IDLER,
                                 .has_noise = relation == FZ_RELATION_NOISE,
                                 .by_connections = relation == FZ_RELATION_CONNECTIONS };
}

/* ---- stories ---- */

enum { CALLS = 64, NODES = 24, EVENTS = SN_CALL_COUNT };

/* What each end of a call tells, in its order. */
enum {
    TELLS_TIMES = 1u, /* and when */
    TELLS_NO_PROGRESS =
        2u, /* but for provisional responses: copies are told, and RFC3261:13.3.1.1 says them again each minute */
    TELLS_OUTCOME_ALONE = 4u /* which of it at all */
};

/* A chain of what each node tells of each call. */
typedef struct story {
    const sn_cast *cast;
    unsigned how;
    unsigned scale; /* spans are so many times as long */
    bool saw_trying, saw_cancel;
    uint64_t chains[CALLS][NODES];
} story;

static unsigned telling_of(fz_relation relation)
{
    switch (relation) {
    case FZ_RELATION_NOISE:
        return TELLS_TIMES;
    case FZ_RELATION_SCALED:
        return TELLS_TIMES | TELLS_NO_PROGRESS;
    case FZ_RELATION_DOUBLED:
        return TELLS_NO_PROGRESS;
    case FZ_RELATION_CONNECTIONS:
        return TELLS_OUTCOME_ALONE;
    default:
        return 0;
    }
}

/* How a call went; how often it was said to be under way is a matter of copies. */
static bool is_outcome(const sn_call_fact *f)
{
    return f->event == SN_CALL_ANSWERED || f->event == SN_CALL_CONFIRMED ||
           f->event == SN_CALL_REJECTED || f->event == SN_CALL_ENDED || f->event == SN_CALL_BYE ||
           f->event == SN_CALL_NOT_ACKED;
}

/* A 100 by itself, 200 ms after its INVITE, and a CANCEL, which may have waited for it: RFC3261:17.2.1, RFC3261:9.1 */
static void look_for_cancels(story *s, const sn_fact *f)
{
    s->saw_trying |= f->kind == SN_FACT_NOTE && f->note.kind == SS_NOTE_TIMER &&
                     f->note.letter == SS_TIMER_TRYING;
    s->saw_cancel |= sn_fact_is_sent(f) && f->sip.is_request && f->sip.method == SS_METHOD_CANCEL;
}

static void tell(void *self, const sn_fact *f, ss_slice packet)
{
    (void)packet;
    story *s = self;
    look_for_cancels(s, f);
    if (f->kind != SN_FACT_CALL || f->call.number == 0 || f->entity >= s->cast->node_count ||
        ((s->how & TELLS_NO_PROGRESS) != 0 && f->call.event == SN_CALL_PROGRESS) ||
        ((s->how & TELLS_OUTCOME_ALONE) != 0 && !is_outcome(&f->call))) {
        return;
    }
    const uint64_t id = s->cast->nodes[f->entity].id;
    uint64_t *chain = &s->chains[f->call.number % CALLS][id % NODES];
    uint64_t what = ss_mix_absorb(id, (uint64_t)f->call.event << 16 | f->call.status);
    what = ss_mix_absorb(what, f->call.synthetic);
    what = (s->how & TELLS_TIMES) != 0 ? ss_mix_absorb(what, f->key.at / s->scale) : what;
    *chain = ss_mix_absorb(*chain, what);
}

/* The chain of each entity, without the END of the run: of those that the other run has, too. */
static bool is_same_digest(const sn_digest *one, const sn_digest *other)
{
    for (uint32_t i = 0; i < one->cast->node_count; i++) {
        uint32_t k = 0;
        while (k < other->cast->node_count && other->cast->nodes[k].id != one->cast->nodes[i].id) {
            k++;
        }
        if (k == other->cast->node_count || one->nodes[i] != other->nodes[k] ||
            one->links[SN_UP(i)] != other->links[SN_UP(k)] ||
            one->links[SN_DOWN(i)] != other->links[SN_DOWN(k)]) {
            return false;
        }
    }
    return true;
}

/* ---- two runs ---- */

typedef struct telling_run {
    story story;
    sn_digest digest;
    uint64_t *chains;
    sn_world *world;
    sn_sink sinks[2];
    sn_run_state state;
    unsigned which; /* of the two */
} telling_run;

static void digest(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    sn_digest_fact(self, fact);
}

/* The world stays until both have run, so that the other one is elsewhere in memory. */
/* Two grounds for the worlds of all comparisons: they are so large that making one costs more than most runs. */
static sn_ground *ground_of(unsigned which)
{
    static sn_ground *grounds[2];
    if (grounds[which] == NULL) {
        grounds[which] = sn_ground_new();
    }
    return grounds[which];
}

static bool run(telling_run *r, const sn_plan *plan, unsigned how, unsigned scale)
{
    r->story.cast = &plan->cast;
    r->story.how = how;
    r->story.scale = scale;
    r->chains = calloc((size_t)plan->cast.node_count * 3, sizeof *r->chains);
    if (r->chains == NULL) {
        return false;
    }
    sn_digest_init(&r->digest, &plan->cast, r->chains);
    r->sinks[0] = (sn_sink){ &r->story, tell };
    r->sinks[1] = (sn_sink){ &r->digest, digest };
    r->world = sn_world_new(
        plan,
        &(sn_world_options){ .sinks = r->sinks, .sink_count = 2, .ground = ground_of(r->which) });
    if (r->world == NULL) {
        return false;
    }
    r->state = sn_world_run(r->world, UINT64_MAX);
    return r->state != SN_RUN_MEMORY;
}

static void forget(telling_run *r)
{
    if (r != NULL) {
        sn_world_free(r->world);
        free(r->chains);
        free(r);
    }
}

/* Of the 200 ms that no T1 scales: when a CANCEL that waits for the 100 goes out. */
static bool hangs_on_trying(const story *s)
{
    return s->saw_trying && s->saw_cancel;
}

static bool is_same_story(const telling_run *one, const telling_run *other, fz_relation relation)
{
    if (relation == FZ_RELATION_AGAIN || relation == FZ_RELATION_IDLER) {
        return is_same_digest(&one->digest, &other->digest);
    }
    if (relation == FZ_RELATION_SCALED &&
        (hangs_on_trying(&one->story) || hangs_on_trying(&other->story))) {
        return true;
    }
    return memcmp(one->story.chains, other->story.chains, sizeof one->story.chains) == 0;
}

bool fz_compare(const sn_plan *one, const sn_plan *other, fz_relation relation, bool *is_same)
{
    telling_run *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    const unsigned how = telling_of(relation);
    if (b != NULL) {
        b->which = 1;
    }
    const unsigned scale = 1 + fz_relation_variation(relation).scale;
    const bool is_run = a != NULL && b != NULL && run(a, one, how, 1) && run(b, other, how, scale);
    *is_same = !is_run || a->state != SN_RUN_DONE || b->state != SN_RUN_DONE ||
               is_same_story(a, b, relation);
    forget(a);
    forget(b);
    return is_run;
}

bool fz_metamorphic(ss_slice input, unsigned mask, fz_relation *broken)
{
    const unsigned all = mask & fz_relations_of(input);
    fz_verdict verdict;
    *broken = FZ_RELATIONS;
    sn_plan *plan = sn_input_plan(input);
    bool is_well = plan != NULL && fz_session_run(plan, NULL, 0, &verdict);
    for (unsigned i = 0; is_well && verdict.oracle == NULL && i < FZ_RELATIONS; i++) {
        bool is_same = true;
        if ((all & 1u << i) == 0 || *broken != FZ_RELATIONS) {
            continue;
        }
        const sn_input_variation v = fz_relation_variation((fz_relation)i);
        sn_plan *other = sn_input_plan_varied(input, &v);
        is_well = other != NULL && fz_compare(plan, other, (fz_relation)i, &is_same);
        *broken = is_same ? *broken : (fz_relation)i;
        sn_plan_free(other);
    }
    sn_plan_free(plan);
    return is_well;
}
