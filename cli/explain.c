/* sipsim explain: why a call went as it did, or a law was broken, in sentences. The run is made again from its folder's
 * scenario (cli/again.c says why), so that it works for any call and whatever --events was.
 */
#include <stdlib.h>
#include <string.h>

#include "again.h"

/* ---- the violation ---- */

typedef struct search {
    uint64_t wanted; /* from 1 */
    uint64_t count;
    bool found, is_kept;
    sn_violation violation;
    char node[48], call[32];
} search;

static void begin(void *self, const sn_plan *plan)
{
    (void)self;
    (void)plan;
}

static void look(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)self;
    (void)fact;
    (void)packet;
}

static void find(void *self, const rp_run *run)
{
    search *s = self;
    s->count = sn_judge_violation_count(run->judge);
    s->found = s->wanted >= 1 && s->wanted <= s->count;
    const sn_violation *v = s->found && s->wanted <= SN_VIOLATIONS_KEPT
                                ? sn_judge_violation(run->judge, (unsigned)(s->wanted - 1))
                                : NULL;
    s->is_kept = v != NULL;
    if (v != NULL) {
        s->violation = *v;
        snprintf(s->node, sizeof s->node, "%s",
                 v->node < run->cast->node_count ? run->cast->nodes[v->node].name : "");
    }
}

static void put_violation(rp_file *out, const search *s)
{
    const sn_violation *v = &s->violation;
    rp_put_text(out, "violation ");
    rp_put_u64(out, s->wanted);
    rp_put_text(out, " of ");
    rp_put_u64(out, s->count);
    rp_put_text(out, ": ");
    rp_put_text(out, sn_laws[v->law].name);
    rp_put_text(out, " at ");
    rp_put_ms(out, v->at);
    rp_put_text(out, " ms");
    rp_put_text(out, s->node[0] == '\0' ? "" : " in ");
    rp_put_plain(out, s->node);
    rp_put_text(out, "\n  seen:  ");
    rp_put_plain(out, v->text);
    rp_put_text(out, "\n  asked: ");
    rp_put_text(out, sn_laws[v->law].sentence);
    rp_put_text(out, "\n  by:    ");
    rp_put_text(out, sn_laws[v->law].section);
    rp_put_char(out, '\n');
}

static rp_status find_violation(const cli_args *args, const char *path, rp_file *out,
                                cli_call_name *name)
{
    search s = { .wanted = 1 };
    const cli_watcher watcher = { &s, begin, look, find };
    if (!cli_number(args, CLI_VIOLATION, UINT32_MAX, &s.wanted)) {
        return RP_USAGE;
    }
    const rp_status status = cli_run_again(path, &watcher);
    if (status != RP_OK) {
        return status;
    }
    if (!s.is_kept) {
        cli_say(s.found ? "%s: only the first %llu violations are kept"
                        : "%s: there are %llu violations",
                path, (unsigned long long)(s.found ? SN_VIOLATIONS_KEPT : s.count));
        return RP_USAGE;
    }
    put_violation(out, &s);
    *name = (cli_call_name){ .is_given = s.violation.call_id != 0, .hash = s.violation.call_id };
    return RP_OK;
}

/* ---- the verb ---- */

static rp_status explain(const cli_args *args, const char *path, rp_file *out)
{
    cli_call_name name;
    rp_status status = cli_call_parse(args, &name);
    if (status == RP_OK && args->given[CLI_VIOLATION]) {
        status = find_violation(args, path, out, &name);
        if (status == RP_OK && !name.is_given) {
            rp_put_text(out, "\nIt is about no call.\n");
            return RP_OK;
        }
        rp_put_text(out, status == RP_OK ? "\nIts call, cause by cause:\n\n" : "");
    } else if (status == RP_OK && !name.is_given) {
        status = cli_call_choose(path, &name);
    }
    if (status != RP_OK) {
        return status;
    }
    status = cli_call_draw(path, &name, RP_LADDER_WORDS, out);
    if (status == RP_USAGE) {
        cli_say("%s: no call %.80s", path,
                args->given[CLI_CALL_ID] ? args->value[CLI_CALL_ID]
                                         : "of that violation can be told");
    }
    return status;
}

static rp_status run_explain(const cli_args *args)
{
    if (args->file_count != 1) {
        cli_say("explain takes one run: sipsim explain RUN --call ID");
        return RP_USAGE;
    }
    if (args->given[CLI_CALL_ID] && args->given[CLI_VIOLATION]) {
        cli_say("--call and --violation: one of them");
        return RP_USAGE;
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    const rp_status status = explain(args, args->files[0], out);
    const rp_status closed = cli_close_stdout(out);
    return status != RP_OK ? status : closed;
}

const cli_verb cli_verb_explain = {
    .name = "explain",
    .operands = "RUN|FILE.yaml",
    .summary = "why a call went as it did, or a law was broken, in sentences",
    .details = "Which packet died where, which timer fired because of it, which state that ended, "
               "what the\n"
               "RFC asks for there. RUN is the folder of a run, which is run again; by default the "
               "call of\n"
               "the first violation, else the first that failed, else the first.\n"
               "\n"
               "  sipsim explain sipsim-out/quickstart\n"
               "  sipsim explain sipsim-out/quickstart --call c17\n"
               "  sipsim explain sipsim-out/broken --violation 1\n",
    .options = CLI_TAKES(CLI_HELP, CLI_CALL_ID, CLI_VIOLATION),
    .run = run_explain
};
