/* RFC 3261 16.3 to 16.7: the steps that no story of the other files of this chapter is about. */
#include "proxy_rig.h"

#define INVITE     "INVITE sip:bob@example.com"
#define INVITE_OUT "INVITE sip:bob@10.0.0.3 SIP/2.0"

static proxy_rig *px_with_bob(proxy_rig *rig)
{
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

/* RFC3261:16.3 who wants credentials looks for them before it forwards. */
TEST(rfc3261_16_3_step_6_a_request_is_forwarded_when_its_credentials_are_right)
{
    proxy_rig *rig = px_new();
    px_protect(rig);
    px_with_bob(rig);
    px_send(rig, ALICE, px_request(rig, INVITE, "a1", ""));
    const px_sent *asked = px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
    px_login login = { "alice", "wrong", INVITE, SS_ALGORITHM_SHA_256, 1 };
    px_send(rig, ALICE, px_request(rig, INVITE, "a2", px_login_line(asked, &login)));
    px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
    px_expect_nothing(rig);
    login.password = "secret";
    login.nc = 2;
    px_send(rig, ALICE, px_request(rig, INVITE, "a3", px_login_line(asked, &login)));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect(rig, BOB, INVITE_OUT);
    px_free(rig);
}

/* RFC3261:16.6 what else is proper is added: the Path of an edge proxy and Max-Breadth. */
TEST(rfc3261_16_6_step_5_what_else_is_added_goes_into_the_copy_alone)
{
    proxy_rig *rig = px_new();
    rig->config.edge = true;
    rig->config.breadth_max = 60;
    px_with_bob(rig);
    px_send(rig, ALICE, px_request(rig, "REGISTER sip:10.0.0.3", "a1", "Supported: path\n"));
    px_sent *copy = px_expect(rig, BOB, "REGISTER sip:10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, copy, SS_HDR_PATH, 0), "<sip:10.0.0.1:5060;lr>");
    CHECK_SLICE(px_field(rig, copy, SS_HDR_MAX_BREADTH, 0), "60");
    px_send(rig, BOB, px_reply(rig, copy, 200, ""));
    const px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_PATH), 0);
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_MAX_BREADTH), 0);
    px_stop(rig);
}

/* The copy that a request without Content-Length becomes by a transport. */
static ss_slice length_of_copy(ss_transport transport, const char *length_line)
{
    static char kept[16];
    proxy_rig *rig = px_new();
    rig->config.transports = 1u << SS_TRANSPORT_TCP;
    px_with_bob(rig);
    px_send(rig, ALICE,
            px_printf(rig,
                      "MESSAGE sip:b@10.0.0.3%s SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                      "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\n"
                      "Call-ID: call\nCSeq: 1 MESSAGE\nContent-Type: text/plain\n%s\nhello",
                      transport == SS_TRANSPORT_TCP ? ";transport=tcp" : "", length_line));
    px_sent *copy = px_take(rig);
    CHECK_NOT_NULL(copy);
    const ss_slice value = px_field(rig, copy, SS_HDR_CONTENT_LENGTH, 0);
    CHECK(px_field_count(rig, copy, SS_HDR_CONTENT_LENGTH) <= 1);
    ss_buffer b = ss_buffer_on(kept, sizeof kept);
    ss_put(&b, value);
    px_free(rig);
    return ss_buffer_slice(&b);
}

/* RFC3261:16.6 a copy without Content-Length gets one when it goes by a stream. */
TEST(rfc3261_16_6_step_9_toward_a_stream_a_content_length_is_added)
{
    CHECK_SLICE(length_of_copy(SS_TRANSPORT_TCP, ""), "5");
    CHECK_SLICE(length_of_copy(SS_TRANSPORT_TCP, "Content-Length: 4\n"), "4");
    CHECK_SLICE(length_of_copy(SS_TRANSPORT_UDP, ""), "");
}

/* RFC3261:16.7 a response belongs to the context of its request. */
TEST(rfc3261_16_7_step_1_a_response_belongs_to_the_context_whose_branch_it_answers)
{
    proxy_rig *rig = px_with_bob(px_new());
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_send(rig, CAROL,
            px_printf(rig, "MESSAGE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " CAROL
                           ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                           "From: <sip:carol@example.com>;tag=c\nTo: <sip:bob@example.com>\n"
                           "Call-ID: call\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n"));
    px_sent *alices = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_sent *carols = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, carols, 486, ""));
    px_expect(rig, CAROL, "SIP/2.0 486 Busy Here");
    px_send(rig, BOB, px_reply(rig, alices, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_expect_nothing(rig);
    px_stop(rig);
}

/* RFC3261:16.7 Record-Route of a response may be changed: this one has no need to, by what it put there. */
TEST(rfc3261_16_7_step_8_record_route_goes_back_as_it_was_put)
{
    proxy_rig *rig = px_with_bob(px_new());
    px_send(rig, ALICE, px_request(rig, INVITE, "a1", "Record-Route: <sip:10.0.0.7;lr>\n"));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *invite = px_expect(rig, BOB, INVITE_OUT);
    px_send(rig, BOB, px_reply(rig, invite, 200, ""));
    const px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_RECORD_ROUTE), 2);
    CHECK_SLICE(px_field(rig, ok, SS_HDR_RECORD_ROUTE, 0), "<sip:10.0.0.1:5060;lr>");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_RECORD_ROUTE, 1), "<sip:10.0.0.7;lr>");
    px_stop(rig);
}

/* RFC3261:16.1 The same From tag, Call-ID and CSeq by two ways: 8.2.2.2 is for the end, a proxy forwards both. */
TEST(rfc3261_16_3_a_merged_request_goes_on_like_any_other)
{
    proxy_rig *rig = px_start();
    static const char *const branches[] = { "one", "other" };
    for (size_t i = 0; i < SS_COUNT(branches); i++) {
        px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@10.0.0.3", branches[i], ""));
        px_sent *out = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
        px_send(rig, BOB, px_reply(rig, out, 200, ""));
        (void)px_expect(rig, ALICE, "SIP/2.0 200 OK");
    }
    px_stop(rig);
}
