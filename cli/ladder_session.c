/* sipsim ladder of a session input, which is what fuzzing leaves of a finding: it is run, and the call that the first violation is
 * about is drawn, else what failed first. It is run twice: the second time that call alone is followed, with its states. */
#include <stdlib.h>

#include "again.h"
#include "files.h"
#include "fz/session.h"
#include "ladder.h"

static void to_ladder(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    rp_ladder_fact(self, fact);
}

/* What it was about is in *chosen: a hash of a Call-ID. NULL without memory. */
static rp_ladder *run(const sn_plan *plan, const cli_call_name *name, uint64_t *chosen)
{
    fz_verdict v = { .state = SN_RUN_MEMORY };
    rp_ladder *l = rp_ladder_new(&plan->cast);
    if (l == NULL) {
        return NULL;
    }
    if (name->is_given) {
        rp_ladder_select(l, name->hash, name->number);
    }
    const sn_sink sink = { l, to_ladder };
    if (!fz_session_run(plan, &sink, 1, &v)) {
        rp_ladder_free(l);
        return NULL;
    }
    if (v.violations > 0) {
        rp_ladder_violation(l, v.first.call_id, v.first.at, sn_laws[v.first.law].name,
                            v.first.text);
    }
    *chosen = v.violations > 0 && v.first.call_id != 0 ? v.first.call_id : rp_ladder_chosen(l);
    return l;
}

static rp_status draw(const cli_args *args, const rp_ladder *l, rp_ladder_form form)
{
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    const bool is_drawn = rp_ladder_write_one(l, out, form);
    const rp_status closed = cli_close_stdout(out);
    if (!is_drawn) {
        cli_say("%s: %s%.80s", args->files[0],
                args->given[CLI_CALL_ID] ? "no call " : "nothing was said in it",
                args->given[CLI_CALL_ID] ? args->value[CLI_CALL_ID] : "");
        return RP_USAGE;
    }
    return closed;
}

static rp_status of_plan(const cli_args *args, const sn_plan *plan, rp_ladder_form form)
{
    cli_call_name name;
    uint64_t chosen = 0;
    rp_status status = cli_call_parse(args, &name);
    if (status != RP_OK) {
        return status;
    }
    rp_ladder *l = run(plan, &name, &chosen);
    if (l != NULL && !name.is_given && chosen != 0) {
        name = (cli_call_name){ .is_given = true, .hash = chosen };
        rp_ladder_free(l);
        l = run(plan, &name, &chosen);
    }
    if (l == NULL) {
        cli_say("out of memory: %s", args->files[0]);
        return RP_IO;
    }
    status = draw(args, l, form);
    rp_ladder_free(l);
    return status;
}

rp_status cli_ladder_session(const cli_args *args, rp_ladder_form form)
{
    size_t len = 0;
    char *bytes = cli_read_file(args->files[0], SN_INPUT_BYTES_MAX, &len);
    if (bytes == NULL) {
        return RP_IO;
    }
    sn_plan *plan = sn_input_plan((ss_slice){ bytes, len });
    rp_status status = RP_IO;
    if (plan == NULL) {
        cli_say("out of memory: %s", args->files[0]);
    } else {
        status = of_plan(args, plan, form);
    }
    sn_plan_free(plan);
    free(bytes);
    return status;
}
