/* inject.h: what a tap makes up: see inject.c. */
#ifndef INJECT_H
#define INJECT_H

#include "sn/plan.h"
#include "ss/engine.h"

typedef struct sn_overheard_text {
    uint16_t len; /* 0: nothing, or it is too long */
    char at[254];
} sn_overheard_text;

/** Of the last ACK that came by: it has all of a dialog. */
typedef struct sn_overheard {
    sn_overheard_text call_id, from, to, uri;
} sn_overheard;

/** Fills in the words of a template. */
typedef struct sn_injection {
    uint64_t ordinal;
    ss_address from, target;
    const sn_overheard *overheard;
} sn_injection;

void sn_inject_overhear(sn_overheard *o, const ss_msg *request);
/** Each \n becomes an end of line; a brace without a word stays what it is. */
void sn_put_injection(ss_buffer *b, const char *template, const sn_injection *what);
/** The address that message `ordinal` comes from. */
ss_address sn_inject_source(const sn_inject_spec *spec, sn_address own, uint64_t ordinal);

#endif
