/* The state of overload control, and the server's side of a transaction: what the engine asks of its clients goes into the top Via of its
 * responses (RFC 7339 5.1, 5.2), for those that said in their request that they know of it. A copy of a response says what the first
 * said, as it is the same bytes. */
#include "overload.h"

ss_overload *ss_overload_of(const ss_core *core)
{
    return core->overload == 0 ? NULL : ss_store_at(&core->pools->store, core->overload);
}

ss_overload *ss_overload_obtain(ss_core *core)
{
    if (core->overload == 0) {
        core->overload = ss_core_take(core, sizeof(ss_overload));
    }
    return ss_overload_of(core);
}

size_t ss_overload_bytes(const ss_core *core)
{
    return core->overload == 0
               ? 0
               : ss_store_rounded(sizeof(ss_overload)) + ss_path_mtu_bytes(ss_overload_of(core)) +
                     ss_self_limit_bytes(ss_overload_of(core));
}

void ss_overload_forget(ss_core *core)
{
    if (core->overload != 0) {
        ss_path_mtu_forget(core, ss_overload_of(core));
        ss_self_limit_forget(core, ss_overload_of(core));
        ss_core_give(core, core->overload, sizeof(ss_overload));
        core->overload = 0;
    }
}

bool ss_overload_say(ss_core *core, const ss_oc_says *says)
{
    ss_overload *o = ss_overload_obtain(core);
    if (o != NULL) {
        o->says = *says;
        o->is_server = true;
    }
    return o != NULL;
}

/* RFC7339:4.2 RFC7339:5.1 one of the list; the same for a client as long as it sends the same list (5.8). */
ss_oc_algorithm ss_overload_choose(const ss_core *core, const ss_via *of_request)
{
    ss_oc oc;
    if (ss_oc_read(of_request, &oc) != SS_OK || !oc.is_there || oc.has_value) {
        return SS_OC_NONE;
    }
    for (size_t i = 0; i < SS_COUNT(core->settings->overload_control); i++) {
        const uint8_t ours = core->settings->overload_control[i];
        if (ours != SS_OC_NONE && (oc.algorithms[0] == ours || oc.algorithms[1] == ours)) {
            return (ss_oc_algorithm)ours;
        }
    }
    return SS_OC_NONE;
}

/* RFC7339:5.2 RFC7339:5.7 RFC7415:3.4 */
static void put_says(ss_buffer *b, const ss_oc_says *says, ss_oc_algorithm algorithm)
{
    char digits[8];
    ss_buffer fraction = ss_buffer_on(digits, sizeof digits);
    const bool is_active = says->validity_ms != 0;
    ss_put_text(b, ";oc=");
    ss_put_u64(b, !is_active ? 0 : algorithm == SS_OC_RATE ? says->rate : says->loss);
    ss_put_text(b, algorithm == SS_OC_RATE ? ";oc-algo=\"rate\"" : ";oc-algo=\"loss\"");
    ss_put_text(b, ";oc-validity=");
    ss_put_u64(b, says->validity_ms);
    ss_put_text(b, ";oc-seq=");
    ss_put_u64(b, says->seq / 100000);
    ss_put_char(b, '.');
    ss_put_u64(&fraction, 100000 + says->seq % 100000);
    ss_put(b, ss_slice_cut(ss_buffer_slice(&fraction), 1, 6));
}

ss_slice ss_overload_stamp(const ss_core *core, ss_arena *arena, const ss_via *of_request,
                           ss_slice response)
{
    const ss_overload *o = ss_overload_of(core);
    const ss_oc_algorithm algorithm =
        o == NULL || !o->is_server ? SS_OC_NONE : ss_overload_choose(core, of_request);
    return algorithm == SS_OC_NONE ? response
                                   : ss_overload_stamp_as(core, arena, algorithm, response);
}

ss_slice ss_overload_stamp_as(const ss_core *core, ss_arena *arena, ss_oc_algorithm algorithm,
                              ss_slice response)
{
    const ss_overload *o = ss_overload_of(core);
    const size_t used = arena->used;
    ss_msg *msg = o == NULL || !o->is_server ? NULL : SS_ARENA_NEW(arena, ss_msg);
    ss_diag diag;
    ss_via via;
    if (msg == NULL || ss_msg_parse(msg, arena, response, &diag) != SS_OK ||
        ss_msg_top_via(msg, &via) != SS_OK) {
        arena->used = used;
        return response;
    }
    ss_buffer b = ss_buffer_open(arena);
    ss_put_via_without_oc(&b, &via);
    put_says(&b, &o->says, algorithm);
    if (b.overflow || ss_msg_replace_top_via(msg, arena, ss_buffer_keep(arena, &b)) != SS_OK) {
        return response;
    }
    return msg->bytes;
}
