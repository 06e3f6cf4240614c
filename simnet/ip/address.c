/* Addresses between the stack and the network, and the pseudo headers that are made of them (RFC 768, RFC 9293 3.1, RFC 8200 8.1). */
#include "sn/ip.h"

static uint64_t get64(const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

ss_address sn_address_with_port(sn_address a, uint16_t port)
{
    if (sn_address_is_v4(a)) {
        return ss_address_v4(sn_address_number(a), port);
    }
    ss_address out = { .family = sn_address_is_none(a) ? 0 : 6, .port = port };
    for (unsigned i = 0; i < 8; i++) {
        out.ip[i] = (uint8_t)(a.high >> (56 - 8 * i));
        out.ip[8 + i] = (uint8_t)(a.low >> (56 - 8 * i));
    }
    return out;
}

sn_address sn_address_from(const ss_address *a)
{
    if (a->family == 4) {
        return sn_address_v4((uint32_t)(get64(a->ip) >> 32));
    }
    return a->family == 6 ? (sn_address){ get64(a->ip), get64(a->ip + 8) } : (sn_address){ 0, 0 };
}

static uint32_t sum64(uint64_t word)
{
    return (uint32_t)((word >> 48) + (word >> 32 & 0xffff) + (word >> 16 & 0xffff) +
                      (word & 0xffff));
}

/* RFC8200:8.1 the length has 32 bits there, so that its upper half counts as well. */
uint32_t sn_ip_pseudo_sum(const sn_ip *ip, uint8_t protocol, size_t length)
{
    const uint32_t rest = protocol + (uint32_t)(length >> 16) + (uint32_t)(length & 0xffff);
    if (ip->is_v6) {
        return sum64(ip->source.high) + sum64(ip->source.low) + sum64(ip->destination.high) +
               sum64(ip->destination.low) + rest;
    }
    const uint32_t source = sn_address_number(ip->source);
    const uint32_t destination = sn_address_number(ip->destination);
    return (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + rest;
}
