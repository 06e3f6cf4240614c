/* sn/packet.h: one copy of one IP packet on its way, in the store of the partition that holds it. Its bytes are what a
 * capture would show; beside them stands what is known of the datagram, so that it is parsed and hashed only once. */
#ifndef SN_PACKET_H
#define SN_PACKET_H

#include "sn/facts.h"

/** What is known of a packet's datagram. */
typedef struct sn_about {
    sn_packet_id id;
    uint64_t hash;       /* of the datagram's payload */
    uint32_t target;     /* node that has the destination address, or SN_NOBODY */
    uint8_t hops;        /* links crossed */
    bool intact : 1;     /* no link touched the bytes: hash and sip still hold */
    bool is_stream : 1;  /* of TCP: links do nothing to it but take their time */
    bool is_icmp : 1;    /* about another datagram, whose call it is of */
    bool is_doubled : 1; /* a fault of the scenario sends it twice */
    bool is_damaged : 1; /* by a link: no checksum lets it pass */
    bool is_probe : 1;   /* of what its way carries: nobody cuts it, RFC 8899 3 */
    ss_summary sip;
} sn_about;

typedef struct sn_packet {
    sn_about about;
    uint32_t len;   /* of bytes: the whole IP packet */
    ss_ref reading; /* what its datagram says, or 0: see reading.c */
    unsigned char bytes[];
} sn_packet;

static inline size_t sn_packet_size(uint32_t len)
{
    return sizeof(sn_packet) + len;
}
static inline ss_slice sn_packet_slice(const sn_packet *p)
{
    return (ss_slice){ (const char *)p->bytes, p->len };
}

#endif
