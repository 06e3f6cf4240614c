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
/** Follow one call, or what is none, and nothing else, with the states of its transactions and dialogs: by the hash of its
 *  Call-ID, or as call `number` - 1 of the plan; 0: not by that. */
void rp_ladder_select(rp_ladder *l, uint64_t call_id, uint32_t number);
/** Hash of the Call-ID of what rp_ladder_write_one would draw; 0: nothing. */
uint64_t rp_ladder_chosen(const rp_ladder *l);
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

typedef enum rp_ladder_form {
    RP_LADDER_TEXT, /* 80 columns, idle time left out */
    RP_LADDER_WIDE, /* as in ladder.txt */
    RP_LADDER_MERMAID,
    RP_LADDER_SVG,
    RP_LADDER_JSON, /* "sipsim.ladder/1" */
    RP_LADDER_WORDS /* cause by cause, in sentences */
} rp_ladder_form;
/** The selected call; without one what failed first, or what came first. False when there is nothing to draw. */
SS_MUST_USE bool rp_ladder_write_one(const rp_ladder *l, rp_file *out, rp_ladder_form form);

#endif
