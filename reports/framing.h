/* SIP messages cut out of one direction of a stream (RFC 3261 18.3), as an onlooker must who missed its beginning. */
#ifndef FRAMING_H
#define FRAMING_H

#include "ss/base.h"

typedef struct rp_framing {
    char *at;
    size_t len, cap;
} rp_framing;

/** More bytes. False without memory. */
SS_MUST_USE bool rp_framing_add(rp_framing *f, ss_slice bytes);
/** The first whole message, until the next call of any; false when there is none. It stays first until it is dropped. */
bool rp_framing_next(rp_framing *f, ss_slice *message);
void rp_framing_drop(rp_framing *f, size_t count);
/** Bytes are wanting: what there is belongs to nothing. */
void rp_framing_restart(rp_framing *f);
void rp_framing_free(rp_framing *f);

#endif
