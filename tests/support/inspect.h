/* Everything that can be asked about the bytes of a message, whatever they are, with the byte after the last out of reach: for
 * sweeps over damaged messages. The test fails when an answer contradicts another or lies outside the bytes. */
#ifndef INSPECT_H
#define INSPECT_H

#include "ss/grammar.h"

/** Judge in every role, tolerant or not, on a datagram and on a stream; type every value; answer; summarise; frame. Gives the
 *  verdict of a strict user agent server. The message is in static memory until the next call; diag may be NULL. */
ss_verdict inspect(ss_slice bytes, ss_diag *diag);

/** What inspect has found of the last bytes: borrowed from it. */
const ss_msg *inspect_message(void);

/** Called with each message of the tree: corpus/rfc, corpus/seeds and corpus/regress of messages, tests/bench/parse_set. */
typedef void inspect_visit(const char *path, ss_slice bytes);
/** The bytes are a heap block of their size. Fails the test when there are fewer than 100. */
void inspect_corpus(inspect_visit *visit);

#endif
