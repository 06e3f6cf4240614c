/* Nonces: made and known again, too old, of another server, and which counts of them are taken. */
#include "check.h"
#include "crypto.h"

static _Alignas(16) unsigned char memory[1 << 17];
static char texts[64][SS_NONCE_BYTES];

static ss_nonces *keeper(uint32_t slots)
{
    CHECK(ss_nonces_size(slots) <= sizeof memory);
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = 0;
    }
    ss_nonces *n = (ss_nonces *)(void *)memory;
    ss_nonces_init(n, slots, 7);
    return n;
}

static ss_slice make(const ss_nonces *n, unsigned at, ss_time now)
{
    ss_buffer b = ss_buffer_on(texts[at], SS_NONCE_BYTES);
    ss_put_nonce(&b, n, test_crypto(), SS_LIT("a.test"), now, at);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

static ss_nonce_verdict take(ss_nonces *n, ss_slice nonce, uint32_t nc, ss_time now)
{
    const ss_credentials c = { .realm = SS_LIT("a.test"),
                               .nonce = nonce,
                               .nc = nc,
                               .qop = nc == 0 ? SS_QOP_NONE : SS_QOP_AUTH };
    return ss_nonce_take(n, test_crypto(), &c, now, SS_S(300));
}

TEST(a_nonce_has_64_digits_and_no_two_are_alike)
{
    ss_nonces *n = keeper(8);
    const ss_slice first = make(n, 0, SS_S(1)), second = make(n, 1, SS_S(1));
    CHECK_EQ(first.len, 64);
    CHECK(!ss_slice_eq(first, second));
    CHECK(ss_slice_starts(first, SS_LIT("000000003b9aca000000000000000000")));
}

TEST(a_count_is_taken_once)
{
    ss_nonces *n = keeper(8);
    const ss_slice nonce = make(n, 0, 0);
    CHECK_EQ(take(n, nonce, 1, SS_S(1)), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 1, SS_S(1)), SS_NONCE_REPLAY);
    CHECK_EQ(take(n, nonce, 2, SS_S(2)), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 1, SS_S(2)), SS_NONCE_REPLAY);
    CHECK_EQ(take(n, nonce, 2, SS_S(2)), SS_NONCE_REPLAY);
}

TEST(counts_out_of_order_are_taken_inside_the_window)
{
    ss_nonces *n = keeper(8);
    const ss_slice nonce = make(n, 0, 0);
    CHECK_EQ(take(n, nonce, 100, 0), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 37, 0), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 37, 0), SS_NONCE_REPLAY);
    CHECK_EQ(take(n, nonce, 36, 0), SS_NONCE_REPLAY); /* too far behind to know */
    CHECK_EQ(take(n, nonce, 99, 0), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 164, 0), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 100, 0), SS_NONCE_REPLAY);
    CHECK_EQ(take(n, nonce, UINT32_MAX, 0), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, UINT32_MAX, 0), SS_NONCE_REPLAY);
    CHECK_EQ(take(n, nonce, UINT32_MAX - 1, 0), SS_NONCE_GOOD);
}

TEST(without_qop_a_nonce_serves_once)
{
    ss_nonces *n = keeper(8);
    const ss_slice nonce = make(n, 0, 0);
    CHECK_EQ(take(n, nonce, 0, 0), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 0, 0), SS_NONCE_REPLAY);
    CHECK_EQ(take(n, nonce, 1, 0), SS_NONCE_REPLAY);
}

TEST(a_nonce_is_stale_at_the_end_of_its_life)
{
    ss_nonces *n = keeper(8);
    const ss_slice nonce = make(n, 0, SS_S(10));
    CHECK_EQ(take(n, nonce, 1, SS_S(310) - 1), SS_NONCE_GOOD);
    CHECK_EQ(take(n, nonce, 2, SS_S(310)), SS_NONCE_STALE);
    CHECK_EQ(take(n, nonce, 3, SS_S(10) - 1),
             SS_NONCE_STALE); /* of the future: not of this clock */
}

TEST(what_this_server_did_not_make_is_stale)
{
    ss_nonces *n = keeper(8);
    const ss_slice nonce = make(n, 0, 0);
    for (size_t i = 0; i < nonce.len; i++) {
        const char kept = texts[0][i];
        texts[0][i] = kept == '0' ? '1' : '0';
        CHECK_EQ(take(n, nonce, 1, SS_S(1)), SS_NONCE_STALE);
        texts[0][i] = kept;
    }
    CHECK_EQ(take(n, ss_slice_cut(nonce, 0, 63), 1, 0), SS_NONCE_STALE);
    CHECK_EQ(take(n, SS_EMPTY, 1, 0), SS_NONCE_STALE);
    const ss_credentials other_realm = {
        .realm = SS_LIT("b.test"), .nonce = nonce, .nc = 1, .qop = SS_QOP_AUTH
    };
    CHECK_EQ(ss_nonce_take(n, test_crypto(), &other_realm, 0, SS_S(300)), SS_NONCE_STALE);
    ss_nonces_init(n, 8, 8); /* the server starts again */
    CHECK_EQ(take(n, nonce, 1, 0), SS_NONCE_STALE);
}

TEST(when_slots_run_out_the_oldest_nonce_is_stale_and_nothing_is_taken_twice)
{
    ss_nonces *n = keeper(8);
    for (unsigned i = 0; i < 9; i++) {
        CHECK_EQ(take(n, make(n, i, SS_S(i)), 1, SS_S(20)), SS_NONCE_GOOD);
    }
    CHECK_EQ(take(n, make(n, 0, SS_S(0)), 1, SS_S(20)), SS_NONCE_STALE); /* driven out */
    CHECK_EQ(take(n, make(n, 0, SS_S(0)), 2, SS_S(20)), SS_NONCE_STALE);
    for (unsigned i = 1; i < 9; i++) {
        CHECK_EQ(take(n, make(n, i, SS_S(i)), 1, SS_S(20)), SS_NONCE_REPLAY);
        CHECK_EQ(take(n, make(n, i, SS_S(i)), 2, SS_S(20)), SS_NONCE_GOOD);
    }
    CHECK_EQ(take(n, make(n, 20, SS_MS(500)), 1, SS_S(20)), SS_NONCE_STALE); /* the oldest of all */
    CHECK_EQ(take(n, make(n, 21, SS_MS(1500)), 1, SS_S(20)), SS_NONCE_GOOD);
    CHECK_EQ(take(n, make(n, 1, SS_S(1)), 3, SS_S(20)), SS_NONCE_STALE);
}

TEST(memory_is_bounded_whatever_is_asked_for)
{
    CHECK_EQ(ss_nonces_size(0), ss_nonces_size(8));
    CHECK_EQ(ss_nonces_size(SS_NONCE_SLOTS_MAX), ss_nonces_size(UINT32_MAX));
    CHECK(ss_nonces_size(UINT32_MAX) <= SS_STORE_BLOCK_MAX);
}
