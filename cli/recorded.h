/* What the folder of a run says of it: digest, version, where its lines stood. */
#ifndef RECORDED_H
#define RECORDED_H

#include "session.h"

typedef struct cli_recorded {
    session_recorded run;
    char version[64], commit[64]; /* of the program that made it; "": not known */
    uint64_t scenario_hash;       /* of scenario.effective.yaml */
    char stopped[160];            /* why it ended before its time; "": it did not */
    bool has_repros;              /* it failed in a way of which reproducers are written */
    char file[RP_PATH_BYTES];
    uint32_t *lines;
} cli_recorded;

/** Of a folder with results.json. RP_OK; else it said why not: no run, JSON that is none, another schema, a run without an end. Free in
 *  any case. */
rp_status cli_recorded_read(cli_recorded *r, const char *dir);
void cli_recorded_free(cli_recorded *r);

#endif
