/* What the halves of ss_msg_judge share: the message, the role, and the first thing found wrong. Private to stack/msg. */
#ifndef SS_MSG_JUDGE_H
#define SS_MSG_JUDGE_H

#include "ss/grammar.h"

typedef struct ss_judging {
    const ss_msg *msg;
    const ss_judge_options *options;
    ss_diag *diag;
    ss_verdict verdict;
    uint32_t skipped; /* bytes before msg->bytes */
} ss_judging;

/** Section, sentence and response. */
typedef struct ss_ruling {
    const char *section, *sentence;
    unsigned response;
} ss_ruling;

/** Note why; always false. `at` lies in msg->bytes. */
bool ss_judging_refuse(ss_judging *j, ss_verdict verdict, const char *at, ss_hdr header,
                       ss_ruling ruling);
/** Where a field's value begins, or the end of the header part. */
const char *ss_judging_place(const ss_judging *j, ss_hdr id);

/** Content-Type, -Encoding and -Disposition, and multipart bodies (8.2.3); false when refused. */
bool ss_judge_body(ss_judging *j);

#endif
