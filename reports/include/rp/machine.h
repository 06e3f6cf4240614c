/* rp/machine.h: a run for other programs: metrics.prom (OpenMetrics), junit.xml, results.sarif (2.1.0), and Markdown for the summary
 * of a step in GitHub's actions.
 */
#ifndef RP_MACHINE_H
#define RP_MACHINE_H

#include "rp/file.h"
#include "rp/run.h"

void rp_prom_write(rp_file *out, const rp_run *run);
void rp_junit_write(rp_file *out, const rp_run *run);
void rp_sarif_write(rp_file *out, const rp_run *run);
void rp_markdown_write(rp_file *out, const rp_run *run);

/* What a run was asked and what came of it, the same for all of these: expects, reached, checks, in this order. */
typedef struct rp_answer {
    const char *kind; /* "expect", "reached", "story" */
    const char *asked;
    uint32_t line; /* of the scenario; 0: not known */
    bool holds;
} rp_answer;
/** The nth one; false past the last. */
bool rp_answer_at(const rp_run *run, uint32_t nth, rp_answer *out);
/** What was seen instead, as plain text. */
void rp_answer_put(rp_file *out, const rp_run *run, uint32_t nth);

#endif
