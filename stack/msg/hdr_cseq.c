/* CSeq and Call-ID (RFC 3261 20.16, 20.8). */
#include "lex.h"
#include "parse.h"

/* CSeq = 1*DIGIT LWS Method; the number stays below 2^31 (RFC3261:8.1.1.5). */
ss_status ss_cseq_parse(ss_slice s, ss_cseq *out)
{
    const size_t digits = ss_lex_run(s, 0, LEX_DIGIT);
    const size_t method_at = ss_lex_lws(s, digits);
    uint64_t number = 0;
    *out = (ss_cseq){ .number = 0 };
    if (method_at == digits ||
        ss_slice_to_u64(ss_slice_cut(s, 0, digits), INT32_MAX, &number) != SS_OK ||
        !ss_lex_all(ss_slice_cut(s, method_at, s.len), LEX_TOKEN)) {
        return SS_ERR_SYNTAX;
    }
    out->number = (uint32_t)number;
    out->method_name = ss_slice_cut(s, method_at, s.len);
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
