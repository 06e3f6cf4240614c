/* Facts made by hand for the tests of observers. */
#include "facts_rig.h"

#include <stdio.h>
#include <string.h>

sn_cast facts_cast(void)
{
    static const sn_spans none = { 0 };
    static const sn_member nodes[FACTS_NODES] = {
        { .name = "alice",
          .id = 1,
          .number = 0x0a000001,
          .router = FACTS_CORE,
          .role = SN_ROLE_UA,
          .spans = &none },
        { .name = "bob",
          .id = 2,
          .number = 0x0a000002,
          .router = FACTS_CORE,
          .role = SN_ROLE_UA,
          .spans = &none },
        { .name = "core",
          .id = 3,
          .number = 0x0a000003,
          .router = SN_NOBODY,
          .role = SN_ROLE_ROUTER,
          .spans = &none },
        { .name = "p1",
          .id = 4,
          .number = 0x0a000004,
          .router = FACTS_CORE,
          .role = SN_ROLE_PROXY,
          .spans = &none },
    };
    static const char *const sources[] = { "mix" };
    return (sn_cast){
        .nodes = nodes, .node_count = FACTS_NODES, .call_sources = sources, .call_source_count = 1
    };
}

sn_fact facts_fact(ss_time at, uint64_t counter, sn_fact_kind kind, uint32_t entity)
{
    sn_fact fact;
    memset(&fact, 0, sizeof fact);
    fact.key.at = at;
    fact.key.counter = counter;
    fact.key.step = 1;
    fact.key.receiver = fact.key.sender = entity < FACTS_NODES ? entity : entity / 2;
    fact.kind = (uint16_t)kind;
    fact.entity = entity;
    fact.peer = SN_NOBODY;
    fact.due = SS_TIME_NEVER;
    return fact;
}

sn_fact facts_sent(ss_time at, uint32_t from, uint32_t to, uint64_t ordinal, ss_method method,
                   uint16_t status)
{
    sn_fact fact = facts_fact(at, ordinal, SN_FACT_DATAGRAM_SENT, from);
    fact.peer = to;
    fact.packet = (sn_packet_id){ .ordinal = ordinal, .origin = from };
    fact.hash = 0x1234;
    fact.value = 500;
    fact.local_port = fact.peer_port = 5060;
    fact.sip = (ss_summary){ .is_sip = 1,
                             .is_request = status == 0,
                             .method = (uint8_t)method,
                             .via_count = 1,
                             .status = status,
                             .max_forwards = status == 0 ? 70 : 0xffff,
                             .cseq = 1,
                             .call_id = FACTS_CALL_ID,
                             .from_tag = 7,
                             .branch = 0xb0 + (uint64_t)method };
    return fact;
}

sn_fact facts_received(ss_time at, const sn_fact *sent)
{
    sn_fact fact = *sent;
    fact.key.at = at;
    fact.key.receiver = sent->peer;
    fact.kind = SN_FACT_DATAGRAM_RECEIVED;
    fact.entity = sent->peer;
    fact.peer = sent->entity;
    return fact;
}

sn_fact facts_packet(ss_time at, sn_fact_kind kind, uint32_t entity, const sn_fact *sent)
{
    sn_fact fact = facts_fact(at, sent->key.counter, kind, entity);
    fact.key.receiver = fact.key.sender = sent->key.receiver;
    fact.packet = sent->packet;
    fact.hash = sent->hash;
    fact.value = 528;
    return fact;
}

ss_slice facts_ip(uint32_t from, uint32_t to, const char *payload)
{
    static char packet[256];
    const size_t len = strlen(payload);
    memset(packet, 0, sizeof packet);
    packet[0] = 0x45;
    packet[3] = (char)(20 + len);
    packet[9] = 17;
    for (unsigned i = 0; i < 4; i++) {
        packet[12 + i] = (char)(unsigned char)(from >> (24 - 8 * i));
        packet[16 + i] = (char)(unsigned char)(to >> (24 - 8 * i));
    }
    memcpy(packet + 20, payload, len);
    return (ss_slice){ packet, 20 + len };
}

const char *facts_text_of(void *stream)
{
    static char text[1 << 18];
    FILE *from = stream;
    rewind(from);
    const size_t len = fread(text, 1, sizeof text - 1, from);
    text[len] = '\0';
    return text;
}
