/* Metrics as OpenMetrics text over HTTP: whatever is asked for at the place gets all of them, and the connection ends. A loopback
 * affair: it is no web server, and takes few visitors at a time. */
#include "site.h"

#include <stdlib.h>
#include <string.h>

enum { VISITORS_MAX = 8, TEXT_BYTES = 8192 };

typedef struct visitor {
    uv_tcp_t handle;
    uv_write_t ask;
    struct sl_metrics *metrics;
    struct visitor *next;
    char in[512];
    char text[TEXT_BYTES];
    bool is_answered;
} visitor;

struct sl_metrics {
    uv_tcp_t handle;
    sl_site *site;
    visitor *first;
    unsigned count;
    bool is_open;
};

/* ---- the text ---- */

static void put(ss_buffer *b, const char *name, const char *kind, const char *help, uint64_t value)
{
    const bool counts = strcmp(kind, "counter") == 0;
    ss_put_text(b, "# TYPE sipsim_");
    ss_put_text(b, name);
    ss_put_char(b, ' ');
    ss_put_text(b, kind);
    ss_put_text(b, "\n# HELP sipsim_");
    ss_put_text(b, name);
    ss_put_char(b, ' ');
    ss_put_text(b, help);
    ss_put_text(b, "\nsipsim_");
    ss_put_text(b, name);
    ss_put_text(b, counts ? "_total " : " ");
    ss_put_u64(b, value);
    ss_put_char(b, '\n');
}

static uint64_t busy(sl_site *s)
{
    const uint64_t lived = uv_hrtime() - s->started_ns, idle = uv_metrics_idle_time(&s->loop);
    return lived > idle ? lived - idle : 0;
}

static void put_all(sl_site *s, ss_buffer *b)
{
    const sl_counts *c = &s->counts;
    const sn_left_fact left = sl_left(s);
    const struct {
        const char *name, *kind, *help;
        uint64_t value;
    } all[] = {
        { "datagrams_received", "counter", "UDP datagrams that came", c->datagrams_in },
        { "datagrams_dropped", "counter", "that the system dropped before they were read",
          sl_udp_dropped(s) },
        { "datagrams_sent", "counter", "UDP datagrams that went", c->datagrams_out },
        { "datagrams_unsent", "counter", "UDP datagrams that the system did not take", c->unsent },
        { "received_bytes", "counter", "of datagrams and streams", c->bytes_in },
        { "sent_bytes", "counter", "of datagrams and streams", c->bytes_out },
        { "connections_accepted", "counter", "opened by peers", c->accepted },
        { "connections_opened", "counter", "opened to peers", c->connected },
        { "connections_refused", "counter", "that peers refused", c->refused },
        { "connections_lost", "counter", "reset by peers", c->lost },
        { "connections_evicted", "counter", "silent or idle for too long", c->evicted },
        { "bindings_kept", "counter", "changes of bindings that are on the disk", c->kept },
        { "bindings_unkept", "counter", "changes that could not be written", c->unkept },
        { "names_asked", "counter", "lookups that the DNS was asked", c->names_asked },
        { "names_known", "counter", "lookups that it had answered before", c->names_known },
        { "busy_ns", "counter", "that were not spent waiting for something to come", busy(s) },
        { "connections", "gauge", "open", c->connections },
        { "transactions", "gauge", "live", left.transactions },
        { "dialogs", "gauge", "live", left.dialogs },
        { "calls", "gauge", "live", left.calls },
        { "response_contexts", "gauge", "live", left.contexts },
        { "bindings", "gauge", "of all addresses-of-record", left.bindings },
        { "store_bytes", "gauge", "of the quota, in use", left.store_bytes },
        { "timer_lateness_max_ns", "gauge", "the most that a timer was late by", c->latest },
    };
    for (size_t i = 0; i < SS_COUNT(all); i++) {
        put(b, all[i].name, all[i].kind, all[i].help, all[i].value);
    }
    ss_put_text(b, "# EOF\n");
}

/* ---- a visitor ---- */

static void on_closed(uv_handle_t *handle)
{
    visitor *v = handle->data;
    visitor **at = &v->metrics->first;
    while (*at != v) {
        at = &(*at)->next;
    }
    *at = v->next;
    v->metrics->count--;
    free(v);
}

static void leave(visitor *v)
{
    if (!uv_is_closing((uv_handle_t *)&v->handle)) {
        uv_close((uv_handle_t *)&v->handle, on_closed);
    }
}

static void on_written(uv_write_t *ask, int status)
{
    (void)status;
    leave(ask->data);
}

static void answer(visitor *v)
{
    char body[TEXT_BYTES - 256];
    ss_buffer text = ss_buffer_on(body, sizeof body);
    ss_buffer b = ss_buffer_on(v->text, sizeof v->text);
    put_all(v->metrics->site, &text);
    ss_put_text(&b, "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0; "
                    "charset=utf-8\r\nConnection: close\r\nContent-Length: ");
    ss_put_u64(&b, text.len);
    ss_put_text(&b, "\r\n\r\n");
    ss_put(&b, ss_buffer_slice(&text));
    SS_ASSERT(!b.overflow);
    v->is_answered = true;
    v->ask.data = v;
    const uv_buf_t out = uv_buf_init(v->text, (unsigned)b.len);
    if (uv_write(&v->ask, (uv_stream_t *)&v->handle, &out, 1, on_written) != 0) {
        leave(v);
    }
}

static void lend(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    visitor *v = handle->data;
    (void)wanted;
    *buffer = uv_buf_init(v->in, sizeof v->in);
}

/* What is asked does not matter; that a line of it came, does. */
static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
    visitor *v = stream->data;
    if (len < 0) {
        leave(v);
    } else if (len > 0 && !v->is_answered && memchr(buffer->base, '\n', (size_t)len) != NULL) {
        answer(v);
    }
}

static void on_visitor(uv_stream_t *stream, int status)
{
    struct sl_metrics *m = stream->data;
    if (status != 0) {
        return;
    }
    if (m->count == VISITORS_MAX) { /* the one that is here for longest makes room */
        visitor *oldest = m->first;
        while (oldest->next != NULL) {
            oldest = oldest->next;
        }
        leave(oldest);
    }
    visitor *v = calloc(1, sizeof *v);
    if (v == NULL || uv_tcp_init(&m->site->loop, &v->handle) != 0) {
        free(v);
        return;
    }
    v->metrics = m;
    v->handle.data = v;
    v->next = m->first;
    m->first = v;
    m->count++;
    if (uv_accept(stream, (uv_stream_t *)&v->handle) != 0 ||
        uv_read_start((uv_stream_t *)&v->handle, lend, on_bytes) != 0) {
        leave(v);
    }
}

/* ---- opening and closing ---- */

static void say(sl_error *why, const ss_address *at, int error)
{
    ss_buffer b = ss_buffer_on(why->text, sizeof why->text - 1);
    ss_put_text(&b, "cannot show metrics at ");
    ss_put_host_port(&b, at);
    ss_put_text(&b, ": ");
    ss_put_text(&b, uv_strerror(error));
    why->text[b.len] = '\0';
}

struct sl_metrics *sl_metrics_open(sl_site *s, const ss_address *at, sl_error *why)
{
    struct sl_metrics *m = calloc(1, sizeof *m);
    struct sockaddr_storage where;
    int error = m == NULL ? UV_ENOMEM : uv_tcp_init(&s->loop, &m->handle);
    if (error != 0) {
        say(why, at, error);
        free(m);
        return NULL;
    }
    m->site = s;
    m->is_open = true;
    m->handle.data = m;
    s->metrics = m;
    sl_address_to(at, &where);
    error = uv_tcp_bind(&m->handle, (const struct sockaddr *)&where, 0);
    if (error == 0) {
        error = uv_listen((uv_stream_t *)&m->handle, VISITORS_MAX, on_visitor);
    }
    if (error != 0) {
        say(why, at, error);
        return NULL; /* the site closes it */
    }
    return m;
}

void sl_metrics_close(struct sl_metrics *m)
{
    if (m == NULL || !m->is_open) {
        return;
    }
    m->is_open = false;
    uv_close((uv_handle_t *)&m->handle, NULL);
    for (visitor *v = m->first; v != NULL; v = v->next) {
        leave(v);
    }
}

void sl_metrics_free(struct sl_metrics *m)
{
    free(m);
}
