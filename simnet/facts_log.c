/* Facts of several partitions, merged into the one total order.
 *
 * Each partition logs, per event that had an effect, a head (key, number of facts) and the facts with their bytes. At
 * the end of a window the heads are merged by key. What is decided on the merged order is decided here: that the bound
 * on events is spent, and which node stood still in time first.
 */
#include "world_state.h"

#include <string.h>

typedef struct log_head {
    sn_key key;
    uint32_t facts;
    uint32_t zeno; /* the event was not run: its step is past the bound */
} log_head;

typedef struct log_fact {
    sn_fact fact;
    uint64_t bytes; /* of the packet behind it, padded to 8 */
} log_fact;

static void *log_take(sn_partition *p, size_t bytes)
{
    sn_facts_log *log = &p->log;
    const size_t padded = (bytes + 7) & ~(size_t)7;
    if (padded > log->cap - log->used) {
        p->out_of_memory = true;
        return NULL;
    }
    void *taken = log->base + log->used;
    log->used += padded;
    return taken;
}

void sn_log_open(sn_partition *p)
{
    p->log.open = p->log.used;
    log_head *head = log_take(p, sizeof *head);
    if (head != NULL) {
        *head = (log_head){ .key = p->key };
    }
}

void sn_log_append(sn_partition *p, const sn_fact *fact, ss_slice packet)
{
    log_fact *entry = p->out_of_memory ? NULL : log_take(p, sizeof *entry + packet.len);
    if (entry == NULL) {
        return;
    }
    entry->fact = *fact;
    entry->bytes = packet.len;
    if (packet.len > 0) {
        memcpy(entry + 1, packet.at, packet.len);
    }
}

void sn_log_close(sn_partition *p, bool had_effect)
{
    if (!had_effect && !p->zeno) {
        p->log.used = p->log.open;
        return;
    }
    log_head *head = (log_head *)(void *)(p->log.base + p->log.open);
    if (!p->out_of_memory) {
        head->facts = p->index;
        head->zeno = p->zeno;
    }
}

static const log_head *head_of(const sn_partition *p)
{
    return p->log.read < p->log.used ? (const log_head *)(const void *)(p->log.base + p->log.read)
                                     : NULL;
}

static sn_partition *first_of(sn_world *w)
{
    sn_partition *first = NULL;
    for (uint32_t i = 0; i < w->partition_count; i++) {
        const log_head *head = head_of(&w->partitions[i]);
        if (head != NULL &&
            (first == NULL || sn_key_compare(&head->key, &head_of(first)->key) < 0)) {
            first = &w->partitions[i];
        }
    }
    return first;
}

static void give_event(const sn_world *w, sn_partition *p)
{
    const log_head *head = head_of(p);
    const uint32_t facts = head->facts;
    p->log.read += sizeof *head;
    for (uint32_t i = 0; i < facts; i++) {
        const log_fact *entry = (const log_fact *)(const void *)(p->log.base + p->log.read);
        sn_give_fact(w, &entry->fact, (ss_slice){ (const char *)(entry + 1), entry->bytes });
        p->log.read += sizeof *entry + ((entry->bytes + 7) & ~UINT64_C(7));
    }
}

sn_run_state sn_log_merge(sn_world *w)
{
    sn_run_state state = SN_RUN_GOING;
    for (sn_partition *p = first_of(w); p != NULL && state == SN_RUN_GOING; p = first_of(w)) {
        const log_head head = *head_of(p);
        w->now = head.key.at;
        if (head.zeno != 0) {
            w->culprit = head.key.receiver;
            return SN_RUN_ZENO;
        }
        give_event(w, p);
        w->events++;
        if (w->events == w->plan->event_max) {
            state = SN_RUN_BUDGET;
        }
    }
    for (uint32_t i = 0; i < w->partition_count; i++) {
        w->partitions[i].log.used = w->partitions[i].log.read = 0;
    }
    return state;
}
