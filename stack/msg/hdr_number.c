/* Header fields that are one number (RFC 3261 20.14, 20.19, 20.22, 20.23, 20.33; RFC 3262 7.1). */
#include "read.h"

/* RFC3261:20.19 delta-seconds too large to hold are as good as for ever; other numbers are not. */
static bool is_delta_seconds(ss_hdr id)
{
    return id == SS_HDR_EXPIRES || id == SS_HDR_MIN_EXPIRES || id == SS_HDR_RETRY_AFTER;
}

/* Retry-After goes on with a comment and parameters (20.33). */
static bool may_follow(ss_hdr id, const lex_text *t, size_t at)
{
    return at == t->len ||
           (id == SS_HDR_RETRY_AFTER && (lex_is(t->at[at], LEX_WSP) || t->at[at] == ';' ||
                                         t->at[at] == '(' || t->at[at] == '\r'));
}

ss_status ss_number_read(const ss_msg *msg, ss_hdr id, uint32_t *value)
{
    lex_text t;
    size_t from;
    *value = 0;
    if (!ss_text_of_field(msg, id, &t, &from)) {
        return SS_NONE;
    }
    size_t at = from;
    uint64_t number = 0;
    for (; at < t.len && (unsigned char)(t.at[at] - '0') <= 9; at++) {
        number = number * 10 + (uint64_t)(t.at[at] - '0');
        number = number > UINT32_MAX ? (uint64_t)UINT32_MAX + 1 : number;
    }
    if (at == from || !may_follow(id, &t, at) || (number > UINT32_MAX && !is_delta_seconds(id))) {
        return SS_ERR_SYNTAX;
    }
    *value = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return SS_OK;
}

ss_status ss_msg_number(const ss_msg *msg, ss_hdr id, uint32_t *value)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    uint32_t number = msg->max_forwards;
    ss_status status = msg->max_forwards_status;
    if (id == SS_HDR_CONTENT_LENGTH) {
        number = msg->content_length;
        status = msg->content_length_status;
    } else if (id != SS_HDR_MAX_FORWARDS) {
        status = ss_number_read(msg, id, &number);
    }
    *value = status == SS_OK ? number : *value;
    return status;
}
