/* Tables of jitter: lists and files, in times and in netem's units; what is wrong is said with the line of the file. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#define LINK(inside)   "sipsim: 1\nlinks: {wire: {" inside "}}\nnodes: {a: {role: ua}}\n"
#define JITTER(inside) LINK("delay: 10ms, jitter: {dist: table, " inside "}")

typedef struct shelf {
    const char *name, *text;
} shelf;

static size_t read_shelf(void *self, const char *beside, const char *name, char *into, size_t cap)
{
    const shelf *s = self;
    CHECK_STR(beside, "t.yaml");
    if (strcmp(name, s->name) != 0) {
        return SIZE_MAX;
    }
    const size_t len = strlen(s->text);
    memcpy(into, s->text, len < cap ? len : cap);
    return len < cap ? len : cap;
}

static sn_scenario *load(const char *text, const char *name, const char *file)
{
    shelf own = { name, file };
    const sn_scenario_reader reader = { &own, read_shelf };
    const sn_scenario_file yaml = { "t.yaml", ss_slice_from(text) };
    sn_scenario *s = sn_scenario_load(
        &(sn_scenario_options){ .files = &yaml, .file_count = 1, .reader = &reader });
    CHECK_NOT_NULL(s);
    return s;
}

static const sn_jitter *jitter_of(const sn_scenario *s)
{
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    return &sn_scenario_plan(s)->links[0].up.jitter;
}

TEST(a_file_of_times_is_read_word_by_word)
{
    sn_scenario *s = load(JITTER("file: \"d.txt\", corr: 25%"), "d.txt",
                          "# measured\n1ms 2.5ms\r\n\n-500us# early\n\t+3ms");
    const sn_jitter *j = jitter_of(s);
    static const int64_t values[] = { 1000000, 2500000, -500000, 3000000 };
    CHECK_EQ(j->shape, SN_SHAPE_TABLE);
    CHECK_EQ(j->corr, SN_ALWAYS / 4);
    CHECK_EQ(j->spread, SS_MS(3));
    CHECK_EQ(j->table_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(j->table[i] == values[i]);
    }
    sn_scenario_free(s);
}

/* 8192 is a standard deviation; rounded to the nearest, half away from zero. */
TEST(a_file_of_netem_is_scaled)
{
    sn_scenario *s =
        load(JITTER("file: n.dist, sd: 1us"), "n.dist", "8192 -8192 4 -4 5\n32767 -32768 0");
    const sn_jitter *j = jitter_of(s);
    static const int64_t values[] = { 1000, -1000, 0, 0, 1, 4000, -4000, 0 };
    CHECK_EQ(j->table_count, 8);
    for (unsigned i = 0; i < 8; i++) {
        CHECK(j->table[i] == values[i]);
    }
    sn_scenario_free(s);
    s = load(LINK("netem: \"distribution n.dist delay 5ms 1us\""), "n.dist", "8192 16384");
    CHECK_EQ(jitter_of(s)->table[1], 2000);
    sn_scenario_free(s);
    s = load(LINK("netem: \"delay 5ms slot distribution n.dist 3ms 1us\""), "n.dist", "8192 16384");
    CHECK_EQ(sn_scenario_plan(s)->links[0].up.slot.jitter.table[1], 2000);
    sn_scenario_free(s);
}

TEST(what_is_wrong_in_a_file_is_said_at_its_line)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *message, *suggestion;
    } rows[] = {
        { "1ms\n2ms\n  3xs\n", 3, 3, "wrong unit", NULL },
        { "1ms\n7\n", 2, 1, "missing unit: the values before it are times", NULL },
        { "7\n1ms\n", 2, 1, "whole numbers, as netem's", NULL },
        { "32768", 1, 1, "out of range: -32768 to 32767", NULL },
        { "1ms\n-\n", 2, 1, "", NULL },
        { "\xff\xfe", 1, 1, "", NULL },
        { "99999999999999999999h", 1, 1, "out of range", NULL },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_scenario *s = load(JITTER("file: d.txt"), "d.txt", rows[i].text);
        const sn_mistake *m = sn_scenario_mistake(s, 0);
        CHECK_NOT_NULL(m);
        CHECK_STR(m->file, "d.txt");
        CHECK_EQ(m->line, rows[i].line);
        CHECK(m->column >= rows[i].column);
        CHECK_NOT_NULL(strstr(m->message, rows[i].message));
        sn_scenario_free(s);
    }
}

TEST(a_file_that_is_not_there_empty_or_huge_is_a_mistake)
{
    static char huge[(1 << 20) + 100];
    static const struct {
        const char *name, *message;
    } rows[] = { { "other.txt", "cannot be read" }, { "d.txt", "has no values" } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_scenario *s = load(JITTER("file: d.txt"), rows[i].name, "# nothing\n\n");
        CHECK_NOT_NULL(strstr(sn_scenario_mistake(s, 0)->message, rows[i].message));
        sn_scenario_free(s);
    }
    memset(huge, ' ', sizeof huge - 1);
    sn_scenario *s = load(JITTER("file: d.txt"), "d.txt", huge);
    CHECK_NOT_NULL(strstr(sn_scenario_mistake(s, 0)->message, "too large"));
    sn_scenario_free(s);
    huge[3 * 70000] = '\0';
    for (size_t i = 0; i < 70000; i++) {
        memcpy(huge + 3 * i, "1s ", 3);
    }
    s = load(JITTER("file: d.txt"), "d.txt", huge);
    CHECK_NOT_NULL(strstr(sn_scenario_mistake(s, 0)->message, "more than 65536 values"));
    sn_scenario_free(s);
}

TEST(what_is_wrong_with_tables_is_said_at_its_place)
{
    static const rig_mistake rows[] = {
        { JITTER("file: «d.txt»"), "no file is read here", NULL },
        { JITTER("values: «[»]"), "a list of values", NULL },
        { JITTER("values: [1ms, «x»]"), "", NULL },
        { JITTER("values: [1ms, «3»]"), "missing unit", NULL },
        { JITTER("values: [1ms], «sd»: 5ms"), "has no 'sd'", NULL },
        { JITTER("values: [1ms], «by»: 5ms"), "has no 'by'", "sd" },
        { LINK("jitter: «{»dist: table, values: [5, 7]}"), "needs 'sd'", NULL },
        { LINK("jitter: «{»dist: table}"), "either 'file' or 'values'", NULL },
        { LINK("jitter: {dist: normal, sd: 5ms, «values»: [1ms]}"), "only a table", NULL },
        { LINK("netem: \"delay 5ms 1ms distribution «my.dist»\""), "no file is read here", NULL },
        { LINK("netem: \"delay 5ms 1ms distribution «norml»\""), "or a file", "normal" },
        { LINK("slot: «{»mean: 5ms}"), "missing key 'jitter'", NULL },
        { LINK("slot: {«min»: 5ms, mean: 5ms, jitter: 1ms}"), "min", NULL },
        { LINK("slot: {mean: 5ms, jitter: «{»dist: normal, sd: 1ms, corr: 5%}}"), "no 'corr'",
          NULL },
        { LINK("delay: 1ms, reorder: {p: 1%, by: «17 packets»}"), "1 to 16 packets", NULL },
        { LINK("delay: 1ms, reorder: {p: 1%, by: «0 packets»}"), "1 to 16 packets", NULL },
        { LINK("delay: 1ms, reorder: {p: 1%, by: «5»}"), "unit", NULL },
        { LINK("rate: 1mbit, bad_rate: «64kbit»"), "needs loss by gemodel or state", NULL },
    };
    RIG_CHECK(rows);
}
