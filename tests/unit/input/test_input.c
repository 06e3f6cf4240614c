/* Session inputs: any bytes are one, records survive being written down, and what a record says happens. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fz/session.h"

static sn_input_records records;

static fz_verdict run(ss_slice input)
{
    fz_verdict verdict;
    sn_plan *plan = sn_input_plan(input);
    CHECK_NOT_NULL(plan);
    CHECK(plan->cast.node_count <= 16);
    CHECK(fz_session_run(plan, NULL, 0, &verdict));
    sn_plan_free(plan);
    return verdict;
}

/* Lines, one a record. */
static fz_verdict run_lines(const char *const *lines, size_t count)
{
    char bytes[4096];
    const char *why = "";
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(sn_input_record_parse_text(ss_slice_from(lines[i]), &b, &why));
    }
    CHECK(!b.overflow);
    return run(ss_buffer_slice(&b));
}
#define RUN(...)                                    \
    run_lines((const char *const[]){ __VA_ARGS__ }, \
              SS_COUNT(((const char *const[]){ __VA_ARGS__ })))

static uint64_t next(uint64_t *state)
{
    *state = ss_mix64(*state + 1);
    return *state;
}

/* Bytes in which marks and letters are frequent. */
static size_t draw(uint64_t *state, char *to, size_t max)
{
    const size_t len = next(state) % max;
    for (size_t i = 0; i < len; i++) {
        const uint64_t r = next(state);
        to[i] = r % 8 == 0   ? (char)SN_RECORD_MARK
                : r % 8 == 1 ? sn_input_kinds[r / 8 % sn_input_kind_count].letter
                : r % 8 == 2 ? '\0'
                             : (char)(r >> 32);
    }
    return len;
}

TEST(any_bytes_are_records_that_survive_writing)
{
    static char bytes[2000], again[8000], line[20000];
    static sn_input_records second;
    uint64_t state = 7;
    for (unsigned round = 0; round < 300; round++) {
        const size_t len = draw(&state, bytes, sizeof bytes);
        sn_input_records_read(&records, (ss_slice){ bytes, len });
        ss_buffer b = ss_buffer_on(again, sizeof again);
        for (unsigned i = 0; i < records.count; i++) {
            const char *why = "";
            ss_buffer text = ss_buffer_on(line, sizeof line);
            sn_input_record_put_text(&text, &records.at[i]);
            if (text.len > 0 && records.at[i].bytes.len < 1000) {
                CHECK_OK(sn_input_record_parse_text(ss_buffer_slice(&text), &b, &why));
            } else {
                sn_input_record_put(&b, &records.at[i]);
            }
        }
        CHECK(!b.overflow);
        sn_input_records_read(&second, ss_buffer_slice(&b));
        unsigned at = 0;
        for (unsigned i = 0; i < records.count; i++) {
            const sn_input_record *one = &records.at[i];
            if (one->kind == sn_input_kind_count) {
                continue;
            }
            CHECK_EQ(second.at[at].kind, one->kind);
            CHECK_EQ(memcmp(second.at[at].args, one->args, sizeof one->args), 0);
            CHECK(ss_slice_eq(second.at[at].bytes, one->bytes));
            at++;
        }
        CHECK_EQ(second.count, at);
    }
}

TEST(any_bytes_are_a_session_with_one_digest)
{
    static char bytes[300];
    uint64_t state = 11;
    for (unsigned round = 0; round < (TEST_IS_SANITIZED ? 40 : 400); round++) {
        const size_t len = draw(&state, bytes, sizeof bytes);
        const fz_verdict first = run((ss_slice){ bytes, len }),
                         second = run((ss_slice){ bytes, len });
        CHECK_EQ(first.digest, second.digest);
    }
    CHECK_EQ(run(SS_EMPTY).datagrams, 0);
}

/* One ground serves them all: whatever ran before, in whatever order, an input is as if it were the first. */
TEST(an_input_finds_nothing_of_those_before)
{
    enum { INPUTS = TEST_IS_SANITIZED ? 30 : 150 };
    static char bytes[INPUTS][200];
    static size_t lens[INPUTS];
    static uint64_t digests[INPUTS];
    uint64_t state = 13;
    for (size_t i = 0; i < INPUTS; i++) {
        static const char call[] = { (char)SN_RECORD_MARK, 'C', 0, 0, 0, 0, 40 };
        lens[i] = 4;
        bytes[i][0] = (char)SN_RECORD_MARK;
        bytes[i][1] = 'H';
        bytes[i][2] = (char)(i % 16);
        bytes[i][3] = (char)(i / 16);
        memcpy(bytes[i] + lens[i], call, sizeof call);
        lens[i] += sizeof call;
        lens[i] += draw(&state, bytes[i] + lens[i], sizeof bytes[i] - lens[i]);
        digests[i] = run((ss_slice){ bytes[i], lens[i] }).digest;
    }
    for (unsigned round = 0; round < 2 * INPUTS; round++) {
        const size_t i = next(&state) % INPUTS;
        CHECK_EQ(run((ss_slice){ bytes[i], lens[i] }).digest, digests[i]);
    }
}

TEST(every_network_carries_a_call)
{
    for (unsigned i = 0; sn_input_profile(i) != NULL; i++) {
        char head[] = "head profile=xx";
        head[sizeof head - 3] = (char)('0' + i / 10);
        head[sizeof head - 2] = (char)('0' + i % 10);
        const fz_verdict v = RUN(head, "call hold=40");
        CHECK(v.oracle == NULL);
        CHECK(v.datagrams >= 5); /* INVITE, 200, ACK, BYE, 200 */
    }
    CHECK(sn_input_profile(15) != NULL && sn_input_profile(16) == NULL);
}

/* RFC3261:17 Table 4: the instants at which something happens have codes of their own. */
TEST(spans_have_the_timers_among_them)
{
    CHECK_EQ(sn_input_span(0, 0), 0);
    CHECK_EQ(sn_input_span(5 << 3, 0), SS_MS(500));
    CHECK_EQ(sn_input_span(8 << 3, 0), SS_S(4));
    CHECK_EQ(sn_input_span(8 << 3 | 2, 0), SS_S(5));
    CHECK_EQ(sn_input_span(11 << 3, 0), SS_S(32));
    CHECK_EQ(sn_input_span(11 << 3, 1), SS_S(32) - 1);
    CHECK_EQ(sn_input_span(11 << 3, 2), SS_S(32) + 1);
    CHECK_EQ(sn_input_span(0, 1), 0);
    CHECK_EQ(sn_input_span(0, 7), SS_MS(7));
}

static unsigned answers_to_bye;

static void count_answers(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    answers_to_bye += f->kind == SN_FACT_DATAGRAM_SENT && !f->sip.is_request &&
                      f->sip.method == SS_METHOD_BYE && f->sip.status == 200;
}

/* A BYE that alice never sent ends her call: it has her tags, her number and bob's Contact. */
TEST(a_forged_message_reaches_a_live_dialog)
{
    static const char *const lines[] = { "call hold=96", "forge at=50 as=0 to=1 what=2 twist=6" };
    char bytes[200];
    const char *why = "";
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    fz_verdict verdict;
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        CHECK_OK(sn_input_record_parse_text(ss_slice_from(lines[i]), &b, &why));
    }
    const sn_sink sink = { NULL, count_answers };
    sn_plan *plan = sn_input_plan(ss_buffer_slice(&b));
    answers_to_bye = 0;
    CHECK(fz_session_run(plan, &sink, 1, &verdict));
    CHECK_EQ(answers_to_bye, 1);
    sn_plan_free(plan);
}

TEST(a_decision_about_a_message_is_kept_to)
{
    const fz_verdict plain = RUN("call hold=40");
    const fz_verdict lossy =
        RUN("call hold=40", "decision method=1 times=1"); /* two INVITEs lost */
    CHECK_EQ(lossy.datagrams, plain.datagrams + 2);
    CHECK(lossy.oracle == NULL);
}

/* Else copies would wait for longer than transactions live, each to be a request of its own by then. */
TEST(what_waits_for_a_slow_link_has_an_end)
{
    static const struct {
        const char *line;
        uint32_t packets;
    } links[] = { { "link rate=12", 256 }, { "link rate=12 queue=7", 7 }, { "link mtu=9", 0 } };
    for (size_t i = 0; i < SS_COUNT(links); i++) {
        char bytes[64];
        const char *why = "";
        ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
        CHECK_OK(sn_input_record_parse_text(ss_slice_from(links[i].line), &b, &why));
        sn_plan *plan = sn_input_plan(ss_buffer_slice(&b));
        CHECK_NOT_NULL(plan);
        CHECK_EQ(plan->links[0].up.queue.packets, links[i].packets);
        CHECK_EQ(plan->links[0].down.queue.packets, links[i].packets);
        sn_plan_free(plan);
    }
}

TEST(wrong_lines_are_refused_with_a_reason)
{
    static const char *const wrong[] = { "",
                                         "cal hold=4",
                                         "call hold",
                                         "call hold=256",
                                         "call =3",
                                         "call hold=4 \"x\"",
                                         "message to=1 \"x",
                                         "message \"x\" y",
                                         "message \"\\q\"",
                                         "message \"{nobody}\"",
                                         "message \"{from:9}\"",
                                         "message \"{from:1:caller}\"" };
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        char bytes[64];
        const char *why = NULL;
        ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
        CHECK(sn_input_record_parse_text(ss_slice_from(wrong[i]), &b, &why) != SS_OK);
        CHECK_NOT_NULL(why);
    }
}
