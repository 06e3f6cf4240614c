/* What a proxy lets through, judged from its wire alone: each request that came in, each that went out, and what follows from RFC
 * 3261 16.6 and 16.7 for the next message that leaves. Private to fuzz/. */
#ifndef FUZZ_HOPS_H
#define FUZZ_HOPS_H

#include "fuzz.h"

enum { FZ_HOPS_MAX = 128 };

typedef struct fz_hop {
    uint64_t via;    /* ss_via_identity of its top Via */
    uint64_t below;  /* of the next one; left only */
    uint64_t method; /* hash of its name */
    uint64_t bytes;  /* of all of it */
    unsigned via_count;
    uint32_t max_forwards, breadth; /* UINT32_MAX: it has none */
    bool has_cookie;                /* its branch names one transaction: no other request had it */
    bool has_way_back;              /* came: its Via says UDP and no maddr, which may be a name */
    uint64_t final;                 /* hash of what it was answered finally, 0: nothing yet */
    unsigned final_status;
    ss_time at, final_at; /* of the first copy */
    bool is_proceeding;   /* left: a 1xx came */
    bool
        is_alone; /* came: refused before it went anywhere, and forgotten: its copy is another request (8.2.7) */
} fz_hop;

typedef struct fz_hops {
    fz_hop came[FZ_HOPS_MAX], left[FZ_HOPS_MAX];
    unsigned came_count, left_count;
    ss_time now;
    bool is_stateless;    /* responses find their way by their Vias, whatever went before */
    bool ignores_breadth; /* Max-Breadth is none of its business, and goes on as it came */
    bool has_odd_answers; /* some response came with Vias of its own below: they are passed on */
    bool is_loose;        /* a quota refused something, or a path failed: promises are off */
    bool is_unread; /* what came in this turn is no message: its refusal has no request here */
    bool is_over;   /* more than can be remembered */
    struct {
        uint64_t via, to_tag;
        unsigned status; /* 0: none is due */
    } due;               /* the 2xx that must leave before the turn ends */
} fz_hops;

/** A message came in, or NULL when what came is none. */
void fz_hops_came(fz_hops *h, const ss_msg *msg);
/** A message leaves. */
void fz_hops_left(fz_hops *h, const ss_msg *msg);
/** The turn is over. */
void fz_hops_turn_ends(fz_hops *h);

#endif
