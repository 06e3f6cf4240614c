/* Overload control over many requests: the shares and rates that come of it. Few requests are in tests/rfc, which is run again with each
 * take refused. */
#include "oc_rig.h"

/* RFC7339:7.2 by the default mix 80 % are of the first category: of these 37.5 % for 30 % of all, then as they really are. */
TEST(rfc7339_7_2_the_share_is_held_back)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    oc_told(rig, ";oc=30;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.1");
    unsigned held = 0;
    for (unsigned i = 0; i < 400; i++) {
        held += !oc_goes(rig, "MESSAGE", "");
    }
    CHECK(held >= 149 && held <= 151);
    px_run_to(rig, SS_S(5));
    (void)oc_goes(rig, "MESSAGE", "");
    held = 0;
    for (unsigned i = 0; i < 400; i++) {
        held += !oc_goes(rig, "MESSAGE", "");
    }
    CHECK(held >= 119 && held <= 121);
    px_free(rig);
}

/* Twice what it can do, for two seconds. RFC7339:5.3 */
static void overload(proxy_rig *rig, const char *via, unsigned *refused, px_sent **last)
{
    for (unsigned i = 0; i < 400; i++) {
        px_run_to(rig, SS_MS(5) * (i + 1));
        px_send(rig, ALICE, oc_request(rig, "MESSAGE", oc_next(), "", via));
        for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
            if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 503"))) {
                (*refused)++;
                *last = s;
            }
        }
    }
}

TEST(rfc7339_5_3_an_overloaded_server_asks_for_less_and_then_for_nothing)
{
    proxy_rig *rig = oc_server(SS_OC_LOSS, SS_OC_NONE);
    unsigned refused = 0;
    px_sent *last = NULL;
    overload(rig, ";oc;oc-algo=\"loss\"", &refused, &last);
    CHECK_EQ(refused, 0); /* who takes part is not refused for it */
    px_send(rig, ALICE, oc_request(rig, "INVITE", 5001, "", ";oc;oc-algo=\"loss\""));
    px_run_to(rig, rig->now + SS_S(5));
    bool is_asked = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        const ss_slice via = px_field(rig, s, SS_HDR_VIA, 0);
        if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 100")) && oc_contains(via, "bKn5001;")) {
            is_asked = oc_contains(via, ";oc-validity=1000;") && !oc_contains(via, ";oc=0;");
        }
    }
    CHECK(is_asked);
    for (unsigned i = 0; i < 60; i++) {
        px_run_to(rig, rig->now + SS_MS(500));
        px_send(rig, ALICE, oc_request(rig, "INVITE", 6000 + i, "", ";oc;oc-algo=\"loss\""));
    }
    px_run_to(rig, rig->now + SS_MS(20));
    bool is_over = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 100")) &&
            oc_contains(px_field(rig, s, SS_HDR_VIA, 0), "bKn60")) {
            is_over = oc_contains(px_field(rig, s, SS_HDR_VIA, 0),
                                  ";oc=0;oc-algo=\"loss\";oc-validity=0;");
        }
    }
    CHECK(is_over);
    px_free(rig);
}

TEST(rfc7339_5_10_2_who_takes_no_part_is_refused_his_share_without_retry_after)
{
    proxy_rig *rig = oc_server(SS_OC_LOSS, SS_OC_NONE);
    unsigned refused = 0;
    px_sent *last = NULL;
    overload(rig, "", &refused, &last);
    CHECK(refused > 100);
    CHECK(refused < 350);
    CHECK_EQ(px_field_count(rig, last, SS_HDR_RETRY_AFTER), 0);
    px_free(rig);
}

TEST(rfc7415_3_5_1_no_more_go_than_the_rate_allows_but_for_a_burst)
{
    proxy_rig *rig = oc_client(SS_OC_RATE, SS_OC_LOSS);
    oc_told(rig, ";oc=10;oc-algo=\"rate\";oc-validity=60000;oc-seq=1.1");
    unsigned went = 0;
    for (unsigned i = 0; i < 1000; i++) {
        px_run_to(rig, SS_MS(10) * i);
        went += oc_goes(rig, "MESSAGE", "");
    }
    CHECK(went >= 100);
    CHECK(went <= 106);
    px_free(rig);
}
