/* RFC 3261 section 22, the server's half: a proxy and its registrar that ask the users of example.com for credentials. */
#include <stdio.h>
#include <string.h>

#include "proxy_rig.h"

#define REGISTER "REGISTER sip:example.com"
#define INVITE   "INVITE sip:bob@example.com"

static proxy_rig *protected(void)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

static const px_login alice_registers = { "alice", "secret", REGISTER, SS_ALGORITHM_SHA_256, 1 };
static const px_login alice_invites = { "alice", "secret", INVITE, SS_ALGORITHM_SHA_256, 1 };

static ss_slice reg(proxy_rig *rig, const char *branch, const char *lines)
{
    return px_printf(rig,
                     REGISTER " SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK%s\n"
                              "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\n"
                              "To: <sip:alice@example.com>\nCall-ID: call\nCSeq: 1 REGISTER\n"
                              "Contact: <sip:alice@" ALICE ">\n%sContent-Length: 0\n\n",
                     branch, lines);
}

/* The challenge to a request without credentials. */
static const px_sent *challenged(proxy_rig *rig, ss_slice request, unsigned status)
{
    px_send(rig, ALICE, request);
    return px_expect(rig, ALICE,
                     status == 401 ? "SIP/2.0 401 Unauthorized"
                                   : "SIP/2.0 407 Proxy Authentication Required");
}

static bool says_stale(proxy_rig *rig, const px_sent *response, ss_hdr field)
{
    static unsigned char memory[1024];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_challenge c;
    CHECK_OK(ss_challenge_parse(px_field(rig, response, field, 0), &arena, &c));
    return c.is_stale;
}

/* ---- the registrar ---- */

/* RFC3261:22.2 RFC3261:22.1 RFC3261:20.44 */
TEST(rfc3261_22_2_a_registrar_says_401_and_serves_what_comes_with_credentials)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    CHECK_EQ(px_field_count(rig, response, SS_HDR_WWW_AUTHENTICATE), 2);
    CHECK_EQ(px_field_count(rig, response, SS_HDR_PROXY_AUTHENTICATE), 0);
    CHECK_EQ(rig->location.bindings, 1); /* bob's */
    px_send(rig, ALICE, reg(rig, "r2", px_login_line(response, &alice_registers)));
    const px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK(px_field(rig, ok, SS_HDR_CONTACT, 0).len > 0);
    CHECK_EQ(rig->location.bindings, 2);
    px_stop(rig);
}

/* RFC3261:22.1 unknown user and wrong password are one */
TEST(rfc3261_22_1_a_wrong_password_and_an_unknown_user_are_answered_alike)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    px_login wrong = alice_registers, nobody = alice_registers;
    wrong.password = "Secret";
    nobody.user = "mallory";
    px_send(rig, ALICE, reg(rig, "r2", px_login_line(response, &wrong)));
    const px_sent *first = px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized");
    px_send(rig, ALICE, reg(rig, "r3", px_login_line(response, &nobody)));
    const px_sent *second = px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized");
    CHECK(!says_stale(rig, first, SS_HDR_WWW_AUTHENTICATE));
    CHECK(!says_stale(rig, second, SS_HDR_WWW_AUTHENTICATE));
    CHECK_EQ(first->bytes.len, second->bytes.len);
    CHECK_EQ(rig->location.bindings, 1);
    CHECK_EQ(rig->queries, 2);
    px_send(rig, ALICE, reg(rig, "r4", px_login_line(second, &alice_registers)));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

/* RFC3261:10.3 step 4 */
TEST(rfc3261_10_3_who_is_authenticated_may_change_his_own_bindings_only)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    px_login bob = alice_registers;
    bob.user = "bob";
    px_send(rig, ALICE, reg(rig, "r2", px_login_line(response, &bob)));
    px_expect(rig, ALICE, "SIP/2.0 403 Forbidden");
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

/* RFC7616:3.4 a replay is refused, and so is an old nonce; both say that the nonce is to blame */
TEST(rfc7616_3_4_a_replayed_request_is_refused)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    const char *line = px_login_line(response, &alice_registers);
    px_send(rig, ALICE, reg(rig, "r2", line));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, reg(rig, "r2", line)); /* a copy is no replay: the transaction answers it */
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, reg(rig, "r3", line));
    CHECK(says_stale(rig, px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized"),
                     SS_HDR_WWW_AUTHENTICATE));
    px_login third = alice_registers, second = alice_registers;
    third.nc = 3;
    second.nc = 2;
    px_send(rig, ALICE, reg(rig, "r4", px_login_line(response, &third)));
    px_expect(rig, ALICE,
              "SIP/2.0 500 Server Internal Error"); /* let in: its CSeq is old, that is all */
    px_send(rig, ALICE, reg(rig, "r5", px_login_line(response, &second)));
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_run_to(rig, rig->now + SS_S(300));
    third.nc = 4;
    px_send(rig, ALICE, reg(rig, "r6", px_login_line(response, &third)));
    CHECK(says_stale(rig, px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized"),
                     SS_HDR_WWW_AUTHENTICATE));
    px_stop(rig);
}

/* RFC7616:3.4 */
TEST(rfc7616_3_4_broken_credentials_are_400)
{
    proxy_rig *rig = protected();
    px_send(rig, ALICE, reg(rig, "r1", "Authorization: Digest username=\"alice\"\n"));
    px_expect(rig, ALICE, "SIP/2.0 400 Bad Request");
    CHECK_EQ(rig->queries, 0);
    px_stop(rig);
}

/* RFC3261:22 */
TEST(rfc3261_22_basic_is_not_accepted)
{
    proxy_rig *rig = protected();
    px_send(rig, ALICE, reg(rig, "r1", "Authorization: Basic YWxpY2U6c2VjcmV0\n"));
    px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized");
    px_stop(rig);
}

/* RFC8760:2.3 the client may take any of what was offered, and nothing else */
TEST(rfc8760_2_3_any_algorithm_that_was_offered_will_do)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    px_login md5 = alice_registers;
    md5.algorithm = SS_ALGORITHM_MD5;
    const char *line = px_login_line(response, &md5);
    px_send(rig, ALICE, reg(rig, "r2", line));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    rig->protection.algorithm_count = 1;
    md5.nc = 2;
    px_send(rig, ALICE, reg(rig, "r3", px_login_line(response, &md5)));
    px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized");
    px_stop(rig);
}

/* ---- the proxy ---- */

/* RFC3261:22.3 RFC3261:16.3 */
TEST(rfc3261_22_3_a_proxy_says_407_and_passes_on_what_comes_with_credentials)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, px_request(rig, INVITE, "i1", ""), 407);
    CHECK_EQ(px_field_count(rig, response, SS_HDR_PROXY_AUTHENTICATE), 2);
    CHECK_EQ(px_field_count(rig, response, SS_HDR_WWW_AUTHENTICATE), 0);
    px_expect_nothing(rig);
    const char *line = px_login_line(response, &alice_invites);
    px_send(rig, ALICE, px_request(rig, INVITE, "i2", line));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    const px_sent *forwarded = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, forwarded, SS_HDR_PROXY_AUTHORIZATION), 1);
    px_send(rig, BOB, px_reply(rig, forwarded, 486, ""));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

/* RFC3261:22.1 */
TEST(rfc3261_22_1_ack_and_cancel_are_never_challenged)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, px_request(rig, INVITE, "i1", ""), 407);
    px_send(rig, ALICE, px_request(rig, INVITE, "i2", px_login_line(response, &alice_invites)));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    const px_sent *forwarded = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, forwarded, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(
        rig, ALICE,
        px_printf(
            rig,
            "CANCEL sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
            ":5060;branch=z9hG4bKi2\nMax-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\n"
            "To: <sip:bob@example.com>\nCall-ID: call\nCSeq: 1 CANCEL\nContent-Length: 0\n\n"));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, ALICE,
            px_request(rig, "ACK sip:bob@10.0.0.3", "a1", "Route: <sip:10.0.0.1;lr>\n"));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, ALICE,
            px_request(rig, "BYE sip:bob@10.0.0.3", "b1", "Route: <sip:10.0.0.1;lr>\n"));
    px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
    px_stop(rig);
}

/* RFC3261:22.3 */
TEST(rfc3261_22_3_a_407_from_downstream_is_passed_on_with_all_its_challenges)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, INVITE, "i1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    const px_sent *forwarded = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_send(
        rig, BOB,
        px_reply(
            rig, forwarded, 407,
            "Proxy-Authenticate: Digest realm=\"b\", nonce=\"1\", algorithm=SHA-256, qop=\"auth\"\n"
            "Proxy-Authenticate: Digest realm=\"b\", nonce=\"1\", algorithm=MD5, qop=\"auth\"\n"));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    const px_sent *up = px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
    CHECK_EQ(px_field_count(rig, up, SS_HDR_PROXY_AUTHENTICATE), 2);
    CHECK_SLICE(px_field(rig, up, SS_HDR_PROXY_AUTHENTICATE, 1),
                "Digest realm=\"b\", nonce=\"1\", algorithm=MD5, qop=\"auth\"");
    px_stop(rig);
}

/* RFC3261:22.3 What is for the next proxy of a chain is left as it is, and is none for us. */
TEST(rfc3261_22_3_credentials_of_another_realm_are_neither_used_nor_taken_out)
{
    static const char theirs[] = "Digest username=\"alice\", realm=\"next.test\", nonce=\"n\", "
                                 "uri=\"sip:bob@example.com\", response=\"00\"";
    char lines[2048];
    proxy_rig *rig = protected();
    snprintf(lines, sizeof lines, "Proxy-Authorization: %s\n", theirs);
    const px_sent *response = challenged(rig, px_request(rig, INVITE, "i1", lines), 407);
    CHECK(!says_stale(rig, response, SS_HDR_PROXY_AUTHENTICATE));
    strcat(lines, px_login_line(response, &alice_invites));
    px_send(rig, ALICE, px_request(rig, INVITE, "i2", lines));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    const px_sent *forwarded = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE_EQ(px_field(rig, forwarded, SS_HDR_PROXY_AUTHORIZATION, 0), ss_slice_from(theirs));
    px_free(rig);
}

/* RFC3261:22.3 a request from another domain is nobody's to ask for a password */
TEST(rfc3261_22_3_requests_from_other_domains_are_not_challenged)
{
    proxy_rig *rig = protected();
    px_send(rig, ALICE,
            px_printf(rig, INVITE " SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKx1\n"
                                  "Max-Forwards: 70\nFrom: <sip:eve@example.org>;tag=e\n"
                                  "To: <sip:bob@example.com>\nCall-ID: e\nCSeq: 1 INVITE\n"
                                  "Contact: <sip:eve@" ALICE ">\nContent-Length: 0\n\n"));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_free(rig);
}

/* RFC3261:22.3 unless the domain asks its guests: for what is meant for its own users, and for nothing else */
TEST(rfc3261_22_3_a_domain_may_ask_who_comes_from_another)
{
    static const char head[] = " SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK%s\n"
                               "Max-Forwards: 70\nFrom: <sip:eve@example.org>;tag=e\n"
                               "To: <sip:bob@example.com>\nCall-ID: e\nCSeq: 1 INVITE\n"
                               "Contact: <sip:eve@" ALICE ">\n%sContent-Length: 0\n\n";
    static const px_login users[] = {
        { "alice", "secret", INVITE, SS_ALGORITHM_SHA_256, 1 },
    };
    char format[512];
    proxy_rig *rig = protected();
    rig->protection.asks_guests = true;
    snprintf(format, sizeof format, INVITE "%s", head);
    const px_sent *response = challenged(rig, px_printf(rig, format, "x1", ""), 407);
    CHECK_EQ(px_field_count(rig, response, SS_HDR_PROXY_AUTHENTICATE), 2);
    /* somebody else's account does not do */
    px_send(rig, ALICE, px_printf(rig, format, "x2", px_login_line(response, &users[0])));
    px_expect(rig, ALICE, "SIP/2.0 403 Forbidden");
    snprintf(format, sizeof format, "INVITE sip:bob@" BOB "%s", head);
    px_send(rig, ALICE, px_printf(rig, format, "x3", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_free(rig);
}

/* RFC3261:22.3 RFC7616:3.6 the answer of a slow database comes later; until then nothing is passed on */
TEST(rfc3261_22_3_a_request_waits_for_the_answer_about_its_credentials)
{
    proxy_rig *rig = protected();
    const px_sent *response = challenged(rig, px_request(rig, INVITE, "i1", ""), 407);
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, INVITE, "i2", px_login_line(response, &alice_invites)));
    px_expect_nothing(rig);
    CHECK_EQ(rig->held.kind, SS_QUERY_CREDENTIAL);
    CHECK_SLICE(rig->held.name, "alice");
    CHECK_SLICE(rig->held.realm, "example.com");
    CHECK_SLICE(rig->held.algorithm, "SHA-256");
    px_run_to(rig, rig->now + SS_MS(199));
    px_expect_nothing(rig);
    px_run_to(rig, rig->now + SS_MS(1));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying"); /* RFC3261:17.2.1 */
    px_run_to(rig, rig->now + SS_MS(200));
    rig->hold_queries = false;
    const ss_answer answer = px_credential(rig, &rig->held);
    px_answer(rig, &answer);
    px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_free(rig);
}

/* ---- what a server remembers, and says of itself ---- */

static unsigned credential_queries(const proxy_rig *rig, unsigned registered)
{
    return (unsigned)rig->queries -
           registered; /* each that was served asked for its bindings too */
}

/* Who was let in is known for a while; what does not fit may be of a new password, and is asked for. */
TEST(rfc7616_3_6_the_host_is_not_asked_again_for_who_was_let_in)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    rig->protection.secret_lifetime = SS_S(100);
    rig->config.secret_slots = 16;
    px_go(rig);
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    px_login login = alice_registers;
    px_send(rig, ALICE, reg(rig, "r2", px_login_line(response, &login)));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK_EQ(credential_queries(rig, 1), 1);
    login.nc = 2;
    px_send(rig, ALICE, reg(rig, "r3", px_login_line(response, &login)));
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error"); /* let in: its CSeq is old */
    CHECK_EQ(credential_queries(rig, 2), 1);
    px_send(rig, ALICE,
            reg(rig, "r4", px_login_line(response, &login))); /* a replay all the same */
    CHECK(says_stale(rig, px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized"),
                     SS_HDR_WWW_AUTHENTICATE));
    CHECK_EQ(credential_queries(rig, 2), 1);
    login.nc = 3;
    login.password = "Secret";
    px_send(rig, ALICE, reg(rig, "r5", px_login_line(response, &login)));
    px_expect(rig, ALICE, "SIP/2.0 401 Unauthorized");
    CHECK_EQ(credential_queries(rig, 2), 2);
    login.password = "secret";
    px_run_to(rig, rig->now + SS_S(100));
    px_send(rig, ALICE, reg(rig, "r6", px_login_line(response, &login)));
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    CHECK_EQ(credential_queries(rig, 3), 3);
    px_stop(rig);
}

static ss_authentication_info proof_of(proxy_rig *rig, const px_sent *ok)
{
    static unsigned char memory[1024];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_authentication_info info;
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_AUTHENTICATION_INFO), 1);
    CHECK_OK(ss_authentication_info_parse(px_field(rig, ok, SS_HDR_AUTHENTICATION_INFO, 0), &arena,
                                          &info));
    return info;
}

/* RFC3261:22.4 RFC3261:20.6 */
TEST(rfc7616_3_5_a_registrar_proves_that_it_knows_the_password_and_hands_nonces_on)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    rig->protection.proves = rig->protection.renews = true;
    rig->protection.renew_after = SS_S(20);
    px_go(rig);
    const px_sent *response = challenged(rig, reg(rig, "r1", ""), 401);
    px_login login = alice_registers;
    px_send(rig, ALICE, reg(rig, "r2", px_login_line(response, &login)));
    ss_authentication_info info = proof_of(rig, px_expect(rig, ALICE, "SIP/2.0 200 OK"));
    CHECK_EQ(info.rspauth.len, 64);
    CHECK_EQ(info.nc, 1);
    CHECK_EQ(info.qop, SS_QOP_AUTH);
    CHECK_SLICE(info.cnonce, "c0");
    CHECK_EQ(info.nextnonce.len, 0);
    px_run_to(rig, rig->now + SS_S(20));
    login.nc = 2;
    px_send(rig, ALICE,
            px_printf(rig,
                      REGISTER " SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKr3\n"
                               "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\n"
                               "To: <sip:alice@example.com>\nCall-ID: call\nCSeq: 2 REGISTER\n"
                               "%sContent-Length: 0\n\n",
                      px_login_line(response, &login)));
    info = proof_of(rig, px_expect(rig, ALICE, "SIP/2.0 200 OK"));
    CHECK_EQ(info.nextnonce.len, SS_NONCE_BYTES);
    CHECK_EQ(info.nc, 2);
    px_stop(rig);
}
