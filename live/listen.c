/* Where to listen, as users write it: "udp:127.0.0.1:5060", "tcp:[::1]:5060". */
#include "sl/site.h"

/* host:port, or [host]:port; the port may be left out. */
static bool split(ss_slice text, ss_slice *host, ss_slice *port)
{
    const size_t bracket = ss_slice_find(text, ']');
    size_t colon = bracket == text.len ? ss_slice_find(text, ':') : bracket + 1;
    if (colon > text.len || (colon < text.len && text.at[colon] != ':')) {
        return false;
    }
    *host = ss_slice_cut(text, 0, colon);
    *port = colon == text.len ? SS_EMPTY : ss_slice_cut(text, colon + 1, text.len);
    return true;
}

static bool is_everywhere(const ss_address *a)
{
    for (size_t i = 0; i < (a->family == 4 ? 4u : 16u); i++) {
        if (a->ip[i] != 0) {
            return false;
        }
    }
    return true;
}

bool sl_listen_parse(ss_slice text, sl_listen *out, const char **why)
{
    const size_t colon = ss_slice_find(text, ':');
    const ss_slice word = ss_slice_cut(text, 0, colon);
    ss_slice host, port;
    uint64_t number = SN_SIP_PORT;
    *why =
        "udp:ADDRESS:PORT or tcp:ADDRESS:PORT is wanted, as udp:127.0.0.1:5060 or tcp:[::1]:5060";
    if (ss_slice_eq_nocase(word, SS_LIT("udp"))) {
        out->transport = SS_TRANSPORT_UDP;
    } else if (ss_slice_eq_nocase(word, SS_LIT("tcp"))) {
        out->transport = SS_TRANSPORT_TCP;
    } else {
        if (ss_slice_eq_nocase(word, SS_LIT("tls"))) {
            *why = "TLS is not in this version";
        }
        return false;
    }
    if (colon == text.len || !split(ss_slice_cut(text, colon + 1, text.len), &host, &port)) {
        return false;
    }
    if (port.len > 0 && ss_slice_to_u64(port, UINT16_MAX, &number) != SS_OK) {
        *why = "the port is a number up to 65535; 0 takes one that is free";
        return false;
    }
    if (ss_address_from(host, (uint16_t)number, &out->address) != SS_OK) {
        *why = "the address is a number, as 127.0.0.1 or [::1]: names may lead to several";
        return false;
    }
    if (is_everywhere(&out->address)) {
        *why = "Via and Contact must name one address: give that of this machine which peers reach";
        return false;
    }
    return true;
}

void sl_put_listen(ss_buffer *b, const sl_listen *listen)
{
    ss_put_text(b, listen->transport == SS_TRANSPORT_TCP ? "tcp:" : "udp:");
    ss_put_host_port(b, &listen->address);
}
