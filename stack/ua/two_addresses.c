/* A user agent with an address of each version of IP. What it says to somebody has the address of the version that leads to him: the sent-by
 * of its Via, so that the response finds back (RFC 3261 18.1.1, 18.2.2), its Contact, so that he can send requests (8.1.1.8), and in a
 * session description of its own the c= lines and the paths of MSRP, so that media can. The o= line, which is a name, is always the same
 * (RFC 8866 5.2), and so is the host in a Call-ID.
 *
 * A message is printed with the address that is preferred; where it goes is known when it is sent, and at the latest then it passes here.
 * Who has one address only gets it back as it is. */
#include "usage.h"

enum { HOST_BYTES_MAX = 64 };

const ss_address *ss_ua_address_for(const ss_visit *v, uint8_t family)
{
    const ss_ua_identity *me = v->ua->identity;
    const bool has_other =
        family != 0 && me->profile != NULL && me->profile->other.family == family;
    return has_other && me->local.local.family != family ? &me->profile->other : &me->local.local;
}

static bool has_two(const ss_visit *v)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    return profile != NULL && profile->other.family != 0;
}

/** One message on its way to another address. */
typedef struct move {
    const ss_visit *v;
    ss_msg msg;
    ss_splice edits;
    ss_address from, to; /* ours: the one that must not stand there, and the other */
    uint32_t count;
    size_t shift; /* bytes that the body has more, modulo their number */
} move;

static void replace(move *m, ss_slice old, ss_slice text)
{
    ss_splice_replace(&m->edits, old, text);
    m->count++;
}

/* ---- head ---- */

static void move_host(move *m, ss_slice host, uint16_t port)
{
    ss_address named;
    char text[HOST_BYTES_MAX];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    if (ss_address_from(host, port == 0 ? 5060 : port, &named) == SS_OK &&
        ss_address_equal(&named, &m->from)) {
        ss_put_host(&b, &m->to);
        replace(m, host, ss_buffer_slice(&b));
    }
}

static void move_contacts(move *m)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    while (ss_msg_next_addr(&m->msg, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        ss_uri uri;
        if (!contact.is_star && ss_uri_parse(contact.uri, &uri) == SS_OK) {
            move_host(m, uri.host, uri.port);
        }
    }
}

/* ---- session description ---- */

static void put_bare_host(ss_buffer *b, const ss_address *a)
{
    char text[HOST_BYTES_MAX];
    ss_buffer literal = ss_buffer_on(text, sizeof text);
    ss_put_host(&literal, a);
    const ss_slice host = ss_buffer_slice(&literal);
    ss_put(b, a->family == 6 ? ss_slice_cut(host, 1, host.len - 1) : host);
}

/* RFC8866:5.7 "IP4 10.0.0.1", "IP6 2001:db8::1" */
static void put_connection(ss_buffer *b, const ss_address *a)
{
    ss_put_text(b, a->family == 6 ? "IP6 " : "IP4 ");
    put_bare_host(b, a);
}

typedef void put_as(ss_buffer *b, const ss_address *a);

/* What stands behind `head` in the line, when it is the old address as `put` writes it; `end` is what follows it. */
static void move_line(move *m, ss_slice line, ss_slice head, put_as *put, char end)
{
    char was[HOST_BYTES_MAX + 8], is[HOST_BYTES_MAX + 8];
    ss_buffer old = ss_buffer_on(was, sizeof was), new = ss_buffer_on(is, sizeof is);
    if (!ss_slice_starts(line, head)) {
        return;
    }
    put(&old, &m->from);
    put(&new, &m->to);
    const ss_slice rest = ss_slice_cut(line, head.len, line.len);
    const bool ends = rest.len > old.len ? rest.at[old.len] == end : end == '\r';
    if (ends && ss_slice_starts(rest, ss_buffer_slice(&old))) {
        replace(m, ss_slice_cut(rest, 0, old.len), ss_buffer_slice(&new));
        m->shift += new.len - old.len;
    }
}

static void move_description(move *m)
{
    const ss_slice type = ss_value_head(ss_msg_value(&m->msg, SS_HDR_CONTENT_TYPE, 0), NULL);
    ss_slice rest = ss_slice_eq_nocase(type, SS_LIT("application/sdp")) ? m->msg.body : SS_EMPTY;
    while (rest.len > 0) {
        const size_t end = ss_slice_find(rest, '\n');
        const ss_slice line = ss_slice_cut(rest, 0, end);
        move_line(m, line, SS_LIT("c=IN "), put_connection, '\r');
        move_line(m, line, SS_LIT("a=path:msrp://"), ss_put_host, ':');
        rest = end < rest.len ? ss_slice_cut(rest, end + 1, rest.len) : SS_EMPTY;
    }
    if (m->shift != 0) {
        ss_splice_set_u64(&m->edits, SS_HDR_CONTENT_LENGTH, m->msg.body.len + m->shift);
    }
}

/* ---- the whole ---- */

static ss_slice print(move *m, ss_slice bytes)
{
    if (m->count == 0) {
        return bytes;
    }
    ss_buffer b = ss_buffer_open(m->v->turn->arena);
    const ss_status printed = ss_splice_print(&m->edits, &b);
    m->v->turn->failed |= printed != SS_OK;
    return printed == SS_OK ? ss_buffer_keep(m->v->turn->arena, &b) : SS_EMPTY;
}

static ss_slice move_to(const ss_visit *v, ss_slice bytes, uint8_t family)
{
    ss_diag diag;
    move m = { .v = v, .to = *ss_ua_address_for(v, family) };
    if (m.to.family != family || ss_msg_parse(&m.msg, v->turn->arena, bytes, &diag) != SS_OK) {
        return m.to.family != family ? bytes : SS_EMPTY;
    }
    m.from = *ss_ua_address_for(v, family == 6 ? 4 : 6);
    m.edits = ss_splice_begin(&m.msg, v->turn->arena);
    if (m.msg.is_request) {
        move_host(&m, m.msg.top_via.host, m.msg.top_via.port);
    }
    move_contacts(&m);
    move_description(&m);
    return print(&m, bytes);
}

/* RFC3261:18.1.1 RFC3261:8.1.1.8 */
ss_slice ss_ua_from_here(const ss_visit *v, ss_slice request, ss_path *path)
{
    if (!has_two(v) || path->remote.family == 0 || request.len == 0) {
        return request;
    }
    path->local = *ss_ua_address_for(v, path->remote.family);
    return move_to(v, request, path->remote.family);
}

/* The request says where it came from, since its top Via was stamped: RFC3261:18.2.1 RFC3261:12.1.1 */
ss_slice ss_ua_back_from_here(const ss_visit *v, ss_slice response)
{
    ss_msg msg;
    ss_diag diag;
    ss_via via;
    ss_address client;
    if (!has_two(v) || response.len == 0) {
        return response;
    }
    if (ss_msg_parse(&msg, v->turn->arena, response, &diag) != SS_OK) {
        return SS_EMPTY;
    }
    const bool is_known =
        ss_msg_top_via(&msg, &via) == SS_OK &&
        ss_address_from(via.received.at != NULL ? via.received : via.host, 0, &client) == SS_OK;
    return is_known ? move_to(v, response, client.family) : response;
}
