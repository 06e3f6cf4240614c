/* PRX10, PRX11: what a proxy does without keeping state. RFC3261:16.11 RFC3261:26.3.2.4 */
#include "check.h"
#include "court.h"

static ss_summary copy(ss_method method, uint64_t received, uint64_t branch)
{
    ss_summary request = court_request(method, branch);
    request.via_count = 2;
    request.second_branch = received;
    return request;
}

/* A copy has the same bytes; what only has its branch is another request, as a forger's. */
TEST(prx10_sees_a_copy_that_leaves_a_stateless_proxy_with_another_branch)
{
    static const struct {
        uint64_t left;
        uint32_t cseq;
        unsigned broken;
    } rows[] = { { 11, 1, 0 }, { 12, 1, 1 }, { 12, 2, 0 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_PROXY].is_stateless = true;
        court_at(&rig, 0);
        court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_MESSAGE, 1));
        court_sends(&rig, COURT_PROXY, copy(SS_METHOD_MESSAGE, 1, 11));
        court_at(&rig, SS_MS(500));
        ss_summary again = court_request(SS_METHOD_MESSAGE, 1);
        again.cseq = rows[i].cseq;
        court_gets(&rig, COURT_PROXY, again);
        ss_summary left = copy(SS_METHOD_MESSAGE, 1, rows[i].left);
        left.cseq = rows[i].cseq;
        court_sends(&rig, COURT_PROXY, left);
        CHECK_EQ(court_broken(&rig, "PRX10"), rows[i].broken);
        court_close(&rig);
    }
}

/* Other requests have other branches, and a stateful proxy forks. */
TEST(prx10_asks_nothing_of_two_requests_or_of_a_stateful_proxy)
{
    court rig;
    court_open(&rig);
    rig.nodes[COURT_PROXY].is_stateless = true;
    court_at(&rig, 0);
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_MESSAGE, 1));
    court_sends(&rig, COURT_PROXY, copy(SS_METHOD_MESSAGE, 1, 11));
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_MESSAGE, 2));
    court_sends(&rig, COURT_PROXY, copy(SS_METHOD_MESSAGE, 2, 12));
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_CANCEL, 1));
    court_sends(&rig, COURT_PROXY, copy(SS_METHOD_CANCEL, 1, 13));
    rig.nodes[COURT_PROXY].is_stateless = false;
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, 3));
    court_sends(&rig, COURT_PROXY, copy(SS_METHOD_INVITE, 3, 14));
    court_sends(&rig, COURT_PROXY, copy(SS_METHOD_INVITE, 3, 15));
    CHECK_EQ(court_broken(&rig, "PRX10"), 0);
    court_close(&rig);
}

/* An INVITE came, and the proxy says these statuses, half a second apart. */
static uint64_t broken_by(const unsigned *status, unsigned count, bool answers)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    if (answers) {
        ss_summary response = court_response(200, SS_METHOD_OPTIONS, COURT_OURS);
        court_gets(&rig, COURT_PROXY, response);
    }
    for (unsigned i = 0; i < count; i++) {
        court_at(&rig, SS_MS(500) * (i + 1));
        ss_summary response = court_response(status[i], SS_METHOD_INVITE, COURT_THEIRS);
        court_sends(&rig, COURT_PROXY, response);
    }
    const uint64_t broken = court_broken(&rig, "PRX11");
    court_close(&rig);
    return broken;
}

TEST(prx11_sees_more_refusals_than_requests)
{
    static const unsigned once[] = { 407 }, twice[] = { 407, 407 }, served[] = { 100, 486, 486 };
    CHECK_EQ(broken_by(once, 1, false), 0);
    CHECK_EQ(broken_by(twice, 2, false), 1);
    CHECK_EQ(broken_by(twice, 2, true), 0); /* it is where it says: it answered us */
    CHECK_EQ(broken_by(served, 3, false),
             0); /* copies of a final response to what was served: 17.2.1 */
}

/* The callee, whose answer goes another way back than it came, repeats 486; a stateless proxy has no say in that. Its own 503 it says once. */
TEST(prx11_lets_a_stateless_proxy_pass_on_what_is_repeated)
{
    for (int own = 0; own < 2; own++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_PROXY].is_stateless = true;
        court_at(&rig, 0);
        court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        for (unsigned i = 0; i < 3; i++) {
            court_at(&rig, SS_MS(500) * (i + 1));
            if (!own) {
                sn_fact f = { .kind = SN_FACT_DATAGRAM_RECEIVED,
                              .entity = COURT_PROXY,
                              .peer = COURT_BOB,
                              .peer_port = 5060,
                              .sip = court_response(486, SS_METHOD_INVITE, COURT_OURS) };
                court_give(&rig, f);
            }
            court_sends(&rig, COURT_PROXY,
                        court_response(own ? 503 : 486, SS_METHOD_INVITE, COURT_THEIRS));
        }
        CHECK_EQ(court_broken(&rig, "PRX11"), own ? 2 : 0);
        court_close(&rig);
    }
}
