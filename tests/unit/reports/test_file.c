/* Files that appear when they are whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/file.h"

static char dir[64];

static void make_dir(void)
{
    static const char prefix[] = "/tmp/sipsim_test_";
    memset(dir, 0, sizeof dir);
    memcpy(dir, prefix, sizeof prefix - 1);
    memset(dir + sizeof prefix - 1, 'X', 6);
    CHECK_NOT_NULL(mkdtemp(dir));
}

static bool exists(const char *name)
{
    char path[RP_PATH_BYTES];
    struct stat about;
    CHECK(rp_path_join(path, dir, name));
    return stat(path, &about) == 0;
}

static void remove_dir(const char *name)
{
    char path[RP_PATH_BYTES];
    CHECK(rp_path_join(path, dir, name));
    unlink(path);
    CHECK_EQ(rmdir(dir), 0); /* nothing else was left in it */
}

TEST(file_has_its_name_only_when_it_is_whole)
{
    make_dir();
    int error = 0;
    rp_file *f = rp_file_open(dir, "a.txt", &error);
    CHECK_NOT_NULL(f);
    for (unsigned i = 0; i < 100000; i++) {
        rp_put_text(f, "0123456789");
    }
    CHECK(!exists("a.txt"));
    CHECK_EQ(rp_file_close(f), 0);
    CHECK(exists("a.txt"));
    char path[RP_PATH_BYTES];
    struct stat about;
    CHECK(rp_path_join(path, dir, "a.txt"));
    CHECK_EQ(stat(path, &about), 0);
    CHECK_EQ(about.st_size, 1000000);
    remove_dir("a.txt");
}

TEST(file_discarded_leaves_nothing)
{
    make_dir();
    int error = 0;
    rp_file *f = rp_file_open(dir, "a.txt", &error);
    CHECK_NOT_NULL(f);
    rp_put_text(f, "x");
    rp_file_discard(f);
    remove_dir("a.txt");
}

TEST(file_in_no_folder_says_why)
{
    int error = 0;
    CHECK_NULL(rp_file_open("/nonexistent/folder", "a.txt", &error));
    CHECK_EQ(error, ENOENT);
    char name[400];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    CHECK_NULL(rp_file_open("/tmp", name, &error));
    CHECK_EQ(error, ENAMETOOLONG);
}

TEST(file_on_a_full_disk_keeps_its_first_error)
{
    FILE *full = fopen("/dev/full", "wb");
    if (full == NULL) {
        SKIP_TEST("no /dev/full");
    }
    rp_file *f = rp_file_over(full);
    for (unsigned i = 0; i < 100000; i++) {
        rp_put_u64(f, 1234567890);
    }
    CHECK_EQ(f->error, ENOSPC);
    CHECK_EQ(rp_file_close(f), ENOSPC);
    fclose(full);
}

TEST(file_text_is_cut_or_filled_by_characters)
{
    FILE *stream = tmpfile();
    rp_file *f = rp_file_over(stream);
    rp_put_left(f,
                "\xc3\xa4"
                "bc",
                2);
    rp_put_char(f, '|');
    rp_put_left(f, "\xc3\xa4", 3);
    rp_put_char(f, '|');
    rp_put_hex64(f, 1);
    CHECK_EQ(rp_file_close(f), 0);
    CHECK_STR(facts_text_of(stream), "\xc3\xa4"
                                     "b|\xc3\xa4  |0000000000000001");
    fclose(stream);
}

TEST(file_text_of_a_scenario_cannot_steer_a_terminal)
{
    FILE *stream = tmpfile();
    rp_file *f = rp_file_over(stream);
    rp_put_plain(f, "a\x1b[31m\n\x7f\xc2\x9b\xc3\xa4\xc2");
    CHECK_EQ(rp_file_close(f), 0);
    CHECK_STR(facts_text_of(stream), "a?[31m???\xc3\xa4\xc2");
    fclose(stream);
}
