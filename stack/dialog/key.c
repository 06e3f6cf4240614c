/* The dialog identifier (RFC 3261 section 12): Call-ID, local tag and remote tag, hashed into 128 bits. Each string
 * is hashed by itself, so that moving a byte from one to the next makes another key. */
#include "ss/dialog.h"

/* RFC3261:12.1 */
ss_key128 ss_dialog_key(ss_slice call_id, ss_slice local_tag, ss_slice remote_tag)
{
    static const uint64_t seed = 0x6469616c6f672f31u;
    const ss_key128 half = ss_key_absorb(ss_hash128(seed, call_id), ss_hash128(seed, local_tag));
    return ss_key_absorb(half, ss_hash128(seed, remote_tag));
}

ss_ref ss_dialog_find(const ss_core *core, ss_key128 key)
{
    const ss_table_link *link =
        ss_table_find(&core->pools->dialogs, &core->pools->store, core->engine, key);
    return link == NULL ? 0 : ss_store_ref(&core->pools->store, link);
}

/* The peer's request names us in To and itself in From. RFC3261:12.2.2 */
ss_ref ss_dialog_find_request(const ss_core *core, const ss_msg *request)
{
    ss_name_addr from, to;
    if (ss_msg_from(request, &from) != SS_OK || ss_msg_to(request, &to) != SS_OK) {
        return 0;
    }
    return ss_dialog_find(core, ss_dialog_key(ss_msg_call_id(request), ss_name_addr_tag(&to),
                                              ss_name_addr_tag(&from)));
}
