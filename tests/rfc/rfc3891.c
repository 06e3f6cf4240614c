/* RFC 3891: Replaces. Carol takes the place of a dialog of Bob's; and an attended transfer from end to end. */
#include "events_rig.h"

#include <stdio.h>
#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* The Replaces value that names Bob's dialog with Alice: his tag is the to-tag. */
static const char *replaces(ua_rig *rig, const char *more)
{
    static char line[256];
    const ua_message *ok = ua_sent(rig, BOB, "200 INVITE", 0);
    const ua_message *ringing = ua_sent(rig, BOB, "180 INVITE", 0);
    ss_name_addr from;
    const ss_msg *msg = ua_parse(ok != NULL ? ok : ringing);
    const ss_slice id = ss_msg_call_id(msg);
    CHECK_OK(ss_msg_from(msg, &from));
    const ss_slice tag = ss_name_addr_tag(&from);
    snprintf(line, sizeof line, CONTACT "Replaces: %.*s;to-tag=%s;from-tag=%.*s%s\r\n", (int)id.len,
             id.at, ev_to_tag(ok != NULL ? ok : ringing), (int)tag.len, tag.at, more);
    return line;
}

/* RFC3891:3 */
TEST(rfc3891_3_a_confirmed_dialog_is_replaced_when_the_new_call_is_answered)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    rig->identities[BOB].lines = 1; /* the line is free again at once */
    CHECK_OK(ua_carol_invites(rig, BOB, "r", replaces(rig, "")));
    const ua_event *incoming = ua_event_of(rig, BOB, SS_EVENT_INCOMING, 1);
    CHECK_EQ(incoming->event.replaces, 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 2));
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_ENDED), 1);
}

/* RFC3891:3 */
TEST(rfc3891_3_a_new_call_that_is_refused_leaves_the_old_one_alone)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_carol_invites(rig, BOB, "r", replaces(rig, "")));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 2, 488));
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
}

/* RFC3891:3 RFC3891:7.1 */
TEST(rfc3891_3_early_only_is_busy_when_the_dialog_is_confirmed)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_carol_invites(rig, BOB, "r", replaces(rig, ";early-only")));
    CHECK_EQ(ua_sent_count(rig, BOB, "486 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
}

/* RFC3891:3 */
TEST(rfc3891_3_no_match_is_481)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_carol_invites(rig, BOB, "a", CONTACT "Replaces: nobody;to-tag=1;from-tag=2\r\n"));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 INVITE"), 1);
}

/* RFC3891:3 an early dialog of Bob's that another began */
TEST(rfc3891_3_an_early_dialog_that_we_did_not_begin_is_481)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    CHECK_OK(ua_carol_invites(rig, BOB, "a", replaces(rig, "")));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 INVITE"), 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
}

/* RFC3891:3 an early dialog that Alice began is picked up: CANCEL */
TEST(rfc3891_3_an_early_dialog_that_we_began_is_cancelled)
{
    ua_rig *rig = ua_start();
    char line[256];
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, SS_MS(20));
    ss_name_addr from;
    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    CHECK_OK(ss_msg_from(invite, &from));
    const ss_slice tag = ss_name_addr_tag(&from), id = ss_msg_call_id(invite);
    snprintf(line, sizeof line, CONTACT "Replaces: %.*s;to-tag=%.*s;from-tag=%s;early-only\r\n",
             (int)id.len, id.at, (int)tag.len, tag.at,
             ev_to_tag(ua_sent(rig, BOB, "180 INVITE", 0)));
    CHECK_OK(ua_carol_invites(rig, ALICE, "a", line));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_ANSWER, 2));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 1);
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CANCELLED), 1);
}

/* RFC3891:3 */
TEST(rfc3891_3_a_dialog_that_has_just_ended_is_declined)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_invites(rig, BOB, "a", replaces(rig, "")));
    CHECK_EQ(ua_sent_count(rig, BOB, "603 INVITE"), 1);
}

/* RFC3891:3 a dialog that is not a call's */
TEST(rfc3891_3_a_dialog_of_a_subscription_is_481)
{
    static const ss_slice packages[] = { SS_LIT_INIT("presence") };
    static const ss_ua_profile profile = { .package_count = 1, .packages = packages };
    char line[256];
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &profile;
    ev_carol_sends(rig, BOB, "SUBSCRIBE", "s", 1, CONTACT "Event: presence\r\n", NULL, "");
    snprintf(line, sizeof line, CONTACT "Replaces: s;to-tag=%s;from-tag=c\r\n",
             ev_to_tag(ua_sent(rig, BOB, "200 SUBSCRIBE", 0)));
    CHECK_OK(ua_carol_invites(rig, BOB, "a", line));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 INVITE"), 1);
}

/* RFC3891:3 */
TEST(rfc3891_3_what_contradicts_itself_is_a_bad_request)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "a",
                              CONTACT "Replaces: a;to-tag=1;from-tag=2\r\n"
                                      "Join: a;to-tag=1;from-tag=2\r\n"));
    CHECK_EQ(ua_sent_count(rig, BOB, "400 INVITE"), 1);
    ev_carol_sends(rig, BOB, "OPTIONS", "o", 1, "Replaces: a;to-tag=1;from-tag=2\r\n", NULL, "");
    CHECK_EQ(ua_sent_count(rig, BOB, "400 OPTIONS"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
}

/* RFC3891:3 RFC3891:6.2 */
TEST(rfc3891_6_2_replaces_is_supported_and_may_be_required)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK(ev_has(ua_sent(rig, ALICE, "INVITE", 0), "\r\nSupported: "));
    char lines[512];
    snprintf(lines, sizeof lines, "Require: replaces\r\n%s", replaces(rig, ""));
    CHECK_OK(ua_carol_invites(rig, BOB, "a", lines));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 2);
}

/* RFC3891:4 RFC3515:2.4.3: Alice has a call with Bob and one with Carol, and joins the two. Carol is the test. */
TEST(rfc3891_4_an_attended_transfer_refers_to_the_dialog_that_shall_be_replaced)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    const uint32_t second = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "x;y=1", CONTACT));
    ss_command command = { .kind = SS_CMD_REFER, .call = 1, .refer_call = second };
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_MS(100));
    const ss_slice id = ss_msg_call_id(ua_parse(invite));
    char piece[256];
    snprintf(piece, sizeof piece, "\r\nRefer-To: <sip:carol@10.0.0.9?Replaces=%.*s%%40", 16, id.at);
    CHECK(ev_has(ua_sent(rig, ALICE, "REFER", 0), piece));
    ss_command follow = { .kind = SS_CMD_CALL, .subscription = 1 };
    CHECK_OK(ua_command(rig, BOB, &follow));
    const ss_msg *replacing = ua_parse(ua_sent(rig, BOB, "INVITE", 0));
    ss_name_addr from;
    CHECK_OK(ss_msg_from(ua_parse(invite), &from));
    const ss_slice tag = ss_name_addr_tag(&from);
    snprintf(piece, sizeof piece, "%.*s;to-tag=x;from-tag=%.*s", (int)id.len, id.at, (int)tag.len,
             tag.at);
    CHECK(ss_slice_eq(ss_msg_value(replacing, SS_HDR_REPLACES, 0), ss_slice_from(piece)));
    CHECK_SLICE(replacing->request_uri, "sip:carol@10.0.0.9");
    CHECK_EQ(ua_command(rig, BOB, &follow), SS_ERR_STATE); /* once */
}

/* ---- who may: 3 ---- */

static ss_ua_profile profile;

static void replace(ss_replaces_policy policy, const char *more, unsigned status)
{
    char lines[512];
    ua_rig *rig = ua_start();
    profile = (ss_ua_profile){ .replaces = (uint8_t)policy };
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    snprintf(lines, sizeof lines, "%s%s", replaces(rig, ""), more);
    CHECK_OK(ua_carol_invites(rig, BOB, "r", lines));
    CHECK_EQ(ua_sent_count(rig, BOB, "403 INVITE"), status == 403);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), status == 403 ? 1 : 2);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
}

/* RFC3891:3 Alice is replaced: Carol must be sent by her. RFC3892:2.2 */
TEST(rfc3891_3_who_was_sent_by_the_one_who_is_replaced_may_take_the_place)
{
    replace(SS_REPLACES_ANYBODY, "", 0);
    replace(SS_REPLACES_NOBODY, "Referred-By: <sip:alice@example.com>\r\n", 403);
    replace(SS_REPLACES_RELATED, "", 403);
    replace(SS_REPLACES_RELATED, "Referred-By: <sip:alice@example.com>\r\n", 0);
    replace(SS_REPLACES_RELATED, "Referred-By: \"A\" <sip:alice@EXAMPLE.com;x=1>;cid=y\r\n", 0);
    replace(SS_REPLACES_RELATED, "Referred-By: <sip:mallory@example.com>\r\n", 403);
    replace(SS_REPLACES_RELATED, "Referred-By: <sip:alice@example.org>\r\n", 403);
    replace(SS_REPLACES_RELATED, "Referred-By: nonsense\r\n", 403);
}
