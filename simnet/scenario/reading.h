/* reading.h: what every part of the loader shares while a scenario is read: its sources, its memory, its mistakes; and
 * the tree that YAML becomes.
 */
#ifndef READING_H
#define READING_H

#include "sn/scenario.h"

#include "hoard.h"

/* ---- places and sources ------------------------------------------------------------------------------------------ */

/** Bytes of a source: what a caret stands under. */
typedef struct sn_place {
    uint32_t source, offset, length;
} sn_place;

typedef struct sn_source {
    const char *name;
    ss_slice text;
    uint32_t *line_starts; /* offsets */
    uint32_t line_count;
} sn_source;

/* ---- the tree ---------------------------------------------------------------------------------------------------- */

typedef enum sn_item_kind { SN_ITEM_SCALAR, SN_ITEM_LIST, SN_ITEM_MAP } sn_item_kind;

typedef struct sn_item sn_item;
typedef struct sn_pair {
    sn_item *key; /* NULL in a list */
    sn_item *value;
} sn_pair;

struct sn_item {
    sn_item_kind kind;
    bool quoted;    /* a scalar in quotes or a block: never a number or `none` */
    bool exact;     /* a scalar whose text stands in the source as it is */
    uint32_t count; /* of pairs */
    sn_place place;
    ss_slice text; /* scalars; never NULL */
    sn_pair *pairs;
};

/** The pair of a key in a mapping, or NULL. */
const sn_pair *sn_item_pair(const sn_item *map, const char *key);
/** The place of a key's value; of the whole when it is not there. */
sn_place sn_item_place(const sn_item *map, const char *key);
/** The place of bytes [from, from + length) of a scalar's text; of the scalar when that is not known. */
sn_place sn_item_part(const sn_item *scalar, size_t from, size_t length);

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct sn_noted {
    sn_place place;
    uint64_t ordinal; /* first noted, first shown, at one place */
    const char *message, *suggestion;
} sn_noted;

typedef struct sn_reading {
    sn_hoard hoard;
    sn_source *sources;
    uint32_t source_count;
    sn_noted *noted;
    uint32_t noted_count;             /* bounded */
    uint64_t mistake_count;           /* all of them */
    void *parser, *diag;              /* of the YAML library, to be closed in any case */
    const sn_scenario_reader *reader; /* NULL: no other file is read */
    struct sn_model *model;
    sn_plan *plan;
    uint32_t nodes_max, calls_max; /* of the plan; 0: as many as there may be */
    sn_mistake *mistakes;          /* sorted, at the end */
    uint32_t kept;
    ss_slice effective;
} sn_reading;

/** A source by its name; text is borrowed. */
uint32_t sn_reading_add_source(sn_reading *r, const char *name, ss_slice text);

/** Note a mistake. `suggestion` is copied; NULL when there is none. */
void sn_wrong(sn_reading *r, sn_place place, const char *suggestion, const char *format, ...)
    SS_PRINTF(4, 5);
/** A user's word for a message: cut, and without control characters. Lives as long as the reading. */
const char *sn_shown(sn_reading *r, ss_slice word);
/** The nearest of the candidates, or NULL when none is near. */
const char *sn_nearest(sn_reading *r, ss_slice word, const char *const *candidates, size_t count);
/** The line of a place, from 1. */
uint32_t sn_place_line(const sn_reading *r, sn_place place);
/** Sort what was noted and find lines and columns. */
void sn_reading_sort_mistakes(sn_reading *r);

/* ---- YAML -------------------------------------------------------------------------------------------------------- */

/** The tree of the bytes [from, len) of a source; NULL and a mistake when they are no single YAML document. */
sn_item *sn_yaml_read(sn_reading *r, uint32_t source, size_t from);
/** Close what the library still holds, after the hoard ran out in the middle. */
void sn_yaml_close(sn_reading *r);
/** Lay `over` over `base` and give the result. */
sn_item *sn_item_overlay(sn_reading *r, sn_item *base, sn_item *over);
/** Apply "path=value" to the tree. */
void sn_override_apply(sn_reading *r, sn_item *root, const char *override);

#endif
