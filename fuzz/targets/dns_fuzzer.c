/* Target `dns`: a DNS message, or a record in master-file form.
 * Aims at: sn_dns_parse, sn_dns_put, sn_dns_put_datagram, sn_dns_answer, sn_dns_name_from, sn_dns_put_name, sn_dns_record_from,
 * sn_dns_put_record. */
#include "fuzz.h"

#include "sn/dns.h"

enum { MESSAGE_MAX = 8192 };

/* Twice the same bytes, which read as what was read before. */
static void check_round_trip(const sn_dns_message *m)
{
    ss_arena one = fz_arena(1), two = fz_arena(2), three = fz_arena(3);
    ss_buffer printed = ss_buffer_on(one.base, one.cap),
              reprinted = ss_buffer_on(three.base, three.cap);
    sn_dns_message again;
    sn_dns_put(&printed, m);
    FZ_CHECK("S1", !printed.overflow, "a message prints without bound");
    if (printed.len > UINT16_MAX) {
        return;
    }
    FZ_CHECK("S2", sn_dns_parse(&again, &two, ss_buffer_slice(&printed)) == SS_OK,
             "what an accepted message prints to is refused");
    sn_dns_put(&reprinted, &again);
    FZ_CHECK("S2", ss_slice_eq(ss_buffer_slice(&printed), ss_buffer_slice(&reprinted)),
             "printing a second time gives other bytes");
    FZ_CHECK("S2",
             again.id == m->id && again.code == m->code && again.answers == m->answers &&
                 again.authorities == m->authorities && again.additionals == m->additionals &&
                 again.is_response == m->is_response && again.is_truncated == m->is_truncated,
             "what was printed parses to another message");
}

/* Records of known types as text, and back. */
static void check_texts(const sn_dns_message *m)
{
    const size_t count = (size_t)m->answers + m->authorities + m->additionals;
    for (size_t i = 0; i < count; i++) {
        char memory[8192];
        ss_buffer b = ss_buffer_on(memory, sizeof memory);
        sn_dns_put_record(&b, &m->records[i]);
        FZ_CHECK("S1", !b.overflow, "a record prints without bound");
    }
}

static void put_whole(ss_buffer *b, const void *what)
{
    sn_dns_put(b, what);
}

/* RFC 1035 4.2.1 whatever is asked, the answer is a message, small enough, and to this question. */
static void check_answer(const sn_dns_message *query)
{
    static const char *const lines[] = {
        "example.com. 60 SOA ns.example.com. admin.example.com. 1 3600 600 86400 60",
        "example.com. 60 NAPTR 10 20 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com.",
        "_sip._udp.example.com. 60 SRV 10 50 5060 p1.example.com.",
        "p1.example.com. 60 A 10.0.0.1",
        "www.example.com. 60 CNAME p1.example.com.",
        "loop.example.com. 60 CNAME loop.example.com.",
    };
    ss_arena arena = fz_arena(4), out = fz_arena(5);
    sn_dns_entry entries[SS_COUNT(lines)];
    sn_dns_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        entries[i] = (sn_dns_entry){ .until = SS_TIME_NEVER };
        const bool is_read =
            sn_dns_record_from(ss_slice_from(lines[i]), &arena, &entries[i].record, &flaw);
        FZ_CHECK("S2", is_read, "a record of the zone is refused");
    }
    const sn_dns_zone zone = { entries, SS_COUNT(entries) };
    sn_dns_message response;
    FZ_CHECK("S1", sn_dns_answer(&zone, 0, query, &arena, &response) == SS_OK,
             "an answer needs memory without bound");
    ss_buffer b = ss_buffer_on(out.base, out.cap);
    sn_dns_put_datagram(&b, &response);
    FZ_CHECK("S1", !b.overflow && b.len <= SN_DNS_BYTES_MAX, "an answer is too long");
    sn_dns_message again;
    FZ_CHECK("S2", sn_dns_parse(&again, &arena, ss_buffer_slice(&b)) == SS_OK,
             "our own answer is refused");
    FZ_CHECK("S2",
             again.is_response && again.id == query->id &&
                 again.has_question == query->has_question &&
                 ss_slice_eq(again.question.name, query->question.name),
             "the answer is to another question");
}

static void check_line(ss_slice line)
{
    ss_arena arena = fz_arena(1);
    char one[4096], two[4096];
    ss_buffer printed = ss_buffer_on(one, sizeof one), reprinted = ss_buffer_on(two, sizeof two);
    sn_dns_record r;
    sn_dns_flaw flaw;
    if (!sn_dns_record_from(line, &arena, &r, &flaw)) {
        FZ_CHECK("S11",
                 flaw.message != NULL && flaw.from <= line.len &&
                     flaw.length <= line.len - flaw.from,
                 "a refusal points outside the line");
        return;
    }
    sn_dns_put_record(&printed, &r);
    FZ_CHECK("S2",
             !printed.overflow && sn_dns_record_from(ss_buffer_slice(&printed), &arena, &r, &flaw),
             "what an accepted record prints to is refused");
    sn_dns_put_record(&reprinted, &r);
    FZ_CHECK("S2", ss_slice_eq(ss_buffer_slice(&printed), ss_buffer_slice(&reprinted)),
             "printing a second time gives other text");
}

int fz_target_dns(const uint8_t *data, size_t size)
{
    const ss_slice bytes = { (const char *)data, size };
    ss_arena arena = fz_arena(0);
    sn_dns_message m;
    check_line(bytes);
    if (size > MESSAGE_MAX) {
        return 0;
    }
    const ss_status status = sn_dns_parse(&m, &arena, bytes);
    FZ_CHECK("S1", arena.used <= 100 * size + 4096,
             "parsing took more memory than its input allows");
    FZ_CHECK("S1", status != SS_ERR_FULL, "parsing needs memory without bound");
    if (status == SS_OK) {
        check_round_trip(&m);
        check_texts(&m);
        fz_check_buffers(put_whole, &m);
        check_answer(&m);
    }
    return 0;
}
