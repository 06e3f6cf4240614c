/* A zone of a few rows that answers what ss_locate asks, the questions as a text, and numbers to draw. */
#ifndef LOCATE_RIG_H
#define LOCATE_RIG_H

#include "check.h"

#include "ss/locate.h"

typedef struct lc_row {
    const char *name;
    ss_record_type type;
    const char *text; /* A, AAAA: the address; SRV: the target; NAPTR: the replacement */
    uint16_t first, second, port; /* priority and weight; order and preference */
    const char *flags, *service;  /* NAPTR: "s" when NULL; "SIP+D2U" … */
    const char *regexp;
    bool fails; /* the lookup itself does */
} lc_row;

typedef struct lc_run {
    ss_locate l;
    char asked[512]; /* "NAPTR example.com; SRV _sip._udp.example.com; A p1.example.com" */
    unsigned draws;
    uint32_t below[32]; /* of each draw */
} lc_run;

/** From the options to the end. Numbers are taken from `numbers` in turn, then 0. Rows end with a NULL name. */
lc_run lc_locate(const ss_locate_options *options, const lc_row *rows, const uint32_t *numbers,
                 unsigned number_count);
/** The same for what was begun by hand. */
void lc_finish(lc_run *run, const lc_row *rows, const uint32_t *numbers, unsigned number_count);
/** UDP and TCP, IPv4: the options of a SIP URI with this host. */
ss_locate_options lc_sip(const char *host);
/** "10.0.0.1:5060 10.0.0.2:5070"; in static memory. */
const char *lc_places(const ss_locate *l);

#endif
