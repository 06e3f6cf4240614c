/* TAG1: the To tag of a user agent's responses (RFC 3261 8.2.6.2). That of a request that has one is repeated; to another one the
 * user agent gives a tag, the same in every response to that request. A 100 may be without. */
#include "laws.h"

void sn_tag_judge(sn_judge *j, const sn_fact *f, txn *t)
{
    if (member(j, t->node)->role != SN_ROLE_UA || f->sip.status <= 100) {
        return;
    }
    if (f->sip.to_tag == 0) {
        sn_judge_broken(j, LAW_TAG1, f->key.at, t->node, t->call_id,
                        "status %u left without a To tag", f->sip.status);
    } else if (t->own_tag != 0 && t->own_tag != f->sip.to_tag) {
        sn_judge_broken(j, LAW_TAG1, f->key.at, t->node, t->call_id,
                        t->is_initial ? "status %u left with another To tag than a response before"
                                      : "status %u left with another To tag than its request had",
                        f->sip.status);
    }
    t->own_tag = t->own_tag == 0 ? f->sip.to_tag : t->own_tag;
}
