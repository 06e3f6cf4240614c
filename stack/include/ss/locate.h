/* ss/locate.h: where a SIP server is (RFC 3263), as questions to a DNS that somebody else asks.
 *
 *     ss_locate_begin(&l, &options);
 *     while ((need = ss_locate_needs(&l)).kind != SS_LOCATE_NOTHING) {
 *         ASK:  look up need.name and need.type, then ss_locate_answer;  DRAW: ss_locate_drawn with a number below need.below
 *     }
 *     l.status, l.transport, l.addresses
 *
 * No I/O and no clock: the answers may come at once, out of a cache, or much later. The struct is all there is; the host keeps
 * it while it waits. What a zone may say is bounded: of more servers and addresses than the limits the rest is left out.
 */
#ifndef SS_LOCATE_H
#define SS_LOCATE_H

#include "ss/transport.h"

enum {
    SS_LOCATE_NAME_MAX = 255,
    SS_LOCATE_SERVERS_MAX = 16,   /* of one SRV answer */
    SS_LOCATE_ADDRESSES_MAX = 16, /* in the result */
    SS_LOCATE_TEXT_BYTES = 2048   /* names of the servers */
};

/** Types of resource records, by their numbers (RFC 2782, 3403; A and AAAA). */
typedef enum ss_record_type {
    SS_RECORD_A = 1,
    SS_RECORD_AAAA = 28,
    SS_RECORD_SRV = 33,
    SS_RECORD_NAPTR = 35
} ss_record_type;

typedef struct ss_srv {
    uint16_t priority, weight, port;
    ss_slice target; /* "" or "." is the root: no such service */
} ss_srv;

typedef struct ss_naptr {
    uint16_t order, preference;
    ss_slice flags, service, regexp, replacement;
} ss_naptr;

/** What a lookup found; only the array of the type asked for is looked at. Borrowed for the call. */
typedef struct ss_records {
    const ss_address *addresses; /* A, AAAA: ports are not looked at */
    const ss_srv *srvs;
    const ss_naptr *naptrs;
    uint16_t count;
} ss_records;

typedef struct ss_locate_options {
    ss_slice host; /* TARGET: maddr or host of the URI, or sent-by; a name, or an address */
    uint16_t port; /* 0: none was given */
    ss_transport transport; /* what the URI says; when it says none, what we prefer */
    bool is_open;           /* the URI says no transport */
    bool is_sips;
    bool is_fixed;           /* for who keeps no state: the same order whenever it asks (4.4) */
    uint32_t transports;     /* bits 1 << ss_transport that we can send by */
    bool has_ipv4, has_ipv6; /* addresses that are of use … */
    bool prefers_ipv6;       /* … and of both those that are tried first: RFC 6724 */
} ss_locate_options;

typedef enum ss_locate_stage {
    SS_LOCATE_DONE,
    SS_LOCATE_NAPTR,
    SS_LOCATE_SRV,
    SS_LOCATE_ORDER, /* a number is to be drawn */
    SS_LOCATE_HOSTS  /* addresses of the servers, or of the host itself */
} ss_locate_stage;

typedef struct ss_locate_server {
    uint16_t priority, weight, port;
    uint16_t at, len; /* of its name in the texts */
} ss_locate_server;

/** Private but for the result. */
typedef struct ss_locate {
    uint8_t stage;     /* ss_locate_stage */
    uint8_t preferred; /* ss_transport */
    bool is_open, is_sips, is_fixed, has_ipv4, has_ipv6, prefers_ipv6;
    bool is_ipv6;                  /* HOSTS: it is AAAA that is asked for */
    bool from_naptr;               /* SRV: the name is a replacement, not one of ours */
    bool is_refused;               /* a zone said that there is no such service */
    uint16_t port;                 /* as given */
    uint32_t left;                 /* transports whose SRV was not asked for yet */
    uint16_t server_count, placed; /* servers, and how many of them stand in their final order */
    uint16_t group_end;            /* of those with the priority that is being ordered */
    uint16_t next_server;          /* HOSTS */
    uint16_t text_used, host_len, owner_len;
    char host[SS_LOCATE_NAME_MAX], owner[SS_LOCATE_NAME_MAX + 16]; /* of the SRV asked for */
    char texts[SS_LOCATE_TEXT_BYTES];
    ss_locate_server servers[SS_LOCATE_SERVERS_MAX];

    /* the result: SS_OK; SS_NONE: there is no such place; SS_ERR_STATE: no answer could be had */
    ss_status status;
    ss_transport transport;
    uint16_t address_count;
    ss_address addresses[SS_LOCATE_ADDRESSES_MAX]; /* in the order in which they are to be tried */
} ss_locate;

typedef enum ss_locate_kind {
    SS_LOCATE_NOTHING, /* it is done */
    SS_LOCATE_ASK,
    SS_LOCATE_DRAW
} ss_locate_kind;

typedef struct ss_locate_need {
    ss_locate_kind kind;
    ss_record_type type;
    ss_slice name;  /* in *l */
    uint32_t below; /* DRAW: 0 … below - 1, each as likely */
} ss_locate_need;

/** Client usage, section 4. */
void ss_locate_begin(ss_locate *l, const ss_locate_options *options);
/** Server usage, section 5: where a response goes when it failed at where its request came from. `via` is the top Via of the
 *  request; `families` as of other options. */
void ss_locate_begin_response(ss_locate *l, const ss_via *via, ss_transport transport,
                              const ss_locate_options *families);
ss_locate_need ss_locate_needs(const ss_locate *l);
/** `status`: SS_OK; SS_NONE: no such name, or none of the type; anything else: the lookup failed. */
void ss_locate_answer(ss_locate *l, ss_status status, const ss_records *records);
void ss_locate_drawn(ss_locate *l, uint32_t number);

#endif
