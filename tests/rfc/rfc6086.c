/* RFC 6086: INFO and its packages. */
#include "events_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static const ss_slice packages[] = { SS_LIT_INIT("dtmf"), SS_LIT_INIT("score") };
static const ss_ua_profile profile = { .info_packages = packages, .info_package_count = 2 };
static const ss_ua_profile sender = { .knows_info = true }; /* takes none itself */

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
    rig->identities[ALICE].profile = &sender;
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

/* A request of Carol's inside the call that Alice made to her, with more header lines. */
static void carol_sends(ua_rig *rig, const char *method, unsigned cseq, const char *more)
{
    char text[1024];
    ss_name_addr from;
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    CHECK_OK(ss_msg_from(invite, &from));
    const ss_slice tag = ss_name_addr_tag(&from), call_id = ss_msg_call_id(invite);
    const int length = snprintf(
        text, sizeof text,
        "%s sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKp%u\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\nTo: "
        "<sip:x@example.com>;tag=%.*s\r\n"
        "Call-ID: %.*s\r\nCSeq: %u %s\r\n" CONTACT "%sContent-Length: 0\r\n\r\n",
        method, cseq, (int)tag.len, tag.at, (int)call_id.len, call_id.at, cseq, method, more);
    CHECK_OK(ua_inject(rig, ALICE, (ss_slice){ text, (size_t)length }));
}

/* Carol answered with what she takes. */
static ua_rig *call_carol(const ss_ua_profile *alices, const char *recv_info)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = alices;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", recv_info));
    return rig;
}

/* RFC6086:4.2.2 a failure of the transaction only */
TEST(rfc6086_4_2_2_an_unknown_package_gets_469_with_recv_info_and_the_call_goes_on)
{
    ua_rig *rig = call_carol(&profile, CONTACT);
    carol_sends(rig, "INFO", 1, "Info-Package: tides\r\n");
    CHECK(ev_has(ua_sent(rig, ALICE, "469 INFO", 0), "\r\nRecv-Info: dtmf, score\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REQUEST), 0);
    carol_sends(rig, "INFO", 2, ""); /* RFC6086:5.1 the old kind has no package */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REQUEST), 1);
}

/* RFC6086:4.2.1 RFC6086:5.2.2 */
TEST(rfc6086_4_2_1_no_info_of_a_package_that_the_peer_did_not_say)
{
    ua_rig *rig = call_carol(&sender, CONTACT);
    CHECK_STATUS(info(rig, "dtmf", ""), SS_ERR_SEMANTIC);
    CHECK_OK(info(rig, "", ""));
    rig = call_carol(&sender, CONTACT "Recv-Info: tides\r\nRecv-Info: dtmf;x=1, score\r\n");
    CHECK_OK(info(rig, "dtmf", ""));
    CHECK_OK(info(rig, "score", ""));
    CHECK_OK(info(rig, "tides", ""));
    CHECK_STATUS(info(rig, "scor", ""), SS_ERR_SEMANTIC);
    rig = call_carol(&sender, CONTACT "Recv-Info:\r\n");
    CHECK_STATUS(info(rig, "dtmf", ""), SS_ERR_SEMANTIC);
}

/* RFC6086:5.2.2 a set holds until another one comes, empty or not */
TEST(rfc6086_5_2_2_what_was_said_last_holds)
{
    ua_rig *rig = call_carol(&sender, CONTACT "Recv-Info: dtmf\r\n");
    carol_sends(rig, "UPDATE", 1, "");
    CHECK_OK(info(rig, "dtmf", ""));
    carol_sends(rig, "UPDATE", 2, "Recv-Info: score\r\n");
    CHECK(ev_has(ua_sent(rig, ALICE, "200 UPDATE", 1), "\r\nRecv-Info: ")); /* 5.2.3 */
    CHECK_STATUS(info(rig, "dtmf", ""), SS_ERR_SEMANTIC);
    CHECK_OK(info(rig, "score", ""));
    carol_sends(rig, "UPDATE", 3, "Recv-Info:\r\n");
    CHECK_STATUS(info(rig, "score", ""), SS_ERR_SEMANTIC);
}

TEST(rfc6086_5_2_4_a_request_that_is_rejected_changes_nothing)
{
    ua_rig *rig = call_carol(&sender, CONTACT "Recv-Info: dtmf\r\n");
    carol_sends(rig, "INVITE", 1, "Recv-Info: score\r\n");
    CHECK_OK(info(rig, "dtmf", "")); /* nothing is accepted yet */
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_REJECT, 1, 488));
    CHECK_OK(info(rig, "dtmf", ""));
    CHECK_STATUS(info(rig, "score", ""), SS_ERR_SEMANTIC);
    carol_sends(rig, "INVITE", 2, "Recv-Info: score\r\n");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_ANSWER, 1));
    CHECK_STATUS(info(rig, "dtmf", ""), SS_ERR_SEMANTIC);
    CHECK_OK(info(rig, "score", ""));
}

/* Who did not say what it takes is not told either. */
TEST(rfc6086_5_2_3_a_response_has_recv_info_when_the_request_had_it)
{
    for (unsigned said = 0; said < 2; said++) {
        ua_rig *rig = ua_start();
        rig->identities[ALICE].profile = said == 1 ? &sender : NULL;
        rig->identities[BOB].profile = &profile;
        ua_set_up(rig);
        CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "INVITE", 0), SS_HDR_RECV_INFO), said);
        CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "200 INVITE", 0), SS_HDR_RECV_INFO), said);
        CHECK_EQ(info(rig, "dtmf", ""), said == 1 ? SS_OK : SS_ERR_SEMANTIC);
    }
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
