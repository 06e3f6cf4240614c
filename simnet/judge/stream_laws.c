/* Streams: what comes out is what went in (NET5), what is too large for a datagram goes by one (TRN1), and what must follow an
 * INVITE goes its way (TRN2). A message on a stream
 * is known by its place in one direction of one connection; a connection made anew between the same ends begins at place 0. */
#include "laws.h"

void sn_streams_begin(sn_judge *j)
{
    j->streams.ways.first_free = j->streams.messages.first_free = NO_TXN;
}

void sn_streams_end(sn_judge *j)
{
    sn_flights_free(&j->streams.ways);
    sn_flights_free(&j->streams.messages);
    sn_map_free(&j->refused);
}

/* ---- NET5 ---- */

static uint64_t key_of(const sn_packet_id *id)
{
    const uint64_t key = ss_mix_absorb(id->ordinal, id->origin);
    return key == 0 ? 1 : key;
}

static uint64_t message_key(const sn_fact *f)
{
    const sn_packet_id id = sn_fact_message(f);
    return key_of(&id);
}

/* The same for every message of the direction: its place is taken for 0. */
static uint64_t way_key(const sn_fact *f)
{
    sn_fact first = *f;
    first.packet.ordinal = 0;
    return message_key(&first);
}

static flight *obtain(sn_judge *j, flights *fs, uint64_t key)
{
    flight *found = sn_flight_find(fs, key);
    found = found == NULL ? sn_flight_add(fs, key) : found;
    j->out_of_memory = j->out_of_memory || found == NULL;
    return found;
}

/* RFC5626:4.4.1 Two line ends, or one: whoever reads may see several in one piece. */
static bool is_keep_alive(const sn_fact *f)
{
    return f->value >= 2 && f->value <= 4;
}

void sn_stream_sent(sn_judge *j, const sn_fact *f)
{
    if (is_keep_alive(f)) {
        return;
    }
    flight *way = obtain(j, &j->streams.ways, way_key(f));
    flight *message = way == NULL ? NULL : obtain(j, &j->streams.messages, message_key(f));
    if (message == NULL) {
        return;
    }
    if (f->packet.ordinal == 0) {
        way->whole = way->copies = 0;
    }
    message->copies = ++way->whole;
    message->hash = f->hash;
}

void sn_stream_received(sn_judge *j, const sn_fact *f)
{
    if (is_keep_alive(f)) {
        return;
    }
    flight *way = sn_flight_find(&j->streams.ways, way_key(f));
    flight *message = sn_flight_find(&j->streams.messages, message_key(f));
    if (way == NULL || message == NULL) {
        sn_judge_broken(j, LAW_NET5, f->key.at, f->entity, f->sip.call_id,
                        "a message came out of a stream at a place where none went in");
        return;
    }
    if (message->hash != f->hash) {
        sn_judge_broken(j, LAW_NET5, f->key.at, f->entity, f->sip.call_id,
                        "a message came out of a stream with other bytes than it went in with");
    } else if (message->copies != way->copies + 1) {
        sn_judge_broken(j, LAW_NET5, f->key.at, f->entity, f->sip.call_id,
                        "message %u of a stream came out after message %u", message->copies,
                        way->copies);
    }
    way->copies = message->copies;
    sn_flight_remove(&j->streams.messages, message);
}

/* ---- connections ---- */

static uint64_t pair_key(uint32_t node, uint32_t peer)
{
    return ((uint64_t)node << 32 | peer) + 1;
}

bool sn_has_been_refused(const sn_judge *j, uint32_t node, uint32_t peer)
{
    return sn_map_find(&j->refused, pair_key(node, peer)) != NULL;
}

/* Who loses a connection may end its transactions early: RFC3261:17.1.4. */
void sn_connection_judge(sn_judge *j, const sn_fact *f)
{
    switch (f->connection.event) {
    case SN_CONNECTION_REFUSED:
        j->out_of_memory =
            !sn_map_put(&j->refused, pair_key(f->entity, f->peer), 1) || j->out_of_memory;
        j->excused[f->entity] = 1;
        break;
    case SN_CONNECTION_STUCK: /* what is to go there until it takes bytes again fails: RFC3261:18.4 */
    case SN_CONNECTION_UNREACHABLE:
    case SN_CONNECTION_RESET:
    case SN_CONNECTION_LOST:
        j->excused[f->entity] = 1;
        j->lost[f->entity] = f->key.at;
        break;
    /* before it was open, or when a keep-alive had no answer (RFC5626:4.4.1): what was to go there never came */
    case SN_CONNECTION_CLOSING:
        j->excused[f->entity] |= f->value > 0;
        j->closed[f->entity] = 1;
        break;
    case SN_CONNECTION_CLOSED:
        j->closed[f->entity] = 1;
        break;
    default:
        break;
    }
}

/* ---- TRN1 ---- */

enum { IP_AND_UDP_BYTES = 28, IP6_AND_UDP_BYTES = 48 };

/* RFC8200:3 Between two who have both versions it may have been either: a request is not accused for 20 bytes. */
static uint64_t headers_of(const sn_judge *j, const sn_fact *f)
{
    const sn_member *m = member(j, f->entity);
    const bool peer_may = f->peer == SN_NOBODY || member(j, f->peer)->has_v6;
    return m->has_v6 && (m->lacks_v4 || peer_may) ? IP6_AND_UDP_BYTES : IP_AND_UDP_BYTES;
}

/* A CANCEL, and an ACK that has an INVITE's branch, are TRN2's. */
static bool follows_invite(sn_judge *j, const sn_fact *f)
{
    return f->sip.method == SS_METHOD_CANCEL ||
           (f->sip.method == SS_METHOD_ACK &&
            sn_txn_find(j, f->entity, CLIENT, f->sip.branch, SS_METHOD_INVITE) != NULL);
}

/* RFC3261:18.1.1; a probe asks whether just such a datagram arrives: decisions/0015. */
void sn_size_judge(sn_judge *j, const sn_fact *f)
{
    const sn_member *m = member(j, f->entity);
    const uint64_t headers = headers_of(j, f);
    const uint64_t bytes = f->value < headers ? 0 : f->value - headers;
    if (m->tcp_from == 0 || bytes < m->tcp_from || !f->sip.is_request || f->is_probe != 0 ||
        sn_has_been_refused(j, f->entity, f->peer) || follows_invite(j, f)) {
        return;
    }
    sn_judge_broken(j, LAW_TRN1, f->key.at, f->entity, f->sip.call_id,
                    "a request of %u bytes left over UDP, where %u are too many", (unsigned)bytes,
                    m->tcp_from);
}

/* ---- TRN2 ---- */

static const char *name_of(unsigned transport)
{
    static const char *const names[SS_TRANSPORT_COUNT] = {
        "UDP", "TCP", "TLS", "SCTP", "WS", "WSS"
    };
    return transport < SS_TRANSPORT_COUNT ? names[transport] : "?";
}

/* RFC3261:9.1 RFC3261:17.1.1.3 */
void sn_transport_followed(sn_judge *j, const sn_fact *f, const txn *invite)
{
    if (invite->first != SS_TIME_NEVER && invite->transport != f->transport) {
        sn_judge_broken(j, LAW_TRN2, f->key.at, f->entity, f->sip.call_id,
                        "the INVITE left by %s, but what follows it by %s",
                        name_of(invite->transport), name_of(f->transport));
    }
}
