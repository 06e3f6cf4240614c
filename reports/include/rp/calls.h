/* rp/calls.h: the calls of a run, a line each: who called whom, when, and what came of it.
 *
 * An observer that keeps every call to the end: for a run that is made again to be asked, not for each run.
 */
#ifndef RP_CALLS_H
#define RP_CALLS_H

#include "rp/file.h"
#include "sn/facts.h"

typedef struct rp_calls rp_calls;
/** Whom call `number` - 1 of the plan is for; SN_NOBODY when that is not known. */
typedef uint32_t rp_callee_of(const void *plan, uint32_t number);
/** `cast` and `plan` are borrowed. NULL without memory. */
rp_calls *rp_calls_new(const sn_cast *cast, rp_callee_of *callee_of, const void *plan);
void rp_calls_free(rp_calls *c);
void rp_calls_fact(rp_calls *c, const sn_fact *fact);
/** In the order in which they were placed; a `!` before one that failed. False without memory. */
SS_MUST_USE bool rp_calls_write(rp_calls *c, rp_file *out, bool as_json);

#endif
