/* What waits for the rate in person: what head drop and CoDel take from it, and when the others are taken up. */
#include "check.h"

#include "simnet/link/impair.h"

typedef struct rig {
    _Alignas(16) unsigned char memory[1 << 18];
    ss_store store;
    sn_link_state link;
    sn_link_params params;
    sn_decisions *decisions;
    uint32_t sent;
} rig;

static rig the_rig;

/* 1000 bytes a second, on the way for 20 ms. */
static rig *rig_start(sn_queue_policy policy)
{
    rig *r = &the_rig;
    ss_store_init(&r->store, r->memory, sizeof r->memory);
    r->link = (sn_link_state){ 0 };
    r->params = sn_link_params_default();
    r->params.delay = SS_MS(20);
    r->params.rate.bps = 8000;
    r->params.queue = (sn_link_queue){ .policy = policy,
                                       .codel = { .target = SS_MS(5), .interval = SS_MS(100) } };
    r->decisions = sn_decisions_new(42);
    r->sent = 0;
    CHECK_NOT_NULL(r->decisions);
    return r;
}

static void rig_end(rig *r)
{
    sn_decisions_free(r->decisions);
}

static sn_transmission at(rig *r, ss_time now, uint32_t bytes)
{
    sn_link_settle(&r->params);
    return (sn_transmission){ .params = &r->params,
                              .link = &r->link,
                              .store = &r->store,
                              .decisions = r->decisions,
                              .now = now,
                              .bytes = bytes };
}

/* Its packet is its number, from 1. */
static sn_copy send(rig *r, ss_time now, uint32_t bytes)
{
    const sn_transmission t = at(r, now, bytes);
    sn_point point = { .place = 1, .key = { 1, 2, r->sent }, .key_words = SN_POINT_KEY_MAX };
    const sn_copy copy = sn_impair(&t, &point).copy[0];
    r->sent++;
    if (copy.held != 0) {
        sn_queue_hold(&t, copy.held, r->sent, false);
    }
    return copy;
}

static ss_time served_at(rig *r)
{
    const sn_transmission t = at(r, 0, 0);
    return sn_queue_served_at(&t);
}

static sn_held next(rig *r, ss_time now)
{
    const sn_transmission t = at(r, now, 0);
    sn_held held = { 0 };
    (void)sn_queue_next(&t, &held);
    return held;
}

TEST(head_drop_takes_what_waits_longest)
{
    rig *r = rig_start(SN_QUEUE_HEAD);
    r->params.queue.packets = 2;
    sn_held gone;
    CHECK_EQ(send(r, 0, 100).arrives, SS_MS(120));
    for (uint64_t i = 1; i <= 2; i++) {
        CHECK(send(r, SS_MS(i), 100).held != 0);
    }
    const sn_transmission t = at(r, SS_MS(3), 0);
    CHECK(!sn_queue_surplus(&t, &gone));
    CHECK_EQ(send(r, SS_MS(3), 100).queued.packets, 2);
    CHECK(sn_queue_surplus(&t, &gone));
    CHECK_EQ(gone.packet, 2);
    CHECK_EQ(gone.copy.cause, SN_CAUSE_QUEUE);
    CHECK(!sn_queue_surplus(&t, &gone));
    CHECK_EQ(served_at(r), SS_MS(100));
    CHECK_EQ(served_at(r), SS_TIME_NEVER); /* that was said */
    const sn_held third = next(r, SS_MS(100));
    CHECK_EQ(third.packet, 3);
    CHECK_EQ(third.copy.queued.waited, SS_MS(98));
    CHECK_EQ(third.copy.arrives, SS_MS(220));
    CHECK_EQ(served_at(r), SS_MS(200));
    CHECK_EQ(next(r, SS_MS(200)).copy.arrives, SS_MS(320));
    CHECK_EQ(served_at(r), SS_TIME_NEVER);
    CHECK_EQ(r->store.live_blocks, 1); /* the memory of the link alone */
    rig_end(r);
}

TEST(head_drop_by_bytes_drops_until_there_is_room)
{
    rig *r = rig_start(SN_QUEUE_HEAD);
    r->params.queue.bytes = 1000;
    sn_held gone;
    (void)send(r, 0, 100);
    for (unsigned i = 0; i < 4; i++) {
        (void)send(r, 1, 250);
    }
    (void)send(r, 2, 700);
    const sn_transmission t = at(r, 3, 0);
    for (uint32_t packet = 2; packet <= 4; packet++) {
        CHECK(sn_queue_surplus(&t, &gone));
        CHECK_EQ(gone.packet, packet);
    }
    CHECK(!sn_queue_surplus(&t, &gone));
    (void)send(r, 4, 1001); /* one that is never let in is let go as well */
    for (uint32_t packet = 5; packet <= 7; packet++) {
        CHECK(sn_queue_surplus(&t, &gone));
        CHECK_EQ(gone.packet, packet);
    }
    CHECK(!sn_queue_surplus(&t, &gone));
    CHECK_EQ(served_at(r), SS_TIME_NEVER);
    rig_end(r);
}

/* A packet takes 100 ms, and one comes every 50 ms: at 200 ms the second was above the target, at 300 ms it has been so for an interval. */
TEST(codel_drops_from_the_head_what_waited_too_long)
{
    rig *r = rig_start(SN_QUEUE_CODEL);
    r->params.mtu = 100;
    CHECK_EQ(send(r, 0, 100).arrives, SS_MS(120));
    for (uint64_t i = 1; i <= 12; i++) {
        CHECK(send(r, SS_MS(50) * i, 100).held != 0);
    }
    CHECK_EQ(served_at(r), SS_MS(100));
    CHECK_EQ(next(r, SS_MS(100)).copy.cause, SN_CAUSE_NONE); /* 50 ms: above from now on */
    const sn_held late = next(r, SS_MS(200));
    CHECK_EQ(late.copy.cause, SN_CAUSE_EARLY);
    CHECK_EQ(late.packet, 3);
    const sn_held after = next(r, SS_MS(200));
    CHECK_EQ(after.copy.cause, SN_CAUSE_NONE);
    CHECK_EQ(after.packet, 4);
    CHECK_EQ(after.copy.arrives, SS_MS(320));
    CHECK_EQ(next(r, SS_MS(300)).copy.cause, SN_CAUSE_EARLY);
    rig_end(r);
}

TEST(what_waits_goes_through_the_later_stages_when_it_leaves)
{
    rig *r = rig_start(SN_QUEUE_HEAD);
    r->params.queue.packets = 100;
    r->params.keep_order = true;
    r->params.jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM, .spread = SS_MS(15) };
    r->params.delay_floor = SS_MS(1);
    ss_time last = send(r, 0, 10).arrives;
    for (unsigned i = 0; i < 50; i++) {
        CHECK(send(r, 0, 10).held != 0);
    }
    for (uint64_t i = 1; i <= 50; i++) {
        const sn_held held = next(r, SS_MS(10) * i);
        CHECK(held.copy.arrives >= last);
        CHECK(held.copy.arrives > SS_MS(10) * (i + 1));
        last = held.copy.arrives;
    }
    rig_end(r);
}

TEST(what_waits_leaves_also_when_the_rate_or_the_policy_is_another_by_then)
{
    rig *r = rig_start(SN_QUEUE_CODEL);
    (void)send(r, 0, 100);
    (void)send(r, 0, 100);
    r->params.queue.policy = SN_QUEUE_TAIL;
    CHECK(send(r, 1, 100).held != 0); /* behind those that wait */
    CHECK_EQ(next(r, SS_MS(100)).copy.arrives, SS_MS(220));
    r->params.rate.bps = 0;
    CHECK_EQ(next(r, SS_MS(200)).copy.arrives, SS_MS(220));
    CHECK_EQ(send(r, SS_MS(300), 100).arrives, SS_MS(320));
    rig_end(r);
}

TEST(red_drops_by_chance_before_the_queue_is_full_and_a_tape_says_which)
{
    rig *r = rig_start(SN_QUEUE_RED);
    r->params.rate.bps = 8;
    r->params.queue.packets = 100;
    r->params.queue.red = (sn_red){ .min = 5, .max = 50, .p = SN_ALWAYS / 4, .weight = 0 };
    unsigned early[2] = { 0 };
    sn_decisions *player = sn_decisions_new(1);
    sn_decisions_record(r->decisions);
    for (unsigned played = 0; played < 2; played++) {
        for (unsigned i = 0; i < 200; i++) {
            const sn_copy copy = send(r, i, 100);
            early[played] += copy.cause == SN_CAUSE_EARLY;
            CHECK(copy.cause != SN_CAUSE_QUEUE);
        }
        if (played == 0) {
            size_t kept;
            const sn_decision *tape = sn_decisions_recorded(r->decisions, &kept);
            CHECK_EQ(kept, early[0]);
            CHECK_OK(sn_decisions_play(player, tape, kept));
            sn_decisions_free(r->decisions);
            r->decisions = player;
            r->link = (sn_link_state){ 0 };
            r->sent = 0;
        }
    }
    CHECK(early[0] > 100);
    CHECK_EQ(early[1], early[0]);
    rig_end(r);
}

TEST(without_memory_a_packet_that_would_wait_is_dropped_and_it_is_said)
{
    rig *r = rig_start(SN_QUEUE_HEAD);
    bool ran_out = false;
    for (unsigned i = 0; i < 10000 && !ran_out; i++) {
        const sn_transmission t = at(r, 0, 100);
        sn_point point = { .place = 1, .key = { 1, 2, i }, .key_words = SN_POINT_KEY_MAX };
        const sn_passage p = sn_impair(&t, &point);
        ran_out = p.out_of_memory;
        CHECK_EQ(p.copy[0].cause == SN_CAUSE_NONE, !ran_out);
    }
    CHECK(ran_out);
    rig_end(r);
}
