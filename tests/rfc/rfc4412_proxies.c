/* Resource-Priority (RFC 4412) at proxies: in their queues, and on the way through. */
#include "proxy_rig.h"

#include <string.h>

static ss_queue_config queue;

/* One worker, 10 ms for a message; so many of a class may wait. */
static proxy_rig *queued_rig(uint32_t limit)
{
    proxy_rig *rig = px_new();
    queue = (ss_queue_config){ .workers = 1, .bytes_max = 1u << 20 };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        queue.classes[i].service = i == SS_CLASS_REFUSAL ? SS_MS(1) : SS_MS(10);
        queue.classes[i].limit = limit;
    }
    rig->config.queue = &queue;
    px_go(rig);
    return rig;
}

static void invites(proxy_rig *rig, const char *name, const char *lines)
{
    px_send(rig, ALICE,
            px_printf(rig,
                      "INVITE sip:%s@10.0.0.3 SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bK%s\nMax-Forwards: 70\n"
                      "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
                      "Call-ID: %s\nCSeq: 1 INVITE\n%sContent-Length: 0\n\n",
                      name, name, name, lines));
}

/* The user part of the next INVITE at Bob's. */
static char next_at_bob(proxy_rig *rig)
{
    const px_sent *out;
    while ((out = px_take(rig)) != NULL) {
        if (ss_slice_starts(out->bytes, SS_LIT("INVITE sip:"))) {
            return out->bytes.at[11];
        }
    }
    return '-';
}

TEST(rfc4412_4_5_2_marked_requests_go_first_and_in_the_order_of_their_coming)
{
    proxy_rig *rig = queued_rig(10);
    invites(rig, "a", "");
    invites(rig, "b", "");
    invites(rig, "c", "Resource-Priority: wps.1\n");
    invites(rig, "d", "Resource-Priority: foo.1, ets.0\n");
    px_run_to(rig, SS_MS(100));
    static const char order[] = "acdb"; /* the first was being served already */
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(next_at_bob(rig), order[i]);
    }
    px_stop(rig);
}

/* RFC4412:4.6.5 too much of it is 503, even of what goes first. */
TEST(rfc4412_4_5_2_a_queue_of_marked_requests_that_is_full_refuses_more_at_once)
{
    proxy_rig *rig = queued_rig(1);
    invites(rig, "a", "");
    for (const char *name = "bcd"; *name != '\0'; name++) {
        const char one[] = { *name, '\0' };
        invites(rig, one, "Resource-Priority: ets.0\n");
    }
    px_run_to(rig, SS_MS(200));
    unsigned invited = 0, refused = 0;
    for (const px_sent *out; (out = px_take(rig)) != NULL;) {
        invited += ss_slice_starts(out->bytes, SS_LIT("INVITE ")) ? 1 : 0;
        refused += ss_slice_starts(out->bytes, SS_LIT("SIP/2.0 503 ")) ? 1 : 0;
    }
    CHECK(invited >= 2 && refused >= 1);
    px_stop(rig);
}

TEST(rfc4412_4_6_2_a_proxy_leaves_values_that_it_does_not_know_as_they_are)
{
    static const char lines[] = "Resource-Priority: foo.1, WPS.3\nResource-Priority: x.y\n"
                                "Require: resource-priority\n";
    proxy_rig *rig = px_start();
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@10.0.0.3", "a", lines));
    (void)px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *out = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_RESOURCE_PRIORITY, 0), "foo.1, WPS.3");
    CHECK_SLICE(px_field(rig, out, SS_HDR_RESOURCE_PRIORITY, 1), "x.y");
    CHECK_SLICE(px_field(rig, out, SS_HDR_REQUIRE, 0), "resource-priority");
    px_send(rig, BOB, px_reply(rig, out, 417, "Accept-Resource-Priority: wps.0\n"));
    while ((out = px_take(rig)) != NULL && !ss_slice_starts(out->bytes, SS_LIT("SIP/2.0 417 "))) {
    }
    CHECK_NOT_NULL(out);
    CHECK_SLICE(px_field(rig, out, SS_HDR_ACCEPT_RESOURCE_PRIORITY, 0), "wps.0");
    px_stop(rig);
}
