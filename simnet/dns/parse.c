/* DNS messages from bytes: RFC 1035 4.1, with the data of RFC 2782, 3403 and 3596.
 *
 * Every count and length of a message is a claim of its sender's. A pointer leads to an earlier place than the name that it
 * ends, so that names come to an end; each has 255 bytes at most, so that the work is bounded by the bytes. */
#include "sn/dns.h"

#include <string.h>

enum { HEADER_BYTES = 12, RECORD_BYTES_MIN = 11, HOPS_MAX = 127 };

typedef struct reader {
    ss_slice whole;
    size_t at, end; /* of the part that is read */
    ss_arena *arena;
    bool is_wrong, is_full;
} reader;

static unsigned byte_at(const reader *r, size_t at)
{
    return (unsigned char)r->whole.at[at];
}

static uint64_t take(reader *r, size_t count)
{
    uint64_t value = 0;
    if (r->is_wrong || count > r->end - r->at) {
        r->is_wrong = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        value = value << 8 | byte_at(r, r->at++);
    }
    return value;
}

static uint16_t take16(reader *r)
{
    return (uint16_t)take(r, 2);
}

static uint32_t take32(reader *r)
{
    return (uint32_t)take(r, 4);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* One label to the name; false when that gets too long. */
static bool add_label(char name[SN_DNS_NAME_MAX], size_t *len, const char *label, size_t count)
{
    if (*len + 1 + count + 1 > SN_DNS_NAME_MAX) {
        return false;
    }
    name[(*len)++] = (char)count;
    for (size_t i = 0; i < count; i++) {
        name[(*len)++] = lower(label[i]);
    }
    return true;
}

/* RFC 1035 4.1.4 a sequence of labels, a pointer, or the first and then the second. */
static ss_slice take_name(reader *r)
{
    char name[SN_DNS_NAME_MAX];
    size_t len = 0, at = r->at, limit = r->end, lowest = r->at;
    unsigned hops = 0;
    while (!r->is_wrong) {
        const unsigned head = at < limit ? byte_at(r, at) : 0x40u; /* 0x40: no kind of label */
        if (head == 0) {
            name[len++] = 0;
            r->at = hops == 0 ? at + 1 : r->at;
            const ss_slice kept = ss_arena_copy(r->arena, (ss_slice){ name, len });
            r->is_full = r->is_full || kept.len == 0;
            return kept;
        }
        if (head >= 0xc0 && at + 1 < limit) {
            const size_t to = (head & 0x3f) << 8 | byte_at(r, at + 1);
            r->at = hops == 0 ? at + 2 : r->at;
            r->is_wrong = to >= lowest || to < HEADER_BYTES || ++hops > HOPS_MAX;
            at = lowest = to;
            limit = r->whole.len;
            continue;
        }
        r->is_wrong = head >= 0x40 || head + 1 > limit - at ||
                      !add_label(name, &len, r->whole.at + at + 1, head);
        at += head + 1;
    }
    return SS_EMPTY;
}

/* RFC 1035 3.3 */
static ss_slice take_string(reader *r)
{
    const size_t length = (size_t)take(r, 1);
    if (r->is_wrong || length > r->end - r->at) {
        r->is_wrong = true;
        return SS_EMPTY;
    }
    r->at += length;
    return ss_slice_cut(r->whole, r->at - length, r->at);
}

static void take_bytes(reader *r, uint8_t *to, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = (uint8_t)take(r, 1);
    }
}

static void take_soa(reader *r, sn_dns_record *out)
{
    out->soa.server = take_name(r);
    out->soa.mailbox = take_name(r);
    out->soa.serial = take32(r);
    out->soa.refresh = take32(r);
    out->soa.retry = take32(r);
    out->soa.expire = take32(r);
    out->soa.minimum = take32(r);
}

static void take_naptr(reader *r, sn_dns_record *out)
{
    out->naptr.order = take16(r);
    out->naptr.preference = take16(r);
    out->naptr.flags = take_string(r);
    out->naptr.service = take_string(r);
    out->naptr.regexp = take_string(r);
    out->naptr.replacement = take_name(r);
}

static void take_data(reader *r, sn_dns_record *out)
{
    switch (out->type) {
    case SN_DNS_A:
        take_bytes(r, out->a, sizeof out->a);
        break;
    case SN_DNS_AAAA:
        take_bytes(r, out->aaaa, sizeof out->aaaa);
        break;
    case SN_DNS_NS:
    case SN_DNS_CNAME:
        out->target = take_name(r);
        break;
    case SN_DNS_SOA:
        take_soa(r, out);
        break;
    case SN_DNS_SRV:
        out->srv.priority = take16(r);
        out->srv.weight = take16(r);
        out->srv.port = take16(r);
        out->srv.target = take_name(r);
        break;
    case SN_DNS_NAPTR:
        take_naptr(r, out);
        break;
    default:
        out->other = ss_slice_cut(r->whole, r->at, r->end);
        r->at = r->end;
        break;
    }
}

/* RFC 1035 4.1.3; data of another length than its type says is wrong. */
static void take_record(reader *r, sn_dns_record *out)
{
    out->name = take_name(r);
    out->type = take16(r);
    out->class = take16(r);
    out->ttl = take32(r);
    out->ttl = out->ttl > INT32_MAX ? 0 : out->ttl;
    const size_t length = take16(r);
    if (r->is_wrong || length > r->end - r->at) {
        r->is_wrong = true;
        return;
    }
    const size_t end = r->end;
    r->end = r->at + length;
    take_data(r, out);
    r->is_wrong = r->is_wrong || r->at != r->end;
    r->end = end;
}

static void take_header(reader *r, sn_dns_message *m)
{
    m->id = take16(r);
    const unsigned flags = take16(r);
    m->is_response = (flags & 0x8000u) != 0;
    m->opcode = flags >> 11 & 15u;
    m->is_authoritative = (flags & 0x0400u) != 0;
    m->is_truncated = (flags & 0x0200u) != 0;
    m->wants_recursion = (flags & 0x0100u) != 0;
    m->has_recursion = (flags & 0x0080u) != 0;
    m->code = flags & 15u;
    const uint16_t questions = take16(r);
    m->has_question = questions == 1;
    m->answers = take16(r);
    m->authorities = take16(r);
    m->additionals = take16(r);
    r->is_wrong = r->is_wrong || questions > 1;
}

ss_status sn_dns_parse(sn_dns_message *m, ss_arena *arena, ss_slice bytes)
{
    reader r = { .whole = bytes, .end = bytes.len, .arena = arena };
    *m = (sn_dns_message){ .id = 0 };
    take_header(&r, m);
    if (m->has_question) {
        m->question.name = take_name(&r);
        m->question.type = take16(&r);
        m->question.class = take16(&r);
    }
    const size_t count = (size_t)m->answers + m->authorities + m->additionals;
    if (r.is_wrong || count > (bytes.len - r.at) / RECORD_BYTES_MIN) {
        return SS_ERR_SYNTAX;
    }
    m->records = count == 0
                     ? NULL
                     : ss_arena_take(arena, count * sizeof *m->records, _Alignof(sn_dns_record));
    if (r.is_full || (count > 0 && m->records == NULL)) {
        return SS_ERR_FULL;
    }
    for (size_t i = 0; i < count && !r.is_wrong && !r.is_full; i++) {
        take_record(&r, &m->records[i]);
    }
    return r.is_full ? SS_ERR_FULL : r.is_wrong ? SS_ERR_SYNTAX : SS_OK;
}
