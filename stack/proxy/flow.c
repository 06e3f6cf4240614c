/* Flow tokens: RFC 5626 5.1 to 5.3. The user part of a Path or Record-Route value of ours says over which flow the user agent behind
 * this proxy is reached: transport, address, port and connection, and a code that nobody else can make. Nothing is stored: what a
 * restart forgets is the key, and with it every token.
 */
#include "context.h"

#include <string.h>

enum { CODE_DIGITS = 16, HEAD_DIGITS = 2, PORT_DIGITS = 4, CONNECTION_DIGITS = 8 };

static unsigned address_digits(unsigned family)
{
    return family == 4 ? 8 : 32;
}

/* With the host's HMAC where it lends one, else by the engine's own keyed hash. RFC5626:5.2 */
static uint64_t code_of(const ss_visit *v, ss_slice flow)
{
    const ss_crypto *crypto = v->proxy->config->crypto;
    const uint64_t key = ss_mix_absorb(v->core->entropy.key, 0x666c6f77u);
    if (crypto == NULL) {
        return ss_mix_absorb(key, ss_hash64(key, flow));
    }
    unsigned char mac[32];
    uint64_t code = 0;
    char text[16];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_hex(&b, key, 16);
    crypto->hmac(crypto->self, ss_buffer_slice(&b), &flow, 1, mac);
    for (size_t i = 0; i < sizeof code; i++) {
        code = code << 8 | mac[i];
    }
    return code;
}

/* "10.0.0.7:5060 over UDP" as "00" transport, family, address, port, connection. */
static void put_flow(ss_buffer *b, const ss_path *flow)
{
    ss_put_hex(b, flow->transport, 1);
    ss_put_hex(b, flow->remote.family == 4 ? 4 : 6, 1);
    for (unsigned i = 0; i < address_digits(flow->remote.family) / 2; i++) {
        ss_put_hex(b, flow->remote.ip[i], 2);
    }
    ss_put_hex(b, flow->remote.port, PORT_DIGITS);
    ss_put_hex(b, flow->connection, CONNECTION_DIGITS);
}

void ss_put_flow_token(const ss_visit *v, ss_buffer *b, const ss_path *flow)
{
    char memory[64];
    ss_buffer text = ss_buffer_on(memory, sizeof memory);
    put_flow(&text, flow);
    ss_put_hex(b, code_of(v, ss_buffer_slice(&text)), CODE_DIGITS);
    ss_put(b, ss_buffer_slice(&text));
}

static bool take_hex(ss_slice *text, unsigned digits, uint32_t *value)
{
    *value = 0;
    if (text->len < digits) {
        return false;
    }
    for (unsigned i = 0; i < digits; i++) {
        const int digit = ss_hex_digit(text->at[i]);
        if (digit < 0) {
            return false;
        }
        *value = *value << 4 | (uint32_t)digit;
    }
    *text = ss_slice_cut(*text, digits, text->len);
    return true;
}

static bool read_flow(ss_slice text, ss_path *flow)
{
    uint32_t transport, family, byte, port, connection;
    if (!take_hex(&text, 1, &transport) || !take_hex(&text, 1, &family) ||
        transport >= SS_TRANSPORT_COUNT || (family != 4 && family != 6)) {
        return false;
    }
    flow->transport = (ss_transport)transport;
    flow->remote = (ss_address){ .family = (uint8_t)family };
    for (unsigned i = 0; i < address_digits(family) / 2; i++) {
        if (!take_hex(&text, 2, &byte)) {
            return false;
        }
        flow->remote.ip[i] = (uint8_t)byte;
    }
    if (!take_hex(&text, PORT_DIGITS, &port) || !take_hex(&text, CONNECTION_DIGITS, &connection)) {
        return false;
    }
    flow->remote.port = (uint16_t)port;
    flow->connection = connection;
    return text.len == 0;
}

/* A token with another MAC is nobody's of ours. RFC5626:5.3.1 */
bool ss_flow_from_token(const ss_visit *v, ss_slice token, ss_path *flow)
{
    if (token.len <= CODE_DIGITS) {
        return false;
    }
    const ss_slice text = ss_slice_cut(token, CODE_DIGITS, token.len);
    char memory[CODE_DIGITS];
    ss_buffer code = ss_buffer_on(memory, sizeof memory);
    ss_put_hex(&code, code_of(v, text), CODE_DIGITS);
    *flow = v->proxy->config->local;
    if (!ss_slice_eq(ss_slice_cut(token, 0, CODE_DIGITS), ss_buffer_slice(&code)) ||
        !read_flow(text, flow)) {
        return false;
    }
    flow->local = *ss_proxy_local(v->proxy, flow->remote.family);
    return true;
}

bool ss_path_next(ss_slice *path, ss_slice *uri)
{
    const size_t open = ss_slice_find(*path, '<'), close = ss_slice_find(*path, '>');
    if (open >= close || close >= path->len) {
        return false;
    }
    *uri = ss_slice_cut(*path, open + 1, close);
    *path = ss_slice_cut(*path, close + 1, path->len);
    return true;
}

/* From where the request came, as far as its Via says: it was stamped (18.2.1, RFC 3581). */
static bool came_over(const ss_msg *request, const ss_path *flow)
{
    ss_via via;
    ss_path back = *flow;
    if (ss_msg_top_via(request, &via) != SS_OK) {
        return false;
    }
    const ss_slice host = via.received.at != NULL ? via.received : via.host;
    const uint16_t port = via.rport != 0 ? via.rport : via.port == 0 ? 5060 : via.port;
    return ss_address_from(host, port, &back.remote) == SS_OK &&
           ss_address_equal(&back.remote, &flow->remote);
}

/* Did the request come by the flow that its token names? RFC5626:5.3 */
ss_proxy_verdict ss_proxy_read_flow(const ss_visit *v, const ss_msg *request, const ss_uri *route,
                                    ss_routing *r)
{
    if (!v->proxy->config->edge || route->user.at == NULL) {
        return (ss_proxy_verdict){ .status = 0 };
    }
    if (!ss_flow_from_token(v, route->user, &r->flow)) {
        return (ss_proxy_verdict){ .status = 403 };
    }
    r->has_flow = !came_over(request, &r->flow);
    return (ss_proxy_verdict){ .status = 0 };
}
