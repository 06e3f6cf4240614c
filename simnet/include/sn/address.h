/* sn/address.h: an IP address of either version as one value (RFC 4291). IPv4 addresses are those of ::ffff:0:0/96, so that they are
 * compared and hashed as any other; a port is not part of it. Two words in the order of the machine: the upper and the lower half of
 * the number that the 16 bytes are. */
#ifndef SN_ADDRESS_H
#define SN_ADDRESS_H

#include "ss/base.h"

typedef struct sn_address {
    uint64_t high, low;
} sn_address;

#define SN_ADDRESS_MAPPED (UINT64_C(0xffff) << 32)

/** Of constants: `.source = SN_ADDRESS_V4(0x0a000001)`. */
#define SN_ADDRESS_V4(number)           \
    {                                   \
        0, SN_ADDRESS_MAPPED | (number) \
    }

/** From the number, host order. */
static inline sn_address sn_address_v4(uint32_t number)
{
    return (sn_address){ 0, SN_ADDRESS_MAPPED | number };
}
static inline bool sn_address_is_v4(sn_address a)
{
    return a.high == 0 && a.low >> 32 == 0xffff;
}
/** The number of an IPv4 address, host order. */
static inline uint32_t sn_address_number(sn_address a)
{
    return (uint32_t)a.low;
}
static inline bool sn_address_equal(sn_address a, sn_address b)
{
    return a.high == b.high && a.low == b.low;
}
/** ::, which nobody has: where there is no address. */
static inline bool sn_address_is_none(sn_address a)
{
    return (a.high | a.low) == 0;
}
/** <0, 0, >0. */
static inline int sn_address_compare(sn_address a, sn_address b)
{
    return a.high != b.high ? (a.high < b.high ? -1 : 1) : (a.low > b.low) - (a.low < b.low);
}

#endif
