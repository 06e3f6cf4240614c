/* Fuzzing engines that are programs of their own: how they are found, started, and waited for. */
#include "engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

bool cli_engine_find(const cli_args *args, const fz_target *target, char *path)
{
    /* beside us, or where `./dev fuzz` builds it */
    static const char *const folders[2][4] = {
        { ".", "../fuzz", "../../fuzz/fuzz", "../../../build/fuzz/fuzz" },
        { ".", "../fuzz", "../../fuzz-afl/fuzz", "../../../build/fuzz-afl/fuzz" }
    };
    char own[RP_PATH_BYTES];
    const bool is_afl = args->given[CLI_ENGINE] && strcmp(args->value[CLI_ENGINE], "afl") == 0;
    if (args->given[CLI_WITH]) {
        snprintf(path, RP_PATH_BYTES, "%s", args->value[CLI_WITH]);
        return is_program(path);
    }
    const ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
    own[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(own, '/');
    if (slash == NULL) {
        return false;
    }
    *slash = '\0';
    for (size_t i = 0; i < SS_COUNT(folders[0]); i++) {
        const int count =
            snprintf(path, RP_PATH_BYTES, "%s/%s/%s_fuzzer", own, folders[is_afl][i], target->name);
        if (count > 0 && (size_t)count < RP_PATH_BYTES && is_program(path)) {
            return true;
        }
    }
    return false;
}

pid_t cli_engine_start(char *const *words, bool is_silent)
{
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        if (is_silent && freopen("/dev/null", "w", stdout) == NULL) {
            _exit(127);
        }
        execvp(words[0], words);
        fprintf(stderr, "sipsim: cannot run %s: %s\n", words[0], strerror(errno));
        _exit(127);
    }
    return child;
}

int cli_engine_wait(pid_t child)
{
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/* The library that mutates what this target reads lies beside the program. */
static void name_mutator(const fz_target *target, const char *program)
{
    char path[RP_PATH_BYTES];
    const char *slash = strrchr(program, '/');
    const int folder = slash == NULL ? 0 : (int)(slash + 1 - program);
    const bool is_message = strcmp(target->name, "message") == 0;
    const int count = snprintf(path, sizeof path, "%.*s%s_mutator.so", folder, program,
                               is_message ? "sip" : "session");
    if ((is_message || fz_target_is_of_sessions(target)) && count < (int)sizeof path &&
        access(path, R_OK) == 0) {
        (void)setenv("AFL_CUSTOM_MUTATOR_LIBRARY", path, 0);
    }
}

/* It refuses to run with options of a sanitizer without these. */
static void ready_sanitizer(const char *name)
{
    char value[1024];
    const char *given = getenv(name);
    if (given != NULL && snprintf(value, sizeof value, "%s:abort_on_error=1:symbolize=0", given) <
                             (int)sizeof value) {
        (void)setenv(name, value, 1);
    }
}

void cli_engine_ready_afl(const fz_target *target, const char *program, bool stops_at_first)
{
    static const char *const words[] = { "AFL_SKIP_CPUFREQ",
                                         "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_ALLOW_TMP",
                                         "AFL_NO_AFFINITY" };
    for (size_t i = 0; i < SS_COUNT(words); i++) {
        (void)setenv(words[i], "1", 0);
    }
    if (stops_at_first) {
        (void)setenv("AFL_BENCH_UNTIL_CRASH", "1", 0);
    }
    if (isatty(STDOUT_FILENO) == 0) {
        (void)setenv("AFL_NO_UI", "1", 0);
    }
    ready_sanitizer("ASAN_OPTIONS");
    ready_sanitizer("MSAN_OPTIONS");
    name_mutator(target, program);
}
