/* What a fuzzing engine links to: libFuzzer's entry point, which AFL++ knows too, around the target that FZ_TARGET names
 * (as in -DFZ_TARGET=fz_target_uri). It must be an object of the program, not in a library: the symbol is weak in AFL++'s
 * driver, and a library would not be asked for it. */
#include "fz/target.h"
#ifdef FZ_HEADER /* a target that is no part of the product */
#include FZ_HEADER
#endif

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return FZ_TARGET(data, size);
}

#if defined(FZ_MUTATOR) && !defined(__AFL_FUZZ_INIT)
#include "fz/mutate.h"

/* Weak: AFL++'s driver has none. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
                                 size_t two_size, uint8_t *out, size_t max, unsigned seed);

/* One in four is left to the engine, which knows what comparisons want. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    if (seed % 4 == 0 && LLVMFuzzerMutate != NULL) {
        return LLVMFuzzerMutate(data, size, max);
    }
    return FZ_MUTATOR(data, size, max, seed, SS_EMPTY);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
                                 size_t two_size, uint8_t *out, size_t max, unsigned seed)
{
    const size_t size = one_size < max ? one_size : max;
    for (size_t i = 0; i < size; i++) {
        out[i] = one[i];
    }
    return FZ_MUTATOR(out, size, max, seed, (ss_slice){ (const char *)two, two_size });
}
#endif

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "SIPSIM-ASSERT %s:%d: %s\n", file, line, condition);
    fflush(stderr);
    abort();
}

/* The YAML library loses a buffer on some texts that it refuses; what our own code loses is found all the same. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so\n";
}

/* Nothing outlives an input, so freed memory need not be kept out of use for many of them; 256 MB of it are no friend of the caches. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16";
}

/* AFL++ in persistent mode, with its input in shared memory: when its compiler compiles this, its macros are there. */
#if defined(__AFL_FUZZ_INIT) && !defined(FZ_AFL_DRIVER)
#include <unistd.h>

__AFL_FUZZ_INIT();

int main(void)
{
    __AFL_INIT();
    const unsigned char *data = __AFL_FUZZ_TESTCASE_BUF; /* after __AFL_INIT, and once */
    while (__AFL_LOOP(10000)) {
        LLVMFuzzerTestOneInput(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    }
    return 0;
}
#endif
