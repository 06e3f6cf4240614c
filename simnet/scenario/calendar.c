/* Dates and address blocks: the two quantities that are written with punctuation. */
#include "quantity.h"

static bool refuse(sn_flaw *flaw, size_t from, size_t length, const char *message)
{
    *flaw = (sn_flaw){ from, length, message, NULL };
    return false;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/* Two or four digits at `at`. */
static bool number_at(ss_slice s, size_t at, size_t length, unsigned *value)
{
    uint64_t number = 0;
    if (ss_slice_to_u64(ss_slice_cut(s, at, at + length), 9999, &number) != SS_OK) {
        return false;
    }
    *value = (unsigned)number;
    return true;
}

bool sn_quantity_date(ss_slice word, uint64_t *seconds, sn_flaw *flaw)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    bool fits = word.len == sizeof shape - 1;
    for (size_t i = 0; fits && i < word.len; i++) {
        fits = shape[i] == 'd' || word.at[i] == shape[i];
    }
    if (!fits || !number_at(word, 0, 4, &year) || !number_at(word, 5, 2, &month) ||
        !number_at(word, 8, 2, &day) || !number_at(word, 11, 2, &hour) ||
        !number_at(word, 14, 2, &minute) || !number_at(word, 17, 2, &second)) {
        return refuse(flaw, 0, word.len, "not a date: write 2030-01-01T00:00:00Z");
    }
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) ||
        hour > 23 || minute > 59 || second > 59) {
        return refuse(flaw, 0, word.len, "out of range: no such date since 1970");
    }
    uint64_t days = day - 1;
    for (unsigned y = 1970; y < year; y++) {
        days += is_leap(y) ? 366 : 365;
    }
    for (unsigned m = 1; m < month; m++) {
        days += days_in(year, m);
    }
    *seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}

static void put_digits(sn_text *t, unsigned value, unsigned digits)
{
    char text[4];
    for (unsigned i = digits; i-- > 0; value /= 10) {
        text[i] = (char)('0' + value % 10);
    }
    sn_text_put(t, (ss_slice){ text, digits });
}

void sn_quantity_put_date(sn_text *t, uint64_t seconds)
{
    uint64_t days = seconds / 86400;
    const unsigned rest = (unsigned)(seconds % 86400);
    unsigned year = 1970, month = 1;
    for (; days >= (is_leap(year) ? 366u : 365u); year++) {
        days -= is_leap(year) ? 366u : 365u;
    }
    for (; days >= days_in(year, month); month++) {
        days -= days_in(year, month);
    }
    put_digits(t, year, 4);
    sn_text_put_str(t, "-");
    put_digits(t, month, 2);
    sn_text_put_str(t, "-");
    put_digits(t, (unsigned)days + 1, 2);
    sn_text_put_str(t, "T");
    put_digits(t, rest / 3600, 2);
    sn_text_put_str(t, ":");
    put_digits(t, rest / 60 % 60, 2);
    sn_text_put_str(t, ":");
    put_digits(t, rest % 60, 2);
    sn_text_put_str(t, "Z");
}

bool sn_quantity_net(ss_slice word, uint32_t *net, uint32_t *bits, sn_flaw *flaw)
{
    const size_t slash = ss_slice_find(word, '/');
    uint32_t address = 0;
    size_t at = 0;
    for (unsigned part = 0; part < 4; part++) {
        const ss_slice rest = ss_slice_cut(word, at, slash);
        const size_t end = part == 3 ? rest.len : ss_slice_find(rest, '.');
        uint64_t byte = 0;
        if (ss_slice_to_u64(ss_slice_cut(rest, 0, end), 255, &byte) != SS_OK) {
            return refuse(flaw, 0, word.len, "not an address block: write 10.1.0.0/16");
        }
        address = address << 8 | (uint32_t)byte;
        at += end < rest.len ? end + 1 : end;
    }
    uint64_t length = 0;
    if (slash == word.len ||
        ss_slice_to_u64(ss_slice_cut(word, slash + 1, word.len), 32, &length) != SS_OK ||
        length < 8) {
        const size_t from = slash == word.len ? 0 : slash;
        return refuse(flaw, from, word.len - from,
                      "an address block ends with its length, /8 to /32");
    }
    if (length < 32 && (address & (UINT32_MAX >> length)) != 0) {
        return refuse(flaw, 0, word.len, "an address block has zeros after its length");
    }
    *net = address;
    *bits = (uint32_t)length;
    return true;
}

void sn_quantity_put_net(sn_text *t, uint32_t net, uint32_t bits)
{
    for (unsigned part = 0; part < 4; part++) {
        sn_text_put_u64(t, net >> (24 - 8 * part) & 255u);
        sn_text_put_str(t, part < 3 ? "." : "/");
    }
    sn_text_put_u64(t, bits);
}
