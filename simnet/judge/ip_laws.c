/* IP, by the packets themselves: what may not be cut is not cut (NET6), and no link carries more than both its ends know that it does
 * (NET7). What a scenario tells a link to do about what may not be cut, `mtu_policy: fragment`, is no mistake of a router's: the fact
 * says so. */
#include "laws.h"

enum { DONT_FRAGMENT_BYTE = 6, DONT_FRAGMENT = 0x40 };

/* The sender may cut what it marked, before anybody else saw it. RFC791:3.1 RFC8200:5 */
void sn_cut_judge(sn_judge *j, const sn_fact *f, ss_slice packet)
{
    if (f->entity == f->packet.origin || packet.len <= DONT_FRAGMENT_BYTE) {
        return;
    }
    const unsigned char *bytes = (const unsigned char *)packet.at;
    if (bytes[0] >> 4 == 6) {
        sn_judge_broken(j, LAW_NET6, f->key.at, f->entity, f->sip.call_id,
                        "a router cut a packet of IPv6 into %u pieces", (unsigned)f->value);
    } else if ((bytes[DONT_FRAGMENT_BYTE] & DONT_FRAGMENT) != 0 && f->cause != SN_CAUSE_MTU) {
        sn_judge_broken(j, LAW_NET6, f->key.at, f->entity, f->sip.call_id,
                        "a router cut a packet with DON'T FRAGMENT into %u pieces",
                        (unsigned)f->value);
    }
}

/* RFC791:3.2 RFC8200:5 */
void sn_length_judge(sn_judge *j, const sn_fact *f)
{
    if (f->cause == SN_CAUSE_MTU) {
        sn_judge_broken(j, LAW_NET7, f->key.at, f->entity / 2, 0,
                        "a packet went onto a link that carries less");
    }
}
