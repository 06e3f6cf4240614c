/* The two ways of `sipsim shrink`. */
#ifndef CLI_SHRINK_H
#define CLI_SHRINK_H

#include "cli.h"
#include "fz/target.h"

/** Where the result goes: FILE.least here, or FILE in the folder of -o; of FILE.sipr FILE.least.sipr. */
void cli_shrink_name(const cli_args *args, char *dir, char *name);
rp_status cli_shrink_input(const cli_args *args, const fz_target *target, ss_slice input);
/** The text of a reproducer. */
rp_status cli_shrink_repro(const cli_args *args, ss_slice text);

#endif
