/* The origin of the descriptions that a B2BUA passes on (RFC 3264 section 8, RFC 8866 5.2): each side has one session with the B2BUA,
 * so that its o= line stays as it was, and its version rises by one whenever the rest is another. Those of the other end would
 * jump, when a description did not pass, and change altogether with the one who answers. */
#include "b2bua_pair.h"

/* The line, with its end; empty when there is none. */
static ss_slice origin_in(ss_slice sdp)
{
    size_t from = 0;
    while (from < sdp.len) {
        const ss_slice rest = ss_slice_cut(sdp, from, sdp.len);
        const size_t end = ss_slice_find(rest, '\n');
        const size_t len = end < rest.len ? end + 1 : end;
        if (ss_slice_starts(rest, SS_LIT("o="))) {
            return ss_slice_cut(rest, 0, len);
        }
        from += len;
    }
    return SS_EMPTY;
}

/* RFC8866:5.2 numbers of 31 bits, which anybody can read. */
static void begin(work *w, ss_origin *origin)
{
    origin->id = origin->version = ss_entropy_next(&w->e->core.entropy) >> 33;
}

/* RFC3264:8 */
static void move_on(work *w, ss_origin *origin, uint64_t rest)
{
    if (origin->said == 0) {
        begin(w, origin);
    } else if (origin->said != rest) {
        origin->version++;
    }
    origin->said = rest;
}

/* RFC8866:9 an address of version 6 stands without brackets. */
static void put_origin(ss_buffer *b, const work *w, const ss_origin *origin)
{
    char text[64];
    ss_buffer host = ss_buffer_on(text, sizeof text);
    const ss_address *local = &w->e->ua.identity->local.local;
    ss_put_host(&host, local);
    const ss_slice literal = ss_buffer_slice(&host);
    ss_put_text(b, "- ");
    ss_put_u64(b, origin->id);
    ss_put_char(b, ' ');
    ss_put_u64(b, origin->version);
    ss_put_text(b, local->family == 6 ? " IN IP6 " : " IN IP4 ");
    ss_put(b, local->family == 6 ? ss_slice_cut(literal, 1, literal.len - 1) : literal);
}

ss_slice ss_b2bua_last_origin(work *w, const ss_origin *origin)
{
    ss_buffer b = ss_buffer_open(w->turn->arena);
    if (origin->said == 0) {
        return SS_EMPTY;
    }
    put_origin(&b, w, origin);
    return ss_buffer_keep(w->turn->arena, &b);
}

ss_slice ss_b2bua_own_origin(work *w, ss_origin *origin, ss_slice sdp)
{
    const ss_slice line = origin_in(sdp);
    if (line.len == 0) {
        return sdp;
    }
    const size_t at = (size_t)(line.at - sdp.at);
    const ss_slice before = ss_slice_cut(sdp, 0, at);
    const ss_slice after = ss_slice_cut(sdp, at + line.len, sdp.len);
    move_on(w, origin, ss_hash64(ss_hash64(1, before), after) | 1);
    ss_buffer b = ss_buffer_open(w->turn->arena);
    ss_put(&b, before);
    ss_put_text(&b, "o=");
    put_origin(&b, w, origin);
    ss_put_text(&b, "\r\n");
    ss_put(&b, after);
    return ss_buffer_keep(w->turn->arena, &b);
}
