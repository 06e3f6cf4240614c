/* Reliable provisional responses (RFC 3262): their numbers, on both sides, and what a PRACK acknowledges. The numbers count
 * within one INVITE of one dialog; they start anywhere below 2^31, go up by one and never wrap. */
#include "ss/dialog.h"

/* RFC3262:3 chosen uniformly from 1 to 2^31 - 1. */
uint32_t ss_rseq_next(ss_core *core, ss_rseq_given *given, uint32_t cseq)
{
    const uint32_t first_max = 0x7fffffffu;
    if (given->rseq == 0 || given->cseq != cseq) {
        given->cseq = cseq;
        given->rseq = (uint32_t)(ss_entropy_next(&core->entropy) % first_max) + 1;
    } else {
        given->rseq++;
    }
    return given->rseq;
}

/* RFC3262:4 the first counts as it comes; then each is one more than the last, and any other is dropped. */
bool ss_rseq_take(ss_rseq_taken *taken, uint32_t cseq, uint32_t rseq)
{
    const bool is_first = taken->rseq == 0 || taken->cseq != cseq;
    if (!is_first && (taken->rseq == UINT32_MAX || rseq != taken->rseq + 1)) {
        return false;
    }
    *taken = (ss_rseq_taken){ cseq, rseq };
    return true;
}

static ss_slice next_word(ss_slice *rest)
{
    size_t at = 0;
    *rest = ss_slice_trim(*rest);
    while (at < rest->len && rest->at[at] != ' ' && rest->at[at] != '\t' && rest->at[at] != '\r' &&
           rest->at[at] != '\n') {
        at++;
    }
    const ss_slice word = ss_slice_cut(*rest, 0, at);
    *rest = ss_slice_cut(*rest, at, rest->len);
    return word;
}

/* RFC3262:7.2 */
ss_status ss_rack_parse(ss_slice value, ss_rack *out)
{
    uint64_t rseq = 0, cseq = 0;
    ss_slice rest = value;
    if (ss_slice_to_u64(next_word(&rest), UINT32_MAX, &rseq) != SS_OK ||
        ss_slice_to_u64(next_word(&rest), UINT32_MAX, &cseq) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    *out = (ss_rack){ (uint32_t)rseq, (uint32_t)cseq, next_word(&rest) };
    return out->method.len > 0 && ss_slice_trim(rest).len == 0 ? SS_OK : SS_ERR_SYNTAX;
}

void ss_rack_put(ss_buffer *b, uint32_t rseq, uint32_t cseq)
{
    ss_put_u64(b, rseq);
    ss_put_char(b, ' ');
    ss_put_u64(b, cseq);
    ss_put_text(b, " INVITE");
}
