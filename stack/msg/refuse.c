/* Why a message is refused: the first thing found wrong with it. */
#include "parse.h"

void ss_parse_refuse(ss_parse *p, ss_status status, size_t offset, ss_hdr header, ss_rule rule)
{
    if (p->status != SS_OK) {
        return;
    }
    p->status = status;
    *p->diag = (ss_diag){ .offset = (uint32_t)offset + p->skipped,
                          .header = header,
                          .section = rule.section,
                          .sentence = rule.sentence,
                          .response = rule.response };
}
