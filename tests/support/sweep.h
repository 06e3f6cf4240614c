/* Running cases again and again with something in their way: see tests/exhaust/sweep/sweep.c. */
#ifndef SWEEP_H
#define SWEEP_H

#include "check.h"

/** Runs a case to its end or its first failed check; true when none failed. */
bool test_sweep_case(const test_case *c);
/** What the case left is given back; a check that fails ends the program. */
void test_sweep_end(void);
/** The sweep of a program that has one. The exit status. */
__attribute__((weak)) int test_sweep(const test_case *first);

#endif
