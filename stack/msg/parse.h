/* What the parts of ss_msg_parse share: the message being read and the first thing found wrong with it. Private. */
#ifndef SS_MSG_PARSE_H
#define SS_MSG_PARSE_H

#include "ss/msg.h"

typedef struct ss_parse {
    ss_msg *msg;
    ss_arena *arena;
    ss_diag *diag;
    ss_status status;            /* of the first fault; SS_OK so far */
    uint32_t skipped;            /* bytes before msg->bytes */
    uint16_t last[SS_HDR_COUNT]; /* index + 1 of the last field of each id */
    bool full;                   /* no more fields are taken */
} ss_parse;

/** Where the rule is, and what it says. */
typedef struct ss_rule {
    const char *section, *sentence;
    unsigned response;
} ss_rule;

/** Note a fault; only the first one counts. `offset` is into msg->bytes. */
void ss_parse_refuse(ss_parse *p, ss_status status, size_t offset, ss_hdr header, ss_rule rule);

/** The start line, up to its CRLF at `end`; false when the bytes are no SIP at all and reading ends. */
bool ss_parse_start_line(ss_parse *p, size_t end);

/** The fields that every element needs, once all are indexed (8.1.1, 8.2.6, 16.3). */
void ss_parse_check_fields(ss_parse *p);

#endif
