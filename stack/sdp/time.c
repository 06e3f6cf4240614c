/* When a session is active (RFC 8866 sections 5.9 to 5.11): t=, the repetitions r= that follow it, and the changes of
 * time zone z= that follow those. Times have any number of digits and stay text; spans are read as seconds, and one
 * that does not fit 63 bits counts as the longest that does. */
#include "scan.h"

/* time / "0": at least ten digits, the first of them positive. */
static bool is_time(ss_slice s)
{
    return ss_slice_eq(s, SS_LIT("0")) ||
           (s.len >= 10 && s.at[0] != '0' && ss_sdp_all(s, ss_sdp_is_digit));
}

static uint64_t seconds_of(char unit)
{
    switch (unit) {
    case 'd':
        return 86400;
    case 'h':
        return 3600;
    case 'm':
        return 60;
    case 's':
        return 1;
    default:
        return 0;
    }
}

/* RFC8866:5.10 typed-time: digits and perhaps a unit. */
static bool read_span(ss_slice s, uint64_t *seconds)
{
    uint64_t unit = s.len == 0 ? 0 : seconds_of(s.at[s.len - 1]);
    const ss_slice digits = ss_slice_cut(s, 0, unit == 0 ? s.len : s.len - 1);
    unit = unit == 0 ? 1 : unit;
    if (!ss_sdp_some(digits, ss_sdp_is_digit)) {
        return false;
    }
    uint64_t number = 0;
    const bool fits = ss_slice_to_u64(digits, (uint64_t)INT64_MAX / unit, &number) == SS_OK;
    *seconds = fits ? number * unit : (uint64_t)INT64_MAX;
    return true;
}

ss_status ss_sdp_check_time(ss_slice value, ss_slice *start, ss_slice *stop)
{
    size_t at = 0;
    *start = ss_sdp_word(value, &at);
    *stop = ss_sdp_word(value, &at);
    return is_time(*start) && is_time(*stop) && at > value.len ? SS_OK : SS_ERR_SYNTAX;
}

/* RFC8866:5.10 the interval is positive, and there is at least one offset. */
ss_status ss_sdp_read_repeat(ss_slice value, ss_sdp_repeat *out)
{
    size_t at = 0;
    *out = (ss_sdp_repeat){ 0 };
    const ss_slice interval = ss_sdp_word(value, &at);
    const ss_slice duration = ss_sdp_word(value, &at);
    if (!read_span(interval, &out->interval_s) || interval.at[0] == '0' ||
        !read_span(duration, &out->duration_s) || at > value.len) {
        return SS_ERR_SYNTAX;
    }
    out->offsets = ss_sdp_rest(value, at);
    uint64_t offset = 0;
    while (at <= value.len) {
        if (!read_span(ss_sdp_word(value, &at), &offset)) {
            return SS_ERR_SYNTAX;
        }
    }
    return SS_OK;
}

ss_status ss_sdp_next_offset(const ss_sdp_repeat *repeat, size_t *at, uint64_t *offset_s)
{
    if (*at > repeat->offsets.len) {
        return SS_NONE;
    }
    return read_span(ss_sdp_word(repeat->offsets, at), offset_s) ? SS_OK : SS_ERR_SYNTAX;
}

ss_status ss_sdp_next_zone(ss_slice value, size_t *at, ss_slice *when, int64_t *offset_s)
{
    if (*at > value.len) {
        return SS_NONE;
    }
    uint64_t seconds = 0;
    *when = ss_sdp_word(value, at);
    ss_slice offset = ss_sdp_word(value, at);
    const bool is_back = offset.len > 0 && offset.at[0] == '-';
    if (is_back) {
        offset = ss_slice_cut(offset, 1, offset.len);
    }
    if (!is_time(*when) || when->len < 10 || !read_span(offset, &seconds)) {
        return SS_ERR_SYNTAX;
    }
    *offset_s = is_back ? -(int64_t)seconds : (int64_t)seconds;
    return SS_OK;
}

ss_status ss_sdp_check_zones(ss_slice value)
{
    size_t at = 0;
    ss_slice when;
    int64_t offset = 0;
    ss_status status = SS_OK;
    while (status == SS_OK) {
        status = ss_sdp_next_zone(value, &at, &when, &offset);
    }
    return status == SS_NONE ? SS_OK : status;
}

ss_status ss_sdp_next_time(const ss_sdp *sdp, uint32_t *at, ss_sdp_time *out)
{
    *out = (ss_sdp_time){ 0 };
    while (*at < sdp->line_count && sdp->lines[*at].type != 't') {
        (*at)++;
    }
    if (*at == sdp->line_count) {
        return SS_NONE;
    }
    const ss_status status = ss_sdp_check_time(sdp->lines[(*at)++].value, &out->start, &out->stop);
    out->repeats = sdp->lines + *at;
    for (; *at < sdp->line_count && sdp->lines[*at].type == 'r'; (*at)++) {
        out->repeat_count++;
    }
    if (*at < sdp->line_count && sdp->lines[*at].type == 'z') {
        out->zones = sdp->lines[(*at)++].value;
    }
    return status;
}
