/* The courses of links that walk and flap, decided before the run for each link by itself: so what holds at an instant is looked up, in
 * whatever order and by whomever, and no traffic changes it.
 *
 * Both directions of a link share its course. A walk is a level for each step; what is up, down or stays is drawn, and at the ends what would
 * lead over them is not done, so that in the long run it is at each level as often. A flap is a list of spans.
 */
#include "sn/plan.h"

#include <stdlib.h>

#include "plan/private.h"

typedef struct course_span {
    ss_time from, until;
} course_span;

/** Of one change and one link. */
typedef struct line {
    unsigned char *levels; /* WALK: one a step */
    course_span *spans;    /* FLAP */
    uint32_t count, cap;
} line;

struct sn_courses {
    const sn_plan *plan;
    line **lines; /* of each change: of each node; NULL where it has none */
    uint32_t change_count;
};

static bool is_drawn(const sn_link_change *c)
{
    return c->course.kind == SN_COURSE_WALK || c->course.kind == SN_COURSE_FLAP;
}

/* Nothing happens past the end of the run. */
static ss_time end_of(const sn_plan *plan, const sn_link_change *c)
{
    const ss_time end = ss_time_after(plan->duration, plan->drain);
    return c->until < end ? c->until : end;
}

static sn_point point_of(const sn_plan *plan, const sn_link_change *c, uint32_t node)
{
    const uint64_t place = sn_link_id(&plan->cast, SN_UP(node));
    return (sn_point){ .place = place,
                       .at = c->since,
                       .entity = SN_UP(node),
                       .key = { place, c->since },
                       .key_words = 3 };
}

static void next_row(sn_decisions *d, sn_point *point)
{
    point->row++;
    point->key[2] = point->row;
    sn_decide_at(d, point);
}

/* ---- walks ---- */

static uint64_t steps_of(const sn_plan *plan, const sn_link_change *c)
{
    const ss_time end = end_of(plan, c);
    return end <= c->since ? 0 : (end - c->since - 1) / c->course.step + 1;
}

static uint32_t step_from(sn_decisions *d, sn_point *point, uint32_t level, uint32_t count)
{
    int64_t up = 0;
    next_row(d, point);
    if (!sn_decisions_are_played(d)) {
        up = (int64_t)sn_draw_below(sn_decide_draw(d, SN_PURPOSE_WALK, point), 3) - 1;
    }
    up = sn_decide_settled(d, SN_DECISION_WALK, point, up);
    return up < 0 ? level - (level > 0) : level + (up > 0 && level + 1 < count);
}

static bool walk(const sn_plan *plan, const sn_link_change *c, sn_decisions *d, uint32_t node,
                 line *to)
{
    sn_point point = point_of(plan, c, node);
    const uint64_t steps = steps_of(plan, c);
    uint32_t level = c->course.level_count / 2;
    to->levels = malloc(steps + 1);
    if (to->levels == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < steps; i++) {
        to->levels[i] = (unsigned char)level;
        level = step_from(d, &point, level, c->course.level_count);
    }
    to->count = (uint32_t)steps;
    return true;
}

/* ---- flaps ---- */

static bool add_span(line *to, ss_time from, ss_time until)
{
    if (to->count == to->cap) {
        const uint32_t cap = to->cap == 0 ? 16 : 2 * to->cap;
        course_span *more = realloc(to->spans, cap * sizeof *more);
        if (more == NULL) {
            return false;
        }
        to->spans = more;
        to->cap = cap;
    }
    to->spans[to->count++] = (course_span){ from, until };
    return true;
}

static ss_time after(sn_decisions *d, sn_point *point, ss_time from, const sn_dist *dist)
{
    next_row(d, point);
    const ss_span span = sn_decide_wait(d, SN_DECISION_FLAP, point, dist);
    return ss_time_after(from, span == 0 ? 1 : span);
}

static bool flap(const sn_plan *plan, const sn_link_change *c, sn_decisions *d, uint32_t node,
                 line *to)
{
    sn_point point = point_of(plan, c, node);
    const ss_time end = end_of(plan, c);
    ss_time from = after(d, &point, c->since, &c->course.rest);
    while (from < end && to->count < SN_COURSE_SPANS_MAX) {
        const ss_time until = after(d, &point, from, &c->course.spell);
        if (!add_span(to, from, until < c->until ? until : c->until)) {
            return false;
        }
        from = after(d, &point, until, &c->course.rest);
    }
    return true;
}

/* ---- all of them ---- */

static bool draw_change(const sn_plan *plan, const sn_link_change *c, sn_decisions *d, line *lines)
{
    bool fine = true;
    for (uint32_t node = c->of.first; fine && node <= c->of.last; node++) {
        line *to = &lines[node - c->of.first];
        fine = c->course.kind == SN_COURSE_WALK ? walk(plan, c, d, node, to)
                                                : flap(plan, c, d, node, to);
    }
    return fine;
}

static bool draw_all(sn_courses *courses, const sn_plan *plan, sn_decisions *d)
{
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const sn_link_change *c = &plan->changes[i];
        if (!is_drawn(c)) {
            continue;
        }
        courses->lines[i] = calloc((size_t)c->of.last - c->of.first + 1, sizeof(line));
        if (courses->lines[i] == NULL || !draw_change(plan, c, d, courses->lines[i])) {
            return false;
        }
    }
    return true;
}

ss_status sn_courses_new(const sn_plan *plan, sn_decisions *decisions, sn_courses **courses)
{
    bool is_any = false;
    *courses = NULL;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        is_any = is_any || is_drawn(&plan->changes[i]);
    }
    if (!is_any) {
        return SS_OK;
    }
    sn_courses *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SS_ERR_MEMORY;
    }
    made->change_count = plan->change_count;
    made->plan = plan;
    made->lines = calloc(plan->change_count, sizeof *made->lines);
    if (made->lines == NULL || !draw_all(made, plan, decisions)) {
        sn_courses_free(made);
        return SS_ERR_MEMORY;
    }
    *courses = made;
    return SS_OK;
}

void sn_courses_free(sn_courses *c)
{
    if (c == NULL) {
        return;
    }
    for (uint32_t i = 0; c->lines != NULL && i < c->change_count; i++) {
        const sn_link_change *of = &c->plan->changes[i];
        for (uint32_t n = 0; c->lines[i] != NULL && n <= of->of.last - of->of.first; n++) {
            free(c->lines[i][n].levels);
            free(c->lines[i][n].spans);
        }
        free(c->lines[i]);
    }
    free(c->lines);
    free(c);
}

/* ---- looking them up ---- */

static const line *line_of(const sn_courses *courses, uint32_t change, uint32_t node)
{
    return courses == NULL || courses->lines[change] == NULL
               ? NULL
               : &courses->lines[change][node - courses->plan->changes[change].of.first];
}

uint32_t sn_course_level(const sn_plan *plan, const sn_courses *courses, uint32_t change,
                         uint32_t node, ss_time now)
{
    const sn_link_change *c = &plan->changes[change];
    const line *drawn = line_of(courses, change, node);
    const uint64_t step = (now - c->since) / c->course.step;
    const uint32_t last = c->course.level_count - 1;
    if (c->course.kind == SN_COURSE_RAMP) {
        return step < last ? (uint32_t)step : last;
    }
    return drawn != NULL && step < drawn->count ? drawn->levels[step] : c->course.level_count / 2;
}

bool sn_course_has(const sn_courses *courses, uint32_t change, uint32_t node, ss_time now,
                   ss_time *until)
{
    const line *drawn = line_of(courses, change, node);
    uint32_t low = 0, high = drawn == NULL ? 0 : drawn->count;
    while (low < high) { /* the first that is not over */
        const uint32_t middle = low + (high - low) / 2;
        if (drawn->spans[middle].until <= now) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (drawn == NULL || low == drawn->count || drawn->spans[low].from > now) {
        return false;
    }
    *until = drawn->spans[low].until;
    return true;
}

uint64_t sn_course_steps(const sn_plan *plan, const sn_link_change *c)
{
    const uint64_t links = (uint64_t)c->of.last - c->of.first + 1;
    const uint64_t steps = c->course.kind == SN_COURSE_WALK ? steps_of(plan, c) : 0;
    return steps > UINT64_MAX / links ? UINT64_MAX : steps * links;
}
