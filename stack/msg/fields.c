/* The header fields that every element needs, checked once when a message arrives: RFC 3261 8.1.1 (requests), 8.2.6.2
 * (responses), 16.3 (what a proxy must look at). A missing Max-Forwards passes, for peers of RFC 2543 (16.3 step 3). */
#include "parse.h"
#include "read.h"

static size_t place_of(const ss_msg *msg, ss_hdr id)
{
    return msg->first[id] == 0 ? msg->headers_end : msg->fields[msg->first[id] - 1].value_at;
}

static void check_present(ss_parse *p)
{
    static const ss_hdr needed[] = { SS_HDR_VIA, SS_HDR_FROM, SS_HDR_TO, SS_HDR_CALL_ID,
                                     SS_HDR_CSEQ };
    for (size_t i = 0; i < SS_COUNT(needed); i++) {
        if (p->msg->first[needed[i]] == 0) {
            ss_parse_refuse(
                p, SS_ERR_SEMANTIC, p->msg->headers_end, needed[i],
                (ss_rule){ "RFC3261:8.1.1", "a field that every message needs is missing", 400 });
        }
    }
}

/* RFC3261:25.1 a Via line holds one value at least: an empty one on top is no Via, whatever comes after it. */
static void read_top_via(ss_msg *msg)
{
    ss_value_iter it = { 0 };
    const uint16_t first = msg->first[SS_HDR_VIA];
    if (first == 0 || msg->fields[first - 1].value_len == 0) {
        ss_via_clear(&msg->top_via);
        msg->top_via_status = first == 0 ? SS_NONE : SS_ERR_SYNTAX;
    } else {
        msg->top_via_status = ss_msg_next_via(msg, &it, &msg->top_via);
    }
    msg->top_via_field = it.field;
    msg->top_via_end = it.at;
}

static void check_via(ss_parse *p)
{
    read_top_via(p->msg);
    if (p->msg->first[SS_HDR_VIA] != 0 && p->msg->top_via_status != SS_OK) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, place_of(p->msg, SS_HDR_VIA), SS_HDR_VIA,
            (ss_rule){ "RFC3261:20.42", "the topmost Via does not match its grammar", 400 });
    }
}

/* One address, no star, and a tag that is a token (19.3, 20.39). */
static bool is_party(ss_status status, const ss_name_addr *na)
{
    return status == SS_OK && !na->has_odd_tag;
}

/* What cannot be read leaves nothing behind. */
static ss_status read_party(const ss_msg *msg, ss_hdr id, ss_name_addr *out, ss_uri *uri)
{
    lex_text t;
    size_t at;
    const bool is_there = ss_text_of_field(msg, id, &t, &at);
    if (is_there && at < t.len && ss_addr_read(&t, at, out, uri) == t.len && !out->is_star) {
        return SS_OK;
    }
    ss_addr_clear(out);
    ss_uri_clear(uri);
    return is_there ? SS_ERR_SYNTAX : SS_NONE;
}

static void check_parties(ss_parse *p)
{
    ss_msg *msg = p->msg;
    msg->from_status = read_party(msg, SS_HDR_FROM, &msg->from, &msg->from_uri);
    if (msg->from_status != SS_NONE && !is_party(msg->from_status, &msg->from)) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, place_of(p->msg, SS_HDR_FROM), SS_HDR_FROM,
            (ss_rule){ "RFC3261:20.20", "From is not one address with parameters", 400 });
    }
    msg->to_status = read_party(msg, SS_HDR_TO, &msg->to, &msg->to_uri);
    if (msg->to_status != SS_NONE && !is_party(msg->to_status, &msg->to)) {
        ss_parse_refuse(p, SS_ERR_SYNTAX, place_of(p->msg, SS_HDR_TO), SS_HDR_TO,
                        (ss_rule){ "RFC3261:20.39", "To is not one address with parameters", 400 });
    }
}

/* callid = word [ "@" word ] */
static bool is_call_id(const lex_text *t, size_t at)
{
    const size_t end = lex_run(t, at, LEX_WORD);
    if (end == at || end == t->len) {
        return end != at;
    }
    return t->at[end] == '@' && end + 1 < t->len && lex_run(t, end + 1, LEX_WORD) == t->len;
}

static void check_call_id(ss_parse *p)
{
    lex_text t;
    size_t at;
    if (ss_text_of_field(p->msg, SS_HDR_CALL_ID, &t, &at) && !is_call_id(&t, at)) {
        ss_parse_refuse(p, SS_ERR_SYNTAX, place_of(p->msg, SS_HDR_CALL_ID), SS_HDR_CALL_ID,
                        (ss_rule){ "RFC3261:20.8", "Call-ID is a word, or two joined by @", 400 });
    }
}

/* RFC3261:8.1.1.5 and RFC3261:12.2.1.1: below 2^31, and the method is the request's. */
static void check_cseq(ss_parse *p)
{
    ss_msg *msg = p->msg;
    lex_text t;
    size_t at;
    if (!ss_text_of_field(msg, SS_HDR_CSEQ, &t, &at)) {
        msg->cseq = (ss_cseq){ .number = 0 };
        msg->cseq_status = SS_NONE;
        return;
    }
    msg->cseq_status = ss_cseq_read(&t, at, &msg->cseq);
    if (msg->cseq_status != SS_OK) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, place_of(msg, SS_HDR_CSEQ), SS_HDR_CSEQ,
            (ss_rule){ "RFC3261:20.16", "CSeq is a number below 2^31 and a method", 400 });
        return;
    }
    if (!msg->is_request) {
        msg->method = msg->cseq.method;
        msg->method_name = msg->cseq.method_name;
    } else if (!ss_slice_eq(msg->method_name, msg->cseq.method_name)) {
        ss_parse_refuse(p, SS_ERR_SEMANTIC, place_of(msg, SS_HDR_CSEQ), SS_HDR_CSEQ,
                        (ss_rule){ "RFC3261:8.1.1.5",
                                   "the method in CSeq is not the method of the request", 400 });
    }
}

/* RFC3261:20.22 0 to 255. */
static void check_max_forwards(ss_parse *p)
{
    ss_msg *msg = p->msg;
    msg->max_forwards_status = ss_number_read(msg, SS_HDR_MAX_FORWARDS, &msg->max_forwards);
    if (msg->max_forwards_status == SS_ERR_SYNTAX || msg->max_forwards > 255) {
        ss_parse_refuse(
            p, SS_ERR_SYNTAX, place_of(p->msg, SS_HDR_MAX_FORWARDS), SS_HDR_MAX_FORWARDS,
            (ss_rule){ "RFC3261:20.22", "Max-Forwards is a number from 0 to 255", 400 });
    }
}

void ss_parse_check_fields(ss_parse *p)
{
    check_present(p);
    check_via(p);
    check_parties(p);
    check_call_id(p);
    check_cseq(p);
    check_max_forwards(p);
}
