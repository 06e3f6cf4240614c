/* Records of a session input: from bytes and back. Total: whatever the bytes, they are records. */
#include "sn/input.h"

#include <string.h>

const sn_input_kind sn_input_kinds[] = {
#define RECORD_KIND(letter, word, args, has_bytes, sentence) \
    { letter, word, args, has_bytes, sentence },
    SN_RECORD_LIST(RECORD_KIND)
};
const unsigned sn_input_kind_count = SS_COUNT(sn_input_kinds);

static unsigned kind_of(char letter)
{
    unsigned kind = 0;
    while (kind < sn_input_kind_count && sn_input_kinds[kind].letter != letter) {
        kind++;
    }
    return kind;
}

static unsigned args_of(const sn_input_kind *kind)
{
    unsigned count = 1;
    for (const char *c = kind->args; *c != '\0'; c++) {
        count += *c == ',';
    }
    return count;
}

/* At most so many of its first bytes; and what is behind them. */
static ss_slice first_of(ss_slice s, size_t count)
{
    return (ss_slice){ s.at, s.len < count ? s.len : count };
}

static ss_slice behind(ss_slice s, size_t count)
{
    return s.len < count ? SS_EMPTY : ss_slice_cut(s, count, s.len);
}

static bool is_mark(ss_slice bytes, size_t at)
{
    return (unsigned char)bytes.at[at] == SN_RECORD_MARK;
}

/* A mark that is the byte itself has a 0 behind it. */
static size_t next_mark(ss_slice input, size_t at)
{
    while (at < input.len &&
           !(is_mark(input, at) && (at + 1 == input.len || input.at[at + 1] != '\0'))) {
        at += is_mark(input, at) ? 2 : 1;
    }
    return at < input.len ? at : input.len;
}

/* What a record says behind its letter, without the marks' zeros. */
static ss_slice plain(sn_input_records *r, ss_slice said)
{
    char *to = r->bytes + r->used;
    size_t len = 0;
    for (size_t i = 0; i < said.len; i++) {
        to[len++] = said.at[i];
        i += is_mark(said, i);
    }
    r->used += len;
    return (ss_slice){ to, len };
}

static void read_record(sn_input_records *r, ss_slice whole)
{
    sn_input_record *record = &r->at[r->count++];
    *record = (sn_input_record){ .kind = sn_input_kind_count, .whole = whole };
    if (whole.len < 2) {
        return;
    }
    const ss_slice said = plain(r, ss_slice_cut(whole, 2, whole.len));
    record->kind = kind_of(whole.at[1]);
    if (record->kind == sn_input_kind_count) {
        return;
    }
    const unsigned args = args_of(&sn_input_kinds[record->kind]);
    for (unsigned i = 0; i < args && i < said.len; i++) {
        record->args[i] = (uint8_t)said.at[i];
    }
    if (sn_input_kinds[record->kind].has_bytes) {
        record->bytes = behind(said, args);
    }
}

void sn_input_records_read(sn_input_records *records, ss_slice input)
{
    input = first_of(input, SN_INPUT_BYTES_MAX);
    records->count = 0;
    records->used = 0;
    for (size_t at = next_mark(input, 0);
         at < input.len && records->count < SN_INPUT_RECORDS_MAX;) {
        const size_t end = next_mark(input, at + 1);
        read_record(records, ss_slice_cut(input, at, end));
        at = end;
    }
}

static void put_byte(ss_buffer *b, char c)
{
    ss_put_char(b, c);
    if ((unsigned char)c == SN_RECORD_MARK) {
        ss_put_char(b, '\0');
    }
}

void sn_input_record_put(ss_buffer *b, const sn_input_record *record)
{
    if (record->kind == sn_input_kind_count) {
        return;
    }
    const sn_input_kind *kind = &sn_input_kinds[record->kind];
    unsigned args = args_of(kind);
    while (record->bytes.len == 0 && args > 0 && record->args[args - 1] == 0) {
        args--;
    }
    ss_put_char(b, (char)SN_RECORD_MARK);
    ss_put_char(b, kind->letter);
    for (unsigned i = 0; i < args; i++) {
        put_byte(b, (char)record->args[i]);
    }
    for (size_t i = 0; i < record->bytes.len; i++) {
        put_byte(b, record->bytes.at[i]);
    }
}

/* ---- spans ---- */

enum { OCTAVES = 18 };

ss_span sn_input_span(uint8_t code, uint8_t fine)
{
    static const ss_span unit = SS_MS(500) / 256; /* so that T1, T2, T4, 64*T1 are exact */
    const ss_span span = code == 0 ? 0 : (ss_span)(8 + (code & 7)) << (code >> 3) % OCTAVES;
    const ss_span at = span * unit;
    if (fine == 0) {
        return at;
    }
    return fine == 1 ? at - (at > 0) : fine == 2 ? at + 1 : at + SS_MS(fine);
}
