/* events.jsonl. Millions of lines are written, so each is put together by hand; the keys are in a fixed order, and a
 * key that says nothing for a kind of fact is left out.
 */
#include "rp/events.h"

#include <stdlib.h>

#include "sn/judge.h"
#include "sn/mutate.h"
#include "ss/msg.h"
#include "words.h"

/* ---- one line ---- */

static void key(ss_buffer *b, const char *name)
{
    ss_put_text(b, ",\"");
    ss_put_text(b, name);
    ss_put_text(b, "\":");
}

static void number(ss_buffer *b, const char *name, uint64_t value)
{
    key(b, name);
    ss_put_u64(b, value);
}

static void text(ss_buffer *b, const char *name, const char *value)
{
    key(b, name);
    ss_put_char(b, '"');
    ss_put_text(b, value);
    ss_put_char(b, '"');
}

static void hash(ss_buffer *b, const char *name, uint64_t value)
{
    key(b, name);
    ss_put_char(b, '"');
    ss_put_hex(b, value, 16);
    ss_put_char(b, '"');
}

static void truth(ss_buffer *b, const char *name, bool value)
{
    key(b, name);
    ss_put_text(b, value ? "true" : "false");
}

static bool is_of_link(sn_fact_kind kind)
{
    return kind >= SN_FACT_LINK_SENT && kind <= SN_FACT_LINK_ARRIVED;
}

/* What `value` counts. */
static const char *value_key(sn_fact_kind kind)
{
    switch (kind) {
    case SN_FACT_FRAGMENTED:
    case SN_FACT_REASSEMBLED:
        return "pieces";
    case SN_FACT_LINK_SENT:
        return "copies";
    default:
        return "bytes";
    }
}

static void put_packet(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    text(b, "origin", sn_capture_name(cast, fact->packet.origin));
    number(b, "ordinal", fact->packet.ordinal);
    number(b, "fragment", fact->packet.fragment);
    number(b, "copy", fact->packet.copy);
    number(b, value_key(fact->kind), fact->value);
    hash(b, "hash", fact->hash);
    if (fact->kind == SN_FACT_LINK_SENT && fact->due != SS_TIME_NEVER) {
        number(b, "due_ns", fact->due);
    }
    if (fact->cause != SN_CAUSE_NONE) {
        text(b, "cause", sn_cause_text((sn_cause)fact->cause));
    }
}

/* Where in which direction of a connection. */
static void put_stream(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    text(b, "origin", sn_capture_name(cast, fact->packet.origin));
    number(b, "offset", fact->packet.ordinal);
    number(b, "bytes", fact->value);
    hash(b, "hash", fact->hash);
}

/* Of which datagram: from that port of who hears it to the other of somebody. */
static void put_icmp(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    text(b, "origin", sn_capture_name(cast, fact->packet.origin));
    number(b, "ordinal", fact->packet.ordinal);
    text(b, "icmp", sn_icmp_text(sn_icmp_kind_of(fact->value)));
    if (sn_icmp_kind_of(fact->value) == SN_ICMP_TOO_BIG) {
        number(b, "mtu", fact->value & UINT16_MAX);
    }
    if (fact->peer != SN_NOBODY) {
        text(b, "peer", sn_capture_name(cast, fact->peer));
    }
    number(b, "from_port", fact->local_port);
    number(b, "to_port", fact->peer_port);
    if (fact->sip.call_id != 0) {
        hash(b, "call_id", fact->sip.call_id);
    }
}

static void put_connection(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    text(b, "connection_event",
         sn_connection_event_name((sn_connection_event)fact->connection.event));
    if (fact->peer != SN_NOBODY) {
        text(b, "peer", sn_capture_name(cast, fact->peer));
    }
    number(b, "local_port", fact->local_port);
    number(b, "peer_port", fact->peer_port);
    number(b, "kept_bytes", fact->value);
    if (fact->connection.call_id != 0) {
        hash(b, "call_id", fact->connection.call_id);
    }
}

static void put_method(ss_buffer *b, unsigned method)
{
    key(b, "method");
    ss_put_char(b, '"');
    ss_put(b, ss_method_name((ss_method)method));
    ss_put_char(b, '"');
}

static void put_sip(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    const ss_summary *sip = &fact->sip;
    if (fact->peer != SN_NOBODY) {
        text(b, "peer", sn_capture_name(cast, fact->peer));
    }
    number(b, "local_port", fact->local_port);
    number(b, "peer_port", fact->peer_port);
    truth(b, "sip", sip->is_sip != 0);
    if (sip->is_sip == 0) {
        return;
    }
    put_method(b, sip->method);
    if (sip->is_request == 0) {
        number(b, "status", sip->status);
    }
    number(b, "cseq", sip->cseq);
    number(b, "vias", sip->via_count);
    if (sip->max_forwards != 0xffff) {
        number(b, "max_forwards", sip->max_forwards);
    }
    number(b, "body_bytes", sip->body_bytes);
    hash(b, "call_id", sip->call_id);
    hash(b, "from_tag", sip->from_tag);
    hash(b, "to_tag", sip->to_tag);
    hash(b, "branch", sip->branch);
}

static void put_states(ss_buffer *b, const ss_note *note)
{
    const char *(*name)(unsigned) = note->kind == SS_NOTE_DIALOG         ? rp_dialog_state_name
                                    : note->kind == SS_NOTE_SUBSCRIPTION ? rp_subscription_name
                                                                         : rp_txn_state_name;
    text(b, "from", name(note->from));
    text(b, "to", name(note->to));
}

static void put_transport(ss_buffer *b, const char *name, unsigned transport)
{
    key(b, name);
    ss_put_char(b, '"');
    ss_put(b,
           transport < SS_TRANSPORT_COUNT ? ss_transport_name((ss_transport)transport) : SS_EMPTY);
    ss_put_char(b, '"');
}

static void put_note(ss_buffer *b, const ss_note *note)
{
    text(b, "note", rp_note_name(note->kind));
    if (note->kind == SS_NOTE_TXN || note->kind == SS_NOTE_TIMER || note->kind == SS_NOTE_RESEND) {
        text(b, "machine", rp_machine_name(note->machine));
        truth(b, "reliable", note->reliable);
    }
    if (note->kind == SS_NOTE_TXN || note->kind == SS_NOTE_DIALOG ||
        note->kind == SS_NOTE_SUBSCRIPTION) {
        put_states(b, note);
    }
    if (note->kind == SS_NOTE_SWITCH) {
        put_transport(b, "from", note->from);
        put_transport(b, "to", note->to);
    }
    if (note->kind == SS_NOTE_DEFENCE) {
        text(b, "step", rp_defence_step_name(note->from));
    }
    if (note->kind == SS_NOTE_QUEUE) {
        text(b, "class", rp_class_name(note->from));
        text(b, "step", rp_queue_step_name(note->to));
    }
    if (note->kind == SS_NOTE_AUTH) {
        text(b, "credentials", rp_auth_text(note->from));
    }
    if (note->kind == SS_NOTE_SUBSCRIPTION) {
        text(b, "role", note->machine == 0 ? "subscriber" : "notifier");
    }
    if ((note->kind == SS_NOTE_TIMER || note->kind == SS_NOTE_RESEND) &&
        note->letter < SS_LETTER_COUNT) {
        text(b, "letter", rp_letter_name(note->letter));
    }
    put_method(b, note->method);
    if (note->status != 0) {
        number(b, "status", note->status);
    }
    if (note->value != 0) {
        const bool waited = note->kind == SS_NOTE_QUEUE && note->to == SS_QUEUE_TAKEN;
        number(b,
               note->kind == SS_NOTE_TIMER ? "ran_ns"
               : waited                    ? "waited_ns"
                                           : "value",
               note->value);
    }
    hash(b, "call_id", note->call_id);
    hash(b, "branch", note->branch);
}

static void put_call(ss_buffer *b, const sn_cast *cast, const sn_call_fact *call)
{
    text(b, "call_event", sn_call_event_name((sn_call_event)call->event));
    if (call->number != 0) {
        number(b, "call", call->number);
    }
    if (call->source < cast->call_source_count) {
        text(b, "calls", cast->call_sources[call->source]);
    }
    if (call->status != 0) {
        number(b, "status", call->status);
        truth(b, "synthetic", call->synthetic != 0);
    }
    hash(b, "call_id", call->call_id);
    if (call->because != 0) {
        hash(b, call->event == SN_CALL_JOINED ? "because" : "session", call->because);
    }
}

static void put_edited(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    const sn_edit edit = (sn_edit)fact->value;
    text(b, "edit", edit < SN_EDITS ? sn_edit_about(edit)->name : "damaged");
    text(b, "origin", sn_capture_name(cast, fact->packet.origin));
    number(b, "ordinal", fact->packet.ordinal);
    number(b, "copy", fact->packet.copy);
    hash(b, "hash", fact->hash);
    if (fact->cause != SN_CAUSE_NONE) {
        text(b, "cause", sn_cause_text((sn_cause)fact->cause));
    }
    put_sip(b, cast, fact);
}

static void put_left(ss_buffer *b, const sn_left_fact *left)
{
    number(b, "transactions", left->transactions);
    number(b, "dialogs", left->dialogs);
    number(b, "calls", left->calls);
    number(b, "timers", left->timers);
    number(b, "bindings", left->bindings);
    number(b, "contexts", left->contexts);
    if (left->connections != 0) {
        number(b, "connections", left->connections);
    }
    number(b, "store_bytes", left->store_bytes);
}

static void put_by_kind(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_DATAGRAM_RECEIVED:
        put_packet(b, cast, fact);
        put_sip(b, cast, fact);
        break;
    case SN_FACT_EDITED:
        put_edited(b, cast, fact);
        break;
    case SN_FACT_SERVED:
        number(b, "bytes", fact->value);
        hash(b, "hash", fact->hash);
        put_sip(b, cast, fact);
        break;
    case SN_FACT_ICMP_SENT:
    case SN_FACT_ICMP_RECEIVED:
        put_icmp(b, cast, fact);
        break;
    case SN_FACT_STREAM_SENT:
    case SN_FACT_STREAM_RECEIVED:
        put_stream(b, cast, fact);
        put_sip(b, cast, fact);
        break;
    case SN_FACT_CONNECTION:
        put_connection(b, cast, fact);
        break;
    case SN_FACT_NOTE:
        put_note(b, &fact->note);
        break;
    case SN_FACT_CALL:
    case SN_FACT_REGISTRATION:
        put_call(b, cast, &fact->call);
        break;
    case SN_FACT_LEFT:
        put_left(b, &fact->left);
        break;
    case SN_FACT_END:
        truth(b, "interrupted", fact->value != 0);
        break;
    default:
        put_packet(b, cast, fact);
        break;
    }
}

void rp_event_put(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    ss_put_text(b, "{\"t_ns\":");
    ss_put_u64(b, fact->key.at);
    key(b, "event");
    ss_put_char(b, '"');
    sn_capture_put_event(b, &fact->key);
    ss_put_char(b, '"');
    number(b, "n", fact->index);
    text(b, "kind", sn_fact_name((sn_fact_kind)fact->kind));
    if (is_of_link(fact->kind)) {
        key(b, "link");
        ss_put_char(b, '"');
        sn_capture_put_link(b, cast, fact->entity);
        ss_put_char(b, '"');
    } else if (fact->kind != SN_FACT_END) {
        text(b, "node", sn_capture_name(cast, fact->entity));
    }
    put_by_kind(b, cast, fact);
    ss_put_text(b, "}\n");
}

/* ---- the file ---- */

struct rp_events {
    rp_file *out;
    const sn_cast *cast;
    sn_selection *selection;
    sn_capture_filter filter;
};

rp_events *rp_events_new(rp_file *out, const sn_cast *cast, const sn_capture_filter *filter)
{
    rp_events *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    e->out = out;
    e->cast = cast;
    e->filter = *filter;
    e->selection = sn_selection_new(filter);
    if (e->selection == NULL) {
        rp_events_free(e);
        return NULL;
    }
    return e;
}

void rp_events_free(rp_events *e)
{
    if (e != NULL) {
        sn_selection_free(e->selection);
        free(e);
    }
}

static bool is_wanted(rp_events *e, const sn_fact *fact)
{
    if (e->filter.kind == SN_CAPTURE_OFF) {
        return false;
    }
    if (e->filter.kind == SN_CAPTURE_ALL || fact->kind == SN_FACT_END) {
        return true;
    }
    return sn_selection_takes_call(e->selection, sn_selection_call_of(e->selection, fact));
}

void rp_events_fact(rp_events *e, const sn_fact *fact)
{
    sn_selection_fact(e->selection, fact);
    if (!is_wanted(e, fact)) {
        return;
    }
    char line[RP_EVENT_BYTES];
    ss_buffer b = ss_buffer_on(line, sizeof line);
    rp_event_put(&b, e->cast, fact);
    SS_ASSERT(!b.overflow);
    rp_put(e->out, ss_buffer_slice(&b));
}
