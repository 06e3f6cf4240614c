/* RFC 7415: overload control by rate. */
#include "oc_rig.h"

/* RFC7415:3.4 */
TEST(rfc7415_3_3_a_server_chooses_rate_for_who_knows_it)
{
    static const struct {
        const char *offered, *chosen;
    } rows[] = { { ";oc;oc-algo=\"loss,rate\"", "oc-algo=\"rate\"" },
                 { ";oc;oc-algo=\"loss\"", "oc-algo=\"loss\"" } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = oc_server(SS_OC_RATE, SS_OC_LOSS);
        px_send(rig, ALICE, oc_request(rig, "INVITE", oc_next(), "", rows[i].offered));
        px_run_to(rig, SS_MS(10));
        px_sent *trying = px_expect(rig, ALICE, "SIP/2.0 100 Trying");
        CHECK(oc_contains(px_field(rig, trying, SS_HDR_VIA, 0), rows[i].chosen));
        px_free(rig);
    }
}

TEST(rfc7415_3_5_1_at_a_rate_of_nothing_nothing_goes_and_a_huge_one_holds_nothing_back)
{
    proxy_rig *rig = oc_client(SS_OC_RATE, SS_OC_LOSS);
    oc_told(rig, ";oc=0;oc-algo=\"rate\";oc-validity=60000;oc-seq=1.1");
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    CHECK(!oc_goes(rig, "BYE", ";tag=b"));
    px_free(rig);
    rig = oc_client(SS_OC_RATE, SS_OC_LOSS);
    oc_told(rig, ";oc=4294967295;oc-algo=\"rate\";oc-validity=60000;oc-seq=1.1");
    for (unsigned i = 0; i < 10; i++) {
        CHECK(oc_goes(rig, "MESSAGE", ""));
    }
    px_free(rig);
}

/* RFC7415:3.5.2 a burst of five of any, of ten with those of the second category; RFC7415:3.5.3 half a one more or less. */
TEST(rfc7415_3_5_2_between_the_thresholds_only_what_is_under_way_goes)
{
    proxy_rig *rig = oc_client(SS_OC_RATE, SS_OC_LOSS);
    oc_told(rig, ";oc=1;oc-algo=\"rate\";oc-validity=60000;oc-seq=1.1");
    unsigned any = 0, under_way = 0;
    for (unsigned i = 0; i < 20; i++) {
        any += oc_goes(rig, "MESSAGE", "");
    }
    for (unsigned i = 0; i < 20; i++) {
        under_way += oc_goes(rig, "BYE", ";tag=b");
    }
    CHECK(any >= 5 && any <= 6);
    CHECK(under_way >= 4 && under_way <= 6);
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}
