/* RFC 3261 16.11: a stateless proxy. It keeps nothing, so that every test ends as it began. */
#include "proxy_rig.h"

#include <string.h>

static proxy_rig *px_stateless(void)
{
    proxy_rig *rig = px_new();
    rig->config.mode = SS_PROXY_STATELESS;
    rig->config.breadth_max = 60;
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

#define INVITE_OUT "INVITE sip:bob@10.0.0.3 SIP/2.0"

static px_sent *invite_bob(proxy_rig *rig)
{
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    return px_expect(rig, BOB, INVITE_OUT);
}

static void check_same(const px_sent *a, const px_sent *b)
{
    CHECK_SLICE_EQ(a->bytes, b->bytes);
}

TEST(rfc3261_16_11_no_100_is_made_and_every_copy_is_forwarded_as_the_first)
{
    proxy_rig *rig = px_stateless();
    px_sent *first = invite_bob(rig);
    check_same(first, invite_bob(rig));
    px_run_to(rig, SS_S(40)); /* and nothing is sent again by itself */
    px_expect_nothing(rig);
    CHECK_EQ(rig->engine.core.txns, 0);
    px_stop(rig);
}

/* Beside a registrar too: only what it serves itself has a transaction. */
TEST(rfc3261_16_11_a_register_for_another_domain_is_forwarded_without_a_transaction)
{
    proxy_rig *rig = px_stateless();
    px_send(rig, ALICE, px_request(rig, "REGISTER sip:10.0.0.3", "a1", ""));
    px_sent *first = px_expect(rig, BOB, "REGISTER sip:10.0.0.3 SIP/2.0");
    px_run_to(rig, SS_S(40));
    px_expect_nothing(rig);
    CHECK_EQ(rig->engine.core.txns, 0);
    px_send(rig, ALICE, px_request(rig, "REGISTER sip:10.0.0.3", "a1", ""));
    check_same(first, px_expect(rig, BOB, "REGISTER sip:10.0.0.3 SIP/2.0"));
    px_stop(rig);
}

TEST(rfc3261_16_11_other_transactions_get_other_branches)
{
    proxy_rig *rig = px_stateless();
    px_sent *first = invite_bob(rig);
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a2", ""));
    px_sent *second = px_expect(rig, BOB, INVITE_OUT);
    CHECK(!ss_slice_eq(first->bytes, second->bytes));
    px_stop(rig);
}

static ss_slice old_request(proxy_rig *rig, const char *params, const char *tag)
{
    return px_printf(rig,
                     "INVITE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060%s\n"
                     "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=%s\n"
                     "To: <sip:bob@example.com>\nCall-ID: call\nCSeq: 1 INVITE\n"
                     "Content-Length: 0\n\n",
                     params, tag);
}

/* Copies go out alike, and another request does not. */
static void check_told_apart(const char *params)
{
    proxy_rig *rig = px_stateless();
    px_send(rig, ALICE, old_request(rig, params, "x"));
    px_sent *first = px_expect(rig, BOB, INVITE_OUT);
    px_send(rig, ALICE, old_request(rig, params, "x"));
    check_same(first, px_expect(rig, BOB, INVITE_OUT));
    px_send(rig, ALICE, old_request(rig, params, "y"));
    px_sent *other = px_expect(rig, BOB, INVITE_OUT);
    const ss_slice one = px_field(rig, first, SS_HDR_VIA, 0);
    char kept[160];
    memcpy(kept, one.at, one.len);
    CHECK(!ss_slice_eq((ss_slice){ kept, one.len }, px_field(rig, other, SS_HDR_VIA, 0)));
    px_stop(rig);
}

TEST(rfc3261_16_11_without_the_cookie_the_fields_that_vary_make_the_branch)
{
    check_told_apart("");
}

/* RFC3261:8.1.1.7 RFC3261:17.2.3 */
TEST(rfc3261_16_11_a_bare_cookie_is_none)
{
    check_told_apart(";branch=z9hG4bK");
}

TEST(rfc3261_16_11_a_cancel_goes_where_its_invite_went_with_the_same_branch)
{
    proxy_rig *rig = px_stateless();
    px_send(rig, ALICE,
            px_request(rig, "INVITE sip:bob@example.com", "a1",
                       "Proxy-Authorization: Digest realm=\"x\"\n"));
    px_sent *invite = px_expect(rig, BOB, INVITE_OUT);
    const ss_slice via = px_field(rig, invite, SS_HDR_VIA, 0);
    char kept[160];
    memcpy(kept, via.at, via.len);
    px_send(rig, ALICE, px_request(rig, "CANCEL sip:bob@example.com", "a1", ""));
    px_sent *cancel = px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE_EQ(px_field(rig, cancel, SS_HDR_VIA, 0), ((ss_slice){ kept, via.len }));
    px_expect_nothing(rig); /* nor is it answered here: no special processing */
    px_stop(rig);
}

TEST(rfc3261_16_11_a_response_goes_where_the_next_via_says_and_only_ours_is_removed)
{
    proxy_rig *rig = px_stateless();
    px_sent *invite = invite_bob(rig);
    static const unsigned statuses[] = { 100, 180, 486, 200 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        px_send(rig, BOB, px_reply(rig, invite, statuses[i], "Warning: 399 bob \"x\"\n"));
        px_sent *up = px_take(rig); /* a 100 too: nobody here was asked */
        CHECK_NOT_NULL(up);
        CHECK_EQ(up->to.ip[3], 2);
        CHECK_EQ(px_field_count(rig, up, SS_HDR_VIA), 1);
        CHECK_EQ(px_field_count(rig, up, SS_HDR_WARNING), 1);
    }
    px_stop(rig);
}

TEST(rfc3261_16_11_a_response_with_a_foreign_via_on_top_or_none_below_is_discarded)
{
    proxy_rig *rig = px_stateless();
    static const char *const vias[] = {
        "SIP/2.0/UDP 10.0.0.99:5060;branch=z9hG4bKx, SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKa1",
        "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx",
        "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx, SIP/2.0/UDP far.example.net;branch=z9hG4bKa1",
        "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx, SIP/2.0/PIGEON 10.0.0.2;branch=z9hG4bKa1",
        "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx, garbage",
    };
    for (size_t i = 0; i < SS_COUNT(vias); i++) {
        px_send(rig, BOB,
                px_printf(rig,
                          "SIP/2.0 200 OK\nVia: %s\nFrom: <sip:a@x>;tag=a\nTo: <sip:b@x>;tag=b\n"
                          "Call-ID: call\nCSeq: 1 INVITE\nContent-Length: 0\n\n",
                          vias[i]));
        px_expect_nothing(rig);
    }
    px_stop(rig);
}

TEST(rfc3261_16_11_a_request_that_fails_validation_is_refused_without_a_transaction)
{
    proxy_rig *rig = px_stateless();
    const ss_slice request =
        px_request(rig, "INVITE sip:bob@example.com", "a1", "Proxy-Require: gold\n");
    px_send(rig, ALICE, request);
    px_sent *first = px_expect(rig, ALICE, "SIP/2.0 420 Bad Extension");
    CHECK_SLICE(px_field(rig, first, SS_HDR_UNSUPPORTED, 0), "gold");
    px_send(rig, ALICE, request);
    px_sent *again = px_expect(rig, ALICE, "SIP/2.0 420 Bad Extension");
    check_same(first, again); /* the same tag: RFC3261:8.2.7 */
    CHECK_EQ(rig->engine.core.txns, 0);
    const ss_slice to = px_field(rig, first, SS_HDR_TO, 0);
    px_send(rig, ALICE,
            px_printf(rig,
                      "ACK sip:bob@example.com SIP/2.0\n"
                      "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                      "From: <sip:alice@example.com>;tag=alice\nTo: %.*s\n"
                      "Call-ID: call\nCSeq: 1 ACK\nContent-Length: 0\n\n",
                      (int)to.len, to.at));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_11_a_user_it_does_not_know_is_404_and_one_who_is_nowhere_480)
{
    proxy_rig *rig = px_stateless();
    px_send(rig, ALICE, px_request(rig, "INVITE sip:nobody@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 404 Not Found");
    px_run_to(rig, SS_S(3600));
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a2", ""));
    px_expect(rig, ALICE, "SIP/2.0 480 Temporarily Unavailable");
    CHECK_EQ(rig->engine.proxy.contexts, 0);
    px_stop(rig);
}

TEST(rfc3261_16_11_of_several_targets_it_chooses_one_and_the_same)
{
    proxy_rig *rig = px_stateless();
    px_bind_q(rig, "sip:bob@example.com", "sip:bob@" CAROL, 500);
    px_sent *first = invite_bob(rig);
    check_same(first, invite_bob(rig));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_11_options_for_itself_and_a_register_are_answered)
{
    proxy_rig *rig = px_stateless();
    px_send(rig, ALICE, px_request(rig, "OPTIONS sip:10.0.0.1", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "REGISTER sip:example.com", "a2", ""));
    px_sent *ok =
        px_expect(rig, ALICE, "SIP/2.0 200 OK"); /* 10.3: a registrar is a user agent server */
    CHECK_SLICE(px_field(rig, ok, SS_HDR_CONTACT, 0), "<sip:alice@10.0.0.2>;expires=3600");
    px_stop(rig);
}

TEST(rfc3261_16_11_a_name_is_resolved_and_the_first_address_taken)
{
    proxy_rig *rig = px_stateless();
    rig->names[0] = ss_address_v4(0x0a000004, 5070);
    rig->names[1] = ss_address_v4(0x0a000005, 5070);
    rig->name_count = 2;
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@far.example.net", "a1", ""));
    px_expect(rig, CAROL, "MESSAGE sip:x@far.example.net SIP/2.0");
    px_expect_nothing(rig);
    px_stop(rig);
}

/* 18.2.2: by the transport of the next Via, and where there is none of that name, nowhere. */
TEST(rfc3261_16_11_a_response_goes_where_the_via_below_ours_says_or_nowhere)
{
    proxy_rig *rig = px_stateless();
    const px_sent *sent = invite_bob(rig);
    const ss_slice ours = px_field(rig, sent, SS_HDR_VIA, 0);
    static const char *const below[] = { "SIP/2.0/UDP " ALICE
                                         ":5060;branch=z9hG4bKa1;received=" ALICE,
                                         "SIP/2.0/PIGEON " ALICE ":5060;branch=z9hG4bKa1",
                                         "SIP/2.0/UDP nobody.example.net;branch=z9hG4bKa1" };
    for (size_t i = 0; i < SS_COUNT(below); i++) {
        px_send(rig, BOB,
                px_printf(
                    rig,
                    "SIP/2.0 200 OK\nVia: %.*s\nVia: %s\nFrom: <sip:alice@example.com>;tag=alice\n"
                    "To: <sip:bob@example.com>;tag=bob\nCall-ID: call\nCSeq: 1 INVITE\n"
                    "Contact: <sip:bob@" BOB ">\nContent-Length: 0\n\n",
                    (int)ours.len, ours.at, below[i]));
        if (i == 0) {
            px_expect(rig, ALICE, "SIP/2.0 200 OK");
        }
        px_expect_nothing(rig);
    }
    px_stop(rig);
}
