/* The capture of a run: packets from facts to pcapng blocks. Each packet is held in a window until all its copies have
 * arrived or are lost, so that its comment can tell its fate; the window is bounded, and what falls out of it tells
 * what is known by then. Packets stay in the order in which they left. On a link, a packet's comment tells what became of
 * it there, which is known when the event is over.
 *
 * Which packets are wanted is decided at the end of the event that sent them, when the event's facts are all known.
 */
#include "sn/capture.h"

#include <stdlib.h>
#include <string.h>

#include "sn/capture_index.h"
#include "sn/mutate.h"

enum {
    WINDOW = 4096,
    FIRST_ROOM = 1024,
    COMMENT_BYTES = 240,
    INTERFACE_BYTES = 128,
    BLOCK_BYTES = 65536 + 1024,
    PLACES_OF_LINK = 4
};

typedef struct held {
    uint64_t key; /* of the index */
    ss_time at;
    uint64_t call_id;
    uint32_t place;     /* where it was taken: its origin, or an end of a link, as place_of says */
    uint32_t under_way; /* copies and pieces whose fate is open */
    unsigned char *bytes;
    uint32_t len, cap;
    uint16_t comment_len;
    char comment[COMMENT_BYTES];
} held;

struct sn_capture {
    const sn_cast *cast;
    sn_capture_options options;
    sn_selection *selection;
    sn_index by_packet;   /* place in the window */
    held *window;         /* a ring */
    uint32_t *interfaces; /* per place; SN_NOBODY before its first packet */
    uint32_t place_count;
    uint32_t interface_count;
    uint32_t first, count; /* of the window */
    uint32_t fresh;        /* the last ones: not yet chosen or refused */
    uint32_t node;         /* of the filter */
    sn_key event;
    sn_fact edited; /* the last one that a fault edited */
    uint64_t written;
    bool incomplete;
    char block[BLOCK_BYTES];
};

/* ---- names ---- */

const char *sn_capture_name(const sn_cast *cast, uint32_t node)
{
    return node < cast->node_count ? cast->nodes[node].name : "?";
}

void sn_capture_put_event(ss_buffer *b, const sn_key *key)
{
    ss_put_u64(b, key->at);
    ss_put_char(b, '/');
    ss_put_u64(b, key->step);
    ss_put_char(b, '/');
    ss_put_u64(b, key->tie);
    ss_put_char(b, '/');
    ss_put_u64(b, key->receiver);
    ss_put_char(b, '/');
    ss_put_u64(b, key->sender);
    ss_put_char(b, '/');
    ss_put_u64(b, key->counter);
}

void sn_capture_put_link(ss_buffer *b, const sn_cast *cast, uint32_t link)
{
    const uint32_t node = link / 2;
    const uint32_t router = node < cast->node_count ? cast->nodes[node].router : SN_NOBODY;
    const bool up = link == SN_UP(node);
    ss_put_text(b, sn_capture_name(cast, up ? node : router));
    ss_put_text(b, " -> ");
    ss_put_text(b, sn_capture_name(cast, up ? router : node));
}

/* ---- the window ---- */

static held *nth(sn_capture *c, uint32_t n)
{
    return &c->window[(c->first + n) % WINDOW];
}

static void emit(sn_capture *c, const ss_buffer *b)
{
    SS_ASSERT(!b->overflow);
    c->options.write(c->options.self, ss_buffer_slice(b));
}

static bool is_on_link(const sn_capture *c)
{
    return c->options.filter.kind == SN_CAPTURE_LINK;
}

/* Nodes are places by their numbers; on a link it is the end at which a direction sends, and then that at which it comes. */
static uint32_t place_of(const sn_capture *c, const sn_fact *fact)
{
    return is_on_link(c) ? 2 * (fact->entity & 1) + (fact->kind == SN_FACT_LINK_ARRIVED)
                         : fact->entity;
}

static void put_place(ss_buffer *b, const sn_capture *c, uint32_t place)
{
    if (is_on_link(c)) {
        sn_capture_put_link(b, c->cast, SN_UP(c->node) + place / 2);
        ss_put_text(b, place % 2 == 0 ? " tx" : " rx");
    } else {
        ss_put_text(b, sn_capture_name(c->cast, place));
    }
}

static uint32_t interface_of(sn_capture *c, uint32_t place)
{
    if (c->interfaces[place] == SN_NOBODY) {
        char name[INTERFACE_BYTES];
        ss_buffer n = ss_buffer_on(name, sizeof name);
        ss_buffer b = ss_buffer_on(c->block, sizeof c->block);
        put_place(&n, c, place);
        sn_pcapng_put_interface(&b, ss_buffer_slice(&n));
        emit(c, &b);
        c->interfaces[place] = c->interface_count++;
    }
    return c->interfaces[place];
}

static uint64_t since_1970(const sn_capture *c, ss_time at)
{
    return c->options.epoch_s * UINT64_C(1000000000) + at;
}

static void write_first(sn_capture *c)
{
    const held *h = nth(c, 0);
    const uint32_t interface = interface_of(c, h->place);
    ss_buffer b = ss_buffer_on(c->block, sizeof c->block);
    sn_pcapng_put_packet(&b, interface, since_1970(c, h->at),
                         (ss_slice){ (const char *)h->bytes, h->len },
                         (ss_slice){ h->comment, h->comment_len });
    emit(c, &b);
    sn_index_remove(&c->by_packet, h->key);
    c->first = (c->first + 1) % WINDOW;
    c->count--;
    c->written++;
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Filters by address read the IP header. */
static sn_address destination(const held *h)
{
    const bool is_v6 = h->len >= 40 && h->bytes[0] >> 4 == 6;
    const unsigned char *at = h->bytes + (is_v6 ? 24 : 16);
    if (h->len < 20) {
        return (sn_address){ 0, 0 };
    }
    const uint64_t first = (uint64_t)get32(at);
    return is_v6 ? (sn_address){ first << 32 | get32(at + 4),
                                 (uint64_t)get32(at + 8) << 32 | get32(at + 12) }
                 : sn_address_v4((uint32_t)first);
}

static bool is_for(const held *h, const sn_member *m)
{
    const sn_address a = destination(h);
    return sn_address_equal(a, sn_member_address_of(m, !sn_address_is_v4(a)));
}

/* `before`: packets that were taken earlier. */
static bool is_wanted(const sn_capture *c, const held *h, uint64_t before)
{
    switch (c->options.filter.kind) {
    case SN_CAPTURE_OFF:
        return false;
    case SN_CAPTURE_ALL:
    case SN_CAPTURE_LINK: /* no others are held */
        return true;
    case SN_CAPTURE_FIRST:
        return before < c->options.filter.count;
    case SN_CAPTURE_NODE:
        return c->node != SN_NOBODY && (h->place == c->node || is_for(h, &c->cast->nodes[c->node]));
    case SN_CAPTURE_CALLS:
    case SN_CAPTURE_CALL:
        break;
    }
    return sn_selection_takes_call(c->selection, h->call_id);
}

/* The event that made the last packets is over: keep those that are wanted. */
static void settle(sn_capture *c)
{
    uint32_t kept = c->count - c->fresh;
    for (uint32_t i = kept; i < c->count; i++) {
        held *h = nth(c, i);
        if (!is_wanted(c, h, c->written + kept)) {
            sn_index_remove(&c->by_packet, h->key);
            continue;
        }
        if (i != kept) {
            held *to = nth(c, kept);
            const held moved = *h;
            *h = *to;
            *to = moved;
            c->incomplete |= !sn_index_put(&c->by_packet, to->key, (c->first + kept) % WINDOW);
        }
        kept++;
    }
    c->count = kept;
    c->fresh = 0;
    while (c->count != 0 && (nth(c, 0)->under_way == 0 || is_on_link(c))) {
        write_first(c);
    }
}

/* A place keeps its room for the packets to come: by doublings, so that a warm window asks for no more. */
static bool keep_bytes(held *h, ss_slice packet)
{
    if (h->cap < packet.len) {
        uint32_t cap = FIRST_ROOM;
        while (cap < packet.len) {
            cap *= 2;
        }
        unsigned char *bytes = realloc(h->bytes, cap);
        if (bytes == NULL) {
            return false;
        }
        h->bytes = bytes;
        h->cap = cap;
    }
    if (packet.len != 0) {
        memcpy(h->bytes, packet.at, packet.len);
    }
    h->len = (uint32_t)packet.len;
    return true;
}

static ss_buffer comment_of(held *h)
{
    ss_buffer b = ss_buffer_on(h->comment, sizeof h->comment);
    b.len = h->comment_len;
    return b;
}

/* A remark that does not fit is left out whole. */
static void keep_comment(held *h, const ss_buffer *b)
{
    if (!b->overflow) {
        h->comment_len = (uint16_t)b->len;
    }
}

/* A message that is another than it was: told where it becomes so, on its way or, by a fault, before its packet is there. */
static void tell_edit(const sn_capture *c, held *h, const sn_fact *fact)
{
    ss_buffer b = comment_of(h);
    const sn_edit edit = (sn_edit)fact->value;
    ss_put_text(&b, fact->packet.copy == 0 ? "; edited" : "; a copy edited");
    if (fact->cause == SN_CAUSE_NONE) {
        ss_put_text(&b, " on ");
        ss_put_text(&b, sn_capture_name(c->cast, fact->entity));
        ss_put_text(&b, " -> ");
        ss_put_text(&b, sn_capture_name(c->cast, fact->peer));
    }
    ss_put_text(&b, ": ");
    ss_put_text(&b, edit < SN_EDITS ? sn_edit_about(edit)->name : "damaged");
    keep_comment(h, &b);
}

static void hold(sn_capture *c, const sn_fact *fact, ss_slice packet)
{
    const uint32_t place = place_of(c, fact);
    if (packet.len > SS_DATAGRAM_BYTES_MAX || place >= c->place_count) {
        return;
    }
    if (c->count == WINDOW && c->fresh == WINDOW) {
        settle(c); /* one event sent as many: decide now */
    }
    if (c->count == WINDOW) {
        write_first(c);
    }
    held *h = nth(c, c->count);
    const uint64_t key = sn_index_fragment(&fact->packet, fact->packet.fragment);
    if (!keep_bytes(h, packet) ||
        !sn_index_put(&c->by_packet, key, (c->first + c->count) % WINDOW)) {
        c->incomplete = true;
        return;
    }
    h->key = key;
    h->at = fact->key.at;
    h->place = place;
    h->call_id = sn_selection_call_of(c->selection, fact);
    h->under_way = 1;
    h->comment_len = 0;
    ss_buffer b = comment_of(h);
    ss_put_text(&b, "event ");
    sn_capture_put_event(&b, &fact->key);
    keep_comment(h, &b);
    const sn_packet_id *edited = &c->edited.packet;
    if (c->edited.kind == SN_FACT_EDITED && edited->origin == fact->packet.origin &&
        edited->ordinal == fact->packet.ordinal) {
        tell_edit(c, h, &c->edited);
    }
    c->count++;
    c->fresh++;
}

/* A router's pieces are known by the packet that it cut. */
static held *find(sn_capture *c, const sn_fact *fact)
{
    uint32_t at =
        sn_index_get(&c->by_packet, sn_index_fragment(&fact->packet, fact->packet.fragment));
    if (at == SN_NOBODY && fact->packet.fragment != 0) {
        at = sn_index_get(&c->by_packet, sn_index_fragment(&fact->packet, 0));
    }
    return at == SN_NOBODY ? NULL : &c->window[at];
}

static void end_copy(held *h)
{
    h->under_way -= h->under_way != 0;
}

static void tell_drop(sn_capture *c, held *h, const sn_fact *fact)
{
    ss_buffer b = comment_of(h);
    ss_put_text(&b, fact->packet.copy == 0 ? "; lost" : "; a copy lost");
    if (fact->kind == SN_FACT_LINK_DROPPED) {
        ss_put_text(&b, " on ");
        sn_capture_put_link(&b, c->cast, fact->entity);
    } else {
        ss_put_text(&b, " at ");
        ss_put_text(&b, sn_capture_name(c->cast, fact->entity));
    }
    ss_put_text(&b, ": ");
    ss_put_text(&b, sn_cause_text((sn_cause)fact->cause));
    keep_comment(h, &b);
}

static bool is_router(const sn_capture *c, uint32_t node)
{
    return node < c->cast->node_count && c->cast->nodes[node].role == SN_ROLE_ROUTER;
}

/* What ends or changes the way of a packet: most facts say nothing of one. */
static bool is_about_packet(const sn_capture *c, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_LINK_ARRIVED:
        return fact->entity == SN_DOWN(fact->entity / 2) && !is_router(c, fact->entity / 2);
    case SN_FACT_FRAGMENTED:
        return is_router(c, fact->entity) && fact->value > 1;
    case SN_FACT_LINK_DUPLICATED:
    case SN_FACT_EDITED:
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_NODE_DROPPED:
        return true;
    default:
        return false;
    }
}

static void follow(sn_capture *c, const sn_fact *fact)
{
    held *h = is_about_packet(c, fact) ? find(c, fact) : NULL;
    if (h == NULL) {
        return;
    }
    switch (fact->kind) {
    case SN_FACT_LINK_DUPLICATED:
        h->under_way++;
        break;
    case SN_FACT_FRAGMENTED:
        h->under_way += (uint32_t)fact->value - 1u;
        break;
    case SN_FACT_LINK_ARRIVED:
        end_copy(h);
        break;
    case SN_FACT_EDITED:
        tell_edit(c, h, fact);
        break;
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_NODE_DROPPED:
        tell_drop(c, h, fact);
        end_copy(h);
        break;
    default:
        break;
    }
}

/* ---- the observer ---- */

static void free_window(sn_capture *c)
{
    for (uint32_t i = 0; c->window != NULL && i < WINDOW; i++) {
        free(c->window[i].bytes);
    }
    free(c->window);
}

sn_capture *sn_capture_new(const sn_cast *cast, const sn_capture_options *options)
{
    sn_capture *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->cast = cast;
    c->options = *options;
    c->selection = sn_selection_new(&options->filter);
    c->window = calloc(WINDOW, sizeof *c->window);
    c->place_count = is_on_link(c) ? PLACES_OF_LINK : cast->node_count;
    c->interfaces = calloc((size_t)c->place_count + 1, sizeof *c->interfaces);
    if (c->selection == NULL || c->window == NULL || c->interfaces == NULL) {
        sn_capture_free(c);
        return NULL;
    }
    for (uint32_t i = 0; i < c->place_count; i++) {
        c->interfaces[i] = SN_NOBODY;
    }
    c->node = sn_capture_node(cast, options->filter.node);
    ss_buffer b = ss_buffer_on(c->block, sizeof c->block);
    sn_pcapng_put_section(&b);
    emit(c, &b);
    return c;
}

void sn_capture_free(sn_capture *c)
{
    if (c != NULL) {
        free_window(c);
        sn_selection_free(c->selection);
        sn_index_free(&c->by_packet);
        free(c->interfaces);
        free(c);
    }
}

/* Most facts are of the event that the one before was of. */
static bool is_of(const sn_key *event, const sn_key *key)
{
    return event->at == key->at && event->counter == key->counter &&
           event->receiver == key->receiver && event->sender == key->sender &&
           event->tie == key->tie && event->step == key->step;
}

void sn_capture_fact(sn_capture *c, const sn_fact *fact, ss_slice packet)
{
    if (c->options.filter.kind == SN_CAPTURE_OFF) {
        return;
    }
    if (!is_of(&c->event, &fact->key)) {
        settle(c);
        c->event = fact->key;
    }
    if (c->options.filter.kind != SN_CAPTURE_ALL) {
        sn_selection_fact(c->selection, fact);
    }
    if (fact->kind == SN_FACT_EDITED && fact->cause == SN_CAUSE_FAULT) {
        c->edited = *fact;
    } else if (sn_capture_is_place(&c->options.filter, c->node, fact)) {
        hold(c, fact, packet);
    } else if (c->count != 0) {
        follow(c, fact);
    }
}

void sn_capture_finish(sn_capture *c, ss_time end, bool interrupted)
{
    settle(c);
    while (c->count != 0) {
        write_first(c);
    }
    if (interrupted && c->interface_count != 0) {
        ss_buffer b = ss_buffer_on(c->block, sizeof c->block);
        sn_pcapng_put_statistics(&b, 0, since_1970(c, end),
                                 SS_LIT("interrupted: the run was ended here"));
        emit(c, &b);
    }
}

uint64_t sn_capture_count(const sn_capture *c)
{
    return c->written;
}

bool sn_capture_is_whole(const sn_capture *c)
{
    return !c->incomplete;
}
