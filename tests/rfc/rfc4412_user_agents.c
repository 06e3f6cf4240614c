/* Resource-Priority (RFC 4412) at user agents: who understands it, and what becomes of values that nobody knows. */
#include "ua_rig.h"

#include <string.h>

#define REQUIRES "Contact: <sip:carol@10.0.0.9>\r\nRequire: resource-priority\r\n"

static const ss_slice understands[] = { SS_LIT_INIT("resource-priority") };
static const ss_ua_profile with_priorities = { .options = understands, .option_count = 1 };

static ua_rig *start_knowing(void)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &with_priorities;
    return rig;
}

static const ss_msg *first_refusal(ua_rig *rig, const char *name)
{
    ua_run(rig, rig->now + SS_MS(100));
    return ua_sent_msg(rig, BOB, name, 0);
}

TEST(rfc4412_4_3_who_does_not_know_the_extension_answers_420_to_who_requires_it)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "p", REQUIRES "Resource-Priority: ets.0\r\n"));
    const ss_msg *refusal = first_refusal(rig, "420 INVITE");
    CHECK_SLICE(ss_msg_value(refusal, SS_HDR_UNSUPPORTED, 0), "resource-priority");
}

static ss_status invited_with(ua_rig *rig, const char *line)
{
    char lines[256] = "Contact: <sip:carol@10.0.0.9>\r\n";
    strcat(lines, line);
    return ua_carol_invites(rig, BOB, "p", lines);
}

TEST(rfc4412_4_6_2_without_require_a_call_comes_whatever_its_priority_says)
{
    static const char *const lines[] = { "Resource-Priority: foo.1\r\n",
                                         "Resource-Priority: ets.9\r\n",
                                         "Resource-Priority: ets.0, foo.1\r\n" };
    for (unsigned i = 0; i < SS_COUNT(lines); i++) {
        for (unsigned knows = 0; knows < 2; knows++) {
            ua_rig *rig = knows != 0 ? start_knowing() : ua_start();
            CHECK_OK(invited_with(rig, lines[i]));
            CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
        }
    }
}

TEST(rfc4412_4_6_2_who_requires_it_and_says_nothing_that_is_known_gets_417)
{
    static const struct {
        const char *lines;
        bool is_known;
    } rows[] = {
        { "Resource-Priority: foo.1\r\n", false },
        { "Resource-Priority: ets.5, dsn.fast\r\n", false },
        { "Resource-Priority: foo.1, wps.4\r\n", true }, /* one is enough */
        { "Resource-Priority: foo.1\r\nResource-Priority: DSN.Flash\r\n", true },
        { "Resource-Priority: drsn.flash-override-override\r\n", true },
        { "Resource-Priority: dsn.flash-override-override\r\n", false },
        { "Resource-Priority: q735.0\r\n", true },
        { "", true },
    };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        char lines[256] = REQUIRES;
        ua_rig *rig = start_knowing();
        strcat(lines, rows[i].lines);
        CHECK_OK(ua_carol_invites(rig, BOB, "p", lines));
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), rows[i].is_known ? 1 : 0);
        if (!rows[i].is_known) {
            const ss_msg *refusal = first_refusal(rig, "417 INVITE");
            const ss_slice all = ss_msg_value(refusal, SS_HDR_ACCEPT_RESOURCE_PRIORITY, 0);
            CHECK(ss_slice_starts(all, SS_LIT("dsn.routine, dsn.priority, dsn.immediate, ")));
            CHECK(ss_slice_eq(ss_slice_cut(all, all.len - 12, all.len), SS_LIT("wps.1, wps.0")) ||
                  all.len < 12);
        }
    }
}

TEST(rfc4412_4_4_options_says_the_extension_and_every_value)
{
    static const char options[] = "OPTIONS sip:bob@10.0.0.2:5060 SIP/2.0\r\n"
                                  "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKo\r\n"
                                  "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
                                  "To: <sip:bob@example.com>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n"
                                  "Content-Length: 0\r\n\r\n";
    for (unsigned knows = 0; knows < 2; knows++) {
        ua_rig *rig = knows != 0 ? start_knowing() : ua_start();
        CHECK_OK(ua_inject_text(rig, BOB, options));
        const ss_msg *ok = ua_sent_msg(rig, BOB, "200 OPTIONS", 0);
        CHECK_EQ(ss_msg_count(ok, SS_HDR_ACCEPT_RESOURCE_PRIORITY), knows);
        CHECK_EQ(ss_msg_lists_token(ok, SS_HDR_SUPPORTED, SS_LIT("resource-priority")), knows != 0);
    }
}

/* Every method that may have the field is refused alike, and an ACK by nothing. */
TEST(rfc4412_4_2_other_requests_than_invite_are_judged_the_same)
{
    ua_rig *rig = start_knowing();
    CHECK_OK(
        ua_inject_text(rig, BOB,
                       "MESSAGE sip:bob@10.0.0.2:5060 SIP/2.0\r\n"
                       "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKm\r\n"
                       "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
                       "To: <sip:bob@example.com>\r\nCall-ID: m\r\nCSeq: 1 MESSAGE\r\n" REQUIRES
                       "Resource-Priority: foo.1\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 2\r\n\r\nhi"));
    CHECK_EQ(ua_sent_count(rig, BOB, "417 MESSAGE"), 1);
}

TEST(rfc4412_4_7_1_a_user_agent_can_mark_its_requests_with_several_values)
{
    static const ss_extra_header marks[] = {
        { SS_LIT_INIT("Resource-Priority"), SS_LIT_INIT("dsn.flash, wps.3"),
          SS_METHOD_BIT(INVITE) | SS_METHOD_BIT(ACK) | SS_METHOD_BIT(BYE) }
    };
    static const ss_ua_profile profile = { .extra_headers = marks, .extra_header_count = 1 };
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &profile;
    ua_set_up(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run(rig, rig->now + SS_MS(100));
    static const char *const names[] = { "INVITE", "ACK", "BYE" };
    for (unsigned i = 0; i < SS_COUNT(names); i++) {
        CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, names[i], 0), SS_HDR_RESOURCE_PRIORITY, 0),
                    "dsn.flash, wps.3");
    }
}
