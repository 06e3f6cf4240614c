/* Ladders from facts: which calls, and how they are drawn. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "reports/ladder/ladder.h"

static sn_cast cast;

static rp_ladder *begin(void)
{
    cast = facts_cast();
    rp_ladder *l = rp_ladder_new(&cast);
    CHECK_NOT_NULL(l);
    return l;
}

static const char *end(rp_ladder *l)
{
    FILE *stream = tmpfile();
    rp_file *out = rp_file_over(stream);
    rp_ladder_write(l, out, "a test", false);
    CHECK_EQ(rp_file_close(out), 0);
    rp_ladder_free(l);
    const char *text = facts_text_of(stream);
    fclose(stream);
    return text;
}

static sn_fact send(rp_ladder *l, ss_time at, uint32_t from, uint32_t to, uint64_t ordinal,
                    ss_method m, uint16_t status)
{
    const sn_fact sent = facts_sent(at, from, to, ordinal, m, status);
    rp_ladder_fact(l, &sent);
    return sent;
}

static void receive(rp_ladder *l, ss_time at, const sn_fact *sent)
{
    const sn_fact received = facts_received(at, sent);
    rp_ladder_fact(l, &received);
}

static void lose(rp_ladder *l, ss_time at, const sn_fact *sent, uint32_t link)
{
    sn_fact lost = facts_packet(at, SN_FACT_LINK_DROPPED, link, sent);
    lost.cause = SN_CAUSE_LOSS;
    rp_ladder_fact(l, &lost);
}

static void fire(rp_ladder *l, ss_time at, uint32_t node, ss_letter letter, ss_span ran)
{
    sn_fact fired = facts_fact(at, 1, SN_FACT_NOTE, node);
    fired.note = (ss_note){ .kind = SS_NOTE_TIMER,
                            .machine = SS_ICT,
                            .letter = (uint8_t)letter,
                            .method = SS_METHOD_INVITE,
                            .call_id = FACTS_CALL_ID,
                            .value = ran };
    rp_ladder_fact(l, &fired);
}

static void tell(rp_ladder *l, ss_time at, uint32_t node, sn_call_event event, uint16_t status,
                 bool synthetic, uint64_t id)
{
    sn_fact told = facts_fact(at, 1, SN_FACT_CALL, node);
    told.call = (sn_call_fact){ .number = (uint32_t)id,
                                .source = 0,
                                .event = (uint16_t)event,
                                .status = status,
                                .synthetic = synthetic,
                                .call_id = id };
    rp_ladder_fact(l, &told);
}

TEST(ladder_draws_arrows_losses_copies_and_timers)
{
    rp_ladder *l = begin();
    sn_fact sent = send(l, 0, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_INVITE, 0);
    lose(l, 0, &sent, SN_UP(FACTS_ALICE));
    fire(l, SS_MS(500), FACTS_ALICE, SS_TIMER_A, SS_MS(500));
    sent = send(l, SS_MS(500), FACTS_ALICE, FACTS_P1, 1, SS_METHOD_INVITE, 0);
    receive(l, SS_MS(520) + 1, &sent);
    sent = send(l, SS_MS(530), FACTS_P1, FACTS_ALICE, 0, SS_METHOD_INVITE, 100);
    receive(l, SS_MS(550), &sent);
    CHECK_STR(
        end(l),
        "a test\n\nthe first call\n\n"
        "             ms          alice                  p1\n"
        "          0.000            |---- INVITE 1 ---x   |          lost on alice -> core: loss\n"
        "        500.000           [A]                    |          timer A fired at alice after "
        "500.000 "
        "ms (INVITE client)\n"
        "        500.000            |----- INVITE 1 ----->|          sent again (2), arrives "
        "520.000001\n"
        "        530.000            |<-- 100 INVITE 1 ----|          arrives 550.000\n"
        "\nno call failed\n");
}

/* The nth ladder as a picture; "" when there is none. */
static const char *picture(const rp_ladder *l, unsigned nth)
{
    ladder_story story;
    if (!rp_ladder_story(l, nth, &story)) {
        return "";
    }
    FILE *stream = tmpfile();
    rp_file *out = rp_file_over(stream);
    rp_ladder_svg(out, &cast, story.call);
    CHECK_EQ(rp_file_close(out), 0);
    const char *text = facts_text_of(stream);
    fclose(stream);
    return text;
}

TEST(ladder_picture_has_lifelines_arrows_losses_copies_timers_and_idle_time)
{
    rp_ladder *l = begin();
    sn_fact sent = send(l, 0, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_INVITE, 0);
    lose(l, 0, &sent, SN_UP(FACTS_ALICE));
    fire(l, SS_MS(500), FACTS_ALICE, SS_TIMER_A, SS_MS(500));
    sent = send(l, SS_MS(500), FACTS_ALICE, FACTS_P1, 1, SS_METHOD_INVITE, 0);
    receive(l, SS_MS(520), &sent);
    sent = send(l, SS_S(3), FACTS_P1, FACTS_ALICE, 0, SS_METHOD_INVITE, 100);
    receive(l, SS_MS(3020), &sent);
    const char *svg = picture(l, 0);
    CHECK(strncmp(svg, "<svg ", 5) == 0);
    CHECK_NOT_NULL(strstr(svg, ">alice</text>"));
    CHECK_NOT_NULL(strstr(svg, ">p1</text>"));
    CHECK_NOT_NULL(strstr(svg, "class=\"arrow lost\""));
    CHECK_NOT_NULL(strstr(svg, "class=\"cross\""));
    CHECK_NOT_NULL(strstr(svg, "lost on alice -&gt; core: loss</title>"));
    CHECK_NOT_NULL(strstr(svg, "class=\"letter\""));
    CHECK_NOT_NULL(strstr(svg, "INVITE 1 · again (2)"));
    CHECK_NOT_NULL(strstr(svg, "⋮ 2500.000 ms pass"));
    CHECK_STR(picture(l, 1), "");
    rp_ladder_free(l);
}

TEST(ladder_picture_of_messages_that_cross_crosses)
{
    rp_ladder *l = begin();
    const sn_fact one = send(l, 0, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_INVITE, 0);
    const sn_fact two = send(l, SS_MS(5), FACTS_P1, FACTS_ALICE, 0, SS_METHOD_INVITE, 100);
    receive(l, SS_MS(10), &one);
    receive(l, SS_MS(15), &two);
    const char *svg = picture(l, 0);
    unsigned x1[2], y1[2], x2[2], y2[2];
    for (unsigned i = 0; i < 2; i++) {
        svg = strstr(svg, "<line class=\"arrow\"");
        CHECK_NOT_NULL(svg);
        CHECK_EQ(sscanf(svg, "<line class=\"arrow\" x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\"",
                        &x1[i], &y1[i], &x2[i], &y2[i]),
                 4);
        svg++;
    }
    CHECK_EQ(x1[0], x2[1]);
    CHECK_EQ(x2[0], x1[1]);
    CHECK(y1[0] < y1[1]);
    CHECK(y1[1] < y2[0]); /* the first has not come when the second leaves */
    rp_ladder_free(l);
}

/* RFC3261:12.1 a proxy passes on what two phones say of one INVITE: by their To tags those are two. */
TEST(ladder_does_not_take_the_answer_of_a_second_fork_for_a_copy)
{
    rp_ladder *l = begin();
    sn_fact invite = send(l, 0, 0, 1, 1, SS_METHOD_INVITE, 0);
    receive(l, SS_MS(10), &invite);
    for (uint64_t fork = 1; fork <= 2; fork++) {
        sn_fact ringing = facts_sent(SS_MS(20), 1, 0, fork, SS_METHOD_INVITE, 180);
        ringing.sip.to_tag = fork;
        rp_ladder_fact(l, &ringing);
    }
    const char *text = end(l);
    CHECK(strstr(text, "180 INVITE 1") != NULL);
    CHECK(strstr(text, "sent again") == NULL);
}

TEST(ladder_shows_the_first_call_that_failed_beside_the_first)
{
    rp_ladder *l = begin();
    tell(l, 1, FACTS_ALICE, SN_CALL_PLACED, 0, false, 1);
    tell(l, 2, FACTS_ALICE, SN_CALL_PLACED, 0, false, 2);
    tell(l, 3, FACTS_ALICE, SN_CALL_REJECTED, 486, false, 1);
    tell(l, 4, FACTS_ALICE, SN_CALL_REJECTED, 408, true, 2);
    tell(l, 5, FACTS_ALICE, SN_CALL_PLACED, 0, false, 3);
    tell(l, 6, FACTS_ALICE, SN_CALL_REJECTED, 408, true, 3);
    const char *text = end(l);
    CHECK_NOT_NULL(strstr(text, "the first call: c1 of mix\n"));
    CHECK_NOT_NULL(strstr(text, "the first call that failed: c2 of mix\n"));
    CHECK_NOT_NULL(strstr(text, "it failed: alice: REJECTED 408 (nobody sent it"));
    CHECK_NULL(strstr(text, "c3"));
}

TEST(ladder_takes_a_broken_law_as_a_failure)
{
    rp_ladder *l = begin();
    tell(l, 1, FACTS_ALICE, SN_CALL_PLACED, 0, false, 1);
    rp_ladder_violation(l, 0, 2, "NET1", "in no call");
    rp_ladder_violation(l, 1, SS_MS(2), "TX1", "too early");
    const char *text = end(l);
    CHECK_NOT_NULL(strstr(text, "the first call, and the first that failed: c1 of mix\n"));
    CHECK_NOT_NULL(strstr(text, "it failed: TX1 broken at 2.000 ms: too early\n"));
}

/* Of calls 2 and 4 the one stays that draws the lower lot. */
TEST(ladder_says_when_a_call_failed_that_was_forgotten)
{
    const uint64_t forgotten = ss_mix64(2) < ss_mix64(4) ? 4 : 2;
    rp_ladder *l = begin();
    tell(l, 1, FACTS_ALICE, SN_CALL_PLACED, 0, false, 1);
    for (uint64_t id = 2; id <= 4; id += 2) {
        tell(l, 1, FACTS_ALICE, SN_CALL_PLACED, 0, false, id);
        tell(l, 2, FACTS_ALICE, SN_CALL_ENDED, 200, false, id);
    }
    tell(l, SS_S(100), FACTS_ALICE, SN_CALL_PLACED, 0, false, 3);
    rp_ladder_violation(l, forgotten, SS_S(101), "END1", "left over");
    const char *text = end(l);
    CHECK_NOT_NULL(strstr(text, "when it was no longer followed: END1 broken at 101000.000 ms: "
                                "left over\n"));
    CHECK_NOT_NULL(
        strstr(text, forgotten == 4 ? "a call that ended well: c2" : "a call that ended well: c4"));
}

TEST(ladder_shows_one_call_of_each_way_to_fail_and_no_more_than_four)
{
    rp_ladder *l = begin();
    for (uint64_t id = 1; id <= 9; id++) {
        tell(l, id, FACTS_ALICE, SN_CALL_PLACED, 0, false, id);
    }
    tell(l, 11, FACTS_ALICE, SN_CALL_REJECTED, 408, true, 2);
    tell(l, 12, FACTS_ALICE, SN_CALL_REJECTED, 408, true, 3);
    tell(l, 13, FACTS_ALICE, SN_CALL_REJECTED, 503, true, 4);
    tell(l, 14, FACTS_BOB, SN_CALL_NOT_ACKED, 0, false, 5);
    rp_ladder_violation(l, 6, 15, "TX1", "too early");
    rp_ladder_violation(l, 7, 16, "TX2", "too late");
    const char *text = end(l);
    CHECK_NOT_NULL(strstr(text, "the first call that failed: c2 of mix\n"));
    CHECK_NOT_NULL(strstr(text, "another call that failed: c4 of mix\n"));
    CHECK_NOT_NULL(strstr(text, "another call that failed: c5 of mix\n"));
    CHECK_NOT_NULL(strstr(text, "another call that failed: c6 of mix\n"));
    CHECK_NULL(strstr(text, ": c3 of"));
    CHECK_NULL(strstr(text, ": c7 of"));
}

TEST(ladder_keeps_the_text_of_messages_as_far_as_there_is_room)
{
    static char large[5000];
    memset(large, 'x', sizeof large);
    rp_ladder *l = begin();
    for (uint64_t i = 0; i < 20; i++) {
        const sn_fact sent = send(l, i, FACTS_ALICE, FACTS_P1, i, SS_METHOD_INVITE, 0);
        rp_ladder_text(l, &sent, (ss_slice){ large, sizeof large });
    }
    ladder_story story;
    CHECK(rp_ladder_story(l, 0, &story));
    uint32_t kept = 0;
    for (uint32_t i = 0; i < story.call->count; i++) {
        kept += story.call->rows[i].text_len == sizeof large;
    }
    CHECK(kept >= 12);
    CHECK(kept * sizeof large <= LADDER_TEXTS_MAX);
    rp_ladder_free(l);
}

TEST(ladder_of_many_calls_is_bounded_and_says_what_it_did_not_follow)
{
    rp_ladder *l = begin();
    for (uint64_t id = 1; id <= 5000; id++) {
        tell(l, id, FACTS_ALICE, SN_CALL_PLACED, 0, false, id);
    }
    CHECK_NOT_NULL(strstr(end(l), "too many were live at once: 904\n"));
}

TEST(ladder_forgets_calls_that_end_well)
{
    rp_ladder *l = begin();
    for (uint64_t id = 1; id <= 20000; id++) {
        tell(l, SS_S(id), FACTS_ALICE, SN_CALL_PLACED, 0, false, id);
        tell(l, SS_S(id), FACTS_ALICE, SN_CALL_ENDED, 200, false, id);
    }
    CHECK_NULL(strstr(end(l), "too many"));
}

TEST(ladder_of_no_call_says_so)
{
    rp_ladder *l = begin();
    send(l, 1, FACTS_ALICE, FACTS_P1, 0, SS_METHOD_CANCEL, 0);
    send(l, 2, FACTS_ALICE, FACTS_P1, 1, SS_METHOD_REGISTER, 200); /* of nothing that is followed */
    CHECK_STR(end(l), "a test\n\nno call was made\n");
}

static sn_fact open_other(rp_ladder *l, ss_time at, ss_method m, uint64_t call_id, uint64_t tag)
{
    sn_fact sent = facts_sent(at, FACTS_ALICE, FACTS_P1, at, m, 0);
    sent.sip.call_id = call_id;
    sent.sip.to_tag = tag;
    rp_ladder_fact(l, &sent);
    return sent;
}

TEST(ladder_shows_what_is_no_call)
{
    rp_ladder *l = begin();
    sn_fact sent = open_other(l, SS_MS(1), SS_METHOD_REGISTER, 50, 0);
    receive(l, SS_MS(2), &sent);
    sn_fact told = facts_fact(SS_MS(3), 1, SN_FACT_REGISTRATION, FACTS_ALICE);
    told.call = (sn_call_fact){ .source = SN_NOBODY, .event = SN_CALL_REGISTERED, .status = 200 };
    rp_ladder_fact(l, &told);
    told.entity = FACTS_P1; /* somebody else's */
    rp_ladder_fact(l, &told);
    open_other(l, SS_MS(4), SS_METHOD_NOTIFY, 51, 7); /* within a dialog that nobody saw begin */
    CHECK_STR(end(l),
              "a test\n\nno call was made\n\n\nthe first REGISTER\n\n"
              "             ms         alice                p1\n"
              "          1.000           |--- REGISTER 1 --->|         arrives 2.000\n"
              "          3.000           *                   |         alice: REGISTERED 200\n");
}

TEST(ladder_shows_a_few_of_a_method_in_a_small_network_and_one_in_a_large_one)
{
    for (unsigned is_large = 0; is_large < 2; is_large++) {
        rp_ladder *l = begin();
        cast.node_count = is_large ? 9 : 8; /* no more of them is looked at */
        for (uint64_t id = 1; id <= 6; id++) {
            open_other(l, SS_MS(id), SS_METHOD_MESSAGE, 50 + id, 0);
        }
        unsigned shown = 0;
        for (const char *at = end(l); (at = strstr(at, "MESSAGE\n")) != NULL; at++) {
            shown++;
        }
        CHECK_EQ(shown, is_large ? 1 : 4);
    }
}

TEST(ladder_of_what_goes_on_as_long_as_the_run_is_cut)
{
    rp_ladder *l = begin();
    for (uint64_t i = 1; i <= 200; i++) {
        open_other(l, SS_MS(i), SS_METHOD_REGISTER, 50, 0);
    }
    CHECK_NOT_NULL(strstr(end(l), "… and 80 more\n"));
}

TEST(ladder_of_a_long_call_is_cut_and_says_so)
{
    rp_ladder *l = begin();
    for (uint64_t i = 0; i < 700; i++) {
        send(l, i, FACTS_ALICE, FACTS_P1, i, SS_METHOD_INVITE, 0);
    }
    CHECK_NOT_NULL(strstr(end(l), "\xe2\x80\xa6 and 100 more\n"));
}

TEST(a_message_on_a_stream_says_so_and_its_connection_has_a_line)
{
    rp_ladder *l = begin();
    sn_fact sent = facts_sent(SS_MS(1), FACTS_ALICE, FACTS_BOB, 0, SS_METHOD_INVITE, 0);
    sent.kind = SN_FACT_STREAM_SENT;
    sent.transport = SS_TRANSPORT_TCP;
    rp_ladder_fact(l, &sent);
    sn_fact open = facts_fact(SS_MS(21), 2, SN_FACT_CONNECTION, FACTS_ALICE);
    open.peer = FACTS_BOB;
    open.transport = SS_TRANSPORT_TCP;
    open.connection = (sn_connection_fact){ .event = SN_CONNECTION_OPEN, .call_id = FACTS_CALL_ID };
    rp_ladder_fact(l, &open);
    sn_fact received = sent;
    received.kind = SN_FACT_STREAM_RECEIVED;
    received.key.at = SS_MS(31);
    received.entity = FACTS_BOB;
    received.peer = FACTS_ALICE;
    rp_ladder_fact(l, &received);
    const char *text = end(l);
    CHECK_NOT_NULL(strstr(text, " INVITE 1 TCP "));
    CHECK_NOT_NULL(strstr(text, "arrives 31.000"));
    CHECK_NOT_NULL(strstr(text, "alice: TCP connection with bob is open"));
}
