/* RFC 2782, "Weight": of servers of one priority each is chosen as often as its share of the weights, first and also second when the
 * first failed, within five standard deviations; and no server before one of a better priority, whatever is drawn. */
#include "check.h"

#include "sn/draw.h"
#include "ss/locate.h"

#include <stdio.h>

enum { TRIALS = 20000, SERVERS_MAX = 6 };

typedef struct zone {
    uint16_t count;
    struct {
        uint16_t priority, weight;
    } servers[SERVERS_MAX];
} zone;

static const zone zones[] = {
    { 2, { { 10, 75 }, { 10, 25 } } },
    { 3, { { 10, 1 }, { 10, 2 }, { 10, 5 } } },
    { 3, { { 10, 65535 }, { 10, 65535 }, { 10, 1 } } },
    { 4, { { 10, 0 }, { 10, 0 }, { 10, 1 }, { 10, 9 } } },
    { 5, { { 20, 7 }, { 10, 3 }, { 20, 1 }, { 10, 1 }, { 30, 100 } } },
    { 6, { { 5, 10 }, { 5, 20 }, { 5, 30 }, { 5, 40 }, { 5, 0 }, { 6, 1000 } } },
};

/* Server i is 10.0.0.i. */
static void answer_hosts(ss_locate *l)
{
    for (ss_locate_need need = ss_locate_needs(l); need.kind == SS_LOCATE_ASK;
         need = ss_locate_needs(l)) {
        const ss_address address =
            ss_address_v4(0x0a000000u + (uint32_t)(need.name.at[0] - 'a'), 0);
        ss_locate_answer(l, SS_OK, &(ss_records){ .addresses = &address, .count = 1 });
    }
}

static void locate(ss_locate *l, const zone *z, uint64_t trial)
{
    static const char *const names[] = { "a.x", "b.x", "c.x", "d.x", "e.x", "f.x" };
    ss_srv srvs[SERVERS_MAX];
    uint64_t draws = 0;
    for (uint16_t i = 0; i < z->count; i++) {
        srvs[i] =
            (ss_srv){ z->servers[i].priority, z->servers[i].weight, 5060, ss_slice_from(names[i]) };
    }
    ss_locate_begin(l, &(ss_locate_options){ .host = SS_LIT("x"),
                                             .transport = SS_TRANSPORT_UDP,
                                             .transports = 1u << SS_TRANSPORT_UDP,
                                             .has_ipv4 = true });
    ss_locate_answer(l, SS_OK, &(ss_records){ .srvs = srvs, .count = z->count });
    for (ss_locate_need need = ss_locate_needs(l); need.kind == SS_LOCATE_DRAW;
         need = ss_locate_needs(l)) {
        const uint64_t bits = SN_DRAW(7, SN_PURPOSE_SERVER, trial, ++draws);
        ss_locate_drawn(l, (uint32_t)sn_draw_below(bits, need.below));
    }
    answer_hosts(l);
    CHECK_OK(l->status);
    CHECK_EQ(l->address_count, z->count);
}

/* Of `of` choices, where the chance is part in whole: (n*whole - of*part)^2 <= 25 * of * part * (whole - part). */
static void check_share(uint64_t n, uint64_t of, uint64_t part, uint64_t whole)
{
    const uint64_t expected = of * part, seen = n * whole;
    const uint64_t off = seen > expected ? seen - expected : expected - seen;
    if (off * off > 25 * of * part * (whole - part)) {
        printf("%llu of %llu, where %llu in %llu are due\n", (unsigned long long)n,
               (unsigned long long)of, (unsigned long long)part, (unsigned long long)whole);
        CHECK(false);
    }
}

/* Numbers from 0 to the sum, each as likely: who stands first, of weight 0 if there is one, has one number more than its weight. */
static uint64_t numbers_of(const zone *z, uint16_t server, uint16_t without)
{
    uint16_t first = SERVERS_MAX;
    for (uint16_t i = 0; i < z->count; i++) {
        const bool counts = i != without && z->servers[i].priority == z->servers[server].priority;
        const bool is_before =
            first == SERVERS_MAX || (z->servers[i].weight == 0 && z->servers[first].weight != 0);
        first = counts && is_before ? i : first;
    }
    return z->servers[server].weight + (server == first ? 1u : 0u);
}

static uint64_t all_numbers(const zone *z, uint16_t priority, uint16_t without)
{
    uint64_t sum = 1;
    for (uint16_t i = 0; i < z->count; i++) {
        sum += i != without && z->servers[i].priority == priority ? z->servers[i].weight : 0;
    }
    return sum;
}

static uint16_t best_of(const zone *z)
{
    uint16_t best = UINT16_MAX;
    for (uint16_t i = 0; i < z->count; i++) {
        best = z->servers[i].priority < best ? z->servers[i].priority : best;
    }
    return best;
}

static void check_order(const zone *z, const ss_locate *l)
{
    for (uint16_t i = 1; i < l->address_count; i++) {
        CHECK(z->servers[l->addresses[i - 1].ip[3]].priority <=
              z->servers[l->addresses[i].ip[3]].priority);
    }
}

TEST(rfc2782_servers_are_chosen_by_their_share_of_the_weights)
{
    for (size_t k = 0; k < SS_COUNT(zones); k++) {
        const zone *z = &zones[k];
        uint64_t first[SERVERS_MAX] = { 0 }, second[SERVERS_MAX][SERVERS_MAX] = { { 0 } };
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            ss_locate l;
            locate(&l, z, trial);
            check_order(z, &l);
            first[l.addresses[0].ip[3]]++;
            second[l.addresses[0].ip[3]][l.addresses[1].ip[3]]++;
        }
        const uint16_t best = best_of(z);
        for (uint16_t i = 0; i < z->count; i++) {
            if (z->servers[i].priority != best) {
                CHECK_EQ(first[i], 0);
                continue;
            }
            check_share(first[i], TRIALS, numbers_of(z, i, SERVERS_MAX),
                        all_numbers(z, best, SERVERS_MAX));
            for (uint16_t j = 0; j < z->count && all_numbers(z, best, i) > 1; j++) {
                if (j != i && z->servers[j].priority == best) {
                    check_share(second[i][j], first[i], numbers_of(z, j, i),
                                all_numbers(z, best, i));
                }
            }
        }
    }
}

/* RFC2782 however many there are, and in whatever order the DNS tells of them, none that is left out is better than one that is not. */
TEST(rfc2782_of_more_servers_than_are_kept_the_best_are_kept)
{
    enum { ALL = 40 };
    ss_srv srvs[ALL];
    ss_locate l;
    for (uint16_t i = 0; i < ALL; i++) {
        srvs[i] = (ss_srv){ (uint16_t)(ALL - i), 1, (uint16_t)(6000 + i), SS_LIT("a.x") };
    }
    ss_locate_begin(&l, &(ss_locate_options){ .host = SS_LIT("x"),
                                              .transport = SS_TRANSPORT_UDP,
                                              .transports = 1u << SS_TRANSPORT_UDP,
                                              .has_ipv4 = true });
    ss_locate_answer(&l, SS_OK, &(ss_records){ .srvs = srvs, .count = ALL });
    answer_hosts(&l);
    CHECK_EQ(l.address_count, SS_LOCATE_ADDRESSES_MAX);
    for (uint16_t i = 0; i < l.address_count; i++) {
        CHECK_EQ(l.addresses[i].port, 6000 + ALL - 1 - i);
    }
}
