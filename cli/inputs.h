/* inputs.h: fuzz inputs as the verbs take them: files and folders, and the target that reads them. */
#ifndef INPUTS_H
#define INPUTS_H

#include "cli.h"
#include "fz/target.h"

#define CLI_INPUT_BYTES_MAX (1u << 20)

/** The target of --target; `session` when there is none. NULL when it said that there is no such target. */
const fz_target *cli_target_of(const cli_args *args);
/** Likewise, by its name. */
const fz_target *cli_target_named(const char *name);

/** An input, borrowed for the call. */
typedef void cli_input_taker(void *context, const char *path, ss_slice input);
/** Each file, and each file below each folder, in the order of names; those that begin with a dot are none. How many there were; *is_well
 *  false when it said of something that it could not be read. */
uint64_t cli_each_input(const char *const *paths, uint32_t count, cli_input_taker *take,
                        void *context, bool *is_well);
/** Writes dir/name; false when it said why not. */
SS_MUST_USE bool cli_write_input(const char *dir, const char *name, ss_slice input);
/** A scenario with the records of a session input; owned by the caller (free). NULL without memory. */
char *cli_session_yaml(const char *name, ss_slice input, size_t *len);
/** "sipsim replay --target NAME PATH", to be pasted. */
void cli_put_replay(ss_buffer *b, const fz_target *target, const char *path);

#endif
