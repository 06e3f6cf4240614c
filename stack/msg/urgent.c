/* Requests that go before others: to emergency services (RFC 5031's urn:service:sos, and the user "sos"), and those whose Resource-Priority
 * (RFC 4412) is of a namespace that is known here, and not the lowest of it. */
#include "ss/msg.h"

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

bool ss_msg_is_urgent(const ss_msg *request)
{
    return is_emergency(request) || has_urgent_value(request);
}
