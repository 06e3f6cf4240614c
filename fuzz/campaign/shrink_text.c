/* The text of a scenario as a tree, for who takes parts of it away: the lines below a line are what is indented further, and on a line
 * the items of braces and brackets stand between commas. Nothing is understood of it: what is no scenario without a part is refused
 * when it is read. */
#include "shrink_text.h"

#include <string.h>

/* ---- lines ---- */

static size_t end_of_line(ss_slice text, size_t at)
{
    const size_t end = at + ss_slice_find(ss_slice_cut(text, at, text.len), '\n');
    return end < text.len ? end + 1 : text.len;
}

static size_t indent_of(ss_slice text, size_t at)
{
    size_t n = 0;
    while (at + n < text.len && text.at[at + n] == ' ') {
        n++;
    }
    return n;
}

/* Behind the line that begins at `at`, and all that is indented further. */
static size_t end_of_item(ss_slice text, size_t at)
{
    const size_t indent = indent_of(text, at);
    size_t end = end_of_line(text, at);
    while (end < text.len && indent_of(text, end) > indent) {
        end = end_of_line(text, end);
    }
    return end;
}

/* Those that stand in a column, from the first of them on. */
static size_t lines_from(ss_slice text, size_t first, text_span *items, size_t cap)
{
    const size_t indent = indent_of(text, first);
    size_t count = 0;
    for (size_t at = first; at < text.len && indent_of(text, at) == indent && count < cap;) {
        items[count] = (text_span){ at, end_of_item(text, at) };
        at = items[count++].to;
    }
    return count;
}

/* ---- items between commas ---- */

/* Behind a quoted string that begins at `at`. */
static size_t end_of_quoted(ss_slice text, size_t at)
{
    const char quote = text.at[at++];
    while (at < text.len && text.at[at] != quote && text.at[at] != '\n') {
        at += quote == '"' && text.at[at] == '\\' ? 2 : 1;
    }
    return at < text.len ? at + 1 : text.len;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

static bool opens(char c)
{
    return c == '{' || c == '[';
}

static bool closes(char c)
{
    return c == '}' || c == ']';
}

/* An item goes with the comma behind it, the last with the one before it. */
static size_t items_in(ss_slice text, size_t open, text_span *items, size_t cap)
{
    size_t count = 0, from = open + 1;
    unsigned depth = 1;
    for (size_t at = open + 1; at < text.len && depth > 0 && count < cap;) {
        const char c = text.at[at];
        if (is_quote(c)) {
            at = end_of_quoted(text, at);
            continue;
        }
        depth += opens(c);
        depth -= closes(c);
        if ((c == ',' && depth == 1) || depth == 0) {
            const bool is_comma = c == ',';
            items[count++] = (text_span){ from, is_comma ? at + 1 : at };
            from = at + 1;
        }
        at++;
    }
    if (count > 1) {
        items[count - 1].from--;
    }
    return count;
}

size_t fz_text_items(ss_slice text, unsigned nth, text_span *items, size_t cap)
{
    unsigned group = 0;
    size_t before = SIZE_MAX; /* the indentation of the line before */
    for (size_t line = 0; line < text.len; line = end_of_line(text, line)) {
        const size_t indent = indent_of(text, line);
        if ((before == SIZE_MAX || indent > before) && group++ == nth) {
            return lines_from(text, line, items, cap);
        }
        before = indent;
        const size_t end = end_of_line(text, line);
        for (size_t at = line; at < end;) {
            if (is_quote(text.at[at])) {
                at = end_of_quoted(text, at);
            } else if (opens(text.at[at++]) && group++ == nth) {
                return items_in(text, at - 1, items, cap);
            }
        }
    }
    return 0;
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "p1" and the fraction of 2.5 are none; the second of 1s..2s is one. */
static bool begins_number(ss_slice text, size_t at)
{
    const char before = at == 0 ? ' ' : text.at[at - 1];
    if (before == '.') {
        return at > 1 && text.at[at - 2] == '.';
    }
    return before != '_' && !is_digit(before) && (ss_lower(before) < 'a' || ss_lower(before) > 'z');
}

bool fz_text_number(ss_slice text, unsigned nth, text_span *digits)
{
    unsigned count = 0;
    for (size_t at = 0; at < text.len;) {
        if (text.at[at] == '"') {
            at = end_of_quoted(text, at);
            continue;
        }
        size_t end = at;
        while (end < text.len && is_digit(text.at[end])) {
            end++;
        }
        if (end > at && begins_number(text, at) && count++ == nth) {
            *digits = (text_span){ at, end };
            return true;
        }
        at = end > at ? end : at + 1;
    }
    return false;
}
