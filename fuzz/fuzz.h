/* What targets share: memory, the line of choices that some inputs begin with, oracles. Private to fuzz/. */
#ifndef FUZZ_H
#define FUZZ_H

#include "fz/target.h"

#include "ss/msg.h"

#define FZ_CHECK(oracle, condition, sentence) \
    do {                                      \
        if (!(condition)) {                   \
            fz_failed((oracle), (sentence));  \
        }                                     \
    } while (0)

/* ---- memory: the same few regions for each input, empty at its start ---- */

enum { FZ_ARENAS = 6, FZ_ARENA_BYTES = 1 << 20 };
/** One of FZ_ARENAS, empty. */
ss_arena fz_arena(unsigned which);
/** A copy of exactly these bytes on the heap; free(). Aborts without memory. */
char *fz_exact(ss_slice bytes);

/* ---- choices: the bytes of the first line, used round and round; 0 when there are none ---- */

typedef struct fz_tape {
    ss_slice choices;
    size_t at;
} fz_tape;
/** Splits an input at its first LF; without one, all is the rest. */
fz_tape fz_tape_split(ss_slice input, ss_slice *rest);
/** 0..n-1; the digit '0' gives 0, '1' gives 1. */
unsigned fz_tape_pick(fz_tape *tape, unsigned n);

/** What stands behind the letter of an event: 0-9, then a-z as 10 to 35, any other byte as itself; 0 at the end. */
unsigned fz_next_digit(ss_slice *rest);

/* ---- records: what happens, a verb with its words in the first line, and perhaps a text below ---- */

/** Up to a line that is "%" alone. */
ss_slice fz_next_record(ss_slice *rest);
/** Without its line end. */
ss_slice fz_next_line(ss_slice *rest);
/** The next word as a number below 2^32; 0 when it is none. */
uint64_t fz_next_number(ss_slice *line);
/** Lines may end in LF alone, so that inputs can be read and written. In the arena; empty when that is full. */
ss_slice fz_with_crlf(ss_slice text, ss_arena *arena);

/* ---- oracles ---- */

/** What a message means, as text: the same for two messages exactly when every typed value is. Case of names, compact
 *  forms, folding, joined lists and the order of differently named fields leave it as it is. */
void fz_put_meaning(ss_buffer *b, const ss_msg *msg);
/** The message from its parts: long names, one space, every field in order. */
void fz_put_message(ss_buffer *b, const ss_msg *msg);
/** S1: bounded memory. Of a parse that took `used` bytes for `len`. */
void fz_check_bounded(size_t used, size_t len);
/** S2: an accepted message prints to something that parses to the same. */
void fz_check_round_trip(const ss_msg *msg);
/** S8: the same bytes elsewhere give the same index and the same verdict. */
void fz_check_clone(ss_slice bytes, const ss_msg *msg, ss_status status, const ss_diag *diag);
/** S2: print into buffers of many sizes up to the one that fits, and never pass their ends. */
typedef void fz_printer(ss_buffer *b, const void *what);
void fz_check_buffers(fz_printer *print, const void *what);
/** S2, S8: typed attributes of an accepted description print and read back, and the judge of all agrees with each reader. */
struct ss_sdp;
void fz_check_attributes(const struct ss_sdp *sdp);
/** Every value of a list field can be read. */
bool fz_is_sound_list(const ss_msg *msg, ss_hdr id);
/** True when the slice lies inside the bytes, or is absent. */
bool fz_is_inside(ss_slice part, ss_slice bytes);

/* ---- rewriting ---- */

/** Print an accepted message with the tape's choices of spelling: names, folds, joins, order. */
void fz_put_rewritten(ss_buffer *b, const ss_msg *msg, fz_tape *tape);

#endif
