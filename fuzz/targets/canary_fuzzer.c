/* Target `canary`: fails on purpose, so that the way from a finding to a red build is tested too.
 * Aims at: the pipeline. A fuzzer finds the four letters one after the other, as each is a branch of its own. */
#include "fuzz.h"

int fz_target_canary(const uint8_t *data, size_t size)
{
    static const char song[] = "sing";
    size_t sung = 0;
    while (sung < 4 && sung < size && data[sung] == (uint8_t)song[sung]) {
        sung++;
    }
    FZ_CHECK("canary", sung < 4, "the canary sings");
    return 0;
}
