/* edit_tables.h: odd values that several edits put in. Private to simnet/mutate. */
#ifndef EDIT_TABLES_H
#define EDIT_TABLES_H

#include "cut.h"

/** A number at a boundary of some type, or one that is none. */
void sn_cut_put_number(sn_cut *c);
/** A method: a known one, one in another case, one that nobody knows. */
void sn_cut_put_method(sn_cut *c);
/** 64 to 8192 letters. */
void sn_cut_put_long(sn_cut *c);
/** A host and port that some check should stumble over. */
void sn_cut_put_host(sn_cut *c);
/** So many that some table is full: 7 to 1000. */
uint32_t sn_cut_many(sn_cut *c);

#endif
