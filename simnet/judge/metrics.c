/* The meter: what the stack and the network did, counted per window of time. What concerns calls is in calls_metered.c:
 * it goes by the instant at which a call was placed, all else by its own instant. */
#include "meter.h"

#include "containers.h"

#include <stdlib.h>

/* ---- life ---- */

sn_meter *sn_meter_new(const sn_cast *cast)
{
    sn_meter *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return NULL;
    }
    m->cast = cast;
    sn_meter_calls_begin(m);
    m->registering = malloc(((size_t)cast->node_count + 1) * sizeof *m->registering);
    if (m->registering == NULL || sn_meter_window(m, SN_NOBODY, 0, SS_TIME_NEVER) != 0) {
        sn_meter_free(m);
        return NULL;
    }
    for (uint32_t i = 0; i < cast->node_count; i++) {
        m->registering[i] = SS_TIME_NEVER;
    }
    return m;
}

void sn_meter_free(sn_meter *m)
{
    if (m == NULL) {
        return;
    }
    for (uint32_t i = 0; i < m->window_count; i++) {
        free(m->windows[i].metrics);
    }
    free(m->windows);
    sn_shelf_free(&m->calls);
    free(m->registering);
    free(m);
}

uint32_t sn_meter_window(sn_meter *m, uint32_t source, ss_time from, ss_time to)
{
    for (uint32_t i = 0; i < m->window_count; i++) {
        const window *w = &m->windows[i];
        if (w->source == source && w->from == from && w->to == to) {
            return i;
        }
    }
    void *windows = m->windows;
    const bool has_room = sn_grow_array(&windows, m->window_count, &m->window_room, sizeof(window));
    m->windows = windows;
    sn_metrics *metrics = has_room ? calloc(1, sizeof *metrics) : NULL;
    if (metrics == NULL) {
        return UINT32_MAX;
    }
    m->windows[m->window_count] = (window){ source, from, to, metrics };
    return m->window_count++;
}

const sn_metrics *sn_meter_read(const sn_meter *m, uint32_t number)
{
    return number < m->window_count ? m->windows[number].metrics : NULL;
}

bool sn_meter_out_of_memory(const sn_meter *m)
{
    return m->out_of_memory;
}

/* ---- the stack ---- */

static void move_gauges(sn_meter *m, const ss_note *note)
{
    if (note->kind == SS_NOTE_TXN && note->from == note->to) {
        m->transactions++;
    } else if (note->kind == SS_NOTE_TXN && note->to == SS_TXN_TERMINATED && m->transactions > 0) {
        m->transactions--;
    } else if (note->kind == SS_NOTE_DIALOG && note->from == 0 && note->to != 3) {
        m->dialogs++;
    } else if (note->kind == SS_NOTE_DIALOG && note->to == 3 && note->from != 0 && m->dialogs > 0) {
        m->dialogs--;
    }
}

static void count_queued(sn_metrics *to, const ss_note *note)
{
    const unsigned class = note->from < SS_CLASS_COUNT ? note->from : SS_CLASS_OTHER;
    if (note->to == SS_QUEUE_TAKEN) {
        sn_histogram_add(&to->queue_wait[class], note->value);
        return;
    }
    to->queue_came[class]++;
    to->queue_refused[class] += note->to == SS_QUEUE_REFUSED;
    to->queue_dropped[class] += note->to == SS_QUEUE_DROPPED;
    if (note->to == SS_QUEUE_WAITS && note->value > to->queue_longest[class]) {
        to->queue_longest[class] = note->value;
    }
}

/* Those whose end sends something again, and is nothing else. */
static bool is_of_copies(unsigned letter)
{
    return letter == SS_TIMER_A || letter == SS_TIMER_E || letter == SS_TIMER_G ||
           letter == SS_TIMER_TWOXX || letter == SS_TIMER_RELIABLE;
}

static void count_note(const sn_meter *m, sn_metrics *to, const ss_note *note)
{
    const bool has_letter = note->letter < SS_LETTER_COUNT;
    switch (note->kind) {
    case SS_NOTE_TIMER:
        to->timer_fired[has_letter ? note->letter : 0] += has_letter;
        if (is_of_copies(note->letter)) {
            sn_histogram_add(&to->resend_after, note->value);
        }
        break;
    case SS_NOTE_RESEND:
        to->retransmits[has_letter ? note->letter : 0] += has_letter;
        to->retransmits_answering += !has_letter;
        break;
    case SS_NOTE_STRAY:
        to->strays++;
        break;
    case SS_NOTE_REFUSED:
        to->parse_errors++;
        break;
    case SS_NOTE_SWITCH:
        to->udp_to_tcp += note->to == SS_TRANSPORT_TCP;
        to->tcp_to_udp += note->to == SS_TRANSPORT_UDP;
        break;
    case SS_NOTE_DEFENCE:
        to->defence[note->from < SS_DEFENCE_STEPS ? note->from : SS_DEFENCE_BLOCKED]++;
        break;
    case SS_NOTE_QUEUE:
        count_queued(to, note);
        break;
    case SS_NOTE_HELD:
        to->held_back++;
        break;
    default:
        to->transactions_live = m->transactions;
        to->dialogs_live = m->dialogs;
        to->transactions_peak =
            m->transactions > to->transactions_peak ? m->transactions : to->transactions_peak;
        to->dialogs_peak = m->dialogs > to->dialogs_peak ? m->dialogs : to->dialogs_peak;
        break;
    }
}

/* ---- the network ---- */

static void count_sent(sn_metrics *to, const sn_fact *f)
{
    to->datagrams_sent += f->kind == SN_FACT_DATAGRAM_SENT;
    to->stream_messages_sent += f->kind == SN_FACT_STREAM_SENT;
    if (!f->sip.is_sip) {
        return;
    }
    if (f->sip.is_request) {
        to->requests_sent[f->sip.method < SS_METHOD_COUNT ? f->sip.method : SS_METHOD_OTHER]++;
    } else if (f->sip.status >= 100 && f->sip.status < 700) {
        to->responses_sent[f->sip.status / 100]++;
    }
}

static void count_connection(sn_metrics *to, unsigned event)
{
    to->connections_opened += event == SN_CONNECTION_OPEN;
    to->connections_refused += event == SN_CONNECTION_REFUSED;
    to->connections_lost += event == SN_CONNECTION_LOST || event == SN_CONNECTION_UNREACHABLE;
}

static void count_link_queue(sn_metrics *to, const sn_queued_fact *queued)
{
    const uint64_t length = (uint64_t)queued->packets + (queued->waited > 0);
    if (queued->is_set) {
        sn_histogram_add(&to->link_wait, queued->waited);
        to->link_queue = length > to->link_queue ? length : to->link_queue;
    }
}

static void count_fact(const sn_meter *m, sn_metrics *to, const sn_fact *f)
{
    to->facts++;
    switch (f->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_STREAM_SENT:
        count_sent(to, f);
        break;
    case SN_FACT_DATAGRAM_RECEIVED:
        to->datagrams_received++;
        break;
    case SN_FACT_STREAM_RECEIVED:
        to->stream_messages_received++;
        break;
    case SN_FACT_CONNECTION:
        count_connection(to, f->connection.event);
        break;
    case SN_FACT_PACKET:
        to->packets++;
        break;
    case SN_FACT_FRAGMENTED:
        to->fragmented++;
        break;
    case SN_FACT_REASSEMBLED:
        to->reassembled++;
        break;
    case SN_FACT_ICMP_SENT:
        to->icmp_sent++;
        break;
    case SN_FACT_ICMP_RECEIVED:
        to->icmp_received++;
        break;
    case SN_FACT_LINK_SENT:
        to->link_sent++;
        count_link_queue(to, &f->queued);
        break;
    case SN_FACT_LINK_ARRIVED:
        to->link_arrived++;
        break;
    case SN_FACT_LINK_DUPLICATED:
        to->link_duplicated++;
        count_link_queue(to, &f->queued);
        break;
    case SN_FACT_LINK_REORDERED:
        to->link_reordered++;
        break;
    case SN_FACT_EDITED:
        to->edited++;
        break;
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_NODE_DROPPED:
        to->dropped[f->cause < SN_CAUSE_COUNT ? f->cause : SN_CAUSE_NONE]++;
        break;
    case SN_FACT_NOTE:
        count_note(m, to, &f->note);
        break;
    case SN_FACT_CALL:
        to->overloads += f->call.event == SN_CALL_OVERLOADED;
        break;
    default:
        break;
    }
}

void sn_meter_fact(sn_meter *m, const sn_fact *f)
{
    if (f->kind == SN_FACT_NOTE) {
        move_gauges(m, &f->note);
        sn_reach_note(m, &f->note);
    } else if (f->kind == SN_FACT_CALL) {
        sn_meter_call(m, f);
    } else if (f->kind == SN_FACT_REGISTRATION) {
        sn_meter_registration(m, f);
    } else if (sn_fact_is_sent(f) && f->sip.is_request && f->sip.method == SS_METHOD_REGISTER &&
               m->registering[f->entity] == SS_TIME_NEVER) {
        m->registering[f->entity] = f->key.at;
    } else {
        sn_reach_network(m, f);
    }
    for (uint32_t i = 0; i < m->window_count; i++) {
        if (i == 0 || window_has(&m->windows[i], f->key.at)) {
            count_fact(m, m->windows[i].metrics, f);
        }
    }
}

/* RFC6076:4.6 to 4.9 the denominators: INVITEs less those redirected; all attempts. */
void sn_meter_finish(sn_meter *m)
{
    for (uint32_t i = 0; i < m->window_count; i++) {
        sn_metrics *to = m->windows[i].metrics;
        to->ser.den = to->seer.den = to->attempts - to->redirected;
        to->isa.den = to->scr.den = to->attempts;
        to->ira.den = to->registrations + to->registrations_failed;
        to->ira.num = to->registrations_failed;
        to->scr.num = to->completed;
    }
}
