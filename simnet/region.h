/* region.h: the one contiguous region in which everything lives that changes during a run. */
#ifndef REGION_H
#define REGION_H

#include "ss/base.h"

/** Reserve zeroed memory, 4096-byte aligned. Pages cost nothing until they are touched. NULL when refused. */
void *sn_region_reserve(size_t bytes);
void sn_region_release(void *region, size_t bytes);
/** Before release: a part whose store may have hidden bytes from AddressSanitizer; the addresses may serve others next. */
void sn_region_show(void *part, size_t bytes);

#endif
