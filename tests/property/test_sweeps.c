/* Sweeps that would have found most of the parser bugs that SIP stacks have shipped: every message of the tree cut at every
 * byte, without each separator and each parameter in turn, with a NUL and a backslash at every byte; every list field 0 to 300
 * times; every field that stands once, twice. Each result is asked everything (tests/support/inspect.c), at a guard page. */
#include "check.h"
#include "gen.h"
#include "inspect.h"
#include "messages.h"

#include "stack/msg/repetition.h"
#include "stack/msg/typer.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 17, VALUES_MAX = 300, STEP = TEST_IS_SANITIZED ? 23 : 1 };

static char text[TEXT_MAX];

/* The bytes without [from, to), and with `more` there. */
static ss_slice replaced(ss_slice bytes, size_t from, size_t to, ss_slice more)
{
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put(&b, ss_slice_cut(bytes, 0, from));
    ss_put(&b, more);
    ss_put(&b, ss_slice_cut(bytes, to, bytes.len));
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

/* ---- bytes ---- */

static void cut_everywhere(const char *path, ss_slice bytes)
{
    ss_msg whole;
    ss_diag diag;
    (void)path;
    const bool is_good = test_parse(bytes, &whole, &diag) == SS_OK;
    const size_t body_at = (size_t)(whole.bytes.at - bytes.at) + whole.headers_end + 2;
    for (size_t len = 0; len < bytes.len; len++) {
        const ss_verdict verdict = inspect(ss_slice_cut(bytes, 0, len), NULL);
        CHECK(!is_good || len >= body_at || verdict != SS_VERDICT_ACCEPT);
    }
}

TEST(sweep_every_message_is_cut_at_every_byte)
{
    inspect_corpus(cut_everywhere);
}

static void lose_separators(const char *path, ss_slice bytes)
{
    (void)path;
    for (size_t at = 0; at < bytes.len; at++) {
        if (memchr(" \t\r\n\"\\;,:=<>@/?[]()%&", bytes.at[at], 20) != NULL) {
            (void)inspect(replaced(bytes, at, at + 1, SS_EMPTY), NULL);
        }
    }
}

TEST(sweep_every_separator_is_lost)
{
    inspect_corpus(lose_separators);
}

static void spoil_everywhere(const char *path, ss_slice bytes, ss_slice with)
{
    (void)path;
    for (size_t at = 0; at < bytes.len; at += TEST_IS_SANITIZED ? 5 : 1) {
        (void)inspect(replaced(bytes, at, at, with), NULL);
    }
}

static void put_nul(const char *path, ss_slice bytes)
{
    spoil_everywhere(path, bytes, (ss_slice){ "", 1 });
}

TEST(sweep_a_nul_stands_at_every_byte)
{
    inspect_corpus(put_nul);
}

static void put_backslash(const char *path, ss_slice bytes)
{
    spoil_everywhere(path, bytes, SS_LIT("\\"));
}

TEST(sweep_a_backslash_stands_at_every_byte)
{
    inspect_corpus(put_backslash);
}

static void put_quote(const char *path, ss_slice bytes)
{
    spoil_everywhere(path, bytes, SS_LIT("\""));
}

TEST(sweep_a_quote_stands_at_every_byte)
{
    inspect_corpus(put_quote);
}

/* ---- parameters ---- */

/* From the separator before a name to the end of its value. */
static void lose_param(ss_slice bytes, const ss_part *part)
{
    size_t from = (size_t)(part->key.at - bytes.at);
    const ss_slice last = part->text.at == NULL ? part->key : part->text;
    const size_t to = (size_t)(last.at - bytes.at) + last.len;
    while (from > 0 && strchr(";,&?", bytes.at[from]) == NULL) {
        from--;
    }
    (void)inspect(replaced(bytes, from, to, SS_EMPTY), NULL);
}

static unsigned params_lost;

static void lose_params_of(ss_slice bytes, const ss_msg *msg, ss_hdr id)
{
    static ss_typed typed;
    ss_value_iter it = { 0 };
    ss_slice value;
    ss_flaw flaw;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        if (ss_typed_parse(id, value, &typed, &flaw) != SS_OK) {
            continue;
        }
        for (unsigned i = 0; i < typed.part_count && i < SS_PARTS_MAX; i++) {
            if (typed.parts[i].key.len > 0) {
                lose_param(bytes, &typed.parts[i]);
                params_lost++;
            }
        }
    }
}

static void lose_params(const char *path, ss_slice bytes)
{
    ss_msg msg;
    ss_diag diag;
    (void)path;
    (void)test_parse(bytes, &msg, &diag);
    for (ss_hdr id = 0; id < SS_HDR_OTHER; id++) {
        lose_params_of(bytes, &msg, id);
    }
}

TEST(sweep_every_parameter_is_deleted_in_turn)
{
    params_lost = 0;
    inspect_corpus(lose_params);
    CHECK(params_lost > 300);
}

/* ---- fields: how often they stand ---- */

/* A value of the field, not empty and not the star, which stands alone. */
static ss_slice draw_value(ss_hdr id, ss_slice method, uint64_t seed, char *memory, size_t cap)
{
    for (;; seed += 1000003) {
        ss_buffer b = ss_buffer_on(memory, cap);
        gen g = gen_start(seed, &b);
        g.method = method;
        gen_value(&g, id);
        if (ss_slice_trim(ss_buffer_slice(&b)).len > 0 && !b.overflow) {
            return ss_buffer_slice(&b);
        }
    }
}

static ss_buffer begin_request(ss_slice method)
{
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_request_line(&b, method, SS_LIT("sip:bob@biloxi.example"));
    ss_put_text(&b, "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
                    "From: <sip:alice@atlanta.example>;tag=1\r\nTo: <sip:bob@biloxi.example>\r\n"
                    "Call-ID: 1\r\nCSeq: 1 ");
    ss_put(&b, method);
    ss_put_text(&b, "\r\n");
    return b;
}

typedef enum layout { ONE_A_LINE, ONE_LINE, MIXED, LAYOUTS } layout;

/* A request with so many values of a field, and no other of it. */
static ss_slice put_values(ss_hdr id, unsigned count, layout how)
{
    char value[256];
    const ss_slice method = SS_LIT("INVITE");
    ss_buffer b = begin_request(method);
    for (unsigned i = 0; i < count; i++) {
        const bool is_new = i == 0 || how == ONE_A_LINE || (how == MIXED && i % 7 == 0);
        ss_put_text(&b, i > 0 ? (is_new ? "\r\n" : ",") : "");
        if (is_new) {
            ss_put(&b, ss_hdr_name(id));
            ss_put_text(&b, ": ");
        }
        ss_put(&b, draw_value(id, method, i, value, sizeof value));
    }
    ss_put_text(&b, count > 0 ? "\r\n\r\n" : "\r\n");
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

static void check_count(ss_hdr id, unsigned count, layout how)
{
    ss_diag diag = { .sentence = "" };
    const ss_slice bytes = put_values(id, count, how);
    const ss_verdict verdict = inspect(bytes, &diag);
    const ss_msg *msg = inspect_message();
    ss_value_iter it = { 0 };
    ss_slice value;
    unsigned found = 0;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        found++;
    }
    const unsigned before = id == SS_HDR_VIA ? 1 : 0;
    if (found != count + before || verdict == SS_VERDICT_REJECT) {
        const ss_slice name = ss_hdr_name(id);
        printf("%.*s, %u values: %u, %s\n", (int)name.len, name.at, count, found, diag.sentence);
    }
    CHECK_EQ(found, count + before);
    CHECK(verdict != SS_VERDICT_REJECT);
}

static void repeat_each(layout how)
{
    for (ss_hdr id = 0; id < SS_HDR_OTHER; id++) {
        const ss_repetition repetition = ss_hdr_repetition(id);
        if (repetition == SS_REPEAT_ONE || (repetition == SS_REPEAT_MANY && how != ONE_A_LINE)) {
            continue;
        }
        for (unsigned count = 0; count <= VALUES_MAX; count += count < 40 ? 1 : STEP) {
            check_count(id, count, how);
        }
        check_count(id, VALUES_MAX, how);
    }
}

TEST(sweep_every_list_stands_0_to_300_times_on_lines_of_their_own)
{
    repeat_each(ONE_A_LINE);
}

TEST(sweep_every_list_stands_0_to_300_times_on_one_line)
{
    repeat_each(ONE_LINE);
}

TEST(sweep_every_list_stands_0_to_300_times_on_lines_of_seven)
{
    repeat_each(MIXED);
}

/* In a request whose method gives the field its meaning: with the same value again, or with another. */
static void double_field(ss_hdr id, bool is_other)
{
    char value[256];
    ss_method method = SS_METHOD_INVITE;
    while (!ss_hdr_applies(id, method) || method == SS_METHOD_ACK) {
        method++;
        CHECK(method < SS_METHOD_COUNT);
    }
    const ss_slice name = ss_method_name(method);
    ss_buffer b = begin_request(name);
    ss_put_header(&b, id, draw_value(id, name, 1, value, sizeof value));
    ss_put_header(&b, id, draw_value(id, name, is_other ? 2 : 1, value, sizeof value));
    ss_put_text(&b, "\r\n");
    ss_diag diag;
    CHECK_EQ(inspect(ss_buffer_slice(&b), &diag), SS_VERDICT_UNACCEPTABLE);
    CHECK_EQ(diag.header, id);
    CHECK_EQ(diag.response, 400);
    CHECK_STR(diag.section, "RFC3261:7.3.1");
}

/* RFC3261:7.3.1 */
TEST(sweep_every_field_that_stands_once_is_doubled)
{
    unsigned count = 0;
    for (ss_hdr id = 0; id < SS_HDR_OTHER; id++) {
        if (ss_hdr_repetition(id) == SS_REPEAT_ONE) {
            double_field(id, false);
            double_field(id, true);
            count++;
        }
    }
    CHECK(count > 30);
}
