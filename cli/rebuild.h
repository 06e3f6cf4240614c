/* sipsim report: the files of a run once more, from what its folder keeps. */
#ifndef REBUILD_H
#define REBUILD_H

#include "cli.h"

/** Of the command line's one RUN: a run's folder, a reproducer, or the folder of a sweep. */
rp_status cli_rebuild(const cli_args *args);

#endif
