/* sn/dns.h: DNS messages, names and records, and what a server with some records answers (RFC 1034, RFC 1035; SRV of RFC 2782,
 * NAPTR of RFC 3403, AAAA of RFC 3596, negative answers of RFC 2308). Pure functions over bytes: no node, no clock.
 *
 * A name is kept as it is on the wire, uncompressed and in lower case: "\3www\7example\3com\0". Two names are one when their bytes
 * are. Whatever is parsed lives in the arena or borrows the message.
 */
#ifndef SN_DNS_H
#define SN_DNS_H

#include "ss/base.h"

enum {
    SN_DNS_PORT = 53,
    SN_DNS_BYTES_MAX = 512, /* of a message over UDP: RFC 1035 4.2.1 */
    SN_DNS_NAME_MAX = 255,  /* bytes on the wire */
    SN_DNS_CLASS_IN = 1,
    SN_DNS_CHAIN_MAX = 8 /* aliases that are followed */
};

/** Types with data of their own here; all others are carried as bytes. */
#define SN_DNS_TYPE_LIST(X) \
    X(A, 1) X(NS, 2) X(CNAME, 5) X(SOA, 6) X(AAAA, 28) X(SRV, 33) X(NAPTR, 35)
#define SN_DNS_TYPE_ID(name, number) SN_DNS_##name = number,
typedef enum sn_dns_type { SN_DNS_TYPE_LIST(SN_DNS_TYPE_ID) } sn_dns_type;
/** "A" …; NULL for others. Static. */
const char *sn_dns_type_name(unsigned type);

typedef enum sn_dns_code {
    SN_DNS_OK,
    SN_DNS_FORMAT,         /* FORMERR: the query cannot be read */
    SN_DNS_FAILURE,        /* SERVFAIL */
    SN_DNS_NO_NAME,        /* NXDOMAIN: there is no such name */
    SN_DNS_NOT_IMPLEMENTED /* NOTIMP */
} sn_dns_code;

typedef struct sn_dns_record {
    ss_slice name;
    uint16_t type, class;
    uint32_t ttl; /* seconds */
    union {
        uint8_t a[4], aaaa[16];
        ss_slice target; /* NS, CNAME */
        struct {
            uint16_t priority, weight, port;
            ss_slice target;
        } srv;
        struct {
            uint16_t order, preference;
            ss_slice flags, service, regexp, replacement;
        } naptr;
        struct {
            ss_slice server, mailbox;
            uint32_t serial, refresh, retry, expire, minimum;
        } soa;
        ss_slice other; /* any other type */
    };
} sn_dns_record;

typedef struct sn_dns_question {
    ss_slice name;
    uint16_t type, class;
} sn_dns_question;

typedef struct sn_dns_message {
    uint16_t id;
    bool is_response, is_authoritative, is_truncated, wants_recursion, has_recursion;
    uint8_t opcode, code; /* sn_dns_code */
    bool has_question;
    sn_dns_question question;
    sn_dns_record *records; /* answers, then authorities, then additional ones */
    uint16_t answers, authorities, additionals;
} sn_dns_message;

/**
 * SS_OK. SS_ERR_SYNTAX: not a DNS message, or one with more than one question; names that point anywhere but back, or have more
 * than 255 bytes, are none. SS_ERR_FULL: the arena.
 */
SS_MUST_USE ss_status sn_dns_parse(sn_dns_message *m, ss_arena *arena, ss_slice bytes);
/** On the wire; names of owners, NS, CNAME and SOA are compressed. b->overflow as always. */
void sn_dns_put(ss_buffer *b, const sn_dns_message *m);
/** What is printed into SN_DNS_BYTES_MAX: without the additional records when they do not fit, then without more answers and
 *  truncated. */
void sn_dns_put_datagram(ss_buffer *b, const sn_dns_message *m);

/* ---- text ---- */

/** "www.example.com" or "www.example.com.": letters, digits, - and _, labels of 1 to 63. SS_ERR_SYNTAX; `b` may hold a part then. */
SS_MUST_USE ss_status sn_dns_name_from(ss_slice text, ss_buffer *b);
/** Without the last dot; "." for the root. What is no letter, digit, - or _ is \DDD. */
void sn_dns_put_name(ss_buffer *b, ss_slice name);

/** Why a line is refused, and the part of it. Static. */
typedef struct sn_dns_flaw {
    size_t from, length;
    const char *message;
} sn_dns_flaw;
/** One record in master-file form, RFC 1035 5.1: "name TTL [IN] TYPE data". Names are whole ones, with or without the last dot; TTL
 *  is in seconds. In the arena. False with *flaw. */
bool sn_dns_record_from(ss_slice line, ss_arena *arena, sn_dns_record *r, sn_dns_flaw *flaw);
/** The same back. */
void sn_dns_put_record(ss_buffer *b, const sn_dns_record *r);

/* ---- a server ---- */

/** A record that a zone has from one instant to another. */
typedef struct sn_dns_entry {
    sn_dns_record record;
    ss_time from, until;
} sn_dns_entry;

enum { SN_DNS_RECORDS_MAX = 4096 };
typedef struct sn_dns_zone {
    const sn_dns_entry *entries;
    uint32_t count;
} sn_dns_zone;

/** What an authority over these records answers at an instant; in the arena. SS_ERR_FULL. */
SS_MUST_USE ss_status sn_dns_answer(const sn_dns_zone *zone, ss_time now,
                                    const sn_dns_message *query, ss_arena *arena,
                                    sn_dns_message *response);

#endif
