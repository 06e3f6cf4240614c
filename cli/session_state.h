/* What a run has while it goes, and the files that are made of it: shared by session.c, which runs it, and session_files.c. */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "marks.h"
#include "session.h"
#include "sn/scenario.h"
#include "sn/world.h"

typedef struct session {
    const session_options *options;
    sn_scenario *scenario;
    sn_plan *plan;
    cli_observers observers;
    cli_marks marks;
    sn_decisions *decisions; /* of a reproducer; NULL */
    sn_world *world;         /* its state is read after the run */
    sn_run_state state;
    rp_run run;
    rp_engine engine;
    uint64_t started_ns;
    char stopped[160];
    char replay[4096];
} session;

/** All of them that were not left out, into the folder of the options. */
void session_write_files(session *s);

#endif
