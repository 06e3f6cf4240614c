/* Which files of a folder are to be written: all, those that are wanting, or those that were named. */
#ifndef WANTED_H
#define WANTED_H

#include "cli.h"

typedef struct cli_wanted {
    const cli_args *args; /* --only, --force */
    const char *dir;      /* where they go */
    bool is_in_place;     /* it is the folder that they are made from */
    uint32_t count;       /* of the files that there can be; at most 32 */
    const char *(*name)(uint32_t nth);
    bool (*has)(const char *dir, uint32_t nth);
    uint32_t asked;   /* a bit for each that an option of its own asks for */
    uint32_t refused; /* likewise: that an option does not want */
    uint32_t rare;    /* that is written only when it is asked for or named */
} cli_wanted;

/** RP_OK; RP_USAGE or RP_IO when it said which name is none, or which file is in the way. */
rp_status cli_wanted_choose(const cli_wanted *w, uint32_t *files);

#endif
