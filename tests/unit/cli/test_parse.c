/* What `sipsim parse` shows: places, values of one line, and its options. */
#include "check.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "messages.h"

#include <string.h>

static parse_view view_of(ss_slice bytes)
{
    parse_view v = { .file = "test", .data = bytes, .bytes = bytes, .line = 1 };
    test_parse_ok(bytes, &v.msg);
    return v;
}

/* The nth value of the first line of a field; the test fails when it is not there. */
static ss_slice value_of(const parse_view *v, ss_hdr id, unsigned nth)
{
    CHECK(v->msg.first[id] != 0);
    parse_values it = parse_values_of(v, (uint16_t)(v->msg.first[id] - 1));
    ss_slice value = SS_EMPTY;
    for (unsigned i = 0; i <= nth; i++) {
        CHECK(parse_next_value(&it, &value));
    }
    return value;
}

static unsigned count_values(const parse_view *v, ss_hdr id)
{
    parse_values it = parse_values_of(v, (uint16_t)(v->msg.first[id] - 1));
    ss_slice value;
    unsigned count = 0;
    while (parse_next_value(&it, &value)) {
        count++;
    }
    return count;
}

TEST(parse_values_are_those_of_one_line)
{
    const parse_view v = view_of(test_request("+Supported: timer, \t100rel\r\nSupported: path"));
    CHECK_EQ(count_values(&v, SS_HDR_SUPPORTED), 2);
    CHECK_SLICE(value_of(&v, SS_HDR_SUPPORTED, 0), "timer");
    CHECK_SLICE(value_of(&v, SS_HDR_SUPPORTED, 1), "100rel");
}

TEST(parse_a_single_field_is_not_split_at_commas)
{
    const parse_view v = view_of(test_request("+Date: Thu, 01 Jan 2026 12:30:00 GMT"));
    CHECK_EQ(count_values(&v, SS_HDR_DATE), 1);
    CHECK_SLICE(value_of(&v, SS_HDR_DATE, 0), "Thu, 01 Jan 2026 12:30:00 GMT");
}

TEST(parse_an_empty_field_has_no_value)
{
    const parse_view v = view_of(test_request("+Supported:"));
    CHECK_EQ(count_values(&v, SS_HDR_SUPPORTED), 0);
}

TEST(parse_what_cannot_be_split_is_one_value)
{
    const parse_view v = view_of(test_request("+Warning: 399 a \"fine\", 399 b \"never closed"));
    CHECK_EQ(count_values(&v, SS_HDR_WARNING), 2);
    CHECK_SLICE(value_of(&v, SS_HDR_WARNING, 1), "399 b \"never closed");
}

TEST(parse_places_count_from_the_first_byte_of_the_data)
{
    const parse_view v = view_of(test_request(""));
    size_t at = 0;
    CHECK(parse_place(&v, v.msg.request_uri, &at));
    CHECK_EQ(at, v.msg.method_name.len + 1);
    CHECK(!parse_place(&v, SS_EMPTY, &at));
    CHECK(!parse_place(&v, SS_LIT("elsewhere"), &at));
}

TEST(parse_kinds_are_named_and_unknown_ones_are_not)
{
    parse_view v = view_of(test_request(""));
    CHECK_STR(parse_kind(&v), "request");
    v.msg = (ss_msg){ .status = 200 };
    CHECK_STR(parse_kind(&v), "response");
    v.msg = (ss_msg){ 0 };
    CHECK_NULL(parse_kind(&v));
}

static cli_args args;

static rp_status take(int argc, char **argv)
{
    args = (cli_args){ .program = "sipsim" };
    return cli_args_parse(&cli_verb_parse, argc, argv, &args);
}

#define TAKE(...) take((int)SS_COUNT(((char *[]){ __VA_ARGS__ })), (char *[]){ __VA_ARGS__ })

TEST(parse_options_are_its_own)
{
    CHECK_EQ(TAKE("--role", "proxy", "--stream", "--tolerant", "--json", "-q", "-"), RP_OK);
    CHECK(args.given[CLI_STREAM] && args.given[CLI_TOLERANT] && args.given[CLI_JSON] &&
          args.given[CLI_QUIET]);
    CHECK_STR(args.value[CLI_ROLE], "proxy");
    CHECK_STR(args.files[0], "-");
    CHECK_EQ(TAKE("--seed", "7", "a.sip"), RP_USAGE);
    CHECK_EQ(TAKE("--role"), RP_USAGE);
}
