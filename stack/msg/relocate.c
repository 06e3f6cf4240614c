/* What was read of a message, for other bytes than it was read from: equal ones elsewhere, or those with another value of the
 * topmost Via (RFC 3261 18.2.1). All that was read stays true and only moves; reading again would cost as much as the first time,
 * and a server transport stamps nearly every request that comes. */
#include "read.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OF_URI(at)                                                      \
    (at) + offsetof(ss_uri, whole), (at) + offsetof(ss_uri, host),      \
        (at) + offsetof(ss_uri, params), (at) + offsetof(ss_uri, user), \
        (at) + offsetof(ss_uri, password), (at) + offsetof(ss_uri, headers)
#define OF_PARTY(at)                                                                   \
    (at) + offsetof(ss_name_addr, whole), (at) + offsetof(ss_name_addr, uri),          \
        (at) + offsetof(ss_name_addr, display), (at) + offsetof(ss_name_addr, params), \
        (at) + offsetof(ss_name_addr, tag)

#define OF_VIA(at)                                                        \
    (at) + offsetof(ss_via, whole), (at) + offsetof(ss_via, transport),   \
        (at) + offsetof(ss_via, sent_by), (at) + offsetof(ss_via, host),  \
        (at) + offsetof(ss_via, params), (at) + offsetof(ss_via, branch), \
        (at) + offsetof(ss_via, received), (at) + offsetof(ss_via, maddr)

/* Every slice of the index, those of the topmost Via last. */
static const uint16_t slices[] = {
    offsetof(ss_msg, method_name),      offsetof(ss_msg, request_uri),
    offsetof(ss_msg, reason),           offsetof(ss_msg, body),
    offsetof(ss_msg, cseq.method_name), OF_URI(offsetof(ss_msg, target)),
    OF_URI(offsetof(ss_msg, from_uri)), OF_URI(offsetof(ss_msg, to_uri)),
    OF_PARTY(offsetof(ss_msg, from)),   OF_PARTY(offsetof(ss_msg, to)),
    OF_VIA(offsetof(ss_msg, top_via)),
};
enum { VIA_SLICES = 8 };

typedef struct move {
    ss_slice from;  /* the bytes before */
    const char *to; /* and after */
    size_t place;   /* what begins here or behind it */
    size_t more;    /* goes on by this much, which may be less than nothing: modulo 2^64 */
} move;

static const char *moved(const move *m, const char *at)
{
    const size_t offset = (size_t)(at - m->from.at);
    return m->to + (offset < m->place ? offset : offset + m->more);
}

static void move_slices(ss_msg *msg, const move *m, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ss_slice *s = (ss_slice *)(void *)((unsigned char *)msg + slices[i]);
        if ((uintptr_t)s->at - (uintptr_t)m->from.at <= m->from.len) {
            s->at = moved(m, s->at);
        }
    }
}

static void move_fields(ss_msg *msg, const move *m)
{
    const uint32_t more = (uint32_t)m->more;
    const uint16_t via = (uint16_t)(msg->top_via_field - 1);
    msg->fields[via].end += more;
    msg->fields[via].value_len += more;
    for (uint16_t i = (uint16_t)(via + 1); i < msg->field_count; i++) {
        msg->fields[i].at += more;
        msg->fields[i].end += more;
        msg->fields[i].value_at += more;
    }
    msg->headers_end +=
        msg->headers_end < m->place ? 0 : more; /* a refused message may have none */
    msg->top_via_end += more;
}

ss_status ss_msg_replace_top_via(ss_msg *msg, ss_arena *arena, ss_slice value)
{
    SS_ASSERT(msg->top_via_status == SS_OK);
    const ss_slice old = msg->bytes, via = msg->top_via.whole;
    const size_t start = (size_t)(via.at - old.at), end = start + via.len;
    const size_t len = old.len - via.len + value.len;
    char *bytes = len > SS_MESSAGE_BYTES_MAX ? NULL : ss_arena_take(arena, len, 1);
    if (bytes == NULL) {
        return SS_ERR_FULL;
    }
    memcpy(bytes, old.at, start);
    memcpy(bytes + start, value.at, value.len);
    memcpy(bytes + start + value.len, old.at + end, old.len - end);
    const move m = { .from = old, .to = bytes, .place = end, .more = value.len - via.len };
    move_slices(msg, &m, SS_COUNT(slices) - VIA_SLICES);
    move_fields(msg, &m);
    msg->bytes = (ss_slice){ bytes, len };
    const lex_text t = { .at = bytes, .len = start + value.len, .room = len };
    const bool is_via = ss_via_read(&t, start, &msg->top_via) == t.len;
    msg->top_via_status = is_via ? SS_OK : SS_ERR_SYNTAX;
    return SS_OK;
}

void ss_msg_relocate(ss_msg *copy, ss_field *fields, const ss_msg *msg, const char *bytes)
{
    const uintptr_t from = (uintptr_t)msg->bytes.at;
    *copy = *msg;
    memcpy(fields, msg->fields, msg->field_count * sizeof *fields);
    copy->fields = fields;
    copy->bytes.at = bytes;
    for (size_t i = 0; i < SS_COUNT(slices); i++) {
        ss_slice *s = (ss_slice *)(void *)((unsigned char *)copy + slices[i]);
        const uintptr_t offset = (uintptr_t)s->at - from;
        if (offset <= msg->bytes.len) {
            s->at = bytes + offset;
        }
    }
}
