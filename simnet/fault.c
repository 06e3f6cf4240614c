/* Faults by meaning: a datagram, or a message on a connection, is held to the faults of the plan in their order, the first one that means it is done to it.
 *
 * What counts copies is kept by the node that sends them, so that it does not matter how a world is split: in one table a
 * partition, made with the first count.
 */
#include "fault.h"

#define SN_FAULT_HOLD_MAX SS_S(3600) /* by then no transaction waits */

typedef struct counter {
    ss_table_link link;
    uint32_t count;
} counter;

static bool is_in(const sn_node_range *range, uint32_t node)
{
    return range->group == SN_NOBODY || (node >= range->first && node <= range->last);
}

static bool goes_by(const sn_fault *f, bool is_stream)
{
    return f->by == SN_FAULT_BY_ANY || (f->by == SN_FAULT_BY_TCP) == is_stream;
}

static bool means(const sn_fault *f, const ss_summary *sip)
{
    if (!f->is_of_requests && !f->is_of_responses) {
        return true;
    }
    const bool is_response = sip->status != 0;
    const bool is_asked = is_response ? f->is_of_responses && sip->status >= f->status_min &&
                                            sip->status <= f->status_max
                                      : f->is_of_requests;
    return sip->is_sip && is_asked && (f->method == SS_METHOD_OTHER || f->method == sip->method);
}

/* As its Call-ID says, so of both sides of a B2BUA, and at every hop. */
static bool is_of_calls(const sn_partition *p, const sn_fault_calls *calls, const ss_msg *read)
{
    if (!calls->asked) {
        return true;
    }
    const uint32_t number =
        read == NULL ? 0 : sn_call_number(ss_msg_call_id(read), p->world->call_count);
    const sn_call *call = number == 0 ? NULL : &p->world->calls[number - 1];
    return call != NULL && call->source == calls->source && call->ordinal >= calls->first &&
           call->ordinal <= calls->last;
}

static ss_key128 key_of(const sn_fault *f, uint32_t number, const sn_about *about)
{
    const ss_summary *sip = &about->sip;
    /* either way through a dialog, it is one */
    const uint64_t what = f->per == SN_FAULT_PER_CALL ? sip->call_id
                          : f->per == SN_FAULT_PER_DIALOG
                              ? ss_mix_absorb(sip->call_id, sip->from_tag + sip->to_tag)
                          : f->per == SN_FAULT_PER_PATH ? about->target
                                                        : 0;
    return (ss_key128){ .lo = what, .hi = number };
}

/* How many of its kind there were, this one included; 0 without memory. */
static uint32_t count(sn_partition *p, uint32_t node, ss_key128 key)
{
    if (p->faults.buckets == 0 && ss_table_init(&p->faults, &p->store, 1024) != SS_OK) {
        return 0;
    }
    ss_table_link *link = ss_table_find(&p->faults, &p->store, node, key);
    if (link == NULL) {
        const ss_ref ref = ss_store_take(&p->store, sizeof(counter));
        if (ref == 0) {
            return 0;
        }
        link = ss_store_at(&p->store, ref);
        *link = (ss_table_link){ .key = key, .engine = node };
        ss_table_add(&p->faults, &p->store, link);
    }
    return ++((counter *)(void *)link)->count;
}

static bool is_its_turn(const sn_fault *f, uint32_t nth)
{
    return nth >= f->nth && (f->times == 0 || nth - f->nth < f->times);
}

static bool applies(sn_partition *p, uint32_t node, const sn_about *about, const ss_msg *read,
                    uint32_t number)
{
    const sn_fault *f = &p->world->plan->faults[number];
    if (p->key.at < f->since || p->key.at >= f->until || !is_in(&f->from, node) ||
        !is_in(&f->to, about->target) || !goes_by(f, about->is_stream) || !means(f, &about->sip) ||
        !is_of_calls(p, &f->calls, read)) {
        return false;
    }
    if (f->nth == 0) {
        return true;
    }
    const uint32_t nth = count(p, node, key_of(f, number, about));
    p->out_of_memory |= nth == 0;
    return is_its_turn(f, nth);
}

const sn_fault *sn_fault_of(sn_partition *p, uint32_t node, const sn_about *about,
                            const ss_msg *read)
{
    const sn_plan *plan = p->world->plan;
    const sn_fault *found = NULL; /* mostly there are none to be held to */
    for (uint32_t i = 0; i < plan->fault_count; i++) {
        if (applies(p, node, about, read, i) && found == NULL) {
            found = &plan->faults[i];
        }
    }
    return found;
}

/* RFC6298:2.4 RFC6298:5.5 a segment that is lost goes again after a second, and after twice as long when it is lost again, as all are
 * where every copy is meant. */
static ss_span until_sent_again(const sn_fault *f, ss_time now)
{
    ss_span wait = SS_S(1), all = SS_S(1);
    while (f->nth == 0 && ss_time_after(now, all) < f->until && all < SN_FAULT_HOLD_MAX) {
        wait = 2 * wait < SS_S(60) ? 2 * wait : SS_S(60);
        all += wait;
    }
    return all;
}

/* What is written on a connection is read only where it matters whose call it is. */
static const sn_fault *fault_of_written(sn_partition *p, uint32_t node, const sn_about *about,
                                        ss_slice message)
{
    ss_arena rest = p->world->arena; /* a copy: what it takes is given back by forgetting it */
    ss_msg msg;
    ss_diag diag;
    bool is_read = false;
    for (uint32_t i = 0; i < p->world->plan->fault_count && !is_read; i++) {
        is_read = p->world->plan->faults[i].calls.asked;
    }
    is_read = is_read && ss_msg_parse(&msg, &rest, message, &diag) == SS_OK;
    return sn_fault_of(p, node, about, is_read ? &msg : NULL);
}

ss_span sn_fault_holds(sn_partition *p, uint32_t node, const sn_about *about, ss_slice message)
{
    const sn_fault *f =
        p->world->plan->fault_count == 0 ? NULL : fault_of_written(p, node, about, message);
    if (f == NULL) {
        return 0;
    }
    return f->act == SN_FAULT_DELAY                                ? f->delay
           : f->act == SN_FAULT_DROP || f->act == SN_FAULT_CORRUPT ? until_sent_again(f, p->key.at)
                                                                   : 0;
}
