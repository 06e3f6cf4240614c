/* sn/mutate.h: edits of a SIP message that know its grammar (design 2): what links, fuzzing and the live prober break messages
 * with.
 *
 * An edit is a pure function: (bytes, what is wished, a source of choices) to other bytes and the name of what was done. It
 * takes any bytes, a message or not, reads none outside of them, and does work in proportion to them and to the room given. It
 * needs no memory but the buffer.
 */
#ifndef SN_MUTATE_H
#define SN_MUTATE_H

#include "ss/msg.h"

#define EDIT(id, name, weight, inverse, sentence) SN_EDIT_##id,
typedef enum sn_edit {
#include "sn/mutate.def"
    SN_EDITS,
    SN_EDIT_NONE = SN_EDITS
} sn_edit;
#undef EDIT

/** What is known of an edit. */
typedef struct sn_edit_row {
    const char *name, *sentence; /* static */
    uint32_t weight;
    sn_edit inverse; /* with the same choices and no repair it gives the bytes back; SN_EDIT_NONE */
} sn_edit_row;

/** `edit` is below SN_EDITS. Static. */
const sn_edit_row *sn_edit_about(sn_edit edit);
/** By its name, hyphens for underscores if wished; SN_EDIT_NONE. */
sn_edit sn_edit_from(ss_slice name);

/* ---- choices ------------------------------------------------------------------------------------------------------------ */

/** Where choices come from: a number, or bytes. Copying it before an edit is how to make the same choices again. */
typedef struct sn_choices {
    uint64_t key;  /* the kth choice is a function of this and k */
    ss_slice tape; /* borrowed; when `at` is set its bytes choose instead, then zeros */
    uint32_t made; /* choices, or bytes of the tape; 0 at the start */
} sn_choices;

static inline sn_choices sn_choices_of(uint64_t key)
{
    return (sn_choices){ .key = key };
}

/** 0..n-1, n at least 1. Of a tape one byte for n up to 256, else four, the lowest first, modulo n. */
uint32_t sn_choose(sn_choices *c, uint32_t n);

/* ---- edits -------------------------------------------------------------------------------------------------------------- */

/** Repairs behind the edit, so that the parts of a message do not contradict each other. One that undid the edit is not made. */
enum {
    SN_REPAIR_LENGTH = 1u, /* Content-Length says how long the body is */
    SN_REPAIR_FIELDS = 2u, /* fields that every message needs are back; CSeq names the method */
    SN_REPAIR_DRAWN = 4u   /* those two in 7 of 8 cases, else none */
};

/** Zeroed but for `edit`, which is SN_EDIT_NONE: anything, anywhere, without repair. */
typedef struct sn_wish {
    sn_edit edit;    /* SN_EDIT_NONE: one is drawn by weight among those that can be made */
    unsigned repair; /* SN_REPAIR_ */
    ss_slice field;  /* long or compact name: only fields of this name are edited; empty: any */
    ss_slice value;  /* SET_FIELD: of the wished field; `at` is NULL when there is none */
    ss_slice
        other; /* another message, to take parts of; may be empty. Borrowed for the call, as `field` is */
} sn_wish;

typedef struct sn_edited {
    sn_edit edit; /* the one that was made */
    bool repaired;
    uint32_t at; /* first byte that is not as it was */
    ss_hdr
        field; /* that it is in; SS_HDR_COUNT: the start line, the body, or no line of a header */
} sn_edited;

#define SN_MUTATE_BYTES_MAX (1u << 20) /* of a message, or of what becomes of it */

/**
 * Edit a message.
 *
 * message  at most SN_MUTATE_BYTES_MAX bytes, borrowed for the call; not in the buffer's memory.
 * out      empty; gets the edited bytes.
 *
 * SS_OK        *out holds other bytes than `message`, and *made says what was done.
 * SS_NONE      the wished edit finds nothing to change; *out is empty. A drawn one never, in any field and with room for the message and a byte.
 * SS_ERR_FULL  the edited message does not fit; *out is empty.
 */
SS_MUST_USE ss_status sn_mutate(ss_slice message, const sn_wish *wish, sn_choices *choices,
                                ss_buffer *out, sn_edited *made);

#endif
