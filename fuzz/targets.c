/* The table of targets, and one run of one of them with its finding caught. */
#include "fz/target.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const fz_target fz_targets[] = {
#define TARGET(name, sentence) { #name, sentence, fz_target_##name },
#include "fz/targets.def"
#undef TARGET
};
const size_t fz_target_count = SS_COUNT(fz_targets);

bool fz_target_is_of_sessions(const fz_target *target)
{
    return target->run == fz_target_session || target->run == fz_target_metamorphic;
}

const fz_target *fz_target_find(const char *name)
{
    for (size_t i = 0; i < fz_target_count; i++) {
        if (strcmp(fz_targets[i].name, name) == 0) {
            return &fz_targets[i];
        }
    }
    return NULL;
}

/* Where a finding goes while fz_try runs. Engines never call fz_try: there it aborts. */
static struct {
    bool is_set;
    jmp_buf back;
    fz_finding finding;
} catcher;

_Noreturn void fz_failed(const char *oracle, const char *sentence)
{
    if (catcher.is_set) {
        catcher.finding = (fz_finding){ oracle, sentence };
        longjmp(catcher.back, 1);
    }
    fprintf(stderr, "SIPSIM-ORACLE %s: %s\n", oracle, sentence);
    fflush(stderr);
    abort();
}

bool fz_try(const fz_target *target, ss_slice input, fz_finding *finding)
{
    uint8_t *const exact = malloc(input.len == 0 ? 1 : input.len);
    *finding = (fz_finding){ NULL, NULL };
    if (exact == NULL) {
        return false;
    }
    if (input.len != 0) {
        memcpy(exact, input.at, input.len);
    }
    catcher.is_set = true;
    catcher.finding = *finding;
    if (setjmp(catcher.back) == 0) {
        target->run(exact, input.len);
    }
    catcher.is_set = false;
    *finding = catcher.finding;
    free(exact);
    return finding->oracle == NULL;
}
