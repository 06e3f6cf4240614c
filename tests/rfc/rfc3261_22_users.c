/* RFC 3261 22.2: a user agent that asks who calls. Bob does; Carol, who is somebody of example.com, shows credentials or not, and the
 * test says her secret when Bob's host is asked for it. */
#include "login_rig.h"

#include <stdio.h>
#include <string.h>

static ss_protection door;
static ss_ua_profile profile;

static ua_rig *guarded(void)
{
    ua_rig *rig = ua_start();
    door = (ss_protection){ .realm = SS_LIT("example.com"),
                            .domain = SS_LIT("example.com"),
                            .algorithms = { SS_ALGORITHM_SHA_256, SS_ALGORITHM_MD5 },
                            .algorithm_count = 2,
                            .offers = SS_OFFERS_AUTH | SS_OFFERS_AUTH_INT,
                            .methods = SS_METHOD_BIT(INVITE) | SS_METHOD_BIT(MESSAGE),
                            .nonce_lifetime = SS_S(300),
                            .proves = true };
    profile = (ss_ua_profile){ .protection = &door, .crypto = test_crypto() };
    rig->identities[BOB].profile = &profile;
    return rig;
}

/* What Carol sends. */
typedef struct carol {
    const char *method, *branch, *from, *body;
    unsigned cseq;
    const char *credentials; /* a line, or empty */
} carol;

static ss_status sends(ua_rig *rig, const carol *c)
{
    char text[2048];
    const int length = snprintf(
        text, sizeof text,
        "%s sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <%s>;tag=carol\r\nTo: <sip:bob@example.com>\r\nCall-ID: "
        "carols\r\n"
        "CSeq: %u %s\r\nContact: <sip:carol@10.0.0.9>\r\n%s%sContent-Length: %zu\r\n\r\n%s",
        c->method, c->branch, c->from, c->cseq, c->method, c->credentials,
        c->body[0] == '\0' ? "" : "Content-Type: text/plain\r\n", strlen(c->body), c->body);
    CHECK(length > 0 && (size_t)length < sizeof text);
    return ua_inject(rig, BOB, (ss_slice){ text, (size_t)length });
}

static ss_slice secret_of(ss_algorithm algorithm, const char *password)
{
    static ss_digest_hex ha1;
    ha1 = ss_digest_ha1(test_crypto(), ss_algorithm_hash(algorithm), SS_LIT("carol"),
                        SS_LIT("example.com"), ss_slice_from(password));
    return ss_digest_hex_slice(&ha1);
}

/* Credentials of Carol's, whose password is "pw", for the last challenge; by qop and count. */
typedef struct answer {
    ss_credentials c;
    char nonce[SS_NONCE_BYTES];
    char line[1024];
} answer;

static const char *answer_challenge(ua_rig *rig, const char *response, unsigned nth, const carol *c,
                                    ss_qop qop, answer *out)
{
    static unsigned char memory[4096];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_challenge asked;
    CHECK_OK(ss_challenge_parse(
        ss_msg_value(ua_sent_msg(rig, BOB, response, nth), SS_HDR_WWW_AUTHENTICATE, 0), &arena,
        &asked));
    CHECK_EQ(asked.nonce.len, sizeof out->nonce);
    memcpy(out->nonce, asked.nonce.at, sizeof out->nonce);
    out->c = (ss_credentials){ .username = SS_LIT("carol"),
                               .realm = SS_LIT("example.com"),
                               .nonce = { out->nonce, sizeof out->nonce },
                               .uri = SS_LIT("sip:bob@10.0.0.2:5060"),
                               .cnonce = SS_LIT("c0"),
                               .nc_text = SS_LIT("00000001"),
                               .nc = 1,
                               .algorithm = SS_ALGORITHM_SHA_256,
                               .algorithm_name = SS_LIT("SHA-256"),
                               .qop = qop };
    const ss_digest_request what = { .method = ss_slice_from(c->method),
                                     .body = ss_slice_from(c->body) };
    const ss_digest_hex right =
        ss_digest_response(test_crypto(), &out->c, secret_of(SS_ALGORITHM_SHA_256, "pw"), &what);
    out->c.response = ss_digest_hex_slice(&right);
    ss_buffer b = ss_buffer_on(out->line, sizeof out->line - 1);
    ss_put_text(&b, "Authorization: ");
    ss_put_credentials(&b, &out->c);
    ss_put_text(&b, "\r\n");
    out->line[b.len] = '\0';
    return out->line;
}

static const carol message = { "MESSAGE", "m1", "sip:carol@example.com", "hello", 1, "" };
static const carol invite = { "INVITE", "i1", "sip:carol@example.com", "", 1, "" };

/* Carol's first try, and the second with credentials: Bob's host is asked. */
static ua_rig *show_credentials(const carol *first, ss_qop qop, answer *shown)
{
    char response[32];
    ua_rig *rig = guarded();
    carol again = *first;
    snprintf(response, sizeof response, "401 %s", first->method);
    CHECK_OK(sends(rig, first));
    again.branch = "again";
    again.cseq = 2;
    again.credentials = answer_challenge(rig, response, 0, first, qop, shown);
    CHECK_OK(sends(rig, &again));
    return rig;
}

/* Its proof is right for the body. RFC7616:3.5 */
static void check_proof(const ss_msg *response, const answer *shown, const char *next_nonce)
{
    static unsigned char memory[4096];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_authentication_info info;
    CHECK_EQ(ss_msg_count(response, SS_HDR_AUTHENTICATION_INFO), 1);
    CHECK_OK(ss_authentication_info_parse(ss_msg_value(response, SS_HDR_AUTHENTICATION_INFO, 0),
                                          &arena, &info));
    const ss_digest_request what = { .body = response->body };
    const ss_digest_hex right =
        ss_digest_response(test_crypto(), &shown->c, secret_of(SS_ALGORITHM_SHA_256, "pw"), &what);
    CHECK_SLICE_EQ(info.rspauth, ss_digest_hex_slice(&right));
    CHECK_SLICE_EQ(info.cnonce, shown->c.cnonce);
    CHECK_EQ(info.nc, 1);
    CHECK_EQ(info.qop, shown->c.qop);
    CHECK_EQ(info.nextnonce.len > 0, next_nonce != NULL);
}

/* ---- who comes in ---- */

TEST(rfc3261_22_2_a_user_agent_says_401_and_serves_what_comes_with_credentials)
{
    answer shown;
    ua_rig *rig = show_credentials(&message, SS_QOP_AUTH, &shown);
    const ss_msg *refusal = ua_sent_msg(rig, BOB, "401 MESSAGE", 0);
    CHECK_EQ(ss_msg_count(refusal, SS_HDR_WWW_AUTHENTICATE), 2); /* RFC8760:2.3 */
    CHECK_EQ(ss_msg_count(refusal, SS_HDR_PROXY_AUTHENTICATE), 0);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 0);
    CHECK_EQ(rig->query_count, 1);
    CHECK_EQ(rig->queries[0].query.kind, SS_QUERY_CREDENTIAL);
    CHECK_STR(rig->queries[0].name, "carol");
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 1);
    check_proof(ua_sent_msg(rig, BOB, "200 MESSAGE", 0), &shown, NULL);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

TEST(rfc3261_22_2_a_call_is_told_when_its_caller_is_known)
{
    answer shown;
    ua_rig *rig = show_credentials(&invite, SS_QOP_AUTH, &shown);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "180 INVITE", 0), SS_HDR_AUTHENTICATION_INFO), 0);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    check_proof(ua_sent_msg(rig, BOB, "200 INVITE", 0), &shown, NULL);
}

/* RFC7616:3.5 With auth-int a proof is of the body: that of a call's answer is not known when the credentials are. */
TEST(rfc7616_3_5_a_proof_with_integrity_is_of_the_body_or_left_out)
{
    answer shown;
    ua_rig *rig = show_credentials(&message, SS_QOP_AUTH_INT, &shown);
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    check_proof(ua_sent_msg(rig, BOB, "200 MESSAGE", 0), &shown, NULL);
    rig = show_credentials(&invite, SS_QOP_AUTH_INT, &shown);
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "200 INVITE", 0), SS_HDR_AUTHENTICATION_INFO), 0);
}

/* RFC3261:22.4 a client of RFC 2069 would not know the field */
TEST(rfc7616_3_5_the_proof_is_for_whoever_sent_qop)
{
    static char text[512];
    const ss_credentials c = { .username = SS_LIT("carol"),
                               .realm = SS_LIT("example.com"),
                               .nonce = SS_LIT("n"),
                               .uri = SS_LIT("sip:bob@10.0.0.2"),
                               .algorithm = SS_ALGORITHM_MD5 };
    const ss_proof proof = { .crypto = test_crypto(),
                             .credentials = &c,
                             .ha1 = secret_of(SS_ALGORITHM_MD5, "pw"),
                             .next_nonce = SS_LIT("m"),
                             .proves = true };
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_proof(&b, &proof, SS_EMPTY);
    CHECK_EQ(b.len, 0);
}

TEST(rfc7616_3_5_another_nonce_is_given_when_the_one_used_is_old)
{
    answer shown;
    ua_rig *rig = guarded();
    carol again = message;
    door.renews = true;
    door.renew_after = SS_S(20);
    CHECK_OK(sends(rig, &message));
    again.branch = "again";
    again.cseq = 2;
    again.credentials = answer_challenge(rig, "401 MESSAGE", 0, &message, SS_QOP_AUTH, &shown);
    ua_run(rig, SS_S(20));
    CHECK_OK(sends(rig, &again));
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    check_proof(ua_sent_msg(rig, BOB, "200 MESSAGE", 0), &shown, "another");
}

/* ---- who does not ---- */

static bool is_stale(ua_rig *rig, unsigned nth)
{
    static unsigned char memory[4096];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_challenge asked;
    CHECK_OK(ss_challenge_parse(
        ss_msg_value(ua_sent_msg(rig, BOB, "401 MESSAGE", nth), SS_HDR_WWW_AUTHENTICATE, 0), &arena,
        &asked));
    return asked.is_stale;
}

TEST(rfc3261_22_1_a_wrong_secret_and_an_unknown_name_are_asked_again)
{
    answer shown;
    for (unsigned known = 0; known < 2; known++) {
        ua_rig *rig = show_credentials(&message, SS_QOP_AUTH, &shown);
        CHECK_OK(ua_answer_secret(
            rig, 0, known == 1 ? secret_of(SS_ALGORITHM_SHA_256, "other") : SS_EMPTY));
        CHECK_EQ(ua_sent_count(rig, BOB, "401 MESSAGE"), 2);
        CHECK(!is_stale(rig, 1));
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 0);
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, BOB));
    }
}

TEST(rfc3261_22_2_who_shows_anothers_credentials_is_forbidden)
{
    answer shown;
    ua_rig *rig = guarded();
    carol mallory = message, again = message;
    mallory.from = again.from = "sip:alice@example.com";
    CHECK_OK(sends(rig, &mallory));
    again.branch = "again";
    again.cseq = 2;
    again.credentials = answer_challenge(rig, "401 MESSAGE", 0, &mallory, SS_QOP_AUTH, &shown);
    CHECK_OK(sends(rig, &again));
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    CHECK_EQ(ua_sent_count(rig, BOB, "403 MESSAGE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 0);
}

TEST(rfc7616_3_4_a_replayed_message_is_refused)
{
    answer shown;
    ua_rig *rig = show_credentials(&message, SS_QOP_AUTH, &shown);
    carol replay = message;
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    replay.branch = "replay";
    replay.cseq = 3;
    replay.credentials = shown.line;
    CHECK_OK(sends(rig, &replay));
    CHECK_OK(ua_answer_secret(rig, 1, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    CHECK_EQ(ua_sent_count(rig, BOB, "401 MESSAGE"), 2);
    CHECK(is_stale(rig, 1));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 1);
}

TEST(rfc7616_3_4_broken_credentials_get_400)
{
    ua_rig *rig = guarded();
    carol broken = message;
    broken.credentials = "Authorization: Digest username=\"carol\"\r\n";
    CHECK_OK(sends(rig, &broken));
    CHECK_EQ(ua_sent_count(rig, BOB, "400 MESSAGE"), 1);
    CHECK_EQ(rig->query_count, 0);
}

/* ---- while the host thinks ---- */

TEST(rfc3261_22_2_copies_of_what_waits_are_dropped)
{
    answer shown;
    ua_rig *rig = show_credentials(&message, SS_QOP_AUTH, &shown);
    carol copy = message;
    copy.branch = "again";
    copy.cseq = 2;
    copy.credentials = shown.line;
    for (int i = 0; i < 3; i++) {
        CHECK_OK(sends(rig, &copy));
    }
    CHECK_EQ(rig->query_count, 1);
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    CHECK_OK(sends(rig, &copy)); /* its transaction knows it now */
    CHECK_EQ(rig->query_count, 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 MESSAGE"), 2);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REQUEST), 1);
}

TEST(a_crash_forgets_who_waits_and_the_nonces)
{
    answer shown;
    ua_rig *rig = show_credentials(&message, SS_QOP_AUTH, &shown);
    ss_engine_reset(&rig->engines[BOB]);
    CHECK_EQ(rig->engines[BOB].core.bytes, 0);
    CHECK_STATUS(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")), SS_NONE);
}

/* ---- who is not asked ---- */

TEST(rfc3261_22_1_ack_and_cancel_and_requests_inside_a_dialog_are_not_challenged)
{
    answer shown;
    ua_rig *rig = show_credentials(&invite, SS_QOP_AUTH, &shown);
    carol cancel = invite;
    CHECK_OK(ua_answer_secret(rig, 0, secret_of(SS_ALGORITHM_SHA_256, "pw")));
    cancel.method = "CANCEL";
    cancel.branch = "again";
    cancel.cseq = 2;
    CHECK_OK(sends(rig, &cancel));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "401 CANCEL"), 0);
}

TEST(rfc3261_22_2_other_methods_and_other_domains_are_open)
{
    ua_rig *rig = guarded();
    carol options = message, stranger = message;
    options.method = "OPTIONS";
    options.body = "";
    options.branch = "o1";
    CHECK_OK(sends(rig, &options));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 OPTIONS"), 1);
    stranger.from = "sip:eve@example.org";
    CHECK_OK(sends(rig, &stranger));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 MESSAGE"), 1);
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "200 MESSAGE", 0), SS_HDR_AUTHENTICATION_INFO), 0);
}
