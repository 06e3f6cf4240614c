/* Every size of an INVITE, its responses and its in-dialog requests over paths of every MTU, held to a table made from first principles: of
 * each datagram it is worked out before it leaves whether it can arrive, from RFC 791 3.2 (pieces carry whole units of 8 bytes), RFC
 * 1191 3 and 4 (who may not be cut is dropped, and told what would fit) and the policy of the narrow place; of each request by which
 * transport it must go (RFC 3261 18.1.1), of each response that it goes by that of its request (18.2.2).
 *
 * None of what is judged is asked: the table has its own arithmetic. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "simnet/world_state.h"
#include "small_world.h"

/* ---- the path: a - branch - core - b; the narrow place is the link of the branch ---- */

enum {
    HEADER = 20,
    HEADER6 = 40,
    UDP = 8,
    LEAST6 = 1280,
    SENDS_MAX = 512,
    BRANCHES_MAX = 64,
    OWN_MTU = 9000
};
#define HOP       SS_MS(1)
#define CHANGE_AT SS_S(3)

typedef enum knowledge { OF_LINK, OF_NOBODY, BY_ICMP, KNOWLEDGES } knowledge;

typedef struct setting {
    uint32_t narrow, later; /* what the branch's link carries; from CHANGE_AT on */
    sn_mtu_policy policy;
    knowledge knows;
    bool by_size;
    bool is_own;    /* the links of the hosts are as narrow, and known to be */
    size_t pads[2]; /* bytes that each message of a, and of b, is longer */
    bool loses_too_big;
    ss_span late;        /* how long the router takes to tell */
    uint32_t lost_piece; /* the nth packet from core to b is lost; 0: none */
    bool is_v6;          /* both hosts have no other version */
} setting;

/* ---- first principles ---- */

typedef struct sent {
    uint64_t ordinal;
    uint32_t node;
    bool arrives, did;
} sent;

typedef struct branch {
    uint64_t id;
    bool is_tcp, is_delivered, is_ack;
} branch;

static struct {
    const setting *s;
    uint32_t nodes[2]; /* a, b */
    uint32_t known[2], news[2];
    ss_time news_at[2]; /* when `news` is known; SS_TIME_NEVER */
    uint32_t to_b;      /* packets that core sent to b */
    sent sends[SENDS_MAX];
    uint32_t count;
    branch branches[BRANCHES_MAX];
    uint32_t branch_count;
    unsigned answered, confirmed;
} run;

static struct {
    unsigned runs, datagrams, lost, told, switched, in_pieces;
    /* of the first copies: those within a call, by method, and how large they were */
    unsigned within[SS_METHOD_COUNT], by_tcp[SS_METHOD_COUNT], delivered[SS_METHOD_COUNT];
    uint32_t least[SS_METHOD_COUNT], most[SS_METHOD_COUNT];
} all;

static uint32_t own_mtu(void)
{
    return run.s->is_own ? run.s->narrow : OWN_MTU;
}

static uint32_t narrow_at(ss_time at)
{
    return at < CHANGE_AT ? run.s->narrow : run.s->later;
}

/* What the host knows of its path now; 0: no more than its own link. */
static uint32_t known_by(unsigned who, ss_time now)
{
    if (run.news_at[who] <= now) {
        run.known[who] = run.news[who];
        run.news_at[who] = SS_TIME_NEVER;
    }
    return run.known[who];
}

/* RFC8201:1 who does not look for more. */
static uint32_t mtu_at_source(uint32_t known)
{
    const bool is_least = run.s->is_v6 && run.s->knows != BY_ICMP;
    const uint32_t most = is_least ? LEAST6 : known;
    return most != 0 && most < own_mtu() ? most : own_mtu();
}

/* RFC8200:4.5 a source cuts behind the header, and each piece has a header of 8 bytes more; nobody else cuts. */
static uint32_t pieces6_of(uint32_t total, uint32_t mtu, uint32_t *longest)
{
    const uint32_t each = (mtu - HEADER6 - 8) / 8 * 8, payload = total - HEADER6;
    *longest = total <= mtu ? total : HEADER6 + 8 + each;
    return total <= mtu ? 1 : (payload + each - 1) / each;
}

/* How many pieces come of one of `total` bytes, and how long the longest is: RFC791:3.2. */
static uint32_t pieces_of(uint32_t total, uint32_t mtu)
{
    uint32_t count = 1, left = total - HEADER;
    while (left + HEADER > mtu) {
        left -= (mtu - HEADER) / 8 * 8;
        count++;
    }
    return count;
}

static uint32_t longest_of(uint32_t total, uint32_t mtu)
{
    return total <= mtu ? total : (mtu - HEADER) / 8 * 8 + HEADER;
}

/* All pieces of all pieces. */
static uint32_t pieces_of_pieces(uint32_t total, uint32_t first, uint32_t second)
{
    uint32_t count = 0, left = total - HEADER;
    while (left + HEADER > first) {
        count += pieces_of((first - HEADER) / 8 * 8 + HEADER, second);
        left -= (first - HEADER) / 8 * 8;
    }
    return count + pieces_of(left + HEADER, second);
}

/* RFC1191:4 the first piece alone is told of, and what is said lowers what is known. */
static void is_told(unsigned who, ss_time now, uint32_t narrow)
{
    const ss_span there = who == 0 ? 2 * HOP : HOP;
    if (!run.s->loses_too_big && run.news_at[who] == SS_TIME_NEVER) {
        run.news[who] = narrow;
        run.news_at[who] = now + 2 * there + run.s->late;
    }
}

/* What comes to the narrow place: by IPv6 it is whole, as its sender cut it. */
static uint32_t pieces_there(uint32_t total, uint32_t at_source, uint32_t narrow)
{
    uint32_t longest;
    return run.s->is_v6 ? pieces6_of(total, at_source, &longest)
                        : pieces_of_pieces(total, at_source, narrow);
}

/* Does a datagram that leaves now arrive? */
static bool arrives(unsigned who, ss_time now, uint32_t total)
{
    const setting *s = run.s;
    const uint32_t at_source = mtu_at_source(s->knows == BY_ICMP ? known_by(who, now) : 0);
    const uint32_t narrow = narrow_at(now + (who == 0 ? 2 * HOP : HOP));
    uint32_t longest = longest_of(total, at_source), count = pieces_of(total, at_source);
    if (s->is_v6) {
        count = pieces6_of(total, at_source, &longest);
    }
    all.in_pieces += count > 1;
    if (longest > narrow && s->policy == SN_MTU_BLACKHOLE) {
        return false;
    }
    if (longest > narrow && s->policy == SN_MTU_ICMP && (s->is_v6 || s->knows == BY_ICMP)) {
        is_told(who, now, narrow);
        return false;
    }
    count = pieces_there(total, at_source, narrow);
    run.to_b += who == 0 ? count : 0;
    const bool is_lost = who == 0 && s->lost_piece != 0 && run.to_b >= s->lost_piece &&
                         run.to_b - count < s->lost_piece;
    return !is_lost;
}

/* RFC3261:18.1.1 */
static bool must_go_by_tcp(unsigned who, ss_time now, uint32_t bytes)
{
    const uint32_t known = run.s->knows == BY_ICMP ? known_by(who, now) : 0;
    const uint32_t mtu = run.s->knows == OF_NOBODY ? 0 : mtu_at_source(known);
    return run.s->by_size && (mtu == 0 ? bytes > 1300 : bytes + 200 > mtu);
}

/* ---- what is judged ---- */

static branch *branch_of(const sn_fact *f)
{
    for (uint32_t i = 0; i < run.branch_count; i++) {
        if (run.branches[i].id == f->sip.branch) {
            return &run.branches[i];
        }
    }
    return NULL;
}

/* Requests within the call, how large, and by what. */
static void note_request(const sn_fact *f, bool is_tcp, uint32_t bytes)
{
    const unsigned m = f->sip.method;
    if (f->sip.to_tag == 0) {
        return;
    }
    all.least[m] = all.within[m] == 0 || bytes < all.least[m] ? bytes : all.least[m];
    all.most[m] = bytes > all.most[m] ? bytes : all.most[m];
    all.within[m]++;
    all.by_tcp[m] += is_tcp;
}

static void note_delivered(const sn_fact *f)
{
    branch *known = f->sip.is_request != 0 && f->sip.to_tag != 0 ? branch_of(f) : NULL;
    if (known != NULL && !known->is_delivered) {
        known->is_delivered = true;
        all.delivered[f->sip.method]++;
    }
}

/* A copy goes as the first one did, a response as its request (RFC3261:18.2.2), and so does the ACK of another final response than a
 * 2xx (RFC3261:17.1.1.3); that of a 2xx has no transaction, and is asked anew each time. */
static void check_transport(unsigned who, const sn_fact *f, bool is_tcp, uint32_t bytes)
{
    const branch *known = branch_of(f);
    if (known == NULL || known->is_ack) {
        CHECK(f->sip.is_request != 0);
        CHECK_EQ(is_tcp, must_go_by_tcp(who, f->key.at, bytes));
    } else {
        CHECK_EQ(is_tcp, known->is_tcp);
    }
    if (known == NULL) {
        CHECK(run.branch_count < BRANCHES_MAX);
        run.branches[run.branch_count++] = (branch){ .id = f->sip.branch,
                                                     .is_tcp = is_tcp,
                                                     .is_ack = f->sip.method == SS_METHOD_ACK };
        note_request(f, is_tcp, bytes);
    }
    all.switched += is_tcp && f->sip.is_request != 0;
}

static void datagram(unsigned who, const sn_fact *f)
{
    CHECK(run.count < SENDS_MAX);
    const uint32_t headers = (run.s->is_v6 ? HEADER6 : HEADER) + UDP;
    check_transport(who, f, false, (uint32_t)f->value - headers);
    run.sends[run.count++] = (sent){ .ordinal = f->packet.ordinal,
                                     .node = f->entity,
                                     .arrives = arrives(who, f->key.at, (uint32_t)f->value) };
}

static void received(const sn_fact *f)
{
    for (uint32_t i = 0; i < run.count; i++) {
        if (run.sends[i].node == f->packet.origin && run.sends[i].ordinal == f->packet.ordinal) {
            CHECK(!run.sends[i].did);
            run.sends[i].did = true;
            return;
        }
    }
    CHECK(!"what came was never sent");
}

static void watch(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    const unsigned who = f->entity == run.nodes[0] ? 0 : 1;
    switch (f->kind) {
    case SN_FACT_DATAGRAM_SENT:
        datagram(who, f);
        break;
    case SN_FACT_STREAM_SENT:
        check_transport(who, f, true, (uint32_t)f->value);
        break;
    case SN_FACT_DATAGRAM_RECEIVED:
        received(f);
        note_delivered(f);
        break;
    case SN_FACT_STREAM_RECEIVED:
        note_delivered(f);
        break;
    case SN_FACT_ICMP_RECEIVED:
        all.told++;
        break;
    case SN_FACT_CALL:
        run.answered += f->call.event == SN_CALL_ANSWERED;
        run.confirmed += f->call.event == SN_CALL_CONFIRMED;
        break;
    default:
        break;
    }
}

/* ---- a run ---- */

static void set_host(sn_plan *plan, uint32_t group, const setting *s, const char *padding)
{
    sn_group_spec *spec = small_spec(plan, group);
    const size_t pad = s->pads[group - 1];
    spec->settings.by_size = s->by_size;
    spec->settings.path_mtu = s->knows == OF_NOBODY             ? 0
                              : s->is_v6 && s->knows != BY_ICMP ? LEAST6
                              : s->is_own                       ? s->narrow
                                                                : OWN_MTU;
    spec->lacks_v4 = spec->has_v6 = s->is_v6;
    spec->settings.product = (ss_slice){ padding, pad };
    spec->path_mtu_age = s->knows == BY_ICMP ? SS_S(600) : 0;
}

static sn_link_kind host_link(const char *name, const setting *s)
{
    sn_link_kind kind = small_link(name, HOP);
    kind.up.mtu = kind.down.mtu = s->is_own ? s->narrow : OWN_MTU;
    return kind;
}

static sn_row row_of(sn_op op, ss_span after)
{
    return (sn_row){ .op = op, .after = { SN_DIST_CONST, after, 0 }, .text = "x" };
}

/* What either end does while the call lasts, before its MTU changes and afterwards: requests of all sorts, either way, never at the
 * instant at which something arrives. */
static void add_acts(sn_plan *plan, sn_call_spec *call)
{
    static const ss_span pause = SS_US(630137);
    call->behaviour = sn_plan_add_behaviour(plan, "asks") + 1;
    (void)sn_plan_add_choice(plan, 1);
    const sn_op asks[] = { SN_OP_REINVITE, SN_OP_MESSAGE, SN_OP_UPDATE, SN_OP_INFO,
                           SN_OP_REINVITE };
    for (size_t i = 0; i < SS_COUNT(asks); i++) {
        const sn_row row = row_of(asks[i], pause);
        (void)sn_plan_add_row(plan, &row);
    }
    small_spec(plan, 2)->ua.behaviour = sn_plan_add_behaviour(plan, "asks_back");
    (void)sn_plan_add_choice(plan, 1);
    const sn_op back[] = { SN_OP_ANSWER, SN_OP_MESSAGE, SN_OP_INFO, SN_OP_REINVITE, SN_OP_UPDATE };
    for (size_t i = 0; i < SS_COUNT(back); i++) {
        const sn_row row = row_of(back[i], i == 0 ? 0 : pause + SS_US(40291));
        (void)sn_plan_add_row(plan, &row);
    }
}

static sn_plan *plan_of(const setting *s)
{
    static char padding[9000];
    static uint32_t lost[1];
    memset(padding, 'x', sizeof padding);
    sn_plan *plan = small_plan(3);
    sn_link_kind a = host_link("a", s), b = host_link("b", s), between = small_link("mid", HOP);
    between.up.mtu = between.down.mtu = 65535;
    between.up.hidden_mtu = between.down.hidden_mtu = s->narrow;
    between.up.mtu_policy = between.down.mtu_policy = s->policy;
    lost[0] = s->lost_piece;
    if (s->lost_piece != 0) {
        b.down.loss = (sn_loss){ .kind = SN_LOSS_INDEX, .index = { lost, 1 } };
    }
    const uint32_t of_a = sn_plan_add_link(plan, &a), of_b = sn_plan_add_link(plan, &b);
    const uint32_t of_branch = sn_plan_add_link(plan, &between);
    (void)small_uas(plan, "a", 1, 3, of_a);
    (void)small_uas(plan, "b", 1, 0, of_b);
    (void)small_router(plan, "branch", 0, of_branch);
    set_host(plan, 1, s, padding);
    set_host(plan, 2, s, padding);
    small_spec(plan, 0)->has_v6 = small_spec(plan, 3)->has_v6 = true;
    small_spec(plan, 0)->icmp.delay = s->late;
    small_spec(plan, 0)->icmp.withholds = s->loses_too_big ? SN_ICMP_OF_TOO_BIG : 0;
    if (s->later != s->narrow) {
        sn_link_change change = { .of = { .group = 3 },
                                  .dirs = SN_LINK_UP | SN_LINK_DOWN,
                                  .up = between.up,
                                  .down = between.down,
                                  .since = CHANGE_AT,
                                  .until = SS_TIME_NEVER };
        change.up.hidden_mtu = change.down.hidden_mtu = s->later;
        (void)sn_plan_add_change(plan, &change);
    }
    plan->duration = SS_S(10);
    sn_call_spec call = { .name = "one",
                          .from = 1,
                          .to = 2,
                          .interval = SS_S(100),
                          .start = SS_S(1),
                          .end = SS_S(2),
                          .limit = 1,
                          .hold = { SN_DIST_CONST, SS_S(4), 0 },
                          .hangup_caller = 1 };
    add_acts(plan, &call);
    (void)sn_plan_add_calls(plan, &call);
    small_finish(plan);
    return plan;
}

static void judge(const setting *s)
{
    memset(&run, 0, sizeof run);
    run.s = s;
    run.news_at[0] = run.news_at[1] = SS_TIME_NEVER;
    sn_plan *plan = plan_of(s);
    run.nodes[0] = sn_plan_node(plan, 1, 0);
    run.nodes[1] = sn_plan_node(plan, 2, 0);
    const small_run r = small_run_plan(plan, &(small_options){ .each = watch });
    CHECK_EQ(r.state, SN_RUN_DONE);
    bool all_arrive = true;
    for (uint32_t i = 0; i < run.count; i++) {
        CHECK_EQ(run.sends[i].did, run.sends[i].arrives);
        all_arrive = all_arrive && run.sends[i].arrives;
        all.lost += !run.sends[i].arrives;
    }
    CHECK(!all_arrive || (run.answered == 1 && run.confirmed == 1));
    all.datagrams += run.count;
    all.runs++;
    sn_plan_free(plan);
}

static const uint32_t mtus[] = { 68, 576, 1280, 1400, 1492, 1500, 9000 };
/* With these the messages of a call are of 400 bytes to 9 KB, on either side of each MTU and of each MTU less 200. */
static const size_t paddings[] = { 0, 180, 480, 640, 800, 850, 930, 1050, 1120, 3000, 8400 };

/* The messages of one side long, then those of the other: a response may be larger than its request. The size rule is on and off. */
static void judge_size(setting s, size_t padding)
{
    for (unsigned i = 0; i < 4; i++) {
        s.by_size = i / 2 != 0;
        s.pads[i % 2] = padding;
        s.pads[1 - i % 2] = 0;
        judge(&s);
    }
}

/* Every fourth one where it is slow, others each time. */
static void judge_sizes(setting s)
{
    static size_t times;
    for (size_t i = TEST_IS_SANITIZED ? times++ % 4 : 0; i < SS_COUNT(paddings);
         i += TEST_IS_SANITIZED ? 4 : 1) {
        judge_size(s, paddings[i]);
    }
}

static void begin(void)
{
    memset(&all, 0, sizeof all);
}

static void say(void)
{
    for (unsigned m = 0; m < SS_METHOD_COUNT; m++) {
        if (all.within[m] != 0) {
            printf(
                "{\"method\":%u,\"within\":%u,\"by_tcp\":%u,\"delivered\":%u,\"bytes\":[%u,%u]}\n",
                m, all.within[m], all.by_tcp[m], all.delivered[m], all.least[m], all.most[m]);
        }
    }
    printf(
        "{\"runs\":%u,\"datagrams\":%u,\"lost\":%u,\"told\":%u,\"by_tcp\":%u,\"in_pieces\":%u}\n",
        all.runs, all.datagrams, all.lost, all.told, all.switched, all.in_pieces);
}

/* Re-INVITE, UPDATE, INFO and MESSAGE were there, from 400 bytes to 9 KB, and some too large for their path by UDP. */
static void check_within(void)
{
    static const unsigned methods[] = { SS_METHOD_INVITE, SS_METHOD_UPDATE, SS_METHOD_INFO,
                                        SS_METHOD_MESSAGE, SS_METHOD_BYE };
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        const unsigned m = methods[i];
        CHECK(all.within[m] > 300);
        CHECK(all.least[m] < 400 || m == SS_METHOD_INVITE || m == SS_METHOD_UPDATE);
        CHECK(all.least[m] < 800 && all.most[m] > 8600);
        CHECK(all.by_tcp[m] > 20);
        CHECK(all.delivered[m] <= all.within[m] && all.delivered[m] * 10 > all.within[m] * 9);
    }
}

TEST(rfc3261_18_1_1_each_message_arrives_or_not_as_its_size_the_mtu_and_the_policy_say)
{
    begin();
    for (size_t m = 0; m < SS_COUNT(mtus); m++) {
        for (unsigned policy = SN_MTU_ICMP; policy <= SN_MTU_FRAGMENT; policy++) {
            for (unsigned knows = 0; knows < KNOWLEDGES; knows++) {
                judge_sizes((setting){ .narrow = mtus[m],
                                       .later = mtus[m],
                                       .policy = (sn_mtu_policy)policy,
                                       .knows = (knowledge)knows });
            }
        }
    }
    say();
    check_within();
    CHECK(all.lost > 100 && all.told > 50 && all.switched > 100 && all.in_pieces > 20);
}

TEST(rfc791_3_2_what_the_own_link_cannot_carry_is_cut_at_the_source_and_arrives)
{
    begin();
    for (size_t m = 0; m < SS_COUNT(mtus); m++) {
        for (unsigned looks = 0; looks < 2; looks++) {
            judge_sizes((setting){ .narrow = mtus[m],
                                   .later = mtus[m],
                                   .knows = looks != 0 ? BY_ICMP : OF_LINK,
                                   .is_own = true });
        }
    }
    say();
    CHECK_EQ(all.lost, 0);
    CHECK_EQ(all.told, 0);
    CHECK(all.in_pieces > 100);
}

TEST(rfc1191_3_too_big_lost_is_a_black_hole_and_too_big_late_costs_copies)
{
    for (unsigned lost = 0; lost < 2; lost++) {
        begin();
        for (size_t m = 0; m < SS_COUNT(mtus); m++) {
            judge_sizes((setting){ .narrow = mtus[m],
                                   .later = mtus[m],
                                   .knows = BY_ICMP,
                                   .loses_too_big = lost != 0,
                                   .late = SS_MS(700) });
        }
        say();
        CHECK_EQ(all.told == 0, lost != 0);
        CHECK(all.lost > 100);
    }
}

TEST(rfc1191_6_3_an_mtu_that_changes_under_a_call_is_met_as_it_is_then)
{
    begin();
    for (size_t m = 0; m + 1 < SS_COUNT(mtus); m++) {
        for (unsigned falls = 0; falls < 2; falls++) {
            for (unsigned knows = 0; knows < KNOWLEDGES; knows++) {
                for (unsigned policy = SN_MTU_ICMP; policy <= SN_MTU_FRAGMENT; policy++) {
                    judge_sizes((setting){ .narrow = mtus[m + falls],
                                           .later = mtus[m + 1 - falls],
                                           .policy = (sn_mtu_policy)policy,
                                           .knows = (knowledge)knows });
                }
            }
        }
    }
    say();
    CHECK(all.lost > 100);
}

TEST(rfc791_3_2_one_piece_lost_loses_its_datagram_and_no_other)
{
    begin();
    for (size_t m = 0; m < SS_COUNT(mtus); m++) {
        for (uint32_t nth = 1; nth <= 4; nth++) {
            judge_sizes((setting){ .narrow = mtus[m],
                                   .later = mtus[m],
                                   .policy = SN_MTU_FRAGMENT,
                                   .lost_piece = nth });
        }
    }
    say();
    CHECK(all.lost > 100);
}

/* The same by IPv6, over links of 1280 bytes and more: RFC 8200 5. */
TEST(rfc8200_4_5_nobody_but_the_source_cuts_and_what_is_too_big_is_told_or_lost)
{
    begin();
    for (size_t m = 2; m < SS_COUNT(mtus); m++) {
        for (unsigned policy = SN_MTU_ICMP; policy <= SN_MTU_FRAGMENT; policy++) {
            for (unsigned knows = 0; knows < KNOWLEDGES; knows++) {
                for (unsigned changes = 0; changes < 2; changes++) {
                    judge_sizes((setting){ .narrow = mtus[m],
                                           .later = mtus[2 + (m - 2 + 2 * changes) % 5],
                                           .policy = (sn_mtu_policy)policy,
                                           .knows = (knowledge)knows,
                                           .is_v6 = true });
                }
            }
        }
    }
    say();
    check_within();
    CHECK(all.lost > 100 && all.told > 50 && all.switched > 100 && all.in_pieces > 20);
}

TEST(rfc8201_4_too_big_lost_or_late_and_pieces_lost_by_ipv6)
{
    begin();
    for (size_t m = 2; m < SS_COUNT(mtus); m++) {
        for (unsigned lost = 0; lost < 2; lost++) {
            judge_sizes((setting){ .narrow = mtus[m],
                                   .later = mtus[m],
                                   .knows = BY_ICMP,
                                   .loses_too_big = lost != 0,
                                   .late = SS_MS(700),
                                   .is_v6 = true });
        }
        for (uint32_t nth = 1; nth <= 4; nth++) {
            judge_sizes((setting){ .narrow = mtus[m],
                                   .later = mtus[m],
                                   .policy = SN_MTU_FRAGMENT,
                                   .lost_piece = nth,
                                   .is_v6 = true });
        }
        judge_sizes((setting){
            .narrow = mtus[m], .later = mtus[m], .knows = BY_ICMP, .is_own = true, .is_v6 = true });
    }
    say();
    CHECK(all.lost > 100);
}
