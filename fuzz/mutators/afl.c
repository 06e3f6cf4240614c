/* AFL++'s hooks: a library that afl-fuzz loads (AFL_CUSTOM_MUTATOR_LIBRARY). The havoc hook goes among the engine's own mutations;
 * the other is a stage of its own, with another input of the queue to take parts of. Seeded by afl_custom_init alone. */
#include "sip_mutator.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 1 << 16, HAVOC_PERCENT = 40 };

typedef struct mutator {
    ss_entropy seeds;
    char room[ROOM], spare[ROOM];
} mutator;

mutator *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(mutator *m);
size_t afl_custom_fuzz(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                       unsigned char *other, size_t other_size, size_t max_size);
size_t afl_custom_havoc_mutation(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                                 size_t max_size);
unsigned char afl_custom_havoc_mutation_probability(mutator *m);

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
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

/* The input itself when nothing could be made of it. */
static size_t edit(mutator *m, unsigned char *data, size_t size, unsigned char **out,
                   ss_slice other, size_t max_size)
{
    const size_t most = max_size < ROOM ? max_size : ROOM;
    const size_t len = fz_sip_mutate((ss_slice){ (const char *)data, size }, other,
                                     ss_entropy_next(&m->seeds), m->room, m->spare, most);
    *out = len == 0 ? data : (unsigned char *)m->room;
    return len == 0 ? size : len;
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
