/* The tally: each fact is counted for the node or the link direction whose it is. */
#include "check.h"
#include "facts_rig.h"
#include "sn/judge_tally.h"

static void note(sn_tally *t, ss_note_kind kind)
{
    sn_fact fact = facts_fact(0, 0, SN_FACT_NOTE, FACTS_BOB);
    fact.note.kind = (uint8_t)kind;
    sn_tally_fact(t, &fact);
}

TEST(tally_counts_what_a_node_did)
{
    const sn_cast cast = facts_cast();
    sn_tally *t = sn_tally_new(&cast);
    CHECK_NOT_NULL(t);
    const sn_fact sent = facts_sent(0, FACTS_ALICE, FACTS_BOB, 0, SS_METHOD_INVITE, 0);
    const sn_fact received = facts_received(1, &sent);
    sn_tally_fact(t, &sent);
    sn_tally_fact(t, &received);
    note(t, SS_NOTE_TIMER);
    note(t, SS_NOTE_RESEND);
    note(t, SS_NOTE_STRAY);
    note(t, SS_NOTE_REFUSED);
    const sn_fact dropped = facts_fact(2, 0, SN_FACT_NODE_DROPPED, FACTS_CORE);
    sn_tally_fact(t, &dropped);
    CHECK_EQ(sn_tally_node(t, FACTS_ALICE)->sent, 1);
    CHECK_EQ(sn_tally_node(t, FACTS_ALICE)->received, 0);
    const sn_node_tally *bob = sn_tally_node(t, FACTS_BOB);
    CHECK_EQ(bob->received, 1);
    CHECK_EQ(bob->timers, 1);
    CHECK_EQ(bob->again, 1);
    CHECK_EQ(bob->strays, 1);
    CHECK_EQ(bob->refused, 1);
    CHECK_EQ(sn_tally_node(t, FACTS_CORE)->dropped, 1);
    CHECK_NULL(sn_tally_node(t, FACTS_NODES));
    sn_tally_free(t);
}

TEST(tally_counts_each_direction_of_a_link_by_itself)
{
    const sn_cast cast = facts_cast();
    sn_tally *t = sn_tally_new(&cast);
    CHECK_NOT_NULL(t);
    static const sn_fact_kind kinds[] = { SN_FACT_LINK_SENT, SN_FACT_LINK_DUPLICATED,
                                          SN_FACT_LINK_REORDERED, SN_FACT_LINK_ARRIVED };
    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        const sn_fact fact = facts_fact(0, 0, kinds[i], SN_DOWN(FACTS_BOB));
        sn_tally_fact(t, &fact);
    }
    static const sn_cause causes[] = { SN_CAUSE_LOSS, SN_CAUSE_QUEUE, SN_CAUSE_MTU, SN_CAUSE_DOWN };
    for (size_t i = 0; i < SS_COUNT(causes); i++) {
        sn_fact fact = facts_fact(0, 0, SN_FACT_LINK_DROPPED, SN_DOWN(FACTS_BOB));
        fact.cause = (uint16_t)causes[i];
        sn_tally_fact(t, &fact);
    }
    const sn_link_tally *down = sn_tally_link(t, SN_DOWN(FACTS_BOB));
    CHECK_EQ(down->packets, 1);
    CHECK_EQ(down->duplicated, 1);
    CHECK_EQ(down->reordered, 1);
    CHECK_EQ(down->lost, 1);
    CHECK_EQ(down->queue_full, 1);
    CHECK_EQ(down->dropped_otherwise, 2);
    CHECK_EQ(sn_tally_link(t, SN_UP(FACTS_BOB))->packets, 0);
    sn_tally_free(t);
}

TEST(tally_knows_the_longest_queue_of_a_link)
{
    const sn_cast cast = facts_cast();
    sn_tally *t = sn_tally_new(&cast);
    CHECK_NOT_NULL(t);
    static const sn_queued_fact rows[] = {
        { .waited = SS_MS(3), .packets = 7, .is_set = 1 },
        { .waited = SS_MS(9), .packets = 2, .is_set = 1 },
        { .waited = 0, .packets = 8, .is_set = 1 }, /* it was dropped there, or went first */
        { 0 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_fact fact = facts_fact(0, 0, i == 1 ? SN_FACT_LINK_DUPLICATED : SN_FACT_LINK_SENT,
                                  SN_UP(FACTS_BOB));
        fact.queued = rows[i];
        sn_tally_fact(t, &fact);
    }
    CHECK_EQ(sn_tally_link(t, SN_UP(FACTS_BOB))->longest_queue, 8);
    CHECK_EQ(sn_tally_link(t, SN_UP(FACTS_BOB))->longest_wait, SS_MS(9));
    sn_tally_free(t);
}

TEST(tally_of_too_many_nodes_counts_none)
{
    const sn_cast cast = { .node_count = SN_TALLY_NODES + 1 };
    sn_tally *t = sn_tally_new(&cast);
    CHECK_NOT_NULL(t);
    const sn_fact fact = facts_fact(0, 0, SN_FACT_LINK_SENT, 0);
    sn_tally_fact(t, &fact);
    CHECK_NULL(sn_tally_node(t, 0));
    CHECK_NULL(sn_tally_link(t, 0));
    sn_tally_free(t);
}
