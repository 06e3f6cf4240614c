/* Header fields that are one number (RFC 3261 20.14, 20.19, 20.22, 20.23, 20.33; RFC 3262 7.1). */
#include "lex.h"

#include "ss/msg.h"

/* RFC3261:20.19 delta-seconds too large to hold are as good as for ever; other numbers are not. */
static bool is_delta_seconds(ss_hdr id)
{
    return id == SS_HDR_EXPIRES || id == SS_HDR_MIN_EXPIRES || id == SS_HDR_RETRY_AFTER;
}

/* Retry-After goes on with a comment and parameters (20.33). */
static bool may_follow(ss_hdr id, ss_slice s, size_t at)
{
    return at == s.len ||
           (id == SS_HDR_RETRY_AFTER &&
            (lex_is(s.at[at], LEX_WSP) || s.at[at] == ';' || s.at[at] == '(' || s.at[at] == '\r'));
}

ss_status ss_msg_number(const ss_msg *msg, ss_hdr id, uint32_t *value)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    if (msg->first[id] == 0) {
        return SS_NONE;
    }
    const ss_slice s = ss_msg_value(msg, id, 0);
    const size_t end = ss_lex_run(s, 0, LEX_DIGIT);
    uint64_t number = 0;
    if (end == 0 || !may_follow(id, s, end)) {
        return SS_ERR_SYNTAX;
    }
    if (ss_slice_to_u64(ss_slice_cut(s, 0, end), UINT32_MAX, &number) != SS_OK) {
        if (!is_delta_seconds(id)) {
            return SS_ERR_SYNTAX;
        }
        number = UINT32_MAX;
    }
    *value = (uint32_t)number;
    return SS_OK;
}
