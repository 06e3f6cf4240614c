/* A proxy with less and less: transactions, bytes of its quota, scratch arena, the host's store. Whatever is refused, in
 * the middle of whatever, nothing is left behind, and a quota alone never looks like the host's trouble. */
#include "proxy_rig.h"

/* ---- a day at the proxy: the peers answer what reaches them -------------------------------------------------- */

typedef struct day {
    proxy_rig *rig;
    bool cancels; /* Alice gives up when it rings */
    bool acked;
    unsigned ok, overloaded; /* 200s to Alice's and Bob's requests, 503s */
} day;

static bool starts(const px_sent *sent, const char *text)
{
    return ss_slice_starts(sent->bytes, ss_slice_from(text));
}

static bool is_to(const px_sent *sent, unsigned host)
{
    return sent->to.ip[3] == host;
}

static ss_slice cancel(proxy_rig *rig)
{
    return px_printf(
        rig,
        "CANCEL sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\n"
        "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
        "Call-ID: call\nCSeq: 1 CANCEL\nContent-Length: 0\n\n");
}

static void bob_gets(const day *d, const px_sent *sent)
{
    if (starts(sent, "INVITE")) {
        px_send(d->rig, BOB, px_reply(d->rig, sent, 180, ""));
        px_send(d->rig, BOB, px_reply(d->rig, sent, d->cancels ? 487 : 200, ""));
    } else if (!starts(sent, "SIP/2.0") && !starts(sent, "ACK")) {
        px_send(d->rig, BOB, px_reply(d->rig, sent, 200, ""));
    }
}

static void alice_gets(day *d, const px_sent *sent)
{
    if (starts(sent, "SIP/2.0 180") && d->cancels) {
        px_send(d->rig, ALICE, cancel(d->rig));
    }
    if (starts(sent, "SIP/2.0 200") && !d->acked && !d->cancels) {
        d->acked = true;
        px_send(d->rig, ALICE,
                px_request(d->rig, "ACK sip:bob@10.0.0.3", "a2", "Route: <sip:10.0.0.1;lr>\n"));
        px_send(d->rig, ALICE,
                px_request(d->rig, "BYE sip:bob@10.0.0.3", "a3", "Route: <sip:10.0.0.1;lr>\n"));
    }
}

static void peers_act(day *d)
{
    for (const px_sent *sent; (sent = px_take(d->rig)) != NULL;) {
        d->ok += starts(sent, "SIP/2.0 200") ? 1 : 0;
        d->overloaded += starts(sent, "SIP/2.0 503") ? 1 : 0;
        if (is_to(sent, 3)) {
            bob_gets(d, sent);
        } else if (is_to(sent, 2)) {
            alice_gets(d, sent);
        }
    }
}

static ss_slice registering(proxy_rig *rig)
{
    return px_printf(
        rig, "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKr\n"
             "Max-Forwards: 70\nFrom: <sip:bob@example.com>;tag=b\nTo: <sip:bob@example.com>\n"
             "Call-ID: r\nCSeq: 1 REGISTER\nContact: <sip:bob@10.0.0.3>\nContent-Length: 0\n\n");
}

/* A registration, a call that is made and ended (or cancelled), a request to a name that is resolved, one that fails. */
static day live(proxy_rig *rig, bool cancels)
{
    day d = { .rig = rig, .cancels = cancels };
    rig->names[0] = ss_address_v4(0x0a000009, 5060);
    rig->names[1] = ss_address_v4(0x0a000003, 5060);
    rig->name_count = 2;
    px_send(rig, BOB, registering(rig));
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    peers_act(&d);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@far.example.net", "a4", ""));
    px_fail_path(rig, "10.0.0.9");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:nobody@example.com", "a5", ""));
    peers_act(&d);
    px_run_to(rig, SS_S(2));
    peers_act(&d);
    return d;
}

static proxy_rig *small_rig(void)
{
    proxy_rig *rig = px_new();
    rig->arena_cap = 1 << 16;
    return rig;
}

/* ---- a fork: three phones that one after the other say no, the first challenges, the second redirects --------- */

static void phone_gets(proxy_rig *rig, const px_sent *sent)
{
    static const unsigned statuses[] = { 401, 302, 404, 486, 487 };
    char host[16] = "10.0.0.3";
    host[7] = (char)('0' + sent->to.ip[3] % 8);
    if (starts(sent, "INVITE")) {
        px_send(rig, host, px_reply(rig, sent, 180, ""));
        px_send(rig, host,
                px_reply(rig, sent, statuses[sent->to.ip[3] % 5],
                         "WWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\n"
                         "Contact: <sip:b@10.0.0.7>, <mailto:b@example.com>\n"));
    } else if (starts(sent, "CANCEL")) {
        px_send(rig, host, px_reply(rig, sent, 200, ""));
    }
}

/* Alice is told something in the end, once, or it ran out of what it needs. */
static unsigned fork_day(proxy_rig *rig)
{
    unsigned finals = 0;
    rig->config.recurses = true;
    rig->config.breadth_max = 2;
    rig->config.hunt = SS_MS(300);
    px_bind(rig, "sip:bob@example.com", "sip:b@10.0.0.3");
    px_bind(rig, "sip:bob@example.com", "sip:b@10.0.0.4");
    px_bind(rig, "sip:bob@example.com", "sip:b@10.0.0.5");
    px_bind_q(rig, "sip:bob@example.com", "sip:b@far.example.net", 500);
    px_bind_q(rig, "sip:bob@example.com", "sip:b@10.0.0.6", 100);
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "f1", ""));
    for (unsigned round = 0; round < 40; round++) {
        for (const px_sent *sent; (sent = px_take(rig)) != NULL;) {
            const bool is_final = starts(sent, "SIP/2.0 ") && !starts(sent, "SIP/2.0 1");
            finals += is_to(sent, 2) && is_final ? 1 : 0;
            if (!is_to(sent, 2)) {
                phone_gets(rig, sent);
            }
        }
        px_run_to(rig, rig->now + SS_MS(100));
    }
    return finals;
}

static bool fork_at(size_t arena, uint32_t txns, uint32_t bytes)
{
    proxy_rig *rig = small_rig();
    rig->arena_cap = arena;
    rig->settings.txns_max = txns;
    rig->settings.bytes_max = bytes;
    px_go(rig);
    const unsigned finals = fork_day(rig);
    CHECK(!rig->engine.core.out_of_memory);
    const bool enough = rig->full_events == 0 && finals != 0;
    px_stop(rig);
    return enough;
}

TEST(a_forking_proxy_with_less_and_less_gives_everything_back)
{
    for (uint32_t txns = 0; !fork_at(1 << 16, txns, UINT32_MAX); txns++) {
        CHECK(txns < 64);
    }
    for (uint32_t bytes = 0; !fork_at(1 << 16, 1000, bytes); bytes += 80) {
        CHECK(bytes < (1 << 18));
    }
    for (size_t arena = 256; !fork_at(arena, 1000, UINT32_MAX); arena += 112) {
        CHECK(arena < (1 << 16));
    }
}

/* ---- the sweeps ---------------------------------------------------------------------------------------------- */

static void at_every_quota_of_transactions(bool cancels, unsigned all_ok)
{
    for (uint32_t quota = 0;; quota++) {
        proxy_rig *rig = small_rig();
        rig->settings.txns_max = quota;
        px_go(rig);
        const day d = live(rig, cancels);
        CHECK(!rig->engine.core.out_of_memory);
        CHECK(rig->full_events != 0 || d.ok == all_ok);
        CHECK(rig->full_events == 0 || quota < 64);
        CHECK(quota != 0 || (d.ok == 0 && d.overloaded != 0));
        const bool enough = rig->full_events == 0;
        px_stop(rig);
        if (enough) {
            return;
        }
    }
}

TEST(a_proxy_at_every_quota_of_transactions_gives_everything_back)
{
    at_every_quota_of_transactions(false, 4); /* REGISTER, INVITE, BYE, MESSAGE */
    at_every_quota_of_transactions(true, 3);  /* REGISTER, CANCEL, MESSAGE */
}

static void at_every_quota_of_bytes(bool cancels)
{
    bool enough = false;
    for (uint32_t quota = 0; !enough; quota += 112) {
        proxy_rig *rig = small_rig();
        rig->settings.bytes_max = quota;
        px_go(rig);
        live(rig, cancels);
        CHECK(!rig->engine.core.out_of_memory);
        CHECK(quota < (1 << 18));
        enough = rig->full_events == 0;
        px_stop(rig);
    }
}

TEST(a_proxy_at_every_quota_of_bytes_gives_everything_back)
{
    at_every_quota_of_bytes(false);
    at_every_quota_of_bytes(true);
}

static void at_every_arena(bool cancels, unsigned all_ok)
{
    unsigned ok = 0;
    for (size_t cap = 256; ok != all_ok; cap += 144) {
        proxy_rig *rig = small_rig();
        rig->arena_cap = cap;
        px_go(rig);
        ok = live(rig, cancels).ok;
        CHECK(!rig->engine.core.out_of_memory);
        CHECK_EQ(rig->full_events, 0); /* the host's trouble is no overload of the proxy's */
        CHECK(cap < (1 << 16));
        px_stop(rig);
    }
}

TEST(a_proxy_with_every_smaller_arena_gives_everything_back)
{
    at_every_arena(false, 4);
    at_every_arena(true, 3);
}

TEST(a_final_response_that_no_arena_can_hold_leaves_nothing_behind)
{
    bool passed = false;
    for (size_t cap = 256; !passed; cap += 80) {
        proxy_rig *rig = small_rig();
        px_go(rig);
        px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
        px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
        px_expect(rig, ALICE, "SIP/2.0 100 Trying");
        const px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
        rig->arena_cap = cap;
        px_send(rig, BOB, px_reply(rig, invite, 503, ""));
        rig->arena_cap = 1 << 16;
        for (const px_sent *sent; (sent = px_take(rig)) != NULL;) {
            passed = passed || starts(sent, "SIP/2.0 500");
        }
        px_stop(rig);
    }
}

TEST(a_proxy_whose_hosts_store_is_exhausted_says_so_and_can_be_forgotten)
{
    bool enough = false;
    for (size_t cap = 1 << 10; !enough; cap += 256) {
        proxy_rig *rig = small_rig();
        rig->pool_cap = cap;
        px_go(rig);
        const day d = live(rig, false);
        enough = !rig->engine.core.out_of_memory;
        CHECK(enough || d.overloaded == 0); /* never a protocol answer */
        CHECK_EQ(rig->full_events, 0);
        ss_engine_reset(&rig->engine);
        px_check_empty(rig);
        px_free(rig);
    }
}

TEST(a_crash_in_the_middle_gives_everything_back)
{
    proxy_rig *rig = small_rig();
    px_go(rig);
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "b1", ""));
    px_send(rig, ALICE, px_request(rig, "ACK sip:bob@example.com", "b2", ""));
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@far.example.net", "b3", ""));
    px_send(rig, BOB, registering(rig));
    rig->hold_queries = false;
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "b4", ""));
    CHECK_EQ(rig->engine.proxy.contexts, 5);
    ss_engine_reset(&rig->engine);
    px_check_empty(rig);
    px_free(rig);
}
