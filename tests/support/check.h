/* The assertions of the tests: a thin layer over cmocka.
 *
 *     TEST(rfc3261_17_1_1_2_timer_a_doubles)
 *     {
 *         CHECK_EQ(rig_next_send(&rig), SS_MS(500));
 *     }
 *
 * registers a case; nothing else is to be written, CMake finds the line and makes a ctest entry of it (so TEST
 * stands at the beginning of a line, outside #if). A failed check ends its case. cmocka itself is not
 * included here: its fail(), skip() and mock() would get in the way of our names.
 */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ss/base.h"

typedef struct test_case {
    const char *name;
    const char *file;
    void (*run)(void);
    struct test_case *next;
} test_case;

#define TEST(name)                                                           \
    static void test_##name(void);                                           \
    __attribute__((constructor)) static void register_##name(void)           \
    {                                                                        \
        static test_case this_case = { #name, __FILE__, test_##name, NULL }; \
        test_register(&this_case);                                           \
    }                                                                        \
    static void test_##name(void)

/* An integer of any type, by value. */
typedef struct test_integer {
    bool is_negative;
    uint64_t bits; /* two's complement */
} test_integer;

typedef struct test_place {
    const char *file;
    int line;
    const char *left, *right; /* source text of what is compared */
} test_place;

#define TEST_PLACE(left, right) ((test_place){ __FILE__, __LINE__, left, right })

#define TEST_INTEGER(value)                      \
    _Generic((value), _Bool                      \
             : test_unsigned, unsigned char      \
             : test_unsigned, unsigned short     \
             : test_unsigned, unsigned int       \
             : test_unsigned, unsigned long      \
             : test_unsigned, unsigned long long \
             : test_unsigned, default            \
             : test_signed)(value)

/** The condition holds. */
#define CHECK(condition) test_check((condition), TEST_PLACE(#condition, NULL))

/** Two integers, of any types, are the same number. */
#define CHECK_EQ(left, right) \
    test_check_eq(TEST_INTEGER(left), TEST_INTEGER(right), TEST_PLACE(#left, #right))

/** Two strings are equal; NULL equals NULL only. */
#define CHECK_STR(left, right) test_check_str((left), (right), TEST_PLACE(#left, #right))

/** A slice holds exactly the bytes of a literal. */
#define CHECK_SLICE(slice, literal)                                          \
    test_check_slice((slice), (ss_slice){ "" literal, sizeof(literal) - 1 }, \
                     TEST_PLACE(#slice, #literal))

/** Two slices hold the same bytes. */
#define CHECK_SLICE_EQ(left, right) test_check_slice((left), (right), TEST_PLACE(#left, #right))

/** A call returned the status; both are printed by name. */
#define CHECK_STATUS(left, right) test_check_status((left), (right), TEST_PLACE(#left, #right))
#define CHECK_OK(call)            CHECK_STATUS(call, SS_OK)

#define CHECK_NULL(pointer)     test_check((pointer) == NULL, TEST_PLACE(#pointer " == NULL", NULL))
#define CHECK_NOT_NULL(pointer) test_check((pointer) != NULL, TEST_PLACE(#pointer " != NULL", NULL))

/** An SS_ASSERT fires while `statement` runs. What it held is not freed. */
#define CHECK_ASSERTS(statement)                                           \
    do {                                                                   \
        if (setjmp(*test_expect_assert()) == 0) {                          \
            statement;                                                     \
            test_fail(TEST_PLACE(#statement, NULL), "no assertion fired"); \
        }                                                                  \
    } while (0)

/** Ends the case, which counts as skipped: something it needs is not on this machine. */
#define SKIP_TEST(reason) test_skip(reason)

/** Called when the case is over, however it ended in a sweep: what it used is given back and must be whole. One a case. */
void test_at_end(void (*end)(void));
/** What a case asked for is not there: NULL, so that its own check says so; in a sweep the case is over. */
void *test_nothing(void);

void test_register(test_case *c);
test_integer test_signed(int64_t value);
test_integer test_unsigned(uint64_t value);
void test_check(bool holds, test_place place);
void test_check_eq(test_integer left, test_integer right, test_place place);
void test_check_str(const char *left, const char *right, test_place place);
void test_check_slice(ss_slice left, ss_slice right, test_place place);
void test_check_status(ss_status left, ss_status right, test_place place);
jmp_buf *test_expect_assert(void);
_Noreturn void test_fail(test_place place, const char *why);
_Noreturn void test_skip(const char *reason);

#endif
