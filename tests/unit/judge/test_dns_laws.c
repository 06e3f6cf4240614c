/* DNS1: what may be kept is not asked for again. LOC1: one transaction, one place. */
#include "check.h"
#include "court.h"

#include "sn/dns.h"

static _Alignas(16) unsigned char memory[1 << 14];

/* A query of Alice's (`ttl` < 0), or an answer to it with an address that may be kept so long; `number` and the port tell it. */
static void says(court *rig, const char *name, int ttl, uint16_t number)
{
    char bytes[SN_DNS_BYTES_MAX], line[200];
    ss_arena arena = { memory, sizeof memory, 0 };
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes), text = ss_buffer_on(line, sizeof line);
    sn_dns_record r;
    sn_dns_flaw flaw;
    ss_put_text(&text, name);
    ss_put_char(&text, ' ');
    ss_put_u64(&text, ttl < 0 ? 0 : (uint64_t)ttl);
    ss_put_text(&text, " A 10.0.0.1");
    CHECK(sn_dns_record_from(ss_buffer_slice(&text), &arena, &r, &flaw));
    const sn_dns_message m = { .id = number,
                               .is_response = ttl >= 0,
                               .has_question = true,
                               .question = { r.name, SN_DNS_A, SN_DNS_CLASS_IN },
                               .records = &r,
                               .answers = ttl >= 0 };
    sn_dns_put(&b, &m);
    rig->payload = ss_buffer_slice(&b);
    court_give(rig, (sn_fact){ .kind = ttl < 0 ? SN_FACT_DATAGRAM_SENT : SN_FACT_DATAGRAM_RECEIVED,
                               .entity = COURT_ALICE,
                               .peer = COURT_BOB,
                               .packet = { .origin = ttl < 0 ? COURT_ALICE : COURT_BOB,
                                           .ordinal = 1000 + rig->index + number * 10u },
                               .hash = ss_hash64(0, rig->payload),
                               .local_port = 50000,
                               .peer_port = 53 });
    rig->payload = SS_EMPTY;
}

/* Who received what was sent by nobody is another law's. */
static uint64_t asked_again(int ttl, ss_time answered, ss_time at, uint16_t answer_number)
{
    court rig;
    court_open(&rig);
    rig.cast.query_wait = SS_S(2);
    court_at(&rig, 0);
    says(&rig, "a.example.com", -1, 7);
    court_at(&rig, answered);
    says(&rig, "a.example.com", ttl, answer_number);
    court_at(&rig, at);
    says(&rig, "a.example.com", -1, 8);
    const uint64_t broken = court_broken(&rig, "DNS1");
    court_close(&rig);
    return broken;
}

static uint64_t asked_again_after(int ttl, ss_time at, uint16_t answer_number)
{
    return asked_again(ttl, SS_MS(20), at, answer_number);
}

TEST(dns1_sees_a_query_for_what_is_known)
{
    CHECK_EQ(asked_again_after(30, SS_MS(20), 7), 1);
    CHECK_EQ(asked_again_after(30, SS_S(30) + SS_MS(20) - 1, 7), 1);
}

TEST(dns1_lets_go_what_is_over_was_never_to_be_kept_or_is_an_answer_to_something_else)
{
    CHECK_EQ(asked_again_after(30, SS_S(30) + SS_MS(20), 7), 0);
    CHECK_EQ(asked_again_after(0, SS_MS(20), 7), 0);
    CHECK_EQ(asked_again_after(30, SS_S(1), 9), 0);
}

TEST(dns1_knows_that_nobody_listens_to_an_answer_that_comes_too_late)
{
    CHECK_EQ(asked_again(30, SS_MS(1999), SS_S(3), 7), 1);
    CHECK_EQ(asked_again(30, SS_MS(2000), SS_S(3), 7), 0);
    CHECK_EQ(asked_again(30, SS_MS(8000), SS_S(9), 7), 0);
}

static void sends_to(court *rig, uint32_t peer, ss_method method, uint64_t branch)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_DATAGRAM_SENT,
                               .entity = COURT_ALICE,
                               .peer = peer,
                               .packet = { .origin = COURT_ALICE,
                                           .ordinal = 100 + rig->index + rig->key.at },
                               .hash = 0x99,
                               .peer_port = 5060,
                               .sip = court_request(method, branch) });
}

TEST(loc1_sees_a_copy_that_goes_elsewhere)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    sends_to(&rig, COURT_BOB, SS_METHOD_INVITE, 0x11);
    court_at(&rig, SS_MS(500));
    sends_to(&rig, COURT_PROXY, SS_METHOD_INVITE, 0x11);
    CHECK_EQ(court_broken(&rig, "LOC1"), 1);
    court_close(&rig);
}

/* RFC3263:4.3 */
TEST(loc1_lets_another_transaction_go_elsewhere)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    sends_to(&rig, COURT_BOB, SS_METHOD_INVITE, 0x11);
    court_at(&rig, SS_MS(500));
    sends_to(&rig, COURT_BOB, SS_METHOD_INVITE, 0x11);
    court_at(&rig, SS_MS(600));
    sends_to(&rig, COURT_PROXY, SS_METHOD_INVITE, 0x12);
    CHECK_EQ(court_broken(&rig, "LOC1"), 0);
    court_close(&rig);
}
