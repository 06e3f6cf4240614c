/* Scenarios from literals: loading them, and comparing a mistake with the place marked in the text. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sn_scenario *rig_load(ss_slice text, const char *const *overrides)
{
    const sn_scenario_file file = { "test.yaml", text };
    uint32_t count = 0;
    while (overrides != NULL && overrides[count] != NULL) {
        count++;
    }
    const sn_scenario_options options = {
        .files = &file,
        .file_count = 1,
        .overrides = overrides,
        .override_count = count,
    };
    sn_scenario *s = sn_scenario_load(&options);
    CHECK_NOT_NULL(s);
    return s;
}

static void put(void *self, ss_slice text)
{
    fwrite(text.at, 1, text.len, self);
}

static void print_mistakes(const sn_scenario *s)
{
    const sn_scenario_out out = { stderr, put };
    const sn_mistake *m = NULL;
    for (unsigned i = 0; (m = sn_scenario_mistake(s, i)) != NULL; i++) {
        sn_mistake_print(m, false, &out);
    }
}

sn_scenario *rig_load_fine(const char *text)
{
    sn_scenario *s = rig_load(ss_slice_from(text), NULL);
    if (sn_scenario_mistake_count(s) != 0) {
        print_mistakes(s);
    }
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    CHECK_NOT_NULL(sn_scenario_plan(s));
    return s;
}

const sn_group_spec *rig_group(const sn_scenario *s, const char *name)
{
    const sn_plan *plan = sn_scenario_plan(s);
    const sn_group_spec *found = NULL;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        if (strcmp(plan->groups[i].name, name) == 0) {
            found = &plan->groups[i];
        }
    }
    CHECK_NOT_NULL(found);
    return found;
}

ss_slice rig_file(const char *path)
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", SIPSIM_SOURCE_DIR, path);
    FILE *file = fopen(full, "rb");
    CHECK_NOT_NULL(file);
    char *text = malloc(1 << 20);
    CHECK_NOT_NULL(text);
    const size_t len = fread(text, 1, 1 << 20, file);
    fclose(file);
    return (ss_slice){ text, len };
}

/* ---- marked texts ---- */

typedef struct marked {
    char *text;
    unsigned line, column, length;
} marked;

static marked unmark(const char *text)
{
    marked m = { .text = calloc(1, strlen(text) + 1), .line = 1, .column = 1 };
    CHECK_NOT_NULL(m.text);
    unsigned line = 1, column = 1, end = 0;
    size_t len = 0;
    for (const char *c = text; *c != '\0';) {
        if (strncmp(c, "«", strlen("«")) == 0) {
            m.line = line;
            m.column = column;
            c += strlen("«");
        } else if (strncmp(c, "»", strlen("»")) == 0) {
            end = column;
            c += strlen("»");
        } else {
            column = *c == '\n' ? 1 : column + (((unsigned char)*c & 0xc0u) != 0x80u);
            line += *c == '\n';
            m.text[len++] = *c++;
        }
    }
    m.length = end > m.column ? end - m.column : 1;
    return m;
}

static bool is_as_marked(const sn_scenario *s, const marked *where, const rig_mistake *row)
{
    const sn_mistake *m = sn_scenario_mistake(s, 0);
    if (m == NULL || sn_scenario_mistake_count(s) != 1) {
        return false;
    }
    const bool suggested = m->suggestion == NULL || row->suggestion == NULL
                               ? m->suggestion == row->suggestion
                               : strcmp(m->suggestion, row->suggestion) == 0;
    return m->line == where->line && m->column == where->column && m->length == where->length &&
           strstr(m->message, row->message) != NULL && suggested && sn_scenario_plan(s) == NULL;
}

void rig_check_mistakes(const rig_mistake *rows, size_t count)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const marked where = unmark(rows[i].marked);
        sn_scenario *s = rig_load(ss_slice_from(where.text), NULL);
        if (!is_as_marked(s, &where, &rows[i])) {
            fprintf(stderr, "expected %u:%u (%u): …%s…, suggesting %s; found %u:\n", where.line,
                    where.column, where.length, rows[i].message,
                    rows[i].suggestion == NULL ? "nothing" : rows[i].suggestion,
                    (unsigned)sn_scenario_mistake_count(s));
            print_mistakes(s);
            wrong++;
        }
        sn_scenario_free(s);
        free(where.text);
    }
    CHECK_EQ(wrong, 0);
}
