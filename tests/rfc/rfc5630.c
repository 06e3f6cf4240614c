/* RFC 5630: sips at proxies and registrars: nothing that was asked for securely goes on otherwise, nor the other way round. */
#include "proxy_rig.h"

static proxy_rig *with_tls(void)
{
    proxy_rig *rig = px_new();
    rig->config.transports = 1u << SS_TRANSPORT_TLS;
    px_go(rig);
    return rig;
}

static void expect_warning(proxy_rig *rig, ss_slice request, const char *warning)
{
    px_send(rig, ALICE, request);
    px_sent *refusal = px_expect(rig, ALICE, "SIP/2.0 480 Temporarily Unavailable");
    CHECK(ss_slice_eq(px_field(rig, refusal, SS_HDR_WARNING, 0), ss_slice_from(warning)));
    px_expect_nothing(rig);
    CHECK_EQ(rig->connect_count, 0);
}

TEST(rfc5630_5_3_what_was_asked_for_by_sips_goes_to_no_sip_contact)
{
    proxy_rig *rig = with_tls();
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    expect_warning(rig, px_request(rig, "MESSAGE sips:bob@example.com", "a1", ""),
                   "380 10.0.0.1:5060 \"SIPS Not Allowed\"");
    px_stop(rig);
}

TEST(rfc5630_5_3_who_registered_by_sips_is_not_asked_by_sip)
{
    proxy_rig *rig = with_tls();
    px_bind(rig, "sip:bob@example.com", "sips:bob@10.0.0.3");
    expect_warning(rig, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""),
                   "381 10.0.0.1:5060 \"SIPS Required\"");
    px_stop(rig);
}

/* RFC5630:5.2 one address of record by two names. */
TEST(rfc5630_5_3_of_contacts_of_both_schemes_each_request_goes_to_its_own)
{
    proxy_rig *rig = with_tls();
    px_bind(rig, "sip:bob@example.com", "sips:bob@10.0.0.3");
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.4");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *plain = px_expect(rig, CAROL, "MESSAGE sip:bob@10.0.0.4 SIP/2.0");
    px_expect_nothing(rig);
    px_send(rig, CAROL, px_reply(rig, plain, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sips:bob@example.com", "a2", ""));
    px_expect(rig, BOB, "MESSAGE sips:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(rig->connect.transport, SS_TRANSPORT_TLS);
    px_expect_nothing(rig);
    px_free(rig);
}

/* RFC5630:5.3 the caller is to choose. */
TEST(rfc5630_5_3_a_redirection_to_the_other_scheme_is_not_followed)
{
    proxy_rig *rig = px_new();
    rig->config.transports = 1u << SS_TRANSPORT_TLS;
    rig->config.recurses = true;
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *message = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, message, 302, "Contact: <sips:bob@10.0.0.4>\n"));
    px_sent *response = px_expect(rig, ALICE, "SIP/2.0 302 Moved Temporarily");
    CHECK_SLICE(px_field(rig, response, SS_HDR_CONTACT, 0), "<sips:bob@10.0.0.4>");
    px_expect_nothing(rig);
    CHECK_EQ(rig->connect_count, 0);
    px_stop(rig);
}

static ss_slice registration(proxy_rig *rig, const char *scheme, const char *more, unsigned nth)
{
    return px_printf(rig,
                     "REGISTER %s:example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                     ";branch=z9hG4bKr%u\nMax-Forwards: 70\nFrom: <sip:bob@example.com>;tag=r\n"
                     "To: <sip:bob@example.com>\nCall-ID: r%u\nCSeq: %u REGISTER\n"
                     "Supported: path\n%sContent-Length: 0\n\n",
                     scheme, nth, nth, nth, more);
}

TEST(rfc5630_5_2_a_sips_contact_is_bound_by_a_register_that_is_secure_throughout)
{
    static const struct {
        const char *scheme, *more, *answer;
    } rows[] = {
        { "sip", "Contact: <sips:bob@10.0.0.3>\n", "SIP/2.0 400 Bad Request" },
        { "sip", "Contact: <sip:bob@10.0.0.3>, <sips:bob@10.0.0.4>\n", "SIP/2.0 400 Bad Request" },
        { "sips", "Contact: <sips:bob@10.0.0.3>\nPath: <sips:p;lr>, <sip:q;lr>\n",
          "SIP/2.0 400 Bad Request" },
        { "sips", "Contact: <sips:bob@10.0.0.3>\nPath: <sips:p;lr>\n", "SIP/2.0 200 OK" },
        { "sips", "Contact: <sips:bob@10.0.0.3>\n", "SIP/2.0 200 OK" },
        { "sips", "Contact: <sip:bob@10.0.0.4>\nPath: <sip:q;lr>\n", "SIP/2.0 200 OK" },
        { "sip", "Contact: <sip:bob@10.0.0.4>\n", "SIP/2.0 200 OK" },
    };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = with_tls();
        px_send(rig, ALICE, registration(rig, rows[i].scheme, rows[i].more, i + 1));
        px_expect(rig, ALICE, rows[i].answer);
        px_expect_nothing(rig);
        px_stop(rig);
    }
}

TEST(rfc5630_5_4_a_redirect_server_names_contacts_of_both_schemes)
{
    proxy_rig *rig = px_new();
    rig->config.mode = SS_PROXY_REDIRECTS;
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sips:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *response = px_expect(rig, ALICE, "SIP/2.0 302 Moved Temporarily");
    CHECK(ss_slice_starts(px_field(rig, response, SS_HDR_CONTACT, 0),
                          SS_LIT("<sips:bob@10.0.0.3>")));
    px_expect_nothing(rig);
    px_stop(rig);
}
