/* DNS messages, names, records, and what a server with some records answers. Done without the texts of RFC 1034, 1035, 2308 and
 * 3596, which are not at hand: their sections are as remembered, and tshark agrees (tests/scenario/dns_capture.sh). */
#include "check.h"

#include "sn/dns.h"

#include <string.h>

static _Alignas(16) unsigned char memory[1 << 18];
static ss_arena arena;

static ss_arena *fresh(void)
{
    arena = (ss_arena){ memory, sizeof memory, 0 };
    return &arena;
}

static sn_dns_record record_of(const char *line)
{
    sn_dns_record r;
    sn_dns_flaw flaw;
    CHECK(sn_dns_record_from(ss_slice_from(line), &arena, &r, &flaw));
    return r;
}

static const char *text_of(const sn_dns_record *r)
{
    static char text[2048];
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    sn_dns_put_record(&b, r);
    text[b.len] = '\0';
    return text;
}

/* ---- text ---- */

TEST(dns_a_record_is_read_and_written_in_master_file_form)
{
    static const char *const lines[][2] = {
        { "_sip._udp.example.com. 60 SRV 10 50 5060 p1.example.com.",
          "_sip._udp.example.com. 60 SRV 10 50 5060 p1.example.com." },
        { "P1.Example.com  60\tin a 10.0.0.1", "p1.example.com. 60 A 10.0.0.1" },
        { "p1.example.com 0 AAAA 2001:db8::1",
          "p1.example.com. 0 AAAA 2001:0db8:0000:0000:0000:0000:0000:0001" },
        { "x 1 AAAA ::", "x. 1 AAAA 0000:0000:0000:0000:0000:0000:0000:0000" },
        { "example.com 3600 NAPTR 10 20 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com.",
          "example.com. 3600 NAPTR 10 20 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com." },
        { "www.example.com. 5 CNAME p1.example.com", "www.example.com. 5 CNAME p1.example.com." },
        { "_sip._tcp.example.com. 60 SRV 0 0 0 .", "_sip._tcp.example.com. 60 SRV 0 0 0 ." },
        { "example.com 60 SOA ns.example.com admin.example.com 1 2 3 4 5",
          "example.com. 60 SOA ns.example.com. admin.example.com. 1 2 3 4 5" },
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        fresh();
        const sn_dns_record r = record_of(lines[i][0]);
        CHECK_STR(text_of(&r), lines[i][1]);
    }
}

TEST(dns_a_line_that_is_no_record_says_where)
{
    static const struct {
        const char *line;
        size_t from, length;
    } bad[] = {
        { "", 0, 0 },
        { "a..b 60 A 10.0.0.1", 0, 4 },
        { "a sixty A 10.0.0.1", 2, 5 },
        { "a 2147483648 A 10.0.0.1", 2, 10 },
        { "a 60 MX 10 b", 5, 2 },
        { "a 60 A 10.0.0.256", 7, 10 },
        { "a 60 A 10.0.0", 7, 6 },
        { "a 60 A 10.0.0.1 x", 16, 1 },
        { "a 60 AAAA 1::2::3", 10, 7 },
        { "a 60 AAAA 1:2:3:4:5:6:7:8:9", 10, 17 },
        { "a 60 SRV 1 2 65536 b", 13, 5 },
        { "a 60 SRV 1 2 3", 14, 0 },
        { "a 60 NAPTR 1 2 \"s \"x\" b", 19, 2 },
        { "a 60 NAPTR 1 2 \"s", 15, 2 },
        { "a! 60 A 10.0.0.1", 0, 2 },
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        sn_dns_record r;
        sn_dns_flaw flaw;
        CHECK(!sn_dns_record_from(ss_slice_from(bad[i].line), fresh(), &r, &flaw));
        CHECK_NOT_NULL(flaw.message);
        CHECK_EQ(flaw.from, bad[i].from);
        CHECK_EQ(flaw.length, bad[i].length);
    }
}

TEST(dns_names_have_labels_of_63_and_255_bytes_in_all)
{
    char label[65], text[400];
    memset(label, 'a', 64);
    label[64] = '\0';
    ss_buffer b = ss_buffer_on(text, sizeof text);
    CHECK_STATUS(sn_dns_name_from(ss_slice_from(label), &b), SS_ERR_SYNTAX);
    char whole[300];
    memset(whole, 'a', sizeof whole);
    for (size_t i = 63; i < sizeof whole; i += 64) {
        whole[i] = '.';
    }
    b = ss_buffer_on(text, sizeof text);
    CHECK_OK(sn_dns_name_from((ss_slice){ whole, 253 }, &b)); /* RFC 1035 3.1 255 on the wire */
    CHECK_EQ(b.len, 255);
    b = ss_buffer_on(text, sizeof text);
    CHECK_STATUS(sn_dns_name_from((ss_slice){ whole, 254 }, &b), SS_ERR_SYNTAX);
}

/* ---- bytes ---- */

static ss_status parse(const char *bytes, size_t len, sn_dns_message *m)
{
    return sn_dns_parse(m, fresh(), (ss_slice){ bytes, len });
}
#define PARSE(bytes, m) parse((bytes), sizeof(bytes) - 1, (m))

#define HEAD(an) "\x12\x34\x81\x80\0\1\0" an "\0\0\0\0"
#define QUESTION "\1a\1b\0\0\1\0\1"

TEST(dns_compressed_names_are_followed_back_and_no_other_way)
{
    sn_dns_message m;
    CHECK_OK(PARSE(HEAD("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1", &m));
    CHECK_SLICE(m.records[0].name, "\1a\1b\0");
    CHECK_EQ(m.records[0].ttl, 60);
    CHECK_OK(PARSE(HEAD("\1") QUESTION "\1C\xc0\x0e\0\1\0\1\0\0\0\0\0\4\x0a\0\0\1", &m));
    CHECK_SLICE(m.records[0].name, "\1c\1b\0"); /* and in lower case */
    /* to itself, forward, into the header, in a circle */
    CHECK_STATUS(PARSE(HEAD("\1") QUESTION "\xc0\x15\0\1\0\1\0\0\0\0\0\4\x0a\0\0\1", &m),
                 SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE(HEAD("\1") QUESTION "\xc0\x20\0\1\0\1\0\0\0\0\0\4\x0a\0\0\1", &m),
                 SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE(HEAD("\1") QUESTION "\xc0\x00\0\1\0\1\0\0\0\0\0\4\x0a\0\0\1", &m),
                 SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE(HEAD("\1") QUESTION "\1x\xc0\x15\0\1\0\1\0\0\0\0\0\4\x0a\0\0\1", &m),
                 SS_ERR_SYNTAX);
}

TEST(dns_what_a_message_claims_is_not_believed)
{
    sn_dns_message m;
    static const char whole[] = HEAD("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        CHECK_STATUS(parse(whole, len, &m), SS_ERR_SYNTAX);
    }
    CHECK_STATUS(PARSE(HEAD("\2") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1", &m),
                 SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE(HEAD("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\5\x0a\0\0\1\0", &m),
                 SS_ERR_SYNTAX); /* an address of five bytes */
    CHECK_STATUS(PARSE(HEAD("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\xff\xff\x0a\0\0\1", &m),
                 SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE("\0\0\0\0\0\2\0\0\0\0\0\0" QUESTION QUESTION, &m), SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE("\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff", &m), SS_ERR_SYNTAX);
    CHECK_STATUS(PARSE(HEAD("\0") "\x41"
                                  "a\0\0\1\0\1",
                       &m),
                 SS_ERR_SYNTAX); /* neither label nor pointer */
}

static sn_dns_entry entries[512];

static sn_dns_zone zone_of(const char *const *lines, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (sn_dns_entry){ .record = record_of(lines[i]), .until = SS_TIME_NEVER };
    }
    return (sn_dns_zone){ entries, count };
}

static sn_dns_message ask(const sn_dns_zone *zone, ss_time now, const char *name, uint16_t type)
{
    char wire[256];
    ss_buffer b = ss_buffer_on(wire, sizeof wire);
    sn_dns_message response;
    CHECK_OK(sn_dns_name_from(ss_slice_from(name), &b));
    const sn_dns_message query = { .id = 7,
                                   .wants_recursion = true,
                                   .has_question = true,
                                   .question = { ss_arena_copy(&arena, ss_buffer_slice(&b)), type,
                                                 SN_DNS_CLASS_IN } };
    CHECK_OK(sn_dns_answer(zone, now, &query, &arena, &response));
    CHECK_EQ(response.id, 7);
    CHECK(response.is_response);
    return response;
}

static const char *const lines[] = {
    "example.com 60 SOA ns.example.com admin.example.com 1 2 3 4 30",
    "_sip._udp.example.com 60 SRV 1 1 5060 p1.example.com",
    "_sip._udp.example.com 60 SRV 1 1 5060 p2.example.com",
    "p1.example.com 60 A 10.0.0.1",
    "p2.example.com 60 A 10.0.0.2",
    "p2.example.com 60 AAAA 2001:db8::2",
    "www.example.com 60 CNAME alias.example.com",
    "alias.example.com 60 CNAME p1.example.com",
    "loop.example.com 60 CNAME loop.example.com",
    "other.net 60 A 10.0.0.9",
};

TEST(dns_a_server_answers_with_the_addresses_of_its_servers)
{
    fresh();
    const sn_dns_zone zone = zone_of(lines, SS_COUNT(lines));
    const sn_dns_message r = ask(&zone, 0, "_SIP._udp.example.com", SN_DNS_SRV);
    CHECK_EQ(r.answers, 2);
    CHECK_EQ(r.additionals, 3);
    CHECK_EQ(r.code, SN_DNS_OK);
    CHECK(r.is_authoritative);
}

TEST(dns_aliases_are_followed_and_come_to_an_end)
{
    fresh();
    const sn_dns_zone zone = zone_of(lines, SS_COUNT(lines));
    sn_dns_message r = ask(&zone, 0, "www.example.com", SN_DNS_A);
    CHECK_EQ(r.answers, 3);
    CHECK_STR(text_of(&r.records[2]), "p1.example.com. 60 A 10.0.0.1");
    r = ask(&zone, 0, "loop.example.com", SN_DNS_A);
    CHECK_EQ(r.answers, 1);
    r = ask(&zone, 0, "www.example.com", SN_DNS_CNAME);
    CHECK_EQ(r.answers, 1);
}

/* RFC 2308 2.1, 2.2 */
TEST(dns_nothing_of_a_type_is_not_no_such_name)
{
    fresh();
    const sn_dns_zone zone = zone_of(lines, SS_COUNT(lines));
    sn_dns_message r = ask(&zone, 0, "p1.example.com", SN_DNS_AAAA);
    CHECK_EQ(r.code, SN_DNS_OK);
    CHECK_EQ(r.answers, 0);
    CHECK_EQ(r.authorities, 1);
    CHECK_EQ(r.records[0].soa.minimum, 30);
    r = ask(&zone, 0, "_udp.example.com", SN_DNS_A); /* others end in it */
    CHECK_EQ(r.code, SN_DNS_OK);
    r = ask(&zone, 0, "nobody.example.com", SN_DNS_A);
    CHECK_EQ(r.code, SN_DNS_NO_NAME);
    CHECK_EQ(r.authorities, 1);
    r = ask(&zone, 0, "ther.net", SN_DNS_A); /* no label of its own */
    CHECK_EQ(r.code, SN_DNS_NO_NAME);
    CHECK_EQ(r.authorities, 0);
}

TEST(dns_records_come_and_go_at_their_instants)
{
    fresh();
    const sn_dns_zone zone = zone_of(lines, SS_COUNT(lines));
    entries[3].until = SS_S(10);
    entries[4].from = SS_S(5);
    CHECK_EQ(ask(&zone, SS_S(10) - 1, "p1.example.com", SN_DNS_A).answers, 1);
    CHECK_EQ(ask(&zone, SS_S(10), "p1.example.com", SN_DNS_A).answers, 0);
    CHECK_EQ(ask(&zone, SS_S(5) - 1, "p2.example.com", SN_DNS_A).answers, 0);
    CHECK_EQ(ask(&zone, SS_S(5), "p2.example.com", SN_DNS_A).answers, 1);
}

TEST(dns_what_cannot_be_answered_says_why)
{
    fresh();
    const sn_dns_zone zone = zone_of(lines, SS_COUNT(lines));
    sn_dns_message response, query = { .id = 1, .opcode = 4, .has_question = true };
    CHECK_OK(sn_dns_answer(&zone, 0, &query, &arena, &response));
    CHECK_EQ(response.code, SN_DNS_NOT_IMPLEMENTED);
    query = (sn_dns_message){ .id = 1 };
    CHECK_OK(sn_dns_answer(&zone, 0, &query, &arena, &response));
    CHECK_EQ(response.code, SN_DNS_FORMAT);
}

/* Print, parse, print: the same; shorter by compression. */
TEST(dns_messages_print_and_parse)
{
    fresh();
    const sn_dns_zone zone = zone_of(lines, SS_COUNT(lines));
    const sn_dns_message r = ask(&zone, 0, "_sip._udp.example.com", SN_DNS_SRV);
    char one[1024], two[1024];
    ss_buffer b = ss_buffer_on(one, sizeof one), c = ss_buffer_on(two, sizeof two);
    sn_dns_put(&b, &r);
    sn_dns_message again;
    CHECK_OK(sn_dns_parse(&again, &arena, ss_buffer_slice(&b)));
    sn_dns_put(&c, &again);
    CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_buffer_slice(&c));
    CHECK_EQ(b.len, 12 + 27 + 2 * 34 + 2 * (5 + 14) + (2 + 26)); /* SRV targets are written out */
}

/* RFC 1035 4.2.1 */
TEST(dns_a_datagram_is_cut_at_512_bytes)
{
    fresh();
    static char text[60][80];
    const char *many[60];
    for (uint32_t i = 0; i < 60; i++) {
        ss_buffer b = ss_buffer_on(text[i], sizeof text[i] - 1);
        ss_put_text(&b, "a.example.com 60 A 10.0.0.");
        ss_put_u64(&b, i);
        text[i][b.len] = '\0';
        many[i] = text[i];
    }
    const sn_dns_zone zone = zone_of(many, 60);
    const sn_dns_message r = ask(&zone, 0, "a.example.com", SN_DNS_A);
    char bytes[1024];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    sn_dns_put_datagram(&b, &r);
    sn_dns_message again;
    CHECK(b.len <= SN_DNS_BYTES_MAX);
    CHECK_OK(sn_dns_parse(&again, &arena, ss_buffer_slice(&b)));
    CHECK(again.is_truncated);
    CHECK_EQ(again.answers, (512 - 12 - 19) / 16);
}

TEST(dns_an_arena_too_small_is_an_answer)
{
    static const char whole[] = HEAD("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1";
    sn_dns_message m;
    for (size_t cap = 0; cap < 400; cap++) {
        ss_arena small = { memory, cap, 0 };
        const ss_status status = sn_dns_parse(&m, &small, (ss_slice){ whole, sizeof whole - 1 });
        CHECK(status == SS_OK || status == SS_ERR_FULL);
    }
}
