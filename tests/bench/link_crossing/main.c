/* link_crossing LINK PACKETS: what a link decides about a datagram, PACKETS times, one a 100 us; nanoseconds of CPU each.
 *
 * LINK: plain, chance (loss, copies, jitter, reordering, damage by chance), memory (the same with correlation, Gilbert and Elliott, a rate with a
 * queue, slots, order kept), red, codel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "simnet/link/impair.h"

static sn_link_params by_chance(void)
{
    sn_link_params p = sn_link_params_default();
    p.delay = SS_MS(20);
    p.loss.random.p = SN_ALWAYS / 50;
    p.duplicate.p = SN_ALWAYS / 100;
    p.jitter = (sn_jitter){ .shape = SN_SHAPE_NORMAL, .spread = SS_MS(5) };
    p.reorder.p = SN_ALWAYS / 100;
    p.corrupt.chance.p = SN_ALWAYS / 1000;
    return p;
}

static sn_link_params with_memory(sn_queue_policy policy)
{
    sn_link_params p = by_chance();
    p.loss = (sn_loss){ .kind = SN_LOSS_GEMODEL,
                        .ge = { SN_ALWAYS / 100, SN_ALWAYS / 5, SN_ALWAYS, 0 } };
    p.duplicate.corr = p.jitter.corr = p.reorder.corr = SN_ALWAYS / 4;
    p.rate.bps = 63000000; /* a little less than comes */
    p.queue = (sn_link_queue){ .policy = policy,
                               .packets = 100,
                               .red = { 5, 50, false, SN_ALWAYS / 10, 9 },
                               .codel = { SS_MS(5), SS_MS(100) } };
    return p;
}

static sn_link_params params_of(const char *link)
{
    sn_link_params p = strcmp(link, "plain") == 0    ? sn_link_params_default()
                       : strcmp(link, "chance") == 0 ? by_chance()
                       : strcmp(link, "red") == 0    ? with_memory(SN_QUEUE_RED)
                       : strcmp(link, "codel") == 0  ? with_memory(SN_QUEUE_CODEL)
                                                     : with_memory(SN_QUEUE_TAIL);
    if (strcmp(link, "memory") == 0) {
        p.keep_order = true;
        p.slot = (sn_slot){ .min = SS_US(200), .max = SS_US(400), .packets = 4 };
    }
    sn_link_settle(&p);
    return p;
}

/* What waits in person is taken up when its time has come. */
static void serve(const sn_transmission *t, ss_time *at)
{
    sn_held next;
    sn_transmission then = *t;
    while (*at <= t->now) {
        then.now = *at;
        while (sn_queue_next(&then, &next) && next.copy.cause != SN_CAUSE_NONE) {
        }
        *at = sn_queue_served_at(&then);
    }
}

static uint64_t cross(const sn_link_params *params, sn_decisions *decisions, ss_store *store,
                      uint64_t packets)
{
    sn_link_state link = { 0 };
    ss_time served = SS_TIME_NEVER;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < packets; i++) {
        const sn_transmission t = { .params = params,
                                    .link = &link,
                                    .store = store,
                                    .decisions = decisions,
                                    .now = SS_US(100) * i,
                                    .bytes = 800 };
        if (sn_link_is_plain(params, decisions)) {
            sum += sn_pass_whole(&t, 0).copy[0].arrives;
            continue;
        }
        serve(&t, &served);
        sn_point point = { .place = 1, .key = { 1, 2, i }, .key_words = SN_POINT_KEY_MAX };
        const sn_passage p = sn_impair(&t, &point);
        sum += p.copy[0].arrives + p.copies;
        const ss_time at = sn_queue_served_at(&t);
        served = at < served ? at : served;
    }
    return sum;
}

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

int main(int argc, char **argv)
{
    static _Alignas(16) unsigned char memory[1 << 24];
    const uint64_t packets = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    const sn_link_params params = params_of(argc > 1 ? argv[1] : "chance");
    sn_decisions *decisions = sn_decisions_new(1);
    ss_store store;
    struct timespec from, to;
    if (decisions == NULL || packets == 0) {
        return 1;
    }
    ss_store_init(&store, memory, sizeof memory);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    const uint64_t sum = cross(&params, decisions, &store, packets);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    const uint64_t ns = (uint64_t)(to.tv_sec - from.tv_sec) * 1000000000u + (uint64_t)to.tv_nsec -
                        (uint64_t)from.tv_nsec;
    fprintf(stderr, "%llu\n", (unsigned long long)sum); /* so that it is worth something */
    printf("%llu\n", (unsigned long long)(ns / packets));
    sn_decisions_free(decisions);
    return 0;
}
