/* Numeric hosts, read and printed. */
#include "check.h"

#include "ss/transport.h"

static ss_status read(const char *text, ss_address *a)
{
    return ss_address_from(ss_slice_from(text), 5060, a);
}

TEST(an_ipv4_literal_is_read_and_printed)
{
    char text[64];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_address a;
    CHECK_OK(read("192.0.2.255", &a));
    const ss_address expected = ss_address_v4(0xc00002ff, 5060);
    CHECK(ss_address_equal(&a, &expected));
    ss_put_host_port(&b, &a);
    CHECK_SLICE(ss_buffer_slice(&b), "192.0.2.255:5060");
}

/* RFC5952:4.2 */
TEST(ipv6_literals_are_printed_as_rfc_5952_says)
{
    static const char *const pairs[][2] = {
        { "2001:db8::1", "[2001:db8::1]" },
        { "[2001:DB8:0:0:0:0:0:1]", "[2001:db8::1]" },
        { "::", "[::]" },
        { "::1", "[::1]" },
        { "1::", "[1::]" },
        { "2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]" },
        { "2001:0:0:1:0:0:0:1", "[2001:0:0:1::1]" },
        { "2001:db8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]" },
        { "::ffff:192.0.2.1", "[::ffff:c000:201]" },
        { "1:2:3:4:5:6:7::", "[1:2:3:4:5:6:7:0]" },
        { "0:0:3:4:5:6:0:0", "[::3:4:5:6:0:0]" },
        { "2001:db8:::192.0.2.1", "[2001:db8::c000:201]" }, /* RFC5118:4.10 */
        { ":::192.0.2.1", "[::c000:201]" },
    };
    for (size_t i = 0; i < SS_COUNT(pairs); i++) {
        char text[64];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        ss_address a;
        CHECK_OK(read(pairs[i][0], &a));
        CHECK_EQ(a.family, 6);
        ss_put_host(&b, &a);
        CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(pairs[i][1]));
    }
}

TEST(a_name_or_a_broken_literal_is_no_address)
{
    static const char *const texts[] = { "",
                                         "example.com",
                                         "1.2.3",
                                         "1.2.3.4.5",
                                         "256.1.1.1",
                                         "1.2.3.",
                                         "1..2.3",
                                         "0001.2.3.4",
                                         "1.2.3.4:5060",
                                         "[::1",
                                         "::1]",
                                         "[]",
                                         ":::",
                                         "1::2::3",
                                         "12345::",
                                         "g::",
                                         "1:2:3:4:5:6:7",
                                         "1:2:3:4:5:6:7:8:9",
                                         "1:2:3:4:5:6:7:8::",
                                         "1:",
                                         ":1",
                                         "::1.2.3",
                                         "1.2.3.4::",
                                         "1:2:3:4:5:6:7:1.2.3.4",
                                         "[1.2.3.4]",
                                         "1:::2",
                                         "1::::1.2.3.4",
                                         "1:::2:1.2.3.4" };
    for (size_t i = 0; i < SS_COUNT(texts); i++) {
        ss_address a;
        CHECK_STATUS(read(texts[i], &a), SS_NONE);
        CHECK_EQ(a.family, 0);
    }
}

TEST(addresses_compare_by_family_host_and_port)
{
    ss_address v4, v6, other;
    CHECK_OK(read("10.0.0.1", &v4));
    CHECK_OK(read("::a00:1", &v6));
    other = v4;
    other.ip[15] = 1; /* not part of an IPv4 address */
    CHECK(ss_address_equal(&v4, &other));
    other.port = 1;
    CHECK(ss_address_same_host(&v4, &other));
    CHECK(!ss_address_equal(&v4, &other));
    CHECK(!ss_address_same_host(&v4, &v6));
    const ss_address none = { .family = 0 };
    CHECK(!ss_address_equal(&none, &none));
}
