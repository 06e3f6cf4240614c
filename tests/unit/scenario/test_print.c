/* How a mistake looks: the place, the line, a caret under the word, what was probably meant. */
#include "rig.h"

#include <string.h>

typedef struct page {
    char text[4096];
    size_t len;
} page;

static void put(void *self, ss_slice text)
{
    page *p = self;
    CHECK(text.len < sizeof p->text - p->len);
    memcpy(p->text + p->len, text.at, text.len);
    p->len += text.len;
}

static page printed(const char *text, bool color)
{
    page p = { .len = 0 };
    const sn_scenario_out out = { &p, put };
    sn_scenario *s = rig_load(ss_slice_from(text), NULL);
    CHECK_EQ(sn_scenario_mistake_count(s), 1);
    sn_mistake_print(sn_scenario_mistake(s, 0), color, &out);
    sn_scenario_free(s);
    return p;
}

TEST(a_mistake_is_printed_with_its_line_a_caret_and_the_word_meant)
{
    const page p =
        printed("sipsim: 1\nlinks: {wire: {dealy: 5ms}}\nnodes: {a: {role: ua}}\n", false);
    CHECK_STR(p.text, "test.yaml:2:16: error: unknown key 'dealy' in link\n"
                      "    2 | links: {wire: {dealy: 5ms}}\n"
                      "      |                ^~~~~\n"
                      "      = did you mean 'delay'?\n");
}

TEST(columns_count_characters_and_tabs_are_blanks)
{
    const page p =
        printed("sipsim: 1\nname: {é: \"ü\t\"}\nnodes: {a: {role: ua}}\nlinks: {w: {}}\n", false);
    CHECK_STR(p.text, "test.yaml:2:7: error: wrong type: a text is wanted here, not a mapping\n"
                      "    2 | name: {é: \"ü \"}\n"
                      "      |       ^\n");
}

TEST(of_a_long_line_the_part_with_the_caret_is_shown)
{
    char text[600] = "sipsim: 1\nnodes: {a: {role: ua}}\nlinks: {w: {delay: 1ms,";
    memset(text + strlen(text), ' ', 300);
    strcat(text, "dealy: 2ms}}\n");
    const page p = printed(text, false);
    CHECK_NOT_NULL(strstr(p.text, "dealy: 2ms}}\n"));
    const char *line = strchr(p.text, '\n') + 1;
    const char *next = strchr(line, '\n') + 1;
    CHECK(strchr(next, '^') - next == strstr(line, "dealy") - line);
    CHECK((size_t)(next - line) < 140);
}

TEST(with_colour_the_words_are_the_same)
{
    const page plain =
        printed("sipsim: 1\nname: [x]\nlinks: {w: {}}\nnodes: {a: {role: ua}}\n", false);
    const page coloured =
        printed("sipsim: 1\nname: [x]\nlinks: {w: {}}\nnodes: {a: {role: ua}}\n", true);
    page stripped = { .len = 0 };
    for (const char *c = coloured.text; *c != '\0'; c++) {
        if (*c == '\033') {
            c = strchr(c, 'm');
        } else {
            put(&stripped, (ss_slice){ c, 1 });
        }
    }
    CHECK(coloured.len > plain.len);
    CHECK_STR(stripped.text, plain.text);
}

TEST(bytes_that_cannot_be_shown_are_replaced)
{
    const page p = printed("sipsim: 1\nname: a\xff"
                           "b\x1b[0m\n",
                           false);
    CHECK_STR(p.text, "test.yaml:2:8: error: not UTF-8: byte 0xff\n"
                      "    2 | name: a?b?[0m\n"
                      "      |        ^\n");
}
