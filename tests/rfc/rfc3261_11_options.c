/* RFC 3261 section 11: OPTIONS asked by a user agent, outside and inside a dialog. (How it is answered: rfc3261_08_ua.c.) */
#include "events_rig.h"

static ss_status options(ua_rig *rig, uint32_t call, const char *target)
{
    ss_command command = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_OPTIONS,
                           .call = call,
                           .target = ss_slice_from(target) };
    return ua_command(rig, ALICE, &command);
}

/* RFC3261:11.1 */
TEST(rfc3261_11_1_options_say_what_is_accepted_and_learn_what_the_other_can)
{
    ua_rig *rig = ua_start();
    CHECK_OK(options(rig, 0, "sip:bob@10.0.0.2"));
    CHECK(ev_has(ua_sent(rig, ALICE, "OPTIONS", 0), "\r\nAccept: application/sdp"));
    ua_run(rig, SS_MS(30));
    const ss_msg *ok = ua_parse(ua_sent(rig, BOB, "200 OPTIONS", 0));
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_ALLOW, 0), UA_ALLOW);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 200);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0); /* RFC3261:11 no dialog is made */
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:11.2 inside a dialog the answer is 200 and changes nothing of it */
TEST(rfc3261_11_2_options_inside_a_dialog_leave_it_as_it_is)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    rig->identities[BOB].lines = 1;
    CHECK_OK(options(rig, 1, ""));
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 OPTIONS"), 1);
    CHECK_OK(options(rig, 0, "sip:bob@10.0.0.2"));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "486 OPTIONS"), 1); /* as an INVITE would get */
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}
