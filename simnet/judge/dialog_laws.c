/* DLG3: the CSeq numbers of one side of a dialog (RFC 3261 12.2.1.1), as the wire shows them. A number may be left out, when what
 * it was for could not be sent; none comes back, and none is used twice. DLG4: one INVITE at a time in a dialog (14.1). */
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

/* ---- DLG4 ---- */

static bool is_under_way(sn_judge *j, const dialog_end *d, side s, uint64_t branch)
{
    const txn *t = sn_txn_find(j, d->node, s, branch, SS_METHOD_INVITE);
    return t != NULL && (t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING) &&
           (s == CLIENT || t->noted != NOT_NOTED);
}

/* RFC3261:14.1 neither side's is under way. That the ACK of a rejected one of the peer's be waited for, too, is asked of nobody here:
 * the peer that asks again is answered, and one that does not get it may be gone. */
void sn_dialog_invite_sent(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    const bool is_ours = is_under_way(j, d, CLIENT, d->last_invite);
    if (is_ours || is_under_way(j, d, SERVER, d->last_peers_invite)) {
        sn_judge_broken(j, LAW_DLG4, f->key.at, f->entity, f->sip.call_id,
                        is_ours
                            ? "an INVITE left in a dialog in which one of its sender's has no "
                              "final response yet"
                            : "an INVITE left in a dialog in which the peer's was not answered");
    }
    d->last_invite = f->sip.branch;
}

/* One that comes while another is under way is refused. RFC3261:14.2 */
void sn_dialog_invite_received(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    if (!is_under_way(j, d, SERVER, d->last_peers_invite)) {
        d->last_peers_invite = f->sip.branch;
    }
}
