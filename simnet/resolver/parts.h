/* resolver/parts.h: what the files of a host's resolver share: resolver/resolver.c asks and answers, resolver/known.c keeps what was learnt,
 * resolver/avoid.c knows who did not answer. Private to the world. */
#ifndef RESOLVER_PARTS_H
#define RESOLVER_PARTS_H

#include "resolver/resolver.h"

#include "world_state.h"

#include "sn/dns.h"
#include "ss/locate.h"

typedef enum known_state {
    KNOWN_ASKED, /* a query is on the wire */
    KNOWN_FOUND,
    KNOWN_NOTHING /* no such name, or nothing of the type */
} known_state;

typedef struct known {
    ss_ref next;
    uint32_t number; /* of its last query */
    uint16_t type;
    uint8_t state;
    uint16_t tries;     /* queries sent */
    uint16_t id, port;  /* of the last one */
    ss_time got, until; /* not ASKED: from when to when it holds; at `got` in any case */
    ss_blob name;
    ss_blob message; /* FOUND: the records, as a message */
} known;

typedef struct question {
    ss_ref next;
    uint32_t token, number, draws;
    ss_ref waits;             /* the known that it waits for; 0: it is done, or about to go on */
    bool goes_on, has_failed; /* what it waited for is there, or came to nothing */
    ss_locate l;
} question;

typedef struct avoided {
    ss_address server;
    ss_time until;
    bool is_asked; /* by a 503 with Retry-After: it is not tried at all */
} avoided;

typedef struct resolver {
    ss_table_link link;
    ss_ref first_known, first_question;
    uint32_t known_count, queries, questions;
    uint32_t avoided_count;
    avoided avoided[SN_RESOLVER_AVOIDED_MAX];
} resolver;

/** One visit: the resolver of a node, inside one of its events. */
typedef struct visit {
    sn_partition *p;
    uint32_t node;
    resolver *r;
} visit;

/** NULL: it was never asked. */
resolver *sn_resolver_find(const sn_partition *p, uint32_t node);

/* ---- what is known: resolver/known.c ---- */

static inline known *sn_known_at(const sn_partition *p, ss_ref ref)
{
    return ss_store_at(&p->store, ref);
}
known *sn_known_find(const visit *v, ss_slice name, uint16_t type);
/** Being asked for. NULL when there is no room: every one is a lookup under way. */
known *sn_known_new(const visit *v, ss_slice name, uint16_t type);
void sn_known_forget(const visit *v, known *k);
/** RFC 1035 7.4, RFC 2308 5; what came in this very instant is of use whatever its time to live. */
bool sn_known_holds(const visit *v, const known *k);
/** What an answer to the query for `k` says of it, by way of aliases. */
void sn_known_learn(const visit *v, known *k, const sn_dns_message *m);
/** RFC2782 addresses that came along are used. Only of servers that this answer names. */
void sn_known_learn_more(const visit *v, const sn_dns_message *m);

/* ---- servers to avoid: resolver/avoid.c ---- */

/** What is left of the addresses: those that are not avoided, then those that did not answer lately. How many. */
uint16_t sn_avoid_order(const visit *v, const ss_locate *l, ss_address *out);

#endif
