/* Slices: borrowed runs of bytes, compared and cut; and the names of statuses. */
#include "ss/base.h"

#include <string.h>

#define STATUS_NAME(id, text) #id,
#define STATUS_TEXT(id, text) text,

const char *ss_status_name(ss_status status)
{
    static const char *const names[SS_STATUS_COUNT] = { SS_STATUS_LIST(STATUS_NAME) };
    SS_ASSERT((unsigned)status < SS_STATUS_COUNT);
    return names[status];
}

const char *ss_status_text(ss_status status)
{
    static const char *const texts[SS_STATUS_COUNT] = { SS_STATUS_LIST(STATUS_TEXT) };
    SS_ASSERT((unsigned)status < SS_STATUS_COUNT);
    return texts[status];
}

bool ss_slice_eq(ss_slice a, ss_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool ss_slice_eq_nocase(ss_slice a, ss_slice b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (a.at[i] != b.at[i] && ss_lower(a.at[i]) != ss_lower(b.at[i])) {
            return false;
        }
    }
    return true;
}

int ss_slice_compare(ss_slice a, ss_slice b)
{
    const size_t common = a.len < b.len ? a.len : b.len;
    const int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool ss_slice_starts(ss_slice s, ss_slice prefix)
{
    return s.len >= prefix.len && ss_slice_eq(ss_slice_cut(s, 0, prefix.len), prefix);
}

size_t ss_slice_find(ss_slice s, char byte)
{
    const char *found = s.len == 0 ? NULL : memchr(s.at, byte, s.len);
    return found == NULL ? s.len : (size_t)(found - s.at);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

ss_slice ss_slice_trim(ss_slice s)
{
    while (s.len > 0 && is_blank(s.at[s.len - 1])) {
        s.len--;
    }
    while (s.len > 0 && is_blank(s.at[0])) {
        s.at++;
        s.len--;
    }
    return s;
}

/* No run of digits below this length overflows. */
enum { SAFE_DIGITS = 19 };

ss_status ss_slice_to_u64(ss_slice s, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;
    if (s.len == 0) {
        return SS_ERR_SYNTAX;
    }
    for (size_t i = 0; i < s.len; i++) {
        const unsigned digit = (unsigned char)(s.at[i] - '0');
        if (digit > 9) {
            return SS_ERR_SYNTAX;
        }
        if (i >= SAFE_DIGITS && (digit > max || sum > (max - digit) / 10)) {
            return SS_ERR_SYNTAX;
        }
        sum = sum * 10 + digit;
    }
    if (sum > max) {
        return SS_ERR_SYNTAX;
    }
    *value = sum;
    return SS_OK;
}
