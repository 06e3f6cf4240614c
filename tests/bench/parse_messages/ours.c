/* The stack's own parser: ss_msg_parse, then every value that the comparison names. No allocation. */
#include "peers.h"

#include "stack/msg/lex.h"

#include "ss/msg.h"

enum { SCRATCH_BYTES = 1 << 16, TYPED_MAX = 16 };

/* Where typed values go. They are written and looked at no more: a parser's user would keep or use them. */
typedef struct typed_message {
    ss_msg msg;
    ss_uri request_uri;
    ss_via vias[TYPED_MAX];
    ss_name_addr addrs[TYPED_MAX];
    ss_uri uris[TYPED_MAX];
    ss_slice credential_names[TYPED_MAX], credential_values[TYPED_MAX];
    ss_cseq cseq;
    uint32_t max_forwards, content_length;
    ss_slice call_id;
    unsigned addr_count;
} typed_message;

static _Alignas(16) unsigned char scratch[SCRATCH_BYTES];
static typed_message typed;

static int type_vias(typed_count *count)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    ss_status status;
    while ((status = ss_msg_next_value(&typed.msg, SS_HDR_VIA, &it, &value)) == SS_OK) {
        if (count->vias == TYPED_MAX || ss_via_parse(value, &typed.vias[count->vias]) != SS_OK) {
            return 0;
        }
        count->vias++;
    }
    return status == SS_NONE;
}

static int type_uri(ss_name_addr *addr, typed_count *count)
{
    ss_uri *uri = &typed.uris[typed.addr_count++];
    count->uris++;
    return ss_uri_parse(addr->uri, uri) == SS_OK;
}

static int type_list(ss_hdr id, unsigned *counted, typed_count *count)
{
    ss_value_iter it = { 0 };
    while (typed.addr_count < TYPED_MAX) {
        ss_name_addr *addr = &typed.addrs[typed.addr_count];
        const ss_status status = ss_msg_next_addr(&typed.msg, id, &it, addr);
        if (status != SS_OK) {
            return status == SS_NONE;
        }
        if (!type_uri(addr, count)) {
            return 0;
        }
        (*counted)++;
    }
    return 0;
}

static int type_party(ss_status (*read)(const ss_msg *, ss_name_addr *), typed_count *count)
{
    ss_name_addr *addr = &typed.addrs[typed.addr_count];
    count->parties++;
    return read(&typed.msg, addr) == SS_OK && type_uri(addr, count);
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
        const size_t end = lex_at(s, value_at, '"') ? ss_lex_quoted(s, value_at) : ss_lex_run(s, value_at, LEX_TOKEN);
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
    count->numbers += ss_msg_cseq(&typed.msg, &typed.cseq) == SS_OK;
    count->numbers += ss_msg_number(&typed.msg, SS_HDR_MAX_FORWARDS, &typed.max_forwards) == SS_OK;
    count->numbers += ss_msg_number(&typed.msg, SS_HDR_CONTENT_LENGTH, &typed.content_length) == SS_OK;
    typed.call_id = ss_msg_call_id(&typed.msg);
}

static int type_request_uri(typed_count *count)
{
    count->uris++;
    return ss_uri_parse(typed.msg.request_uri, &typed.request_uri) == SS_OK;
}

static int parse(const char *bytes, size_t len, typed_count *count)
{
    ss_arena arena = { .base = scratch, .cap = sizeof scratch };
    ss_diag diag;
    typed.addr_count = 0;
    if (ss_msg_parse(&typed.msg, &arena, (ss_slice){ bytes, len }, &diag) != SS_OK) {
        return 0;
    }
    type_numbers(count);
    return (!typed.msg.is_request || type_request_uri(count)) && type_vias(count) &&
           type_list(SS_HDR_ROUTE, &count->routes, count) && type_list(SS_HDR_RECORD_ROUTE, &count->routes, count) &&
           type_list(SS_HDR_CONTACT, &count->contacts, count) && type_party(ss_msg_from, count) &&
           type_party(ss_msg_to, count) && (typed.msg.first[SS_HDR_AUTHORIZATION] == 0 || type_credentials(count));
}

size_t ours_bytes(const char *bytes, size_t len)
{
    ss_arena arena = { .base = scratch, .cap = sizeof scratch };
    ss_diag diag;
    return ss_msg_parse(&typed.msg, &arena, (ss_slice){ bytes, len }, &diag) != SS_OK ? 0 : sizeof typed.msg + arena.used;
}

static void open_nothing(void)
{
}

const peer ours = { "sipsim", open_nothing, parse };
