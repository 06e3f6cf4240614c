/* corrupt.h: bytes of a packet that a link damages. */
#ifndef CORRUPT_H
#define CORRUPT_H

#include "sn/link.h"

/** The damage that a number stands for, done to a packet of `len` bytes, at least one. How many bytes are left of it. */
uint32_t sn_corrupt(const sn_damage *damage, uint64_t where, unsigned char *bytes, uint32_t len);
/** The same done to the message of a datagram, whose checksum will be right, into an empty buffer; or an edit of it, and which. False:
 *  there is nothing to do it to, or no room for it. */
SS_MUST_USE bool sn_corrupt_message(const sn_damage *damage, uint64_t where, ss_slice message,
                                    ss_buffer *out, sn_edit *made);

#endif
