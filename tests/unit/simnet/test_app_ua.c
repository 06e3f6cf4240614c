/* A user agent's app before strangers: what it says to an INVITE whose session description it cannot take, or that has none.
 * The stranger stands in the proxy's place and sends what the test gives it. */
#include "check.h"

#include <string.h>

#include "small_world.h"
#include "sn/app.h"

#define INVITE_HEAD                                                                                \
    "INVITE sip:bob0@example.com SIP/2.0\r\nVia: SIP/2.0/UDP "                                     \
    "10.9.9.9;branch=z9hG4bKstranger;rport"                                                        \
    "\r\nMax-Forwards: 70\r\nFrom: <sip:stranger@example.com>;tag=s\r\nTo: <sip:bob0@example.com>" \
    "\r\nCall-ID: strange\r\nCSeq: 1 INVITE\r\nContact: <sip:10.9.9.9>\r\n"

static struct {
    const char *message;
    unsigned final; /* the first final response that came back */
    uint32_t bob;
} strange;

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    sn_host_wake(host, SS_MS(10), 1, 0, 0);
    return SS_OK;
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    (void)app;
    if (w->kind == SN_WAKE_OWN) {
        const sn_plan *plan = sn_host_plan(host);
        const ss_path path = { .local = ss_address_v4(0, 5060),
                               .remote =
                                   ss_address_v4(plan->cast.nodes[strange.bob].address, 5060) };
        sn_host_send(host, &path, ss_slice_from(strange.message));
    }
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)host;
    (void)path;
    (void)datagram;
}

static ss_time deadline(const void *app)
{
    (void)app;
    return SS_TIME_NEVER;
}

static const sn_app_class stranger = { .name = "stranger",
                                       .port = 5060,
                                       .bytes = 16,
                                       .start = start,
                                       .input = input,
                                       .deadline = deadline,
                                       .wake = wake };

static void listen(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    if (f->kind == SN_FACT_DATAGRAM_SENT && f->entity == strange.bob && f->sip.status >= 200 &&
        strange.final == 0) {
        strange.final = f->sip.status;
    }
}

static unsigned answer_to(const char *message)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    const uint32_t bob = small_uas(plan, "bob", 1, 0, wire);
    (void)small_proxy(plan, "stranger", 0, wire);
    small_finish(plan);
    strange.message = message;
    strange.final = 0;
    strange.bob = sn_plan_node(plan, bob, 0);
    (void)small_run_plan(plan, &(small_options){ .proxy = &stranger, .each = listen });
    sn_plan_free(plan);
    return strange.final;
}

/* RFC3261:13.3.1.3 */
TEST(an_offer_that_cannot_be_taken_gets_488)
{
    CHECK_EQ(
        answer_to(INVITE_HEAD "Content-Type: application/sdp\r\nContent-Length: 8\r\n\r\nnonsense"),
        488);
    CHECK_EQ(answer_to(INVITE_HEAD
                       "Content-Type: application/sdp\r\nContent-Length: 105\r\n\r\n"
                       "v=0\r\no=s 1 1 IN IP4 10.9.9.9\r\ns=-\r\nc=IN IP4 10.9.9.9\r\nt=0 0\r\n"
                       "m=audio 9000 RTP/AVP 96\r\na=rtpmap:96 odd/1\r\n"),
             488);
}

TEST(an_invite_without_an_offer_is_answered_with_one)
{
    CHECK_EQ(answer_to(INVITE_HEAD "Content-Length: 0\r\n\r\n"), 200);
}

TEST(an_offer_that_can_be_taken_is_answered)
{
    CHECK_EQ(answer_to(INVITE_HEAD
                       "Content-Type: application/sdp\r\nContent-Length: 85\r\n\r\n"
                       "v=0\r\no=s 1 1 IN IP4 10.9.9.9\r\ns=-\r\nc=IN IP4 10.9.9.9\r\nt=0 0\r\n"
                       "m=audio 9000 RTP/AVP 0\r\n"),
             200);
}
