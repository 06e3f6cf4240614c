/* sn/scenario.h: scenario files: YAML in, a finished plan out, or every mistake with its place (design 5).
 *
 * Text is given in memory: nothing here opens a file. Later texts are laid over earlier ones: mappings merge key by
 * key, anything else replaces. Overrides (`--set path=value`) come after all of them.
 */
#ifndef SN_SCENARIO_H
#define SN_SCENARIO_H

#include "sn/plan.h"

#define SN_SCENARIO_BYTES_MAX     (16u << 20) /* of one file */
#define SN_SCENARIO_MISTAKES_KEPT 100u        /* the first ones, by place; all are counted */

typedef struct sn_scenario_file {
    const char *name; /* as shown before :line:column */
    ss_slice text;
} sn_scenario_file;

/** Everything is borrowed for the call only. */
/** Who reads the files that a scenario names, of values of jitter. */
typedef struct sn_scenario_reader {
    void *self;
    /** The bytes of a file, named in the file `beside`, into `into`, `cap` of them at most: how many there were; SIZE_MAX: it
     *  cannot be read. */
    size_t (*read)(void *self, const char *beside, const char *name, char *into, size_t cap);
} sn_scenario_reader;

typedef struct sn_scenario_options {
    const sn_scenario_file *files;
    uint32_t file_count;              /* at least 1 */
    const sn_scenario_reader *reader; /* NULL: no other file is read */
    const char *const *overrides;     /* "links.access.loss=5%", "calls.mix.limit=10", "seed=7" */
    uint32_t override_count;
    const uint64_t *seed;          /* NULL: as the files say */
    const sn_order *order;         /* NULL: as the files say */
    const uint64_t *order_seed;    /* NULL: as the files say */
    uint64_t memory_max;           /* bytes for the tree and its strings; 0: 1 GiB */
    uint32_t nodes_max, calls_max; /* of the plan; 0: SN_PLAN_NODES_MAX, SN_PLAN_CALLS_MAX */
} sn_scenario_options;

/** What is wrong, where, and what was probably meant. */
typedef struct sn_mistake {
    const char *file;
    uint32_t line, column; /* from 1; columns count characters, not bytes */
    uint32_t length;       /* characters under the caret, at least 1 */
    const char *message;
    const char *suggestion; /* the word probably meant; NULL when none is near */
    const char *source;     /* the line, without its end; control characters replaced */
} sn_mistake;

typedef struct sn_scenario sn_scenario;

/** Read, check, and finish the plan. NULL when memory ran out. */
sn_scenario *sn_scenario_load(const sn_scenario_options *options);
/** Frees its plan too. NULL is fine. */
void sn_scenario_free(sn_scenario *s);

/** 0: the plan is there. */
uint64_t sn_scenario_mistake_count(const sn_scenario *s);
/** The nth kept mistake, by file, line and column; NULL past the last. */
const sn_mistake *sn_scenario_mistake(const sn_scenario *s, unsigned nth);

/** Where text goes; a part at a time. */
typedef struct sn_scenario_out {
    void *self;
    void (*put)(void *self, ss_slice text);
} sn_scenario_out;
/** "file:line:column: error: …", the line, a caret under the word, and what was probably meant. */
void sn_mistake_print(const sn_mistake *m, bool color, const sn_scenario_out *out);

/** The finished plan, owned by the scenario; NULL when there are mistakes. Its checks and expects may be filled in. */
sn_plan *sn_scenario_plan(const sn_scenario *s);
/** scenario.effective.yaml: every default filled in, in canonical order; loads to the same plan. Owned by the scenario.
 *  Empty when there are mistakes. */
ss_slice sn_scenario_effective(const sn_scenario *s);

/** The session input that it is, owned by the scenario; false when it is none, or has mistakes. */
bool sn_scenario_session(const sn_scenario *s, ss_slice *input);

/* ---- what a scenario may hold, from the tables by which it is read ---------------------------------------------------- */

typedef enum sn_scenario_shape {
    SN_SHAPE_ONE,        /* a mapping of these keys */
    SN_SHAPE_NAMED,      /* names, each with such a mapping */
    SN_SHAPE_NAMED_LIST, /* names, each with such a mapping or a list of them */
    SN_SHAPE_LIST        /* a list of such mappings */
} sn_scenario_shape;
typedef struct sn_scenario_section {
    const char *key; /* of the scenario; "": the scenario itself */
    const char *what;
    sn_scenario_shape shape;
    const char *or_only; /* a key that may be there instead of all others; NULL */
} sn_scenario_section;
/** False past the last. The first is the scenario itself. */
bool sn_scenario_section_at(unsigned nth, sn_scenario_section *out);

typedef enum sn_scenario_type {
    SN_TYPE_WHOLE, /* min to max */
    SN_TYPE_TRUTH,
    SN_TYPE_QUANTITY, /* a time, a size, a rate, a probability, a distribution: with its unit */
    SN_TYPE_WORD,     /* one of words */
    SN_TYPE_TEXT,
    SN_TYPE_ANY /* read by code of its own */
} sn_scenario_type;
typedef struct sn_scenario_key {
    const char *name;
    sn_scenario_type type;
    const char *quantity; /* "a time" …; else NULL */
    const char *form;     /* of ANY: how it is written; NULL: a section of its own, or not known */
    const char *const *who; /* names of the bits of those who may have it; NULL: all */
    unsigned who_bits;
    const char *const *words;
    uint64_t min, max;
    bool is_required, or_none; /* or_none: the word none will do */
} sn_scenario_key;
/** The nth key of a section; false past the last. */
bool sn_scenario_key_at(unsigned section, unsigned nth, sn_scenario_key *out);

/** profile: of a link; NULL past the last. */
const char *sn_scenario_profile(unsigned nth, const char **says);

#endif
