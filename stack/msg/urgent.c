/* Requests that go before others: to emergency services (RFC 5031's urn:service:sos, and the user "sos"), and those whose Resource-Priority
 * (RFC 4412) is of a namespace that is known here, and not the lowest of it. */
#include "ss/msg.h"

/* RFC4412:10.2 to 10.6; of each the lowest value first. */
static const struct {
    ss_slice name;
    ss_slice values[6];
} namespaces[] = {
    { SS_LIT_INIT("dsn"),
      { SS_LIT_INIT("routine"), SS_LIT_INIT("priority"), SS_LIT_INIT("immediate"),
        SS_LIT_INIT("flash"), SS_LIT_INIT("flash-override") } },
    { SS_LIT_INIT("drsn"),
      { SS_LIT_INIT("routine"), SS_LIT_INIT("priority"), SS_LIT_INIT("immediate"),
        SS_LIT_INIT("flash"), SS_LIT_INIT("flash-override"),
        SS_LIT_INIT("flash-override-override") } },
    { SS_LIT_INIT("q735"),
      { SS_LIT_INIT("4"), SS_LIT_INIT("3"), SS_LIT_INIT("2"), SS_LIT_INIT("1"),
        SS_LIT_INIT("0") } },
    { SS_LIT_INIT("ets"),
      { SS_LIT_INIT("4"), SS_LIT_INIT("3"), SS_LIT_INIT("2"), SS_LIT_INIT("1"),
        SS_LIT_INIT("0") } },
    { SS_LIT_INIT("wps"),
      { SS_LIT_INIT("4"), SS_LIT_INIT("3"), SS_LIT_INIT("2"), SS_LIT_INIT("1"),
        SS_LIT_INIT("0") } },
};
enum { NAMESPACES = SS_COUNT(namespaces), VALUES = SS_COUNT(namespaces[0].values) };

/* From 0, the lowest; -1: it is not known. RFC4412:3.1 */
static int rank_of(ss_slice value)
{
    const size_t dot = ss_slice_find(value, '.');
    if (dot == value.len) {
        return -1;
    }
    const ss_slice name = ss_slice_cut(value, 0, dot);
    const ss_slice priority = ss_slice_cut(value, dot + 1, value.len);
    for (size_t i = 0; i < NAMESPACES; i++) {
        for (int k = 0; k < (int)VALUES && ss_slice_eq_nocase(name, namespaces[i].name); k++) {
            const ss_slice known = namespaces[i].values[k];
            if (known.len > 0 && ss_slice_eq_nocase(priority, known)) {
                return k;
            }
        }
    }
    return -1;
}

/* The highest of those that are known, or -1. RFC4412:4.6.2 A value that is not understood is as if it were not there. */
static int highest_rank(const ss_msg *request)
{
    int highest = -1;
    ss_value_iter it = { 0 };
    ss_slice value;
    while (ss_msg_next_value(request, SS_HDR_RESOURCE_PRIORITY, &it, &value) == SS_OK) {
        const int rank = rank_of(value);
        highest = rank > highest ? rank : highest;
    }
    return highest;
}

bool ss_msg_knows_priority(const ss_msg *request)
{
    return ss_msg_count(request, SS_HDR_RESOURCE_PRIORITY) == 0 || highest_rank(request) >= 0;
}

void ss_put_priorities(ss_buffer *b)
{
    const size_t from = b->len;
    for (size_t i = 0; i < NAMESPACES; i++) {
        for (size_t k = 0; k < VALUES && namespaces[i].values[k].len > 0; k++) {
            ss_put_text(b, b->len == from ? "" : ", ");
            ss_put(b, namespaces[i].name);
            ss_put_char(b, '.');
            ss_put(b, namespaces[i].values[k]);
        }
    }
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
    return is_emergency(request) || highest_rank(request) > 0;
}
