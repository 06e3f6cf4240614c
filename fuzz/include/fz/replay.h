/* fz/replay.h: inputs run through a target without a fuzzing engine. */
#ifndef FZ_REPLAY_H
#define FZ_REPLAY_H

#include "fz/target.h"

/** What becomes of each input, in the order of paths; folders are walked in the order of names. */
typedef struct fz_replay_events {
    void *context;
    /** Before an input is run: should it crash, this is the one. The path is borrowed for the call. */
    void (*begin)(void *context, const char *path);
    void (*finding)(void *context, const char *path, const fz_finding *finding);
    /** A path that cannot be read, or holds no input; `why` is borrowed for the call. */
    void (*trouble)(void *context, const char *path, const char *why);
} fz_replay_events;

typedef struct fz_replay_counts {
    uint64_t inputs, findings, troubles;
} fz_replay_counts;

/** Files, and all files below folders; those whose names begin with a dot are no inputs. */
fz_replay_counts fz_replay(const fz_target *target, const char *const *paths, size_t count,
                           const fz_replay_events *events);

#endif
