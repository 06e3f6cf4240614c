/* sipsim: the program, and the assert hook that stack and simulator leave to it. An assertion that fails is a crash of
 * ours: exit status 4, with the line that runs it again.
 */
#include "cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "sipsim: %s:%d: assertion failed: %s\n", file, line, condition);
    if (cli_replay()[0] != '\0') {
        fprintf(stderr, "sipsim: again: %s\n", cli_replay());
    }
    fflush(stderr);
    _Exit(rp_status_exit(RP_CRASH));
}

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
    signal(SIGPIPE, SIG_IGN);                             /* writing says it, with status 7 */
    signal(SIGXFSZ, SIG_IGN);
    return cli_main(argc, argv);
}
