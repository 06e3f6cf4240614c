/* Request-Line and Status-Line (RFC 3261 7.1, 7.2, 25.1): single spaces, no white space inside a URI, and a version that
 * is compared as a string. What begins with no method and no version is no SIP, and is not answered. */
#include "lex.h"
#include "parse.h"

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

static bool parse_request_line(ss_parse *p, ss_slice line)
{
    ss_msg *msg = p->msg;
    const size_t first = ss_lex_find(line, 0, ' ');
    const ss_slice method = ss_slice_cut(line, 0, first);
    if (first == line.len || !ss_lex_all(method, LEX_TOKEN)) {
        refuse_line(p, SS_ERR_SYNTAX, line,
                    (ss_rule){ "RFC3261:7.1", "neither a request line nor a status line", 0 });
        return false;
    }
    msg->is_request = true;
    msg->method_name = method;
    msg->method = ss_method_from(method);
    const size_t last = find_last_space(line);
    const ss_slice version = ss_slice_cut(line, last + 1, line.len);
    if (!check_version(p, version) && !is_version(version)) {
        return true;
    }
    if (first == last) {
        refuse_line(p, SS_ERR_SYNTAX, version,
                    (ss_rule){ "RFC3261:7.1", "the request line has no Request-URI", 400 });
        return true;
    }
    msg->request_uri = ss_slice_cut(line, first + 1, last);
    if (ss_uri_parse(msg->request_uri, &msg->target) !=
        SS_OK) { /* white space and <> among them: RFC3261:7.1 */
        refuse_line(p, SS_ERR_SYNTAX, msg->request_uri,
                    (ss_rule){ "RFC3261:19.1.1", "the Request-URI is not a URI", 400 });
    }
    return true;
}

static bool parse_status_line(ss_parse *p, ss_slice line)
{
    ss_msg *msg = p->msg;
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
    if (ss_lex_run_escaped(msg->reason, 0, LEX_REASON) != msg->reason.len) {
        refuse_line(p, SS_ERR_SYNTAX, msg->reason,
                    (ss_rule){ "RFC3261:25.1", "a byte that no Reason-Phrase may hold", 0 });
        return false;
    }
    return true;
}

bool ss_parse_start_line(ss_parse *p, ss_slice line)
{
    const bool is_response = line.len >= 4 && LEX_SAYS(ss_slice_cut(line, 0, 4), "SIP/");
    return is_response ? parse_status_line(p, line) : parse_request_line(p, line);
}
