/* The counters of planted.h, in the file that SIPSIM_PLANTED names: processes that crash have counted all the same. */
#include "planted.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct counters {
    uint64_t reached, triggered;
} counters;

static counters nowhere;
static counters *board = &nowhere;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("SIPSIM_PLANTED");
    const int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0) {
        return;
    }
    if (ftruncate(file, sizeof *board) == 0) {
        void *shared = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        board = shared == MAP_FAILED ? board : shared;
    }
    close(file);
}

bool planted(bool matters)
{
    __sync_fetch_and_add(&board->reached, 1);
    __sync_fetch_and_add(&board->triggered, (uint64_t)matters);
    return matters;
}
