/* What a message is, before anything is done about it: its class, and whose it is. It is read, and no more: there is no transaction
 * yet, no context and no answer.
 *
 * Responses go before requests, since each ends what the proxy keeps; among requests those that follow an INVITE up go before one that
 * begins, and that before the rest. Before all of them go those that ss_msg_is_urgent knows. */
#include "context.h"

static ss_class class_of(const ss_visit *v, const ss_msg *msg)
{
    if (!msg->is_request) {
        return SS_CLASS_RESPONSE;
    }
    if (!v->proxy->config->queue->ignores_marks && ss_msg_is_urgent(msg)) {
        return SS_CLASS_PRIORITY;
    }
    switch (msg->method) {
    case SS_METHOD_ACK:
    case SS_METHOD_BYE:
    case SS_METHOD_CANCEL:
    case SS_METHOD_PRACK:
        return SS_CLASS_FOLLOW_UP;
    case SS_METHOD_INVITE:
        return SS_CLASS_INVITE;
    default:
        return SS_CLASS_OTHER;
    }
}

/* Both directions of a dialog have no order here: they come from different neighbours. */
static ss_key128 dialog_of(ss_slice call_id, const ss_path *path)
{
    const ss_slice host = { (const char *)path->remote.ip, sizeof path->remote.ip };
    const uint64_t from = ss_hash64(path->remote.family, host);
    return (ss_key128){ .lo = ss_mix_absorb(ss_hash64(0x7175657565000001u, call_id), from),
                        .hi = ss_mix_absorb(ss_hash64(0x7175657565000002u, call_id), from) };
}

ss_arrival ss_arrival_read(const ss_visit *v, const ss_path *path, ss_slice bytes)
{
    ss_arena scratch = *v->turn->arena; /* what it takes is given back by forgetting it */
    ss_msg msg;
    ss_diag diag;
    ss_via via;
    if (ss_msg_parse(&msg, &scratch, bytes, &diag) != SS_OK ||
        ss_msg_top_via(&msg, &via) != SS_OK) {
        return (ss_arrival){ .class = SS_CLASS_OTHER,
                             .method = SS_METHOD_OTHER,
                             .dialog = dialog_of(SS_EMPTY, path) };
    }
    const ss_slice call_id = ss_msg_call_id(&msg);
    const uint64_t hash = ss_hash64(0, call_id);
    ss_name_addr to;
    return (ss_arrival){ .class = class_of(v, &msg),
                         .is_message = true,
                         .is_request = msg.is_request,
                         .method = msg.method,
                         .status = msg.status,
                         .branch = ss_via_identity(&via),
                         .call_id = hash == 0 ? 1 : hash,
                         .dialog = dialog_of(call_id, path),
                         .is_copy = msg.is_request && ss_txn_is_served(v->core, &msg),
                         .takes_part = ss_overload_choose(v->core, &via) != SS_OC_NONE,
                         .is_in_dialog =
                             ss_msg_to(&msg, &to) == SS_OK && ss_name_addr_tag(&to).len > 0 };
}
