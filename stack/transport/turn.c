/* The outputs of a turn: a list in the lent arena, in the order in which things were done. An arena too small for one loses
 * that output and says so in `failed`; a lost message is what the network may do to it anyway. */
#include "ss/transport.h"

ss_output *ss_turn_add(ss_turn *turn, ss_output_kind kind)
{
    ss_output *out = SS_ARENA_NEW(turn->arena, ss_output);
    if (out == NULL) {
        turn->failed = true;
        return NULL;
    }
    out->kind = kind;
    if (turn->last == NULL) {
        turn->first = out;
    } else {
        turn->last->next = out;
    }
    turn->last = out;
    return out;
}

bool ss_turn_has_room(const ss_turn *turn)
{
    return turn->arena->used - turn->begun <= turn->arena->cap / 4;
}

void ss_turn_send(ss_turn *turn, const ss_path *path, ss_slice bytes)
{
    const bool is_stream = ss_transport_is_reliable(path->transport);
    ss_output *out = ss_turn_add(turn, is_stream ? SS_OUT_STREAM : SS_OUT_DATAGRAM);
    if (out != NULL) {
        out->path = *path;
        out->bytes = bytes;
    }
}

void ss_turn_note(ss_turn *turn, const ss_note *note)
{
    ss_output *out = ss_turn_add(turn, SS_OUT_NOTE);
    if (out != NULL) {
        out->note = *note;
    }
}

void ss_turn_event(ss_turn *turn, const ss_event *event)
{
    ss_output *out = ss_turn_add(turn, SS_OUT_EVENT);
    if (out != NULL) {
        out->event = *event;
    }
}
