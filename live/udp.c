/* Datagrams: RFC 3261 18. One socket for each place a node listens at; what a node sends leaves by the socket that its path says,
 * or else by its first of the same family, so that answers come back to where it listens. */
#include "site.h"

#include <stdlib.h>
#include <string.h>

ss_address sl_address_from(const struct sockaddr *from)
{
    ss_address a = { 0 };
    if (from->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof in);
        a.family = 4;
        a.port = ntohs(in.sin_port);
        memcpy(a.ip, &in.sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, from, sizeof in);
        a.family = 6;
        a.port = ntohs(in.sin6_port);
        memcpy(a.ip, &in.sin6_addr, 16);
    }
    return a;
}

void sl_address_to(const ss_address *a, struct sockaddr_storage *to)
{
    memset(to, 0, sizeof *to);
    if (a->family == 6) {
        struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(a->port) };
        memcpy(&in.sin6_addr, a->ip, 16);
        memcpy(to, &in, sizeof in);
    } else {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(a->port) };
        memcpy(&in.sin_addr, a->ip, 4);
        memcpy(to, &in, sizeof in);
    }
}

/* ---- receiving ---- */

static void lend_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    const sl_udp *u = handle->data;
    (void)wanted;
    *buffer = uv_buf_init(u->site->buffer, SL_BUFFER_BYTES);
}

static void on_datagram(uv_udp_t *handle, ssize_t len, const uv_buf_t *buffer,
                        const struct sockaddr *from, unsigned flags)
{
    sl_udp *u = handle->data;
    sl_site *s = u->site;
    if (len <= 0 || from == NULL || (flags & UV_UDP_PARTIAL) != 0 || s->is_over) {
        return;
    }
    const ss_slice bytes = { buffer->base, (size_t)len };
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local = u->local,
                           .remote = sl_address_from(from) };
    const sl_element *e = &s->elements[u->element];
    s->counts.datagrams_in++;
    s->counts.bytes_in += bytes.len;
    if (e->is_dead) {
        return;
    }
    sl_event_begin(s, u->element);
    sn_host host = sl_host_of(s, u->element);
    sl_tell_datagram(s, u->element, false, &path, bytes, NULL);
    e->class->input(e->app, &host, &path, bytes);
    sl_event_end(s);
}

/* ---- sending ---- */

typedef struct late_datagram {
    uv_udp_send_t ask;
    char bytes[];
} late_datagram;

static void on_sent(uv_udp_send_t *ask, int status)
{
    (void)status;
    free(ask->data);
}

/* The socket's buffer is full: the loop sends it as soon as there is room. */
static bool send_later(sl_udp *u, const struct sockaddr *to, ss_slice bytes)
{
    late_datagram *late = malloc(sizeof *late + bytes.len);
    if (late == NULL) {
        return false;
    }
    memcpy(late->bytes, bytes.at, bytes.len);
    late->ask.data = late;
    const uv_buf_t buffer = uv_buf_init(late->bytes, (unsigned)bytes.len);
    if (uv_udp_send(&late->ask, &u->handle, &buffer, 1, to, on_sent) != 0) {
        free(late);
        return false;
    }
    return true;
}

static sl_udp *socket_for(sl_site *s, uint32_t element, const ss_path *path)
{
    sl_udp *found = NULL;
    for (uint32_t i = 0; i < s->listen_count; i++) {
        sl_udp *u = &s->udp[i];
        if (!u->is_open || u->element != element || u->local.family != path->remote.family) {
            continue;
        }
        if (ss_address_equal(&u->local, &path->local)) {
            return u;
        }
        found = found == NULL ? u : found;
    }
    return found;
}

void sl_udp_send(sl_site *s, uint32_t element, const ss_path *path, ss_slice bytes)
{
    struct sockaddr_storage to;
    sl_udp *u = socket_for(s, element, path);
    if (u == NULL || path->remote.port == 0) {
        s->counts.unsent++;
        return;
    }
    sl_address_to(&path->remote, &to);
    const struct sockaddr *where = (const struct sockaddr *)&to;
    const uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.at, (unsigned)bytes.len);
    const int sent = uv_udp_try_send(&u->handle, &buffer, 1, where);
    if (sent < 0 && (sent != UV_EAGAIN || !send_later(u, where, bytes))) {
        s->counts.unsent++;
        return;
    }
    s->counts.datagrams_out++;
    s->counts.bytes_out += bytes.len;
}

/* ---- opening, closing ---- */

enum { SOCKET_BUFFER_BYTES = 4 << 20 };

static bool listen_at(sl_udp *u, ss_address *address, int *error)
{
    struct sockaddr_storage where;
    int size = SOCKET_BUFFER_BYTES;
    sl_address_to(address, &where);
    *error = uv_udp_bind(&u->handle, (const struct sockaddr *)&where, 0);
    if (*error != 0) {
        return false;
    }
    (void)uv_recv_buffer_size((uv_handle_t *)&u->handle, &size);
    size = SOCKET_BUFFER_BYTES;
    (void)uv_send_buffer_size((uv_handle_t *)&u->handle, &size);
    int len = sizeof where;
    *error = uv_udp_getsockname(&u->handle, (struct sockaddr *)&where, &len);
    if (*error == 0) {
        *address = sl_address_from((const struct sockaddr *)&where);
        u->local = *address;
        *error = uv_udp_recv_start(&u->handle, lend_buffer, on_datagram);
    }
    return *error == 0;
}

bool sl_udp_open(sl_site *s, uint32_t nth, int *error)
{
    sl_udp *u = &s->udp[nth];
    sl_listen *l = &s->listens[nth];
    *error = uv_udp_init_ex(&s->loop, &u->handle, UV_UDP_RECVMMSG);
    if (*error != 0) {
        return false;
    }
    u->site = s;
    u->element = sl_element_of(s, l->node);
    u->handle.data = u;
    u->is_open = true;
    return listen_at(u, &l->address, error);
}

void sl_udp_close(sl_site *s)
{
    for (uint32_t i = 0; i < s->listen_count; i++) {
        if (s->udp[i].is_open) {
            s->udp[i].is_open = false;
            uv_close((uv_handle_t *)&s->udp[i].handle, NULL);
        }
    }
}
