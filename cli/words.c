/* Words to the user: what was probably meant, plain sentences on stderr, colour only where it is wanted. */
#define _DEFAULT_SOURCE
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD_MAX = 64 };

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    const unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edits (insert, remove, change a character, swap two) that make one word of the other. Words are shorter than
 * WORD_MAX. */
static unsigned edits(const char *a, const char *b)
{
    const size_t len_a = strlen(a), len_b = strlen(b);
    unsigned cell[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= len_a; i++) {
        for (size_t j = 0; j <= len_b; j++) {
            if (i == 0 || j == 0) {
                cell[i][j] = (unsigned)(i + j);
                continue;
            }
            const unsigned changed = cell[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            cell[i][j] = min3(cell[i - 1][j] + 1, cell[i][j - 1] + 1, changed);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cell[i][j] = min3(cell[i][j], cell[i][j], cell[i - 2][j - 2] + 1);
            }
        }
    }
    return cell[len_a][len_b];
}

const char *cli_nearest(const char *typed, const char *const *candidates)
{
    const size_t len = strlen(typed);
    if (len == 0 || len >= WORD_MAX) {
        return NULL;
    }
    const char *best = NULL;
    unsigned fewest = len <= 3 ? 2 : 3; /* one edit in a short word, two in others */
    for (size_t i = 0; candidates[i] != NULL; i++) {
        if (strlen(candidates[i]) >= WORD_MAX) {
            continue;
        }
        const unsigned needed = edits(typed, candidates[i]);
        if (needed < fewest) {
            fewest = needed;
            best = candidates[i];
        }
    }
    return best;
}

void cli_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("sipsim: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

bool cli_is_terminal(FILE *stream)
{
    const int fd = fileno(stream);
    return fd >= 0 && isatty(fd) == 1;
}

bool cli_is_colourful(FILE *stream)
{
    const char *refused = getenv("NO_COLOR");
    return (refused == NULL || refused[0] == '\0') && cli_is_terminal(stream);
}

/* Who reads from a pipe, `head` say, may have enough: that needs no words. */
static rp_status stdout_failed(int error)
{
    if (error != EPIPE) {
        cli_say("cannot write to stdout: %s", strerror(error));
    }
    return RP_IO;
}

rp_status cli_flush_stdout(void)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return stdout_failed(errno == 0 ? EIO : errno);
    }
    return RP_OK;
}

rp_status cli_close_stdout(rp_file *out)
{
    const int error = rp_file_close(out);
    return error != 0 ? stdout_failed(error) : cli_flush_stdout();
}

/* What outlives a verb: how the program was called, for the replay line; and that line, for main.c's assert hook. */
static char program[1024] = "sipsim";
static _Thread_local char replay_line[8192]; /* of the run that this thread does */

void cli_remember_program(const char *path)
{
    if (strlen(path) < sizeof program) {
        snprintf(program, sizeof program, "%s", path);
    }
}

const char *cli_program(void)
{
    return program;
}

void cli_remember_replay(const char *line)
{
    snprintf(replay_line, sizeof replay_line, "%s", line);
}

const char *cli_replay(void)
{
    return replay_line;
}
