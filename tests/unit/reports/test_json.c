/* The JSON writer. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/json.h"

static FILE *stream;

static rp_json begin(bool flat)
{
    stream = tmpfile();
    CHECK_NOT_NULL(stream);
    return rp_json_on(rp_file_over(stream), flat);
}

static const char *end(rp_json *j)
{
    rp_json_end(j);
    CHECK_EQ(rp_file_close(j->out), 0);
    const char *text = facts_text_of(stream);
    fclose(stream);
    return text;
}

TEST(json_nests_and_indents)
{
    rp_json j = begin(false);
    rp_json_open(&j, '{');
    rp_json_key_u64(&j, "a", 1);
    rp_json_key_open(&j, "b", '[');
    rp_json_bool(&j, true);
    rp_json_null(&j);
    rp_json_hex64(&j, 0xabc);
    rp_json_close(&j);
    rp_json_key_open(&j, "c", '{');
    rp_json_close(&j);
    rp_json_close(&j);
    CHECK_STR(end(&j), "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null,\n    "
                       "\"0000000000000abc\"\n  ],\n  \"c\": {}\n}\n");
}

TEST(json_flat_is_one_line)
{
    rp_json j = begin(true);
    rp_json_open(&j, '[');
    rp_json_u64(&j, UINT64_MAX);
    rp_json_text(&j, NULL);
    rp_json_close(&j);
    CHECK_STR(end(&j), "[18446744073709551615, null]\n");
}

TEST(json_strings_are_escaped_and_repaired)
{
    rp_json j = begin(true);
    rp_json_text(&j, "\"\\\n\r\t\x01\x7f \xc3\xa4 \xff\xc3 \xed\xa0\x80");
    CHECK_STR(end(&j), "\"\\\"\\\\\\n\\r\\t\\u0001\\u007f \xc3\xa4 \xef\xbf\xbd\xef\xbf\xbd "
                       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n");
}

TEST(file_milliseconds_have_three_decimals_or_six)
{
    char text[32];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    rp_buffer_ms(&b, SS_MS(12));
    ss_put_char(&b, ' ');
    rp_buffer_ms(&b, 1);
    ss_put_char(&b, ' ');
    rp_buffer_ms(&b, SS_US(1500));
    CHECK_SLICE(ss_buffer_slice(&b), "12.000 0.000001 1.500");
}
