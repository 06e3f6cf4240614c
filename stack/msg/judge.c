/* A verdict on a whole message: limits, the grammar of the fields that the element needs, then what section 8.2 asks of a user
 * agent server, 10.3 of a registrar and 16.3 of a proxy, in their order. One pass over the fields; each is typed once. */
#include "judge.h"

#include "lex.h"
#include "mend.h"
#include "repetition.h"
#include "typer.h"

ss_limits ss_limits_default(void)
{
    return (ss_limits){ .message_bytes = SS_MESSAGE_BYTES_MAX,
                        .fields = SS_FIELDS_MAX,
                        .values = 16384,
                        .nesting = 8,
                        .uri_bytes = 4096,
                        .body_bytes = SS_MESSAGE_BYTES_MAX };
}

const char *ss_verdict_name(ss_verdict verdict)
{
    static const char *const names[SS_VERDICT_COUNT] = { "accept", "reject", "unacceptable" };
    SS_ASSERT((unsigned)verdict < SS_VERDICT_COUNT);
    return names[verdict];
}

/* RFC3261:17.1.1.3 nothing answers an ACK, nor a response; and without a Via there is nowhere to answer to. */
static unsigned response_to(const ss_msg *msg, unsigned response)
{
    const bool is_answered =
        msg->is_request && msg->method != SS_METHOD_ACK && msg->first[SS_HDR_VIA] != 0;
    return is_answered ? response : 0;
}

bool ss_judging_refuse(ss_judging *j, ss_verdict verdict, const char *at, ss_hdr header,
                       ss_ruling ruling)
{
    if (j->verdict == SS_VERDICT_ACCEPT) {
        j->verdict = verdict;
        *j->diag = (ss_diag){ .offset = (uint32_t)(at - j->msg->bytes.at) + j->skipped,
                              .header = header,
                              .section = ruling.section,
                              .sentence = ruling.sentence,
                              .response = response_to(j->msg, ruling.response) };
    }
    return false;
}

const char *ss_judging_place(const ss_judging *j, ss_hdr id)
{
    const ss_msg *msg = j->msg;
    return msg->bytes.at +
           (msg->first[id] == 0 ? msg->headers_end : msg->fields[msg->first[id] - 1].value_at);
}

static bool refuse_field(ss_judging *j, ss_hdr id, ss_ruling ruling)
{
    return ss_judging_refuse(j, SS_VERDICT_UNACCEPTABLE, ss_judging_place(j, id), id, ruling);
}

static bool is_server(const ss_judging *j)
{
    return j->msg->is_request && j->options->element != SS_ELEMENT_PROXY;
}

/* ---- limits ---------------------------------------------------------------------------------------------------------- */

static bool judge_limits(ss_judging *j)
{
    const ss_msg *msg = j->msg;
    const ss_limits *limits = &j->options->limits;
    const char *begin = msg->bytes.at;
    if (msg->bytes.len > limits->message_bytes) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, begin + limits->message_bytes, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:21.5.7", "longer than the messages this element reads", 513 });
    }
    if (msg->field_count > limits->fields) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, begin + msg->fields[limits->fields].at, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:21.4.1", "more header fields than this element reads", 400 });
    }
    if (msg->request_uri.len > limits->uri_bytes) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, msg->request_uri.at, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:21.4.12", "a Request-URI longer than this element reads", 414 });
    }
    if (msg->body.len > limits->body_bytes) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, msg->body.at, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:21.4.11", "a body larger than this element takes", 413 });
    }
    if (j->options->stream && msg->first[SS_HDR_CONTENT_LENGTH] == 0) {
        return refuse_field(
            j, SS_HDR_CONTENT_LENGTH,
            (ss_ruling){ "RFC3261:18.3", "on a stream Content-Length must be there", 400 });
    }
    return true;
}

/* ---- the grammar of each field --------------------------------------------------------------------------------------- */

/* RFC3261:16.3 step 1 what a proxy does not look at, it passes on. The parser has judged the fields that all need. */
static bool proxy_needs(ss_hdr id)
{
    return id == SS_HDR_ROUTE || id == SS_HDR_PROXY_REQUIRE || id == SS_HDR_MAX_FORWARDS ||
           id == SS_HDR_MAX_BREADTH;
}

/* RFC3261:8.2.2 a malformed field that is not necessary for processing the request can be ignored. */
static bool server_needs(ss_hdr id)
{
    static const uint8_t needed[] = {
        SS_HDR_CONTACT,
        SS_HDR_CONTENT_DISPOSITION,
        SS_HDR_CONTENT_ENCODING,
        SS_HDR_CONTENT_TYPE,
        SS_HDR_EVENT,
        SS_HDR_FROM,
        SS_HDR_INFO_PACKAGE,
        SS_HDR_JOIN,
        SS_HDR_PATH,
        SS_HDR_RACK,
        SS_HDR_RECORD_ROUTE,
        SS_HDR_REFER_TO,
        SS_HDR_REPLACES,
        SS_HDR_REQUIRE,
        SS_HDR_RSEQ,
        SS_HDR_SIP_IF_MATCH,
        SS_HDR_SUBSCRIPTION_STATE,
        SS_HDR_TARGET_DIALOG,
        SS_HDR_TO,
    };
    for (size_t i = 0; i < SS_COUNT(needed); i++) {
        if (needed[i] == id) {
            return true;
        }
    }
    return false;
}

static bool is_judged(const ss_judging *j, ss_hdr id)
{
    if (j->options->element == SS_ELEMENT_PROXY) {
        return proxy_needs(id);
    }
    if (j->msg->is_request && !ss_hdr_applies(id, j->msg->method)) {
        return false; /* RFC3261:20 not applicable, so ignored */
    }
    return !j->options->tolerant || server_needs(id);
}

static bool judge_value(ss_judging *j, ss_hdr id, ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    const ss_status status = ss_typed_parse(id, value, &typed, &flaw);
    if (status == SS_OK) {
        return true;
    }
    return ss_judging_refuse(
        j, status == SS_ERR_SYNTAX ? SS_VERDICT_REJECT : SS_VERDICT_UNACCEPTABLE,
        value.at + flaw.offset, id, (ss_ruling){ flaw.section, flaw.sentence, 400 });
}

/* The values of one line of a list; *count goes on from the lines before. */
static bool judge_list(ss_judging *j, uint16_t index, uint32_t *count)
{
    const ss_msg *msg = j->msg;
    const ss_field *field = &msg->fields[index];
    const uint32_t end = field->value_at + field->value_len;
    const ss_hdr id = (ss_hdr)field->id;
    ss_value_iter it = { .field = (uint16_t)(index + 1), .at = field->value_at, .started = true };
    while (it.at <= end) {
        const char *from = msg->bytes.at + it.at;
        ss_slice value;
        if (ss_msg_next_value(msg, id, &it, &value) != SS_OK) {
            return ss_judging_refuse(
                j, SS_VERDICT_REJECT, from, id,
                (ss_ruling){ "RFC3261:7.3.1",
                             "a list with an empty value, or an open quote or bracket", 400 });
        }
        if (++*count > j->options->limits.values) {
            return ss_judging_refuse(
                j, SS_VERDICT_UNACCEPTABLE, value.at, id,
                (ss_ruling){ "RFC3261:21.4.1", "more values than this element reads", 400 });
        }
        if (!judge_value(j, id, value)) {
            return false;
        }
    }
    return true;
}

static bool judge_fields(ss_judging *j)
{
    const ss_msg *msg = j->msg;
    uint32_t counts[SS_HDR_COUNT] = { 0 };
    for (uint16_t i = 0; i < msg->field_count; i++) {
        const ss_field *field = &msg->fields[i];
        const ss_hdr id = (ss_hdr)field->id;
        if (!is_judged(j, id)) {
            continue;
        }
        const ss_slice value = { msg->bytes.at + field->value_at, field->value_len };
        const ss_repetition repetition = ss_hdr_repetition(id);
        if (repetition == SS_REPEAT_ONE && counts[id]++ > 0) {
            return ss_judging_refuse(
                j, SS_VERDICT_UNACCEPTABLE, value.at, id,
                (ss_ruling){ "RFC3261:7.3.1", "a field that may stand once stands twice", 400 });
        }
        const bool is_list = repetition == SS_REPEAT_LIST && value.len > 0;
        if (!(is_list ? judge_list(j, i, &counts[id]) : judge_value(j, id, value))) {
            return false;
        }
    }
    return true;
}

/* ---- what every server asks --------------------------------------------------------------------------------------------- */

static bool is_understood(const ss_judging *j, ss_slice tag)
{
    ss_slice rest = j->options->understood;
    while (rest.len > 0) {
        const size_t comma = ss_slice_find(rest, ',');
        if (ss_slice_eq_nocase(ss_slice_trim(ss_slice_cut(rest, 0, comma)), tag)) {
            return true;
        }
        rest = comma == rest.len ? SS_EMPTY : ss_slice_cut(rest, comma + 1, rest.len);
    }
    return false;
}

static bool judge_extensions(ss_judging *j, ss_hdr id, const char *section)
{
    ss_value_iter it = { 0 };
    ss_slice tag;
    while (ss_msg_next_value(j->msg, id, &it, &tag) == SS_OK) {
        if (!is_understood(j, tag)) {
            return ss_judging_refuse(
                j, SS_VERDICT_UNACCEPTABLE, tag.at, id,
                (ss_ruling){ section, "an extension that this element does not understand", 420 });
        }
    }
    return true;
}

/* RFC3261:8.2.2.1 and RFC3261:16.3 step 2 */
static bool judge_request_uri(ss_judging *j)
{
    const ss_slice text = j->msg->request_uri;
    ss_uri uri;
    const bool is_proxy = j->options->element == SS_ELEMENT_PROXY;
    if (ss_uri_parse(text, &uri) == SS_OK && uri.scheme == SS_SCHEME_OTHER) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, text.at, SS_HDR_COUNT,
            (ss_ruling){ is_proxy ? "RFC3261:16.3" : "RFC3261:8.2.2.1",
                         "the scheme of the Request-URI is not one that can be served", 416 });
    }
    if (!is_proxy && !j->options->tolerant && uri.headers.at != NULL) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, uri.headers.at, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:19.1.1", "a Request-URI has no headers", 400 });
    }
    return true;
}

/* ---- the proxy: 16.3, in its order ---------------------------------------------------------------------------------------- */

static bool judge_as_proxy(ss_judging *j)
{
    uint32_t number = 1;
    if (!judge_request_uri(j)) {
        return false;
    }
    if (ss_msg_number(j->msg, SS_HDR_MAX_FORWARDS, &number) == SS_OK && number == 0) {
        return refuse_field(
            j, SS_HDR_MAX_FORWARDS,
            (ss_ruling){ "RFC3261:16.3", "Max-Forwards is used up: it goes no further", 483 });
    }
    if (ss_msg_number(j->msg, SS_HDR_MAX_BREADTH, &number) == SS_OK && number == 0) {
        return refuse_field(
            j, SS_HDR_MAX_BREADTH,
            (ss_ruling){ "RFC5393:5.3.3.1", "Max-Breadth is used up: it can go to nobody", 440 });
    }
    const bool is_ack_or_cancel =
        j->msg->method == SS_METHOD_ACK || j->msg->method == SS_METHOD_CANCEL;
    return is_ack_or_cancel || judge_extensions(j, SS_HDR_PROXY_REQUIRE, "RFC3261:16.3");
}

/* ---- user agent servers and registrars: 8.2, 10.3 -------------------------------------------------------------------------- */

typedef struct contacts {
    unsigned count;
    bool has_star, has_other_scheme;
} contacts;

static contacts count_contacts(const ss_msg *msg)
{
    contacts found = { 0 };
    ss_value_iter it = { 0 };
    ss_name_addr na;
    ss_uri uri;
    while (ss_msg_next_addr(msg, SS_HDR_CONTACT, &it, &na) == SS_OK) {
        found.count++;
        found.has_star = found.has_star || na.is_star;
        found.has_other_scheme =
            found.has_other_scheme || (!na.is_star && ss_uri_parse(na.uri, &uri) == SS_OK &&
                                       uri.scheme != SS_SCHEME_SIP && uri.scheme != SS_SCHEME_SIPS);
    }
    return found;
}

/* RFC3261:10.3 step 6: the star stands alone, and with Expires: 0; RFC3261:10.2.2 in a REGISTER only. */
static bool judge_star(ss_judging *j, contacts found)
{
    uint32_t expires = 1;
    if (!found.has_star) {
        return true;
    }
    if (j->msg->method != SS_METHOD_REGISTER) {
        return refuse_field(
            j, SS_HDR_CONTACT,
            (ss_ruling){ "RFC3261:10.2.2", "Contact: * stands in a REGISTER only", 400 });
    }
    if (found.count > 1 || ss_msg_number(j->msg, SS_HDR_EXPIRES, &expires) != SS_OK ||
        expires != 0) {
        return refuse_field(
            j, SS_HDR_CONTACT,
            (ss_ruling){ "RFC3261:10.3", "Contact: * stands alone, and with Expires: 0", 400 });
    }
    return true;
}

/* RFC3261:8.1.1.8 exactly one SIP or SIPS URI; a peer of RFC 2543 (no magic cookie) may leave it out (RFC 4475 3.4.1). */
static bool judge_contact(ss_judging *j)
{
    const contacts found = count_contacts(j->msg);
    if (!judge_star(j, found)) {
        return false;
    }
    if (j->msg->method != SS_METHOD_INVITE || j->options->tolerant) {
        return true;
    }
    const bool may_lack = !ss_via_has_cookie(&j->msg->top_via);
    if (found.count > 1 || found.has_other_scheme || (found.count == 0 && !may_lack)) {
        return refuse_field(j, SS_HDR_CONTACT,
                            (ss_ruling){ "RFC3261:8.1.1.8",
                                         "an INVITE has one Contact, with a SIP or SIPS URI",
                                         400 });
    }
    return true;
}

/* RFC3261:10.3 step 5 and RFC3261:10.2: whom a REGISTER is about has a SIP or SIPS URI, and the registrar has no user. */
static bool judge_register(ss_judging *j)
{
    ss_name_addr to;
    ss_uri uri;
    if (j->options->element != SS_ELEMENT_REGISTRAR || j->msg->method != SS_METHOD_REGISTER) {
        return true;
    }
    if (ss_msg_to(j->msg, &to) != SS_OK || ss_uri_parse(to.uri, &uri) != SS_OK ||
        (uri.scheme != SS_SCHEME_SIP && uri.scheme != SS_SCHEME_SIPS)) {
        return refuse_field(
            j, SS_HDR_TO,
            (ss_ruling){ "RFC3261:10.3", "an address-of-record is a SIP or SIPS URI", 400 });
    }
    if (!j->options->tolerant && ss_uri_parse(j->msg->request_uri, &uri) == SS_OK &&
        uri.user.at != NULL) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, j->msg->request_uri.at, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:10.2", "the Request-URI of a REGISTER names no user", 400 });
    }
    return true;
}

/* RFC3261:21.4.7 and RFC3261:20.1: an answer to an INVITE is a session description. */
static bool judge_accept(ss_judging *j)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    if (j->msg->method != SS_METHOD_INVITE || j->options->tolerant ||
        j->msg->first[SS_HDR_ACCEPT] == 0) {
        return true;
    }
    while (ss_msg_next_value(j->msg, SS_HDR_ACCEPT, &it, &value) == SS_OK) {
        ss_typed typed;
        ss_flaw flaw;
        if (ss_typed_parse(SS_HDR_ACCEPT, value, &typed, &flaw) != SS_OK) {
            continue;
        }
        const ss_slice type = typed.parts[0].text;
        const ss_slice subtype = typed.parts[1].text;
        const bool is_any = ss_slice_eq(subtype, SS_LIT("*"));
        if ((is_any && ss_slice_eq(type, SS_LIT("*"))) ||
            (ss_slice_eq_nocase(type, SS_LIT("application")) &&
             (is_any || ss_slice_eq_nocase(subtype, SS_LIT("sdp"))))) {
            return true;
        }
    }
    return refuse_field(j, SS_HDR_ACCEPT,
                        (ss_ruling){ "RFC3261:21.4.7",
                                     "the sender takes no session description as an answer", 406 });
}

/* RFC3261:8.2: the method, the header, the content. */
static bool judge_as_server(ss_judging *j)
{
    const ss_method method = j->msg->method;
    if (method == SS_METHOD_OTHER) {
        return ss_judging_refuse(
            j, SS_VERDICT_UNACCEPTABLE, j->msg->method_name.at, SS_HDR_COUNT,
            (ss_ruling){ "RFC3261:21.5.2", "a method that this element does not know", 501 });
    }
    if (!judge_request_uri(j) || !judge_register(j)) {
        return false;
    }
    if (method != SS_METHOD_ACK && method != SS_METHOD_CANCEL && /* RFC3261:8.2.2.3 */
        !judge_extensions(j, SS_HDR_REQUIRE, "RFC3261:8.2.2.3")) {
        return false;
    }
    return judge_contact(j) && ss_judge_body(j) && judge_accept(j);
}

/* The first byte that no URI holds, when that is what is wrong with the Request-URI. */
static void point_into_uri(const ss_msg *msg, uint32_t skipped, ss_diag *diag)
{
    const ss_slice uri = msg->request_uri;
    const size_t odd = uri.at == NULL ? 0 : ss_lex_run_escaped(uri, 0, LEX_URIC);
    if (odd < uri.len && diag->offset == (uint32_t)(uri.at - msg->bytes.at) + skipped) {
        diag->offset += (uint32_t)odd;
    }
}

/* The parser says in which field the fault is; the grammar of the field knows at which byte, and why. */
static void point_at_byte(const ss_msg *msg, uint32_t skipped, ss_diag *diag)
{
    if (diag->header == SS_HDR_COUNT) {
        point_into_uri(msg, skipped, diag);
    }
    if (diag->header >= SS_HDR_OTHER || msg->first[diag->header] == 0) {
        return;
    }
    const ss_field *field = &msg->fields[msg->first[diag->header] - 1];
    ss_value_iter it = { 0 };
    ss_slice value = ss_slice_cut(msg->bytes, field->value_at, field->value_at + field->value_len);
    ss_slice first;
    if (diag->offset != field->value_at + skipped) {
        return;
    }
    if (value.len > 0 && ss_msg_next_value(msg, diag->header, &it, &first) == SS_OK) {
        value = first;
    }
    ss_typed typed;
    ss_flaw flaw;
    if (ss_typed_parse(diag->header, value, &typed, &flaw) != SS_OK) {
        diag->offset = (uint32_t)((size_t)(value.at - msg->bytes.at) + flaw.offset) + skipped;
        diag->section = flaw.section;
        diag->sentence = flaw.sentence;
    }
}

static ss_verdict judge_as_it_is(ss_msg *msg, ss_arena *arena, ss_slice bytes,
                                 const ss_judge_options *options, ss_diag *diag)
{
    const ss_status status = ss_msg_parse(msg, arena, bytes, diag);
    const uint32_t skipped = (uint32_t)(msg->bytes.at - bytes.at);
    if (status == SS_ERR_SYNTAX) {
        point_at_byte(msg, skipped, diag);
    }
    if (status != SS_OK) {
        return status == SS_ERR_SYNTAX ? SS_VERDICT_REJECT : SS_VERDICT_UNACCEPTABLE;
    }
    ss_judging j = { .msg = msg,
                     .options = options,
                     .diag = diag,
                     .verdict = SS_VERDICT_ACCEPT,
                     .skipped = skipped };
    bool is_good = judge_limits(&j) && judge_fields(&j);
    if (is_good && is_server(&j)) {
        is_good = judge_as_server(&j);
    } else if (is_good && msg->is_request) {
        is_good = judge_as_proxy(&j);
    }
    SS_ASSERT(is_good == (j.verdict == SS_VERDICT_ACCEPT));
    return j.verdict;
}

/* What a liberal element reads into it (RFC 4475 3.1.2), when that can be accepted; else the verdict on what came stands. */
static ss_verdict judge_mended(ss_msg *msg, ss_arena *arena, ss_slice bytes,
                               const ss_judge_options *options, ss_diag *diag, ss_verdict verdict)
{
    const size_t used = arena->used;
    ss_slice mended;
    ss_msg liberal;
    ss_diag none;
    if (ss_mend(bytes, arena, &mended) == SS_OK &&
        judge_as_it_is(&liberal, arena, mended, options, &none) == SS_VERDICT_ACCEPT) {
        *msg = liberal;
        *diag = none;
        return SS_VERDICT_ACCEPT;
    }
    arena->used = used;
    return verdict;
}

ss_verdict ss_msg_judge(ss_msg *msg, ss_arena *arena, ss_slice bytes,
                        const ss_judge_options *options, ss_diag *diag)
{
    const ss_verdict verdict = judge_as_it_is(msg, arena, bytes, options, diag);
    return verdict == SS_VERDICT_ACCEPT || !options->tolerant
               ? verdict
               : judge_mended(msg, arena, bytes, options, diag, verdict);
}
