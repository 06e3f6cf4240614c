/* A message for reading: every field with its offset and its typed pieces, then the verdict with a caret under the byte.
 * All of it is printable ASCII: other bytes are written as escapes, so that columns are bytes and a terminal is safe. */
#include "parse.h"

#include <string.h>

#include "cli.h"

enum { OFFSET_WIDTH = 8, NAME_WIDTH = 14, WINDOW = 60 };

static void put_offset(rp_file *out, bool is_there, size_t offset)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%*zu", OFFSET_WIDTH, offset);
    if (is_there) {
        rp_put_text(out, digits);
    } else {
        rp_put_left(out, "", OFFSET_WIDTH);
    }
}

/* How many columns a byte takes; printed when `out` is given. */
static size_t put_byte(rp_file *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char text[5] = { (char)c, '\0' };
    if (c == '\r' || c == '\n' || c == '\t') {
        text[0] = '\\';
        text[1] = c == '\r' ? 'r' : c == '\n' ? 'n' : 't';
    } else if (c < 0x20 || c > 0x7e) {
        text[0] = '\\';
        text[1] = 'x';
        text[2] = hex[c >> 4];
        text[3] = hex[c & 15u];
    }
    if (out != NULL) {
        rp_put_text(out, text);
    }
    return strlen(text);
}

static void put_bytes(rp_file *out, ss_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        put_byte(out, (unsigned char)text.at[i]);
    }
}

/* ---- fields ---- */

static void put_part(rp_file *out, const parse_view *v, const ss_part *part)
{
    size_t at = 0;
    const bool is_there = parse_place(v, part->text, &at);
    put_offset(out, is_there, at);
    rp_put_text(out, "      ");
    size_t columns = 0;
    if (part->name != NULL) {
        rp_put_text(out, part->name);
        columns = strlen(part->name);
    }
    if (part->key.len != 0) {
        rp_put_text(out, part->name == NULL ? ";" : " ");
        put_bytes(out, part->key);
        columns += part->key.len + 1;
    }
    if (part->text.len != 0) {
        rp_put_left(out, "", columns < NAME_WIDTH ? NAME_WIDTH - columns : 1);
        put_bytes(out, part->text);
    }
    rp_put_char(out, '\n');
}

static void put_flaw(rp_file *out, const parse_view *v, ss_slice value, const ss_flaw *flaw)
{
    size_t at = 0;
    const bool is_there = parse_place(v, value, &at);
    put_offset(out, is_there, at + flaw->offset);
    rp_put_text(out, "      ! ");
    rp_put_text(out, flaw->sentence == NULL ? "not what the field wants" : flaw->sentence);
    if (flaw->section != NULL) {
        rp_put_text(out, " (");
        rp_put_text(out, flaw->section);
        rp_put_char(out, ')');
    }
    rp_put_char(out, '\n');
}

static void put_value(rp_file *out, const parse_view *v, ss_hdr id, ss_slice value)
{
    ss_typed typed = { 0 };
    ss_flaw flaw = { 0 };
    if (ss_typed_parse(id, value, &typed, &flaw) != SS_OK) {
        put_flaw(out, v, value, &flaw);
        return;
    }
    const unsigned kept = typed.part_count < SS_PARTS_MAX ? typed.part_count : SS_PARTS_MAX;
    for (unsigned i = 0; i < kept; i++) {
        put_part(out, v, &typed.parts[i]);
    }
}

static void put_field(rp_file *out, const parse_view *v, uint16_t index)
{
    const ss_field *field = &v->msg.fields[index];
    const ss_slice written = parse_field_name(v, field);
    const ss_slice name = ss_hdr_name((ss_hdr)field->id);
    size_t at = 0;
    const bool is_there = parse_place(v, written, &at);
    put_offset(out, is_there, at);
    rp_put_text(out, "  ");
    put_bytes(out, written);
    if (field->id != SS_HDR_OTHER && !ss_slice_eq(written, name)) {
        rp_put_text(out, " (");
        rp_put(out, name);
        rp_put_char(out, ')');
    }
    rp_put_text(out, ": ");
    put_bytes(out, ss_slice_cut(v->msg.bytes, field->value_at,
                                (size_t)field->value_at + field->value_len));
    rp_put_char(out, '\n');
    if (field->id == SS_HDR_OTHER) {
        return;
    }
    ss_slice value;
    for (parse_values it = parse_values_of(v, index); parse_next_value(&it, &value);) {
        put_value(out, v, (ss_hdr)field->id, value);
    }
}

/* ---- the verdict ---- */

/* The line of the message in which a byte of the data stands, without its end. */
static ss_slice line_around(const parse_view *v, size_t offset, size_t *number)
{
    const ss_slice data = v->data;
    size_t from = (size_t)(v->bytes.at - data.at);
    *number = v->line;
    for (size_t i = from; i < offset; i++) {
        if (data.at[i] == '\n') {
            from = i + 1;
            *number += 1;
        }
    }
    size_t to = from;
    while (to < data.len && data.at[to] != '\n' &&
           (data.at[to] != '\r' || to + 1 >= data.len || data.at[to + 1] != '\n')) {
        to++;
    }
    return ss_slice_cut(data, from, to);
}

static void put_caret(rp_file *out, ss_slice line, size_t column)
{
    const size_t from = column > WINDOW ? column - WINDOW : 0;
    const size_t to = line.len - from > 2u * WINDOW ? from + 2u * WINDOW : line.len;
    size_t indent = 0;
    rp_put_text(out, from == 0 ? "  " : "  ...");
    put_bytes(out, ss_slice_cut(line, from, to));
    rp_put_text(out, to == line.len ? "\n  " : "...\n  ");
    for (size_t i = from; i < column; i++) {
        indent += put_byte(NULL, (unsigned char)line.at[i]);
    }
    rp_put_left(out, "", indent + (from == 0 ? 0 : 3));
    rp_put_text(out, "^\n");
}

static void put_diag(rp_file *out, const parse_view *v)
{
    const size_t offset = v->diag.offset < v->data.len ? v->diag.offset : v->data.len;
    size_t number = 0;
    const ss_slice line = line_around(v, offset, &number);
    const size_t column = offset - (size_t)(line.at - v->data.at);
    rp_put_plain(out, v->file);
    rp_put_char(out, ':');
    rp_put_u64(out, number);
    rp_put_char(out, ':');
    rp_put_u64(out, column + 1);
    rp_put_text(out, ": ");
    rp_put_text(out, v->diag.sentence == NULL ? "not accepted" : v->diag.sentence);
    if (v->diag.section != NULL) {
        rp_put_text(out, " (");
        rp_put_text(out, v->diag.section);
        rp_put_char(out, ')');
    }
    rp_put_char(out, '\n');
    put_caret(out, line, column < line.len ? column : line.len);
}

static void put_verdict(rp_file *out, const parse_view *v)
{
    rp_put_plain(out, v->file);
    rp_put_text(out, ": ");
    rp_put_text(out, ss_verdict_name(v->verdict));
    if (v->is_mended) {
        rp_put_text(out, ", as a liberal element may read it");
    }
    if (v->verdict != SS_VERDICT_ACCEPT) {
        rp_put_text(out, v->diag.response == 0 ? ", to be dropped" : ", to be answered ");
        if (v->diag.response != 0) {
            rp_put_u64(out, v->diag.response);
        }
    }
    rp_put_char(out, '\n');
}

/* ---- the message ---- */

static void put_start_line(rp_file *out, const parse_view *v)
{
    const ss_msg *msg = &v->msg;
    size_t at = 0;
    if (parse_kind(v) == NULL || !parse_place(v, msg->bytes, &at)) {
        return;
    }
    put_offset(out, true, at);
    rp_put_text(out, msg->is_request ? "  request " : "  response ");
    if (msg->is_request) {
        put_bytes(out, msg->method_name);
        rp_put_char(out, ' ');
        put_bytes(out, msg->request_uri);
    } else {
        rp_put_u64(out, msg->status);
        rp_put_char(out, ' ');
        put_bytes(out, msg->reason);
    }
    rp_put_char(out, '\n');
}

static void put_body(rp_file *out, const parse_view *v)
{
    size_t at = 0;
    if (v->msg.body.len != 0 && parse_place(v, v->msg.body, &at)) {
        put_offset(out, true, at);
        rp_put_text(out, "  body of ");
        rp_put_u64(out, v->msg.body.len);
        rp_put_text(out, v->msg.body.len == 1 ? " byte\n" : " bytes\n");
    }
}

void parse_put_text(rp_file *out, const parse_view *v, bool is_quiet)
{
    if (is_quiet && v->verdict == SS_VERDICT_ACCEPT) {
        return;
    }
    if (!is_quiet) {
        put_start_line(out, v);
        for (uint16_t i = 0; i < v->msg.field_count; i++) {
            put_field(out, v, i);
        }
        put_body(out, v);
    }
    if (v->verdict != SS_VERDICT_ACCEPT || v->is_mended) {
        put_diag(out, v);
    }
    put_verdict(out, v);
}
