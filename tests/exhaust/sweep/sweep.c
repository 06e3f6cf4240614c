/* Suites of the stack again, each case as often as it takes something from a pool: the nth take is refused, for every n; then under
 * every smaller quota of bytes, transactions and dialogs. What the case expects may not come true then, but no assertion fires,
 * no byte of memory is touched wrongly, and when all is forgotten nothing has leaked.
 *
 * The linker puts these functions in the place of the stack's (--wrap), so that the stack has no hook of its own. What a live
 * transaction keeps to answer with is beyond any quota and is not refused. */
#include "sweep.h"

#include <stdio.h>
#include <string.h>

#include "ss/dialog.h"
#include "stack/txn/machine.h"

typedef struct refusal {
    uint64_t nth;                  /* take to refuse, from 1; 0: none */
    uint64_t takes;                /* so far */
    uint32_t bytes, txns, dialogs; /* quotas */
    uint64_t refused;
} refusal;

static refusal now;

static const refusal nothing_refused = { .bytes = UINT32_MAX,
                                         .txns = UINT32_MAX,
                                         .dialogs = UINT32_MAX };

static bool refuses(const ss_core *core, size_t size)
{
    const bool is_refused =
        ++now.takes == now.nth || core->bytes > now.bytes || size > now.bytes - core->bytes;
    now.refused += is_refused;
    return is_refused;
}

/* ---- in the place of the stack's functions ---- */

ss_ref __real_ss_core_take(ss_core *core, size_t size);
ss_ref __wrap_ss_core_take(ss_core *core, size_t size);
ss_status __real_ss_core_keep(ss_core *core, ss_slice bytes, ss_blob *out);
ss_status __wrap_ss_core_keep(ss_core *core, ss_slice bytes, ss_blob *out);
ss_txn *__real_ss_txn_make(ss_core *core, const ss_txn_birth *birth);
ss_txn *__wrap_ss_txn_make(ss_core *core, const ss_txn_birth *birth);
ss_status __real_ss_dialog_create(ss_core *core, const ss_dialog_options *options, ss_ref *dialog);
ss_status __wrap_ss_dialog_create(ss_core *core, const ss_dialog_options *options, ss_ref *dialog);

ss_ref __wrap_ss_core_take(ss_core *core, size_t size)
{
    return refuses(core, size) ? 0 : __real_ss_core_take(core, size);
}

ss_status __wrap_ss_core_keep(ss_core *core, ss_slice bytes, ss_blob *out)
{
    if (bytes.len > 0 && refuses(core, bytes.len)) {
        *out = (ss_blob){ .ref = 0 };
        return SS_ERR_FULL;
    }
    return __real_ss_core_keep(core, bytes, out);
}

ss_txn *__wrap_ss_txn_make(ss_core *core, const ss_txn_birth *birth)
{
    if (core->txns >= now.txns) {
        now.refused++;
        return NULL;
    }
    return __real_ss_txn_make(core, birth);
}

ss_status __wrap_ss_dialog_create(ss_core *core, const ss_dialog_options *options, ss_ref *dialog)
{
    if (core->dialogs >= now.dialogs) {
        now.refused++;
        *dialog = 0;
        return SS_ERR_FULL;
    }
    return __real_ss_dialog_create(core, options, dialog);
}

/* ---- the sweep ---- */

/* True when something was refused: a larger quota is still to be tried. */
static bool run_with(const test_case *c, refusal r)
{
    now = r;
    const bool passed = test_sweep_case(c);
    const bool refused = now.refused != 0;
    now = nothing_refused;
    test_sweep_end();
    if (!refused && !passed) {
        printf("%s fails though nothing was refused\n", c->name);
        fflush(stdout);
        test_fail(TEST_PLACE("passed", NULL), "does not hold");
    }
    return refused;
}

/* Every n up to a hundred, then in steps of a tenth. */
static uint64_t after(uint64_t n)
{
    return n < 100 ? n + 1 : n + n / 10;
}

static uint64_t sweep_case(const test_case *c)
{
    uint64_t runs = 0;
    refusal r = nothing_refused;
    for (r.nth = 1; run_with(c, r); r.nth = after(r.nth)) {
        runs++;
    }
    r = nothing_refused;
    for (r.bytes = 0; run_with(c, r); r.bytes += 224) {
        runs++;
    }
    r = nothing_refused;
    for (r.txns = 0; run_with(c, r); r.txns++) {
        runs++;
    }
    r = nothing_refused;
    for (r.dialogs = 0; run_with(c, r); r.dialogs++) {
        runs++;
    }
    return runs;
}

int test_sweep(const test_case *first)
{
    uint64_t runs = 0;
    for (const test_case *c = first; c != NULL; c = c->next) {
        runs += sweep_case(c);
    }
    printf("%llu runs with something refused\n", (unsigned long long)runs);
    return runs == 0;
}
