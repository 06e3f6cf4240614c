/* Streams are independent of how they are cut (RFC 3261 18.3): a world whose segments are cut anywhere sends and receives the same
 * messages, at the same instants and in the same order at every node, as the same world with whole segments. */
#include <string.h>

#include "check.h"
#include "small_world.h"

static uint64_t chains[SMALL_NODES_MAX]; /* of the messages that each node sent and got */
static uint64_t segments;

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    segments += f->kind == SN_FACT_PACKET;
    if (sn_fact_is_sent(f) || sn_fact_is_received(f)) {
        uint64_t h = ss_mix_absorb(chains[f->entity], f->key.at);
        h = ss_mix_absorb(h, (uint64_t)f->kind << 32 | f->peer);
        h = ss_mix_absorb(h, f->packet.ordinal); /* its place in the stream */
        chains[f->entity] = ss_mix_absorb(h, f->hash);
    } else if (f->kind == SN_FACT_CALL) {
        chains[f->entity] =
            ss_mix_absorb(chains[f->entity], (uint64_t)f->call.event << 16 | f->call.status);
    }
}

static small_run run_cut(uint64_t seed, bool cut)
{
    sn_plan *plan = small_quickstart(seed, 8);
    for (uint32_t i = 0; i < plan->group_count; i++) {
        small_spec(plan, i)->transport = SS_TRANSPORT_TCP;
        small_spec(plan, i)->cuts_streams = cut;
    }
    memset(chains, 0, sizeof chains);
    segments = 0;
    const small_run run = small_run_plan(plan, &(small_options){ .each = see });
    sn_plan_free(plan);
    return run;
}

TEST(rfc3261_18_3_messages_are_the_same_however_streams_are_cut)
{
    uint64_t whole[SMALL_NODES_MAX];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const small_run a = run_cut(seed, false);
        const uint64_t fewest = segments;
        memcpy(whole, chains, sizeof whole);
        const small_run b = run_cut(seed, true);
        CHECK(segments > 2 * fewest);
        CHECK_EQ(memcmp(whole, chains, sizeof whole), 0);
        CHECK_EQ(a.kinds[SN_FACT_STREAM_RECEIVED], b.kinds[SN_FACT_STREAM_RECEIVED]);
        CHECK(a.kinds[SN_FACT_STREAM_RECEIVED] > 200);
        CHECK_EQ(a.end, b.end);
    }
}
