/* BTB1: a B2BUA's INVITE goes fewer hops than the one because of which it left (RFC 3261 16.6 step 3; RFC 7332). No message says which
 * two belong together, as nothing of one stands in the other: the app tells, before the second leaves. What is known is kept for
 * two generations, each longer than an INVITE is sent again. */
#include "laws.h"

#define GENERATION SS_S(400)

enum { CAME = 1, JOINED, WAITS };

/* `kind`: of the enum, or WAITS and a CSeq number. */
static uint64_t key_of(uint64_t kind, uint32_t node, uint64_t call_id)
{
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(kind, node), call_id);
    return key == 0 ? 1 : key;
}

static void remember(sn_judge *j, ss_time now, uint64_t key, uint64_t hops)
{
    if (now >= j->joined.until) {
        sn_map_free(&j->joined.maps[1]);
        j->joined.maps[1] = j->joined.maps[0];
        j->joined.maps[0] = (map){ 0 };
        j->joined.until = ss_time_after(now, GENERATION);
    }
    if (!sn_map_put(&j->joined.maps[0], key, hops)) {
        j->out_of_memory = true;
    }
}

static const uint64_t *recall(const sn_judge *j, uint64_t key)
{
    const uint64_t *hops = sn_map_find(&j->joined.maps[0], key);
    return hops != NULL ? hops : sn_map_find(&j->joined.maps[1], key);
}

/* Who says none has begun with 70, as 8.1.1.6 recommends: one above is what may be left. */
static uint64_t hops_in(const ss_summary *sip)
{
    return sip->max_forwards == 0xffff ? 71 : sip->max_forwards;
}

static void sent(sn_judge *j, const sn_fact *f)
{
    const uint64_t *came = recall(j, key_of(JOINED, f->entity, f->sip.call_id));
    if (came == NULL) {
        sn_judge_broken(j, LAW_BTB1, f->key.at, f->entity, f->sip.call_id,
                        "an INVITE left a B2BUA, and none came that it was made for");
    } else if (hops_in(&f->sip) >= *came) {
        sn_judge_broken(j, LAW_BTB1, f->key.at, f->entity, f->sip.call_id,
                        "an INVITE left with Max-Forwards %u because of one with %u",
                        f->sip.max_forwards, (unsigned)*came);
    }
}

void sn_joined_judge(sn_judge *j, const sn_fact *f)
{
    if (!member(j, f->entity)->joins) {
        return;
    }
    if (f->kind == SN_FACT_CALL) {
        const uint64_t *came = recall(j, key_of(CAME, f->entity, f->call.because));
        if (f->call.event == SN_CALL_JOINED && came != NULL) {
            remember(j, f->key.at, key_of(JOINED, f->entity, f->call.call_id), *came);
        }
    } else if (f->sip.is_request && f->sip.method == SS_METHOD_INVITE && f->sip.to_tag == 0) {
        if (sn_fact_is_received(f)) {
            remember(j, f->key.at, key_of(CAME, f->entity, f->sip.call_id), hops_in(&f->sip));
        } else {
            sent(j, f);
        }
    }
}

/* RFC3261:13.2.2.4 */
bool sn_joined_waits(sn_judge *j, const sn_fact *f, const txn *invite)
{
    const bool waits = member(j, f->entity)->joins && (invite->says & SS_SAYS_SESSION) == 0;
    if (waits) {
        remember(j, f->key.at, key_of(WAITS + invite->cseq, f->entity, f->sip.call_id), 1);
    }
    return waits;
}

bool sn_joined_ack(const sn_judge *j, const sn_fact *f)
{
    return member(j, f->entity)->joins &&
           recall(j, key_of(WAITS + f->sip.cseq, f->entity, f->sip.call_id)) != NULL;
}

void sn_joined_end(sn_judge *j)
{
    sn_map_free(&j->joined.maps[0]);
    sn_map_free(&j->joined.maps[1]);
}
