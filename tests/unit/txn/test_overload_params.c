/* oc, oc-algo, oc-validity and oc-seq of a Via, to the letter and beside it. RFC7339:9 RFC7415:5 */
#include "check.h"
#include "ss/txn.h"

#include <stdio.h>

/* What a Via with these parameters says; the status of it. */
static ss_status read(const char *params, ss_oc *oc)
{
    static char text[256];
    ss_via via;
    snprintf(text, sizeof text, "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1%s", params);
    const ss_status status = ss_via_parse(ss_slice_from(text), &via);
    return status == SS_OK ? ss_oc_read(&via, oc) : status;
}

TEST(a_via_without_them_says_nothing)
{
    ss_oc oc;
    CHECK_OK(read(";rport;ock=1;occult", &oc));
    CHECK(!oc.is_there && !oc.has_validity && !oc.has_seq);
    CHECK_EQ(oc.algorithms[0], SS_OC_NONE);
}

TEST(a_client_names_what_it_knows_in_its_order)
{
    ss_oc oc;
    CHECK_OK(read(";oc;oc-algo=\"rate , loss\"", &oc));
    CHECK(oc.is_there && !oc.has_value);
    CHECK_EQ(oc.algorithms[0], SS_OC_RATE);
    CHECK_EQ(oc.algorithms[1], SS_OC_LOSS);
    CHECK_OK(
        read(";oc;oc-algo=\"window,LOSS,loss,rate,loss\"", &oc)); /* unknown and repeated ones */
    CHECK_EQ(oc.algorithms[0], SS_OC_LOSS);
    CHECK_EQ(oc.algorithms[1], SS_OC_RATE);
    CHECK_OK(read(";oc;oc-algo=loss", &oc)); /* bare, as some write it */
    CHECK_EQ(oc.algorithms[0], SS_OC_LOSS);
    CHECK_OK(read(";oc;oc-algo=\"window\"", &oc));
    CHECK_EQ(oc.algorithms[0], SS_OC_NONE);
}

TEST(a_server_says_how_much_for_how_long_and_in_what_order)
{
    ss_oc oc;
    CHECK_OK(read(";OC=20;oc-algo=\"loss\";oc-validity=500;oc-seq=1282321615.781", &oc));
    CHECK(oc.is_there && oc.has_value && oc.has_validity && oc.has_seq);
    CHECK_EQ(oc.value, 20);
    CHECK_EQ(oc.validity_ms, 500);
    CHECK_EQ(oc.seq, 1282321615u * UINT64_C(100000) + 78100);
    CHECK_OK(read(";oc-seq=1.00001", &oc));
    CHECK_EQ(oc.seq, 100001);
    CHECK_OK(read(";oc=4294967295;oc-validity=0", &oc));
    CHECK_EQ(oc.value, UINT32_MAX);
    CHECK_EQ(oc.validity_ms, 0);
}

TEST(half_of_what_is_asked_for_is_nothing_of_it)
{
    static const char *const wrong[] = {
        ";oc=",
        ";oc=-1",
        ";oc=4294967296",
        ";oc=1;oc=1",
        ";oc;oc",
        ";oc=20%",
        ";oc;oc-algo=\"\"",
        ";oc;oc-algo=\"loss,\"",
        ";oc;oc-algo=\",loss\"",
        ";oc-algo",
        ";oc-algo=\"loss\";oc-algo=\"loss\"",
        ";oc-validity",
        ";oc-validity=1s",
        ";oc-validity=1;oc-validity=1",
        ";oc-validity=4294967296",
        ";oc-seq",
        ";oc-seq=1",
        ";oc-seq=1.",
        ";oc-seq=.1",
        ";oc-seq=1.2.3",
        ";oc-seq=1234567890123.1",
        ";oc-seq=1.123456",
        ";oc-seq=1.1;oc-seq=1.1",
        ";oc-seq=-1.1",
    };
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        ss_oc oc;
        CHECK_STATUS(read(wrong[i], &oc), SS_ERR_SYNTAX);
    }
}

TEST(only_an_answer_holds_more_than_a_client_writes)
{
    static const struct {
        const char *params;
        bool is_answered;
    } cases[] = {
        { "", false },           { ";oc;oc-algo=\"loss\"", false }, { ";oc=0", true },
        { ";oc-seq=1.1", true }, { ";oc-validity=1", true },        { ";oc=x", true },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        char text[128];
        ss_via via;
        snprintf(text, sizeof text, "SIP/2.0/UDP 10.0.0.1%s", cases[i].params);
        CHECK_OK(ss_via_parse(ss_slice_from(text), &via));
        CHECK_EQ(ss_oc_is_answered(&via), cases[i].is_answered);
    }
}

TEST(a_via_without_them_is_the_rest_as_it_was)
{
    char memory[256];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_via via;
    CHECK_OK(ss_via_parse(
        SS_LIT("SIP/2.0/UDP h:5;x=\"a;oc=1\";oc=2;branch=z9hG4bKa;OC-seq=1.1;oc-later=3;ock"),
        &via));
    ss_put_via_without_oc(&b, &via);
    CHECK_SLICE(ss_buffer_slice(&b), "SIP/2.0/UDP h:5;x=\"a;oc=1\";branch=z9hG4bKa;ock");
}
