/* What a message is, before anything is done about it: its class, and whose it is. It is read, and no more: there is no transaction
 * yet, no context and no answer.
 *
 * Responses go before requests, since each ends what the proxy keeps; among requests those that follow an INVITE up go before one that
 * begins, and that before the rest. Before all of them go requests to emergency services (RFC 5031's urn:service:sos, and the user
 * "sos") and those whose Resource-Priority (RFC 4412) is of a namespace that is known here, and not the lowest of it. */
#include "context.h"

/* RFC4412:10.2 to 10.6, and the lowest value of each. */
static const struct {
    ss_slice name, lowest;
} namespaces[] = {
    { SS_LIT_INIT("dsn"), SS_LIT_INIT("routine") }, { SS_LIT_INIT("drsn"), SS_LIT_INIT("routine") },
    { SS_LIT_INIT("q735"), SS_LIT_INIT("4") },      { SS_LIT_INIT("ets"), SS_LIT_INIT("4") },
    { SS_LIT_INIT("wps"), SS_LIT_INIT("4") },
};

static bool is_urgent_value(ss_slice value)
{
    const size_t dot = ss_slice_find(value, '.');
    for (size_t i = 0; i < SS_COUNT(namespaces) && dot < value.len; i++) {
        if (ss_slice_eq_nocase(ss_slice_cut(value, 0, dot), namespaces[i].name)) {
            return !ss_slice_eq_nocase(ss_slice_cut(value, dot + 1, value.len),
                                       namespaces[i].lowest);
        }
    }
    return false;
}

/* RFC4412:4.6.2 A value that is not understood is as if it were not there. */
static bool has_urgent_value(const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    while (ss_msg_next_value(request, SS_HDR_RESOURCE_PRIORITY, &it, &value) == SS_OK) {
        if (is_urgent_value(value)) {
            return true;
        }
    }
    return false;
}

/* urn:service:sos, urn:service:sos.fire; or sip:sos@anywhere. */
static bool is_emergency(const ss_msg *request)
{
    static const ss_slice sos = SS_LIT_INIT("urn:service:sos");
    const ss_slice uri = request->request_uri;
    if (uri.len >= sos.len && ss_slice_eq_nocase(ss_slice_cut(uri, 0, sos.len), sos)) {
        return uri.len == sos.len || uri.at[sos.len] == '.';
    }
    return (request->target.scheme == SS_SCHEME_SIP || request->target.scheme == SS_SCHEME_SIPS) &&
           ss_slice_eq_nocase(request->target.user, SS_LIT("sos"));
}

static ss_class class_of(const ss_visit *v, const ss_msg *msg)
{
    if (!msg->is_request) {
        return SS_CLASS_RESPONSE;
    }
    if (!v->proxy->config->queue->ignores_marks && (is_emergency(msg) || has_urgent_value(msg))) {
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
    return (ss_arrival){ .class = class_of(v, &msg),
                         .is_message = true,
                         .is_request = msg.is_request,
                         .method = msg.method,
                         .status = msg.status,
                         .branch = ss_via_identity(&via),
                         .call_id = hash == 0 ? 1 : hash,
                         .dialog = dialog_of(call_id, path),
                         .is_copy = msg.is_request && msg.method != SS_METHOD_CANCEL &&
                                    ss_txn_find_cancelled(v->core, &msg) != 0 };
}
