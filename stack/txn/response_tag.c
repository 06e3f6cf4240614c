/* To tags of our responses that make no dialog: a keyed hash of what identifies a request (RFC 3261 8.1.1.7, 17.2.3): top Via, Call-ID, From tag and
 * CSeq number. So a refusal that left no state, and the transaction that a later copy makes, say the same (8.2.6.2, 8.2.7). */
#include "ss/tag.h"

/* RFC3261:8.2.6.2 RFC3261:8.2.7 RFC3261:19.3 */
void ss_put_response_tag(const ss_core *core, ss_buffer *b, const ss_msg *request)
{
    ss_via via;
    ss_name_addr from;
    ss_cseq cseq;
    uint64_t hash = ss_mix_absorb(core->entropy.key, 0x746f2d746167u);
    hash = ss_mix_absorb(hash, ss_msg_top_via(request, &via) == SS_OK
                                   ? ss_via_identity(&via)
                                   : ss_hash64(0, ss_msg_value(request, SS_HDR_VIA, 0)));
    hash = ss_mix_absorb(hash, ss_hash64(0, ss_msg_call_id(request)));
    if (ss_msg_from(request, &from) == SS_OK) {
        hash = ss_mix_absorb(hash, ss_hash64(0, ss_name_addr_tag(&from)));
    }
    if (ss_msg_cseq(request, &cseq) == SS_OK) {
        hash = ss_mix_absorb(hash, cseq.number);
    }
    ss_put_hex(b, hash, 16);
}
