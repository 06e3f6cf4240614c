/* The stack's own parser: ss_msg_parse, then every value that the comparison names. No allocation. */
#include "peers.h"

#include "stack/msg/lex.h"

#include "ss/msg.h"

enum { SCRATCH_BYTES = 1 << 16, TYPED_MAX = 16 };

/* Where typed values go. They are written and looked at no more: a parser's user would keep or use them. */
typedef struct typed_message {
    ss_msg msg;
    ss_via vias[TYPED_MAX];
    ss_name_addr addrs[TYPED_MAX];
    ss_uri uris[TYPED_MAX];
    ss_slice credential_names[TYPED_MAX], credential_values[TYPED_MAX];
    uint32_t max_forwards, content_length;
    ss_slice call_id;
    unsigned addr_count;
} typed_message;

static _Alignas(16) unsigned char scratch[SCRATCH_BYTES];
static typed_message typed;

/* The topmost Via is read with the message; the walk begins behind it. */
static int type_vias(typed_count *count)
{
    ss_value_iter it = ss_msg_after_top_via(&typed.msg);
    for (count->vias = 1; count->vias < TYPED_MAX; count->vias++) {
        const ss_status status = ss_msg_next_via(&typed.msg, &it, &typed.vias[count->vias]);
        if (status != SS_OK) {
            return status == SS_NONE;
        }
    }
    return 0;
}

static int type_list(ss_hdr id, unsigned *counted, typed_count *count)
{
    ss_value_iter it = { 0 };
    for (; typed.addr_count < TYPED_MAX; typed.addr_count++) {
        const unsigned at = typed.addr_count;
        const ss_status status =
            ss_msg_next_addr_uri(&typed.msg, id, &it, &typed.addrs[at], &typed.uris[at]);
        if (status != SS_OK) {
            return status == SS_NONE;
        }
        count->uris++;
        (*counted)++;
    }
    return 0;
}

/* So are From, To, CSeq and the Request-URI. */
static void count_read(typed_count *count)
{
    count->parties += (unsigned)((typed.msg.from.uri.len != 0) + (typed.msg.to.uri.len != 0));
    count->uris +=
        (unsigned)((typed.msg.from_uri.host.len != 0) + (typed.msg.to_uri.host.len != 0));
    count->uris += typed.msg.is_request && typed.msg.target.host.len != 0;
    count->numbers += typed.msg.cseq.method_name.len != 0;
}

/* credentials = scheme LWS name "=" value *( "," name "=" value ) */
static int type_credentials(typed_count *count)
{
    const ss_slice s = ss_msg_value(&typed.msg, SS_HDR_AUTHORIZATION, 0);
    size_t at = ss_lex_lws(s, ss_lex_run(s, 0, LEX_TOKEN));
    for (unsigned i = 0; i < TYPED_MAX; i++) {
        const size_t name_end = ss_lex_run(s, at, LEX_TOKEN);
        const size_t value_at = ss_lex_separator(s, name_end, '=');
        if (name_end == at || value_at == SS_LEX_BAD) {
            return 0;
        }
        const size_t end = lex_at(s, value_at, '"') ? ss_lex_quoted(s, value_at)
                                                    : ss_lex_run(s, value_at, LEX_TOKEN);
        if (end == SS_LEX_BAD || end == value_at) {
            return 0;
        }
        typed.credential_names[i] = ss_slice_cut(s, at, name_end);
        typed.credential_values[i] = ss_slice_cut(s, value_at, end);
        count->credentials++;
        if (end == s.len) {
            return 1;
        }
        at = ss_lex_separator(s, end, ',');
        if (at == SS_LEX_BAD) {
            return 0;
        }
    }
    return 0;
}

static void type_numbers(typed_count *count)
{
    count->numbers += ss_msg_number(&typed.msg, SS_HDR_MAX_FORWARDS, &typed.max_forwards) == SS_OK;
    count->numbers +=
        ss_msg_number(&typed.msg, SS_HDR_CONTENT_LENGTH, &typed.content_length) == SS_OK;
    typed.call_id = ss_msg_call_id(&typed.msg);
}

static int parse(const char *bytes, size_t len, typed_count *count)
{
    ss_arena arena = { .base = scratch, .cap = sizeof scratch };
    ss_diag diag;
    typed.addr_count = 0;
    if (ss_msg_parse(&typed.msg, &arena, (ss_slice){ bytes, len }, &diag) != SS_OK) {
        return 0;
    }
    count_read(count);
    type_numbers(count);
    return type_vias(count) && type_list(SS_HDR_ROUTE, &count->routes, count) &&
           type_list(SS_HDR_RECORD_ROUTE, &count->routes, count) &&
           type_list(SS_HDR_CONTACT, &count->contacts, count) &&
           (typed.msg.first[SS_HDR_AUTHORIZATION] == 0 || type_credentials(count));
}

size_t ours_bytes(const char *bytes, size_t len)
{
    ss_arena arena = { .base = scratch, .cap = sizeof scratch };
    ss_diag diag;
    return ss_msg_parse(&typed.msg, &arena, (ss_slice){ bytes, len }, &diag) != SS_OK
               ? 0
               : sizeof typed.msg + arena.used;
}

static void open_nothing(void)
{
}

const peer ours = { "sipsim", open_nothing, parse };
