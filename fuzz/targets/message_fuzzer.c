/* Target `message`: one datagram.
 * Aims at: ss_msg_parse, ss_msg_next_value, ss_msg_next_addr, ss_msg_from, ss_msg_to, ss_msg_cseq, ss_msg_number,
 * ss_msg_top_via, ss_name_addr_parse, ss_uri_parse, ss_via_parse, ss_params_get, ss_put_response_head,
 * ss_msg_summarise, ss_msg_judge. */
#include "fuzz.h"

#include "ss/grammar.h"

static void check_inside(const ss_msg *msg, ss_slice part)
{
    FZ_CHECK("S8", fz_is_inside(part, msg->bytes), "a typed value lies outside its message");
}

static void walk_addresses(const ss_msg *msg)
{
    static const ss_hdr ids[] = { SS_HDR_CONTACT, SS_HDR_ROUTE, SS_HDR_RECORD_ROUTE, SS_HDR_PATH };
    for (size_t i = 0; i < SS_COUNT(ids); i++) {
        ss_value_iter it = { 0 };
        ss_name_addr na;
        size_t count = 0;
        while (ss_msg_next_addr(msg, ids[i], &it, &na) == SS_OK) {
            ss_uri uri;
            check_inside(msg, na.uri);
            check_inside(msg, na.display);
            check_inside(msg, ss_name_addr_tag(&na));
            FZ_CHECK("S2", na.is_star || ss_uri_parse(na.uri, &uri) == SS_OK,
                     "an accepted address has no URI");
            FZ_CHECK("S1", ++count <= msg->bytes.len, "a list has more values than bytes");
        }
    }
}

static void walk_field(const ss_msg *msg, ss_hdr id)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    size_t count = 0;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        check_inside(msg, value);
        FZ_CHECK("S1", ++count <= msg->bytes.len, "a list has more values than bytes");
    }
    (void)ss_msg_lists_token(msg, id, SS_LIT("100rel"));
}

/* Nearly all of them are missing: of those only a number is asked for. */
static void walk_values(const ss_msg *msg)
{
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        uint32_t number = 0;
        if (ss_msg_number(msg, id, &number) == SS_OK) {
            FZ_CHECK("S2", msg->first[id] != 0, "a field that is missing has a number");
        }
        if (msg->first[id] != 0) {
            walk_field(msg, id);
        }
    }
}

static void ask_once(const ss_msg *msg, ss_status status)
{
    ss_name_addr from, to;
    ss_via via;
    ss_cseq cseq;
    const bool are_typed = ss_msg_from(msg, &from) == SS_OK && ss_msg_to(msg, &to) == SS_OK &&
                           ss_msg_top_via(msg, &via) == SS_OK && ss_msg_cseq(msg, &cseq) == SS_OK;
    FZ_CHECK("S2", are_typed || status != SS_OK, "an accepted message lacks a field that it needs");
    if (are_typed) {
        check_inside(msg, from.uri);
        check_inside(msg, to.uri);
        check_inside(msg, via.host);
        check_inside(msg, via.branch);
        check_inside(msg, cseq.method_name);
        (void)ss_via_identity(&via);
        (void)ss_via_has_cookie(&via);
    }
    check_inside(msg, ss_msg_call_id(msg));
    ss_summary summary;
    ss_msg_summarise(msg, &summary);
}

/* A response may be owed to what was refused (8.2.6): it is made of what could be read, and must parse. */
static void check_response(const ss_msg *msg, const ss_diag *diag)
{
    ss_arena one = fz_arena(1), two = fz_arena(2);
    ss_buffer b = ss_buffer_on(one.base, one.cap);
    ss_put_response_head(&b, msg, diag->response == 0 ? 200 : diag->response, SS_EMPTY,
                         SS_LIT("t1"));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    FZ_CHECK("S2", !b.overflow, "a response is larger than its request allows");
    ss_msg response;
    ss_diag why;
    const ss_status status = ss_msg_parse(&response, &two, ss_buffer_slice(&b), &why);
    if (diag->response == 0) {
        FZ_CHECK("S2", status == SS_OK || b.len > SS_MESSAGE_BYTES_MAX,
                 "the response to an accepted request is refused");
    }
}

/* A full arena is an ordinary answer, at any size. */
static void parse_in_little_memory(ss_slice bytes, size_t used)
{
    ss_arena arena = fz_arena(1);
    arena.cap = used == 0 ? 0 : (size_t)(ss_hash64(7, bytes) % used);
    ss_msg msg;
    ss_diag diag;
    const ss_status status = ss_msg_parse(&msg, &arena, bytes, &diag);
    FZ_CHECK("S1", status != SS_OK && arena.used <= arena.cap, "a message fits where it must not");
}

/* RFC 4475 3.1.2: what a liberal element read into a message is a message that needs no more of that. */
static void check_mended(const ss_msg *msg, ss_slice bytes, const ss_judge_options *options)
{
    ss_arena two = fz_arena(2);
    ss_msg again;
    ss_diag diag;
    if (!fz_is_inside(msg->bytes, bytes)) {
        FZ_CHECK("S2",
                 ss_msg_judge(&again, &two, msg->bytes, options, &diag) == SS_VERDICT_ACCEPT &&
                     ss_slice_eq(again.bytes, msg->bytes) && again.bytes.at == msg->bytes.at,
                 "what was mended has to be mended again");
    }
}

static void judge_again(ss_slice bytes, const ss_judge_options *options, ss_verdict verdict,
                        const ss_diag *diag)
{
    ss_arena two = fz_arena(2);
    ss_msg again;
    ss_diag why;
    FZ_CHECK("S8", ss_msg_judge(&again, &two, bytes, options, &why) == verdict,
             "two verdicts on one message");
    FZ_CHECK("S8",
             verdict == SS_VERDICT_ACCEPT ||
                 (why.offset == diag->offset && why.header == diag->header &&
                  why.response == diag->response),
             "two reasons for one verdict");
}

/* A verdict has its reasons, nothing answers an ACK or a response (17.1.1.3), and asking again changes nothing. */
static void judge(ss_slice bytes, const ss_judge_options *options, bool twice)
{
    ss_arena one = fz_arena(1);
    ss_msg msg;
    ss_diag diag;
    const ss_verdict verdict = ss_msg_judge(&msg, &one, bytes, options, &diag);
    FZ_CHECK("S1", verdict < SS_VERDICT_COUNT && ss_verdict_name(verdict) != NULL,
             "a verdict without a name");
    if (twice) {
        judge_again(bytes, options, verdict, &diag);
    }
    if (verdict == SS_VERDICT_ACCEPT) {
        FZ_CHECK("S2", options->tolerant || fz_is_inside(msg.bytes, bytes),
                 "a message was mended that nobody asked to");
        check_mended(&msg, bytes, options);
        return;
    }
    FZ_CHECK("S8", diag.offset <= bytes.len, "the verdict points outside the message");
    FZ_CHECK("S11",
             diag.section != NULL && diag.section[0] != '\0' && diag.sentence != NULL &&
                 diag.sentence[0] != '\0',
             "a verdict without a section or a sentence");
    FZ_CHECK("S11", diag.response == 0 || (diag.response >= 300 && diag.response < 700),
             "a refusal that is none");
    FZ_CHECK("S11", diag.response == 0 || (msg.is_request && msg.method != SS_METHOD_ACK),
             "something is answered that never is");
}

/* In one of them, which differs from input to input, it is judged twice: what is not the same again is so in any. */
static void judge_in_every_role(ss_slice bytes)
{
    const ss_element again = SS_ELEMENT_UAS + (ss_element)(ss_hash64(3, bytes) % 3);
    for (ss_element element = SS_ELEMENT_UAS; element <= SS_ELEMENT_REGISTRAR; element++) {
        const ss_judge_options options = { .element = element,
                                           .limits = ss_limits_default(),
                                           .tolerant = element == SS_ELEMENT_PROXY,
                                           .stream = element == SS_ELEMENT_REGISTRAR };
        judge(bytes, &options, element == again);
    }
}

static void put_whole(ss_buffer *b, const void *what)
{
    fz_put_message(b, what);
}

int fz_target_message(const uint8_t *data, size_t size)
{
    const ss_slice bytes = { (const char *)data, size };
    ss_arena arena = fz_arena(0);
    ss_msg msg;
    ss_diag diag;
    const ss_status status = ss_msg_parse(&msg, &arena, bytes, &diag);
    fz_check_bounded(arena.used, size);
    FZ_CHECK("S8", fz_is_inside(msg.bytes, bytes) && diag.offset <= size,
             "the verdict points outside the message");
    fz_check_clone(bytes, &msg, status, &diag);
    walk_values(&msg);
    walk_addresses(&msg);
    ask_once(&msg, status);
    judge_in_every_role(bytes);
    if (status == SS_OK) {
        fz_check_round_trip(&msg);
        fz_check_buffers(put_whole, &msg);
        parse_in_little_memory(bytes, arena.used);
    }
    if (msg.is_request && (status == SS_OK || diag.response != 0)) {
        check_response(&msg, &diag);
    }
    return 0;
}
