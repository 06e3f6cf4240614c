/* The calls of a run, a line each. What was told is kept as it came and put together at the end, call by call, so that no call has
 * to be found while the run goes on.
 */
#include "rp/calls.h"

#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "rp/json.h"
#include "ss/msg.h"

typedef struct told {
    uint64_t call_id; /* hash */
    uint32_t order;
    uint32_t number; /* of the plan, 0: not of it */
    uint32_t node;
    uint16_t event, status;
    bool is_synthetic;
    ss_time at;
} told;

typedef struct sent {
    uint64_t call_id, hash;
    uint32_t node;
} sent;

typedef struct call {
    uint64_t call_id;
    uint32_t order; /* of what was told first */
    uint32_t number;
    uint32_t caller, callee, ender; /* SN_NOBODY: nobody, or not known */
    ss_time began, answered, over;  /* SS_TIME_NEVER: never */
    uint16_t status;
    bool is_leg; /* a B2BUA placed it */
    bool is_blocked, is_given_up, is_rejected, is_synthetic, is_bye_lost;
    uint64_t messages, again;
} call;

struct rp_calls {
    const sn_cast *cast;
    rp_callee_of *callee_of;
    const void *plan;
    told *tellings;
    sent *sendings;
    call *calls;
    size_t told_count, told_room, sent_count, sent_room, call_count, call_room;
    bool out_of_memory;
};

rp_calls *rp_calls_new(const sn_cast *cast, rp_callee_of *callee_of, const void *plan)
{
    rp_calls *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->cast = cast;
        c->callee_of = callee_of;
        c->plan = plan;
    }
    return c;
}

void rp_calls_free(rp_calls *c)
{
    if (c != NULL) {
        free(c->tellings);
        free(c->sendings);
        free(c->calls);
        free(c);
    }
}

/* Room for one more; the array as it was, and false, without memory. */
static bool grow(rp_calls *c, void **array, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return true;
    }
    const size_t more = *room == 0 ? 1024 : *room * 2;
    void *grown = realloc(*array, more * size);
    if (grown == NULL) {
        c->out_of_memory = true;
        return false;
    }
    *array = grown;
    *room = more;
    return true;
}

static void keep_told(rp_calls *c, const sn_fact *f, uint64_t call_id, sn_call_event event)
{
    void *array = c->tellings;
    const bool has_room = grow(c, &array, c->told_count, &c->told_room, sizeof *c->tellings);
    c->tellings = array;
    if (has_room) {
        c->tellings[c->told_count] = (told){ .call_id = call_id,
                                             .order = (uint32_t)c->told_count,
                                             .number = f->call.number,
                                             .node = f->entity,
                                             .event = (uint16_t)event,
                                             .status = f->call.status,
                                             .is_synthetic = f->call.synthetic != 0,
                                             .at = f->key.at };
        c->told_count++;
    }
}

static void keep_sent(rp_calls *c, const sn_fact *f)
{
    void *array = c->sendings;
    const bool has_room = grow(c, &array, c->sent_count, &c->sent_room, sizeof *c->sendings);
    c->sendings = array;
    if (has_room) {
        c->sendings[c->sent_count++] =
            (sent){ .call_id = f->sip.call_id, .hash = f->hash, .node = f->entity };
    }
}

void rp_calls_fact(rp_calls *c, const sn_fact *fact)
{
    if (fact->kind == SN_FACT_CALL && fact->call.call_id != 0) {
        keep_told(c, fact, fact->call.call_id, (sn_call_event)fact->call.event);
    }
    if (fact->kind == SN_FACT_CALL && fact->call.event == SN_CALL_JOINED) {
        keep_told(c, fact, fact->call.because, SN_CALL_INCOMING);
    } else if (sn_fact_is_sent(fact) && fact->sip.call_id != 0) {
        keep_sent(c, fact);
    }
}

/* ---- putting together ---- */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_call_then_order(const void *left, const void *right)
{
    const told *a = left, *b = right;
    const int by_call = compare(a->call_id, b->call_id);
    return by_call != 0 ? by_call : compare(a->order, b->order);
}

static int by_call_then_bytes(const void *left, const void *right)
{
    const sent *a = left, *b = right;
    const int by_call = compare(a->call_id, b->call_id);
    const int by_hash = by_call != 0 ? by_call : compare(a->hash, b->hash);
    return by_hash != 0 ? by_hash : compare(a->node, b->node);
}

static int by_order(const void *left, const void *right)
{
    const call *a = left, *b = right;
    return compare(a->order, b->order);
}

/* Both ends tell of the end of a call; it is over for the first who does. */
static void end(call *c, const told *t, uint32_t ender)
{
    if (c->over == SS_TIME_NEVER) {
        c->over = t->at;
    }
    if (c->ender == SN_NOBODY) {
        c->ender = ender;
    }
}

/* Of a leg that a B2BUA made only the callee tells. */
static void follow_leg(call *c, const told *t)
{
    switch (t->event) {
    case SN_CALL_ACCEPTED:
        c->answered = ss_time_earlier(c->answered, t->at);
        c->status = t->status;
        break;
    case SN_CALL_REFUSED:
        c->is_rejected = true;
        c->status = t->status;
        end(c, t, SN_NOBODY);
        break;
    case SN_CALL_CANCELLED:
        c->is_given_up = true;
        end(c, t, SN_NOBODY);
        break;
    default:
        break;
    }
}

static void follow(call *c, const told *t)
{
    if (c->is_leg) {
        follow_leg(c, t);
    }
    switch (t->event) {
    case SN_CALL_JOINED:
        c->is_leg = true;
        c->caller = t->node;
        break;
    case SN_CALL_BLOCKED:
        c->is_blocked = true;
        c->status = t->status;
        c->caller = t->node;
        end(c, t, t->node);
        break;
    case SN_CALL_PLACED:
        c->caller = t->node;
        break;
    case SN_CALL_INCOMING:
        c->callee = c->callee == SN_NOBODY ? t->node : c->callee;
        break;
    case SN_CALL_ACCEPTED: /* of several that rang */
        c->callee = c->answered == SS_TIME_NEVER ? t->node : c->callee;
        break;
    case SN_CALL_ANSWERED:
        c->answered = ss_time_earlier(c->answered, t->at);
        c->status = t->status;
        break;
    case SN_CALL_CANCELLING:
        c->is_given_up = true;
        break;
    case SN_CALL_REJECTED:
        c->is_rejected = true;
        c->is_synthetic = t->is_synthetic;
        c->status = t->status;
        end(c, t, SN_NOBODY);
        break;
    case SN_CALL_HANGUP:
        end(c, t, t->node);
        break;
    case SN_CALL_BYE:
        end(c, t, SN_NOBODY);
        break;
    case SN_CALL_ENDED:
        c->is_bye_lost |= t->is_synthetic;
        end(c, t, t->node);
        break;
    default:
        break;
    }
}

/* Of what was told of one call, in order. Nobody placed it who is not in this run: a call of a peer's on a real socket. */
static void add_call(rp_calls *c, const told *tellings, size_t count)
{
    void *array = c->calls;
    const bool has_room = grow(c, &array, c->call_count, &c->call_room, sizeof *c->calls);
    c->calls = array;
    if (!has_room) {
        return;
    }
    call *made = &c->calls[c->call_count++];
    *made = (call){ .call_id = tellings[0].call_id,
                    .order = tellings[0].order,
                    .number = tellings[0].number,
                    .began = tellings[0].at,
                    .caller = SN_NOBODY,
                    .callee = SN_NOBODY,
                    .ender = SN_NOBODY,
                    .answered = SS_TIME_NEVER,
                    .over = SS_TIME_NEVER };
    for (size_t i = 0; i < count; i++) {
        follow(made, &tellings[i]);
    }
    if (made->callee == SN_NOBODY && made->number != 0) {
        made->callee = c->callee_of(c->plan, made->number);
    }
}

static void count_messages(rp_calls *c)
{
    size_t at = 0;
    for (size_t i = 0; i < c->call_count; i++) { /* both are in the order of Call-IDs */
        call *to = &c->calls[i];
        while (at < c->sent_count && c->sendings[at].call_id < to->call_id) {
            at++;
        }
        for (; at < c->sent_count && c->sendings[at].call_id == to->call_id; at++) {
            to->messages++;
            to->again +=
                to->messages > 1 && by_call_then_bytes(&c->sendings[at - 1], &c->sendings[at]) == 0;
        }
    }
}

static void sort(void *array, size_t count, size_t size,
                 int (*order)(const void *left, const void *right))
{
    if (count != 0) { /* of nothing there is no array */
        qsort(array, count, size, order);
    }
}

static void put_together(rp_calls *c)
{
    sort(c->tellings, c->told_count, sizeof *c->tellings, by_call_then_order);
    sort(c->sendings, c->sent_count, sizeof *c->sendings, by_call_then_bytes);
    size_t from = 0;
    for (size_t i = 1; i <= c->told_count; i++) {
        if (i == c->told_count || c->tellings[i].call_id != c->tellings[from].call_id) {
            add_call(c, &c->tellings[from], i - from);
            from = i;
        }
    }
    count_messages(c);
    sort(c->calls, c->call_count, sizeof *c->calls, by_order);
}

/* ---- what came of it ---- */

static bool is_established(const call *c)
{
    return c->answered != SS_TIME_NEVER;
}

static const char *outcome_of(const call *c)
{
    return c->is_blocked                         ? "blocked"
           : is_established(c) && c->is_bye_lost ? "bye_unanswered"
           : is_established(c)                   ? (c->over == SS_TIME_NEVER ? "up" : "completed")
           : c->is_given_up && c->is_rejected    ? "given_up"
           : c->is_rejected && c->is_synthetic   ? "timed_out"
           : c->is_rejected                      ? "rejected"
                                                 : "unanswered";
}

/* As `failed` of the metrics, and what never came to an end. */
static bool has_failed(const call *c)
{
    return c->is_blocked || c->is_bye_lost || c->over == SS_TIME_NEVER ||
           (c->is_rejected && !c->is_given_up && (c->is_synthetic || c->status == 408));
}

static const char *name_of(const rp_calls *c, uint32_t node)
{
    return node == SN_NOBODY ? NULL : c->cast->nodes[node].name;
}

static void put_status(rp_file *out, const call *c)
{
    rp_put_u64(out, c->status);
    rp_put_char(out, ' ');
    rp_put(out, ss_reason_phrase(c->status));
}

static void put_established(const rp_calls *c, const call *of, rp_file *out)
{
    const char *ender = name_of(c, of->ender);
    rp_put_text(out, "answered");
    if (of->over == SS_TIME_NEVER) {
        rp_put_text(out, ", and still up at the end");
        return;
    }
    rp_put_text(out, ", ended after ");
    rp_put_seconds(out, of->over > of->answered ? of->over - of->answered : 0);
    if (ender != NULL) {
        rp_put_text(out, " by ");
        rp_put_plain(out, ender);
    }
    rp_put_text(out, of->is_bye_lost ? ", whose BYE nobody answered" : "");
}

static void put_outcome(const rp_calls *c, const call *of, rp_file *out)
{
    if (is_established(of) && !of->is_blocked) {
        put_established(c, of, out);
    } else if (of->is_blocked) {
        rp_put_text(out, "could not be placed: ");
        put_status(out, of);
    } else if (of->is_given_up) {
        rp_put_text(out, "given up");
    } else if (of->is_rejected) {
        rp_put_text(out, of->is_synthetic ? "no answer came: " : "rejected: ");
        put_status(out, of);
    } else {
        rp_put_text(out, "never answered");
    }
}

/* ---- writing ---- */

static size_t name_length(const rp_calls *c, uint32_t node)
{
    const char *name = name_of(c, node);
    return name == NULL ? 1 : strlen(name);
}

static void put_name(const rp_calls *c, rp_file *out, uint32_t node, size_t width)
{
    const char *name = name_of(c, node);
    rp_put_left(out, name == NULL ? "?" : name, width);
}

static void put_number(rp_file *out, const call *of)
{
    char text[24] = "-";
    if (of->number != 0) {
        ss_buffer b = ss_buffer_on(text, sizeof text - 1);
        ss_put_text(&b, "c");
        ss_put_u64(&b, of->number);
        text[b.len] = '\0';
    }
    rp_put_left(out, text, 8);
}

/* Seconds below each other, of runs of up to a day. */
static void put_began(rp_file *out, ss_time began)
{
    for (uint64_t limit = 10; limit <= 10000; limit *= 10) {
        if (began / SS_S(1) < limit) {
            rp_put_char(out, ' ');
        }
    }
    rp_put_seconds(out, began);
    rp_put_text(out, "  ");
}

static void put_line(const rp_calls *c, const call *of, rp_file *out, size_t caller, size_t callee)
{
    rp_put_text(out, has_failed(of) ? "! " : "  ");
    put_number(out, of);
    put_began(out, of->began);
    put_name(c, out, of->caller, caller);
    rp_put_text(out, " -> ");
    put_name(c, out, of->callee, callee);
    rp_put_text(out, "  ");
    put_outcome(c, of, out);
    rp_put_text(out, "; ");
    rp_put_u64(out, of->messages);
    rp_put_text(out, of->messages == 1 ? " message" : " messages");
    if (of->again != 0) {
        rp_put_text(out, ", ");
        rp_put_u64(out, of->again);
        rp_put_text(out, " of them again");
    }
    rp_put_char(out, '\n');
}

static void write_text(const rp_calls *c, rp_file *out)
{
    size_t caller = 1, callee = 1;
    for (size_t i = 0; i < c->call_count; i++) {
        const size_t from = name_length(c, c->calls[i].caller);
        const size_t to = name_length(c, c->calls[i].callee);
        caller = from > caller ? from : caller;
        callee = to > callee ? to : callee;
    }
    for (size_t i = 0; i < c->call_count; i++) {
        put_line(c, &c->calls[i], out, caller, callee);
    }
}

static void json_time(rp_json *j, const char *key, ss_time at)
{
    rp_json_key(j, key);
    if (at == SS_TIME_NEVER) {
        rp_json_null(j);
    } else {
        rp_json_u64(j, at);
    }
}

static void json_call(const rp_calls *c, const call *of, rp_json *j)
{
    rp_json_open(j, '{');
    rp_json_key_u64(j, "number", of->number);
    rp_json_key_hex64(j, "call_id", of->call_id);
    rp_json_key_text(j, "caller", name_of(c, of->caller));
    rp_json_key_text(j, "callee", name_of(c, of->callee));
    json_time(j, "placed_ns", of->began);
    json_time(j, "answered_ns", of->answered);
    json_time(j, "ended_ns", of->over);
    rp_json_key_text(j, "ended_by", name_of(c, of->ender));
    rp_json_key_u64(j, "status", of->status);
    rp_json_key_text(j, "outcome", outcome_of(of));
    rp_json_key_bool(j, "failed", has_failed(of));
    rp_json_key_u64(j, "messages", of->messages);
    rp_json_key_u64(j, "sent_again", of->again);
    rp_json_close(j);
}

bool rp_calls_write(rp_calls *c, rp_file *out, bool as_json)
{
    put_together(c);
    if (c->out_of_memory) {
        return false;
    }
    if (!as_json) {
        write_text(c, out);
        return true;
    }
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '[');
    for (size_t i = 0; i < c->call_count; i++) {
        json_call(c, &c->calls[i], &j);
    }
    rp_json_close(&j);
    rp_json_end(&j);
    return true;
}
