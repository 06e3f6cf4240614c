/* Messages for the tests: a set of whole ones, and one request with one thing different. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "ss/msg.h"

typedef struct test_message {
    const char *name;
    ss_slice bytes;
} test_message;

/** Valid messages of many shapes, written for this project. */
extern const test_message test_messages[];
extern const size_t test_message_count;
ss_slice test_message_named(const char *name);

/**
 * A valid INVITE with one edit. Static memory, until the next call.
 *
 *   ""                     none              "^BYE sip:x@y SIP/2.0"  another start line
 *   "-Max-Forwards"        without the line  "Max-Forwards: 0"       another value
 *   "+Subject: x"          one more line, last                      "@body"  a body, without Content-Length
 */
ss_slice test_request(const char *edit);

/** The same as an UPDATE, which a user agent server accepts as it stands: an INVITE needs a Contact (8.1.1.8). */
ss_slice test_update(const char *edit);

/** Parse in static memory that the next call uses again. */
ss_status test_parse(ss_slice bytes, ss_msg *msg, ss_diag *diag);
/** Parse what must be whole. */
void test_parse_ok(ss_slice bytes, ss_msg *msg);
/** The arena of the last test_parse: for what is built from its message. */
ss_arena *test_arena(void);

/** The status of ss_msg_parse on test_request(edit), and what it says to answer. */
ss_status test_verdict(const char *edit, unsigned *response);

/** A copy of exactly these bytes on the heap, so that one byte too far is caught; freed by the next call or by SS_EMPTY. */
ss_slice test_exact(ss_slice bytes);

#endif
