/* trace.json, in the trace event format: a node is a process, a transaction a span, a message a flow from where it left to where it
 * came, what a user did an instant, what is alive and what waits a counter. Written as it happens: of the first calls, and of what comes
 * first in the run; microseconds have three decimals, which is exact.
 */
#include "rp/trace.h"

#include <stdlib.h>

#include "rp/json.h"
#include "sn/capture_index.h"
#include "ss/msg.h"
#include "words.h"

struct rp_trace {
    rp_file *out;
    const sn_cast *cast;
    sn_index calls; /* the first Call-IDs */
    uint64_t others;
    bool some;   /* an event is written already */
    bool *named; /* per node: its process has a name */
};

rp_trace *rp_trace_new(rp_file *out, const sn_cast *cast)
{
    rp_trace *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->out = out;
    t->cast = cast;
    t->named = calloc((size_t)cast->node_count + 1, sizeof *t->named);
    if (t->named == NULL) {
        rp_trace_free(t);
        return NULL;
    }
    rp_put_text(out, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    return t;
}

void rp_trace_free(rp_trace *t)
{
    if (t != NULL) {
        sn_index_free(&t->calls);
        free(t->named);
        free(t);
    }
}

/* ---- events ---- */

static void text(rp_trace *t, const char *key, const char *value)
{
    rp_put_text(t->out, ",\"");
    rp_put_text(t->out, key);
    rp_put_text(t->out, "\":");
    rp_json_put_quoted(t->out, ss_slice_from(value));
}

/* A new event of a node; it is open. */
static void begin(rp_trace *t, const char *phase, uint32_t node)
{
    rp_put_text(t->out, t->some ? ",\n" : "\n");
    t->some = true;
    rp_put_text(t->out, "{\"ph\":\"");
    rp_put_text(t->out, phase);
    rp_put_text(t->out, "\",\"pid\":");
    rp_put_u64(t->out, node + UINT64_C(1));
    rp_put_text(t->out, ",\"tid\":0");
}

static void end(rp_trace *t)
{
    rp_put_char(t->out, '}');
}

static void put_at(rp_trace *t, ss_time at)
{
    const uint64_t rest = at % 1000u;
    rp_put_text(t->out, ",\"ts\":");
    rp_put_u64(t->out, at / 1000u);
    rp_put_char(t->out, '.');
    rp_put_char(t->out, (char)('0' + rest / 100u));
    rp_put_char(t->out, (char)('0' + rest / 10u % 10u));
    rp_put_char(t->out, (char)('0' + rest % 10u));
}

static void put_id(rp_trace *t, uint64_t id)
{
    rp_put_text(t->out, ",\"id\":\"0x");
    rp_put_hex64(t->out, id);
    rp_put_char(t->out, '"');
}

static void name_process(rp_trace *t, uint32_t node)
{
    if (node < t->cast->node_count && !t->named[node]) {
        t->named[node] = true;
        begin(t, "M", node);
        rp_put_text(t->out, ",\"name\":\"process_name\",\"args\":{\"name\":");
        rp_json_put_quoted(t->out, ss_slice_from(t->cast->nodes[node].name));
        rp_put_char(t->out, '}');
        end(t);
    }
}

/* ---- messages ---- */

static void put_label(rp_trace *t, const ss_summary *sip)
{
    char label[64];
    ss_buffer b = ss_buffer_on(label, sizeof label - 1);
    if (sip->is_sip == 0) {
        ss_put_text(&b, "no SIP");
    } else if (sip->is_request == 0) {
        ss_put_u64(&b, sip->status);
        ss_put_char(&b, ' ');
    }
    if (sip->is_sip != 0) {
        ss_put(&b, ss_method_name((ss_method)sip->method));
    }
    label[b.len] = '\0';
    text(t, "name", label);
}

/* A slice for the flow to begin at, or to end at. */
static void write_message(rp_trace *t, const sn_fact *fact, bool is_sent)
{
    const sn_packet_id id = sn_fact_message(fact);
    const uint64_t flow =
        ss_mix_absorb(ss_mix_absorb(id.origin, id.ordinal), (uint64_t)id.fragment << 16);
    begin(t, "X", fact->entity);
    put_at(t, fact->key.at);
    rp_put_text(t->out, ",\"dur\":1.000,\"cat\":\"message\"");
    put_label(t, &fact->sip);
    end(t);
    begin(t, is_sent ? "s" : "f", fact->entity);
    put_at(t, fact->key.at);
    put_id(t, flow);
    rp_put_text(t->out, is_sent ? ",\"cat\":\"message\"" : ",\"bp\":\"e\",\"cat\":\"message\"");
    text(t, "name", "message");
    end(t);
}

/* ---- transactions ---- */

static void write_transaction(rp_trace *t, const sn_fact *fact)
{
    const ss_note *note = &fact->note;
    const bool begins = note->from == note->to, ends = note->to == SS_TXN_TERMINATED;
    begin(t, begins ? "b" : ends ? "e" : "n", fact->entity);
    put_at(t, fact->key.at);
    put_id(t, ss_mix_absorb(note->branch, (uint64_t)note->machine << 32 | fact->entity));
    char name[64];
    ss_buffer b = ss_buffer_on(name, sizeof name - 1);
    ss_put_text(&b, rp_machine_name(note->machine));
    ss_put_char(&b, ' ');
    ss_put(&b, ss_method_name((ss_method)note->method));
    name[b.len] = '\0';
    text(t, "cat", "transaction");
    text(t, "name", name);
    rp_put_text(t->out, ",\"args\":{\"state\":\"");
    rp_put_text(t->out, rp_txn_state_name(note->to));
    rp_put_text(t->out, "\"}");
    end(t);
}

static void write_instant(rp_trace *t, const sn_fact *fact, const char *category, const char *name)
{
    begin(t, "i", fact->entity);
    put_at(t, fact->key.at);
    rp_put_text(t->out, ",\"s\":\"p\"");
    text(t, "cat", category);
    text(t, "name", name);
    end(t);
}

static void write_note(rp_trace *t, const sn_fact *fact)
{
    char name[32];
    ss_buffer b = ss_buffer_on(name, sizeof name - 1);
    if (fact->note.kind == SS_NOTE_TXN) {
        write_transaction(t, fact);
        return;
    }
    ss_put_text(&b, "Timer ");
    ss_put_text(&b, rp_letter_name(fact->note.letter));
    name[b.len] = '\0';
    write_instant(t, fact, "timer", name);
}

/* ---- which ---- */

static bool is_shown(const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_NOTE:
        return fact->note.kind == SS_NOTE_TXN || fact->note.kind == SS_NOTE_TIMER;
    case SN_FACT_CALL:
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_DATAGRAM_RECEIVED:
    case SN_FACT_STREAM_SENT:
    case SN_FACT_STREAM_RECEIVED:
        return true;
    default:
        return false;
    }
}

static uint64_t call_of(const sn_fact *fact)
{
    return fact->kind == SN_FACT_NOTE   ? fact->note.call_id
           : fact->kind == SN_FACT_CALL ? fact->call.call_id
                                        : fact->sip.call_id;
}

/* A call is one of those when it is told of while there is room; without memory it is not. */
static bool is_wanted(rp_trace *t, const sn_fact *fact)
{
    if (!is_shown(fact)) {
        return false;
    }
    const uint64_t call = call_of(fact);
    if (call != 0 && sn_index_get(&t->calls, call) != SN_NOBODY) {
        return true;
    }
    if (call != 0 && fact->kind == SN_FACT_CALL && t->calls.count < RP_TRACE_CALLS) {
        return sn_index_put(&t->calls, call, 1);
    }
    return t->others < RP_TRACE_OTHERS && t->others++ < RP_TRACE_OTHERS;
}

void rp_trace_fact(rp_trace *t, const sn_fact *fact)
{
    if (!is_wanted(t, fact)) {
        return;
    }
    name_process(t, fact->entity);
    if (fact->kind == SN_FACT_NOTE) {
        write_note(t, fact);
    } else if (fact->kind == SN_FACT_CALL) {
        write_instant(t, fact, "call", sn_call_event_name((sn_call_event)fact->call.event));
    } else {
        write_message(t, fact, sn_fact_is_sent(fact));
    }
}

/* ---- the whole run ---- */

/* The network is a process of its own, behind all nodes. */
static void begin_network(rp_trace *t, const char *phase, ss_time at)
{
    begin(t, phase, t->cast->node_count);
    put_at(t, at);
}

static void write_counter(rp_trace *t, const sn_series *series, const char *name)
{
    const unsigned column = sn_series_column(name);
    int64_t before = -1;
    for (unsigned i = 0; i < sn_series_count(series); i++) {
        const int64_t value = sn_series_value(series, i, column);
        if (value != before) {
            begin_network(t, "C", i * sn_series_width(series));
            text(t, "name", name);
            rp_put_text(t->out, ",\"args\":{\"most\":");
            rp_put_i64(t->out, value);
            rp_put_char(t->out, '}');
            end(t);
        }
        before = value;
    }
}

void rp_trace_finish(rp_trace *t, const rp_run *run)
{
    static const char *const counters[] = { "transactions", "dialogs", "packets_under_way",
                                            "queue_length" };
    begin_network(t, "M", 0);
    rp_put_text(t->out, ",\"name\":\"process_name\",\"args\":{\"name\":\"network\"}");
    end(t);
    for (size_t i = 0; i < SS_COUNT(counters); i++) {
        write_counter(t, run->series, counters[i]);
    }
    for (uint32_t i = 0; i < run->mark_count; i++) {
        begin_network(t, "i", run->marks[i].at);
        rp_put_text(t->out, ",\"s\":\"g\"");
        text(t, "cat", "scenario");
        text(t, "name", run->marks[i].text);
        end(t);
    }
    rp_put_text(t->out, "\n]}\n");
}
