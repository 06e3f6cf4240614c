/* events.jsonl. Millions of lines are written, so each is put together by hand; the keys are in a fixed order, and a
 * key that says nothing for a kind of fact is left out.
 */
#include "rp/events.h"

#include <stdlib.h>

#include "line.h"
#include "sn/judge.h"
#include "sn/mutate.h"
#include "ss/msg.h"
#include "words.h"

/* ---- one line ---- */

/* The lengths of names that were written lately, by node: most lines have three of them. */
enum { KNOWN = 256 };
typedef struct known_names {
    uint32_t node[KNOWN]; /* one above its number; 0: of none yet */
    uint8_t len[KNOWN];
} known_names;

/* Who the nodes are, and how the lines of one event begin: up to its key, "at/step/tie/receiver/sender/counter". */
typedef struct script {
    const sn_cast *cast;
    known_names names;
    sn_key key;
    size_t len; /* 0: of no event yet */
    char text[192];
} script;

static size_t length_of(known_names *names, uint32_t node, const char *name)
{
    const uint32_t at = node % KNOWN;
    if (names->node[at] != node + 1) {
        names->node[at] = node + 1;
        names->len[at] = (uint8_t)strlen(name);
    }
    return names->len[at];
}

/* The name of a node, as sn_capture_name has it: all of its array is copied, which takes no call. */
static char *put_name(char *p, script *by, uint32_t node)
{
    if (node >= by->cast->node_count) {
        return line_text(p, sn_capture_name(by->cast, node));
    }
    const char *name = by->cast->nodes[node].name;
    memcpy(p, name, sizeof by->cast->nodes[node].name);
    return p + length_of(&by->names, node, name);
}

#define LINE_NODE(p, key, by, node) \
    line_bytes(put_name(LINE_PUT(p, ",\"" key "\":\""), by, node), "\"", 1)

static bool is_of_link(sn_fact_kind kind)
{
    return kind >= SN_FACT_LINK_SENT && kind <= SN_FACT_LINK_ARRIVED;
}

/* What `value` counts. */
static char *put_value(char *p, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_FRAGMENTED:
    case SN_FACT_REASSEMBLED:
        return LINE_NUMBER(p, "pieces", fact->value);
    case SN_FACT_LINK_SENT:
        return LINE_NUMBER(p, "copies", fact->value);
    default:
        return LINE_NUMBER(p, "bytes", fact->value);
    }
}

static char *put_due(char *p, const sn_fact *fact)
{
    if (fact->due != SS_TIME_NEVER && fact->due != 0) {
        p = LINE_NUMBER(p, "due_ns", fact->due);
    }
    if (fact->queued.is_set) {
        p = LINE_NUMBER(p, "waiting", fact->queued.packets);
        p = LINE_NUMBER(p, "waited_ns", fact->queued.waited);
    }
    return p;
}

static char *put_packet(char *p, script *by, const sn_fact *fact)
{
    p = LINE_NODE(p, "origin", by, fact->packet.origin);
    p = LINE_NUMBER(p, "ordinal", fact->packet.ordinal);
    p = LINE_NUMBER(p, "fragment", fact->packet.fragment);
    p = LINE_NUMBER(p, "copy", fact->packet.copy);
    p = put_value(p, fact);
    p = LINE_HASH(p, "hash", fact->hash);
    if (fact->kind == SN_FACT_LINK_SENT || fact->kind == SN_FACT_LINK_DUPLICATED) {
        p = put_due(p, fact);
    }
    if (fact->cause != SN_CAUSE_NONE) {
        p = LINE_TEXT(p, "cause", sn_cause_text((sn_cause)fact->cause));
    }
    return p;
}

/* Where in which direction of a connection. */
static char *put_stream(char *p, script *by, const sn_fact *fact)
{
    p = LINE_NODE(p, "origin", by, fact->packet.origin);
    p = LINE_NUMBER(p, "offset", fact->packet.ordinal);
    p = LINE_NUMBER(p, "bytes", fact->value);
    p = LINE_HASH(p, "hash", fact->hash);
    return p;
}

/* Of which datagram: from that port of who hears it to the other of somebody. */
static char *put_icmp(char *p, script *by, const sn_fact *fact)
{
    p = LINE_NODE(p, "origin", by, fact->packet.origin);
    p = LINE_NUMBER(p, "ordinal", fact->packet.ordinal);
    p = LINE_TEXT(p, "icmp", sn_icmp_text(sn_icmp_kind_of(fact->value)));
    if (sn_icmp_kind_of(fact->value) == SN_ICMP_TOO_BIG) {
        p = LINE_NUMBER(p, "mtu", fact->value & UINT16_MAX);
    }
    if (fact->peer != SN_NOBODY) {
        p = LINE_NODE(p, "peer", by, fact->peer);
    }
    p = LINE_NUMBER(p, "from_port", fact->local_port);
    p = LINE_NUMBER(p, "to_port", fact->peer_port);
    if (fact->sip.call_id != 0) {
        p = LINE_HASH(p, "call_id", fact->sip.call_id);
    }
    return p;
}

static char *put_connection(char *p, script *by, const sn_fact *fact)
{
    p = LINE_TEXT(p, "connection_event",
                  sn_connection_event_name((sn_connection_event)fact->connection.event));
    if (fact->peer != SN_NOBODY) {
        p = LINE_NODE(p, "peer", by, fact->peer);
    }
    p = LINE_NUMBER(p, "local_port", fact->local_port);
    p = LINE_NUMBER(p, "peer_port", fact->peer_port);
    p = LINE_NUMBER(p, "kept_bytes", fact->value);
    if (fact->connection.call_id != 0) {
        p = LINE_HASH(p, "call_id", fact->connection.call_id);
    }
    return p;
}

static char *put_method(char *p, unsigned method)
{
    return LINE_SLICE(p, "method", ss_method_name((ss_method)method));
}

static char *put_sip(char *p, script *by, const sn_fact *fact)
{
    const ss_summary *sip = &fact->sip;
    if (fact->peer != SN_NOBODY) {
        p = LINE_NODE(p, "peer", by, fact->peer);
    }
    p = LINE_NUMBER(p, "local_port", fact->local_port);
    p = LINE_NUMBER(p, "peer_port", fact->peer_port);
    p = LINE_TRUTH(p, "sip", sip->is_sip != 0);
    if (sip->is_sip == 0) {
        return p;
    }
    p = put_method(p, sip->method);
    if (sip->is_request == 0) {
        p = LINE_NUMBER(p, "status", sip->status);
    }
    p = LINE_NUMBER(p, "cseq", sip->cseq);
    p = LINE_NUMBER(p, "vias", sip->via_count);
    if (sip->max_forwards != 0xffff) {
        p = LINE_NUMBER(p, "max_forwards", sip->max_forwards);
    }
    p = LINE_NUMBER(p, "body_bytes", sip->body_bytes);
    p = LINE_HASH(p, "call_id", sip->call_id);
    p = LINE_HASH(p, "from_tag", sip->from_tag);
    p = LINE_HASH(p, "to_tag", sip->to_tag);
    p = LINE_HASH(p, "branch", sip->branch);
    return p;
}

static char *put_states(char *p, const ss_note *note)
{
    const char *(*name)(unsigned) = note->kind == SS_NOTE_DIALOG         ? rp_dialog_state_name
                                    : note->kind == SS_NOTE_SUBSCRIPTION ? rp_subscription_name
                                                                         : rp_txn_state_name;
    p = LINE_TEXT(p, "from", name(note->from));
    p = LINE_TEXT(p, "to", name(note->to));
    return p;
}

static ss_slice transport_name(unsigned transport)
{
    return transport < SS_TRANSPORT_COUNT ? ss_transport_name((ss_transport)transport) : SS_EMPTY;
}

static char *put_note(char *p, const ss_note *note)
{
    p = LINE_TEXT(p, "note", rp_note_name(note->kind));
    if (note->kind == SS_NOTE_TXN || note->kind == SS_NOTE_TIMER || note->kind == SS_NOTE_RESEND) {
        p = LINE_TEXT(p, "machine", rp_machine_name(note->machine));
        p = LINE_TRUTH(p, "reliable", note->reliable);
    }
    if (note->kind == SS_NOTE_TXN || note->kind == SS_NOTE_DIALOG ||
        note->kind == SS_NOTE_SUBSCRIPTION) {
        p = put_states(p, note);
    }
    if (note->kind == SS_NOTE_SWITCH) {
        p = LINE_SLICE(p, "from", transport_name(note->from));
        p = LINE_SLICE(p, "to", transport_name(note->to));
    }
    if (note->kind == SS_NOTE_DEFENCE) {
        p = LINE_TEXT(p, "step", rp_defence_step_name(note->from));
    }
    if (note->kind == SS_NOTE_QUEUE) {
        p = LINE_TEXT(p, "class", rp_class_name(note->from));
        p = LINE_TEXT(p, "step", rp_queue_step_name(note->to));
    }
    if (note->kind == SS_NOTE_AUTH) {
        p = LINE_TEXT(p, "credentials", rp_auth_text(note->from));
    }
    if (note->kind == SS_NOTE_SUBSCRIPTION) {
        p = LINE_TEXT(p, "role", note->machine == 0 ? "subscriber" : "notifier");
    }
    if ((note->kind == SS_NOTE_TIMER || note->kind == SS_NOTE_RESEND) &&
        note->letter < SS_LETTER_COUNT) {
        p = LINE_TEXT(p, "letter", rp_letter_name(note->letter));
    }
    p = put_method(p, note->method);
    if (note->status != 0) {
        p = LINE_NUMBER(p, "status", note->status);
    }
    if (note->value != 0) {
        const bool waited = note->kind == SS_NOTE_QUEUE && note->to == SS_QUEUE_TAKEN;
        p = note->kind == SS_NOTE_TIMER ? LINE_NUMBER(p, "ran_ns", note->value)
            : waited                    ? LINE_NUMBER(p, "waited_ns", note->value)
                                        : LINE_NUMBER(p, "value", note->value);
    }
    p = LINE_HASH(p, "call_id", note->call_id);
    p = LINE_HASH(p, "branch", note->branch);
    return p;
}

static char *put_call(char *p, script *by, const sn_call_fact *call)
{
    p = LINE_TEXT(p, "call_event", sn_call_event_name((sn_call_event)call->event));
    if (call->number != 0) {
        p = LINE_NUMBER(p, "call", call->number);
    }
    if (call->source < by->cast->call_source_count) {
        p = LINE_TEXT(p, "calls", by->cast->call_sources[call->source]);
    }
    if (call->status != 0) {
        p = LINE_NUMBER(p, "status", call->status);
        p = LINE_TRUTH(p, "synthetic", call->synthetic != 0);
    }
    p = LINE_HASH(p, "call_id", call->call_id);
    if (call->because != 0) {
        p = call->event == SN_CALL_JOINED ? LINE_HASH(p, "because", call->because)
                                          : LINE_HASH(p, "session", call->because);
    }
    return p;
}

static char *put_edited(char *p, script *by, const sn_fact *fact)
{
    const sn_edit edit = (sn_edit)fact->value;
    p = LINE_TEXT(p, "edit", edit < SN_EDITS ? sn_edit_about(edit)->name : "damaged");
    p = LINE_TEXT(p, "origin", sn_capture_name(by->cast, fact->packet.origin));
    p = LINE_NUMBER(p, "ordinal", fact->packet.ordinal);
    p = LINE_NUMBER(p, "copy", fact->packet.copy);
    p = LINE_HASH(p, "hash", fact->hash);
    if (fact->cause != SN_CAUSE_NONE) {
        p = LINE_TEXT(p, "cause", sn_cause_text((sn_cause)fact->cause));
    }
    return put_sip(p, by, fact);
}

static char *put_left(char *p, const sn_left_fact *left)
{
    p = LINE_NUMBER(p, "transactions", left->transactions);
    p = LINE_NUMBER(p, "dialogs", left->dialogs);
    p = LINE_NUMBER(p, "calls", left->calls);
    p = LINE_NUMBER(p, "timers", left->timers);
    p = LINE_NUMBER(p, "bindings", left->bindings);
    p = LINE_NUMBER(p, "contexts", left->contexts);
    if (left->connections != 0) {
        p = LINE_NUMBER(p, "connections", left->connections);
    }
    p = LINE_NUMBER(p, "store_bytes", left->store_bytes);
    return p;
}

static char *put_by_kind(char *p, script *by, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_DATAGRAM_RECEIVED:
        p = put_packet(p, by, fact);
        p = put_sip(p, by, fact);
        break;
    case SN_FACT_EDITED:
        p = put_edited(p, by, fact);
        break;
    case SN_FACT_PATH_MTU:
        p = LINE_NODE(p, "peer", by, fact->peer);
        p = LINE_NUMBER(p, "mtu", fact->value);
        break;
    case SN_FACT_SERVED:
        p = LINE_NUMBER(p, "bytes", fact->value);
        p = LINE_HASH(p, "hash", fact->hash);
        p = put_sip(p, by, fact);
        break;
    case SN_FACT_ICMP_SENT:
    case SN_FACT_ICMP_RECEIVED:
        p = put_icmp(p, by, fact);
        break;
    case SN_FACT_STREAM_SENT:
    case SN_FACT_STREAM_RECEIVED:
        p = put_stream(p, by, fact);
        p = put_sip(p, by, fact);
        break;
    case SN_FACT_CONNECTION:
        p = put_connection(p, by, fact);
        break;
    case SN_FACT_NOTE:
        p = put_note(p, &fact->note);
        break;
    case SN_FACT_CALL:
    case SN_FACT_REGISTRATION:
        p = put_call(p, by, &fact->call);
        break;
    case SN_FACT_LEFT:
        p = put_left(p, &fact->left);
        break;
    case SN_FACT_END:
        p = LINE_TRUTH(p, "interrupted", fact->value != 0);
        break;
    default:
        p = put_packet(p, by, fact);
        break;
    }
    return p;
}

static bool is_of(const script *b, const sn_key *key)
{
    return b->len != 0 && b->key.at == key->at && b->key.counter == key->counter &&
           b->key.receiver == key->receiver && b->key.sender == key->sender &&
           b->key.step == key->step && b->key.tie == key->tie;
}

static void begin(script *b, const sn_key *key)
{
    char *const at = LINE_PUT(b->text, "{\"t_ns\":");
    char *p = line_u64(at, key->at);
    const size_t digits = (size_t)(p - at);
    p = line_bytes(LINE_PUT(p, ",\"event\":\""), at, digits);
    p = line_u64(LINE_PUT(p, "/"), key->step);
    p = line_u64(LINE_PUT(p, "/"), key->tie);
    p = line_u64(LINE_PUT(p, "/"), key->receiver);
    p = line_u64(LINE_PUT(p, "/"), key->sender);
    p = line_u64(LINE_PUT(p, "/"), key->counter);
    p = LINE_PUT(p, "\",\"n\":");
    b->len = (size_t)(p - b->text);
    b->key = *key;
}

static char *put_link(char *p, script *by, uint32_t link)
{
    const uint32_t node = link / 2;
    const uint32_t router = node < by->cast->node_count ? by->cast->nodes[node].router : SN_NOBODY;
    const bool up = link == SN_UP(node);
    p = put_name(LINE_PUT(p, ",\"link\":\""), by, up ? node : router);
    p = put_name(LINE_PUT(p, " -> "), by, up ? router : node);
    return LINE_PUT(p, "\"");
}

/* Each as it is written, in arrays of one size: all of it is copied. */
static char *put_kind(char *p, unsigned kind)
{
    typedef struct entry {
        char text[32];
        uint8_t len;
    } entry;
#define KIND_TEXT(name)         ",\"kind\":\"" #name "\""
#define KIND_ENTRY(name, whose) [SN_FACT_##name] = { KIND_TEXT(name), sizeof KIND_TEXT(name) - 1 },
    static const entry kinds[] = { SN_FACT_LIST(KIND_ENTRY) };
    SS_ASSERT(kind < SN_FACT_COUNT);
    memcpy(p, kinds[kind].text, sizeof kinds[kind].text);
    return p + kinds[kind].len;
}

static char *put_line(char *p, script *by, const sn_fact *fact)
{
    if (!is_of(by, &fact->key)) {
        begin(by, &fact->key);
    }
    p = line_u64(line_bytes(p, by->text, by->len), fact->index);
    p = put_kind(p, fact->kind);
    if (is_of_link(fact->kind)) {
        p = put_link(p, by, fact->entity);
    } else if (fact->kind != SN_FACT_END) {
        p = LINE_NODE(p, "node", by, fact->entity);
    }
    p = put_by_kind(p, by, fact);
    return LINE_PUT(p, "}\n");
}

void rp_event_put(ss_buffer *b, const sn_cast *cast, const sn_fact *fact)
{
    if (b->overflow || b->cap - b->len < RP_EVENT_BYTES) {
        b->overflow = true;
        return;
    }
    script own = { .cast = cast };
    char *const from = b->at + b->len;
    b->len += (size_t)(put_line(from, &own, fact) - from);
}

/* ---- the file ---- */

struct rp_events {
    rp_file *out;
    sn_selection *selection;
    sn_capture_filter filter;
    uint32_t node;  /* that the filter names; SN_NOBODY */
    uint64_t taken; /* lines */
    script script;
};

rp_events *rp_events_new(rp_file *out, const sn_cast *cast, const sn_capture_filter *filter)
{
    rp_events *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    e->out = out;
    e->script.cast = cast;
    e->filter = *filter;
    e->node = sn_capture_node(cast, filter->node);
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

/* Of the link that leads up from the node: what happens where it is sent, and what comes out. */
static bool is_of_its_link(const rp_events *e, const sn_fact *fact)
{
    const uint8_t at = fact->kind == SN_FACT_LINK_ARRIVED ? SN_CAPTURE_RX : SN_CAPTURE_TX;
    return is_of_link(fact->kind) && fact->entity / 2 == e->node && (e->filter.at & at) != 0 &&
           (e->filter.directions & 1u << (fact->entity & 1)) != 0;
}

static bool is_wanted(rp_events *e, const sn_fact *fact)
{
    if (fact->kind == SN_FACT_END) {
        return e->filter.kind != SN_CAPTURE_OFF;
    }
    if (!sn_events_filter_takes(&e->filter, fact)) {
        return false;
    }
    switch (e->filter.kind) {
    case SN_CAPTURE_OFF:
        return false;
    case SN_CAPTURE_ALL:
        return true;
    case SN_CAPTURE_FIRST:
        return e->taken < e->filter.count;
    case SN_CAPTURE_CALLS:
    case SN_CAPTURE_CALL:
        return sn_selection_takes_call(e->selection, sn_selection_call_of(e->selection, fact));
    case SN_CAPTURE_NODE:
        return (is_of_link(fact->kind) ? fact->entity / 2 : fact->entity) == e->node;
    case SN_CAPTURE_LINK:
        return is_of_its_link(e, fact);
    }
    return false;
}

void rp_events_fact(rp_events *e, const sn_fact *fact)
{
    if (e->filter.kind != SN_CAPTURE_ALL) {
        sn_selection_fact(e->selection, fact);
    }
    if (!is_wanted(e, fact)) {
        return;
    }
    e->taken++;
    char *const from = rp_room(e->out, RP_EVENT_BYTES);
    rp_took(e->out, (size_t)(put_line(from, &e->script, fact) - from));
}
