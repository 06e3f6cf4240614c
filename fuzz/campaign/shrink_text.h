/* What of a scenario's text may be left out: see shrink_text.c. */
#ifndef FZ_SHRINK_TEXT_H
#define FZ_SHRINK_TEXT_H

#include "ss/base.h"

typedef struct text_span {
    size_t from, to;
} text_span;

/** The items of the nth mapping or list of the text, in the order in which they begin: how many, `cap` at most; 0: there is none. */
size_t fz_text_items(ss_slice text, unsigned nth, text_span *items, size_t cap);
/** The digits of the nth number, outside double quotes, that no letter is before; false: there is none. */
bool fz_text_number(ss_slice text, unsigned nth, text_span *digits);

#endif
