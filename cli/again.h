/* A run once more, from its folder, for verbs that ask what happened in it. Events may have been switched off and packets left
 * out; a scenario and its seeds give everything.
 */
#ifndef AGAIN_H
#define AGAIN_H

#include "cli.h"
#include "rp/ladder.h"
#include "rp/run.h"
#include "sn/plan.h"

/** Who looks on. */
typedef struct cli_watcher {
    void *self;
    void (*begin)(void *self, const sn_plan *plan);
    void (*fact)(void *self, const sn_fact *fact, ss_slice packet);
    void (*finish)(void *self, const rp_run *run); /* the plan is still there */
} cli_watcher;

/** `path`: a folder with scenario.effective.yaml, or a scenario. RP_OK when it ran, whatever it found; else it said why not. Says so
 *  when the folder's results.json tells of another digest: another version made it. */
rp_status cli_run_again(const char *path, const cli_watcher *watcher);

/** --call: "c17" is call 17 of the scenario, 16 hexadecimal digits a hash as in events.jsonl, anything else a Call-ID. */
typedef struct cli_call_name {
    bool is_given;
    uint64_t hash;
    uint32_t number;
} cli_call_name;
rp_status cli_call_parse(const cli_args *args, cli_call_name *name);
/** The call of the first violation that is about one; else what failed first, or came first. Says so when there is nothing: RP_USAGE. */
rp_status cli_call_choose(const char *path, cli_call_name *name);
/** The call's ladder, in that form. RP_USAGE, and nothing said, when there is no such call. */
rp_status cli_call_draw(const char *path, const cli_call_name *name, rp_ladder_form form,
                        rp_file *out);

#endif
