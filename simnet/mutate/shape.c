/* Finds lines as a liberal reader would: a line ends at LF, with or without CR before it; a line that begins with white space
 * goes on with the one before (RFC 3261 7.3.1); an empty one ends the header. Nothing is refused.
 */
#include "shape.h"

/* The offset behind the LF of the line that begins at `at`, or the end. */
static uint32_t line_after(ss_slice b, uint32_t at)
{
    const size_t lf = ss_slice_find(ss_slice_cut(b, at, b.len), '\n');
    return at + lf == b.len ? (uint32_t)b.len : (uint32_t)(at + lf + 1);
}

/* The end of the folded lines behind the line of [at, end). */
static uint32_t folded_after(ss_slice b, uint32_t at, uint32_t end)
{
    while (end < b.len && end > at && b.at[end - 1] == '\n' &&
           (b.at[end] == ' ' || b.at[end] == '\t')) {
        end = line_after(b, end);
    }
    return end;
}

/* Where the line end of [at, end) begins. */
static uint32_t text_end(ss_slice b, uint32_t at, uint32_t end)
{
    if (end > at && b.at[end - 1] == '\n') {
        end--;
        if (end > at && b.at[end - 1] == '\r') {
            end--;
        }
    }
    return end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static sn_span trimmed(ss_slice b, uint32_t at, uint32_t end)
{
    while (at < end && is_blank(b.at[at])) {
        at++;
    }
    while (end > at && is_blank(b.at[end - 1])) {
        end--;
    }
    return (sn_span){ at, end };
}

static sn_line read_line(ss_slice b, uint32_t at, uint32_t end)
{
    sn_line line = { .whole = { at, end }, .text_end = text_end(b, at, end) };
    const ss_slice text = ss_slice_cut(b, at, line.text_end);
    const uint32_t colon = at + (uint32_t)ss_slice_find(text, ':');
    line.has_colon = colon < line.text_end;
    line.is_closed = line.text_end < end;
    line.name = trimmed(b, at, colon);
    line.value = line.has_colon ? trimmed(b, colon + 1, line.text_end)
                                : (sn_span){ line.text_end, line.text_end };
    line.id = (uint8_t)ss_hdr_from(ss_slice_cut(b, line.name.at, line.name.end));
    return line;
}

void sn_shape_find(sn_shape *s, ss_slice bytes)
{
    const uint32_t len = (uint32_t)bytes.len;
    uint32_t at = 0;
    s->bytes = bytes;
    s->count = 0;
    while (at < len && (bytes.at[at] == '\r' || bytes.at[at] == '\n')) {
        at++;
    }
    s->first_line = folded_after(bytes, at, line_after(bytes, at));
    s->start = (sn_span){ at, text_end(bytes, at, s->first_line) };
    at = s->first_line;
    while (at < len) {
        const uint32_t line_end = line_after(bytes, at);
        if (text_end(bytes, at, line_end) == at) {
            break;
        }
        const uint32_t end = folded_after(bytes, at, line_end);
        if (s->count < SHAPE_FIELDS_MAX) {
            s->fields[s->count++] = read_line(bytes, at, end);
        }
        at = end;
    }
    s->fields_end = at;
    s->body = (sn_span){ line_after(bytes, at), len };
}

/* ---- names ---- */

typedef struct names {
    ss_slice longer;
    char compact[2];
    bool is_list;
} names;

enum { ONE = false, MANY = false, LIST = true };
#define HEADER(id, name, letter, repetition, grammar, methods, section) \
    { SS_LIT_INIT(name), { letter, 0 }, repetition },
static const names rows[SS_HDR_OTHER] = {
#include "ss/headers.def"
};
#undef HEADER

bool sn_shape_names(ss_hdr id, ss_slice *longer, ss_slice *compact)
{
    if (id >= SS_HDR_OTHER || rows[id].compact[0] == 0) {
        return false;
    }
    *longer = rows[id].longer;
    *compact = (ss_slice){ rows[id].compact, 1 };
    return true;
}

bool sn_shape_is_list(ss_hdr id)
{
    return id < SS_HDR_OTHER && rows[id].is_list;
}

/* ---- inside a value ---- */

uint32_t sn_shape_mark(const sn_shape *s, sn_span within, char mark)
{
    bool quoted = false, angled = false;
    for (uint32_t i = within.at; i < within.end; i++) {
        const char c = s->bytes.at[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == mark && !angled) {
            return i;
        } else {
            quoted = c == '"' && !angled;
            angled = c == '<' || (angled && c != '>');
        }
    }
    return within.end;
}

sn_span sn_shape_param_value(const sn_shape *s, sn_span param)
{
    const uint32_t equals = sn_shape_mark(s, param, '=');
    return trimmed(s->bytes, equals == param.end ? equals : equals + 1, param.end);
}

bool sn_shape_param(const sn_shape *s, sn_span value, ss_slice name, sn_span *whole)
{
    uint32_t at = sn_shape_mark(s, value, ';');
    while (at < value.end) {
        const sn_span rest = { at + 1, value.end };
        const uint32_t end = sn_shape_mark(s, rest, ';');
        const sn_span one = { at + 1, end };
        const uint32_t equals = sn_shape_mark(s, one, '=');
        if (ss_slice_eq_nocase(sn_shape_text(s, trimmed(s->bytes, one.at, equals)), name)) {
            *whole = (sn_span){ at, end };
            return true;
        }
        at = end;
    }
    return false;
}
