/* region.h: the one contiguous region in which everything lives that changes during a run. */
#ifndef REGION_H
#define REGION_H

#include "ss/base.h"

/** Reserve zeroed memory, 4096-byte aligned. Pages cost nothing until they are touched. NULL when refused. */
void *sn_region_reserve(size_t bytes);
void sn_region_release(void *region, size_t bytes);
/** For AddressSanitizer: nobody may touch this part; whoever gets it may. */
void sn_region_hide(void *part, size_t bytes);
void sn_region_show(void *part, size_t bytes);
/** A part that a store has served: what the store hid from AddressSanitizer is shown again, and spoiled, so that a sanitized run in
 *  which somebody takes such memory for cleared goes wrong. */
void sn_region_spoil(void *part, size_t bytes);

#endif
