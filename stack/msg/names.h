/* Header names as the index of a message finds them: by length and first letter, then by a block of letters. Private to
 * stack/msg; the tables are in words.c. */
#ifndef SS_MSG_NAMES_H
#define SS_MSG_NAMES_H

#include "lex.h"

#include "ss/msg.h"

enum { SS_NAME_MAX = 24, SS_NAME_ROOM = 32 };

/** Row + 1 of headers.def, 0 for none: the first name of a length and first letter, and the next one after it. Names of length 1
 *  are the compact ones (7.3.3). */
extern const uint8_t ss_names_by_shape[SS_NAME_MAX + 1][32];
extern const uint8_t ss_names_of_same_shape[SS_HDR_OTHER];
/** Each name with room for a block. */
extern const char ss_name_blocks[SS_HDR_OTHER][SS_NAME_ROOM];

static inline ss_hdr ss_hdr_of_row(unsigned row)
{
    return row == 0 ? SS_HDR_OTHER : (ss_hdr)(row - 1);
}

/** The field of a compact name, in any case. */
static inline ss_hdr ss_hdr_of_letter(char letter)
{
    return lex_is(letter, LEX_ALPHA) ? ss_hdr_of_row(ss_names_by_shape[1][letter & 31])
                                     : SS_HDR_OTHER;
}

#if LEX_BLOCK > 0
/** ss_hdr_from of the first `len` bytes of a block, which are no control characters; SS_HDR_OTHER for what fills the block. */
static inline ss_hdr ss_hdr_of_block(const char *name, size_t len)
{
    if (len - 2 >= LEX_BLOCK - 2) {
        return len == 1 ? ss_hdr_of_letter(name[0]) : SS_HDR_OTHER;
    }
    unsigned row = ss_names_by_shape[len][name[0] & 31];
    while (row != 0 && !lex_block_says(name, ss_name_blocks[row - 1], len)) {
        row = ss_names_of_same_shape[row - 1];
    }
    return ss_hdr_of_row(row);
}
#endif

#endif
