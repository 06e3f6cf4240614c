/* A million generated messages (in an optimised build; fewer under sanitizers): each is accepted and understood as it was meant,
 * wherever its bytes lie, prints into buffers of every interesting size without passing their ends, and what was printed is
 * the same message. Bytes end, and begin, at a guard page. A failure says the number of the message. */
#include "check.h"
#include "fuzz.h"
#include "gen.h"
#include "guard.h"

#include "ss/grammar.h"
#include "stack/msg/repetition.h"

#include <stdio.h>
#include <string.h>

enum { PER_CASE = TEST_IS_SANITIZED ? 1000 : 100000, ARENA_BYTES = 1 << 20, EDGES = 6 };

static _Alignas(16) unsigned char first_memory[ARENA_BYTES], second_memory[ARENA_BYTES];
static char text_memory[GEN_MESSAGE_MAX], printed_memory[ARENA_BYTES], again_memory[ARENA_BYTES];

#define MUST(condition)                                                      \
    do {                                                                     \
        if (!(condition)) {                                                  \
            printf("generated message %llu\n", (unsigned long long)current); \
            CHECK(condition);                                                \
        }                                                                    \
    } while (0)
static uint64_t current;

static void parse(ss_slice bytes, unsigned char *memory, ss_msg *msg)
{
    ss_arena arena = { .base = memory, .cap = ARENA_BYTES };
    ss_diag diag;
    const ss_status status = ss_msg_parse(msg, &arena, bytes, &diag);
    if (status != SS_OK) {
        printf("at byte %u: %s\n", diag.offset, diag.sentence);
    }
    MUST(status == SS_OK);
}

/* ---- it is understood as it was meant ---- */

static void check_values(const gen_message *meant, const ss_msg *msg, ss_hdr id)
{
    static ss_typed typed;
    ss_value_iter it = { 0 };
    ss_slice value;
    ss_flaw flaw;
    unsigned count = 0;
    ss_status status;
    while ((status = ss_msg_next_value(msg, id, &it, &value)) == SS_OK) {
        if (ss_typed_parse(id, value, &typed, &flaw) != SS_OK) {
            const ss_slice name = ss_hdr_name(id);
            printf("%.*s: %.*s\n%s (%s) at %zu\n", (int)name.len, name.at, (int)value.len, value.at,
                   flaw.sentence, flaw.section, flaw.offset);
            MUST(false);
        }
        count++;
    }
    MUST(status == SS_NONE);
    const bool is_list = ss_hdr_repetition(id) == SS_REPEAT_LIST;
    MUST(count == meant->values[id] || (!is_list && count < meant->values[id])); /* an empty text */
    MUST(ss_msg_count(msg, id) > 0 || meant->values[id] == 0);
}

static void check_meant(const gen_message *meant, const ss_msg *msg)
{
    MUST(msg->is_request == meant->is_request);
    MUST(msg->status == meant->status);
    MUST(ss_slice_eq(msg->method_name, meant->method));
    MUST(ss_slice_eq(msg->request_uri, meant->request_uri));
    MUST(ss_slice_eq(ss_msg_call_id(msg), meant->call_id));
    MUST(msg->field_count == meant->fields);
    const bool has_length = ss_msg_count(msg, SS_HDR_CONTENT_LENGTH) > 0;
    MUST(!has_length || ss_slice_eq(msg->body, meant->body));
    MUST(msg->body.len >= meant->body.len);
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        check_values(meant, msg, id);
    }
}

/* ---- it is the same elsewhere, and cut short it is no danger ---- */

static void check_elsewhere(const ss_msg *msg, ss_slice bytes)
{
    ss_msg other;
    parse(guard_at_start(bytes), second_memory, &other);
    MUST(other.field_count == msg->field_count && other.headers_end == msg->headers_end);
    MUST(memcmp(other.fields, msg->fields, msg->field_count * sizeof *msg->fields) == 0);
    MUST(memcmp(other.first, msg->first, sizeof msg->first) == 0);
    MUST(ss_slice_eq(other.body, msg->body) &&
         ss_slice_eq(other.top_via.branch, msg->top_via.branch));
}

/* A clone outlives the bytes it was made from: it is the same bytes in an arena, parsed there. */
static void check_clone(const ss_msg *msg)
{
    ss_arena arena = { .base = second_memory, .cap = ARENA_BYTES };
    ss_msg clone;
    ss_diag diag;
    const ss_slice bytes = ss_arena_copy(&arena, msg->bytes);
    MUST(ss_msg_parse(&clone, &arena, bytes, &diag) == SS_OK);
    ss_buffer one = ss_buffer_on(printed_memory, sizeof printed_memory);
    ss_buffer two = ss_buffer_on(again_memory, sizeof again_memory);
    fz_put_message(&one, msg);
    fz_put_message(&two, &clone);
    MUST(!one.overflow && ss_slice_eq(ss_buffer_slice(&one), ss_buffer_slice(&two)));
}

static void check_cut(const ss_msg *msg, ss_slice bytes, gen *g)
{
    const size_t len = gen_pick(g, (unsigned)bytes.len);
    ss_arena arena = { .base = second_memory, .cap = ARENA_BYTES };
    const ss_judge_options options = { .limits = ss_limits_default() };
    ss_msg cut;
    ss_diag diag;
    const ss_verdict verdict =
        ss_msg_judge(&cut, &arena, guard_at_end(ss_slice_cut(bytes, 0, len)), &options, &diag);
    const size_t before_body = (size_t)(msg->bytes.at - bytes.at) + msg->headers_end + 2;
    MUST(len >= before_body || verdict != SS_VERDICT_ACCEPT);
    MUST(verdict == SS_VERDICT_ACCEPT || diag.offset <= len);
}

/* RFC 3261 20, 25: nothing generated is against the grammar, in any role. */
static void check_verdict(ss_slice bytes, gen *g)
{
    const ss_judge_options options = { .element = (ss_element)gen_pick(g, 3),
                                       .tolerant = gen_chance(g, 50),
                                       .limits = ss_limits_default() };
    ss_arena arena = { .base = second_memory, .cap = ARENA_BYTES };
    ss_msg msg;
    ss_diag diag;
    const ss_verdict verdict = ss_msg_judge(&msg, &arena, bytes, &options, &diag);
    if (verdict == SS_VERDICT_REJECT) {
        printf("%s (%s) at %u\n", diag.sentence, diag.section, diag.offset);
    }
    MUST(verdict != SS_VERDICT_REJECT);
}

/* ---- it prints, and what it prints is the same ---- */

static void check_reparsed(const ss_msg *msg, ss_slice printed)
{
    ss_msg again;
    parse(guard_at_end(printed), second_memory, &again);
    ss_buffer before = ss_buffer_on(again_memory, sizeof again_memory);
    fz_put_meaning(&before, msg);
    ss_buffer after = guard_buffer(before.len);
    fz_put_meaning(&after, &again);
    MUST(!before.overflow && !after.overflow);
    MUST(ss_slice_eq(ss_buffer_slice(&before), ss_buffer_slice(&after)));
}

static void check_size(fz_printer *print, const void *what, size_t cap, ss_slice whole)
{
    ss_buffer b = guard_buffer(cap);
    print(&b, what);
    MUST(b.len <= cap && b.overflow == (cap < whole.len));
    MUST(b.overflow || ss_slice_eq(ss_buffer_slice(&b), whole));
}

/* The empty buffer, those about the end, and those that end about the ends of some lines. */
static void check_sizes(fz_printer *print, const void *what, ss_slice whole, gen *g)
{
    check_size(print, what, 0, whole);
    check_size(print, what, 1, whole);
    for (size_t cap = whole.len - 1; cap <= whole.len + 1; cap++) {
        check_size(print, what, cap, whole);
    }
    for (unsigned i = 0; i < EDGES; i++) {
        const size_t from = gen_pick(g, (unsigned)whole.len - 1);
        const size_t line = from + ss_slice_find(ss_slice_cut(whole, from, whole.len - 1), '\r');
        check_size(print, what, line + gen_pick(g, 4), whole);
    }
}

static void put_whole(ss_buffer *b, const void *what)
{
    fz_put_message(b, what);
}

static void put_spliced(ss_buffer *b, const void *what)
{
    MUST((ss_splice_print(what, b) == SS_OK) == !b->overflow);
}

static void put_response(ss_buffer *b, const void *what)
{
    ss_put_response_head(b, what, 486, SS_EMPTY, SS_LIT("tag"));
    ss_put_body(b, SS_EMPTY, SS_EMPTY);
}

static void check_printed(const ss_msg *msg, gen *g)
{
    ss_buffer whole = ss_buffer_on(printed_memory, sizeof printed_memory);
    fz_put_message(&whole, msg);
    MUST(!whole.overflow);
    check_sizes(put_whole, msg, ss_buffer_slice(&whole), g);
    check_reparsed(msg, ss_buffer_slice(&whole));
}

/* RFC 3261 16.6 a hop more: what it gives back is what came. */
static void check_spliced(const ss_msg *msg, gen *g)
{
    ss_arena arena = { .base = second_memory, .cap = ARENA_BYTES };
    ss_splice push = ss_splice_begin(msg, &arena);
    ss_splice_push(&push, SS_HDR_VIA, SS_LIT("SIP/2.0/UDP p.example;branch=z9hG4bKgen"));
    ss_splice_version(&push);
    ss_buffer out = ss_buffer_on(printed_memory, sizeof printed_memory);
    MUST(ss_splice_print(&push, &out) == SS_OK);
    check_sizes(put_spliced, &push, ss_buffer_slice(&out), g);
    ss_msg pushed;
    parse(guard_at_end(ss_buffer_slice(&out)), second_memory, &pushed);
    MUST(pushed.field_count == msg->field_count + 1);
    MUST(ss_slice_eq(pushed.top_via.branch, SS_LIT("z9hG4bKgen")));
    ss_arena rest = { .base = first_memory + ARENA_BYTES / 2, .cap = ARENA_BYTES / 2 };
    ss_splice pop = ss_splice_begin(&pushed, &rest);
    ss_splice_pop(&pop, SS_HDR_VIA);
    ss_buffer back = ss_buffer_on(again_memory, sizeof again_memory);
    MUST(ss_splice_print(&pop, &back) == SS_OK);
    const size_t line = ss_slice_find(msg->bytes, '\n'); /* the version is in upper case now */
    MUST(ss_slice_eq(ss_slice_cut(ss_buffer_slice(&back), line, back.len),
                     ss_slice_cut(msg->bytes, line, msg->bytes.len)));
}

/* RFC 3261 8.2.6 */
static void check_answered(const ss_msg *msg, gen *g)
{
    ss_buffer out = ss_buffer_on(printed_memory, sizeof printed_memory);
    ss_msg response;
    put_response(&out, msg);
    check_sizes(put_response, msg, ss_buffer_slice(&out), g);
    parse(guard_at_end(ss_buffer_slice(&out)), second_memory, &response);
    MUST(response.status == 486 &&
         ss_msg_count(&response, SS_HDR_VIA) == ss_msg_count(msg, SS_HDR_VIA));
    MUST(ss_slice_eq(ss_msg_call_id(&response), ss_msg_call_id(msg)));
}

/* ---- all of it ---- */

static void check_message(uint64_t number)
{
    static gen_message meant;
    static ss_msg msg;
    ss_buffer text = ss_buffer_on(text_memory, sizeof text_memory), none = text;
    current = number;
    gen_message_make(&meant, number, &text);
    gen g = gen_start(~number, &none);
    check_verdict(guard_at_end(meant.bytes), &g);
    parse(meant.bytes, first_memory, &msg);
    check_cut(&msg, meant.bytes, &g);
    parse(guard_at_end(meant.bytes), first_memory, &msg);
    check_meant(&meant, &msg);
    check_elsewhere(&msg, meant.bytes);
    check_clone(&msg);
    parse(meant.bytes, first_memory, &msg);
    check_printed(&msg, &g);
    check_spliced(&msg, &g);
    if (msg.is_request) {
        check_answered(&msg, &g);
    }
}

static void check_tenth(unsigned tenth)
{
    for (uint64_t i = 0; i < PER_CASE; i++) {
        check_message((uint64_t)tenth * PER_CASE + i);
    }
}

TEST(generated_messages_of_the_first_tenth)
{
    check_tenth(0);
}
TEST(generated_messages_of_the_second_tenth)
{
    check_tenth(1);
}
TEST(generated_messages_of_the_third_tenth)
{
    check_tenth(2);
}
TEST(generated_messages_of_the_fourth_tenth)
{
    check_tenth(3);
}
TEST(generated_messages_of_the_fifth_tenth)
{
    check_tenth(4);
}
TEST(generated_messages_of_the_sixth_tenth)
{
    check_tenth(5);
}
TEST(generated_messages_of_the_seventh_tenth)
{
    check_tenth(6);
}
TEST(generated_messages_of_the_eighth_tenth)
{
    check_tenth(7);
}
TEST(generated_messages_of_the_ninth_tenth)
{
    check_tenth(8);
}
TEST(generated_messages_of_the_last_tenth)
{
    check_tenth(9);
}

/* ---- every oracle of the fuzz targets ---- */

enum { ORACLE_ROUNDS = TEST_IS_SANITIZED ? 1500 : 10000 };

/* Each generated message behind the line of choices that the target begins with. */
static void run_target(const char *name, const char *const *lines, unsigned count)
{
    const fz_target *target = fz_target_find(name);
    CHECK(target != NULL);
    for (uint64_t i = 0; i < ORACLE_ROUNDS; i++) {
        gen_message meant;
        ss_buffer text = ss_buffer_on(text_memory, sizeof text_memory);
        gen_message_make(&meant, 1u << 30 | i, &text);
        ss_buffer input = ss_buffer_on(printed_memory, sizeof printed_memory);
        ss_put_text(&input, count == 0 ? "" : lines[i % count]);
        ss_put(&input, meant.bytes);
        fz_finding finding;
        current = 1u << 30 | i;
        if (!fz_try(target, ss_buffer_slice(&input), &finding)) {
            printf("%s: %s\n", finding.oracle, finding.sentence);
            MUST(false);
        }
    }
}

TEST(generated_messages_hold_in_target_message)
{
    run_target("message", NULL, 0);
}

TEST(generated_messages_hold_in_target_meta)
{
    static const char *const lines[] = { "0123\n", "31203112\n", "22213\n", "1\n", "3\n", "7a2\n" };
    run_target("meta", lines, SS_COUNT(lines));
}

TEST(generated_messages_hold_in_target_edit)
{
    static const char *const lines[] = { "<Via\n\n",
                                         ">Via SIP/2.0/UDP h;branch=z9hG4bKx\n\n",
                                         "=Max-Forwards 69\n\n",
                                         "-Supported\n\n",
                                         ">Record-Route sip:p;lr\n<Route\n@ sip:x@y\n!\n\n",
                                         "~Contact sip:c@d\n+Subject x\n-Subject\n=Subject y\n\n",
                                         "<Contact\n<Contact\n<Contact\n-Call-ID\n\n" };
    run_target("edit", lines, SS_COUNT(lines));
}

TEST(generated_messages_hold_in_target_stream)
{
    static const char *const lines[] = { "7\n", "0\n", "0909\n", "~!9\n" };
    run_target("stream", lines, SS_COUNT(lines));
}

/* ---- the generator itself ---- */

static void add_compact_names(const ss_msg *msg, bool *seen)
{
    for (uint16_t i = 0; i < msg->field_count; i++) {
        seen[msg->fields[i].id] |= msg->fields[i].name_len == 1;
    }
}

/* Every field comes, and by its compact name; so do both kinds of message, every method, bodies, and the same seed again. */
TEST(generated_messages_have_everything)
{
    static gen_message meant, again;
    static ss_msg msg;
    unsigned values[SS_HDR_COUNT] = { 0 }, methods[SS_METHOD_COUNT] = { 0 }, bodies = 0,
             requests = 0;
    bool compact[SS_HDR_COUNT] = { false };
    for (uint64_t i = 0; i < 3000; i++) {
        ss_buffer text = ss_buffer_on(text_memory, sizeof text_memory);
        ss_buffer other = ss_buffer_on(printed_memory, sizeof printed_memory);
        current = i;
        gen_message_make(&meant, i, &text);
        gen_message_make(&again, i, &other);
        MUST(ss_slice_eq(meant.bytes, again.bytes));
        parse(meant.bytes, first_memory, &msg);
        add_compact_names(&msg, compact);
        for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
            values[id] += meant.values[id];
        }
        methods[msg.method] += 1;
        bodies += meant.body.len > 0;
        requests += meant.is_request;
    }
    static const char letters[] = "abcefiklmorstuvxy";
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        CHECK(values[id] > 20);
    }
    for (size_t i = 0; i < sizeof letters - 1; i++) {
        const ss_hdr id = ss_hdr_from((ss_slice){ &letters[i], 1 });
        CHECK(id == SS_HDR_OTHER || compact[id]);
    }
    for (ss_method method = 0; method < SS_METHOD_COUNT; method++) {
        CHECK(methods[method] > 20);
    }
    CHECK(bodies > 1000 && requests > 1000 && requests < 2500);
}
