/* A cast of four and facts about them, for the tests of observers: alice and bob behind core, p1 between them. */
#ifndef FACTS_RIG_H
#define FACTS_RIG_H

#include "sn/facts.h"

enum { FACTS_ALICE, FACTS_BOB, FACTS_CORE, FACTS_P1, FACTS_NODES };

/** Borrowed static data. */
sn_cast facts_cast(void);
/** A fact of the nth event of a node, at `at`. */
sn_fact facts_fact(ss_time at, uint64_t counter, sn_fact_kind kind, uint32_t entity);
/** DATAGRAM_SENT of datagram `ordinal` of `from`: a request when status is 0. */
sn_fact facts_sent(ss_time at, uint32_t from, uint32_t to, uint64_t ordinal, ss_method method,
                   uint16_t status);
/** The same datagram, come to `to`. */
sn_fact facts_received(ss_time at, const sn_fact *sent);
/** A fact about the packet of a datagram. */
sn_fact facts_packet(ss_time at, sn_fact_kind kind, uint32_t entity, const sn_fact *sent);
/** The Call-ID hash that facts_sent uses. */
#define FACTS_CALL_ID UINT64_C(0xca11)
/** An IPv4 header and `payload` behind it, in static memory that the next call reuses. */
ss_slice facts_ip(uint32_t from, uint32_t to, const char *payload);

/** What was written to a stream, as a string; static memory that the next call reuses. */
const char *facts_text_of(void *stream);

#endif
