/* Counts per node and per link direction, for tables. Every fact belongs to one of them. */
#include "sn/judge_tally.h"

#include <stdlib.h>

struct sn_tally {
    uint32_t count; /* of nodes; 0 when they are too many */
    sn_node_tally *nodes;
    sn_link_tally *links;
};

sn_tally *sn_tally_new(const sn_cast *cast)
{
    sn_tally *t = calloc(1, sizeof *t);
    if (t == NULL || cast->node_count > SN_TALLY_NODES) {
        return t;
    }
    t->nodes = calloc((size_t)cast->node_count + 1, sizeof *t->nodes);
    t->links = calloc(2 * ((size_t)cast->node_count + 1), sizeof *t->links);
    if (t->nodes == NULL || t->links == NULL) {
        sn_tally_free(t);
        return NULL;
    }
    t->count = cast->node_count;
    return t;
}

void sn_tally_free(sn_tally *t)
{
    if (t != NULL) {
        free(t->nodes);
        free(t->links);
        free(t);
    }
}

static void count_note(sn_node_tally *to, unsigned kind)
{
    switch (kind) {
    case SS_NOTE_TIMER:
        to->timers++;
        break;
    case SS_NOTE_RESEND:
        to->again++;
        break;
    case SS_NOTE_STRAY:
        to->strays++;
        break;
    case SS_NOTE_REFUSED:
        to->refused++;
        break;
    default:
        break;
    }
}

static void count_loss(sn_link_tally *to, unsigned cause)
{
    if (cause == SN_CAUSE_LOSS) {
        to->lost++;
    } else if (cause == SN_CAUSE_QUEUE || cause == SN_CAUSE_EARLY) {
        to->queue_full++;
    } else {
        to->dropped_otherwise++;
    }
}

/* One that waited was one of those. */
static void count_queue(sn_link_tally *to, const sn_queued_fact *queued)
{
    const uint32_t length = queued->packets + (queued->waited > 0);
    to->longest_queue = length > to->longest_queue ? length : to->longest_queue;
    to->longest_wait = queued->waited > to->longest_wait ? queued->waited : to->longest_wait;
}

static void count_link(sn_link_tally *to, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_LINK_SENT:
        to->packets++;
        count_queue(to, &fact->queued);
        break;
    case SN_FACT_LINK_DUPLICATED:
        to->duplicated++;
        count_queue(to, &fact->queued);
        break;
    case SN_FACT_LINK_REORDERED:
        to->reordered++;
        break;
    case SN_FACT_LINK_DROPPED:
        count_loss(to, fact->cause);
        break;
    default:
        break;
    }
}

static void count_node(sn_node_tally *to, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_STREAM_SENT:
        to->sent++;
        break;
    case SN_FACT_DATAGRAM_RECEIVED:
    case SN_FACT_STREAM_RECEIVED:
        to->received++;
        break;
    case SN_FACT_NODE_DROPPED:
        to->dropped++;
        break;
    case SN_FACT_NOTE:
        count_note(to, fact->note.kind);
        break;
    default:
        break;
    }
}

void sn_tally_fact(sn_tally *t, const sn_fact *fact)
{
    const bool is_of_link = fact->kind >= SN_FACT_LINK_SENT && fact->kind <= SN_FACT_LINK_ARRIVED;
    if (is_of_link && fact->entity / 2 < t->count) {
        count_link(&t->links[fact->entity], fact);
    } else if (!is_of_link && fact->entity < t->count) {
        count_node(&t->nodes[fact->entity], fact);
    }
}

const sn_node_tally *sn_tally_node(const sn_tally *t, uint32_t node)
{
    return node < t->count ? &t->nodes[node] : NULL;
}

const sn_link_tally *sn_tally_link(const sn_tally *t, uint32_t link)
{
    return link / 2 < t->count ? &t->links[link] : NULL;
}
