/* rig.h: scenarios from literals, loaded and looked at. */
#ifndef SCENARIO_RIG_H
#define SCENARIO_RIG_H

#include "check.h"
#include "sn/scenario.h"

/** Load one text, with overrides ended by NULL or none at all. Owned by the caller. */
sn_scenario *rig_load(ss_slice text, const char *const *overrides);
/** Load, and fail the test when there is a mistake, printing it. */
sn_scenario *rig_load_fine(const char *text);
/** The plan's group, call entry … by name, or the test fails. */
const sn_group_spec *rig_group(const sn_scenario *s, const char *name);
/** A file of the source tree. Freed by the caller. */
ss_slice rig_file(const char *path);

/** A text in which «…» marks where the one mistake is, what the message says, and the suggestion. */
typedef struct rig_mistake {
    const char *marked;
    const char *message;    /* a part of it */
    const char *suggestion; /* NULL: none */
} rig_mistake;
/** Each is found, at its place, and nothing else is. */
void rig_check_mistakes(const rig_mistake *rows, size_t count);

#define RIG_CHECK(rows) rig_check_mistakes((rows), SS_COUNT(rows))

/** A beginning that is right: two user agents, five milliseconds from their router. */
#define TWO                         \
    "sipsim: 1\n"                   \
    "duration: 60s\n"               \
    "links: {wire: {delay: 5ms}}\n" \
    "nodes:\n"                      \
    "  alice: {role: ua}\n"         \
    "  bob: {role: ua}\n"

#endif
