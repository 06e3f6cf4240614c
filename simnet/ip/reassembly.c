/* Reassembly (RFC 791 3.2, RFC 815, RFC 8200 4.5). A datagram in pieces is a buffer and a map of the 8-byte units that are there.
 *
 * Overlaps: fragments of one datagram never disagree here unless somebody forges them, or pieces of two meet (RFC 6864); what holds
 * then are the host's rules. A fragment that reaches past 65535 bytes, or past the known end, is refused. The timer runs
 * from the first piece. What one host keeps is bounded, in datagrams and in bytes; further ones are refused.
 */
#include "sn/ip.h"

#include <string.h>

enum { UNIT = 8, FIRST_CAP = SN_REASSEMBLY_BLOCK };

typedef struct pieces {
    ss_ref next;
    uint32_t number;
    sn_address source, destination;
    uint32_t id;
    uint8_t protocol;
    bool is_void;   /* pieces overlapped: what comes is dropped until the timer */
    sn_ip zero;     /* header of fragment zero, once that is there */
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

/* RFC791:3.2 RFC8200:4.5, where the Next Header of pieces but the first is of no account. */
static bool is_of(const pieces *p, const sn_ip *ip)
{
    return p->id == ip->id && sn_address_equal(p->source, ip->source) &&
           sn_address_equal(p->destination, ip->destination) &&
           (ip->is_v6 || p->protocol == ip->protocol);
}

static pieces *find(const sn_reassembly *r, ss_store *store, const sn_ip *ip, ss_ref **link)
{
    *link = (ss_ref *)&r->first;
    while (**link != 0) {
        pieces *p = ss_store_at(store, **link);
        if (is_of(p, ip)) {
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
    r->blocks -= (uint16_t)(p->cap / SN_REASSEMBLY_BLOCK);
    ss_store_give(store, ref, block_size(p->cap));
    r->count--;
}

/* A larger block in place of the one at *link; 0 when the store is exhausted. */
static pieces *grow(sn_reassembly *r, ss_store *store, ss_ref *link, uint32_t cap)
{
    pieces *old = ss_store_at(store, *link);
    const ss_ref ref = ss_store_take(store, block_size(cap));
    if (ref == 0) {
        return NULL;
    }
    pieces *p = ss_store_at(store, ref);
    *p = *old;
    p->cap = cap;
    memcpy(map_of(p), map_of(old), old->cap / UNIT / 8);
    memcpy(buffer_of(p), buffer_of(old), old->cap);
    r->blocks += (uint16_t)((cap - old->cap) / SN_REASSEMBLY_BLOCK);
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
                   .destination = ip->destination,
                   .id = ip->id,
                   .protocol = ip->protocol,
                   .cap = FIRST_CAP,
                   .about = packet->about };
    p->about.id.fragment = 0;
    r->first = ref;
    r->count++;
    r->blocks++;
    return p;
}

static bool has_unit(pieces *p, uint32_t byte)
{
    return (map_of(p)[byte / UNIT / 8] >> byte / UNIT % 8 & 1) != 0;
}

/* RFC8200:4.5 a piece that came again as it was is no overlap. */
static bool overlaps(pieces *p, uint32_t from, const unsigned char *bytes, uint32_t len)
{
    uint32_t there = 0, units = 0;
    for (uint32_t at = 0; at < len; at += UNIT, units++) {
        there += from + at < p->cap && has_unit(p, from + at);
    }
    return there != 0 && (there < units || memcmp(buffer_of(p) + from, bytes, len) != 0);
}

/* Copy the units that are not there yet, or all when the last ones count. */
static void fill(pieces *p, uint32_t from, const unsigned char *bytes, uint32_t len, bool all)
{
    const uint32_t units = p->units;
    for (uint32_t at = 0; at < len; at += UNIT) {
        const bool is_there = has_unit(p, from + at);
        const uint32_t unit = (from + at) / UNIT;
        map_of(p)[unit / 8] |= (unsigned char)(1u << unit % 8);
        p->units += !is_there;
        if (!is_there || all) {
            memcpy(buffer_of(p) + from + at, bytes + at, len - at < UNIT ? len - at : UNIT);
        }
    }
    p->count += p->units > units;
    p->end = from + len > p->end ? from + len : p->end;
}

static bool is_possible(const sn_ip *ip, const pieces *p, uint32_t from, uint32_t len)
{
    if (len == 0 || from + len > SN_IP_BYTES_MAX - (ip->is_v6 ? 0u : SN_IP_HEADER_BYTES) ||
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

/* RFC8200:4.5 the Fragment header is not there in what comes out. */
static sn_ip as_whole(const pieces *p)
{
    sn_ip ip = p->zero;
    ip.header = (uint16_t)(ip.header - (ip.is_v6 ? SN_IP6_FRAGMENT_BYTES : 0));
    ip.total = ip.header + p->total;
    ip.fragment = 0;
    ip.more = ip.has_fragment = false;
    return ip;
}

static ss_status finish(sn_reassembly *r, ss_store *store, ss_ref *link, ss_arena *arena,
                        sn_whole *whole)
{
    pieces *p = ss_store_at(store, *link);
    const ss_slice payload = ss_arena_copy(arena, (ss_slice){ (char *)buffer_of(p), p->total });
    *whole =
        (sn_whole){ .payload = payload, .about = p->about, .ip = as_whole(p), .pieces = p->count };
    drop(r, store, link);
    return payload.len == 0 ? SS_ERR_FULL : SS_OK;
}

/* ---- what a host may keep ---- */

static uint32_t cap_for(uint32_t need)
{
    uint32_t cap = FIRST_CAP;
    while (cap < need) {
        cap *= 2;
    }
    return cap;
}

static bool has_room(const sn_reassembly *r, const sn_reassembly_rules *rules, const pieces *p,
                     uint32_t cap)
{
    const uint32_t datagrams = rules->datagrams == 0 ? SN_REASSEMBLY_MAX : rules->datagrams;
    const uint32_t bytes = rules->bytes == 0 ? SN_REASSEMBLY_BYTES_MAX : rules->bytes;
    const uint32_t has = p == NULL ? 0 : p->cap;
    const uint32_t kept = r->blocks * (uint32_t)SN_REASSEMBLY_BLOCK;
    return (p != NULL || r->count < datagrams) && (cap <= has || kept + (cap - has) <= bytes);
}

/* A datagram that has room for bytes up to `cap`. */
static ss_status obtain(sn_reassembly *r, const sn_reassembly_rules *rules, ss_store *store,
                        const sn_ip *ip, const sn_packet *packet, ss_ref **link, uint32_t cap)
{
    pieces *p = **link == 0 ? NULL : ss_store_at(store, **link);
    if (!has_room(r, rules, p, cap)) {
        return SS_ERR_FULL;
    }
    if (p == NULL) {
        p = start(r, store, ip, packet);
        *link = &r->first;
    }
    if (p != NULL && p->cap < cap) {
        p = grow(r, store, *link, cap);
    }
    return p == NULL ? SS_ERR_MEMORY : SS_OK;
}

ss_status sn_reassembly_add(sn_reassembly *r, const sn_reassembly_rules *rules, ss_store *store,
                            ss_arena *arena, const sn_ip *ip, const sn_packet *packet,
                            uint32_t *started, sn_whole *whole)
{
    ss_ref *link;
    const uint32_t from = ip->fragment * (uint32_t)UNIT;
    const uint32_t len = (uint32_t)ip->total - ip->header;
    const unsigned char *bytes = packet->bytes + ip->header;
    const uint32_t made = r->made;
    pieces *p = find(r, store, ip, &link);
    *started = 0;
    if (!is_possible(ip, p, from, len)) {
        return SS_ERR_SYNTAX;
    }
    const sn_overlap overlap = ip->is_v6 ? SN_OVERLAP_DROP : rules->overlap;
    if (p != NULL && overlap == SN_OVERLAP_DROP && (p->is_void || overlaps(p, from, bytes, len))) {
        p->is_void = true;
        return SS_ERR_SEMANTIC;
    }
    const ss_status status = obtain(r, rules, store, ip, packet, &link, cap_for(from + len));
    *started = r->made == made ? 0 : r->made;
    if (status != SS_OK) {
        return status;
    }
    p = ss_store_at(store, *link);
    fill(p, from, bytes, len, overlap == SN_OVERLAP_LAST);
    p->zero = from == 0 ? *ip : p->zero;
    p->total = ip->more ? p->total : from + len;
    if (p->total == 0 || p->units < (p->total + UNIT - 1) / UNIT) {
        return SS_MORE;
    }
    return finish(r, store, link, arena, whole);
}

/* RFC792 nothing is told when the first piece did not come, RFC8200:4.5 nor when pieces overlapped. */
static ss_slice what_begins(pieces *p, ss_arena *arena)
{
    uint32_t len = 0;
    const uint32_t most = p->zero.is_v6 ? SN_ICMP6_QUOTE_BYTES_MAX : SN_ICMP_QUOTE_BYTES_MAX;
    while (len < most && len < p->cap && has_unit(p, len)) {
        len += UNIT;
    }
    len = len > p->end ? p->end : len; /* the last unit may be no whole one */
    return p->is_void ? SS_EMPTY : ss_arena_copy(arena, (ss_slice){ (char *)buffer_of(p), len });
}

bool sn_reassembly_expire(sn_reassembly *r, ss_store *store, ss_arena *arena, uint32_t number,
                          sn_given_up *given_up)
{
    ss_ref *link = &r->first;
    while (*link != 0) {
        pieces *p = ss_store_at(store, *link);
        if (p->number == number) {
            *given_up = (sn_given_up){ p->about, p->zero, what_begins(p, arena) };
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
