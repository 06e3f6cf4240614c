/* planted.h: what a planted bug tells of itself: how often its place was reached, and how often what is wrong there mattered. It is put
 * before every file of a patch (-include), and before no other: the product knows nothing of it. */
#ifndef PLANTED_H
#define PLANTED_H

#include <stdbool.h>

#ifdef PLANTED_COUNTS
/** Counts that the place was reached, and that `matters`; gives it back. */
bool planted(bool matters);
#define PLANTED(condition) planted(condition)
#else
#define PLANTED(condition) (condition)
#endif

#endif
