/* SIPS at user agents (RFC 5630 5.1), of a stack whose host may have no TLS: a sips URI is never reached another way, and what was
 * asked for by one is answered by one. The servers are in rfc5630.c. */
#include "ua_rig.h"

#include <string.h>

static bool has(const ua_message *m, const char *text)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i + length <= m->bytes.len; i++) {
        if (memcmp(m->bytes.at + i, text, length) == 0) {
            return true;
        }
    }
    return false;
}

TEST(rfc5630_5_1_1_a_sips_uri_is_called_by_tls_and_by_nothing_else)
{
    ua_rig *rig = ua_start();
    CHECK_EQ(ua_call(rig, ALICE, "sips:bob@10.0.0.9"), 1);
    ua_run_out(rig);
    CHECK(rig->message_count > 0);
    for (size_t i = 0; i < rig->message_count; i++) {
        CHECK(has(&rig->messages[i], "Via: SIP/2.0/TLS "));
    }
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REJECTED)->event.status, 408);
    CHECK(!has(&rig->messages[0], "transport=tls"));
}

/* RFC3261:18.1.1 falls back to UDP for what went by TCP for its size alone. */
TEST(rfc5630_5_1_1_where_tls_is_refused_the_call_has_failed_and_is_not_downgraded)
{
    ua_rig *rig = ua_start();
    CHECK_EQ(ua_call(rig, ALICE, "sips:bob@10.0.0.9"), 1);
    const ss_path path = { .transport = SS_TRANSPORT_TLS,
                           .connection = SS_CONNECTION_OURS,
                           .local = rig->identities[ALICE].local.local,
                           .remote = ss_address_v4(0x0a000009, 5061) };
    ss_turn turn = ss_turn_begin(rig->now, &rig->arena);
    CHECK_OK(ss_engine_path_refused(&rig->engines[ALICE], &turn, &path));
    unsigned rejected = 0;
    for (const ss_output *out; (out = ss_turn_take(&turn)) != NULL;) {
        CHECK(out->kind != SS_OUT_DATAGRAM && out->kind != SS_OUT_STREAM &&
              out->kind != SS_OUT_CONNECT);
        rejected += out->kind == SS_OUT_EVENT && out->event.kind == SS_EVENT_REJECTED &&
                            out->event.status == 503
                        ? 1
                        : 0;
    }
    CHECK_EQ(rejected, 1);
}

TEST(rfc5630_5_1_1_2_the_contact_is_sips_when_the_target_is_and_sip_when_nothing_is)
{
    ua_rig *rig = ua_start();
    (void)ua_call(rig, ALICE, "sips:bob@10.0.0.9");
    CHECK(has(ua_sent(rig, ALICE, "INVITE", 0), "\r\nContact: <sips:"));
    rig = ua_start();
    (void)ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    CHECK(has(ua_sent(rig, ALICE, "INVITE", 0), "\r\nContact: <sip:"));
    CHECK(!has(ua_sent(rig, ALICE, "INVITE", 0), "sips:"));
}

/* "If all the Contact header fields in a REGISTER request are SIPS, the UAC MUST use SIPS AORs in the From and To" */
TEST(rfc5630_5_1_1_1_a_register_is_sips_throughout_or_not_at_all)
{
    static const struct {
        const char *aor, *registrar, *scheme, *other;
    } rows[] = { { "sips:alice@example.com", "sips:10.0.0.9", "<sips:", "<sip:" },
                 { "sip:alice@example.com", "sip:10.0.0.9", "<sip:", "<sips:" } };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = ua_start();
        rig->identities[ALICE].aor = ss_slice_from(rows[i].aor);
        rig->identities[ALICE].registrar = ss_slice_from(rows[i].registrar);
        ss_command c = { .kind = SS_CMD_REGISTER, .expires_s = 3600 };
        CHECK_OK(ua_command(rig, ALICE, &c));
        const ua_message *m = ua_sent(rig, ALICE, "REGISTER", 0);
        CHECK(has(m, rows[i].scheme) && !has(m, rows[i].other));
    }
}

/* RFC5630:5.1.2 what is secured stays so */
TEST(rfc5630_5_1_2_who_was_asked_by_sips_answers_with_a_sips_contact)
{
    static const char *const schemes[] = { "sips", "sip" };
    for (unsigned i = 0; i < SS_COUNT(schemes); i++) {
        ua_rig *rig = ua_start();
        char text[1024];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        ss_put_text(&b, "INVITE ");
        ss_put_text(&b, schemes[i]);
        ss_put_text(&b, ":bob@10.0.0.2:5060 SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKs\r\nMax-Forwards: 70\r\n"
                        "From: <sip:carol@example.com>;tag=c\r\nTo: <sip:bob@example.com>\r\n"
                        "Call-ID: s\r\nCSeq: 1 INVITE\r\nContact: <");
        ss_put_text(&b, schemes[i]);
        ss_put_text(&b, ":carol@10.0.0.9>\r\nContent-Length: 0\r\n\r\n");
        CHECK_OK(ua_inject(rig, BOB, ss_buffer_slice(&b)));
        CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
        CHECK(has(ua_sent(rig, BOB, "200 INVITE", 0),
                  i == 0 ? "\r\nContact: <sips:" : "\r\nContact: <sip:"));
    }
}
