/* Facts: the total order of events, the names, the ids of link directions. */
#include "check.h"

#include "sn/facts.h"

TEST(keys_compare_by_instant_step_tie_receiver_sender_counter)
{
    /* each differs from the one before in one member, and in all lesser ones the other way round */
    static const sn_key keys[] = {
        { .at = 1, .step = 9, .tie = 9, .receiver = 9, .sender = 9, .counter = 9 },
        { .at = 2, .step = 1, .tie = 9, .receiver = 9, .sender = 9, .counter = 9 },
        { .at = 2, .step = 2, .tie = 1, .receiver = 9, .sender = 9, .counter = 9 },
        { .at = 2, .step = 2, .tie = 2, .receiver = 1, .sender = 9, .counter = 9 },
        { .at = 2, .step = 2, .tie = 2, .receiver = 2, .sender = 1, .counter = 9 },
        { .at = 2, .step = 2, .tie = 2, .receiver = 2, .sender = 2, .counter = 1 },
        { .at = 2, .step = 2, .tie = 2, .receiver = 2, .sender = 2, .counter = 2 },
    };
    for (size_t i = 0; i < SS_COUNT(keys); i++) {
        for (size_t j = 0; j < SS_COUNT(keys); j++) {
            const int order = sn_key_compare(&keys[i], &keys[j]);
            CHECK_EQ(order < 0, i < j);
            CHECK_EQ(order > 0, i > j);
        }
    }
}

TEST(ids_come_from_names_and_differ)
{
    const sn_member nodes[] = { { .name = "a", .id = sn_name_id(SS_LIT("a"), 0) },
                                { .name = "b", .id = sn_name_id(SS_LIT("b"), 0) } };
    const sn_cast cast = { .nodes = nodes, .node_count = 2 };
    CHECK_EQ(sn_name_id(SS_LIT("a"), 0), sn_name_id(SS_LIT("a"), 0));
    CHECK(sn_name_id(SS_LIT("a"), 0) != sn_name_id(SS_LIT("a"), 1));
    CHECK(sn_link_id(&cast, SN_UP(0)) != sn_link_id(&cast, SN_DOWN(0)));
    CHECK(sn_link_id(&cast, SN_UP(0)) != sn_link_id(&cast, SN_UP(1)));
    CHECK_ASSERTS((void)sn_link_id(&cast, SN_UP(2)));
}

TEST(names_are_those_of_the_lists)
{
    CHECK_STR(sn_fact_name(SN_FACT_DATAGRAM_SENT), "DATAGRAM_SENT");
    CHECK_STR(sn_fact_name(SN_FACT_END), "END");
    CHECK_STR(sn_cause_text(SN_CAUSE_NONE), "");
    CHECK_STR(sn_cause_text(SN_CAUSE_QUEUE), "queue full");
    CHECK_STR(sn_call_event_name(SN_CALL_PLACED), "PLACED");
    CHECK_STR(sn_call_event_name(SN_CALL_REGISTER_FAILED), "REGISTER_FAILED");
    CHECK_ASSERTS((void)sn_fact_name(SN_FACT_COUNT));
}

/* A message on a stream is called the same where it left and where it came. */
TEST(a_message_on_a_stream_has_one_name_at_both_ends)
{
    const sn_fact sent = { .kind = SN_FACT_STREAM_SENT,
                           .entity = 1,
                           .peer = 2,
                           .packet = { .origin = 1, .ordinal = 500 },
                           .local_port = 49152,
                           .peer_port = 5060 };
    sn_fact received = { .kind = SN_FACT_STREAM_RECEIVED,
                         .entity = 2,
                         .peer = 1,
                         .packet = { .origin = 1, .ordinal = 500 },
                         .local_port = 5060,
                         .peer_port = 49152 };
    const sn_packet_id a = sn_fact_message(&sent), b = sn_fact_message(&received);
    CHECK_EQ(a.origin, b.origin);
    CHECK_EQ(a.ordinal, b.ordinal);
    received.packet.ordinal = 501; /* another place, */
    CHECK(sn_fact_message(&received).ordinal != a.ordinal);
    received.packet.ordinal = 500;
    received.peer_port = 49153; /* or another connection */
    CHECK(sn_fact_message(&received).ordinal != a.ordinal);
}

TEST(what_becomes_of_a_connection_has_a_name_and_a_text)
{
    CHECK_STR(sn_connection_event_name(SN_CONNECTION_REFUSED), "REFUSED");
    CHECK_STR(sn_connection_event_text(SN_CONNECTION_REFUSED), "was refused");
}
