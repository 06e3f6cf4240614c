/* DNS messages to bytes (RFC 1035 4.1), with names compressed against the ones before (4.1.4). */
#include "sn/dns.h"

#include <string.h>

enum { PLACES_MAX = 64, POINTER_MAX = 0x3fff, HEADER_BYTES = 12 };

typedef struct writer {
    ss_buffer *b;
    size_t start;                /* of the message in the buffer */
    uint16_t places[PLACES_MAX]; /* labels that a later name may end in */
    unsigned place_count;
} writer;

static void put16(writer *w, unsigned value)
{
    ss_put_char(w->b, (char)(value >> 8 & 255));
    ss_put_char(w->b, (char)(value & 255));
}

static void put32(writer *w, uint32_t value)
{
    put16(w, value >> 16);
    put16(w, value & 0xffff);
}

static unsigned byte_at(const writer *w, size_t at)
{
    return (unsigned char)w->b->at[w->start + at];
}

/* Whether the rest of a name stands at a place already; what is written there points back only. */
static bool stands_at(const writer *w, size_t at, ss_slice name)
{
    const size_t len = w->b->len - w->start;
    size_t i = 0;
    while (at < len) {
        const unsigned head = byte_at(w, at);
        if (head >= 0xc0) {
            at = (head & 0x3f) << 8 | byte_at(w, at + 1);
            continue;
        }
        if (head != (unsigned char)name.at[i]) {
            return false;
        }
        if (head == 0) {
            return true;
        }
        for (unsigned k = 1; k <= head; k++) {
            if (byte_at(w, at + k) != (unsigned char)name.at[i + k]) {
                return false;
            }
        }
        at += head + 1;
        i += head + 1;
    }
    return false;
}

static bool put_pointer(writer *w, ss_slice name)
{
    for (unsigned i = 0; i < w->place_count; i++) {
        if (!w->b->overflow && stands_at(w, w->places[i], name)) {
            put16(w, 0xc000u | w->places[i]);
            return true;
        }
    }
    return false;
}

static void remember(writer *w)
{
    const size_t at = w->b->len - w->start;
    if (!w->b->overflow && at <= POINTER_MAX && w->place_count < PLACES_MAX) {
        w->places[w->place_count++] = (uint16_t)at;
    }
}

static void put_name(writer *w, ss_slice name)
{
    while (name.len > 1) {
        if (put_pointer(w, name)) {
            return;
        }
        const size_t label = (unsigned char)name.at[0] + 1u;
        remember(w);
        ss_put(w->b, ss_slice_cut(name, 0, label));
        name = ss_slice_cut(name, label, name.len);
    }
    ss_put_char(w->b, 0);
}

static void put_string(writer *w, ss_slice text)
{
    ss_put_char(w->b, (char)(unsigned char)text.len);
    ss_put(w->b, text);
}

/* RFC2782, RFC3403:4.1 a name that stands here in full, never as a pointer. */
static void put_naptr(writer *w, const sn_dns_record *r)
{
    put16(w, r->naptr.order);
    put16(w, r->naptr.preference);
    put_string(w, r->naptr.flags);
    put_string(w, r->naptr.service);
    put_string(w, r->naptr.regexp);
    ss_put(w->b, r->naptr.replacement);
}

static void put_soa(writer *w, const sn_dns_record *r)
{
    put_name(w, r->soa.server);
    put_name(w, r->soa.mailbox);
    put32(w, r->soa.serial);
    put32(w, r->soa.refresh);
    put32(w, r->soa.retry);
    put32(w, r->soa.expire);
    put32(w, r->soa.minimum);
}

static void put_data(writer *w, const sn_dns_record *r)
{
    switch (r->type) {
    case SN_DNS_A:
        ss_put(w->b, (ss_slice){ (const char *)r->a, sizeof r->a });
        break;
    case SN_DNS_AAAA:
        ss_put(w->b, (ss_slice){ (const char *)r->aaaa, sizeof r->aaaa });
        break;
    case SN_DNS_NS:
    case SN_DNS_CNAME:
        put_name(w, r->target);
        break;
    case SN_DNS_SOA:
        put_soa(w, r);
        break;
    case SN_DNS_SRV:
        put16(w, r->srv.priority);
        put16(w, r->srv.weight);
        put16(w, r->srv.port);
        ss_put(w->b, r->srv.target);
        break;
    case SN_DNS_NAPTR:
        put_naptr(w, r);
        break;
    default:
        ss_put(w->b, r->other);
        break;
    }
}

static void put_record(writer *w, const sn_dns_record *r)
{
    put_name(w, r->name);
    put16(w, r->type);
    put16(w, r->class);
    put32(w, r->ttl);
    const size_t length_at = w->b->len;
    put16(w, 0);
    const size_t data_at = w->b->len;
    put_data(w, r);
    if (!w->b->overflow) {
        const size_t length = w->b->len - data_at;
        w->b->at[length_at] = (char)(length >> 8 & 255);
        w->b->at[length_at + 1] = (char)(length & 255);
    }
}

static void put_header(writer *w, const sn_dns_message *m)
{
    const unsigned flags = (m->is_response ? 0x8000u : 0) | (m->opcode & 15u) << 11 |
                           (m->is_authoritative ? 0x0400u : 0) | (m->is_truncated ? 0x0200u : 0) |
                           (m->wants_recursion ? 0x0100u : 0) | (m->has_recursion ? 0x0080u : 0) |
                           (m->code & 15u);
    put16(w, m->id);
    put16(w, flags);
    put16(w, m->has_question ? 1 : 0);
    put16(w, m->answers);
    put16(w, m->authorities);
    put16(w, m->additionals);
}

void sn_dns_put(ss_buffer *b, const sn_dns_message *m)
{
    writer w = { .b = b, .start = b->len };
    const size_t count = (size_t)m->answers + m->authorities + m->additionals;
    put_header(&w, m);
    if (m->has_question) {
        put_name(&w, m->question.name);
        put16(&w, m->question.type);
        put16(&w, m->question.class);
    }
    for (size_t i = 0; i < count && !b->overflow; i++) {
        put_record(&w, &m->records[i]);
    }
}

/* Into `b` when it fits the size of a datagram. */
static bool fits(ss_buffer *b, const sn_dns_message *m)
{
    char memory[SN_DNS_BYTES_MAX];
    ss_buffer whole = ss_buffer_on(memory, sizeof memory);
    sn_dns_put(&whole, m);
    if (whole.overflow) {
        return false;
    }
    ss_put(b, ss_buffer_slice(&whole));
    return true;
}

/* RFC 1035 4.2.1: what does not fit is cut off, and TC says so; RFC 2181 9: what is left out unasked-for is no reason to. */
void sn_dns_put_datagram(ss_buffer *b, const sn_dns_message *m)
{
    sn_dns_message less = *m;
    if (fits(b, &less)) {
        return;
    }
    less.additionals = 0;
    if (fits(b, &less)) {
        return;
    }
    less.is_truncated = true;
    less.authorities = 0;
    while (less.answers > 0 && !fits(b, &less)) {
        less.answers--;
    }
    if (less.answers == 0) {
        sn_dns_put(b, &less);
    }
}
