/* The words of --pcap and --events. */
#include "check.h"
#include "facts_rig.h"
#include "sn/capture.h"

static ss_status parse(const char *text, sn_capture_filter *f)
{
    const char *why = NULL;
    const ss_status status = sn_capture_filter_parse(ss_slice_from(text), f, &why);
    CHECK_EQ(status == SS_OK, why == NULL);
    return status;
}

TEST(filter_words_are_understood)
{
    sn_capture_filter f;
    CHECK_OK(parse("off", &f));
    CHECK_EQ(f.kind, SN_CAPTURE_OFF);
    CHECK_OK(parse("all", &f));
    CHECK_EQ(f.kind, SN_CAPTURE_ALL);
    CHECK_OK(parse("first:12", &f));
    CHECK_EQ(f.kind, SN_CAPTURE_FIRST);
    CHECK_EQ(f.count, 12);
    CHECK_OK(parse("calls:3", &f));
    CHECK_EQ(f.kind, SN_CAPTURE_CALLS);
    CHECK_OK(parse("call:c17", &f));
    CHECK_EQ(f.count, 17);
    CHECK_EQ(f.call_id, 0);
    CHECK_OK(parse("call:abc@host", &f));
    CHECK_EQ(f.call_id, ss_hash64(0, SS_LIT("abc@host")));
    CHECK_OK(parse("node:phone[17]", &f));
    CHECK_STR(f.node, "phone[17]");
}

static void check_link(const char *text, unsigned at, unsigned directions)
{
    sn_capture_filter f;
    CHECK_OK(parse(text, &f));
    CHECK_EQ(f.kind, SN_CAPTURE_LINK);
    CHECK_STR(f.node, "phone[17]");
    CHECK_EQ(f.at, at);
    CHECK_EQ(f.directions, directions);
}

TEST(filter_of_a_link_says_at_which_end_and_in_which_direction)
{
    check_link("link:phone[17]", SN_CAPTURE_TX, 3);
    check_link("link:phone[17],at:tx", SN_CAPTURE_TX, 3);
    check_link("link:phone[17],at:rx", SN_CAPTURE_RX, 3);
    check_link("link:phone[17],at:both", SN_CAPTURE_TX | SN_CAPTURE_RX, 3);
    check_link("link:phone[17],dir:up", SN_CAPTURE_TX, 1);
    check_link("link:phone[17],dir:down,at:rx", SN_CAPTURE_RX, 2);
    check_link("link:phone[17],at:both,dir:up", SN_CAPTURE_TX | SN_CAPTURE_RX, 1);
}

TEST(filter_of_a_link_takes_what_is_at_that_end_of_it)
{
    const sn_fact sent = facts_sent(1, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_INVITE, 0);
    const sn_fact packet = facts_packet(1, SN_FACT_PACKET, FACTS_ALICE, &sent);
    const sn_fact up = facts_packet(1, SN_FACT_LINK_SENT, SN_UP(FACTS_ALICE), &sent);
    const sn_fact came = facts_packet(2, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE), &sent);
    const sn_fact down = facts_packet(2, SN_FACT_LINK_SENT, SN_DOWN(FACTS_ALICE), &sent);
    const sn_fact other = facts_packet(2, SN_FACT_LINK_SENT, SN_UP(FACTS_BOB), &sent);
    sn_capture_filter f;
    CHECK_OK(parse("link:alice", &f));
    CHECK(sn_capture_is_place(&f, FACTS_ALICE, &up));
    CHECK(sn_capture_is_place(&f, FACTS_ALICE, &down));
    CHECK(!sn_capture_is_place(&f, FACTS_ALICE, &came));
    CHECK(!sn_capture_is_place(&f, FACTS_ALICE, &other));
    CHECK(!sn_capture_is_place(&f, FACTS_ALICE, &packet));
    CHECK(!sn_capture_is_place(&f, SN_NOBODY, &up));
    CHECK_OK(parse("link:alice,at:rx,dir:up", &f));
    CHECK(sn_capture_is_place(&f, FACTS_ALICE, &came));
    CHECK(!sn_capture_is_place(&f, FACTS_ALICE, &up));
    CHECK(!sn_capture_is_place(&f, FACTS_ALICE, &down));
    CHECK_OK(parse("all", &f));
    CHECK(sn_capture_is_place(&f, SN_NOBODY, &packet));
    CHECK(!sn_capture_is_place(&f, SN_NOBODY, &up));
}

TEST(filter_mistakes_are_refused_with_a_sentence)
{
    static const char *const wrong[] = {
        "",
        "of",
        "ALL",
        "first:",
        "first:0",
        "first:-1",
        "first:9x",
        "calls:",
        "call:",
        "node:",
        "first:99999999999999999999",
        "node:a_name_that_is_much_longer_than_any_name_of_a_node_may_be",
        "link:",
        "link:,at:rx",
        "link:p1,",
        "link:p1,rx",
        "link:p1,at:",
        "link:p1,at:rx,",
        "link:p1,at:rx,at:tx",
        "link:p1,dir:up,dir:down",
        "link:p1,dir:up,,at:rx",
        "link:p1,at:rxx",
        "link:a_name_that_is_much_longer_than_any_name_of_a_node_may_be,at:rx"
    };
    sn_capture_filter f;
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        CHECK_STATUS(parse(wrong[i], &f), SS_ERR_SYNTAX);
    }
}

TEST(selection_of_first_calls_takes_those_that_begin_first)
{
    const sn_capture_filter f = { .kind = SN_CAPTURE_CALLS, .count = 1 };
    sn_selection *s = sn_selection_new(&f);
    sn_fact sent = facts_sent(1, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_REGISTER, 0);
    sent.sip.call_id = 1;
    sn_selection_fact(s, &sent);
    CHECK(!sn_selection_takes_call(s, 1));
    sent = facts_sent(2, FACTS_ALICE, FACTS_P1, 1, SS_METHOD_INVITE, 0);
    sn_selection_fact(s, &sent);
    CHECK(sn_selection_takes_call(s, FACTS_CALL_ID));
    const sn_fact lost = facts_packet(2, SN_FACT_LINK_DROPPED, SN_UP(FACTS_ALICE), &sent);
    CHECK_EQ(sn_selection_call_of(s, &lost), FACTS_CALL_ID);
    sent.sip.call_id = 2;
    sent.packet.ordinal = 2;
    sn_selection_fact(s, &sent);
    CHECK(!sn_selection_takes_call(s, 2));
    CHECK(!sn_selection_takes_call(s, 0));
    sn_selection_free(s);
}

TEST(selection_of_a_call_by_number_takes_its_call_ids)
{
    const sn_capture_filter f = { .kind = SN_CAPTURE_CALL, .count = 7 };
    sn_selection *s = sn_selection_new(&f);
    sn_fact placed = facts_fact(1, 0, SN_FACT_CALL, FACTS_ALICE);
    placed.call = (sn_call_fact){ .number = 6, .call_id = 60 };
    sn_selection_fact(s, &placed);
    placed.call = (sn_call_fact){ .number = 7, .call_id = 70 };
    sn_selection_fact(s, &placed);
    CHECK(!sn_selection_takes_call(s, 60));
    CHECK(sn_selection_takes_call(s, 70));
    sn_selection_free(s);
}
