/* replay.h: what `sipsim replay` does with session inputs. */
#ifndef REPLAY_H
#define REPLAY_H

#include "cli.h"

/** Inputs of sessions: a verdict for each, and whatever else was asked for. */
rp_status cli_replay_sessions(const cli_args *args);

/** --until and --explain of them. */
rp_status cli_replay_until(const cli_args *args);

#endif
