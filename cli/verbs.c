/* The verbs, in the order in which help tells of them. */
#include "cli.h"

#include <string.h>

const cli_verb *const cli_verbs[] = { &cli_verb_run,     &cli_verb_check,   &cli_verb_parse,
                                      &cli_verb_replay,  &cli_verb_fuzz,    &cli_verb_shrink,
                                      &cli_verb_triage,  &cli_verb_pack,    &cli_verb_corpus,
                                      &cli_verb_list,    &cli_verb_live,    &cli_verb_merge,
                                      &cli_verb_ladder,  &cli_verb_explain, &cli_verb_diff,
                                      &cli_verb_schema,  &cli_verb_bench,   &cli_verb_selftest,
                                      &cli_verb_version, &cli_verb_help,    NULL };

const cli_verb *cli_verb_find(const char *name)
{
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        if (strcmp(cli_verbs[i]->name, name) == 0) {
            return cli_verbs[i];
        }
    }
    return NULL;
}
