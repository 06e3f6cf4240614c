/* The top Via at both ends of a hop: the value a client puts (RFC 3261 18.1.1, RFC 3581 section 3), what a server transport
 * writes into it on arrival (18.2.1, RFC 3581 section 4), and whose it is when it comes back (18.1.2).
 *
 * A stamped Via names the true source: a `received` that the sender wrote itself is never believed. */
#include "port.h"

/* RFC3581:3 the rport parameter of a request has no value. */
void ss_put_via(ss_buffer *b, const ss_path *path, ss_slice branch)
{
    ss_put_text(b, "SIP/2.0/");
    ss_put(b, ss_transport_name(path->transport));
    ss_put_char(b, ' ');
    ss_put_host_port(b, &path->local);
    ss_put_text(b, ";branch=");
    ss_put(b, branch);
    ss_put_text(b, ";rport");
}

/* RFC3261:18.1.2 sent-by corresponds to what we insert into requests. */
bool ss_transport_is_our_via(const ss_via *via, const ss_address *local)
{
    ss_transport transport = SS_TRANSPORT_UDP;
    ss_address sent_by;
    if (ss_transport_from(via->transport, &transport) != SS_OK) {
        return false;
    }
    return ss_address_from(via->host, port_or_default(via->port, transport), &sent_by) == SS_OK &&
           ss_address_equal(&sent_by, local);
}

static bool names_host(ss_slice host, const ss_address *address)
{
    ss_address named;
    return ss_address_from(host, 0, &named) == SS_OK && ss_address_same_host(&named, address);
}

static bool wants_rport(const ss_via *via)
{
    return via->has_rport && via->rport == 0;
}

/* RFC3261:18.2.1 a name, or an address other than the source's. RFC3581:4 with rport even when it is the same. */
static bool needs_stamp(const ss_via *via, const ss_address *source)
{
    if (wants_rport(via)) {
        return true;
    }
    return via->received.at != NULL ? !names_host(via->received, source)
                                    : !names_host(via->host, source);
}

/* received without a port: RFC3261:18.2.1 writes an address, an IPv6 one without brackets (25.1, via-received). */
static void put_received(ss_buffer *b, const ss_address *source)
{
    char text[64];
    ss_buffer host = ss_buffer_on(text, sizeof text);
    ss_put_host(&host, source);
    ss_slice address = ss_buffer_slice(&host);
    if (source->family == 6) {
        address = ss_slice_cut(address, 1, address.len - 1);
    }
    ss_put_text(b, ";received=");
    ss_put(b, address);
}

/* RFC3581:4 rport gets its value where it stands; received goes last. */
static void put_stamped(ss_buffer *b, const ss_via *via, const ss_address *source)
{
    ss_slice piece, name;
    size_t at = 0;
    ss_put(b, ss_slice_cut(via->whole, 0, via->whole.len - via->params.bytes.len));
    while (ss_params_next(via->params, &at, &piece, &name)) {
        if (ss_slice_eq_nocase(name, SS_LIT("rport")) && wants_rport(via)) {
            ss_put_text(b, ";rport=");
            ss_put_u64(b, source->port);
        } else if (!ss_slice_eq_nocase(name, SS_LIT("received"))) {
            ss_put(b, piece);
        }
    }
    put_received(b, source);
}

ss_status ss_transport_stamp(ss_msg *request, const ss_path *path, ss_arena *arena)
{
    ss_via via;
    if (ss_msg_top_via(request, &via) != SS_OK || !needs_stamp(&via, &path->remote)) {
        return SS_OK;
    }
    ss_buffer value = ss_buffer_open(arena);
    put_stamped(&value, &via, &path->remote);
    if (value.overflow) {
        return SS_ERR_FULL;
    }
    return ss_msg_replace_top_via(request, arena, ss_buffer_keep(arena, &value));
}
