/* Recorded decisions as lines of text, there and back. */
#include "check.h"

#include <stdio.h>

#include "sn/decisions.h"

static sn_member nodes[2];

static sn_cast cast_of_two(void)
{
    snprintf(nodes[0].name, sizeof nodes[0].name, "caller[3]");
    nodes[0].id = sn_name_id(SS_LIT("caller"), 3);
    snprintf(nodes[1].name, sizeof nodes[1].name, "p1");
    nodes[1].id = sn_name_id(SS_LIT("p1"), 0);
    static const char *const calls[] = { "mix", "burst" };
    return (
        sn_cast){ .nodes = nodes, .node_count = 2, .call_sources = calls, .call_source_count = 2 };
}

static void check_same(const sn_decision *a, const sn_decision *b)
{
    CHECK_EQ(a->kind, b->kind);
    CHECK_EQ(a->outcome, b->outcome);
    CHECK_EQ(a->point.place, b->point.place);
    CHECK_EQ(a->point.call, b->point.call);
    CHECK_EQ(a->point.cseq, b->point.cseq);
    CHECK_EQ(a->point.status, b->point.status);
    CHECK_EQ(a->point.method, b->point.method);
    CHECK_EQ(a->point.is_sip, b->point.is_sip);
    CHECK_EQ(a->point.fragment, b->point.fragment);
    CHECK_EQ(a->point.copy, b->point.copy);
    CHECK_EQ(a->point.row, b->point.row);
    CHECK_EQ(a->point.nth, b->point.nth);
    CHECK_EQ(a->point.at, b->point.at);
    CHECK_EQ(a->point.print, b->point.print);
}

TEST(a_line_says_what_was_decided_where_and_about_what)
{
    char text[400];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    const sn_cast cast = cast_of_two();
    const sn_decision d = { .kind = SN_DECISION_DROP,
                            .outcome = 1,
                            .point = { .place = sn_link_id(&cast, SN_UP(0)),
                                       .entity = SN_UP(0),
                                       .call = 0xabc,
                                       .cseq = 1,
                                       .method = SS_METHOD_INVITE,
                                       .is_sip = 1,
                                       .nth = 2,
                                       .at = SS_S(12) + 345,
                                       .print = 0x123 } };
    sn_decision_put(&b, &d, &cast);
    CHECK_SLICE(ss_buffer_slice(&b),
                "drop +1 link=caller[3] dir=up call=0000000000000abc sip=INVITE cseq=1 nth=2 "
                "at=12.000000345 print=0000000000000123");
    sn_decision read;
    CHECK_OK(sn_decision_parse(ss_buffer_slice(&b), &read));
    check_same(&read, &d);
}

TEST(every_kind_and_member_survives_the_text)
{
    const sn_cast cast = cast_of_two();
    for (uint32_t kind = 0; kind < SN_DECISION_KINDS; kind++) {
        char text[400];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        const bool of_calls = (kind >= SN_DECISION_ARRIVAL && kind <= SN_DECISION_HANGUP) ||
                              kind == SN_DECISION_PATIENCE,
                   of_link = !of_calls && (kind <= SN_DECISION_REORDER ||
                                           kind == SN_DECISION_CORRUPT || kind >= SN_DECISION_SLOT);
        const uint64_t id = of_calls ? ss_hash64(0, SS_LIT("burst")) : nodes[1].id;
        const sn_decision d = { .kind = kind,
                                .outcome = kind % 2 == 0 ? -(int64_t)SS_S(77) : 3,
                                .point = { .place = of_link ? sn_link_id(&cast, SN_DOWN(1)) : id,
                                           .entity = of_link ? SN_DOWN(1) : 1,
                                           .call = UINT64_MAX,
                                           .cseq = 77,
                                           .status = 486,
                                           .method = SS_METHOD_BYE,
                                           .is_sip = 1,
                                           .fragment = 185,
                                           .copy = 3,
                                           .row = 4,
                                           .nth = 5,
                                           .at = SS_S(1) - 1,
                                           .print = 1 } };
        sn_decision_put(&b, &d, &cast);
        sn_decision read;
        CHECK_OK(sn_decision_parse(ss_buffer_slice(&b), &read));
        check_same(&read, &d);
    }
}

TEST(numbers_keep_all_their_bits_and_spans_are_bounded)
{
    static const int64_t outcomes[] = { INT64_MIN, INT64_MIN + 1, -1, 1, INT64_MAX };
    const sn_cast cast = cast_of_two();
    for (size_t i = 0; i < SS_COUNT(outcomes); i++) {
        char text[400];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        const sn_decision d = { .kind = SN_DECISION_ENTROPY,
                                .outcome = outcomes[i],
                                .point = { .place = nodes[1].id, .entity = 1 } };
        sn_decision_put(&b, &d, &cast);
        sn_decision read;
        CHECK_OK(sn_decision_parse(ss_buffer_slice(&b), &read));
        check_same(&read, &d);
    }
}

TEST(a_line_about_a_call_of_the_plan_names_its_entry)
{
    char text[400];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    const sn_cast cast = cast_of_two();
    const sn_decision d = { .kind = SN_DECISION_HOLD,
                            .outcome = -(int64_t)SS_MS(1500),
                            .point = {
                                .place = ss_hash64(0, SS_LIT("mix")), .row = 12, .at = SS_S(3) } };
    sn_decision_put(&b, &d, &cast);
    CHECK_SLICE(ss_buffer_slice(&b), "hold -1500000000 calls=mix row=12 at=3.000000000");
    sn_decision read;
    CHECK_OK(sn_decision_parse(ss_buffer_slice(&b), &read));
    check_same(&read, &d);
}

TEST(malformed_lines_are_refused)
{
    static const char *const lines[] = {
        "",
        "drop",
        "drop 1",
        "drop +1",
        "lose +1 link=a dir=up",
        "drop +x link=a dir=up",
        "drop +1 link=a",
        "drop +1 dir=up",
        "drop +1 link=a dir=sideways",
        "wait +1 node=a dir=up",
        "wait +1 calls=a",
        "hold +1 node=a",
        "hold +1 calls=",
        "hold +1 calls=a dir=up",
        "drop +1 node=a dir=up",
        "hold +9223372036854775807 calls=a",
        "entropy +9223372036854775808 node=a",
        "entropy -9223372036854775809 node=a",
        "drop +1 link=a[ dir=up",
        "drop +1 link=a[x] dir=up",
        "drop +1 link=[3] dir=up",
        "drop +1 link=a dir=up cseq=",
        "drop +1 link=a dir=up x=1",
        "drop +1 link=a dir=up at=1",
        "drop +1 link=a dir=up at=1.5",
        "drop +1 link=a dir=up sip=99",
        "drop +1 link=a dir=up sip=invite",
        "drop +1 link=a dir=up call=g",
        "drop +1 link=a dir=up copy=65536",
        "drop +1 link=a dir=up print=00112233445566778",
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        sn_decision d;
        CHECK_STATUS(sn_decision_parse(ss_slice_from(lines[i]), &d), SS_ERR_SYNTAX);
    }
}
