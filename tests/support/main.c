/* The runner of every test program, and the checks of check.h.
 *
 *     test_unit_msg                run all cases
 *     test_unit_msg NAME…          run these
 *     test_unit_msg --list         print their names
 *     test_swept --sweep           run all cases in every way that test_sweep has; only where it is linked
 *
 * Exit status 0: all passed; 1: one failed; 2: bad command line; 77: nothing failed and all were skipped.
 */
#include "sweep.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77, NOTHING_THERE = 2 };

static const int fatal_signals[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };

/* The registered cases in the order of registration, and what the current one may expect. */
static struct {
    test_case *first, **end;
    size_t count, skipped;
    struct sigaction on_signal[SS_COUNT(fatal_signals)];
    jmp_buf at_assert, at_failure;
    bool expects_assert;
    bool is_sweeping; /* a failed check ends its case, in silence */
    void (*at_end)(void);
} runner = { .end = &runner.first };

void test_register(test_case *c)
{
    *runner.end = c;
    runner.end = &c->next;
    runner.count++;
}

/* ---- checks ---- */

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!runner.is_sweeping) {
        vprint_error(format, args);
    }
    va_end(args);
}

void test_at_end(void (*end)(void))
{
    runner.at_end = end;
}

void *test_nothing(void)
{
    if (runner.is_sweeping) {
        longjmp(runner.at_failure, NOTHING_THERE);
    }
    return NULL;
}

test_integer test_signed(int64_t value)
{
    return (test_integer){ value < 0, (uint64_t)value };
}

test_integer test_unsigned(uint64_t value)
{
    return (test_integer){ false, value };
}

void test_fail(test_place place, const char *why)
{
    complain("%s:%d: %s: %s\n", place.file, place.line, place.left, why);
    if (runner.is_sweeping) {
        longjmp(runner.at_failure, 1);
    }
    _fail(place.file, place.line);
    abort(); /* _fail does not return, but does not say so */
}

void test_skip(const char *reason)
{
    if (runner.is_sweeping) {
        longjmp(runner.at_failure, 1);
    }
    print_message("skipped: %s\n", reason);
    runner.skipped++;
    _skip(__FILE__, __LINE__);
    abort();
}

void test_check(bool holds, test_place place)
{
    if (!holds) {
        test_fail(place, "does not hold");
    }
}

static void print_integer(const char *text, test_integer i)
{
    if (i.is_negative) {
        complain("    %s is %" PRId64 "\n", text, (int64_t)i.bits);
    } else {
        complain("    %s is %" PRIu64 " (0x%" PRIx64 ")\n", text, i.bits, i.bits);
    }
}

void test_check_eq(test_integer left, test_integer right, test_place place)
{
    if (left.bits == right.bits && left.is_negative == right.is_negative) {
        return;
    }
    print_integer(place.left, left);
    print_integer(place.right, right);
    test_fail(place, "not equal");
}

void test_check_str(const char *left, const char *right, test_place place)
{
    if (left == right || (left != NULL && right != NULL && strcmp(left, right) == 0)) {
        return;
    }
    complain("    %s is \"%s\"\n", place.left, left == NULL ? "(null)" : left);
    complain("    %s is \"%s\"\n", place.right, right == NULL ? "(null)" : right);
    test_fail(place, "not equal");
}

/* As a C string, so that CRLF and NUL are seen. */
static void print_slice(const char *text, ss_slice s)
{
    complain("    %s is %zu bytes \"", text, s.len);
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.at[i];
        if (c == '\r') {
            complain("\\r");
        } else if (c == '\n') {
            complain("\\n");
        } else if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
            complain("\\x%02x", c);
        } else {
            complain("%c", c);
        }
    }
    complain("\"\n");
}

void test_check_slice(ss_slice left, ss_slice right, test_place place)
{
    if (left.len == right.len && (left.len == 0 || memcmp(left.at, right.at, left.len) == 0)) {
        return;
    }
    print_slice(place.left, left);
    print_slice(place.right, right);
    test_fail(place, "not equal");
}

void test_check_status(ss_status left, ss_status right, test_place place)
{
    if (left == right) {
        return;
    }
    complain("    %s is %s\n", place.left, ss_status_name(left));
    complain("    %s is %s\n", place.right, ss_status_name(right));
    test_fail(place, "not equal");
}

/* ---- the assert hook of the stack, as the tests want it ---- */

jmp_buf *test_expect_assert(void)
{
    runner.expects_assert = true;
    return &runner.at_assert;
}

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    if (runner.expects_assert) {
        runner.expects_assert = false;
        longjmp(runner.at_assert, 1);
    }
    print_error("%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}

/* ---- running ---- */

/* cmocka catches the fatal signals; the sanitizers' reports say more, so what stood before is put back. */
static void run_case(void **state)
{
    const test_case *c = *state;
    for (size_t i = 0; i < SS_COUNT(fatal_signals); i++) {
        sigaction(fatal_signals[i], &runner.on_signal[i], NULL);
    }
    runner.expects_assert = false;
    runner.at_end = NULL;
    c->run();
    if (runner.at_end != NULL) {
        runner.at_end();
    }
}

/* ---- sweeping ---- */

bool test_sweep_case(const test_case *c)
{
    volatile bool is_as_expected = true; /* it is read after the jump */
    runner.at_end = NULL;
    runner.expects_assert = false;
    runner.is_sweeping = true;
    switch (setjmp(runner.at_failure)) {
    case 0:
        c->run();
        break;
    case NOTHING_THERE:
        break;
    default:
        is_as_expected = false;
        break;
    }
    runner.is_sweeping = false;
    runner.expects_assert = false;
    return is_as_expected;
}

void test_sweep_end(void)
{
    if (runner.at_end != NULL) {
        runner.at_end();
    }
}

static bool is_wanted(const test_case *c, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(c->name, names[i]) == 0) {
            return true;
        }
    }
    return count == 0;
}

static bool all_known(char **names, int count)
{
    for (int i = 0; i < count; i++) {
        const test_case *c = runner.first;
        while (c != NULL && strcmp(c->name, names[i]) != 0) {
            c = c->next;
        }
        if (c == NULL) {
            fprintf(stderr, "no case named %s; --list prints them\n", names[i]);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (const test_case *c = runner.first; c != NULL; c = c->next) {
            puts(c->name);
        }
        return EXIT_SUCCESS;
    }
    if (argc == 2 && strcmp(argv[1], "--sweep") == 0 && test_sweep != NULL) {
        return test_sweep(runner.first);
    }
    if (!all_known(argv + 1, argc - 1)) {
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < SS_COUNT(fatal_signals); i++) {
        sigaction(fatal_signals[i], NULL, &runner.on_signal[i]);
    }

    struct CMUnitTest *tests = calloc(runner.count + 1, sizeof *tests);
    if (tests == NULL) {
        return EXIT_FAILURE;
    }
    size_t count = 0;
    for (test_case *c = runner.first; c != NULL; c = c->next) {
        if (is_wanted(c, argv + 1, argc - 1)) {
            tests[count++] = (struct CMUnitTest){ c->name, run_case, NULL, NULL, c };
        }
    }
    const int failed = _cmocka_run_group_tests("cases", tests, count, NULL, NULL);
    free(tests);
    if (failed != 0) {
        return EXIT_FAILURE;
    }
    return count != 0 && runner.skipped == count ? EXIT_SKIPPED : EXIT_SUCCESS;
}
