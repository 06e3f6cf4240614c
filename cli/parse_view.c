/* What both ways of showing a message ask of it: its kind, its fields as they were written, their values, and where they stand. */
#include "parse.h"

const char *parse_kind(const parse_view *v)
{
    if (v->msg.is_request) {
        return v->msg.method_name.len != 0 ? "request" : NULL;
    }
    return v->msg.status != 0 ? "response" : NULL;
}

ss_slice parse_field_name(const parse_view *v, const ss_field *field)
{
    return ss_slice_cut(v->msg.bytes, field->at, (size_t)field->at + field->name_len);
}

bool parse_place(const parse_view *v, ss_slice piece, size_t *offset)
{
    const uintptr_t at = (uintptr_t)piece.at, base = (uintptr_t)v->data.at;
    if (piece.at == NULL || at < base || at > base + v->data.len) {
        return false;
    }
    *offset = at - base;
    return true;
}

parse_values parse_values_of(const parse_view *v, uint16_t index)
{
    parse_values values = { .view = v, .field = (uint16_t)(index + 1) };
    values.it = (ss_value_iter){ .field = values.field,
                                 .at = v->msg.fields[index].value_at,
                                 .started = true };
    return values;
}

bool parse_next_value(parse_values *values, ss_slice *value)
{
    const ss_msg *msg = &values->view->msg;
    const ss_field *field = &msg->fields[values->field - 1];
    const size_t end = (size_t)field->value_at + field->value_len;
    const size_t from = values->it.at;
    if (values->is_over || from > end || field->value_len == 0) {
        return false;
    }
    if (ss_msg_next_value(msg, (ss_hdr)field->id, &values->it, value) == SS_OK) {
        return true;
    }
    values->is_over = true;
    *value = ss_slice_trim(ss_slice_cut(msg->bytes, from, end));
    return true;
}
