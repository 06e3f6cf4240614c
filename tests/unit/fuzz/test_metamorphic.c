/* Metamorphic relations: each sees what it is to see, lets pass what it has to let pass, and says nothing of inputs that it does not fit. */
#include "check.h"
#include "fz/metamorphic.h"

#define HEAD(profile) "head profile=" #profile

typedef struct input {
    char bytes[1024];
    size_t len;
} input;

static ss_slice slice_of(const input *in)
{
    return (ss_slice){ in->bytes, in->len };
}

static input input_of(const char *const *lines, size_t count)
{
    input in;
    const char *why = "";
    ss_buffer b = ss_buffer_on(in.bytes, sizeof in.bytes);
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(sn_input_record_parse_text(ss_slice_from(lines[i]), &b, &why));
    }
    CHECK(!b.overflow);
    in.len = b.len;
    return in;
}
#define INPUT(...) \
    input_of((const char *const[]){ __VA_ARGS__ }, SS_COUNT(((const char *const[]){ __VA_ARGS__ })))

/* The runs of two inputs, compared as the relation does. */
static bool are_same(const input *one, const input *other, fz_relation relation)
{
    const sn_input_variation v = fz_relation_variation(relation);
    sn_plan *a = sn_input_plan(slice_of(one));
    sn_plan *b = sn_input_plan_varied(slice_of(other), &v);
    bool is_same = false;
    CHECK_NOT_NULL(a);
    CHECK_NOT_NULL(b);
    CHECK(fz_compare(a, b, relation, &is_same));
    sn_plan_free(a);
    sn_plan_free(b);
    return is_same;
}

static bool says(const input *in, fz_relation relation)
{
    return (fz_relations_of(slice_of(in)) & 1u << relation) != 0;
}

TEST(each_relation_has_a_name_a_section_and_a_sentence)
{
    for (unsigned i = 0; i < FZ_RELATIONS; i++) {
        CHECK(fz_relations[i].name[0] == 'M');
        CHECK(fz_relations[i].section[0] != '\0');
        CHECK(fz_relations[i].sentence[0] != '\0');
    }
}

TEST(rfc3261_7_3_1_spelling_matters_to_no_call_and_a_rejection_does)
{
    const input sound = INPUT(HEAD(2), "call hold=64"),
                other = INPUT(HEAD(2), "behaviour node=1 \"\\x02\\x00\\x00\"", "call hold=64");
    CHECK(says(&sound, FZ_RELATION_SPELLING));
    CHECK(are_same(&sound, &sound, FZ_RELATION_SPELLING));
    CHECK(!are_same(&sound, &other, FZ_RELATION_SPELLING));
}

TEST(rfc3261_17_2_3_copies_matter_to_no_call_and_another_call_does)
{
    const input sound = INPUT(HEAD(2), "call hold=64"),
                other = INPUT(HEAD(2), "call hold=64", "call at=64");
    CHECK(says(&sound, FZ_RELATION_DOUBLED));
    CHECK(are_same(&sound, &sound, FZ_RELATION_DOUBLED));
    CHECK(!are_same(&sound, &other, FZ_RELATION_DOUBLED));
}

TEST(rfc3261_17_1_1_1_a_scale_stretches_instants_and_a_longer_hold_does_not)
{
    const input sound = INPUT(HEAD(2), "call hold=64"), other = INPUT(HEAD(2), "call hold=65");
    CHECK(says(&sound, FZ_RELATION_SCALED));
    CHECK(are_same(&sound, &sound, FZ_RELATION_SCALED));
    CHECK(!are_same(&sound, &other, FZ_RELATION_SCALED));
}

/* The CANCEL to who neither rang nor answered waits for a 100 that comes after 200 ms whatever T1 is. */
TEST(rfc3261_17_2_1_a_scale_says_nothing_of_a_cancel_that_waits_for_a_100)
{
    const input waits = INPUT(HEAD(6), "behaviour node=1 \"\\x02 \"", "call");
    const input rings = INPUT(HEAD(6), "behaviour node=1 \"\\x00\\x00\"", "call");
    const input later = INPUT(HEAD(6), "behaviour node=1 \"\\x00\\x00\"", "call hold=65");
    CHECK(says(&waits, FZ_RELATION_SCALED));
    CHECK(are_same(&waits, &waits, FZ_RELATION_SCALED));
    CHECK(are_same(&rings, &rings, FZ_RELATION_SCALED));
    CHECK(!are_same(&rings, &later, FZ_RELATION_SCALED));
}

TEST(an_idle_neighbour_changes_no_byte_and_a_nanosecond_is_seen)
{
    const input sound = INPUT(HEAD(2), "call hold=64"),
                other = INPUT(HEAD(2), "call hold=64 fine=2");
    CHECK(says(&sound, FZ_RELATION_IDLER));
    CHECK(are_same(&sound, &sound, FZ_RELATION_IDLER));
    CHECK(!are_same(&sound, &other, FZ_RELATION_IDLER));
    CHECK(are_same(&sound, &sound, FZ_RELATION_AGAIN));
    CHECK(!are_same(&sound, &other, FZ_RELATION_AGAIN));
}

TEST(rfc3261_16_3_noise_delays_no_call_by_a_nanosecond)
{
    const input sound = INPUT(HEAD(2), "call hold=64"),
                other = INPUT(HEAD(2), "call hold=64 fine=2");
    CHECK(says(&sound, FZ_RELATION_NOISE));
    CHECK(are_same(&sound, &sound, FZ_RELATION_NOISE));
    CHECK(!are_same(&sound, &other, FZ_RELATION_NOISE));
}

TEST(rfc3261_18_connections_take_longer_and_end_calls_no_otherwise)
{
    const input sound = INPUT(HEAD(2), "call hold=64"),
                other = INPUT(HEAD(2), "behaviour node=1 \"\\x02\\x00\\x00\"", "call hold=64");
    CHECK(says(&sound, FZ_RELATION_CONNECTIONS));
    CHECK(are_same(&sound, &sound, FZ_RELATION_CONNECTIONS));
    CHECK(!are_same(&sound, &other, FZ_RELATION_CONNECTIONS));
}

/* With 8 s more of a way, the response to what a connection brings is as late as Timer B. */
TEST(rfc3261_17_1_1_2_connections_need_not_come_about_before_timer_b)
{
    const input late = INPUT(HEAD(0), "link node=0 delay=72", "call"),
                soon = INPUT(HEAD(0), "link node=0 delay=62", "call");
    CHECK(!says(&late, FZ_RELATION_CONNECTIONS));
    CHECK(!are_same(&late, &late, FZ_RELATION_CONNECTIONS));
    CHECK(says(&soon, FZ_RELATION_CONNECTIONS));
    CHECK(are_same(&soon, &soon, FZ_RELATION_CONNECTIONS));
}

TEST(connections_decide_who_gives_up_first_behind_a_b2bua)
{
    const input rings = INPUT(HEAD(12), "behaviour node=1 \"\\x00\"", "call"),
                answers = INPUT(HEAD(12), "call");
    CHECK(!says(&rings, FZ_RELATION_CONNECTIONS));
    CHECK(!are_same(&rings, &rings, FZ_RELATION_CONNECTIONS));
    CHECK(says(&answers, FZ_RELATION_CONNECTIONS));
    CHECK(are_same(&answers, &answers, FZ_RELATION_CONNECTIONS));
}

TEST(a_relation_says_nothing_of_what_it_does_not_fit)
{
    const input lost = INPUT(HEAD(2), "numbered node=0 \"\\x01\"", "call"),
                few = INPUT(HEAD(2), "quota node=0 txns=2", "call"),
                said = INPUT(HEAD(2), "call", "forge at=40 as=1 what=10"),
                hurried = INPUT(HEAD(2), "call patience=64"), streams = INPUT(HEAD(1), "call");
    CHECK_EQ(fz_relations_of(slice_of(&lost)), 1u << FZ_RELATION_AGAIN | 1u << FZ_RELATION_IDLER);
    CHECK(!says(&few, FZ_RELATION_SPELLING));
    CHECK(!says(&said, FZ_RELATION_DOUBLED));
    CHECK(!says(&hurried, FZ_RELATION_SCALED));
    CHECK(!says(&streams, FZ_RELATION_CONNECTIONS));
}

TEST(an_input_that_holds_breaks_no_relation)
{
    const input in = INPUT(HEAD(5), "behaviour node=1 \"\\x00\\x28\\x00\\x01\\x40\\x00\"",
                           "call hold=64", "call at=40 from=1 how=1");
    fz_relation broken;
    CHECK(fz_metamorphic(slice_of(&in), FZ_ALL_RELATIONS, &broken));
    CHECK_EQ(broken, FZ_RELATIONS);
    CHECK(fz_metamorphic(SS_EMPTY, FZ_ALL_RELATIONS, &broken));
    CHECK_EQ(broken, FZ_RELATIONS);
}
