/* What has no memory is drawn apart: turning one impairment on or off changes no draw of any other (design 3.5). */
#include "check.h"

#include "simnet/link/impair.h"

enum { PACKETS = 2000 };

/* What was decided about a packet. */
typedef struct fate {
    bool lost, duplicated, reordered;
    ss_time arrives; /* 0: lost */
} fate;

/* Bits of what is on. */
enum { LOSS = 1, DUPLICATE = 2, JITTER = 4, REORDER = 8, ALL = 15 };

static sn_link_params params_with(unsigned on)
{
    sn_link_params p = sn_link_params_default();
    p.delay = SS_MS(50);
    p.loss.random.p = (on & LOSS) != 0 ? SN_ALWAYS / 5 : 0;
    p.duplicate.p = (on & DUPLICATE) != 0 ? SN_ALWAYS / 4 : 0;
    p.jitter.spread = (on & JITTER) != 0 ? SS_MS(20) : 0;
    p.reorder.p = (on & REORDER) != 0 ? SN_ALWAYS / 10 : 0;
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
        if (!a[i].reordered && !b[i].reordered) {
            CHECK((both & JITTER) == 0 || a[i].arrives == b[i].arrives);
        }
    }
}

TEST(turning_an_impairment_on_changes_no_draw_of_any_other)
{
    static fate without[PACKETS], with[PACKETS];
    for (unsigned on = 0; on <= ALL; on++) {
        send_all(on, without);
        for (unsigned more = LOSS; more <= REORDER; more *= 2) {
            send_all(on | more, with);
            check_same_where_both_are(on, without, on | more, with);
        }
    }
}
