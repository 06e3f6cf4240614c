/* sn/say.h: what the root router says in the name of others (SN_OP_SAY): bytes that may name live things.
 *
 * A placeholder is SN_SAY_MARK and a byte: which field, of which of the calls that came by last, as which of its ends would say it.
 */
#ifndef SN_SAY_H
#define SN_SAY_H

#include "ss/base.h"

#define SN_SAY_MARK  0xfdu
#define SN_SAY_CALLS 8u /* the last ones that came by; 0 is the first of them */

/** Word of the field and what it is, as said by one end of the call. */
#define SN_SAY_LIST(X)                                                             \
    X(CALL_ID, "call_id")                                                          \
    X(FROM, "from")       /* value of From, in a request */                        \
    X(TO, "to")           /* value of To */                                        \
    X(URI, "uri")         /* where its next request goes: the peer's Contact */    \
    X(BRANCH, "branch")   /* of its last request that was no ACK */                \
    X(VIA, "via")         /* all of the topmost Via of it */                       \
    X(CSEQ, "cseq")       /* the number of it */                                   \
    X(NEXT, "next")       /* one more */                                           \
    X(CONTACT, "contact") /* its own, as last said */                              \
    X(ADDRESS, "address") /* its own: host:port that its last message came from */ \
    X(PEER, "peer")       /* that of the other end */                              \
    X(TAG, "tag")         /* its own */                                            \
    X(RSEQ, "rseq")       /* of the last reliable response that it sent */         \
    X(NONCE, "nonce")     /* the last one that came by, of whatever call */        \
    X(METHOD, "method")   /* of its last request that was no ACK */
#define SN_SAY_ID(name, word) SN_SAY_##name,
typedef enum sn_say_field { SN_SAY_LIST(SN_SAY_ID) SN_SAY_FIELDS } sn_say_field;

typedef struct sn_say_mark {
    unsigned field; /* sn_say_field; SN_SAY_FIELDS: the mark's own byte */
    unsigned call;
    bool is_callee;
} sn_say_mark;

static inline sn_say_mark sn_say_mark_of(unsigned char code)
{
    return (sn_say_mark){ code & 15u, code >> 4 & 7u, (code & 0x80u) != 0 };
}
static inline unsigned char sn_say_code(sn_say_mark mark)
{
    return (unsigned char)((mark.field & 15u) | (mark.call & 7u) << 4 |
                           (mark.is_callee ? 0x80u : 0));
}
/** The word of a field; static. NULL past the last. */
const char *sn_say_word(unsigned field);

#endif
