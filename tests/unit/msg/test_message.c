/* The index of a message: every sample whole, every truncation, every changed byte, every size of arena, and much
 * rubbish. Copies have their exact size, so that AddressSanitizer sees one byte too far. */
#include "check.h"
#include "messages.h"

#include <stdio.h>
#include <string.h>

/* Asks a message everything that can be asked; nothing may go wrong, whatever the answers. */
static void ask_everything(const ss_msg *msg)
{
    ss_name_addr na;
    ss_via via;
    ss_cseq cseq;
    ss_summary summary;
    ss_slice value;
    uint32_t number;
    CHECK(ss_msg_from(msg, &na) != SS_ERR_FULL);
    (void)ss_name_addr_tag(&na);
    CHECK(ss_msg_to(msg, &na) != SS_ERR_FULL);
    CHECK(ss_msg_cseq(msg, &cseq) != SS_ERR_FULL);
    (void)ss_msg_call_id(msg);
    for (unsigned id = 0; id < SS_HDR_COUNT; id++) {
        ss_value_iter it = { 0 };
        CHECK(ss_msg_value(msg, (ss_hdr)id, ss_msg_count(msg, (ss_hdr)id)).at == NULL);
        CHECK(ss_msg_number(msg, (ss_hdr)id, &number) != SS_ERR_FULL);
        (void)ss_msg_lists_token(msg, (ss_hdr)id, SS_LIT("100rel"));
        while (ss_msg_next_value(msg, (ss_hdr)id, &it, &value) == SS_OK) {
            CHECK(value.at >= msg->bytes.at &&
                  value.at + value.len <= msg->bytes.at + msg->bytes.len);
            CHECK(value.len > 0);
            CHECK(ss_via_parse(value, &via) != SS_ERR_FULL);
            ss_uri uri;
            if (ss_name_addr_parse(value, &na) == SS_OK && ss_uri_parse(na.uri, &uri) == SS_OK) {
                CHECK(ss_uri_equal(&uri, &uri));
            }
        }
    }
    ss_msg_summarise(msg, &summary);
}

static void check_index(const ss_msg *msg)
{
    size_t at = 0;
    for (uint16_t i = 0; i < msg->field_count; i++) {
        const ss_field *f = &msg->fields[i];
        CHECK(f->at >= at);
        CHECK(f->name_len > 0);
        CHECK(f->at + f->name_len < f->value_at);
        CHECK(f->value_at + f->value_len + 2 <= f->end);
        CHECK_EQ(ss_hdr_from(ss_slice_cut(msg->bytes, f->at, f->at + f->name_len)), f->id);
        CHECK(f->next == 0 || (f->next > i + 1 && msg->fields[f->next - 1].id == f->id));
        at = f->end;
    }
    CHECK(at <= msg->headers_end || msg->field_count == 0);
}

static void check_inside(const ss_msg *msg, ss_slice s)
{
    CHECK(s.at == NULL || (s.at >= msg->bytes.at && s.at <= msg->bytes.at + msg->bytes.len));
    CHECK(s.len <= msg->bytes.len);
}

/* What is read once holds nothing but slices of the message, whatever stood in its memory before. */
static void check_read_once(const ss_msg *msg)
{
    const ss_slice slices[] = {
        msg->target.whole,
        msg->target.host,
        msg->target.params.bytes,
        msg->target.user,
        msg->target.headers,
        msg->top_via.whole,
        msg->top_via.host,
        msg->top_via.branch,
        msg->top_via.params.bytes,
        msg->from.whole,
        msg->from.uri,
        msg->from.display,
        msg->from.params.bytes,
        msg->from.tag,
        msg->to.whole,
        msg->to.uri,
        msg->to.tag,
        msg->from_uri.whole,
        msg->from_uri.host,
        msg->from_uri.user,
        msg->to_uri.whole,
        msg->to_uri.host,
        msg->to_uri.headers,
        msg->cseq.method_name,
        msg->from_uri.params.bytes,
        msg->to_uri.params.bytes,
    };
    for (size_t i = 0; i < SS_COUNT(slices); i++) {
        check_inside(msg, slices[i]);
    }
    CHECK(msg->max_forwards_status < SS_STATUS_COUNT);
    CHECK(msg->content_length_status < SS_STATUS_COUNT);
}

static void try_bytes(ss_slice bytes)
{
    ss_msg msg;
    ss_diag diag;
    memset(&msg, 0xa5, sizeof msg);
    const ss_status status = test_parse(bytes, &msg, &diag);
    CHECK(diag.offset <= bytes.len);
    CHECK_EQ(status == SS_OK, diag.sentence[0] == '\0');
    CHECK(status != SS_OK || diag.response == 0);
    check_index(&msg);
    check_read_once(&msg);
    ask_everything(&msg);
    if (diag.response != 0) {
        static char out[1 << 17];
        ss_buffer b = ss_buffer_on(out, sizeof out);
        CHECK(msg.is_request && msg.method != SS_METHOD_ACK);
        ss_put_response_head(&b, &msg, diag.response, SS_EMPTY, SS_LIT("t"));
        CHECK(!b.overflow);
    }
}

TEST(message_every_sample_is_whole_and_its_index_is_sound)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        test_parse_ok(test_exact(test_messages[i].bytes), &msg);
        check_index(&msg);
        ask_everything(&msg);
    }
}

TEST(message_fields_that_cannot_be_read_leave_nothing_behind)
{
    static const char *const lines[] = { "From:",
                                         "From: *",
                                         "From: sip:a@b?c=d",
                                         "From: <sip:a@b",
                                         "From: <sip:a@b>;tag",
                                         "From: <a>x",
                                         "To:",
                                         "To: *",
                                         "Via:",
                                         "Via: SIP/2.0",
                                         "CSeq:",
                                         "CSeq: 1",
                                         "Max-Forwards:",
                                         "Content-Length: x" };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        char text[256];
        const int len =
            snprintf(text, sizeof text, "OPTIONS sip:a@b SIP/2.0\r\n%s\r\n\r\n", lines[i]);
        try_bytes(test_exact((ss_slice){ text, (size_t)len }));
        const int status = snprintf(text, sizeof text, "SIP/2.0 200 OK\r\n%s\r\n\r\n", lines[i]);
        try_bytes(test_exact((ss_slice){ text, (size_t)status }));
    }
}

TEST(message_every_truncation_of_every_sample_is_survived)
{
    for (size_t i = 0; i < test_message_count; i++) {
        for (size_t len = 0; len < test_messages[i].bytes.len; len++) {
            try_bytes(test_exact(ss_slice_cut(test_messages[i].bytes, 0, len)));
        }
    }
}

TEST(message_a_truncated_header_part_is_never_whole)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        ss_diag diag;
        test_parse_ok(test_messages[i].bytes, &msg);
        const size_t whole = (size_t)(msg.body.at - test_messages[i].bytes.at);
        for (size_t len = 0; len < whole; len++) {
            CHECK(test_parse(ss_slice_cut(test_messages[i].bytes, 0, len), &msg, &diag) != SS_OK);
        }
    }
}

TEST(message_every_byte_of_every_sample_may_change)
{
    static const unsigned char others[] = { 0,    1,   '\t', '\n', '\r', ' ', '"', '%',
                                            ',',  ':', ';',  '<',  '=',  '>', '@', '[',
                                            '\\', 'A', '0',  0x7f, 0x80, 0xff };
    static char copy[4096];
    for (size_t i = 0; i < test_message_count; i++) {
        const ss_slice sample = test_messages[i].bytes;
        for (size_t at = 0; at < sample.len; at++) {
            memcpy(copy, sample.at, sample.len);
            for (size_t c = 0; c < sizeof others; c++) {
                copy[at] = (char)others[c];
                try_bytes((ss_slice){ copy, sample.len });
            }
        }
    }
}

TEST(message_every_byte_of_every_sample_may_be_missing_or_doubled)
{
    static char copy[4096];
    for (size_t i = 0; i < test_message_count; i++) {
        const ss_slice sample = test_messages[i].bytes;
        for (size_t at = 0; at < sample.len; at++) {
            memcpy(copy, sample.at, at);
            memcpy(copy + at, sample.at + at + 1, sample.len - at - 1);
            try_bytes(test_exact((ss_slice){ copy, sample.len - 1 }));
            memcpy(copy + at + 1, sample.at + at, sample.len - at);
            copy[at] = sample.at[at];
            try_bytes(test_exact((ss_slice){ copy, sample.len + 1 }));
        }
    }
}

TEST(message_random_rubbish_of_any_length_is_survived)
{
    static char rubbish[SS_DATAGRAM_BYTES_MAX];
    static const char words[] = "SIP/2.0 \r\n\r\n\t:;,<>\"@=INVITE Via: To: CSeq: sip:a@b";
    ss_entropy draws = { .key = 3 };
    for (size_t round = 0; round < 60; round++) {
        const size_t len = round < 4 ? sizeof rubbish : ss_entropy_next(&draws) % 3000;
        for (size_t i = 0; i < len; i++) {
            const uint64_t draw = ss_entropy_next(&draws);
            rubbish[i] = round % 2 == 0 ? (char)draw : words[draw % (sizeof words - 1)];
        }
        try_bytes((ss_slice){ rubbish, len });
    }
    try_bytes(SS_EMPTY);
}

TEST(message_no_arena_is_too_small_to_say_so)
{
    static _Alignas(16) unsigned char memory[4096];
    for (size_t i = 0; i < test_message_count; i++) {
        bool fits = false;
        for (size_t cap = 0; cap <= sizeof memory; cap += 8) {
            ss_arena arena = { memory, cap, 0 };
            ss_msg msg;
            ss_diag diag;
            const ss_status status = ss_msg_parse(&msg, &arena, test_messages[i].bytes, &diag);
            CHECK(status == SS_OK || (status == SS_ERR_FULL && !fits));
            fits = fits || status == SS_OK;
            CHECK(status == SS_OK || diag.response == 0 || diag.response == 513);
            check_index(&msg);
        }
        CHECK(fits);
    }
}

TEST(message_more_than_1024_fields_are_refused_with_400)
{
    static char many[60000];
    ss_buffer b = ss_buffer_on(many, sizeof many);
    const ss_slice request = test_request("");
    ss_put(&b, ss_slice_cut(request, 0, request.len - 2));
    for (unsigned i = 0; i < 5000; i++) {
        ss_put(&b, SS_LIT("X: y\r\n"));
    }
    ss_put(&b, SS_LIT("\r\n"));
    ss_msg msg;
    ss_diag diag;
    CHECK(!b.overflow);
    CHECK_STATUS(test_parse(ss_buffer_slice(&b), &msg, &diag), SS_ERR_FULL);
    CHECK_EQ(diag.response, 400);
    CHECK_EQ(msg.field_count, SS_FIELDS_MAX);
    CHECK_EQ(msg.headers_end, b.len - 2);
    try_bytes(ss_buffer_slice(&b));
}

TEST(message_longer_than_the_longest_is_refused_with_513)
{
    static char body[SS_MESSAGE_BYTES_MAX];
    memset(body, 'b', sizeof body);
    body[0] = '@';
    body[sizeof body - 1] = '\0';
    ss_msg msg;
    ss_diag diag;
    CHECK_STATUS(test_parse(test_request(body), &msg, &diag), SS_ERR_FULL);
    CHECK_EQ(diag.response, 513);
    body[sizeof body - 1000] = '\0';
    CHECK_OK(test_parse(test_request(body), &msg, &diag));
}

TEST(message_the_struct_is_small)
{
    CHECK(sizeof(ss_msg) + 16 * sizeof(ss_field) <=
          1536); /* an INVITE of 16 fields, its parties and target typed */
    CHECK(sizeof(ss_field) <= 24);
}

TEST(message_diag_names_place_and_rule)
{
    ss_msg msg;
    ss_diag diag;
    const ss_slice bytes = test_request("Max-Forwards: 256");
    CHECK_STATUS(test_parse(bytes, &msg, &diag), SS_ERR_SYNTAX);
    CHECK_EQ(diag.header, SS_HDR_MAX_FORWARDS);
    CHECK_STR(diag.section, "RFC3261:20.22");
    CHECK(ss_slice_starts(ss_slice_cut(bytes, diag.offset, bytes.len), SS_LIT("256\r\n")));
}
