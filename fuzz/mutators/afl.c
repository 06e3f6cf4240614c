/* AFL++'s hooks: a library that afl-fuzz loads (AFL_CUSTOM_MUTATOR_LIBRARY), around the mutator that FZ_MUTATOR names. The havoc hook goes
 * among the engine's own mutations; afl_custom_fuzz is a stage of its own, with another input of the queue to take parts of. Trimming
 * leaves out lines of a message, or records of a session, one after another, as long as the same is reached. Seeded by afl_custom_init
 * alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fz/mutate.h"

#ifndef FZ_MUTATOR
#define FZ_MUTATOR   fz_mutate_message
#define FZ_PART_MARK '\n'
#define FZ_PART_ENDS 1 /* else it begins with the mark */
#endif

enum { ROOM = 1 << 16, HAVOC_PERCENT = 40 };

/* An input as it is trimmed: its part `at` is tried next. */
typedef struct trimming {
    unsigned char now[ROOM], trial[ROOM];
    size_t len, trial_len;
    size_t at; /* byte at which that part begins */
    int tries;
} trimming;

typedef struct mutator {
    ss_entropy seeds;
    unsigned char room[ROOM];
    trimming trim;
} mutator;

mutator *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(mutator *m);
size_t afl_custom_fuzz(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                       unsigned char *other, size_t other_size, size_t max_size);
size_t afl_custom_havoc_mutation(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                                 size_t max_size);
unsigned char afl_custom_havoc_mutation_probability(mutator *m);
int32_t afl_custom_init_trim(mutator *m, unsigned char *data, size_t size);
size_t afl_custom_trim(mutator *m, unsigned char **out);
int32_t afl_custom_post_trim(mutator *m, unsigned char success);

/* Weak: whoever links this elsewhere has one. */
__attribute__((weak)) _Noreturn void ss_assert_failed(const char *condition, const char *file,
                                                      int line)
{
    fprintf(stderr, "SIPSIM-ASSERT %s:%d: %s\n", file, line, condition);
    abort();
}

mutator *afl_custom_init(void *afl, unsigned seed)
{
    (void)afl;
    mutator *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->seeds.key = seed;
    }
    return m;
}

void afl_custom_deinit(mutator *m)
{
    free(m);
}

/* ---- mutation ---- */

/* What is longer than we take stays as it is. */
static size_t edit(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                   ss_slice other, size_t max_size)
{
    const size_t most = max_size < ROOM ? max_size : ROOM;
    *out = data;
    if (size > most) {
        return size;
    }
    if (size > 0) {
        memcpy(m->room, data, size);
    }
    *out = m->room;
    return FZ_MUTATOR(m->room, size, most, ss_entropy_next(&m->seeds), other);
}

size_t afl_custom_fuzz(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                       unsigned char *other, size_t other_size, size_t max_size)
{
    return edit(m, data, size, out,
                (ss_slice){ (const char *)other, other == NULL ? 0 : other_size }, max_size);
}

size_t afl_custom_havoc_mutation(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                                 size_t max_size)
{
    return edit(m, data, size, out, SS_EMPTY, max_size);
}

unsigned char afl_custom_havoc_mutation_probability(mutator *m)
{
    (void)m;
    return HAVOC_PERCENT;
}

/* ---- trimming ---- */

/* Behind the part that begins at `at`: a line, or a record. */
static size_t end_of_part(const trimming *t, size_t at)
{
    size_t end = at + 1;
    while (end < t->len &&
           (FZ_PART_ENDS ? t->now[end - 1] != FZ_PART_MARK : t->now[end] != FZ_PART_MARK)) {
        end++;
    }
    return end < t->len ? end : t->len;
}

static int count_parts(const trimming *t)
{
    int count = 0;
    for (size_t at = 0; at < t->len; at = end_of_part(t, at)) {
        count++;
    }
    return count;
}

int32_t afl_custom_init_trim(mutator *m, unsigned char *data, size_t size)
{
    trimming *t = &m->trim;
    t->at = t->len = 0;
    t->tries = 0;
    if (size > ROOM || size == 0) {
        return 0;
    }
    memcpy(t->now, data, size);
    t->len = size;
    const int parts = count_parts(t);
    return parts > 1 ? parts : 0; /* an input is not empty */
}

size_t afl_custom_trim(mutator *m, unsigned char **out)
{
    trimming *t = &m->trim;
    const size_t end = end_of_part(t, t->at);
    const size_t rest = t->at < t->len ? t->len - end : 0;
    memcpy(t->trial, t->now, t->at);
    memcpy(t->trial + t->at, t->now + end, rest);
    t->trial_len = t->at + rest;
    if (t->trial_len == 0) { /* the last part of all stays */
        memcpy(t->trial, t->now, t->len);
        t->trial_len = t->len;
    }
    *out = t->trial;
    return t->trial_len;
}

int32_t afl_custom_post_trim(mutator *m, unsigned char success)
{
    trimming *t = &m->trim;
    if (success != 0 && t->trial_len < t->len) {
        memcpy(t->now, t->trial, t->trial_len);
        t->len = t->trial_len;
    } else {
        t->at = end_of_part(t, t->at);
    }
    return ++t->tries;
}
