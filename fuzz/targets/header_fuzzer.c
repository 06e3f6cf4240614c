/* Target `header`: the name of a header field, and on the next line its value.
 * Aims at: ss_typed_parse, ss_hdr_from. */
#include "fuzz.h"

#include "ss/grammar.h"

#include <stdlib.h>

static bool same_piece(const ss_typed *a, const ss_part *x, const ss_typed *b, const ss_part *y,
                       ss_slice p, ss_slice q)
{
    (void)x;
    (void)y;
    return p.len == q.len && (p.at == NULL) == (q.at == NULL) &&
           (p.at == NULL || p.at - a->value.at == q.at - b->value.at);
}

static bool same_typed(const ss_typed *a, const ss_typed *b)
{
    bool same = a->part_count == b->part_count && a->id == b->id && ss_slice_eq(a->value, b->value);
    for (unsigned i = 0; same && i < a->part_count && i < SS_PARTS_MAX; i++) {
        const ss_part *x = &a->parts[i], *y = &b->parts[i];
        same = x->name == y->name && same_piece(a, x, b, y, x->key, y->key) &&
               same_piece(a, x, b, y, x->text, y->text);
    }
    return same;
}

/* S8: where the bytes lie makes no difference. */
static void check_clone(ss_hdr id, ss_slice value, ss_status status, const ss_typed *typed)
{
    static ss_typed other;
    ss_flaw flaw;
    char *const copy = fz_exact(value);
    const ss_status got = ss_typed_parse(id, (ss_slice){ copy, value.len }, &other, &flaw);
    const bool same = got == status && (status != SS_OK || same_typed(typed, &other));
    free(copy);
    FZ_CHECK("S8", same, "the same bytes at another place are understood otherwise");
}

static void check_parts(const ss_typed *typed, ss_slice value)
{
    FZ_CHECK("S8", fz_is_inside(typed->value, value), "a typed value lies outside its field");
    for (unsigned i = 0; i < typed->part_count && i < SS_PARTS_MAX; i++) {
        FZ_CHECK("S8",
                 fz_is_inside(typed->parts[i].text, typed->value) &&
                     fz_is_inside(typed->parts[i].key, typed->value),
                 "a piece lies outside its value");
        FZ_CHECK("S2", typed->parts[i].name != NULL || typed->parts[i].key.len > 0,
                 "a piece without a name");
    }
}

/* RFC3261:7.3.1 white space around a value is none of it. */
static void check_padded(ss_hdr id, ss_slice value, ss_status status, const ss_typed *typed)
{
    static ss_typed other;
    ss_flaw flaw;
    ss_arena arena = fz_arena(0);
    ss_buffer b = ss_buffer_on(arena.base, arena.cap);
    ss_put(&b, SS_LIT(" \r\n\t"));
    ss_put(&b, value);
    ss_put(&b, SS_LIT("  "));
    const ss_status got = ss_typed_parse(id, ss_buffer_slice(&b), &other, &flaw);
    FZ_CHECK("S5", got == status && (status != SS_OK || same_typed(typed, &other)),
             "white space around a value changes it");
}

int fz_target_header(const uint8_t *data, size_t size)
{
    static ss_typed typed; /* 4 KB, written whole by each parse */
    ss_slice value;
    const fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &value);
    const ss_hdr id = ss_hdr_from(ss_slice_trim(tape.choices));
    ss_flaw flaw = { .offset = 0 };
    if (size > SS_MESSAGE_BYTES_MAX) {
        return 0;
    }
    const ss_status status = ss_typed_parse(id, value, &typed, &flaw);
    if (status == SS_OK) {
        check_parts(&typed, value);
    } else {
        FZ_CHECK("S8", flaw.offset <= value.len && flaw.section != NULL && flaw.sentence != NULL,
                 "a flaw without a place, a section or a sentence");
    }
    check_clone(id, value, status, &typed);
    check_padded(id, value, status, &typed);
    return 0;
}
