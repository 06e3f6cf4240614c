/* Shrinking: what can be taken away without another failure is. Of sessions whole records first, then what arguments say, as 0 is benign
 * and a span that timers have is simpler than one beside it, then the bytes that are said; of other inputs bytes. The key of the failure
 * is kept to, so that no other bug takes the place of the one that is looked at. */
#include "fz/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "sn/input.h"

enum { SECONDS = 20, INPUT_MAX = 1 << 20 };

typedef struct shrinker {
    const fz_shrinking *how;
    fz_shrunk *best;
    bool is_apart; /* it crashes: each run has a process of its own */
    bool is_stopped;
    char *trial;
    size_t trial_cap;
    sn_input_records records; /* of the best */
} shrinker;

static bool may_go_on(shrinker *s)
{
    s->is_stopped = s->is_stopped || s->how->stop(s->how->context);
    return !s->is_stopped;
}

static bool run(shrinker *s, ss_slice input, fz_outcome *outcome)
{
    s->best->runs++;
    return s->is_apart ? fz_outcome_apart(s->how->target, input, SECONDS, outcome)
                       : fz_outcome_here(s->how->target, input, outcome);
}

/* The trial is the best from now on, when it fails alike. */
static bool try_it(shrinker *s, size_t len)
{
    fz_outcome outcome;
    if (!may_go_on(s) || !run(s, (ss_slice){ s->trial, len }, &outcome) ||
        strcmp(outcome.key, s->best->outcome.key) != 0) {
        return false;
    }
    memcpy(s->best->bytes, s->trial, len);
    s->best->len = len;
    s->how->smaller(s->how->context, len, s->best->runs);
    return true;
}

/* ---- bytes ---- */

static bool shrink_bytes(shrinker *s)
{
    bool any = false;
    for (size_t chunk = s->best->len / 2; chunk > 0; chunk /= 2) {
        for (size_t at = 0; at + chunk <= s->best->len && may_go_on(s);) {
            memcpy(s->trial, s->best->bytes, at);
            memcpy(s->trial + at, s->best->bytes + at + chunk, s->best->len - at - chunk);
            if (try_it(s, s->best->len - chunk)) {
                any = true;
            } else {
                at += chunk;
            }
        }
    }
    return any;
}

/* ---- records ---- */

static void read_best(shrinker *s)
{
    sn_input_records_read(&s->records, (ss_slice){ s->best->bytes, s->best->len });
}

/* The best but for records [from, to), with `other` in the place of the first of them; NULL: none. */
static bool try_without(shrinker *s, unsigned from, unsigned to, const sn_input_record *other)
{
    ss_buffer b = ss_buffer_on(s->trial, s->trial_cap);
    for (unsigned i = 0; i < s->records.count; i++) {
        if (i == from && other != NULL) {
            sn_input_record_put(&b, other);
        } else if (i < from || i >= to) {
            sn_input_record_put(&b, &s->records.at[i]);
        }
    }
    const bool is_taken = !b.overflow && try_it(s, b.len);
    if (is_taken) {
        read_best(s);
    }
    return is_taken;
}

static bool shrink_records(shrinker *s)
{
    bool any = false;
    read_best(s);
    for (unsigned chunk = (s->records.count + 1) / 2; chunk > 0; chunk /= 2) {
        for (unsigned at = 0; at < s->records.count && may_go_on(s);) {
            const unsigned to = at + chunk < s->records.count ? at + chunk : s->records.count;
            if (try_without(s, at, to, NULL)) {
                any = true;
            } else {
                at += chunk;
            }
        }
    }
    return any;
}

/* 0, a span without eighths, half of it. */
static bool simplify(shrinker *s, unsigned at, unsigned arg)
{
    const uint8_t value = s->records.at[at].args[arg];
    const uint8_t simpler[] = { 0, value & 0xf8u, value / 2, (uint8_t)(value - 1) };
    for (size_t i = 0; i < SS_COUNT(simpler) && value > 0; i++) {
        sn_input_record other = s->records.at[at];
        other.args[arg] = simpler[i];
        if (simpler[i] < value && try_without(s, at, at + 1, &other)) {
            return true;
        }
    }
    return false;
}

/* The networks stand in the order of what there is to them: the first in which it fails so. */
static bool shrink_network(shrinker *s)
{
    read_best(s);
    for (unsigned at = 0; at < s->records.count; at++) {
        const sn_input_record *r = &s->records.at[at];
        const bool is_head = r->kind < sn_input_kind_count && sn_input_kinds[r->kind].letter == 'H';
        const uint8_t profile = r->args[0];
        for (uint8_t other = 0; is_head && other < profile && may_go_on(s); other++) {
            sn_input_record simpler = s->records.at[at];
            simpler.args[0] = other;
            if (try_without(s, at, at + 1, &simpler)) {
                return true;
            }
        }
    }
    return false;
}

static bool shrink_args(shrinker *s)
{
    bool any = shrink_network(s);
    read_best(s);
    for (unsigned at = 0; at < s->records.count; at++) {
        for (unsigned arg = 0; arg < SN_RECORD_ARGS && may_go_on(s); arg++) {
            while (at < s->records.count && simplify(s, at, arg)) {
                any = true;
            }
        }
    }
    return any;
}

/* Of the bytes of a record, [from, from + chunk) left out. */
static bool try_less_said(shrinker *s, unsigned at, size_t from, size_t chunk, char *said)
{
    sn_input_record other = s->records.at[at];
    memcpy(said, other.bytes.at, from);
    memcpy(said + from, other.bytes.at + from + chunk, other.bytes.len - from - chunk);
    other.bytes = (ss_slice){ said, other.bytes.len - chunk };
    return try_without(s, at, at + 1, &other);
}

static bool shrink_said(shrinker *s)
{
    bool any = false;
    char *said = malloc(SN_INPUT_BYTES_MAX);
    read_best(s);
    for (unsigned at = 0; said != NULL && at < s->records.count; at++) {
        for (size_t chunk = s->records.at[at].bytes.len / 2; chunk > 0; chunk /= 2) {
            for (size_t from = 0; at < s->records.count &&
                                  from + chunk <= s->records.at[at].bytes.len && may_go_on(s);) {
                if (try_less_said(s, at, from, chunk, said)) {
                    any = true;
                } else {
                    from += chunk;
                }
            }
        }
    }
    free(said);
    return any;
}

/* ---- all of it ---- */

static void shrink(shrinker *s)
{
    const bool is_session = fz_target_is_of_sessions(s->how->target);
    bool any = true;
    while (any && may_go_on(s)) {
        any = is_session ? shrink_records(s) : shrink_bytes(s);
        if (is_session) {
            any = shrink_args(s) || any;
            any = shrink_said(s) || any;
        }
    }
    s->best->is_least = !s->is_stopped;
}

static ss_status begin(shrinker *s, ss_slice input)
{
    fz_outcome *outcome = &s->best->outcome;
    s->trial_cap = 2 * input.len + SN_INPUT_BYTES_MAX; /* a mark that is a byte takes two */
    s->trial = malloc(s->trial_cap);
    s->best->bytes = malloc(s->trial_cap);
    if (s->trial == NULL || s->best->bytes == NULL ||
        !fz_outcome_apart(s->how->target, input, SECONDS, outcome)) {
        return SS_ERR_MEMORY;
    }
    s->best->runs = 1;
    s->is_apart = outcome->has_crashed;
    if (input.len > 0) {
        memcpy(s->best->bytes, input.at, input.len);
    }
    s->best->len = input.len;
    return outcome->has_failed ? SS_OK : SS_NONE;
}

ss_status fz_shrink(const fz_shrinking *how, ss_slice input, fz_shrunk *shrunk)
{
    shrinker *s = calloc(1, sizeof *s);
    *shrunk = (fz_shrunk){ .bytes = NULL };
    if (s == NULL || input.len > INPUT_MAX) {
        free(s);
        return SS_ERR_MEMORY;
    }
    s->how = how;
    s->best = shrunk;
    const ss_status status = begin(s, input);
    if (status == SS_OK) {
        shrink(s);
    } else {
        free(shrunk->bytes);
        shrunk->bytes = NULL;
    }
    free(s->trial);
    free(s);
    return status;
}
