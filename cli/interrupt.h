/* Ctrl-C and SIGTERM as a flag that loops look at; the second one kills as usual. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

void cli_interrupt_arm(void);
bool cli_interrupted(void);

#endif
