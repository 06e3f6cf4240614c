/* RFC 3263, locating SIP servers: which questions are asked, and what the answers mean; with the order of RFC 2782 and the NAPTR
 * rules of RFC 3403. What becomes of a request whose server failed is in rfc3263_4_3_failover.c. */
#include "locate_rig.h"

#define END                     \
    {                           \
        .name = NULL, .type = 0 \
    }
#define UDP  "_sip._udp.example.com"
#define TCP  "_sip._tcp.example.com"
#define SIPS "_sips._tcp.example.com"

static lc_run locate(const ss_locate_options *options, const lc_row *rows)
{
    return lc_locate(options, rows, NULL, 0);
}

/* ---- 4.1, 4.2: what needs no zone's word on the transport ---- */

TEST(rfc3263_4_1_a_numeric_target_is_asked_for_nowhere)
{
    static const lc_row none[] = { END };
    ss_locate_options o = lc_sip("10.0.0.7");
    lc_run run = locate(&o, none);
    CHECK_STR(run.asked, "");
    CHECK_STATUS(run.l.status, SS_OK);
    CHECK_EQ(run.l.transport, SS_TRANSPORT_UDP); /* RFC3263:4.1 */
    CHECK_STR(lc_places(&run.l), "10.0.0.7:5060");
    o.is_sips = true;
    run = locate(&o, none);
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TLS);
    CHECK_STR(lc_places(&run.l),
              "10.0.0.7:5061"); /* RFC3263:4.2 the default port of the transport */
    o.port = 5070;
    run = locate(&o, none);
    CHECK_STR(lc_places(&run.l), "10.0.0.7:5070");
}

/* A port that was said leads to addresses at once, though it is 5060: RFC 2543 asked for SRV records then. */
TEST(rfc3263_4_2_a_port_asks_for_addresses_alone)
{
    static const lc_row rows[] = {
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.2" },
        { .name = UDP, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5060 },
        END
    };
    ss_locate_options o = lc_sip("example.com");
    o.port = 5060;
    const lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "A example.com"); /* RFC3263:4.2 */
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5060 10.0.0.2:5060");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_UDP);
}

TEST(rfc3263_4_2_addresses_of_both_families_are_asked_for_by_who_has_both)
{
    static const lc_row rows[] = {
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        { .name = "example.com", .type = SS_RECORD_AAAA, .text = "2001:db8::1" },
        END
    };
    ss_locate_options o = lc_sip("example.com");
    o.port = 5070;
    o.has_ipv6 = true;
    lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "A example.com; AAAA example.com");
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5070 [2001:db8::1]:5070");
    o.prefers_ipv6 = true;
    run = locate(&o, rows);
    CHECK_STR(run.asked, "AAAA example.com; A example.com");
    CHECK_STR(lc_places(&run.l), "[2001:db8::1]:5070 10.0.0.1:5070");
    o.has_ipv4 = false;
    run = locate(&o, rows);
    CHECK_STR(run.asked, "AAAA example.com");
    o.has_ipv4 = true;
    o.has_ipv6 = false;
    run = locate(&o, rows);
    CHECK_STR(run.asked, "A example.com");
}

TEST(rfc3263_4_2_a_transport_in_the_uri_asks_for_its_srv)
{
    static const lc_row rows[] = {
        { .name = TCP, .type = SS_RECORD_SRV, .text = "p1.example.com", .port = 5080 },
        { .name = SIPS, .type = SS_RECORD_SRV, .text = "p2.example.com", .port = 5081 },
        { .name = "p1.example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        { .name = "p2.example.com", .type = SS_RECORD_A, .text = "10.0.0.2" },
        END
    };
    ss_locate_options o = lc_sip("example.com");
    o.is_open = false;
    o.transport = SS_TRANSPORT_TCP;
    lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "SRV " TCP "; A p1.example.com");
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5080");
    o.transport =
        SS_TRANSPORT_TLS; /* RFC3263:4.2 "for a SIP URI, if the client wishes to use TLS" */
    run = locate(&o, rows);
    CHECK_STR(run.asked, "SRV " SIPS "; A p2.example.com");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TLS);
    CHECK_STR(lc_places(&run.l), "10.0.0.2:5081");
}

TEST(rfc3263_4_2_without_srv_the_host_itself_at_the_default_port)
{
    static const lc_row rows[] = {
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.1" }, END
    };
    ss_locate_options o = lc_sip("example.com");
    o.is_open = false;
    o.transport = SS_TRANSPORT_TCP;
    const lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "SRV " TCP "; A example.com"); /* RFC3263:4.2 */
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TCP);
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5060");
}

/* ---- 4.1: NAPTR ---- */

#define NAPTR(o, p, its_service, to)                                                 \
    {                                                                                \
        .name = "example.com", .type = SS_RECORD_NAPTR, .first = (o), .second = (p), \
        .service = (its_service), .text = (to)                                       \
    }

TEST(rfc3263_4_1_naptr_chooses_the_transport_and_the_srv)
{
    static const lc_row rows[] = {
        NAPTR(100, 50, "SIP+D2U", UDP),
        NAPTR(90, 50, "SIP+D2T", "_x._tcp.example.net."),
        NAPTR(50, 50, "SIPS+D2T", SIPS),
        { .name = "_x._tcp.example.net",
          .type = SS_RECORD_SRV,
          .text = "p.example.net.",
          .port = 5062 },
        { .name = "p.example.net", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    const ss_locate_options o = lc_sip("example.com");
    const lc_run run = locate(&o, rows); /* RFC3263:4.1 the lowest order that we support: not TLS */
    CHECK_STR(run.asked, "NAPTR example.com; SRV _x._tcp.example.net; A p.example.net");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TCP);
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5062");
}

TEST(rfc3263_4_1_a_sip_uri_keeps_services_with_tls_when_we_have_it)
{
    static const lc_row rows[] = {
        NAPTR(90, 50, "SIP+D2T", TCP),
        NAPTR(50, 50, "SIPS+D2T", SIPS),
        { .name = SIPS, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5061 },
        { .name = "p.example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    ss_locate_options o = lc_sip("example.com");
    o.transports |= 1u << SS_TRANSPORT_TLS;
    CHECK_EQ(locate(&o, rows).l.transport, SS_TRANSPORT_TLS);
}

/* "A client resolving a SIPS URI MUST discard any services that do not contain "SIPS"" */
TEST(rfc3263_4_1_a_sips_uri_discards_services_without_tls)
{
    static const lc_row rows[] = {
        NAPTR(10, 50, "SIP+D2T", TCP),
        NAPTR(50, 50, "SIPS+D2T", SIPS),
        { .name = SIPS, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5061 },
        { .name = "p.example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    ss_locate_options o = lc_sip("example.com");
    o.is_sips = true;
    o.transports |= 1u << SS_TRANSPORT_TLS;
    lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "NAPTR example.com; SRV " SIPS "; A p.example.com");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TLS);
    static const lc_row without[] = {
        NAPTR(10, 50, "SIP+D2T", TCP),
        { .name = TCP, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5060 },
        { .name = UDP, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5060 },
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    run =
        locate(&o, without); /* RFC3263:4.1 "_sips" for SIPS URIs, and TLS in the end: never less */
    CHECK_STR(run.asked, "NAPTR example.com; SRV " SIPS "; A example.com");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TLS);
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5061");
}

/* RFC3403:4.1 */
TEST(rfc3263_4_1_of_one_order_the_lowest_preference)
{
    static const lc_row rows[] = {
        NAPTR(10, 90, "SIP+D2U", UDP),
        NAPTR(10, 20, "sip+d2t", TCP),
        NAPTR(20, 10, "SIP+D2U", UDP),
        { .name = TCP, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5060 },
        { .name = "p.example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    const ss_locate_options o = lc_sip("example.com");
    CHECK_EQ(locate(&o, rows).l.transport, SS_TRANSPORT_TCP);
}

/* "A client MUST discard any service fields that identify a resolution service whose value is not "D2X"". RFC3403:4.1 an
 * expression beside a replacement is an error. */
TEST(rfc3263_4_1_records_that_are_not_for_us_are_discarded)
{
    static const lc_row rows[] = {
        NAPTR(1, 1, "SIP+D2S", "_sip._sctp.example.com"),
        NAPTR(1, 1, "E2U+sip", UDP),
        NAPTR(1, 1, "SIP+D2X", UDP),
        { .name = "example.com",
          .type = SS_RECORD_NAPTR,
          .service = "SIP+D2T",
          .text = TCP,
          .flags = "u" },
        { .name = "example.com",
          .type = SS_RECORD_NAPTR,
          .service = "SIP+D2T",
          .text = TCP,
          .regexp = "!x!y!" },
        NAPTR(1, 1, "SIP+D2T", "."),
        NAPTR(9, 1, "SIP+D2U", UDP),
        { .name = UDP, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5060 },
        { .name = "p.example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    const ss_locate_options o = lc_sip("example.com");
    const lc_run run = locate(&o, rows);
    CHECK_EQ(run.l.transport, SS_TRANSPORT_UDP);
    CHECK_STR(run.asked, "NAPTR example.com; SRV " UDP "; A p.example.com");
}

TEST(rfc3263_4_1_without_naptr_srv_of_the_transports_that_we_have)
{
    static const lc_row rows[] = {
        { .name = TCP, .type = SS_RECORD_SRV, .text = "p.example.com", .port = 5060 },
        { .name = "p.example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    ss_locate_options o = lc_sip("example.com");
    lc_run run = locate(&o, rows); /* RFC3263:4.1 */
    CHECK_STR(run.asked, "NAPTR example.com; SRV " UDP "; SRV " TCP "; A p.example.com");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TCP);
    o.transport = SS_TRANSPORT_TCP; /* "MAY use any transport protocol it desires" */
    run = locate(&o, rows);
    CHECK_STR(run.asked, "NAPTR example.com; SRV " TCP "; A p.example.com");
}

TEST(rfc3263_4_1_without_naptr_and_srv_udp_at_the_host)
{
    static const lc_row rows[] = {
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.1" }, END
    };
    const ss_locate_options o = lc_sip("example.com.");
    const lc_run run = locate(&o, rows); /* RFC3263:4.1 */
    CHECK_STR(run.asked, "NAPTR example.com; SRV " UDP "; SRV " TCP "; A example.com");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_UDP);
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5060");
}

TEST(rfc3263_4_1_a_lookup_that_fails_ends_it)
{
    static const lc_row rows[] = {
        { .name = "example.com", .type = SS_RECORD_NAPTR, .fails = true },
        { .name = "example.com", .type = SS_RECORD_A, .text = "10.0.0.1" },
        END
    };
    const ss_locate_options o = lc_sip("example.com");
    const lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "NAPTR example.com");
    CHECK_STATUS(run.l.status, SS_ERR_STATE);
    CHECK_EQ(run.l.address_count, 0);
}

/* ---- RFC 2782 ---- */

#define SRV(p, w, to)                                                                  \
    {                                                                                  \
        .name = UDP, .type = SS_RECORD_SRV, .first = (p), .second = (w), .port = 5060, \
        .text = (to)                                                                   \
    }
#define A(its_name, address)                                       \
    {                                                              \
        .name = (its_name), .type = SS_RECORD_A, .text = (address) \
    }

static ss_locate_options by_udp(void)
{
    ss_locate_options o = lc_sip("example.com");
    o.is_open = false;
    return o;
}

TEST(rfc3263_4_2_priorities_come_before_weights)
{
    static const lc_row rows[] = { SRV(20, 1000, "c"),
                                   SRV(10, 0, "a"),
                                   SRV(30, 9, "d"),
                                   A("a", "10.0.0.1"),
                                   A("c", "10.0.0.3"),
                                   A("d", "10.0.0.4"),
                                   END };
    const ss_locate_options o = by_udp();
    const lc_run run = locate(&o, rows); /* RFC 2782, Priority */
    CHECK_EQ(run.draws, 0);
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5060 10.0.0.3:5060 10.0.0.4:5060");
}

/* The draw is from 0 to the sum, both included: weights 0, 1, 3 give the running sums 0, 1, 4. */
TEST(rfc3263_4_2_a_number_up_to_the_sum_of_weights_chooses_the_next)
{
    static const lc_row rows[] = { SRV(1, 1, "b"),
                                   SRV(1, 0, "a"),
                                   SRV(1, 3, "c"),
                                   A("a", "10.0.0.1"),
                                   A("b", "10.0.0.2"),
                                   A("c", "10.0.0.3"),
                                   END };
    static const char *const first[] = { "10.0.0.1:5060 10.0.0.2:5060 10.0.0.3:5060",
                                         "10.0.0.2:5060 10.0.0.1:5060 10.0.0.3:5060",
                                         "10.0.0.3:5060 10.0.0.1:5060 10.0.0.2:5060",
                                         "10.0.0.3:5060 10.0.0.1:5060 10.0.0.2:5060",
                                         "10.0.0.3:5060 10.0.0.1:5060 10.0.0.2:5060" };
    const ss_locate_options o = by_udp();
    for (uint32_t number = 0; number <= 4; number++) {
        lc_run run = lc_locate(&o, rows, &number, 1); /* RFC 2782, Weight */
        CHECK_EQ(run.below[0], 5);
        CHECK_STR(lc_places(&run.l), first[number]);
    }
}

TEST(rfc3263_4_2_equal_weights_are_drawn_and_zeros_are_not)
{
    static const lc_row even[] = { SRV(1, 50, "a"), SRV(1, 50, "b"), A("a", "10.0.0.1"),
                                   A("b", "10.0.0.2"), END };
    static const lc_row zeros[] = { SRV(1, 0, "a"), SRV(1, 0, "b"), A("a", "10.0.0.1"),
                                    A("b", "10.0.0.2"), END };
    const ss_locate_options o = by_udp();
    const uint32_t number = 51;
    lc_run run = lc_locate(&o, even, &number, 1);
    CHECK_STR(lc_places(&run.l), "10.0.0.2:5060 10.0.0.1:5060");
    CHECK_EQ(run.below[0], 101);
    run = locate(&o, zeros);
    CHECK_EQ(run.draws, 0);
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5060 10.0.0.2:5060");
}

/* "If there is precisely one SRV RR, and its Target is ".", abort." */
TEST(rfc3263_4_2_a_service_that_is_decidedly_not_there)
{
    static const lc_row rows[] = { SRV(0, 0, "."), A("example.com", "10.0.0.1"), END };
    ss_locate_options o = by_udp();
    lc_run run = locate(&o, rows);
    CHECK_STR(run.asked, "SRV " UDP);
    CHECK_STATUS(run.l.status, SS_NONE);
    o.is_open = true; /* by no transport, then: the host is not asked behind the zone's back */
    run = locate(&o, rows);
    CHECK_STR(run.asked, "NAPTR example.com; SRV " UDP "; SRV " TCP);
    CHECK_STATUS(run.l.status, SS_NONE);
}

TEST(rfc3263_4_2_servers_without_an_address_are_passed_over)
{
    static const lc_row rows[] = {
        SRV(1, 0, "a"),     SRV(2, 0, "b"),
        SRV(3, 0, "c"),     { .name = "b", .type = SS_RECORD_A, .fails = true },
        A("c", "10.0.0.3"), END
    };
    const ss_locate_options o = by_udp();
    const lc_run run = locate(&o, rows);
    CHECK_STR(lc_places(&run.l), "10.0.0.3:5060");
}

TEST(rfc3263_4_2_what_a_zone_says_is_bounded)
{
    static lc_row rows[64];
    static char names[40][200];
    size_t at = 0;
    for (size_t i = 0; i < 20; i++) {
        for (size_t k = 0; k < 190; k++) {
            names[i][k] = (char)('a' + i);
        }
        rows[at++] = (lc_row)SRV((uint16_t)i, 0, names[i]);
        rows[at++] = (lc_row)A(names[i], "10.0.0.1");
        rows[at++] = (lc_row)A(names[i], "10.0.0.2");
    }
    const ss_locate_options o = by_udp();
    const lc_run run = locate(&o, rows);
    CHECK_EQ(run.l.server_count, SS_LOCATE_TEXT_BYTES / 190);
    CHECK_EQ(run.l.address_count, SS_LOCATE_ADDRESSES_MAX);
    CHECK_STATUS(run.l.status, SS_OK);
}

/* ---- 4.4 ---- */

TEST(rfc3263_4_4_who_keeps_no_state_has_one_order)
{
    static const lc_row rows[] = { SRV(1, 1000, "a"),  SRV(1, 1001, "b"),  SRV(0, 5, "d"),
                                   SRV(0, 5, "c"),     A("a", "10.0.0.1"), A("b", "10.0.0.2"),
                                   A("c", "10.0.0.3"), A("d", "10.0.0.4"), END };
    ss_locate_options o = by_udp();
    o.is_fixed = true;
    const lc_run run = locate(&o, rows); /* RFC3263:4.4 */
    CHECK_EQ(run.draws, 0);
    CHECK_STR(lc_places(&run.l), "10.0.0.3:5060 10.0.0.4:5060 10.0.0.2:5060 10.0.0.1:5060");
}

/* ---- 5 ---- */

static lc_run respond(const char *sent_by, uint16_t port, ss_transport transport,
                      const lc_row *rows)
{
    const ss_via via = { .host = ss_slice_from(sent_by), .port = port };
    const ss_locate_options families = { .has_ipv4 = true };
    lc_run run = { .draws = 0 };
    ss_locate_begin_response(&run.l, &via, transport, &families);
    lc_finish(&run, rows, NULL, 0);
    return run;
}

TEST(rfc3263_5_a_numeric_sent_by_is_where_a_failed_response_goes)
{
    static const lc_row none[] = { END };
    lc_run run = respond("10.0.0.9", 5070, SS_TRANSPORT_TCP, none); /* RFC3263:5 */
    CHECK_STR(lc_places(&run.l), "10.0.0.9:5070");
    run = respond("10.0.0.9", 0, SS_TRANSPORT_TLS, none);
    CHECK_STR(lc_places(&run.l), "10.0.0.9:5061");
    CHECK_EQ(run.l.transport, SS_TRANSPORT_TLS); /* "the server MUST use TLS over TCP" */
}

TEST(rfc3263_5_a_name_with_a_port_asks_for_addresses)
{
    static const lc_row rows[] = { A("p.example.com", "10.0.0.1"), A("p.example.com", "10.0.0.2"),
                                   END };
    const lc_run run = respond("p.example.com", 5070, SS_TRANSPORT_UDP, rows);
    CHECK_STR(run.asked, "A p.example.com"); /* RFC3263:5 */
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5070 10.0.0.2:5070");
}

TEST(rfc3263_5_a_name_without_a_port_asks_for_srv)
{
    static const lc_row rows[] = {
        SRV(2, 0, "b"),
        SRV(1, 0, "a"),
        A("a", "10.0.0.1"),
        A("b", "10.0.0.2"),
        { .name = SIPS, .type = SS_RECORD_SRV, .port = 5061, .text = "a" },
        END
    };
    lc_run run = respond("example.com", 0, SS_TRANSPORT_UDP, rows);
    CHECK_STR(run.asked, "SRV " UDP "; A a; A b"); /* RFC3263:5 */
    CHECK_STR(lc_places(&run.l), "10.0.0.1:5060 10.0.0.2:5060");
    run = respond("example.com", 0, SS_TRANSPORT_TLS, rows);
    CHECK_STR(run.asked, "SRV " SIPS "; A a"); /* "_sips" if the Via transport is "TLS" */
}
