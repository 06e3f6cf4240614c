/* rp/events.h: events.jsonl: one object per fact, in the total order, one per line. */
#ifndef RP_EVENTS_H
#define RP_EVENTS_H

#include "rp/file.h"
#include "sn/capture.h"

/** The longest line. */
#define RP_EVENT_BYTES 1536u

/** One fact as a line of JSON, its new line included. Never longer than RP_EVENT_BYTES. */
void rp_event_put(ss_buffer *b, const sn_cast *cast, const sn_fact *fact);

typedef struct rp_events rp_events;
/** `out` and `cast` are borrowed. The filter is OFF, ALL or CALLS. NULL without memory. */
rp_events *rp_events_new(rp_file *out, const sn_cast *cast, const sn_capture_filter *filter);
void rp_events_free(rp_events *e);
void rp_events_fact(rp_events *e, const sn_fact *fact);

#endif
