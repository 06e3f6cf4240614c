/* fz/metamorphic.h: a session, and the same session otherwise: what becomes of its calls should be the same.
 *
 * Two runs of one input are compared, so that no law has to say what is right. What is compared is the story of each call of the input:
 * what its ends tell of it, in their order, with statuses; in some relations with instants, in one all that anybody did. Which inputs a
 * relation says nothing of, and why, stands at its row in metamorphic.c.
 */
#ifndef FZ_METAMORPHIC_H
#define FZ_METAMORPHIC_H

#include "fz/session.h"

/** Id, name, section, what is varied and must not matter. Bit 1 << id in a mask. */
#define FZ_RELATION_LIST(X)                                                                        \
    X(AGAIN, "META0", "design 3.8", "the same run, elsewhere in memory, has another digest")       \
    X(SPELLING, "META1", "RFC3261:7.3.1", "messages that are spelled otherwise change a call")     \
    X(DOUBLED, "META2", "RFC3261:17.2.3", "requests that come twice change a call")                \
    X(SCALED, "META3", "RFC3261:17.1.1.1", "T1, T2, T4 and all spans twice as long change a call") \
    X(IDLER, "META4", "design 3.5", "somebody who does nothing changes what others do")            \
    X(NOISE, "META5", "RFC3261:16.3", "what is no message, or a malformed one, changes a call")    \
    X(CONNECTIONS, "META6", "RFC3261:18", "connections in the place of datagrams change a call")
#define FZ_RELATION_ID(id, name, section, sentence) FZ_RELATION_##id,
typedef enum fz_relation { FZ_RELATION_LIST(FZ_RELATION_ID) FZ_RELATIONS } fz_relation;
#define FZ_ALL_RELATIONS ((1u << FZ_RELATIONS) - 1u)

typedef struct fz_relation_row {
    const char *name, *section, *sentence; /* static */
} fz_relation_row;
extern const fz_relation_row fz_relations[FZ_RELATIONS];

/** That say something of this input, as a mask. */
unsigned fz_relations_of(ss_slice input);
/** The variation that a relation compares with. */
sn_input_variation fz_relation_variation(fz_relation relation);

/** What runs of an input and of another one tell, compared as the relation does: FZ_RELATIONS when they are the same. False without memory. */
SS_MUST_USE bool fz_compare(const sn_plan *one, const sn_plan *other, fz_relation relation,
                            bool *is_same);

/** The input by each relation of the mask that says something of it; the first that does not hold, or FZ_RELATIONS. Inputs that break a
 *  law, or come to no end, are left to the laws. False without memory. */
SS_MUST_USE bool fz_metamorphic(ss_slice input, unsigned mask, fz_relation *broken);

#endif
