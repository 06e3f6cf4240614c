/* Exit statuses: their numbers, words and order of weight (design 4). */
#include "rp/status.h"

typedef struct status_row {
    int exit;
    const char *word, *sentence;
} status_row;

#define STATUS_ROW(id, exit, word, sentence) [RP_##id] = { exit, word, sentence },
static const status_row rows[RP_STATUS_COUNT] = { RP_STATUS_LIST(STATUS_ROW) };

rp_status rp_status_worst(rp_status_set set)
{
    for (rp_status status = 0; status < RP_OK; status++) {
        if (rp_status_holds(set, status)) {
            return status;
        }
    }
    return RP_OK;
}

int rp_status_exit(rp_status status)
{
    SS_ASSERT(status < RP_STATUS_COUNT);
    return rows[status].exit;
}

const char *rp_status_word(rp_status status)
{
    SS_ASSERT(status < RP_STATUS_COUNT);
    return rows[status].word;
}

const char *rp_status_sentence(rp_status status)
{
    SS_ASSERT(status < RP_STATUS_COUNT);
    return rows[status].sentence;
}
