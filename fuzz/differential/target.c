/* Target `differential`: one message, read by us and by libosip2 and libsofia-sip, those of them that are installed. Where two accept it, what
 * they read must be the same, or the difference must be in the table of explained.c. */
#include "target.h"

#include "reading.h"

#include "ss/msg.h"

#include <stdio.h>

enum { EXPLANATIONS_MAX = 64, SENTENCE_MAX = 2 * READ_TEXT_MAX + 200 };

unsigned fz_explained[EXPLANATIONS_MAX];

static const peer *const peers[] = {
#ifdef PEER_OSIP2
    &peer_osip2,
#endif
#ifdef PEER_SOFIA
    &peer_sofia,
#endif
};

/* Neither of them is written for bytes 0 in what it takes for strings. */
static bool has_zero(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] == 0) {
            return true;
        }
    }
    return false;
}

int fz_target_differential(const uint8_t *data, size_t size)
{
    static reading ours, theirs;
    static char sentence[SENTENCE_MAX];
    const char *bytes = (const char *)data;
    SS_ASSERT(explanation_count <= EXPLANATIONS_MAX);
    if (size > SS_MESSAGE_BYTES_MAX || has_zero(data, size)) {
        return 0;
    }
    read_ours(bytes, size, &ours);
    for (size_t i = 0; ours.is_read && i < SS_COUNT(peers); i++) {
        peers[i]->read(bytes, size, &theirs);
        const read_field field =
            compare_readings(peers[i], &ours, &theirs, bytes, size, fz_explained);
        if (field != READ_FIELDS) {
            snprintf(sentence, sizeof sentence, "%s: '%s' for us, '%s' for %s",
                     read_field_name(field), ours.field[field].text, theirs.field[field].text,
                     peers[i]->name);
            fz_failed("differential", sentence);
        }
    }
    return 0;
}
