/* Mistakes: noted by place while reading, bounded in number, sorted at the end, and printed with a caret. */
#include "reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTED_MAX = 4096, SUGGESTED_MAX = 256, SHOWN_MAX = 40, WORD_MAX = 48, LINE_SHOWN = 110 };

uint32_t sn_reading_add_source(sn_reading *r, const char *name, ss_slice text)
{
    r->sources = sn_hoard_grow(&r->hoard, r->sources, r->source_count, sizeof(*r->sources));
    sn_source *s = &r->sources[r->source_count];
    s->name = sn_hoard_text(&r->hoard, ss_slice_from(name));
    s->text = text;
    s->line_starts = sn_hoard_grow(&r->hoard, NULL, 0, sizeof(uint32_t));
    s->line_count = 1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\n') {
            s->line_starts =
                sn_hoard_grow(&r->hoard, s->line_starts, s->line_count, sizeof(uint32_t));
            s->line_starts[s->line_count++] = (uint32_t)i + 1;
        }
    }
    return r->source_count++;
}

void sn_wrong(sn_reading *r, sn_place place, const char *suggestion, const char *format, ...)
{
    r->mistake_count++;
    if (r->noted_count == NOTED_MAX) {
        return;
    }
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    r->noted = sn_hoard_grow(&r->hoard, r->noted, r->noted_count, sizeof(*r->noted));
    r->noted[r->noted_count] = (sn_noted){
        .place = place,
        .ordinal = r->noted_count,
        .message = sn_hoard_text(&r->hoard, ss_slice_from(message)),
        .suggestion =
            suggestion == NULL ? NULL : sn_hoard_text(&r->hoard, ss_slice_from(suggestion)),
    };
    r->noted_count++;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

/* Text that is sure to be printable: control bytes and DEL become '?', as do bytes that are no UTF-8 when `ascii`. */
static char printable(char c, bool ascii)
{
    const unsigned char byte = (unsigned char)c;
    if (byte == '\t') {
        return ' ';
    }
    return byte < 0x20 || byte == 0x7f || (ascii && byte >= 0x80) ? '?' : c;
}

const char *sn_shown(sn_reading *r, ss_slice word)
{
    size_t end = 0;
    for (size_t characters = 0; end < word.len; end++) {
        characters += !is_continuation(word.at[end]);
        if (characters > SHOWN_MAX) {
            break;
        }
    }
    const bool cut = end < word.len;
    char *shown = sn_hoard_take(&r->hoard, end + 4);
    for (size_t i = 0; i < end; i++) {
        shown[i] = printable(word.at[i], false);
    }
    if (cut) {
        memcpy(shown + end, "...", 3);
    }
    return shown;
}

/* Optimal string alignment: insertions, deletions, replacements, swaps of neighbours. */
static unsigned distance(ss_slice a, ss_slice b)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *this_row = rows[2];
    for (unsigned j = 0; j <= b.len; j++) {
        last[j] = j;
        before[j] = j;
    }
    for (unsigned i = 1; i <= a.len; i++) {
        this_row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned best = last[j - 1] + (ss_lower(a.at[i - 1]) != ss_lower(b.at[j - 1]));
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = this_row[j - 1] + 1 < best ? this_row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1]) {
                best = before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
            }
            this_row[j] = best;
        }
        unsigned *oldest = before;
        before = last;
        last = this_row;
        this_row = oldest;
    }
    return last[b.len];
}

const char *sn_nearest(sn_reading *r, ss_slice word, const char *const *candidates, size_t count)
{
    if (word.len == 0 || word.len > WORD_MAX || r->noted_count > SUGGESTED_MAX) {
        return NULL;
    }
    const char *nearest = NULL;
    unsigned best = (unsigned)(word.len < 3 ? 1 : 1 + word.len / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        const ss_slice candidate = ss_slice_from(candidates[i]);
        if (candidate.len > WORD_MAX) {
            continue;
        }
        const unsigned d = distance(word, candidate);
        if (d < best && d < candidate.len) {
            best = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/* ---- lines and columns ---- */

static uint32_t line_of(const sn_source *s, uint32_t offset)
{
    uint32_t low = 0, high = s->line_count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (s->line_starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t sn_place_line(const sn_reading *r, sn_place place)
{
    return line_of(&r->sources[place.source], place.offset) + 1;
}

static uint32_t characters(ss_slice s, size_t from, size_t to)
{
    uint32_t count = 0;
    for (size_t i = from; i < to; i++) {
        count += !is_continuation(s.at[i]);
    }
    return count;
}

static bool is_utf8_tail(ss_slice s, size_t at, unsigned length)
{
    for (unsigned i = 1; i < length; i++) {
        if (at + i >= s.len || !is_continuation(s.at[at + i])) {
            return false;
        }
    }
    return true;
}

/* A line as it can be shown, character for character. */
static const char *shown_line(sn_reading *r, ss_slice line)
{
    char *shown = sn_hoard_take(&r->hoard, line.len + 1);
    for (size_t i = 0; i < line.len;) {
        const unsigned char byte = (unsigned char)line.at[i];
        const unsigned length = byte < 0xc2   ? 1
                                : byte < 0xe0 ? 2
                                : byte < 0xf0 ? 3
                                : byte < 0xf5 ? 4
                                              : 1;
        const bool whole = length > 1 && is_utf8_tail(line, i, length);
        for (unsigned k = 0; k < (whole ? length : 1); k++, i++) {
            shown[i] = printable(line.at[i], !whole);
        }
    }
    return shown;
}

/* `before` is the mistake before this one, or NULL: mistakes of one line share it. */
static void find_place(sn_reading *r, const sn_noted *noted, const sn_mistake *before,
                       sn_mistake *m)
{
    const sn_source *s = &r->sources[noted->place.source];
    const uint32_t offset =
        noted->place.offset < s->text.len ? noted->place.offset : (uint32_t)s->text.len;
    const uint32_t line = line_of(s, offset);
    const uint32_t start = s->line_starts[line];
    size_t end = start;
    while (end < s->text.len && s->text.at[end] != '\n' && s->text.at[end] != '\r') {
        end++;
    }
    if (end < offset) {
        end = offset;
    }
    const size_t stop = noted->place.length < end - offset ? offset + noted->place.length : end;
    m->file = s->name;
    m->line = line + 1;
    m->column = characters(s->text, start, offset) + 1;
    m->length = characters(s->text, offset, stop);
    m->length += m->length == 0;
    m->message = noted->message;
    m->suggestion = noted->suggestion;
    if (before != NULL && before->file == m->file && before->line == m->line) {
        m->source = before->source;
        return;
    }
    m->source =
        shown_line(r, (ss_slice){ s->text.at == NULL ? "" : s->text.at + start, end - start });
}

static int by_place(const void *left, const void *right)
{
    const sn_noted *a = left, *b = right;
    if (a->place.source != b->place.source) {
        return a->place.source < b->place.source ? -1 : 1;
    }
    if (a->place.offset != b->place.offset) {
        return a->place.offset < b->place.offset ? -1 : 1;
    }
    return a->ordinal < b->ordinal ? -1 : 1;
}

void sn_reading_sort_mistakes(sn_reading *r)
{
    if (r->noted_count == 0) {
        return;
    }
    qsort(r->noted, r->noted_count, sizeof(*r->noted), by_place);
    r->kept =
        r->noted_count < SN_SCENARIO_MISTAKES_KEPT ? r->noted_count : SN_SCENARIO_MISTAKES_KEPT;
    r->mistakes = sn_hoard_take(&r->hoard, r->kept * sizeof(*r->mistakes));
    for (uint32_t i = 0; i < r->kept; i++) {
        find_place(r, &r->noted[i], i == 0 ? NULL : &r->mistakes[i - 1], &r->mistakes[i]);
    }
}

/* ---- printing ---- */

static void put(const sn_scenario_out *out, const char *text)
{
    out->put(out->self, ss_slice_from(text));
}

static void put_many(const sn_scenario_out *out, const char *text, uint32_t times)
{
    while (times-- != 0) {
        put(out, text);
    }
}

/* The byte at which the nth character (from 0) of a string begins. */
static size_t character_at(const char *text, uint32_t nth)
{
    size_t at = 0;
    while (text[at] != '\0') {
        if (!is_continuation(text[at]) && nth-- == 0) {
            break;
        }
        at++;
    }
    return at;
}

void sn_mistake_print(const sn_mistake *m, bool color, const sn_scenario_out *out)
{
    char head[64];
    put(out, color ? "\033[1m" : "");
    put(out, m->file);
    snprintf(head, sizeof head, ":%u:%u: ", (unsigned)m->line, (unsigned)m->column);
    put(out, head);
    put(out, color ? "\033[31merror:\033[0m\033[1m " : "error: ");
    put(out, m->message);
    put(out, color ? "\033[0m\n" : "\n");

    /* The part of a long line that has the caret in it. */
    const uint32_t first = m->column > LINE_SHOWN - 30 ? m->column - (LINE_SHOWN - 30) : 0;
    const size_t from = character_at(m->source, first);
    const size_t length = character_at(m->source + from, LINE_SHOWN);
    const uint32_t before = m->column - 1 - first;
    const uint32_t carets = m->length < LINE_SHOWN - before ? m->length : LINE_SHOWN - before;
    const int margin = snprintf(head, sizeof head, "%5u | ", (unsigned)m->line);
    put(out, head);
    put(out, first == 0 ? "" : "...");
    out->put(out->self, (ss_slice){ m->source + from, length });
    put(out, "\n");
    put_many(out, " ", (uint32_t)margin - 2);
    put(out, "| ");
    put_many(out, " ", before + (first == 0 ? 0 : 3));
    put(out, color ? "\033[32m^" : "^");
    put_many(out, "~", carets - 1);
    put(out, color ? "\033[0m\n" : "\n");
    if (m->suggestion != NULL) {
        put_many(out, " ", (uint32_t)margin - 2);
        put(out, "= did you mean '");
        put(out, m->suggestion);
        put(out, "'?\n");
    }
}
