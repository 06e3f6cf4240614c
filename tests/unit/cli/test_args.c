/* The command line taken apart, and what was probably meant. */
#include "check.h"
#include "cli/cli.h"

static cli_args args;

static rp_status parse(const cli_verb *verb, int argc, char **argv)
{
    args = (cli_args){ .program = "sipsim" };
    return cli_args_parse(verb, argc, argv, &args);
}

#define PARSE(verb, ...) \
    parse(&(verb), (int)SS_COUNT(((char *[]){ __VA_ARGS__ })), (char *[]){ __VA_ARGS__ })

TEST(args_options_and_files_may_be_mixed)
{
    CHECK_EQ(
        PARSE(cli_verb_run, "a.yaml", "--seed", "7", "-o", "out", "b.yaml", "--order=fifo", "-q"),
        RP_OK);
    CHECK_EQ(args.file_count, 2);
    CHECK_STR(args.files[1], "b.yaml");
    CHECK_STR(args.value[CLI_SEED], "7");
    CHECK_STR(args.value[CLI_OUT], "out");
    CHECK_STR(args.value[CLI_ORDER], "fifo");
    CHECK(args.given[CLI_QUIET]);
    CHECK(!args.given[CLI_FORCE]);
}

TEST(args_letters_may_be_joined_and_carry_their_value)
{
    CHECK_EQ(PARSE(cli_verb_run, "-qvxout"), RP_USAGE);
    CHECK_EQ(PARSE(cli_verb_run, "-qvoout"), RP_OK);
    CHECK_STR(args.value[CLI_OUT], "out");
}

TEST(args_after_two_dashes_are_files)
{
    CHECK_EQ(PARSE(cli_verb_run, "--", "--seed", "-"), RP_OK);
    CHECK_EQ(args.file_count, 2);
    CHECK_EQ(PARSE(cli_verb_run, "-"), RP_OK);
    CHECK_EQ(args.file_count, 1);
}

TEST(args_each_set_is_kept)
{
    CHECK_EQ(PARSE(cli_verb_run, "--set", "a=1", "--set=b=2"), RP_OK);
    CHECK_EQ(args.override_count, 2);
    CHECK_STR(args.overrides[1], "b=2");
}

TEST(args_wrong_ones_are_refused)
{
    CHECK_EQ(PARSE(cli_verb_run, "--sed", "7"), RP_USAGE);
    CHECK_EQ(PARSE(cli_verb_run, "--seed"), RP_USAGE);
    CHECK_EQ(PARSE(cli_verb_run, "--force=yes"), RP_USAGE);
    CHECK_EQ(PARSE(cli_verb_check, "--seed", "7"), RP_USAGE);
    CHECK_EQ(PARSE(cli_verb_run, "-x"), RP_USAGE);
    CHECK_EQ(PARSE(cli_verb_run, "--="), RP_USAGE);
}

TEST(args_numbers_are_whole_and_bounded)
{
    uint64_t value = 5;
    CHECK_EQ(PARSE(cli_verb_run, "a"), RP_OK);
    CHECK(cli_number(&args, CLI_SEED, UINT64_MAX, &value));
    CHECK_EQ(value, 5);
    CHECK_EQ(PARSE(cli_verb_run, "--seed", "18446744073709551615", "--partitions", "9999999"),
             RP_OK);
    CHECK(cli_number(&args, CLI_SEED, UINT64_MAX, &value));
    CHECK_EQ(value, UINT64_MAX);
    CHECK(!cli_number(&args, CLI_PARTITIONS, 4096, &value));
    CHECK_EQ(PARSE(cli_verb_run, "--seed", "-1"), RP_OK);
    CHECK(!cli_number(&args, CLI_SEED, UINT64_MAX, &value));
    CHECK_EQ(PARSE(cli_verb_run, "--seed", "18446744073709551616"), RP_OK);
    CHECK(!cli_number(&args, CLI_SEED, UINT64_MAX, &value));
}

TEST(nearest_is_near_or_nothing)
{
    static const char *const words[] = { "run", "check", "list", "version", NULL };
    CHECK_STR(cli_nearest("chekc", words), "check");
    CHECK_STR(cli_nearest("rum", words), "run");
    CHECK_NULL(cli_nearest("xyz", words));
    CHECK_NULL(cli_nearest("", words));
}

TEST(options_of_verbs_all_have_a_row)
{
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
            if (cli_takes(cli_verbs[i], id)) {
                CHECK_EQ(cli_option_of(id)->id, id);
            }
        }
        CHECK(cli_takes(cli_verbs[i], CLI_HELP));
    }
}
