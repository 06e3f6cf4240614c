/* What the layers of one engine share: its settings, blocks against its byte quota, and the text of branches and tags.
 *
 * Two limits are told apart: the quota is the engine's own and is answered as SIP answers overload; a store without a block
 * is the host's and ends the run, since another split of the work might have had one (design, section 2). */
#include "ss/txn.h"

#include <string.h>

ss_settings ss_settings_default(void)
{
    return (ss_settings){
        .t1 = SS_MS(500), /* RFC3261:17.1.1.1 */
        .t2 = SS_S(4),
        .t4 = SS_S(5),
        .timer_c = SS_S(181), /* RFC3261:16.6 step 11: larger than 3 minutes */
        .ring_limit = SS_S(120),
        .redirects_max = 7,
        .register_max = SS_S(1800), /* RFC5626:4.5 and a base of 30 s where it is wanted */
        .txns_max = 1u << 20,
        .txns_ending = 16,
        .dialogs_max = 1u << 20,
        .bytes_max = UINT32_MAX,
        .product = SS_EMPTY,
    };
}

ss_ref ss_core_take(ss_core *core, size_t size)
{
    const size_t rounded = ss_store_rounded(size);
    if (core->bytes > core->settings->bytes_max ||
        rounded > core->settings->bytes_max - core->bytes) {
        return 0;
    }
    const ss_ref ref = ss_store_take(&core->pools->store, size);
    if (ref == 0) {
        core->out_of_memory = true;
        return 0;
    }
    core->bytes += (uint32_t)rounded;
    return ref;
}

void ss_core_give(ss_core *core, ss_ref ref, size_t size)
{
    const size_t rounded = ss_store_rounded(size);
    SS_ASSERT(core->bytes >= rounded);
    ss_store_give(&core->pools->store, ref, size);
    core->bytes -= (uint32_t)rounded;
}

ss_status ss_core_keep(ss_core *core, ss_slice bytes, ss_blob *out)
{
    *out = (ss_blob){ .ref = 0 };
    if (bytes.len == 0) {
        return SS_OK;
    }
    const ss_ref ref = bytes.len > SS_STORE_BLOCK_MAX ? 0 : ss_core_take(core, bytes.len);
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    memcpy(ss_store_at(&core->pools->store, ref), bytes.at, bytes.len);
    *out = (ss_blob){ .ref = ref, .len = (uint32_t)bytes.len };
    return SS_OK;
}

void ss_core_drop(ss_core *core, ss_blob *blob)
{
    if (blob->ref != 0) {
        ss_core_give(core, blob->ref, blob->len);
    }
    *blob = (ss_blob){ .ref = 0 };
}

void ss_put_new_branch(ss_core *core, ss_buffer *b)
{
    ss_put_text(b, "z9hG4bK"); /* RFC3261:8.1.1.7 */
    ss_put_hex(b, ss_entropy_next(&core->entropy), 16);
}

/* RFC3261:19.3 64 bits */
void ss_put_new_tag(ss_core *core, ss_buffer *b)
{
    ss_put_hex(b, ss_entropy_next(&core->entropy), 16);
}
