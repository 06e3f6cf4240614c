/* Tables of jitter: values in a list or in a file, times as they are ("3ms", "-1ms") or whole numbers as in netem's tables, of which 8192 are
 * one standard deviation. A file has them one after the other, with blanks or on lines of their own; from # to the end of a line is left out.
 */
#include "impairments.h"

#include <string.h>

enum { VALUES_MAX = 65536, UNITS_MOST = 32767, UNITS_OF_SD = 8192, FILE_BYTES_MAX = 1 << 20 };

typedef enum sort { NONE_YET, UNITS, TIMES } sort;

static bool is_signed(ss_slice word)
{
    return word.len > 1 && (word.at[0] == '-' || word.at[0] == '+');
}

static bool is_whole(ss_slice digits)
{
    bool whole = digits.len > 0;
    for (size_t i = 0; i < digits.len; i++) {
        whole = whole && digits.at[i] >= '0' && digits.at[i] <= '9';
    }
    return whole;
}

/* One word; what is wrong with it is noted at its place. */
static bool read_value(sn_reading *r, ss_slice word, sn_place place, sort *so_far, int64_t *value)
{
    sn_flaw flaw;
    uint64_t size = 0;
    const bool is_negative = word.len > 0 && word.at[0] == '-';
    const ss_slice digits = ss_slice_cut(word, is_signed(word) ? 1 : 0, word.len);
    const sort is = is_whole(digits) ? UNITS : TIMES;
    const bool is_read = is == UNITS ? sn_quantity_count(digits, &size, &flaw)
                                     : sn_quantity_time(digits, &size, &flaw);
    if (!is_read) {
        sn_wrong(r, place, flaw.suggestion, "'%s': %s", sn_shown(r, word), flaw.message);
        return false;
    }
    const uint64_t most = is == TIMES ? SN_TIME_MAX : is_negative ? UNITS_MOST + 1u : UNITS_MOST;
    if (size > most) {
        sn_wrong(r, place, NULL, "'%s': out of range%s", sn_shown(r, word),
                 is == UNITS ? ": -32768 to 32767" : "");
        return false;
    }
    if (*so_far != NONE_YET && *so_far != is) {
        sn_wrong(r, place, NULL, "'%s': %s", sn_shown(r, word),
                 is == UNITS ? "missing unit: the values before it are times"
                             : "the values before it are whole numbers, as netem's");
        return false;
    }
    *so_far = is;
    *value = is_negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool add(sn_reading *r, sn_table_entry *table, ss_slice word, sn_place place)
{
    sort so_far = table->count == 0 ? NONE_YET : table->is_in_units ? UNITS : TIMES;
    int64_t value = 0;
    if (table->count == VALUES_MAX) {
        sn_wrong(r, place, NULL, "more than %d values", VALUES_MAX);
        return false;
    }
    if (!read_value(r, word, place, &so_far, &value)) {
        return false;
    }
    table->at = sn_hoard_grow(&r->hoard, table->at, table->count, sizeof *table->at);
    table->at[table->count++] = value;
    table->is_in_units = so_far == UNITS;
    return true;
}

/* ---- a list ---- */

static void read_values(sn_reading *r, const sn_item *value, void *at)
{
    sn_table_entry *table = at;
    if (value->kind != SN_ITEM_LIST || value->count == 0) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: a list of values is wanted here, as [1ms, 3ms]");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *one = value->pairs[i].value;
        if (!sn_value_is_scalar(r, one, "a time or a whole number") ||
            !add(r, table, one->text, one->place)) {
            return;
        }
    }
}

const sn_codec sn_codec_values = { read_values, NULL };

/* ---- a file ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t end_of_word(ss_slice text, size_t from)
{
    size_t end = from;
    while (end < text.len && !is_blank(text.at[end]) && text.at[end] != '#') {
        end++;
    }
    return end;
}

static void read_text(sn_reading *r, uint32_t source, ss_slice text, sn_table_entry *table)
{
    size_t at = 0;
    bool fine = true;
    while (fine && at < text.len) {
        if (text.at[at] == '#') {
            while (at < text.len && text.at[at] != '\n') {
                at++;
            }
        } else if (is_blank(text.at[at])) {
            at++;
        } else {
            const size_t end = end_of_word(text, at);
            const sn_place place = { source, (uint32_t)at, (uint32_t)(end - at) };
            fine = add(r, table, ss_slice_cut(text, at, end), place);
            at = end;
        }
    }
}

void sn_table_read_file(sn_reading *r, ss_slice name, sn_place place, sn_table_entry *table)
{
    const sn_scenario_reader *reader = r->reader;
    const char *path = sn_hoard_text(&r->hoard, name);
    const uint64_t before = r->mistake_count;
    if (reader == NULL) {
        sn_wrong(r, place, NULL, "no file is read here: write its values as 'values: [1ms, 3ms]'");
        return;
    }
    char *text = sn_hoard_take(&r->hoard, FILE_BYTES_MAX + 1);
    const char *beside = r->sources[place.source].name;
    const size_t len = reader->read(reader->self, beside, path, text, FILE_BYTES_MAX + 1);
    if (len == SIZE_MAX) {
        sn_wrong(r, place, NULL, "'%s' cannot be read", sn_shown(r, name));
    } else if (len > FILE_BYTES_MAX) {
        sn_wrong(r, place, NULL, "'%s' is too large: %d bytes at most", sn_shown(r, name),
                 FILE_BYTES_MAX);
    } else {
        const ss_slice whole = { text, len };
        read_text(r, sn_reading_add_source(r, path, whole), whole, table);
        if (table->count == 0 && r->mistake_count == before) {
            sn_wrong(r, place, NULL, "'%s' has no values", sn_shown(r, name));
        }
    }
}

/* ---- to jitter ---- */

/* As the kernel has it: rounded away from zero. */
static int64_t scaled(ss_span sd, int64_t units)
{
    const int64_t rest = (int64_t)(sd % UNITS_OF_SD) * units;
    const int64_t half = rest >= 0 ? UNITS_OF_SD / 2 : -(UNITS_OF_SD / 2);
    return (rest + half) / UNITS_OF_SD + (int64_t)(sd / UNITS_OF_SD) * units;
}

static int64_t within(int64_t offset)
{
    const int64_t most = (int64_t)SN_TIME_MAX;
    return offset > most ? most : offset < -most ? -most : offset;
}

void sn_table_settle(sn_reading *r, const sn_table_entry *table, ss_span sd, sn_jitter *jitter)
{
    int64_t *at = sn_hoard_take(&r->hoard, (table->count + 1u) * sizeof *at);
    ss_span most = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        at[i] = within(table->is_in_units ? scaled(sd, table->at[i]) : table->at[i]);
        const ss_span size = (ss_span)(at[i] < 0 ? -at[i] : at[i]);
        most = size > most ? size : most;
    }
    jitter->shape = SN_SHAPE_TABLE;
    jitter->spread = most; /* nothing but zeros is no jitter */
    jitter->table = at;
    jitter->table_count = table->count;
}

void sn_table_write(sn_text *t, const sn_jitter *jitter)
{
    sn_text_put_str(t, "values: [");
    for (uint32_t i = 0; i < jitter->table_count; i++) {
        const int64_t value = jitter->table[i];
        sn_text_put_str(t, i == 0 ? "" : ", ");
        sn_text_put_str(t, value < 0 ? "-" : "");
        sn_quantity_put_time(t, (uint64_t)(value < 0 ? -value : value));
    }
    sn_text_put_str(t, "]");
}
