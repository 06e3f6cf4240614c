/* Descriptions of our own (RFC 8866 section 5), printed line by line from their typed form. The caller says the lines in
 * their order; what is printed is not read again, so slices are to be free of CR, LF and NUL. */
#include "scan.h"

static void put_end(ss_buffer *b)
{
    ss_put(b, SS_LIT("\r\n"));
}

void ss_sdp_put_line(ss_buffer *b, char type, ss_slice value)
{
    ss_put_char(b, type);
    ss_put_char(b, '=');
    ss_put(b, value);
    put_end(b);
}

void ss_sdp_put_attribute(ss_buffer *b, ss_slice name, ss_slice value)
{
    ss_put(b, SS_LIT("a="));
    ss_put(b, name);
    if (value.len > 0) {
        ss_put_char(b, ':');
        ss_put(b, value);
    }
    put_end(b);
}

void ss_sdp_put_address(ss_buffer *b, const ss_sdp_address *address)
{
    ss_put(b, address->nettype);
    ss_put_char(b, ' ');
    ss_put(b, address->addrtype);
    ss_put_char(b, ' ');
    ss_put(b, address->address);
}

void ss_sdp_put_head(ss_buffer *b, const ss_sdp *sdp)
{
    ss_put(b, SS_LIT("v=0\r\no="));
    ss_put(b, sdp->user.len == 0 ? SS_LIT("-") : sdp->user);
    ss_put_char(b, ' ');
    ss_put_u64(b, sdp->session_id);
    ss_put_char(b, ' ');
    ss_put_u64(b, sdp->version);
    ss_put_char(b, ' ');
    ss_sdp_put_address(b, &sdp->origin);
    put_end(b);
    ss_sdp_put_line(b, 's', sdp->name.len == 0 ? SS_LIT("-") : sdp->name);
}

void ss_sdp_put_connection(ss_buffer *b, const ss_sdp_address *address)
{
    ss_put(b, SS_LIT("c="));
    ss_sdp_put_address(b, address);
    put_end(b);
}

void ss_sdp_put_bandwidth(ss_buffer *b, const ss_sdp_bandwidth *bandwidth)
{
    ss_put(b, SS_LIT("b="));
    ss_put(b, bandwidth->type);
    ss_put_char(b, ':');
    ss_put_u64(b, bandwidth->amount);
    put_end(b);
}

void ss_sdp_put_time(ss_buffer *b, const ss_sdp_time *time)
{
    ss_put(b, SS_LIT("t="));
    ss_put(b, time->start);
    ss_put_char(b, ' ');
    ss_put(b, time->stop);
    put_end(b);
    for (uint32_t i = 0; i < time->repeat_count; i++) {
        ss_sdp_put_line(b, 'r', time->repeats[i].value);
    }
    if (time->zones.len > 0) {
        ss_sdp_put_line(b, 'z', time->zones);
    }
}

void ss_sdp_put_media(ss_buffer *b, const ss_sdp_media *media)
{
    ss_put(b, SS_LIT("m="));
    ss_put(b, media->media);
    ss_put_char(b, ' ');
    ss_put_u64(b, media->port);
    if (media->port_count > 1) {
        ss_put_char(b, '/');
        ss_put_u64(b, media->port_count);
    }
    ss_put_char(b, ' ');
    ss_put(b, media->proto);
    ss_put_char(b, ' ');
    ss_put(b, media->formats);
    put_end(b);
}
