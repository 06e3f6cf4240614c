/* RFC 7415: overload control by rate. */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

static ss_queue_config config;

static proxy_rig *rate_rig(bool is_server)
{
    proxy_rig *rig = px_new();
    config = (ss_queue_config){ .workers = 1,
                                .bytes_max = 1u << 20,
                                .target = 900000,
                                .interval = SS_MS(100),
                                .validity = SS_MS(1000) };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        config.classes[i].service = SS_MS(10);
        config.classes[i].limit = 1000;
    }
    rig->config.queue = is_server ? &config : NULL;
    rig->settings.overload_control[0] = SS_OC_RATE;
    rig->settings.overload_control[1] = SS_OC_LOSS;
    px_go(rig);
    return rig;
}

static unsigned next_nth = 1;

static void send(proxy_rig *rig, const char *method, const char *to_tag, const char *via)
{
    const unsigned nth = next_nth++;
    px_send(rig, ALICE,
            px_printf(rig,
                      "%s sip:bob@10.0.0.3 SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bKr%u%s\nMax-Forwards: 70\n"
                      "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>%s\n"
                      "Call-ID: r%u\nCSeq: 1 %s\nContent-Length: 0\n\n",
                      method, nth, via, to_tag, nth, method));
}

static bool goes(proxy_rig *rig, const char *method, const char *to_tag)
{
    send(rig, method, to_tag, "");
    bool is_held = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        is_held = is_held || ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 503"));
    }
    return !is_held;
}

/* Bob asks for so many requests a second. */
static void told(proxy_rig *rig, unsigned rate)
{
    static const char written[] = ";oc;oc-algo=\"rate,loss\"";
    static char text[4096], rest[4096], params[128];
    send(rig, "MESSAGE", ";tag=b", "");
    px_sent *sent = px_take(rig);
    CHECK_NOT_NULL(sent);
    const ss_slice plain = px_reply(rig, sent, 200, "");
    snprintf(text, sizeof text, "%.*s", (int)plain.len, plain.at);
    char *at = strstr(text, written);
    CHECK_NOT_NULL(at);
    snprintf(rest, sizeof rest, "%s", at + sizeof written - 1);
    snprintf(params, sizeof params, ";oc=%u;oc-algo=\"rate\";oc-validity=60000;oc-seq=1.1", rate);
    snprintf(at, sizeof text - (size_t)(at - text), "%s%s", params, rest);
    px_send(rig, BOB, ss_slice_from(text));
    while (px_take(rig) != NULL) {
    }
}

static bool contains(ss_slice text, const char *what)
{
    for (size_t i = 0; i + strlen(what) <= text.len; i++) {
        if (memcmp(text.at + i, what, strlen(what)) == 0) {
            return true;
        }
    }
    return false;
}

/* RFC7415:3.4 */
TEST(rfc7415_3_3_a_server_chooses_rate_for_who_knows_it)
{
    static const struct {
        const char *offered, *chosen;
    } rows[] = { { ";oc;oc-algo=\"loss,rate\"", "oc-algo=\"rate\"" },
                 { ";oc;oc-algo=\"loss\"", "oc-algo=\"loss\"" } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = rate_rig(true);
        send(rig, "INVITE", "", rows[i].offered);
        px_run_to(rig, SS_MS(10));
        px_sent *trying = px_expect(rig, ALICE, "SIP/2.0 100 Trying");
        CHECK(contains(px_field(rig, trying, SS_HDR_VIA, 0), rows[i].chosen));
        px_free(rig);
    }
}

TEST(rfc7415_3_5_1_no_more_go_than_the_rate_allows_but_for_a_burst)
{
    proxy_rig *rig = rate_rig(false);
    told(rig, 10);
    unsigned went = 0;
    for (unsigned i = 0; i < 1000; i++) {
        px_run_to(rig, SS_MS(10) * i);
        went += goes(rig, "MESSAGE", "");
    }
    CHECK(went >= 100);
    CHECK(went <= 106);
    px_free(rig);
}

TEST(rfc7415_3_5_1_at_a_rate_of_nothing_nothing_goes_and_a_huge_one_holds_nothing_back)
{
    proxy_rig *rig = rate_rig(false);
    told(rig, 0);
    CHECK(!goes(rig, "MESSAGE", ""));
    CHECK(!goes(rig, "BYE", ";tag=b"));
    px_free(rig);
    rig = rate_rig(false);
    told(rig, 4294967295u);
    for (unsigned i = 0; i < 200; i++) {
        CHECK(goes(rig, "MESSAGE", ""));
    }
    px_free(rig);
}

/* RFC7415:3.5.2 a burst of five of any, of ten with those of the second category; RFC7415:3.5.3 half a one more or less. */
TEST(rfc7415_3_5_2_between_the_thresholds_only_what_is_under_way_goes)
{
    proxy_rig *rig = rate_rig(false);
    told(rig, 1);
    unsigned any = 0, under_way = 0;
    for (unsigned i = 0; i < 20; i++) {
        any += goes(rig, "MESSAGE", "");
    }
    for (unsigned i = 0; i < 20; i++) {
        under_way += goes(rig, "BYE", ";tag=b");
    }
    CHECK(any >= 5 && any <= 6);
    CHECK(under_way >= 4 && under_way <= 6);
    CHECK(!goes(rig, "MESSAGE", ""));
    px_free(rig);
}
