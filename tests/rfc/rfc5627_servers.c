/* RFC 5627 5 and 6 at a registrar and the proxy of its domain: what a GRUU looks like, how long it is one, and where it leads. */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

#define DESK   "+sip.instance=\"<urn:uuid:d>\""
#define MOBILE "+sip.instance=\"<urn:uuid:m>\""

/* The GRUUs that a 2xx told. */
typedef struct told {
    char public[160], temporary[160];
} told;

/* A REGISTER of Bob's with these header lines. */
static px_sent *enrols(proxy_rig *rig, const char *call_id, unsigned cseq, const char *lines,
                       const char *start_line)
{
    px_send(rig, BOB,
            px_printf(rig,
                      "REGISTER sip:example.com SIP/2.0\n"
                      "Via: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bK%s%u\n"
                      "Max-Forwards: 70\nFrom: <sip:bob@example.com>;tag=b\n"
                      "To: <sip:bob@example.com>\nCall-ID: %s\n"
                      "CSeq: %u REGISTER\n%sContent-Length: 0\n\n",
                      call_id, cseq, call_id, cseq, lines));
    return px_expect(rig, BOB, start_line);
}

/* The quoted value of a parameter of the Contact with this URI; empty: there is none. */
static void read_param(proxy_rig *rig, const px_sent *ok, const char *uri, const char *name,
                       char out[160])
{
    char text[2048], key[32];
    const ss_slice line = px_field(rig, ok, SS_HDR_CONTACT, 0);
    CHECK(line.len < sizeof text);
    memcpy(text, line.at, line.len);
    text[line.len] = '\0';
    char *contact = strstr(text, uri);
    CHECK(contact != NULL);
    char *end = strstr(contact, ", <");
    if (end != NULL) {
        *end = '\0';
    }
    (void)snprintf(key, sizeof key, ";%s=\"", name);
    const char *value = strstr(contact, key);
    out[0] = '\0';
    if (value != NULL) {
        value += strlen(key);
        const size_t len = strcspn(value, "\"");
        CHECK(len < 160);
        memcpy(out, value, len);
        out[len] = '\0';
    }
}

static told gruus_of(proxy_rig *rig, const px_sent *ok, const char *uri)
{
    told t;
    read_param(rig, ok, uri, "pub-gruu", t.public);
    read_param(rig, ok, uri, "temp-gruu", t.temporary);
    return t;
}

static told enrol_phone(proxy_rig *rig, const char *host, const char *instance, const char *call_id,
                        unsigned cseq)
{
    char lines[256], uri[64];
    (void)snprintf(uri, sizeof uri, "sip:bob@%s", host);
    (void)snprintf(lines, sizeof lines, "Contact: <%s>;%s\nSupported: gruu\n", uri, instance);
    const px_sent *ok = enrols(rig, call_id, cseq, lines, "SIP/2.0 200 OK");
    return gruus_of(rig, ok, uri);
}

static told enrol_desk(proxy_rig *rig, unsigned cseq)
{
    return enrol_phone(rig, BOB, DESK, "d", cseq);
}

/* A MESSAGE of Alice's to a URI. */
static void writes_to(proxy_rig *rig, const char *uri, const char *branch, const char *lines)
{
    char start[600];
    (void)snprintf(start, sizeof start, "MESSAGE %s", uri);
    px_send(rig, ALICE, px_request(rig, start, branch, lines));
}

static void is_answered(proxy_rig *rig, const char *uri, const char *branch, const char *line)
{
    writes_to(rig, uri, branch, "");
    px_expect(rig, ALICE, line);
}

static void leads_to_bob(proxy_rig *rig, const char *uri, const char *branch)
{
    writes_to(rig, uri, branch, "");
    const px_sent *out = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, out, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
}

/* ---- 5.1, 5.2: REGISTER -------------------------------------------------------------------------------------- */

TEST(rfc5627_5_2_who_supports_it_is_told_a_public_and_a_temporary_gruu)
{
    proxy_rig *rig = px_start();
    const px_sent *ok = enrols(
        rig, "d", 1, "Contact: <sip:bob@" BOB ">;" DESK "\nSupported: gruu\n", "SIP/2.0 200 OK");
    const told t = gruus_of(rig, ok, "sip:bob@" BOB);
    CHECK(strncmp(t.public, "sip:bob@example.com;gr=urn:uuid:d~", 34) == 0);
    CHECK(strncmp(t.temporary, "sip:tgruu.", 10) == 0);
    CHECK(strstr(t.temporary, "@example.com;gr") != NULL);
    CHECK(strstr(t.temporary, "bob") == NULL);
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_REQUIRE), 0);
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_SUPPORTED), 0);
    px_stop(rig);
}

TEST(rfc5627_5_1_without_an_instance_or_support_there_is_none)
{
    static const char *const lines[] = {
        "Contact: <sip:bob@" BOB ">;" DESK "\n",
        "Contact: <sip:bob@" BOB ">\nSupported: gruu\n",
        "Contact: <sip:bob@" BOB ">;+sip.instance=\"\"\nSupported: gruu\n",
        "Contact: <sip:bob@" BOB ">;+sip.instance\nSupported: gruu\n",
    };
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(lines); i++) {
        const px_sent *ok = enrols(rig, "d", 1 + i, lines[i], "SIP/2.0 200 OK");
        const told t = gruus_of(rig, ok, "sip:bob@" BOB);
        CHECK_EQ(strlen(t.public) + strlen(t.temporary), 0);
    }
    px_stop(rig);
}

TEST(rfc5627_5_1_require_is_understood)
{
    proxy_rig *rig = px_start();
    const px_sent *ok =
        enrols(rig, "d", 1, "Contact: <sip:bob@" BOB ">;" DESK "\nSupported: gruu\nRequire: gruu\n",
               "SIP/2.0 200 OK");
    CHECK(gruus_of(rig, ok, "sip:bob@" BOB).public[0] != '\0');
    px_stop(rig);
}

TEST(rfc5627_5_1_a_contact_that_is_the_aor_or_its_gruu_or_no_sip_uri_is_403)
{
    char lines[512];
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    const char *const uris[] = { "sip:bob@example.com", "sip:bob@EXAMPLE.com;x=1", t.public,
                                 t.temporary, "mailto:bob@example.com" };
    for (unsigned i = 0; i < SS_COUNT(uris); i++) {
        (void)snprintf(lines, sizeof lines, "Contact: <%s>;" DESK "\nSupported: gruu\n", uris[i]);
        enrols(rig, "d", 2 + i, lines, "SIP/2.0 403 Forbidden");
    }
    CHECK_EQ(rig->location.bindings, 1);
    /* without an instance, or to be removed, it is nothing to this section */
    enrols(rig, "d", 9, "Contact: <sip:bob@example.com>\n", "SIP/2.0 200 OK");
    enrols(rig, "d", 10, "Contact: <mailto:bob@example.com>;" DESK ";expires=0\n",
           "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc5627_5_1_the_gruu_of_another_user_may_be_bound)
{
    char lines[512];
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    (void)snprintf(lines, sizeof lines, "Contact: <%s>;" DESK "\nSupported: gruu\n", t.temporary);
    px_send(
        rig, CAROL,
        px_printf(rig,
                  "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP " CAROL
                  ":5060;branch=z9hG4bKc\nMax-Forwards: 70\nFrom: <sip:carol@example.com>;tag=c\n"
                  "To: <sip:carol@example.com>\nCall-ID: c\nCSeq: 1 REGISTER\n%s"
                  "Content-Length: 0\n\n",
                  lines));
    px_expect(rig, CAROL, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc5627_5_1_what_a_contact_suggests_is_ignored)
{
    proxy_rig *rig = px_start();
    const px_sent *ok =
        enrols(rig, "d", 1,
               "Contact: <sip:bob@" BOB ">;" DESK ";pub-gruu=\"sip:eve@example.com;gr=1\""
               ";temp-gruu=\"sip:e@example.com;gr\"\nSupported: gruu\n",
               "SIP/2.0 200 OK");
    const told t = gruus_of(rig, ok, "sip:bob@" BOB);
    CHECK(strncmp(t.public, "sip:bob@example.com;gr=", 23) == 0);
    CHECK(strncmp(t.temporary, "sip:tgruu.", 10) == 0);
    px_stop(rig);
}

TEST(rfc5627_5_1_each_2xx_tells_a_new_temporary_one_and_the_same_public_one)
{
    proxy_rig *rig = px_start();
    const told first = enrol_desk(rig, 1), second = enrol_desk(rig, 2);
    CHECK(strcmp(first.public, second.public) == 0);
    CHECK(strcmp(first.temporary, second.temporary) != 0);
    leads_to_bob(rig, first.temporary, "a1"); /* they accumulate: 3.2 */
    leads_to_bob(rig, second.temporary, "a2");
    leads_to_bob(rig, first.public, "a3");
    px_stop(rig);
}

/* Of the same instance and of different ones: no 16 digits of one token stand in another at the same place. */
TEST(rfc5627_5_1_temporary_ones_tell_nothing_of_whose_they_are)
{
    proxy_rig *rig = px_start();
    told all[4];
    for (unsigned i = 0; i < 2; i++) {
        all[i] = enrol_desk(rig, 1 + i);
        all[2 + i] = enrol_phone(rig, CAROL, MOBILE, "m", 1 + i);
    }
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < i; j++) {
            CHECK_EQ(strlen(all[i].temporary), strlen(all[j].temporary));
            for (size_t at = 10; at + 16 <= 90; at += 16) {
                CHECK(memcmp(all[i].temporary + at, all[j].temporary + at, 16) != 0);
            }
        }
    }
    px_stop(rig);
}

TEST(rfc5627_5_1_another_call_id_ends_the_temporary_ones_of_the_instance_alone)
{
    proxy_rig *rig = px_start();
    const told desk = enrol_desk(rig, 1);
    const told mobile = enrol_phone(rig, CAROL, MOBILE, "m", 1);
    const told again = enrol_phone(rig, BOB, DESK, "other", 1);
    is_answered(rig, desk.temporary, "a1", "SIP/2.0 404 Not Found");
    leads_to_bob(rig, again.temporary, "a2");
    leads_to_bob(rig, desk.public, "a3");
    writes_to(rig, mobile.temporary, "a4", "");
    px_expect(rig, CAROL, "MESSAGE sip:bob@10.0.0.4 SIP/2.0");
    px_stop(rig);
}

/* "and if the contact in the REGISTER request is registering a flow, reg-id": each flow has a Call-ID of its own. RFC5626:4.2.1 */
TEST(rfc5627_5_1_a_second_flow_with_its_own_call_id_ends_nothing)
{
    static const char *const lines[] = {
        "Contact: <sip:bob@" BOB ">;" DESK ";reg-id=1\nSupported: gruu, path, outbound\n"
        "Path: <sip:10.0.0.7;lr;ob>\n",
        "Contact: <sip:bob@" BOB ">;" DESK ";reg-id=2\nSupported: gruu, path, outbound\n"
        "Path: <sip:10.0.0.8;lr;ob>\n",
    };
    proxy_rig *rig = px_start();
    const told one = gruus_of(rig, enrols(rig, "f1", 1, lines[0], "SIP/2.0 200 OK"), BOB);
    enrols(rig, "f2", 1, lines[1], "SIP/2.0 200 OK");
    writes_to(rig, one.temporary, "a1", "");
    px_expect(rig, "10.0.0.8", "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_expect_nothing(rig); /* one flow at a time: RFC5626:7 */
    enrols(rig, "f3", 1, lines[1], "SIP/2.0 200 OK");
    is_answered(rig, one.temporary, "a2", "SIP/2.0 404 Not Found");
    px_stop(rig);
}

TEST(rfc5627_5_2_every_binding_is_told_with_its_own)
{
    proxy_rig *rig = px_start();
    const told desk = enrol_desk(rig, 1);
    const px_sent *ok =
        enrols(rig, "m", 1, "Contact: <sip:bob@" CAROL ">;" MOBILE "\nSupported: gruu\n",
               "SIP/2.0 200 OK");
    const told of_desk = gruus_of(rig, ok, "sip:bob@" BOB);
    const told of_mobile = gruus_of(rig, ok, "sip:bob@" CAROL);
    CHECK(strcmp(desk.public, of_desk.public) == 0);
    CHECK(strcmp(desk.public, of_mobile.public) != 0);
    leads_to_bob(rig, of_desk.temporary, "a1");
    px_stop(rig);
}

TEST(rfc5630_5_2_1_a_sips_contact_has_sips_gruus)
{
    proxy_rig *rig = px_new();
    rig->config.transports = 1u << SS_TRANSPORT_TLS;
    px_go(rig);
    px_send(rig, BOB,
            px_printf(rig, "REGISTER sips:example.com SIP/2.0\nVia: SIP/2.0/UDP " BOB
                           ":5060;branch=z9hG4bKs\nMax-Forwards: 70\n"
                           "From: <sips:bob@example.com>;tag=b\nTo: <sips:bob@example.com>\n"
                           "Call-ID: s\nCSeq: 1 REGISTER\nSupported: gruu\n"
                           "Contact: <sips:bob@" BOB ">;" DESK "\nContent-Length: 0\n\n"));
    const told t = gruus_of(rig, px_expect(rig, BOB, "SIP/2.0 200 OK"), "sips:bob@" BOB);
    CHECK(strncmp(t.public, "sips:bob@example.com;gr=", 24) == 0);
    CHECK(strncmp(t.temporary, "sips:tgruu.", 11) == 0);
    px_stop(rig);
}

/* ---- 5.3, RFC5627:5.4: how long --------------------------------------------------------------------------------------- */

TEST(rfc5627_5_3_with_the_last_contact_temporary_ones_are_404_and_the_public_one_is_480)
{
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    enrol_phone(rig, CAROL, MOBILE, "m", 1);
    enrols(rig, "d", 2, "Contact: <sip:bob@" BOB ">;" DESK ";expires=0\nSupported: gruu\n",
           "SIP/2.0 200 OK");
    is_answered(rig, t.temporary, "a1", "SIP/2.0 404 Not Found");
    is_answered(rig, t.public, "a2", "SIP/2.0 480 Temporarily Unavailable");
    const told again = enrol_desk(rig, 3); /* with the same Call-ID, too */
    CHECK(strcmp(again.public, t.public) == 0);
    is_answered(rig, t.temporary, "a3", "SIP/2.0 404 Not Found");
    leads_to_bob(rig, again.temporary, "a4");
    leads_to_bob(rig, t.public, "a5");
    px_stop(rig);
}

TEST(rfc5627_5_3_a_registration_that_lapses_ends_them_too)
{
    proxy_rig *rig = px_start();
    const px_sent *ok =
        enrols(rig, "d", 1, "Contact: <sip:bob@" BOB ">;" DESK ";expires=60\nSupported: gruu\n",
               "SIP/2.0 200 OK");
    const told t = gruus_of(rig, ok, BOB);
    px_run_to(rig, rig->now + SS_S(59));
    leads_to_bob(rig, t.temporary, "a1");
    px_run_to(rig, rig->now + SS_S(2));
    is_answered(rig, t.temporary, "a2", "SIP/2.0 404 Not Found");
    is_answered(rig, t.public, "a3", "SIP/2.0 480 Temporarily Unavailable");
    px_stop(rig);
}

TEST(rfc5627_5_1_the_star_removes_what_they_lead_to)
{
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    enrols(rig, "d", 2, "Contact: *\nExpires: 0\nSupported: gruu\n", "SIP/2.0 200 OK");
    CHECK_EQ(rig->location.bindings, 0);
    is_answered(rig, t.temporary, "a1", "SIP/2.0 404 Not Found");
    is_answered(rig, t.public, "a2", "SIP/2.0 480 Temporarily Unavailable");
    px_stop(rig);
}

/* ---- 6.1: where they lead ------------------------------------------------------------------------------------- */

TEST(rfc5627_6_1_a_gruu_leads_to_its_instance_and_the_aor_to_all)
{
    proxy_rig *rig = px_start();
    const told desk = enrol_desk(rig, 1);
    const told mobile = enrol_phone(rig, CAROL, MOBILE, "m", 1);
    const char *const uris[] = { desk.public, desk.temporary };
    for (unsigned i = 0; i < SS_COUNT(uris); i++) {
        leads_to_bob(rig, uris[i], i == 0 ? "a1" : "a2");
        px_expect_nothing(rig);
    }
    writes_to(rig, mobile.temporary, "a3", "");
    px_expect(rig, CAROL, "MESSAGE sip:bob@10.0.0.4 SIP/2.0"); /* and no gr in it */
    px_expect_nothing(rig);
    writes_to(rig, "sip:bob@example.com", "a4", "");
    CHECK_NOT_NULL(px_take(rig));
    CHECK_NOT_NULL(px_take(rig));
    px_expect_nothing(rig);
    px_stop(rig);
}

/* One that nobody was given: each letter of it counts, and that of another user does too. */
TEST(rfc5627_6_1_a_gr_that_is_no_gruu_of_the_domain_is_404)
{
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    char forged[8][192];
    unsigned count = 0;
    (void)snprintf(forged[count++], 192, "sip:bob@example.com;gr=urn:uuid:d");
    (void)snprintf(forged[count++], 192, "sip:bob@example.com;gr");
    (void)snprintf(forged[count++], 192, "sip:tgruu.1@example.com;gr");
    (void)snprintf(forged[count++], 192, "sip:alice%s", strchr(t.public, '@'));
    (void)snprintf(forged[count], 192, "%s", t.temporary);
    forged[count][12] = (char)(forged[count][12] == '0' ? '1' : '0');
    count++;
    (void)snprintf(forged[count], 192, "%s", t.temporary);
    forged[count][80] = (char)(forged[count][80] == '0' ? '1' : '0');
    count++;
    (void)snprintf(forged[count], 192, "%s", t.public);
    forged[count][strlen(t.public) - 1] ^= 1;
    count++;
    (void)snprintf(forged[count++], 192, "sip:%.30s@example.com;gr", t.temporary + 4);
    CHECK_EQ(count, 8);
    for (unsigned i = 0; i < count; i++) {
        char branch[8];
        (void)snprintf(branch, sizeof branch, "f%u", i);
        is_answered(rig, forged[i], branch, "SIP/2.0 404 Not Found");
    }
    px_stop(rig);
}

/* "The proxy MUST select the most recently refreshed contact", whatever its q says. */
TEST(rfc5627_6_1_of_several_contacts_of_an_instance_the_last_is_tried_and_another_after_408_alone)
{
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    enrols(rig, "d", 2, "Contact: <sip:bob@" CAROL ">;q=0.1;" DESK "\nSupported: gruu\n",
           "SIP/2.0 200 OK");
    static const unsigned statuses[] = { 408, 430, 486, 404 };
    for (unsigned i = 0; i < SS_COUNT(statuses); i++) {
        char branch[8];
        (void)snprintf(branch, sizeof branch, "a%u", i);
        writes_to(rig, t.public, branch, "");
        const px_sent *out = px_expect(rig, CAROL, "MESSAGE sip:bob@10.0.0.4 SIP/2.0");
        px_expect_nothing(rig);
        px_send(rig, CAROL, px_reply(rig, out, statuses[i], ""));
        if (i < 2) {
            out = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
            px_send(rig, BOB, px_reply(rig, out, 200, ""));
            px_expect(rig, ALICE, "SIP/2.0 200 OK");
        } else {
            CHECK_EQ(px_take(rig)->to.ip[3], 2); /* to Alice */
        }
        px_expect_nothing(rig);
    }
    px_stop(rig);
}

/* "for both out-of-dialog requests targeted to the GRUU, and mid-dialog requests": an ACK has no transaction here. */
TEST(rfc5627_6_1_an_ack_to_a_gruu_reaches_the_instance)
{
    char start[256];
    proxy_rig *rig = px_start();
    const told desk = enrol_desk(rig, 1);
    enrol_phone(rig, CAROL, MOBILE, "m", 1);
    const char *const uris[] = { desk.public, desk.temporary, "sip:bob@example.com;gr=1~1" };
    for (unsigned i = 0; i < SS_COUNT(uris); i++) {
        (void)snprintf(start, sizeof start, "ACK %s", uris[i]);
        px_send(rig, ALICE, px_request(rig, start, i == 0 ? "a1" : i == 1 ? "a2" : "a3", ""));
        if (i < 2) {
            px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
        }
        px_expect_nothing(rig);
    }
    px_stop(rig);
}

/* RFC3261:16.11 */
TEST(rfc5627_6_1_a_stateless_proxy_does_the_same)
{
    proxy_rig *rig = px_new();
    rig->config.mode = SS_PROXY_STATELESS;
    px_go(rig);
    const told desk = enrol_desk(rig, 1);
    enrol_phone(rig, CAROL, MOBILE, "m", 1);
    writes_to(rig, desk.temporary, "a1", "");
    px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_expect_nothing(rig);
    is_answered(rig, "sip:bob@example.com;gr=1~1", "a2", "SIP/2.0 404 Not Found");
    px_stop(rig);
}

/* "forwarding services … SHOULD NOT be provided": a 3xx of the instance is not followed, as it leads to others. */
TEST(rfc5627_6_1_a_proxy_that_recurses_does_not_for_a_gruu)
{
    proxy_rig *rig = px_new();
    rig->config.recurses = true;
    px_go(rig);
    px_bind(rig, "sip:carol@example.com", "sip:carol@" CAROL);
    const told t = enrol_desk(rig, 1);
    writes_to(rig, t.temporary, "a1", "");
    const px_sent *out = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, out, 302, "Contact: <sip:carol@example.com>\n"));
    px_expect(rig, ALICE, "SIP/2.0 302 Moved Temporarily");
    px_expect_nothing(rig);
    px_stop(rig);
}

#define BY_EDGE \
    "Contact: <sip:bob@192.0.2.3>;" DESK "\nSupported: gruu, path\nPath: <sip:10.0.0.7;lr>\n"

TEST(rfc5627_6_1_a_path_is_discarded_when_the_request_has_routes_beyond_the_proxy)
{
    proxy_rig *rig = px_start();
    const told t = gruus_of(rig, enrols(rig, "d", 1, BY_EDGE, "SIP/2.0 200 OK"), "192.0.2.3");
    writes_to(rig, t.temporary, "a1", "Route: <sip:10.0.0.1;lr>, <sip:10.0.0.8;lr>\n");
    const px_sent *out = px_expect(rig, "10.0.0.8", "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, out, SS_HDR_ROUTE), 1);
    CHECK_SLICE(px_field(rig, out, SS_HDR_ROUTE, 0), "<sip:10.0.0.8;lr>");
    writes_to(rig, t.temporary, "a2", "Route: <sip:10.0.0.1;lr>\n");
    out = px_expect(rig, "10.0.0.7", "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_ROUTE, 0), "<sip:10.0.0.7;lr>");
    px_stop(rig);
}

/* ---- 6.2: Record-Route ---------------------------------------------------------------------------------------- */

TEST(rfc5627_6_2_the_proxy_of_who_is_called_record_routes_before_a_path)
{
    static const char *const uris[] = { "INVITE sip:bob@example.com", NULL };
    char start[256];
    proxy_rig *rig = px_new();
    rig->config.record_route = false;
    px_go(rig);
    const told t = gruus_of(rig, enrols(rig, "d", 1, BY_EDGE, "SIP/2.0 200 OK"), "192.0.2.3");
    (void)snprintf(start, sizeof start, "INVITE %s", t.public);
    for (unsigned i = 0; i < SS_COUNT(uris); i++) {
        px_send(rig, ALICE,
                px_request(rig, uris[i] == NULL ? start : uris[i], i == 0 ? "a1" : "a2",
                           "Contact: <sip:alice@" ALICE ">\n"));
        px_expect(rig, ALICE, "SIP/2.0 100 Trying");
        const px_sent *out = px_expect(rig, "10.0.0.7", "INVITE sip:bob@192.0.2.3 SIP/2.0");
        CHECK_SLICE(px_field(rig, out, SS_HDR_RECORD_ROUTE, 0), "<sip:10.0.0.1:5060;lr>");
        px_send(rig, "10.0.0.7", px_reply(rig, out, 486, ""));
        px_expect(rig, "10.0.0.7", "ACK sip:bob@192.0.2.3 SIP/2.0");
        px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    }
    px_stop(rig);
}

/* Neither a path without GRUUs nor GRUUs without a path keep a proxy in the dialog that is set not to stay there. */
TEST(rfc5627_6_2_it_does_not_without_both)
{
    static const char *const lines[] = {
        "Contact: <sip:bob@" BOB ">;" DESK "\nSupported: gruu\n",
        "Contact: <sip:bob@" BOB ">\nSupported: path\nPath: <sip:10.0.0.3;lr>\n",
    };
    proxy_rig *rig = px_new();
    rig->config.record_route = false;
    px_go(rig);
    for (unsigned i = 0; i < SS_COUNT(lines); i++) {
        enrols(rig, "d", 1 + 2 * i, lines[i], "SIP/2.0 200 OK");
        writes_to(rig, "sip:bob@example.com", i == 0 ? "a1" : "a2", "");
        const px_sent *out = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
        CHECK_EQ(px_field_count(rig, out, SS_HDR_RECORD_ROUTE), 0);
        enrols(rig, "d", 2 + 2 * i, "Contact: *\nExpires: 0\n", "SIP/2.0 200 OK");
    }
    px_stop(rig);
}

/* A request of Alice's that begins a dialog: its Contact, and more lines. */
static void begins(proxy_rig *rig, const char *start, const char *branch, const char *contact,
                   const char *lines)
{
    const int method = (int)strcspn(start, " ");
    px_send(rig, ALICE,
            px_printf(rig,
                      "%s SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK%s\n"
                      "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=a\n"
                      "To: <sip:carol@example.com>\nCall-ID: %s\nCSeq: 1 %.*s\n"
                      "Contact: <%s>\n%sContent-Length: 0\n\n",
                      start, branch, branch, method, start, contact, lines));
}

#define RECORDED "Record-Route: <sip:10.0.0.8;lr>\n"

TEST(rfc5627_6_2_the_proxy_of_who_calls_record_routes_when_others_did_and_the_contact_is_a_gruu)
{
    proxy_rig *rig = px_new();
    rig->config.record_route = false;
    px_go(rig);
    const told t = enrol_desk(rig, 1);
    const struct {
        const char *contact, *lines, *wanted;
    } rows[] = {
        { t.public, RECORDED, "<sip:10.0.0.1:5060;lr>" },
        { t.temporary, RECORDED, "<sip:10.0.0.1:5060;lr>" },
        { t.temporary, "", "" },
        { "sip:alice@" ALICE, RECORDED, "<sip:10.0.0.8;lr>" },
        { "sip:bob@example.com;gr=1", RECORDED, "<sip:10.0.0.8;lr>" },
        { "sip:bob@example.net;gr=1", RECORDED, "<sip:10.0.0.8;lr>" },
    };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        char branch[8];
        (void)snprintf(branch, sizeof branch, "a%u", i);
        begins(rig, "SUBSCRIBE sip:carol@" CAROL, branch, rows[i].contact, rows[i].lines);
        const px_sent *out = px_expect(rig, CAROL, "SUBSCRIBE sip:carol@10.0.0.4 SIP/2.0");
        CHECK_SLICE_EQ(px_field(rig, out, SS_HDR_RECORD_ROUTE, 0), ss_slice_from(rows[i].wanted));
    }
    px_stop(rig);
}

/* "RECOMMENDED that the proxy reject the request with a 403": Alice is known by her credentials, and shows Bob's. */
TEST(rfc5627_6_2_a_known_user_with_the_gruu_of_another_is_403)
{
    char lines[2048];
    proxy_rig *rig = px_new();
    px_protect(rig);
    rig->protection.methods &= ~(uint32_t)SS_METHOD_BIT(REGISTER);
    px_go(rig);
    const told t = enrol_desk(rig, 1);
    const char *const contacts[] = { t.public, t.temporary, "sip:alice@" ALICE };
    for (unsigned i = 0; i < SS_COUNT(contacts); i++) {
        char branch[8];
        (void)snprintf(branch, sizeof branch, "a%u", i);
        begins(rig, "INVITE sip:carol@" CAROL, branch, contacts[i], RECORDED);
        const px_sent *challenge =
            px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
        const px_login login = { "alice", "secret", "INVITE sip:carol@" CAROL, SS_ALGORITHM_SHA_256,
                                 1 };
        (void)snprintf(lines, sizeof lines, RECORDED "%s", px_login_line(challenge, &login));
        (void)snprintf(branch, sizeof branch, "b%u", i);
        begins(rig, "INVITE sip:carol@" CAROL, branch, contacts[i], lines);
        if (i < 2) {
            px_expect(rig, ALICE, "SIP/2.0 403 Forbidden");
        } else {
            px_expect(rig, ALICE, "SIP/2.0 100 Trying");
            px_expect(rig, CAROL, "INVITE sip:carol@10.0.0.4 SIP/2.0");
        }
    }
    px_run_to(rig, rig->now + SS_S(300));
    px_free(rig);
}

/* 5.1: whatever an instance is made of, its GRUU leads to it and to nobody else. */
TEST(rfc5627_5_1_every_character_of_an_instance_comes_back)
{
    static const char *const instances[] = { "<urn:uuid:F81D4FAE-7dec-11d0-A765-00a0c91e6bf6>",
                                             "<urn:x:a_b.c~d/e=f+g*h!>", "<urn:x:{|}[`@^>",
                                             "<URN:DEV:MAC:0024befffe804ff1>",
                                             "urn:y:no-brackets" };
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(instances); i++) {
        char instance[100], branch[8];
        (void)snprintf(instance, sizeof instance, "+sip.instance=\"%s\"", instances[i]);
        const told t = enrol_phone(rig, BOB, instance, "d", 1 + 2 * i);
        (void)snprintf(branch, sizeof branch, "p%u", i);
        leads_to_bob(rig, t.public, branch);
        branch[0] = 't';
        leads_to_bob(rig, t.temporary, branch);
        enrols(rig, "d", 2 + 2 * i, "Contact: *\nExpires: 0\n", "SIP/2.0 200 OK");
        /* of a phone with no instance it is none */
        enrols(rig, "e", 1 + 2 * i, "Contact: <sip:bob@" CAROL ">\n", "SIP/2.0 200 OK");
        branch[0] = 'u';
        is_answered(rig, t.public, branch, "SIP/2.0 480 Temporarily Unavailable");
        enrols(rig, "e", 2 + 2 * i, "Contact: *\nExpires: 0\n", "SIP/2.0 200 OK");
    }
    px_stop(rig);
}

/* What looks like a temporary one, and is not: another word before its digits, too few or too many of them. */
TEST(rfc5627_5_4_what_is_nearly_a_temporary_gruu_is_none)
{
    proxy_rig *rig = px_start();
    const told t = enrol_desk(rig, 1);
    static const char *const formats[] = { "sip:xgruu.%s", "sip:tgruu.0%s", "sip:tgruu%s" };
    for (unsigned i = 0; i < SS_COUNT(formats); i++) {
        char uri[300], branch[8];
        (void)snprintf(uri, sizeof uri, formats[i], t.temporary + strlen("sip:tgruu."));
        (void)snprintf(branch, sizeof branch, "n%u", i);
        is_answered(rig, uri, branch, "SIP/2.0 404 Not Found");
    }
    leads_to_bob(rig, t.temporary, "last");
    px_stop(rig);
}

/* The GRUU is of the address-of-record as it was registered. */
TEST(rfc5627_5_2_an_address_of_record_with_a_port_or_without_a_user_has_gruus_too)
{
    static const struct {
        const char *to, *public;
    } rows[] = { { "sip:bob@example.com:5060", "sip:bob@example.com:5060;gr=urn:uuid:d~" },
                 { "sip:example.com", "sip:example.com;gr=urn:uuid:d~" } };
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        px_send(rig, BOB,
                px_printf(rig,
                          "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP " BOB
                          ":5060;branch=z9hG4bKq%u\nMax-Forwards: 70\n"
                          "From: <%s>;tag=b\nTo: <%s>\nCall-ID: q%u\nCSeq: 1 REGISTER\n"
                          "Contact: <sip:bob@" BOB ">;" DESK "\nSupported: gruu\n"
                          "Content-Length: 0\n\n",
                          i, rows[i].to, rows[i].to, i));
        const told t = gruus_of(rig, px_expect(rig, BOB, "SIP/2.0 200 OK"), "sip:bob@" BOB);
        CHECK(strncmp(t.public, rows[i].public, strlen(rows[i].public)) == 0);
        char branch[8];
        (void)snprintf(branch, sizeof branch, "r%u", i);
        leads_to_bob(rig, t.public, branch);
    }
    px_stop(rig);
}

/* ---- hostile ones ---------------------------------------------------------------------------------------------- */

TEST(rfc5627_7_no_instance_or_gr_breaks_a_line)
{
    static const char *const instances[] = {
        "\"<>\"", "\"<\"", "\"a b;c,d?e\"", "\"~\"", "\"<urn:x:%41%zz>\"", "urn:x", "\"\\\"q\\\"\""
    };
    static const char *const grs[] = { "~",
                                       "%",
                                       "~0000000000000000",
                                       "a~000000000000000g",
                                       "%41~0123456789abcdef",
                                       "%zz~0123456789abcdef" };
    char text[512];
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(instances); i++) {
        (void)snprintf(text, sizeof text,
                       "Contact: <sip:bob@" BOB ">;+sip.instance=%s\nSupported: gruu\n",
                       instances[i]);
        px_send(rig, BOB,
                px_printf(rig,
                          "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP " BOB
                          ":5060;branch=z9hG4bKi%u\nMax-Forwards: 70\n"
                          "From: <sip:bob@example.com>;tag=b\nTo: <sip:bob@example.com>\n"
                          "Call-ID: d\nCSeq: %u REGISTER\n%sContent-Length: 0\n\n",
                          i, i + 1, text));
        const px_sent *answer = px_take(rig);
        CHECK_NOT_NULL(answer);
        if (px_field_count(rig, answer, SS_HDR_CONTACT) == 0) {
            continue; /* 400 */
        }
        const told t = gruus_of(rig, answer, BOB);
        if (t.public[0] != '\0') {
            (void)snprintf(text, sizeof text, "g%u", i);
            leads_to_bob(rig, t.public, text);
        }
    }
    for (unsigned i = 0; i < SS_COUNT(grs); i++) {
        char branch[8];
        (void)snprintf(branch, sizeof branch, "h%u", i);
        (void)snprintf(text, sizeof text, "sip:bob@example.com;gr=%s", grs[i]);
        writes_to(rig, text, branch, "");
        const px_sent *out = px_take(rig);
        CHECK_NOT_NULL(out);
        CHECK_EQ(out->to.ip[3], 2); /* refused: nothing reaches Bob */
        px_expect_nothing(rig);
    }
    px_stop(rig);
}
