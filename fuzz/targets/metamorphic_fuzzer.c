/* Target `metamorphic`: a session input, run as it is and in other ways in which its calls should go as well (fz/metamorphic.h).
 * Aims at: all of the stack and of the world, where no law says what is right: spelling, copies, time, neighbours, noise, transports. */
#include "fuzz.h"

#include "fz/metamorphic.h"

int fz_target_metamorphic(const uint8_t *data, size_t size)
{
    fz_relation broken;
    if (fz_metamorphic((ss_slice){ (const char *)data, size }, FZ_ALL_RELATIONS, &broken) &&
        broken != FZ_RELATIONS) {
        fz_failed(fz_relations[broken].name, fz_relations[broken].sentence);
    }
    return 0;
}
