/* reports/ladder/places.c: bars that touch, and bars that do not. */
#include "check.h"
#include "ladder/places.h"

TEST(level_bars_touch_where_both_are)
{
    const ladder_bar word = { 100, 50, 160, 50, 7 };
    const ladder_bar beside = { 161, 50, 200, 50, 7 }, below = { 100, 64, 160, 64, 7 };
    const ladder_bar upon = { 160, 50, 200, 50, 7 }, into = { 120, 63, 130, 63, 7 };
    CHECK(!rp_bars_touch(&word, &beside));
    CHECK(!rp_bars_touch(&word, &below));
    CHECK(rp_bars_touch(&word, &upon));
    CHECK(rp_bars_touch(&word, &into));
    CHECK(rp_bars_touch(&into, &word));
}

TEST(leaning_bars_touch_where_they_cross_and_not_where_they_run_beside_each_other)
{
    const ladder_bar line = { 0, 0, 200, 100, 1 }, back = { 0, 100, 200, 0, 1 };
    const ladder_bar along = { 50, 9, 150, 59, 7 }, far = { 50, 45, 150, 95, 7 };
    const ladder_bar level = { 151, 50, 200, 50, 7 };
    CHECK(rp_bars_touch(&line, &back));
    CHECK(!rp_bars_touch(&line, &along)); /* 16 above all the way, which needs 8 */
    CHECK(!rp_bars_touch(&line, &far));
    CHECK(!rp_bars_touch(&line, &level));  /* it begins where the line is 25 below */
    CHECK(!rp_bars_touch(&along, &level)); /* it begins where the other has ended */
    const ladder_bar all[] = { line, back, along, far, level };
    CHECK_EQ(rp_bar_touches(&back, all, 5), 4); /* itself, and three that it crosses */
}

TEST(what_is_not_there_touches_nothing)
{
    const ladder_bar nothing = { 0 }, point = { 0, 0, 0, 0, 3 }, word = { -10, 0, 10, 0, 7 };
    CHECK(!rp_bars_touch(&nothing, &word));
    CHECK(!rp_bars_touch(&word, &nothing));
    CHECK(rp_bars_touch(&point, &word));
}
