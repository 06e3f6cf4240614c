/* RFC 6086: INFO and its packages. */
#include "events_rig.h"

static const ss_slice packages[] = { SS_LIT_INIT("dtmf"), SS_LIT_INIT("score") };
static const ss_ua_profile profile = { .info_packages = packages, .info_package_count = 2 };

static ss_status info(ua_rig *rig, const char *package, const char *body)
{
    ss_command command = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_INFO,
                           .call = 1,
                           .event = ss_slice_from(package),
                           .body_type = SS_LIT("text/plain"),
                           .body = ss_slice_from(body) };
    return ua_command(rig, ALICE, &command);
}

/* RFC6086:4.1 RFC6086:7.3 */
TEST(rfc6086_4_1_packages_that_we_take_are_said_where_a_dialog_begins)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &profile;
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    CHECK(ev_has(ua_sent(rig, ALICE, "INVITE", 0), "\r\nRecv-Info: dtmf, score\r\n"));
    CHECK(ev_has(ua_sent(rig, BOB, "200 INVITE", 0), "\r\nRecv-Info: dtmf, score\r\n"));
}

/* RFC6086:4.2.1 RFC6086:4.2.2 RFC6086:4.3.1 */
TEST(rfc6086_4_2_1_an_info_of_a_package_is_answered_200_and_told)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    CHECK_OK(info(rig, "dtmf", "5"));
    const ua_message *sent = ua_sent(rig, ALICE, "INFO", 0);
    CHECK(ev_has(sent, "\r\nInfo-Package: dtmf\r\n"));
    CHECK(ev_has(sent, "\r\nContent-Disposition: Info-Package\r\n"));
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_REQUEST, 0)->event.call, 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 200);
}

/* RFC6086:4.2.2 a failure of the transaction only */
TEST(rfc6086_4_2_2_an_unknown_package_gets_469_with_recv_info_and_the_call_goes_on)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    CHECK_OK(info(rig, "tides", ""));
    ua_run(rig, SS_S(1));
    CHECK(ev_has(ua_sent(rig, BOB, "469 INFO", 0), "\r\nRecv-Info: dtmf, score\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 0);
    CHECK_OK(info(rig, "", "")); /* RFC6086:5.1 the old kind has no package */
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 1);
}

/* RFC6086:4.2.1 only within a call */
TEST(rfc6086_4_2_1_info_outside_a_call_is_for_nobody)
{
    ua_rig *rig = ua_start();
    ss_command command = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_INFO,
                           .target = SS_LIT("sip:bob@10.0.0.2") };
    CHECK_EQ(ua_command(rig, ALICE, &command), SS_ERR_STATE);
    ev_carol_sends(rig, BOB, "INFO", "i", 1, "Info-Package: dtmf\r\n", NULL, "");
    CHECK_EQ(ua_sent_count(rig, BOB, "481 INFO"), 1);
}

/* RFC6086:4.2.1 RFC5057:5.1 481 to an INFO: the peer knows no such call any more */
TEST(rfc6086_4_2_1_481_to_an_info_ends_the_call)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ss_engine_reset(&rig->engines[BOB]);
    CHECK_OK(info(rig, "", ""));
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 INFO"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 481);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}
