/* rp/summary.h: a run in a dozen lines for a human. */
#ifndef RP_SUMMARY_H
#define RP_SUMMARY_H

#include "rp/file.h"
#include "rp/run.h"

/** Where the files of a run are. `dir` NULL: none were written. */
typedef struct rp_written {
    const char *dir;
    uint64_t events_bytes, capture_bytes; /* of events.jsonl and trace.pcapng, which grow with the run */
} rp_written;

/** `colour`: on a terminal that wants it. */
void rp_summary_write(rp_file *out, const rp_run *run, const rp_engine *engine, const rp_written *written,
                      bool colour);
/** Only what did not hold, one line each; nothing when all did. */
void rp_summary_failures(rp_file *out, const rp_run *run, bool colour);

#endif
