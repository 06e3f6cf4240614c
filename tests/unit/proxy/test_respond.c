/* Answers without a transaction, at the quota: 503, one tag per request (RFC3261:8.2.7). */
#include "proxy_rig.h"

static proxy_rig *full_rig(void)
{
    proxy_rig *rig = px_new();
    rig->settings.txns_max = 0;
    rig->settings.product = SS_LIT("sipsim");
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

TEST(respond_at_the_quota_is_503_with_the_same_tag_for_copies)
{
    proxy_rig *rig = full_rig();
    const ss_slice invite = px_request(rig, "INVITE sip:bob@example.com", "a1", "");
    px_send(rig, ALICE, invite);
    const px_sent *first = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    px_send(rig, ALICE, invite);
    const px_sent *second = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    CHECK_SLICE_EQ(second->bytes, first->bytes);
    CHECK_SLICE(px_field(rig, first, SS_HDR_SERVER, 0), "sipsim");
    CHECK_EQ(rig->full_events, 2);
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a2", ""));
    const px_sent *other = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    CHECK(!ss_slice_eq(px_field(rig, other, SS_HDR_TO, 0), px_field(rig, first, SS_HDR_TO, 0)));
    px_stop(rig);
}

TEST(respond_at_the_quota_the_ack_of_a_503_goes_no_further)
{
    proxy_rig *rig = full_rig();
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    const px_sent *sent = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    const ss_slice to = px_field(rig, sent, SS_HDR_TO, 0);
    px_send(rig, ALICE,
            px_printf(rig,
                      "ACK sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bKa1\n"
                      "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\nTo: %.*s\n"
                      "Call-ID: call\nCSeq: 1 ACK\nContent-Length: 0\n\n",
                      (int)to.len, to.at));
    px_expect_nothing(rig);
    CHECK_EQ(rig->queries, 0);
    px_stop(rig);
}

TEST(respond_at_the_quota_an_ack_to_a_2xx_still_goes_through)
{
    proxy_rig *rig = full_rig();
    px_send(rig, ALICE,
            px_request(rig, "ACK sip:bob@10.0.0.3", "a2", "Route: <sip:10.0.0.1;lr>\n"));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_stop(rig);
}

TEST(respond_between_server_and_client_transaction_the_quota_is_503_with_state)
{
    proxy_rig *rig = px_new();
    rig->settings.txns_max = 1;
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    px_run_to(rig, SS_MS(500));
    px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable"); /* Timer G */
    px_stop(rig);
}
