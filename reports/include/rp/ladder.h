/* rp/ladder.h: ladder.txt: what the first call and the first failing call said to whom, with timers, copies and losses.
 *
 * An observer with bounded memory: it follows every live call, and forgets those that end well.
 */
#ifndef RP_LADDER_H
#define RP_LADDER_H

#include "rp/file.h"
#include "sn/facts.h"

typedef struct rp_ladder rp_ladder;
/** `cast` is borrowed. NULL without memory. */
rp_ladder *rp_ladder_new(const sn_cast *cast);
void rp_ladder_free(rp_ladder *l);
void rp_ladder_fact(rp_ladder *l, const sn_fact *fact);
/** The message of a fact that was just given: copied, and shown where there is room for it. */
void rp_ladder_text(rp_ladder *l, const sn_fact *fact, ss_slice text);
/** A law was broken in the call (hash as in ss_summary, 0: in none); the first one counts. `text` is copied. */
void rp_ladder_violation(rp_ladder *l, uint64_t call_id, ss_time at, const char *law,
                         const char *text);
/** The ladder of the first call that failed, or of the first, as a picture (SVG) and for Mermaid. `cast` as in rp_ladder_new. */
void rp_ladder_picture(const rp_ladder *l, const sn_cast *cast, rp_file *out);
void rp_ladder_mermaid(const rp_ladder *l, const sn_cast *cast, rp_file *out);
/** The ladders as text. `name` is the scenario's. */
void rp_ladder_write(const rp_ladder *l, rp_file *out, const char *name, bool interrupted);

#endif
