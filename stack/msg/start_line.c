/* Request-Line and Status-Line (RFC 3261 7.1, 7.2, 25.1): single spaces, no white space inside a URI, and a version that
 * is compared as a string. What begins with no method and no version is no SIP, and is not answered. */
#include "parse.h"
#include "read.h"

static void refuse_line(ss_parse *p, ss_status status, ss_slice at, ss_rule rule)
{
    ss_parse_refuse(p, status, (size_t)(at.at - p->msg->bytes.at), SS_HDR_COUNT, rule);
}

/* "SIP" "/" 1*DIGIT "." 1*DIGIT */
static bool is_version(ss_slice text)
{
    const ss_slice name = SS_LIT("SIP/");
    if (text.len < name.len || !ss_slice_eq_nocase(ss_slice_cut(text, 0, name.len), name)) {
        return false;
    }
    const size_t dot = ss_lex_run(text, name.len, LEX_DIGIT);
    const size_t end = ss_lex_run(text, dot + 1 <= text.len ? dot + 1 : text.len, LEX_DIGIT);
    return dot > name.len && lex_at(text, dot, '.') && end > dot + 1 && end == text.len;
}

/* RFC3261:7.1 the version is case-insensitive, and otherwise a literal. */
static bool check_version(ss_parse *p, ss_slice version)
{
    if (LEX_SAYS(version, "SIP/2.0")) {
        return true;
    }
    if (!is_version(version)) {
        refuse_line(p, SS_ERR_SYNTAX, version,
                    (ss_rule){ "RFC3261:7.1",
                               "the start line lacks a SIP version where one must stand", 400 });
        return false;
    }
    refuse_line(p, SS_ERR_SEMANTIC, version,
                (ss_rule){ "RFC3261:21.5.6", "a version of SIP other than 2.0", 505 });
    return false;
}

static size_t find_last_space(ss_slice s)
{
    size_t at = s.len;
    while (at > 0 && s.at[at - 1] != ' ') {
        at--;
    }
    return at - 1; /* the caller knows that there is one */
}

/* RFC3261:7.1 white space and <> are among what a Request-URI may not hold. */
static void read_request_uri(ss_parse *p, const lex_text *line, size_t from, size_t to)
{
    const lex_text t = { line->at, to, line->room };
    const bool is_uri = from < to && ss_uri_read(&t, from, &p->msg->target) == to;
    p->msg->request_uri = lex_cut(line, from, to);
    if (!is_uri) {
        refuse_line(p, SS_ERR_SYNTAX, p->msg->request_uri,
                    (ss_rule){ "RFC3261:19.1.1", "the Request-URI is not a URI", 400 });
    }
}

static bool parse_request_line(ss_parse *p, const lex_text *t)
{
    ss_msg *msg = p->msg;
    const ss_slice line = lex_cut(t, 0, t->len);
    const size_t first = lex_run(t, 0, LEX_TOKEN);
    if (first == 0 || !lex_has(t, first, ' ')) {
        refuse_line(p, SS_ERR_SYNTAX, line,
                    (ss_rule){ "RFC3261:7.1", "neither a request line nor a status line", 0 });
        return false;
    }
    msg->is_request = true;
    msg->method_name = lex_cut(t, 0, first);
    msg->method = ss_method_from(msg->method_name);
    const size_t last = find_last_space(line);
    const ss_slice version = lex_cut(t, last + 1, t->len);
    if (!check_version(p, version) && !is_version(version)) {
        return true;
    }
    if (first == last) {
        refuse_line(p, SS_ERR_SYNTAX, version,
                    (ss_rule){ "RFC3261:7.1", "the request line has no Request-URI", 400 });
        return true;
    }
    read_request_uri(p, t, first + 1, last);
    return true;
}

static bool parse_status_line(ss_parse *p, const lex_text *t)
{
    ss_msg *msg = p->msg;
    const ss_slice line = lex_cut(t, 0, t->len);
    const size_t space = ss_lex_find(line, 0, ' ');
    if (!check_version(p, ss_slice_cut(line, 0, space))) {
        return false;
    }
    uint64_t status = 0;
    const size_t end = space + 4;
    if (end >= line.len || line.at[end] != ' ' ||
        ss_slice_to_u64(ss_slice_cut(line, space + 1, end), 699, &status) != SS_OK ||
        status < 100) {
        refuse_line(p, SS_ERR_SYNTAX, line,
                    (ss_rule){ "RFC3261:7.2",
                               "a status code is three digits from 100 to 699, and a space", 0 });
        return false;
    }
    msg->status = (unsigned)status;
    msg->reason = ss_slice_cut(line, end + 1, line.len);
    if (lex_run_escaped(t, end + 1, LEX_REASON) != t->len) {
        refuse_line(p, SS_ERR_SYNTAX, msg->reason,
                    (ss_rule){ "RFC3261:25.1", "a byte that no Reason-Phrase may hold", 0 });
        return false;
    }
    return true;
}

bool ss_parse_start_line(ss_parse *p, size_t end)
{
    const lex_text t = ss_text_of(p->msg, end);
    ss_uri_clear(&p->msg->target);
    const bool is_response = end >= 4 && LEX_SAYS(lex_cut(&t, 0, 4), "SIP/");
    return is_response ? parse_status_line(p, &t) : parse_request_line(p, &t);
}
