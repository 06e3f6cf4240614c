/* Reassembly: every order of the pieces, copies, overlaps, holes, limits, the timer. */
#include "check.h"

#include <string.h>

#include "sn/ip.h"

enum { TOTAL = 420, MTU = 128, PIECES_MAX = 12 };

typedef struct rig {
    _Alignas(16) unsigned char memory[4 << 20];
    _Alignas(16) unsigned char scratch[128 << 10];
    ss_store store;
    ss_arena arena;
    sn_reassembly r;
    sn_reassembly_rules rules;
    unsigned char packet[SN_IP_BYTES_MAX];
    sn_packet *pieces[PIECES_MAX];
    unsigned count;
} rig;

static rig the_rig;

static rig *rig_start(uint32_t total, uint32_t mtu)
{
    rig *g = &the_rig;
    ss_store_init(&g->store, g->memory, sizeof g->memory);
    g->arena = (ss_arena){ g->scratch, sizeof g->scratch, 0 };
    g->r = (sn_reassembly){ 0 };
    g->rules = (sn_reassembly_rules){ 0 };
    const sn_ip ip = { .source = SN_ADDRESS_V4(1),
                       .destination = SN_ADDRESS_V4(2),
                       .total = (uint16_t)total,
                       .header = SN_IP_HEADER_BYTES,
                       .id = 7,
                       .ttl = 64,
                       .protocol = SN_PROTOCOL_UDP };
    for (uint32_t i = 0; i < total; i++) {
        g->packet[i] = (unsigned char)(i * 31 + i / 256);
    }
    sn_ip_put(g->packet, &ip);
    g->count = sn_fragment_count(&ip, mtu);
    for (unsigned i = 0; i < g->count && i < PIECES_MAX; i++) {
        g->pieces[i] = ss_store_at(&g->store, ss_store_take(&g->store, sn_packet_size(mtu)));
        g->pieces[i]->about.id.ordinal = 5;
        g->pieces[i]->len = sn_fragment_cut(g->packet, &ip, mtu, i, g->pieces[i]->bytes);
    }
    return g;
}

static ss_status add_packet(rig *g, const sn_packet *packet, sn_whole *whole, uint32_t *started)
{
    sn_ip ip;
    CHECK_OK(sn_ip_parse(packet->bytes, packet->len, &ip));
    return sn_reassembly_add(&g->r, &g->rules, &g->store, &g->arena, &ip, packet, started, whole);
}

static ss_status add(rig *g, unsigned piece, sn_whole *whole)
{
    uint32_t started;
    return add_packet(g, g->pieces[piece], whole, &started);
}

static void check_whole(const rig *g, const sn_whole *whole, uint32_t total)
{
    CHECK_EQ(whole->payload.len, total - SN_IP_HEADER_BYTES);
    CHECK_EQ(memcmp(whole->payload.at, g->packet + SN_IP_HEADER_BYTES, whole->payload.len), 0);
    CHECK_EQ(whole->about.id.ordinal, 5);
    CHECK_EQ(g->r.count, 0);
}

/* The nth permutation of 0..count-1. */
static void permute(unsigned *order, unsigned count, unsigned nth)
{
    for (unsigned i = 0; i < count; i++) {
        order[i] = i;
    }
    for (unsigned i = count; i > 1; i--) {
        const unsigned j = nth % i, swap = order[i - 1];
        nth /= i;
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

TEST(rfc791_3_2_pieces_in_every_order)
{
    for (unsigned nth = 0; nth < 24; nth++) {
        rig *g = rig_start(TOTAL, MTU);
        unsigned order[4];
        sn_whole whole;
        CHECK_EQ(g->count, 4);
        const uint64_t before = g->store.live_blocks;
        permute(order, 4, nth);
        for (unsigned i = 0; i < 3; i++) {
            CHECK_STATUS(add(g, order[i], &whole), SS_MORE);
        }
        CHECK_OK(add(g, order[3], &whole));
        CHECK_EQ(whole.pieces, 4);
        check_whole(g, &whole, TOTAL);
        CHECK_EQ(g->store.live_blocks, before);
    }
}

TEST(rfc791_3_2_every_size_forwards_and_backwards)
{
    for (uint32_t total = MTU + 1; total < 1000; total++) {
        for (unsigned backwards = 0; backwards < 2; backwards++) {
            rig *g = rig_start(total, MTU);
            sn_whole whole;
            for (unsigned i = 0; i < g->count; i++) {
                const unsigned piece = backwards ? g->count - 1 - i : i;
                CHECK_STATUS(add(g, piece, &whole), i + 1 < g->count ? SS_MORE : SS_OK);
            }
            check_whole(g, &whole, total);
        }
    }
}

TEST(the_largest_datagram_comes_together)
{
    rig *g = rig_start(SN_IP_BYTES_MAX, 9000);
    sn_whole whole;
    CHECK_EQ(g->count, 8);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_STATUS(add(g, (i + 5) % 8, &whole), i < 7 ? SS_MORE : SS_OK);
    }
    check_whole(g, &whole, SN_IP_BYTES_MAX);
}

TEST(copies_of_pieces_change_nothing)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    for (unsigned i = 0; i < 3; i++) {
        CHECK_STATUS(add(g, i, &whole), SS_MORE);
        CHECK_STATUS(add(g, i, &whole), SS_MORE);
    }
    CHECK_OK(add(g, 3, &whole));
    CHECK_EQ(whole.pieces, 4);
    check_whole(g, &whole, TOTAL);
}

TEST(of_overlapping_bytes_the_first_stay)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    memset(g->pieces[1]->bytes + SN_IP_HEADER_BYTES, '!', g->pieces[1]->len - SN_IP_HEADER_BYTES);
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    CHECK_STATUS(add(g, 0, &whole), SS_MORE);
    CHECK_STATUS(add(g, 2, &whole), SS_MORE);
    CHECK_OK(add(g, 3, &whole));
    check_whole(g, &whole, TOTAL);
}

static void spoil(sn_packet *packet)
{
    memset(packet->bytes + SN_IP_HEADER_BYTES, '!', packet->len - SN_IP_HEADER_BYTES);
}

TEST(rfc791_3_2_of_overlapping_bytes_the_last_stay_where_the_rules_say_so)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    g->rules.overlap = SN_OVERLAP_LAST;
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    spoil(g->pieces[1]);
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    CHECK_STATUS(add(g, 0, &whole), SS_MORE);
    CHECK_STATUS(add(g, 2, &whole), SS_MORE);
    CHECK_OK(add(g, 3, &whole));
    CHECK_EQ(whole.payload.at[104], '!');
    CHECK_EQ(whole.payload.at[207], '!');
    CHECK_EQ(memcmp(whole.payload.at + 208, g->packet + 228, TOTAL - 228), 0);
}

TEST(rfc8200_4_5_what_overlaps_comes_to_nothing_but_a_copy_is_no_overlap)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    sn_given_up given_up;
    g->rules.overlap = SN_OVERLAP_DROP;
    CHECK_STATUS(add(g, 0, &whole), SS_MORE);
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    spoil(g->pieces[1]);
    CHECK_STATUS(add(g, 1, &whole), SS_ERR_SEMANTIC);
    CHECK_STATUS(add(g, 2, &whole), SS_ERR_SEMANTIC);
    CHECK_STATUS(add(g, 3, &whole), SS_ERR_SEMANTIC);
    CHECK_EQ(g->r.count, 1);
    CHECK(sn_reassembly_expire(&g->r, &g->store, &g->arena, 1, &given_up));
    CHECK_EQ(given_up.begins.len, 0); /* nobody is told */
    CHECK_EQ(g->r.count + g->r.blocks, 0);
}

TEST(one_missing_piece_holds_the_datagram_until_the_timer)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    sn_given_up given_up;
    uint32_t started;
    CHECK_STATUS(add_packet(g, g->pieces[0], &whole, &started), SS_MORE);
    CHECK_EQ(started, 1);
    const uint32_t first = started;
    CHECK_STATUS(add_packet(g, g->pieces[3], &whole, &started), SS_MORE);
    CHECK_EQ(started, 0);
    CHECK_STATUS(add(g, 1, &whole), SS_MORE);
    CHECK(sn_reassembly_expire(&g->r, &g->store, &g->arena, first, &given_up));
    CHECK_EQ(given_up.about.id.ordinal, 5);
    CHECK_EQ(g->r.count, 0);
    CHECK(!sn_reassembly_expire(&g->r, &g->store, &g->arena, first, &given_up));
    CHECK_STATUS(add_packet(g, g->pieces[2], &whole, &started),
                 SS_MORE); /* too late: it begins anew */
    CHECK_EQ(started, 2);
}

/* RFC792 what began it, and no more than stands there in one piece; nothing when fragment zero is what is missing. */
TEST(rfc792_of_what_was_given_up_the_beginning_is_there_to_be_quoted)
{
    for (unsigned missing = 0; missing < 4; missing++) {
        rig *g = rig_start(TOTAL, MTU);
        sn_whole whole;
        sn_given_up given_up;
        for (unsigned i = 0; i < 4; i++) {
            CHECK(i == missing || add(g, i, &whole) == SS_MORE);
        }
        CHECK(sn_reassembly_expire(&g->r, &g->store, &g->arena, 1, &given_up));
        CHECK_EQ(given_up.begins.len, missing * 104u);
        CHECK(missing == 0 ||
              memcmp(given_up.begins.at, g->packet + SN_IP_HEADER_BYTES, given_up.begins.len) == 0);
        CHECK(missing == 0 || (given_up.ip.total == 124 && given_up.ip.more));
    }
}

static sn_packet *forged(rig *g, uint32_t offset, uint32_t len, bool more, uint16_t id)
{
    sn_packet *packet =
        ss_store_at(&g->store, ss_store_take(&g->store, sn_packet_size(SN_IP_HEADER_BYTES + len)));
    const sn_ip ip = { .source = SN_ADDRESS_V4(1),
                       .destination = SN_ADDRESS_V4(2),
                       .total = (uint16_t)(SN_IP_HEADER_BYTES + len),
                       .id = id,
                       .fragment = (uint16_t)(offset / 8),
                       .more = more,
                       .ttl = 9,
                       .protocol = SN_PROTOCOL_UDP };
    packet->len = ip.total;
    sn_ip_put(packet->bytes, &ip);
    return packet;
}

TEST(impossible_pieces_are_refused_and_nothing_begins)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    uint32_t started;
    CHECK_STATUS(add_packet(g, forged(g, 65528, 8, false, 1), &whole, &started),
                 SS_ERR_SYNTAX); /* past the end */
    CHECK_STATUS(add_packet(g, forged(g, 8, 0, false, 1), &whole, &started), SS_ERR_SYNTAX);
    CHECK_STATUS(add_packet(g, forged(g, 8, 13, true, 1), &whole, &started),
                 SS_ERR_SYNTAX); /* no multiple of 8 */
    CHECK_EQ(started, 0);
    CHECK_EQ(g->r.count, 0);
}

TEST(pieces_that_disagree_about_the_end_are_refused)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    uint32_t started;
    CHECK_STATUS(add_packet(g, forged(g, 800, 16, false, 1), &whole, &started), SS_MORE);
    CHECK_STATUS(add_packet(g, forged(g, 816, 8, true, 1), &whole, &started), SS_ERR_SYNTAX);
    CHECK_STATUS(add_packet(g, forged(g, 800, 24, false, 1), &whole, &started), SS_ERR_SYNTAX);
    CHECK_STATUS(add_packet(g, forged(g, 400, 8, false, 1), &whole, &started), SS_ERR_SYNTAX);
    CHECK_STATUS(add_packet(g, forged(g, 0, 800, true, 1), &whole, &started), SS_OK);
    CHECK_EQ(whole.payload.len, 816);
}

TEST(so_many_datagrams_may_be_in_pieces_and_no_more)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    uint32_t started;
    for (uint16_t id = 0; id < SN_REASSEMBLY_MAX; id++) {
        CHECK_STATUS(add_packet(g, forged(g, 0, 8, true, id), &whole, &started), SS_MORE);
    }
    CHECK_STATUS(add_packet(g, forged(g, 0, 8, true, SN_REASSEMBLY_MAX), &whole, &started),
                 SS_ERR_FULL);
    CHECK_STATUS(add_packet(g, forged(g, 8, 8, true, 3), &whole, &started), SS_MORE);
    const uint64_t blocks = g->store.live_blocks;
    sn_reassembly_clear(&g->r, &g->store);
    CHECK_EQ(g->r.count, 0);
    CHECK_EQ(g->store.live_blocks, blocks - SN_REASSEMBLY_MAX);
}

/* A datagram takes 4096 bytes, 8192 … up to 65536. */
TEST(so_many_bytes_may_be_kept_and_no_more)
{
    rig *g = rig_start(TOTAL, MTU);
    sn_whole whole;
    uint32_t started;
    g->rules.bytes = 4 * 4096;
    CHECK_STATUS(add_packet(g, forged(g, 8, 8, true, 1), &whole, &started), SS_MORE);
    CHECK_STATUS(add_packet(g, forged(g, 8, 8, true, 2), &whole, &started), SS_MORE);
    CHECK_STATUS(add_packet(g, forged(g, 8184, 16, true, 2), &whole, &started), SS_ERR_FULL);
    CHECK_STATUS(add_packet(g, forged(g, 8184, 8, true, 2), &whole, &started), SS_MORE);
    CHECK_EQ(g->r.blocks, 3);
    CHECK_STATUS(add_packet(g, forged(g, 65000, 8, true, 3), &whole, &started), SS_ERR_FULL);
    CHECK_EQ(started, 0);
    CHECK_STATUS(add_packet(g, forged(g, 16, 8, true, 3), &whole, &started), SS_MORE);
    CHECK_STATUS(add_packet(g, forged(g, 16, 8, true, 4), &whole, &started), SS_ERR_FULL);
    CHECK_EQ(g->r.count, 3);
    sn_reassembly_clear(&g->r, &g->store);
    CHECK_EQ(g->r.blocks, 0);
}
