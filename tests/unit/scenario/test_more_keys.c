/* Keys of what a call does while it lasts (after), of taps, and of the acts of stories that came with them: what is refused where, and what
 * becomes of what is right. */
#include "rig.h"

#include "sn/plan.h"

#include <string.h>

#define HEAD "sipsim: 1\nduration: 60s\nlinks: {w: {}}\n"
#define TAP(inside)                                                                                \
    HEAD "nodes:\n  p: {roles: [proxy]}\n  a: {role: ua, outbound: m}\n  m: {role: tap" inside "}" \
         "\n"
#define TAPPED(line)  TAP(", toward: p") "story:\n  - " line "\n"
#define STORY(line)   TWO "story:\n  - {at: 1s, alice: {call: bob, as: c1}}\n  - " line "\n"
#define AFTER(inside) TWO "behaviours: {b: [{answer: 1s, after: " inside "}]}\n"
#define NODES(of_a, call)              \
    HEAD "nodes: {a: {role: ua, " of_a \
         "}, b: {role: ua}}\nstory:\n  - {at: 1s, a: {call: b, as: c1, " call "}}\n"
#define CALLS(inside) TWO "calls:\n  - {name: mix, from: alice, to: bob, rate: 1/s, " inside "}\n"

TEST(what_is_wrong_with_acts_of_a_call_is_said_at_its_place)
{
    static const rig_mistake rows[] = {
        { AFTER("«{»hold: 1s}"), "a list of acts", NULL },
        { AFTER("[«1s»]"), "", NULL },
        { AFTER("[{«hodl»: 1s}]"), "unknown key", "hold" },
        { AFTER("[{hold: «soon»}]"), "", NULL },
        { AFTER("[{hold: «1»}]"), "", NULL },
        { AFTER("[{hold: «none»}]"), "never comes", NULL },
        { AFTER("[«{»by: update}]"), "no act", NULL },
        { AFTER("[{subscribe: 1s, in: «cal»}]"), "", "call" },
        { AFTER("[{subscribe: 1s, in: call, to: «bob»}]"), "in a call it is to the other end",
          NULL },
        { AFTER("[{message: 1s, text: x, «in»: call}]"), "does not go with", NULL },
        { AFTER("[{refer: 1s, to: bob, «attended»: true}]"), "does not go with", NULL },
        { AFTER("[{hold: 1s, «resume»: 1s}]"), "one act in a line", NULL },
        { AFTER("[«{»transfer: 1s}]"), "a transfer needs 'to'", NULL },
        { AFTER("[{transfer: 1s, to: «carol»}]"), "unknown node", NULL },
        { AFTER("[{transfer: 1s, to: «core»}]"), "is no ua", NULL },
        { AFTER("[{hold: 1s, «to»: bob}]"), "does not go with 'hold'", NULL },
        { AFTER("[{hold: 1s, «media»: audio}]"), "does not go with 'hold'", NULL },
        { AFTER("[{reinvite: 1s, «by»: update}]"), "does not go with 'reinvite'", NULL },
        { AFTER("[{hold: 1s, by: «updat»}]"), "", "update" },
        { AFTER("[{update: 1s, media: «vidoe»}]"), "'vidoe'", "video" },
        { AFTER("[{hold: uniform «5s..1s»}]"), "", NULL },
        { AFTER("[{«mesage»: 1s, text: x}]"), "unknown key", "message" },
        { AFTER("[«{»message: 1s}]"), "a message needs its 'text'", NULL },
        { AFTER("[{message: 1s, text: «[»x]}]"), "", NULL },
        { AFTER("[{message: 1s, text: x, «event»: dialog}]"), "does not go with 'message'", NULL },
        { AFTER("[{message: 1s, text: x, to: «core»}]"), "nobody reads messages there", NULL },
        { AFTER("[{info: 1s, «to»: bob}]"), "does not go with 'info'", NULL },
        { AFTER("[{info: 1s, «packge»: dtmf}]"), "unknown key", "package" },
        { AFTER("[{subscribe: 1s, event: «dialogue»}]"), "", "dialog" },
        { AFTER("[{subscribe: 1s, expires: «1500ms»}]"), "whole seconds", NULL },
        { AFTER("[{subscribe: 1s, «text»: x}]"), "does not go with 'subscribe'", NULL },
        { AFTER("[{subscribe: 1s, to: «core»}]"), "nothing to subscribe to", NULL },
        { AFTER("[{unsubscribe: 1s, «event»: dialog}]"), "does not go with 'unsubscribe'", NULL },
        { AFTER("[«{»refer: 1s}]"), "a refer needs 'to'", NULL },
        { AFTER("[{refer: 1s, to: «core»}]"), "nobody is called there", NULL },
        { AFTER("[{subscribe: 1s, «refer»: 1s, to: bob}]"), "one act in a line", NULL },
        { TWO "behaviours: {b: [{reject: 486, after: «[»{hold: 1s}]}]}\n", "'answer' is missing",
          NULL },
        { CALLS("after: [{hold: 1s}], update: «2s»"), "'update' beside 'after'", NULL },
        { CALLS("update: «often»"), "", NULL },
        { CALLS("reliable: «maybe»"), "", NULL },
        { CALLS("session_timer: «60s»"), "", NULL },
        { CALLS("session_timer: «120s»"), "does not know of session timers", NULL },
        { NODES("prack: none", "reliable: «true»"), "has 'prack: none'", NULL },
        { NODES("session_timer: {min: 100s}", "session_timer: «90500ms»"), "whole seconds", NULL },
        { NODES("session_timer: {min: 100s}", "session_timer: «99s»"), "before the 'min'", NULL },
    };
    RIG_CHECK(rows);
}

#define ACCOUNT(of_a, call)                                                                     \
    HEAD "domains: {d.example: {registrar: p, users: \"u{n}\", password: \"pw{n}\"}}\n"         \
         "nodes:\n  p: {roles: [proxy, registrar]}\n  a: {role: ua, count: 2, outbound: p" of_a \
         "}\n"                                                                                  \
         "story:\n  - {at: 1s, \"a[0]\": {call: \"a[1]\", as: c1, credentials: " call "}}\n"

TEST(what_is_wrong_with_credentials_of_calls_is_said_at_its_place)
{
    static const rig_mistake rows[] = {
        { CALLS("credentials: «{»user: x, password: y}"), "credentials for nobody", NULL },
        { ACCOUNT("", "{password: y, «usr»: x}"), "unknown key", "user" },
        { CALLS("credentials: «{»user: x}"), "missing key 'password'", NULL },
        { CALLS("credentials: «secret»"), "", NULL },
        { ACCOUNT(", password: none", "«{»password: x}"), "credentials for nobody", NULL },
        { ACCOUNT("", "{user: u1, «realm»: x, password: x}"), "unknown key", NULL },
        { STORY("{at: 2s, bob: {answer: c1, «credentials»: {password: x}}}"), "does not go with",
          NULL },
    };
    RIG_CHECK(rows);
}

TEST(credentials_of_calls_reach_the_plan_each_once)
{
    sn_scenario *s = rig_load_fine(ACCOUNT(
        "",
        "{password: x}") "calls:\n"
                         "  - {name: x, from: a, to: a, rate: 1/s, credentials: {user: u7, "
                         "password: y}}\n"
                         "  - {name: y, from: a, to: a, rate: 1/s, credentials: {password: x}}\n"
                         "  - {name: z, from: a, to: a, rate: 1/s, credentials: none}\n");
    const sn_plan *plan = sn_scenario_plan(s);
    const sn_login_spec *login = &rig_group(s, "a")->ua.login;
    CHECK_EQ(login->account_count, 2);
    CHECK_EQ(plan->call_specs[0].account, 1);
    CHECK_EQ(plan->call_specs[1].account, 2);
    CHECK_EQ(plan->call_specs[2].account, 0);
    CHECK_STR(login->accounts[0].user, "u7");
    CHECK_STR(login->accounts[0].password, "y");
    CHECK_STR(login->accounts[1].user, "u{n}");
    CHECK_STR(login->accounts[1].password, "x");
    CHECK_EQ(plan->acts[0].row.other, 2);
    sn_scenario_free(s);
}

TEST(what_goes_on_beside_a_call_reaches_the_plan_and_is_written_again)
{
    sn_scenario *s = rig_load_fine(
        HEAD
        "nodes: {a: {role: ua}, b: {role: ua}}\n"
        "calls:\n  - {name: x, from: a, to: b, rate: 1/s, after: [{message: 1s, to: b, text: "
        "\"a \\\"b\\\"\"}, {info: 2s, package: dtmf, text: 5}, {subscribe: exp 3s, event: dialog, "
        "expires: 0s}, {unsubscribe: 4s}, {refer: 5s, to: b}, {transfer: 6s, to: a, attended: "
        "true}]}\n");
    const sn_row *rows = sn_scenario_plan(s)->rows;
    CHECK_EQ(rows[0].op, SN_OP_MESSAGE);
    CHECK_EQ(rows[0].flags, SN_ROW_GROUP);
    CHECK_STR(rows[0].text, "a \"b\"");
    CHECK_EQ(rows[1].op, SN_OP_INFO);
    CHECK_EQ(rows[1].flags, 0);
    CHECK_STR(rows[1].name, "dtmf");
    CHECK_STR(rows[1].text, "5");
    CHECK_EQ(rows[2].op, SN_OP_SUBSCRIBE);
    CHECK_EQ(rows[2].after.kind, SN_DIST_EXP);
    CHECK_EQ(rows[2].value, 0);
    CHECK_STR(rows[2].name, "dialog");
    CHECK_EQ(rows[3].op, SN_OP_UNSUBSCRIBE);
    CHECK_EQ(rows[4].op, SN_OP_REFER);
    CHECK_EQ(rows[4].flags, SN_ROW_GROUP | SN_ROW_STAYS);
    CHECK_EQ(rows[5].op, SN_OP_REFER);
    CHECK_EQ(rows[5].flags, SN_ROW_GROUP | SN_ROW_ATTENDED);
    sn_scenario_free(s);
}

TEST(what_is_wrong_with_taps_and_their_acts_is_said_at_its_place)
{
    static const rig_mistake rows[] = {
        { HEAD "nodes: {«m»: {role: tap}}\n", "missing key 'toward'", NULL },
        { TAP(", toward: «q»"), "unknown node 'q'", NULL },
        { TAP(", toward: «core»"), "neither a ua nor a proxy", NULL },
        { TAP(", toward: «m»"), "neither a ua nor a proxy", NULL },
        { TAP(", toward: p, «lines»: 2"), "", NULL },
        { HEAD "nodes: {a: {role: ua, «toward»: b}, b: {role: ua}}\n", "", NULL },
        { HEAD "nodes: {a: {role: «tab»}}\n", "'tab'", "tap" },
        { TAPPED("{at: 1s, m: {replay: «REGISTRE»}}"), "unknown method", "REGISTER" },
        { TAPPED("{at: 1s, «a»: {replay: REGISTER}}"), "only a tap replays", NULL },
        { TAPPED("{at: 1s, «m»: {options: a}}"), "only a ua acts", NULL },
        { TAPPED("{at: 1s, a: {options: «m»}}"), "only a ua acts", NULL },
        { TAPPED("«{»m: {replay: REGISTER}}"), "missing key 'at'", NULL },
        { STORY("{at: 2s, «bob»: {bye: c1}}"), "is not the caller", NULL },
        { STORY("{at: 2s, alice: {bye: «c2»}}"), "unknown call", "c1" },
        { STORY("{at: 2s, alice: {query: «binding»}}"), "", "bindings" },
        { STORY("{at: 2s, alice: {register: 60s, contacts: «\"sip:x@y\"»}}"), "a list of URIs",
          NULL },
        { STORY("{at: 2s, alice: {register: 60s, contacts: [«\"mailto:x@y\"»]}}"), "is no contact",
          NULL },
        { STORY("{at: 2s, alice: {unregister: all, «contacts»: [\"sip:x@y\"]}}"),
          "does not go with", NULL },
        { STORY("{at: 2s, bob: {reject: 486, in: c1, retry_after: «1500ms»}}"), "whole seconds",
          NULL },
        { STORY("{at: 2s, bob: {reject: 486, in: c1, «retry_afer»: 1s}}"), "", "retry_after" },
        { STORY("{at: 2s, bob: {answer: c1, «retry_after»: 1s}}"), "does not go with", NULL },
    };
    RIG_CHECK(rows);
}

TEST(calls_are_from_and_to_parts_of_groups)
{
    sn_scenario *s =
        rig_load_fine(HEAD "nodes: {a: {role: ua, count: 5}, b: {role: ua, count: 5}}\n"
                           "calls:\n  - {name: x, from: \"a[1..3]\", to: \"b[4]\", rate: 1/s}\n"
                           "  - {name: y, from: \"a[*]\", to: \"a[0..1]\", rate: 1/s}\n");
    const sn_call_spec *x = &sn_scenario_plan(s)->call_specs[0], *y = x + 1;
    CHECK_EQ(x->from_part.first, 1);
    CHECK_EQ(x->from_part.count, 3);
    CHECK_EQ(x->to_part.first, 4);
    CHECK_EQ(x->to_part.count, 1);
    CHECK_EQ(y->from, y->to);
    CHECK_EQ(y->from_part.count, 0);
    CHECK_EQ(y->to_part.count, 2);
    sn_scenario_free(s);
}

TEST(what_is_said_of_calls_and_taps_reaches_the_plan)
{
    sn_scenario *s = rig_load_fine(
        HEAD "domains: {d.example: {registrar: p, password: x}}\n"
             "nodes:\n  p: {roles: [proxy, registrar]}\n  m: {role: tap, toward: p}\n"
             "  a: {role: ua, aor: \"sip:a@d.example\", outbound: m, register: {expires: 60s}}\n"
             "  b: {role: ua, behaviour: f, session_timer: {}}\n  c: {role: ua}\n"
             "behaviours: {f: [{answer: 1s, after: [{hold: exp 3s, by: update}, {transfer: 2s, to: "
             "c}]}]}\n"
             "calls:\n"
             "  - {name: x, from: b, to: c, rate: 1/s, update: 4s}\n"
             "  - {name: y, from: b, to: c, rate: 1/s, reliable: true, session_timer: 100s}\n"
             "  - {name: z, from: b, to: c, rate: 1/s, after: [{reinvite: 1s, media: video}]}\n"
             "story:\n  - {at: 1s, m: {replay: INVITE}}\n  - {at: 1s, b: {call: c, as: r}}\n"
             "  - {at: 2s, c: {reject: 486, in: r, retry_after: 30s}}\n");
    const sn_plan *plan = sn_scenario_plan(s);
    CHECK_EQ(rig_group(s, "m")->role, SN_ROLE_TAP);
    CHECK_STR(plan->groups[rig_group(s, "m")->toward].name, "p");
    CHECK_EQ(plan->rows[1].op, SN_OP_HOLD);
    CHECK_EQ(plan->rows[1].after.kind, SN_DIST_EXP);
    CHECK_EQ(plan->rows[1].flags, SN_ROW_BY_UPDATE);
    CHECK_EQ(plan->rows[2].op, SN_OP_REFER);
    CHECK_STR(plan->groups[plan->rows[2].target].name, "c");
    CHECK_EQ(plan->call_specs[0].behaviour, 2);
    CHECK_EQ(plan->rows[3].op, SN_OP_UPDATE);
    CHECK_EQ(plan->rows[3].after.a, SS_S(4));
    CHECK_EQ(plan->call_specs[1].behaviour, 0);
    CHECK(plan->call_specs[1].is_reliable);
    CHECK_EQ(plan->call_specs[1].session_s, 100);
    CHECK(!plan->call_specs[2].is_reliable);
    CHECK_EQ(plan->rows[4].op, SN_OP_REINVITE);
    CHECK_EQ(plan->rows[4].media, 2);
    CHECK_EQ(plan->acts[0].row.op, SN_OP_REPLAY);
    CHECK_EQ(plan->acts[0].row.value, SS_METHOD_INVITE);
    CHECK_EQ(plan->acts[2].row.op, SN_OP_REJECT);
    CHECK_EQ(plan->acts[2].row.value, 30);
    sn_scenario_free(s);
}
