/* Edits drawn by weight, seven of eight with repair: an engine that only knows bytes seldom gets behind Content-Length. Everything
 * follows from the seed that the engine gives. */
#include "sip_mutator.h"

#include <string.h>

#include "sn/mutate.h"

enum { EDITS_MAX = 4 };

size_t fz_sip_mutate(ss_slice bytes, ss_slice other, uint64_t seed, char *room, char *spare,
                     size_t room_len)
{
    sn_choices choices = sn_choices_of(seed);
    const uint32_t edits = 1 + sn_choose(&choices, EDITS_MAX);
    const sn_wish wish = { .edit = SN_EDIT_NONE, .repair = SN_REPAIR_DRAWN, .other = other };
    size_t len = 0;
    for (uint32_t i = 0; i < edits && bytes.len <= SN_MUTATE_BYTES_MAX; i++) {
        sn_edited made;
        ss_buffer out = ss_buffer_on(spare, room_len);
        if (sn_mutate(bytes, &wish, &choices, &out, &made) != SS_OK) {
            break;
        }
        len = out.len;
        memcpy(room, spare, len);
        bytes = (ss_slice){ room, len };
    }
    return len;
}
