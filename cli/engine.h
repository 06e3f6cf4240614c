/* engine.h: fuzzing engines that are programs of their own. */
#ifndef CLI_ENGINE_H
#define CLI_ENGINE_H

#include <sys/types.h>

#include "cli.h"
#include "fz/target.h"

/** --with, or TARGET_fuzzer beside this program or where the build puts it, into `path` of RP_PATH_BYTES. */
bool cli_engine_find(const cli_args *args, const fz_target *target, char *path);
/** 0 or less: it could not be started. `is_silent`: what it would draw on the screen goes nowhere. */
pid_t cli_engine_start(char *const *words, bool is_silent);
/** Its exit status; 127 when there was none. Ctrl-C goes to all of us; they end in order, and we wait for that. */
int cli_engine_wait(pid_t child);
/** What afl-fuzz wants to be told on a machine that is not set up for it, and our mutator where it is; what the user says stands. */
void cli_engine_ready_afl(const fz_target *target, const char *program, bool stops_at_first);

#endif
