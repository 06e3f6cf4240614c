/* What has no memory is drawn apart: turning one impairment on or off changes no draw of any other (design 3.5). */
#include "check.h"

#include "simnet/link/impair.h"

enum { PACKETS = 2000 };

/* What was decided about a packet. */
typedef struct fate {
    bool lost, duplicated, reordered, corrupted;
    ss_time arrives; /* 0: lost */
} fate;

/* Bits of what is on. */
enum {
    LOSS = 1,
    DUPLICATE = 2,
    JITTER = 4,
    REORDER = 8,
    CORRUPT = 16,
    TABLE = 32, /* the jitter is one of a list */
    JUMP = 64,  /* reordering by a time */
    LAST = JUMP,
    ALL = 127
};
static const int64_t table[] = { 0, SS_MS(1), SS_MS(5), -(int64_t)SS_MS(20) };

static sn_link_params params_with(unsigned on)
{
    sn_link_params p = sn_link_params_default();
    p.delay = SS_MS(50);
    p.loss.random.p = (on & LOSS) != 0 ? SN_ALWAYS / 5 : 0;
    p.duplicate.p = (on & DUPLICATE) != 0 ? SN_ALWAYS / 4 : 0;
    p.jitter.spread = (on & JITTER) != 0 ? SS_MS(20) : 0;
    p.reorder.p = (on & REORDER) != 0 ? SN_ALWAYS / 10 : 0;
    p.corrupt.chance.p = (on & CORRUPT) != 0 ? SN_ALWAYS / 6 : 0;
    if ((on & TABLE) != 0) {
        p.jitter.shape = SN_SHAPE_TABLE;
        p.jitter.table = table;
        p.jitter.table_count = SS_COUNT(table);
    }
    p.jump.time = (on & JUMP) != 0 ? SS_MS(7) : 0;
    sn_link_settle(&p);
    return p;
}

static void send_all(unsigned on, fate fates[PACKETS])
{
    _Alignas(16) unsigned char memory[4096];
    ss_store store;
    sn_link_state link = { 0 };
    const sn_link_params params = params_with(on);
    sn_decisions *decisions = sn_decisions_new(9);
    ss_store_init(&store, memory, sizeof memory);
    for (uint64_t i = 0; i < PACKETS; i++) {
        const sn_transmission t = {
            .params = &params, .link = &link, .store = &store, .decisions = decisions, .bytes = 500
        };
        sn_point point = { .place = 1, .key = { 1, 2, i }, .key_words = SN_POINT_KEY_MAX };
        const sn_passage p = sn_impair(&t, &point);
        fates[i] = (fate){ .lost = p.copy[0].cause == SN_CAUSE_LOSS,
                           .duplicated = p.copies == 2,
                           .reordered = p.copy[0].reordered,
                           .corrupted = p.copy[0].corrupted,
                           .arrives = p.copy[0].arrives };
    }
    CHECK_EQ(store.live_blocks, 0); /* nothing here remembers */
    sn_decisions_free(decisions);
}

/* What both sets have on, and what decided before it lets happen, is the same. */
static void check_same_where_both_are(unsigned a_on, const fate *a, unsigned b_on, const fate *b)
{
    const unsigned both = a_on & b_on;
    for (unsigned i = 0; i < PACKETS; i++) {
        CHECK((both & LOSS) == 0 || a[i].lost == b[i].lost);
        CHECK((both & DUPLICATE) == 0 || a[i].duplicated == b[i].duplicated);
        if (a[i].lost || b[i].lost) {
            continue;
        }
        CHECK((both & REORDER) == 0 || a[i].reordered == b[i].reordered);
        CHECK((both & CORRUPT) == 0 || a[i].corrupted == b[i].corrupted);
        if (!a[i].reordered && !b[i].reordered && ((a_on ^ b_on) & TABLE) == 0) {
            CHECK((both & JITTER) == 0 || a[i].arrives == b[i].arrives);
        }
    }
}

TEST(turning_an_impairment_on_changes_no_draw_of_any_other)
{
    static fate without[PACKETS], with[PACKETS];
    for (unsigned on = 0; on <= ALL; on++) {
        send_all(on, without);
        for (unsigned more = LOSS; more <= LAST; more *= 2) {
            send_all(on | more, with);
            check_same_where_both_are(on, without, on | more, with);
        }
    }
}

/* ---- what remembers, too, draws by the packet: one model shifts no other's draws, though it has a memory ---- */

static void send_all_over(const sn_link_params *wanted, fate fates[PACKETS])
{
    static _Alignas(16) unsigned char memory[1 << 20];
    ss_store store;
    sn_link_state link = { 0 };
    sn_link_params params = *wanted;
    sn_decisions *decisions = sn_decisions_new(9);
    sn_link_settle(&params);
    ss_store_init(&store, memory, sizeof memory);
    for (uint64_t i = 0; i < PACKETS; i++) {
        const sn_transmission t = { .params = &params,
                                    .link = &link,
                                    .store = &store,
                                    .decisions = decisions,
                                    .now = SS_MS(i),
                                    .bytes = 500 };
        sn_point point = { .place = 1, .key = { 1, 2, i }, .key_words = SN_POINT_KEY_MAX };
        const sn_passage p = sn_impair(&t, &point);
        fates[i] = (fate){ .lost = p.copy[0].cause == SN_CAUSE_LOSS,
                           .duplicated = p.copies == 2,
                           .corrupted = p.copy[0].corrupted };
    }
    sn_decisions_free(decisions);
}

TEST(a_queue_of_whatever_policy_shifts_no_draw_of_loss_copies_and_damage)
{
    static fate without[PACKETS], with[PACKETS];
    sn_link_params params = params_with(LOSS | DUPLICATE | CORRUPT);
    send_all_over(&params, without);
    params.rate.bps = 3500000; /* a packet takes 1.14 ms, and one comes every ms */
    for (unsigned policy = 0; policy < SN_QUEUE_POLICIES; policy++) {
        params.queue = (sn_link_queue){ .policy = (sn_queue_policy)policy,
                                        .packets = 40,
                                        .red = { 5, 30, false, SN_ALWAYS / 10, 3 },
                                        .codel = { SS_MS(5), SS_MS(100) } };
        send_all_over(&params, with);
        for (unsigned i = 0; i < PACKETS; i++) {
            CHECK_EQ(with[i].lost, without[i].lost);
            CHECK_EQ(with[i].duplicated, without[i].duplicated);
            CHECK(with[i].lost || with[i].corrupted == without[i].corrupted);
        }
    }
}
