/* sipsim.parse/1: one message as one object on one line. Text that is not UTF-8 is repaired, as in every JSON of ours;
 * the offsets say where the bytes are. */
#include "parse.h"

static void key_slice(rp_json *j, const char *key, ss_slice text)
{
    rp_json_key(j, key);
    rp_json_slice(j, text);
}

/* Where a piece of the message is; null when it is not in it. */
static void key_place(rp_json *j, const char *key, const parse_view *v, ss_slice piece)
{
    size_t at = 0;
    rp_json_key(j, key);
    if (parse_place(v, piece, &at)) {
        rp_json_u64(j, at);
    } else {
        rp_json_null(j);
    }
}

static void put_parts(rp_json *j, const parse_view *v, const ss_typed *typed)
{
    rp_json_key_open(j, "parts", '[');
    const unsigned kept = typed->part_count < SS_PARTS_MAX ? typed->part_count : SS_PARTS_MAX;
    for (unsigned i = 0; i < kept; i++) {
        const ss_part *part = &typed->parts[i];
        rp_json_open(j, '{');
        if (part->name != NULL) {
            rp_json_key_text(j, "name", part->name);
        }
        if (part->key.len != 0) {
            key_slice(j, "parameter", part->key);
        }
        key_place(j, "at", v, part->text);
        key_slice(j, "text", part->text);
        rp_json_close(j);
    }
    rp_json_close(j);
}

static void put_flaw(rp_json *j, const parse_view *v, ss_slice value, const ss_flaw *flaw)
{
    rp_json_key_open(j, "flaw", '{');
    key_place(j, "offset", v,
              ss_slice_cut(value, flaw->offset < value.len ? flaw->offset : value.len, value.len));
    rp_json_key_text(j, "section", flaw->section);
    rp_json_key_text(j, "reason", flaw->sentence);
    rp_json_close(j);
}

static void put_value(rp_json *j, const parse_view *v, ss_hdr id, ss_slice value)
{
    ss_typed typed = { 0 };
    ss_flaw flaw = { 0 };
    rp_json_open(j, '{');
    key_place(j, "at", v, value);
    key_slice(j, "text", value);
    if (ss_typed_parse(id, value, &typed, &flaw) == SS_OK) {
        put_parts(j, v, &typed);
    } else {
        put_flaw(j, v, value, &flaw);
    }
    rp_json_close(j);
}

static void put_field(rp_json *j, const parse_view *v, uint16_t index)
{
    const ss_field *field = &v->msg.fields[index];
    const ss_slice written = parse_field_name(v, field);
    const ss_hdr id = (ss_hdr)field->id;
    ss_slice value;
    uint64_t count = 0;
    for (parse_values it = parse_values_of(v, index); parse_next_value(&it, &value);) {
        count++;
    }
    rp_json_open(j, '{');
    key_slice(j, "name", id == SS_HDR_OTHER ? written : ss_hdr_name(id));
    rp_json_key_u64(j, "count", count);
    key_slice(j, "written", written);
    key_place(j, "at", v, written);
    rp_json_key_open(j, "values", '[');
    for (parse_values it = parse_values_of(v, index); parse_next_value(&it, &value);) {
        put_value(j, v, id, value);
    }
    rp_json_close(j);
    rp_json_close(j);
}

static void key_slice_or_null(rp_json *j, const char *key, ss_slice text)
{
    rp_json_key(j, key);
    if (text.at == NULL) {
        rp_json_null(j);
    } else {
        rp_json_slice(j, text);
    }
}

static void key_u64_or_null(rp_json *j, const char *key, bool is_there, uint64_t value)
{
    rp_json_key(j, key);
    if (is_there) {
        rp_json_u64(j, value);
    } else {
        rp_json_null(j);
    }
}

static void put_start(rp_json *j, const parse_view *v)
{
    const ss_msg *msg = &v->msg;
    const bool is_response = !msg->is_request && msg->status != 0;
    rp_json_key_text(j, "kind", parse_kind(v));
    key_slice_or_null(j, "method", msg->method_name);
    key_slice_or_null(j, "request_uri", msg->is_request ? msg->request_uri : SS_EMPTY);
    key_u64_or_null(j, "status", is_response, msg->status);
    key_slice_or_null(j, "phrase", is_response ? msg->reason : SS_EMPTY);
}

static void put_verdict(rp_json *j, const parse_view *v)
{
    const bool is_bad = v->verdict != SS_VERDICT_ACCEPT;
    key_u64_or_null(j, "response", is_bad && v->diag.response != 0, v->diag.response);
    rp_json_key_text(j, "section", is_bad ? v->diag.section : NULL);
    key_u64_or_null(j, "offset", is_bad, v->diag.offset);
    key_slice_or_null(j, "header",
                      is_bad && v->diag.header < SS_HDR_OTHER ? ss_hdr_name(v->diag.header)
                                                              : SS_EMPTY);
    rp_json_key_text(j, "reason", is_bad ? v->diag.sentence : NULL);
}

void parse_put_json(rp_file *out, const parse_view *v)
{
    rp_json j = rp_json_on(out, true);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.parse/1");
    rp_json_key_text(&j, "file", v->file);
    key_place(&j, "at", v, v->bytes);
    rp_json_key_u64(&j, "bytes", v->bytes.len);
    rp_json_key_text(&j, "verdict", ss_verdict_name(v->verdict));
    put_start(&j, v);
    put_verdict(&j, v);
    rp_json_key_open(&j, "headers", '[');
    for (uint16_t i = 0; i < v->msg.field_count; i++) {
        put_field(&j, v, i);
    }
    rp_json_close(&j);
    rp_json_key_u64(&j, "body_bytes", v->msg.body.len);
    rp_json_key_bool(&j, "mended", v->is_mended);
    rp_json_close(&j);
    rp_json_end(&j);
}
