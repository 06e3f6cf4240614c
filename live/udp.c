/* Datagrams: RFC 3261 18. One socket for each place a node listens at; what a node sends leaves by the socket that its path says,
 * or else by its first of the same family, so that answers come back to where it listens. What goes out is gathered, and leaves in one
 * call of the system before the loop sleeps: half of what a proxy does on a processor is calls of the system. */
#define _GNU_SOURCE 1 /* sendmmsg */
#include "site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#ifdef SO_MEMINFO
#include <linux/sock_diag.h>
#endif

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

static struct mmsghdr header_of(const sl_outbox *out, sl_leaving *d, struct iovec *piece)
{
    *piece = (struct iovec){ (char *)(uintptr_t)out->bytes + d->at, d->len };
    return (struct mmsghdr){ .msg_hdr = { .msg_name = &d->to,
                                          .msg_namelen = d->to.ss_family == AF_INET6
                                                             ? sizeof(struct sockaddr_in6)
                                                             : sizeof(struct sockaddr_in),
                                          .msg_iov = piece,
                                          .msg_iovlen = 1 } };
}

/* Some of the outbox, which leave by one socket; how many of them are gone. What the kernel has no room for the loop sends later,
 * what it refuses is unsent. */
static uint32_t send_some(sl_site *s, sl_udp *u, sl_leaving *first, uint32_t count)
{
    struct mmsghdr headers[SL_OUTBOX];
    struct iovec pieces[SL_OUTBOX];
    int fd = -1, sent = -1;
    for (uint32_t i = 0; i < count; i++) {
        headers[i] = header_of(&s->outbox, &first[i], &pieces[i]);
    }
    const bool waits = uv_udp_get_send_queue_count(&u->handle) != 0; /* they keep their order */
    if (!waits && uv_fileno((const uv_handle_t *)&u->handle, &fd) == 0) {
        do {
            sent = sendmmsg(fd, headers, count, MSG_DONTWAIT);
        } while (sent < 0 && errno == EINTR);
    }
    if (sent > 0) {
        s->counts.datagrams_out += (uint64_t)sent;
        return (uint32_t)sent;
    }
    const bool is_full = waits || errno == EAGAIN || errno == ENOBUFS;
    const ss_slice bytes = { s->outbox.bytes + first->at, first->len };
    const bool is_kept = is_full && send_later(u, (const struct sockaddr *)&first->to, bytes);
    s->counts.datagrams_out += is_kept;
    s->counts.unsent += !is_kept;
    return 1;
}

void sl_udp_flush(sl_site *s)
{
    sl_outbox *out = &s->outbox;
    for (uint32_t at = 0; at < out->count;) {
        sl_udp *u = out->leaving[at].by;
        uint32_t end = at + 1;
        while (end < out->count && out->leaving[end].by == u) {
            end++;
        }
        at += send_some(s, u, &out->leaving[at], end - at);
    }
    out->count = 0;
    out->used = 0;
}

void sl_udp_send(sl_site *s, uint32_t element, const ss_path *path, ss_slice bytes)
{
    sl_outbox *out = &s->outbox;
    sl_udp *u = socket_for(s, element, path);
    if (u == NULL || path->remote.port == 0 || bytes.len > sizeof out->bytes) {
        s->counts.unsent++;
        return;
    }
    if (out->count == SL_OUTBOX || bytes.len > sizeof out->bytes - out->used) {
        sl_udp_flush(s);
    }
    sl_leaving *d = &out->leaving[out->count++];
    d->by = u;
    d->at = out->used;
    d->len = bytes.len;
    sl_address_to(&path->remote, &d->to);
    memcpy(out->bytes + out->used, bytes.at, bytes.len);
    out->used += bytes.len;
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

/* What came while nobody read is dropped by the system where the buffer ends: the sign that this process has too much to do. */
static uint64_t dropped_at(const sl_udp *u)
{
    uint64_t dropped = 0;
#ifdef SO_MEMINFO
    uint32_t info[SK_MEMINFO_VARS] = { 0 };
    socklen_t len = sizeof info;
    uv_os_fd_t fd;
    if (u->is_open && uv_fileno((const uv_handle_t *)&u->handle, &fd) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 &&
        len > SK_MEMINFO_DROPS * sizeof *info) {
        dropped = info[SK_MEMINFO_DROPS];
    }
#else
    (void)u;
#endif
    return dropped;
}

uint64_t sl_udp_dropped(const sl_site *s)
{
    uint64_t dropped = 0;
    for (uint32_t i = 0; i < s->listen_count; i++) {
        dropped += dropped_at(&s->udp[i]);
    }
    return dropped;
}

void sl_udp_close(sl_site *s)
{
    sl_udp_flush(s);
    for (uint32_t i = 0; i < s->listen_count; i++) {
        if (s->udp[i].is_open) {
            s->udp[i].is_open = false;
            uv_close((uv_handle_t *)&s->udp[i].handle, NULL);
        }
    }
}
