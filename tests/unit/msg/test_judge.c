/* Verdicts: each response of section 21 that a message alone can bring, by role; limits; multipart bodies; every truncation and
 * every changed byte of a message that has a bit of everything. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "ss/grammar.h"

enum { ARENA = 1 << 18, TEXT = 1 << 17 };
static _Alignas(16) unsigned char arena_bytes[ARENA];

typedef struct judged {
    ss_verdict verdict;
    ss_diag diag;
} judged;

static judged judge_bytes(ss_slice bytes, const ss_judge_options *options)
{
    judged result;
    ss_msg msg;
    ss_arena arena = { arena_bytes, ARENA, 0 };
    result.verdict = ss_msg_judge(&msg, &arena, bytes, options, &result.diag);
    if (result.verdict != SS_VERDICT_ACCEPT) {
        CHECK(result.diag.offset <= bytes.len);
        CHECK(result.diag.section[0] == 'R');
        CHECK(result.diag.sentence[0] != '\0');
    }
    return result;
}

static ss_judge_options role(ss_element element)
{
    return (ss_judge_options){ .element = element, .limits = ss_limits_default() };
}

#define HEAD(method)                                                              \
    "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: " \
    "<sip:c@d>\r\nCall-ID: x\r\n"                                                 \
    "CSeq: 1 " method "\r\nMax-Forwards: 70\r\n"
#define REQUEST(method, uri, more) method " " uri " SIP/2.0\r\n" HEAD(method) more
#define INVITE(more)               REQUEST("INVITE", "sip:c@d", "m: <sip:a@e>\r\n" more)

/* The response and the section, or 0 for what is accepted. */
static void check_verdict(const ss_judge_options *options, const char *text, ss_verdict verdict,
                          unsigned response, const char *section)
{
    const judged result = judge_bytes(ss_slice_from(text), options);
    CHECK_STR(ss_verdict_name(result.verdict), ss_verdict_name(verdict));
    if (verdict != SS_VERDICT_ACCEPT) {
        CHECK_STR(result.diag.section, section);
        CHECK_EQ(result.diag.response, response);
    }
}

typedef struct ruling {
    ss_element element;
    const char *text;
    ss_verdict verdict;
    unsigned response;
    const char *section;
} ruling;

#define ACCEPT SS_VERDICT_ACCEPT, 0, ""
#define UAS    SS_ELEMENT_UAS
#define PROXY  SS_ELEMENT_PROXY
#define REG    SS_ELEMENT_REGISTRAR
#define NOT_OK SS_VERDICT_UNACCEPTABLE
static const ruling rulings[] = {
    { UAS, INVITE("\r\n"), ACCEPT },
    { UAS, REQUEST("INVITE", "sip:c@d", "\r\n"), NOT_OK, 400, "RFC3261:8.1.1.8" },
    { UAS, INVITE("Contact: <sip:x@y>\r\n\r\n"), NOT_OK, 400, "RFC3261:8.1.1.8" },
    { UAS, INVITE("Date: Fri, 01 Jan 2010 16:00:00 EST\r\n\r\n"), SS_VERDICT_REJECT, 400,
      "RFC3261:20.17" },
    { PROXY, INVITE("Date: Fri, 01 Jan 2010 16:00:00 EST\r\n\r\n"), ACCEPT },
    { PROXY, INVITE("Route: sip:a@b\r\n\r\n"), SS_VERDICT_REJECT, 400, "RFC3261:20.34" },
    { PROXY, INVITE("Contact: ?\r\n\r\n"), ACCEPT },
    { UAS, INVITE("Subject: a\r\nSubject: b\r\n\r\n"), NOT_OK, 400, "RFC3261:7.3.1" },
    { PROXY, INVITE("Subject: a\r\nSubject: b\r\n\r\n"), ACCEPT },
    { UAS, INVITE("Allow: INVITE,,ACK\r\n\r\n"), SS_VERDICT_REJECT, 400, "RFC3261:7.3.1" },
    { UAS, INVITE("RAck: ?\r\n\r\n"), ACCEPT },
    { UAS, REQUEST("PRACK", "sip:c@d", "RAck: ?\r\n\r\n"), SS_VERDICT_REJECT, 400, "RFC3262:7.2" },
    { UAS, REQUEST("NEW", "sip:c@d", "\r\n"), NOT_OK, 501, "RFC3261:21.5.2" },
    { PROXY, REQUEST("NEW", "sip:c@d", "\r\n"), ACCEPT },
    { UAS, REQUEST("OPTIONS", "soap.beep://192.0.2.103:3002", "\r\n"), NOT_OK, 416,
      "RFC3261:8.2.2.1" },
    { PROXY, REQUEST("OPTIONS", "nobodyKnowsThisScheme:x", "\r\n"), NOT_OK, 416, "RFC3261:16.3" },
    { UAS, REQUEST("OPTIONS", "tel:+1-201-555-0123", "\r\n"), ACCEPT },
    { UAS, REQUEST("OPTIONS", "sip:c@d?Route=x", "\r\n"), NOT_OK, 400, "RFC3261:19.1.1" },
    { UAS, INVITE("Require: foo\r\n\r\n"), NOT_OK, 420, "RFC3261:8.2.2.3" },
    { UAS, INVITE("Proxy-Require: foo\r\n\r\n"), ACCEPT },
    { PROXY, INVITE("Require: foo\r\n\r\n"), ACCEPT },
    { PROXY, INVITE("Proxy-Require: foo\r\n\r\n"), NOT_OK, 420, "RFC3261:16.3" },
    { UAS, REQUEST("CANCEL", "sip:c@d", "Require: foo\r\n\r\n"), ACCEPT },
    { UAS, REQUEST("ACK", "sip:c@d", "Subject: a\x01\r\n\r\n"), SS_VERDICT_REJECT, 0,
      "RFC3261:25.1" },
    { UAS, REQUEST("ACK", "http://x", "\r\n"), NOT_OK, 0, "RFC3261:8.2.2.1" },
    { PROXY, INVITE("Max-Breadth: 0\r\n\r\n"), NOT_OK, 440, "RFC5393:5.3.3.1" },
    { UAS, INVITE("Content-Type: application/x\r\n\r\nb"), NOT_OK, 415, "RFC3261:8.2.3" },
    { UAS,
      INVITE(
          "Content-Type: application/x\r\nContent-Disposition: render;handling=optional\r\n\r\nb"),
      ACCEPT },
    { UAS, INVITE("Content-Type: application/sdp\r\ne: gzip\r\n\r\nb"), NOT_OK, 415,
      "RFC3261:8.2.3" },
    { UAS, INVITE("Content-Type: application/sdp\r\ne: identity\r\n\r\nb"), ACCEPT },
    { UAS, INVITE("Content-Type: multipart/unknown;boundary=a\r\n\r\nb"), NOT_OK, 415,
      "RFC3261:8.2.3" },
    { UAS, INVITE("Content-Type: application/pkcs7-mime\r\n\r\nb"), NOT_OK, 493, "RFC3261:23.2" },
    { UAS, INVITE("\r\nb"), NOT_OK, 400, "RFC3261:20.15" },
    { UAS, INVITE("Accept: text/nobodyKnowsThis\r\n\r\n"), NOT_OK, 406, "RFC3261:21.4.7" },
    { UAS, INVITE("Accept: text/x, application/*\r\n\r\n"), ACCEPT },
    { UAS, INVITE("Accept:\r\n\r\n"), NOT_OK, 406, "RFC3261:21.4.7" },
    { UAS, REQUEST("MESSAGE", "sip:c@d", "Content-Type: x/y\r\n\r\nb"), ACCEPT },
    { UAS, "INVITE sip:c@d SIP/7.0\r\n" HEAD("INVITE") "\r\n", NOT_OK, 505, "RFC3261:21.5.6" },
    { UAS, "INVITE sip:c@d SIP/2.0\r\n\r\n", NOT_OK, 0, "RFC3261:8.1.1" },
    { UAS, "SIP/2.0 200 OK\r\n" HEAD("INVITE") "Date: x\r\n\r\n", SS_VERDICT_REJECT, 0,
      "RFC3261:20.17" },
    { PROXY, "SIP/2.0 200 OK\r\n" HEAD("INVITE") "Date: x\r\n\r\n", ACCEPT },
    { UAS, "SIP/2.0 200 OK\r\n" HEAD("NEW") "Require: x\r\n\r\n", ACCEPT },
    { REG, REQUEST("REGISTER", "sip:d", "Contact: *\r\nExpires: 0\r\n\r\n"), ACCEPT },
    { REG, REQUEST("REGISTER", "sip:d", "Contact: *\r\n\r\n"), NOT_OK, 400, "RFC3261:10.3" },
    { REG, REQUEST("REGISTER", "sip:d", "Contact: *\r\nExpires: 1\r\n\r\n"), NOT_OK, 400,
      "RFC3261:10.3" },
    { REG, REQUEST("REGISTER", "sip:d", "Contact: *, <sip:a@b>\r\nExpires: 0\r\n\r\n"), NOT_OK, 400,
      "RFC3261:10.3" },
    { REG, REQUEST("REGISTER", "sip:c@d", "Contact: <name:John>\r\n\r\n"), NOT_OK, 400,
      "RFC3261:10.2" },
    { REG, REQUEST("REGISTER", "sip:d", "Contact: <name:John>\r\n\r\n"), ACCEPT },
    { UAS, REQUEST("INVITE", "sip:c@d", "Contact: *\r\n\r\n"), NOT_OK, 400, "RFC3261:10.2.2" },
};

TEST(judge_each_role_gives_each_message_its_response)
{
    for (size_t i = 0; i < SS_COUNT(rulings); i++) {
        const ss_judge_options options = role(rulings[i].element);
        check_verdict(&options, rulings[i].text, rulings[i].verdict, rulings[i].response,
                      rulings[i].section);
    }
}

TEST(judge_a_registrar_wants_an_address_of_record_that_is_sip)
{
    const ss_judge_options registrar = role(SS_ELEMENT_REGISTRAR);
    const ss_judge_options proxy = role(SS_ELEMENT_PROXY);
    static const char text[] =
        "REGISTER sip:d SIP/2.0\r\nTo: isbn:2983792873\r\nFrom: <http://www.example.com>;tag=3\r\n"
        "Call-ID: u\r\nCSeq: 2 REGISTER\r\nMax-Forwards: 70\r\nVia: SIP/2.0/UDP "
        "h;branch=z9hG4bK\r\n\r\n";
    check_verdict(&registrar, text, SS_VERDICT_UNACCEPTABLE, 400, "RFC3261:10.3");
    check_verdict(&proxy, text, ACCEPT);
}

TEST(judge_max_forwards_of_zero_stops_at_a_proxy_and_is_served_by_a_server)
{
    static const char text[] = "OPTIONS sip:d SIP/2.0\r\nTo: sip:d\r\nFrom: "
                               "<sip:a@b>;tag=3\r\nCall-ID: u\r\nCSeq: 2 OPTIONS\r\n"
                               "Max-Forwards: 0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK\r\n\r\n";
    const ss_judge_options uas = role(SS_ELEMENT_UAS);
    const ss_judge_options proxy = role(SS_ELEMENT_PROXY);
    check_verdict(&proxy, text, SS_VERDICT_UNACCEPTABLE, 483, "RFC3261:16.3");
    check_verdict(&uas, text, ACCEPT);
}

TEST(judge_extensions_that_are_understood_are_taken)
{
    ss_judge_options options = role(SS_ELEMENT_UAS);
    options.understood = SS_LIT("timer, 100rel");
    check_verdict(&options, INVITE("Require: 100REL, timer\r\n\r\n"), ACCEPT);
    check_verdict(&options, INVITE("Require: 100rel, time\r\n\r\n"), SS_VERDICT_UNACCEPTABLE, 420,
                  "RFC3261:8.2.2.3");
}

TEST(judge_the_tolerant_take_what_they_need_not_understand)
{
    ss_judge_options options = role(SS_ELEMENT_UAS);
    options.tolerant = true;
    check_verdict(&options, INVITE("Date: x\r\nExpires: 99999999999\r\nSubject: \xff\r\n\r\n"),
                  ACCEPT);
    check_verdict(&options, INVITE("\r\nbody without a type"), ACCEPT);
    check_verdict(&options, INVITE("Require: ?\r\n\r\n"), SS_VERDICT_REJECT, 400, "RFC3261:20.32");
}

TEST(judge_limits_bring_their_responses)
{
    ss_judge_options options = role(SS_ELEMENT_UAS);
    static const char text[] =
        INVITE("Allow: INVITE, ACK\r\nContent-Type: text/plain\r\n\r\n12345");
    options.limits.message_bytes = sizeof text - 2;
    check_verdict(&options, text, SS_VERDICT_UNACCEPTABLE, 513, "RFC3261:21.5.7");
    options.limits = ss_limits_default();
    options.limits.fields = 8;
    check_verdict(&options, text, SS_VERDICT_UNACCEPTABLE, 400, "RFC3261:21.4.1");
    options.limits = ss_limits_default();
    options.limits.uri_bytes = 6;
    check_verdict(&options, text, SS_VERDICT_UNACCEPTABLE, 414, "RFC3261:21.4.12");
    options.limits = ss_limits_default();
    options.limits.body_bytes = 4;
    check_verdict(&options, text, SS_VERDICT_UNACCEPTABLE, 413, "RFC3261:21.4.11");
    options.limits = ss_limits_default();
    options.limits.values = 1;
    check_verdict(&options, text, SS_VERDICT_UNACCEPTABLE, 400, "RFC3261:21.4.1");
    options.limits.values = 2;
    options.limits.fields = 9;
    options.limits.uri_bytes = 7;
    options.limits.body_bytes = 5;
    options.limits.message_bytes = sizeof text - 1;
    check_verdict(&options, text, ACCEPT);
}

TEST(judge_a_stream_needs_a_content_length)
{
    ss_judge_options options = role(SS_ELEMENT_PROXY);
    options.stream = true;
    check_verdict(&options, INVITE("\r\n"), SS_VERDICT_UNACCEPTABLE, 400, "RFC3261:18.3");
    check_verdict(&options, INVITE("l: 0\r\n\r\n"), ACCEPT);
}

TEST(judge_offsets_count_from_the_first_byte_given)
{
    const ss_judge_options options = role(SS_ELEMENT_UAS);
    static const char text[] = "\r\n\r\n" INVITE("Allow: A, B, ?C\r\n\r\n");
    const judged result = judge_bytes(SS_LIT(text), &options);
    CHECK_EQ(result.diag.offset, ss_slice_find(SS_LIT(text), '?'));
    CHECK_EQ(result.diag.header, SS_HDR_ALLOW);
}

/* ---- multipart --------------------------------------------------------------------------------------------------------- */

#define MIXED(body) INVITE("Content-Type: multipart/mixed; boundary=\"a\"\r\n\r\n" body)

TEST(judge_multipart_bodies_are_walked)
{
    const ss_judge_options options = role(SS_ELEMENT_UAS);
    check_verdict(&options,
                  MIXED("pre\r\n--a\r\n\r\nx\r\n--a \r\nContent-Type:\r\n "
                        "text/plain\r\n\r\ny\r\n--a--\r\npost"),
                  ACCEPT);
    check_verdict(&options, MIXED("--a\r\nContent-Type: x/y\r\n\r\nx\r\n--a--"),
                  SS_VERDICT_UNACCEPTABLE, 415, "RFC3261:8.2.3");
    check_verdict(&options,
                  MIXED("--a\r\nContent-Type: x/y\r\nContent-Disposition: "
                        "r;handling=optional\r\n\r\nx\r\n--a--"),
                  ACCEPT);
    check_verdict(&options, MIXED("--a\r\nContent-Encoding: gzip\r\n\r\nx\r\n--a--"),
                  SS_VERDICT_UNACCEPTABLE, 415, "RFC3261:8.2.3");
    check_verdict(&options, MIXED("--a\r\n\r\nx\r\n--b--"), SS_VERDICT_REJECT, 400,
                  "RFC2046:5.1.1");
    check_verdict(&options, MIXED("--a\r\nno field\r\n\r\nx\r\n--a--"), SS_VERDICT_REJECT, 400,
                  "RFC2046:5.1.1");
    check_verdict(&options, MIXED("--a\r\nContent-Type: x\r\n\r\nx\r\n--a--"), SS_VERDICT_REJECT,
                  400, "RFC3261:20.15");
    check_verdict(&options, INVITE("c: multipart/mixed\r\n\r\nx"), SS_VERDICT_REJECT, 400,
                  "RFC2046:5.1.1");
    check_verdict(
        &options,
        MIXED("--a\r\nContent-Type: "
              "multipart/alternative;boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--a--\r\n"),
        ACCEPT);
    check_verdict(&options,
                  MIXED("--a\r\nContent-Type: "
                        "multipart/alternative;boundary=b\r\n\r\n--b\r\n\r\nx\r\n--a--\r\n"),
                  SS_VERDICT_REJECT, 400, "RFC2046:5.1.1");
}

/* `depth` bodies inside each other, each with the boundary b0, b1, … */
static ss_slice put_nested(char *memory, unsigned depth)
{
    ss_buffer b = ss_buffer_on(memory, TEXT);
    ss_put_text(&b, INVITE("Content-Type: multipart/mixed;boundary=b0\r\n\r\n"));
    for (unsigned i = 1; i < depth; i++) {
        ss_put_text(&b, "--b");
        ss_put_u64(&b, i - 1);
        ss_put_text(&b, "\r\nContent-Type: multipart/mixed;boundary=b");
        ss_put_u64(&b, i);
        ss_put_text(&b, "\r\n\r\n");
    }
    for (unsigned i = depth; i > 0; i--) {
        ss_put_text(&b, "--b");
        ss_put_u64(&b, i - 1);
        ss_put_text(&b, "--\r\n");
    }
    return ss_buffer_slice(&b);
}

TEST(judge_multipart_nesting_is_bounded)
{
    char *memory = malloc(TEXT);
    ss_judge_options options = role(SS_ELEMENT_UAS);
    CHECK_NOT_NULL(memory);
    CHECK_EQ(judge_bytes(put_nested(memory, 8), &options).verdict, SS_VERDICT_ACCEPT);
    CHECK_EQ(judge_bytes(put_nested(memory, 9), &options).diag.response, 400);
    options.limits.nesting = 1000000;
    CHECK_EQ(judge_bytes(put_nested(memory, SS_NESTING_MAX), &options).verdict, SS_VERDICT_ACCEPT);
    CHECK_EQ(judge_bytes(put_nested(memory, 900), &options).verdict, SS_VERDICT_UNACCEPTABLE);
    free(memory);
}

/* ---- repetition ---------------------------------------------------------------------------------------------------------- */

typedef enum repetition { ONE, LIST, MANY } repetition;
static const repetition repetitions[] = {
#define HEADER(id, name, compact, repetition, grammar, methods, section) repetition,
#include "ss/headers.def"
#undef HEADER
};

/* A response, so that only the grammar is asked; `count` values of the list on one line or on lines of their own. */
static ss_slice put_list(char *memory, ss_hdr id, const char *value, unsigned count, bool is_joined)
{
    ss_buffer b = ss_buffer_on(memory, TEXT);
    ss_put_text(&b, "SIP/2.0 200 OK\r\n" HEAD("INVITE"));
    for (unsigned i = 0; i < count; i++) {
        if (i == 0 || !is_joined) {
            ss_put(&b, ss_hdr_name(id));
        }
        ss_put_text(&b, i > 0 && is_joined ? ", " : ": ");
        ss_put_text(&b, value);
        ss_put_text(&b, is_joined && i + 1 < count ? "" : "\r\n");
    }
    ss_put_text(&b, "\r\n");
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

/* A value that the field's grammar takes, of the shapes that lists have. */
static const char *value_for(ss_hdr id)
{
    static const char *const shapes[] = { "a",           "<sip:a@b>", "a/b",  "SIP/2.0/UDP a",
                                          "300 a \"b\"", "a.b",       "*;+a", "<a:b>" };
    ss_typed typed;
    ss_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(shapes); i++) {
        if (ss_typed_parse(id, ss_slice_from(shapes[i]), &typed, &flaw) == SS_OK) {
            return shapes[i];
        }
    }
    return NULL;
}

TEST(judge_every_list_field_stands_0_to_300_times)
{
    char *memory = malloc(TEXT);
    const ss_judge_options options = role(SS_ELEMENT_UAS);
    CHECK_NOT_NULL(memory);
    for (unsigned id = 0; id < SS_HDR_OTHER; id++) {
        if (repetitions[id] != LIST) {
            continue;
        }
        const char *value = value_for((ss_hdr)id);
        CHECK_NOT_NULL(value);
        for (unsigned count = 0; count <= 300; count += count < 3 ? 1 : 33) {
            CHECK_EQ(
                judge_bytes(put_list(memory, (ss_hdr)id, value, count, true), &options).verdict,
                SS_VERDICT_ACCEPT);
            CHECK_EQ(
                judge_bytes(put_list(memory, (ss_hdr)id, value, count, false), &options).verdict,
                SS_VERDICT_ACCEPT);
        }
    }
    free(memory);
}

TEST(judge_every_single_field_is_refused_when_it_stands_twice)
{
    static const char *const shapes[] = { "1",
                                          "a",
                                          "a/b",
                                          "1.0",
                                          "Sat, 13 Nov 2010 23:29:00 GMT",
                                          "1 INVITE",
                                          "1 1 INVITE",
                                          "<sip:a@b>",
                                          "a;to-tag=1;from-tag=1",
                                          "a;local-tag=1;remote-tag=1",
                                          "a=b",
                                          "\"a\"" };
    char *memory = malloc(TEXT);
    const ss_judge_options options = role(SS_ELEMENT_UAS);
    CHECK_NOT_NULL(memory);
    for (unsigned id = 0; id < SS_HDR_OTHER; id++) {
        ss_typed typed;
        ss_flaw flaw;
        size_t i = 0;
        while (i < SS_COUNT(shapes) &&
               ss_typed_parse((ss_hdr)id, ss_slice_from(shapes[i]), &typed, &flaw) != SS_OK) {
            i++;
        }
        if (repetitions[id] == ONE) {
            CHECK(i < SS_COUNT(shapes));
            CHECK_EQ(
                judge_bytes(put_list(memory, (ss_hdr)id, shapes[i], 2, false), &options).verdict,
                SS_VERDICT_UNACCEPTABLE);
        }
    }
    free(memory);
}

/* ---- anything at all ------------------------------------------------------------------------------------------------------ */

TEST(judge_every_truncation_and_every_changed_byte_has_a_verdict)
{
    static const char text[] = INVITE(
        "Accept: application/sdp;q=0.5, */*\r\nDate: Sat, 13 Nov 2010 23:29:00 GMT\r\n"
        "Content-Type: multipart/mixed;boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\n"
        "x\r\n--a\r\nContent-Type: multipart/mixed; "
        "boundary=\"b\"\r\n\r\n--b\r\n\r\n--b--\r\n--a--\r\n");
    const size_t len = sizeof text - 1;
    for (unsigned element = 0; element <= SS_ELEMENT_REGISTRAR; element++) {
        const ss_judge_options options = role((ss_element)element);
        for (size_t cut = 0; cut <= len; cut++) {
            char *copy = malloc(cut + 1);
            CHECK_NOT_NULL(copy);
            memcpy(copy, text, cut);
            (void)judge_bytes((ss_slice){ copy, cut }, &options);
            free(copy);
        }
        char changed[sizeof text];
        for (size_t at = 0; at < len; at++) {
            memcpy(changed, text, len);
            for (unsigned c = 0; c < 256; c += c < 128 ? 1 : 37) {
                changed[at] = (char)c;
                (void)judge_bytes((ss_slice){ changed, len }, &options);
            }
        }
    }
}

TEST(judge_every_smaller_arena_is_answered)
{
    static const char text[] = INVITE("\r\n");
    const ss_judge_options options = role(SS_ELEMENT_UAS);
    for (size_t cap = 0; cap < 1024; cap += 8) {
        ss_msg msg;
        ss_diag diag;
        ss_arena arena = { arena_bytes, cap, 0 };
        const ss_verdict verdict = ss_msg_judge(&msg, &arena, SS_LIT(text), &options, &diag);
        CHECK(verdict == SS_VERDICT_ACCEPT || verdict == SS_VERDICT_UNACCEPTABLE);
    }
}
