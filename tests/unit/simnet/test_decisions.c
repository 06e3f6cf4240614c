/* Decisions: plain draws keep nothing; what deviates is recorded; a tape does it again. */
#include "check.h"

#include "sn/decisions.h"

static sn_point point_of(uint64_t place, uint64_t ordinal, uint64_t print)
{
    return (sn_point){ .place = place,
                       .call = 9,
                       .cseq = 1,
                       .method = SS_METHOD_INVITE,
                       .is_sip = 1,
                       .at = ordinal,
                       .print = print,
                       .key = { place, ordinal },
                       .key_words = 2 };
}

/* 100 visits: bit i says whether the ith was lost. */
static uint64_t losses(sn_decisions *d, uint64_t place, uint64_t print)
{
    uint64_t lost = 0;
    for (uint64_t i = 0; i < 60; i++) {
        sn_point p = point_of(place, i, print + i);
        sn_decide_at(d, &p);
        lost |= (uint64_t)sn_decide_happens(d, SN_DECISION_DROP, &p, SN_ALWAYS / 5) << i;
    }
    return lost;
}

TEST(draws_depend_on_their_key_alone)
{
    sn_decisions *a = sn_decisions_new(1), *b = sn_decisions_new(1), *c = sn_decisions_new(2);
    const uint64_t first = losses(a, 1, 0);
    CHECK_EQ(losses(a, 1, 0), first);
    CHECK(losses(a, 2, 0) != first);
    (void)losses(b, 7, 0);
    CHECK_EQ(losses(b, 1, 0), first);
    CHECK(losses(c, 1, 0) != first);
    CHECK_EQ(sn_decisions_growths(a), 0);
    sn_decisions_free(a);
    sn_decisions_free(b);
    sn_decisions_free(c);
}

TEST(only_what_deviates_is_kept_and_a_tape_repeats_it)
{
    size_t count;
    sn_decisions *recorder = sn_decisions_new(1), *player = sn_decisions_new(99);
    sn_decisions_record(recorder);
    const uint64_t lost = losses(recorder, 1, 0);
    const sn_decision *tape = sn_decisions_recorded(recorder, &count);
    CHECK_EQ(count, (size_t)__builtin_popcountll(lost));
    CHECK_OK(sn_decisions_play(player, tape, count));
    CHECK_EQ(losses(player, 1, 0), lost);
    const sn_tape_report report = sn_decisions_report(player);
    CHECK_EQ(report.exact, count);
    CHECK_EQ(report.moved, 0);
    CHECK_EQ(report.unmatched, 0);
    sn_decisions_free(recorder);
    sn_decisions_free(player);
}

TEST(a_tape_tells_moved_from_exact_and_from_unmatched)
{
    size_t count;
    sn_decisions *recorder = sn_decisions_new(1), *player = sn_decisions_new(1);
    sn_decisions_record(recorder);
    const uint64_t lost = losses(recorder, 1, 0);
    (void)losses(recorder, 2, 0);
    const size_t here = (size_t)__builtin_popcountll(lost);
    const sn_decision *tape = sn_decisions_recorded(recorder, &count);
    CHECK_OK(sn_decisions_play(player, tape, count));
    CHECK_EQ(losses(player, 1, 1000), lost); /* the same places, other bytes */
    const sn_tape_report report = sn_decisions_report(player);
    CHECK_EQ(report.exact, 0);
    CHECK_EQ(report.moved, here);
    CHECK_EQ(report.unmatched, count - here);
    sn_decisions_free(recorder);
    sn_decisions_free(player);
}

TEST(without_its_tape_a_player_is_benign)
{
    const sn_dist exponential = { SN_DIST_EXP, SS_S(3), 0 };
    const sn_choice_rows choices[] = { { .weight = 1 }, { .weight = 99 } };
    sn_decisions *d = sn_decisions_new(1);
    sn_point p = point_of(1, 1, 1);
    CHECK_OK(sn_decisions_play(d, NULL, 0));
    sn_decide_at(d, &p);
    CHECK(!sn_decide_happens(d, SN_DECISION_DUPLICATE, &p, SN_ALWAYS));
    CHECK_EQ(sn_decide_settled(d, SN_DECISION_DELAY, &p, 5), 0);
    CHECK(sn_decisions_are_played(d));
    CHECK(!sn_decisions_are_plain(d));
    CHECK_EQ(sn_decide_wait(d, SN_DECISION_WAIT, &p, &exponential), SS_S(3));
    CHECK_EQ(sn_decide_choice(d, SN_DECISION_CHOICE, &p, choices, 2, 100), 0);
    sn_decisions_free(d);
}

TEST(offsets_waits_and_choices_are_recorded_and_repeated)
{
    static const sn_dist uniform = { SN_DIST_UNIFORM, SS_MS(10), SS_MS(30) };
    static const sn_choice_rows choices[] = { { .weight = 5 }, { .weight = 3 }, { .weight = 2 } };
    sn_decisions *recorder = sn_decisions_new(5), *player = sn_decisions_new(6);
    size_t count;
    sn_decisions_record(recorder);
    int64_t offset[50];
    ss_span wait[50];
    uint32_t choice[50], per_choice[3] = { 0 };
    for (unsigned pass = 0; pass < 2; pass++) {
        sn_decisions *d = pass == 0 ? recorder : player;
        for (uint64_t i = 0; i < 50; i++) {
            sn_point p = point_of(3, i, i);
            sn_decide_at(d, &p);
            const uint64_t draw = sn_decide_draw(d, SN_PURPOSE_DELAY, &p);
            const int64_t o = sn_decide_settled(d, SN_DECISION_DELAY, &p, (int64_t)(draw >> 40));
            const ss_span w = sn_decide_wait(d, SN_DECISION_WAIT, &p, &uniform);
            const uint32_t c = sn_decide_choice(d, SN_DECISION_CHOICE, &p, choices, 3, 10);
            CHECK(w >= SS_MS(10) && w <= SS_MS(30));
            CHECK(pass == 0 || (o == offset[i] && w == wait[i] && c == choice[i]));
            offset[i] = o;
            wait[i] = w;
            choice[i] = c;
            per_choice[c]++;
        }
        if (pass == 0) {
            const sn_decision *tape = sn_decisions_recorded(recorder, &count);
            CHECK_OK(sn_decisions_play(player, tape, count));
        }
    }
    CHECK(per_choice[0] > per_choice[1] && per_choice[1] > 0 && per_choice[2] > 0);
    sn_decisions_free(recorder);
    sn_decisions_free(player);
}

TEST(indexes_and_numbers_are_recorded_and_repeated)
{
    sn_decisions *recorder = sn_decisions_new(5), *player = sn_decisions_new(6);
    size_t count;
    uint32_t index[50], seen[7] = { 0 };
    uint64_t bits[50];
    sn_decisions_record(recorder);
    for (unsigned pass = 0; pass < 2; pass++) {
        sn_decisions *d = pass == 0 ? recorder : player;
        for (uint32_t i = 0; i < 50; i++) {
            sn_point p = point_of(3, i, i);
            p.row = i; /* visited once: not counted */
            const uint32_t at = sn_decide_index(d, SN_DECISION_CALLEE, &p, 7, i % 7);
            const uint64_t number = sn_decide_bits(d, SN_DECISION_CALL_ID, &p);
            CHECK(at < 7);
            CHECK(pass == 0 || (at == index[i] && number == bits[i]));
            index[i] = at;
            bits[i] = number;
            seen[at]++;
        }
        if (pass == 0) {
            const sn_decision *tape = sn_decisions_recorded(recorder, &count);
            CHECK(count > 80 && count < 100); /* some callees were those whose turn it was */
            CHECK_OK(sn_decisions_play(player, tape, count));
        }
    }
    CHECK_EQ(sn_decisions_report(player).exact, count);
    for (unsigned i = 0; i < 7; i++) {
        CHECK(seen[i] > 0);
    }
    sn_decisions_free(recorder);
    sn_decisions_free(player);
}

TEST(benign_numbers_are_those_of_seed_0_and_differ_from_place_to_place)
{
    sn_decisions *player = sn_decisions_new(1), *zero = sn_decisions_new(0);
    size_t count;
    CHECK_OK(sn_decisions_play(player, NULL, 0));
    sn_decisions_record(zero);
    const sn_point a = point_of(1, 1, 0), b = point_of(2, 1, 0);
    const uint64_t number = sn_decide_bits(player, SN_DECISION_ENTROPY, &a);
    CHECK_EQ(sn_decide_bits(zero, SN_DECISION_ENTROPY, &a), number);
    CHECK(sn_decide_bits(player, SN_DECISION_ENTROPY, &b) != number);
    CHECK_EQ(sn_decide_index(player, SN_DECISION_CALLEE, &a, 4, 3), 3);
    (void)sn_decisions_recorded(zero, &count);
    CHECK_EQ(count, 0);
    sn_decisions_free(player);
    sn_decisions_free(zero);
}

TEST(the_recorded_list_does_not_depend_on_the_order_of_recording)
{
    sn_decisions *a = sn_decisions_new(1), *b = sn_decisions_new(1);
    size_t count, other;
    sn_decisions_record(a);
    sn_decisions_record(b);
    (void)losses(a, 1, 0);
    (void)losses(a, 2, 0);
    (void)losses(b, 2, 0);
    (void)losses(b, 1, 0);
    const sn_decision *left = sn_decisions_recorded(a, &count);
    const sn_decision *right = sn_decisions_recorded(b, &other);
    CHECK_EQ(count, other);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(left[i].point.place, right[i].point.place);
        CHECK_EQ(left[i].point.at, right[i].point.at);
        CHECK_EQ(left[i].point.nth, right[i].point.nth);
    }
    sn_decisions_free(a);
    sn_decisions_free(b);
}
