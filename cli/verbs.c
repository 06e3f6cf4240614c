/* The verbs, in the order in which help tells of them, and a verb by its name. */
#include "cli.h"

#include <string.h>

const cli_verb *const cli_verbs[] = { &cli_verb_run,     &cli_verb_check,   &cli_verb_parse,
                                      &cli_verb_replay,  &cli_verb_fuzz,    &cli_verb_shrink,
                                      &cli_verb_triage,  &cli_verb_pack,    &cli_verb_corpus,
                                      &cli_verb_list,    &cli_verb_live,    &cli_verb_merge,
                                      &cli_verb_ladder,  &cli_verb_explain, &cli_verb_diff,     &cli_verb_report,
                                      &cli_verb_schema,  &cli_verb_bench,   &cli_verb_selftest,
                                      &cli_verb_version, &cli_verb_help,    NULL };

/* Verbs of the design that come in later versions: known, so that they are refused as such. */
static const char *const later_verbs[] = { "import", "explore", NULL };

const cli_verb *cli_verb_find(const char *name)
{
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        if (strcmp(cli_verbs[i]->name, name) == 0) {
            return cli_verbs[i];
        }
    }
    return NULL;
}

rp_status cli_verb_unknown(const char *name)
{
    const char *names[64] = { NULL };
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        names[i] = cli_verbs[i]->name;
    }
    for (size_t i = 0; later_verbs[i] != NULL; i++) {
        if (strcmp(later_verbs[i], name) == 0) {
            cli_say("%s: not in this version", name);
            return RP_UNSUPPORTED;
        }
    }
    const char *meant = cli_nearest(name, names);
    if (meant != NULL) {
        cli_say("no verb %.60s; did you mean %s?", name, meant);
    } else {
        cli_say("no verb %.60s; `sipsim help` lists them", name);
    }
    return RP_USAGE;
}
