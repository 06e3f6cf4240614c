/* How often a header field may stand in a message (RFC 3261 7.3.1); rows in ss/headers.def. Private to stack/msg. */
#ifndef SS_MSG_REPETITION_H
#define SS_MSG_REPETITION_H

#include "ss/msg.h"

typedef enum ss_repetition { SS_REPEAT_ONE, SS_REPEAT_LIST, SS_REPEAT_MANY } ss_repetition;

/** Fields that the stack does not know may repeat and are not split. */
ss_repetition ss_hdr_repetition(ss_hdr id);

#endif
