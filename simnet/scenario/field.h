/* field.h: mappings of a scenario as tables: what a key is called, what its value is, where it goes. One table reads,
 * checks, suggests and writes a kind of mapping, so that none of the four can fall behind the others.
 */
#ifndef FIELD_H
#define FIELD_H

#include "quantity.h"
#include "reading.h"

typedef enum sn_value_kind {
    SN_VALUE_COUNT,   /* uint32_t */
    SN_VALUE_NUMBER,  /* uint64_t */
    SN_VALUE_BOOL,    /* bool: true or false */
    SN_VALUE_TIME,    /* ss_span */
    SN_VALUE_BYTES,   /* uint32_t */
    SN_VALUE_RATE,    /* uint64_t, bits per second */
    SN_VALUE_PROB,    /* sn_prob */
    SN_VALUE_DIST,    /* sn_dist */
    SN_VALUE_WORD,    /* unsigned: index into words */
    SN_VALUE_NAME,    /* sn_name: a name defined or meant here */
    SN_VALUE_TEXT,    /* const char * */
    SN_VALUE_SPECIAL, /* by its codec */
    SN_VALUE_LATER    /* a word of the design that this version lacks */
} sn_value_kind;

/** A name as written: of something defined here, or to be found elsewhere. */
typedef struct sn_name {
    const char *text; /* NULL: none */
    sn_place place;
    uint32_t index; /* what it refers to, once found */
} sn_name;

/** Value of a key that needs its own reader. `at` is the record itself plus the field's offset. */
typedef struct sn_codec {
    void (*read)(sn_reading *r, const sn_item *value, void *at);
    /** False: nothing is to be written, not even the key. */
    bool (*write)(sn_text *t, const void *at);
} sn_codec;

#define SN_REQUIRED 1u /* the key must be there, of who may have it */
#define SN_OR_NONE  2u /* the word `none` stands for field.none, or for no name */
#define SN_SILENT   4u /* never written: another field writes it */

typedef struct sn_field {
    const char *key;
    sn_value_kind kind;
    unsigned flags;
    unsigned who; /* bits of those who may have it; 0: all */
    size_t offset;
    uint64_t min, max; /* of numbers; of the mean of a distribution */
    uint64_t none;
    const char *const *words; /* NULL-terminated */
    const sn_codec *codec;
} sn_field;

typedef struct sn_fields {
    const char *what; /* "link": for messages */
    const sn_field *fields;
    size_t count;
    const char *const *who; /* names of the bits of sn_field.who */
} sn_fields;

#define SN_TIME_MAX UINT64_C(1000000000000000000) /* 31 years: what a scenario may say */

/** `map` into `record`, which holds the defaults. `who`: one bit, or 0. False when it is no mapping. */
bool sn_fields_read(sn_reading *r, const sn_fields *table, unsigned who, const sn_item *map,
                    void *record);
/** One value, as its field says. */
void sn_field_read(sn_reading *r, const sn_field *field, const sn_item *value, void *at);
/** "{key: value, …}" */
void sn_fields_write(sn_text *t, const sn_fields *table, unsigned who, const void *record);

/** What an unknown key was probably meant as, of those known here; NULL. */
const char *sn_meant_here(sn_reading *r, ss_slice key, const char *const *known, size_t count);
/** "; it is a key of …" when another part of a scenario has it; else "". */
const char *sn_meant_elsewhere(sn_reading *r, ss_slice key, const char *here);

/* What tables and special readers are made of. Each notes what is wrong and says whether it was right. */

bool sn_value_is_scalar(sn_reading *r, const sn_item *value, const char *what);
bool sn_value_is_none(const sn_item *value);
void sn_value_flaw(sn_reading *r, const sn_item *value, const sn_flaw *flaw);
bool sn_value_count(sn_reading *r, const sn_item *value, uint64_t min, uint64_t max,
                    uint64_t *count);
bool sn_value_time(sn_reading *r, const sn_item *value, uint64_t min, uint64_t max, uint64_t *ns);
bool sn_value_prob(sn_reading *r, const sn_item *value, sn_prob *prob);
bool sn_value_word(sn_reading *r, const sn_item *value, const char *const *words, unsigned *index);
/** [a-z][a-z0-9_]*, at most 32, and no word with a meaning of its own. */
bool sn_value_name(sn_reading *r, const sn_item *value, sn_name *name);
/** A key that defines something. */
bool sn_key_name(sn_reading *r, const sn_item *key, sn_name *name);
bool sn_value_text(sn_reading *r, const sn_item *value, size_t max, const char **text);
void sn_put_quoted(sn_text *t, const char *text);
void sn_put_key(sn_text *t, const char *key);

#endif
