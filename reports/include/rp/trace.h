/* rp/trace.h: trace.json: what nodes did over virtual time, for Perfetto and chrome://tracing. */
#ifndef RP_TRACE_H
#define RP_TRACE_H

#include "rp/file.h"
#include "rp/run.h"

/** Of the first calls, and of what comes first: so that the file does not grow with the run. */
#define RP_TRACE_CALLS  32u
#define RP_TRACE_OTHERS 1024u

typedef struct rp_trace rp_trace;
/** `out` and `cast` are borrowed. NULL without memory. */
rp_trace *rp_trace_new(rp_file *out, const sn_cast *cast);
void rp_trace_free(rp_trace *t);
void rp_trace_fact(rp_trace *t, const sn_fact *fact);
/** After the last fact: the run's queues and marks, and the end of the document. */
void rp_trace_finish(rp_trace *t, const rp_run *run);

#endif
