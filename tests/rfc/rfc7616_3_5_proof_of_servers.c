/* RFC 7616 3.5, the client's half: Alice takes no 2xx to her credentials, and none to a REGISTER, that does not prove that Carol
 * knows the password. */
#include "events_rig.h"
#include "login_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"
#define BOUND   "Contact: <sip:alice@10.0.0.1:5060>;expires=100\r\n"
#define OFFER                                                                 \
    "v=0\r\no=c 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n" \
    "m=audio 9000 RTP/AVP 0\r\n"

static const char *www(const char *nonce)
{
    return login_challenge("WWW-Authenticate", "example.com", nonce,
                           ", algorithm=MD5, qop=\"auth\"");
}

static ua_rig *start(void)
{
    ua_rig *rig = login_start();
    login_auth.wants_proof = true;
    login_credential.for_users = true;
    return rig;
}

/* Lines and an Authentication-Info to the credentials of a request, made with a password. */
static const char *proved(const ua_message *request, const char *password, const char *lines)
{
    static char text[768];
    ss_credentials c;
    CHECK(login_credentials(request, SS_HDR_AUTHORIZATION, 0, &c));
    const ss_digest_hex ha1 =
        ss_digest_ha1(test_crypto(), SS_HASH_MD5, SS_LIT("u7"), c.realm, ss_slice_from(password));
    const ss_digest_hex proof = ss_digest_response(test_crypto(), &c, ss_digest_hex_slice(&ha1),
                                                   &(ss_digest_request){ .body = SS_EMPTY });
    const ss_authentication_info info = { .nextnonce = SS_LIT("n2"),
                                          .rspauth = ss_digest_hex_slice(&proof),
                                          .cnonce = c.cnonce,
                                          .nc_text = c.nc_text,
                                          .qop = c.qop };
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    ss_put_text(&b, lines);
    ss_put_text(&b, "Authentication-Info: ");
    ss_put_authentication_info(&b, &info);
    ss_put_text(&b, "\r\n");
    text[b.len] = '\0';
    return text;
}

static void answer(ua_rig *rig, const char *method, unsigned nth, unsigned status,
                   const char *lines)
{
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, method, nth), status, "c", lines));
}

/* ---- REGISTER ---- */

static ua_rig *register_challenged(void)
{
    ua_rig *rig = start();
    login_register(rig, 3600);
    answer(rig, "REGISTER", 0, 401, www("n1"));
    return rig;
}

static unsigned failed_by(const ua_rig *rig)
{
    return ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.status;
}

/* RFC7616:3.5 */
TEST(rfc7616_3_5_a_registrar_that_proves_itself_is_believed)
{
    ss_credentials c;
    ua_rig *rig = register_challenged();
    answer(rig, "REGISTER", 1, 200, proved(ua_sent(rig, ALICE, "REGISTER", 1), "pw7", BOUND));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 0);
    ua_run(rig, SS_S(90));
    CHECK(login_credentials(ua_sent(rig, ALICE, "REGISTER", 2), SS_HDR_AUTHORIZATION, 0, &c));
    CHECK_SLICE(c.nonce, "n2");
}

/* RFC7616:3.5 Without a word, or with the proof of another password; its next nonce counts for nothing. */
TEST(rfc7616_3_5_a_registrar_without_a_right_proof_is_not_believed)
{
    for (unsigned i = 0; i < 3; i++) {
        ua_rig *rig = register_challenged();
        const ua_message *request = ua_sent(rig, ALICE, "REGISTER", 1);
        answer(rig, "REGISTER", 1, 200,
               i == 0   ? BOUND
               : i == 1 ? proved(request, "pw8", BOUND)
                        : BOUND "Authentication-Info: nextnonce=\"n9\"\r\n");
        CHECK_EQ(failed_by(rig), 503);
        CHECK(ua_event_of(rig, ALICE, SS_EVENT_REGISTER_FAILED, 0)->event.synthetic);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 0);
    }
}

/* Whoever stole the registrar's name cannot ask for what it cannot check. RFC7616:5.8 */
TEST(rfc7616_5_8_a_registrar_that_asks_for_nothing_is_not_believed)
{
    ua_rig *rig = start();
    login_register(rig, 3600);
    answer(rig, "REGISTER", 0, 200, BOUND);
    CHECK_EQ(failed_by(rig), 503);
}

/* ---- INVITE ---- */

static ua_rig *call_challenged(ss_slice body)
{
    ua_rig *rig = start();
    ss_command command = { .kind = SS_CMD_CALL,
                           .target = SS_LIT("sip:carol@10.0.0.9"),
                           .body_type = SS_LIT("application/sdp"),
                           .body = body };
    CHECK_OK(ua_command(rig, ALICE, &command));
    answer(rig, "INVITE", 0, 401, www("n1"));
    return rig;
}

static void check_released(ua_rig *rig)
{
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    answer(rig, "BYE", 0, 200, proved(ua_sent(rig, ALICE, "BYE", 0), "pw7", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
    ua_run_out(rig);
    CHECK_EQ(rig->engines[ALICE].core.txns, 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
}

/* RFC7616:3.5 RFC3261:13.2.2.4 What is refused is acknowledged all the same, copy by copy, and ended. */
TEST(rfc7616_3_5_a_callee_without_a_proof_is_acknowledged_and_left)
{
    ua_rig *rig = call_challenged(SS_LIT(OFFER));
    answer(rig, "INVITE", 1, 180, CONTACT);
    answer(rig, "INVITE", 1, 200, CONTACT);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2); /* the first is of the 401 */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 0);
    answer(rig, "INVITE", 1, 200, CONTACT);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 3);
    check_released(rig);
}

/* RFC7616:3.5 RFC3261:13.2.2.4 An offer in it is answered: nothing of it is accepted. */
TEST(rfc7616_3_5_an_offer_of_a_callee_without_a_proof_is_refused)
{
    ua_rig *rig = call_challenged(SS_EMPTY);
    answer(rig, "INVITE", 1, 200, CONTACT "Content-Type: application/sdp\r\n\r\n" OFFER);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    check_released(rig);
}

/* RFC7616:3.5 */
TEST(rfc7616_3_5_a_callee_with_a_proof_is_talked_to)
{
    ua_rig *rig = call_challenged(SS_LIT(OFFER));
    answer(rig, "INVITE", 1, 200, proved(ua_sent(rig, ALICE, "INVITE", 1), "pw7", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    answer(rig, "INVITE", 1, 200, CONTACT); /* a copy is a copy */
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
}

/* RFC7616:3.5 RFC3261:14.1 */
TEST(rfc7616_3_5_a_reinvite_without_a_proof_ends_the_call)
{
    ua_rig *rig = call_challenged(SS_LIT(OFFER));
    answer(rig, "INVITE", 1, 200, proved(ua_sent(rig, ALICE, "INVITE", 1), "pw7", CONTACT));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, SS_LIT(OFFER)));
    answer(rig, "INVITE", 2, 200, CONTACT);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_CHANGED), 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 3);
    check_released(rig);
}

/* Who never asked for credentials need not prove that he knows them. */
TEST(rfc7616_3_5_a_callee_that_asks_for_nothing_owes_no_proof)
{
    ua_rig *rig = start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    answer(rig, "INVITE", 0, 200, CONTACT);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
}

/* ---- others ---- */

/* RFC7616:3.5 */
TEST(rfc7616_3_5_another_request_without_a_proof_is_as_if_unanswered)
{
    for (unsigned i = 0; i < 2; i++) {
        ua_rig *rig = start();
        ss_command command = { .kind = SS_CMD_REQUEST,
                               .method = SS_METHOD_MESSAGE,
                               .target = SS_LIT("sip:carol@10.0.0.9"),
                               .body_type = SS_LIT("text/plain"),
                               .body = SS_LIT("x") };
        CHECK_OK(ua_command(rig, ALICE, &command));
        answer(rig, "MESSAGE", 0, 401, www("n1"));
        answer(rig, "MESSAGE", 1, 200,
               i == 0 ? "" : proved(ua_sent(rig, ALICE, "MESSAGE", 1), "pw7", ""));
        const ua_event *done = ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0);
        CHECK_EQ(done->event.status, i == 0 ? 503 : 200);
        CHECK_EQ(done->event.synthetic, i == 0);
        ua_run_out(rig);
        CHECK_EQ(rig->engines[ALICE].core.txns, 0);
    }
}

/* RFC7616:3.5 A proof of a nonce that another answer has replaced meanwhile is a proof. */
TEST(rfc7616_3_5_a_proof_outlives_its_nonce)
{
    ua_rig *rig = call_challenged(SS_LIT(OFFER));
    ss_command command = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_OPTIONS,
                           .target = SS_LIT("sip:carol@10.0.0.9") };
    CHECK_OK(ua_command(rig, ALICE, &command));
    answer(rig, "OPTIONS", 0, 200, proved(ua_sent(rig, ALICE, "OPTIONS", 0), "pw7", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 200);
    answer(rig, "INVITE", 1, 200, proved(ua_sent(rig, ALICE, "INVITE", 1), "pw7", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
}
