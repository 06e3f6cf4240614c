/* The parsers that are measured side by side. Each turns a message into its typed form and counts what it typed, so that
 * equal work is a fact and not a hope. */
#ifndef PARSE_MESSAGES_PEERS_H
#define PARSE_MESSAGES_PEERS_H

#include <stddef.h>

/** What was typed in one message. */
typedef struct typed_count {
    unsigned vias, routes, contacts, parties, uris, credentials,
        numbers; /* numbers: CSeq, Max-Forwards, Content-Length */
} typed_count;

typedef struct peer {
    const char *name;
    void (*open)(void);
    /** 0 when the message was refused. */
    int (*parse)(const char *bytes, size_t len, typed_count *count);
} peer;

extern const peer ours;
extern const peer sofia; /* only where PEER_SOFIA is defined */
extern const peer osip2; /* only where PEER_OSIP2 is defined */

/** Bytes of our typed form of a message: the message, its index, and what was lent to typed values. 0 when refused. */
size_t ours_bytes(const char *bytes, size_t len);

#endif
