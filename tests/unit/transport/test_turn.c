/* The list of outputs that a turn hands out. */
#include "check.h"

#include "ss/transport.h"

static _Alignas(16) unsigned char memory[4096];

TEST(outputs_keep_their_order)
{
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_turn turn = { .now = 5, .arena = &arena };
    const ss_path udp = { .transport = SS_TRANSPORT_UDP };
    const ss_path tcp = { .transport = SS_TRANSPORT_TCP, .connection = 7 };
    const ss_note note = { .kind = SS_NOTE_STRAY };
    const ss_event event = { .kind = SS_EVENT_BYE, .call = 3 };
    ss_turn_send(&turn, &udp, SS_LIT("a"));
    ss_turn_note(&turn, &note);
    ss_turn_send(&turn, &tcp, SS_LIT("b"));
    ss_turn_event(&turn, &event);
    const ss_output *out = turn.first;
    CHECK_EQ(out->kind, SS_OUT_DATAGRAM);
    CHECK_SLICE(out->bytes, "a");
    out = out->next;
    CHECK_EQ(out->kind, SS_OUT_NOTE);
    CHECK_EQ(out->note.kind, SS_NOTE_STRAY);
    out = out->next;
    CHECK_EQ(out->kind, SS_OUT_STREAM);
    CHECK_EQ(out->path.connection, 7);
    out = out->next;
    CHECK_EQ(out->kind, SS_OUT_EVENT);
    CHECK_EQ(out->event.call, 3);
    CHECK_NULL(out->next);
    CHECK(!turn.failed);
}

TEST(an_arena_without_room_loses_the_output_and_says_so)
{
    ss_arena arena = { .base = memory, .cap = sizeof(ss_output) + sizeof(ss_output) / 2 };
    ss_turn turn = { .arena = &arena };
    CHECK_NOT_NULL(ss_turn_add(&turn, SS_OUT_NOTE));
    CHECK_NULL(ss_turn_add(&turn, SS_OUT_NOTE));
    CHECK(turn.failed);
    CHECK(turn.first == turn.last);
}
