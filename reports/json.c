/* JSON, written as it comes (RFC 8259): no tree, no floats, no choice of order. */
#include "rp/json.h"

#include "utf8.h"

rp_json rp_json_on(rp_file *out, bool flat)
{
    return (rp_json){ .out = out, .flat = flat };
}

static void new_line(rp_json *j)
{
    if (j->flat) {
        return;
    }
    rp_put_char(j->out, '\n');
    for (unsigned i = 0; i < j->depth; i++) {
        rp_put_text(j->out, "  ");
    }
}

/* What stands before a value or a key: a comma, a new line, nothing after a key. */
static void separate(rp_json *j)
{
    if (j->has_key) {
        j->has_key = false;
        return;
    }
    if (j->depth == 0) {
        return;
    }
    if (j->some[j->depth - 1]) {
        rp_put_text(j->out, j->flat ? ", " : ",");
    }
    j->some[j->depth - 1] = true;
    new_line(j);
}

void rp_json_open(rp_json *j, char bracket)
{
    SS_ASSERT(j->depth < RP_JSON_DEPTH);
    separate(j);
    rp_put_char(j->out, bracket);
    j->some[j->depth] = false;
    j->close[j->depth] = bracket == '{' ? '}' : ']';
    j->depth++;
}

void rp_json_close(rp_json *j)
{
    SS_ASSERT(j->depth > 0);
    j->depth--;
    if (j->some[j->depth]) {
        new_line(j);
    }
    rp_put_char(j->out, j->close[j->depth]);
}

void rp_json_key(rp_json *j, const char *key)
{
    separate(j);
    rp_json_put_quoted(j->out, ss_slice_from(key));
    rp_put_text(j->out, ": ");
    j->has_key = true;
}

void rp_json_text(rp_json *j, const char *text)
{
    if (text == NULL) {
        rp_json_null(j);
        return;
    }
    separate(j);
    rp_json_put_quoted(j->out, ss_slice_from(text));
}

void rp_json_slice(rp_json *j, ss_slice text)
{
    separate(j);
    rp_json_put_quoted(j->out, text);
}

void rp_json_u64(rp_json *j, uint64_t value)
{
    separate(j);
    rp_put_u64(j->out, value);
}

void rp_json_i64(rp_json *j, int64_t value)
{
    separate(j);
    rp_put_i64(j->out, value);
}

void rp_json_bool(rp_json *j, bool value)
{
    separate(j);
    rp_put_text(j->out, value ? "true" : "false");
}

void rp_json_null(rp_json *j)
{
    separate(j);
    rp_put_text(j->out, "null");
}

void rp_json_hex64(rp_json *j, uint64_t value)
{
    separate(j);
    rp_put_char(j->out, '"');
    rp_put_hex64(j->out, value);
    rp_put_char(j->out, '"');
}

void rp_json_key_text(rp_json *j, const char *key, const char *text)
{
    rp_json_key(j, key);
    rp_json_text(j, text);
}

void rp_json_key_u64(rp_json *j, const char *key, uint64_t value)
{
    rp_json_key(j, key);
    rp_json_u64(j, value);
}

void rp_json_key_bool(rp_json *j, const char *key, bool value)
{
    rp_json_key(j, key);
    rp_json_bool(j, value);
}

void rp_json_key_hex64(rp_json *j, const char *key, uint64_t value)
{
    rp_json_key(j, key);
    rp_json_hex64(j, value);
}

void rp_json_key_open(rp_json *j, const char *key, char bracket)
{
    rp_json_key(j, key);
    rp_json_open(j, bracket);
}

void rp_json_end(rp_json *j)
{
    SS_ASSERT(j->depth == 0);
    rp_put_char(j->out, '\n');
}

static void put_escaped(rp_file *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"':
        rp_put_text(out, "\\\"");
        break;
    case '\\':
        rp_put_text(out, "\\\\");
        break;
    case '\n':
        rp_put_text(out, "\\n");
        break;
    case '\r':
        rp_put_text(out, "\\r");
        break;
    case '\t':
        rp_put_text(out, "\\t");
        break;
    default:
        rp_put_text(out, "\\u00");
        rp_put_char(out, hex[c >> 4]);
        rp_put_char(out, hex[c & 15u]);
        break;
    }
}

void rp_json_put_quoted(rp_file *out, ss_slice text)
{
    rp_put_char(out, '"');
    while (text.len != 0) {
        const unsigned char c = (unsigned char)text.at[0];
        const size_t len = rp_utf8_length(text);
        if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == 0x7f) {
            put_escaped(out, c);
        } else if (len == 0) {
            rp_put_text(out, "\xef\xbf\xbd");
        } else {
            rp_put(out, ss_slice_cut(text, 0, len));
        }
        text = ss_slice_cut(text, len == 0 ? 1 : len, text.len);
    }
    rp_put_char(out, '"');
}
