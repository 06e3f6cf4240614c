/* Facts: the total order of events (design 3.3), the names of facts, and the stable ids of link directions.
 *
 * The order compares dense numbers of nodes, which are sorted by name: a node that comes or goes leaves the order of
 * the others as it was.
 */
#include "sn/facts.h"

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

int sn_key_compare(const sn_key *a, const sn_key *b)
{
    if (a->at != b->at) {
        return compare(a->at, b->at);
    }
    if (a->step != b->step) {
        return compare(a->step, b->step);
    }
    if (a->tie != b->tie) {
        return compare(a->tie, b->tie);
    }
    if (a->receiver != b->receiver) {
        return compare(a->receiver, b->receiver);
    }
    if (a->sender != b->sender) {
        return compare(a->sender, b->sender);
    }
    return compare(a->counter, b->counter);
}

uint64_t sn_name_id(ss_slice group, uint32_t index)
{
    return ss_mix_absorb(ss_hash64(0, group), index);
}

uint64_t sn_link_id(const sn_cast *cast, uint32_t link)
{
    SS_ASSERT(link / 2 < cast->node_count);
    return ss_mix_absorb(cast->nodes[link / 2].id, 1 + (link & 1u));
}

const char *sn_cause_text(sn_cause cause)
{
#define CAUSE_TEXT(name, text) [SN_CAUSE_##name] = (text),
    static const char *const texts[] = { SN_CAUSE_LIST(CAUSE_TEXT) };
    SS_ASSERT(cause < SN_CAUSE_COUNT);
    return texts[cause];
}

const char *sn_icmp_text(sn_icmp_kind kind)
{
#define ICMP_TEXT(name, text, type, code, type6, code6) [SN_ICMP_##name] = (text),
    static const char *const texts[] = { SN_ICMP_LIST(ICMP_TEXT) };
    SS_ASSERT(kind < SN_ICMP_KINDS);
    return texts[kind];
}

const char *sn_fact_name(sn_fact_kind kind)
{
#define FACT_NAME(name, whose) [SN_FACT_##name] = #name,
    static const char *const names[] = { SN_FACT_LIST(FACT_NAME) };
    SS_ASSERT(kind < SN_FACT_COUNT);
    return names[kind];
}

const char *sn_call_event_name(sn_call_event event)
{
#define CALL_NAME(name) [SN_CALL_##name] = #name,
    static const char *const names[] = { SN_CALL_LIST(CALL_NAME) };
    SS_ASSERT(event < SN_CALL_COUNT);
    return names[event];
}

const char *sn_connection_event_name(sn_connection_event event)
{
#define CONNECTION_NAME(name, text) [SN_CONNECTION_##name] = #name,
    static const char *const names[] = { SN_CONNECTION_LIST(CONNECTION_NAME) };
    SS_ASSERT(event < SN_CONNECTION_COUNT);
    return names[event];
}

const char *sn_connection_event_text(sn_connection_event event)
{
#define CONNECTION_TEXT(name, text) [SN_CONNECTION_##name] = (text),
    static const char *const texts[] = { SN_CONNECTION_LIST(CONNECTION_TEXT) };
    SS_ASSERT(event < SN_CONNECTION_COUNT);
    return texts[event];
}

sn_packet_id sn_fact_message(const sn_fact *f)
{
    const bool is_sent = f->kind == SN_FACT_STREAM_SENT;
    if (!is_sent && f->kind != SN_FACT_STREAM_RECEIVED) {
        return f->packet;
    }
    const uint16_t from_port = is_sent ? f->local_port : f->peer_port;
    const uint16_t to_port = is_sent ? f->peer_port : f->local_port;
    const uint64_t to = is_sent ? f->peer : f->entity;
    const uint64_t way = ss_mix_absorb(to, (uint64_t)from_port << 16 | to_port);
    return (sn_packet_id){ .origin = f->packet.origin,
                           .ordinal = ss_mix_absorb(way, f->packet.ordinal) };
}
