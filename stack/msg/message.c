/* The index of a message: start line, header field lines, body (RFC 3261 sections 7 and 18.3). One pass over the header
 * part, stopping only at control characters, which is where lines end. A line that does not fit the grammar is left
 * out of the index, so that nothing built from the index repeats it; reading goes on, because a response may be owed.
 * Invariant: every offset of an indexed field lies inside msg->bytes, and at < value_at <= value_at + value_len < end. */
#include "names.h"
#include "parse.h"
#include "read.h"
#include "repetition.h"

#include <string.h>

enum { FIELDS_PER_TAKE = 16 };
_Static_assert(SS_FIELDS_MAX % FIELDS_PER_TAKE == 0, "the limit is where more would be taken");

/* Of a byte of the message */
static inline bool is_crlf(ss_slice s, size_t at)
{
    return s.at[at] == '\r' && at + 1 < s.len && s.at[at + 1] == '\n';
}

static LEX_RARE void refuse_full(ss_parse *p)
{
    ss_parse_refuse(p, SS_ERR_FULL, 0, SS_HDR_COUNT,
                    (ss_rule){ "RFC3261:21.5.7", "the memory lent for the index is full", 513 });
}

/* Room for FIELDS_PER_TAKE more fields. Nothing else is taken from the arena while the index grows, so its parts touch. */
static LEX_RARE bool take_fields(ss_parse *p)
{
    ss_msg *msg = p->msg;
    if (p->full) {
        return false;
    }
    const bool is_limit = msg->field_count == SS_FIELDS_MAX;
    ss_field *more = is_limit ? NULL : SS_ARENA_ARRAY(p->arena, ss_field, FIELDS_PER_TAKE);
    if (more != NULL) {
        msg->fields = msg->field_count == 0 ? more : msg->fields;
        SS_ASSERT(more == msg->fields + msg->field_count);
        return true;
    }
    p->full = true;
    if (is_limit) {
        ss_parse_refuse(
            p, SS_ERR_FULL, msg->fields[SS_FIELDS_MAX - 1].end, SS_HDR_COUNT,
            (ss_rule){ "RFC3261:21.4.1", "more header fields than this element reads", 400 });
    } else {
        refuse_full(p);
    }
    return false;
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

static inline void link_field(ss_parse *p, const ss_field *field, ss_hdr id)
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

static LEX_RARE void refuse_control(ss_parse *p, size_t at, const char *sentence)
{
    ss_parse_refuse(p, SS_ERR_SYNTAX, at, SS_HDR_COUNT, (ss_rule){ "RFC3261:25.1", sentence, 400 });
}

/* A field whose place, name and value are known. */
static inline void add_field(ss_parse *p, size_t begin, size_t end, size_t name_len, ss_hdr id,
                             size_t value_at, size_t value_end)
{
    ss_msg *msg = p->msg;
    if (msg->field_count % FIELDS_PER_TAKE == 0 && !take_fields(p)) {
        return;
    }
    ss_field *field = &msg->fields[msg->field_count++];
    field->at = (uint32_t)begin;
    field->end = (uint32_t)end + 2;
    field->value_at = (uint32_t)value_at;
    field->value_len = (uint32_t)(value_end - value_at);
    field->name_len = (uint16_t)name_len;
    field->id = (uint8_t)id;
    link_field(p, field, id);
}

/* RFC3261:25.1 header-name HCOLON: white space, but no line break, before the colon. */
static LEX_RARE void index_odd_field(ss_parse *p, size_t begin, size_t end)
{
    const lex_text t = ss_text_of(p->msg, end);
    const size_t name_end = lex_run(&t, begin, LEX_TOKEN);
    const size_t colon = lex_run_short(&t, name_end, LEX_WSP);
    if (name_end == begin || name_end - begin > UINT16_MAX || !lex_has(&t, colon, ':')) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, colon, SS_HDR_COUNT,
            (ss_rule){ "RFC3261:7.3.1", "a header line is a name, a colon and a value", 400 });
        return;
    }
    const size_t at = colon + 1 + (size_t)lex_has(&t, colon + 1, ' ');
    const ss_slice value = ss_slice_trim(lex_cut(&t, at, end));
    const size_t value_at = (size_t)(value.at - t.at);
    add_field(p, begin, end, name_end - begin, ss_hdr_from(lex_cut(&t, begin, name_end)), value_at,
              value_at + value.len);
}

/* The usual field: a name that is known, a colon, a space, a value. What is known is a token, so that only the colon is looked
 * for, in a block that may go on in other lines. */
static LEX_APART void index_field(ss_parse *p, size_t begin, size_t end)
{
#if LEX_BLOCK > 0
    const char *s = p->msg->bytes.at;
    const unsigned colons =
        p->msg->bytes.len - begin >= LEX_BLOCK ? lex_block_finds(s + begin, ':') : 0;
    const size_t name_len = (unsigned)__builtin_ctz(colons | 1u << LEX_BLOCK);
    if (begin + name_len + 1 < end) {
        const ss_hdr id = ss_hdr_of_block(s + begin, name_len);
        const size_t at = begin + name_len + 1 + (size_t)(s[begin + name_len + 1] == ' ');
        if (id != SS_HDR_OTHER && (unsigned char)s[at] > ' ' && (unsigned char)s[end - 1] > ' ') {
            add_field(p, begin, end, name_len, id, at, end);
            return;
        }
    }
#endif
    index_odd_field(p, begin, end);
}

/* A control character but HTAB, that no backslash hides (quoted-pair). */
static bool is_bare_control(ss_slice s, size_t at)
{
    const unsigned char c = (unsigned char)s.at[at];
    const bool is_control = (c < ' ' && c != '\t') || c == 0x7f;
    return is_control && (at == 0 || s.at[at - 1] != '\\' || c == '\r' || c == '\n');
}

static LEX_APART bool start(ss_parse *p, size_t end, size_t bad)
{
    if (bad != SS_LEX_BAD) {
        refuse_control(p, bad, "a bare control character in the start line");
    }
    return ss_parse_start_line(p, end);
}

/* What is known of the lines read so far. */
typedef struct walk {
    size_t begin; /* of the field under way; 0 while that is the start line */
    size_t from;  /* not looked at yet */
    size_t bad;   /* the first byte since `begin` that no line may hold, or SS_LEX_BAD */
} walk;

/* The bytes are over before the empty line. */
static LEX_RARE size_t end_early(ss_parse *p, const walk *w)
{
    const size_t end = p->msg->bytes.len;
    if (w->begin == 0) {
        ss_parse_refuse(p, SS_ERR_SYNTAX, end, SS_HDR_COUNT,
                        (ss_rule){ "RFC3261:7", "there is no start line", 0 });
        return SS_LEX_BAD;
    }
    ss_parse_refuse(
        p, SS_ERR_SYNTAX, end, SS_HDR_COUNT,
        (ss_rule){ "RFC3261:7", "the header part does not end with an empty line", 400 });
    p->msg->headers_end = (uint32_t)w->begin;
    return end;
}

/* A CRLF at `at` ends a line. Gives where the body begins when it was the empty one; 0 to go on; SS_LEX_BAD when there is no
 * sense in it. A field goes on while the next line begins with white space (RFC3261:7.3.1). */
static inline size_t end_line(ss_parse *p, ss_slice s, walk *w, size_t at)
{
    w->from = at + 2;
    if (w->begin == 0) {
        if (!start(p, at, w->bad)) {
            return SS_LEX_BAD;
        }
    } else if (at == w->begin) {
        p->msg->headers_end = (uint32_t)at;
        return w->from;
    } else if (w->from < s.len && (unsigned char)s.at[w->from] <= ' ' &&
               lex_is(s.at[w->from], LEX_WSP)) {
        return 0;
    } else if (w->bad == SS_LEX_BAD) {
        index_field(p, w->begin, at);
    } else {
        refuse_control(p, w->bad, "a bare control character in a header field");
    }
    w->begin = w->from;
    w->bad = SS_LEX_BAD;
    return 0;
}

/* Every line to the empty one: the start line, then header fields (RFC3261:7). Gives where the body begins; SS_LEX_BAD when the
 * message makes no sense. */
static size_t index_lines(ss_parse *p)
{
    const ss_slice s = p->msg->bytes;
    walk w = { .bad = SS_LEX_BAD };
    for (size_t chunk = 0; chunk < s.len; chunk += LEX_CHUNK) {
        for (uint64_t odd = lex_odd(s, chunk); odd != 0; odd &= odd - 1) {
            const size_t at = chunk + (unsigned)__builtin_ctzll(odd);
            if (is_crlf(s, at)) {
                const size_t body_at = end_line(p, s, &w, at);
                if (body_at != 0) {
                    return body_at;
                }
                odd &= odd - 1; /* and with its CR goes its LF, when that is in the chunk */
            } else if (w.bad == SS_LEX_BAD && at >= w.from && is_bare_control(s, at)) {
                w.bad = at;
            }
        }
    }
    return end_early(p, &w);
}

/* RFC3261:18.3 the body is Content-Length bytes; what follows in the datagram is discarded. */
static void find_body(ss_parse *p, size_t at)
{
    ss_msg *msg = p->msg;
    const size_t room = msg->bytes.len - at;
    const ss_status status = ss_number_read(msg, SS_HDR_CONTENT_LENGTH, &msg->content_length);
    const uint32_t stated = msg->content_length;
    msg->content_length_status = status;
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

/* What ss_msg_parse reads once is cleared where it is read. */
static LEX_APART void clear(void *at, size_t bytes)
{
    memset(at, 0, bytes);
}

static void parse_message(ss_parse *p)
{
    const size_t body_at = index_lines(p);
    if (body_at == SS_LEX_BAD) {
        clear(&p->msg->target, sizeof *p->msg - offsetof(ss_msg, target));
        p->msg->max_forwards_status = SS_NONE;
        p->msg->content_length_status = SS_NONE;
        return;
    }
    if (p->msg->bytes.len > SS_MESSAGE_BYTES_MAX) {
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
    while (skipped < bytes.len && is_crlf(bytes, skipped)) { /* RFC3261:7.5 */
        skipped += 2;
    }
    *diag = (ss_diag){ .header = SS_HDR_COUNT, .section = "", .sentence = "" };
    clear(msg, offsetof(ss_msg, target));
    msg->bytes = ss_slice_cut(bytes, skipped, bytes.len);
    ss_parse p; /* of p.last, only what the index has is read */
    p.msg = msg;
    p.arena = arena;
    p.diag = diag;
    p.status = SS_OK;
    p.skipped = (uint32_t)skipped;
    p.full = false;
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
