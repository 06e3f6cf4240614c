/* Which files are to be written. What is there is kept, as everywhere: it is replaced with --force alone. */
#include "wanted.h"

#include <string.h>

#include "files.h"

static bool has_bit(uint32_t files, uint32_t nth)
{
    return (files & UINT32_C(1) << nth) != 0;
}

static rp_status no_name(const cli_wanted *w, ss_slice word)
{
    char typed[40];
    const char *names[33] = { NULL };
    const size_t len = word.len < sizeof typed ? word.len : sizeof typed - 1;
    memcpy(typed, word.at, len);
    typed[len] = '\0';
    for (uint32_t i = 0; i < w->count; i++) {
        names[i] = w->name(i);
    }
    const char *meant = cli_nearest(typed, names);
    if (meant != NULL) {
        cli_say("--only: no file %s; did you mean %s?", typed, meant);
        return RP_USAGE;
    }
    char all[512];
    ss_buffer b = ss_buffer_on(all, sizeof all - 1);
    for (uint32_t i = 0; i < w->count; i++) {
        ss_put_text(&b, i == 0 ? "" : ", ");
        ss_put_text(&b, names[i]);
    }
    all[b.len] = '\0';
    cli_say("--only: no file %s; there are %s", typed, all);
    return RP_USAGE;
}

static rp_status add_name(const cli_wanted *w, ss_slice word, uint32_t *files)
{
    uint32_t nth = 0;
    while (nth < w->count && !ss_slice_eq(word, ss_slice_from(w->name(nth)))) {
        nth++;
    }
    if (nth == w->count) {
        return no_name(w, word);
    }
    *files |= UINT32_C(1) << nth;
    return RP_OK;
}

/* --only A,B */
static rp_status read_names(const cli_wanted *w, uint32_t *files)
{
    ss_slice rest = ss_slice_from(w->args->value[CLI_ONLY]);
    rp_status status = RP_OK;
    for (bool more = true; more && status == RP_OK;) {
        const size_t end = ss_slice_find(rest, ',');
        more = end != rest.len;
        status = add_name(w, ss_slice_cut(rest, 0, end), files);
        rest = more ? ss_slice_cut(rest, end + 1, rest.len) : SS_EMPTY;
    }
    return status;
}

static rp_status say_contradiction(const cli_wanted *w, uint32_t files)
{
    for (uint32_t i = 0; i < w->count; i++) {
        if (has_bit(files, i)) {
            cli_say("--only %s: another option says off", w->name(i));
            break;
        }
    }
    return RP_USAGE;
}

/* Of those that were named or asked for: none may be in the way. */
static rp_status check_free(const cli_wanted *w, uint32_t files)
{
    for (uint32_t i = 0; i < w->count; i++) {
        if (has_bit(files, i) && w->has(w->dir, i)) {
            cli_say("%s/%s is there already; --force replaces it, -o DIR writes elsewhere", w->dir,
                    w->name(i));
            return RP_IO;
        }
    }
    return RP_OK;
}

rp_status cli_wanted_choose(const cli_wanted *w, uint32_t *files)
{
    const bool is_named = w->args->given[CLI_ONLY], is_forced = w->args->given[CLI_FORCE];
    const uint32_t all = w->count == 32 ? UINT32_MAX : (UINT32_C(1) << w->count) - 1;
    uint32_t named = 0;
    const rp_status status = is_named ? read_names(w, &named) : RP_OK;
    if (status != RP_OK) {
        return status;
    }
    if ((named & w->refused) != 0) {
        return say_contradiction(w, named & w->refused);
    }
    *files = is_named ? named : all & ~w->refused & ~(w->rare & ~w->asked);
    if (is_forced) {
        return RP_OK;
    }
    if (is_named || w->is_in_place) {
        const rp_status is_free = check_free(w, is_named ? named : w->asked);
        if (is_free != RP_OK) {
            return is_free;
        }
    }
    for (uint32_t i = 0; i < w->count && w->is_in_place; i++) {
        *files &= w->has(w->dir, i) ? ~(UINT32_C(1) << i) : UINT32_MAX;
    }
    return RP_OK;
}
