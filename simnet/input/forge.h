/* forge.h: messages that a live call could have, with places for what is live. Private to simnet/input. */
#ifndef FORGE_H
#define FORGE_H

#include "sn/input.h"

/** As a record of kind "forge" says. */
void sn_forge_put(ss_buffer *b, const sn_input_record *record);
/** The nth, around and around, of what nobody may act upon: no message, or one that names a live call and is malformed. Static. */
ss_slice sn_forge_noise(unsigned nth);

#endif
