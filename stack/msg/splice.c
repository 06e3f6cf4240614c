/* Splicing: a received message goes out with edits, byte for byte where none names it (RFC 3261 16.6, 16.7). Edits are a
 * list in order of place; at one place, insertions come before a removal. Invariant: no two edits overlap, so printing is
 * one walk over the list. An edit inside bytes that are already gone does nothing; one that covers earlier edits
 * replaces them. */
#include "repetition.h"

struct ss_edit {
    ss_edit *next;
    uint32_t from, to; /* bytes of the message that go; from == to inserts */
    ss_slice text;     /* in the arena */
    uint8_t id;        /* of a whole new line, SS_HDR_COUNT otherwise */
};

ss_splice ss_splice_begin(const ss_msg *msg, ss_arena *arena)
{
    return (ss_splice){ .msg = msg, .arena = arena };
}

static bool is_insertion(const ss_edit *e)
{
    return e->from == e->to;
}

/* The edit that has taken all of [from, to) already, or NULL. */
static const ss_edit *find_cover(const ss_splice *s, uint32_t from, uint32_t to)
{
    for (const ss_edit *e = s->first; e != NULL && e->from <= from; e = e->next) {
        if (!is_insertion(e) && to <= e->to && from < e->to) {
            return e;
        }
    }
    return NULL;
}

static bool is_gone(const ss_splice *s, uint32_t from, uint32_t to)
{
    const ss_edit *cover = find_cover(s, from, to);
    return cover != NULL && cover->text.len == 0;
}

/* Take out the edits that [from, to) covers; lines inserted at either edge stay. */
static void drop_covered(ss_splice *s, uint32_t from, uint32_t to)
{
    ss_edit **at = &s->first;
    while (*at != NULL) {
        const ss_edit *e = *at;
        const bool is_at_edge = e->id != SS_HDR_COUNT && (e->from == from || e->from == to);
        if (e->from >= from && e->to <= to && !is_at_edge) {
            *at = e->next;
        } else {
            at = &(*at)->next;
        }
    }
}

static ss_edit *new_edit(ss_splice *s, uint32_t from, uint32_t to, ss_slice text)
{
    ss_edit *e = SS_ARENA_NEW(s->arena, ss_edit);
    const ss_slice copy = e == NULL ? SS_EMPTY : ss_arena_copy(s->arena, text);
    if (e == NULL || copy.len != text.len) {
        s->failed = true;
        return NULL;
    }
    *e = (ss_edit){ .from = from, .to = to, .text = copy, .id = SS_HDR_COUNT };
    return e;
}

static void replace_bytes(ss_splice *s, uint32_t from, uint32_t to, ss_slice text)
{
    ss_edit *e = new_edit(s, from, to, text);
    if (e == NULL) {
        return;
    }
    drop_covered(s, from, to);
    ss_edit **at = &s->first;
    while (*at != NULL && ((*at)->from < from || ((*at)->from == from && is_insertion(*at)))) {
        at = &(*at)->next;
    }
    e->next = *at;
    *at = e;
}

/* A whole new line at `place`: before (pushed) or after (appended) the other insertions there. */
static void insert_line(ss_splice *s, uint32_t place, ss_hdr id, ss_slice value, bool is_push)
{
    ss_buffer line = ss_buffer_open(s->arena);
    ss_put_header(&line, id, value);
    const ss_slice text = ss_buffer_keep(s->arena, &line);
    ss_edit *e = text.len == 0 ? NULL : SS_ARENA_NEW(s->arena, ss_edit);
    if (e == NULL) {
        s->failed = true;
        return;
    }
    *e = (ss_edit){ .from = place, .to = place, .text = text, .id = (uint8_t)id };
    ss_edit **at = &s->first;
    while (*at != NULL &&
           ((*at)->from < place || (!is_push && (*at)->from == place && is_insertion(*at)))) {
        at = &(*at)->next;
    }
    e->next = *at;
    *at = e;
}

static uint32_t end_of_vias(const ss_msg *msg)
{
    uint32_t end = msg->fields[msg->first[SS_HDR_VIA] - 1].end;
    for (uint16_t at = msg->first[SS_HDR_VIA]; at != 0; at = msg->fields[at - 1].next) {
        end = msg->fields[at - 1].end;
    }
    return end;
}

/* Via lines first, as messages are read: what is new to a message comes after the last of them. */
static uint32_t place_of_push(const ss_msg *msg, ss_hdr id)
{
    if (msg->first[id] != 0) {
        return msg->fields[msg->first[id] - 1].at;
    }
    if (id != SS_HDR_VIA && msg->first[SS_HDR_VIA] != 0) {
        return end_of_vias(msg);
    }
    return msg->field_count > 0 ? msg->fields[0].at : msg->headers_end;
}

void ss_splice_push(ss_splice *s, ss_hdr id, ss_slice value)
{
    insert_line(s, place_of_push(s->msg, id), id, value, true);
}

void ss_splice_append(ss_splice *s, ss_hdr id, ss_slice value)
{
    insert_line(s, s->msg->headers_end, id, value, false);
}

void ss_splice_replace(ss_splice *s, ss_slice old, ss_slice value)
{
    SS_ASSERT(old.at != NULL);
    SS_ASSERT(old.at >= s->msg->bytes.at);
    const size_t from = (size_t)(old.at - s->msg->bytes.at);
    SS_ASSERT(from + old.len <= s->msg->bytes.len);
    const ss_edit *cover = find_cover(s, (uint32_t)from, (uint32_t)(from + old.len));
    const bool is_same = cover != NULL && cover->from == from && cover->to == from + old.len;
    if (cover == NULL || (is_same && cover->text.len > 0)) {
        replace_bytes(s, (uint32_t)from, (uint32_t)(from + old.len), value);
    }
}

void ss_splice_request_uri(ss_splice *s, ss_slice uri)
{
    SS_ASSERT(s->msg->is_request);
    const uint32_t from = (uint32_t)(s->msg->request_uri.at - s->msg->bytes.at);
    replace_bytes(s, from, from + (uint32_t)s->msg->request_uri.len, uri);
}

/* RFC3261:7.1 "implementations MUST send upper-case". Single spaces stand in a request line that was accepted. */
void ss_splice_version(ss_splice *s)
{
    const ss_msg *msg = s->msg;
    const ss_slice whole = SS_LIT("SIP/2.0");
    const size_t at = msg->is_request
                          ? (size_t)(msg->request_uri.at - msg->bytes.at) + msg->request_uri.len + 1
                          : 0;
    const ss_slice version = ss_slice_cut(msg->bytes, at, at + whole.len);
    if (!ss_slice_eq(version, whole)) {
        ss_splice_replace(s, version, whole);
    }
}

void ss_splice_remove(ss_splice *s, ss_hdr id)
{
    for (uint16_t at = s->msg->first[id]; at != 0; at = s->msg->fields[at - 1].next) {
        const ss_field *field = &s->msg->fields[at - 1];
        replace_bytes(s, field->at, field->end, SS_EMPTY);
    }
}

/* The first value still there goes; with it its line when nothing is left of that. */
void ss_splice_pop(ss_splice *s, ss_hdr id)
{
    const ss_msg *msg = s->msg;
    ss_value_iter it = { 0 };
    ss_slice value;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        const uint32_t from = (uint32_t)(value.at - msg->bytes.at);
        if (is_gone(s, from, from + 1)) {
            continue;
        }
        const ss_field *field = &msg->fields[it.field - 1];
        const ss_edit *cover = find_cover(s, from, from + (uint32_t)value.len);
        const bool is_line_replaced = cover != NULL && cover->to > from + value.len;
        if (is_line_replaced || it.at > field->value_at + field->value_len) {
            replace_bytes(s, field->at, field->end, SS_EMPTY);
            return;
        }
        const ss_slice rest = ss_slice_cut(msg->bytes, it.at, field->value_at + field->value_len);
        const ss_slice next = ss_slice_trim(rest);
        replace_bytes(s, from, it.at + (uint32_t)(next.at - rest.at), SS_EMPTY);
        return;
    }
}

/* The line of an id that an earlier edit added, or NULL. */
static ss_edit *find_added(const ss_splice *s, ss_hdr id)
{
    ss_edit *e = s->first;
    while (e != NULL && e->id != (uint8_t)id) {
        e = e->next;
    }
    return e;
}

static void take_out(ss_splice *s, const ss_edit *edit)
{
    ss_edit **at = &s->first;
    while (*at != edit) {
        at = &(*at)->next;
    }
    *at = edit->next;
}

void ss_splice_set(ss_splice *s, ss_hdr id, ss_slice value)
{
    const uint16_t at = s->msg->first[id];
    const ss_field *field = at == 0 ? NULL : &s->msg->fields[at - 1];
    if (field != NULL && !is_gone(s, field->at, field->end)) {
        const uint32_t end = field->value_at + field->value_len;
        replace_bytes(s, field->value_at, end, value);
        return;
    }
    const ss_edit *added = find_added(s, id);
    if (added != NULL) {
        take_out(s, added);
    }
    ss_splice_append(s, id, value);
}

void ss_splice_set_u64(ss_splice *s, ss_hdr id, uint64_t value)
{
    char digits[20];
    ss_buffer b = ss_buffer_on(digits, sizeof digits);
    ss_put_u64(&b, value);
    ss_splice_set(s, id, ss_buffer_slice(&b));
}

ss_status ss_splice_print(const ss_splice *s, ss_buffer *out)
{
    uint32_t at = 0;
    for (const ss_edit *e = s->first; e != NULL; e = e->next) {
        SS_ASSERT(e->from >= at);
        ss_put(out, ss_slice_cut(s->msg->bytes, at, e->from));
        ss_put(out, e->text);
        at = e->to;
    }
    ss_put(out, ss_slice_cut(s->msg->bytes, at, s->msg->bytes.len));
    return s->failed || out->overflow ? SS_ERR_FULL : SS_OK;
}
