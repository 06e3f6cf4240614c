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
        "node:a_name_that_is_much_longer_than_any_name_of_a_node_may_be"
    };
    sn_capture_filter f;
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        CHECK_STATUS(parse(wrong[i], &f), SS_ERR_SYNTAX);
    }
}

TEST(filter_words_of_later_versions_are_known_as_such)
{
    sn_capture_filter f;
    CHECK_STATUS(parse("link:p1", &f), SS_ERR_SEMANTIC);
    CHECK_STATUS(parse("link:p1,at:rx", &f), SS_ERR_SEMANTIC);
    CHECK_STATUS(parse("all,at:both", &f), SS_ERR_SEMANTIC);
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
