/* The next hop of a URI: RFC 3263 4.1 and 4.2 without DNS. */
#include "check.h"

#include "ss/transport.h"

static ss_hop hop_of(const char *uri)
{
    ss_hop hop;
    CHECK_OK(ss_transport_hop(ss_slice_from(uri), &hop));
    return hop;
}

TEST(a_numeric_sip_uri_is_udp_at_5060)
{
    const ss_hop hop = hop_of("sip:alice@10.0.0.1"); /* RFC3263:4.1 RFC3263:4.2 */
    const ss_address expected = ss_address_v4(0x0a000001, 5060);
    CHECK_EQ(hop.transport, SS_TRANSPORT_UDP);
    CHECK(hop.is_numeric);
    CHECK(ss_address_equal(&hop.address, &expected));
    CHECK_EQ(hop.port, 0);
}

TEST(a_numeric_sips_uri_is_tls_at_5061)
{
    const ss_hop hop = hop_of("sips:alice@[2001:db8::1]");
    CHECK_EQ(hop.transport, SS_TRANSPORT_TLS);
    CHECK_EQ(hop.address.family, 6);
    CHECK_EQ(hop.address.port, 5061);
}

TEST(a_name_is_left_to_the_resolver)
{
    const ss_hop hop = hop_of("sip:alice@example.com:5070;transport=tcp");
    CHECK_EQ(hop.transport, SS_TRANSPORT_TCP);
    CHECK(!hop.is_numeric);
    CHECK_SLICE(hop.host, "example.com");
    CHECK_EQ(hop.port, 5070);
}

TEST(maddr_goes_before_the_host)
{
    const ss_hop hop = hop_of("sip:example.com:5070;maddr=10.0.0.9;lr");
    const ss_address expected = ss_address_v4(0x0a000009, 5070);
    CHECK_SLICE(hop.host, "10.0.0.9");
    CHECK(ss_address_equal(&hop.address, &expected));
}

/* RFC3261:26.2.2 */
TEST(the_transport_parameter_decides_below_tls_for_sips)
{
    CHECK_EQ(hop_of("sip:10.0.0.1;transport=TLS").address.port, 5061);
    CHECK_EQ(hop_of("sip:10.0.0.1;transport=sctp").transport, SS_TRANSPORT_SCTP);
    CHECK_EQ(hop_of("sips:10.0.0.1;transport=tcp").transport, SS_TRANSPORT_TLS);
    CHECK_EQ(hop_of("sips:10.0.0.1;transport=ws").transport, SS_TRANSPORT_WSS);
    CHECK_EQ(hop_of("sip:10.0.0.1;transport=ws").address.port, 80);
}

TEST(what_cannot_be_reached_is_refused)
{
    ss_hop hop;
    CHECK_STATUS(ss_transport_hop(SS_LIT("tel:+1234"), &hop), SS_ERR_SEMANTIC);
    CHECK_STATUS(ss_transport_hop(SS_LIT("http://example.com"), &hop), SS_ERR_SEMANTIC);
    CHECK_STATUS(ss_transport_hop(SS_LIT("sip:10.0.0.1;transport=pigeon"), &hop), SS_ERR_SEMANTIC);
    CHECK_STATUS(ss_transport_hop(SS_LIT("sips:10.0.0.1;transport=udp"), &hop), SS_ERR_SEMANTIC);
    CHECK_STATUS(ss_transport_hop(SS_LIT("sip:"), &hop), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_transport_hop(SS_EMPTY, &hop), SS_ERR_SYNTAX);
}
