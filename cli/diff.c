/* sipsim diff: where two runs part: the first event that differs, from both files of events, since a run of another version
 * cannot be made again; the metrics that changed; and the ladders of the call that the event is about, the first line that differs
 * marked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "files.h"
#include "rp/json.h"
#include "rp/json_read.h"

enum {
    CONTEXT = 3,
    RESULTS_BYTES_MAX = 64 << 20,
    LADDER_LINES_AROUND = 12,
    LINES_LOOKED_AT = 10000
};

typedef struct side {
    const char *dir;
    rp_doc *results;
    char *results_text;
    size_t results_len;
    FILE *events;
    char *line;
    size_t cap;
    bool at_end;
} side;

typedef struct parting {
    side sides[2];
    bool has_events, differs;
    uint64_t line;         /* of the events, from 1 */
    char *before[CONTEXT]; /* a ring of lines that both have */
    unsigned before_count;
} parting;

/* ---- reading ---- */

static rp_status open_results(side *s)
{
    char path[RP_PATH_BYTES];
    size_t offset = 0;
    if (!cli_exists(s->dir, "results.json") || !rp_path_join(path, s->dir, "results.json")) {
        cli_say("%s is no run: it has no results.json", s->dir);
        return RP_USAGE;
    }
    s->results_text = cli_read_file(path, RESULTS_BYTES_MAX, &s->results_len);
    s->results =
        s->results_text == NULL ? NULL : rp_doc_read((ss_slice){ s->results_text, s->results_len });
    if (s->results == NULL) {
        return RP_IO;
    }
    const char *why = rp_doc_error(s->results, &offset);
    if (why != NULL) {
        cli_say("%s: byte %zu: %s", path, offset, why);
        return RP_IO;
    }
    return RP_OK;
}

static bool open_events(side *s)
{
    char path[RP_PATH_BYTES];
    s->events = cli_exists(s->dir, "events.jsonl") && rp_path_join(path, s->dir, "events.jsonl")
                    ? fopen(path, "rb")
                    : NULL;
    return s->events != NULL;
}

static void close_side(side *s)
{
    rp_doc_free(s->results);
    free(s->results_text);
    free(s->line);
    if (s->events != NULL) {
        (void)fclose(s->events);
    }
}

/* ---- events ---- */

static void next_line(side *s)
{
    errno = 0;
    const ssize_t len = s->at_end ? -1 : getline(&s->line, &s->cap, s->events);
    s->at_end = len < 0;
    if (len > 0 && s->line[len - 1] == '\n') {
        s->line[len - 1] = '\0';
    }
}

static void remember(parting *p, const char *line)
{
    free(p->before[p->before_count % CONTEXT]);
    p->before[p->before_count % CONTEXT] = strdup(line);
    p->before_count++;
}

static void find_event(parting *p)
{
    side *a = &p->sides[0], *b = &p->sides[1];
    for (;;) {
        next_line(a);
        next_line(b);
        p->line++;
        if (a->at_end && b->at_end) {
            return;
        }
        if (a->at_end != b->at_end || strcmp(a->line, b->line) != 0) {
            p->differs = true;
            return;
        }
        remember(p, a->line);
    }
}

/* ---- metrics ---- */

typedef struct change {
    bool is_null[2];
    uint64_t value[2];
} change;

static bool number_of(const rp_doc *d, const rp_value *v, uint64_t *value)
{
    const rp_value *at = v != NULL && v->kind == RP_VALUE_MAP ? rp_value_at(d, v, "ppm") : v;
    *value = at != NULL && at->kind == RP_VALUE_WHOLE ? at->whole : 0;
    return at != NULL && at->kind == RP_VALUE_WHOLE;
}

static const rp_value *metrics_of(const side *s)
{
    return rp_value_at(s->results, rp_doc_root(s->results), "metrics");
}

/* The key as a string; the other side's value of it. */
static bool changed(const parting *p, const rp_value *a, char *name, size_t cap, change *c)
{
    const side *s = p->sides;
    const size_t len = a->key.len < cap ? a->key.len : cap - 1;
    memcpy(name, a->key.at, len);
    name[len] = '\0';
    const rp_value *b = rp_value_at(s[1].results, metrics_of(&s[1]), name);
    c->is_null[0] = !number_of(s[0].results, a, &c->value[0]);
    c->is_null[1] = !number_of(s[1].results, b, &c->value[1]);
    return c->is_null[0] != c->is_null[1] || c->value[0] != c->value[1];
}

static void put_number(rp_file *out, bool is_span, bool is_null, uint64_t value)
{
    char text[40];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    if (is_null) {
        ss_put_char(&b, '-');
    } else if (is_span) {
        rp_buffer_ms(&b, value);
        ss_put_text(&b, " ms");
    } else {
        ss_put_u64(&b, value);
    }
    for (size_t i = b.len; i < 20; i++) {
        rp_put_char(out, ' ');
    }
    rp_put(out, ss_buffer_slice(&b));
}

/* "+5.0 %", of what it was; nothing when that was 0. */
static void put_percent(rp_file *out, const change *c)
{
    if (c->is_null[0] || c->is_null[1] || c->value[0] == 0) {
        return;
    }
    const bool more = c->value[1] > c->value[0];
    const uint64_t by = more ? c->value[1] - c->value[0] : c->value[0] - c->value[1];
    const uint64_t permille =
        by > UINT64_MAX / 1000 ? by / (c->value[0] / 1000 + 1) : by * 1000 / c->value[0];
    rp_put_text(out, more ? "   +" : "   -");
    rp_put_u64(out, permille / 10);
    rp_put_char(out, '.');
    rp_put_char(out, (char)('0' + permille % 10));
    rp_put_text(out, " %");
}

static void put_metrics(const parting *p, rp_file *out)
{
    const rp_doc *d = p->sides[0].results;
    bool first = true;
    for (const rp_value *v = rp_value_first(d, metrics_of(&p->sides[0])); v != NULL;
         v = rp_value_next(d, v)) {
        char name[96];
        change c;
        if (!changed(p, v, name, sizeof name, &c)) {
            continue;
        }
        if (first) {
            rp_put_text(out, "\nmetrics that changed (a ratio in ppm)\n");
        }
        first = false;
        const size_t len = strlen(name);
        const bool is_span = len > 3 && strcmp(name + len - 3, "_ns") == 0;
        rp_put_text(out, "  ");
        rp_put_left(out, name, 30);
        put_number(out, is_span, c.is_null[0], c.value[0]);
        put_number(out, is_span, c.is_null[1], c.value[1]);
        put_percent(out, &c);
        rp_put_char(out, '\n');
    }
    if (first) {
        rp_put_text(out, "\nno metric changed\n");
    }
}

/* ---- ladders ---- */

/* The call that the event is about, or the next one that says which; 0: none. */
static uint64_t call_from(side *s)
{
    uint64_t call = 0;
    for (unsigned i = 0; i < LINES_LOOKED_AT && call == 0 && !s->at_end; i++) {
        rp_doc *d = rp_doc_read(ss_slice_from(s->line));
        call = d == NULL ? 0 : rp_value_hex64(d, rp_doc_root(d), "call_id");
        rp_doc_free(d);
        if (call == 0) {
            next_line(s);
        }
    }
    return call;
}

static char *ladder_of(const parting *p, unsigned nth, uint64_t call)
{
    char *text = NULL;
    size_t len = 0;
    const cli_call_name name = { .is_given = true, .hash = call };
    FILE *memory = name.hash == 0 ? NULL : open_memstream(&text, &len);
    rp_file *out = memory == NULL ? NULL : rp_file_over(memory);
    if (out != NULL) {
        (void)!cli_call_draw(p->sides[nth].dir, &name, RP_LADDER_TEXT, out);
        (void)!rp_file_close(out);
    }
    if (memory != NULL) {
        (void)fclose(memory);
    }
    return text;
}

/* Lines from a few before the first that differs to a few behind it; that one is marked. */
static void put_part(rp_file *out, const char *text, size_t differs_at)
{
    size_t line = 0;
    ss_slice rest = ss_slice_from(text);
    while (rest.len != 0) {
        const size_t end = ss_slice_find(rest, '\n');
        if (line == 0 || (line + LADDER_LINES_AROUND >= differs_at &&
                          line <= differs_at + LADDER_LINES_AROUND)) {
            rp_put_text(out, line == differs_at ? "> " : "  ");
            rp_put(out, ss_slice_cut(rest, 0, end));
            rp_put_char(out, '\n');
        }
        line++;
        rest = ss_slice_cut(rest, end == rest.len ? end : end + 1, rest.len);
    }
}

static size_t first_difference(const char *a, const char *b)
{
    size_t line = 0;
    for (; *a != '\0' && *a == *b; a++, b++) {
        line += *a == '\n';
    }
    return line;
}

static void put_ladders(parting *p, rp_file *out)
{
    if (!p->differs) {
        return;
    }
    const uint64_t a = call_from(&p->sides[0]), b = call_from(&p->sides[1]);
    char *texts[2] = { ladder_of(p, 0, a != 0 ? a : b), ladder_of(p, 1, b != 0 ? b : a) };
    if (texts[0] != NULL && texts[1] != NULL && texts[0][0] != '\0' && texts[1][0] != '\0') {
        const bool same = strcmp(texts[0], texts[1]) == 0;
        const size_t at = same ? SIZE_MAX / 2 : first_difference(texts[0], texts[1]);
        rp_put_text(out, same ? "\nthe ladders of its call show no difference\n"
                              : "\nthe ladders of its call, the first line that differs marked\n");
        for (unsigned i = 0; i < 2 && !same; i++) {
            rp_put_char(out, '\n');
            rp_put_plain(out, p->sides[i].dir);
            rp_put_char(out, '\n');
            put_part(out, texts[i], at);
        }
    }
    free(texts[0]);
    free(texts[1]);
}

/* ---- the event ---- */

static bool are_equal(const rp_value *a, const rp_value *b)
{
    return a != NULL && b != NULL && a->kind == b->kind && a->whole == b->whole &&
           ss_slice_eq(a->text, b->text);
}

static void put_value(rp_file *out, const rp_value *v)
{
    static const char *const words[] = { [RP_VALUE_NULL] = "null",
                                         [RP_VALUE_FALSE] = "false",
                                         [RP_VALUE_TRUE] = "true",
                                         [RP_VALUE_LIST] = "a list",
                                         [RP_VALUE_MAP] = "a map" };
    if (v == NULL) {
        rp_put_text(out, "nothing");
    } else if (v->kind == RP_VALUE_WHOLE) {
        rp_put_u64(out, v->whole);
    } else if (v->kind == RP_VALUE_TEXT || v->kind == RP_VALUE_OTHER) {
        char text[128];
        snprintf(text, sizeof text, "%.*s", (int)v->text.len, v->text.at);
        rp_put_plain(out, text);
    } else {
        rp_put_text(out, words[v->kind]);
    }
}

/* Members of `d` that are not so in `other`; of those that both have, once. */
static void put_members(rp_file *out, const rp_doc *d, const rp_doc *other, bool is_second)
{
    for (const rp_value *v = rp_value_first(d, rp_doc_root(d)); v != NULL;
         v = rp_value_next(d, v)) {
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)v->key.len, v->key.at);
        const rp_value *w = rp_value_at(other, rp_doc_root(other), key);
        if (are_equal(v, w) || (is_second && w != NULL)) {
            continue;
        }
        rp_put_text(out, "      ");
        rp_put_left(out, key, 14);
        rp_put_text(out, " ");
        put_value(out, is_second ? w : v);
        rp_put_text(out, " became ");
        put_value(out, is_second ? v : w);
        rp_put_char(out, '\n');
    }
}

/* The lines are long: what of them it is. */
static void put_difference(const parting *p, rp_file *out)
{
    const side *a = &p->sides[0], *b = &p->sides[1];
    rp_doc *one = a->at_end ? NULL : rp_doc_read(ss_slice_from(a->line));
    rp_doc *two = b->at_end ? NULL : rp_doc_read(ss_slice_from(b->line));
    if (one != NULL && two != NULL && rp_doc_root(one) != NULL && rp_doc_root(two) != NULL) {
        put_members(out, one, two, false);
        put_members(out, two, one, true);
    }
    rp_doc_free(one);
    rp_doc_free(two);
}

static void put_event(const parting *p, rp_file *out)
{
    if (!p->has_events) {
        rp_put_text(out, "there are no events in both to be compared (--events off?)\n");
        return;
    }
    if (!p->differs) {
        rp_put_text(out, "no event differs\n");
        return;
    }
    rp_put_text(out, "the first event that differs is line ");
    rp_put_u64(out, p->line);
    rp_put_text(out, " of events.jsonl\n");
    const unsigned shown = p->before_count < CONTEXT ? p->before_count : CONTEXT;
    for (unsigned i = p->before_count - shown; i < p->before_count; i++) {
        rp_put_text(out, "    ");
        rp_put_plain(out, p->before[i % CONTEXT]);
        rp_put_char(out, '\n');
    }
    for (unsigned i = 0; i < 2; i++) {
        const side *s = &p->sides[i];
        rp_put_text(out, i == 0 ? "  < " : "  > ");
        rp_put_plain(out, s->at_end ? "(nothing more)" : s->line);
        rp_put_char(out, '\n');
    }
    put_difference(p, out);
}

/* ---- the verb ---- */

static void write_json(const parting *p, bool equal, rp_file *out)
{
    rp_json j = rp_json_on(out, false);
    const rp_doc *d = p->sides[0].results;
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.diff/1");
    rp_json_key_bool(&j, "equal", equal);
    rp_json_key(&j, "first");
    if (p->differs) {
        rp_json_open(&j, '{');
        rp_json_key_u64(&j, "line", p->line);
        rp_json_key_text(&j, "a", p->sides[0].at_end ? NULL : p->sides[0].line);
        rp_json_key_text(&j, "b", p->sides[1].at_end ? NULL : p->sides[1].line);
        rp_json_close(&j);
    } else {
        rp_json_null(&j);
    }
    rp_json_key_open(&j, "metrics", '[');
    for (const rp_value *v = rp_value_first(d, metrics_of(&p->sides[0])); v != NULL;
         v = rp_value_next(d, v)) {
        char name[96];
        change c;
        if (changed(p, v, name, sizeof name, &c)) {
            rp_json_open(&j, '{');
            rp_json_key_text(&j, "name", name);
            for (unsigned i = 0; i < 2; i++) {
                rp_json_key(&j, i == 0 ? "a" : "b");
                if (c.is_null[i]) {
                    rp_json_null(&j);
                } else {
                    rp_json_u64(&j, c.value[i]);
                }
            }
            rp_json_close(&j);
        }
    }
    rp_json_close(&j);
    rp_json_close(&j);
    rp_json_end(&j);
}

static rp_status compare(const cli_args *args, parting *p, rp_file *out)
{
    for (unsigned i = 0; i < 2; i++) {
        p->sides[i].dir = args->files[i];
        const rp_status status = open_results(&p->sides[i]);
        if (status != RP_OK) {
            return status;
        }
    }
    const bool both = open_events(&p->sides[0]);
    p->has_events = open_events(&p->sides[1]) && both;
    if (p->has_events) {
        find_event(p);
    }
    const side *a = &p->sides[0], *b = &p->sides[1];
    const bool equal = !p->differs && a->results_len == b->results_len &&
                       memcmp(a->results_text, b->results_text, a->results_len) == 0;
    if (args->given[CLI_JSON]) {
        write_json(p, equal, out);
    } else if (equal) {
        rp_put_text(out, "the runs are equal\n");
    } else {
        put_event(p, out);
        put_metrics(p, out);
        put_ladders(p, out);
    }
    return equal ? RP_OK : RP_VIOLATION; /* 1: they differ */
}

static rp_status run_diff(const cli_args *args)
{
    if (args->file_count != 2) {
        cli_say("diff takes two runs: sipsim diff DIR DIR");
        return RP_USAGE;
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    parting p = { .line = 0 };
    const rp_status status = compare(args, &p, out);
    for (unsigned i = 0; i < 2; i++) {
        close_side(&p.sides[i]);
    }
    for (unsigned i = 0; i < CONTEXT; i++) {
        free(p.before[i]);
    }
    const rp_status closed = cli_close_stdout(out);
    return closed != RP_OK ? closed : status;
}

const cli_verb cli_verb_diff = {
    .name = "diff",
    .operands = "DIR DIR",
    .summary = "where two runs part",
    .details =
        "The first event that differs with those before it, the metrics that changed, and the "
        "ladders\n"
        "of the call that the event is about. Exit status 0 when the runs are equal, 1 when not.\n"
        "\n"
        "  sipsim run a.yaml -o before\n"
        "  sipsim run a.yaml --set links.access.loss=5% -o after\n"
        "  sipsim diff before after\n",
    .options = CLI_TAKES(CLI_HELP, CLI_JSON),
    .run = run_diff
};
