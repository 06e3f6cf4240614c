/* A user agent's app before strangers: what it says to an INVITE whose session description it cannot take, or that has none,
 * and what it makes of the descriptions in the answers to its own. The stranger stands in the proxy's place and sends what the
 * test gives it. */
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
                               .remote = sn_address_with_port(
                                   sn_member_address(&plan->cast.nodes[strange.bob]), 5060) };
        sn_host_send(host, &path, ss_slice_from(strange.message), NULL);
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

/* ---- a stranger that is called ---- */

enum { ANSWERS = 2 };

typedef struct planned_answer {
    unsigned status;
    const char *body;
} planned_answer;

static struct {
    planned_answer answers[ANSWERS];
    bool was_asked;
    uint32_t alice;
    char ack[2048]; /* what alice sent, body and all */
    unsigned acks, byes;
} callee;

static void answer_invite(sn_host *host, const ss_path *path, const ss_msg *invite)
{
    for (size_t i = 0; i < ANSWERS && callee.answers[i].status != 0; i++) {
        char text[2048];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        ss_put_response_head(&b, invite, callee.answers[i].status, SS_EMPTY, SS_LIT("stranger"));
        ss_put_header(&b, SS_HDR_CONTACT, SS_LIT("<sip:s@10.0.0.1>"));
        ss_put_header(&b, SS_HDR_RECORD_ROUTE,
                      ss_msg_value(invite, SS_HDR_ROUTE, 0)); /* all comes back here */
        ss_put_body(&b, SS_LIT("application/sdp"), ss_slice_from(callee.answers[i].body));
        sn_host_send(host, path, ss_buffer_slice(&b), NULL);
    }
}

static void called(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    ss_msg msg;
    ss_diag diag;
    (void)app;
    CHECK_OK(ss_msg_parse(&msg, sn_host_arena(host), datagram, &diag));
    if (msg.method == SS_METHOD_INVITE && !callee.was_asked) {
        callee.was_asked = true;
        answer_invite(host, path, &msg);
    } else if (msg.method == SS_METHOD_ACK) {
        callee.acks++;
        memcpy(callee.ack, datagram.at, datagram.len);
        callee.ack[datagram.len] = '\0';
    } else if (msg.method == SS_METHOD_BYE) {
        callee.byes++;
    }
}

static bool idle(void *app, sn_host *host, const sn_wake *w)
{
    (void)app;
    (void)host;
    (void)w;
    return true;
}

static ss_status nothing(void *app, sn_host *host)
{
    (void)app;
    (void)host;
    return SS_OK;
}

static const sn_app_class called_stranger = { .name = "called",
                                              .port = 5060,
                                              .bytes = 16,
                                              .start = nothing,
                                              .input = called,
                                              .deadline = deadline,
                                              .wake = idle };

/* Alice calls through the stranger, who answers at once; she would talk until the run is over. */
static void call_stranger(bool is_late, planned_answer first, planned_answer second)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    const uint32_t proxy = small_proxy(plan, "stranger", 0, wire);
    const uint32_t from = small_uas(plan, "alice", 1, 0, wire);
    const uint32_t to = small_uas(plan, "bob", 1, 0, wire);
    memset(&callee, 0, sizeof callee);
    callee.answers[0] = first;
    callee.answers[1] = second;
    small_spec(plan, from)->ua.outbound = proxy;
    plan->duration = SS_S(2);
    plan->drain = SS_MS(100);
    (void)sn_plan_add_calls(plan, &(sn_call_spec){ .name = "one",
                                                   .from = from,
                                                   .to = to,
                                                   .interval = SS_S(1),
                                                   .end = SS_S(1),
                                                   .limit = 1,
                                                   .hold = { SN_DIST_CONST, SS_S(60), 0 },
                                                   .hangup_caller = 1,
                                                   .is_late = is_late });
    small_finish(plan);
    (void)small_run_plan(plan, &(small_options){ .proxy = &called_stranger });
    sn_plan_free(plan);
    CHECK(callee.acks > 0);
}

#define SDP_HEAD "v=0\r\no=s 1 1 IN IP4 10.9.9.9\r\ns=-\r\nc=IN IP4 10.9.9.9\r\nt=0 0\r\n"
#define AUDIO    SDP_HEAD "m=audio 9000 RTP/AVP 0\r\n"
#define ODD      SDP_HEAD "m=audio 9000 RTP/AVP 96\r\na=rtpmap:96 odd/1\r\n"

/* RFC3261:13.2.1 RFC6337:3.1.1 the 2xx says something else, which is not looked at; alone it is the end. */
TEST(rfc3261_13_2_1_the_first_description_is_the_answer_and_later_ones_are_ignored)
{
    call_stranger(false, (planned_answer){ 200, "nonsense" }, (planned_answer){ 0 });
    CHECK(callee.byes > 0);
    call_stranger(false, (planned_answer){ 183, AUDIO }, (planned_answer){ 200, "nonsense" });
    CHECK_EQ(callee.byes, 0);
    call_stranger(false, (planned_answer){ 183, AUDIO }, (planned_answer){ 200, ODD });
    CHECK_EQ(callee.byes, 0);
    call_stranger(false, (planned_answer){ 183, "nonsense" }, (planned_answer){ 200, AUDIO });
    CHECK_EQ(callee.byes, 0); /* what is none is not the first */
}

/* RFC3261:13.2.2.4 */
TEST(rfc3261_13_2_2_4_an_offer_that_cannot_be_accepted_gets_an_answer_in_the_ack_and_a_bye)
{
    call_stranger(true, (planned_answer){ 200, AUDIO }, (planned_answer){ 0 });
    CHECK_NOT_NULL(strstr(callee.ack, "\r\nm=audio "));
    CHECK_NULL(strstr(callee.ack, "\r\nm=audio 0 "));
    CHECK_EQ(callee.byes, 0);
    call_stranger(true, (planned_answer){ 200, ODD }, (planned_answer){ 0 });
    CHECK_NOT_NULL(strstr(callee.ack, "\r\nm=audio 0 RTP/AVP 96"));
    CHECK(callee.byes > 0);
}
