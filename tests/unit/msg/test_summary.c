/* The summary says the same of the same message, and nothing of what is no message. */
#include "check.h"
#include "messages.h"

#include <string.h>

TEST(summary_of_a_response_with_two_vias)
{
    ss_summary s;
    test_arena()->used = 0;
    ss_summarise_bytes(test_message_named("ringing"), test_arena(), &s);
    CHECK_EQ(test_arena()->used, 0);
    CHECK_EQ(s.is_sip, 1);
    CHECK_EQ(s.is_request, 0);
    CHECK_EQ(s.method, SS_METHOD_INVITE);
    CHECK_EQ(s.via_count, 2);
    CHECK_EQ(s.status, 180);
    CHECK_EQ(s.max_forwards, 0xffff);
    CHECK_EQ(s.cseq, 314159);
    CHECK_EQ(s.body_bytes, 0);
    CHECK_EQ(s.call_id, ss_hash64(0, SS_LIT("a84b4c76e66710")));
    CHECK_EQ(s.from_tag, ss_hash64(0, SS_LIT("19")));
    CHECK_EQ(s.to_tag, ss_hash64(0, SS_LIT("a6")));
    ss_via via;
    CHECK_OK(ss_via_parse(SS_LIT("SIP/2.0/UDP pc33.example;branch=z9hG4bK776asdhds"), &via));
    CHECK_EQ(s.second_branch, ss_via_identity(&via));
    CHECK(s.branch != 0 && s.branch != s.second_branch);
}

TEST(summary_of_a_request_without_to_tag)
{
    ss_summary s;
    ss_summarise_bytes(test_message_named("invite"), test_arena(), &s);
    CHECK_EQ(s.is_request, 1);
    CHECK_EQ(s.to_tag, 0);
    CHECK_EQ(s.max_forwards, 70);
    CHECK_EQ(s.body_bytes, 101);
    CHECK_EQ(s.second_branch, 0);
}

static void summarise(ss_slice text, ss_summary *s)
{
    test_arena()->used = 0;
    ss_summarise_bytes(text, test_arena(), s);
    CHECK_EQ(s->is_sip, 1);
}

#define HEAD(cseq)                                                                    \
    "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nFrom: <sip:a@a.example>;tag=1\r\n" \
    "To: <sip:b@b.example>;tag=2\r\nCall-ID: c\r\nMax-Forwards: 70\r\nCSeq: " cseq "\r\n"

/* RFC3262:7.1 RFC3262:7.2 */
TEST(summary_of_reliable_responses_and_their_prack)
{
    ss_summary s;
    summarise(
        SS_LIT("SIP/2.0 183 On\r\n" HEAD("1 INVITE") "Require: a, 100rel\r\nRSeq: 77\r\n\r\n"), &s);
    CHECK_EQ(s.rseq, 77);
    CHECK_EQ(s.says, SS_SAYS_100REL);
    summarise(SS_LIT("SIP/2.0 183 On\r\n" HEAD("1 INVITE") "RSeq: 77\r\n\r\n"), &s);
    CHECK_EQ(s.says, 0);
    summarise(
        SS_LIT("PRACK sip:b@b.example SIP/2.0\r\n" HEAD("2 PRACK") "RAck: 77  1 INVITE\r\n\r\n"),
        &s);
    CHECK_EQ(s.rseq, 77);
    CHECK_EQ(s.rack_cseq, 1);
    summarise(SS_LIT("PRACK sip:b@b.example SIP/2.0\r\n" HEAD("2 PRACK") "RAck: 77 1 INFO\r\n\r\n"),
              &s);
    CHECK_EQ(s.rseq, 0);
    summarise(
        SS_LIT("INVITE sip:b@b.example SIP/2.0\r\n" HEAD("1 INVITE") "Supported: 100rel\r\n\r\n"),
        &s);
    CHECK_EQ(s.says, SS_SAYS_100REL);
    summarise(SS_LIT("BYE sip:b@b.example SIP/2.0\r\n" HEAD("1 BYE") "Supported: 100rel\r\n\r\n"),
              &s);
    CHECK_EQ(s.says, 0);
}

static uint32_t uri_hash(const char *uri)
{
    return (uint32_t)ss_hash64(0, ss_slice_from(uri));
}

/* RFC3261:12.1.1 RFC3261:12.1.2 RFC3261:12.2.1.1 */
TEST(summary_of_routes_is_the_same_from_both_ends)
{
    static const uint32_t k = SS_ROUTES_PRIME;
    const uint32_t one = uri_hash("sip:p1.example;lr"), two = uri_hash("sip:p2.example;lr=on");
    ss_summary s;
    summarise(
        SS_LIT("INVITE sip:b@b.example SIP/2.0\r\n"
               "Record-Route: <sip:p2.example;lr=on>;x=y\r\nRecord-Route: <sip:p1.example;lr>\r\n"
               "Contact: \"A\" <sip:a@10.0.0.1>;q=1\r\n"
               "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nFrom: <sip:a@a.example>;tag=1\r\n"
               "To: <sip:b@b.example>\r\nCall-ID: c\r\nMax-Forwards: 70\r\nCSeq: 1 INVITE\r\n\r\n"),
        &s);
    CHECK_EQ(s.routes, two + one * k);
    CHECK_EQ(s.route_count, 2);
    CHECK_EQ(s.target, 0);
    CHECK_EQ(s.contact, uri_hash("sip:a@10.0.0.1"));
    CHECK_EQ(s.says, 0);
    summarise(SS_LIT("SIP/2.0 180 On\r\n" HEAD(
                  "1 INVITE") "Record-Route: <sip:p2.example;lr=on>, <sip:p1.example;lr>\r\n"
                              "Contact: sip:b@10.0.0.2;q=1\r\n\r\n"),
              &s);
    CHECK_EQ(s.routes, one + two * k);
    CHECK_EQ(s.contact, uri_hash("sip:b@10.0.0.2"));
    summarise(
        SS_LIT("BYE sip:b@10.0.0.2 SIP/2.0\r\n" HEAD(
            "2 BYE") "Route: <sip:p1.example;lr>\r\nRoute: <sip:p2.example;lr=on>\r\n"
                     "Record-Route: <sip:p9.example;lr>\r\nContact: <sip:a@10.0.0.1>\r\n\r\n"),
        &s);
    CHECK_EQ(s.routes, one + two * k);
    CHECK_EQ(s.target, uri_hash("sip:b@10.0.0.2"));
    CHECK_EQ(s.contact, 0);
    summarise(SS_LIT("SIP/2.0 200 OK\r\n" HEAD("1 INVITE") "Contact: \r\n\r\n"), &s);
    CHECK_EQ(s.contact, 0); /* no URI is none */
    summarise(SS_LIT("SIP/2.0 200 OK\r\n" HEAD("1 INVITE") "Contact: 0\r\n\r\n"), &s);
    CHECK_EQ(s.contact, 0); /* nor is what has no scheme */
    summarise(SS_LIT("SIP/2.0 200 OK\r\n" HEAD("1 INVITE") "Contact: <mailto:a@b.example>\r\n\r\n"),
              &s);
    CHECK_EQ(s.contact, 0); /* nor what no request goes to */
    summarise(SS_LIT("SIP/2.0 200 OK\r\n" HEAD("1 INVITE") "Contact: <SIPS:a@b.example>\r\n\r\n"),
              &s);
    CHECK_EQ(s.contact, uri_hash("SIPS:a@b.example"));
    summarise(SS_LIT("BYE sip:p1.example SIP/2.0\r\n" HEAD(
                  "2 BYE") "Route: <sip:p2.example;lrx=1>, <sip:p1.example;lr>\r\n\r\n"),
              &s);
    CHECK_EQ(s.says, SS_SAYS_STRICT);
}

/* RFC4028:4 RFC6665:8.2.1 RFC6665:8.2.3 */
TEST(summary_of_intervals_and_of_subscriptions)
{
    ss_summary s;
    summarise(
        SS_LIT("SIP/2.0 200 OK\r\n" HEAD("1 UPDATE") "Session-Expires: 90 ;refresher=uac\r\n\r\n"),
        &s);
    CHECK_EQ(s.session_expires, 90);
    summarise(SS_LIT("SIP/2.0 422 No\r\n" HEAD("1 UPDATE") "Session-Expires: 90\r\n\r\n"), &s);
    CHECK_EQ(s.session_expires, 0);
    summarise(SS_LIT("NOTIFY sip:b@b.example SIP/2.0\r\n" HEAD(
                  "1 NOTIFY") "o: refer;id=7\r\nSubscription-State: "
                              "Terminated;reason=noresource\r\n\r\n"),
              &s);
    CHECK_EQ(s.event, uri_hash("refer;id=7"));
    CHECK_EQ(s.says, SS_SAYS_TERMINATED);
    summarise(SS_LIT("NOTIFY sip:b@b.example SIP/2.0\r\n" HEAD(
                  "1 NOTIFY") "Event: refer\r\nSubscription-State: active;expires=5\r\n\r\n"),
              &s);
    CHECK_EQ(s.says, 0);
}

/* RFC6665:4.4.1 */
TEST(summary_of_a_notify_has_the_route_set_that_it_makes)
{
    static const uint32_t k = SS_ROUTES_PRIME;
    const uint32_t one = uri_hash("sip:p1.example;lr"), two = uri_hash("sip:p2.example;lr");
    ss_summary s;
    summarise(SS_LIT("NOTIFY sip:b@10.0.0.2 SIP/2.0\r\n" HEAD(
                  "1 NOTIFY") "Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>\r\n"
                              "Route: <sip:p2.example;lr>\r\nContact: <sip:a@10.0.0.1>\r\n\r\n"),
              &s);
    CHECK_EQ(s.record_routes, one + two * k);
    CHECK_EQ(s.routes, two);
    CHECK_EQ(s.contact, uri_hash("sip:a@10.0.0.1"));
    summarise(SS_LIT("NOTIFY sip:b@10.0.0.2 SIP/2.0\r\n" HEAD(
                  "1 NOTIFY") "Record-Route: <sip:p1.example>\r\n\r\n"),
              &s);
    CHECK_EQ(s.record_routes, SS_ROUTES_STRICT);
    summarise(SS_LIT("SIP/2.0 489 No\r\n" HEAD("1 SUBSCRIBE") "Contact: <sip:a@10.0.0.1>\r\n\r\n"),
              &s);
    CHECK_EQ(s.contact, 0);
}

TEST(summary_says_what_is_a_session_description)
{
    static const struct {
        const char *fields;
        unsigned says;
    } rows[] = {
        { "Content-Type: application/sdp\r\n", SS_SAYS_SESSION },
        { "c: Application/SDP ;x=y\r\nContent-Disposition: session;handling=optional\r\n",
          SS_SAYS_SESSION },
        { "Content-Type: application/sdp\r\nContent-Disposition: render\r\n", 0 },
        { "Content-Type: text/plain\r\n", 0 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        char text[1024];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        ss_summary s;
        ss_put_text(&b, "UPDATE sip:b@b.example SIP/2.0\r\n" HEAD("1 UPDATE"));
        ss_put_text(&b, rows[i].fields);
        ss_put_text(&b, "Content-Length: 3\r\n\r\nv=0");
        summarise(ss_buffer_slice(&b), &s);
        CHECK_EQ(s.says, rows[i].says);
    }
}

TEST(summary_of_rubbish_is_all_zero)
{
    ss_summary s;
    const ss_summary zero = { 0 };
    memset(&s, 0xff, sizeof s);
    ss_summarise_bytes(SS_LIT("GET / HTTP/1.1\r\n\r\n"), test_arena(), &s);
    CHECK_EQ(memcmp(&s, &zero, sizeof s), 0);
    ss_summarise_bytes(SS_EMPTY, test_arena(), &s);
    CHECK_EQ(s.is_sip, 0);
}

/* RFC3261:17.2.3 by which facts, notes and laws know a transaction: a branch is its host's own. */
TEST(rfc3261_17_2_3_one_branch_of_two_hosts_names_two_transactions)
{
    static const char *const sent_bys[] = { "a.example", "b.example", "a.example:5061" };
    uint64_t branches[SS_COUNT(sent_bys)];
    for (size_t i = 0; i < SS_COUNT(sent_bys); i++) {
        char text[400];
        ss_summary s;
        ss_buffer b = ss_buffer_on(text, sizeof text);
        ss_put_text(&b, "OPTIONS sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP ");
        ss_put_text(&b, sent_bys[i]);
        ss_put_text(&b, ";branch=z9hG4bKsame\r\nFrom: <sip:a@a.example>;tag=1\r\n"
                        "To: <sip:b@b.example>\r\nCall-ID: c\r\nMax-Forwards: 70\r\n"
                        "CSeq: 1 OPTIONS\r\n\r\n");
        summarise(ss_buffer_slice(&b), &s);
        branches[i] = s.branch;
        for (size_t k = 0; k < i; k++) {
            CHECK(branches[k] != branches[i]);
        }
    }
}
