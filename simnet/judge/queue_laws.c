/* QUE1: what waits at a proxy with a queue is served in order: the class that goes first, of that who came first (RFC 4412 4.5.2), and no
 * message before an earlier one of its dialog from the same neighbour, which goes with it. What has come is known by the messages;
 * that it waits, was dropped or is begun with, by the notes; that it is processed, by the fact. */
#include "laws.h"

#include <stdlib.h>

enum { NO_ITEM = UINT32_MAX };

static const char *const class_names[] = {
#define CLASS_NAME(id, name) name,
    SS_CLASS_LIST(CLASS_NAME)
};

/** A message that waits, or that a worker has. */
struct queue_item {
    uint64_t id, dialog, order;
    uint32_t next;
    uint8_t list;
};

/** Of a node. */
struct queue_view {
    uint32_t first[SS_CLASS_COUNT], last[SS_CLASS_COUNT];
    uint32_t busy; /* the first of those that workers have */
};

void sn_queues_free(sn_judge *j)
{
    for (uint32_t i = 0; j->queues != NULL && i < j->cast->node_count; i++) {
        free(j->queues[i]);
    }
    free(j->queues);
    free(j->queue_items);
}

static struct queue_view *view_of(sn_judge *j, uint32_t node)
{
    if (j->queues == NULL) {
        j->queues = calloc((size_t)j->cast->node_count + 1, sizeof(*j->queues));
        j->queue_free = NO_ITEM;
    }
    if (j->queues != NULL && j->queues[node] == NULL) {
        j->queues[node] = calloc(1, sizeof *j->queues[node]);
        for (size_t i = 0; j->queues[node] != NULL && i < SS_CLASS_COUNT; i++) {
            j->queues[node]->first[i] = j->queues[node]->last[i] = NO_ITEM;
            j->queues[node]->busy = NO_ITEM;
        }
    }
    j->out_of_memory = j->out_of_memory || j->queues == NULL || j->queues[node] == NULL;
    return j->out_of_memory ? NULL : j->queues[node];
}

static uint32_t take_item(sn_judge *j)
{
    const uint32_t index = j->queue_free;
    if (index != NO_ITEM) {
        j->queue_free = j->queue_items[index].next;
        return index;
    }
    void *items = j->queue_items;
    const bool has_room =
        sn_grow_array(&items, j->queue_count, &j->queue_room, sizeof(*j->queue_items));
    j->queue_items = items;
    j->out_of_memory = j->out_of_memory || !has_room;
    return has_room ? j->queue_count++ : NO_ITEM;
}

static uint64_t id_of(uint64_t branch, uint64_t call_id, unsigned method, unsigned status)
{
    return ss_mix_absorb(ss_mix_absorb(branch, call_id), (uint64_t)method << 16 | status);
}

/* ---- what came ---- */

/* Whether the text may be of a request that goes before all others: the stack's own reading decides, this one only allows it. */
static bool is_marked(ss_slice payload)
{
    static const char mark[] = "\nresource-priority";
    static const char sos[] = "sos";
    size_t seen = 0, name = 0;
    bool in_line = true, found = false;
    for (size_t i = 0; i < payload.len && !found; i++) {
        const char c = ss_lower(payload.at[i]);
        seen = c == mark[seen] ? seen + 1 : c == '\n' ? 1 : 0;
        name = c == sos[name] ? name + 1 : c == 's' ? 1 : 0;
        found = seen == sizeof mark - 1 || (in_line && name == sizeof sos - 1);
        name = name == sizeof sos - 1 ? 0 : name;
        in_line = in_line && c != '\n';
    }
    return found;
}

static ss_class class_of(const ss_summary *sip)
{
    if (!sip->is_request) {
        return SS_CLASS_RESPONSE;
    }
    switch (sip->method) {
    case SS_METHOD_ACK:
    case SS_METHOD_BYE:
    case SS_METHOD_CANCEL:
    case SS_METHOD_PRACK:
        return SS_CLASS_FOLLOW_UP;
    case SS_METHOD_INVITE:
        return SS_CLASS_INVITE;
    default:
        return SS_CLASS_OTHER;
    }
}

void sn_queue_received(sn_judge *j, const sn_fact *f, ss_slice payload)
{
    const ss_summary *sip = &f->sip;
    j->arrival = (queue_arrival){ .id = id_of(sip->branch, sip->call_id, sip->method, sip->status),
                                  .dialog = ss_mix_absorb(sip->call_id, f->peer),
                                  .event = j->event,
                                  .node = f->entity,
                                  .class = (uint8_t)class_of(sip),
                                  .is_marked = sip->is_request && is_marked(payload) };
}

/* ---- what waits ---- */

static void append(sn_judge *j, struct queue_view *v, uint32_t index)
{
    const unsigned list = j->queue_items[index].list;
    if (v->first[list] == NO_ITEM) {
        v->first[list] = index;
    } else {
        j->queue_items[v->last[list]].next = index;
    }
    v->last[list] = index;
}

static uint32_t unlink_after(sn_judge *j, struct queue_view *v, unsigned list, uint32_t before)
{
    uint32_t *link = before == NO_ITEM ? &v->first[list] : &j->queue_items[before].next;
    const uint32_t at = *link;
    *link = j->queue_items[at].next;
    v->last[list] = v->last[list] == at ? before : v->last[list];
    j->queue_items[at].next = NO_ITEM;
    return at;
}

/* Those of a dialog that stand below go along; in lists that stand higher the earlier ones do. */
static void raise_dialog(sn_judge *j, struct queue_view *v, unsigned list, uint64_t dialog)
{
    for (unsigned below = list + 1; below < SS_CLASS_COUNT; below++) {
        uint32_t before = NO_ITEM;
        while ((before == NO_ITEM ? v->first[below] : j->queue_items[before].next) != NO_ITEM) {
            const uint32_t at = before == NO_ITEM ? v->first[below] : j->queue_items[before].next;
            if (j->queue_items[at].dialog == dialog) {
                unlink_after(j, v, below, before);
                j->queue_items[at].list = (uint8_t)list;
                append(j, v, at);
            } else {
                before = at;
            }
        }
    }
}

static void waits(sn_judge *j, const sn_fact *f, struct queue_view *v)
{
    const queue_arrival *a = &j->arrival;
    const bool is_refused = f->note.to == SS_QUEUE_REFUSED;
    const uint32_t index = take_item(j);
    if (index == NO_ITEM) {
        return;
    }
    if (f->note.from != a->class && !(a->is_marked && f->note.from == SS_CLASS_PRIORITY)) {
        sn_judge_broken(j, LAW_QUE1, f->key.at, f->entity, f->note.call_id,
                        "a message of class %s waits as one of class %s", class_names[a->class],
                        class_names[f->note.from < SS_CLASS_COUNT ? f->note.from : 0]);
    }
    const unsigned list = is_refused                         ? SS_CLASS_REFUSAL
                          : member(j, f->entity)->by_arrival ? SS_CLASS_OTHER
                                                             : f->note.from;
    raise_dialog(j, v, list, a->dialog);
    j->queue_items[index] = (struct queue_item){ .id = a->id,
                                                 .dialog = a->dialog,
                                                 .order = ++j->queue_order,
                                                 .next = NO_ITEM,
                                                 .list = (uint8_t)list };
    append(j, v, index);
}

/* ---- what a worker begins with ---- */

static uint32_t unlink_item(sn_judge *j, struct queue_view *v, unsigned list, uint64_t id)
{
    uint32_t before = NO_ITEM, at = v->first[list];
    while (at != NO_ITEM && j->queue_items[at].id != id) {
        before = at;
        at = j->queue_items[at].next;
    }
    return at == NO_ITEM ? NO_ITEM : unlink_after(j, v, list, before);
}

static void taken(sn_judge *j, const sn_fact *f, struct queue_view *v)
{
    const ss_note *n = &f->note;
    const uint64_t id = id_of(n->branch, n->call_id, n->method, n->status);
    unsigned first = 0, list = 0;
    while (first < SS_CLASS_COUNT && v->first[first] == NO_ITEM) {
        first++;
    }
    uint32_t at = NO_ITEM;
    const uint32_t expected = first < SS_CLASS_COUNT ? v->first[first] : NO_ITEM;
    while (at == NO_ITEM && list < SS_CLASS_COUNT) {
        at = unlink_item(j, v, list++, id);
    }
    if (at == NO_ITEM) {
        return; /* of no message that was read */
    }
    if (j->queue_items[expected].id != id) {
        sn_judge_broken(
            j, LAW_QUE1, f->key.at, f->entity, n->call_id,
            "a worker takes a message that waits with class %s before one with %s, "
            "which came %s",
            class_names[j->queue_items[at].list], class_names[j->queue_items[expected].list],
            j->queue_items[expected].order < j->queue_items[at].order ? "before it" : "after it");
    }
    j->queue_items[at].next = v->busy;
    v->busy = at;
}

void sn_queue_noted(sn_judge *j, const sn_fact *f)
{
    const bool is_ours = j->arrival.event == j->event && j->arrival.node == f->entity;
    struct queue_view *v = view_of(j, f->entity);
    if (v == NULL || f->note.call_id == 0) {
        return;
    }
    if (f->note.to == SS_QUEUE_TAKEN) {
        taken(j, f, v);
    } else if (is_ours && f->note.to != SS_QUEUE_DROPPED) {
        waits(j, f, v);
    }
}

/* ---- what is processed ---- */

void sn_queue_served(sn_judge *j, const sn_fact *f)
{
    struct queue_view *v = view_of(j, f->entity);
    const uint64_t id = id_of(f->sip.branch, f->sip.call_id, f->sip.method, f->sip.status);
    uint32_t *link = v == NULL ? NULL : &v->busy, *found = NULL;
    while (link != NULL && *link != NO_ITEM) { /* of equal ones the oldest, which stands last */
        found = j->queue_items[*link].id == id ? link : found;
        link = &j->queue_items[*link].next;
    }
    if (found == NULL) {
        return;
    }
    const uint32_t at = *found;
    for (uint32_t other = v->busy; other != NO_ITEM; other = j->queue_items[other].next) {
        if (j->queue_items[other].dialog == j->queue_items[at].dialog &&
            j->queue_items[other].order < j->queue_items[at].order) {
            sn_judge_broken(j, LAW_QUE1, f->key.at, f->entity, f->sip.call_id,
                            "a message is processed before an earlier one of its dialog");
            break;
        }
    }
    *found = j->queue_items[at].next;
    j->queue_items[at].next = j->queue_free;
    j->queue_free = at;
}

void sn_queues_crash(sn_judge *j, uint32_t node)
{
    if (j->queues == NULL || j->queues[node] == NULL) {
        return;
    }
    struct queue_view *v = j->queues[node];
    for (unsigned list = 0; list <= SS_CLASS_COUNT; list++) {
        uint32_t *first = list == SS_CLASS_COUNT ? &v->busy : &v->first[list];
        while (*first != NO_ITEM) {
            const uint32_t at = *first;
            *first = j->queue_items[at].next;
            j->queue_items[at].next = j->queue_free;
            j->queue_free = at;
        }
    }
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        v->last[i] = NO_ITEM;
    }
}
