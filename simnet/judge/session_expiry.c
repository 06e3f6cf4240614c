/* DLG6: a session with an interval is refreshed or ended before it runs out (RFC 4028 7.4, 10), as each end that agreed to that saw
 * it: who said Session-Expires in a 2xx, or got it in one to a request of its own that had it too. What follows from
 * an overload is excused, so is a BYE that found no way, and a node that crashed owes nothing. */
#include "laws.h"

uint64_t sn_failed_end(uint32_t node, uint64_t call_id)
{
    return ss_mix_absorb(call_id, node) | 1;
}

/* RFC4028:10 */
void sn_expiry_judge(sn_judge *j, dialog_end *d, ss_time now)
{
    const ss_time expires = d->expires;
    d->expires = SS_TIME_NEVER;
    const bool has_failed =
        sn_map_find(&j->failed_ends, sn_failed_end(d->node, d->call_id)) != NULL;
    if (expires < now && !d->is_over && !has_failed && j->excused[d->node] == 0 &&
        !j->crashed[d->node]) {
        sn_judge_broken(j, LAW_DLG6, expires, d->node, d->call_id,
                        "a session ran out %s ms after the start without a refresh or a BYE",
                        sn_ms(expires).text);
    }
}

/* RFC4028:7.2 RFC4028:9 one without Session-Expires ends the interval. */
void sn_expiry_negotiated(sn_judge *j, const sn_fact *f, const txn *t, dialog_end *d)
{
    const bool agreed =
        f->sip.session_expires != 0 && (sn_fact_is_sent(f) || t->session_expires != 0);
    sn_expiry_judge(j, d, f->key.at);
    if (agreed) {
        d->expires = ss_time_after(f->key.at, SS_S((uint64_t)f->sip.session_expires));
    }
}
