/* Which cells of the four tables of transactions were come by, for cells.sh: a line each, at the end of the process, in the file that
 * SIPSIM_CELLS names, which goes on. A cell is legal when its figure draws it. Not counted: timers that a state does not have, which stop
 * when it is left, and states that no figure of the machine has. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

enum { EVENTS_MAX = 32 };

void cell_reached(unsigned machine, unsigned state, unsigned event);

static bool seen[SS_MACHINE_COUNT][SS_TXN_STATE_COUNT][EVENTS_MAX];

static bool is_drawn(ss_machine machine, ss_txn_state state)
{
    for (unsigned e = 0; e < ss_txn_event_count(machine); e++) {
        if (ss_txn_table(machine, state, e).act != NULL) {
            return true;
        }
    }
    return false;
}

static void tell(FILE *out, ss_machine machine, ss_txn_state state, unsigned event)
{
    static const char *const machines[] = { "ICT", "NICT", "IST", "NIST" };
    const ss_txn_cell cell = ss_txn_table(machine, state, event);
    const bool is_timer = strncmp(cell.event, "Timer", 5) == 0 || strcmp(cell.event, "200 ms") == 0;
    if (cell.act != NULL || !is_timer) {
        fprintf(out, "%s %s %u %s (%s)\n", cell.act != NULL ? "legal" : "illegal",
                seen[machine][state][event] ? "reached" : "missed", (unsigned)state,
                machines[machine], cell.event);
    }
}

static void tell_all(void)
{
    const char *path = getenv("SIPSIM_CELLS");
    FILE *out = path == NULL ? NULL : fopen(path, "a");
    for (unsigned m = 0; m < SS_MACHINE_COUNT && out != NULL; m++) {
        for (unsigned s = 0; s < SS_TXN_STATE_COUNT; s++) {
            for (unsigned e = 0;
                 is_drawn((ss_machine)m, (ss_txn_state)s) && e < ss_txn_event_count((ss_machine)m);
                 e++) {
                tell(out, (ss_machine)m, (ss_txn_state)s, e);
            }
        }
    }
    if (out != NULL) {
        fclose(out);
    }
}

void cell_reached(unsigned machine, unsigned state, unsigned event)
{
    static bool is_armed;
    if (!is_armed) {
        is_armed = true;
        atexit(tell_all);
    }
    seen[machine][state][event] = true;
}
