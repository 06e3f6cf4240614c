/* UTF-8 as it comes from scenarios and messages: not to be relied on. */
#ifndef UTF8_H
#define UTF8_H

#include "ss/base.h"

/** Length of the well-formed character at the start of `s`, which is not empty (RFC 3629 4); 0 when there is none. */
size_t rp_utf8_length(ss_slice s);

#endif
