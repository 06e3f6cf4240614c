/* forge.h: messages that a live call could have, with places for what is live. Private to simnet/input. */
#ifndef FORGE_H
#define FORGE_H

#include "sn/input.h"

/** As a record of kind "forge" says. */
void sn_forge_put(ss_buffer *b, const sn_input_record *record);

#endif
