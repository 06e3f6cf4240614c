/* Memory between two pages that nothing may touch: a byte read or written too far, or before the first, ends the test, in any
 * build. */
#ifndef GUARD_H
#define GUARD_H

#include "ss/base.h"

enum { GUARD_BYTES_MAX = 1 << 18 };

/** A copy whose last byte is the last before the guard; until the next call of either. */
ss_slice guard_at_end(ss_slice bytes);
/** A copy whose first byte is the first after the guard. */
ss_slice guard_at_start(ss_slice bytes);
/** A buffer of exactly `cap` bytes that ends at the guard, in a region of its own. */
ss_buffer guard_buffer(size_t cap);

#endif
