/* The replay line: what is needed to run a scenario again, as a shell reads it. */
#include <string.h>

#include "check.h"
#include "cli/files.h"
#include "cli/replay_line.h"

TEST(replay_line_has_file_seeds_order_and_overrides)
{
    const char *const overrides[] = { "links.a.loss=5%", "name=it's" };
    const session_options o = {
        .file = "my file.yaml", .overrides = overrides, .override_count = 2, .partitions = 1
    };
    sn_plan plan = { .seed = 42, .order_seed = 7, .order = SN_ORDER_SEEDED };
    char line[512];
    cli_replay_line(line, sizeof line, &o, &plan);
    CHECK_STR(
        line,
        "sipsim run 'my file.yaml' --seed 42 --order seeded --order-seed 7 --set links.a.loss=5% "
        "--set 'name=it'\\''s' --force");
    plan.order = SN_ORDER_FIFO;
    const session_options plain = {
        .file = "a.yaml", .verify = true, .partitions = 7, .dir = "an out", .dir_is_given = true
    };
    cli_replay_line(line, sizeof line, &plain, &plan);
    CHECK_STR(
        line,
        "sipsim run a.yaml --seed 42 --order fifo --verify --partitions 7 -o 'an out' --force");
}

TEST(replay_line_chooses_the_same_files)
{
    const session_options o = { .file = "a.yaml",
                                .pcap_word = "node:caller[3]",
                                .events_word = "off" };
    const sn_plan plan = { .seed = 42 };
    char line[512];
    cli_replay_line(line, sizeof line, &o, &plan);
    CHECK_STR(
        line,
        "sipsim run a.yaml --seed 42 --order fifo --pcap 'node:caller[3]' --events off --force");
}

TEST(replay_line_that_does_not_fit_ends_in_dots)
{
    char file[300], line[64];
    memset(file, 'a', sizeof file);
    file[sizeof file - 1] = '\0';
    const session_options o = { .file = file };
    const sn_plan plan = { .seed = 42 };
    cli_replay_line(line, sizeof line, &o, &plan);
    CHECK(strlen(line) < sizeof line);
    CHECK_STR(line + strlen(line) - 3, "...");
}

TEST(base_names_lose_folder_and_suffix)
{
    char name[RP_PATH_BYTES];
    cli_base_name(name, "a/b/quick.start.yaml");
    CHECK_STR(name, "quick.start");
    cli_base_name(name, "x.yml");
    CHECK_STR(name, "x");
    cli_base_name(name, ".yaml");
    CHECK_STR(name, ".yaml");
    cli_base_name(name, "noend");
    CHECK_STR(name, "noend");
}
