/* Target `scenario`: a scenario file.
 * Aims at: sn_scenario_load, sn_mistake_print, sn_scenario_effective, sn_plan_finish: whatever stands in a file, it is a plan or it is
 * refused with places that are in it. */
#include "fuzz.h"

#include <string.h>

#include "sn/scenario.h"

enum { TEXT_MAX = 1 << 16, NODES_MAX = 200, CALLS_MAX = 200, MEMORY_MAX = 32 << 20 };

static sn_scenario *load(ss_slice text)
{
    const sn_scenario_file file = { .name = "input.yaml", .text = text };
    const sn_scenario_options options = { .files = &file,
                                          .file_count = 1,
                                          .memory_max = MEMORY_MAX,
                                          .nodes_max = NODES_MAX,
                                          .calls_max = CALLS_MAX };
    return sn_scenario_load(&options);
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static uint32_t lines_of(ss_slice text)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.at[i] == '\n' || text.at[i] == '\r';
    }
    return lines;
}

/* What a mistake prints to moves no terminal: its only control characters are the ends of its lines. */
static void check_printed(void *self, ss_slice text)
{
    size_t *bytes = self;
    *bytes += text.len;
    for (size_t i = 0; i < text.len; i++) {
        FZ_CHECK("S11", (unsigned char)text.at[i] >= ' ' || text.at[i] == '\n',
                 "a mistake prints a control character");
    }
}

static void check_mistakes(const sn_scenario *s, ss_slice text)
{
    const uint32_t lines = lines_of(text);
    for (unsigned i = 0; i < SN_SCENARIO_MISTAKES_KEPT; i++) {
        const sn_mistake *m = sn_scenario_mistake(s, i);
        size_t printed = 0;
        const sn_scenario_out out = { &printed, check_printed };
        FZ_CHECK("S11", (m != NULL) == (i < sn_scenario_mistake_count(s)), "a mistake is not kept");
        if (m == NULL) {
            return;
        }
        FZ_CHECK("S11", strcmp(m->file, "input.yaml") == 0 && m->line >= 1 && m->line <= lines,
                 "a mistake is at no line of the file");
        FZ_CHECK("S11", m->column >= 1 && m->length >= 1, "a mistake is at no place of its line");
        FZ_CHECK("S11", m->message[0] != '\0' && is_plain(m->message) && is_plain(m->source),
                 "a mistake says nothing, or what no terminal should see");
        sn_mistake_print(m, false, &out);
        FZ_CHECK("S1", printed > 0 && printed < 4 * text.len + 4096,
                 "a mistake prints without bound");
    }
}

static void check_plan(const sn_scenario *s)
{
    const sn_plan *plan = sn_scenario_plan(s);
    FZ_CHECK("S11", plan != NULL, "no mistakes and no plan");
    FZ_CHECK("S1", plan->cast.node_count <= NODES_MAX && plan->call_count <= CALLS_MAX,
             "a plan is larger than was allowed");
}

/* docs/scenarios.md: what a scenario is in effect is a scenario, and itself in effect. */
static void check_effective(const sn_scenario *s)
{
    const ss_slice effective = sn_scenario_effective(s);
    sn_scenario *again = load(effective);
    if (again == NULL) {
        return; /* every default is written out, which may need more memory than was given */
    }
    FZ_CHECK("S2", sn_scenario_mistake_count(again) == 0,
             "what a scenario is in effect is refused");
    FZ_CHECK("S2", ss_slice_eq(sn_scenario_effective(again), effective),
             "what a scenario is in effect is another in effect");
    sn_scenario_free(again);
}

int fz_target_scenario(const uint8_t *data, size_t size)
{
    const ss_slice text = { (const char *)data, size };
    sn_scenario *s = size > TEXT_MAX ? NULL : load(text);
    if (s == NULL) {
        return 0;
    }
    if (sn_scenario_mistake_count(s) == 0) {
        check_plan(s);
        check_effective(s);
    } else {
        FZ_CHECK("S11", sn_scenario_plan(s) == NULL, "a plan despite mistakes");
        check_mistakes(s, text);
    }
    sn_scenario_free(s);
    return 0;
}
