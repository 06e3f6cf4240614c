/* Target `session`: a session input: a small network, what its users do and what is done to them, as records (sn/input.h).
 * Aims at: all of the stack and of the world, by sn_input_plan and sn_world_run; every law of the judge is an oracle. */
#include "fuzz.h"

#include "fz/session.h"

/* What nodes did after what, for libFuzzer: it looks at this section, and clears it, around each input. */
#ifdef FZ_FEEDBACK
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[FZ_FEATURES];
#else
#define counters NULL
#endif

int fz_target_session(const uint8_t *data, size_t size)
{
    fz_verdict verdict;
    const ss_slice input = { (const char *)data, size };
    if (fz_session_input(input, counters, &verdict, NULL) && verdict.oracle != NULL) {
        fz_failed(verdict.oracle, verdict.sentence);
    }
    return 0;
}
