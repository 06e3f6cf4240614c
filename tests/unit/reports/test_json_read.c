/* JSON read back: what RFC 8259 allows, and nothing else. */
#include <string.h>

#include "check.h"
#include "rp/json_read.h"

static bool is_json(const char *text)
{
    size_t offset = 0;
    rp_doc *d = rp_doc_read(ss_slice_from(text));
    CHECK_NOT_NULL(d);
    const bool ok = rp_doc_error(d, &offset) == NULL;
    CHECK_EQ(rp_doc_root(d) != NULL, ok);
    CHECK(offset <= strlen(text));
    rp_doc_free(d);
    return ok;
}

TEST(json_read_takes_what_the_grammar_takes)
{
    static const char *const good[] = {
        "{}", "[]",       " [ 1 , 2 ]\n", "null",      "true",           "\"\"",
        "0",  "-0.5e+10", "[[[[]]]]",     "{\"a\":1}", "\"\\u00e9\\n\"", "1E2"
    };
    static const char *const bad[] = { "",       "{",          "[1,]",        "{\"a\"}",
                                       "{a:1}",  "01",         "1.",          ".5",
                                       "+1",     "\"\\x\"",    "\"\\u12\"",   "\"\\ud800\"",
                                       "tru",    "[1] 2",      "\"a\nb\"",    "\"\xff\"",
                                       "[1 2]",  "{\"a\":1,}", "\"\\udc00\"", "\"\\ud800\\u0041\"",
                                       "nullx",  "-",          "1e",          "\"",
                                       "{\"a\":" };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        CHECK(is_json(good[i]));
    }
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK(!is_json(bad[i]));
    }
}

TEST(json_read_keeps_whole_numbers_to_64_bits)
{
    rp_doc *d = rp_doc_read(ss_slice_from(
        "{\"big\": 18446744073709551615, \"more\": 18446744073709551616, \"less\": -1, "
        "\"hash\": \"00000000deadbeef\", \"t\": true, \"s\": \"a\\ud83d\\ude00b\"}"));
    CHECK_NOT_NULL(d);
    const rp_value *root = rp_doc_root(d);
    CHECK_NOT_NULL(root);
    CHECK_EQ(root->count, 6);
    CHECK_EQ(rp_value_u64(d, root, "big", 0), UINT64_MAX);
    CHECK_EQ(rp_value_at(d, root, "more")->kind, RP_VALUE_OTHER);
    CHECK(ss_slice_eq(rp_value_at(d, root, "less")->text, SS_LIT("-1")));
    CHECK_EQ(rp_value_u64(d, root, "less", 7), 7);
    CHECK_EQ(rp_value_hex64(d, root, "hash"), 0xdeadbeef);
    CHECK(rp_value_truth(d, root, "t"));
    CHECK(ss_slice_eq(rp_value_text(d, root, "s"), SS_LIT("a\xf0\x9f\x98\x80"
                                                          "b")));
    CHECK(rp_value_at(d, root, "none") == NULL);
    rp_doc_free(d);
}

TEST(json_read_refuses_what_is_nested_too_deep)
{
    char text[2 * 1000 + 1];
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    text[2000] = '\0';
    CHECK(!is_json(text));
    memset(text, ' ', 2000);
    memset(text, '[', RP_JSON_READ_DEPTH);
    memset(text + RP_JSON_READ_DEPTH, ']', RP_JSON_READ_DEPTH);
    CHECK(is_json(text));
}
