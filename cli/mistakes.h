/* What is wrong with a scenario, for humans and for programs. */
#ifndef MISTAKES_H
#define MISTAKES_H

#include "rp/json.h"
#include "sn/scenario.h"

/** On stderr: each mistake with its line and a caret; and how many there are. */
void cli_print_mistakes(const sn_scenario *scenario);
/** As a list of objects. */
void cli_write_mistakes(rp_json *j, const sn_scenario *scenario);

#endif
