/* The table: finding by engine and key, the newest of equal keys first, removal. */
#include "check.h"

typedef struct thing {
    ss_table_link link;
    uint64_t number;
} thing;

static ss_store fresh(void)
{
    _Alignas(16) static unsigned char memory[1 << 18];
    ss_store s;
    ss_store_init(&s, memory, sizeof memory);
    return s;
}

static thing *add(ss_table *t, ss_store *s, uint32_t engine, uint64_t key, uint64_t number)
{
    thing *made = ss_store_at(s, ss_store_take(s, sizeof(thing)));
    made->link.engine = engine;
    made->link.key = (ss_key128){ key, key * 3 };
    made->number = number;
    ss_table_add(t, s, &made->link);
    return made;
}

static uint64_t number_of(const ss_table_link *link)
{
    return link == NULL ? 0 : ((const thing *)(const void *)link)->number;
}

static uint64_t find(const ss_table *t, const ss_store *s, uint32_t engine, uint64_t key)
{
    return number_of(ss_table_find(t, s, engine, (ss_key128){ key, key * 3 }));
}

TEST(table_finds_what_was_added_under_its_engine_only)
{
    ss_store s = fresh();
    ss_table t;
    CHECK_OK(ss_table_init(&t, &s, 100));
    for (uint64_t i = 0; i < 1000; i++) {
        add(&t, &s, (uint32_t)(i % 3), i / 3, i + 1);
    }
    CHECK_EQ(t.count, 1000);
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK_EQ(find(&t, &s, (uint32_t)(i % 3), i / 3), i + 1);
    }
    CHECK_EQ(find(&t, &s, 3, 0), 0);
    CHECK_EQ(find(&t, &s, 0, 5000), 0);
    CHECK_NULL(ss_table_find(&t, &s, 0, (ss_key128){ 1, 4 }));
}

TEST(table_equal_keys_are_found_newest_first)
{
    ss_store s = fresh();
    ss_table t;
    CHECK_OK(ss_table_init(&t, &s, 1));
    add(&t, &s, 7, 42, 1);
    add(&t, &s, 7, 43, 2);
    thing *middle = add(&t, &s, 7, 42, 3);
    add(&t, &s, 8, 42, 4);
    add(&t, &s, 7, 42, 5);
    const ss_table_link *at = ss_table_find(&t, &s, 7, (ss_key128){ 42, 126 });
    CHECK_EQ(number_of(at), 5);
    at = ss_table_find_next(&s, at);
    CHECK_EQ(number_of(at), 3);
    at = ss_table_find_next(&s, at);
    CHECK_EQ(number_of(at), 1);
    CHECK_NULL(ss_table_find_next(&s, at));
    ss_table_remove(&t, &s, &middle->link);
    at = ss_table_find_next(&s, ss_table_find(&t, &s, 7, (ss_key128){ 42, 126 }));
    CHECK_EQ(number_of(at), 1);
    CHECK_EQ(t.count, 4);
}

TEST(table_removal_in_any_order_leaves_the_rest)
{
    enum { THINGS = 300 };
    static thing *made[THINGS];
    ss_store s = fresh();
    ss_table t;
    ss_entropy draws = { .key = 5 };
    CHECK_OK(ss_table_init(&t, &s, 20));
    for (uint64_t i = 0; i < THINGS; i++) {
        made[i] = add(&t, &s, 1, i, i + 1);
    }
    for (size_t left = THINGS; left > 0; left--) {
        const size_t pick = ss_entropy_next(&draws) % left;
        const uint64_t key = made[pick]->link.key.lo;
        ss_table_remove(&t, &s, &made[pick]->link);
        made[pick] = made[left - 1];
        CHECK_EQ(find(&t, &s, 1, key), 0);
        for (size_t i = 0; i + 1 < left; i++) {
            CHECK_EQ(find(&t, &s, 1, made[i]->link.key.lo), made[i]->number);
        }
    }
    CHECK_EQ(t.count, 0);
}

TEST(table_needs_room_in_the_store)
{
    _Alignas(16) unsigned char memory[64];
    ss_store s;
    ss_table t;
    ss_store_init(&s, memory, sizeof memory);
    CHECK_STATUS(ss_table_init(&t, &s, 16), SS_ERR_MEMORY);
}
