/* TAG1: To tags of responses. RFC3261:8.2.6.2 */
#include "check.h"
#include "court.h"

typedef struct row {
    ss_method method;
    uint64_t of_request; /* To tag */
    unsigned status[3];  /* 0: no more */
    uint64_t tags[3];
    unsigned broken;
} row;

static void judge(uint32_t node, const row *r)
{
    court rig;
    ss_summary request = court_request(r->method, COURT_THEIRS);
    request.to_tag = r->of_request;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, node, request);
    for (unsigned i = 0; i < 3 && r->status[i] != 0; i++) {
        ss_summary response = court_response(r->status[i], r->method, COURT_THEIRS);
        response.to_tag = r->tags[i];
        court_sends(&rig, node, response);
    }
    CHECK_EQ(court_broken(&rig, "TAG1"), node == COURT_BOB ? r->broken : 0);
    court_close(&rig);
}

TEST(tag1_sees_responses_without_a_tag_and_with_another)
{
    static const row rows[] = {
        { SS_METHOD_INVITE, 0, { 180, 200 }, { 7, 8 }, 1 },
        { SS_METHOD_INVITE, 0, { 180, 183, 486 }, { 7, 0, 7 }, 1 },
        { SS_METHOD_INVITE, 0, { 486 }, { 0 }, 1 },
        { SS_METHOD_INVITE, 7, { 200 }, { 8 }, 1 },
        { SS_METHOD_MESSAGE, 0, { 200 }, { 0 }, 1 },
        { SS_METHOD_BYE, 7, { 481 }, { 9 }, 1 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        judge(COURT_BOB, &rows[i]);
        judge(COURT_PROXY, &rows[i]); /* which passes on what others said */
    }
}

TEST(tag1_lets_a_100_be_without_and_follows_the_request)
{
    static const row rows[] = {
        { SS_METHOD_INVITE, 0, { 100, 180, 200 }, { 0, 7, 7 }, 0 },
        { SS_METHOD_INVITE, 7, { 100, 200 }, { 7, 7 }, 0 },
        { SS_METHOD_OPTIONS, 0, { 200 }, { 7 }, 0 },
        { SS_METHOD_BYE, 7, { 481 }, { 7 }, 0 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        judge(COURT_BOB, &rows[i]);
    }
}

/* Each request has a tag of its own. */
TEST(tag1_asks_nothing_of_two_requests)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    for (unsigned i = 0; i < 2; i++) {
        ss_summary request = court_request(SS_METHOD_OPTIONS, COURT_THEIRS + i);
        ss_summary response = court_response(200, SS_METHOD_OPTIONS, COURT_THEIRS + i);
        request.to_tag = 0;
        response.to_tag = 7 + i;
        court_gets(&rig, COURT_BOB, request);
        court_sends(&rig, COURT_BOB, response);
    }
    CHECK_EQ(court_broken(&rig, "TAG1"), 0);
    court_close(&rig);
}

/* RFC3261:17.2.3 What differs in a tag is another transaction where there is no cookie, and a copy where there is one. */
TEST(tag1_takes_two_requests_without_a_cookie_for_two_transactions)
{
    for (unsigned has_cookie = 0; has_cookie < 2; has_cookie++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        for (unsigned i = 0; i < 2; i++) {
            ss_summary request = court_request(SS_METHOD_INVITE, COURT_THEIRS);
            ss_summary response = court_response(180, SS_METHOD_INVITE, COURT_THEIRS);
            request.says |= has_cookie != 0 ? 0 : SS_SAYS_NO_COOKIE;
            request.to_tag = 7 * i;
            response.to_tag = 9 - 2 * i;
            court_gets(&rig, COURT_BOB, request);
            court_sends(&rig, COURT_BOB, response);
        }
        CHECK_EQ(court_broken(&rig, "TAG1"), has_cookie);
        court_close(&rig);
    }
}

/* RFC3261:17.2.3 The top Via is compared as it came, with where it came from. */
TEST(tag1_takes_one_request_without_a_cookie_from_two_places_for_two_transactions)
{
    for (unsigned has_cookie = 0; has_cookie < 2; has_cookie++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        for (unsigned i = 0; i < 2; i++) {
            ss_summary request = court_request(SS_METHOD_INVITE, COURT_THEIRS);
            ss_summary response = court_response(180, SS_METHOD_INVITE, COURT_THEIRS);
            request.says |= has_cookie != 0 ? 0 : SS_SAYS_NO_COOKIE;
            request.to_tag = 0;
            response.to_tag = 9 - 2 * i;
            rig.peer = i == 0 ? COURT_ALICE : COURT_PROXY;
            court_gets(&rig, COURT_BOB, request);
            court_sends(&rig, COURT_BOB, response);
        }
        CHECK_EQ(court_broken(&rig, "TAG1"), has_cookie);
        court_close(&rig);
    }
}
