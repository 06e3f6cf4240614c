/* Keys whose values no table describes: each has a form to show, and each form has its key. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "simnet/scenario/forms.h"
#include "sn/scenario.h"

static bool is_section(const char *key)
{
    sn_scenario_section s;
    for (unsigned i = 1; sn_scenario_section_at(i, &s); i++) {
        if (strcmp(s.key, key) == 0) {
            return true;
        }
    }
    return false;
}

TEST(a_value_that_no_table_describes_has_a_form)
{
    sn_scenario_section s;
    sn_scenario_key key;
    unsigned lacking = 0, seen = 0;
    for (unsigned i = 0; sn_scenario_section_at(i, &s); i++) {
        for (unsigned k = 0; sn_scenario_key_at(i, k, &key); k++) {
            const bool is_shown =
                key.type != SN_TYPE_ANY || key.form != NULL || (i == 0 && is_section(key.name));
            if (!is_shown) {
                fprintf(stderr, "no form of %s %s in simnet/scenario/forms.c\n", s.key, key.name);
            }
            lacking += !is_shown;
            seen++;
        }
    }
    CHECK_EQ(lacking, 0);
    CHECK(seen > 150);
}

static bool has_key(const char *section, const char *name)
{
    sn_scenario_section s;
    sn_scenario_key key;
    for (unsigned i = 0; sn_scenario_section_at(i, &s); i++) {
        for (unsigned k = 0; strcmp(s.key, section) == 0 && sn_scenario_key_at(i, k, &key); k++) {
            if (strcmp(key.name, name) == 0) {
                return key.type == SN_TYPE_ANY;
            }
        }
    }
    return false;
}

TEST(a_form_is_of_a_key_that_is_there)
{
    const char *section = NULL, *key = NULL;
    for (unsigned i = 0; sn_form_at(i, &section, &key); i++) {
        if (!has_key(section, key)) {
            fprintf(stderr, "%s %s\n", section, key);
        }
        CHECK(has_key(section, key));
    }
}
