/* RFC 3261 section 22, the client's half: challenges of Carol's to Alice, who is u7 with a password. */
#include "login_rig.h"

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"
#define QOP     ", algorithm=MD5, qop=\"auth\""

static const char *www(const char *nonce)
{
    return login_challenge("WWW-Authenticate", "example.com", nonce, QOP);
}

static const char *proxy(const char *nonce)
{
    return login_challenge("Proxy-Authenticate", "example.com", nonce, QOP);
}

static const ua_message *nth(const ua_rig *rig, const char *name, unsigned n)
{
    return ua_sent(rig, ALICE, name, n);
}

/* ---- 22.2: a registrar ---- */

/* RFC3261:22.2 RFC3261:8.1.3.5 */
TEST(rfc3261_22_2_a_401_brings_the_request_again_with_credentials_and_the_next_number)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    login_register(rig, 3600);
    const ua_message *first = nth(rig, "REGISTER", 0);
    CHECK(!login_credentials(first, SS_HDR_AUTHORIZATION, 0, &c));
    CHECK_OK(ua_carol_answers(rig, first, 401, "r", www("n1")));
    const ua_message *second = nth(rig, "REGISTER", 1);
    CHECK(login_credentials(second, SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(second, &c));
    CHECK_SLICE(c.nonce, "n1");
    CHECK_SLICE(c.nc_text, "00000001");
    CHECK_SLICE(c.uri, "sip:10.0.0.9");
    CHECK_EQ(login_cseq(second), login_cseq(first) + 1);
    const ss_msg *before = ua_parse(first), *after = ua_parse(second);
    CHECK_SLICE_EQ(ss_msg_call_id(after), ss_msg_call_id(before));
    CHECK_SLICE_EQ(ss_msg_value(after, SS_HDR_FROM, 0), ss_msg_value(before, SS_HDR_FROM, 0));
    CHECK_SLICE_EQ(ss_msg_value(after, SS_HDR_TO, 0), ss_msg_value(before, SS_HDR_TO, 0));
    CHECK_SLICE_EQ(ss_msg_value(after, SS_HDR_CONTACT, 0), ss_msg_value(before, SS_HDR_CONTACT, 0));
    CHECK(!ss_slice_eq(after->top_via.branch, before->top_via.branch));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 0);
}

/* RFC3261:22.2 the next request to the realm has the same nonce and the next count, without being asked */
TEST(rfc3261_22_2_a_refresh_has_credentials_at_once_with_the_next_count)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", www("n1")));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 1), 200, "r",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"));
    ua_run(rig, SS_S(90));
    const ua_message *refresh = nth(rig, "REGISTER", 2);
    CHECK(login_credentials(refresh, SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(refresh, &c));
    CHECK_SLICE(c.nonce, "n1");
    CHECK_SLICE(c.nc_text, "00000002");
    CHECK_EQ(login_cseq(refresh), login_cseq(nth(rig, "REGISTER", 1)) + 1);
}

/* RFC3261:22.1 */
TEST(rfc3261_22_1_rejected_credentials_are_not_sent_again)
{
    ua_rig *rig = login_start();
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", www("n1")));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 1), 401, "r", www("n2")));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status, 401);
}

/* RFC3261:22.1 */
TEST(rfc3261_22_1_a_stale_nonce_brings_one_more_try_with_the_new_one)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", www("n1")));
    CHECK_OK(ua_carol_answers(
        rig, nth(rig, "REGISTER", 1), 401, "r",
        login_challenge("WWW-Authenticate", "example.com", "n2", QOP ", stale=TRUE")));
    CHECK(login_credentials(nth(rig, "REGISTER", 2), SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(!login_credentials(nth(rig, "REGISTER", 2), SS_HDR_AUTHORIZATION, 1, &c));
    CHECK_SLICE(c.nonce, "n2");
    CHECK_SLICE(c.nc_text, "00000001");
}

/* RFC3261:22.1 a peer that calls every nonce stale, or the same one again, gets an end */
TEST(rfc3261_22_1_endless_challenges_end)
{
    static const char *const nonces[] = { "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7" };
    ua_rig *rig = login_start();
    login_register(rig, 3600);
    for (unsigned i = 0; i < 6; i++) {
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), i + 1);
        CHECK_OK(ua_carol_answers(
            rig, nth(rig, "REGISTER", i), 401, "r",
            login_challenge("WWW-Authenticate", "example.com", nonces[i], QOP ", stale=true")));
    }
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 6);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
    rig = login_start();
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", www("n1")));
    CHECK_OK(ua_carol_answers(
        rig, nth(rig, "REGISTER", 1), 401, "r",
        login_challenge("WWW-Authenticate", "example.com", "n1", QOP ", stale=true")));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
}

/* RFC3261:22.2 */
TEST(rfc3261_22_2_a_challenge_that_cannot_be_answered_is_the_end)
{
    static const char *const fields[] = {
        "",
        "WWW-Authenticate: Basic realm=\"example.com\"\r\n",
        "WWW-Authenticate: Digest realm=\"example.com\"\r\n",
        "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"\"\r\n",
        "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n\", algorithm=x\r\n",
        "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n\", qop=\"x\"\r\n",
        "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n\", algorithm=MD5-sess\r\n",
        "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\"\r\n",
    };
    for (size_t i = 0; i < SS_COUNT(fields); i++) {
        ua_rig *rig = login_start();
        login_register(rig, 3600);
        CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", fields[i]));
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
    }
    ua_rig *rig = login_start();
    rig->identities[ALICE].profile = NULL;
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", www("n1")));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
}

/* ---- 22.3: a proxy ---- */

/* RFC3261:22.3 RFC3261:22.2 */
TEST(rfc3261_22_3_an_invite_goes_on_after_a_407_and_is_one_call)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *first = nth(rig, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, first, 407, "p", proxy("n1")));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1); /* of the 407 */
    const ua_message *second = nth(rig, "INVITE", 1);
    CHECK(login_credentials(second, SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(second, &c));
    CHECK_SLICE_EQ(ua_parse(second)->body, ua_parse(first)->body);
    CHECK_OK(ua_carol_answers(rig, second, 180, "c", CONTACT));
    CHECK_OK(ua_carol_answers(rig, second, 200, "c", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ANSWERED, 0)->event.call, call);
    const ua_message *ack = nth(rig, "ACK", 1);
    CHECK_EQ(login_cseq(ack), login_cseq(second));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, call));
    const ua_message *bye = nth(rig, "BYE", 0);
    CHECK_EQ(login_cseq(bye), login_cseq(second) + 1);
    CHECK(login_credentials(bye, SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(bye, &c));
    CHECK_SLICE(c.nc_text, "00000002");
    CHECK_OK(ua_carol_answers(rig, bye, 200, "", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
}

/* RFC3261:22.1 */
TEST(rfc3261_22_1_an_ack_has_the_credentials_of_its_invite)
{
    ua_rig *rig = login_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    const ua_message *invite = nth(rig, "INVITE", 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    const ss_slice of_invite = ss_msg_value(ua_parse(invite), SS_HDR_PROXY_AUTHORIZATION, 0);
    CHECK(of_invite.len > 0);
    CHECK_SLICE_EQ(ss_msg_value(ua_parse(nth(rig, "ACK", 1)), SS_HDR_PROXY_AUTHORIZATION, 0),
                   of_invite);
    rig = login_start(); /* and that of a refusal */
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 1), 486, "c", ""));
    CHECK_SLICE_EQ(ss_msg_value(ua_parse(nth(rig, "ACK", 1)), SS_HDR_PROXY_AUTHORIZATION, 0),
                   ss_msg_value(ua_parse(nth(rig, "INVITE", 1)), SS_HDR_PROXY_AUTHORIZATION, 0));
}

/* RFC3261:22.1 */
TEST(rfc3261_22_1_a_cancel_has_none_and_a_cancelled_call_is_not_begun_again)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 1), 180, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));
    CHECK(!login_credentials(nth(rig, "CANCEL", 0), SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK_OK(ua_carol_answers(
        rig, nth(rig, "INVITE", 1), 407, "c",
        login_challenge("Proxy-Authenticate", "example.com", "n2", QOP ", stale=true")));
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 2);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 1);
}

/* RFC3261:22.3 RFC3261:15.1.1 */
TEST(rfc3261_22_3_a_bye_that_is_challenged_goes_on)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, call));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "BYE", 0), 407, "", proxy("n1")));
    const ua_message *second = nth(rig, "BYE", 1);
    CHECK(login_credentials(second, SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(second, &c));
    CHECK_EQ(login_cseq(second), login_cseq(nth(rig, "BYE", 0)) + 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    CHECK_OK(ua_carol_answers(rig, second, 200, "", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
}

static ss_slice user_of(const ua_message *request)
{
    ss_credentials c;
    CHECK(login_credentials(request, SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK(!login_credentials(request, SS_HDR_PROXY_AUTHORIZATION, 1, &c));
    CHECK(login_credentials(request, SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    return c.username;
}

/* RFC3261:22.3 of two users in one realm the call says which one is meant: in all that is its, and in nothing else */
TEST(rfc3261_22_3_a_call_has_credentials_of_its_own)
{
    ss_credential two[2];
    ua_rig *rig = login_start();
    two[0] = two[1] = login_credential;
    two[1].username = SS_LIT("u8");
    login_auth.credentials = two;
    login_auth.credential_count = 2;
    ss_command place = { .kind = SS_CMD_CALL,
                         .target = SS_LIT("sip:carol@10.0.0.9"),
                         .body_type = SS_LIT("application/sdp"),
                         .body = SS_LIT("v=0\r\n"),
                         .credential = 2 };
    CHECK_OK(ua_command(rig, ALICE, &place));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    CHECK_SLICE(user_of(nth(rig, "INVITE", 1)), "u8");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 1), 200, "c", CONTACT));
    CHECK_SLICE(user_of(nth(rig, "ACK", 1)), "u8");
    const uint32_t other = ua_call(rig, ALICE, "sip:carol@10.0.0.9"); /* not even unasked */
    CHECK_EQ(ss_msg_count(ua_parse(nth(rig, "INVITE", 2)), SS_HDR_PROXY_AUTHORIZATION), 0);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 2), 407, "p", proxy("n2")));
    CHECK_SLICE(user_of(nth(rig, "INVITE", 3)), "u7");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 3), 200, "d", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, place.call));
    CHECK_SLICE(user_of(nth(rig, "BYE", 0)), "u8");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, other));
    CHECK_SLICE(user_of(nth(rig, "BYE", 1)), "u7");
}

/* The second of two users of the realm has the call: what is sent in its dialog is his, asked for or not. */
TEST(rfc3261_22_3_every_request_in_a_call_has_its_credentials)
{
    static const struct {
        const char *name;
        ss_command command;
    } rows[] = {
        { "INFO", { .kind = SS_CMD_REQUEST, .method = SS_METHOD_INFO } },
        { "MESSAGE",
          { .kind = SS_CMD_REQUEST,
            .method = SS_METHOD_MESSAGE,
            .body_type = SS_LIT_INIT("text/plain"),
            .body = SS_LIT_INIT("x") } },
        { "OPTIONS", { .kind = SS_CMD_REQUEST, .method = SS_METHOD_OPTIONS } },
        { "REFER", { .kind = SS_CMD_REFER, .refer_to = SS_LIT_INIT("sip:dave@10.0.0.8") } },
        { "SUBSCRIBE",
          { .kind = SS_CMD_SUBSCRIBE, .event = SS_LIT_INIT("dialog"), .expires_s = 600 } },
        { "UPDATE", { .kind = SS_CMD_UPDATE } },
        { "BYE", { .kind = SS_CMD_HANGUP } },
    };
    for (unsigned i = 0; i < 2 * SS_COUNT(rows); i++) {
        const bool is_asked = i >= SS_COUNT(rows); /* by a proxy that has let the INVITE pass */
        const char *name = rows[i % SS_COUNT(rows)].name;
        ss_credential two[2];
        ua_rig *rig = login_start();
        two[0] = two[1] = login_credential;
        two[1].username = SS_LIT("u8");
        login_auth.credentials = two;
        login_auth.credential_count = 2;
        ss_command place = { .kind = SS_CMD_CALL,
                             .target = SS_LIT("sip:carol@10.0.0.9"),
                             .body_type = SS_LIT("application/sdp"),
                             .body = SS_LIT("v=0\r\n"),
                             .credential = 2 };
        CHECK_OK(ua_command(rig, ALICE, &place));
        if (!is_asked) {
            CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
        }
        CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", is_asked ? 0 : 1), 200, "c",
                                  "Contact: <sip:carol@10.0.0.9>\r\nAllow: UPDATE, INFO\r\n"));
        ss_command command = rows[i % SS_COUNT(rows)].command;
        command.call = place.call;
        CHECK_OK(ua_command(rig, ALICE, &command));
        if (is_asked) {
            CHECK_OK(ua_carol_answers(rig, nth(rig, name, 0), 407, "c", proxy("n1")));
        }
        CHECK_SLICE(user_of(nth(rig, name, is_asked ? 1 : 0)), "u8");
    }
}

/* Outside the call it is the first of the realm: what was asked of u8 says nothing of u7. */
TEST(rfc3261_22_3_requests_outside_a_call_do_not_have_its_credentials)
{
    ss_credential two[2];
    ua_rig *rig = login_start();
    two[0] = two[1] = login_credential;
    two[1].username = SS_LIT("u8");
    login_auth.credentials = two;
    login_auth.credential_count = 2;
    ss_command place = { .kind = SS_CMD_CALL,
                         .target = SS_LIT("sip:carol@10.0.0.9"),
                         .credential = 2 };
    CHECK_OK(ua_command(rig, ALICE, &place));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 1), 200, "c", CONTACT));
    ss_command message = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_MESSAGE,
                           .target = SS_LIT("sip:carol@10.0.0.9") };
    CHECK_OK(ua_command(rig, ALICE, &message));
    CHECK_EQ(ss_msg_count(ua_parse(nth(rig, "MESSAGE", 0)), SS_HDR_PROXY_AUTHORIZATION), 0);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "MESSAGE", 0), 407, "m", proxy("n2")));
    CHECK_SLICE(user_of(nth(rig, "MESSAGE", 1)), "u7");
}

/* A number that is none of the identity's, or of another realm, means the first. */
TEST(rfc3261_22_3_credentials_of_a_call_are_of_one_realm)
{
    static const uint8_t numbers[] = { 2, 3, 255 };
    for (size_t i = 0; i < SS_COUNT(numbers); i++) {
        ss_credential two[2];
        ua_rig *rig = login_start();
        two[0] = two[1] = login_credential;
        two[1].realm = SS_LIT("elsewhere");
        two[1].username = SS_LIT("u8");
        login_auth.credentials = two;
        login_auth.credential_count = 2;
        ss_command place = { .kind = SS_CMD_CALL,
                             .target = SS_LIT("sip:carol@10.0.0.9"),
                             .credential = numbers[i] };
        CHECK_OK(ua_command(rig, ALICE, &place));
        CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
        CHECK_SLICE(user_of(nth(rig, "INVITE", 1)), "u7");
    }
}

/* RFC3261:22.3 user and proxy in one request, of two realms */
TEST(rfc3261_22_3_a_request_has_credentials_for_its_registrar_and_its_proxy)
{
    static const ss_slice hosts[] = { SS_LIT_INIT("10.0.0.9") };
    ua_rig *rig = login_start();
    ss_credentials c;
    const ss_credential both[] = { login_credential,
                                   { .realm = SS_LIT("proxy.test"),
                                     .username = SS_LIT("u7"),
                                     .password = SS_LIT("pw7"),
                                     .hosts = hosts,
                                     .host_count = 1 } };
    login_auth.credentials = both;
    login_auth.credential_count = 2;
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 407, "p",
                              login_challenge("Proxy-Authenticate", "proxy.test", "p1", QOP)));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 1), 401, "r", www("n1")));
    const ua_message *third = nth(rig, "REGISTER", 2);
    CHECK(login_credentials(third, SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(third, &c));
    CHECK_SLICE(c.realm, "proxy.test");
    CHECK_SLICE(c.nc_text, "00000002");
    CHECK(login_credentials(third, SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(third, &c));
    CHECK_SLICE(c.nc_text, "00000001");
}

/* RFC3261:22.3 several challenges of one fork */
TEST(rfc3261_22_3_every_realm_of_a_response_is_answered)
{
    char lines[1024];
    ua_rig *rig = login_start();
    ss_credentials c;
    ss_credential both[] = { login_credential, login_credential };
    both[1].realm = SS_LIT("other.test");
    login_auth.credentials = both;
    login_auth.credential_count = 2;
    ss_buffer b = ss_buffer_on(lines, sizeof lines - 1);
    ss_put_text(&b, proxy("n1"));
    ss_put_text(&b, login_challenge("Proxy-Authenticate", "other.test", "n2", QOP));
    lines[b.len] = '\0';
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", lines));
    const ua_message *second = nth(rig, "INVITE", 1);
    for (unsigned i = 0; i < 2; i++) {
        CHECK(login_credentials(second, SS_HDR_PROXY_AUTHORIZATION, i, &c));
        CHECK(login_is_right(second, &c));
        CHECK_SLICE_EQ(c.realm, both[i].realm);
    }
}

/* ---- toward whom ---- */

/* RFC3261:22.1 the realm alone is a string that anybody can say */
TEST(rfc3261_22_1_credentials_go_to_hosts_of_their_realm_only)
{
    static const ss_slice elsewhere[] = { SS_LIT_INIT("example.com") };
    ua_rig *rig = login_start();
    login_credential.hosts = elsewhere;
    login_credential.host_count = 1;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 407);
}

/* RFC3261:22.3 what a proxy was shown in one dialog is not shown in the next, unless it is the one that we were told to use */
TEST(rfc3261_22_3_credentials_for_a_proxy_outlive_their_dialog_toward_our_own_proxy_only)
{
    static const ss_slice ours[] = { SS_LIT_INIT("10.0.0.9") };
    ua_rig *rig = login_start();
    ss_credentials c;
    login_credential.hosts = ours;
    login_credential.host_count = 1;
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 407, "p", proxy("n1")));
    CHECK(login_credentials(nth(rig, "INVITE", 1), SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 1), 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, call));
    CHECK_OK(ua_carol_answers(rig, nth(rig, "BYE", 0), 200, "c", ""));
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    CHECK_EQ(nth(rig, "INVITE", 2)->to, BOB);
    CHECK(!login_credentials(nth(rig, "INVITE", 2), SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    ua_call(rig, ALICE, "sip:dave@10.0.0.9");
    CHECK(login_credentials(nth(rig, "INVITE", 3), SS_HDR_PROXY_AUTHORIZATION, 0, &c));
    CHECK_SLICE(c.nc_text, "00000003"); /* the INVITE's was 1, the BYE's 2 */
}

/* RFC3261:22.2 a called party that asks for the password of our realm gets nothing, unless that is wanted */
TEST(rfc3261_22_2_another_user_gets_no_credentials_of_the_realm)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 401, "c", www("n1")));
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 401);
    rig = login_start();
    login_credential.for_users = true;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, nth(rig, "INVITE", 0), 401, "c", www("n1")));
    CHECK(login_credentials(nth(rig, "INVITE", 1), SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(nth(rig, "INVITE", 1), &c));
}

/* ---- 22.4 ---- */

/* RFC3261:22.4 RFC3261:20.7 */
TEST(rfc3261_22_4_uri_is_quoted_and_cnonce_comes_with_qop_only)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r",
                              login_challenge("WWW-Authenticate", "example.com", "n1", "")));
    const ua_message *second = nth(rig, "REGISTER", 1);
    CHECK(login_credentials(second, SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(second, &c));
    CHECK_EQ(c.qop, SS_QOP_NONE);
    CHECK(c.cnonce.at == NULL);
    CHECK_EQ(c.nc_text.len, 0);
    CHECK_EQ(c.uri.at[-1], '"');
}

/* RFC3261:20.6 */
TEST(rfc3261_20_6_the_next_nonce_is_used_if_the_server_is_who_it_says)
{
    static const bool proofs[] = { true, false };
    for (size_t i = 0; i < SS_COUNT(proofs); i++) {
        ua_rig *rig = login_start();
        ss_credentials c;
        char line[512];
        login_register(rig, 3600);
        CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 0), 401, "r", www("n1")));
        CHECK(login_credentials(nth(rig, "REGISTER", 1), SS_HDR_AUTHORIZATION, 0, &c));
        const ss_digest_hex ha1 = ss_digest_ha1(test_crypto(), SS_HASH_MD5, SS_LIT("u7"), c.realm,
                                                proofs[i] ? SS_LIT("pw7") : SS_LIT("pw8"));
        const ss_digest_hex proof = ss_digest_response(test_crypto(), &c, ss_digest_hex_slice(&ha1),
                                                       &(ss_digest_request){ .body = SS_EMPTY });
        const ss_authentication_info info = { .nextnonce = SS_LIT("n2"),
                                              .rspauth = ss_digest_hex_slice(&proof),
                                              .cnonce = c.cnonce,
                                              .nc_text = c.nc_text,
                                              .qop = c.qop };
        ss_buffer b = ss_buffer_on(line, sizeof line - 1);
        ss_put_text(&b, "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\nAuthentication-Info: ");
        ss_put_authentication_info(&b, &info);
        ss_put_text(&b, "\r\n");
        line[b.len] = '\0';
        CHECK_OK(ua_carol_answers(rig, nth(rig, "REGISTER", 1), 200, "r", line));
        ua_run(rig, SS_S(90));
        CHECK(login_credentials(nth(rig, "REGISTER", 2), SS_HDR_AUTHORIZATION, 0, &c));
        CHECK_SLICE_EQ(c.nonce, proofs[i] ? SS_LIT("n2") : SS_LIT("n1"));
        CHECK_SLICE_EQ(c.nc_text, proofs[i] ? SS_LIT("00000001") : SS_LIT("00000002"));
    }
}
