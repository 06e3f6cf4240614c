/* RFC 3261 10.3: what a registrar does with a REGISTER, step by step. RFC3261:10.3 RFC3261:10.2.1.1 RFC3261:21.4.17 */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

static unsigned branches;

/* A REGISTER of Bob's with a new branch. `lines` holds Contact, Expires and what else there is. */
static ss_slice registering(proxy_rig *rig, const char *uri, const char *to, const char *call_id,
                            unsigned cseq, const char *lines)
{
    branches++;
    return px_printf(
        rig,
        "REGISTER %s SIP/2.0\nVia: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKr%u\nMax-Forwards: 70\n"
        "From: <sip:bob@example.com>;tag=b\nTo: <%s>\nCall-ID: %s\nCSeq: %u REGISTER\n%s"
        "Content-Length: 0\n\n",
        uri, branches, to, call_id, cseq, lines);
}

static px_sent *register_as(proxy_rig *rig, const char *call_id, unsigned cseq, const char *lines,
                            const char *start_line)
{
    px_send(rig, BOB,
            registering(rig, "sip:example.com", "sip:bob@example.com", call_id, cseq, lines));
    return px_expect(rig, BOB, start_line);
}

#define OK   "SIP/2.0 200 OK"
#define HERE "<sip:bob@10.0.0.3>"

TEST(rfc3261_10_3_step_1_a_register_for_another_domain_is_forwarded)
{
    proxy_rig *rig = px_start();
    px_send(rig, BOB,
            registering(rig, "sip:10.0.0.4", "sip:bob@10.0.0.4", "r", 1, "Contact: " HERE "\n"));
    px_sent *sent = px_expect(rig, CAROL, "REGISTER sip:10.0.0.4 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_RECORD_ROUTE), 0);
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_expect(rig, BOB, OK);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_2_an_extension_that_is_required_is_420)
{
    proxy_rig *rig = px_start();
    const px_sent *sent = register_as(rig, "r", 1, "Contact: " HERE "\nRequire: path, shape\n",
                                      "SIP/2.0 420 Bad Extension");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_UNSUPPORTED, 0), "shape");
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

/* A REGISTER of Bob's with what `login` makes of a challenge. */
static void enrol_as(proxy_rig *rig, const px_sent *challenge, const char *user, uint32_t nc,
                     const char *start_line)
{
    const px_login login = { user, "secret", "REGISTER sip:example.com", SS_ALGORITHM_SHA_256, nc };
    char lines[1024] = "Contact: " HERE "\n";
    strcat(lines, px_login_line(challenge, &login));
    register_as(rig, "r", nc, lines, start_line);
}

TEST(rfc3261_10_3_step_3_who_registers_is_authenticated)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    px_go(rig);
    const px_sent *asked =
        register_as(rig, "r", 1, "Contact: " HERE "\n", "SIP/2.0 401 Unauthorized");
    CHECK_EQ(rig->location.bindings, 0);
    enrol_as(rig, asked, "mallory", 2, "SIP/2.0 401 Unauthorized");
    CHECK_EQ(rig->location.bindings, 0);
    enrol_as(rig, asked, "bob", 3, OK);
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_4_who_is_authenticated_but_not_authorized_is_403)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    px_go(rig);
    const px_sent *asked =
        register_as(rig, "r", 1, "Contact: " HERE "\n", "SIP/2.0 401 Unauthorized");
    enrol_as(rig, asked, "alice", 2, "SIP/2.0 403 Forbidden");
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_5_an_address_of_record_of_another_domain_is_404)
{
    proxy_rig *rig = px_start();
    px_send(
        rig, BOB,
        registering(rig, "sip:example.com", "sip:bob@example.net", "r", 1, "Contact: " HERE "\n"));
    px_expect(rig, BOB, "SIP/2.0 404 Not Found");
    px_send(rig, BOB,
            registering(rig, "sip:example.com", "tel:+123", "r", 1, "Contact: " HERE "\n"));
    px_expect(rig, BOB, "SIP/2.0 404 Not Found");
    px_send(rig, BOB,
            registering(rig, "sip:10.0.0.1", "sip:bob@example.com", "r", 1, "Contact: " HERE "\n"));
    px_expect(rig, BOB, OK);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_5_the_index_is_canonical)
{
    proxy_rig *rig = px_start();
    px_send(rig, BOB,
            registering(rig, "sip:example.com", "sip:%62ob@Example.COM;user=phone", "r", 1,
                        "Contact: " HERE "\n"));
    px_expect(rig, BOB, OK);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_10_3_step_6_without_a_contact_it_is_a_question)
{
    proxy_rig *rig = px_start();
    const px_sent *sent = register_as(rig, "r", 1, "", OK);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_CONTACT), 0);
    register_as(rig, "r", 2, "Contact: " HERE "\n", OK);
    sent = register_as(rig, "other", 1, "Record-Route: <sip:x;lr>\n", OK);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0), HERE ";expires=3600");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_RECORD_ROUTE), 0);
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_6_the_star_removes_everything)
{
    proxy_rig *rig = px_start();
    register_as(rig, "r", 1, "Contact: " HERE ", <sip:bob@10.0.0.4>\n", OK);
    CHECK_EQ(rig->location.bindings, 2);
    const px_sent *sent = register_as(rig, "r", 2, "Contact: *\nExpires: 0\n", OK);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_CONTACT), 0);
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_6_the_star_must_be_alone_and_with_expires_0)
{
    static const char *const wrong[] = {
        "Contact: *\n",
        "Contact: *\nExpires: 1\n",
        "Contact: *\nExpires: soon\n",
        "Contact: *, " HERE "\nExpires: 0\n",
        "Contact: " HERE "\nContact: *\nExpires: 0\n",
        "Contact: *\nContact: *\nExpires: 0\n",
    };
    proxy_rig *rig = px_start();
    register_as(rig, "r", 1, "Contact: " HERE "\n", OK);
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        register_as(rig, "r", 2, wrong[i], "SIP/2.0 400 Bad Request");
        CHECK_EQ(rig->location.bindings, 1);
    }
    px_stop(rig);
}

TEST(rfc3261_10_3_step_6_a_star_out_of_order_removes_nothing)
{
    proxy_rig *rig = px_start();
    register_as(rig, "old", 1, "Contact: " HERE "\n", OK);
    register_as(rig, "r", 9, "Contact: <sip:bob@10.0.0.4>\n", OK);
    register_as(rig, "r", 9, "Contact: *\nExpires: 0\n", "SIP/2.0 500 Server Internal Error");
    CHECK_EQ(rig->location.bindings, 2);
    register_as(rig, "new", 1, "Contact: *\nExpires: 0\n", OK);
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_the_expiration_is_the_parameters_then_the_fields_then_the_default)
{
    static const struct {
        const char *lines, *contact;
    } cases[] = {
        { "Contact: " HERE ";expires=100\nExpires: 200\n", HERE ";expires=100" },
        { "Contact: " HERE "\nExpires: 200\n", HERE ";expires=200" },
        { "Contact: " HERE "\n", HERE ";expires=3600" },
        { "Contact: sip:bob@10.0.0.3;expires=120\n", HERE ";expires=120" },
        { "Contact: " HERE ";expires=nonsense\n", HERE ";expires=3600" },
        { "Contact: " HERE ";expires=99999999999\n", HERE ";expires=86400" },
        { "Contact: " HERE ";expires=600;q=0.35\n", HERE ";expires=600;q=0.350" },
    };
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(cases); i++) {
        const px_sent *sent = register_as(rig, "r", i + 1, cases[i].lines, OK);
        CHECK_SLICE_EQ(px_field(rig, sent, SS_HDR_CONTACT, 0), ss_slice_from(cases[i].contact));
    }
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_too_brief_is_423_with_min_expires)
{
    proxy_rig *rig = px_start();
    const px_sent *sent =
        register_as(rig, "r", 1, "Contact: " HERE ", <sip:b@10.0.0.4>;expires=59\n",
                    "SIP/2.0 423 Interval Too Brief");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_MIN_EXPIRES, 0), "60");
    CHECK_EQ(rig->location.bindings, 0);
    register_as(rig, "r", 2, "Contact: " HERE ";expires=60\n", OK);
    register_as(rig, "r", 3, "Contact: " HERE ";expires=0\n", OK);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_an_hour_is_never_too_brief)
{
    proxy_rig *rig = px_new();
    rig->config.expires_min_s = 7200;
    px_go(rig);
    register_as(rig, "r", 1, "Contact: " HERE ";expires=3600\n", OK);
    register_as(rig, "r", 2, "Contact: " HERE ";expires=3599\n", "SIP/2.0 423 Interval Too Brief");
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_contacts_are_the_same_by_uri_comparison)
{
    proxy_rig *rig = px_start();
    register_as(rig, "r", 1, "Contact: <sip:%62ob@10.0.0.3:5060;Transport=UDP>\n", OK);
    const px_sent *sent =
        register_as(rig, "r", 2, "Contact: <sip:bob@10.0.0.3:5060;transport=udp>\n", OK);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0),
                "<sip:bob@10.0.0.3:5060;transport=udp>;expires=3600");
    CHECK_EQ(rig->location.bindings, 1);
    register_as(rig, "r", 3, "Contact: <sip:BOB@10.0.0.3:5060;transport=udp>\n", OK);
    CHECK_EQ(rig->location.bindings, 2);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_a_cseq_out_of_order_aborts_the_whole_request)
{
    proxy_rig *rig = px_start();
    register_as(rig, "r", 5, "Contact: " HERE "\n", OK);
    static const char two[] = "Contact: <sip:bob@10.0.0.4>, " HERE ";expires=0\n";
    register_as(rig, "r", 5, two, "SIP/2.0 500 Server Internal Error");
    register_as(rig, "r", 4, two, "SIP/2.0 500 Server Internal Error");
    CHECK_EQ(rig->location.bindings, 1);
    const px_sent *sent = register_as(rig, "r", 6, two, OK);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0), "<sip:bob@10.0.0.4>;expires=3600");
    CHECK_EQ(rig->location.bindings, 1);
    register_as(rig, "restarted", 1, "Contact: <sip:bob@10.0.0.4>\n", OK);
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_a_commit_that_fails_is_500)
{
    proxy_rig *rig = px_start();
    rig->hold_queries = true;
    px_send(
        rig, BOB,
        registering(rig, "sip:example.com", "sip:bob@example.com", "r", 7, "Contact: " HERE "\n"));
    px_expect_nothing(rig);
    CHECK_EQ(rig->held.kind, SS_QUERY_PERSIST);
    CHECK_SLICE(rig->held.name, "sip:bob@example.com");
    CHECK_EQ(rig->held.change_count, 1);
    CHECK_SLICE(rig->held.changes[0].contact, "sip:bob@10.0.0.3");
    CHECK_SLICE(rig->held.changes[0].call_id, "r");
    CHECK_EQ(rig->held.changes[0].cseq, 7);
    px_answer(rig, &(ss_answer){ .token = rig->held.token, .status = SS_ERR_FULL });
    px_expect(rig, BOB, "SIP/2.0 500 Server Internal Error");
    px_stop(rig);
}

TEST(rfc3261_10_3_step_7_a_contact_that_is_no_contact_is_400)
{
    proxy_rig *rig = px_start();
    register_as(rig, "r", 1, "Contact: <sip:bob@10.0.0.3\n", "SIP/2.0 400 Bad Request");
    register_as(rig, "r", 2, "Contact: " HERE ";q=2\n", "SIP/2.0 400 Bad Request");
    register_as(rig, "r", 3, "Contact: " HERE ";q=0.1234\n", "SIP/2.0 400 Bad Request");
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_8_all_current_bindings_are_told_with_what_is_left_of_them)
{
    proxy_rig *rig = px_start();
    register_as(rig, "r", 1, "Contact: " HERE ";expires=100\n", OK);
    px_run_to(rig, SS_MS(40500));
    const px_sent *sent = register_as(rig, "s", 1, "Contact: <sip:bob@10.0.0.4>;expires=200\n", OK);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0),
                HERE ";expires=60, <sip:bob@10.0.0.4>;expires=200");
    px_run_to(rig, SS_S(100) - 1);
    sent = register_as(rig, "r", 2, "", OK);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0),
                HERE ";expires=1, <sip:bob@10.0.0.4>;expires=141");
    px_run_to(rig, SS_S(100));
    sent = register_as(rig, "r", 3, "", OK);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0), "<sip:bob@10.0.0.4>;expires=141");
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

/* RFC3261:10.3 A 6xx would say that the address-of-record is nowhere else, which a registrar does not know. */
TEST(rfc3261_10_3_no_answer_of_a_registrar_is_a_6xx)
{
    static const char *const lines[] = {
        "",
        "Contact: " HERE "\n",
        "Contact: " HERE ";expires=1\n",
        "Contact: *\n",
        "Contact: <sip:\n",
        "Contact: <tel:+1>\n",
        "Contact: " HERE "\nRequire: nothing-known\n",
        "Contact: " HERE "\nAuthorization: Digest\n",
        "Contact: " HERE "\nContent-Type: text/plain\nContent-Encoding: gzip\n",
    };
    static const char *const uris[] = { "sip:example.com", "sips:example.com", "tel:+1" };
    static const char *const records[] = { "sip:bob@example.com", "sip:bob@example.net", "tel:+1" };
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(lines) * SS_COUNT(uris) * SS_COUNT(records); i++) {
        px_send(rig, BOB,
                registering(rig, uris[i / SS_COUNT(lines) % SS_COUNT(uris)],
                            records[i / SS_COUNT(lines) / SS_COUNT(uris)], "r", i + 1,
                            lines[i % SS_COUNT(lines)]));
        const px_sent *answer = px_take(rig);
        CHECK_NOT_NULL(answer);
        CHECK(ss_slice_starts(answer->bytes, SS_LIT("SIP/2.0 ")));
        CHECK(answer->bytes.at[8] < '6');
    }
    px_stop(rig);
}

TEST(rfc3261_10_3_copies_of_a_register_are_answered_without_asking_again)
{
    proxy_rig *rig = px_start();
    const ss_slice request =
        registering(rig, "sip:example.com", "sip:bob@example.com", "r", 1, "Contact: " HERE "\n");
    px_send(rig, BOB, request);
    const px_sent *first = px_expect(rig, BOB, OK);
    px_send(rig, BOB, request);
    CHECK_SLICE_EQ(px_expect(rig, BOB, OK)->bytes, first->bytes);
    CHECK_EQ(rig->queries, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_record_route_is_ignored_and_not_given_back)
{
    proxy_rig *rig = px_start();
    const px_sent *sent =
        register_as(rig, "r", 1, "Contact: " HERE "\nRecord-Route: <sip:10.0.0.4;lr>\n", OK);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_RECORD_ROUTE), 0);
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_2_420_names_each_extension_that_is_not_understood_and_no_other)
{
    proxy_rig *rig = px_start();
    const px_sent *sent = register_as(
        rig, "r", 1, "Require: foo, OUTBOUND, path\nRequire: gruu, bar\nContact: " HERE "\n",
        "SIP/2.0 420 Bad Extension");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_UNSUPPORTED), 1);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_UNSUPPORTED, 0), "foo, bar");
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc3261_10_3_step_5_an_address_of_record_of_no_domain_of_ours_is_404)
{
    static const char *const others[] = { "tel:+1-201-555-0123", "sip:bob@example.net",
                                          "sip:bob@10.0.0.9" };
    proxy_rig *rig = px_start();
    for (size_t i = 0; i < SS_COUNT(others); i++) {
        px_send(rig, BOB,
                registering(rig, "sip:example.com", others[i], "r", 1, "Contact: " HERE "\n"));
        px_expect(rig, BOB, "SIP/2.0 404 Not Found");
    }
    px_send(rig, BOB,
            registering(rig, "sip:p1.example.com", "sip:bob@example.com", "r", 2,
                        "Contact: " HERE "\n"));
    px_expect(rig, BOB, OK);
    CHECK_EQ(rig->location.bindings, 1);
    px_stop(rig);
}

TEST(rfc3261_10_3_more_contacts_than_can_be_kept_are_403_and_none_is)
{
    char lines[4096] = "Contact: <sip:bob0@10.0.0.3>";
    for (unsigned i = 1; i <= SS_LOCATION_CONTACTS_MAX; i++) {
        char one[40];
        snprintf(one, sizeof one, ", <sip:bob%u@10.0.0.3>", i);
        strcat(lines, one);
    }
    strcat(lines, "\n");
    proxy_rig *rig = px_start();
    register_as(rig, "r", 1, lines, "SIP/2.0 403 Forbidden");
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

/* 20.19, 20.10: what is no number counts as 3600. */
TEST(rfc3261_10_3_step_7_an_interval_that_is_none_is_an_hour)
{
    static const char *const odd[] = { "-5", "soon", "6!", "1.5" };
    for (size_t i = 0; i < SS_COUNT(odd); i++) {
        char line[80];
        (void)snprintf(line, sizeof line, "Contact: " HERE ";expires=%s\n", odd[i]);
        proxy_rig *rig = px_start();
        const px_sent *sent = register_as(rig, "r", 1, line, OK);
        CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0), HERE ";expires=3600");
        px_stop(rig);
    }
}
