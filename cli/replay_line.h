/* The one line that runs a scenario again as it was run. */
#ifndef REPLAY_LINE_H
#define REPLAY_LINE_H

#include "session.h"

/** "sipsim run FILE --seed N --order …", quoted for a shell; shortened with … when it does not fit. */
void cli_replay_line(char *text, size_t cap, const session_options *options, const sn_plan *plan);
/** A word as a POSIX shell reads it back. */
void cli_put_quoted(ss_buffer *b, const char *word);

#endif
