/* What of a URI stays when parts of it are taken away, and which URIs name this element. */
#include "stack/proxy/context.h"

#include "check.h"

static const ss_slice domains[] = { SS_LIT_INIT("example.com"), SS_LIT_INIT("example.org") };

static ss_proxy_config config(void)
{
    return (ss_proxy_config){ .local = { .transport = SS_TRANSPORT_UDP,
                                         .local = ss_address_v4(0x0a000001, 5070) },
                              .host = SS_LIT("p1.example.com"),
                              .domains = domains,
                              .domain_count = SS_COUNT(domains) };
}

static void check_without(const char *text, bool keep_headers, const char *expected)
{
    static const ss_slice drop[] = { SS_LIT_INIT("method"), SS_LIT_INIT("ttl") };
    char memory[128];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_uri uri;
    CHECK_OK(ss_uri_parse(ss_slice_from(text), &uri));
    ss_put_uri_without(&b, &uri, drop, SS_COUNT(drop), keep_headers);
    CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(expected));
}

TEST(preroute_takes_parameters_and_headers_out_of_a_uri)
{
    check_without("sip:a@h", false, "sip:a@h");
    check_without("sip:a@h;method=INVITE", false, "sip:a@h");
    check_without("sip:a@h:5;x;METHOD=INVITE;y=1;ttl=3", false, "sip:a@h:5;x;y=1");
    check_without("sip:a@h;x=1?Subject=s", false, "sip:a@h;x=1");
    check_without("sip:a@h;ttl=1?Subject=s", true, "sip:a@h?Subject=s");
    check_without("sip:a@h?Subject=s", false, "sip:a@h");
    check_without("sip:a?b;method=c@h?Subject=s", false, "sip:a?b;method=c@h");
    check_without("sip:[2001:db8::1]:5;ttl=1", false, "sip:[2001:db8::1]:5");
}

static bool is_us(const char *text)
{
    const ss_proxy_config c = config();
    const ss_proxy proxy = { .config = &c };
    ss_uri uri;
    CHECK_OK(ss_uri_parse(ss_slice_from(text), &uri));
    return ss_proxy_is_us(&proxy, &uri);
}

TEST(preroute_knows_its_own_address_and_name)
{
    CHECK(is_us("sip:10.0.0.1:5070"));
    CHECK(is_us("sip:x@10.0.0.1:5070;lr"));
    CHECK(!is_us("sip:10.0.0.1")); /* 5060 by default: another listener */
    CHECK(!is_us("sip:10.0.0.2:5070"));
    CHECK(is_us("sip:P1.Example.COM"));
    CHECK(is_us("sip:p1.example.com:5070"));
    CHECK(!is_us("sip:p1.example.com:5060"));
    CHECK(!is_us("sip:example.com"));
}

TEST(preroute_knows_its_domains_without_case)
{
    const ss_proxy_config c = config();
    const ss_proxy proxy = { .config = &c };
    CHECK(ss_proxy_is_our_domain(&proxy, SS_LIT("EXAMPLE.org")));
    CHECK(!ss_proxy_is_our_domain(&proxy, SS_LIT("example.net")));
    CHECK(!ss_proxy_is_our_domain(&proxy, SS_LIT("p1.example.com")));
}

static bool is_us_over(ss_transport transport, uint16_t port, const char *text)
{
    ss_proxy_config c = config();
    c.local.transport = transport;
    c.local.local.port = port;
    const ss_proxy proxy = { .config = &c };
    ss_uri uri;
    CHECK_OK(ss_uri_parse(ss_slice_from(text), &uri));
    return ss_proxy_is_us(&proxy, &uri);
}

TEST(preroute_knows_the_port_that_a_scheme_and_a_transport_have_by_default)
{
    CHECK(is_us_over(SS_TRANSPORT_UDP, 5060, "sip:10.0.0.1"));
    CHECK(!is_us_over(SS_TRANSPORT_UDP, 5060, "sips:10.0.0.1"));
    CHECK(is_us_over(SS_TRANSPORT_TCP, 5061, "sips:10.0.0.1"));
    CHECK(is_us_over(SS_TRANSPORT_TLS, 5061, "sip:10.0.0.1"));
    CHECK(!is_us_over(SS_TRANSPORT_TLS, 5060, "sip:10.0.0.1"));
    CHECK(is_us_over(SS_TRANSPORT_TLS, 5060, "sip:10.0.0.1:5060"));
}

/* Whether a REGISTER is served here is asked before anything is kept of it. */
TEST(preroute_knows_whom_it_registers)
{
    ss_proxy_config c = config();
    const ss_proxy proxy = { .config = &c };
    CHECK(!ss_proxy_registers(&proxy, SS_LIT("sip:example.com"))); /* no registrar */
    c.registrar = true;
    CHECK(ss_proxy_registers(&proxy, SS_LIT("sip:example.com")));
    CHECK(ss_proxy_registers(&proxy, SS_LIT("sips:EXAMPLE.org")));
    CHECK(ss_proxy_registers(&proxy, SS_LIT("sip:p1.example.com")));
    CHECK(ss_proxy_registers(&proxy, SS_LIT("sip:10.0.0.1:5070")));
    CHECK(!ss_proxy_registers(&proxy, SS_LIT("sip:example.net")));
    CHECK(!ss_proxy_registers(&proxy, SS_LIT("tel:+1-201-555-0123")));
    CHECK(!ss_proxy_registers(&proxy, SS_LIT("sip:")));
    c.mode = SS_PROXY_STATELESS;
    CHECK(!ss_proxy_registers(&proxy, SS_LIT("sip:example.com")));
    c.mode = SS_PROXY_STATEFUL;
    c.protection_count = 1; /* it asks for credentials first */
    CHECK(!ss_proxy_registers(&proxy, SS_LIT("sip:example.com")));
}
