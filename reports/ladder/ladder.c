/* Collecting the ladders: every live call is followed, for any of them may be the next to fail. A call that ended well
 * is forgotten when its transactions must be gone too, unless it was the first of the run, or is the one that the lot fell on; once
 * enough have failed, each in a way of its own, only these are followed. Of what is no call, the first of each method outside dialogs is, or a few in a small network, with
 * all that has its Call-ID: a registration and its refreshes, a subscription and its NOTIFYs. All of it is bounded: calls, rows per
 * call, datagrams under way.
 */
#include "ladder/state.h"

#include <stdlib.h>
#include <string.h>

#include "sn/capture.h"

#define TEXTS_MAX ((size_t)48 << 20) /* of all calls */
#define LINGER    SS_S(40)           /* more than 64*T1: Timers D, I, J, K have fired */

rp_ladder *rp_ladder_new(const sn_cast *cast)
{
    rp_ladder *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return NULL;
    }
    l->cast = cast;
    l->first = l->sample = SN_NOBODY;
    l->oldest = SS_TIME_NEVER;
    for (uint32_t i = 0; i < CALLS_MAX; i++) {
        l->free_places[i] = CALLS_MAX - 1 - i;
    }
    l->free_count = CALLS_MAX;
    return l;
}

void rp_ladder_free(rp_ladder *l)
{
    if (l == NULL) {
        return;
    }
    for (uint32_t i = 0; i < CALLS_MAX; i++) {
        if (l->calls[i].cap > FIRST_ROWS) {
            free(l->calls[i].rows);
        }
        if (l->calls[i].texts_cap > FIRST_TEXTS) {
            free(l->calls[i].texts);
        }
    }
    for (uint32_t i = 0; i < SS_COUNT(l->slabs); i++) {
        free(l->slabs[i]);
    }
    sn_index_free(&l->by_call);
    sn_index_free(&l->by_datagram);
    free(l);
}

/* ---- calls ---- */

static ladder_call *find_call(rp_ladder *l, uint64_t call_id)
{
    const uint32_t place = call_id == 0 ? SN_NOBODY : sn_index_get(&l->by_call, call_id);
    return place == SN_NOBODY ? NULL : &l->calls[place];
}

static uint32_t place_of(const rp_ladder *l, const ladder_call *call)
{
    return (uint32_t)(call - l->calls);
}

static bool is_searching(const rp_ladder *l)
{
    return l->first == SN_NOBODY || (l->failing_count < FAILING_MAX && l->failures < FAILURES_MAX);
}

static bool is_kept(const rp_ladder *l, uint32_t place)
{
    bool kept = place == l->first || place == l->sample;
    for (uint32_t i = 0; i < l->failing_count; i++) {
        kept |= place == l->failing[i];
    }
    return kept;
}

/* What a place begins with; without it the call has no rows. */
static void open_place(rp_ladder *l, ladder_call *call)
{
    first_memory **slab = &l->slabs[l->places_used / SLAB_PLACES];
    if (call->rows != NULL) {
        return;
    }
    if (*slab == NULL) {
        *slab = malloc(SLAB_PLACES * sizeof **slab);
    }
    if (*slab != NULL) {
        first_memory *first = &(*slab)[l->places_used++ % SLAB_PLACES];
        call->rows = first->rows;
        call->cap = FIRST_ROWS;
        call->texts = first->texts;
        call->texts_cap = FIRST_TEXTS;
        l->texts += FIRST_TEXTS;
    }
}

/* As realloc, of what began in a slab. */
static void *grown(void *old, size_t before, size_t after, bool is_lent)
{
    void *memory = realloc(is_lent ? NULL : old, after);
    if (memory != NULL && is_lent) {
        memcpy(memory, old, before);
    }
    return memory;
}

/* NULL: no place is left. */
static ladder_call *take_place(rp_ladder *l, uint64_t call_id)
{
    if (l->free_count == 0 ||
        !sn_index_put(&l->by_call, call_id, l->free_places[l->free_count - 1])) {
        return NULL;
    }
    ladder_call *call = &l->calls[l->free_places[--l->free_count]];
    *call = (ladder_call){ .call_id = call_id,
                           .generation = call->generation + 1,
                           .source = SN_NOBODY,
                           .opener = SN_NOBODY,
                           .over = SS_TIME_NEVER,
                           .rows = call->rows,
                           .cap = call->cap,
                           .texts = call->texts,
                           .texts_cap = call->texts_cap };
    open_place(l, call);
    return call;
}

static ladder_call *follow_call(rp_ladder *l, uint64_t call_id)
{
    ladder_call *known = find_call(l, call_id);
    if (known != NULL || call_id == 0 || !is_searching(l) ||
        (l->selects && call_id != l->wanted_id)) {
        return known;
    }
    ladder_call *call = take_place(l, call_id);
    if (call == NULL) {
        l->not_followed++;
    } else if (l->first == SN_NOBODY) {
        l->first = place_of(l, call);
    }
    return call;
}

/* A request outside dialogs that opens no call: the first of its method, or one of the first few. */
static ladder_call *follow_other(rp_ladder *l, const sn_fact *fact)
{
    const ss_summary *sip = &fact->sip;
    if (l->selects) {
        return sip->is_sip != 0 ? follow_call(l, sip->call_id) : NULL;
    }
    const uint32_t most = l->cast->node_count <= SMALL_NETWORK ? OTHERS_MAX : 1;
    ladder_call *known = find_call(l, sip->call_id);
    const bool opens = sip->is_request != 0 && sip->to_tag == 0 &&
                       sip->method != SS_METHOD_CANCEL && sip->method != SS_METHOD_ACK &&
                       l->other_count[sip->method] < most;
    if (known != NULL || sip->call_id == 0 || !opens) {
        return known;
    }
    ladder_call *other = take_place(l, sip->call_id);
    if (other != NULL) {
        other->opener = fact->entity;
        l->others[sip->method][l->other_count[sip->method]++] = place_of(l, other);
    }
    return other;
}

void rp_ladder_select(rp_ladder *l, uint64_t call_id, uint32_t number)
{
    l->selects = true;
    l->wanted_id = call_id;
    l->wanted_number = number;
}

/* The room for rows stays with the place, for the next call there: places are reused last in, first out. */
static void forget(rp_ladder *l, uint32_t place)
{
    ladder_call *call = &l->calls[place];
    sn_index_remove(&l->by_call, call->call_id);
    for (uint8_t i = 0; i < call->alias_count; i++) {
        sn_index_remove(&l->by_call, call->aliases[i]);
    }
    *call = (ladder_call){ .generation = call->generation,
                           .rows = call->rows,
                           .cap = call->cap,
                           .texts = call->texts,
                           .texts_cap = call->texts_cap };
    l->free_places[l->free_count++] = place;
}

/* A call of its own is shown beside those that failed: the one whose Call-ID draws the lowest lot. */
static void draw_lot(rp_ladder *l, uint32_t place)
{
    const uint64_t lot = ss_mix64(l->calls[place].call_id);
    if (l->sample != SN_NOBODY && lot >= ss_mix64(l->calls[l->sample].call_id)) {
        forget(l, place);
        return;
    }
    if (l->sample != SN_NOBODY) {
        forget(l, l->sample);
    }
    l->sample = place;
}

/* Calls that ended well long enough ago. One that failed since, or was the first, stays. */
static void forget_old(rp_ladder *l, ss_time now)
{
    while (l->ended_count != 0) {
        const uint32_t place = l->ended[l->ended_first];
        l->oldest = ss_time_after(l->calls[place].over, LINGER);
        if (now < l->oldest) {
            return;
        }
        l->ended_first = (l->ended_first + 1) % CALLS_MAX;
        l->ended_count--;
        if (!is_kept(l, place)) {
            draw_lot(l, place);
        }
    }
    l->oldest = SS_TIME_NEVER;
}

static void forget_all_others(rp_ladder *l)
{
    for (uint32_t place = 0; place < CALLS_MAX; place++) {
        const ladder_call *call = &l->calls[place];
        if (call->call_id != 0 && call->opener == SN_NOBODY && !is_kept(l, place)) {
            forget(l, place);
        }
    }
    l->ended_count = 0;
}

static void end_well(rp_ladder *l, ladder_call *call, ss_time now)
{
    if (call->over == SS_TIME_NEVER && is_searching(l)) {
        call->over = now;
        l->oldest = ss_time_earlier(l->oldest, ss_time_after(now, LINGER));
        l->ended[(l->ended_first + l->ended_count++) % CALLS_MAX] = place_of(l, call);
    }
}

static bool is_new_way(const rp_ladder *l, uint64_t way)
{
    uint32_t i = 0;
    while (i < l->failing_count && l->ways[i] != way) {
        i++;
    }
    return i == l->failing_count;
}

/* Kept when none failed in this way before; else it is a call like others. */
static void fail(rp_ladder *l, ladder_call *call, const ss_buffer *why, uint64_t way, ss_time now)
{
    l->failures++;
    if (is_new_way(l, way) && l->failing_count < FAILING_MAX) {
        call->has_failed = true;
        call->why[why->len] = '\0';
        l->ways[l->failing_count] = way;
        l->failing[l->failing_count++] = place_of(l, call);
        l->sample = l->sample == place_of(l, call) ? SN_NOBODY : l->sample;
    } else {
        end_well(l, call, now);
    }
    if (!is_searching(l)) {
        forget_all_others(l);
    }
}

/* ---- rows ---- */

static ladder_row *add_row(ladder_call *call, const sn_fact *fact, ladder_kind kind)
{
    const uint32_t most = call->opener == SN_NOBODY ? LADDER_ROWS_MAX : LADDER_OTHER_ROWS_MAX;
    if (call->count == call->cap && call->cap != 0 && call->cap < most) {
        const uint32_t cap = call->cap * 2 < most ? call->cap * 2 : most;
        ladder_row *rows = grown(call->rows, call->cap * sizeof *rows, cap * sizeof *rows,
                                 call->cap == FIRST_ROWS);
        if (rows != NULL) {
            call->rows = rows;
            call->cap = cap;
        }
    }
    if (call->count == call->cap || call->count >= most) {
        call->left_out++;
        return NULL;
    }
    ladder_row *row = &call->rows[call->count++];
    *row = (ladder_row){ .at = fact->key.at,
                         .arrived = SS_TIME_NEVER,
                         .node = fact->entity,
                         .peer = fact->peer,
                         .kind = (uint8_t)kind };
    return row;
}

static uint16_t times_sent(const ladder_call *call, const ladder_row *row)
{
    uint16_t nth = 1;
    for (uint32_t i = 0; i + 1 < call->count; i++) {
        const ladder_row *r = &call->rows[i];
        if (r->kind == LADDER_MESSAGE && r->node == row->node && r->branch == row->branch &&
            r->to_tag == row->to_tag && r->is_request == row->is_request &&
            r->method == row->method && r->status == row->status && r->cseq == row->cseq) {
            nth++;
        }
    }
    return nth;
}

static void remember(rp_ladder *l, const sn_fact *fact, const ladder_call *call)
{
    under_way *u = &l->ring[l->next];
    if (u->datagram != 0) {
        sn_index_remove(&l->by_datagram, u->datagram);
    }
    const sn_packet_id message = sn_fact_message(fact);
    *u = (under_way){ sn_index_datagram(&message), place_of(l, call), call->generation,
                      call->count - 1 };
    if (!sn_index_put(&l->by_datagram, u->datagram, l->next)) {
        u->datagram = 0;
    }
    l->next = (l->next + 1) % UNDER_WAY;
}

static void on_sent(rp_ladder *l, const sn_fact *fact)
{
    l->last = NULL;
    const ss_summary *sip = &fact->sip;
    const bool opens = sip->is_request != 0 && sip->method == SS_METHOD_INVITE;
    ladder_call *call = opens ? follow_call(l, sip->call_id) : follow_other(l, fact);
    ladder_row *row = call == NULL ? NULL : add_row(call, fact, LADDER_MESSAGE);
    if (row == NULL) {
        return;
    }
    row->is_request = sip->is_request;
    row->method = sip->method;
    row->status = sip->status;
    row->cseq = sip->cseq;
    row->transport = fact->transport;
    row->branch = sip->branch;
    row->to_tag = sip->to_tag;
    row->nth = times_sent(call, row);
    remember(l, fact, call);
    l->last = call;
}

static bool has_room(rp_ladder *l, ladder_call *call, size_t len)
{
    if (call->texts_len + len <= call->texts_cap) {
        return true;
    }
    const uint32_t cap = call->texts_cap * 2;
    if (call->texts_len + len > cap || cap > LADDER_TEXTS_MAX ||
        l->texts + cap - call->texts_cap > TEXTS_MAX) {
        return false;
    }
    char *texts = grown(call->texts, call->texts_cap, cap, call->texts_cap == FIRST_TEXTS);
    if (texts == NULL) {
        return false;
    }
    l->texts += cap - call->texts_cap;
    call->texts = texts;
    call->texts_cap = cap;
    return true;
}

void rp_ladder_text(rp_ladder *l, const sn_fact *fact, ss_slice text)
{
    ladder_call *call = fact->sip.is_sip == 0 ? NULL : l->last;
    if (call == NULL || text.len == 0 || text.len > UINT16_MAX || !has_room(l, call, text.len)) {
        return;
    }
    ladder_row *row = &call->rows[call->count - 1];
    row->text_at = call->texts_len;
    row->text_len = (uint16_t)text.len;
    memcpy(call->texts + call->texts_len, text.at, text.len);
    call->texts_len += (uint32_t)text.len;
}

static void on_icmp(rp_ladder *l, const sn_fact *fact)
{
    ladder_call *call = find_call(l, fact->sip.call_id);
    ladder_row *row = call == NULL ? NULL : add_row(call, fact, LADDER_ICMP);
    if (row != NULL) {
        row->event = (uint8_t)sn_icmp_kind_of(fact->value);
        row->cseq = fact->value & UINT16_MAX;
        remember(l, fact, call);
    }
}

static ladder_row *row_of_datagram(rp_ladder *l, const sn_fact *fact)
{
    const sn_packet_id message = sn_fact_message(fact);
    const uint32_t at = sn_index_get(&l->by_datagram, sn_index_datagram(&message));
    if (at == SN_NOBODY) {
        return NULL;
    }
    const under_way *u = &l->ring[at];
    ladder_call *call = &l->calls[u->place];
    return call->generation == u->generation && u->row < call->count ? &call->rows[u->row] : NULL;
}

static void on_received(rp_ladder *l, const sn_fact *fact)
{
    ladder_row *row = row_of_datagram(l, fact);
    if (row != NULL) {
        row->arrived = ss_time_earlier(row->arrived, fact->key.at);
        row->arrivals = row->arrivals == UINT8_MAX ? UINT8_MAX : (uint8_t)(row->arrivals + 1);
    }
}

static void on_dropped(rp_ladder *l, const sn_fact *fact)
{
    ladder_row *row = row_of_datagram(l, fact);
    if (row != NULL && row->cause == SN_CAUSE_NONE) {
        row->cause = (uint8_t)fact->cause;
        row->lost_at = fact->entity;
        row->lost_on_link = fact->kind == SN_FACT_LINK_DROPPED;
    }
}

static void on_note(rp_ladder *l, const sn_fact *fact)
{
    ladder_call *call = fact->note.kind == SS_NOTE_TIMER ? find_call(l, fact->note.call_id) : NULL;
    ladder_row *row = call == NULL ? NULL : add_row(call, fact, LADDER_TIMER);
    if (row != NULL) {
        row->letter = fact->note.letter;
        row->machine = fact->note.machine;
        row->method = fact->note.method;
        row->branch = fact->note.value;
    }
}

static void on_state(rp_ladder *l, const sn_fact *fact)
{
    const ss_note *note = &fact->note;
    const bool is_dialog = note->kind == SS_NOTE_DIALOG;
    ladder_call *call =
        l->selects && (is_dialog || note->kind == SS_NOTE_TXN) ? find_call(l, note->call_id) : NULL;
    ladder_row *row = call == NULL ? NULL : add_row(call, fact, LADDER_STATE);
    if (row != NULL) {
        row->machine = is_dialog ? SS_MACHINE_COUNT : note->machine;
        row->method = note->method;
        row->event = note->to;
    }
}

/* What became of the connection that messages of the call went by; of its opening, what is no success. */
static void on_connection(rp_ladder *l, const sn_fact *fact)
{
    ladder_call *call = find_call(l, fact->connection.call_id);
    ladder_row *row = call == NULL ? NULL : add_row(call, fact, LADDER_CONNECTION);
    if (row != NULL) {
        row->event = (uint8_t)fact->connection.event;
        row->transport = fact->transport;
    }
}

static bool is_failure(const sn_call_fact *call)
{
    switch (call->event) {
    case SN_CALL_NOT_ACKED:
    case SN_CALL_BLOCKED:
        return true;
    case SN_CALL_REJECTED:
    case SN_CALL_ENDED:
        return call->synthetic != 0;
    default:
        return false;
    }
}

static void on_failure(rp_ladder *l, ladder_call *call, const sn_fact *fact)
{
    ss_buffer why = ss_buffer_on(call->why, sizeof call->why - 1);
    ss_put_text(&why, sn_capture_name(l->cast, fact->entity));
    ss_put_text(&why, ": ");
    ss_put_text(&why, sn_call_event_name((sn_call_event)fact->call.event));
    if (fact->call.status != 0) {
        ss_put_char(&why, ' ');
        ss_put_u64(&why, fact->call.status);
        ss_put_text(&why, fact->call.synthetic != 0
                              ? " (nobody sent it: it follows from a timeout or failure)"
                              : "");
    }
    fail(l, call, &why, (uint64_t)fact->call.event << 16 | fact->call.status, fact->key.at);
}

/* What a B2BUA makes of a call is the same call, whatever its Call-ID. */
static void join(rp_ladder *l, const sn_call_fact *told)
{
    ladder_call *call = find_call(l, told->because);
    if (call != NULL && call->alias_count < LADDER_ALIASES &&
        sn_index_put(&l->by_call, told->call_id, place_of(l, call))) {
        call->aliases[call->alias_count++] = told->call_id;
    }
}

static void on_call(rp_ladder *l, const sn_fact *fact)
{
    const sn_call_fact *told = &fact->call;
    if (l->selects && l->wanted_id == 0 && told->number != 0 && told->number == l->wanted_number) {
        l->wanted_id = told->call_id;
    }
    if (told->event == SN_CALL_JOINED) {
        join(l, told);
    }
    ladder_call *call = follow_call(l, told->call_id);
    if (call == NULL) {
        return;
    }
    if (told->number != 0) {
        call->number = told->number;
        call->source = told->source;
    }
    ladder_row *row = add_row(call, fact, LADDER_EVENT);
    if (row != NULL) {
        row->event = (uint8_t)told->event;
        row->status = told->status;
        row->synthetic = told->synthetic;
    }
    if (is_failure(told)) {
        if (is_searching(l) && !call->has_failed) {
            on_failure(l, call, fact);
        }
    } else if (told->event == SN_CALL_ENDED || told->event == SN_CALL_REJECTED) {
        end_well(l, call, fact->key.at);
    }
}

/* It names no Call-ID, but a user agent has one registration. */
static void on_registration(rp_ladder *l, const sn_fact *fact)
{
    for (uint32_t i = 0; i < l->other_count[SS_METHOD_REGISTER]; i++) {
        ladder_call *other = &l->calls[l->others[SS_METHOD_REGISTER][i]];
        ladder_row *row = other->opener == fact->entity ? add_row(other, fact, LADDER_EVENT) : NULL;
        if (row != NULL) {
            row->event = (uint8_t)fact->call.event;
            row->status = fact->call.status;
            row->synthetic = fact->call.synthetic;
        }
    }
}

void rp_ladder_fact(rp_ladder *l, const sn_fact *fact)
{
    if (fact->key.at >= l->oldest) {
        forget_old(l, fact->key.at);
    }
    switch (fact->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_STREAM_SENT:
        on_sent(l, fact);
        break;
    case SN_FACT_ICMP_SENT:
        on_icmp(l, fact);
        break;
    case SN_FACT_DATAGRAM_RECEIVED:
    case SN_FACT_STREAM_RECEIVED:
    case SN_FACT_ICMP_RECEIVED:
        on_received(l, fact);
        break;
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_NODE_DROPPED:
        on_dropped(l, fact);
        break;
    case SN_FACT_CONNECTION:
        on_connection(l, fact);
        break;
    case SN_FACT_NOTE:
        on_note(l, fact);
        on_state(l, fact);
        break;
    case SN_FACT_CALL:
        on_call(l, fact);
        break;
    case SN_FACT_REGISTRATION:
        on_registration(l, fact);
        break;
    default:
        break;
    }
}

static void put_violation(ss_buffer *b, ss_time at, const char *law, const char *text)
{
    ss_put_text(b, law);
    ss_put_text(b, " broken at ");
    rp_buffer_ms(b, at);
    ss_put_text(b, " ms: ");
    ss_put_text(b, text);
}

void rp_ladder_violation(rp_ladder *l, uint64_t call_id, ss_time at, const char *law,
                         const char *text)
{
    if (call_id == 0 || !is_searching(l)) {
        return;
    }
    ladder_call *call = find_call(l, call_id);
    char *to = call == NULL ? l->forgotten : call->why;
    if (call == NULL ? l->forgotten[0] != '\0' : call->has_failed) {
        return;
    }
    ss_buffer why = ss_buffer_on(to, LADDER_WHY_BYTES - 1);
    put_violation(&why, at, law, text);
    to[why.len] = '\0';
    if (call != NULL) {
        fail(l, call, &why, ss_hash64(0, ss_slice_from(law)), at);
    }
}
