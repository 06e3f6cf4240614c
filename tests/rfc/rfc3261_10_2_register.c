/* RFC 3261 section 10.2: a user agent's registration. Carol is the registrar. */
#include "ua_rig.h"

static ss_status enrol(ua_rig *rig, uint32_t expires_s)
{
    ss_command command = { .kind = SS_CMD_REGISTER, .cookie = 11, .expires_s = expires_s };
    return ua_command(rig, ALICE, &command);
}

static uint32_t cseq_of(const ua_message *message)
{
    ss_cseq cseq;
    CHECK_OK(ss_msg_cseq(ua_parse(message), &cseq));
    return cseq.number;
}

/* RFC3261:10.2 RFC3261:10.2.1 */
TEST(rfc3261_10_2_a_register_names_the_registrar_the_address_of_record_and_one_contact)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    const ss_msg *msg = ua_parse(ua_sent(rig, ALICE, "REGISTER", 0));
    CHECK_SLICE(msg->request_uri, "sip:10.0.0.9");
    CHECK_SLICE(ss_msg_value(msg, SS_HDR_TO, 0), "<sip:alice@example.com>");
    CHECK_SLICE(ss_msg_value(msg, SS_HDR_CONTACT, 0), "<sip:alice@10.0.0.1:5060>");
    CHECK_SLICE(ss_msg_value(msg, SS_HDR_EXPIRES, 0), "3600");
    CHECK_EQ(ss_msg_count(msg, SS_HDR_ROUTE), 0);
    ss_name_addr from;
    CHECK_OK(ss_msg_from(msg, &from));
    CHECK_SLICE(from.uri, "sip:alice@example.com");
}

/* RFC3261:10.2.4 The granted time is that of our own Contact. */
TEST(rfc3261_10_2_4_what_is_granted_is_read_from_our_own_binding)
{
    static const struct {
        const char *lines;
        uint32_t granted;
    } cases[] = {
        { "Contact: <sip:alice@10.0.0.7>;expires=10, <sip:alice@10.0.0.1:5060>;expires=600\r\n",
          600 },
        { "Expires: 77\r\nContact: <sip:alice@10.0.0.1:5060>\r\n", 77 },
        { "Contact: <sip:alice@10.0.0.1:5060>\r\n", 3600 },
        { "Contact: <sip:alice@10.0.0.1:5060>;expires=soon\r\n", 3600 },
        { "Contact: <sip:alice@10.0.0.7>;expires=10\r\n", 0 },
        { "", 0 },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        ua_rig *rig = ua_start();
        CHECK_OK(enrol(rig, 3600));
        CHECK_OK(
            ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", cases[i].lines));
        const ua_event *event = ua_event_of(rig, ALICE, SS_EVENT_REGISTERED, 0);
        CHECK_NOT_NULL(event);
        CHECK_EQ(event->event.expires_s, cases[i].granted);
        CHECK_EQ(event->event.cookie, 11);
    }
}

/* RFC3261:10.2.4 RFC3261:10.2 */
TEST(rfc3261_10_2_4_a_binding_is_refreshed_at_nine_tenths_with_the_same_call_id_and_the_next_number)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    ua_run(rig, SS_MS(20));
    const ua_message *first = ua_sent(rig, ALICE, "REGISTER", 0);
    CHECK_OK(ua_carol_answers(rig, first, 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    ua_run(rig, SS_MS(20) + SS_S(90) - 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    ua_run(rig, SS_MS(20) + SS_S(90));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    const ua_message *second = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_SLICE_EQ(ss_msg_call_id(ua_parse(second)), ss_msg_call_id(ua_parse(first)));
    CHECK_EQ(cseq_of(second), cseq_of(first) + 1);
    CHECK_SLICE(ss_msg_value(ua_parse(second), SS_HDR_EXPIRES, 0), "3600");
    CHECK_OK(ua_carol_answers(rig, second, 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 2);
}

/* RFC3261:10.2.8 */
TEST(rfc3261_10_2_8_a_423_is_followed_once)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 60));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 423, "r",
                              "Min-Expires: 300\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 0);
    const ua_message *second = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_SLICE(ss_msg_value(ua_parse(second), SS_HDR_EXPIRES, 0), "300");
    CHECK_EQ(cseq_of(second), cseq_of(ua_sent(rig, ALICE, "REGISTER", 0)) + 1);
    CHECK_OK(ua_carol_answers(rig, second, 423, "r", "Min-Expires: 900\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status, 423);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:10.2.8 */
TEST(rfc3261_10_2_8_a_423_without_a_longer_interval_is_a_failure)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 60));
    CHECK_OK(
        ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 423, "r", "Min-Expires: 60\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
}

/* RFC3261:10.2.2 */
TEST(rfc3261_10_2_2_zero_removes_the_binding_and_leaves_nothing)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=3600\r\n"));
    CHECK_OK(enrol(rig, 0));
    const ua_message *removal = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_SLICE(ss_msg_value(ua_parse(removal), SS_HDR_EXPIRES, 0), "0");
    CHECK_OK(ua_carol_answers(rig, removal, 200, "r", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTERED, 1)->event.expires_s, 0);
    ua_run_out(rig);
    CHECK_EQ(rig->now, SS_S(5)); /* Timer K; no refresh */
    CHECK(ua_is_empty(rig, ALICE));
    CHECK_OK(enrol(rig, 60));
    const ua_message *again = ua_sent(rig, ALICE, "REGISTER", 2);
    CHECK_SLICE_EQ(ss_msg_call_id(ua_parse(again)), ss_msg_call_id(ua_parse(removal)));
    CHECK_EQ(cseq_of(again), cseq_of(removal) + 1);
}

/* RFC3261:10.2 */
TEST(rfc3261_10_2_a_second_registration_waits_for_the_answer_to_the_first)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(enrol(rig, 0));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=3600\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "REGISTER", 1)), SS_HDR_EXPIRES, 0), "0");
}

/* RFC3261:10.2.7 */
TEST(rfc3261_10_2_7_a_registration_that_is_not_answered_fails_and_is_not_tried_again)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    ua_run_out(rig);
    const ua_event *failed = ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0);
    CHECK_NOT_NULL(failed);
    CHECK_EQ(failed->at, SS_S(32));
    CHECK_EQ(failed->event.status, 408);
    CHECK(failed->event.synthetic);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:8.1.3.1 */
TEST(a_registration_whose_path_fails_is_a_503)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_lose_path(rig, ALICE, CAROL));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status, 503);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_registrar_that_is_not_found_is_a_503)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].registrar = SS_LIT("sip:example.com");
    CHECK_OK(enrol(rig, 3600));
    CHECK_STR(rig->queries[0].name, "example.com");
    CHECK_OK(ua_answer_query(rig, 0, NULL));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status, 503);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(quiet_stops_the_refresh)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(quiet_during_a_registration_lets_it_finish_and_refreshes_no_more)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 1);
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_registration_for_which_there_is_no_room_changes_nothing)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    rig->settings.txns_max = 1;
    CHECK_STATUS(enrol(rig, 0), SS_ERR_FULL);
    rig->settings.txns_max = 10;
    ua_run(rig, SS_S(90));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "REGISTER", 1)), SS_HDR_EXPIRES, 0),
                "3600");
}

/* RFC3261:10.2 Registering makes no dialog. */
TEST(rfc3261_10_2_record_route_is_ignored)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r",
                              "Record-Route: <sip:10.0.0.7;lr>\r\n"
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    ua_run(rig, SS_S(90));
    const ua_message *again = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_NOT_NULL(again);
    CHECK_EQ(again->to, CAROL);
    CHECK_EQ(ss_msg_count(ua_parse(again), SS_HDR_ROUTE), 0);
}

#define GRANTED "Contact: <sip:alice@10.0.0.1:5060>;expires=3600\r\n"

/* RFC3261:10.2.1 RFC3261:10.2.4 Several Contacts: the one that ends first is the time to refresh. */
TEST(rfc3261_10_2_1_several_contacts_are_registered_and_refreshed_together)
{
    ua_rig *rig = ua_start();
    static const ss_ua_profile profile = {
        .contacts = SS_LIT_INIT("<sip:desk@10.0.0.7>;q=0.5, <sip:home@10.0.0.8>;expires=200")
    };
    rig->identities[ALICE].profile = &profile;
    CHECK_OK(enrol(rig, 3600));
    const ua_message *first = ua_sent(rig, ALICE, "REGISTER", 0);
    CHECK_SLICE(ss_msg_value(ua_parse(first), SS_HDR_CONTACT, 0), "<sip:alice@10.0.0.1:5060>");
    CHECK_SLICE(ss_msg_value(ua_parse(first), SS_HDR_CONTACT, 1),
                "<sip:desk@10.0.0.7>;q=0.5, <sip:home@10.0.0.8>;expires=200");
    CHECK_OK(ua_carol_answers(rig, first, 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=3600, "
                              "<sip:desk@10.0.0.7>;expires=3600, <sip:home@10.0.0.8>;expires=200, "
                              "<sip:stranger@10.0.0.7>;expires=10\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTERED, 0)->event.expires_s, 3600);
    ua_run(rig, SS_S(180) - 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    ua_run(rig, SS_S(180));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
}

/* RFC3261:10.2.2 */
TEST(rfc3261_10_2_2_all_contacts_are_removed_by_a_star_with_expires_0)
{
    ua_rig *rig = ua_start();
    ss_command all = { .kind = SS_CMD_REGISTER, .cookie = 12, .all = true, .expires_s = 77 };
    static const ss_ua_profile profile = { .contacts = SS_LIT_INIT("<sip:desk@10.0.0.7>") };
    rig->identities[ALICE].profile = &profile;
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_command(rig, ALICE, &all)); /* it waits */
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", GRANTED));
    const ua_message *removal = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_EQ(ss_msg_count(ua_parse(removal), SS_HDR_CONTACT), 1);
    CHECK_SLICE(ss_msg_value(ua_parse(removal), SS_HDR_CONTACT, 0), "*");
    CHECK_SLICE(ss_msg_value(ua_parse(removal), SS_HDR_EXPIRES, 0), "0");
    CHECK_OK(ua_carol_answers(rig, removal, 200, "r", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTERED, 1)->event.expires_s, 0);
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK_OK(enrol(rig, 60)); /* and ours may come back */
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "REGISTER", 2)), SS_HDR_CONTACT, 0),
                "<sip:alice@10.0.0.1:5060>");
}

static ss_time sent_at(const ua_rig *rig, unsigned nth)
{
    return ua_sent(rig, ALICE, "REGISTER", nth)->at;
}

/* RFC5626:4.5 The bound doubles from 60 s to 30 min; the wait is half of it at least. */
TEST(rfc5626_4_5_after_failures_the_waits_double_up_to_the_limit)
{
    static const uint64_t bounds_s[] = { 60, 120, 240, 480, 960, 1800, 1800, 1800 };
    bool differ = false;
    ua_rig *rig = ua_start();
    rig->settings.register_base = SS_S(30);
    CHECK_OK(enrol(rig, 3600));
    for (unsigned i = 0; i < SS_COUNT(bounds_s); i++) {
        const ss_time failed = rig->now;
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", i), 503, "r", ""));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), i + 1);
        ua_run(rig, failed + SS_S(bounds_s[i]) / 2 - 1);
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), i + 1);
        while (ua_sent_count(rig, ALICE, "REGISTER") == i + 1) {
            ua_run(rig, rig->now + SS_MS(100));
        }
        const ss_span wait = sent_at(rig, i + 1) - failed;
        CHECK(wait <= SS_S(bounds_s[i]));
        differ = differ || wait % SS_S(1) != 0;
    }
    CHECK(differ); /* drawn */
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 8), 200, "r", GRANTED));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 1);
}

/* RFC5626:4.5 RFC3261:10.2.7 */
TEST(rfc5626_4_5_a_silent_registrar_is_tried_again_and_a_success_forgets_the_failures)
{
    ua_rig *rig = ua_start();
    rig->settings.register_base = SS_S(30);
    CHECK_OK(enrol(rig, 3600));
    ua_run(rig, SS_S(32));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status, 408);
    const unsigned before = ua_sent_count(rig, ALICE, "REGISTER");
    ua_run(rig, SS_S(32) + SS_S(30) - 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), before);
    ua_run(rig, SS_S(32) + SS_S(60));
    CHECK(ua_sent_count(rig, ALICE, "REGISTER") > before);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", before), 200, "r", GRANTED));
    CHECK_OK(enrol(rig, 3600));
    const ss_time now = rig->now;
    const unsigned count = ua_sent_count(rig, ALICE, "REGISTER");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", count - 1), 500, "r", ""));
    ua_run(rig, now + SS_S(60));
    CHECK(ua_sent_count(rig, ALICE, "REGISTER") > count);
}

/* RFC3261:20.33 RFC5626:4.5 A Retry-After may be longer than the wait, and makes any failure one that may pass. */
TEST(rfc3261_20_33_a_retry_after_is_waited_for)
{
    static const struct {
        unsigned status;
        const char *line;
        bool again;
    } cases[] = {
        { 503, "Retry-After: 500 (back at noon);duration=60\r\n", true },
        { 404, "Retry-After: 500\r\n", true },
        { 404, "", false },
        { 403, "Retry-After: soon\r\n", false },
        { 600, "", false },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        ua_rig *rig = ua_start();
        rig->settings.register_base = SS_S(30);
        CHECK_OK(enrol(rig, 3600));
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), cases[i].status, "r",
                                  cases[i].line));
        ua_run(rig, SS_S(500) - 1);
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
        CHECK_EQ(ua_is_empty(rig, ALICE), !cases[i].again);
        ua_run(rig, SS_S(500));
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), cases[i].again ? 2 : 1);
    }
}

/* RFC5626:4.5 A drained run waits for nothing. */
TEST(quiet_ends_the_waiting_after_a_failure)
{
    ua_rig *rig = ua_start();
    rig->settings.register_base = SS_S(30);
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 503, "r", ""));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:10.2.2 */
TEST(rfc3261_10_2_2_what_is_bound_is_removed_when_the_agent_goes)
{
    for (int busy = 0; busy < 2; busy++) {
        ua_rig *rig = ua_start();
        static const ss_ua_profile profile = { .unregisters = true };
        rig->identities[ALICE].profile = &profile;
        CHECK_OK(enrol(rig, 3600));
        if (busy) {
            CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
        }
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", GRANTED));
        if (!busy) {
            CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
        }
        const ua_message *removal = ua_sent(rig, ALICE, "REGISTER", 1);
        CHECK_SLICE(ss_msg_value(ua_parse(removal), SS_HDR_EXPIRES, 0), "0");
        CHECK_OK(ua_carol_answers(rig, removal, 200, "r", ""));
        ua_run_out(rig);
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
        CHECK(ua_is_empty(rig, ALICE));
    }
}

/* RFC3261:8.1.3.4 RFC3261:10.2 */
TEST(rfc3261_8_1_3_4_a_registration_is_redirected)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    const ua_message *first = ua_sent(rig, ALICE, "REGISTER", 0);
    CHECK_OK(ua_carol_answers(rig, first, 302, "r",
                              "Contact: <sip:user@10.0.0.9>, <sip:10.0.0.9:5060>\r\n"));
    const ua_message *second = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_SLICE(ua_parse(second)->request_uri, "sip:10.0.0.9:5060");
    CHECK_EQ(cseq_of(second), cseq_of(first) + 1);
    CHECK_OK(ua_carol_answers(rig, second, 200, "r", GRANTED));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 0);
    ua_run(rig, SS_S(3240));
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "REGISTER", 2))->request_uri, "sip:10.0.0.9");
}

#define OWN "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"

static ss_status ask_bindings(ua_rig *rig)
{
    ss_command command = { .kind = SS_CMD_REGISTER, .cookie = 12, .query = true };
    return ua_command(rig, ALICE, &command);
}

/* RFC3261:10.2.3 */
TEST(rfc3261_10_2_3_a_query_has_no_contact_and_leaves_the_refresh_where_it_was)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", OWN));
    ua_run(rig, SS_S(10));
    CHECK_OK(ask_bindings(rig));
    const ua_message *query = ua_sent(rig, ALICE, "REGISTER", 1);
    CHECK_EQ(ss_msg_count(ua_parse(query), SS_HDR_CONTACT), 0);
    CHECK_EQ(ss_msg_count(ua_parse(query), SS_HDR_EXPIRES), 0);
    CHECK_OK(ua_carol_answers(rig, query, 200, "r", "Contact: <sip:alice@10.0.0.1:5060>\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_BINDINGS, 0)->event.cookie, 12);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 1);
    ua_run(rig, SS_S(90) - 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    ua_run(rig, SS_S(90));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 3);
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "REGISTER", 2), SS_HDR_EXPIRES, 0), "3600");
}

/* RFC3261:10.2.3 */
TEST(rfc3261_10_2_3_a_query_of_who_is_not_registered_leaves_nothing)
{
    static const unsigned statuses[] = { 200, 404, 503 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        ua_rig *rig = ua_start();
        CHECK_OK(ask_bindings(rig));
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), statuses[i], "r", ""));
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_BINDINGS, 0)->event.status, statuses[i]);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 0);
        ua_run_out(rig);
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
        CHECK(ua_is_empty(rig, ALICE));
    }
}

/* RFC3261:10.2 RFC3261:10.2.3 The refresh falls due while the query is under way, and comes after it. */
TEST(rfc3261_10_2_3_a_refresh_that_falls_due_waits_for_the_query)
{
    for (int fails = 0; fails < 2; fails++) {
        ua_rig *rig = ua_start();
        CHECK_OK(enrol(rig, 3600));
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", OWN));
        ua_run(rig, SS_S(90) - SS_MS(1));
        CHECK_OK(ask_bindings(rig));
        ua_run(rig, SS_S(90) + SS_MS(1));
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
        CHECK_OK(
            ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 1), fails ? 500 : 200, "r", ""));
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 3);
        CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "REGISTER", 2), SS_HDR_CONTACT), 1);
    }
}

/* RFC3261:10.2.3 quiet ends the registration behind the query */
TEST(rfc3261_10_2_3_quiet_during_a_query_refreshes_no_more)
{
    ua_rig *rig = ua_start();
    CHECK_OK(enrol(rig, 3600));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", OWN));
    ua_run(rig, SS_S(1));
    CHECK_OK(ask_bindings(rig));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 1), 200, "r", OWN));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:10.2.1 RFC3261:10.2.8 */
TEST(rfc3261_10_2_1_a_contact_of_one_request_is_in_that_one_alone)
{
    ua_rig *rig = ua_start();
    ss_command once = { .kind = SS_CMD_REGISTER,
                        .expires_s = 3600,
                        .target = SS_LIT("<sip:desk@10.9.9.9>") };
    CHECK_OK(ua_command(rig, ALICE, &once));
    CHECK_EQ(ua_command(rig, ALICE, &once), SS_ERR_STATE); /* one is under way */
    const ua_message *first = ua_sent(rig, ALICE, "REGISTER", 0);
    CHECK_SLICE(ss_msg_value(ua_parse(first), SS_HDR_CONTACT, 1), "<sip:desk@10.9.9.9>");
    CHECK_OK(ua_carol_answers(rig, first, 200, "r", OWN));
    ua_run(rig, SS_S(90));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "REGISTER", 1), SS_HDR_CONTACT), 1);
    rig = ua_start();
    CHECK_OK(ua_command(rig, ALICE, &once));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 423, "r",
                              "Min-Expires: 7200\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status, 423);
}
