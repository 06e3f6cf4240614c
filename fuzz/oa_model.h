/* The offer/answer model as rules: RFC 3264 4, RFC 3261 13.2.1 and 14, RFC 3262 5, RFC 3311 5, RFC 6337 2. Written from their text, and not
 * from stack/sdp, whose table is compared to it. Private to fuzz/. */
#ifndef FUZZ_OA_MODEL_H
#define FUZZ_OA_MODEL_H

#include "fuzz.h"

#include "ss/sdp.h"

/** What one end knows. */
typedef struct fz_oa {
    bool is_open; /* an INVITE has no final response */
    bool is_bare; /* it had no offer, and none came since */
    bool client_is_us;
    bool has_offer, offer_is_ours; /* one is neither answered nor rejected */
    uint8_t offer_in;              /* ss_oa_message that it went in */
    bool is_fresh;    /* the answer went in a reliable 1xx, and its PRACK did not yet */
    bool is_executed; /* an exchange was completed since the INVITE, before its final response */
} fz_oa;

/** What a message is, or its lack of a description; the end knows of it from now on. */
ss_oa_verdict fz_oa_step(fz_oa *m, ss_oa_message message, bool has_sdp, bool by_us);

#endif
