/* RFC 3261 16.4, 16.6 step 8: which Request-URI, Route and Via a proxy takes for its own. RFC3261:16.4 RFC3261:18.1.1 */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

static proxy_rig *px_with_bob(void)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

static void is_stripped(const char *uri, const char *host, const char *line)
{
    proxy_rig *rig = px_with_bob();
    char start[200];
    (void)snprintf(start, sizeof start, "MESSAGE %s", uri);
    px_send(rig, ALICE, px_request(rig, start, "a1", ""));
    px_sent *sent = px_expect(rig, host, line);
    px_send(rig, host, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_4_a_maddr_names_us_by_address_by_name_and_by_domain)
{
    static const char at_bob[] = "MESSAGE sip:bob@10.0.0.3 SIP/2.0";
    is_stripped("sip:bob@example.com;maddr=10.0.0.1", BOB, at_bob);
    is_stripped("sip:bob@example.com;maddr=P1.example.com", BOB, at_bob);
    is_stripped("sip:bob@example.com;maddr=EXAMPLE.com", BOB, at_bob);
    is_stripped("sip:bob@example.com:5060;maddr=10.0.0.1;transport=UDP", BOB, at_bob);
    is_stripped("sip:x@10.0.0.4;maddr=10.0.0.1;q=1", CAROL, "MESSAGE sip:x@10.0.0.4;q=1 SIP/2.0");
}

/* The bindings of Bob are not asked for: the URI is somebody else's. */
TEST(rfc3261_16_4_a_maddr_with_another_port_or_transport_is_not_ours)
{
    static const char *const others[] = {
        "MESSAGE sip:bob@example.com:5999;maddr=10.0.0.1",
        "MESSAGE sip:bob@example.com;maddr=10.0.0.1;transport=tcp",
        "MESSAGE sip:bob@example.com;maddr=10.0.0.1;transport=carrier-pigeon",
        "MESSAGE sips:bob@example.com;maddr=10.0.0.1",
        "MESSAGE sip:bob@example.com;maddr=10.0.0.9",
        "MESSAGE sip:bob@example.com;maddr=example.net",
    };
    for (size_t i = 0; i < SS_COUNT(others); i++) {
        proxy_rig *rig = px_with_bob();
        px_send(rig, ALICE, px_request(rig, others[i], "a1", ""));
        for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
            CHECK(!ss_slice_starts(s->bytes, SS_LIT("MESSAGE sip:bob@10.0.0.3 ")));
        }
        px_stop(rig);
    }
}

/* 8.1.2: a pre-loaded route names a proxy by the domain that it serves. */
TEST(rfc3261_16_4_a_route_of_a_domain_of_ours_is_ours_without_a_user_and_at_our_port)
{
    static const struct {
        const char *route;
        bool is_ours;
    } rows[] = { { "<sip:example.com;lr>", true },      { "<sip:example.com:5060;lr>", true },
                 { "<sip:p1.example.com;lr>", true },   { "<sip:example.com:5999;lr>", false },
                 { "<sip:bob@example.com;lr>", false }, { "<sip:p1.example.com:5999;lr>", false },
                 { "<sip:example.net;lr>", false } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = px_with_bob();
        rig->names[0] = ss_address_v4(0x0a000004, 5060); /* whoever else it is */
        rig->name_count = 1;
        char line[80];
        (void)snprintf(line, sizeof line, "Route: %s\n", rows[i].route);
        px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@10.0.0.3", "a1", line));
        px_sent *sent = px_take(rig);
        CHECK_NOT_NULL(sent);
        CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), rows[i].is_ours ? 0 : 1);
        CHECK_EQ(sent->to.ip[3], rows[i].is_ours ? 3 : 4);
        px_send(rig, rows[i].is_ours ? BOB : CAROL, px_reply(rig, sent, 200, ""));
        px_stop(rig);
    }
}

/* ---- a name in the Via: sent_by_host ------------------------------------------------------------------------- */

static px_sent *sends_by_name(proxy_rig **rig, ss_proxy_mode mode)
{
    *rig = px_new();
    (*rig)->config.sent_by_host = true;
    (*rig)->config.mode = mode;
    px_go(*rig);
    px_bind(*rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(*rig, ALICE, px_request(*rig, "MESSAGE sip:bob@example.com", "a1", ""));
    return px_expect(*rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
}

/* The response with another sent-by in the place of ours. */
static ss_slice as_from(proxy_rig *rig, const px_sent *sent, const char *sent_by)
{
    static const char name[] = "p1.example.com";
    static char text[4096];
    const ss_slice plain = px_reply(rig, sent, 200, "");
    size_t len = 0;
    for (size_t i = 0; i < plain.len; i++) { /* px_printf makes the line ends anew */
        CHECK(len + 1 < sizeof text);
        text[len] = plain.at[i];
        len += plain.at[i] != '\r';
    }
    text[len] = '\0';
    const char *at = strstr(text, name);
    CHECK_NOT_NULL(at);
    return px_printf(rig, "%.*s%s%s", (int)(at - text), text, sent_by, at + sizeof name - 1);
}

TEST(rfc3261_18_1_1_a_proxy_that_others_stand_in_for_says_its_name_without_a_port)
{
    proxy_rig *rig;
    px_sent *sent = sends_by_name(&rig, SS_PROXY_STATEFUL);
    CHECK(ss_slice_starts(px_field(rig, sent, SS_HDR_VIA, 0),
                          SS_LIT("SIP/2.0/UDP p1.example.com;branch=z9hG4bK")));
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_18_1_2_a_response_is_ours_by_that_name_at_our_port_or_none)
{
    static const struct {
        const char *sent_by;
        bool is_ours;
    } rows[] = { { "P1.EXAMPLE.com", true },
                 { "p1.example.com:5060", true },
                 { "p1.example.com:5999", false },
                 { "p2.example.com", false } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig;
        px_sent *sent = sends_by_name(&rig, SS_PROXY_STATELESS);
        px_send(rig, BOB, as_from(rig, sent, rows[i].sent_by));
        if (rows[i].is_ours) {
            px_expect(rig, ALICE, "SIP/2.0 200 OK");
        }
        px_expect_nothing(rig);
        px_stop(rig);
    }
}
