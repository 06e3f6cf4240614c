/* RFC 5627 4 at the user agent: how it asks for GRUUs, what it learns, and where it uses them. Alice is the engine, Carol is her
 * registrar and her peer. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define PUBLIC    "sip:alice@10.0.0.9;gr=urn:uuid:1"
#define TEMPORARY "sip:tgruu.1@10.0.0.9;gr"
#define BOTH      ";pub-gruu=\"" PUBLIC "\";temp-gruu=\"" TEMPORARY "\""
#define ADDRESS   "<sip:alice@10.0.0.1:5060>"

static ss_ua_profile asking;

static ua_rig *start_with(ss_gruu_use use)
{
    static const ss_slice options[] = { SS_LIT_INIT("gruu") };
    ua_rig *rig = ua_start();
    asking = (ss_ua_profile){ .register_supported = SS_LIT("gruu"),
                              .contact_params = SS_LIT(";+sip.instance=\"<urn:uuid:1>\""),
                              .options = options,
                              .option_count = 1,
                              .gruu = (uint8_t)use };
    rig->identities[ALICE].profile = &asking;
    rig->identities[ALICE].registrar = SS_LIT("sip:10.0.0.9");
    return rig;
}

static ss_status registers(ua_rig *rig, uint32_t expires_s)
{
    return ua_command(rig, ALICE, &(ss_command){ .kind = SS_CMD_REGISTER, .expires_s = expires_s });
}

/* Carol answers the nth REGISTER with these parameters of the Contact. */
static void is_answered(ua_rig *rig, unsigned nth, unsigned status, const char *params)
{
    char line[1024];
    ua_run(rig, rig->now + SS_MS(10));
    const ua_message *request = ua_sent(rig, ALICE, "REGISTER", nth);
    CHECK_NOT_NULL(request);
    (void)snprintf(line, sizeof line, "Contact: " ADDRESS "%s\r\n", params);
    CHECK_OK(ua_carol_answers(rig, request, status, "r", line));
}

static ua_rig *registered(ss_gruu_use use, const char *params)
{
    ua_rig *rig = start_with(use);
    CHECK_OK(registers(rig, 3600));
    is_answered(rig, 0, 200, params);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 1);
    return rig;
}

/* The Contact of a new INVITE, which Carol refuses. */
static void next_contact_is(ua_rig *rig, const char *contact)
{
    char wanted[256];
    const unsigned nth = ua_sent_count(rig, ALICE, "INVITE");
    (void)ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", nth);
    CHECK_NOT_NULL(invite);
    (void)snprintf(wanted, sizeof wanted, "%s", contact);
    CHECK_SLICE_EQ(ss_msg_value(invite, SS_HDR_CONTACT, 0), ss_slice_from(wanted));
    ua_run(rig, rig->now + SS_MS(10));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", nth), 486, "c", ""));
}

/* ---- 4.1 ------------------------------------------------------------------------------------------------------ */

TEST(rfc5627_4_1_a_register_says_supported_and_the_instance_and_never_a_gruu)
{
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, BOTH ";expires=3600");
    CHECK_OK(registers(rig, 3600)); /* a refresh, with GRUUs at hand */
    for (unsigned i = 0; i < 2; i++) {
        const ss_msg *request = ua_sent_msg(rig, ALICE, "REGISTER", i);
        CHECK(ss_msg_lists_token(request, SS_HDR_SUPPORTED, SS_LIT("gruu")));
        CHECK_SLICE(ss_msg_value(request, SS_HDR_CONTACT, 0),
                    ADDRESS ";+sip.instance=\"<urn:uuid:1>\"");
    }
    CHECK_SLICE_EQ(ss_msg_call_id(ua_sent_msg(rig, ALICE, "REGISTER", 0)),
                   ss_msg_call_id(ua_sent_msg(rig, ALICE, "REGISTER", 1)));
}

/* ---- 4.2 ------------------------------------------------------------------------------------------------------ */

TEST(rfc5627_4_2_just_one_of_them_or_neither_is_enough)
{
    static const struct {
        ss_gruu_use use;
        const char *params, *contact;
    } rows[] = {
        { SS_GRUU_USE_PUBLIC, BOTH, "<" PUBLIC ">" },
        { SS_GRUU_USE_TEMPORARY, BOTH, "<" TEMPORARY ">" },
        { SS_GRUU_USE_PUBLIC, ";temp-gruu=\"" TEMPORARY "\"", "<" TEMPORARY ">" },
        { SS_GRUU_USE_TEMPORARY, ";pub-gruu=\"" PUBLIC "\"", "<" PUBLIC ">" },
        { SS_GRUU_USE_PUBLIC, "", ADDRESS },
        { SS_GRUU_USE_NONE, BOTH, ADDRESS },
    };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = registered(rows[i].use, rows[i].params);
        next_contact_is(rig, rows[i].contact);
    }
}

/* RFC5627:7 a quoted string that holds a SIP URI with `gr`; whatever else it says is nothing to use. */
TEST(rfc5627_7_what_is_no_gruu_is_not_learned)
{
    static const char *const params[] = {
        ";pub-gruu=\"\"",
        ";pub-gruu",
        ";pub-gruu=sip:alice",
        ";pub-gruu=\"sip:alice@10.0.0.9\"",
        ";pub-gruu=\"tel:+1;gr=1\"",
        ";pub-gruu=\"sip:alice@10.0.0.9;gr=1>,<sip:eve@10.0.0.8\"",
        ";pub-gruu=\"sip:alice@10.0.0.9;gr=1\\\\\"",
        ";pub-gruu=\"\\\\\"",
        ";pub-gruu=\"sip:a b@10.0.0.9;gr\"",
    };
    for (unsigned i = 0; i < SS_COUNT(params); i++) {
        ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, params[i]);
        next_contact_is(rig, ADDRESS);
    }
}

TEST(rfc5627_7_one_that_is_longer_than_anybody_needs_is_not_learned)
{
    char params[700] = ";pub-gruu=\"sip:";
    memset(params + strlen(params), 'a', 600);
    memcpy(params + 615, "@h;gr\"", 7);
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, params);
    next_contact_is(rig, ADDRESS);
}

TEST(rfc5627_7_quoted_pairs_are_read)
{
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, ";pub-gruu=\"sip:a\\lice@10.0.0.9;g\\r\"");
    next_contact_is(rig, "<sip:alice@10.0.0.9;gr>");
}

TEST(rfc5627_4_2_a_refresh_brings_new_ones_and_its_failure_changes_nothing)
{
    ua_rig *rig = registered(SS_GRUU_USE_TEMPORARY, BOTH ";expires=3600");
    CHECK_OK(registers(rig, 3600));
    is_answered(rig, 1, 200, ";temp-gruu=\"sip:tgruu.2@10.0.0.9;gr\"");
    next_contact_is(rig, "<sip:tgruu.2@10.0.0.9;gr>");
    CHECK_OK(registers(rig, 3600));
    rig->settings.register_base = SS_S(30);
    is_answered(rig, 2, 500, "");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
    next_contact_is(rig, "<sip:tgruu.2@10.0.0.9;gr>");
}

/* "at least 32 seconds prior to expiration … If the registration expiration is less than 64 seconds … halfway" */
TEST(rfc5627_4_2_the_refresh_is_early_enough_to_time_out_before_the_registration_does)
{
    static const struct {
        const char *params;
        ss_span after;
    } rows[] = {
        { BOTH ";expires=3600", SS_S(3240) }, /* nine tenths, as always */
        { BOTH ";expires=100", SS_S(68) },    { BOTH ";expires=65", SS_S(33) },
        { BOTH ";expires=64", SS_S(32) },     { BOTH ";expires=40", SS_S(20) },
    };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, rows[i].params);
        const ss_time since = rig->now;
        ua_run(rig, since + rows[i].after - SS_MS(1));
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 1);
        ua_run(rig, since + rows[i].after);
        CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
    }
}

/* ---- 4.4 ------------------------------------------------------------------------------------------------------ */

TEST(rfc5627_4_4_requests_and_responses_of_dialogs_have_it_as_contact)
{
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, BOTH ";expires=3600");
    CHECK_OK(ua_carol_invites(rig, ALICE, "i1", "Contact: <sip:carol@10.0.0.9>\r\n"));
    const uint32_t call = ua_last_event(rig, ALICE, SS_EVENT_INCOMING)->event.call;
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, call, 180));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_ANSWER, call));
    static const char *const names[] = { "180 INVITE", "200 INVITE" };
    for (unsigned i = 0; i < SS_COUNT(names); i++) {
        const ss_msg *msg = ua_sent_msg(rig, ALICE, names[i], 0);
        CHECK_SLICE(ss_msg_value(msg, SS_HDR_CONTACT, 0), "<" PUBLIC ">");
        CHECK(i == 0 || ss_msg_lists_token(msg, SS_HDR_SUPPORTED, SS_LIT("gruu")));
    }
    ss_command subscribe = { .kind = SS_CMD_SUBSCRIBE,
                             .target = SS_LIT("sip:carol@10.0.0.9"),
                             .event = SS_LIT("presence"),
                             .expires_s = 600 };
    ss_command refer = { .kind = SS_CMD_REFER,
                         .target = SS_LIT("sip:carol@10.0.0.9"),
                         .refer_to = SS_LIT("sip:dave@10.0.0.8") };
    CHECK_OK(ua_command(rig, ALICE, &subscribe));
    CHECK_OK(ua_command(rig, ALICE, &refer));
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "SUBSCRIBE", 0), SS_HDR_CONTACT, 0),
                "<" PUBLIC ">");
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "REFER", 0), SS_HDR_CONTACT, 0),
                "<" PUBLIC ">");
}

TEST(rfc5627_4_4_target_refreshes_have_it_too)
{
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, BOTH ";expires=3600");
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    ua_run(rig, rig->now + SS_MS(10));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                              "Contact: <sip:carol@10.0.0.9>\r\nAllow: UPDATE\r\n"
                              "Content-Type: application/sdp\r\n"));
    ss_command again = { .kind = SS_CMD_REINVITE, .call = call };
    const ss_status status = ua_command(rig, ALICE, &again);
    if (status == SS_OK) {
        CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "INVITE", 1), SS_HDR_CONTACT, 0),
                    "<" PUBLIC ">");
    }
    CHECK_OK(status);
}

/* "MUST have an active registration prior to using a GRUU … MUST NOT reuse a GRUU learned through a previous registration that has
 * lapsed" */
TEST(rfc5627_4_4_none_is_used_before_or_after_the_registration)
{
    ua_rig *rig = start_with(SS_GRUU_USE_PUBLIC);
    next_contact_is(rig, ADDRESS);
    CHECK_OK(registers(rig, 60));
    is_answered(rig, 0, 200, BOTH ";expires=60");
    next_contact_is(rig, "<" PUBLIC ">");
    ua_drop_all(rig, CAROL, "200 REGISTER");
    ua_run(rig, rig->now + SS_S(61)); /* the refreshes came to nothing, and it lapsed */
    next_contact_is(rig, ADDRESS);
}

TEST(rfc5627_4_4_none_is_used_once_the_binding_is_removed)
{
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, BOTH ";expires=3600");
    CHECK_OK(registers(rig, 0));
    is_answered(rig, 1, 200, ";expires=0");
    next_contact_is(rig, ADDRESS);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC5630:5.1.1.4 it has none of the other scheme, and is bound by no contact of it. */
TEST(rfc5630_5_1_1_4_a_sips_request_has_no_sip_gruu)
{
    ua_rig *rig = registered(SS_GRUU_USE_PUBLIC, BOTH ";expires=3600");
    ss_command call = { .kind = SS_CMD_CALL, .target = SS_LIT("sips:carol@10.0.0.9") };
    if (ua_command(rig, ALICE, &call) == SS_OK && ua_sent_count(rig, ALICE, "INVITE") == 1) {
        const ss_slice contact =
            ss_msg_value(ua_sent_msg(rig, ALICE, "INVITE", 0), SS_HDR_CONTACT, 0);
        CHECK(ss_slice_starts(contact, SS_LIT("<sips:alice@10.0.0.1")));
    }
}

/* The quota leaves no room for them: the address does. */
TEST(rfc5627_4_2_without_room_they_are_not_learned)
{
    for (uint32_t bytes = 0; bytes < 512; bytes += 16) {
        ua_rig *rig = start_with(SS_GRUU_USE_PUBLIC);
        rig->squeeze = (ua_squeeze){ 1, bytes, UINT32_MAX, UINT32_MAX, SIZE_MAX };
        CHECK_OK(registers(rig, 3600));
        is_answered(rig, 0, 200, BOTH ";expires=3600");
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 1);
        CHECK_OK(registers(rig, 0));
        is_answered(rig, 1, 200, "");
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, ALICE));
    }
}
