/* The bounded table of who sends, place by place: what is given up for whom, and what never is. One set is enough to see it: eight
 * slots are four for strangers and four for those who proved where they are. RFC3261:26.3.2.4 */
#include "stack/proxy/defence.h"

#include "txn_rig.h"

static const ss_source_rates rates = { .rate = { .interval = SS_S(1), .burst = 2 },
                                       .offences = { .interval = SS_S(10), .burst = 3 } };

enum { SLOTS = 8, HALF = 4 };

static ss_sources *table(txn_rig *rig, ss_ref *ref)
{
    *ref = ss_sources_new(&rig->core, SLOTS, 7);
    CHECK(*ref != 0);
    return ss_store_at(&rig->pools.store, *ref);
}

static void drop(txn_rig *rig, ss_ref ref)
{
    ss_sources_free(&rig->core, ref);
    CHECK_EQ(rig->core.bytes, 0);
}

/* The place of a name at an instant; NULL: it has none of its own. */
static ss_source *seen(txn_rig *rig, ss_sources *s, uint64_t name, ss_time now)
{
    ss_source *found;
    CHECK(ss_sources_find(&rig->core, s, name, &rates, now, &found) != NULL);
    return found;
}

/* Seen, and it takes of what it may. */
static bool takes(txn_rig *rig, ss_sources *s, uint64_t name, ss_time now)
{
    ss_source *found;
    ss_bucket *bucket = ss_sources_find(&rig->core, s, name, &rates, now, &found);
    return ss_bucket_take(bucket, rates.rate, now);
}

TEST(strangers_without_a_place_share_one_bucket)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    for (uint64_t name = 1; name <= HALF; name++) {
        CHECK(takes(rig, s, name, 0));
    }
    CHECK(seen(rig, s, 5, 0) == NULL);
    CHECK(takes(rig, s, 5, 0));
    CHECK(takes(rig, s, 6, 0));
    CHECK(!takes(rig, s, 7, 0)); /* 5 and 6 took what the crowd has */
    CHECK(takes(rig, s, 1, 0));  /* who has a place has his own */
    drop(rig, ref);
}

TEST(a_place_is_given_up_once_nothing_is_owed)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    for (uint64_t name = 1; name <= HALF; name++) {
        CHECK(takes(rig, s, name, 0));
    }
    CHECK(seen(rig, s, 5, SS_S(1) - 1) == NULL);
    CHECK(seen(rig, s, 5, SS_S(1)) != NULL); /* the bucket of 1 is full again */
    drop(rig, ref);
}

TEST(a_block_keeps_its_place_until_it_ends)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    for (uint64_t name = 1; name <= HALF; name++) {
        CHECK(ss_sources_block(&rig->core, s, name, &rates, 0, SS_S(60)));
    }
    CHECK(!ss_sources_block(&rig->core, s, 5, &rates, 0, SS_S(60)));
    CHECK(seen(rig, s, 5, SS_S(60) - 1) == NULL);
    CHECK_EQ(seen(rig, s, 1, SS_S(60) - 1)->until, SS_S(60));
    CHECK(seen(rig, s, 5, SS_S(60)) != NULL);
    drop(rig, ref);
}

TEST(a_proof_is_worth_nothing_while_blocked)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    CHECK(ss_sources_block(&rig->core, s, 1, &rates, 0, SS_S(60)));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, SS_S(1), SS_S(100));
    CHECK_EQ(seen(rig, s, 1, SS_S(1))->rank, SS_PROOF_NONE);
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, SS_S(60), SS_S(100));
    CHECK_EQ(seen(rig, s, 1, SS_S(60))->rank, SS_PROOF_USER);
    drop(rig, ref);
}

TEST(who_proved_himself_takes_what_he_owes_with_him_both_ways)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    CHECK(takes(rig, s, 1, 0));
    CHECK(takes(rig, s, 1, 0));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_ROUTE, 0, SS_MS(400));
    CHECK(!takes(rig, s, 1, SS_MS(300)));
    CHECK(!takes(rig, s, 1, SS_MS(400))); /* the proof is old: a stranger again, and no richer */
    CHECK_EQ(seen(rig, s, 1, SS_MS(400))->rank, SS_PROOF_NONE);
    drop(rig, ref);
}

TEST(an_old_proof_without_room_among_strangers_joins_the_crowd)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    ss_sources_prove(&rig->core, s, 9, SS_PROOF_ROUTE, 0, SS_MS(400));
    for (uint64_t name = 1; name <= HALF; name++) {
        CHECK(takes(rig, s, name, SS_MS(300)));
    }
    CHECK_EQ(seen(rig, s, 9, SS_MS(300))->rank, SS_PROOF_ROUTE);
    CHECK(seen(rig, s, 9, SS_MS(400)) == NULL);
    drop(rig, ref);
}

TEST(a_better_proof_takes_the_place_of_a_lesser_one_and_never_the_other_way)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, 0, SS_S(10));
    ss_sources_prove(&rig->core, s, 2, SS_PROOF_ROUTE, 0, SS_S(30));
    ss_sources_prove(&rig->core, s, 3, SS_PROOF_ROUTE, 0, SS_S(20));
    ss_sources_prove(&rig->core, s, 4, SS_PROOF_ROUTE, 0, SS_S(25));
    ss_sources_prove(&rig->core, s, 5, SS_PROOF_USER, 0,
                     SS_S(10)); /* for 3, whose proof ends first */
    CHECK_EQ(seen(rig, s, 5, 0)->rank, SS_PROOF_USER);
    CHECK_EQ(seen(rig, s, 3, 0)->rank, SS_PROOF_NONE);
    ss_sources_prove(&rig->core, s, 6, SS_PROOF_USER, 0, SS_S(10)); /* for 4, then 2 */
    ss_sources_prove(&rig->core, s, 7, SS_PROOF_USER, 0, SS_S(10));
    ss_sources_prove(&rig->core, s, 8, SS_PROOF_ROUTE, 0, SS_S(90));
    CHECK(seen(rig, s, 8, 0) == NULL || seen(rig, s, 8, 0)->rank == SS_PROOF_NONE);
    CHECK_EQ(seen(rig, s, 1, 0)->rank, SS_PROOF_USER);
    drop(rig, ref);
}

TEST(a_lesser_proof_neither_lowers_nor_prolongs_a_better_one)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, 0, SS_S(10));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_ROUTE, SS_S(1), SS_S(50));
    CHECK_EQ(seen(rig, s, 1, SS_S(1))->rank, SS_PROOF_USER);
    CHECK_EQ(seen(rig, s, 1, SS_S(1))->until, SS_S(10));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, SS_S(2), SS_S(50));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, SS_S(3),
                     SS_S(20)); /* nor does an equal one shorten it */
    CHECK_EQ(seen(rig, s, 1, SS_S(3))->until, SS_S(50));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_ROUTE, SS_S(50),
                     SS_S(70)); /* the better one is over */
    CHECK_EQ(seen(rig, s, 1, SS_S(50))->rank, SS_PROOF_ROUTE);
    drop(rig, ref);
}

TEST(a_block_ends_a_proof)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, 0, SS_S(100));
    CHECK(takes(rig, s, 1, 0));
    CHECK(ss_sources_block(&rig->core, s, 1, &rates, 0, SS_S(5)));
    ss_source *found = seen(rig, s, 1, 0);
    CHECK_EQ(found->rank, SS_PROOF_NONE);
    CHECK_EQ(found->until, SS_S(5));
    CHECK(takes(rig, s, 1, 0));
    CHECK(!takes(rig, s, 1, 0)); /* what it took before counts */
    drop(rig, ref);
}

TEST(at_the_quota_all_share_a_bucket_and_nobody_is_remembered)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref ref;
    ss_sources *s = table(rig, &ref);
    rig->settings.bytes_max = rig->core.bytes; /* not one set more */
    CHECK(seen(rig, s, 1, 0) == NULL);
    CHECK(takes(rig, s, 1, 0));
    CHECK(takes(rig, s, 2, 0));
    CHECK(!takes(rig, s, 3, 0));
    CHECK(!ss_sources_block(&rig->core, s, 1, &rates, 0, SS_S(5)));
    ss_sources_prove(&rig->core, s, 1, SS_PROOF_USER, 0, SS_S(5));
    CHECK(seen(rig, s, 1, 0) == NULL);
    CHECK_EQ(ss_sources_bytes(s), rig->core.bytes);
    drop(rig, ref);
}
