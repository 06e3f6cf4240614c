/* What a step of GitHub's actions shows of a run. */
#ifndef STEP_SUMMARY_H
#define STEP_SUMMARY_H

#include "rp/run.h"

/** Appends it to the file that GITHUB_STEP_SUMMARY names, if it is set. RP_IO when it said what is wrong. */
rp_status cli_step_summary(const rp_run *run);

#endif
