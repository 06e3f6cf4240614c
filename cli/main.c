/* sipsim: the program, and the assert hook that stack and simulator leave to it. An assertion that fails, or a signal
 * that nobody sent, is a crash of ours: exit status 4, with the line that runs it again.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_facts.h"

/* Only what a signal handler may do. */
static void put(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
}

static _Noreturn void crash(void)
{
    if (cli_replay()[0] != '\0') {
        put("sipsim: again: ");
        put(cli_replay());
        put("\n");
    }
    _exit(rp_status_exit(RP_CRASH));
}

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "sipsim: %s:%d: assertion failed: %s\n", file, line, condition);
    fflush(stderr);
    crash();
}

static void on_crash(int number)
{
    put("sipsim: crash: ");
    put(number == SIGSEGV || number == SIGBUS ? "memory that is not ours\n"
                                              : "a signal that nobody sent\n");
    crash();
}

/* On a stack of its own, for when ours is what ran out. A sanitizer has better words, and is left to say them. */
static void catch_crashes(void)
{
    static char memory[1 << 16];
    static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    const stack_t stack = { .ss_sp = memory, .ss_size = sizeof memory };
    struct sigaction action = { 0 };
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    if (BUILD_SANITIZED || sigaltstack(&stack, NULL) != 0) {
        return;
    }
    for (size_t i = 0; i < SS_COUNT(fatal); i++) {
        sigaction(fatal[i], &action, NULL);
    }
}

#if BUILD_SANITIZED
/* Asked by the sanitizers' run time: a report of theirs is status 4 too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=4";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "exitcode=4:print_stacktrace=1";
}
#endif

/* A standard stream that came closed would give its number to the first file we open. In its place stands something
 * that cannot be written. */
static void keep_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1) {
            (void)!open("/dev/null", O_RDONLY);
        }
    }
}

int main(int argc, char **argv)
{
    keep_standard_streams();
    signal(SIGPIPE, SIG_IGN); /* the exit status says it: 7 */
    signal(SIGXFSZ, SIG_IGN);
    catch_crashes();
    return cli_main(argc, argv);
}
