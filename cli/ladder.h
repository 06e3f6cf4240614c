/* ladder.h: what `sipsim ladder` draws in a file of its own. */
#ifndef CLI_LADDER_H
#define CLI_LADDER_H

#include "cli.h"
#include "rp/ladder.h"

/** Of a session input: what a fuzzer found. */
rp_status cli_ladder_session(const cli_args *args, rp_ladder_form form);

#endif
