/* What one link direction does: floor, loss, copies, rate and queue, reordering, order kept. */
#include "check.h"

#include "simnet/link/impair.h"

typedef struct rig {
    _Alignas(16) unsigned char memory[1 << 20];
    ss_store store;
    sn_link_state link;
    sn_link_params params;
    sn_decisions *decisions;
    uint64_t ordinal;
} rig;

static rig the_rig;

static rig *rig_start(void)
{
    rig *r = &the_rig;
    ss_store_init(&r->store, r->memory, sizeof r->memory);
    r->link = (sn_link_state){ 0 };
    r->params = sn_link_params_default();
    r->params.delay = SS_MS(20);
    r->params.delay_floor = SS_MS(5);
    r->decisions = sn_decisions_new(42);
    r->ordinal = 0;
    CHECK_NOT_NULL(r->decisions);
    return r;
}

static sn_passage send_copy(rig *r, ss_time now, uint32_t bytes, uint16_t copy, uint8_t hops)
{
    sn_link_settle(&r->params);
    const sn_transmission t = { .params = &r->params,
                                .link = &r->link,
                                .store = &r->store,
                                .decisions = r->decisions,
                                .now = now,
                                .bytes = bytes,
                                .hops = hops };
    sn_point point = { .place = 1,
                       .copy = copy,
                       .key = { 1, 2, r->ordinal++, 0, copy },
                       .key_words = SN_POINT_KEY_MAX };
    return sn_impair(&t, &point);
}

static sn_passage send(rig *r, ss_time now, uint32_t bytes)
{
    return send_copy(r, now, bytes, 0, 0);
}

static void rig_end(rig *r)
{
    sn_decisions_free(r->decisions);
}

TEST(a_plain_link_delays_and_nothing_else)
{
    rig *r = rig_start();
    const sn_passage p = send(r, SS_S(1), 800);
    CHECK_EQ(p.copies, 1);
    CHECK_EQ(p.copy[0].cause, SN_CAUSE_NONE);
    CHECK_EQ(p.copy[0].arrives, SS_S(1) + SS_MS(20));
    CHECK(!p.copy[0].reordered);
    rig_end(r);
}

/* Of a million links most never carry anything. */
TEST(a_link_takes_memory_with_its_first_packet_and_only_when_it_remembers_something)
{
    enum { PLAIN, LOSS, DOUBLE, DELAY, RATE, ORDER, CASES };
    for (unsigned i = 0; i < CASES; i++) {
        rig *r = rig_start();
        r->params.loss.random = (sn_chance){ SN_ALWAYS / 4, i == LOSS ? SN_ALWAYS / 8 : 0 };
        r->params.duplicate = (sn_chance){ SN_ALWAYS / 4, i == DOUBLE ? SN_ALWAYS / 8 : 0 };
        r->params.jitter.spread = SS_MS(2);
        r->params.jitter.corr = i == DELAY ? SN_ALWAYS / 8 : 0;
        r->params.rate.bps = i == RATE ? 1000000 : 0;
        r->params.keep_order = i == ORDER;
        CHECK_EQ(r->store.live_blocks, 0);
        for (unsigned k = 0; k < 100; k++) {
            (void)send(r, SS_S(1 + k), 800);
            CHECK_EQ(r->store.live_blocks, i != PLAIN);
        }
        rig_end(r);
    }
}

TEST(a_floor_of_zero_is_a_nanosecond)
{
    rig *r = rig_start();
    r->params.delay = r->params.delay_floor = 0;
    CHECK_EQ(send(r, 7, 800).copy[0].arrives, 8);
    rig_end(r);
}

TEST(jitter_never_goes_below_the_floor)
{
    rig *r = rig_start();
    r->params.jitter = (sn_jitter){ .shape = SN_SHAPE_NORMAL, .spread = SS_MS(30) };
    ss_time least = SS_TIME_NEVER, most = 0;
    for (unsigned i = 0; i < 10000; i++) {
        const ss_time arrives = send(r, 0, 800).copy[0].arrives;
        least = arrives < least ? arrives : least;
        most = arrives > most ? arrives : most;
    }
    CHECK_EQ(least, SS_MS(5));
    CHECK(most > SS_MS(100) && most < SS_MS(20 + 200));
    rig_end(r);
}

TEST(loss_and_duplication_happen_as_often_as_asked)
{
    rig *r = rig_start();
    r->params.loss.random.p = SN_ALWAYS / 50;
    r->params.duplicate.p = SN_ALWAYS / 100;
    unsigned lost = 0, copies = 0;
    for (unsigned i = 0; i < 100000; i++) {
        const sn_passage p = send(r, 0, 800);
        copies += p.copies;
        for (unsigned c = 0; c < p.copies; c++) {
            lost += p.copy[c].cause == SN_CAUSE_LOSS;
        }
    }
    CHECK(copies > 101000 - 160 && copies < 101000 + 160);
    CHECK(lost > 2020 - 225 && lost < 2020 + 225);
    rig_end(r);
}

TEST(each_copy_has_a_fate_of_its_own)
{
    rig *r = rig_start();
    r->params.duplicate.p = SN_ALWAYS;
    r->params.loss.random.p = SN_ALWAYS / 2;
    r->params.jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM, .spread = SS_MS(1) };
    unsigned of[4] = { 0 }, together = 0;
    for (unsigned i = 0; i < 4000; i++) {
        const sn_passage p = send(r, 0, 800);
        CHECK_EQ(p.copies, 2);
        of[(p.copy[0].cause == SN_CAUSE_LOSS) + 2 * (p.copy[1].cause == SN_CAUSE_LOSS)]++;
        together += p.copy[0].cause == p.copy[1].cause && p.copy[0].arrives == p.copy[1].arrives &&
                    p.copy[0].cause == SN_CAUSE_NONE;
    }
    for (unsigned i = 0; i < 4; i++) {
        CHECK(of[i] > 1000 - 140 && of[i] < 1000 + 140);
    }
    CHECK_EQ(together, 0);
    rig_end(r);
}

TEST(duplication_shifts_no_loss_and_no_delay)
{
    rig *r = rig_start();
    r->params.loss.random.p = SN_ALWAYS / 5;
    r->params.jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM, .spread = SS_MS(5) };
    sn_copy plain[500];
    for (unsigned i = 0; i < 500; i++) {
        plain[i] = send(r, 0, 800).copy[0];
    }
    r->ordinal = 0;
    r->params.duplicate.p = SN_ALWAYS / 3;
    for (unsigned i = 0; i < 500; i++) {
        const sn_copy with = send(r, 0, 800).copy[0];
        CHECK_EQ(with.cause, plain[i].cause);
        CHECK_EQ(with.arrives, plain[i].arrives);
    }
    rig_end(r);
}

TEST(a_second_copy_may_come_later)
{
    rig *r = rig_start();
    r->params.duplicate.p = SN_ALWAYS;
    r->params.duplicate_delay = SS_MS(7);
    const sn_passage p = send(r, SS_S(1), 800);
    CHECK_EQ(p.copies, 2);
    CHECK_EQ(p.copy[0].arrives, SS_S(1) + SS_MS(20));
    CHECK_EQ(p.copy[1].arrives, SS_S(1) + SS_MS(27));
    r->params.keep_order = true; /* what follows comes behind it */
    CHECK_EQ(send(r, SS_S(2), 800).copy[1].arrives, SS_S(2) + SS_MS(27));
    r->params.duplicate.p = 0;
    CHECK_EQ(send(r, SS_S(2) + SS_MS(1), 800).copy[0].arrives, SS_S(2) + SS_MS(27));
    rig_end(r);
}

TEST(each_hop_numbers_its_copies_apart)
{
    rig *r = rig_start();
    r->params.duplicate.p = SN_ALWAYS;
    const sn_passage first = send_copy(r, 0, 800, 0, 0);
    CHECK_EQ(first.copy[0].number, 0);
    CHECK_EQ(first.copy[1].number, 1);
    const sn_passage second = send_copy(r, 0, 800, first.copy[1].number, 1);
    CHECK_EQ(second.copy[0].number, 1);
    CHECK_EQ(second.copy[1].number, 3);
    const sn_passage last = send_copy(r, 0, 800, 3, SN_HOPS_MAX - 1);
    CHECK_EQ(last.copy[1].number, 0x8003);
    rig_end(r);
}

TEST(a_rate_sends_one_packet_after_the_other)
{
    rig *r = rig_start();
    r->params.rate.bps = 512000; /* 1000 B take 15.625 ms */
    CHECK_EQ(send(r, 0, 1000).copy[0].arrives, SS_US(15625) + SS_MS(20));
    CHECK_EQ(send(r, 0, 1000).copy[0].arrives, SS_US(31250) + SS_MS(20));
    CHECK_EQ(send(r, SS_MS(100), 1000).copy[0].arrives, SS_MS(100) + SS_US(15625) + SS_MS(20));
    r->params.rate.bps = 3; /* rounded up: 8 bits in 2.66… s */
    r->link = (sn_link_state){ 0 };
    CHECK_EQ(send(r, SS_S(1), 1).copy[0].arrives, SS_S(1) + 2666666667 + SS_MS(20));
    rig_end(r);
}

TEST(a_queue_limit_counts_what_waits_and_not_what_is_sent)
{
    rig *r = rig_start();
    r->params.rate.bps = 8000; /* 1000 B a second */
    r->params.queue.packets = 2;
    CHECK_EQ(send(r, 0, 1000).copy[0].cause, SN_CAUSE_NONE); /* sent */
    CHECK_EQ(send(r, 0, 1000).copy[0].cause, SN_CAUSE_NONE); /* waits */
    CHECK_EQ(send(r, 0, 1000).copy[0].cause, SN_CAUSE_NONE);
    CHECK_EQ(send(r, 0, 1000).copy[0].cause, SN_CAUSE_QUEUE);
    CHECK_EQ(send(r, SS_MS(999), 1000).copy[0].cause, SN_CAUSE_QUEUE);
    CHECK_EQ(send(r, SS_S(1), 1000).copy[0].cause, SN_CAUSE_NONE);
    CHECK_EQ(send(r, SS_S(1), 1000).copy[0].cause, SN_CAUSE_QUEUE);
    CHECK_EQ(send(r, SS_S(60), 1000).copy[0].cause, SN_CAUSE_NONE);
    CHECK_EQ(r->store.live_blocks, 1); /* nothing waits any more; the memory is kept */
    rig_end(r);
}

TEST(a_queue_limit_may_be_in_bytes)
{
    rig *r = rig_start();
    r->params.rate.bps = 8000;
    r->params.queue.bytes = 1500;
    CHECK_EQ(send(r, 0, 1400).copy[0].cause, SN_CAUSE_NONE);
    CHECK_EQ(send(r, 0, 1000).copy[0].cause, SN_CAUSE_NONE);
    CHECK_EQ(send(r, 0, 501).copy[0].cause, SN_CAUSE_QUEUE);
    CHECK_EQ(send(r, 0, 500).copy[0].cause, SN_CAUSE_NONE);
    rig_end(r);
}

TEST(a_reordered_packet_jumps_to_the_floor_and_only_every_gap_th_may)
{
    rig *r = rig_start();
    r->params.reorder.p = SN_ALWAYS;
    r->params.reorder_gap = 5;
    for (unsigned i = 1; i <= 20; i++) {
        const sn_copy copy = send(r, 0, 800).copy[0];
        CHECK_EQ(copy.reordered, i % 5 == 0);
        CHECK_EQ(copy.arrives, i % 5 == 0 ? SS_MS(5) : SS_MS(20));
    }
    rig_end(r);
}

TEST(keep_order_holds_later_packets_back)
{
    rig *r = rig_start();
    r->params.jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM, .spread = SS_MS(15) };
    r->params.keep_order = true;
    ss_time before = 0;
    for (unsigned i = 0; i < 1000; i++) {
        const ss_time arrives = send(r, SS_US(100) * i, 800).copy[0].arrives;
        CHECK(arrives >= before);
        before = arrives;
    }
    rig_end(r);
}

/* ---- what a packet is on a link ---- */

TEST(overhead_and_cells_make_a_packet_longer)
{
    rig *r = rig_start();
    r->params.rate = (sn_rate){ .bps = 8000, .overhead = 20 }; /* 1 B a ms */
    CHECK_EQ(send(r, 0, 100).copy[0].arrives, SS_MS(120) + SS_MS(20));
    r->params.rate.overhead = -20;
    CHECK_EQ(send(r, SS_S(1), 100).copy[0].arrives, SS_S(1) + SS_MS(80) + SS_MS(20));
    CHECK_EQ(send(r, SS_S(2), 10).copy[0].arrives, SS_S(2) + SS_MS(20)); /* nothing is left of it */
    r->params.rate = (sn_rate){ .bps = 8000, .overhead = 8, .cell = 48, .cell_overhead = 5 };
    CHECK_EQ(send(r, SS_S(3), 88).copy[0].arrives, SS_S(3) + SS_MS(2 * 53) + SS_MS(20));
    CHECK_EQ(send(r, SS_S(4), 89).copy[0].arrives, SS_S(4) + SS_MS(3 * 53) + SS_MS(20));
    r->params.rate = (sn_rate){ .bps = 1, .cell = 1, .cell_overhead = 65535 };
    CHECK(send(r, SS_S(5), 65535).copy[0].arrives > SS_S(5)); /* no overflow */
    rig_end(r);
}

TEST(slots_take_so_many_packets_and_come_after_them)
{
    rig *r = rig_start();
    r->params.slot = (sn_slot){ .min = SS_MS(10), .max = SS_MS(10), .packets = 2 };
    CHECK_EQ(send(r, 0, 100).copy[0].arrives, SS_MS(30)); /* ready at 20 ms, a slot after that */
    CHECK_EQ(send(r, 0, 100).copy[0].arrives, SS_MS(30));
    CHECK_EQ(send(r, 0, 100).copy[0].arrives, SS_MS(40));
    CHECK_EQ(send(r, SS_MS(15), 100).copy[0].arrives, SS_MS(40)); /* ready at 35 ms */
    CHECK_EQ(send(r, SS_MS(90), 100).copy[0].arrives, SS_MS(120));
    rig_end(r);
}

TEST(slots_may_be_of_bytes_and_drawn)
{
    rig *r = rig_start();
    r->params.slot = (sn_slot){ .min = SS_MS(5), .max = SS_MS(15), .bytes = 1000 };
    ss_time before = 0;
    unsigned together = 0;
    for (unsigned i = 0; i < 400; i++) {
        const ss_time arrives = send(r, 0, 500).copy[0].arrives;
        CHECK(arrives == before || arrives >= before + SS_MS(5));
        CHECK(before == 0 || arrives <= before + SS_MS(15));
        together += arrives == before;
        before = arrives;
    }
    CHECK_EQ(together, 200);
    CHECK(before > 200 * SS_MS(9) && before < 200 * SS_MS(11));
    rig_end(r);
}

TEST(the_bad_state_delays_as_well)
{
    rig *r = rig_start();
    r->params.loss = (sn_loss){ .kind = SN_LOSS_GEMODEL,
                                .ge = { SN_ALWAYS, SN_ALWAYS, 0, 0 } }; /* good and bad in turn */
    r->params.bad_delay = SS_MS(80);
    for (unsigned i = 0; i < 10; i++) {
        CHECK_EQ(send(r, 0, 800).copy[0].arrives, SS_MS(i % 2 == 0 ? 20 : 100));
    }
    rig_end(r);
}

TEST(damage_is_drawn_apart_and_comes_back_from_a_tape)
{
    rig *r = rig_start();
    sn_decisions *player = sn_decisions_new(7);
    uint64_t where[500];
    unsigned count = 0;
    size_t kept;
    r->params.corrupt.chance.p = SN_ALWAYS / 5;
    sn_decisions_record(r->decisions);
    for (unsigned i = 0; i < 500; i++) {
        const sn_copy copy = send(r, 0, 800).copy[0];
        CHECK_EQ(copy.arrives, SS_MS(20));
        where[i] = copy.corrupted ? copy.where : UINT64_MAX;
        count += copy.corrupted;
    }
    CHECK(count > 100 - 45 && count < 100 + 45);
    const sn_decision *tape = sn_decisions_recorded(r->decisions, &kept);
    CHECK_EQ(kept, count);
    CHECK_OK(sn_decisions_play(player, tape, kept));
    sn_decisions *recorder = r->decisions;
    r->decisions = player;
    r->ordinal = 0;
    for (unsigned i = 0; i < 500; i++) {
        const sn_copy copy = send(r, 0, 800).copy[0];
        CHECK_EQ(copy.corrupted ? copy.where : UINT64_MAX, where[i]);
    }
    sn_decisions_free(recorder);
    rig_end(r);
}

TEST(as_in_netem_loss_takes_one_of_two_copies)
{
    rig *r = rig_start();
    r->params.duplicate.p = r->params.loss.random.p = SN_ALWAYS;
    r->params.compat = SN_COMPAT_NETEM;
    const sn_passage one = send(r, 0, 800);
    CHECK_EQ(one.copies, 1);
    CHECK_EQ(one.copy[0].cause, SN_CAUSE_NONE);
    r->params.duplicate.p = 0;
    CHECK_EQ(send(r, 0, 800).copy[0].cause, SN_CAUSE_LOSS);
    r->params.compat = SN_COMPAT_NATIVE;
    r->params.duplicate.p = SN_ALWAYS;
    const sn_passage both = send(r, 0, 800);
    CHECK_EQ(both.copies, 2);
    CHECK_EQ(both.copy[0].cause, SN_CAUSE_LOSS);
    CHECK_EQ(both.copy[1].cause, SN_CAUSE_LOSS);
    rig_end(r);
}

/* ---- jumps, tables, and the rate of the bad state ---- */

TEST(a_jump_may_be_bounded_by_a_time)
{
    rig *r = rig_start();
    r->params.reorder.p = SN_ALWAYS;
    r->params.jump.time = SS_MS(8);
    CHECK_EQ(send(r, 0, 800).copy[0].arrives, SS_MS(12));
    CHECK(send(r, 0, 800).copy[0].reordered);
    r->params.jump.time = SS_MS(18);
    CHECK_EQ(send(r, 0, 800).copy[0].arrives, SS_MS(5)); /* the floor */
    rig_end(r);
}

/* One packet a ms; every fifth jumps two ahead: just before the one that left 2 ms before it. */
TEST(a_jump_may_be_bounded_by_packets)
{
    rig *r = rig_start();
    r->params.reorder.p = SN_ALWAYS;
    r->params.reorder_gap = 5;
    r->params.jump.packets = 2;
    for (unsigned i = 1; i <= 40; i++) {
        const sn_copy copy = send(r, SS_MS(i), 800).copy[0];
        CHECK_EQ(copy.reordered, i % 5 == 0);
        CHECK_EQ(copy.arrives, i % 5 == 0 ? SS_MS(i + 18) - 1 : SS_MS(i + 20));
    }
    CHECK_EQ(send(r, SS_S(1), 800).copy[0].arrives, SS_MS(1020));
    r->params.reorder_gap = 1;
    CHECK_EQ(send(r, SS_S(9), 800).copy[0].arrives,
             SS_S(9) + SS_MS(5)); /* that one came long ago */
    rig_end(r);
}

TEST(two_packets_of_which_the_second_jumps_one_ahead_change_places)
{
    rig *r = rig_start();
    r->params.jump.packets = 1;
    const ss_time first = send(r, 0, 800).copy[0].arrives;
    r->params.reorder.p = SN_ALWAYS;
    CHECK_EQ(send(r, SS_MS(1), 800).copy[0].arrives, first - 1);
    r->params.reorder.p = 0;
    CHECK_EQ(send(r, SS_MS(2), 800).copy[0].arrives, SS_MS(22));
    rig_end(r);
}

TEST(a_jump_before_there_were_so_many_goes_to_the_floor)
{
    rig *r = rig_start();
    r->params.reorder.p = SN_ALWAYS;
    r->params.jump.packets = SN_REORDER_PACKETS_MAX;
    for (unsigned i = 0; i < SN_REORDER_PACKETS_MAX; i++) {
        CHECK_EQ(send(r, 0, 800).copy[0].arrives, SS_MS(5));
    }
    CHECK_EQ(send(r, 0, 800).copy[0].arrives, SS_MS(5));
    rig_end(r);
}

TEST(the_bad_state_has_a_rate_of_its_own)
{
    rig *r = rig_start();
    r->params.loss = (sn_loss){ .kind = SN_LOSS_GEMODEL,
                                .ge = { SN_ALWAYS, SN_ALWAYS, 0, 0 } }; /* good and bad in turn */
    r->params.rate.bps = 8000000;
    r->params.bad_rate = 8000;
    for (uint64_t i = 0; i < 10; i++) {
        const ss_span bits = i % 2 == 0 ? SS_US(100) : SS_MS(100);
        CHECK_EQ(send(r, SS_S(i), 100).copy[0].arrives, SS_S(i) + bits + SS_MS(20));
    }
    r->params.rate.bps = 0; /* it is no rate where there is none */
    (void)send(r, SS_S(20), 100);
    CHECK_EQ(send(r, SS_S(21), 100).copy[0].arrives, SS_S(21) + SS_MS(20));
    rig_end(r);
}

TEST(jitter_by_a_table_takes_each_value_as_often)
{
    static const int64_t values[] = { SS_MS(1), SS_MS(2), SS_MS(3), -(int64_t)SS_MS(30) };
    rig *r = rig_start();
    r->params.jitter = (sn_jitter){
        .shape = SN_SHAPE_TABLE, .spread = SS_MS(30), .table = values, .table_count = 4
    };
    unsigned of[30] = { 0 };
    for (unsigned i = 0; i < 40000; i++) {
        of[send(r, 0, 800).copy[0].arrives / SS_MS(1)]++;
    }
    static const unsigned at[] = { 5, 21, 22, 23 }; /* the floor takes what would come before it */
    for (size_t i = 0; i < SS_COUNT(at); i++) {
        CHECK(of[at[i]] > 10000 - 435 && of[at[i]] < 10000 + 435);
    }
    rig_end(r);
}

TEST(slots_may_be_jittered_about_a_mean)
{
    rig *r = rig_start();
    r->params.slot = (sn_slot){ .min = SS_MS(10),
                                .max = SS_MS(10),
                                .packets = 1,
                                .jitter = { .shape = SN_SHAPE_NORMAL, .spread = SS_MS(2) } };
    ss_time before = send(r, 0, 100).copy[0].arrives;
    const ss_time first = before;
    ss_span least = SS_TIME_NEVER, most = 0;
    for (unsigned i = 0; i < 10000; i++) {
        const ss_time arrives = send(r, 0, 100).copy[0].arrives;
        const ss_span gap = arrives - before;
        least = gap < least ? gap : least;
        most = gap > most ? gap : most;
        before = arrives;
    }
    CHECK(before - first > SS_S(100) - SS_MS(1000) && before - first < SS_S(100) + SS_MS(1000));
    CHECK(least > 0 && least < SS_MS(5));
    CHECK(most > SS_MS(15) && most < SS_MS(20));
    r->params.slot.jitter.spread = SS_S(1); /* most of it below 0: a ns at least */
    for (unsigned i = 0; i < 100; i++) {
        const ss_time arrives = send(r, 0, 100).copy[0].arrives;
        CHECK(arrives > before);
        before = arrives;
    }
    rig_end(r);
}

/* The next one is a candidate until one jumps; then four are not. */
TEST(as_in_netem_a_gap_goes_on_until_a_packet_jumped)
{
    rig *r = rig_start();
    r->params.compat = SN_COMPAT_NETEM;
    r->params.reorder.p = SN_ALWAYS / 4;
    r->params.reorder_gap = 5;
    unsigned since = 0, jumped = 0;
    for (unsigned i = 0; i < 8000; i++) {
        const bool jumps = send(r, 0, 800).copy[0].reordered;
        CHECK(!jumps || since >= 4);
        since = jumps ? 0 : since + 1;
        jumped += jumps;
    }
    CHECK(jumped > 1000 - 100 && jumped < 1000 + 100); /* four, and on average four more, to one */
    rig_end(r);
}
