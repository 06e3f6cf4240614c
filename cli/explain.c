/* sipsim explain: why a call went as it did, or a law was broken, in sentences. The run is made again from its folder's
 * scenario (cli/again.c says why), so that it works for any call and whatever --events was.
 */
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "rp/json.h"

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

static void put_violation_json(rp_json *j, const search *s)
{
    const sn_violation *v = &s->violation;
    rp_json_key_open(j, "violation", '{');
    rp_json_key_u64(j, "number", s->wanted);
    rp_json_key_u64(j, "of", s->count);
    rp_json_key_text(j, "law", sn_laws[v->law].name);
    rp_json_key_u64(j, "t_ns", v->at);
    rp_json_key_text(j, "node", s->node[0] == '\0' ? NULL : s->node);
    rp_json_key_text(j, "seen", v->text);
    rp_json_key_text(j, "asked", sn_laws[v->law].sentence);
    rp_json_key_text(j, "by", sn_laws[v->law].section);
    rp_json_close(j);
}

static rp_status find_violation(const cli_args *args, const char *path, search *s,
                                cli_call_name *name)
{
    const cli_watcher watcher = { s, begin, look, find };
    s->wanted = 1;
    if (!cli_number(args, CLI_VIOLATION, UINT32_MAX, &s->wanted)) {
        return RP_USAGE;
    }
    const rp_status status = cli_run_again(path, &watcher);
    if (status != RP_OK) {
        return status;
    }
    if (!s->is_kept) {
        cli_say(s->found ? "%s: only the first %llu violations are kept"
                         : "%s: there are %llu violations",
                path, (unsigned long long)(s->found ? SN_VIOLATIONS_KEPT : s->count));
        return RP_USAGE;
    }
    *name = (cli_call_name){ .is_given = s->violation.call_id != 0, .hash = s->violation.call_id };
    return RP_OK;
}

/* ---- the verb ---- */

/* Of which call; and the violation, when one was asked for. */
static rp_status choose(const cli_args *args, const char *path, search *s, cli_call_name *name)
{
    const rp_status status = cli_call_parse(args, name);
    if (status != RP_OK) {
        return status;
    }
    if (args->given[CLI_VIOLATION]) {
        return find_violation(args, path, s, name);
    }
    return name->is_given ? RP_OK : cli_call_choose(path, name);
}

static rp_status draw(const cli_args *args, const char *path, const cli_call_name *name,
                      rp_file *out)
{
    const rp_status status = cli_call_draw(path, name, RP_LADDER_WORDS, out);
    if (status == RP_USAGE) {
        cli_say("%s: no call %.80s", path,
                args->given[CLI_CALL_ID] ? args->value[CLI_CALL_ID]
                                         : "of that violation can be told");
    }
    return status;
}

static rp_status as_text(const cli_args *args, const char *path, const search *s,
                         const cli_call_name *name, rp_file *out)
{
    if (s->is_kept) {
        put_violation(out, s);
        rp_put_text(out, name->is_given ? "\nIts call, cause by cause:\n\n"
                                        : "\nIt is about no call.\n");
    }
    return s->is_kept && !name->is_given ? RP_OK : draw(args, path, name, out);
}

/* Each sentence is a line of the text, and goes into an array. */
static void put_lines(rp_json *j, ss_slice text)
{
    rp_json_key_open(j, "lines", '[');
    while (text.len != 0) {
        const size_t end = ss_slice_find(text, '\n');
        if (end != 0) {
            rp_json_slice(j, ss_slice_cut(text, 0, end));
        }
        text = end == text.len ? SS_EMPTY : ss_slice_cut(text, end + 1, text.len);
    }
    rp_json_close(j);
}

static rp_status in_words(const cli_args *args, const char *path, const cli_call_name *name,
                          char **text, size_t *len)
{
    FILE *memory = open_memstream(text, len);
    rp_file *words = memory == NULL ? NULL : rp_file_over(memory);
    if (words == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_status status = name->is_given ? draw(args, path, name, words) : RP_OK;
    status = rp_file_close(words) == 0 ? status : RP_IO;
    return fclose(memory) == 0 ? status : RP_IO;
}

static rp_status as_json(const cli_args *args, const char *path, const search *s,
                         const cli_call_name *name, rp_file *out)
{
    char *text = NULL;
    size_t len = 0;
    const rp_status status = in_words(args, path, name, &text, &len);
    if (status == RP_OK) {
        rp_json j = rp_json_on(out, false);
        rp_json_open(&j, '{');
        rp_json_key_text(&j, "schema", "sipsim.explain/1");
        if (s->is_kept) {
            put_violation_json(&j, s);
        } else {
            rp_json_key_text(&j, "violation", NULL);
        }
        put_lines(&j, (ss_slice){ text, len });
        rp_json_close(&j);
        rp_json_end(&j);
    }
    free(text);
    return status;
}

static rp_status run_explain(const cli_args *args)
{
    cli_call_name name;
    search s = { 0 };
    if (args->file_count != 1) {
        cli_say("explain takes one run: sipsim explain RUN --call ID");
        return RP_USAGE;
    }
    if (args->given[CLI_CALL_ID] && args->given[CLI_VIOLATION]) {
        cli_say("--call and --violation: one of them");
        return RP_USAGE;
    }
    rp_status status = choose(args, args->files[0], &s, &name);
    if (status != RP_OK) {
        return status;
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    status = args->given[CLI_JSON] ? as_json(args, args->files[0], &s, &name, out)
                                   : as_text(args, args->files[0], &s, &name, out);
    const rp_status closed = cli_close_stdout(out);
    return status != RP_OK ? status : closed;
}

const cli_verb cli_verb_explain = {
    .name = "explain",
    .operands = "RUN|FILE.yaml|FILE.sipr",
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
    .options = CLI_TAKES(CLI_HELP, CLI_CALL_ID, CLI_VIOLATION, CLI_JSON),
    .run = run_explain
};
