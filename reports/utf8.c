/* What is a character and what is not: RFC 3629 4. */
#include "utf8.h"

size_t rp_utf8_length(ss_slice s)
{
    const unsigned char *b = (const unsigned char *)s.at;
    if (b[0] < 0x80) {
        return 1;
    }
    const size_t len = b[0] >= 0xc2 && b[0] <= 0xdf   ? 2u
                       : (b[0] & 0xf0u) == 0xe0       ? 3u
                       : b[0] >= 0xf0 && b[0] <= 0xf4 ? 4u
                                                      : 0u;
    if (len == 0 || len > s.len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((b[i] & 0xc0u) != 0x80) {
            return 0;
        }
    }
    const bool wrong = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
                       (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f);
    return wrong ? 0 : len;
}
