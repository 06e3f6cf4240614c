/* differential FILE…: files, and folders whole, through the target `differential`; a line for each finding. With --all, an explanation that no
 * input needed is a finding too. --list prints the explanations. Exit status as of `sipsim replay`. */
#include "reading.h"
#include "target.h"

#include "fz/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "SIPSIM-ASSERT %s:%d: %s\n", file, line, condition);
    abort();
}

static void begin(void *context, const char *path)
{
    (void)context;
    (void)path;
}

static void say_finding(void *context, const char *path, const fz_finding *finding)
{
    (void)context;
    printf("%s: %s: %s\n", path, finding->oracle, finding->sentence);
}

static void say_trouble(void *context, const char *path, const char *why)
{
    (void)context;
    fprintf(stderr, "%s: %s\n", path, why);
}

static int list(void)
{
    for (size_t i = 0; i < explanation_count; i++) {
        printf("%s %s: %s\n", explanations[i].peer, explanations[i].name, explanations[i].why);
    }
    return 0;
}

static unsigned say_unused(void)
{
    unsigned unused = 0;
    for (size_t i = 0; i < explanation_count; i++) {
        if (fz_explained[i] == 0) {
            printf("%s: %s explains nothing\n", explanations[i].peer, explanations[i].name);
            unused++;
        }
    }
    return unused;
}

int main(int argc, char **argv)
{
    const bool is_all = argc > 1 && strcmp(argv[1], "--all") == 0;
    const int first = is_all ? 2 : 1;
    const fz_target target = { "differential", "", fz_target_differential };
    const fz_replay_events events = { NULL, begin, say_finding, say_trouble };
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list();
    }
    if (argc <= first) {
        fputs("differential [--all] FILE… | --list\n", stderr);
        return 2;
    }
    const fz_replay_counts counts =
        fz_replay(&target, (const char *const *)(argv + first), (size_t)(argc - first), &events);
    const unsigned unused = is_all ? say_unused() : 0;
    printf("differential: %llu inputs, %llu findings\n", (unsigned long long)counts.inputs,
           (unsigned long long)counts.findings);
    return counts.troubles != 0 ? 7 : counts.findings != 0 || unused != 0;
}
