/* The digest: one chain per entity, over stable ids, whatever the dense numbers are. */
#include "check.h"

#include "sn/facts.h"

/* alice, bob and carol; and the same without bob. */
static sn_member all[3], some[2];

static sn_cast cast_of(sn_member *nodes, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        nodes[i] = (sn_member){ .id = sn_name_id(ss_slice_from(names[i]), 0), .router = SN_NOBODY };
    }
    return (sn_cast){ .nodes = nodes, .node_count = count };
}

static sn_cast three(void)
{
    static const char *const names[] = { "alice", "bob", "carol" };
    return cast_of(all, names, 3);
}

static sn_cast two(void)
{
    static const char *const names[] = { "alice", "carol" };
    return cast_of(some, names, 2);
}

static sn_fact sent(uint32_t from, uint32_t to, uint64_t hash)
{
    return (sn_fact){ .key = { .at = SS_MS(5), .step = 1, .receiver = from, .sender = from },
                      .kind = SN_FACT_DATAGRAM_SENT,
                      .entity = from,
                      .peer = to,
                      .packet = { .origin = from },
                      .hash = hash };
}

TEST(a_chain_depends_on_ids_and_not_on_dense_numbers)
{
    uint64_t chains[2][9];
    sn_digest d[2];
    const sn_cast with = three(), without = two();
    sn_digest_init(&d[0], &with, chains[0]);
    sn_digest_init(&d[1], &without, chains[1]);
    const sn_fact in_three = sent(2, 0, 77), in_two = sent(1, 0, 77);
    sn_digest_fact(&d[0], &in_three);
    sn_digest_fact(&d[1], &in_two);
    CHECK_EQ(d[0].nodes[2], d[1].nodes[1]);
    CHECK_EQ(sn_digest_sum(&d[0]), sn_digest_sum(&d[1])); /* bob did nothing: he does not count */
}

TEST(every_member_of_a_fact_moves_the_digest)
{
    uint64_t chains[9], seen[32];
    const sn_cast cast = three();
    sn_fact facts[] = { sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1),
                        sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1),
                        sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1), sent(0, 1, 1) };
    facts[1].key.at++;
    facts[2].key.tie++;
    facts[3].key.counter++;
    facts[4].key.step++;
    facts[5].key.receiver = 1;
    facts[6].index++;
    facts[7].kind = SN_FACT_DATAGRAM_RECEIVED;
    facts[8].peer = 2;
    facts[9].hash++;
    facts[10].packet.ordinal++;
    facts[11].packet.copy++;
    facts[12].value++;
    facts[13].local_port++;
    for (size_t i = 0; i < SS_COUNT(facts); i++) {
        sn_digest d;
        sn_digest_init(&d, &cast, chains);
        sn_digest_fact(&d, &facts[i]);
        seen[i] = sn_digest_sum(&d);
        for (size_t j = 0; j < i; j++) {
            CHECK(seen[i] != seen[j]);
        }
    }
}

TEST(order_matters_within_an_entity_and_not_between_entities)
{
    uint64_t chains[4][9];
    sn_digest d[4];
    const sn_cast cast = three();
    const sn_fact a1 = sent(0, 1, 1), a2 = sent(0, 1, 2), b = sent(1, 0, 3);
    const sn_fact *const orders[4][3] = {
        { &a1, &a2, &b }, { &b, &a1, &a2 }, { &a1, &b, &a2 }, { &a2, &a1, &b }
    };
    for (unsigned i = 0; i < 4; i++) {
        sn_digest_init(&d[i], &cast, chains[i]);
        for (unsigned j = 0; j < 3; j++) {
            sn_digest_fact(&d[i], orders[i][j]);
        }
    }
    CHECK_EQ(sn_digest_sum(&d[0]), sn_digest_sum(&d[1]));
    CHECK_EQ(sn_digest_sum(&d[0]), sn_digest_sum(&d[2]));
    CHECK(sn_digest_sum(&d[0]) != sn_digest_sum(&d[3]));
}

TEST(link_directions_have_chains_of_their_own)
{
    uint64_t chains[9];
    sn_digest d;
    const sn_cast cast = three();
    sn_digest_init(&d, &cast, chains);
    sn_fact lost = sent(0, 1, 1);
    lost.kind = SN_FACT_LINK_DROPPED;
    lost.cause = SN_CAUSE_LOSS;
    lost.entity = SN_DOWN(2);
    sn_digest_fact(&d, &lost);
    CHECK(d.links[SN_DOWN(2)] != 0);
    CHECK_EQ(d.nodes[0], 0);
}

TEST(notes_calls_and_leftovers_move_the_digest)
{
    uint64_t chains[9];
    const sn_cast cast = three();
    sn_fact facts[6] = { sent(0, 1, 0), sent(0, 1, 0), sent(0, 1, 0),
                         sent(0, 1, 0), sent(0, 1, 0), sent(0, 1, 0) };
    facts[0].kind = facts[1].kind = SN_FACT_NOTE;
    facts[1].note.to = SS_TXN_COMPLETED;
    facts[2].kind = facts[3].kind = SN_FACT_CALL;
    facts[3].call.status = 486;
    facts[4].kind = facts[5].kind = SN_FACT_LEFT;
    facts[5].left.dialogs = 1;
    for (unsigned i = 0; i < 6; i += 2) {
        sn_digest a, b;
        uint64_t other[9];
        sn_digest_init(&a, &cast, chains);
        sn_digest_init(&b, &cast, other);
        sn_digest_fact(&a, &facts[i]);
        sn_digest_fact(&b, &facts[i + 1]);
        CHECK(sn_digest_sum(&a) != sn_digest_sum(&b));
    }
}

TEST(the_end_counts_and_is_no_nodes)
{
    uint64_t chains[9];
    sn_digest d;
    const sn_cast cast = three();
    sn_digest_init(&d, &cast, chains);
    const uint64_t before = sn_digest_sum(&d);
    const sn_fact end = { .key = { .at = 1, .receiver = SN_NOBODY, .sender = SN_NOBODY },
                          .kind = SN_FACT_END,
                          .peer = SN_NOBODY,
                          .packet.origin = SN_NOBODY };
    sn_digest_fact(&d, &end);
    CHECK(sn_digest_sum(&d) != before);
    CHECK_EQ(d.nodes[0], 0);
}
