/* corrupt.h: bytes of a packet that a link damages. */
#ifndef CORRUPT_H
#define CORRUPT_H

#include "sn/link.h"

/** The damage that a number stands for, done to a packet of `len` bytes, at least one. How many bytes are left of it. */
uint32_t sn_corrupt(const sn_damage *damage, uint64_t where, unsigned char *bytes, uint32_t len);

#endif
