/* ss/b2bua.h: a back-to-back user agent for one-to-one calls (RFC 3261 section 6): the calls of one engine in its user-agent role,
 * joined in pairs. Who calls is answered by what becomes of a call that is made for it, and each change of one is asked for
 * in the other: neither end knows the other's Call-ID, tags, routes or Contact.
 *
 *     if (out->kind == SS_OUT_EVENT) { status = ss_b2bua_event(&b2bua, &engine, &turn, &out->event, &joining); }
 *
 * The identity's profile has `takes_any_call`, and `replaces` is SS_REPLACES_NOBODY. What the engine's commands put out stands
 * in the same turn.
 */
#ifndef SS_B2BUA_H
#define SS_B2BUA_H

#include "ss/engine.h"

typedef struct ss_b2bua {
    ss_ref first; /* pairs, the newest first; in the engine's store */
} ss_b2bua;

/** What the host says of the two calls that an SS_EVENT_INCOMING becomes. */
typedef struct ss_joining {
    ss_slice call_id; /* of the one that is made, or empty for one of the engine's; copied */
    uint64_t cookie;  /* of both */
} ss_joining;

/**
 * What an engine told. `joining` is looked at with SS_EVENT_INCOMING; it may be NULL.
 *
 * SS_OK          done; what had no room was refused, or ends both calls.
 * SS_ERR_MEMORY  the host's store is exhausted.
 */
SS_MUST_USE ss_status ss_b2bua_event(ss_b2bua *b, ss_engine *e, ss_turn *turn,
                                     const ss_event *event, const ss_joining *joining);
/** Of a call that is joined, until its end was told; else 0. */
uint64_t ss_b2bua_cookie(const ss_b2bua *b, const ss_engine *e, uint32_t call);
/** As a crash: before ss_engine_reset. */
void ss_b2bua_forget(ss_b2bua *b, ss_engine *e);

#endif
