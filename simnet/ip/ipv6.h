/* ipv6.h: what sn/ip.h does of a packet when its version is 6. Private to simnet/ip. */
#ifndef IPV6_H
#define IPV6_H

#include "sn/ip.h"

void sn_ip6_put(unsigned char *at, const sn_ip *ip);
SS_MUST_USE ss_status sn_ip6_parse_header(const unsigned char *bytes, size_t len, sn_ip *ip);
bool sn_ip6_hop(unsigned char *packet);

#endif
