/* Target `session`: a session input: a small network, what its users do and what is done to them, as records (sn/input.h).
 * Aims at: all of the stack and of the world, by sn_input_plan and sn_world_run; every law of the judge is an oracle. */
#include "fuzz.h"

#include "fz/session.h"

int fz_target_session(const uint8_t *data, size_t size)
{
    fz_verdict verdict;
    sn_plan *plan = sn_input_plan((ss_slice){ (const char *)data, size });
    if (plan == NULL) {
        return 0;
    }
    const bool is_run = fz_session_run(plan, NULL, 0, &verdict);
    sn_plan_free(plan);
    if (is_run && verdict.oracle != NULL) {
        fz_failed(verdict.oracle, verdict.sentence);
    }
    return 0;
}
