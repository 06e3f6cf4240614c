/* What a liberal element reads into a malformed message (RFC 4475 3.1.1.13, 3.1.2.4 and 3.1.2.6 to 3.1.2.15). Private to
 * stack/msg. */
#ifndef SS_MSG_MEND_H
#define SS_MSG_MEND_H

#include "ss/msg.h"

/**
 * A copy of the message in the arena, with what can be mended without a doubt mended; everything else is as it was, faults
 * included: the copy is to be judged like any other message.
 *
 * SS_OK       *mended is the copy.
 * SS_NONE     nothing could be mended.
 * SS_ERR_FULL the arena is full.
 */
SS_MUST_USE ss_status ss_mend(ss_slice bytes, ss_arena *arena, ss_slice *mended);

#endif
