/* sn/traffic.h: captures of real traffic read, and packets one by one: pcap and pcapng of either byte order, Ethernet (with VLAN tags), Linux cooked, loopback
 * and raw IP. IPv4, with its fragments put together, and IPv6 without extension headers; UDP, and TCP by direction in order.
 *
 * Nothing in a file is believed: what is wrong with the file itself is an error with its offset; packets that are no UDP
 * or TCP, or damaged, are passed over and counted.
 */
#ifndef SN_TRAFFIC_H
#define SN_TRAFFIC_H

#include "ss/base.h"

typedef struct sn_endpoint {
    uint8_t address[16]; /* the first 4 of IPv4; the rest 0 */
    bool is_v6;
    uint16_t port;
} sn_endpoint;

/** A UDP datagram, or the next bytes of one direction of a TCP connection. */
typedef struct sn_traffic_part {
    uint64_t at_ns; /* as the file says: since 1970 */
    sn_endpoint from, to;
    bool is_stream;
    bool begins;    /* a stream: these are its first bytes, or bytes before them are wanting */
    ss_slice bytes; /* until the next call */
} sn_traffic_part;

typedef struct sn_traffic sn_traffic;
/** `file` is borrowed while it lasts. NULL without memory. */
sn_traffic *sn_traffic_new(ss_slice file);
/** NULL is fine. */
void sn_traffic_free(sn_traffic *t);
/** SS_OK; SS_NONE at the end; SS_ERR_SYNTAX: see sn_traffic_error; SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_traffic_next(sn_traffic *t, sn_traffic_part *part);
/** The same of one packet that is in no file, of a reader over SS_EMPTY. SS_OK; SS_MORE: nothing of its own comes of it;
 *  SS_ERR_SYNTAX: it is none, or damaged; SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_traffic_packet(sn_traffic *t, uint64_t at_ns, ss_slice packet,
                                        sn_traffic_part *part);
/** What is wrong, and at which byte of the file. */
const char *sn_traffic_error(const sn_traffic *t, uint64_t *offset);
/** Packets that were read, and those passed over. */
uint64_t sn_traffic_packets(const sn_traffic *t, uint64_t *passed_over);

/** "192.0.2.1:5060", "[2001:db8::1]:5060"; without the port when it is 0. */
void sn_endpoint_put(ss_buffer *b, const sn_endpoint *e);
bool sn_endpoint_eq(const sn_endpoint *a, const sn_endpoint *b);

#endif
