/* DLG3: the CSeq numbers of one side of a dialog (RFC 3261 12.2.1.1), as the wire shows them. A number may be left out, when what
 * it was for could not be sent; none comes back, and none is used twice. */
#include "laws.h"

/* Of the node's side of the dialog: its own tag comes first. */
static uint64_t side_key(const sn_fact *f, uint64_t own_tag, uint64_t other_tag)
{
    const uint64_t both = ss_mix_absorb(ss_mix_absorb(f->sip.call_id, own_tag), other_tag);
    const uint64_t key = ss_mix_absorb(both, f->entity);
    return key == 0 ? 1 : key;
}

/* Nothing but copies and repetitions of it follow a BYE, so that what is known of the dialog is forgotten. */
void sn_dialog_bye_received(sn_judge *j, const sn_fact *f)
{
    sn_map_remove(&j->cseqs, side_key(f, f->sip.to_tag, f->sip.from_tag));
}

/* ACK and CANCEL have the number of what they are about. RFC3261:12.2.1.1 */
void sn_dialog_request_sent(sn_judge *j, const sn_fact *f)
{
    if (f->sip.to_tag == 0 || f->sip.method == SS_METHOD_CANCEL ||
        member(j, f->entity)->role != SN_ROLE_UA) {
        return;
    }
    const uint64_t key = side_key(f, f->sip.from_tag, f->sip.to_tag);
    const uint64_t *last = sn_map_find(&j->cseqs, key);
    if (last != NULL && f->sip.cseq <= *last) {
        sn_judge_broken(j, LAW_DLG3, f->key.at, f->entity, f->sip.call_id,
                        "a request with CSeq %u left in a dialog whose last one had %u",
                        (unsigned)f->sip.cseq, (unsigned)*last);
    } else if (f->sip.method == SS_METHOD_BYE) {
        sn_map_remove(&j->cseqs, key);
    } else if (!sn_map_put(&j->cseqs, key, f->sip.cseq)) {
        j->out_of_memory = true;
    }
}
