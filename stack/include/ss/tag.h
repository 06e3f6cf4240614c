/* ss/tag.h: the To tag of responses to a request that has none, and makes no dialog: what identifies a dialog is drawn (19.3). */
#ifndef SS_TAG_H
#define SS_TAG_H

#include "ss/txn.h"

/**
 * 16 hexadecimal digits: the same for every response to a request and to its copies, whether a transaction knows of it or not, and
 * for its ACK; nobody without the engine's key can tell it before.
 *
 * RFC 3261 8.2.6.2, 8.2.7, 19.3. Also of a request that could be read in part only.
 */
void ss_put_response_tag(const ss_core *core, ss_buffer *b, const ss_msg *request);

#endif
