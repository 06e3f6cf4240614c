/* Messages of STUN (RFC 8489 sections 5, 6.3 and 14), as many of them as a keep-alive needs: a header of 20 bytes, whose length and
 * magic cookie must be right, and attributes of a type and a length, padded to four bytes.
 *
 * An answer is never much longer than its request, so that nobody gains by asking in another's name: 12 bytes for an IPv4 address, 24 for
 * an IPv6 address, and of unknown attributes no more than UNKNOWN_MAX are named. */
#include "ss/stun.h"

#include <string.h>

enum {
    ERROR_CODE = 0x0009,
    UNKNOWN_ATTRIBUTES = 0x000a,
    XOR_MAPPED_ADDRESS = 0x0020,
    OPTIONAL_FROM = 0x8000, /* what need not be understood */
    UNKNOWN_MAX = 4,
    FAMILY_V4 = 1,
    FAMILY_V6 = 2
};

static const unsigned char cookie[4] = { 0x21, 0x12, 0xa4, 0x42 };
static const ss_slice reason = SS_LIT_INIT("Unknown Attribute");

typedef struct attribute {
    uint16_t type;
    ss_slice value;
} attribute;

static uint16_t word_at(ss_slice bytes, size_t at)
{
    return (uint16_t)((unsigned char)bytes.at[at] << 8 | (unsigned char)bytes.at[at + 1]);
}

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* ---- reading ---- */

/* False at the end, or when it goes beyond that. */
static bool next_attribute(ss_slice all, size_t *at, attribute *out)
{
    if (all.len < *at + 4) {
        return false;
    }
    const size_t length = word_at(all, *at + 2);
    if (padded(length) > all.len - *at - 4) {
        return false;
    }
    *out = (attribute){ word_at(all, *at), ss_slice_cut(all, *at + 4, *at + 4 + length) };
    *at += 4 + padded(length);
    return true;
}

/* RFC8489:5 the bits of the class stand among those of the method. */
static void split_type(unsigned type, ss_stun *out)
{
    out->class = (ss_stun_class)((type >> 7 & 2) | (type >> 4 & 1));
    out->method = (uint16_t)((type >> 2 & 0xf80) | (type >> 1 & 0x70) | (type & 0xf));
}

ss_status ss_stun_parse(ss_slice datagram, ss_stun *out)
{
    if (datagram.len < SS_STUN_HEADER_BYTES || ((unsigned char)datagram.at[0] & 0xc0) != 0 ||
        memcmp(datagram.at + 4, cookie, sizeof cookie) != 0) {
        return SS_ERR_SYNTAX;
    }
    const ss_slice attributes = ss_slice_cut(datagram, SS_STUN_HEADER_BYTES, datagram.len);
    if (word_at(datagram, 2) != attributes.len || attributes.len % 4 != 0) {
        return SS_ERR_SYNTAX;
    }
    attribute a;
    size_t at = 0;
    while (next_attribute(attributes, &at, &a)) {
    }
    if (at != attributes.len) {
        return SS_ERR_SYNTAX;
    }
    split_type(word_at(datagram, 0), out);
    memcpy(out->id.bytes, datagram.at + 8, sizeof out->id.bytes);
    out->attributes = attributes;
    return SS_OK;
}

/* RFC8489:6.3 those that it describes are known, though not expected. */
static bool is_unknown(uint16_t type)
{
    static const uint16_t known[] = { 0x0001, 0x0006, 0x0008, 0x0009, 0x000a, 0x0014,
                                      0x0015, 0x001c, 0x001d, 0x001e, 0x0020 };
    bool is_known = type >= OPTIONAL_FROM;
    for (size_t i = 0; i < SS_COUNT(known) && !is_known; i++) {
        is_known = type == known[i];
    }
    return !is_known;
}

bool ss_stun_has_unknown(const ss_stun *message)
{
    attribute a;
    for (size_t at = 0; next_attribute(message->attributes, &at, &a);) {
        if (is_unknown(a.type)) {
            return true;
        }
    }
    return false;
}

/* RFC8489:14.2 an address is mixed with the cookie and the transaction. */
static void mix_address(unsigned char *ip, size_t length, const ss_stun_id *id)
{
    for (size_t i = 0; i < length; i++) {
        ip[i] ^= i < sizeof cookie ? cookie[i] : id->bytes[i - sizeof cookie];
    }
}

static ss_status read_mapped(ss_slice value, const ss_stun_id *id, ss_address *out)
{
    const unsigned family = value.len < 4 ? 0 : (unsigned char)value.at[1];
    const size_t length = family == FAMILY_V4 ? 4 : family == FAMILY_V6 ? 16 : 0;
    if (length == 0 || value.len != 4 + length) {
        return SS_NONE;
    }
    *out = (ss_address){ .family = family == FAMILY_V4 ? 4 : 6,
                         .port = (uint16_t)(word_at(value, 2) ^ (cookie[0] << 8 | cookie[1])) };
    memcpy(out->ip, value.at + 4, length);
    mix_address(out->ip, length, id);
    return SS_OK;
}

/* Of several the first counts. */
ss_status ss_stun_mapped(const ss_stun *message, ss_address *out)
{
    attribute a;
    for (size_t at = 0; next_attribute(message->attributes, &at, &a);) {
        if (a.type == XOR_MAPPED_ADDRESS) {
            return read_mapped(a.value, &message->id, out);
        }
    }
    return SS_NONE;
}

/* ---- writing ---- */

static void put_word(ss_buffer *b, unsigned word)
{
    ss_put_char(b, (char)(word >> 8 & 0xff));
    ss_put_char(b, (char)(word & 0xff));
}

/* RFC8489:5 */
static void put_header(ss_buffer *b, ss_stun_class class, size_t length, const ss_stun_id *id)
{
    const unsigned bits = ((unsigned)class & 2u) << 7 | ((unsigned)class & 1u) << 4;
    put_word(b, bits | SS_STUN_BINDING);
    put_word(b, (unsigned)length);
    ss_put(b, (ss_slice){ (const char *)cookie, sizeof cookie });
    ss_put(b, (ss_slice){ (const char *)id->bytes, sizeof id->bytes });
}

static void put_attribute(ss_buffer *b, unsigned type, size_t length)
{
    put_word(b, type);
    put_word(b, (unsigned)length);
}

static void put_padding(ss_buffer *b, size_t length)
{
    for (size_t i = length; i < padded(length); i++) {
        ss_put_char(b, '\0');
    }
}

void ss_stun_put_request(ss_buffer *b, const ss_stun_id *id)
{
    put_header(b, SS_STUN_REQUEST, 0, id);
}

/* RFC8489:6.3.1 RFC8489:14.2 */
static void put_success(ss_buffer *b, const ss_stun_id *id, const ss_address *from)
{
    const size_t length = from->family == 4 ? 4 : sizeof from->ip;
    ss_address mixed = *from;
    mix_address(mixed.ip, length, id);
    put_header(b, SS_STUN_SUCCESS, 8 + length, id);
    put_attribute(b, XOR_MAPPED_ADDRESS, 4 + length);
    put_word(b, from->family == 4 ? FAMILY_V4 : FAMILY_V6);
    put_word(b, from->port ^ (unsigned)(cookie[0] << 8 | cookie[1]));
    ss_put(b, (ss_slice){ (const char *)mixed.ip, length });
}

/* RFC8489:6.3.1 RFC8489:14.8 RFC8489:14.13 */
static void put_unknown(ss_buffer *b, const ss_stun *request)
{
    uint16_t types[UNKNOWN_MAX];
    size_t count = 0;
    attribute a;
    for (size_t at = 0; count < UNKNOWN_MAX && next_attribute(request->attributes, &at, &a);) {
        if (is_unknown(a.type)) {
            types[count++] = a.type;
        }
    }
    const size_t error = 4 + reason.len;
    put_header(b, SS_STUN_ERROR, 8 + padded(error) + padded(2 * count), &request->id);
    put_attribute(b, ERROR_CODE, error);
    put_word(b, 0);
    put_word(b, 4u << 8 | 20u);
    ss_put(b, reason);
    put_padding(b, error);
    put_attribute(b, UNKNOWN_ATTRIBUTES, 2 * count);
    for (size_t i = 0; i < count; i++) {
        put_word(b, types[i]);
    }
    put_padding(b, 2 * count);
}

void ss_stun_put_answer(ss_buffer *b, const ss_stun *request, const ss_address *from)
{
    if (ss_stun_has_unknown(request)) {
        put_unknown(b, request);
    } else {
        put_success(b, &request->id, from);
    }
}
