/* rp/results.h: results.json (schema sipsim.results/1) and engine.json (sipsim.engine/1). */
#ifndef RP_RESULTS_H
#define RP_RESULTS_H

#include "rp/json.h"
#include "rp/run.h"

/** One object; the document is not ended, so that several can stand in a list. */
void rp_results_write(rp_json *j, const rp_run *run);
/** The members "verdict", "exit_status" and "statuses" of an open object. */
void rp_results_write_verdict(rp_json *j, rp_status_set set);
void rp_engine_write(rp_json *j, const rp_run *run, const rp_engine *engine);

#endif
