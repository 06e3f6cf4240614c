/* Input that means harm or is broken: loading ends, with a plan or with mistakes, and leaves nothing behind. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

static void load_whatever(ss_slice text)
{
    sn_scenario *s = rig_load(text, NULL);
    const bool fine = sn_scenario_mistake_count(s) == 0;
    CHECK((sn_scenario_plan(s) != NULL) == fine);
    CHECK((sn_scenario_mistake(s, 0) == NULL) == fine);
    CHECK((sn_scenario_effective(s).len != 0) == fine);
    sn_scenario_free(s);
}

/* Exactly `len` bytes from the heap, so that a byte read past them is caught. */
static void load_exactly(const char *at, size_t len)
{
    char *text = malloc(len == 0 ? 1 : len);
    CHECK_NOT_NULL(text);
    memcpy(text, at, len);
    load_whatever((ss_slice){ text, len });
    free(text);
}

TEST(the_quick_start_cut_at_every_byte_is_loaded_or_refused)
{
    const ss_slice text = rig_file("scenarios/quickstart.yaml");
    for (size_t len = 0; len <= text.len; len++) {
        load_exactly(text.at, len);
    }
    free((void *)(uintptr_t)text.at);
}

TEST(the_quick_start_with_bytes_changed_is_loaded_or_refused)
{
    static const char odd[] = "{}[]:,-#&*!|>'\"%@`\n \t\0\x80\xc3\xff?0a~";
    ss_slice text = rig_file("scenarios/quickstart.yaml");
    char *changed = malloc(text.len);
    CHECK_NOT_NULL(changed);
    for (uint64_t i = 0; i < 3000; i++) {
        memcpy(changed, text.at, text.len);
        for (uint64_t k = 0; k <= i % 3; k++) {
            const uint64_t draw = ss_mix64(i * 4 + k + 1);
            changed[draw % text.len] = odd[(draw >> 32) % (sizeof odd - 1)];
        }
        load_exactly(changed, text.len);
    }
    free(changed);
    free((void *)(uintptr_t)text.at);
}

TEST(lines_of_scenarios_in_any_order_are_loaded_or_refused)
{
    static const char *const lines[] = {
        "sipsim: 1\n",
        "links:\n",
        "  w: {delay: 5ms}\n",
        "nodes:\n",
        "  a: {role: ua}\n",
        "  b: {role: ua, count: 2}\n",
        "- x\n",
        "story:\n",
        "  - {at: 0s, a: {call: \"b[1]\", as: c}}\n",
        "  - {at: 0s, a: {cancel: c}}\n",
        "calls:\n",
        "  - {name: c, from: a, to: b, rate: 1/s}\n",
        "routers: {r: {}}\n",
        "sites: {s: {holds: {b: 2}}}\n",
        "? \n",
        ": \n",
        "--- \n",
        "expect:\n",
        "  - {reached: [timer_a]}\n",
        "  - {metric: seer, is: \">= 1%\"}\n",
        "behaviours: {b: []}\n",
        "domains: {d: {}}\n",
    };
    for (uint64_t i = 0; i < 3000; i++) {
        char text[1024] = "sipsim: 1\nlinks: {w: {}}\n";
        for (uint64_t k = 0; k < 1 + i % 14; k++) {
            strcat(text, lines[ss_mix64(i * 16 + k) % SS_COUNT(lines)]);
        }
        load_exactly(text, strlen(text));
    }
}

TEST(random_bytes_are_refused)
{
    for (uint64_t i = 0; i < 2000; i++) {
        char text[64];
        const size_t len = i % sizeof text;
        for (size_t k = 0; k < len; k++) {
            const uint64_t draw = ss_mix64(i * sizeof text + k);
            text[k] = (char)(i % 2 == 0 ? draw & 0xff : 0x20 + draw % 0x5f);
        }
        load_exactly(text, len);
    }
}

static char *repeated(const char *head, const char *part, size_t times, const char *tail,
                      size_t *len)
{
    const size_t size = strlen(part);
    char *text = malloc(strlen(head) + times * size + strlen(tail) + 1);
    CHECK_NOT_NULL(text);
    strcpy(text, head);
    size_t at = strlen(head);
    for (size_t i = 0; i < times; i++, at += size) {
        memcpy(text + at, part, size);
    }
    strcpy(text + at, tail);
    *len = at + strlen(tail);
    return text;
}

static void load_repeated(const char *head, const char *part, size_t times, const char *tail,
                          const char *message)
{
    size_t len = 0;
    char *text = repeated(head, part, times, tail, &len);
    sn_scenario *s = rig_load((ss_slice){ text, len }, NULL);
    CHECK(sn_scenario_mistake_count(s) > 0);
    CHECK_NOT_NULL(strstr(sn_scenario_mistake(s, 0)->message, message));
    sn_scenario_free(s);
    free(text);
}

TEST(deep_nesting_is_refused_at_the_bound)
{
    load_repeated("", "[", 100000, "", "nested too deep: more than 32 levels");
    load_repeated("", "{a: ", 100000, "", "nested too deep");
    load_repeated("", "- ", 100000, "x", "nested too deep");
    load_repeated("", "? ", 100000, "x", "nested too deep");
}

TEST(huge_scalars_keys_and_lists_are_refused_in_a_bounded_message)
{
    load_repeated(TWO "name: ", "x", 1000000, "\n", "a text of 1000000 bytes, at most 200");
    load_repeated(TWO, "x", 1000000, ": 1\n", "unknown key");
    load_repeated(TWO "seed: ", "9", 1000000, "\n", "out of range: too large");
    load_repeated(TWO "calls: [", "1,", 300000, "]\n", "wrong type");
    load_repeated(TWO "name: \xc3\xa9", "é", 1000, "\n", "a text of 2002 bytes");
}

TEST(a_file_above_the_cap_is_refused_unread)
{
    size_t len = 0;
    char *text = repeated("sipsim: 1\n", "#\n", SN_SCENARIO_BYTES_MAX / 2, "", &len);
    sn_scenario *s = rig_load((ss_slice){ text, len }, NULL);
    CHECK_EQ(sn_scenario_mistake_count(s), 1);
    CHECK_NOT_NULL(strstr(sn_scenario_mistake(s, 0)->message, "too large: 16777226 bytes"));
    sn_scenario_free(s);
    free(text);
}

TEST(at_most_a_hundred_mistakes_are_kept_and_all_are_counted)
{
    size_t len = 0;
    char *text = repeated("sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua}}\nstory:\n", "  - x\n",
                          500, "", &len);
    sn_scenario *s = rig_load((ss_slice){ text, len }, NULL);
    CHECK_EQ(sn_scenario_mistake_count(s), 500);
    CHECK_EQ(sn_scenario_mistake(s, 0)->line, 5);
    CHECK_EQ(sn_scenario_mistake(s, 99)->line, 104);
    CHECK_NULL(sn_scenario_mistake(s, 100));
    sn_scenario_free(s);
    free(text);
}

TEST(without_memory_there_is_no_scenario_and_nothing_leaks)
{
    const ss_slice text = rig_file("scenarios/quickstart.yaml");
    const sn_scenario_file file = { "a.yaml", text };
    sn_scenario_options options = { .files = &file, .file_count = 1 };
    unsigned failed = 0;
    sn_scenario *s = NULL;
    for (options.memory_max = 1; s == NULL; options.memory_max += 16384) {
        s = sn_scenario_load(&options);
        failed += s == NULL;
    }
    CHECK(failed > 3);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    sn_scenario_free(s);
    free((void *)(uintptr_t)text.at);
}
