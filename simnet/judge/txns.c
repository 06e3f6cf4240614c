/* Every transaction that an onlooker knows of, found by (node, side, branch, method), and the agenda of what each must
 * do next. An entry of the agenda is valid when the transaction still counts on it; what came later in the meantime is
 * put back. Something due is overdue only once time has passed it, so that ties at one instant are never misjudged. */
#include "laws.h"

uint64_t sn_txn_key(uint32_t node, side s, uint64_t branch, uint8_t method)
{
    const uint64_t who = ((uint64_t)node << 16) | ((uint64_t)method << 1) | (uint64_t)s;
    const uint64_t key = ss_mix_absorb(branch, who);
    return key == 0 ? 1 : key;
}

txn *sn_txn_find(sn_judge *j, uint32_t node, side s, uint64_t branch, uint8_t method)
{
    const uint64_t *index = sn_map_find(&j->txns, sn_txn_key(node, s, branch, method));
    return index == NULL ? NULL : &j->all[*index];
}

static uint32_t take_slot(sn_judge *j)
{
    if (j->first_free != NO_TXN) {
        const uint32_t index = j->first_free;
        j->first_free = j->all[index].next_free;
        return index;
    }
    void *all = j->all;
    const bool has_room = sn_grow_array(&all, j->txn_count, &j->txn_room, sizeof(txn));
    j->all = all;
    if (!has_room) {
        return NO_TXN;
    }
    j->all[j->txn_count].generation = 0;
    return j->txn_count++;
}

txn *sn_txn_obtain(sn_judge *j, uint32_t node, side s, uint64_t branch, uint8_t method)
{
    const uint64_t key = sn_txn_key(node, s, branch, method);
    const uint64_t *found = sn_map_find(&j->txns, key);
    if (found != NULL) {
        return &j->all[*found];
    }
    const uint32_t index = take_slot(j);
    if (index == NO_TXN || !sn_map_put(&j->txns, key, index)) {
        j->out_of_memory = true;
        return NULL;
    }
    txn *t = &j->all[index];
    *t = (txn){ .key = key,
                .node = node,
                .side = (uint8_t)s,
                .method = method,
                .generation = t->generation + 1,
                .noted = NOT_NOTED,
                .first = SS_TIME_NEVER,
                .due = SS_TIME_NEVER,
                .end = SS_TIME_NEVER,
                .final_at = SS_TIME_NEVER,
                .cancel_end = SS_TIME_NEVER,
                .noted_end = SS_TIME_NEVER,
                .queued = SS_TIME_NEVER,
                .asked_at = SS_TIME_NEVER,
                .next_free = NO_TXN,
                .next_accepted = NO_TXN,
                .ends = NO_END };
    return t;
}

static uint64_t accepted_key(uint32_t node, uint64_t call_id)
{
    const uint64_t key = ss_mix_absorb(call_id, node);
    return key == 0 ? 1 : key;
}

txn *sn_accepted_of(sn_judge *j, uint32_t node, uint64_t call_id)
{
    const uint64_t *index = sn_map_find(&j->accepted, accepted_key(node, call_id));
    return index == NULL ? NULL : &j->all[*index];
}

txn *sn_accepted_next(sn_judge *j, const txn *t)
{
    return t->next_accepted == NO_TXN ? NULL : &j->all[t->next_accepted];
}

void sn_txn_accept(sn_judge *j, txn *t)
{
    const txn *before = sn_accepted_of(j, t->node, t->call_id);
    t->phase = PHASE_ACCEPTED;
    t->next_accepted = before == NULL ? NO_TXN : (uint32_t)(before - j->all);
    if (!sn_map_put(&j->accepted, accepted_key(t->node, t->call_id), (uint64_t)(t - j->all))) {
        j->out_of_memory = true;
    }
}

/* A re-INVITE may be answered while the first 2xx waits for its ACK: each takes itself out. */
static void leave_accepted(sn_judge *j, txn *t)
{
    const uint64_t key = accepted_key(t->node, t->call_id);
    txn *newer = sn_accepted_of(j, t->node, t->call_id);
    if (t->phase != PHASE_ACCEPTED || t->side != SERVER || newer == NULL) {
        return;
    }
    if (newer == t) {
        sn_map_remove(&j->accepted, key);
        if (t->next_accepted != NO_TXN && !sn_map_put(&j->accepted, key, t->next_accepted)) {
            j->out_of_memory = true;
        }
    }
    while (newer != NULL && newer != t) {
        if (sn_accepted_next(j, newer) == t) {
            newer->next_accepted = t->next_accepted;
            break;
        }
        newer = sn_accepted_next(j, newer);
    }
    t->next_accepted = NO_TXN;
}

void sn_txn_forget(sn_judge *j, txn *t)
{
    const uint32_t index = (uint32_t)(t - j->all);
    leave_accepted(j, t);
    sn_dialogs_invite_over(j, t);
    sn_map_remove(&j->txns, t->key);
    t->key = 0;
    t->next_free = j->first_free;
    j->first_free = index;
}

static ss_time next_deadline(const txn *t)
{
    return ss_time_earlier(ss_time_earlier(t->due, t->end),
                           ss_time_earlier(t->noted_end, t->cancel_end));
}

void sn_txn_schedule(sn_judge *j, txn *t)
{
    const ss_time at = next_deadline(t);
    if (at >= t->queued) {
        return; /* the entry that stands comes first, and puts it back */
    }
    t->queued = at;
    const agenda_entry entry = { .at = at,
                                 .index = (uint32_t)(t - j->all),
                                 .generation = t->generation };
    j->out_of_memory = !sn_agenda_put(&j->agenda, entry) || j->out_of_memory;
}

bool sn_txn_remember(sn_judge *j, const txn *t)
{
    if (j->undo_event != j->event) {
        j->undo_event = j->event;
        j->undo_count = 0;
    }
    if (j->undo_count == UNDO_MAX) {
        return false;
    }
    j->undo[j->undo_count++] = *t;
    return true;
}

void sn_txn_over(sn_judge *j, txn *t, ss_span linger)
{
    leave_accepted(j, t);
    sn_dialogs_invite_over(j, t);
    t->phase = PHASE_OVER;
    t->due = t->noted_end = t->cancel_end = SS_TIME_NEVER;
    t->end = ss_time_after(j->now, linger);
    sn_txn_schedule(j, t);
}

void sn_txns_crash(sn_judge *j, uint32_t node)
{
    for (uint32_t i = 0; i < j->txn_count; i++) {
        if (j->all[i].key != 0 && j->all[i].node == node) {
            sn_txn_forget(j, &j->all[i]);
        }
    }
}

/* One deadline of one transaction was passed: judge the earliest. */
static void pass_one(sn_judge *j, txn *t, ss_time now)
{
    if (t->due < now && t->due <= t->end && t->due <= t->noted_end) {
        if (t->side == CLIENT) {
            sn_client_due_passed(j, t);
        } else {
            sn_server_due_passed(j, t);
        }
    } else if (t->noted_end < now && t->noted_end <= t->end) {
        sn_noted_end_passed(j, t);
    } else if (t->cancel_end < now) {
        sn_client_cancel_passed(j, t);
    } else if (t->phase == PHASE_OVER) {
        sn_txn_forget(j, t);
    } else if (t->side == CLIENT) {
        sn_client_end_passed(j, t);
    } else {
        sn_server_end_passed(j, t);
    }
}

void sn_txns_pass(sn_judge *j, ss_time now)
{
    while (j->agenda.count > 0 && j->agenda.entries[0].at < now) {
        const agenda_entry entry = sn_agenda_take(&j->agenda);
        txn *t = &j->all[entry.index];
        if (t->key == 0 || t->generation != entry.generation || t->queued != entry.at) {
            continue;
        }
        t->queued = SS_TIME_NEVER;
        while (t->key != 0 && next_deadline(t) < now) {
            pass_one(j, t, now);
        }
        if (t->key != 0) {
            sn_txn_schedule(j, t);
        }
    }
}
