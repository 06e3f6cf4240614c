/* A plan on a stage of its own: a session input, a reproducer with its decisions, or a scenario, run as far as is wanted. */
#ifndef STAGE_H
#define STAGE_H

#include "cli.h"
#include "fz/repro.h"
#include "sn/scenario.h"
#include "sn/world.h"

/** Where a run is stopped. */
typedef enum cli_until_kind {
    CLI_UNTIL_END,
    CLI_UNTIL_TIME,   /* behind the last event of that instant */
    CLI_UNTIL_EVENTS, /* after so many of which something came */
    CLI_UNTIL_EVENT   /* behind that one */
} cli_until_kind;

typedef struct cli_until {
    cli_until_kind kind;
    ss_time at;
    uint64_t events;
    sn_key key;
} cli_until;

/** "1.5s", "1500ms", "20", or "at/step/tie/receiver/sender/counter" as in events.jsonl. False when it is none of them. */
SS_MUST_USE bool cli_until_parse(const char *text, cli_until *until);

/** What is to be run. Zeroed: nothing. */
typedef struct cli_stage {
    const sn_plan *plan;
    sn_plan *input;        /* its own; NULL: the scenario's */
    sn_scenario *scenario; /* NULL: of an input */
    fz_repro repro;        /* decisions, when memory is not NULL */
} cli_stage;

/** A file by what it is: a reproducer, a scenario when it is named .yaml or .yml, else a session input. RP_OK, or it said what is wrong.
 *  Free in any case. */
rp_status cli_stage_open(cli_stage *s, const char *path, ss_slice text);
void cli_stage_close(cli_stage *s);

typedef struct cli_stage_end {
    sn_run_state state;
    bool was_met; /* the run came to where it was to stop */
    ss_time now;  /* of the last event */
    uint64_t events;
} cli_stage_end;

enum { CLI_STAGE_SINKS = 4 };
/** False without memory. */
SS_MUST_USE bool cli_stage_run(const cli_stage *s, const sn_sink *sinks, uint32_t count,
                               const cli_until *until, cli_stage_end *end);

#endif
