/* RFC 3261 12 and 13.2.2.4: several dialogs of one INVITE that begin and end in every order, and every request in every state of a
 * dialog. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

enum { FORKS = 3, STEPS = 2 * FORKS };

static const char *const tags[FORKS] = { "one", "two", "three" };

/* Carol answers what Alice asked her and was not answered yet. */
static void answer_byes(ua_rig *rig, unsigned *answered)
{
    while (*answered < ua_sent_count(rig, ALICE, "BYE")) {
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", *answered), 200, "x", ""));
        ++*answered;
    }
}

/* Steps below FORKS: the 200 of that fork; the others: its BYE. */
static void take_step(ua_rig *rig, unsigned step)
{
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    const char *tag = tags[step % FORKS];
    if (step < FORKS) {
        CHECK_OK(ua_carol_answers(rig, invite, 200, tag, CONTACT));
    } else {
        CHECK_OK(ua_carol_requests(rig, invite, tag, "BYE", 100 + step));
    }
}

static unsigned ends_of_the_call(const ua_rig *rig)
{
    return ua_event_count(rig, ALICE, SS_EVENT_REJECTED) +
           ua_event_count(rig, ALICE, SS_EVENT_BYE) + ua_event_count(rig, ALICE, SS_EVENT_ENDED);
}

static void run_order(const unsigned order[STEPS], bool all_early)
{
    ua_rig *rig = ua_start();
    unsigned answered = 0;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    for (unsigned i = 0; i < FORKS && all_early; i++) {
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 180, tags[i], CONTACT));
    }
    for (unsigned i = 0; i < STEPS; i++) {
        take_step(rig, order[i]);
        answer_byes(rig, &answered);
    }
    CHECK(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED) <= 1);
    CHECK(rig->engines[ALICE].core.dialogs <= 1); /* its BYE came before it was: 481 */
    if (ends_of_the_call(rig) == 0) {
        (void)ua_do(rig, ALICE, SS_CMD_HANGUP, 1);
        answer_byes(rig, &answered);
    }
    ua_run_out(rig);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_EQ(ends_of_the_call(rig), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

/* Heap's algorithm: every order of the steps. */
static unsigned permute(unsigned order[STEPS], unsigned count, bool all_early)
{
    unsigned runs = 0;
    if (count == 1) {
        run_order(order, all_early);
        return 1;
    }
    for (unsigned i = 0; i < count; i++) {
        runs += permute(order, count - 1, all_early);
        const unsigned other = count % 2 == 0 ? i : 0;
        const unsigned swap = order[other];
        order[other] = order[count - 1];
        order[count - 1] = swap;
    }
    return runs;
}

/* RFC3261:12.3 RFC3261:13.2.2.4 Among them: the fork that was answered first ends first, and a BYE before the 200 of its fork. */
TEST(race_forked_dialogs_are_answered_and_end_in_every_order)
{
    for (unsigned early = 0; early < 2; early++) {
        unsigned order[STEPS] = { 0, 1, 2, 3, 4, 5 };
        CHECK_EQ(permute(order, STEPS, early != 0), 720);
    }
}

/* RFC3261:13.2.2.4 */
TEST(race_a_fork_with_two_2xx_talks_on_the_first_and_releases_the_second)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    take_step(rig, 0);
    take_step(rig, 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "BYE", 0)), SS_HDR_TO, 0),
                "<sip:carol@10.0.0.9>;tag=two");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ends_of_the_call(rig), 0);
}

/* ---- every request in every state ---- */

typedef enum state {
    EARLY_CALLER,
    UP_CALLER,
    ENDING_CALLER,
    OVER_CALLER,
    EARLY_CALLEE,
    UNACKED_CALLEE,
    STATES
} state;

/* Alice calls Carol, or Carol Alice; the tag of the other side is "carol". */
static ss_slice reach(ua_rig *rig, state s)
{
    ss_name_addr party;
    if (s >= EARLY_CALLEE) {
        CHECK_OK(ua_carol_invites(rig, ALICE, "i", CONTACT));
        CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, 1, 180));
        CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, ALICE, "180 INVITE", 0)), &party));
        if (s == UNACKED_CALLEE) {
            CHECK_OK(ua_do(rig, ALICE, SS_CMD_ANSWER, 1));
        }
        return ss_name_addr_tag(&party);
    }
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, s == EARLY_CALLER ? 180 : 200, "carol", CONTACT));
    CHECK_OK(ss_msg_from(ua_parse(invite), &party));
    if (s == ENDING_CALLER) {
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    } else if (s == OVER_CALLER) {
        CHECK_OK(ua_carol_requests(rig, invite, "carol", "BYE", 50));
    }
    return ss_name_addr_tag(&party);
}

static unsigned responses_to(const ua_rig *rig, size_t from, const char *branch)
{
    unsigned count = 0;
    for (size_t i = from; i < rig->message_count; i++) {
        const ss_msg *msg = ua_parse(&rig->messages[i]);
        count += !msg->is_request && ss_slice_eq(msg->top_via.branch, ss_slice_from(branch));
    }
    return count;
}

static void ask_in_state(state s, const char *method)
{
    ua_rig *rig = ua_start();
    char text[1024];
    const ss_slice tag = reach(rig, s);
    const ss_slice call_id =
        s >= EARLY_CALLEE ? SS_LIT("carols") : ss_msg_call_id(ua_parse(&rig->messages[0]));
    snprintf(text, sizeof text,
             "%s sip:alice@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKask\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\n"
             "To: <sip:alice@example.com>;tag=%.*s\r\nCall-ID: %.*s\r\nCSeq: 70 %s\r\n" CONTACT
             "Content-Length: 0\r\n\r\n",
             method, (int)tag.len, tag.at, (int)call_id.len, call_id.at, method);
    const size_t before = rig->message_count;
    CHECK_OK(ua_inject_text(rig, ALICE, text));
    const unsigned responses = responses_to(rig, before, "z9hG4bKask");
    CHECK_EQ(responses, strcmp(method, "ACK") == 0 ? 0 : 1);
    ua_run_out(rig);
    (void)ua_do(rig, ALICE, SS_CMD_HANGUP, 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:12.2.2 Each is answered once and at once, but an ACK never; what it does not end can be ended. */
TEST(rfc3261_12_2_2_every_request_in_every_state_of_a_dialog_is_answered_once)
{
    static const char *const methods[] = { "ACK",   "BYE",     "OPTIONS",  "INFO",   "UPDATE",
                                           "PRACK", "REFER",   "NOTIFY",   "CANCEL", "SUBSCRIBE",
                                           "DANCE", "MESSAGE", "REGISTER", "PUBLISH" };
    for (unsigned s = 0; s < STATES; s++) {
        for (size_t i = 0; i < SS_COUNT(methods); i++) {
            ask_in_state((state)s, methods[i]);
        }
    }
}
