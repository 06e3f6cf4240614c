/* Target `edit`: a line per edit, an empty line, a message.
 * Aims at: ss_splice_push, _append, _pop, _remove, _set, _replace, _request_uri, _version, _print; ss_msg_replace_top_via.
 *
 * An edit is its first letter, the name of a field, a space, a value:
 *     >Route <value>   push        +Subject <value>   append      =Max-Forwards <value>   set
 *     <Via             pop         -Subject           remove      ~Contact <value>        replace the first value
 *     @ <uri>          Request-URI                                !                       version in upper case
 * One edit alone is held to what it must do to the values of its field; any number, to what they must leave alone. */
#include "fuzz.h"

#include <string.h>

enum { EDITS_MAX = 8, VALUE_MAX = 64 };

typedef struct one_edit {
    char kind;
    ss_hdr id;
    char value[VALUE_MAX];
    size_t len;
} one_edit;

typedef struct edits {
    one_edit list[EDITS_MAX];
    size_t count;
} edits;

/* ---- reading the edits ---- */

/* What may stand in any value without changing how it is split; edges are no white space. */
static void take_value(one_edit *e, ss_slice text)
{
    static const char allowed[] = "ABCXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:@;=/ ";
    text = ss_slice_trim(text);
    for (size_t i = 0; i < text.len && e->len < VALUE_MAX; i++) {
        const bool is_allowed = memchr(allowed, text.at[i], sizeof allowed - 1) != NULL;
        e->value[e->len++] = is_allowed ? text.at[i] : 'x';
    }
    while (e->len > 0 && e->value[e->len - 1] == ' ') {
        e->len--;
    }
    if (e->len == 0) {
        e->value[e->len++] = 'x';
    }
}

static void take_edit(edits *list, ss_slice line)
{
    one_edit e = { .id = SS_HDR_OTHER };
    if (line.len == 0 || memchr(">+=<-~@!", line.at[0], 8) == NULL || list->count == EDITS_MAX) {
        return;
    }
    const size_t space = ss_slice_find(line, ' ');
    e.kind = line.at[0];
    e.id = ss_hdr_from(ss_slice_cut(line, 1, space));
    take_value(&e, ss_slice_cut(line, space, line.len));
    if (e.kind == '@' || e.kind == '!' || e.id != SS_HDR_OTHER) {
        list->list[list->count++] = e;
    }
}

static ss_slice take_edits(edits *list, ss_slice input)
{
    list->count = 0;
    while (input.len > 0) {
        const size_t lf = ss_slice_find(input, '\n');
        const ss_slice line = ss_slice_trim(ss_slice_cut(input, 0, lf));
        input = lf == input.len ? SS_EMPTY : ss_slice_cut(input, lf + 1, input.len);
        if (line.len == 0) {
            break;
        }
        take_edit(list, line);
    }
    return input;
}

/* ---- doing them ---- */

static ss_slice value_of(const one_edit *e)
{
    return (ss_slice){ e->value, e->len };
}

static void replace_first(ss_splice *s, const one_edit *e)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    if (ss_msg_next_value(s->msg, e->id, &it, &value) == SS_OK) {
        ss_splice_replace(s, value, value_of(e));
    }
}

static void do_edit(ss_splice *s, const one_edit *e)
{
    switch (e->kind) {
    case '>':
        ss_splice_push(s, e->id, value_of(e));
        break;
    case '+':
        ss_splice_append(s, e->id, value_of(e));
        break;
    case '=':
        ss_splice_set(s, e->id, value_of(e));
        break;
    case '<':
        ss_splice_pop(s, e->id);
        break;
    case '-':
        ss_splice_remove(s, e->id);
        break;
    case '~':
        replace_first(s, e);
        break;
    case '!':
        ss_splice_version(s);
        break;
    default:
        if (s->msg->is_request) {
            ss_splice_request_uri(s, value_of(e));
        }
        break;
    }
}

/* ---- what must hold ---- */

static bool names(const edits *list, ss_hdr id)
{
    bool is_named = false;
    for (size_t i = 0; i < list->count; i++) {
        is_named |=
            list->list[i].kind != '@' && list->list[i].kind != '!' && list->list[i].id == id;
    }
    return is_named;
}

/* RFC3261:16.6 what no edit names goes out byte for byte. */
static void check_others_untouched(const edits *list, const ss_msg *before, const ss_msg *after)
{
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        if (names(list, id)) {
            continue;
        }
        uint16_t b = after->first[id];
        for (uint16_t a = before->first[id]; a != 0; a = before->fields[a - 1].next) {
            FZ_CHECK("edit", b != 0, "a field that no edit names is gone");
            const ss_field *x = &before->fields[a - 1], *y = &after->fields[b - 1];
            FZ_CHECK("edit",
                     ss_slice_eq(ss_slice_cut(before->bytes, x->at, x->end),
                                 ss_slice_cut(after->bytes, y->at, y->end)),
                     "a field that no edit names has changed");
            b = y->next;
        }
        FZ_CHECK("edit", b == 0, "a field that no edit names has come");
    }
}

static void check_lines(const ss_msg *before, const ss_msg *after, ss_hdr id, unsigned skip_before,
                        unsigned skip_after)
{
    const unsigned count = ss_msg_count(before, id) - skip_before;
    for (unsigned i = 0; i < count; i++) {
        FZ_CHECK("edit",
                 ss_slice_eq(ss_msg_value(before, id, i + skip_before),
                             ss_msg_value(after, id, i + skip_after)),
                 "an edit of one field line changed another");
    }
}

static void check_new_line(const one_edit *e, const ss_msg *before, const ss_msg *after)
{
    const unsigned count = ss_msg_count(before, e->id);
    const bool is_first = e->kind == '>';
    FZ_CHECK("edit", ss_msg_count(after, e->id) == count + 1, "a new line did not come alone");
    FZ_CHECK("edit", ss_slice_eq(ss_msg_value(after, e->id, is_first ? 0 : count), value_of(e)),
             "a new line is not where it was put");
    check_lines(before, after, e->id, 0, is_first ? 1 : 0);
}

static void check_set(const one_edit *e, const ss_msg *before, const ss_msg *after)
{
    const unsigned count = ss_msg_count(before, e->id);
    FZ_CHECK("edit", ss_msg_count(after, e->id) == (count == 0 ? 1 : count),
             "setting a field changed its count");
    FZ_CHECK("edit", ss_slice_eq(ss_msg_value(after, e->id, 0), value_of(e)),
             "a field that was set has another value");
    if (count > 1) {
        check_lines(before, after, e->id, 1, 1);
    }
}

/* All values but the first are those of before. */
static void check_first_value(const one_edit *e, const ss_msg *before, const ss_msg *after)
{
    ss_value_iter a = { 0 }, b = { 0 };
    ss_slice x, y;
    if (ss_msg_next_value(before, e->id, &a, &x) != SS_OK) {
        return;
    }
    if (e->kind == '~') {
        FZ_CHECK("edit",
                 ss_msg_next_value(after, e->id, &b, &y) == SS_OK && ss_slice_eq(y, value_of(e)),
                 "a replaced value is not the new one");
    }
    while (ss_msg_next_value(before, e->id, &a, &x) == SS_OK) {
        FZ_CHECK("edit", ss_msg_next_value(after, e->id, &b, &y) == SS_OK && ss_slice_eq(x, y),
                 "a value behind the first changed with it");
    }
    FZ_CHECK("edit", ss_msg_next_value(after, e->id, &b, &y) == SS_NONE,
             "a value came from nowhere");
}

static void check_alone(const one_edit *e, const ss_msg *before, const ss_msg *after)
{
    switch (e->kind) {
    case '>':
    case '+':
        check_new_line(e, before, after);
        break;
    case '=':
        check_set(e, before, after);
        break;
    case '-':
        FZ_CHECK("edit", ss_msg_count(after, e->id) == 0, "a removed field is still there");
        break;
    case '<':
    case '~':
        if (fz_is_sound_list(before, e->id)) {
            check_first_value(e, before, after);
        }
        break;
    default:
        break;
    }
}

static void put_spliced(ss_buffer *b, const void *what)
{
    const ss_status status = ss_splice_print(what, b);
    FZ_CHECK("edit", (status == SS_OK) == !b->overflow,
             "a splice misjudges the size of its buffer");
}

static bool is_uri_edited(const edits *list)
{
    bool is_edited = false;
    for (size_t i = 0; i < list->count; i++) {
        is_edited |= list->list[i].kind == '@';
    }
    return is_edited;
}

static void check_result(const edits *list, const ss_msg *before, ss_slice printed)
{
    ss_arena arena = fz_arena(4);
    ss_msg after;
    ss_diag diag;
    const ss_status status = ss_msg_parse(&after, &arena, printed, &diag);
    if (status == SS_ERR_FULL || (is_uri_edited(list) && status != SS_OK)) {
        return;
    }
    check_others_untouched(list, before, &after);
    FZ_CHECK("edit", names(list, SS_HDR_CONTENT_LENGTH) || ss_slice_eq(before->body, after.body),
             "an edit of the header changed the body");
    if (list->count == 1) {
        check_alone(&list->list[0], before, &after);
    }
}

/* RFC3261:18.2.1 a message whose topmost Via was replaced is the one that is read from its new bytes, in every slice. */
static void check_replaced_via(ss_msg *msg, ss_arena *arena)
{
    ss_arena other = fz_arena(4);
    ss_msg again;
    ss_diag diag;
    memset(&again, 0, sizeof again);
    const ss_slice value = SS_LIT("SIP/2.0/UDP h;branch=z9hG4bKf;received=10.0.0.9;rport=5060");
    if (ss_msg_replace_top_via(msg, arena, value) != SS_OK) {
        return;
    }
    FZ_CHECK("edit", ss_msg_parse(&again, &other, msg->bytes, &diag) == SS_OK,
             "a message whose Via was replaced cannot be read");
    FZ_CHECK("edit",
             again.field_count == msg->field_count &&
                 memcmp(again.fields, msg->fields, msg->field_count * sizeof *msg->fields) == 0,
             "the fields behind a Via that was replaced are not where they stand");
    again.fields = msg->fields;
    FZ_CHECK("edit", memcmp(&again, msg, sizeof again) == 0,
             "a message whose Via was replaced is not as it is read");
}

int fz_target_edit(const uint8_t *data, size_t size)
{
    edits list;
    const ss_slice bytes = take_edits(&list, (ss_slice){ (const char *)data, size });
    ss_arena arena = fz_arena(0), out = fz_arena(3);
    ss_msg msg;
    ss_diag diag;
    memset(&msg, 0, sizeof msg); /* padding is compared too */
    if (ss_msg_parse(&msg, &arena, bytes, &diag) != SS_OK) {
        return 0;
    }
    ss_splice splice = ss_splice_begin(&msg, &arena);
    for (size_t i = 0; i < list.count; i++) {
        do_edit(&splice, &list.list[i]);
    }
    ss_buffer b = ss_buffer_on(out.base, out.cap);
    FZ_CHECK("edit", ss_splice_print(&splice, &b) == SS_OK, "edits do not fit where they must");
    FZ_CHECK("edit", list.count != 0 || ss_slice_eq(ss_buffer_slice(&b), msg.bytes),
             "no edit changed something");
    fz_check_buffers(put_spliced, &splice);
    if (b.len <= SS_MESSAGE_BYTES_MAX) {
        check_result(&list, &msg, ss_buffer_slice(&b));
    }
    check_replaced_via(&msg, &arena);
    return 0;
}
