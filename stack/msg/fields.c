/* The header fields that every element needs, checked once when a message arrives: RFC 3261 8.1.1 (requests), 8.2.6.2
 * (responses), 16.3 (what a proxy must look at). A missing Max-Forwards passes, for peers of RFC 2543 (16.3 step 3). */
#include "lex.h"
#include "parse.h"

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
    ss_slice value;
    const uint16_t first = msg->first[SS_HDR_VIA];
    const bool is_empty = first != 0 && msg->fields[first - 1].value_len == 0;
    msg->top_via_status =
        is_empty ? SS_ERR_SYNTAX : ss_msg_next_value(msg, SS_HDR_VIA, &it, &value);
    if (msg->top_via_status == SS_OK) {
        msg->top_via_status = ss_via_parse(value, &msg->top_via);
    }
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
    ss_slice tag = SS_EMPTY;
    if (status != SS_OK || na->is_star) {
        return false;
    }
    const ss_status found = ss_params_get(na->params, SS_LIT("tag"), &tag);
    return found == SS_NONE || (found == SS_OK && ss_lex_all(tag, LEX_TOKEN));
}

static ss_status read_party(const ss_msg *msg, ss_hdr id, ss_name_addr *out, ss_uri *uri)
{
    return msg->first[id] == 0 ? SS_NONE
                               : ss_name_addr_parse_uri(ss_msg_value(msg, id, 0), out, uri);
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
static bool is_call_id(ss_slice s)
{
    const size_t at = ss_lex_run(s, 0, LEX_WORD);
    if (at == 0 || at == s.len) {
        return at != 0;
    }
    return s.at[at] == '@' && ss_lex_all(ss_slice_cut(s, at + 1, s.len), LEX_WORD);
}

static void check_call_id(ss_parse *p)
{
    if (p->msg->first[SS_HDR_CALL_ID] != 0 && !is_call_id(ss_msg_call_id(p->msg))) {
        ss_parse_refuse(p, SS_ERR_SYNTAX, place_of(p->msg, SS_HDR_CALL_ID), SS_HDR_CALL_ID,
                        (ss_rule){ "RFC3261:20.8", "Call-ID is a word, or two joined by @", 400 });
    }
}

/* RFC3261:8.1.1.5 and RFC3261:12.2.1.1: below 2^31, and the method is the request's. */
static void check_cseq(ss_parse *p)
{
    ss_msg *msg = p->msg;
    if (msg->first[SS_HDR_CSEQ] == 0) {
        return;
    }
    msg->cseq_status = ss_cseq_parse(ss_msg_value(msg, SS_HDR_CSEQ, 0), &msg->cseq);
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
    uint32_t value = 0;
    const ss_status status = ss_msg_number(p->msg, SS_HDR_MAX_FORWARDS, &value);
    if (status == SS_ERR_SYNTAX || value > 255) {
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
