/* The built-in engine. Each job is a process that mutates and runs; the input it is about to run stands in memory that it shares with us, so
 * that when it crashes we have it. What reached something new is kept and mutated further. A job that crashed is followed by another. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */
#include "fz/campaign.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fz/mutate.h"
#include "fz/session.h"

enum {
    SECONDS = 2,
    SECONDS_OF_SESSION = 10,
    KEPT_MAX = 4096,
    KEYS_MAX = 512,
    MAIL_BYTES = 1 << 16,
    POLL_NS = 100000000
};

/** What a job tells: written by it, read by us. */
typedef struct job_board {
    volatile uint64_t executions;
    volatile uint32_t kept, reached;
    volatile uint32_t mail; /* a finding stands in `letter`; we set it back to 0 */
    uint32_t letter_len, input_len;
    uint8_t letter[MAIL_BYTES], input[MAIL_BYTES];
    char key[FZ_KEY_BYTES];
} job_board;

typedef struct kept_input {
    uint8_t *bytes;
    size_t len;
} kept_input;

typedef struct job {
    const fz_campaign *campaign;
    job_board *board;
    fz_mutator *mutate;
    uint64_t state;
    kept_input kept[KEPT_MAX];
    uint32_t count;
    uint8_t reached[FZ_FEATURES]; /* bits: how often, in powers of two */
    uint64_t keys[KEYS_MAX];      /* hashes of what was told already */
    uint32_t key_count;
} job;

static uint64_t next(uint64_t *state)
{
    *state = ss_mix64(*state + 0xc0de);
    return *state;
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- a job ---- */

static uint8_t bucket(uint8_t count)
{
    return (uint8_t)(count == 0   ? 0
                     : count == 1 ? 1
                     : count == 2 ? 2
                     : count < 5  ? 4
                     : count < 9  ? 8
                     : count < 17 ? 16
                     : count < 65 ? 32
                                  : 64);
}

static bool is_news(job *j, const uint8_t *counts)
{
    bool news = false;
    for (size_t i = 0; i < FZ_FEATURES; i++) {
        const uint8_t bit = bucket(counts[i]);
        if ((j->reached[i] | bit) != j->reached[i]) {
            j->board->reached += j->reached[i] == 0;
            j->reached[i] |= bit;
            news = true;
        }
    }
    return news;
}

static void keep(job *j, const uint8_t *bytes, size_t len)
{
    const uint32_t at = j->count < KEPT_MAX ? j->count++ : (uint32_t)(next(&j->state) % KEPT_MAX);
    uint8_t *copy = malloc(len + 1);
    if (copy == NULL) {
        _exit(7);
    }
    memcpy(copy, bytes, len);
    free(j->kept[at].bytes);
    j->kept[at] = (kept_input){ copy, len };
    j->board->kept = j->count;
}

static bool is_told(job *j, const char *key)
{
    const uint64_t hash = ss_hash64(0, ss_slice_from(key));
    for (uint32_t i = 0; i < j->key_count; i++) {
        if (j->keys[i] == hash) {
            return true;
        }
    }
    if (j->key_count < KEYS_MAX) {
        j->keys[j->key_count++] = hash;
    }
    return false;
}

static void tell(job *j, const char *key)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    while (j->board->mail != 0) {
        nanosleep(&pause, NULL);
    }
    memcpy(j->board->letter, j->board->input, j->board->input_len);
    j->board->letter_len = j->board->input_len;
    memcpy(j->board->key, key, FZ_KEY_BYTES);
    __sync_synchronize();
    j->board->mail = 1;
}

/* What stands in the board's input. */
static void run(job *j)
{
    static uint8_t counts[FZ_FEATURES];
    const ss_slice input = { (const char *)j->board->input, j->board->input_len };
    fz_outcome outcome = { .has_failed = false };
    bool news = false;
    const fz_target *target = j->campaign->target;
    if (fz_target_is_of_sessions(target)) {
        fz_verdict verdict;
        ss_buffer key = ss_buffer_on(outcome.key, sizeof outcome.key - 1);
        memset(counts, 0, sizeof counts);
        if (!fz_session_input(input, counts, &verdict, &key)) {
            _exit(7);
        }
        outcome.has_failed = key.len > 0;
        news = is_news(j, counts) && !outcome.has_failed;
    }
    if (target->run != fz_target_session && !fz_outcome_here(target, input, &outcome)) {
        _exit(7);
    }
    j->board->executions++;
    if (news) {
        keep(j, j->board->input, j->board->input_len);
    }
    if (outcome.has_failed && !is_told(j, outcome.key)) {
        tell(j, outcome.key);
    }
}

static void take(job *j, const uint8_t *bytes, size_t len)
{
    len = len < j->campaign->input_max ? len : j->campaign->input_max;
    if (len > 0) {
        memcpy(j->board->input, bytes, len);
    }
    j->board->input_len = (uint32_t)len;
}

static void mutate_and_run(job *j)
{
    /* one of those that came last, more often than not */
    const uint64_t r = next(&j->state);
    const uint32_t recent = j->count < 32 ? j->count : 32;
    const uint32_t at =
        r % 3 == 0 ? (uint32_t)(r / 3 % j->count) : j->count - 1 - (uint32_t)(r / 3 % recent);
    const kept_input *from = &j->kept[at];
    const kept_input *other = &j->kept[next(&j->state) % j->count];
    take(j, from->bytes, from->len);
    fz_mutator *mutate = r / 7 % 16 == 0 ? fz_mutate_bytes : j->mutate;
    j->board->input_len =
        (uint32_t)mutate(j->board->input, j->board->input_len, j->campaign->input_max,
                         next(&j->state), (ss_slice){ (const char *)other->bytes, other->len });
    run(j);
}

/* That one input may take. */
static unsigned seconds_of(const fz_target *target)
{
    return fz_target_is_of_sessions(target) ? SECONDS_OF_SESSION : SECONDS;
}

/* By the form of its inputs. */
static fz_mutator *mutator_of(const fz_target *target)
{
    static const struct {
        const char *target;
        fz_mutator *mutate;
    } forms[] = { { "session", fz_mutate_session },
                  { "metamorphic", fz_mutate_session },
                  { "message", fz_mutate_message },
                  { "meta", fz_mutate_steered } };
    for (size_t i = 0; i < SS_COUNT(forms); i++) {
        if (strcmp(target->name, forms[i].target) == 0) {
            return forms[i].mutate;
        }
    }
    return fz_mutate_bytes;
}

static _Noreturn void be_a_job(const fz_campaign *c, job_board *board, uint64_t seed)
{
    job *j = calloc(1, sizeof *j);
    if (j == NULL) {
        _exit(7);
    }
    signal(SIGINT, SIG_IGN); /* we are told to end by who began us */
    j->campaign = c;
    j->board = board;
    j->state = seed;
    j->mutate = mutator_of(c->target);
    for (size_t i = 0; i < c->seed_count; i++) {
        fz_limit_cpu(seconds_of(c->target));
        take(j, (const uint8_t *)c->seeds[i].at, c->seeds[i].len);
        run(j);
        keep(j, board->input, board->input_len);
    }
    if (j->count == 0) {
        keep(j, board->input, 0);
    }
    for (uint64_t i = 0; c->executions_max == 0 || i < c->executions_max; i++) {
        fz_limit_cpu(seconds_of(c->target));
        mutate_and_run(j);
    }
    _exit(0);
}

/* ---- all jobs ---- */

typedef struct jobs {
    const fz_campaign *campaign;
    job_board *boards; /* one each, shared */
    pid_t children[FZ_JOBS_MAX];
    uint64_t seeds[FZ_JOBS_MAX];
    uint64_t keys[KEYS_MAX], lens[KEYS_MAX];
    uint32_t key_count, findings;
    unsigned running;
} jobs;

static void found(jobs *all, ss_slice input, const fz_outcome *outcome)
{
    const uint64_t hash = ss_hash64(0, ss_slice_from(outcome->key));
    uint32_t at = 0;
    while (at < all->key_count && all->keys[at] != hash) {
        at++;
    }
    if (at == KEYS_MAX || (at < all->key_count && all->lens[at] <= input.len)) {
        return;
    }
    if (at == all->key_count) {
        all->keys[all->key_count++] = hash;
        all->findings++;
    }
    all->lens[at] = input.len;
    all->campaign->found(all->campaign->context, input, outcome);
}

static void read_mail(jobs *all, job_board *board)
{
    fz_outcome outcome = { .has_failed = true };
    if (board->mail == 0) {
        return;
    }
    __sync_synchronize();
    memcpy(outcome.key, board->key, sizeof outcome.key);
    found(all, (ss_slice){ (const char *)board->letter, board->letter_len }, &outcome);
    board->mail = 0;
}

static bool start(jobs *all, unsigned which)
{
    job_board *board = &all->boards[which];
    const pid_t child = fork();
    if (child == 0) {
        be_a_job(all->campaign, board, all->seeds[which]);
    }
    all->children[which] = child;
    all->running += child > 0;
    return child > 0;
}

/* A job ended by itself, or by what it ran. */
static bool after(jobs *all, unsigned which, int status)
{
    job_board *board = &all->boards[which];
    fz_outcome outcome;
    all->children[which] = 0;
    all->running--;
    read_mail(all, board);
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 7)) {
        return WEXITSTATUS(status) == 0;
    }
    const ss_slice input = { (const char *)board->input, board->input_len };
    const fz_target *target = all->campaign->target;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) { /* it need not take as long again */
        outcome = (fz_outcome){ .has_failed = true, .has_crashed = true, .key = FZ_KEY_TIMEOUT };
        found(all, input, &outcome);
    } else if (fz_outcome_apart(target, input, seconds_of(target), &outcome) &&
               outcome.has_failed) {
        found(all, input, &outcome);
    }
    all->seeds[which] = ss_mix64(all->seeds[which] + 1);
    return start(all, which);
}

static fz_progress progress_of(const jobs *all, uint64_t since)
{
    fz_progress p = { .elapsed_ns = now_ns() - since, .findings = all->findings };
    for (unsigned i = 0; i < all->campaign->jobs; i++) {
        p.executions += all->boards[i].executions;
        p.corpus = all->boards[i].kept > p.corpus ? all->boards[i].kept : p.corpus;
        p.reached = all->boards[i].reached > p.reached ? all->boards[i].reached : p.reached;
    }
    return p;
}

/* False: a job cannot go on. */
static bool look_after(jobs *all)
{
    bool is_well = true;
    for (unsigned i = 0; i < all->campaign->jobs; i++) {
        int status = 0;
        read_mail(all, &all->boards[i]);
        if (all->children[i] > 0 && waitpid(all->children[i], &status, WNOHANG) > 0) {
            is_well = after(all, i, status) && is_well;
        }
    }
    return is_well;
}

static void end_all(jobs *all)
{
    for (unsigned i = 0; i < all->campaign->jobs; i++) {
        int status;
        if (all->children[i] > 0) {
            kill(all->children[i], SIGKILL);
            while (waitpid(all->children[i], &status, 0) < 0 && errno == EINTR) {
            }
        }
        read_mail(all, &all->boards[i]);
    }
}

static bool is_over(const jobs *all, uint64_t since)
{
    const fz_campaign *c = all->campaign;
    return all->running == 0 || c->stop(c->context) ||
           (c->time_ns != 0 && now_ns() - since >= c->time_ns);
}

static bool watch(jobs *all)
{
    const struct timespec pause = { .tv_nsec = POLL_NS };
    const uint64_t since = now_ns();
    bool is_well = true;
    for (unsigned i = 0; i < all->campaign->jobs && is_well; i++) {
        all->seeds[i] = ss_mix64(all->campaign->seed + i);
        is_well = start(all, i);
    }
    while (is_well && !is_over(all, since)) {
        nanosleep(&pause, NULL);
        is_well = look_after(all);
        const fz_progress p = progress_of(all, since);
        all->campaign->progress(all->campaign->context, &p);
    }
    end_all(all);
    const fz_progress p = progress_of(all, since);
    all->campaign->progress(all->campaign->context, &p);
    return is_well;
}

ss_status fz_campaign_run(const fz_campaign *campaign)
{
    const size_t bytes = campaign->jobs * sizeof(job_board);
    jobs *all = calloc(1, sizeof *all);
    SS_ASSERT(campaign->jobs > 0 && campaign->jobs <= FZ_JOBS_MAX);
    SS_ASSERT(campaign->input_max <= MAIL_BYTES);
    if (all == NULL) {
        return SS_ERR_MEMORY;
    }
    all->campaign = campaign;
    all->boards = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const bool is_well = all->boards != MAP_FAILED && watch(all);
    if (all->boards != MAP_FAILED) {
        munmap(all->boards, bytes);
    }
    free(all);
    return is_well ? SS_OK : SS_ERR_MEMORY;
}
