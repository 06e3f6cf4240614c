/* AUTH1 to AUTH4: a proxy that asks the users of a.test for credentials in INVITE and REGISTER; Alice has a password, Bob has not. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "court.h"

static void open_guarded(court *rig)
{
    court_open(rig);
    rig->guard = (sn_cast_guard){ .node = COURT_PROXY,
                                  .count = 1,
                                  .methods = 1u << SS_METHOD_INVITE | 1u << SS_METHOD_REGISTER,
                                  .domain = "a.test",
                                  .realm = "a.test",
                                  .nonce_lifetime = SS_S(300) };
    rig->cast.guards = &rig->guard;
    rig->cast.guard_count = 1;
    rig->nodes[COURT_ALICE].may_log_in = true;
    rig->nodes[COURT_ALICE].outbound = SN_NOBODY;
    rig->nodes[COURT_BOB].outbound = SN_NOBODY;
}

/* The bytes of a request of Alice's with credentials, or with none: response NULL. */
static ss_slice bytes(const char *from, const char *realm, const char *response, unsigned nc)
{
    static char text[1024];
    char line[256] = "";
    if (response != NULL) {
        snprintf(line, sizeof line,
                 "Proxy-Authorization: Digest username=\"a\", realm=\"%s\", nonce=\"n\", "
                 "response=\"%s\", "
                 "nc=%08x\r\n",
                 realm, response, nc);
    }
    snprintf(text, sizeof text,
             "INVITE sip:b@a.test SIP/2.0\r\nFrom: \"A\" <sip:a@%s:5060;x=y>;tag=1\r\nt: "
             "sip:b@a.test\r\n%s\r\n",
             from, line);
    return ss_slice_from(text);
}

static void send_to(court *rig, uint32_t node, uint32_t peer, ss_summary message)
{
    court_give(
        rig,
        (sn_fact){ .kind = SN_FACT_DATAGRAM_SENT, .entity = node, .peer = peer, .sip = message });
}

static void get(court *rig, uint32_t node, ss_summary message)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_DATAGRAM_RECEIVED,
                               .entity = node,
                               .peer = COURT_ROUTER,
                               .sip = message });
}

/* A request goes from a node to the proxy, and on. */
static void pass(court *rig, uint32_t from, uint64_t branch, ss_slice payload)
{
    ss_summary message = court_request(SS_METHOD_INVITE, branch);
    rig->payload = payload;
    send_to(rig, from, COURT_PROXY, message);
    get(rig, COURT_PROXY, message);
    message.second_branch = branch;
    message.branch = branch + 1;
    send_to(rig, COURT_PROXY, COURT_BOB, message);
}

static void check_one(const court *rig, const char *law, uint64_t count)
{
    static const char *const laws[] = { "AUTH1", "AUTH2", "AUTH3", "AUTH4", "AUTH5" };
    for (size_t i = 0; i < SS_COUNT(laws); i++) {
        CHECK_EQ(court_broken(rig, laws[i]), strcmp(law, laws[i]) == 0 ? count : 0);
    }
}

TEST(auth1_sees_a_protected_request_passed_on_without_right_credentials)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    pass(&rig, COURT_ALICE, 10, bytes("a.test", "a.test", NULL, 0));
    check_one(&rig, "AUTH1", 1);
    pass(&rig, COURT_BOB, 20, bytes("a.test", "a.test", "00", 1)); /* he cannot know */
    check_one(&rig, "AUTH1", 2);
    pass(&rig, COURT_ALICE, 30, bytes("A.test", "b.test", "11", 1)); /* of another realm */
    check_one(&rig, "AUTH1", 3);
    court_close(&rig);
}

TEST(auth1_accepts_credentials_of_outsiders_but_not_that_they_have_none)
{
    court rig;
    open_guarded(&rig);
    rig.cast.has_outsiders = true;
    court_at(&rig, 0);
    rig.payload = bytes("a.test", "a.test", "00", 1);
    get(&rig, COURT_PROXY, court_request(SS_METHOD_REGISTER, 10));
    send_to(&rig, COURT_PROXY, COURT_ROUTER, court_response(200, SS_METHOD_REGISTER, 10));
    check_one(&rig, "AUTH1", 0);
    get(&rig, COURT_PROXY, court_request(SS_METHOD_REGISTER, 20)); /* the same ones again */
    send_to(&rig, COURT_PROXY, COURT_ROUTER, court_response(200, SS_METHOD_REGISTER, 20));
    check_one(&rig, "AUTH2", 1);
    court_close(&rig);
    open_guarded(&rig);
    rig.cast.has_outsiders = true;
    court_at(&rig, 0);
    rig.payload = bytes("other.test", "a.test", NULL, 0);
    get(&rig, COURT_PROXY, court_request(SS_METHOD_REGISTER, 10));
    send_to(&rig, COURT_PROXY, COURT_ROUTER, court_response(200, SS_METHOD_REGISTER, 10));
    check_one(&rig, "AUTH1", 1);
    court_close(&rig);
}

/* RFC3261:17.2.3: what has the branch of a transaction is a copy to it, and what it shows is not looked at. */
TEST(auth1_asks_nothing_of_a_copy_that_a_transaction_takes)
{
    for (unsigned is_taken = 0; is_taken < 2; is_taken++) {
        court rig;
        open_guarded(&rig);
        court_at(&rig, 0);
        ss_summary message = court_request(SS_METHOD_INVITE, 10);
        rig.payload = bytes("a.test", "a.test", "00", 1);
        send_to(&rig, COURT_ALICE, COURT_PROXY, message);
        get(&rig, COURT_PROXY, message);
        if (is_taken != 0) {
            court_notes_txn(&rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, 10, SS_TXN_PROCEEDING,
                            SS_TXN_PROCEEDING);
        }
        rig.payload = bytes("a.test", "a.test", NULL, 0);
        get(&rig, COURT_PROXY, message);
        rig.payload = bytes("a.test", "a.test", "00", 1);
        message.second_branch = 10;
        message.branch = 11;
        send_to(&rig, COURT_PROXY, COURT_BOB, message);
        CHECK_EQ(court_broken(&rig, "AUTH1"), is_taken != 0 ? 0 : 1);
        court_close(&rig);
    }
}

TEST(auth1_sees_a_registration_answered_200_without_credentials)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    rig.payload = bytes("other.test", "a.test", NULL, 0); /* To decides */
    get(&rig, COURT_PROXY, court_request(SS_METHOD_REGISTER, 10));
    send_to(&rig, COURT_PROXY, COURT_ALICE, court_response(401, SS_METHOD_REGISTER, 10));
    check_one(&rig, "AUTH1", 0);
    send_to(&rig, COURT_PROXY, COURT_ALICE, court_response(200, SS_METHOD_REGISTER, 10));
    check_one(&rig, "AUTH1", 1);
    court_close(&rig);
}

TEST(auth1_sees_a_guest_let_in_without_credentials_where_guests_are_asked)
{
    court rig;
    open_guarded(&rig);
    rig.guard.asks_guests = true;
    court_at(&rig, 0);
    pass(&rig, COURT_ALICE, 10, bytes("b.test", "a.test", "00", 1));
    check_one(&rig, "AUTH1", 0);
    pass(&rig, COURT_BOB, 20, bytes("b.test", "a.test", NULL, 0));
    check_one(&rig, "AUTH1", 1);
    rig.guard.domain = "c.test"; /* the Request-URI is of none that it asks for */
    pass(&rig, COURT_BOB, 30, bytes("b.test", "a.test", NULL, 0));
    check_one(&rig, "AUTH1", 1);
    court_close(&rig);
}

TEST(auth1_accepts_right_credentials_other_methods_and_other_domains)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    pass(&rig, COURT_ALICE, 10, bytes("a.test", "a.test", "00", 1));
    pass(&rig, COURT_BOB, 20, bytes("b.test", "a.test", NULL, 0));
    ss_summary message = court_request(SS_METHOD_OPTIONS, 30);
    rig.payload = bytes("a.test", "a.test", NULL, 0);
    get(&rig, COURT_PROXY, message);
    send_to(&rig, COURT_PROXY, COURT_ALICE, court_response(200, SS_METHOD_OPTIONS, 30));
    check_one(&rig, "AUTH1", 0);
    court_close(&rig);
}

TEST(auth2_sees_credentials_that_serve_twice_but_not_a_copy)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    pass(&rig, COURT_ALICE, 10, bytes("a.test", "a.test", "00", 1));
    pass(&rig, COURT_ALICE, 10, bytes("a.test", "a.test", "00", 1)); /* sent again */
    check_one(&rig, "AUTH2", 0);
    pass(&rig, COURT_BOB, 20, bytes("a.test", "a.test", "00", 1)); /* overheard */
    check_one(&rig, "AUTH2", 1);
    court_close(&rig);
}

TEST(auth2_knows_what_served_as_long_as_its_nonce_lives)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    pass(&rig, COURT_ALICE, 10, bytes("a.test", "a.test", "00", 1));
    court_at(&rig, SS_S(300));
    pass(&rig, COURT_BOB, 20, bytes("a.test", "a.test", "00", 1));
    check_one(&rig, "AUTH2", 1);
    court_close(&rig);
}

TEST(auth3_sees_credentials_that_go_elsewhere_and_lets_an_ack_repeat_them)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    rig.payload = bytes("a.test", "a.test", "00", 1);
    send_to(&rig, COURT_ALICE, COURT_PROXY, court_request(SS_METHOD_INVITE, 10));
    send_to(&rig, COURT_ALICE, COURT_BOB, court_request(SS_METHOD_ACK, 11));
    check_one(&rig, "AUTH3", 0);
    rig.payload = bytes("a.test", "a.test", "01", 2);
    send_to(&rig, COURT_ALICE, COURT_BOB, court_request(SS_METHOD_BYE, 12));
    check_one(&rig, "AUTH3", 1);
    rig.nodes[COURT_ALICE].outbound = COURT_BOB;
    rig.payload = bytes("a.test", "a.test", "02", 3);
    send_to(&rig, COURT_ALICE, COURT_BOB, court_request(SS_METHOD_BYE, 13));
    check_one(&rig, "AUTH3", 1);
    court_close(&rig);
}

TEST(auth4_sees_a_count_that_does_not_rise_but_not_a_copy)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    rig.payload = bytes("a.test", "a.test", "00", 2);
    send_to(&rig, COURT_ALICE, COURT_PROXY, court_request(SS_METHOD_INVITE, 10));
    send_to(&rig, COURT_ALICE, COURT_PROXY, court_request(SS_METHOD_INVITE, 10));
    check_one(&rig, "AUTH4", 0);
    rig.payload = bytes("a.test", "a.test", "01", 2);
    send_to(&rig, COURT_ALICE, COURT_PROXY, court_request(SS_METHOD_BYE, 12));
    check_one(&rig, "AUTH4", 1);
    rig.payload = bytes("a.test", "a.test", "02", 3);
    send_to(&rig, COURT_ALICE, COURT_PROXY, court_request(SS_METHOD_BYE, 14));
    rig.payload = bytes("a.test", "a.test", "00", 2);
    send_to(&rig, COURT_ALICE, COURT_PROXY, court_request(SS_METHOD_INVITE, 10)); /* an old copy */
    check_one(&rig, "AUTH4", 1);
    court_close(&rig);
}

/* A request comes to the proxy, which challenges it within a transaction that stays. */
static void challenge_kept(court *rig, uint64_t branch, ss_time after, ss_slice payload)
{
    rig->payload = payload;
    get(rig, COURT_PROXY, court_request(SS_METHOD_INVITE, branch));
    court_notes_txn(rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, branch, SS_TXN_PROCEEDING,
                    SS_TXN_PROCEEDING);
    court_at(rig, rig->key.at + after);
    send_to(rig, COURT_PROXY, COURT_ALICE, court_response(407, SS_METHOD_INVITE, branch));
    court_notes_txn(rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, branch, SS_TXN_PROCEEDING,
                    SS_TXN_COMPLETED);
}

TEST(auth5_sees_a_challenge_that_a_transaction_keeps)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    challenge_kept(&rig, 10, 0, bytes("a.test", "a.test", NULL, 0));
    check_one(&rig, "AUTH5", 1);
    challenge_kept(&rig, 20, 0, bytes("a.test", "a.test", "00", 1)); /* nobody made them */
    check_one(&rig, "AUTH5", 2);
    court_close(&rig);
}

TEST(auth5_accepts_a_challenge_that_is_forgotten_or_late_or_of_another_domain)
{
    court rig;
    open_guarded(&rig);
    court_at(&rig, 0);
    rig.payload = bytes("a.test", "a.test", NULL, 0);
    get(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, 10));
    send_to(&rig, COURT_PROXY, COURT_ALICE, court_response(407, SS_METHOD_INVITE, 10));
    get(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, 20));
    court_notes_txn(&rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, 20, SS_TXN_PROCEEDING,
                    SS_TXN_PROCEEDING);
    send_to(&rig, COURT_PROXY, COURT_ALICE, court_response(407, SS_METHOD_INVITE, 20));
    court_notes_txn(&rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, 20, SS_TXN_PROCEEDING,
                    SS_TXN_TERMINATED);
    challenge_kept(&rig, 30, 0, bytes("b.test", "a.test", NULL, 0)); /* passed on from elsewhere */
    challenge_kept(&rig, 40, SS_MS(200), bytes("a.test", "a.test", NULL, 0));
    check_one(&rig, "AUTH5", 0);
    court_close(&rig);
}
