/* A connection from SYN to the last acknowledgement (RFC 9293 3.5, 3.6), on a network that loses and overtakes nothing.
 *
 * A segment is answered inside the event in which it came: by data that the app wrote, or else by an acknowledgement alone.
 * When the peer has ended its half in order, ours ends too once what is kept went out; so the app hears of one end only.
 * Invariant: bytes on the network and acknowledged never pass those written, and what is not in order is not there. */
#include "tcp/stream.h"
#include "fault.h"

/* ---- facts ---- */

static ss_path path_of(const sn_partition *p, uint32_t node, const sn_stream *s)
{
    const sn_member *me = &p->world->plan->cast.nodes[node];
    const sn_address own = sn_member_address_of(me, !sn_address_is_v4(s->remote));
    return (ss_path){ .transport = SS_TRANSPORT_TCP,
                      .connection = s->number,
                      .local = sn_address_with_port(own, s->local_port),
                      .remote = sn_address_with_port(s->remote, s->remote_port) };
}

static sn_fact fact_of(const sn_partition *p, sn_fact_kind kind, uint32_t node, const sn_stream *s)
{
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = node,
                      .peer = sn_plan_find_address(p->world->plan, s->remote),
                      .packet.origin = SN_NOBODY,
                      .local_port = s->local_port,
                      .peer_port = s->remote_port,
                      .transport = SS_TRANSPORT_TCP };
}

static void tell(sn_partition *p, uint32_t node, const sn_stream *s, sn_connection_event event)
{
    sn_fact fact = fact_of(p, SN_FACT_CONNECTION, node, s);
    /* what the end that gives up does not know to have come, else what it did not even send */
    fact.value = s->written - (event == SN_CONNECTION_CLOSING ? s->acked : s->sent);
    fact.connection = (sn_connection_fact){ .event = (uint16_t)event,
                                            .number = s->number,
                                            .call_id = s->call_id };
    sn_emit(p, &fact, SS_EMPTY);
}

/* A message at a place in one direction of the stream: the sender's. */
static void emit_message(sn_partition *p, sn_fact *fact, uint32_t sender, uint64_t place,
                         ss_slice message)
{
    fact->packet.origin = sender;
    fact->packet.ordinal = place;
    fact->hash = ss_hash64(0, message);
    fact->value = message.len;
    ss_summarise_bytes(message, &p->world->arena, &fact->sip);
    sn_emit(p, fact, message);
}

/* ---- segments ---- */

static uint16_t largest_segment(const sn_plan *plan, uint32_t node, sn_address remote)
{
    const sn_link_kind *kind = &plan->links[plan->groups[plan->nodes[node].group].link];
    const uint32_t mtu = kind->up.mtu == 0 ? SN_IP_BYTES_MAX : kind->up.mtu;
    return (uint16_t)(mtu - sn_ip_header_to(remote) - SN_TCP_HEADER_BYTES);
}

static void send(sn_partition *p, uint32_t node, sn_stream *s, uint8_t flags, uint32_t sequence,
                 ss_slice payload)
{
    const bool is_first = (flags & SN_TCP_SYN) != 0;
    const bool knows_peer = (flags & SN_TCP_ACK) != 0;
    const uint32_t next = s->peer_first + 1 + (uint32_t)s->heard + s->heard_end;
    const sn_tcp tcp = { .source_port = s->local_port,
                         .destination_port = s->remote_port,
                         .sequence = sequence,
                         .acknowledged = knows_peer ? next : 0,
                         .flags = flags,
                         .window = SN_STREAM_WINDOW,
                         .mss = is_first ? largest_segment(p->world->plan, node, s->remote) : 0,
                         .payload = payload };
    s->owes_ack = s->owes_ack && !knows_peer;
    if (s->is_mute) {
        return;
    }
    sn_node_send_segment(p, node, s->remote, &tcp, s->call_id);
}

static uint32_t sequence_of(const sn_stream *s, uint64_t byte)
{
    return s->own_first + 1 + (uint32_t)byte;
}

/* RFC9293:3.10.7.1 to what no connection is known for. */
static void send_reset_to(sn_partition *p, uint32_t node, sn_address source, const sn_tcp *to)
{
    const bool has_ack = (to->flags & SN_TCP_ACK) != 0;
    const uint32_t length = (uint32_t)to->payload.len + ((to->flags & SN_TCP_SYN) != 0) +
                            ((to->flags & SN_TCP_FIN) != 0);
    const sn_tcp tcp = { .source_port = to->destination_port,
                         .destination_port = to->source_port,
                         .sequence = has_ack ? to->acknowledged : 0,
                         .acknowledged = has_ack ? 0 : to->sequence + length,
                         .flags = has_ack ? SN_TCP_RST : SN_TCP_RST | SN_TCP_ACK };
    sn_node_send_segment(p, node, source, &tcp, 0);
}

static void send_reset(sn_partition *p, uint32_t node, sn_stream *s)
{
    if (s->state != SN_STREAM_ASKED) { /* who has not answered has nothing to forget */
        send(p, node, s, SN_TCP_RST | SN_TCP_ACK, sequence_of(s, s->sent) + s->sent_end, SS_EMPTY);
    }
}

static sn_point point_of(const sn_partition *p, uint32_t node, const sn_stream *s, uint64_t at)
{
    const uint64_t id = p->world->plan->cast.nodes[node].id;
    return (sn_point){ .place = id,
                       .call = s->call_id,
                       .row = s->ordinal,
                       .at = p->key.at,
                       .entity = node,
                       .key = { id, s->ordinal, at },
                       .key_words = 3 };
}

/* A draw (RFC 9293 3.4.1), so that two connections between the same ends differ. */
static void choose_first(sn_partition *p, uint32_t node, sn_stream *s)
{
    sn_point point = point_of(p, node, s, 0);
    s->own_first = (uint32_t)sn_decide_bits(p->world->decisions, SN_DECISION_SEQUENCE, &point);
    s->mss = largest_segment(p->world->plan, node, s->remote);
}

/* As much as fits a segment, or, where the scenario wants streams cut anywhere, as a draw says. */
static size_t next_length(sn_partition *p, uint32_t node, const sn_stream *s)
{
    const sn_plan *plan = p->world->plan;
    const uint64_t kept = s->written - s->sent;
    const uint64_t room = SN_STREAM_WINDOW - (s->sent - s->acked);
    uint64_t whole = kept < s->mss ? kept : s->mss;
    whole = sn_stream_released(p, s, whole < room ? whole : room);
    if (whole == 0) {
        return 0;
    }
    sn_point point = point_of(p, node, s, s->sent);
    sn_decide_at(p->world->decisions, &point);
    return sn_decide_size(p->world->decisions, SN_DECISION_SEGMENT, &point, (uint32_t)whole,
                          plan->groups[plan->nodes[node].group].cuts_streams);
}

/* All that may go out. */
static void pump(sn_partition *p, uint32_t node, sn_stream *s)
{
    size_t len;
    while (s->state == SN_STREAM_OPEN && (len = next_length(p, node, s)) != 0) {
        const uint32_t sequence = sequence_of(s, s->sent);
        const ss_slice bytes = sn_stream_take(p, s, len);
        if (bytes.len == 0) {
            return;
        }
        s->sent += len;
        send(p, node, s, SN_TCP_PSH | SN_TCP_ACK, sequence, bytes);
    }
    if (s->state == SN_STREAM_OPEN && s->wants_end && !s->sent_end && s->sent == s->written) {
        s->sent_end = true;
        send(p, node, s, SN_TCP_FIN | SN_TCP_ACK, sequence_of(s, s->sent), SS_EMPTY);
    }
}

/* ---- what the app is told: it may do anything in return, so the connection is looked for again ---- */

typedef struct known {
    uint32_t ordinal;
    sn_address remote;
    uint16_t local_port, remote_port;
} known;

static known remember(const sn_stream *s)
{
    return (known){ s->ordinal, s->remote, s->local_port, s->remote_port };
}

static sn_stream *again(const sn_partition *p, uint32_t node, const known *k)
{
    sn_stream *s = sn_stream_by_ends(p, node, k->local_port, k->remote, k->remote_port);
    return s == NULL || s->ordinal != k->ordinal ? NULL : s;
}

/* It is over: the app is told when it knew of it. */
static void lose(sn_partition *p, uint32_t node, sn_stream *s, sn_connection_event event)
{
    const ss_path path = path_of(p, node, s);
    const bool is_told = s->is_told;
    tell(p, node, s, event);
    sn_stream_free(p, node, s);
    if (is_told) {
        (void)sn_app_stream(p, node, &path,
                            event == SN_CONNECTION_REFUSED ? SN_STREAM_REFUSED : SN_STREAM_FAILED);
    }
}

static sn_stream *give_bytes(sn_partition *p, uint32_t node, sn_stream *s, ss_slice payload)
{
    const known k = remember(s);
    const ss_path path = path_of(p, node, s);
    ss_slice rest = sn_stream_unread_and(p, s, payload);
    size_t taken = rest.len;
    while (s != NULL && s->is_told && rest.len != 0 && taken != 0) {
        taken = sn_app_bytes(p, node, &path, rest);
        SS_ASSERT(taken <= rest.len);
        rest = ss_slice_cut(rest, taken, rest.len);
        s = again(p, node, &k);
        if (s != NULL) {
            s->taken += taken;
        }
    }
    if (s != NULL && s->is_told && !sn_stream_leave(p, s, rest)) {
        return NULL;
    }
    return s;
}

static sn_stream *give_end(sn_partition *p, uint32_t node, sn_stream *s)
{
    const known k = remember(s);
    const ss_path path = path_of(p, node, s);
    s->wants_end = true;
    tell(p, node, s, SN_CONNECTION_CLOSED);
    if (!s->is_told) {
        return s;
    }
    sn_stream_forget_number(p, s);
    (void)sn_app_stream(p, node, &path, SN_STREAM_CLOSED);
    return again(p, node, &k);
}

/* ---- a segment of a connection that is open ---- */

static sn_stream *take_acknowledgement(sn_partition *p, uint32_t node, sn_stream *s,
                                       const sn_tcp *tcp)
{
    const uint32_t ahead = tcp->acknowledged - sequence_of(s, s->acked);
    const uint64_t open = s->sent - s->acked;
    if ((tcp->flags & SN_TCP_ACK) == 0 || ahead > open + s->sent_end) {
        return s; /* RFC9293:3.10.7.4 of nothing, or of what never left */
    }
    s->end_is_known = s->end_is_known || ahead == open + 1;
    s->acked += ahead > open ? open : ahead;
    if (!s->is_stuck || s->written - s->sent > SN_STREAM_LIKED / 2) {
        return s;
    }
    const known k = remember(s);
    const ss_path path = path_of(p, node, s);
    s->is_stuck = false;
    tell(p, node, s, SN_CONNECTION_FLOWING);
    (void)sn_app_stream(p, node, &path, SN_STREAM_FLOWING);
    return again(p, node, &k);
}

static sn_stream *take_payload(sn_partition *p, uint32_t node, sn_stream *s, const sn_tcp *tcp)
{
    const uint32_t expected = s->peer_first + 1 + (uint32_t)s->heard;
    const bool is_last = (tcp->flags & SN_TCP_FIN) != 0;
    if (tcp->payload.len == 0 && !is_last) {
        return s;
    }
    s->owes_ack = true;
    if (tcp->sequence != expected || s->heard_end) {
        return s; /* RFC9293:3.10.7.4 not in order: what is known is said again */
    }
    if (tcp->payload.len != 0 &&
        !s->is_told) { /* RFC9293:3.6.1 nobody is there to read: the peer is told so */
        tell(p, node, s, SN_CONNECTION_RESET);
        send_reset(p, node, s);
        sn_stream_free(p, node, s);
        return NULL;
    }
    s->heard += tcp->payload.len;
    s->used = p->key.at;
    s->heard_end = is_last;
    if (tcp->payload.len != 0) {
        s = give_bytes(p, node, s, tcp->payload);
    }
    return s != NULL && is_last ? give_end(p, node, s) : s;
}

static void take(sn_partition *p, uint32_t node, sn_stream *s, const sn_tcp *tcp)
{
    if ((tcp->flags & SN_TCP_RST) != 0) {
        lose(p, node, s, SN_CONNECTION_LOST);
        return;
    }
    s = take_acknowledgement(p, node, s, tcp);
    if (s != NULL) {
        pump(p, node, s); /* the window has moved */
        s = take_payload(p, node, s, tcp);
    }
    if (s == NULL) {
        return;
    }
    pump(p, node, s);
    if (s->owes_ack) {
        send(p, node, s, SN_TCP_ACK, sequence_of(s, s->sent) + s->sent_end, SS_EMPTY);
    }
    if (s->end_is_known && s->heard_end) {
        sn_stream_free(p, node, s);
    }
}

/* ---- a segment that opens one ---- */

static uint16_t smaller(uint16_t a, uint16_t b)
{
    return a < b ? a : b;
}

/* RFC9293:3.7.1 who names no largest segment takes 536 bytes. */
static void meet_peer(sn_stream *s, const sn_tcp *syn)
{
    s->peer_first = syn->sequence;
    s->mss = smaller(s->mss, syn->mss == 0 ? 536 : syn->mss);
}

static void accept(sn_partition *p, uint32_t node, sn_address source, const sn_tcp *syn)
{
    sn_stream *s = sn_stream_new(p, node, syn->destination_port, source, syn->source_port);
    if (s != NULL) {
        s->state = SN_STREAM_ASKING;
        choose_first(p, node, s);
        meet_peer(s, syn);
        send(p, node, s, SN_TCP_SYN | SN_TCP_ACK, s->own_first, SS_EMPTY);
    }
}

/* RFC3261:18 how long a connection is kept for more is the element's own policy. */
static ss_span idle_span(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return plan->groups[plan->nodes[node].group].idle;
}

enum { LOOK_ANSWERED, LOOK_IDLE, LOOK_HELD };

static void look_again(sn_partition *p, uint32_t node, const sn_stream *s, ss_time at,
                       uint32_t what)
{
    sn_post_self(p, node, at,
                 (sn_event){ .kind = SN_EVENT_STREAM, .arg = s->ordinal, .arg2 = what });
}

/* The peer knows that we answered: now the app is told, and may say that it has no room. */
static void become_open(sn_partition *p, uint32_t node, sn_stream *s, sn_connection_event event)
{
    const known k = remember(s);
    const ss_path path = path_of(p, node, s);
    s->state = SN_STREAM_OPEN;
    s->used = p->key.at;
    if (idle_span(p, node) != 0) {
        look_again(p, node, s, ss_time_after(s->used, idle_span(p, node)), LOOK_IDLE);
    }
    tell(p, node, s, event);
    const bool is_welcome = !s->is_told || sn_app_stream(p, node, &path, SN_STREAM_OPENED);
    s = again(p, node, &k);
    if (s != NULL && !is_welcome) {
        tell(p, node, s, SN_CONNECTION_RESET);
        send_reset(p, node, s);
        sn_stream_free(p, node, s);
    }
}

static void take_answer(sn_partition *p, uint32_t node, sn_stream *s, const sn_tcp *tcp)
{
    const known k = remember(s);
    const bool is_ours = (tcp->flags & SN_TCP_ACK) != 0 && tcp->acknowledged == s->own_first + 1;
    if (!is_ours) {
        return;
    }
    if ((tcp->flags & SN_TCP_RST) != 0) {
        lose(p, node, s, SN_CONNECTION_REFUSED);
        return;
    }
    if ((tcp->flags & SN_TCP_SYN) != 0) {
        meet_peer(s, tcp);
        s->owes_ack = true;
        become_open(p, node, s, SN_CONNECTION_OPEN);
        s = again(p, node, &k);
        if (s != NULL) {
            pump(p, node, s);
        }
        if (s != NULL && s->owes_ack) {
            send(p, node, s, SN_TCP_ACK, sequence_of(s, s->sent) + s->sent_end, SS_EMPTY);
        }
    }
}

static void take_first_ack(sn_partition *p, uint32_t node, sn_stream *s, const sn_tcp *tcp)
{
    const known k = remember(s);
    if ((tcp->flags & SN_TCP_RST) != 0) {
        lose(p, node, s, SN_CONNECTION_LOST);
        return;
    }
    if ((tcp->flags & SN_TCP_ACK) == 0 || tcp->acknowledged != s->own_first + 1) {
        return;
    }
    sn_stream_tell_number(p, node, s, ++sn_streams_of(p, node)->accepted);
    become_open(p, node, s, SN_CONNECTION_ACCEPTED);
    s = again(p, node, &k);
    if (s != NULL) {
        take(p, node, s, tcp); /* it may carry bytes already */
    }
}

static bool listens(const sn_partition *p, uint32_t node, uint16_t port)
{
    const sn_plan *plan = p->world->plan;
    const sn_app_class *class = p->world->nodes[node].class;
    return class != NULL && class->stream != NULL && (class->port == 0 || class->port == port) &&
           !plan->groups[plan->nodes[node].group].refuses_tcp;
}

void sn_stream_segment(sn_partition *p, uint32_t node, sn_address source, const sn_tcp *tcp)
{
    if (p->world->nodes[node].is_dead) {
        return;
    }
    sn_stream *s = sn_stream_by_ends(p, node, tcp->destination_port, source, tcp->source_port);
    const bool asks = (tcp->flags & (SN_TCP_SYN | SN_TCP_ACK | SN_TCP_RST)) == SN_TCP_SYN;
    if (s == NULL && asks && listens(p, node, tcp->destination_port)) {
        accept(p, node, source, tcp);
    } else if (s == NULL) {
        if ((tcp->flags & SN_TCP_RST) == 0) {
            send_reset_to(p, node, source, tcp);
        }
    } else if (s->is_mute) {
        return;
    } else if (s->state == SN_STREAM_ASKED) {
        take_answer(p, node, s, tcp);
    } else if (s->state == SN_STREAM_ASKING) {
        take_first_ack(p, node, s, tcp);
    } else {
        take(p, node, s, tcp);
    }
}

/* ---- the app's wishes ---- */

/* There is no way to it, of that version of IP, or no port left. */
static void tell_impossible(sn_partition *p, uint32_t node, const ss_path *path)
{
    const sn_stream none = { .number = path->connection,
                             .remote = sn_address_from(&path->remote),
                             .remote_port = path->remote.port };
    tell(p, node, &none, SN_CONNECTION_UNREACHABLE);
}

ss_status sn_stream_connect(sn_partition *p, uint32_t node, const ss_path *path)
{
    const bool is_possible = path->transport == SS_TRANSPORT_TCP &&
                             sn_node_can_reach(p, node, sn_address_from(&path->remote));
    sn_stream *s = is_possible ? sn_stream_new_from_any_port(
                                     p, node, sn_address_from(&path->remote), path->remote.port)
                               : NULL;
    if (s == NULL) {
        tell_impossible(p, node, path);
        return SS_ERR_STATE;
    }
    s->state = SN_STREAM_ASKED;
    sn_stream_tell_number(p, node, s, path->connection);
    choose_first(p, node, s);
    tell(p, node, s, SN_CONNECTION_OPENING);
    send(p, node, s, SN_TCP_SYN, s->own_first, SS_EMPTY);
    look_again(p, node, s, ss_time_after(p->key.at, SN_STREAM_CONNECT_SPAN), LOOK_ANSWERED);
    return SS_OK;
}

ss_status sn_stream_write(sn_partition *p, uint32_t node, const ss_path *path, ss_slice bytes)
{
    sn_stream *s = sn_stream_by_number(p, node, path->connection);
    if (s == NULL) {
        return SS_ERR_STATE;
    }
    const uint64_t kept = s->written - s->sent;
    if (bytes.len > SS_MESSAGE_BYTES_MAX || kept + bytes.len > SN_STREAM_KEPT_MAX) {
        return SS_ERR_FULL;
    }
    if (bytes.len == 0) {
        return SS_OK;
    }
    if (p->world->plan->spelling != 0) {
        (void)sn_respell(p, &bytes);
    }
    sn_fact fact = fact_of(p, SN_FACT_STREAM_SENT, node, s);
    emit_message(p, &fact, node, s->written, bytes);
    const sn_about about = { .target = sn_plan_find_address(p->world->plan, s->remote),
                             .is_stream = true,
                             .sip = fact.sip };
    const ss_span held = sn_fault_holds(p, node, &about, bytes);
    const ss_time release = ss_time_after(p->key.at, held);
    if (!sn_stream_keep(p, s, bytes, release)) {
        return SS_OK;
    }
    if (held != 0) {
        look_again(p, node, s, release, LOOK_HELD);
    }
    s->call_id = fact.sip.call_id;
    s->used = p->key.at;
    s->written += bytes.len;
    pump(p, node, s);
    if (s->written - s->sent <= SN_STREAM_LIKED) {
        return SS_OK;
    }
    if (!s->is_stuck) {
        s->is_stuck = true;
        tell(p, node, s, SN_CONNECTION_STUCK);
    }
    return SS_MORE;
}

void sn_stream_close(sn_partition *p, uint32_t node, const ss_path *path)
{
    sn_stream *s = sn_stream_by_number(p, node, path->connection);
    if (s == NULL) {
        return;
    }
    tell(p, node, s, SN_CONNECTION_CLOSING);
    sn_stream_forget_number(p, s);
    if (s->state == SN_STREAM_ASKED) {
        sn_stream_free(p, node, s); /* the answer will be reset */
        return;
    }
    s->wants_end = true;
    pump(p, node, s);
}

void sn_stream_reset(sn_partition *p, uint32_t node, const ss_path *path)
{
    sn_stream *s = sn_stream_by_number(p, node, path->connection);
    if (s != NULL) {
        tell(p, node, s, SN_CONNECTION_RESET);
        send_reset(p, node, s);
        sn_stream_free(p, node, s);
    }
}

static bool is_of(const sn_member *m, sn_address address)
{
    return sn_address_equal(address, sn_member_address_of(m, !sn_address_is_v4(address)));
}

bool sn_stream_mute(sn_partition *p, uint32_t node, uint32_t peer)
{
    const sn_streams *all = sn_streams_of(p, node);
    const sn_member *other = &p->world->plan->cast.nodes[peer];
    bool is_any = false;
    for (ss_ref at = all == NULL ? 0 : all->first; at != 0;) {
        sn_stream *s = ss_store_at(&p->store, at);
        if (s->is_told && !s->is_mute && is_of(other, s->remote)) {
            s->is_mute = is_any = true;
            tell(p, node, s, SN_CONNECTION_MUTE);
        }
        at = s->next;
    }
    return is_any;
}

bool sn_stream_find(const sn_partition *p, uint32_t node, uint32_t peer, ss_path *path)
{
    const sn_streams *all = sn_streams_of(p, node);
    const sn_member *other = &p->world->plan->cast.nodes[peer];
    for (ss_ref at = all == NULL ? 0 : all->first; at != 0;) {
        const sn_stream *s = ss_store_at(&p->store, at);
        if (s->is_told && sn_address_equal(s->remote, sn_member_address_of(
                                                          other, !sn_address_is_v4(s->remote)))) {
            *path = path_of(p, node, s);
            return true;
        }
        at = s->next;
    }
    return false;
}

void sn_stream_cut(sn_partition *p, uint32_t node, const ss_path *path, size_t at, ss_slice message)
{
    const sn_stream *s = sn_stream_by_number(p, node, path->connection);
    SS_ASSERT(s != NULL);
    sn_fact fact = fact_of(p, SN_FACT_STREAM_RECEIVED, node, s);
    emit_message(p, &fact, fact.peer, s->taken + at, message);
}

void sn_streams_reset_all(sn_partition *p, uint32_t node)
{
    const sn_streams *all = sn_streams_of(p, node);
    while (all != NULL && all->first != 0) {
        sn_stream *s = ss_store_at(&p->store, all->first);
        tell(p, node, s, SN_CONNECTION_RESET);
        send_reset(p, node, s);
        sn_stream_free(p, node, s);
    }
}

void sn_streams_forget_all(sn_partition *p, uint32_t node)
{
    const sn_streams *all = sn_streams_of(p, node);
    while (all != NULL && all->first != 0) {
        sn_stream_free(p, node, ss_store_at(&p->store, all->first));
    }
}

/* ---- nobody answers, or says anything more ---- */

static bool is_for(const sn_partition *p, const sn_stream *s, const sn_event *event)
{
    const bool may_be_idle =
        s->state == SN_STREAM_OPEN && s->is_told && idle_span(p, event->receiver) != 0;
    return event->arg2 == LOOK_IDLE   ? may_be_idle
           : event->arg2 == LOOK_HELD ? s->written != s->sent
                                      : s->state == SN_STREAM_ASKED;
}

bool sn_stream_is_waiting(const sn_partition *p, const sn_event *event)
{
    const sn_stream *s = sn_stream_by_ordinal(p, event->receiver, event->arg);
    return s != NULL && is_for(p, s, event);
}

/* In order, as if the peer had: what waits for an answer waits on. */
static void close_idle(sn_partition *p, uint32_t node, sn_stream *s)
{
    const ss_path path = path_of(p, node, s);
    sn_stream_close(p, node, &path);
    (void)sn_app_stream(p, node, &path, SN_STREAM_CLOSED);
}

bool sn_stream_overdue(sn_partition *p, const sn_event *event)
{
    const uint32_t node = event->receiver;
    sn_stream *s = sn_stream_by_ordinal(p, node, event->arg);
    if (s == NULL || !is_for(p, s, event)) {
        return false;
    }
    if (event->arg2 == LOOK_ANSWERED) {
        lose(p, node, s, SN_CONNECTION_UNREACHABLE);
        return true;
    }
    if (event->arg2 == LOOK_HELD) {
        const uint64_t sent = s->sent;
        pump(p, node, s);
        return s->sent != sent || s->sent_end;
    }
    const ss_time idle_at = ss_time_after(s->used, idle_span(p, node));
    if (p->key.at < idle_at) {
        look_again(p, node, s, idle_at, LOOK_IDLE); /* it was used meanwhile */
        return false;
    }
    close_idle(p, node, s);
    return true;
}
