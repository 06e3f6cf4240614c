/* ground.h: what a world stands on and leaves to the next. Private to the world layer.
 */
#ifndef GROUND_H
#define GROUND_H

#include "sn/world.h"
#include "ss/auth.h"

/** At least so many bytes for one world, until sn_ground_give; the first `zero_bytes` are 0. NULL when the system has not so many. */
void *sn_ground_take(sn_ground *g, size_t bytes, size_t zero_bytes);
/** The world is done with a part of it, of which so much was used. */
void sn_ground_leave(sn_ground *g, void *part, size_t bytes);
void sn_ground_give(sn_ground *g);
/** The hashes, from now on. False without memory. */
SS_MUST_USE bool sn_ground_crypto(sn_ground *g, ss_crypto *crypto);

#endif
