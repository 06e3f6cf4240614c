/* fz/mutate.h: an input made into another. What comes of it is a function of its arguments.
 */
#ifndef FZ_MUTATE_H
#define FZ_MUTATE_H

#include "ss/base.h"

/** The new length, at most `max`. `data` has room for `max` bytes and holds `size`, at most `max`. `other`: an input to take parts
 *  from, or empty. */
typedef size_t fz_mutator(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other);

/** Records of a session: made, taken out, doubled, swapped, moved in time, changed in one argument, or in the bytes they say. */
fz_mutator fz_mutate_session;
/** Bytes: changed, put in, taken out, doubled, repeated until they are many, taken from the other; a few times. */
fz_mutator fz_mutate_bytes;
/** A SIP message, by edits that know its grammar. */
fz_mutator fz_mutate_message;
/** A line of choices, and a message. */
fz_mutator fz_mutate_steered;

#endif
