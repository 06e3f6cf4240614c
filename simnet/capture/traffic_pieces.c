/* IPv4 datagrams in pieces, put together: a bit for each 8 bytes that came, and the end once it is known. A few at a time;
 * the oldest makes room.
 */
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

enum { PILES = 64, PILE_BYTES = 65536 + 8, UNITS = PILE_BYTES / 8 };

typedef struct pile {
    sn_endpoint from, to;
    uint32_t id;
    uint8_t protocol;
    uint64_t age; /* when it was begun; 0: free */
    size_t end;   /* of the payload; 0: not known */
    size_t came;  /* units */
    unsigned char bytes[PILE_BYTES];
    unsigned char has[UNITS / 8 + 1];
} pile;

struct sn_pieces {
    pile *piles[PILES]; /* made when needed */
    uint64_t clock;
};

sn_pieces *sn_pieces_new(void)
{
    return calloc(1, sizeof(sn_pieces));
}

void sn_pieces_free(sn_pieces *p)
{
    for (unsigned i = 0; p != NULL && i < PILES; i++) {
        free(p->piles[i]);
    }
    free(p);
}

static bool is_of(const pile *p, const sn_wire *w)
{
    return p->age != 0 && p->id == w->id && p->protocol == w->protocol &&
           sn_endpoint_eq(&p->from, &w->from) && sn_endpoint_eq(&p->to, &w->to);
}

static pile *begin_pile(sn_pieces *p, const sn_wire *w)
{
    unsigned oldest = 0;
    for (unsigned i = 0; i < PILES; i++) {
        if (p->piles[i] == NULL) {
            p->piles[i] = calloc(1, sizeof(pile));
            oldest = i;
            break;
        }
        oldest = p->piles[i]->age < p->piles[oldest]->age ? i : oldest;
    }
    pile *chosen = p->piles[oldest];
    if (chosen != NULL) {
        memset(chosen->has, 0, sizeof chosen->has);
        chosen->from = w->from;
        chosen->to = w->to;
        chosen->id = w->id;
        chosen->protocol = w->protocol;
        chosen->age = ++p->clock;
        chosen->end = chosen->came = 0;
    }
    return chosen;
}

static pile *pile_of(sn_pieces *p, const sn_wire *w)
{
    for (unsigned i = 0; i < PILES && p->piles[i] != NULL; i++) {
        if (is_of(p->piles[i], w)) {
            return p->piles[i];
        }
    }
    return begin_pile(p, w);
}

/* What came first stays. */
static void fill(pile *p, const sn_wire *w)
{
    for (size_t at = 0; at < w->payload.len; at += 8) {
        const size_t unit = (w->offset + at) / 8;
        if ((p->has[unit / 8] >> unit % 8 & 1) == 0) {
            const size_t left = w->payload.len - at;
            memcpy(p->bytes + unit * 8, w->payload.at + at, left < 8 ? left : 8);
            p->has[unit / 8] |= (unsigned char)(1u << unit % 8);
            p->came++;
        }
    }
}

ss_status sn_pieces_add(sn_pieces *p, sn_wire *wire)
{
    const size_t end = wire->offset + wire->payload.len;
    if (wire->payload.len == 0 || end > 65535 || (wire->more && wire->payload.len % 8 != 0)) {
        return SS_ERR_SYNTAX;
    }
    pile *of = pile_of(p, wire);
    if (of == NULL) {
        return SS_ERR_MEMORY;
    }
    fill(of, wire);
    of->end = wire->more || of->end != 0 ? of->end : end;
    if (of->end == 0 || of->came < (of->end + 7) / 8) {
        return SS_MORE;
    }
    of->age = 0;
    wire->payload = (ss_slice){ (const char *)of->bytes, of->end };
    return of->came == (of->end + 7) / 8 ? SS_OK : SS_ERR_SYNTAX;
}
