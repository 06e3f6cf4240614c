/* Links that go from level to level and up and down: where a ramp is at an instant, how a walk is spread, how long flaps last. */
#include "check.h"

#include <string.h>

#include "small_world.h"

enum { HOSTS = 40, LEVELS = 5, STEPS = 5000 };

static sn_level levels_of(uint32_t i)
{
    sn_level level = { sn_link_params_default(), sn_link_params_default() };
    level.up.delay = SS_MS(10) + SS_MS(i);
    level.down.delay = SS_MS(50) + SS_MS(i);
    return level;
}

static sn_plan *plan_with(const sn_course *course, sn_change_kind kind, uint32_t hosts)
{
    sn_plan *plan = small_plan(4);
    const sn_link_kind wire = small_link("wire", SS_MS(8));
    sn_level levels[LEVELS];
    for (uint32_t i = 0; i < LEVELS; i++) {
        levels[i] = levels_of(i);
    }
    (void)small_uas(plan, "host", hosts, 0, sn_plan_add_link(plan, &wire));
    sn_link_change change = { .of = { 1, 0, hosts - 1 },
                              .dirs = SN_LINK_UP | SN_LINK_DOWN,
                              .kind = kind,
                              .course = *course,
                              .since = SS_S(1),
                              .until = SS_S(1) + SS_MS(STEPS) };
    change.course.levels = course->level_count == 0 ? NULL : levels;
    CHECK_EQ(sn_plan_add_change(plan, &change), 0);
    plan->duration = SS_S(30);
    plan->drain = SS_S(40);
    small_finish(plan);
    return plan;
}

static const sn_course ramp = { .kind = SN_COURSE_RAMP, .step = SS_MS(100), .level_count = LEVELS };
static const sn_course walks = { .kind = SN_COURSE_WALK, .step = SS_MS(1), .level_count = LEVELS };
static const sn_course flaps = { .kind = SN_COURSE_FLAP,
                                 .rest = { SN_DIST_EXP, SS_MS(30), 0 },
                                 .spell = { SN_DIST_EXP, SS_MS(10), 0 } };

static ss_span delay_at(const sn_plan *plan, const sn_courses *courses, uint32_t link, ss_time at)
{
    return sn_plan_link_set(plan, courses, link, at)->delay;
}

TEST(a_ramp_goes_from_level_to_level_and_stays_at_the_last)
{
    sn_plan *plan = plan_with(&ramp, SN_CHANGE_SET, 2);
    const uint32_t up = SN_UP(sn_plan_node(plan, 1, 1)), down = up + 1;
    CHECK_EQ(delay_at(plan, NULL, up, SS_S(1) - 1), SS_MS(8));
    for (uint32_t i = 0; i < LEVELS; i++) {
        CHECK_EQ(delay_at(plan, NULL, up, SS_S(1) + SS_MS(100) * i), SS_MS(10 + i));
        CHECK_EQ(delay_at(plan, NULL, down, SS_S(1) + SS_MS(100) * (i + 1) - 1), SS_MS(50 + i));
    }
    CHECK_EQ(delay_at(plan, NULL, up, SS_S(4)), SS_MS(10 + LEVELS - 1));
    CHECK_EQ(delay_at(plan, NULL, up, SS_S(6)), SS_MS(8));
    sn_plan_free(plan);
}

static uint32_t level_at(const sn_plan *plan, const sn_courses *courses, uint32_t host,
                         uint32_t step)
{
    const uint32_t link = SN_UP(sn_plan_node(plan, 1, host));
    return (uint32_t)((delay_at(plan, courses, link, SS_S(1) + SS_MS(step)) - SS_MS(10)) /
                      SS_MS(1));
}

/* It is at each level as often, and stays with 1/3, at the ends with 2/3. Of 200,000 steps 40,000 are at each; walks remember, so a
 * sigma is some 700. */
TEST(a_walk_is_at_each_level_as_often_and_never_jumps)
{
    sn_plan *plan = plan_with(&walks, SN_CHANGE_SET, HOSTS);
    sn_decisions *decisions = sn_decisions_new(7);
    sn_courses *courses;
    unsigned at[LEVELS] = { 0 }, stays[LEVELS] = { 0 };
    CHECK_OK(sn_courses_new(plan, decisions, &courses));
    for (uint32_t host = 0; host < HOSTS; host++) {
        uint32_t level = level_at(plan, courses, host, 0);
        CHECK_EQ(level, LEVELS / 2);
        for (uint32_t step = 1; step < STEPS; step++) {
            const uint32_t next = level_at(plan, courses, host, step);
            CHECK(next <= level + 1 && level <= next + 1);
            at[level]++;
            stays[level] += next == level;
            level = next;
        }
    }
    for (uint32_t i = 0; i < LEVELS; i++) {
        const unsigned third = at[i] / 3, wanted = i == 0 || i + 1 == LEVELS ? 2 * third : third;
        CHECK(at[i] > 40000 - 4000 && at[i] < 40000 + 4000);
        CHECK(stays[i] > wanted - 700 && stays[i] < wanted + 700);
    }
    sn_courses_free(courses);
    sn_decisions_free(decisions);
    sn_plan_free(plan);
}

TEST(each_link_walks_by_itself_and_others_change_nothing_of_it)
{
    sn_plan *few = plan_with(&walks, SN_CHANGE_SET, 2), *many = plan_with(&walks, SN_CHANGE_SET, 9);
    sn_decisions *decisions = sn_decisions_new(7);
    sn_courses *of_few, *of_many;
    unsigned together = 0;
    CHECK_OK(sn_courses_new(few, decisions, &of_few));
    CHECK_OK(sn_courses_new(many, decisions, &of_many));
    for (uint32_t step = 0; step < STEPS; step++) {
        CHECK_EQ(level_at(few, of_few, 1, step), level_at(many, of_many, 1, step));
        together += level_at(many, of_many, 0, step) == level_at(many, of_many, 1, step);
    }
    CHECK(together < STEPS / 2);
    sn_courses_free(of_few);
    sn_courses_free(of_many);
    sn_decisions_free(decisions);
    sn_plan_free(few);
    sn_plan_free(many);
}

TEST(a_tape_leads_a_walk_again_and_an_empty_one_leaves_it_in_the_middle)
{
    sn_plan *plan = plan_with(&walks, SN_CHANGE_SET, 1);
    sn_decisions *recorder = sn_decisions_new(7), *player = sn_decisions_new(8),
                 *idle = sn_decisions_new(9);
    sn_courses *drawn, *played, *benign;
    size_t count;
    sn_decisions_record(recorder);
    CHECK_OK(sn_courses_new(plan, recorder, &drawn));
    const sn_decision *tape = sn_decisions_recorded(recorder, &count);
    CHECK(count > STEPS / 2);
    CHECK_OK(sn_decisions_play(player, tape, count));
    CHECK_OK(sn_decisions_play(idle, NULL, 0));
    CHECK_OK(sn_courses_new(plan, player, &played));
    CHECK_OK(sn_courses_new(plan, idle, &benign));
    for (uint32_t step = 0; step < STEPS; step++) {
        CHECK_EQ(level_at(plan, played, 0, step), level_at(plan, drawn, 0, step));
        CHECK_EQ(level_at(plan, benign, 0, step), LEVELS / 2);
    }
    CHECK_EQ(sn_decisions_report(player).exact, count);
    sn_courses *const all[] = { drawn, played, benign };
    sn_decisions *const by[] = { recorder, player, idle };
    for (unsigned i = 0; i < 3; i++) {
        sn_courses_free(all[i]);
        sn_decisions_free(by[i]);
    }
    sn_plan_free(plan);
}

/* A quarter of the time: 10 ms in 40. Of 40 links 5 s each that is 50 s, give or take 0.9 s. */
TEST(a_flap_is_down_for_its_share_of_the_time_and_says_until_when)
{
    sn_plan *plan = plan_with(&flaps, SN_CHANGE_DOWN, HOSTS);
    sn_decisions *decisions = sn_decisions_new(7);
    sn_courses *courses;
    unsigned down = 0;
    CHECK_OK(sn_courses_new(plan, decisions, &courses));
    for (uint32_t host = 0; host < HOSTS; host++) {
        const uint32_t link = SN_DOWN(sn_plan_node(plan, 1, host));
        ss_time until = 0, other;
        for (ss_time at = SS_MS(990); at < SS_S(6) + SS_MS(10); at += SS_MS(1)) {
            const bool is = sn_plan_link_is(plan, courses, link, SN_CHANGE_DOWN, at, &until);
            down += is;
            CHECK_EQ(is, sn_plan_link_is(plan, courses, link - 1, SN_CHANGE_DOWN, at, &other));
            if (is) {
                CHECK(at >= SS_S(1) && until > at && until <= SS_S(6));
                CHECK(sn_plan_link_is(plan, courses, link, SN_CHANGE_DOWN, until - 1, &other));
                CHECK_EQ(other, until);
            }
        }
    }
    CHECK(down > 50000 - 4500 && down < 50000 + 4500);
    sn_courses_free(courses);
    sn_decisions_free(decisions);
    sn_plan_free(plan);
}

TEST(a_plan_without_walks_and_flaps_has_no_courses)
{
    sn_plan *plan = plan_with(&ramp, SN_CHANGE_SET, 2);
    sn_decisions *decisions = sn_decisions_new(7);
    sn_courses *courses;
    CHECK_OK(sn_courses_new(plan, decisions, &courses));
    CHECK_NULL(courses);
    sn_decisions_free(decisions);
    sn_plan_free(plan);
}

TEST(walks_of_more_steps_than_fit_are_no_plan)
{
    sn_plan *plan = small_plan(4);
    const sn_link_kind wire = small_link("wire", SS_MS(8));
    const sn_level levels[] = { levels_of(0), levels_of(1) };
    const char *why = NULL;
    (void)small_uas(plan, "host", 4, 0, sn_plan_add_link(plan, &wire));
    const sn_link_change change = {
        .of = { 1, 0, 3 },
        .dirs = SN_LINK_UP,
        .kind = SN_CHANGE_SET,
        .course = { .kind = SN_COURSE_WALK, .step = SS_US(1), .levels = levels, .level_count = 2 },
        .until = SS_TIME_NEVER
    };
    (void)sn_plan_add_change(plan, &change);
    plan->duration = SS_S(10);
    CHECK_EQ(sn_plan_finish(plan, &why), SS_ERR_FULL);
    CHECK_NOT_NULL(strstr(why, "walks"));
    sn_plan_free(plan);
}
