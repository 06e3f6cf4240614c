/* Reassembly (RFC 791 3.2, RFC 815). A datagram in pieces is a buffer and a map of the 8-byte units that are there.
 *
 * Overlaps: the bytes that came first stay, later fragments fill the holes; fragments of one datagram never disagree
 * here unless somebody forges them. A fragment that reaches past 65535 bytes, or past the known end, is refused. The
 * timer runs 30 s from the first piece. At most 16 datagrams are in pieces at one host; further ones are refused.
 */
#include "sn/ip.h"

#include <string.h>

enum { UNIT = 8, FIRST_CAP = 4096, CAP_MAX = 65536 };

typedef struct pieces {
    ss_ref next;
    uint32_t number;
    uint32_t source;
    uint16_t id;
    uint8_t protocol;
    uint32_t total; /* payload bytes, once the last piece is there; else 0 */
    uint32_t units; /* there */
    uint32_t end;   /* of the furthest byte seen */
    uint32_t count; /* pieces that brought something */
    uint32_t cap;   /* bytes of the buffer: behind the map, behind this */
    sn_about about;
} pieces;

static size_t block_size(uint32_t cap)
{
    return sizeof(pieces) + cap / UNIT / 8 + cap;
}

static unsigned char *map_of(pieces *p)
{
    return (unsigned char *)(p + 1);
}

static unsigned char *buffer_of(pieces *p)
{
    return map_of(p) + p->cap / UNIT / 8;
}

static pieces *find(const sn_reassembly *r, ss_store *store, const sn_ip *ip, ss_ref **link)
{
    *link = (ss_ref *)&r->first;
    while (**link != 0) {
        pieces *p = ss_store_at(store, **link);
        if (p->source == ip->source && p->id == ip->id && p->protocol == ip->protocol) {
            return p;
        }
        *link = &p->next;
    }
    return NULL;
}

static void drop(sn_reassembly *r, ss_store *store, ss_ref *link)
{
    const ss_ref ref = *link;
    const pieces *p = ss_store_at(store, ref);
    *link = p->next;
    ss_store_give(store, ref, block_size(p->cap));
    r->count--;
}

/* A larger block in place of the one at *link; 0 when the store is exhausted. */
static pieces *grow(ss_store *store, ss_ref *link, uint32_t need)
{
    pieces *old = ss_store_at(store, *link);
    uint32_t cap = old->cap;
    while (cap < need) {
        cap *= 2;
    }
    const ss_ref ref = ss_store_take(store, block_size(cap));
    if (ref == 0) {
        return NULL;
    }
    pieces *p = ss_store_at(store, ref);
    *p = *old;
    p->cap = cap;
    memcpy(map_of(p), map_of(old), old->cap / UNIT / 8);
    memcpy(buffer_of(p), buffer_of(old), old->cap);
    ss_store_give(store, *link, block_size(old->cap));
    *link = ref;
    return p;
}

static pieces *start(sn_reassembly *r, ss_store *store, const sn_ip *ip, const sn_packet *packet)
{
    const ss_ref ref = ss_store_take(store, block_size(FIRST_CAP));
    if (ref == 0) {
        return NULL;
    }
    pieces *p = ss_store_at(store, ref);
    *p = (pieces){ .next = r->first,
                   .number = ++r->made,
                   .source = ip->source,
                   .id = ip->id,
                   .protocol = ip->protocol,
                   .cap = FIRST_CAP,
                   .about = packet->about };
    p->about.id.fragment = 0;
    r->first = ref;
    r->count++;
    return p;
}

/* Copy the units that are not there yet. */
static void fill(pieces *p, uint32_t from, const unsigned char *bytes, uint32_t len)
{
    const uint32_t units = p->units;
    for (uint32_t at = 0; at < len; at += UNIT) {
        const uint32_t unit = (from + at) / UNIT;
        unsigned char *mark = &map_of(p)[unit / 8];
        if ((*mark >> unit % 8 & 1) == 0) {
            *mark |= (unsigned char)(1u << unit % 8);
            memcpy(buffer_of(p) + from + at, bytes + at, len - at < UNIT ? len - at : UNIT);
            p->units++;
        }
    }
    p->count += p->units > units;
    p->end = from + len > p->end ? from + len : p->end;
}

static bool is_possible(const sn_ip *ip, const pieces *p, uint32_t from, uint32_t len)
{
    if (len == 0 || from + len > SN_IP_BYTES_MAX - SN_IP_HEADER_BYTES ||
        (ip->more && len % UNIT != 0)) {
        return false;
    }
    if (p == NULL) {
        return true;
    }
    const bool past_end = p->total != 0 && from + len > p->total;
    const bool other_end = !ip->more && p->total != 0 && from + len != p->total;
    return !past_end && !other_end && (ip->more || from + len >= p->end);
}

static ss_status finish(sn_reassembly *r, ss_store *store, ss_ref *link, ss_arena *arena,
                        sn_whole *whole)
{
    pieces *p = ss_store_at(store, *link);
    const ss_slice payload = ss_arena_copy(arena, (ss_slice){ (char *)buffer_of(p), p->total });
    *whole = (sn_whole){ .payload = payload, .about = p->about, .pieces = p->count };
    drop(r, store, link);
    return payload.len == 0 ? SS_ERR_FULL : SS_OK;
}

ss_status sn_reassembly_add(sn_reassembly *r, ss_store *store, ss_arena *arena, const sn_ip *ip,
                            const sn_packet *packet, uint32_t *started, sn_whole *whole)
{
    ss_ref *link;
    const uint32_t from = ip->fragment * (uint32_t)UNIT;
    const uint32_t len = (uint32_t)ip->total - ip->header;
    pieces *p = find(r, store, ip, &link);
    *started = 0;
    if (!is_possible(ip, p, from, len)) {
        return SS_ERR_SYNTAX;
    }
    if (p == NULL) {
        if (r->count == SN_REASSEMBLY_MAX) {
            return SS_ERR_FULL;
        }
        p = start(r, store, ip, packet);
        if (p == NULL) {
            return SS_ERR_MEMORY;
        }
        link = &r->first;
        *started = p->number;
    }
    if (from + len > p->cap) {
        p = grow(store, link, from + len);
        if (p == NULL) {
            return SS_ERR_MEMORY;
        }
    }
    fill(p, from, packet->bytes + ip->header, len);
    p->total = ip->more ? p->total : from + len;
    if (p->total == 0 || p->units < (p->total + UNIT - 1) / UNIT) {
        return SS_MORE;
    }
    return finish(r, store, link, arena, whole);
}

bool sn_reassembly_expire(sn_reassembly *r, ss_store *store, uint32_t number, sn_about *about)
{
    ss_ref *link = &r->first;
    while (*link != 0) {
        pieces *p = ss_store_at(store, *link);
        if (p->number == number) {
            *about = p->about;
            drop(r, store, link);
            return true;
        }
        link = &p->next;
    }
    return false;
}

void sn_reassembly_clear(sn_reassembly *r, ss_store *store)
{
    while (r->first != 0) {
        drop(r, store, &r->first);
    }
}
