/* The words of live things, for who reads and writes session inputs as text: they need no world. */
#include "sn/say.h"

const char *sn_say_word(unsigned field)
{
    static const char *const words[] = {
#define SAY_WORD(name, word) word,
        SN_SAY_LIST(SAY_WORD)
    };
    return field < SS_COUNT(words) ? words[field] : NULL;
}
