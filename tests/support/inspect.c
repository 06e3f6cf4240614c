/* Every question to one message, and every message of the tree. */
#include "inspect.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "guard.h"
#include "ss/transport.h"

enum { ARENA_BYTES = 1 << 20, FILE_BYTES_MAX = 1 << 17, PATH_BYTES = 1024 };

static _Alignas(16) unsigned char memory[ARENA_BYTES];
static char text[ARENA_BYTES];
static ss_msg last;

const ss_msg *inspect_message(void)
{
    return &last;
}

static bool is_inside(ss_slice part, ss_slice whole)
{
    return part.at == NULL || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

static ss_verdict judge(ss_slice bytes, const ss_judge_options *options, ss_diag *diag)
{
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    const ss_verdict verdict = ss_msg_judge(&last, &arena, bytes, options, diag);
    if (verdict == SS_VERDICT_ACCEPT) {
        return verdict;
    }
    CHECK(diag->offset <= bytes.len);
    CHECK(diag->section != NULL && diag->section[0] != '\0');
    CHECK(diag->sentence != NULL && diag->sentence[0] != '\0');
    CHECK(diag->response == 0 || (diag->response >= 400 && diag->response < 700));
    CHECK(diag->response == 0 || (last.is_request && last.method != SS_METHOD_ACK));
    return verdict;
}

/* A role never refuses what a stricter one accepts. */
static void judge_in_every_role(ss_slice bytes)
{
    for (unsigned i = 0; i < 12; i++) {
        const ss_judge_options options = { .element = (ss_element)(i % 3),
                                           .tolerant = i / 3 % 2 == 1,
                                           .stream = i >= 6,
                                           .limits = ss_limits_default() };
        ss_judge_options tolerant = options;
        ss_diag diag;
        tolerant.tolerant = true;
        if (judge(bytes, &options, &diag) == SS_VERDICT_ACCEPT) {
            CHECK_EQ(judge(bytes, &tolerant, &diag), SS_VERDICT_ACCEPT);
        }
    }
}

static void type_all(const ss_msg *msg)
{
    static ss_typed typed;
    for (uint16_t i = 0; i < msg->field_count; i++) {
        const ss_field *field = &msg->fields[i];
        const ss_slice value =
            ss_slice_cut(msg->bytes, field->value_at, (size_t)field->value_at + field->value_len);
        ss_flaw flaw;
        if (ss_typed_parse((ss_hdr)field->id, value, &typed, &flaw) != SS_OK) {
            CHECK(flaw.offset <= value.len);
            continue;
        }
        for (unsigned p = 0; p < typed.part_count && p < SS_PARTS_MAX; p++) {
            CHECK(is_inside(typed.parts[p].text, value) && is_inside(typed.parts[p].key, value));
        }
    }
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        ss_value_iter it = { 0 };
        ss_name_addr na;
        size_t steps = 0;
        while (msg->first[id] != 0 && ss_msg_next_addr(msg, id, &it, &na) == SS_OK) {
            CHECK(is_inside(na.uri, msg->bytes) && is_inside(ss_name_addr_tag(&na), msg->bytes));
            CHECK(++steps <= msg->bytes.len);
        }
    }
}

/* RFC3261:8.2.6 of whatever could be read; the buffer has its very size. */
static void answer(const ss_msg *msg)
{
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_response_head(&b, msg, 400, SS_EMPTY, SS_LIT("t"));
    CHECK(!b.overflow);
    ss_buffer exact = guard_buffer(b.len);
    ss_put_response_head(&exact, msg, 400, SS_EMPTY, SS_LIT("t"));
    CHECK(!exact.overflow);
    CHECK_SLICE_EQ(ss_buffer_slice(&exact), ss_buffer_slice(&b));
}

/* RFC3261:18.3 framer and parser agree. */
static void frame(ss_slice bytes, const ss_msg *msg, bool is_parsed)
{
    size_t skip = 0, length = 0;
    const ss_status status = ss_stream_frame(&(ss_framing){ .seen = 0 }, bytes, &skip, &length);
    CHECK(skip <= bytes.len && length <= bytes.len - skip);
    if (is_parsed && msg->first[SS_HDR_CONTENT_LENGTH] != 0) {
        CHECK_OK(status);
        CHECK_EQ(length, msg->bytes.len);
    }
}

ss_verdict inspect(ss_slice given, ss_diag *diag)
{
    const ss_judge_options strict = { .element = SS_ELEMENT_UAS, .limits = ss_limits_default() };
    const ss_slice bytes = guard_at_end(given);
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_diag why;
    ss_summary summary;
    judge_in_every_role(bytes);
    const ss_status status = ss_msg_parse(&last, &arena, bytes, &why);
    CHECK(is_inside(last.bytes, bytes) && is_inside(last.body, bytes));
    type_all(&last);
    frame(bytes, &last, status == SS_OK);
    ss_msg_summarise(&last, &summary);
    if (last.is_request) {
        answer(&last);
    }
    const ss_verdict verdict = judge(bytes, &strict, diag == NULL ? &why : diag);
    CHECK(verdict != SS_VERDICT_ACCEPT || status == SS_OK);
    return verdict;
}

/* ---- the messages of the tree ---- */

/* Inputs of some targets begin with a line for the target. */
static ss_slice without_steering(const char *path, ss_slice bytes)
{
    const bool is_steered =
        strstr(path, "/seeds/stream/") != NULL || strstr(path, "/seeds/meta/") != NULL;
    return is_steered ? ss_slice_cut(bytes, ss_slice_find(bytes, '\n') + 1, bytes.len) : bytes;
}

static unsigned visit_file(const char *path, inspect_visit *visit)
{
    static char buffer[FILE_BYTES_MAX];
    FILE *from = fopen(path, "rb");
    CHECK_NOT_NULL(from);
    const size_t len = fread(buffer, 1, sizeof buffer, from);
    CHECK(fclose(from) == 0 && len > 0 && len < sizeof buffer);
    const ss_slice bytes = without_steering(path, (ss_slice){ buffer, len });
    char *exact = malloc(bytes.len);
    CHECK_NOT_NULL(exact);
    memcpy(exact, bytes.at, bytes.len);
    visit(path, (ss_slice){ exact, bytes.len });
    free(exact);
    return 1;
}

static unsigned visit_folder(const char *folder, inspect_visit *visit)
{
    char path[PATH_BYTES];
    unsigned count = 0;
    struct dirent **entries = NULL;
    snprintf(path, sizeof path, "%s/%s", SIPSIM_SOURCE_DIR, folder);
    const int found = scandir(path, &entries, NULL, alphasort);
    CHECK(found > 0);
    for (int i = 0; i < found; i++) {
        if (entries[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s/%s", SIPSIM_SOURCE_DIR, folder, entries[i]->d_name);
            count += visit_file(path, visit);
        }
        free(entries[i]);
    }
    free(entries);
    return count;
}

void inspect_corpus(inspect_visit *visit)
{
    static const char *const folders[] = {
        "corpus/rfc/rfc3665",   "corpus/rfc/rfc4475",  "corpus/rfc/rfc5118",
        "corpus/seeds/message", "corpus/seeds/stream", "tests/bench/parse_set",
        "corpus/seeds/meta",
    };
    unsigned count = 0;
    for (size_t i = 0; i < SS_COUNT(folders); i++) {
        count += visit_folder(folders[i], visit);
    }
    CHECK(count >= 100);
}
