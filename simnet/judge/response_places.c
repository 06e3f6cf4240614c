/* TRN3: where responses go (RFC 3261 18.2.2, RFC 3581 4). Over a stream to the node that the request came from; over UDP there too, to
 * the port that rport names, which is the one that the request came from, or else to that of sent-by. What goes elsewhere was sent
 * before, byte for byte, and failed (RFC 3263 5), and its transaction goes with it. A maddr leads where nobody here can tell, and so
 * does a tap.
 *
 * The Via is read from the response itself, by a reader of its own. What it cannot read is not judged.
 */
#include "laws.h"

#define SIP_PORT 5060u

typedef struct via_view {
    uint64_t port, rport; /* rport 0: it has none, or one without a value */
    bool has_maddr;
} via_view;

static bool is_via(ss_slice name)
{
    return ss_slice_eq_nocase(name, SS_LIT("Via")) || ss_slice_eq_nocase(name, SS_LIT("v"));
}

/* The value of the first Via line, to the end of its first part; empty when there is none. */
static ss_slice top_via(ss_slice payload)
{
    size_t line = ss_slice_find(payload, '\n');
    while (line < payload.len) {
        payload = ss_slice_cut(payload, line + 1, payload.len);
        line = ss_slice_find(payload, '\n');
        const ss_slice text = ss_slice_cut(payload, 0, line);
        const size_t colon = ss_slice_find(text, ':');
        if (text.len < 2) { /* the end of the head */
            break;
        }
        if (is_via(ss_slice_trim(ss_slice_cut(text, 0, colon)))) {
            const ss_slice value = ss_slice_cut(text, colon + 1, text.len);
            return ss_slice_trim(ss_slice_cut(value, 0, ss_slice_find(value, ',')));
        }
    }
    return SS_EMPTY;
}

/* "SIP/2.0/UDP host:port": what stands behind the last blank of it, and there behind a colon that is in no brackets. */
static bool read_sent_by(ss_slice text, via_view *out)
{
    text = ss_slice_trim(text);
    size_t from = text.len;
    while (from > 0 && text.at[from - 1] != ' ' && text.at[from - 1] != ']') {
        from--;
    }
    const ss_slice host = ss_slice_cut(text, from, text.len);
    const size_t colon = ss_slice_find(host, ':');
    out->port = SIP_PORT;
    return colon >= host.len || ss_slice_to_u64(ss_slice_cut(host, colon + 1, host.len), UINT16_MAX,
                                                &out->port) == SS_OK;
}

/* Neither rport nor maddr, which the first letters say of most: of a branch, and of received. */
static bool is_another(ss_slice param)
{
    const char first = param.len == 0 ? '\0' : ss_lower(param.at[0]);
    const char second = param.len < 2 ? '\0' : ss_lower(param.at[1]);
    return (first != 'r' || second != 'p') && first != 'm' && first != '\t';
}

static bool read_param(ss_slice param, via_view *out)
{
    while (param.len > 0 && param.at[0] == ' ') {
        param = ss_slice_cut(param, 1, param.len);
    }
    if (is_another(param)) {
        return true;
    }
    const size_t equals = ss_slice_find(param, '=');
    const ss_slice name = ss_slice_trim(ss_slice_cut(param, 0, equals));
    out->has_maddr = out->has_maddr || ss_slice_eq_nocase(name, SS_LIT("maddr"));
    return !ss_slice_eq_nocase(name, SS_LIT("rport")) || equals >= param.len ||
           ss_slice_to_u64(ss_slice_trim(ss_slice_cut(param, equals + 1, param.len)), UINT16_MAX,
                           &out->rport) == SS_OK;
}

static bool read_via(ss_slice payload, via_view *out)
{
    ss_slice rest = top_via(payload);
    size_t end = ss_slice_find(rest, ';');
    *out = (via_view){ .port = 0 };
    if (rest.len == 0 || ss_slice_find(rest, '"') < rest.len ||
        !read_sent_by(ss_slice_cut(rest, 0, end), out)) {
        return false;
    }
    while (end < rest.len) {
        rest = ss_slice_cut(rest, end + 1, rest.len);
        end = ss_slice_find(rest, ';');
        if (!read_param(ss_slice_cut(rest, 0, end), out)) {
            return false;
        }
    }
    return true;
}

/* ---- the law ------------------------------------------------------------------------------------------------- */

static bool is_known(const sn_judge *j, uint32_t node)
{
    return node < j->cast->node_count && member(j, node)->role != SN_ROLE_TAP;
}

static void judge(sn_judge *j, const sn_fact *f, const txn *t)
{
    via_view via;
    if (!is_known(j, t->from) || !read_via(j->payload, &via) || via.has_maddr) {
        return;
    }
    if (f->peer != t->from) {
        if (f->peer == SN_NOBODY || is_known(j, f->peer)) {
            sn_judge_broken(j, LAW_TRN3, f->key.at, f->entity, f->sip.call_id,
                            "status %u goes elsewhere than where its request came from",
                            f->sip.status);
        }
    } else if (f->transport == SS_TRANSPORT_UDP &&
               f->peer_port != (via.rport != 0 ? via.rport : via.port)) {
        sn_judge_broken(j, LAW_TRN3, f->key.at, f->entity, f->sip.call_id,
                        "status %u goes to port %u, and not to that of its Via", f->sip.status,
                        f->peer_port);
    } else if (via.rport != 0 && via.rport != t->from_port) {
        sn_judge_broken(j, LAW_TRN3, f->key.at, f->entity, f->sip.call_id,
                        "rport of status %u is not the port that its request came from",
                        f->sip.status);
    }
}

bool sn_response_goes_on(sn_judge *j, const sn_fact *f, txn *t)
{
    const bool is_copy = t->said != 0 && t->said == f->hash;
    const bool is_elsewhere =
        is_copy && (f->peer != t->said_to || f->peer_port != t->said_port); /* RFC3263:5 */
    t->has_moved = t->has_moved || is_elsewhere;
    t->said = f->hash;
    t->said_to = f->peer;
    t->said_port = f->peer_port;
    if (!t->has_moved) {
        judge(j, f, t);
    }
    return is_elsewhere;
}
