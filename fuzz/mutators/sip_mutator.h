/* sip_mutator.h: what both fuzzing engines ask for, on edits that know SIP's grammar (sn/mutate.h). Private to fuzz/mutators. */
#ifndef FZ_SIP_MUTATOR_H
#define FZ_SIP_MUTATOR_H

#include "ss/base.h"

/** One to four edits of the bytes, one after another, some with parts of `other` (which may be empty), as the seed says. `room`:
 *  where the outcome goes, `room_len` bytes; `spare` has as many. The length of the outcome, which is in `room`; 0: none could be made. */
size_t fz_sip_mutate(ss_slice bytes, ss_slice other, uint64_t seed, char *room, char *spare,
                     size_t room_len);

#endif
