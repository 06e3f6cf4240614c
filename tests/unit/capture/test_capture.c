/* The capture as an observer: which packets, in what order, with what comments. */
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "sn/capture.h"
#include "sn/mutate.h"

static char file[1 << 22];
static size_t file_len;

static void to_memory(void *self, ss_slice bytes)
{
    (void)self;
    CHECK(bytes.len <= sizeof file - file_len);
    memcpy(file + file_len, bytes.at, bytes.len);
    file_len += bytes.len;
}

static sn_cast cast;

static sn_capture *begin(const char *words)
{
    const char *why = NULL;
    sn_capture_options options = { .epoch_s = 1000, .write = to_memory };
    CHECK_OK(sn_capture_filter_parse(ss_slice_from(words), &options.filter, &why));
    cast = facts_cast();
    file_len = 0;
    sn_capture *c = sn_capture_new(&cast, &options);
    CHECK_NOT_NULL(c);
    return c;
}

static void show(sn_capture *c, sn_fact fact)
{
    sn_capture_fact(c, &fact, SS_EMPTY);
}

/* A datagram in one packet leaves its origin. */
static sn_fact send(sn_capture *c, ss_time at, uint32_t from, uint32_t to, uint64_t ordinal,
                    const char *payload)
{
    const sn_fact sent = facts_sent(at, from, to, ordinal, SS_METHOD_INVITE, 0);
    show(c, sent);
    const sn_fact packet = facts_packet(at, SN_FACT_PACKET, from, &sent);
    sn_capture_fact(c, &packet,
                    facts_ip(sn_address_number(sn_member_address(&cast.nodes[from])),
                             sn_address_number(sn_member_address(&cast.nodes[to])), payload));
    return sent;
}

static sn_pcapng_reader end(sn_capture *c, ss_time at, bool interrupted)
{
    sn_capture_finish(c, at, interrupted);
    CHECK(sn_capture_is_whole(c));
    sn_capture_free(c);
    return sn_pcapng_reader_on((ss_slice){ file, file_len });
}

static sn_pcapng_packet next(sn_pcapng_reader *r)
{
    sn_pcapng_packet p;
    CHECK_OK(sn_pcapng_next(r, &p));
    return p;
}

static void check_end(sn_pcapng_reader *r)
{
    sn_pcapng_packet p;
    CHECK_STATUS(sn_pcapng_next(r, &p), SS_NONE);
}

TEST(capture_writes_each_packet_once_with_its_event_on_the_plans_epoch)
{
    sn_capture *c = begin("all");
    sn_fact sent = send(c, 5, FACTS_ALICE, FACTS_P1, 3, "one");
    show(c, facts_packet(5, SN_FACT_LINK_SENT, SN_UP(FACTS_ALICE), &sent));
    show(c, facts_packet(9, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE), &sent));
    show(c, facts_packet(12, SN_FACT_LINK_ARRIVED, SN_DOWN(FACTS_P1), &sent));
    send(c, 20, FACTS_P1, FACTS_BOB, 0, "two");
    sn_pcapng_reader r = end(c, 30, false);
    sn_pcapng_packet p = next(&r);
    CHECK_EQ(p.at_ns, UINT64_C(1000000000005));
    CHECK_SLICE(p.comment, "event 5/1/0/0/0/3");
    p = next(&r);
    CHECK_EQ(p.interface, 1);
    CHECK_SLICE(ss_slice_cut(p.bytes, 20, p.bytes.len), "two");
    check_end(&r);
    CHECK_SLICE(r.names[0], "alice");
    CHECK_SLICE(r.names[1], "p1");
}

TEST(capture_comments_say_where_a_packet_was_lost)
{
    sn_capture *c = begin("all");
    sn_fact sent = send(c, 5, FACTS_ALICE, FACTS_P1, 3, "one");
    show(c, facts_packet(9, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE), &sent));
    sn_fact lost = facts_packet(9, SN_FACT_LINK_DROPPED, SN_DOWN(FACTS_P1), &sent);
    lost.cause = SN_CAUSE_LOSS;
    show(c, lost);
    sn_fact other = send(c, 10, FACTS_BOB, FACTS_P1, 0, "two");
    sn_fact dropped = facts_packet(11, SN_FACT_NODE_DROPPED, FACTS_CORE, &other);
    dropped.cause = SN_CAUSE_NO_ROUTE;
    show(c, dropped);
    sn_pcapng_reader r = end(c, 30, false);
    CHECK_SLICE(next(&r).comment, "event 5/1/0/0/0/3; lost on core -> p1: loss");
    CHECK_SLICE(next(&r).comment, "event 10/1/0/1/1/0; lost at core: no route");
    check_end(&r);
}

TEST(capture_waits_for_every_copy_of_a_packet)
{
    sn_capture *c = begin("all");
    sn_fact sent = send(c, 5, FACTS_ALICE, FACTS_P1, 3, "one");
    show(c, facts_packet(5, SN_FACT_LINK_DUPLICATED, SN_UP(FACTS_ALICE), &sent));
    show(c, facts_packet(12, SN_FACT_LINK_ARRIVED, SN_DOWN(FACTS_P1), &sent));
    sn_fact lost = facts_packet(13, SN_FACT_LINK_DROPPED, SN_DOWN(FACTS_P1), &sent);
    lost.cause = SN_CAUSE_QUEUE;
    lost.packet.copy = 1;
    show(c, lost);
    sn_pcapng_reader r = end(c, 30, false);
    CHECK_SLICE(next(&r).comment, "event 5/1/0/0/0/3; a copy lost on core -> p1: queue full");
    check_end(&r);
}

TEST(capture_of_the_first_packets_stops_there)
{
    sn_capture *c = begin("first:2");
    for (uint64_t i = 0; i < 5; i++) {
        send(c, i, FACTS_ALICE, FACTS_P1, i, "x");
    }
    CHECK_EQ(sn_capture_count(c), 0); /* their fates are open */
    sn_pcapng_reader r = end(c, 30, false);
    CHECK_EQ(next(&r).at_ns, UINT64_C(1000000000000));
    CHECK_EQ(next(&r).at_ns, UINT64_C(1000000000001));
    check_end(&r);
}

TEST(capture_of_a_node_takes_what_it_sends_and_what_is_sent_to_it)
{
    sn_capture *c = begin("node:bob");
    send(c, 1, FACTS_ALICE, FACTS_P1, 0, "no");
    send(c, 2, FACTS_P1, FACTS_BOB, 0, "to bob");
    send(c, 3, FACTS_BOB, FACTS_P1, 0, "from bob");
    sn_pcapng_reader r = end(c, 30, false);
    CHECK_EQ(next(&r).at_ns, UINT64_C(1000000000002));
    CHECK_EQ(next(&r).at_ns, UINT64_C(1000000000003));
    check_end(&r);
}

TEST(capture_of_a_call_has_its_first_packet_though_its_number_is_told_later)
{
    sn_capture *c = begin("call:c4");
    send(c, 1, FACTS_ALICE, FACTS_P1, 0, "yes");
    sn_fact placed = facts_fact(1, 0, SN_FACT_CALL, FACTS_ALICE);
    placed.call = (sn_call_fact){ .number = 4, .call_id = FACTS_CALL_ID };
    show(c, placed);
    sn_fact other = facts_sent(2, FACTS_ALICE, FACTS_P1, 1, SS_METHOD_INVITE, 0);
    other.sip.call_id = 99;
    show(c, other);
    const sn_fact packet = facts_packet(2, SN_FACT_PACKET, FACTS_ALICE, &other);
    sn_capture_fact(c, &packet, facts_ip(1, 2, "no"));
    sn_pcapng_reader r = end(c, 30, false);
    CHECK_SLICE(ss_slice_cut(next(&r).bytes, 20, 23), "yes");
    check_end(&r);
}

TEST(capture_says_what_was_edited_and_where)
{
    sn_capture *c = begin("all");
    sn_fact edited = facts_sent(1, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_INVITE, 0);
    edited.kind = SN_FACT_EDITED;
    edited.cause = SN_CAUSE_FAULT;
    edited.value = SN_EDIT_TAG;
    show(c, edited);
    send(c, 1, FACTS_ALICE, FACTS_P1, 0, "x");
    edited.cause = SN_CAUSE_NONE;
    edited.key.at = 2;
    edited.value = SN_EDITS;
    show(c, edited);
    sn_pcapng_reader r = end(c, 30, false);
    const ss_slice comment = next(&r).comment;
    const size_t told = ss_slice_find(comment, ';');
    CHECK_SLICE(ss_slice_cut(comment, told, comment.len),
                "; edited: tag; edited on alice -> p1: damaged");
    check_end(&r);
}

TEST(capture_of_an_interrupted_run_says_so)
{
    sn_capture *c = begin("all");
    send(c, 1, FACTS_ALICE, FACTS_P1, 0, "x");
    sn_pcapng_reader r = end(c, 30, true);
    (void)next(&r);
    check_end(&r);
    CHECK_SLICE(r.last_comment, "interrupted: the run was ended here");
}

TEST(capture_holds_a_bounded_number_of_packets_and_loses_none)
{
    enum { COUNT = 10000 };
    sn_capture *c = begin("all");
    for (uint64_t i = 0; i < COUNT; i++) {
        send(c, i, FACTS_ALICE, FACTS_P1, i, "x");
    }
    CHECK(sn_capture_count(c) >= COUNT - 4096);
    sn_pcapng_reader r = end(c, COUNT, false);
    for (uint64_t i = 0; i < COUNT; i++) {
        CHECK_EQ(next(&r).at_ns, UINT64_C(1000000000000) + i);
    }
    check_end(&r);
}

TEST(capture_that_is_off_writes_an_empty_section)
{
    sn_capture *c = begin("off");
    send(c, 1, FACTS_ALICE, FACTS_P1, 0, "x");
    sn_pcapng_reader r = end(c, 30, true);
    check_end(&r);
}

/* A packet at an end of a link, with bytes of its own there. */
static void pass(sn_capture *c, ss_time at, sn_fact_kind kind, uint32_t link, const sn_fact *sent,
                 const char *payload)
{
    const sn_fact fact = facts_packet(at, kind, link, sent);
    sn_capture_fact(c, &fact, facts_ip(1, 2, payload));
}

TEST(capture_on_a_link_has_the_bytes_and_the_instants_of_its_ends)
{
    sn_capture *c = begin("link:p1,at:both");
    const sn_fact sent = send(c, 5, FACTS_ALICE, FACTS_P1, 3, "origin");
    pass(c, 5, SN_FACT_LINK_SENT, SN_UP(FACTS_ALICE), &sent, "elsewhere");
    pass(c, 9, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE), &sent, "elsewhere");
    pass(c, 9, SN_FACT_LINK_SENT, SN_DOWN(FACTS_P1), &sent, "set out");
    pass(c, 12, SN_FACT_LINK_ARRIVED, SN_DOWN(FACTS_P1), &sent, "came");
    const sn_fact back = send(c, 20, FACTS_P1, FACTS_BOB, 0, "origin");
    pass(c, 20, SN_FACT_LINK_SENT, SN_UP(FACTS_P1), &back, "back");
    sn_fact lost = facts_packet(20, SN_FACT_LINK_DROPPED, SN_UP(FACTS_P1), &back);
    lost.cause = SN_CAUSE_LOSS;
    show(c, lost);
    CHECK_EQ(sn_capture_count(c), 2);
    sn_pcapng_reader r = end(c, 30, false);
    sn_pcapng_packet p = next(&r);
    CHECK_EQ(p.at_ns, UINT64_C(1000000000009));
    CHECK_SLICE(ss_slice_cut(p.bytes, 20, p.bytes.len), "set out");
    p = next(&r);
    CHECK_EQ(p.at_ns, UINT64_C(1000000000012));
    CHECK_SLICE(ss_slice_cut(p.bytes, 20, p.bytes.len), "came");
    p = next(&r);
    CHECK_SLICE(ss_slice_cut(p.bytes, 20, p.bytes.len), "back");
    CHECK_SLICE(ss_slice_cut(p.comment, p.comment.len - 26, p.comment.len),
                "; lost on p1 -> core: loss");
    check_end(&r);
    CHECK_EQ(r.interfaces, 3);
    CHECK_SLICE(r.names[0], "core -> p1 tx");
    CHECK_SLICE(r.names[1], "core -> p1 rx");
    CHECK_SLICE(r.names[2], "p1 -> core tx");
}

TEST(capture_on_a_link_has_every_copy_that_comes)
{
    sn_capture *c = begin("link:alice,dir:up,at:both");
    sn_fact sent = send(c, 5, FACTS_ALICE, FACTS_P1, 3, "origin");
    pass(c, 5, SN_FACT_LINK_SENT, SN_UP(FACTS_ALICE), &sent, "once");
    show(c, facts_packet(5, SN_FACT_LINK_DUPLICATED, SN_UP(FACTS_ALICE), &sent));
    pass(c, 9, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE), &sent, "first");
    sent.packet.copy = 1;
    pass(c, 11, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE), &sent, "second");
    pass(c, 12, SN_FACT_LINK_SENT, SN_DOWN(FACTS_ALICE), &sent, "the other way");
    sn_pcapng_reader r = end(c, 30, false);
    static const char *const wanted[] = { "once", "first", "second" };
    for (size_t i = 0; i < SS_COUNT(wanted); i++) {
        const sn_pcapng_packet p = next(&r);
        CHECK_SLICE_EQ(ss_slice_cut(p.bytes, 20, p.bytes.len), ss_slice_from(wanted[i]));
    }
    check_end(&r);
}
