/* CSeq and Call-ID (RFC 3261 20.16, 20.8). */
#include "read.h"

/* 1*DIGIT, below 2^31 (RFC3261:8.1.1.5) */
static size_t read_number(const lex_text *t, size_t at, uint32_t *number)
{
    const size_t from = at;
    uint64_t value = 0;
    for (; at < t->len && (unsigned char)(t->at[at] - '0') <= 9; at++) {
        value = value * 10 + (uint64_t)(t->at[at] - '0');
        if (value > INT32_MAX) {
            return SS_LEX_BAD;
        }
    }
    *number = (uint32_t)value;
    return at > from ? at : SS_LEX_BAD;
}

/* CSeq = 1*DIGIT LWS Method */
ss_status ss_cseq_read(const lex_text *t, size_t at, ss_cseq *out)
{
    *out = (ss_cseq){ .number = 0 };
    const size_t end = read_number(t, at, &out->number);
    const size_t method_at = end == SS_LEX_BAD ? t->len : lex_lws(t, end);
    if (method_at == end || method_at == t->len || lex_run(t, method_at, LEX_TOKEN) != t->len) {
        *out = (ss_cseq){ .number = 0 };
        return SS_ERR_SYNTAX;
    }
    out->method_name = lex_cut(t, method_at, t->len);
    out->method = ss_method_from(out->method_name);
    return SS_OK;
}

ss_status ss_msg_cseq(const ss_msg *msg, ss_cseq *out)
{
    *out = msg->cseq;
    return msg->first[SS_HDR_CSEQ] == 0 ? SS_NONE : msg->cseq_status;
}

ss_slice ss_msg_call_id(const ss_msg *msg)
{
    return ss_msg_value(msg, SS_HDR_CALL_ID, 0);
}
