/* Lines of events.jsonl. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/events.h"

static const char *line_of(const sn_fact *fact)
{
    static char line[RP_EVENT_BYTES + 1];
    const sn_cast cast = facts_cast();
    ss_buffer b = ss_buffer_on(line, RP_EVENT_BYTES);
    rp_event_put(&b, &cast, fact);
    CHECK(!b.overflow);
    line[b.len] = '\0';
    return line;
}

TEST(event_of_a_message_names_who_and_what)
{
    const sn_fact sent = facts_sent(5, FACTS_ALICE, FACTS_P1, 3, SS_METHOD_INVITE, 0);
    CHECK_STR(line_of(&sent),
              "{\"t_ns\":5,\"event\":\"5/1/0/0/0/"
              "3\",\"n\":0,\"kind\":\"DATAGRAM_SENT\",\"node\":\"alice\",\"origin\":"
              "\"alice\",\"ordinal\":3,\"fragment\":0,\"copy\":0,\"bytes\":500,\"hash\":"
              "\"0000000000001234\",\"peer\":"
              "\"p1\",\"local_port\":5060,\"peer_port\":5060,\"sip\":true,\"method\":\"INVITE\","
              "\"cseq\":1,\"vias\":1,"
              "\"max_forwards\":70,\"body_bytes\":0,\"call_id\":\"000000000000ca11\",\"from_tag\":"
              "\"0000000000000007\","
              "\"to_tag\":\"0000000000000000\",\"branch\":\"00000000000000b1\"}\n");
}

TEST(event_of_a_loss_names_the_link_and_the_cause)
{
    const sn_fact sent = facts_sent(5, FACTS_ALICE, FACTS_P1, 3, SS_METHOD_INVITE, 0);
    sn_fact lost = facts_packet(6, SN_FACT_LINK_DROPPED, SN_DOWN(FACTS_P1), &sent);
    lost.cause = SN_CAUSE_LOSS;
    CHECK_STR(line_of(&lost),
              "{\"t_ns\":6,\"event\":\"6/1/0/0/0/"
              "3\",\"n\":0,\"kind\":\"LINK_DROPPED\",\"link\":\"core -> p1\","
              "\"origin\":\"alice\",\"ordinal\":3,\"fragment\":0,\"copy\":0,\"bytes\":528,\"hash\":"
              "\"0000000000001234\",\"cause\":\"loss\"}\n");
}

TEST(event_of_a_timer_names_machine_and_letter)
{
    sn_fact fired = facts_fact(7, 1, SN_FACT_NOTE, FACTS_ALICE);
    fired.note = (ss_note){ .kind = SS_NOTE_TIMER,
                            .machine = SS_ICT,
                            .letter = SS_TIMER_A,
                            .method = SS_METHOD_INVITE,
                            .call_id = 1,
                            .branch = 2,
                            .value = 500 };
    CHECK_STR(line_of(&fired),
              "{\"t_ns\":7,\"event\":\"7/1/0/0/0/"
              "1\",\"n\":0,\"kind\":\"NOTE\",\"node\":\"alice\",\"note\":\"TIMER\","
              "\"machine\":\"ICT\",\"reliable\":false,\"letter\":\"A\",\"method\":\"INVITE\",\"ran_"
              "ns\":500,"
              "\"call_id\":\"0000000000000001\",\"branch\":\"0000000000000002\"}\n");
}

TEST(event_of_a_message_on_a_stream_says_where_in_it)
{
    sn_fact sent = facts_sent(5, FACTS_ALICE, FACTS_P1, 3, SS_METHOD_INVITE, 0);
    sent.kind = SN_FACT_STREAM_SENT;
    sent.transport = SS_TRANSPORT_TCP;
    sent.packet.ordinal = 1200;
    sent.local_port = 49152;
    CHECK_NOT_NULL(strstr(line_of(&sent), "\"kind\":\"STREAM_SENT\",\"node\":\"alice\",\"origin\":"
                                          "\"alice\",\"offset\":1200,\"bytes\":500,"));
    CHECK_NOT_NULL(strstr(line_of(&sent), "\"local_port\":49152,\"peer_port\":5060,\"sip\":true"));
}

TEST(event_of_a_connection_says_what_became_of_it)
{
    sn_fact refused = facts_fact(7, 1, SN_FACT_CONNECTION, FACTS_ALICE);
    refused.peer = FACTS_P1;
    refused.local_port = 49152;
    refused.peer_port = 5060;
    refused.value = 600;
    refused.connection.event = SN_CONNECTION_REFUSED;
    CHECK_NOT_NULL(strstr(line_of(&refused),
                          "\"kind\":\"CONNECTION\",\"node\":\"alice\",\"connection_event\":"
                          "\"REFUSED\",\"peer\":\"p1\",\"local_port\":49152,\"peer_port\":5060,"
                          "\"kept_bytes\":600}\n"));
}

TEST(event_of_a_switch_names_both_transports)
{
    sn_fact note = facts_fact(7, 1, SN_FACT_NOTE, FACTS_ALICE);
    note.note = (ss_note){ .kind = SS_NOTE_SWITCH,
                           .from = SS_TRANSPORT_UDP,
                           .to = SS_TRANSPORT_TCP,
                           .letter = SS_LETTER_COUNT,
                           .method = SS_METHOD_INVITE,
                           .value = 1400 };
    CHECK_NOT_NULL(strstr(line_of(&note), "\"note\":\"SWITCH\",\"from\":\"UDP\",\"to\":\"TCP\","
                                          "\"method\":\"INVITE\",\"value\":1400,"));
}

TEST(event_lines_never_overflow)
{
    sn_fact fact;
    memset(&fact, 0xff, sizeof fact);
    for (unsigned kind = 0; kind < SN_FACT_COUNT; kind++) {
        fact.kind = (uint16_t)kind;
        fact.cause = SN_CAUSE_MTU;
        if (kind == SN_FACT_CALL || kind == SN_FACT_REGISTRATION) {
            fact.call.event = SN_CALL_REGISTER_FAILED;
        } else if (kind == SN_FACT_NOTE) {
            fact.note.method = SS_METHOD_SUBSCRIBE;
            fact.note.reliable = true;
        } else if (kind == SN_FACT_CONNECTION) {
            fact.connection.event = SN_CONNECTION_UNREACHABLE;
        } else if (kind == SN_FACT_ICMP_SENT || kind == SN_FACT_ICMP_RECEIVED) {
            fact.value = sn_icmp_value(SN_ICMP_TOO_BIG, UINT16_MAX);
        } else if (sn_fact_is_sent(&fact) || sn_fact_is_received(&fact) || kind == SN_FACT_SERVED) {
            fact.sip.method = SS_METHOD_SUBSCRIBE;
        }
        CHECK(strlen(line_of(&fact)) < RP_EVENT_BYTES / 2);
    }
}

TEST(events_of_first_calls_leave_out_the_rest)
{
    FILE *stream = tmpfile();
    rp_file *out = rp_file_over(stream);
    const sn_cast cast = facts_cast();
    const sn_capture_filter filter = { .kind = SN_CAPTURE_CALLS, .count = 1 };
    rp_events *e = rp_events_new(out, &cast, &filter);
    sn_fact sent = facts_sent(1, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_REGISTER, 0);
    sent.sip.call_id = 5;
    rp_events_fact(e, &sent);
    sent = facts_sent(2, FACTS_ALICE, FACTS_P1, 1, SS_METHOD_INVITE, 0);
    rp_events_fact(e, &sent);
    const sn_fact over = facts_fact(3, 2, SN_FACT_END, 0);
    rp_events_fact(e, &over);
    rp_events_free(e);
    CHECK_EQ(rp_file_close(out), 0);
    const char *text = facts_text_of(stream);
    CHECK_NULL(strstr(text, "REGISTER"));
    CHECK_NOT_NULL(strstr(text, "INVITE"));
    CHECK_NOT_NULL(strstr(text, "\"kind\":\"END\",\"interrupted\":false}\n"));
    fclose(stream);
}

/* The lines that a filter leaves of what a node sends, loses on its link and gets. */
static const char *left_by(const sn_capture_filter *filter)
{
    static char text[8192];
    FILE *stream = tmpfile();
    rp_file *out = rp_file_over(stream);
    const sn_cast cast = facts_cast();
    rp_events *e = rp_events_new(out, &cast, filter);
    const sn_fact facts[] = {
        facts_sent(1, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_INVITE, 0),
        facts_fact(2, 2, SN_FACT_LINK_SENT, SN_UP(FACTS_ALICE)),
        facts_fact(3, 3, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE)),
        facts_fact(4, 4, SN_FACT_LINK_DROPPED, SN_DOWN(FACTS_ALICE)),
        facts_fact(5, 5, SN_FACT_LINK_SENT, SN_UP(FACTS_P1)),
        facts_fact(6, 6, SN_FACT_END, 0),
    };
    for (size_t i = 0; i < SS_COUNT(facts); i++) {
        rp_events_fact(e, &facts[i]);
    }
    rp_events_free(e);
    CHECK_EQ(rp_file_close(out), 0);
    snprintf(text, sizeof text, "%s", facts_text_of(stream));
    fclose(stream);
    return text;
}

static unsigned lines_of(const char *text)
{
    unsigned lines = 0;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

TEST(events_of_a_node_a_link_and_the_first_ones_are_what_the_words_say)
{
    sn_capture_filter filter = { .kind = SN_CAPTURE_FIRST, .count = 2 };
    CHECK_EQ(lines_of(left_by(&filter)), 3); /* and the end */
    filter = (sn_capture_filter){ .kind = SN_CAPTURE_NODE, .node = "alice" };
    CHECK_EQ(lines_of(left_by(&filter)), 5);
    CHECK_NULL(strstr(left_by(&filter), "\"link\":\"p1 -> "));
    filter = (sn_capture_filter){
        .kind = SN_CAPTURE_LINK, .node = "alice", .at = SN_CAPTURE_TX, .directions = 3
    };
    CHECK_EQ(lines_of(left_by(&filter)), 3);
    filter.directions = 1;
    CHECK_EQ(lines_of(left_by(&filter)), 2);
    CHECK_NOT_NULL(strstr(left_by(&filter), "LINK_SENT"));
    filter.at = SN_CAPTURE_RX;
    CHECK_NOT_NULL(strstr(left_by(&filter), "LINK_ARRIVED"));
    CHECK_NULL(strstr(left_by(&filter), "LINK_SENT"));
    filter = (sn_capture_filter){ .kind = SN_CAPTURE_OFF };
    CHECK_EQ(lines_of(left_by(&filter)), 0);
}
