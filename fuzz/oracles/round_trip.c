/* Oracles of one parse: bounded memory (S1), what was accepted prints to something that parses to the same (S2), and the
 * same bytes elsewhere give the same result (S8). And of printing: no buffer is written past its end. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* A field costs at least three bytes of message ("a:" and its CRLF), and memory is taken for sixteen at a time. */
void fz_check_bounded(size_t used, size_t len)
{
    FZ_CHECK("S1", used <= 16 * len + 4096, "parsing took more memory than its input allows");
}

/* What printing grows a message by: a compact name becomes a long one. */
static bool may_fit(const ss_msg *msg)
{
    return msg->bytes.len + 24u * msg->field_count <= SS_MESSAGE_BYTES_MAX;
}

void fz_check_round_trip(const ss_msg *msg)
{
    ss_arena one = fz_arena(1), two = fz_arena(2), three = fz_arena(3);
    if (!may_fit(msg)) {
        return;
    }
    ss_buffer printed = ss_buffer_on(one.base, one.cap);
    fz_put_message(&printed, msg);
    FZ_CHECK("S2", !printed.overflow, "a message does not fit where it must");
    ss_msg again;
    ss_diag diag;
    FZ_CHECK("S2", ss_msg_parse(&again, &two, ss_buffer_slice(&printed), &diag) == SS_OK,
             "what an accepted message prints to is refused");
    ss_buffer reprinted = ss_buffer_on(three.base, three.cap);
    fz_put_message(&reprinted, &again);
    FZ_CHECK("S2", ss_slice_eq(ss_buffer_slice(&printed), ss_buffer_slice(&reprinted)),
             "printing a second time gives other bytes");

    ss_arena four = fz_arena(4);
    ss_buffer before = ss_buffer_on(three.base, three.cap),
              after = ss_buffer_on(four.base, four.cap);
    fz_put_meaning(&before, msg);
    fz_put_meaning(&after, &again);
    FZ_CHECK("S2",
             !before.overflow && ss_slice_eq(ss_buffer_slice(&before), ss_buffer_slice(&after)),
             "what was printed parses to another meaning");
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_index(const ss_msg *a, const ss_msg *b)
{
    bool same = a->field_count == b->field_count && a->headers_end == b->headers_end &&
                a->status == b->status && a->method == b->method &&
                a->is_request == b->is_request && ss_slice_eq(a->bytes, b->bytes) &&
                ss_slice_eq(a->method_name, b->method_name) &&
                ss_slice_eq(a->request_uri, b->request_uri) && ss_slice_eq(a->reason, b->reason) &&
                ss_slice_eq(a->body, b->body) && a->top_via_status == b->top_via_status;
    for (uint16_t i = 0; same && i < a->field_count; i++) {
        const ss_field *x = &a->fields[i], *y = &b->fields[i];
        same = x->at == y->at && x->end == y->end && x->value_at == y->value_at &&
               x->value_len == y->value_len && x->name_len == y->name_len && x->id == y->id &&
               x->next == y->next;
    }
    return same;
}

void fz_check_clone(ss_slice bytes, const ss_msg *msg, ss_status status, const ss_diag *diag)
{
    ss_arena arena = fz_arena(1);
    char *const copy = fz_exact(bytes);
    ss_msg other;
    ss_diag why;
    const ss_status got = ss_msg_parse(&other, &arena, (ss_slice){ copy, bytes.len }, &why);
    const bool same = got == status && why.offset == diag->offset && why.header == diag->header &&
                      why.response == diag->response && same_text(why.sentence, diag->sentence) &&
                      same_index(msg, &other);
    free(copy);
    FZ_CHECK("S8", same, "the same bytes at another place are understood otherwise");
}

enum { EDGE = 16, SIZES = 24 }; /* buffers tried of each print: other inputs try others */

static void check_buffer(fz_printer *print, const void *what, char *at, size_t cap, ss_slice whole)
{
    memset(at, 0x5a, cap + EDGE);
    ss_buffer b = ss_buffer_on(at, cap);
    print(&b, what);
    for (size_t i = 0; i < EDGE; i++) {
        FZ_CHECK("S2", at[cap + i] == 0x5a, "printing wrote past the end of its buffer");
    }
    FZ_CHECK("S2", b.len <= cap && b.overflow == (cap < whole.len),
             "printing misjudged the size of its buffer");
    FZ_CHECK("S2", b.overflow || ss_slice_eq(ss_buffer_slice(&b), whole),
             "printing depends on the size of its buffer");
}

void fz_check_buffers(fz_printer *print, const void *what)
{
    ss_arena whole_arena = fz_arena(1), small = fz_arena(2);
    ss_buffer whole = ss_buffer_on(whole_arena.base, whole_arena.cap);
    print(&whole, what);
    FZ_CHECK("S2", !whole.overflow && whole.len + EDGE <= small.cap,
             "something prints without bound");
    const size_t step = whole.len / SIZES + 1;
    for (size_t cap = whole.len % step; cap <= whole.len; cap += step) {
        check_buffer(print, what, (char *)small.base, cap, ss_buffer_slice(&whole));
    }
    check_buffer(print, what, (char *)small.base, whole.len, ss_buffer_slice(&whole));
}
