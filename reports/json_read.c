/* JSON read into a flat array of values, members linked by number (RFC 8259). Strict, but for one thing: of a key that
 * comes twice the first counts. Any bytes may come in: depth is bounded, and what is wrong is told with its offset.
 */
#include "rp/json_read.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

struct rp_doc {
    rp_value *values; /* [0] is nothing, [1] the root */
    uint32_t count, cap;
    char *texts; /* every text, decoded: no longer than the document */
    size_t texts_len;
    const char *error;
    size_t error_at;
    bool no_memory;
};

typedef struct reader {
    rp_doc *doc;
    ss_slice text;
    size_t at;
    unsigned depth;
} reader;

static bool wrong(reader *r, const char *what)
{
    if (r->doc->error == NULL) {
        r->doc->error = what;
        r->doc->error_at = r->at;
    }
    return false;
}

static int peek(const reader *r)
{
    return r->at < r->text.len ? (unsigned char)r->text.at[r->at] : -1;
}

static void skip_blanks(reader *r)
{
    int c = peek(r);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        r->at++;
        c = peek(r);
    }
}

/* The number of a new value; 0 when memory ran out. */
static uint32_t new_value(reader *r)
{
    rp_doc *d = r->doc;
    if (d->count == d->cap) {
        const uint32_t cap = d->cap * 2;
        rp_value *more = cap > UINT32_MAX / 4 ? NULL : realloc(d->values, cap * sizeof *more);
        if (more == NULL) {
            d->no_memory = true;
            return 0;
        }
        d->values = more;
        d->cap = cap;
    }
    d->values[d->count] = (rp_value){ .kind = RP_VALUE_NULL };
    return d->count++;
}

/* ---- texts ---- */

static void put(reader *r, char c)
{
    r->doc->texts[r->doc->texts_len++] = c;
}

static int digit_of(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex4(reader *r, uint32_t *code)
{
    *code = 0;
    for (unsigned i = 0; i < 4; i++) {
        const int digit = digit_of(peek(r));
        if (digit < 0) {
            return wrong(r, "\\u wants four hexadecimal digits");
        }
        *code = *code * 16 + (uint32_t)digit;
        r->at++;
    }
    return true;
}

/* At most three bytes for the six of an escape, four for the twelve of two: no text grows. */
static void put_utf8(reader *r, uint32_t code)
{
    if (code < 0x80) {
        put(r, (char)code);
    } else if (code < 0x800) {
        put(r, (char)(0xc0 | code >> 6));
        put(r, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        put(r, (char)(0xe0 | code >> 12));
        put(r, (char)(0x80 | (code >> 6 & 0x3f)));
        put(r, (char)(0x80 | (code & 0x3f)));
    } else {
        put(r, (char)(0xf0 | code >> 18));
        put(r, (char)(0x80 | (code >> 12 & 0x3f)));
        put(r, (char)(0x80 | (code >> 6 & 0x3f)));
        put(r, (char)(0x80 | (code & 0x3f)));
    }
}

static bool read_unicode(reader *r)
{
    uint32_t code = 0, low = 0;
    if (!read_hex4(r, &code)) {
        return false;
    }
    if (code >= 0xd800 && code < 0xdc00) {
        if (peek(r) != '\\' || r->at + 1 >= r->text.len || r->text.at[r->at + 1] != 'u') {
            return wrong(r, "half of a surrogate pair");
        }
        r->at += 2;
        if (!read_hex4(r, &low)) {
            return false;
        }
        if (low < 0xdc00 || low > 0xdfff) {
            return wrong(r, "half of a surrogate pair");
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return wrong(r, "half of a surrogate pair");
    }
    put_utf8(r, code);
    return true;
}

static bool read_escape(reader *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const int c = peek(r);
    if (c == 'u') {
        r->at++;
        return read_unicode(r);
    }
    const char *found = c <= 0 ? NULL : strchr(from, c);
    if (found == NULL) {
        return wrong(r, "no such escape");
    }
    put(r, to[found - from]);
    r->at++;
    return true;
}

static bool read_character(reader *r)
{
    const ss_slice rest = ss_slice_cut(r->text, r->at, r->text.len);
    const int c = peek(r);
    if (c < 0) {
        return wrong(r, "a text without its end");
    }
    if (c < 0x20) {
        return wrong(r, "a control character in a text");
    }
    if (c == '\\') {
        r->at++;
        return read_escape(r);
    }
    const size_t len = rp_utf8_length(rest);
    if (len == 0) {
        return wrong(r, "not UTF-8");
    }
    for (size_t i = 0; i < len; i++) {
        put(r, rest.at[i]);
    }
    r->at += len;
    return true;
}

static bool read_text(reader *r, ss_slice *text)
{
    if (peek(r) != '"') {
        return wrong(r, "a text in quotes is wanted");
    }
    r->at++;
    const size_t from = r->doc->texts_len;
    while (peek(r) != '"') {
        if (!read_character(r)) {
            return false;
        }
    }
    r->at++;
    *text = (ss_slice){ r->doc->texts + from, r->doc->texts_len - from };
    return true;
}

/* ---- numbers and words ---- */

static size_t digits_at(const reader *r, size_t at)
{
    size_t end = at;
    while (end < r->text.len && r->text.at[end] >= '0' && r->text.at[end] <= '9') {
        end++;
    }
    return end - at;
}

static bool read_number(reader *r, rp_value *v)
{
    const size_t from = r->at;
    r->at += peek(r) == '-';
    const size_t whole = digits_at(r, r->at);
    if (whole == 0 || (whole > 1 && peek(r) == '0')) {
        return wrong(r, "not a number");
    }
    r->at += whole;
    const size_t plain_end = r->at;
    if (peek(r) == '.') {
        r->at++;
        const size_t digits = digits_at(r, r->at);
        if (digits == 0) {
            return wrong(r, "digits are wanted");
        }
        r->at += digits;
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        r->at++;
        r->at += peek(r) == '+' || peek(r) == '-';
        const size_t digits = digits_at(r, r->at);
        if (digits == 0) {
            return wrong(r, "digits are wanted");
        }
        r->at += digits;
    }
    const ss_slice number = ss_slice_cut(r->text, from, r->at);
    const bool is_whole =
        r->at == plain_end && ss_slice_to_u64(number, UINT64_MAX, &v->whole) == SS_OK;
    v->kind = is_whole ? RP_VALUE_WHOLE : RP_VALUE_OTHER;
    if (!is_whole) {
        v->whole = 0;
        v->text = (ss_slice){ r->doc->texts + r->doc->texts_len, number.len };
        for (size_t i = 0; i < number.len; i++) {
            put(r, number.at[i]);
        }
    }
    return true;
}

static bool read_word(reader *r, rp_value *v)
{
    static const struct {
        ss_slice word;
        rp_value_kind kind;
    } words[] = { { { "true", 4 }, RP_VALUE_TRUE },
                  { { "false", 5 }, RP_VALUE_FALSE },
                  { { "null", 4 }, RP_VALUE_NULL } };
    const ss_slice rest = ss_slice_cut(r->text, r->at, r->text.len);
    for (size_t i = 0; i < SS_COUNT(words); i++) {
        if (ss_slice_starts(rest, words[i].word)) {
            v->kind = words[i].kind;
            r->at += words[i].word.len;
            return true;
        }
    }
    return wrong(r, "a value is wanted");
}

/* ---- values ---- */

static uint32_t read_value(reader *r);

/* One member of a list or a map; its number, 0 when it is wrong. */
static uint32_t read_member(reader *r, bool is_map)
{
    ss_slice key = SS_EMPTY;
    skip_blanks(r);
    if (is_map) {
        if (!read_text(r, &key)) {
            return 0;
        }
        skip_blanks(r);
        if (peek(r) != ':') {
            wrong(r, "a colon is wanted after a key");
            return 0;
        }
        r->at++;
    }
    const uint32_t member = read_value(r);
    if (member != 0) {
        r->doc->values[member].key = key;
    }
    return member;
}

static bool read_members(reader *r, uint32_t parent, bool is_map)
{
    const char end = is_map ? '}' : ']';
    uint32_t last = 0;
    r->at++;
    skip_blanks(r);
    if (peek(r) == end) {
        r->at++;
        return true;
    }
    for (;;) {
        const uint32_t member = read_member(r, is_map);
        if (member == 0) {
            return false;
        }
        rp_value *values = r->doc->values;
        *(last == 0 ? &values[parent].first : &values[last].next) = member;
        values[parent].count++;
        last = member;
        skip_blanks(r);
        const int c = peek(r);
        if (c != ',' && c != end) {
            return wrong(r, "a comma or the end of the list or object is wanted");
        }
        r->at++;
        if (c == end) {
            return true;
        }
    }
}

/* The number of the value that comes; 0 when there is none to be had. */
static uint32_t read_value(reader *r)
{
    skip_blanks(r);
    const int c = peek(r);
    const uint32_t number = new_value(r);
    if (number == 0) {
        return 0;
    }
    rp_value v = { .kind = RP_VALUE_NULL };
    bool ok = false;
    if (c == '{' || c == '[') {
        if (r->depth == RP_JSON_READ_DEPTH) {
            wrong(r, "nested too deep");
            return 0;
        }
        r->depth++;
        r->doc->values[number].kind = c == '{' ? RP_VALUE_MAP : RP_VALUE_LIST;
        ok = read_members(r, number, c == '{');
        r->depth--;
        return ok ? number : 0;
    }
    if (c == '"') {
        v.kind = RP_VALUE_TEXT;
        ok = read_text(r, &v.text);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        ok = read_number(r, &v);
    } else {
        ok = read_word(r, &v);
    }
    r->doc->values[number] = v;
    return ok ? number : 0;
}

rp_doc *rp_doc_read(ss_slice text)
{
    rp_doc *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return NULL;
    }
    d->cap = 64;
    d->values = calloc(d->cap, sizeof *d->values);
    d->texts = malloc(text.len + 1);
    if (d->values == NULL || d->texts == NULL) {
        rp_doc_free(d);
        return NULL;
    }
    d->count = 1;
    reader r = { .doc = d, .text = text };
    if (read_value(&r) != 0) {
        skip_blanks(&r);
        if (r.at != text.len) {
            wrong(&r, "something after the end");
        }
    }
    if (d->no_memory) {
        rp_doc_free(d);
        return NULL;
    }
    return d;
}

void rp_doc_free(rp_doc *d)
{
    if (d != NULL) {
        free(d->values);
        free(d->texts);
        free(d);
    }
}

const char *rp_doc_error(const rp_doc *d, size_t *offset)
{
    *offset = d->error_at;
    return d->error;
}

const rp_value *rp_doc_root(const rp_doc *d)
{
    return d->error == NULL ? &d->values[1] : NULL;
}

/* ---- looking ---- */

const rp_value *rp_value_first(const rp_doc *d, const rp_value *v)
{
    return v == NULL || v->first == 0 ? NULL : &d->values[v->first];
}

const rp_value *rp_value_next(const rp_doc *d, const rp_value *v)
{
    return v->next == 0 ? NULL : &d->values[v->next];
}

const rp_value *rp_value_at(const rp_doc *d, const rp_value *v, const char *key)
{
    const rp_value *member = v != NULL && v->kind == RP_VALUE_MAP ? rp_value_first(d, v) : NULL;
    while (member != NULL && !ss_slice_eq(member->key, ss_slice_from(key))) {
        member = rp_value_next(d, member);
    }
    return member;
}

uint64_t rp_value_u64(const rp_doc *d, const rp_value *v, const char *key, uint64_t otherwise)
{
    const rp_value *member = rp_value_at(d, v, key);
    return member != NULL && member->kind == RP_VALUE_WHOLE ? member->whole : otherwise;
}

ss_slice rp_value_text(const rp_doc *d, const rp_value *v, const char *key)
{
    const rp_value *member = rp_value_at(d, v, key);
    return member != NULL && member->kind == RP_VALUE_TEXT ? member->text : SS_EMPTY;
}

bool rp_value_truth(const rp_doc *d, const rp_value *v, const char *key)
{
    const rp_value *member = rp_value_at(d, v, key);
    return member != NULL && member->kind == RP_VALUE_TRUE;
}

uint64_t rp_value_hex64(const rp_doc *d, const rp_value *v, const char *key)
{
    const ss_slice text = rp_value_text(d, v, key);
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        const int digit = digit_of((unsigned char)text.at[i]);
        if (digit < 0 || text.len != 16) {
            return 0;
        }
        value = value << 4 | (uint64_t)digit;
    }
    return value;
}
