/* The outcome of an input. A crash is known by what is said of it: an assertion by its condition, a sanitizer's report by its kind and
 * the topmost functions of ours, without lines and addresses, so that the key survives a change elsewhere. */
#define _DEFAULT_SOURCE 1 /* setitimer */
#include "fz/outcome.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fz/session.h"

enum { SAID_MAX = 1 << 16, FRAMES = 3 };
static const char key_word[] = "sipsim-outcome ";

void fz_limit_cpu(unsigned seconds)
{
    const struct itimerval limit = { .it_value = { .tv_sec = (time_t)seconds } };
    signal(SIGPROF, SIG_DFL);
    (void)setitimer(ITIMER_PROF, &limit, NULL);
}

static bool is_session(const fz_target *target)
{
    return strcmp(target->name, "session") == 0;
}

bool fz_outcome_here(const fz_target *target, ss_slice input, fz_outcome *outcome)
{
    fz_finding finding;
    fz_verdict verdict;
    ss_buffer key = ss_buffer_on(outcome->key, sizeof outcome->key - 1);
    *outcome = (fz_outcome){ .has_failed = false };
    if (is_session(target)) {
        if (!fz_session_input(input, NULL, &verdict, &key)) {
            return false;
        }
    } else if (!fz_try(target, input, &finding)) {
        if (finding.oracle == NULL) {
            return false;
        }
        ss_put_text(&key, finding.oracle);
        ss_put_char(&key, ' ');
        ss_put_text(&key, finding.sentence);
    }
    outcome->key[key.len] = '\0';
    outcome->has_failed = key.len > 0;
    return true;
}

/* ---- apart ---- */

static _Noreturn void be_the_child(const fz_target *target, ss_slice input, unsigned seconds,
                                   int to)
{
    fz_outcome outcome;
    (void)dup2(to, STDERR_FILENO);
    fz_limit_cpu(seconds);
    if (!fz_outcome_here(target, input, &outcome)) {
        _exit(7);
    }
    fprintf(stderr, "%s%s\n", key_word, outcome.key);
    fflush(stderr);
    _exit(0);
}

/* All that it says; what is more than there is room for is read and left. */
static size_t listen_to(int from, char *said)
{
    size_t len = 0;
    char rest[4096];
    for (;;) {
        const bool has_room = len < SAID_MAX - 1;
        const ssize_t count =
            read(from, has_room ? said + len : rest, has_room ? SAID_MAX - 1 - len : sizeof rest);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            said[len] = '\0';
            return len;
        }
        len += has_room ? (size_t)count : 0;
    }
}

static void put_line(ss_buffer *b, const char *from)
{
    ss_put(b, (ss_slice){ from, strcspn(from, "\r\n") });
}

static bool is_ours(const char *frame, size_t len)
{
    static const char *const folders[] = { "/stack/", "/simnet/", "/crypto/", "/fuzz/targets/" };
    char line[512];
    const size_t kept = len < sizeof line - 1 ? len : sizeof line - 1;
    memcpy(line, frame, kept);
    line[kept] = '\0';
    for (size_t i = 0; i < SS_COUNT(folders); i++) {
        if (strstr(line, folders[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* "    #3 0x5581 in ss_txn_step ../stack/txn/step.c:40" */
static void put_frames(ss_buffer *b, const char *said)
{
    unsigned count = 0;
    for (const char *at = strstr(said, "    #"); at != NULL && count < FRAMES;
         at = strstr(at + 1, "    #")) {
        const size_t len = strcspn(at, "\n");
        const char *in = strstr(at, " in ");
        if (in == NULL || in > at + len || !is_ours(at, len)) {
            continue;
        }
        ss_put_char(b, ' ');
        ss_put(b, (ss_slice){ in + 4, strcspn(in + 4, " \n") });
        count++;
    }
}

static void put_crash(ss_buffer *b, const char *said, int status)
{
    const char *assertion = strstr(said, "assertion failed: ");
    const char *engine = strstr(said, "SIPSIM-ASSERT ");
    const char *sanitizer = strstr(said, "Sanitizer: ");
    const char *undefined = strstr(said, "runtime error: ");
    if (assertion != NULL) {
        ss_put_text(b, "assert ");
        put_line(b, assertion + strlen("assertion failed: "));
    } else if (engine != NULL) {
        const char *colon = strstr(engine, ": ");
        ss_put_text(b, "assert ");
        put_line(b, colon == NULL ? engine : colon + 2);
    } else if (undefined != NULL) {
        ss_put_text(b, "undefined");
        put_frames(b, said);
    } else if (sanitizer != NULL) {
        const char *kind = sanitizer + strlen("Sanitizer: ");
        ss_put(b, (ss_slice){ kind, strcspn(kind, " \n") });
        put_frames(b, said);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) {
        ss_put_text(b, FZ_KEY_TIMEOUT);
    } else {
        ss_put_text(b, WIFSIGNALED(status) ? "signal " : "exit ");
        ss_put_u64(b, (uint64_t)(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
    }
}

static void read_outcome(fz_outcome *outcome, const char *said, int status)
{
    ss_buffer key = ss_buffer_on(outcome->key, sizeof outcome->key - 1);
    const char *told = strstr(said, key_word);
    *outcome = (fz_outcome){ .has_failed = false };
    if (told != NULL && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        put_line(&key, told + strlen(key_word));
    } else {
        outcome->has_crashed = true;
        put_crash(&key, said, status);
    }
    outcome->key[key.len] = '\0';
    outcome->has_failed = key.len > 0;
}

bool fz_outcome_apart(const fz_target *target, ss_slice input, unsigned seconds,
                      fz_outcome *outcome)
{
    int ends[2], status = 0;
    char *said = malloc(SAID_MAX);
    fflush(NULL); /* what is kept of stdout must not be written twice */
    if (said == NULL || pipe(ends) != 0) {
        free(said);
        return false;
    }
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_the_child(target, input, seconds, ends[1]);
    }
    close(ends[1]);
    if (child > 0) {
        listen_to(ends[0], said);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        read_outcome(outcome, said, status);
    }
    close(ends[0]);
    free(said);
    return child > 0;
}
