/* RFC 6665 figures 1 and 2, every cell: what each event makes of a subscription in each state, on both sides, whether the figure draws it
 * or not. Alice subscribes to Carol; Carol subscribes to Bob. RFC6665:4.1.2 RFC6665:4.2.2 */
#include "events_rig.h"

#include <stdio.h>

#define CONTACT  "Contact: <sip:carol@10.0.0.9>\r\n"
#define PRESENCE "Event: presence\r\n"

static const ss_slice packages[] = { SS_LIT_INIT("presence") };
static const ss_ua_profile open_to_all = { .package_count = 1, .packages = packages };
static const ss_ua_profile careful = { .package_count = 1,
                                       .packages = packages,
                                       .watchers = SS_WATCHERS_PENDING };

/* As the last note has it. */
static unsigned state_of(const ua_rig *rig, unsigned machine)
{
    unsigned state = SS_SUB_NONE;
    CHECK(rig->note_count <= SS_COUNT(rig->notes));
    for (size_t i = 0; i < rig->note_count; i++) {
        if (rig->notes[i].kind == SS_NOTE_SUBSCRIPTION && rig->notes[i].machine == machine) {
            state = rig->notes[i].to;
        }
    }
    return state;
}

/* ---- figure 1: the subscriber ---- */

static void notify(ua_rig *rig, unsigned cseq, const char *state)
{
    char lines[128];
    snprintf(lines, sizeof lines, PRESENCE "Subscription-State: %s\r\n", state);
    ev_carol_notifies(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 0), "c", cseq, lines, "");
}

static ua_rig *subscriber_in(ss_sub_state state)
{
    static const char *const notified[] = { [SS_SUB_PENDING] = "pending;expires=600",
                                            [SS_SUB_ACTIVE] = "active;expires=600",
                                            [SS_SUB_TERMINATED] = "terminated" };
    ua_rig *rig = ua_start();
    ss_command c = { .kind = SS_CMD_SUBSCRIBE,
                     .target = SS_LIT("sip:carol@10.0.0.9"),
                     .event = SS_LIT("presence"),
                     .expires_s = 600 };
    CHECK_OK(ua_command(rig, ALICE, &c));
    if (state != SS_SUB_WAITING) {
        const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
        CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 600\r\n"));
        notify(rig, 1, notified[state]);
    }
    CHECK_EQ(state_of(rig, 0), state);
    return rig;
}

/* Of the SUBSCRIBE that was sent last, after a refresh when there is one: at nine tenths of 600 s. */
static const ua_message *last_subscribe(ua_rig *rig, ss_sub_state state)
{
    ua_run(rig, state == SS_SUB_WAITING ? 0 : SS_S(540));
    return ua_sent(rig, ALICE, "SUBSCRIBE", ua_sent_count(rig, ALICE, "SUBSCRIBE") - 1);
}

static void refuse_subscribe(ua_rig *rig, ss_sub_state state, unsigned status)
{
    CHECK_OK(ua_carol_answers(rig, last_subscribe(rig, state), status, "c", ""));
}

typedef enum heard {
    HEARD_ACTIVE,
    HEARD_PENDING,
    HEARD_TERMINATED,
    HEARD_481,     /* to the SUBSCRIBE, or its refresh */
    HEARD_503,     /* likewise */
    HEARD_NOTHING, /* until Timer N */
    HEARD_COUNT
} heard;

static void hear(ua_rig *rig, ss_sub_state state, heard what)
{
    static const char *const states[] = { "active;expires=600", "pending;expires=600",
                                          "terminated;reason=noresource" };
    switch (what) {
    case HEARD_481:
        refuse_subscribe(rig, state, 481);
        break;
    case HEARD_503:
        refuse_subscribe(rig, state, 503);
        break;
    case HEARD_NOTHING:
        ua_run(rig, last_subscribe(rig, state)->at + SS_S(32));
        break;
    default:
        notify(rig, 2, states[what]);
        break;
    }
}

TEST(rfc6665_4_1_2_every_cell_of_the_subscriber)
{
    enum { W = SS_SUB_WAITING, P = SS_SUB_PENDING, A = SS_SUB_ACTIVE, T = SS_SUB_TERMINATED };
    static const uint8_t cells[][HEARD_COUNT] = {
        /*         active pending terminated 481 503 Timer N */
        [W] = { A, P, T, T, T, T },
        [P] = { A, P, T, T, P, T },
        [A] = { A, A, T, T, A, T }, /* a subscription goes on, never back */
    };
    for (unsigned state = W; state <= A; state++) {
        for (unsigned what = 0; what < HEARD_COUNT; what++) {
            ua_rig *rig = subscriber_in((ss_sub_state)state);
            hear(rig, (ss_sub_state)state, (heard)what);
            CHECK_EQ(state_of(rig, 0), cells[state][what]);
        }
    }
    for (unsigned what = 0; what < HEARD_481; what++) { /* there is nothing more to notify of */
        ua_rig *rig = subscriber_in(SS_SUB_TERMINATED);
        hear(rig, SS_SUB_TERMINATED, (heard)what);
        CHECK_EQ(ua_sent_count(rig, ALICE, "481 NOTIFY"), 1);
        CHECK_EQ(state_of(rig, 0), SS_SUB_TERMINATED);
        ua_run_out(rig);
        CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 1);
    }
}

/* ---- figure 2: the notifier ---- */

/* With the tag that Bob gave, once there is one. */
static void carol_subscribes(ua_rig *rig, unsigned cseq, unsigned expires_s)
{
    char text[768], tag[64] = "";
    if (cseq > 1) {
        ss_name_addr to;
        CHECK_OK(ss_msg_to(ua_sent_msg(rig, BOB, "200 SUBSCRIBE", 0), &to));
        snprintf(tag, sizeof tag, ";tag=%.*s", (int)ss_name_addr_tag(&to).len,
                 ss_name_addr_tag(&to).at);
    }
    snprintf(text, sizeof text,
             "SUBSCRIBE sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;"
             "branch=z9hG4bKs%u\r\nMax-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
             "To: <sip:bob@example.com>%s\r\nCall-ID: s\r\nCSeq: %u SUBSCRIBE\r\n" CONTACT PRESENCE
             "Expires: %u\r\nContent-Length: 0\r\n\r\n",
             cseq, tag, cseq, expires_s);
    CHECK_OK(ua_inject_text(rig, BOB, text));
}

static ss_status decide(ua_rig *rig, ss_sub_state state)
{
    ss_command c = { .kind = SS_CMD_NOTIFY,
                     .subscription = ua_event_of(rig, BOB, SS_EVENT_WATCHED, 0)->event.subscription,
                     .state = (uint8_t)state };
    return ua_command(rig, BOB, &c);
}

typedef enum met {
    MET_GRANT,
    MET_DOUBT, /* the policy would have it pending again */
    MET_REJECTION,
    MET_REFRESH,
    MET_END,     /* SUBSCRIBE with Expires 0 */
    MET_FAILURE, /* of the NOTIFY */
    MET_EXPIRY,
    MET_COUNT
} met;

static void meet(ua_rig *rig, met what)
{
    const ua_message *first = ua_sent(rig, BOB, "NOTIFY", 0);
    if (what != MET_FAILURE) {
        CHECK_OK(ua_carol_answers(rig, first, 200, "c", ""));
    }
    switch (what) {
    case MET_GRANT:
        (void)decide(rig, SS_SUB_ACTIVE);
        break;
    case MET_DOUBT:
        (void)decide(rig, SS_SUB_PENDING);
        break;
    case MET_REJECTION:
        (void)decide(rig, SS_SUB_TERMINATED);
        break;
    case MET_REFRESH:
        carol_subscribes(rig, 2, 600);
        break;
    case MET_END:
        carol_subscribes(rig, 2, 0);
        break;
    case MET_FAILURE:
        CHECK_OK(ua_carol_answers(rig, first, 481, "c", ""));
        break;
    default:
        ua_run(rig, SS_S(600));
        break;
    }
}

TEST(rfc6665_4_2_2_every_cell_of_the_notifier)
{
    enum { P = SS_SUB_PENDING, A = SS_SUB_ACTIVE, T = SS_SUB_TERMINATED };
    static const uint8_t cells[][MET_COUNT] = {
        /*         grant doubt rejection refresh end failure expiry */
        [P] = { A, P, T, P, T, T, T },
        [A] = { A, A, T, A, T, T, T },
    };
    for (unsigned state = P; state <= A; state++) {
        for (unsigned what = 0; what < MET_COUNT; what++) {
            ua_rig *rig = ua_start();
            rig->identities[BOB].profile = state == P ? &careful : &open_to_all;
            carol_subscribes(rig, 1, 600); /* resp_wait is over when it is answered */
            CHECK_EQ(state_of(rig, 1), state);
            meet(rig, (met)what);
            CHECK_EQ(state_of(rig, 1), cells[state][what]);
        }
    }
    ua_rig *rig = ua_start(); /* what is over is not begun again */
    rig->identities[BOB].profile = &careful;
    carol_subscribes(rig, 1, 600);
    meet(rig, MET_REJECTION);
    CHECK_STATUS(decide(rig, SS_SUB_ACTIVE), SS_ERR_STATE);
    CHECK_EQ(state_of(rig, 1), SS_SUB_TERMINATED);
}
