/* sn/ip.h: IPv4, IPv6, ICMP of both, UDP and TCP as bytes (RFC 791, RFC 8200, RFC 792, RFC 4443, RFC 768, RFC 9293, RFC 1071, RFC 815). Pure
 * functions, but for the reassembly buffers. */
#ifndef SN_IP_H
#define SN_IP_H

#include "sn/packet.h"
#include "ss/transport.h"

enum {
    SN_IP_HEADER_BYTES = 20,   /* as we write it: no options */
    SN_IP6_HEADER_BYTES = 40,  /* without extension headers */
    SN_IP6_FRAGMENT_BYTES = 8, /* of the one that we write: RFC 8200 4.5 */
    SN_IP6_MTU_MIN = 1280,     /* RFC 8200 5 */
    SN_UDP_HEADER_BYTES = 8,
    SN_TCP_HEADER_BYTES = 20, /* as we write it but for a SYN, which has SN_TCP_MSS_BYTES more */
    SN_TCP_MSS_BYTES = 4,
    SN_IP_BYTES_MAX =
        65535, /* of an IPv4 packet, or of what follows the header of an IPv6 packet */
    SN_IP_TTL = 64,
    SN_PROTOCOL_ICMP = 1,
    SN_PROTOCOL_TCP = 6,
    SN_PROTOCOL_UDP = 17,
    SN_PROTOCOL_ICMP6 = 58
};

/* ---- IPv4 and IPv6 --------------------------------------------------------------------------------------------------- */

typedef struct sn_ip {
    sn_address source, destination;
    uint32_t total; /* bytes of the packet */
    uint32_t id;    /* IPv6: of its Fragment header */
    uint16_t
        header; /* bytes before the payload; IPv6: with the extension headers that are passed over */
    uint16_t fragment;        /* offset in units of 8 bytes */
    bool is_v6, has_fragment; /* the latter: IPv6, with a Fragment header */
    bool more, dont_fragment;
    uint8_t ttl, protocol; /* IPv6: hop limit; the next header behind `header` */
} sn_ip;

/** Bytes of the header of a packet of ours to an address. */
static inline uint16_t sn_ip_header_to(sn_address destination)
{
    return sn_address_is_v4(destination) ? SN_IP_HEADER_BYTES : SN_IP6_HEADER_BYTES;
}
static inline bool sn_ip_is_icmp(const sn_ip *ip)
{
    return ip->protocol == (ip->is_v6 ? SN_PROTOCOL_ICMP6 : SN_PROTOCOL_ICMP);
}

/** The same address with a port, as the stack has it; and back. An address of no family is none. */
ss_address sn_address_with_port(sn_address a, uint16_t port);
sn_address sn_address_from(const ss_address *a);
/** The sum of the pseudo header that UDP and TCP are checked with (RFC 768, RFC 9293 3.1), of a payload of `length` bytes. */
uint32_t sn_ip_pseudo_sum(const sn_ip *ip, uint8_t protocol, size_t length);
/** The Internet checksum (RFC 1071) of bytes behind a partial sum: what goes into the field, 0 when a sum over a right
 *  field was made. */
uint16_t sn_checksum(uint32_t partial, const unsigned char *bytes, size_t len);
/** Write the 20 bytes of a header, or 40, and 8 with has_fragment; `header` is that. */
void sn_ip_put(unsigned char *at, const sn_ip *ip);
/** SS_OK; SS_ERR_SYNTAX malformed; SS_ERR_SEMANTIC the checksum is wrong. The packet may be followed by padding. */
SS_MUST_USE ss_status sn_ip_parse(const unsigned char *bytes, size_t len, sn_ip *ip);
/** The header alone, as of a packet that is only quoted: what it says of its length may be more than `len`, and nobody looks at
 *  its checksum. SS_OK; SS_ERR_SYNTAX. */
SS_MUST_USE ss_status sn_ip_parse_header(const unsigned char *bytes, size_t len, sn_ip *ip);
/** One hop: the time to live goes down and the checksum follows (RFC 1624). False when it ran out. */
bool sn_ip_hop(unsigned char *packet);

/* ---- ICMP ------------------------------------------------------------------------------------------------------------ */

enum {
    SN_ICMP_HEADER_BYTES = 8,
    SN_ICMP_BYTES_MAX =
        SN_IP6_MTU_MIN - SN_IP6_HEADER_BYTES, /* of a message: it is never too big itself … */
    SN_ICMP4_BYTES_MAX = 576 - SN_IP_HEADER_BYTES, /* … over IPv4 neither */
    SN_ICMP_QUOTE_BYTES_MAX = SN_ICMP4_BYTES_MAX - SN_ICMP_HEADER_BYTES - SN_IP_HEADER_BYTES,
    SN_ICMP6_QUOTE_BYTES_MAX = SN_ICMP_BYTES_MAX - SN_ICMP_HEADER_BYTES - SN_IP6_HEADER_BYTES
};

typedef struct sn_icmp {
    sn_icmp_kind kind;
    uint16_t mtu;    /* TOO_BIG: of the next hop; 0: it does not say. HEADER: the byte that is wrong */
    sn_ip about;     /* header of the packet that it is about */
    ss_slice quoted; /* what stands behind that header; parsed: the first bytes of it, 8 at least */
} sn_icmp;

/** Write a message that goes with the header `ip`: its length, SN_ICMP_BYTES_MAX at most. */
size_t sn_icmp_put(unsigned char *at, const sn_ip *ip, const sn_icmp *icmp);
/** Parse the IP payload. SS_OK; SS_NONE: of no kind that tells of a packet; SS_ERR_SYNTAX; SS_ERR_SEMANTIC the checksum is
 *  wrong. */
SS_MUST_USE ss_status sn_icmp_parse(const sn_ip *ip, ss_slice bytes, sn_icmp *icmp);

/* ---- UDP ------------------------------------------------------------------------------------------------------------- */

typedef struct sn_udp {
    uint16_t source_port, destination_port;
    ss_slice payload;
} sn_udp;

/** Write the 8 bytes of a header before its payload, which is there already. */
void sn_udp_put(unsigned char *at, const sn_ip *ip, uint16_t source_port, uint16_t destination_port,
                size_t payload_len);
/** Parse a UDP packet, the IP payload. SS_OK; SS_ERR_SYNTAX; SS_ERR_SEMANTIC the checksum is wrong. */
SS_MUST_USE ss_status sn_udp_parse(const sn_ip *ip, ss_slice bytes, sn_udp *udp);

/* ---- TCP ------------------------------------------------------------------------------------------------------------- */

enum { SN_TCP_FIN = 1, SN_TCP_SYN = 2, SN_TCP_RST = 4, SN_TCP_PSH = 8, SN_TCP_ACK = 16 };

typedef struct sn_tcp {
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledged;
    uint8_t flags; /* SN_TCP_… */
    uint16_t window;
    uint16_t mss; /* of a SYN: the option; 0: none */
    ss_slice payload;
} sn_tcp;

static inline size_t sn_tcp_header_bytes(const sn_tcp *tcp)
{
    return SN_TCP_HEADER_BYTES + (tcp->mss != 0 ? (size_t)SN_TCP_MSS_BYTES : 0);
}
/** Write a header and the payload behind it. */
void sn_tcp_put(unsigned char *at, const sn_ip *ip, const sn_tcp *tcp);
/** Parse a segment, the IP payload. SS_OK; SS_ERR_SYNTAX; SS_ERR_SEMANTIC the checksum is wrong. */
SS_MUST_USE ss_status sn_tcp_parse(const sn_ip *ip, ss_slice bytes, sn_tcp *tcp);

/* ---- fragments ------------------------------------------------------------------------------------------------------- */

/** Pieces that a packet of `total` bytes is cut into; 1 when it fits. The MTU is at least 68. IPv6: only by its origin, so it is
 *  no piece itself. */
unsigned sn_fragment_count(const sn_ip *ip, uint32_t mtu);
/** Write the nth piece, 0 .. count-1; its length. `out` has room for `mtu` bytes. */
uint32_t sn_fragment_cut(const unsigned char *packet, const sn_ip *ip, uint32_t mtu, unsigned nth,
                         unsigned char *out);

/* ---- reassembly ------------------------------------------------------------------------------------------------------ */

#define SN_REASSEMBLY_SPAN  SS_S(30)
#define SN_REASSEMBLY6_SPAN SS_S(60) /* RFC 8200 4.5 */
enum {
    SN_REASSEMBLY_MAX = 256,           /* datagrams in pieces, per host … */
    SN_REASSEMBLY_BYTES_MAX = 4 << 20, /* … and bytes of their buffers */
    SN_REASSEMBLY_BLOCK = 4096,        /* of which each has so many, or twice as many … */
    SN_REASSEMBLY_RULE_MAX = 65535     /* no rule says more datagrams, or more blocks */
};

/** Bytes that came twice: stacks differ. */
typedef enum sn_overlap {
    SN_OVERLAP_FIRST, /* those that came first stay */
    SN_OVERLAP_LAST,  /* those that came last do, as in the procedure of RFC 791 3.2 */
    SN_OVERLAP_DROP /* all of the datagram is discarded, unless a piece came again as it was: RFC 8200 4.5 */
} sn_overlap;

/** What a host does about pieces; all 0: what SN_REASSEMBLY_… say, the first bytes stay. Of IPv6 none ever overlap: RFC 8200 4.5. */
typedef struct sn_reassembly_rules {
    ss_span span, span6; /* of IPv4, of IPv6 */
    uint32_t datagrams, bytes;
    sn_overlap overlap;
} sn_reassembly_rules;

/** The datagrams in pieces of one host. */
typedef struct sn_reassembly {
    ss_ref first;  /* newest first */
    uint32_t made; /* number of the one made last */
    uint16_t count;
    uint16_t blocks; /* of their buffers: SN_REASSEMBLY_BLOCK bytes each */
} sn_reassembly;

typedef struct sn_whole {
    ss_slice payload; /* the IP payload, in the arena */
    sn_about about;   /* of the datagram */
    sn_ip ip;         /* its header, as if it had never been cut */
    unsigned pieces;
} sn_whole;

/** A datagram that was given up. */
typedef struct sn_given_up {
    sn_about about;
    sn_ip ip; /* header of its fragment zero */
    ss_slice
        begins; /* what stood behind that, in the arena; empty when it never came, or nobody is to be told */
} sn_given_up;

/**
 * One fragment arrived (RFC 791 3.2, as RFC 815 does it).
 *
 * rules    the same for all that a host gets.
 * started  the number of a reassembly that began with it, for the host's timer; 0 when none did.
 * SS_OK          the datagram is whole and forgotten; *whole is it.
 * SS_MORE        waiting for the rest.
 * SS_ERR_SYNTAX  no fragment can be so: past 65535 bytes, or no multiple of 8.
 * SS_ERR_SEMANTIC it overlaps another, and the rules forbid that; or one did before. The datagram comes to nothing.
 * SS_ERR_FULL    this host has too many in pieces, or the arena is full: the fragment, or the datagram, is lost.
 * SS_ERR_MEMORY  the store is exhausted.
 */
SS_MUST_USE ss_status sn_reassembly_add(sn_reassembly *r, const sn_reassembly_rules *rules,
                                        ss_store *store, ss_arena *arena, const sn_ip *ip,
                                        const sn_packet *packet, uint32_t *started,
                                        sn_whole *whole);
/** The timer of a reassembly: forget it. False when it is over already. */
bool sn_reassembly_expire(sn_reassembly *r, ss_store *store, ss_arena *arena, uint32_t number,
                          sn_given_up *given_up);
/** Forget all, as a crash does. */
void sn_reassembly_clear(sn_reassembly *r, ss_store *store);

#endif
