/* Races that stacks got wrong and that no story can tell, as it takes a peer that forks, or one that says what none should. Carol is
 * that peer; every instant is written out. The others are in tests/scenario/test_races.c; docs/flows.md has the list. */
#include <stdio.h>

#include "events_rig.h"

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static const char *const tags[] = { "a", "b", "c" };
enum { FORKS = SS_COUNT(tags) };

/* All forks ring at 10, 20, 30 ms. */
static const ua_message *ringing(ua_rig *rig)
{
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    for (unsigned i = 0; i < FORKS; i++) {
        ua_run(rig, SS_MS(10) * (i + 1));
        CHECK_OK(ua_carol_answers(rig, invite, 180, tags[i], CONTACT));
    }
    CHECK_EQ(rig->engines[ALICE].core.dialogs, FORKS);
    return invite;
}

/* RFC3261:13.2.2.4 The second 2xx, and each copy of it, is acknowledged as it comes; its dialog gets one BYE. */
TEST(race_a_fork_brings_two_2xx)
{
    static const uint64_t copies_ms[] = { 105, 605, 1605, 3605, 7605, 11605, 15605, 31605 };
    ua_rig *rig = ua_start();
    const ua_message *invite = ringing(rig);
    ua_run(rig, SS_MS(100));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "a", CONTACT));
    for (unsigned i = 0; i < SS_COUNT(copies_ms); i++) {
        ua_run(rig, SS_MS(copies_ms[i]));
        CHECK_OK(ua_carol_answers(rig, invite, 200, "b", CONTACT));
        CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), i + 2);
        CHECK_EQ(ua_sent(rig, ALICE, "ACK", i + 1)->at, SS_MS(copies_ms[i]));
        if (i == 0) {
            CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "b", ""));
        }
    }
    CHECK_EQ(ua_sent(rig, ALICE, "BYE", 0)->at, SS_MS(105));
    CHECK_STR(ev_to_tag(ua_sent(rig, ALICE, "BYE", 0)), "b");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    ua_run(rig, SS_MS(32101)); /* Timer M: the fork that only rang is gone */
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_STR(ev_to_tag(ua_sent(rig, ALICE, "BYE", ua_sent_count(rig, ALICE, "BYE") - 1)), "a");
    CHECK(ua_is_empty(rig, ALICE));
}

/* Each at an instant of its own. */
static void hang_up(ua_rig *rig, const ua_message *invite, unsigned fork)
{
    CHECK_OK(ua_carol_requests(rig, invite, tags[fork], "BYE", fork + 1));
}

/* RFC3261:13.2.2.4 RFC3261:15.1.2 The dialogs end in every order, the first one first in a third of them. */
TEST(race_the_legs_of_a_fork_end_in_every_order)
{
    static const unsigned orders[][FORKS] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                              { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    for (size_t i = 0; i < SS_COUNT(orders); i++) {
        for (unsigned answered = 0; answered < FORKS; answered++) {
            ua_rig *rig = ua_start();
            const ua_message *invite = ringing(rig);
            ua_run(rig, SS_MS(100));
            CHECK_OK(ua_carol_answers(rig, invite, 200, tags[answered], CONTACT));
            unsigned known = 0; /* BYEs that found their dialog: the early ones end with the call */
            for (unsigned k = 0; k < FORKS; k++) {
                ua_run(rig, SS_MS(200) * (k + 1));
                known += ua_event_count(rig, ALICE, SS_EVENT_BYE) == 0;
                hang_up(rig, invite, orders[i][k]);
            }
            CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), known);
            CHECK_EQ(ua_sent_count(rig, ALICE, "481 BYE"), FORKS - known);
            CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
            CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
            CHECK_OK(ua_carol_answers(rig, invite, 200, tags[answered], CONTACT)); /* a copy */
            CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
            ua_run_out(rig);
            CHECK(ua_is_empty(rig, ALICE));
        }
    }
}

/* RFC3261:13.2.2.4 The first fork to ring hangs up before any answers; another answers then. */
TEST(race_the_first_leg_of_a_fork_ends_before_another_is_answered)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = ringing(rig);
    ua_run(rig, SS_MS(50));
    hang_up(rig, invite, 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, FORKS - 1);
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_EQ(ua_sent(rig, ALICE, "ACK", 0)->at, SS_MS(60));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* A request of Carol's in the dialog of her answer, whose Contact is the star. */
static void starred(ua_rig *rig, const ua_message *invite, const char *method, unsigned cseq)
{
    char text[1024];
    ss_name_addr from;
    const ss_msg *msg = ua_parse(invite);
    CHECK_OK(ss_msg_from(msg, &from));
    const ss_slice tag = ss_name_addr_tag(&from), id = ss_msg_call_id(msg);
    snprintf(text, sizeof text,
             "%s sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKs%u\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
             "To: <sip:alice@example.com>;tag=%.*s\r\nCall-ID: %.*s\r\nCSeq: %u %s\r\n"
             "Contact: *\r\nRefer-To: <sip:dave@10.0.0.9>\r\nEvent: presence\r\n"
             "Subscription-State: active\r\nContent-Length: 0\r\n\r\n",
             method, cseq, (int)tag.len, tag.at, (int)id.len, id.at, cseq, method);
    CHECK_OK(ua_inject_text(rig, ALICE, text));
}

/* RFC3261:10.2.2 The star belongs to REGISTER. In a target refresh it refreshes nothing: the BYE goes where Carol was. */
TEST(race_a_contact_star_where_none_belongs)
{
    static const char *const methods[] = { "INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY",
                                           "REFER",  "INFO",   "MESSAGE",   "OPTIONS" };
    static const unsigned statuses[] = { 180, 183, 200, 302, 404, 485 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
        CHECK_OK(ua_carol_answers(rig, invite, statuses[i], "c", "Contact: *\r\n"));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), statuses[i] == 200);
        CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), statuses[i] >= 200);
        CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1); /* a 302 leads nowhere */
    }
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        ua_run(rig, SS_S(1) * (i + 1));
        starred(rig, invite, methods[i], 10 + (unsigned)i);
    }
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "BYE", 0))->request_uri, "sip:carol@10.0.0.9");
    ss_command enrol = { .kind = SS_CMD_REGISTER, .expires_s = 60 };
    CHECK_OK(ua_command(rig, ALICE, &enrol));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", "Contact: *\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTERED, 0)->event.expires_s, 0);
}
