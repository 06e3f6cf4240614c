/* What a site does for an app: sn/host.h over real sockets. */
#include "site.h"
#include "sl/users.h"

static ss_path path_of(void *self, uint32_t node)
{
    const sl_site *s = self;
    return s->elements[sl_element_of(s, node)].path;
}

static void send_datagram(void *self, uint32_t node, const ss_path *path, ss_slice bytes,
                          const ss_msg *read)
{
    sl_site *s = self;
    const uint32_t element = sl_element_of(s, node);
    sl_tell_datagram(s, element, true, path, bytes, read);
    sl_udp_send(s, element, path, bytes);
}

static ss_status connect_stream(void *self, uint32_t node, const ss_path *path)
{
    return sl_tcp_connect(self, sl_element_of(self, node), path);
}

static ss_status write_stream(void *self, uint32_t node, const ss_path *path, ss_slice bytes)
{
    return sl_tcp_write(self, sl_element_of(self, node), path, bytes);
}

static void close_stream(void *self, uint32_t node, const ss_path *path)
{
    sl_tcp_end(self, sl_element_of(self, node), path);
}

static void reset_stream(void *self, uint32_t node, const ss_path *path)
{
    sl_tcp_reset(self, sl_element_of(self, node), path);
}

static bool find_stream(void *self, uint32_t node, uint32_t peer, ss_path *path)
{
    return sl_tcp_find(self, sl_element_of(self, node), peer, path);
}

static void cut(void *self, uint32_t node, const ss_path *path, size_t at, ss_slice message)
{
    sl_tcp_cut(self, sl_element_of(self, node), path, at, message);
}

static bool resolve(void *self, uint32_t node, const ss_query *query, ss_answer *answer)
{
    return sl_names_ask(self, sl_element_of(self, node), query, answer);
}

static bool secret(void *self, uint32_t node, const ss_query *query, ss_answer *answer)
{
    const sl_site *s = self;
    (void)node;
    if (s->users == NULL) {
        return false;
    }
    const ss_slice ha1 = sl_users_find(s->users, query->name, query->realm, query->algorithm);
    *answer =
        (ss_answer){ .token = query->token, .status = ha1.len == 0 ? SS_NONE : SS_OK, .ha1 = ha1 };
    return true;
}

static bool keep(void *self, uint32_t node, const ss_query *query, const ss_answer *answer)
{
    sl_site *s = self;
    return s->bindings == NULL || sl_bindings_keep(s, sl_element_of(s, node), query, answer);
}

static void avoid(void *self, uint32_t node, const ss_output *out)
{
    (void)node;
    sl_names_avoid(self, out);
}

static void wake_later(void *self, uint32_t node, ss_time at, const sn_wake *wake)
{
    sl_site *s = self;
    if (!sl_wakes_add(&s->wakes, at, sl_element_of(s, node), wake)) {
        s->out_of_memory = true;
    }
}

static void crash(void *self, uint32_t node)
{
    sl_site *s = self;
    const uint32_t element = sl_element_of(s, node);
    s->elements[element].is_dead = true;
    sl_tcp_forget_all(s, element);
}

static void restart(void *self, uint32_t node)
{
    sl_site *s = self;
    s->elements[sl_element_of(s, node)].is_dead = false;
}

static uint32_t who(void *self, const ss_address *address)
{
    return sl_who(self, address);
}

/* The site looks at registrations itself: at its end it waits for theirs. */
static void emit(void *self, sn_fact *fact, ss_slice packet)
{
    sl_site *s = self;
    if (fact->kind == SN_FACT_REGISTRATION) {
        sl_element *e = &s->elements[sl_element_of(s, fact->entity)];
        e->is_registered = fact->call.event == SN_CALL_REGISTERED && !s->is_ending;
    }
    sl_emit(s, fact, packet);
}

static void out_of_memory(void *self)
{
    sl_site *s = self;
    s->out_of_memory = true;
}

const sn_host_class sl_host_class = {
    .path = path_of,
    .send = send_datagram,
    .connect = connect_stream,
    .write = write_stream,
    .close = close_stream,
    .reset = reset_stream,
    .find_stream = find_stream,
    .cut = cut,
    .resolve = resolve,
    .secret = secret,
    .keep = keep,
    .avoid = avoid,
    .wake = wake_later,
    .crash = crash,
    .restart = restart,
    .who = who,
    .emit = emit,
    .out_of_memory = out_of_memory,
};
