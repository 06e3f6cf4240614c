/* The hold model on our event queue: take the first event, do what it asks (a call through a pointer), put one like it after a drawn
 * wait. hold PENDING PARKED HOLDS: so many are pending with waits of up to two seconds, or of 20 ms when others are parked an hour
 * away. Prints nanoseconds of CPU a hold. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "simnet/event/queue.h"

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t fired;

static void fire(const sn_event *e)
{
    fired += e->arg;
}

static void (*volatile act)(const sn_event *e) = fire;
static sn_event_queue queue;

static void push(ss_time at, uint64_t counter)
{
    const sn_event e = { .at = at, .counter = counter, .arg = 1 };
    if (!sn_event_push(&queue, &e)) {
        exit(1);
    }
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    const uint64_t pending = strtoull(argv[1], NULL, 10), parked = strtoull(argv[2], NULL, 10);
    const uint64_t holds = strtoull(argv[3], NULL, 10);
    const uint64_t span = parked > 0 ? SS_MS(20) : SS_S(2);
    void *memory = malloc(sn_event_queue_bytes(pending + parked + 1));
    if (memory == NULL) {
        return 1;
    }
    sn_event_queue_init(&queue, memory, pending + parked + 1);
    for (uint64_t i = 0; i < parked; i++) {
        push(SS_S(3600) + draw() % SS_S(60), i);
    }
    for (uint64_t i = 0; i < pending; i++) {
        push(1 + draw() % span, i);
    }
    const double began = now_ns();
    for (uint64_t i = 0; i < holds; i++) {
        const sn_event e = sn_event_pop(&queue);
        act(&e);
        push(e.at + 1 + draw() % span, pending + i);
    }
    printf("%.1f\n", (now_ns() - began) / (double)holds);
    free(memory);
    return fired == holds ? 0 : 1;
}
