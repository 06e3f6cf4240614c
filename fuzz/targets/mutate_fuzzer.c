/* Target `mutate`: a line with the name of an edit (any other: one is drawn), perhaps a field, perhaps `repair`; a line of
 * choices; a message.
 * Aims at: sn_mutate, sn_choose, sn_edit_from. */
#include "fuzz.h"

#include "sn/mutate.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD = 64, GUARD_BYTE = 0x5a };

typedef struct question {
    ss_slice message; /* on the heap, exactly its size */
    sn_wish wish;
    sn_choices choices;
} question;

/* What came of it: in an arena, with a guard behind its room. */
typedef struct answer {
    ss_status status;
    ss_slice bytes;
    sn_edited made;
} answer;

static ss_slice next_word(ss_slice *line)
{
    const size_t space = ss_slice_find(*line, ' ');
    const ss_slice word = ss_slice_cut(*line, 0, space);
    *line = ss_slice_cut(*line, space == line->len ? space : space + 1, line->len);
    return word;
}

static question read_question(ss_slice input)
{
    ss_slice rest, message;
    ss_slice line = fz_tape_split(input, &rest).choices;
    question q = { .wish.edit = sn_edit_from(next_word(&line)) };
    q.wish.field = next_word(&line);
    q.wish.repair =
        ss_slice_eq(next_word(&line), SS_LIT("repair")) ? SN_REPAIR_LENGTH | SN_REPAIR_FIELDS : 0;
    if (ss_slice_eq(q.wish.field, SS_LIT("-"))) {
        q.wish.field = SS_EMPTY;
    }
    q.choices.tape = fz_tape_split(rest, &message).choices;
    if (q.choices.tape.at == NULL) {
        q.choices.tape.at = "";
    }
    q.wish.other = rest;
    q.message = (ss_slice){ fz_exact(message), message.len };
    return q;
}

static answer ask(const question *q, size_t room, unsigned which)
{
    ss_arena arena = fz_arena(which);
    SS_ASSERT(room + GUARD <= arena.cap);
    memset(arena.base + room, GUARD_BYTE, GUARD);
    ss_buffer out = ss_buffer_on(arena.base, room);
    sn_choices choices = q->choices;
    answer a = { .status = SS_OK };
    a.status = sn_mutate(q->message, &q->wish, &choices, &out, &a.made);
    a.bytes = ss_buffer_slice(&out);
    for (size_t i = 0; i < GUARD; i++) {
        FZ_CHECK("mutate", arena.base[room + i] == GUARD_BYTE, "an edit writes past its room");
    }
    FZ_CHECK("mutate", a.status == SS_OK || a.bytes.len == 0,
             "no edit was made, yet there are bytes");
    return a;
}

static size_t first_difference(ss_slice a, ss_slice b)
{
    size_t at = 0;
    while (at < a.len && at < b.len && a.at[at] == b.at[at]) {
        at++;
    }
    return at;
}

static void check_made(const question *q, const answer *a)
{
    FZ_CHECK("mutate", !ss_slice_eq(a->bytes, q->message), "an edit changes nothing");
    FZ_CHECK("mutate", a->made.edit < SN_EDITS, "an edit without a name");
    FZ_CHECK("mutate", q->wish.edit == SN_EDIT_NONE || a->made.edit == q->wish.edit,
             "another edit than the wished one");
    FZ_CHECK("mutate", a->made.at == first_difference(q->message, a->bytes),
             "an edit is said to be at another place");
}

static void check_again(const question *q, const answer *a)
{
    const answer again = ask(q, FZ_ARENA_BYTES - GUARD, 1);
    FZ_CHECK("mutate",
             again.status == a->status && ss_slice_eq(again.bytes, a->bytes) &&
                 (a->status != SS_OK || again.made.edit == a->made.edit),
             "the same choices make another edit");
}

/* Room for just the bytes is enough, a byte less is not; but a repair may need some on its way. */
static void check_room(const question *q, const answer *a)
{
    if (q->wish.edit == SN_EDIT_NONE || q->wish.repair != 0) {
        (void)ask(q, a->bytes.len / 2, 1);
        return;
    }
    const answer fits = ask(q, a->bytes.len, 1);
    FZ_CHECK("mutate", fits.status == SS_OK && ss_slice_eq(fits.bytes, a->bytes),
             "an edit needs more room than its bytes");
    FZ_CHECK("mutate", a->bytes.len == 0 || ask(q, a->bytes.len - 1, 1).status == SS_ERR_FULL,
             "an edit fits where it must not");
}

static void check_inverse(const question *q, const answer *a)
{
    const sn_edit inverse = sn_edit_about(a->made.edit)->inverse;
    if (inverse == SN_EDIT_NONE || q->wish.edit == SN_EDIT_NONE || q->wish.repair != 0 ||
        q->wish.field.len != 0) {
        return;
    }
    question back = *q;
    back.message = a->bytes;
    back.wish.edit = inverse;
    const answer undone = ask(&back, FZ_ARENA_BYTES - GUARD, 1);
    FZ_CHECK("mutate", undone.status == SS_OK && ss_slice_eq(undone.bytes, q->message),
             "an edit and its inverse are not nothing");
}

/* The parser takes what an edit made as it takes anything. */
static void check_parse(ss_slice bytes)
{
    ss_arena arena = fz_arena(0);
    ss_msg msg;
    ss_diag diag;
    const ss_status status = ss_msg_parse(&msg, &arena, bytes, &diag);
    FZ_CHECK("S8", fz_is_inside(msg.bytes, bytes) && diag.offset <= bytes.len,
             "the verdict on an edited message points outside of it");
    if (bytes.len < 4096) {
        fz_check_bounded(arena.used, bytes.len);
        fz_check_clone(bytes, &msg, status, &diag);
    }
    if (status == SS_OK && bytes.len < 4096) {
        fz_check_round_trip(&msg);
    }
}

int fz_target_mutate(const uint8_t *data, size_t size)
{
    const question q = read_question((ss_slice){ (const char *)data, size });
    if (q.message.len <= SS_MESSAGE_BYTES_MAX) {
        const answer a = ask(&q, FZ_ARENA_BYTES - GUARD, 5);
        FZ_CHECK("mutate",
                 a.status == SS_OK || q.wish.edit != SN_EDIT_NONE || q.wish.field.len != 0,
                 "no edit at all can be made");
        check_again(&q, &a);
        if (a.status == SS_OK) {
            check_made(&q, &a);
            check_room(&q, &a);
            check_inverse(&q, &a);
            check_parse(a.bytes);
        }
    }
    free((char *)(uintptr_t)q.message.at);
    return 0;
}
