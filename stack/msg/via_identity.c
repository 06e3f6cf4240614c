/* The one number by which facts know a transaction: branch and sent-by of a Via (RFC 3261 17.2.3). Transactions note it and
 * summaries of messages on a link hold it, so that an onlooker can join the two. */
#include "ss/msg.h"

uint64_t ss_via_identity(const ss_via *via)
{
    return ss_mix_absorb(ss_hash64(0, via->branch), ss_hash64(0, via->sent_by));
}
