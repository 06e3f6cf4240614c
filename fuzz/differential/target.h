/* The target `differential`, and what its runner asks of it afterwards. Private to fuzz/differential. */
#ifndef DIFFERENTIAL_TARGET_H
#define DIFFERENTIAL_TARGET_H

#include "fz/target.h"

fz_entry fz_target_differential;

/** How often each of `explanations` was of use, in the order of the table. */
extern unsigned fz_explained[];

#endif
