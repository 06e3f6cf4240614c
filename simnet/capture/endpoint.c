/* The ends of captured traffic: whether two are one, and how people write one. */
#include "sn/traffic.h"

#include <string.h>

bool sn_endpoint_eq(const sn_endpoint *a, const sn_endpoint *b)
{
    return a->is_v6 == b->is_v6 && a->port == b->port &&
           memcmp(a->address, b->address, sizeof a->address) == 0;
}

static void put_v4(ss_buffer *b, const uint8_t *address)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i != 0) {
            ss_put_char(b, '.');
        }
        ss_put_u64(b, address[i]);
    }
}

/* RFC 5952: the first longest run of zeros, of two at least, becomes "::". */
static void put_v6(ss_buffer *b, const uint8_t *address)
{
    unsigned groups[8], best = 8, best_len = 1;
    for (unsigned i = 0; i < 8; i++) {
        groups[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
    }
    for (unsigned i = 0; i < 8; i++) {
        unsigned len = 0;
        while (i + len < 8 && groups[i + len] == 0) {
            len++;
        }
        if (len > best_len) {
            best = i;
            best_len = len;
        }
    }
    for (unsigned i = 0; i < 8;) {
        if (i == best) {
            ss_put_text(b, "::");
            i += best_len;
            continue;
        }
        if (i != 0 && i != best + best_len) {
            ss_put_char(b, ':');
        }
        unsigned digits = 1;
        while (digits < 4 && groups[i] >> (4 * digits) != 0) {
            digits++;
        }
        ss_put_hex(b, groups[i], digits);
        i++;
    }
}

void sn_endpoint_put(ss_buffer *b, const sn_endpoint *e)
{
    if (!e->is_v6) {
        put_v4(b, e->address);
    } else {
        ss_put_text(b, e->port == 0 ? "" : "[");
        put_v6(b, e->address);
        ss_put_text(b, e->port == 0 ? "" : "]");
    }
    if (e->port != 0) {
        ss_put_char(b, ':');
        ss_put_u64(b, e->port);
    }
}
