/* RFC 3428: MESSAGE. */
#include "events_rig.h"

#include <stdio.h>
#include <string.h>

static ss_status message(ua_rig *rig, uint32_t call, const char *target, const char *text)
{
    ss_command command = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_MESSAGE,
                           .call = call,
                           .target = ss_slice_from(target),
                           .body_type = SS_LIT("text/plain"),
                           .body = ss_slice_from(text) };
    return ua_command(rig, ALICE, &command);
}

/* RFC3428:4 RFC3428:7 RFC3428:5 */
TEST(rfc3428_4_a_message_is_delivered_and_answered_without_a_dialog)
{
    ua_rig *rig = ua_start();
    CHECK_OK(message(rig, 0, "sip:bob@10.0.0.2", "hello"));
    const ss_msg *sent = ua_parse(ua_sent(rig, ALICE, "MESSAGE", 0));
    CHECK_EQ(ss_msg_count(sent, SS_HDR_CONTACT), 0); /* RFC3428:4 */
    CHECK_SLICE(sent->body, "hello");
    ua_run(rig, SS_MS(30));
    const ss_msg *ok = ua_parse(ua_sent(rig, BOB, "200 MESSAGE", 0));
    CHECK_EQ(ss_msg_count(ok, SS_HDR_CONTACT), 0);
    CHECK_EQ(ok->body.len, 0);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 1);
    const ua_event *done = ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0);
    CHECK_EQ(done->event.status, 200);
    CHECK_EQ(done->event.request, 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3428:7 */
TEST(rfc3428_7_a_type_that_is_not_understood_gets_415)
{
    ua_rig *rig = ua_start();
    ev_carol_sends(rig, BOB, "MESSAGE", "m", 1, "", "image/png", "x");
    CHECK(ev_has(ua_sent(rig, BOB, "415 MESSAGE", 0), "\r\nAccept: text/plain\r\n"));
    ev_carol_sends(rig, BOB, "MESSAGE", "n", 1, "", "text/plain;charset=utf-8", "x");
    CHECK_EQ(ua_sent_count(rig, BOB, "200 MESSAGE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 1);
}

/* RFC3428:8 Timer F; nobody is there */
TEST(rfc3428_8_a_message_that_nobody_answers_is_a_408)
{
    ua_rig *rig = ua_start();
    CHECK_OK(message(rig, 0, "sip:carol@10.0.0.9", "hello"));
    ua_run_out(rig);
    const ua_event *done = ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0);
    CHECK_EQ(done->event.status, 408);
    CHECK(done->event.synthetic);
    CHECK_EQ(done->at, SS_S(32));
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3428:4 within a call its dialog serves */
TEST(rfc3428_4_within_a_call_a_message_goes_by_its_dialog)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(message(rig, 1, "", "in here"));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_REQUEST, 0)->event.call, 1);
    CHECK_EQ(message(rig, 2, "", "nowhere"), SS_ERR_STATE);
    CHECK_EQ(message(rig, 0, "mailto:bob@example.com", "x"), SS_ERR_SYNTAX);
    ss_command odd = { .kind = SS_CMD_REQUEST,
                       .method = SS_METHOD_BYE,
                       .target = SS_LIT("sip:bob@10.0.0.2") };
    CHECK_EQ(ua_command(rig, ALICE, &odd), SS_ERR_SEMANTIC);
}
