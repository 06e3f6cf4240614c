/* rp/summary.h: a run in a dozen lines for a human. */
#ifndef RP_SUMMARY_H
#define RP_SUMMARY_H

#include "rp/file.h"
#include "rp/run.h"

/** `dir` is where the files are; NULL when none were written. `colour`: on a terminal that wants it. */
void rp_summary_write(rp_file *out, const rp_run *run, const rp_engine *engine, const char *dir,
                      bool colour);
/** Only what did not hold, one line each; nothing when all did. */
void rp_summary_failures(rp_file *out, const rp_run *run, bool colour);

#endif
