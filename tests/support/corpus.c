/* Tables and messages of corpus/rfc, read from the source tree, and the checks that all sets share. */
#include "corpus.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { FILE_BYTES_MAX = 1 << 16, ARENA_BYTES = 1 << 20, PATH_BYTES = 512 };

static _Alignas(max_align_t) unsigned char memory[ARENA_BYTES];
static ss_arena arena = { .base = memory, .cap = sizeof memory };

ss_arena *corpus_arena(void)
{
    return &arena;
}

/* ---- the tables ---- */

static ss_slice read_message(const char *rfc, const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/corpus/rfc/%s/%s.sip", SIPSIM_SOURCE_DIR, rfc, name);
    FILE *from = fopen(path, "rb");
    CHECK_NOT_NULL(from);
    static char buffer[FILE_BYTES_MAX];
    const size_t len = fread(buffer, 1, sizeof buffer, from);
    CHECK(fclose(from) == 0 && len < sizeof buffer);
    char *exact = malloc(len == 0 ? 1 : len);
    CHECK_NOT_NULL(exact);
    memcpy(exact, buffer, len);
    return (ss_slice){ exact, len };
}

/* The next cell of a row, trimmed; the line loses it. */
static ss_slice next_cell(ss_slice *line)
{
    const size_t end = ss_slice_find(*line, '|');
    const ss_slice cell = ss_slice_trim(ss_slice_cut(*line, 0, end));
    *line = ss_slice_cut(*line, end < line->len ? end + 1 : end, line->len);
    return cell;
}

static void copy_cell(char *to, size_t size, ss_slice cell)
{
    CHECK(cell.len != 0 && cell.len < size);
    memcpy(to, cell.at, cell.len);
    to[cell.len] = '\0';
}

/* Which of the words it is; the test fails when it is none. */
static unsigned one_of(ss_slice cell, const char *const *words, unsigned count)
{
    unsigned i = 0;
    while (i < count && !ss_slice_eq(cell, ss_slice_from(words[i]))) {
        i++;
    }
    CHECK(i < count);
    return i;
}

static corpus_row read_row(ss_slice line)
{
    static const char *const roles[] = { "uas", "proxy", "registrar" };
    static const ss_element elements[] = { SS_ELEMENT_UAS, SS_ELEMENT_PROXY, SS_ELEMENT_REGISTRAR };
    static const char *const options[] = { "-", "tolerant", "stream" };
    static const char *const verdicts[] = { "accept", "reject", "unacceptable" };
    corpus_row row = { .options.limits = ss_limits_default() };
    copy_cell(row.name, sizeof row.name, next_cell(&line));
    row.options.element = elements[one_of(next_cell(&line), roles, SS_COUNT(roles))];
    const unsigned option = one_of(next_cell(&line), options, SS_COUNT(options));
    row.options.tolerant = option == 1;
    row.options.stream = option == 2;
    row.verdict = (ss_verdict)one_of(next_cell(&line), verdicts, SS_COUNT(verdicts));
    uint64_t response = 0;
    CHECK_OK(ss_slice_to_u64(next_cell(&line), 699, &response));
    row.response = (unsigned)response;
    copy_cell(row.section, sizeof row.section, next_cell(&line));
    copy_cell(row.why, sizeof row.why, next_cell(&line));
    CHECK_EQ(line.len, 0);
    return row;
}

void corpus_each(const char *rfc, const char *section, corpus_visit *visit)
{
    char path[PATH_BYTES], line[512];
    snprintf(path, sizeof path, "%s/corpus/rfc/%s.txt", SIPSIM_SOURCE_DIR, rfc);
    FILE *from = fopen(path, "rb");
    CHECK_NOT_NULL(from);
    unsigned count = 0;
    while (fgets(line, sizeof line, from) != NULL) {
        const ss_slice text = ss_slice_trim(ss_slice_from(line));
        if (text.len == 0 || text.at[0] == '#') {
            continue;
        }
        const corpus_row row = read_row(text);
        if (section != NULL && strcmp(row.section, section) != 0) {
            continue;
        }
        const ss_slice bytes = read_message(rfc, row.name);
        visit(&row, bytes);
        free((char *)(uintptr_t)bytes.at);
        count++;
    }
    (void)fclose(from);
    CHECK(count != 0);
}

ss_verdict corpus_judge(const corpus_row *row, ss_slice bytes, ss_msg *msg, ss_diag *diag)
{
    arena.used = 0;
    *diag = (ss_diag){ 0 };
    return ss_msg_judge(msg, &arena, bytes, &row->options, diag);
}

/* ---- the verdict of the table ---- */

static void check_diag(const corpus_row *row, ss_slice bytes, const ss_diag *diag)
{
    CHECK(diag->offset <= bytes.len);
    CHECK_NOT_NULL(diag->section);
    CHECK_NOT_NULL(diag->sentence);
    CHECK_EQ(diag->response, row->response);
}

static void check_row(const corpus_row *row, ss_slice bytes)
{
    ss_msg msg;
    ss_diag diag;
    const ss_verdict verdict = corpus_judge(row, bytes, &msg, &diag);
    if (verdict != row->verdict ||
        (verdict != SS_VERDICT_ACCEPT && diag.response != row->response)) {
        fprintf(stderr, "%s (%s): %s %u, not %s %u: %s\n", row->name, row->why,
                ss_verdict_name(verdict), diag.response, ss_verdict_name(row->verdict),
                row->response, diag.sentence == NULL ? "" : diag.sentence);
    }
    CHECK_STR(ss_verdict_name(verdict), ss_verdict_name(row->verdict));
    if (verdict != SS_VERDICT_ACCEPT) {
        check_diag(row, bytes, &diag);
    }
}

void corpus_check_section(const char *rfc, const char *section)
{
    corpus_each(rfc, section, check_row);
}

/* ---- what must be so of every message ---- */

static const char *wanted;
static bool seen;

static void look_for_wanted(const corpus_row *row, ss_slice bytes)
{
    const size_t len = strlen(row->name);
    seen = seen || (strncmp(wanted, row->name, len) == 0 && strcmp(wanted + len, ".sip") == 0);
    CHECK(bytes.len != 0);
}

void corpus_check_all_files_have_rows(const char *rfc)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/corpus/rfc/%s", SIPSIM_SOURCE_DIR, rfc);
    DIR *dir = opendir(path);
    CHECK_NOT_NULL(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        wanted = entry->d_name;
        seen = false;
        corpus_each(rfc, NULL, look_for_wanted);
        CHECK(seen);
    }
    (void)closedir(dir);
}

/* A verdict is complete: all slices lie in the bytes, and what is refused says why. */
static void check_verdict(const corpus_row *row, ss_slice bytes)
{
    ss_msg msg;
    ss_diag diag;
    const ss_verdict verdict = corpus_judge(row, bytes, &msg, &diag);
    CHECK((unsigned)verdict < SS_VERDICT_COUNT);
    CHECK(row->options.tolerant || msg.bytes.len <= bytes.len); /* what is mended may be longer */
    CHECK(msg.body.len <= bytes.len);
    for (uint16_t i = 0; i < msg.field_count; i++) {
        CHECK(msg.fields[i].end <= msg.bytes.len);
    }
    if (verdict != SS_VERDICT_ACCEPT) {
        CHECK(diag.offset <= bytes.len);
        CHECK(diag.section != NULL && diag.sentence != NULL);
        CHECK(diag.response == 0 || (diag.response >= 400 && diag.response <= 699));
    }
}

static void check_exact(const corpus_row *row, ss_slice bytes)
{
    ss_msg msg;
    ss_diag diag, again;
    check_verdict(row, bytes);
    const ss_verdict verdict = corpus_judge(row, bytes, &msg, &diag);
    CHECK_EQ(corpus_judge(row, bytes, &msg, &again), verdict);
    CHECK_EQ(again.offset, diag.offset);
    CHECK_EQ(again.response, diag.response);
}

void corpus_check_exact_copies(const char *rfc)
{
    corpus_each(rfc, NULL, check_exact);
}

static void check_prefix(const corpus_row *row, ss_slice bytes, size_t len)
{
    char *exact = malloc(len == 0 ? 1 : len);
    CHECK_NOT_NULL(exact);
    memcpy(exact, bytes.at, len);
    check_verdict(row, (ss_slice){ exact, len });
    free(exact);
}

static void check_prefixes(const corpus_row *row, ss_slice bytes)
{
    for (size_t len = 0; len < bytes.len; len++) {
        check_prefix(row, bytes, len);
    }
}

void corpus_check_truncations(const char *rfc)
{
    corpus_each(rfc, NULL, check_prefixes);
}

/* Printed without an edit, an accepted message is what it was; in a buffer that is too small by any number of bytes
 * printing fails. */
static void check_splice(const corpus_row *row, ss_slice bytes)
{
    ss_msg msg;
    ss_diag diag;
    if (corpus_judge(row, bytes, &msg, &diag) != SS_VERDICT_ACCEPT) {
        return;
    }
    const ss_splice splice = ss_splice_begin(&msg, &arena);
    char *memory_of = malloc(msg.bytes.len);
    CHECK_NOT_NULL(memory_of);
    ss_buffer out = ss_buffer_on(memory_of, msg.bytes.len);
    CHECK_OK(ss_splice_print(&splice, &out));
    CHECK_SLICE_EQ(ss_buffer_slice(&out), msg.bytes);
    for (size_t cap = 0; cap < msg.bytes.len; cap += 7) {
        out = ss_buffer_on(memory_of, cap);
        CHECK_STATUS(ss_splice_print(&splice, &out), SS_ERR_FULL);
    }
    free(memory_of);
}

/* A Via is pushed and popped again, and the message is the same and as good. */
static void check_push_and_pop(const corpus_row *row, ss_slice bytes)
{
    static char pushed[FILE_BYTES_MAX + 256], popped[FILE_BYTES_MAX + 256], read[FILE_BYTES_MAX];
    ss_msg msg;
    ss_diag diag;
    if (corpus_judge(row, bytes, &msg, &diag) != SS_VERDICT_ACCEPT) {
        return;
    }
    const ss_slice before = { read, msg.bytes.len }; /* what was mended, when it had to be */
    memcpy(read, msg.bytes.at, msg.bytes.len);
    ss_buffer out = ss_buffer_on(pushed, sizeof pushed);
    ss_splice push = ss_splice_begin(&msg, &arena);
    ss_splice_push(&push, SS_HDR_VIA, SS_LIT("SIP/2.0/UDP edge.example.net;branch=z9hG4bKpushed"));
    CHECK_OK(ss_splice_print(&push, &out));
    CHECK_EQ(corpus_judge(row, ss_buffer_slice(&out), &msg, &diag), SS_VERDICT_ACCEPT);
    ss_buffer back = ss_buffer_on(popped, sizeof popped);
    ss_splice pop = ss_splice_begin(&msg, &arena);
    ss_splice_pop(&pop, SS_HDR_VIA);
    CHECK_OK(ss_splice_print(&pop, &back));
    CHECK_SLICE_EQ(ss_buffer_slice(&back), before);
}

void corpus_check_splices(const char *rfc)
{
    corpus_each(rfc, NULL, check_splice);
    corpus_each(rfc, NULL, check_push_and_pop);
}
