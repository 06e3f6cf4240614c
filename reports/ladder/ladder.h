/* What the ladder keeps of a call: rows in the order of facts. Collected in ladder.c; in words
 * in ladder/words.c; drawn as text in ladder/draw.c, as a picture in ladder/svg.c. */
#ifndef LADDER_H
#define LADDER_H

#include "rp/ladder.h"

/* Of a call; of what is none, which may go on for as long as the run. */
enum { LADDER_ROWS_MAX = 600, LADDER_OTHER_ROWS_MAX = 120, LADDER_WHY_BYTES = 320 };

typedef enum ladder_kind {
    LADDER_MESSAGE,
    LADDER_TIMER,
    LADDER_EVENT,
    LADDER_CONNECTION,
    LADDER_ICMP, /* drawn as a message */
    LADDER_STATE /* of a selected call only */
} ladder_kind;

typedef struct ladder_row {
    ss_time at;
    ss_time arrived; /* messages: first arrival; SS_TIME_NEVER */
    uint64_t branch; /* messages; timers: the span that ran, ns */
    uint64_t to_tag; /* messages: responses of two forks are no copies of each other */
    uint32_t node, peer;
    uint32_t cseq;    /* ICMP: the MTU that it names */
    uint32_t lost_at; /* link direction or node */
    uint16_t status;
    uint16_t nth; /* messages: 1 the first, 2 sent again … */
    uint8_t kind, is_request, method;
    uint8_t letter, machine; /* timers; states: SS_MACHINE_COUNT is a dialog */
    uint8_t event,
        synthetic; /* sn_call_event; connections: sn_connection_event; ICMP: sn_icmp_kind; states: that one */
    uint8_t transport; /* messages, connections */
    uint8_t cause;     /* of the first loss; SN_CAUSE_NONE */
    uint8_t lost_on_link;
    uint8_t arrivals;  /* capped */
    uint16_t text_len; /* messages: their text, in the call's; 0: not kept */
    uint32_t text_at;
} ladder_row;

enum { LADDER_ALIASES = 8, LADDER_TEXTS_MAX = 1 << 16 };

typedef struct ladder_call {
    uint64_t call_id;                 /* hash; 0: this place is free */
    uint64_t aliases[LADDER_ALIASES]; /* likewise: of the calls that B2BUAs made of it */
    uint8_t alias_count;
    uint32_t generation; /* of the place */
    uint32_t number, source;
    ss_time over;    /* when it ended well; SS_TIME_NEVER */
    uint32_t opener; /* who began it, when it is no call; SN_NOBODY */
    bool has_failed;
    char why[LADDER_WHY_BYTES]; /* it failed */
    ladder_row *rows;
    uint32_t count, cap;
    uint32_t left_out; /* rows that found no room */
    char *texts;
    uint32_t texts_len, texts_cap;
} ladder_call;

/* The nodes that have a lifeline, in order of appearance. */
enum { LADDER_COLUMNS_MAX = 12, LADDER_REMARK_BYTES = 256 };
typedef struct ladder_columns {
    uint32_t nodes[LADDER_COLUMNS_MAX];
    uint32_t count;
} ladder_columns;
ladder_columns rp_ladder_columns(const sn_cast *cast, const ladder_call *call);
/** SN_NOBODY when it has none. */
uint32_t rp_ladder_column(const ladder_columns *c, uint32_t node);

/** It goes from one node to another: a message, or ICMP about one. */
bool rp_ladder_travels(const ladder_row *row);
/** "INVITE 1", "200 INVITE 1 TCP", "ICMP port unreachable", of what travels. */
void rp_ladder_label(ss_buffer *b, const ladder_row *row);
/** It went, came nowhere, and it is known why. */
bool rp_ladder_is_lost(const ladder_row *row);
/** The name of what happened at a lifeline: an event, a state. Static. */
const char *rp_ladder_mark(const ladder_row *row);
/** What a picture cannot say. */
void rp_ladder_remark(const sn_cast *cast, const ladder_row *row, ss_buffer *b);

void rp_ladder_draw(rp_file *out, const sn_cast *cast, const ladder_call *call);
/** An <svg> element. */
void rp_ladder_svg(rp_file *out, const sn_cast *cast, const ladder_call *call);

/** In 80 columns. */
void rp_ladder_narrow(rp_file *out, const sn_cast *cast, const ladder_call *call);
/** ladder/explain.c: in sentences. */
void rp_ladder_explain(rp_file *out, const sn_cast *cast, const ladder_call *call);

/** What a ladder is of: the nth one that there is to show, the calls first; false past the last. */
typedef struct ladder_story {
    char title[64];
    const ladder_call *call; /* borrowed */
} ladder_story;
/** ladder/json.c: for programs. */
void rp_ladder_json(rp_file *out, const sn_cast *cast, const ladder_story *story);

/* ladder/choice.c */

/** The nth of what is shown: calls, then what is no call; false past the last. */
bool rp_ladder_story(const rp_ladder *l, unsigned nth, ladder_story *story);
/** How many of them are calls. */
uint32_t rp_ladder_call_stories(const rp_ladder *l);
/** Of the first call that failed, or else the first one. */
bool rp_ladder_main_story(const rp_ladder *l, ladder_story *story);

#endif
