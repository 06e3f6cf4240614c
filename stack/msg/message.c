/* The index of a message: start line, header field lines, body (RFC 3261 sections 7 and 18.3). One pass over the header
 * part, stopping only at control characters, which is where lines end. A line that does not fit the grammar is left
 * out of the index, so that nothing built from the index repeats it; reading goes on, because a response may be owed.
 * Invariant: every offset of an indexed field lies inside msg->bytes, and at < value_at <= value_at + value_len < end. */
#include "lex.h"
#include "parse.h"
#include "repetition.h"

#include <string.h>

enum { FIELDS_PER_TAKE = 16 };

void ss_parse_refuse(ss_parse *p, ss_status status, size_t offset, ss_hdr header, ss_rule rule)
{
    if (p->status != SS_OK) {
        return;
    }
    p->status = status;
    *p->diag = (ss_diag){ .offset = (uint32_t)offset + p->skipped,
                          .header = header,
                          .section = rule.section,
                          .sentence = rule.sentence,
                          .response = rule.response };
}

static bool is_crlf(ss_slice s, size_t at)
{
    return lex_at(s, at, '\r') && lex_at(s, at + 1, '\n');
}

typedef struct line {
    size_t end; /* of its content: the last CRLF begins here */
    size_t next;
    size_t bad; /* the first byte no line may hold, or SS_LEX_BAD */
} line;

/* The next CRLF from `at`. A control character is allowed only where a backslash hides it (quoted-pair). */
static bool find_crlf(ss_slice s, size_t at, line *found)
{
    const size_t begin = at;
    while ((at = ss_lex_control(s, at)) < s.len) {
        if (is_crlf(s, at)) {
            found->end = at;
            found->next = at + 2;
            return true;
        }
        const bool is_hidden =
            at > begin && s.at[at - 1] == '\\' && s.at[at] != '\r' && s.at[at] != '\n';
        if (!is_hidden && found->bad == SS_LEX_BAD) {
            found->bad = at;
        }
        at++;
    }
    return false;
}

/* RFC3261:7.3.1 a header field goes on while the next line begins with white space. */
static bool find_field_line(ss_slice s, size_t at, line *found)
{
    found->bad = SS_LEX_BAD;
    do {
        if (!find_crlf(s, at, found)) {
            return false;
        }
        at = found->next;
    } while (at < s.len && lex_is(s.at[at], LEX_WSP));
    return true;
}

/* Room for one more field. Nothing else is taken from the arena while the index grows, so its parts touch. */
static ss_field *add_field(ss_parse *p)
{
    ss_msg *msg = p->msg;
    if (msg->field_count == SS_FIELDS_MAX) {
        p->full = true;
        ss_parse_refuse(
            p, SS_ERR_FULL, msg->fields[SS_FIELDS_MAX - 1].end, SS_HDR_COUNT,
            (ss_rule){ "RFC3261:21.4.1", "more header fields than this element reads", 400 });
        return NULL;
    }
    if (msg->field_count % FIELDS_PER_TAKE == 0) {
        ss_field *more = SS_ARENA_ARRAY(p->arena, ss_field, FIELDS_PER_TAKE);
        if (more == NULL) {
            p->full = true;
            ss_parse_refuse(
                p, SS_ERR_FULL, 0, SS_HDR_COUNT,
                (ss_rule){ "RFC3261:21.5.7", "the memory lent for the index is full", 513 });
            return NULL;
        }
        msg->fields = msg->field_count == 0 ? more : msg->fields;
        SS_ASSERT(more == msg->fields + msg->field_count);
    }
    return &msg->fields[msg->field_count++];
}

/* RFC3261:7.3.1 may stand once; RFC3261:16.3 step 1: what is wrong with a field that routing does not look at is no reason
 * to refuse the message, "for instance, … a malformed Date". */
static bool refuses_second(ss_hdr id)
{
    switch (id) {
    case SS_HDR_CALL_ID:
    case SS_HDR_CONTENT_LENGTH:
    case SS_HDR_CONTENT_TYPE:
    case SS_HDR_CSEQ:
    case SS_HDR_EXPIRES:
    case SS_HDR_FROM:
    case SS_HDR_MAX_FORWARDS:
    case SS_HDR_TO:
        return true;
    default:
        return false;
    }
}

static void link_field(ss_parse *p, ss_field *field, ss_hdr id)
{
    ss_msg *msg = p->msg;
    const uint16_t self = msg->field_count;
    if (msg->first[id] == 0) {
        msg->first[id] = self;
    } else {
        msg->fields[p->last[id] - 1].next = self;
        if (refuses_second(id)) {
            ss_parse_refuse(
                p, SS_ERR_SEMANTIC, field->at, id,
                (ss_rule){ "RFC3261:7.3.1", "a field that may stand once stands twice", 400 });
        }
    }
    p->last[id] = self;
}

/* RFC3261:25.1 header-name HCOLON: white space, but no line break, before the colon. */
static void index_field(ss_parse *p, size_t at, const line *l)
{
    const ss_slice s = p->msg->bytes;
    const size_t name_end = ss_lex_run(s, at, LEX_TOKEN);
    const size_t colon = ss_lex_run(s, name_end, LEX_WSP);
    if (l->bad != SS_LEX_BAD) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, l->bad, SS_HDR_COUNT,
            (ss_rule){ "RFC3261:25.1", "a bare control character in a header field", 400 });
        return;
    }
    if (name_end == at || name_end - at > UINT16_MAX || !lex_at(s, colon, ':')) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, colon, SS_HDR_COUNT,
            (ss_rule){ "RFC3261:7.3.1", "a header line is a name, a colon and a value", 400 });
        return;
    }
    ss_field *field = p->full ? NULL : add_field(p);
    if (field == NULL) {
        return;
    }
    const ss_hdr id = ss_hdr_from(ss_slice_cut(s, at, name_end));
    const size_t value_at = lex_at(s, colon + 1, ' ') ? colon + 2 : colon + 1;
    const ss_slice value = lex_trim(ss_slice_cut(s, value_at, l->end));
    *field = (ss_field){ .at = (uint32_t)at,
                         .end = (uint32_t)l->next,
                         .name_len = (uint16_t)(name_end - at),
                         .value_at = (uint32_t)(value.at - s.at),
                         .value_len = (uint32_t)value.len,
                         .id = (uint8_t)id };
    link_field(p, field, id);
}

/* Every header line from `at`, up to the empty line; gives where the body begins. */
static size_t index_fields(ss_parse *p, size_t at)
{
    const ss_slice s = p->msg->bytes;
    while (!is_crlf(s, at)) {
        line l;
        if (!find_field_line(s, at, &l)) {
            ss_parse_refuse(
                p, SS_ERR_SYNTAX, s.len, SS_HDR_COUNT,
                (ss_rule){ "RFC3261:7", "the header part does not end with an empty line", 400 });
            p->msg->headers_end = (uint32_t)at;
            return s.len;
        }
        index_field(p, at, &l);
        at = l.next;
    }
    p->msg->headers_end = (uint32_t)at;
    return at + 2;
}

/* RFC3261:18.3 the body is Content-Length bytes; what follows in the datagram is discarded. */
static void find_body(ss_parse *p, size_t at)
{
    ss_msg *msg = p->msg;
    const size_t room = msg->bytes.len - at;
    uint32_t stated = 0;
    const ss_status status = ss_msg_number(msg, SS_HDR_CONTENT_LENGTH, &stated);
    size_t len = room;
    if (status == SS_OK && stated <= room) {
        len = stated;
    } else if (status != SS_NONE) {
        const size_t where = msg->fields[msg->first[SS_HDR_CONTENT_LENGTH] - 1].value_at;
        if (status == SS_OK) {
            ss_parse_refuse(
                p, SS_ERR_SEMANTIC, where, SS_HDR_CONTENT_LENGTH,
                (ss_rule){ "RFC3261:18.3", "Content-Length is more than the datagram holds", 400 });
        } else {
            ss_parse_refuse(
                p, SS_ERR_SYNTAX, where, SS_HDR_CONTENT_LENGTH,
                (ss_rule){ "RFC3261:20.14", "Content-Length is not a number this large", 400 });
        }
    }
    msg->body = ss_slice_cut(msg->bytes, at, at + len);
    msg->bytes.len = at + len;
}

/* A response is never answered, an ACK neither (17.1.1.3); and without a Via there is nowhere to answer to. */
static bool may_be_answered(const ss_msg *msg)
{
    return msg->is_request && msg->method != SS_METHOD_ACK && msg->first[SS_HDR_VIA] != 0;
}

static void parse_message(ss_parse *p)
{
    const ss_slice s = p->msg->bytes;
    line l = { .bad = SS_LEX_BAD };
    if (!find_crlf(s, 0, &l)) {
        ss_parse_refuse(p, SS_ERR_SYNTAX, s.len, SS_HDR_COUNT,
                        (ss_rule){ "RFC3261:7", "there is no start line", 0 });
        return;
    }
    if (l.bad != SS_LEX_BAD) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, l.bad, SS_HDR_COUNT,
            (ss_rule){ "RFC3261:25.1", "a bare control character in the start line", 400 });
    }
    if (!ss_parse_start_line(p, ss_slice_cut(s, 0, l.end))) {
        return;
    }
    const size_t body_at = index_fields(p, l.next);
    if (s.len > SS_MESSAGE_BYTES_MAX) {
        ss_parse_refuse(p, SS_ERR_FULL, SS_MESSAGE_BYTES_MAX, SS_HDR_COUNT,
                        (ss_rule){ "RFC3261:21.5.7",
                                   "longer than the longest message this element reads", 513 });
    }
    ss_parse_check_fields(p);
    find_body(p, body_at);
}

ss_status ss_msg_parse(ss_msg *msg, ss_arena *arena, ss_slice bytes, ss_diag *diag)
{
    SS_ASSERT(bytes.len <= UINT32_MAX);
    size_t skipped = 0;
    while (is_crlf(bytes, skipped)) { /* RFC3261:7.5 */
        skipped += 2;
    }
    *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "", .sentence = "" };
    memset(msg, 0, sizeof *msg);
    msg->bytes = ss_slice_cut(bytes, skipped, bytes.len);
    ss_parse p = { .msg = msg, .arena = arena, .diag = diag, .skipped = (uint32_t)skipped };
    parse_message(&p);
    if (!may_be_answered(msg)) {
        diag->response = 0;
    }
    return p.status;
}

ss_slice ss_msg_value(const ss_msg *msg, ss_hdr id, unsigned nth)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    for (uint16_t at = msg->first[id]; at != 0; at = msg->fields[at - 1].next) {
        if (nth-- == 0) {
            const ss_field *field = &msg->fields[at - 1];
            return (ss_slice){ msg->bytes.at + field->value_at, field->value_len };
        }
    }
    return SS_EMPTY;
}

unsigned ss_msg_count(const ss_msg *msg, ss_hdr id)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    unsigned count = 0;
    for (uint16_t at = msg->first[id]; at != 0; at = msg->fields[at - 1].next) {
        count++;
    }
    return count;
}
