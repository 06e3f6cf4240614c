/* RFC 6878: the values of Priority are a registry, and it may grow: whoever reads a request takes any token for one. */
#include "ua_rig.h"

#include <stdio.h>

static const char *const values[] = { "non-urgent", "normal", "urgent", "emergency",
                                      "next-year's" };

/* RFC6878:2 RFC3261:20.26 */
TEST(rfc6878_2_a_call_comes_in_whatever_its_priority)
{
    for (size_t i = 0; i < SS_COUNT(values); i++) {
        char line[96];
        ua_rig *rig = ua_start();
        snprintf(line, sizeof line, "Contact: <sip:carol@10.0.0.9>\r\nPriority: %s\r\n", values[i]);
        CHECK_OK(ua_carol_invites(rig, BOB, "p", line));
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
    }
}

/* RFC6878:2 RFC3261:19.1.5 */
TEST(rfc6878_2_a_redirection_may_give_any_priority)
{
    for (size_t i = 0; i < SS_COUNT(values); i++) {
        char line[96];
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        snprintf(line, sizeof line, "Contact: <sip:other@10.0.0.9?Priority=%s>\r\n", values[i]);
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 302, "r", line));
        CHECK_SLICE_EQ(ss_msg_value(ua_sent_msg(rig, ALICE, "INVITE", 1), SS_HDR_PRIORITY, 0),
                       ss_slice_from(values[i]));
    }
}
