/* DLG3: the CSeq numbers of one side of a dialog (RFC 3261 12.2.1.1), as the wire shows them. A number may be left out, when what
 * it was for could not be sent; none comes back, and none is used twice, but by a request that goes to another server because the first
 * one failed (RFC 3263 4.3). DLG4: one INVITE at a time in a dialog (14.1). */
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

/* The number, and above it where the request went and what it was. */
static uint64_t value_of(const sn_fact *f)
{
    const uint64_t place = ss_mix_absorb((uint64_t)f->peer << 16 | f->peer_port, f->packet.ordinal);
    const uint64_t known = ss_mix_absorb(f->peer, f->peer_port);
    const uint64_t where = f->peer == SN_NOBODY ? place : known; /* nobody's address is not known */
    return (uint64_t)f->sip.method << 56 | (where & 0xffffff) << 32 | f->sip.cseq;
}

/* RFC3263:4.3 the same request, but elsewhere. */
static bool is_elsewhere(uint64_t last, uint64_t now)
{
    return (uint32_t)last == (uint32_t)now && last >> 56 == now >> 56 &&
           (last >> 32 & 0xffffff) != (now >> 32 & 0xffffff);
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
    const uint64_t now = value_of(f);
    if (last != NULL && f->sip.cseq <= (uint32_t)*last && !is_elsewhere(*last, now)) {
        sn_judge_broken(j, LAW_DLG3, f->key.at, f->entity, f->sip.call_id,
                        "a request with CSeq %u left in a dialog whose last one had %u",
                        (unsigned)f->sip.cseq, (unsigned)(uint32_t)*last);
    } else if (f->sip.method == SS_METHOD_BYE) {
        sn_map_remove(&j->cseqs, key);
    } else if (!sn_map_put(&j->cseqs, key, now)) {
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
