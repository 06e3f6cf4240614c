/* Shapes of messages that broke SIP stacks, one test for each kind, named by the place where they broke. The messages are our
 * own, made from the description of each shape; copies have their exact size, buffers too. */
#include "check.h"
#include "gen.h"
#include "guard.h"
#include "inspect.h"
#include "messages.h"

#include "ss/transport.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 16 };

static char text[TEXT_MAX];

/* The request with one more line, or another value of one; in its exact size. */
static ss_verdict ask(const char *edit, ss_diag *diag)
{
    return inspect(test_update(edit), diag);
}

static const char *line_of(const char *name, const char *before, char fill, size_t count,
                           const char *after)
{
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    ss_put_text(&b, name);
    ss_put_text(&b, before);
    for (size_t i = 0; i < count; i++) {
        ss_put_char(&b, fill);
    }
    ss_put_text(&b, after);
    CHECK(!b.overflow);
    text[b.len] = '\0';
    return text;
}

static ss_verdict type(ss_hdr id, const char *value)
{
    ss_typed typed;
    ss_flaw flaw;
    return ss_typed_parse(id, test_exact(ss_slice_from(value)), &typed, &flaw) == SS_OK
               ? SS_VERDICT_ACCEPT
               : SS_VERDICT_REJECT;
}

/* ---- keys, replies and what else is built from what came ------------------------------------------------------------ */

/* A key built in a block of fixed size: no branch, so that method, Call-ID, tags and sent-by go into it. */
TEST(known_bug_of_transaction_keys_no_branch_and_a_very_long_method)
{
    ss_buffer b = ss_buffer_on(text, sizeof text);
    static char method[9000];
    memset(method, 'M', sizeof method);
    const ss_slice name = { method, sizeof method };
    ss_put_request_line(&b, name, SS_LIT("sip:b@b.example"));
    ss_put_text(&b, "Via: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=");
    ss_put(&b, name);
    ss_put_text(&b, "\r\nTo: <sip:b@b>\r\nCall-ID: ");
    ss_put(&b, name);
    ss_put_text(&b, "\r\nCSeq: 1 ");
    ss_put(&b, name);
    ss_put_text(&b, "\r\n\r\n");
    ss_diag diag;
    CHECK_EQ(inspect(ss_buffer_slice(&b), &diag), SS_VERDICT_UNACCEPTABLE);
    CHECK_EQ(diag.response, 501);
    ss_summary summary;
    ss_msg_summarise(inspect_message(), &summary);
    CHECK(summary.call_id != 0 && summary.from_tag != 0);
}

/* A branch that exactly fills the block it is copied to, and one more for the NUL that a C string ends with. */
TEST(known_bug_of_branch_copies_every_length_about_powers_of_two)
{
    for (size_t size = 16; size <= 4096; size *= 2) {
        for (size_t len = size - 3; len <= size + 3; len++) {
            CHECK_EQ(ask(line_of("Via: ", "SIP/2.0/UDP h;branch=z9hG4bK", 'b', len, ""), NULL),
                     SS_VERDICT_ACCEPT);
            CHECK_EQ(inspect_message()->top_via.branch.len, len + 7);
        }
    }
}

/* The size of a reply counted from one To and written from another; a tag that is empty. */
TEST(known_bug_of_reply_builders_two_to_fields_one_with_an_empty_tag)
{
    static const char *const edits[] = { "+To: <sip:x@y>;tag=", "+t: <sip:x@y>;tag=1", "+To: \"" };
    for (size_t i = 0; i < SS_COUNT(edits); i++) {
        ss_diag diag;
        CHECK(ask(edits[i], &diag) != SS_VERDICT_ACCEPT);
        CHECK_EQ(diag.response, 400);
        ss_buffer whole = ss_buffer_on(text, sizeof text);
        ss_put_response_head(&whole, inspect_message(), 400, SS_EMPTY, SS_LIT("tag"));
        for (size_t cap = 0; cap <= whole.len; cap++) {
            ss_buffer b = guard_buffer(cap);
            ss_put_response_head(&b, inspect_message(), 400, SS_EMPTY, SS_LIT("tag"));
            CHECK_EQ(b.overflow, cap < whole.len);
        }
    }
}

/* The hash that goes into a To tag was made of a Via that had not been parsed. */
TEST(known_bug_of_reply_tags_a_via_that_is_none)
{
    static const char *const vias[] = { "Via: ",
                                        "Via: x",
                                        "Via: SIP/2.0/UDP",
                                        "Via: ;;;",
                                        "Via: SIP/2.0/UDP ;branch=z9hG4bK",
                                        "Via: \x80",
                                        "Via: SIP/2.0/UDP h;branch=\"z9hG4bK",
                                        "Via: ," };
    for (size_t i = 0; i < SS_COUNT(vias); i++) {
        ss_via via;
        ss_diag diag;
        CHECK_EQ(ask(vias[i], &diag), SS_VERDICT_REJECT);
        CHECK_STATUS(ss_msg_top_via(inspect_message(), &via), SS_ERR_SYNTAX);
        (void)ss_via_identity(&via);
        (void)ss_via_has_cookie(&via);
    }
}

/* A list printed so that it ends exactly where the buffer does: the comma or CRLF after it went past. */
TEST(known_bug_of_list_printers_a_field_that_ends_with_its_buffer)
{
    static const ss_hdr ids[] = { SS_HDR_ALLOW, SS_HDR_REQUIRE, SS_HDR_SUPPORTED };
    for (size_t i = 0; i < SS_COUNT(ids); i++) {
        ss_buffer whole = ss_buffer_on(text, sizeof text);
        ss_put_header(&whole, ids[i], SS_LIT("a, b, c"));
        for (size_t cap = 0; cap <= whole.len + 2; cap++) {
            ss_buffer b = guard_buffer(cap);
            ss_put_header(&b, ids[i], SS_LIT("a, b, c"));
            CHECK_EQ(b.overflow, cap < whole.len);
        }
    }
}

/* ---- numbers -------------------------------------------------------------------------------------------------------- */

/* CSeq, ttl, port, expires and q beyond their type: wrapped when read, longer when printed back. */
TEST(known_bug_of_numbers_out_of_range_they_are_refused_not_wrapped)
{
    static const char *const edits[] = {
        "CSeq: 4294967297 INVITE",
        "CSeq: 18446744073709551617 INVITE",
        "Via: SIP/2.0/UDP h;branch=z9hG4bK1;ttl=257",
        "Via: SIP/2.0/UDP h:65537;branch=z9hG4bK1",
        "Via: SIP/2.0/UDP h;branch=z9hG4bK1;rport=65537",
        "From: <sip:a@b:4294972356>;tag=1",
        "+Contact: <sip:a@b>;expires=4294967296",
        "+Contact: <sip:a@b>;q=4294967296",
        "+Expires: 4294967296",
        "Max-Forwards: 4294967366",
    };
    for (size_t i = 0; i < SS_COUNT(edits); i++) {
        ss_diag diag;
        CHECK(ask(edits[i], &diag) != SS_VERDICT_ACCEPT);
        CHECK_EQ(diag.response, 400);
    }
}

/* 2147483648 - k and its kin; the first fix of that stack left one of them. */
TEST(known_bug_of_content_length_near_2_31_every_neighbour_is_refused)
{
    static const uint64_t edges[] = { UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 63, 0 };
    for (size_t i = 0; i < SS_COUNT(edges); i++) {
        for (uint64_t k = 1; k <= 64; k++) {
            char line[64];
            snprintf(line, sizeof line, "Content-Length: %llu", (unsigned long long)(edges[i] - k));
            ss_diag diag;
            CHECK(ask(line, &diag) != SS_VERDICT_ACCEPT);
            CHECK_EQ(diag.response, 400);
            snprintf(line, sizeof line, "Content-Length: %llu",
                     (unsigned long long)((edges[i] == 0 ? UINT64_C(1) << 34 : edges[i]) + k));
            CHECK(ask(line, &diag) != SS_VERDICT_ACCEPT);
        }
    }
}

/* 4294967328 became 32 in a firewall: the rest of the stream was another message for it than for the server. */
TEST(known_bug_of_stream_helpers_content_length_of_2_32_and_more_is_no_small_one)
{
    size_t skip = 0, length = 0;
    const ss_slice bytes = test_update("Content-Length: 4294967328");
    ss_framing framing = { .seen = 0 };
    CHECK_STATUS(ss_stream_frame(&framing, bytes, &skip, &length), SS_ERR_SYNTAX);
    CHECK(inspect(bytes, NULL) != SS_VERDICT_ACCEPT);
}

/* ---- multipart bodies ----------------------------------------------------------------------------------------------- */

static ss_verdict ask_parts(const char *body)
{
    char copy[2048];
    ss_buffer b = ss_buffer_on(copy, sizeof copy);
    static const char *const lines[] = {
        "INVITE sip:b@b.example SIP/2.0",
        "Via: SIP/2.0/UDP h;branch=z9hG4bK1",
        "From: <sip:a@b>;tag=1",
        "To: <sip:b@b>",
        "Call-ID: 1",
        "CSeq: 1 INVITE",
        "Contact: <sip:a@b>",
        "Content-Type: multipart/mixed;boundary=b",
        "",
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        ss_put_text(&b, lines[i]);
        ss_put_text(&b, "\r\n");
    }
    ss_put_text(&b, body);
    CHECK(!b.overflow);
    return inspect(ss_buffer_slice(&b), NULL);
}

/* Zero-length parts, no parts, a last boundary that is cut, bare, or longer than its parts: boundary code read past the body. */
TEST(known_bug_of_multipart_bodies_empty_parts_and_boundaries_at_the_end)
{
    static const char *const good[] = {
        "--b\r\n\r\n\r\n--b--",
        "--b\r\n\r\n--b--\r\n",
        "--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\n\r\n--b--",
        "preamble\r\n--b\r\n\r\nx\r\n--b--\r\nepilogue --b",
    };
    static const char *const bad[] = { "--b",
                                       "--b\r",
                                       "--b\r\n",
                                       "--b\r\n\r\n",
                                       "--b\r\n\r\nx\r\n--b-",
                                       "--b\r\n\r\nx\r\n--",
                                       "-",
                                       "--",
                                       "---b--",
                                       "--bb--",
                                       "x",
                                       "--b\r\n--b--",
                                       "--b\r\n:\r\n\r\n--b--" };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        CHECK_EQ(ask_parts(good[i]), SS_VERDICT_ACCEPT);
    }
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_EQ(ask_parts(bad[i]), SS_VERDICT_REJECT);
    }
    (void)ask_parts("--b--");
}

/* Every cut of a body with parts in parts. */
TEST(known_bug_of_multipart_bodies_cut_at_every_byte)
{
    static const char body[] =
        "--b\r\nContent-Type: multipart/mixed;boundary=\"c c\"\r\n\r\n--c c\r\n\r\nx\r\n--c c--\r\n"
        "--b \t\r\nContent-Type: text/plain\r\n\r\n\r\n--b--";
    char cut[sizeof body];
    CHECK_EQ(ask_parts(body), SS_VERDICT_ACCEPT);
    for (size_t len = 1; len + 1 < sizeof body; len++) {
        memcpy(cut, body, len);
        cut[len] = '\0';
        CHECK_EQ(ask_parts(cut), SS_VERDICT_REJECT);
    }
}

/* A body of no parts printed: its length, an error, was added to the cursor. What we print is the bytes that came. */
TEST(known_bug_of_multipart_printers_a_body_without_parts)
{
    (void)ask_parts("--b--");
    ss_msg msg;
    const ss_msg *parsed = inspect_message();
    static char bytes[2048];
    memcpy(bytes, parsed->bytes.at, parsed->bytes.len);
    test_parse_ok((ss_slice){ bytes, parsed->bytes.len }, &msg);
    const ss_splice splice = ss_splice_begin(&msg, test_arena());
    for (size_t cap = 0; cap <= msg.bytes.len; cap++) {
        ss_buffer b = guard_buffer(cap);
        CHECK_EQ(ss_splice_print(&splice, &b) == SS_OK, cap == msg.bytes.len);
    }
}

/* ---- lists ---------------------------------------------------------------------------------------------------------- */

/* 32 values, 64 Service-Routes: arrays of a fixed size filled from the message. */
TEST(known_bug_of_value_arrays_more_values_than_any_array)
{
    static const char *const lines[] = {
        "Service-Route: <sip:p;lr>", "Accept: a/b;q=0.1", "Path: <sip:p;lr>",
        "Record-Route: <sip:p;lr>",  "Supported: x",      "Content-Language: en"
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        static char edit[32 * 520];
        ss_buffer b = ss_buffer_on(edit, sizeof edit - 1);
        for (unsigned n = 0; n < 500; n++) {
            ss_put_text(&b, n == 0 ? "+" : "\r\n");
            ss_put_text(&b, lines[i]);
        }
        CHECK(!b.overflow);
        edit[b.len] = '\0';
        CHECK(ask(edit, NULL) != SS_VERDICT_REJECT);
        CHECK_EQ(inspect_message()->field_count, 507);
    }
}

/* A walk over three values that came back to the second for ever. */
TEST(known_bug_of_list_walks_three_values_and_more_end)
{
    ss_msg msg;
    ss_value_iter it = { 0 };
    ss_slice value;
    test_parse_ok(test_request("+Allow: A,B ,C\r\nAllow: D\r\nAllow:\r\nAllow: E,F"), &msg);
    static const char *const wanted[] = { "A", "B", "C", "D", "E", "F" };
    for (size_t i = 0; i < SS_COUNT(wanted); i++) {
        CHECK_OK(ss_msg_next_value(&msg, SS_HDR_ALLOW, &it, &value));
        CHECK(ss_slice_eq(value, ss_slice_from(wanted[i])));
    }
    CHECK_STATUS(ss_msg_next_value(&msg, SS_HDR_ALLOW, &it, &value), SS_NONE);
}

/* Hundreds of Content-Types read at once; it stands once. */
TEST(known_bug_of_content_type_readers_very_many_of_them_and_a_very_long_identity)
{
    static char edit[32 * 320];
    ss_buffer b = ss_buffer_on(edit, sizeof edit - 1);
    for (unsigned n = 0; n < 300; n++) {
        ss_put_text(&b, n == 0 ? "+c: text/plain" : "\r\nContent-Type: text/plain");
    }
    CHECK(!b.overflow);
    edit[b.len] = '\0';
    ss_diag diag;
    CHECK_EQ(ask(edit, &diag), SS_VERDICT_UNACCEPTABLE);
    CHECK_EQ(diag.response, 400);
    CHECK(ask(line_of("+Identity: ", "", 'a', 60000, ";info=<http://x>"), NULL) !=
          SS_VERDICT_REJECT);
}

/* ---- where text ends -------------------------------------------------------------------------------------------------- */

/* A start line that ends behind its method, or anywhere. */
TEST(known_bug_of_start_lines_cut_behind_the_method)
{
    static const char *const lines[] = {
        "INVITE",          "INVITE ",  "INVITE\r\n", "INVITE \r\n", "INVITE s",
        "SIP/2.0",         "SIP/2.0 ", "SIP/2.0 2",  "SIP/2.0 200", "SIP/2.0 \r\n",
        "SIP/2.0 200\r\n", "",         "\r",         "\r\n",        "\r\n\r\n\r"
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        ss_diag diag;
        CHECK_EQ(inspect(ss_slice_from(lines[i]), &diag), SS_VERDICT_REJECT);
        CHECK_EQ(diag.response, 0);
    }
}

/* A percent sign with less than two digits behind it at the end of each part of a URI; and NUL, escaped, which ends nothing. */
TEST(known_bug_of_unescaping_a_percent_sign_at_the_end_of_each_part)
{
    static const char *const ends[] = { "%", "%4", "%x", "%4x", "%%", "%0" };
    static const char *const uris[] = { "Contact: %s",
                                        "Contact: <%s>",
                                        "Contact: <sip:%s>",
                                        "Contact: <sip:a%s@b>",
                                        "Contact: <sip:a:p%s@b>",
                                        "Contact: <sip:a@b%s>",
                                        "Contact: <sip:a@b;x%s>",
                                        "Contact: <sip:a@b;x=y%s>",
                                        "Contact: <sip:a@b?h%s=v>",
                                        "Contact: <sip:a@b?h=v%s>",
                                        "Contact: <tel:+1%s>",
                                        "Contact: <urn:x%s>" };
    for (size_t i = 0; i < SS_COUNT(uris) * SS_COUNT(ends); i++) {
        char line[128] = "+";
        const char *at = strstr(uris[i / SS_COUNT(ends)], "%s");
        ss_buffer b = ss_buffer_on(line + 1, sizeof line - 2);
        ss_put(&b, (ss_slice){ uris[i / SS_COUNT(ends)], (size_t)(at - uris[i / SS_COUNT(ends)]) });
        ss_put_text(&b, ends[i % SS_COUNT(ends)]);
        ss_put_text(&b, at + 2);
        line[1 + b.len] = '\0';
        CHECK_EQ(ask(line, NULL), SS_VERDICT_REJECT);
    }
    ss_uri uri;
    char aor[16];
    ss_buffer b = ss_buffer_on(aor, sizeof aor);
    CHECK_OK(ss_uri_parse(SS_LIT("sip:a%00b@c"), &uri));
    ss_uri_put_canonical_aor(&b, &uri);
    CHECK_SLICE(ss_buffer_slice(&b), "sip:a\0b@c");
}

/* A display name that ends in a backslash, or never ends; a parameter that does. */
TEST(known_bug_of_quoted_strings_a_backslash_at_the_end)
{
    static const char *const values[] = {
        "\"a\\",
        "\"a\\\"",
        "\"",
        "\"\\",
        "\"a\\\" <sip:a@b>",
        "\"a <sip:a@b>",
        "<sip:a@b>;x=\"",
        "<sip:a@b>;x=\"\\",
        "<sip:a@b>;x=\"a\\\"",
        "<sip:a@b>;tag=\"a",
        "<sip:a@b>;tag=\\",
        "a\\ <sip:a@b>",
    };
    for (size_t i = 0; i < SS_COUNT(values); i++) {
        CHECK_EQ(type(SS_HDR_TO, values[i]), SS_VERDICT_REJECT);
        CHECK_EQ(type(SS_HDR_CONTACT, values[i]), SS_VERDICT_REJECT);
        ss_name_addr na;
        const ss_slice value = guard_at_end(ss_slice_from(values[i]));
        CHECK_STATUS(ss_name_addr_parse(value, &na), SS_ERR_SYNTAX);
    }
    (void)test_exact(SS_EMPTY);
}

/* White space where the parser of parameters did not expect any. */
TEST(known_bug_of_via_parsers_odd_white_space_behind_the_host)
{
    static const char *const good[] = { "SIP/2.0/UDP h ", "SIP/2.0/UDP h\t;branch=z",
                                        "SIP/2.0/UDP h : 5060 ; x",
                                        "SIP/2.0/UDP h\r\n ;\r\n x\r\n =\r\n y",
                                        "SIP / 2.0 / UDP\th" };
    static const char *const bad[] = {
        "SIP/2.0/UDP h x",   "SIP/2.0/UDP h :",     "SIP/2.0/UDP h ;",
        "SIP/2.0/UDP h : x", "SIP/2.0/UDP h\r\n;x", "SIP/2.0/UDPh",
        "SIP/2.0/UDP h; =x", "SIP/2.0/UDP h;x= ",   "SIP/2.0/UDP h;;x"
    };
    ss_via via;
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        CHECK_OK(ss_via_parse(guard_at_end(ss_slice_from(good[i])), &via));
    }
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_STATUS(ss_via_parse(guard_at_end(ss_slice_from(bad[i])), &via), SS_ERR_SYNTAX);
    }
}

/* A value that is empty or prose where a code was copied; a Call-ID longer than a column. */
TEST(known_bug_of_capture_tools_an_empty_or_textual_warning_and_a_long_call_id)
{
    CHECK_EQ(ask("+Warning:", NULL), SS_VERDICT_REJECT);
    CHECK_EQ(ask("+Warning: something is wrong", NULL), SS_VERDICT_REJECT);
    CHECK_EQ(ask("+Warning: 3", NULL), SS_VERDICT_UNACCEPTABLE);
    CHECK_EQ(ask("+Warning: 399 h \"", NULL), SS_VERDICT_REJECT);
    CHECK_EQ(ask(line_of("Call-ID: ", "", 'c', 60000, "@h"), NULL), SS_VERDICT_ACCEPT);
}

/* Not of another stack, but ours: a header line without a colon, and one in the bytes behind it, as the very last. */
TEST(known_bug_of_header_lines_the_colon_stands_behind_the_line)
{
    for (size_t gap = 0; gap < 40; gap++) {
        char bytes[128];
        ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
        ss_put_text(&b, "INVITE sip:a SIP/2.0\r\nfrom\r\n\r\n");
        for (size_t i = 0; i < gap; i++) {
            ss_put_char(&b, 'x');
        }
        ss_put_char(&b, ':');
        CHECK_EQ(inspect(ss_buffer_slice(&b), NULL), SS_VERDICT_REJECT);
        CHECK_EQ(inspect_message()->field_count, 0);
    }
}

/* ---- special forms in every place ---------------------------------------------------------------------------------- */

/* Contact: * in each method and in a response: the URI that it has none of was looked at. */
TEST(known_bug_of_contact_readers_a_star_in_every_method_and_response)
{
    for (ss_method method = SS_METHOD_INVITE; method < SS_METHOD_COUNT; method++) {
        const ss_slice name = ss_method_name(method);
        ss_buffer b = ss_buffer_on(text, sizeof text);
        for (int is_response = 0; is_response < 2; is_response++) {
            b.len = 0;
            if (is_response == 1) {
                ss_put_status_line(&b, 200, SS_EMPTY);
            } else {
                ss_put_request_line(&b, name, SS_LIT("sip:b@b"));
            }
            ss_put_text(
                &b,
                "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\n"
                "Call-ID: 1\r\nm: *\r\nCSeq: 1 ");
            ss_put(&b, name);
            ss_put_text(&b, "\r\n\r\n");
            const ss_verdict verdict = inspect(ss_buffer_slice(&b), NULL);
            CHECK(is_response == 1 || method == SS_METHOD_BYE || verdict != SS_VERDICT_ACCEPT);
        }
    }
}

/* "</" for a URI, and every other kind of URI in every place of one: a scheme that is absent was compared. */
TEST(known_bug_of_uri_comparison_no_scheme_and_every_scheme_in_every_place)
{
    static const char *const uris[] = { "</",
                                        "<>",
                                        "<sip:>",
                                        "<:>",
                                        "</>",
                                        "<//h/p>",
                                        "<a>",
                                        "<sip>",
                                        "<tel:>",
                                        "<urn:>",
                                        "<tel:+1>",
                                        "<urn:x>",
                                        "<sips:[]>",
                                        "<sip:@>",
                                        "<sip:@b>",
                                        "<sip::@b>",
                                        "<sip:a@>",
                                        "<sip:a@b@c>",
                                        "<mailto:a@b.c>",
                                        "<sip:a:b:c@d>" };
    static const ss_hdr ids[] = { SS_HDR_FROM,        SS_HDR_TO,        SS_HDR_CONTACT,
                                  SS_HDR_DIVERSION,   SS_HDR_ROUTE,     SS_HDR_REFER_TO,
                                  SS_HDR_REFERRED_BY, SS_HDR_ALERT_INFO };
    for (size_t i = 0; i < SS_COUNT(uris); i++) {
        for (size_t k = 0; k < SS_COUNT(ids); k++) {
            char line[128];
            const ss_slice name = ss_hdr_name(ids[k]);
            const bool is_there = ids[k] == SS_HDR_FROM || ids[k] == SS_HDR_TO;
            snprintf(line, sizeof line, "%s%.*s: %s;tag=1", is_there ? "" : "+", (int)name.len,
                     name.at, uris[i]);
            (void)ask(line, NULL);
        }
        ss_uri a, b;
        const ss_slice text_of = ss_slice_from(uris[i]);
        const bool is_uri =
            ss_uri_parse(ss_slice_cut(text_of, 1, text_of.len > 1 ? text_of.len - 1 : 1), &a) ==
            SS_OK;
        for (size_t k = 0; is_uri && k < SS_COUNT(uris); k++) {
            const ss_slice other = ss_slice_from(uris[k]);
            if (ss_uri_parse(ss_slice_cut(other, 1, other.len - 1), &b) == SS_OK) {
                CHECK_EQ(ss_uri_equal(&a, &b), ss_uri_equal(&b, &a));
            }
        }
    }
}

/* Without a From tag, without parameters at all; a challenge without an algorithm or anything; an empty message on a stream. */
TEST(known_bug_of_missing_parameters_each_is_absent_not_null)
{
    CHECK_EQ(ask("From: <sip:a@b>", NULL), SS_VERDICT_ACCEPT);
    CHECK_EQ(ss_name_addr_tag(&inspect_message()->from).len, 0);
    CHECK_EQ(ask("From: sip:b", NULL), SS_VERDICT_ACCEPT);
    CHECK_EQ(type(SS_HDR_WWW_AUTHENTICATE, "Digest realm=\"a\", nonce=\"b\""), SS_VERDICT_ACCEPT);
    static const char *const challenges[] = {
        "Digest", "Digest ", "Digest realm", "Digest realm=", "Digest ,", "Digest realm=\"a\"", ""
    };
    for (size_t i = 0; i < SS_COUNT(challenges); i++) {
        CHECK_EQ(type(SS_HDR_WWW_AUTHENTICATE, challenges[i]), SS_VERDICT_REJECT);
        CHECK_EQ(type(SS_HDR_AUTHORIZATION, challenges[i]), SS_VERDICT_REJECT);
    }
    size_t skip = 0, length = 0;
    ss_framing framing = { .seen = 0 };
    CHECK_STATUS(ss_stream_frame(&framing, SS_LIT("\r\n\r\n"), &skip, &length), SS_MORE);
    CHECK_STATUS(ss_stream_frame(&framing, SS_EMPTY, &skip, &length), SS_MORE);
    (void)test_exact(SS_EMPTY);
}

/* Names of digest parameters that are no names, or no end. */
TEST(known_bug_of_digest_parsers_odd_parameter_names)
{
    static const char *const bad[] = { "Digest =",
                                       "Digest ,=,",
                                       "Digest username",
                                       "Digest username=",
                                       "Digest \"=\"",
                                       "Digest realm=\"a\",",
                                       "Digest uri =\"",
                                       "Digest nc=000000001, x",
                                       "Digest response=\"zz\"",
                                       "Digest username=\"a\" realm=\"b\"" };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_EQ(type(SS_HDR_AUTHORIZATION, bad[i]), SS_VERDICT_REJECT);
        CHECK_EQ(type(SS_HDR_PROXY_AUTHENTICATE, bad[i]), SS_VERDICT_REJECT);
    }
    (void)test_exact(SS_EMPTY);
}

/* Identity without what must follow its signature. */
TEST(known_bug_of_identity_parsers_no_semicolon)
{
    CHECK_EQ(type(SS_HDR_IDENTITY, "abc=;info=<http://x>;alg=ES256"), SS_VERDICT_ACCEPT);
    CHECK_EQ(type(SS_HDR_IDENTITY, "abc="), SS_VERDICT_REJECT);
    CHECK_EQ(type(SS_HDR_IDENTITY, "abc= info=<http://x>"), SS_VERDICT_REJECT);
    CHECK_EQ(type(SS_HDR_IDENTITY, "abc=;info"), SS_VERDICT_REJECT);
    CHECK_EQ(type(SS_HDR_IDENTITY, "abc=;info=<http://x"), SS_VERDICT_REJECT);
    (void)test_exact(SS_EMPTY);
}

/* ---- who reads what ------------------------------------------------------------------------------------------------- */

/* A line that ends in LF alone was a header for the framer and part of the line before for the parser. */
TEST(known_bug_of_bare_line_feeds_framer_and_parser_agree)
{
    static const char *const edits[] = {
        "+Subject: a\nContent-Length: 5", "+X: y\n\n",           "+X: y\rContent-Length: 5",
        "+X: y\r\r\nContent-Length: 5",   "Content-Length: 0\n", "Content-Length: \n 0"
    };
    for (size_t i = 0; i < SS_COUNT(edits); i++) {
        CHECK_EQ(inspect(test_update(edits[i]), NULL),
                 SS_VERDICT_REJECT); /* which holds them together */
    }
}

/* "To\x01:" was no To to the proxy that asked for credentials, and To to the server behind it. */
TEST(known_bug_of_field_names_a_control_character_before_the_colon)
{
    for (int c = 0; c < 256; c++) {
        char line[64];
        if (c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == ':' || c == 0) {
            continue;
        }
        snprintf(line, sizeof line, "+To%c: <sip:x@y>", c);
        const ss_verdict verdict = inspect(test_update(line), NULL);
        const bool is_name = ss_msg_count(inspect_message(), SS_HDR_OTHER) == 1;
        CHECK_EQ(ss_msg_count(inspect_message(), SS_HDR_TO), 1);
        CHECK(is_name || verdict == SS_VERDICT_REJECT);
    }
}

/* White space about a name let its field survive removal: a server behind trusted what it said. */
TEST(known_bug_of_field_removal_every_spelling_goes)
{
    static const char *const lines[] = { "P-Asserted-Identity: <sip:x@y>",
                                         "p-asserted-identity:<sip:x@y>",
                                         "P-ASSERTED-IDENTITY \t :\r\n <sip:x@y>",
                                         "P-Asserted-Identity\t:<sip:x@y>,\r\n\t<sip:z>" };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        char edit[128], out[2048];
        snprintf(edit, sizeof edit, "+%s", lines[i]);
        ss_msg msg, after;
        test_parse_ok(test_request(edit), &msg);
        CHECK_EQ(ss_msg_count(&msg, SS_HDR_P_ASSERTED_IDENTITY), 1);
        ss_splice splice = ss_splice_begin(&msg, test_arena());
        ss_splice_remove(&splice, SS_HDR_P_ASSERTED_IDENTITY);
        ss_buffer b = ss_buffer_on(out, sizeof out);
        CHECK_OK(ss_splice_print(&splice, &b));
        test_parse_ok(ss_buffer_slice(&b), &after);
        CHECK_EQ(ss_msg_count(&after, SS_HDR_P_ASSERTED_IDENTITY), 0);
        CHECK_EQ(ss_msg_count(&after, SS_HDR_OTHER), 0);
    }
    static const char *const crafted[] = { "+ P-Asserted-Identity: <sip:x@y>",
                                           "+\tP-Asserted-Identity: x",
                                           "+P-Asserted-Identity\r\n : <sip:x@y>",
                                           "+P-Asserted-Identity\x0b: <sip:x@y>",
                                           "+P-Asserted Identity: x" };
    for (size_t i = 0; i < SS_COUNT(crafted); i++) {
        const ss_verdict verdict = inspect(test_update(crafted[i]), NULL);
        CHECK_EQ(ss_msg_count(inspect_message(), SS_HDR_P_ASSERTED_IDENTITY), 0);
        CHECK(verdict == SS_VERDICT_REJECT || crafted[i][1] <= ' '); /* a fold of the line before */
    }
}

/* Clones and prints of odd bodies, fields and URIs wrote past blocks sized for plain ones. */
TEST(known_bug_of_clones_odd_messages_print_as_they_came)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        test_parse_ok(test_messages[i].bytes, &msg);
        const ss_splice splice = ss_splice_begin(&msg, test_arena());
        ss_buffer b = guard_buffer(msg.bytes.len);
        CHECK_OK(ss_splice_print(&splice, &b));
        CHECK_SLICE_EQ(ss_buffer_slice(&b), msg.bytes);
    }
}
