/* Connections: RFC 3261 18. Those that a peer opened have numbers from 1, those that an engine asked for its own numbers; once the
 * app is told of an end, or wants one, the number means nothing any more and what is left is the loop's affair.
 *
 * Bounds: so many at once, of which silent ones go first when more come; each keeps at most SL_STREAM_KEPT_MAX bytes that its peer
 * does not read, and unread bytes of one message at most. */
#include "site.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list, in order of last use, and the buckets ---- */

static sl_connection **bucket_of(sl_site *s, uint32_t number)
{
    return &s->buckets[number % SL_CONNECTION_BUCKETS];
}

static sl_connection *find(sl_site *s, uint32_t element, uint32_t number)
{
    sl_connection *c = *bucket_of(s, number);
    while (c != NULL && (c->path.connection != number || c->element != element)) {
        c = c->in_bucket;
    }
    return c;
}

static void append(sl_site *s, sl_connection *c)
{
    c->before = s->last;
    c->next = NULL;
    *(s->last == NULL ? &s->first : &s->last->next) = c;
    s->last = c;
}

static void cut_out(sl_site *s, sl_connection *c)
{
    *(c->before == NULL ? &s->first : &c->before->next) = c->next;
    *(c->next == NULL ? &s->last : &c->next->before) = c->before;
}

static void use(sl_site *s, sl_connection *c)
{
    c->used = s->now;
    if (s->last != c) {
        cut_out(s, c);
        append(s, c);
    }
}

/* The app and it have no more to do with each other. */
static void forget_number(sl_site *s, sl_connection *c)
{
    if (!c->is_told) {
        return;
    }
    sl_connection **at = bucket_of(s, c->path.connection);
    while (*at != c) {
        at = &(*at)->in_bucket;
    }
    *at = c->in_bucket;
    c->is_told = false;
}

static void tell_number(sl_site *s, sl_connection *c)
{
    sl_connection **at = bucket_of(s, c->path.connection);
    c->in_bucket = *at;
    *at = c;
    c->is_told = true;
}

/* ---- begin and end ---- */

static void on_closed(uv_handle_t *handle)
{
    sl_connection *c = handle->data;
    free(c->unread);
    free(c);
}

static void drop(sl_connection *c, bool is_reset)
{
    sl_site *s = c->site;
    if (c->is_closed) {
        return;
    }
    forget_number(s, c);
    cut_out(s, c);
    s->counts.connections--;
    c->is_closed = true;
    if (!is_reset || !c->is_open || c->is_ending ||
        uv_tcp_close_reset(&c->handle, on_closed) != 0) {
        uv_close((uv_handle_t *)&c->handle, on_closed);
    }
}

static sl_connection *create(sl_site *s, uint32_t element)
{
    sl_connection *c = calloc(1, sizeof *c);
    if (c == NULL || uv_tcp_init(&s->loop, &c->handle) != 0) {
        free(c);
        return NULL;
    }
    c->handle.data = c;
    c->site = s;
    c->element = element;
    c->path.transport = SS_TRANSPORT_TCP;
    c->used = s->now;
    append(s, c);
    s->counts.connections++;
    (void)uv_tcp_nodelay(&c->handle, 1);
    return c;
}

static bool tell(sl_connection *c, sn_stream_event event)
{
    sl_site *s = c->site;
    const sl_element *e = &s->elements[c->element];
    const ss_path path = c->path;
    sn_host host = sl_host_of(s, c->element);
    return e->class->stream == NULL || e->class->stream(e->app, &host, &path, event);
}

/* It is over, and the app hears of it when it knew of it. */
static void lose(sl_connection *c, sn_connection_event why, sn_stream_event event)
{
    sl_site *s = c->site;
    if (c->is_closed) {
        return;
    }
    sl_event_begin(s, c->element);
    if (c->is_closed) { /* by what was due before */
        sl_event_end(s);
        return;
    }
    const bool is_told = c->is_told;
    s->counts.lost += why == SN_CONNECTION_LOST;
    s->counts.refused += why == SN_CONNECTION_REFUSED || why == SN_CONNECTION_UNREACHABLE;
    sl_tell_connection(s, c, why);
    forget_number(s, c);
    if (is_told) {
        (void)!tell(c, event);
    }
    sl_event_end(s);
    drop(c, false);
}

static void on_shut(uv_shutdown_t *ask, int status)
{
    (void)status;
    drop(ask->data, false);
}

/* What is kept goes out, then our half ends, then it is closed. */
static void end_in_order(sl_connection *c)
{
    if (c->is_closed || c->is_ending) {
        return;
    }
    if (!c->is_open) {
        drop(c, false);
        return;
    }
    c->is_ending = true;
    c->ending.data = c;
    if (uv_shutdown(&c->ending, (uv_stream_t *)&c->handle, on_shut) != 0) {
        drop(c, false);
    }
}

/* ---- reading ---- */

static bool keep_unread(sl_connection *c, ss_slice rest)
{
    if (rest.len > c->unread_cap) {
        char *grown = malloc(rest.len);
        if (grown == NULL) {
            return false;
        }
        memcpy(grown, rest.at, rest.len);
        free(c->unread);
        c->unread = grown;
        c->unread_cap = rest.len;
    } else if (rest.len > 0) {
        memmove(c->unread, rest.at, rest.len);
    }
    c->unread_len = rest.len;
    if (rest.len == 0 && c->unread_cap > 4096) { /* most connections wait with nothing in hand */
        free(c->unread);
        c->unread = NULL;
        c->unread_cap = 0;
    }
    return true;
}

/* What is left of before and what came, in one piece: in the loop's buffer, behind which nothing is read now. */
static ss_slice joined(sl_connection *c, ss_slice came)
{
    if (c->unread_len == 0) {
        return came;
    }
    char *to = c->site->buffer;
    memmove(to + c->unread_len, came.at, came.len);
    memcpy(to, c->unread, c->unread_len);
    return (ss_slice){ to, c->unread_len + came.len };
}

static void give_bytes(sl_connection *c, ss_slice came)
{
    sl_site *s = c->site;
    const sl_element *e = &s->elements[c->element];
    const ss_path path = c->path;
    ss_slice rest = joined(c, came);
    size_t taken = rest.len;
    while (c->is_told && rest.len != 0 && taken != 0) {
        sl_event_begin(s, c->element);
        if (c->is_told) { /* what was due before may have ended it */
            sn_host host = sl_host_of(s, c->element);
            taken = e->class->stream_bytes(e->app, &host, &path, rest);
            SS_ASSERT(taken <= rest.len);
            c->taken += taken;
            rest = ss_slice_cut(rest, taken, rest.len);
        }
        sl_event_end(s);
    }
    if (c->is_told && !c->is_closed && !keep_unread(c, rest)) {
        lose(c, SN_CONNECTION_LOST, SN_STREAM_FAILED);
    }
}

/* Room for what is unread before what comes, and a message is never longer. */
static void lend_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    const sl_connection *c = handle->data;
    (void)wanted;
    *buffer = uv_buf_init(c->site->buffer + SL_BUFFER_BYTES / 2, 65536);
}

static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
    sl_connection *c = stream->data;
    if (c->is_closed || len == 0) {
        return;
    }
    if (len == UV_EOF) {
        sl_site *s = c->site;
        sl_event_begin(s, c->element);
        sl_tell_connection(s, c, SN_CONNECTION_CLOSED);
        const bool is_told = c->is_told;
        forget_number(s, c);
        if (is_told) {
            (void)!tell(c, SN_STREAM_CLOSED);
        }
        sl_event_end(s);
        (void)uv_read_stop(stream);
        end_in_order(c);
        return;
    }
    if (len < 0) {
        lose(c, SN_CONNECTION_LOST, SN_STREAM_FAILED);
        return;
    }
    c->site->counts.bytes_in += (uint64_t)len;
    if (c->is_told) { /* else it is ending, and nobody listens */
        give_bytes(c, (ss_slice){ buffer->base, (size_t)len });
    }
}

/* ---- opened by a peer ---- */

/* Some of all are left for those that we open. */
static uint32_t others_may_open(const sl_site *s)
{
    return s->limits.connections - s->limits.connections / 8;
}

/* The one that is silent for longest goes, for the sake of who comes. False: all speak. */
static bool evict(sl_site *s)
{
    for (sl_connection *c = s->first; c != NULL; c = c->next) {
        if (!c->has_spoken && c->path.connection < SS_CONNECTION_OURS) {
            s->counts.evicted++;
            lose(c, SN_CONNECTION_RESET, SN_STREAM_FAILED);
            return true;
        }
    }
    return false;
}

static bool remote_of(sl_connection *c)
{
    struct sockaddr_storage at;
    int len = sizeof at;
    if (uv_tcp_getpeername(&c->handle, (struct sockaddr *)&at, &len) != 0) {
        return false;
    }
    c->path.remote = sl_address_from((const struct sockaddr *)&at);
    return true;
}

static void welcome(sl_connection *c, const sl_listener *l)
{
    sl_site *s = c->site;
    c->path.local = l->local;
    c->path.connection = s->next_number;
    s->next_number = s->next_number % (SS_CONNECTION_OURS - 1) + 1;
    c->is_open = true;
    s->counts.accepted++;
    sl_event_begin(s, c->element);
    tell_number(s, c);
    sl_tell_connection(s, c, SN_CONNECTION_ACCEPTED);
    const bool is_welcome = tell(c, SN_STREAM_OPENED);
    sl_event_end(s);
    if (!is_welcome || uv_read_start((uv_stream_t *)&c->handle, lend_buffer, on_bytes) != 0) {
        drop(c, true);
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    const sl_listener *l = stream->data;
    sl_site *s = l->site;
    if (status != 0 || s->is_over) {
        return;
    }
    if (s->counts.connections >= others_may_open(s)) {
        (void)evict(s);
    }
    sl_connection *c = create(s, l->element);
    if (c == NULL) {
        return;
    }
    const bool is_taken = uv_accept(stream, (uv_stream_t *)&c->handle) == 0 && remote_of(c);
    if (!is_taken || s->counts.connections > others_may_open(s) ||
        s->elements[l->element].class->stream == NULL) {
        drop(c, true);
        return;
    }
    welcome(c, l);
}

/* ---- opened by us ---- */

static void on_connected(uv_connect_t *ask, int status)
{
    sl_connection *c = ask->data;
    sl_site *s = c->site;
    if (c->is_closed) {
        return;
    }
    if (status != 0) {
        const bool is_refused = status == UV_ECONNREFUSED || status == UV_ECONNRESET;
        lose(c, is_refused ? SN_CONNECTION_REFUSED : SN_CONNECTION_UNREACHABLE,
             is_refused ? SN_STREAM_REFUSED : SN_STREAM_FAILED);
        return;
    }
    struct sockaddr_storage at;
    int len = sizeof at;
    if (uv_tcp_getsockname(&c->handle, (struct sockaddr *)&at, &len) == 0) {
        c->path.local = sl_address_from((const struct sockaddr *)&at);
    }
    c->is_open = true;
    s->counts.connected++;
    sl_event_begin(s, c->element);
    sl_tell_connection(s, c, SN_CONNECTION_OPEN);
    const bool is_welcome = tell(c, SN_STREAM_OPENED);
    sl_event_end(s);
    if (!is_welcome || uv_read_start((uv_stream_t *)&c->handle, lend_buffer, on_bytes) != 0) {
        drop(c, true);
    }
}

ss_status sl_tcp_connect(sl_site *s, uint32_t element, const ss_path *path)
{
    struct sockaddr_storage to;
    if (path->transport != SS_TRANSPORT_TCP || path->remote.family == 0 || path->remote.port == 0 ||
        s->counts.connections >= s->limits.connections) {
        return SS_ERR_STATE;
    }
    sl_connection *c = create(s, element);
    if (c == NULL) {
        return SS_ERR_STATE;
    }
    c->path = *path;
    c->asking.data = c;
    sl_address_to(&path->remote, &to);
    if (uv_tcp_connect(&c->asking, &c->handle, (const struct sockaddr *)&to, on_connected) != 0) {
        drop(c, false);
        return SS_ERR_STATE;
    }
    tell_number(s, c);
    sl_tell_connection(s, c, SN_CONNECTION_OPENING);
    return SS_OK;
}

/* ---- writing ---- */

typedef struct late_bytes {
    uv_write_t ask;
    sl_connection *to;
    char bytes[];
} late_bytes;

static void on_written(uv_write_t *ask, int status)
{
    late_bytes *late = ask->data;
    sl_connection *c = late->to;
    free(late);
    if (c->is_closed || status == UV_ECANCELED) {
        return;
    }
    if (status != 0) {
        lose(c, SN_CONNECTION_LOST, SN_STREAM_FAILED);
        return;
    }
    if (c->is_stuck &&
        uv_stream_get_write_queue_size((uv_stream_t *)&c->handle) < SL_STREAM_LIKED / 2) {
        sl_site *s = c->site;
        c->is_stuck = false;
        sl_event_begin(s, c->element);
        if (c->is_told) {
            sl_tell_connection(s, c, SN_CONNECTION_FLOWING);
            (void)!tell(c, SN_STREAM_FLOWING);
        }
        sl_event_end(s);
    }
}

static bool write_later(sl_connection *c, ss_slice bytes)
{
    late_bytes *late = malloc(sizeof *late + bytes.len);
    if (late == NULL) {
        return false;
    }
    late->ask.data = late;
    late->to = c;
    memcpy(late->bytes, bytes.at, bytes.len);
    const uv_buf_t buffer = uv_buf_init(late->bytes, (unsigned)bytes.len);
    if (uv_write(&late->ask, (uv_stream_t *)&c->handle, &buffer, 1, on_written) != 0) {
        free(late);
        return false;
    }
    return true;
}

static bool put_out(sl_connection *c, ss_slice bytes)
{
    const uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.at, (unsigned)bytes.len);
    const int sent = c->is_open ? uv_try_write((uv_stream_t *)&c->handle, &buffer, 1) : UV_EAGAIN;
    if (sent < 0 && sent != UV_EAGAIN) {
        return true; /* the loop will say that it is lost */
    }
    const size_t gone = sent < 0 ? 0 : (size_t)sent;
    return gone == bytes.len || write_later(c, ss_slice_cut(bytes, gone, bytes.len));
}

ss_status sl_tcp_write(sl_site *s, uint32_t element, const ss_path *path, ss_slice bytes)
{
    sl_connection *c = find(s, element, path->connection);
    if (c == NULL || c->is_ending) {
        return SS_ERR_STATE;
    }
    const size_t kept = uv_stream_get_write_queue_size((uv_stream_t *)&c->handle);
    if (bytes.len > SS_MESSAGE_BYTES_MAX || kept + bytes.len > SL_STREAM_KEPT_MAX) {
        return SS_ERR_FULL;
    }
    if (bytes.len == 0) {
        return SS_OK;
    }
    use(s, c);
    sl_tell_message(s, c, true, c->written, bytes);
    if (!put_out(c, bytes)) {
        return SS_ERR_FULL;
    }
    c->written += bytes.len;
    s->counts.bytes_out += bytes.len;
    if (uv_stream_get_write_queue_size((uv_stream_t *)&c->handle) <= SL_STREAM_LIKED) {
        return SS_OK;
    }
    if (!c->is_stuck) {
        c->is_stuck = true;
        sl_tell_connection(s, c, SN_CONNECTION_STUCK);
    }
    return SS_MORE;
}

/* ---- the app's other wishes ---- */

void sl_tcp_end(sl_site *s, uint32_t element, const ss_path *path)
{
    sl_connection *c = find(s, element, path->connection);
    if (c != NULL) {
        sl_tell_connection(s, c, SN_CONNECTION_CLOSING);
        forget_number(s, c);
        end_in_order(c);
    }
}

void sl_tcp_reset(sl_site *s, uint32_t element, const ss_path *path)
{
    sl_connection *c = find(s, element, path->connection);
    if (c != NULL) {
        sl_tell_connection(s, c, SN_CONNECTION_RESET);
        drop(c, true);
    }
}

bool sl_tcp_find(sl_site *s, uint32_t element, uint32_t peer, ss_path *path)
{
    for (const sl_connection *c = s->first; c != NULL; c = c->next) {
        if (c->element == element && c->is_told && sl_who(s, &c->path.remote) == peer) {
            *path = c->path;
            return true;
        }
    }
    return false;
}

void sl_tcp_cut(sl_site *s, uint32_t element, const ss_path *path, size_t at, ss_slice message)
{
    sl_connection *c = find(s, element, path->connection);
    if (c != NULL) {
        c->has_spoken = true;
        use(s, c);
        sl_tell_message(s, c, false, c->taken + at, message);
    }
}

void sl_tcp_sweep(sl_site *s)
{
    const ss_time now = sl_real_now(s);
    sl_connection *next;
    for (sl_connection *c = s->first; c != NULL; c = next) {
        next = c->next;
        const ss_span allowed = c->is_ending || !c->has_spoken ? s->limits.silence : s->limits.idle;
        if (c->used + allowed < now && (c->is_ending || c->path.connection < SS_CONNECTION_OURS ||
                                        c->used + s->limits.idle < now)) {
            s->counts.evicted++;
            lose(c, SN_CONNECTION_RESET, SN_STREAM_CLOSED);
            next = s->first; /* the app may have ended others */
        }
    }
}

/* ---- listening ---- */

enum { BACKLOG = 1024 };

bool sl_tcp_open(sl_site *s, uint32_t nth, int *error)
{
    sl_listener *l = &s->listeners[nth];
    struct sockaddr_storage where;
    *error = uv_tcp_init(&s->loop, &l->handle);
    if (*error != 0) {
        return false;
    }
    l->site = s;
    l->element = sl_element_of(s, s->listens[nth].node);
    l->handle.data = l;
    l->is_open = true;
    sl_address_to(&s->listens[nth].address, &where);
    *error = uv_tcp_bind(&l->handle, (const struct sockaddr *)&where, 0);
    int len = sizeof where;
    if (*error == 0) {
        *error = uv_listen((uv_stream_t *)&l->handle, BACKLOG, on_connection);
    }
    if (*error == 0) {
        *error = uv_tcp_getsockname(&l->handle, (struct sockaddr *)&where, &len);
    }
    if (*error == 0) {
        l->local = s->listens[nth].address = sl_address_from((const struct sockaddr *)&where);
    }
    return *error == 0;
}

void sl_tcp_forget_all(sl_site *s, uint32_t element)
{
    sl_connection *next;
    for (sl_connection *c = s->first; c != NULL; c = next) {
        next = c->next;
        if (c->element == element) {
            drop(c, true);
        }
    }
}

void sl_tcp_close(sl_site *s)
{
    for (uint32_t i = 0; i < s->listen_count; i++) {
        if (s->listeners[i].is_open) {
            s->listeners[i].is_open = false;
            uv_close((uv_handle_t *)&s->listeners[i].handle, NULL);
        }
    }
    while (s->first != NULL) {
        drop(s->first, false);
    }
}
