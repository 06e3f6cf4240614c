/* Keys of sessions that change: media, prack, session_timer, late offers, early media, and the acts of stories: what is refused
 * where, and what becomes of what is right. */
#include "rig.h"

#include "sn/plan.h"

#include <string.h>

#define NODE(inside)      "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua, " inside "}}\n"
#define CALLS(inside)     TWO "calls:\n  - {name: mix, from: alice, to: bob, rate: 1/s, " inside "}\n"
#define STORY(line)       TWO "story:\n  - {at: 1s, alice: {call: bob, as: c1}}\n  - " line "\n"
#define BEHAVIOUR(inside) TWO "behaviours: {b: [{" inside "}]}\n"

TEST(what_is_wrong_with_sessions_is_said_at_its_place)
{
    static const rig_mistake rows[] = {
        { NODE("media: «vidoe»"), "'vidoe'", "video" },
        { NODE("media: [audio, «audio»]"), "stands twice", NULL },
        { NODE("media: «[»]"), "an empty list of streams", NULL },
        { NODE("prack: «require»"), "'require'", "required" },
        { NODE("session_timer: {expires: «89s»}"), "", NULL },
        { NODE("session_timer: «{»expires: 90500ms}"), "whole seconds", NULL },
        { NODE("session_timer: «{»expires: 90s, min: 100s}"), "before its own 'min'", NULL },
        { NODE("session_timer: {«expire»: 90s}"), "unknown key", "expires" },
        { CALLS("offer: «never»"), "", NULL },
        { BEHAVIOUR("answer: 1s, early_media: «true»"), "goes with 'ring'", NULL },
        { STORY("{at: 2s, alice: {hold: «c2»}}"), "unknown call", "c1" },
        { STORY("{at: 2s, alice: {hold: c1, by: «carrier»}}"), "", NULL },
        { STORY("{at: 2s, alice: {hold: c1, «media»: audio}}"), "does not go with", NULL },
        { STORY("{at: 2s, bob: {send: 183, in: c1, body: «ofer»}}"), "", "offer" },
        { STORY("{at: 2s, «alice»: {answer: c1}}"), "is not the callee", NULL },
        { STORY("{at: 2s, alice: {crash: «1h»}}"), "a crash is 'forever'", "forever" },
    };
    RIG_CHECK(rows);
}

TEST(either_side_may_answer_when_the_story_has_a_reinvite)
{
    sn_scenario *s = rig_load_fine(STORY("{at: 2s, bob: {reinvite: c1}}\n"
                                         "  - {at: 3s, alice: {answer: c1}}\n"
                                         "  - {at: 4s, bob: {cancel: c1}}"));
    sn_scenario_free(s);
}

TEST(what_is_said_of_sessions_reaches_the_plan)
{
    sn_scenario *s = rig_load_fine(
        "sipsim: 1\nduration: 60s\nlinks: {w: {}}\nnodes:\n"
        "  a: {role: ua, media: [audio, message], prack: required, session_timer: {expires: 120s, "
        "min: 100s, refresher: uas}}\n"
        "  b: {role: ua, session_timer: {}}\n  c: {role: ua, prack: none}\n"
        "story:\n"
        "  - {at: 1s, a: {call: b, as: c1, media: video, offer: late}}\n"
        "  - {at: 2s, b: {send: 183, in: c1, reliable: true, body: offer}}\n"
        "  - {at: 3s, a: {hold: c1, by: update}}\n"
        "  - {at: 4s, a: {reinvite: c1, offer: none, media: [audio, video]}}\n");
    const sn_ua_spec *a = &rig_group(s, "a")->ua, *b = &rig_group(s, "b")->ua;
    CHECK_EQ(a->media, 5);
    CHECK_EQ(a->reliable, 2);
    CHECK_EQ(a->session_s, 120);
    CHECK_EQ(a->session_min_s, 100);
    CHECK_EQ(a->refresher, 2);
    CHECK_EQ(b->media, 1);
    CHECK_EQ(b->session_s, 0);
    CHECK_EQ(b->session_min_s, 90);
    CHECK_EQ(rig_group(s, "c")->ua.reliable, 1);
    CHECK_EQ(rig_group(s, "c")->ua.session_min_s, 0);
    const sn_plan *plan = sn_scenario_plan(s);
    CHECK(plan->calls[0].is_late);
    CHECK_EQ(plan->calls[0].media, 2);
    CHECK_EQ(plan->acts[1].row.flags, SN_ROW_RELIABLE | SN_ROW_OFFER);
    CHECK_EQ(plan->acts[2].row.flags, SN_ROW_BY_UPDATE);
    CHECK_EQ(plan->acts[3].row.flags, SN_ROW_NO_OFFER);
    CHECK_EQ(plan->acts[3].row.media, 3);
    sn_scenario_free(s);
}
